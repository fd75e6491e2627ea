"""REBAR: the score function with a relaxed sample as its control variate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.core.arrays import Array
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def relaxed_objective(call: Call, z: Array, tau: Any) -> tuple[Array, Array]:
    """``f(softmax(z / tau))`` and its gradient to z."""
    soft = call.variables.softmax(z, tau)
    value, grad = call.value_and_gradient(soft)
    return value, call.variables.softmax_backward(grad, soft, tau)[0]


def rebar(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    tau: ArrayLike = 0.5,
    eta: float = 1.0,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """REBAR: ``(f(D) - eta c(z')) (D - p) + eta (grad c(z) - grad c(z'))``, with ``c(z) = f(softmax(z / tau))``.

    Unbiased at any `tau` and `eta`. Three evaluations of `f`, two of them with gradients, at relaxed samples.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``, at any point of the simplex.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    tau : float or array_like of float, optional
        Temperature of the relaxation. It changes the variance only.
    eta : float, optional
        Weight of the control variate; 0 is the score function.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    Notes
    -----
    z is the logits with Gumbel noise, whose largest is D, and z' the same with other noise, given D. Since z' depends
    on the logits also by way of what is given, its gradient is the total derivative::

        (grad c(z'))_j = w_j h_j + p_j sum_m (1 - w_m) h_m,    h = dc/dz at z',    w_m = 1 - exp(z'_m - max z')

    and of a binary variable, of whose z the sign is D, ``(1 - exp(-|z'|)) P(D) h``. To take h itself would be biased.

    References
    ----------
    .. [1] G. Tucker, A. Mnih, C. J. Maddison, D. Lawson, J. Sohl-Dickstein, "REBAR: low-variance, unbiased gradient
       estimates for discrete latent variable models", NeurIPS 2017.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.rebar(lambda x: ((x**3).sum(), 3 * x**2), [0.0, 1.0, 2.0], gs.Generator(42), tau=0.5)
    >>> g.evaluations, g.dlogits.round(4)
    (3, array([ 0.0196, -0.1614,  0.1418]))
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        weight = validation.number(eta, "eta", zero=True)
        variables = call.variables
        z, sample = variables.perturb(rng)
        given = variables.conditional(rng, sample)
        value = call.value(sample)
        _, grad = relaxed_objective(call, z, tau)
        control, grad_given = relaxed_objective(call, given, tau)
        signal = value - weight * control.astype(np.float64)
        change = grad - variables.conditional_vjp(given, sample, grad_given)
        dlogits = call.spread(signal) * (sample - variables.mean) + variables.dtype(weight) * change
        return call.result(value, dlogits, sample)
