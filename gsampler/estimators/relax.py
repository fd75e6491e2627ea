"""RELAX: REBAR with a control variate that is learnt."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.core.arrays import Array
from gsampler.estimators.call import Call, Estimate, Objective
from gsampler.estimators.surrogates import LinearSurrogate, Surrogate
from gsampler.generator import Generator


class Control:
    """A surrogate at perturbed logits z.

    Attributes
    ----------
    value : ndarray
        ``c(softmax(z / tau))`` of each objective, in float64.
    grad : ndarray
        Its gradient to z.
    """

    def __init__(self, call: Call, surrogate: Surrogate, parameters: Any, z: Array, tau: Any) -> None:
        self._variables, self._tau = call.variables, tau
        self._soft = call.variables.softmax(z, tau)
        soft = self._soft.copy()  # the surrogate's own, as f has its own
        value, grad, self._parameter_gradient = surrogate.evaluate(parameters, soft, call.value_and_gradient)
        what = "the value of the surrogate"
        self.value = validation.require_shape(value, call.objectives, what, "that of f").astype(np.float64)
        self.grad = self._backward(call.as_gradient(grad, "the gradient of the surrogate"))

    def _backward(self, grad: Array) -> Array:
        return self._variables.softmax_backward(grad, self._soft, self._tau)[0]

    def parameter_gradient(self, v: Array, h: Array) -> Any:
        """The gradient of ``<v, value> + <h, grad>`` to the parameters."""
        return self._parameter_gradient(v, self._backward(h))  # the Jacobian of softmax is symmetric


def relax(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    surrogate: Surrogate | None = None,
    tau: ArrayLike = 0.5,
    binary: Flag = False,
    state: Any = None,
) -> Estimate:
    """RELAX: ``(f(D) - c(y')) (D - p) + grad c(y) - grad c(y')``, with c a surrogate that learns to lower the variance.

    Unbiased whatever the surrogate. Three evaluations of `f`, two of them with gradients, at relaxed samples; one and
    no gradient of it where the surrogate uses none, as ``LinearSurrogate(uses_f=False)``.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    surrogate : Surrogate, optional
        c, a `LinearSurrogate` unless given; any object with its methods.
    tau : float or array_like of float, optional
        Temperature of the relaxation. It changes the variance only, and is not learnt.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : object, optional
        ``state`` of the result of the call before: the parameters of the surrogate.

    Returns
    -------
    Estimate

    Notes
    -----
    ``y = softmax(z / tau)`` and ``y' = softmax(z' / tau)``, with z, z' and the total derivative ``grad c(y')`` as in
    `rebar`, which is RELAX with ``c = eta f``.

    The mean of an estimate g does not depend on the parameters, so the gradient of its variance to them is the mean of
    that of ``|g|**2``, of which each call has a sample, averaged over objectives. The parameters of this call were
    learnt in earlier ones, so that no bias arises.

    References
    ----------
    .. [1] W. Grathwohl, D. Choi, Y. Wu, G. Roeder, D. Duvenaud, "Backpropagation through the void: optimizing control
       variates for black-box gradient estimation", ICLR 2018.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> rng, state = gs.Generator(42), None
    >>> for step in range(3):
    ...     g = est.relax(lambda x: ((x**3).sum(), 3 * x**2), [0.0, 1.0, 2.0], rng, state=state)
    ...     state = g.state
    >>> g.evaluations, state.steps, state.parameters.round(3)
    (3, 3, array([1.002, 0.029, 0.024, 0.027, 0.03 ]))
    """
    with Call(f, logits, rng, binary) as call:
        learner = LinearSurrogate() if surrogate is None else surrogate
        if not all(callable(getattr(learner, name, None)) for name in ("start", "evaluate", "step")):
            raise validation.not_a_surrogate(learner)
        variables = call.variables
        z, sample = variables.perturb(rng)
        given = variables.conditional(rng, sample)
        value = call.value(sample)
        parameters = learner.start(variables.logits.shape[len(call.objectives) :]) if state is None else state
        free = Control(call, learner, parameters, z, tau)
        tied = Control(call, learner, parameters, given, tau)
        score = sample - variables.mean
        change = free.grad - variables.conditional_vjp(given, sample, tied.grad)
        dlogits = call.spread(value - tied.value) * score + change
        n = math.prod(call.objectives)
        if n and variables.logits.size:  # the gradient of |g|^2: g is linear in the value and gradients of c
            g = variables.dtype(2 / n) * dlogits
            of_free = free.parameter_gradient(np.zeros(call.objectives), g)
            of_tied = tied.parameter_gradient(call.total(g * score), variables.conditional_jvp(given, sample, g))
            parameters = learner.step(parameters, of_free - of_tied)
        return call.result(value, dlogits, sample, state=parameters)
