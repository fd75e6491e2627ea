"""Philox4x32-10: a counter and a key give four words of 32 bits. What the stream's elements take of them.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3.3.

A counter word stays in the low half of a 64-bit lane, whose high half is left dirty: the multiplication reads the low
half only. That is six vector instructions a round, with no packing between rounds. Each waits for the one before, so
several vectors are worked on at a time; the compiler would not do that for a loop that needs as many constants.

The words x0 .. x3 of a block are two numbers of 64 bits, x0 2^32 + x1 and x2 2^32 + x3. Cut from the lowest bits on, in
eight parts of 16 bits or four of 32, they are the upper half of each element in domain 0, its lower half in domain 2.
So the upper halves, which mostly decide in Gumbel-Max, cost half as much as whole words; and where both are made, the
first rounds have much in common.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from gsampler.kernels.jit import body, scalar, shift, staged_pair, staged_run, wide

ROUNDS = 10
MULTIPLIER_0, MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85  # golden ratio; sqrt(3) - 1
WORD = 0xFFFFFFFF

LOW, HALF = np.uint64(WORD), np.uint64(32)
# domain 0 holds the upper halves of elements
EXTRA = np.uint64(1)  # domain of the further bits of an element near either end
LOWER = np.uint64(2)  # domain of the lower halves
DOMAIN_SHIFT = np.uint64(30)
TO_LOWER = 2 << 30  # from domain 0 to domain 2, in the second word of a counter
BLOCK = 8  # places of a stream, of 32 bits, to a block of each domain


def formula(counters, k0, k1):
    """The words of each block as two uint64, the earlier word in the upper half. Of the arguments, the low halves."""
    for _ in range(ROUNDS - 1):
        counters = [mixed(*counter, k0, k1) for counter in counters]
        k0, k1 = (k0 + WEYL_0) & WORD, (k1 + WEYL_1) & WORD
    return [words(*counter, k0, k1) for counter in counters]


def mixed(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return (p1 >> 32) ^ c1 ^ k0, p1, (p0 >> 32) ^ c3 ^ k1, p0


def words(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return p1 ^ c1.raised() ^ k0.raised(), p0 ^ c3.raised() ^ k1.raised()


philox = staged_pair(formula)

# Blocks of the lanes of a vector: so that to take the even ones, and the odd ones, leaves them in order.
LANES = [0, 4, 1, 5, 2, 6, 3, 7]
FEW = len(LANES)


def halves(counters, k0, k1):
    """The upper halves of elements: domain 0 as it is."""
    return [made for first, second in formula(counters, k0, k1) for made in first.unpacked(second, 64)]


def joined(size, counters, k0, k1):
    """Elements of two halves of so many bits, the lower ones from domain 2."""
    both = [(c0, c1 ^ other, c2, c3) for c0, c1, c2, c3 in counters for other in (0, TO_LOWER)]
    pairs = formula(both, k0, k1)
    made = []
    for upper, lower in zip(pairs[0::2], pairs[1::2], strict=True):
        quarters = [low.unpacked(high, size) for low, high in zip(lower, upper, strict=True)]
        for one, other in zip(*quarters, strict=True):  # a block is 256 bits, half of them in each
            made += [one.picked(other, order) for order in ([0, 1, 8, 9, 2, 3, 10, 11], [4, 5, 12, 13, 6, 7, 14, 15])]
    return made


# Blocks at a time: a vector's worth, and as many as hide the waiting without running out of registers (measured)
MANY_HALVES, MANY = 32, 24
few_halves, many_halves = (staged_run(halves, LANES, vectors) for vectors in (1, MANY_HALVES // FEW))
few_16, many_16 = (staged_run(partial(joined, 16), LANES, vectors) for vectors in (1, MANY // FEW))
few_32, many_32 = (staged_run(partial(joined, 32), LANES, vectors) for vectors in (1, MANY // FEW))
SPILL = BLOCK * (FEW - 1)  # places that may be written past those asked for


@body
def _run(many, step, few, size, low, high, stream, seed, n, out):
    """Blocks low .. low + n - 1 with one upper half of the counter, which is constant; up to 7 more are written.

    A block is ``size`` uint64.
    """
    wide()
    c2, c3, k0, k1 = stream & LOW, stream >> HALF, seed & LOW, seed >> HALF
    j = 0
    while j + step <= n:
        many(shift(out, size * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += step
    while j < n:
        few(shift(out, size * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += FEW


@scalar
def _blocks(many, step, few, size, seed, stream, block, n, out):
    low, high = block & LOW, block >> HALF
    first = min(n, np.int64(np.uint64(2**32) - low))
    _run(many, step, few, size, low, high, stream, seed, first, out)
    if first < n:
        _run(
            many, step, few, size, np.uint64(0), high + np.uint64(1), stream, seed, n - first, shift(out, size * first)
        )


@scalar
def upper_blocks(seed, stream, block, n, out):
    """Write the upper halves of the elements of ``n`` blocks, 2 n uint64 at ``out``, and up to SPILL places more."""
    _blocks(many_halves, MANY_HALVES, few_halves, 2, seed, stream, block, n, out)


@scalar
def blocks_16(seed, stream, block, n, out):
    """Write the words of ``n`` blocks of elements of 32 bits, 4 n uint64 at ``out``, and up to SPILL places more."""
    _blocks(many_16, MANY, few_16, 4, seed, stream, block, n, out)


@scalar
def blocks_32(seed, stream, block, n, out):
    """The same of elements of 64 bits."""
    _blocks(many_32, MANY, few_32, 4, seed, stream, block, n, out)


@scalar
def pair(seed, stream, domain, block, part):
    """The first or second 64 bits of a block."""
    low, high = block & LOW, (block >> HALF) | (domain << DOMAIN_SHIFT)
    first, second = philox(low, high, stream & LOW, stream >> HALF, seed & LOW, seed >> HALF)
    return second if part else first


@scalar
def lower(seed, stream, position, mask):
    """The lower half of the element at ``position``, in a uint64; ``mask`` has as many bits set as it has."""
    both = pair(seed, stream, LOWER, position >> np.uint64(3), position & np.uint64(4))
    return (both >> ((position & np.uint64(3)) << np.uint64(4))) & mask


@scalar
def extra_64(seed, stream, position):
    """The further bits of the element of 64 bits at ``position``: domain 1 has a word for each place, in order."""
    return pair(seed, stream, EXTRA, position >> np.uint64(2), position & np.uint64(2))


@scalar
def extra_32(seed, stream, position):
    """The further bits of the element of 32 bits at ``position``, in a uint64."""
    both = extra_64(seed, stream, position)
    return both & LOW if position & np.uint64(1) else both >> HALF
