"""The figures: each a PNG and an SVG file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

import gsampler as gs
from gsampler.demo.data import Array, Digits
from gsampler.demo.experiment import Experiment
from gsampler.demo.gradients import toy_exact, toy_moments, variance
from gsampler.demo.methods import Method
from gsampler.demo.processes import one_blas_thread
from gsampler.demo.settings import TASKS

COLOURS = ("#868e96", "#862e9c", "#e8a33d", "#2b8a3e", "#74b816", "#0b6bcb", "#d9480f", "#111111", "#0c8599", "#c2255c")
STYLE: Any = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 100,
    "font.size": 9,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "svg.hashsalt": "gsampler",  # the same picture, the same file
}
TRIANGLE = np.array([(0, 0), (1, 0), (0.5, np.sqrt(0.75))])
PROBABILITIES = (0.2, 0.3, 0.5)  # of the categories on the simplex
STREAM = 2**40  # from here on: none that the runs use


class Drawing(NamedTuple):
    """A figure, and what to say below it."""

    name: str
    caption: str
    draw: Callable[[Experiment, Digits], Figure]


def draw(experiment: Experiment, digits: Digits, directory: Path) -> Iterator[str]:
    """Write all figures of what was trained; yields the name of each when it is written."""
    directory.mkdir(parents=True, exist_ok=True)
    with one_blas_thread():
        for drawing in drawings(experiment):
            with mpl.rc_context(STYLE):
                figure = drawing.draw(experiment, digits)
                figure.savefig(directory / f"{drawing.name}.png", dpi=120, metadata={"Software": None})
                figure.savefig(directory / f"{drawing.name}.svg", dpi=150, metadata={"Date": None})
            yield drawing.name


def drawings(experiment: Experiment) -> list[Drawing]:
    """The figures that can be drawn of these tasks."""
    vae = any(TASKS[task].has_prior for task in experiment.settings.tasks)
    return [drawing for drawing in DRAWINGS if vae or drawing.draw is not gradient_variance]


def colours(methods: Sequence[Method]) -> dict[str, str]:
    return {m.name: COLOURS[i % len(COLOURS)] for i, m in enumerate(methods)}


def training_curves(experiment: Experiment, digits: Digits) -> Figure:
    tasks = experiment.settings.tasks
    figure = Figure(figsize=(10, 3.4 * -(-len(tasks) // 2) + 0.6), layout="constrained")
    grid = figure.subplots(-(-len(tasks) // 2), min(2, len(tasks)), squeeze=False).ravel()
    colour = colours(experiment.methods)
    for axes, task in zip(grid, tasks, strict=False):
        ends = []
        for m in experiment.methods:
            curves = [np.array(r["curve"]) for r in experiment.chosen(task, m) if not r["diverged"]]
            if not curves:
                continue
            at, bounds = curves[0][:, 0], np.array([curve[:, 2] for curve in curves])
            axes.plot(at, bounds.mean(0), color=colour[m.name], label=m.title, linewidth=1.4)
            axes.fill_between(at, bounds.min(0), bounds.max(0), color=colour[m.name], alpha=0.15, linewidth=0)
            ends.append((bounds.min(), bounds.mean(0)[len(at) // 8]))
        if ends:
            lowest, highest = min(low for low, _ in ends), max(high for _, high in ends)
            axes.set_ylim(lowest - 0.05 * (highest - lowest), highest + 0.02 * (highest - lowest))
        axes.set(title=TASKS[task].title, xlabel="step", ylabel="validation bound (nats)")
    for axes in grid[len(tasks) :]:
        axes.set_axis_off()
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(7, len(labels)))
    return figure


def results(experiment: Experiment, digits: Digits) -> Figure:
    """Test bounds of all repetitions."""
    tasks, rows = experiment.settings.tasks, experiment.table()
    figure = Figure(figsize=(2.1 + 2.1 * len(tasks), 0.9 + 0.32 * len(experiment.methods)), layout="constrained")
    grid = figure.subplots(1, len(tasks), squeeze=False, sharey=True)[0]
    colour = colours(experiment.methods)
    for axes, task in zip(grid, tasks, strict=True):
        for height, row in enumerate(row for row in rows if row.task == task):
            values = [value for value in row.values if np.isfinite(value)]
            axes.plot(values, [height] * len(values), "o", color=colour[row.method.name], markersize=3, alpha=0.6)
            if values:
                axes.plot([np.mean(values)] * 2, [height - 0.3, height + 0.3], color=colour[row.method.name])
        axes.set(title=TASKS[task].title.replace(", ", ",\n"), xlabel="test bound (nats)")
        axes.set_yticks(range(len(experiment.methods)), [m.title for m in experiment.methods])
    grid[0].invert_yaxis()
    return figure


def gradient_variance(experiment: Experiment, digits: Digits) -> Figure:
    """Variance of the gradient against tau, at a trained VAE."""
    settings = experiment.settings
    task = next(task for task in ("vae-categorical", "vae-bernoulli") if task in settings.tasks)
    trained_by = next((m for m in experiment.methods if m.name == "gumbel_softmax"), experiment.methods[0])
    network, pictures = experiment.network(task, trained_by), digits.validation[:50]
    taus, colour = np.geomspace(0.1, 10, 9), colours(experiment.methods)
    figure = Figure(figsize=(7.4, 4.4), layout="constrained")
    axes = figure.subplots()
    for m in experiment.methods:
        points = taus if m.has_tau else taus[:1]
        seen = [variance(network, m, pictures, float(tau), settings.figure_draws, stream(0)) for tau in points]
        label = m.title.replace("annealed ST", "annealed ST, slope 1/tau")
        if m.has_tau:
            axes.loglog(taus, seen, "o-", color=colour[m.name], label=label, markersize=3.5, linewidth=1.4)
        else:
            axes.axhline(seen[0], color=colour[m.name], label=label, linewidth=1.4, linestyle="--")
    axes.set(xlabel="tau", ylabel="variance of one estimate, summed over the logits")
    axes.set_title(f"{TASKS[task].title}, as {trained_by.title} trained it", fontsize=10)
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    axes.minorticks_off()
    figure.legend(loc="outside right center")
    return figure


def toy(experiment: Experiment, digits: Digits) -> Figure:
    """Mean and deviation of estimates of the toy gradient."""
    phi, draws, colour = np.linspace(-4, 4, 33), 200 * experiment.settings.figure_draws, colours(experiment.methods)
    figure = Figure(figsize=(10, 6.2), layout="constrained")
    grid = figure.subplots(2, 2, sharex=True)
    for (upper, lower), t in zip(grid.T, (0.45, 0.499), strict=True):
        exact = toy_exact(phi, t)
        upper.plot(phi, exact, color="0.8", linewidth=6, label="exact")
        for m in experiment.methods:
            found = toy_moments(m, phi, t, 0.5, draws, stream(1))
            upper.plot(phi, found.mean, color=colour[m.name], label=m.title, linewidth=1.4)
            band = (found.mean - 2 * found.error, found.mean + 2 * found.error)
            upper.fill_between(phi, *band, color=colour[m.name], alpha=0.15, linewidth=0)
            lower.semilogy(phi, np.maximum(found.deviation, 1e-6), color=colour[m.name], linewidth=1.4)
        upper.set_title(f"$E[(b - t)^2]$, t = {t:g}, tau = 0.5")
        lower.set(xlabel="log-odds of b")
    grid[0, 0].set_ylabel("mean of the estimates\n(two standard errors)")
    grid[1, 0].set_ylabel("standard deviation of one estimate")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(8, len(labels)))
    return figure


def reconstructions(experiment: Experiment, digits: Digits) -> Figure:
    """Pictures of the test split, and what the models make of them."""
    pictures = digits.test[:12]
    rows: list[tuple[str, Array]] = [("test split", pictures)]
    with_gs = [m for m in experiment.methods if m.name in ("score_function", "gumbel_softmax")] or experiment.methods[
        :1
    ]
    for task in experiment.settings.tasks:
        for m in with_gs:
            network = experiment.network(task, m)
            halved = not TASKS[task].has_prior
            means = network.means(
                2 * (pictures[:, :32] if halved else pictures) - 1, stream(2), 1 if not halved else 50
            )
            shown = np.concatenate([pictures[:, :32], means], axis=1) if halved else means
            rows.append((f"{TASKS[task].title}\n{m.title}", shown))
    figure = Figure(figsize=(9, 0.72 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), len(pictures))
    for line, (label, shown) in zip(grid, rows, strict=True):
        for axes, picture in zip(line, shown, strict=True):
            axes.imshow(1 - picture.reshape(8, 8), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set(visible=True, color="0.8", linewidth=0.5)
            if "structured" in label:
                axes.axhline(3.5, color="#d9480f", linewidth=0.8)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=8)
    return figure


def simplex(experiment: Experiment, digits: Digits) -> Figure:
    """Gumbel-Softmax samples of three categories."""
    taus, count = (0.1, 0.5, 1.0, 5.0), 1000
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    for axes, tau in zip(figure.subplots(1, len(taus)), taus, strict=True):
        y = stream(3).gumbel_softmax(np.tile(np.log(PROBABILITIES), (count, 1)), tau=tau)
        axes.plot(*np.vstack([TRIANGLE, TRIANGLE[:1]]).T, color="0.6", linewidth=1)
        points = axes.scatter(*(y @ TRIANGLE).T, s=5, color="#0b6bcb", alpha=0.3, linewidths=0)
        points.set_rasterized(True)
        nearest = np.bincount(y.argmax(1), minlength=3) / count
        for corner, p, part, above in zip(TRIANGLE, PROBABILITIES, nearest, (False, False, True), strict=True):
            text = f"{p:.0%}\n({part:.1%})" if not above else f"{p:.0%} ({part:.1%})"
            height = corner[1] + (0.05 if above else -0.12)
            axes.text(corner[0], height, text, ha="center", va="bottom" if above else "center", fontsize=8)
        axes.set(xlim=(-0.15, 1.15), ylim=(-0.24, 1.02), aspect="equal", title=f"tau = {tau:g}")
        axes.set_axis_off()
    return figure


def binary_density(experiment: Experiment, digits: Digits) -> Figure:
    """The density of the binary Concrete, and samples."""
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    x, edges = np.linspace(0.0005, 0.9995, 1000), np.linspace(0, 1, 41)
    for axes, phi in zip(figure.subplots(1, 2, sharey=True), (0.0, 1.0), strict=True):
        for tau, colour in zip((0.3, 0.5, 1.0, 2.0), ("#d9480f", "#e8a33d", "#2b8a3e", "#0b6bcb"), strict=True):
            density = np.exp(gs.binary_concrete_log_prob(x, np.full(len(x), phi), tau))
            axes.plot(x, density, color=colour, label=f"tau = {tau:g}", linewidth=1.6)
            samples = stream(4).binary_concrete(np.full(100_000, phi), tau)
            heights = np.histogram(samples, edges)[0] / len(samples) / np.diff(edges)
            axes.plot((edges[1:] + edges[:-1]) / 2, heights, "o", color=colour, markersize=2.2, alpha=0.7)
        axes.set(
            ylim=(0, 4), xlim=(0, 1), xlabel="x", title=f"log-odds {phi:g}: P(b = 1) = {1 / (1 + np.exp(-phi)):.2f}"
        )
    left, right = figure.axes
    left.set_ylabel("density")
    right.legend()
    return figure


def stream(number: int) -> gs.Generator:
    return gs.Generator(2017, stream=STREAM + number)


DRAWINGS = [
    Drawing(
        "results",
        "Test bound of each repetition, and the mean of them. Lower is better.",
        results,
    ),
    Drawing(
        "training-curves",
        "Bound on the validation split during training, with the learning rate that was chosen: mean and range of "
        "the repetitions.",
        training_curves,
    ),
    Drawing(
        "gradient-variance",
        "Variance of one estimate of the gradient to the encoder's logits, summed over the logits, mean over 50 "
        "pictures of the validation split, without normalisation. Dashed: estimators without a temperature. A low "
        "variance says nothing of the bias.",
        gradient_variance,
    ),
    Drawing(
        "toy",
        "The toy problem, for which the exact gradient is (1 - 2t) mu (1 - mu). Above: what estimators give in the "
        "mean, with two standard errors; a distance from the grey line is bias. Below: the standard deviation of one"
        " estimate, without a baseline.",
        toy,
    ),
    Drawing(
        "reconstructions",
        "Pictures of the test split. A VAE's rows show its output for one code; in those of structured output, the "
        "upper half is given and the lower half is the mean prediction of 50 draws.",
        reconstructions,
    ),
    Drawing(
        "simplex",
        "A thousand Gumbel-Softmax samples of three categories at each temperature. At the corners: the probability,"
        " and the part of the samples that lie nearest.",
        simplex,
    ),
    Drawing(
        "binary-concrete",
        "Density of the binary Concrete distribution (lines) and histograms of 100 000 samples (points).",
        binary_density,
    ),
]
