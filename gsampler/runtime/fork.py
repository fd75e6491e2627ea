"""What a fork must wait for, and what a forked child must not do.

GNU OpenMP ends a forked child that uses it when its parent did: a child forked after Numba's threads were started works
on one thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

from gsampler.runtime.registry import compiling

moving = threading.RLock()  # held for the moment in which a generator's position changes
serial = False  # whether this process must do without threads: it may not start them, or Numba could not
in_child: list[Callable[[], None]] = []  # what else a child must reset

_launched_before_fork = False


def threads_started() -> bool:
    """Whether Numba's threads run in this process, which Numba says of itself; Numba is not imported for it."""
    numba = sys.modules.get("numba")
    if numba is None:
        return False
    try:
        numba.threading_layer()
    except ValueError:  # "Threading layer is not initialized"
        return False
    except AttributeError:  # another thread is importing Numba, or it has no such function: a child takes no risk
        pass
    return True


def _before_fork() -> None:
    global _launched_before_fork
    compiling.acquire()  # so that no other thread holds it for ever in the child
    moving.acquire()
    _launched_before_fork = threads_started()


def _after_in_child() -> None:
    global serial
    serial = serial or _launched_before_fork
    for reset in in_child:
        reset()
    _after_fork()


def _after_fork() -> None:
    moving.release()
    compiling.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_in_child)
