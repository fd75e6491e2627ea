"""The polynomials of gsampler/kernels/elementary.py, derived: python tests/fit_coefficients.py

Remez exchange in 50 digits, each coefficient then rounded to its format. Prints the coefficients as
hexadecimal literals, lowest power first, with the error of the rounded polynomial. tests/test_elementary.py
runs it and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
    n = degree + 1
    x = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (GRID - i) / GRID) for i in range(GRID + 1)]
    y, w = [function(v) for v in x], [weight(v) for v in x]
    nodes = [GRID * i // n for i in range(n + 1)]
    coefficients: list[mp.mpf] = []
    for _ in range(20):
        matrix, right = mp.matrix(n + 1, n + 1), mp.matrix(n + 1, 1)
        for row, k in enumerate(nodes):
            for power in range(n):
                matrix[row, power] = x[k] ** power
            matrix[row, n], right[row] = (-1) ** row / w[k], y[k]
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[power] for power in range(n)]
        error = [w[k] * (y[k] - evaluate(coefficients, x[k])) for k in range(GRID + 1)]
        extrema: list[int] = []
        for k in range(GRID + 1):
            if extrema and (error[k] > 0) == (error[extrema[-1]] > 0):
                if abs(error[k]) > abs(error[extrema[-1]]):
                    extrema[-1] = k
            else:
                extrema.append(k)
        while len(extrema) > n + 1:
            extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
        if extrema == nodes or len(extrema) <= n:
            break
        nodes = extrema
    return coefficients


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


if __name__ == "__main__":
    mp.mp.dps = 50
    for name, coefficients, error in fits():
        print(f"{name}: degree {len(coefficients) - 1}, error 2^{float(mp.log(error, 2)):.2f}")
        print("\n".join(f"    {c.hex()}" for c in coefficients))
