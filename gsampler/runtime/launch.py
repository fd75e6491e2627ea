"""A kernel run on a range of items: on one thread or several, in pieces short enough to be interrupted.

Results never depend on any of it. What decides is the work, and three dangers of Numba's threading layers:

- ``workqueue`` aborts the process when two threads enter it at once. One parallel region runs at a time; a caller that
  finds it taken does its work on its own thread.
- GNU OpenMP ends a forked child that uses it when its parent did (see `gsampler.runtime.fork`).
- A kernel cannot be interrupted. Long work is cut in pieces of some milliseconds, and Python looks for signals between.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gsampler.compiler.c_types import Arguments
from gsampler.runtime import fork, registry
from gsampler.runtime.registry import PARALLEL_NS, LoadedKernel

if TYPE_CHECKING:
    from gsampler.runtime.parallel_loop import ParallelLoop

PIECE_NS = 2**23  # nanoseconds of work between looks for signals

_requested: int | None = None
# Which thread is in a parallel region. Not a lock: setdefault is atomic too, and what an interrupt leaves behind
# belongs to its thread, which clears it the next time.
_region: dict[str, int] = {}
_parallel_loop: ParallelLoop | None = None  # once it is compiled

fork.in_child.append(_region.clear)


# --- threads --------------------------------------------------------------------------------------------------


def request_threads(n: int) -> None:
    """Use up to ``n`` threads, from 1 to `thread_limit`, in one call."""
    global _requested
    _requested = n


def thread_count() -> int:
    """The number of threads a large call uses."""
    return 1 if fork.serial else _requested or thread_limit()


@functools.cache
def thread_limit() -> int:
    """The number of threads that Numba was started with."""
    from numba import config

    return int(config.NUMBA_NUM_THREADS)


# --- addresses ------------------------------------------------------------------------------------------------

# NumPy's ABI, which extension modules are compiled against: an array begins as every object, and then has the pointer
# to its data. To read it there takes a quarter of the time of ctypes.data, and half of that of a buffer.
_HEADER = object.__basicsize__
_word_at = ctypes.c_size_t.from_address


def _data_follows_header() -> bool:
    if sys.implementation.name != "cpython":  # where an id is no address
        return False
    array = np.empty(1)
    return bool(_word_at(id(array) + _HEADER).value == array.__array_interface__["data"][0])


_ndarray = np.ndarray if _data_follows_header() else None


def address(array: npt.NDArray[Any] | None) -> Any:
    """Where a contiguous array begins, or NULL; a variable must hold the array while a kernel uses it."""
    if type(array) is _ndarray:
        return _word_at(id(array) + _HEADER).value
    return 0 if array is None else int(array.ctypes.data)


# --- running --------------------------------------------------------------------------------------------------


def run(kernel: LoadedKernel, start: int, stop: int, arguments: Arguments, per_item: int = 1) -> int | None:
    """Run a kernel on the items ``start .. stop``.

    Parameters
    ----------
    kernel : LoadedKernel
    start, stop : int
        Range of items.
    arguments : tuple
        What the kernel's prototype in `gsampler.kernels.table` returns; an array is given as its `address`.
    per_item : int, optional
        Elements of an item.

    Returns
    -------
    int or None
        The first invalid item.
    """
    if (stop - start) * per_item < kernel.serial_elements:
        if stop <= start:  # perhaps at the end of the stream, whose position fits no argument
            return None
        invalid: int = kernel.function(start, stop, kernel.pack(*arguments))
        return invalid if invalid < stop else None
    item_ns = kernel.cost * per_item
    grain = kernel.grain
    step = max(grain, int(PIECE_NS / item_ns) // grain * grain)
    packed = kernel.pack(*arguments)
    for first in range(start, stop, step):
        invalid = _run_piece(kernel, first, min(first + step, stop), packed, item_ns)
        if invalid < stop:
            return invalid
    return None


def _run_piece(kernel: LoadedKernel, start: int, stop: int, packed: bytes, item_ns: float) -> int:
    items = stop - start
    threads = min(thread_count(), -(-items // kernel.grain))
    if threads > 1 and items * item_ns >= PARALLEL_NS:
        me = threading.get_ident()
        try:
            if _region.setdefault("owner", me) == me:
                return _run_parallel(kernel, start, stop, -(-items // (threads * kernel.grain)) * kernel.grain, packed)
        finally:
            if _region.get("owner") == me:
                del _region["owner"]
    return int(kernel.function(start, stop, packed))


def _run_parallel(kernel: LoadedKernel, start: int, stop: int, share: int, packed: bytes) -> int:
    if _parallel_loop is None:
        registry.away_from_signals(_load_parallel_loop)
    if _parallel_loop is None:
        return int(kernel.function(start, stop, packed))
    return _parallel_loop(kernel.address, start, stop, share, packed)


def _load_parallel_loop() -> None:
    """Have the loop over kernels, which starts Numba's threads; without them, work on one thread from now on."""
    global _parallel_loop
    with registry.compiling:  # not while another thread forks
        if _parallel_loop is not None or fork.serial:
            return
        try:
            from gsampler.runtime.parallel_loop import ParallelLoop

            _parallel_loop = ParallelLoop()
        except Exception as error:  # of any type: no threading layer, Numba is not as expected, no semaphores
            fork.serial = True
            reason = " ".join(str(error).split()) or type(error).__name__
            import logging  # which most processes do without

            logging.getLogger("gsampler").warning("gsampler works on one thread: %s", reason)
