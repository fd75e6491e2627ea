"""Rows with places of their own in the stream: row r begins at ``(seed[r], stream[r], offset[r])``.

Element j of a row is the element ``columns[j]`` from there on, or element j where there are no columns. What is drawn
is what the other kernels draw at that place, to the bit. A row is a handful of blocks, so the blocks of many rows are
listed first, and Philox works on eight of them side by side, whichever rows they are of; of columns that follow each
other, one run of blocks is made.

Gumbel-Max takes the upper halves of words alone, and margins, as it does by position. There each column takes one half
of a block of its own, which costs no search for runs; but columns of all rows that share blocks are looked at once.
"""

from __future__ import annotations

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline, kernel, loop
from gsampler.compiler.intrinsics import (
    alloca,
    as_float32_pointer,
    as_halves,
    as_words,
    cast_like,
    copy_sixteen,
    is_null,
    pointer_add,
    pointer_cast_like,
    prefetch,
    store_eight,
    wide,
)
from gsampler.kernels import table
from gsampler.kernels.constants import ALL_VALID, BUFFER, CHUNK, TILE, WORDS_PER_BLOCK
from gsampler.kernels.gumbel_max import argmax, evaluated_max_k, is_large, perturb, screened_argmax, short_max_k
from gsampler.kernels.margins import (
    MOST_ROWS,
    NONE_WAITS,
    PENDING,
    WAITING,
    any_beyond,
    bound_rows,
    collect,
    decide_rows,
    highest_top,
    leave_empty_rows,
    no_last_row,
    settle,
    waiting_elements,
    zone_of,
)
from gsampler.kernels.noise import (
    TAIL_THRESHOLD,
    TRANSFORMS,
    blocks_of,
    extended_uniform,
    gumbel,
    noise,
    tail_distance,
    transform,
    width,
)
from gsampler.kernels.philox import (
    BATCH_UPPER,
    gathered_blocks_16,
    gathered_blocks_32,
    gathered_upper_blocks,
    picked_upper_halves,
)
from gsampler.kernels.relaxed import relax_long_row, softmax_short_rows, with_gumbel
from gsampler.kernels.top_k import keep_of_sums, screened_top_k, sort_kept
from gsampler.kernels.validation import any_invalid, first_row_beyond, is_valid_logit, large_logit

MOST_BLOCKS = TILE // 4  # of a tile: whole batches, and as many as TILE elements of float64 that follow each other take
LAST_WORD, ONE = np.uint64(WORDS_PER_BLOCK - 1), np.uint64(1)
LISTS = 4 * (MOST_BLOCKS + BATCH_UPPER)  # blocks, their streams; where each run begins in their words, and its length
NONE_LISTED = np.int64(0)  # no literal, as NONE_WAITS
MOST_SHARED = 64  # columns of all rows that may share blocks, which is looked for
POSITIONS = CHUNK + BATCH_UPPER  # of columns, which by margin are listed instead of blocks
LISTED_COLUMNS = 2 * POSITIONS  # they and their streams; more than LISTS


@inline
def _gather_32(w, seed, blocks, streams, n):
    gathered_blocks_16(seed, blocks, streams, n, pointer_cast_like(w, blocks))


@inline
def _gather_64(w, seed, blocks, streams, n):
    gathered_blocks_32(seed, blocks, streams, n, w)


_gather = by_type("_gather", {types.CPointer(types.uint32): _gather_32, types.CPointer(types.uint64): _gather_64})


@inline
def lists_of(lists):
    """Blocks, their streams, beginnings of runs, lengths of runs."""
    size = MOST_BLOCKS + BATCH_UPPER
    return lists, pointer_add(lists, size), pointer_add(lists, 2 * size), pointer_add(lists, 3 * size)


@inline
def begin_of(places, r):
    """The number of elements before row r."""
    indptr, k = places[8], places[9]
    return r * k if is_null(indptr) else indptr[r]


@inline
def place_of(places, r, size):
    """Seed and stream of a row, and the position of its element 0; elements of 64 bits begin at an even one."""
    seeds, seed_step, streams, stream_step, offsets, offset_step = places[:6]
    offset = offsets[r * offset_step]
    return seeds[r * seed_step], streams[r * stream_step], offset + (offset & np.uint64(size - 1))


@inline
def columns_of(places, r):
    """The columns of a row, where there are columns."""
    columns, per_row = places[6], places[7]
    return pointer_add(columns, begin_of(places, r) if per_row else 0)


@inline
def list_run(lists, count, runs, stream, position, n, size):
    """List the blocks of ``n`` elements that follow each other; return how many blocks are listed now."""
    blocks, streams, begins, lengths = lists_of(lists)
    block, more, skip = blocks_of(position, n * size)
    for first in range(0, max(more, 9), 8):  # 16 in any case, as in `copy_run`; the next run is written over the rest
        store_eight(pointer_add(blocks, count + first), block + np.uint64(first), 1)
        store_eight(pointer_add(streams, count + first), stream, 0)
    begins[runs], lengths[runs] = np.uint64((WORDS_PER_BLOCK * count + skip) // size), np.uint64(n)
    return count + more


@inline
def list_columns(lists, count, runs, stream, position, columns, n, size):
    """List the blocks of ``n`` columns, at most one each; return how many blocks and how many runs there are now."""
    blocks, streams, begins, lengths = lists_of(lists)
    j = 0
    while j < n:
        column, length = columns[j], 1
        while column >= 0 and j + length < n and columns[j + length] == column + length:
            length += 1
        here = position + np.uint64(max(column, 0) * size)  # what is masked gets some noise
        if length == 1:
            blocks[count], streams[count] = here >> np.uint64(3), stream
            begins[runs], lengths[runs] = np.uint64((WORDS_PER_BLOCK * count + np.int64(here & LAST_WORD)) // size), ONE
            count += 1
        else:
            count = list_run(lists, count, runs, stream, here, length, size)
        runs, j = runs + 1, j + length
    return count, runs


@inline
def copy_run(made, n, w):
    """Copy ``n`` elements, and up to 31 more: the next run is written over them.

    32 in any case: whether a run has more than 16 is hard to predict.
    """
    for first in range(0, max(n, 17), 16):
        copy_sixteen(pointer_add(made, first), pointer_add(w, first))


@loop
def words_of_runs(lists, runs, n, made, w):
    """Bring together the ``n`` words of runs."""
    wide()
    _, _, begins, lengths = lists_of(lists)
    if runs == n:
        for j in range(n):
            w[j] = made[begins[j]]
        return
    j = 0
    for run in range(runs):
        length = np.int64(lengths[run])
        copy_run(pointer_add(made, np.int64(begins[run])), length, pointer_add(w, j))
        j += length


@inline
def are_alike(places):
    """Whether rows differ in their stream alone, and have as many elements, which follow each other."""
    return places[1] == 0 and places[5] == 0 and is_null(places[6]) and is_null(places[8])


@inline
def have_same_columns(places):
    """Whether all rows have the same columns from the same position on."""
    return places[5] == 0 and places[7] == 0 and is_null(places[8])


@loop
def list_like_blocks(lists, rows, block, more):
    """List the blocks of like rows, ``more`` of each: they are those of any other like rows too."""
    blocks, _, _, _ = lists_of(lists)
    for row in range(rows):
        for i in range(more):
            blocks[row * more + i] = block + np.uint64(i)


@loop
def list_like_streams(places, lists, r, rows, more):
    """List the streams of these blocks."""
    wide()
    streams_of, step = places[2], places[3]
    _, streams, _, _ = lists_of(lists)
    for row in range(rows):
        stream, at = streams_of[(r + row) * step], row * more
        for first in range(0, more, 8):  # past the row's: the next one's are written over them
            store_eight(pointer_add(streams, at + first), stream, 0)


@loop
def words_of_like_rows(places, lists, made, w, r, stop):
    """As `words_of_rows`, of like rows."""
    size, m = width(w), places[9]
    seed, _, position = place_of(places, r, size)
    block, more, skip = blocks_of(position, m * size)
    rows = min(stop - r, min(TILE // m, MOST_BLOCKS // more))
    blocks, streams, begins, lengths = lists_of(lists)
    list_like_blocks(lists, rows, block, more)
    list_like_streams(places, lists, r, rows, more)
    if skip == 0 and m * size == WORDS_PER_BLOCK * more:
        _gather(w, seed, blocks, streams, rows * more)
    else:
        for row in range(rows):
            begins[row], lengths[row] = np.uint64((WORDS_PER_BLOCK * row * more + skip) // size), np.uint64(m)
        _gather(made, seed, blocks, streams, rows * more)
        words_of_runs(lists, rows, rows * m, made, w)
    return rows, rows * m


@loop
def rows_together(places, size, r, stop, most):
    """How many rows with columns, from r on, have one seed, and together ``most`` elements at most, and how many
    these are, and the longest of them. No more than MOST_ROWS."""
    seeds, step = places[0], places[1]
    rows, n, longest = 0, 0, 0
    while r + rows < stop and rows < MOST_ROWS:
        m = begin_of(places, r + rows + 1) - begin_of(places, r + rows)
        if seeds[(r + rows) * step] != seeds[r * step] or n + m > most:
            break
        rows, n, longest = rows + 1, n + m, max(longest, m)
    return rows, n, longest


@loop
def list_rows(places, lists, size, r, stop, most):
    """List the blocks of as many rows from r on, whose elements follow each other, as `rows_together` would take and
    there is room for; return how many rows, elements and blocks, the longest row, how many runs, and whether these
    follow each other in the blocks.
    """
    seeds, step = places[0], places[1]
    rows, n, count, longest, runs, together = 0, 0, 0, 0, 0, True
    while r + rows < stop and rows < MOST_ROWS:
        m = begin_of(places, r + rows + 1) - begin_of(places, r + rows)
        seed, stream, position = place_of(places, r + rows, size)
        _, more, skip = blocks_of(position, m * size)
        if seed != seeds[r * step] or n + m > most or count + more > MOST_BLOCKS:
            break
        together &= skip == 0 and n * size == WORDS_PER_BLOCK * count
        count = list_run(lists, count, runs, stream, position, m, size)
        rows, n, longest, runs = rows + 1, n + m, max(longest, m), runs + np.int64(m > 0)
    return rows, n, count, longest, runs, together


@loop
def list_rows_of_columns(places, lists, size, r, rows):
    """List the blocks of rows that have columns; return how many blocks and runs."""
    count, runs = 0, 0
    for row in range(r, r + rows):
        m = begin_of(places, row + 1) - begin_of(places, row)
        _, stream, position = place_of(places, row, size)
        count, runs = list_columns(lists, count, runs, stream, position, columns_of(places, row), m, size)
    return count, runs


@loop
def words_of_rows(places, lists, made, w, r, stop):
    """Write to ``w`` the words of rows from r on, as many as there is room for; return how many rows and elements."""
    size = width(w)
    if are_alike(places) and 0 < places[9] <= TILE // 2:
        return words_of_like_rows(places, lists, made, w, r, stop)
    if is_null(places[6]):
        rows, n, count, _, runs, together = list_rows(places, lists, size, r, stop, np.int64(TILE))
    else:
        rows, n, _ = rows_together(places, size, r, stop, np.int64(MOST_BLOCKS))
        count, runs = list_rows_of_columns(places, lists, size, r, rows)
        together = False
    seed, _, _ = place_of(places, r, size)
    blocks, streams, _, _ = lists_of(lists)
    if together:
        _gather(w, seed, blocks, streams, count)
    else:
        _gather(made, seed, blocks, streams, count)
        words_of_runs(lists, runs, n, made, w)
    return rows, n


@loop
def words_of_columns(places, lists, made, w, r, first, n):
    """Write to ``w`` the words of ``n`` columns of row r, which has columns, from its element ``first`` on."""
    seed, stream, position = place_of(places, r, width(w))
    columns = pointer_add(columns_of(places, r), first)
    count, runs = list_columns(lists, 0, 0, stream, position, columns, n, width(w))
    blocks, streams, _, _ = lists_of(lists)
    _gather(made, seed, blocks, streams, count)
    words_of_runs(lists, runs, n, made, w)


@inline
def refine(function, places, w, r, first, n, out):
    """Do again, of ``n`` elements of a row, those near the ends, with their tail bits."""
    size, columns = width(w), columns_of(places, r)
    seed, stream, position = place_of(places, r, size)
    for j in range(n):
        if tail_distance(w[j]) < np.uint32(2 * TAIL_THRESHOLD):
            column = first + j if is_null(places[6]) else max(columns[first + j], 0)
            out[j] = function(extended_uniform(w[j], seed, stream, position + np.uint64(column * size)))


@loop
def refine_rows(function, places, w, r, rows, out):
    j = 0
    for row in range(r, r + rows):
        m = begin_of(places, row + 1) - begin_of(places, row)
        refine(function, places, pointer_add(w, j), row, 0, m, pointer_add(out, j))
        j += m


@inline
def noise_of_rows(function, places, lists, made, w, r, stop, out):
    """Write the noise of rows from r on, as many as there is room for; return how many rows and elements."""
    rows, n = words_of_rows(places, lists, made, w, r, stop)
    if transform(function, w, n, out):
        refine_rows(function, places, w, r, rows, out)
    return rows, n


@loop
def noise_of_columns(function, places, lists, made, w, r, first, n, out):
    """Write the noise of ``n <= MOST_BLOCKS`` columns of row r."""
    words_of_columns(places, lists, made, w, r, first, n)
    if transform(function, w, n, out):
        refine(function, places, w, r, first, n, out)


def fill_kernel(function):
    """The kernel that fills rows with noise of this transform."""

    @kernel(table.fill_rows)
    def fill_rows(
        start,
        stop,
        seeds,
        seed_step,
        streams,
        stream_step,
        offsets,
        offset_step,
        columns,
        per_row,
        indptr,
        k,
        out,
    ):
        places = seeds, seed_step, streams, stream_step, offsets, offset_step, columns, per_row, indptr, k
        lists, made_buffer, buffer = alloca(LISTS), alloca(BUFFER), alloca(BUFFER)
        made, w = as_words(made_buffer, out), as_words(buffer, out)
        r = start
        while r < stop:
            target = pointer_add(out, begin_of(places, r))
            rows, _ = noise_of_rows(function, places, lists, made, w, r, stop, target)
            if rows == 0:
                m = begin_of(places, r + 1) - begin_of(places, r)
                if is_null(columns):
                    key, number, position = place_of(places, r, width(w))
                    for first in range(0, m, TILE):
                        here = position + np.uint64(first * width(w))
                        noise(function, buffer, key, number, here, min(TILE, m - first), pointer_add(target, first))
                else:
                    for first in range(0, m, MOST_BLOCKS):
                        n = min(MOST_BLOCKS, m - first)
                        noise_of_columns(function, places, lists, made, w, r, first, n, pointer_add(target, first))
                rows = 1
            r += rows
        return ALL_VALID

    return fill_rows


KERNELS = {f"fill_{name}_rows": fill_kernel(function) for name, function in TRANSFORMS.items()}


@loop
def mask(columns, n, sample):
    """What has the column -1 is no category."""
    for j in range(n):
        if columns[j] < 0:
            sample[j] = cast_like(sample[0], -np.inf)


@loop
def mask_rows(places, r, rows, sample):
    if places[7]:  # whose columns follow each other
        mask(columns_of(places, r), begin_of(places, r + rows) - begin_of(places, r), sample)
        return
    at = 0
    for row in range(r, r + rows):
        m = begin_of(places, row + 1) - begin_of(places, row)
        mask(columns_of(places, row), m, pointer_add(sample, at))
        at += m


@inline
def perturbed_rows(places, lists, made, w, logits, r, stop, sample):
    """Write the perturbed logits of rows from r on, as `noise_of_rows`; ``logits`` are from row r on."""
    rows, n = noise_of_rows(gumbel, places, lists, made, w, r, stop, sample)
    perturb(logits, n, n, 0, sample)
    if not is_null(places[6]):
        mask_rows(places, r, rows, sample)
    return rows, n


@loop
def perturbed_columns(places, lists, made, w, logits, r, first, n, sample):
    """Write the perturbed logits of ``n <= MOST_BLOCKS`` columns of row r; ``logits`` are those of the row."""
    noise_of_columns(gumbel, places, lists, made, w, r, first, n, sample)
    perturb(pointer_add(logits, first), n, n, 0, sample)
    mask(pointer_add(columns_of(places, r), first), n, sample)


@loop
def argmax_rows(sample, places, r, rows, index, best):
    """Argmax of each of the rows in ``sample``, -1 for one that is empty, or all -inf; whether a sum is large."""
    at, large = 0, False
    for row in range(r, r + rows):
        m = begin_of(places, row + 1) - begin_of(places, row)
        top, where = cast_like(sample[0], -np.inf), 0
        if m > 0:
            top, where = argmax(pointer_add(sample, at), m)
        index[row] = where if top > cast_like(top, -np.inf) else -1
        if not is_null(best):
            best[row] = top
        large |= index[row] >= 0 and is_large(top, large_logit(sample))
        at += m
    return large


@loop
def argmax_columns(places, lists, made, w, logits, r, sample):
    """Argmax, and the largest, of a row of many columns."""
    m = begin_of(places, r + 1) - begin_of(places, r)
    highest, where = cast_like(sample[0], -np.inf), -1
    for first in range(0, m, MOST_BLOCKS):
        n = min(MOST_BLOCKS, m - first)
        perturbed_columns(places, lists, made, w, logits, r, first, n, sample)
        top, at = argmax(sample, n)
        highest, where = (top, first + at) if top > highest else (highest, where)
    return where, highest


# --- categories by margin -------------------------------------------------------------------------------------


@loop
def halves_of_like_rows(places, lists, listed, made, buffer, r, rows, like):
    """The upper halves of the words of like rows, as `fetch_halves` has them, the rows one after the other.

    The blocks of so many rows are ``listed`` already.
    """
    blocks, streams, _, _ = lists_of(lists)
    k, size = places[9], width(as_words(buffer, like))
    _, _, position = place_of(places, r, size)
    block, more, skip = blocks_of(position, k * size)
    if rows > listed:
        list_like_blocks(lists, rows, block, more)
    list_like_streams(places, lists, r, rows, more)
    halves, closer = as_halves(buffer, like), as_halves(made, like)
    gathered_upper_blocks(places[0][0], blocks, streams, rows * more, buffer)
    a_row, first = WORDS_PER_BLOCK * more // size, skip // size
    if first == 0 and a_row == k:
        return halves
    for row in range(rows):
        copy_run(pointer_add(halves, row * a_row + first), k, pointer_add(closer, row * k))
    return closer


@loop
def halves_of_rows(places, lists, made, buffer, r, listed, like):
    """The same of rows of any lengths and places, whose elements follow each other and whose blocks are listed."""
    n, count, runs, together = listed
    blocks, streams, _, _ = lists_of(lists)
    halves, closer = as_halves(buffer, like), as_halves(made, like)
    gathered_upper_blocks(places[0][r * places[1]], blocks, streams, count, buffer)
    if together:
        return halves
    words_of_runs(lists, runs, n, halves, closer)
    return closer


@loop
def list_row_streams(places, r, rows, streams):
    """List the stream of each element of rows."""
    wide()
    streams_of, step = places[2], places[3]
    for row in range(rows):
        stream, at = streams_of[(r + row) * step], begin_of(places, r + row) - begin_of(places, r)
        m = begin_of(places, r + row + 1) - begin_of(places, r + row)
        for first in range(0, m, 8):  # past the row's: the next one's are written over them
            store_eight(pointer_add(streams, at + first), stream, 0)


@loop
def list_positions(columns, n, position, size, positions):
    """List the positions of columns from a position on; whether there is one that is -1."""
    wide()
    lowest = 0
    for j in range(n):
        column = columns[j]
        lowest = min(lowest, column)
        positions[j] = position + np.uint64(max(column, 0) * size)  # what is masked gets some noise
    return lowest < 0


@loop
def list_row_positions(places, r, rows, n, size, positions):
    """List the positions of rows that have columns; whether there is a column that is -1."""
    if places[7]:
        prefetch(pointer_add(columns_of(places, r), n), n, 0)  # of the next rows
    if places[7] and places[5] == 0:
        return list_positions(columns_of(places, r), n, place_of(places, r, size)[2], size, positions)
    masked, at = False, 0
    for row in range(r, r + rows):
        m = begin_of(places, row + 1) - begin_of(places, row)
        position = place_of(places, row, size)[2]
        masked |= list_positions(columns_of(places, row), m, position, size, pointer_add(positions, at))
        at += m
    return masked


@loop
def halves_of_columns(places, lists, same, r, rows, n, buffer, like):
    """The same of rows that have columns, of which each takes one half of a block; and whether some are -1.

    The positions may be the ``same`` as those that are listed already.
    """
    positions, streams = lists, pointer_add(lists, POSITIONS)
    masked = list_row_positions(places, r, 1 if same else rows, n, width(as_words(buffer, like)), positions)
    for i in range(n, n if same else (n + BATCH_UPPER - 1) // BATCH_UPPER * BATCH_UPPER):
        positions[i] = np.uint64(0)  # of nobody: they are looked up with the others of their batch
    list_row_streams(places, r, rows, streams)
    picked_upper_halves(places[0][r * places[1]], positions, streams, n, as_halves(buffer, like))
    return masked


@loop
def list_shared_blocks(places, r, size, own):
    """List the blocks of the columns of all rows, and where in their elements each column is; how many blocks.

    None where a block is not shared by two columns or more, on average, so that one half of a block each takes less.
    """
    columns, k, position = places[6], places[9], place_of(places, r, size)[2]
    own_blocks, begins = own
    count = 0
    for j in range(k):
        here = position + np.uint64(max(columns[j], 0) * size)
        own_blocks[count] = here >> np.uint64(3)
        i = 0
        while own_blocks[i] != own_blocks[count]:
            i += 1
        count = max(count, i + 1)
        if 2 * count > k:
            return 0
        begins[j] = np.uint64((WORDS_PER_BLOCK * i + np.int64(here & LAST_WORD)) // size)
    return count


@loop
def halves_of_shared_blocks(places, lists, listed, own, shared, made, buffer, r, rows, like):
    """The same of rows that have the same columns, which share blocks."""
    blocks, streams, _, _ = lists_of(lists)
    own_blocks, begins = own
    k, a_row = places[9], WORDS_PER_BLOCK * shared // width(as_words(made, like))
    for row in range(listed, rows):
        for i in range(shared):
            blocks[row * shared + i] = own_blocks[i]
    list_like_streams(places, lists, r, rows, shared)
    gathered_upper_blocks(places[0][0], blocks, streams, rows * shared, buffer)
    halves, closer = as_halves(buffer, like), as_halves(made, like)
    for row in range(rows):
        for j in range(k):
            closer[row * k + j] = halves[row * a_row + np.int64(begins[j])]
    return closer


@inline
def element_of_row(where, r, j, size):
    """The stream and the position of element j of a row, for `collect`."""
    places, first_row = where
    _, stream, position = place_of(places, first_row + r, size)
    column = j if is_null(places[6]) else max(columns_of(places, first_row + r)[j], 0)
    return stream, position + np.uint64(column * size)


@inline
def is_masked(where, r, j):
    """Whether the column of element j of a row is -1."""
    places, first_row = where
    return not is_null(places[6]) and columns_of(places, first_row + r)[j] < 0


@loop
def decided_tile(
    lengths, places, halves, masked, bounds, found, pending, streams, waiting, last, r, rows, n, logits, index, best
):
    """Categories of rows from r on, as `argmax_by_margin` finds them; how many rows, and how many elements wait.

    No rows where one is invalid, or may be large. ``n`` logits are from row r on.
    """
    total, margins = bound_rows(logits, halves, max(n // rows, 1), n, bounds)
    if not is_valid_logit(total):
        return 0, waiting
    if masked:
        mask_rows(places, r, rows, bounds)
    own_index, own_best = pointer_add(index, r), best if is_null(best) else pointer_add(best, r)
    count = decide_rows(lengths, bounds, halves, rows, zone_of(margins, best), own_index, found)
    tile, limit = (bounds, halves, logits, lengths), highest_top(logits)
    if any_beyond(found[0], rows, margins[3], limit):
        count = leave_empty_rows(is_masked, (places, r), tile, count, found, margins[3], own_index, own_best)
        if any_beyond(found[0], rows, margins[3], limit):
            return 0, waiting
    if count:
        seed = places[0][r * places[1]]
        waiting = collect(
            element_of_row,
            (places, r),
            tile,
            count,
            found,
            margins,
            pending,
            waiting,
            last,
            seed,
            streams,
            r,
            index,
            best,
        )
    return rows, waiting


@inline
def has_few(rows, n, r, stop):
    """Whether a tile is too small to be worth its search: seeds that are all different."""
    return rows == 0 or (n < PENDING and r + rows < stop)


@loop
def rows_by_margin(
    places,
    lists,
    listed,
    own,
    shared,
    made,
    buffer,
    bounds,
    found,
    pending,
    streams,
    waiting,
    last,
    r,
    stop,
    logits,
    index,
    best,
):
    """Categories of rows from r on that have one seed, as `decided_tile`; ``logits`` are from row r on."""
    size, k, ragged = width(pending[5]), places[9], not is_null(places[8])
    masked, longest = False, k
    if are_alike(places):
        _, more, _ = blocks_of(place_of(places, r, size)[2], k * size)
        rows = min(stop - r, min(CHUNK // k, MOST_BLOCKS // more))
        n = rows * k
        prefetch(logits, n, 0)
        halves = halves_of_like_rows(places, lists, listed, made, buffer, r, rows, logits)
    elif shared:
        rows = min(stop - r, min(CHUNK // k, MOST_BLOCKS // shared))
        n = rows * k
        prefetch(logits, n, 0)
        halves = halves_of_shared_blocks(places, lists, listed, own, shared, made, buffer, r, rows, logits)
        for j in range(k):
            masked |= places[6][j] < 0
    elif is_null(places[6]):
        rows, n, count, longest, runs, together = list_rows(places, lists, size, r, stop, np.int64(CHUNK))
        if has_few(rows, n, r, stop):
            return 0, waiting
        prefetch(logits, n, 0)
        halves = halves_of_rows(places, lists, made, buffer, r, (n, count, runs, together), logits)
    else:
        rows, n, longest = rows_together(places, size, r, stop, np.int64(CHUNK))
        if has_few(rows, n, r, stop):
            return 0, waiting
        prefetch(logits, n, 0)
        halves = as_halves(buffer, logits)
        masked = halves_of_columns(
            places, lists, have_same_columns(places) and rows <= listed, r, rows, n, buffer, logits
        )
    if ragged:
        lengths = pointer_add(places[8], r), longest
        return decided_tile(
            lengths,
            places,
            halves,
            masked,
            bounds,
            found,
            pending,
            streams,
            waiting,
            last,
            r,
            rows,
            n,
            logits,
            index,
            best,
        )
    return decided_tile(
        k, places, halves, masked, bounds, found, pending, streams, waiting, last, r, rows, n, logits, index, best
    )


@kernel(table.gumbel_max_rows)
def gumbel_max_rows(
    start,
    stop,
    seeds,
    seed_step,
    streams,
    stream_step,
    offsets,
    offset_step,
    columns,
    per_row,
    indptr,
    k,
    logits,
    check,
    index,
    best,
):
    if start == stop:  # there may be no row to read the place of
        return ALL_VALID
    places = seeds, seed_step, streams, stream_step, offsets, offset_step, columns, per_row, indptr, k
    lists, made_buffer, buffer, results = alloca(LISTED_COLUMNS), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    made, w, sample = as_words(made_buffer, logits), as_words(buffer, logits), pointer_cast_like(results, logits)
    tops, undecided, masks = alloca(MOST_ROWS), alloca(MOST_ROWS), alloca(MOST_ROWS)
    room, own_streams, last_row, last_value = alloca(WAITING), alloca(PENDING), alloca(1), alloca(1)
    own, shared = (alloca(MOST_SHARED), alloca(MOST_SHARED)), NONE_LISTED
    bounds, decided = as_float32_pointer(results), (as_float32_pointer(tops), undecided, masks)
    pending, waiting = waiting_elements(room, logits), NONE_WAITS
    last = no_last_row(last_row, last_value, logits)
    for i in range(PENDING):
        own_streams[i] = np.uint64(0)
    elements = begin_of(places, stop) - begin_of(places, start)
    shortest = 1 if is_null(best) and not is_null(columns) else evaluated_max_k(logits) + 1  # on average, by margin
    by_margin, listed = elements >= shortest * (stop - start) and k <= CHUNK, NONE_LISTED
    waiting_seed = np.uint64(0)
    if not is_null(columns) and have_same_columns(places) and seed_step == 0 and k <= MOST_SHARED < elements:
        shared = list_shared_blocks(places, start, width(w), own)
    r = start
    while r < stop:
        rows = 0
        row = pointer_add(logits, begin_of(places, r))
        if by_margin:
            if waiting and seeds[r * seed_step] != waiting_seed:
                settle(pending, waiting, last, waiting_seed, own_streams, index, best)
                waiting = 0
            waiting_seed = seeds[r * seed_step]
            rows, waiting = rows_by_margin(
                places,
                lists,
                listed,
                own,
                shared,
                made_buffer,
                buffer,
                bounds,
                decided,
                pending,
                own_streams,
                waiting,
                last,
                r,
                stop,
                row,
                index,
                best,
            )
            listed = rows
            if rows > 0:
                r += rows
                continue
        m = begin_of(places, r + 1) - begin_of(places, r)
        if is_null(columns) and m > short_max_k(logits):
            key, number, position = place_of(places, r, width(w))
            found, value = screened_argmax(buffer, sample, row, m, key, number, position, check)
            if found == -2:
                return r
        else:
            rows, n = perturbed_rows(places, lists, made, w, row, r, stop, sample)
            if check and any_invalid(is_valid_logit, row, max(n, m)):
                return r
            if rows == 0:
                found, value = argmax_columns(places, lists, made, w, row, r, sample)
            elif argmax_rows(sample, places, r, rows, index, best) and check:
                return r
        if rows == 0:
            if check and found >= 0 and is_large(value, large_logit(logits)):
                return r
            index[r] = found
            if not is_null(best):
                best[r] = value
            rows = 1
        r += rows
    if waiting:
        settle(pending, waiting, last, waiting_seed, own_streams, index, best)
    return ALL_VALID


# --- softmax ------------------------------------------------------------------------------------------------


@inline
def with_gumbel_of_columns(given, logits, first, n, sample, out):
    """As `with_gumbel`, of a row that has columns."""
    places, lists, made, w, r = given
    for part in range(0, n, MOST_BLOCKS):
        m = min(MOST_BLOCKS, n - part)
        perturbed_columns(places, lists, made, w, logits, r, first + part, m, pointer_add(sample, part))


@loop
def softmax_rows(sample, places, r, rows, logits, tau, tau_step, check, soft, index):
    """Softmax of rows in ``sample`` up to one that is invalid, or of more than a chunk; return how many that are."""
    begin, uniform = begin_of(places, r), is_null(places[8])
    together = rows if uniform else 1
    for row in range(0, rows, together):
        at = begin_of(places, r + row) - begin
        m = begin_of(places, r + row + 1) - begin - at
        if m > CHUNK:
            return row
        if m > 0:
            if check:
                invalid = first_row_beyond(pointer_add(logits, at), together * m, m, large_logit(logits))
                if invalid != ALL_VALID:
                    return row
            softmax_short_rows(
                pointer_add(sample, at),
                together,
                m,
                pointer_add(tau, row * tau_step),
                tau_step,
                pointer_add(soft, at),
                index if is_null(index) else pointer_add(index, row),
            )
    return rows


@loop
def clear_empty_rows(places, r, rows, logits, soft, index):
    """Write to rows that have no category above -inf: 0, and the index -1."""
    begin, has_columns = begin_of(places, r), not is_null(places[6])
    for row in range(rows):
        at, columns = begin_of(places, r + row) - begin, columns_of(places, r + row)
        m, j = begin_of(places, r + row + 1) - begin - at, 0
        while j < m and (logits[at + j] == cast_like(logits[0], -np.inf) or (has_columns and columns[j] < 0)):
            j += 1
        if j == m:
            for i in range(m):
                soft[at + i] = cast_like(soft[0], 0)
            if not is_null(index):
                index[row] = -1


@kernel(table.gumbel_softmax_rows)
def gumbel_softmax_rows(
    start,
    stop,
    seeds,
    seed_step,
    streams,
    stream_step,
    offsets,
    offset_step,
    columns,
    per_row,
    indptr,
    k,
    logits,
    tau,
    tau_step,
    check,
    soft,
    index,
):
    places = seeds, seed_step, streams, stream_step, offsets, offset_step, columns, per_row, indptr, k
    lists, made_buffer, buffer, results = alloca(LISTS), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    made, w, sample = as_words(made_buffer, logits), as_words(buffer, logits), pointer_cast_like(results, logits)
    r = start
    while r < stop:
        begin = begin_of(places, r)
        m = begin_of(places, r + 1) - begin
        row, result, row_tau = pointer_add(logits, begin), pointer_add(soft, begin), pointer_add(tau, r * tau_step)
        found = index if is_null(index) else pointer_add(index, r)
        of_columns = places, lists, made, w, r
        if m <= CHUNK:
            rows, _ = perturbed_rows(places, lists, made, w, row, r, stop, sample)
            if rows == 0:
                with_gumbel_of_columns(of_columns, row, 0, m, sample, result)
                rows = 1
            rows = softmax_rows(sample, places, r, rows, row, row_tau, tau_step, check, result, found)
        elif is_null(columns):
            key, number, position = place_of(places, r, width(w))
            given = buffer, key, number, position
            valid = relax_long_row(with_gumbel, large_logit, given, row, 0, m, row_tau[0], check, result, found, sample)
            rows = 1 if valid else 0
        else:
            valid = relax_long_row(
                with_gumbel_of_columns, large_logit, of_columns, row, 0, m, row_tau[0], check, result, found, sample
            )
            rows = 1 if valid else 0
        if rows == 0:
            return r
        if not (check and is_null(columns) and is_null(indptr)):
            clear_empty_rows(places, r, rows, row, result, found)
        r += rows
    return ALL_VALID


# --- the largest, in order ------------------------------------------------------------------------------------


@loop
def top_k_rows(sample, places, r, rows, top, check, indices, values):
    """The largest of rows in ``sample``, in order, up to a row that is invalid; return how many that are."""
    begin = begin_of(places, r)
    for row in range(rows):
        at = begin_of(places, r + row) - begin
        m = begin_of(places, r + row + 1) - begin - at
        own_indices, own_values = pointer_add(indices, row * top), pointer_add(values, row * top)
        count = keep_of_sums(pointer_add(sample, at), m, 0, top, 0, own_indices, own_values)
        if count < top:
            return row
        sort_kept(own_values, own_indices, top)
        if check and is_large(own_values[0], large_logit(sample)):
            return row
    return rows


@loop
def top_k_columns(places, lists, made, w, logits, r, sample, top, indices, values):
    """The largest of a row of many columns, in order; return how many there are."""
    m, count = begin_of(places, r + 1) - begin_of(places, r), 0
    for first in range(0, m, MOST_BLOCKS):
        n = min(MOST_BLOCKS, m - first)
        perturbed_columns(places, lists, made, w, logits, r, first, n, sample)
        count = keep_of_sums(sample, n, first, top, count, indices, values)
    if count == top:
        sort_kept(values, indices, top)
    return count


@kernel(table.gumbel_top_k_rows)
def gumbel_top_k_rows(
    start,
    stop,
    seeds,
    seed_step,
    streams,
    stream_step,
    offsets,
    offset_step,
    columns,
    per_row,
    indptr,
    k,
    logits,
    top,
    check,
    indices,
    values,
):
    places = seeds, seed_step, streams, stream_step, offsets, offset_step, columns, per_row, indptr, k
    lists, made_buffer, buffer, results = alloca(LISTS), alloca(BUFFER), alloca(BUFFER), alloca(BUFFER)
    made, w, sample = as_words(made_buffer, logits), as_words(buffer, logits), pointer_cast_like(results, logits)
    room = alloca(WAITING)
    pending = waiting_elements(room, logits)
    r = start
    while r < stop:
        begin = begin_of(places, r)
        row, m = pointer_add(logits, begin), begin_of(places, r + 1) - begin
        out_indices, out_values = pointer_add(indices, r * top), pointer_add(values, r * top)
        rows, count = 0, 0
        if is_null(columns) and m > short_max_k(logits):
            key, number, position = place_of(places, r, width(w))
            count = screened_top_k(
                buffer, sample, pending, row, m, key, number, position, check, top, out_indices, out_values
            )
        else:
            rows, n = perturbed_rows(places, lists, made, w, row, r, stop, sample)
            if check and any_invalid(is_valid_logit, row, max(n, m)):
                return r
            if rows == 0:
                count = top_k_columns(places, lists, made, w, row, r, sample, top, out_indices, out_values)
            else:
                rows = top_k_rows(sample, places, r, rows, top, check, out_indices, out_values)
                if rows == 0:
                    return r
        if rows == 0:
            if count < top or (check and is_large(out_values[0], large_logit(logits))):
                return r
            rows = 1
        r += rows
    return ALL_VALID
