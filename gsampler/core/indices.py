"""Categories on their way from kernels, which write int64, to what a call returns: narrower integers, or counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from gsampler.core.arrays import Array, Indices

# Categories that are drawn at a time where they are not written directly: work of some milliseconds. The threads of a
# parallel launch wait for each other by spinning at its end, which takes long where they have to share a core.
PIECE_ELEMENTS = 2**21

Piece = tuple[int, int, int, Indices]


class NarrowIndices:
    """Categories in an array of another integer type, of shape (draws, rows)."""

    def __init__(self, out: Array) -> None:
        self.out = out

    def take(self, drawn: Indices, draw: int, row: int) -> None:
        """Take categories of shape (draws, rows), the first that of this draw of this row."""
        draws, rows = drawn.shape
        self.out[draw : draw + draws, row : row + rows] = drawn


class CountedIndices:
    """How often each category was drawn, shape (rows, k)."""

    def __init__(self, counts: Indices) -> None:
        self.counts = counts

    def take(self, drawn: Indices, draw: int, row: int) -> None:
        rows, k = drawn.shape[1], self.counts.shape[1]
        cells = drawn if rows == 1 else drawn + k * np.arange(rows)
        self.counts[row : row + rows] += np.bincount(cells.reshape(-1), minlength=rows * k).reshape(rows, k)


IndexOutput = Indices | NarrowIndices | CountedIndices


def pieces(index: IndexOutput, draws: int, rows: int, first: int, all_rows: int) -> Iterable[Piece]:
    """Where to write ``draws`` draws of ``rows`` rows, the first of them row ``first`` of ``all_rows``.

    Yields the range of items to draw, item i being draw ``i // rows`` of row ``i % rows``, with the number of its first
    category in the flattened result and an array that begins with this one. What was written there is taken when the
    next is asked for.
    """
    if isinstance(index, np.ndarray):
        return ((0, draws * rows, first, index[first:] if first else index),)
    return _by_pieces(index, draws, rows, first, all_rows)


def _by_pieces(index: Any, draws: int, rows: int, first: int, all_rows: int) -> Iterator[Piece]:
    step = max(1, PIECE_ELEMENTS // rows) if rows == all_rows else 1
    scratch = np.empty(min(step, draws) * rows, np.int64)
    for draw in range(0, draws, step):
        n = min(step, draws - draw)
        yield draw * rows, (draw + n) * rows, draw * all_rows + first, scratch
        index.take(scratch[: n * rows].reshape(n, rows), draw, first)
