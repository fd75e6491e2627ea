"""Which items are invalid: logits that are NaN or +inf, rows that are all -inf, samples outside their range."""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import cast_like, pointer_add, wide
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, CHUNK, LARGE_LOGIT_F32, LARGE_LOGIT_F64


@inline
def is_valid_logit(x):
    """Neither NaN nor +inf."""
    return x < cast_like(x, np.inf)


@loop
def any_invalid(is_valid, values, n):
    """Whether there is a value that is not ``is_valid``. (As an integer it would take three times as long.)"""
    wide()
    found = False
    for j in range(n):
        found |= not is_valid(values[j])
    return found


@inline
def first_invalid(is_valid, start, stop, values):
    """The first of the values that is not ``is_valid``."""
    for first in range(start, stop, CHUNK):
        n = min(CHUNK, stop - first)
        if any_invalid(is_valid, pointer_add(values, first), n):
            for j in range(first, first + n):
                if not is_valid(values[j]):
                    return j
    return ALL_VALID


# A limit of logits: infinity, or from where on noise that is added loses its bits.


@inline
def no_limit(logits):
    return cast_like(logits[0], np.inf)


@inline
def _large_f32(logits):
    return np.float32(LARGE_LOGIT_F32)


@inline
def _large_f64(logits):
    return np.float64(LARGE_LOGIT_F64)


large_logit = by_type(
    "large_logit", {types.CPointer(types.float32): _large_f32, types.CPointer(types.float64): _large_f64}
)

# what `classify_values` finds among logits
INVALID, MASKED = 1, 2


@loop
def classify_values(logits, n, limit):
    """Whether some are NaN or not below the limit, and whether some are not above minus the limit, in one pass."""
    wide()
    invalid, masked = False, False
    for j in range(n):
        invalid |= not (logits[j] < limit)
        masked |= logits[j] <= -limit
    return (INVALID if invalid else 0) + (MASKED if masked else 0)


@inline
def all_masked(row, k, limit):
    """Whether no logit of a row is above minus the limit."""
    j = 0
    while j < k and row[j] <= -limit:
        j += 1
    return j == k


@inline
def first_row_beyond(logits, n, k, limit):
    """The first of the rows in ``n`` logits that has NaN, or whose largest is not strictly within the limit; of part of
    a row, as it has NaN or one that is not below the limit.

    Where all are within the limit, as they mostly are, no row is looked at by itself.
    """
    found = classify_values(logits, n, limit)
    invalid = ALL_VALID
    if found & INVALID:
        j = 0
        while logits[j] < limit:
            j += 1
        invalid = j // k
    if found & MASKED:
        for r in range(n // k):
            if all_masked(pointer_add(logits, r * k), k, limit):
                return min(invalid, r)
    return invalid


@inline
def first_invalid_row(logits, n, k):
    """The first of the rows in ``n`` logits that has NaN or +inf, or is all -inf."""
    return first_row_beyond(logits, n, k, no_limit(logits))


@inline
def in_unit(x):
    return (x >= cast_like(x, 0)) & (x <= cast_like(x, 1))


# --- kernels ----------------------------------------------------------------------------------------------------


@inline
def is_number(x):
    return x == x


@kernel(table.check_not_nan)
def check_not_nan(start, stop, values):
    return first_invalid(is_number, start, stop, values)


@kernel(table.check_logits)
def check_logits(start, stop, values):
    return first_invalid(is_valid_logit, start, stop, values)


@inline
def check_all_rows(start, stop, logits, k, limit):
    rows_at_once = max(1, CHUNK // k)
    for first in range(start, stop, rows_at_once):
        n = min(rows_at_once, stop - first) * k
        invalid_row = first_row_beyond(pointer_add(logits, first * k), n, k, limit)
        if invalid_row != ALL_VALID:
            return first + invalid_row
    return ALL_VALID


@kernel(table.check_rows)
def check_rows(start, stop, logits, k):
    return check_all_rows(start, stop, logits, k, no_limit(logits))


@kernel(table.check_rows_to_perturb)
def check_rows_to_perturb(start, stop, logits, k):
    return check_all_rows(start, stop, logits, k, large_logit(logits))


@kernel(table.check_index)
def check_index(start, stop, logits, logits_rows, index, index_rows, k):
    for r in range(start, stop):
        i = index[r % index_rows]
        if i < 0 or i >= k or logits[(r % logits_rows) * k + i] == cast_like(logits[0], -np.inf):
            return r
    return ALL_VALID


@kernel(table.mark_indices)
def mark_indices(start, stop, index, k, top, marks):
    words = (k + 63) // 64
    for r in range(start, stop):
        drawn, marked = pointer_add(index, r * top), pointer_add(marks, r * words)
        for w in range(words):
            marked[w] = np.uint64(0)
        for i in range(top):
            j = drawn[i]
            if j < 0 or j >= k:
                return r
            bit = np.uint64(1) << np.uint64(j % 64)
            if marked[j // 64] & bit:
                return r
            marked[j // 64] |= bit
    return ALL_VALID


@kernel(table.check_sums)
def check_sums(start, stop, logits, logits_rows, index, sums, k, top):
    for r in range(start, stop):
        row, drawn, keys = pointer_add(logits, r % logits_rows * k), pointer_add(index, r * top), r * top
        for i in range(top):
            below = sums[keys + i - 1] if i > 0 else cast_like(sums[0], np.inf)
            good = sums[keys + i] <= below and abs(sums[keys + i]) < cast_like(sums[0], np.inf)
            if not good or row[drawn[i]] == cast_like(row[0], -np.inf):
                return r
    return ALL_VALID


@inline
def is_log_prob(x):
    return x <= cast_like(x, 0)


@kernel(table.check_log_probs)
def check_log_probs(start, stop, values):
    return first_invalid(is_log_prob, start, stop, values)


@kernel(table.check_unit)
def check_unit(start, stop, values):
    return first_invalid(in_unit, start, stop, values)
