"""The far tails of float32 noise, where a 24-bit uniform has nothing left."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import gsampler as gs
from gsampler.kernels.table import NOISE

DRAWS = 2 * 2**30
BLOCK = 2**22


def log_bins(smallest: float, largest: float, per_decade: int) -> np.ndarray:
    """Tail probabilities from the largest down, logarithmically."""
    decades = math.log10(largest / smallest)
    return np.geomspace(largest, smallest, round(decades * per_decade) + 1)


@pytest.mark.slow
def test_tails_of_gumbel_noise() -> None:
    """Chi-square over tail probabilities from 1e-2 to 1e-9, both sides, 2^31 draws; false alarms at 1e-6 a side."""
    bins = log_bins(1e-9, 1e-2, 4)
    upper = stats.gumbel_r.isf(bins)  # ascending
    lower = stats.gumbel_r.ppf(bins)[::-1]  # ascending
    counts = np.zeros((2, bins.size), np.int64)
    rng, out = gs.Generator(2026), np.empty(BLOCK, np.float32)
    for _ in range(DRAWS // BLOCK):
        rng.gumbel(out=out, dtype=np.float32)
        high, low = out[out > np.float32(upper[0])], out[out < np.float32(lower[-1])]
        counts[0] += [np.count_nonzero(high > edge) for edge in upper]
        counts[1] += [np.count_nonzero(low < edge) for edge in lower[::-1]]
    for side in counts:
        observed = np.append(-np.diff(side), side[-1])  # between neighbouring bins, and beyond the last
        expected = DRAWS * np.append(-np.diff(bins), bins[-1])
        z = ((observed - expected) ** 2 / expected).sum()
        assert stats.chi2.sf(z, observed.size) > 1e-6, (observed, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(NOISE) - {"gumbel", "uniform"}))
def test_tails_of_other_noise(name: str) -> None:
    """The same on 2^29 draws down to 1e-8."""
    law = getattr(stats, NOISE[name].law)
    draws = 2**29
    bins = log_bins(1e-8, 1e-2, 4)
    counts = np.zeros((2, bins.size), np.int64)
    upper, lower = law.isf(bins), law.ppf(bins)
    rng, out = gs.Generator(7), np.empty(BLOCK, np.float32)
    for _ in range(draws // BLOCK):
        getattr(rng, name)(out=out, dtype=np.float32)
        high, low = out[out > np.float32(upper[0])], out[out < np.float32(lower[0])]
        counts[0] += [np.count_nonzero(high > edge) for edge in upper]
        counts[1] += [np.count_nonzero(low < edge) for edge in lower]
    for side in counts:
        observed = np.append(-np.diff(side), side[-1])
        expected = draws * np.append(-np.diff(bins), bins[-1])
        assert stats.chi2.sf(((observed - expected) ** 2 / expected).sum(), observed.size) > 1e-6, (
            observed,
            expected,
        )
