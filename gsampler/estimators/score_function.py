"""The score function estimator, also called REINFORCE or likelihood ratio."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.estimators.baselines import Baseline, Moments
from gsampler.estimators.call import Call, Estimate, Objective
from gsampler.generator import Generator


def score_function(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    binary: Flag = False,
    baseline: Any = "running",
    normalize: Flag = False,
    decay: float = 0.9,
    state: Moments | None = None,
) -> Estimate:
    """Score function: ``(f(D) - baseline) (D - p)``, with D a sample and p its mean.

    Unbiased. One evaluation of `f`, no gradient of it. The variance grows with the number of variables.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``; `grad` is not used, and may be None.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    baseline : None, "running", float or array_like, optional
        What is subtracted from the value: nothing; the running mean of the values of earlier calls, by way of `state`;
        or a number for all or for each value, which may depend on anything but the sample.
    normalize : bool, optional
        Divide by the running standard deviation of the values where that is above 1. Unbiased up to that scale.
    decay : float, optional
        Weight of what was before in the running mean and variance, from 0 to below 1.
    state : Moments, optional
        ``state`` of the result of the call before.

    Returns
    -------
    Estimate

    References
    ----------
    .. [1] R. J. Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
       Machine Learning 8, 1992.
    .. [2] A. Mnih, K. Gregor, "Neural variational inference and learning in belief networks", ICML 2014, section 2.3.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.score_function(lambda x: (x @ [1.0, 2.0, 4.0], None), [0.0, 0.0, 0.0], gs.Generator(42))
    >>> g.sample
    array([0., 0., 1.])
    >>> g.dlogits.round(4)
    array([-1.3333, -1.3333,  2.6667])
    """
    with Call(f, logits, rng, binary) as call:
        signal = Baseline(baseline, normalize, decay, state)
        sample = call.variables.draw(rng)
        value = call.value(sample)
        weight = signal.centred(value) / signal.scale
        dlogits = call.spread(weight) * (sample - call.variables.mean)
        return call.result(value, dlogits, sample, state=signal.next_state(value))
