"""Temperatures as functions of the training step: ``tau = schedule(step)``.

Each function here returns a plain callable, which pickles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from gsampler.core import validation

__all__ = ["constant", "cosine", "exponential", "linear"]

Schedule = Callable[[int], float]


def constant(tau: float) -> Schedule:
    """The same temperature at every step.

    Parameters
    ----------
    tau : float
        Temperature, above 0.

    Returns
    -------
    callable
        ``schedule(step) -> float``.

    Raises
    ------
    TypeError, ValueError
        If `tau` is not a finite number above 0.

    Examples
    --------
    >>> import gsampler as gs
    >>> schedule = gs.schedules.constant(0.5)
    >>> [schedule(step) for step in (0, 1000)]
    [0.5, 0.5]
    """
    return partial(_constant, tau=validation.number(tau, "tau"))


def exponential(rate: float, minimum: float = 0.5, every: int = 1, initial: float = 1.0) -> Schedule:
    """``max(minimum, initial * exp(-rate * step))``, held for `every` steps at a time.

    Parameters
    ----------
    rate : float
        Decay a step, not negative; 1e-5 to 1e-4 in the paper.
    minimum : float, optional
        Where it stops, above 0.
    every : int, optional
        Steps between updates, at least 1; 500 to 1000 in the paper.
    initial : float, optional
        Temperature at step 0, above 0.

    Returns
    -------
    callable
        ``schedule(step) -> float``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not in its range.

    References
    ----------
    .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, section 4.2.

    Examples
    --------
    >>> import gsampler as gs
    >>> schedule = gs.schedules.exponential(rate=1e-4, minimum=0.5, every=500)
    >>> [round(schedule(step), 4) for step in (0, 499, 500, 10_000)]
    [1.0, 1.0, 0.9512, 0.5]
    """
    return partial(
        _exponential,
        rate=validation.number(rate, "rate", zero=True),
        minimum=validation.number(minimum, "minimum"),
        every=validation.at_least_1(every, "every"),
        initial=validation.number(initial, "initial"),
    )


def linear(initial: float, final: float, steps: int) -> Schedule:
    """A straight line from `initial` at step 0 to `final` at `steps`, and `final` from then on.

    Parameters
    ----------
    initial, final : float
        Temperatures, above 0.
    steps : int
        Length of the way, at least 1.

    Returns
    -------
    callable
        ``schedule(step) -> float``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not in its range.

    Examples
    --------
    >>> import gsampler as gs
    >>> schedule = gs.schedules.linear(initial=1.0, final=0.5, steps=1000)
    >>> [schedule(step) for step in (0, 500, 1000, 2000)]
    [1.0, 0.75, 0.5, 0.5]
    """
    return _between(_linear, initial, final, steps)


def cosine(initial: float, final: float, steps: int) -> Schedule:
    """Half a cosine from `initial` at step 0 to `final` at `steps`, and `final` from then on.

    Parameters
    ----------
    initial, final : float
        Temperatures, above 0.
    steps : int
        Length of the way, at least 1.

    Returns
    -------
    callable
        ``schedule(step) -> float``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not in its range.

    References
    ----------
    .. [1] I. Loshchilov, F. Hutter, "SGDR: Stochastic gradient descent with warm restarts", ICLR 2017, eq. 5.

    Examples
    --------
    >>> import gsampler as gs
    >>> schedule = gs.schedules.cosine(initial=1.0, final=0.5, steps=1000)
    >>> [round(schedule(step), 4) for step in (0, 250, 500, 1000)]
    [1.0, 0.9268, 0.75, 0.5]
    """
    return _between(_cosine, initial, final, steps)


def _step(step: Any) -> int:
    return validation.integer(step, "step", 2**63)


def _between(shape: Callable[..., float], initial: Any, final: Any, steps: Any) -> Schedule:
    count = validation.at_least_1(steps, "steps")
    first, last = validation.number(initial, "initial"), validation.number(final, "final")
    return partial(shape, initial=first, final=last, steps=count)


def _constant(step: int, tau: float) -> float:
    _step(step)
    return tau


def _exponential(step: int, rate: float, minimum: float, every: int, initial: float) -> float:
    return max(minimum, initial * math.exp(-rate * (_step(step) // every * every)))


def _linear(step: int, initial: float, final: float, steps: int) -> float:
    return _mix(min(_step(step) / steps, 1.0), initial, final)


def _cosine(step: int, initial: float, final: float, steps: int) -> float:
    return _mix((1 - math.cos(math.pi * min(_step(step) / steps, 1.0))) / 2, initial, final)


def _mix(share: float, initial: float, final: float) -> float:
    value = (1 - share) * initial + share * final
    return min(max(value, min(initial, final)), max(initial, final))  # rounding would lead outside
