"""Starsim's `hash_uniforms` with keyed draws, as docs/common_random_numbers.md says how to port it."""

from __future__ import annotations

from typing import Any

import numpy as np
import starsim as ss

import gsampler as gs


def keyed_uniforms(seed: int, ind: int, slots: Any, dtype: Any = None) -> Any:
    """One uniform in (0, 1) for each slot, of the distribution with this seed in its draw number ``ind``.

    Slots are columns: those that follow each other, as most do, cost no more than positions.
    """
    columns = np.asarray(slots, np.int64)  # no slots are an empty float64 array
    return gs.Channel(int(seed), "starsim").uniform(int(ind), columns=columns, dtype=dtype or ss.dtypes.float)
