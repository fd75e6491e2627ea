"""Words of the stream become noise: a uniform of each element, then a transform of it, a range of elements at a time.

The uniform is kept with a sign: ``t`` stands for u = t where t > 0 and for u = 1 + t where t < 0, with 0 <
abs(t) <= 1/2. So it has full relative precision at both ends, and the whole conversion of a word, of 32 bits
or of 64, is one signed conversion and one fma: the word w is the interval [w, w + 1) / 2^32, and t its middle.
A word near an end draws its interval's further bits from domain 1.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.kernels.elementary import minus_log, minus_log1m, minus_logit, normal_size
from gsampler.kernels.jit import (
    NOTHING,
    body,
    by_type,
    fma,
    interleaved,
    kernel,
    lanes_near,
    least,
    like,
    null,
    same_type,
    scalar,
    shift,
    stack,
    trailing_zeros,
    wide,
    words_for,
)
from gsampler.kernels.philox import BLOCK, HALF, blocks_16, blocks_32, extra_32, extra_64, upper_blocks

CHUNK = 1024  # elements made at a time: their words and the results stay in the first-level cache
# the same, where nothing is summed, in whole runs of philox.MANY blocks: what is left of one goes slower
SPAN = 1152
BUFFER = SPAN + 64  # uint64: room for words of float64, an unaligned start, and 64 lanes looked at past the end
# Words this near an end draw further bits: Gumbel noise beyond -2.4 and 11.1. Inside, neighbouring values are less than
# 2^-16 apart; an edge of 2^20 would make that the last place of a float32, and noise 5 % slower.
EDGE = np.uint32(2**16)

# --- the uniform of one element -----------------------------------------------------------------------------


@scalar
def _signed_f32(w):
    return fma(np.float32(np.int32(w)), np.float32(2.0**-32), np.float32(2.0**-33))


@scalar
def _signed_f64(w):
    return fma(np.float64(np.int64(w)), 2.0**-64, 2.0**-65)


# from an element's word, a uint32 or a uint64
signed_uniform = by_type("signed_uniform", {types.uint32: _signed_f32, types.uint64: _signed_f64})


@scalar
def _fine_f32(w, seed, stream, position):
    whole = np.int64((np.uint64(w) << HALF) | extra_32(seed, stream, position))
    return fma(np.float32(whole), np.float32(2.0**-64), np.float32(2.0**-65))


@scalar
def _fine_f64(w, seed, stream, position):
    high, low = np.int64(w), extra_64(seed, stream, position)
    upper = high < 0
    if upper:  # the distance to 1 is that of the complement to 0
        high, low = ~high, ~low
    t = fma(np.float64(high), 2.0**-64, fma(np.float64(low), 2.0**-128, 2.0**-129))
    return -t if upper else t


# from the word, and the place, of an element near an end: its further bits are drawn
fine_uniform = by_type("fine_uniform", {types.uint32: _fine_f32, types.uint64: _fine_f64})


@scalar
def _all_32(w):
    return w


@scalar
def _first_32(w):
    return np.uint32(w >> HALF)


upper_32 = by_type("upper_32", {types.uint32: _all_32, types.uint64: _first_32})


@scalar
def edge_distance(w):
    """Below 2 * EDGE where the upper 32 bits are within EDGE of either end."""
    return np.uint32(upper_32(w) + EDGE)


@scalar
def element_uniform(w, seed, stream, position):
    """The signed uniform of the element with this word."""
    if edge_distance(w) < np.uint32(2 * EDGE):
        return fine_uniform(w, seed, stream, position)
    return signed_uniform(w)


# --- transforms of the signed uniform -----------------------------------------------------------------------


@scalar
def uniform(t):
    """u itself, below 1 also where it would round to 1."""
    u = t if t > like(t, 0) else like(t, 1) + t
    return min(u, below_one(t))


@scalar
def exponential(t):
    """-log(1 - u)"""
    return minus_log1m(t)


@scalar
def gumbel(t):
    """-log(-log(1 - u)), so the upper tail lies at the words near 0."""
    return minus_log(minus_log1m(t))


@scalar
def logistic(t):
    """log(u / (1 - u)), odd in t"""
    size = minus_logit(abs(t))
    return size if t < like(t, 0) else -size


@scalar
def normal(t):
    """The quantile of u, odd in t"""
    size = normal_size(abs(t))
    return size if t < like(t, 0) else -size


@scalar
def _below_one_f32(t):
    return np.float32(1 - 2.0**-24)


@scalar
def _below_one_f64(t):
    return 1 - 2.0**-53


below_one = by_type("below_one", {types.float32: _below_one_f32, types.float64: _below_one_f64})

# --- ranges -------------------------------------------------------------------------------------------------


@scalar
def _one(w):
    return 1


@scalar
def _two(w):
    return 2


# places of the stream, of 32 bits, that an element takes, from the pointer to its word
width = by_type("width", {types.CPointer(types.uint32): _one, types.CPointer(types.uint64): _two})


@scalar
def _write_32(w, seed, stream, block, n, buffer):
    blocks_16(seed, stream, block, n, buffer)


@scalar
def _write_64(w, seed, stream, block, n, buffer):
    blocks_32(seed, stream, block, n, buffer)


_write = by_type("_write", {types.CPointer(types.uint32): _write_32, types.CPointer(types.uint64): _write_64})


@scalar
def blocks_of(position, places):
    """The first of the blocks that so many places lie in, the number of them, and the places before the first one."""
    skip = np.int64(position & np.uint64(BLOCK - 1))
    return position >> np.uint64(3), (skip + places + BLOCK - 1) >> 3, skip


@scalar
def fetch_words(buffer, w, seed, stream, position, n):
    """Write the words of ``n`` elements from ``position`` on to ``buffer``; return where they start.

    ``w`` is the buffer seen as elements' words, room for BLOCK + SPILL places more than are asked for.
    """
    block, blocks, skip = blocks_of(position, n * width(w))
    _write(w, seed, stream, block, blocks, buffer)
    return shift(w, skip // width(w))


@scalar
def fetch_halves(buffer, halves, w, seed, stream, position, n):
    """The same of the upper halves of the words, ``halves`` of them, and at half the cost."""
    block, blocks, skip = blocks_of(position, n * width(w))
    upper_blocks(seed, stream, block, blocks, buffer)
    return shift(halves, skip // width(w))


@body
def transform(function, w, n, out):
    """Transform ``n`` elements; return whether some are near an end. (Known here it costs next to nothing.)"""
    wide()
    interleaved(out)
    nearest = np.uint32(2**32 - 1)
    for j in range(n):
        nearest = least(nearest, edge_distance(w[j]))
        out[j] = function(signed_uniform(w[j]))
    return nearest < np.uint32(2 * EDGE)


@scalar
def only_first(n):
    """Mask of the first n of 64 lanes."""
    return np.uint64(2**64 - 1) if n >= 64 else (np.uint64(1) << np.uint64(n)) - np.uint64(1)


@body
def refine(function, w, n, seed, stream, position, out):
    """Do again the elements near the ends, with their further bits."""
    wide()
    for first in range(0, n, 64):
        near = lanes_near(w, first, EDGE) & only_first(n - first)
        while near:
            j = first + trailing_zeros(near)
            near &= near - np.uint64(1)
            place = position + np.uint64(j * width(w))
            out[j] = function(fine_uniform(w[j], seed, stream, place))


@scalar
def noise(function, buffer, seed, stream, position, n, out):
    """Write ``n <= SPAN`` transformed elements; ``position`` is the first one's place in the stream."""
    w = fetch_words(buffer, words_for(buffer, out), seed, stream, position, n)
    if transform(function, w, n, out):
        refine(function, w, n, seed, stream, position, out)


@scalar
def fill(function, start, stop, seed, stream, offset, affine, out):
    buffer = stack(BUFFER)
    size = width(words_for(buffer, out))
    for first in range(start, stop, SPAN):
        n = min(SPAN, stop - first)
        place = shift(out, first)
        noise(function, buffer, seed, stream, offset + np.uint64(first * size), n, place)
        if not null(affine):
            scale_and_move(n, affine[0], affine[1], place)
    return NOTHING


@body
def scale_and_move(n, scale, loc, out):
    wide()
    for j in range(n):
        out[j] = out[j] * scale + loc


FILL = "i64 start, i64 stop, u64 seed, u64 stream, u64 offset, T* affine, T* out"


@kernel(FILL)
def fill_uniform(start, stop, seed, stream, offset, affine, out):
    return fill(uniform, start, stop, seed, stream, offset, affine, out)


@kernel(FILL)
def fill_exponential(start, stop, seed, stream, offset, affine, out):
    return fill(exponential, start, stop, seed, stream, offset, affine, out)


@kernel(FILL)
def fill_gumbel(start, stop, seed, stream, offset, affine, out):
    return fill(gumbel, start, stop, seed, stream, offset, affine, out)


@kernel(FILL)
def fill_logistic(start, stop, seed, stream, offset, affine, out):
    return fill(logistic, start, stop, seed, stream, offset, affine, out)


@kernel(FILL)
def fill_normal(start, stop, seed, stream, offset, affine, out):
    return fill(normal, start, stop, seed, stream, offset, affine, out)


@kernel("i64 start, i64 stop, u64 seed, u64 stream, u64 offset, u32* out")
def fill_bits(start, stop, seed, stream, offset, out):
    buffer = stack(BUFFER)
    for first in range(start, stop, SPAN):
        n = min(SPAN, stop - first)
        w = fetch_words(buffer, same_type(buffer, out), seed, stream, offset + np.uint64(first), n)
        copy(w, n, shift(out, first))
    return NOTHING


@body
def copy(w, n, out):
    wide()
    for j in range(n):
        out[j] = w[j]
