"""``out`` in the memory of what a call reads: the same result as in memory of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from functions import FUNCTIONS
from numpy.testing import assert_array_equal

import gsampler as gs

Call = Callable[[gs.Generator, np.ndarray, Any], Any]
METHODS = ["gumbel-max", "inverse-cdf", "alias"]


def other(x: np.ndarray) -> np.ndarray:
    """Numbers in the shape of x, from 0.1 to 1, that no memory is shared with."""
    return np.random.default_rng(1).uniform(0.1, 1, x.shape).astype(x.dtype)


def with_gradients(sample: tuple[np.ndarray, Callable[..., Any]]) -> tuple[np.ndarray, ...]:
    value, vjp = sample
    return value, *vjp(other(value))


def gradients_over_the_sample(vjp_of: Callable[..., Any], x: np.ndarray, out: Any) -> Any:
    """Draw the sample into x, and write its gradient to ``out``."""
    _, vjp = vjp_of(other(x), 0.5, out=x)
    return vjp(other(x), out=out)


# calls that read x and write to out
CALLS: dict[str, Call] = {
    f"categorical, {method}, {draws} draws": (
        lambda rng, x, out, method=method, draws=draws: rng.categorical(x, size=draws, method=method, out=out)
    )
    for method in METHODS
    for draws in (1, 3)
}
CALLS |= {
    "bernoulli": lambda rng, x, out: rng.bernoulli(x, out=out),
    "bernoulli, 3 draws": lambda rng, x, out: rng.bernoulli(x, size=3, out=out),
    "gumbel_softmax": lambda rng, x, out: rng.gumbel_softmax(x, 0.5, out=out),
    "gumbel_softmax, hard": lambda rng, x, out: rng.gumbel_softmax(x, 0.5, hard=True, out=out),
    "gumbel_softmax, tau": lambda rng, x, out: rng.gumbel_softmax(other(x), x.reshape(-1)[: len(x)], out=out),
    "gumbel_softmax_vjp": lambda rng, x, out: with_gradients(rng.gumbel_softmax_vjp(x, 0.5, out=out)),
    "gumbel_softmax_vjp, hard": lambda rng, x, out: with_gradients(rng.gumbel_softmax_vjp(x, 0.5, True, out=out)),
    "binary_concrete": lambda rng, x, out: rng.binary_concrete(x, 0.5, out=out),
    "binary_concrete, hard": lambda rng, x, out: rng.binary_concrete(x, 0.5, hard=True, out=out),
    "binary_concrete, tau": lambda rng, x, out: rng.binary_concrete(other(x), x, out=out),
    "binary_concrete_vjp": lambda rng, x, out: with_gradients(rng.binary_concrete_vjp(x, 0.5, out=out)),
    "binary_concrete_vjp, hard": lambda rng, x, out: with_gradients(rng.binary_concrete_vjp(x, 0.5, True, out=out)),
    "conditional_gumbel": lambda rng, x, out: rng.conditional_gumbel(x, 0, out=out),
    "softmax": lambda rng, x, out: gs.softmax(x, 0.5, out=out),
    "softmax_backward, grad": lambda rng, x, out: gs.softmax_backward(x, other(x), 0.5, out=out),
    "softmax_backward, soft": lambda rng, x, out: gs.softmax_backward(other(x), x, 0.5, out=out),
    "log_softmax": lambda rng, x, out: gs.log_softmax(x, 0.5, out=out),
    "log_softmax_backward, grad": lambda rng, x, out: gs.log_softmax_backward(x, -other(x), 0.5, out=out),
    "binary_concrete_backward, grad": lambda rng, x, out: gs.binary_concrete_backward(x, other(x), 0.5, out=out),
    "binary_concrete_backward, soft": lambda rng, x, out: gs.binary_concrete_backward(other(x), x, 0.5, out=out),
    "SoftmaxVJP, grad": lambda rng, x, out: rng.gumbel_softmax_vjp(other(x), 0.5)[1](x, out=out),
    "SoftmaxVJP, sample": lambda rng, x, out: gradients_over_the_sample(rng.gumbel_softmax_vjp, x, out),
    "BinaryVJP, grad": lambda rng, x, out: rng.binary_concrete_vjp(other(x), 0.5)[1](x, out=out),
    "BinaryVJP, sample": lambda rng, x, out: gradients_over_the_sample(rng.binary_concrete_vjp, x, out),
    "logistic, loc": lambda rng, x, out: rng.logistic(loc=x, dtype=x.dtype, out=out),
    "gumbel, scale": lambda rng, x, out: rng.gumbel(scale=x, dtype=x.dtype, out=out),
    "normal_vjp, loc": lambda rng, x, out: with_gradients(rng.normal_vjp(loc=x, dtype=x.dtype, out=out)),
}
CALLS |= {f"{f.name}, {i}": call for f in FUNCTIONS.values() for i, call in enumerate(f.takes_out)}


def arrays(result: Any) -> tuple[np.ndarray, ...]:
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize(("k", "dtype"), [(3, np.float64), (500, np.float32)])
@pytest.mark.parametrize("call", CALLS)
def test_out_may_share_memory_with_the_inputs(call: str, k: int, dtype: type, threads: int) -> None:
    """More elements than are worked on at once: by kernels, of which two threads share 2^17 and more, or for tables.

    An ``out`` that begins with the input or before it has results where nothing is to be read any more, on one thread.
    One that begins further on would have them written over what is.
    """
    elements = 2**20 + 5000 if "inverse-cdf" in call or "alias" in call else 2**18
    shape = (elements // k, k)
    values = np.random.default_rng(0).uniform(0.1, 1, shape).astype(dtype)
    expected = arrays(CALLS[call](gs.Generator(3), values.copy(), None))
    for shift in (-(2**13), 0, 2**13, values.nbytes - 2**14):
        start = max(0, -shift)
        memory = np.empty(start + max(values.nbytes, shift + expected[0].nbytes), np.uint8)
        x = memory[start:][: values.nbytes].view(dtype).reshape(shape)
        out = memory[start + shift :][: expected[0].nbytes].view(expected[0].dtype).reshape(expected[0].shape)
        x[...] = values
        got = arrays(CALLS[call](gs.Generator(3), x, out))
        assert got[0] is out
        for one, right in zip(got, expected, strict=True):
            assert_array_equal(one, right)
