"""Rows of logits become points of the simplex, and gradients go back: Gumbel-Softmax, also called Concrete.

Jang, Gu, Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, eq. 2; Maddison, Mnih, Teh, "The
Concrete distribution", ICLR 2017, eq. 10, and appendix B for the binary case, which takes one logistic variate. A row
is worked on while its numbers are in the first-level cache: noise, perturbation, exponential, normalisation. Sums
are made in float64, over `CHUNK` elements at a time, in the one order of `sum_lanes`.
"""

from __future__ import annotations

import numpy as np

from gsampler.kernels.categorical import acceptable, first_at_least, first_bad_row, first_refused
from gsampler.kernels.elementary import minus_log, rate, tempered
from gsampler.kernels.jit import (
    NOTHING,
    body,
    fmax,
    kernel,
    like,
    null,
    prefetch,
    same_type,
    scalar,
    shift,
    stack,
    sum_lanes,
    wide,
    words_for,
)
from gsampler.kernels.noise import BUFFER, CHUNK, copy, gumbel, logistic, noise, width

# elements whose way from memory is asked for at a time, and whose gradients are made at a time: measured
CLOSE, CLOSER = 384, 128

# --- what a softmax is taken of ------------------------------------------------------------------------------


@body
def add(logits, n, sample):
    wide()
    for j in range(n):
        sample[j] += logits[j]


@scalar
def add_noise(function, buffer, seed, stream, offset, logits, first, n, sample, out):
    """Write ``n`` logits from number ``first`` on, with their noise; what ``out`` holds is to be written after that.

    Both come from memory while the noise is made, a little at a time: all at once would be waited for.
    """
    for part in range(0, n, CLOSE):
        m = min(CLOSE, n - part)
        prefetch(shift(logits, first + part), m, 0)
        prefetch(shift(out, part), m, 1)
        place = offset + np.uint64((first + part) * width(words_for(buffer, logits)))
        noise(function, buffer, seed, stream, place, m, shift(sample, part))
    add(shift(logits, first), n, sample)


@scalar
def perturbed(buffer, seed, stream, offset, logits, first, n, sample, out):
    add_noise(gumbel, buffer, seed, stream, offset, logits, first, n, sample, out)


@scalar
def plain(buffer, seed, stream, offset, logits, first, n, sample, out):
    copy(shift(logits, first), n, sample)


# --- softmax ------------------------------------------------------------------------------------------------


@body
def centre(sample, rows, k, index):
    """Take its largest value from each row; write, where asked, the first place of that."""
    wide()
    for r in range(rows):
        row = shift(sample, r * k)
        top = row[0]
        for j in range(1, k):
            top = fmax(top, row[j])
        if not null(index):
            index[r] = first_at_least(row, k, top)
        for j in range(k):
            row[j] -= top


@body
def exponentiate(d, n, high, low):
    """In place; through one pointer, since two to one place are not vectorised."""
    wide()
    for j in range(n):
        d[j] = tempered(d[j], high, low)


@body
def normalise(sample, rows, k, out):
    wide()
    for r in range(rows):
        row, place = shift(sample, r * k), shift(out, r * k)
        inverse = like(row[0], 1 / sum_lanes(row, k))
        for j in range(k):
            place[j] = row[j] * inverse


@scalar
def short_rows(sample, rows, k, tau, each, soft, index):
    """Softmax of several rows that are in ``sample`` together."""
    centre(sample, rows, k, index)
    if each:
        for r in range(rows):
            high, low = rate(tau[r])
            exponentiate(shift(sample, r * k), k, high, low)
    else:
        high, low = rate(tau[0])
        exponentiate(sample, rows * k, high, low)
    normalise(sample, rows, k, soft)


@body
def write_and_highest(sample, n, out, top):
    """Write the sample; return its largest value, or ``top``."""
    wide()
    for j in range(n):
        out[j] = sample[j]
        top = fmax(top, sample[j])
    return top


@body
def centred_exponentials(z, n, top, high, low, sample):
    wide()
    for j in range(n):
        sample[j] = tempered(z[j] - top, high, low)


@body
def scale(x, n, factor):
    wide()
    for j in range(n):
        x[j] *= factor


@scalar
def long_row(row, k, top, tau, sample):
    """Softmax of a row of more than a chunk, in place."""
    high, low = rate(tau)
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centred_exponentials(shift(row, first), n, top, high, low, sample)
        total += sum_lanes(sample, n)
        copy(sample, n, shift(row, first))
    scale(row, k, like(row[0], 1 / total))


@scalar
def relax(source, start, stop, seed, stream, offset, logits, k, tau, each, check, soft, index):
    buffer, results = stack(BUFFER), stack(BUFFER)
    sample = same_type(results, logits)
    together = max(1, CHUNK // k)
    for first in range(start, stop, together):
        rows = min(together, stop - first)
        place, heat = shift(soft, first * k), shift(tau, first if each else 0)
        found = index if null(index) else shift(index, first)
        top = like(soft[0], -np.inf)
        for part in range(0, rows * k, CHUNK):
            n = min(CHUNK, rows * k - part)
            source(buffer, seed, stream, offset, logits, first * k + part, n, sample, shift(place, part))
            if check:
                bad = first_bad_row(shift(logits, first * k + part), n, k)
                if bad != NOTHING:
                    return first + bad
            if k > CHUNK:  # the sample's place holds the perturbed logits for now
                highest = write_and_highest(sample, n, shift(place, part), top)
                if not null(found) and highest > top:
                    found[0] = part + first_at_least(sample, n, highest)
                top = highest
        if k > CHUNK:
            if check and top == like(top, -np.inf):
                return first
            long_row(place, k, top, heat[0], sample)
        else:
            short_rows(sample, rows, k, heat, each, place, found)
    return NOTHING


@kernel(
    "i64 start, i64 stop, u64 seed, u64 stream, u64 offset,"
    "T* logits, i64 k, T* tau, i64 each, i64 check, T* soft, i64* index"
)
def gumbel_softmax(start, stop, seed, stream, offset, logits, k, tau, each, check, soft, index):
    """softmax((logits + gumbel) / tau) of each row, and the place of its largest; ``index`` may be NULL.

    Row r has the temperature ``tau[r]``, or ``tau[0]`` where ``each`` is 0. With ``check``, it refuses the first row
    that has NaN or +inf, or is all -inf.
    """
    return relax(perturbed, start, stop, seed, stream, offset, logits, k, tau, each, check, soft, index)


@kernel("i64 start, i64 stop, T* x, i64 k, T* tau, i64 each, i64 check, T* soft, i64* index")
def softmax(start, stop, x, k, tau, each, check, soft, index):
    """softmax(x / tau) of each row, and the place of its largest; ``check`` and ``index`` as of `gumbel_softmax`."""
    nothing = np.uint64(0)
    return relax(plain, start, stop, nothing, nothing, nothing, x, k, tau, each, check, soft, index)


# --- its gradient ---------------------------------------------------------------------------------------------
#
# With y = softmax(z / tau) and g the gradient with respect to y: dz = y (g - <g, y>) / tau. What g and <g, y> have in
# common is taken away first, and its own error after that: with w = y (g - <g, y>), dz = (w - y sum(w)) / tau. So a
# constant in g costs nothing, and an element that takes nearly all of its row keeps the digits of its small gradient.
# Since tau log y is z up to a shift of the whole row, which cancels, dtau = -<z, dz> / tau = -<log y, dz>: the sample
# alone is enough. An element that is exactly 0 has no part in any of it, whatever its g.


@body
def products(grad, soft, n, out):
    wide()
    for j in range(n):
        y = soft[j]
        out[j] = grad[j] * y if y > like(y, 0) else like(y, 0)


@scalar
def weighted(g, y, inner):
    return (g - inner) * y if y > like(y, 0) else like(y, 0)


@scalar
def corrected(w, y, rest, inverse):
    return (w - y * rest) * inverse if y > like(y, 0) else like(y, 0)


@body
def weigh(grad, soft, n, inner, out):
    wide()
    for j in range(n):
        out[j] = weighted(grad[j], soft[j], inner)


@body
def correct(soft, n, rest, inverse, w):
    """In place."""
    wide()
    for j in range(n):
        w[j] = corrected(w[j], soft[j], rest, inverse)


@body
def differences(grad, soft, sample, rows, k, tau, each, out):
    """The gradients of rows whose products are in ``sample``."""
    wide()
    for r in range(rows):
        first, row = r * k, shift(sample, r * k)
        inner, inverse = like(row[0], sum_lanes(row, k)), like(row[0], 1) / tau[r if each else 0]
        for j in range(k):
            row[j] = weighted(grad[first + j], soft[first + j], inner)
        rest = like(row[0], sum_lanes(row, k))
        for j in range(k):
            out[first + j] = corrected(row[j], soft[first + j], rest, inverse)


@body
def surprises(dlogits, soft, n, out):
    """-log(soft) dlogits"""
    wide()
    for j in range(n):
        y = soft[j]
        out[j] = minus_log(y) * dlogits[j] if y > like(y, 0) else like(y, 0)


@body
def sums(sample, rows, k, out):
    wide()
    for r in range(rows):
        out[r] = sum_lanes(shift(sample, r * k), k)


@scalar
def long_sum(write, a, b, k, sample):
    """The sum of ``write(a, b)`` over a row of more than a chunk."""
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        write(shift(a, first), shift(b, first), n, sample)
        total += sum_lanes(sample, n)
    return like(a[0], total)


@kernel("i64 start, i64 stop, T* grad, T* soft, i64 k, T* tau, i64 each, T* dlogits, T* dtau")
def gumbel_softmax_backward(start, stop, grad, soft, k, tau, each, dlogits, dtau):
    """Gradients with respect to the logits, and to the temperature of each row; ``dtau`` may be NULL."""
    results = stack(BUFFER)
    sample = same_type(results, grad)
    together = max(1, CLOSER // k)
    for first in range(start, stop, together):
        rows = min(together, stop - first)
        g, y, d = shift(grad, first * k), shift(soft, first * k), shift(dlogits, first * k)
        heat = shift(tau, first if each else 0)
        if k <= CHUNK:
            products(g, y, rows * k, sample)
            differences(g, y, sample, rows, k, heat, each, d)
            if not null(dtau):
                surprises(d, y, rows * k, sample)
                sums(sample, rows, k, shift(dtau, first))
        else:
            inner = long_sum(products, g, y, k, sample)
            rest = 0.0
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                weigh(shift(g, part), shift(y, part), n, inner, sample)
                rest += sum_lanes(sample, n)
                copy(sample, n, shift(d, part))
            correct(y, k, like(d[0], rest), like(d[0], 1) / heat[0], d)
            if not null(dtau):
                dtau[first] = long_sum(surprises, d, y, k, sample)
    return NOTHING


# --- the binary case ----------------------------------------------------------------------------------------


@scalar
def sigmoid(z, high, low):
    """1 / (1 + exp(-z / tau)) by exp of a negative number: nothing overflows, and small values keep their digits."""
    e = tempered(-abs(z), high, low)
    return (like(z, 1) if z >= like(z, 0) else e) / (like(z, 1) + e)


@body
def sigmoids(z, n, high, low, out):
    wide()
    for j in range(n):
        out[j] = sigmoid(z[j], high, low)


@body
def tempered_sigmoids(z, n, tau, out):
    """As `sigmoids`, each with a temperature of its own."""
    wide()
    for j in range(n):
        high, low = rate(tau[j])
        out[j] = sigmoid(z[j], high, low)


@body
def steps(z, n, out):
    wide()
    for j in range(n):
        out[j] = like(z[j], 1) if z[j] > like(z[j], 0) else like(z[j], 0)


@kernel(
    "i64 start, i64 stop, u64 seed, u64 stream, u64 offset,T* logits, T* tau, i64 each, i64 check, T* soft, T* hard"
)
def binary_concrete(start, stop, seed, stream, offset, logits, tau, each, check, soft, hard):
    """sigmoid((logit + logistic) / tau) of each element, and 1 or 0 as that is above 1/2 or not; ``hard`` may be NULL.

    Element i has the temperature ``tau[i]``, or ``tau[0]`` where ``each`` is 0. With ``check``, it refuses the first
    logit that is NaN or +inf.
    """
    buffer, results = stack(BUFFER), stack(BUFFER)
    sample = same_type(results, logits)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        add_noise(logistic, buffer, seed, stream, offset, logits, first, n, sample, shift(soft, first))
        if check:
            bad = first_refused(acceptable, first, first + n, logits)
            if bad != NOTHING:
                return bad
        if each:
            tempered_sigmoids(sample, n, shift(tau, first), shift(soft, first))
        else:
            high, low = rate(tau[0])
            sigmoids(sample, n, high, low, shift(soft, first))
        if not null(hard):
            steps(sample, n, shift(hard, first))
    return NOTHING


@scalar
def binary_difference(g, y, inverse):
    slope = y * (like(y, 1) - y)
    return g * slope * inverse if slope > like(y, 0) else like(y, 0)


@body
def binary_differences(grad, soft, n, inverse, out):
    wide()
    for j in range(n):
        out[j] = binary_difference(grad[j], soft[j], inverse)


@body
def tempered_binary_differences(grad, soft, n, tau, out):
    wide()
    for j in range(n):
        out[j] = binary_difference(grad[j], soft[j], like(tau[j], 1) / tau[j])


@body
def binary_surprises(dlogits, soft, n, out):
    """-logit(soft) dlogits"""
    wide()
    for j in range(n):
        y = soft[j]
        rest = like(y, 1) - y
        out[j] = (minus_log(y) - minus_log(rest)) * dlogits[j] if y * rest > like(y, 0) else like(y, 0)


@kernel("i64 start, i64 stop, T* grad, T* soft, T* tau, i64 each, T* dlogits, T* terms, f64* sums")
def binary_concrete_backward(start, stop, grad, soft, tau, each, dlogits, terms, sums):
    """Gradients with respect to the logits, and to tau: of each element, or summed over each `CHUNK`, or NULL."""
    results = stack(BUFFER)
    sample = same_type(results, grad)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        g, y, d = shift(grad, first), shift(soft, first), shift(dlogits, first)
        if each:
            tempered_binary_differences(g, y, n, shift(tau, first), d)
        else:
            binary_differences(g, y, n, like(tau[0], 1) / tau[0], d)
        if not null(terms):
            binary_surprises(d, y, n, shift(terms, first))
        if not null(sums):
            binary_surprises(d, y, n, sample)
            sums[first // CHUNK] = sum_lanes(sample, n)
    return NOTHING


# --- checks and sums ------------------------------------------------------------------------------------------


@scalar
def in_unit(x):
    return (x >= like(x, 0)) & (x <= like(x, 1))


@kernel("i64 start, i64 stop, T* values")
def check_unit(start, stop, values):
    """Refuse the first value that is not from 0 to 1."""
    return first_refused(in_unit, start, stop, values)


@kernel("i64 start, i64 stop, T* x, i64 k, f64* total")
def sum_rows(start, stop, x, k, total):
    """The sum of each row, in float64."""
    buffer = stack(BUFFER)
    sample = same_type(buffer, total)
    for r in range(start, stop):
        total[r] = 0.0
        for first in range(0, k, CHUNK):
            n = min(CHUNK, k - first)
            widen(shift(x, r * k + first), n, sample)
            total[r] += sum_lanes(sample, n)
    return NOTHING


@body
def widen(x, n, out):
    wide()
    for j in range(n):
        out[j] = np.float64(x[j])
