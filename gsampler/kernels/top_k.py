"""The largest of a row's perturbed logits, in order: draws without replacement, the Gumbel top-k trick.

Yellott, "The relationship between Luce's choice axiom, Thurstone's theory of comparative judgment, and the double
exponential distribution", 1977; Kool, van Hoof, Welling, "Stochastic beams and where to find them", ICML 2019. A row is
screened as in `gsampler.kernels.gumbel_max`: only elements whose bound reaches the worst of those that are kept are
evaluated, a little more than k log(K / k) of them, many at a time. Those kept are a heap, the worst at its root, in the
very arrays of the result.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_halves,
    as_words,
    cast_like,
    lanes_at_least,
    pointer_add,
    pointer_cast_like,
    trailing_zeros,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.gumbel_max import is_large, needed, write_bounds
from gsampler.kernels.margins import PENDING, WAITING, append, evaluate, pending_sum, waiting_elements
from gsampler.kernels.noise import fetch_halves, gumbel, width
from gsampler.kernels.reductions import only_first
from gsampler.kernels.validation import INVALID, classify_values, is_valid_logit, large_logit, no_limit


@inline
def comes_before(value, index, other_value, other_index):
    """The larger first, of equal ones that of the lower index. (Which it is nobody can predict: no branches.)"""
    return (value > other_value) | ((value == other_value) & (index < other_index))


@loop
def sift_down(values, indices, n, at, value, index):
    """Put an entry where it belongs in the heap of ``n`` from ``at`` down, in place of the entry there."""
    while 2 * at + 1 < n:
        child = 2 * at + 1
        other = min(child + 1, n - 1)
        child = other if comes_before(values[child], indices[child], values[other], indices[other]) else child
        if not comes_before(value, index, values[child], indices[child]):
            break
        values[at], indices[at] = values[child], indices[child]
        at = child
    values[at], indices[at] = value, index


@inline
def keep(value, index, k, count, indices, values):
    """Keep a sum that is among the k largest; return how many are kept. Those before it are of lower indices."""
    if count < k:
        values[count], indices[count] = value, index
        count += 1
        if count == k:
            for at in range(k // 2 - 1, -1, -1):
                sift_down(values, indices, k, at, values[at], indices[at])
    elif value > values[0]:  # of equal ones, those kept are of lower indices
        sift_down(values, indices, k, 0, value, index)
    return count


@inline
def sort_kept(values, indices, k):
    """The heap of ``k`` in order, the largest first."""
    for end in range(k - 1, 0, -1):
        value, index = values[end], indices[end]
        values[end], indices[end] = values[0], indices[0]
        sift_down(values, indices, end, 0, value, index)


@loop
def keep_of_sums(sums, n, first_index, k, count, indices, values):
    """Keep those of ``n`` sums that are among the k largest and above -inf; return how many are kept."""
    lowest = cast_like(sums[0], -np.inf)
    for first in range(0, n, 64):
        mask = lanes_at_least(sums, first, values[0] if count == k else lowest) & only_first(n - first)
        while mask:
            j = first + trailing_zeros(mask)
            mask &= mask - np.uint64(1)
            if sums[j] > lowest:
                count = keep(sums[j], first_index + j, k, count, indices, values)
    return count


@inline
def keep_largest(pending, n, seed, stream, k, count, indices, values):
    """Perturb the first ``n`` pending logits; keep those that are among the k largest. Return how many are kept."""
    columns = pending[4]
    evaluate(gumbel, pending, seed, stream)
    for i in range(n):
        value = pending_sum(gumbel, pending, i, seed, stream)
        count = keep(value, np.int64(columns[i]), k, count, indices, values)
    return count


@loop
def screened_top_k(buffer, bounds, pending, logits, n, seed, stream, position, check, k, indices, values):
    """Write the ``k`` largest of ``n`` perturbed logits, in order; return how many there are, -1 for an invalid one."""
    wide()
    lowest = cast_like(logits[0], -np.inf)
    needed_value = lowest
    count, waiting = 0, 0
    words = as_words(buffer, logits)
    size = width(words)
    for start in range(0, n, CHUNK):
        m = min(CHUNK, n - start)
        row = pointer_add(logits, start)
        here = position + np.uint64(start * size)
        halves = fetch_halves(buffer, as_halves(buffer, logits), words, seed, stream, here, m)
        highest, total = write_bounds(row, halves, m, bounds)
        if check and not is_valid_logit(total) and classify_values(row, m, no_limit(row)) & INVALID:
            return -1
        if highest >= needed_value:
            for first in range(0, m, 64):
                mask = lanes_at_least(bounds, first, needed_value) & only_first(m - first)
                while mask:
                    j = first + trailing_zeros(mask)
                    mask &= mask - np.uint64(1)
                    if bounds[j] >= needed_value and bounds[j] > lowest:
                        append(pending, waiting, halves[j], row[j], here + np.uint64(j * size), 0, start + j)
                        waiting += 1
                        if waiting == PENDING:
                            count = keep_largest(pending, waiting, seed, stream, k, count, indices, values)
                            waiting = 0
                            needed_value = needed(values[0]) if count == k else lowest
    count = keep_largest(pending, waiting, seed, stream, k, count, indices, values)
    if count == k:
        sort_kept(values, indices, k)
    return count


@kernel(table.gumbel_top_k)
def gumbel_top_k(start, stop, seed, stream, offset, logits, k, period, top, check, indices, values):
    buffer, results, room = alloca(BUFFER), alloca(BUFFER), alloca(WAITING)
    bounds, pending = pointer_cast_like(results, logits), waiting_elements(room, logits)
    for item in range(start, stop):
        position = offset + np.uint64(item * k * width(as_words(buffer, logits)))
        at = pointer_add(logits, (item % period) * k)
        out_indices, out_values = pointer_add(indices, item * top), pointer_add(values, item * top)
        count = screened_top_k(
            buffer, bounds, pending, at, k, seed, stream, position, check, top, out_indices, out_values
        )
        if count < top or (check and is_large(out_values[0], large_logit(logits))):
            return item
    return ALL_VALID
