"""Counts: Poisson, binomial, geometric and multinomial variates."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, cast, periodic, repeating_rows
from gsampler.core.logits import LogitRows
from gsampler.core.output import Output
from gsampler.core.position import Position
from gsampler.core.validation import NUMBERS, Size
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- one count an element -----------------------------------------------------------------------------------------


# the parameters of each distribution with their checks
PARAMETERS: dict[str, dict[str, Callable[[Any], Array]]] = {
    "poisson": {"lam": validation.poisson_means},
    "binomial": {"n": validation.numbers_of_trials, "p": validation.success_probabilities},
    "geometric": {"p": validation.probabilities_above_0},
}


def _checked_parameters(kind: str, *values: Any) -> dict[str, Array]:
    return {label: check(value) for (label, check), value in zip(PARAMETERS[kind].items(), values, strict=True)}


@functools.lru_cache(maxsize=256, typed=True)
def _numbers(kind: str, *values: float) -> tuple[list[Array], list[int]]:
    """Parameters that are numbers, with their addresses. Cached, since small calls wait for them."""
    arrays = [array.reshape(1) for array in _checked_parameters(kind, *values).values()]
    return arrays, [address(array) for array in arrays]


class CountCall:
    """A call of `Generator.poisson`, `binomial` or `geometric`: its parameters, checked, and its result.

    Attributes
    ----------
    words : int
        Words of the stream that it takes.
    """

    __slots__ = ("_is_scalar", "_kind", "_output", "_parameters", "_starts", "words")

    def __init__(self, kind: str, values: tuple[Any, ...], size: Size, dtype: Any, out: Any) -> None:
        validation.int64_dtype(dtype)
        self._kind, whole = kind, None if size is None else validation.shape(size)
        if NUMBERS.issuperset(map(type, values)):  # the two zeros are taken for one: their results are the same
            self._parameters, self._starts = _numbers(kind, *values)
            self._output = Output(whole, out, np.int64)
            self._is_scalar = size is None and out is None
        else:
            parameters = _checked_parameters(kind, *values)
            shapes = {label: array.shape for label, array in parameters.items() if array.ndim}
            self._is_scalar = size is None and out is None and not shapes
            if shapes:
                whole = validation.broadcast_shape(size, out, shapes)
            self._output = Output(whole, out, np.int64, parameters.values())
            self._parameters = periodic(self._output.buffer.shape, *parameters.values())
            self._starts = [address(array) for array in self._parameters]
        self.words = 2 * self._output.buffer.size

    def write(self, position: Position) -> None:
        period, out = self._parameters[0].size, self._output.buffer
        if out.size:
            arguments = getattr(table, self._kind)(*position, *self._starts, period, address(out))
            run(kernel(self._kind, "f64"), 0, out.size, arguments)
        self._output.write_back()

    def value(self) -> Any:
        return self._output.value(self._is_scalar)


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
        self._weights = repeating_rows(weights, -1, whole, np.float64)
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
