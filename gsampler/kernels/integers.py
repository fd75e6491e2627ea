"""Integers of a range: the 64-bit word of an element, multiplied by the size of the range.

The word w is followed by 64 bits more, v, of domain 3: of (2^64 w + v) n / 2^128, n the size of the range, the integer
part is the result. So each value has probability 1 / n to within 2^-128, without rejection. What v adds is a carry from
the lower half of w n, at most n - 1, which can only be where that half is above 2^64 - n: else v is not drawn.

Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019, section 4.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import alloca, pointer_add, wide
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, TILE
from gsampler.kernels.noise import fetch_words
from gsampler.kernels.philox import HALF, LOW, integer_bits


@inline
def product(x, y):
    """The upper and the lower 64 bits of x y, from products of halves, which vectors have instructions for."""
    low = (x & LOW) * (y & LOW)
    middle = (x >> HALF) * (y & LOW) + (low >> HALF)
    other = (x & LOW) * (y >> HALF) + (middle & LOW)
    return (x >> HALF) * (y >> HALF) + (middle >> HALF) + (other >> HALF), (other << HALF) | (low & LOW)


@inline
def may_carry(below, n):
    return below > np.uint64(0) - n


@inline
def carry(below, n, seed, stream, position):
    added, _ = product(integer_bits(seed, stream, position), n)
    return np.uint64(1) if below + added < below else np.uint64(0)


@inline
def integer_below(w, n, seed, stream, position):
    """The integer from 0 to n - 1 of the word at ``position``; n = 0 stands for 2^64."""
    if n == np.uint64(0):
        return w
    value, below = product(w, n)
    if may_carry(below, n):
        value += carry(below, n, seed, stream, position)
    return value


@loop
def multiply(w, count, low, n, out):
    """Integers without their carries; return whether there may be some."""
    wide()
    undecided = np.uint64(0)
    for j in range(count):
        value, below = product(w[j], n)
        undecided |= np.uint64(may_carry(below, n))
        out[j] = np.int64(low + value)
    return undecided != np.uint64(0)


@loop
def add_carries(w, count, n, seed, stream, position, out):
    for j in range(count):
        _, below = product(w[j], n)
        if may_carry(below, n):
            out[j] += np.int64(carry(below, n, seed, stream, position + np.uint64(2 * j)))


@loop
def add_low(w, count, low, out):
    for j in range(count):
        out[j] = np.int64(low + w[j])


@inline
def one_range(w, count, low, n, seed, stream, position, out):
    if n == np.uint64(0):
        add_low(w, count, low, out)
    elif multiply(w, count, low, n, out):
        add_carries(w, count, n, seed, stream, position, out)


@kernel(table.integers)
def integers(start, stop, seed, stream, offset, low, values, period, first, out):
    buffer = alloca(BUFFER)
    for done in range(start, stop, TILE):
        count = min(TILE, stop - done)
        position = offset + np.uint64(2 * done)
        w = fetch_words(buffer, buffer, seed, stream, position, count)
        target = pointer_add(out, done - first)
        if period == 1:
            one_range(w, count, np.uint64(low[0]), values[0], seed, stream, position, target)
        else:
            at = done % period
            for j in range(count):
                value = integer_below(w[j], values[at], seed, stream, position + np.uint64(2 * j))
                target[j] = np.int64(np.uint64(low[at]) + value)
                at = at + 1 if at + 1 < period else 0
    return ALL_VALID
