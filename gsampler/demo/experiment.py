"""All runs, each kept in a file as soon as it is done; the choice of learning rates; the table."""

from __future__ import annotations

import io
import json
import math
import os
import secrets
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gsampler.demo.data import Digits
from gsampler.demo.methods import Method
from gsampler.demo.models import Network
from gsampler.demo.processes import trained
from gsampler.demo.settings import PUBLISHED, TASKS, Settings
from gsampler.demo.sources import code_version
from gsampler.demo.training import Run, Trained

Results = dict[str, dict[str, Any]]  # of runs, by their name


class OtherSettingsError(Exception):
    """The directory holds runs that were made with other settings, or by other code."""


class Row(NamedTuple):
    """An estimator in one task."""

    task: str
    method: Method
    rate: float
    values: list[float]  # test bound of each repetition, nats; infinite where it diverged
    rank: int
    published: float | None
    published_rank: int | None

    @property
    def mean(self) -> float:
        return math.inf if math.inf in self.values else statistics.fmean(self.values)

    @property
    def error(self) -> float | None:
        """Standard error of the mean over repetitions."""
        if len(self.values) < 2 or math.inf in self.values:
            return None
        return statistics.stdev(self.values) / math.sqrt(len(self.values))


class Experiment:
    """The runs of some settings and estimators, in a directory.

    A run is a file ``runs/NAME.json``, and its parameters ``runs/NAME.npz``; one that is there is not done again.
    """

    def __init__(self, settings: Settings, methods: Sequence[Method], out: Path) -> None:
        self.settings = settings
        self.methods = list(methods)
        self.out = out
        self.directory = out / "runs"
        self.results: Results = {}

    @property
    def count(self) -> int:
        """The number of runs."""
        pairs = len(self.settings.tasks) * len(self.methods)
        return pairs * (len(self.settings.rates) + self.settings.seeds - 1)

    @property
    def done(self) -> int:
        """The number of runs that need not be done again; of repetitions, once it is known which are wanted."""
        return sum(run.name in self.results for run in self._known_runs())

    def load(self) -> int:
        """Read what is there; `done` of it."""
        self.results = {}
        known = self._settings_of_a_run()
        for path in sorted(self.directory.glob("*.json")):
            try:
                result = json.loads(path.read_text())
                settings, complete = result["settings"], path.with_suffix(".npz").exists()
            except (ValueError, KeyError, TypeError):
                continue  # it is done again
            if settings != known:
                different = next(name for name in known | settings if known.get(name) != settings.get(name))
                raise OtherSettingsError(
                    f"{self.directory} holds runs with {different} {settings.get(different)}, "
                    f"not {known.get(different)}; take another directory"
                )
            if complete:
                self.results[path.stem] = result
        return self.done

    def _settings_of_a_run(self) -> dict[str, Any]:
        return self.settings.of_a_run() | {"code": code_version()}

    def run(self, digits: Digits, check: Callable[[], object] = lambda: None, jobs: int = 1) -> Iterator[str]:
        """Do what is missing, so many runs at a time; yields the name of each when it is done."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for wanted in (self._search, self._repeated):  # rates are chosen in between
            missing = [run for run in wanted() if run.name not in self.results]
            for run, done in trained(missing, digits, self.settings, check, min(jobs, len(missing))):
                self._keep(run, done)
                yield run.name
                check()

    def _keep(self, run: Run, done: Trained) -> None:
        result = done.result | {"settings": self._settings_of_a_run()}
        parameters = io.BytesIO()
        np.savez(parameters, *done.network.parameters)
        write(self.directory / f"{run.name}.npz", parameters.getvalue())
        write(self.directory / f"{run.name}.json", json.dumps(result).encode())
        self.results[run.name] = json.loads(json.dumps(result))

    def _pairs(self) -> Iterator[tuple[str, Method]]:
        return ((task, method) for task in self.settings.tasks for method in self.methods)

    def _search(self) -> Iterator[Run]:
        """One repetition with each learning rate."""
        for task, method in self._pairs():
            for rate in self.settings.rates:
                yield Run(TASKS[task], method, rate, 0)

    def _repeated(self) -> Iterator[Run]:
        """The other repetitions, with the rate that was chosen."""
        for repetition in range(1, self.settings.seeds):
            for task, method in self._pairs():
                yield Run(TASKS[task], method, self.rate(task, method), repetition)

    def _known_runs(self) -> Iterator[Run]:
        search = list(self._search())
        yield from search
        if all(run.name in self.results for run in search):
            yield from self._repeated()

    def rate(self, task: str, method: Method) -> float:
        """The learning rate with the best bound on the validation split, the smallest of several."""

        def validation(rate: float) -> float:
            value = self.results[Run(TASKS[task], method, rate, 0).name]["validation"]
            return math.inf if value is None else float(value)

        return min(sorted(self.settings.rates), key=validation)

    # --- what came out ------------------------------------------------------------------------------------------

    def chosen(self, task: str, method: Method) -> list[dict[str, Any]]:
        """Results of all repetitions with the chosen rate."""
        rate = self.rate(task, method)
        runs = [Run(TASKS[task], method, rate, repetition) for repetition in range(self.settings.seeds)]
        return [self.results[run.name] for run in runs]

    def network(self, task: str, method: Method) -> Network:
        """The model of the first repetition."""
        run = Run(TASKS[task], method, self.rate(task, method), 0)
        with np.load(self.directory / f"{run.name}.npz") as file:
            return Network(TASKS[task], [file[name] for name in file.files])

    def table(self) -> list[Row]:
        """A row for each task and estimator, in that order."""
        rows = []
        for task in self.settings.tasks:
            values = {}
            for method in self.methods:
                tests = [result["test"] for result in self.chosen(task, method)]
                values[method.name] = [math.inf if test is None else test for test in tests]
            means = {name: math.fsum(tests) / len(tests) for name, tests in values.items()}
            published = PUBLISHED[task]
            for method in self.methods:
                name, paper = method.name, published.get(method.name)
                rank = 1 + sum(other < means[name] for other in means.values())
                paper_rank = None if paper is None else 1 + sum(other < paper for other in published.values())
                rate = self.rate(task, method)
                rows.append(Row(task, method, rate, values[name], rank, paper, paper_rank))
        return rows


def write(path: Path, contents: bytes) -> None:
    """A file that is whole or absent."""
    partial = path.with_name(f".{path.name[:48]}.{secrets.token_hex(4)}.partial")
    try:
        partial.write_bytes(contents)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
