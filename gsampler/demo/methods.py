"""The estimators of the experiment, and the options that the protocol gives each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import gsampler as gs
from gsampler import estimators
from gsampler.demo.data import Array
from gsampler.demo.models import Estimate
from gsampler.demo.settings import PAPER, Settings, Task

SLOPE = "slope_annealed_straight_through"

Options = Callable[[int], dict[str, Any]]  # of a step


class Method(NamedTuple):
    """An estimator under the protocol."""

    name: str  # that of `gsampler.estimators.by_name`, in full
    fixed: dict[str, Any]  # options that stay

    @property
    def title(self) -> str:
        return PAPER.get(self.name, self.name.replace("_", " "))

    def options(self, task: Task, steps: int, settings: Settings) -> Options:
        """The estimator's options at each step of training.

        The temperature of the relaxed samples is annealed for a VAE and 1 for structured output, as in the paper; the
        slope of slope-annealed straight-through is 1 / tau of the annealed temperature in both.
        """
        annealed = annealing(steps, settings)
        tau = annealed if task.has_prior or self.name == SLOPE else gs.schedules.constant(1.0)
        return lambda step: self.at(tau(step))

    @property
    def normalizes(self) -> bool:
        """Whether it divides its learning signal, which then has to be of all that the gradient is of."""
        return bool(self.fixed.get("normalize"))

    @property
    def has_tau(self) -> bool:
        """Whether it has a temperature, or a slope as the inverse of one."""
        return self.name == SLOPE or estimators.by_name(self.name).has_tau

    def at(self, tau: float) -> dict[str, Any]:
        """The options of a temperature, where the estimator has one."""
        if not self.has_tau:
            return self.fixed
        return self.fixed | ({"slope": 1 / tau} if self.name == SLOPE else {"tau": tau})

    def estimate(self, options: dict[str, Any], binary: bool) -> Estimate:
        """A function of ``(f, logits, rng, state)``."""
        estimator = estimators.by_name(self.name, **options)

        def call(f: Any, logits: Array, rng: gs.Generator, state: Any) -> Any:
            return estimator(f, logits, rng, binary=binary, state=state)

        return call


def method(name: str) -> Method:
    """The estimator of a name, which may be short; those that normalise their learning signal do."""
    estimator = estimators.by_name(name)
    known = estimator.function.__kwdefaults__ or {}
    wanted = {"baseline": "running", "normalize": True}
    return Method(estimator.name, {option: value for option, value in wanted.items() if option in known})


def annealing(steps: int, settings: Settings) -> gs.schedules.Schedule:
    """``max(0.5, exp(-r t))`` of the paper, with the rate that reaches 0.5 halfway, in some twenty updates."""
    rate = 2 * math.log(1 / settings.min_tau) / steps
    return gs.schedules.exponential(rate=rate, minimum=settings.min_tau, every=max(1, steps // 40))
