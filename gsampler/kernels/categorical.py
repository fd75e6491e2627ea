"""Rows of logits become categories by the Gumbel-Max trick, without building the noise.

Gumbel, "Statistical theory of extreme values and some practical applications", 1954; the name from
Maddison, Tarlow, Minka, "A* sampling", 2014. Category k of row r takes element ``r * K + k`` of the stream,
and the result is that of ``argmax(logits + gumbel)`` to the bit, the first index on ties.

A long row is screened: a bound of each noise costs a conversion or two, and only elements whose bound
reaches the best value so far are evaluated, about log(K) of them.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.kernels.jit import (
    NOTHING,
    add_any_order,
    bits,
    body,
    by_type,
    fma,
    fmax,
    halves_for,
    kernel,
    lanes_at_least,
    like,
    null,
    same_type,
    scalar,
    shift,
    stack,
    trailing_zeros,
    wide,
    words_for,
)
from gsampler.kernels.noise import (
    BUFFER,
    CHUNK,
    SPAN,
    element_uniform,
    fetch_halves,
    gumbel,
    logistic,
    noise,
    only_first,
    width,
)
from gsampler.kernels.philox import HALF, LOW, lower

# rows up to this length are evaluated in full, several at a time: measured, by the cost of a transform
SHORT_32, SHORT_64 = 384, 72
VECTOR = 24  # rows from this length on are searched by vectors

# With v = x / 2^16 below u, for x the upper 16 bits, -log(-log(1 - u)) <= -log(v), and log2(x) >= bits(x) / 2^23 - 127
# for x as a float32. That is -log(v) <= LIFT - bits(x) * SLOPE, also for x = 0, where the left side ends at 45.1 or
# 89.4 and the right at 99.
SLOPE = 0.6931471805599453 / 2**23
# Roundings above: below 2^-22 of |logit| + 110 (float32). LIFT covers what does not grow with the bound,
# SLACK what does.
LIFT = 0.6931471805599453 * (127 + 16) + 1e-3
SLACK = 1e-5


@scalar
def _short_f32(logits):
    return SHORT_32


@scalar
def _short_f64(logits):
    return SHORT_64


longest_short = by_type(
    "longest_short", {types.CPointer(types.float32): _short_f32, types.CPointer(types.float64): _short_f64}
)


# --- checks of logits ---------------------------------------------------------------------------------------


@scalar
def acceptable(x):
    """Neither NaN nor +inf."""
    return x < like(x, np.inf)


@body
def any_refused(good, values, n):
    """Whether there is a value that is not ``good``. (Kept as a truth value: as an integer it takes thrice as long.)"""
    wide()
    found = False
    for j in range(n):
        found |= not good(values[j])
    return found


@scalar
def first_refused(good, start, stop, values):
    """The first of the values that is not ``good``."""
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        if any_refused(good, shift(values, first), n):
            for j in range(first, first + n):
                if not good(values[j]):
                    return j
    return NOTHING


# what `survey` finds among logits
REFUSED, MASKED = 1, 2


@body
def survey(logits, n):
    """Whether some are NaN or +inf, and whether some are -inf, in one pass."""
    wide()
    refused, masked = False, False
    for j in range(n):
        refused |= not acceptable(logits[j])
        masked |= logits[j] == like(logits[j], -np.inf)
    return (REFUSED if refused else 0) + (MASKED if masked else 0)


@scalar
def no_category(row, k):
    """Whether a row is all -inf."""
    j = 0
    while j < k and row[j] == like(row[0], -np.inf):
        j += 1
    return j == k


@scalar
def first_bad_row(logits, n, k):
    """The first of the rows in ``n`` logits that has NaN or +inf, or is all -inf; of part of a row, as it has either.

    Where all are finite, as they mostly are, no row is looked at by itself.
    """
    found = survey(logits, n)
    refused = NOTHING
    if found & REFUSED:
        j = 0
        while acceptable(logits[j]):
            j += 1
        refused = j // k
    if found & MASKED:
        for r in range(n // k):
            if no_category(shift(logits, r * k), k):
                return min(refused, r)
    return refused


# --- rows and coins ------------------------------------------------------------------------------------------


@scalar
def _upper_of_16(half):
    return half


@scalar
def _upper_of_32(half):
    return half >> np.uint32(16)


upper_16 = by_type("upper_16", {types.uint16: _upper_of_16, types.uint32: _upper_of_32})


@scalar
def bound(logit, half):
    """No less than logit + gumbel - LIFT, up to rounding, from the upper half of the word."""
    x = np.float32(np.int32(upper_16(half)))
    return fma(like(logit, bits(x)), like(logit, -SLOPE), logit)


@body
def write_bounds(logits, halves, n, bounds):
    """Write the bounds; return the highest, and their sum in some order: NaN or +inf if one is.

    The highest means nothing where one is NaN, so the sum is to be looked at first.
    """
    wide()
    highest, total = like(logits[0], -np.inf), like(logits[0], 0)
    for j in range(n):
        value = bound(logits[j], halves[j])
        bounds[j] = value
        highest = fmax(highest, value)
        total = add_any_order(total, value)
    return highest, total


@scalar
def needed(best):
    """The least bound with which an element can still reach ``best``."""
    return best - like(best, SLACK) * abs(best) - like(best, LIFT)


@scalar
def first_at_least(values, n, least):
    """The first of n values that is not below ``least``; n where none is."""
    for first in range(0, n, 64):
        mask = lanes_at_least(values, first, least) & only_first(n - first)
        if mask:
            return first + trailing_zeros(mask)
    return n


@scalar
def _whole_32(half, seed, stream, position):
    return np.uint32((np.uint32(half) << np.uint32(16)) | lower(seed, stream, position, np.uint64(0xFFFF)))


@scalar
def _whole_64(half, seed, stream, position):
    return (np.uint64(half) << HALF) | lower(seed, stream, position, LOW)


# the word of an element from its upper half and its place
whole = by_type("whole", {types.uint16: _whole_32, types.uint32: _whole_64})


@scalar
def perturbed(logits, halves, j, seed, stream, position, size):
    """Logit j with its noise; ``position`` is the place of logit 0, and an element takes ``size`` places."""
    place = position + np.uint64(j * size)
    return logits[j] + gumbel(element_uniform(whole(halves[j], seed, stream, place), seed, stream, place))


@body
def screened_argmax(buffer, bounds, logits, n, seed, stream, position, check):
    """Index and value of the largest of ``n`` perturbed logits; index -1 where all are -inf.

    Index -2 where one is NaN or +inf, if ``check`` asks for that: these must not get further.
    """
    wide()
    least = like(logits[0], -np.inf)
    best, index = least, -1
    words = words_for(buffer, logits)
    for start in range(0, n, CHUNK):
        m = min(CHUNK, n - start)
        row = shift(logits, start)
        place = position + np.uint64(start * width(words))
        halves = fetch_halves(buffer, halves_for(buffer, logits), words, seed, stream, place, m)
        highest, total = write_bounds(row, halves, m, bounds)
        if check and not acceptable(total) and survey(row, m) & REFUSED:
            return -2, best
        if highest >= least and highest > like(least, -np.inf):
            # the most promising first: hardly another is then left
            j = first_at_least(bounds, m, highest)
            value = perturbed(row, halves, j, seed, stream, place, width(words))
            if value > best:
                best, index, least = value, start + j, needed(value)
            tried = j
            for first in range(0, m, 64):
                mask = lanes_at_least(bounds, first, least) & only_first(m - first)
                while mask:
                    j = first + trailing_zeros(mask)
                    mask &= mask - np.uint64(1)
                    if j != tried and bounds[j] >= least:
                        value = perturbed(row, halves, j, seed, stream, place, width(words))
                        if value > best or (value == best and start + j < index):
                            best, index, least = value, start + j, needed(value)
    return index, best


@body
def perturb(logits, n, period, at, sample):
    """Add to ``sample`` the logits from ``at`` on, which repeat after ``period``."""
    wide()
    if period == 1:
        for j in range(n):
            sample[j] += logits[0]
        return
    j = 0
    while j < n:
        run = min(n - j, period - at)
        for i in range(run):
            sample[j + i] += logits[at + i]
        j, at = j + run, 0


@body
def largest(values, n):
    wide()
    highest = like(values[0], -np.inf)
    for j in range(n):
        highest = fmax(highest, values[j])
    return highest


@body
def short_argmax(sample, rows, k, index, best):
    """Argmax of each of the rows in ``sample``."""
    for r in range(rows):
        row = shift(sample, r * k)
        top, where = row[0], 0
        if k < VECTOR:
            for j in range(1, k):
                value = row[j]
                where = j if value > top else where
                top = value if value > top else top
        else:
            top = largest(row, k)
            where = first_at_least(row, k, top)
        index[r] = where
        if not null(best):
            best[r] = top


@scalar
def short_rows(start, stop, seed, stream, offset, logits, k, period, check, index, best):
    buffer, results = stack(BUFFER), stack(BUFFER)
    sample = same_type(results, logits)
    together = SPAN // k
    for first in range(start, stop, together):
        rows = min(together, stop - first)
        if check:
            bad = first_bad_row(shift(logits, first * k), rows * k, k)
            if bad != NOTHING:
                return first + bad
        place = offset + np.uint64(first * k * width(words_for(buffer, logits)))
        noise(gumbel, buffer, seed, stream, place, rows * k, sample)
        perturb(logits, rows * k, period * k, (first % period) * k, sample)
        short_argmax(sample, rows, k, shift(index, first), best if null(best) else shift(best, first))
    return NOTHING


@kernel(
    "i64 start, i64 stop, u64 seed, u64 stream, u64 offset,"
    "T* logits, i64 k, i64 period, i64 parts, i64 part, i64 check, i64* index, T* best"
)
def gumbel_max(start, stop, seed, stream, offset, logits, k, period, parts, part, check, index, best):
    """Category of each row; row r has the logits of row ``r % period``.

    A long row may be cut in ``parts`` of ``part`` categories: item i is then part ``i % parts`` of row ``i
    // parts``, and its index, counted in the row, goes with its value to ``index[i]`` and ``best[i]``. With
    one part, ``best`` may be NULL.

    With ``check``, which is for a ``period`` of all rows, it refuses the first row that has NaN or +inf, or is all
    -inf; of parts, the first that has NaN or +inf.
    """
    if parts == 1 and k <= longest_short(logits):
        return short_rows(start, stop, seed, stream, offset, logits, k, period, check, index, best)
    buffer, results = stack(BUFFER), stack(BUFFER)
    bounds = same_type(results, logits)
    for item in range(start, stop):
        row, first = item // parts, (item % parts) * part
        place = offset + np.uint64((row * k + first) * width(words_for(buffer, logits)))
        at = shift(logits, (row % period) * k + first)
        found, value = screened_argmax(buffer, bounds, at, min(part, k - first), seed, stream, place, check)
        if check and found < (0 if parts == 1 else -1):
            return item
        index[item] = found + first if found >= 0 else -1
        if not null(best):
            best[item] = value
    return NOTHING


@body
def write_positive(sample, n, out):
    wide()
    for j in range(n):
        out[j] = sample[j] > like(sample[j], 0)


@kernel("i64 start, i64 stop, u64 seed, u64 stream, u64 offset, T* logits, i64 period, i64 check, u8* out")
def bernoulli(start, stop, seed, stream, offset, logits, period, check, out):
    """1 where logit + logistic noise > 0. Element i has the logit ``i % period``.

    With ``check``, which is for a ``period`` of all elements, it refuses the first logit that is NaN or +inf.
    """
    buffer, results = stack(BUFFER), stack(BUFFER)
    sample = same_type(results, logits)
    for first in range(start, stop, SPAN):
        n = min(SPAN, stop - first)
        if check:
            bad = first_refused(acceptable, first, first + n, logits)
            if bad != NOTHING:
                return bad
        place = offset + np.uint64(first * width(words_for(buffer, logits)))
        noise(logistic, buffer, seed, stream, place, n, sample)
        perturb(logits, n, period, first % period, sample)
        write_positive(sample, n, shift(out, first))
    return NOTHING


@scalar
def a_number(x):
    return x == x


@kernel("i64 start, i64 stop, T* x")
def check_numbers(start, stop, x):
    """Refuse the first NaN."""
    return first_refused(a_number, start, stop, x)


@kernel("i64 start, i64 stop, T* logits")
def check_values(start, stop, logits):
    """Refuse the first logit that is NaN or +inf."""
    return first_refused(acceptable, start, stop, logits)


@kernel("i64 start, i64 stop, T* logits, i64 k")
def check_rows(start, stop, logits, k):
    """Refuse the first row that has NaN or +inf, or is all -inf."""
    together = max(1, CHUNK // k)
    for first in range(start, stop, together):
        bad = first_bad_row(shift(logits, first * k), min(together, stop - first) * k, k)
        if bad != NOTHING:
            return first + bad
    return NOTHING
