"""Margins: what the upper halves of words decide is what all bits would; each term of the margins, for every half."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
import reference
from close_sums import with_two_close_sums
from compiled import about_sums, coarse_bounds, fine_bounds
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler.compiler.c_types import NULL
from gsampler.kernels import margins, table
from gsampler.kernels.gumbel_max import EVALUATED_MAX_K_F32, EVALUATED_MAX_K_F64
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

DTYPES = [np.float32, np.float64]
BITS = {np.float32: 16, np.float64: 31}
EVALUATED = {np.float32: EVALUATED_MAX_K_F32, np.float64: EVALUATED_MAX_K_F64}
BOUNDS = {
    ("coarse", np.float32): (coarse_bounds, margins.COARSE_16),
    ("coarse", np.float64): (coarse_bounds, margins.COARSE_31),
    ("fine", np.float32): (fine_bounds, margins.FINE_16),
    ("fine", np.float64): (fine_bounds, margins.FINE_31),
}


def leading(dtype: type) -> np.ndarray:
    """Every x of 16 bits; of 31 bits, every one that is small, and each 16 bits with the least and the most after."""
    every = np.arange(2**16)
    if dtype is np.float32:
        return every
    low = np.random.default_rng(1).integers(0, 2**15, 2**16)
    return np.unique(np.concatenate([every, *(every << 15 | bits for bits in (0, 1, low, 2**15 - 1))]))


def halves(x: np.ndarray, dtype: type) -> np.ndarray:
    return x.astype(np.uint16) if dtype is np.float32 else (x.astype(np.uint32) << np.uint32(1))


def gumbel_between(x: np.ndarray, dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest Gumbel of the words that begin with x, tail bits included, in float64."""
    unit, least = 2.0 ** -BITS[dtype], 2.0 ** (-65 if dtype is np.float32 else -129)
    with np.errstate(divide="ignore"):
        lowest = -np.log(-np.log1p(-np.minimum((x + 1) * unit, 1 - 2.0**-53)))
    return lowest, -np.log(-np.log1p(-np.maximum(x * unit, least)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["coarse", "fine"])
def test_no_word_has_more_noise_than_its_bound_nor_less_than_the_margin_allows(name: str, dtype: type) -> None:
    bounds, (margin, lowest, span, lift) = BOUNDS[name, dtype]
    x = leading(dtype)
    least, most = gumbel_between(x, dtype)
    above = bounds(np.zeros(x.size, dtype), halves(x, dtype)) + (
        lift - margins.ROUNDING
    )  # without what is for roundings
    rounding = 110 * 2.0**-22
    assert (above - most).min() > -rounding
    inside = (x >= lowest) & (x < lowest + span)
    assert (above - least)[inside].max() < margin - margins.ROUNDING + rounding
    assert (above - least)[inside].max() > 0.97 * (margin - margins.ROUNDING)  # no wider than it need be
    low = (x >= 4) & (x < lowest)
    assert ((above - least)[low] - 1 / x[low]).max() < margin - margins.ROUNDING
    high = (x >= lowest + span) & (x < 3 << (BITS[dtype] - 2))
    assert not high.any() or (above - least)[high].max() < margin - margins.ROUNDING + margins.ALL_TAIL


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["coarse", "fine"])
def test_roundings_of_a_bound_and_of_a_sum_are_within_their_slack(name: str, dtype: type) -> None:
    """Half of it each for two elements, wherever the bound is near 0 or far from it."""
    bounds, _ = BOUNDS[name, dtype]
    x = leading(dtype)[3 :: 7 if dtype is np.float32 else 31]
    exact_at_0 = bounds(np.zeros(x.size, np.float64), halves(x, dtype)).astype(np.float64)
    for logit in [
        *np.linspace(88, 112, 49),
        -500.3,
        700.7,
        -1023.9,
        1e4,
        -3e6,
        *([3e9] if dtype is np.float64 else []),
    ]:
        logits = np.full(x.size, logit, dtype)
        got = bounds(logits, halves(x, dtype)).astype(np.float64)
        error = abs(got - (logits.astype(np.float64) + exact_at_0)) + 110 * 2.0**-23
        error += 2.0**-24 * (abs(logit) + 90) if dtype is np.float32 else 0  # of the sum with the noise
        assert (error <= (margins.RELATIVE_ROUNDING * abs(got) + margins.ROUNDING) / 2).all(), logit


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_sum_has_the_sign_of_its_approximation_beyond_the_margin(dtype: type) -> None:
    x = leading(dtype)
    unit = 2.0 ** -BITS[dtype]
    sums, near = about_sums(np.zeros(x.size, dtype), halves(x, dtype))
    middle = ~near
    distance, ends = np.minimum(x, 2 ** BITS[dtype] - 1 - x), 128 if dtype is np.float32 else 2**17
    assert near[distance < ends].all()
    assert not near[distance > ends + 128].any()
    worst = 0.0
    for u in (x[middle] * unit, (x[middle] + 1) * unit):
        worst = max(worst, abs(np.log(u) - np.log1p(-u) - sums[middle]).max())
    assert 0.55 * margins.BERNOULLI_MARGIN < worst < margins.BERNOULLI_MARGIN - margins.ROUNDING / 2


def argmax(logits: np.ndarray, draws: int, seed: int, offset: int, check: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """What the kernel draws, with the largest sums and without them: the same."""
    n, k = logits.shape
    index, again, best = np.empty(draws * n, np.int64), np.empty(draws * n, np.int64), np.empty(draws * n, logits.dtype)
    for found, sums in ((index, NULL), (again, address(best))):
        arguments = table.gumbel_max(
            seed,
            0,
            offset,
            logits=address(logits),
            k=k,
            period=n,
            parts=1,
            part=k,
            check=check,
            index=address(found),
            best=sums,
        )
        assert (
            run(kernel("gumbel_max", "f32" if logits.dtype == np.float32 else "f64"), 0, draws * n, arguments, k)
            is None
        )
    assert_array_equal(index, again)
    return index, best


def evaluated(logits: np.ndarray, draws: int, seed: int, offset: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by evaluating all."""
    sums = logits + gs.Generator(seed, 0, offset).gumbel(size=(draws, *logits.shape), dtype=logits.dtype)
    sums = sums.reshape(-1, logits.shape[-1])
    return sums.argmax(-1), sums.max(-1)


LENGTHS = [
    *range(1, 36),
    47,
    48,
    49,
    63,
    64,
    65,
    66,
    96,
    127,
    128,
    129,
    191,
    192,
    193,
    255,
    256,
    257,
    383,
    384,
    385,
    400,
    1023,
    1024,
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [0.0, 0.01, 1.0, 5.0, 100.0, 1e4])
def test_rows_of_every_length_are_what_an_evaluation_gives(spread: float, dtype: type) -> None:
    rng = np.random.default_rng(int(spread) + 1)
    for k in LENGTHS:
        rows = max(3, 6000 // k)
        logits = np.clip(rng.normal(0, spread, (rows, k)), -1e4, 900).astype(dtype)
        logits[rng.random((rows, k)) < rng.choice([0, 0.3, 0.9])] = -np.inf
        logits[:, rng.integers(0, k)] = np.minimum(logits[:, 0], 900) if spread > 1 else 0
        logits[logits.max(-1) == -np.inf, 0] = 1.5
        for draws, seed in ((1, 1), (3, 2)):
            index, best = argmax(logits, draws, seed, 0)
            expected, largest = evaluated(logits, draws, seed, 0)
            assert_array_equal(index, expected, err_msg=f"{k} categories")
            assert_array_equal(best, largest)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [5, 8, 16, 24, 33, 64, 100, 384])
def test_millions_of_elements_are_what_an_evaluation_gives(k: int, dtype: type) -> None:
    """Equal logits: a second category is close in many rows, and x of the best is small in many long ones."""
    logits = np.zeros((2_000_000 // k, k), dtype)
    index, best = argmax(logits, 1, 5, 8)
    expected, largest = evaluated(logits, 1, 5, 8)
    assert_array_equal(index, expected)
    assert_array_equal(best, largest)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [5, 8, 16, 24, 33, 64, 100, 384])
def test_rows_in_which_two_sums_are_close(k: int, dtype: type) -> None:
    """A bound may be above its sum by nearly the margin and the other by nothing; x of one is small, or large."""
    rng = np.random.default_rng(k)
    rows = 2_000_000 // k
    noise = gs.Generator(6, 0, 8).gumbel(size=(rows, k), dtype=dtype)
    logits, other = with_two_close_sums(noise, rng)
    index, best = argmax(logits, 1, 6, 8)
    assert_array_equal(index, (logits + noise).argmax(-1))
    assert_array_equal(best, (logits + noise).max(-1))
    assert 0.4 < np.mean(index == other) < 0.6


@pytest.mark.parametrize("dtype", DTYPES)
def test_bernoulli_draws_whose_sums_are_close_to_0(dtype: type) -> None:
    n = 1_000_000
    noise = gs.Generator(6).logistic(size=n, dtype=dtype)
    closeness = np.random.default_rng(1).choice([1e-3, -1e-3, 0.03, -0.03, 0], n)
    logits = (closeness - noise).astype(dtype)
    got = gs.Generator(6).bernoulli(logits)
    assert_array_equal(got, logits + noise > 0)
    assert 0.39 < got.mean() < 0.41


@pytest.mark.parametrize("k", [5, 17, 40, 100])
def test_of_equal_sums_the_first(k: int) -> None:
    """Beside logits of 2^19 and more, sums of float32 are multiples of 1/32 and more, and often equal."""
    ties = 0
    for large in (2.0**19, 2.0**20, -(2.0**21), 2.0**23):
        logits = np.full((500, k), large, np.float32)
        index, _ = argmax(logits, 1, 3, 0)
        noise = gs.Generator(3).gumbel(size=logits.shape, dtype=np.float32)
        sums = logits + noise
        assert_array_equal(index, sums.argmax(-1))
        ties += np.count_nonzero(sums.argmax(-1) != noise.argmax(-1))
    assert ties > 100


@pytest.mark.parametrize("dtype", [pytest.param(np.float32, marks=pytest.mark.slow), np.float64])
@settings(max_examples=20)  # the reference is slow indeed
@given(
    st.integers(2, 70),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**40),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.5, 4.0, 60.0]),
)
def test_rows_against_the_slow_reference(dtype: type, k: int, seed: int, offset: int, rows: int, spread: float) -> None:
    rng = np.random.default_rng(k)
    logits = rng.normal(0, spread, (rows, k)).astype(dtype)
    logits[rng.random(logits.shape) < 0.1] = -np.inf
    logits[:, -1] = 0
    width = 2 if dtype is np.float64 else 1
    start = offset + offset % width
    index, _ = argmax(logits, 1, seed, start)
    expected = [
        reference.gumbel_max(row.tolist(), seed, 0, start + width * r * k, dtype is np.float64)
        for r, row in enumerate(logits)
    ]
    assert index.tolist() == expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [4, 8, 64, 200])
@pytest.mark.parametrize("period", [1, 3, 40, 1000])
def test_draws_go_round_the_rows(period: int, k: int, dtype: type) -> None:
    """A chunk holds many periods, or part of one; a thread begins within one."""
    logits = np.random.default_rng(1).normal(0, 2, (period, k)).astype(dtype)
    draws = 3000 // (period * k) + 3
    expected, _ = evaluated(logits, draws, 9, 64)
    index = np.full(draws * period, -1)
    for start, stop in ((0, 1), (1, 1), (1, period + 2), (period + 2, draws * period)):
        arguments = table.gumbel_max(
            9,
            0,
            64,
            logits=address(logits),
            k=k,
            period=period,
            parts=1,
            part=k,
            check=0,
            index=address(index),
            best=NULL,
        )
        run(kernel("gumbel_max", "f32" if dtype is np.float32 else "f64"), start, stop, arguments, k)
    assert_array_equal(index, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [2, 5, 8, 16, 33, 64, 65, 128, 384, 1024])
@pytest.mark.parametrize("bad", [np.nan, np.inf, "masked", "large", "-large"])
def test_a_row_that_is_invalid_or_too_large_is_found_in_every_position(bad: float | str, k: int, dtype: type) -> None:
    rows = 2 * max(1, 1024 // k) + 1
    limit = 2.0**10 if dtype is np.float32 else 2.0**39
    for row in {0, rows // 3, rows - 1}:
        for column in {0, k // 2, k - 1}:
            logits = np.random.default_rng(row).normal(0, 1, (rows, k)).astype(dtype)
            logits[rows // 2, 1:] = -np.inf  # hides no NaN
            if bad == "masked":
                logits[row] = -np.inf
            elif bad == "-large":
                logits[row] = -limit
            else:
                logits[row, column] = limit if bad == "large" else bad
            index = np.empty(rows, np.int64)
            arguments = table.gumbel_max(
                1,
                0,
                0,
                logits=address(logits),
                k=k,
                period=rows,
                parts=1,
                part=k,
                check=1,
                index=address(index),
                best=NULL,
            )
            entry = kernel("gumbel_max", "f32" if dtype is np.float32 else "f64")
            assert run(entry, 0, rows, arguments, k) is not None, (row, column)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("period", [1, 7, 1023, 1025, 5000])
def test_bernoulli_draws_are_signs_of_sums(period: int, dtype: type) -> None:
    rng = np.random.default_rng(period)
    for logits in (
        np.zeros(period),
        rng.normal(0, 2, period),
        rng.normal(0, 12, period),
        rng.choice([-11.0, -9, 9, 40], period),
    ):
        logits = logits.astype(dtype)
        logits[rng.random(period) < 0.05] = -np.inf
        n = 200_000 // period
        noise = gs.Generator(4, 0, 16).logistic(size=(n, period), dtype=dtype)
        got = gs.Generator(4, 0, 16).bernoulli(logits, size=n)
        assert_array_equal(got, logits + noise > 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_bernoulli_draws_near_the_ends_take_tail_bits(dtype: type) -> None:
    """Logits at which only words near an end decide: of a million draws with odds of 2^-13, and of 2^-40, some."""
    n = 1_000_000
    for logit in (-9.01, 9.01, -27.7, 27.7):
        noise = gs.Generator(8).logistic(size=n, dtype=dtype)
        got = gs.Generator(8).bernoulli(np.full(n, logit, dtype))
        assert_array_equal(got, dtype(logit) + noise > 0)
        assert abs(logit) > 20 or 60 < np.count_nonzero(got == (logit < 0)) < 190


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bernoulli_logits_that_are_invalid_are_found(bad: float, dtype: type) -> None:
    for at in (0, 1, 1023, 1024, 2999):
        logits = np.random.default_rng(at).normal(0, 1, 3000).astype(dtype)
        logits[::7] = -np.inf
        logits[at] = bad
        with pytest.raises(ValueError, match=rf"at index \({at},\)"):
            gs.Generator(1).bernoulli(logits)


def test_the_stack_that_a_call_takes_is_small() -> None:
    """Threads of other languages may have 128 kB: the buffers of a kernel are some 60."""
    words = 2 * margins.BUFFER + margins.COPIES + 3 * margins.MOST_ROWS + 8 * margins.PENDING
    assert words * ctypes.sizeof(ctypes.c_uint64) < 64 * 1024
