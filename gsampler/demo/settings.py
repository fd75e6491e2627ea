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

# Names of gsampler.estimators, in the order of the paper's table, and their titles
PAPER = {
    "score_function": "SF",
    "darn": "DARN",
    "muprop": "MuProp",
    "straight_through": "ST",
    "slope_annealed_straight_through": "annealed ST",
    "gumbel_softmax": "Gumbel-Softmax",
    "st_gumbel_softmax": "ST Gumbel-Softmax",
}

# E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, table 1: nats, on MNIST.
_TABLE_1 = {
    "sop-bernoulli": (72.0, 59.7, 58.9, 58.9, 58.7, 58.5, 59.3),
    "sop-categorical": (73.1, 67.9, 63.0, 61.8, 61.1, 59.0, 59.7),
    "vae-bernoulli": (112.2, 110.9, 109.7, 116.0, 111.5, 105.0, 111.5),
    "vae-categorical": (110.6, 128.8, 107.0, 110.9, 107.8, 101.5, 107.8),
}
PUBLISHED = {task: dict(zip(PAPER, row, strict=True)) for task, row in _TABLE_1.items()}


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
    figure_draws: int = 100  # estimates of which a figure shows the variance

    def of_a_run(self) -> dict[str, Any]:
        """Everything that the result of a run depends on, besides task, estimator, rate and repetition."""
        which = ("seeds", "rates", "tasks", "figure_draws")  # these only say which runs there are
        kept = {name: value for name, value in asdict(self).items() if name not in which}
        return kept | {"stream_version": gs.STREAM_VERSION}


PRESETS = {
    "quick": Settings(epochs=40, seeds=2, rates=(0.03, 0.1, 0.3), samples=100),
    "standard": Settings(epochs=200, seeds=3, rates=(0.01, 0.03, 0.1, 0.3), samples=500),
    "full": Settings(epochs=2000, seeds=5, rates=(0.003, 0.01, 0.03, 0.1, 0.3), samples=1000),
}
