"""Rows of logits become points of the simplex, and gradients go back: Gumbel-Softmax, also called Concrete.

Jang, Gu, Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, eq. 2; Maddison, Mnih, Teh, "The
Concrete distribution", ICLR 2017, eq. 10, and appendix B for the binary case, which takes one logistic variate. A row
is worked on while its numbers are in the first-level cache: noise, perturbation, exponential, normalisation. Sums
are made in float64, over `CHUNK` elements at a time, in the one order of `sum_lanes`.
"""

from __future__ import annotations

import numpy as np

from gsampler.compiler.decorators import inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_words,
    cast_like,
    fmax,
    is_null,
    pointer_add,
    pointer_cast_like,
    prefetch,
    sum_lanes,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK
from gsampler.kernels.elementary import exp_scaled, inverse_temperature, minus_log
from gsampler.kernels.gumbel_max import is_large
from gsampler.kernels.noise import gumbel, logistic, noise, width
from gsampler.kernels.reductions import copy, first_at_least
from gsampler.kernels.validation import first_invalid, first_row_beyond, is_valid_logit, large_logit, no_limit

# elements whose way from memory is asked for at a time, and whose gradients are made at a time: measured
PREFETCH_TILE, BACKWARD_TILE = 384, 128

# --- what a softmax is taken of ------------------------------------------------------------------------------


@loop
def add(logits, n, sample):
    wide()
    for j in range(n):
        sample[j] += logits[j]


@inline
def add_noise(function, buffer, seed, stream, offset, logits, first, n, sample, out):
    """Write ``n`` logits from number ``first`` on, with their noise; what ``out`` holds is to be written after that.

    Both come from memory while the noise is made, a little at a time: all at once would be waited for.
    """
    for part in range(0, n, PREFETCH_TILE):
        m = min(PREFETCH_TILE, n - part)
        prefetch(pointer_add(logits, first + part), m, 0)
        prefetch(pointer_add(out, part), m, 1)
        position = offset + np.uint64((first + part) * width(as_words(buffer, logits)))
        noise(function, buffer, seed, stream, position, m, pointer_add(sample, part))
    add(pointer_add(logits, first), n, sample)


# A source writes ``n`` elements of rows, from number ``first`` on, to ``sample``, by what it is given.


@inline
def with_gumbel(given, logits, first, n, sample, out):
    buffer, seed, stream, offset = given
    add_noise(gumbel, buffer, seed, stream, offset, logits, first, n, sample, out)


@inline
def without_noise(given, logits, first, n, sample, out):
    copy(pointer_add(logits, first), n, sample)


# --- softmax ------------------------------------------------------------------------------------------------


@loop
def subtract_max(sample, rows, k, index):
    """Take its largest value from each row; write, where asked, the first index of that."""
    wide()
    for r in range(rows):
        row = pointer_add(sample, r * k)
        top = row[0]
        for j in range(1, k):
            top = fmax(top, row[j])
        if not is_null(index):
            index[r] = first_at_least(row, k, top)
        for j in range(k):
            row[j] -= top


@loop
def exponentiate(d, n, high, low):
    """In result; through one pointer, since two to the same memory are not vectorised."""
    wide()
    for j in range(n):
        d[j] = exp_scaled(d[j], high, low)


@loop
def normalise(sample, rows, k, out):
    wide()
    for r in range(rows):
        row, result = pointer_add(sample, r * k), pointer_add(out, r * k)
        inverse = cast_like(row[0], 1 / sum_lanes(row, k))
        for j in range(k):
            result[j] = row[j] * inverse


@inline
def softmax_short_rows(sample, rows, k, tau, per_row, soft, index):
    """Softmax of several rows that are in ``sample`` together."""
    subtract_max(sample, rows, k, index)
    if per_row:
        for r in range(rows):
            high, low = inverse_temperature(tau[r])
            exponentiate(pointer_add(sample, r * k), k, high, low)
    else:
        high, low = inverse_temperature(tau[0])
        exponentiate(sample, rows * k, high, low)
    normalise(sample, rows, k, soft)


@loop
def write_and_highest(sample, n, out, top):
    """Write the sample; return its largest value, or ``top``."""
    wide()
    for j in range(n):
        out[j] = sample[j]
        top = fmax(top, sample[j])
    return top


@loop
def centred_exponentials(z, n, top, high, low, sample):
    wide()
    for j in range(n):
        sample[j] = exp_scaled(z[j] - top, high, low)


@loop
def scale(x, n, factor):
    wide()
    for j in range(n):
        x[j] *= factor


@inline
def softmax_long_row(row, k, top, tau, sample):
    """Softmax of a row of more than a chunk, in result."""
    high, low = inverse_temperature(tau)
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        centred_exponentials(pointer_add(row, first), n, top, high, low, sample)
        total += sum_lanes(sample, n)
        copy(sample, n, pointer_add(row, first))
    scale(row, k, cast_like(row[0], 1 / total))


@inline
def relax_long_row(source, limit, given, logits, begin, k, tau, check, soft, index, sample):
    """Softmax of a row of more than a chunk that begins with element ``begin``; return whether it is valid."""
    top = cast_like(soft[0], -np.inf)
    for part in range(0, k, CHUNK):
        n = min(CHUNK, k - part)
        source(given, logits, begin + part, n, sample, pointer_add(soft, part))
        if check and first_row_beyond(pointer_add(logits, begin + part), n, k, limit(logits)) != ALL_VALID:
            return False
        # the buffer of the result holds the perturbed logits for now
        highest = write_and_highest(sample, n, pointer_add(soft, part), top)
        if not is_null(index) and highest > top:
            index[0] = part + first_at_least(sample, n, highest)
        top = highest
    if check and (top == cast_like(top, -np.inf) or is_large(top, limit(logits))):
        return False
    softmax_long_row(soft, k, top, tau, sample)
    return True


@inline
def relax(source, limit, given, start, stop, logits, k, tau, per_row, check, soft, index):
    results = alloca(BUFFER)
    sample = pointer_cast_like(results, logits)
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        result, row_tau = pointer_add(soft, first * k), pointer_add(tau, first if per_row else 0)
        found = index if is_null(index) else pointer_add(index, first)
        if k > CHUNK:
            if not relax_long_row(source, limit, given, logits, first * k, k, row_tau[0], check, result, found, sample):
                return first
        else:
            source(given, logits, first * k, rows * k, sample, result)
            if check:
                first_bad = first_row_beyond(pointer_add(logits, first * k), rows * k, k, limit(logits))
                if first_bad != ALL_VALID:
                    return first + first_bad
            softmax_short_rows(sample, rows, k, row_tau, per_row, result, found)
    return ALL_VALID


@kernel(table.gumbel_softmax)
def gumbel_softmax(start, stop, seed, stream, offset, logits, k, tau, per_row, check, soft, index):
    buffer = alloca(BUFFER)
    given = buffer, seed, stream, offset
    return relax(with_gumbel, large_logit, given, start, stop, logits, k, tau, per_row, check, soft, index)


@kernel(table.softmax)
def softmax(start, stop, x, k, tau, per_row, check, soft, index):
    return relax(without_noise, no_limit, 0, start, stop, x, k, tau, per_row, check, soft, index)


# --- its gradient ---------------------------------------------------------------------------------------------
#
# With y = softmax(z / tau) and g the gradient with respect to y: dz = y (g - <g, y>) / tau. What g and <g, y> have in
# common is taken away first, and its own error after that: with w = y (g - <g, y>), dz = (w - y sum(w)) / tau. So a
# constant in g costs nothing, and an element that takes nearly all of its row keeps the digits of its small gradient.
# Since tau log y is z up to a shift of the whole row, which cancels, dtau = -<z, dz> / tau = -<log y, dz>: the sample
# alone is enough. An element that is exactly 0 has no part in any of it, whatever its g.


@loop
def products(grad, soft, n, out):
    wide()
    for j in range(n):
        y = soft[j]
        out[j] = grad[j] * y if y > cast_like(y, 0) else cast_like(y, 0)


@inline
def weighted_gradient(g, y, inner):
    return (g - inner) * y if y > cast_like(y, 0) else cast_like(y, 0)


@inline
def corrected_gradient(w, y, rest, inverse):
    return (w - y * rest) * inverse if y > cast_like(y, 0) else cast_like(y, 0)


@loop
def weight_gradients(grad, soft, n, inner, out):
    wide()
    for j in range(n):
        out[j] = weighted_gradient(grad[j], soft[j], inner)


@loop
def correct_gradients(soft, n, rest, inverse, w):
    """In result."""
    wide()
    for j in range(n):
        w[j] = corrected_gradient(w[j], soft[j], rest, inverse)


@loop
def short_row_gradients(grad, soft, sample, rows, k, tau, per_row, out):
    """The gradients of rows whose products are in ``sample``."""
    wide()
    for r in range(rows):
        first, row = r * k, pointer_add(sample, r * k)
        inner, inverse = cast_like(row[0], sum_lanes(row, k)), cast_like(row[0], 1) / tau[r if per_row else 0]
        for j in range(k):
            row[j] = weighted_gradient(grad[first + j], soft[first + j], inner)
        rest = cast_like(row[0], sum_lanes(row, k))
        for j in range(k):
            out[first + j] = corrected_gradient(row[j], soft[first + j], rest, inverse)


@loop
def tau_gradient_terms(dlogits, soft, n, out):
    """-log(soft) dlogits"""
    wide()
    for j in range(n):
        y = soft[j]
        out[j] = minus_log(y) * dlogits[j] if y > cast_like(y, 0) else cast_like(y, 0)


@loop
def sums(sample, rows, k, out):
    wide()
    for r in range(rows):
        out[r] = sum_lanes(pointer_add(sample, r * k), k)


@inline
def long_sum(write, a, b, k, sample):
    """The sum of ``write(a, b)`` over a row of more than a chunk."""
    total = 0.0
    for first in range(0, k, CHUNK):
        n = min(CHUNK, k - first)
        write(pointer_add(a, first), pointer_add(b, first), n, sample)
        total += sum_lanes(sample, n)
    return cast_like(a[0], total)


@kernel(table.gumbel_softmax_backward)
def gumbel_softmax_backward(start, stop, grad, soft, k, tau, per_row, dlogits, dtau):
    results = alloca(BUFFER)
    sample = pointer_cast_like(results, grad)
    rows_at_once = max(1, BACKWARD_TILE // k)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        g, y, d = pointer_add(grad, first * k), pointer_add(soft, first * k), pointer_add(dlogits, first * k)
        row_tau = pointer_add(tau, first if per_row else 0)
        if k <= CHUNK:
            products(g, y, rows * k, sample)
            short_row_gradients(g, y, sample, rows, k, row_tau, per_row, d)
            if not is_null(dtau):
                tau_gradient_terms(d, y, rows * k, sample)
                sums(sample, rows, k, pointer_add(dtau, first))
        else:
            inner = long_sum(products, g, y, k, sample)
            rest = 0.0
            for part in range(0, k, CHUNK):
                n = min(CHUNK, k - part)
                weight_gradients(pointer_add(g, part), pointer_add(y, part), n, inner, sample)
                rest += sum_lanes(sample, n)
                copy(sample, n, pointer_add(d, part))
            correct_gradients(y, k, cast_like(d[0], rest), cast_like(d[0], 1) / row_tau[0], d)
            if not is_null(dtau):
                dtau[first] = long_sum(tau_gradient_terms, d, y, k, sample)
    return ALL_VALID


# --- the binary case ----------------------------------------------------------------------------------------


@inline
def sigmoid(z, high, low):
    """1 / (1 + exp(-z / tau)) by exp of a negative number: nothing overflows, and small values keep their digits."""
    e = exp_scaled(-abs(z), high, low)
    return (cast_like(z, 1) if z >= cast_like(z, 0) else e) / (cast_like(z, 1) + e)


@loop
def sigmoids(z, n, high, low, out):
    wide()
    for j in range(n):
        out[j] = sigmoid(z[j], high, low)


@loop
def sigmoids_per_element(z, n, tau, out):
    """As `sigmoids`, each with a temperature of its own."""
    wide()
    for j in range(n):
        high, low = inverse_temperature(tau[j])
        out[j] = sigmoid(z[j], high, low)


@loop
def steps(z, n, out):
    wide()
    for j in range(n):
        out[j] = cast_like(z[j], 1) if z[j] > cast_like(z[j], 0) else cast_like(z[j], 0)


@kernel(table.binary_concrete)
def binary_concrete(start, stop, seed, stream, offset, logits, tau, per_row, check, soft, hard):
    buffer, results = alloca(BUFFER), alloca(BUFFER)
    sample = pointer_cast_like(results, logits)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        add_noise(logistic, buffer, seed, stream, offset, logits, first, n, sample, pointer_add(soft, first))
        if check:
            first_bad = first_invalid(is_valid_logit, first, first + n, logits)
            if first_bad != ALL_VALID:
                return first_bad
        if per_row:
            sigmoids_per_element(sample, n, pointer_add(tau, first), pointer_add(soft, first))
        else:
            high, low = inverse_temperature(tau[0])
            sigmoids(sample, n, high, low, pointer_add(soft, first))
        if not is_null(hard):
            steps(sample, n, pointer_add(hard, first))
    return ALL_VALID


@inline
def binary_gradient(g, y, inverse):
    slope = y * (cast_like(y, 1) - y)
    return g * slope * inverse if slope > cast_like(y, 0) else cast_like(y, 0)


@loop
def binary_gradients(grad, soft, n, inverse, out):
    wide()
    for j in range(n):
        out[j] = binary_gradient(grad[j], soft[j], inverse)


@loop
def binary_gradients_per_element(grad, soft, n, tau, out):
    wide()
    for j in range(n):
        out[j] = binary_gradient(grad[j], soft[j], cast_like(tau[j], 1) / tau[j])


@loop
def binary_tau_gradient_terms(dlogits, soft, n, out):
    """-logit(soft) dlogits"""
    wide()
    for j in range(n):
        y = soft[j]
        rest = cast_like(y, 1) - y
        out[j] = (minus_log(y) - minus_log(rest)) * dlogits[j] if y * rest > cast_like(y, 0) else cast_like(y, 0)


@kernel(table.binary_concrete_backward)
def binary_concrete_backward(start, stop, grad, soft, tau, per_row, dlogits, terms, sums):
    results = alloca(BUFFER)
    sample = pointer_cast_like(results, grad)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        g, y, d = pointer_add(grad, first), pointer_add(soft, first), pointer_add(dlogits, first)
        if per_row:
            binary_gradients_per_element(g, y, n, pointer_add(tau, first), d)
        else:
            binary_gradients(g, y, n, cast_like(tau[0], 1) / tau[0], d)
        if not is_null(terms):
            binary_tau_gradient_terms(d, y, n, pointer_add(terms, first))
        if not is_null(sums):
            binary_tau_gradient_terms(d, y, n, sample)
            sums[first // CHUNK] = sum_lanes(sample, n)
    return ALL_VALID
