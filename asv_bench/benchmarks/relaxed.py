"""Relaxed samples and their gradients on one thread."""

import numpy as np

import gsampler as gs

from .categorical import normal_logits

SHAPES = ((4_000_000, 1), (1_000_000, 4), (65536, 64), (4096, 1000), (32, 131072))
TAU = 0.5


def sample_and_back(logits, tau=TAU, new=False):
    """A call that samples and takes a gradient back."""
    rng, grad = gs.Generator(42), normal_logits(logits.shape, logits.dtype)
    out, dlogits = (None, None) if new else (np.zeros_like(logits), np.zeros_like(logits))

    def call():
        _, vjp = rng.gumbel_softmax_vjp(logits, tau, out=out)
        vjp(grad, out=dlogits)

    return call


class GumbelSoftmax:
    params = (SHAPES, ("float32", "float64"), ("soft", "hard"))
    param_names = ("shape", "dtype", "sample")

    def setup(self, shape, dtype, sample):
        gs.set_num_threads(1)
        self.rng, self.logits, self.out = gs.Generator(42), normal_logits(shape, dtype), np.zeros(shape, dtype)
        self.tau = np.full(shape[0], TAU)
        self.time_rows(shape, dtype, sample)
        self.time_temperature_a_row(shape, dtype, sample)

    def time_rows(self, shape, dtype, sample):
        self.rng.gumbel_softmax(self.logits, TAU, hard=sample == "hard", out=self.out)

    def time_temperature_a_row(self, shape, dtype, sample):
        self.rng.gumbel_softmax(self.logits, self.tau, hard=sample == "hard", out=self.out)


class Backward:
    params = (SHAPES, ("float32", "float64"))
    param_names = ("shape", "dtype")

    def setup(self, shape, dtype):
        gs.set_num_threads(1)
        logits = normal_logits(shape, dtype)
        _, self.vjp = gs.Generator(42).gumbel_softmax_vjp(logits, TAU)
        self.grad, self.out = logits, np.zeros(shape, dtype)
        self.time_rows(shape, dtype)

    def time_rows(self, shape, dtype):
        self.vjp(self.grad, out=self.out)


class Binary:
    params = (("float32", "float64"),)
    param_names = ("dtype",)
    n = 1_000_000

    def setup(self, dtype):
        gs.set_num_threads(1)
        self.rng, self.logits, self.out = gs.Generator(42), normal_logits(self.n, dtype), np.zeros(self.n, dtype)
        self.time_sample(dtype)
        _, self.vjp = self.rng.binary_concrete_vjp(self.logits, TAU)
        self.time_backward(dtype)

    def time_sample(self, dtype):
        self.rng.binary_concrete(self.logits, TAU, out=self.out)

    def time_backward(self, dtype):
        self.vjp(self.logits, out=self.out)


class Density:
    params = (("float32", "float64"),)
    param_names = ("dtype",)
    shape = (20_000, 50)

    def setup(self, dtype):
        gs.set_num_threads(1)
        self.logits, self.grad = normal_logits(self.shape, dtype), np.ones(self.shape[0], dtype)
        self.soft = gs.softmax(self.logits, TAU)
        self.time_concrete(dtype)
        self.time_concrete_backward(dtype)
        self.time_binary(dtype)

    def time_concrete(self, dtype):
        gs.concrete_log_prob(self.soft, self.logits, TAU)

    def time_concrete_backward(self, dtype):
        gs.concrete_log_prob_backward(self.grad, self.soft, self.logits, TAU)

    def time_binary(self, dtype):
        gs.binary_concrete_log_prob(self.soft, self.logits, TAU)
