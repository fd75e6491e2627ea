"""Tables for many draws from one distribution: cumulative sums, and Walker's aliases.

Both are built in float64, each row by one thread in one order, whatever the type of the logits, so they too have the
same bits everywhere. A draw takes one float64 uniform, which is two words, whichever the method.

Walker, "An efficient method for generating discrete random variables with general distributions", ACM TOMS
3(3), 1977; Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE TSE
17(9), 1991.
"""

from __future__ import annotations

import numpy as np

from gsampler.kernels.elementary import exp, log
from gsampler.kernels.jit import (
    NOTHING,
    body,
    kernel,
    pick,
    scalar,
    shift,
    stack,
    wide,
    words_for,
)
from gsampler.kernels.noise import BUFFER, CHUNK, element_uniform, fetch_words
from gsampler.kernels.philox import HALF, LOW

CERTAIN = np.uint64(2**64 - 1)


@body
def exponentials(logits, highest, n, out):
    wide()
    for j in range(n):
        out[j] = exp(np.float64(logits[j]) - highest)


@kernel("i64 start, i64 stop, T* logits, i64 k, f64* weights")
def weights(start, stop, logits, k, weights):
    """exp(logit - the row's largest), in float64."""
    for row in range(start, stop):
        at = shift(logits, row * k)
        highest = np.float64(at[0])
        for j in range(1, k):
            highest = max(highest, np.float64(at[j]))
        exponentials(at, highest, k, shift(weights, row * k))
    return NOTHING


@kernel("i64 start, i64 stop, f64* x, f64* out")
def logarithm(start, stop, x, out):
    """log(x) for finite x >= 0, the same bits on every machine; -inf for 0."""
    for j in range(start, stop):
        out[j] = log(x[j]) if x[j] > 0.0 else -np.inf
    return NOTHING


# --- inverse of the cumulative distribution -----------------------------------------------------------------


@kernel("i64 start, i64 stop, i64 k, f64* sums, i64* pivot, f64* total")
def build_cumulative(start, stop, k, sums, pivot, total):
    """Turn each row of weights into its sums, from the nearer end.

    A category whose cumulative sum is at most half the total keeps that sum; one above keeps minus the sum
    of what comes after it, so that small probabilities are resolved at both ends. ``pivot`` is the number
    of the former.
    """
    for row in range(start, stop):
        at = shift(sums, row * k)
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
    return NOTHING


@scalar
def first_above(sums, low, high, x):
    """The first index in low .. high - 1 whose sum is above x, or ``high``. No branch hangs on the outcome."""
    n = high - low
    while n > 0:
        half = (n + 1) >> 1
        low = pick(sums[low + half - 1] <= x, low + half, low)
        n = n - half
    return low


DRAW = (
    "i64 start, i64 stop, u64 seed, u64 stream, u64 offset, i64 k, i64 rows, i64 first_row, i64 stride,"
    "{table}, i64* index"
)
# Item i is draw ``i // rows`` of row ``first_row + i % rows`` out of ``stride`` rows; the table holds
# ``rows`` rows from first_row on.


@scalar
def contiguous(done, end, row, rows, stride):
    """How many of the items that remain follow each other in the stream."""
    return end - done if rows == stride else min(end - done, rows - row)


@scalar
def pick_cumulative(sums, k, split, whole, t):
    return first_above(sums, pick(t > 0.0, 0, split), pick(t > 0.0, split, k), t * whole)


@kernel(DRAW.format(table="f64* sums, i64* pivot, f64* total"))
def draw_cumulative(start, stop, seed, stream, offset, k, rows, first_row, stride, sums, pivot, total, index):
    """max{i : p_1 + ... + p_(i-1) <= u}, u the float64 uniform of the item."""
    buffer = stack(BUFFER)
    done = start
    while done < stop:
        draw, row = done // rows, done % rows
        n = contiguous(done, min(done + CHUNK, stop), row, rows, stride)
        element = draw * stride + first_row + row
        place = offset + np.uint64(2 * element)
        w = fetch_words(buffer, words_for(buffer, sums), seed, stream, place, n)
        for i in range(n):
            t = element_uniform(w[i], seed, stream, place + np.uint64(2 * i))
            index[element + i] = pick_cumulative(shift(sums, row * k), k, pivot[row], total[row], t)
            row = row + 1 if row + 1 < rows else 0
        done += n
    return NOTHING


# --- aliases ------------------------------------------------------------------------------------------------


@scalar
def settle(table, j, threshold, alias):
    table[2 * j], table[2 * j + 1] = threshold, np.uint64(alias)


@scalar
def threshold_of(probability):
    """A probability below 1 as a fraction of 2^64."""
    return np.uint64(probability * 2.0**64) if probability < 1.0 else CERTAIN


@body
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
        settle(table, less, threshold_of(weights[less]), more)
        weights[more] -= 1.0 - weights[less]
        if weights[more] < 1.0:
            large += 1
            queue[small] = more
            small += 1
    while large < k:  # what rounding leaves over is its own alias
        settle(table, queue[large], CERTAIN, queue[large])
        large += 1
    while small > 0:
        small -= 1
        j = queue[small]
        if weights[j] > 0.5:
            settle(table, j, CERTAIN, j)
        else:
            settle(table, j, threshold_of(weights[j]), largest)


@kernel("i64 start, i64 stop, i64 k, f64* weights, u64* table, i64* queue")
def build_alias(start, stop, k, weights, table, queue):
    """The table of each row, a threshold of 2^64 and an alias a category, from its weights, which are used up."""
    for row in range(start, stop):
        build_row(shift(weights, row * k), k, shift(table, 2 * row * k), shift(queue, row * k))
    return NOTHING


@scalar
def pick_alias(table, k, w):
    """Category and fraction are the upper and the lower 64 bits of k times the 64-bit uniform; k < 2^32."""
    low = (w & LOW) * k
    high = (w >> HALF) * k + (low >> HALF)
    j = high >> HALF
    fraction = (high << HALF) | (low & LOW)
    return np.int64(pick(fraction < table[2 * j], j, table[2 * j + 1]))


@kernel(DRAW.format(table="u64* table"))
def draw_alias(start, stop, seed, stream, offset, k, rows, first_row, stride, table, index):
    buffer = stack(BUFFER)
    done = start
    while done < stop:
        draw, row = done // rows, done % rows
        n = contiguous(done, min(done + CHUNK, stop), row, rows, stride)
        element = draw * stride + first_row + row
        w = fetch_words(buffer, buffer, seed, stream, offset + np.uint64(2 * element), n)
        for i in range(n):
            index[element + i] = pick_alias(shift(table, 2 * row * k), np.uint64(k), w[i])
            row = row + 1 if row + 1 < rows else 0
        done += n
    return NOTHING
