"""Operators of PyTorch over the kernels. Each is a pure function of its arguments, of which one is a key.

A key is a tensor of two int64, seed and stream, drawn from PyTorch's own generator outside the operator: so two equal
calls may be merged, a checkpoint that restores the generator draws the same again, and `torch.vmap` decides by its
``randomness`` whether lanes have one key or one each.

The operators compute in float32 and float64; what calls them converts. Lanes of `torch.vmap` are leading axes of all
arguments: ``key`` is of shape ``(..., 2)``, and ``logits`` begins with the same axes.

They are registered by `torch.library.Library`: a call of what `torch.library.custom_op` makes costs 10 us more, of what
`torch.library.register_autograd` gives a derivative 5 more, or 20 where there is one. So graphs that are recorded have
operators with derivatives; at once, a `torch.autograd.Function` calls one without: see `Differentiable`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad

import gsampler.log_prob
from gsampler.compiler.c_types import NULL
from gsampler.core.arrays import SUFFIX, Array
from gsampler.core.position import Position
from gsampler.core.temperature import Temperature
from gsampler.generator import Generator
from gsampler.kernels import table
from gsampler.relaxed import ElementSample, RowSample, elements_backward, rows_backward
from gsampler.runtime.launch import run
from gsampler.runtime.registry import kernel

CPU = torch.device("cpu")
KEY_END = 2**63 - 1


def draw_key(generator: torch.Generator | None = None) -> Tensor:
    """A key from a generator of PyTorch on the CPU, its default one if None."""
    return torch.randint(KEY_END, (2,), generator=generator, device=CPU, dtype=torch.int64)


# --- registration -----------------------------------------------------------------------------------------------

LIBRARY = torch.library.Library("gsampler", "FRAGMENT")
Function = Callable[..., Any]


def operator(schema: str) -> Callable[[Function], Any]:
    """Make a function the operator of this schema, for tensors on CPUs."""
    name = schema.split("(")[0]

    def define(function: Function) -> Any:
        LIBRARY.define(schema, tags=(torch.Tag.pt2_compliant_tag,))
        LIBRARY.impl(name, function, "CPU")
        return getattr(torch.ops.gsampler, name).default

    return define


def fake_of(name: str) -> Callable[[Function], Function]:
    """What an operator returns, without values: for compilers."""
    register: Callable[[Function], Function] = torch.library.register_fake(f"gsampler::{name}", lib=LIBRARY)
    return register


def vmap_of(name: str) -> Callable[[Function], Function]:
    register: Callable[[Function], Function] = torch.library.register_vmap(f"gsampler::{name}", lib=LIBRARY)
    return register


def is_recorded() -> bool:
    """Whether what is called goes to a graph, of a compiler, an export or a trace."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing()  # type: ignore[attr-defined]


class Differentiable:
    """An operator with its derivative.

    Parameters
    ----------
    schema : str
        Of the operator. It is registered twice: under its name with the derivative, and with ``_value`` behind that
        without.
    function, fake : callable
        What computes it, and what has its shape.
    setup, backward : callable
        As of `torch.library.register_autograd`.
    """

    def __init__(self, schema: str, function: Function, fake: Function, setup: Function, backward: Function) -> None:
        name, rest = schema.split("(", 1)
        self.recorded = operator(schema)(function)
        self.value = operator(f"{name}_value({rest}")(function)
        fake_of(name)(fake)
        fake_of(f"{name}_value")(fake)
        torch.library.register_autograd(f"gsampler::{name}", backward, setup_context=setup, lib=LIBRARY)
        value = self.value

        class AtOnce(torch.autograd.Function):  # not with `setup_context`, which costs 20 us
            @staticmethod
            def forward(ctx: Any, *inputs: Any) -> Any:
                output = value(*inputs)
                setup(ctx, inputs, output)
                return output

        AtOnce.backward = staticmethod(backward)  # type: ignore[method-assign]
        AtOnce.__name__ = AtOnce.__qualname__ = f"gsampler_{name}"  # which grad_fn shows
        self.at_once = AtOnce

    def __call__(self, *args: Any) -> Any:
        if is_recorded():
            return self.recorded(*args)
        if torch.is_grad_enabled():
            for a in args:
                if isinstance(a, Tensor) and a.requires_grad:
                    return self.at_once.apply(*args)
        return self.value(*args)


# --- arrays and lanes -------------------------------------------------------------------------------------------


def as_array(x: Tensor) -> Array:
    """The memory of a tensor, whatever its strides."""
    return x.numpy(force=True)


def as_dtype(x: Tensor, dtype: torch.dtype) -> Tensor:
    # torch.compile does not know that what torch.func differentiates requires a gradient; what is made of it does
    return x if x.dtype == dtype and not torch.compiler.is_compiling() else x.to(dtype)


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


# --- few elements -----------------------------------------------------------------------------------------------

# Small calls wait for Python: kernels then get the memory of the tensors by themselves. (Large results have NumPy's,
# which lies in large pages.) Each function returns None where the general one is to be called: it says what is wrong.

FEW = 2**17  # elements
NUMPY: dict[torch.dtype, Any] = {torch.float32: np.float32, torch.float64: np.float64}


def are_few(*rows: Tensor, dim: int) -> bool:
    """Whether these are few rows that kernels can read where they are."""
    return all(x.numel() <= FEW and dim == x.ndim - 1 and x.is_contiguous() and not x.is_neg() for x in rows)


def few_soft(logits: Tensor, tau: Tensor, key: Tensor, index: Tensor | None = None) -> Tensor | None:
    """A soft sample; ``index`` gets that of each row's largest."""
    k, dtype = logits.shape[-1], NUMPY[logits.dtype]
    temperature = Temperature.of_rows(tau.item(), dtype, logits.shape, logits.ndim - 1)
    soft = torch.empty_like(logits)
    arguments = table.gumbel_softmax(
        *key.tolist(),
        0,
        logits=logits.data_ptr(),
        k=k,
        tau=temperature.start,
        per_row=0,
        check=1,
        soft=soft.data_ptr(),
        index=NULL if index is None else index.data_ptr(),
    )
    invalid = run(kernel("gumbel_softmax", SUFFIX[dtype]), 0, logits.numel() // k, arguments, k)
    return soft if invalid is None else None


def few_indices(logits: Tensor, key: Tensor, index: Tensor) -> Tensor | None:
    """Write the category of each row to ``index``, and return it."""
    k = logits.shape[-1]
    rows = logits.numel() // k
    arguments = table.gumbel_max(
        *key.tolist(),
        0,
        logits=logits.data_ptr(),
        k=k,
        period=rows,
        parts=1,
        part=k,
        check=1,
        index=index.data_ptr(),
        best=NULL,
    )
    invalid = run(kernel("gumbel_max", SUFFIX[NUMPY[logits.dtype]]), 0, rows, arguments, k)
    return index if invalid is None else None


def few_hard(logits: Tensor, tau: Tensor, key: Tensor, keep: bool) -> tuple[Tensor, Tensor] | None:
    """One-hot samples and, if they are to be kept, the soft ones."""
    Temperature.of_rows(tau.item(), NUMPY[logits.dtype], logits.shape, logits.ndim - 1)
    index = torch.empty((*logits.shape[:-1], 1), dtype=torch.int64)
    made = few_soft(logits, tau, key, index) if keep else few_indices(logits, key, index)
    if made is None:
        return None
    value = torch.zeros_like(logits).scatter_(-1, index, 1.0)
    return value, made if keep else torch.empty(0, dtype=value.dtype)


def few_gradients(grad: Tensor, soft: Tensor, tau: Tensor, learnt: bool) -> tuple[Tensor, Tensor] | None:
    """Gradients to logits, and to tau if it is ``learnt``, where no row is NaN."""
    k, dtype = soft.shape[-1], NUMPY[soft.dtype]
    rows = soft.numel() // k
    check = table.check_unit(values=soft.data_ptr())
    if run(kernel("check_unit", SUFFIX[dtype]), 0, soft.numel(), check) is not None:
        return None
    temperature = Temperature.of_rows(tau.item(), dtype, soft.shape, soft.ndim - 1)
    dlogits, terms = torch.empty_like(soft), torch.empty(rows, dtype=soft.dtype) if learnt else None
    arguments = table.gumbel_softmax_backward(
        grad=grad.data_ptr(),
        soft=soft.data_ptr(),
        k=k,
        tau=temperature.start,
        per_row=0,
        dlogits=dlogits.data_ptr(),
        dtau=NULL if terms is None else terms.data_ptr(),
    )
    run(kernel("gumbel_softmax_backward", SUFFIX[dtype]), 0, rows, arguments, k)
    if terms is None:
        return dlogits, torch.empty(0, dtype=tau.dtype)
    if rows == 1:  # the sum is it
        return dlogits, as_dtype(terms.reshape(()), tau.dtype)
    return dlogits, _tau_gradient(temperature.gradient(as_array(terms)), tau)


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
        result = as_tensor(value)
        return result, result if soft is value else as_tensor(soft)
    value, soft = (np.empty(logits.shape, array.dtype) for _ in range(2))
    for index, position in lanes(key):
        made = _sample(array[index], of_lane(taus, index), position, dim - len(index), hard, keep)
        value[index], soft[index] = made
    return as_tensor(value), as_tensor(soft)


def _soft(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Tensor:
    if tau.ndim == 0 and key.ndim == 1 and are_few(logits, dim=dim):
        soft = few_soft(logits, tau, key)
        if soft is not None:
            return soft
    return _samples(logits, tau, key, dim)[0]


def _fake_soft(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Tensor:
    return logits.new_empty(logits.shape)


def _hard(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> tuple[Tensor, Tensor]:
    if tau.ndim == 0 and key.ndim == 1 and are_few(logits, dim=dim):
        made = few_hard(logits, tau, key, keep)
        if made is not None:
            return made
    value, soft = _samples(logits, tau, key, dim, True, keep)
    return value, soft if keep else value.new_empty(0)


def _fake_hard(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> tuple[Tensor, Tensor]:
    return logits.new_empty(logits.shape), logits.new_empty(logits.shape if keep else 0)


@operator(
    "gumbel_softmax_backward(Tensor grad, Tensor soft, Tensor tau, SymInt dim, bool learnt=True) -> (Tensor, Tensor)"
)
def gumbel_softmax_backward(
    grad: Tensor, soft: Tensor, tau: Tensor, dim: int, learnt: bool = True
) -> tuple[Tensor, Tensor]:
    """Gradients to logits and tau from that to the sample; tau's is in its shape, or empty if it is not ``learnt``."""
    if tau.ndim == 0 and are_few(grad, soft, dim=dim):
        gradients = few_gradients(grad, soft, tau, learnt)
        if gradients is not None:
            return gradients
    sample, taus = as_array(soft), as_tau(tau)
    temperature = Temperature.of_rows(taus, sample.dtype.type, sample.shape, dim)
    made, dtau = rows_backward(as_array(grad), sample, temperature, dim, sample.dtype, None, learnt)
    dlogits = as_tensor(made)
    tau_gradient = _tau_gradient(dtau, tau) if learnt else tau.new_empty(0)
    first = sample[(slice(None),) * dim + (slice(1),)]  # rows that are NaN are that as a whole
    if math.isnan(np.add.reduce(first, axis=None)):
        nan = as_tensor(np.where(np.isnan(first), first, 0))
        return dlogits + nan, tau_gradient + nan.sum_to_size(tau.shape) if learnt else tau_gradient
    return dlogits, tau_gradient


@fake_of("gumbel_softmax_backward")
def _(grad: Tensor, soft: Tensor, tau: Tensor, dim: int, learnt: bool = True) -> tuple[Tensor, Tensor]:
    return soft.new_empty(soft.shape), tau.new_empty(tau.shape if learnt else 0)


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
    learnt = ctx.needs_input_grad[1]
    dlogits, dtau = gumbel_softmax_backward(grad, soft, tau, ctx.dim, learnt)
    return dlogits, dtau if learnt else None


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


# Samples of Gumbel-Softmax; ``tau`` has no axes, or those of ``logits`` with length 1 along ``dim``.
gumbel_softmax = Differentiable(
    "gumbel_softmax(Tensor logits, Tensor tau, Tensor key, SymInt dim) -> Tensor",
    _soft,
    _fake_soft,
    _setup_soft,
    _backward_soft,
)
# One-hot samples, and the soft ones that their gradients are made from if they are to be kept.
gumbel_softmax_hard = Differentiable(
    "gumbel_softmax_hard(Tensor logits, Tensor tau, Tensor key, SymInt dim, bool keep) -> (Tensor, Tensor)",
    _hard,
    _fake_hard,
    _setup_hard,
    _backward_hard,
)


def _sample_lanes(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    logits = lane_first(logits, in_dims[0], info.batch_size)
    return logits, tau_lane_first(tau, in_dims[1], logits.ndim), lane_first(key, in_dims[2], info.batch_size)


@vmap_of("gumbel_softmax")
@vmap_of("gumbel_softmax_value")
def _(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> tuple[Tensor, int]:
    return gumbel_softmax(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1), 0


@vmap_of("gumbel_softmax_hard")
@vmap_of("gumbel_softmax_hard_value")
def _(
    info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool
) -> tuple[tuple[Tensor, Tensor], tuple[int | None, int | None]]:
    made = gumbel_softmax_hard(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1, keep)
    return made, (0, 0 if keep else None)


@vmap_of("gumbel_softmax_backward")
def _(
    info: Any, in_dims: Any, grad: Tensor, soft: Tensor, tau: Tensor, dim: int, learnt: bool = True
) -> tuple[tuple[Tensor, Tensor], tuple[int, int | None]]:
    size, shape = info.batch_size, tau.shape if in_dims[2] is None else tau.movedim(in_dims[2], 0).shape[1:]
    tau = tau_lane_first(lane_first(tau, in_dims[2], size), 0, soft.ndim + (in_dims[1] is None))
    grad, soft = (lane_first(x, d, size) for x, d in zip((grad, soft), in_dims, strict=False))
    dlogits, dtau = gumbel_softmax_backward(grad, soft, tau, dim + 1, learnt)
    return (dlogits, dtau.reshape(size, *shape) if learnt else dtau), (0, 0 if learnt else None)


# --- categories -------------------------------------------------------------------------------------------------


def _index_shape(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> list[int]:
    first = key.ndim - 1
    return [*logits.shape[:first], *sample_shape, *logits.shape[first:dim], *logits.shape[dim + 1 :]]


@operator("categorical(Tensor logits, Tensor key, SymInt dim, SymInt[] sample_shape) -> Tensor")
def categorical(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> Tensor:
    """Indices along ``dim``, drawn by Gumbel-Max, or where there is a shape of repeated draws, by alias tables."""
    if not sample_shape and key.ndim == 1 and are_few(logits, dim=dim):
        drawn = few_indices(logits, key, torch.empty(logits.shape[:-1], dtype=torch.int64))
        if drawn is not None:
            return drawn
    array, size = as_array(logits), tuple(sample_shape) or None
    index = np.empty(_index_shape(logits, key, dim, sample_shape), np.int64)
    for lane, (seed, stream, _) in lanes(key):
        made = Generator(seed, stream).categorical(array[lane], size, dim - len(lane))
        if not lane:
            return as_tensor(np.asarray(made))
        index[lane] = made
    return as_tensor(index)


@fake_of("categorical")
def _(logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]) -> Tensor:
    return logits.new_empty(_index_shape(logits, key, dim, sample_shape), dtype=torch.int64)


@vmap_of("categorical")
def _(
    info: Any, in_dims: Any, logits: Tensor, key: Tensor, dim: int, sample_shape: Sequence[int]
) -> tuple[Tensor, int]:
    logits, key = (lane_first(x, d, info.batch_size) for x, d in zip((logits, key), in_dims, strict=False))
    return categorical(logits, key, dim + 1, sample_shape), 0


@operator("gumbel_top_k(Tensor logits, Tensor key, SymInt k, SymInt dim) -> (Tensor, Tensor)")
def gumbel_top_k(logits: Tensor, key: Tensor, k: int, dim: int) -> tuple[Tensor, Tensor]:
    """Indices of the k largest perturbed logits, and these; the wrapper gives them their gradient."""
    array = as_array(logits)
    shape = (*logits.shape[:dim], k, *logits.shape[dim + 1 :])
    indices, values = np.empty(shape, np.int64), np.empty(shape, array.dtype)
    for lane, (seed, stream, _) in lanes(key):
        indices[lane], values[lane] = Generator(seed, stream).gumbel_top_k(array[lane], k, dim - len(lane))
    return as_tensor(indices), as_tensor(values)


@fake_of("gumbel_top_k")
def _(logits: Tensor, key: Tensor, k: int, dim: int) -> tuple[Tensor, Tensor]:
    shape = (*logits.shape[:dim], k, *logits.shape[dim + 1 :])
    return logits.new_empty(shape, dtype=torch.int64), logits.new_empty(shape)


@vmap_of("gumbel_top_k")
def _(
    info: Any, in_dims: Any, logits: Tensor, key: Tensor, k: int, dim: int
) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
    logits, key = (lane_first(x, d, info.batch_size) for x, d in zip((logits, key), in_dims, strict=False))
    return gumbel_top_k(logits, key, k, dim + 1), (0, 0)


# --- noise ------------------------------------------------------------------------------------------------------


@operator("noise(Tensor key, str law, SymInt[] shape, ScalarType dtype) -> Tensor")
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


@fake_of("noise")
def _(key: Tensor, law: str, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    return key.new_empty((*key.shape[:-1], *shape), dtype=dtype)


@vmap_of("noise")
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


def _binary(logits: Tensor, tau: Tensor, key: Tensor) -> Tensor:
    seed, stream = key.tolist()
    return as_tensor(np.asarray(_element_sample(as_array(logits), as_tau(tau), (seed, stream, 0))))


def _fake_binary(logits: Tensor, tau: Tensor, key: Tensor) -> Tensor:
    return logits.new_empty(logits.shape)


@operator("binary_concrete_backward(Tensor grad, Tensor soft, Tensor tau) -> (Tensor, Tensor)")
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


@fake_of("binary_concrete_backward")
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


# Samples of the binary Concrete distribution; ``tau`` broadcasts to ``logits``.
binary_concrete = Differentiable(
    "binary_concrete(Tensor logits, Tensor tau, Tensor key) -> Tensor",
    _binary,
    _fake_binary,
    _setup_binary,
    _backward_binary,
)


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


def _density(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    function = getattr(gsampler.log_prob, f"{law}_log_prob")
    try:
        density = function(as_array(x), as_array(logits), as_tau(tau))
    except ValueError:
        if not bool(((tau > 0) & (tau < torch.inf)).all()):
            raise
        return composed_log_prob(x, logits, tau, law)  # NaN where PyTorch has it
    return torch.as_tensor(density, dtype=x.dtype)


def _fake_density(x: Tensor, logits: Tensor, tau: Tensor, law: str) -> Tensor:
    return x.new_empty(_density_shape(x, logits, tau, law))


@operator("log_prob_backward(Tensor grad, Tensor x, Tensor logits, Tensor tau, str law) -> (Tensor, Tensor, Tensor)")
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


@fake_of("log_prob_backward")
def _(grad: Tensor, x: Tensor, logits: Tensor, tau: Tensor, law: str) -> tuple[Tensor, Tensor, Tensor]:
    return x.new_empty(x.shape), logits.new_empty(logits.shape), tau.new_empty(tau.shape)


def _setup_log_prob(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.law = inputs
    ctx.save_for_backward(*tensors)


def _backward_log_prob(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, logits, tau = ctx.saved_tensors
    call = composed_gradients if torch.is_grad_enabled() else _log_prob_backward
    return (*call(grad, x, logits, tau, ctx.law), None)


_log_prob = Differentiable(
    "log_prob(Tensor x, Tensor logits, Tensor tau, str law) -> Tensor",
    _density,
    _fake_density,
    _setup_log_prob,
    _backward_log_prob,
)


# --- what is called ---------------------------------------------------------------------------------------------

# `torch.func` differentiates autograd functions with `setup_context`, but no operator with a registered derivative.


class _Soft(torch.autograd.Function):
    setup_context = staticmethod(_setup_soft)
    backward = staticmethod(_backward_soft)

    @staticmethod
    def forward(logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> Any:
        return gumbel_softmax.value(logits, tau, key, dim)

    @staticmethod
    def vmap(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int) -> tuple[Any, int]:
        return _soft_sample()(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1), 0


class _Hard(torch.autograd.Function):
    setup_context = staticmethod(_setup_hard)
    backward = staticmethod(_backward_hard)

    @staticmethod
    def forward(logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> Any:
        return gumbel_softmax_hard.value(logits, tau, key, dim, keep)

    @staticmethod
    def vmap(info: Any, in_dims: Any, logits: Tensor, tau: Tensor, key: Tensor, dim: int, keep: bool) -> Any:
        made = _hard_sample()(*_sample_lanes(info, in_dims, logits, tau, key), dim + 1, keep)
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


def _soft_sample() -> Any:
    if not is_transformed():
        return gumbel_softmax
    return _Soft.apply if torch.compiler.is_compiling() else _SoftForward.apply


def _hard_sample() -> Any:
    if not is_transformed():
        return gumbel_softmax_hard
    return _Hard.apply if torch.compiler.is_compiling() else _HardForward.apply


def sample(logits: Tensor, tau: Tensor, key: Tensor, dim: int, hard: bool) -> Tensor:
    """A sample of Gumbel-Softmax with its gradients, by the operators above."""
    if hard:
        is_traced = is_transformed() or logits.requires_grad or tau.requires_grad
        value: Tensor = _hard_sample()(logits, tau, key, dim, torch.is_grad_enabled() and is_traced)[0]
    else:
        value = _soft_sample()(logits, tau, key, dim)
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
