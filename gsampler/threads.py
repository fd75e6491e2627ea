"""How a kernel is run: on one thread or several, and in pieces short enough to be interrupted.

Results never depend on any of it. What decides is the work, and three dangers of Numba's threading layers:

- ``workqueue`` aborts the process when two threads enter it at once. One parallel region runs at a time; a caller that
  finds it taken does its work on its own thread.
- GNU OpenMP ends a forked child that uses it when its parent did. A child forked after Numba's threads were started
  works on one thread.
- A kernel cannot be interrupted. Long work is cut in pieces of some milliseconds, and Python looks for signals between.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

import numpy.typing as npt

from gsampler import checks

if TYPE_CHECKING:
    from gsampler.kernels.machine import Entry

Result = TypeVar("Result")

CHUNK = 1024  # elements that kernels make at a time (kernels/noise.py); a thread's share is a multiple of it
PARALLEL = 2**17  # elements worth a parallel launch: some 100 us of work
PIECE = 2**24  # elements between looks for signals: some 15 ms on one thread

_requested: int | None = None
_forked = False
_launched_before_fork = False
# Which thread is in a parallel region. Not a lock: setdefault is atomic too, and what an interrupt leaves behind
# belongs to its thread, which clears it the next time.
_region: dict[str, int] = {}
_entries: dict[str, Entry] = {}
_parallel_loop: Callable[..., int] | None = None  # once it is compiled
compiling = threading.RLock()
moving = threading.RLock()  # held for the moment in which a generator's place changes


def set_num_threads(n: int) -> None:
    """Set how many threads gsampler may use, from 1 to the number Numba was started with.

    Parameters
    ----------
    n : int
        Threads of one call. Results do not depend on it.

    Raises
    ------
    TypeError, ValueError
        If `n` is not an integer, is below 1, or above Numba's own limit (``NUMBA_NUM_THREADS``, by default the number
        of usable cores).
    """
    global _requested
    count = checks.integer(n, "n", 2**64)
    if not 1 <= count <= _limit():
        raise ValueError(f"n must be from 1 to {_limit()} (NUMBA_NUM_THREADS), got {count}")
    _requested = count


def get_num_threads() -> int:
    """The number of threads a large call uses: what `set_num_threads` set, or else Numba's limit.

    In a process forked after Numba's threads were started it is 1, whatever was set.
    """
    return 1 if _forked else _requested or _limit()


@functools.cache
def _limit() -> int:
    from numba import config

    return int(config.NUMBA_NUM_THREADS)


@functools.cache
def kernel(module: str, name: str, suffix: str) -> Entry:
    """The kernel ``name`` of ``gsampler.kernels.<module>`` for elements of type ``suffix``, compiled at need."""
    label = f"{module}.{name}.{suffix}"

    def work() -> Entry:
        from gsampler.kernels import machine

        with compiling:
            if label not in _entries:
                content = machine.kept(label)
                if content is None:
                    content = getattr(importlib.import_module(f"gsampler.kernels.{module}"), name).packed(suffix)
                    machine.keep(label, content)
                _entries[label] = machine.Entry(content)
            return _entries[label]

    return _away_from_signals(work)


def _away_from_signals(work: Callable[[], Result]) -> Result:
    """Do ``work`` on a thread that signal handlers never run on, and wait for it, which they may interrupt.

    What a handler raises while LLVM calls back into Python is printed and lost.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    future: Future[Result] = Future()

    def answer() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    try:
        threading.Thread(target=answer, name="gsampler-compiles").start()
    except RuntimeError:  # the interpreter is shutting down
        return work()
    return future.result()


def run(
    entry: Entry, start: int, stop: int, arguments: tuple[int, ...], *, cost: int = 1, grain: int = 1
) -> int | None:
    """Run a kernel on the items ``start .. stop``.

    Parameters
    ----------
    entry : Entry
        The kernel.
    start, stop : int
        Range of items.
    arguments : tuple of int
        What the kernel takes after the range; an array is given as its `address`.
    cost : int
        Elements of work an item is.
    grain : int
        Items a thread's share is a multiple of.

    Returns
    -------
    int or None
        The first item the kernel refused.
    """
    if stop <= start:  # perhaps at the end of the stream, whose place fits no argument
        return None
    if (stop - start) * cost < PARALLEL:
        refused: int = entry.function(start, stop, entry.pack(*arguments))
        return refused if refused < stop else None
    step = max(grain, PIECE // cost // grain * grain)
    for first in range(start, stop, step):
        refused = _piece(entry, first, min(first + step, stop), arguments, cost, grain)
        if refused < stop:
            return refused
    return None


_first_byte = ctypes.c_char.from_buffer


def address(array: npt.NDArray[Any] | None) -> int:
    """Where a contiguous array begins, or 0, which is NULL; a variable must hold the array while a kernel uses it."""
    if array is None:
        return 0
    try:
        return ctypes.addressof(_first_byte(array))  # type: ignore[arg-type]  # a fifth of the time of ctypes.data
    except (TypeError, ValueError, BufferError):  # read-only, empty, or of a type that is no buffer's
        return int(array.ctypes.data)


def addresses(arguments: tuple[int | npt.NDArray[Any] | None, ...]) -> tuple[int, ...]:
    """Integers as they are, arrays as their `address`."""
    return tuple(a if isinstance(a, int) else address(a) for a in arguments)


def _piece(entry: Entry, start: int, stop: int, arguments: tuple[int, ...], cost: int, grain: int) -> int:
    items = stop - start
    threads = min(get_num_threads(), -(-items // grain))
    if threads > 1 and items * cost >= PARALLEL:
        me = threading.get_ident()
        try:
            if _region.setdefault("owner", me) == me:
                return _parallel(entry, start, stop, -(-items // (threads * grain)) * grain, arguments)
        finally:
            if _region.get("owner") == me:
                del _region["owner"]
    return int(entry.call(start, stop, *arguments))


def _parallel(entry: Entry, start: int, stop: int, share: int, arguments: tuple[int, ...]) -> int:
    if _parallel_loop is None:
        _away_from_signals(_make_ready)
    assert _parallel_loop is not None
    packed = bytearray(entry.pack(*arguments))
    return int(_parallel_loop(entry.address, start, stop, share, ctypes.addressof(_first_byte(packed))))


def _make_ready() -> None:
    """Compile the loop over kernels, which starts Numba's threads."""
    global _parallel_loop
    with compiling:  # not while another thread forks
        from numba import types

        from gsampler.kernels.parallel import over

        over.compile((types.int64,) * 5)
        _parallel_loop = over


def _before_fork() -> None:
    global _launched_before_fork
    compiling.acquire()  # so that no other thread holds it for ever in the child
    moving.acquire()
    parallel = sys.modules.get("numba.np.ufunc.parallel")
    _launched_before_fork = bool(getattr(parallel, "_is_initialized", False))


def _in_child() -> None:
    global _forked
    _forked = _forked or _launched_before_fork
    _region.clear()
    _after_fork()


def _after_fork() -> None:
    moving.release()
    compiling.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
