"""Functions in place of JAX's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

from gsampler.jax import operators

COMPUTE_DTYPE = {"float16": jnp.float32, "bfloat16": jnp.float32, "float32": jnp.float32, "float64": jnp.float64}
FLOATS = "float16, bfloat16, float32 or float64"


def key_words(key: Any) -> Array:
    """The words of a key, uint32 of shape (2,) or (4,)."""
    example = "jax.random.key(0)"
    if isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        if key.ndim:
            raise TypeError(f"key must be one key, got an array of keys of shape {key.shape}; use jax.vmap")
        words = jax.random.key_data(key)
        if words.shape not in ((2,), (4,)) or words.dtype != jnp.uint32:
            raise TypeError(f"key must have two or four words of 32 bits, got the implementation {key.dtype}")
        return words
    if not isinstance(key, (jax.Array, np.ndarray)):
        raise TypeError(f"key must be a key of JAX, such as {example}, got {type(key).__name__}")
    if key.dtype != jnp.uint32:
        raise TypeError(f"key must be a key of JAX, such as {example}, or its words in uint32, got {key.dtype}")
    if key.shape not in ((2,), (4,)):
        many = "; use jax.vmap" if key.ndim > 1 else ""
        raise TypeError(f"key must be one key of two or four words, got the shape {key.shape}{many}")
    return jnp.asarray(key)


def as_logits(logits: Any) -> tuple[Array, Any]:
    """The logits as they are computed, float32 or float64, and the dtype that they had."""
    x = jnp.asarray(logits)
    if x.dtype.name not in COMPUTE_DTYPE:
        raise TypeError(f"logits must be of {FLOATS}, got {x.dtype}")
    if x.ndim == 0:
        raise ValueError("logits must have an axis of categories, got one number")
    return x.astype(COMPUTE_DTYPE[x.dtype.name]), x.dtype


def as_axis(axis: Any, shape: tuple[int, ...]) -> int:
    """The axis of the categories counted from 0."""
    index = operator.index(axis)
    if not -len(shape) <= index < len(shape):
        raise ValueError(f"axis must be from {-len(shape)} to {len(shape) - 1} for logits of shape {shape}, got {axis}")
    if shape[index] == 0:
        raise ValueError(f"logits must have at least one category along axis {axis}, got the shape {shape}")
    return index % len(shape)


def as_shape(shape: Any) -> tuple[int, ...]:
    made = tuple(map(operator.index, shape)) if isinstance(shape, Sequence) else (operator.index(shape),)
    if any(n < 0 for n in made):
        raise ValueError(f"shape must not have a negative length, got {shape}")
    return made


def as_tau(tau: Any, x: Array, axis: int) -> Array:
    """The temperature in the dtype of the logits: one number, or one for each row, of shape (rows,)."""
    if not isinstance(tau, jax.Array):
        smallest = jnp.finfo(x.dtype).smallest_normal
        if not np.all((smallest <= np.asarray(tau)) & np.isfinite(tau)):
            raise ValueError(f"tau must be finite, and at least {smallest}, got {tau}")
    values = jnp.asarray(tau)
    if values.dtype.name not in COMPUTE_DTYPE and not jnp.issubdtype(values.dtype, jnp.integer):
        raise TypeError(f"tau must be a number or an array of {FLOATS}, got {values.dtype}")
    values = values.astype(x.dtype)
    if values.size == 1 and values.ndim <= x.ndim:
        return values.reshape(())
    rows = x.shape[:axis] + x.shape[axis + 1 :]
    shape = values.shape
    if len(shape) == x.ndim and shape[axis] == 1:
        shape = shape[:axis] + shape[axis + 1 :]
    if len(shape) > len(rows) or any(n not in (1, m) for n, m in zip(shape[::-1], rows[::-1], strict=False)):
        raise ValueError(
            f"tau must be one number, or broadcast over the rows, {rows}, or have length 1 along axis {axis} of the "
            f"logits, {x.shape}; got the shape {values.shape}"
        )
    return jnp.broadcast_to(values.reshape(shape), rows).reshape(math.prod(rows))


def index_dtype() -> Any:
    """Of indices, as JAX has them: int32, or int64 where 64 bits are enabled."""
    return jax.dtypes.canonicalize_dtype(np.int64)


def gumbel(key: ArrayLike, shape: int | Sequence[int] = (), dtype: Any = float) -> Array:
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
    words = key_words(key)
    made = jax.dtypes.canonicalize_dtype(dtype)
    if made.name not in COMPUTE_DTYPE:
        raise TypeError(f"dtype must be {FLOATS}, got {made}")
    return operators.gumbel(words, as_shape(shape), COMPUTE_DTYPE[made.name]).astype(made)


def categorical(
    key: ArrayLike, logits: ArrayLike, axis: int = -1, shape: int | Sequence[int] | None = None
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
        When it runs, for NaN or +inf logits and rows that are all -inf.

    Examples
    --------
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from gsampler.jax import categorical
    >>> logits = jnp.log(jnp.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]))
    >>> categorical(jax.random.key(42), logits, shape=(3, 2))
    Array([[0, 2],
           [0, 2],
           [0, 2]], dtype=int32)
    """
    words = key_words(key)
    x, _ = as_logits(logits)
    axis = as_axis(axis, x.shape)
    rows = jnp.moveaxis(x, axis, -1)
    batch, k = rows.shape[:-1], rows.shape[-1]
    if shape is None:
        return operators.categorical(words, rows.reshape(math.prod(batch), k), index_dtype()).reshape(batch)
    whole = as_shape(shape)
    repeats, last = whole[: len(whole) - len(batch)], whole[max(len(whole) - len(batch), 0) :]
    if len(last) != len(batch) or any(n not in (1, m) for n, m in zip(batch, last, strict=True)):
        raise ValueError(
            f"shape must be one to which that of logits without axis {axis}, {batch}, broadcasts, got {whole}"
        )
    flat = jnp.broadcast_to(rows, (*last, k)).reshape(math.prod(last), k)
    if not repeats:
        return operators.categorical(words, flat, index_dtype()).reshape(whole)
    return operators.repeated_categorical(words, flat, math.prod(repeats), index_dtype()).reshape(whole)


def gumbel_softmax(
    key: ArrayLike, logits: ArrayLike, tau: ArrayLike = 1.0, hard: bool = False, axis: int = -1
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
        When it runs, for NaN or +inf logits, rows that are all -inf, and a `tau` in an array that is not above 0.

    Examples
    --------
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from gsampler.jax import gumbel_softmax
    >>> def first(logits, tau):
    ...     return gumbel_softmax(jax.random.key(42), logits, tau)[0]
    >>> dlogits, dtau = jax.grad(first, (0, 1))(jnp.zeros(3), jnp.array(0.5))
    >>> dlogits.round(3)
    Array([ 0.348, -0.338, -0.011], dtype=float32)
    """
    if not isinstance(hard, (bool, np.bool_)):
        raise TypeError(f"hard must be True or False, got {hard!r}")
    words = key_words(key)
    x, dtype = as_logits(logits)
    axis = as_axis(axis, x.shape)
    temperature = as_tau(tau, x, axis)
    rows = jnp.moveaxis(x, axis, -1)
    flat = rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1])
    sample = operators.hard_sample if hard else operators.soft_sample
    value = sample(words, flat, temperature, isinstance(tau, jax.Array))
    return jnp.moveaxis(value.reshape(rows.shape), -1, axis).astype(dtype)
