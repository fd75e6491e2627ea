"""``gsampler demo``: the experiment of the Gumbel-Softmax papers on small real data."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import gsampler as gs
from gsampler.cli.output import written
from gsampler.cli.process import BadInputError, FailedError, Interrupted, Signals, plural, say

if TYPE_CHECKING:
    from gsampler.demo.experiment import Experiment
    from gsampler.demo.methods import Method

NEEDED = {"sklearn": "scikit-learn", "matplotlib": "matplotlib", "threadpoolctl": "threadpoolctl"}


def demo_command(arguments: argparse.Namespace, signals: Signals) -> None:
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise FailedError(f"gsampler demo needs {' and '.join(missing)}: pip install '.[demo]'")
    from gsampler.demo.experiment import Experiment
    from gsampler.demo.settings import PRESETS

    methods = chosen_methods(arguments.estimators)
    settings = dataclasses.replace(PRESETS[arguments.setting], seed=arguments.seed)
    jobs = arguments.jobs or gs.get_num_threads()
    run(Experiment(settings, methods, Path(arguments.out)), arguments.setting, jobs, signals)


def chosen_methods(names: list[str] | None) -> list[Method]:
    """The estimators of some names, each once; by default those of the paper."""
    from gsampler.demo.methods import method
    from gsampler.demo.settings import PAPER

    try:
        found = [method(name) for name in names or PAPER]
    except ValueError as error:
        raise BadInputError(f"--estimators: {error}") from None
    return list({m.name: m for m in found}.values())


def run(experiment: Experiment, setting: str, jobs: int, signals: Signals) -> None:
    """Train what is missing in the directory, then write table, figures and page."""
    from tqdm import tqdm

    from gsampler.demo import figures, report
    from gsampler.demo.data import digits
    from gsampler.demo.experiment import OtherSettingsError

    began, out = time.perf_counter(), experiment.out
    data = digits()
    try:
        experiment.load()
    except OtherSettingsError as error:
        raise BadInputError(f"--out: {error}") from None
    drawings = figures.drawings(experiment)
    shown = sys.stderr is not None and sys.stderr.isatty()
    total = experiment.count + len(drawings)
    trained = 0
    try:
        already = experiment.done
        with tqdm(total=total, initial=already, unit="run", leave=False, file=sys.stderr, disable=not shown) as bar:
            for name in experiment.run(data, signals.check, jobs):
                trained += 1
                bar.set_postfix_str(name)
                bar.update(experiment.done - bar.n)  # more than one where repetitions were there before
            for name in figures.draw(experiment, data, out / "figures"):
                signals.check()
                bar.set_postfix_str(name)
                bar.update()
    except Interrupted as stop:
        stop.progress = f" after {experiment.done} of {plural(experiment.count, 'run')}; the same command continues"
        raise
    captions = [(drawing.name, drawing.caption) for drawing in drawings]
    table = report.write_report(experiment, setting, captions)
    with written("-") as file:
        file.write(table.encode())
    seconds = time.perf_counter() - began
    before = experiment.count - trained
    say(f"trained {plural(trained, 'model')}, {before} before; {seconds:.3g} s; {out / 'index.html'}")
