"""The estimator of deep autoregressive networks: the score function with a first-order baseline."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.baselines import Baseline, Moments
from gsampler.estimators.call import Call, Estimate, Objective
from gsampler.generator import Generator


def darn(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    center: str = "uniform",
    normalize: Flag = False,
    decay: float = 0.9,
    binary: Flag = False,
    state: Moments | None = None,
) -> Estimate:
    """DARN, the 1/2 estimator: ``<g(D), D - c> (D - p)``, g the gradient of `f`, D a sample and p its mean.

    Biased; exact for binary variables where `f` is quadratic and c is 1/2. One evaluation of `f` with its gradient.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``.
    logits : array_like
        Shape ``(..., k)``, or ``(...)`` where `binary`.
    rng : Generator
    center : str, optional
        c, around which `f` is expanded: "uniform", 1/k for each category; "half", 1/2; or "mean", p. For binary
        variables the first two are 1/2.
    normalize : bool, optional
        Divide by the running standard deviation of the learning signal where that is above 1. Unbiased up to that
        scale.
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
    The learning signal is ``f(D)`` less its first-order expansion around the sample, taken at c: what stays is
    ``<g(D), D - c>``, of each variable by itself. "half" depends on how `f` is continued outside the simplex; the
    others do not. Jang et al. print an expansion around p, which is another estimator.

    References
    ----------
    .. [1] K. Gregor, I. Danihelka, A. Mnih, C. Blundell, D. Wierstra, "Deep autoregressive networks", ICML 2014.
    .. [2] S. Gu, S. Levine, I. Sutskever, A. Mnih, "MuProp: unbiased backpropagation for stochastic neural networks",
       ICLR 2016, appendix.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.darn(lambda x: ((x**2).sum(), 2 * x), [0.0, 1.0, 2.0], gs.Generator(42))
    >>> g.dlogits.round(4)
    array([-0.12  , -0.3263,  0.4463])
    """
    with Call(f, logits, rng, binary) as call:
        validation.choice_of(center, "center", ("uniform", "half", "mean"))
        running = Baseline(None, normalize, decay, state)
        variables = call.variables
        sample = variables.draw(rng)
        value, grad = call.value_and_gradient(sample)
        k = 2 if variables.binary or center == "half" else variables.logits.shape[-1]
        c = variables.mean if center == "mean" else variables.dtype(1 / k)
        signal = variables.dot(grad, sample - c)
        dlogits = signal * (sample - variables.mean) / variables.dtype(running.scale)
        return call.result(value, dlogits, sample, state=running.next_state(signal))
