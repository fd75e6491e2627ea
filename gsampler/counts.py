"""Counts: Poisson, binomial, geometric and multinomial variates."""

from __future__ import annotations

from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import Array, periodic
from gsampler.core.output import Output
from gsampler.core.position import Position
from gsampler.core.validation import Size
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- one count an element -----------------------------------------------------------------------------------------


class CountCall:
    """A call of `Generator.poisson`, `binomial` or `geometric`: its parameters, checked, and its result.

    Attributes
    ----------
    words : int
        Words of the stream that it takes.
    """

    __slots__ = ("_is_scalar", "_name", "_output", "_parameters", "words")

    def __init__(self, name: str, parameters: dict[str, Array], size: Size, dtype: Any, out: Any) -> None:
        validation.int64_dtype(dtype)
        shapes = {label: array.shape for label, array in parameters.items() if array.ndim}
        self._name, self._is_scalar = name, size is None and out is None and not shapes
        whole = None if size is None else validation.shape(size)
        if shapes:
            whole = validation.broadcast_shape(size, out, shapes)
        self._output = Output(whole, out, np.int64, *parameters.values())
        self._parameters = periodic(self._output.buffer.shape, *parameters.values())
        self.words = 2 * self._output.buffer.size

    def write(self, position: Position) -> None:
        seed, stream, offset = position
        given = [address(array) for array in self._parameters]
        period, out = self._parameters[0].size, self._output.buffer
        if out.size:
            arguments = getattr(table, self._name)(seed, stream, offset, *given, period, address(out))
            run(kernel(self._name, "f64"), 0, out.size, arguments)
        self._output.write_back()

    def value(self) -> Any:
        return self._output.value(self._is_scalar)


def poisson(lam: Any, size: Size, dtype: Any, out: Any) -> CountCall:
    return CountCall("poisson", {"lam": validation.poisson_means(lam)}, size, dtype, out)


def binomial(n: Any, p: Any, size: Size, dtype: Any, out: Any) -> CountCall:
    parameters = {"n": validation.numbers_of_trials(n), "p": validation.success_probabilities(p)}
    return CountCall("binomial", parameters, size, dtype, out)


def geometric(p: Any, size: Size, dtype: Any, out: Any) -> CountCall:
    return CountCall("geometric", {"p": validation.success_probabilities(p, above_0=True)}, size, dtype, out)
