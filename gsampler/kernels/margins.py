"""What the upper halves of words decide by themselves, and the rest: short rows by Gumbel-Max, and Bernoulli draws.

A bound of each perturbed logit, in float32, costs a dozen instructions and no logarithm. In most rows one bound is
further above the others than it can be above what it bounds: that category has won. Of the rest, what can still win
waits, and is evaluated many elements at a time, whichever rows they are of. So the result is that of an evaluation of
all elements, to the bit; the more so as the margins that are needed are far from the last bit.

Let x be the first bits of a word, 16 of them for float32 and 31 for float64, and v = x / 2^bits: then v <= u, and u is
above v by 2^-bits at most.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, loop
from gsampler.compiler.intrinsics import (
    add_reassociated,
    alloca,
    as_float32_pointer,
    as_halves,
    as_words,
    bits,
    cast_like,
    fma,
    from_bits,
    is_null,
    lanes_at_least,
    lanes_within,
    largest_of_row,
    pointer_add,
    pointer_cast_like,
    polynomial,
    popcount,
    prefetch,
    row_candidates,
    trailing_zeros,
    wide,
)
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK, NOISE_BOUND
from gsampler.kernels.elementary import LN2, MANTISSA_32, ONE_BITS_32
from gsampler.kernels.noise import (
    TAIL_THRESHOLD,
    element_uniform,
    extended_uniform,
    fetch_halves,
    gumbel,
    logistic,
    signed_uniform,
    tail_distance,
    width,
)
from gsampler.kernels.philox import HALF, LOW, lower_half
from gsampler.kernels.reductions import copy, first_at_least, largest, only_first
from gsampler.kernels.validation import first_invalid, first_row_beyond, is_valid_logit, large_logit

# log2(x) >= bits(x) / 2^23 - 127 for x as a float32, by 0.0861 at most; LINEAR is above 0.0861 log 2
SLOPE, LINEAR = LN2 / 2**23, 0.05967
# log2(y) >= y - 1 + (these of 1, y and y^2) for y from 1 to 2, by 0.00988 at most; QUADRATIC is above 0.00988 log 2
LOG2_QUADRATIC = -0.6748775890005696 - 0.00494, 1.0246657830316774, -0.34484843421877864
QUADRATIC = 0.00685
# h(v) = log(-log(1 - v) / v) >= v / 2, by HALF_TAIL at most for v to 0.36
HALF_TAIL, HALF_TAIL_END = 0.0351, 23592 / 2**16
# h(v) >= (these of v and v^2), by LONG_TAIL at most for v to 3/4; there h is at most ALL_TAIL
TAIL_QUADRATIC = 0.34262, 0.605009
LONG_TAIL, LONG_TAIL_END, ALL_TAIL = 0.0173, 0.75, 0.62
# Roundings: of logits to float32, of sums to their type, eight for a bound and what it is compared with, each below
# 2^-24 of |logit| + 110, and |logit| below |bound| + 110.
RELATIVE_ROUNDING, ROUNDING = 2e-6, 4e-4

# MARGIN, LOWEST, SPAN, LIFT: where x of the largest bound is one of SPAN from LOWEST on, the bound is above its sum by
# less than MARGIN, the errors of the logarithm and of h; the bits that are not drawn, log(1 + 1 / x), are less than the
# error of h is anywhere else. LIFT is what is to be added to a bound. tests/test_margins.py tries every x.
COARSE_16 = LINEAR + HALF_TAIL + ROUNDING, 32, int(HALF_TAIL_END * 2**16) - 32, LN2 * (127 + 16) + ROUNDING
COARSE_31 = LINEAR + HALF_TAIL + ROUNDING, 2**11, int(HALF_TAIL_END * 2**31) - 2**11, LN2 * (127 + 31) + ROUNDING
FINE_LIFT = ROUNDING - LN2 * LOG2_QUADRATIC[0]
FINE_16 = QUADRATIC + LONG_TAIL + ROUNDING, 64, int(LONG_TAIL_END * 2**16) - 64, LN2 * (127 + 16) + FINE_LIFT
FINE_31 = QUADRATIC + LONG_TAIL + ROUNDING, 2**11, int(LONG_TAIL_END * 2**31) - 2**11, LN2 * (127 + 31) + FINE_LIFT
FINE_MAX_K = 32  # rows up to this length take the finer bound: measured

# A Bernoulli draw is decided where its sum is not within BERNOULLI_MARGIN of 0 and x is further than ENDS from either
# end: two logarithms, each between two quadratics, and half a unit of x.
ENDS_16, ENDS_31 = 128, 2**17
BERNOULLI_MARGIN = QUADRATIC + 0.5 / ENDS_16 + ROUNDING

PENDING = 32  # elements that are evaluated together
NONE_WAITS = np.int64(0)  # not a literal, of which Numba would compile once more what takes it
WAITING = 7 * PENDING  # uint64: halves, logits, positions, rows, columns, words and sums of them
MOST_ROWS = CHUNK // 2  # of a chunk
COPIES = 2 * CHUNK + 64  # uint64: room for two chunks of float64


def _by_bits(of_16, of_31):
    """An inline function of a half, which gives one constant or tuple or the other."""

    @inline
    def for_16(half):
        return of_16

    @inline
    def for_31(half):
        return of_31

    return by_type("by_bits", {types.uint16: for_16, types.uint32: for_31})


def _margin(margin, lowest, span, lift):
    return np.float32(margin), np.int32(lowest), np.uint32(span), np.float32(lift)


def _tail(*factors):
    """These factors of powers of v, as those of powers of x."""
    return _by_bits(
        *(tuple(np.float32(-factor * 0.5 ** (n * i)) for i, factor in enumerate(factors, 1)) for n in (16, 31))
    )


coarse_margin = _by_bits(_margin(*COARSE_16), _margin(*COARSE_31))
fine_margin = _by_bits(_margin(*FINE_16), _margin(*FINE_31))
coarse_tail, fine_tail = _tail(0.5), _tail(*TAIL_QUADRATIC)
three_quarters = _by_bits(np.int32(3 << 14), np.int32(3 << 29))
ends = _by_bits(np.float32(ENDS_16), np.float32(ENDS_31))
complement = _by_bits(np.float32(2.0**16 - 0.5), np.float32(2.0**31))


# --- elements ---------------------------------------------------------------------------------------------------


@inline
def _leading_of_16(half):
    return np.int32(half)


@inline
def _leading_of_32(half):
    return np.int32(half >> np.uint32(1))


leading = by_type("leading", {types.uint16: _leading_of_16, types.uint32: _leading_of_32})  # x of an upper half


@inline
def _whole_32(half, seed, stream, position):
    return np.uint32((np.uint32(half) << np.uint32(16)) | lower_half(seed, stream, position, np.uint64(0xFFFF)))


@inline
def _whole_64(half, seed, stream, position):
    return (np.uint64(half) << HALF) | lower_half(seed, stream, position, LOW)


# the word of an element from its upper half and its position
whole = by_type("whole", {types.uint16: _whole_32, types.uint32: _whole_64})


@inline
def perturbed(logits, halves, j, seed, stream, position, size):
    """Logit j with its noise; ``position`` is that of logit 0, and an element takes ``size`` words."""
    here = position + np.uint64(j * size)
    return logits[j] + gumbel(element_uniform(whole(halves[j], seed, stream, here), seed, stream, here))


# --- elements that wait to be evaluated -------------------------------------------------------------------------


# The stream of all elements is a number, or there is room for that of each that waits.
STREAM, STREAMS = types.uint64, types.CPointer(types.uint64)


@inline
def _the_stream(stream, i):
    return stream


@inline
def _stream_that_waits(streams, i):
    return streams[i]


@inline
def _remember_none(stream, i, own):
    pass


@inline
def _remember(streams, i, own):
    streams[i] = own


stream_of_pending = by_type("stream_of_pending", {STREAM: _the_stream, STREAMS: _stream_that_waits})
remember_stream = by_type("remember_stream", {STREAM: _remember_none, STREAMS: _remember})


@loop
def evaluate(function, pending, seed, stream):
    """Perturb PENDING logits, wherever they are in the stream: a known number, so that vectors do all of them."""
    wide()
    halves, logits, positions, _, _, words, sums = pending
    for i in range(PENDING):
        words[i] = whole(halves[i], seed, stream_of_pending(stream, i), positions[i])
    for i in range(PENDING):
        sums[i] = logits[i] + function(signed_uniform(words[i]))


@inline
def pending_sum(function, pending, i, seed, stream):
    """The sum of a logit that was evaluated, of one near an end with its tail bits."""
    _, logits, positions, _, _, words, sums = pending
    if tail_distance(words[i]) < np.uint32(2 * TAIL_THRESHOLD):
        return logits[i] + function(extended_uniform(words[i], seed, stream_of_pending(stream, i), positions[i]))
    return sums[i]


@inline
def waiting_elements(room, logits):
    """Elements that wait, in WAITING numbers of the function that asks: memory of this one would end with it."""
    for i in range(3 * PENDING):  # all are evaluated, also those that wait for nobody
        room[i] = np.uint64(0)
    return (
        as_halves(room, logits),
        pointer_cast_like(pointer_add(room, PENDING), logits),
        pointer_add(room, 2 * PENDING),
        pointer_add(room, 3 * PENDING),
        pointer_add(room, 4 * PENDING),
        as_words(pointer_add(room, 5 * PENDING), logits),
        pointer_cast_like(pointer_add(room, 6 * PENDING), logits),
    )


@inline
def append(pending, i, half, logit, position, row, column):
    halves, logits, positions, rows, columns, _, _ = pending
    halves[i], logits[i], positions[i] = half, logit, position
    rows[i], columns[i] = np.uint64(row), np.uint64(column)


# --- logits that repeat -----------------------------------------------------------------------------------------


@inline
def repeat(logits, n, period, out):
    """Write ``n`` logits that repeat after ``period``."""
    run = min(period, n)
    copy(logits, run, out)
    while run < n:
        more = min(run, n - run)
        copy(out, more, pointer_add(out, run))
        run += more


@inline
def begins_anew(start, stop, period):
    """Whether items from ``start`` on take some of a period, and then its first again."""
    return stop > start and start % period + (stop - start) > period


@inline
def next_logits(logits, first, n, period, copies, repeated):
    """``n`` logits from number ``first`` on, which repeat after ``period``: where they follow each other.

    ``copies`` holds them if ``repeated``, and else is room for ``n``.
    """
    at = first % period
    if at + n <= period:
        return pointer_add(logits, at)
    if repeated:
        return pointer_add(copies, at)
    copy(pointer_add(logits, at), period - at, copies)
    copy(logits, n - (period - at), pointer_add(copies, period - at))
    return copies


# --- short rows -------------------------------------------------------------------------------------------------


# How long rows are: all as long; or a pointer to where each begins and the last ends, and the length of the longest.
LENGTH, LENGTHS = types.int64, types.Tuple((types.CPointer(types.int64), types.int64))


@inline
def _begin_of_k(k, r):
    return r * k


@inline
def _begin_of_row(lengths, r):
    return lengths[0][r] - lengths[0][0]


@inline
def _length_k(k, r):
    return k


@inline
def _length_of_row(lengths, r):
    return lengths[0][r + 1] - lengths[0][r]


@inline
def _longest_k(k):
    return k


@inline
def _longest_row(lengths):
    return lengths[1]


row_begin = by_type("row_begin", {LENGTH: _begin_of_k, LENGTHS: _begin_of_row})
row_length = by_type("row_length", {LENGTH: _length_k, LENGTHS: _length_of_row})
longest_row = by_type("longest_row", {LENGTH: _longest_k, LENGTHS: _longest_row})


@inline
def coarse_bound(logit, half):
    """No less than logit + gumbel - LIFT, up to rounding."""
    x = np.float32(leading(half))
    return fma(x, coarse_tail(half)[0], fma(np.float32(bits(x)), np.float32(-SLOPE), np.float32(logit)))


@inline
def mantissa(b):
    """The mantissa, from 1 to 2, of the float32 with these bits."""
    return from_bits(np.int32((b & MANTISSA_32) | ONE_BITS_32))


@inline
def fine_bound(logit, half):
    """The same, closer."""
    x = np.float32(leading(half))
    b = bits(x)
    y = mantissa(b)
    value = fma(x, polynomial(x, fine_tail(half)), fma(np.float32(b), np.float32(-SLOPE), np.float32(logit)))
    return fma(y, fma(y, np.float32(-LN2 * LOG2_QUADRATIC[2]), np.float32(-LN2 * LOG2_QUADRATIC[1])), value)


@loop
def write_row_bounds(bound, logits, halves, n, bounds):
    """Write the bounds; return their sum in some order: NaN or +inf if one is."""
    wide()
    total = np.float32(0)
    for j in range(n):
        value = bound(logits[j], halves[j])
        bounds[j] = value
        total = add_reassociated(total, value)
    return total


@inline
def threshold(top, margin):
    """The least bound with which an element can win where this is the largest; NaN where that is infinite."""
    return top - (np.float32(RELATIVE_ROUNDING) * abs(top) + margin)


@inline
def out_of_reach(x, lowest, span):
    """Whether x of the largest bound is not one of those for which the margin holds."""
    return np.uint32(x - lowest) >= span


@loop
def decide(candidates, bounds, halves, lengths, rows, zone, index, found):
    """Write the category of rows of which one bound alone is high; list the others, with the mask of the high ones.

    Without branches: what they would depend on cannot be predicted.
    """
    wide()
    margin, lowest, span = zone
    tops, undecided, masks = found
    count = 0
    for r in range(rows):
        begin, k = row_begin(lengths, r), row_length(lengths, r)
        mask, top = candidates(pointer_add(bounds, begin), k, np.float32(RELATIVE_ROUNDING), margin)
        j = trailing_zeros(mask)
        index[r], tops[r] = j, top
        undecided[count], masks[count] = r, mask
        several = (mask & (mask - np.uint64(1))) != np.uint64(0)
        count += np.int64(several | out_of_reach(leading(halves[begin + j]), lowest, span))
    return count


@inline
def _largest_of_long(k, row, n):
    return largest_of_row(row, n)


@inline
def _largest_of_any(lengths, row, n):
    return largest(row, n)


@inline
def _lanes_of_long(k, row, first, n, least):
    start = min(first, n - 64)
    return lanes_at_least(row, start, least) >> np.uint64(first - start)


@inline
def _lanes_of_any(lengths, row, first, n, least):
    return lanes_at_least(row, first, least) & only_first(n - first)


largest_bound = by_type("largest_bound", {LENGTH: _largest_of_long, LENGTHS: _largest_of_any})
lanes_of_row = by_type("lanes_of_row", {LENGTH: _lanes_of_long, LENGTHS: _lanes_of_any})


@loop
def decide_long(bounds, halves, lengths, rows, zone, index, found):
    """The same where rows may have more than 64 categories, without masks."""
    wide()
    margin, lowest, span = zone
    tops, undecided, _ = found
    count = 0
    for r in range(rows):
        begin, k = row_begin(lengths, r), row_length(lengths, r)
        row = pointer_add(bounds, begin)
        top = largest_bound(lengths, row, k)
        least = threshold(top, margin)
        high, j = 0, 0
        for first in range(0, k, 64):
            mask = lanes_of_row(lengths, row, first, k, least)
            j = first + trailing_zeros(mask) if (high == 0) & (mask != np.uint64(0)) else j
            high += popcount(mask)
        index[r], tops[r] = j, top
        undecided[count] = r
        count += np.int64((high != 1) | out_of_reach(leading(halves[begin + j]), lowest, span))
    return count


@inline
def settle(pending, n, last, seed, stream, index, best):
    """Evaluate the first ``n`` that wait; write which is the largest of its row so far, and its sum."""
    _, _, _, rows, columns, _, _ = pending
    last_row, last_value = last
    evaluate(gumbel, pending, seed, stream)
    row, highest = last_row[0], last_value[0]
    for i in range(n):
        value = pending_sum(gumbel, pending, i, seed, stream)
        if (rows[i] != row) | (value > highest):  # of equal ones, the first stays
            row, highest = rows[i], value
            index[row] = np.int64(columns[i])
            if not is_null(best):
                best[row] = value
    last_row[0], last_value[0] = row, highest


@loop
def collect(
    element_of, where, tile, count, found, margins, pending, waiting, last, seed, streams, first_row, index, best
):
    """Have the elements wait that can still win in the rows that are listed; return how many wait.

    ``element_of(where, r, j, size)`` is the stream and the position of element j of row r of the tile.
    """
    wide()
    bounds, halves, logits, lengths = tile
    margin, lowest, span, lift = margins
    tops, undecided, masks = found
    size = width(pending[5])
    for i in range(count):
        r = np.int64(undecided[i])
        begin, k, top = row_begin(lengths, r), row_length(lengths, r), tops[r]
        row, row_logits, row_halves = pointer_add(bounds, begin), pointer_add(logits, begin), pointer_add(halves, begin)
        least = threshold(top, margin)
        x = leading(row_halves[first_at_least(row, k, top)])
        listed = longest_row(lengths) <= 64
        if not abs(top) < np.float32(np.inf):  # beyond float32: all that is
            least, listed = np.float32(-np.inf), False
        elif out_of_reach(x, lowest, span):
            listed = False
            if x < lowest and x >= 4:
                least -= np.float32(1) / np.float32(x)
            elif x >= lowest and x < three_quarters(halves[0]):
                least -= np.float32(ALL_TAIL)
            else:
                j = first_at_least(row, k, top)
                own, here = element_of(where, r, j, size)
                value = np.float32(
                    perturbed(pointer_add(row_logits, j), pointer_add(row_halves, j), 0, seed, own, here, size)
                )
                least = threshold(value, lift)
        mask = masks[i] if listed else lanes_at_least(row, 0, least) & only_first(k)
        j, alone = 0, 0
        for first in range(0, k, 64):
            if first > 0:
                mask = lanes_at_least(row, first, least) & only_first(k - first)
            alone += popcount(mask)
            while mask:
                j = first + trailing_zeros(mask)
                mask &= mask - np.uint64(1)
                own, here = element_of(where, r, j, size)
                append(pending, waiting, row_halves[j], row_logits[j], here, first_row + r, j)
                remember_stream(streams, waiting, own)
                waiting += 1
                if waiting == PENDING:
                    settle(pending, waiting, last, seed, streams, index, best)
                    waiting = 0
        if alone == 1 and waiting > 0 and is_null(best):  # nothing to compare it with
            index[first_row + r] = j
            waiting -= 1
    return waiting


@loop
def leave_empty_rows(is_masked, where, tile, count, found, lift, index, best):
    """Write that rows which are all -inf have no category, and take them from the list; return how many it has then.

    ``is_masked(where, r, j)`` is whether element j of row r counts as -inf.
    """
    _, _, logits, lengths = tile
    tops, undecided, masks = found
    left = 0
    for i in range(count):
        r = np.int64(undecided[i])
        begin, k, j = row_begin(lengths, r), row_length(lengths, r), 0
        if tops[r] == np.float32(-np.inf):
            while j < k and (logits[begin + j] == cast_like(logits[0], -np.inf) or is_masked(where, r, j)):
                j += 1
        else:
            k = -1
        if j == k:
            index[r], tops[r] = -1, -lift
            if not is_null(best):
                best[r] = cast_like(best[0], -np.inf)
        else:
            undecided[left], masks[left] = undecided[i], masks[i]
            left += 1
    return left


@loop
def any_beyond(tops, n, lift, limit):
    wide()
    found = False
    for r in range(n):
        found |= not (abs(tops[r] + lift) <= limit)
    return found


@inline
def highest_top(logits):
    """A row's largest logit is within its limit if its largest bound is within this, of either sign."""
    return np.float32(large_logit(logits)) * np.float32(1 - 2.0**-16) - np.float32(NOISE_BOUND)


# for rows up to 8, from 4 on, 16, 32, 64 categories
candidates_8, candidates_16, candidates_32, candidates_64 = (
    row_candidates(vectors, lanes) for vectors, lanes in ((2, 4), (2, 8), (2, 16), (4, 16))
)
# for rows of any lengths up to as many
any_of_4, any_of_32, any_of_64 = (
    row_candidates(vectors, lanes, shorter=True) for vectors, lanes in ((1, 4), (2, 16), (4, 16))
)


@inline
def _decide_rows_of_k(k, bounds, halves, rows, zone, index, found):
    if k < 4:
        return decide(any_of_4, bounds, halves, k, rows, zone, index, found)
    if k <= 8:
        return decide(candidates_8, bounds, halves, k, rows, zone, index, found)
    if k <= 16:
        return decide(candidates_16, bounds, halves, k, rows, zone, index, found)
    if k <= 32:
        return decide(candidates_32, bounds, halves, k, rows, zone, index, found)
    if k <= 64:
        return decide(candidates_64, bounds, halves, k, rows, zone, index, found)
    return decide_long(bounds, halves, k, rows, zone, index, found)


@inline
def _decide_rows_of_lengths(lengths, bounds, halves, rows, zone, index, found):
    if lengths[1] <= 32:
        return decide(any_of_32, bounds, halves, lengths, rows, zone, index, found)
    if lengths[1] <= 64:
        return decide(any_of_64, bounds, halves, lengths, rows, zone, index, found)
    return decide_long(bounds, halves, lengths, rows, zone, index, found)


decide_rows = by_type("decide_rows", {LENGTH: _decide_rows_of_k, LENGTHS: _decide_rows_of_lengths})


@inline
def bound_rows(logits, halves, k, n, bounds):
    """Write the bounds of rows; return their sum, as `write_row_bounds`, and what their margins are."""
    if k <= FINE_MAX_K:
        return write_row_bounds(fine_bound, logits, halves, n, bounds), fine_margin(halves[0])
    return write_row_bounds(coarse_bound, logits, halves, n, bounds), coarse_margin(halves[0])


@inline
def zone_of(margins, best):
    """Where the margin holds: nowhere, if the sums are asked for, for which all rows are evaluated."""
    margin, lowest, span, _ = margins
    return margin, lowest, span if is_null(best) else np.uint32(0)


@inline
def no_last_row(last_row, last_value, logits):
    """The row of the element that was evaluated last, and its largest sum, in memory of the function that asks."""
    last = last_row, pointer_cast_like(last_value, logits)
    last_row[0], last[1][0] = np.uint64(2**64 - 1), cast_like(logits[0], 0)
    return last


@inline
def element_by_position(where, r, j, size):
    """The stream and the position of element j of row r: a position is that of row 0, with the step to the next."""
    stream, position, row_step = where
    return stream, position + np.uint64(r * row_step + j * size)


@inline
def argmax_by_margin(buffer, results, start, stop, seed, stream, offset, logits, k, period, check, index, best):
    """Argmax of rows of 4 to CHUNK categories; the first row that is invalid, or may be, with ``check``."""
    copied, tops, undecided, masks = alloca(COPIES), alloca(MOST_ROWS), alloca(MOST_ROWS), alloca(MOST_ROWS)
    last_row, last_value, room = alloca(1), alloca(1), alloca(WAITING)
    bounds, copies, words = as_float32_pointer(results), pointer_cast_like(copied, logits), as_words(buffer, logits)
    found = as_float32_pointer(tops), undecided, masks
    pending, waiting = waiting_elements(room, logits), NONE_WAITS
    last = no_last_row(last_row, last_value, logits)
    size, rows_at_once = width(words), CHUNK // k
    repeated = period <= rows_at_once and begins_anew(start, stop, period)
    if repeated:
        repeat(logits, (period + min(rows_at_once, stop - start)) * k, period * k, copies)
    for first in range(start, stop, rows_at_once):
        rows = min(rows_at_once, stop - first)
        n = rows * k
        at = next_logits(logits, first * k, n, period * k, copies, repeated)
        prefetch(at, n, 0)  # while words are made
        position = offset + np.uint64(first * k * size)
        halves = fetch_halves(buffer, as_halves(buffer, logits), words, seed, stream, position, n)
        total, margins = bound_rows(at, halves, k, n, bounds)
        if check and not is_valid_logit(total):
            invalid = first_row_beyond(at, n, k, large_logit(logits))
            if invalid != ALL_VALID:
                return first + invalid
        prefetch(pointer_add(at, n), n // 2, 0)  # of the next chunk
        count = decide_rows(k, bounds, halves, rows, zone_of(margins, best), pointer_add(index, first), found)
        if check and any_beyond(found[0], rows, margins[3], highest_top(logits)):
            return first
        if count:
            where, tile = (stream, position, k * size), (bounds, halves, at, k)
            waiting = collect(
                element_by_position,
                where,
                tile,
                count,
                found,
                margins,
                pending,
                waiting,
                last,
                seed,
                stream,
                first,
                index,
                best,
            )
    if waiting:
        settle(pending, waiting, last, seed, stream, index, best)
    return ALL_VALID


# --- Bernoulli draws --------------------------------------------------------------------------------------------


@inline
def about_sum(logit, half):
    """About logit + logistic, from log(above / below); and whether x is near an end."""
    x = np.float32(leading(half))
    above, below = x + np.float32(0.5), complement(half) - x
    a, b = bits(above), bits(below)
    value = fma(np.float32(np.int32(a - b)), np.float32(SLOPE), np.float32(logit))
    y, z = mantissa(a), mantissa(b)
    value = fma(y - z, fma(y + z, np.float32(LN2 * LOG2_QUADRATIC[2]), np.float32(LN2 * LOG2_QUADRATIC[1])), value)
    return value, min(above, below) <= ends(half)


@loop
def write_signs(logits, halves, n, sums, out):
    """Write about logit + logistic, 0 where x is near an end, and whether it is above 0.

    Return the sum in some order: NaN or +inf if a logit is.
    """
    wide()
    total = np.float32(0)
    for j in range(n):
        value, near = about_sum(logits[j], halves[j])
        total = add_reassociated(total, value)
        out[j] = value > np.float32(0)
        sums[j] = np.float32(0) if near else value
    return total


@inline
def settle_signs(pending, n, seed, stream, out):
    _, _, _, elements, _, _, sums = pending
    evaluate(logistic, pending, seed, stream)
    for i in range(n):
        out[elements[i]] = pending_sum(logistic, pending, i, seed, stream) > cast_like(sums[0], 0)


@loop
def collect_signs(sums, halves, logits, n, pending, waiting, seed, stream, position, first_element, out):
    """Have the elements wait whose sum is close to 0; return how many wait."""
    wide()
    size = width(pending[5])
    for first in range(0, n, 64):
        mask = lanes_within(sums, first, np.float32(BERNOULLI_MARGIN)) & only_first(n - first)
        while mask:
            j = first + trailing_zeros(mask)
            mask &= mask - np.uint64(1)
            append(pending, waiting, halves[j], logits[j], position + np.uint64(j * size), first_element + j, 0)
            waiting += 1
            if waiting == PENDING:
                settle_signs(pending, waiting, seed, stream, out)
                waiting = 0
    return waiting


@inline
def signs_by_margin(start, stop, seed, stream, offset, logits, period, check, out):
    """Whether logit + logistic > 0, of each element; the first logit that is invalid, with ``check``."""
    buffer, results, copied, room = alloca(BUFFER), alloca(BUFFER), alloca(COPIES), alloca(WAITING)
    sums, copies, words = as_float32_pointer(results), pointer_cast_like(copied, logits), as_words(buffer, logits)
    pending, waiting, size = waiting_elements(room, logits), NONE_WAITS, width(words)
    repeated = period <= CHUNK and begins_anew(start, stop, period)
    if repeated:
        repeat(logits, period + min(CHUNK, stop - start), period, copies)
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        at = next_logits(logits, first, n, period, copies, repeated)
        prefetch(at, n, 0)
        position = offset + np.uint64(first * size)
        halves = fetch_halves(buffer, as_halves(buffer, logits), words, seed, stream, position, n)
        total = write_signs(at, halves, n, sums, pointer_add(out, first))
        if check and not is_valid_logit(total):
            invalid = first_invalid(is_valid_logit, 0, n, at)
            if invalid != ALL_VALID:
                return first + invalid
        waiting = collect_signs(sums, halves, at, n, pending, waiting, seed, stream, position, first, out)
    if waiting:
        settle_signs(pending, waiting, seed, stream, out)
    return ALL_VALID
