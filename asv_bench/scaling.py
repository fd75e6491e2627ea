"""How the time of an element changes with the size of a call: ``python asv_bench/scaling.py docs/scaling.svg``.

Each point is measured in a process of its own, in arrays that are given: the time on one thread and on all, taking
turns, and the memory that a call takes beside its arrays. The figures are written beside the picture, as JSON.
``--largest 1e6`` is for a first look; all of it takes some minutes, in which the machine should do nothing else. Points
that need more memory than there is are left out.
"""

import argparse
import itertools
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks import memory, peers, table
from benchmarks.categorical import normal_logits
from benchmarks.child import child
from benchmarks.ratios import SHORTEST, duration
from benchmarks.relaxed import TAU

import gsampler as gs

SIZES = tuple(10**power for power in range(1, 10))
SECONDS = 0.5  # of a point, where calls are short
MOST = 99  # turns
TOGETHER = 4_000_000  # elements of a call where rows are short
WARM = 2**18  # of a call that starts the threads, and leaves little memory behind that hides the peak
SPARE = 0.7  # of the memory there is


class Series(NamedTuple):
    """A line of the picture: what is made (the colour), and by whom (the style)."""

    make: Callable  # of n -> a call, its elements
    size: int  # bytes an element takes in all arrays
    colour: str
    style: str = "o-"
    largest: int = SIZES[-1]
    needs: str | None = None  # the peer; None is gsampler


# --- what is measured -----------------------------------------------------------------------------------------


def gumbel(dtype, n):
    rng, out = gs.Generator(42), np.full(n, 1, dtype)
    return partial(rng.gumbel, size=n, dtype=dtype, out=out), n


def categorical(n):
    """Rows of n, as many as make a call long enough."""
    logits = many_logits(max(1, TOGETHER // n), n)
    out = np.full(len(logits), -1)
    return partial(gs.Generator(42).categorical, logits, out=out), logits.size


def gumbel_softmax(n):
    """Rows of 64, or one that is shorter."""
    k = min(n, 64)
    logits = many_logits(round(n / k), k)
    out = np.full_like(logits, 1)
    return partial(gs.Generator(42).gumbel_softmax, logits, TAU, out=out), logits.size


def many_logits(rows, k):
    """The same million again and again: making others would take longer than what is measured."""
    return np.resize(normal_logits(min(rows * k, 2**20)), (rows, k))


def mkl(dtype, n):
    return peers.mkl_gumbel(n, dtype), n


def numpy(n):
    return peers.numpy_gumbel(n), n


# colours that the colour-blind tell apart: Okabe and Ito's
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SERIES = {
    "gumbel float32": Series(partial(gumbel, "float32"), 4, BLUE),
    "gumbel float64": Series(partial(gumbel, "float64"), 8, VERMILION),
    "categorical, rows of n": Series(categorical, 4, GREEN),
    "gumbel_softmax, rows of 64": Series(gumbel_softmax, 8, PURPLE),
    "MKL Philox float32": Series(partial(mkl, "float32"), 4, BLUE, "s--", needs="MKL"),
    "MKL Philox float64": Series(partial(mkl, "float64"), 8, VERMILION, "s--", needs="MKL"),
    "NumPy float64": Series(numpy, 8, VERMILION, "^:", 10**8, "NumPy"),
}


# --- measuring ------------------------------------------------------------------------------------------------


def points(name, largest):
    """What is found at each size, from small to large."""
    series = SERIES[name]
    if series.needs and peers.missing(series.needs):
        return
    for n in SIZES:
        if n > min(largest, series.largest) or n * series.size > SPARE * available():
            continue
        found = json.loads(child("from scaling import point; point()", name, n))
        print(f"{name:28} {n:>10} {found['ns']:10.3f} ns", found, flush=True)
        yield found


def available():
    """Bytes of memory, where the system says."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return float("inf")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def point():
    """One point, in a process of its own."""
    name, n = sys.argv[1], int(sys.argv[2])
    series, found = SERIES[name], {"n": n}
    ours, threads = series.needs is None, gs.get_num_threads()
    if ours:
        series.make(WARM)[0]()
        series.make(min(n, WARM))[0]()  # short rows take kernels of their own
    call, found["elements"] = series.make(n)
    if ours:
        found["extra_kib"] = memory.resident(call)
    else:
        call()  # its arrays are then in memory, as ours are
    turns = taking_turns(call, (1, threads) if ours else (1,))
    turns = [[seconds / found["elements"] * 1e9 for seconds in turn] for turn in turns]
    found["ns"] = statistics.median(turn[0] for turn in turns)
    if ours:
        found["all_ns"] = statistics.median(turn[1] for turn in turns)
        found["all_to_one"] = statistics.median(turn[1] / turn[0] for turn in turns)
    print(json.dumps({**found, "turns": len(turns)}))


def taking_turns(call, counts):
    """Seconds of a call on each number of threads, turn after turn. Long calls have one turn."""
    end = time.perf_counter() + SECONDS
    first = [on(count, call, 1) for count in counts]
    if time.perf_counter() > end:
        return [first]
    numbers = [max(1, round(SHORTEST / seconds)) for seconds in first]
    turns = []
    for _ in itertools.repeat(None, MOST):
        turns.append([on(count, call, number) for count, number in zip(counts, numbers, strict=True)])
        if time.perf_counter() > end:
            break
    return turns


def on(threads, call, number):
    gs.set_num_threads(threads)
    return duration(call, number)


# --- drawing --------------------------------------------------------------------------------------------------


def draw(figures, path):
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "gsampler", "font.size": 9, "axes.titlesize": 10})
    figure = Figure((9.5, 4.2), layout="constrained")
    times, ratios = figure.subplots(1, 2, width_ratios=(3, 2))
    for name, found in figures["series"].items():
        colour, marker, style = SERIES[name].colour, SERIES[name].style[0], SERIES[name].style[1:]
        look = {"color": colour, "marker": marker, "linestyle": style, "markersize": 4, "linewidth": 1.5}
        n = [p["n"] for p in found]
        times.loglog(n, [p["ns"] for p in found], label=name, **look)
        if "all_to_one" in found[0]:
            ratios.semilogx(n, [p["all_to_one"] for p in found], **look)
    times.set_title("one thread: ns an element", loc="left")
    ratios.set_title(f"{figures['threads']} threads / one", loc="left")
    ratios.set_ylim(0, 1.25)
    for axes in (times, ratios):
        axes.set_xlabel("n, elements of a call or of a row")
        axes.grid(color="0.9", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        axes.minorticks_off()
    times.yaxis.set_major_formatter("{x:g}")
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, metavar="PICTURE", help=".svg or .png; the figures go beside it, .json")
    parser.add_argument("--largest", type=float, default=SIZES[-1], help="n of the largest call (default 1e9)")
    arguments = parser.parse_args()
    head = {"load": f"{os.getloadavg()[0]:.2f} before the start, on {os.cpu_count()} cores"}
    found = {name: list(points(name, arguments.largest)) for name in SERIES}
    figures = {
        "versions": table.versions(),
        "machine": platform.machine(),
        "threads": gs.get_num_threads(),
        **head,
        "series": {name: these for name, these in found.items() if these},
    }
    arguments.picture.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    draw(figures, arguments.picture)


if __name__ == "__main__":
    main()
