"""Straight-through Gumbel-Softmax with its noise averaged out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def gumbel_rao(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    tau: ArrayLike = 1.0,
    samples: int = 10,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """Gumbel-Rao: the mean of straight-through Gumbel-Softmax over noise that leads to the same sample D.

    Biased, as `st_gumbel_softmax` with the same mean, and of lower variance. One evaluation of `f` with its gradient.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    tau : float or array_like of float, optional
        Temperature, as that of `Generator.gumbel_softmax`, or of `Generator.binary_concrete`.
    samples : int, optional
        n, how many relaxed samples are averaged.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate
        With ``dtau``.

    Notes
    -----
    The mean of ``J_y g(D) / tau`` over ``y = softmax(z / tau)``, with ``J_y g = y (g - <y, g>)`` and z the logits with
    Gumbel noise, given that the largest of them is D.

    References
    ----------
    .. [1] M. B. Paulus, C. J. Maddison, A. Krause, "Rao-Blackwellizing the straight-through Gumbel-Softmax gradient
       estimator", ICLR 2021.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.gumbel_rao(lambda x: ((x**2).sum(), 2 * x), [0.0, 1.0, 2.0], gs.Generator(42), tau=0.5)
    >>> g.dlogits.round(4)
    array([-0.0461, -0.1068,  0.1529])
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        n = validation.at_least_1(samples, "samples")
        sample = call.variables.draw(rng)
        softs = [call.variables.softmax(call.variables.conditional(rng, sample), tau) for _ in range(n)]
        value, grad = call.value_and_gradient(sample)
        gradients = [call.variables.softmax_backward(grad, soft, tau) for soft in softs]
        dlogits = np.sum([dz for dz, _ in gradients], axis=0) / call.variables.dtype(n)
        dtau = np.sum([dtau for _, dtau in gradients], axis=0) / call.variables.dtype(n)
        return call.result(value, dlogits, sample, dtau[()])
