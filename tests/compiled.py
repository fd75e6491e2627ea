"""Scalars of the engine as functions of arrays, to try them one by one."""

from __future__ import annotations

import numba
import numpy as np

from gsampler.compiler import decorators, intrinsics
from gsampler.compiler.c_types import Arguments, T_in, f64_out
from gsampler.kernels import counts, elementary, margins, noise, philox
from gsampler.kernels.constants import ALL_VALID


@numba.njit(error_model="numpy")
def philox_block(c0, c1, c2, c3, k0, k1):
    return philox.philox(c0, c1, c2, c3, k0, k1)


def over_array(function):
    """``function`` of one number as a function of an array."""

    @numba.njit(error_model="numpy")
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def apply(x, dtype):
        out = np.empty(x.shape, dtype)
        loop(x, out)
        return out

    return apply


minus_log = over_array(elementary.minus_log)
minus_log1m = over_array(elementary.minus_log1m)
minus_logit = over_array(elementary.minus_logit)
exp = over_array(elementary.exp)


@numba.njit(error_model="numpy")
def _tempered(d, tau, out):
    for i in range(d.size):
        high, low = elementary.inverse_temperature(tau[i])
        out[i] = elementary.exp_scaled(d[i], high, low)


def tempered(d, tau, dtype):
    out = np.empty(d.shape, dtype)
    _tempered(d, tau, out)
    return out


def _sum_arguments(values: T_in, total: f64_out) -> Arguments:
    return values, total


@decorators.kernel(_sum_arguments)
def _sum_lanes(start, stop, values, total):
    total[0] = intrinsics.sum_lanes(values, stop - start)
    return ALL_VALID


def sum_lanes(values, n):
    total = np.zeros(1)
    _sum_lanes["f32" if values.dtype == np.float32 else "f64"].call(0, n, values.ctypes.data, total.ctypes.data)
    return total[0]


signed_uniform = over_array(noise.signed_uniform)
TRANSFORMS = {name: over_array(transform) for name, transform in noise.TRANSFORMS.items()}


@numba.njit(error_model="numpy")
def fine_uniforms(words, seed, stream, positions, out):
    for i in range(words.size):
        out[i] = noise.extended_uniform(words[i], seed, stream, positions[i])


def worst_error(function):
    """Largest error of a float32 transform over a range of words, in ulp of the result or of 1, against float64."""

    @numba.njit(error_model="numpy", nogil=True)
    def worst(first, stop):
        error = 0.0
        for i in range(first, stop):
            word = np.uint32(i)
            got = np.float64(function(noise.signed_uniform(word)))
            exact = function((np.float64(np.int32(word)) + 0.5) * 2.0**-32)
            power = intrinsics.from_bits(intrinsics.bits(intrinsics.fmax(abs(exact), 1.0)) & elementary.EXPONENT_64)
            error = intrinsics.fmax(error, abs(got - exact) / (power * 2.0**-23))
        return error

    return worst


WORST_ERROR = {name: worst_error(getattr(noise, name)) for name in TRANSFORMS}


@numba.njit(error_model="numpy")
def _poisson_quantiles(t, lam, out):
    for i in range(t.size):
        out[i] = counts.draw_one(t[i], noise.normal(t[i]), counts.LARGEST, counts.poisson_law(lam[i]))


@numba.njit(error_model="numpy")
def _binomial_quantiles(t, n, p, out):
    for i in range(t.size):
        out[i] = counts.binomial_quantile(t[i], noise.normal(t[i]), n[i], p[i])


def count_quantiles(t, *parameters):
    """Quantiles of signed uniforms, of a mean or of a number of trials and a probability."""
    out = np.empty(t.size, np.int64)
    *trials, last = (np.full(t.size, x) for x in parameters)
    (_binomial_quantiles if trials else _poisson_quantiles)(t, *trials, last.astype(np.float64), out)
    return out


@numba.njit(error_model="numpy")
def _expanded(w, mean, low, p, q):
    base, c, e, error, rounding = counts.expansion(mean, low, p, q)
    y, bound = counts.expanded(w, c, e, error, rounding)
    return base, y, bound


def expanded_count(w, mean, low, p):
    """The expansion of a quantile, as an integer and what is to be added; and the bound of its error."""
    return _expanded(w, mean, low, p, 1.0 - p)


def of_logits_and_halves(function):
    """``function`` of a logit and the upper half of a word, as a function of arrays of them."""

    @numba.njit(error_model="numpy")
    def loop(logits, halves, out):
        for i in range(logits.size):
            out[i] = function(logits[i], halves[i])

    def apply(logits, halves):
        out = np.empty(logits.shape, np.float32)
        loop(logits, halves, out)
        return out

    return apply


coarse_bounds = of_logits_and_halves(margins.coarse_bound)
fine_bounds = of_logits_and_halves(margins.fine_bound)


@numba.njit(error_model="numpy")
def _about_sums(logits, halves, out, near):
    for i in range(logits.size):
        out[i], near[i] = margins.about_sum(logits[i], halves[i])


def about_sums(logits, halves):
    out, near = np.empty(logits.shape, np.float32), np.empty(logits.shape, bool)
    _about_sums(logits, halves, out, near)
    return out, near
