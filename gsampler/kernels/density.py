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

from gsampler.kernels.elementary import exp, log
from gsampler.kernels.jit import (
    NOTHING,
    as_float64,
    body,
    by_type,
    fma,
    fmax,
    kernel,
    like,
    same_type,
    scalar,
    shift,
    stack,
    sum_lanes,
    wide,
)
from gsampler.kernels.noise import BUFFER, CHUNK

# --- constants of a row ---------------------------------------------------------------------------------------

LARGEST = (2.0 - 2.0**-52) * 2.0**1023
HALF_LOG_2PI = 0.9189385332046727
FACTORIALS = (1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0)


@scalar
def log_gamma(n):
    """log((n - 1)!) for n >= 1; from 13 on by Stirling's series, whose next term is below 2^-60."""
    if n <= 12:
        return log(FACTORIALS[n - 1])
    z = np.float64(n)
    s = 1 / (z * z)
    series = fma(s, fma(s, fma(s, fma(s, 1 / 1188, -1 / 1680), 1 / 1260), -1 / 360), 1 / 12) / z
    return (z - 0.5) * log(z) - z + HALF_LOG_2PI + series


# --- rows -----------------------------------------------------------------------------------------------------


@scalar
def _least_f32(y):
    return 2.0**-126


@scalar
def _least_f64(y):
    return 2.0**-1022


@scalar
def _largest_f32(y):
    return (2.0 - 2.0**-23) * 2.0**127


@scalar
def _largest_f64(y):
    return LARGEST


@scalar
def _below_one_f32(y):
    return 1.0 - 2.0**-24


@scalar
def _below_one_f64(y):
    return 1.0 - 2.0**-53


# of the type of the argument, as float64
least_normal = by_type("least_normal", {types.float32: _least_f32, types.float64: _least_f64})
largest_finite = by_type("largest_finite", {types.float32: _largest_f32, types.float64: _largest_f64})
largest_below_one = by_type("largest_below_one", {types.float32: _below_one_f32, types.float64: _below_one_f64})


@scalar
def of_sample(y):
    return log(fmax(np.float64(y), least_normal(y)))


@scalar
def of_log(x):
    return np.float64(x) if x > like(x, -np.inf) else log(least_normal(x))


@body
def exponents(log_of, y, logits, tau, n, a, x):
    """Write a = logits - tau x, and x, of ``n`` categories; those left out get -inf and 0."""
    wide()
    for j in range(n):
        theta, value = np.float64(logits[j]), log_of(y[j])
        there = theta > -np.inf
        a[j] = min(max(fma(-tau, value, theta), -LARGEST), LARGEST) if there else -np.inf
        x[j] = value if there else 0.0


@body
def survey(nothing, y, a, n, top):
    """The largest of ``a`` and ``top``, the number of categories, and whether one that is none has its share."""
    wide()
    count, wrong = np.int64(0), np.int64(0)
    for j in range(n):
        top = fmax(top, a[j])
        there = a[j] > -np.inf
        count += np.int64(there)
        wrong |= np.int64(not there and np.float64(y[j]) > nothing)
    return top, count, wrong


@body
def exponentials(a, n, top, out):
    wide()
    for j in range(n):
        out[j] = exp(a[j] - top)


@body
def centred(a, n, top, out):
    wide()
    for j in range(n):
        out[j] = a[j] - top if a[j] > -np.inf else 0.0


@scalar
def row_sums(log_of, nothing, y, logits, k, tau, a, x, work):
    """ExpConcrete's log density, sum(x), max(a), K exp(max(a) - logsumexp(a)), K; whether the row is impossible.

    Where the row is no longer than a chunk, its a and x are left behind.
    """
    top, count, wrong = -np.inf, np.int64(0), np.int64(0)
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        exponents(log_of, shift(y, first), shift(logits, first), tau, n, a, x)
        top, more, bad = survey(nothing, shift(y, first), a, n, top)
        count, wrong = count + more, wrong | bad
    total, below, logs = 0.0, 0.0, 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        if k > CHUNK:
            exponents(log_of, shift(y, first), shift(logits, first), tau, n, a, x)
        exponentials(a, n, top, work)
        total += sum_lanes(work, n)
        centred(a, n, top, work)
        below += sum_lanes(work, n)
        logs += sum_lanes(x, n)
    value = log_gamma(count) + (count - 1) * log(tau) + (below - count * log(total))
    return (-np.inf if wrong else value), logs, top, count / total, count, wrong != 0


@scalar
def chained(x, grad, slope):
    """grad * slope in the type of ``x``, no larger than its largest number; 0 where ``grad`` is, whatever the slope."""
    largest = largest_finite(x)
    value = grad * slope
    value = largest if value > largest else value  # NaN stays NaN
    value = -largest if value < -largest else value
    return like(x, 0) if grad == 0.0 else like(x, value)


# of y = exp(x) for Concrete, of x itself for ExpConcrete: where a category has no share; the density with respect to y
# for that with respect to x; the gradient with respect to the argument, from slope = 1 - K r


@scalar
def density_of_sample(value, logs):
    return value - logs


@scalar
def density_of_log(value, logs):
    return value


@scalar
def slope_of_sample(slope, tau, y):
    return -(fma(tau, slope, 1.0)) / fmax(np.float64(y), least_normal(y))


@scalar
def slope_of_log(slope, tau, x):
    return -tau * slope


@scalar
def row_densities(log_of, nothing, density, start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out):
    buffers = stack(BUFFER), stack(BUFFER), stack(BUFFER)
    a, x, work = as_float64(buffers[0]), as_float64(buffers[1]), as_float64(buffers[2])
    for r in range(start, stop):
        at, theta = shift(y, r % y_rows * k), shift(logits, r % logits_rows * k)
        found = row_sums(log_of, nothing, at, theta, k, np.float64(tau[r % taus]), a, x, work)
        out[r] = density(found[0], found[1])
    return NOTHING


@body
def row_gradients(slope_of, y, n, a, x, top, share, tau, grad, products, dy, dlogits):
    """Gradients of ``n`` categories; K r x goes to ``products``."""
    wide()
    for j in range(n):
        weight = exp(a[j] - top) * share
        there = a[j] > -np.inf
        slope = 1.0 - weight
        products[j] = weight * x[j]
        dy[j] = chained(y[j], grad, slope_of(slope, tau, y[j])) if there else like(y[j], 0)
        dlogits[j] = chained(y[j], grad, slope) if there else like(y[j], 0)


@body
def zero(n, out):
    wide()
    for j in range(n):
        out[j] = like(out[0], 0)


@scalar
def row_backward(
    log_of, nothing, slope_of, start, stop, grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau
):
    buffers = stack(BUFFER), stack(BUFFER), stack(BUFFER)
    a, x, work = as_float64(buffers[0]), as_float64(buffers[1]), as_float64(buffers[2])
    for r in range(start, stop):
        at, theta, heat = shift(y, r % y_rows * k), shift(logits, r % logits_rows * k), np.float64(tau[r % taus])
        _, logs, top, share, count, wrong = row_sums(log_of, nothing, at, theta, k, heat, a, x, work)
        if wrong:
            zero(k, shift(dy, r * k))
            zero(k, shift(dlogits, r * k))
            dtau[r] = like(dtau[0], 0)
            continue
        products, g = 0.0, np.float64(grad[r])
        for first in range(0, k, CHUNK):
            n, place = min(CHUNK, k - first), r * k + first
            if k > CHUNK:
                exponents(log_of, shift(at, first), shift(theta, first), heat, n, a, x)
            here = shift(at, first)
            row_gradients(slope_of, here, n, a, x, top, share, heat, g, work, shift(dy, place), shift(dlogits, place))
            products += sum_lanes(work, n)
        dtau[r] = chained(tau[0], g, (count - 1) / heat - logs + products)
    return NOTHING


ROWS = "T* y, i64 y_rows, T* logits, i64 logits_rows, i64 k, T* tau, i64 taus,"


@kernel("i64 start, i64 stop," + ROWS + "T* out")
def concrete_density(start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out):
    """Log density of each row; row r takes row ``r % y_rows`` of ``y``, and likewise of the others."""
    return row_densities(
        of_sample, 0.0, density_of_sample, start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out
    )


@kernel("i64 start, i64 stop," + ROWS + "T* out")
def exp_concrete_density(start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out):
    """As `concrete_density`, of x = log(y)."""
    return row_densities(
        of_log, -np.inf, density_of_log, start, stop, y, y_rows, logits, logits_rows, k, tau, taus, out
    )


@kernel("i64 start, i64 stop, T* grad," + ROWS + "T* dy, T* dlogits, T* dtau")
def concrete_gradient(start, stop, grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau):
    """Gradients, one of each for each row."""
    return row_backward(
        of_sample,
        0.0,
        slope_of_sample,
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


@kernel("i64 start, i64 stop, T* grad," + ROWS + "T* dy, T* dlogits, T* dtau")
def exp_concrete_gradient(start, stop, grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau):
    """Gradients, one of each for each row."""
    return row_backward(
        of_log,
        -np.inf,
        slope_of_log,
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


# --- elements -------------------------------------------------------------------------------------------------
#
# Each takes a sample and two parameters, all float64, and gives the log density, or its three derivatives.


@scalar
def unit_logistic(z):
    """The standard logistic's log density, and its derivative."""
    e = exp(-abs(z))
    slope = (1.0 - e) / (1.0 + e)
    return -abs(z) - 2.0 * log(1.0 + e), (-slope if z > 0.0 else slope)


@scalar
def gumbel(x, loc, scale):
    z = (x - loc) / scale
    e = exp(-abs(z))
    power = e if z > 0.0 else 1.0 / e
    slope = power - 1.0
    value = -z - power if power < np.inf else -np.inf
    return value - log(scale), slope / scale, -slope / scale, (-1.0 - z * slope) / scale


@scalar
def logistic(x, loc, scale):
    z = (x - loc) / scale
    value, slope = unit_logistic(z)
    return value - log(scale), slope / scale, -slope / scale, (-1.0 - z * slope) / scale


@scalar
def logit_binary_concrete(x, logit, tau):
    """A logit of -inf leaves x = -inf only, which is then certain."""
    x = np.float64(x)
    value, slope = unit_logistic(fma(-tau, x, logit))
    if logit == -np.inf:
        return (0.0 if x == -np.inf else -np.inf), 0.0, 0.0, 0.0
    return value + log(tau), -tau * slope, slope, 1.0 / tau - x * slope


@scalar
def binary_concrete(y, logit, tau):
    """As the other; y = 0 and y = 1 are taken for the numbers next to them that a density has."""
    if logit == -np.inf:
        return (0.0 if y == like(y, 0) else -np.inf), 0.0, 0.0, 0.0
    inner = min(max(np.float64(y), least_normal(y)), largest_below_one(y))
    rest = 1.0 - inner
    left, right = log(inner), log(rest)
    value, dx, dlogit, dtau = logit_binary_concrete(left - right, logit, tau)
    return value - left - right, (dx - 1.0 + 2.0 * inner) / (inner * rest), dlogit, dtau


@body
def spread(x, step, n, out):
    """``n`` values, or one of them n times."""
    wide()
    for j in range(n):
        out[j] = x[j if step else 0]


@body
def densities(function, x, a, b, n, out):
    wide()
    for j in range(n):
        out[j] = like(x[0], function(x[j], np.float64(a[j]), np.float64(b[j]))[0])


@body
def gradients(function, grad, x, a, b, n, dx, da, db):
    wide()
    for j in range(n):
        g = np.float64(grad[j])
        _, x_slope, a_slope, b_slope = function(x[j], np.float64(a[j]), np.float64(b[j]))
        dx[j], da[j], db[j] = chained(x[0], g, x_slope), chained(x[0], g, a_slope), chained(x[0], g, b_slope)


@scalar
def spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs):
    spread(shift(x, first * x_step), x_step, n, xs)
    spread(shift(a, first * a_step), a_step, n, as_)
    spread(shift(b, first * b_step), b_step, n, bs)


@scalar
def each_density(function, start, stop, x, x_step, a, a_step, b, b_step, out):
    buffers = stack(BUFFER), stack(BUFFER), stack(BUFFER)
    xs, as_, bs = same_type(buffers[0], x), same_type(buffers[1], x), same_type(buffers[2], x)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs)
        densities(function, xs, as_, bs, n, shift(out, first))
    return NOTHING


@scalar
def each_gradient(function, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    buffers = stack(BUFFER), stack(BUFFER), stack(BUFFER)
    xs, as_, bs = same_type(buffers[0], x), same_type(buffers[1], x), same_type(buffers[2], x)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        spread_all(first, n, x, x_step, a, a_step, b, b_step, xs, as_, bs)
        outputs = shift(dx, first), shift(da, first), shift(db, first)
        gradients(function, shift(grad, first), xs, as_, bs, n, outputs[0], outputs[1], outputs[2])
    return NOTHING


EACH = "T* x, i64 x_step, T* a, i64 a_step, T* b, i64 b_step,"
VALUE = "i64 start, i64 stop," + EACH + "T* out"
BACKWARD = "i64 start, i64 stop, T* grad," + EACH + "T* dx, T* da, T* db"


@kernel(VALUE)
def gumbel_density(start, stop, x, x_step, a, a_step, b, b_step, out):
    return each_density(gumbel, start, stop, x, x_step, a, a_step, b, b_step, out)


@kernel(BACKWARD)
def gumbel_gradient(start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    return each_gradient(gumbel, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db)


@kernel(VALUE)
def logistic_density(start, stop, x, x_step, a, a_step, b, b_step, out):
    return each_density(logistic, start, stop, x, x_step, a, a_step, b, b_step, out)


@kernel(BACKWARD)
def logistic_gradient(start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    return each_gradient(logistic, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db)


@kernel(VALUE)
def binary_concrete_density(start, stop, x, x_step, a, a_step, b, b_step, out):
    return each_density(binary_concrete, start, stop, x, x_step, a, a_step, b, b_step, out)


@kernel(BACKWARD)
def binary_concrete_gradient(start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    return each_gradient(binary_concrete, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db)


@kernel(VALUE)
def logit_binary_concrete_density(start, stop, x, x_step, a, a_step, b, b_step, out):
    return each_density(logit_binary_concrete, start, stop, x, x_step, a, a_step, b, b_step, out)


@kernel(BACKWARD)
def logit_binary_concrete_gradient(start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db):
    return each_gradient(logit_binary_concrete, start, stop, grad, x, x_step, a, a_step, b, b_step, dx, da, db)
