"""One element, or one row, at a time: what the loops of users' own compiled functions call.

The elements are those of `noise`, and the transforms too: nothing is kept from one call to the next, so each makes the
blocks that its own elements are in. A loop over an inline function here may be vectorised by LLVM. Rows are arrays of
Numba's, of any stride. A place is the number of an element, counted from the beginning of the stream.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, loop
from gsampler.compiler.intrinsics import (
    alloca,
    array_data,
    as_words,
    cast_like,
    fmax,
    pointer_cast_like,
    sum_lanes,
    wide,
)
from gsampler.kernels.constants import BUFFER, CHUNK
from gsampler.kernels.elementary import inverse_temperature
from gsampler.kernels.gumbel_max import argmax, is_large, screened_argmax, short_max_k
from gsampler.kernels.noise import element_uniform, gumbel, logistic, noise, width
from gsampler.kernels.philox import HALF, LOW, LOWER_DOMAIN, UPPER_DOMAIN, half_block
from gsampler.kernels.reductions import largest
from gsampler.kernels.relaxed import centred_exponentials, exponentiate
from gsampler.kernels.tables import category_and_fraction
from gsampler.kernels.validation import is_valid_logit, large_logit

QUARTER, WORDS_F64 = np.uint64(0xFFFF), np.uint64(2)
LANES = 32  # elements of which a short row is made up to a multiple: what `transform` does at once of float64

# --- elements ---------------------------------------------------------------------------------------------------


@inline
def word_of_32(seed, stream, place):
    block, part = place >> np.uint64(3), place & np.uint64(4)
    shift = (place & np.uint64(3)) << np.uint64(4)
    upper = (half_block(seed, stream, UPPER_DOMAIN, block, part) >> shift) & QUARTER
    lower = (half_block(seed, stream, LOWER_DOMAIN, block, part) >> shift) & QUARTER
    return np.uint32((upper << np.uint64(16)) | lower)


@inline
def word_of_64(seed, stream, place):
    position = WORDS_F64 * place
    block, part = position >> np.uint64(3), position & np.uint64(4)
    shift = (position & np.uint64(2)) << np.uint64(4)
    upper = (half_block(seed, stream, UPPER_DOMAIN, block, part) >> shift) & LOW
    lower = (half_block(seed, stream, LOWER_DOMAIN, block, part) >> shift) & LOW
    return (upper << HALF) | lower


@inline
def noise_f32(function, seed, stream, place):
    return function(element_uniform(word_of_32(seed, stream, place), seed, stream, place))


@inline
def noise_f64(function, seed, stream, place):
    return function(element_uniform(word_of_64(seed, stream, place), seed, stream, WORDS_F64 * place))


@inline
def bernoulli_f32(logit, seed, stream, place):
    return noise_f32(logistic, seed, stream, place) + np.float32(logit) > np.float32(0)


@inline
def bernoulli_f64(logit, seed, stream, place):
    return noise_f64(logistic, seed, stream, place) + np.float64(logit) > 0.0


@inline
def alias(table, seed, stream, place):
    """A category by a row of an alias table, shape (k, 2); -1 where it has none."""
    k = np.uint64(table.shape[0])
    if k == np.uint64(0) or table.shape[1] != 2:
        return -1
    j, fraction = category_and_fraction(k, word_of_64(seed, stream, place))
    return np.int64(j if fraction < table[j, 0] else table[j, 1])


# --- rows -------------------------------------------------------------------------------------------------------


@loop
def largest_logit(row):
    """The largest of a row; -inf where there is none, and NaN where there is NaN or +inf."""
    wide()
    top, invalid = row.dtype.type(-np.inf), False
    for j in range(len(row)):
        invalid |= not is_valid_logit(row[j])
        top = fmax(top, row[j])
    return row.dtype.type(np.nan) if invalid else top


@inline
def shift_of(top, limit):
    """What is subtracted from the logits of a row with this largest one, so that no noise is rounded away."""
    return top if abs(top) >= limit else cast_like(top, 0)


@loop
def add_row(row, first, n, shift, sample):
    wide()
    for j in range(n):
        sample[j] += row[first + j] - shift


@loop
def gather(row, first, n, shift, out):
    wide()
    for j in range(n):
        out[j] = row[first + j] - shift


@loop
def scatter(sample, first, n, factor, out):
    wide()
    for j in range(n):
        out[first + j] = sample[j] * factor


@loop
def fill(value, out):
    wide()
    for j in range(len(out)):
        out[j] = value


@inline
def perturbed_row(row, first, n, shift, buffer, seed, stream, place, sample):
    """Write ``n <= CHUNK`` logits from number ``first`` on, with their noise."""
    position = (place + np.uint64(first)) * np.uint64(width(as_words(buffer, sample)))
    noise(gumbel, buffer, seed, stream, position, (n + LANES - 1) & -LANES, sample)
    add_row(row, first, n, shift, sample)


@loop
def argmax_by_chunks(row, seed, stream, place):
    """Of a row that is not contiguous, or that is to be shifted; -1 where there is no category."""
    buffer, results, copied = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    bounds, logits = pointer_cast_like(results, array_data(row)), pointer_cast_like(copied, array_data(row))
    top = largest_logit(row)
    if not top > cast_like(top, -np.inf):
        return -1
    shift = shift_of(top, large_logit(logits))
    best, index = cast_like(top, -np.inf), -1
    for first in range(0, len(row), CHUNK):
        n = min(CHUNK, len(row) - first)
        gather(row, first, n, shift, logits)
        position = (place + np.uint64(first)) * np.uint64(width(as_words(buffer, logits)))
        found, value = screened_argmax(buffer, bounds, logits, n, seed, stream, position, 0)
        if value > best:
            best, index = value, first + found
    return index


@loop
def categorical(row, seed, stream, place):
    """Argmax of a row with Gumbel noise; -1 where it is empty, has NaN or +inf, or is all -inf."""
    wide()
    buffer, results = alloca(BUFFER), alloca(BUFFER)
    n, logits = len(row), array_data(row)
    sample = pointer_cast_like(results, logits)
    if n <= short_max_k(logits):
        top = largest_logit(row)
        if not top > cast_like(top, -np.inf):
            return -1
        perturbed_row(row, 0, n, shift_of(top, large_logit(logits)), buffer, seed, stream, place, sample)
        return argmax(sample, n)[1]
    if row.strides[0] == row.itemsize:
        position = place * np.uint64(width(as_words(buffer, logits)))
        found, value = screened_argmax(buffer, sample, logits, n, seed, stream, position, 1)
        if found >= 0 and not is_large(value, large_logit(logits)):
            return found
    return argmax_by_chunks(row, seed, stream, place)


@inline
def _tiny_f32(tau):
    return np.float32(2.0**-126)


@inline
def _tiny_f64(tau):
    return 2.0**-1022


tiny = by_type("tiny", {types.float32: _tiny_f32, types.float64: _tiny_f64})  # the least temperature


@loop
def subtract(sample, n, top):
    wide()
    for j in range(n):
        sample[j] -= top


@loop
def gumbel_softmax(row, tau, out, seed, stream, place):
    """Write the softmax of ``(row + gumbel) / tau``; NaN where `categorical` is -1, or tau is no temperature."""
    wide()
    buffer, results, exponentials = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    n, sample = len(row), pointer_cast_like(results, array_data(row))
    top = largest_logit(row)
    if not (top > cast_like(top, -np.inf) and tau >= tiny(tau) and tau < cast_like(tau, np.inf)):
        fill(cast_like(top, np.nan), out)
        return
    shift = shift_of(top, large_logit(sample))
    high, low = inverse_temperature(tau)
    if n <= CHUNK:
        perturbed_row(row, 0, n, shift, buffer, seed, stream, place, sample)
        subtract(sample, n, largest(sample, n))
        exponentiate(sample, n, high, low)
        scatter(sample, 0, n, cast_like(top, 1 / sum_lanes(sample, n)), out)
        return
    made = pointer_cast_like(exponentials, sample)
    highest, nothing, total = cast_like(top, -np.inf), cast_like(top, 0), 0.0
    for first in range(0, n, CHUNK):  # the output holds the perturbed logits for now
        m = min(CHUNK, n - first)
        perturbed_row(row, first, m, shift, buffer, seed, stream, place, sample)
        highest = fmax(highest, largest(sample, m))
        scatter(sample, first, m, cast_like(top, 1), out)
    for first in range(0, n, CHUNK):
        m = min(CHUNK, n - first)
        gather(out, first, m, nothing, sample)
        centred_exponentials(sample, m, highest, high, low, made)
        total += sum_lanes(made, m)
        scatter(made, first, m, cast_like(top, 1), out)
    factor = cast_like(top, 1 / total)
    for first in range(0, n, CHUNK):
        m = min(CHUNK, n - first)
        gather(out, first, m, nothing, sample)
        scatter(sample, first, m, factor, out)
