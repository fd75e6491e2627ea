"""The only parallel loop: a range split into shares, a kernel called on each."""

from __future__ import annotations

from numba import prange

from gsampler.compiler.decorators import parallel
from gsampler.compiler.intrinsics import call_kernel
from gsampler.kernels.constants import ALL_VALID


@parallel
def for_each_share(address, start, stop, share, arguments):
    """Call the kernel at ``address`` on ``start .. stop``, ``share`` items at a time; return the first invalid item."""
    invalid = ALL_VALID
    for i in prange((stop - start + share - 1) // share):
        first = start + i * share
        invalid = min(invalid, call_kernel(address, first, min(first + share, stop), arguments))
    return invalid
