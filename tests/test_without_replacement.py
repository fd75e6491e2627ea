"""Draws without replacement against a sort of the perturbed logits, and against their law."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
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


@pytest.mark.parametrize("k", [1, 2, 3])
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
