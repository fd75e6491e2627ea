"""Categories and Bernoulli draws on one thread."""

from functools import partial

import numpy as np

import gsampler as gs


def normal_logits(shape, dtype="float32"):
    return np.random.default_rng(7).standard_normal(shape, dtype)


class GumbelMax:
    params = (((65536, 64), (4096, 1000), (32, 131072), (1, 1_000_000)), ("float32", "float64"))
    param_names = ("shape", "dtype")

    def setup(self, shape, dtype):
        gs.set_num_threads(1)
        self.rng, self.logits, self.out = gs.Generator(42), normal_logits(shape, dtype), np.zeros(shape[0], np.int64)
        self.rng.categorical(self.logits, out=self.out)

    def time_rows(self, shape, dtype):
        self.rng.categorical(self.logits, out=self.out)


class RepeatedDraws:
    """A million draws from one distribution over 26 categories."""

    params = (("gumbel-max", "inverse-cdf", "alias", "AliasTable"),)
    param_names = ("method",)

    def setup(self, method):
        gs.set_num_threads(1)
        self.out, logits, rng = np.zeros(1_000_000, np.int64), normal_logits(26), gs.Generator(42)
        kept = method == "AliasTable"
        arguments = {} if kept else {"method": method}
        self.draw = partial(rng.categorical, gs.AliasTable(logits) if kept else logits, size=self.out.size, **arguments)
        self.draw(out=self.out)

    def time_draws(self, method):
        self.draw(out=self.out)


class MakeTable:
    params = ((26, 1_000_000),)
    param_names = ("k",)

    def setup(self, k):
        gs.set_num_threads(1)
        self.logits = normal_logits(k)
        gs.AliasTable(self.logits)

    def time_table(self, k):
        gs.AliasTable(self.logits)


class Bernoulli:
    params = (("float32", "float64"),)
    param_names = ("dtype",)
    n = 1_000_000

    def setup(self, dtype):
        gs.set_num_threads(1)
        self.rng, self.logits, self.out = gs.Generator(42), normal_logits(self.n, dtype), np.zeros(self.n, bool)
        self.rng.bernoulli(self.logits, out=self.out)

    def time_logits(self, dtype):
        self.rng.bernoulli(self.logits, out=self.out)

    def time_one_logit(self, dtype):
        self.rng.bernoulli(self.logits[0], size=self.n, out=self.out)
