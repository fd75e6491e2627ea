"""Positions in the stream: (seed, stream, offset), the offset in words of 32 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from gsampler.kernels.constants import WORDS_PER_BLOCK

Position = tuple[int, int, int]

END = 2**64  # words of a stream
WORDS: dict[Any, int] = {np.float32: 1, np.float64: 2}  # words of an element


def advanced(position: Position, words: int) -> Position:
    seed, stream, offset = position
    return seed, stream, offset + words


def aligned(offset: int, width: int) -> int:
    """Where an element of ``width`` words begins, from ``offset`` on."""
    return offset + offset % width


def next_block(offset: int) -> int:
    """Where the next call begins."""
    return (offset + WORDS_PER_BLOCK - 1) & -WORDS_PER_BLOCK
