"""Bias and variance of the estimators where they can be measured: a toy problem, and a trained model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import gsampler as gs
from gsampler.demo.data import Array
from gsampler.demo.methods import Method
from gsampler.demo.models import Network, sigmoid
from gsampler.demo.training import inputs_and_targets


class Moments(NamedTuple):
    """Of an estimate, at each point."""

    mean: Array
    error: Array  # standard error of the mean
    deviation: Array  # standard deviation of one estimate


def toy_objective(t: float) -> Callable[[Array], tuple[Array, Array]]:
    """``(b - t)^2`` of G. Tucker et al., "REBAR", NIPS 2017, for each element, and its derivative."""

    def f(b: Array) -> tuple[Array, Array]:
        return (b - t) ** 2, 2 * (b - t)

    return f


def toy_exact(phi: Array, t: float) -> Array:
    """Gradient of ``E[(b - t)^2]``, b a Bernoulli draw with log-odds phi: ``(1 - 2t) mu (1 - mu)``."""
    mu = sigmoid(phi)
    result: Array = (1 - 2 * t) * mu * (1 - mu)
    return result


def toy_moments(method: Method, phi: Array, t: float, tau: float, draws: int, rng: gs.Generator) -> Moments:
    """Of one estimate of the toy gradient at each phi.

    Without a running baseline or normalisation, which belong to a sequence of steps.
    """
    logits = np.broadcast_to(phi, (draws, len(phi))).astype(np.float64)
    plain = Method(method.name, {})
    estimate = plain.estimate(plain.at(tau), True)
    sample = estimate(toy_objective(t), logits, rng, None).dlogits
    deviation = sample.std(0, ddof=1)
    return Moments(sample.mean(0), deviation / draws**0.5, deviation)


def variance(network: Network, method: Method, pictures: Array, tau: float, draws: int, rng: gs.Generator) -> float:
    """Variance of the estimate of the gradient to the first layer's logits, summed over them; mean over pictures.

    A running baseline is that after ten calls. Nothing is normalised, which would divide the variance.
    """
    x, y = inputs_and_targets(network.task, pictures)
    rngs = [rng.spawn(1)[0] for _ in network.task.layers]
    options = {name: value for name, value in method.at(tau).items() if name != "normalize"}
    estimate = method.estimate(options, network.task.binary)
    seen: list[Array] = []

    def watched(f: Any, logits: Array, layer_rng: gs.Generator, state: Any) -> Any:
        g = estimate(f, logits, layer_rng, state)
        if layer_rng is rngs[0]:
            seen.append(g.dlogits.astype(np.float64))
        return g

    states: list[Any] = [None] * len(rngs)
    for _ in range(10):
        states = network.step(x, y, watched, rngs, states).states
    seen.clear()
    for _ in range(draws):
        network.step(x, y, watched, rngs, states)
    return float(np.var(seen, axis=0, ddof=1).sum(tuple(range(1, seen[0].ndim))).mean())
