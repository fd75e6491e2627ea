"""Gumbels given the category that they gave: shapes and checks of what `gsampler.kernels.conditional` computes.

`Generator.conditional_gumbel` is what users call.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import (
    COPY_ELEMENTS,
    SUFFIX,
    Array,
    Indices,
    block_indices,
    cast,
    is_carray,
    repeating_rows,
    result_dtype,
    rows_last,
)
from gsampler.core.logits import LogitRows
from gsampler.core.output import Output
from gsampler.core.position import WORDS, Position
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel


class ObservedRows:
    """Rows of logits, repeated for ``size``, with the observed category of each; both checked.

    Attributes
    ----------
    outer : tuple of int
        Shape of the result without the axis of the categories.
    logits : ndarray
        Row r of all takes row ``r % len(logits)`` of these, and likewise of `index`.
    """

    __slots__ = ("dtype", "given", "index", "k", "logits", "n", "outer", "size")

    def __init__(self, logits: Any, index: Any, axis: Any, size: Any) -> None:
        self.size = validation.shape(size)
        self.given = given = LogitRows(logits, axis)
        self.k, self.dtype = given.k, given.dtype
        rows = given.rows.shape[:-1]
        self.outer = self.size + rows
        validation.shape((*self.outer, self.k))
        observed = validation.categories(index, "index", rows, self.outer)
        given.validate()
        self.n = math.prod(self.outer)
        self.logits = repeating_rows(given.array, given.axis - given.array.ndim, self.outer, self.dtype)
        self.index: Indices = observed.astype(np.int64).reshape(-1)  # a copy, which nobody changes after the check
        items = self.index.size if self.n else 0
        arguments = table.check_index(**self.rows, k=self.k)
        invalid = run(kernel("check_index", SUFFIX[self.dtype]), 0, items, arguments)
        if invalid is not None:
            raise validation.invalid_index(observed, invalid, self.k)

    @property
    def rows(self) -> dict[str, Any]:
        """Arguments of kernels."""
        return {
            "logits": address(self.logits),
            "logits_rows": max(len(self.logits), 1),
            "index": address(self.index),
            "index_rows": max(self.index.size, 1),
        }

    @property
    def width(self) -> int:
        """Words of an element."""
        return WORDS[self.dtype]

    @property
    def words(self) -> int:
        """Words of the stream that all rows take."""
        return self.n * self.k * self.width


class ConditionalSample:
    """A call of `Generator.conditional_gumbel`, ready to be made."""

    __slots__ = ("observed", "output")

    def __init__(self, logits: Any, index: Any, axis: Any, size: Any, out: Any) -> None:
        self.observed = observed = ObservedRows(logits, index, axis, size)
        array = observed.given.array
        self.output = Output(observed.size + array.shape, out, result_dtype(array), array)

    def write(self, position: Position) -> None:
        observed, dtype, k = self.observed, self.observed.dtype, self.observed.k
        seed, stream, offset = position
        entry = kernel("conditional_gumbel", SUFFIX[dtype])
        whole = rows_last(self.output.buffer, len(observed.size) + observed.given.axis)
        direct = is_carray(whole, dtype)
        for first, at in block_indices(whole.shape, whole.size if direct else COPY_ELEMENTS):
            part = whole[at]
            made = part if direct else np.empty(part.shape, dtype)
            arguments = table.conditional_gumbel(
                seed,
                stream,
                offset,
                **observed.rows,
                k=k,
                out=(address(made) - first * k * made.itemsize) % 2**64,  # of item 0
            )
            run(entry, first, first + made.size // k, arguments, k)
            if not direct:
                part[...] = made if part.dtype == dtype else self._rounded(made, first, part.dtype)
        self.output.write_back()

    def _rounded(self, made: Array, first: int, dtype: Any) -> Array:
        """In a narrower type, the observed category's still the largest alone."""
        items = np.arange(first, first + made.size // made.shape[-1]) % self.observed.index.size
        index = self.observed.index[items].reshape(*made.shape[:-1], 1)
        values = cast(made, dtype)
        top = np.take_along_axis(values, index, -1)
        values = np.minimum(values, np.nextafter(top, np.array(-np.inf, dtype)))
        np.put_along_axis(values, index, top, -1)
        return values
