"""Relaxed samples: the tempered softmax of rows, the sigmoid of elements, and their gradients.

The shapes and the checks of what `gsampler.kernels.relaxed` computes. `Generator.gumbel_softmax` and
`Generator.binary_concrete` are what users call to sample.
"""

from __future__ import annotations

from typing import Any, SupportsIndex, overload

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike, NDArray

from gsampler import categorical
from gsampler._typing import Float64Like, FloatT, Number, SampleT
from gsampler.compiler.c_types import NULL
from gsampler.core import validation
from gsampler.core.arrays import (
    SUFFIX,
    Array,
    Indices,
    as_carray,
    blocks_with_output,
    cast,
    compute_dtype,
    result_dtype,
    rows_last,
    sum_to_shape,
)
from gsampler.core.logits import LogitElements, LogitRows, validate_unit
from gsampler.core.output import Output
from gsampler.core.position import WORDS, Position
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.kernels.constants import CHUNK
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- rows -------------------------------------------------------------------------------------------------------


class _Kept:
    """A soft sample kept for its gradient: made read-only, or where it lies in a user's ``out``, looked at again.

    Of that, some thousand elements are remembered: a product with a number or another sample changes them all.
    """

    __slots__ = ("_seen", "soft")

    def __init__(self, soft: Array, is_seen: bool) -> None:
        self.soft = soft
        self._seen: Array | None = None
        if is_seen:
            self._seen = self._some().copy()
        else:
            soft.flags.writeable = False

    def _some(self) -> Array:
        return self.soft.reshape(-1)[:: 1 + self.soft.size // 1024]

    def require_unchanged(self) -> Array:
        if self._seen is not None and not np.array_equal(self._some(), self._seen):
            raise validation.sample_changed()
        return self.soft


class _TemperedRows(LogitRows):
    """Rows of logits with their temperature."""

    __slots__ = ("tau",)

    def __init__(self, logits: Any, tau: Any, axis: Any, name: str = "logits") -> None:
        LogitRows.__init__(self, logits, axis, name)
        self.tau = Temperature.of_rows(tau, self.dtype, self.array.shape, self.axis)

    @classmethod
    def repeated(cls, logits: Any, tau: Any, axis: Any, size: tuple[int, ...]) -> _TemperedRows:
        """All rows for each index of ``size``."""
        given = LogitRows(logits, axis)
        given.validate()
        array, position = given.array, given.axis
        temperatures = validation.temperature(tau, given.dtype)
        shape = temperatures.shape
        if temperatures.ndim == array.ndim and shape[position] == 1:  # with the axis of the categories
            temperatures = temperatures.reshape((1,) * len(size) + shape)
        whole = np.broadcast_to(array, validation.shape(size + array.shape))
        result = cls(whole, temperatures, len(size) + position)
        result.tau.shape = shape
        return result

    def output(self, out: Any) -> Output:
        return Output(self.array.shape, out, result_dtype(self.array), (self.array,))

    def sample(self, position: Position, soft: Array, index: Indices | None) -> None:
        """Write the sample, in the shape of the logits, and the index of each row's largest."""
        if not self._sample(position, soft, index):
            self.shift_large()
            self._sample(position, soft, index)

    def _sample(self, position: Position, soft: Array, index: Indices | None) -> bool:
        """Sample, and return whether the kernel found all rows that it was to check as they should be."""
        seed, stream, offset = position
        entry = kernel("gumbel_softmax", SUFFIX[self.dtype])
        k, tau = self.k, self.tau
        for first, (rows,), out in blocks_with_output((self.rows,), rows_last(soft, self.axis), self.dtype):
            arguments = table.gumbel_softmax(
                seed,
                stream,
                offset + first * k * WORDS[self.dtype],
                logits=address(rows),
                k=k,
                tau=tau.from_item(first) if first else tau.start,
                per_row=tau.per_item,
                check=self.check,
                soft=address(out),
                index=NULL if index is None else address(index[first:]),
            )
            if run(entry, 0, len(out), arguments, k) is not None:
                return False
        return True

    def softmax(self, soft: Array) -> None:
        """Write the softmax, in the shape of the logits."""
        entry = kernel("softmax", SUFFIX[self.dtype])
        k, tau = self.k, self.tau
        for first, (rows,), out in blocks_with_output((self.rows,), rows_last(soft, self.axis), self.dtype):
            arguments = table.softmax(
                x=address(rows),
                k=k,
                tau=tau.from_item(first),
                per_row=tau.per_item,
                check=self.check,
                soft=address(out),
                index=NULL,
            )
            self.raise_if_invalid(run(entry, 0, len(out), arguments, k), first, rows)


class RowSample:
    """A call of `Generator.gumbel_softmax`, or of its VJP if it is to ``keep_soft``, ready to be made."""

    __slots__ = ("index", "output", "repeats", "rows", "soft", "width", "words")

    def __init__(self, logits: Any, tau: Any, hard: bool, axis: Any, out: Any, size: Any, keep_soft: bool) -> None:
        validation.flag(hard, "hard")
        if size is None:
            self.rows = rows = _TemperedRows(logits, tau, axis)
            self.repeats = 0
        else:
            draws = validation.shape(size)
            self.rows = rows = _TemperedRows.repeated(logits, tau, axis, draws)
            self.repeats = len(draws)
        self.width = WORDS[rows.dtype]
        self.words = rows.array.size * self.width
        self.output = output = rows.output(out)
        self.index: Indices | None = None
        self.soft: Array | None
        if hard:
            self.index = np.empty(rows.n, np.int64)
            self.soft = np.empty(rows.array.shape, rows.dtype) if keep_soft else None
        else:
            self.soft = output.compute_array(rows.dtype) if keep_soft else output.buffer
        rows.perturb_while(output.is_scratch or hard or self.soft is None or output.hides(self.soft))

    def write(self, position: Position) -> None:
        if self.soft is None:
            assert self.index is not None
            categorical.gumbel_max(position, 1, self.index, self.rows)
        else:
            self.rows.sample(position, self.soft, self.index)
        if self.index is not None:
            _write_one_hot(self.index, rows_last(self.output.buffer, self.rows.axis))
        self.output.write_back(None if self.index is not None else self.soft)

    def vjp(self) -> SoftmaxVJP:
        assert self.soft is not None
        is_seen = not self.output.hides(self.soft)
        return rows_vjp(self.soft, self.rows.tau, self.rows.axis, self.output.out.dtype, self.repeats, is_seen)


def _write_one_hot(index: Indices, rows: Array) -> None:
    rows[...] = 0
    if rows.size:
        np.put_along_axis(rows, index.reshape(*rows.shape[:-1], 1), 1, -1)


@overload
def softmax(  # type: ignore[overload-overlap]
    x: NDArray[SampleT],
    tau: ArrayLike = 1.0,
    axis: SupportsIndex = -1,
    out: NDArray[SampleT] | None = None,
) -> NDArray[SampleT]: ...
@overload
def softmax(
    x: Float64Like, tau: ArrayLike = 1.0, axis: SupportsIndex = -1, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]: ...
@overload
def softmax(
    x: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1, out: NDArray[Any] | None = None
) -> NDArray[Any]: ...
def softmax(x: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1, out: Array | None = None) -> Any:
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
    rows = _TemperedRows(x, tau, axis, "x")
    output = rows.output(out)
    rows.validate_while(output.is_scratch)
    rows.softmax(output.buffer)
    output.write_back()
    return output.out


def rows_backward(
    grad: Array, soft: Array, tau: Temperature, axis: int, result: Any, out: Array | None, with_tau: bool = True
) -> tuple[Any, Any]:
    """`gumbel_softmax_backward` of arguments that need no check; tau's is None unless ``with_tau``."""
    dtype = compute_dtype(soft)
    output = Output(soft.shape, out, result, (grad, soft))
    entry = kernel("gumbel_softmax_backward", SUFFIX[dtype])
    k = soft.shape[axis]
    terms = np.zeros(soft.size // k, dtype) if with_tau else None
    inputs = [rows_last(a, axis) for a in (grad, soft)]
    for first, (g, y), dlogits in blocks_with_output(inputs, rows_last(output.buffer, axis), dtype):
        arguments = table.gumbel_softmax_backward(
            grad=address(g),
            soft=address(y),
            k=k,
            tau=tau.from_item(first),
            per_row=tau.per_item,
            dlogits=address(dlogits),
            dtau=NULL if terms is None else address(terms[first:]),
        )
        run(entry, 0, len(dlogits), arguments, k)
    output.write_back()
    return output.out, None if terms is None else tau.gradient(terms)


@overload
def gumbel_softmax_backward(
    grad: ArrayLike, soft: NDArray[FloatT], tau: Number, axis: SupportsIndex = -1, out: NDArray[FloatT] | None = None
) -> tuple[NDArray[FloatT], FloatT]: ...
@overload
def gumbel_softmax_backward(
    grad: ArrayLike, soft: NDArray[FloatT], tau: ArrayLike, axis: SupportsIndex = -1, out: NDArray[FloatT] | None = None
) -> tuple[NDArray[FloatT], NDArray[FloatT]]: ...
@overload
def gumbel_softmax_backward(
    grad: ArrayLike, soft: ArrayLike, tau: ArrayLike, axis: SupportsIndex = -1, out: NDArray[Any] | None = None
) -> tuple[NDArray[Any], Any]: ...
def gumbel_softmax_backward(
    grad: npt.ArrayLike, soft: npt.ArrayLike, tau: npt.ArrayLike, axis: SupportsIndex = -1, out: Array | None = None
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
    digits of z left: the relative error of `dtau` grows as ``tau`` ulp.

    References
    ----------
    .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, section 2.

    Examples
    --------
    >>> import gsampler as gs
    >>> soft = gs.softmax([0.0, 1.0, 2.0], tau=0.5)
    >>> dlogits, dtau = gs.gumbel_softmax_backward([1.0, 0.0, 0.0], soft, tau=0.5)
    >>> dlogits.round(6)
    array([ 0.031248, -0.003725, -0.027523])
    """
    sample = validation.as_real(soft, "soft")
    axis = validation.category_axis(sample, axis, "soft")
    dtype = compute_dtype(sample)
    temperature = Temperature.of_rows(tau, dtype, sample.shape, axis)
    given = validation.require_shape(grad, sample.shape)
    if out is not None:
        validation.out_array(out, sample.shape, result_dtype(sample))
    validate_unit(rows_last(sample, axis), dtype, sample, "soft")
    return rows_backward(given, sample, temperature, axis, result_dtype(sample), out)


softmax_backward = gumbel_softmax_backward


class SoftmaxVJP:
    """The backward pass of a sample of `Generator.gumbel_softmax_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The soft sample, also where the value is one-hot; float32 or float64. The gradients are made from it, so it is
        read-only, or, where it lies in an ``out``, the call raises RuntimeError if it was changed.
    """

    __slots__ = ("_axis", "_dtype", "_kept", "_repeats", "_tau")

    def __init__(self, kept: _Kept, tau: Temperature, axis: int, dtype: Any, repeats: int) -> None:
        self._kept, self._tau, self._axis, self._dtype, self._repeats = kept, tau, axis, dtype, repeats

    @property
    def soft(self) -> Array:
        """The soft sample."""
        return self._kept.soft

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value: `gumbel_softmax_backward`.

        Over the draws of ``size`` they are summed.
        """
        soft = self._kept.require_unchanged()
        given = validation.require_shape(grad, soft.shape)
        if not self._repeats:
            return rows_backward(given, soft, self._tau, self._axis, self._dtype, out)
        shape = soft.shape[self._repeats :]
        if out is not None:
            validation.out_array(out, shape, self._dtype)
        dlogits, dtau = rows_backward(given, soft, self._tau, self._axis, soft.dtype, None)
        return _written(cast(sum_to_shape(dlogits, shape), self._dtype), out), dtau


def rows_vjp(
    soft: Array, tau: Temperature, axis: int, dtype: Any, repeats: int = 0, is_seen: bool = False
) -> SoftmaxVJP:
    """The backward pass of a soft sample, of which the first ``repeats`` axes are those of draws of the same logits.

    Where users do not see the sample, or are to see it read-only, it is made so.
    """
    return SoftmaxVJP(_Kept(soft, is_seen), tau, axis, dtype, repeats)


def _written(value: Array, out: Array | None) -> Array:
    if out is None:
        return value
    np.asarray(out)[...] = value
    return out


# --- elements ---------------------------------------------------------------------------------------------------


class ElementSample:
    """A call of `Generator.binary_concrete`, or of its VJP if it is to ``keep_soft``, ready to be made."""

    __slots__ = ("elements", "hard", "output", "repeats", "soft", "tau", "width", "words")

    def __init__(self, logits: Any, tau: Any, hard: bool, out: Any, size: Any, keep_soft: bool) -> None:
        validation.flag(hard, "hard")
        self.repeats = -1  # axes of size, which may be none
        if size is not None:
            given, draws = LogitElements(logits), validation.shape(size)
            given.validate()
            self.repeats = len(draws)
            logits = np.broadcast_to(given.array, validation.shape(draws + given.array.shape))
        self.elements = LogitElements(logits)
        array, dtype = self.elements.array, self.elements.dtype
        self.width = WORDS[dtype]
        self.words = array.size * self.width
        self.tau = Temperature.of_elements(tau, dtype, array.shape)
        self.output = Output(array.shape, out, result_dtype(array), (array,))
        self.soft: Array | None
        self.hard: Array | None
        if not hard:
            self.soft, self.hard = self.output.compute_array(dtype), None
            self.elements.validate_while(self.output.hides(self.soft))
        elif keep_soft:
            self.soft, self.hard = np.empty(array.shape, dtype), self.output.compute_array(dtype)
            self.elements.validate_while(self.output.hides(self.hard))
        else:
            self.soft, self.hard = None, np.empty(array.shape, np.bool_)
            self.elements.validate_while(True)

    def write(self, position: Position) -> None:
        if self.soft is None:
            assert self.hard is not None
            categorical.bernoulli(position, self.hard, self.elements)
        else:
            self._write_soft(position, self.soft)
        self.output.write_back(self.soft if self.hard is None else self.hard)

    def _write_soft(self, position: Position, soft: Array) -> None:
        seed, stream, offset = position
        flat, tau = self.elements.flat, self.tau
        arguments = table.binary_concrete(
            seed,
            stream,
            offset,
            logits=address(flat),
            tau=tau.start,
            per_row=tau.per_item,
            check=self.elements.check,
            soft=address(soft),
            hard=address(self.hard),
        )
        invalid = run(kernel("binary_concrete", SUFFIX[self.elements.dtype]), 0, flat.size, arguments)
        self.elements.raise_if_invalid(invalid)

    def value(self, out: Any) -> Any:
        return self.output.value(not self.elements.array.ndim and self.repeats < 0 and out is None)

    def vjp(self) -> BinaryVJP:
        assert self.soft is not None
        kept = _Kept(self.soft, not self.output.hides(self.soft))
        return BinaryVJP(kept, self.tau, self.output.out.dtype, max(self.repeats, 0))


def elements_backward(grad: Array, soft: Array, tau: Temperature, result: Any, out: Array | None) -> tuple[Any, Any]:
    """`binary_concrete_backward` of arguments that need no check."""
    dtype = compute_dtype(soft)
    output = Output(soft.shape, out, result, (grad, soft))
    dlogits = output.compute_array(dtype)
    inputs = [as_carray(cast(a, dtype), dtype) for a in (grad, soft)]
    terms = np.zeros(soft.size, dtype) if tau.per_item else None
    sums = None if tau.per_item else np.zeros(-(-soft.size // CHUNK))
    arguments = table.binary_concrete_backward(
        grad=address(inputs[0]),
        soft=address(inputs[1]),
        tau=tau.start,
        per_row=tau.per_item,
        dlogits=address(dlogits),
        terms=address(terms),
        sums=address(sums),
    )
    run(kernel("binary_concrete_backward", SUFFIX[dtype]), 0, soft.size, arguments)
    output.write_back(dlogits)
    value = output.value(not soft.ndim and out is None)
    if terms is not None:
        return value, tau.gradient(terms)
    assert sums is not None
    return value, cast(sum_to_shape(sums, ()), dtype).reshape(tau.shape)[()]


@overload
def binary_concrete_backward(
    grad: ArrayLike, soft: FloatT, tau: ArrayLike, out: None = None
) -> tuple[FloatT, FloatT]: ...
@overload
def binary_concrete_backward(
    grad: ArrayLike, soft: float, tau: ArrayLike, out: None = None
) -> tuple[np.float64, np.float64]: ...
@overload
def binary_concrete_backward(
    grad: ArrayLike, soft: NDArray[FloatT], tau: Number, out: NDArray[FloatT] | None = None
) -> tuple[NDArray[FloatT], FloatT]: ...
@overload
def binary_concrete_backward(
    grad: ArrayLike, soft: NDArray[FloatT], tau: ArrayLike, out: NDArray[FloatT] | None = None
) -> tuple[NDArray[FloatT], NDArray[FloatT]]: ...
@overload
def binary_concrete_backward(
    grad: ArrayLike, soft: ArrayLike, tau: ArrayLike, out: NDArray[Any] | None = None
) -> tuple[NDArray[Any] | Any, Any]: ...
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

    Examples
    --------
    >>> import gsampler as gs
    >>> soft = gs.Generator(42).binary_concrete([-1.0, 0.0, 1.0], tau=0.5)
    >>> dlogits, dtau = gs.binary_concrete_backward([1.0, 1.0, 1.0], soft, tau=0.5)
    >>> dlogits.round(4)
    array([0.1723, 0.4076, 0.4462])
    """
    sample = validation.as_real(soft, "soft")
    dtype = compute_dtype(sample)
    temperature = Temperature.of_elements(tau, dtype, sample.shape, "soft")
    given = validation.require_shape(grad, sample.shape)
    if out is not None:
        validation.out_array(out, sample.shape, result_dtype(sample))
    validate_unit(sample.reshape(1, 1) if sample.ndim == 0 else sample, dtype, sample, "soft")
    return elements_backward(given, sample, temperature, result_dtype(sample), out)


class BinaryVJP:
    """The backward pass of a sample of `Generator.binary_concrete_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The soft sample, also where the value is 0 or 1; float32 or float64. The gradients are made from it, so it is
        read-only, or, where it lies in an ``out``, the call raises RuntimeError if it was changed.
    """

    __slots__ = ("_dtype", "_kept", "_repeats", "_tau")

    def __init__(self, kept: _Kept, tau: Temperature, dtype: Any, repeats: int) -> None:
        self._kept, self._tau, self._dtype, self._repeats = kept, tau, dtype, repeats

    @property
    def soft(self) -> Array:
        """The soft sample."""
        return self._kept.soft

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value: `binary_concrete_backward`.

        Over the draws of ``size`` they are summed.
        """
        soft = self._kept.require_unchanged()
        given = validation.require_shape(grad, soft.shape)
        if not self._repeats:
            return elements_backward(given, soft, self._tau, self._dtype, out)
        shape = soft.shape[self._repeats :]
        if out is not None:
            validation.out_array(out, shape, self._dtype)
        dlogits, dtau = elements_backward(given, soft, self._tau, soft.dtype, None)
        total = _written(cast(sum_to_shape(dlogits, shape), self._dtype), out)
        return (total[()] if out is None else total), dtau
