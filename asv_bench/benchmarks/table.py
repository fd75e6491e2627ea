"""The table of ``gsampler bench``: how gsampler compares with its peers, where they are installed.

Each row is measured in a process of its own, on one thread unless it says otherwise, in pairs of runs that take turns;
the ratio is their median, the spread its interquartile range. "must" is what has to be reached, "target" what is aimed
at. Lower is better.
"""

import importlib.metadata
import os
import platform

import gsampler

from . import calls, memory, native, ratios

RATIO_HEAD = "  must  target   ratio   spread  pairs    ours  theirs  ns an element"
HEADS = {
    "ratios": f"{'ours / theirs':42} {RATIO_HEAD}",
    "native": f"{'C library / JIT':42} {RATIO_HEAD}",
    "costs": f"{'costs':62}   must    value",
}


def measure(only=(), quick=False):
    """The parts of the table as they are measured: pairs of a section's name and a row, a dictionary.

    ``only`` are parts of the names of the rows that are wanted; none means all.
    """
    # rows on several threads are worth nothing where the cores are busy
    busy = f"{os.getloadavg()[0]:.2f} before the start, on {os.cpu_count()} cores"
    yield "head", {"versions": versions(), "load": busy}
    for name in chosen(ratios.ROWS, only):
        yield "ratios", ratio(name, 0.2 if quick else 2.0)
    for row in native_rows(only, 0.1 if quick else 1.0):
        yield "native", row
    for name in chosen(COSTS, only):
        must, unit, work = COSTS[name]
        for label, value in work(name):
            yield "costs", {"name": label, "must": must, "value": value, "unit": unit}


def lines(parts):
    """The table as text, line by line."""
    begun = "head"
    for section, row in parts:
        if section == "head":
            versions = ", ".join(f"{name} {version}" for name, version in row["versions"].items())
            yield f"{versions}\nload {row['load']}"
            continue
        if section != begun:
            yield "\n" + HEADS[section]
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
    installed = {d.name.lower(): d.version for d in importlib.metadata.distributions()}
    peers = {name: installed.get(name, "not installed") for name in ("numba", "numpy", "mkl", "torch", "jax")}
    return {"gsampler": gsampler.__version__, "python": platform.python_version(), **peers}


def chosen(names, only):
    return [name for name in names if not only or any(part in name for part in only)]


def ratio(name, seconds):
    row, reason = ratios.ROWS[name], ratios.missing(name)
    measured = {"missing": reason} if reason else ratios.measure(name, seconds)
    return {"name": name, "must": row.must, "target": row.target, **measured}


def native_rows(only, seconds):
    names = {f"C library, {name}": name for name in native.FUNCTIONS}
    wanted, reason = chosen(names, only), native.missing()
    measured = native.measure(seconds) if wanted and not reason else {}
    for name in wanted:
        yield {"name": name, "must": 1.05, "target": 1.05, **measured.get(names[name], {"missing": reason})}


def number(value):
    return "-" if value is None else f"{value:.3g}"


def ratio_line(row):
    head = f"{row['name']:42} {number(row['must']):>6} {number(row['target']):>7} "
    if "missing" in row:
        return head + f"  {row['missing']}"
    low, high = row["quartiles"]
    missed = [goal for goal in ("must", "target") if row[goal] is not None and row["ratio"] > row[goal]]
    ns = f"{row['ours_ns']:7.3f} {row['theirs_ns']:7.3f}"
    return (
        head
        + f"{row['ratio']:7.3f} {high - low:8.3f} {row['pairs']:6} {ns}"
        + (f"  misses {missed[0]}" if missed else "")
    )


def cost_line(cost):
    head = f"{cost['name']:62} {number(cost['must']):>6} "
    if isinstance(cost["value"], str):
        return head + f"  {cost['value']}"
    note = "  misses must" if cost["must"] is not None and cost["value"] > cost["must"] else ""
    return head + f"{cost['value']:8.3g} {cost['unit']}{note}"


def import_cost(name):
    return [(name, calls.import_cost())]


def first_call(name):
    cold, warm = calls.first_call(name.removeprefix("first call of "))
    return [(f"{name}, empty cache", cold), (f"{name}, full cache", warm)]


def extra_memory(name):
    noise = f"(its noise would be {memory.ELEMENTS * 4 // 1024})"
    found = memory.extra_memory(int(name.split("=")[1]))
    return [(f"{name} {noise}", max(found.values()) if found else "Linux only")]


def native_load(name):
    reason = native.missing()
    return [(name, reason or native.load_and_first_call())]


COSTS = {
    "import gsampler, over import numpy": (50, "ms", import_cost),
    "C library, loaded, and its first call": (10, "ms", native_load),
    **{f"first call of {what}": (None, "s", first_call) for what in calls.FIRST_CALLS},
    **{f"peak extra memory of categorical K={k}": (None, "KiB", extra_memory) for k in (64, 131072)},
}
