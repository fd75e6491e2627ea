"""The Cornish-Fisher expansion of binomial and Poisson quantiles, derived in fractions: print(table()).

The smooth function F with F(k + 1/2) = P(X <= k) at integers k has the density f = (D / 2) / sinh(D / 2) g, where g is
the formula of P(X = k) for real k, and D the derivative. Let k + 1/2 = mean + sigma x, x = w + d(w) for a normal w, and
sigma f = exp(-x^2 / 2 + l(x)) / sqrt(2 pi). Both densities agree where log(1 + d') = w d + d^2 / 2 - l(w + d).
That is solved for the polynomials of d, one power of 1 / sigma after the other; each equation has one that is.

A polynomial is a dictionary of coefficients by powers (of w, of s = q - p, of e = 1 / sigma).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from math import factorial

Powers = tuple[int, int, int]
Polynomial = dict[Powers, Fraction]

STIRLING = {1: Fraction(1, 12), 3: Fraction(-1, 360), 5: Fraction(1, 1260), 7: Fraction(-1, 1680)}
# of (D / 2) / sinh(D / 2), in powers of D^2
FROM_SUMS = (Fraction(1), Fraction(-1, 24), Fraction(7, 5760), Fraction(-31, 967680))


class Series:
    """Arithmetic up to a power of e."""

    def __init__(self, order: int) -> None:
        self.order = order

    def sum(self, *terms: Polynomial) -> Polynomial:
        total: Polynomial = {}
        for term in terms:
            for powers, c in term.items():
                total[powers] = total.get(powers, Fraction(0)) + c
        return {powers: c for powers, c in total.items() if c and powers[2] <= self.order}

    def scale(self, c: Fraction | int, a: Polynomial) -> Polynomial:
        return {powers: c * x for powers, x in a.items()}

    def product(self, *factors: Polynomial) -> Polynomial:
        result: Polynomial = {(0, 0, 0): Fraction(1)}
        for factor in factors:
            new: Polynomial = {}
            for (i, j, k), x in result.items():
                for (a, b, c), y in factor.items():
                    if k + c <= self.order:
                        powers = (i + a, j + b, k + c)
                        new[powers] = new.get(powers, Fraction(0)) + x * y
            result = {powers: x for powers, x in new.items() if x}
        return result

    def powers(self, a: Polynomial, n: int) -> list[Polynomial]:
        one: Polynomial = {(0, 0, 0): Fraction(1)}
        return list(accumulate(range(n), lambda x, _: self.product(x, a), initial=one))

    def compose(self, coefficients: list[Fraction], a: Polynomial) -> Polynomial:
        """c_0 + c_1 a + ..., where ``a`` begins with a power of e."""
        terms = zip(coefficients, self.powers(a, len(coefficients) - 1), strict=True)
        return self.sum(*(self.scale(c, power) for c, power in terms))

    def log1p(self, a: Polynomial) -> Polynomial:
        return self.compose([Fraction(0), *(Fraction((-1) ** (i + 1), i) for i in range(1, self.order + 1))], a)

    def inverse(self, a: Polynomial) -> Polynomial:
        """1 / (1 + a)"""
        return self.compose([Fraction((-1) ** i) for i in range(self.order + 1)], a)

    def shifted(self, a: Polynomial, d: Polynomial) -> Polynomial:
        """a(w + d), by Taylor's series."""
        terms, n = [], 0
        for power in self.powers(d, self.order):
            terms.append(self.scale(Fraction(1, factorial(n)), self.product(a, power)))
            a, n = derivative(a), n + 1
        return self.sum(*terms)


def derivative(a: Polynomial) -> Polynomial:
    return {(i - 1, j, k): i * c for (i, j, k), c in a.items() if i}


def log_density(series: Series) -> Polynomial:
    """l, in w for x."""
    n, product, scale = series.order, series.product, series.scale
    half = Fraction(1, 2)
    q, p = ({(0, 0, 0): half, (0, 1, 0): sign * half} for sign in (1, -1))
    e: Polynomial = {(0, 0, 1): Fraction(1)}
    e2 = product(e, e)
    terms: list[Polynomial] = []
    for m in range(3, n + 3):  # n p phi(x / (sigma p)) and the same of q, but for the squares
        both = series.sum(scale((-1) ** m, series.powers(q, m - 1)[-1]), series.powers(p, m - 1)[-1])
        terms.append(product({(m, 0, m - 2): Fraction(-1, m * (m - 1))}, both))
    plus, minus = product({(1, 0, 1): Fraction(1)}, q), product({(1, 0, 1): Fraction(-1)}, p)
    terms += [scale(-half, series.log1p(a)) for a in (plus, minus)]
    below = product(e2, q, series.inverse(plus)), product(e2, p, series.inverse(minus))  # 1 / k and 1 / (n - k)
    for power, c in STIRLING.items():
        terms.append(scale(c, product(*[e2, p, q] * power)))
        terms += [scale(-c, product(*[a] * power)) for a in below]
    log_g = series.sum({(2, 0, 0): -half}, *terms)
    ratio: Polynomial = {(0, 0, 0): Fraction(1)}  # derivatives of g over g
    found = [ratio]
    for m in range(1, n // 2 + 1):
        for _ in range(2):
            ratio = series.sum(derivative(ratio), product(derivative(log_g), ratio))
        found.append(product({(0, 0, 2 * m): FROM_SUMS[m]}, ratio))
    return series.sum({(2, 0, 0): half}, log_g, series.log1p(series.sum(*found[1:])))


def polynomials(order: int) -> list[Polynomial]:
    """P_1, ... P_order, in w and s."""
    series = Series(order)
    density, d, result = log_density(series), Polynomial(), []
    for n in range(1, order + 1):
        right = series.sum(
            series.product({(1, 0, 0): Fraction(1)}, d),
            series.scale(Fraction(1, 2), series.product(d, d)),
            series.scale(-1, series.shifted(density, d)),
            series.scale(-1, series.log1p(derivative(d))),
        )
        known = {(i, j): c for (i, j, k), c in right.items() if k == n}
        found: dict[tuple[int, int], Fraction] = {}
        for i in range(max(i for i, _ in known), 0, -1):  # P' - w P = right
            for j in range(n + 1):
                c = (i + 1) * found.get((i + 1, j), Fraction(0)) - known.get((i, j), Fraction(0))
                if c:
                    found[i - 1, j] = c
        assert all(
            found.get((1, j), 0) == known.get((0, j), 0) for j in range(n + 1)
        )  # which nothing was left to choose
        d = series.sum(d, {(i, j, n): c for (i, j), c in found.items()})
        result.append({(i, j, 0): c for (i, j), c in found.items()})
    return result


def table(order: int = 6) -> list[list[list[Fraction]]]:
    """Of each P, by the powers of w from the highest, the coefficients of s^0, s^2, ... or s, s^3, ..."""
    return [
        [[p.get((i, j, 0), Fraction(0)) for j in range(n % 2, n + 1, 2)] for i in range(n + 1, -1, -2)]
        for n, p in enumerate(polynomials(order), 1)
    ]
