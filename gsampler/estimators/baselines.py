"""Baselines of the learning signal, and its normalisation: the state that passes from call to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import Array


@dataclass(frozen=True)
class Moments:
    """Running mean and variance of a learning signal: the state of estimators with a baseline.

    Attributes
    ----------
    mean : float
    variance : float
    """

    mean: float
    variance: float

    def updated(self, signal: Array, decay: float) -> Moments:
        return Moments(
            decay * self.mean + (1 - decay) * float(signal.mean(dtype=np.float64)),
            decay * self.variance + (1 - decay) * float(np.square(signal - self.mean).mean(dtype=np.float64)),
        )


class Baseline:
    """What is subtracted from a learning signal, and what it is divided by.

    Both come from earlier calls alone, so that no bias arises; without a state they are 0 and 1.
    """

    def __init__(self, baseline: Any, normalize: Any, decay: Any, state: Any) -> None:
        self.running = isinstance(baseline, str)
        if self.running:
            validation.choice_of(baseline, "baseline", ["running"], "None, a number or an array, or ")
        self._constant = (
            None if self.running or baseline is None else validation.parameter(baseline, "baseline", np.float64)
        )
        self.normalize = validation.flag(normalize, "normalize")
        self.decay = validation.fraction(decay, "decay")
        if state is not None and not isinstance(state, Moments):
            raise validation.state_type(state, "None or the state of an earlier result")
        self._state: Moments | None = state

    def centred(self, signal: Array) -> Array:
        """The signal without its baseline; in float64."""
        signal = signal.astype(np.float64)
        if self.running:
            return signal if self._state is None else signal - self._state.mean
        if self._constant is None:
            return signal
        validation.broadcasts_to(self._constant, signal.shape, "baseline", "the value of f")
        return np.asarray(signal - self._constant)

    @property
    def scale(self) -> float:
        """What the signal is divided by: the standard deviation where that is above 1."""
        return max(1.0, self._state.variance**0.5) if self.normalize and self._state is not None else 1.0

    def next_state(self, signal: Array) -> Moments | None:
        if not (self.running or self.normalize) or signal.size == 0:
            return self._state
        if self._state is None:
            return Moments(float(signal.mean(dtype=np.float64)), float(signal.var(dtype=np.float64)))
        return self._state.updated(signal, self.decay)
