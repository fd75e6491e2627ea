"""``gsampler sample``: draws from the distributions in INPUT, and says what was drawn."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

import gsampler as gs
from gsampler._typing import Method
from gsampler.categorical import words_used
from gsampler.cli.fit import compared
from gsampler.cli.kinds import suspicion, to_logits
from gsampler.cli.output import (
    csv_text,
    header_names,
    is_device,
    labels,
    npy_data,
    npy_header,
    output_dtype,
    output_format,
    require_space,
    written,
)
from gsampler.cli.process import BadInputError, FailedError, Interrupted, Signals, plural, say
from gsampler.cli.tables import Array, Table, read_table
from gsampler.core.arrays import Indices
from gsampler.core.logits import LogitRows
from gsampler.core.position import END
from gsampler.core.validation import bytes_text
from gsampler.runtime.registry import PARALLEL_NS

CHUNK_VALUES = 2**20  # indices drawn and written at a time
SHOWN, SHOWN_ROWS = 26, 8  # counts in the report
CHUNK_WORK = 2**27  # noise drawn at a time by Gumbel-Max, for a progress bar that moves


@dataclass
class Run:
    """What is drawn, and from where in the stream."""

    logits: Array  # (rows, k)
    method: Method
    draws: int
    seed: int
    stream: int
    offset: int

    def __post_init__(self) -> None:
        self.words = words_used(self.method, LogitRows(self.logits), 1)  # of a draw from every row
        wide = self.method != "gumbel-max" or self.logits.dtype == np.float64
        self.start = self.offset + (self.offset % 2 if wide and self.words and self.draws else 0)
        self.stop = self.start + self.draws * self.words
        if self.stop > END:
            needed = self.stop - self.start
            raise BadInputError(f"--offset must leave {needed} words to the end of the stream, got {self.offset}")
        self.source: Any = self.logits

    def prepare(self) -> None:
        """Everything that is done once: compiling, starting threads, making tables."""
        rows, k = self.logits.shape
        with _compiling():
            self._prepare(rows, k)

    def _prepare(self, rows: int, k: int) -> None:
        work = self.draws * rows * (k if self.method == "gumbel-max" else 1)
        gs.Generator(0).categorical(np.zeros(2, self.logits.dtype), size=min(work, PARALLEL_NS), method=self.method)
        if self.method == "alias":
            self.source = gs.AliasTable(self.logits)

    def chunk(self) -> int:
        """Draws at a time that keep memory small and every chunk short."""
        rows, k = self.logits.shape
        values = CHUNK_VALUES
        if self.method == "gumbel-max":
            values = min(values, CHUNK_WORK // k)
        elif self.method == "inverse-cdf":  # its sums are made again for every chunk
            values = max(values, rows * k)
        return int(max(1, values // max(rows, 1)))

    def draw(self, first: int, out: Indices) -> None:
        """Draws ``first .. first + len(out)``, the same ones however the run is cut."""
        rng = gs.Generator(self.seed, self.stream, self.start + first * self.words)
        with _compiling():
            rng.categorical(self.source, size=len(out), method=self.method, out=out)


@contextmanager
def _compiling() -> Iterator[None]:
    """Where the first call compiles, a cache that cannot be written is not the output that cannot be."""
    try:
        yield
    except OSError as error:
        reason = f"cannot write compiled code to its cache: {error.strerror or error}"
        raise FailedError(f"{reason} (NUMBA_CACHE_DIR is the directory of another)") from None


def sample_command(arguments: argparse.Namespace, signals: Signals) -> None:
    began = time.perf_counter()
    form = output_format(arguments)
    with _threads(arguments.threads):
        table = read_table(arguments.input, arguments.key, arguments.index)
        kind = arguments.kind or "logits"
        label = labels(table, arguments.names)
        dtype = output_dtype(arguments, form, table.values.shape[1])
        if table.has_index and not arguments.index and not arguments.quiet:
            column = f"the first column of {table.origin} has no name"
            say(f"gsampler: note: {column}: left out as the index of the rows (--no-index: it is a category)")
        logits = to_logits(table, kind)
        _warn(table, arguments.kind is not None)
        seed = gs.Generator(arguments.seed).seed
        run = Run(logits, _method(arguments), _draws(arguments), seed, arguments.stream, arguments.offset)
        _require_space(run, arguments, form, dtype)
        run.prepare()
        signals.check()
        observed = np.zeros(table.values.shape, np.int64)
        seconds = _write(run, arguments, form, label, dtype, table, observed, signals)
        if not arguments.quiet:
            _report(run, table, kind, observed, seconds, began, arguments.counts)


def _draws(arguments: argparse.Namespace) -> int:
    return 1 if arguments.draws is None else int(arguments.draws)


def _method(arguments: argparse.Namespace) -> Method:
    """The method, which by default follows the form of the call as in `Generator.categorical`, never its size."""
    if arguments.method == "auto":
        return "gumbel-max" if arguments.draws is None else "alias"
    method: Method = arguments.method
    return method


def _require_space(run: Run, arguments: argparse.Namespace, form: str, dtype: np.dtype[Any]) -> None:
    """Raise if the output cannot be as large as it must be, which for text is a digit and what ends it, at least."""
    rows, k = run.logits.shape
    values = rows * (k if arguments.counts else run.draws)
    require_space(arguments.out, values * (dtype.itemsize if form == "npy" else 2))


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Use so many threads, for a while."""
    if count is None:
        yield
        return
    before = gs.get_num_threads()
    try:
        gs.set_num_threads(count)
    except ValueError as error:
        raise BadInputError(f"--threads{str(error).removeprefix('n')}") from None
    try:
        yield
    finally:
        gs.set_num_threads(before)


def _warn(table: Table, kind_given: bool) -> None:
    if table.warning is not None:
        say(f"gsampler: warning: {table.warning}")
    kind = None if kind_given else suspicion(table.values)
    if kind is not None:
        say(
            f"gsampler: warning: the numbers in {table.origin} look like {kind} and are taken for logits; "
            f"say --kind {kind}, or --kind logits if that is right"
        )
    rows, k = table.values.shape
    if k == 1 and rows > 1:
        say(f"gsampler: warning: {table.origin} has {rows} rows of one category; a distribution is a row, not a column")


def _write(
    run: Run,
    arguments: argparse.Namespace,
    form: str,
    label: Callable[[int], str],
    dtype: np.dtype[Any],
    table: Table,
    observed: Indices,
    signals: Signals,
) -> float:
    """Draw and write everything; count what is drawn into ``observed``; return the seconds that drawing took."""
    rows, k = observed.shape
    draws, seconds, done = run.draws, 0.0, 0
    chunk = min(arguments.chunk or run.chunk(), max(draws, 1))
    try:
        buffer = np.empty((chunk, rows), np.int64)
    except (MemoryError, ValueError):
        held = f"{plural(chunk, 'draw')} x {plural(rows, 'row')} takes {bytes_text(chunk * rows * 8)}"
        raise BadInputError(f"--chunk must be of draws that fit in memory: {held}") from None
    first_cell, cells = np.arange(rows) * k, observed.reshape(-1)
    fate = "" if arguments.out == "-" or is_device(arguments.out) else f"; {arguments.out} was not written"
    try:
        with written(arguments.out) as file, _bar(arguments, draws) as advance:
            if form == "npy":
                shape = (rows, k) if arguments.counts else (draws, rows)
                file.write(npy_header((shape[arguments.counts],) if rows == 1 else shape, dtype))
            while done < draws:
                index = buffer[: min(chunk, draws - done)]
                began = time.perf_counter()
                run.draw(done, index)
                seconds += time.perf_counter() - began
                if not arguments.counts:
                    file.write(npy_data(index, dtype) if form == "npy" else csv_text(index, label))
                np.add.at(cells, index.ravel() if rows == 1 else (index + first_cell).ravel(), 1)
                done += len(index)
                advance(len(index))
                signals.check()
            if arguments.counts:
                _write_counts(file, form, header_names(table) if arguments.names else "", observed)
        fate = ""
    except Interrupted as stop:
        stop.progress = f" after {done} of {draws} draws{fate}"
        raise
    return seconds


def _write_counts(file: BinaryIO, form: str, head: str, observed: Indices) -> None:
    if form == "npy":
        file.write(npy_data(observed, observed.dtype))
        return
    file.write(head.encode())
    for row in observed:
        file.write((",".join(map(str, row.tolist())) + "\n").encode())


@contextmanager
def _bar(arguments: argparse.Namespace, draws: int) -> Iterator[Callable[[int], object]]:
    shown = arguments.progress
    if shown is None:
        to_terminal = arguments.out == "-" and sys.stdout.isatty()  # where it would stand among the draws
        shown = not arguments.quiet and not to_terminal and sys.stderr is not None and sys.stderr.isatty()
    if not shown:
        yield lambda count: None
        return
    from tqdm import tqdm

    with tqdm(total=draws, unit="draw", unit_scale=True, delay=1, leave=False, file=sys.stderr) as bar:
        yield bar.update


def _report(run: Run, table: Table, kind: str, observed: Indices, seconds: float, began: float, counts: bool) -> None:
    rows, k = observed.shape
    samples = run.draws * rows
    rate = f", {_si(samples / seconds)} a second" if samples and seconds > 0 else ""
    how = f"{run.method}, {plural(gs.get_num_threads(), 'thread')}"
    what = f"{plural(run.draws, 'draw')} x {plural(rows, 'row')} of {k} categories"
    say(f"drew      {what} in {seconds:.3g} s{rate} ({how}); {time.perf_counter() - began:.3g} s in all")
    for line in counted(table, observed) if counts else ():
        say(line)
    for line in compared(table, kind, observed, run.draws):
        say(line)
    position = f"--seed {run.seed} --stream {run.stream} --offset"
    say(f"repeat    {position} {run.offset}")
    say(f"continue  {position} {run.stop}")


def counted(table: Table, observed: Indices) -> Iterator[str]:
    """The counts, of so many rows and categories as a reader takes in; the most frequent of a longer row."""
    rows, k = observed.shape
    for row in range(min(rows, SHOWN_ROWS)):
        first = np.argsort(-observed[row], kind="stable")[:SHOWN] if k > SHOWN else range(k)
        cells = ", ".join(f"{table.category(int(i))} {observed[row, i]}" for i in first)
        rest = f", and {k - SHOWN} categories drawn no more often" if k > SHOWN else ""
        yield "counts    " + (f"row {row}: " if rows > 1 else "") + cells + rest
    if rows > SHOWN_ROWS:
        yield f"counts    and those of {rows - SHOWN_ROWS} more rows"


def _si(number: float) -> str:
    for unit, name in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"
