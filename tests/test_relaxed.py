"""Gumbel-Softmax and binary Concrete: values, gradients, distribution, limits, shapes, errors."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

import gsampler as gs

DTYPES = [np.float32, np.float64]
# about the ends of vectors, of the buffers of several rows, and of chunks
LENGTHS = [1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 100, 341, 342, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 5000]
FALSE_ALARM = 1e-6  # of each statistical test; the seeds are fixed


def logits_of(shape: tuple[int, ...], dtype: Any, seed: int = 0, masked: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed)
    logits = (2 * rng.standard_normal(shape)).astype(dtype)
    if masked and shape[-1] > 1:
        logits[rng.random(shape) < 0.3] = -np.inf
        logits[..., 0] = 0.5
    return logits


def exact_softmax(z: np.ndarray, tau: Any) -> np.ndarray:
    return np.asarray(special.softmax(z.astype(np.longdouble) / tau, axis=-1))


# --- values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", LENGTHS)
def test_is_the_softmax_of_perturbed_logits(k: int, dtype: type, threads: int) -> None:
    """Each value is right to 2 ulp, relatively: the sample keeps the digits of its smallest values."""
    rows, tau = max(3, 9000 // k), 0.37
    logits = logits_of((rows, k), dtype, k, masked=True)
    got = gs.Generator(k, 3, 8).gumbel_softmax(logits, tau)
    z = logits + gs.Generator(k, 3, 8).gumbel(size=(rows, k), dtype=dtype)
    expected = exact_softmax(z, dtype(tau))
    # the rounding of z less the largest, an argument of exp, comes on top of the function's own 2 ulp
    gap = np.where(expected > 0, np.max(z, axis=-1, keepdims=True) - z, 0)
    error = np.abs(got - expected) / (expected + np.finfo(dtype).tiny) / np.finfo(dtype).eps
    sums = 3 if dtype is np.float64 else 0  # of a sum made in the type itself
    assert (error <= 2 + sums + gap / tau / 2).all()
    assert_array_equal(got[logits == -np.inf], 0)
    assert_array_equal(gs.softmax(z, tau), got)


@pytest.mark.parametrize("tau", [1e-3, 0.1, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("k", [1, 2, 5, 64, 1000, 5000, 131072])
def test_rows_sum_to_one(k: int, tau: float) -> None:
    """Within 2 ulp, for logits of any size: nothing overflows, nothing is NaN."""
    for size in (0.0, 1.0, 1e4):
        rng = np.random.default_rng(k)
        logits = (size * rng.uniform(-1, 1, (max(2, 20_000 // k), k))).astype(np.float32)
        logits[0, -1] = np.float32(1e4)
        for value in (gs.Generator(1).gumbel_softmax(logits, tau), gs.softmax(logits, tau)):
            assert np.isfinite(value).all()
            assert value.min() >= 0
            sums = [math.fsum(row) for row in value.tolist()]
            assert_allclose(sums, 1, rtol=0, atol=2 * 2.0**-23)


@pytest.mark.parametrize("dtype", DTYPES)
def test_smallest_and_largest_temperatures(dtype: type) -> None:
    """Down to the smallest normal number, below which there is an error."""
    info = np.finfo(dtype)
    x = np.array([0.0, 1.0, 1.0 + 2.0**-20, -np.inf], dtype)
    for tau in (info.tiny, float(info.tiny) * 1e3):
        soft = gs.softmax(x, tau)
        assert_array_equal(soft, [0, 0, 1, 0])
        dlogits, dtau = gs.gumbel_softmax_backward([1.0, 2.0, 3.0, 4.0], soft, tau)
        assert_array_equal(dlogits, 0)
        assert dtau == 0
    pair = np.array([0, 1.25 * float(info.tiny)], dtype)
    assert_allclose(gs.softmax(pair, info.tiny)[1], special.expit(1.25), rtol=2 * info.eps)
    assert_array_equal(gs.softmax(x, info.max), np.array([1, 1, 1, 0], dtype) / dtype(3))
    with pytest.raises(ValueError, match="tau must be from"):
        gs.softmax(x, info.smallest_subnormal)


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_of_steps_of_the_last_place(dtype: type) -> None:
    """exp(d / tau) is right to the last places for any d and tau, against mpmath's precision through longdouble."""
    rng = np.random.default_rng(5)
    largest = 80 if dtype is np.float32 else 600
    d = -rng.uniform(0, largest, 4000).astype(dtype)
    tau = np.exp(rng.uniform(-3, 3, 4000)).astype(dtype)
    d *= tau
    rows = np.stack([np.zeros_like(d), d], axis=1)
    got = gs.softmax(rows, tau)
    expected = exact_softmax(rows, tau[:, None].astype(np.longdouble))
    assert_allclose(got, expected, rtol=2 * np.finfo(dtype).eps)


# --- hard samples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [*DTYPES, np.float16])
@pytest.mark.parametrize("k", [1, 2, 7, 64, 300, 1500])
def test_hard_is_the_one_hot_of_the_category(k: int, dtype: type, threads: int) -> None:
    logits = logits_of((50, k), dtype, k, masked=True)
    rng = gs.Generator(k, 0, 12)
    index = rng.categorical(logits)
    after = rng.offset
    expected = np.eye(k, dtype=dtype)[index]
    for call in ("gumbel_softmax", "gumbel_softmax_vjp"):
        rng = gs.Generator(k, 0, 12)
        value = getattr(rng, call)(logits, 0.4, hard=True)
        value, vjp = value if call.endswith("vjp") else (value, None)
        assert value.dtype == dtype
        assert_array_equal(value, expected)
        assert rng.offset == after
        if vjp is not None:
            soft = gs.Generator(k, 0, 12).gumbel_softmax(logits.astype(vjp.soft.dtype), 0.4)
            assert_array_equal(vjp.soft, soft)


@pytest.mark.parametrize("dtype", DTYPES)
def test_hard_binary_is_the_coin(dtype: type, threads: int) -> None:
    logits = np.concatenate([logits_of((5000,), dtype), [-np.inf, 40, -40, 0]]).astype(dtype)
    bernoulli_draws = gs.Generator(7).bernoulli(logits)
    rng = gs.Generator(7)
    assert_array_equal(rng.binary_concrete(logits, 0.3, hard=True), bernoulli_draws.astype(dtype))
    value, vjp = gs.Generator(7).binary_concrete_vjp(logits, 0.3, hard=True)
    assert_array_equal(value, bernoulli_draws.astype(dtype))
    assert_array_equal(vjp.soft, gs.Generator(7).binary_concrete(logits, 0.3))


# --- the binary case ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 15, 16, 17, 1023, 1024, 1025, 4000])
def test_binary_is_the_sigmoid_of_the_logit(n: int, dtype: type, threads: int) -> None:
    logits, tau = 10 * logits_of((n,), dtype, n), 0.6
    got = gs.Generator(n).binary_concrete(logits, tau)
    z = gs.Generator(n).logistic(loc=logits, dtype=dtype)
    with np.errstate(over="ignore"):
        expected = 1 / (1 + np.exp(-z.astype(np.longdouble) / dtype(tau)))
    assert_allclose(got, expected, rtol=2 * np.finfo(dtype).eps, atol=2 * np.finfo(dtype).tiny)  # least power


def test_binary_saturates_at_exactly_0_and_1() -> None:
    logits = np.array([-1e4, 1e4, -np.inf, 300.0, -300.0], np.float32)
    for tau in (1e-3, 0.5, 1.0):
        value, vjp = gs.Generator(1).binary_concrete_vjp(logits, tau)
        assert_array_equal(value, [0, 1, 0, 1, 0])
        dlogits, dtau = vjp(np.array([np.inf, np.inf, np.nan, 1, 1], np.float32))
        assert_array_equal(dlogits, 0)
        assert dtau == 0
    value = gs.Generator(1).binary_concrete(np.array([-60.0], np.float32))
    assert 0 < value[0] < 1e-20  # small values keep their digits


# --- gradients ----------------------------------------------------------------------------------------------


def differences(value: Any, x: np.ndarray, grad: np.ndarray) -> np.ndarray:
    """Central differences of <grad, value(x)> in each element of x; 0 where x is -inf."""
    result = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        if x[i] > -np.inf:
            step = 1e-5 * max(1.0, abs(x[i]))
            up, down = x.copy(), x.copy()
            up[i] += step
            down[i] -= step
            result[i] = np.sum(grad * (value(up) - value(down))) / (2 * step)
    return result


TAUS = {"scalar": (), "one": (1, 1, 1), "rows": (4, 3), "rows-kept": (4, 1, 3), "last": (3,), "first": (4, 1)}


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("tau_shape", TAUS.values(), ids=TAUS)
def test_gradients_against_differences(tau_shape: tuple[int, ...], hard: bool) -> None:
    """Rows along the middle axis of (4, 5, 3), some masked."""
    rng = np.random.default_rng(3)
    logits = np.moveaxis(logits_of((4, 3, 5), float, 1, masked=True), -1, 1)
    tau, grad = np.exp(rng.normal(size=tau_shape) / 2), rng.normal(size=logits.shape)
    value, vjp = gs.Generator(11).gumbel_softmax_vjp(logits, tau, hard=hard, axis=1)
    if hard:
        assert_array_equal(np.sort(np.unique(value)), [0, 1])
    dlogits, dtau = vjp(grad)
    assert_allclose(
        dlogits,
        differences(lambda x: gs.Generator(11).gumbel_softmax(x, tau, axis=1), logits, grad),
        rtol=1e-7,
        atol=1e-9,
    )
    expected = differences(lambda t: gs.Generator(11).gumbel_softmax(logits, t, axis=1), np.asarray(tau), grad)
    assert_allclose(dtau, expected, rtol=1e-7, atol=1e-9)
    assert np.shape(dtau) == tau_shape
    assert_array_equal(dlogits[logits == -np.inf], 0)
    again = gs.gumbel_softmax_backward(grad, vjp.soft, tau, axis=1)
    assert_array_equal(again[0], dlogits)
    assert_array_equal(again[1], dtau)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("tau_shape", [(), (1,), (3,), (4, 1), (4, 3), (1, 1)])
def test_binary_gradients_against_differences(tau_shape: tuple[int, ...], hard: bool) -> None:
    rng = np.random.default_rng(4)
    logits = logits_of((4, 3), float, 2)
    logits[1, 1] = -np.inf
    tau, grad = np.exp(rng.normal(size=tau_shape) / 2), rng.normal(size=logits.shape)
    _, vjp = gs.Generator(12).binary_concrete_vjp(logits, tau, hard=hard)
    dlogits, dtau = vjp(grad)
    expected = differences(lambda x: gs.Generator(12).binary_concrete(x, tau), logits, grad)
    assert_allclose(dlogits, expected, rtol=1e-6, atol=1e-9)
    expected = differences(lambda t: gs.Generator(12).binary_concrete(logits, t), np.asarray(tau), grad)
    assert_allclose(dtau, expected, rtol=1e-6, atol=1e-9)
    assert np.shape(dtau) == tau_shape
    again = gs.binary_concrete_backward(grad, vjp.soft, tau)
    assert_array_equal(again[0], dlogits)
    assert_array_equal(again[1], dtau)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("per_row", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 2, 10, 64, 1000, 1024, 1025, 3000])
def test_gradients_against_torch(k: int, dtype: type, per_row: bool, hard: bool, threads: int) -> None:
    """Autograd through the same noise, in float64; straight-through as torch's own ``hard``."""
    rows = max(2, 4000 // k)
    rng = np.random.default_rng(k)
    logits = logits_of((rows, k), dtype, k)
    tau = np.exp(rng.normal(size=(rows, 1) if per_row else ()) / 3).astype(dtype)
    grad = rng.normal(size=logits.shape).astype(dtype)
    value, vjp = gs.Generator(k).gumbel_softmax_vjp(logits, tau, hard=hard)
    dlogits, dtau = vjp(grad)

    z = logits + gs.Generator(k).gumbel(size=logits.shape, dtype=dtype)  # rounded in its type, as the engine's
    theta = torch.tensor(z.astype(float), requires_grad=True)
    temperature = torch.tensor(tau.astype(float), requires_grad=True)
    soft = torch.softmax(theta / temperature, -1)
    if hard:
        one_hot = torch.zeros_like(soft).scatter_(-1, soft.argmax(-1, keepdim=True), 1.0)
        sample = one_hot - soft.detach() + soft
    else:
        sample = soft
    sample.backward(torch.tensor(grad.astype(float)))
    assert theta.grad is not None
    assert temperature.grad is not None
    eps = np.finfo(dtype).eps
    assert_allclose(value, sample.detach().numpy(), rtol=30 * eps, atol=eps)
    scale = np.abs(grad).max() / tau.min()
    assert_allclose(dlogits, theta.grad.numpy(), rtol=30 * eps, atol=4 * scale * eps)
    assert_allclose(dtau, temperature.grad.numpy(), rtol=100 * eps, atol=30 * scale * eps * (1 if per_row else rows))
    assert dtau.dtype == dtype


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gradients_of_masked_logits_along_any_axis_against_torch(axis: int, hard: bool) -> None:
    """Its masks are large negative numbers: -inf makes autograd's gradient of tau NaN."""
    rng = np.random.default_rng(6)
    logits = np.moveaxis(logits_of((6, 5, 9), float, 4, masked=True), -1, axis)
    grad, tau = rng.normal(size=logits.shape), np.exp(rng.normal(size=(6, 5)) / 3)
    value, vjp = gs.Generator(2).gumbel_softmax_vjp(logits, tau, hard=hard, axis=axis)
    noise = np.moveaxis(gs.Generator(2).gumbel(size=(6, 5, 9)), -1, axis)
    theta = torch.tensor(np.maximum(logits, -1e30), requires_grad=True)
    temperature = torch.tensor(tau, requires_grad=True)
    soft = torch.softmax((theta + torch.tensor(noise.copy())) / temperature.unsqueeze(axis), axis)
    soft.backward(torch.tensor(grad))
    assert theta.grad is not None
    assert temperature.grad is not None
    assert_allclose(vjp.soft, soft.detach().numpy(), rtol=1e-13, atol=1e-300)
    dlogits, dtau = vjp(grad)
    assert_allclose(dlogits, theta.grad.numpy(), rtol=1e-11, atol=1e-14)
    assert_allclose(dtau, temperature.grad.numpy(), rtol=1e-11, atol=1e-13)
    assert_array_equal(dlogits[logits == -np.inf], 0)
    if hard:
        assert_array_equal(value.argmax(axis), soft.detach().numpy().argmax(axis))

    value, back = gs.Generator(2).binary_concrete_vjp(logits, 0.7, hard=hard)
    theta = torch.tensor(np.maximum(logits, -1e30), requires_grad=True)
    temperature = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    soft = torch.sigmoid((theta + torch.tensor(gs.Generator(2).logistic(size=logits.shape))) / temperature)
    soft.backward(torch.tensor(grad))
    assert theta.grad is not None
    assert temperature.grad is not None
    dlogits, dtau = back(grad)
    assert_allclose(dlogits, theta.grad.numpy(), rtol=1e-12, atol=1e-15)
    assert_allclose(dtau, temperature.grad.numpy(), rtol=1e-11)
    if hard:
        assert_array_equal(value, soft.detach().numpy() > 0.5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_binary_gradients_against_torch(dtype: type, threads: int) -> None:
    rng = np.random.default_rng(9)
    logits, grad = logits_of((4000,), dtype), rng.normal(size=4000).astype(dtype)
    for shape in ((), (4000,)):
        tau = np.exp(rng.normal(size=shape) / 3).astype(dtype)
        value, vjp = gs.Generator(3).binary_concrete_vjp(logits, tau)
        dlogits, dtau = vjp(grad)
        z = gs.Generator(3).logistic(loc=logits, dtype=dtype)
        theta = torch.tensor(z.astype(float), requires_grad=True)
        temperature = torch.tensor(tau.astype(float), requires_grad=True)
        soft = torch.sigmoid(theta / temperature)
        soft.backward(torch.tensor(grad.astype(float)))
        assert theta.grad is not None
        assert temperature.grad is not None
        eps = np.finfo(dtype).eps
        assert_allclose(value, soft.detach().numpy(), rtol=10 * eps, atol=0)  # torch's own error
        # y near 1 has lost the digits of 1 - y
        assert_allclose(dlogits, theta.grad.numpy(), rtol=8 * eps, atol=eps * np.abs(grad).max() / tau.min())
        assert_allclose(dtau, temperature.grad.numpy(), rtol=30 * eps, atol=100 * eps * (1 if shape else 40))


def test_masked_categories_have_no_part_in_gradients() -> None:
    """Whatever the gradient that comes for them: its product with 0 is not NaN."""
    logits = np.array([[0.0, -np.inf, 1.0], [-np.inf, 2.0, -np.inf]], np.float32)
    _, vjp = gs.Generator(1).gumbel_softmax_vjp(logits, [0.5, 2.0])
    clean = vjp(np.array([[1, 0, 2], [0, 3, 0]], np.float32))
    dirty = vjp(np.array([[1, np.inf, 2], [np.nan, 3, -np.inf]], np.float32))
    for a, b in zip(clean, dirty, strict=True):
        assert_array_equal(a, b)
    assert_array_equal(clean[0][logits == -np.inf], 0)
    assert_array_equal(clean[0][1], 0)  # one category is left: nothing to learn
    assert np.isfinite(clean[1]).all()


@pytest.mark.parametrize("k", [2, 64, 1500])
@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_keep_the_digits_of_small_ones(dtype: type, k: int) -> None:
    """Where one element takes nearly all, and where the gradient is a large constant and a little more."""
    eps, tau = np.finfo(dtype).eps, 0.5
    z = np.full(k, -9.0 if dtype is np.float32 else -18.0, dtype)  # others: below the last place of 1
    z[k // 2] = 0
    soft = gs.softmax(z, tau)
    grad = np.random.default_rng(k).integers(0, 9, k).astype(dtype)
    exact = special.softmax(z.astype(np.longdouble) / dtype(tau))
    top = grad - grad[k // 2].astype(np.longdouble)  # a shift, so that longdouble does not cancel either
    expected = exact * (top - (exact * top).sum()) / dtype(tau)
    for shift in (0, 2**19):
        dlogits, _ = gs.gumbel_softmax_backward(grad + dtype(shift), soft, tau)
        assert_allclose(dlogits, expected.astype(float), rtol=200 * eps)
    soft = gs.softmax(np.linspace(-1, 1, k).astype(dtype), tau)
    plain, _ = gs.gumbel_softmax_backward(grad, soft, tau)
    shifted, _ = gs.gumbel_softmax_backward(grad + dtype(2**19), soft, tau)
    assert_allclose(shifted, plain, atol=20 * eps * np.abs(plain).max())


@pytest.mark.parametrize("tau", [0.5, [0.5, 2.0]])
def test_ways_back_can_be_copied_and_pickled(tau: Any) -> None:
    """Each copy has temperatures of its own: the address of another's would not last."""
    logits, grad = np.zeros((2, 3)), np.arange(6.0).reshape(2, 3)
    way = gs.Generator(1).gumbel_softmax_vjp(logits, tau)[1]
    expected = way(grad)
    for other in (copy.deepcopy(way), pickle.loads(pickle.dumps(way))):
        assert other._tau.start == other._tau.values.ctypes.data != way._tau.start
        for got, wanted in zip(other(grad), expected, strict=True):
            assert_array_equal(got, wanted)


def test_a_gradient_that_is_nan_is_passed_on() -> None:
    _, vjp = gs.Generator(1).gumbel_softmax_vjp([0.0, 1.0])
    dlogits, dtau = vjp([np.nan, 1.0])
    assert np.isnan(dlogits).all()
    assert np.isnan(dtau)


# --- distribution -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0, 5.0])
def test_rounding_frequency_is_the_softmax_of_the_logits(tau: float) -> None:
    """At every temperature: Maddison et al., proposition 1a."""
    logits, n = np.array([-1.0, 0.0, 0.5, 2.0, -np.inf], np.float32), 400_000
    soft = gs.Generator(int(10 * tau)).gumbel_softmax(np.broadcast_to(logits, (n, 5)), tau)
    observed = np.bincount(soft.argmax(-1), minlength=5)
    expected = n * special.softmax(logits.astype(float))
    assert observed[4] == 0
    assert stats.chisquare(observed[:4], expected[:4]).pvalue > FALSE_ALARM
    bernoulli_draws = gs.Generator(int(10 * tau)).binary_concrete(np.full(n, -0.7, np.float32), tau) > 0.5
    assert stats.binomtest(int(bernoulli_draws.sum()), n, float(special.expit(-0.7))).pvalue > FALSE_ALARM


def test_two_categories_are_the_binary_case_in_law() -> None:
    """The first coordinate of a pair has the law of one logistic variate at the difference of logits."""
    n = 100_000
    pair = gs.Generator(1).gumbel_softmax(np.broadcast_to([0.3, -0.6], (n, 2)), 0.7)[:, 0]
    one = gs.Generator(2).binary_concrete(np.full(n, 0.9), 0.7)
    assert stats.ks_2samp(pair, one).pvalue > FALSE_ALARM
    exact = stats.logistic(0.9 / 0.7, 1 / 0.7)
    assert stats.kstest(special.logit(one), exact.cdf).pvalue > FALSE_ALARM


def test_limits_of_the_temperature() -> None:
    logits = logits_of((2000, 6), float)
    cold = gs.Generator(5).gumbel_softmax(logits, 1e-6)
    one_hot = gs.Generator(5).gumbel_softmax(logits, hard=True)
    assert np.mean(np.abs(cold - one_hot).max(-1) < 1e-9) > 0.99  # but for near ties
    hot = gs.Generator(5).gumbel_softmax(logits, 1e6)
    assert_allclose(hot, 1 / 6, atol=1e-5)
    z = logits + gs.Generator(5).gumbel(size=logits.shape)
    assert_allclose((hot - 1 / 6) * 6e6, z - z.mean(-1, keepdims=True), atol=1e-3)  # and how it gets there


# --- shapes, types, memory ----------------------------------------------------------------------------------


@given(
    shape=st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple),
    data=st.data(),
    dtype=st.sampled_from([np.float16, np.float32, np.float64, np.int32]),
)
def test_any_shape_axis_and_strides(shape: tuple[int, ...], data: st.DataObject, dtype: type) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    if shape[axis] == 0:
        shape = tuple(4 if i == axis % len(shape) else n for i, n in enumerate(shape))
    steps = tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -3]))) for _ in shape)
    whole = np.random.default_rng(1).normal(size=tuple(3 * n for n in shape)).astype(dtype)
    logits = whole[steps][tuple(slice(n) for n in shape)]
    kind = np.float64 if dtype == np.int32 else dtype
    computed = np.float64 if kind == np.float64 else np.float32
    rows = np.ascontiguousarray(np.moveaxis(logits, axis, -1), computed)
    tau = np.random.default_rng(2).uniform(0.3, 3, rows.shape[:-1])
    kept = logits.copy()

    value, vjp = gs.Generator(1).gumbel_softmax_vjp(logits, tau, axis=axis)
    expected, back = gs.Generator(1).gumbel_softmax_vjp(rows, tau)
    assert value.dtype == kind
    assert_array_equal(value, np.moveaxis(expected, -1, axis).astype(kind))
    grad = np.random.default_rng(3).normal(size=shape)
    dlogits, dtau = vjp(grad)
    wanted = back(np.moveaxis(grad, axis, -1))
    assert dlogits.dtype == kind
    assert_array_equal(dlogits, np.moveaxis(wanted[0], -1, axis).astype(kind))
    assert_array_equal(dtau, wanted[1])
    assert_array_equal(gs.Generator(1).gumbel_softmax(logits, tau, axis=axis), value)
    assert_array_equal(logits, kept)

    out = np.full(tuple(2 * n for n in shape), 7, kind)[tuple(slice(None, None, 2) for _ in shape)]
    assert gs.Generator(1).gumbel_softmax(logits, tau, axis=axis, out=out) is out
    assert_array_equal(out, value)
    hard = gs.Generator(1).gumbel_softmax(logits, tau, hard=True, axis=axis)
    assert_array_equal(hard.sum(axis), np.ones(rows.shape[:-1]))
    assert_array_equal(hard.argmax(axis), gs.Generator(1).categorical(logits, axis=axis))


@pytest.mark.parametrize("dtype", DTYPES)
def test_threads_and_blocks_change_nothing(dtype: type) -> None:
    """Long enough for two threads, and for copies in more than one block."""
    before = gs.get_num_threads()
    results = []
    for logits in (logits_of((3000, 1100), dtype), np.asfortranarray(logits_of((3000, 1100), dtype))):
        for n in (1, 2):
            gs.set_num_threads(n)
            value, vjp = gs.Generator(8).gumbel_softmax_vjp(logits, np.linspace(0.5, 2, 3000))
            soft, back = gs.Generator(8).binary_concrete_vjp(logits, 0.7)
            results.append([value, *vjp(np.asarray(logits)), soft, *back(np.asarray(logits))])
    gs.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


def test_parts_equal_the_whole() -> None:
    logits = logits_of((40, 30), np.float32)
    whole = gs.Generator(3).gumbel_softmax(logits, 0.5)
    rng = gs.Generator(3)
    parts = [rng.gumbel_softmax(logits[:24], 0.5), rng.gumbel_softmax(logits[24:], 0.5)]  # 24 * 30 is whole blocks
    assert_array_equal(np.concatenate(parts), whole)
    assert rng.offset == 1200


def test_out_of_the_ways_back() -> None:
    logits, grad = logits_of((20, 30), np.float32), logits_of((20, 30), np.float32, 1)
    for sample in (gs.Generator(1).gumbel_softmax_vjp, gs.Generator(1).binary_concrete_vjp):
        buffer = np.empty((20, 30), np.float32)
        value, vjp = sample(logits, 0.5, out=buffer)
        assert value is buffer
        expected, dtau = vjp(grad)
        strided = np.zeros((20, 60), np.float32)[:, ::2]
        assert vjp(grad, out=strided)[0] is strided
        assert_array_equal(strided, expected)
        assert vjp(grad, out=np.empty_like(grad))[1] == dtau
        with pytest.raises(ValueError, match=r"out must have shape \(20, 30\), got \(30, 20\)"):
            vjp(grad, out=np.empty((30, 20), np.float32))


def test_binary_types() -> None:
    logits = logits_of((300,), np.float16)
    wide = logits.astype(np.float32)
    value, vjp = gs.Generator(1).binary_concrete_vjp(logits, 0.5)
    expected, back = gs.Generator(1).binary_concrete_vjp(wide, 0.5)
    assert value.dtype == np.float16
    assert_array_equal(value, expected.astype(np.float16))
    dlogits, dtau = vjp(np.ones(300))
    assert_array_equal(dlogits, back(np.ones(300))[0].astype(np.float16))
    assert dtau == back(np.ones(300))[1]
    one = gs.Generator(1).binary_concrete(0.0, 0.5)
    assert isinstance(one, np.float64)
    assert one == gs.Generator(1).binary_concrete([0], 0.5)[0]
    strided = np.zeros((2, 300), np.float32)[:, ::-1]
    gs.Generator(1).binary_concrete(np.stack([wide, wide]), 0.5, out=strided)
    assert_array_equal(strided, gs.Generator(1).binary_concrete(np.stack([wide, wide]), 0.5))


def test_casts_are_silent() -> None:
    """Whatever NumPy is told to raise: halves that underflow, gradients too large for float32."""
    logits = np.array([0.0, -30.0, -60.0], np.float16)
    with np.errstate(all="raise"):
        for sample in (gs.Generator(1).gumbel_softmax_vjp, gs.Generator(1).binary_concrete_vjp):
            for hard in (False, True):
                _, vjp = sample(logits, 0.5, hard=hard)
                vjp([1e300, 1.0, 1.0])
        gs.Generator(1).normal_vjp(size=3, dtype=np.float32)[1]([1e300, 1.0, 1.0])


def test_other_byte_orders() -> None:
    logits = logits_of((5, 4), np.float32)
    swapped = logits.astype(">f4")
    value, vjp = gs.Generator(1).gumbel_softmax_vjp(swapped, 0.5)
    assert value.dtype == np.float32
    assert_array_equal(value, gs.Generator(1).gumbel_softmax(logits, 0.5))
    assert vjp(swapped)[0].dtype == np.float32
    assert_array_equal(gs.softmax(swapped, 0.5), gs.softmax(logits, 0.5))
    assert_array_equal(gs.Generator(1).binary_concrete(swapped), gs.Generator(1).binary_concrete(logits))


def test_arrays_of_other_libraries() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    assert_array_equal(gs.Generator(1).gumbel_softmax(logits), gs.Generator(1).gumbel_softmax(logits.numpy()))
    with pytest.raises(TypeError, match="logits must be an array of real numbers: Can't call numpy"):
        gs.Generator(1).gumbel_softmax(logits.requires_grad_())


def test_empty_and_single() -> None:
    rng = gs.Generator(1, 0, 8)
    assert rng.gumbel_softmax(np.zeros((0, 5), np.float32)).shape == (0, 5)
    value, vjp = rng.gumbel_softmax_vjp(np.zeros((3, 0, 5)), np.ones((3, 0)))
    assert value.shape == (3, 0, 5)
    dlogits, dtau = vjp(np.zeros((3, 0, 5)))
    assert dlogits.shape == (3, 0, 5)
    assert dtau.shape == (3, 0)
    value, vjp = rng.binary_concrete_vjp(np.zeros(0))
    assert vjp(np.zeros(0))[1] == 0
    assert gs.binary_concrete_backward([], [], 0.5)[1] == 0
    assert gs.gumbel_softmax_backward(np.zeros((0, 3)), np.zeros((0, 3)), 0.5)[1] == 0
    assert rng.offset == 8
    assert_array_equal(rng.gumbel_softmax(np.full((3, 1), -5.0)), np.ones((3, 1)))
    assert gs.softmax([3.0]) == 1


# --- errors -------------------------------------------------------------------------------------------------

NAN_ROW = np.zeros((3, 4))
NAN_ROW[1, 2] = np.nan
Y, BIT = np.full((2, 3), 1 / 3), np.full((2, 3), 0.25)
BAD = [
    (lambda r: r.gumbel_softmax(NAN_ROW), ValueError, "logits must be finite or -inf, got nan at category 2 in row 1"),
    (lambda r: r.gumbel_softmax([-np.inf]), ValueError, "logits must have a category above -inf, got only -inf throug"),
    (lambda r: r.gumbel_softmax([[0.0], [-np.inf]]), ValueError, "got only -inf in row 1"),
    (lambda r: r.gumbel_softmax([0.0, np.inf]), ValueError, "logits must be finite or -inf, got inf at category 1"),
    (lambda r: r.gumbel_softmax(np.zeros((2, 0))), ValueError, "logits must have at least one category"),
    (lambda r: r.gumbel_softmax(1.0), ValueError, "logits must have an axis of categories, got a scalar"),
    (lambda r: r.gumbel_softmax([0.0], axis=1), ValueError, "axis must be from -1 to 0"),
    (
        lambda r: r.gumbel_softmax([0.0], 0.0),
        ValueError,
        "tau must be finite and above 0, got 0.0; for samples at temperature 0 use categorical",
    ),
    (lambda r: r.gumbel_softmax([0.0], 0), ValueError, "use categorical"),
    (lambda r: r.gumbel_softmax([0.0], -1.5), ValueError, "tau must be finite and above 0, got -1.5$"),
    (lambda r: r.gumbel_softmax([0.0], np.nan), ValueError, "tau must be finite and above 0, got nan$"),
    (lambda r: r.gumbel_softmax([0.0], np.inf), ValueError, "tau must be finite and above 0, got inf$"),
    (
        lambda r: r.gumbel_softmax(np.float32([0]), 1e-60),
        ValueError,
        "tau must be from 1.18e-38 to the largest float32, got 1e-60$",
    ),
    (lambda r: r.gumbel_softmax(np.float32([0]), 1e60), ValueError, r"to the largest float32, got 1e\+60$"),
    (
        lambda r: r.gumbel_softmax(np.zeros((3, 2)), [1.0, 2.0, 0.0]),
        ValueError,
        r"tau must be finite and above 0, got 0.0 at index \(2,\); for",
    ),
    (
        lambda r: r.gumbel_softmax(np.zeros((3, 2)), [1.0, 2.0]),
        ValueError,
        r"tau must be a number or broadcast to the rows, \(3,\), got shape \(2,\)",
    ),
    (
        lambda r: r.gumbel_softmax(np.zeros((3, 2)), np.ones((3, 2))),
        ValueError,
        r"tau must be a number or broadcast to the rows, \(3,\), got shape \(3, 2\)",
    ),
    (lambda r: r.gumbel_softmax(np.zeros(2), np.ones((1, 1))), ValueError, r"to the rows, \(\), got shape \(1, 1\)"),
    (lambda r: r.gumbel_softmax([0.0], "1"), TypeError, "tau must be an array of real numbers"),
    (lambda r: r.gumbel_softmax([0.0], hard=1), TypeError, "hard must be True or False, got 1"),
    (lambda r: r.gumbel_softmax([0.0], out=np.zeros(1, np.float32)), TypeError, "out must have dtype float64"),
    (lambda r: r.gumbel_softmax([0.0], out=np.zeros(2)), ValueError, r"out must have shape \(1,\), got \(2,\)"),
    (lambda r: r.gumbel_softmax_vjp(NAN_ROW), ValueError, "got nan at category 2 in row 1"),
    (lambda r: r.gumbel_softmax_vjp([0.0], 0), ValueError, "use categorical"),
    (
        lambda r: r.gumbel_softmax_vjp([0.0, 1.0])[1]([0.0]),
        ValueError,
        r"grad must have the shape of the sample, \(2,\)",
    ),
    (lambda r: r.gumbel_softmax_vjp([0.0])[1](["a"]), TypeError, "grad must be an array of real numbers"),
    (lambda r: r.binary_concrete([0.0, np.nan]), ValueError, r"logits must be finite or -inf, got nan at index \(1,\)"),
    (lambda r: r.binary_concrete(np.inf), ValueError, "logits must be finite or -inf, got inf"),
    (lambda r: r.binary_concrete(0.0, 0), ValueError, "use categorical"),
    (
        lambda r: r.binary_concrete(np.zeros((2, 3)), np.ones(2)),
        ValueError,
        r"tau must be a number or broadcast to the shape of the logits, \(2, 3\), got shape \(2,\)",
    ),
    (lambda r: r.binary_concrete(np.zeros(3), np.ones((2, 3))), ValueError, r"got shape \(2, 3\)"),
    (lambda r: r.binary_concrete(0.0, hard="yes"), TypeError, "hard must be True or False, got 'yes'"),
    (lambda r: r.binary_concrete([0.0], out=np.zeros(1, np.float16)), TypeError, "out must have dtype float64"),
    (lambda r: r.binary_concrete_vjp([0.0])[1](0.0), ValueError, r"grad must have the shape of the sample, \(1,\)"),
    (lambda r: gs.softmax([np.nan]), ValueError, "x must be finite or -inf, got nan at category 0"),
    (lambda r: gs.softmax([[1, 2], [-np.inf, -np.inf]]), ValueError, "x must have a category above -inf"),
    (lambda r: gs.softmax([]), ValueError, "x must have at least one category"),
    (lambda r: gs.softmax([0.0], 0), ValueError, "tau must be finite and above 0"),
    (lambda r: gs.gumbel_softmax_backward(Y[0], Y, 1), ValueError, r"grad must have the shape of the sample, \(2, 3\)"),
    (
        lambda r: gs.gumbel_softmax_backward(Y, Y + 1, 1),
        ValueError,
        r"soft must be from 0 to 1, got 1.3+ at index \(0, 0\)",
    ),
    (lambda r: gs.gumbel_softmax_backward(Y, Y * np.nan, 1), ValueError, "soft must be from 0 to 1, got nan"),
    (lambda r: gs.gumbel_softmax_backward(Y, Y, 0), ValueError, "tau must be finite and above 0, got 0"),
    (lambda r: gs.gumbel_softmax_backward(Y, Y, 1, axis=2), ValueError, "axis must be from -2 to 1 for soft"),
    (lambda r: gs.binary_concrete_backward(BIT, BIT - 1, 1), ValueError, "soft must be from 0 to 1, got -0.75"),
    (lambda r: gs.binary_concrete_backward(BIT[0], BIT, 1), ValueError, "grad must have the shape of the sample"),
    (lambda r: gs.binary_concrete_backward(BIT, BIT, np.ones(2)), ValueError, r"to the shape of soft, \(2, 3\)"),
    (lambda r: gs.binary_concrete_backward(BIT, BIT, -1), ValueError, "tau must be finite and above 0, got -1"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_argument_says_so_and_changes_nothing(call: Any, error: type[Exception], message: str) -> None:
    rng = gs.Generator(1, 2, 12)
    with pytest.raises(error, match=message):
        call(rng)
    assert rng.offset == 12 or "grad" in message  # a backward pass comes after the sample


def test_bad_input_leaves_out_as_it_was() -> None:
    logits = np.zeros((5000, 10), np.float32)
    logits[4321, 7] = np.nan
    out = np.full_like(logits, 3)
    for call in (gs.Generator(1).gumbel_softmax, gs.Generator(1).binary_concrete, gs.softmax):
        with pytest.raises(ValueError, match="4321"):
            call(logits, out=out)
        assert (out == 3).all()


def test_the_end_of_the_stream() -> None:
    rng = gs.Generator(1, 0, 2**64 - 8)
    with pytest.raises(ValueError, match="offset must leave 12 words"):
        rng.gumbel_softmax(np.zeros((3, 4), np.float32))
    assert rng.gumbel_softmax(np.zeros((2, 4), np.float32)).shape == (2, 4)
    assert rng.offset == 2**64
