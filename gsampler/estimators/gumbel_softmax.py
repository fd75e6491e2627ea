"""The Gumbel-Softmax estimator, relaxed and straight-through."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.estimators.call import Call, Estimate, Objective, without_state
from gsampler.generator import Generator


def gumbel_softmax(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    tau: ArrayLike = 1.0,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """Gumbel-Softmax: the gradient of `f` at the relaxed sample ``y = softmax((logits + Gumbel noise) / tau)``.

    Biased with respect to discrete samples, less the lower `tau` is, while the variance grows as ``1 / tau**2``. One
    evaluation of `f` with its gradient, at relaxed samples.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``, at any point of the simplex.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    tau : float or array_like of float, optional
        Temperature, as that of `Generator.gumbel_softmax`, or of `Generator.binary_concrete`.
    binary : bool, optional
        Whether the variables are from 0 to 1, with log-odds `logits`.
    state : None, optional
        As for all estimators; this one has none.

    Returns
    -------
    Estimate
        With ``dtau``.

    Notes
    -----
    ``J_y g(y) / tau``, with ``J_y g = y (g - <y, g>)``.

    References
    ----------
    .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017.
    .. [2] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution", ICLR 2017.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.gumbel_softmax(lambda x: ((x**2).sum(), 2 * x), [0.0, 0.0, 0.0], gs.Generator(42), tau=0.5)
    >>> g.dlogits.round(4)
    array([-0.2092, -0.1632,  0.3724])
    """
    return _relaxed(f, logits, rng, tau, False, binary, state)


def st_gumbel_softmax(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    tau: ArrayLike = 1.0,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """Straight-through Gumbel-Softmax: the gradient of `f` at the sample ``D = onehot(argmax y)``, as if it were y.

    Biased. One evaluation of `f` with its gradient, at discrete samples.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    tau : float or array_like of float, optional
        Temperature, as that of `Generator.gumbel_softmax`, or of `Generator.binary_concrete`.
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
    ``J_y g(D) / tau``, with ``y = softmax((logits + Gumbel noise) / tau)`` and ``J_y g = y (g - <y, g>)``.

    References
    ----------
    .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, section 2.2.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.st_gumbel_softmax(lambda x: ((x**2).sum(), 2 * x), [0.0, 0.0, 0.0], gs.Generator(42), tau=0.5)
    >>> g.sample
    array([0., 0., 1.])
    """
    return _relaxed(f, logits, rng, tau, True, binary, state)


def _relaxed(f: Any, logits: Any, rng: Any, tau: Any, hard: bool, binary: Any, state: Any) -> Estimate:
    with Call(f, logits, rng, binary) as call:
        without_state(state)
        sample, vjp = call.variables.relaxed(rng, tau, hard)
        value, grad = call.value_and_gradient(sample)
        dlogits, dtau = vjp(grad)
        return call.result(value, dlogits, sample, dtau)
