"""A slow second opinion on the whole stream: integers, fractions and mpmath, and nothing of gsampler.

Two kinds of answer. ``exact_*`` is the mathematical value of a variate, to any precision, from the very
bits of the stream: what the engine may miss by 2 ulp. The others repeat its floating-point arithmetic one
correctly rounded operation at a time: what the engine must give bit for bit. The polynomials' coefficients
are derived anew by fit_coefficients.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import fit_coefficients
import mpmath as mp
import numpy as np

# --- the stream ---------------------------------------------------------------------------------------------

EDGE = 2**16


def philox4x32(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Ten rounds, as in the paper's figure."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0, product1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & 0xFFFFFFFF,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & 0xFFFFFFFF,
        )
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


@functools.lru_cache(maxsize=4096)
def _block(seed: int, stream: int, domain: int, block: int) -> tuple[int, int, int, int]:
    counter = (block & 0xFFFFFFFF, block >> 32 | domain << 30, stream & 0xFFFFFFFF, stream >> 32)
    return philox4x32(counter, (seed & 0xFFFFFFFF, seed >> 32))


def half(seed: int, stream: int, position: int, double: bool, domain: int) -> int:
    """A half of the word of an element: 16 bits of a block, 32 for float64, counted from the lowest ones."""
    x0, x1, x2, x3 = _block(seed, stream, domain, position // 8)
    block = x2 << 96 | x3 << 64 | x0 << 32 | x1
    return block >> position % 8 * 16 & (0xFFFFFFFF if double else 0xFFFF)


def word(seed: int, stream: int, position: int, double: bool = False) -> int:
    """The word of an element: its upper half from domain 0, its lower half from domain 2."""
    upper, lower = (half(seed, stream, position, double, domain) for domain in (0, 2))
    return upper << (32 if double else 16) | lower


def further(seed: int, stream: int, position: int) -> int:
    """A word of domain 1 for each position."""
    return _block(seed, stream, 1, position // 4)[position % 4]


def integer(low: int, values: int, seed: int, stream: int, position: int) -> int:
    """One of so many integers from ``low`` on: the element's word and 64 bits of domain 3, times their number."""
    extension = 0
    for p in range(position, position + 2):
        extension = extension << 32 | _block(seed, stream, 3, p // 4)[p % 4]
    return low + ((word(seed, stream, position, True) << 64 | extension) * values >> 128)


class Position:
    """An element of the stream: its integer w, of ``size`` bits, stands for the uniform (w + 1/2) / 2^size."""

    def __init__(self, seed: int, stream: int, position: int, double: bool) -> None:
        self.size = 64 if double else 32
        self.w = word(seed, stream, position, double)
        first = self.w >> self.size - 32
        if first < EDGE or first >= 2**32 - EDGE:
            for p in range(position, position + self.size // 32):
                self.w = self.w << 32 | further(seed, stream, p)
            self.size *= 2

    def uniform(self) -> Fraction:
        return Fraction(2 * self.w + 1, 2 ** (self.size + 1))


# --- exact values -------------------------------------------------------------------------------------------


def _mpf(x: Fraction) -> mp.mpf:
    return mp.mpf(x.numerator) / x.denominator


def exact_uniform(u: Fraction) -> mp.mpf:
    return _mpf(u)


def exact_exponential(u: Fraction) -> mp.mpf:
    return -mp.log(_mpf(1 - u))


def exact_gumbel(u: Fraction) -> mp.mpf:
    return -mp.log(-mp.log(_mpf(1 - u)))


def exact_logistic(u: Fraction) -> mp.mpf:
    return mp.log(_mpf(u / (1 - u)))


def exact_normal(u: Fraction) -> mp.mpf:
    size = fit_coefficients.normal_quantile(_mpf(min(u, 1 - u)))
    return -size if u < Fraction(1, 2) else size


EXACT: dict[str, Callable[[Fraction], mp.mpf]] = {
    "uniform": exact_uniform,
    "exponential": exact_exponential,
    "gumbel": exact_gumbel,
    "logistic": exact_logistic,
    "normal": exact_normal,
}

# --- floating point, one operation at a time ----------------------------------------------------------------


def rounded(x: Fraction, double: bool) -> Fraction:
    """To the nearest float64 or float32, ties to even, as an exact fraction."""
    if double:
        return Fraction(x.numerator / x.denominator)  # Python divides integers with correct rounding
    if x == 0:
        return x
    exponent = abs(x.numerator).bit_length() - x.denominator.bit_length()  # 2^(exponent - 1) < |x| < 2^(exponent + 1)
    if abs(x) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** max(exponent - 23, -149)
    return round(x / unit) * unit


@functools.cache
def fits() -> tuple[dict[str, list[Fraction]], dict[str, float]]:
    """Coefficients of each polynomial, and the binary logarithm of its error."""
    with mp.workdps(50):
        found, errors = {}, {}
        for name, rounded_ones, error in fit_coefficients.fits():
            found[name], errors[name] = [Fraction(c) for c in rounded_ones], float(mp.log(error, 2))
        for name, above, below, error in fit_coefficients.normal_fits():
            found |= {name + "_ABOVE": [Fraction(c) for c in above], name + "_BELOW": [Fraction(c) for c in below]}
            errors[name] = float(mp.log(error, 2))
        return found, errors


def coefficients() -> dict[str, list[Fraction]]:
    return fits()[0]


class Arithmetic:
    """The engine's elementary functions, in float32 or float64."""

    def __init__(self, double: bool) -> None:
        self.double = double
        suffix = "F64" if double else "F32"
        self.log1m, self.minus_log = coefficients()["LOG1M_" + suffix], coefficients()["MINUS_LOG_" + suffix]
        self.minus_ln2 = self.round(Fraction(-math.log(2)))
        self.exp2 = coefficients()["EXP2_" + suffix]
        with mp.workdps(50):
            self.log2_e = self.round(Fraction(float(1 / mp.log(2))))
            self.log2_e_low = self.round(Fraction(float(1 / mp.log(2) - _mpf(self.log2_e))))

    def round(self, x: Fraction) -> Fraction:
        return rounded(x, self.double)

    def fma(self, x: Fraction, y: Fraction, z: Fraction) -> Fraction:
        return self.round(x * y + z)

    def horner(self, x: Fraction, c: Sequence[Fraction]) -> Fraction:
        value = c[-1]
        for term in c[-2::-1]:
            value = self.fma(value, x, term)
        return value

    def polynomial(self, x: Fraction, c: Sequence[Fraction]) -> Fraction:
        if len(c) <= 12:
            return self.horner(x, c)
        square = self.round(x * x)
        return self.fma(self.horner(square, c[1::2]), x, self.horner(square, c[0::2]))

    @staticmethod
    def split(x: Fraction, low: Fraction) -> tuple[Fraction, int]:
        """m and k of x = m 2^k with low <= m < 2 low."""
        k = 0
        while x >= 2 * low:
            x, k = x / 2, k + 1
        while x < low:
            x, k = x * 2, k - 1
        return x, k

    def signed(self, position: Position) -> Fraction:
        """The uniform with its sign: u below 1/2, u - 1 above; rounded as the engine rounds it."""
        w, upper = position.w, position.w >= 2 ** (position.size - 1)
        if upper:
            w = 2**position.size - 1 - w  # the distance to 1, counted like that to 0
        half = Fraction(1, 2 ** (position.size + 1))
        if position.size == 128:
            low = self.fma(self.round(Fraction(w % 2**64)), Fraction(1, 2**128), half)
            t = self.fma(self.round(Fraction(w >> 64)), Fraction(1, 2**64), low)
        elif upper:  # as the negative integer -(w + 1)
            return self.fma(self.round(Fraction(-w - 1)), 2 * half, half)
        else:
            t = self.fma(self.round(Fraction(w)), 2 * half, half)
        return -t if upper else t

    def uniform(self, t: Fraction) -> Fraction:
        largest = 1 - Fraction(1, 2 ** (53 if self.double else 24))
        return min(t if t > 0 else self.round(1 + t), largest)

    def exponential(self, t: Fraction) -> Fraction:
        f, k = t, 0
        if t < 0:
            m, k = self.split(-t, Fraction(1, 2))
            f = 1 - m
        head = self.fma(Fraction(k), self.minus_ln2, f)
        return self.fma(self.round(f * f), self.polynomial(f, self.log1m), head)

    def negative_log(self, x: Fraction) -> Fraction:
        m, k = self.split(x, Fraction(3, 4))
        return self.fma(Fraction(k), self.minus_ln2, self.polynomial(m - 1, self.minus_log))

    def gumbel(self, t: Fraction) -> Fraction:
        return self.negative_log(self.exponential(t))

    def logistic(self, t: Fraction) -> Fraction:
        a = abs(t)
        m, k = self.split(a, Fraction(3, 4))
        small = self.round(self.polynomial(m - 1, self.minus_log) - a)
        small = self.fma(-self.round(a * a), self.polynomial(a, self.log1m), small)
        size = self.fma(Fraction(k), self.minus_ln2, small)
        return size if t < 0 else -size

    def normal(self, t: Fraction) -> Fraction:
        a = abs(t)
        four = self.round(4 * a)
        g = self.fma(-four, a, four)
        f, k = self.round(self.fma(Fraction(-2), a, Fraction(1)) ** 2), 0
        if a < Fraction(1, 4):
            m, k = self.split(g, Fraction(1, 2))
            f = 1 - m
        part = 2 * self.fma(self.round(f * f), self.polynomial(f, self.log1m), f)
        v = self.fma(Fraction(k), 2 * self.minus_ln2, part)
        name = "NORMAL_F64" if self.double else "NORMAL_F32"
        above, below = coefficients()[name + "_ABOVE"], coefficients()[name + "_BELOW"]
        ratio = self.divide(self.polynomial(v, above), self.polynomial(v, below))
        size = self.square_root(self.fma(Fraction(k), 2 * self.minus_ln2, self.fma(-v, ratio, part)))
        return size if t < 0 else -size

    def square_root(self, x: Fraction) -> Fraction:
        """From an integer root with 40 bits to spare, and a last one for what is left over."""
        if x == 0:
            return x
        scale = 4 ** (100 + max(0, x.denominator.bit_length() - x.numerator.bit_length()))
        root = math.isqrt(x.numerator * scale // x.denominator)
        exact = root * root * x.denominator == x.numerator * scale
        return self.round(Fraction(2 * root + (0 if exact else 1), 2 * math.isqrt(scale)))

    def divide(self, x: Fraction, y: Fraction) -> Fraction:
        return self.round(x / y)

    def rate(self, tau: Fraction) -> tuple[Fraction, Fraction]:
        """log2(e) / tau in two parts."""
        high = self.divide(self.log2_e, tau)
        rest = self.round(self.fma(-high, tau, self.log2_e) + self.log2_e_low)
        return high, self.divide(rest, tau)

    def tempered(self, d: Fraction, rate: tuple[Fraction, Fraction]) -> Fraction:
        """exp(d / tau)"""
        high, low = rate
        k = round(d * high)
        if k < (-1021 if self.double else -125):
            return Fraction(0)
        f = self.fma(d, low, self.fma(d, high, Fraction(-k)))
        return self.round(self.polynomial(f, self.exp2) * Fraction(2) ** k)

    def noise(self, name: str, seed: int, stream: int, position: int) -> Fraction:
        function: Callable[[Fraction], Fraction] = getattr(self, name)
        return function(self.signed(Position(seed, stream, position, self.double)))


@functools.cache
def arithmetic(double: bool) -> Arithmetic:
    return Arithmetic(double)


def noise(name: str, seed: int, stream: int, offset: int, n: int, double: bool) -> list[float]:
    """n elements of noise; a float32 is held by a Python float."""
    width = 2 if double else 1
    start = offset + offset % width
    return [float(arithmetic(double).noise(name, seed, stream, start + width * i)) for i in range(n)]


# --- categories: every method, one row at a time ------------------------------------------------------------


def gumbel_max(logits: Sequence[float], seed: int, stream: int, position: int, double: bool) -> int:
    """argmax(logits + noise), the sums rounded, the first on ties."""
    width, best, index = (2 if double else 1), None, -1
    for k, logit in enumerate(logits):
        if logit == -math.inf:
            continue
        noise_k = arithmetic(double).noise("gumbel", seed, stream, position + width * k)
        value = rounded(Fraction(logit) + noise_k, double)
        if best is None or value > best:
            best, index = value, k
    return index


def perturbed_columns(
    logits: Sequence[float], columns: Sequence[int], seed: int, stream: int, position: int, double: bool
) -> list[Fraction | None]:
    """Logits with the noise of the elements with these numbers, the sums rounded; None for -inf, and for a -1."""
    width, sums = (2 if double else 1), []
    for logit, column in zip(logits, columns, strict=True):
        noise_j = arithmetic(double).noise("gumbel", seed, stream, position + width * max(column, 0))
        masked = column < 0 or logit == -math.inf
        sums.append(None if masked else rounded(Fraction(logit) + noise_j, double))
    return sums


def gumbel_top_k(
    logits: Sequence[float], top: int, seed: int, stream: int, position: int, double: bool
) -> list[tuple[int, Fraction]]:
    """The largest rounded sums of logits and noise with their categories, in order, the first on ties."""
    width, sums = (2 if double else 1), []
    for k, logit in enumerate(logits):
        if logit != -math.inf:
            noise_k = arithmetic(double).noise("gumbel", seed, stream, position + width * k)
            sums.append((k, rounded(Fraction(logit) + noise_k, double)))
    return sorted(sums, key=lambda pair: (-pair[1], pair[0]))[:top]


def exp(x: float) -> float:
    """exp of a float64 x <= 0 as the engine computes it."""
    if x < -708:
        return 0.0
    double = arithmetic(True)
    log2_e, high, low = (
        1 / math.log(2),
        float.fromhex("0x1.62e42feep-1"),
        float.fromhex("0x1.a39ef35793c76p-33"),
    )
    k = Fraction(round(Fraction(x) * Fraction(log2_e)))
    r = double.fma(-k, Fraction(low), double.fma(-k, Fraction(high), Fraction(x)))
    value = double.polynomial(r, coefficients()["EXP_F64"])
    return float(value) * 2.0 ** int(k)


def weights(logits: Sequence[float]) -> list[float]:
    highest = max(logits)
    return [exp(x - highest) for x in logits]


def inverse_cdf(logits: Sequence[float], seed: int, stream: int, position: int) -> int:
    """The first category whose cumulative sum is above u, sums taken from the end that u is nearer to."""
    w = weights(logits)
    total = 0.0
    for x in w:
        total += x
    t = float(arithmetic(True).signed(Position(seed, stream, position, True)))
    split, below = 0, 0.0
    while below + w[split] <= 0.5 * total:
        below += w[split]
        if t > 0 and below > t * total:
            return split
        split += 1
    if t > 0:
        return split
    above, index = 0.0, len(w) - 1
    for k in range(len(w) - 1, split - 1, -1):
        if -above > t * total:
            index = k
        above += w[k]
    return index


def alias_table(logits: Sequence[float]) -> list[tuple[int, int]]:
    """Threshold (of 2^64) and alias of each category, by Vose's method."""
    w = weights(logits)
    k = len(w)
    total, lost = 0.0, 0.0
    for x in w:
        new = total + x
        lost += (total - new) + x if total >= x else (x - new) + total
        total = new
    total += lost
    largest = w.index(max(w))
    scaled = [x * (k / total) for x in w]
    small = [j for j in range(k) if scaled[j] < 1]
    large = [j for j in range(k) if scaled[j] >= 1]  # the last one is paired first
    table: dict[int, tuple[int, int]] = {}
    certain = 2**64 - 1
    while small and large:
        less, more = small.pop(), large[-1]
        table[less] = (min(int(scaled[less] * 2.0**64), certain), more)
        scaled[more] -= 1.0 - scaled[less]
        if scaled[more] < 1:
            small.append(large.pop())
    for j in large:
        table[j] = (certain, j)
    for j in small:
        table[j] = (certain, j) if scaled[j] > 0.5 else (int(scaled[j] * 2.0**64), largest)
    return [table[j] for j in range(k)]


def alias(table: Sequence[tuple[int, int]], seed: int, stream: int, position: int) -> int:
    w = word(seed, stream, position, True)
    j, fraction = divmod(w * len(table), 2**64)
    threshold, other = table[j]
    return j if fraction < threshold else other


# --- counts: exact quantiles, where no step of the distribution function is near u --------------------------------


class NearStepError(ArithmeticError):
    """A uniform so near a step that a quantile may come out either way."""


class Counts:
    """A Poisson (``n`` is None) or binomial distribution, to 40 digits."""

    def __init__(self, n: int | None, parameter: float | Fraction) -> None:
        self.n, self.x = n, Fraction(parameter)
        self.mean = self.x if n is None else n * self.x
        self.variance = self.x if n is None else n * self.x * (1 - self.x)
        self.skew = Fraction(1) if n is None else 1 - 2 * self.x
        self.known: dict[int, tuple[mp.mpf, mp.mpf]] = {}

    def tails(self, k: int) -> tuple[mp.mpf, mp.mpf]:
        """P(X <= k) and P(X > k), the smaller of which is computed."""
        if k < 0:
            return mp.mpf(0), mp.mpf(1)
        if self.n is not None and k >= self.n:
            return mp.mpf(1), mp.mpf(0)
        if k not in self.known:
            below = k < self.mean
            tail = self._sum(k, below) if self.variance < 10**4 else self._integral(k, below)
            self.known[k] = (tail, 1 - tail) if below else (1 - tail, tail)
        return self.known[k]

    def _sum(self, k: int, below: bool) -> mp.mpf:
        x, n = _mpf(self.x), self.n
        j = k if below else k + 1
        if n is None:
            term = mp.exp(j * mp.log(x) - x - mp.loggamma(j + 1)) if x else mp.mpf(0)
        else:
            term = mp.binomial(n, j) * x**j * mp.exp((n - j) * mp.log1p(-x)) if x < 1 else mp.mpf(0)
        total = term
        while term > total * mp.mpf(10) ** -45:
            if below:
                term *= (j / x if n is None else j * (1 - x) / ((n - j + 1) * x)) if j else 0
            else:
                term *= x / (j + 1) if n is None else (n - j) * x / ((j + 1) * (1 - x))
            j += -1 if below else 1
            total += term
        return total

    def _integral(self, k: int, below: bool) -> mp.mpf:
        """Of the gamma or the beta density whose tail this is, a quarter of a standard deviation at a time."""
        x, n = _mpf(self.x), self.n
        if n is None:
            log_density = functools.partial(self._log_gamma_density, k, mp.loggamma(k + 1))
            step = mp.sqrt(x)
        else:
            log_beta = mp.loggamma(k + 1) + mp.loggamma(n - k) - mp.loggamma(n + 1)
            log_density = functools.partial(self._log_beta_density, k, log_beta)
            step = mp.sqrt(x * (1 - x) / n)
        direction = 1 if below else -1
        first = mp.exp(log_density(x))
        total = mp.mpf(0)
        for i in range(60):
            ends = sorted((x + direction * i * step / 4, x + direction * (i + 1) * step / 4))
            part = mp.quad(lambda t: mp.exp(log_density(t)), ends, method="gauss-legendre")
            total += part
            if part < total * mp.mpf(10) ** -30 and first:
                break
        return total

    @staticmethod
    def _log_gamma_density(k: int, log_factorial: mp.mpf, t: mp.mpf) -> mp.mpf:
        return k * mp.log(t) - t - log_factorial

    def _log_beta_density(self, k: int, log_beta: mp.mpf, t: mp.mpf) -> mp.mpf:
        assert self.n is not None
        return k * mp.log(t) + (self.n - k - 1) * mp.log1p(-t) - log_beta

    def quantile(self, u: Fraction, margin: float = 2e-13) -> int:
        """The least k with F(k) >= u; NearStepError if u is within a margin of a step, relative to its nearer end."""
        with mp.workdps(60):
            if not self.variance:
                return int(self.mean)
            w = exact_normal(u)
            guess = _mpf(self.mean) + mp.sqrt(_mpf(self.variance)) * w + (w * w - 1) / 6 * _mpf(self.skew)
            k = max(int(mp.nint(guess)), 0)
            k = k if self.n is None else min(k, self.n)
            while not self._reaches(k, u):
                k += 1
            while k > 0 and self._reaches(k - 1, u):
                k -= 1
            for step in (k - 1, k):
                lower, upper = self.tails(step)
                near = abs(lower - _mpf(u)) / _mpf(u) if u < Fraction(1, 2) else abs(upper - _mpf(1 - u)) / _mpf(1 - u)
                if near < margin:
                    raise NearStepError(f"u is within {float(near):.2g} of F({step})")
            return k

    def _reaches(self, k: int, u: Fraction) -> bool:
        lower, upper = self.tails(k)
        return bool(lower >= _mpf(u) if u < Fraction(1, 2) else upper <= _mpf(1 - u))


def element(seed: int, stream: int, position: int) -> Fraction:
    """The exact uniform of an element of two words."""
    return Position(seed, stream, position, True).uniform()


def poisson(lam: float, seed: int, stream: int, position: int) -> int:
    return Counts(None, lam).quantile(element(seed, stream, position))


def binomial(n: int, p: float, seed: int, stream: int, position: int) -> int:
    return Counts(n, p).quantile(element(seed, stream, position))


def geometric(p: float, seed: int, stream: int, position: int) -> int:
    """The exponential of the element divided by -log(1 - p), rounded up; at least 1, and at most the largest int64."""
    if p == 1:
        return 1
    double = arithmetic(True)
    e = double.noise("exponential", seed, stream, position)
    rate = double.exponential(Fraction(p) if p <= 0.5 else Fraction(p) - 1)
    k = e / rate
    return 2**63 - 1 if k >= 2**63 else max(math.ceil(double.round(k)), 1)


def multinomial(n: int, p: Sequence[float], seed: int, stream: int, position: int) -> list[int]:
    """Category by category, a binomial of those that are left."""
    counts, left = [], n
    for j in range(len(p)):
        whole = sum(map(Fraction, p[j:]), Fraction(0))
        share = Fraction(p[j]) / whole if whole else Fraction(0)
        counts.append(int(left * share) if share in (0, 1) or not left else 0)
        if left and 0 < share < 1:
            counts[-1] = Counts(left, share).quantile(element(seed, stream, position + 2 * j))
        left -= counts[-1]
    return counts


# --- relaxed categories: a row at a time ----------------------------------------------------------------------

CHUNK = 1024


def total(values: Sequence[Fraction | float]) -> float:
    """Float64 sums of 1024 at a time, each in 16 lanes and then the tree of their halves."""
    result = 0.0
    for first in range(0, len(values), CHUNK):
        lanes = [0.0] * 16
        for i, value in enumerate(values[first : first + CHUNK]):
            lanes[i % 16] += float(value)
        while len(lanes) > 1:
            half = len(lanes) // 2
            lanes = [a + b for a, b in zip(lanes[:half], lanes[half:], strict=True)]
        result += lanes[0]
    return result


def softmax(z: Sequence[Fraction | None], tau: Fraction, double: bool) -> list[Fraction]:
    """None is -inf."""
    a = arithmetic(double)
    top = max(x for x in z if x is not None)
    rate = a.rate(tau)
    e = [Fraction(0) if x is None else a.tempered(a.round(x - top), rate) for x in z]
    inverse = a.round(Fraction(1.0 / total(e)))
    return [a.round(x * inverse) for x in e]


def perturbed(
    name: str, logits: Sequence[float], seed: int, stream: int, position: int, double: bool
) -> list[Fraction | None]:
    """Logits with noise, the sums rounded; None for -inf."""
    width, a = (2 if double else 1), arithmetic(double)
    return [
        None if x == -math.inf else a.round(Fraction(x) + a.noise(name, seed, stream, position + width * k))
        for k, x in enumerate(logits)
    ]


def conditional_gumbel(
    logits: Sequence[float], i: int, seed: int, stream: int, position: int, double: bool
) -> list[float]:
    """Logits with Gumbel noise, given that category ``i`` is the largest: a row."""
    a, wide, width = arithmetic(double), arithmetic(True), 2 if double else 1
    arrivals = [a.noise("exponential", seed, stream, position + width * j) for j in range(len(logits))]
    top, rate = Fraction(max(logits)), a.rate(Fraction(1))
    w = [Fraction(0) if x == -math.inf else a.tempered(a.round(Fraction(x) - top), rate) for x in logits]
    share = wide.divide(arrivals[i], Fraction(total(w)))
    best = float(a.round(wide.round(top + wide.negative_log(share))))
    kind = np.float64 if double else np.float32
    below = float(np.nextafter(kind(best), kind(-math.inf)))
    z = [
        x if x == -math.inf else min(below, float(a.round(Fraction(x) + a.negative_log(a.fma(v, a.round(share), e)))))
        for x, v, e in zip(logits, w, arrivals, strict=True)
    ]
    z[i] = best
    return z


def softmax_backward(
    grad: Sequence[float], soft: Sequence[Fraction], tau: Fraction, double: bool
) -> tuple[list[Fraction], Fraction]:
    """dlogits and dtau of a row."""
    a = arithmetic(double)
    zero, inverse = Fraction(0), a.divide(Fraction(1), tau)
    inner = a.round(Fraction(total([a.round(Fraction(g) * y) if y else zero for g, y in zip(grad, soft, strict=True)])))
    w = [a.round(a.round(Fraction(g) - inner) * y) if y else zero for g, y in zip(grad, soft, strict=True)]
    rest = a.round(Fraction(total(w)))
    dlogits = [a.round(a.round(v - a.round(y * rest)) * inverse) for v, y in zip(w, soft, strict=True)]
    terms = [a.round(a.negative_log(y) * d) if y else zero for y, d in zip(soft, dlogits, strict=True)]
    return dlogits, a.round(Fraction(total(terms)))


def sigmoid(z: Fraction | None, tau: Fraction, double: bool) -> Fraction:
    """sigmoid(z / tau); None is -inf."""
    if z is None:
        return Fraction(0)
    a = arithmetic(double)
    e = a.tempered(-abs(z), a.rate(tau))
    return a.divide(Fraction(1) if z >= 0 else e, a.round(1 + e))


def sigmoid_backward(g: float, y: Fraction, tau: Fraction, double: bool) -> tuple[Fraction, Fraction]:
    """dlogit and dtau of an element."""
    a = arithmetic(double)
    rest = a.round(1 - y)
    slope = a.round(y * rest)
    if not slope:
        return Fraction(0), Fraction(0)
    d = a.round(a.round(Fraction(g) * slope) * a.divide(Fraction(1), tau))
    return d, a.round(a.round(a.negative_log(y) - a.negative_log(rest)) * d)


# --- log-probabilities, entropy, divergence: a row at a time, in float64 ----------------------------------------------

EXP_REMAINDER = [Fraction(1.0 / math.factorial(n)) for n in range(2, 19)]


def fma(x: float, y: float, z: float) -> float:
    return float(arithmetic(True).fma(Fraction(x), Fraction(y), Fraction(z)))


def log(x: float) -> float:
    return -float(arithmetic(True).negative_log(Fraction(x)))


def log1p(x: float) -> float:
    """log(1 + x) for x >= -1/2."""
    if x > 1:
        return log(1.0 + x)
    f = Fraction(x / (1.0 + x) if x > 0 else abs(x))
    value = float(arithmetic(True).exponential(f))
    return value if x > 0 else -value


def exp_remainder(x: float) -> float:
    """exp(x) - 1 - x for |x| <= 1."""
    return x * x * float(arithmetic(True).polynomial(Fraction(x), EXP_REMAINDER))


def expm1(x: float) -> float:
    return x + exp_remainder(x) if x >= -1 else exp(x) - 1.0


def single(x: float, double: bool) -> float:
    """A result as it is returned."""
    return x if double else float(np.float32(x))


class Centred:
    """Half of x less the largest, the rounding errors of that, and exp((x - largest) / tau)."""

    def __init__(self, x: Sequence[float], tau: float = 1.0) -> None:
        a, half_top = arithmetic(True), 0.5 * max(x)
        high, low = a.rate(Fraction(tau))
        self.d, self.error, self.e = [], [], []
        for value in x:
            half = 0.5 * value
            d = half - half_top
            error = 0.0
            if d > -math.inf:
                back = half - d
                error = (half - (d + back)) + (back - half_top)
            e = 0.0 if d == -math.inf else float(a.tempered(Fraction(d), (2 * high, 2 * low)))
            self.d.append(d)
            self.error.append(error)
            self.e.append(fma(e, error * (2.0 / tau), e))

    def below_top(self) -> list[float]:
        return [e if d < 0 else 0.0 for d, e in zip(self.d, self.e, strict=True)]

    def rest(self) -> float:
        """The sum of the exponentials but for one of the largest."""
        return total(self.below_top()) + (self.d.count(0.0) - 1)

    def surprise(self) -> float:
        """The sum of -e log(e)."""
        return total([-2.0 * d * e if e > 0 else 0.0 for d, e in zip(self.d, self.below_top(), strict=True)])


def log_softmax(x: Sequence[float], tau: float, double: bool) -> list[float]:
    row = Centred(x, tau)
    log_total = log1p(row.rest())
    return [single(2.0 * (d / tau) - log_total, double) for d in row.d]


def log_softmax_backward(
    grad: Sequence[float], log_probs: Sequence[float], tau: float, double: bool
) -> tuple[list[float], float]:
    """dx and dtau of a row."""
    g = [a if log_p > -math.inf else 0.0 for a, log_p in zip(grad, log_probs, strict=True)]
    whole, dx, terms = total(g), [], []
    for a, log_p in zip(g, log_probs, strict=True):
        present = log_p > -math.inf
        value = (-a * expm1(log_p) - exp(log_p) * (whole - a)) / tau if present else 0.0
        dx.append(single(value, double))
        terms.append(-log_p * value if present else 0.0)
    return dx, single(total(terms), double)


def entropy(logits: Sequence[float], double: bool) -> float:
    row = Centred(logits)
    rest = row.rest()
    return single(log1p(rest) + row.surprise() / (1.0 + rest), double)


def entropy_backward(grad: float, logits: Sequence[float], double: bool) -> list[float]:
    row = Centred(logits)
    inverse = 1.0 / (1.0 + row.rest())
    mean = row.surprise() * inverse
    slopes = [e * inverse * (-2.0 * d - mean) if e > 0 else 0.0 for d, e in zip(row.d, row.e, strict=True)]
    return [single(grad * slope, double) for slope in slopes]


class Divergence:
    """Of two rows: p, q, log(q / p) of each category and the divergence."""

    def __init__(self, logits: Sequence[float], other_logits: Sequence[float]) -> None:
        a, b = Centred(logits), Centred(other_logits)
        self.half: list[float] = []
        changes = []
        for j in range(len(logits)):
            half = (b.d[j] - a.d[j]) + (b.error[j] - a.error[j])
            w = 2.0 * half
            self.half.append(half)
            changes.append(a.e[j] * (w + exp_remainder(w)) if abs(w) <= 1 else b.e[j] - a.e[j])
        s, t, change = total(a.e), total(b.e), total(changes)
        ratio = change / s
        shift = log1p(ratio) if -0.5 <= ratio <= 1 else log(t / s)
        self.p, self.q = [e * (1.0 / s) for e in a.e], [e * (1.0 / t) for e in b.e]
        self.u = [2.0 * half - shift for half in self.half]
        self.value = total([self.term(j) for j in range(len(logits))])

    def term(self, j: int) -> float:
        p, q, u = self.p[j], self.q[j], self.u[j]
        if self.half[j] == -math.inf:
            return math.inf
        if p == 0:
            return q
        return p * exp_remainder(u) if abs(u) <= 1 else fma(p, -u - 1.0, q)


def kl_divergence(logits: Sequence[float], other_logits: Sequence[float], double: bool) -> float:
    return single(Divergence(logits, other_logits).value, double)


def kl_divergence_backward(
    grad: float, logits: Sequence[float], other_logits: Sequence[float], double: bool
) -> tuple[list[float], list[float]]:
    """dlogits and dother of a row."""
    pair = Divergence(logits, other_logits)
    dlogits, dother = [], []
    for p, q, u, half in zip(pair.p, pair.q, pair.u, pair.half, strict=True):
        slope = p * (-u - pair.value) if p > 0 and pair.value < math.inf else 0.0
        change = p * (u + exp_remainder(u)) if abs(u) <= 1 and p > 0 else q - p
        dlogits.append(single(grad * slope, double))
        dother.append(single(grad * change if half > -math.inf else 0.0, double))
    return dlogits, dother


class Ordered:
    """Draws without replacement: log p, the odds against each, and the categories that are never drawn."""

    def __init__(self, logits: Sequence[float], drawn: Sequence[int]) -> None:
        self.impossible = any(logits[i] == -math.inf for i in drawn)
        others = [-math.inf if j in drawn else x for j, x in enumerate(logits)]
        top, rest = max(others), 0.0
        self.others = Centred(others) if top > -math.inf else None
        if self.others is not None:
            rest = self.others.rest()
        self.rest, self.odds, value = rest, [0.0] * len(drawn), 0.0
        for i in range(len(drawn) - 1, -1, -1) if not self.impossible else ():
            x = logits[drawn[i]]
            pair = Centred([top, x])
            if x > top:
                top, rest = x, (1.0 + rest) * pair.e[0]
                self.odds[i], term = rest, log1p(rest)
            else:
                before, rest = 1.0 + rest, rest + pair.e[1]
                self.odds[i] = before / pair.e[1] if pair.e[1] else math.inf
                term = log1p(rest) - 2.0 * pair.d[1]
            value += term
        self.log_prob = -math.inf if self.impossible else 0.0 - value


def top_k_log_prob(logits: Sequence[float], drawn: Sequence[int], double: bool) -> float:
    return single(Ordered(logits, drawn).log_prob, double)


def top_k_log_prob_backward(grad: float, logits: Sequence[float], drawn: Sequence[int], double: bool) -> list[float]:
    row, slopes, a = Ordered(logits, drawn), [0.0] * len(logits), 0.0
    if row.impossible:
        return slopes
    for i, odds in zip(drawn, row.odds, strict=True):
        p, q = 1.0 / (1.0 + odds), 1.0 / (1.0 + 1.0 / odds) if odds else 0.0
        slopes[i], a = q - p * a, (1.0 + a) * q
    if row.others is not None:
        share = -a / (1.0 + row.rest)
        for j, (d, e) in enumerate(zip(row.others.d, row.others.below_top(), strict=True)):
            if j not in drawn and d > -math.inf:
                slopes[j] = (e if d < 0 else 1.0) * share
    return [single(grad * slope, double) for slope in slopes]


def exp_any(x: float) -> float:
    e = exp(-abs(x))
    return e if x <= 0 else 1.0 / e if e else math.inf


def importance_weight(log_p: float, a: float) -> float:
    t = exp_any(a)
    q = -expm1(-t)
    return exp(log_p) / q if a > -1 else exp_any(log_p - a) * (t / q if q > 0 else 1.0)


def top_k_weights(
    logits: Sequence[float], drawn: Sequence[int], sums: Sequence[float], normalize: bool, double: bool
) -> list[float]:
    """Of all draws but the last, whose sum is the threshold."""
    row = Centred(logits)
    log_total, kappa = log1p(row.rest()), sums[-1]
    weights = [importance_weight(2.0 * row.d[i] - log_total, logits[i] - kappa) for i in drawn[:-1]]
    if normalize:
        whole = 0.0
        for weight in weights:
            whole += weight
        weights = [weight / whole for weight in weights]
    return [single(weight, double) for weight in weights]


def hexadecimal(values: Sequence[float], double: bool) -> list[str]:
    """Floats as the hexadecimal digits of their bits."""
    kind, bits, digits = (np.float64, np.uint64, 16) if double else (np.float32, np.uint32, 8)
    return [format(int(b), f"0{digits}x") for b in np.asarray(values, kind).view(bits)]


# --- keys of channels -------------------------------------------------------------------------------------------


def channel_bytes(seed: int, names: Any, place: int = 0) -> bytes:
    """The bytes whose BLAKE2b of 8 bytes is the key of a channel, the first byte the lowest."""

    def text(name: Any) -> bytes:
        if isinstance(name, tuple):
            return b"(" + b"".join(map(text, name)) + b")"
        if isinstance(name, str):
            return str(len(name.encode())).encode().join((b"s", b":")) + name.encode()
        return b"i" + str(name).encode() + b";"

    suffix = b"@" + str(place).encode() + b";" if place else b""
    return b"gsampler.Channel:" + text(seed) + b"".join(map(text, names)) + suffix
