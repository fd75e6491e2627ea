"""Forms of a call that draw the same: probabilities for logits, chunks for the whole, narrow integers, counts, size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

import gsampler as gs

FALSE_ALARM = 1e-6  # of each statistical test, whose seeds are fixed
DTYPES = [np.float32, np.float64]
RNG = np.random.default_rng(20)
LOGITS = RNG.normal(size=(7, 5))
P = special.softmax(RNG.normal(size=(7, 5)), axis=1)


def draw(call: Callable[[gs.Generator], Any], offset: int = 3) -> tuple[Any, gs.Generator]:
    rng = gs.Generator(42, 1, offset)
    return call(rng), rng


def message(call: Callable[[gs.Generator], Any], error: type[Exception]) -> str:
    rng = gs.Generator(42, 1, 8)
    with pytest.raises(error) as caught:
        call(rng)
    assert rng.offset == 8
    return str(caught.value)


# --- the method ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 1, 3, (2, 2), ()])
def test_the_method_follows_the_form_of_the_call(size: Any) -> None:
    method = "gumbel-max" if size is None else "alias"
    auto, rng = draw(lambda rng: rng.categorical(LOGITS, size))
    named, other = draw(lambda rng: rng.categorical(LOGITS, size, method=method))
    assert_array_equal(auto, named)
    assert rng == other


# --- probabilities and weights ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["gumbel-max", "inverse-cdf", "alias"])
@pytest.mark.parametrize("size", [None, 50])
def test_probabilities_are_their_logarithms(method: str, size: int | None) -> None:
    expected, _ = draw(lambda rng: rng.categorical(np.log(P), size, method=method))
    for given in ({"p": P}, {"weights": 7 * P}):
        got, _ = draw(lambda rng, given=given: rng.categorical(None, size, method=method, **given))
        assert np.mean(got != expected) <= (0.0 if size is None else 0.01)  # a rounding may decide


def test_the_logarithm_is_exact_in_the_type_of_the_probabilities() -> None:
    """Relaxed samples show it: to the bit for float64, and for float32 rounded once."""
    for dtype in DTYPES:
        p = P.astype(dtype)
        exact = np.log(p.astype(np.longdouble)).astype(dtype)
        got, _ = draw(lambda rng, p=p: rng.gumbel_softmax(p=p, tau=0.7))
        expected, _ = draw(lambda rng, exact=exact: rng.gumbel_softmax(exact, tau=0.7))
        assert got.dtype == dtype
        assert_allclose(got, expected, rtol=20 * np.finfo(dtype).eps)
        assert_array_equal(draw(lambda rng, p=p: rng.gumbel_softmax(weights=p, tau=0.7))[0], got)


@pytest.mark.parametrize("size", [None, 200_000])
def test_probability_0_is_never_drawn_and_warns_of_nothing(size: int | None) -> None:
    given = np.array([0.0, 0.25, 0.0, 0.75])
    rows = given if size else np.tile(given, (200_000, 1))
    counts = np.bincount(gs.Generator(1).categorical(p=rows, size=size), minlength=4)
    assert counts[0] == counts[2] == 0
    assert stats.chisquare(counts[[1, 3]], 200_000 * given[[1, 3]]).pvalue > FALSE_ALARM


def test_weights_are_counts_of_any_integer_type() -> None:
    for dtype in (np.uint8, np.int64, bool):
        weights = np.array([1, 0, 1], dtype)
        drawn = gs.Generator(3).categorical(weights=weights, size=1000)
        assert_array_equal(drawn, gs.Generator(3).categorical(p=[0.5, 0, 0.5], size=1000))


def test_tables_of_probabilities() -> None:
    table = gs.AliasTable(p=P)
    assert_allclose(table.probabilities, P, rtol=1e-13)
    assert_allclose(gs.AliasTable(weights=P.T * 12, axis=0).probabilities, P, rtol=1e-13)
    assert_array_equal(gs.Generator(5).categorical(table, 9), gs.Generator(5).categorical(p=P, size=9))


@pytest.mark.parametrize("dtype", DTYPES)
def test_bernoulli_draws_of_probabilities(dtype: type) -> None:
    p = np.array([0.0, 1.0, 0.3, 1e-3, 0.999], dtype)
    counts = gs.Generator(8).bernoulli(p=p, size=300_000).sum(axis=0)
    assert counts[0] == 0
    assert counts[1] == 300_000
    for count, probability in zip(counts[2:], p[2:].astype(float), strict=True):
        assert stats.binomtest(int(count), 300_000, probability).pvalue > FALSE_ALARM
    logits = special.logit(p[2:].astype(float)).astype(dtype)
    assert_array_equal(gs.Generator(2).bernoulli(p=p[2:]), gs.Generator(2).bernoulli(logits))
    soft = gs.Generator(2).binary_concrete(p=p[2:], tau=0.5, size=100)
    assert_allclose(soft, gs.Generator(2).binary_concrete(logits, tau=0.5, size=100), rtol=30 * np.finfo(dtype).eps)


BAD = [
    (lambda r: r.categorical(), TypeError, "logits, p or weights must be given"),
    (
        lambda r: r.categorical([0.0], p=[1.0]),
        TypeError,
        "only one of logits, p, weights may be given, got logits and p",
    ),
    (lambda r: r.categorical(gs.AliasTable([0.0]), p=[1.0]), TypeError, "only one of logits, p, weights may be given"),
    (
        lambda r: r.categorical(p=[0.5, 0.6]),
        ValueError,
        "p must sum to 1 along axis 0, got 1.1; weights= takes numbers of any sum",
    ),
    (lambda r: r.categorical(p=[[1, 0], [0.5, 0.4]]), ValueError, "p must sum to 1 along axis 1, got 0.9 in row 1"),
    (
        lambda r: r.categorical(p=[[0.5, 0.5], [-0.1, 1.1]]),
        ValueError,
        "p must be finite and not negative, got -0.1 at category 0 in row 1",
    ),
    (lambda r: r.categorical(p=[0.5, np.nan]), ValueError, "p must be finite and not negative, got nan at category 1"),
    (
        lambda r: r.categorical(weights=[[1, 2], [0, 0]]),
        ValueError,
        "weights must have a category above 0, got only 0 in row 1",
    ),
    (lambda r: r.categorical(weights=[0.0]), ValueError, "weights must have a category above 0, got only 0 throughout"),
    (lambda r: r.categorical(weights=[np.inf, 1]), ValueError, "weights must be finite and not negative, got inf"),
    (lambda r: r.categorical(weights=3.0), ValueError, "weights must have an axis of categories, got a scalar"),
    (lambda r: gs.AliasTable(p=[0.2]), ValueError, "p must sum to 1"),
    (lambda r: r.gumbel_softmax(p=[0.2, 0.9]), ValueError, "p must sum to 1 along axis 0, got 1.1"),
    (lambda r: r.gumbel_softmax(), TypeError, "logits, p or weights must be given"),
    (lambda r: r.bernoulli(), TypeError, "logits or p must be given"),
    (lambda r: r.bernoulli(0.0, p=0.5), TypeError, "only one of logits, p may be given, got logits and p"),
    (lambda r: r.bernoulli(p=[0.5, 1.5]), ValueError, r"p must be from 0 to 1, got 1.5 at index \(1,\)"),
    (lambda r: r.binary_concrete(p=np.nan), ValueError, "p must be from 0 to 1, got nan"),
    # temperature
    (lambda r: r.categorical([0.0, 1.0], tau=0.0), ValueError, r"tau must .* got 0.0; its limit at 0 is numpy.argmax"),
    (lambda r: r.categorical([0.0, 1.0], tau=[1.0, 2.0]), ValueError, "tau must be a number or broadcast to the rows"),
    (lambda r: r.categorical(np.float32([1e30]), tau=1e-20), ValueError, "logits / tau must be finite in float32"),
    (lambda r: r.categorical(gs.AliasTable([0.0]), tau=0.5), ValueError, "tau must be left out for an AliasTable"),
    (
        lambda r: r.categorical(gs.AliasTable([0.0]), method="gumbel-max"),
        ValueError,
        "method must be 'auto' or 'alias'",
    ),
    # types of results
    (
        lambda r: r.categorical(np.zeros(257), dtype=np.uint8),
        ValueError,
        "dtype must hold categories up to 256, got uint8",
    ),
    (lambda r: r.categorical(np.zeros(129), dtype="i1"), ValueError, "dtype must hold categories up to 128, got int8"),
    (lambda r: r.categorical([0.0], dtype=float), TypeError, "dtype must be an integer type, got float64"),
    (lambda r: r.categorical([0.0], dtype="no"), TypeError, "dtype must be an integer type, got 'no'"),
    (
        lambda r: r.categorical(np.zeros(300), size=2, out=np.empty(2, np.uint8)),
        ValueError,
        "out must hold categories up to 299, got uint8, which ends at 255",
    ),
    (lambda r: r.categorical([0.0], 2, out=np.empty(2)), TypeError, "out must be of an integer type, got float64"),
    (lambda r: r.categorical([0.0], 2, out=np.empty(2, "i4"), dtype="i8"), TypeError, "out must have dtype int64"),
    (
        lambda r: r.categorical([0.0], 2, counts=True, dtype="u1"),
        TypeError,
        "dtype must be int64 or left out with counts",
    ),
    (lambda r: r.categorical([0.0], 2, counts=1), TypeError, "counts must be True or False, got 1"),
    (lambda r: r.categorical([0.0], 2, counts=True, out=np.empty(2, int)), ValueError, r"out must have shape \(1,\)"),
]


@pytest.mark.parametrize(("call", "error", "text"), BAD, ids=[text for _, _, text in BAD])
def test_bad_forms_say_so_and_change_nothing(call: Callable[[gs.Generator], Any], error: type, text: str) -> None:
    with pytest.raises(error, match=text):
        call(gs.Generator(1))
    message(call, error)


# --- types of results, and counts -------------------------------------------------------------------------------

CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "one a row": (LOGITS, {}),
    "many a row": (LOGITS, {"size": 50_000}),
    "size of two axes": (LOGITS.astype(np.float32), {"size": (3, 200), "method": "gumbel-max"}),
    "inverse-cdf": (LOGITS, {"size": 40_001, "method": "inverse-cdf"}),
    "categories first": (LOGITS.T, {"size": 5, "axis": 0}),
    "one row": (LOGITS[0], {"size": 300_000}),
    "no draws": (LOGITS, {"size": 0}),
    "no rows": (LOGITS[:0], {}),
    "a table": (gs.AliasTable(LOGITS), {"size": 100_000}),
    "tables by blocks": (np.tile(LOGITS[0], (230_000, 1)), {"size": 2}),
    "a row that threads share": (np.zeros((2, 2**17 + 3), np.float32), {}),
}


@pytest.mark.parametrize("name", CALLS)
def test_narrow_integers_and_counts_are_the_same_draws(name: str, threads: int) -> None:
    logits, options = CALLS[name]
    wide, after = draw(lambda rng: rng.categorical(logits, **options))
    k = 2**17 + 3 if "share" in name else 5
    for dtype in (np.int32, np.uint64) if "share" in name else (np.uint8, np.int16, np.dtype(np.uint32)):
        narrow, rng = draw(lambda rng, dtype=dtype: rng.categorical(logits, dtype=dtype, **options))
        assert narrow.dtype == dtype
        assert_array_equal(narrow, wide)
        assert rng == after
        out = np.full((*wide.shape, 2), 99, dtype)[..., 0]  # strided
        returned, rng = draw(lambda rng, out=out: rng.categorical(logits, out=out, **options))
        assert returned is out
        assert_array_equal(out, wide)
    counted, rng = draw(lambda rng: rng.categorical(logits, counts=True, **options))
    size = options.get("size", ())
    rows = wide.shape[len(size) if isinstance(size, tuple) else 1 :]
    assert counted.shape == (*rows, k)
    expected = np.zeros_like(counted)
    for index, category in np.ndenumerate(wide):
        expected[(*index[wide.ndim - len(rows) :], category)] += 1
    assert_array_equal(counted, expected)
    assert rng == after


def test_counts_in_out() -> None:
    out = np.full((7, 5, 2), -1)[..., 0]
    assert gs.Generator(1).categorical(LOGITS, 1000, counts=True, out=out) is out
    assert_array_equal(out, gs.Generator(1).categorical(LOGITS, 1000, counts=True))
    assert_array_equal(out.sum(axis=1), 1000)


def test_counts_take_bounded_memory() -> None:
    import tracemalloc

    table = gs.AliasTable(LOGITS[0])
    gs.Generator(1).categorical(table, 10, counts=True)
    tracemalloc.start()
    counts = gs.Generator(1).categorical(table, 10_000_000, counts=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**25  # the draws would take 80 MB
    assert stats.chisquare(counts, 1e7 * table.probabilities).pvalue > FALSE_ALARM


# --- temperature, and large logits -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_temperature_divides_the_logits(dtype: type) -> None:
    logits = LOGITS.astype(dtype)
    taus = np.arange(1, 8, dtype=dtype) / 3
    for tau, size in ((0.25, None), (taus, None), (taus[:, None], 4), (0.25, (2, 3))):
        scaled = logits / np.asarray(tau, dtype).reshape((-1, 1) if np.ndim(tau) else ())
        got, rng = draw(lambda rng, tau=tau, size=size: rng.categorical(logits, size, tau=tau))
        expected, other = draw(lambda rng, scaled=scaled, size=size: rng.categorical(scaled, size))
        assert_array_equal(got, expected)
        assert rng == other
    columns, _ = draw(lambda rng: rng.categorical(logits.T, axis=0, tau=taus))
    assert_array_equal(columns, draw(lambda rng: rng.categorical(logits, tau=taus))[0])


@pytest.mark.parametrize("k", [2, 100, 3000])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_large_common_offset_changes_nothing(dtype: type, k: int, threads: int) -> None:
    """The logits less it are what they were where it is a power of 2 and they are multiples of its last bit."""
    large = 2.0 ** (20 if dtype is np.float32 else 49)
    rows = 60_000 // k
    steps = np.random.default_rng(k).integers(-8, 1, size=(rows, k)) / 8.0
    steps[:, 0] = 0  # each row's largest, which is what is subtracted
    steps[:, -1] = -np.inf
    near = steps.astype(dtype)
    for sign in (1, -1):
        far = (steps + sign * large).astype(dtype)
        mixed = np.where(np.arange(rows)[:, None] % 3 == 0, near, far)
        expected, after = draw(lambda rng: rng.categorical(near))
        for given in (far, mixed, far.T.copy().T):
            got, rng = draw(lambda rng, given=given: rng.categorical(given))
            assert_array_equal(got, expected)
            assert rng == after
        out = np.empty(rows, np.int64)
        assert_array_equal(draw(lambda rng, far=far, out=out: rng.categorical(far, out=out))[0], expected)
        soft, _ = draw(lambda rng: rng.gumbel_softmax(near, tau=0.5))
        assert_array_equal(draw(lambda rng, far=far: rng.gumbel_softmax(far, tau=0.5))[0], soft)
        scratch = np.empty_like(soft)
        assert_array_equal(draw(lambda rng, m=mixed, o=scratch: rng.gumbel_softmax(m, tau=0.5, out=o))[0], soft)
        hard, _ = draw(lambda rng, far=far: rng.gumbel_softmax(far, hard=True))
        assert_array_equal(hard.argmax(axis=1), expected)


def test_a_row_that_threads_share_is_shifted_too(threads: int) -> None:
    near = np.zeros((1, 2**17 + 5), np.float32)
    expected, _ = draw(lambda rng: rng.categorical(near))
    for offset in (2.0**15, -(2.0**15)):
        assert_array_equal(draw(lambda rng, offset=offset: rng.categorical(near + np.float32(offset)))[0], expected)


def test_masks_of_large_negative_numbers_are_no_large_rows() -> None:
    """A row is judged by its largest logit: -1e9 and -1e30 mask others, and leave them as they are."""
    logits = np.float32([[0.3, -1e9, 0.1], [-1e30, 0.2, 1023.0]])
    noise = gs.Generator(4).gumbel(size=(500, 2, 3), dtype=np.float32)
    for i in range(500):
        expected = (logits + noise[i]).argmax(axis=-1)
        got = gs.Generator(4, 0, i * 6).categorical(logits)
        assert_array_equal(got, expected)


def test_invalid_rows_behind_large_ones_are_named() -> None:
    logits = np.full((5, 3), 1e6, np.float32)
    logits[3, 1] = np.nan
    for call in (gs.Generator(1).categorical, gs.Generator(1).gumbel_softmax):
        with pytest.raises(ValueError, match="got nan at category 1 in row 3"):
            call(logits)


# --- repeated relaxed samples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("size", "axes"), [(4, (0,)), ((2, 3), (0, 1)), ((), ()), (0, (0,))])
def test_repeated_relaxed_samples(dtype: type, size: Any, axes: tuple[int, ...]) -> None:
    """They are those of logits that repeat, and the gradients their sums."""
    logits = LOGITS.astype(dtype)
    shape = size if isinstance(size, tuple) else (size,)
    whole = np.broadcast_to(logits, (*shape, 7, 5))
    compute = np.float64 if dtype is np.float64 else np.float32
    taus = np.arange(1, 8).astype(compute)
    grad = np.random.default_rng(1).normal(size=whole.shape).astype(compute)
    for tau, spread in ((0.5, 0.5), (taus, taus), (taus[:, None], taus[:, None])):
        spread = np.broadcast_to(
            np.asarray(spread, compute).reshape(-1, 1) if np.ndim(spread) else spread, (*shape, 7, 1)
        )
        (value, vjp), rng = draw(lambda rng, tau=tau: rng.gumbel_softmax_vjp(logits, tau, size=size))
        (expected, other_vjp), other = draw(lambda rng, spread=spread: rng.gumbel_softmax_vjp(whole, spread))
        assert_array_equal(value, expected)
        assert rng == other
        assert_array_equal(draw(lambda rng, tau=tau: rng.gumbel_softmax(logits, tau, size=size))[0], expected)
        dlogits, dtau = vjp(grad)
        all_logits, all_taus = other_vjp(grad)
        tolerance = {"rtol": 1e-2 if dtype is np.float16 else 1e-4, "atol": 1e-3 if dtype is np.float16 else 1e-5}
        assert_allclose(dlogits, all_logits.sum(axis=axes), **tolerance)
        sums = all_taus.sum(axis=axes)
        assert_allclose(dtau, sums.sum() if np.ndim(tau) == 0 else sums.reshape(np.shape(tau)), **tolerance)
        out = np.empty((7, 5), dtype)
        assert vjp(grad, out=out)[0] is out
        assert_array_equal(out, dlogits)
    by_column, _ = draw(lambda rng: rng.gumbel_softmax(logits.T, 0.5, axis=0, size=size))
    assert_array_equal(np.moveaxis(by_column, -2, -1), draw(lambda rng: rng.gumbel_softmax(logits, 0.5, size=size))[0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_repeated_binary_samples(dtype: type) -> None:
    logits = LOGITS[0].astype(dtype)
    grad = np.random.default_rng(1).normal(size=(3, 5)).astype(dtype)
    (value, vjp), rng = draw(lambda rng: rng.binary_concrete_vjp(logits, 0.5, size=3))
    (expected, other_vjp), other = draw(lambda rng: rng.binary_concrete_vjp(np.tile(logits, (3, 1)), 0.5))
    assert_array_equal(value, expected)
    assert rng == other
    assert_allclose(vjp(grad)[0], other_vjp(grad)[0].sum(axis=0), rtol=1e-5, atol=1e-6)
    assert_allclose(vjp(grad)[1], other_vjp(grad)[1], rtol=1e-5)
    (one, one_vjp), _ = draw(lambda rng: rng.binary_concrete_vjp(dtype(0.3), 0.5, size=2))
    assert one.shape == (2,)
    assert np.shape(one_vjp(np.ones(2))[0]) == ()


# --- gradients of a value that was changed ------------------------------------------------------------------------

VJPS: dict[str, Callable[..., Any]] = {
    "gumbel_softmax": lambda rng, x, out=None: rng.gumbel_softmax_vjp(x, 0.5, out=out),
    "binary_concrete": lambda rng, x, out=None: rng.binary_concrete_vjp(x, 0.5, out=out),
}


@pytest.mark.parametrize("name", VJPS)
def test_a_value_that_the_gradient_needs_cannot_be_changed(name: str) -> None:
    value, vjp = VJPS[name](gs.Generator(1), LOGITS)
    with pytest.raises(ValueError, match="read-only"):
        value *= 0.5
    assert not vjp.soft.flags.writeable
    vjp(np.ones_like(value))


@pytest.mark.parametrize("name", VJPS)
@pytest.mark.parametrize("n", [7, 5000])
def test_a_changed_out_is_noticed(name: str, n: int) -> None:
    x = np.random.default_rng(2).normal(size=(n, 5))
    out = np.empty_like(x)
    value, vjp = VJPS[name](gs.Generator(1), x, out)
    assert value is out
    expected = VJPS[name](gs.Generator(1), x)[1](x)
    assert_array_equal(vjp(x)[0], expected[0])
    out *= 0.5
    with pytest.raises(RuntimeError, match="the sample in out has been changed"):
        vjp(x)
    VJPS[name](gs.Generator(1), x, out)  # the very sample again
    assert_array_equal(vjp(x)[0], expected[0])
    VJPS[name](gs.Generator(2), x, out)
    with pytest.raises(RuntimeError, match="the sample in out has been changed"):
        vjp(x)


def test_a_hard_value_may_be_changed() -> None:
    value, vjp = gs.Generator(1).gumbel_softmax_vjp(LOGITS, 0.5, hard=True)
    expected = vjp(LOGITS)[0]
    value *= 2
    assert_array_equal(vjp(LOGITS)[0], expected)


# --- chunks -------------------------------------------------------------------------------------------------------

WHOLE: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "bits": ("bits", (), {"size": 20}),
    "uniform": ("uniform", (), {"size": (11, 3)}),
    "gumbel, float32": ("gumbel", (), {"size": 21, "dtype": np.float32}),
    "gumbel, float64": ("gumbel", (), {"size": 21}),
    "normal with parameters": ("normal", (np.arange(3.0), 2.0), {"size": (9, 3)}),
    "exponential": ("exponential", (2.0,), {"size": 0}),
    "categorical, rows": ("categorical", (LOGITS,), {}),
    "categorical, rows of float32": ("categorical", (LOGITS.astype(np.float32),), {"tau": np.arange(1.0, 8.0)}),
    "categorical, draws": ("categorical", (LOGITS,), {"size": (9, 2), "dtype": np.uint8}),
    "categorical, Gumbel-Max": ("categorical", (LOGITS.astype(np.float32),), {"size": 9, "method": "gumbel-max"}),
    "categorical, table": ("categorical", (gs.AliasTable(LOGITS),), {"size": 9}),
    "categorical, p": ("categorical", (), {"p": P}),
    "categorical, weights": ("categorical", (), {"weights": P[0], "size": 30}),
    "bernoulli": ("bernoulli", (LOGITS.astype(np.float32),), {}),
    "bernoulli, draws": ("bernoulli", (), {"p": 0.3, "size": 50}),
    "gumbel_softmax": ("gumbel_softmax", (LOGITS.astype(np.float32), np.arange(1.0, 8.0)[:, None]), {}),
    "gumbel_softmax, draws": ("gumbel_softmax", (LOGITS, 0.5), {"size": 5}),
    "binary_concrete": ("binary_concrete", (LOGITS, np.arange(1.0, 6.0)), {}),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("offset", [0, 5, 8])
def test_chunks_are_the_one_call(name: str, offset: int) -> None:
    sampler, args, kwargs = WHOLE[name]
    whole, after = draw(lambda rng: getattr(rng, sampler)(*args, **kwargs), offset)
    for chunk in (1, 2, 3, 7, 8, 1000):
        parts, rng = draw(
            lambda rng, c=chunk: list(rng.chunks(getattr(rng, sampler), *args, chunk=c, **kwargs)), offset
        )
        assert {len(part) for part in parts[:-1]} <= {chunk}
        assert_array_equal(np.concatenate(parts), whole)
        assert rng == after


def test_chunks_go_on_from_a_saved_state() -> None:
    """A job that ended after some chunks, and one of other chunks for what remains."""
    whole = gs.Generator(7).gumbel(size=103, dtype=np.float32)
    first = gs.Generator(7)
    parts = first.chunks("gumbel", size=103, chunk=10, dtype=np.float32)
    got = [next(parts) for _ in range(3)]
    second = gs.Generator()
    second.state = first.state
    got += second.chunks("gumbel", size=73, chunk=7, dtype=np.float32)
    assert_array_equal(np.concatenate(got), whole)


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_counts_of_chunks_add_up(chunk: int) -> None:
    for options in ({}, {"method": "gumbel-max"}):
        whole, after = draw(lambda rng, o=options: rng.categorical(LOGITS, 20, counts=True, **o))
        parts, rng = draw(
            lambda rng, o=options: list(rng.chunks("categorical", LOGITS, size=20, counts=True, chunk=chunk, **o))
        )
        assert_array_equal(sum(parts), whole)
        assert len(parts) == -(-20 // chunk)
        assert rng == after


def test_draws_of_int64_go_straight_to_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by way of pieces, also where ``out`` or ``dtype`` says int64."""
    monkeypatch.setattr("gsampler.core.indices.NarrowIndices.take", None)
    expected = gs.Generator(1).categorical(LOGITS, 50)
    for options in ({"out": np.empty((50, 7), np.int64)}, {"dtype": "i8"}, {"dtype": np.dtype(np.int64)}):
        assert_array_equal(gs.Generator(1).categorical(LOGITS, 50, **options), expected)


def test_chunks_into_out() -> None:
    out = np.empty((10, 2))
    rng = gs.Generator(1)
    parts = list(rng.chunks(rng.gumbel, size=(10, 2), chunk=4, out=out))
    assert all(np.shares_memory(part, out) for part in parts)
    assert_array_equal(out, gs.Generator(1).gumbel(size=(10, 2)))


def test_a_bad_chunk_leaves_the_generator_before_it() -> None:
    logits = LOGITS.copy()
    logits[4, 2] = np.nan
    rng = gs.Generator(1)
    parts = rng.chunks(rng.categorical, logits, chunk=2)
    assert_array_equal([next(parts), next(parts)], gs.Generator(1).categorical(logits[:4]).reshape(2, 2))
    before = rng.offset
    with pytest.raises(ValueError, match="got nan at category 2 in row 0"):
        next(parts)
    assert rng.offset == before == 4 * 5 * 2


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda r: r.chunks("spawn", chunk=1), ValueError, "sampler must be a method of this generator, one of bits"),
        (lambda r: r.chunks(gs.Generator(2).gumbel, size=3, chunk=1), ValueError, "sampler must be a method of this"),
        (
            lambda r: r.chunks(r.gumbel, chunk=2),
            TypeError,
            "size must be given, what all chunks of gumbel are together",
        ),
        (lambda r: r.chunks(r.gumbel, size=(), chunk=2), TypeError, "size must be given"),
        (lambda r: r.chunks(r.gumbel, size=3, chunk=0), ValueError, "chunk must be at least 1, got 0"),
        (lambda r: r.chunks(r.gumbel, size=3, chunk=1.5), TypeError, "chunk must be an integer, got float"),
        (lambda r: r.chunks(r.categorical, LOGITS, axis=0, chunk=2), ValueError, "axis must not be the first"),
        (lambda r: r.chunks(r.categorical, LOGITS[0], chunk=2), TypeError, "size must be given"),
        (
            lambda r: r.chunks(r.categorical, LOGITS, size=3, counts=True, chunk=2, out=np.empty((7, 5), int)),
            ValueError,
            "out must be left out where counts",
        ),
        (lambda r: r.chunks(r.gumbel, size=3, chunk=2, out=np.empty(4)), ValueError, "out must have the shape of all"),
        (lambda r: r.chunks(r.gumbel, size=3, chunk=2, scales=1), TypeError, "scales"),
    ],
)
def test_bad_chunks_say_so_at_once(call: Callable[[gs.Generator], Any], error: type, text: str) -> None:
    rng = gs.Generator(1)
    with pytest.raises(error, match=text):
        call(rng)
    assert rng.offset == 0
