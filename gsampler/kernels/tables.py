"""Tables for many draws from one distribution: cumulative sums, and Walker's aliases.

Both are built in float64, each row by one thread in one order, whatever the type of the logits, so they too have the
same bits everywhere. A draw takes one float64 uniform, which is two words, whichever the method.

Walker, "An efficient method for generating discrete random variables with general distributions", ACM TOMS
3(3), 1977; Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE TSE
17(9), 1991.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import alloca, as_words, pointer_add, select, wide
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp, log
from gsampler.kernels.noise import element_uniform, fetch_words
from gsampler.kernels.philox import HALF, LOW

CERTAIN = np.uint64(2**64 - 1)


@loop
def exponentials(logits, highest, n, out):
    wide()
    for j in range(n):
        out[j] = exp(np.float64(logits[j]) - highest)


@kernel(table.weights)
def weights(start, stop, logits, k, weights):
    for row in range(start, stop):
        at = pointer_add(logits, row * k)
        highest = np.float64(at[0])
        for j in range(1, k):
            highest = max(highest, np.float64(at[j]))
        exponentials(at, highest, k, pointer_add(weights, row * k))
    return ALL_VALID


@kernel(table.logarithm)
def logarithm(start, stop, x, out):
    for j in range(start, stop):
        out[j] = log(x[j]) if x[j] > 0.0 else -np.inf
    return ALL_VALID


# --- inverse of the cumulative distribution -----------------------------------------------------------------


@kernel(table.build_cumulative)
def build_cumulative(start, stop, k, sums, pivot, total):
    for row in range(start, stop):
        at = pointer_add(sums, row * k)
        whole = 0.0
        for j in range(k):
            whole += at[j]
        below, split = 0.0, 0
        while split < k and below + at[split] <= 0.5 * whole:
            below += at[split]
            at[split] = below
            split += 1
        above = 0.0
        for j in range(k - 1, split - 1, -1):
            weight = at[j]
            at[j] = -above
            above += weight
        pivot[row], total[row] = split, whole
    return ALL_VALID


@inline
def first_above(sums, low, high, x):
    """The first index in low .. high - 1 whose sum is above x, or ``high``. No branch hangs on the outcome."""
    n = high - low
    while n > 0:
        half = (n + 1) >> 1
        low = select(sums[low + half - 1] <= x, low + half, low)
        n = n - half
    return low


@inline
def contiguous(done, end, row, rows, stride):
    """How many of the items that remain follow each other in the stream."""
    return end - done if rows == stride else min(end - done, rows - row)


@inline
def cdf_lookup(sums, k, split, whole, t):
    return first_above(sums, select(t > 0.0, 0, split), select(t > 0.0, split, k), t * whole)


@kernel(table.draw_cumulative)
def draw_cumulative(start, stop, seed, stream, offset, k, rows, first_row, stride, sums, pivot, total, index):
    buffer = alloca(BUFFER)
    done = start
    while done < stop:
        draw, row = done // rows, done % rows
        n = contiguous(done, min(done + CHUNK, stop), row, rows, stride)
        element = draw * stride + first_row + row
        position = offset + np.uint64(2 * element)
        w = fetch_words(buffer, as_words(buffer, sums), seed, stream, position, n)
        for i in range(n):
            t = element_uniform(w[i], seed, stream, position + np.uint64(2 * i))
            index[element + i] = cdf_lookup(pointer_add(sums, row * k), k, pivot[row], total[row], t)
            row = row + 1 if row + 1 < rows else 0
        done += n
    return ALL_VALID


# --- aliases ------------------------------------------------------------------------------------------------


@inline
def set_entry(table, j, threshold, alias):
    table[2 * j], table[2 * j + 1] = threshold, np.uint64(alias)


@inline
def threshold_of(probability):
    """A probability below 1 as a fraction of 2^64."""
    return np.uint64(probability * 2.0**64) if probability < 1.0 else CERTAIN


@loop
def build_row(weights, k, table, queue):
    """Vose's method: pair each category below the average with one above it. ``queue`` is scratch for k indices."""
    whole, lost, largest = 0.0, 0.0, 0
    for j in range(k):
        # Neumaier's sum: an error of the whole would be the error of every category, collected on one of them
        total = whole + weights[j]
        lost += (whole - total) + weights[j] if whole >= weights[j] else (weights[j] - total) + whole
        whole = total
        if weights[j] > weights[largest]:
            largest = j
    whole += lost
    small, large = 0, k  # small ones wait at the front of the queue, large ones at its back
    for j in range(k):
        weights[j] = weights[j] * (k / whole)
        if weights[j] < 1.0:
            queue[small] = j
            small += 1
        else:
            large -= 1
            queue[large] = j
    while small > 0 and large < k:
        small -= 1
        less, more = queue[small], queue[large]
        set_entry(table, less, threshold_of(weights[less]), more)
        weights[more] -= 1.0 - weights[less]
        if weights[more] < 1.0:
            large += 1
            queue[small] = more
            small += 1
    while large < k:  # what rounding leaves over is its own alias
        set_entry(table, queue[large], CERTAIN, queue[large])
        large += 1
    while small > 0:
        small -= 1
        j = queue[small]
        if weights[j] > 0.5:
            set_entry(table, j, CERTAIN, j)
        else:
            set_entry(table, j, threshold_of(weights[j]), largest)


@kernel(table.build_alias)
def build_alias(start, stop, k, weights, table, queue):
    for row in range(start, stop):
        build_row(pointer_add(weights, row * k), k, pointer_add(table, 2 * row * k), pointer_add(queue, row * k))
    return ALL_VALID


@inline
def category_and_fraction(k, w):
    """The upper and the lower 64 bits of k times the 64-bit uniform; k < 2^32."""
    low = (w & LOW) * k
    high = (w >> HALF) * k + (low >> HALF)
    return high >> HALF, (high << HALF) | (low & LOW)


@inline
def alias_lookup(table, k, w):
    j, fraction = category_and_fraction(k, w)
    return np.int64(select(fraction < table[2 * j], j, table[2 * j + 1]))


@kernel(table.draw_alias)
def draw_alias(start, stop, seed, stream, offset, k, rows, first_row, stride, table, index):
    buffer = alloca(BUFFER)
    done = start
    while done < stop:
        draw, row = done // rows, done % rows
        n = contiguous(done, min(done + CHUNK, stop), row, rows, stride)
        element = draw * stride + first_row + row
        w = fetch_words(buffer, buffer, seed, stream, offset + np.uint64(2 * element), n)
        for i in range(n):
            index[element + i] = alias_lookup(pointer_add(table, 2 * row * k), np.uint64(k), w[i])
            row = row + 1 if row + 1 < rows else 0
        done += n
    return ALL_VALID
