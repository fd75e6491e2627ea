"""Gumbels given which of them, with its logit, is the largest: the posterior of the Gumbel-Max trick.

Gumbels are arrivals seen through -log: with E standard exponential, ``logit - log E`` is the logarithm of a rate over an
arrival time. Of arrivals whose first is known, that one comes at the rate of all together, and the others, having no
memory, start anew at that moment. With p = softmax(logits), i the observed category and E_j element j of the row, the
noise of category j is

    -log(E_j + p_j E_i), j other than i;    -log(p_i E_i) for i,

which is Gumbel noise -log E_j, the very bits of it where p_j E_i is too small to matter. Maddison, Tarlow, Minka, "A*
sampling", 2014 (truncated Gumbels); Paulus, Maddison, Krause, "Rao-Blackwellizing the straight-through Gumbel-Softmax
gradient estimator", ICLR 2021, appendix A.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    as_words,
    bits,
    cast_like,
    fma,
    fmax,
    from_bits,
    pointer_add,
    pointer_cast_like,
    sum_lanes,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import inverse_temperature, minus_log
from gsampler.kernels.noise import exponential, noise, width
from gsampler.kernels.reductions import largest
from gsampler.kernels.relaxed import centred_exponentials, exponentiate

MOST_ROWS = CHUNK // 2  # at a time: two numbers of each share a buffer


@inline
def _predecessor_f32(x):
    b = bits(x)
    moved = from_bits(np.int32(b - np.int32(1) if b > np.int32(0) else b + np.int32(1)))
    return moved if x != np.float32(0) else np.float32(-(2.0**-149))


@inline
def _predecessor_f64(x):
    b = bits(x)
    moved = from_bits(b - 1 if b > 0 else b + 1)
    return moved if x != 0.0 else -(2.0**-1074)


# the largest number below a finite one
predecessor = by_type("predecessor", {types.float32: _predecessor_f32, types.float64: _predecessor_f64})


@loop
def repeat(x, n, period, at, out):
    """Write ``n`` of the numbers from ``at`` on, which repeat after ``period``."""
    j = 0
    while j < n:
        run = min(n - j, period - at)
        for i in range(run):
            out[j + i] = x[at + i]
        j, at = j + run, 0


@loop
def centre(theta, rows, k, d, tops):
    """Logits less the largest of their row, and that."""
    wide()
    for r in range(rows):
        first = r * k
        top = theta[first]
        for j in range(1, k):
            top = fmax(top, theta[first + j])
        tops[r] = top
        for j in range(k):
            d[first + j] = theta[first + j] - top


@loop
def observed_shares(w, sample, rows, k, index, index_rows, at, shares):
    """E_i over the sum of exp(logit - largest), of each row."""
    for r in range(rows):
        observed = sample[r * k + index[at]]
        shares[r] = np.float64(observed) / sum_lanes(pointer_add(w, r * k), k)
        at = at + 1 if at + 1 < index_rows else 0


@loop
def maxima(shares, tops, rows):
    """In ``tops``: of each row, what the observed category's logit and its noise sum to."""
    for r in range(rows):
        tops[r] = cast_like(tops[0], np.float64(tops[r]) + minus_log(shares[r]))


@loop
def delay(w, share, n, sample):
    """E_j + p_j E_i, in result."""
    wide()
    for j in range(n):
        sample[j] = fma(w[j], share, sample[j])


@loop
def delay_rows(w, shares, rows, k, sample):
    wide()
    for r in range(rows):
        share = cast_like(sample[0], shares[r])
        for j in range(k):
            sample[r * k + j] = fma(w[r * k + j], share, sample[r * k + j])


@loop
def add_noise(logits, n, sample):
    """Logits with the noise of these arrivals, in result."""
    wide()
    for j in range(n):
        sample[j] = logits[j] + minus_log(sample[j])


@loop
def write_below(sample, n, limit, out):
    """Write what rounding may have brought up to the observed sum as the number below that."""
    wide()
    for j in range(n):
        value = sample[j]
        out[j] = value if value < limit else limit


@loop
def write_rows(sample, rows, k, tops, index, index_rows, at, out):
    wide()
    for r in range(rows):
        top = tops[r]
        limit = predecessor(top)
        for j in range(k):
            value = sample[r * k + j]
            out[r * k + j] = value if value < limit else limit
        out[r * k + index[at]] = top
        at = at + 1 if at + 1 < index_rows else 0


@inline
def short_rows(start, stop, seed, stream, offset, logits, logits_rows, index, index_rows, k, out):
    words, thetas, results, of_rows = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    theta, sample = pointer_cast_like(thetas, logits), pointer_cast_like(results, logits)
    w = pointer_cast_like(words, logits)  # the words are needed no more when it is written
    shares = as_float64_pointer(of_rows)
    tops = pointer_cast_like(pointer_add(of_rows, MOST_ROWS), logits)
    high, low = inverse_temperature(cast_like(theta[0], 1))
    rows_at_once = min(CHUNK // k, MOST_ROWS)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        n, at = rows * k, first % index_rows
        position = offset + np.uint64(first * k * width(as_words(words, logits)))
        noise(exponential, words, seed, stream, position, n, sample)
        repeat(logits, n, logits_rows * k, (first % logits_rows) * k, theta)
        centre(theta, rows, k, w, tops)
        exponentiate(w, n, high, low)
        observed_shares(w, sample, rows, k, index, index_rows, at, shares)
        maxima(shares, tops, rows)
        delay_rows(w, shares, rows, k, sample)
        add_noise(theta, n, sample)
        write_rows(sample, rows, k, tops, index, index_rows, at, pointer_add(out, first * k))
    return ALL_VALID


@inline
def long_row(words, sample, seed, stream, position, logits, i, k, out):
    """A row of more than a chunk: its largest, its sum and its sample in three passes."""
    w, size = pointer_cast_like(words, logits), width(as_words(words, logits))
    top = logits[0]
    for first in range(0, k, CHUNK):
        top = fmax(top, largest(pointer_add(logits, first), min(CHUNK, k - first)))
    high, low = inverse_temperature(cast_like(top, 1))
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centred_exponentials(pointer_add(logits, first), n, top, high, low, w)
        total += sum_lanes(w, n)
    noise(exponential, words, seed, stream, position + np.uint64(i * size), 1, sample)
    share = np.float64(sample[0]) / total
    best = cast_like(top, np.float64(top) + minus_log(share))
    for first in range(0, k, CHUNK):
        n, row = min(CHUNK, k - first), pointer_add(logits, first)
        noise(exponential, words, seed, stream, position + np.uint64(first * size), n, sample)
        centred_exponentials(row, n, top, high, low, w)
        delay(w, cast_like(top, share), n, sample)
        add_noise(row, n, sample)
        write_below(sample, n, predecessor(best), pointer_add(out, first))
    out[i] = best


@kernel(table.conditional_gumbel)
def conditional_gumbel(start, stop, seed, stream, offset, logits, logits_rows, index, index_rows, k, out):
    if k <= CHUNK:
        return short_rows(start, stop, seed, stream, offset, logits, logits_rows, index, index_rows, k, out)
    words, results = alloca(BUFFER), alloca(BUFFER)
    sample = pointer_cast_like(results, logits)
    for r in range(start, stop):
        row, i = pointer_add(logits, (r % logits_rows) * k), index[r % index_rows]
        position = offset + np.uint64(r * k * width(as_words(words, logits)))
        long_row(words, sample, seed, stream, position, row, i, k, pointer_add(out, r * k))
    return ALL_VALID
