"""Loops of users' own under ``numba.njit``: with `gsampler.jit`, and as they are written without it."""

import numba
import numpy as np

from gsampler import jit


@numba.njit
def our_gumbel(out):
    for i in range(len(out)):
        out[i] = jit.gumbel(42, 0, i)


@numba.njit
def our_gumbel_f32(out):
    for i in range(len(out)):
        out[i] = jit.gumbel(42, 0, i, np.float32)


@numba.njit
def numba_gumbel(out):
    for i in range(len(out)):
        out[i] = np.random.gumbel(0.0, 1.0)


@numba.njit
def our_categorical(logits, out):
    n, k = logits.shape
    for r in range(n):
        out[r] = jit.categorical(logits[r], 42, 0, r * k)


@numba.njit
def by_sums(logits, out):
    """The usual way: cumulative sums of the weights, and a search."""
    for r in range(len(logits)):
        sums = np.cumsum(np.exp(logits[r] - logits[r].max()))
        out[r] = np.searchsorted(sums, np.random.random() * sums[-1], side="right")


@numba.njit
def by_sums_alone(weights, out):
    """The same where the weights are there already."""
    for r in range(len(weights)):
        sums = np.cumsum(weights[r])
        out[r] = np.searchsorted(sums, np.random.random() * sums[-1], side="right")


@numba.njit
def by_noise(logits, out):
    """Gumbel-Max with Numba's own noise."""
    n, k = logits.shape
    for r in range(n):
        best, category = -np.inf, -1
        for j in range(k):
            value = logits[r, j] + np.random.gumbel(0.0, 1.0)
            if value > best:
                best, category = value, j
        out[r] = category
