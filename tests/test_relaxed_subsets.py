"""Relaxed top-k and Gumbel-Sinkhorn: against autograd, differences, their limits and their sums."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import gsampler as gs

DTYPES = [np.float32, np.float64]
POSITION = (5, 1, 3)


def noisy(logits: np.ndarray, size: tuple[int, ...] = ()) -> np.ndarray:
    return logits + gs.Generator(*POSITION).gumbel(size=(*size, *logits.shape), dtype=logits.dtype)


def top_k(*arguments: Any, **options: Any) -> tuple[np.ndarray, Any]:
    return gs.Generator(*POSITION).relaxed_top_k_vjp(*arguments, **options)


def sinkhorn(*arguments: Any, **options: Any) -> tuple[np.ndarray, Any]:
    return gs.Generator(*POSITION).gumbel_sinkhorn_vjp(*arguments, **options)


def torch_top_k(torch: Any, z: Any, k: int, tau: Any) -> Any:
    total = torch.zeros_like(z)
    for _ in range(k):
        share = torch.softmax(z / tau, -1)
        total, z = total + share, z + torch.log1p(-share)
    return total


def torch_sinkhorn(torch: Any, z: Any, iterations: int, tau: Any) -> Any:
    x = z / tau
    for _ in range(iterations):
        x = x - torch.logsumexp(x, -1, keepdim=True)
        x = x - torch.logsumexp(x, -2, keepdim=True)
    return x.exp()


# --- gradients ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("tau", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_relaxed_top_k_is_that_of_autograd(k: int, tau: float, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(k)
    logits, grad = rng.normal(size=(6, 9)).astype(dtype), rng.normal(size=(6, 9)).astype(dtype)
    value, vjp = top_k(logits, k, tau)
    z = torch.tensor(noisy(logits).astype(float), requires_grad=True)
    t = torch.tensor(float(dtype(tau)), dtype=torch.float64, requires_grad=True)
    expected = torch_top_k(torch, z, k, t)
    expected.backward(torch.tensor(grad.astype(float)))
    dlogits, dtau = vjp(grad)
    assert {x.dtype for x in (value, dlogits, dtau)} == {np.dtype(dtype)}
    tolerance = {"rtol": 1e-9, "atol": 1e-11} if dtype is np.float64 else {"rtol": 1e-6, "atol": 1e-6}
    assert_allclose(value, expected.detach().numpy(), **tolerance)
    assert_allclose(dlogits, z.grad.numpy(), **tolerance)
    assert_allclose(dtau, t.grad.numpy(), **tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("tau", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("iterations", [1, 2, 20])
def test_gumbel_sinkhorn_is_that_of_autograd(iterations: int, tau: float, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(iterations)
    logits, grad = rng.normal(size=(4, 5, 5)).astype(dtype), rng.normal(size=(4, 5, 5)).astype(dtype)
    value, vjp = sinkhorn(logits, tau, iterations)
    z = torch.tensor(noisy(logits).astype(float), requires_grad=True)
    t = torch.tensor(float(dtype(tau)), dtype=torch.float64, requires_grad=True)
    expected = torch_sinkhorn(torch, z, iterations, t)
    expected.backward(torch.tensor(grad.astype(float)))
    dlogits, dtau = vjp(grad)
    assert {x.dtype for x in (value, dlogits, dtau)} == {np.dtype(dtype)}
    tolerance = {"rtol": 1e-9, "atol": 1e-11} if dtype is np.float64 else {"rtol": 1e-6, "atol": 1e-6}
    assert_allclose(value, expected.detach().numpy(), **tolerance)
    assert_allclose(dlogits, z.grad.numpy(), **tolerance)
    assert_allclose(dtau, t.grad.numpy(), **tolerance)


SAMPLES: dict[str, Callable[..., tuple[np.ndarray, Any]]] = {
    "top-k": lambda x, tau, **options: top_k(x, 3, tau, **options),
    "sinkhorn": lambda x, tau, **options: sinkhorn(x, tau, 7, **options),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_gradients_are_slopes(name: str) -> None:
    """Central differences, with masked logits, a tau for each item, and samples that repeat."""
    draw, rng = SAMPLES[name], np.random.default_rng(3)
    logits = rng.normal(size=(2, 5, 5))
    logits[0, 1, 2] = logits[1, 4, 0] = -np.inf
    tau = rng.uniform(0.4, 2, (2, 5) if name == "top-k" else (2,))
    weights = rng.normal(size=(3, 2, 5, 5))

    def loss(x: np.ndarray, t: np.ndarray) -> float:
        return float((weights * draw(x, t, size=3)[0]).sum())

    value, vjp = draw(logits, tau, size=3)
    assert_array_equal(value[:, logits == -np.inf], 0)
    dlogits, dtau = vjp(weights)
    assert_array_equal(dlogits[logits == -np.inf], 0)
    assert (dlogits.shape, dtau.shape) == (logits.shape, tau.shape)
    h = 1e-5
    for at in itertools.product(range(2), range(5), range(5)):
        if logits[at] > -np.inf:
            step = np.zeros(logits.shape)
            step[at] = h
            slope = (loss(logits + step, tau) - loss(logits - step, tau)) / (2 * h)
            assert dlogits[at] == pytest.approx(slope, rel=1e-6, abs=1e-7)
    for at in np.ndindex(tau.shape):
        step = np.zeros(tau.shape)
        step[at] = h
        slope = (loss(logits, tau + step) - loss(logits, tau - step)) / (2 * h)
        assert dtau[at] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def exact_top_k(z: np.ndarray, k: int, tau: Any) -> list[Any]:
    x, total = [mp.mpf(v) for v in z], [mp.mpf(0)] * len(z)
    for _ in range(k):
        top = max(x)
        e = [mp.exp((v - top) / tau) for v in x]
        whole = mp.fsum(e)
        rest = [mp.fsum(e[:i] + e[i + 1 :]) / whole for i in range(len(e))]
        total = [t + v / whole for t, v in zip(total, e, strict=True)]
        x = [v + mp.log(r) for v, r in zip(x, rest, strict=True)]
    return total


@pytest.mark.parametrize(
    ("tau", "scale"), [(0.02, 1), (0.05, 1), (0.2, 1), (1.0, 20), (1.0, 60), (2.0, 60), (3.0, 200)]
)
def test_relaxed_top_k_where_one_takes_all_but_nothing(tau: float, scale: float) -> None:
    """Shares within 1e-40 of 1, and the slopes there, to 120 digits: 1 - a clipped, or taken from 1, would show."""
    logits = scale * np.array([3.0, 1.0, 0.5, -1.0])
    z = noisy(logits)
    value, vjp = top_k(logits, 3, tau)
    grad = np.array([0.3, -1.0, 2.0, 0.7])
    dlogits, dtau = vjp(grad)
    with mp.workdps(120):
        t, h = mp.mpf(tau), mp.mpf(10) ** -50

        def loss(shifted: list[Any], at: Any) -> Any:
            return mp.fsum(mp.mpf(g) * v for g, v in zip(grad, exact_top_k(shifted, 3, at), strict=True))  # type: ignore[arg-type]

        assert_allclose(value, [float(v) for v in exact_top_k(z, 3, t)], rtol=1e-11, atol=1e-300)
        start = [mp.mpf(float(v)) for v in z]
        for j in range(4):
            ends = [[*start[:j], start[j] + d, *start[j + 1 :]] for d in (h, -h)]
            assert dlogits[j] == pytest.approx(
                float((loss(ends[0], t) - loss(ends[1], t)) / (2 * h)), rel=1e-8, abs=1e-15
            )
        assert dtau == pytest.approx(float((loss(start, t + h) - loss(start, t - h)) / (2 * h)), rel=1e-8, abs=1e-15)


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, *DTYPES])
@pytest.mark.parametrize("k", [0, 1, 4, 30])
def test_rows_of_relaxed_top_k_sum_to_k(k: int, dtype: type) -> None:
    logits = np.random.default_rng(k).normal(size=(40, 30)).astype(dtype)
    for tau in (1e-3, 0.5, 20.0):
        value = gs.Generator(*POSITION).relaxed_top_k(logits, k, tau)
        assert value.dtype == dtype
        assert value.min() >= 0
        tolerance = {np.float16: 2e-3, np.float32: 2e-7, np.float64: 30 * 2.0**-52}[dtype]
        assert_allclose(value.sum(axis=1, dtype=float), k, rtol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 3, 12])
def test_relaxed_top_k_at_temperature_0_is_gumbel_top_k(k: int, dtype: type) -> None:
    logits = np.random.default_rng(k).normal(size=(7, 3, 12)).astype(dtype)
    for axis, size in ((-1, None), (-1, (2,)), (0, 3) if k <= 7 else (-1, 3)):
        drawn, _ = gs.Generator(*POSITION).gumbel_top_k(logits, k, axis, size)
        at = axis if axis < 0 else axis - 3
        expected = np.zeros((*np.broadcast_shapes(() if size is None else np.empty(size).shape), *logits.shape), dtype)
        np.put_along_axis(expected, drawn, 1, axis=at)
        soft = gs.Generator(*POSITION).relaxed_top_k(logits, k, 1e-30, axis=axis, size=size)
        assert_array_equal(soft, expected)
        rng, other = gs.Generator(*POSITION), gs.Generator(*POSITION)
        assert_array_equal(rng.relaxed_top_k(logits, k, 0.7, hard=True, axis=axis, size=size), expected)
        other.gumbel_top_k(logits, k, axis, size)
        assert rng == other
        hard, vjp = top_k(logits, k, 0.7, hard=True, axis=axis, size=size)
        soft, soft_vjp = top_k(logits, k, 0.7, axis=axis, size=size)
        assert_array_equal(hard, expected)
        assert_array_equal(vjp.soft, soft)
        for got, right in zip(vjp(expected + 1), soft_vjp(expected + 1), strict=True):
            assert_array_equal(got, right)


def test_all_mass_of_the_support_is_taken() -> None:
    logits = np.array([0.0, -np.inf, 2.0, -np.inf, 1.0])
    for tau in (1e-6, 1.0):
        value = gs.Generator(3).relaxed_top_k(logits, 3, tau)
        assert_array_equal(value[[1, 3]], 0)
        assert value.sum() == pytest.approx(3, rel=1e-15)
    assert_array_equal(gs.Generator(3).relaxed_top_k(logits, 3, 1e-6), [1, 0, 1, 0, 1])


@pytest.mark.parametrize("dtype", [np.float16, *DTYPES])
def test_gumbel_sinkhorn_is_doubly_stochastic(dtype: type) -> None:
    logits = np.random.default_rng(1).normal(size=(50, 6, 6)).astype(dtype)
    logits[:, 2, 3] = -np.inf
    for iterations, tolerance in ((20, 2e-1), (2000, 1e-7)):
        value = gs.Generator(*POSITION).gumbel_sinkhorn(logits, 0.7, iterations)
        assert value.dtype == dtype
        assert_array_equal(value[:, 2, 3], 0)
        rounding = {np.float16: 3e-3, np.float32: 4e-7, np.float64: 6 * 2.0**-52}[dtype]
        assert_allclose(value.sum(axis=-2, dtype=float), 1, rtol=rounding)
        assert_allclose(value.sum(axis=-1, dtype=float), 1, rtol=max(rounding, tolerance))
    one = gs.Generator(1).gumbel_sinkhorn(np.zeros((3, 1, 1)))
    assert_array_equal(one, 1)


def test_gumbel_sinkhorn_at_temperature_0_is_the_best_assignment() -> None:
    """Of 4! permutations; the iterations come to it as 1 / iterations where nothing but the best has a weight."""
    logits = np.random.default_rng(2).normal(size=(60, 4, 4))
    z = noisy(logits)
    orders = np.array(list(itertools.permutations(range(4))))
    sums = z[:, np.arange(4), orders].sum(axis=-1)
    ranked = np.sort(sums, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 0.5
    assert clear.sum() > 25
    expected = np.eye(4)[orders[sums.argmax(axis=1)]]
    for iterations in (300, 3000):
        value = gs.Generator(*POSITION).gumbel_sinkhorn(logits, 0.01, iterations)
        assert_allclose(value[clear], expected[clear], atol=5 / iterations)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_any_strides_and_repeated_samples(name: str, dtype: type) -> None:
    draw, whole = SAMPLES[name], np.random.default_rng(4).normal(size=(4, 5, 5, 2)).astype(dtype)
    strided = whole[::2, ..., 1].swapaxes(-1, -2)
    plain = np.ascontiguousarray(strided)
    for options in ({}, {"size": (3, 2)}):
        got, vjp = draw(strided, 0.6, **options)
        expected, expected_vjp = draw(plain, 0.6, **options)
        assert_array_equal(got, expected)
        grad = np.broadcast_to(np.linspace(-1, 1, 5), got.shape)
        for a, b in zip(vjp(grad), expected_vjp(grad.copy()), strict=True):
            assert_array_equal(a, b)
    flat = np.broadcast_to(plain, (3, 2, *plain.shape)).copy()
    repeated, vjp = draw(plain, 0.6, size=(3, 2))
    unrolled, unrolled_vjp = draw(flat, 0.6)
    assert_array_equal(repeated, unrolled)
    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    grad = np.random.default_rng(5).normal(size=flat.shape)
    dlogits = unrolled_vjp(grad)[0].sum(axis=(0, 1), dtype=float)
    assert_allclose(vjp(grad)[0], dlogits, rtol=tolerance, atol=tolerance)
    large = plain + dtype(2.0**12 if dtype is np.float32 else 2.0**40)
    near = large - large.max(axis=-1, keepdims=True)
    assert_array_equal(draw(large, 0.6)[0], draw(near, 0.6)[0])
    assert draw(np.zeros((0, 5, 5), dtype), 0.6)[0].shape == (0, 5, 5)


def test_relaxed_top_k_along_any_axis() -> None:
    logits = np.random.default_rng(6).normal(size=(3, 6, 4))
    for axis in (0, 1, 2, -1, -2, -3):
        value, vjp = top_k(logits, 2, 0.5, axis=axis)
        expected, expected_vjp = top_k(np.moveaxis(logits, axis, -1).copy(), 2, 0.5)
        assert_array_equal(value, np.moveaxis(expected, -1, axis))
        grad = np.arange(72.0).reshape(3, 6, 4)
        dlogits = expected_vjp(np.moveaxis(grad, axis, -1))[0]
        assert_array_equal(vjp(grad)[0], np.moveaxis(dlogits, -1, axis))
        tau = np.full(tuple(1 if i == axis % 3 else n for i, n in enumerate((3, 6, 4))), 0.5)
        kept, kept_vjp = top_k(logits, 2, tau, axis=axis)
        assert_array_equal(kept, value)
        assert kept_vjp(grad)[1].shape == tau.shape


@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_vjp_keeps(name: str) -> None:
    value, vjp = SAMPLES[name](np.zeros((5, 5)), 0.7)
    grad = np.eye(5)
    first = vjp(grad)
    assert vjp.soft is value
    with pytest.raises(ValueError, match="read-only"):
        value[0] = 1
    for again in (vjp, pickle.loads(pickle.dumps(vjp))):
        for a, b in zip(again(grad), first, strict=True):
            assert_array_equal(a, b)
    out = np.empty((5, 5))
    assert vjp(grad, out=out)[0] is out
    assert_array_equal(out, first[0])
    with pytest.raises(ValueError, match=r"grad must have the shape of the sample, \(5, 5\), got \(5,\)"):
        vjp(np.ones(5))
    with pytest.raises(TypeError, match="out must have dtype float64"):
        vjp(grad, out=np.empty((5, 5), np.float32))


# --- errors -------------------------------------------------------------------------------------------------------

ROW = [0.0, 1.0, -np.inf]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda r: r.relaxed_top_k(ROW, 4), ValueError, "k must be at most 3, the number of categories, got 4"),
        (
            lambda r: r.relaxed_top_k([[0.0] * 3, ROW], 3),
            ValueError,
            "k must be at most 2, .* above -inf in row 1, got 3",
        ),
        (lambda r: r.relaxed_top_k([0.0, np.nan], 1), ValueError, "got nan at category 1"),
        (lambda r: r.relaxed_top_k(ROW, 1, 0.0), ValueError, "tau must be finite and above 0"),
        (lambda r: r.relaxed_top_k(ROW, 1, [0.5, 0.5]), ValueError, "tau must be a number or broadcast to the rows"),
        (lambda r: r.relaxed_top_k(ROW, 1, 0.5, hard=1), TypeError, "hard must be True or False"),
        (lambda r: r.relaxed_top_k(ROW, 1.0), TypeError, "k must be an integer"),
        (lambda r: r.relaxed_top_k(ROW, 1, axis=1), ValueError, "axis"),
        (lambda r: r.gumbel_sinkhorn(np.zeros((2, 3))), ValueError, r"square matrices .*, got shape \(2, 3\)"),
        (lambda r: r.gumbel_sinkhorn([0.0]), ValueError, r"square matrices .*, got shape \(1,\)"),
        (lambda r: r.gumbel_sinkhorn(np.zeros((0, 0))), ValueError, "logits must have at least one category"),
        (
            lambda r: r.gumbel_sinkhorn([[[0.0, 0], [0, 0]], [[0, -np.inf], [0, -np.inf]]]),
            ValueError,
            "logits must have an entry above -inf in each column, got none in column 1 of matrix 1",
        ),
        (lambda r: r.gumbel_sinkhorn([[0.0, 0], [-np.inf] * 2]), ValueError, "got only -inf in row 1"),
        (lambda r: r.gumbel_sinkhorn([[np.inf, 0], [0, 0.0]]), ValueError, "got inf at category 0 in row 0"),
        (lambda r: r.gumbel_sinkhorn(np.zeros((2, 2)), 1.0, 0), ValueError, "iterations must be at least 1, got 0"),
        (lambda r: r.gumbel_sinkhorn(np.zeros((3, 2, 2)), [1.0] * 2), ValueError, "broadcast to the matrices"),
        (lambda r: r.gumbel_sinkhorn(np.full((2, 2), 1e11), 1e-300), ValueError, "logits / tau must be finite"),
    ],
)
def test_bad_arguments_change_nothing(call: Callable[[gs.Generator], Any], error: type[Exception], text: str) -> None:
    rng = gs.Generator(1, 0, 8)
    with pytest.raises(error, match=text):
        call(rng)
    assert rng.offset == 8
