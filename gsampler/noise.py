"""Noise: what `Generator.uniform`, `gumbel` and the others write, with a location and a scale."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import places
from gsampler.compiler.c_types import NULL
from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, Float, Indices, cast, sum_to_shape
from gsampler.core.output import Output
from gsampler.core.position import Position
from gsampler.core.validation import NUMBERS
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel


class Affine:
    """A location and a scale; `start` is where kernels read them if both are numbers, else NULL."""

    __slots__ = ("_pair", "loc", "scale", "start")

    def __init__(self, loc: Any, scale: Any, dtype: Float) -> None:
        self.loc, self.scale = loc, scale
        self._pair: Array | None = None
        if not (loc.ndim or scale.ndim):
            self._pair = np.empty(2, dtype)
            self._pair[0], self._pair[1] = scale, loc
        self.start = address(self._pair)


def _affine(loc: Any, scale: Any, dtype: Any) -> Affine | None:
    given = validation.affine(loc, scale, dtype)
    return None if given is None else Affine(*given, dtype)


_affine_of_numbers = functools.lru_cache(maxsize=256)(_affine)


def affine(loc: Any, scale: Any, dtype: Any) -> Affine | None:
    """Location and scale, checked; None for 0 and 1. Numbers are cached, since small calls wait for them."""
    if type(loc) in NUMBERS and type(scale) in NUMBERS:
        if loc == 0 and scale == 1:
            return None
        return _affine_of_numbers(loc, scale, dtype)  # which takes the two zeros for one: their results are the same
    return _affine(loc, scale, dtype)


def is_plain(loc: Any, scale: Any, size: int, dtype: Any) -> bool:
    """Whether a call is for a number of float64 elements at location 0 and scale 1: then there is nothing to check."""
    return (
        0 <= size <= 2**62
        and dtype is np.float64
        and type(loc) is float
        and type(scale) is float
        and loc == 0
        and scale == 1
    )


def write_bits(position: Position, output: Output) -> None:
    seed, stream, offset = position
    buffer = output.buffer
    run(kernel("fill_bits", "f32"), 0, buffer.size, table.fill_bits(seed, stream, offset, out=address(buffer)))
    output.write_back()


def write_noise(position: Position, output: Output, name: str, dtype: Float, affine: Affine | None) -> None:
    """Noise with its location and scale, which are the kernel's work where they are numbers."""
    fill(position, name, dtype, output.buffer, NULL if affine is None else affine.start)
    if affine is not None and affine.start == NULL:
        scale_and_shift(output.buffer, affine.scale, affine.loc, output.buffer)
    output.write_back()


def write_noise_at(
    position: Position, output: Output, name: str, dtype: Float, affine: Affine | None, elements: Indices
) -> None:
    """The same of elements of the stream, counted from a position on, in the shape of the output."""
    here = places.of_elements(*position, elements.reshape(-1), dtype)
    places.fill(here, name.removeprefix("fill_"), dtype, output.buffer)
    if affine is not None:
        scale_and_shift(output.buffer, affine.scale, affine.loc, output.buffer)
    output.write_back()


def fill(position: Position, name: str, dtype: Float, out: Array, pair: Any = NULL) -> None:
    """Write noise of the kernel ``name`` to a contiguous array: times the first, plus the second number at ``pair``."""
    seed, stream, offset = position
    run(kernel(name, SUFFIX[dtype]), 0, out.size, table.fill(seed, stream, offset, pair, address(out)))


def scale_and_shift(noise: Array, scale: Any, loc: Any, out: Array) -> None:
    """The very operations of the kernel, and as silent as it is."""
    with np.errstate(all="ignore"):
        np.multiply(noise, scale, out=out)
        np.add(out, loc, out=out)


class NormalVJP:
    """The backward pass of a sample of `Generator.normal_vjp`: ``vjp(grad)`` gives ``(dloc, dscale)``.

    Attributes
    ----------
    noise : ndarray
        The standard normal noise of the sample.
    """

    __slots__ = ("_shapes", "noise")

    def __init__(self, noise: Array, loc: tuple[int, ...], scale: tuple[int, ...]) -> None:
        self.noise, self._shapes = noise, (loc, scale)

    def __call__(self, grad: npt.ArrayLike) -> tuple[Any, Any]:
        """Gradients with respect to loc and scale, in their shapes, from that with respect to the value."""
        given = cast(validation.require_shape(grad, self.noise.shape), self.noise.dtype)
        loc, scale = self._shapes
        return sum_to_shape(given, loc)[()], sum_to_shape(given * self.noise, scale)[()]
