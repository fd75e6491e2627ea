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

    __slots__ = ("fresh", "result", "target")

    def __init__(
        self, shape: tuple[int, ...] | None, out: Any, dtype: Any, *read: npt.NDArray[Any], fresh: bool = False
    ) -> None:
        self.result: npt.NDArray[Any]
        self.target: npt.NDArray[Any]
        if out is None:
            self.result = self.target = np.empty(() if shape is None else shape, dtype)
            self.fresh = True
        else:
            self.result = checks.output(out, shape, dtype)
            shared = any(np.may_share_memory(out, array) for array in read)
            self.fresh = fresh or shared or not checks.plain(out, dtype)
            # not a subclass: a matrix multiplies otherwise, a masked array leaves elements out
            self.target = np.empty(out.shape, dtype) if self.fresh else np.asarray(out)

    @property
    def copied(self) -> bool:
        return self.fresh and self.target is not self.result

    def deliver(self) -> None:
        """Give the result what the target holds."""
        if self.target is not self.result and self.fresh:
            np.asarray(self.result)[...] = self.target

    def value(self, scalar: bool) -> Any:
        return self.result[()] if scalar else self.result
