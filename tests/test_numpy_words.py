"""What NumPy's users look for: random, uniform(low, high), integers, choice, permutation and shuffle."""

from __future__ import annotations

import array
import collections
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reference
import scipy.stats
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler.choices import all_in_order, smallest

POSITION = (42, 7, 8 * 2**32 - 1001)  # an odd offset, and a block number whose low half soon wraps
DTYPES = [np.float32, np.float64]


def unchanged(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    """The call raises, and leaves the generator where it was."""
    rng = gs.Generator(3, 0, 5)
    before = rng.state
    with pytest.raises(error, match=message):
        call(rng)
    assert rng.state == before


# --- random and uniform -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_random_and_uniform_are_the_noise(dtype: Any) -> None:
    """The ends 0 and 1, however they are given, change no bit."""
    u = gs.Generator(*POSITION).random(3000, dtype)
    for ends in ((), (0.0, 1.0), (0, 1), (np.float32(0), 1), (np.zeros(3000), 1.0)):
        assert gs.Generator(*POSITION).uniform(*ends, size=3000, dtype=dtype).tobytes() == u.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (2.5, 2.75), (-3.0, 1e30), (5, 5), ([0.0, 10.0, -2.0], 11)])
def test_uniform_is_affine(low: Any, high: Any, dtype: Any) -> None:
    """Each operation rounded in the dtype of the result."""
    u = gs.Generator(*POSITION).random((400, 3), dtype)
    bottom, top = np.asarray(low, dtype), np.asarray(high, dtype)
    expected = u * (top - bottom) + bottom
    got = gs.Generator(*POSITION).uniform(low, high, (400, 3), dtype)
    assert got.dtype == dtype
    assert got.tobytes() == expected.tobytes()
    out = np.empty((3, 400), dtype).T
    assert gs.Generator(*POSITION).uniform(low, high, dtype=dtype, out=out) is out
    assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_uniform_stays_between_its_ends(dtype: Any) -> None:
    """The largest uniform, 1 - 2^-24 or 1 - 2^-53, with ends whose difference rounds up, or down, or not at all."""
    rng = np.random.default_rng(1)
    ends = rng.normal(size=(200_000, 2)) * 10.0 ** rng.integers(-4, 5, (200_000, 2))
    close = np.nextafter(ends[:1000, 1].astype(dtype), dtype(np.inf))  # ends with no number between
    low, high = np.sort(ends.astype(dtype), axis=1).T
    low[:1000], high[:1000] = ends[:1000, 1], close
    largest = np.nextafter(dtype(1), dtype(0)) * (high - low) + low
    assert (largest <= high).all()
    assert 0.005 < (largest == high).mean() < 0.5  # so the upper end is returned at times
    exact = high.astype(np.longdouble) - low.astype(np.longdouble)
    assert (exact < (high - low)).mean() > 0.1
    for i in range(0, 2000, 40):
        x = gs.Generator(7).uniform(low[i], high[i], 500, dtype)
        assert low[i] <= x.min() <= x.max() <= high[i]
    above = np.nextafter(dtype(1), dtype(2))
    assert set(gs.Generator(7).uniform(1, above, 1000, dtype)) == {dtype(1), above}


def test_the_largest_uniform_gives_the_upper_end_at_most() -> None:
    """The word 2^32 - 1, whose uniform is the largest."""
    position, largest = (42, 0, 11898013029), np.float32(1 - 2.0**-24)
    assert gs.Generator(*position).random(dtype=np.float32) == largest
    assert gs.Generator(*position).uniform(1024, 1025, dtype=np.float32) == 1025
    assert gs.Generator(*position).uniform([1024], 1025, dtype=np.float32)[0] == 1025
    assert gs.Generator(*position).uniform(-1, 1, dtype=np.float32) == largest - np.float32(2.0**-24)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.uniform(5), ValueError, r"low must not be above high, got 5 and 1.0; .*uniform\(size=5\)$"),
        (lambda r: r.uniform((2, 3)), ValueError, r"got 2 and 1.0 at index \(0,\); .*uniform\(size=\(2, 3\)\)$"),
        (lambda r: r.uniform(2, 1), ValueError, "low must not be above high, got 2 and 1$"),
        (lambda r: r.uniform(1 + 1e-12, 1, dtype="f4"), ValueError, "low must not be above high"),
        (lambda r: r.uniform([1, 2], [3, 1]), ValueError, r"low must not be above high, got 2 and 1 at index \(1,\)$"),
        (lambda r: r.uniform(-1e308, 1e308), ValueError, "high - low must be finite in float64, got 1e[+]308 - -1e"),
        (
            lambda r: r.uniform(-3e38, [1, 3e38], dtype="f4"),
            ValueError,
            r"high - low must be finite in float32.*\(1,\)",
        ),
        (lambda r: r.uniform(0, np.inf), ValueError, "high must be finite, got inf"),
        (lambda r: r.uniform(np.nan, 1), ValueError, "low must be finite, got nan"),
        (lambda r: r.uniform(0, 1e300, dtype="f4"), ValueError, "high must be finite, got 1e[+]?300"),
        (lambda r: r.uniform(0, np.float32), TypeError, "high must be an array of real numbers"),
        (lambda r: r.uniform(np.zeros(3), np.ones(2)), ValueError, "low must broadcast to the other parameters"),
        (lambda r: r.uniform(np.zeros(3), size=2), ValueError, r"low must broadcast to \(2,\), got shape \(3,\)"),
        (lambda r: r.random(-1), ValueError, "size must not be negative, got -1"),
    ],
)
def test_bad_ends(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    unchanged(call, error, message)


# --- integers ---------------------------------------------------------------------------------------------------

LARGE = [2**32 - 1, 2**32, 2**32 + 1, 2**53 + 1, 2**63 - 1, 2**63, 2**63 + 1, 3 * 2**62 + 5, 2**64 - 1, 2**64]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 255, 256, 1000, *LARGE])
def test_integers_are_those_of_the_reference(n: int) -> None:
    """Python's integers: the word and 64 bits more, times n, over 2^128; also where the tile of a kernel ends."""
    seed, stream, offset = POSITION
    got = gs.Generator(*POSITION).integers(n, size=1200, dtype=np.uint64)
    for i in [*range(60), *range(1140, 1200)]:
        assert int(got[i]) == reference.integer(0, n, seed, stream, offset + 1 + 2 * i), i


def test_carries_are_drawn_where_they_matter() -> None:
    """Of 2^63 + 1 values about half need the further bits, and half of those change by them."""
    n, size = 2**63 + 1, 4000
    words = gs.Generator(*POSITION).integers(2**64, size=size, dtype=np.uint64)
    without = np.array([int(w) * n >> 64 for w in words], np.uint64)
    difference = gs.Generator(*POSITION).integers(n, size=size, dtype=np.uint64) - without
    assert set(difference) == {0, 1}
    assert abs(difference.mean() - 0.25) < 5 * 0.45 / size**0.5


def test_integers_count_the_float64_elements() -> None:
    """The word of an element is that of its float64 uniform, (w + 1/2) / 2^64."""
    words = gs.Generator(*POSITION).integers(2**64, size=3000, dtype=np.uint64)
    u = gs.Generator(*POSITION).random(3000)
    np.testing.assert_allclose(words / 2.0**64, u, rtol=1e-9)
    assert_array_equal(gs.Generator(*POSITION).integers(10, size=3000), np.floor(10 * u))  # no u is near a tenth


@pytest.mark.parametrize("n", [2, 3, 10, 97, 1000])
@pytest.mark.parametrize("shift", [0, 54])
def test_integers_are_uniform(n: int, shift: int) -> None:
    """Chi-square: a false alarm in 10^4 runs, were the seed not fixed. Large ranges by their upper part."""
    size = 200 * n + 20_000
    x = gs.Generator(2026, n).integers(n << shift, size=size, dtype=np.uint64) >> np.uint64(shift)
    statistic = ((np.bincount(x.astype(np.int64), minlength=n) - size / n) ** 2).sum() * n / size
    assert scipy.stats.chi2.sf(statistic, n - 1) > 1e-4


INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_dtypes(dtype: Any) -> None:
    """Every dtype holds the same integers, its whole range, and its ends."""
    info = np.iinfo(dtype)
    least, largest = int(info.min), int(info.max)
    draw = gs.Generator(*POSITION).integers(5, 100, size=2**18 + 7, dtype=dtype)
    assert draw.dtype == dtype
    assert_array_equal(draw, gs.Generator(*POSITION).integers(5, 100, size=2**18 + 7))
    bits = info.bits
    words = gs.Generator(*POSITION).integers(2**64, size=1000, dtype=np.uint64)
    whole = gs.Generator(*POSITION).integers(least, largest + 1, size=1000, dtype=dtype)
    assert_array_equal(whole.astype(object) - least, words >> np.uint64(64 - bits))
    closed = gs.Generator(*POSITION).integers(least, largest, size=1000, dtype=dtype, endpoint=True)
    assert_array_equal(closed, whole)
    for edge in (least, largest):
        assert gs.Generator(1).integers(edge, edge, dtype=dtype, endpoint=True) == edge
        assert gs.Generator(1).integers([edge], edge + 1, dtype=dtype)[0] == edge
    assert type(gs.Generator(1).integers(1, 3, dtype=dtype)) is dtype


def test_bools() -> None:
    x = gs.Generator(*POSITION).integers(2, size=1000, dtype=bool)
    assert x.dtype == bool
    assert_array_equal(x, gs.Generator(*POSITION).integers(2, size=1000))


@pytest.mark.parametrize(
    ("low", "high", "size"),
    [
        ([0, 10, -5], [3, 2**62, -4], None),
        ([0, 10, -5], [3, 2**62, -4], (400, 3)),
        ([[0], [10]], [11, 2**40, 12], None),
        ([[0], [10]], [11, 2**40, 12], (30, 2, 3)),
        (np.zeros((1, 1, 3), np.int8), 7, (5, 4, 3)),
        ([[0], [5]], 2**63, (2, 4)),
        (np.arange(1500, dtype=np.uint64), 2**63, (3, 1500)),
        (np.array(3), np.int8(5), (7,)),
        ([-(2**63), 0], [-(2**63) + 1, 2**63], (9, 2)),
        (0, np.zeros((0, 3), int), None),
    ],
)
def test_ranges_broadcast(low: Any, high: Any, size: Any) -> None:
    """Each element is drawn as if it had its range to itself."""
    got = gs.Generator(*POSITION).integers(low, high, size)
    shape = np.broadcast_shapes(np.shape(low), np.shape(high)) if size is None else size
    assert got.shape == shape
    lows, highs = (np.broadcast_to(np.array(end, object), shape).ravel() for end in (low, high))
    seed, stream, offset = POSITION
    for i in [*range(got.size)][:2000]:
        expected = reference.integer(int(lows[i]), int(highs[i]) - int(lows[i]), seed, stream, offset + 1 + 2 * i)
        assert got.flat[i] == expected


def test_integers_of_threads_and_positions(threads: int) -> None:
    whole = gs.Generator(9).integers(3 * 2**61, size=300_000)
    assert whole[:100].tobytes() == gs.Generator(9).integers(3 * 2**61, size=100).tobytes()
    part = gs.Generator(9, 0, 2 * 250_000).integers(3 * 2**61, size=50_000)
    assert_array_equal(part, whole[250_000:])
    rng = gs.Generator(9, 0, 3)
    rng.integers(5, size=5)
    assert rng.offset == 16  # from 4 on, ten words, and up to a multiple of 8


def at_the_end(rng: gs.Generator) -> Any:
    rng.state = {**rng.state, "offset": 2**64 - 8}
    try:
        rng.integers(10, size=5)
    finally:
        assert rng.offset == 2**64 - 8
        rng.state = {**rng.state, "offset": 5}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.integers(0), ValueError, "low must be from 1 to 9223372036854775808 for int64, got 0$"),
        (lambda r: r.integers(-1, endpoint=True), ValueError, "low must be from 0 to 9223372036854775807 for int64"),
        (lambda r: r.integers(5, 5), ValueError, "low must be below high, got 5 and 5$"),
        (lambda r: r.integers(5, 4, endpoint=True), ValueError, "low must be at most high, got 5 and 4$"),
        (lambda r: r.integers([1, 5], [3, 4]), ValueError, r"low must be below high, got 5 and 4 at index \(1,\)$"),
        (lambda r: r.integers(5, [6, 4]), ValueError, r"low must be below high, got 5 and 4 at index \(1,\)$"),
        (lambda r: r.integers(-129, 5, dtype="i1"), ValueError, "low must be from -128 to 127 for int8, got -129$"),
        (lambda r: r.integers(0, 129, dtype="i1"), ValueError, "high must be from -127 to 128 for int8, got 129$"),
        (lambda r: r.integers(0, 128, dtype="i1", endpoint=True), ValueError, "from -128 to 127 for int8, got 128$"),
        (lambda r: r.integers(-1, 5, dtype="u8"), ValueError, "low must be from 0 to 18446744073709551615 for uint64"),
        (lambda r: r.integers(2**64 + 1, dtype="u8"), ValueError, "low must be from 1 to 18446744073709551616 for"),
        (
            lambda r: r.integers(0, [3, 2**63 + 1]),
            ValueError,
            r"high must be .*, got 9223372036854775809 at index \(1,\)",
        ),
        (lambda r: r.integers(-(2**63), -(2**63)), ValueError, "high must be from -9223372036854775807 to"),
        (lambda r: r.integers([0], 0, dtype="u8"), ValueError, "high must be from 1 to 18446744073709551616"),
        (lambda r: r.integers(np.array([0], np.uint8), dtype="u1"), ValueError, "low must be from 1 to 256 for uint8"),
        (lambda r: r.integers(2.5), TypeError, "low must be an integer or an array of integers, got float"),
        (lambda r: r.integers(0, [1, 2.5]), TypeError, "high must be an integer .*, got dtype float64"),
        (lambda r: r.integers(0, np.ones(2)), TypeError, "high must be an integer .*, got dtype float64"),
        (lambda r: r.integers(True), TypeError, "low must be an integer .*, got bool"),
        (lambda r: r.integers([True]), TypeError, "low must be an integer .*, got dtype bool"),
        (lambda r: r.integers("5"), TypeError, "low must be an integer .*, got str"),
        (lambda r: r.integers(None), TypeError, "low must be an integer .*, got NoneType"),
        (lambda r: r.integers([1, [2, 3]]), ValueError, "low must be an array of integers"),
        (lambda r: r.integers([1, 2, 3], [3, 4]), ValueError, r"low must broadcast to .*, got shape \(3,\)"),
        (lambda r: r.integers([1, 2, 3], size=2), ValueError, r"low must broadcast to \(2,\), got shape \(3,\)"),
        (lambda r: r.integers(5, dtype="f4"), TypeError, "dtype must be one of integers, got float32"),
        (lambda r: r.integers(5, dtype=">i4"), TypeError, "dtype must be one of integers, got >i4"),
        (lambda r: r.integers(5, dtype="x"), TypeError, "dtype must be one of integers, got 'x'"),
        (lambda r: r.integers(5, endpoint=1), TypeError, "endpoint must be True or False, got 1"),
        (lambda r: r.integers(5, size=-1), ValueError, "size must not be negative, got -1"),
        (at_the_end, ValueError, "offset must leave 10 words to the end of the stream"),
    ],
)
def test_bad_ranges(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    unchanged(call, error, message)


# --- choice -----------------------------------------------------------------------------------------------------

P = np.array([0.1, 0.0, 0.25, 0.05, 0.6])


@pytest.mark.parametrize("size", [None, 7, (3, 4), (), 0, (2, 0)])
def test_choice_with_replacement_is_integers_or_alias_draws(size: Any) -> None:
    got = gs.Generator(*POSITION).choice(5, size)
    assert_array_equal(got, gs.Generator(*POSITION).integers(5, size=size))
    assert isinstance(got, np.int64) == (size is None)
    with np.errstate(divide="ignore"):
        logits = np.log(P)
    got = gs.Generator(*POSITION).choice(5, size, p=P)
    assert_array_equal(got, gs.Generator(*POSITION).categorical(logits, size=size, method="alias"))


def test_choice_without_replacement_begins_a_permutation() -> None:
    """Also where the permutation is not made as a whole, since few are wanted."""
    for n, k in ((1, 1), (5, 3), (5, 5), (1000, 10), (1000, 249), (1000, 250), (1000, 999)):
        order = gs.Generator(*POSITION).permutation(n)
        assert_array_equal(gs.Generator(*POSITION).choice(n, k, replace=False), order[:k])
        in_order = gs.Generator(*POSITION).choice(n, k, replace=False, shuffle=False)
        assert_array_equal(in_order, np.sort(order[:k]))
    assert gs.Generator(*POSITION).choice(1000, replace=False) == order[0]


def test_choice_without_replacement_by_weight_is_gumbel_top_k() -> None:
    weights = np.random.default_rng(3).random(400) * (np.random.default_rng(4).random(400) < 0.8)
    p, support = weights / weights.sum(), np.count_nonzero(weights)
    with np.errstate(divide="ignore"):
        keys = np.log(p) + gs.Generator(*POSITION).gumbel(size=400)
    best = np.argsort(-keys, kind="stable")
    for k in (1, 20, 99, support):
        assert_array_equal(gs.Generator(*POSITION).choice(400, k, replace=False, p=p), best[:k])
        in_order = gs.Generator(*POSITION).choice(400, k, replace=False, p=p, shuffle=False)
        assert_array_equal(in_order, np.sort(best[:k]))
    assert not (p[best[:support]] == 0).any()


def sequential(p: np.ndarray, indices: tuple[int, ...]) -> float:
    """The probability of drawing these one after the other, each from what is left."""
    left, result = 1.0, 1.0
    for i in indices:
        result *= p[i] / left
        left -= p[i]
    return result


def alarm(counts: dict[Any, int], probabilities: dict[Any, float], n: int) -> float:
    """The p-value of a chi-square test; nothing of probability 0 may have been counted."""
    assert set(counts) <= {key for key, p in probabilities.items() if p > 0}
    keys = [key for key, p in probabilities.items() if p > 0]
    expected = np.array([n * probabilities[key] for key in keys])
    assert abs(expected.sum() - n) < 1e-6 * n
    statistic = ((np.array([counts.get(key, 0) for key in keys]) - expected) ** 2 / expected).sum()
    return float(scipy.stats.chi2.sf(statistic, len(keys) - 1))


def test_choice_without_replacement_has_its_distribution() -> None:
    """Every ordered pair, by enumeration; the false-alarm rate is 10^-4, and the seed is fixed."""
    n = 20_000
    rng = gs.Generator(11)
    weighted = Counter(tuple(rng.choice(5, 2, replace=False, p=P).tolist()) for _ in range(n))
    pairs = {pair: sequential(P, pair) for pair in itertools.permutations(range(5), 2)}
    assert alarm(weighted, pairs, n) > 1e-4
    equal = Counter(tuple(rng.choice(5, 2, replace=False).tolist()) for _ in range(n))
    assert alarm(equal, dict.fromkeys(pairs, 1 / 20), n) > 1e-4


def test_choice_of_entries() -> None:
    table = np.arange(24).reshape(2, 3, 4)
    index = gs.Generator(*POSITION).choice(4, (5, 2))
    got = gs.Generator(*POSITION).choice(table, (5, 2), axis=2)
    assert_array_equal(got, table[:, :, index])
    assert_array_equal(gs.Generator(*POSITION).choice(table, (5, 2), axis=-1), got)
    assert_array_equal(gs.Generator(*POSITION).choice(table), table[gs.Generator(*POSITION).choice(2)])
    letters = gs.Generator(*POSITION).choice(["a", "b", "c", "d"], size=6)
    assert_array_equal(letters, np.array(["a", "b", "c", "d"])[gs.Generator(*POSITION).choice(4, 6)])
    assert isinstance(gs.Generator(1).choice(["a", "b"]), str)
    things = np.array([{}, None, "x"], object)
    assert gs.Generator(1).choice(things) is things[gs.Generator(1).choice(3)]
    assert gs.Generator(1).choice([], 0).shape == (0,)
    assert gs.Generator(1).choice(0, 0).shape == (0,)
    assert_array_equal(gs.Generator(1).choice(np.uint8(200), 3), gs.Generator(1).choice(200, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.choice(0), ValueError, "a must have an entry to choose, got none"),
        (lambda r: r.choice([], 2), ValueError, "a must have an entry to choose, got none"),
        (lambda r: r.choice(-3), ValueError, "a must be from 0 to .*, got -3"),
        (lambda r: r.choice(2.5), TypeError, "a must be an integer or an array, got float"),
        (lambda r: r.choice("abc"), TypeError, "a must be an integer or an array, got str"),
        (lambda r: r.choice(True), TypeError, "a must be an integer or an array, got bool"),
        (lambda r: r.choice([1, [2, 3]]), ValueError, "a must be an integer or an array: "),
        (lambda r: r.choice(5, 6, replace=False), ValueError, "size must be at most 5, the number of entries of a, w"),
        (
            lambda r: r.choice(5, 5, replace=False, p=P),
            ValueError,
            "size must be at most 4, .* with p above 0, .* got 5",
        ),
        (lambda r: r.choice(5, -1), ValueError, "size must not be negative, got -1"),
        (lambda r: r.choice(5, replace="no"), TypeError, "replace must be True or False, got 'no'"),
        (lambda r: r.choice(5, shuffle=None), TypeError, "shuffle must be True or False, got None"),
        (lambda r: r.choice([1, 2], axis=1), ValueError, r"axis must be from -1 to 0 for a of shape \(2,\), got 1"),
        (lambda r: r.choice([1, 2], axis=0.5), TypeError, "axis must be an integer, got float"),
        (lambda r: r.choice(4, p=P), ValueError, r"p must have shape \(4,\), one probability .*, got \(5,\)"),
        (lambda r: r.choice(5, p=P + 1e-7), ValueError, "p must sum to 1, got 1.00000049"),
        (
            lambda r: r.choice(2, p=[1.5, -0.5]),
            ValueError,
            r"p must be finite and not negative, got -0.5 at index \(1,\)",
        ),
        (
            lambda r: r.choice(2, p=[np.nan, 1]),
            ValueError,
            r"p must be finite and not negative, got nan at index \(0,\)",
        ),
        (lambda r: r.choice(2, p="ab"), TypeError, "p must be an array of real numbers"),
    ],
)
def test_bad_choices(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    unchanged(call, error, message)


def test_sums_of_probabilities_are_as_exact_as_their_dtype() -> None:
    p = np.full(3, 1 / 3, np.float32) + np.float32(1e-5)
    assert gs.Generator(1).choice(3, p=p) in (0, 1, 2)
    unchanged(lambda r: r.choice(3, p=p.astype(float)), ValueError, "p must sum to 1")


# --- permutation and shuffle --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 2, 9, 3000])
def test_a_permutation_is_the_order_of_the_words(n: int) -> None:
    seed, stream, offset = POSITION
    words = [reference.word(seed, stream, offset + 1 + 2 * i, True) for i in range(n)]
    expected = sorted(range(n), key=words.__getitem__)
    rng = gs.Generator(*POSITION)
    got = rng.permutation(n)
    assert got.tolist() == expected
    assert got.dtype == np.int64
    assert rng.offset == ((offset + 1 + 2 * n + 7) // 8 * 8 if n else offset)


def test_equal_words_keep_their_order() -> None:
    """Words of 64 bits are hardly ever equal; keys of 3 bits often are."""
    keys = np.random.default_rng(1).integers(0, 8, 1000)
    for k in (0, 1, 100, 249, 250, 1000):
        assert_array_equal(smallest(keys, k), np.argsort(keys, kind="stable")[:k])


def test_permutations_are_uniform() -> None:
    """Chi-square over all orders of four; the false-alarm rate is 10^-4, and the seed is fixed."""
    rng = gs.Generator(5)
    n = 24_000
    counts = Counter(tuple(rng.permutation(4).tolist()) for _ in range(n))
    assert alarm(counts, dict.fromkeys(itertools.permutations(range(4)), 1 / 24), n) > 1e-4


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_shuffle_is_the_permutation_in_place(axis: int) -> None:
    table = np.arange(60).reshape(3, 5, 4)
    order = gs.Generator(*POSITION).permutation(table.shape[axis])
    expected = np.take(table, order, axis)
    assert_array_equal(gs.Generator(*POSITION).permutation(table, axis), expected)
    for given in (table.copy(), np.asfortranarray(table), np.repeat(table, 2, 2)[:, :, ::2]):
        rng = gs.Generator(*POSITION)
        assert rng.shuffle(given, axis) is None
        assert_array_equal(given, expected)
        assert rng.offset > POSITION[2]


def test_shuffle_of_other_things() -> None:
    order = gs.Generator(*POSITION).permutation(5).tolist()
    letters = list("abcde")
    for given in (letters[:], array.array("i", range(5)), bytearray(b"abcde"), collections.deque("abcde")):
        expected = [given[i] for i in order]
        gs.Generator(*POSITION).shuffle(given)
        assert list(given) == expected
    masked = np.ma.masked_array(np.arange(5), [0, 1, 0, 0, 1])
    gs.Generator(*POSITION).shuffle(masked)
    assert masked.tolist() == [None if i in (1, 4) else i for i in order]
    records = np.array([(i, str(i)) for i in range(5)], "i4,U2")
    gs.Generator(*POSITION).shuffle(records)
    assert [int(r[1]) for r in records] == order
    gs.Generator(1).shuffle(np.zeros((0, 3)))
    assert_array_equal(gs.Generator(*POSITION).permutation(letters), np.array(letters)[order])


def frozen() -> np.ndarray:
    x = np.arange(4)
    x.flags.writeable = False
    return x


def shuffled_at_the_end(rng: gs.Generator) -> Any:
    rng.state = {**rng.state, "offset": 2**64 - 8}
    x = np.arange(5)
    try:
        rng.shuffle(x)
    finally:
        assert rng.offset == 2**64 - 8
        assert x.tolist() == [0, 1, 2, 3, 4]
        rng.state = {**rng.state, "offset": 5}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.permutation(-1), ValueError, "x must be from 0 to .*, got -1"),
        (lambda r: r.permutation(2.5), TypeError, "x must be an integer or an array, got float"),
        (lambda r: r.permutation("abc"), TypeError, "x must be an integer or an array, got str"),
        (
            lambda r: r.permutation([1, 2], axis=1),
            ValueError,
            r"axis must be from -1 to 0 for x of shape \(2,\), got 1",
        ),
        (lambda r: r.shuffle(frozen()), ValueError, "x must be writeable, got a read-only array"),
        (lambda r: r.shuffle(5), TypeError, "x must be a NumPy array or a list to be shuffled in place, got int"),
        (lambda r: r.shuffle((1, 2)), TypeError, "x must be a NumPy array or a list .*, got tuple"),
        (lambda r: r.shuffle([1, 2], axis=1), ValueError, "axis must be 0 for x that is no NumPy array, got 1"),
        (lambda r: r.shuffle(np.array(5)), TypeError, "x must be an array of at least one dimension"),
        (shuffled_at_the_end, ValueError, "offset must leave 10 words to the end of the stream"),
    ],
)
def test_bad_permutations(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    unchanged(call, error, message)


@pytest.mark.parametrize("n", [4095, 4096, 4097, 10_000, 2**17 + 3])
def test_long_permutations_are_the_order_of_words(n: int, threads: int) -> None:
    words = gs.Generator(3).integers(0, 2**64, size=n, dtype=np.uint64)
    right = np.argsort(words, kind="stable")
    assert_array_equal(gs.Generator(3).permutation(n), right)
    values = np.arange(n) * 7
    gs.Generator(3).shuffle(values)
    assert_array_equal(values, right * 7)


def test_order_of_words_that_are_not_spread_evenly() -> None:
    """Equal ones stay in their order; a bucket may hold all."""
    rng = np.random.default_rng(0)
    for words in (
        np.full(5000, 2**63, np.uint64),
        rng.integers(0, 50, 6000).astype(np.uint64),
        rng.integers(0, 7, 6000).astype(np.uint64) << np.uint64(60),
        np.sort(rng.integers(0, 2**64, 5000, dtype=np.uint64))[::-1].copy(),
    ):
        assert_array_equal(all_in_order(words), np.argsort(words, kind="stable"))
