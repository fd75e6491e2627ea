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

from gsampler.compiler.decorators import inline, loop
from gsampler.compiler.intrinsics import pointer_add, wide
from gsampler.compiler.ir import gathering_intrinsic, picking_intrinsic, scalar_intrinsic, vector_intrinsic
from gsampler.kernels.constants import WORDS_PER_BLOCK

ROUNDS = 10
MULTIPLIER_0, MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85  # golden ratio; sqrt(3) - 1
WORD = 0xFFFFFFFF

LOW, HALF = np.uint64(WORD), np.uint64(32)
UPPER_DOMAIN = np.uint64(0)  # domain of the upper halves of elements
TAIL_DOMAIN = np.uint64(1)  # domain of the tail bits of an element near either end
LOWER_DOMAIN = np.uint64(2)  # domain of the lower halves
INTEGER_DOMAIN = np.uint64(3)  # domain of what integers of a range need beyond an element's word
DOMAIN_SHIFT = np.uint64(30)
TO_LOWER_DOMAIN = 2 << 30  # from domain 0 to domain 2, in the second word of a counter


def formula(counters, k0, k1):
    """The words of each block as two uint64, the earlier word in the upper half. Of the arguments, the low halves."""
    for _ in range(ROUNDS - 1):
        counters = [philox_round(*counter, k0, k1) for counter in counters]
        k0, k1 = (k0 + WEYL_0) & WORD, (k1 + WEYL_1) & WORD
    return [last_round(*counter, k0, k1) for counter in counters]


def philox_round(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return (p1 >> 32) ^ c1 ^ k0, p1, (p0 >> 32) ^ c3 ^ k1, p0


def last_round(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return p1 ^ c1.shifted_by_32() ^ k0.shifted_by_32(), p0 ^ c3.shifted_by_32() ^ k1.shifted_by_32()


philox = scalar_intrinsic(formula)

# Blocks of the lanes of a vector: so that to take the even ones, and the odd ones, leaves them in order.
LANES = [0, 4, 1, 5, 2, 6, 3, 7]
BLOCKS_PER_VECTOR = len(LANES)


def upper_halves(counters, k0, k1):
    """The upper halves of elements: domain 0 as it is."""
    return [made for first, second in formula(counters, k0, k1) for made in first.interleaved(second, 64)]


def picked_halves(places, k0, k1):
    """The upper half, in the low bits, of the element at each position: ``places`` are positions and their streams."""
    pairs = formula([(position >> 3, position >> 35, stream, stream >> 32) for position, stream in places], k0, k1)
    return [
        (position & 4).selected(second, first) >> ((position & 3) * 16)
        for (position, _), (first, second) in zip(places, pairs, strict=True)
    ]


def whole_words(size, counters, k0, k1):
    """Elements of two halves of so many bits, the lower ones from domain 2."""
    both = [(c0, c1 ^ other, c2, c3) for c0, c1, c2, c3 in counters for other in (0, TO_LOWER_DOMAIN)]
    pairs = formula(both, k0, k1)
    made = []
    for upper, lower_half in zip(pairs[0::2], pairs[1::2], strict=True):
        quarters = [low.interleaved(high, size) for low, high in zip(lower_half, upper, strict=True)]
        for one, other in zip(*quarters, strict=True):  # a block is 256 bits, half of them in each
            made += [one.shuffled(other, order) for order in ([0, 1, 8, 9, 2, 3, 10, 11], [4, 5, 12, 13, 6, 7, 14, 15])]
    return made


# Blocks at a time: a vector's worth, and as many as hide the waiting without running out of registers (measured)
BATCH_UPPER, BATCH = 32, 24
vector_upper, batch_upper = (
    vector_intrinsic(upper_halves, LANES, vectors) for vectors in (1, BATCH_UPPER // BLOCKS_PER_VECTOR)
)
vector_16, batch_16 = (
    vector_intrinsic(partial(whole_words, 16), LANES, vectors) for vectors in (1, BATCH // BLOCKS_PER_VECTOR)
)
vector_32, batch_32 = (
    vector_intrinsic(partial(whole_words, 32), LANES, vectors) for vectors in (1, BATCH // BLOCKS_PER_VECTOR)
)
OVERRUN = WORDS_PER_BLOCK * (BLOCKS_PER_VECTOR - 1)  # positions that may be written past those asked for


@loop
def _write_blocks(batch, step, vector, size, low, high, stream, seed, n, out):
    """Blocks low .. low + n - 1 with one upper half of the counter, which is constant; up to 7 more are written.

    A block is ``size`` uint64.
    """
    wide()
    c2, c3, k0, k1 = stream & LOW, stream >> HALF, seed & LOW, seed >> HALF
    j = 0
    while j + step <= n:
        batch(pointer_add(out, size * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += step
    while j < n:
        vector(pointer_add(out, size * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += BLOCKS_PER_VECTOR


@inline
def _write_range(batch, step, vector, size, seed, stream, block, n, out):
    low, high = block & LOW, block >> HALF
    first = min(n, np.int64(np.uint64(2**32) - low))
    _write_blocks(batch, step, vector, size, low, high, stream, seed, first, out)
    if first < n:
        _write_blocks(
            batch,
            step,
            vector,
            size,
            np.uint64(0),
            high + np.uint64(1),
            stream,
            seed,
            n - first,
            pointer_add(out, size * first),
        )


@inline
def upper_blocks(seed, stream, block, n, out):
    """Write the upper halves of the elements of ``n`` blocks, 2 n uint64 at ``out``, and up to OVERRUN more."""
    _write_range(batch_upper, BATCH_UPPER, vector_upper, 2, seed, stream, block, n, out)


@inline
def blocks_16(seed, stream, block, n, out):
    """Write the words of ``n`` blocks of elements of 32 bits, 4 n uint64 at ``out``, and up to OVERRUN more."""
    _write_range(batch_16, BATCH, vector_16, 4, seed, stream, block, n, out)


@inline
def blocks_32(seed, stream, block, n, out):
    """The same of elements of 64 bits."""
    _write_range(batch_32, BATCH, vector_32, 4, seed, stream, block, n, out)


gather_16, gather_batch_16 = (
    gathering_intrinsic(partial(whole_words, 16), LANES, vectors) for vectors in (1, BATCH // BLOCKS_PER_VECTOR)
)
gather_32, gather_batch_32 = (
    gathering_intrinsic(partial(whole_words, 32), LANES, vectors) for vectors in (1, BATCH // BLOCKS_PER_VECTOR)
)


gather_upper, gather_batch_upper = (
    gathering_intrinsic(upper_halves, LANES, vectors) for vectors in (1, BATCH_UPPER // BLOCKS_PER_VECTOR)
)

pick_upper, pick_batch_upper = (
    picking_intrinsic(picked_halves, BLOCKS_PER_VECTOR, vectors) for vectors in (1, BATCH_UPPER // BLOCKS_PER_VECTOR)
)


@loop
def _gather(batch, step, vector, size, seed, blocks, streams, n, out):
    wide()
    k0, k1 = seed & LOW, seed >> HALF
    j = 0
    while j + BLOCKS_PER_VECTOR < n:  # a batch of few takes no longer than two vectors of them
        batch(pointer_add(out, size * j), pointer_add(blocks, j), pointer_add(streams, j), k0, k1)
        j += step
    if j < n:
        vector(pointer_add(out, size * j), pointer_add(blocks, j), pointer_add(streams, j), k0, k1)


@inline
def gathered_blocks_16(seed, blocks, streams, n, out):
    """As `blocks_16`, of ``n`` blocks with a stream each. They are read, and ``out`` is
    written, up to a multiple of BATCH blocks."""
    _gather(gather_batch_16, BATCH, gather_16, 4, seed, blocks, streams, n, out)


@inline
def gathered_blocks_32(seed, blocks, streams, n, out):
    """The same of elements of 64 bits."""
    _gather(gather_batch_32, BATCH, gather_32, 4, seed, blocks, streams, n, out)


@inline
def gathered_upper_blocks(seed, blocks, streams, n, out):
    """As `upper_blocks`, of ``n`` blocks with a stream each, up to a multiple of BATCH_UPPER blocks."""
    _gather(gather_batch_upper, BATCH_UPPER, gather_upper, 2, seed, blocks, streams, n, out)


@inline
def picked_upper_halves(seed, positions, streams, n, halves):
    """Write the upper halves of ``n`` elements, at a position and of a stream each, up to a multiple of BATCH_UPPER."""
    _gather(pick_batch_upper, BATCH_UPPER, pick_upper, 1, seed, positions, streams, n, halves)


@inline
def half_block(seed, stream, domain, block, part):
    """The first or second 64 bits of a block."""
    low, high = block & LOW, (block >> HALF) | (domain << DOMAIN_SHIFT)
    first, second = philox(low, high, stream & LOW, stream >> HALF, seed & LOW, seed >> HALF)
    return second if part else first


@inline
def lower_half(seed, stream, position, mask):
    """The lower half of the element at ``position``, in a uint64; ``mask`` has as many bits set as it has."""
    both = half_block(seed, stream, LOWER_DOMAIN, position >> np.uint64(3), position & np.uint64(4))
    return (both >> ((position & np.uint64(3)) << np.uint64(4))) & mask


@inline
def tail_bits_64(seed, stream, position):
    """The tail bits of the element of 64 bits at ``position``: domain 1 has a word for each position, in order."""
    return half_block(seed, stream, TAIL_DOMAIN, position >> np.uint64(2), position & np.uint64(2))


@inline
def integer_bits(seed, stream, position):
    """64 bits more for the element of 64 bits at ``position``, laid out as the tail bits are, in domain 3."""
    return half_block(seed, stream, INTEGER_DOMAIN, position >> np.uint64(2), position & np.uint64(2))


@inline
def tail_bits_32(seed, stream, position):
    """The tail bits of the element of 32 bits at ``position``, in a uint64."""
    both = tail_bits_64(seed, stream, position)
    return both & LOW if position & np.uint64(1) else both >> HALF
