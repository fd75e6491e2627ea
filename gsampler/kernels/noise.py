"""Words of the stream become noise: a uniform of each element, then a transform of it, a range of elements at a time.

The uniform is kept with a sign: ``t`` stands for u = t where t > 0 and for u = 1 + t where t < 0, with 0 <
abs(t) <= 1/2. So it has full relative precision at both ends, and the whole conversion of a word, of 32 bits
or of 64, is one signed conversion and one fma: the word w is the interval [w, w + 1) / 2^32, and t its middle.
A word near an end draws its interval's tail bits from domain 1.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_words,
    cast_like,
    fma,
    interleave_loops,
    is_null,
    lanes_near_ends,
    pointer_add,
    pointer_cast_like,
    trailing_zeros,
    umin,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, TILE, WORDS_PER_BLOCK
from gsampler.kernels.elementary import minus_log, minus_log1m, minus_logit, normal_size
from gsampler.kernels.philox import HALF, blocks_16, blocks_32, tail_bits_32, tail_bits_64, upper_blocks
from gsampler.kernels.reductions import copy, only_first

# Words this near an end draw tail bits: Gumbel noise beyond -2.4 and 11.1. Inside, neighbouring values are less than
# 2^-16 apart; a threshold of 2^20 would make that the last bit of a float32, and noise 5 % slower.
TAIL_THRESHOLD = np.uint32(2**16)

# --- the uniform of one element -----------------------------------------------------------------------------


@inline
def _signed_f32(w):
    return fma(np.float32(np.int32(w)), np.float32(2.0**-32), np.float32(2.0**-33))


@inline
def _signed_f64(w):
    return fma(np.float64(np.int64(w)), 2.0**-64, 2.0**-65)


# from an element's word, a uint32 or a uint64
signed_uniform = by_type("signed_uniform", {types.uint32: _signed_f32, types.uint64: _signed_f64})


@inline
def _extended_f32(w, seed, stream, position):
    whole = np.int64((np.uint64(w) << HALF) | tail_bits_32(seed, stream, position))
    return fma(np.float32(whole), np.float32(2.0**-64), np.float32(2.0**-65))


@inline
def _extended_f64(w, seed, stream, position):
    high, low = np.int64(w), tail_bits_64(seed, stream, position)
    upper = high < 0
    if upper:  # the distance to 1 is that of the complement to 0
        high, low = ~high, ~low
    t = fma(np.float64(high), 2.0**-64, fma(np.float64(low), 2.0**-128, 2.0**-129))
    return -t if upper else t


# from the word, and the position, of an element near an end: its tail bits are drawn
extended_uniform = by_type("extended_uniform", {types.uint32: _extended_f32, types.uint64: _extended_f64})


@inline
def _upper_of_32(w):
    return w


@inline
def _upper_of_64(w):
    return np.uint32(w >> HALF)


upper_32 = by_type("upper_32", {types.uint32: _upper_of_32, types.uint64: _upper_of_64})


@inline
def tail_distance(w):
    """Below 2 * TAIL_THRESHOLD where the upper 32 bits are within TAIL_THRESHOLD of either end."""
    return np.uint32(upper_32(w) + TAIL_THRESHOLD)


@inline
def element_uniform(w, seed, stream, position):
    """The signed uniform of the element with this word."""
    if tail_distance(w) < np.uint32(2 * TAIL_THRESHOLD):
        return extended_uniform(w, seed, stream, position)
    return signed_uniform(w)


# --- transforms of the signed uniform -----------------------------------------------------------------------


@inline
def uniform(t):
    """u itself, below 1 also where it would round to 1."""
    u = t if t > cast_like(t, 0) else cast_like(t, 1) + t
    return min(u, below_one(t))


@inline
def exponential(t):
    """-log(1 - u)"""
    return minus_log1m(t)


@inline
def gumbel(t):
    """-log(-log(1 - u)), so the upper tail lies at the words near 0."""
    return minus_log(minus_log1m(t))


@inline
def logistic(t):
    """log(u / (1 - u)), odd in t"""
    size = minus_logit(abs(t))
    return size if t < cast_like(t, 0) else -size


@inline
def normal(t):
    """The quantile of u, odd in t"""
    size = normal_size(abs(t))
    return size if t < cast_like(t, 0) else -size


@inline
def _below_one_f32(t):
    return np.float32(1 - 2.0**-24)


@inline
def _below_one_f64(t):
    return 1 - 2.0**-53


below_one = by_type("below_one", {types.float32: _below_one_f32, types.float64: _below_one_f64})

# --- ranges -------------------------------------------------------------------------------------------------


@inline
def _words_f32(w):
    return 1


@inline
def _words_f64(w):
    return 2


# words of the stream, of 32 bits, that an element takes, from the pointer to its word
width = by_type("width", {types.CPointer(types.uint32): _words_f32, types.CPointer(types.uint64): _words_f64})


@inline
def _write_32(w, seed, stream, block, n, buffer):
    blocks_16(seed, stream, block, n, buffer)


@inline
def _write_64(w, seed, stream, block, n, buffer):
    blocks_32(seed, stream, block, n, buffer)


_write = by_type("_write", {types.CPointer(types.uint32): _write_32, types.CPointer(types.uint64): _write_64})


@inline
def blocks_of(position, words):
    """The first of the blocks that so many words lie in, the number of them, and the words before the first one."""
    skip = np.int64(position & np.uint64(WORDS_PER_BLOCK - 1))
    return position >> np.uint64(3), (skip + words + WORDS_PER_BLOCK - 1) >> 3, skip


@inline
def fetch_words(buffer, w, seed, stream, position, n):
    """Write the words of ``n`` elements from ``position`` on to ``buffer``; return where they start.

    ``w`` is the buffer seen as elements' words, room for WORDS_PER_BLOCK + OVERRUN positions more than are asked for.
    """
    block, blocks, skip = blocks_of(position, n * width(w))
    _write(w, seed, stream, block, blocks, buffer)
    return pointer_add(w, skip // width(w))


@inline
def fetch_halves(buffer, halves, w, seed, stream, position, n):
    """The same of the upper halves of the words, ``halves`` of them, and at half the cost."""
    block, blocks, skip = blocks_of(position, n * width(w))
    upper_blocks(seed, stream, block, blocks, buffer)
    return pointer_add(halves, skip // width(w))


@loop
def transform(function, w, n, out):
    """Transform ``n`` elements; return whether some are near an end. (Known here it costs next to nothing.)"""
    wide()
    interleave_loops(out)
    nearest = np.uint32(2**32 - 1)
    for j in range(n):
        nearest = umin(nearest, tail_distance(w[j]))
        out[j] = function(signed_uniform(w[j]))
    return nearest < np.uint32(2 * TAIL_THRESHOLD)


@loop
def refine_tails(function, w, n, seed, stream, position, out):
    """Do again the elements near the ends, with their tail bits."""
    wide()
    for first in range(0, n, 64):
        near = lanes_near_ends(w, first, TAIL_THRESHOLD) & only_first(n - first)
        while near:
            j = first + trailing_zeros(near)
            near &= near - np.uint64(1)
            here = position + np.uint64(j * width(w))
            out[j] = function(extended_uniform(w[j], seed, stream, here))


@inline
def noise(function, buffer, seed, stream, position, n, out):
    """Write ``n <= TILE`` transformed elements; ``position`` is the first one's position in the stream."""
    w = fetch_words(buffer, as_words(buffer, out), seed, stream, position, n)
    if transform(function, w, n, out):
        refine_tails(function, w, n, seed, stream, position, out)


@inline
def fill_range(function, start, stop, seed, stream, offset, affine, out):
    buffer = alloca(BUFFER)
    size = width(as_words(buffer, out))
    for first in range(start, stop, TILE):
        n = min(TILE, stop - first)
        target = pointer_add(out, first)
        noise(function, buffer, seed, stream, offset + np.uint64(first * size), n, target)
        if not is_null(affine):
            scale_and_shift(n, affine[0], affine[1], target)
    return ALL_VALID


@loop
def scale_and_shift(n, scale, loc, out):
    wide()
    for j in range(n):
        out[j] = out[j] * scale + loc


def fill_kernel(transform):
    """The kernel that fills an array with noise of this transform."""

    @kernel(table.fill)
    def fill(start, stop, seed, stream, offset, affine, out):
        return fill_range(transform, start, stop, seed, stream, offset, affine, out)

    return fill


TRANSFORMS = {name: globals()[name] for name in table.NOISE}
KERNELS = {f"fill_{name}": fill_kernel(transform) for name, transform in TRANSFORMS.items()}


@kernel(table.fill_bits)
def fill_bits(start, stop, seed, stream, offset, out):
    buffer = alloca(BUFFER)
    for first in range(start, stop, TILE):
        n = min(TILE, stop - first)
        w = fetch_words(buffer, pointer_cast_like(buffer, out), seed, stream, offset + np.uint64(first), n)
        copy(w, n, pointer_add(out, first))
    return ALL_VALID
