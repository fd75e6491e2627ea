"""Memory that `categorical` takes beside its input and output."""

import json
import sys
import tracemalloc
from pathlib import Path

import numpy as np

import gsampler as gs

from .categorical import normal_logits
from .child import child_main

ELEMENTS = 2**22
CLEAR = Path("/proc/self/clear_refs")


def extra_memory(k, dtype="float32", **environment):
    """Peak KiB that a call adds: in Python's and NumPy's allocations ("traced"), and in the whole process ("resident").

    None but on Linux: elsewhere a process does not know the peak of a single call.
    """
    if not CLEAR.exists():
        return None
    return json.loads(child_main("memory", k, dtype, **environment))


def main():
    k, dtype = int(sys.argv[1]), sys.argv[2]
    rng, logits, out = gs.Generator(42), normal_logits((ELEMENTS // k, k), dtype), np.full(ELEMENTS // k, -1)
    some = max(2**18 // k, 4)  # enough to start the threads, too little to leave free memory behind that hides the peak
    rng.categorical(logits[:some], out=out[:some])

    peak = resident(lambda: rng.categorical(logits, out=out))
    tracemalloc.start()
    rng.categorical(logits, out=out)
    traced = tracemalloc.get_traced_memory()[1] / 1024
    print(json.dumps({"traced": traced, "resident": peak}))


def resident(call):
    """KiB that a call adds to the process at its peak.

    Not ru_maxrss: it keeps the peak of the parent, and of what came before.
    """
    if not CLEAR.exists():
        return None
    CLEAR.write_text("5")
    before = _status("VmRSS")
    call()
    return _status("VmHWM") - before


def _status(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


class Categorical:
    params = (("traced", "resident"), (64, 131072), ("float32", "float64"))
    param_names = ("memory", "k", "dtype")
    unit = "KiB"

    def setup_cache(self):
        _, ks, dtypes = self.params
        return {(k, dtype): extra_memory(k, dtype) for k in ks for dtype in dtypes}

    def setup(self, found, memory, k, dtype):
        if found[k, dtype] is None:
            raise NotImplementedError("Linux only")

    def track_extra(self, found, memory, k, dtype):
        return found[k, dtype][memory]
