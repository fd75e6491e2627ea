"""Rows that have a seed, a stream and an offset of their own: each is, to the bit, a generator's call for it alone.

The kernels that add noise to logits; of noise alone see `test_channel.py`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import reference
from close_sums import with_two_close_sums
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler import places
from gsampler.places import Places

DTYPES = (np.float32, np.float64)
# on both sides of where rows are made one by one, screened, made in parts, summed in parts, longer than a tile
LENGTHS = (1, 2, 3, 26, 72, 73, 288, 289, 384, 385, 1024, 1025, 1152, 1153, 2500)


def some_places(rng: np.random.Generator, rows: int, k: int, **more: Any) -> Places:
    """Rows of which some have the same seed, stream or offset."""
    seeds, streams, offsets = rng.integers(2**62, size=(3, rows), dtype=np.uint64)
    seeds[rows // 2 :] = seeds[:1]
    streams[rows // 3 :: 3] = streams[:1]
    return Places(seeds, streams, offsets, rows, k, **more)


def some_logits(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    logits = 2 * rng.standard_normal(shape)
    logits[rng.random(shape) < 0.1] = -np.inf
    logits[..., 0] = 0.5
    return logits.astype(dtype)


def generator(where: Places, r: int) -> gs.Generator:
    seed, stream, offset = (int(x[r % x.size]) for x in (where.seed, where.stream, where.offset))
    return gs.Generator(seed, stream, offset)


def softmax_of(where: Places, logits: np.ndarray, tau: np.ndarray, check: bool = True) -> tuple[np.ndarray, np.ndarray]:
    soft, index = np.full_like(logits, 7), np.full(where.rows, 77)
    assert places.gumbel_softmax(where, logits, tau, soft, index, check)
    return soft, index


def top_of(where: Places, logits: np.ndarray, top: int, check: bool = True) -> tuple[np.ndarray, np.ndarray]:
    indices, values = np.full((where.rows, top), 77), np.full((where.rows, top), 7, logits.dtype)
    assert places.gumbel_top_k(where, logits, indices, values, check)
    return indices, values


def require_same_bits(got: np.ndarray, right: Any) -> None:
    right = np.asarray(right)
    assert (got.dtype, got.tobytes()) == (right.dtype, right.tobytes())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", LENGTHS)
def test_rows_are_calls_of_one_row(k: int, dtype: Any) -> None:
    rng = np.random.default_rng(k)
    rows = 3 + 600 // k
    where, logits = some_places(rng, rows, k), some_logits(rng, (rows, k), dtype)
    tau = rng.uniform(0.2, 2, rows).astype(dtype)
    top = min(4, int((logits > -np.inf).sum(axis=1).min()))
    soft, index = softmax_of(where, logits, tau)
    same_tau, _ = softmax_of(where, logits, tau[:1])
    indices, values = top_of(where, logits, top)
    for r in range(rows):
        require_same_bits(soft[r], generator(where, r).gumbel_softmax(logits[r], tau[r]))
        require_same_bits(same_tau[r], generator(where, r).gumbel_softmax(logits[r], tau[0]))
        assert index[r] == generator(where, r).categorical(logits[r])
        own_indices, own_values = generator(where, r).gumbel_top_k(logits[r], top)
        assert_array_equal(indices[r], own_indices)
        require_same_bits(values[r], own_values)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", LENGTHS)
def test_columns_have_their_noise(k: int, dtype: Any) -> None:
    """Of all rows or of each, with runs, and -1 for none; the last of three rows has no category where it can."""
    rng = np.random.default_rng(k)
    for per_row in (False, True):
        columns = rng.integers(2**40, size=(3, k) if per_row else (1, k))
        columns[:, : k // 2] = columns[:, :1] + np.arange(k // 2)
        masked = columns.copy()
        masked[:, 1:][rng.random((len(columns), k - 1)) < 0.2] = -1
        if per_row:
            masked[2] = -1
        where = some_places(rng, 3, k, columns=np.ascontiguousarray(masked.ravel()), per_row=per_row)
        logits = some_logits(rng, (3, k), dtype)
        tau = rng.uniform(0.2, 2, 3).astype(dtype)
        sums = np.empty((3, k), dtype)
        every = Places(where.seed, where.stream, where.offset, 3, k, columns.ravel(), None, per_row)
        places.fill(every, "gumbel", dtype, sums)
        sums += logits
        sums[np.broadcast_to(masked < 0, sums.shape)] = -np.inf
        soft, index = softmax_of(where, logits, tau, check=False)
        full = (sums > -np.inf).any(axis=1)
        assert full.all() != per_row
        require_same_bits(soft[full], gs.softmax(sums[full], tau[full]))
        assert_array_equal(index, np.where(full, sums.argmax(axis=1), -1))
        assert_array_equal(soft[~full], 0)
        some = where.of_rows(slice(0, 2))
        top = min(4, int((sums[:2] > -np.inf).sum(axis=1).min()))
        indices, values = top_of(some, np.ascontiguousarray(logits[:2]), top)
        assert_array_equal(indices, np.argsort(-sums[:2], axis=1, kind="stable")[:, :top])
        require_same_bits(values, np.take_along_axis(sums[:2], indices, axis=1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 3, 4, 5, 6, 8, 9, 16, 17, 20, 31, 32, 33, 63, 64, 65, 100, 500, 1024, 1025])
def test_categories_of_rows_that_differ_in_their_stream(k: int, dtype: Any) -> None:
    """What upper halves decide, beside an evaluation of all: at any place within a block, with rows of no category."""
    rng = np.random.default_rng(k)
    rows = 40 + 5000 // k
    streams = rng.integers(2**62, size=rows, dtype=np.uint64)
    for offset, spread in ((0, 0.0), (6, 1.0), (2**35 - 26, 30.0)):
        where = Places(np.array([7], np.uint64), streams, np.array([offset], np.uint64), rows, k)
        logits = (spread * rng.standard_normal((rows, k))).astype(dtype)
        logits[rng.random((rows, k)) < 0.1] = -np.inf
        logits[[3, rows - 1]] = -np.inf
        sums = np.empty((rows, k), dtype)
        places.fill(where, "gumbel", dtype, sums)
        sums += logits
        right = np.where(sums.max(axis=1) > -np.inf, sums.argmax(axis=1), -1)
        assert (right < 0).sum() >= 2
        index, again, best = np.full(rows, 77), np.full(rows, 77), np.empty(rows, dtype)
        assert places.gumbel_max(where, logits, index, check=True)
        assert places.gumbel_max(where, logits, again, best)
        assert_array_equal(index, right)
        assert_array_equal(again, right)
        require_same_bits(best, sums.max(axis=1))


def categories(where: Places, logits: np.ndarray, check: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """What `gumbel_max` draws, with the largest sums and without them: the same."""
    index, again, best = np.full(where.rows, 77), np.full(where.rows, 77), np.full(where.rows, 7, logits.dtype)
    assert places.gumbel_max(where, logits, index, check=check)
    assert places.gumbel_max(where, logits, again, best, check)
    assert_array_equal(index, again)
    return index, best


def evaluated(where: Places, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same from all of the noise, row by row."""
    sums = np.empty(where.elements, logits.dtype)
    every = None if where.columns is None else np.maximum(where.columns, 0)
    whole = Places(where.seed, where.stream, where.offset, where.rows, where.k, every, where.indptr, where.per_row)
    places.fill(whole, "gumbel", logits.dtype.type, sums)
    sums += logits.ravel()
    if where.columns is not None:
        repeats = 1 if where.per_row else where.rows
        sums[np.tile(where.columns < 0, repeats)] = -np.inf
    pointers = np.arange(where.rows + 1) * where.k if where.indptr is None else where.indptr
    index, best = np.full(where.rows, -1), np.full(where.rows, -np.inf, logits.dtype)
    for r in range(where.rows):
        row = sums[pointers[r] : pointers[r + 1]]
        if row.size and row.max() > -np.inf:
            index[r], best[r] = row.argmax(), row.max()
    return index, best


def require_evaluated(where: Places, logits: np.ndarray, check: bool = True) -> np.ndarray:
    right, sums = evaluated(where, logits)
    index, best = categories(where, logits, check)
    assert_array_equal(index, right)
    require_same_bits(best, sums)
    return index


def one_seed(rng: np.random.Generator, rows: int, k: int, offset: int = 0, **more: Any) -> Places:
    """Rows that differ in their stream, and in what is said."""
    streams = rng.integers(2**62, size=rows, dtype=np.uint64)
    return Places(np.array([7], np.uint64), streams, np.array([offset], np.uint64), rows, k, **more)


# on both sides of where other vectors find the largest, of half a chunk and of a chunk
SHORT = (1, 2, 3, 4, 5, 8, 9, 16, 17, 20, 31, 32, 33, 63, 64, 65, 100, 511, 512, 513, 1023, 1024, 1025)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", SHORT)
def test_categories_of_columns_apart(k: int, dtype: Any) -> None:
    """What upper halves decide, beside an evaluation of all: columns of all rows or of each, that share
    blocks or not, masks, rows of none."""
    rng = np.random.default_rng(k)
    rows = 40 + 5000 // k
    for of_each in (False, True):
        for offset, spread, universe in ((0, 0.0, k), (5, 1.0, 3 * k), (2**35 - 26, 30.0, 2**40)):
            columns = rng.integers(universe, size=(rows if of_each else 1, k))
            logits = (spread * rng.standard_normal((rows, k))).astype(dtype)
            logits[rng.random((rows, k)) < 0.1] = -np.inf
            logits[[3, rows - 1]] = -np.inf
            for masked in (False, True):
                if masked:
                    columns[:, 1:][rng.random((len(columns), k - 1)) < 0.3] = -1
                    columns[len(columns) // 2] = -1
                where = one_seed(rng, rows, k, offset, columns=columns.ravel(), per_row=of_each)
                index = require_evaluated(where, logits)
                assert (index < 0).sum() >= (rows if masked and not of_each else 2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("longest", [1, 3, 20, 32, 33, 64, 65, 700, 1500])
def test_categories_of_rows_of_any_lengths(longest: int, dtype: Any) -> None:
    """Empty ones among them, with columns and without, of one seed or several, from one offset or from each its own."""
    rng = np.random.default_rng(longest)
    for average in (longest // 2 + 1, longest):  # nearly all short, and one long
        lengths = np.minimum(rng.integers(0, average + 1, 30 + 8000 // longest), longest)
        lengths[[0, lengths.size // 2]] = 0, longest
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        n, rows = int(pointers[-1]), lengths.size
        logits = rng.choice([0.0, 1.0, 9.0]) * rng.standard_normal(n)
        logits[rng.random(n) < 0.1] = -np.inf
        columns = rng.integers(-1, 2**40, n)
        columns[rng.random(n) < 0.1] = -1
        for own in (None, columns):
            for where in (
                one_seed(rng, rows, 0, columns=own, indptr=pointers, per_row=own is not None),
                some_places(rng, rows, 0, columns=own, indptr=pointers, per_row=own is not None),
            ):
                index = require_evaluated(where, logits.astype(dtype))
                assert index[0] == -1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [2, 6, 20, 70])
def test_categories_of_rows_of_several_seeds(k: int, dtype: Any) -> None:
    """Elements wait to be evaluated with the seed of their row: seeds change after every row, or after many."""
    rng = np.random.default_rng(k)
    rows = 3000 // k
    for together in (1, 2, 7, 200):
        seeds = np.repeat(rng.integers(2**62, size=rows // together + 1, dtype=np.uint64), together)[:rows]
        streams, offsets = rng.integers(2**40, size=(2, rows), dtype=np.uint64)
        for columns in (None, rng.integers(2**20, size=k), rng.integers(2**20, size=rows * k)):
            of_each = columns is not None and columns.size > k
            where = Places(seeds, streams, offsets, rows, k, columns, None, of_each)
            require_evaluated(where, np.zeros((rows, k), dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [3, 5, 20, 64, 200])
@pytest.mark.parametrize("how", ["of all rows", "of each row", "ragged", "ragged, of each row"])
def test_columns_of_which_two_sums_are_close(how: str, k: int, dtype: Any) -> None:
    """A bound may be above its sum by nearly the margin and the other by nothing; x of one is small, or large."""
    rng = np.random.default_rng(k)
    rows = 400_000 // k
    columns = None
    if how != "ragged":
        columns = rng.integers(2**30, size=k if how == "of all rows" else rows * k)
    pointers = np.arange(rows + 1) * k if "ragged" in how else None
    where = one_seed(rng, rows, k, columns=columns, indptr=pointers, per_row=how.endswith("each row"))
    noise = np.empty((rows, k), dtype)
    places.fill(where, "gumbel", dtype, noise)
    logits, other = with_two_close_sums(noise, rng)
    index, best = categories(where, logits)
    assert_array_equal(index, (logits + noise).argmax(-1))
    require_same_bits(best, (logits + noise).max(-1))
    assert 0.4 < np.mean(index == other) < 0.6


@pytest.mark.parametrize("dtype", [pytest.param(np.float32, marks=pytest.mark.slow), np.float64])
@given(
    st.integers(1, 40),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**40),
    st.sampled_from([0.0, 0.5, 4.0, 60.0]),
    st.sampled_from(["of all rows", "of each row", "ragged", "ragged, of each row"]),
)
def test_categories_of_the_slow_reference(dtype: Any, k: int, seed: int, offset: int, spread: float, how: str) -> None:
    rng = np.random.default_rng(k)
    rows, double = 4, dtype is np.float64
    lengths = rng.integers(0, k + 1, rows) if "ragged" in how else np.full(rows, k)
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    n = int(pointers[-1])
    columns, of_each = None, how.endswith("each row")
    if how != "ragged":
        columns = rng.integers(-1, 40, n if of_each else k)
    streams = rng.integers(2**63, size=rows, dtype=np.uint64)
    ragged = pointers if "ragged" in how else None
    where = Places(
        np.array([seed], np.uint64), streams, np.array([offset], np.uint64), rows, k, columns, ragged, of_each
    )
    logits = (spread * rng.standard_normal(n)).astype(dtype)
    logits[rng.random(n) < 0.1] = -np.inf
    index, best = categories(where, logits)
    for r in range(rows):
        own = slice(int(pointers[r]), int(pointers[r + 1]))
        numbers = range(own.stop - own.start) if columns is None else columns[own] if of_each else columns
        position = offset + offset % (2 if double else 1)
        sums = reference.perturbed_columns(
            logits[own].tolist(), list(map(int, numbers)), seed, int(streams[r]), position, double
        )
        order = sorted((-x, j) for j, x in enumerate(sums) if x is not None)
        assert index[r] == (order[0][1] if order else -1)
        assert best[r] == (float(-order[0][0]) if order else -np.inf)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 2, 5, 20, 33, 64, 100, 1024, 1100])
@pytest.mark.parametrize("how", ["in order", "of all rows", "of each row", "ragged", "ragged, of each row"])
def test_categories_of_rows_that_are_invalid_or_large(how: str, k: int, dtype: Any) -> None:
    """Wherever it is: with ``check`` it is noticed, and without, what is too large is evaluated."""
    rng = np.random.default_rng(k)
    rows = 3 + 2000 // k
    of_each = how.endswith("each row")
    columns = rng.integers(2**30, size=rows * k if of_each else k) if "rows" in how or of_each else None
    pointers = np.arange(rows + 1) * k if "ragged" in how else None
    where = one_seed(rng, rows, k, columns=columns, indptr=pointers, per_row=of_each)
    good = rng.standard_normal((rows, k)).astype(dtype)
    good[rows // 2, 1:] = -np.inf  # hides no NaN
    index = np.empty(rows, np.int64)
    limit = 2.0**10 if dtype is np.float32 else 2.0**39
    for row in {0, 1, rows // 2, rows - 1}:
        for column in {0, k // 2, k - 1}:
            for bad in (np.nan, np.inf, limit, 1e30, *([1e300] if dtype is np.float64 else [])):
                logits = good.copy()
                logits[row, column] = bad
                assert not places.gumbel_max(where, logits, index, check=True)
                if bad < np.inf:
                    require_evaluated(where, logits, check=False)
        logits = good.copy()
        logits[row] = -limit
        assert not places.gumbel_max(where, logits, index, check=True)
        require_evaluated(where, logits, check=False)
        logits[row] = -1e30 if dtype is np.float32 else -1e300  # beyond what a bound can be
        require_evaluated(where, logits, check=False)


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_masked_may_be_anything(dtype: Any) -> None:
    """Where logits are not checked; a row of which all are masked, finite or not, has no category."""
    rng = np.random.default_rng(0)
    for k in (3, 20, 100, 700):
        columns = rng.integers(2**20, size=(50, k))
        columns[rng.random((50, k)) < 0.5] = -1
        columns[7] = -1
        where = one_seed(rng, 50, k, columns=columns.ravel(), per_row=True)
        for other in (0.0, 500.0, 1e30, np.inf, np.nan):
            logits = rng.standard_normal((50, k)).astype(dtype)
            right = require_evaluated(where, logits, check=False)
            logits[columns < 0] = other
            index, _ = categories(where, logits, check=False)
            assert_array_equal(index, right)
            assert index[7] == -1


def test_all_of_a_row_in_order() -> None:
    rng = np.random.default_rng(0)
    for k in (1, 64, 65, 300, 1000, 2000):
        where, logits = some_places(rng, 3, k), rng.standard_normal((3, k))
        indices, values = top_of(where, logits, k)
        assert_array_equal(np.sort(indices, axis=1), np.broadcast_to(np.arange(k), (3, k)))
        assert (np.diff(values) < 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("with_columns", [False, True])
def test_rows_of_any_lengths(dtype: Any, with_columns: bool) -> None:
    """Long ones among short ones, which are made together; also empty ones."""
    rng = np.random.default_rng(1)
    lengths = np.array([5, 0, 1100, 1, 100, 1030, 1024, 120, 1200, 3, 0, 0, 300, 2, 1, 700, 0])
    lengths = np.concatenate([lengths, [1, 1140, 20, 1040, 3, 2, 1060] * 20])  # of one seed
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    n, rows = int(pointers[-1]), lengths.size
    columns = rng.integers(2**20, size=n) if with_columns else None
    where = some_places(rng, rows, 0, columns=columns, indptr=pointers, per_row=with_columns)
    logits, tau = some_logits(rng, (n,), dtype), rng.uniform(0.2, 2, rows).astype(dtype)
    logits[pointers[:-1][lengths > 0]] = 1
    soft, index = softmax_of(where, logits, tau)
    for r in range(rows):
        own = slice(pointers[r], pointers[r + 1])
        if not lengths[r]:
            assert index[r] == -1
            continue
        mine = None if columns is None else columns[own]
        k = int(lengths[r])
        one = Places(where.seed[r : r + 1], where.stream[r : r + 1], where.offset[r : r + 1], 1, k, mine)
        alone, chosen = softmax_of(one, logits[own].copy(), tau[r : r + 1])
        require_same_bits(soft[own], alone)
        assert index[r] == chosen[0]
        if columns is None:
            require_same_bits(alone, generator(where, r).gumbel_softmax(logits[own], tau[r]))
    have = lengths > 0
    filled = np.concatenate([[0], np.cumsum(lengths[have])])
    seeds, streams, offsets = (x[have] for x in (where.seed, where.stream, where.offset))
    some = Places(seeds, streams, offsets, int(have.sum()), 0, columns, filled, with_columns)
    indices, values = top_of(some, logits, 1)
    best = np.empty(some.rows, dtype)
    chosen = np.empty(some.rows, np.int64)
    places.gumbel_max(some, logits, chosen, best)
    assert_array_equal(indices[:, 0], chosen)
    require_same_bits(values[:, 0], best)


@given(st.data())
def test_rows_do_not_depend_on_others(data: st.DataObject) -> None:
    """Whatever subset, order and duplication of rows."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    rows, k = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 400) | st.integers(1000, 1200))
    chosen = np.array(data.draw(st.lists(st.integers(0, rows - 1), max_size=60)), np.int64)
    dtype = data.draw(st.sampled_from(DTYPES))
    how = data.draw(st.sampled_from(["in order", "of all rows", "of each row"]))
    columns = None if how == "in order" else rng.integers(-1, 3 * k, k if how == "of all rows" else rows * k)
    where = some_places(rng, rows, k, columns=columns, per_row=how == "of each row")
    logits, tau = some_logits(rng, (rows, k), dtype), rng.uniform(0.2, 2, rows).astype(dtype)
    soft, index = softmax_of(where, logits, tau, check=False)
    part, taus = where.of_rows(chosen), tau[chosen]
    if chosen.size == 1:
        taus = taus[:1]
    part_soft, part_index = softmax_of(part, logits[chosen], taus, check=False)
    require_same_bits(part_soft, soft[chosen])
    assert_array_equal(part_index, index[chosen])
    masked = np.zeros((rows, k), bool) if columns is None else np.broadcast_to(columns.reshape(-1, k) < 0, (rows, k))
    top = min(5, int(((logits > -np.inf) & ~masked).sum(axis=1).min()))
    indices, values = top_of(where, logits, top)
    part_indices, part_values = top_of(part, logits[chosen], top)
    assert_array_equal(part_indices, indices[chosen])
    require_same_bits(part_values, values[chosen])
    assert top == 0 or (indices[:, 0] == index).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_long_rows_with_columns_are_those_of_the_reference(dtype: Any) -> None:
    """Of more than a chunk, whose sums are made in parts."""
    rng, k, double = np.random.default_rng(9), 1100, dtype is np.float64
    columns = rng.integers(-1, 2000, k)
    where = some_places(rng, 1, k, columns=columns)
    logits = some_logits(rng, (1, k), dtype)
    seed, stream, offset = (int(x[0]) for x in (where.seed, where.stream, where.offset))
    position = offset + offset % (2 if double else 1)
    row, numbers = list(map(float, logits[0])), list(map(int, columns))
    sums = reference.perturbed_columns(row, numbers, seed, stream, position, double)
    soft, index = softmax_of(where, logits, np.array([0.75], dtype))
    right = reference.softmax(sums, Fraction(3, 4), double)
    assert_array_equal(soft[0].astype(np.float64), np.array(list(map(float, right))))
    order = sorted((-x, j) for j, x in enumerate(sums) if x is not None)
    assert index[0] == order[0][1]
    indices, values = top_of(where, logits, 20)
    assert indices[0].tolist() == [j for _, j in order[:20]]
    assert values[0].tolist() == [float(-x) for x, _ in order[:20]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_sums_are_in_the_order_of_indices(dtype: Any) -> None:
    """Columns that are the same have the same noise."""
    for k in (7, 200, 700):
        where = some_places(np.random.default_rng(k), 2, k, columns=np.full(k, 12))
        indices, _ = top_of(where, np.zeros((2, k), dtype), k - 2)
        assert_array_equal(indices, np.broadcast_to(np.arange(k - 2), indices.shape))
        _, index = softmax_of(where, np.zeros((2, k), dtype), np.ones(1, dtype))
        assert_array_equal(index, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [2, 3, 26, 73, 300, 500, 1024, 1100])
@pytest.mark.parametrize("how", ["in order", "columns", "ragged"])
def test_invalid_rows_are_noticed(k: int, how: str, dtype: Any) -> None:
    """NaN, +inf, too large, all -inf, fewer than are to be drawn: wherever it is."""
    rng = np.random.default_rng(k)
    rows = 3 + 3000 // k
    more: dict[str, Any] = {"columns": rng.permutation(3 * k)[:k]} if how == "columns" else {}
    if how == "ragged":
        more = {"indptr": np.arange(rows + 1) * k}
    where = some_places(rng, rows, k, **more)
    good = rng.standard_normal((rows, k)).astype(dtype)
    tau = np.ones(1, dtype)
    soft, indices, values = np.empty_like(good), np.empty((rows, 2), np.int64), np.empty((rows, 2), dtype)
    assert places.gumbel_softmax(where, good, tau, soft, None, check=True)
    assert places.gumbel_top_k(where, good, indices, values, check=True)
    for row in (0, 1, rows // 2, rows - 1):
        for bad in (np.nan, np.inf, 2.0**40):
            for column in (0, k // 2, k - 1):
                logits = good.copy()
                logits[row, column] = bad
                assert not places.gumbel_softmax(where, logits, tau, soft, None, check=True)
                assert not places.gumbel_top_k(where, logits, indices, values, check=True)
        logits = good.copy()
        logits[row, 1:] = -np.inf
        assert places.gumbel_softmax(where, logits, tau, soft, None, check=True)
        for check in (False, True):  # one category, of which two are to be drawn
            assert not places.gumbel_top_k(where, logits, indices, values, check)
        logits[row, 0] = -np.inf
        assert not places.gumbel_softmax(where, logits, tau, soft, None, check=True)
        index = np.empty(rows, np.int64)
        assert places.gumbel_softmax(where, logits, tau, soft, index)
        assert_array_equal(index < 0, np.arange(rows) == row)
        assert_array_equal(soft[row], 0)


@pytest.mark.parametrize("k", [3, 40, 1100])
def test_threads(k: int, threads: int) -> None:
    rng = np.random.default_rng(k)
    rows = 2**18 // k
    where, logits = some_places(rng, rows, k), rng.standard_normal((rows, k))
    soft, index = softmax_of(where, logits, np.ones(1))
    indices, _ = top_of(where, logits, 2)
    assert_array_equal(indices[:, 0], index)
    noise = np.empty((rows, k))
    places.fill(where, "gumbel", np.float64, noise)
    require_same_bits(soft, gs.softmax(logits + noise))
