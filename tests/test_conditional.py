"""Gumbels given their argmax, and counterfactuals. Seeds are fixed; a test of chance fails by chance once in 10^6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import reference
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import gsampler as gs

FALSE_ALARM = 1e-6
INF, NAN = np.inf, np.nan
LOGITS = np.array([0.3, -1.2, 1.1, -INF, 0.0])
OTHER = np.array([1.0, -INF, -0.5, 0.2, 0.4])
DTYPES = ("float16", "float32", "float64")


def table(rows: int, k: int, dtype: str, seed: int = 0) -> np.ndarray:
    """Logits, some masked, the first one never."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.standard_normal((rows, k))
    logits[rng.random(logits.shape) < 0.2] = -INF
    logits[:, 0] = 0.5
    return logits.astype(dtype)


def gumbel_given_below(x: np.ndarray, loc: float, bound: float) -> np.ndarray:
    """The distribution function of a Gumbel that is below a bound."""
    return np.exp(np.exp(loc - bound) - np.exp(loc - np.minimum(x, bound)))


# --- the distribution -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("index", [0, 1, 2, 4])
def test_each_coordinate_has_its_density(index: int, dtype: str) -> None:
    """The largest is a Gumbel about logsumexp(logits); given that, the others are Gumbels below it, independently."""
    z = gs.Generator(11).conditional_gumbel(LOGITS.astype(dtype), index, size=100_000).astype(float)
    top = z[:, index]
    total = np.log(np.exp(LOGITS).sum())
    uniforms = [np.exp(-np.exp(total - top))]
    uniforms += [gumbel_given_below(z[:, j], LOGITS[j], top) for j in (0, 1, 2, 4) if j != index]
    for u in uniforms:
        assert stats.kstest(u, "uniform").pvalue > FALSE_ALARM
    cells = np.floor(4 * np.clip(np.array(uniforms), 0, 1 - 1e-12)).astype(int)
    counts = np.bincount(np.ravel_multi_index(tuple(cells), (4,) * 4), minlength=256)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM
    assert (z[:, 3] == -INF).all()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_as_by_rejection(index: int) -> None:
    logits = np.array([0.3, -1.2, 1.1])
    noisy = logits + gs.Generator(12).gumbel(size=(400_000, 3))
    kept = noisy[noisy.argmax(-1) == index]
    z = gs.Generator(13).conditional_gumbel(logits, index, size=len(kept))
    for j in range(3):
        assert stats.ks_2samp(z[:, j], kept[:, j]).pvalue > FALSE_ALARM
    edges = [np.quantile(kept[:, j], [0.25, 0.5, 0.75]) for j in range(3)]
    cells = [[np.searchsorted(edges[j], sample[:, j]) for j in range(3)] for sample in (kept, z)]
    counts = [np.bincount(np.ravel_multi_index(tuple(cell), (4, 4, 4)), minlength=64) for cell in cells]
    together = np.array([c for c in zip(*counts, strict=True) if sum(c) > 20])
    assert stats.chi2_contingency(together)[1] > FALSE_ALARM


def test_over_the_index_it_is_unconditional_noise() -> None:
    logits = np.array([0.3, -1.2, 1.1])
    index = gs.Generator(14).categorical(logits, size=200_000)
    noise = gs.Generator(15).conditional_gumbel(logits, index, size=200_000) - logits
    for j in range(3):
        assert stats.kstest(noise[:, j], "gumbel_r").pvalue > FALSE_ALARM
    correlation = np.corrcoef(stats.norm.ppf(stats.gumbel_r.cdf(noise)).T)
    assert np.abs(correlation - np.eye(3)).max() < 5 / 200_000**0.5


# --- values -----------------------------------------------------------------------------------------------------------


def exact(logits: np.ndarray, i: int, seed: int, double: bool) -> list[mp.mpf]:
    """The definition, with many digits, from the very bits of the stream."""
    with mp.workdps(60):
        width = 2 if double else 1
        arrivals = [
            reference.exact_exponential(reference.Position(seed, 0, width * j, double).uniform())
            for j in range(len(logits))
        ]
        theta = [mp.mpf(float(x)) if x > -INF else mp.ninf for x in logits]
        top = max(theta)
        weights = [mp.exp(x - top) for x in theta]
        total = mp.fsum(weights)
        first = arrivals[i] / total
        z = [x - mp.log(e + w * first) for x, e, w in zip(theta, arrivals, weights, strict=True)]
        z[i] = top - mp.log(first)
        return z


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [0.0, 1.0, 100.0, 1e4, 1e30])
def test_against_mpmath(scale: float, dtype: str) -> None:
    """To 2 ulp of noise, the rounding of the sum, and a step where that makes a tie; also of logits far apart."""
    rng, double, kind = np.random.default_rng(3), dtype == "float64", np.dtype(dtype).type
    for seed in range(20):
        logits = (scale * rng.standard_normal(6)).astype(dtype)
        logits[rng.random(6) < 0.2] = -INF
        logits[0] = kind(scale) if seed % 2 else kind(-scale)
        for i in np.flatnonzero(logits > -INF):
            got = gs.Generator(seed).conditional_gumbel(logits, i)
            for value, right in zip(got, exact(logits, int(i), seed, double), strict=True):
                if right == mp.ninf:
                    assert value == -INF
                else:
                    noise = np.finfo(dtype).eps * (4 + 0.5 * np.log2(10 + abs(float(right))))
                    assert abs(float(mp.mpf(float(value)) - right)) <= noise + 2 * float(np.spacing(abs(value)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unlikely_categories_keep_the_noise_they_had(dtype: str) -> None:
    """Bit for bit: the coupling with `gumbel`, and so with categorical, at one position."""
    logits = np.array([0.0, -60.0, -100.0, -1e4, -INF, -1e30], dtype)
    z = gs.Generator(5).conditional_gumbel(logits, 0, size=1000)
    noisy = logits + gs.Generator(5).gumbel(size=z.shape, dtype=dtype)
    assert_array_equal(z[:, 1:], noisy[:, 1:])
    assert (z[:, 0] > noisy[:, 0] - 1e-6).all()


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e4, 3e7])
def test_the_index_is_the_only_largest(offset: float) -> None:
    """In 10^7 elements, and in float32 far from 0, where numbers that differ by little noise are one."""
    k = 1000
    rng = np.random.default_rng(6)
    logits = (offset + rng.standard_normal((2500, k))).astype(np.float32)
    index = rng.integers(k, size=2500)
    z = gs.Generator(7).conditional_gumbel(logits, index)
    top = np.take_along_axis(z, index[:, None], -1)
    assert ((z >= top).sum(-1) == 1).all()
    if abs(offset) >= 1e4:
        below = np.nextafter(top, np.float32(-INF))
        assert (z == below).any()  # what was a tie, or more


@pytest.mark.parametrize("k", [2, 1023, 1025])
def test_a_largest_of_zero(k: int) -> None:
    """Far below 0 and at it: the number below the largest is found on either side."""
    for bound in (0.0, -(2.0**-149), 2.0**-149, 1.0, -1.0, 2.0**-126):
        x = np.float32(bound)
        logits = np.full((2, k), -1e30, np.float32)
        logits[:, 1] = x
        z = gs.Generator(1).conditional_gumbel(logits, 1)
        assert (z.argmax(-1) == 1).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 2, 3, 7, 100, 1023, 1024, 1025, 3000])
def test_rows_of_every_length(k: int, dtype: str) -> None:
    logits = table(9, k, dtype, k)
    index = gs.Generator(2).categorical(logits)
    z = gs.Generator(8).conditional_gumbel(logits, index)
    computed = np.dtype(dtype if dtype != "float16" else "float32")
    arrivals = gs.Generator(8).exponential(size=logits.shape, dtype=computed).astype(float)
    theta = logits.astype(float)
    p = np.exp(theta - theta.max(-1, keepdims=True))
    total = p.sum(-1, keepdims=True)
    first = np.take_along_axis(arrivals, index[:, None], -1)
    expected = theta - np.log(arrivals + p / total * first)
    np.put_along_axis(expected, index[:, None], np.log(total / first) + theta.max(-1, keepdims=True), -1)
    tolerance = {"float16": 1e-2, "float32": 3e-6, "float64": 1e-14}[dtype]
    assert_allclose(z.astype(float), expected, rtol=tolerance, atol=tolerance)
    assert z.dtype == logits.dtype
    assert_array_equal(z.argmax(-1), index)


def test_float16_has_no_ties() -> None:
    logits = (1000 + np.random.default_rng(0).standard_normal((4000, 10))).astype(np.float16)
    index = np.random.default_rng(1).integers(10, size=4000)
    z = gs.Generator(3).conditional_gumbel(logits, index)
    assert ((z >= np.take_along_axis(z, index[:, None], -1)).sum(-1) == 1).all()


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [None, 2, (2, 3)])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_axes_sizes_and_strides(axis: int, size: Any, dtype: str) -> None:
    rows = table(20, 6, dtype).reshape(4, 5, 6)
    draws = (size,) if isinstance(size, int) else size or ()
    index = np.broadcast_to(gs.Generator(1).categorical(rows), (*draws, 4, 5))
    plain = [gs.Generator(4).conditional_gumbel(np.broadcast_to(rows, (*draws, 4, 5, 6)), index)]
    moved = np.moveaxis(rows, -1, axis)
    at = len(draws) + axis % 3
    plain += [
        np.moveaxis(gs.Generator(4).conditional_gumbel(moved, given, axis=axis, size=size), at, -1)
        for given in (index, gs.Generator(1).categorical(rows), index.astype(np.uint8))
    ]
    out = np.full((*draws, *moved.shape, 2), 7, dtype)[..., 0]
    gs.Generator(4).conditional_gumbel(moved, index, axis=axis, size=size, out=out)
    plain.append(np.moveaxis(out, at, -1))
    for one in plain[1:]:
        assert_array_equal(one, plain[0])


def test_an_index_for_all_rows_or_each_draw() -> None:
    logits = table(3, 4, "float64")
    logits[:, 1:] = 0
    whole = gs.Generator(1).conditional_gumbel(logits, [[0, 0, 0], [1, 1, 1]], size=2)
    assert_array_equal(gs.Generator(1).conditional_gumbel(logits, [[0], [1]], size=2), whole)
    assert_array_equal(gs.Generator(1).conditional_gumbel(logits, 0, size=2)[0], whole[0])
    assert_array_equal(gs.Generator(1).conditional_gumbel(logits.astype(int), 2).dtype, np.float64)
    for shape in ((0, 3), (4, 0, 3)):
        assert gs.Generator(1).conditional_gumbel(np.zeros(shape), 0).shape == shape
    assert gs.Generator(1).conditional_gumbel(logits, 0, size=0).shape == (0, 3, 4)


def test_threads_and_large_arrays(threads: int) -> None:
    """Bits do not depend on threads, nor on how what is not contiguous is cut."""
    logits = table(40_000, 64, "float32")
    index = gs.Generator(1).categorical(logits)
    z = gs.Generator(4).conditional_gumbel(logits, index)
    for part in (slice(0, 7), slice(33_000, 33_005)):
        rng = gs.Generator(4, offset=64 * part.start)
        assert_array_equal(rng.conditional_gumbel(logits[part], index[part]), z[part])
    assert_array_equal(gs.Generator(4).conditional_gumbel(logits.T.copy(), index, axis=0), z.T)


# --- errors -----------------------------------------------------------------------------------------------------------

MANY = np.zeros((2, 3))
MASKED = np.array([[0.0, 1, 2], [0, 1, -INF]])
ERRORS: list[tuple[Any, Any, dict[str, Any], type[Exception], str]] = [
    (MANY, [0, 3], {}, ValueError, r"index must be from 0 to 2, got 3 in row 1"),
    (MANY, [-1, 0], {}, ValueError, r"index must be from 0 to 2, got -1 in row 0"),
    (MANY, np.array([0, 2**64 - 1], np.uint64), {}, ValueError, r"from 0 to 2, got 18446744073709551615 in row 1"),
    (MASKED, [0, 2], {}, ValueError, r"index must be of a category above -inf, got 2 in row 1, whose logit is -inf"),
    (MASKED, [[0, 1], [0, 2]], {"size": 2}, ValueError, r"above -inf, got 2 in row \(1, 1\)"),
    (MASKED[1], 2, {}, ValueError, r"above -inf, got 2, whose"),
    (MANY, [0.0, 1.0], {}, TypeError, r"index must be an array of integers, got dtype float64"),
    (MANY, [True, False], {}, TypeError, r"index must be an array of integers, got dtype bool"),
    (MANY, [0, 1, 2], {}, ValueError, r"index must broadcast to the rows, \(2,\), got shape \(3,\)"),
    (MANY, [[0, 1], [0, 1]], {}, ValueError, r"got shape \(2, 2\); for several samples of a row give size="),
    (MANY, [[0], [1, 2]], {}, ValueError, r"index must be an array of integers: "),
    (MANY * NAN, [0, 0], {}, ValueError, r"logits must be finite or -inf, got nan at category 0 in row 0"),
    (np.full((2, 3), -INF), [0, 0], {}, ValueError, r"logits must have a category above -inf"),
    (MANY, [0, 0], {"axis": 2}, ValueError, r"axis must be from -2 to 1"),
    (MANY, [0, 0], {"size": -1}, ValueError, r"size must not be negative"),
]


@pytest.mark.parametrize(("logits", "index", "options", "kind", "message"), ERRORS)
def test_errors_change_nothing(
    logits: np.ndarray, index: Any, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    rng, out = gs.Generator(1), np.full((2, 3), 7.0)
    other = np.full(np.shape(logits), 7)
    calls: list[Callable[[], Any]] = [
        lambda: rng.conditional_gumbel(logits, index, out=None if options or logits.ndim == 1 else out, **options),
        lambda: rng.counterfactual(logits, index, other, **options),
    ]
    for call in calls:
        with pytest.raises(kind, match=message):
            call()
    assert rng == gs.Generator(1)
    assert (out == 7).all()


def test_errors_of_out_and_the_end_of_the_stream() -> None:
    rng = gs.Generator(1, offset=2**64 - 8)
    out = np.full((2, 3), 7.0)
    with pytest.raises(ValueError, match="stream"):
        rng.conditional_gumbel(MANY, 0, out=out)
    with pytest.raises(ValueError, match=r"out must have shape \(2, 3\), got \(3, 2\)"):
        rng.conditional_gumbel(MANY, 0, out=out.T)
    with pytest.raises(TypeError, match="out must have dtype float64, got float32"):
        rng.conditional_gumbel(MANY, 0, out=out.astype(np.float32))
    assert rng.offset == 2**64 - 8
    assert (out == 7).all()


@pytest.mark.parametrize(
    ("other", "options", "kind", "message"),
    [
        (MANY * NAN, {}, ValueError, "other_logits must be finite or -inf, got nan at category 0 in row 0"),
        (MANY - INF, {}, ValueError, "other_logits must have a category above -inf"),
        (MANY[:, :2], {}, ValueError, "other_logits must have as many categories along axis -1"),
        (np.zeros((5, 3)), {}, ValueError, "other_logits must broadcast against logits"),
        (MANY, {"dtype": np.float32}, TypeError, "dtype must be an integer type"),
        (MANY, {"counts": 1}, TypeError, "counts must be True or False"),
        (MANY, {"counts": True, "dtype": np.int8}, TypeError, "dtype must be int64 or left out"),
        (MANY, {"out": np.zeros(3, int)}, ValueError, r"out must have shape \(2,\), got \(3,\)"),
    ],
)
def test_errors_of_counterfactual(
    other: np.ndarray, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    rng = gs.Generator(1)
    with pytest.raises(kind, match=message):
        rng.counterfactual(MANY, 0, other, **options)
    assert rng == gs.Generator(1)


# --- counterfactuals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("k", [1, 2, 3, 10, 300, 1024, 1025, 2500])
def test_the_argmax_under_other_logits(k: int, dtype: str, threads: int) -> None:
    """With the noise of conditional_gumbel at that position, or its own where it was masked."""
    logits, other = table(300, k, dtype, k), table(300, k, dtype, k + 1)
    index = gs.Generator(1).categorical(logits)
    z = gs.Generator(5).conditional_gumbel(logits, index).astype(float)
    own = gs.Generator(5).gumbel(size=logits.shape, dtype=dtype).astype(float)
    with np.errstate(invalid="ignore"):
        values = other + np.where(logits > -INF, z - logits, own)
    got = gs.Generator(5).counterfactual(logits, index, other)
    ordered = np.sort(values, -1)
    clear = np.ones(300, bool) if k == 1 else ordered[:, -1] - ordered[:, -2] > 1e-5
    assert clear.mean() > 0.98
    assert_array_equal(got[clear], values.argmax(-1)[clear])
    assert_array_equal(gs.Generator(5).counterfactual(logits, index, logits), index)


def test_marginals_average_to_the_other_distribution() -> None:
    n = 300_000
    index = gs.Generator(21).categorical(LOGITS, size=n)
    counts = gs.Generator(22).counterfactual(LOGITS, index, OTHER, size=n, counts=True)
    p = np.exp(OTHER) / np.exp(OTHER).sum()
    assert counts[1] == 0
    kept = p > 0
    assert stats.chisquare(counts[kept], n * p[kept]).pvalue > FALSE_ALARM


def test_a_probability_known_otherwise() -> None:
    """By rejection: of noise that gives the index, how often the other logits give each category."""
    noise = gs.Generator(23).gumbel(size=(500_000, 5))
    seen = (OTHER + noise)[(LOGITS + noise).argmax(-1) == 2].argmax(-1)
    ours = gs.Generator(24).counterfactual(LOGITS, 2, OTHER, size=len(seen), counts=True)
    both = np.array([np.bincount(seen, minlength=5), ours])
    assert_array_equal(both[:, 1], 0)
    assert stats.chi2_contingency(both[:, [0, 2, 3, 4]])[1] > FALSE_ALARM


@pytest.mark.parametrize("lower", [0.0, 0.75])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_stability(dtype: str, lower: float) -> None:
    """What gains no more than the observed one is never the result. Exactly as much is the hardest case, where sums are
    rounded to 2^-14, as just below where rows are shifted, and the other sums less so.
    """
    rng = np.random.default_rng(4)
    logits = table(2000, 6, dtype)
    gain = rng.integers(-2, 3, logits.shape).astype(dtype)  # of which many are equal
    offset = logits.dtype.type(1000 if dtype == "float32" else 2**38)
    logits = np.round(logits * 64) / 64 + offset  # gains are exact
    other = logits + gain - logits.dtype.type(lower) * offset
    index = gs.Generator(1).categorical(logits)
    result = gs.Generator(2).counterfactual(logits, index, other, size=2000)
    own = np.take_along_axis(gain, index[:, None], -1)[:, 0]
    got = np.take_along_axis(np.broadcast_to(gain, (2000, *gain.shape)), result[..., None], -1)[..., 0]
    moved = result != index
    assert 0.1 < moved.mean() < 0.9
    assert (got > own)[moved].all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_masks_in_either(dtype: str) -> None:
    logits = np.array([0.0, -INF, 1.0, -INF], dtype)
    other = np.array([-INF, 0.0, -1.0, -INF], dtype)
    got = gs.Generator(3).counterfactual(logits, 0, other, size=20_000, counts=True)
    assert got[0] == got[3] == 0
    assert got[1] > 1000
    assert got[2] > 1000
    assert gs.Generator(3).counterfactual(logits, 0, [-INF, -INF, -INF, 0.0]) == 3


def test_large_logits_are_shifted() -> None:
    """Both rows, so that noise is not rounded away: as with the largest at 0."""
    logits, other = np.array([0.0, 1.0, 2.0], np.float32), np.array([2.0, 0.0, 1.0], np.float32)
    whole = gs.Generator(1).counterfactual(logits, 1, other, size=1000)
    far = gs.Generator(1).counterfactual(logits + np.float32(2**20), 1, other - np.float32(2**21), size=1000)
    assert (whole != far).mean() < 0.01
    assert len(np.unique(far)) > 1


def test_forms_of_the_result() -> None:
    logits, other = table(12, 5, "float32").reshape(3, 4, 5), table(12, 5, "float64", 1).reshape(3, 4, 5)
    index = gs.Generator(1).categorical(logits)
    draws = gs.Generator(6).counterfactual(logits, index, other, size=(2, 50))
    assert (draws.shape, draws.dtype) == ((2, 50, 3, 4), np.int64)
    for options in ({"dtype": np.uint8}, {"out": np.zeros((50, 2, 3, 4), np.int16).swapaxes(0, 1)}):
        assert_array_equal(gs.Generator(6).counterfactual(logits, index, other, size=(2, 50), **options), draws)
    moved = gs.Generator(6).counterfactual(
        np.moveaxis(logits, -1, 0), index, np.moveaxis(other, -1, 0), axis=0, size=(2, 50)
    )
    assert_array_equal(moved, draws)
    counts = gs.Generator(6).counterfactual(logits, index, other, size=(2, 50), counts=True)
    assert_array_equal(counts, (draws.reshape(100, 3, 4, 1) == np.arange(5)).sum(0))
    one = gs.Generator(6).counterfactual(logits[0, 0], index[0, 0], other[0, 0])
    assert isinstance(one, np.int64)
    assert one == draws[0, 0, 0, 0]
    several = gs.Generator(6).counterfactual(logits[0, 0], index[0, 0], other)  # of one observation
    assert several.shape == (3, 4)
