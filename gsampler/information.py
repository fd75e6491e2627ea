"""Log-probabilities, entropy and Kullback-Leibler divergence of categorical distributions, with their gradients.

The shapes and the checks; the formulas are in `gsampler.kernels.information`.
"""

from __future__ import annotations

import math
from typing import Any, SupportsIndex, overload

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike, NDArray

from gsampler._typing import Float64Like, FloatT, Number, SampleT
from gsampler.core import validation
from gsampler.core.arrays import (
    SUFFIX,
    Array,
    Float,
    as_carray,
    blocks,
    blocks_with_output,
    cast,
    compute_dtype,
    repeating_rows,
    result_dtype,
    rows_last,
    sum_to_shape,
)
from gsampler.core.logits import LogitRows, validate_log_probs
from gsampler.core.output import Output
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- log-probabilities ------------------------------------------------------------------------------------------


@overload
def log_softmax(  # type: ignore[overload-overlap]
    x: NDArray[SampleT],
    tau: ArrayLike = 1.0,
    axis: SupportsIndex = -1,
    out: NDArray[SampleT] | None = None,
) -> NDArray[SampleT]: ...
@overload
def log_softmax(
    x: Float64Like, tau: ArrayLike = 1.0, axis: SupportsIndex = -1, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]: ...
@overload
def log_softmax(
    x: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1, out: NDArray[Any] | None = None
) -> NDArray[Any]: ...
def log_softmax(x: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1, out: Array | None = None) -> Any:
    """Logarithm of the tempered softmax: ``x / tau - log(sum(exp(x / tau)))`` of each row.

    Parameters
    ----------
    x : array_like
        Shape ``(..., k)`` with the categories along `axis`. -inf gives -inf.
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
        In the shape and type of `x`; float64 for integers. Computed in float64 and rounded once to float32, or further
        to float16. The relative error in float64 is a few ulp, also of log-probabilities near 0, however large the
        numbers of a row are together; in float32 it is half an ulp and a little more.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf, a row that is all -inf, no category, a bad `tau`, `axis` or `out`.

    See Also
    --------
    softmax : its exponential.
    log_softmax_backward : its gradients.

    Notes
    -----
    The sum is made of ``exp((x - max(x)) / tau)``, and without the largest of these, whose 1 would hide the others: the
    log-probability of a category that takes all but 1e-20 of its row is -1e-20.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.log_softmax([0.0, 1.0, 2.0], tau=0.5)
    array([-4.14293163, -2.14293163, -0.14293163])
    >>> gs.log_softmax([0.0, 50.0])
    array([-5.00000000e+01, -1.92874985e-22])
    """
    rows = LogitRows(x, axis, "x")
    temperature = Temperature.of_rows(tau, rows.dtype, rows.array.shape, rows.axis)
    output = Output(rows.array.shape, out, result_dtype(rows.array), (rows.array,))
    rows.validate()
    entry = kernel("log_softmax", SUFFIX[rows.dtype])
    for first, (given,), made in blocks_with_output((rows.rows,), rows_last(output.buffer, rows.axis), rows.dtype):
        arguments = table.log_softmax(
            x=address(given),
            k=rows.k,
            tau=temperature.from_item(first),
            per_row=temperature.per_item,
            log_probs=address(made),
        )
        run(entry, 0, len(made), arguments, rows.k)
    output.write_back()
    return output.out


@overload
def log_softmax_backward(
    grad: ArrayLike,
    log_probs: NDArray[FloatT],
    tau: Number = 1.0,
    axis: SupportsIndex = -1,
    out: NDArray[FloatT] | None = None,
) -> tuple[NDArray[FloatT], FloatT]: ...
@overload
def log_softmax_backward(
    grad: ArrayLike,
    log_probs: NDArray[FloatT],
    tau: ArrayLike,
    axis: SupportsIndex = -1,
    out: NDArray[FloatT] | None = None,
) -> tuple[NDArray[FloatT], NDArray[FloatT]]: ...
@overload
def log_softmax_backward(
    grad: ArrayLike,
    log_probs: ArrayLike,
    tau: ArrayLike = 1.0,
    axis: SupportsIndex = -1,
    out: NDArray[Any] | None = None,
) -> tuple[NDArray[Any], Any]: ...
def log_softmax_backward(
    grad: npt.ArrayLike,
    log_probs: npt.ArrayLike,
    tau: npt.ArrayLike = 1.0,
    axis: SupportsIndex = -1,
    out: Array | None = None,
) -> tuple[Any, Any]:
    """Gradients of `log_softmax`, from its result.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log-probabilities, in their shape.
    log_probs : array_like
        What `log_softmax` returned: at most 0.
    tau : float or array_like of float, optional
        The temperature it was taken at.
    axis : int, optional
        Axis of the categories.
    out : ndarray, optional
        Where to write the gradient with respect to `x`: in its type and shape; any strides.

    Returns
    -------
    dx : ndarray
        Gradient with respect to `x`, in the shape and type of `log_probs`. A category at -inf is left out: its gradient
        is 0, and its `grad` has no part in those of others, whatever it is.
    dtau : ndarray or scalar
        Gradient with respect to `tau`, in its shape. float32 or float64.

    Raises
    ------
    TypeError, ValueError
        For a `grad` of another shape, a `log_probs` that is NaN or above 0, a bad `tau`, `axis` or `out`.

    Notes
    -----
    ``dx = (grad - exp(log_probs) sum(grad)) / tau``; and ``dtau = -<log_probs, dx>``, since ``tau log_probs`` is x up
    to a shift of the row, which cancels. At high temperatures, where rows are nearly constant, log_probs has few digits
    of x left: the relative error of `dtau` grows as ``tau`` ulp.

    Examples
    --------
    The gradient of a cross-entropy, with the second category observed:

    >>> import numpy as np
    >>> import gsampler as gs
    >>> gs.log_softmax_backward([0.0, -1.0], np.log([0.25, 0.75]))[0]
    array([ 0.25, -0.25])
    """
    given_log_probs = validation.as_real(log_probs, "log_probs")
    axis = validation.category_axis(given_log_probs, axis, "log_probs")
    shape, dtype = given_log_probs.shape, compute_dtype(given_log_probs)
    temperature = Temperature.of_rows(tau, dtype, shape, axis)
    given = validation.require_shape(grad, shape, of="the log-probabilities")
    output = Output(shape, out, result_dtype(given_log_probs), (given, given_log_probs))
    inputs = [rows_last(a, axis) for a in (given, given_log_probs)]
    validate_log_probs(inputs[1], dtype, given_log_probs, "log_probs")
    entry = kernel("log_softmax_backward", SUFFIX[dtype])
    k = shape[axis]
    terms = np.zeros(given_log_probs.size // k, dtype)
    for first, (g, log_p), dx in blocks_with_output(inputs, rows_last(output.buffer, axis), dtype):
        arguments = table.log_softmax_backward(
            grad=address(g),
            log_probs=address(log_p),
            k=k,
            tau=temperature.from_item(first),
            per_row=temperature.per_item,
            dx=address(dx),
            dtau=address(terms[first:]),
        )
        run(entry, 0, len(dx), arguments, k)
    output.write_back()
    return output.out, temperature.gradient(terms)


# --- entropy ----------------------------------------------------------------------------------------------------


@overload
def entropy(logits: NDArray[FloatT], axis: SupportsIndex = -1) -> NDArray[FloatT] | Any: ...
@overload
def entropy(logits: Float64Like, axis: SupportsIndex = -1) -> NDArray[np.float64] | Any: ...
@overload
def entropy(logits: ArrayLike, axis: SupportsIndex = -1) -> NDArray[Any] | Any: ...
def entropy(logits: npt.ArrayLike, axis: SupportsIndex = -1) -> Any:
    """Entropy of categorical distributions, in nats: ``-sum(p log(p))``, p = softmax(logits).

    Parameters
    ----------
    logits : array_like
        Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`. -inf is probability 0, and
        0 log(0) is 0.
    axis : int, optional
        Axis of the categories.

    Returns
    -------
    ndarray, or a scalar for one row
        Shape ``(...)``. Computed in float64, returned in float32, or in float64 where `logits` are. The relative error
        in float64 is a few ulp, also near 0: every term that is added is at least 0.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf, a row that is all -inf, no category, a bad `axis`.

    See Also
    --------
    kl_divergence : from another distribution.
    entropy_backward : its gradient.

    Examples
    --------
    >>> import gsampler as gs
    >>> round(float(gs.entropy([0.0, 0.0, -float("inf")])), 6)
    0.693147
    """
    rows = LogitRows(logits, axis)
    rows.validate()
    out = np.empty(rows.rows.shape[:-1], rows.dtype)
    flat = out.reshape(-1)
    entry = kernel("entropy", SUFFIX[rows.dtype])
    for first, block in blocks(rows.rows, rows.dtype):
        arguments = table.entropy(logits=address(block), k=rows.k, out=address(flat[first:]))
        run(entry, 0, len(block), arguments, rows.k)
    return out[()]


@overload
def entropy_backward(  # type: ignore[overload-overlap]
    grad: ArrayLike, logits: NDArray[SampleT], axis: SupportsIndex = -1
) -> NDArray[SampleT]: ...
@overload
def entropy_backward(grad: ArrayLike, logits: Float64Like, axis: SupportsIndex = -1) -> NDArray[np.float64]: ...
@overload
def entropy_backward(grad: ArrayLike, logits: ArrayLike, axis: SupportsIndex = -1) -> NDArray[Any]: ...
def entropy_backward(grad: npt.ArrayLike, logits: npt.ArrayLike, axis: SupportsIndex = -1) -> Any:
    """Gradient of `entropy`: ``-grad p (log(p) + entropy)``.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the entropy, in its shape.
    logits, axis
        As of `entropy`.

    Returns
    -------
    dlogits : ndarray
        In the shape and type of `logits`; float64 for integers. 0 where a logit is -inf.

    Raises
    ------
    TypeError, ValueError
        As `entropy`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.entropy_backward(1.0, [0.0, 1.0, 2.0]).round(4)
    array([ 0.1418,  0.1408, -0.2826])
    """
    rows = LogitRows(logits, axis)
    given = as_carray(validation.require_shape(grad, rows.rows.shape[:-1], of="the entropy"), rows.dtype).reshape(-1)
    rows.validate()
    output = Output(rows.array.shape, None, result_dtype(rows.array))
    entry = kernel("entropy_backward", SUFFIX[rows.dtype])
    for first, (block,), made in blocks_with_output((rows.rows,), rows_last(output.buffer, rows.axis), rows.dtype):
        arguments = table.entropy_backward(
            grad=address(given[first:]), logits=address(block), k=rows.k, dlogits=address(made)
        )
        run(entry, 0, len(made), arguments, rows.k)
    return output.out


# --- divergence -------------------------------------------------------------------------------------------------


class _Pair:
    """Two arrays of rows of logits that broadcast together, checked."""

    def __init__(self, logits: Any, other_logits: Any, axis: Any) -> None:
        p, q = validation.as_real(logits, "logits"), validation.as_real(other_logits, "other_logits")
        position = validation.category_axis(p, axis, "logits") - p.ndim  # counted from the end
        self.shape = validation.same_categories(q, p, position, axis, "other_logits")
        self.axis = position + len(self.shape)
        self.given = p, q
        self.dtype: Float = compute_dtype(p) if compute_dtype(q) == np.float32 else np.float64
        self.k = self.shape[self.axis]
        self.outer = self.shape[: self.axis] + self.shape[self.axis + 1 :]
        self.n = math.prod(self.outer)
        LogitRows(p, position).validate()
        LogitRows(q, position, "other_logits").validate()
        self.tables = [repeating_rows(a, position, self.outer, self.dtype) for a in self.given]

    @property
    def arguments(self) -> dict[str, Any]:
        p, q = self.tables
        return {
            "logits": address(p),
            "logits_rows": max(len(p), 1),
            "other_logits": address(q),
            "other_rows": max(len(q), 1),
            "k": self.k,
        }

    def value(self) -> Any:
        out = np.empty(self.outer, self.dtype)
        arguments = table.kl_divergence(**self.arguments, out=address(out))
        run(kernel("kl_divergence", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        return out[()]

    def gradients(self, grad: Any) -> tuple[Any, Any]:
        given = as_carray(validation.require_shape(grad, self.outer, of="the divergence"), self.dtype)
        dlogits, dother = (np.empty((*self.outer, self.k), self.dtype) for _ in range(2))
        arguments = table.kl_divergence_backward(
            grad=address(given), **self.arguments, dlogits=address(dlogits), dother=address(dother)
        )
        run(kernel("kl_divergence_backward", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        dp, dq = (
            cast(sum_to_shape(np.moveaxis(made, -1, self.axis), array.shape), result_dtype(array))
            for made, array in zip((dlogits, dother), self.given, strict=True)
        )
        return dp, dq


@overload
def kl_divergence(
    logits: NDArray[FloatT], other_logits: NDArray[FloatT], axis: SupportsIndex = -1
) -> NDArray[FloatT] | Any: ...
@overload
def kl_divergence(
    logits: Float64Like, other_logits: ArrayLike, axis: SupportsIndex = -1
) -> NDArray[np.float64] | Any: ...
@overload
def kl_divergence(logits: ArrayLike, other_logits: ArrayLike, axis: SupportsIndex = -1) -> NDArray[Any] | Any: ...
def kl_divergence(logits: npt.ArrayLike, other_logits: npt.ArrayLike, axis: SupportsIndex = -1) -> Any:
    """Kullback-Leibler divergence KL(p || q) of categorical distributions, in nats: ``sum(p log(p / q))``.

    Parameters
    ----------
    logits : array_like
        Of p = softmax(logits): unnormalised log-probabilities, shape ``(..., k)``. -inf is probability 0.
    other_logits : array_like
        Of q, shape ``(..., k)``; broadcasts against `logits`. Zeros of k are the uniform distribution.
    axis : int, optional
        Axis of the categories, in `logits`.

    Returns
    -------
    ndarray, or a scalar for one row
        Shape ``(...)``, at least 0. Computed in float64, returned in float32, or in float64 where `logits` or
        `other_logits` are. A category where p is 0 adds nothing. +inf where one has q = 0 and p above 0. The relative
        error in float64 is a few ulp, and of nearly equal distributions at worst ``sqrt(k)`` ulp: exactly 0 for equal
        ones.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf, a row that is all -inf, other shapes, a bad `axis`.

    See Also
    --------
    entropy : of one distribution.
    kl_divergence_backward : its gradients.

    Notes
    -----
    With u = log(q / p), it is the sum of ``p (exp(u) - 1 - u)``, in which no term is below 0 and nothing cancels; and
    log(q / p) is taken from differences of the logits. The order is that of ``torch.distributions.kl_divergence(p, q)``
    and ``scipy.stats.entropy(p, q)``.

    Examples
    --------
    >>> import gsampler as gs
    >>> round(float(gs.kl_divergence([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])), 6)  # from the uniform distribution
    0.266217
    >>> float(gs.kl_divergence([0.0, 1.0], [0.0, 1.0 + 1e-9]))  # about p (1 - p) 1e-18 / 2
    9.830598287334297e-20
    """
    return _Pair(logits, other_logits, axis).value()


@overload
def kl_divergence_backward(
    grad: ArrayLike, logits: NDArray[SampleT], other_logits: NDArray[SampleT], axis: SupportsIndex = -1
) -> tuple[NDArray[SampleT], NDArray[SampleT]]: ...
@overload
def kl_divergence_backward(
    grad: ArrayLike, logits: ArrayLike, other_logits: ArrayLike, axis: SupportsIndex = -1
) -> tuple[NDArray[Any], NDArray[Any]]: ...
def kl_divergence_backward(
    grad: npt.ArrayLike, logits: npt.ArrayLike, other_logits: npt.ArrayLike, axis: SupportsIndex = -1
) -> tuple[Any, Any]:
    """Gradients of `kl_divergence`: ``grad p (log(p / q) - KL)`` and ``grad (q - p)``.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the divergence, in its shape.
    logits, other_logits, axis
        As of `kl_divergence`.

    Returns
    -------
    dlogits, dother : ndarray
        In the shapes and types of `logits` and `other_logits`. 0 where the respective logit is -inf. Where the
        divergence of a row is +inf, `dlogits` is 0 and `dother` is still ``grad (q - p)``.

    Raises
    ------
    TypeError, ValueError
        As `kl_divergence`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> dlogits, dother = gs.kl_divergence_backward(1.0, [0.0, 1.0], [0.0, 0.0])
    >>> dlogits.round(4), dother.round(4)
    (array([-0.1966,  0.1966]), array([ 0.2311, -0.2311]))
    """
    return _Pair(logits, other_logits, axis).gradients(grad)
