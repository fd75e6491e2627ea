"""Gumbels given the category that they gave: shapes and checks of what `gsampler.kernels.conditional` computes.

`Generator.conditional_gumbel` and `Generator.counterfactual` are what users call.
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
from gsampler.core.indices import CountedIndices, IndexOutput, NarrowIndices, pieces
from gsampler.core.logits import LogitRows
from gsampler.core.output import Output
from gsampler.core.position import WORDS, Position
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

ADDRESSES = 2**64  # an array that begins with a later item has its item 0 at an address modulo this


class ObservedRows:
    """Rows of checked logits, of this shape, repeated for ``size``, with the observed category of each.

    Attributes
    ----------
    outer : tuple of int
        Shape of the result without the axis of the categories.
    logits : ndarray
        Row r of all takes row ``r % len(logits)`` of these, and likewise of `index`.
    """

    __slots__ = ("dtype", "index", "k", "logits", "n", "outer")

    def __init__(self, given: LogitRows, index: Any, size: tuple[int, ...], shape: tuple[int, ...], dtype: Any) -> None:
        self.k, self.dtype = given.k, dtype
        self.outer = size + shape
        validation.shape((*self.outer, self.k))
        observed = validation.categories(index, "index", shape, self.outer)
        self.n = math.prod(self.outer)
        self.logits = repeating_rows(given.rows, -1, self.outer, dtype)
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

    __slots__ = ("axis", "observed", "output")

    def __init__(self, logits: Any, index: Any, axis: Any, size: Any, out: Any) -> None:
        draws, given = validation.shape(size), LogitRows(logits, axis)
        given.validate()
        self.observed = ObservedRows(given, index, draws, given.rows.shape[:-1], given.dtype)
        self.axis = len(draws) + given.axis
        self.output = Output(draws + given.array.shape, out, result_dtype(given.array), (given.array,))

    def write(self, position: Position) -> None:
        observed, dtype, k = self.observed, self.observed.dtype, self.observed.k
        seed, stream, offset = position
        entry = kernel("conditional_gumbel", SUFFIX[dtype])
        whole = rows_last(self.output.buffer, self.axis)
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
                out=(address(made) - first * k * made.itemsize) % ADDRESSES,  # of item 0
            )
            run(entry, first, first + made.size // k, arguments, k)
            if not direct:
                part[...] = made if part.dtype == dtype else self._rounded(made, first, part.dtype)
        self.output.write_back()

    def _rounded(self, made: Array, first: int, dtype: Any) -> Array:
        """In a narrower type, the observed category's still the largest alone."""
        items = np.arange(first, first + made.size // made.shape[-1]) % self.observed.index.size
        index = self.observed.index[items].reshape(*made.shape[:-1], 1)
        values: Array = cast(made, dtype)
        top = np.take_along_axis(values, index, -1)
        values = np.minimum(values, np.nextafter(top, np.array(-np.inf, dtype)))
        np.put_along_axis(values, index, top, -1)
        return values


class CounterfactualCall:
    """A call of `Generator.counterfactual`, ready to be made."""

    __slots__ = ("draws", "index", "observed", "other", "output")

    index: IndexOutput

    def __init__(
        self, logits: Any, index: Any, other: Any, axis: Any, size: Any, out: Any, dtype: Any, counts: Any
    ) -> None:
        validation.flag(counts, "counts")
        draw_shape = validation.shape(size)
        self.draws = math.prod(draw_shape)
        given = LogitRows(logits, axis)
        position = given.axis - given.array.ndim  # counted from the end
        others = validation.as_real(other, "other_logits")
        whole = validation.same_categories(others, given.array, position, axis, "other_logits")
        changed = LogitRows(others, position, "other_logits")
        rows = whole[: len(whole) + position] + whole[len(whole) + position + 1 :]
        for one in (given, changed):
            one.perturb_while(False)
        kind = given.dtype if changed.dtype is np.float32 else np.float64
        self.observed = observed = ObservedRows(given, index, draw_shape, rows, kind)
        self.other = repeating_rows(changed.rows, -1, observed.outer, kind)
        if counts:
            validation.counts_dtype(dtype)
            counted = np.zeros((math.prod(rows), observed.k), np.int64)
            self.index = CountedIndices(counted)
            self.output = Output((*rows, observed.k), out, np.int64, scratch=True)
            self.output.buffer = counted.reshape(self.output.out.shape)
            if out is None:
                self.output.out = self.output.buffer
        else:
            index_dtype = validation.index_dtype(dtype, out, observed.k)
            self.output = Output(observed.outer, out, index_dtype, (given.array, changed.array))
            flat = self.output.buffer.reshape(-1)
            self.index = flat if index_dtype is np.int64 else NarrowIndices(flat.reshape(self.draws, -1))

    def write(self, position: Position) -> None:
        observed = self.observed
        seed, stream, offset = position
        entry = kernel("counterfactual", SUFFIX[observed.dtype])
        rows = observed.n // self.draws if self.draws else 0
        for start, stop, element, out in pieces(self.index, self.draws, rows, 0, rows) if observed.n else ():
            arguments = table.counterfactual(
                seed,
                stream,
                offset,
                **observed.rows,
                other_logits=address(self.other),
                other_rows=len(self.other),
                k=observed.k,
                out=(address(out) - 8 * element) % ADDRESSES,
            )
            run(entry, start, stop, arguments, observed.k)
        self.output.write_back()
