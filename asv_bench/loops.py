"""Cycles of the hottest loops, beside their instructions and what the ports of processors allow.

``python asv_bench/loops.py`` compiles each loop as the kernels have it, runs it over arrays in the first-level cache
and prints a table of 16 elements each. ``--isa v3`` holds the loops to AVX2. For x86-64. Moves are not counted: loads
and stores have ports of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time

import numba
import numpy as np
from benchmarks import levels, table

from gsampler.compiler import compile
from gsampler.compiler.c_types import Arguments, T_in, T_out, u64_out
from gsampler.compiler.decorators import Kernel
from gsampler.compiler.intrinsics import as_halves, as_words
from gsampler.kernels.constants import ALL_VALID, TILE
from gsampler.kernels.elementary import inverse_temperature
from gsampler.kernels.gumbel_max import write_bounds
from gsampler.kernels.margins import fine_bound, write_row_bounds
from gsampler.kernels.noise import gumbel, transform
from gsampler.kernels.philox import blocks_16, blocks_32, upper_blocks
from gsampler.kernels.relaxed import exponentiate, sigmoids

TIMES = 100  # in a call
SECONDS = 0.5  # of calls, of which the shortest counts: other programs disturb for milliseconds at a time
KEY, STREAM = np.uint64(7), np.uint64(0)


def arguments(buffer: u64_out, x: T_in, out: T_out) -> Arguments:
    return buffer, x, out


def words_32(start, stop, buffer, x, out):
    for i in range(start, stop):
        blocks_16(KEY, STREAM, np.uint64(i), TILE // 8, buffer)
    return ALL_VALID


def words_64(start, stop, buffer, x, out):
    for i in range(start, stop):
        blocks_32(KEY, STREAM, np.uint64(i), TILE // 4, buffer)
    return ALL_VALID


def upper_halves(start, stop, buffer, x, out):
    for i in range(start, stop):
        upper_blocks(KEY, STREAM, np.uint64(i), TILE // 8, buffer)
    return ALL_VALID


def gumbels(start, stop, buffer, x, out):
    near = 0
    for _ in range(start, stop):
        near += transform(gumbel, as_words(buffer, out), TILE, out)
    return ALL_VALID - near


def bounds_of_long_rows(start, stop, buffer, x, out):
    for _ in range(start, stop):
        write_bounds(x, as_halves(buffer, out), TILE, out)
    return ALL_VALID


def bounds_of_short_rows(start, stop, buffer, x, out):
    for _ in range(start, stop):
        write_row_bounds(fine_bound, x, as_halves(buffer, out), TILE, out)
    return ALL_VALID


def exponentials(start, stop, buffer, x, out):
    high, low = inverse_temperature(x[0])
    for _ in range(start, stop):
        exponentiate(out, TILE, high, low)
    return ALL_VALID


def sigmoids_of(start, stop, buffer, x, out):
    high, low = inverse_temperature(x[0])
    for _ in range(start, stop):
        sigmoids(x, TILE, high, low, out)
    return ALL_VALID


# The loop, its elements, the bytes that it writes of each.
LOOPS = {
    "upper halves of words, of 16 bits": (upper_halves, "f32", 2),
    "words of 32 bits": (words_32, "f32", 4),
    "words of 64 bits": (words_64, "f64", 8),
    "Gumbel of a word, float32": (gumbels, "f32", 4),
    "Gumbel of a word, float64": (gumbels, "f64", 8),
    "bounds of a long row, float32": (bounds_of_long_rows, "f32", 4),
    "fine bounds of short rows, float32": (bounds_of_short_rows, "f32", 4),
    "exponentials, float32": (exponentials, "f32", 4),
    "sigmoids, float32": (sigmoids_of, "f32", 4),
}


# --- measuring ------------------------------------------------------------------------------------------------


def nanoseconds(kernel, suffix):
    """Of an element: the least of many calls."""
    dtype = {"f32": np.float32, "f64": np.float64}[suffix]
    generator = np.random.default_rng(42)
    buffer = generator.integers(2**64, size=2 * TILE, dtype=np.uint64)
    x, out = generator.normal(size=2 * TILE).astype(dtype), np.full(2 * TILE, -1, dtype)
    addresses = [aligned(array).ctypes.data for array in (buffer, x, out)]
    return least(lambda: timed(kernel, addresses)) / (TIMES * TILE) * 1e9


def least(measure):
    best, end = np.inf, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        best = min(best, measure())
    return best


def aligned(array):
    """The array from a cache line on."""
    return array[-array.ctypes.data % 64 // array.itemsize :]


def timed(kernel, addresses):
    begin = time.perf_counter()
    kernel.call(0, TIMES, *addresses)
    return time.perf_counter() - begin


@numba.njit
def chain(n):
    """A shift, an exclusive or and a multiplication, each of which waits for the one before: 1, 1 and 3 cycles."""
    x = np.uint64(n)
    for _ in range(n):
        x = (x ^ (x >> np.uint64(29))) * np.uint64(6364136223846793005)
    return x


def gigahertz():
    n = 100_000
    chain(n)

    def timed_chain():
        begin = time.perf_counter()
        chain(n)
        return time.perf_counter() - begin

    return 5 * n / least(timed_chain) / 1e9


# --- reading the assembly -------------------------------------------------------------------------------------

LABEL, JUMP = re.compile(r"^(\.L\w+):"), re.compile(r"^\s+j\w+\s+(\.L\w+)")
STORE = re.compile(r"^\s+vmov(?:\w+)\s+%([xyz])mm\d+, [^%]*\(")
TWO_PORTS = re.compile(r"v(fn?m(add|sub)|mul|pmul|ps[lr]|cvt|add|sub|max|min)")
BYTES = {"x": 16, "y": 32, "z": 64}


def innermost_loops(assembly):
    """Lists of instructions, from a label to the jump back to it, without labels between."""
    label, body = None, []
    for line in assembly.splitlines():
        if found := LABEL.match(line):
            label, body = found[1], []
        elif line.startswith("\t") and not line.startswith("\t."):
            body.append(line)
            jump = JUMP.match(line)
            if jump and jump[1] == label:
                yield body
                label, body = None, []


def hottest(assembly):
    """The innermost loop with the most vector instructions."""
    return max(innermost_loops(assembly), key=lambda body: sum(map(is_arithmetic, body)))


def is_arithmetic(line):
    """Of vectors. Moves have ports of their own."""
    return line.startswith("\tv") and not line.startswith("\tvmov")


def cycles_of_ports(body, vector):
    """The least cycles that Intel's ports allow: of 512 bits two, of less three; two of these multiply, or shift."""
    names = [line.split()[0] for line in body if is_arithmetic(line)]
    on_two = sum(TWO_PORTS.match(name) is not None for name in names)
    return len(names) / 2 if vector == "z" else max(len(names) / 3, on_two / 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isa", choices=levels.FEATURES, help="a level of x86-64 to hold the loops to")
    level = parser.parse_args().isa
    if level and os.environ.get("GSAMPLER_ISA") != level:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **levels.environment(level)})
    clock = gigahertz()
    print(table.versions(), f"{clock:.2f} GHz by a chain of instructions", sep="\n")
    heads = ["16 elements", "vector instructions", "cycles that ports allow", "cycles", "ns an element"]
    print("| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", sep="\n")
    for name, (function, suffix, size) in LOOPS.items():
        kernel = Kernel(function, arguments)
        body = hottest(compile.assembly_here(kernel.llvm_ir(suffix, compile.ENTRY_POINT), [compile.ENTRY_POINT]))
        vectors = [found[1] for line in body if (found := STORE.match(line)) and "(%rsp)" not in line]
        share = 16 * size / sum(BYTES[vector] for vector in vectors)
        count, limit = sum(map(is_arithmetic, body)) * share, cycles_of_ports(body, max(vectors)) * share
        ns = nanoseconds(kernel[suffix], suffix)
        print(f"| {name} | {count:.1f} | {limit:.1f} | {16 * ns * clock:.1f} | {ns:.3f} |")


if __name__ == "__main__":
    main()
