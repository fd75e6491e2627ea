"""Noise: what `Generator.uniform`, `gumbel` and the others write, with a location and a scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import places
from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, Float, Indices, cast, sum_to_shape
from gsampler.core.output import Output
from gsampler.core.position import Position
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel


def write_bits(position: Position, output: Output) -> None:
    seed, stream, offset = position
    buffer = output.buffer
    run(kernel("fill_bits", "f32"), 0, buffer.size, table.fill_bits(seed, stream, offset, out=address(buffer)))
    output.write_back()


def write_noise(position: Position, output: Output, name: str, dtype: Float, affine: tuple[Any, Any] | None) -> None:
    """Noise with its location and scale, which are the kernel's work where they are numbers."""
    buffer, pair = output.buffer, None
    if affine is not None and not (affine[0].ndim or affine[1].ndim):
        pair = np.empty(2, dtype)
        pair[1], pair[0] = affine
    fill(position, name, dtype, buffer, pair)
    if affine is not None and pair is None:
        scale_and_shift(buffer, affine[1], affine[0], buffer)
    output.write_back()


def write_noise_at(
    position: Position, output: Output, name: str, dtype: Float, affine: tuple[Any, Any] | None, elements: Indices
) -> None:
    """The same of elements of the stream, counted from a position on, in the shape of the output."""
    here = places.of_elements(*position, elements.reshape(-1), dtype)
    places.fill(here, name.removeprefix("fill_"), dtype, output.buffer)
    if affine is not None:
        scale_and_shift(output.buffer, affine[1], affine[0], output.buffer)
    output.write_back()


def fill(position: Position, name: str, dtype: Float, out: Array, pair: Array | None = None) -> None:
    """Write noise of the kernel ``name`` to a contiguous array; times the first, plus the second of a pair."""
    seed, stream, offset = position
    arguments = table.fill(seed, stream, offset, affine=address(pair), out=address(out))
    run(kernel(name, SUFFIX[dtype]), 0, out.size, arguments)


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
