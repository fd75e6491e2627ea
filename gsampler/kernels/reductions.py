"""What is made of a range of numbers: a copy, the largest and where it is, sums in one order."""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    cast_like,
    fmax,
    lanes_at_least,
    pointer_add,
    pointer_cast_like,
    sum_lanes,
    trailing_zeros,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK


@loop
def copy(w, n, out):
    wide()
    for j in range(n):
        out[j] = w[j]


@loop
def largest(values, n):
    wide()
    highest = cast_like(values[0], -np.inf)
    for j in range(n):
        highest = fmax(highest, values[j])
    return highest


@inline
def only_first(n):
    """Mask of the first n of 64 lanes."""
    return np.uint64(2**64 - 1) if n >= 64 else (np.uint64(1) << np.uint64(n)) - np.uint64(1)


@inline
def first_at_least(values, n, threshold):
    """The first of n values that is not below ``threshold``; n where none is."""
    for first in range(0, n, 64):
        mask = lanes_at_least(values, first, threshold) & only_first(n - first)
        if mask:
            return first + trailing_zeros(mask)
    return n


@kernel(table.sum_rows)
def sum_rows(start, stop, x, k, total):
    buffer = alloca(BUFFER)
    sample = pointer_cast_like(buffer, total)
    for r in range(start, stop):
        total[r] = 0.0
        for first in range(0, k, CHUNK):
            n = min(CHUNK, k - first)
            widen(pointer_add(x, r * k + first), n, sample)
            total[r] += sum_lanes(sample, n)
    return ALL_VALID


@loop
def widen(x, n, out):
    wide()
    for j in range(n):
        out[j] = np.float64(x[j])
