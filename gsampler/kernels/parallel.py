"""The only parallel loop: a range split into chunks, a kernel called on each."""

from __future__ import annotations

from numba import prange

from gsampler.kernels.jit import NOTHING, call_kernel, driver


@driver
def over(address, start, stop, chunk, arguments):
    """Call the kernel at ``address`` on ``start .. stop``, ``chunk`` items at a time; return the first item refused."""
    refused = NOTHING
    for c in prange((stop - start + chunk - 1) // chunk):
        first = start + c * chunk
        refused = min(refused, call_kernel(address, first, min(first + chunk, stop), arguments))
    return refused
