"""Where a call writes its result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import Array, cast, is_carray


def new_array(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array for a result."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError) as error:
        raise validation.result_too_large(shape, dtype, error) from None


class Output:
    """The array a call returns, and the contiguous buffer that kernels write to: the same memory if it can be.

    It cannot where ``out`` is strided or unaligned, or may share memory with what is still to be read; and it is not
    where ``scratch`` is asked for.

    Attributes
    ----------
    out : ndarray
        What the call returns.
    buffer : ndarray
        C-contiguous, of the result's dtype.
    is_scratch : bool
        Whether nobody else sees the buffer if the call fails: a new array, or memory beside ``out``.
    """

    __slots__ = ("buffer", "is_scratch", "out")

    def __init__(
        self, shape: tuple[int, ...] | None, out: Any, dtype: Any, read: Iterable[Array] = (), scratch: bool = False
    ) -> None:
        self.out: Array
        self.buffer: Array
        if out is None:
            self.out = self.buffer = new_array(shape or (), dtype)
            self.is_scratch = True
        else:
            self.out = validation.out_array(out, shape, dtype)
            shared = any(np.may_share_memory(out, array) for array in read)
            self.is_scratch = scratch or shared or not is_carray(out, dtype)
            # not a subclass: a matrix multiplies otherwise, a masked array leaves elements out
            self.buffer = np.empty(out.shape, dtype) if self.is_scratch else np.asarray(out)

    def compute_array(self, dtype: Any) -> Array:
        """Where to compute numbers of this dtype: the buffer if it is of that dtype, else a new array."""
        return self.buffer if self.buffer.dtype == dtype else np.empty(self.buffer.shape, dtype)

    def hides(self, array: Array) -> bool:
        """Whether nobody sees what was written to this `compute_array` if the call fails."""
        return self.is_scratch or array is not self.buffer

    def write_back(self, computed: Array | None = None) -> None:
        """Bring the result to ``out``: what was computed in an array of its own, if there is one, and the buffer."""
        if computed is not None and computed is not self.buffer:
            self.buffer[...] = cast(computed, self.buffer.dtype)
        if self.is_scratch and self.buffer is not self.out:
            np.asarray(self.out)[...] = self.buffer

    def value(self, scalar: bool) -> Any:
        return self.out[()] if scalar else self.out
