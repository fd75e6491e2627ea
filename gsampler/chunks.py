"""One call of a sampler cut into several: the arguments of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gsampler.core import validation

BY_SIZE = (
    *("bits", "random", "uniform", "integers", "exponential", "gumbel", "logistic", "normal"),
    *("poisson", "binomial", "geometric", "multinomial"),
)
BY_ROWS = ("categorical", "bernoulli", "gumbel_softmax", "binary_concrete")
OF_CATEGORIES = ("categorical", "gumbel_softmax")


def split(
    name: str, sampler: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], chunk: int
) -> Iterator[dict[str, Any]]:
    """The arguments of each call, ``chunk`` draws or rows at a time.

    Arguments are looked at here; the iterator that is returned raises nothing.
    """
    arguments = inspect.signature(sampler).bind(*args, **kwargs).arguments
    size, out = arguments.pop("size", None), arguments.pop("out", None)
    sliced: dict[str, Any] = {}
    if size is not None:
        shape = validation.shape(size)
        if not shape:
            raise validation.chunks_without_size(name)
        n, sizes, by_size = shape[0], shape[1:], True
    elif name in BY_SIZE:
        raise validation.chunks_without_size(name)
    else:
        n, sliced = _rows(name, arguments)
        sizes, by_size = (), False
    if out is not None:
        if by_size and arguments.get("counts"):
            raise validation.counts_into_out()
        out = validation.out_array(out, None, getattr(out, "dtype", None))
        if not out.ndim or out.shape[0] != n:
            raise validation.out_of_chunks(out, n)
        sliced["out"] = out
    arguments = {key: value for key, value in arguments.items() if key not in sliced}

    def parts() -> Iterator[dict[str, Any]]:
        for first in range(0, max(n, 1), chunk):
            last = min(first + chunk, n)
            given = {key: array[first:last] for key, array in sliced.items()}
            yield arguments | given | ({"size": (last - first, *sizes)} if by_size else {})

    return parts()


def _rows(name: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """How many rows there are along the first axis, and the arguments that have one."""
    label = next((key for key in ("logits", "p", "weights") if arguments.get(key) is not None), "logits")
    array = validation.as_real(arguments.get(label), label)
    ndim = array.ndim
    if name in OF_CATEGORIES:
        axis = validation.category_axis(array, arguments.get("axis", -1), label)
        ndim -= 1
        if axis == 0 and ndim:
            raise validation.chunk_axis(axis)
        arguments["axis"] = axis - array.ndim
    if not ndim:
        raise validation.chunks_without_size(name)
    n, sliced = array.shape[0], {label: array}
    tau = arguments.get("tau")
    if tau is not None and np.ndim(tau) in (ndim, array.ndim) and np.shape(tau)[0] == n != 1:
        sliced["tau"] = np.asarray(tau)
    return n, sliced
