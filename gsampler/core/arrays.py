"""Arrays as kernels read and write them: dtypes, blocks of rows, casts, sums over broadcast axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]
Float = type[np.float32] | type[np.float64]

# --- dtypes ---------------------------------------------------------------------------------------------------

SUFFIX: dict[Any, str] = {np.float32: "f32", np.float64: "f64"}  # in names of kernels and C functions
NATIVE: dict[Any, np.dtype[Any]] = {t: np.dtype(t) for t in SUFFIX}
# what most arrays have: others take longer to look at
COMPUTE_DTYPE: dict[np.dtype[Any], Float] = {
    np.dtype(np.float32): np.float32,
    np.dtype(np.float64): np.float64,
    np.dtype(np.float16): np.float32,
}


def compute_dtype(array: Array) -> Float:
    """The dtype in which an array of logits is computed."""
    known = COMPUTE_DTYPE.get(array.dtype)
    if known is not None:
        return known
    if array.dtype.kind in "biu" or not np.can_cast(array.dtype, np.float32):
        return np.float64
    return np.float32


def result_dtype(array: Array) -> Any:
    """The dtype of a relaxed sample of these logits: theirs, where that is a float."""
    if array.dtype in COMPUTE_DTYPE:
        return array.dtype
    return np.float64 if array.dtype.kind in "biu" else array.dtype.newbyteorder("=")


def cast(array: Array, dtype: Any) -> Array:
    """In another dtype, without a warning where that overflows, as kernels do."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore", under="ignore"):
        return array.astype(dtype)


# --- layout ---------------------------------------------------------------------------------------------------


def is_carray(array: Array, dtype: Any) -> bool:
    """Whether kernels can read and write an array where it is."""
    flags = array.flags
    return flags.c_contiguous and flags.aligned and array.dtype == dtype


def as_carray(array: Array, dtype: Any) -> Array:
    """An array as kernels read it: itself, or a copy."""
    return array if is_carray(array, dtype) else np.require(array, dtype, ["C", "A"])


def rows_last(array: Array, axis: int) -> Array:
    """A view with the categories on the last axis."""
    return array if axis == array.ndim - 1 else np.moveaxis(array, axis, -1)


def repeating_rows(array: Array, axis: int, outer: tuple[int, ...], dtype: Float | type[np.int64]) -> Array:
    """The rows of an array that broadcasts to ``outer``, shape (m, k), such that row r of all is row r % m of these.

    The categories are along ``axis``, counted from the end. Copies only what is not contiguous, is of another dtype or
    broadcasts along inner axes.
    """
    rows = rows_last(array, array.ndim + axis)
    whole = (*outer, array.shape[axis])
    while rows.ndim > 1 and rows.shape[0] == 1:
        rows = rows[0]
    if rows.shape != whole[len(whole) - rows.ndim :]:
        rows = np.broadcast_to(rows, whole)
    return np.require(rows, dtype, ["C", "A"]).reshape(-1, whole[-1])


def as_table(array: Array) -> Array:
    """The rows of a contiguous array that is not empty, shape (rows, k)."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


# --- blocks ---------------------------------------------------------------------------------------------------

COPY_ELEMENTS = 2**20  # elements copied at a time, where an array has to be copied
NO_LIMIT = 2**62  # more elements than an array has


def block_indices(shape: tuple[int, ...], limit: int) -> Iterator[tuple[int, tuple[int | slice, ...]]]:
    """Parts of an array of rows, shape (..., k), of up to ``limit`` elements or one row: indices of leading axes.

    Yields the number of the part's first row with each.
    """
    if math.prod(shape) <= limit or len(shape) == 1:
        if math.prod(shape):
            yield 0, ()
        return
    inner = math.prod(shape[1:-1])
    step = max(1, limit // (inner * shape[-1]))
    for first in range(0, shape[0], step):
        if step > 1:
            yield first * inner, (slice(first, first + step),)
        else:
            for row, index in block_indices(shape[1:], limit):
                yield first * inner + row, (first, *index)


def blocks(array: Array, dtype: Float, limit: int = NO_LIMIT) -> Iterable[tuple[int, Array]]:
    """Rows of an array as contiguous (rows, k) arrays of this dtype and up to ``limit`` elements, or one row each.

    Yields the number of the block's first row with it. Copies only what is not contiguous or of another dtype.
    """
    if not array.size:
        return ()
    if not is_carray(array, dtype):
        parts = block_indices(array.shape, min(limit, COPY_ELEMENTS))
        return ((first, as_table(np.require(array[index], dtype, ["C", "A"]))) for first, index in parts)
    rows = as_table(array)
    if rows.size <= limit:
        return ((0, rows),)
    step = max(1, limit // rows.shape[1])
    return ((first, rows[first : first + step]) for first in range(0, len(rows), step))


Block = tuple[int, Sequence[Array], Array]  # first row, inputs, output


def blocks_with_output(inputs: Sequence[Array], output: Array, dtype: Float) -> Iterable[Block]:
    """Contiguous arrays (rows, k) that make up these of shape (..., k): themselves where they can be, else copies."""
    if not output.size:
        return ()
    kind, tables = NATIVE[dtype], []
    if not (output.flags.carray and output.dtype == kind):  # as `is_carray`, in line, since small calls wait
        return _copied_blocks(inputs, output, dtype)
    for array in inputs:
        flags = array.flags
        if not (flags.c_contiguous and flags.aligned and array.dtype == kind):
            return _copied_blocks(inputs, output, dtype)
        tables.append(array if array.ndim == 2 else as_table(array))
    return ((0, tables, output if output.ndim == 2 else as_table(output)),)


def _copied_blocks(inputs: Sequence[Array], output: Array, dtype: Float) -> Iterator[Block]:
    """Copies, block by block; the output of one is copied back when the next is asked for."""
    for first, index in block_indices(output.shape, COPY_ELEMENTS):
        copies = [as_table(np.require(cast(a[index], dtype), dtype, ["C", "A"])) for a in inputs]
        made = np.empty_like(copies[0])
        yield first, copies, made
        part = output[index]
        part[...] = cast(made.reshape(part.shape), part.dtype)


# --- broadcasting ---------------------------------------------------------------------------------------------


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """As NumPy's, which takes longer where they are the same."""
    return shapes[0] if len(set(shapes)) == 1 else np.broadcast_shapes(*shapes)


def periodic(whole: tuple[int, ...], *arrays: Array) -> list[Array]:
    """Arrays that broadcast to the shape ``whole``, as flat ones of one size that its elements go round."""
    if not any(array.ndim for array in arrays):
        return [array.reshape(1) for array in arrays]
    shape = broadcast_shapes(*(array.shape for array in arrays))
    while shape and shape[0] == 1:
        shape = shape[1:]
    if shape != whole[len(whole) - len(shape) :]:
        shape = whole
    whole = (1,) * (max(array.ndim for array in arrays) - len(shape)) + shape
    same = (array if array.shape == whole else np.broadcast_to(array, whole) for array in arrays)
    return [np.ascontiguousarray(array).reshape(-1) for array in same]


def sum_to_shape(terms: Array, shape: tuple[int, ...]) -> Array:
    """The sums that bring an array to ``shape``, which broadcasts to its own; in float64, in one order."""
    if terms.shape == shape:
        return terms
    extra = terms.ndim - len(shape)
    over = [i for i in range(terms.ndim) if i < extra or (shape[i - extra] == 1 and terms.shape[i] != 1)]
    kept = [i for i in range(terms.ndim) if i not in over]
    n, k = math.prod(terms.shape[i] for i in kept), math.prod(terms.shape[i] for i in over)
    rows = np.ascontiguousarray(terms.transpose(*kept, *over))
    total = np.zeros(n)
    if k:
        arguments = table.sum_rows(x=address(rows), k=k, total=address(total))
        run(kernel("sum_rows", SUFFIX[terms.dtype.type]), 0, n, arguments, k)
    return cast(total.reshape(shape), terms.dtype)
