"""Log-probabilities, entropy and Kullback-Leibler divergence of rows of logits, and their gradients; in float64.

With d = (x - max x) / tau, e = exp(d), and R the sum of e over all categories but one of the largest, so that R keeps
its digits where that one takes nearly all:

    log p   = d - log(1 + R)
    entropy = log(1 + R) + sum(e (-d)) / (1 + R)

Of p and q, with u = log q - log p and, for a category that p leaves out, the limit q:

    KL(p || q) = sum(p (exp(u) - 1 - u))

since p and q have one sum. Every term of the last two is at least 0: nothing cancels, and values near 0 keep their
digits. A difference d is taken with its rounding error, and from half the numbers, so that none overflows.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    cast_like,
    fma,
    fmax,
    is_null,
    pointer_add,
    sum_lanes,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp, exp_remainder, exp_scaled, expm1, inverse_temperature, log, log1p
from gsampler.kernels.log_prob import chained
from gsampler.kernels.reductions import largest

# --- exponentials -------------------------------------------------------------------------------------------------


@inline
def half_difference(x, half_top):
    """(x - top) / 2 and its rounding error; -inf and 0 for x = -inf."""
    half = 0.5 * np.float64(x)
    d = half - half_top
    back = half - d
    error = (half - (d + back)) + (back - half_top)
    return d, error if d > -np.inf else 0.0


@loop
def centre(x, n, half_top, d, error):
    """Half of x less the largest of its row, and what that was rounded by."""
    wide()
    for j in range(n):
        d[j], error[j] = half_difference(x[j], half_top)


@loop
def centre_rows(x, rows, k, d, error):
    wide()
    for r in range(rows):
        first = r * k
        top = x[first]
        for j in range(1, k):
            top = fmax(top, x[first + j])
        half_top = 0.5 * np.float64(top)
        for j in range(k):
            d[first + j], error[first + j] = half_difference(x[first + j], half_top)


@inline
def scales(tau):
    """Of a half difference: log2(e) / tau in two parts, and 1 / tau, all doubled."""
    high, low = inverse_temperature(tau)
    return 2.0 * high, 2.0 * low, 2.0 / tau


@inline
def exponential(d, error, high, low, rate):
    """exp((x - top) / tau) from half of x - top and its rounding error."""
    e = exp_scaled(d, high, low)
    return fma(e, error * rate, e) if e > 0.0 else 0.0


@loop
def exponentials_below_top(d, n, high, low, rate, e):
    """From the errors that ``e`` holds, in result; 0 for the largest."""
    wide()
    for j in range(n):
        e[j] = exponential(d[j], e[j], high, low, rate) if d[j] < 0.0 else 0.0


@loop
def count_top(d, n):
    wide()
    count = np.int64(0)
    for j in range(n):
        count += np.int64(d[j] == 0.0)
    return count


@inline
def sum_below_top(total, count):
    """The sum over a row but for one of its ``count`` largest, whose exponentials of 1 are not in ``total``."""
    return total + np.float64(count - 1)


@inline
def row_top(row, k):
    """The largest of a row of more than a chunk."""
    top = row[0]
    for first in range(0, k, CHUNK):
        top = fmax(top, largest(pointer_add(row, first), min(CHUNK, k - first)))
    return top


# --- log-probabilities --------------------------------------------------------------------------------------------


@loop
def write_log_probs(d, n, tau, log_total, out):
    wide()
    for j in range(n):
        out[j] = cast_like(out[0], 2.0 * (d[j] / tau) - log_total)


@inline
def long_row_sum(row, k, half_top, high, low, rate, d, e):
    """The sum of the exponentials of a row of more than a chunk, but for one of the largest."""
    total, count = 0.0, np.int64(0)
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centre(pointer_add(row, first), n, half_top, d, e)
        exponentials_below_top(d, n, high, low, rate, e)
        total, count = total + sum_lanes(e, n), count + count_top(d, n)
    return sum_below_top(total, count)


@kernel(table.log_softmax)
def log_softmax(start, stop, x, k, tau, per_row, log_probs):
    buffers = alloca(BUFFER), alloca(BUFFER)
    d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1])
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        row, out = pointer_add(x, first * k), pointer_add(log_probs, first * k)
        row_tau = np.float64(tau[first if per_row else 0])
        high, low, rate = scales(row_tau)
        if k > CHUNK:
            half_top = 0.5 * np.float64(row_top(row, k))
            log_total = log1p(long_row_sum(row, k, half_top, high, low, rate, d, e))
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                centre(pointer_add(row, part), n, half_top, d, e)
                write_log_probs(d, n, row_tau, log_total, pointer_add(out, part))
            continue
        centre_rows(row, rows, k, d, e)
        if not per_row:
            exponentials_below_top(d, rows * k, high, low, rate, e)
        for r in range(rows):
            ds, es = pointer_add(d, r * k), pointer_add(e, r * k)
            if per_row:
                row_tau = np.float64(tau[first + r])
                high, low, rate = scales(row_tau)
                exponentials_below_top(ds, k, high, low, rate, es)
            log_total = log1p(sum_below_top(sum_lanes(es, k), count_top(ds, k)))
            write_log_probs(ds, k, row_tau, log_total, pointer_add(out, r * k))
    return ALL_VALID


# With G the sum of the gradients g with respect to the log-probabilities, dx = (g - p G) / tau, as
# (g (1 - p) - p (G - g)) / tau: where only one category has a gradient, nothing cancels. Since tau log p is x up to a
# shift of the whole row, dtau = -<log p, dx>. A category at -inf has no part in any of it, whatever its g.


@loop
def present_gradients(grad, log_probs, n, out):
    wide()
    for j in range(n):
        out[j] = np.float64(grad[j]) if log_probs[j] > cast_like(log_probs[0], -np.inf) else 0.0


@loop
def log_softmax_gradients(log_probs, n, total, tau, g, dx):
    """From the gradients that ``g`` holds; the terms of the gradient of the temperature replace them."""
    wide()
    for j in range(n):
        log_p = np.float64(log_probs[j])
        value = (-g[j] * expm1(log_p) - exp(log_p) * (total - g[j])) / tau
        present = log_p > -np.inf
        dx[j] = cast_like(dx[0], value if present else 0.0)
        g[j] = -log_p * value if present else 0.0


@kernel(table.log_softmax_backward)
def log_softmax_backward(start, stop, grad, log_probs, k, tau, per_row, dx, dtau):
    buffer = alloca(BUFFER)
    g = as_float64_pointer(buffer)
    for r in range(start, stop):
        row_tau, total, terms = np.float64(tau[r if per_row else 0]), 0.0, 0.0
        for first in range(r * k, (r + 1) * k, CHUNK):
            n = min(CHUNK, (r + 1) * k - first)
            present_gradients(pointer_add(grad, first), pointer_add(log_probs, first), n, g)
            total += sum_lanes(g, n)
        for first in range(r * k, (r + 1) * k, CHUNK):
            n = min(CHUNK, (r + 1) * k - first)
            if k > CHUNK:
                present_gradients(pointer_add(grad, first), pointer_add(log_probs, first), n, g)
            log_softmax_gradients(pointer_add(log_probs, first), n, total, row_tau, g, pointer_add(dx, first))
            terms += sum_lanes(g, n)
        if not is_null(dtau):
            dtau[r] = cast_like(dtau[0], terms)
    return ALL_VALID


# --- entropy ------------------------------------------------------------------------------------------------------


@loop
def surprises(d, e, n, out):
    """Minus e log e, with 0 log 0 = 0."""
    wide()
    for j in range(n):
        out[j] = -2.0 * d[j] * e[j] if e[j] > 0.0 else 0.0


@inline
def long_row_entropy(row, k, half_top, d, e, work):
    """As `row_entropy`, of a row of more than a chunk."""
    high, low, rate = scales(1.0)
    total, count, weighted = 0.0, np.int64(0), 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centre(pointer_add(row, first), n, half_top, d, e)
        exponentials_below_top(d, n, high, low, rate, e)
        total, count = total + sum_lanes(e, n), count + count_top(d, n)
        surprises(d, e, n, work)
        weighted += sum_lanes(work, n)
    return sum_below_top(total, count), weighted


@inline
def row_entropy(d, e, work, k):
    """The sum of e but for one of the largest, and that of -e log e, for a row of up to a chunk."""
    return sum_below_top(sum_lanes(e, k), count_top(d, k)), sum_lanes(work, k)


@inline
def centre_and_weigh(row, rows, k, d, e, work):
    """Half differences, exponentials below the largest and their surprises, for rows that fit in a chunk."""
    high, low, rate = scales(1.0)
    centre_rows(row, rows, k, d, e)
    exponentials_below_top(d, rows * k, high, low, rate, e)
    surprises(d, e, rows * k, work)


@kernel(table.entropy)
def entropy(start, stop, logits, k, out):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    d, e, work = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        rows, row = min(rows_at_once, stop - first), pointer_add(logits, first * k)
        if k <= CHUNK:
            centre_and_weigh(row, rows, k, d, e, work)
        for r in range(rows):
            if k > CHUNK:
                rest, weighted = long_row_entropy(row, k, 0.5 * np.float64(row_top(row, k)), d, e, work)
            else:
                rest, weighted = row_entropy(pointer_add(d, r * k), pointer_add(e, r * k), pointer_add(work, r * k), k)
            out[first + r] = cast_like(out[0], log1p(rest) + weighted / (1.0 + rest))
    return ALL_VALID


@loop
def entropy_gradients(d, e, n, grad, inverse, mean, dlogits):
    """-p (log p + entropy), as p (-d - mean) with the mean of -d."""
    wide()
    for j in range(n):
        weight = e[j] if d[j] < 0.0 else 1.0
        present = d[j] > -np.inf and weight > 0.0
        slope = weight * inverse * (-2.0 * d[j] - mean)
        dlogits[j] = chained(dlogits[0], grad, slope) if present else cast_like(dlogits[0], 0)


@kernel(table.entropy_backward)
def entropy_backward(start, stop, grad, logits, k, dlogits):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    d, e, work = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    rows_at_once = max(1, CHUNK // k)
    high, low, rate = scales(1.0)
    for first in range(start, stop, rows_at_once):
        rows, row, out = (
            min(rows_at_once, stop - first),
            pointer_add(logits, first * k),
            pointer_add(dlogits, first * k),
        )
        if k > CHUNK:
            half_top, g = 0.5 * np.float64(row_top(row, k)), np.float64(grad[first])
            rest, weighted = long_row_entropy(row, k, half_top, d, e, work)
            inverse = 1.0 / (1.0 + rest)
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                centre(pointer_add(row, part), n, half_top, d, e)
                exponentials_below_top(d, n, high, low, rate, e)
                entropy_gradients(d, e, n, g, inverse, weighted * inverse, pointer_add(out, part))
            continue
        centre_and_weigh(row, rows, k, d, e, work)
        for r in range(rows):
            ds, es = pointer_add(d, r * k), pointer_add(e, r * k)
            rest, weighted = row_entropy(ds, es, pointer_add(work, r * k), k)
            inverse = 1.0 / (1.0 + rest)
            g = np.float64(grad[first + r])
            entropy_gradients(ds, es, k, g, inverse, weighted * inverse, pointer_add(out, r * k))
    return ALL_VALID


@loop
def weigh_gradients(d, e, n, grad, share, dlogits):
    """The exponentials times ``share``; 0 where a logit is -inf."""
    wide()
    for j in range(n):
        slope = (e[j] if d[j] < 0.0 else 1.0) * share
        dlogits[j] = chained(dlogits[0], grad, slope) if d[j] > -np.inf else cast_like(dlogits[0], 0)


# --- divergence ---------------------------------------------------------------------------------------------------
#
# With e and f the exponentials of the two rows, S and T their sums, and w = log f - log e: u = w - log(T / S). Where T
# and S are close, that logarithm comes from (T - S) / S, which is summed by itself, so that rows that are nearly equal
# keep the digits of their difference. w is -inf where q alone is 0.


@loop
def compare(d, e, f, g, n):
    """In result: exp(d), w / 2, exp(f) and exp(f) - exp(d), from half differences and their errors, in turn."""
    wide()
    high, low, rate = scales(1.0)
    for j in range(n):
        half = (f[j] - d[j]) + (g[j] - e[j])
        p, q = exponential(d[j], e[j], high, low, rate), exponential(f[j], g[j], high, low, rate)
        w = 2.0 * half
        g[j] = p * (w + exp_remainder(w)) if abs(w) <= 1.0 else q - p
        d[j], e[j], f[j] = p, half, q


@inline
def log_ratio(s, t, difference):
    """log(t / s), where ``difference`` is t - s with its own digits."""
    ratio = difference / s
    return log1p(ratio) if ratio >= -0.5 and ratio <= 1.0 else log(t / s)


@inline
def divergence(p, q, half, shift):
    """p (exp(u) - 1 - u) for u = 2 half - shift; q where p is 0, and infinite where q alone is."""
    u = 2.0 * half - shift
    value = p * exp_remainder(u) if abs(u) <= 1.0 else fma(p, -u - 1.0, q)
    return np.inf if half == -np.inf else (value if p > 0.0 else q)


@loop
def divergences(e, half, f, n, inverse_s, inverse_t, shift, out):
    wide()
    for j in range(n):
        out[j] = divergence(e[j] * inverse_s, f[j] * inverse_t, half[j], shift)


@inline
def rows_of(table, table_rows, first, rows, k, d, error):
    """Half differences of rows ``first`` on, of a table that repeats."""
    at = first % table_rows
    if at + rows <= table_rows:
        centre_rows(pointer_add(table, at * k), rows, k, d, error)
    else:
        for r in range(rows):
            row = pointer_add(table, (first + r) % table_rows * k)
            centre_rows(row, 1, k, pointer_add(d, r * k), pointer_add(error, r * k))


@inline
def compare_part(a, b, n, half_a, half_b, d, e, f, g):
    """`compare` for a part of rows of more than a chunk, less half of their largest."""
    centre(a, n, half_a, d, e)
    centre(b, n, half_b, f, g)
    compare(d, e, f, g, n)


@inline
def long_row_divergence(a, b, k, half_a, half_b, d, e, f, g):
    """1 / S, 1 / T, log(T / S) and the divergence for rows of more than a chunk."""
    s, t, difference, total = 0.0, 0.0, 0.0, 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        compare_part(pointer_add(a, first), pointer_add(b, first), n, half_a, half_b, d, e, f, g)
        s, t, difference = s + sum_lanes(d, n), t + sum_lanes(f, n), difference + sum_lanes(g, n)
    shift = log_ratio(s, t, difference)
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        compare_part(pointer_add(a, first), pointer_add(b, first), n, half_a, half_b, d, e, f, g)
        divergences(d, e, f, n, 1.0 / s, 1.0 / t, shift, g)
        total += sum_lanes(g, n)
    return 1.0 / s, 1.0 / t, shift, total


@inline
def row_divergence(d, e, f, g, k):
    """The same from what `compare` left of a row."""
    s, t = sum_lanes(d, k), sum_lanes(f, k)
    shift = log_ratio(s, t, sum_lanes(g, k))
    divergences(d, e, f, k, 1.0 / s, 1.0 / t, shift, g)
    return 1.0 / s, 1.0 / t, shift, sum_lanes(g, k)


@loop
def divergence_gradients(d, half, f, n, grad, inverse_s, inverse_t, shift, total, dlogits, dother):
    """p (-u - divergence), 0 where that is infinite; q - p, 0 where q is left out."""
    wide()
    for j in range(n):
        p, q, u = d[j] * inverse_s, f[j] * inverse_t, 2.0 * half[j] - shift
        near = abs(u) <= 1.0
        finite = p > 0.0 and total < np.inf
        dlogits[j] = chained(dlogits[0], grad, p * (-u - total)) if finite else cast_like(dlogits[0], 0)
        change = p * (u + exp_remainder(u)) if near and p > 0.0 else q - p
        dother[j] = chained(dother[0], grad, change) if half[j] > -np.inf else cast_like(dother[0], 0)


@kernel(table.kl_divergence)
def kl_divergence(start, stop, logits, logits_rows, other_logits, other_rows, k, out):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1])
    f, g = as_float64_pointer(buffers[2]), as_float64_pointer(buffers[3])
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        if k > CHUNK:
            a, b = pointer_add(logits, first % logits_rows * k), pointer_add(other_logits, first % other_rows * k)
            half_a, half_b = 0.5 * np.float64(row_top(a, k)), 0.5 * np.float64(row_top(b, k))
            total = long_row_divergence(a, b, k, half_a, half_b, d, e, f, g)[3]
            out[first] = cast_like(out[0], total)
            continue
        rows_of(logits, logits_rows, first, rows, k, d, e)
        rows_of(other_logits, other_rows, first, rows, k, f, g)
        compare(d, e, f, g, rows * k)
        for r in range(rows):
            at = r * k
            total = row_divergence(pointer_add(d, at), pointer_add(e, at), pointer_add(f, at), pointer_add(g, at), k)[3]
            out[first + r] = cast_like(out[0], total)
    return ALL_VALID


@kernel(table.kl_divergence_backward)
def kl_divergence_backward(start, stop, grad, logits, logits_rows, other_logits, other_rows, k, dlogits, dother):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    d, e = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1])
    f, g = as_float64_pointer(buffers[2]), as_float64_pointer(buffers[3])
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        rows, da, db = min(rows_at_once, stop - first), pointer_add(dlogits, first * k), pointer_add(dother, first * k)
        if k > CHUNK:
            a, b = pointer_add(logits, first % logits_rows * k), pointer_add(other_logits, first % other_rows * k)
            half_a, half_b = 0.5 * np.float64(row_top(a, k)), 0.5 * np.float64(row_top(b, k))
            s, t, shift, total = long_row_divergence(a, b, k, half_a, half_b, d, e, f, g)
            for part in range(0, k, CHUNK):
                n, at, bt = min(CHUNK, k - part), pointer_add(da, part), pointer_add(db, part)
                compare_part(pointer_add(a, part), pointer_add(b, part), n, half_a, half_b, d, e, f, g)
                divergence_gradients(d, e, f, n, np.float64(grad[first]), s, t, shift, total, at, bt)
            continue
        rows_of(logits, logits_rows, first, rows, k, d, e)
        rows_of(other_logits, other_rows, first, rows, k, f, g)
        compare(d, e, f, g, rows * k)
        for r in range(rows):
            at = r * k
            ds, es, fs = pointer_add(d, at), pointer_add(e, at), pointer_add(f, at)
            s, t, shift, total = row_divergence(ds, es, fs, pointer_add(g, at), k)
            upstream = np.float64(grad[first + r])
            divergence_gradients(ds, es, fs, k, upstream, s, t, shift, total, pointer_add(da, at), pointer_add(db, at))
    return ALL_VALID
