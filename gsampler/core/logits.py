"""Logits as an argument: what is computed of them, and when their values are checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import COMPUTE_DTYPE, SUFFIX, Array, Float, as_carray, blocks, cast, compute_dtype, rows_last
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.kernels.constants import LARGE_LOGIT_F32, LARGE_LOGIT_F64
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# from where on a row's largest logit is shifted, by the dtype of its computation
LARGE_LOGIT: dict[Any, int] = {np.float32: LARGE_LOGIT_F32, np.float64: LARGE_LOGIT_F64}


class _Logits:
    """An array of logits whose values a sampling kernel checks as it reads them, or which are checked before.

    Attributes
    ----------
    array : ndarray
        The argument as an array.
    dtype : type
        float32 or float64, in which it is computed.
    check : int
        Whether kernels are to check the values, as `validate_while` decided.
    """

    __slots__ = ("array", "check", "dtype", "name")

    array: Array
    dtype: Float
    name: str
    check: int

    def validate_while(self, hidden: bool) -> None:
        """Leave the check to the kernel where what it writes is ``hidden``, from everyone if the call fails; else check
        now, so that ``out`` stays as it is. A kernel must read each logit once.
        """
        self.check = int(hidden)
        if not hidden:
            self.validate()

    def validate(self) -> None:
        """Raise for the first invalid value."""
        raise NotImplementedError


class LogitRows(_Logits):
    """``n`` rows of logits, the categories along ``axis``; `rows` is a view with them, `k`, on the last axis."""

    __slots__ = ("axis", "k", "n", "rows")

    def __init__(self, logits: Any, axis: Any = -1, name: str = "logits") -> None:
        self.array = array = validation.as_real(logits, name)
        self.axis = axis = validation.category_axis(array, axis, name)
        self.rows = array if axis == array.ndim - 1 else rows_last(array, axis)
        self.k: int = array.shape[axis]
        self.n: int = array.size // self.k
        self.dtype = COMPUTE_DTYPE.get(array.dtype) or compute_dtype(array)
        self.name = name
        self.check = 0

    def divide_by(self, tau: Any) -> None:
        """Take ``logits / tau`` for the logits, in the dtype of their computation."""
        if np.ndim(tau) == 0 and tau == 0:
            raise validation.tau_zero(tau)
        temperature = Temperature.of_rows(tau, self.dtype, self.array.shape, self.axis)
        values = temperature.values
        if temperature.per_item:
            values = values.reshape(*temperature.items, 1)
        with np.errstate(all="ignore"):
            scaled = cast(self.rows, self.dtype) / values
        validation.lost_by_scaling(scaled, self.rows, self.name)
        self.rows = scaled

    def validate(self) -> None:
        check = kernel("check_rows", SUFFIX[self.dtype])
        for first, block in blocks(self.rows, self.dtype):
            arguments = table.check_rows(logits=address(block), k=self.k)
            self.raise_if_invalid(run(check, 0, len(block), arguments, self.k), first, block)

    def perturb_while(self, hidden: bool) -> None:
        """As `validate_while`, where noise is added: see `shift_large`."""
        self.check = int(hidden)
        if not hidden:
            check = kernel("check_rows_to_perturb", SUFFIX[self.dtype])
            for _, block in blocks(self.rows, self.dtype):
                arguments = table.check_rows_to_perturb(logits=address(block), k=self.k)
                if run(check, 0, len(block), arguments, self.k) is not None:
                    self.shift_large()
                    break

    def require_categories(self, top: int) -> None:
        """Raise for the first row that has fewer than ``top`` categories above -inf."""
        have = np.count_nonzero(self.rows > -np.inf, axis=-1)
        if (have < top).any():
            raise validation.too_few_categories(have, top)

    def shift_large(self) -> None:
        """Subtract from each row its largest logit, where that is so large that a sum would round noise away.

        This is for when a kernel has found a row that may be of that kind. Raises if there is an invalid one.
        """
        self.validate()
        self.check = 0
        limit = LARGE_LOGIT[self.dtype]
        rows = cast(self.rows, self.dtype)
        largest = rows.max(axis=-1, keepdims=True)
        too_large = np.abs(largest) >= limit
        if too_large.any():
            with np.errstate(over="ignore"):
                self.rows = rows - np.where(too_large, largest, self.dtype(0))

    def raise_if_invalid(self, invalid: int | None, first: int, block: Array) -> None:
        """Raise for the row that a kernel found invalid in a block that begins with row ``first``, if there is one."""
        if invalid is not None:
            raise validation.invalid_row(first + invalid, block[invalid], self.rows.shape[:-1], self.name)


class LogitElements(_Logits):
    """Logits of binary variables; `flat` is a contiguous array of them."""

    __slots__ = ("flat",)

    def __init__(self, logits: Any, name: str = "logits") -> None:
        self.array = validation.as_real(logits, name)
        self.dtype = compute_dtype(self.array)
        self.flat = as_carray(self.array, self.dtype)
        self.name = name
        self.check = 0

    def validate(self) -> None:
        check = kernel("check_logits", SUFFIX[self.dtype])
        self.raise_if_invalid(run(check, 0, self.flat.size, table.check_logits(values=address(self.flat))))

    def raise_if_invalid(self, invalid: int | None) -> None:
        """Raise for the element that a kernel found invalid, if there is one."""
        if invalid is not None:
            raise validation.invalid_value(invalid, self.array, self.name)


def validate_unit(rows: Array, dtype: Float, given: Array, name: str) -> None:
    """Raise for the first value that is not from 0 to 1; ``given`` is the argument, ``rows`` a view of it."""
    check = kernel("check_unit", SUFFIX[dtype])
    for _, block in blocks(rows, dtype):
        if run(check, 0, block.size, table.check_unit(values=address(block))) is not None:
            raise validation.outside_unit(given, name)


def validate_log_probs(rows: Array, dtype: Float, given: Array, name: str) -> None:
    """Raise for the first value that is NaN or above 0; as `validate_unit`."""
    check = kernel("check_log_probs", SUFFIX[dtype])
    for _, block in blocks(rows, dtype):
        if run(check, 0, block.size, table.check_log_probs(values=address(block))) is not None:
            raise validation.above_zero(given, name)
