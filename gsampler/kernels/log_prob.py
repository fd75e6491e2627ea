"""Log densities of the relaxed variables and of the noise behind them, and their gradients; in float64 throughout.

Maddison, Mnih, Teh, "The Concrete distribution", ICLR 2017: eq. 10 (Concrete), appendix C.3 (ExpConcrete), appendix B
(binary Concrete). With x = log y, a = logits - tau x and r = softmax(a), over K categories:

    ExpConcrete(x) = log Gamma(K) + (K - 1) log tau + sum(a) - K logsumexp(a)
    Concrete(y)    = ExpConcrete(log y) - sum(log y)

A category whose logit is -inf is none: it is left out, and K counts the others. A sample where it is not 0 is
impossible: its log density is -inf, and its gradients are 0.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_float64_pointer,
    cast_like,
    fma,
    fmax,
    pointer_add,
    pointer_cast_like,
    sum_lanes,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp, log

# --- constants of a row ---------------------------------------------------------------------------------------

LARGEST = (2.0 - 2.0**-52) * 2.0**1023
HALF_LOG_2PI = 0.9189385332046727
FACTORIALS = (1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0)


@inline
def log_gamma(n):
    """log((n - 1)!) for n >= 1; from 13 on by Stirling's series, whose next term is below 2^-60."""
    if n <= 12:
        return log(FACTORIALS[n - 1])
    z = np.float64(n)
    s = 1 / (z * z)
    series = fma(s, fma(s, fma(s, fma(s, 1 / 1188, -1 / 1680), 1 / 1260), -1 / 360), 1 / 12) / z
    return (z - 0.5) * log(z) - z + HALF_LOG_2PI + series


# --- rows -----------------------------------------------------------------------------------------------------


@inline
def _tiny_f32(y):
    return 2.0**-126


@inline
def _tiny_f64(y):
    return 2.0**-1022


@inline
def _largest_f32(y):
    return (2.0 - 2.0**-23) * 2.0**127


@inline
def _largest_f64(y):
    return LARGEST


@inline
def _below_one_f32(y):
    return 1.0 - 2.0**-24


@inline
def _below_one_f64(y):
    return 1.0 - 2.0**-53


# of the type of the argument, as float64
smallest_normal = by_type("smallest_normal", {types.float32: _tiny_f32, types.float64: _tiny_f64})
largest_finite = by_type("largest_finite", {types.float32: _largest_f32, types.float64: _largest_f64})
largest_below_one = by_type("largest_below_one", {types.float32: _below_one_f32, types.float64: _below_one_f64})


@inline
def log_of_sample(y):
    return log(fmax(np.float64(y), smallest_normal(y)))


@inline
def log_of_log(x):
    return np.float64(x) if x > cast_like(x, -np.inf) else log(smallest_normal(x))


@loop
def exponents(log_of, y, logits, tau, n, a, x):
    """Write a = logits - tau x, and x, of ``n`` categories; those left out get -inf and 0."""
    wide()
    for j in range(n):
        theta, value = np.float64(logits[j]), log_of(y[j])
        present = theta > -np.inf
        a[j] = min(max(fma(-tau, value, theta), -LARGEST), LARGEST) if present else -np.inf
        x[j] = value if present else 0.0


@loop
def row_statistics(zero_share, y, a, n, top):
    """The largest of ``a`` and ``top``, the number of categories, and whether one that is none has its share."""
    wide()
    count, impossible = np.int64(0), np.int64(0)
    for j in range(n):
        top = fmax(top, a[j])
        present = a[j] > -np.inf
        count += np.int64(present)
        impossible |= np.int64(not present and np.float64(y[j]) > zero_share)
    return top, count, impossible


@loop
def exponentials(a, n, top, out):
    wide()
    for j in range(n):
        out[j] = exp(a[j] - top)


@loop
def centred(a, n, top, out):
    wide()
    for j in range(n):
        out[j] = a[j] - top if a[j] > -np.inf else 0.0


@inline
def row_sums(log_of, zero_share, y, logits, k, tau, a, x, work):
    """ExpConcrete's log density, sum(x), max(a), K exp(max(a) - logsumexp(a)), K; whether the row is impossible.

    Where the row is no longer than a chunk, its a and x are left behind.
    """
    top, count, impossible = -np.inf, np.int64(0), np.int64(0)
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        exponents(log_of, pointer_add(y, first), pointer_add(logits, first), tau, n, a, x)
        top, more, bad = row_statistics(zero_share, pointer_add(y, first), a, n, top)
        count, impossible = count + more, impossible | bad
    total, below, logs = 0.0, 0.0, 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        if k > CHUNK:
            exponents(log_of, pointer_add(y, first), pointer_add(logits, first), tau, n, a, x)
        exponentials(a, n, top, work)
        total += sum_lanes(work, n)
        centred(a, n, top, work)
        below += sum_lanes(work, n)
        logs += sum_lanes(x, n)
    value = log_gamma(count) + (count - 1) * log(tau) + (below - count * log(total))
    return (-np.inf if impossible else value), logs, top, count / total, count, impossible != 0


@inline
def chained(x, grad, slope):
    """grad * slope in the type of ``x``, no larger than its largest number; 0 where ``grad`` is, whatever the slope."""
    largest = largest_finite(x)
    value = grad * slope
    value = largest if value > largest else value  # NaN stays NaN
    value = -largest if value < -largest else value
    return cast_like(x, 0) if grad == 0.0 else cast_like(x, value)


# of y = exp(x) for Concrete, of x itself for ExpConcrete: where a category has no share; the density with respect to y
# for that with respect to x; the gradient with respect to the argument, from slope = 1 - K r


@inline
def log_prob_of_sample(value, logs):
    return value - logs


@inline
def log_prob_of_log(value, logs):
    return value


@inline
def slope_of_sample(slope, tau, y):
    return -(fma(tau, slope, 1.0)) / fmax(np.float64(y), smallest_normal(y))


@inline
def slope_of_log(slope, tau, x):
    return -tau * slope


@inline
def row_log_probs(log_of, zero_share, log_prob_of, start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    a, x, work = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    for r in range(start, stop):
        at, theta = pointer_add(y, r % y_rows * k), pointer_add(logits, r % logits_rows * k)
        found = row_sums(log_of, zero_share, at, theta, k, np.float64(tau[r % taus]), a, x, work)
        out[r] = log_prob_of(found[0], found[1])
    return ALL_VALID


@loop
def row_gradients(slope_of, y, n, a, x, top, share, tau, grad, products, dy, dlogits):
    """Gradients of ``n`` categories; K r x goes to ``products``."""
    wide()
    for j in range(n):
        weight = exp(a[j] - top) * share
        present = a[j] > -np.inf
        slope = 1.0 - weight
        products[j] = weight * x[j]
        dy[j] = chained(y[j], grad, slope_of(slope, tau, y[j])) if present else cast_like(y[j], 0)
        dlogits[j] = chained(y[j], grad, slope) if present else cast_like(y[j], 0)


@loop
def zero(n, out):
    wide()
    for j in range(n):
        out[j] = cast_like(out[0], 0)


@inline
def row_backward(
    log_of, zero_share, slope_of, start, stop, grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau
):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    a, x, work = as_float64_pointer(buffers[0]), as_float64_pointer(buffers[1]), as_float64_pointer(buffers[2])
    for r in range(start, stop):
        at, theta, row_tau = (
            pointer_add(y, r % y_rows * k),
            pointer_add(logits, r % logits_rows * k),
            np.float64(tau[r % taus]),
        )
        _, logs, top, share, count, impossible = row_sums(log_of, zero_share, at, theta, k, row_tau, a, x, work)
        if impossible:
            zero(k, pointer_add(dy, r * k))
            zero(k, pointer_add(dlogits, r * k))
            dtau[r] = cast_like(dtau[0], 0)
            continue
        products, g = 0.0, np.float64(grad[r])
        for first in range(0, k, CHUNK):
            n, at_first = min(CHUNK, k - first), r * k + first
            if k > CHUNK:
                exponents(log_of, pointer_add(at, first), pointer_add(theta, first), row_tau, n, a, x)
            here = pointer_add(at, first)
            row_gradients(
                slope_of,
                here,
                n,
                a,
                x,
                top,
                share,
                row_tau,
                g,
                work,
                pointer_add(dy, at_first),
                pointer_add(dlogits, at_first),
            )
            products += sum_lanes(work, n)
        dtau[r] = chained(tau[0], g, (count - 1) / row_tau - logs + products)
    return ALL_VALID


def row_kernels(log_of, zero_share, log_prob_of, slope_of):
    """The kernels of a density of rows: its value, and its gradients."""

    @kernel(table.row_log_prob)
    def value(start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out):
        return row_log_probs(
            log_of, zero_share, log_prob_of, start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out
        )

    @kernel(table.row_log_prob_backward)
    def backward(start, stop, grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau):
        return row_backward(
            log_of,
            zero_share,
            slope_of,
            start,
            stop,
            grad,
            y,
            y_rows,
            logits,
            logits_rows,
            k,
            tau,
            taus,
            dy,
            dlogits,
            dtau,
        )

    return value, backward


ROWS = {
    "concrete": row_kernels(log_of_sample, 0.0, log_prob_of_sample, slope_of_sample),
    "exp_concrete": row_kernels(log_of_log, -np.inf, log_prob_of_log, slope_of_log),
}

# --- elements -------------------------------------------------------------------------------------------------
#
# Each takes a sample and two parameters, all float64, and gives the log density, or its three derivatives.


@inline
def unit_logistic(z):
    """The standard logistic's log density, and its derivative."""
    e = exp(-abs(z))
    slope = (1.0 - e) / (1.0 + e)
    return -abs(z) - 2.0 * log(1.0 + e), (-slope if z > 0.0 else slope)


@inline
def gumbel_terms(x, loc, scale):
    z = (x - loc) / scale
    e = exp(-abs(z))
    power = e if z > 0.0 else 1.0 / e
    slope = power - 1.0
    value = -z - power if power < np.inf else -np.inf
    return value - log(scale), slope / scale, -slope / scale, (-1.0 - z * slope) / scale


@inline
def logistic_terms(x, loc, scale):
    z = (x - loc) / scale
    value, slope = unit_logistic(z)
    return value - log(scale), slope / scale, -slope / scale, (-1.0 - z * slope) / scale


@inline
def logit_binary_concrete_terms(x, logit, tau):
    """A logit of -inf leaves x = -inf only, which is then certain."""
    x = np.float64(x)
    value, slope = unit_logistic(fma(-tau, x, logit))
    if logit == -np.inf:
        return (0.0 if x == -np.inf else -np.inf), 0.0, 0.0, 0.0
    return value + log(tau), -tau * slope, slope, 1.0 / tau - x * slope


@inline
def binary_concrete_terms(y, logit, tau):
    """As the other; y = 0 and y = 1 are taken for the numbers next to them that a density has."""
    if logit == -np.inf:
        return (0.0 if y == cast_like(y, 0) else -np.inf), 0.0, 0.0, 0.0
    inner = min(max(np.float64(y), smallest_normal(y)), largest_below_one(y))
    rest = 1.0 - inner
    left, right = log(inner), log(rest)
    value, dx, dlogit, dtau = logit_binary_concrete_terms(left - right, logit, tau)
    return value - left - right, (dx - 1.0 + 2.0 * inner) / (inner * rest), dlogit, dtau


@loop
def spread(x, step, n, out):
    """``n`` values, or one of them n times."""
    wide()
    for j in range(n):
        out[j] = x[j if step else 0]


@loop
def log_probs(function, x, a, b, n, out):
    wide()
    for j in range(n):
        out[j] = cast_like(x[0], function(x[j], np.float64(a[j]), np.float64(b[j]))[0])


@loop
def gradients(function, grad, x, a, b, n, dx, da, db):
    wide()
    for j in range(n):
        g = np.float64(grad[j])
        _, x_slope, a_slope, b_slope = function(x[j], np.float64(a[j]), np.float64(b[j]))
        dx[j], da[j], db[j] = chained(x[0], g, x_slope), chained(x[0], g, a_slope), chained(x[0], g, b_slope)


@inline
def spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs):
    spread(pointer_add(x, first * x_step), x_step, n, xs)
    spread(pointer_add(a, first * a_step), a_step, n, as_)
    spread(pointer_add(b, first * b_step), b_step, n, bs)


@inline
def element_log_probs(function, start, stop, x, x_step, a, a_step, b, b_step, out):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    xs, as_, bs = pointer_cast_like(buffers[0], x), pointer_cast_like(buffers[1], x), pointer_cast_like(buffers[2], x)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs)
        log_probs(function, xs, as_, bs, n, pointer_add(out, first))
    return ALL_VALID


@inline
def element_gradients(function, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    buffers = alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    xs, as_, bs = pointer_cast_like(buffers[0], x), pointer_cast_like(buffers[1], x), pointer_cast_like(buffers[2], x)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs)
        outputs = pointer_add(dx, first), pointer_add(da, first), pointer_add(db, first)
        gradients(function, pointer_add(grad, first), xs, as_, bs, n, outputs[0], outputs[1], outputs[2])
    return ALL_VALID


def element_kernels(terms):
    """The kernels of a density of elements: its value, and its gradients."""

    @kernel(table.element_log_prob)
    def value(start, stop, x, x_step, a, a_step, b, b_step, out):
        return element_log_probs(terms, start, stop, x, x_step, a, a_step, b, b_step, out)

    @kernel(table.element_log_prob_backward)
    def backward(start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
        return element_gradients(terms, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db)

    return value, backward


ELEMENTS = {
    "gumbel": element_kernels(gumbel_terms),
    "logistic": element_kernels(logistic_terms),
    "binary_concrete": element_kernels(binary_concrete_terms),
    "logit_binary_concrete": element_kernels(logit_binary_concrete_terms),
}
KERNELS = {
    f"{name}_log_prob{suffix}": kernel
    for name, pair in (ROWS | ELEMENTS).items()
    for suffix, kernel in zip(("", "_backward"), pair, strict=True)
}
