"""Counts: quantiles against mpmath's distribution functions at their steps, and against SciPy element by element."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import compiled
import cornish_fisher
import fit_coefficients
import mpmath as mp
import numpy as np
import pytest
import reference
from numpy.testing import assert_array_equal
from reference import Counts
from scipy import stats

import gsampler as gs
from gsampler.kernels import counts

FALSE_ALARM = 1e-6  # of each statistical test, whose seeds are fixed
EXACTNESS = 1e-13  # how near a step u must be, relative to the nearer of u and 1 - u, for a quantile to be off
POSITION = (7, 3, 1001)
LARGEST = 2**63 - 1

# laws on either side of each threshold of the engine, with p on either side of 1/2
POISSON = (1e-30, 1e-3, 0.7, 3.0, 9.99, 10.0, 10.5, 20.0, 77.7, 150.0, 300.0, 2000.0, 9e3)
LARGE_POISSON = (1e5, 2.0**20 - 1, 2.0**20 + 1, 1e9, 1e15, 9e18)
BINOMIAL = (
    *((1, 0.5), (1, 0.1), (2, 0.7), (30, 0.01), (40, 0.5), (41, 0.5), (60, 0.7), (100, 0.11), (100, 0.96), (200, 0.5)),
    *((500, 0.97), (1000, 0.3), (5000, 0.5), (10**5, 0.01), (10**12, 1e-11), (10**15, 1e-12), (2**53, 1e-13)),
)
LARGE_BINOMIAL = ((10**6, 0.5), (4 * 10**6, 0.5), (5 * 10**6, 0.5), (10**15, 0.2), (2**53, 0.9), (LARGEST, 0.25))


def laws(*, large: bool) -> list[tuple[int | None, float]]:
    return [(None, lam) for lam in (LARGE_POISSON if large else POISSON)] + [*(LARGE_BINOMIAL if large else BINOMIAL)]


def parameters_of(law: tuple[int | None, float]) -> tuple[Any, ...]:
    return law if law[0] is not None else law[1:]


def draw(rng: gs.Generator, law: tuple[int | None, float], **more: Any) -> Any:
    n, x = law
    return rng.poisson(x, **more) if n is None else rng.binomial(n, x, **more)


def steps(law: Counts, count: int) -> list[tuple[int, mp.mpf, mp.mpf]]:
    """k, F(k) and 1 - F(k) from where the one to where the other is 2^-128."""
    sigma, mean = float(law.variance) ** 0.5, float(law.mean)
    z = np.linspace(-13, 13, count)
    offsets = np.unique(np.floor(sigma * z + float(law.skew) * (z * z - 1) / 6)).astype(int)
    found = sorted({int(law.mean) + int(i) for i in offsets} | {0, 1, int(mean)})
    inside = [k for k in found if k >= 0 and (law.n is None or k < law.n)]
    return [(k, *tails) for k in inside for tails in [law.tails(k)] if min(tails) > mp.mpf(2) ** -128]


def signed(lower: mp.mpf, upper: mp.mpf, change: float) -> float:
    """The signed uniform that is above a step by ``change``, relative to its nearer end."""
    return float(lower * (1 + mp.mpf(change))) if lower < 0.5 else -float(upper * (1 - mp.mpf(change)))


@pytest.mark.slow
@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
def test_a_quantile_steps_where_the_distribution_function_does(large: bool) -> None:
    """Below each step F(k) by 1e-13 of it the quantile is at most k, above it at least k + 1; so too in both tails."""
    with mp.workdps(60):
        for law in laws(large=large):
            exact = Counts(*law)
            known = steps(exact, 9 if large else 60)
            assert len(known) >= (8 if large else 1)
            for sign in (-1, 1):
                t = np.array([signed(lower, upper, sign * EXACTNESS) for _, lower, upper in known])
                got = compiled.count_quantiles(t, *parameters_of(law))
                expected = [k + (sign > 0) for k, *_ in known]
                assert got.tolist() == expected, law


def test_the_test_of_steps_sees_an_error() -> None:
    """Of 1e-11 in a mean: what is a Poisson variate of another mean steps elsewhere."""
    with mp.workdps(60):
        known = steps(Counts(None, 300.0), 60)
        t = np.array([signed(lower, upper, EXACTNESS) for _, lower, upper in known])
        got = compiled.count_quantiles(t, 300.0 * (1 - 1e-11))
        assert np.count_nonzero(got != [k + 1 for k, *_ in known]) > 0


# --- the expansion ----------------------------------------------------------------------------------------------


def test_the_polynomials_are_those_that_are_derived() -> None:
    derived = cornish_fisher.table()
    for n, rows in enumerate(derived, 1):
        assert [[float(c) for c in row] for row in rows] == [list(row) for row in getattr(counts, f"P_{n}")]


@pytest.mark.parametrize("p", [None, 0.5, 0.4, 0.25, 0.1, 0.02])
def test_the_error_of_the_expansion_is_below_its_bound(p: float | None) -> None:
    """By a factor of 2 and more, from the least variance on."""
    with mp.workdps(60):
        for variance in (10.0, 12.5, 20.0, 50.0, 100.0, 400.0, 5000.0):
            law = Counts(None, variance) if p is None else Counts(int(np.ceil(variance / (p * (1 - p)))), p)
            for k, lower, upper in steps(law, 40):
                w = fit_coefficients.normal_quantile(min(lower, upper))
                w = -float(w) if lower < 0.5 else float(w)
                mean = float(law.mean)
                low = float(law.mean - Fraction(mean))
                base, y, bound = compiled.expanded_count(w, mean, low, 0.0 if p is None else p)
                assert abs(y - (k - base)) < bound / 2, (variance, k)


# --- element by element -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", [*laws(large=False), (None, 1e6), (10**6, 0.3)], ids=str)
def test_against_scipy_at_the_same_uniforms(law: tuple[int | None, float]) -> None:
    """Where SciPy's quantile is another one, mpmath decides."""
    n, x = law
    u = gs.Generator(*POSITION).random(30_000)
    got = draw(gs.Generator(*POSITION), law, size=u.size)
    scipy = stats.poisson(x) if n is None else stats.binom(n, x)
    differ = np.flatnonzero(got != scipy.ppf(u))
    assert differ.size <= 30
    exact = Counts(*law)
    start = POSITION[2] + 1
    for i in differ:
        position = (POSITION[0], POSITION[1], start + 2 * int(i))
        assert got[i] == exact.quantile(reference.element(*position)), i


@pytest.mark.parametrize("p", [1.0, 0.999, 0.5, 0.3, 1e-3, 1e-9])
def test_geometric_against_mpmath(p: float) -> None:
    """The least k >= 1 with (1 - p)^k <= 1 - u."""
    got = gs.Generator(*POSITION).geometric(p, size=500)
    for i in range(500):
        u = reference.element(POSITION[0], POSITION[1], POSITION[2] + 1 + 2 * i)
        with mp.workdps(60):
            exact = mp.log(mp.mpf((1 - u).numerator) / (1 - u).denominator) / mp.log1p(-mp.mpf(p)) if p < 1 else 1
            assert got[i] == max(1, int(mp.ceil(exact)))


@pytest.mark.parametrize("p", [1e-15, 1e-17])
def test_large_geometric_variates_are_near_the_exact_ones(p: float) -> None:
    got = gs.Generator(*POSITION).geometric(p, size=1000)
    exponentials = gs.Generator(*POSITION).exponential(size=1000)
    np.testing.assert_allclose(got, exponentials / p, rtol=8 * 2.0**-53, atol=1)


@pytest.mark.parametrize("p", [1e-19, 1e-300, 5e-324])
def test_geometric_variates_end_at_the_largest_integer(p: float) -> None:
    got = gs.Generator(*POSITION).geometric(p, size=1000)
    exponentials = gs.Generator(*POSITION).exponential(size=1000)
    with np.errstate(over="ignore"):
        beyond = exponentials / p >= 2.0**63
    assert_array_equal(got == LARGEST, beyond)
    assert beyond.any()


@pytest.mark.parametrize(("offset", "upper"), [(3391143966, False), (8091619112, True)])
def test_tails_have_the_tail_bits(offset: int, upper: bool) -> None:
    """Elements whose upper half is 0 or 2^32 - 1: beyond 1e-9, where the 64 bits more decide."""
    element = reference.element(42, 0, offset)
    assert min(element, 1 - element) < 2.0**-32
    assert (element > 0.5) == upper
    for law in [(None, 4.0), (None, 500.0), (30, 0.2), (30, 0.8), (10**6, 0.4)]:
        assert draw(gs.Generator(42, 0, offset), law) == Counts(*law).quantile(element)


# --- distribution -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", [(None, 0.4), (None, 6.0), (None, 60.0), (12, 0.3), (50, 0.7), (1000, 0.4)], ids=str)
def test_chi_square(law: tuple[int | None, float]) -> None:
    n, x = law
    size = 400_000
    scipy = stats.poisson(x) if n is None else stats.binom(n, x)
    k = np.arange(int(scipy.ppf(1e-4)), int(scipy.ppf(1 - 1e-4)) + 1)
    edges = np.concatenate([[-np.inf], k[:-1], [np.inf]])
    expected = np.diff(np.concatenate([[0], scipy.cdf(k[:-1]), [1]])) * size
    observed = np.histogram(draw(gs.Generator(2026), law, size=size), np.append(edges[:-1] + 0.5, np.inf))[0]
    assert stats.chisquare(observed, expected).pvalue > FALSE_ALARM


def test_chi_square_of_multinomial() -> None:
    """Of pairs of counts of three categories, four draws."""
    p = [0.2, 0.5, 0.3]
    x = gs.Generator(2026).multinomial(4, p, size=200_000)
    pairs = [(a, b) for a in range(5) for b in range(5 - a)]
    expected = [stats.multinomial.pmf([a, b, 4 - a - b], 4, p) * len(x) for a, b in pairs]
    observed = [np.count_nonzero((x[:, 0] == a) & (x[:, 1] == b)) for a, b in pairs]
    assert stats.chisquare(observed, expected).pvalue > FALSE_ALARM


# --- forms ------------------------------------------------------------------------------------------------------

CALLS: dict[str, Callable[..., Any]] = {
    "poisson": lambda rng, x, **more: rng.poisson(10.0 ** (6 * np.asarray(x) - 2), **more),
    "binomial": lambda rng, x, **more: rng.binomial(np.asarray(10 ** (5 * np.asarray(x)), int), x, **more),
    "geometric": lambda rng, x, **more: rng.geometric(np.asarray(x), **more),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_parameter_for_all_and_one_each_are_the_same_bits(name: str, threads: int) -> None:
    size = 300_000
    for x in (0.05, 0.3, 0.45, 0.9):
        rng = gs.Generator(*POSITION)
        whole = CALLS[name](rng, x, size=size)
        assert rng.offset == (POSITION[2] + 1 + 2 * size + 7) // 8 * 8
        assert_array_equal(whole, CALLS[name](gs.Generator(*POSITION), np.full(size, x)))
        assert_array_equal(whole[:5], CALLS[name](gs.Generator(*POSITION), np.full(5, x)))
        part = CALLS[name](gs.Generator(POSITION[0], POSITION[1], POSITION[2] + 1 + 2 * 1234), x, size=100)
        assert_array_equal(whole[1234:1334], part)
        parts = list(gs.Generator(*POSITION).chunks(name, *arguments_of(name, x), size=5000, chunk=1999))
        assert_array_equal(whole[:5000], np.concatenate(parts))


def arguments_of(name: str, x: float) -> tuple[Any, ...]:
    return {"poisson": (10.0 ** (6 * x - 2),), "binomial": (int(10 ** (5 * x)), x), "geometric": (x,)}[name]


@pytest.mark.parametrize("name", CALLS)
def test_parameters_broadcast(name: str, threads: int) -> None:
    x = np.random.default_rng(1).uniform(0.01, 1, (1, 70, 1, 50))
    got = CALLS[name](gs.Generator(*POSITION), x, size=(2, 70, 40, 50))
    full = CALLS[name](gs.Generator(*POSITION), np.ascontiguousarray(np.broadcast_to(x, got.shape)))
    assert_array_equal(got, full)
    out = np.zeros((2, 70, 40, 100), np.int64)[..., ::2]
    assert CALLS[name](gs.Generator(*POSITION), x, out=out) is out
    assert_array_equal(out, full)
    for at in ((0, 0, 0, 0), (1, 69, 39, 49), (1, 3, 17, 22)):  # each element by itself
        offset = POSITION[2] + 1 + 2 * int(np.ravel_multi_index(at, got.shape))
        assert CALLS[name](gs.Generator(POSITION[0], POSITION[1], offset), x[0, at[1], 0, at[3]]) == got[at]
    scalar = CALLS[name](gs.Generator(*POSITION), 0.5)
    assert type(scalar) is np.int64


def test_two_parameters_broadcast_against_each_other() -> None:
    n, p = np.array([[1], [10], [10**6]]), np.array([0.1, 0.9])
    got = gs.Generator(*POSITION).binomial(n, p)
    full = gs.Generator(*POSITION).binomial(np.repeat(n, 2), np.tile(p, 3))
    assert_array_equal(got, full.reshape(3, 2))


@pytest.mark.parametrize("method", ["poisson", "binomial", "geometric"])
def test_monotone_in_u_and_in_the_parameter(method: str) -> None:
    """Common random numbers: a larger uniform, or mean, never gives a smaller count; nor a smaller p fewer trials."""
    u = gs.Generator(*POSITION).random(20_000)
    order = np.argsort(u)
    before = None
    for x in np.concatenate([np.linspace(0.01, 0.5, 25), np.linspace(0.5, 0.99, 25)]):
        rng = gs.Generator(*POSITION)
        if method == "poisson":
            got = rng.poisson(40 * x, size=u.size)
        else:
            got = rng.binomial(60, x, size=u.size) if method == "binomial" else -rng.geometric(x, size=u.size)
        ascending = got[order] if method != "geometric" else -got[order]
        assert (np.diff(ascending) >= 0).all()
        assert before is None or (got >= before).all()
        before = got


@pytest.mark.parametrize("size", [0, 1, 3, 1151, 1152, 1153, 5000])
def test_sizes_on_both_sides_of_a_tile(size: int) -> None:
    whole = gs.Generator(*POSITION).poisson(5.0, size=6000)
    assert_array_equal(gs.Generator(*POSITION).poisson(5.0, size=size), whole[:size])


# --- edges ------------------------------------------------------------------------------------------------------


def test_certain_counts() -> None:
    rng = gs.Generator(1)
    assert not rng.poisson(0.0, size=1000).any()
    assert not rng.poisson([0.0, 0.0], size=(500, 2)).any()
    assert not rng.poisson(5e-324, size=1000).any()
    assert not rng.binomial(0, 0.5, size=1000).any()
    assert not rng.binomial(LARGEST, 0.0, size=1000).any()
    assert (rng.binomial(LARGEST, 1.0, size=1000) == LARGEST).all()
    assert (rng.binomial([7, 0], [1.0, 1.0], size=(9, 2)) == [7, 0]).all()
    assert (rng.geometric(1.0, size=1000) == 1).all()
    assert rng.multinomial(10, [0.0, 1.0, 0.0]).tolist() == [0, 10, 0]
    assert rng.multinomial(0, [0.5, 0.5], size=2).tolist() == [[0, 0], [0, 0]]
    assert rng.multinomial(10, [1.0]).tolist() == [10]


def test_one_trial_is_u_above_1_minus_p() -> None:
    u = gs.Generator(*POSITION).random(10_000)
    for p in (0.1, 0.5, 0.9):
        assert_array_equal(gs.Generator(*POSITION).binomial(1, p, size=u.size), u > 1 - p)


def test_the_largest_mean() -> None:
    """As large as in NumPy; what would be beyond int64 is its largest."""
    lam = 9.223372006484771e18
    x = gs.Generator(1).poisson(lam, size=1000)
    assert abs(x.astype(float).mean() / lam - 1) < 1e-10
    got = compiled.count_quantiles(np.array([2.0**-129, -(2.0**-129), -(2.0**-60)]), lam)
    assert got[1] == LARGEST
    assert got[0] < got[2] < LARGEST


BAD: list[tuple[Callable[[gs.Generator], Any], type[Exception], str]] = [
    (lambda r: r.poisson(-1.0), ValueError, r"lam must be from 0 to 9.223372006484771e\+18, got -1.0"),
    (lambda r: r.poisson([1, np.nan]), ValueError, r"lam must be .*, got nan at index \(1,\)"),
    (lambda r: r.poisson([[1, 2], [9.3e18, -1]]), ValueError, r"lam must be .*, got 9.3e\+18 at index \(1, 0\)"),
    (lambda r: r.poisson("a"), TypeError, "lam must be an array of real numbers"),
    (lambda r: r.poisson(1, dtype=np.int32), TypeError, "dtype must be int64, got <class 'numpy.int32'>"),
    (lambda r: r.poisson([1, 2], size=3), ValueError, r"lam must broadcast to \(3,\), got shape \(2,\)"),
    (lambda r: r.poisson(1, out=np.zeros(3)), TypeError, "out must have dtype int64, got float64"),
    (lambda r: r.poisson(1, size=2, out=np.zeros(3, np.int64)), ValueError, "out must have shape"),
    (lambda r: r.binomial(-1, 0.5), ValueError, r"n must be from 0 to 2\*\*63 - 1, got -1"),
    (lambda r: r.binomial([3, -2], 0.5), ValueError, r"n must be from 0 to 2\*\*63 - 1, got -2 at index \(1,\)"),
    (lambda r: r.binomial(2**63, 0.5), ValueError, r"n must be from 0 to 2\*\*63 - 1, got 9223372036854775808"),
    (lambda r: r.binomial(2.5, 0.5), TypeError, "n must be an integer or an array of integers, got float"),
    (lambda r: r.binomial(3, 1.5), ValueError, "p must be from 0 to 1, got 1.5"),
    (lambda r: r.binomial(3, [0.5, -0.1]), ValueError, r"p must be from 0 to 1, got -0.1 at index \(1,\)"),
    (lambda r: r.binomial([1, 2], [0.1, 0.2, 0.3]), ValueError, "n must broadcast to the other parameters"),
    (lambda r: r.geometric(0.0), ValueError, "p must be above 0 and at most 1, got 0.0"),
    (lambda r: r.geometric([0.5, np.nan]), ValueError, r"p must be above 0 and at most 1, got nan at index \(1,\)"),
    (lambda r: r.multinomial(-1, [1.0]), ValueError, r"n must be from 0 to 2\*\*63 - 1, got -1"),
    (lambda r: r.multinomial(1, [0.5, 0.6]), ValueError, "pvals must sum to 1 along axis 0, got 1.1"),
    (lambda r: r.multinomial(1, [[1, 0], [1.5, -0.5]]), ValueError, "pvals .*, got -0.5 at category 1 in row 1"),
    (lambda r: r.multinomial(1), TypeError, "pvals or logits must be given"),
    (lambda r: r.multinomial(1, [1.0], logits=[0.0]), TypeError, "only one of pvals, logits may be given"),
    (lambda r: r.multinomial(1, logits=[0, np.nan]), ValueError, "logits must be finite or -inf, got nan"),
    (lambda r: r.multinomial([1, 2], [[0.5, 0.5]] * 3), ValueError, "n must broadcast to the other parameters"),
    (lambda r: r.multinomial([1, 2], [0.5, 0.5], size=3), ValueError, r"n must broadcast to \(3,\)"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_errors_leave_the_generator(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    rng = gs.Generator(5, 0, 17)
    with pytest.raises(error, match=message):
        call(rng)
    assert rng == gs.Generator(5, 0, 17)


def test_errors_leave_out() -> None:
    out = np.full(3, 77)
    for call in (
        lambda: gs.Generator(1).poisson([1, 2, -3], out=out),
        lambda: gs.Generator(1).binomial(5, [0.5, 0.5, 2], out=out),
        lambda: gs.Generator(1).geometric([0.5, 0, 1], out=out),
        lambda: gs.Generator(1, 0, 2**64 - 5).poisson(1.0, out=out),
    ):
        with pytest.raises(ValueError, match=r"lam must be|p must be|stream"):
            call()
        assert (out == 77).all()


# --- multinomial ------------------------------------------------------------------------------------------------


def test_multinomial_by_hand(threads: int) -> None:
    """A binomial of those that are left for each category, whose element has its place in the stream."""
    p = np.array([[0.1, 0.6, 0.0, 0.3], [0.7, 0.1, 0.1, 0.1]])
    n = np.array([100, 10**9])
    got = gs.Generator(*POSITION).multinomial(n, p, size=(40_000, 2))
    assert_array_equal(got.sum(axis=-1), np.broadcast_to(n, (40_000, 2)))
    left = np.broadcast_to(n, (40_000, 2)).copy()
    elements = POSITION[2] + 1
    for j in range(4):
        rest = p[:, j:].sum(axis=1)
        share = np.minimum(p[:, j] / rest, 1)
        for at in ((0, 0), (0, 1), (17, 0), (39_999, 1)):
            row = at[0] * 2 + at[1]
            rng = gs.Generator(POSITION[0], POSITION[1], elements + 2 * (4 * row + j))
            assert rng.binomial(left[at], share[at[1]]) == got[(*at, j)]
        left -= got[..., j]


def test_multinomial_rows_broadcast() -> None:
    p = np.random.default_rng(2).dirichlet(np.ones(5), (3, 1))
    n = np.array([10, 10**6])
    got = gs.Generator(*POSITION).multinomial(n, p)
    assert got.shape == (3, 2, 5)
    full = gs.Generator(*POSITION).multinomial(np.tile(n, 3), np.repeat(p[:, 0], 2, axis=0))
    assert_array_equal(got.reshape(6, 5), full)
    repeated = gs.Generator(*POSITION).multinomial(n, p, size=(4, 3, 2))
    assert_array_equal(repeated[0], got)


def test_multinomial_in_chunks() -> None:
    whole = gs.Generator(*POSITION).multinomial(50, [0.2, 0.3, 0.5], size=1000)
    rng = gs.Generator(*POSITION)
    parts = list(rng.chunks(rng.multinomial, 50, [0.2, 0.3, 0.5], size=1000, chunk=333))
    assert_array_equal(np.concatenate(parts), whole)


def test_no_rows_of_multinomial() -> None:
    rng = gs.Generator(*POSITION)
    assert rng.multinomial(np.zeros(0, int), [0.5, 0.5]).shape == (0, 2)
    assert rng.multinomial(3, np.zeros((0, 2))).shape == (0, 2)
    assert rng.multinomial(3, [0.5, 0.5], size=(2, 0)).shape == (2, 0, 2)
    assert rng == gs.Generator(*POSITION)


@pytest.mark.parametrize(
    ("name", "text", "parameters"),
    [
        ("poisson", "lam=1.0, size=None", {"lam": 1.0, "size": None}),
        ("binomial", "n, p, size=None", {"n": inspect.Parameter.empty, "p": inspect.Parameter.empty, "size": None}),
        ("geometric", "p, size=None", {"p": inspect.Parameter.empty, "size": None}),
    ],
)
def test_the_words_are_those_of_numpy(name: str, text: str, parameters: dict[str, Any]) -> None:
    """The parameters that NumPy's methods have, in their order and with their defaults, then ours."""
    assert (getattr(np.random.Generator, name).__doc__ or "").lstrip().startswith(f"{name}({text})")
    _, *ours = inspect.signature(getattr(gs.Generator, name)).parameters.values()
    assert [(p.name, p.default) for p in ours] == [*parameters.items(), ("dtype", np.int64), ("out", None)]


def test_multinomial_of_logits() -> None:
    logits = np.log(np.array([0.25, 0.5, 0.125, 0.125]))
    got = gs.Generator(*POSITION).multinomial(1000, logits=logits, size=100)
    assert_array_equal(got, gs.Generator(*POSITION).multinomial(1000, np.exp(logits), size=100))
    wide = gs.Generator(*POSITION).multinomial(1000, logits=[[-np.inf, 0.0], [800.0, 0.0]], size=(50, 2))
    assert (wide == [[0, 1000], [1000, 0]]).all()


def test_small_probabilities_after_a_large_one() -> None:
    """1 - p of the first category is not made by subtraction: what the others get is as exact as their weights."""
    n, tiny = 10**18, 1e-17
    for p in ([1.0, tiny, tiny], [tiny, 1.0, tiny], [tiny, tiny, 1.0]):
        x = gs.Generator(3).multinomial(n, p, size=20_000)
        for j in range(3):
            if p[j] == tiny:
                expected = stats.poisson(n * tiny)
                observed = np.bincount(np.clip(x[:, j], 3, 20), minlength=21)[3:]
                k = np.arange(3, 20)
                masses = np.diff(np.concatenate([[0], expected.cdf(k), [1]])) * len(x)
                assert stats.chisquare(observed, masses).pvalue > FALSE_ALARM


def test_numbers_of_earlier_calls() -> None:
    """What is kept of numbers is told apart by their types, and errors come again."""
    for _ in range(2):
        assert gs.Generator(1).binomial(3, 0.5) == gs.Generator(1).binomial(np.array([3]), 0.5)[0]
        with pytest.raises(TypeError, match="n must be an integer"):
            gs.Generator(1).binomial(3.0, 0.5)
        with pytest.raises(ValueError, match=r"p must be from 0 to 1, got 1\.5"):
            gs.Generator(1).binomial(3, 1.5)
        with pytest.raises(ValueError, match=r"lam must be .* got nan"):
            gs.Generator(1).poisson(math.nan)
        with pytest.raises(ValueError, match="p must be above 0 and at most 1, got 0"):
            gs.Generator(1).geometric(0)
        assert gs.Generator(1).poisson(3) == gs.Generator(1).poisson(3.0) == gs.Generator(1).poisson([3.0])[0]
    for zero in (0.0, -0.0):
        for given in (zero, [zero]):  # kept, and not
            assert not gs.Generator(1).poisson(given, 1000).any()
            assert not gs.Generator(1).binomial(10, given, 1000).any()
