"""Gumbels given which of them, with its logit, is the largest: the posterior of the Gumbel-Max trick.

Gumbels are arrivals seen through -log: with E standard exponential, ``logit - log E`` is the logarithm of a rate over
an arrival time. Of arrivals whose first is known, that one comes at the rate of all together, and the others, having no
memory, start anew at that moment. With p = softmax(logits), i the observed category and E_j element j of the row,
the noise of category j is

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
    prefetch,
    sum_lanes,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import inverse_temperature, minus_log
from gsampler.kernels.noise import exponential, noise, width
from gsampler.kernels.reductions import first_at_least, largest
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


# --- rows that fit in a chunk, several at a time, and longer ones ---------------------------------------------------


@inline
def observe_rows(
    words, theta, sample, of_rows, seed, stream, offset, logits, logits_rows, index, index_rows, k, first, rows
):
    """Write the logits of some rows to ``theta``, and E_j + p_j E_i to ``sample``; return their observed sums."""
    w = pointer_cast_like(words, logits)  # the words are needed no more when it is written
    shares, tops = as_float64_pointer(of_rows), pointer_cast_like(pointer_add(of_rows, MOST_ROWS), logits)
    n, high_low = rows * k, inverse_temperature(cast_like(theta[0], 1))
    position = offset + np.uint64(first * k * width(as_words(words, logits)))
    prefetch(pointer_add(logits, (first % logits_rows) * k), min(n, (logits_rows - first % logits_rows) * k), 0)
    noise(exponential, words, seed, stream, position, n, sample)
    repeat(logits, n, logits_rows * k, (first % logits_rows) * k, theta)
    centre(theta, rows, k, w, tops)
    exponentiate(w, n, high_low[0], high_low[1])
    observed_shares(w, sample, rows, k, index, index_rows, first % index_rows, shares)
    maxima(shares, tops, rows)
    delay_rows(w, shares, rows, k, sample)
    return tops


@inline
def observe_row(words, sample, seed, stream, position, row, i, k):
    """Of a row of more than a chunk: its largest logit, E_i over the sum of its exponentials, and the observed sum."""
    w = pointer_cast_like(words, row)
    top = row[0]
    for first in range(0, k, CHUNK):
        top = fmax(top, largest(pointer_add(row, first), min(CHUNK, k - first)))
    high, low = inverse_temperature(cast_like(top, 1))
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centred_exponentials(pointer_add(row, first), n, top, high, low, w)
        total += sum_lanes(w, n)
    noise(exponential, words, seed, stream, position + np.uint64(i * width(as_words(words, row))), 1, sample)
    share = np.float64(sample[0]) / total
    return top, cast_like(top, share), cast_like(top, np.float64(top) + minus_log(share))


@inline
def observe_part(words, sample, seed, stream, position, row, first, n, top, share):
    """Write E_j + p_j E_i of part of that row."""
    w = pointer_cast_like(words, row)
    high, low = inverse_temperature(cast_like(top, 1))
    here = position + np.uint64(first * width(as_words(words, row)))
    noise(exponential, words, seed, stream, here, n, sample)
    centred_exponentials(pointer_add(row, first), n, top, high, low, w)
    delay(w, share, n, sample)


@kernel(table.conditional_gumbel)
def conditional_gumbel(start, stop, seed, stream, offset, logits, logits_rows, index, index_rows, k, out):
    words, thetas, results, of_rows = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    theta, sample = pointer_cast_like(thetas, logits), pointer_cast_like(results, logits)
    if k > CHUNK:
        for r in range(start, stop):
            row, i, result = pointer_add(logits, (r % logits_rows) * k), index[r % index_rows], pointer_add(out, r * k)
            position = offset + np.uint64(r * k * width(as_words(words, logits)))
            top, share, best = observe_row(words, sample, seed, stream, position, row, i, k)
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                observe_part(words, sample, seed, stream, position, row, part, n, top, share)
                add_noise(pointer_add(row, part), n, sample)
                write_below(sample, n, predecessor(best), pointer_add(result, part))
            result[i] = best
        return ALL_VALID
    rows_at_once = min(CHUNK // k, MOST_ROWS)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        prefetch(pointer_add(out, first * k), rows * k, 1)
        tops = observe_rows(
            words,
            theta,
            sample,
            of_rows,
            seed,
            stream,
            offset,
            logits,
            logits_rows,
            index,
            index_rows,
            k,
            first,
            rows,
        )
        add_noise(theta, rows * k, sample)
        write_rows(sample, rows, k, tops, index, index_rows, first % index_rows, pointer_add(out, first * k))
    return ALL_VALID


# --- the same noise with other logits -------------------------------------------------------------------------------
#
# The observed category's sum is now T + (l'_i - l_i), with T the sum that was observed and l' the other logits, and
# that of category j is below T + (l'_j - l_j). It is not let above that by rounding, and of equal sums the observed one
# is taken: so where l'_j - l_j <= l'_i - l_i, which is p'_j / p_j <= p'_i / p_i, never j, to the last bit.


@loop
def other_sums(logits, other, n, best, sample):
    """Other logits with the noise of these arrivals, in result."""
    wide()
    for j in range(n):
        value, limit = other[j] + minus_log(sample[j]), best + (other[j] - logits[j])
        sample[j] = limit if limit < value else value  # a limit of two masks is NaN


@inline
def choose(sample, n, observed, best, where):
    """The first of the largest, and where it is, if it is above ``best``; else that, and ``where``."""
    highest = largest(sample, n)
    return (highest, observed + first_at_least(sample, n, highest)) if highest > best else (best, where)


@loop
def choose_rows(theta, other, sample, rows, k, tops, index, index_rows, at, out):
    wide()
    for r in range(rows):
        row, i = pointer_add(sample, r * k), index[at]
        best = tops[r] + (other[r * k + i] - theta[r * k + i])
        other_sums(pointer_add(theta, r * k), pointer_add(other, r * k), k, tops[r], row)
        _, out[r] = choose(row, k, 0, best, i)
        at = at + 1 if at + 1 < index_rows else 0


@kernel(table.counterfactual)
def counterfactual(
    start, stop, seed, stream, offset, logits, logits_rows, other_logits, other_rows, index, index_rows, k, out
):
    words, thetas, results, of_rows = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    theta, sample = pointer_cast_like(thetas, logits), pointer_cast_like(results, logits)
    if k > CHUNK:
        for r in range(start, stop):
            row, other = pointer_add(logits, (r % logits_rows) * k), pointer_add(other_logits, (r % other_rows) * k)
            where = index[r % index_rows]
            position = offset + np.uint64(r * k * width(as_words(words, logits)))
            top, share, observed = observe_row(words, sample, seed, stream, position, row, where, k)
            best = observed + (other[where] - row[where])
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                observe_part(words, sample, seed, stream, position, row, part, n, top, share)
                other_sums(pointer_add(row, part), pointer_add(other, part), n, observed, sample)
                best, where = choose(sample, n, part, best, where)
            out[r] = where
        return ALL_VALID
    other = pointer_cast_like(words, logits)
    rows_at_once = min(CHUNK // k, MOST_ROWS)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        tops = observe_rows(
            words,
            theta,
            sample,
            of_rows,
            seed,
            stream,
            offset,
            logits,
            logits_rows,
            index,
            index_rows,
            k,
            first,
            rows,
        )
        repeat(other_logits, rows * k, other_rows * k, (first % other_rows) * k, other)
        choose_rows(theta, other, sample, rows, k, tops, index, index_rows, first % index_rows, pointer_add(out, first))
    return ALL_VALID
