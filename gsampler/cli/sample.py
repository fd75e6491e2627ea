"""``gsampler sample``: draws from the distributions in INPUT, and says what was drawn."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

import gsampler as gs
from gsampler._typing import Method
from gsampler.categorical import words_used
from gsampler.cli.fit import compared
from gsampler.cli.kinds import suspicion, to_logits
from gsampler.cli.output import csv_text, is_device, labels, npy_header, output_format, written
from gsampler.cli.process import BadInputError, Interrupted, Signals, plural, say
from gsampler.cli.tables import Array, Table, read_table
from gsampler.core.arrays import Indices
from gsampler.core.logits import LogitRows
from gsampler.core.position import END
from gsampler.runtime.registry import PARALLEL_NS

CHUNK_VALUES = 2**20  # indices drawn and written at a time
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
        rng.categorical(self.source, size=len(out), method=self.method, out=out)


def sample_command(arguments: argparse.Namespace, signals: Signals) -> None:
    began = time.perf_counter()
    form = output_format(arguments)
    with _threads(arguments.threads):
        table = read_table(arguments.input, arguments.key)
        kind = arguments.kind or "logits"
        label = labels(table, arguments.names)
        logits = to_logits(table, kind)
        _warn(table, arguments.kind is not None)
        seed = gs.Generator(arguments.seed).seed
        run = Run(logits, arguments.method, arguments.draws, seed, arguments.stream, arguments.offset)
        run.prepare()
        signals.check()
        observed = np.zeros(table.values.shape, np.int64)
        seconds = _write(run, arguments, form, label, observed, signals)
        if not arguments.quiet:
            _report(run, table, kind, observed, seconds, began)


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
    observed: Indices,
    signals: Signals,
) -> float:
    """Draw and write everything; count what is drawn into ``observed``; return the seconds that drawing took."""
    rows, k = observed.shape
    draws, seconds, done = run.draws, 0.0, 0
    chunk = min(arguments.chunk or run.chunk(), max(draws, 1))
    buffer = np.empty((chunk, rows), np.int64)
    first_cell, cells = np.arange(rows) * k, observed.reshape(-1)
    fate = "" if arguments.out == "-" or is_device(arguments.out) else f"; {arguments.out} was not written"
    try:
        with written(arguments.out) as file, _bar(arguments, draws) as advance:
            if form == "npy":
                file.write(npy_header((draws,) if rows == 1 else (draws, rows)))
            while done < draws:
                index = buffer[: min(chunk, draws - done)]
                began = time.perf_counter()
                run.draw(done, index)
                seconds += time.perf_counter() - began
                file.write(index.reshape(-1).data if form == "npy" else csv_text(index, label))
                np.add.at(cells, index.ravel() if rows == 1 else (index + first_cell).ravel(), 1)
                done += len(index)
                advance(len(index))
                signals.check()
        fate = ""
    except Interrupted as stop:
        stop.progress = f" after {done} of {draws} draws{fate}"
        raise
    return seconds


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


def _report(run: Run, table: Table, kind: str, observed: Indices, seconds: float, began: float) -> None:
    rows, k = observed.shape
    samples = run.draws * rows
    rate = f", {_si(samples / seconds)} a second" if samples and seconds > 0 else ""
    how = f"{run.method}, {plural(gs.get_num_threads(), 'thread')}"
    what = f"{plural(run.draws, 'draw')} x {plural(rows, 'row')} of {k} categories"
    say(f"drew      {what} in {seconds:.3g} s{rate} ({how}); {time.perf_counter() - began:.3g} s in all")
    for line in compared(table, kind, observed, run.draws):
        say(line)
    position = f"--seed {run.seed} --stream {run.stream} --offset"
    say(f"repeat    {position} {run.offset}")
    say(f"continue  {position} {run.stop}")


def _si(number: float) -> str:
    for unit, name in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"
