"""Ratios ours / theirs: medians of paired runs, the two alternating in one process. Larger is worse."""

import gc
import itertools
import json
import os
import statistics
import sys
import time

import gsampler as gs

from . import peers
from .child import child_main
from .rows import ROWS

SHORTEST = 1e-3  # seconds that the clock should see at a time
FEWEST = 5  # pairs


def missing(name):
    """What keeps a row from being measured here, or None."""
    row = ROWS[name]
    return peers.missing(row.needs) or (peers.missing("one core") if row.one_core else None)


def measure(name, seconds=0.3, **environment):
    """Median of the paired ratios, their quartiles, the number of pairs, and ns per element of both."""
    return json.loads(child_main("ratios", name, seconds, **environment))


def main():
    row, seconds = ROWS[sys.argv[1]], float(sys.argv[2])
    if row.one_core:  # before JAX counts the cores
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if row.threads:
        gs.set_num_threads(row.threads)
    peers.set_threads(row.needs, row.threads or peers.cores())
    print(json.dumps(paired(*row.make(), row.n, seconds)))


def paired(ours, theirs, n, seconds):
    calls = (ours, theirs)
    for call in calls:
        call()
    numbers = [max(1, round(SHORTEST / duration(call, 1))) for call in calls]
    gc.disable()
    pairs, end = [], time.perf_counter() + seconds
    for turn in itertools.count():
        order = (0, 1) if turn % 2 else (1, 0)
        taken = {i: duration(calls[i], numbers[i]) for i in order}
        pairs.append((taken[0], taken[1]))
        if len(pairs) >= FEWEST and time.perf_counter() > end:
            break
    ratios = [a / b for a, b in pairs]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    ns = [statistics.median(side) / n * 1e9 for side in zip(*pairs, strict=True)]
    return {"ratio": middle, "quartiles": [low, high], "pairs": len(pairs), "ours_ns": ns[0], "theirs_ns": ns[1]}


def duration(call, number):
    """Seconds of one call, as a part of so many."""
    start = time.perf_counter()
    for _ in range(number):
        call()
    return (time.perf_counter() - start) / number


class Ratios:
    params = (tuple(ROWS),)
    param_names = ("row",)
    unit = "ours / theirs"
    timeout = 300

    def setup(self, row):
        reason = missing(row)
        if reason:
            raise NotImplementedError(reason)

    def track_ratio(self, row):
        return measure(row)["ratio"]
