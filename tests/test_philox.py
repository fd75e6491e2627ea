"""The words of the stream: Random123's vectors, and a slow implementation at positions that are hard to reach."""

from __future__ import annotations

import numpy as np
import pytest
from compiled import philox_block
from hypothesis import given
from hypothesis import strategies as st
from reference import philox4x32, word

import gsampler as gs

KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words_of(text: str) -> list[int]:
    return [int(w, 16) for w in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_known_answers(counter: str, key: str, expected: str) -> None:
    pairs = philox_block(*(np.uint64(w) for w in words_of(counter) + words_of(key)))
    assert [int(p) >> s & 0xFFFFFFFF for p in pairs for s in (32, 0)] == words_of(expected)
    assert list(philox4x32(words_of(counter), words_of(key))) == words_of(expected)


def parts_of(text: str) -> list[int]:
    """The eight halves of elements that a block's words make."""
    x0, x1, x2, x3 = words_of(text)
    return [pair >> s & 0xFFFF for pair in (x0 << 32 | x1, x2 << 32 | x3) for s in (0, 16, 32, 48)]


def test_known_answers_through_the_generator() -> None:
    """Of the first vector's counter the domain is 0, that of upper halves; of the third's it is 2, of lower ones."""
    upper = gs.Generator(0).bits(8) >> 16
    assert upper.tolist() == parts_of(KNOWN_ANSWERS[0][2])
    c, k, _ = map(words_of, KNOWN_ANSWERS[2])
    assert c[1] >> 30 == 2
    position = 8 * (c[0] | (c[1] & 0x3FFFFFFF) << 32)
    lower = gs.Generator(k[0] | k[1] << 32, c[2] | c[3] << 32, position).bits(8) & 0xFFFF
    assert lower.tolist() == parts_of(KNOWN_ANSWERS[2][2])


POSITIONS = [
    (0, 0, 0),
    (42, 0, 1),
    (2**64 - 1, 2**64 - 1, 7),
    (1, 2**32, 8 * 2**32 - 6),  # blocks 2^32 - 2 to 2^32: the counter's low word wraps
    (2**63, 5, 8 * 2**32 - 4),
    (7, 2**63 + 1, 8 * (5 * 2**32) - 3),
    (9, 3, 2**64 - 40),  # the last words there are
]


@pytest.mark.parametrize(("seed", "stream", "offset"), POSITIONS)
def test_bits_equal_reference(seed: int, stream: int, offset: int) -> None:
    got = gs.Generator(seed, stream, offset).bits(40)
    assert got.tolist() == [word(seed, stream, offset + i) for i in range(40)]


def test_few_words_on_either_side_of_the_counter_wrap() -> None:
    for n in range(1, 14):
        got = gs.Generator(3, 4, 8 * 2**32 - 5).bits(n)
        assert got.tolist() == [word(3, 4, 8 * 2**32 - 5 + i) for i in range(n)]


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 50), st.integers(0, 50))
def test_bits_equal_reference_anywhere(seed: int, stream: int, offset: int, n: int) -> None:
    rng = gs.Generator(seed, stream, offset)
    assert rng.bits(n).tolist() == [word(seed, stream, offset + i) for i in range(n)]
    assert rng.offset == (min(-(-(offset + n) // 8) * 8, 2**64) if n else offset)


@pytest.mark.parametrize("n", [1023, 1024, 1025, 3000])
@pytest.mark.parametrize("skip", range(8))
def test_bits_across_the_counter_wrap_in_long_runs(n: int, skip: int) -> None:
    """Blocks beyond 2^32 are made in vectors, from within a chunk that straddles the wrap."""
    offset = 8 * 2**32 - 1000 + skip
    got = gs.Generator(3, 4, offset).bits(n)
    positions = [*range(30), *range(980, 1020), *range(n - 30, n)]
    assert [int(got[i]) for i in positions if i < n] == [word(3, 4, offset + i) for i in positions if i < n]


def test_streams_and_seeds_differ() -> None:
    rows = [gs.Generator(s, t).bits(64) for s in (0, 1, 2**32) for t in (0, 1, 2**32)]
    assert len({r.tobytes() for r in rows}) == 9
    together = np.unpackbits(np.bitwise_xor(rows[0], rows[1]).view(np.uint8))
    assert abs(int(together.sum()) - 1024) < 5 * 22.7  # 2048 fair bits, standard deviation 22.6
