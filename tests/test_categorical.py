"""Gumbel-Max against the argmax that builds the noise; all methods against the law; tables against their definition."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from scipy import stats

import gsampler as gs
from gsampler import categorical
from gsampler.categorical import gumbel_max
from gsampler.core.logits import LogitRows
from gsampler.runtime import registry

METHODS = ["gumbel-max", "inverse-cdf", "alias"]
DTYPES = [np.float32, np.float64]


def unfused(
    logits: np.ndarray, position: tuple[int, int, int], size: tuple[int, ...] = (), axis: int = -1
) -> np.ndarray:
    """argmax(logits + gumbel), the noise built; -inf never meets it, and a row of very large logits is shifted."""
    moved = np.moveaxis(logits, axis, -1)
    largest = moved.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        moved = np.where(abs(largest) >= (2.0**10 if logits.dtype == np.float32 else 2.0**39), moved - largest, moved)
    noise = gs.Generator(*position).gumbel(size=(*size, *moved.shape), dtype=logits.dtype)
    with np.errstate(over="ignore"):
        return np.argmax(np.where(moved == -np.inf, -np.inf, moved + noise), axis=-1)


def not_shifted(logits: np.ndarray, seed: int) -> np.ndarray:
    """What the kernel draws where logits are not checked, so that large ones are left as they are."""
    index = np.empty(len(logits), np.int64)
    gumbel_max((seed, 0, 0), 1, index, LogitRows(logits))
    return index


@st.composite
def logits_and_axis(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=9))
    width = 32 if dtype is np.float32 else 64
    elements = st.one_of(
        st.floats(-20, 20, width=width),
        st.just(0.0),
        st.just(-math.inf),
        st.floats(min_value=-(2.0**100), max_value=2.0**100, width=width),
    )
    logits = draw(hnp.arrays(dtype, shape, elements=elements))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    moved = np.moveaxis(logits, axis, -1)
    moved[..., draw(st.integers(0, moved.shape[-1] - 1))] = 0.5  # no row all -inf
    step = draw(st.sampled_from([None, "reversed", "every-other", "fortran"]))
    if step == "reversed":
        logits = logits[::-1]
    elif step == "every-other":
        logits = np.repeat(logits, 2, axis=0)[::2]
    elif step == "fortran":
        logits = np.asfortranarray(logits)
    return logits, axis


POSITIONS = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**40))


@settings(max_examples=30)
@given(logits_and_axis(), POSITIONS, st.sampled_from([(), (1,), (3,), (2, 0), (2, 3)]))
def test_equals_the_unfused_argmax(
    given_logits: tuple[np.ndarray, int], position: tuple[int, int, int], size: tuple[int, ...]
) -> None:
    logits, axis = given_logits
    before = logits.copy()
    got = gs.Generator(*position).categorical(logits, size=size or None, axis=axis, method="gumbel-max")
    assert_array_equal(got, unfused(logits, position, size, axis))
    assert_array_equal(logits, before)


# lengths on both sides of lanes, vectors, chunks, the switches between the ways to do a row, and parts of
# long rows
LENGTHS = [
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    15,
    16,
    17,
    23,
    24,
    25,
    31,
    63,
    64,
    65,
    71,
    72,
    73,
    127,
    128,
    255,
    256,
    257,
    258,
    383,
    384,
    385,
    511,
    512,
    513,
    1000,
]
LENGTHS += [1023, 1024, 1025, 1537, 4099, 65535, 65537, 131071, 131073, 262145]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", LENGTHS)
def test_row_lengths(k: int, dtype: type, threads: int) -> None:
    rng = np.random.default_rng(k)
    rows = max(1, min(2000, 2**19 // k))
    logits = (3 * rng.standard_normal((rows, k))).astype(dtype)
    logits[rng.random((rows, k)) < 0.3] = -np.inf
    logits[np.arange(rows), rng.integers(0, k, rows)] = 1
    if rows > 4:
        logits[1] = -np.inf
        logits[1, -1] = -5.0  # the last alone
        logits[2] = 0.0
        logits[3] = np.linspace(0, 1e30, k, dtype=dtype)
    position = (k, 1, 5)
    assert_array_equal(gs.Generator(*position).categorical(logits), unfused(logits, position))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [2, 20, 200, 600, 131073])
def test_ties_go_to_the_first(k: int, dtype: type) -> None:
    """Beside logits as large as these, if they are not shifted, no noise is seen, so all sums are equal."""
    logits = np.full((5, k), 1e30, dtype)
    logits[1:, 0] = -np.inf
    assert_array_equal(not_shifted(logits, 1), [0, 1, 1, 1, 1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("k", "rows", "seeds"),
    # short rows; long ones of one chunk and of several; rows that threads share part by part, and so many that they do
    # not
    [
        (20, 500, 1),
        (70, 500, 1),
        (600, 500, 1),
        (1024, 300, 1),
        (1500, 200, 1),
        (5000, 50, 2),
        (2**17 + 1500, 1, 24),
        (2**17 + 1500, 5, 4),
        (2**18 + 1, 1, 20),
    ],
)
@pytest.mark.slow
def test_the_first_of_sums_that_rounding_makes_equal(k: int, rows: int, seeds: int, dtype: type, threads: int) -> None:
    """Beside logits this large, sums are multiples of 1, 2 or 1/4; the element with the most noise is often not first.

    A search that takes the most promising element first must go back for it.
    """
    most, misled = 2.0 ** (52 if dtype is np.float64 else 23), 0
    for seed in range(seeds):
        for large in (most / 4, most, 2 * most):
            noise = gs.Generator(seed).gumbel(size=(rows, k), dtype=dtype)
            expected = (dtype(large) + noise).argmax(axis=-1)
            got = not_shifted(np.full((rows, k), large, dtype), seed)
            assert_array_equal(got, expected)
            misled += np.count_nonzero(noise.argmax(axis=-1) > expected)
    assert misled >= 8


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [26, 600, 5000])
def test_logits_whose_sum_overflows(k: int, dtype: type) -> None:
    """They are no reason to refuse a row, be they of one sign or of both."""
    large = 0.3 * float(np.finfo(dtype).max)
    logits = np.full((3, k), large, dtype)
    logits[1, : k // 2] = logits[2] = -large
    logits[2, -1] = -np.inf
    assert_array_equal(not_shifted(logits, 1), [0, k // 2, 0])
    assert_array_equal(gs.Generator(1).categorical(logits), unfused(logits, (1, 0, 0)))


@pytest.mark.parametrize("offset", [8 * 2**32 - 60_301, 2**40, 2**64 - 2 * 600 * 200])
@pytest.mark.parametrize("dtype", DTYPES)
def test_long_rows_find_the_value_of_the_largest(dtype: type, offset: int) -> None:
    """To the last bit, so both halves of its word are right: across the wrap of the counter, and far on."""
    rows, k = 200, 600
    offset += offset % 2
    logits = np.random.default_rng(2).standard_normal((rows, k)).astype(dtype)
    index, best = np.empty(rows, np.int64), np.empty(rows, dtype)
    pointers = (logits.ctypes.data, index.ctypes.data, best.ctypes.data)
    entry = registry.kernel("gumbel_max", "f64" if dtype is np.float64 else "f32").compiled
    assert entry.call(0, rows, 3, 4, offset, pointers[0], k, rows, 1, k, 1, *pointers[1:]) >= rows
    perturbed = logits + gs.Generator(3, 4, offset).gumbel(size=(rows, k), dtype=dtype)
    assert_array_equal(index, perturbed.argmax(-1))
    assert_array_equal(best, perturbed.max(-1))
    starts = [offset + 1200 * i for i in range(0, rows, 10)]  # and one row at a time, from positions of its own
    for start in starts:
        assert gs.Generator(3, 4, start).categorical(logits[0]) == unfused(logits[0], (3, 4, start))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [26, 300, 2**17 + 1])
def test_repeated_draws(k: int, dtype: type, threads: int) -> None:
    logits = np.random.default_rng(1).standard_normal((3, k)).astype(dtype)
    size = (2, max(1, 4000 // k))
    got = gs.Generator(3).categorical(logits, size=size, method="gumbel-max")
    assert_array_equal(got, unfused(logits, (3, 0, 0), size))


def test_one_enormous_row(threads: int) -> None:
    """More categories than are made between two looks for an interrupt."""
    k = 2**24 + 2**20 + 3
    logits = np.zeros(k, np.float32)
    logits[k // 2 :] = 0.25
    assert gs.Generator(4).categorical(logits) == unfused(logits, (4, 0, 0))


def test_elements_near_the_ends_win_as_their_noise_says() -> None:
    """Words that are 0 and 2^32 - 1 in the stream of seed 42: a Gumbel above 22, and one below -3."""
    for position, low in ((2550989692, False), (5057317539, False), (11898013029, True)):
        for k in (8, 300, 600, 5000):
            logits = np.zeros(k, np.float32)
            offset = position - 6
            if low:
                logits[6] = 4.0
            got = gs.Generator(42, 0, offset).categorical(logits)
            assert got == unfused(logits, (42, 0, offset))
            assert (got == 6) == (not low)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [2, 3, 26, 64, 300, 5000])
def test_frequencies(k: int, method: str, threads: int) -> None:
    """Chi-square at a false-alarm rate of 1e-6; masked categories never."""
    rng = np.random.default_rng(k)
    logits = 1.5 * rng.standard_normal(k)
    if k > 2:
        logits[rng.random(k) < 0.2] = -np.inf
        logits[0] = 0
    draws = 2_000_000 if method != "gumbel-max" else max(20_000, 20_000_000 // k)
    counts = np.bincount(gs.Generator(77).categorical(logits, size=draws, method=method), minlength=k)
    p = np.exp(logits - logits.max())
    p /= p.sum()
    assert (counts[p == 0] == 0).all()
    counts, expected = counts[p > 0], p[p > 0] * draws
    rare = expected < 8
    if rare.any():  # one bin of them all
        counts = np.append(counts[~rare], counts[rare].sum())
        expected = np.append(expected[~rare], expected[rare].sum())
    assert stats.chisquare(counts, expected * (draws / expected.sum())).pvalue > 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_frequencies_of_several_rows(method: str) -> None:
    p = np.array([[[0.2, 0.8], [0.5, 0.5]], [[1.0, 0.0], [0.9, 0.1]], [[0.01, 0.99], [0.0, 1.0]]])
    with np.errstate(divide="ignore"):
        got = gs.Generator(6).categorical(np.log(p), size=200_000, method=method)
    assert got.shape == (200_000, 3, 2)
    assert (np.abs(got.mean(axis=0) - p[..., 1]) <= 5 * np.sqrt(p[..., 0] * p[..., 1] / 200_000)).all()


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_a_rare_category_is_drawn_at_its_rate(method: str) -> None:
    """Probability 1e-9 beside nearly 1, on either side, 8 * 10^9 draws: 8 expected, above 25 by a chance of 1e-6."""
    draws, block = 8 * 10**9, 2**24
    for logits in (np.log([1e-9, 1.0]), np.log([1.0, 1e-9])):
        rng, rare, out = gs.Generator(17), int(np.argmin(logits)), np.empty(block, np.int64)
        logits = logits.astype(np.float32) if method == "gumbel-max" else logits
        hits = 0
        for _ in range(draws // block):
            hits += int(np.count_nonzero(rng.categorical(logits, size=block, method=method, out=out) == rare))
        assert 1 <= hits <= 25


# --- inverse of the cumulative distribution -----------------------------------------------------------------


def test_inverse_cdf_is_the_quantile_of_the_uniform() -> None:
    """In exact arithmetic, away from the boundaries that rounding moves."""
    logits = np.random.default_rng(3).standard_normal(40)
    p = np.exp(logits)
    cumulative = np.cumsum(p / p.sum())
    u = gs.Generator(12, 0, 6).uniform(size=20_000)
    got = gs.Generator(12, 0, 6).categorical(logits, size=20_000, method="inverse-cdf")
    assert np.abs(cumulative[None, :] - u[:, None]).min() > 1e-12
    assert_array_equal(got, np.searchsorted(cumulative, u, side="right"))
    assert (np.diff(got[np.argsort(u)]) >= 0).all()


@pytest.mark.parametrize("zeros", [[0], [9], [4], [0, 1, 2], [7, 8, 9], [0, 4, 5, 9]])
def test_inverse_cdf_never_draws_probability_zero(zeros: list[int]) -> None:
    logits = np.zeros(10)
    logits[zeros] = -np.inf
    got = gs.Generator(1).categorical(logits, size=200_000, method="inverse-cdf")
    assert set(np.unique(got)) == set(range(10)) - set(zeros)


def test_inverse_cdf_resolves_both_ends() -> None:
    """Uniforms whose upper words are 0 and 2^32 - 1 tell categories of 1e-12 from more, at either end."""
    tiny = math.log(1e-12)
    for position, end in ((3391143966, 0), (8091619112, 3)):
        u = gs.Generator(42, 0, position).uniform()
        distance = u if end == 0 else 1 - u
        logits = np.array([tiny, 0.0, 0.0, tiny])
        got = gs.Generator(42, 0, position).categorical(logits, method="inverse-cdf")
        assert (got == end) == (distance < 5e-13)
        logits = np.array([math.log(4e-9), 0.0, 0.0, math.log(4e-9)])
        assert gs.Generator(42, 0, position).categorical(logits, method="inverse-cdf") == end


def test_inverse_cdf_of_many_categories_reaches_them_all() -> None:
    """2^24 equal categories, where float32 sums stop: the upper half gets half of the draws."""
    got = gs.Generator(2).categorical(np.zeros(2**24, np.float32), size=100_000, method="inverse-cdf")
    assert abs(int((got >= 2**23).sum()) - 50_000) < 5 * 158
    assert abs(int((got % 2 == 1).sum()) - 50_000) < 5 * 158


# --- both tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 3, 7, 8, 9, 33])
@pytest.mark.parametrize("rows", [1, 3, 2000])
def test_tables_against_the_reference(rows: int, k: int) -> None:
    """Each draw by itself, where draws are looked up together: past a chunk of them, and of rows that go round."""
    logits = np.random.default_rng(k).standard_normal((rows, k)) * 2
    draws = -(-1100 // rows) + 1
    some = np.unique(np.r_[: 2 * rows : max(1, rows // 3), 1020:1030, draws * rows - 3 : draws * rows]) % (draws * rows)
    got = {m: gs.Generator(5).categorical(logits, draws, method=m).reshape(-1) for m in METHODS[1:]}
    for i in some.tolist():
        row = logits[i % rows].tolist()
        assert got["inverse-cdf"][i] == reference.inverse_cdf(row, 5, 0, 2 * i)
        assert got["alias"][i] == reference.alias(reference.alias_table(row), 5, 0, 2 * i)


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("limit", [1, 27, 63])
def test_tables_of_blocks(monkeypatch: pytest.MonkeyPatch, limit: int, method: str) -> None:
    """Blocks of rows draw what all rows together do, though their draws lie apart in the stream."""
    logits = np.random.default_rng(2).standard_normal((7, 9))
    expected = gs.Generator(5).categorical(logits, 400, method=method)
    monkeypatch.setattr(categorical, "TABLE_ELEMENTS", limit)
    assert_array_equal(gs.Generator(5).categorical(logits, 400, method=method), expected)


def test_alias_of_a_large_table() -> None:
    """Entries that are asked for beforehand are still those that are read."""
    table = gs.AliasTable(np.random.default_rng(1).standard_normal(50_000))
    entries = [(int(t), int(a)) for t, a in table.entries]
    got = gs.Generator(6).categorical(table, 1500)
    assert [reference.alias(entries, 6, 0, 2 * i) for i in range(0, 1500, 7)] == got[::7].tolist()


# --- alias tables -------------------------------------------------------------------------------------------


def exact_probabilities(table: gs.AliasTable) -> list[Fraction]:
    """From the table's thresholds and aliases, as the draw uses them."""
    (rows,) = table._table
    total = [Fraction(0)] * table.k
    for j, (threshold, alias) in enumerate(rows.tolist()):
        kept = Fraction(threshold, 2**64)
        total[j] += kept / table.k
        total[alias] += (1 - kept) / table.k
    return total


@pytest.mark.parametrize("k", [1, 2, 3, 7, 64, 1000])
@pytest.mark.parametrize("spread", [0.0, 1.0, 10.0, 100.0])
def test_alias_table_holds_the_probabilities(k: int, spread: float) -> None:
    rng = np.random.default_rng(k)
    logits = spread * rng.standard_normal(k)
    if k > 3:
        logits[rng.integers(0, k, k // 4)] = -np.inf
        logits[1] = 0
    table = gs.AliasTable(logits)
    p = [math.exp(x - max(logits)) for x in logits]
    for got, weight in zip(exact_probabilities(table), p, strict=True):
        expected = weight / math.fsum(p)
        assert abs(float(got) - expected) <= 1e-14 * expected + 2.0**-63 + 1e-15 * (expected > 1 / k)
        assert (got == 0) == (weight == 0) or expected < 2.0**-60
    np.testing.assert_allclose(table.probabilities, np.array(p) / math.fsum(p), rtol=1e-12, atol=1e-15)


def test_alias_table_of_many_categories_keeps_their_ratios() -> None:
    """Rounding of the sum would be shared by all and collected on one of them; a compensated sum leaves units."""
    logits = np.random.default_rng(4).standard_normal(100_000)
    with np.errstate(under="ignore"):
        weights = np.exp(np.longdouble(logits))
    error = np.abs(gs.AliasTable(logits).probabilities / (weights / weights.sum()) - 1).astype(float)
    assert np.sort(error)[-2] < 2e-14
    assert error.max() < 1e-10


def test_alias_table_equals_the_method() -> None:
    logits = np.random.default_rng(0).standard_normal((4, 5, 6)).astype(np.float32)
    table = gs.AliasTable(logits, axis=1)
    assert (table.k, table.shape) == (5, (4, 6))
    expected = gs.Generator(5).categorical(logits, size=(3, 2), axis=1, method="alias")
    assert_array_equal(gs.Generator(5).categorical(table, size=(3, 2)), expected)
    assert_array_equal(gs.Generator(5).categorical(table, size=(3, 2), method="alias"), expected)
    assert gs.Generator(5).categorical(gs.AliasTable(logits[0, :, 0])) == gs.Generator(5).categorical(
        logits[0, :, 0], method="alias"
    )


def test_alias_table_is_a_value() -> None:
    table = gs.AliasTable([0.5, 1.0, -np.inf])
    for other in (pickle.loads(pickle.dumps(table)), copy.deepcopy(table)):
        assert other == table
        assert not other._table.flags.writeable
        assert (
            gs.Generator(1).categorical(other, size=9).tolist() == gs.Generator(1).categorical(table, size=9).tolist()
        )
    assert table != gs.AliasTable([0.5, 1.1, -np.inf])
    assert table != 3
    assert repr(table) == "AliasTable(k=3, shape=())"
    with pytest.raises(ValueError, match="read-only"):
        table._table[0, 0, 0] = 1
    with pytest.raises(AttributeError):
        table.shape = (3,)
    with pytest.raises(TypeError):
        hash(table)


def test_tables_made_in_blocks() -> None:
    """More rows than one block of tables holds."""
    rows, k = 2**16 + 3, 17
    logits = np.random.default_rng(2).standard_normal((rows, k)).astype(np.float32)
    for method in ("inverse-cdf", "alias"):
        whole = gs.Generator(9).categorical(logits, size=2, method=method)
        tail = gs.Generator(9, 0, 2 * (rows - 5)).categorical(logits[-5:], method=method)
        assert_array_equal(whole[0, -5:], tail)
        strided = np.repeat(logits, 2, axis=1)[:, ::2]
        assert_array_equal(gs.Generator(9).categorical(strided, size=2, method=method), whole)
    assert_array_equal(gs.Generator(9).categorical(gs.AliasTable(logits), size=2), whole)


# --- inputs and outputs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_inputs_of_other_types(method: str) -> None:
    """float16 and bfloat16-like narrow types are computed in float32, integers and lists in float64."""
    half = np.array([[0.5, 1.0, -np.inf], [3.0, -2.0, 0.25]], np.float16)
    expected = gs.Generator(1).categorical(half.astype(np.float32), size=50, method=method)
    assert_array_equal(gs.Generator(1).categorical(half, size=50, method=method), expected)
    whole = [[1, 2, 3], [0, 5, 0]]
    expected = gs.Generator(1).categorical(np.array(whole, np.float64), size=50, method=method)
    for other in (
        whole,
        np.array(whole, np.int8),
        np.array(whole, np.uint64),
        np.array(whole, np.longdouble),
    ):
        assert_array_equal(gs.Generator(1).categorical(other, size=50, method=method), expected)
    booleans = np.array([[True, False], [False, False]])
    expected = gs.Generator(1).categorical(booleans.astype(np.float64), size=50, method=method)
    assert_array_equal(gs.Generator(1).categorical(booleans, size=50, method=method), expected)
    swapped = np.array(whole, ">f4")
    expected = gs.Generator(1).categorical(swapped.astype(np.float32), size=50, method=method)
    assert_array_equal(gs.Generator(1).categorical(swapped, size=50, method=method), expected)


@pytest.mark.parametrize("method", METHODS)
def test_out(method: str) -> None:
    logits = np.random.default_rng(0).standard_normal((6, 5))
    expected = gs.Generator(1).categorical(logits, size=4, method=method)
    for out in (np.full((4, 6), -7), np.full((6, 4), -7).T, np.full((8, 18), -7)[::2, ::3]):
        got = gs.Generator(1).categorical(logits, size=4, method=method, out=out)
        assert got is out
        assert_array_equal(out, expected)


@pytest.mark.parametrize("method", METHODS)
def test_empty_and_single(method: str) -> None:
    rng = gs.Generator(1)
    assert rng.categorical(np.zeros((0, 3)), method=method).shape == (0,)
    assert rng.categorical(np.zeros((2, 0, 3)), axis=-1, size=(4,), method=method).shape == (4, 2, 0)
    assert rng.categorical(np.zeros((2, 3)), size=0, method=method).shape == (0, 2)
    assert rng.offset == 0
    assert_array_equal(rng.categorical(np.zeros((7, 1)), method=method), np.zeros(7))
    one = rng.categorical([0.0, 0.0], method=method)
    assert isinstance(one, np.int64)
    assert rng.categorical([0.0, 0.0], size=1, method=method).shape == (1,)
    assert rng.categorical([0.0, 0.0], size=(), method=method).shape == ()


@pytest.mark.parametrize("method", METHODS)
def test_words_used(method: str) -> None:
    for dtype, width in ((np.float32, 1), (np.float64, 2)):
        rng = gs.Generator(1, 0, 1)
        rng.categorical(np.zeros((3, 5), dtype), size=7, method=method)
        words = 105 * width if method == "gumbel-max" else 42
        start = 2 if method != "gumbel-max" or width == 2 else 1
        assert rng.offset == -(-(start + words) // 8) * 8


# --- Bernoulli draws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [None, 1, 5, (3, 700)])
def test_bernoulli_is_the_sign_of_the_logistic(dtype: type, size: int | tuple[int, ...] | None, threads: int) -> None:
    logits = np.linspace(-3, 3, 33, dtype=dtype).reshape(3, 11)
    logits[1, 4] = -np.inf
    got = gs.Generator(8).bernoulli(logits, size=size)
    shape = (() if size is None else (size,) if isinstance(size, int) else size) + logits.shape
    assert got.dtype == bool
    assert_array_equal(got, logits + gs.Generator(8).logistic(size=shape, dtype=dtype) > 0)
    assert not got[..., 1, 4].any()
    out = np.empty(shape[::-1], bool).T
    assert gs.Generator(8).bernoulli(logits, size=size, out=out) is out
    assert_array_equal(out, got)


def test_bernoulli_of_one_logit() -> None:
    assert isinstance(gs.Generator(1).bernoulli(0.25), np.bool_)
    draws = gs.Generator(1).bernoulli(math.log(0.3 / 0.7), size=10**6)
    assert abs(draws.mean() - 0.3) < 5 * math.sqrt(0.21 / 10**6)


@pytest.mark.slow
@pytest.mark.parametrize("logit", [-20.0, 20.0])
def test_bernoulli_of_rare_outcomes(logit: float) -> None:
    """2.06e-9 in 4 * 10^9 float32 draws: 8.2 expected, at most 26 by a chance of 1e-6."""
    rng, hits, out = gs.Generator(31), 0, np.empty(2**24, bool)
    for _ in range(4 * 10**9 // out.size):
        hits += int(np.count_nonzero(rng.bernoulli(np.float32(logit), size=out.size, out=out) == (logit < 0)))
    assert 1 <= hits <= 26


@pytest.mark.parametrize("layout", ["every other column", "float16"])
def test_logits_that_are_copied_by_blocks(layout: str) -> None:
    """More of them than are copied at a time: each block has its own position, and its own part of the result."""
    rows, k = 1500, 1000
    x = np.random.default_rng(5).standard_normal((rows, 2 * k)).astype(np.float16)
    given = x.astype(np.float32)[:, ::2] if layout == "every other column" else x[:, ::2]
    expected = gs.Generator(6).categorical(np.ascontiguousarray(x[:, ::2], np.float32))
    assert_array_equal(gs.Generator(6).categorical(given), expected)
