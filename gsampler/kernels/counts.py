"""Counts: Poisson, binomial and geometric variates, each the quantile of its element's uniform.

The quantile is the least k with F(k) >= u, compared at the nearer end: F(k) with u below 1/2, and 1 - F(k) with 1 - u
above, both of which the signed uniform t (noise.py) has to their last bits. A Poisson variate is treated as that of a
binomial of infinitely many trials, with p = 0 and q = 1; those of p > 1/2 are mirror images of those of p < 1/2.

By the variance v = n p q:

- below SMALL_VARIANCE, probabilities are summed from k = 0 on, and near u = 1 from the other end;
- above, the Cornish-Fisher expansion about the normal quantile is within a known bound of the exact one, and decides
  unless an integer is within that bound. Then F is computed: its largest term, times a series;
- from LARGE_VARIANCE on, the expansion is as accurate as F would be, and decides alone.

Cornish and Fisher, "Moments and cumulants in the specification of distributions", 1938; Loader, "Fast and accurate
computation of binomial probabilities", 2000, for the largest term. The polynomials of the expansion are derived by
tests/cornish_fisher.py.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    bits,
    fma,
    pointer_add,
    polynomial,
    select,
    sqrt,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, TILE
from gsampler.kernels.elementary import ROUND, exp, log, minus_log1m
from gsampler.kernels.noise import element_uniform, exponential, fetch_words, normal, refine_tails, transform

LARGEST = np.int64(2**63 - 1)
SMALL_VARIANCE, LARGE_VARIANCE = 10.0, 2.0**20
UPPER_TAIL = 0.0625  # from here on small probabilities are summed from the upper end
MOST_SUMS = 64  # more than there are below 1 - UPPER_TAIL at a variance below 10
NEGLIGIBLE = 2.0**-60  # of a sum: what terms that decrease more and more quickly may still add is below its last bit
ROUND_BITS = np.int64(0x4338000000000000)

# --- the expansion ----------------------------------------------------------------------------------------------
#
# y = mean + sigma (w + P_1(w) / sigma + P_2(w) / sigma^2 + ...), w the normal quantile of F(k) and y = k + 1/2.
# Of P_j, the coefficient of w^i as a polynomial in the square of s = q - p; for odd j it is multiplied by s. Highest i
# first.

P_1 = ((1 / 6,), (-1 / 6,))
P_2 = ((-1 / 48, 1 / 144), (1 / 48, -7 / 144))
P_3 = ((1 / 240, -1 / 2160), (7 / 720, -7 / 6480), (-1 / 45, 1 / 405))
P_4 = (
    (-13 / 23040, -1 / 1280, 1 / 69120),
    (-1 / 1920, -59 / 17280, 1 / 2430),
    (181 / 23040, 349 / 34560, -433 / 622080),
)
P_5 = (
    (5 / 12096, 13 / 90720, 1 / 544320),
    (43 / 48384, 97 / 120960, -1 / 26880),
    (-493 / 48384, -2591 / 1088640, -923 / 6531840),
    (1 / 756, -37 / 17010, 23 / 102060),
)
P_6 = (
    (-97 / 2580480, -2507 / 12902400, -997 / 38707200, -139 / 348364800),
    (-1283 / 23224320, -72343 / 116121600, -58283 / 348364800, -1451 / 3135283200),
    (34817 / 23224320, 266929 / 38707200, 608771 / 1045094400, 289517 / 9405849600),
    (-4511 / 7741440, 158167 / 116121600, 1107901 / 1045094400, 289717 / 9405849600),
)
# What is left out is below ERROR v ((abs(w) + SPREAD) / sigma)^8: tests/test_counts.py
ERROR, SPREAD = 5e-4, 1.5
ROUNDING = 2.0**-42
TOO_FAR = 0.375  # where the bound is larger, the nearest integer is not the only one in question


@inline
def expansion(mean, low, p, q):
    """The integer part of a mean ``mean + low``; y - 1/2 less it as a polynomial in w; the factors of its bound."""
    v, s = mean * q, q - p
    sigma, s2 = sqrt(v), s * s
    e = 1.0 / sigma
    e2 = e * e
    base = np.int64(mean)
    fraction = (mean - np.float64(base)) + low
    c0 = s * (P_1[1][0] + e2 * fma(e2, polynomial(s2, P_5[3]), polynomial(s2, P_3[2])))
    c1 = sigma + e * fma(e2, fma(e2, polynomial(s2, P_6[3]), polynomial(s2, P_4[2])), polynomial(s2, P_2[1]))
    c2 = s * (P_1[0][0] + e2 * fma(e2, polynomial(s2, P_5[2]), polynomial(s2, P_3[1])))
    c3 = e * fma(e2, fma(e2, polynomial(s2, P_6[2]), polynomial(s2, P_4[1])), polynomial(s2, P_2[0]))
    c4 = s * e2 * fma(e2, polynomial(s2, P_5[1]), polynomial(s2, P_3[0]))
    c5 = e * e2 * fma(e2, polynomial(s2, P_6[1]), polynomial(s2, P_4[0]))
    c6 = s * e2 * e2 * polynomial(s2, P_5[0])
    c7 = e * e2 * e2 * polynomial(s2, P_6[0])
    large = v >= LARGE_VARIANCE
    error, rounding = select(large, 0.0, ERROR * v), select(large, 0.0, ROUNDING * v)
    return base, (c0 + (fraction - 0.5), c1, c2, c3, c4, c5, c6, c7), e, error, rounding


@inline
def expanded(w, c, e, error, rounding):
    """y - 1/2 less the integer part of the mean, and the bound of its error."""
    r = (abs(w) + SPREAD) * e
    r2 = r * r
    r4 = r2 * r2
    return polynomial(w, c), fma(error, r4 * r4, rounding * r * e)


@inline
def nearest(x):
    return (x + ROUND) - ROUND


@inline
def as_integer(x):
    """An integer below 2^51 as an int64, which vectors have no conversion to before AVX-512."""
    return bits(x + ROUND) - ROUND_BITS


# --- the distribution function ------------------------------------------------------------------------------------

# atanh(x) = x + x^3 / 3 + ...: (atanh(x) - x) / x^3 in powers of x^2, for x up to 1/2
ATANH = tuple(1.0 / (2 * n + 3) for n in range(25))
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


@inline
def deviance(k, x, mean):
    """k log(k / mean) - x, where x = k - mean; to its last bits where that is small."""
    y = x / (k + mean)  # k / mean = (1 + y) / (1 - y)
    if abs(y) <= 0.5:
        return x * y * fma((1.0 + y) * y, polynomial(y * y, ATANH), 1.0)
    return fma(k, log(k / mean), -x) if k > 0.0 else -x


@loop
def poisson_peak(z):
    """exp(-z) z^z / z!, for an integer z >= 0."""
    if z < 16.0:
        value, i = exp(-z), 1.0
        while i <= z:
            value *= z / i
            i += 1.0
        return value
    inverse = 1.0 / z
    return exp(-inverse * polynomial(inverse * inverse, STIRLING)) / sqrt(6.283185307179586 * z)


@inline
def probability(k, x, law):
    """P(X = k), where x = k - mean."""
    mean, _, p, _, n = law
    d = deviance(k, x, mean)
    if p == 0.0:
        return exp(-d) * poisson_peak(k)
    d += deviance(n - k, -x, n - mean)
    return exp(-d) * poisson_peak(k) * (poisson_peak(n - k) / poisson_peak(n))


@loop
def lower_tail(k, x, law):
    """P(X <= k). The ratio of terms is 1 less a number that is accurate where it is small."""
    mean, _, p, _, _ = law
    term = probability(k, x, law)
    total, less, below = term, p - x, mean - (k - 1.0) * p
    while term > NEGLIGIBLE * total:
        term = fma(-term, less / below, term)
        total += term
        less, below = less + 1.0, below + p
    return total


@loop
def upper_tail(k, x, law):
    """P(X > k)."""
    _, _, _, q, _ = law
    k, x = k + 1.0, x + 1.0
    term = probability(k, x, law)
    total, less, below = term, x + q, (k + 1.0) * q
    while term > NEGLIGIBLE * total:
        term = fma(-term, less / below, term)
        total += term
        less, below = less + 1.0, below + q
    return total


@inline
def reaches(t, k, base, trials, law):
    """Whether F(base + k) >= u."""
    if base + k >= trials:
        return True
    mean, low, _, _, _ = law
    x = np.float64(k) - ((mean - np.float64(base)) + low)
    if t > 0.0:
        return lower_tail(np.float64(base + k), x, law) >= t
    return upper_tail(np.float64(base + k), x, law) <= -t


@loop
def settle(t, k, error, base, trials, law):
    """The quantile less ``base``: k or k + 1, unless the error is large."""
    k = min(max(k, -base), trials - base)
    if reaches(t, k, base, trials, law):
        while error >= TOO_FAR and base + k > 0 and reaches(t, k - 1, base, trials, law):
            k -= 1
        return k
    k += 1
    while error >= TOO_FAR and not reaches(t, k, base, trials, law):
        k += 1
    return k


# --- small means: a search ------------------------------------------------------------------------------------------


@inline
def goal(t):
    """u, or where the upper tail begins if that is less."""
    return t if t > 0.0 else min(1.0 + t, 1.0 - UPPER_TAIL)


@inline
def first_probability(law):
    mean, _, p, _, n = law
    return exp(-mean) if p == 0.0 else exp(-n * minus_log1m(p))


@inline
def ratio(i, mean, p, q):
    """P(X = i + 1) / P(X = i)"""
    return (mean - i * p) / ((i + 1.0) * q)


@loop
def search(t, law):
    """The quantile of u: the least k whose sum of probabilities from 0 on is at least u; in the upper tail, the least
    after which they sum to at most 1 - u.
    """
    mean, _, p, q, _ = law
    i, term = 0.0, first_probability(law)
    total, least = term, goal(t)
    while total < least:
        term *= ratio(i, mean, p, q)
        total += term
        i += 1.0
    while t < 0.0 and t > -UPPER_TAIL:
        j, following = i, term * ratio(i, mean, p, q)
        rest = following
        while following > NEGLIGIBLE * rest:
            j += 1.0
            following *= ratio(j, mean, p, q)
            rest += following
        if rest <= -t:
            break
        term *= ratio(i, mean, p, q)
        i += 1.0
    return np.int64(i)


@loop
def sums_before_tail(law, sums):
    """The sums of probabilities that are below 1 - UPPER_TAIL, as `search` makes them; return how many."""
    mean, _, p, q, _ = law
    i, term = 0.0, first_probability(law)
    k, total = 0, term
    while total < 1.0 - UPPER_TAIL:
        sums[k] = total
        term *= ratio(i, mean, p, q)
        total += term
        i, k = i + 1.0, k + 1
    return k


@loop
def count_below(sums, n, goals, count, out):
    wide()
    for j in range(count):
        out[j] = 0
    for i in range(n):
        for j in range(count):
            out[j] += np.int64(sums[i] < goals[j])


@loop
def search_tails(w, goals, count, seed, stream, position, sign, law, out):
    for j in range(count):
        if goals[j] == 1.0 - UPPER_TAIL:
            out[j] = search(sign * element_uniform(w[j], seed, stream, position + np.uint64(2 * j)), law)


@loop
def count_down(count, trials, out):
    for j in range(count):
        out[j] = trials - out[j]


# --- the kernels ------------------------------------------------------------------------------------------------


@inline
def mirrored_goal(t):
    return goal(-t)


@inline
def fill(function, w, count, seed, stream, position, out):
    """A function of the signed uniforms of elements."""
    if transform(function, w, count, out):
        refine_tails(function, w, count, seed, stream, position, out)


@inline
def within(k, base, trials):
    """``k`` as an integer with ``base + k`` from 0 to ``trials``."""
    lowest, highest = np.float64(-base), np.float64(trials - base)
    k = select(k < lowest, lowest, k)
    return as_integer(select(k > highest, highest, k))


@loop
def expand_all(normals, count, sign, trials, base, c, e, error, rounding, out):
    """The quantiles that the expansion gives; return whether some are too near an integer."""
    wide()
    doubtful = False
    for j in range(count):
        y, bound = expanded(sign * normals[j], c, e, error, rounding)
        integer = nearest(y)
        doubtful |= abs(y - integer) < bound
        out[j] = base + within(integer + select(integer < y, 1.0, 0.0), base, trials)
    return doubtful


@loop
def settle_all(w, normals, count, seed, stream, position, sign, trials, law, base, c, e, error, rounding, out):
    for j in range(count):
        y, bound = expanded(sign * normals[j], c, e, error, rounding)
        if abs(y - nearest(y)) < bound:
            t = sign * element_uniform(w[j], seed, stream, position + np.uint64(2 * j))
            out[j] = base + settle(t, np.int64(nearest(y)), bound, base, trials, law)


@inline
def draw_all(w, scratch, sums, count, seed, stream, position, sign, trials, law, out):
    """Quantiles of u, or of 1 - u where ``sign`` is -1, of elements that have one law."""
    mean, low, p, q, _ = law
    if mean * q < SMALL_VARIANCE:
        if sign > 0.0:
            fill(goal, w, count, seed, stream, position, scratch)
        else:
            fill(mirrored_goal, w, count, seed, stream, position, scratch)
        count_below(sums, sums_before_tail(law, sums), scratch, count, out)
        search_tails(w, scratch, count, seed, stream, position, sign, law, out)
    else:
        fill(normal, w, count, seed, stream, position, scratch)
        base, c, e, error, rounding = expansion(mean, low, p, q)
        if expand_all(scratch, count, sign, trials, base, c, e, error, rounding, out):
            settle_all(w, scratch, count, seed, stream, position, sign, trials, law, base, c, e, error, rounding, out)


@loop
def draw_one(t, w, trials, law):
    """The quantile of u, of which ``w`` is the normal quantile: the same as of many elements."""
    mean, low, p, q, _ = law
    if mean * q < SMALL_VARIANCE:
        return search(t, law)
    base, c, e, error, rounding = expansion(mean, low, p, q)
    y, bound = expanded(w, c, e, error, rounding)
    integer = nearest(y)
    if abs(y - integer) < bound:
        return base + settle(t, np.int64(integer), bound, base, trials, law)
    return base + within(integer + select(integer < y, 1.0, 0.0), base, trials)


@inline
def poisson_law(lam):
    """Mean in two parts, p, q and n."""
    return lam, 0.0, 0.0, 1.0, 0.0


@inline
def binomial_law(n, p):
    """The same for p <= 1/2."""
    high = np.float64(n)
    mean = high * p
    return mean, fma(high, p, -mean) + np.float64(n - np.int64(high)) * p, p, 1.0 - p, high


@kernel(table.poisson)
def poisson(start, stop, seed, stream, offset, lam, period, out):
    buffer, scratch, sums = alloca(BUFFER), as_float64_pointer(alloca(BUFFER)), as_float64_pointer(alloca(MOST_SUMS))
    for first in range(start, stop, TILE):
        count = min(TILE, stop - first)
        position, target = offset + np.uint64(2 * first), pointer_add(out, first)
        w = fetch_words(buffer, buffer, seed, stream, position, count)
        if period == 1:
            draw_all(w, scratch, sums, count, seed, stream, position, 1.0, LARGEST, poisson_law(lam[0]), target)
            continue
        fill(normal, w, count, seed, stream, position, scratch)
        at = first % period
        for j in range(count):
            t = element_uniform(w[j], seed, stream, position + np.uint64(2 * j))
            target[j] = draw_one(t, scratch[j], LARGEST, poisson_law(lam[at]))
            at = at + 1 if at + 1 < period else 0
    return ALL_VALID


@kernel(table.binomial)
def binomial(start, stop, seed, stream, offset, trials, p, period, out):
    buffer, scratch, sums = alloca(BUFFER), as_float64_pointer(alloca(BUFFER)), as_float64_pointer(alloca(MOST_SUMS))
    for first in range(start, stop, TILE):
        count = min(TILE, stop - first)
        position, target = offset + np.uint64(2 * first), pointer_add(out, first)
        w = fetch_words(buffer, buffer, seed, stream, position, count)
        if period == 1:
            n, sign = trials[0], 1.0 if p[0] <= 0.5 else -1.0
            law = binomial_law(n, min(p[0], 1.0 - p[0]))
            draw_all(w, scratch, sums, count, seed, stream, position, sign, n, law, target)
            if sign < 0.0:
                count_down(count, n, target)
            continue
        fill(normal, w, count, seed, stream, position, scratch)
        at = first % period
        for j in range(count):
            t = element_uniform(w[j], seed, stream, position + np.uint64(2 * j))
            target[j] = binomial_quantile(t, scratch[j], trials[at], p[at])
            at = at + 1 if at + 1 < period else 0
    return ALL_VALID


@loop
def binomial_quantile(t, w, n, p):
    if p <= 0.5:
        return draw_one(t, w, n, binomial_law(n, p))
    return n - draw_one(-t, -w, n, binomial_law(n, 1.0 - p))


# --- multinomial variates: binomials of what is left -----------------------------------------------------------------


@kernel(table.sums_after)
def sums_after(start, stop, k, p, rest):
    for row in range(start, stop):
        at, into = pointer_add(p, row * k), pointer_add(rest, row * k)
        total = 0.0
        for j in range(k - 1, -1, -1):
            into[j] = total
            total += at[j]
    return ALL_VALID


@inline
def share(t, w, n, p, rest):
    """How many of ``n`` fall to a category of weight ``p``, the others to those of weights ``rest``."""
    if n == 0 or p == 0.0:
        return np.int64(0)
    if rest == 0.0:
        return n
    if p <= rest:
        return draw_one(t, w, n, binomial_law(n, p / (p + rest)))
    return n - draw_one(-t, -w, n, binomial_law(n, rest / (p + rest)))


@kernel(table.multinomial)
def multinomial(start, stop, seed, stream, offset, trials, trials_rows, p, rest, p_rows, k, counts):
    buffer, scratch = alloca(BUFFER), as_float64_pointer(alloca(BUFFER))
    left, category, row = np.int64(0), 0, start - 1
    for first in range(start * k, stop * k, TILE):
        count = min(TILE, stop * k - first)
        position = offset + np.uint64(2 * first)
        w = fetch_words(buffer, buffer, seed, stream, position, count)
        fill(normal, w, count, seed, stream, position, scratch)
        for j in range(count):
            if category == 0:
                row += 1
                left = trials[row % trials_rows]
            at = row % p_rows * k + category
            t = element_uniform(w[j], seed, stream, position + np.uint64(2 * j))
            drawn = share(t, scratch[j], left, p[at], rest[at])
            counts[first + j] = drawn
            left -= drawn
            category = category + 1 if category + 1 < k else 0
    return ALL_VALID


# --- geometric variates -----------------------------------------------------------------------------------------


@inline
def geometric_rate(p):
    """-log(1 - p), infinite for p = 1."""
    if p == 1.0:
        return np.inf
    return minus_log1m(p if p <= 0.5 else p - 1.0)


@inline
def failures_and_success(e, rate):
    """The least k >= 1 with (1 - p)^k <= 1 - u = exp(-e), or the largest int64."""
    k = e / rate
    if not k < 2.0**63:
        return LARGEST
    whole = np.int64(k)
    return max(whole + np.int64(np.float64(whole) < k), np.int64(1))


@loop
def geometric_all(exponentials, count, rate, out):
    wide()
    for j in range(count):
        out[j] = failures_and_success(exponentials[j], rate)


@kernel(table.geometric)
def geometric(start, stop, seed, stream, offset, p, period, out):
    buffer, scratch = alloca(BUFFER), as_float64_pointer(alloca(BUFFER))
    for first in range(start, stop, TILE):
        count = min(TILE, stop - first)
        position, target = offset + np.uint64(2 * first), pointer_add(out, first)
        w = fetch_words(buffer, buffer, seed, stream, position, count)
        fill(exponential, w, count, seed, stream, position, scratch)
        if period == 1:
            geometric_all(scratch, count, geometric_rate(p[0]), target)
            continue
        at = first % period
        for j in range(count):
            target[j] = failures_and_success(scratch[j], geometric_rate(p[at]))
            at = at + 1 if at + 1 < period else 0
    return ALL_VALID
