"""Noise: its bits, its error against mpmath, both ends of the uniform, moments."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import mpmath as mp
import numpy as np
import pytest
import reference
from compiled import TRANSFORMS, WORST_ERROR, fine_uniforms, signed_uniform
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import special, stats

import gsampler as gs
from gsampler.kernels.table import NOISE

NAMES = sorted(NOISE)
DTYPES = [np.float32, np.float64]
EULER = 0.5772156649015329

# In the stream of seed 42: elements whose upper 32 bits, or all there are, have these values
ENDS = {
    (np.float32, 2550989692): 0,
    (np.float32, 5057317539): 0,
    (np.float32, 59118000): 1,
    (np.float32, 4996354029): 2**32 - 2,
    (np.float32, 11898013029): 2**32 - 1,
    (np.float64, 3391143966): 0,
    (np.float64, 4384820466): 2**32 - 2,
    (np.float64, 8091619112): 2**32 - 1,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_bits_equal_reference(name: str, dtype: type) -> None:
    """On both sides of chunks and vectors, at any alignment."""
    double = dtype is np.float64
    for seed, stream, offset, n in ((42, 7, 3, 1300), (2**64 - 1, 2**40, 8 * 2**32 - 1000, 1300)):
        got = getattr(gs.Generator(seed, stream, offset), name)(size=n, dtype=dtype)
        assert_array_equal(got, np.array(reference.noise(name, seed, stream, offset, n, double), dtype))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dtype", "position"), ENDS)
def test_bits_at_the_very_ends(dtype: type, position: int, name: str) -> None:
    double = dtype is np.float64
    assert reference.word(42, 0, position, double) >> (32 if double else 0) == ENDS[dtype, position]
    got = getattr(gs.Generator(42, 0, position), name)(size=5, dtype=dtype)
    assert_array_equal(got, np.array(reference.noise(name, 42, 0, position, 5, dtype is np.float64), dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_bits_of_elements_that_draw_further_bits(name: str, dtype: type) -> None:
    """All 30 or so among 2^20 elements, both ends, in the midst of a long call; and the last ones that draw none."""
    width = 2 if dtype is np.float64 else 1
    bits = gs.Generator(5).uniform(size=2**20) * 2.0**32 if width == 2 else gs.Generator(5).bits(2**20)
    words = np.floor(bits).astype(np.int64)  # of float64 elements, their upper 32 bits
    distance = np.minimum(words, 2**32 - 1 - words)
    near = np.flatnonzero(distance < 2**16 + 2**13)
    assert (distance[near] < 2**16).sum() >= 12
    assert (distance[near] >= 2**16).any()
    got = getattr(gs.Generator(5), name)(size=words.size, dtype=dtype)[near]
    arithmetic = reference.arithmetic(dtype is np.float64)
    expected = [float(arithmetic.noise(name, 5, 0, int(i) * width)) for i in near]
    assert_array_equal(got, np.array(expected, dtype))


@given(
    st.sampled_from(NAMES),
    st.sampled_from(DTYPES),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 100),
    st.integers(0, 30),
)
def test_bits_equal_reference_anywhere(name: str, dtype: type, seed: int, stream: int, offset: int, n: int) -> None:
    rng = gs.Generator(seed, stream, offset)
    got = getattr(rng, name)(size=n, dtype=dtype)
    assert_array_equal(got, np.array(reference.noise(name, seed, stream, offset, n, dtype is np.float64), dtype))
    start, words = (offset + offset % 2, 2 * n) if dtype is np.float64 else (offset, n)
    assert rng.offset == (-(-(start + words) // 8) * 8 if n else offset)


# --- against mpmath -----------------------------------------------------------------------------------------


def errors(name: str, words: np.ndarray) -> np.ndarray:
    """Errors of the transforms of words (uint32 or uint64), in ulp of the result or of 1."""
    double = words.dtype == np.uint64
    dtype = np.float64 if double else np.float32
    got = TRANSFORMS[name](signed_uniform(words, dtype), dtype)
    size = 64 if double else 32
    values = words.tolist()
    exact = reference.EXACT[name]
    worst = np.empty(len(values))
    with mp.workdps(45):
        one = mp.mpf(1)
        for i, w in enumerate(values):
            value = exact(reference.Fraction(2 * w + 1, 2 ** (size + 1)))
            unit = mp.ldexp(1, mp.frexp(max(abs(value), one))[1] - 1 - (52 if double else 23))
            worst[i] = abs(mp.mpf(float(got[i])) - value) / unit
    return worst


def some_words(rng: np.random.Generator, n: int, double: bool) -> np.ndarray:
    if not double:
        return rng.integers(0, 2**32, n, np.uint32)
    # also the ends of the 64-bit integer, log-uniformly
    near = (2.0 ** rng.uniform(0, 63, n // 2)).astype(np.uint64)
    near[::2] = ~near[::2]
    return np.concatenate([rng.integers(0, 2**64, n - n // 2, np.uint64, endpoint=False), near])


@pytest.mark.parametrize("double", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_error_within_2_ulp(name: str, double: bool) -> None:
    words = some_words(np.random.default_rng(5), 3000, double)
    assert errors(name, words).max() <= 2


@pytest.mark.slow
@pytest.mark.parametrize("double", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_error_within_2_ulp_on_many_words(name: str, double: bool) -> None:
    """10^5 words, of them every one within 2^12 of the ends."""
    ends = np.arange(2**12, dtype=np.uint32)
    ends = np.concatenate([ends, ~ends])
    words = np.concatenate([ends, some_words(np.random.default_rng(6), 100_000 - ends.size, double)])
    assert errors(name, words).max() <= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_error_of_every_float32_word(name: str) -> None:
    """All 2^32 words against the float64 transform of the same uniform, itself within 2 ulp of float64."""
    quarter = 2**30
    with ThreadPoolExecutor(2) as pool:
        worst = max(pool.map(WORST_ERROR[name], range(0, 2**32, quarter), range(quarter, 2**32 + 1, quarter)))
    assert (0.4 if name == "uniform" else 1) < worst <= 2


@pytest.mark.parametrize("double", [False, True], ids=["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_error_within_2_ulp_with_further_bits(name: str, double: bool) -> None:
    """Elements near the ends: the uniform has twice the bits, the further ones from domain 1."""
    rng = np.random.default_rng(7)
    first = (2.0 ** rng.uniform(0, 16, 400)).astype(np.uint32) - np.uint32(1)
    first[:4] = 0, 1, 2, 3
    first = np.concatenate([first, ~first])
    positions = rng.integers(0, 2**62, first.size, np.uint64) * np.uint64(2)
    second = rng.integers(0, 2**32, first.size, np.uint64)
    dtype = np.float64 if double else np.float32
    words = first.astype(np.uint64) << np.uint64(32) | second if double else first
    t = np.empty(first.size, dtype)
    fine_uniforms(words, np.uint64(11), np.uint64(12), positions, t)
    got = TRANSFORMS[name](t, dtype)
    with mp.workdps(60):
        for i in range(first.size):
            position = int(positions[i])
            w = [int(first[i]), int(second[i])][: 2 if double else 1]
            w += [reference.further(11, 12, position + j) for j in range(len(w))]
            size = 32 * len(w)
            u = reference.Fraction(2 * int("".join(f"{x:08x}" for x in w), 16) + 1, 2 ** (size + 1))
            value = reference.EXACT[name](u)
            unit = mp.ldexp(1, mp.frexp(max(abs(value), mp.mpf(1)))[1] - 1 - (52 if double else 23))
            assert abs(mp.mpf(float(got[i])) - value) <= 2 * unit, (i, first[i])


# --- the ends of the distributions --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_range_in_the_table(name: str, dtype: type) -> None:
    """The largest and smallest uniforms stay within what the table says, and come near it."""
    double = dtype is np.float64
    smallest = dtype(2.0 ** -(129 if double else 65))
    ends = TRANSFORMS[name](np.array([smallest, -smallest], dtype), dtype)
    lowest, highest = NOISE[name].lowest[double], NOISE[name].highest[double]
    assert lowest <= ends.min() <= lowest + 0.1
    assert highest - 0.1 <= ends.max() <= highest


@pytest.mark.parametrize("dtype", DTYPES)
def test_range(dtype: type) -> None:
    """The largest and smallest uniforms give what the documentation says."""
    bits = 128 if dtype is np.float64 else 64
    smallest = dtype(2.0 ** -(bits + 1))
    t = np.array([smallest, -smallest], dtype)
    low, high = TRANSFORMS["uniform"](t, dtype)
    assert low == smallest
    assert high == np.nextafter(dtype(1), dtype(0)) < 1
    limits = (-3.808, 45.055) if dtype is np.float32 else (-4.493, 89.416)
    assert np.allclose(TRANSFORMS["gumbel"](t, dtype), limits[::-1], atol=0.005)
    assert np.allclose(TRANSFORMS["exponential"](t, dtype)[1], limits[1], atol=0.005)
    assert TRANSFORMS["exponential"](t, dtype)[0] == smallest
    assert np.allclose(TRANSFORMS["logistic"](t, dtype), [-limits[1], limits[1]], atol=0.005)
    largest = 9.16 if dtype is np.float32 else 13.10
    assert np.allclose(TRANSFORMS["normal"](t, dtype), [-largest, largest], atol=0.01)


def test_uniform_never_reaches_its_ends() -> None:
    ends = np.concatenate([np.arange(5000, dtype=np.uint32), ~np.arange(5000, dtype=np.uint32)])
    u = TRANSFORMS["uniform"](signed_uniform(ends, np.float32), np.float32)
    assert u.min() > 0
    assert u.max() < 1


def test_tail_values_are_dense() -> None:
    """Of 2^26 float32 Gumbels some 400 lie above 12 and some 70 below -2.6: hardly two of them are the same number."""
    g = gs.Generator(8).gumbel(size=2**26, dtype=np.float32)
    for tail, probability in ((g[g > 12], 6.144e-6), (g[g < -2.6], 1.4194e-6)):
        expected = probability * 2**26
        assert abs(tail.size - expected) < 5 * expected**0.5
        assert np.unique(tail).size >= tail.size - 2


def test_neighbouring_values_are_dense() -> None:
    """What the words just inside the edges give is less than 2^-16 apart."""
    words = np.arange(2**16, 2**16 + 2**14, dtype=np.uint32)
    for side in (words, ~words):
        g = TRANSFORMS["gumbel"](signed_uniform(side, np.float32), np.float32)
        assert np.abs(np.diff(g)).max() <= 2.0**-16 + np.spacing(np.abs(g).max())


# --- distributions ------------------------------------------------------------------------------------------

DISTRIBUTIONS = {name: getattr(stats, entry.law) for name, entry in NOISE.items()}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_distribution(name: str, dtype: type) -> None:
    """Chi-square over 1000 equal bins of 10^6 draws and Kolmogorov-Smirnov of 10^5; false alarms at 1e-6 each."""
    x = getattr(gs.Generator(123), name)(size=10**6, dtype=dtype).astype(np.float64)
    cdf = DISTRIBUTIONS[name].cdf
    counts = np.bincount((cdf(x) * 1000).astype(int).clip(0, 999), minlength=1000)
    assert stats.chisquare(counts).pvalue > 1e-6
    assert stats.kstest(x[:100_000], cdf).pvalue > 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_moments_and_correlation(name: str) -> None:
    """Mean, variance and the correlation with the next element, within 5 standard errors."""
    n = 4 * 10**6
    x = getattr(gs.Generator(5), name)(size=n)
    mean, variance, kurtosis = (float(v) for v in DISTRIBUTIONS[name].stats(moments="mvk"))
    assert abs(x.mean() - mean) < 5 * (variance / n) ** 0.5
    assert abs(x.var() / variance - 1) < 5 * ((kurtosis + 2) / n) ** 0.5
    centred = x - x.mean()
    assert abs((centred[1:] * centred[:-1]).mean() / variance) < 5 * n**-0.5


def test_one_element_of_the_stream_serves_all() -> None:
    """The same position gives the same uniform to each distribution."""
    u, e, g, logit = (
        getattr(gs.Generator(3), name)(size=2000) for name in ("uniform", "exponential", "gumbel", "logistic")
    )
    np.testing.assert_allclose(e, -np.log1p(-u), rtol=1e-13)
    np.testing.assert_allclose(g, -np.log(e), atol=1e-14)
    np.testing.assert_allclose(logit, np.log(u) - np.log1p(-u), atol=1e-13)
    np.testing.assert_allclose(gs.Generator(3).normal(size=2000), special.ndtri(u), rtol=1e-12)


# --- location and scale -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_location_and_scale(dtype: type) -> None:
    standard = gs.Generator(9).gumbel(size=(3, 4), dtype=dtype)
    loc, scale = np.array([1.5, -2.25, 1e6]), np.array([[0.1], [0.0], [7.0], [1.0]]).T
    scaled = gs.Generator(9).gumbel(loc[:, None], scale, size=(3, 4), dtype=dtype)
    assert_array_equal(scaled, standard * scale.astype(dtype) + loc[:, None].astype(dtype))
    assert_array_equal(gs.Generator(9).gumbel(loc[:, None], scale, dtype=dtype), scaled)
    for i, j in np.ndindex(3, 4):  # scalars give the bits that arrays give
        alone = gs.Generator(9).gumbel(loc[i], scale[0, j], size=(3, 4), dtype=dtype)
        assert alone[i, j] == scaled[i, j]
    assert_array_equal(gs.Generator(9).gumbel(loc=3, size=(3, 4), dtype=dtype), standard + dtype(3))
    assert_array_equal(
        gs.Generator(9).exponential(2.5, size=7, dtype=dtype),
        gs.Generator(9).exponential(size=7, dtype=dtype) * dtype(2.5),
    )
    assert_array_equal(
        gs.Generator(9).logistic(1, 2, size=7, dtype=dtype),
        gs.Generator(9).logistic(size=7, dtype=dtype) * dtype(2) + dtype(1),
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("loc", "scale", "size", "shape"),
    [
        ((), (), None, ()),
        ((), (), (3, 2), (3, 2)),
        ((2,), (3, 1), None, (3, 2)),
        ((3, 1), (), (3, 2), (3, 2)),
        ((3, 2), (1, 2), (4, 3, 2), (4, 3, 2)),
        ((0,), (), None, (0,)),
    ],
)
def test_normal_and_the_way_back(
    loc: tuple[int, ...], scale: tuple[int, ...], size: tuple[int, ...] | None, shape: tuple[int, ...], dtype: type
) -> None:
    """Value and gradients against the standard noise at the same position, each gradient in its parameter's shape."""
    rng = np.random.default_rng(1)
    mean, deviation = rng.normal(size=loc).astype(dtype), rng.uniform(0, 3, scale).astype(dtype)
    value, vjp = gs.Generator(4).normal_vjp(mean, deviation, size, dtype)
    noise = gs.Generator(4).normal(size=shape, dtype=dtype)
    assert_array_equal(value, noise * deviation + mean)
    assert_array_equal(gs.Generator(4).normal(mean, deviation, size, dtype), value)
    assert_array_equal(vjp.noise, noise)
    grad = rng.normal(size=shape).astype(dtype)
    for got, terms, wanted in zip(vjp(grad), (grad, grad * noise), (loc, scale), strict=True):
        over = tuple(range(len(shape) - len(wanted)))
        over += tuple(i for i in range(-len(wanted), 0) if wanted[i] == 1 and shape[i] != 1)
        expected = terms.astype(float).sum(over).reshape(wanted)
        assert np.shape(got) == wanted
        assert got.dtype == dtype
        np.testing.assert_allclose(got, expected, rtol=4 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps)


def test_the_way_back_of_the_normal_is_part_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the noise was made leaves the position as it was, too; and ``out`` is the value."""
    rng, out = gs.Generator(4), np.zeros((3, 4))[:, ::2]
    value, vjp = rng.normal_vjp([1.0, 2.0], 3.0, out=out)
    assert value is out
    assert_array_equal(out, gs.Generator(4).normal([1.0, 2.0], 3.0, (3, 2)))
    assert_array_equal(vjp(np.ones((3, 2)))[0], [3.0, 3.0])
    before = rng.offset

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "add", fail)
    with pytest.raises(KeyboardInterrupt):
        rng.normal_vjp(1.0, 3.0, 5)
    assert rng.offset == before


def test_errors_of_the_normal() -> None:
    rng = gs.Generator(4)
    for call, message in (
        (lambda: rng.normal_vjp(0.0, -1.0), "scale must be finite and not negative, got -1.0"),
        (lambda: rng.normal_vjp(np.nan), "loc must be finite, got nan"),
        (lambda: rng.normal_vjp(np.zeros(2), size=3), r"loc must broadcast to \(3,\), got shape \(2,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    assert rng.offset == 0
    with pytest.raises(ValueError, match=r"grad must have the shape of the sample, \(\), got \(2,\)"):
        rng.normal_vjp()[1]([1.0, 2.0])


def test_gumbel_mean_has_the_mode_as_location() -> None:
    g = gs.Generator(1).gumbel(10.0, 2.0, size=10**6)
    assert abs(g.mean() - (10 + 2 * EULER)) < 5 * 2 * 1.2825 / 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_of_earlier_calls(dtype: type) -> None:
    """What is kept of a location and a scale is told apart by type of element and sign of zero."""
    standard = gs.Generator(1).normal(size=9, dtype=dtype)
    for scale in (0.0, -0.0, 2, 2.0, 0.1, -0.0, 0.0):
        got = gs.Generator(1).normal(0.0, scale, 9, dtype)
        expected = standard * dtype(scale) + dtype(0)
        assert got.dtype == dtype
        assert got.tobytes() == expected.tobytes()
        for bad in (math.nan, math.inf, -1.0):
            with pytest.raises(ValueError, match="scale must be finite and not negative"):
                gs.Generator(1).normal(0.0, bad, 9, dtype)
    assert gs.Generator(1).gumbel(size=np.int64(3)).tobytes() == gs.Generator(1).gumbel(size=3).tobytes()
    with pytest.raises((TypeError, ValueError), match="size must"):
        gs.Generator(1).gumbel(size=-1)
    with pytest.raises(ValueError, match="size must"):
        gs.Generator(1).gumbel(size=2**62)
