"""The stream as a bit generator of NumPy: its words in order, its state, and what NumPy and SciPy do with it."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler.compiler.bitgen import WORDS

POSITIONS = [(42, 0, 0), (42, 7, 8 * 2**32 - 1001), (2**64 - 1, 2**64 - 1, 5), (1, 0, WORDS - 1), (1, 0, WORDS)]


def words(position: tuple[int, int, int], n: int) -> np.ndarray:
    return gs.Generator(*position).bits(n)


def doubles(pairs: np.ndarray) -> np.ndarray:
    return (pairs >> np.uint64(11)) * 2.0**-53


@pytest.mark.parametrize("position", POSITIONS)
def test_numbers_are_the_words_in_order(position: tuple[int, int, int]) -> None:
    """Over several buffers, and over the end of one from an odd position on."""
    n = 5 * WORDS
    expected = words(position, 2 * n)
    pairs = expected.view(np.uint64)  # the first word is the lower half on a little-endian machine
    assert pairs[0] == int(expected[0]) + 2**32 * int(expected[1])
    assert_array_equal(gs.bit_generator(*position).random_raw(n), pairs)
    rng = np.random.Generator(gs.bit_generator(*position))
    assert_array_equal(rng.integers(0, 2**32, size=n, dtype=np.uint32), expected[:n])
    rng = np.random.Generator(gs.bit_generator(*position))
    assert_array_equal(rng.integers(0, 2**64, size=n, dtype=np.uint64), pairs)
    rng = np.random.Generator(gs.bit_generator(*position))
    assert_array_equal(rng.random(n), doubles(pairs))
    rng = np.random.Generator(gs.bit_generator(*position))
    assert_array_equal(rng.random(n, dtype=np.float32), (expected[:n] >> np.uint32(8)) * np.float32(2.0**-24))


def test_numbers_of_all_kinds_follow_each_other() -> None:
    """Each takes the next words, however many were taken before, and the state says how many."""
    position, start = POSITIONS[1], POSITIONS[1][2]
    expected, taken = words(position, 4000), 0
    bit_generator = gs.bit_generator(*position)
    rng = np.random.Generator(bit_generator)
    for kind in np.random.default_rng(1).integers(0, 3, 1000):
        if kind == 0:
            assert rng.integers(0, 2**32, dtype=np.uint32) == expected[taken]
            taken += 1
        else:
            pair = int(expected[taken]) + 2**32 * int(expected[taken + 1])
            got = rng.random() if kind == 1 else bit_generator.random_raw()
            assert got == (float(pair >> 11) * 2.0**-53 if kind == 1 else pair)
            taken += 2
        assert bit_generator.state["offset"] == start + taken


def test_doubles_reach_zero_and_stay_below_one() -> None:
    """At a word that is 2^32 - 1, at an odd and at an even position, and at one that is 0."""
    for offset in (11898013029 - 1, 11898013029):
        x = np.random.Generator(gs.bit_generator(42, 0, offset)).random()
        assert x == doubles(words((42, 0, offset), 2).view(np.uint64))[0]
    high = np.random.Generator(gs.bit_generator(42, 0, 11898013029 - 1)).random()  # the upper half is all ones
    assert 1 - 2.0**-32 <= high < 1
    assert np.random.Generator(gs.bit_generator(42, 0, 5057317539 - 1)).random() < 2.0**-32


def test_a_stream_begins_again_at_its_end() -> None:
    """The offset 2^64 is that of the first word."""
    last, first = words((9, 3, 2**64 - 8), 8), words((9, 3, 0), 8)
    rng = np.random.Generator(gs.bit_generator(9, 3, 2**64 - 8))
    got = rng.integers(0, 2**32, size=16, dtype=np.uint32)
    assert_array_equal(got, np.concatenate([last, first]))
    assert rng.bit_generator.state["offset"] == 8
    assert gs.bit_generator(9, 3, 2**64).random_raw() == first.view(np.uint64)[0]


# --- state ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", [0, 1, WORDS - 1, WORDS, WORDS + 1, 1000])
def test_state_pickles_and_copies_go_on_from_the_same_word(taken: int) -> None:
    bit_generator = gs.bit_generator(*POSITIONS[1])
    rng = np.random.Generator(bit_generator)
    rng.integers(0, 2**32, size=taken, dtype=np.uint32)
    saved = bit_generator.state
    assert saved == {
        "bit_generator": "StreamBitGenerator",
        **gs.Generator(*POSITIONS[1]).state,
        "offset": POSITIONS[1][2] + taken,
    }
    copies = [pickle.loads(pickle.dumps(rng)), copy.deepcopy(rng)]
    copies += [np.random.Generator(g) for g in (pickle.loads(pickle.dumps(bit_generator)), copy.copy(bit_generator))]
    expected = words((*POSITIONS[1][:2], saved["offset"]), 600).view(np.uint64)
    assert_array_equal(rng.bit_generator.random_raw(300), expected)
    for other in copies:
        assert_array_equal(other.bit_generator.random_raw(300), expected)
    elsewhere = gs.bit_generator(1)
    elsewhere.random_raw(7)
    elsewhere.state = saved
    assert_array_equal(elsewhere.random_raw(300), expected)
    assert repr(gs.bit_generator(3, 4, 5)) == "StreamBitGenerator(seed=3, stream=4, offset=5)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bit_generator": "PCG64"}, "state must be that of a StreamBitGenerator, got"),
        ({"version": 1}, "state must be of stream version 2, got 1"),
        ({"offset": -1}, r"state\['offset'\] must be from 0 to 2\*\*64, got -1"),
        ({"more": 1}, "state must be a dictionary with the keys"),
    ],
)
def test_a_bad_state_changes_nothing(change: dict[str, Any], message: str) -> None:
    bit_generator = gs.bit_generator(42)
    bit_generator.random_raw(3)
    before = bit_generator.state
    with pytest.raises(ValueError, match=message):
        bit_generator.state = {**before, **change}
    with pytest.raises(ValueError, match="state must be that of"):
        bit_generator.state = None  # type: ignore[assignment]
    assert bit_generator.state == before
    assert bit_generator.random_raw() == words((42, 0, 6), 2).view(np.uint64)[0]


def test_seeds_are_those_of_a_generator() -> None:
    for arguments in ((5,), (5, 6), (5, 6, 7), (np.uint64(3), 0, 8), (np.random.SeedSequence(1),)):
        ours, theirs = gs.Generator(*arguments), gs.bit_generator(*arguments).state
        assert {**ours.state, "bit_generator": "StreamBitGenerator"} == theirs
    assert gs.bit_generator().state["seed"] != gs.bit_generator().state["seed"]
    for bad, message in (((-1,), "seed must be from 0"), ((1, 2**64), "stream must"), ((1, 0, 0.5), "offset must be")):
        with pytest.raises((TypeError, ValueError), match=message):
            gs.bit_generator(*bad)


def test_children_are_those_of_a_generator() -> None:
    parent, generator = np.random.Generator(gs.bit_generator(42, 3)), gs.Generator(42, 3)
    for n in (2, 3):
        children = parent.spawn(n)
        assert [c.bit_generator.state["stream"] for c in children] == [c.stream for c in generator.spawn(n)]
    assert_array_equal(
        children[0].bit_generator.random_raw(4),
        words((42, children[0].bit_generator.state["stream"], 0), 8).view(np.uint64),
    )
    assert parent.bit_generator.state["children"] == 5
    seeds = [type(parent.bit_generator)(s).state["seed"] for s in parent.bit_generator.seed_seq.spawn(2)]
    assert len({42, *seeds}) == 3  # the way of libraries that know SeedSequence only


# --- NumPy and SciPy ----------------------------------------------------------------------------------------------


def test_numpy_and_scipy_accept_it() -> None:
    bit_generator = gs.bit_generator(42)
    assert isinstance(bit_generator, np.random.BitGenerator)
    assert np.random.default_rng(bit_generator).bit_generator is bit_generator
    assert str(np.random.Generator(bit_generator)) == "Generator(StreamBitGenerator)"
    legacy = np.random.RandomState(gs.bit_generator(42))
    assert_array_equal(legacy.random_sample(3), doubles(words((42, 0, 0), 6).view(np.uint64)))
    for frozen in (scipy.stats.norm(2, 3), scipy.stats.beta(2, 5), scipy.stats.gamma(0.7)):
        x = frozen.rvs(20_000, random_state=np.random.Generator(gs.bit_generator(2026)))
        assert scipy.stats.kstest(x, frozen.cdf).pvalue > 1e-4
    table = scipy.stats.poisson(3).rvs(20_000, random_state=np.random.Generator(gs.bit_generator(2026)))
    counts = np.bincount(np.minimum(table, 10), minlength=11)
    p = scipy.stats.poisson(3).pmf(range(11))
    p[10] = 1 - p[:10].sum()
    assert scipy.stats.chisquare(counts, 20_000 * p).pvalue > 1e-4


def test_memory_lives_as_long_as_a_numpy_generator() -> None:
    rngs = [np.random.Generator(gs.bit_generator(seed)) for seed in range(50)]
    gc.collect()
    [np.ones(8 + WORDS // 2, np.uint64) for _ in range(200)]  # would take memory that was given back
    for seed, rng in enumerate(rngs):
        assert_array_equal(rng.bit_generator.random_raw(3 * WORDS), words((seed, 0, 0), 6 * WORDS).view(np.uint64))


def test_threads_share_the_words() -> None:
    """NumPy draws with the lock, and so is the state read: each word goes to one thread."""
    bit_generator = gs.bit_generator(42)
    rng = np.random.Generator(bit_generator)

    def draw(_: int) -> np.ndarray:
        assert bit_generator.state["offset"] % 2 == 0
        return rng.integers(0, 2**64, size=97, dtype=np.uint64)

    with ThreadPoolExecutor(4) as pool:
        parts = [*pool.map(draw, range(200))]
    expected = words((42, 0, 0), 2 * 97 * 200).view(np.uint64)
    assert_array_equal(np.sort(np.concatenate(parts)), np.sort(expected))
    assert bit_generator.state["offset"] == 2 * 97 * 200


def test_with_cached_code_numba_is_not_imported() -> None:
    gs.bit_generator(1)  # so that the code is in the cache
    code = (
        "import sys, gsampler as gs; early = 'numpy.random' in sys.modules; import numpy as np; "
        "x = np.random.Generator(gs.bit_generator(42)).random(); print(x, early, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    x = doubles(words((42, 0, 0), 2).view(np.uint64))[0]
    assert done.stdout.split() == [repr(float(x)), "False", "False"]
