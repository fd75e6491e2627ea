"""Every check of an argument, and the words of its error."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Size = int | tuple[int, ...] | None
Float = type[np.float32] | type[np.float64]

SUFFIX: dict[Any, str] = {np.float32: "f32", np.float64: "f64"}  # names of the kernels
# what most arrays are of: others take longer to look at
COMPUTED_IN: dict[np.dtype[Any], Float] = {
    np.dtype(np.float32): np.float32,
    np.dtype(np.float64): np.float64,
    np.dtype(np.float16): np.float32,
}
LARGE = 2.0**127  # finite in either type
WIDTH: dict[Any, int] = {np.float32: 1, np.float64: 2}  # words of the stream an element takes
BLOCK = 2**20  # elements of logits copied at a time, where they have to be copied


def integer(value: Any, name: str, limit: int) -> int:
    """An integer from 0 to ``limit``."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}") from None
    if not 0 <= number <= limit:
        shown = "2**64 - 1" if limit == 2**64 - 1 else "2**64" if limit == 2**64 else str(limit)
        raise ValueError(f"{name} must be from 0 to {shown}, got {number}")
    return number


def shape(size: Any, name: str = "size") -> tuple[int, ...]:
    """The shape that ``size`` (None, an integer or a tuple of integers) asks for."""
    if size is None:
        return ()
    if type(size) is int and 0 <= size <= 2**62:
        return (size,)
    try:
        dimensions = tuple(map(operator.index, size if type(size) is tuple else _sequence(size)))
    except TypeError:
        raise TypeError(f"{name} must be None, an integer or a tuple of integers, got {size!r}") from None
    if dimensions and min(dimensions) < 0:
        raise ValueError(f"{name} must not be negative, got {size!r}")
    if math.prod(dimensions) > 2**62:
        raise ValueError(f"{name} must be at most 2**62 elements, got {size!r}")
    return dimensions


def _sequence(size: Any) -> Iterable[Any]:
    try:
        return (operator.index(size),)
    except TypeError:
        return tuple(size)


def float_type(dtype: Any) -> Float:
    """float32 or float64."""
    if dtype is np.float64:
        return np.float64
    if dtype is np.float32:
        return np.float32
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}") from None
    if kind == np.float64 and kind.isnative:
        return np.float64
    if kind == np.float32 and kind.isnative:
        return np.float32
    raise TypeError(f"dtype must be float32 or float64, got {kind}")


def output(out: Any, expected: tuple[int, ...] | None, dtype: Any) -> npt.NDArray[Any]:
    """An array to be written to: of this dtype, writeable, and of this shape unless that is None."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, got {type(out).__name__}")
    if out.dtype != np.dtype(dtype):
        raise TypeError(f"out must have dtype {np.dtype(dtype)}, got {out.dtype}")
    if expected is not None and out.shape != expected:
        raise ValueError(f"out must have shape {expected}, got {out.shape}")
    if not out.flags.writeable:
        raise ValueError("out must be writeable, got a read-only array")
    return out


def parameter(value: Any, name: str, dtype: Float, *, scale: bool = False) -> npt.NDArray[Any] | None:
    """A location or scale as an array of this dtype; None for the default (0, or 1 for a scale)."""
    if type(value) in (int, float) and value == scale:  # which is 0 or 1
        return None
    if type(value) is float and (0 if scale else -LARGE) <= value <= LARGE:
        return np.array(value, dtype)
    with np.errstate(over="ignore"):
        array = real(value, name).astype(dtype)
    good = np.isfinite(array)
    if scale:
        good &= np.greater_equal(array, 0)
    if not good.all():
        first = tuple(int(i) for i in np.argwhere(~good)[0])
        where = f" at index {first}" if first else ""
        wanted = "finite and not negative" if scale else "finite"
        raise ValueError(f"{name} must be {wanted}, got {np.asarray(value)[first]}{where}")
    return array


def affine(loc: Any, scale: Any, dtype: Float) -> tuple[Any, Any] | None:
    """Location and scale, checked; None for 0 and 1."""
    if type(loc) is float and type(scale) is float and loc == 0 and scale == 1:
        return None
    move, stretch = parameter(loc, "loc", dtype), parameter(scale, "scale", dtype, scale=True)
    if move is None and stretch is None:
        return None
    return dtype(0) if move is None else move, dtype(1) if stretch is None else stretch


def real(value: Any, name: str) -> npt.NDArray[Any]:
    """Anything array-like that holds real numbers, as an array."""
    if type(value) is np.ndarray and value.dtype in COMPUTED_IN:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array: fill it" + (", with -inf" if name == "logits" else ""))
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of real numbers: {error}") from None
    except (RuntimeError, TypeError) as error:  # other libraries' arrays
        raise TypeError(f"{name} must be an array of real numbers: {error}") from None
    if array.dtype.kind in "biu":
        return array
    if array.dtype in COMPUTED_IN:
        return array
    if array.dtype.kind in "fV" and array.dtype.names is None and np.can_cast(array.dtype, np.float64):
        return array  # bfloat16 and other narrow formats of ml_dtypes
    if array.dtype.kind == "f":
        return array.astype(np.float64)  # extended precision
    raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}")


def computed_in(array: npt.NDArray[Any]) -> Float:
    """The type an array of logits is computed in."""
    known = COMPUTED_IN.get(array.dtype)
    if known is not None:
        return known
    if array.dtype.kind in "biu" or not np.can_cast(array.dtype, np.float32):
        return np.float64
    return np.float32


def category_axis(array: npt.NDArray[Any], axis: Any, name: str) -> int:
    """The axis of the categories, counted from 0."""
    if array.ndim == 0:
        raise ValueError(f"{name} must have an axis of categories, got a scalar")
    try:
        position = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, got {type(axis).__name__}") from None
    if not -array.ndim <= position < array.ndim:
        allowed = f"from {-array.ndim} to {array.ndim - 1} for {name} of shape {array.shape}"
        raise ValueError(f"axis must be {allowed}, got {position}")
    if array.shape[position] == 0:
        raise ValueError(f"{name} must have at least one category, got shape {array.shape} with axis {position}")
    return position % array.ndim


def rows_last(array: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
    """A view with the categories on the last axis."""
    return array if axis == array.ndim - 1 else np.moveaxis(array, axis, -1)


def logits_by_row(logits: Any, axis: Any) -> npt.NDArray[Any]:
    """Logits with their categories moved to the last axis, their values not looked at yet."""
    array = real(logits, "logits")
    return rows_last(array, category_axis(array, axis, "logits"))


def method_name(method: Any, names: Iterable[str]) -> None:
    if not isinstance(method, str) or method not in names:
        raise ValueError(f"method must be one of {', '.join(map(repr, names))}, got {method!r}")


def pieces(shape: tuple[int, ...], limit: int) -> Iterator[tuple[int, tuple[int | slice, ...]]]:
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
            for row, index in pieces(shape[1:], limit):
                yield first * inner + row, (first, *index)


def plain(array: npt.NDArray[Any], dtype: Any) -> bool:
    """Whether kernels can read and write an array where it is."""
    flags = array.flags
    return array.dtype == dtype and flags.c_contiguous and flags.aligned


def contiguous(array: npt.NDArray[Any], dtype: Any) -> npt.NDArray[Any]:
    """An array as kernels read it: itself, or a copy."""
    return array if plain(array, dtype) else np.require(array, dtype, ["C", "A"])


def table(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The rows of a contiguous array that is not empty, shape (rows, k)."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


def blocks(array: npt.NDArray[Any], dtype: Float, limit: int) -> Iterable[tuple[int, npt.NDArray[Any]]]:
    """Rows of an array as contiguous (rows, k) arrays of this dtype and up to ``limit`` elements, or one row each.

    Yields the number of the block's first row with it. Copies only what is not contiguous or of another dtype.
    """
    if not array.size:
        return ()
    if not plain(array, dtype):
        parts = pieces(array.shape, min(limit, BLOCK))
        return ((first, table(np.require(array[index], dtype, ["C", "A"]))) for first, index in parts)
    rows = table(array)
    if rows.size <= limit:
        return ((0, rows),)
    step = max(1, limit // rows.shape[1])
    return ((first, rows[first : first + step]) for first in range(0, len(rows), step))


def bad_row(row: int, values: npt.NDArray[Any], rows: tuple[int, ...], name: str = "logits") -> ValueError:
    """What is wrong with a row of logits that a kernel refused."""
    place = tuple(map(int, np.unravel_index(row, rows))) if rows else ()
    where = f" in row {place[0] if len(place) == 1 else place}" if rows else ""
    wrong = np.flatnonzero(~(values < np.inf))
    if wrong.size:
        return ValueError(f"{name} must be finite or -inf, got {values[wrong[0]]} at category {wrong[0]}{where}")
    return ValueError(f"{name} must have a category above -inf, got only -inf{where or ' throughout'}")


def bad_value(at: int, values: npt.NDArray[Any], name: str = "logits", wanted: str = "finite or -inf") -> ValueError:
    """What is wrong with the value at a flattened index, which was refused."""
    index = tuple(map(int, np.unravel_index(at, values.shape))) if values.ndim else ()
    where = f" at index {index}" if index else ""
    return ValueError(f"{name} must be {wanted}, got {values[index]}{where}")


def result_type(array: npt.NDArray[Any]) -> Any:
    """The type of a relaxed sample of these logits: theirs, where that is a float."""
    if array.dtype in COMPUTED_IN:
        return array.dtype
    return np.float64 if array.dtype.kind in "biu" else array.dtype.newbyteorder("=")


def temperature(tau: Any, dtype: Float, name: str = "tau") -> npt.NDArray[Any]:
    """Temperatures (or other scales above 0) as an array of this dtype, of any shape."""
    if type(tau) is float and 2.0**-126 <= tau <= 2.0**127:  # good for either dtype: most calls, and small ones wait
        return np.array(tau, dtype)
    given = real(tau, name)
    with np.errstate(over="ignore", under="ignore"):
        array = given.astype(dtype)
    least = np.finfo(dtype).tiny  # below it their reciprocals overflow
    good = np.greater_equal(array, least) & np.less(array, np.inf)
    if not good.all():
        at = int(np.argmin(good))
        value = float(given.reshape(-1)[at])
        wanted = f"from {least:.3g} to the largest {np.dtype(dtype)}" if 0 < value < np.inf else "finite and above 0"
        error = bad_value(at, given, name, wanted)
        if name == "tau" and value == 0:
            error = ValueError(f"{error}; for samples at temperature 0 use categorical")
        raise error
    return array


def flag(value: Any, name: str) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def like_sample(grad: Any, shape: tuple[int, ...], name: str = "grad", of: str = "the sample") -> npt.NDArray[Any]:
    """An array of real numbers in the shape of a sample."""
    array = real(grad, name)
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape of {of}, {shape}, got {array.shape}")
    return array


def broadcast(size: Any, out: Any, shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The shape of the result where parameters are arrays: they must broadcast to it."""
    wanted = shape(size) if size is not None else out.shape if isinstance(out, np.ndarray) else None
    for name, given in shapes.items():
        try:
            together = np.broadcast_shapes(*shapes.values()) if wanted is None else np.broadcast_shapes(given, wanted)
        except ValueError:
            together = None
        if together is None or (wanted is not None and together != wanted):
            target = "the other parameters" if wanted is None else wanted
            raise ValueError(f"{name} must broadcast to {target}, got shape {given}")
    return wanted if wanted is not None else np.broadcast_shapes(*shapes.values())
