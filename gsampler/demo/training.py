"""One run: a model trained with one estimator and one learning rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import gsampler as gs
from gsampler.demo.data import Array, Digits, halves
from gsampler.demo.methods import Method
from gsampler.demo.models import DivergedError, Network
from gsampler.demo.settings import Settings, Task

# Streams of the seed, of which each repetition has a block
INITIAL, BATCHES, EVALUATION, LAYERS = 0, 1, 2, 3
STREAMS_A_REPETITION = 16


class Run(NamedTuple):
    """Which run; its result follows from this and the settings."""

    task: Task
    method: Method
    rate: float
    repetition: int

    @property
    def name(self) -> str:
        return f"{self.task.name}_{self.method.name}_rate{self.rate:g}_{self.repetition}"


class Trained(NamedTuple):
    """The result of a run, which JSON can hold, and the parameters that were best on the validation split."""

    result: dict[str, Any]
    network: Network


def inputs_and_targets(task: Task, pictures: Array) -> tuple[Array, Array]:
    """What the network reads, -1 or 1, and what it predicts, 0 or 1."""
    x, y = (pictures, pictures) if task.has_prior else halves(pictures)
    return 2 * x - 1, y


def generator(settings: Settings, repetition: int, purpose: int) -> gs.Generator:
    return gs.Generator(settings.seed, stream=STREAMS_A_REPETITION * repetition + purpose)


def train(run: Run, digits: Digits, settings: Settings, check: Callable[[], object] = lambda: None) -> Trained:
    """Train one model.

    Stochastic gradient descent with momentum; the validation split says which of the parameters on the way are kept.
    Repetitions with the same number begin with the same weights and see the same batches whatever the estimator.

    Parameters
    ----------
    run : Run
    digits : Digits
    settings : Settings
    check : callable, optional
        Called now and then, to raise what stops the run.
    """
    task, began = run.task, time.perf_counter()
    (x, y), validation, test = (inputs_and_targets(task, pictures) for pictures in digits)
    network = Network.random(task, generator(settings, run.repetition, INITIAL))
    rngs = [generator(settings, run.repetition, LAYERS + layer) for layer in range(len(task.layers))]
    rng = generator(settings, run.repetition, EVALUATION)
    velocity = [np.zeros_like(p) for p in network.parameters]
    states: list[Any] = [None] * len(rngs)
    steps = settings.epochs * max(1, len(x) // settings.batch)
    options = run.method.options(task, steps, settings)
    every = max(1, steps // settings.validations)
    best, kept, curve, losses = math.inf, network.parameters, [], []

    with np.errstate(all="ignore"):  # a rate that is too large makes numbers that are; the run ends there
        for step, rows in enumerate(batches(len(x), steps, settings, run.repetition)):
            estimate = run.method.estimate(options(step), task.binary)
            try:
                done = network.step(x[rows], y[rows], estimate, rngs, states, run.method.normalizes)
            except DivergedError:
                break
            states = done.states
            losses.append(done.loss)
            descend(network.parameters, velocity, done.gradients, run.rate, settings.momentum)
            if not math.isfinite(done.loss) or not all(np.isfinite(p).all() for p in network.parameters):
                break
            if (step + 1) % every == 0 or step + 1 == steps:
                check()
                now = float(network.bound(*validation, settings.validation_samples, rng).mean())
                curve.append([step + 1, float(np.mean(losses)), now])
                losses = []
                if now < best:
                    best, kept = now, [p.copy() for p in network.parameters]
    network = Network(task, kept)
    finite = math.isfinite(best)
    final = float(network.bound(*test, settings.samples, rng).mean()) if finite else None
    result = {
        "task": task.name,
        "estimator": run.method.name,
        "rate": run.rate,
        "repetition": run.repetition,
        "validation": best if finite else None,
        "test": final,
        "diverged": len(curve) == 0 or curve[-1][0] < steps,
        "curve": curve,  # step, mean training loss since the last, validation bound
        "seconds": time.perf_counter() - began,
    }
    return Trained(result, network)


def descend(
    parameters: Sequence[Array], velocity: Sequence[Array], gradients: Sequence[Array], rate: float, momentum: float
) -> None:
    """One step of gradient descent with momentum, in place."""
    for p, v, g in zip(parameters, velocity, gradients, strict=True):
        v *= momentum
        v -= rate * g
        p += v


def batches(n: int, steps: int, settings: Settings, repetition: int) -> Iterator[Array]:
    """Indices of the pictures of each step: each epoch in a new order."""
    rng = generator(settings, repetition, BATCHES)
    a_epoch = max(1, n // settings.batch)
    for step in range(steps):
        if step % a_epoch == 0:
            order = rng.permutation(n)
        first = step % a_epoch * settings.batch
        yield order[first : first + settings.batch]
