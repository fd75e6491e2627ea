"""Philox4x32-10: a counter and a key give four words of 32 bits.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3.3.

A counter word stays in the low half of a 64-bit lane, whose high half is left dirty: the multiplication reads the low
half only. That is six vector instructions a round, with no packing between rounds. Each waits for the one before, so
several vectors are worked on at a time; the compiler would not do that for a loop that needs as many constants.
"""

from __future__ import annotations

import numpy as np

from gsampler.kernels.jit import body, scalar, shift, staged_pair, staged_run, wide

ROUNDS = 10
MULTIPLIER_0, MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85  # golden ratio; sqrt(3) - 1
WORD = 0xFFFFFFFF

LOW, HALF = np.uint64(WORD), np.uint64(32)
MAIN = np.uint64(0)  # domain of the words every element has
EXTRA = np.uint64(1)  # domain of the further bits of an element near either end
DOMAIN_SHIFT = np.uint64(30)


def formula(counters, k0, k1):
    """The four words of each block, two to a uint64, the earlier word in the low half. All arguments below 2^32."""
    for _ in range(ROUNDS - 1):
        counters = [mixed(*counter, k0, k1) for counter in counters]
        k0, k1 = (k0 + WEYL_0) & WORD, (k1 + WEYL_1) & WORD
    return [words(*counter, k0, k1) for counter in counters]


def mixed(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return (p1 >> 32) ^ c1 ^ k0, p1, (p0 >> 32) ^ c3 ^ k1, p0


def words(c0, c1, c2, c3, k0, k1):
    p0, p1 = (c0 & WORD) * MULTIPLIER_0, (c2 & WORD) * MULTIPLIER_1
    return p1.swap_halves() ^ k0 ^ (c1 & WORD), p0.swap_halves() ^ k1 ^ (c3 & WORD)


philox = staged_pair(formula)
# Blocks at a time: a vector's worth, and six, which hide the waiting without running out of registers (measured)
FEW, MANY = 8, 48
few, many = staged_run(formula, FEW, 1), staged_run(formula, FEW, MANY // FEW)
SPILL = 4 * (FEW - 1)  # words that may be written past those asked for


@body
def _run(low, high, stream, seed, n, out):
    """Blocks low .. low + n - 1 with one upper half of the counter, which is constant; up to 7 more are written."""
    wide()
    c2, c3, k0, k1 = stream & LOW, stream >> HALF, seed & LOW, seed >> HALF
    j = 0
    while j + MANY <= n:
        many(shift(out, 2 * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += MANY
    while j < n:
        few(shift(out, 2 * j), low + np.uint64(j), high, c2, c3, k0, k1)
        j += FEW


@scalar
def blocks(seed, stream, domain, block, n, out):
    """Write the words of ``n`` blocks from ``block`` on, 2 n uint64 at ``out``, and up to SPILL words more."""
    low, high = block & LOW, (block >> HALF) | (domain << DOMAIN_SHIFT)
    first = min(n, np.int64(np.uint64(2**32) - low))
    _run(low, high, stream, seed, first, out)
    if first < n:
        _run(np.uint64(0), high + np.uint64(1), stream, seed, n - first, shift(out, 2 * first))


@scalar
def pair(seed, stream, domain, position):
    """The two words of the half block that holds ``position``, the earlier in the low half."""
    block = position >> np.uint64(2)
    low, high = block & LOW, (block >> HALF) | (domain << DOMAIN_SHIFT)
    first, second = philox(low, high, stream & LOW, stream >> HALF, seed & LOW, seed >> HALF)
    return second if position & np.uint64(2) else first


@scalar
def word(seed, stream, domain, position):
    """The word at ``position``, as uint32."""
    both = pair(seed, stream, domain, position)
    return np.uint32(both >> HALF) if position & np.uint64(1) else np.uint32(both & LOW)
