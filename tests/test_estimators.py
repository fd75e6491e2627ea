"""Gradient estimators against the enumeration of all outcomes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import gsampler as gs
from gsampler import estimators as est

BATCH = 60_000
DATA = np.random.default_rng(12)
LOGITS = {False: DATA.normal(size=(2, 3)), True: DATA.normal(size=3)}
MASKED = np.array([[0.3, -np.inf, -0.5], [0.1, 0.7, -0.2]])
LINEAR, SQUARE, CUBE = DATA.normal(size=6), DATA.normal(size=(6, 6)), DATA.normal(size=6)
# Standard errors. Seeds are fixed; with new ones, a component is beyond by chance once in 16 000 times, and one of the
# 480 that this file and test_estimators_relax.py look at three times in a hundred.
ZSCORE = 4.0

UNBIASED = ["score_function", "muprop", "rloo", "rebar", "relax", "disarm", "arsm"]
SLOPE = 2.0
SAMPLED: dict[str, Callable[..., Any]] = {  # biased, with their exact expectation: that of this function of a sample
    "darn": lambda d, p, g, jac, dot: dot(g, d - 1 / (3 if d.ndim > 1 else 2)) * (d - p),
    "straight_through": lambda d, p, g, jac, dot: jac(p, g),
    "slope_annealed_straight_through": lambda d, p, g, jac, dot: SLOPE * jac(steeper(p, d.ndim == 1), g),
    "zgr": lambda d, p, g, jac, dot: (jac(p, g) + dot(g, d - p) * (d - p)) / 2,
    "reinmax": lambda d, p, g, jac, dot: 2 * jac((p + d) / 2, g) - jac(p, g) / 2,
}


def steeper(p: Any, binary: bool) -> Any:
    """The mean for logits that are SLOPE times as large."""
    power = p**SLOPE
    return power / (power + (1 - p) ** SLOPE if binary else power.sum(-1, keepdims=True))


def objective(m: int, cubic: float = 1.0, quadratic: float = 1.0) -> est.Objective:
    """Of all variables of each item, in arrays of m axes for an item."""

    def f(x: Any) -> Any:
        flat = x.reshape(*x.shape[: x.ndim - m], -1)
        n = flat.shape[-1]
        square, cube = quadratic * SQUARE[:n, :n], cubic * CUBE[:n]
        value = flat @ LINEAR[:n] + np.einsum("...i,ij,...j->...", flat, square, flat) + flat**3 @ cube
        value = value + cubic * flat.prod(-1)
        grad = LINEAR[:n] + flat @ (square + square.T) + 3 * cube * flat**2
        if cubic:
            others = [np.delete(flat, i, -1).prod(-1) for i in range(n)]
            grad = grad + cubic * np.stack(others, -1)
        return value, lambda: grad.reshape(x.shape)

    return f


def outcomes(logits: Any, binary: bool) -> tuple[Any, Any, Any]:
    """All samples, their probabilities, and their mean."""
    if binary:
        p = special.expit(logits)
        samples = np.array(list(itertools.product([0.0, 1.0], repeat=len(logits))))
        return samples, np.where(samples == 1, p, 1 - p).prod(1), p
    p = special.softmax(logits, axis=-1)
    n, k = logits.shape
    samples = np.array([np.eye(k)[list(index)] for index in itertools.product(range(k), repeat=n)])
    return samples, (samples * p).sum(-1).prod(1), p


def jacobian(binary: bool) -> Callable[[Any, Any], Any]:
    if binary:
        return lambda p, g: p * (1 - p) * g
    return lambda p, g: p * (g - (p * g).sum(-1, keepdims=True))


def dot(binary: bool) -> Callable[[Any, Any], Any]:
    return (lambda a, b: a * b) if binary else lambda a, b: (a * b).sum(-1, keepdims=True)


def exact(f: est.Objective, logits: Any, binary: bool) -> Any:
    samples, weights, p = outcomes(logits, binary)
    return np.einsum("s,s,s...->...", weights, f(samples)[0], samples - p)


def expected(name: str, f: est.Objective, logits: Any, binary: bool) -> Any:
    samples, weights, p = outcomes(logits, binary)
    grads = f(samples)[1]()
    terms = [SAMPLED[name](d, p, g, jacobian(binary), dot(binary)) for d, g in zip(samples, grads, strict=True)]
    return np.einsum("s,s...->...", weights, terms)


def estimates(name: str, f: est.Objective, logits: Any, binary: bool, seed: int = 1, **options: Any) -> Any:
    """Independent estimates, one for each item of a batch."""
    g = est.by_name(name, **options)(
        f, np.broadcast_to(logits, (BATCH, *logits.shape)), gs.Generator(seed), binary=binary
    )
    assert g.dlogits.shape == (BATCH, *logits.shape)
    return g.dlogits


def zscores(terms: Any, mean: Any) -> Any:
    error = terms.std(0) / np.sqrt(len(terms))
    return (terms.mean(0) - mean) / np.maximum(error, 1e-12)


def is_mean(terms: Any, mean: Any) -> bool:
    return bool(np.abs(zscores(terms, mean)).max() < ZSCORE)


CASES = [(name, binary) for name in UNBIASED for binary in (False, True)] + [("arm", True)]


@pytest.mark.parametrize(("name", "binary"), CASES)
def test_unbiased(name: str, binary: bool, record_property: Callable[[str, object], None]) -> None:
    f = objective(1 if binary else 2)
    terms = estimates(name, f, LOGITS[binary], binary)
    record_property("variance", float(terms.var(0).sum()))
    assert is_mean(terms, exact(f, LOGITS[binary], binary))


@pytest.mark.parametrize("name", UNBIASED)
def test_unbiased_with_masked_categories(name: str) -> None:
    f = objective(2)
    terms = estimates(name, f, MASKED, False)
    assert (terms[:, 0, 1] == 0).all()
    assert is_mean(terms, exact(f, MASKED, False))


@pytest.mark.parametrize("options", [{"baseline": None}, {"baseline": 3.0}, {"baseline": "running"}])
@pytest.mark.parametrize("name", ["score_function", "muprop"])
def test_unbiased_with_any_baseline(name: str, options: dict[str, Any]) -> None:
    f = objective(2)
    logits = np.broadcast_to(LOGITS[False], (BATCH, 2, 3))
    g = getattr(est, name)(f, logits, gs.Generator(3), state=est.Moments(2.0, 1.0), **options)
    assert is_mean(g.dlogits, exact(f, LOGITS[False], False))


@pytest.mark.parametrize("options", [{"tau": 0.1}, {"tau": 2.0}, {"eta": 0.0}, {"eta": 0.4}])
@pytest.mark.parametrize("binary", [False, True])
def test_rebar_is_unbiased_with_any_options(options: dict[str, float], binary: bool) -> None:
    f = objective(1 if binary else 2)
    assert is_mean(estimates("rebar", f, LOGITS[binary], binary, **options), exact(f, LOGITS[binary], binary))


@pytest.mark.parametrize("binary", [False, True])
def test_rebar_without_the_total_derivative_is_caught(binary: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from gsampler.estimators.call import BinaryVariables, CategoricalVariables

    kind = BinaryVariables if binary else CategoricalVariables
    monkeypatch.setattr(kind, "conditional_vjp", lambda self, z, sample, grad: grad)
    f = objective(1 if binary else 2)
    assert not is_mean(estimates("rebar", f, LOGITS[binary], binary), exact(f, LOGITS[binary], binary))


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("name", SAMPLED)
def test_biased_have_their_expectation(name: str, binary: bool) -> None:
    f = objective(1 if binary else 2)
    options = {"slope": SLOPE} if name == "slope_annealed_straight_through" else {}
    terms, mean = estimates(name, f, LOGITS[binary], binary, **options), expected(name, f, LOGITS[binary], binary)
    assert is_mean(terms, mean)
    assert np.abs(mean - exact(f, LOGITS[binary], binary)).max() > 0.02


EXACT = [("zgr", False), ("zgr", True), ("reinmax", False), ("reinmax", True), ("darn", True)]


@pytest.mark.parametrize(("name", "binary"), EXACT)
def test_exact_for_quadratics(name: str, binary: bool) -> None:
    f = objective(1 if binary else 2, cubic=0.0)
    truth = exact(f, LOGITS[binary], binary)
    assert_allclose(expected(name, f, LOGITS[binary], binary), truth, atol=1e-14)
    assert is_mean(estimates(name, f, LOGITS[binary], binary), truth)


@pytest.mark.parametrize("binary", [False, True])
def test_muprop_has_no_variance_for_linear_functions(binary: bool) -> None:
    f = objective(1 if binary else 2, cubic=0.0, quadratic=0.0)
    terms = estimates("muprop", f, LOGITS[binary], binary)
    assert_allclose(terms, np.broadcast_to(exact(f, LOGITS[binary], binary), terms.shape), atol=1e-14)


@pytest.mark.parametrize("binary", [False, True])
def test_darn_of_binary_variables_is_zgr(binary: bool) -> None:
    """To the bit of rounding: at the same position the samples are the same."""
    f = objective(1)
    if binary:
        assert_allclose(estimates("darn", f, LOGITS[True], True), estimates("zgr", f, LOGITS[True], True), atol=1e-14)
    else:
        two = np.stack([np.zeros(3), LOGITS[True]], -1)
        g = est.zgr(objective(2), two, gs.Generator(1)), est.darn(objective(2), two, gs.Generator(1))
        assert_allclose(g[0].dlogits, g[1].dlogits, atol=1e-14)


@pytest.mark.parametrize("binary", [False, True])
def test_reinmax_is_zgr(binary: bool) -> None:
    f, logits = objective(1 if binary else 2), LOGITS[binary]
    zgr = est.zgr(f, logits, gs.Generator(1), binary=binary).dlogits
    assert_allclose(est.reinmax(f, logits, gs.Generator(1), binary=binary).dlogits, zgr, rtol=1e-12)
    other = est.reinmax(f, logits, gs.Generator(1), smoothing=1.5, binary=binary).dlogits
    assert np.abs(other - zgr).max() > 0.01


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("tau", [0.3, 1.0])
def test_gumbel_rao_has_the_mean_of_straight_through_and_less_variance(binary: bool, tau: float) -> None:
    f = objective(1 if binary else 2)
    many = estimates("gumbel_rao", f, LOGITS[binary], binary, seed=2, tau=tau, samples=20)
    one = estimates("gumbel_rao", f, LOGITS[binary], binary, seed=3, tau=tau, samples=1)
    plain = estimates("st_gumbel_softmax", f, LOGITS[binary], binary, seed=4, tau=tau)
    for terms in (many, one):
        error = np.sqrt((terms.var(0) + plain.var(0)) / BATCH)
        assert (np.abs(terms.mean(0) - plain.mean(0)) < ZSCORE * error).all()
    assert many.var(0).sum() < 0.97 * plain.var(0).sum()
    assert abs(one.var(0).sum() / plain.var(0).sum() - 1) < 0.1


def test_variances_are_ordered() -> None:
    """On one problem: a better control variate, less variance."""
    f = objective(1)
    names = ["score_function", "arm", "disarm"]
    variance = [estimates(name, f, LOGITS[True], True).var(0).sum() for name in names]
    assert variance[2] < variance[1] < variance[0]
    assert estimates("rebar", f, LOGITS[True], True).var(0).sum() < variance[0]


def test_gumbel_softmax_is_its_vjp() -> None:
    f, logits = objective(2), LOGITS[False]
    tau = np.array([0.5, 2.0])
    for name, hard in (("gumbel_softmax", False), ("st_gumbel_softmax", True)):
        value, vjp = gs.Generator(5).gumbel_softmax_vjp(logits, tau, hard)
        g = getattr(est, name)(f, logits, gs.Generator(5), tau=tau)
        assert_array_equal(g.sample, value)
        dlogits, dtau = vjp(f(value)[1]())
        assert_array_equal(g.dlogits, dlogits)
        assert_array_equal(g.dtau, dtau)


EVALUATIONS = dict.fromkeys(est.NAMES, 1) | {
    "muprop": 2,
    "rloo": 4,
    "rebar": 3,
    "relax": 3,
    "arm": 2,
    "disarm": 2,
    "arsm": 4,
}


def both(name: str) -> list[bool]:
    return [True] if name == "arm" else [False, True]


@pytest.mark.parametrize("name", est.NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_convention(name: str, dtype: type) -> None:
    for binary in both(name):
        logits = np.broadcast_to(LOGITS[binary], (4, *LOGITS[binary].shape)).astype(dtype)
        f, calls = objective(1 if binary else 2), []

        def counted(x: Any, f: Any = f, calls: list[Any] = calls) -> Any:
            assert x.dtype == dtype
            calls.append(x.copy())
            value, grad = f(x)
            x[...] = 7  # its own
            return value, grad

        g = est.by_name(name)(counted, logits, gs.Generator(1), tau=0.7, binary=binary)
        assert g.evaluations == len(calls) == (2 if name == "arsm" and binary else EVALUATIONS[name])
        assert g.dlogits.dtype == g.sample.dtype == dtype
        assert g.dlogits.shape == g.sample.shape == logits.shape
        assert_allclose(g.value, f(g.sample.astype(dtype))[0], rtol=1e-6)
        assert name == "gumbel_softmax" or set(np.unique(g.sample)) <= {0.0, 1.0}
        again = est.by_name(name)(f, logits, gs.Generator(1), tau=0.7, binary=binary)
        assert_allclose(again.dlogits, g.dlogits, rtol=1e-6)


@pytest.mark.parametrize("name", est.NAMES)
def test_one_objective_of_all_variables(name: str) -> None:
    """A value without axes is of all; the sum of separate ones has the same gradient where nothing mixes them."""
    for binary in both(name):
        logits = LOGITS[binary]
        g = est.by_name(name)(objective(1 if binary else 2), logits, gs.Generator(1), binary=binary)
        assert g.value.shape == ()
        assert g.dlogits.shape == logits.shape


@pytest.mark.parametrize("name", est.NAMES)
def test_large_masked_and_empty_logits(name: str) -> None:
    for binary in both(name):
        logits = np.array([[1e4, -1e4, -np.inf], [0.0, 1e4, 1e4], [-50.0, 0.0, 60.0]], np.float32)
        valid = np.isfinite(logits)
        f = lambda x, valid=valid: ((x - 0.3).sum(-1) ** 2, np.where(valid, 2 * (x - 0.3), np.nan))  # noqa: E731
        with np.errstate(all="raise", under="ignore"):
            g = est.by_name(name)(f, logits, gs.Generator(1), binary=binary)
        assert np.isfinite(g.dlogits).all()
        assert g.dlogits[0, 2] == 0
        g = est.by_name(name)(lambda x: (x.sum(-1), x), np.zeros((0, 3)), gs.Generator(1), binary=binary)
        assert g.dlogits.shape == (0, 3)
        if not binary:
            g = est.by_name(name)(lambda x: (x.sum(-1), x), np.zeros((4, 1)), gs.Generator(1))
            assert_allclose(g.dlogits, 0, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in est.NAMES if name != "arm"])
def test_noise_is_not_rounded_away(name: str) -> None:
    """Equal logits of any size: each category as often as the others, within 5 standard errors."""
    f = lambda x: (x.sum(-1), np.ones_like(x))  # noqa: E731
    sample = est.by_name(name)(f, np.full((40_000, 4), 1e9, np.float32), gs.Generator(1), tau=0.5).sample
    assert np.abs((sample.argmax(-1) == np.arange(4)[:, None]).mean(1) - 0.25).max() < 5 * (0.25 * 0.75 / 40_000) ** 0.5


@pytest.mark.parametrize("name", est.NAMES)
def test_same_on_any_number_of_threads(name: str, threads: int) -> None:
    for binary in both(name):
        logits = np.random.default_rng(3).normal(size=(20_000, 4)).astype(np.float32)
        f = lambda x: ((x - 0.3).sum(-1) ** 2, 2 * (x - 0.3))  # noqa: E731
        rng, state = gs.Generator(1), None
        for step in range(2):  # the second one with the state of the first
            g = est.by_name(name)(f, logits, rng, tau=0.5, binary=binary, state=state)
            assert_array_equal(g.dlogits, ON_THREADS.setdefault((name, binary, step), g.dlogits))
            state = g.state


ON_THREADS: dict[Any, Any] = {}


def test_a_function_of_pytorch() -> None:
    weights = torch.randn(2, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def f(x: Any) -> Any:
        t = torch.from_numpy(x).requires_grad_()
        value = (weights * t).sum((-1, -2)).exp()
        return value.detach(), lambda: torch.autograd.grad(value.sum(), t)[0]

    logits = np.broadcast_to(LOGITS[False], (BATCH, 2, 3))
    samples, p, mean = outcomes(LOGITS[False], False)
    truth = np.einsum("s,s,s...->...", p, f(samples)[0], samples - mean)
    for name in ("score_function", "muprop", "rebar"):
        assert is_mean(est.by_name(name)(f, logits, gs.Generator(2)).dlogits, truth)


def test_state_of_the_running_baseline() -> None:
    values = np.array([1.0, 3.0, 8.0, 0.0])
    f = lambda x: (values, None)  # noqa: E731
    g = est.score_function(f, np.zeros((4, 3)), gs.Generator(1), decay=0.75)
    assert g.state == est.Moments(3.0, values.var())
    g = est.score_function(
        f, np.zeros((4, 3)), gs.Generator(1), decay=0.75, normalize=True, state=est.Moments(1.0, 4.0)
    )
    assert g.state == est.Moments(0.75 * 1 + 0.25 * 3, 0.75 * 4 + 0.25 * np.square(values - 1).mean())
    assert_allclose(g.dlogits, (values - 1)[:, None] / 2 * (g.sample - 1 / 3))


NORMALIZED = [("score_function", {"baseline": None}), ("score_function", {}), ("muprop", {}), ("darn", {})]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(("name", "options"), NORMALIZED)
def test_normalization(name: str, options: dict[str, Any], binary: bool) -> None:
    """Divided by the standard deviation, 3: the whole estimate; of MuProp what comes by the learning signal."""
    f, logits = objective(1 if binary else 2), LOGITS[binary]
    _, _, p = outcomes(logits, binary)
    whole = expected("darn", f, logits, binary) if name == "darn" else exact(f, logits, binary)
    kept = jacobian(binary)(p, f(p)[1]()) if name == "muprop" else np.zeros_like(whole)
    for variance, scale in ((9.0, 3.0), (0.5, 1.0)):
        g = est.by_name(name, normalize=True, **options)(
            f,
            np.broadcast_to(logits, (BATCH, *logits.shape)),
            gs.Generator(6),
            binary=binary,
            state=est.Moments(0.4, variance),
        )
        assert is_mean(g.dlogits, kept + (whole - kept) / scale)
    assert name != "muprop" or np.abs(kept - whole).max() > 0.1  # there is something that is divided


def test_every_estimator_is_exported() -> None:
    assert set(est.NAMES) < set(est.__all__)
    assert all(getattr(est, name).__name__ == name for name in est.NAMES)


ZERO = (lambda x: (0.0, x), [0.0, 1.0], gs.Generator(1, 0, 8))
BAD: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda r: est.darn(3, [0.0], r), TypeError, "f must be callable, got int"),
    (lambda r: est.darn(lambda x: x, [0.0], r), TypeError, "f must return a value and a gradient, .* got ndarray"),
    (lambda r: est.darn(lambda x: (0.0, None), [0.0], r), TypeError, "f must return a gradient for this estimator"),
    (lambda r: est.darn(lambda x: (0.0, [0.0]), [0.0, 1.0], r), ValueError, r"the gradient of f must have the shape"),
    (lambda r: est.zgr(lambda x: (x[0], x), np.zeros((2, 3)), r), ValueError, r"the value of f must have the shape of"),
    (lambda r: est.zgr(lambda x: ("a", x), [0.0], r), TypeError, "the value of f must be an array of real numbers"),
    (lambda r: est.zgr(ZERO[0], [0.0, np.nan], r), ValueError, "logits must be finite or -inf, got nan at category 1"),
    (lambda r: est.zgr(ZERO[0], np.inf, r, binary=True), ValueError, "logits must be finite or -inf, got inf"),
    (lambda r: est.zgr(ZERO[0], 0.0, r), ValueError, "logits must have an axis of categories"),
    (lambda r: est.zgr(ZERO[0], [0.0], r, binary=1), TypeError, "binary must be True or False, got 1"),
    (lambda r: est.zgr(ZERO[0], [0.0], r, state=1), TypeError, "state must be None, got int"),
    (lambda r: est.score_function(ZERO[0], [0.0], r, state=1), TypeError, "state must be None or the state"),
    (lambda r: est.score_function(ZERO[0], [0.0], r, baseline="no"), ValueError, "baseline must be None, a number"),
    (lambda r: est.score_function(ZERO[0], [0.0], r, baseline=[1.0, 2.0]), ValueError, "baseline must broadcast to"),
    (lambda r: est.score_function(ZERO[0], [0.0], r, decay=1.0), ValueError, "decay must be from 0 to below 1"),
    (lambda r: est.darn(ZERO[0], [0.0], r, center="no"), ValueError, "center must be one of 'uniform', 'half', 'mean'"),
    (lambda r: est.rloo(ZERO[0], [0.0], r, samples=1), ValueError, "samples must be at least 2, got 1"),
    (lambda r: est.gumbel_rao(ZERO[0], [0.0], r, samples=0), ValueError, "samples must be at least 1, got 0"),
    (lambda r: est.gumbel_rao(ZERO[0], [0.0], r, tau=0), ValueError, "tau must be finite and above 0, got 0"),
    (lambda r: est.rebar(ZERO[0], [0.0], r, tau=-1.0), ValueError, "tau must be finite and above 0, got -1"),
    (lambda r: est.rebar(ZERO[0], [0.0], r, eta=-1.0), ValueError, "eta must be finite and not negative, got -1"),
    (lambda r: est.reinmax(ZERO[0], [0.0], r, smoothing=0.5), ValueError, "smoothing must be at least 1, got 0.5"),
    (lambda r: est.arm(ZERO[0], [0.0], r, binary=False), ValueError, "binary must be True for arm, got False"),
    (lambda r: est.by_name("no"), ValueError, "name must be one of 'score_function'"),
    (lambda r: est.by_name("st", tau=1.0), TypeError, "options of straight_through must be of none, got 'tau'"),
]


@pytest.mark.parametrize(("call", "error", "text"), BAD, ids=range(len(BAD)))
def test_errors_leave_the_generator(call: Callable[[Any], Any], error: type[Exception], text: str) -> None:
    rng = gs.Generator(42, 1, 8)
    with pytest.raises(error, match=text):
        call(rng)
    assert rng == gs.Generator(42, 1, 8)


def test_rng_must_be_a_generator() -> None:
    with pytest.raises(TypeError, match=r"rng must be a gsampler.Generator, got int"):
        est.zgr(ZERO[0], [0.0], 1)  # type: ignore[arg-type]


def test_an_error_of_f_leaves_the_generator() -> None:
    rng, calls = gs.Generator(1), []

    def f(x: Any) -> Any:
        calls.append(rng.offset)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        est.zgr(f, [0.0, 1.0], rng)
    assert calls[0] > 0
    assert rng == gs.Generator(1)
