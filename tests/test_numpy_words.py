"""What NumPy's users look for: random, uniform(low, high), integers, choice, permutation and shuffle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import gsampler as gs

POSITION = (42, 7, 8 * 2**32 - 1001)  # an odd offset, and a block number whose low half soon wraps
DTYPES = [np.float32, np.float64]


def unchanged(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    """The call raises, and leaves the generator where it was."""
    rng = gs.Generator(3, 0, 5)
    before = rng.state
    with pytest.raises(error, match=message):
        call(rng)
    assert rng.state == before


# --- random and uniform -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_random_and_uniform_are_the_noise(dtype: Any) -> None:
    """The ends 0 and 1, however they are given, change no bit."""
    u = gs.Generator(*POSITION).random(3000, dtype)
    for ends in ((), (0.0, 1.0), (0, 1), (np.float32(0), 1), (np.zeros(3000), 1.0)):
        assert gs.Generator(*POSITION).uniform(*ends, size=3000, dtype=dtype).tobytes() == u.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (2.5, 2.75), (-3.0, 1e30), (5, 5), ([0.0, 10.0, -2.0], 11)])
def test_uniform_is_affine(low: Any, high: Any, dtype: Any) -> None:
    """Each operation rounded in the dtype of the result."""
    u = gs.Generator(*POSITION).random((400, 3), dtype)
    bottom, top = np.asarray(low, dtype), np.asarray(high, dtype)
    expected = u * (top - bottom) + bottom
    got = gs.Generator(*POSITION).uniform(low, high, (400, 3), dtype)
    assert got.dtype == dtype
    assert got.tobytes() == expected.tobytes()
    out = np.empty((3, 400), dtype).T
    assert gs.Generator(*POSITION).uniform(low, high, dtype=dtype, out=out) is out
    assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_uniform_stays_between_its_ends(dtype: Any) -> None:
    """The largest uniform, 1 - 2^-24 or 1 - 2^-53, with ends whose difference rounds up, or down, or not at all."""
    rng = np.random.default_rng(1)
    ends = rng.normal(size=(200_000, 2)) * 10.0 ** rng.integers(-4, 5, (200_000, 2))
    close = np.nextafter(ends[:1000, 1].astype(dtype), dtype(np.inf))  # ends with no number between
    low, high = np.sort(ends.astype(dtype), axis=1).T
    low[:1000], high[:1000] = ends[:1000, 1], close
    largest = np.nextafter(dtype(1), dtype(0)) * (high - low) + low
    assert (largest <= high).all()
    assert 0.005 < (largest == high).mean() < 0.5  # so the upper end is returned at times
    exact = high.astype(np.longdouble) - low.astype(np.longdouble)
    assert (exact < (high - low)).mean() > 0.1
    for i in range(0, 2000, 40):
        x = gs.Generator(7).uniform(low[i], high[i], 500, dtype)
        assert low[i] <= x.min() <= x.max() <= high[i]
    above = np.nextafter(dtype(1), dtype(2))
    assert set(gs.Generator(7).uniform(1, above, 1000, dtype)) == {dtype(1), above}


def test_the_largest_uniform_gives_the_upper_end_at_most() -> None:
    """The word 2^32 - 1, whose uniform is the largest."""
    position, largest = (42, 0, 11898013029), np.float32(1 - 2.0**-24)
    assert gs.Generator(*position).random(dtype=np.float32) == largest
    assert gs.Generator(*position).uniform(1024, 1025, dtype=np.float32) == 1025
    assert gs.Generator(*position).uniform([1024], 1025, dtype=np.float32)[0] == 1025
    assert gs.Generator(*position).uniform(-1, 1, dtype=np.float32) == largest - np.float32(2.0**-24)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.uniform(5), ValueError, r"low must not be above high, got 5 and 1.0; .*uniform\(size=5\)$"),
        (lambda r: r.uniform((2, 3)), ValueError, r"got 2 and 1.0 at index \(0,\); .*uniform\(size=\(2, 3\)\)$"),
        (lambda r: r.uniform(2, 1), ValueError, "low must not be above high, got 2 and 1$"),
        (lambda r: r.uniform(1 + 1e-12, 1, dtype="f4"), ValueError, "low must not be above high"),
        (lambda r: r.uniform([1, 2], [3, 1]), ValueError, r"low must not be above high, got 2 and 1 at index \(1,\)$"),
        (lambda r: r.uniform(-1e308, 1e308), ValueError, "high - low must be finite in float64, got 1e[+]308 - -1e"),
        (
            lambda r: r.uniform(-3e38, [1, 3e38], dtype="f4"),
            ValueError,
            r"high - low must be finite in float32.*\(1,\)",
        ),
        (lambda r: r.uniform(0, np.inf), ValueError, "high must be finite, got inf"),
        (lambda r: r.uniform(np.nan, 1), ValueError, "low must be finite, got nan"),
        (lambda r: r.uniform(0, 1e300, dtype="f4"), ValueError, "high must be finite, got 1e[+]?300"),
        (lambda r: r.uniform(0, np.float32), TypeError, "high must be an array of real numbers"),
        (lambda r: r.uniform(np.zeros(3), np.ones(2)), ValueError, "low must broadcast to the other parameters"),
        (lambda r: r.uniform(np.zeros(3), size=2), ValueError, r"low must broadcast to \(2,\), got shape \(3,\)"),
        (lambda r: r.random(-1), ValueError, "size must not be negative, got -1"),
    ],
)
def test_bad_ends(call: Callable[[gs.Generator], Any], error: type[Exception], message: str) -> None:
    unchanged(call, error, message)
