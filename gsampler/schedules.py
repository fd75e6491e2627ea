"""Temperatures as functions of the training step: ``tau = schedule(step)``.

Each function here returns a plain callable, which pickles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from gsampler import checks

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
    """
    return partial(_constant, tau=_number(tau, "tau"))


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
    every = checks.integer(every, "every", 2**63)
    if every == 0:
        raise ValueError("every must be at least 1, got 0")
    return partial(
        _exponential,
        rate=_number(rate, "rate", zero=True),
        minimum=_number(minimum, "minimum"),
        every=every,
        initial=_number(initial, "initial"),
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
    """
    return _between(_cosine, initial, final, steps)


def _number(value: Any, name: str, *, zero: bool = False) -> float:
    array = checks.real(value, name)
    if array.ndim:
        raise TypeError(f"{name} must be a number, got an array of shape {array.shape}")
    number = float(array)
    if not (math.isfinite(number) and (number > 0 or (zero and number == 0))):
        raise ValueError(f"{name} must be finite and {'not negative' if zero else 'above 0'}, got {value}")
    return number


def _step(step: Any) -> int:
    return checks.integer(step, "step", 2**63)


def _between(shape: Callable[..., float], initial: Any, final: Any, steps: Any) -> Schedule:
    count = checks.integer(steps, "steps", 2**63)
    if count == 0:
        raise ValueError("steps must be at least 1, got 0")
    return partial(shape, initial=_number(initial, "initial"), final=_number(final, "final"), steps=count)


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
