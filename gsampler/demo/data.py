"""The handwritten digits of scikit-learn: 1797 pictures of 8 x 8 pixels, which come with it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import gsampler as gs

Array = npt.NDArray[Any]

VALIDATION = TEST = 300  # pictures
SPLIT_SEED = 2017  # the split is the same in all runs, whatever their seed


class Digits(NamedTuple):
    """Pictures of 0 and 1, ``(pictures, 64)``, float32."""

    train: Array
    validation: Array
    test: Array


def digits() -> Digits:
    """The pictures, binarised at half of the largest value, 16, in a fixed split."""
    from sklearn.datasets import load_digits

    pixels = load_digits().data
    pictures = (pixels >= 8).astype(np.float32)
    order = gs.Generator(SPLIT_SEED).permutation(len(pictures))
    test, validation, train = np.split(pictures[order], [TEST, TEST + VALIDATION])
    return Digits(train, validation, test)


def halves(pictures: Array) -> tuple[Array, Array]:
    """Upper and lower half of each picture."""
    return pictures[:, :32], pictures[:, 32:]
