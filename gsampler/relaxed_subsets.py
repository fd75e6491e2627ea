"""Relaxed subsets and permutations: the successive softmax of Xie and Ermon, and Gumbel-Sinkhorn; with gradients.

`Generator.relaxed_top_k` and `Generator.gumbel_sinkhorn` are what users call. Both are sequences of softmaxes in
float64, which kernels make, as they make logarithms and sums: what NumPy does between is one rounded operation each, so
the bits are the same everywhere.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.core import validation
from gsampler.core.arrays import Array, Indices, cast, result_dtype, sum_to_shape
from gsampler.core.logits import LogitRows
from gsampler.core.position import WORDS, Position
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.noise import fill
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

# --- rows of float64 --------------------------------------------------------------------------------------------


def _softmax(x: Array, tau: Array) -> tuple[Array, Indices]:
    """softmax(x / tau) of each row of a contiguous array, and the index of its largest."""
    soft, index = np.empty_like(x), np.empty(len(x), np.int64)
    arguments = table.softmax(
        x=address(x),
        k=x.shape[1],
        tau=address(tau),
        per_row=int(tau.size > 1),
        check=0,
        soft=address(soft),
        index=address(index),
    )
    run(kernel("softmax", "f64"), 0, len(x), arguments, x.shape[1])
    return soft, index


def _softmax_backward(grad: Array, soft: Array, tau: Array) -> tuple[Array, Array]:
    """Gradients with respect to x, and to tau, of each row."""
    dx, dtau = np.empty_like(soft), np.empty(len(soft))
    arguments = table.gumbel_softmax_backward(
        grad=address(grad),
        soft=address(soft),
        k=soft.shape[1],
        tau=address(tau),
        per_row=int(tau.size > 1),
        dlogits=address(dx),
        dtau=address(dtau),
    )
    run(kernel("gumbel_softmax_backward", "f64"), 0, len(soft), arguments, soft.shape[1])
    return dx, dtau


def _row_sums(x: Array) -> Array:
    total = np.zeros(len(x))
    arguments = table.sum_rows(x=address(np.ascontiguousarray(x)), k=x.shape[1], total=address(total))
    run(kernel("sum_rows", "f64"), 0, len(x), arguments, x.shape[1])
    return total


def _log(x: Array) -> Array:
    """-inf for 0."""
    out = np.empty_like(x)
    run(kernel("logarithm", "f64"), 0, x.size, table.logarithm(x=address(x), out=address(out)))
    return out


def _log_sum_exp(x: Array) -> Array:
    """Of the last axis of a contiguous array."""
    log_probs = np.empty_like(x)
    one, n, k = np.ones(1), x.size // x.shape[-1], x.shape[-1]
    arguments = table.log_softmax(x=address(x), k=k, tau=address(one), per_row=0, log_probs=address(log_probs))
    run(kernel("log_softmax", "f64"), 0, n, arguments, k)
    return np.asarray(x.max(axis=-1) - log_probs.max(axis=-1))


# --- what both have in common -----------------------------------------------------------------------------------


def _temperatures(tau: Any, rows: LogitRows, axes: int, size: tuple[int, ...], what: str) -> Temperature:
    """One for all, or one for each item, which the last ``axes`` axes of the rows make up, repeated for ``size``."""
    array = validation.temperature(tau, rows.dtype)
    seen, shape = array.shape, rows.array.shape
    own = (rows.axis,) if axes == 1 else tuple(range(len(shape) - axes, len(shape)))
    if array.ndim == len(shape) and all(seen[i] == 1 for i in own):
        seen = tuple(n for i, n in enumerate(seen) if i not in own)
    items = size + tuple(n for i, n in enumerate(shape) if i not in own)
    return Temperature(array, validation.tau_shape(seen, items, array.shape, what), items)


class _Noisy:
    """Rows of logits to which Gumbel noise is added, repeated for ``size``."""

    __slots__ = ("rows", "size", "tau", "width", "words")

    def __init__(self, logits: Any, axis: Any, size: Any) -> None:
        self.size = validation.shape(size)
        self.rows = rows = LogitRows(logits, axis)
        validation.shape(self.size + rows.array.shape)
        self.width = WORDS[rows.dtype]
        self.words = math.prod(self.size) * rows.array.size * self.width
        rows.perturb_while(False)

    def draw(self, position: Position) -> Array:
        """The perturbed logits in the type of their computation, rows last: what `gumbel_top_k` orders."""
        rows = self.rows
        noisy = np.empty((*self.size, *rows.rows.shape), rows.dtype)
        fill(position, "fill_gumbel", rows.dtype, noisy)
        np.add(noisy, rows.rows, out=noisy, where=np.broadcast_to(rows.rows > -np.inf, noisy.shape))
        noisy[np.broadcast_to(rows.rows == -np.inf, noisy.shape)] = -np.inf
        return noisy

    def shaped(self, x: Array, dtype: Any) -> Array:
        """Rows as an array of samples, with the categories where they are in the logits."""
        at = self.rows.axis - self.rows.array.ndim
        return cast(np.moveaxis(x.reshape(*self.size, *self.rows.rows.shape), -1, at), dtype)

    def flat(self, grad: Any) -> Array:
        """A gradient with respect to the samples, as rows of float64."""
        shape = self.size + self.rows.array.shape
        at = self.rows.axis - self.rows.array.ndim
        given = np.moveaxis(validation.require_shape(grad, shape), at, -1)
        return np.require(given, np.float64, ["C", "A"]).reshape(-1, self.rows.k)

    def gradients(self, dlogits: Array, terms: Array, tau: Temperature, out: Any) -> tuple[Any, Any]:
        """From those of the rows and of the items, summed over the samples."""
        rows = self.rows
        summed = sum_to_shape(self.shaped(dlogits, np.float64), rows.array.shape)
        made = cast(summed, result_dtype(rows.array))
        if out is not None:
            validation.out_array(out, rows.array.shape, made.dtype)[...] = made
            made = out
        return made, cast(np.asarray(tau.gradient(terms)), rows.dtype)[()]


class _VJP:
    """What a backward pass keeps."""

    __slots__ = ("_call", "_kept", "_soft")

    def __init__(self, call: Any, soft: Array) -> None:
        self._call, self._kept, self._soft = call, call.kept, soft
        soft.flags.writeable = False

    @property
    def soft(self) -> Array:
        """The soft sample, also where the value is hard; read-only."""
        return self._soft


# --- subsets ----------------------------------------------------------------------------------------------------


class RelaxedTopK:
    """A call of `Generator.relaxed_top_k`, or of its VJP if that is to ``keep`` what it needs, ready to be made."""

    __slots__ = ("hard", "keep", "kept", "noisy", "soft", "tau", "top", "value")

    def __init__(self, logits: Any, k: Any, tau: Any, hard: Any, axis: Any, size: Any, keep: bool) -> None:
        self.hard, self.keep = validation.flag(hard, "hard"), keep
        self.noisy = noisy = _Noisy(logits, axis, size)
        self.top = validation.top_k(k, noisy.rows.k)
        noisy.rows.require_categories(self.top)
        self.tau = _temperatures(tau, noisy.rows, 1, noisy.size, "the rows")
        self.kept: list[tuple[Array, Indices, Array]] = []
        self.soft: Array
        self.value: Array

    def write(self, position: Position) -> None:
        noisy, rows = self.noisy, self.noisy.rows
        drawn = noisy.draw(position).reshape(-1, rows.k)
        if self.keep or not self.hard:
            self.soft = noisy.shaped(self._relax(drawn.astype(np.float64)), result_dtype(rows.array))
        if self.hard:
            one = np.zeros(drawn.shape)
            np.put_along_axis(one, np.argsort(-drawn, axis=1, kind="stable")[:, : self.top], 1.0, axis=1)
        self.value = noisy.shaped(one, result_dtype(rows.array)) if self.hard else self.soft

    def _relax(self, z: Array) -> Array:
        tau, total = self.tau.values.astype(np.float64), np.zeros(z.shape)
        each = np.arange(len(z))
        for i in range(self.top):
            share, top = _softmax(z, tau)
            total += share
            others = share.copy()
            others[each, top] = 0
            rest = _row_sums(others)  # 1 less the largest share, with all its digits
            if self.keep:
                self.kept.append((share, top, rest))
            if i + 1 < self.top:
                left = 1.0 - share
                left[each, top] = rest
                z = z + _log(left)
        return total

    def vjp(self) -> RelaxedTopKVJP:
        return RelaxedTopKVJP(self, self.soft)


class RelaxedTopKVJP(_VJP):
    """The backward pass of a sample of `Generator.relaxed_top_k_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The soft sample, also where the value is hard; read-only.
    """

    __slots__ = ()

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value, summed over ``size``."""
        noisy, temperature = self._call.noisy, self._call.tau
        g, tau = noisy.flat(grad), temperature.values.astype(np.float64)
        dz, terms = np.zeros(g.shape), np.zeros(len(g))
        for share, top, rest in reversed(self._kept):
            slopes, of_tau = _softmax_backward(g, share, tau)
            if dz.any():
                through = _logarithm_backward(dz, share, top, rest) / tau[:, None]
                logs = np.where(share > 0, _log(share), 0.0)
                of_tau = of_tau - _row_sums(logs * through)
                slopes = slopes + through
            dz, terms = dz + slopes, terms + of_tau
        return noisy.gradients(dz, terms, temperature, out)  # type: ignore[no-any-return]


def _logarithm_backward(grad: Array, share: Array, top: Indices, rest: Array) -> Array:
    """tau times the gradient of log(1 - share) with respect to what share is the tempered softmax of.

    With s the shares and t = -grad / (1 - s) it is s (t - sum(s t)). The largest has 1 - s near 0: of its products with
    others, and with itself, what cancels is left out.
    """
    each = np.arange(len(grad))
    left = 1.0 - share
    left[each, top] = 1.0  # not looked at
    t = -grad / left
    t[each, top] = 0.0
    others = _row_sums(share * t)
    largest = share[each, top] * grad[each, top]
    odds = np.divide(share, rest[:, None], out=np.zeros(share.shape), where=rest[:, None] > 0)
    slopes: Array = share * (t - others[:, None]) + odds * largest[:, None]
    slopes[each, top] = -largest - share[each, top] * others
    return slopes


# --- permutations -----------------------------------------------------------------------------------------------


class GumbelSinkhorn:
    """A call of `Generator.gumbel_sinkhorn`, or of its VJP if that is to ``keep`` what it needs, ready to be made."""

    __slots__ = ("iterations", "keep", "kept", "noisy", "soft", "tau", "value")

    def __init__(self, logits: Any, tau: Any, iterations: Any, size: Any, keep: bool) -> None:
        self.keep, self.iterations = keep, validation.at_least_1(iterations, "iterations")
        array = validation.square_matrices(validation.as_real(logits, "logits"))
        self.noisy = noisy = _Noisy(array, -1, size)
        validation.columns_above_minus_infinity(array)
        self.tau = _temperatures(tau, noisy.rows, 2, noisy.size, "the matrices")
        self.kept: list[Array] = []
        self.soft: Array

    def write(self, position: Position) -> None:
        noisy, n = self.noisy, self.noisy.rows.k
        z = noisy.draw(position).reshape(-1, n, n).astype(np.float64)
        with np.errstate(over="ignore"):
            x = z / self.tau.values.astype(np.float64)[:, None, None]
        validation.lost_by_scaling(np.where(z > -np.inf, np.abs(x), 0.0), z, "logits")
        across = np.ascontiguousarray(x.transpose(0, 2, 1))
        potentials = [np.zeros(z.shape[:2])]  # of columns, then of rows and columns in turn
        for i in range(self.iterations):
            potentials.append(_log_sum_exp(x - potentials[-1][:, None, :]))
            if i + 1 < self.iterations:
                potentials.append(_log_sum_exp(across - potentials[-1][:, None, :]))
        soft, _ = _softmax((across - potentials[-1][:, None, :]).reshape(-1, n), np.ones(1))
        if self.keep:
            self.kept = [x, soft, *potentials[:-1], potentials[-1]]
        made = soft.reshape(z.shape).transpose(0, 2, 1)
        self.soft = noisy.shaped(made, result_dtype(noisy.rows.array))

    def vjp(self) -> GumbelSinkhornVJP:
        return GumbelSinkhornVJP(self, self.soft)


class GumbelSinkhornVJP(_VJP):
    """The backward pass of a sample of `Generator.gumbel_sinkhorn_vjp`: ``vjp(grad)`` gives ``(dlogits, dtau)``.

    Attributes
    ----------
    soft : ndarray
        The sample; read-only.
    """

    __slots__ = ()

    def __call__(self, grad: npt.ArrayLike, out: Array | None = None) -> tuple[Any, Any]:
        """Gradients with respect to logits and tau from that with respect to the value, summed over ``size``."""
        noisy, temperature = self._call.noisy, self._call.tau
        x, soft, *potentials = self._kept
        n, one = x.shape[1], np.ones(1)
        across = np.ascontiguousarray(x.transpose(0, 2, 1))
        given = noisy.flat(grad).reshape(x.shape).transpose(0, 2, 1)
        turned, _ = _softmax_backward(np.ascontiguousarray(given).reshape(-1, n), soft, one)
        dx = turned.reshape(x.shape).transpose(0, 2, 1).copy()
        slopes = -_row_sums(dx.reshape(-1, n)).reshape(-1, n)  # of the last potentials, of rows
        for i in range(len(potentials) - 1, 0, -1):  # those are log-sum-exps, given the ones before them
            of_rows = i % 2 == 1
            share, _ = _softmax(((x if of_rows else across) - potentials[i - 1][:, None, :]).reshape(-1, n), one)
            part = share.reshape(x.shape) * slopes[:, :, None]
            dx += part if of_rows else part.transpose(0, 2, 1)
            slopes = -_row_sums(part.transpose(0, 2, 1).reshape(-1, n)).reshape(-1, n)
        tau = temperature.values.astype(np.float64)
        dx /= tau[:, None, None]
        below = np.where(x > -np.inf, x - x.max(axis=2, keepdims=True), 0.0)  # rows of dx sum to 0
        terms = -_row_sums((dx * below).reshape(len(x), n * n))
        return noisy.gradients(dx, terms, temperature, out)  # type: ignore[no-any-return]
