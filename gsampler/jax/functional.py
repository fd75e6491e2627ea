"""Functions in place of JAX's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.export import is_symbolic_dim
from numpy.typing import ArrayLike, NDArray

from gsampler.jax import operators

COMPUTE_DTYPE = {"float16": jnp.float32, "bfloat16": jnp.float32, "float32": jnp.float32, "float64": jnp.float64}
FLOATS = "float16, bfloat16, float32 or float64"


def checked_key(key: Any) -> Any:
    """A key as it was given, if it is one."""
    example = "a key of JAX, such as jax.random.key(0)"
    if not isinstance(key, (jax.Array, np.ndarray)):
        raise TypeError(f"key must be {example}, got {type(key).__name__}")
    is_typed = jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
    if not is_typed and key.dtype != jnp.uint32:
        raise TypeError(f"key must be {example}, or its words in uint32, got {key.dtype}")
    shape = (*key.shape, *words_shape(key.dtype)) if is_typed else key.shape
    if shape[-1:] not in ((2,), (4,)):
        raise TypeError(f"key must have two or four words of 32 bits, got {key.dtype} and words of shape {shape}")
    if len(shape) > 1:
        raise TypeError(f"key must be one key, got an array of keys of shape {shape[:-1]}; use jax.vmap")
    return key


@lru_cache
def words_shape(dtype: Any) -> tuple[int, ...]:
    """Of the words of a key of this dtype."""
    shape: tuple[int, ...] = jax.eval_shape(jax.random.key_data, jax.ShapeDtypeStruct((), dtype)).shape
    return shape


def words_of(key: Array) -> Array:
    return jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key


def checked_logits(logits: Any, axis: Any) -> tuple[Any, int]:
    """The logits as an array, of JAX or NumPy, and the axis of the categories counted from 0."""
    x = logits if isinstance(logits, jax.Array) else np.asarray(logits)
    if x.dtype.name not in COMPUTE_DTYPE:
        raise TypeError(f"logits must be of {FLOATS}, got {x.dtype}")
    if x.ndim == 0:
        raise ValueError("logits must have an axis of categories, got one number")
    return x, as_axis(axis, x.shape)


def computed_dtype(x: Any) -> Any:
    """float32 or float64: of what is computed from an array, where 64 bits are enabled, or not."""
    return jax.dtypes.canonicalize_dtype(COMPUTE_DTYPE[x.dtype.name])


def rows_of(x: Array, axis: int) -> Array:
    """The logits as they are computed, the categories last."""
    return jnp.moveaxis(x, axis, -1).astype(computed_dtype(x))


def as_axis(axis: Any, shape: tuple[int, ...]) -> int:
    """The axis of the categories counted from 0."""
    index = operator.index(axis)
    if not -len(shape) <= index < len(shape):
        raise ValueError(f"axis must be from {-len(shape)} to {len(shape) - 1} for logits of shape {shape}, got {axis}")
    if shape[index] == 0:
        raise ValueError(f"logits must have at least one category along axis {axis}, got the shape {shape}")
    return index % len(shape)


def as_shape(shape: Any) -> tuple[int, ...]:
    """Lengths, of which those that `jax.export` leaves open are no numbers yet."""
    given = shape if isinstance(shape, Sequence) else (shape,)
    made: tuple[Any, ...] = tuple(n if is_symbolic_dim(n) else operator.index(n) for n in given)
    if any(not is_symbolic_dim(n) and n < 0 for n in made):
        raise ValueError(f"shape must not have a negative length, got {shape}")
    return made


def checked_tau(tau: Any, x: Any, axis: int) -> Any:
    """The temperature as an array, which fits the logits: see `taus_of`."""
    if not isinstance(tau, jax.Array):
        dtype = computed_dtype(x)
        smallest = jnp.finfo(dtype).smallest_normal
        tau = np.asarray(tau)
        if tau.dtype.kind in "fiu" and not ((smallest <= tau) & (tau <= jnp.finfo(dtype).max)).all():
            raise ValueError(f"tau must be finite, and at least {smallest}, got {tau}")
    if tau.dtype.name not in COMPUTE_DTYPE and not jnp.issubdtype(tau.dtype, jnp.integer):
        raise TypeError(f"tau must be a number or an array of {FLOATS}, got {tau.dtype}")
    rows = x.shape[:axis] + x.shape[axis + 1 :]
    shape = shape_over_rows(tau, x.shape, axis)
    is_one = tau.size == 1 and tau.ndim <= x.ndim
    fits = len(shape) <= len(rows) and all(n in (1, m) for n, m in zip(shape[::-1], rows[::-1], strict=False))
    if not is_one and not fits:
        raise ValueError(
            f"tau must be one number, or broadcast over the rows, {rows}, or have length 1 along axis {axis} of the "
            f"logits, {x.shape}; got the shape {tau.shape}"
        )
    return tau if isinstance(tau, jax.Array) else tau.astype(dtype)


def shape_over_rows(tau: Any, shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """The shape of a temperature without the axis of the categories, where it has that with length 1."""
    seen: tuple[int, ...] = tau.shape
    return seen[:axis] + seen[axis + 1 :] if len(seen) == len(shape) and seen[axis] == 1 else seen


def taus_of(tau: Array, x: Array, axis: int) -> Array:
    """The temperature in the dtype of the computation: one number, or one for each row, of shape (rows,)."""
    values = tau.astype(computed_dtype(x))
    if values.size == 1:
        return values.reshape(())
    rows = x.shape[:axis] + x.shape[axis + 1 :]
    return jnp.broadcast_to(values.reshape(shape_over_rows(tau, x.shape, axis)), rows).reshape(math.prod(rows))


def gumbel(key: Array | NDArray[np.uint32], shape: int | Sequence[int] = (), dtype: Any = float) -> Array:
    """Standard Gumbel noise, in place of `jax.random.gumbel`.

    Parameters
    ----------
    key : key of JAX
        One key, as `jax.random.key` or `jax.random.PRNGKey` makes it.
    shape : int or sequence of int, optional
        Of the result.
    dtype : dtype, optional
        float16, bfloat16, float32 or float64; by default JAX's float, which is float32 unless 64 bits are enabled.

    Returns
    -------
    Array
        ``gs.Generator(seed, stream).gumbel(size=shape)`` at the seed and the stream of the key; float16 and bfloat16
        are rounded from float32.

    Raises
    ------
    TypeError, ValueError
        For what is no key, another dtype, a negative length.

    Notes
    -----
    The seed is ``words[0] * 2**32 + words[1]`` of `jax.random.key_data`. The stream is 0; of keys of four words, as
    `rbg` has them, it is made in the same way of the other two. So ``jax.random.key(42)`` is ``gs.Generator(42)``.

    Examples
    --------
    >>> import jax
    >>> from gsampler.jax import gumbel
    >>> gumbel(jax.random.key(42), (3,))
    Array([ 1.0878001 ,  0.45852733, -1.0271881 ], dtype=float32)
    """
    made = jax.dtypes.canonicalize_dtype(dtype)
    if made.name not in COMPUTE_DTYPE:
        raise TypeError(f"dtype must be {FLOATS}, got {made}")
    return _gumbel(checked_key(key), as_shape(shape), made)


@partial(jax.jit, static_argnums=(1, 2))
def _gumbel(key: Array, shape: tuple[int, ...], dtype: Any) -> Array:
    return operators.gumbel(words_of(key), shape, COMPUTE_DTYPE[dtype.name]).astype(dtype)


def categorical(
    key: Array | NDArray[np.uint32], logits: ArrayLike, axis: int = -1, shape: int | Sequence[int] | None = None
) -> Array:
    """Categories with probabilities proportional to ``exp(logits)``, in place of `jax.random.categorical`.

    Parameters
    ----------
    key : key of JAX
        As of `gumbel`.
    logits : array_like
        Unnormalised log-probabilities with the categories along `axis`; float16, bfloat16, float32 or float64. -inf
        is probability exactly 0.
    axis : int, optional
        Axis of the categories.
    shape : int or sequence of int, optional
        Of the result: that of `logits` without `axis`, or one to which that broadcasts. Axes before it are
        repeated draws.

    Returns
    -------
    Array
        Indices along `axis`, int32, or int64 where 64 bits are enabled. For one draw from each row, those of
        ``gs.Generator(seed, stream).categorical(logits)``, the argmax of logits and `gumbel` of the same key; for
        repeated draws, those with the ``size`` of the axes before, by alias tables.

    Raises
    ------
    TypeError, ValueError
        For what is no key, logits of another dtype, an `axis` out of range, a `shape` that does not fit.
    jax.errors.JaxRuntimeError
        When it runs, for NaN or +inf logits and rows that are all -inf. JAX makes that a ValueError where the call was
        compiled before.

    Examples
    --------
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from gsampler.jax import categorical
    >>> logits = jnp.log(jnp.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]))
    >>> categorical(jax.random.key(42), logits, shape=(3, 2))
    Array([[1, 2],
           [1, 2],
           [0, 2]], dtype=int32)
    """
    x, first = checked_logits(logits, axis)
    batch = x.shape[:first] + x.shape[first + 1 :]
    whole = batch if shape is None else as_shape(shape)
    repeats = len(whole) - len(batch)
    if repeats < 0 or any(n not in (1, m) for n, m in zip(batch, whole[repeats:], strict=True)):
        raise ValueError(
            f"shape must be one to which that of logits without axis {axis}, {batch}, broadcasts, got {whole}"
        )
    return _categorical(checked_key(key), x, first, whole)


@partial(jax.jit, static_argnums=(2, 3))
def _categorical(key: Array, logits: Array, axis: int, shape: tuple[int, ...]) -> Array:
    rows = rows_of(logits, axis)
    repeats, k = len(shape) + 1 - rows.ndim, rows.shape[-1]
    each = shape[repeats:]
    flat = jnp.broadcast_to(rows, (*each, k)).reshape(math.prod(each), k)
    dtype = jax.dtypes.canonicalize_dtype(np.int64)
    if repeats:
        return operators.repeated_categorical(words_of(key), flat, math.prod(shape[:repeats]), dtype).reshape(shape)
    return operators.categorical(words_of(key), flat, dtype).reshape(shape)


def gumbel_softmax(
    key: Array | NDArray[np.uint32], logits: ArrayLike, tau: ArrayLike = 1.0, hard: bool = False, axis: int = -1
) -> Array:
    """Samples of the Gumbel-Softmax distribution, also called Concrete: ``softmax((logits + gumbel noise) / tau)``.

    It has gradients to `logits` and `tau`, which a kernel computes from the sample alone.

    Parameters
    ----------
    key : key of JAX
        As of `gumbel`.
    logits : array_like
        As of `categorical`.
    tau : float or array_like, optional
        Temperature, above 0: one number, or an array that broadcasts over the rows, or that has as many dimensions as
        `logits` and length 1 along `axis`. An array of JAX gets a gradient, in its own shape.
    hard : bool, optional
        Whether to return one-hot vectors, with the gradients of the soft sample (straight-through). They are exactly 0
        and 1.
    axis : int, optional
        Axis of the categories.

    Returns
    -------
    Array
        In the shape and dtype of `logits`: ``gs.Generator(seed, stream).gumbel_softmax(logits, tau)`` at the seed and
        the stream of the key. float16 and bfloat16 are computed in float32.

    Raises
    ------
    TypeError, ValueError
        For what is no key, logits of another dtype, a `tau` that does not broadcast or is a number not above 0, an
        `axis` out of range.
    jax.errors.JaxRuntimeError
        When it runs, for NaN or +inf logits, rows that are all -inf, and a `tau` in an array of JAX that is not above
        0; as of `categorical`.

    Examples
    --------
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from gsampler.jax import gumbel_softmax
    >>> def first(logits, tau):
    ...     return gumbel_softmax(jax.random.key(42), logits, tau)[0]
    >>> dlogits, dtau = jax.grad(first, (0, 1))(jnp.zeros(3), jnp.array(0.5))
    >>> dlogits.round(3)
    Array([ 0.354, -0.337, -0.017], dtype=float32)
    """
    if not isinstance(hard, (bool, np.bool_)):
        raise TypeError(f"hard must be True or False, got {hard!r}")
    x, first = checked_logits(logits, axis)
    learnt = isinstance(tau, jax.Array)
    return _gumbel_softmax(checked_key(key), x, checked_tau(tau, x, first), bool(hard), first, learnt)


@partial(jax.jit, static_argnums=(3, 4, 5))
def _gumbel_softmax(key: Array, logits: Array, tau: Array, hard: bool, axis: int, learnt: bool) -> Array:
    rows = rows_of(logits, axis)
    flat = rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1])
    sample = operators.hard_sample if hard else operators.soft_sample
    value = sample(words_of(key), flat, taus_of(tau, logits, axis), learnt)
    return jnp.moveaxis(value.reshape(rows.shape), -1, axis).astype(logits.dtype)
