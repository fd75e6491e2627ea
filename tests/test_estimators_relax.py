"""RELAX: no bias whatever its surrogate, and a surrogate that learns to lower the variance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from test_estimators import BATCH, LOGITS, MASKED, exact, is_mean, objective

import gsampler as gs
from gsampler import estimators as est
from gsampler.estimators.call import BinaryVariables, CategoricalVariables

OBJECTIVE = {binary: objective(1 if binary else 2) for binary in (False, True)}


class Network:
    """A surrogate of one hidden layer, differentiated by PyTorch; its parameters learn by gradient descent."""

    def __init__(self, rate: float = 0.0, scale: float = 1.0) -> None:
        self.rate, self.scale = rate, scale

    def start(self, shape: tuple[int, ...]) -> Any:
        draws = np.random.default_rng(5)
        n = int(np.prod(shape))
        return [self.scale * draws.normal(size=size) for size in ((n, 4), (4,), (4,))]

    def evaluate(self, parameters: Any, y: Any, f: Any) -> Any:
        hidden, bias, out = tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
        x = torch.tensor(y, dtype=torch.float64, requires_grad=True)
        value = torch.tanh(x.reshape(-1, len(hidden)) @ hidden + bias) @ out
        (grad,) = torch.autograd.grad(value.sum(), x, create_graph=True)
        y[...] = np.nan  # its own

        def parameter_gradient(v: Any, h: Any) -> Any:
            total = (torch.tensor(v) * value).sum() + (torch.tensor(h) * grad).sum()
            found = torch.autograd.grad(total, tensors, retain_graph=True, allow_unused=True)
            return np.concatenate([g.numpy().ravel() for g in found])

        return value.detach().numpy(), grad.detach().numpy(), parameter_gradient

    def step(self, parameters: Any, gradient: Any) -> Any:
        ends = np.cumsum([p.size for p in parameters])[:-1]
        parts = np.split(gradient, ends)
        return [p - self.rate * g.reshape(p.shape) for p, g in zip(parameters, parts, strict=True)]


def batch(logits: Any, n: int = BATCH) -> Any:
    return np.broadcast_to(logits, (n, *logits.shape))


def trained(surrogate: Any, binary: bool, steps: int = 400) -> Any:
    rng, state = gs.Generator(8), None
    for _ in range(steps):
        logits = batch(LOGITS[binary], 100)
        state = est.relax(OBJECTIVE[binary], logits, rng, surrogate=surrogate, binary=binary, state=state).state
    return state


def random_state(shape: tuple[int, ...]) -> est.AdamState:
    parameters = np.random.default_rng(6).normal(size=2 + int(np.prod(shape)))
    return est.AdamState(parameters, np.zeros_like(parameters), np.zeros_like(parameters), shape)


@pytest.mark.parametrize("tau", [0.2, 2.0])
@pytest.mark.parametrize("kind", ["random", "without f", "network"])
@pytest.mark.parametrize("case", ["binary", "categorical", "masked"])
def test_unbiased_whatever_the_surrogate(case: str, kind: str, tau: float) -> None:
    binary, logits = case == "binary", MASKED if case == "masked" else LOGITS[case == "binary"]
    surrogate: Any = Network(scale=2.0) if kind == "network" else est.LinearSurrogate(uses_f=kind == "random")
    state = None if kind == "network" else random_state(logits.shape)
    f = OBJECTIVE[binary]
    g = est.relax(f, batch(logits), gs.Generator(3), surrogate=surrogate, tau=tau, binary=binary, state=state)
    assert g.evaluations == (3 if kind == "random" else 1)
    assert case != "masked" or (g.dlogits[:, 0, 1] == 0).all()
    assert is_mean(g.dlogits, exact(f, logits, binary))


@pytest.mark.parametrize("binary", [False, True])
def test_the_surrogate_at_first_is_that_of_rebar(binary: bool) -> None:
    f, logits = OBJECTIVE[binary], batch(LOGITS[binary], 50)
    for eta in (1.0, 0.3):
        surrogate = est.LinearSurrogate(eta=eta)
        found = est.relax(f, logits, gs.Generator(3), surrogate=surrogate, tau=0.7, binary=binary)
        rebar = est.rebar(f, logits, gs.Generator(3), tau=0.7, eta=eta, binary=binary)
        assert_allclose(found.dlogits, rebar.dlogits, rtol=1e-12, atol=1e-14)


class Recorded(est.LinearSurrogate):
    """Whose next parameters are the gradient."""

    def step(self, parameters: Any, gradient: Any) -> Any:
        return gradient


class RecordedNetwork(Network):
    def step(self, parameters: Any, gradient: Any) -> Any:
        return gradient


@pytest.mark.parametrize("surrogate", [Recorded(), Recorded(uses_f=False), RecordedNetwork()])
@pytest.mark.parametrize("binary", [False, True])
def test_the_gradient_of_the_variance(binary: bool, surrogate: Any) -> None:
    """That of the mean ``|g|^2`` over the objectives, by differences."""
    f, logits = OBJECTIVE[binary], batch(LOGITS[binary], 7)
    shape = LOGITS[binary].shape
    linear = isinstance(surrogate, est.LinearSurrogate)
    parameters = (
        random_state(shape).parameters if linear else np.concatenate([p.ravel() for p in Network().start(shape)])
    )

    def call(at: Any) -> est.Estimate:
        if linear:
            state: Any = est.AdamState(at, at, at, shape)
        else:
            sizes = [p.size for p in Network().start(shape)]
            parts = np.split(at, np.cumsum(sizes)[:-1])
            state = [part.reshape(p.shape) for part, p in zip(parts, Network().start(shape), strict=True)]
        return est.relax(f, logits, gs.Generator(4), surrogate=surrogate, binary=binary, state=state)

    def square(at: Any) -> float:
        return float(np.square(call(at).dlogits).sum() / len(logits))

    h = 1e-5 * np.eye(len(parameters))
    differences = [(square(parameters + d) - square(parameters - d)) / 2e-5 for d in h]
    if linear and not surrogate.uses_f:
        differences[0] = 0.0
    assert_allclose(call(parameters).state, differences, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("binary", [pytest.param(False, marks=pytest.mark.slow), True])
def test_learning_lowers_the_variance(binary: bool) -> None:
    """Below those of REBAR and the score function, also with its best constant baseline."""
    f, logits = OBJECTIVE[binary], batch(LOGITS[binary], 20_000)
    surrogate = est.LinearSurrogate(rate=0.05)
    state = trained(surrogate, binary)
    assert state.steps == 400

    def variance(estimator: est.Estimator, state: Any = None) -> float:
        return float(estimator(f, logits, gs.Generator(2), binary=binary, state=state).dlogits.var(0).sum())

    found = variance(est.by_name("relax", surrogate=surrogate), state)
    plain = min(variance(est.by_name("sf", baseline=b)) for b in np.linspace(-3, 3, 25))
    assert found < 0.9 * variance(est.by_name("rebar"))
    assert found < 0.7 * plain
    g = est.relax(f, batch(LOGITS[binary]), gs.Generator(9), surrogate=surrogate, binary=binary, state=state)
    assert is_mean(g.dlogits, exact(f, LOGITS[binary], binary))


@pytest.mark.parametrize("t", [0.45, 0.499])
def test_the_toy_problem(t: float) -> None:
    """``E[(b - t)^2]``: the variance falls to less than a thousandth of the others'."""
    f = lambda b: ((b - t) ** 2, 2 * (b - t))  # noqa: E731
    state, rng, logits = None, gs.Generator(1), np.full(20_000, 0.3)
    for _ in range(1000):
        state = est.relax(f, logits[:50], rng, binary=True, state=state).state
    found = est.relax(f, logits, gs.Generator(2), binary=True, state=state).dlogits.var()
    for name in ("rebar", "sf"):
        assert found < 1e-3 * est.by_name(name)(f, logits, gs.Generator(2), binary=True).dlogits.var()


@pytest.mark.parametrize("binary", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_network_learns(binary: bool) -> None:
    f, logits = OBJECTIVE[binary], batch(LOGITS[binary], 20_000)
    network = Network(rate=0.01, scale=0.3)
    variance = [
        est.relax(f, logits, gs.Generator(2), surrogate=network, binary=binary, state=state).dlogits.var(0).sum()
        for state in (None, trained(network, binary))
    ]
    assert variance[1] < 0.7 * variance[0]


@pytest.mark.parametrize("binary", [False, True])
def test_without_the_total_derivative_it_is_caught(binary: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = BinaryVariables if binary else CategoricalVariables
    monkeypatch.setattr(kind, "conditional_vjp", lambda self, z, sample, grad: grad)
    g = est.relax(OBJECTIVE[binary], batch(LOGITS[binary]), gs.Generator(1), binary=binary)
    assert not is_mean(g.dlogits, exact(OBJECTIVE[binary], LOGITS[binary], binary))


@pytest.mark.parametrize("binary", [False, True])
def test_the_jvp_is_the_transpose_of_the_vjp(binary: bool) -> None:
    variables = BinaryVariables(LOGITS[True]) if binary else CategoricalVariables(LOGITS[False])
    rng, draws = gs.Generator(1), np.random.default_rng(2)
    sample = variables.draw(rng)
    z = variables.conditional(rng, sample)
    h, t = draws.normal(size=z.shape), draws.normal(size=z.shape)
    there, back = variables.conditional_jvp(z, sample, t), variables.conditional_vjp(z, sample, h)
    assert_allclose((there * h).sum(), (t * back).sum(), rtol=1e-12)


def test_state_and_surrogate_are_checked() -> None:
    f, rng = OBJECTIVE[False], gs.Generator(1)
    for options, error, text in (
        ({"state": 1}, TypeError, "state must be None or the state of an earlier result, got int"),
        ({"state": random_state((2, 4))}, ValueError, r"state must be of variables in the shape of these, \(2, 3\)"),
        ({"surrogate": 1}, TypeError, "surrogate must have start, evaluate and step, got int"),
        ({"surrogate": Wrong(value=(2,))}, ValueError, r"the value of the surrogate must have the shape of that of f"),
        ({"surrogate": Wrong(grad=(3,))}, ValueError, r"the gradient of the surrogate must have the shape"),
        ({"tau": 0}, ValueError, "tau must be finite and above 0, got 0"),
    ):
        with pytest.raises(error, match=text):
            est.relax(f, LOGITS[False], rng, **options)  # type: ignore[arg-type]
        assert rng == gs.Generator(1)
    with pytest.raises(ValueError, match="rate must be finite and not negative, got -1"):
        est.LinearSurrogate(rate=-1)


class Wrong:
    def __init__(self, value: tuple[int, ...] = (), grad: tuple[int, ...] = (2, 3)) -> None:
        self.value, self.grad = np.zeros(value), np.zeros(grad)

    def start(self, shape: Any) -> Any:
        return 0

    def evaluate(self, parameters: Any, y: Any, f: Any) -> Any:
        return self.value, self.grad, lambda v, h: 0

    def step(self, parameters: Any, gradient: Any) -> Any:
        return 0
