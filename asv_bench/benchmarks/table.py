"""The table of ``gsampler bench``: how gsampler compares with its peers, where they are installed.

Each row is measured in a process of its own, on one thread unless it says otherwise, in pairs of runs that take turns;
the ratio is their median, the spread its interquartile range. "must" is what has to be reached, "target" what is aimed
at. Lower is better. Elements are draws where categories are drawn again and again from one row.
"""

import importlib.metadata
import os
import platform
import re
import shutil

import gsampler
from gsampler.cli.info import processor
from gsampler.cli.process import plural

from . import calls, levels, memory, native, peers, ratios, rows
from .child import child_main

GOALS = ("must", "target")
WIDTH = max(map(len, rows.ROWS))
RATIO_HEAD = "  must  target   ratio   spread  pairs    ours  theirs  ns an element"
HEADS = {
    "ratios": f"{'ours / theirs':{WIDTH}} {RATIO_HEAD}",
    "native": f"{'C library / JIT':{WIDTH}} {RATIO_HEAD}",
    "costs": f"{'costs':{WIDTH}}   must  target    value",
}


def measure(only=(), quick=False, level=None):
    """The parts of the table as they are measured: pairs of a section's name and a row, a dictionary.

    ``only`` are parts of the names of the rows that are wanted; none means all. ``level`` is a level of x86-64 that
    everything measured is held to; ValueError where this machine cannot be. Without it, and unless it is to be
    ``quick``, ratios are measured again with AVX2 alone where the processor has AVX-512.
    """
    held = levels.environment(level) if level else {}
    avx2 = levels.environment("v3") if not level and not quick and levels.have("v4") else None
    # rows on several threads are worth nothing where the cores are busy
    busy = f"{os.getloadavg()[0]:.2f} before the start, on {os.cpu_count()} cores"
    names = chosen(all_names(), only)
    left_out = missing(names)
    names = set(names).difference(*left_out.values())
    cpu, instructions = processor()
    head = {"versions": versions(), "processor": cpu, "vectors": instructions}
    head |= {"load": busy, "isa": level, "environment": held, "left_out": left_out, "avx2": avx2 is not None}
    if any(row.needs == "MKL" and row.name in names for row in rows.ALL):
        head["mkl_code"] = child_main("peers", **held)
    yield "head", head
    for name in filter(names.__contains__, rows.ROWS):
        seconds = 0.2 if quick else 2.0
        row = ratio(name, seconds, held)
        yield "ratios", row if avx2 is None else {**row, "avx2": ratios.measure(name, seconds, **avx2)}
    for row in native_rows(names, 0.1 if quick else 1.0, held):
        yield "native", row
    for name in filter(names.__contains__, COSTS):
        unit, work = COSTS[name]
        for label, must, target, value in work(name, held):
            yield "costs", {"name": label, "must": must, "target": target, "value": value, "unit": unit}


def lines(parts):
    """The table as text, line by line."""
    begun = "head"
    for section, row in parts:
        if section == "head":
            yield ", ".join(f"{name} {version}" for name, version in row["versions"].items() if version)
            yield f"processor {row['processor']}, {row['vectors']}"
            yield f"load {row['load']}"
            yield from left_out_lines(row["left_out"])
            if row.get("mkl_code") == "def":
                yield "MKL takes its code for any processor, its slowest: docs/speed.md says how it takes another"
            columns = "    AVX2" if row["avx2"] else ""
            if row["isa"]:
                held = " ".join(f"{name}={value!r}" for name, value in row["environment"].items())
                yield f"all held to x86-64-{row['isa']}: {held}"
            continue
        if section != begun:
            yield "\n" + HEADS[section] + (columns if section == "ratios" else "")
            begun = section
        yield cost_line(row) if section == "costs" else ratio_line(row)


def document(parts):
    """The table as one dictionary."""
    made = {"ratios": [], "native": [], "costs": []}
    for section, row in parts:
        if section == "head":
            made = {**row, **made}
        else:
            made[section].append(row)
    return made


def versions():
    """Of gsampler, Python and libraries; None for one that is not installed."""
    installed = {d.name.lower(): d.version for d in importlib.metadata.distributions()}
    peers = {name: installed.get(name) for name in ("numba", "numpy", "scipy", "mkl", "torch", "jax", "activitysim")}
    return {"gsampler": gsampler.__version__, "python": platform.python_version(), **peers}


# --- which rows -----------------------------------------------------------------------------------------------

NATIVE = {f"C library, {name}": name for name in native.FUNCTIONS}
PEERS = ("MKL", "NumPy", "SciPy", "torch", "JAX", "ActivitySim", "C++")
NOT_INSTALLED = " is not installed"
INSTALL = "pip install '.[bench,peers,clients]'"  # in a clone


def all_names():
    return [*rows.ROWS, *NATIVE, *COSTS]


def chosen(names, only):
    return [name for name in names if not only or any(part in name for part in only)]


def unknown(only):
    """Parts that no row has in its name."""
    return [part for part in only if not chosen(all_names(), [part])]


def groups():
    """Parts of names, each of several rows or of one that is alone: what is measured, beside what, and how."""
    measured = dict.fromkeys(re.split(r", | / | K=| float| of |(?<=keyed) ", row.name)[0] for row in rows.ALL)
    costs = dict.fromkeys(re.split(r", | of ", name)[0] for name in COSTS)
    return list(dict.fromkeys([*measured, *PEERS, "new array", "all cores", "two threads", "C library", *costs]))


def missing(names):
    """What keeps rows from being measured here, each reason with the names of the rows it keeps."""
    found = {}
    library = native.missing() if any(name.startswith("C library") for name in names) else None
    for name in names:
        if name in rows.ROWS:
            reason = ratios.missing(name)
            reason = f"{rows.ROWS[name].needs}{NOT_INSTALLED}" if reason == "not installed" else reason
        else:
            reason = library if name.startswith("C library") else None
        if reason:
            found.setdefault(reason, []).append(name)
    return found


def left_out_lines(found):
    """What is not measured and why: one line of all peers, with what installs them."""
    peers = [reason for reason in found if reason.endswith(NOT_INSTALLED)]
    if peers:
        count = sum(len(found[reason]) for reason in peers)
        which = ", ".join(reason.removesuffix(NOT_INSTALLED) for reason in peers)
        yield f"left out {plural(count, 'row')}, of peers that are not installed: {which} (in a clone: {INSTALL})"
    for reason in found.keys() - set(peers):
        yield f"left out {plural(len(found[reason]), 'row')}: {reason}"


# --- rows -----------------------------------------------------------------------------------------------------


def ratio(name, seconds, held):
    row = rows.ROWS[name]
    return {"name": name, "must": row.must, "target": row.target, **ratios.measure(name, seconds, **held)}


def native_rows(names, seconds, held):
    """The same kernels from another compiler's hands: a ratio far below 1 is the JIT's failing, and a miss too."""
    wanted = [name for name in NATIVE if name in names]
    measured = native.measure(seconds, **held) if wanted else {}
    for name in wanted:
        yield {"name": name, "must": 1.05, "target": 1.05, "least": 0.95, **measured[NATIVE[name]]}


def number(value):
    return "-" if value is None else f"{value:.3g}"


def goals(row):
    return " ".join(f"{number(row[goal]):>{width}}" for goal, width in zip(GOALS, (6, 7), strict=True))


def misses(row, value):
    """What is said of a value that is not what it should be: no more than one thing."""
    missed = [goal for goal in GOALS if row[goal] is not None and value > row[goal]]
    if missed:
        return f"  misses {missed[0]}"
    return f"  below {row['least']}" if value < row.get("least", value) else ""


def ratio_line(row):
    head = f"{row['name']:{WIDTH}} {goals(row)} "
    low, high = row["quartiles"]
    ns = f"{row['ours_ns']:7.3f} {row['theirs_ns']:7.3f}"
    avx2 = row.get("avx2", row)["ratio"]
    ours = f"{row['ratio']:7.3f} {high - low:8.3f} {row['pairs']:6} {ns}" + (f" {avx2:22.3f}" if "avx2" in row else "")
    return head + ours + misses(row, max(row["ratio"], avx2))


def cost_line(cost):
    head = f"{cost['name']:{WIDTH}} {goals(cost)} "
    if isinstance(cost["value"], str):
        return head + f"  {cost['value']}"
    return head + f"{cost['value']:8.3g} {cost['unit']}{misses(cost, cost['value'])}"


# --- costs: functions that give names, must, target and value of what they measure ----------------------------


def import_cost(name, held):
    return [(name, 50, None, calls.import_cost(**held))]


def first_call(name, held):
    what = name.removeprefix("first call of ")
    cold, warm = calls.first_call(what, **held)
    targets = (3.0, 0.3) if what in ("gumbel", "categorical", "gumbel_softmax") else (None, None)
    return [(f"{name}, empty cache", None, targets[0], cold), (f"{name}, full cache", None, targets[1], warm)]


def extra_memory(name, held):
    """The target is so much a thread, whatever is drawn."""
    found = memory.extra_memory(int(name.split("=")[1]), **held)
    return [(name, None, KIB_A_THREAD * peers.cores(), max(found.values()) if found else "Linux only")]


def native_load(name, held):
    found = native.load_and_first_call(**held) if shutil.which("cc") else "no C compiler (cc)"
    return [(name, 10, None, found)]


KIB_A_THREAD = 64
COSTS = {
    "import gsampler, over import numpy": ("ms", import_cost),
    "C library, loaded, and its first call": ("ms", native_load),
    **{f"first call of {what}": ("s", first_call) for what in calls.FIRST_CALLS},
    **{f"peak extra memory of categorical K={k}": ("KiB", extra_memory) for k in (64, 131072)},
}
