"""Where a call writes its result."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import checks


class Output:
    """The array a call returns, and a contiguous plain one that kernels write to: the same memory if it can be.

    It cannot where ``out`` is strided or unaligned, or may share memory with what is still to be read; and it is not
    where the target is to be ``fresh``, memory that nobody else sees if the call fails.
    """

    __slots__ = ("copied", "fresh", "result", "target")

    def __init__(self, size: Any, out: Any, dtype: Any, *read: npt.NDArray[Any], fresh: bool = False) -> None:
        if out is None:
            self.result = np.empty(checks.shape(size), dtype)
        else:
            self.result = checks.output(out, None if size is None else checks.shape(size), dtype)
        flags = self.result.flags
        shared = out is not None and any(np.may_share_memory(out, array) for array in read)
        self.copied = shared or not (flags.c_contiguous and flags.aligned) or (fresh and out is not None)
        self.fresh = self.copied or out is None
        # not a subclass: a matrix multiplies otherwise, a masked array leaves elements out
        self.target: npt.NDArray[Any] = np.empty(self.result.shape, dtype) if self.copied else np.asarray(self.result)

    def deliver(self) -> None:
        if self.copied:
            np.asarray(self.result)[...] = self.target

    def value(self, scalar: bool) -> Any:
        return self.result[()] if scalar else self.result
