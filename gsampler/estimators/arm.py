"""Augment-REINFORCE-merge, for binary variables."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.call import BinaryVariables, Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def arm(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    binary: Flag = True,
    state: None = None,
) -> Estimate:
    """ARM: ``(f(1[u > 1 - p]) - f(1[u < p])) (u - 1/2)``, with u uniform and p the probability of 1.

    Unbiased; binary variables only, `arsm` is for categories. Two evaluations of `f`, no gradient of it.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``; `grad` is not used, and may be None.
    logits : array_like
        Log-odds of the variables, shape ``(...)``.
    rng : Generator
    binary : bool, optional
        True, as for all estimators of binary variables.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    References
    ----------
    .. [1] M. Yin, M. Zhou, "ARM: augment-REINFORCE-merge gradient for stochastic binary networks", ICLR 2019.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.arm(lambda x: ((x - 0.4).sum() ** 2, None), [0.0, 1.0, 2.0], gs.Generator(42), binary=True)
    >>> g.evaluations, g.dlogits.round(4)
    (2, array([ 0.0817, -0.2937,  0.4138]))
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        variables = call.variables
        if not isinstance(variables, BinaryVariables):
            raise validation.binary_only("arm")
        u = np.asarray(rng.random(size=variables.leading, dtype=variables.dtype))
        first, second = (u < variables.mean, u > variables.complement)
        sample = first.astype(variables.dtype)
        value = call.value(sample)
        difference = call.value(second.astype(variables.dtype)).astype(np.float64) - value
        dlogits = call.spread(difference) * (u - variables.dtype(0.5))
        return call.result(value, np.where(variables.mean > 0, dlogits, variables.dtype(0)), sample)
