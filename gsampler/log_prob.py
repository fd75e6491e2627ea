"""Log densities of relaxed samples and of the noise behind them, with their gradients: the shapes and the checks.

The formulas are in `gsampler.kernels.log_prob`.
"""

from __future__ import annotations

import math
from typing import Any, SupportsIndex, overload

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike, NDArray

from gsampler._typing import Float64Like, Float64Scalar, FloatT, Number
from gsampler.core import validation
from gsampler.core.arrays import (
    SUFFIX,
    Array,
    Float,
    as_carray,
    cast,
    compute_dtype,
    repeating_rows,
    result_dtype,
    rows_last,
    sum_to_shape,
)
from gsampler.core.logits import LogitRows, validate_unit
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- rows -------------------------------------------------------------------------------------------------------


class _Rows:
    """A sample of rows, logits and temperature that broadcast together, checked."""

    def __init__(self, name: str, sample: Any, sample_name: str, logits: Any, tau: Any, axis: Any) -> None:
        y, theta = validation.as_real(sample, sample_name), validation.as_real(logits, "logits")
        position = validation.category_axis(theta, axis, "logits") - theta.ndim  # counted from the end
        self.shape = validation.same_categories(y, theta, position, axis, sample_name)
        self.axis = position + len(self.shape)
        self.name, self.given = name, (y, theta)
        self.dtype: Float = compute_dtype(theta) if compute_dtype(y) == np.float32 else np.float64
        self.result_dtypes = result_dtype(y), result_dtype(theta)
        self.k = self.shape[self.axis]
        self.outer = self.shape[: self.axis] + self.shape[self.axis + 1 :]
        self.n = math.prod(self.outer)
        self.tau = Temperature.of_rows(tau, self.dtype, self.shape, self.axis)
        LogitRows(theta, position).validate()
        if name == "concrete":
            validate_unit(rows_last(y, y.ndim + position), compute_dtype(y), y, sample_name)
        else:
            LogitRows(y, position, sample_name).validate()
        inner = _inner(y) if name == "concrete" else y
        self.tables = [repeating_rows(a, position, self.outer, self.dtype) for a in (inner, theta)]

    @property
    def arguments(self) -> dict[str, Any]:
        y, theta = self.tables
        return {
            "y": address(y),
            "y_rows": max(len(y), 1),
            "logits": address(theta),
            "logits_rows": max(len(theta), 1),
            "k": self.k,
            "tau": self.tau.start,
            "taus": max(len(self.tau.values), 1),
        }

    def value(self) -> Any:
        out = np.empty(self.outer, self.dtype)
        arguments = table.row_log_prob(**self.arguments, out=address(out))
        run(kernel(f"{self.name}_log_prob", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        return out[()]

    def gradients(self, grad: Any) -> tuple[Any, Any, Any]:
        required = validation.require_shape(grad, self.outer, of="the log density")
        given = as_carray(required, self.dtype)
        whole = (*self.outer, self.k)
        dy, dlogits, dtau = (np.empty(shape, self.dtype) for shape in (whole, whole, self.outer))
        arguments = table.row_log_prob_backward(
            grad=address(given), **self.arguments, dy=address(dy), dlogits=address(dlogits), dtau=address(dtau)
        )
        run(kernel(f"{self.name}_log_prob_backward", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        moved = [np.moveaxis(a, -1, self.axis) for a in (dy, dlogits)]
        reduced = [
            cast(sum_to_shape(a, array.shape), dtype)
            for a, array, dtype in zip(moved, self.given, self.result_dtypes, strict=True)
        ]
        return reduced[0], reduced[1], self.tau.gradient(dtau)


def _inner(y: Array, below_one: bool = False) -> Array:
    """A sample whose zeros (and ones) are float16's: those were rounded from further inside than others."""
    if y.dtype != np.float16:
        return y
    inner = y.astype(np.float32)
    inner[inner == 0] = 2.0**-25
    if below_one:
        inner[inner == 1] = 1 - 2.0**-12
    return inner


@overload
def concrete_log_prob(
    y: NDArray[FloatT], logits: NDArray[FloatT], tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[FloatT] | Any: ...
@overload
def concrete_log_prob(
    y: Float64Like, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[np.float64] | Any: ...
@overload
def concrete_log_prob(
    y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[Any] | Any: ...
def concrete_log_prob(
    y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1
) -> Any:
    """Log density of the Concrete (Gumbel-Softmax) distribution, with respect to the simplex's first k - 1 coordinates.

    Parameters
    ----------
    y : array_like
        Samples, shape ``(..., k)``, from 0 to 1; whether rows sum to 1 is not looked at.
    logits : array_like
        Shape ``(..., k)``; broadcasts against `y`. A category at -inf is left out, and counted out of k.
    tau : float or array_like of float, optional
        Temperature, above 0: one number, or an array that broadcasts over the rows, shape ``(...)``; or one that has as
        many dimensions as `y` and `logits` together, with the axis of the categories kept at length 1.
    axis : int, optional
        Axis of the categories, in `logits`.

    Returns
    -------
    ndarray, or a scalar for one row
        Shape ``(...)``. Computed in float64, returned in float32, or in float64 where `y` or `logits` are. On the
        simplex's boundary, where there is no density, zeros stand for numbers too small to be told from them: for the
        smallest normal number, 2**-126 or 2**-1022, as numbers below that do, and for 2**-25 in float16. -inf where a
        category at -inf has a share.

    Raises
    ------
    TypeError, ValueError
        For a `y` outside 0 to 1 or of other shape; NaN or +inf logits, or none above -inf; a bad `tau` or `axis`.

    See Also
    --------
    exp_concrete_log_prob : of log(y), which has no boundary to fall on.
    concrete_log_prob_backward : its gradients.

    References
    ----------
    .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017, eq. 10.

    Examples
    --------
    >>> import gsampler as gs
    >>> round(float(gs.concrete_log_prob([0.2, 0.3, 0.5], [0.0, 0.0, 0.0], tau=0.5)), 6)
    -0.534448
    """
    return _Rows("concrete", y, "y", logits, tau, axis).value()


@overload
def concrete_log_prob_backward(
    grad: ArrayLike, y: NDArray[FloatT], logits: NDArray[FloatT], tau: Number = 1.0, axis: SupportsIndex = -1
) -> tuple[NDArray[FloatT], NDArray[FloatT], FloatT]: ...
@overload
def concrete_log_prob_backward(
    grad: ArrayLike, y: NDArray[FloatT], logits: NDArray[FloatT], tau: ArrayLike, axis: SupportsIndex = -1
) -> tuple[NDArray[FloatT], NDArray[FloatT], NDArray[FloatT]]: ...
@overload
def concrete_log_prob_backward(
    grad: ArrayLike, y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> tuple[NDArray[Any], NDArray[Any], Any]: ...
def concrete_log_prob_backward(
    grad: npt.ArrayLike, y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1
) -> tuple[Any, Any, Any]:
    """Gradients of `concrete_log_prob`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    y, logits, tau, axis
        As of `concrete_log_prob`.

    Returns
    -------
    dy, dlogits, dtau
        In the shapes of `y`, `logits` and `tau`, the first two in their types. The derivatives in `y` are those of the
        formula in k free coordinates. No larger than the largest number of the type they are computed in, float32 or
        float64. 0 in categories left out, and in all where the log density is -inf or `grad` is 0.

    Raises
    ------
    TypeError, ValueError
        As `concrete_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> dy, dlogits, dtau = gs.concrete_log_prob_backward(1.0, [0.2, 0.3, 0.5], [0.0, 1.0, 2.0], tau=0.5)
    >>> dlogits.round(4)
    array([ 0.6199,  0.1564, -0.7763])
    """
    return _Rows("concrete", y, "y", logits, tau, axis).gradients(grad)


@overload
def exp_concrete_log_prob(
    log_y: NDArray[FloatT], logits: NDArray[FloatT], tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[FloatT] | Any: ...
@overload
def exp_concrete_log_prob(
    log_y: Float64Like, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[np.float64] | Any: ...
@overload
def exp_concrete_log_prob(
    log_y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> NDArray[Any] | Any: ...
def exp_concrete_log_prob(
    log_y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1
) -> Any:
    """Log density of the logarithm of a Concrete variable.

    Parameters
    ----------
    log_y : array_like
        Logarithms of samples, shape ``(..., k)``: any real numbers; -inf stands for the logarithm of the smallest
        normal number of the type it is computed in. Whether their exponentials sum to 1 is not looked at.
    logits, tau, axis
        As of `concrete_log_prob`.

    Returns
    -------
    ndarray, or a scalar for one row
        Shape ``(...)``. Computed in float64. -inf where a category at -inf has a `log_y` above -inf.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf in `log_y` or `logits`, or rows of either with nothing above -inf; other shapes; a bad `tau` or
        `axis`.

    References
    ----------
    .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017, appendix C.3.

    Examples
    --------
    >>> import numpy as np
    >>> import gsampler as gs
    >>> log_y = np.log([0.2, 0.3, 0.5])
    >>> round(float(gs.exp_concrete_log_prob(log_y, [0.0, 0.0, 0.0], tau=0.5)), 6)
    -4.041006
    """
    return _Rows("exp_concrete", log_y, "log_y", logits, tau, axis).value()


@overload
def exp_concrete_log_prob_backward(
    grad: ArrayLike, log_y: NDArray[FloatT], logits: NDArray[FloatT], tau: Number = 1.0, axis: SupportsIndex = -1
) -> tuple[NDArray[FloatT], NDArray[FloatT], FloatT]: ...
@overload
def exp_concrete_log_prob_backward(
    grad: ArrayLike, log_y: NDArray[FloatT], logits: NDArray[FloatT], tau: ArrayLike, axis: SupportsIndex = -1
) -> tuple[NDArray[FloatT], NDArray[FloatT], NDArray[FloatT]]: ...
@overload
def exp_concrete_log_prob_backward(
    grad: ArrayLike, log_y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0, axis: SupportsIndex = -1
) -> tuple[NDArray[Any], NDArray[Any], Any]: ...
def exp_concrete_log_prob_backward(
    grad: npt.ArrayLike, log_y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0, axis: SupportsIndex = -1
) -> tuple[Any, Any, Any]:
    """Gradients of `exp_concrete_log_prob`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    log_y, logits, tau, axis
        As of `exp_concrete_log_prob`.

    Returns
    -------
    dlog_y, dlogits, dtau
        In the shapes of `log_y`, `logits` and `tau`. 0 in categories left out, and in all where the log density is
        -inf.

    Raises
    ------
    TypeError, ValueError
        As `exp_concrete_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> import gsampler as gs
    >>> log_y = np.log([0.2, 0.3, 0.5])
    >>> dlog_y, dlogits, dtau = gs.exp_concrete_log_prob_backward(1.0, log_y, [0.0, 1.0, 2.0], tau=0.5)
    >>> dlogits.round(4)
    array([ 0.6199,  0.1564, -0.7763])
    """
    return _Rows("exp_concrete", log_y, "log_y", logits, tau, axis).gradients(grad)


# --- elements ---------------------------------------------------------------------------------------------------


class _Elements:
    """A sample and two parameters that broadcast together, checked."""

    def __init__(self, name: str, sample: Any, sample_name: str, a: Any, a_name: str, b: Any, b_name: str) -> None:
        x, first = validation.as_real(sample, sample_name), validation.as_real(a, a_name)
        arrays = [v for v in (x, first) if v.ndim] or [x]  # a number's dtype decides nothing beside an array's
        self.dtype: Float = np.float64 if np.float64 in map(compute_dtype, arrays) else np.float32
        second = validation.temperature(b, self.dtype, b_name)
        self.given = x, first, second
        self.shape = validation.broadcast_together(dict(zip((sample_name, a_name, b_name), self.given, strict=True)))
        self.result_dtypes = [result_dtype(v) if v.ndim else self.dtype for v in self.given[:2]] + [self.dtype]
        self.name = name
        in_unit = name == "binary_concrete"
        if in_unit:
            validate_unit(x.reshape(1, 1) if x.ndim == 0 else x, compute_dtype(x), x, sample_name)
        else:
            validation.not_nan(x, sample_name)
        values = (_inner(x, below_one=True) if in_unit else x, first, second)
        self.tables = [as_carray(cast(v, self.dtype), self.dtype) for v in values]
        validation.finite(first, self.tables[1], a_name, masks=a_name == "logits")

    def broadcast(self) -> tuple[list[Array], dict[str, Any]]:
        """The three as arrays of one value, or of as many as there are; and as arguments."""
        arrays = [t if t.size == 1 else np.ascontiguousarray(np.broadcast_to(t, self.shape)) for t in self.tables]
        arguments: dict[str, Any] = {}
        for name, array in zip(("x", "a", "b"), arrays, strict=True):
            arguments |= {name: address(array), f"{name}_step": int(array.size != 1)}
        return arrays, arguments

    def value(self) -> Any:
        out = np.empty(self.shape, self.dtype)
        arrays, inputs = self.broadcast()
        arguments = table.element_log_prob(**inputs, out=address(out))
        run(kernel(f"{self.name}_log_prob", SUFFIX[self.dtype]), 0, out.size, arguments)
        del arrays  # which lived till here
        return out[()]

    def gradients(self, grad: Any) -> tuple[Any, Any, Any]:
        required = validation.require_shape(grad, self.shape, of="the log density")
        given = as_carray(required, self.dtype)
        dx, da, db = (np.empty(self.shape, self.dtype) for _ in range(3))
        arrays, inputs = self.broadcast()
        arguments = table.element_log_prob_backward(
            grad=address(given), **inputs, dx=address(dx), da=address(da), db=address(db)
        )
        run(kernel(f"{self.name}_log_prob_backward", SUFFIX[self.dtype]), 0, given.size, arguments)
        del arrays
        x_gradient, a_gradient, b_gradient = (
            cast(sum_to_shape(terms, v.shape), dtype)[()]
            for terms, v, dtype in zip((dx, da, db), self.given, self.result_dtypes, strict=True)
        )
        return x_gradient, a_gradient, b_gradient


@overload
def binary_concrete_log_prob(y: Float64Scalar, logits: Number, tau: Number = 1.0) -> np.float64: ...
@overload
def binary_concrete_log_prob(
    y: NDArray[FloatT], logits: NDArray[FloatT] | Number, tau: ArrayLike = 1.0
) -> NDArray[FloatT]: ...
@overload
def binary_concrete_log_prob(y: Float64Like, logits: ArrayLike, tau: ArrayLike = 1.0) -> NDArray[np.float64]: ...
@overload
def binary_concrete_log_prob(y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0) -> NDArray[Any] | Any: ...
def binary_concrete_log_prob(y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0) -> Any:
    """Log density of the binary Concrete (relaxed Bernoulli) distribution.

    Parameters
    ----------
    y : array_like
        Samples, from 0 to 1.
    logits : array_like
        Log-odds; broadcasts against `y`. Where they are -inf, y = 0 is certain.
    tau : float or array_like of float, optional
        Temperature, above 0; broadcasts against `y`.

    Returns
    -------
    ndarray, or a scalar
        In the shape of the three together. Computed in float64, returned in float32, or in float64 where one of the
        arrays `y` and `logits` is. y = 0 stands for the smallest normal number (in float16 for 2**-25), y = 1 for the
        largest below 1 (in float16 for 1 - 2**-12). Where a logit is -inf: 0 for y = 0, else -inf.

    Raises
    ------
    TypeError, ValueError
        For a `y` outside 0 to 1, NaN or +inf logits, a bad `tau`, shapes that do not broadcast.

    See Also
    --------
    logit_binary_concrete_log_prob : of the logit of y, which has no ends to fall on.

    References
    ----------
    .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017, appendix B.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.binary_concrete_log_prob([0.1, 0.5, 0.9], 1.0, tau=0.5).round(4)
    array([-0.6152, -0.9334,  0.3261])
    """
    return _Elements("binary_concrete", y, "y", logits, "logits", tau, "tau").value()


@overload
def binary_concrete_log_prob_backward(
    grad: ArrayLike, y: Float64Scalar, logits: Number, tau: Number = 1.0
) -> tuple[np.float64, np.float64, np.float64]: ...
@overload
def binary_concrete_log_prob_backward(
    grad: ArrayLike, y: NDArray[FloatT], logits: NDArray[FloatT] | Number, tau: ArrayLike = 1.0
) -> tuple[NDArray[FloatT], NDArray[FloatT] | Any, NDArray[FloatT] | Any]: ...
@overload
def binary_concrete_log_prob_backward(
    grad: ArrayLike, y: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0
) -> tuple[NDArray[Any] | Any, NDArray[Any] | Any, NDArray[Any] | Any]: ...
def binary_concrete_log_prob_backward(
    grad: npt.ArrayLike, y: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0
) -> tuple[Any, Any, Any]:
    """Gradients of `binary_concrete_log_prob`: ``(dy, dlogits, dtau)`` in the shapes of `y`, `logits` and `tau`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    y, logits, tau
        As of `binary_concrete_log_prob`.

    Returns
    -------
    dy, dlogits, dtau
        At y = 0 and y = 1 as at the numbers they stand for. 0 where a logit is -inf.

    Raises
    ------
    TypeError, ValueError
        As `binary_concrete_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> grad = [1.0, 1.0, 1.0]
    >>> dy, dlogits, dtau = gs.binary_concrete_log_prob_backward(grad, [0.1, 0.5, 0.9], 1.0, tau=0.5)
    >>> dy.round(4)
    array([-4.547 ,  0.9242,  8.6152])
    """
    return _Elements("binary_concrete", y, "y", logits, "logits", tau, "tau").gradients(grad)


@overload
def logit_binary_concrete_log_prob(
    l: Float64Scalar,  # noqa: E741
    logits: Number,
    tau: Number = 1.0,
) -> np.float64: ...
@overload
def logit_binary_concrete_log_prob(
    l: NDArray[FloatT],  # noqa: E741
    logits: NDArray[FloatT] | Number,
    tau: ArrayLike = 1.0,
) -> NDArray[FloatT]: ...
@overload
def logit_binary_concrete_log_prob(
    l: Float64Like,  # noqa: E741
    logits: ArrayLike,
    tau: ArrayLike = 1.0,
) -> NDArray[np.float64]: ...
@overload
def logit_binary_concrete_log_prob(
    l: ArrayLike,  # noqa: E741
    logits: ArrayLike,
    tau: ArrayLike = 1.0,
) -> NDArray[Any] | Any: ...
def logit_binary_concrete_log_prob(l: npt.ArrayLike, logits: npt.ArrayLike, tau: npt.ArrayLike = 1.0) -> Any:  # noqa: E741
    """Log density of the logit of a binary Concrete variable, ``l = log(y / (1 - y))``.

    Parameters
    ----------
    l : array_like
        Logits of samples: any numbers; the density at -inf and +inf is 0.
    logits, tau
        As of `binary_concrete_log_prob`.

    Returns
    -------
    ndarray, or a scalar
        In the shape of the three together. Computed in float64. Where a logit is -inf: 0 for l = -inf, else -inf.

    Raises
    ------
    TypeError, ValueError
        For NaN in `l`, NaN or +inf logits, a bad `tau`, shapes that do not broadcast.

    References
    ----------
    .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017, appendix C.3.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.logit_binary_concrete_log_prob([-2.0, 0.0, 2.0], 1.0, tau=0.5).round(4)
    array([-2.947 , -2.3197, -2.0794])
    """
    return _Elements("logit_binary_concrete", l, "l", logits, "logits", tau, "tau").value()


@overload
def logit_binary_concrete_log_prob_backward(
    grad: ArrayLike,
    l: Float64Scalar,  # noqa: E741
    logits: Number,
    tau: Number = 1.0,
) -> tuple[np.float64, np.float64, np.float64]: ...
@overload
def logit_binary_concrete_log_prob_backward(
    grad: ArrayLike,
    l: NDArray[FloatT],  # noqa: E741
    logits: NDArray[FloatT] | Number,
    tau: ArrayLike = 1.0,
) -> tuple[NDArray[FloatT], NDArray[FloatT] | Any, NDArray[FloatT] | Any]: ...
@overload
def logit_binary_concrete_log_prob_backward(
    grad: ArrayLike,
    l: ArrayLike,  # noqa: E741
    logits: ArrayLike,
    tau: ArrayLike = 1.0,
) -> tuple[NDArray[Any] | Any, NDArray[Any] | Any, NDArray[Any] | Any]: ...
def logit_binary_concrete_log_prob_backward(
    grad: npt.ArrayLike,
    l: npt.ArrayLike,  # noqa: E741
    logits: npt.ArrayLike,
    tau: npt.ArrayLike = 1.0,
) -> tuple[Any, Any, Any]:
    """Gradients of `logit_binary_concrete_log_prob`: ``(dl, dlogits, dtau)`` in the shapes of `l`, `logits` and `tau`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    l, logits, tau
        As of `logit_binary_concrete_log_prob`.

    Returns
    -------
    dl, dlogits, dtau
        The limits of the formula where l is infinite. 0 where a logit is -inf.

    Raises
    ------
    TypeError, ValueError
        As `logit_binary_concrete_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> grad = [1.0, 1.0, 1.0]
    >>> dl, dlogits, dtau = gs.logit_binary_concrete_log_prob_backward(grad, [-2.0, 0.0, 1.0], 1.0, tau=0.5)
    >>> dl.round(4)
    array([0.3808, 0.2311, 0.1225])
    """
    return _Elements("logit_binary_concrete", l, "l", logits, "logits", tau, "tau").gradients(grad)


@overload
def gumbel_log_prob(x: Float64Scalar, loc: Number = 0.0, scale: Number = 1.0) -> np.float64: ...
@overload
def gumbel_log_prob(  # type: ignore[overload-overlap]
    x: NDArray[FloatT],
    loc: NDArray[FloatT] | Number = 0.0,
    scale: ArrayLike = 1.0,
) -> NDArray[FloatT]: ...
@overload
def gumbel_log_prob(x: Float64Like, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0) -> NDArray[np.float64]: ...
@overload
def gumbel_log_prob(x: ArrayLike, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0) -> NDArray[Any] | Any: ...
def gumbel_log_prob(x: npt.ArrayLike, loc: npt.ArrayLike = 0.0, scale: npt.ArrayLike = 1.0) -> Any:
    """Log density of the Gumbel distribution (of the maximum): ``-z - exp(-z) - log(scale)``, z = (x - loc) / scale.

    Parameters
    ----------
    x : array_like
        Any numbers; the density at -inf and +inf is 0.
    loc : float or array_like of float, optional
        Mode; broadcasts against `x`.
    scale : float or array_like of float, optional
        Above 0; broadcasts against `x`.

    Returns
    -------
    ndarray, or a scalar
        In the shape of the three together. Computed in float64, returned in float32, or in float64 where one of the
        arrays `x` and `loc` is.

    Raises
    ------
    TypeError, ValueError
        For NaN in `x`, a `loc` that is not finite, a `scale` that is not finite and above 0, shapes that do not
        broadcast.

    References
    ----------
    .. [1] E. J. Gumbel, "Statistics of Extremes", Columbia University Press, 1958.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.gumbel_log_prob([-1.0, 0.0, 10.0]).round(4)
    array([ -1.7183,  -1.    , -10.    ])
    """
    return _Elements("gumbel", x, "x", loc, "loc", scale, "scale").value()


@overload
def gumbel_log_prob_backward(
    grad: ArrayLike, x: Float64Scalar, loc: Number = 0.0, scale: Number = 1.0
) -> tuple[np.float64, np.float64, np.float64]: ...
@overload
def gumbel_log_prob_backward(
    grad: ArrayLike, x: NDArray[FloatT], loc: NDArray[FloatT] | Number = 0.0, scale: ArrayLike = 1.0
) -> tuple[NDArray[FloatT], NDArray[FloatT] | Any, NDArray[FloatT] | Any]: ...
@overload
def gumbel_log_prob_backward(
    grad: ArrayLike, x: ArrayLike, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0
) -> tuple[NDArray[Any] | Any, NDArray[Any] | Any, NDArray[Any] | Any]: ...
def gumbel_log_prob_backward(
    grad: npt.ArrayLike, x: npt.ArrayLike, loc: npt.ArrayLike = 0.0, scale: npt.ArrayLike = 1.0
) -> tuple[Any, Any, Any]:
    """Gradients of `gumbel_log_prob`: ``(dx, dloc, dscale)`` in the shapes of `x`, `loc` and `scale`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    x, loc, scale
        As of `gumbel_log_prob`.

    Returns
    -------
    dx, dloc, dscale
        The limits of the formula where x is infinite.

    Raises
    ------
    TypeError, ValueError
        As `gumbel_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> dx, dloc, dscale = gs.gumbel_log_prob_backward([1.0, 1.0, 1.0], [-1.0, 0.0, 10.0])
    >>> dx.round(4)
    array([ 1.7183,  0.    , -1.    ])
    """
    return _Elements("gumbel", x, "x", loc, "loc", scale, "scale").gradients(grad)


@overload
def logistic_log_prob(x: Float64Scalar, loc: Number = 0.0, scale: Number = 1.0) -> np.float64: ...
@overload
def logistic_log_prob(  # type: ignore[overload-overlap]
    x: NDArray[FloatT],
    loc: NDArray[FloatT] | Number = 0.0,
    scale: ArrayLike = 1.0,
) -> NDArray[FloatT]: ...
@overload
def logistic_log_prob(x: Float64Like, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0) -> NDArray[np.float64]: ...
@overload
def logistic_log_prob(x: ArrayLike, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0) -> NDArray[Any] | Any: ...
def logistic_log_prob(x: npt.ArrayLike, loc: npt.ArrayLike = 0.0, scale: npt.ArrayLike = 1.0) -> Any:
    """Log density of the logistic distribution: ``-z - 2 log(1 + exp(-z)) - log(scale)``, z = (x - loc) / scale.

    Parameters
    ----------
    x : array_like
        Any numbers; the density at -inf and +inf is 0.
    loc : float or array_like of float, optional
        Mean, median and mode; broadcasts against `x`.
    scale : float or array_like of float, optional
        Above 0; broadcasts against `x`.

    Returns
    -------
    ndarray, or a scalar
        In the shape of the three together. Computed in float64, returned in float32, or in float64 where one of the
        arrays `x` and `loc` is.

    Raises
    ------
    TypeError, ValueError
        For NaN in `x`, a `loc` that is not finite, a `scale` that is not finite and above 0, shapes that do not
        broadcast.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.logistic_log_prob([-1.0, 0.0, 10.0]).round(4)
    array([ -1.6265,  -1.3863, -10.0001])
    """
    return _Elements("logistic", x, "x", loc, "loc", scale, "scale").value()


@overload
def logistic_log_prob_backward(
    grad: ArrayLike, x: Float64Scalar, loc: Number = 0.0, scale: Number = 1.0
) -> tuple[np.float64, np.float64, np.float64]: ...
@overload
def logistic_log_prob_backward(
    grad: ArrayLike, x: NDArray[FloatT], loc: NDArray[FloatT] | Number = 0.0, scale: ArrayLike = 1.0
) -> tuple[NDArray[FloatT], NDArray[FloatT] | Any, NDArray[FloatT] | Any]: ...
@overload
def logistic_log_prob_backward(
    grad: ArrayLike, x: ArrayLike, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0
) -> tuple[NDArray[Any] | Any, NDArray[Any] | Any, NDArray[Any] | Any]: ...
def logistic_log_prob_backward(
    grad: npt.ArrayLike, x: npt.ArrayLike, loc: npt.ArrayLike = 0.0, scale: npt.ArrayLike = 1.0
) -> tuple[Any, Any, Any]:
    """Gradients of `logistic_log_prob`: ``(dx, dloc, dscale)`` in the shapes of `x`, `loc` and `scale`.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log density, in its shape.
    x, loc, scale
        As of `logistic_log_prob`.

    Returns
    -------
    dx, dloc, dscale
        The limits of the formula where x is infinite.

    Raises
    ------
    TypeError, ValueError
        As `logistic_log_prob`, and for a `grad` of another shape.

    Examples
    --------
    >>> import gsampler as gs
    >>> dx, dloc, dscale = gs.logistic_log_prob_backward([1.0, 1.0, 1.0], [-1.0, 0.0, 10.0])
    >>> dx.round(4)
    array([ 0.4621,  0.    , -0.9999])
    """
    return _Elements("logistic", x, "x", loc, "loc", scale, "scale").gradients(grad)
