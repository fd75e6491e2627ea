"""ReinMax: straight-through of second order."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def reinmax(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    smoothing: float = 1.0,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """ReinMax: ``2 J_q g - J_p g / 2``, with g the gradient of `f` at a sample D, p its mean and q half-way between.

    Biased; exact where `f` is quadratic in each variable and `smoothing` is 1. One evaluation of `f` with its gradient.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    smoothing : float, optional
        At least 1: q is the mean of D and ``softmax(logits / smoothing)``. The paper's tau. It is no temperature of a
        relaxation, and not annealed.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    Notes
    -----
    ``J_p g = p (g - <p, g>)``. This is Heun's method, where straight-through is Euler's. With a `smoothing`
    of 1 it is `zgr`.

    References
    ----------
    .. [1] L. Liu, C. Dong, X. Liu, B. Yu, J. Gao, "Bridging discrete and backpropagation: straight-through and beyond",
       NeurIPS 2023.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.reinmax(lambda x: ((x**2).sum(), 2 * x), [0.0, 1.0, 2.0], gs.Generator(42))
    >>> g.dlogits.round(4)
    array([-0.09  , -0.2447,  0.3348])
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        variables = call.variables
        scale = variables.dtype(validation.not_below_1(smoothing, "smoothing"))
        sample = variables.draw(rng)
        value, grad = call.value_and_gradient(sample)
        q = (variables.mean_of(variables.logits / scale) + sample) / 2
        return call.result(
            value, 2 * variables.jacobian(q, grad) - variables.jacobian(variables.mean, grad) / 2, sample
        )
