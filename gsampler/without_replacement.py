"""Draws without replacement: the largest perturbed logits of a row, in order.

`Generator.gumbel_top_k` is what users call.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, Indices, blocks
from gsampler.core.logits import LogitRows
from gsampler.core.position import WORDS, Position
from gsampler.core.probabilities import row_logits
from gsampler.kernels import table
from gsampler.noise import fill
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

SORT_MIN_K = 4096  # categories of a row from which a sort is faster than a heap, if
SORT_SHARE = 16  # one in so many of them is drawn


class TopKCall:
    """A call of `Generator.gumbel_top_k`, ready to be made."""

    __slots__ = ("draws", "indices", "rows", "sorts", "top", "values", "width", "words")

    def __init__(self, logits: Any, k: Any, axis: Any, size: Any, p: Any, weights: Any, tau: Any) -> None:
        draw_shape = validation.shape(size)
        self.draws = math.prod(draw_shape)
        if p is not None or weights is not None or logits is None:
            logits = row_logits(logits, p, weights, axis)
        self.rows = rows = LogitRows(logits, axis)
        if not (type(tau) is float and tau == 1.0):
            rows.divide_by(tau)
        self.top = validation.top_k(k, rows.k)
        self.sorts = rows.k >= SORT_MIN_K and self.top * SORT_SHARE >= rows.k
        shape = validation.shape((*draw_shape, *rows.rows.shape[:-1], self.top))
        self.width = WORDS[rows.dtype]
        self.words = self.draws * rows.array.size * self.width if self.top else 0
        self.indices: Indices = np.empty(shape, np.int64)
        self.values: Array = np.empty(shape, rows.dtype)
        rows.perturb_while(self.draws == 1 and not self.sorts)

    def write(self, position: Position) -> None:
        if not self.indices.size:
            return
        if not self._draw(position):
            self.rows.shift_large()
            self.rows.require_categories(self.top)
            self._draw(position)

    def _draw(self, position: Position) -> bool:
        """Draw, and return whether all rows were found as they should be."""
        seed, stream, offset = position
        logits, k, top = self.rows, self.rows.k, self.top
        indices, values = self.indices.reshape(-1, top), self.values.reshape(-1, top)
        rows = logits.rows
        if self.draws != 1:
            rows = np.require(rows, logits.dtype, ["C", "A"])  # draws go round all of them
        entry = kernel("gumbel_top_k", SUFFIX[logits.dtype])
        for first, block in blocks(rows, logits.dtype):
            here, items = offset + first * k * self.width, self.draws * len(block)
            if self.sorts:
                if not self._sort((seed, stream, here), block, indices[first:], values[first:]):
                    return False
                continue
            arguments = table.gumbel_top_k(
                seed,
                stream,
                here,
                logits=address(block),
                k=k,
                period=len(block),
                top=top,
                check=logits.check,
                indices=address(indices[first:]),
                values=address(values[first:]),
            )
            if run(entry, 0, items, arguments, k) is not None:
                return False
        return True

    def _sort(self, position: Position, block: Array, indices: Indices, values: Array) -> bool:
        """The same by a sort of each row: the larger first, of equal ones that of the lower index."""
        seed, stream, offset = position
        k, top = block.shape[1], self.top
        noise = np.empty(k, block.dtype)
        for item in range(self.draws * len(block)):
            logits = block[item % len(block)]
            fill((seed, stream, offset + item * k * self.width), "fill_gumbel", self.rows.dtype, noise)
            masked = logits == -np.inf
            if k - np.count_nonzero(masked) < top:
                return False
            np.add(noise, logits, out=noise)
            noise[masked] = -np.inf
            order = np.argsort(-noise, kind="stable")[:top]
            indices[item], values[item] = order, noise[order]
        return True

    def result(self) -> tuple[Indices, Array]:
        """Indices and values, the drawn ones along the axis of the categories."""
        at = self.rows.axis - self.rows.array.ndim  # counted from the end
        if at == -1:
            return self.indices, self.values
        return np.moveaxis(self.indices, -1, at), np.moveaxis(self.values, -1, at)
