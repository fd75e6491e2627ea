"""Constants that Python, the kernels and the C library share; the build writes them for C from here."""

from __future__ import annotations

STREAM_VERSION = 2
WORDS_PER_BLOCK = 8  # positions of a stream, of 32 bits, to a Philox block of each domain
CHUNK = 1024  # elements over which a sum is made, of which a thread's share is a multiple: they stay in the L1 cache
ALL_VALID = 2**63 - 1  # what a kernel returns that found no invalid item

SPLIT_MIN_K = 2**17  # categories of a row worth sharing out among threads
SPLIT_PART_K = 2**16  # categories of one thread's share of such a row
ALIAS_MAX_K = 2**32 - 1  # categories of an alias table
LARGEST_LAM = 9223372006484770816  # mean of a Poisson variate, as in NumPy: ten standard deviations below 2^63

# From here on (float32, float64) a row's largest logit is too large for noise to be added: a sum keeps less than 14 of
# the noise's bits behind the point.
LARGE_LOGIT_F32 = 2**10
LARGE_LOGIT_F64 = 2**39
NOISE_BOUND = 128  # no noise is further from 0

# of the kernels alone
TILE = 1152  # elements made at a time where nothing is summed: whole batches of philox.BATCH blocks, the rest is slower
BUFFER = TILE + 64  # uint64: room for words of float64, an unaligned start, and 64 lanes read past the end
