"""log_softmax, entropy, kl_divergence: against mpmath and PyTorch; values near 0; masks; gradients; shapes; errors."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import gsampler as gs

DTYPES = [np.float32, np.float64]
INF, NAN = math.inf, math.nan
DIGITS = 450  # of mpmath: exp(-900) beside 1


def exactly(x: np.ndarray, tau: float = 1.0) -> list[mp.mpf]:
    """Log-probabilities of a row; None for -inf."""
    top = mp.mpf(float(max(x)))
    z = [None if v == -INF else (mp.mpf(float(v)) - top) / mp.mpf(float(tau)) for v in x]
    total = mp.log(mp.fsum(mp.exp(v) for v in z if v is not None))
    return [None if v is None else v - total for v in z]


def exact_entropy(x: np.ndarray) -> mp.mpf:
    return -mp.fsum(mp.exp(v) * v for v in exactly(x) if v is not None)


def exact_divergence(a: np.ndarray, b: np.ndarray) -> mp.mpf:
    pairs = list(zip(exactly(a), exactly(b), strict=True))
    if any(p is not None and q is None for p, q in pairs):
        return mp.inf
    return mp.fsum(mp.exp(p) * (p - q) for p, q in pairs if p is not None)


def relative_error(got: Any, exact: mp.mpf, dtype: type) -> float:
    """In units of the type's epsilon."""
    if exact == 0 or mp.isinf(exact):
        return 0.0 if float(got) == float(exact) else INF
    return float(abs(mp.mpf(float(got)) / exact - 1)) / float(np.finfo(dtype).eps)


# --- values -------------------------------------------------------------------------------------------------

# In units of eps: of float64, measured 1.2 and allowed for other rows; of float32, half an ulp may be a whole eps / 2.
BOUND = {np.float32: 0.51, np.float64: 3.0}
SIZES = [1, 2, 3, 8, 17, 64]


def rows_of(k: int, scale: float, offset: float, dtype: type) -> np.ndarray:
    x = np.random.default_rng([k, int(100 * scale)]).normal(size=(3, k)) * scale + offset
    x[1, k // 2 :: 3] = -INF if k > 2 else x[1, k // 2 :: 3]
    return x.astype(dtype)


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e9])
@pytest.mark.parametrize("scale", [1e-9, 1e-2, 1.0, 30.0, 250.0])
@pytest.mark.parametrize("k", SIZES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_against_mpmath(dtype: type, k: int, scale: float, offset: float) -> None:
    x = rows_of(k, scale, offset, dtype)
    tau = np.array([0.7, 1.0, 40.0], dtype)
    log_p, entropies = gs.log_softmax(x, tau), gs.entropy(x)
    assert log_p.dtype == entropies.dtype == dtype
    with mp.workdps(DIGITS):
        for r in range(3):
            for got, exact in zip(log_p[r], exactly(x[r], tau[r]), strict=True):
                if exact is None:
                    assert got == -INF
                elif abs(exact) > 1e-37 or (dtype is np.float64 and abs(exact) > 1e-300):
                    assert relative_error(got, exact, dtype) <= BOUND[dtype]
                else:  # below the smallest normal number, or k = 1, where mpmath leaves its own error
                    assert -1e-37 < got <= 0
            exact = exact_entropy(x[r])
            if exact > 1e-37:
                assert relative_error(entropies[r], exact, dtype) <= BOUND[dtype]
            else:
                assert 0 <= entropies[r] <= 1e-37


@pytest.mark.parametrize("distance", [1e-13, 1e-9, 1e-5, 1e-2, 0.5, 5.0])
@pytest.mark.parametrize("scale", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("k", SIZES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_divergence_against_mpmath(dtype: type, k: int, scale: float, distance: float) -> None:
    """Of rows nearly equal up to a large offset, and far apart: the relative error is one of a few ulp everywhere."""
    a = rows_of(k, scale, 0.0, dtype)
    b = (a + distance * np.random.default_rng(k).normal(size=a.shape) + 7.0).astype(dtype)
    got = gs.kl_divergence(a, b)
    assert got.dtype == dtype
    bound = 0.51 if dtype is np.float32 else 3.0 + math.sqrt(k)
    with mp.workdps(DIGITS):
        for r in range(3):
            exact = exact_divergence(a[r], b[r])
            if exact > 1e-37:
                assert relative_error(got[r], exact, dtype) <= bound
            else:
                assert 0 <= got[r] <= 1e-37


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1023, 1024, 1025, 2500])
def test_long_rows_against_mpmath(k: int, dtype: type, threads: int) -> None:
    x, other = (np.random.default_rng([k, i]).normal(size=(3, k)).astype(dtype) * 3 for i in range(2))
    x[:, ::5] = -INF
    other[1] = x[1] + dtype(1e-3) * other[1]
    other[1, ::5] = 0.5
    log_p, entropies, divergences = gs.log_softmax(x, 0.5), gs.entropy(x), gs.kl_divergence(x, other)
    bound = 0.52 if dtype is np.float32 else 4.0
    with mp.workdps(40):
        for r in range(3):
            for got, exact in list(zip(log_p[r], exactly(x[r], 0.5), strict=True))[:: k // 7]:
                assert got == -INF if exact is None else relative_error(got, exact, dtype) <= bound
            assert relative_error(entropies[r], exact_entropy(x[r]), dtype) <= bound
            assert relative_error(divergences[r], exact_divergence(x[r], other[r]), dtype) <= bound


@pytest.mark.parametrize("tau", [2.0**-1022, 1e-300, 1e-3, 1e3, 1e300, 1.7e308])
def test_extreme_temperatures(tau: float) -> None:
    x = np.array([3.0, 0.25, -1.0, 2.999999999999, -INF, 3.0])
    with mp.workdps(60):
        for got, exact in zip(gs.log_softmax(x, tau), exactly(x, tau), strict=True):
            if exact is None or exact <= -(mp.mpf(2) ** 1024):
                assert got == -INF
            else:
                assert relative_error(got, exact, np.float64) <= 3


def test_no_difference_overflows() -> None:
    assert_allclose(gs.log_softmax([1e308, -1.7e308], 1e300), [0, -2.7e8], rtol=1e-15)
    assert_array_equal(gs.log_softmax([1.7e308, -1.7e308]), [0, -INF])
    assert gs.entropy([1.7e308, -1.7e308]) == 0
    assert gs.kl_divergence([1.7e308, -1.7e308], [1.7e308, -1.7e308]) == 0
    assert gs.kl_divergence([0.0, -1.7e308], [0.0, 5.0]) == pytest.approx(math.log1p(math.exp(5)), rel=1e-15)


def test_values_near_zero() -> None:
    """Beside 1 the small terms would be lost."""
    assert_allclose(gs.log_softmax([0.0, -50.0])[0], -math.exp(-50), rtol=1e-15)
    assert_allclose(gs.entropy([0.0, -600.0]), 601 * math.exp(-600), rtol=1e-14)
    step = 2.0**-40  # KL = p (1 - p) step^2 / 2 and higher terms
    p = 1 / (1 + math.exp(-1))
    assert_allclose(gs.kl_divergence([0.0, 1.0], [0.0, 1.0 + step]), p * (1 - p) * step**2 / 2, rtol=1e-12)
    x = np.random.default_rng(0).normal(size=(100, 9)) * 5
    assert_array_equal(gs.kl_divergence(x, x), 0)
    assert_array_equal(gs.kl_divergence(np.round(8 * x) / 8, np.round(8 * x) / 8 + 1024), 0)


def test_rows_that_share_nothing() -> None:
    """The sums of their exponentials agree to the last bit, although no category does."""
    assert_allclose(gs.kl_divergence([0.0, -100.0], [-50.0, 0.0]), 50, rtol=1e-15)
    assert_allclose(gs.kl_divergence([0.0, -800.0], [-900.0, 0.0]), 900, rtol=1e-15)


def test_identities() -> None:
    x = np.random.default_rng(1).normal(size=(50, 12)) * 3
    p = gs.softmax(x)
    assert_allclose(np.exp(gs.log_softmax(x)), p, rtol=1e-14)
    assert_allclose(gs.entropy(x), stats.entropy(p, axis=-1), rtol=1e-13)
    assert_allclose(gs.kl_divergence(x, np.zeros(12)), math.log(12) - gs.entropy(x), rtol=1e-12, atol=1e-14)
    q = np.random.default_rng(2).normal(size=(50, 12))
    assert_allclose(gs.kl_divergence(x, q), stats.entropy(p, gs.softmax(q), axis=-1), rtol=1e-11)
    assert_array_equal(gs.entropy(np.zeros((2, 64))), math.log(64))
    assert_array_equal(gs.log_softmax(np.zeros((2, 1))), 0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_against_torch(dtype: torch.dtype) -> None:
    """Values and gradients; PyTorch's have the errors of float32 or of sums that cancel."""
    rng = np.random.default_rng(3)
    a, b = (torch.tensor(rng.normal(size=(40, 7)) * 2, dtype=dtype, requires_grad=True) for _ in range(2))
    tau = torch.tensor(rng.uniform(0.5, 2, (40, 1)), dtype=dtype, requires_grad=True)
    x, y, t = (v.detach().numpy() for v in (a, b, tau))
    loose = {"rtol": 2e-4, "atol": 2e-6} if dtype == torch.float32 else {"rtol": 1e-10, "atol": 1e-13}
    categorical = torch.distributions.Categorical
    g, g_rows = torch.tensor(rng.normal(size=(40, 7)), dtype=dtype), torch.tensor(rng.normal(size=40), dtype=dtype)

    log_p = torch.log_softmax(a / tau, -1)
    assert_allclose(gs.log_softmax(x, t), log_p.detach(), **loose)
    expected = torch.autograd.grad(log_p, (a, tau), g)
    for got, theirs in zip(gs.log_softmax_backward(g, gs.log_softmax(x, t), t), expected, strict=True):
        assert_allclose(got, theirs, **loose)

    theirs = categorical(logits=a).entropy()
    assert_allclose(gs.entropy(x), theirs.detach(), **loose)
    assert_allclose(gs.entropy_backward(g_rows, x), torch.autograd.grad(theirs, a, g_rows)[0], **loose)

    theirs = torch.distributions.kl_divergence(categorical(logits=a), categorical(logits=b))
    assert_allclose(gs.kl_divergence(x, y), theirs.detach(), **loose)
    expected = torch.autograd.grad(theirs, (a, b), g_rows)
    for got, wanted in zip(gs.kl_divergence_backward(g_rows, x, y), expected, strict=True):
        assert_allclose(got, wanted, **loose)


# --- gradients ----------------------------------------------------------------------------------------------


def check_gradients(
    value: Callable[..., Any], gradients: tuple[Any, ...], grad: np.ndarray, arguments: list[np.ndarray]
) -> None:
    """Against central differences."""
    for i, (derivative, argument) in enumerate(zip(gradients, arguments, strict=True)):
        assert np.shape(derivative) == argument.shape
        for at in np.ndindex(argument.shape):
            if argument[at] == -INF:
                assert derivative[at] == 0
                continue
            sides = []
            for step in (1e-5, -1e-5):
                moved = [a.copy() for a in arguments]
                moved[i][at] += step
                sides.append(np.asarray(value(*moved)))
            with np.errstate(invalid="ignore"):  # -inf less -inf
                change = np.where(np.isfinite(sides[0]), sides[0] - sides[1], 0) / 2e-5
            assert_allclose(np.asarray(derivative)[at], np.sum(grad * change), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("tau_shape", [(), (4,), (4, 1)])
def test_gradients_of_log_softmax(tau_shape: tuple[int, ...], axis: int) -> None:
    rng = np.random.default_rng(4)
    x, tau, grad = rng.normal(size=(4, 5)), rng.uniform(0.5, 2, tau_shape), rng.normal(size=(4, 5))
    x[1, 2] = -INF
    if axis == 0:
        x, grad, tau = x.T.copy(), grad.T.copy(), tau.T.copy()
    made = gs.log_softmax_backward(grad, gs.log_softmax(x, tau, axis), tau, axis)
    check_gradients(lambda x, tau: gs.log_softmax(x, tau, axis), made, grad, [x, tau])


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_gradients_of_entropy(axis: int) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(3, 4, 5))
    x[1, 2, 3] = -INF
    grad = rng.normal(size=gs.entropy(x, axis).shape)
    made = gs.entropy_backward(grad, x, axis)
    check_gradients(lambda x: gs.entropy(x, axis), (made,), grad, [x])


@pytest.mark.parametrize(
    ("shapes", "axis"),
    [
        (((4, 5), (4, 5)), -1),
        (((4, 5), (5,)), -1),
        (((5,), (4, 5)), -1),
        (((1, 5), (4, 5)), -1),
        (((3, 1, 5), (4, 5)), -1),
        (((4, 5, 3), (4, 5, 1)), 1),
        (((5, 1), (5, 4)), 0),
    ],
)
def test_gradients_of_divergence(shapes: tuple[tuple[int, ...], ...], axis: int) -> None:
    rng = np.random.default_rng(6)
    a, b = (rng.normal(size=shape) for shape in shapes)
    a.reshape(-1)[0] = -INF
    value = gs.kl_divergence(a, b, axis)
    grad = rng.normal(size=value.shape)
    check_gradients(
        lambda a, b: gs.kl_divergence(a, b, axis), gs.kl_divergence_backward(grad, a, b, axis), grad, [a, b]
    )


@pytest.mark.parametrize("k", [1023, 1024, 1025, 3000])
def test_gradients_of_long_rows(k: int, threads: int) -> None:
    rng = np.random.default_rng(k)
    a, b, g = rng.normal(size=(3, k)), rng.normal(size=(3, k)), rng.normal(size=(3, k))
    tau, g_row = np.array([0.5, 1.0, 2.0]), g[:, 0]
    p, q, z = gs.softmax(a), gs.softmax(b), gs.log_softmax(a, tau)
    dx, dtau = gs.log_softmax_backward(g, z, tau)
    expected = (g - np.exp(z) * g.sum(-1, keepdims=True)) / tau[:, None]
    assert_allclose(dx, expected, rtol=1e-9, atol=1e-12)
    assert_allclose(dtau, -(z * expected).sum(-1), rtol=1e-9)
    expected = -p * (np.log(p) + gs.entropy(a)[:, None]) * g_row[:, None]
    assert_allclose(gs.entropy_backward(g_row, a), expected, rtol=1e-9, atol=1e-15)
    dlogits, dother = gs.kl_divergence_backward(g_row, a, b)
    assert_allclose(dother, (q - p) * g_row[:, None], rtol=1e-9, atol=1e-15)
    expected = p * (np.log(p / q) - gs.kl_divergence(a, b)[:, None]) * g_row[:, None]
    assert_allclose(dlogits, expected, rtol=1e-9, atol=1e-14)


def test_gradient_of_a_cross_entropy_keeps_its_digits() -> None:
    """One category with a gradient, which takes nearly all: grad - p sum(grad) would be 0."""
    dx, _ = gs.log_softmax_backward([1.0, 0.0], gs.log_softmax([0.0, -60.0]))
    assert_allclose(dx, [math.exp(-60), -math.exp(-60)], rtol=1e-14)


def test_gradients_of_nearly_equal_rows_keep_their_digits() -> None:
    a = np.array([0.0, 1.0, -2.0])
    step = 2.0**-36
    dlogits, dother = gs.kl_divergence_backward(1.0, a, a + np.array([0, step, 0]))
    p = gs.softmax(a)
    u = np.array([0, step, 0]) - p[1] * step  # log(q / p) to first order
    assert_allclose(dlogits, -p * u, rtol=1e-9)
    assert_allclose(dother, p * u, rtol=1e-9)


# --- masks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_masked_categories_are_left_out(dtype: type) -> None:
    rng = np.random.default_rng(7)
    a, b, g = (rng.normal(size=(6, 5)).astype(dtype) for _ in range(3))
    wide_a, wide_b, wide_g = (np.insert(v, [0, 2, 5], fill, axis=1) for v, fill in ((a, -INF), (b, -INF), (g, NAN)))
    kept = wide_a[0] > -INF
    close = {"rtol": 4 * np.finfo(dtype).eps, "atol": 4 * np.finfo(dtype).eps}  # sums come in another order
    log_p, wide_log_p = gs.log_softmax(a), gs.log_softmax(wide_a)
    assert_allclose(wide_log_p[:, kept], log_p, **close)
    assert_array_equal(wide_log_p[:, ~kept], -INF)
    pairs = [
        (gs.log_softmax_backward(g, log_p, 0.5)[0], gs.log_softmax_backward(wide_g, wide_log_p, 0.5)[0]),
        (gs.entropy_backward(g[:, 0], a), gs.entropy_backward(g[:, 0], wide_a)),
        *zip(
            gs.kl_divergence_backward(g[:, 0], a, b),
            gs.kl_divergence_backward(g[:, 0], wide_a, wide_b),
            strict=True,
        ),
    ]
    for narrow, wide in pairs:
        assert_allclose(wide[:, kept], narrow, **close)
        assert_array_equal(wide[:, ~kept], 0)
    assert_allclose(gs.entropy(wide_a), gs.entropy(a), **close)
    assert_allclose(gs.kl_divergence(wide_a, wide_b), gs.kl_divergence(a, b), **close)
    dtau, wide_dtau = (gs.log_softmax_backward(*pair)[1] for pair in ((g, log_p), (wide_g, wide_log_p)))
    assert_allclose(wide_dtau, dtau, rtol=100 * np.finfo(dtype).eps)


def test_probabilities_of_zero_in_one_row() -> None:
    third = -math.log(3)
    # p = 0 adds nothing; q there is log(3 / 2) from what is left of it
    assert_allclose(gs.kl_divergence([0.0, 0.0, -INF], [0.0, 0.0, 0.0]), math.log(1.5), rtol=1e-15)
    dlogits, dother = gs.kl_divergence_backward(2.0, [0.0, 0.0, -INF], [0.0, 0.0, 0.0])
    assert_allclose(dlogits, [0, 0, 0], atol=1e-15)
    assert_allclose(dother, 2 * (np.full(3, math.exp(third)) - [0.5, 0.5, 0]), rtol=1e-15)
    # q = 0 where p is not, however small p is
    for a in (0.0, -800.0):
        assert gs.kl_divergence([0.0, 0.0, a], [0.0, 0.0, -INF]) == INF
    dlogits, dother = gs.kl_divergence_backward(2.0, [0.0, 0.0, 0.0], [0.0, 0.0, -INF])
    assert_array_equal(dlogits, 0)
    assert_allclose(dother, [1 / 3, 1 / 3, 0], rtol=1e-14)
    # only one row of several is infinite
    values = gs.kl_divergence(np.zeros((3, 4)), [[0, 0, 0, 0], [0, -INF, 0, 0], [1, 1, 1, 1]])
    assert_array_equal(values, [0, INF, 0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_nothing_is_nan(dtype: type) -> None:
    """Masks, underflow and numbers of any size against each other."""
    edges = [-INF, -float(np.finfo(dtype).max), -1e30, -800.0, -100.0, -0.0, 1.0, 700.0, float(np.finfo(dtype).max)]
    rows = np.array([r for r in itertools.product(edges, repeat=3) if max(r) > -INF], dtype)
    assert len(rows) == 728
    a, b = np.repeat(rows, len(rows), 0), np.tile(rows, (len(rows), 1))
    divergences = gs.kl_divergence(a, b)
    assert (divergences >= 0).all()
    infinite = ((a > -INF) & (b == -INF)).any(-1)
    assert np.isinf(divergences[infinite]).all()
    dlogits, dother = gs.kl_divergence_backward(np.ones(len(a), dtype), a, b)
    assert np.isfinite(dlogits).all()
    assert np.isfinite(dother).all()
    assert_array_equal(dlogits[infinite], 0)
    assert_array_equal(dlogits[a == -INF], 0)
    assert_array_equal(dother[b == -INF], 0)
    entropies = gs.entropy(rows)
    assert ((entropies >= 0) & (entropies <= dtype(math.log(3)))).all()
    assert np.isfinite(gs.entropy_backward(np.ones(len(rows), dtype), rows)).all()
    for tau in (0.01, 1.0, 100.0):
        log_p = gs.log_softmax(rows, tau)
        assert (log_p <= 0).all()
        for made in gs.log_softmax_backward(np.ones_like(rows), log_p, tau):
            assert not np.isnan(made).any()


# --- shapes, dtypes, memory ---------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_axes_and_strides(axis: int) -> None:
    rng = np.random.default_rng(8)
    a, b, g = (rng.normal(size=(4, 6, 10))[:, ::-1, ::2] for _ in range(3))
    moved_a, moved_b, moved_g = (np.ascontiguousarray(np.moveaxis(v, axis, -1)) for v in (a, b, g))
    g_rows = moved_g[..., 0]

    def back(rows: np.ndarray) -> np.ndarray:
        return np.moveaxis(rows, -1, axis)

    assert_array_equal(gs.log_softmax(a, 0.7, axis), back(gs.log_softmax(moved_a, 0.7)))
    log_p = gs.log_softmax(a, 0.7, axis)
    assert_array_equal(
        gs.log_softmax_backward(g, log_p, 0.7, axis)[0],
        back(gs.log_softmax_backward(moved_g, np.moveaxis(log_p, axis, -1), 0.7)[0]),
    )
    assert_array_equal(gs.entropy(a, axis), gs.entropy(moved_a))
    assert_array_equal(gs.entropy_backward(g_rows, a, axis), back(gs.entropy_backward(g_rows, moved_a)))
    assert_array_equal(gs.kl_divergence(a, b, axis), gs.kl_divergence(moved_a, moved_b))
    for got, expected in zip(
        gs.kl_divergence_backward(g_rows, a, b, axis), gs.kl_divergence_backward(g_rows, moved_a, moved_b), strict=True
    ):
        assert_array_equal(got, back(expected))


@pytest.mark.parametrize("k", [3, 100])
def test_broadcasting(k: int) -> None:
    """More rows than are compared at a time, from tables that repeat within that number and across it."""
    rng = np.random.default_rng(k)
    a, b = rng.normal(size=(5, 1, k)), rng.normal(size=(1, 700, k))
    whole = gs.kl_divergence(*(np.ascontiguousarray(v) for v in np.broadcast_arrays(a, b)))
    assert_array_equal(gs.kl_divergence(a, b), whole)
    assert_array_equal(gs.kl_divergence(a, b[0]), whole)
    assert gs.kl_divergence(a[0, 0], b[0, 0]).shape == ()
    assert isinstance(gs.kl_divergence(a[0, 0], b[0, 0]), np.float64)
    for got, expected in zip(gs.kl_divergence_backward(np.ones((5, 700)), a, b), (a, b), strict=True):
        assert got.shape == expected.shape


def test_narrow_types() -> None:
    x = np.random.default_rng(9).normal(size=(6, 9)) * 4
    half = x.astype(np.float16)
    single = half.astype(np.float32)
    log_p = gs.log_softmax(half)
    assert log_p.dtype == np.float16
    assert_array_equal(log_p, gs.log_softmax(single).astype(np.float16))
    assert gs.entropy(half).dtype == np.float32
    assert_array_equal(gs.entropy(half), gs.entropy(single))
    assert gs.entropy_backward(np.ones(6), half).dtype == np.float16
    assert_array_equal(gs.kl_divergence(half, half[::-1]), gs.kl_divergence(single, single[::-1]))
    assert [d.dtype for d in gs.kl_divergence_backward(np.ones(6), half, x)] == [np.float16, np.float64]
    dx, dtau = gs.log_softmax_backward(np.ones((6, 9)), log_p)
    assert (dx.dtype, dtau.dtype) == (np.float16, np.float32)
    integers = gs.log_softmax([0, 1, 2])
    assert integers.dtype == np.float64
    assert_allclose(gs.entropy(np.zeros(3, np.int32)), math.log(3), rtol=1e-15)
    assert gs.kl_divergence(single, x).dtype == np.float64


def test_bfloat16() -> None:
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    x = np.random.default_rng(10).normal(size=(6, 9)).astype(bfloat16)
    single = x.astype(np.float32)
    assert_array_equal(gs.log_softmax(x), gs.log_softmax(single).astype(bfloat16))
    assert_array_equal(gs.kl_divergence(x, x[::-1]), gs.kl_divergence(single, single[::-1]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_out(dtype: type) -> None:
    x = np.random.default_rng(11).normal(size=(4, 7)).astype(dtype)
    expected = gs.log_softmax(x, 0.5)
    for out in (np.empty_like(x), np.empty((7, 4), dtype).T, np.empty((4, 14), dtype)[:, ::2], x.copy()):
        out[...] = x
        assert gs.log_softmax(out, 0.5, out=out) is out
        assert_array_equal(out, expected)
    dx, _ = gs.log_softmax_backward(x, expected, 0.5)
    out = expected.copy()
    assert gs.log_softmax_backward(x, out, 0.5, out=out)[0] is out
    assert_array_equal(out, dx)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0, 4)])
def test_no_rows(shape: tuple[int, ...]) -> None:
    x, rows = np.zeros(shape), np.zeros(shape[:-1])
    assert gs.log_softmax(x).shape == shape
    assert gs.entropy(x).shape == gs.kl_divergence(x, x[:0] if len(shape) == 2 else x).shape == shape[:-1]
    assert gs.entropy_backward(rows, x).shape == shape
    assert gs.log_softmax_backward(x, x)[0].shape == shape
    assert [d.shape for d in gs.kl_divergence_backward(rows, x, np.zeros(shape[-1]))] == [shape, shape[-1:]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [7, 64, 3000])
def test_same_bits_on_any_number_of_threads(k: int, dtype: type) -> None:
    n = 400_000 // k
    a, b = (np.random.default_rng([k, i]).normal(size=(n, k)).astype(dtype) for i in range(2))
    made: list[list[bytes]] = []
    before = gs.get_num_threads()
    try:
        for threads in (1, 2):
            gs.set_num_threads(threads)
            log_p = gs.log_softmax(a, 0.6)
            results = [log_p, *gs.log_softmax_backward(b, log_p, 0.6), gs.entropy(a), gs.entropy_backward(b[:, 0], a)]
            results += [gs.kl_divergence(a, b), *gs.kl_divergence_backward(b[:, 0], a, b)]
            made.append([np.asarray(r).tobytes() for r in results])
    finally:
        gs.set_num_threads(before)
    assert made[0] == made[1]


# --- errors -------------------------------------------------------------------------------------------------

ZEROS = np.zeros((2, 3))


def with_one(value: float) -> np.ndarray:
    x = ZEROS.copy()
    x[1, 2] = value
    return x


MASKED = np.array([[0.0, 0.0, 0.0], [-INF, -INF, -INF]])
ROWS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "log_softmax": (gs.log_softmax, "x"),
    "entropy": (gs.entropy, "logits"),
    "entropy_backward": (lambda x: gs.entropy_backward(np.ones(2), x), "logits"),
    "kl_divergence": (lambda x: gs.kl_divergence(x, ZEROS), "logits"),
    "kl_divergence, other": (lambda x: gs.kl_divergence(ZEROS, x), "other_logits"),
    "kl_divergence_backward, other": (lambda x: gs.kl_divergence_backward(np.ones(2), ZEROS, x), "other_logits"),
}


@pytest.mark.parametrize("name", ROWS)
def test_invalid_rows(name: str) -> None:
    call, argument = ROWS[name]
    for value in (NAN, INF):
        with pytest.raises(
            ValueError, match=rf"^{argument} must be finite or -inf, got {value} at category 2 in row 1$"
        ):
            call(with_one(value))
    with pytest.raises(ValueError, match=rf"^{argument} must have a category above -inf, got only -inf in row 1$"):
        call(MASKED)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gs.log_softmax(ZEROS, 0.0), ValueError, "tau must be finite and above 0, got 0.0"),
        (lambda: gs.log_softmax(ZEROS, [1.0, 2.0, 3.0]), ValueError, "tau must be a number or broadcast to the rows"),
        (lambda: gs.log_softmax(ZEROS, axis=2), ValueError, "axis must be from -2 to 1 for x of shape (2, 3), got 2"),
        (lambda: gs.log_softmax(1.0), ValueError, "x must have an axis of categories"),
        (lambda: gs.log_softmax(ZEROS, out=np.zeros(6)), ValueError, "out must have shape (2, 3), got (6,)"),
        (lambda: gs.log_softmax(ZEROS, out=np.zeros((2, 3), "f4")), TypeError, "out must have dtype float64"),
        (lambda: gs.log_softmax_backward(ZEROS[0], ZEROS), ValueError, "grad must have the shape of the log-prob"),
        (lambda: gs.log_softmax_backward(ZEROS, with_one(0.5)), ValueError, "log_probs must be at most 0, got 0.5"),
        (lambda: gs.log_softmax_backward(ZEROS, with_one(NAN)), ValueError, "log_probs must be at most 0, got nan"),
        (lambda: gs.entropy("abc"), TypeError, "logits must be an array of real numbers"),
        (lambda: gs.entropy(np.zeros((2, 0))), ValueError, "logits must have at least one category"),
        (lambda: gs.entropy_backward(1.0, ZEROS), ValueError, "grad must have the shape of the entropy, (2,), got ()"),
        (lambda: gs.kl_divergence(ZEROS, ZEROS[:, :2]), ValueError, "other_logits must have as many categories along"),
        (lambda: gs.kl_divergence(ZEROS, np.zeros((4, 3))), ValueError, "other_logits must broadcast against logits"),
        (lambda: gs.kl_divergence_backward(1, ZEROS, ZEROS), ValueError, "grad must have the shape of the divergence"),
    ],
)
def test_bad_arguments(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match="^" + re.escape(message)):
        call()


def test_out_is_unchanged_by_an_error() -> None:
    for call in (
        lambda out: gs.log_softmax(with_one(NAN), out=out),
        lambda out: gs.log_softmax_backward(ZEROS, with_one(NAN), out=out),
    ):
        out = np.full((2, 3), 7.0)
        with pytest.raises(ValueError, match="nan"):
            call(out)
        assert_array_equal(out, 7)
