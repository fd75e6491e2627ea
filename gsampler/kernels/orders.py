"""Random order: indices in the ascending order of their words, of equal ones the lower index first.

Words are spread evenly, so their upper bits say about where each comes: one pass brings them to buckets of some
hundred, which fit the cache, and each bucket is spread again by the bits that follow, and then put in order by
insertion, which has little left to do. Words that are not spread evenly are put in order too, only slowly.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import alloca, pointer_add
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER

FINE_BITS = 10  # by which a bucket is spread again


@loop
def spread(words, n, bits, begins, keys, indices):
    shift = np.uint64(64 - bits)
    for b in range((1 << bits) + 2):
        begins[b] = 0
    for i in range(n):
        begins[np.int64(words[i] >> shift) + 2] += 1
    for b in range(1 << bits):
        begins[b + 2] += begins[b + 1]
    # the beginning of bucket b is at b + 1, and moves to its end, which is where b + 1 begins
    for i in range(n):
        b = np.int64(words[i] >> shift) + 1
        at = begins[b]
        keys[at], indices[at] = words[i], i
        begins[b] = at + 1


@kernel(table.spread_words)
def spread_words(start, stop, words, n, bits, begins, keys, indices):
    if start < stop:
        spread(words, n, bits, begins, keys, indices)
    return ALL_VALID


@inline
def insert(keys, indices, n):
    """Order by insertion; equal keys stay as they are."""
    for i in range(1, n):
        key, index, j = keys[i], indices[i], i
        while j > 0 and keys[j - 1] > key:
            keys[j], indices[j] = keys[j - 1], indices[j - 1]
            j -= 1
        keys[j], indices[j] = key, index


@loop
def spread_again(keys, indices, n, shift, counts, again, order):
    """Copy to ``again`` and ``order`` by the bits from ``shift`` on."""
    for b in range((1 << FINE_BITS) + 1):
        counts[b] = np.uint64(0)
    mask = np.uint64((1 << FINE_BITS) - 1)
    for i in range(n):
        counts[((keys[i] >> shift) & mask) + np.uint64(1)] += np.uint64(1)
    for b in range(1 << FINE_BITS):
        counts[b + 1] += counts[b]
    for i in range(n):
        b = (keys[i] >> shift) & mask
        at = counts[b]
        again[at], order[at] = keys[i], np.uint64(indices[i])
        counts[b] = at + np.uint64(1)


@kernel(table.order_buckets)
def order_buckets(start, stop, bits, begins, keys, indices):
    counts, again, order = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    shift = np.uint64(max(64 - bits - FINE_BITS, 0))
    for b in range(start, stop):
        first = begins[b]
        n = begins[b + 1] - first
        own_keys, own = pointer_add(keys, first), pointer_add(indices, first)
        if n > BUFFER:
            insert(own_keys, own, n)
            continue
        spread_again(own_keys, own, n, shift, counts, again, order)
        insert(again, order, n)
        for i in range(n):
            own[i] = np.int64(order[i])
    return ALL_VALID
