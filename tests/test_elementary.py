"""The polynomials: derived anew, and against mpmath."""

from __future__ import annotations

import re
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from compiled import exp, minus_log, minus_log1m, minus_logit, sum_lanes, tempered
from reference import coefficients, fits, total

from gsampler.core.probabilities import logarithm
from gsampler.kernels import elementary

TINY = 2.0**-65


def ulps(got: np.ndarray, exact: list[mp.mpf], least: float) -> np.ndarray:
    """Errors in units of the last place of the exact value, or of ``least`` where that is larger."""
    bits = np.finfo(got.dtype).nmant
    unit = [mp.ldexp(1, mp.frexp(max(abs(e), least))[1] - 1 - bits) for e in exact]
    return np.array([float(abs(mp.mpf(float(g)) - e) / u) for g, e, u in zip(got, exact, unit, strict=True)])


NAMES = ["LOG1M_F32", "LOG1M_F64", "MINUS_LOG_F32", "MINUS_LOG_F64", "EXP_F64", "EXP2_F32", "EXP2_F64"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_coefficients_are_those_of_the_fit(name: str) -> None:
    assert [float(c) for c in getattr(elementary, name)] == [float(c) for c in coefficients()[name]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["NORMAL_F32", "NORMAL_F64"])
def test_coefficients_of_the_normal_quantile_are_those_of_the_fit(name: str) -> None:
    for part, side in zip(getattr(elementary, name), ("_ABOVE", "_BELOW"), strict=True):
        assert [float(c) for c in part] == [float(c) for c in coefficients()[name + side]]


@pytest.mark.slow
def test_the_errors_that_comments_give() -> None:
    text = Path(elementary.__file__).read_text()
    assert len(re.findall(r"error 2\^-", text)) == 4
    assert len(re.findall(r"error of x 2\^-", text)) == 1
    errors = fits()[1]
    given = [float(x) for x in re.findall(r"2\^(-\d\d\.\d)", text)]
    assert given == [round(errors[name], 1) for name in (*NAMES, "NORMAL_F32", "NORMAL_F64")]


def arguments(rng: np.random.Generator, dtype: type, low: float, high: float, n: int) -> np.ndarray:
    """Log-uniform numbers, with the ends, powers of two and their neighbours, and 3/4 times those."""
    x = np.exp(rng.uniform(np.log(low), np.log(high), n)).astype(dtype)
    powers = 2.0 ** np.arange(np.ceil(np.log2(low)), np.floor(np.log2(high)) + 1)
    edges = np.concatenate([powers, 0.75 * powers]).astype(dtype)
    edges = np.concatenate([edges, np.nextafter(edges, dtype(0)), np.nextafter(edges, dtype(1e9))])
    return np.concatenate([x, edges[(edges >= low) & (edges <= high)]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_minus_log(dtype: type) -> None:
    x = arguments(np.random.default_rng(1), dtype, 2.0**-120, 2.0**100, 4000)
    with mp.workdps(40):
        assert ulps(minus_log(x, dtype), [-mp.log(float(v)) for v in x], 1).max() <= 1.2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_minus_log1m(dtype: type) -> None:
    """Relative precision: a small exponential variate is as exact as a large one."""
    t = arguments(np.random.default_rng(2), dtype, TINY, 0.5, 3000)
    t = np.concatenate([t, -t])
    with mp.workdps(60):
        exact = [-mp.log1p(-mp.mpf(float(v))) if v > 0 else -mp.log(-mp.mpf(float(v))) for v in t]
        assert ulps(minus_log1m(t, dtype), exact, 0).max() <= 1.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_minus_logit(dtype: type) -> None:
    a = arguments(np.random.default_rng(3), dtype, TINY, 0.5, 4000)
    with mp.workdps(60):
        exact = [mp.log1p(-mp.mpf(float(v))) - mp.log(mp.mpf(float(v))) for v in a]
        assert ulps(minus_logit(a, dtype), exact, 1).max() <= 1.5


def test_exp() -> None:
    x = -arguments(np.random.default_rng(4), np.float64, 2.0**-60, 708.0, 4000)
    with mp.workdps(60):
        assert ulps(exp(x, np.float64), [mp.exp(float(v)) for v in x], 0).max() <= 1.5
    assert exp(np.array([0.0, -0.0, -708.5, -1e308, -np.inf]), np.float64).tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tempered(dtype: type) -> None:
    """exp(d / tau), relatively, for every size of d and tau; tau nearly as large and as small as the type has."""
    rng = np.random.default_rng(5)
    info = np.finfo(dtype)
    lowest = 86.0 if dtype is np.float32 else 707.0
    tau = arguments(rng, dtype, float(info.tiny) * 2.0**40, float(info.max) / 1024, 3000)
    d = (-tau * np.exp(rng.uniform(np.log(1e-9), np.log(lowest), tau.size))).astype(dtype)
    with mp.workdps(60):
        exact = [mp.exp(mp.mpf(float(a)) / mp.mpf(float(b))) for a, b in zip(d, tau, strict=True)]
        assert ulps(tempered(d, tau, dtype), exact, 0).max() <= 1.6
    ends = np.array([0.0, -0.0, -1.0, -np.inf, info.min], dtype)
    assert tempered(ends, np.full(5, 1, dtype), dtype)[[0, 1, 3, 4]].tolist() == [1, 1, 0, 0]
    assert tempered(ends, np.full(5, info.tiny), dtype).tolist() == [1, 1, 0, 0, 0]
    assert tempered(ends, np.full(5, info.max), dtype)[[0, 1, 2, 3]].tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 2, 15, 16, 17, 31, 32, 33, 1023, 1024])
def test_sum_in_one_order(n: int, dtype: type) -> None:
    values = np.full(n + 16, np.nan, dtype)  # what lies behind is not added
    values[:n] = np.exp(np.random.default_rng(n).normal(size=n) * 5)
    assert sum_lanes(values, n) == total(values[:n].tolist())


def test_logarithm_of_counts_and_of_the_smallest_numbers() -> None:
    x = np.array([1.0, 2.0, 3.0, 10.0**6, 2.0**53, 5e-324, 1e-310, 2.0**-1022, 1.7e308])
    with mp.workdps(40):
        assert ulps(logarithm(x), [mp.log(float(v)) for v in x], 1).max() <= 1.5
    assert logarithm(np.array([0.0]))[0] == -np.inf
