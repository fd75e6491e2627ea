"""Surrogates: the control variates of RELAX, whose parameters are learnt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gsampler._typing import Flag
from gsampler.core import validation

ParameterGradient: TypeAlias = Callable[[NDArray[Any], NDArray[Any]], Any]


class Surrogate(Protocol):
    """A function c of relaxed samples, with parameters that are learnt: what `relax` takes as ``surrogate=``.

    It holds no parameters itself. They pass from call to call, by way of the estimator's ``state``.
    """

    def start(self, shape: tuple[int, ...]) -> Any:
        """The first parameters, where the variables of one objective, with their categories, have this shape."""
        ...

    def evaluate(
        self, parameters: Any, y: NDArray[Any], f: Callable[[NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]
    ) -> tuple[Any, Any, ParameterGradient]:
        """``c(y)`` of each objective, dc/dy in the shape of y, and the gradient to the parameters.

        That is a function of arrays v and h, in the shapes of the first two: the gradient of ``<v, c> + <h, dc/dy>``.
        f is the objective with its gradient, which need not be called.
        """
        ...

    def step(self, parameters: Any, gradient: Any) -> Any:
        """The next parameters, from an estimate of the gradient of the variance."""
        ...


@dataclass(frozen=True, eq=False)
class AdamState:
    """Parameters of a `LinearSurrogate`, with the running moments of their gradient.

    Attributes
    ----------
    parameters : ndarray
        eta, b and the weights w, one after the other.
    first, second : ndarray
        Running means of the gradient and of its square.
    shape : tuple of int
        Of w: that of the variables of one objective.
    steps : int
    """

    parameters: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    shape: tuple[int, ...]
    steps: int = 0


class LinearSurrogate:
    """The surrogate ``c(y) = eta f(y) + b + <w, y>``: REBAR's with a linear function, its parameters learnt by Adam.

    Parameters
    ----------
    rate : float, optional
        Learning rate. b and w move by about as much in a step, so a larger one is right where values of `f` are large.
    eta : float, optional
        Where eta begins; b and w begin at 0.
    uses_f : bool, optional
        False for ``b + <w, y>`` alone, where `f` has no gradient or takes no relaxed samples.

    References
    ----------
    .. [1] D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Examples
    --------
    >>> from gsampler import estimators as est
    >>> est.by_name("relax", surrogate=est.LinearSurrogate(rate=0.1, uses_f=False)).name
    'relax'
    """

    def __init__(self, rate: float = 0.01, eta: float = 1.0, uses_f: Flag = True) -> None:
        self.rate = validation.number(rate, "rate", zero=True)
        self.eta = validation.number(eta, "eta", zero=True)
        self.uses_f = validation.flag(uses_f, "uses_f")

    def start(self, shape: tuple[int, ...]) -> AdamState:
        """The first parameters."""
        parameters = np.zeros(2 + math.prod(shape))
        parameters[0] = self.eta if self.uses_f else 0
        return AdamState(parameters, np.zeros_like(parameters), np.zeros_like(parameters), shape)

    def evaluate(
        self, parameters: AdamState, y: NDArray[Any], f: Callable[[NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]
    ) -> tuple[NDArray[Any], NDArray[Any], ParameterGradient]:
        """The value, its gradient, and that to the parameters."""
        if not isinstance(parameters, AdamState):
            raise validation.state_type(parameters, "None or the state of an earlier result")
        n = y.ndim - len(parameters.shape)
        if y.shape[max(n, 0) :] != parameters.shape:
            raise validation.state_shape(parameters.shape, y.shape)
        eta, b = parameters.parameters[:2]
        weights = parameters.parameters[2:].reshape(parameters.shape)
        value = b + (y * weights).sum(axis=tuple(range(n, y.ndim)))
        gradient = np.broadcast_to(weights, y.shape)
        objective: tuple[Any, Any] = (0.0, 0.0)
        if self.uses_f:
            objective = f(y)
            value, gradient = value + eta * objective[0], gradient + eta * objective[1]

        def parameter_gradient(v: NDArray[Any], h: NDArray[Any]) -> NDArray[np.float64]:
            deta = (v * objective[0]).sum() + (h * objective[1]).sum(dtype=np.float64)
            each = v.reshape(v.shape + (1,) * (y.ndim - n)) * y + h
            dw = each.sum(axis=tuple(range(n)), dtype=np.float64)
            return np.concatenate([[deta, v.sum()], dw.ravel()])

        return value, gradient, parameter_gradient

    def step(self, parameters: AdamState, gradient: NDArray[np.float64]) -> AdamState:
        """A step of Adam."""
        steps = parameters.steps + 1
        first = 0.9 * parameters.first + 0.1 * gradient
        second = 0.999 * parameters.second + 0.001 * gradient**2
        unbiased = first / (1 - 0.9**steps), second / (1 - 0.999**steps)
        moved = parameters.parameters - self.rate * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)
        return AdamState(moved, first, second, parameters.shape, steps)
