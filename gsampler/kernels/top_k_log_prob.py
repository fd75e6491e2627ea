"""Log-probabilities of ordered draws without replacement, their gradients, and importance weights; in float64.

Plackett, "The analysis of permutations", 1975; Luce, "Individual choice behavior", 1959. Each of the draws b_1, b_2 and
so on is made among the categories that those before it left. With T_i the log of the sum of exp(x) over what is left
before draw i,

    log p = sum(x_(b_i) - T_i) = -sum(log(1 + exp(T_(i+1) - x_(b_i)))).

T comes from the categories that are never drawn, to which the drawn ones are added from the last to the first: nothing
is subtracted, and no term is below 0. A sum is kept as its largest x, which is exact, and the rest R relative to that:
T = x + log(1 + R), as in `gsampler.kernels.information`.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    cast_like,
    fmax,
    pointer_add,
    sum_lanes,
    trailing_zeros,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp, expm1, log1p
from gsampler.kernels.information import (
    centre,
    count_top,
    exponential,
    exponentials_below_top,
    half_difference,
    long_row_sum,
    row_top,
    scales,
    sum_below_top,
    weigh_gradients,
)
from gsampler.kernels.log_prob import chained, zero
from gsampler.kernels.reductions import largest, widen


@inline
def widen_remaining(row, marks, first, n, x):
    """Part of a row in float64, with -inf for the marked categories."""
    widen(pointer_add(row, first), n, x)
    for w in range(first // 64, (first + n + 63) // 64):
        mask = marks[w]
        while mask:
            x[w * 64 + trailing_zeros(mask) - first] = -np.inf
            mask &= mask - np.uint64(1)


@inline
def centre_remaining(row, marks, first, n, half_top, x, d, e):
    """Half differences and exponentials below the largest of part of a row; -inf and 0 for the marked ones."""
    high, low, rate = scales(1.0)
    widen_remaining(row, marks, first, n, x)
    centre(x, n, half_top, d, e)
    exponentials_below_top(d, n, high, low, rate, e)


@inline
def remaining_sum(row, marks, k, x, d, e):
    """Half of the largest category that is not marked, and R of those; -inf and 0 where all are, or are at -inf."""
    top = -np.inf
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        widen_remaining(row, marks, first, n, x)
        top = fmax(top, largest(x, n))
    half_top, rest = 0.5 * top, 0.0
    if top > -np.inf:
        total, count = 0.0, np.int64(0)
        for first in range(0, k, CHUNK):
            n = min(CHUNK, k - first)
            centre_remaining(row, marks, first, n, half_top, x, d, e)
            total, count = total + sum_lanes(e, n), count + count_top(d, n)
        rest = sum_below_top(total, count)
    return half_top, rest


@inline
def put_back(half_top, rest, x):
    """The sum with one more category: half of its largest and R; the odds against that one; minus log p of it."""
    high, low, rate = scales(1.0)
    half = 0.5 * np.float64(x)
    is_top = half > half_top
    d, error = half_difference(2.0 * half_top if is_top else np.float64(x), half if is_top else half_top)
    e = exponential(d, error, high, low, rate)
    new_rest = (1.0 + rest) * e if is_top else rest + e
    odds = new_rest if is_top else (1.0 + rest) / e
    minus_log = log1p(new_rest) - (0.0 if is_top else 2.0 * d)
    return (half if is_top else half_top), new_rest, odds, minus_log


@inline
def is_impossible(row, drawn, top):
    """Whether a category at -inf is drawn."""
    for i in range(top):
        if row[drawn[i]] == cast_like(row[0], -np.inf):
            return True
    return False


@kernel(table.top_k_log_prob)
def top_k_log_prob(start, stop, logits, logits_rows, index, index_rows, marks, k, top, out):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    x, d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    words = (k + 63) // 64
    for r in range(start, stop):
        row, drawn = pointer_add(logits, r % logits_rows * k), pointer_add(index, r % index_rows * top)
        if is_impossible(row, drawn, top):
            out[r] = cast_like(out[0], -np.inf)
            continue
        half_top, rest = remaining_sum(row, pointer_add(marks, r % index_rows * words), k, x, d, e)
        total = 0.0
        for i in range(top - 1, -1, -1):
            half_top, rest, _, minus_log = put_back(half_top, rest, row[drawn[i]])
            total += minus_log
        out[r] = cast_like(out[0], 0.0 - total)
    return ALL_VALID


# With p_i the probability of draw i, q_i = 1 - p_i, both from the odds, and a_i = (1 + a_(i-1)) q_i from a_0 = 0: the
# gradient is q_i - p_i a_(i-1) for b_i, and for a category that is never drawn -a of the last draw times its share in
# the sum over those.


@kernel(table.top_k_log_prob_backward)
def top_k_log_prob_backward(start, stop, grad, logits, logits_rows, index, index_rows, marks, k, top, odds, dlogits):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    x, d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    words = (k + 63) // 64
    for r in range(start, stop):
        row, drawn = pointer_add(logits, r % logits_rows * k), pointer_add(index, r % index_rows * top)
        marked, out = pointer_add(marks, r % index_rows * words), pointer_add(dlogits, r * k)
        if is_impossible(row, drawn, top):
            zero(k, out)
            continue
        half_rest, rest = remaining_sum(row, marked, k, x, d, e)
        half_top, inside, g = half_rest, rest, np.float64(grad[r])
        against = pointer_add(odds, r * top)
        for i in range(top - 1, -1, -1):
            half_top, inside, against[i], _ = put_back(half_top, inside, row[drawn[i]])
        a = 0.0
        for i in range(top):
            p, q = 1.0 / (1.0 + against[i]), 1.0 / (1.0 + 1.0 / against[i])
            against[i] = q - p * a
            a = (1.0 + a) * q
        if half_rest > -np.inf:
            share = -a / (1.0 + rest)
            for first in range(0, k, CHUNK):
                n = min(CHUNK, k - first)
                if k > CHUNK:
                    centre_remaining(row, marked, first, n, half_rest, x, d, e)
                weigh_gradients(d, e, n, g, share, pointer_add(out, first))
        else:
            zero(k, out)
        for i in range(top):
            out[drawn[i]] = chained(dlogits[0], g, against[i])
    return ALL_VALID


# --- importance weights -------------------------------------------------------------------------------------------
#
# With kappa the largest of the sums that are left over and a = x - kappa, a category is among the k largest with
# probability q = 1 - exp(-exp(a)): Duffield, Lund, Thorup, "Priority sampling", 2007; Vieira, "Estimating means in a
# finite universe", 2017; Kool, van Hoof, Welling, section 4.


@inline
def exp_any(x):
    """exp(x) for x of either sign."""
    e = exp(-abs(x))
    return 1.0 / e if x > 0.0 else e


@inline
def importance_weight(log_p, a):
    """p / q. Where q is small it is exp(a) and a little less, and the quotient is made of logarithms."""
    t = exp_any(a)
    q = -expm1(-t)
    return exp(log_p) / q if a > -1.0 else exp_any(log_p - a) * (t / q if q > 0.0 else 1.0)


@kernel(table.top_k_weights)
def top_k_weights(start, stop, logits, logits_rows, index, sums, k, top, normalize, out):
    buffers = alloca(BUFFER), alloca(BUFFER)
    d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1])
    high, low, rate = scales(1.0)
    for r in range(start, stop):
        row, drawn = pointer_add(logits, r % logits_rows * k), pointer_add(index, r * top)
        made, kappa = pointer_add(out, r * (top - 1)), np.float64(sums[(r + 1) * top - 1])
        half_top = 0.5 * np.float64(row_top(row, k))
        log_total = log1p(long_row_sum(row, k, half_top, high, low, rate, d, e))
        total = 0.0
        for i in range(top - 1):
            x = np.float64(row[drawn[i]])
            below, _ = half_difference(x, half_top)
            weight = importance_weight(2.0 * below - log_total, x - kappa)
            total += weight
            made[i] = cast_like(out[0], weight)
        if normalize:
            for i in range(top - 1):
                x = np.float64(row[drawn[i]])
                below, _ = half_difference(x, half_top)
                weight = importance_weight(2.0 * below - log_total, x - kappa)
                made[i] = cast_like(out[0], weight / total if total > 0.0 else 0.0)
    return ALL_VALID
