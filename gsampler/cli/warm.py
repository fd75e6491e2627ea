"""``gsampler warm``: every kernel compiled ahead, as for an image of a container or before many processes start."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from gsampler.cli.info import why_no_cache
from gsampler.cli.output import written
from gsampler.cli.process import FailedError, Interrupted, Signals, plural
from gsampler.runtime import registry


def warm_command(arguments: argparse.Namespace, signals: Signals) -> None:
    """Compile what is not in the cache; the parallel loop, which takes some milliseconds, is never there."""
    from tqdm import tqdm

    from gsampler.compiler import cache

    began = time.perf_counter()
    directory = cache.cache_dir()
    if directory is None:
        raise FailedError(f"there is no cache to put kernels into: {why_no_cache()}")
    kernels = registry.every_kernel()
    shown = sys.stderr is not None and sys.stderr.isatty()
    done: Counter[str] = Counter()
    try:
        with tqdm(kernels, unit="kernel", delay=1, leave=False, file=sys.stderr, disable=not shown) as bar:
            for name, suffix in bar:
                bar.set_postfix_str(f"{name}.{suffix}")
                outcome = registry.store(name, suffix)
                signals.check()
                if outcome == "lost":
                    raise FailedError(f"cannot write {name}.{suffix} to {directory}: perhaps the disk is full")
                done[outcome] += 1
            registry.bitgen_functions()
    except Interrupted as stop:
        stop.progress = f" after {done.total()} of {plural(len(kernels), 'kernel')}"
        raise
    seconds = time.perf_counter() - began
    with written("-") as file:
        counts = f"compiled {plural(done['compiled'], 'kernel')}, {done['cached']} cached before"
        file.write(f"{counts}; {seconds:.3g} s; {directory}\n".encode())
