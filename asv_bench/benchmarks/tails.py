"""Gumbel noise as it would be without its tails: no element near an end draws further bits.

The search for them is left in: without it the compiler unrolls the loop less, and it gets slower. So the ratio shows
what it costs to find and draw again, not to look.
"""

from __future__ import annotations

import numpy as np

import gsampler as gs
from gsampler.compiler.c_types import Arguments, T_out, u64
from gsampler.compiler.decorators import kernel
from gsampler.compiler.intrinsics import alloca, as_words, pointer_add
from gsampler.kernels.constants import ALL_VALID, BUFFER, TILE
from gsampler.kernels.noise import fetch_words, gumbel, transform, width


def prototype(seed: u64, stream: u64, offset: u64, out: T_out) -> Arguments:
    return seed, stream, offset, out


@kernel(prototype)
def fill(start, stop, seed, stream, offset, out):
    buffer = alloca(BUFFER)
    words = as_words(buffer, out)
    for first in range(start, stop, TILE):
        n = min(TILE, stop - first)
        position = offset + np.uint64(first * width(words))
        transform(gumbel, fetch_words(buffer, words, seed, stream, position, n), n, pointer_add(out, first))
    return ALL_VALID


def truncated_gumbel(n, dtype):
    """A call that makes ``n`` of them; checked to differ from gsampler's in few elements only."""
    entry, out = fill[{"float32": "f32", "float64": "f64"}[dtype]], np.zeros(n, dtype)
    call = lambda: entry.call(0, n, 42, 0, 0, out.ctypes.data)  # noqa: E731
    call()
    assert 0 < np.count_nonzero(out != gs.Generator(42).gumbel(size=n, dtype=dtype)) < n / 10_000
    return call
