"""``gsampler bench``: how fast it is here, beside the libraries that are installed."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import textwrap
from itertools import chain
from pathlib import Path
from typing import Any

import gsampler as gs
from gsampler.cli.output import written
from gsampler.cli.process import BadInputError, FailedError, Signals


def bench_command(arguments: argparse.Namespace, signals: Signals) -> None:
    table = _table()
    signals.check()  # loading it compiles
    if unknown := table.unknown(arguments.rows):
        shown = textwrap.shorten(", ".join(table.groups()), 300, placeholder=" ...")
        parts = f"such as {shown} (--list prints all names)"
        raise BadInputError(f"ROW must be part of the name of a row, got {', '.join(map(repr, unknown))}; {parts}")
    if arguments.list:
        with written("-") as file:
            file.write("".join(f"{name}\n" for name in table.chosen(table.all_names(), arguments.rows)).encode())
        return
    parts = table.measure(arguments.rows, arguments.quick, arguments.isa)
    try:
        head = next(parts)
    except ValueError as error:
        raise BadInputError(f"--isa {arguments.isa}: {error}") from None
    first = next(parts, None)
    if first is None:
        raise FailedError(f"nothing can be measured: {'; '.join(table.left_out_lines(head[1]['left_out']))}")
    whole = chain((head, first), parts)
    with written("-") as file:
        texts = [json.dumps(table.document(whole), indent=1)] if arguments.json else table.lines(whole)
        for text in texts:
            file.write(f"{text}\n".encode())
            file.flush()


def _table() -> Any:
    """The module that measures: part of an installation; in a source tree it lies beside the package."""
    beside = Path(gs.__file__).parents[1] / "asv_bench"
    try:
        if (beside / "benchmarks").is_dir():
            sys.path.insert(0, str(beside))
            return importlib.import_module("benchmarks.table")
        return importlib.import_module("gsampler.benchmarks.table")
    except ModuleNotFoundError as error:
        raise FailedError(f"the benchmarks cannot be loaded: {error}") from None
