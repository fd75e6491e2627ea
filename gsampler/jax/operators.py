"""Custom calls of XLA over the C library, with their derivatives. Each is a pure function of its arguments.

They compute in float32 and float64; what calls them converts. ``words`` are those of a key, ``logits`` are of shape
``(rows, k)``, and ``tau`` is a number or of shape ``(rows,)``. Under `jax.vmap` the lanes become leading axes, which
the handlers of native/src/jax.cc go through; an argument that all lanes share is not copied.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from gsampler.jax.library import target

Shape = tuple[int, ...]


def call(handler: str, results: Any, *arguments: Array) -> Any:
    return jax.ffi.ffi_call(target(handler), results, vmap_method="expand_dims")(*arguments)


def like(x: Array) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(x.shape, x.dtype)


def gumbel(words: Array, shape: Shape, dtype: Any) -> Array:
    """Gumbel noise."""
    noise: Array = call("gumbel", jax.ShapeDtypeStruct(shape, dtype), words)
    return noise


def categorical(words: Array, logits: Array, dtype: Any) -> Array:
    """An index of each row, by Gumbel-Max."""
    result = jax.ShapeDtypeStruct(logits.shape[:1], dtype)
    index: Array = call("categorical", result, words, jax.lax.stop_gradient(logits))
    return index


def repeated_categorical(words: Array, logits: Array, draws: int, dtype: Any) -> Array:
    """Indices of shape ``(draws, rows)``, by alias tables."""
    result = jax.ShapeDtypeStruct((draws, *logits.shape[:1]), dtype)
    index: Array = call("alias", result, words, jax.lax.stop_gradient(logits))
    return index


# --- Gumbel-Softmax ---------------------------------------------------------------------------------------------

# The rules for differentiation call the functions that have such rules themselves, so that gradients have gradients.
# `learnt` says whether tau has one: without, the kernel need not look for it.


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def soft_sample(words: Array, logits: Array, tau: Array, learnt: bool) -> Array:
    """``softmax((logits + gumbel noise) / tau)``."""
    soft: Array = call("soft", like(logits), words, logits, tau)
    return soft


def _soft_fwd(words: Array, logits: Array, tau: Array, learnt: bool) -> tuple[Array, Any]:
    soft = soft_sample(words, logits, tau, learnt)
    return soft, (soft, tau)


def _soft_bwd(learnt: bool, saved: Any, grad: Array) -> tuple[Any, ...]:
    return (None, *backward(grad, *saved, learnt))


soft_sample.defvjp(_soft_fwd, _soft_bwd)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def hard_sample(words: Array, logits: Array, tau: Array, learnt: bool) -> Array:
    """One-hot samples, whose gradient is that of the soft ones. Without it no soft ones are made."""
    (value,) = call("hard", [like(logits)], words, logits, tau)
    return value


def _hard_fwd(words: Array, logits: Array, tau: Array, learnt: bool) -> tuple[Array, Any]:
    value, soft = hard_and_soft_sample(words, logits, tau, learnt)
    return value, (soft, tau)


hard_sample.defvjp(_hard_fwd, _soft_bwd)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def hard_and_soft_sample(words: Array, logits: Array, tau: Array, learnt: bool) -> tuple[Array, Array]:
    value, soft = call("hard", [like(logits)] * 2, words, logits, tau)
    return value, soft


def _both_fwd(words: Array, logits: Array, tau: Array, learnt: bool) -> tuple[tuple[Array, Array], Any]:
    value, soft = hard_and_soft_sample(words, logits, tau, learnt)
    return (value, soft), (soft, tau)


def _both_bwd(learnt: bool, saved: Any, grads: tuple[Array, Array]) -> tuple[Any, ...]:
    return _soft_bwd(learnt, saved, grads[0] + grads[1])


hard_and_soft_sample.defvjp(_both_fwd, _both_bwd)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def backward(grad: Array, soft: Array, tau: Array, learnt: bool) -> tuple[Array, Array | None]:
    """Gradients to logits and tau from that to the sample; tau's is in its shape."""
    if learnt:
        dlogits, dtau = call("backward", [like(soft), like(tau)], grad, soft, tau)
        return dlogits, dtau
    (dlogits,) = call("backward", [like(soft)], grad, soft, tau)
    return dlogits, None


def composed_backward(grad: Array, soft: Array, tau: Array, learnt: bool) -> tuple[Array, Array | None]:
    """The same gradients from JAX's own functions, which can be differentiated again."""
    taus = tau if tau.ndim == 0 else tau[:, None]
    dlogits = soft * (grad - (grad * soft).sum(-1, keepdims=True)) / taus
    if not learnt:
        return dlogits, None
    terms = jnp.log(jnp.where(soft > 0, soft, 1)) * dlogits
    return dlogits, -(terms.sum() if tau.ndim == 0 else terms.sum(-1))


def _backward_fwd(grad: Array, soft: Array, tau: Array, learnt: bool) -> tuple[Any, Any]:
    return backward(grad, soft, tau, learnt), (grad, soft, tau)


def _backward_bwd(learnt: bool, saved: Any, grads: Any) -> Any:
    return jax.vjp(partial(composed_backward, learnt=learnt), *saved)[1](grads)


backward.defvjp(_backward_fwd, _backward_bwd)
