"""Gumbel noise as it would be without its tails: no element near an end draws further bits.

The search for them is left in: without it the compiler unrolls the loop less, and it gets slower. So the ratio shows
what it costs to find and draw again, not to look.
"""

import numpy as np

import gsampler as gs
from gsampler.kernels.jit import NOTHING, kernel, shift, stack, words_for
from gsampler.kernels.noise import BUFFER, SPAN, fetch_words, gumbel, transform, width


@kernel("i64 start, i64 stop, u64 seed, u64 stream, u64 offset, T* out")
def fill(start, stop, seed, stream, offset, out):
    buffer = stack(BUFFER)
    words = words_for(buffer, out)
    for first in range(start, stop, SPAN):
        n = min(SPAN, stop - first)
        place = offset + np.uint64(first * width(words))
        transform(gumbel, fetch_words(buffer, words, seed, stream, place, n), n, shift(out, first))
    return NOTHING


def truncated_gumbel(n, dtype):
    """A call that makes ``n`` of them; checked to differ from gsampler's in few elements only."""
    entry, out = fill[{"float32": "f32", "float64": "f64"}[dtype]], np.zeros(n, dtype)
    call = lambda: entry.call(0, n, 42, 0, 0, out.ctypes.data)  # noqa: E731
    call()
    assert 0 < np.count_nonzero(out != gs.Generator(42).gumbel(size=n, dtype=dtype)) < n / 10_000
    return call
