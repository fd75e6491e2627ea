"""Gumbel-Rao at temperature zero."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def zgr(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """ZGR: ``(J_p g + <g, D - p> (D - p)) / 2``, with g the gradient of `f` at a sample D of mean p.

    Biased; exact where `f` is quadratic in each variable. One evaluation of `f` with its gradient.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    Notes
    -----
    The limit of `gumbel_rao` for a temperature of 0 and infinitely many samples, where its mean is that of
    `straight_through` and `darn`, half of each. For binary variables it is `darn`.

    References
    ----------
    .. [1] A. Shekhovtsov, "Cold analysis of Rao-Blackwellized straight-through Gumbel-Softmax gradient estimator", ICML
       2023.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.zgr(lambda x: ((x**2).sum(), 2 * x), [0.0, 1.0, 2.0], gs.Generator(42))
    >>> g.dlogits.round(4)
    array([-0.09  , -0.2447,  0.3348])
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        variables, p = call.variables, call.variables.mean
        sample = variables.draw(rng)
        value, grad = call.value_and_gradient(sample)
        terms = variables.jacobian(p, grad) + variables.dot(grad, sample - p) * (sample - p)
        return call.result(value, terms / 2, sample)
