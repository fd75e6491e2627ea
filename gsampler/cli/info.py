"""``gsampler info``: what gsampler runs on."""

from __future__ import annotations

import argparse
import json
import os
import platform
from contextlib import suppress
from pathlib import Path

import numpy as np

import gsampler as gs
from gsampler.cli.output import written
from gsampler.cli.process import Signals


def info_command(arguments: argparse.Namespace, signals: Signals) -> None:
    facts = _facts()
    signals.check()
    if arguments.json:
        lines = [json.dumps(facts, indent=2)]
    else:
        width = max(map(len, facts)) + 1
        lines = [f"{name.replace('_', ' ') + ':':<{width}} {value}" for name, value in facts.items()]
    with written("-") as file:
        file.write("".join(line + "\n" for line in lines).encode())


def _facts() -> dict[str, str | int | bool | None]:
    import llvmlite
    import numba

    gs.Generator(0).bits(2**20)  # only a launch decides on the threading layer
    try:
        layer = str(numba.threading_layer())
    except ValueError:
        layer = "none (one thread)"
    name, enabled = _llvm_cpu()
    return {
        "gsampler": gs.__version__,
        "stream_version": gs.STREAM_VERSION,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "platform": platform.platform(),
        "cpu": _cpu(),
        "llvm_cpu": name,
        "vectors": vectors(enabled),
        "fma": bool({"fma", "neon"} & enabled),
        "threads": gs.get_num_threads(),
        "threading_layer": layer,
        "cache": cache_status(),
    }


def _llvm_cpu() -> tuple[str, set[str]]:
    """The processor that kernels are compiled for, in LLVM's words, and its features."""
    from gsampler.compiler import compile

    name, features = compile.target_cpu()
    return name, {feature[1:] for feature in features.split(",") if feature.startswith("+")}


def processor() -> tuple[str, str]:
    """The name of the processor, and the vector instructions that kernels use."""
    return _cpu(), vectors(_llvm_cpu()[1])


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


VECTORS = (
    ("avx512f", "AVX-512 (512 bits)"),
    ("avx2", "AVX2 (256 bits)"),
    ("avx", "AVX (256 bits)"),
    ("sse4.2", "SSE4.2 (128 bits)"),
    ("sse2", "SSE2 (128 bits)"),
    ("sve", "SVE"),
    ("neon", "NEON (128 bits)"),
)


def vectors(features: set[str]) -> str:
    """The widest set of vector instructions among LLVM's features."""
    return next((shown for feature, shown in VECTORS if feature in features), "none known")


def cache_status() -> str:
    """The cache directory, or why there is none."""
    from gsampler.compiler import cache

    directory = cache.cache_dir()
    return f"none ({why_no_cache()})" if directory is None else f"{directory} (GSAMPLER_CACHE=0 turns it off)"


def why_no_cache() -> str:
    """The reason, where `gsampler.compiler.cache.cache_dir` is None."""
    from gsampler.compiler import cache

    if not cache.ENABLED:
        return "GSAMPLER_CACHE=0" if os.environ.get("GSAMPLER_CACHE") == "0" else "no sources, or not POSIX"
    return "; ".join(cache.untrusted.values()) or "no directory can be written"
