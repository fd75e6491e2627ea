"""Channels have nothing in common: neighbouring seeds, names, places, rows and columns, bit by bit.

Eight sequences of 2^15 numbers that differ in one part of the key are taken apart into their upper 48 bits, as -1 and
1. Of independent bits, the scaled sums of products of any two are normal, and their squares uncorrelated. The seeds are
fixed; with others, a test would give a false alarm with a probability of 1e-5.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import channel_words
import numpy as np
import pytest
from scipy import stats

import gsampler as gs

pytestmark = pytest.mark.slow  # millions of draws of every kind of neighbours

N, SEQUENCES, BITS = 2**15, 8, 48
ALARM = 1e-6

Uniforms = np.ndarray[Any, np.dtype[np.float64]]


def grid(ch: gs.Channel, place: int = 0) -> Uniforms:
    """Of 64 rows and 512 columns."""
    return ch.uniform(np.arange(64), N // 64, place=place).reshape(-1)


def of_channels(*channels: gs.Channel) -> list[Uniforms]:
    return [grid(ch) for ch in channels]


CH = gs.Channel(2026, "mode choice")
FORMS: list[list[Any]] = [[], ["12"], [12], ["1", "2"], [1, 2], [(1, 2)], [(1,), 2], [((1, 2),)]]
LAST_ROW, LAST_COLUMN = 2**64 - N, 2**63 - N
NEIGHBOURS: dict[str, Callable[[], list[Uniforms]]] = {
    "seeds": lambda: of_channels(*(gs.Channel(seed, "mode choice") for seed in range(SEQUENCES))),
    "bits of the seed": lambda: of_channels(*(gs.Channel(2**i, "mode choice") for i in range(0, 64, 8))),
    "numbers as names": lambda: of_channels(*(CH.child(number) for number in range(SEQUENCES))),
    "strings as names": lambda: of_channels(*(gs.Channel(2026, f"mode choic{letter}") for letter in "abcdefgh")),
    "forms of names": lambda: of_channels(
        *(
            gs.Channel(2026, *names)
            for names in (["12"], [12], ["1", "2"], [1, 2], [(1, 2)], [((1, 2),)], [(1,), 2], [])
        )
    ),
    "places": lambda: [grid(CH, place) for place in range(SEQUENCES)],
    "rows": lambda: list(CH.uniform(np.arange(SEQUENCES), N)),
    "rows at the end": lambda: list(
        CH.uniform(np.arange(2**64 - SEQUENCES, 2**64, dtype=np.uint64), columns=LAST_COLUMN + np.arange(N))
    ),
    "bits of the row": lambda: list(CH.uniform(np.uint64(1) << np.arange(0, 64, 8, dtype=np.uint64), N)),
    "columns": lambda: list(CH.uniform(np.arange(N), SEQUENCES).T),
    "columns, blocks apart": lambda: list(CH.uniform(np.arange(N), columns=8 * np.arange(SEQUENCES)).T),
    "bits of the column": lambda: list(
        CH.uniform(np.uint64(LAST_ROW) + np.arange(N, dtype=np.uint64), columns=2 ** np.arange(0, 63, 8)).T
    ),
    "columns in order": lambda: list(CH.uniform(7, SEQUENCES * N).reshape(SEQUENCES, N)),
    "rows and columns": lambda: [CH.uniform(i + np.arange(N), columns=SEQUENCES - i) for i in range(SEQUENCES)],
}


def signs(sequences: list[Uniforms]) -> Any:
    """-1 and 1 for the bits of each number, shape ``(N, SEQUENCES * BITS)``."""
    words = np.stack(sequences, axis=1)
    integers = (words * 2.0**BITS).astype(np.uint64)
    bits = integers[:, :, None] >> np.arange(BITS, dtype=np.uint64) & 1
    return (2.0 * bits.reshape(len(words), -1) - 1).astype(np.float32)


def p_values(sequences: list[Uniforms]) -> tuple[float, float]:
    """Of the largest correlation of two bits, and of the sum of their squares; two-sided."""
    x = signs(sequences)
    z = ((x.T @ x) / np.sqrt(len(x)))[np.triu_indices(x.shape[1], 1)].astype(np.float64)
    largest = min(1.0, 2 * z.size * stats.norm.sf(np.abs(z).max()))
    return largest, 2 * stats.norm.sf(abs((np.square(z) - 1).sum()) / np.sqrt(2 * z.size))


@pytest.mark.parametrize("what", NEIGHBOURS)
def test_neighbours_share_nothing(what: str) -> None:
    sequences = NEIGHBOURS[what]()
    assert [s.shape for s in sequences] == [(N,)] * SEQUENCES
    assert np.unique(sequences).size == SEQUENCES * N  # of 2^18, two are equal with a probability of 2^-18
    assert min(p_values(sequences)) > ALARM


def test_what_is_shared_is_seen() -> None:
    """One bit that is copied now and then; a stream that is another one, shifted; bits that are no noise."""
    sequences = NEIGHBOURS["places"]()
    copied = np.random.default_rng(1).random(N) < 0.05
    upper = np.floor(sequences[3] * 2)  # the first bit
    sequences[5] = np.where(copied, (upper + sequences[5] % 0.5 * 2) / 2, sequences[5])
    assert p_values(sequences)[0] < ALARM
    row = CH.uniform(7, N + SEQUENCES)
    shifted = [row[i : i + N] for i in range(SEQUENCES)]
    assert np.unique(shifted).size == N + SEQUENCES - 1
    weak = [np.floor(s * 2**24) / 2**24 for s in NEIGHBOURS["places"]()]
    assert p_values(weak)[1] < ALARM


def test_words_for_batteries() -> None:
    """What the program writes are the words that noise is made of, in the order that it says."""
    program = Path(channel_words.__file__)
    options = ["--seed=5", "--channels=2", "--rows=3", "--columns=16", f"--bytes={2.5 * 2 * 3 * 16 * 8}"]
    done = subprocess.run([sys.executable, str(program), *options], capture_output=True, check=True)
    words = np.frombuffer(done.stdout, "<u8")
    assert words.size == 240
    rows = words[:192].reshape(2, 16, 2, 3)  # group of rows, column, channel, row
    for channel in range(2):
        u = gs.Channel(5, "battery", channel).uniform(np.arange(6), 16)
        for row in range(6):
            assert np.allclose(rows[row // 3, :, channel, row % 3] / 2.0**64, u[row], rtol=0, atol=2.0**-53)
    u = gs.Channel(5, "battery", 1).uniform(8, 8)
    assert np.allclose(words[192:].reshape(8, 2, 3)[:, 1, 2] / 2.0**64, u, rtol=0, atol=2.0**-53)
