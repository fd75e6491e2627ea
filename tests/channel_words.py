"""Write the words of neighbouring channels and rows, in turn, to standard output: for PractRand, Dieharder, TestU01.

``python tests/channel_words.py | RNG_test stdin64``. Words have 64 bits, the lowest byte first, and are those of which
`gsampler.Channel` makes its noise. Each group has one word of every channel and row, the rows of the first channel
first, all of one column; after all columns come the next rows. Channel c is ``Channel(seed, "battery", c)``.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

import gsampler as gs

Words = npt.NDArray[np.uint64]


def words_of(channel: gs.Channel, row: int, columns: int) -> Words:
    """The words of the first columns of a row, put together from those of float32 elements."""
    pairs = gs.Generator(channel.key, stream=row).bits(size=(columns, 2)).astype(np.uint64)
    first, second = pairs[:, 0], pairs[:, 1]
    upper, lower = first >> 16 | second >> 16 << 16, first & 0xFFFF | (second & 0xFFFF) << 16
    return upper << 32 | lower


def blocks(seed: int, channels: int, rows: int, columns: int) -> Iterator[Words]:
    named = [gs.Channel(seed, "battery", number) for number in range(channels)]
    for first in itertools.count(0, rows):
        group = [words_of(channel, row, columns) for channel in named for row in range(first, first + rows)]
        yield np.stack(group, axis=1).reshape(-1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--channels", type=int, default=4, help="names that follow each other (default 4)")
    parser.add_argument("--rows", type=int, default=4, help="rows that follow each other (default 4)")
    parser.add_argument("--columns", type=int, default=16384, help="of a row, until the next rows come (default 16384)")
    parser.add_argument("--bytes", type=float, default=float("inf"), help="how many to write (default: no end)")
    options = parser.parse_args()
    left = options.bytes
    for block in blocks(options.seed, options.channels, options.rows, options.columns):
        data = block.astype("<u8").tobytes()
        part = data if len(data) <= left else data[: int(left)]
        try:
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the reader has enough
            sys.stderr.close()
            return
        left -= len(part)
        if left <= 0:
            return


if __name__ == "__main__":
    main()
