"""ActivitySim's `SimpleChannel` with keyed draws, as docs/common_random_numbers.md says how to port it."""

from __future__ import annotations

from typing import Any

import numpy as np
from activitysim.core import random

import gsampler as gs


class KeyedChannel(random.SimpleChannel):
    """Draws of the channel ``(base seed, channel, step)``: rows are the index, columns the draws of a row in the step.

    ActivitySim's own methods keep the domain, the steps and the number of draws of each row, its "offset".
    """

    def begin_step(self, step_name: str) -> None:
        super().begin_step(step_name)
        self.keyed = gs.Channel(int(self.base_seed), self.channel_name, step_name)

    def columns(self, df: Any, step_name: str, positions: Any, total: int) -> Any:
        """Columns of the next draws at these positions, of which there are ``total``: of all rows, or of each."""
        assert self.step_name is not None
        assert self.step_name == step_name
        assert df.index.is_unique
        offset = self.row_states.loc[df.index, "offset"].to_numpy(np.int64)
        self.row_states.loc[df.index, "offset"] += total
        same = offset.size == 0 or (offset == offset[0]).all()
        return np.asarray(positions) + (offset[:1].sum() if same else offset[:, None])

    def random_for_df(self, df: Any, step_name: str, n: int = 1) -> Any:
        return self.keyed.uniform(df.index.to_numpy(), columns=self.columns(df, step_name, np.arange(n), n))

    def random_for_df_stable_alt_positions(
        self, df: Any, step_name: str, stable_alt_positions: Any, n_total_alts: int
    ) -> Any:
        columns = self.columns(df, step_name, positions_in(df, stable_alt_positions, n_total_alts), n_total_alts)
        return self.keyed.uniform(df.index.to_numpy(), columns=columns)  # of the whole universe, what is asked for

    def gumbel_for_df(self, df: Any, step_name: str, n: int = 1) -> Any:
        return self.keyed.gumbel(df.index.to_numpy(), columns=self.columns(df, step_name, np.arange(n), n))

    def normal_for_df(
        self, df: Any, step_name: str, mu: Any, sigma: Any, lognormal: bool = False, size: int | None = None
    ) -> Any:
        n = 1 if size is None else int(size)
        noise = self.keyed.normal(df.index.to_numpy(), columns=self.columns(df, step_name, np.arange(n), n))
        location, scale = (np.asarray(x, np.float64).reshape(-1, 1) for x in (mu, sigma))
        result = location + scale * noise
        result = np.exp(result) if lognormal else result
        return result[:, 0] if size is None else result

    def choice_for_df(self, df: Any, step_name: str, a: Any, size: int, replace: bool) -> Any:
        items = np.arange(a) if np.ndim(a) == 0 else np.asarray(a)
        rows, n = df.index.to_numpy(), size if replace else items.size
        columns = self.columns(df, step_name, np.arange(n), n)
        if replace:
            chosen = (self.keyed.uniform(rows, columns=columns) * items.size).astype(np.int64)
        else:
            chosen, _ = self.keyed.gumbel_top_k(np.zeros(items.size), size, rows, columns)
        return items[chosen].reshape(-1)

    def gumbel_max_positions_for_df(
        self,
        utilities: Any,
        step_name: str,
        sample_size: int,
        stable_alt_positions: Any = None,
        n_total_alts: int | None = None,
    ) -> Any:
        if (stable_alt_positions is None) != (n_total_alts is None):
            raise ValueError("stable_alt_positions and n_total_alts are given together, or neither")
        total = utilities.shape[1] if n_total_alts is None else n_total_alts
        places = np.arange(total) if n_total_alts is None else positions_in(utilities, stable_alt_positions, total)
        first = self.columns(utilities, step_name, places, total * sample_size)
        rows, values = utilities.index.to_numpy(), utilities.to_numpy()
        draws = [self.keyed.categorical(values, rows, first + s * total) for s in range(sample_size)]
        return np.stack(draws, axis=1)

    def gumbel_choice_positions_for_df(
        self, utilities: Any, step_name: str, alt_nrs_df: Any = None, n_rands: int | None = None
    ) -> Any:
        rows, values = utilities.index.to_numpy(), utilities.to_numpy()
        if alt_nrs_df is None:
            if n_rands not in (None, values.shape[1]):
                raise ValueError(f"n_rands is {n_rands}, not the number of alternatives, {values.shape[1]}")
            columns = self.columns(utilities, step_name, np.arange(values.shape[1]), values.shape[1])
            return self.keyed.categorical(values, rows, columns)
        if n_rands is None:
            raise ValueError("alt_nrs_df needs n_rands")
        numbers = alt_nrs_df.to_numpy()
        masked = numbers == random.MASKED_ALT_ID
        if (numbers[~masked] < 0).any():
            raise ValueError(f"alt_nrs_df has negative numbers other than {random.MASKED_ALT_ID}")
        columns = np.where(masked, -1, self.columns(utilities, step_name, numbers, n_rands))
        chosen = self.keyed.categorical(values, rows, columns)
        return np.maximum(chosen, 0)  # ActivitySim's answer for a row without an alternative


def positions_in(df: Any, positions: Any, total: int) -> Any:
    """The positions of the columns of a data frame in the universe of alternatives."""
    positions = np.asarray(positions)
    if positions.shape != (df.shape[1],) or positions.min() < 0 or positions.max() >= total:
        raise ValueError(f"stable_alt_positions are not {df.shape[1]} positions from 0 to {total - 1}")
    return positions
