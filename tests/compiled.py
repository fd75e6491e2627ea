"""Scalars of the engine as functions of arrays, to try them one by one."""

from __future__ import annotations

import numba
import numpy as np

from gsampler.kernels import elementary, noise, philox


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
signed_uniform = over_array(noise.signed_uniform)
TRANSFORMS = {name: over_array(getattr(noise, name)) for name in ("uniform", "exponential", "gumbel", "logistic")}


@numba.njit(error_model="numpy")
def fine_uniforms(words, seed, stream, positions, out):
    for i in range(words.size):
        out[i] = noise.fine_uniform(words[i], seed, stream, positions[i])
