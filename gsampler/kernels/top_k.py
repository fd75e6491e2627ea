"""The largest of a row's perturbed logits, in order: draws without replacement, the Gumbel top-k trick.

Yellott, "The relationship between Luce's choice axiom, Thurstone's theory of comparative judgment, and the double
exponential distribution", 1977; Kool, van Hoof, Welling, "Stochastic beams and where to find them", ICML 2019. A row is
screened as in `gsampler.kernels.gumbel_max`: only elements whose bound reaches the worst of those that are kept are
evaluated, about k log(K / k) of them. Those kept are a heap, the worst at its root, in the very arrays of the result.
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
from gsampler.kernels.gumbel_max import is_large, needed, perturbed, write_bounds
from gsampler.kernels.noise import fetch_halves, width
from gsampler.kernels.reductions import only_first
from gsampler.kernels.validation import INVALID, classify_values, is_valid_logit, large_logit, no_limit


@inline
def comes_before(value, index, other_value, other_index):
    """The larger first, of equal ones that of the lower index."""
    return value > other_value or (value == other_value and index < other_index)


@inline
def swap(values, indices, i, j):
    value, index = values[i], indices[i]
    values[i], indices[i] = values[j], indices[j]
    values[j], indices[j] = value, index


@loop
def sift_down(values, indices, n, at):
    """Restore the heap of ``n`` below an entry that may come before one of its children."""
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and comes_before(values[child], indices[child], values[child + 1], indices[child + 1]):
            child += 1
        if not comes_before(values[at], indices[at], values[child], indices[child]):
            break
        swap(values, indices, at, child)
        at = child


@loop
def screened_top_k(buffer, bounds, logits, n, seed, stream, position, check, k, indices, values):
    """Write the ``k`` largest of ``n`` perturbed logits, in order; return how many there are, -1 for an invalid one."""
    wide()
    needed_value = cast_like(logits[0], -np.inf)
    count = 0
    words = as_words(buffer, logits)
    for start in range(0, n, CHUNK):
        m = min(CHUNK, n - start)
        row = pointer_add(logits, start)
        here = position + np.uint64(start * width(words))
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
                    if bounds[j] >= needed_value and bounds[j] > cast_like(needed_value, -np.inf):
                        value = perturbed(row, halves, j, seed, stream, here, width(words))
                        if count < k:
                            values[count], indices[count] = value, start + j
                            count += 1
                            if count == k:
                                for at in range(k // 2 - 1, -1, -1):
                                    sift_down(values, indices, k, at)
                                needed_value = needed(values[0])
                        elif value > values[0]:  # of equal ones, those kept are of lower indices
                            values[0], indices[0] = value, start + j
                            sift_down(values, indices, k, 0)
                            needed_value = needed(values[0])
    if count == k:
        for end in range(k - 1, 0, -1):
            swap(values, indices, 0, end)
            sift_down(values, indices, end, 0)
    return count


@kernel(table.gumbel_top_k)
def gumbel_top_k(start, stop, seed, stream, offset, logits, k, period, top, check, indices, values):
    buffer, results = alloca(BUFFER), alloca(BUFFER)
    bounds = pointer_cast_like(results, logits)
    for item in range(start, stop):
        position = offset + np.uint64(item * k * width(as_words(buffer, logits)))
        at = pointer_add(logits, (item % period) * k)
        out_indices, out_values = pointer_add(indices, item * top), pointer_add(values, item * top)
        count = screened_top_k(buffer, bounds, at, k, seed, stream, position, check, top, out_indices, out_values)
        if count < top or (check and is_large(out_values[0], large_logit(logits))):
            return item
    return ALL_VALID
