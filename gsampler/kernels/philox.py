"""Philox4x32-10: a counter and a key give four words of 32 bits.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3.3.

A counter word stays in the low half of a 64-bit lane, whose high half is left dirty: the multiplication
reads the low half only. That is six vector instructions a round, with no packing between rounds.
"""

from __future__ import annotations

import numpy as np

from gsampler.kernels.jit import body, scalar, shift, swap_halves, wide

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)  # golden ratio
WEYL_1 = np.uint64(0xBB67AE85)  # sqrt(3) - 1
ROUNDS = 10

MAIN = np.uint64(0)  # domain of the words every element has
EXTRA = np.uint64(1)  # domain of the further bits of an element near either end
DOMAIN_SHIFT = np.uint64(30)


@scalar
def philox(c0, c1, c2, c3, k0, k1):
    """The four words of one block, two to a uint64, the earlier word in the low half. All arguments uint64 < 2^32."""
    for _ in range(ROUNDS - 1):
        p0 = (c0 & LOW) * MULTIPLIER_0
        p1 = (c2 & LOW) * MULTIPLIER_1
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1, (p0 >> HALF) ^ c3 ^ k1, p0
        k0 = (k0 + WEYL_0) & LOW
        k1 = (k1 + WEYL_1) & LOW
    p0 = (c0 & LOW) * MULTIPLIER_0
    p1 = (c2 & LOW) * MULTIPLIER_1
    return swap_halves(p1) ^ ((c1 ^ k0) & LOW), swap_halves(p0) ^ ((c3 ^ k1) & LOW)


@body
def _run(low, high, stream, seed, n, out):
    """Blocks low .. low + n - 1 with one upper half of the counter, which the loop then holds constant."""
    wide()
    for j in range(n):
        out[2 * j], out[2 * j + 1] = philox(
            low + np.uint64(j), high, stream & LOW, stream >> HALF, seed & LOW, seed >> HALF
        )


@scalar
def blocks(seed, stream, domain, block, n, out):
    """Write the words of ``n`` blocks from ``block`` on: 2 n uint64 at ``out``."""
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
