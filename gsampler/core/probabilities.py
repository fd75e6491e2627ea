"""Probabilities and weights as arguments, which become logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.core import validation
from gsampler.core.arrays import Array, Float, cast, compute_dtype
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel


def logarithm(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """log(x) of a contiguous array of finite x >= 0, the same bits on every machine."""
    result = np.empty_like(x)
    run(kernel("logarithm", "f64"), 0, x.size, table.logarithm(x=address(x), out=address(result)))
    return result


def row_logits(logits: Any, p: Any, weights: Any, axis: Any, dtype: Float | None = None) -> Any:
    """The logits of a call that says what its numbers are: logits as they are, else the logarithms of the others.

    These are made in float64 and returned in ``dtype``, by default that in which such an array is computed.
    """
    if p is None and weights is None:
        if logits is None:
            raise validation.nothing_given("logits", "p", "weights")
        return logits
    if logits is not None or (p is not None and weights is not None):
        raise validation.too_much_given({"logits": logits, "p": p, "weights": weights})
    name, given = ("weights", weights) if p is None else ("p", p)
    array = validation.as_real(given, name)
    position = validation.category_axis(array, axis, name)
    validation.not_negative(array, position, name)
    if name == "p":
        validation.sums_to_1(array, position)
    return cast(_logarithms(array), compute_dtype(array) if dtype is None else dtype)


def binary_logits(logits: Any, p: Any) -> Any:
    """The log-odds of a call that gives either them or probabilities: ``log(p) - log(1 - p)``, made in float64.

    A probability of 1 has the log-odds 2**100, which no noise outweighs.
    """
    if p is None:
        if logits is None:
            raise validation.nothing_given("logits", "p")
        return logits
    if logits is not None:
        raise validation.too_much_given({"logits": logits, "p": p})
    array = validation.as_real(p, "p")
    validation.in_unit(array, "p")
    dtype = compute_dtype(array)
    with np.errstate(invalid="ignore"):
        odds = _logarithms(array) - _logarithms(1 - array.astype(np.float64))
    return cast(np.minimum(odds, 2.0**100), dtype)


def _logarithms(array: Array) -> npt.NDArray[np.float64]:
    return logarithm(np.require(array, np.float64, ["C", "A"])).reshape(array.shape)
