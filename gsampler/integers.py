"""Integers of a range, or of one range for each element."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.core import validation
from gsampler.core.arrays import Array, periodic
from gsampler.core.position import Position
from gsampler.core.validation import Size
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

BLOCK = 2**18  # integers made at a time, where those wanted are of fewer than 64 bits

# --- words ------------------------------------------------------------------------------------------------------


def _write(
    position: Position, low: Array, values: Array, out: npt.NDArray[np.int64], start: int = 0, stop: int | None = None
) -> None:
    """Write the integers ``start .. stop`` of a call to ``out``, all of them by default."""
    seed, stream, offset = position
    arguments = table.integers(
        seed,
        stream,
        offset,
        low=address(low),
        values=address(values),
        period=low.size,
        first=start,
        out=address(out),
    )
    run(kernel("integers", "f64"), start, out.size if stop is None else stop, arguments)


def words(position: Position, n: int) -> npt.NDArray[np.uint64]:
    """The 64-bit words of ``n`` elements."""
    result = np.empty(n, np.int64)
    _write(position, np.zeros(1, np.int64), np.zeros(1, np.uint64), result)
    return result.view(np.uint64)


def below(position: Position, n: int, out: npt.NDArray[np.int64]) -> None:
    """Write integers from 0 to n - 1."""
    _write(position, np.zeros(1, np.int64), np.array([n], np.uint64), out)


# --- integers of a range ----------------------------------------------------------------------------------------


class Integers:
    """A call of `Generator.integers`: its arguments, checked, and its result.

    Attributes
    ----------
    words : int
        Words of the stream that it takes.
    """

    __slots__ = ("_is_scalar", "_low", "_out", "_values", "words")

    def __init__(self, low: Any, high: Any, size: Size, dtype: Any, endpoint: Any) -> None:
        kind = validation.integer_dtype(dtype)
        first, count = validation.integer_ranges(low, high, kind, validation.flag(endpoint, "endpoint"))
        ends = {name: end for name, end in (("low", low), ("high", high)) if end is not None and type(end) is not int}
        shapes = {name: np.shape(end) for name, end in ends.items() if np.ndim(end)}
        whole = validation.broadcast_shape(size, None, shapes) if shapes else validation.shape(size)
        self._is_scalar = size is None and not shapes
        self._low, self._values = periodic(whole, first, count)
        self._out = np.empty(whole, kind)
        self.words = 2 * self._out.size

    def write(self, position: Position) -> None:
        out = self._out.reshape(-1)
        low = self._low.view(np.int64)
        if out.itemsize == 8:
            _write(position, low, self._values, out.view(np.int64))
            return
        block = np.empty(min(out.size, BLOCK), np.int64)
        for first in range(0, out.size, BLOCK):
            part = out[first : first + BLOCK]
            _write(position, low, self._values, block, first, first + part.size)
            np.copyto(part, block[: part.size], casting="unsafe")

    def value(self) -> Any:
        return self._out[()] if self._is_scalar else self._out
