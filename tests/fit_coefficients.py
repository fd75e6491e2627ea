"""The polynomials of gsampler/kernels/elementary.py, derived: python tests/fit_coefficients.py

Remez exchange in 50 digits, each coefficient then rounded to its format. Prints the coefficients as
hexadecimal literals, lowest power first, with the error of the rounded polynomial. tests/test_elementary.py
runs it and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist
from typing import Any

import mpmath as mp
import numpy as np

GRID = 600


def evaluate(coefficients: Sequence[mp.mpf | float], x: mp.mpf) -> mp.mpf:
    value = mp.mpf(0)
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def minimax(
    function: Callable[[mp.mpf], mp.mpf],
    weight: Callable[[mp.mpf], mp.mpf],
    low: mp.mpf,
    high: mp.mpf,
    degree: int,
) -> list[mp.mpf]:
    """Coefficients of the polynomial that minimises max |weight * (function - polynomial)| on [low, high]."""
    x = nodes_between(low, high)
    return rational_minimax(x, [function(v) for v in x], [weight(v) for v in x], degree, 0)[0]


def nodes_between(low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    return [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (GRID - i) / GRID) for i in range(GRID + 1)]


def rational_minimax(
    x: Sequence[mp.mpf], y: Sequence[mp.mpf], w: Sequence[mp.mpf], above: int, below: int
) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Polynomials of degrees ``above`` and ``below``, the second 1 at 0, that minimise max |w (y - their ratio)| at x.

    Remez' exchange, linear in both; around it the weight is divided by the last denominator (Loeb) until that stays.
    """
    size, last = above + below + 1, len(x) - 1
    nodes = [last * i // size for i in range(size + 1)]
    divisor, reached = [mp.mpf(1)] * (last + 1), mp.mpf(0)
    top: list[mp.mpf] = []
    bottom: list[mp.mpf] = []
    for _ in range(10 if below else 1):
        weight = [a / b for a, b in zip(w, divisor, strict=True)]
        error: list[mp.mpf] = []
        for _ in range(20):
            matrix, right = mp.matrix(size + 1, size + 1), mp.matrix(size + 1, 1)
            for row, k in enumerate(nodes):
                for power in range(above + 1):
                    matrix[row, power] = x[k] ** power
                for power in range(1, below + 1):
                    matrix[row, above + power] = -y[k] * x[k] ** power
                matrix[row, size], right[row] = (-1) ** row / weight[k], y[k]
            solution = mp.lu_solve(matrix, right)
            top = [solution[power] for power in range(above + 1)]
            bottom = [mp.mpf(1)] + [solution[above + power] for power in range(1, below + 1)]
            divisor = [evaluate(bottom, v) for v in x]
            error = [weight[k] * (y[k] * divisor[k] - evaluate(top, x[k])) for k in range(last + 1)]
            extrema: list[int] = []
            for k in range(last + 1):
                if extrema and (error[k] > 0) == (error[extrema[-1]] > 0):
                    if abs(error[k]) > abs(error[extrema[-1]]):
                        extrema[-1] = k
                else:
                    extrema.append(k)
            while len(extrema) > size + 1:
                extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
            if extrema == nodes or len(extrema) <= size:
                break
            nodes = extrema
        before, reached = reached, max(map(abs, error))
        if abs(before / reached - 1) < mp.mpf("1e-3"):
            break
    return top, bottom


def log1m_tail(f: mp.mpf) -> mp.mpf:
    """q of -log(1 - f) = f + f^2 q(f)."""
    if f < mp.mpf("0.02"):
        return mp.fsum(f**k / (k + 2) for k in range(40))
    return (-mp.log1p(-f) - f) / f**2


def log1m_weight(f: mp.mpf) -> mp.mpf:
    return f**2 / -mp.log1p(-f)


def minus_log1p(y: mp.mpf) -> mp.mpf:
    return -mp.log1p(y)


def exp(r: mp.mpf) -> mp.mpf:
    return mp.exp(r)


def exp2(f: mp.mpf) -> mp.mpf:
    return mp.mpf(2) ** f


def fits() -> Iterator[tuple[str, list[float], mp.mpf]]:
    """Name, rounded coefficients and largest weighted error of each polynomial."""
    quarter, half = mp.mpf("0.25"), mp.mpf("0.5")
    reduced, nearly_half = mp.log(2) / 2 * mp.mpf("1.0001"), half * mp.mpf("1.0001")
    for name, function, weight, low, high, degree, dtype in (
        ("LOG1M_F32", log1m_tail, log1m_weight, mp.mpf("1e-12"), half, 8, np.float32),
        ("LOG1M_F64", log1m_tail, log1m_weight, mp.mpf("1e-12"), half, 18, np.float64),
        ("MINUS_LOG_F32", minus_log1p, lambda y: mp.mpf(1), -quarter, half, 8, np.float32),
        ("MINUS_LOG_F64", minus_log1p, lambda y: mp.mpf(1), -quarter, half, 20, np.float64),
        ("EXP_F64", exp, lambda r: mp.exp(-r), -reduced, reduced, 11, np.float64),
        ("EXP2_F32", exp2, lambda f: exp2(-f), -nearly_half, nearly_half, 6, np.float32),
        ("EXP2_F64", exp2, lambda f: exp2(-f), -nearly_half, nearly_half, 11, np.float64),
    ):
        exact = minimax(function, weight, low, high, degree)
        rounded = [float(dtype(c)) for c in exact]
        grid = [low + (high - low) * k / 997 for k in range(998)]
        error = max(abs(weight(v) * (function(v) - evaluate(rounded, v))) for v in grid)
        yield name, rounded, error


# --- the normal quantile -------------------------------------------------------------------------------------


def normal_quantile(tail: mp.mpf) -> mp.mpf:
    """x >= 0 whose upper tail is ``tail``: two steps of Halley's method from a float64."""
    x = mp.mpf(-NormalDist().inv_cdf(float(tail)))
    for _ in range(2):
        step = (mp.erfc(x / mp.sqrt(2)) / 2 - tail) / (mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi))
        x += step / (1 - x * step / 2)
    return x


def squared_ratio(v: mp.mpf) -> mp.mpf:
    """x^2 / v, where v = -2 log(4 a (1 - a)) of the tail a of x."""
    v = max(v, mp.mpf(10) ** -40)
    centre = mp.sqrt(-mp.expm1(-v / 2))  # 1 - 2 a
    if centre < mp.mpf("0.5"):
        return 2 * mp.erfinv(centre) ** 2 / v
    return normal_quantile(mp.exp(-v / 2) / (2 * (1 + centre))) ** 2 / v


def normal_fits() -> Iterator[tuple[str, list[float], list[float], mp.mpf]]:
    """Name, rounded numerator and denominator of 1 - x^2 / v, and the largest relative error of x that they make."""
    for name, above, below, high, dtype in (
        ("NORMAL_F32", 5, 6, mp.mpf(89), np.float32),
        ("NORMAL_F64", 15, 15, mp.mpf(178), np.float64),
    ):
        x = nodes_between(mp.mpf(0), high)
        ratios = [squared_ratio(v) for v in x]
        y, weight = [1 - r for r in ratios], [1 / (2 * r) for r in ratios]
        exact = rational_minimax(x, y, weight, above, below)

        def error(
            top: Sequence[float], bottom: Sequence[float], x: Any = x, y: Any = y, weight: Any = weight
        ) -> mp.mpf:
            parts = zip(x, y, weight, strict=True)
            return max(abs(w * (value - evaluate(top, v) / evaluate(bottom, v))) for v, value, w in parts)

        # both may be multiplied by any factor: that one of some which leaves the least error when they are rounded
        factors = [1 + mp.mpf(i) / 32 for i in range(32)]
        rounded = [[[float(dtype(c * factor)) for c in part] for part in exact] for factor in factors]
        top, bottom = min(rounded, key=lambda parts: error(*parts))
        yield name, top, bottom, error(top, bottom)


if __name__ == "__main__":
    mp.mp.dps = 50
    for name, top, bottom, error in normal_fits():
        print(f"{name}: degrees {len(top) - 1} and {len(bottom) - 1}, error 2^{float(mp.log(error, 2)):.2f}")
        print("\n".join(f"    {c.hex()}" for c in [*top, *bottom]))
    for name, coefficients, error in fits():
        print(f"{name}: degree {len(coefficients) - 1}, error 2^{float(mp.log(error, 2)):.2f}")
        print("\n".join(f"    {c.hex()}" for c in coefficients))
