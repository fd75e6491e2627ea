"""Counts: Poisson, binomial, geometric and multinomial variates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, cast, periodic
from gsampler.core.logits import LogitRows
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


# --- counts of categories ---------------------------------------------------------------------------------------------


class MultinomialCall:
    """A call of `Generator.multinomial`: its parameters, checked, and its result.

    Attributes
    ----------
    words : int
        Words of the stream that it takes.
    """

    __slots__ = ("_output", "_trials", "_weights", "words")

    def __init__(self, n: Any, pvals: Any, size: Size, logits: Any) -> None:
        trials = validation.numbers_of_trials(n)
        name, weights = ("pvals", _checked(pvals)) if logits is None else ("logits", _of_logits(logits))
        if pvals is not None and logits is not None:
            raise validation.too_much_given({"pvals": pvals, "logits": logits})
        rows, k = weights.shape[:-1], weights.shape[-1]
        shapes = {label: shape for label, shape in (("n", trials.shape), (name, rows)) if shape}
        whole = validation.broadcast_shape(size, None, shapes) if shapes else validation.shape(size)
        self._output = Output(validation.shape((*whole, k)), None, np.int64)
        (self._trials,) = periodic(whole, trials)
        (index,) = periodic(whole, np.arange(math.prod(rows)).reshape(rows))
        self._weights = np.ascontiguousarray(weights.reshape(-1, k)[index])
        self.words = 2 * self._output.buffer.size

    def write(self, position: Position) -> None:
        seed, stream, offset = position
        weights, out = self._weights, self._output.buffer
        (p_rows, k), rest = weights.shape, np.empty_like(weights)
        run(kernel("sums_after", "f64"), 0, p_rows, table.sums_after(k, address(weights), address(rest)), k)
        arguments = table.multinomial(
            seed,
            stream,
            offset,
            trials=address(self._trials),
            trials_rows=self._trials.size,
            p=address(weights),
            rest=address(rest),
            p_rows=p_rows,
            k=k,
            counts=address(out),
        )
        run(kernel("multinomial", "f64"), 0, out.size // k, arguments, k)

    def value(self) -> Any:
        return self._output.value(False)


def _checked(pvals: Any) -> Array:
    """Probabilities as float64 that sum to 1 along the last axis."""
    if pvals is None:
        raise validation.nothing_given("pvals", "logits")
    array = validation.as_real(pvals, "pvals")
    axis = validation.category_axis(array, -1, "pvals")
    validation.not_negative(array, axis, "pvals")
    validation.sums_to_1(array, axis, "pvals")
    return cast(array, np.float64)


def _of_logits(logits: Any) -> Array:
    """exp(logit - the row's largest) as float64."""
    given = LogitRows(logits)
    given.validate()
    rows = np.ascontiguousarray(cast(given.rows, given.dtype)).reshape(-1, given.k)
    result = np.empty(rows.shape)
    arguments = table.weights(logits=address(rows), k=given.k, weights=address(result))
    run(kernel("weights", SUFFIX[given.dtype]), 0, len(rows), arguments, given.k)
    return result.reshape(given.rows.shape)


def multinomial(n: Any, pvals: Any, size: Size, logits: Any) -> MultinomialCall:
    return MultinomialCall(n, pvals, size, logits)
