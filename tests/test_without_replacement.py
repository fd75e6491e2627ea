"""Draws without replacement against a sort of the perturbed logits, and against their law."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

import gsampler as gs
from gsampler.runtime import registry

FALSE_ALARM = 1e-6  # of each statistical test, whose seeds are fixed
DTYPES = [np.float32, np.float64]


def sorted_sums(
    logits: np.ndarray, k: int, axis: int, size: tuple[int, ...], offset: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """The k largest of logits + noise, the noise built; of equal ones the lower index first."""
    moved = np.moveaxis(logits, axis, -1)
    sums = moved + gs.Generator(1, 2, offset).gumbel(size=(*size, *moved.shape), dtype=logits.dtype)
    sums = np.where(moved == -np.inf, -np.inf, sums)
    order = np.argsort(-sums, axis=-1, kind="stable")[..., :k]
    at = axis if axis < 0 else axis - logits.ndim
    return np.moveaxis(order, -1, at), np.moveaxis(np.take_along_axis(sums, order, -1), -1, at)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1,), (7,), (4, 9), (3, 70, 5), (40, 1025), (2, 5000), (300, 2000)])
def test_the_largest_sums_in_order(shape: tuple[int, ...], dtype: type, threads: int) -> None:
    rng = np.random.default_rng(len(shape))
    for axis in range(-len(shape), len(shape)):
        logits = rng.normal(size=shape).astype(dtype)
        logits[rng.random(shape) < 0.2] = -np.inf
        logits = np.where(np.isneginf(logits).all(axis, keepdims=True), dtype(0), logits)
        most = int(np.count_nonzero(logits > -np.inf, axis=axis).min())
        for k in {0, 1, min(3, most), most}:
            for size in (None, 2, (2, 1)):
                if size and logits.size > 10_000:
                    continue
                after = gs.Generator(1, 2, 5)
                indices, sums = after.gumbel_top_k(logits, k, axis, size)
                shape_of = () if size is None else size if isinstance(size, tuple) else (size,)
                expected = sorted_sums(logits, k, axis, shape_of)
                assert_array_equal(indices, expected[0])
                assert_array_equal(sums, expected[1])
                other = gs.Generator(1, 2, 5)
                other.categorical(logits, size, axis, method="gumbel-max")
                assert after == (other if k else gs.Generator(1, 2, 5))


def test_the_first_is_what_categorical_draws() -> None:
    logits = np.random.default_rng(3).normal(size=(500, 60)).astype(np.float32)
    indices, _ = gs.Generator(8).gumbel_top_k(logits, 5)
    assert_array_equal(indices[:, 0], gs.Generator(8).categorical(logits))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 3, 50, 900])
def test_equal_sums_keep_the_order_of_indices(k: int, dtype: type) -> None:
    """Beside logits this large, which a call would shift, sums are multiples of 1/2: most are equal to others."""
    rows, n = 50, 3000
    logits = np.full((rows, n), 2.0 ** (22 if dtype is np.float32 else 51), dtype)
    indices, sums = np.empty((rows, k), np.int64), np.empty((rows, k), dtype)
    entry = registry.kernel("gumbel_top_k", "f32" if dtype is np.float32 else "f64").compiled
    pointers = logits.ctypes.data, indices.ctypes.data, sums.ctypes.data
    assert entry.call(0, rows, 1, 2, 6, pointers[0], n, rows, k, 0, *pointers[1:]) >= rows
    expected = sorted_sums(logits, k, -1, (), offset=6)
    assert_array_equal(indices, expected[0])
    assert_array_equal(sums, expected[1])


@pytest.mark.parametrize("k", [pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow), 3])
def test_law_of_ordered_draws(k: int) -> None:
    """Every ordered outcome of 4 categories against successive draws among those that remain."""
    p = np.array([0.5, 0.3, 0.15, 0.05])
    n = 400_000
    drawn, _ = gs.Generator(11).gumbel_top_k(p=p, k=k, size=n)
    counts = Counter(map(tuple, drawn.tolist()))
    outcomes = list(itertools.permutations(range(4), k))
    law = []
    for outcome in outcomes:
        probability, rest = 1.0, 1.0
        for i in outcome:
            probability *= p[i] / rest
            rest -= p[i]
        law.append(probability)
    assert sum(law) == pytest.approx(1)
    assert stats.chisquare([counts[o] for o in outcomes], n * np.array(law)).pvalue > FALSE_ALARM


def test_weights_and_temperatures() -> None:
    logits = np.random.default_rng(1).normal(size=(3, 8))
    for given in ({"p": special.softmax(logits, axis=1)}, {"weights": 9 * special.softmax(logits, axis=1)}):
        got, _ = gs.Generator(4).gumbel_top_k(k=8, **given)
        assert_array_equal(got, gs.Generator(4).gumbel_top_k(logits, 8)[0])
    tempered = gs.Generator(4).gumbel_top_k(logits, 8, tau=0.5)
    for got, expected in zip(tempered, gs.Generator(4).gumbel_top_k(logits / 0.5, 8), strict=True):
        assert_array_equal(got, expected)


@pytest.mark.parametrize("k", [2, 40])
def test_a_large_common_offset_changes_nothing(k: int) -> None:
    steps = np.random.default_rng(k).integers(-8, 1, size=(900, 40)) / 8.0
    steps[:, 0] = 0
    near = steps.astype(np.float32)
    for offset in (2.0**20, -(2.0**20)):
        far = (steps + offset).astype(np.float32)
        for got, expected in zip(
            gs.Generator(2).gumbel_top_k(far, k), gs.Generator(2).gumbel_top_k(near, k), strict=True
        ):
            assert_array_equal(got, expected)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda r: r.gumbel_top_k([0.0, 1.0], 3), ValueError, "k must be at most 2, the number of categories, got 3"),
        (
            lambda r: r.gumbel_top_k([[0.0, 1.0], [0.0, -np.inf]], 2),
            ValueError,
            "k must be at most 1, the number of categories above -inf in row 1, got 2",
        ),
        (
            lambda r: r.gumbel_top_k(np.where(np.arange(5000) < 4000, 0.0, -np.inf), 4500),
            ValueError,
            "k must be at most 4000, the number of categories above -inf, got 4500",
        ),
        (lambda r: r.gumbel_top_k([[0.0], [np.nan]]), ValueError, "got nan at category 0 in row 1"),
        (lambda r: r.gumbel_top_k([-np.inf, -np.inf]), ValueError, "got only -inf throughout"),
        (lambda r: r.gumbel_top_k([0.0, 1.0], -1), ValueError, "k must be from 0 to"),
        (lambda r: r.gumbel_top_k([0.0, 1.0], 1.0), TypeError, "k must be an integer, got float"),
        (lambda r: r.gumbel_top_k(k=1), TypeError, "logits, p or weights must be given"),
    ],
)
def test_bad_arguments_change_nothing(call: Callable[[gs.Generator], Any], error: type, text: str) -> None:
    rng = gs.Generator(1, 0, 8)
    with pytest.raises(error, match=text):
        call(rng)
    assert rng.offset == 8


# --- the probability of ordered draws -----------------------------------------------------------------------------


def exact_log_prob(logits: np.ndarray, drawn: np.ndarray) -> mp.mpf:
    """By the definition, to 50 digits and as many as the logits' differences need."""
    with mp.workdps(50):
        weights = [mp.exp(mp.mpf(float(x))) for x in logits]
        left, total = dict(enumerate(weights)), mp.mpf(0)
        for i in map(int, drawn):
            others = mp.fsum(w for j, w in left.items() if j != i)
            total -= mp.log1p(others / left[i])
            del left[i]
        return total


def exact_gradient(logits: np.ndarray, drawn: np.ndarray) -> list[mp.mpf]:
    with mp.workdps(50):
        weights = [mp.exp(mp.mpf(float(x))) for x in logits]
        slopes, left = [mp.mpf(0)] * len(weights), dict(enumerate(weights))
        for i in map(int, drawn):
            whole = mp.fsum(left.values())
            for j, w in left.items():
                # 1 - p as the sum of the others, which has all its digits
                slopes[j] += mp.fsum(v for n, v in left.items() if n != i) / whole if j == i else -w / whole
            del left[i]
        return slopes


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0, 1e4])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 1), (2, 2), (9, 4), (9, 8), (9, 9), (70, 69), (70, 70), (1300, 6)])
def test_log_prob_to_a_few_ulp(n: int, k: int, scale: float) -> None:
    rng = np.random.default_rng(n + k)
    for _ in range(20 if n < 100 else 1):
        logits = scale * rng.normal(size=n) + scale * rng.integers(-1, 2)
        logits[rng.integers(n)] = logits[0]  # a tie
        drawn = rng.permutation(n)[:k] if scale < 1e4 else np.argsort(-logits - rng.gumbel(size=n))[:k]
        exact = float(exact_log_prob(logits, drawn))
        assert gs.top_k_log_prob(logits, drawn) == pytest.approx(exact, rel=4e-15, abs=1e-300)


def test_draws_that_leave_next_to_nothing() -> None:
    """After k of n draws the rest has 1e-40 of the whole: a difference from 1 would be 0, or noise."""
    logits = np.array([0.0, -0.5, -92.0, -1e4, -np.inf])
    assert gs.top_k_log_prob(logits, [0, 1, 2, 3]) == pytest.approx(
        float(exact_log_prob(logits[:4], np.arange(4))), 1e-15
    )
    last = gs.top_k_log_prob([0.0, -92.0], [0])
    assert last == pytest.approx(-np.exp(-92.0), rel=1e-14)
    assert gs.top_k_log_prob([0.0, -92.0], [0, 1]) == last  # the last factor is exactly 1
    assert gs.top_k_log_prob([3.0], [0]) == 0
    assert not np.signbit(gs.top_k_log_prob([3.0], [0]))


def test_a_category_at_minus_infinity_is_impossible() -> None:
    logits = np.array([[0.0, -np.inf, 1.0], [0.0, 1.0, 2.0]])
    assert_array_equal(gs.top_k_log_prob(logits, [[1], [1]])[0], -np.inf)
    assert np.isfinite(gs.top_k_log_prob(logits, [[2, 0], [1, 0]])).all()
    for drawn in ([[1], [1]], [[0, 2, 1], [0, 2, 1]]):
        dlogits = gs.top_k_log_prob_backward([5.0, 5.0], logits, drawn)
        assert_array_equal(dlogits[0], 0)
        assert dlogits[1].any()
    assert gs.top_k_log_prob_backward(1.0, logits[0], [2, 0])[1] == 0


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4])
def test_probabilities_of_all_outcomes_sum_to_1(k: int) -> None:
    outcomes = np.array(list(itertools.permutations(range(4), k)), np.int64)
    log_probs = gs.top_k_log_prob([0.3, -1.0, 2.0, 0.0], outcomes)
    assert log_probs.shape == (len(outcomes),)
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 1), (2, 2), (9, 4), (9, 8), (9, 9), (70, 69), (1100, 3)])
def test_gradient_of_log_prob(n: int, k: int, scale: float) -> None:
    rng = np.random.default_rng(n * k)
    logits = scale * rng.normal(size=n)
    drawn = np.argsort(-logits - rng.gumbel(size=n))[:k] if scale == 1e4 else rng.permutation(n)[:k]
    exact = np.array([float(x) for x in exact_gradient(logits, drawn)])
    assert_allclose(gs.top_k_log_prob_backward(2.0, logits, drawn), 2 * exact, rtol=1e-13, atol=1e-15 * k)
    single = gs.top_k_log_prob_backward(np.float32(2), logits.astype(np.float32), drawn)
    assert single.dtype == np.float32
    exact = np.array([float(x) for x in exact_gradient(logits.astype(np.float32), drawn)])
    assert_allclose(single, 2 * exact, rtol=3e-7, atol=1e-15 * k)


def test_gradient_of_log_prob_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch")
    logits = np.random.default_rng(0).normal(size=(6, 12))
    drawn, _ = gs.Generator(3).gumbel_top_k(logits, 5)
    x = torch.tensor(logits, requires_grad=True)
    total, masked = torch.zeros(6, dtype=torch.float64), x
    for i in range(5):
        index = torch.tensor(drawn[:, i : i + 1])
        total = total + torch.log_softmax(masked, -1).gather(1, index)[:, 0]
        masked = masked.scatter(1, index, -torch.inf)
    grad = np.arange(6.0) - 2
    total.backward(torch.tensor(grad))
    assert_allclose(gs.top_k_log_prob(logits, drawn), total.detach().numpy(), rtol=1e-13)
    assert_allclose(gs.top_k_log_prob_backward(grad, logits, drawn), x.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, *DTYPES])
def test_log_prob_along_any_axis_and_of_repeated_draws(dtype: type) -> None:
    logits = np.random.default_rng(5).normal(size=(3, 7, 4)).astype(dtype)
    for axis in (0, 1, 2, -1, -2, -3):
        drawn, _ = gs.Generator(1).gumbel_top_k(logits, 2, axis=axis, size=5)
        at = axis if axis < 0 else axis - 3
        got = gs.top_k_log_prob(logits, drawn, axis)
        rows, orders = np.moveaxis(logits, axis, -1), np.moveaxis(drawn, at, -1)
        assert_array_equal(got, [gs.top_k_log_prob(rows.copy(), one.copy()) for one in orders])
        assert got.dtype == (np.float64 if dtype is np.float64 else np.float32)
        grad = np.random.default_rng(6).normal(size=got.shape)
        dlogits = gs.top_k_log_prob_backward(grad, logits, drawn, axis)
        parts = [gs.top_k_log_prob_backward(g, rows.astype(float), one) for g, one in zip(grad, orders, strict=True)]
        assert dlogits.dtype == dtype
        tolerance = {np.float16: 4e-3, np.float32: 2e-6, np.float64: 1e-14}[dtype]
        assert_allclose(np.moveaxis(dlogits, axis, -1), np.sum(parts, axis=0), rtol=tolerance, atol=tolerance)
    shared = gs.top_k_log_prob(logits.reshape(-1, 4)[::3], [1, 3])
    assert_array_equal(shared, gs.top_k_log_prob(logits.reshape(-1, 4)[::3].copy(), [[1, 3]] * 7))
    assert gs.top_k_log_prob(np.zeros((0, 4)), np.zeros((0, 2), int)).shape == (0,)


def test_log_prob_of_many_rows_on_threads(threads: int) -> None:
    logits = np.random.default_rng(7).normal(size=(3000, 40)).astype(np.float32)
    drawn, _ = gs.Generator(1).gumbel_top_k(logits, 9)
    got = gs.top_k_log_prob(logits, drawn)
    assert_array_equal(
        got, np.concatenate([gs.top_k_log_prob(logits[i : i + 7], drawn[i : i + 7]) for i in range(0, 3000, 7)])
    )
    dlogits = gs.top_k_log_prob_backward(got, logits, drawn)
    assert_array_equal(dlogits[2500], gs.top_k_log_prob_backward(got[2500], logits[2500], drawn[2500]))
    assert_allclose(dlogits.sum(axis=1, dtype=float), 0, atol=1e-4)


@pytest.mark.parametrize(
    ("logits", "indices", "axis", "error", "text"),
    [
        ([[0.0, 1], [0, 1]], [[0, 1], [0, 2]], -1, ValueError, r"indices must be from 0 to 1, got 2 in row 1"),
        ([0.0, 1], [-1], -1, ValueError, r"indices must be from 0 to 1, got -1"),
        ([0.0, 1], np.array([2**64 - 1], np.uint64), -1, ValueError, r"from 0 to 1, got 18446744073709551615"),
        ([0.0, 1, 2], [[[0, 1]], [[2, 2]]], -1, ValueError, r"distinct in each row, got 2 twice in row \(1, 0\)"),
        ([0.0, 1], [0, 1, 0], -1, ValueError, "indices must not have more draws than the 2 categories, got 3"),
        ([0.0, 1], [0.5], -1, TypeError, "indices must be an array of integers, got dtype float64"),
        ([0.0, 1], 0, -1, ValueError, r"indices must have the draws along axis -1 of logits, got shape \(\)"),
        (
            np.zeros((3, 2)),
            np.zeros((2, 1), int),
            1,
            ValueError,
            r"broadcast against logits of shape \(3, 2\) but along",
        ),
        ([0.0, np.nan], [0], -1, ValueError, "logits must be finite or -inf, got nan at category 1"),
        ([-np.inf, -np.inf], [0], -1, ValueError, "logits must have a category above -inf"),
        ([0.0], [0], 1, ValueError, "axis"),
    ],
)
def test_bad_ordered_draws(logits: Any, indices: Any, axis: int, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        gs.top_k_log_prob(logits, indices, axis)
    with pytest.raises(error, match=text):
        gs.top_k_log_prob_backward(1.0, logits, indices, axis)


def test_the_gradient_has_the_shape_of_the_log_prob() -> None:
    with pytest.raises(ValueError, match=r"grad must have the shape of the log-probability, \(2,\), got \(\)"):
        gs.top_k_log_prob_backward(1.0, np.zeros((2, 3)), [[0], [1]])


# --- the order of all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1,), (6,), (3, 8), (4, 3, 2), (1, 5000)])
def test_an_order_of_logits_is_all_of_their_draws(shape: tuple[int, ...]) -> None:
    logits = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    for axis in (None, *range(-len(shape), len(shape))):
        at = -1 if axis is None else axis
        for size in (None, 3):
            rng, other = gs.Generator(5, 0, 3), gs.Generator(5, 0, 3)
            got = rng.permutation(axis=axis, logits=logits, size=size)
            assert_array_equal(got, other.gumbel_top_k(logits, shape[at], at, size)[0])
            assert (rng, got.dtype) == (other, np.int64)


def test_law_of_orders() -> None:
    """Every order of 4 categories as often as its probability says; against `top_k_log_prob`, by chi-square."""
    logits, n = np.array([1.0, 0.2, 0.0, -1.5]), 300_000
    counts = Counter(map(tuple, gs.Generator(12).permutation(logits=logits, size=n).tolist()))
    outcomes = list(itertools.permutations(range(4)))
    law = np.exp(gs.top_k_log_prob(logits, outcomes))
    assert stats.chisquare([counts[o] for o in outcomes], n * law / law.sum()).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"logits": [[0.0, 1], [0, -np.inf]]},
            ValueError,
            "above -inf .*, got -inf at category 1 in row 1; gumbel_top_k",
        ),
        ({"logits": [0.0, np.nan]}, ValueError, "logits must be finite or -inf, got nan at category 1"),
        ({"logits": 3.0}, ValueError, "logits must have an axis of categories"),
        ({"x": 3, "logits": [0.0]}, TypeError, "only one of x, logits may be given, got x and logits"),
        ({"x": 3, "size": 2}, TypeError, "size must be left out for x, got 2"),
        ({}, TypeError, "x or logits must be given"),
        ({"logits": [0.0], "axis": 1}, ValueError, "axis"),
    ],
)
def test_bad_orders(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    rng = gs.Generator(1, 0, 8)
    with pytest.raises(error, match=text):
        rng.permutation(**arguments)
    assert rng.offset == 8


# --- importance weights -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.1, 3.0, 30.0, 300.0])
@pytest.mark.parametrize(("n", "k"), [(2, 1), (5, 4), (40, 7), (1500, 30)])
def test_weights_by_their_formula(n: int, k: int, scale: float) -> None:
    """In mpmath, from the sums as they are; also where p and q are below all float64 numbers."""
    logits = scale * np.random.default_rng(n).normal(size=n)
    indices, values = gs.Generator(n).gumbel_top_k(logits, k + 1)
    with mp.workdps(60):
        x, kappa = [mp.mpf(float(v)) for v in logits], mp.mpf(float(values[-1]))
        whole = mp.fsum(map(mp.exp, x))
        exact = [mp.exp(x[i]) / whole / -mp.expm1(-mp.exp(x[i] - kappa)) for i in indices[:-1]]
        total = mp.fsum(exact)
        for normalize, right in ((False, exact), (True, [w / total for w in exact])):
            got = gs.top_k_weights(logits, indices, values, normalize=normalize)
            assert got.shape == (k,)
            tolerance = 1e-15 * (4 + 2 * np.abs(logits).max())  # of differences of logits, which exp makes relative
            assert_allclose(got, np.array([float(w) for w in right]), rtol=tolerance, atol=1e-307)
        if np.abs(logits).max() >= 1000:  # which float32 would shift
            return
        single = gs.top_k_weights(logits.astype(np.float32), indices, values.astype(np.float32))
        assert single.dtype == np.float32
        assert_allclose(single, np.array([float(w) for w in exact]), rtol=3e-7 * (4 + np.abs(logits).max()), atol=1e-37)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_weights_are_unbiased_for_each_category(k: int) -> None:
    """The weight of a category, 0 where it is not drawn, has its probability for mean: all of them within an interval
    of the normal distribution that one misses by chance with probability 1e-6 / 6.
    """
    logits, n = np.array([1.0, 0.5, 0.0, 0.0, -1.0, -3.0]), 400_000
    indices, values = gs.Generator(21).gumbel_top_k(logits, k + 1, size=n)
    weights = gs.top_k_weights(logits, indices, values)
    each = np.zeros((n, 6))
    np.put_along_axis(each, indices[:, :-1], weights, axis=1)
    error = (each.mean(axis=0) - gs.softmax(logits)) / (each.std(axis=0) / np.sqrt(n))
    assert np.abs(error).max() < stats.norm.isf(FALSE_ALARM / 12)
    if k == 1:
        return
    # without q, p / sum(p) say, common categories are off by far
    naive = np.zeros((n, 6))
    p = gs.softmax(logits)[indices[:, :-1]]
    np.put_along_axis(naive, indices[:, :-1], p / p.sum(axis=1, keepdims=True), axis=1)
    assert np.abs((naive.mean(axis=0) - gs.softmax(logits)) / (naive.std(axis=0) / np.sqrt(n))).max() > 50


def test_bias_of_normalized_weights_falls_as_k_nears_n() -> None:
    """And the estimate with the weights as they are has none; both by the normal distribution."""
    logits, f, n = np.linspace(-1, 2, 12), np.arange(12.0) ** 2, 200_000
    exact, bias, limit = float(gs.softmax(logits) @ f), {}, stats.norm.isf(FALSE_ALARM / 2)
    for k in (1, 4, 8, 11):
        indices, values = gs.Generator(k).gumbel_top_k(logits, k + 1, size=n)
        plain, normalized = (
            (gs.top_k_weights(logits, indices, values, normalize=flag) * f[indices[:, :-1]]).sum(axis=1)
            for flag in (False, True)
        )
        assert abs(plain.mean() - exact) < limit * plain.std() / np.sqrt(n)
        bias[k] = normalized.mean() - exact, limit * normalized.std() / np.sqrt(n)
    assert abs(bias[1][0]) < bias[1][1]
    assert bias[4][0] > 0.5 + bias[4][1]
    assert bias[8][0] < 0.6 * bias[4][0]
    assert abs(bias[11][0]) < 0.1 * bias[4][0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_along_any_axis_and_of_large_logits(dtype: type) -> None:
    logits = (np.random.default_rng(2).integers(-16, 17, size=(3, 9, 4)) / 8).astype(dtype)
    for axis in (0, 1, 2, -1, -3):
        indices, values = gs.Generator(1).gumbel_top_k(logits, 3, axis, size=2)
        got = gs.top_k_weights(logits, indices, values, axis)
        at = axis if axis < 0 else axis - 3
        rows, drawn, sums = (np.moveaxis(x, at, -1) for x in (logits, indices, values))
        expected = [gs.top_k_weights(rows.copy(), i, v) for i, v in zip(drawn, sums, strict=True)]
        assert_array_equal(np.moveaxis(got, at, -1), expected)
        assert (got.dtype, got.shape[at]) == (dtype, 2)
        large = logits + dtype(2.0**15 if dtype is np.float32 else 2.0**45)
        indices, values = gs.Generator(1).gumbel_top_k(large, 3, axis, size=2)
        near = large - large.max(axis=axis, keepdims=True)
        assert_array_equal(
            gs.top_k_weights(large, indices, values, axis), gs.top_k_weights(near, indices, values, axis)
        )


@pytest.mark.parametrize(
    ("indices", "values", "error", "text"),
    [
        (
            [[0, 1], [0, 1]],
            [[2.0, 1.0], [1.0, 2.0]],
            ValueError,
            r"values must descend, .*, got 1.0 before 2.0 in row 1",
        ),
        ([[0, 1], [0, 1]], [[2.0, 1.0], [1.0, np.nan]], ValueError, "values must be finite, got nan in row 1"),
        (
            [[0, 1], [0, 2]],
            [[2.0, 1.0]] * 2,
            ValueError,
            r"indices must be of categories above -inf, got \[0, 2\] in row 1",
        ),
        ([[0, 1], [1, 1]], [[2.0, 1.0]] * 2, ValueError, "indices must be distinct in each row, got 1 twice in row 1"),
        ([[0, 1]], [[2.0]], ValueError, r"values must have the shape of indices, \(1, 2\), got \(1, 1\)"),
        (np.zeros((2, 0), int), np.zeros((2, 0)), ValueError, "values must have at least one draw"),
        ([[0, 1]], [[2.0, 1j]], TypeError, "values must be an array of real numbers"),
    ],
)
def test_bad_weights(indices: Any, values: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        gs.top_k_weights([[0.0, 1.0, 2.0], [0.0, 1.0, -np.inf]], indices, values)
