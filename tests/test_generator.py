"""The generator as a position: how it moves, what it is equal to, what it spawns, what it writes to."""

from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler.kernels import table

NOISE = list(table.NOISE)
DTYPES = [np.float32, np.float64]
WIDTH = {np.float32: 1, np.float64: 2}


def test_place() -> None:
    rng = gs.Generator(seed=2**64 - 1, stream=5, offset=9)
    assert (rng.seed, rng.stream, rng.offset) == (2**64 - 1, 5, 9)
    assert repr(rng) == f"Generator(seed={2**64 - 1}, stream=5, offset=9)"
    assert gs.Generator(np.uint64(3), np.int8(4), np.array(5)).state == gs.Generator(3, 4, 5).state


def test_fresh_seeds_differ() -> None:
    assert len({gs.Generator().seed for _ in range(20)}) == 20


def test_seed_sequence() -> None:
    sequence = np.random.SeedSequence(1234)
    assert gs.Generator(sequence).seed == int(np.random.SeedSequence(1234).generate_state(1, np.uint64)[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NOISE)
def test_calls_go_on_at_the_next_block(name: str, dtype: type) -> None:
    rng = gs.Generator(1)
    expected = 0
    for n in (1, 3, 4, 5, 1000, 0, 2):
        getattr(rng, name)(size=n, dtype=dtype)
        expected += -(-n * WIDTH[dtype] // 8) * 8
        assert rng.offset == expected
    rng.bits(5)
    assert rng.offset == expected + 8


@given(
    st.sampled_from(NOISE),
    st.sampled_from(DTYPES),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.integers(0, 9),
)
def test_parts_equal_the_whole(name: str, dtype: type, n: int, m: int, offset: int) -> None:
    """A job split at any element, each part at its offset."""
    start = offset + offset % WIDTH[dtype]
    whole = getattr(gs.Generator(5, 6, offset), name)(size=n + m, dtype=dtype)
    first = getattr(gs.Generator(5, 6, start), name)(size=n, dtype=dtype)
    second = getattr(gs.Generator(5, 6, start + n * WIDTH[dtype]), name)(size=m, dtype=dtype)
    assert_array_equal(np.concatenate([first, second]), whole)


def test_advance() -> None:
    rng = gs.Generator(3)
    rng.advance(6)
    assert rng.offset == 6
    assert_array_equal(rng.bits(4), gs.Generator(3).bits(10)[6:])
    rng.advance(0)
    assert rng.offset == 16
    rng.advance(2**64 - 16)
    assert rng.offset == 2**64
    assert rng.bits(0).size == 0


def test_state_pickle_copy_equality() -> None:
    rng = gs.Generator(3, 4, 5)
    rng.spawn(2)
    rng.gumbel(size=3)
    assert rng.state == {"version": 2, "seed": 3, "stream": 4, "offset": 16, "children": 2}
    for other in (pickle.loads(pickle.dumps(rng)), copy.copy(rng), copy.deepcopy(rng)):
        assert other == rng
        assert_array_equal(other.gumbel(size=7), copy.copy(rng).gumbel(size=7))
        assert other != rng
        assert other.spawn(1) == copy.copy(rng).spawn(1)
    blank = gs.Generator(0)
    blank.state = rng.state
    assert blank == rng
    assert rng != 3
    assert rng != gs.Generator(3, 4, 16)  # this one has no children yet
    with pytest.raises(TypeError, match="unhashable"):
        hash(rng)


BAD_STATES = [
    ({}, "state must be a dictionary with the keys"),
    (3, "state must be a dictionary with the keys"),
    (
        {"version": 1, "seed": 1, "stream": 1, "offset": 1, "children": 0},
        "state must be of stream version 2, got 1",
    ),
    ({"version": 2, "seed": -1, "stream": 1, "offset": 1, "children": 0}, r"state\['seed'\] must be from 0"),
    (
        {"version": 2, "seed": 1, "stream": 1, "offset": "1", "children": 0},
        r"state\['offset'\] must be an integer",
    ),
]


@pytest.mark.parametrize(("state", "message"), BAD_STATES)
def test_bad_state_changes_nothing(state: object, message: str) -> None:
    rng = gs.Generator(1, 2, 3)
    with pytest.raises((ValueError, TypeError), match=message):
        rng.state = state
    assert rng == gs.Generator(1, 2, 3)


# --- spawn --------------------------------------------------------------------------------------------------


def delta_code(i: int) -> str:
    """Elias delta, from its definition: the length in gamma code, then the number without its leading bit."""
    digits = format(i, "b")
    length = format(len(digits), "b")
    return "0" * (len(length) - 1) + length + digits[1:]


def test_spawned_streams_are_paths() -> None:
    root = gs.Generator(7, 3)
    for i, child in enumerate(root.spawn(40), start=1):
        assert (child.seed, child.offset) == (7, 0)
        assert child.stream % 2**24 == 3
        assert format((child.stream >> 24) + 1, "b") == "1" + delta_code(i)
        grandchild = child.spawn(2)[1]
        assert format((grandchild.stream >> 24) + 1, "b") == "1" + delta_code(i) + delta_code(2)


def test_nobody_shares_a_stream() -> None:
    """Two roots, three generations of 30, spawned in calls of different sizes."""
    everyone = []
    for stream in (0, 2**24 - 1):
        generation = [gs.Generator(1, stream)]
        everyone += generation
        for _ in range(3):
            generation = [c for g in generation for n in (1, 0, 7, 22) for c in g.spawn(n)]
            everyone += generation
    assert len({g.stream for g in everyone}) == len(everyone) == 2 * (1 + 30 + 900 + 27000)


@given(st.lists(st.integers(1, 2**20), max_size=6), st.lists(st.integers(1, 2**20), max_size=6))
def test_codes_are_free_of_prefixes(one: list[int], other: list[int]) -> None:
    from gsampler.generator import _child_path

    def walk(steps: list[int]) -> int:
        path = 0
        for i in steps:
            path = _child_path(path, i)
        return path

    assert (walk(one) == walk(other)) == (one == other)


def test_spawn_goes_on_where_it_was() -> None:
    one, other = gs.Generator(1), gs.Generator(1)
    assert one.spawn(2) + one.spawn(3) == other.spawn(5)
    assert one.spawn(0) == []


def test_spawn_says_when_the_tree_is_full() -> None:
    rng = gs.Generator(1)
    for _ in range(38):
        (rng,) = rng.spawn(1)
    with pytest.raises(ValueError, match=r"in the tree of streams: .* has 0 children already and cannot have 2 more"):
        rng.spawn(2)
    assert rng.state["children"] == 0
    (last,) = rng.spawn(1)
    with pytest.raises(ValueError, match="cannot have 1 more"):
        last.spawn(1)


@pytest.mark.parametrize(("children", "grandchildren"), [(2**31 - 1, 0), (2**16 - 1, 511)])
def test_the_tree_holds_what_is_documented(children: int, grandchildren: int) -> None:
    rng = gs.Generator(1, 2**24 - 1)
    rng.state = {**rng.state, "children": children - 1}
    (last,) = rng.spawn(1)
    assert len({g.stream for g in last.spawn(grandchildren)}) == grandchildren
    if not grandchildren:
        with pytest.raises(ValueError, match=f"has {children} children already and cannot have 1 more"):
            rng.spawn(1)


# --- sizes and outputs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NOISE, "bits"])
def test_shapes(name: str) -> None:
    draw = getattr(gs.Generator(1), name)
    flat = getattr(gs.Generator(2), name)(size=24)
    assert_array_equal(getattr(gs.Generator(2), name)(size=(2, 3, 4)), flat.reshape(2, 3, 4))
    assert_array_equal(getattr(gs.Generator(2), name)(size=np.int64(24)), flat)
    assert_array_equal(getattr(gs.Generator(2), name)(size=[24]), flat)
    assert getattr(gs.Generator(2), name)() == flat[0]
    assert not isinstance(draw(), np.ndarray)
    assert draw(size=()).shape == ()
    assert draw(size=0).shape == (0,)
    assert draw(size=(3, 0)).shape == (3, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NOISE)
def test_out(name: str, dtype: type) -> None:
    expected = getattr(gs.Generator(2), name)(size=(5, 7), dtype=dtype)
    for out in (
        np.empty((5, 7), dtype),
        np.empty((7, 5), dtype).T,
        np.empty((10, 21), dtype)[::2, ::-3],
        np.empty((5, 7), dtype)[::-1, ::-1],
    ):
        for size in (None, (5, 7)):
            out[...] = np.nan
            assert getattr(gs.Generator(2), name)(size=size, out=out, dtype=dtype) is out
            assert_array_equal(out, expected)
    scalar = np.empty((), dtype)
    assert getattr(gs.Generator(2), name)(out=scalar, dtype=dtype) is scalar
    assert scalar == expected[0, 0]
    gap = np.full(100, dtype(-9))
    getattr(gs.Generator(2), name)(out=gap[20:55], dtype=dtype)
    assert_array_equal(gap[20:55], expected.ravel())
    assert (gap[:20] == -9).all()
    assert (gap[55:] == -9).all()


def test_out_of_a_subclass_is_written_as_an_array() -> None:
    """A matrix multiplies otherwise, a masked array leaves elements out."""
    scale = np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = gs.Generator(2).gumbel(scale=scale)
    matrix = np.zeros((2, 2)).view(np.matrix)
    assert gs.Generator(2).gumbel(scale=scale, out=matrix) is matrix
    assert_array_equal(np.asarray(matrix), expected)
    masked = np.ma.masked_array(np.zeros((2, 2)), [[1, 0], [0, 1]])
    gs.Generator(2).gumbel(scale=scale, out=masked)
    assert_array_equal(masked.data, expected)


def test_unaligned_arrays() -> None:
    store = np.zeros(8 * 40 + 1, np.uint8)
    out = store[1:].view(np.float64)
    assert not out.flags.aligned
    gs.Generator(2).gumbel(out=out)
    assert_array_equal(out, gs.Generator(2).gumbel(size=40))
    rows = out.reshape(10, 4)
    for method in ("gumbel-max", "inverse-cdf", "alias"):
        expected = gs.Generator(3).categorical(rows.copy(), size=5, method=method)
        assert_array_equal(gs.Generator(3).categorical(rows, size=5, method=method), expected)
    assert_array_equal(gs.Generator(3).bernoulli(rows), gs.Generator(3).bernoulli(rows.copy()))


def test_overflow_of_scaled_noise_is_silent() -> None:
    with np.errstate(all="raise"):
        for scale in (3e38, np.full(1000, 3e38)):
            assert np.isinf(gs.Generator(1).gumbel(scale=scale, size=1000, dtype=np.float32)).any()


def test_bits_out() -> None:
    expected = gs.Generator(2).bits(9)
    out = np.zeros(18, np.uint32)
    gs.Generator(2).bits(out=out[::2])
    assert_array_equal(out[::2], expected)
    assert not out[1::2].any()


# --- bad arguments ------------------------------------------------------------------------------------------

NAN_ROW = np.zeros((3, 4))
NAN_ROW[1, 2] = np.nan
INF_ROW = np.zeros((2, 3, 4), np.float32)
INF_ROW[1, 2, 3] = np.inf
MASKED = np.zeros((5, 4))
MASKED[3] = -np.inf
READ_ONLY = np.zeros(3)
READ_ONLY.flags.writeable = False

BAD_CALLS = [
    (lambda r: r.gumbel(size=-1), ValueError, "size must not be negative, got -1"),
    (lambda r: r.gumbel(size=(2, -3)), ValueError, r"size must not be negative, got \(2, -3\)"),
    (
        lambda r: r.gumbel(size=2.5),
        TypeError,
        "size must be None, an integer or a tuple of integers, got 2.5",
    ),
    (lambda r: r.gumbel(size=(2**40, 2**40)), ValueError, r"size must be at most 2\*\*62 elements"),
    (lambda r: r.bits("3"), TypeError, "size must be None, an integer or a tuple of integers, got '3'"),
    (
        lambda r: r.gumbel(size=2, dtype=np.float16),
        TypeError,
        "dtype must be float32 or float64, got float16",
    ),
    (
        lambda r: r.uniform(size=2, dtype="nonsense"),
        TypeError,
        "dtype must be float32 or float64, got 'nonsense'",
    ),
    (lambda r: r.gumbel(size=2, dtype=">f8"), TypeError, "dtype must be float32 or float64, got >f8"),
    (lambda r: r.gumbel(scale=-1), ValueError, "scale must be finite and not negative, got -1"),
    (
        lambda r: r.exponential([1, np.nan]),
        ValueError,
        r"scale must be finite and not negative, got nan at index \(1,\)",
    ),
    (lambda r: r.logistic(np.inf), ValueError, "loc must be finite, got inf"),
    (lambda r: r.gumbel(1e300, dtype=np.float32), ValueError, "loc must be finite, got 1e[+]?300"),
    (lambda r: r.gumbel("a"), TypeError, "loc must be an array of real numbers, got dtype <U1"),
    (lambda r: r.gumbel([1, [2, 3]]), ValueError, "loc must be an array of real numbers"),
    (
        lambda r: r.gumbel(np.zeros(3), size=(3, 2)),
        ValueError,
        r"loc must broadcast to \(3, 2\), got shape \(3,\)",
    ),
    (
        lambda r: r.gumbel(np.zeros(3), np.ones(2)),
        ValueError,
        r"loc must broadcast to the other parameters, got shape \(3,\)",
    ),
    (
        lambda r: r.gumbel(np.zeros((2, 3)), size=3),
        ValueError,
        r"loc must broadcast to \(3,\), got shape \(2, 3\)",
    ),
    (lambda r: r.gumbel(size=2, out=np.zeros(3)), ValueError, r"out must have shape \(2,\), got \(3,\)"),
    (lambda r: r.gumbel(out=np.zeros(3, np.float32)), TypeError, "out must have dtype float64, got float32"),
    (lambda r: r.gumbel(out=np.zeros(3, ">f8")), TypeError, "out must have dtype float64, got >f8"),
    (lambda r: r.gumbel(out=READ_ONLY), ValueError, "out must be writeable, got a read-only array"),
    (lambda r: r.gumbel(out=[0.0]), TypeError, "out must be a NumPy array, got list"),
    (lambda r: r.bits(out=np.zeros(3, np.int32)), TypeError, "out must have dtype uint32, got int32"),
    (lambda r: r.advance(-1), ValueError, r"words must be from 0 to 2\*\*64, got -1"),
    (lambda r: r.advance(1.0), TypeError, "words must be an integer, got float"),
    (
        lambda r: r.advance(2**64 - 2),
        ValueError,
        f"words must be at most {2**64 - 3}, what is left of the stream, got {2**64 - 2}",
    ),
    (lambda r: r.spawn(-1), ValueError, "n must be from 0 to"),
    (lambda r: r.spawn(2**40), ValueError, "n must leave room in the tree of streams"),
    (lambda r: r.spawn("2"), TypeError, "n must be an integer, got str"),
    (lambda r: r.gumbel(np.ma.masked_array([1.0, 2.0], [0, 1])), TypeError, "loc must not be a masked array"),
    (lambda r: r.categorical(np.ma.masked_array([1.0, 2.0], [0, 1])), TypeError, "logits must not be a masked array"),
    (lambda r: r.categorical([1, 2], method=np.array(["alias"])), ValueError, "method must be one of"),
    (
        lambda r: r.categorical(gs.AliasTable([0.0]), axis=0),
        ValueError,
        "axis must be left out for an AliasTable, got 0",
    ),
    (lambda r: r.categorical([np.nan, 1.0], size=0), ValueError, "got nan at category 0"),
    (lambda r: r.categorical(1.0), ValueError, "logits must have an axis of categories, got a scalar"),
    (
        lambda r: r.categorical([]),
        ValueError,
        r"logits must have at least one category, got shape \(0,\) with axis -1",
    ),
    (
        lambda r: r.categorical(np.zeros((2, 0))),
        ValueError,
        r"logits must have at least one category, got shape \(2, 0\)",
    ),
    (
        lambda r: r.categorical([1j]),
        TypeError,
        "logits must be an array of real numbers, got dtype complex128",
    ),
    (lambda r: r.categorical(["a"]), TypeError, "logits must be an array of real numbers, got dtype <U1"),
    (lambda r: r.categorical([None]), TypeError, "logits must be an array of real numbers, got dtype object"),
    (lambda r: r.categorical([[1], [2, 3]]), ValueError, "logits must be an array of real numbers"),
    (
        lambda r: r.categorical([1, 2], axis=1),
        ValueError,
        r"axis must be from -1 to 0 for logits of shape \(2,\), got 1",
    ),
    (lambda r: r.categorical([1, 2], axis=0.5), TypeError, "axis must be an integer, got float"),
    (
        lambda r: r.categorical([1, 2], method="inverse"),
        ValueError,
        "method must be one of 'auto', 'gumbel-max', 'inverse-cdf', 'alias', got",
    ),
    (lambda r: r.categorical([1, 2], size=-2), ValueError, "size must not be negative, got -2"),
    (lambda r: r.categorical([1, 2], size=2**63), ValueError, r"size must be at most 2\*\*62 elements"),
    (
        lambda r: r.categorical(np.zeros((2, 3)), out=np.zeros(2, np.float32)),
        TypeError,
        "out must be of an integer type, got float32",
    ),
    (
        lambda r: r.categorical(np.zeros((2, 3)), out=np.zeros(3, np.int64)),
        ValueError,
        r"out must have shape \(2,\), got \(3,\)",
    ),
    (
        lambda r: r.categorical(gs.AliasTable([0.0, 1.0]), method="inverse-cdf"),
        ValueError,
        "method must be 'auto' or 'alias' for an AliasTable, got 'inverse-cdf'",
    ),
    (
        lambda r: r.bernoulli([[0, 1], [2, np.nan]]),
        ValueError,
        r"logits must be finite or -inf, got nan at index \(1, 1\)",
    ),
    (lambda r: r.bernoulli(np.inf), ValueError, "logits must be finite or -inf, got inf"),
    (lambda r: r.bernoulli([0.0], out=np.zeros(1)), TypeError, "out must have dtype bool, got float64"),
]
BAD_CALLS += [
    (lambda r, m=m, x=x: r.categorical(x, method=m), ValueError, message)
    for m, (x, message) in itertools.product(
        ["gumbel-max", "inverse-cdf", "alias"],
        [
            (NAN_ROW, "logits must be finite or -inf, got nan at category 2 in row 1"),
            (INF_ROW, r"logits must be finite or -inf, got inf at category 3 in row \(1, 2\)"),
            (MASKED, "logits must have a category above -inf, got only -inf in row 3"),
            ([-np.inf], "logits must have a category above -inf, got only -inf throughout"),
            ([0.0, np.nan], "logits must be finite or -inf, got nan at category 1$"),
            (np.asfortranarray(NAN_ROW), "got nan at category 2 in row 1"),
            (NAN_ROW.astype(np.float16), "got nan at category 2 in row 1"),
        ],
    )
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS)
def test_bad_argument_says_so_and_changes_nothing(call: object, error: type[Exception], message: str) -> None:
    rng = gs.Generator(1, 2, 3)
    with pytest.raises(error, match=message):
        call(rng)  # type: ignore[operator]
    assert rng == gs.Generator(1, 2, 3)


BAD_PLACES = [
    ({"seed": -1}, ValueError, r"seed must be from 0 to 2\*\*64 - 1, got -1"),
    ({"seed": 2**64}, ValueError, r"seed must be from 0 to 2\*\*64 - 1, got 18446744073709551616"),
    ({"seed": 1.0}, TypeError, "seed must be an integer, got float"),
    ({"seed": True}, TypeError, "seed must be an integer, got True"),
    ({"seed": 1, "stream": -1}, ValueError, "stream must be from 0"),
    ({"seed": 1, "stream": "1"}, TypeError, "stream must be an integer, got str"),
    ({"seed": 1, "offset": 2**64 + 1}, ValueError, r"offset must be from 0 to 2\*\*64, got"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD_PLACES)
def test_bad_place(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        gs.Generator(**arguments)


def test_bad_table() -> None:
    with pytest.raises(ValueError, match="logits must be finite or -inf, got nan at category 2 in row 1"):
        gs.AliasTable(NAN_ROW)
    with pytest.raises(ValueError, match="axis must be from -2 to 1"):
        gs.AliasTable(NAN_ROW, axis=2)


def test_a_bad_row_late_in_the_array_leaves_out_as_it_was() -> None:
    logits = np.zeros((100_000, 5), np.float32)
    logits[99_999, 4] = np.nan
    for method in ("gumbel-max", "inverse-cdf", "alias"):
        out = np.full(100_000, -3)
        with pytest.raises(ValueError, match="got nan at category 4 in row 99999"):
            gs.Generator(1).categorical(logits, method=method, out=out)
        assert (out == -3).all()


@pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf])
@pytest.mark.parametrize("row", [0, 1, 8191])
def test_the_first_bad_row_is_named(row: int, bad: float, threads: int) -> None:
    logits = np.zeros((8192, 33))
    logits[row, 32] = bad
    logits[8191, 0] = np.nan
    with pytest.raises(ValueError, match=f"in row {row}$"):
        gs.Generator(1).categorical(logits)


END_CALLS = [
    (
        lambda r: r.gumbel(size=17, dtype=np.float32),
        "offset must leave 17 words to the end of the stream, got",
    ),
    (lambda r: r.gumbel(size=9), "offset must leave 18 words"),
    (lambda r: r.bits(17), "offset must leave 17 words"),
    (lambda r: r.bernoulli(0.0, size=9), "offset must leave 18 words"),
    (lambda r: r.categorical(np.zeros((6, 3), np.float32)), "offset must leave 18 words"),
    (lambda r: r.categorical(np.zeros((9, 3)), method="alias"), "offset must leave 18 words"),
    (lambda r: r.categorical(gs.AliasTable([0.0]), size=9), "offset must leave 18 words"),
]


@pytest.mark.parametrize(("call", "message"), END_CALLS)
def test_the_end_of_the_stream(call: object, message: str) -> None:
    rng = gs.Generator(1, 0, 2**64 - 16)
    with pytest.raises(ValueError, match=message):
        call(rng)  # type: ignore[operator]
    assert rng.offset == 2**64 - 16
    assert rng.gumbel(size=16, dtype=np.float32).size == 16
    assert rng.offset == 2**64


def test_import_is_light() -> None:
    """Kernels and Numba come with the first use."""
    heavy = ("numba", "llvmlite", "scipy", "tqdm", "gsampler.kernels.philox")
    code = f"import sys, gsampler; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
