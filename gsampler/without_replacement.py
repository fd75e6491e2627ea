"""Draws without replacement: the largest perturbed logits of a row, in order, and the probability of such draws.

`Generator.gumbel_top_k` and the functions are what users call; formulas are in `gsampler.kernels.top_k_log_prob`.
"""

from __future__ import annotations

import math
from typing import Any, SupportsIndex, overload

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike, NDArray

from gsampler._typing import Flag, Float64Like, FloatT, Integers, SampleT
from gsampler.core import validation
from gsampler.core.arrays import (
    SUFFIX,
    Array,
    Indices,
    as_carray,
    blocks,
    cast,
    repeating_rows,
    result_dtype,
    sum_to_shape,
)
from gsampler.core.logits import LogitRows
from gsampler.core.position import WORDS, Position
from gsampler.core.probabilities import row_logits
from gsampler.kernels import table
from gsampler.noise import fill
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

SORT_MIN_K = 4096  # categories of a row from which a sort is faster than a heap, if
SORT_SHARE = 16  # one in so many of them is drawn


class TopKCall:
    """A call of `Generator.gumbel_top_k`, ready to be made."""

    __slots__ = ("draws", "indices", "rows", "sorts", "top", "values", "width", "words")

    def __init__(self, logits: Any, k: Any, axis: Any, size: Any, p: Any, weights: Any, tau: Any) -> None:
        draw_shape = validation.shape(size)
        self.draws = math.prod(draw_shape)
        if p is not None or weights is not None or logits is None:
            logits = row_logits(logits, p, weights, axis)
        self.rows = rows = LogitRows(logits, axis)
        if not (type(tau) is float and tau == 1.0):
            rows.divide_by(tau)
        self.top = validation.top_k(k, rows.k)
        self.sorts = rows.k >= SORT_MIN_K and self.top * SORT_SHARE >= rows.k
        shape = validation.shape((*draw_shape, *rows.rows.shape[:-1], self.top))
        self.width = WORDS[rows.dtype]
        self.words = self.draws * rows.array.size * self.width if self.top else 0
        self.indices: Indices = np.empty(shape, np.int64)
        self.values: Array = np.empty(shape, rows.dtype)
        rows.perturb_while(self.draws == 1 and not self.sorts)

    def write(self, position: Position) -> None:
        if not self.indices.size:
            return
        if not self._draw(position):
            self.rows.shift_large()
            self._require_categories()
            self._draw(position)

    def _require_categories(self) -> None:
        """Raise for the first row that has too few categories above -inf."""
        self.rows.require_categories(self.top)

    def _draw(self, position: Position) -> bool:
        """Draw, and return whether all rows were found as they should be."""
        seed, stream, offset = position
        logits, k, top = self.rows, self.rows.k, self.top
        indices, values = self.indices.reshape(-1, top), self.values.reshape(-1, top)
        rows = logits.rows
        if self.draws != 1:
            rows = np.require(rows, logits.dtype, ["C", "A"])  # draws go round all of them
        entry = kernel("gumbel_top_k", SUFFIX[logits.dtype])
        for first, block in blocks(rows, logits.dtype):
            here, items = offset + first * k * self.width, self.draws * len(block)
            if self.sorts:
                if not self._sort((seed, stream, here), block, indices[first:], values[first:]):
                    return False
                continue
            arguments = table.gumbel_top_k(
                seed,
                stream,
                here,
                logits=address(block),
                k=k,
                period=len(block),
                top=top,
                check=logits.check,
                indices=address(indices[first:]),
                values=address(values[first:]),
            )
            if run(entry, 0, items, arguments, k) is not None:
                return False
        return True

    def _sort(self, position: Position, block: Array, indices: Indices, values: Array) -> bool:
        """The same by a sort of each row: the larger first, of equal ones that of the lower index."""
        seed, stream, offset = position
        k, top = block.shape[1], self.top
        noise = np.empty(k, block.dtype)
        for item in range(self.draws * len(block)):
            logits = block[item % len(block)]
            fill((seed, stream, offset + item * k * self.width), "fill_gumbel", self.rows.dtype, noise)
            masked = logits == -np.inf
            if k - np.count_nonzero(masked) < top:
                return False
            np.add(noise, logits, out=noise)
            noise[masked] = -np.inf
            order = np.argsort(-noise, kind="stable")[:top]
            indices[item], values[item] = order, noise[order]
        return True

    def result(self) -> tuple[Indices, Array]:
        """Indices and values, the drawn ones along the axis of the categories."""
        at = self.rows.axis - self.rows.array.ndim  # counted from the end
        if at == -1:
            return self.indices, self.values
        return np.moveaxis(self.indices, -1, at), np.moveaxis(self.values, -1, at)


class OrderCall(TopKCall):
    """A call of `Generator.permutation` with logits: all categories are drawn."""

    __slots__ = ()

    def __init__(self, logits: Any, axis: Any, size: Any) -> None:
        rows = LogitRows(logits, axis)
        super().__init__(logits, rows.k, axis, size, None, None, 1.0)

    def _require_categories(self) -> None:
        if (self.rows.rows == -np.inf).any():
            raise validation.masked_in_order(self.rows.rows)


# --- the probability of ordered draws ---------------------------------------------------------------------------


class _OrderedDraws:
    """Rows of logits, and indices drawn from them, that broadcast together; checked."""

    def __init__(self, logits: Any, indices: Any, axis: Any) -> None:
        self.given = given = LogitRows(logits, axis)
        self.position = position = given.axis - given.array.ndim  # counted from the end
        drawn = validation.drawn_indices(indices, given.array, position, axis)
        self.top, self.k, self.dtype = drawn.shape[position], given.k, given.dtype
        inner = drawn.shape[: drawn.ndim + position] + drawn.shape[drawn.ndim + position + 1 :]
        self.outer = np.broadcast_shapes(inner, given.rows.shape[:-1])
        self.n = math.prod(self.outer)
        given.validate()
        self.logits = repeating_rows(given.array, position, self.outer, self.dtype)
        # a copy, which nobody changes after the check
        index = np.moveaxis(drawn, position, -1).astype(np.int64)
        self.index = repeating_rows(index, -1, self.outer, np.int64) if self.top else np.empty((1, 0), np.int64)
        self.marks = np.empty((len(self.index), -(-self.k // 64)), np.uint64)
        arguments = table.mark_indices(index=address(self.index), k=self.k, top=self.top, marks=address(self.marks))
        invalid = run(kernel("mark_indices", "f64"), 0, min(len(self.index), self.n), arguments, self.top)
        if invalid is not None:
            whole = np.broadcast_to(np.moveaxis(drawn, position, -1), (*self.outer, self.top))
            raise validation.invalid_draws(whole, invalid, self.k)

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "logits": address(self.logits),
            "logits_rows": max(len(self.logits), 1),
            "index": address(self.index),
            "index_rows": max(len(self.index), 1),
            "marks": address(self.marks),
            "k": self.k,
            "top": self.top,
        }

    def value(self) -> Any:
        out = np.empty(self.outer, self.dtype)
        arguments = table.top_k_log_prob(**self.arguments, out=address(out))
        run(kernel("top_k_log_prob", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        return out[()]

    def gradient(self, grad: Any) -> Any:
        required = validation.require_shape(grad, self.outer, of="the log-probability")
        upstream = as_carray(required, self.dtype)
        dlogits, odds = np.empty((*self.outer, self.k), self.dtype), np.empty((self.n, self.top))
        arguments = table.top_k_log_prob_backward(
            grad=address(upstream), **self.arguments, odds=address(odds), dlogits=address(dlogits)
        )
        run(kernel("top_k_log_prob_backward", SUFFIX[self.dtype]), 0, self.n, arguments, self.k)
        moved = np.moveaxis(dlogits, -1, len(self.outer) + 1 + self.position)
        return cast(sum_to_shape(moved, self.given.array.shape), result_dtype(self.given.array))


@overload
def top_k_log_prob(logits: NDArray[FloatT], indices: Integers, axis: SupportsIndex = -1) -> NDArray[FloatT] | Any: ...
@overload
def top_k_log_prob(logits: Float64Like, indices: Integers, axis: SupportsIndex = -1) -> NDArray[np.float64] | Any: ...
@overload
def top_k_log_prob(logits: ArrayLike, indices: Integers, axis: SupportsIndex = -1) -> NDArray[Any] | Any: ...
def top_k_log_prob(logits: npt.ArrayLike, indices: Any, axis: SupportsIndex = -1) -> Any:
    """Log-probability of draws without replacement, in their order: that of the Plackett-Luce model.

    Parameters
    ----------
    logits : array_like
        Unnormalised log-probabilities, shape ``(..., n)`` with the categories along `axis`. -inf is probability 0.
    indices : array_like of int
        What was drawn, the first one first, as `Generator.gumbel_top_k` returns it: shape ``(..., k)`` with the k
        draws along `axis`, counted from the end as that of `logits`; broadcasts against `logits` elsewhere.
    axis : int, optional
        Axis of the categories, in `logits`.

    Returns
    -------
    ndarray, or a scalar for one row
        Shape ``(...)``, at most 0. Computed in float64, returned in float32, or in float64 where `logits` are. -inf
        where a category at -inf was drawn, since that is impossible. The relative error in float64 is a few ulp, at
        worst k ulp, however little is left to the last draws, and however large the logits are. A draw of the only
        category that is left adds exactly 0.

    Raises
    ------
    TypeError, ValueError
        For NaN or +inf logits, a row that is all -inf, no category, an index that is of no category or that a row has
        twice, more draws than categories, shapes that do not broadcast, a bad `axis`.

    See Also
    --------
    Generator.gumbel_top_k : draws them. If that was at a temperature, pass ``logits / tau``.
    top_k_log_prob_backward : its gradient.

    Notes
    -----
    It is the sum of ``logits[b] - logsumexp(logits of all that are left)`` over the draws b. The sums over what is left
    are made from the categories that were not drawn, to which the drawn ones are added, the last one first: nothing is
    subtracted.

    References
    ----------
    .. [1] R. L. Plackett, "The analysis of permutations", Applied Statistics 24(2), 1975.
    .. [2] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find them: the Gumbel-top-k trick for
       sampling sequences without replacement", ICML 2019.

    Examples
    --------
    Of the probabilities 1/2, 1/3 and 1/6, the last, and then the first of what is left:

    >>> import numpy as np
    >>> import gsampler as gs
    >>> float(np.exp(gs.top_k_log_prob(np.log([3, 2, 1]), [2, 0])).round(6))  # 1/6 3/5
    0.1
    """
    return _OrderedDraws(logits, indices, axis).value()


@overload
def top_k_log_prob_backward(  # type: ignore[overload-overlap]
    grad: ArrayLike, logits: NDArray[SampleT], indices: Integers, axis: SupportsIndex = -1
) -> NDArray[SampleT]: ...
@overload
def top_k_log_prob_backward(
    grad: ArrayLike, logits: Float64Like, indices: Integers, axis: SupportsIndex = -1
) -> NDArray[np.float64]: ...
@overload
def top_k_log_prob_backward(
    grad: ArrayLike, logits: ArrayLike, indices: Integers, axis: SupportsIndex = -1
) -> NDArray[Any]: ...
def top_k_log_prob_backward(grad: npt.ArrayLike, logits: npt.ArrayLike, indices: Any, axis: SupportsIndex = -1) -> Any:
    """Gradient of `top_k_log_prob` with respect to the logits.

    Parameters
    ----------
    grad : array_like
        Gradient with respect to the log-probability, in its shape.
    logits, indices, axis
        As of `top_k_log_prob`.

    Returns
    -------
    dlogits : ndarray
        In the shape and type of `logits`; float64 for integers. 0 where a logit is -inf, and throughout a row of which
        a category at -inf was drawn.

    Raises
    ------
    TypeError, ValueError
        As `top_k_log_prob`, and for a `grad` of another shape.

    Notes
    -----
    Of each draw it is that of `log_softmax` over the categories that were left: 1 for what was drawn, less their
    probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> import gsampler as gs
    >>> gs.top_k_log_prob_backward(1.0, np.log([3, 2, 1]), [2, 0]).round(6)
    array([-0.1     , -0.733333,  0.833333])
    """
    return _OrderedDraws(logits, indices, axis).gradient(grad)


# --- importance weights -----------------------------------------------------------------------------------------


@overload
def top_k_weights(  # type: ignore[overload-overlap]
    logits: NDArray[FloatT], indices: Integers, values: ArrayLike, axis: SupportsIndex = -1, *, normalize: Flag = False
) -> NDArray[FloatT]: ...
@overload
def top_k_weights(
    logits: Float64Like, indices: Integers, values: ArrayLike, axis: SupportsIndex = -1, *, normalize: Flag = False
) -> NDArray[np.float64]: ...
@overload
def top_k_weights(
    logits: ArrayLike, indices: Integers, values: ArrayLike, axis: SupportsIndex = -1, *, normalize: Flag = False
) -> NDArray[Any]: ...
def top_k_weights(
    logits: npt.ArrayLike, indices: Any, values: npt.ArrayLike, axis: SupportsIndex = -1, *, normalize: Any = False
) -> Any:
    """Importance weights of k draws without replacement, from k + 1 of them: ``sum(weights * f)`` estimates E[f].

    Parameters
    ----------
    logits : array_like
        Unnormalised log-probabilities, shape ``(..., n)`` with the categories along `axis`: the very ones, in their
        type, that were drawn from, divided by the temperature if there was one.
    indices, values : array_like
        What `Generator.gumbel_top_k` returned for k + 1 draws along `axis`: the categories, and the sums of logits and
        noise, which descend. The last one is no draw: its sum is the threshold kappa, above which those before it are.
    axis : int, optional
        Axis of the categories, in `logits`.
    normalize : bool, optional
        Whether to divide the weights of each row by their sum.

    Returns
    -------
    ndarray
        Of each draw but the last, in the shape of `indices` with k entries along `axis`. Computed in float64, returned
        in float32, or in float64 where `logits` are. The sums have the type of the logits, and what they are rounded by
        is relative in the weights: 2**-20 or so for float32 sums near 16.

    Raises
    ------
    TypeError, ValueError
        As `top_k_log_prob`; for `values` of another shape than `indices`, that are not finite or ascend; for indices of
        categories at -inf, and for no draw at all.

    See Also
    --------
    top_k_log_prob : the probability of the draws in their order.

    Notes
    -----
    The weights are p / q, with p = softmax(logits) and ``q = 1 - exp(-exp(logits - kappa))``, the probability to be
    above the threshold. As they are, the estimate is unbiased for each k, and the weights sum to 1 in the mean; a
    constant added to f adds variance. With `normalize` it is exact for a constant f and of less variance where k is far
    below n, but biased: by the covariance of the sum of the weights with the quotient, which is 0 for k = 1, where the
    weight is 1, and vanishes as k nears n. In a gradient estimator the weights are constants.

    Logits so large that `gumbel_top_k` subtracts the largest of the row are taken as they were there.

    References
    ----------
    .. [1] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find them: the Gumbel-top-k trick for
       sampling sequences without replacement", ICML 2019, section 4.2.
    .. [2] T. Vieira, "Estimating means in a finite universe", 2017.

    Examples
    --------
    The mean of f from 100 of 1000 categories:

    >>> import numpy as np
    >>> import gsampler as gs
    >>> logits, f = np.linspace(-3, 3, 1000), np.linspace(0, 1, 1000)
    >>> indices, values = gs.Generator(42).gumbel_top_k(logits, 101)
    >>> weights = gs.top_k_weights(logits, indices, values)
    >>> round(float(np.sum(weights * f[indices[:-1]])), 3), round(float(np.sum(gs.softmax(logits) * f)), 3)
    (0.852, 0.836)
    """
    divide = validation.flag(normalize, "normalize")
    draws = _OrderedDraws(logits, indices, axis)
    position, dtype = draws.position, draws.dtype
    rows = LogitRows(np.moveaxis(draws.given.array, position, -1))
    rows.perturb_while(False)  # what gumbel_top_k has drawn from, also where that is shifted
    drawn = np.asarray(indices)
    sums = as_carray(cast(np.moveaxis(validation.perturbed_sums(values, drawn, position), position, -1), dtype), dtype)
    sums = np.require(np.broadcast_to(sums, (*draws.outer, draws.top)), dtype, ["C", "A"])
    index = np.require(np.broadcast_to(np.moveaxis(drawn, position, -1), sums.shape), np.int64, ["C", "A"])
    shifted = repeating_rows(rows.rows, -1, draws.outer, dtype)
    given = {"logits": address(shifted), "logits_rows": max(len(shifted), 1), "index": address(index)}
    given |= {"sums": address(sums), "k": draws.k, "top": draws.top}
    invalid = run(kernel("check_sums", SUFFIX[dtype]), 0, draws.n, table.check_sums(**given), draws.top)
    if invalid is not None:
        raise validation.invalid_sums(index, sums, invalid)
    out = np.empty((*draws.outer, draws.top - 1), dtype)
    arguments = table.top_k_weights(**given, normalize=int(divide), out=address(out))
    run(kernel("top_k_weights", SUFFIX[dtype]), 0, draws.n, arguments, draws.k)
    return np.moveaxis(out, -1, len(draws.outer) + 1 + position)
