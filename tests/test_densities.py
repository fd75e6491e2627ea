"""Log densities: against mpmath, SciPy, PyTorch, quadrature and identities; gradients; ends; shapes; errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

import gsampler as gs

DTYPES = [np.float32, np.float64]
ROWS = {"concrete": gs.concrete_log_prob, "exp_concrete": gs.exp_concrete_log_prob}
EACH = {
    "binary_concrete": gs.binary_concrete_log_prob,
    "logit_binary_concrete": gs.logit_binary_concrete_log_prob,
    "gumbel": gs.gumbel_log_prob,
    "logistic": gs.logistic_log_prob,
}
BACK = {name: getattr(gs, f"{name}_log_prob_backward") for name in (*ROWS, *EACH)}


def simplex(n: int, k: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(k, 0.7), n).clip(1e-300)


# --- values -------------------------------------------------------------------------------------------------


def exp_concrete_exactly(x: np.ndarray, logits: np.ndarray, tau: float) -> mp.mpf:
    k = len(x)
    a = [mp.mpf(float(t)) - mp.mpf(tau) * v for t, v in zip(logits, x, strict=True)]
    return mp.loggamma(k) + (k - 1) * mp.log(tau) + mp.fsum(a) - k * mp.log(mp.fsum(map(mp.exp, a)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 2, 3, 12, 13, 14, 40, 1023, 1024, 1025, 2500])
def test_concrete_against_mpmath(k: int, dtype: type, threads: int) -> None:
    """float32 too: what is rounded is the result."""
    y, logits = simplex(4, k, k).astype(dtype).clip(np.finfo(dtype).tiny), np.random.default_rng(k).normal(size=(4, k))
    logits = (3 * logits).astype(dtype)
    tau = np.array([0.1, 0.5, 1.0, 7.0], dtype)
    x = np.log(y.astype(float)).astype(dtype)
    got, got_exp = gs.concrete_log_prob(y, logits, tau), gs.exp_concrete_log_prob(x, logits, tau)
    assert got.dtype == got_exp.dtype == dtype
    with mp.workdps(40):
        for r in range(4):
            logs = [mp.log(float(v)) for v in y[r]]
            exact = exp_concrete_exactly(logs, logits[r], float(tau[r])) - mp.fsum(logs)
            size = float(abs(exact) + mp.fsum(map(abs, logs)) * (1 + tau[r]))  # of what is added up
            assert abs(got[r] - exact) <= np.finfo(dtype).eps * (abs(exact) + 1) + 4e-16 * size
            exact = exp_concrete_exactly([mp.mpf(float(v)) for v in x[r]], logits[r], float(tau[r]))
            assert abs(got_exp[r] - exact) <= np.finfo(dtype).eps * (abs(exact) + 1) + 4e-16 * size


def test_against_torch() -> None:
    rng = np.random.default_rng(1)
    y, logits, tau = simplex(50, 6), rng.normal(size=(50, 6)), 0.7
    dist = torch.distributions
    theirs = dist.RelaxedOneHotCategorical(
        torch.tensor(tau, dtype=torch.float64), logits=torch.tensor(logits)
    ).log_prob(torch.tensor(y))
    assert_allclose(gs.concrete_log_prob(y, logits, tau), theirs, rtol=1e-6)
    p, logit = rng.uniform(0.001, 0.999, 50), rng.normal(size=50)
    theirs = dist.RelaxedBernoulli(torch.tensor(tau, dtype=torch.float64), logits=torch.tensor(logit)).log_prob(
        torch.tensor(p)
    )
    assert_allclose(gs.binary_concrete_log_prob(p, logit, tau), theirs, rtol=1e-5, atol=1e-6)
    logit_law = dist.relaxed_bernoulli.LogitRelaxedBernoulli(
        torch.tensor(tau, dtype=torch.float64), logits=torch.tensor(logit)
    )
    logits_drawn = rng.normal(size=50) * 10
    theirs = logit_law.log_prob(torch.tensor(logits_drawn))
    assert_allclose(gs.logit_binary_concrete_log_prob(logits_drawn, logit, tau), theirs, rtol=1e-6, atol=1e-6)


def test_against_scipy() -> None:
    x = np.concatenate([np.linspace(-40, 700, 500), [-650.0, -1e4, 1e6]])
    for loc, scale in ((0.0, 1.0), (-3.0, 0.25), (2.0, 30.0)):
        with np.errstate(over="ignore"):
            theirs = stats.gumbel_r.logpdf(x, loc, scale)
        assert_allclose(gs.gumbel_log_prob(x, loc, scale), theirs, rtol=1e-13)
        assert_allclose(gs.logistic_log_prob(x, loc, scale), stats.logistic.logpdf(x, loc, scale), rtol=1e-13)
    # the logit of a binary Concrete variable is a logistic variate
    theirs = stats.logistic.logpdf(x / 40, 0.9 / 0.3, 1 / 0.3)
    assert_allclose(gs.logit_binary_concrete_log_prob(x / 40, 0.9, 0.3), theirs, rtol=1e-12)
    y = special.expit(x[(x > -30) & (x < 30)])
    ends = -np.log(y) - np.log1p(-y)
    theirs = stats.logistic.logpdf(special.logit(y), 0.9 / 0.3, 1 / 0.3) + ends
    assert_allclose(gs.binary_concrete_log_prob(y, 0.9, 0.3), theirs, rtol=1e-9, atol=1e-9)
    # two categories are the binary case
    pair = gs.concrete_log_prob(np.stack([y, 1 - y], -1), [0.5, -0.4], 0.3)
    assert_allclose(pair, gs.binary_concrete_log_prob(y, 0.9, 0.3), rtol=1e-9, atol=1e-9)


# --- identities ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [0.4, 1.0, 2.5])
def test_densities_integrate_to_one(tau: float) -> None:
    """K = 2 and 3, by the trapezoidal rule in logits of the coordinates: the functions are analytic and decay."""
    t = np.arange(-150, 150, 0.05)
    y, rest = special.expit(t), special.expit(-t)
    jacobian = y * rest
    two = np.exp(gs.concrete_log_prob(np.stack([y, rest], -1), [0.3, -0.8], tau)) * jacobian
    assert_allclose(two.sum() * 0.05, 1, atol=1e-9)
    binary = np.exp(gs.binary_concrete_log_prob(y, 0.7, tau)) * jacobian
    assert_allclose(binary.sum() * 0.05, 1, atol=1e-5)  # y near 1 has few digits
    for density in (gs.logit_binary_concrete_log_prob, gs.logistic_log_prob, gs.gumbel_log_prob):
        assert_allclose(np.exp(density(t, 0.7, tau)).sum() * 0.05, 1, atol=1e-9)

    # y = softmax(s, t, 0), whose Jacobian is y0 y1 y2
    s, t = np.meshgrid(np.arange(-60, 60, 0.1), np.arange(-60, 60, 0.1), indexing="ij")
    log_y = special.log_softmax(np.stack([s, t, np.zeros_like(s)], -1), -1)
    for logits in ([0.0, 0.0, 0.0], [0.5, -1.0, 0.2]):
        density = np.exp(gs.exp_concrete_log_prob(log_y, logits, tau))  # the Jacobian is what Concrete divides by
        assert_allclose(density.sum() * 0.01, 1, atol=1e-6)


@pytest.mark.parametrize("k", [1, 2, 5, 30])
def test_score_identities(k: int) -> None:
    """Along the path of a sample the density of log(y) does not change with the logits, and with tau as tau^(K - 1)."""
    rng = np.random.default_rng(k)
    logits, tau = rng.normal(size=(20, k)), rng.uniform(0.4, 2, 20)
    y, vjp = gs.Generator(k).gumbel_softmax_vjp(logits, tau)
    x = np.log(y)
    dx, dlogits, dtau = gs.exp_concrete_log_prob_backward(np.ones(20), x, logits, tau)
    through, through_tau = vjp(dx / y)
    assert_allclose(dlogits + through, 0, atol=1e-9 * k)
    assert_allclose(dtau + through_tau, (k - 1) / tau, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("k", "tau"), [(2, 0.5), (5, 1.3), (20, 0.2)])
def test_entropy(k: int, tau: float) -> None:
    """Monte Carlo, 5 standard errors: -log Gamma(K) - (K - 1) log tau + K gamma + K psi(K), whatever the logits."""
    n = 50_000
    logits = np.random.default_rng(k).normal(size=k)
    z = (logits + gs.Generator(k).gumbel(size=(n, k))) / tau
    surprise = -gs.exp_concrete_log_prob(special.log_softmax(z, -1), logits, tau)
    exact = -special.gammaln(k) - (k - 1) * np.log(tau) + k * np.euler_gamma + k * special.digamma(k)
    assert abs(surprise.mean() - exact) < 5 * surprise.std() / np.sqrt(n)


@pytest.mark.parametrize("k", [2, 3, 6])
def test_log_convex_at_low_temperatures(k: int) -> None:
    """Maddison et al., proposition 1d: no mode inside the simplex where tau <= 1 / (K - 1)."""
    a, b, logits = simplex(2000, k, 1), simplex(2000, k, 2), np.random.default_rng(k).normal(size=k)

    def excess(tau: float) -> np.ndarray:
        middle = gs.concrete_log_prob((a + b) / 2, logits, tau)
        return middle - (gs.concrete_log_prob(a, logits, tau) + gs.concrete_log_prob(b, logits, tau)) / 2

    assert (excess(1 / (k - 1)) <= 1e-9).all()
    assert (excess(0.3 / (k - 1)) <= 1e-9).all()
    assert (excess(2.0 + 1 / (k - 1)) > 0).any()


# --- gradients ----------------------------------------------------------------------------------------------


def check_gradients(name: str, arguments: list[np.ndarray], steps: Callable[[np.ndarray], float]) -> None:
    value = {**ROWS, **EACH}[name]
    grad = np.random.default_rng(8).normal(size=np.shape(value(*arguments)))
    for i, derivative in enumerate(BACK[name](grad, *arguments)):
        assert np.shape(derivative) == arguments[i].shape
        expected = np.zeros_like(arguments[i])
        for at in np.ndindex(arguments[i].shape):
            step = steps(arguments[i][at])
            sides = []
            for sign in (1, -1):
                moved = [a.copy() for a in arguments]
                moved[i][at] += sign * step
                sides.append(value(*moved))
            expected[at] = np.sum(grad * (sides[0] - sides[1])) / (2 * step)
        assert_allclose(derivative, expected, rtol=1e-6, atol=1e-6, err_msg=f"argument {i}")


@pytest.mark.parametrize("tau_shape", [(), (1,), (4,), (4, 1)])
@pytest.mark.parametrize(
    "shapes", [((4, 5), (4, 5)), ((4, 5), (5,)), ((5,), (4, 5)), ((1, 5), (4, 5)), ((4, 5), (1, 5))]
)
@pytest.mark.parametrize("name", ROWS)
def test_gradients_of_rows(name: str, shapes: tuple[tuple[int, ...], ...], tau_shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    y = simplex(4, 5)[: shapes[0][0]] if len(shapes[0]) == 2 else simplex(1, 5)[0]
    arguments = [y if name == "concrete" else np.log(y), rng.normal(size=shapes[1]), rng.uniform(0.5, 2, tau_shape)]
    check_gradients(name, arguments, lambda x: 1e-6 * min(1, abs(x)))


@pytest.mark.parametrize(
    "shapes", [((4, 3),) * 3, ((4, 3), (3,), ()), ((3,), (4, 1), (4, 1)), ((), (), (2,)), ((4, 1), (1, 3), (1,))]
)
@pytest.mark.parametrize("name", EACH)
def test_gradients_of_elements(name: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(0.05, 0.95, shapes[0]) if name == "binary_concrete" else 2 * rng.normal(size=shapes[0])
    arguments = [np.asarray(x), np.asarray(rng.normal(size=shapes[1])), np.asarray(rng.uniform(0.5, 2, shapes[2]))]
    check_gradients(name, arguments, lambda x: 1e-6)


@pytest.mark.parametrize("k", [1023, 1024, 1025, 3000])
def test_gradients_of_long_rows(k: int, threads: int) -> None:
    rng = np.random.default_rng(k)
    y, logits, tau = simplex(3, k), rng.normal(size=(3, k)), np.array([0.5, 1.0, 2.0])
    x = np.log(y)
    r = special.softmax(logits - tau[:, None] * x, -1)
    dx, dlogits, dtau = gs.exp_concrete_log_prob_backward([1.0, -2.0, 0.5], x, logits, tau)
    g = np.array([[1.0], [-2.0], [0.5]])
    assert_allclose(dlogits, g * (1 - k * r), rtol=1e-9, atol=1e-11)
    assert_allclose(dx, -g * tau[:, None] * (1 - k * r), rtol=1e-9, atol=1e-11)
    assert_allclose(dtau, g[:, 0] * ((k - 1) / tau - x.sum(-1) + k * (r * x).sum(-1)), rtol=1e-9)
    dy, *rest = gs.concrete_log_prob_backward([1.0, -2.0, 0.5], y, logits, tau)
    assert_allclose(dy, g * (k * tau[:, None] * r - tau[:, None] - 1) / y, rtol=1e-7)
    for a, b in zip(rest, (dlogits, dtau), strict=True):
        assert_allclose(a, b, rtol=1e-9, atol=1e-9)


# --- masks and the boundary ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_masked_categories_are_left_out(dtype: type) -> None:
    y, logits = simplex(1, 4)[0].astype(dtype), np.array([0.3, -1.0, 0.5, 2.0], dtype)
    wide_y, wide_logits = np.insert(y, [0, 2, 4], 0), np.insert(logits, [0, 2, 4], -np.inf)
    kept = wide_logits > -np.inf
    with np.errstate(divide="ignore"):
        samples = {"concrete": (y, wide_y), "exp_concrete": (np.log(y), np.log(wide_y))}
    for name, (narrow, wide) in samples.items():
        close = {"rtol": 4 * np.finfo(dtype).eps}  # sums come in another order
        assert_allclose(ROWS[name](wide, wide_logits, 0.6), ROWS[name](narrow, logits, 0.6), **close)
        expected, got = BACK[name](1.0, narrow, logits, 0.6), BACK[name](1.0, wide, wide_logits, 0.6)
        for a, b in zip(expected[:2], got[:2], strict=True):
            assert_allclose(b[kept], a, atol=close["rtol"], **close)
            assert_array_equal(b[~kept], 0)
        assert_allclose(got[2], expected[2], **close)
        # a share for a category that has none is impossible
        wrong = wide.copy()
        wrong[0] = 0.01 if name == "concrete" else -3.0
        assert ROWS[name](wrong, wide_logits, 0.6) == -np.inf
        for part in BACK[name](1.0, wrong, wide_logits, 0.6):
            assert_array_equal(part, 0)


@pytest.mark.parametrize("tau", [1e-3, 0.2, 1.0, 50.0])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_boundary_is_never_nan(dtype: type, tau: float) -> None:
    """A zero stands for the smallest normal number, and so does its logarithm."""
    info = np.finfo(dtype)
    zeros = np.array([[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0, 1], [0.1, 0.2, 0.7, 0]], dtype)
    logits = np.array([0.5, -1.0, 90.0, 0.0], dtype)
    inner = np.maximum(zeros, info.tiny)
    with np.errstate(divide="ignore"):
        pairs = {"concrete": (zeros, inner), "exp_concrete": (np.log(zeros), np.log(inner.astype(float)).astype(dtype))}
    for name, (end, near) in pairs.items():
        value = ROWS[name](end, logits, tau)
        assert np.isfinite(value).all()
        assert_allclose(value, ROWS[name](near, logits, tau), rtol=1e-6)
        for a, b in zip(
            BACK[name](np.ones(4), end, logits, tau), BACK[name](np.ones(4), near, logits, tau), strict=True
        ):
            assert np.isfinite(a).all()
            assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    ends, beside = np.array([0, 1], dtype), np.array([info.tiny, 1 - info.epsneg], dtype)
    for logit in (-50.0, 0.0, 50.0):
        value = gs.binary_concrete_log_prob(ends, logit, tau)
        assert np.isfinite(value).all()
        assert_array_equal(value, gs.binary_concrete_log_prob(beside, logit, tau))
        for a in gs.binary_concrete_log_prob_backward(np.ones(2), ends, np.full(2, logit, dtype), tau):
            assert np.isfinite(a).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinite_samples(dtype: type) -> None:
    x = np.array([-np.inf, np.inf, -750.0], dtype)
    for name in ("logit_binary_concrete", "gumbel", "logistic"):
        assert_array_equal(EACH[name](x[:2], 0.5, 0.7), -np.inf)
        for grad in (np.ones(3), np.zeros(3), np.full(3, -7.0)):
            for part in BACK[name](grad, x, np.full(3, 0.5, dtype), np.full(3, 0.7)):
                assert np.isfinite(part).all()
                assert (part == 0).all() or grad.any()  # a loss that is masked out leaves nothing
    x = x[:2]
    assert_array_equal(gs.logit_binary_concrete_log_prob(x, -np.inf, 0.7), [0, -np.inf])
    assert_array_equal(gs.binary_concrete_log_prob([0.0, 0.5, 1.0], -np.inf, 0.7), [0, -np.inf, -np.inf])
    x = x.astype(float)
    for name, sample in (("logit_binary_concrete", x), ("binary_concrete", np.array([0.0, 0.5]))):
        for part in BACK[name](np.ones(2), sample, np.full(2, -np.inf), np.full(2, 0.7)):
            assert_array_equal(part, 0)


@pytest.mark.parametrize("grad", [1.0, 2.0, -3.0])
def test_derivatives_that_overflow_stay_finite(grad: float) -> None:
    dy, *_ = gs.concrete_log_prob_backward(np.float32(grad), np.float32([0, 1]), np.float32([0, 0]), 90.0)
    assert np.abs(dy[0]) == np.finfo(np.float32).max
    assert np.isfinite(dy).all()
    dy, *_ = gs.binary_concrete_log_prob_backward(grad * np.ones(2), np.float32([0, 1]), np.zeros(2, np.float32), 0.1)
    assert np.isfinite(dy).all()


def test_a_gradient_that_is_nan_is_passed_on() -> None:
    assert all(np.isnan(part).all() for part in gs.gumbel_log_prob_backward([np.nan], [0.3], [0.0], [1.0]))
    assert np.isnan(gs.exp_concrete_log_prob_backward(np.nan, [-1.0, -0.5], [0.0, 0.0])[0]).all()


def test_enormous_temperatures() -> None:
    for value in (
        gs.concrete_log_prob([0.0, 1.0], [0.0, 0.0], 1e306),
        gs.exp_concrete_log_prob([-1e308, 0.0], [0.0, 0.0], 10.0),
        *gs.concrete_log_prob_backward(1.0, [0.0, 1.0], [0.0, 0.0], 1e306),
    ):
        assert not np.isnan(value).any()


def test_zeros_of_float16_were_rounded_from_further_inside() -> None:
    logits = np.zeros((200, 6), np.float32)
    y = gs.Generator(3).gumbel_softmax(logits, 0.2)
    exact, rounded = gs.concrete_log_prob(y, logits, 0.2), gs.concrete_log_prob(y.astype(np.float16), logits, 0.2)
    zeros = (y.astype(np.float16) == 0).any(-1)
    assert zeros.sum() > 20
    inner = np.maximum(y.astype(np.float16).astype(np.float32), np.float32(2.0**-25))
    assert_array_equal(rounded, gs.concrete_log_prob(inner, logits, 0.2))
    assert np.abs(rounded - exact)[zeros].max() < np.abs(exact).max()
    ends = gs.binary_concrete_log_prob(np.array([0, 1], np.float16), 0.5, 0.2)
    assert_array_equal(ends, gs.binary_concrete_log_prob(np.float32([2.0**-25, 1 - 2.0**-12]), 0.5, 0.2))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EACH)
def test_elements_of_both_types(name: str, dtype: type) -> None:
    """float32 is computed in float64 and rounded once, value and gradients, for any length."""
    for n in (1, 7, 1023, 1024, 1025, 3000):
        rng = np.random.default_rng(n)
        x = rng.uniform(0.01, 0.99, n) if name == "binary_concrete" else 5 * rng.normal(size=n)
        arguments = [v.astype(dtype) for v in (x, rng.normal(size=n), rng.uniform(0.3, 3, n))]
        wide = [v.astype(float) for v in arguments]
        value, expected = EACH[name](*arguments), EACH[name](*wide)
        assert value.dtype == dtype
        assert_array_equal(value, expected.astype(dtype))
        for a, b in zip(BACK[name](np.ones(n), *arguments), BACK[name](np.ones(n), *wide), strict=True):
            assert a.dtype == dtype
            assert_array_equal(a, b.astype(dtype))


# --- shapes and types ---------------------------------------------------------------------------------------


def test_shapes_of_rows() -> None:
    y, logits = simplex(6, 5).reshape(3, 2, 5), np.random.default_rng(1).normal(size=(2, 5))
    whole = gs.concrete_log_prob(y, logits, 0.5)
    assert whole.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        assert whole[i, j] == gs.concrete_log_prob(y[i, j], logits[j], 0.5)
    assert_array_equal(gs.concrete_log_prob(y[:, :1], logits, 0.5)[2, 1], gs.concrete_log_prob(y[2, 0], logits[1], 0.5))
    # a temperature a row, which does not become one for each pair of rows
    tau = np.array([[0.5], [1.0], [2.0]])
    each = gs.concrete_log_prob(y[:, 0], logits[0], tau)
    assert each.shape == (3,)
    assert_array_equal(each, gs.concrete_log_prob(y[:, 0], logits[0], tau[:, 0]))
    assert gs.binary_concrete_log_prob(y[:, 0], 0.0, tau).shape == (3, 5)
    # another axis, other strides
    moved = gs.concrete_log_prob(np.moveaxis(y, -1, 1), logits.T, 0.5, axis=0)
    assert_array_equal(moved, whole)
    dy, dlogits, _ = gs.concrete_log_prob_backward(whole, np.moveaxis(y, -1, 1), logits.T, 0.5, axis=0)
    expected = gs.concrete_log_prob_backward(whole, y, logits, 0.5)
    assert_array_equal(dy, np.moveaxis(expected[0], -1, 1))
    assert_array_equal(dlogits, expected[1].T)
    assert gs.concrete_log_prob(np.zeros((0, 5)), logits[0]).shape == (0,)
    dy, dlogits, dtau = gs.concrete_log_prob_backward(np.zeros(0), np.zeros((0, 5)), logits[0])
    assert dy.shape == (0, 5)
    assert_array_equal(dlogits, np.zeros(5))
    assert dtau == 0
    assert abs(gs.concrete_log_prob([1.0], [3.0], 0.5)) < 1e-16


@pytest.mark.parametrize(
    ("types", "result"),
    [
        ((np.float32, np.float32), np.float32),
        ((np.float16, np.float16), np.float32),
        ((np.float16, np.float32), np.float32),
        ((np.float32, np.float64), np.float64),
        ((np.float64, np.float32), np.float64),
        ((np.float64, np.int64), np.float64),
    ],
)
def test_types(types: tuple[type, type], result: type) -> None:
    y, logits = simplex(3, 4).astype(types[0]).clip(1e-3), np.arange(4).astype(types[1])
    value = gs.concrete_log_prob(y, logits, 0.5)
    assert value.dtype == result
    assert_allclose(value, gs.concrete_log_prob(y.astype(float), logits.astype(float), 0.5), rtol=np.finfo(result).eps)
    dy, dlogits, _ = gs.concrete_log_prob_backward(np.ones(3), y, logits, 0.5)
    assert dy.dtype == types[0]
    assert dlogits.dtype == (np.float64 if types[1] is np.int64 else types[1])
    value = gs.binary_concrete_log_prob(y, logits, np.full(4, 0.5))
    assert value.dtype == result
    assert_allclose(
        value, gs.binary_concrete_log_prob(y.astype(float), logits.astype(float), 0.5), rtol=np.finfo(result).eps
    )


def test_nothing() -> None:
    for name in ("binary_concrete", "logit_binary_concrete", "gumbel", "logistic"):
        assert getattr(gs, f"{name}_log_prob")([], 0.0, 1.0).shape == (0,)
        assert getattr(gs, f"{name}_log_prob_backward")([], [], 0.0, 1.0)[1:] == (0, 0)
    for name in ("concrete", "exp_concrete"):
        assert getattr(gs, f"{name}_log_prob")(np.zeros((0, 3)), np.zeros(3), 1.0).shape == (0,)


# --- errors -------------------------------------------------------------------------------------------------

Y = np.full((2, 3), 1 / 3)
BAD = [
    (lambda: gs.concrete_log_prob(Y + 1, Y), r"y must be from 0 to 1, got 1.3+ at index \(0, 0\)"),
    (
        lambda: gs.concrete_log_prob([[0.5, 0.5], [np.nan, 1]], [0, 0]),
        r"y must be from 0 to 1, got nan at index \(1, 0\)",
    ),
    (
        lambda: gs.concrete_log_prob(Y, [0, 0]),
        r"y must have as many categories along axis -1 as logits of shape \(2,\), got shape \(2, 3\)",
    ),
    (lambda: gs.concrete_log_prob(0.5, [0, 0]), "y must have as many categories along axis -1"),
    (lambda: gs.concrete_log_prob(Y, np.zeros((4, 3))), r"y must broadcast against logits of shape \(4, 3\)"),
    (lambda: gs.concrete_log_prob(Y, [0, np.inf, 0]), "logits must be finite or -inf, got inf at category 1"),
    (lambda: gs.concrete_log_prob(Y, [-np.inf] * 3), "logits must have a category above -inf"),
    (lambda: gs.concrete_log_prob(Y, Y, 0), "tau must be finite and above 0, got 0"),
    (lambda: gs.concrete_log_prob(Y, Y, np.ones((3, 1))), r"tau must be a number or broadcast to the rows, \(2,\)"),
    (lambda: gs.concrete_log_prob(Y, Y, axis=2), "axis must be from -2 to 1 for logits"),
    (
        lambda: gs.exp_concrete_log_prob(np.log(Y) * np.nan, Y),
        "log_y must be finite or -inf, got nan at category 0 in row 0",
    ),
    (lambda: gs.exp_concrete_log_prob([-np.inf] * 3, Y[0]), "log_y must have a category above -inf"),
    (lambda: gs.concrete_log_prob_backward(np.ones(3), Y, Y), r"grad must have the shape of the log density, \(2,\)"),
    (lambda: gs.binary_concrete_log_prob(-0.1, 0.0), "y must be from 0 to 1, got -0.1"),
    (lambda: gs.binary_concrete_log_prob(0.1, np.nan), "logits must be finite or -inf, got nan"),
    (lambda: gs.binary_concrete_log_prob(0.1, 0.0, np.inf), "tau must be finite and above 0, got inf"),
    (
        lambda: gs.binary_concrete_log_prob(Y, np.zeros(2)),
        r"y, logits and tau must broadcast together, got shapes y \(2, 3",
    ),
    (lambda: gs.logit_binary_concrete_log_prob([0.0, np.nan], 0.0), r"l must be a number, got nan at index \(1,\)"),
    (
        lambda: gs.logit_binary_concrete_log_prob_backward(1.0, [0.0], 0.0),
        r"grad must have the shape of the log density, \(1,\)",
    ),
    (lambda: gs.gumbel_log_prob(np.nan), "x must be a number, got nan"),
    (lambda: gs.gumbel_log_prob(0.0, np.inf), "loc must be finite, got inf"),
    (lambda: gs.gumbel_log_prob(np.float32([1, 2]), 1e300), r"loc must be finite in float32, got 1e\+300"),
    (
        lambda: gs.binary_concrete_log_prob(np.float32([0.5]), -1e300),
        r"logits must be finite or -inf in float32, got -1e",
    ),
    (lambda: gs.gumbel_log_prob(0.0, 0.0, 0.0), "scale must be finite and above 0, got 0.0$"),
    (
        lambda: gs.logistic_log_prob(0.0, 0.0, [1.0, -2.0]),
        r"scale must be finite and above 0, got -2.0 at index \(1,\)",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_bad_argument(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
