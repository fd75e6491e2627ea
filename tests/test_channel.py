"""Keyed draws: a value belongs to (channel, row, column), and to nothing else about the call."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats

import gsampler as gs

KEYS = json.loads((Path(__file__).parent / "vectors" / "channel_keys.json").read_text())
CHANNEL = gs.Channel(2026, "mode choice", ("year", 3))
NOISE = ("uniform", "exponential", "gumbel", "logistic", "normal")
ALPHA = 1e-6  # false-alarm rate of each statistical test

ids = st.integers(0, 2**63 - 1) | st.integers(0, 20)
row_ids = st.integers(0, 2**64 - 1) | st.integers(0, 20)


# --- keys -------------------------------------------------------------------------------------------------------


def named(given: Any) -> Any:
    """Lists of JSON are tuples of names."""
    return tuple(map(named, given)) if isinstance(given, list) else given


@pytest.mark.parametrize("case", KEYS, ids=lambda case: repr(case["names"]))
def test_keys(case: dict[str, Any]) -> None:
    names = named(case["names"])
    encoded = bytes.fromhex(case["bytes"])
    assert reference.channel_bytes(int(case["seed"]), names, case["place"]) == encoded
    assert hashlib.blake2b(encoded, digest_size=8).digest() == int(case["key"]).to_bytes(8, "little")
    assert gs.Channel(int(case["seed"]), *names).key_of(case["place"]) == int(case["key"])


def test_names_that_differ_are_other_channels() -> None:
    names: list[tuple[Any, ...]] = [
        (), ("",), ("", ""), ("a",), ("a", "b"), ("ab",), (("a", "b"),), (("a",), "b"), ("a", ("b",)), ((),), ((), ()),
        (1,), ("1",), (-1,), (12,), (1, 2), ("i1;",), ("s1:a",), ("a", 1), ("é",), ("e\u0301",), (2**70,), ("@1;",),
    ]  # fmt: skip
    keys = {gs.Channel(2026, *n).key_of(place) for n in names for place in (0, 1)}
    assert len(keys) == 2 * len(names)
    assert gs.Channel(2026, "a") != gs.Channel(2027, "a")


def test_a_channel_is_a_value() -> None:
    assert gs.Channel(2026, "mode choice").child(("year", 3)) == CHANNEL
    assert pickle.loads(pickle.dumps(CHANNEL)) == CHANNEL
    assert len({CHANNEL, gs.Channel(2026, "mode choice", ("year", np.int16(3)))}) == 1
    assert eval(repr(CHANNEL), {"Channel": gs.Channel}) == CHANNEL


def test_other_processes_have_the_same_channel() -> None:
    code = "import gsampler as gs; print(gs.Channel(2026, 'mode choice', ('year', 3)).key)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == CHANNEL.key


@pytest.mark.parametrize("names", [(1.5,), (None,), (True,), (b"a",), (["a"],), (("a", 2.0),)])
def test_names_of_other_types(names: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="names must be strings, integers or tuples of these, got"):
        gs.Channel(1, *names)


def test_bad_seeds_places_and_strings() -> None:
    with pytest.raises(ValueError, match=r"seed must be from 0 to 2\*\*64 - 1, got -1"):
        gs.Channel(-1)
    with pytest.raises(ValueError, match=r"place must be from 0 to 2\*\*64 - 1, got -2"):
        CHANNEL.gumbel(1, place=-2)
    with pytest.raises(ValueError, match="names must be of characters that UTF-8 has"):
        gs.Channel(1, "\ud800")


# --- noise ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_that_of_the_generator(name: str) -> None:
    """Row r, column c: element c of stream r."""
    rows, columns = [0, 7, 2**64 - 1, 2**63, 7], [5, 0, 1, 2, 2**40, 3, 4, 299]
    got = getattr(CHANNEL, name)(rows, columns=columns)
    sampler = "random" if name == "uniform" else name
    for r, row in enumerate(rows):
        for c, column in enumerate(columns):
            rng = gs.Generator(CHANNEL.key, stream=row, offset=2 * column)
            assert got[r, c] == getattr(rng, sampler)()


@given(st.data())
def test_only_channel_row_and_column_matter(data: st.DataObject) -> None:
    """Whatever subset, order, split and duplication of rows and columns, dense or ragged, of whichever type of ids."""
    rows = data.draw(st.lists(row_ids, max_size=30))
    columns = data.draw(st.lists(ids, max_size=40))
    name, place = data.draw(st.sampled_from(NOISE)), data.draw(st.integers(0, 3))
    draw = getattr(CHANNEL, name)
    values = {(r, c): float(draw(r, columns=c, place=place)) for r in set(rows) for c in set(columns)}
    expected = np.array([[values[r, c] for c in columns] for r in rows]).reshape(len(rows), len(columns))
    given_rows = np.array(rows, np.uint64)
    if len(rows) and max(rows) < 2**31 and data.draw(st.booleans()):
        given_rows = given_rows.astype(np.int32)
    assert_array_equal(draw(given_rows, columns=np.array(columns, np.int64), place=place), expected)
    own = np.broadcast_to(np.array(columns, np.int64), expected.shape)
    assert_array_equal(draw(given_rows, columns=own, place=place), expected)


@given(st.data())
def test_choices_are_of_the_noise(data: st.DataObject) -> None:
    """Dense, with columns of each row and masks, and ragged."""
    rows = data.draw(st.lists(row_ids, min_size=1, max_size=12))
    k = data.draw(st.integers(1, 120))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    columns = rng.integers(0, 3 * k, (len(rows), k))
    columns[rng.random(columns.shape) < 0.3] = -1
    utilities = rng.normal(size=columns.shape)
    sums = utilities + CHANNEL.gumbel(np.array(rows, np.uint64), columns=np.maximum(columns, 0))
    sums[columns < 0] = -np.inf
    right = np.where((columns < 0).all(axis=1), -1, sums.argmax(axis=1))
    index, largest = CHANNEL.categorical(utilities, np.array(rows, np.uint64), columns, return_max=True)
    assert_array_equal(index, right)
    assert_array_equal(largest, sums.max(axis=1))
    lengths = (columns >= 0).sum(axis=1)
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    kept = columns >= 0
    ragged, best = CHANNEL.categorical_ragged(
        utilities[kept], pointers, np.array(rows, np.uint64), columns[kept], return_max=True
    )
    assert_array_equal(best, largest)
    for r in range(len(rows)):
        assert ragged[r] == (-1 if right[r] < 0 else kept[r, : right[r]].sum())


@pytest.mark.parametrize("k", [1, 3, 20, 73, 300, 1153, 5000])
def test_choices_of_alternatives_in_order(k: int, threads: int) -> None:
    rng = np.random.default_rng(k)
    rows = rng.permutation(200_000 // k + 3) * 977
    utilities = rng.normal(size=(len(rows), k))
    sums = utilities + CHANNEL.gumbel(rows, k)
    assert_array_equal(CHANNEL.categorical(utilities, rows), sums.argmax(axis=1))
    part = rng.permutation(len(rows))[: len(rows) // 2 + 1]
    assert_array_equal(CHANNEL.categorical(utilities[part], rows[part]), sums.argmax(axis=1)[part])
    gaps = np.arange(k) * 3
    sums = utilities + CHANNEL.gumbel(rows, columns=gaps)
    assert_array_equal(CHANNEL.categorical(utilities, rows, gaps), sums.argmax(axis=1))


def test_rows_of_one_utility() -> None:
    """Shape (k,): the same of all rows; a number of a row."""
    utilities = [0.0, 1.0, 2.0]
    rows = np.arange(50).reshape(5, 10)
    each = CHANNEL.categorical(np.broadcast_to(utilities, (5, 10, 3)), rows)
    assert_array_equal(CHANNEL.categorical(utilities, rows), each)
    assert CHANNEL.categorical(utilities, 13) == each[1, 3]


def test_a_million_alternatives() -> None:
    """Choice sets of a large universe of which most are empty, and one holds all."""
    universe = 10**6
    values = np.random.default_rng(0).normal(size=universe + 2)
    columns = np.concatenate([[5, 999_999], np.arange(universe)])
    chosen = CHANNEL.categorical_ragged(values, [0, 0, 2, 2, universe + 2], [1, 2, 3, 4], columns)
    assert_array_equal(chosen[[0, 2]], -1)
    assert chosen[1] == (values[:2] + CHANNEL.gumbel(2, columns=[5, 999_999])).argmax()
    assert chosen[3] == (values[2:] + CHANNEL.gumbel(4, universe)).argmax()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8])
def test_choices_do_not_depend_on_the_type_of_utilities(dtype: Any) -> None:
    utilities = (4 * np.random.default_rng(0).normal(size=(500, 12))).astype(dtype)
    exact = utilities.astype(np.float64)
    assert_array_equal(CHANNEL.categorical(utilities, np.arange(500)), CHANNEL.categorical(exact, np.arange(500)))


def test_float32_noise_is_rounded() -> None:
    rows = np.arange(300_000)
    for name in NOISE:
        got = getattr(CHANNEL, name)(rows, dtype=np.float32)
        assert got.dtype == np.float32
        assert_array_equal(got, getattr(CHANNEL, name)(rows).astype(np.float32))
    highest = 11_511_025  # found by search: a uniform that would round to 1
    assert CHANNEL.uniform(highest) > 1 - 2.0**-26
    assert CHANNEL.uniform(highest, dtype=np.float32) == np.float32(1 - 2.0**-24)


def test_places_are_others() -> None:
    rows = np.arange(100_000)
    first, second = CHANNEL.normal(rows), CHANNEL.normal(rows, place=1)
    assert abs(np.corrcoef(first, second)[0, 1]) * rows.size**0.5 < stats.norm.isf(ALPHA / 2)
    assert_array_equal(second, CHANNEL.normal(rows, place=1))


def test_large_utilities() -> None:
    """Whose sums would lose the noise: less their largest, which changes no choice."""
    utilities = np.random.default_rng(0).integers(-3, 4, (1000, 5)).astype(float)
    rows = np.arange(1000)
    right, best = CHANNEL.categorical(utilities, rows, return_max=True)
    moved, sums = CHANNEL.categorical(utilities + 2.0**51, rows, return_max=True)
    assert_array_equal(moved, right)
    assert_array_equal(sums, best - utilities.max(axis=1) + (utilities.max(axis=1) + 2.0**51))
    pointers = np.arange(0, 5001, 5)
    assert_array_equal(CHANNEL.categorical_ragged((utilities - 2.0**51).ravel(), pointers, rows), right)
    top, values = CHANNEL.gumbel_top_k(utilities + 2.0**51, 2, rows)
    assert_array_equal(top, CHANNEL.gumbel_top_k(utilities, 2, rows)[0])
    assert (values > 2.0**50).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("k", [1, 3, 20, 200, 600, 5000])
def test_every_utility_is_checked(k: int, bad: float) -> None:
    """Wherever it is, in rows of any length, with columns and without, also beside utilities that are large."""
    rng = np.random.default_rng(k)
    rows = np.arange(max(3, 4000 // k))
    good = rng.normal(size=(rows.size, k))
    apart = rng.permutation(3 * k)[:k]
    of_each = np.broadcast_to(apart, good.shape)
    pointers = np.arange(0, good.size + 1, k)
    for row, column in ((0, 0), (rows[-1], k - 1), (1, k // 2), (2, k - 1)):
        utilities = good.copy()
        utilities[row, column] = bad
        wanted = re.escape(f"utilities must be finite or -inf, got {bad} at category {column} in row {row}")
        for columns in (None, apart, of_each):
            with pytest.raises(ValueError, match=wanted):
                CHANNEL.categorical(utilities, rows, columns)
        with pytest.raises(ValueError, match=f"got {bad} at index \\({row * k + column},\\)"):
            CHANNEL.categorical_ragged(utilities.ravel(), pointers, rows)
        utilities[0] += 2.0**44
        with pytest.raises(ValueError, match=wanted):
            CHANNEL.categorical(utilities, rows)


@pytest.mark.parametrize("k", [3, 20, 700])
def test_utilities_that_are_masked_may_be_anything(k: int) -> None:
    """Whatever there is beside a -1, a choice is the same; what is not masked is still checked, and may be large."""
    rng = np.random.default_rng(k)
    rows = np.arange(2000 // k + 3)
    columns = rng.integers(10**6, size=(rows.size, k))
    columns[:, 1:][rng.random((rows.size, k - 1)) < 0.4] = -1
    columns[2] = -1
    utilities, pointers = rng.normal(size=columns.shape), np.arange(0, columns.size + 1, k)
    for own in (columns, columns[1]):
        masked = np.broadcast_to(own < 0, utilities.shape)
        each = np.broadcast_to(own, utilities.shape).ravel()
        right, best = CHANNEL.categorical(utilities, rows, own, return_max=True)
        for other in (np.nan, np.inf, 1e300, 2.0**40):
            given = np.where(masked, other, utilities)
            for got in (
                CHANNEL.categorical(given, rows, own, return_max=True),
                CHANNEL.categorical_ragged(given.ravel(), pointers, rows, each, return_max=True),
            ):
                assert_array_equal(got[0], right)
                assert_array_equal(got[1], best)
            assert_array_equal(CHANNEL.categorical(given, rows, own), right)
            assert_array_equal(CHANNEL.categorical_ragged(given.ravel(), pointers, rows, each), right)
            moved = given.copy()
            moved[1] = np.round(moved[1]) + 2.0**52
            moved[1, masked[1]] = other
            plain = np.where(masked, 0, np.round(utilities))
            expected = np.where(rows == 1, CHANNEL.categorical(plain, rows, own), right)
            assert_array_equal(CHANNEL.categorical(moved, rows, own), expected)
            given[1, 0] = np.nan
            with pytest.raises(ValueError, match="utilities must be finite or -inf, got nan at category 0 in row 1"):
                CHANNEL.categorical(given, rows, own)
            with pytest.raises(ValueError, match=f"got nan at index \\({k},\\)"):
                CHANNEL.categorical_ragged(given.ravel(), pointers, rows, each)


def test_one_large_row_of_many() -> None:
    """It is shifted, wherever it is, and the others stay as they are; so with all columns masked in some."""
    rng = np.random.default_rng(5)
    for k in (2, 30, 600):
        rows = np.arange(3000 // k + 2)
        utilities, columns = rng.normal(size=(rows.size, k)), rng.permutation(2 * k)[:k]
        for own in (None, columns):
            right = CHANNEL.categorical(utilities, rows, own)
            for row in rows[:: max(1, rows.size // 6)]:
                moved = utilities.copy()
                moved[row] = np.round(moved[row])
                expected = right.copy()
                expected[row] = CHANNEL.categorical(moved, rows, own)[row]
                moved[row] += 2.0**52
                assert_array_equal(CHANNEL.categorical(moved, rows, own), expected)


def test_choice_probabilities() -> None:
    """Of persons, against the logit formula, by chi-square."""
    utilities = np.array([0.5, -1.0, 2.0, -np.inf, 0.0])
    n = 400_000
    counts = np.bincount(CHANNEL.categorical(utilities, np.arange(n), [9, 2, 7, 4, 30]), minlength=5)
    p = np.exp(utilities) / np.exp(utilities).sum()
    assert counts[3] == 0
    keep = p > 0
    assert stats.chisquare(counts[keep], n * p[keep]).pvalue > ALPHA


def test_bernoulli() -> None:
    rows = np.arange(10**7)
    drawn = CHANNEL.bernoulli(rows, p=1e-6)
    low, high = stats.binom.ppf([ALPHA / 2, 1 - ALPHA / 2], rows.size, 1e-6)
    assert low <= drawn.sum() <= high
    assert (drawn <= CHANNEL.bernoulli(rows, p=1.5e-6)).all()  # who is hit stays so
    assert_array_equal(CHANNEL.bernoulli([1, 2], p=[[0, 1]] * 2, n=2), [[False, True]] * 2)
    for row in (3, 70, 2**40):
        assert CHANNEL.bernoulli(row, p=0.3) == gs.Generator(CHANNEL.key, row).bernoulli(p=0.3)
        assert CHANNEL.bernoulli(row, logits=0.3) == (CHANNEL.logistic(row) > -0.3)


def test_bernoulli_of_one_in_a_thousand_million() -> None:
    """It fires: found by the smallest of 2^23 uniforms, and below it never."""
    rows = np.arange(2**23)
    uniforms = CHANNEL.uniform(rows)
    largest = int(uniforms.argmax())
    gap = 1 - float(uniforms[largest])
    assert gap < 1e-6
    assert CHANNEL.bernoulli(largest, p=2 * gap)
    assert not CHANNEL.bernoulli(largest, p=gap / 2)


def test_top_k() -> None:
    rng = np.random.default_rng(0)
    for k, top in ((5, 5), (40, 3), (3000, 20), (7, 0)):
        utilities, columns = rng.normal(size=(30, k)), rng.permutation(4 * k)[:k]
        utilities[:, 0] = -np.inf
        top = min(top, k - 1)
        indices, values = CHANNEL.gumbel_top_k(utilities, top, np.arange(30), columns)
        sums = utilities + CHANNEL.gumbel(np.arange(30), columns=columns)
        assert_array_equal(indices, np.argsort(-sums, axis=1, kind="stable")[:, :top])
        assert_array_equal(values, np.take_along_axis(sums, indices, axis=1))
    with pytest.raises(ValueError, match=r"k must be at most 1, the number of categories above -inf in row 1, got 2"):
        CHANNEL.gumbel_top_k([[0.0, 1], [0, -np.inf]], 2, [3, 4])


def test_top_k_of_equal_sums() -> None:
    """Noise that is lost in the sums, which are ties: the first."""
    utilities = np.full((1, 20_000), 2.0**38)  # just below what is moved
    sums = utilities + CHANNEL.gumbel([1], 20_000)
    in_order = np.sort(sums[0])[::-1]
    (ties,) = np.nonzero(in_order[1:2000] == in_order[:1999])
    assert ties.size
    for top in (1500, int(ties[0]) + 1, int(ties[-1]) + 1):  # whose last has an equal that is not chosen
        indices, _ = CHANNEL.gumbel_top_k(utilities, top, [1])
        assert_array_equal(indices, np.argsort(-sums, axis=1, kind="stable")[:, :top])


# --- relaxed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 3, 40, 300, 1024, 1500])
def test_relaxed_choices(k: int, threads: int) -> None:
    """The softmax of utilities and the channel's noise; hard, what `categorical` chooses."""
    rng = np.random.default_rng(k)
    rows, columns = rng.permutation(3000 // k + 3) * 977, rng.permutation(2 * k)[:k]
    utilities = rng.normal(size=(rows.size, k))
    utilities[1, 1:] = -np.inf
    for own in (None, columns, np.broadcast_to(columns, utilities.shape)):
        sums = utilities + CHANNEL.gumbel(rows, columns=np.arange(k) if own is None else own, place=3)
        for tau in (0.5, rng.uniform(0.1, 3, rows.size), [[0.25]]):
            soft = CHANNEL.gumbel_softmax(utilities, rows, own, tau, 3)
            assert soft.tobytes() == gs.softmax(sums, tau).tobytes()
        hard = CHANNEL.gumbel_softmax(utilities, rows, own, place=3, hard=True)
        chosen = CHANNEL.categorical(utilities, rows, own, place=3)
        assert_array_equal(hard, np.arange(k) == chosen[:, None])
        part = rng.integers(rows.size, size=rows.size)
        mine = own if own is None or own.ndim == 1 else own[part]
        assert_array_equal(CHANNEL.gumbel_softmax(utilities[part], rows[part], mine, [[0.25]], 3), soft[part])


def test_relaxed_choices_of_every_shape_and_type() -> None:
    rng = np.random.default_rng(0)
    rows, utilities = np.arange(12).reshape(3, 4), rng.normal(size=(3, 4, 5))
    soft = CHANNEL.gumbel_softmax(utilities, rows, tau=0.5)
    assert_array_equal(soft, CHANNEL.gumbel_softmax(utilities.reshape(12, 5), rows.ravel(), tau=0.5).reshape(3, 4, 5))
    taus = np.array([0.5, 1, 2, 4])
    assert_array_equal(CHANNEL.gumbel_softmax(utilities, rows, tau=taus)[:, 0], soft[:, 0])
    assert_array_equal(CHANNEL.gumbel_softmax(utilities[1, 2], 6, tau=0.5), soft[1, 2])
    each = CHANNEL.gumbel_softmax(np.broadcast_to(utilities[0, 0], (3, 4, 5)), rows)
    assert_array_equal(CHANNEL.gumbel_softmax(utilities[0, 0], rows), each)
    narrow = utilities.astype(np.float32)
    assert CHANNEL.gumbel_softmax(narrow, rows).dtype == np.float64
    assert_array_equal(CHANNEL.gumbel_softmax(narrow, rows), CHANNEL.gumbel_softmax(narrow.astype(np.float64), rows))


def test_no_rows() -> None:
    none, ids = np.empty((0, 3)), np.empty(0, np.int64)
    for k, utilities in ((3, none), (3, none.astype(np.float32)), (2, [0.0, 1])):
        assert CHANNEL.categorical(utilities, ids).shape == (0,)
        assert CHANNEL.gumbel_softmax(utilities, ids).shape == (0, k)
        assert [x.shape for x in CHANNEL.gumbel_top_k(utilities, 2, ids)] == [(0, 2), (0, 2)]
        value, vjp = CHANNEL.gumbel_softmax_vjp(utilities, ids, hard=True)
        dutilities, dtau = vjp(value)
        assert_array_equal(dutilities, np.zeros(np.shape(utilities)))
        assert dtau == 0


def test_relaxed_choices_with_columns_that_are_none() -> None:
    """Exactly 0 there; a row that has no alternative is 0, soft and hard, and so is its gradient."""
    columns = np.array([[3, -1, 5], [-1, -1, -1], [-1, 4, 3]])
    utilities = np.array([[0.0, 50, 1], [1, 2, 3], [np.nan_to_num(-np.inf), 0, 0]])
    soft, vjp = CHANNEL.gumbel_softmax_vjp(utilities, [1, 2, 3], columns, 0.5)
    assert_array_equal(soft[columns < 0], 0)
    assert_array_equal(soft.sum(axis=1).round(12), [1, 0, 1])
    hard = CHANNEL.gumbel_softmax(utilities, [1, 2, 3], columns, hard=True)
    assert_array_equal(hard, np.arange(3) == CHANNEL.categorical(utilities, [1, 2, 3], columns)[:, None])
    assert_array_equal(hard.sum(axis=1), [1, 0, 1])
    dutilities, _ = vjp(np.ones((3, 3)) * [1, 2, 3])
    assert_array_equal(dutilities[columns < 0], 0)
    assert (dutilities[0, [0, 2]] != 0).all()


def test_relaxed_gradients() -> None:
    """Those of the soft sample; to utilities that all rows have, and to a tau of all, the sums."""
    rng = np.random.default_rng(0)
    utilities, grad, rows = rng.normal(size=(6, 4)), rng.normal(size=(6, 4)), [5, 9, 9, 2, 1, 0]
    taus = rng.uniform(0.2, 2, 6)
    for tau in (0.7, taus):
        for hard in (False, True):
            value, vjp = CHANNEL.gumbel_softmax_vjp(utilities, rows, tau=tau, hard=hard)
            assert_array_equal(value, CHANNEL.gumbel_softmax(utilities, rows, tau=tau, hard=hard))
            dutilities, dtau = vjp(grad)
            right, right_dtau = gs.gumbel_softmax_backward(grad, vjp.soft, tau)
            assert_array_equal(dutilities, right)
            assert_array_equal(dtau, right_dtau)
    eps = 1e-6
    moved = [CHANNEL.gumbel_softmax(utilities, rows, tau=taus + e) for e in (eps, -eps)]
    np.testing.assert_allclose(dtau, ((moved[0] - moved[1]) * grad).sum(axis=1) / (2 * eps), rtol=1e-6, atol=1e-8)
    _, one = CHANNEL.gumbel_softmax_vjp(utilities[0], rows, tau=0.7)
    _, each = CHANNEL.gumbel_softmax_vjp(np.broadcast_to(utilities[0], (6, 4)), rows, tau=0.7)
    np.testing.assert_allclose(one(grad)[0], each(grad)[0].sum(axis=0), rtol=1e-14)
    assert one(grad)[1] == each(grad)[1]
    value, _ = CHANNEL.gumbel_softmax_vjp(utilities, rows)
    with pytest.raises(ValueError, match="read-only"):
        value[0] = 0


def test_relaxed_choices_of_large_utilities() -> None:
    """As of the generator: less the largest of the row."""
    utilities = np.random.default_rng(0).integers(-3, 4, (1000, 5)).astype(float)
    rows = np.arange(1000)
    utilities[5:900:7] += 2.0**45
    soft, hard = (CHANNEL.gumbel_softmax(utilities, rows, tau=0.5, hard=h) for h in (False, True))
    for r in range(1000):
        assert_array_equal(soft[r], gs.Generator(CHANNEL.key, r).gumbel_softmax(utilities[r], 0.5))
    assert_array_equal(hard, np.arange(5) == CHANNEL.categorical(utilities, rows)[:, None])


@pytest.mark.parametrize("k", [2, 3, 20, 600, 1500])
def test_relaxed_choices_and_the_largest_check_every_utility(k: int) -> None:
    rng = np.random.default_rng(k)
    rows = np.arange(max(3, 2500 // k))
    good, columns = rng.normal(size=(rows.size, k)), rng.permutation(3 * k)[:k]
    for row, column in ((0, 0), (rows[-1], k - 1), (1, k // 2)):
        for own in (None, columns):
            for bad in (np.nan, np.inf):
                utilities = good.copy()
                utilities[row, column] = bad
                utilities[row:, k - 1] = bad  # later ones too: the first is named
                at = min(column, k - 1)
                wanted = re.escape(f"utilities must be finite or -inf, got {bad} at category {at} in row {row}")
                for call in (
                    lambda u, own: CHANNEL.gumbel_softmax(u, rows, own),
                    lambda u, own: CHANNEL.gumbel_softmax_vjp(u, rows, own, hard=True),
                    lambda u, own: CHANNEL.gumbel_top_k(u, 2, rows, own),
                    lambda u, own: CHANNEL.gumbel_top_k(u, 0, rows, own),
                ):
                    with pytest.raises(ValueError, match=wanted):
                        call(utilities, own)
            utilities = good.copy()
            utilities[row:, 1:] = -np.inf
            wanted = f"k must be at most 1, the number of categories above -inf in row {row}, got 2"
            with pytest.raises(ValueError, match=wanted):
                CHANNEL.gumbel_top_k(utilities, 2, rows, own)
            utilities[row:] = -np.inf
            wanted = f"utilities must have a category above -inf, got only -inf in row {row}$"
            for hard in (False, True):
                with pytest.raises(ValueError, match=wanted):
                    CHANNEL.gumbel_softmax(utilities, rows, own, hard=hard)


# --- bad arguments ----------------------------------------------------------------------------------------------

U = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda c: c.gumbel([1, -3]), ValueError, r"rows must be from 0 to 2\*\*64 - 1, got -3 at index \(1,\)"),
        (
            lambda c: c.gumbel([1.0, 2.0]),
            TypeError,
            "rows must be an integer or an array of integers, got dtype float64",
        ),
        (
            lambda c: c.gumbel(np.array([1.0])),
            TypeError,
            "rows must be an integer or an array of integers, got dtype float64",
        ),
        (lambda c: c.gumbel([True]), TypeError, "rows must be an integer or an array of integers, got dtype bool"),
        (lambda c: c.gumbel(["a"]), TypeError, "rows must be an integer or an array of integers, got dtype <U1"),
        (lambda c: c.gumbel([1], columns=[2, -1]), ValueError, r"columns must be from 0 to 2\*\*63 - 1, got -1"),
        (lambda c: c.gumbel([1], columns=[2**63]), ValueError, r"columns must be from 0 to 2\*\*63 - 1, got 9223372"),
        (lambda c: c.gumbel([1, 2**64]), ValueError, r"rows must be from 0 to 2\*\*64 - 1, got 18446744073709551616"),
        (lambda c: c.gumbel([1], 2, columns=[2]), TypeError, "only one of n, columns may be given"),
        (
            lambda c: c.gumbel([1, 2], columns=[[1], [2], [3]]),
            ValueError,
            r"columns must have shape \(n,\) or \(2, n\)",
        ),
        (lambda c: c.gumbel([1], dtype=np.float16), TypeError, "dtype must be float32 or float64"),
        (lambda c: c.categorical(U), TypeError, "rows must be given"),
        (
            lambda c: c.categorical(U, [1, 2, 3]),
            ValueError,
            r"utilities must have shape \(3, k\) or \(k,\), got \(2, 3\)",
        ),
        (
            lambda c: c.categorical(U, [1, 2], [1, 2]),
            ValueError,
            r"columns must have shape \(3,\) or \(2, 3\), got \(2,\)",
        ),
        (
            lambda c: c.categorical(U, [1, 2], [1, -2, 3]),
            ValueError,
            r"columns must be from 0 .* or -1 for none, got -2",
        ),
        (
            lambda c: c.categorical([[0, 1.0, 0], [0, 0, np.nan]], [1, 2]),
            ValueError,
            "utilities must be finite or -inf, got nan at category 2 in row 1",
        ),
        (
            lambda c: c.categorical([[0, 1.0], [-np.inf, -np.inf]], [1, 2]),
            ValueError,
            "utilities must have a category above -inf, got only -inf in row 1",
        ),
        (
            lambda c: c.categorical([[0, 1.0], [-np.inf, 0]], [1, 2], [[0, 1], [0, -1]]),
            ValueError,
            "utilities must have a category above -inf, got only -inf in row 1",
        ),
        (
            lambda c: c.gumbel_softmax([[0, 1.0], [0, 0]], [1, 2], tau=[1.0, -2.0]),
            ValueError,
            r"tau must be finite and above 0, got -2.0 at index \(1,\)",
        ),
        (lambda c: c.gumbel_softmax(U, [1, 2], tau=0), ValueError, "tau must be finite and above 0, got 0"),
        (lambda c: c.gumbel_softmax(U, [1, 2], tau=[1.0] * 3), ValueError, "tau must .* the rows"),
        (lambda c: c.gumbel_softmax(U, [1, 2], hard=1), TypeError, "hard must be True or False, got 1"),
        (
            lambda c: c.gumbel_softmax([[0, 1.0], [-np.inf, 0]], [1, 2], [[0, 1], [0, -1]]),
            ValueError,
            "utilities must have a category above -inf, got only -inf in row 1",
        ),
        (
            lambda c: c.gumbel_top_k([[0, 1.0], [0, 0]], 2, [1, 2], [[0, 1], [0, -1]]),
            ValueError,
            "k must be at most 1, the number of categories above -inf in row 1, got 2",
        ),
        (lambda c: c.categorical_ragged([0.0], [0, 2], [1]), ValueError, "indptr must go from 0 to 1, .* got 0 to 2"),
        (
            lambda c: c.categorical_ragged([0.0, 1], [0, 2, 1, 2], [1, 2, 3]),
            ValueError,
            "indptr must not fall, got 2 before 1 at index 2",
        ),
        (lambda c: c.categorical_ragged([0.0], [0, 1], [1, 2]), ValueError, r"indptr must have shape \(3,\)"),
        (
            lambda c: c.categorical_ragged([0.0, np.inf], [0, 2], [1]),
            ValueError,
            r"values must be finite or -inf, got inf at index \(1,\)",
        ),
        (
            lambda c: c.categorical_ragged([0.0, -np.inf], [0, 1, 2], [1, 2]),
            ValueError,
            "values must have a category above -inf in each row, got only -inf in row 1",
        ),
        (lambda c: c.bernoulli([1, 2], p=1.5), ValueError, "p must be from 0 to 1, got 1.5"),
        (lambda c: c.bernoulli([1, 2]), TypeError, "logits or p must be given"),
        (lambda c: c.bernoulli([1, 2], p=[0.1, 0.2, 0.3]), ValueError, r"p must broadcast to the shape of the result"),
        (lambda c: c.bernoulli([1], logits=np.nan), ValueError, "logits must be finite or -inf, got nan"),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(CHANNEL)


# --- pandas -----------------------------------------------------------------------------------------------------


def test_pandas_goes_in_and_comes_out() -> None:
    import pandas

    rng = np.random.default_rng(0)
    people = pandas.Index([30, 11, 2**40], name="person")
    utilities = pandas.DataFrame(rng.normal(size=(3, 4)), index=people, columns=[1, 2, 4, 9])
    right = CHANNEL.categorical(utilities.to_numpy(), people.to_numpy(), [1, 2, 4, 9])
    chosen = CHANNEL.categorical(utilities)
    pandas.testing.assert_series_equal(chosen, pandas.Series(right, index=people))
    fewer = utilities.drop(columns=2)
    stays = utilities.columns[right] != 2
    kept = fewer.columns[CHANNEL.categorical(fewer)]
    assert_array_equal(kept[stays], utilities.columns[right][stays])  # what is left out was chosen by others only
    ages = pandas.Series([5, 6], index=["a", "b"])
    pandas.testing.assert_series_equal(CHANNEL.normal(ages), pandas.Series(CHANNEL.normal([5, 6]), index=ages.index))
    pandas.testing.assert_series_equal(CHANNEL.uniform(people), pandas.Series(CHANNEL.uniform([30, 11, 2**40]), people))
    assert CHANNEL.gumbel(people, 2).index is people
    soft, vjp = CHANNEL.gumbel_softmax_vjp(utilities, tau=0.5)
    pandas.testing.assert_frame_equal(soft, pandas.DataFrame(vjp.soft, index=people))
    assert_array_equal(vjp.soft, CHANNEL.gumbel_softmax(utilities.to_numpy(), people.to_numpy(), [1, 2, 4, 9], 0.5))
    with pytest.raises(TypeError, match="columns must be given: the labels of utilities are no integers"):
        CHANNEL.categorical(utilities.rename(columns=str))


# --- nested logit -----------------------------------------------------------------------------------------------

NESTS = [("motorised", 0.5, [1, 2]), ("public", 0.8, [3, ("rail", 0.6, [4, 5])])]
COLUMNS = [1, 2, 3, 4, 5, 6]
UTILITIES = np.array([0.5, 0.0, -1.0, 0.2, 0.3, -0.5])


def closed_form(utilities: dict[int, float], nests: list[Any], scale: float = 1.0) -> dict[int, float]:
    """Probabilities of the alternatives of the root, or of a nest with that scale, by the formula."""

    def inclusive(members: list[Any], scale: float) -> float:
        """scale * log(sum of exp(v / scale))"""
        values = [inclusive(m[2], scale * m[1]) if isinstance(m, tuple) else utilities[m] for m in members]
        return float(scale * np.log(np.sum(np.exp(np.array(values) / scale))))

    probabilities: dict[int, float] = {}

    def share(members: list[Any], scale: float, whole: float) -> None:
        total = inclusive(members, scale)
        for m in members:
            value = inclusive(m[2], scale * m[1]) if isinstance(m, tuple) else utilities[m]
            p = whole * float(np.exp((value - total) / scale))
            if isinstance(m, tuple):
                share(m[2], scale * m[1], p)
            else:
                probabilities[m] = p

    def flat(members: list[Any]) -> set[int]:
        return {x for m in members for x in (flat(m[2]) if isinstance(m, tuple) else {m})}

    share([*nests, *(set(utilities) - flat(nests))], scale, 1.0)
    return probabilities


def test_nested_logit_has_its_probabilities() -> None:
    n = 400_000
    chosen = CHANNEL.nested_logit(UTILITIES, NESTS, np.arange(n), COLUMNS)
    p = closed_form(dict(zip(COLUMNS, UTILITIES, strict=True)), NESTS)
    expected = n * np.array([p[c] for c in COLUMNS])
    assert expected.sum() == pytest.approx(n)
    assert stats.chisquare(np.bincount(chosen, minlength=6), expected).pvalue > ALPHA
    plain = np.exp(UTILITIES) / np.exp(UTILITIES).sum()
    assert stats.chisquare(np.bincount(chosen, minlength=6), n * plain).pvalue < 1e-12  # and not others


def test_nested_logit_of_small_dissimilarity() -> None:
    """Far into the tails of stable variates."""
    n, nests = 200_000, [("twins", 0.02, [1, 2]), ("others", 0.3, [3, ("inner", 0.1, [4, 5])])]
    chosen = CHANNEL.nested_logit(UTILITIES / 10, nests, np.arange(n), COLUMNS)
    p = closed_form(dict(zip(COLUMNS, UTILITIES / 10, strict=True)), nests)
    expected = n * np.array([p[c] for c in COLUMNS])
    some = expected > 5
    counts = np.bincount(chosen, minlength=6)
    observed = np.append(counts[some], counts[~some].sum())
    wanted = np.append(expected[some], expected[~some].sum())
    assert stats.chisquare(observed[wanted > 0], wanted[wanted > 0]).pvalue > ALPHA


def test_nested_logit_without_correlation_is_the_plain_one() -> None:
    nests = [("motorised", 1, [1, 2]), ("public", 1.0, [3, ("rail", 1, [4, 5])])]
    rows = np.arange(10_000)
    plain = CHANNEL.categorical(UTILITIES, rows, COLUMNS, return_max=True)
    nested = CHANNEL.nested_logit(UTILITIES, nests, rows, COLUMNS, return_max=True)
    assert_array_equal(nested[0], plain[0])
    assert_array_equal(nested[1], plain[1])


def test_nested_logit_belongs_to_the_row() -> None:
    """Of any subset of rows; and an alternative that is left out was chosen by others only where it was not chosen."""
    rows = np.random.default_rng(0).integers(2**63, size=3000)
    whole = CHANNEL.nested_logit(UTILITIES, NESTS, rows, COLUMNS)
    assert_array_equal(CHANNEL.nested_logit(UTILITIES, NESTS, rows[::7], COLUMNS), whole[::7])
    without = UTILITIES.copy()
    without[1] = -np.inf
    again = CHANNEL.nested_logit(without, NESTS, rows, COLUMNS)
    assert_array_equal(again[whole != 1], whole[whole != 1])
    assert not (again == 1).any()


def test_stable_variates_have_their_laplace_transform() -> None:
    from gsampler.nested_logit import log_stable

    n = 10**6
    for a in (0.1, 0.5, 0.9, 0.999):
        ch = gs.Channel(1, "stable", int(1000 * a))
        stable = np.exp(log_stable(a, ch.uniform(np.arange(n)), ch.exponential(np.arange(n), columns=1)))
        for x in (0.1, 1.0, 4.0):
            sample = np.exp(-x * stable)
            error = (sample.mean() - np.exp(-(x**a))) / (sample.std() / n**0.5)
            assert abs(error) < stats.norm.isf(ALPHA / 2)


@pytest.mark.parametrize(
    ("nests", "error", "message"),
    [
        ([("rail", 0, [1])], ValueError, "the dissimilarity of nest 'rail' must be above 0 and at most 1, got 0"),
        ([("rail", 1.2, [1])], ValueError, "the dissimilarity of nest 'rail' must be above 0 and at most 1, got 1.2"),
        ([("rail", np.nan, [1])], ValueError, "the dissimilarity of nest 'rail'"),
        ([("rail", 0.5, [9])], ValueError, "members of nest 'rail' must be ids of columns, got 9"),
        ([("rail", 0.5, [1.5])], TypeError, "members of nest 'rail' must be ids of alternatives or nests, got 1.5"),
        ([("a", 0.5, [1]), ("b", 0.5, [1])], ValueError, "alternative 1 must be in one nest, got it in 'a' and 'b'"),
        ([("a", 0.5, [1]), ("a", 0.5, [2])], ValueError, "nests must have names of their own, got 'a' twice"),
        ([("a", 0.5, [])], ValueError, "nest 'a' must have members, got none"),
        ([("a", 0.5, 3)], TypeError, "nest 'a' must be a list of ids and nests, got int"),
        ([("a", 0.5)], TypeError, r"nests must be tuples \(name, dissimilarity, members\), got \('a', 0.5\)"),
        ("a", TypeError, "nests must be a list of nests"),
    ],
)
def test_bad_trees(nests: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        CHANNEL.nested_logit(UTILITIES, nests, [1, 2], COLUMNS)


# --- elements of a generator's stream -----------------------------------------------------------------------------


@given(st.data())
def test_at_is_indexing_the_whole(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    name = data.draw(st.sampled_from(["random", *NOISE]))
    offset = data.draw(st.integers(0, 30) | st.integers(8 * 2**32 - 3000, 8 * 2**32))
    at = np.array(data.draw(st.lists(st.integers(0, 1999), max_size=60)), np.int64)
    if data.draw(st.booleans()):
        at = np.arange(len(at)) + data.draw(st.integers(0, 1900))
    whole = getattr(gs.Generator(42, 7, offset), name)(size=2000, dtype=dtype)
    rng = gs.Generator(42, 7, offset)
    assert_array_equal(getattr(rng, name)(at=at, dtype=dtype), whole[at])
    assert rng.offset == offset
    logits = np.linspace(-2, 2, len(at)).astype(dtype)
    everywhere = np.zeros(2000, dtype)
    everywhere[at] = logits
    if len(set(at)) == len(at):
        assert_array_equal(rng.bernoulli(logits, at=at), gs.Generator(42, 7, offset).bernoulli(everywhere)[at])


def test_at_with_parameters_and_out() -> None:
    out = np.zeros((2, 3), np.float32)[:, ::-1]
    at = np.array([[5, 3, 1], [2, 2, 90]])
    rng = gs.Generator(1)
    assert rng.normal([1.0, 2.0, 3.0], 2.0, dtype=np.float32, out=out, at=at) is out
    whole = gs.Generator(1).normal(size=100, dtype=np.float32)
    assert_array_equal(out, whole[at] * np.float32(2) + np.array([1, 2, 3], np.float32))
    assert rng.gumbel(at=4) == gs.Generator(1).gumbel(size=5)[4]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"at": [0, -1]}, ValueError, r"at must be from 0 to 2\*\*63 - 1, got -1 at index \(1,\)"),
        ({"at": [0.5]}, TypeError, "at must be an integer or an array of integers, got dtype float64"),
        ({"at": [1], "size": 1}, TypeError, "only one of size, at may be given"),
        ({"at": [1, 7, 6]}, ValueError, r"at must be below 6, the end of the stream, got 7 at index \(1,\)"),
        ({"at": [1, 2], "loc": [1.0, 2, 3]}, ValueError, r"loc must broadcast to \(2,\), got shape \(3,\)"),
        ({"at": [1, 2], "out": np.zeros(3)}, ValueError, r"out must have shape \(2,\), got \(3,\)"),
    ],
)
def test_at_of_other_values(given: dict[str, Any], error: type[Exception], message: str) -> None:
    rng = gs.Generator(1, 0, 2**64 - 12)
    with pytest.raises(error, match=message):
        rng.gumbel(**given)
    assert rng.offset == 2**64 - 12
