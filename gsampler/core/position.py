"""Positions in the stream: (seed, stream, offset), the offset in words of 32 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

Position = tuple[int, int, int]

END = 2**64  # words of a stream
WORDS: dict[Any, int] = {np.float32: 1, np.float64: 2}  # words of an element
