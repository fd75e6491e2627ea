"""Operators of PyTorch over the kernels. Each is a pure function of its arguments, of which one is a key.

A key is a tensor of two int64, seed and stream, drawn from PyTorch's own generator outside the operator: so two equal
calls may be merged, a checkpoint that restores the generator draws the same again, and `torch.vmap` decides by its
``randomness`` whether lanes have one key or one each.

The operators compute in float32 and float64; what calls them converts. Lanes of `torch.vmap` are leading axes of all
arguments: ``key`` is of shape ``(..., 2)``, and ``logits`` begins with the same axes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.library import custom_op

import gsampler.log_prob
from gsampler.core.arrays import Array
from gsampler.core.position import Position
from gsampler.core.temperature import Temperature
from gsampler.generator import Generator
from gsampler.relaxed import ElementSample, RowSample, elements_backward, rows_backward

CPU = torch.device("cpu")
KEY_END = 2**63 - 1


def draw_key(generator: torch.Generator | None = None) -> Tensor:
    """A key from a generator of PyTorch on the CPU, its default one if None."""
    return torch.randint(KEY_END, (2,), generator=generator, device=CPU, dtype=torch.int64)


ON_CPU: Any = {"mutates_args": (), "device_types": "cpu"}


# --- arrays and lanes -------------------------------------------------------------------------------------------


def as_array(x: Tensor) -> Array:
    """The memory of a tensor, whatever its strides."""
    return x.numpy(force=True)


def as_tensor(array: Array) -> Tensor:
    """A tensor in the memory of an array."""
    if not array.flags.writeable:
        array.flags.writeable = True  # a soft sample's, which nobody else holds
    return torch.from_numpy(array)


def as_tau(tau: Tensor) -> Any:
    """A temperature as the samplers take it."""
    return tau.item() if tau.ndim == 0 else as_array(tau)


def _tau_gradient(dtau: Any, tau: Tensor) -> Tensor:
    return as_tensor(np.asarray(dtau)).to(tau.dtype).reshape(tau.shape)


def lanes(key: Tensor) -> Iterator[tuple[tuple[int, ...], Position]]:
    """Index of each lane, and where its stream begins."""
    words = as_array(key)
    for index in np.ndindex(words.shape[:-1]):
        seed, stream = words[index].tolist()
        yield index, (seed, stream, 0)


def of_lane(array: Any, index: tuple[int, ...]) -> Any:
    """The part of an argument that belongs to a lane; axes of length 1 and numbers belong to all."""
    if not index or isinstance(array, float):
        return array
    return array[tuple(i if n != 1 else 0 for i, n in zip(index, array.shape, strict=False))]


def lane_first(x: Tensor, dim: int | None, size: int) -> Tensor:
    """With the axis of the lanes first, whether there is one already or not."""
    return x.expand(size, *x.shape) if dim is None else x.movedim(dim, 0)


def tau_lane_first(tau: Tensor, dim: int | None, ndim: int) -> Tensor:
    """A temperature beside samples that have ``ndim`` axes, the lanes first."""
    if dim is None:
        return tau if tau.ndim == 0 else tau.unsqueeze(0)
    tau = tau.movedim(dim, 0)
    return tau.reshape(-1, *(1,) * (ndim - 1)) if tau.ndim == 1 else tau


# --- Gumbel-Softmax ---------------------------------------------------------------------------------------------


def _sample(logits: Array, tau: Any, position: Position, dim: int, hard: bool, keep: bool) -> tuple[Array, Array]:
    """A sample, and the soft one. Rows that have no softmax are NaN, as PyTorch has them."""
    call = RowSample(logits, tau, hard, dim, None, None, keep)
    try:
        call.write(position)
        return call.output.out, call.output.out if call.soft is None else call.soft
    except ValueError:
        bad = ~np.isfinite(logits.max(axis=dim, keepdims=True))
        if not bad.any():
            raise
    value, soft = _sample(np.where(bad, logits.dtype.type(0), logits), tau, position, dim, hard, keep)
    for array in (value, soft):
        array.flags.writeable = True
        np.copyto(array, np.nan, where=bad)
    return value, soft


def _samples(
    logits: Tensor, tau: Tensor, key: Tensor, dim: int, hard: bool = False, keep: bool = False
) -> tuple[Tensor, Tensor]:
    array, taus = as_array(logits), as_tau(tau)
    if key.ndim == 1:
        seed, stream = key.tolist()
        value, soft = _sample(array, taus, (seed, stream, 0), dim, hard, keep)
    else:
        value, soft = (np.empty(logits.shape, array.dtype) for _ in range(2))
        for index, position in lanes(key):
            made = _sample(array[index], of_lane(taus, index), position, dim - len(index), hard, keep)
            value[index], soft[index] = made
    return as_tensor(value), as_tensor(soft)


@custom_op("gsampler::gumbel_softmax", **ON_CPU, schema="(Tensor logits, Tensor tau, Tensor key, SymInt dim) -> Tensor")
def gumbel_softmax(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Tensor:
    """Samples of Gumbel-Softmax; ``tau`` has no axes, or those of ``logits`` with length 1 along ``dim``."""
    return _samples(logits, tau, key, dim)[0]


@gumbel_softmax.register_fake
def _(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Tensor:
    return logits.new_empty(logits.shape)


@custom_op(
    "gsampler::gumbel_softmax_hard",
    **ON_CPU,
    schema="(Tensor logits, Tensor tau, Tensor key, SymInt dim, bool keep) -> (Tensor, Tensor)",
)
def gumbel_softmax_hard(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> tuple[Tensor, Tensor]:
    """One-hot samples, and the soft ones that their gradients are made from if they are to be kept."""
    value, soft = _samples(logits, tau, key, dim, True, keep)
    return value, soft if keep else value.new_empty(0)


@gumbel_softmax_hard.register_fake
def _(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> tuple[Tensor, Tensor]:
    return logits.new_empty(logits.shape), logits.new_empty(logits.shape if keep else 0)


@custom_op(
    "gsampler::gumbel_softmax_backward",
    **ON_CPU,
    schema="(Tensor grad, Tensor soft, Tensor tau, SymInt dim) -> (Tensor, Tensor)",
)
def gumbel_softmax_backward(grad: Tensor, soft: Tensor, tau: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Gradients to logits and tau from that to the sample; tau's is in its shape."""
    sample, taus = as_array(soft), as_tau(tau)
    temperature = Temperature.of_rows(taus, sample.dtype.type, sample.shape, dim)
    dlogits, dtau = rows_backward(as_array(grad), sample, temperature, dim, sample.dtype, None)
    result = as_tensor(dlogits), _tau_gradient(dtau, tau)
    bad = soft.narrow(dim, 0, 1).isnan()  # such rows are NaN as a whole
    if bad.any():
        nan = torch.where(bad, torch.nan, 0.0).to(soft.dtype)
        return result[0] + nan, result[1] + nan.sum_to_size(tau.shape)
    return result


@gumbel_softmax_backward.register_fake
def _(grad: Tensor, soft: Tensor, tau: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    return soft.new_empty(soft.shape), tau.new_empty(tau.shape)


def _composed_backward(grad: Tensor, soft: Tensor, tau: Tensor, dim: int, with_tau: bool) -> tuple[Tensor, Any]:
    """The same gradients from PyTorch's own functions, which can be differentiated again."""
    dlogits = soft * (grad - (grad * soft).sum(dim, keepdim=True)) / tau
    if not with_tau:
        return dlogits, None
    terms = torch.where(soft > 0, soft, 1).log() * dlogits
    return dlogits, -terms.sum(dim, keepdim=True).sum_to_size(tau.shape)


def _gradients(ctx: Any, grad: Tensor | None, soft: Tensor, tau: Tensor) -> tuple[Tensor | None, ...]:
    if grad is None:
        return None, None
    if torch.is_grad_enabled():  # they may be differentiated again
        return _composed_backward(grad, soft, tau, ctx.dim, ctx.needs_input_grad[1])
    gradients: tuple[Tensor, Tensor] = gumbel_softmax_backward(grad, soft, tau, ctx.dim)
    return gradients


def _tangent(ctx: Any, dlogits: Tensor | None, dtau: Tensor | None) -> Tensor:
    """The change of the soft sample with those of logits and tau."""
    soft, tau = ctx.saved_tensors
    moved = torch.zeros_like(soft) if dlogits is None else dlogits
    if dtau is not None:
        moved = moved - torch.where(soft > 0, soft, 1).log() * dtau
    tangent: Tensor = soft * (moved - (soft * moved).sum(ctx.dim, keepdim=True)) / tau
    return tangent


def _setup_soft(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.set_materialize_grads(False)
    _, tau, _, ctx.dim = inputs
    ctx.save_for_backward(output, tau)
    ctx.save_for_forward(output, tau)


def _backward_soft(ctx: Any, grad: Tensor | None) -> tuple[Tensor | None, ...]:
    return (*_gradients(ctx, grad, *ctx.saved_tensors), None, None)


def _setup_hard(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.set_materialize_grads(False)
    _, tau, _, ctx.dim, _ = inputs
    ctx.save_for_backward(output[1], tau)
    ctx.save_for_forward(output[1], tau)


def _backward_hard(ctx: Any, grad: Tensor | None, grad_soft: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is not None and grad_soft is not None:
        grad = grad + grad_soft
    return (*_gradients(ctx, grad if grad is not None else grad_soft, *ctx.saved_tensors), None, None, None)


gumbel_softmax.register_autograd(_backward_soft, setup_context=_setup_soft)
gumbel_softmax_hard.register_autograd(_backward_hard, setup_context=_setup_hard)


def _sample_lanes(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    logits = lane_first(logits, in_dims[0], info.batch_size)
    return logits, tau_lane_first(tau, in_dims[1], logits.ndim), lane_first(key, in_dims[2], info.batch_size)


@gumbel_softmax.register_vmap
def _(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> tuple[Tensor, int]:
    return gumbel_softmax(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1), 0


@gumbel_softmax_hard.register_vmap
def _(
    info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool
) -> tuple[tuple[Tensor, Tensor], tuple[int | None, int | None]]:
    made = gumbel_softmax_hard(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1, keep)
    return made, (0, 0 if keep else None)


@gumbel_softmax_backward.register_vmap
def _(
    info: Any, in_dims: Any, grad: Tensor, soft: Tensor, tau: Tensor, dim: int
) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
    size, shape = info.batch_size, tau.shape if in_dims[2] is None else tau.movedim(in_dims[2], 0).shape[1:]
    tau = tau_lane_first(lane_first(tau, in_dims[2], size), 0, soft.ndim + (in_dims[1] is None))
    grad, soft = (lane_first(x, d, size) for x, d in zip((grad, soft), in_dims, strict=False))
    dlogits, dtau = gumbel_softmax_backward(grad, soft, tau, dim + 1)
    return (dlogits, dtau.reshape(size, *shape)), (0, 0)


# --- categories -------------------------------------------------------------------------------------------------


def _index_shape(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> list[int]:
    first = key.ndim - 1
    return [*logits.shape[:first], *sample_shape, *logits.shape[first:dim], *logits.shape[dim + 1 :]]


@custom_op(
    "gsampler::categorical", **ON_CPU, schema="(Tensor logits, Tensor key, SymInt dim, SymInt[] sample_shape) -> Tensor"
)
def categorical(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> Tensor:
    """Indices along ``dim``, drawn by Gumbel-Max, or where there is a shape of repeated draws, by alias tables."""
    array, size = as_array(logits), tuple(sample_shape) or None
    index = np.empty(_index_shape(logits, key, dim, sample_shape), np.int64)
    for lane, (seed, stream, _) in lanes(key):
        drawn = Generator(seed, stream).categorical(array[lane], size, dim - len(lane))
        if not lane:
            return as_tensor(np.asarray(drawn))
        index[lane] = drawn
    return as_tensor(index)


@categorical.register_fake
def _(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> Tensor:
    return logits.new_empty(_index_shape(logits, key, dim, sample_shape), dtype=torch.int64)


@categorical.register_vmap
def _(
    info: Any, in_dims: Any, logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]
) -> tuple[Tensor, int]:
    logits, key = (lane_first(x, d, info.batch_size) for x, d in zip((logits, key), in_dims, strict=False))
    return categorical(logits, key, dim + 1, sample_shape), 0


@custom_op(
    "gsampler::gumbel_top_k", **ON_CPU, schema="(Tensor logits, Tensor key, SymInt k, SymInt dim) -> (Tensor, Tensor)"
)
def gumbel_top_k(logits: Tensor, key: Tensor, k: int, dim: int) -> tuple[Tensor, Tensor]:
    """Indices of the k largest perturbed logits, and these; the wrapper gives them their gradient."""
    array = as_array(logits)
    shape = (*logits.shape[:dim], k, *logits.shape[dim + 1 :])
    indices, values = np.empty(shape, np.int64), np.empty(shape, array.dtype)
    for lane, (seed, stream, _) in lanes(key):
        indices[lane], values[lane] = Generator(seed, stream).gumbel_top_k(array[lane], k, dim - len(lane))
    return as_tensor(indices), as_tensor(values)


@gumbel_top_k.register_fake
def _(logits: Tensor, key: Tensor, k: int, dim: int) -> tuple[Tensor, Tensor]:
    shape = (*logits.shape[:dim], k, *logits.shape[dim + 1 :])
    return logits.new_empty(shape, dtype=torch.int64), logits.new_empty(shape)


@gumbel_top_k.register_vmap
def _(
    info: Any, in_dims: Any, logits: Tensor, key: Tensor, k: int, dim: int
) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
    logits, key = (lane_first(x, d, info.batch_size) for x, d in zip((logits, key), in_dims, strict=False))
    return gumbel_top_k(logits, key, k, dim + 1), (0, 0)


# --- noise ------------------------------------------------------------------------------------------------------


@custom_op("gsampler::noise", **ON_CPU, schema="(Tensor key, str law, SymInt[] shape, ScalarType dtype) -> Tensor")
def noise(key: Tensor, law: str, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Gumbel or logistic noise, in float32 or float64: what the samplers add at the same key."""
    made = np.float64 if dtype == torch.float64 else np.float32
    result = np.empty((*key.shape[:-1], *shape), made)
    for lane, (seed, stream, _) in lanes(key):
        drawn = getattr(Generator(seed, stream), law)(size=tuple(shape), dtype=made)
        if not lane:
            return as_tensor(np.asarray(drawn))
        result[lane] = drawn
    return as_tensor(result)


@noise.register_fake
def _(key: Tensor, law: str, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    return key.new_empty((*key.shape[:-1], *shape), dtype=dtype)


@noise.register_vmap
def _(info: Any, in_dims: Any, key: Tensor, law: str, shape: Sequence[int], dtype: torch.dtype) -> tuple[Tensor, int]:
    return noise(key.movedim(in_dims[0], 0), law, shape, dtype), 0


# --- binary Concrete --------------------------------------------------------------------------------------------


def _element_sample(logits: Array, tau: Any, position: Position) -> Array:
    """A sample. That of NaN is NaN, that of +inf is 1, as PyTorch has them."""
    call = ElementSample(logits, tau, False, None, None, False)
    try:
        call.write(position)
        return call.output.out
    except ValueError:
        bad = ~(logits < np.inf)
        if not bad.any():
            raise
    soft = _element_sample(np.where(bad, logits.dtype.type(0), logits), tau, position)
    soft[bad] = np.where(np.isnan(logits[bad]), np.nan, 1)
    return soft


@custom_op("gsampler::binary_concrete", **ON_CPU, schema="(Tensor logits, Tensor tau, Tensor key) -> Tensor")
def binary_concrete(logits: Tensor, tau: Tensor, key: Tensor) -> Tensor:
    """Samples of the binary Concrete distribution; ``tau`` broadcasts to ``logits``."""
    seed, stream = key.tolist()
    return as_tensor(np.asarray(_element_sample(as_array(logits), as_tau(tau), (seed, stream, 0))))


@binary_concrete.register_fake
def _(logits: Tensor, tau: Tensor, key: Tensor) -> Tensor:
    return logits.new_empty(logits.shape)


@custom_op(
    "gsampler::binary_concrete_backward", **ON_CPU, schema="(Tensor grad, Tensor soft, Tensor tau) -> (Tensor, Tensor)"
)
def binary_concrete_backward(grad: Tensor, soft: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients to logits and tau from that to the sample; tau's is in its shape."""
    sample, taus = as_array(soft), as_tau(tau)
    temperature = Temperature.of_elements(taus, sample.dtype.type, sample.shape)
    dlogits, dtau = elements_backward(as_array(grad), sample, temperature, sample.dtype, None)
    result = as_tensor(np.asarray(dlogits)), _tau_gradient(dtau, tau)
    if soft.sum().isnan():
        nan = torch.where(soft.isnan(), torch.nan, 0.0).to(soft.dtype)
        return result[0] + nan, result[1] + nan.sum_to_size(tau.shape)
    return result


@binary_concrete_backward.register_fake
def _(grad: Tensor, soft: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
    return soft.new_empty(soft.shape), tau.new_empty(tau.shape)


def _setup_binary(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(output, inputs[1])


def _backward_binary(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    soft, tau = ctx.saved_tensors
    if not torch.is_grad_enabled():
        return (*binary_concrete_backward(grad, soft, tau), None)
    dlogits = grad * soft * (1 - soft) / tau
    inner = (soft > 0) & (soft < 1)
    terms = torch.where(inner, soft, 0.5).logit() * dlogits
    return dlogits, -terms.sum_to_size(tau.shape), None


binary_concrete.register_autograd(_backward_binary, setup_context=_setup_binary)


# --- log densities ----------------------------------------------------------------------------------------------

ROW_LAWS = ("concrete", "exp_concrete")  # the others are of elements


def _density_shape(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> torch.Size:
    shape = torch.broadcast_shapes(x.shape, logits.shape, tau.shape)
    return shape[:-1] if law in ROW_LAWS else shape


def composed_log_prob(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    """The log density from PyTorch's own functions."""
    if law in ROW_LAWS:
        log_x = x if law == "exp_concrete" else x.log()
        score = (logits - tau * log_x).log_softmax(-1).sum(-1)
        if law == "concrete":
            score = score - log_x.sum(-1)
        k = logits.shape[-1]
        taus = tau if tau.ndim == 0 else tau.squeeze(-1)
        return score + (k - 1) * taus.log() + math.lgamma(k)
    logit = x if law == "logit_binary_concrete" else x.log() - (-x).log1p()
    z = logits - tau * logit
    density = tau.log() + z - 2 * torch.nn.functional.softplus(z)
    return density if law == "logit_binary_concrete" else density - x.log() - (-x).log1p()


def composed_gradients(grad: Tensor, x: Tensor, logits: Tensor, tau: Tensor, law: str) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of `composed_log_prob` from PyTorch's own functions, which can be differentiated again."""
    if law in ROW_LAWS:
        grad, k = grad.unsqueeze(-1), logits.shape[-1]
        log_x = x if law == "exp_concrete" else x.log()
        dlogits = grad * (1 - k * (logits - tau * log_x).softmax(-1))
        dx = -tau * dlogits if law == "exp_concrete" else -(tau * dlogits + grad) / x
        dtau = grad * (k - 1) / tau - (log_x * dlogits).sum(-1, keepdim=True)
    else:
        logit = x if law == "logit_binary_concrete" else x.log() - (-x).log1p()
        dlogits = -grad * ((logits - tau * logit) / 2).tanh()
        dx = -tau * dlogits
        if law == "binary_concrete":
            dx = (dx - grad * (1 - 2 * x)) / (x * (1 - x))
        dtau = grad / tau - logit * dlogits
    return dx.sum_to_size(x.shape), dlogits.sum_to_size(logits.shape), dtau.sum_to_size(tau.shape)


@custom_op("gsampler::log_prob", **ON_CPU, schema="(Tensor x, Tensor logits, Tensor tau, str law) -> Tensor")
def _log_prob(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    function = getattr(gsampler.log_prob, f"{law}_log_prob")
    try:
        density = function(as_array(x), as_array(logits), as_tau(tau))
    except ValueError:
        if not bool(((tau > 0) & (tau < torch.inf)).all()):
            raise
        return composed_log_prob(x, logits, tau, law)  # NaN where PyTorch has it
    return torch.as_tensor(density, dtype=x.dtype)


@_log_prob.register_fake
def _(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    return x.new_empty(_density_shape(x, logits, tau, law))


@custom_op(
    "gsampler::log_prob_backward",
    **ON_CPU,
    schema="(Tensor grad, Tensor x, Tensor logits, Tensor tau, str law) -> (Tensor, Tensor, Tensor)",
)
def _log_prob_backward(grad: Tensor, x: Tensor, logits: Tensor, tau: Tensor, law: str) -> tuple[Tensor, Tensor, Tensor]:
    function = getattr(gsampler.log_prob, f"{law}_log_prob_backward")
    try:
        gradients = function(as_array(grad), as_array(x), as_array(logits), as_tau(tau))
    except ValueError:
        return composed_gradients(grad, x, logits, tau, law)
    dx, dlogits, dtau = (
        torch.as_tensor(g, dtype=t.dtype).reshape(t.shape) for g, t in zip(gradients, (x, logits, tau), strict=True)
    )
    return dx, dlogits, dtau


@_log_prob_backward.register_fake
def _(grad: Tensor, x: Tensor, logits: Tensor, tau: Tensor, law: str) -> tuple[Tensor, Tensor, Tensor]:
    return x.new_empty(x.shape), logits.new_empty(logits.shape), tau.new_empty(tau.shape)


def _setup_log_prob(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.law = inputs
    ctx.save_for_backward(*tensors)


def _backward_log_prob(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, logits, tau = ctx.saved_tensors
    call = composed_gradients if torch.is_grad_enabled() else _log_prob_backward
    return (*call(grad, x, logits, tau, ctx.law), None)


_log_prob.register_autograd(_backward_log_prob, setup_context=_setup_log_prob)


# --- what is called ---------------------------------------------------------------------------------------------

# `torch.func` differentiates autograd functions with `setup_context`, but no operator with a registered derivative.


class _Soft(torch.autograd.Function):
    setup_context = staticmethod(_setup_soft)
    backward = staticmethod(_backward_soft)

    @staticmethod
    def forward(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Any:
        return gumbel_softmax(logits, tau, key, dim)

    @staticmethod
    def vmap(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> tuple[Any, int]:
        return _soft()(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1), 0


class _Hard(torch.autograd.Function):
    setup_context = staticmethod(_setup_hard)
    backward = staticmethod(_backward_hard)

    @staticmethod
    def forward(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> Any:
        return gumbel_softmax_hard(logits, tau, key, dim, keep)

    @staticmethod
    def vmap(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> Any:
        made = _hard()(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1, keep)
        return made, (0, 0 if keep else None)


# torch.compile takes no function that has `jvp`.


class _SoftForward(_Soft):
    @staticmethod
    def jvp(ctx: Any, dlogits: Tensor | None, dtau: Tensor | None, *_: None) -> Tensor:
        return _tangent(ctx, dlogits, dtau)


class _HardForward(_Hard):
    @staticmethod
    def jvp(ctx: Any, dlogits: Tensor | None, dtau: Tensor | None, *_: None) -> tuple[Tensor, Tensor]:
        tangent = _tangent(ctx, dlogits, dtau)
        return tangent, tangent.clone()


def is_transformed() -> bool:
    """Whether a transform of `torch.func`, or forward-mode differentiation, is being made.

    `torch.autograd.Function.apply` asks the same of the first.
    """
    return torch._C._are_functorch_transforms_active() or (
        not torch.compiler.is_compiling() and forward_ad._current_level >= 0
    )


def _soft() -> Any:
    if not is_transformed():
        return gumbel_softmax
    return _Soft.apply if torch.compiler.is_compiling() else _SoftForward.apply


def _hard() -> Any:
    if not is_transformed():
        return gumbel_softmax_hard
    return _Hard.apply if torch.compiler.is_compiling() else _HardForward.apply


def sample(logits: Tensor, tau: Tensor, key: Tensor, dim: int, hard: bool) -> Tensor:
    """A sample of Gumbel-Softmax with its gradients, by the operators above."""
    if hard:
        is_traced = is_transformed() or logits.requires_grad or tau.requires_grad
        value: Tensor = _hard()(logits, tau, key, dim, torch.is_grad_enabled() and is_traced)[0]
    else:
        value = _soft()(logits, tau, key, dim)
    return value


def element_sample(logits: Tensor, tau: Tensor, key: Tensor) -> Tensor:
    """A sample of the binary Concrete distribution with its gradients."""
    if is_transformed():
        return ((logits + noise(key, "logistic", logits.shape, logits.dtype)) / tau).sigmoid()
    value: Tensor = binary_concrete(logits, tau, key)
    return value


def log_prob(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    """A log density with its gradients; beside rows, ``tau`` has no axes, or all of theirs with length 1 at the end."""
    if is_transformed() or x.device.type != "cpu":
        return composed_log_prob(x, logits, tau, law)
    density: Tensor = _log_prob(x, logits, tau, law)
    return density
