"""Rows that have places of their own in the stream: noise and categories, from where each row is.

`Generator` with ``at=`` and `gsampler.Channel` are what users call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.compiler.c_types import NULL
from gsampler.core.arrays import SUFFIX, Array, Float, Indices
from gsampler.core.logits import LARGE_LOGIT
from gsampler.core.position import WORDS
from gsampler.kernels import table
from gsampler.kernels.constants import NOISE_BOUND
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

Words = npt.NDArray[np.uint64]

LONG_ROW = 4096  # elements an item, at most, that the launch is told of rows of different lengths


class Places:
    """Where rows are: seed, stream and offset of each, one or as many as there are rows; and which elements they have.

    Parameters
    ----------
    seed, stream, offset : ndarray of uint64
        Of shape (1,) or (rows,); the offset in words.
    rows : int
    k : int
        Elements of a row, where there is no `indptr`.
    columns : ndarray of int64, optional
        The element, counted from the offset, of each element of the rows: shape (k,), or as many as there are elements.
        Without, they follow each other from 0 on.
    indptr : ndarray of int64, optional
        Row r has the elements from ``indptr[r]`` to ``indptr[r + 1]``.
    """

    __slots__ = ("columns", "indptr", "k", "offset", "per_row", "rows", "seed", "stream")

    def __init__(
        self,
        seed: Words,
        stream: Words,
        offset: Words,
        rows: int,
        k: int,
        columns: Indices | None = None,
        indptr: Indices | None = None,
        per_row: bool = False,
    ) -> None:
        self.seed, self.stream, self.offset, self.rows, self.k = seed, stream, offset, rows, k
        self.columns, self.indptr, self.per_row = columns, indptr, per_row

    def of_rows(self, chosen: Any) -> Places:
        """Some of the rows, where all have the same number of elements: a slice, or an array of their numbers."""
        seed, stream, offset = (x if x.size == 1 else x[chosen] for x in (self.seed, self.stream, self.offset))
        columns = self.columns
        if columns is not None and self.per_row:
            columns = columns.reshape(self.rows, self.k)[chosen].reshape(-1)
        rows = len(range(*chosen.indices(self.rows))) if isinstance(chosen, slice) else len(chosen)
        return Places(seed, stream, offset, rows, self.k, columns, None, self.per_row)

    @property
    def elements(self) -> int:
        """The number of elements of all rows."""
        return self.rows * self.k if self.indptr is None else int(self.indptr[-1])

    def arguments(self) -> dict[str, Any]:
        """The arguments of kernels, by name, up to ``k``."""
        return {
            "seeds": address(self.seed),
            "seed_step": int(self.seed.size > 1),
            "streams": address(self.stream),
            "stream_step": int(self.stream.size > 1),
            "offsets": address(self.offset),
            "offset_step": int(self.offset.size > 1),
            "columns": address(self.columns),
            "per_row": int(self.per_row),
            "indptr": address(self.indptr),
            "k": self.k,
        }

    def per_item(self) -> int:
        """Elements of a row, about."""
        return max(1, min(self.elements // max(self.rows, 1), LONG_ROW) if self.indptr is not None else self.k)


def fill(places: Places, name: str, dtype: Float, out: Array) -> None:
    """Write noise, such as ``"gumbel"``, to a contiguous array of all elements of the rows."""
    arguments = table.fill_rows(**places.arguments(), out=address(out))
    run(kernel(f"fill_{name}_rows", SUFFIX[dtype]), 0, places.rows, arguments, places.per_item())


def gumbel_max(places: Places, logits: Array, index: Indices, best: Array | None = None, check: bool = False) -> bool:
    """The argmax of ``logits + gumbel`` of each row, -1 where that is -inf or there is none; and the largest sum.

    Both are in contiguous arrays; logits are finite or -inf. With `check`, the result is whether they are, and none so
    large that noise is lost in the sum; if not, index and best are of no use.
    """
    arguments = table.gumbel_max_rows(
        **places.arguments(),
        logits=address(logits),
        check=int(check),
        index=address(index),
        best=NULL if best is None else address(best),
    )
    entry = kernel("gumbel_max_rows", SUFFIX[logits.dtype.type])
    return run(entry, 0, places.rows, arguments, places.per_item()) is None


def gumbel_softmax(
    places: Places, logits: Array, tau: Array, soft: Array, index: Indices | None = None, check: bool = False
) -> bool:
    """softmax((logits + gumbel) / tau) of each row, and where its largest is: 0 and -1 where none is above -inf.

    All are contiguous arrays; tau has one number, or one for each row, of the type of the logits. The result and
    `check` are as of `gumbel_max`; but then it is also False for a row that has no logit above -inf.
    """
    arguments = table.gumbel_softmax_rows(
        **places.arguments(),
        logits=address(logits),
        tau=address(tau),
        tau_step=int(tau.size > 1),
        check=int(check),
        soft=address(soft),
        index=NULL if index is None else address(index),
    )
    entry = kernel("gumbel_softmax_rows", SUFFIX[logits.dtype.type])
    return run(entry, 0, places.rows, arguments, places.per_item()) is None


def gumbel_top_k(places: Places, logits: Array, indices: Indices, values: Array, check: bool = False) -> bool:
    """The largest of ``logits + gumbel`` of each row, in order, as many as the last axis of both results has.

    Results and `check` are as of `gumbel_max`; but the result is False also where a row has too few above -inf.
    """
    if not values.size:
        return True
    arguments = table.gumbel_top_k_rows(
        **places.arguments(),
        logits=address(logits),
        top=values.shape[-1],
        check=int(check),
        indices=address(indices),
        values=address(values),
    )
    entry = kernel("gumbel_top_k_rows", SUFFIX[logits.dtype.type])
    return run(entry, 0, places.rows, arguments, places.per_item()) is None


def shifted(rows: Array, best: Array) -> Array | None:
    """Which rows of logits are so large that noise is lost in the sum, by their largest sums; None for none of them."""
    large = np.abs(best) > LARGE_LOGIT[rows.dtype.type] - NOISE_BOUND
    large &= best > -np.inf
    return np.flatnonzero(large) if large.any() else None


def follow_each_other(numbers: Indices) -> bool:
    """Whether each number is the one before it and 1; there is at least one."""
    return bool(numbers[-1] - numbers[0] == numbers.size - 1 and (np.diff(numbers) == 1).all())


def of_elements(seed: int, stream: int, offset: int, at: Indices, dtype: Float) -> Places:
    """Places of elements counted from an offset: of as many rows as there are elements, or of one where they follow
    each other.
    """
    width = WORDS[dtype]
    start = offset + offset % width
    first = int(at[0]) if at.size else 0
    key, number = np.array([seed], np.uint64), np.array([stream], np.uint64)
    if at.size > 1 and follow_each_other(at):
        return Places(key, number, np.array([start + first * width], np.uint64), 1, at.size)
    words = at.astype(np.uint64) * np.uint64(width) + np.uint64(start)
    return Places(key, number, words, at.size, 1)
