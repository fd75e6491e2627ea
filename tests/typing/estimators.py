"""A user's script: gradient estimators by name and as functions, and the type of what they return."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

import gsampler as gs
from gsampler import estimators as est

rng = gs.Generator(42)
logits = np.zeros((4, 3), np.float32)
one = [0.0, 1.0, 2.0]


def f(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    return (x**2).sum(-1), 2 * x


def black_box(x: NDArray[Any]) -> tuple[NDArray[Any], None]:
    return np.abs(x).sum(-1), None


objective: est.Objective = f

# --- by name --------------------------------------------------------------------------------------------------

estimator = est.by_name("gs")
assert_type(estimator, est.Estimator)
assert_type(estimator.name, str)
assert_type(estimator.has_tau, bool)
assert_type(est.NAMES, tuple[str, ...])
g = estimator(f, logits, rng, tau=0.5)
assert_type(g, est.Estimate)
assert_type(g.value, NDArray[Any])
assert_type(g.dlogits, NDArray[Any])
assert_type(g.sample, NDArray[Any])
assert_type(g.evaluations, int)
state = None
for name in est.NAMES:
    g = est.by_name(name)(objective, np.zeros((4, 3)), rng, binary=True, tau=0.5, state=state)
    assert_type(g.dlogits, NDArray[Any])

# --- functions ------------------------------------------------------------------------------------------------

assert_type(est.score_function(black_box, logits, rng), est.Estimate)
assert_type(est.score_function(black_box, logits, rng, baseline=[0.5] * 4, normalize=True, decay=0.99), est.Estimate)
assert_type(est.muprop(f, logits, rng, baseline="running", state=est.Moments(0.0, 1.0)), est.Estimate)
assert_type(est.darn(f, one, rng, center="mean"), est.Estimate)
assert_type(est.straight_through(f, one, rng), est.Estimate)
assert_type(est.slope_annealed_straight_through(f, one, rng, slope=2.0), est.Estimate)
assert_type(est.gumbel_softmax(f, logits, rng, tau=np.ones(4)), est.Estimate)
assert_type(est.st_gumbel_softmax(f, logits, rng, tau=0.5), est.Estimate)
assert_type(est.rloo(black_box, logits, rng, samples=2), est.Estimate)
assert_type(est.gumbel_rao(f, logits, rng, tau=0.5, samples=2), est.Estimate)
assert_type(est.zgr(f, logits, rng), est.Estimate)
assert_type(est.reinmax(f, logits, rng, smoothing=1.5), est.Estimate)
assert_type(est.rebar(f, logits, rng, tau=0.5, eta=0.9), est.Estimate)
assert_type(est.arm(lambda x: (x**2, None), one, rng, binary=True), est.Estimate)
assert_type(est.disarm(lambda x: (x**2, None), one, rng, binary=True), est.Estimate)
assert_type(est.arsm(black_box, logits, rng), est.Estimate)

# --- a surrogate ----------------------------------------------------------------------------------------------

assert_type(est.relax(f, logits, rng), est.Estimate)
surrogate: est.Surrogate = est.LinearSurrogate(rate=0.1, eta=0.5, uses_f=False)
g = est.relax(black_box, logits, rng, surrogate=surrogate, tau=0.5)
g = est.relax(black_box, logits, rng, surrogate=surrogate, tau=0.5, state=g.state)


class Constant:
    """A surrogate that does not learn: a baseline."""

    def start(self, shape: tuple[int, ...]) -> float:
        return 0.5

    def evaluate(self, parameters: float, y: NDArray[Any], f: Any) -> tuple[Any, Any, Any]:
        return np.full(y.shape[:-1], parameters), np.zeros_like(y), lambda v, h: 0.0

    def step(self, parameters: float, gradient: float) -> float:
        return parameters


assert_type(est.relax(black_box, logits, rng, surrogate=Constant()).state, Any)
