"""Temperatures: one for all items, or one for each."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import Array, Float, sum_to_shape
from gsampler.runtime.launch import address


class Temperature:
    """One temperature, or one for each item of ``items``, a shape; the argument's shape is kept, for its gradient.

    Attributes
    ----------
    values : ndarray
        One value, or one for each item.
    per_item : int
        Whether there is one for each.
    start : int
        Address of the first.
    """

    __slots__ = ("broadcast_shape", "items", "per_item", "shape", "start", "values")

    def __init__(self, array: Array, broadcast_shape: tuple[int, ...], items: tuple[int, ...]) -> None:
        self.shape = array.shape
        self.broadcast_shape = broadcast_shape  # the shape of tau as it broadcasts against the items
        self.items = items
        self.per_item = int(array.size != 1)
        if self.per_item:
            array = np.ascontiguousarray(np.broadcast_to(array.reshape(broadcast_shape), items))
        self.values = array.reshape(-1)
        self.start = address(self.values)

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            setattr(self, name, value)
        self.start = address(self.values)  # a copy's own

    @classmethod
    def of_rows(cls, tau: Any, dtype: Float, shape: tuple[int, ...], axis: int) -> Temperature:
        """For rows along an axis of this shape: tau broadcasts over the rows, or has that axis with length 1."""
        if type(tau) is float:
            return _single(tau, dtype, shape, axis)  # type: ignore[arg-type]
        rows = shape[:axis] + shape[axis + 1 :]
        array = validation.temperature(tau, dtype)
        seen = array.shape
        if array.ndim == len(shape) and seen[axis] == 1:
            seen = seen[:axis] + seen[axis + 1 :]
        return cls(array, validation.tau_shape(seen, rows, array.shape, "the rows"), rows)

    @classmethod
    def of_elements(cls, tau: Any, dtype: Float, shape: tuple[int, ...], of: str = "the logits") -> Temperature:
        """For each element of this shape, to which tau broadcasts."""
        if type(tau) is float:
            return _single(tau, dtype, shape, None)  # type: ignore[arg-type]
        array = validation.temperature(tau, dtype)
        return cls(array, validation.tau_shape(array.shape, shape, array.shape, f"the shape of {of}"), shape)

    def from_item(self, item: int) -> Any:
        """Address of the temperature of this item, or of the only one."""
        return self.start + item * self.per_item * self.values.itemsize

    def gradient(self, terms: Array) -> Any:
        """From the gradients of the items, that with respect to `tau` in its own shape; a scalar for a scalar."""
        return sum_to_shape(terms.reshape(self.items), self.broadcast_shape).reshape(self.shape)[()]


@functools.lru_cache(maxsize=256)
def _single(tau: float, dtype: Any, shape: tuple[int, ...], axis: int | None) -> Temperature:
    """One for all rows along an axis, or for all elements. Cached, since small calls wait for it."""
    items = shape if axis is None else shape[:axis] + shape[axis + 1 :]
    return Temperature(validation.temperature(tau, dtype), (), items)
