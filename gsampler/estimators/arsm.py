"""Augment-REINFORCE-swap-merge: ARM for categories."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core.arrays import Array
from gsampler.estimators.arm import arm
from gsampler.estimators.call import Call, CategoricalVariables, Estimate, Objective, without_state
from gsampler.generator import Generator


def arsm(
    f: Objective,
    logits: ArrayLike,
    rng: Generator,
    *,
    binary: Flag = False,
    state: None = None,
) -> Estimate:
    """ARSM: ``sum_j (f_cj - mean_c f_cj) (1/k - w_j)`` for category c; f_cj is `f` with noises w_c and w_j swapped.

    Unbiased. ``k (k - 1) / 2 + 1`` evaluations of `f`, no gradient of it; of binary variables it is `arm`.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns ``(value, grad)``; `grad` is not used, and may be None.
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
    The noise w has the flat Dirichlet distribution, and a sample is the category that has the least ``w exp(-logits)``.
    All variables are swapped at once.

    References
    ----------
    .. [1] M. Yin, Y. Yue, M. Zhou, "ARSM: augment-REINFORCE-swap-merge estimator for gradient backpropagation through
       categorical variables", ICML 2019.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> g = est.arsm(lambda x: (x @ [1.0, 2.0, 4.0], None), [0.0, 0.0, 0.0], gs.Generator(42))
    >>> g.evaluations, g.dlogits.round(4)
    (4, array([-0.2438, -0.1191,  0.3629]))
    """
    with Call(f, logits, rng, binary) as call:
        variables = call.variables
        if not isinstance(variables, CategoricalVariables):
            return arm(f, logits, rng, state=state)
        without_state(state)
        e = np.asarray(rng.exponential(size=variables.logits.shape, dtype=variables.dtype))
        k = e.shape[-1]

        def sample(c: int, j: int) -> Array:
            order = np.arange(k)
            order[[c, j]] = j, c
            return variables.one_hot((np.log(e[..., order]) - variables.centred).argmin(-1))

        unswapped = sample(0, 0)
        value = call.value(unswapped)
        values = np.empty((k, k, *value.shape))
        for c in range(k):
            values[c, c] = value
            for j in range(c):
                values[c, j] = values[j, c] = call.value(sample(c, j))
        values -= values.mean(axis=0)
        weights = variables.dtype(1 / k) - e / e.sum(-1, keepdims=True)
        columns = [sum(call.spread(values[c, j])[..., 0] * weights[..., j] for j in range(k)) for c in range(k)]
        dlogits = np.stack(columns, axis=-1)
        return call.result(value, np.where(variables.mean > 0, dlogits, variables.dtype(0)), unswapped)
