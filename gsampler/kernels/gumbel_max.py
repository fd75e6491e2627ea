"""Rows of logits become categories by the Gumbel-Max trick, without building the noise.

Gumbel, "Statistical theory of extreme values and some practical applications", 1954; the name from
Maddison, Tarlow, Minka, "A* sampling", 2014. Category k of row r takes element ``r * K + k`` of the stream,
and the result is that of ``argmax(logits + gumbel)`` to the bit, the first index on ties.

Rows of a chunk or less are decided by margins, `gsampler.kernels.margins`. A longer one is screened: a bound of each
noise costs a conversion or two, and only elements whose bound reaches the best value so far are evaluated, about log(K)
of them. The shortest are evaluated in full.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import (
    add_reassociated,
    alloca,
    as_halves,
    as_words,
    bits,
    cast_like,
    fma,
    fmax,
    is_null,
    lanes_at_least,
    pointer_add,
    pointer_cast_like,
    trailing_zeros,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK, NOISE_BOUND, TILE
from gsampler.kernels.margins import SLOPE, argmax_by_margin, perturbed, signs_by_margin
from gsampler.kernels.noise import fetch_halves, gumbel, noise, width
from gsampler.kernels.reductions import first_at_least, largest, only_first
from gsampler.kernels.validation import (
    INVALID,
    classify_values,
    first_row_beyond,
    is_valid_logit,
    large_logit,
    no_limit,
)

# Rows up to this length are evaluated in full, which takes less time than margins; up to the other, rows of which one
# is invalid or large, those of functions that know no margins, and in `gsampler.jit`: measured, by a transform's cost
EVALUATED_MAX_K_F32, EVALUATED_MAX_K_F64 = 4, 3
SHORT_MAX_K_F32, SHORT_MAX_K_F64 = 384, 72
VECTOR_MIN_K = 24  # rows from this length on are searched by vectors

# With v = x / 2^16 below u, for x the upper 16 bits, -log(-log(1 - u)) <= -log(v), and log2(x) >= bits(x) / 2^23 - 127
# for x as a float32. That is -log(v) <= LIFT - bits(x) * SLOPE, also for x = 0, where the left side ends at 45.1 or
# 89.4 and the right at 99.
# Roundings above: below 2^-22 of |logit| + 110 (float32). LIFT covers what does not grow with the bound,
# SLACK what does.
LIFT = 0.6931471805599453 * (127 + 16) + 1e-3
SLACK = 1e-5


def _lengths(of_f32, of_f64):
    @inline
    def f32(logits):
        return of_f32

    @inline
    def f64(logits):
        return of_f64

    return by_type("length", {types.CPointer(types.float32): f32, types.CPointer(types.float64): f64})


short_max_k = _lengths(SHORT_MAX_K_F32, SHORT_MAX_K_F64)
evaluated_max_k = _lengths(EVALUATED_MAX_K_F32, EVALUATED_MAX_K_F64)


# --- long rows -----------------------------------------------------------------------------------


@inline
def _upper_of_16(half):
    return half


@inline
def _upper_of_32(half):
    return half >> np.uint32(16)


upper_16 = by_type("upper_16", {types.uint16: _upper_of_16, types.uint32: _upper_of_32})


@inline
def bound(logit, half):
    """No less than logit + gumbel - LIFT, up to rounding, from the upper half of the word."""
    x = np.float32(np.int32(upper_16(half)))
    return fma(cast_like(logit, bits(x)), cast_like(logit, -SLOPE), logit)


@loop
def write_bounds(logits, halves, n, bounds):
    """Write the bounds; return the highest, and their sum in some order: NaN or +inf if one is.

    The highest means nothing where one is NaN, so the sum is to be looked at first.
    """
    wide()
    highest, total = cast_like(logits[0], -np.inf), cast_like(logits[0], 0)
    for j in range(n):
        value = bound(logits[j], halves[j])
        bounds[j] = value
        highest = fmax(highest, value)
        total = add_reassociated(total, value)
    return highest, total


@inline
def needed(best):
    """The least bound with which an element can still reach ``best``."""
    return best - cast_like(best, SLACK) * abs(best) - cast_like(best, LIFT)


@loop
def screened_argmax(buffer, bounds, logits, n, seed, stream, position, check):
    """Index and value of the largest of ``n`` perturbed logits; index -1 where all are -inf.

    Index -2 where one is NaN or +inf, if ``check`` asks for that: these must not get further.
    """
    wide()
    needed_value = cast_like(logits[0], -np.inf)
    best, index = needed_value, -1
    words = as_words(buffer, logits)
    for start in range(0, n, CHUNK):
        m = min(CHUNK, n - start)
        row = pointer_add(logits, start)
        here = position + np.uint64(start * width(words))
        halves = fetch_halves(buffer, as_halves(buffer, logits), words, seed, stream, here, m)
        highest, total = write_bounds(row, halves, m, bounds)
        if check and not is_valid_logit(total) and classify_values(row, m, no_limit(row)) & INVALID:
            return -2, best
        if highest >= needed_value and highest > cast_like(needed_value, -np.inf):
            # the most promising first: hardly another is then left
            j = first_at_least(bounds, m, highest)
            value = perturbed(row, halves, j, seed, stream, here, width(words))
            if value > best:
                best, index, needed_value = value, start + j, needed(value)
            tried = j
            for first in range(0, m, 64):
                mask = lanes_at_least(bounds, first, needed_value) & only_first(m - first)
                while mask:
                    j = first + trailing_zeros(mask)
                    mask &= mask - np.uint64(1)
                    if j != tried and bounds[j] >= needed_value:
                        value = perturbed(row, halves, j, seed, stream, here, width(words))
                        if value > best or (value == best and start + j < index):
                            best, index, needed_value = value, start + j, needed(value)
    return index, best


@loop
def perturb(logits, n, period, at, sample):
    """Add to ``sample`` the logits from ``at`` on, which repeat after ``period``."""
    wide()
    if period == 1:
        for j in range(n):
            sample[j] += logits[0]
        return
    j = 0
    while j < n:
        run = min(n - j, period - at)
        for i in range(run):
            sample[j + i] += logits[at + i]
        j, at = j + run, 0


@inline
def argmax(row, k):
    """The largest of a row that is evaluated in full, and where it is first."""
    top, where = row[0], 0
    if k < VECTOR_MIN_K:
        for j in range(1, k):
            value = row[j]
            where = j if value > top else where
            top = value if value > top else top
    else:
        top = largest(row, k)
        where = first_at_least(row, k, top)
    return top, where


@loop
def evaluated_argmax(sample, rows, k, index, best):
    """Argmax of each of the rows in ``sample``."""
    for r in range(rows):
        top, index[r] = argmax(pointer_add(sample, r * k), k)
        if not is_null(best):
            best[r] = top


@inline
def argmax_evaluated_rows(buffer, results, start, stop, seed, stream, offset, logits, k, period, check, index, best):
    """Argmax of rows that are all evaluated."""
    sample = pointer_cast_like(results, logits)
    rows_at_once = TILE // k
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        if check:
            first_invalid_item = first_row_beyond(pointer_add(logits, first * k), rows * k, k, large_logit(logits))
            if first_invalid_item != ALL_VALID:
                return first + first_invalid_item
        position = offset + np.uint64(first * k * width(as_words(buffer, logits)))
        noise(gumbel, buffer, seed, stream, position, rows * k, sample)
        perturb(logits, rows * k, period * k, (first % period) * k, sample)
        evaluated_argmax(
            sample, rows, k, pointer_add(index, first), best if is_null(best) else pointer_add(best, first)
        )
    return ALL_VALID


@inline
def is_large(best, limit):
    """Whether the largest logit may be beyond the limit, or minus the limit, if this is the best sum with noise."""
    return abs(best) > limit - cast_like(best, NOISE_BOUND)


@kernel(table.gumbel_max)
def gumbel_max(start, stop, seed, stream, offset, logits, k, period, parts, part, check, index, best):
    buffer, results = alloca(BUFFER), alloca(BUFFER)
    if parts == 1 and k <= evaluated_max_k(logits):
        return argmax_evaluated_rows(
            buffer, results, start, stop, seed, stream, offset, logits, k, period, check, index, best
        )
    if parts == 1 and k <= CHUNK:
        return argmax_by_margin(
            buffer, results, start, stop, seed, stream, offset, logits, k, period, check, index, best
        )
    bounds = pointer_cast_like(results, logits)
    for item in range(start, stop):
        row, first = item // parts, (item % parts) * part
        position = offset + np.uint64((row * k + first) * width(as_words(buffer, logits)))
        at = pointer_add(logits, (row % period) * k + first)
        found, value = screened_argmax(buffer, bounds, at, min(part, k - first), seed, stream, position, check)
        if check and (found < (0 if parts == 1 else -1) or (parts == 1 and is_large(value, large_logit(logits)))):
            return item
        index[item] = found + first if found >= 0 else -1
        if not is_null(best):
            best[item] = value
    return ALL_VALID


@kernel(table.bernoulli)
def bernoulli(start, stop, seed, stream, offset, logits, period, check, out):
    return signs_by_margin(start, stop, seed, stream, offset, logits, period, check, out)
