"""REINFORCE with the leave-one-out baseline."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def rloo(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    samples: int = 4,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """REINFORCE leave-one-out: ``sum((f(D_s) - mean f) (D_s - p)) / (n - 1)`` over n samples D_s with mean p.

    Unbiased. `samples` evaluations of `f`, no gradient of it. The baseline of each sample is the mean value of the
    others, so nothing passes from call to call.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``; `grad` is not used, and may be None.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    samples : int, optional
        n, at least 2.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    References
    ----------
    .. [1] W. Kool, H. van Hoof, M. Welling, "Buy 4 REINFORCE samples, get a baseline for free!", ICLR workshop 2019.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.rloo(lambda x: (x @ [1.0, 2.0, 4.0], None), [0.0, 0.0, 0.0], gs.Generator(42))
    >>> g.evaluations, g.dlogits.round(4)
    (4, array([-1.,  0.,  1.]))
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        n = validation.at_least_2(samples, "samples")
        drawn = [call.variables.draw(rng) for _ in range(n)]
        values = [call.value(sample) for sample in drawn]
        mean = np.mean(values, axis=0, dtype=np.float64)
        weights = (call.spread(value - mean) / (n - 1) for value in values)
        terms = [weight * (sample - call.variables.mean) for weight, sample in zip(weights, drawn, strict=True)]
        return call.result(values[0], np.sum(terms, axis=0), drawn[0])
