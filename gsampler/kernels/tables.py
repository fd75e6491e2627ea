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
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    pointer_add,
    pointer_cast_like,
    prefetch,
    select,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp, log
from gsampler.kernels.noise import fetch_words, noise
from gsampler.kernels.philox import HALF, LOW
from gsampler.kernels.reductions import copy

CERTAIN = np.uint64(2**64 - 1)
NEAR_K = 2**15  # categories of an alias table that the second cache holds; from there on entries are asked for before


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
def run_from(item, end, rows, first_row, stride):
    """The element of the stream that an item takes, and how many items before ``end`` take those that follow it."""
    draw, row = item // rows, item % rows
    return draw * stride + first_row + row, end - item if rows == stride else min(end - item, rows - row)


@inline
def begin(i, at, k, split, whole, t, x, low, left):
    """The search of draw i in the sums of a row, which begin at ``at``: from the nearer end on."""
    x[i] = t[i] * whole
    low[i] = at + select(t[i] > 0.0, np.int64(0), split)
    left[i] = select(t[i] > 0.0, split, k - split)


@loop
def search(sums, k, pivot, total, row, rows, t, n, index):
    """For each of ``n`` draws the first sum above t times the total, in the rows from ``row`` on, over and over.

    No search waits for another: all make one step, then all the next. What is written in between is the function's own,
    so that LLVM knows it apart from the sums, and gathers these by the vector.
    """
    wide()
    x, first = as_float64_pointer(alloca(CHUNK)), row
    low, left = pointer_cast_like(alloca(CHUNK), index), pointer_cast_like(alloca(CHUNK), index)
    if rows == 1:
        for i in range(n):
            begin(i, 0, k, pivot[0], total[0], t, x, low, left)
    else:
        for i in range(n):
            begin(i, row * k, k, pivot[row], total[row], t, x, low, left)
            row = row + 1 if row + 1 < rows else 0
    steps = k
    while steps > 0:
        for i in range(n):
            half = (left[i] + 1) >> 1  # 0 once the search is done, which then reads any sum
            low[i] = select(sums[max(low[i] + half - 1, 0)] <= x[i], low[i] + half, low[i])
            left[i] = left[i] >> 1
        steps = steps >> 1
    copy(low, n, index)
    if rows > 1:
        row = first
        for i in range(n):
            index[i] -= row * k
            row = row + 1 if row + 1 < rows else 0


@inline
def itself(t):
    return t


@kernel(table.draw_cumulative)
def draw_cumulative(start, stop, seed, stream, offset, k, rows, first_row, stride, sums, pivot, total, index):
    buffer, t = alloca(BUFFER), as_float64_pointer(alloca(CHUNK))
    found = pointer_cast_like(alloca(CHUNK), index)
    for first in range(start, stop, CHUNK):
        item, end = first, min(first + CHUNK, stop)
        while item < end:
            element, n = run_from(item, end, rows, first_row, stride)
            noise(itself, buffer, seed, stream, offset + np.uint64(2 * element), n, pointer_add(t, item - first))
            item += n
        search(sums, k, pivot, total, first % rows, rows, t, end - first, found)
        item = first
        while item < end:
            element, n = run_from(item, end, rows, first_row, stride)
            for i in range(n):
                index[element + i] = found[item - first + i]
            item += n
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


@loop
def look_up(table, k, row, rows, w, n, index):
    """The category of each of ``n`` words, in the tables from that of ``row`` on, over and over; as `search`."""
    wide()
    if rows > 1:
        for i in range(n):
            index[i] = alias_lookup(pointer_add(table, 2 * row * np.int64(k)), k, w[i])
            row = row + 1 if row + 1 < rows else 0
        return
    if k > NEAR_K:
        for i in range(n):
            j, _ = category_and_fraction(k, w[i])
            prefetch(pointer_add(table, np.int64(2 * j)), 1, 0)
    found = pointer_cast_like(alloca(CHUNK), index)
    for i in range(n):
        found[i] = alias_lookup(table, k, w[i])
    copy(found, n, index)


@kernel(table.draw_alias)
def draw_alias(start, stop, seed, stream, offset, k, rows, first_row, stride, table, index):
    buffer = alloca(BUFFER)
    done = start
    while done < stop:
        element, n = run_from(done, min(done + CHUNK, stop), rows, first_row, stride)
        w = fetch_words(buffer, buffer, seed, stream, offset + np.uint64(2 * element), n)
        look_up(table, np.uint64(k), done % rows, rows, w, n, pointer_add(index, element))
        done += n
    return ALL_VALID
