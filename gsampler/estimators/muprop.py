"""MuProp: the score function with the first-order expansion around the mean as its baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.estimators.baselines import Baseline, Moments
from gsampler.estimators.call import Call, Estimate, Objective
from gsampler.generator import Generator


def muprop(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    baseline: Any = None,
    normalize: Flag = False,
    decay: float = 0.9,
    binary: Flag = False,
    state: Moments | None = None,
) -> Estimate:
    """MuProp: ``(f(D) - f(p) - <g(p), D - p>) (D - p) + J_p g(p)``, g the gradient of `f`, D a sample and p its mean.

    Unbiased; without variance where `f` is linear. Two evaluations of `f`, at D and p, one of them with its gradient.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``, at any point of the simplex.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    baseline : None, "running", float or array_like, optional
        What is subtracted from the learning signal, the first factor: as for `score_function`.
    normalize : bool, optional
        Divide the learning signal by its running standard deviation s where that is above 1. The estimate is then
        biased towards the term without noise: its mean is ``J_p g(p) + (gradient - J_p g(p)) / s``.
    decay : float, optional
        Weight of what was before in the running mean and variance, from 0 to below 1.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : Moments, optional
        ``state`` of the result of the call before.

    Returns
    -------
    Estimate

    Notes
    -----
    The product ``<g(p), D - p>`` is over all variables of an objective, ``J_p g = p (g - <p, g>)`` in each.

    To divide both terms by s would be unbiased up to that scale, but the gradient of anything else that a loss adds,
    such as the divergence of a VAE, is not divided.

    References
    ----------
    .. [1] S. Gu, S. Levine, I. Sutskever, A. Mnih, "MuProp: unbiased backpropagation for stochastic neural networks",
       ICLR 2016.
    .. [2] A. Mnih, K. Gregor, "Neural variational inference and learning in belief networks", ICML 2014, section 2.3:
       baselines and the normalisation.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.muprop(lambda x: ((x**3).sum(), 3 * x**2), [0.0, 1.0, 2.0], gs.Generator(42))
    >>> g.evaluations, g.dlogits.round(4)
    (2, array([-0.1078, -0.2549,  0.3627]))
    """
    with Call(f, logits, rng, binary) as call:
        running = Baseline(baseline, normalize, decay, state)
        variables, p = call.variables, call.variables.mean
        sample = variables.draw(rng)
        value = call.value(sample)
        expansion, grad = call.value_and_gradient(p)
        signal = value - expansion.astype(np.float64) - call.total(grad * (sample - p))
        weight = running.centred(signal) / running.scale
        dlogits = call.spread(weight) * (sample - p) + variables.jacobian(p, grad)
        return call.result(value, dlogits, sample, state=running.next_state(signal))
