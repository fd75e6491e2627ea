"""The estimators of the experiment, and the options that the protocol gives each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import gsampler as gs
from gsampler.demo import standin as estimators
from gsampler.demo.data import Array
from gsampler.demo.models import Estimate
from gsampler.demo.settings import Settings, Task

Options = Callable[[int], dict[str, Any]]  # of a step


class Method(NamedTuple):
    """An estimator under the protocol."""

    name: str  # that of `gsampler.estimators.by_name`
    title: str
    kind: str = "none"  # what changes over the steps: "none", "tau", "slope"
    fixed: tuple[tuple[str, Any], ...] = ()

    def options(self, task: Task, steps: int, settings: Settings) -> Options:
        """The estimator's options at each step of training.

        The temperature of the relaxed samples is annealed for a VAE and 1 for structured output, as in the paper; the
        slope of slope-annealed straight-through is 1 / tau of the annealed temperature in both.
        """
        fixed = dict(self.fixed)
        annealed = annealing(steps, settings)
        if self.kind == "slope":
            return lambda step: fixed | {"slope": 1 / annealed(step)}
        if self.kind == "tau":
            tau = annealed if task.has_prior else gs.schedules.constant(1.0)
            return lambda step: fixed | {"tau": tau(step)}
        return lambda step: fixed

    def estimate(self, options: dict[str, Any], binary: bool) -> Estimate:
        function = estimators.by_name(self.name)

        def call(f: Any, logits: Array, rng: gs.Generator, state: Any) -> Any:
            given = options if state is None else options | {"state": state}
            return function(f, logits, rng, binary=binary, **given)

        return call


def annealing(steps: int, settings: Settings) -> gs.schedules.Schedule:
    """``max(0.5, exp(-r t))`` of the paper, with the rate that reaches 0.5 halfway, in some twenty updates."""
    rate = 2 * math.log(1 / settings.min_tau) / steps
    return gs.schedules.exponential(rate=rate, minimum=settings.min_tau, every=max(1, steps // 40))


SIGNAL = (("baseline", "running"), ("normalize", True))
METHODS = {
    method.name: method
    for method in (
        Method("sf", "SF", fixed=SIGNAL),
        Method("darn", "DARN"),
        Method("muprop", "MuProp", fixed=SIGNAL),
        Method("st", "ST"),
        Method("sast", "annealed ST", "slope"),
        Method("gs", "Gumbel-Softmax", "tau"),
        Method("stgs", "ST Gumbel-Softmax", "tau"),
    )
}
