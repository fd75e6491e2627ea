"""Noise on one thread."""

from functools import partial

import numpy as np

import gsampler as gs
from gsampler.kernels.table import NOISE

SIZES = (1_000, 100_000, 4_000_000)


class Noise:
    params = (tuple(NOISE), ("float32", "float64"), SIZES)
    param_names = ("kind", "dtype", "n")

    def setup(self, kind, dtype, n):
        gs.set_num_threads(1)
        self.n, self.out = n, np.zeros(n, dtype)
        self.draw = partial(getattr(gs.Generator(42), kind), dtype=dtype)
        self.draw(out=self.out)

    def time_out(self, kind, dtype, n):
        self.draw(out=self.out)

    def time_new(self, kind, dtype, n):
        self.draw(size=self.n)


class Bits:
    params = (SIZES,)
    param_names = ("n",)

    def setup(self, n):
        gs.set_num_threads(1)
        self.rng, self.out = gs.Generator(42), np.zeros(n, np.uint32)
        self.rng.bits(out=self.out)

    def time_out(self, n):
        self.rng.bits(out=self.out)

    def time_new(self, n):
        self.rng.bits(n)
