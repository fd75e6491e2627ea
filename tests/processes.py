"""Processes watched by what they have done, not by the clock on the wall, which runs on while others have the cores."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

HANG = 240.0  # seconds after which something that must happen is said not to; no measure of speed


def cpu_time(process: subprocess.Popen[Any]) -> float:
    """Seconds that all threads of a process that runs have had, as its own `time.process_time` says them."""
    return time.clock_gettime(~process.pid << 3 | 2)  # Linux's clock of another process


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def until_used(process: subprocess.Popen[Any], seconds: float) -> None:
    """Wait until a process has worked for so long from now on."""
    start = cpu_time(process)
    until(lambda: cpu_time(process) - start >= seconds)
