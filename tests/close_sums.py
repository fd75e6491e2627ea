"""Rows in which the two largest perturbed logits are close: what bounds alone cannot decide."""

from __future__ import annotations

import numpy as np


def with_two_close_sums(noise: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logits for noise of shape (rows, k), and in each row the second of the two categories that are close.

    The first is in turn where the noise is largest, where it is least, and anywhere.
    """
    (rows, k), dtype = noise.shape, noise.dtype
    every, other = np.arange(rows), rng.integers(1, k, rows)
    one = np.where(
        every % 3 == 0, noise.argmax(-1), np.where(every % 3 == 1, noise.argmin(-1), rng.integers(0, k, rows))
    )
    other = (one + other) % k
    logits = np.full((rows, k), -60, dtype)
    logits[every, one] = rng.choice([0, 3.25, -40.5, 800], rows)
    closeness = rng.choice([1e-3, -1e-3, 0.02, -0.02], rows)
    logits[every, other] = logits[every, one] + (noise[every, one] - noise[every, other] + closeness).astype(dtype)
    return logits, other
