"""Functions in place of PyTorch's own."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gsampler.torch import operators

COMPUTE_DTYPE = {
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
    torch.float32: torch.float32,
    torch.float64: torch.float64,
}


def as_logits(logits: Any) -> Tensor:
    """The logits as they are computed, float32 or float64."""
    if not isinstance(logits, Tensor):
        raise TypeError(f"logits must be a tensor, got {type(logits).__name__}")
    if logits.dtype not in COMPUTE_DTYPE:
        raise TypeError(f"logits must be of float16, bfloat16, float32 or float64, got {logits.dtype}")
    return operators.as_dtype(logits, COMPUTE_DTYPE[logits.dtype])


def as_dim(dim: int, ndim: int) -> int:
    """The axis counted from 0, or IndexError as PyTorch has it."""
    if not -ndim <= dim < ndim:
        raise IndexError(f"dim must be from {-ndim} to {ndim - 1} for logits of {ndim} dimensions, got {dim}")
    return dim % ndim


def as_tau(tau: float | Tensor, logits: Tensor, dim: int) -> Tensor:
    """The temperature in the dtype of the logits: without axes, or with all of theirs."""
    if not isinstance(tau, Tensor):
        return torch.full((), float(tau), dtype=logits.dtype, device=logits.device)
    if tau.ndim > logits.ndim:
        raise ValueError(f"tau must broadcast to logits, {tuple(logits.shape)}, got the shape {tuple(tau.shape)}")
    if tau.ndim == 0:
        return operators.as_dtype(tau, logits.dtype)
    shape = (1,) * (logits.ndim - tau.ndim) + tuple(tau.shape)
    if shape[dim] != 1:
        raise ValueError(
            f"tau must have length 1 along dim {dim}, that of the categories, got the shape {tuple(tau.shape)} beside "
            f"logits of {tuple(logits.shape)}; one for each row is tau.unsqueeze(dim)"
        )
    if any(n not in (1, m) for n, m in zip(shape, logits.shape, strict=True)):
        raise ValueError(f"tau must broadcast to logits, {tuple(logits.shape)}, got the shape {tuple(tau.shape)}")
    return tau.to(logits.dtype).reshape(shape)


def is_ours(logits: Tensor) -> bool:
    """Whether kernels can take these: PyTorch's own functions take those of other devices, and empty ones."""
    return logits.is_cpu and logits.numel() > 0


def gumbel_noise(logits: Tensor, generator: torch.Generator | None) -> Tensor:
    """PyTorch's own noise, for other devices."""
    return -torch.empty_like(logits).exponential_(generator=generator).log()


def gumbel_softmax(
    logits: Tensor,
    tau: float | Tensor = 1,
    hard: bool = False,
    eps: float = 1e-10,
    dim: int = -1,
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Samples of the Gumbel-Softmax distribution, in place of `torch.nn.functional.gumbel_softmax`.

    Parameters
    ----------
    logits : Tensor
        Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `dim`; float16, bfloat16, float32
        or float64, any strides. -inf is probability exactly 0.
    tau : float or Tensor, optional
        Temperature, above 0: a number, or a tensor that broadcasts to `logits` and has length 1 along `dim`. It gets a
        gradient, in its own shape.
    hard : bool, optional
        Whether to return one-hot vectors, with the gradients of the soft sample (straight-through). They are exactly 0
        and 1.
    eps : float, optional
        Has no effect, here as there.
    dim : int, optional
        Axis of the categories.
    generator : torch.Generator, optional
        On the CPU; by default PyTorch's own, which `torch.manual_seed` sets. A call takes two numbers of 63 bits.

    Returns
    -------
    Tensor
        In the shape and dtype of `logits`; float16 and bfloat16 are computed in float32. A row with NaN or +inf, or
        without any number above -inf, is NaN, as PyTorch has it.

    Raises
    ------
    TypeError, ValueError, IndexError
        For logits of another dtype, a `tau` that is not above 0 or does not broadcast, a `dim` out of range.

    Notes
    -----
    The noise is that of ``gsampler.Generator(seed, stream)`` with the two numbers. Under `torch.vmap` lanes share them,
    or have two each, as its ``randomness`` says. Tensors of other devices, and second derivatives, are computed by
    PyTorch's own functions. `torch.compile` has no `generator` within a graph, here as elsewhere in PyTorch.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import gumbel_softmax
    >>> _ = torch.manual_seed(0)
    >>> logits = torch.zeros(2, 3, requires_grad=True)
    >>> sample = gumbel_softmax(logits, tau=0.5, hard=True)
    >>> sample.sum(-1)
    tensor([1., 1.], grad_fn=<SumBackward1>)
    """
    if eps != 1e-10:
        warnings.warn("eps has no effect", stacklevel=2)
    x = as_logits(logits)
    if x.ndim == 0:
        return gumbel_softmax(logits.reshape(1), tau, hard, generator=generator).reshape(())
    dim = as_dim(dim, x.ndim)
    temperature = as_tau(tau, x, dim)
    if not is_ours(x):
        soft = ((x + gumbel_noise(x, generator)) / temperature).softmax(dim)
        value = soft
        if hard and x.numel():
            one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
            value = one_hot - soft.detach() + soft
    else:
        value = operators.sample(x, temperature, operators.draw_key(generator), dim, hard)
    return operators.as_dtype(value, logits.dtype)


def categorical(
    logits: Tensor, sample_shape: Sequence[int] = (), dim: int = -1, *, generator: torch.Generator | None = None
) -> Tensor:
    """Categories with probabilities proportional to ``exp(logits)``.

    ``categorical(logits)`` is in place of ``Categorical(logits=logits).sample()`` and of
    ``torch.multinomial(logits.softmax(-1), 1)``.

    Parameters
    ----------
    logits : Tensor
        As of `gumbel_softmax`.
    sample_shape : sequence of int, optional
        Shape of repeated draws, put before that of one draw.
    dim : int, optional
        Axis of the categories.
    generator : torch.Generator, optional
        As of `gumbel_softmax`.

    Returns
    -------
    Tensor
        Indices along `dim`, int64, in the shape of `sample_shape` and then of `logits` without `dim`. Without
        `sample_shape`, the category that ``gumbel_softmax(logits, hard=True)`` shows from the same state of the
        generator.

    Raises
    ------
    TypeError, ValueError, IndexError
        As `gumbel_softmax`; and ValueError for NaN or +inf logits and rows that are all -inf.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import categorical
    >>> _ = torch.manual_seed(0)
    >>> categorical(torch.tensor([[0.0, -torch.inf], [-torch.inf, 0.0]]), (3,))
    tensor([[0, 1],
            [0, 1],
            [0, 1]])
    """
    x = as_logits(logits).detach()
    dim = as_dim(dim, x.ndim)
    shape = list(sample_shape)
    if is_ours(x):
        index: Tensor = operators.categorical(x, operators.draw_key(generator), dim, shape)
        return index
    whole = x.expand(*shape, *x.shape)
    return (whole + gumbel_noise(whole, generator)).argmax(len(shape) + dim)


class GumbelTopK(NamedTuple):
    """What `gumbel_top_k` returns."""

    indices: Tensor
    values: Tensor


def gumbel_top_k(logits: Tensor, k: int, dim: int = -1, *, generator: torch.Generator | None = None) -> GumbelTopK:
    """The k largest of ``logits + gumbel noise``, the largest first: k draws without replacement, in their order.

    The indices are those of ``torch.multinomial(logits.softmax(-1), k)``, by a faster way.

    Parameters
    ----------
    logits : Tensor
        As of `gumbel_softmax`. -inf is never drawn.
    k : int
        How many categories to draw, at most as many as are above -inf in each row.
    dim : int, optional
        Axis of the categories.
    generator : torch.Generator, optional
        As of `gumbel_softmax`.

    Returns
    -------
    indices : Tensor
        int64, in the shape of `logits` with k entries along `dim`.
    values : Tensor
        The sums, in the same shape and the dtype of `logits`, with their gradient to `logits`.

    Raises
    ------
    TypeError, ValueError, IndexError
        As `categorical`, and ValueError where a row has fewer than k categories above -inf.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import gumbel_top_k
    >>> _ = torch.manual_seed(0)
    >>> indices, values = gumbel_top_k(torch.zeros(5), k=5)
    >>> indices.sort().values
    tensor([0, 1, 2, 3, 4])
    """
    x = as_logits(logits)
    dim = as_dim(dim, x.ndim)
    if is_ours(x):
        indices, values = operators.gumbel_top_k(x.detach(), operators.draw_key(generator), k, dim)
        chosen = x.gather(dim, indices)
        values = values + (chosen - chosen.detach())  # 0, which has the gradient
    else:
        values, indices = (x + gumbel_noise(x, generator)).topk(k, dim)
    return GumbelTopK(indices, values.to(logits.dtype))
