"""What is trained, for how long, and the numbers of the paper that it stands beside."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import gsampler as gs


@dataclass(frozen=True)
class Task:
    """A model: what it reads, its stochastic layers, what it predicts."""

    name: str
    title: str
    inputs: int
    layers: tuple[tuple[int, ...], ...]  # (variables,) of Bernoulli layers, (variables, categories) of categorical ones
    outputs: int
    has_prior: bool  # a VAE, whose loss has a divergence from the prior

    @property
    def binary(self) -> bool:
        return len(self.layers[0]) == 1


TASKS = {
    task.name: task
    for task in (
        Task("sop-bernoulli", "structured output, Bernoulli", 32, ((50,), (50,)), 32, False),
        Task("sop-categorical", "structured output, categorical", 32, ((10, 5), (10, 5)), 32, False),
        Task("vae-bernoulli", "VAE, Bernoulli", 64, ((50,),), 64, True),
        Task("vae-categorical", "VAE, categorical", 64, ((10, 5),), 64, True),
    )
}

# E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, table 1: nats on MNIST.
PUBLISHED = {
    "sop-bernoulli": {"sf": 72.0, "darn": 59.7, "muprop": 58.9, "st": 58.9, "sast": 58.7, "gs": 58.5, "stgs": 59.3},
    "sop-categorical": {"sf": 73.1, "darn": 67.9, "muprop": 63.0, "st": 61.8, "sast": 61.1, "gs": 59.0, "stgs": 59.7},
    "vae-bernoulli": {"sf": 112.2, "darn": 110.9, "muprop": 109.7, "st": 116.0, "sast": 111.5, "gs": 105.0, "stgs": 111.5},
    "vae-categorical": {"sf": 110.6, "darn": 128.8, "muprop": 107.0, "st": 110.9, "sast": 107.8, "gs": 101.5, "stgs": 107.8},
}


@dataclass(frozen=True)
class Settings:
    """One protocol for all estimators."""

    epochs: int
    seeds: int
    rates: tuple[float, ...]  # learning rates to choose from
    samples: int  # of each picture in the evaluation on the test split
    validation_samples: int = 20
    validations: int = 20  # how often the validation split is looked at in a run
    batch: int = 100
    momentum: float = 0.9
    min_tau: float = 0.5
    seed: int = 1
    tasks: tuple[str, ...] = tuple(TASKS)
    toy_draws: int = 20_000
    variance_draws: int = 100

    def of_a_run(self) -> dict[str, Any]:
        """Everything that the result of a run depends on, besides task, estimator, rate and repetition."""
        which = ("seeds", "rates", "tasks", "toy_draws", "variance_draws")  # these only say which runs there are
        kept = {name: value for name, value in asdict(self).items() if name not in which}
        return kept | {"stream_version": gs.STREAM_VERSION}


RATES = (0.03, 0.1, 0.3)
PRESETS = {
    "quick": Settings(epochs=40, seeds=2, rates=RATES, samples=100),
    "standard": Settings(epochs=200, seeds=3, rates=(0.01, 0.03, 0.1, 0.3), samples=200),
    "full": Settings(epochs=2000, seeds=10, rates=(0.003, 0.01, 0.03, 0.1, 0.3, 1.0), samples=1000),
}
