"""The straight-through estimator, and its slope-annealed form."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def straight_through(
    f: Objective, logits: ArrayLike, rng: Generator, *, binary: Flag = False, state: None = None
) -> Estimate:
    """Straight-through: ``J_p g(D)``, the gradient g of `f` at a sample D as if that were its mean p.

    Biased, unless `f` is linear. One evaluation of `f` with its gradient.

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
    ``J_p g = p (g - <p, g>)`` is the gradient through softmax; ``p (1 - p) g`` that of a binary variable.

    References
    ----------
    .. [1] Y. Bengio, N. Léonard, A. Courville, "Estimating or propagating gradients through stochastic neurons for
       conditional computation", arXiv:1308.3432, 2013.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.straight_through(lambda x: ((x**2).sum(), 2 * x), [0.0, 0.0, 0.0], gs.Generator(42))
    >>> g.dlogits.round(4)
    array([-0.2222, -0.2222,  0.4444])
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        sample = call.variables.draw(rng)
        value, grad = call.value_and_gradient(sample)
        return call.result(value, call.variables.jacobian(call.variables.mean, grad), sample)


def slope_annealed_straight_through(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    slope: float = 1.0,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """Straight-through with a slope a: ``a J_q g(D)``, q the mean of the variables with logits ``a * logits``.

    Biased. One evaluation of `f` with its gradient. The slope begins at 1, where this is `straight_through`, and grows
    during training, so that q comes near to a sample.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    slope : float, optional
        Above 0. The sample does not depend on it.
    binary : bool, optional
        Whether the variables are 0 or 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate

    References
    ----------
    .. [1] J. Chung, S. Ahn, Y. Bengio, "Hierarchical multiscale recurrent neural networks", ICLR 2017.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.slope_annealed_straight_through(lambda x: (x, 2 * x), 0.5, gs.Generator(1), slope=2.0, binary=True)
    >>> float(g.value), float(g.dlogits.round(4))
    (1.0, 0.7864)
    """
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        a = call.variables.dtype(validation.number(slope, "slope"))
        sample = call.variables.draw(rng)
        value, grad = call.value_and_gradient(sample)
        mean = call.variables.mean_of(a * call.variables.logits)
        return call.result(value, a * call.variables.jacobian(mean, grad), sample)
