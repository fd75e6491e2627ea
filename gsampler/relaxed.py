"""Relaxed samples: the tempered softmax of rows, the sigmoid of elements, and the way back to their gradients.

The shapes and the checks of what `gsampler.kernels.relaxed` computes. `Generator.gumbel_softmax` and
`Generator.binary_concrete` are what users call to sample.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import categorical, checks
from gsampler.categorical import Place, advanced
from gsampler.checks import SUFFIX, WIDTH, Float
from gsampler.output import Output
from gsampler.threads import CHUNK, address, addresses, kernel, run

Array = npt.NDArray[Any]

# --- sums and blocks ------------------------------------------------------------------------------------------


def sum_to(terms: Array, shape: tuple[int, ...]) -> Array:
    """The sums that bring an array to ``shape``, which broadcasts to its own; in float64, in one order."""
    if terms.shape == shape:
        return terms
    extra = terms.ndim - len(shape)
    over = [i for i in range(terms.ndim) if i < extra or (shape[i - extra] == 1 and terms.shape[i] != 1)]
    kept = [i for i in range(terms.ndim) if i not in over]
    n, k = math.prod(terms.shape[i] for i in kept), math.prod(terms.shape[i] for i in over)
    table = np.ascontiguousarray(terms.transpose(*kept, *over))
    total = np.zeros(n)
    if k:
        run(kernel("relaxed", "sum_rows", SUFFIX[terms.dtype.type]), 0, n, (address(table), k, address(total)), cost=k)
    return cast(total.reshape(shape), terms.dtype)


def cast(array: Array, dtype: Any) -> Array:
    """In another type, as silent as kernels are where that overflows."""
    with np.errstate(over="ignore", under="ignore"):
        return array.astype(dtype, copy=False)


Block = tuple[int, Sequence[Array], Array]  # first row, inputs, output


def in_blocks(inputs: Sequence[Array], output: Array, dtype: Float) -> Iterable[Block]:
    """Contiguous arrays (rows, k) that make up these of shape (..., k): themselves where they can be, else copies."""
    if not output.size:
        return ()
    for array in (output, *inputs):
        if not checks.plain(array, dtype):
            return _copies(inputs, output, dtype)
    return ((0, [*map(checks.table, inputs)], checks.table(output)),)


def _copies(inputs: Sequence[Array], output: Array, dtype: Float) -> Iterator[Block]:
    """Copies, block by block; what was made of one is copied back when the next is asked for."""
    for first, index in checks.pieces(output.shape, checks.BLOCK):
        copies = [checks.table(np.require(cast(a[index], dtype), dtype, ["C", "A"])) for a in inputs]
        made = np.empty_like(copies[0])
        yield first, copies, made
        part = output[index]
        part[...] = cast(made.reshape(part.shape), part.dtype)


# --- temperatures ---------------------------------------------------------------------------------------------


class Temperature:
    """One temperature, or one for each item of ``items``, a shape; what `tau` was is kept, for its gradient."""

    __slots__ = ("each", "items", "seen", "shape", "start", "values")

    def __init__(self, array: Array, seen: tuple[int, ...], items: tuple[int, ...]) -> None:
        self.shape = array.shape
        self.seen = seen  # the shape of tau as it broadcasts against the items
        self.items = items
        self.each = int(array.size != 1)
        if self.each:
            array = np.ascontiguousarray(np.broadcast_to(array.reshape(seen), items))
        self.values = array.reshape(-1)
        self.start = address(self.values)

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            setattr(self, name, value)
        self.start = address(self.values)  # a copy's own

    @classmethod
    def of_rows(cls, tau: Any, kind: Float, shape: tuple[int, ...], axis: int) -> Temperature:
        """For rows along an axis of this shape: tau broadcasts over the rows, or has that axis with length 1."""
        if type(tau) is float:
            return _one_temperature(tau, kind, shape, axis)  # type: ignore[arg-type]
        rows = shape[:axis] + shape[axis + 1 :]
        array = checks.temperature(tau, kind)
        seen = array.shape
        if array.ndim == len(shape) and seen[axis] == 1:
            seen = seen[:axis] + seen[axis + 1 :]
        return cls(array, _broadcasts(seen, rows, array.shape, "the rows"), rows)

    @classmethod
    def of_elements(cls, tau: Any, kind: Float, shape: tuple[int, ...], of: str = "the logits") -> Temperature:
        if type(tau) is float:
            return _one_temperature(tau, kind, shape, None)  # type: ignore[arg-type]
        array = checks.temperature(tau, kind)
        return cls(array, _broadcasts(array.shape, shape, array.shape, f"the shape of {of}"), shape)

    def from_row(self, row: int) -> int:
        """Address of the temperature of this row, or of the only one."""
        return self.start + row * self.each * self.values.itemsize

    def gradient(self, terms: Array) -> Any:
        """From the gradients of the items, that with respect to `tau` in its own shape; a scalar for a scalar."""
        return sum_to(terms.reshape(self.items), self.seen).reshape(self.shape)[()]


@functools.lru_cache(maxsize=256)
def _one_temperature(tau: float, kind: Any, shape: tuple[int, ...], axis: int | None) -> Temperature:
    """One for all rows along an axis, or for all elements. Kept, since small calls wait for it."""
    items = shape if axis is None else shape[:axis] + shape[axis + 1 :]
    return Temperature(checks.temperature(tau, kind), (), items)


def _broadcasts(seen: tuple[int, ...], to: tuple[int, ...], given: tuple[int, ...], what: str) -> tuple[int, ...]:
    if not seen:
        return seen
    try:
        if np.broadcast_shapes(seen, to) == to:
            return seen
    except ValueError:
        pass
    raise ValueError(f"tau must be a number or broadcast to {what}, {to}, got shape {given}")


# --- rows -----------------------------------------------------------------------------------------------------


class Rows:
    """Rows of logits with their temperature.

    Kernels check the values as they read them, unless `check_values` has done so before: that is for where they write
    to memory that must stay as it is if there is a bad row.
    """

    __slots__ = ("array", "axis", "check", "kind", "name", "rows", "tau")

    def __init__(self, logits: Any, tau: Any, axis: Any, name: str = "logits") -> None:
        self.array = checks.real(logits, name)
        self.axis = checks.category_axis(self.array, axis, name)
        self.kind = checks.computed_in(self.array)
        self.rows = checks.rows_last(self.array, self.axis)
        self.tau = Temperature.of_rows(tau, self.kind, self.array.shape, self.axis)
        self.name = name
        self.check = 1

    def check_values(self) -> None:
        categorical.check_rows(self.rows, self.name)
        self.check = 0

    @property
    def words(self) -> int:
        return self.array.size * WIDTH[self.kind]

    def output(self, out: Any) -> Output:
        return Output(self.array.shape, out, checks.result_type(self.array), self.array)

    def write(self, place: Place, output: Output, hard: bool) -> None:
        if hard:
            self.one_hot(self.indices(place), output.target)
        else:
            self.sample(place, output.target, None)
        output.deliver()

    def sample(self, place: Place, soft: Array, index: npt.NDArray[np.int64] | None) -> None:
        """Write the sample, in the shape of the logits, and the index of each row's largest."""
        entry = kernel("relaxed", "gumbel_softmax", SUFFIX[self.kind])
        k, tau = self.rows.shape[-1], self.tau
        for first, (rows,), out in in_blocks((self.rows,), checks.rows_last(soft, self.axis), self.kind):
            here = advanced(place, first * k * WIDTH[self.kind])
            heat, at = tau.from_row(first), 0 if index is None else address(index[first:])
            arguments = (*here, address(rows), k, heat, tau.each, self.check, address(out), at)
            refused = run(entry, 0, len(out), arguments, cost=2 * k)
            categorical.accept_row(refused, first, rows, self.rows, self.name)

    def softmax(self, soft: Array) -> None:
        entry = kernel("relaxed", "softmax", SUFFIX[self.kind])
        k, tau = self.rows.shape[-1], self.tau
        for first, (rows,), out in in_blocks((self.rows,), checks.rows_last(soft, self.axis), self.kind):
            arguments = (address(rows), k, tau.from_row(first), tau.each, self.check, address(out), 0)
            refused = run(entry, 0, len(out), arguments, cost=k)
            categorical.accept_row(refused, first, rows, self.rows, self.name)

    def indices(self, place: Place) -> npt.NDArray[np.int64]:
        """Index of each row's largest, which is its category."""
        index = np.empty(math.prod(self.rows.shape[:-1]), np.int64)
        categorical.gumbel_max(place, 1, index, self.rows, self.check)
        return index

    def one_hot(self, index: npt.NDArray[np.int64], value: Array) -> None:
        value[...] = 0
        rows = checks.rows_last(value, self.axis)
        if rows.size:
            np.put_along_axis(rows, index.reshape(*rows.shape[:-1], 1), 1, -1)


def softmax(x: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: int = -1, out: Array | None = None) -> Any:
    """Tempered softmax: ``exp(x / tau)``, each row divided by its sum.

    Parameters
    ----------
    x : array_like
        Shape ``(..., k)`` with the categories along `axis`. -inf gives exactly 0.
    tau : float or array_like of float, optional
        Temperature, above 0: one number, or an array that broadcasts over the rows, shape ``(...)``; or one that has as
        many dimensions as `x`, with the axis of the categories kept at length 1.
    axis : int, optional
        Axis of the categories.
    out : ndarray, optional
        Where to write the result: of its type and shape; any strides.

    Returns
    -------
    ndarray
        In the shape and type of `x`; float64 for integers. float16 is computed in float32. Values below ``2**-125.5``
        (in float64 ``2**-1021.5``) times a row's largest are 0.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf, a row that is all -inf, no category, a bad `tau`, `axis` or `out`.

    See Also
    --------
    softmax_backward : its gradients.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.softmax([0.0, 1.0, 2.0], tau=0.5)
    array([0.01587624, 0.11731043, 0.86681333])
    """
    rows = Rows(x, tau, axis, "x")
    output = rows.output(out)
    if not output.fresh:
        rows.check_values()
    rows.softmax(output.target)
    output.deliver()
    return output.result


def _rows_backward(
    grad: Array, soft: Array, tau: Temperature, axis: int, dtype: Any, out: Array | None, limits: bool
) -> tuple[Any, Any]:
    kind = checks.computed_in(soft)
    output = Output(soft.shape, out, dtype, grad, soft)
    if limits:
        check_unit(checks.rows_last(soft, axis), kind, soft, "soft")
    entry = kernel("relaxed", "gumbel_softmax_backward", SUFFIX[kind])
    k = soft.shape[axis]
    terms = np.zeros(soft.size // k, kind)
    given = [checks.rows_last(a, axis) for a in (grad, soft)]
    for first, (g, y), dlogits in in_blocks(given, checks.rows_last(output.target, axis), kind):
        dtau = address(terms[first:])
        arguments = (address(g), address(y), k, tau.from_row(first), tau.each, address(dlogits), dtau)
        run(entry, 0, len(dlogits), arguments, cost=k)
    output.deliver()
    return output.result, tau.gradient(terms)


def check_unit(rows: Array, kind: Float, given: Array, name: str) -> None:
    """Raise for the first value that is not from 0 to 1; ``given`` is the argument, ``rows`` a view of it."""
    entry = kernel("relaxed", "check_unit", SUFFIX[kind])
    for _, block in checks.blocks(rows, kind, categorical.WHOLE):
        if run(entry, 0, block.size, (address(block),), grain=CHUNK) is not None:
            wrong = int(np.argmin((given >= 0) & (given <= 1)))
            raise checks.bad_value(wrong, given, name, "from 0 to 1")


def gumbel_softmax_backward(
    grad: npt.ArrayLike, soft: npt.ArrayLike, tau: npt.ArrayLike, axis: int = -1, out: Array | None = None
) -> tuple[Any, Any]:
    """Gradients of a tempered softmax, from the soft sample alone: the noise is not needed.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the sample, in its shape.
    soft : array_like
        The soft sample: what `softmax` or `Generator.gumbel_softmax` returned, from 0 to 1.
    tau : float or array_like of float
        The temperature it was taken at.
    axis : int, optional
        Axis of the categories.
    out : ndarray, optional
        Where to write the gradient with respect to the logits: in its type and shape; any strides.

    Returns
    -------
    dlogits : ndarray
        Gradient with respect to the logits, in the shape and type of `soft`. Exactly 0 where `soft` is, whatever `grad`
        is there.
    dtau : ndarray or scalar
        Gradient with respect to `tau`, in its shape. float32 or float64, as the sample is computed.

    Raises
    ------
    TypeError, ValueError
        For a `grad` of another shape, a `soft` outside 0 to 1, a bad `tau`, `axis` or `out`.

    Notes
    -----
    With y = softmax(z / tau): ``dlogits = y (grad - <grad, y>) / tau``, made so that neither a constant in `grad` nor
    an element that takes nearly all of its row costs digits; and ``dtau = -<log y, dlogits>``, since ``tau log y`` is
    z up to a shift of the row, which cancels. At high temperatures, where rows are nearly constant, log y has few
    digits of z left: the relative error of `dtau` grows as ``tau`` units of the last place.

    References
    ----------
    .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, section 2.
    """
    sample = checks.real(soft, "soft")
    axis = checks.category_axis(sample, axis, "soft")
    temperature = Temperature.of_rows(tau, checks.computed_in(sample), sample.shape, axis)
    given = checks.like_sample(grad, sample.shape)
    return _rows_backward(given, sample, temperature, axis, checks.result_type(sample), out, True)


softmax_backward = gumbel_softmax_backward


class SoftmaxVJP:
    """The way back from a sample of `Generator.gumbel_softmax_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The soft sample, also where the value is one-hot; float32 or float64. Its gradients are taken, so change neither
        it nor a soft value in place before the call.
    """

    __slots__ = ("_axis", "_dtype", "_tau", "soft")

    def __init__(self, soft: Array, tau: Temperature, axis: int, dtype: Any) -> None:
        self.soft, self._tau, self._axis, self._dtype = soft, tau, axis, dtype

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value: `gumbel_softmax_backward`."""
        given = checks.like_sample(grad, self.soft.shape)
        return _rows_backward(given, self.soft, self._tau, self._axis, self._dtype, out, False)


# --- elements -------------------------------------------------------------------------------------------------


class Elements:
    """Logits of binary variables with their temperature; their values are checked as those of `Rows`."""

    __slots__ = ("array", "check", "flat", "kind", "tau")

    def __init__(self, logits: Any, tau: Any) -> None:
        self.array = checks.real(logits, "logits")
        self.kind = checks.computed_in(self.array)
        self.tau = Temperature.of_elements(tau, self.kind, self.array.shape)

        self.flat = checks.contiguous(self.array, self.kind)
        self.check = 1

    def check_values(self) -> None:
        categorical.accept_value(categorical.check_values(self.flat), self.array)
        self.check = 0

    @property
    def words(self) -> int:
        return self.array.size * WIDTH[self.kind]

    def output(self, out: Any) -> Output:
        return Output(self.array.shape, out, checks.result_type(self.array), self.array)

    def write(self, place: Place, output: Output, hard: bool, direct: bool) -> None:
        """Write a soft sample or a hard one; ``direct``: where it is to be, else by way of an array of its own."""
        if hard:
            self.coins(place, output.target)
        else:
            soft = output.target if direct else np.empty(output.target.shape, self.kind)
            self.sample(place, soft, None)
            if not direct:
                output.target[...] = cast(soft, output.target.dtype)
        output.deliver()

    def coins(self, place: Place, value: Array) -> None:
        """Write 1 or 0 as the sample is above 1/2."""
        made = np.empty(value.shape, np.bool_)
        categorical.accept_value(categorical.bernoulli(self.flat, place, made, self.check), self.array)
        value[...] = made

    def sample(self, place: Place, soft: Array, hard: Array | None) -> None:
        """Write the sample, and 1 or 0 as it is above 1/2; contiguous arrays."""
        entry = kernel("relaxed", "binary_concrete", SUFFIX[self.kind])
        flat, tau = self.flat, self.tau
        results = address(soft), address(hard)
        arguments = (*place, address(flat), tau.start, tau.each, self.check, *results)
        categorical.accept_value(run(entry, 0, flat.size, arguments, cost=2, grain=CHUNK), self.array)


def _elements_backward(
    grad: Array, soft: Array, tau: Temperature, dtype: Any, out: Array | None, limits: bool
) -> tuple[Any, Any]:
    kind = checks.computed_in(soft)
    output = Output(soft.shape, out, dtype, grad, soft)
    if limits:
        check_unit(soft.reshape(-1, 1) if soft.ndim == 0 else soft, kind, soft, "soft")
    direct = checks.plain(output.target, kind)
    target = output.target if direct else np.empty(soft.shape, kind)
    inputs = [np.require(cast(a, kind), kind, ["C", "A"]) for a in (grad, soft)]
    terms = np.zeros(soft.size, kind) if tau.each else None
    sums = None if tau.each else np.zeros(-(-soft.size // CHUNK))
    entry = kernel("relaxed", "binary_concrete_backward", SUFFIX[kind])
    arguments = (*inputs, tau.start, tau.each, target, terms, sums)
    run(entry, 0, soft.size, addresses(arguments), cost=2, grain=CHUNK)
    if not direct:
        output.target[...] = cast(target, dtype)
    output.deliver()
    if terms is not None:
        return output.value(not soft.ndim and out is None), tau.gradient(terms)
    assert sums is not None
    return output.value(not soft.ndim and out is None), cast(sum_to(sums, ()), kind).reshape(tau.shape)[()]


def binary_concrete_backward(
    grad: npt.ArrayLike, soft: npt.ArrayLike, tau: npt.ArrayLike, out: Array | None = None
) -> tuple[Any, Any]:
    """Gradients of a tempered sigmoid, from the soft sample alone.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the sample, in its shape.
    soft : array_like
        The soft sample: what `Generator.binary_concrete` returned, from 0 to 1.
    tau : float or array_like of float
        The temperature it was taken at; broadcasts to the shape of `soft`.
    out : ndarray, optional
        Where to write the gradient with respect to the logits: in its type and shape; any strides.

    Returns
    -------
    dlogits : ndarray, or a scalar for a scalar
        Gradient with respect to the logits, in the shape and type of `soft`. Exactly 0 where `soft` is 0 or 1, whatever
        `grad` is there.
    dtau : ndarray or scalar
        Gradient with respect to `tau`, in its shape. float32 or float64, as the sample is computed.

    Raises
    ------
    TypeError, ValueError
        For a `grad` of another shape, a `soft` outside 0 to 1, a bad `tau` or `out`.

    Notes
    -----
    With y = sigmoid(z / tau): ``dlogits = grad y (1 - y) / tau``, and ``dtau = -sum(log(y / (1 - y)) dlogits)``.

    References
    ----------
    .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017, appendix B.
    """
    sample = checks.real(soft, "soft")
    temperature = Temperature.of_elements(tau, checks.computed_in(sample), sample.shape, "soft")
    given = checks.like_sample(grad, sample.shape)
    return _elements_backward(given, sample, temperature, checks.result_type(sample), out, True)


class BinaryVJP:
    """The way back from a sample of `Generator.binary_concrete_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The soft sample, also where the value is 0 or 1; float32 or float64. Its gradients are taken, so change
        neither it nor a soft value in place before the call.
    """

    __slots__ = ("_dtype", "_tau", "soft")

    def __init__(self, soft: Array, tau: Temperature, dtype: Any) -> None:
        self.soft, self._tau, self._dtype = soft, tau, dtype

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value: `binary_concrete_backward`."""
        given = checks.like_sample(grad, self.soft.shape)
        return _elements_backward(given, self.soft, self._tau, self._dtype, out, False)


# --- the normal distribution ----------------------------------------------------------------------------------


class NormalVJP:
    """The way back from a sample of `Generator.normal_vjp`: ``vjp(grad)`` gives ``(dloc, dscale)``.

    Attributes
    ----------
    noise : ndarray
        The standard normal noise of the sample.
    """

    __slots__ = ("_shapes", "noise")

    def __init__(self, noise: Array, loc: tuple[int, ...], scale: tuple[int, ...]) -> None:
        self.noise, self._shapes = noise, (loc, scale)

    def __call__(self, grad: npt.ArrayLike) -> tuple[Any, Any]:
        """Gradients with respect to loc and scale, in their shapes, from that with respect to the value."""
        given = cast(checks.like_sample(grad, self.noise.shape), self.noise.dtype)
        loc, scale = self._shapes
        return sum_to(given, loc)[()], sum_to(given * self.noise, scale)[()]
