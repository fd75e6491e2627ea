"""Every error that an argument can raise."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, MutableSequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler.core.arrays import COMPUTE_DTYPE, Array, Float, broadcast_shapes, cast
from gsampler.kernels.constants import ALIAS_MAX_K, LARGEST_LAM, STREAM_VERSION

Size = int | tuple[int, ...] | None
LARGE = 2.0**127  # finite in either dtype
NUMBERS = frozenset((int, float))  # what small calls are made with, and of which they cache what they need


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


def bytes_text(count: int) -> str:
    """A number of bytes as people read it."""
    unit = min((count.bit_length() - 1) // 10, 6) if count else 0
    return f"{count / 2 ** (10 * unit):.3g} {('bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB')[unit]}"


def result_too_large(shape: tuple[int, ...], dtype: Any, error: Exception) -> Exception:
    """What NumPy's error for an array that cannot be allocated is to say: MemoryError, or ValueError as NumPy's."""
    kind = MemoryError if isinstance(error, MemoryError) else ValueError
    takes = bytes_text(math.prod(shape) * np.dtype(dtype).itemsize)
    return kind(f"size must be of a result that fits in memory, got {shape} of {np.dtype(dtype)}, which takes {takes}")


def _sequence(size: Any) -> Iterable[Any]:
    try:
        return (operator.index(size),)
    except TypeError:
        return tuple(size)


def float_dtype(dtype: Any) -> Float:
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


def out_array(out: Any, expected: tuple[int, ...] | None, dtype: Any) -> Array:
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


def parameter(value: Any, name: str, dtype: Float, *, scale: bool = False) -> Array | None:
    """A location or scale as an array of this dtype; None for the default (0, or 1 for a scale)."""
    if type(value) in (int, float) and value == scale:  # which is 0 or 1
        return None
    if type(value) is float and (0 if scale else -LARGE) <= value <= LARGE:
        return np.array(value, dtype)
    with np.errstate(over="ignore"):
        array = as_real(value, name).astype(dtype)
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


def uniform_bounds(low: Any, high: Any, dtype: Float) -> tuple[Any, Any]:
    """The lower end and the width of an interval: numbers, or arrays of this dtype, that it holds exactly.

    Rounded, the width is at most half a unit in the last place too large, and its product with the largest uniform
    is below it by one: the sum with the lower end never rounds past the upper one.
    """
    if type(low) in (int, float) and type(high) in (int, float) and -LARGE / 4 <= low <= high <= LARGE / 4:
        start = dtype(low)  # most calls, and small ones wait
        return float(start), float(dtype(high) - start)
    ends = [parameter(value, name, dtype) for name, value in (("low", low), ("high", high))]
    bottom, top = (np.zeros((), dtype) if array is None else array for array in ends)
    broadcast_shape(None, None, {"low": bottom.shape, "high": top.shape})
    given = [as_real(low, "low"), as_real(high, "high")]
    reversed_ends = np.greater(*given)  # as they were given: in float32 they may be equal
    if reversed_ends.any():
        at, where = first_index(reversed_ends)
        values = [np.broadcast_to(value, np.shape(reversed_ends))[at] for value in given]
        size = low if isinstance(low, (int, tuple)) else tuple(low) if isinstance(low, list) else "..."
        hint = f"; a shape is given as size: uniform(size={size})" if type(high) is float and high == 1 else ""
        raise ValueError(f"low must not be above high, got {values[0]} and {values[1]}{where}{hint}")
    with np.errstate(over="ignore"):
        width = np.asarray(top - bottom)
    if not np.isfinite(width).all():
        at, where = first_index(np.isinf(width))
        low_at, high_at = (np.broadcast_to(end, width.shape)[at] for end in (bottom, top))
        raise ValueError(f"high - low must be finite in {np.dtype(dtype)}, got {high_at} - {low_at}{where}")
    return bottom, width


def first_index(found: Any) -> tuple[tuple[int, ...], str]:
    """The first index where an array is True, and how an error says it."""
    at = tuple(int(i) for i in np.argwhere(found)[0])
    return at, f" at index {at}" if at else ""


def as_real(value: Any, name: str) -> Array:
    """Anything array-like that holds real numbers, as an array."""
    if type(value) is np.ndarray and value.dtype in COMPUTE_DTYPE:
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
    if array.dtype in COMPUTE_DTYPE:
        return array
    if array.dtype.kind in "fV" and array.dtype.names is None and np.can_cast(array.dtype, np.float64):
        return array  # bfloat16 and other narrow formats of ml_dtypes
    if array.dtype.kind == "f":
        return array.astype(np.float64)  # extended precision
    hint = ""
    if array.dtype == object:  # Decimal, fractions, nullable numbers of pandas
        hint = ": convert it, by numpy.asarray(x, float) or pandas' to_numpy(float, na_value=...)"
    raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}{hint}")


def category_axis(array: Array, axis: Any, name: str) -> int:
    """The axis of the categories, counted from 0."""
    shape = array.shape
    if not shape:
        raise ValueError(f"{name} must have an axis of categories, got a scalar")
    position = len(shape) - 1 if type(axis) is int and axis == -1 else _axis(axis, shape, name)
    if shape[position] == 0:
        raise ValueError(f"{name} must have at least one category, got shape {shape} with axis {axis}")
    return position


def nothing_given(*names: str) -> TypeError:
    return TypeError(f"{', '.join(names[:-1])} or {names[-1]} must be given")


def too_much_given(arguments: dict[str, Any]) -> TypeError:
    given = [name for name, value in arguments.items() if value is not None]
    return TypeError(f"only one of {', '.join(arguments)} may be given, got {' and '.join(given)}")


def not_negative(array: Array, axis: int, name: str) -> None:
    """Weights are finite and not negative, and each row has one above 0."""
    if not array.size:
        return
    least = array.min()
    if not (least >= 0 and array.max() < np.inf):  # or one of them is NaN
        good = (array >= 0) & (array < np.inf)
        raise _at_category(array, axis, np.moveaxis(good, axis, -1), f"{name} must be finite and not negative")
    if least > 0:
        return
    some = (array > 0).any(axis=axis)
    if not some.all():
        row = np.unravel_index(int(np.argmin(some)), some.shape)
        raise ValueError(f"{name} must have a category above 0, got only 0{_in_row(row) or ' throughout'}")


@functools.cache
def _sum_tolerance(dtype: np.dtype[Any]) -> float:
    eps = np.finfo(dtype).eps if dtype.kind == "f" else 0.0
    return float(max(eps, np.finfo(np.float64).eps) ** 0.5)


@functools.cache
def _integer_limits(kind: np.dtype[Any]) -> tuple[int, int]:
    return (0, 1) if kind.kind == "b" else (int(np.iinfo(kind).min), int(np.iinfo(kind).max))


def sums_to_1(p: Array, axis: int, name: str = "p") -> None:
    """Each row sums to 1, as closely as `numpy.random.Generator.choice` asks for."""
    sums = p.sum(axis=axis, dtype=np.float64)
    good = np.abs(sums - 1) <= _sum_tolerance(p.dtype)
    if not good.all():
        row = np.unravel_index(int(np.argmin(good)), good.shape)
        raise ValueError(
            f"{name} must sum to 1 along axis {axis}, got {sums[row]:.10g}{_in_row(row)}"
            + ("; weights= takes numbers of any sum" if name == "p" else "")
        )


def in_unit(array: Array, name: str) -> None:
    good = (array >= 0) & (array <= 1)
    if not good.all():
        raise invalid_value(int(np.argmin(good)), array, name, "from 0 to 1")


def _in_row(row: Iterable[Any]) -> str:
    at = tuple(map(int, row))
    return f" in row {at[0] if len(at) == 1 else at}" if at else ""


def _at_category(array: Array, axis: int, good_rows: Array, rule: str) -> ValueError:
    """The error for the first value of rows that is not good."""
    *row, category = np.unravel_index(int(np.argmin(good_rows)), good_rows.shape)
    value = np.moveaxis(array, axis, -1)[tuple(row)][category]
    return ValueError(f"{rule}, got {value} at category {category}{_in_row(row)}")


def index_dtype(dtype: Any, out: Any, k: int) -> Any:
    """The integer type of categories 0 .. k - 1: int64, or what is asked for, or that of ``out``."""
    if dtype is None and isinstance(out, np.ndarray):
        dtype = out.dtype
    if dtype is None or dtype is np.int64:
        return np.int64
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be an integer type, got {dtype!r}") from None
    if kind == np.int64:
        return np.int64
    name = "out" if out is not None and kind == getattr(out, "dtype", None) else "dtype"
    if kind.kind not in "iu":
        raise TypeError(
            f"{name} must be of an integer type, got {kind}"
            if name == "out"
            else f"dtype must be an integer type, got {kind}"
        )
    largest = np.iinfo(kind).max
    if k - 1 > largest:
        raise ValueError(f"{name} must hold categories up to {k - 1}, got {kind}, which ends at {largest}")
    return kind


def top_k(k: Any, categories: int) -> int:
    """How many of the categories are drawn."""
    top = integer(k, "k", 2**62)
    if top > categories:
        raise ValueError(f"k must be at most {categories}, the number of categories, got {top}")
    return top


def too_few_categories(have: Array, top: int) -> ValueError:
    row = int(np.argmax(have < top))
    return too_few_of_row(int(have.reshape(-1)[row]), top, row, have.shape)


def perturbed_sums(values: Any, indices: Array, position: int) -> Array:
    """The sums of draws, in their shape; there is at least one draw."""
    array = require_shape(values, indices.shape, "values", "indices")
    if not array.shape[position]:
        raise ValueError("values must have at least one draw, the last of which is the threshold, got none")
    return array


def invalid_sums(indices: Array, sums: Array, row: int) -> ValueError:
    """What is wrong with a row of draws and their sums, along the last axis, that a kernel found invalid."""
    at = np.unravel_index(row, sums.shape[:-1]) if sums.ndim > 1 else ()
    found = sums[at]
    good = np.isfinite(found)
    if not good.all():
        return ValueError(f"values must be finite, got {found[np.argmin(good)]}{_in_row(at)}")
    ascends = found[1:] > found[:-1]
    if ascends.any():
        first = int(np.argmax(ascends))
        pair = f"{found[first]} before {found[first + 1]}{_in_row(at)}"
        return ValueError(f"values must descend, as gumbel_top_k returns them, got {pair}")
    return ValueError(f"indices must be of categories above -inf, got {indices[at].tolist()}{_in_row(at)}")


def masked_in_order(rows: Array, name: str = "logits") -> ValueError:
    """The error for the first category at -inf, where an order of all is asked for."""
    *row, category = np.unravel_index(int(np.argmax(rows == -np.inf)), rows.shape)
    return ValueError(
        f"{name} must be above -inf where all categories are put in order, got -inf at category "
        f"{category}{_in_row(row)}; gumbel_top_k draws the others"
    )


def size_of_orders(size: Any) -> None:
    if size is not None:
        raise TypeError(f"size must be left out for x, got {size!r}; it is for logits")


def drawn_indices(value: Any, logits: Array, position: int, axis: Any) -> Array:
    """Integers drawn along a position, counted from the end, of logits with which they broadcast elsewhere."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"indices must be an array of integers: {error}") from None
    if array.dtype.kind not in "iu":
        raise TypeError(f"indices must be an array of integers, got dtype {array.dtype}")
    if array.ndim < -position:
        raise ValueError(f"indices must have the draws along axis {axis} of logits, got shape {array.shape}")
    if array.shape[position] > logits.shape[position]:
        have = f"the {logits.shape[position]} categories"
        raise ValueError(f"indices must not have more draws than {have}, got {array.shape[position]}")
    rows = [tuple(np.delete(a.shape, a.ndim + position)) for a in (array, logits)]
    try:
        np.broadcast_shapes(*rows)
    except ValueError:
        raise ValueError(
            f"indices must broadcast against logits of shape {logits.shape} but along axis {axis}, "
            f"got shape {array.shape}"
        ) from None
    return array


def invalid_draws(indices: Array, row: int, k: int) -> ValueError:
    """What is wrong with a row of draws, along the last axis, that a kernel found invalid."""
    at = np.unravel_index(row, indices.shape[:-1]) if indices.ndim > 1 else ()
    seen: set[int] = set()
    for index in map(int, indices[at]):
        if not 0 <= index < k:
            return ValueError(f"indices must be from 0 to {k - 1}, got {index}{_in_row(at)}")
        if index in seen:
            return ValueError(f"indices must be distinct in each row, got {index} twice{_in_row(at)}")
        seen.add(index)
    raise AssertionError("the row is valid")


def categories(value: Any, name: str, rows: tuple[int, ...], outer: tuple[int, ...]) -> Array:
    """Integers, one for each row: broadcast to ``rows`` or, where that cannot be, to ``outer``, which ends with it."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of integers: {error}") from None
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an array of integers, got dtype {array.dtype}")
    try:
        return np.broadcast_to(array, rows if array.ndim <= len(rows) else outer)
    except ValueError:
        hint = "" if outer != rows or array.ndim <= len(rows) else "; for several samples of a row give size="
        raise ValueError(f"{name} must broadcast to the rows, {outer}, got shape {array.shape}{hint}") from None


def invalid_index(index: Array, row: int, k: int) -> ValueError:
    """What is wrong with the observed category of a row that a kernel found invalid."""
    at = np.unravel_index(row, index.shape) if index.ndim else ()
    found = int(index[at])
    if not 0 <= found < k:
        return ValueError(f"index must be from 0 to {k - 1}, got {found}{_in_row(at)}")
    return ValueError(f"index must be of a category above -inf, got {found}{_in_row(at)}, whose logit is -inf")


def counts_dtype(dtype: Any) -> None:
    if dtype is not None and dtype != np.int64:
        raise TypeError(f"dtype must be int64 or left out with counts=True, got {dtype!r}")


def method_name(method: Any, names: Iterable[str]) -> None:
    if not isinstance(method, str) or method not in names:
        raise ValueError(f"method must be one of {', '.join(map(repr, names))}, got {method!r}")


def invalid_row(row: int, values: Array, rows: tuple[int, ...], name: str = "logits") -> ValueError:
    """What is wrong with a row of logits that a kernel found invalid."""
    at = tuple(map(int, np.unravel_index(row, rows))) if rows else ()
    where = _in_row(at)
    wrong = np.flatnonzero(~(values < np.inf))
    if wrong.size:
        return ValueError(f"{name} must be finite or -inf, got {values[wrong[0]]} at category {wrong[0]}{where}")
    return ValueError(f"{name} must have a category above -inf, got only -inf{where or ' throughout'}")


def invalid_value(at: int, values: Array, name: str = "logits", wanted: str = "finite or -inf") -> ValueError:
    """What is wrong with the value at a flattened index, that was found invalid."""
    index = tuple(map(int, np.unravel_index(at, values.shape))) if values.ndim else ()
    where = f" at index {index}" if index else ""
    return ValueError(f"{name} must be {wanted}, got {values[index]}{where}")


def temperature(tau: Any, dtype: Float, name: str = "tau") -> Array:
    """Temperatures (or other scales above 0) as an array of this dtype, of any shape."""
    if type(tau) is float and 2.0**-126 <= tau <= 2.0**127:  # good for either dtype: most calls, and small ones wait
        return np.array(tau, dtype)
    given = as_real(tau, name)
    with np.errstate(over="ignore", under="ignore"):
        array = given.astype(dtype)
    least = np.finfo(dtype).tiny  # below it their reciprocals overflow
    good = np.greater_equal(array, least) & np.less(array, np.inf)
    if not good.all():
        at = int(np.argmin(good))
        value = float(given.reshape(-1)[at])
        wanted = f"from {least:.3g} to the largest {np.dtype(dtype)}" if 0 < value < np.inf else "finite and above 0"
        error = invalid_value(at, given, name, wanted)
        if name == "tau" and value == 0:
            error = ValueError(f"{error}; for samples at temperature 0 use categorical")
        raise error
    return array


def tau_zero(tau: Any) -> ValueError:
    return ValueError(f"tau must be finite and above 0, got {tau}; its limit at 0 is numpy.argmax(logits)")


def flag(value: Any, name: str) -> bool:
    if value is True or value is False:
        return value
    if not isinstance(value, np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def require_shape(grad: Any, shape: tuple[int, ...], name: str = "grad", of: str = "the sample") -> Array:
    """An array of real numbers in the shape of a sample."""
    array = as_real(grad, name)
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape of {of}, {shape}, got {array.shape}")
    return array


def broadcast_shape(size: Any, out: Any, shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The shape of the result where parameters are arrays: they must broadcast to it."""
    wanted = shape(size) if size is not None else out.shape if isinstance(out, np.ndarray) else None
    for name, given in shapes.items():
        try:
            together = broadcast_shapes(*shapes.values()) if wanted is None else broadcast_shapes(given, wanted)
        except ValueError:
            together = None
        if together is None or (wanted is not None and together != wanted):
            target = "the other parameters" if wanted is None else wanted
            raise ValueError(f"{name} must broadcast to {target}, got shape {given}")
    return wanted if wanted is not None else broadcast_shapes(*shapes.values())


def thread_count(n: Any, limit: int) -> int:
    """A number of threads."""
    count = integer(n, "n", 2**64)
    if not 1 <= count <= limit:
        raise ValueError(f"n must be from 1 to {limit} (NUMBA_NUM_THREADS), got {count}")
    return count


# --- relaxed samples and log densities --------------------------------------------------------------------------


def sample_changed() -> RuntimeError:
    return RuntimeError(
        "the sample in out has been changed since it was drawn, and its gradient is made from it: copy it before, or "
        "leave out= out"
    )


def tau_shape(shape: tuple[int, ...], items: tuple[int, ...], given: tuple[int, ...], what: str) -> tuple[int, ...]:
    """``shape``, if it broadcasts to that of the items; ``given`` is the shape of the argument."""
    if not shape:
        return shape
    try:
        if np.broadcast_shapes(shape, items) == items:
            return shape
    except ValueError:
        pass
    raise ValueError(f"tau must be a number or broadcast to {what}, {items}, got shape {given}")


def square_matrices(array: Array) -> Array:
    """An array whose last two axes are equally long."""
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise ValueError(f"logits must be square matrices along the last two axes, got shape {array.shape}")
    return array


def columns_above_minus_infinity(matrices: Array) -> None:
    """Each column has an entry above -inf; rows have been looked at."""
    some = (matrices > -np.inf).any(axis=-2)
    if not some.all():
        *at, column = np.unravel_index(int(np.argmin(some)), some.shape)
        where = f" of matrix {tuple(map(int, at)) if len(at) > 1 else int(at[0])}" if at else ""
        raise ValueError(f"logits must have an entry above -inf in each column, got none in column {column}{where}")


def outside_unit(values: Array, name: str) -> ValueError:
    """The error for the first value that is not from 0 to 1."""
    return invalid_value(int(np.argmin((values >= 0) & (values <= 1))), values, name, "from 0 to 1")


def above_zero(values: Array, name: str) -> ValueError:
    """The error for the first value that is NaN or above 0."""
    return invalid_value(int(np.argmin(values <= 0)), values, name, "at most 0")


def same_categories(sample: Array, logits: Array, position: int, axis: Any, name: str) -> tuple[int, ...]:
    """The shape of a sample and its logits together; they have as many categories at a position
    counted from the end, which was given as ``axis``.
    """
    if sample.ndim < -position or sample.shape[position] != logits.shape[position]:
        where = f"along axis {axis} as logits of shape {logits.shape}"
        raise ValueError(f"{name} must have as many categories {where}, got shape {sample.shape}")
    try:
        return np.broadcast_shapes(sample.shape, logits.shape)
    except ValueError:
        raise ValueError(
            f"{name} must broadcast against logits of shape {logits.shape}, got shape {sample.shape}"
        ) from None


def broadcast_together(arrays: dict[str, Array]) -> tuple[int, ...]:
    """The shape of named arrays together."""
    shapes = [array.shape for array in arrays.values()]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        text = ", ".join(f"{name} {shape}" for name, shape in zip(arrays, shapes, strict=True))
        *others, last = arrays
        raise ValueError(f"{', '.join(others)} and {last} must broadcast together, got shapes {text}") from None


def not_nan(array: Array, name: str) -> None:
    missing = np.isnan(array)
    if missing.any():
        raise invalid_value(int(np.argmax(missing)), array, name, "a number")


def finite(given: Array, converted: Array, name: str, *, masks: bool) -> None:
    """A parameter is finite, also in the dtype of its computation; with ``masks``, -inf is allowed."""
    bad = ~(given < np.inf) if masks else ~np.isfinite(given)
    lost = np.isinf(converted) & np.isfinite(given)  # too large for the dtype that the others have
    if bad.any() or lost.any():
        wanted = "finite or -inf" if masks else "finite"
        wanted += "" if bad.any() else f" in {converted.dtype}"
        raise invalid_value(int(np.argmax(bad | lost)), given, name, wanted)


# --- chunks -----------------------------------------------------------------------------------------------------


def sampler_name(sampler: Any, generator: Any, names: Iterable[str]) -> str:
    """The name of a sampler, which is one of these or the generator's own method of that name."""
    name = sampler if isinstance(sampler, str) else str(getattr(sampler, "__name__", None))
    if name not in names or (name is not sampler and getattr(sampler, "__self__", None) is not generator):
        raise ValueError(f"sampler must be a method of this generator, one of {', '.join(names)}, got {sampler!r}")
    return name


def chunks_without_size(name: str) -> TypeError:
    return TypeError(f"size must be given, what all chunks of {name} are together")


def out_of_chunks(out: Array, n: int) -> ValueError:
    return ValueError(f"out must have the shape of all chunks together, {n} along its first axis, got {out.shape}")


def counts_into_out() -> ValueError:
    return ValueError("out must be left out where counts of parts are returned: their sum is that of the whole")


def chunk_axis(axis: int) -> ValueError:
    return ValueError(f"axis must not be the first, along which rows are cut, got {axis}; move it: numpy.moveaxis")


# --- integers ---------------------------------------------------------------------------------------------------

WORD = 2**64 - 1


def integer_dtype(dtype: Any) -> np.dtype[Any]:
    """A dtype of integers, or that of bools."""
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be one of integers, got {dtype!r}") from None
    if kind.kind not in "iub" or not kind.isnative:
        raise TypeError(f"dtype must be one of integers, got {kind}")
    return kind


def integer_ranges(low: Any, high: Any, kind: np.dtype[Any], endpoint: bool) -> tuple[Array, Array]:
    """The least of the integers from ``low`` to ``high``, and how many there are, as uint64 that wrap around.

    Each of them fits the dtype. 2^64 of them are 0. Without ``high`` the range is from 0 to ``low``.
    """
    least, largest = _integer_limits(kind)
    past = 0 if endpoint else 1
    bottom = 0 if high is None else _integers(low, "low")
    top = _integers(low, "low") if high is None else _integers(high, "high")
    if type(bottom) is int and type(top) is int and least <= bottom <= top - past <= largest:
        return np.array(bottom & WORD, np.uint64), np.array(top - past - bottom + 1 & WORD, np.uint64)
    upper = "low" if high is None else "high"
    broadcast_shape(None, None, {"low": np.shape(bottom), upper: np.shape(top)})
    first = _words_within(bottom, "low", least, largest, kind)
    lowest = past + (0 if high is None else least)
    last = _words_within(top, upper, lowest, largest + past, kind) - np.uint64(past)
    as_kind = np.int64 if least else np.uint64
    empty = np.greater(first.view(as_kind), last.view(as_kind))
    if np.any(empty):
        at, where = first_index(empty)
        found = [np.broadcast_to(np.asarray(end, object), np.shape(empty))[at] for end in (bottom, top)]
        raise ValueError(f"low must be {'at most' if endpoint else 'below'} high, got {found[0]} and {found[1]}{where}")
    return first, np.asarray(last - first + np.uint64(1))


def _integers(value: Any, name: str) -> Any:
    """An integer, or an array of integers, which may be Python's."""
    if type(value) is int:
        return value
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of integers: {error}") from None
    if not array.ndim and array.dtype.kind in "iuO":
        try:
            return operator.index(value)
        except TypeError:
            pass
    if array.dtype.kind in "iu" and not isinstance(value, np.ma.MaskedArray):
        return array
    # a list of integers that no dtype holds all of
    objects = array if array is value or array.dtype.kind not in "fO" else np.array(value, object)
    kinds = set(map(type, objects.reshape(-1).tolist()))
    if objects.dtype.kind == "O" and kinds and all(issubclass(k, (int, np.integer)) and k is not bool for k in kinds):
        return objects
    got = f"dtype {array.dtype}" if array.ndim else type(value).__name__
    raise TypeError(f"{name} must be an integer or an array of integers, got {got}")


def _words_within(value: Any, name: str, least: int, largest: int, kind: np.dtype[Any]) -> Array:
    """Integers as uint64 that wrap around; they must be within bounds."""
    array = np.asarray(value, object) if type(value) is int else value
    if array.size and not least <= int(array.min()) <= int(array.max()) <= largest:
        outside = np.array([not least <= int(x) <= largest for x in array.reshape(-1)]).reshape(array.shape)
        at, where = first_index(outside)
        raise ValueError(f"{name} must be from {least} to {largest} for {kind}, got {array[at]}{where}")
    if array.dtype.kind in "iu":
        return np.asarray(array.astype(np.uint64))
    return np.array([int(x) & WORD for x in array.reshape(-1)], np.uint64).reshape(array.shape)


# --- counts -----------------------------------------------------------------------------------------------------


def int64_dtype(dtype: Any) -> None:
    if dtype is np.int64:
        return
    try:
        right = np.dtype(dtype) == np.int64
    except TypeError:
        right = False
    if not right:
        raise TypeError(f"dtype must be int64, got {dtype!r}")


def poisson_means(lam: Any) -> Array:
    """Means as float64, from 0 to those whose variates fit int64."""
    return _within(lam, "lam", lambda x: (x >= 0) & (x <= LARGEST_LAM), f"from 0 to {float(LARGEST_LAM)}")


def success_probabilities(p: Any) -> Array:
    """Probabilities as float64, from 0 to 1."""
    return _within(p, "p", lambda x: (x >= 0) & (x <= 1), "from 0 to 1")


def probabilities_above_0(p: Any) -> Array:
    """Probabilities as float64, above 0 and at most 1."""
    return _within(p, "p", lambda x: (x > 0) & (x <= 1), "above 0 and at most 1")


def _within(value: Any, name: str, test: Callable[[Array], Array], wanted: str) -> Array:
    """Real numbers as float64 that pass a test."""
    given = as_real(value, name)
    array = cast(given, np.float64)
    good = np.asarray(test(array))
    if not good.all():
        raise invalid_value(int(np.argmin(good)), given, name, wanted)
    return array


def numbers_of_trials(n: Any) -> Array:
    """Integers as int64, from 0 on."""
    if type(n) is int and 0 <= n < 2**63:
        return np.array(n, np.int64)
    trials = _integers(n, "n")
    array = np.asarray(trials, object) if type(trials) is int else trials
    if array.size and not 0 <= int(array.min()) <= int(array.max()) <= 2**63 - 1:
        good = np.array([0 <= int(x) <= 2**63 - 1 for x in array.reshape(-1)])
        raise invalid_value(int(np.argmin(good)), array, "n", "from 0 to 2**63 - 1")
    return np.asarray(array.astype(np.int64))


# --- choices ----------------------------------------------------------------------------------------------------


def population(items: Any, name: str, axis: Any) -> tuple[Array | None, int, int]:
    """An array, the number of its entries, and the axis they lie along; None for integers below a number."""
    try:
        array = items if isinstance(items, np.ndarray) else np.asarray(items)
    except ValueError as error:
        raise ValueError(f"{name} must be an integer or an array: {error}") from None
    if array.ndim:
        return array, array.shape[at := _axis(axis, array.shape, name)], at
    if array.dtype.kind not in "iuO" or isinstance(items, np.ma.MaskedArray):
        raise TypeError(f"{name} must be an integer or an array, got {type(items).__name__}")
    return None, integer(items, name, 2**62), 0


def _axis(axis: Any, shape: tuple[int, ...], name: str) -> int:
    """An axis, counted from 0."""
    ndim = len(shape)
    try:
        position = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, got {type(axis).__name__}") from None
    if not -ndim <= position < ndim:
        raise ValueError(f"axis must be from {-ndim} to {ndim - 1} for {name} of shape {shape}, got {position}")
    return position % ndim


def choice_probabilities(p: Any, n: int, draws: int) -> npt.NDArray[np.float64]:
    """Probabilities of ``n`` entries; their sum may miss 1 by the square root of a unit of their dtype, as in NumPy."""
    given = as_real(p, "p")
    if given.shape != (n,):
        raise ValueError(f"p must have shape ({n},), one probability for each entry of a, got {given.shape}")
    array = np.ascontiguousarray(cast(given, np.float64))
    good = (array >= 0) & (array < np.inf)
    if not good.all():
        raise invalid_value(int(np.argmin(good)), given, "p", "finite and not negative")
    total = math.fsum(array)
    epsilon = np.finfo(given.dtype).eps if given.dtype.kind == "f" else 0
    if draws and abs(total - 1) > math.sqrt(max(epsilon, np.finfo(np.float64).eps)):
        raise ValueError(f"p must sum to 1, got {total}")
    return array


def choice_size(draws: int, n: int, possible: int, replaces: bool) -> None:
    if draws and not n:
        raise ValueError("a must have an entry to choose, got none")
    if not replaces and draws > possible:
        what = "entries of a" if possible == n else "entries of a with p above 0"
        raise ValueError(f"size must be at most {possible}, the number of {what}, without replacement, got {draws}")


def shuffled_array(x: Array) -> None:
    if not x.ndim:
        raise TypeError("x must be an array of at least one dimension, got a scalar")
    if not x.flags.writeable:
        raise ValueError("x must be writeable, got a read-only array")


def shuffled_sequence(x: Any, axis: Any) -> int:
    """The length of a sequence that is no array."""
    if not isinstance(x, MutableSequence):
        raise TypeError(f"x must be a NumPy array or a list to be shuffled in place, got {type(x).__name__}")
    if axis != 0:
        raise ValueError(f"axis must be 0 for x that is no NumPy array, got {axis!r}")
    return len(x)


# --- alias tables -----------------------------------------------------------------------------------------------


def alias_categories(k: int) -> None:
    if k > ALIAS_MAX_K:
        raise ValueError(f"logits must have at most 2**32 - 1 categories for method 'alias', got {k}")


def alias_table_call(method: str, axis: Any, tau: Any) -> None:
    """What `categorical` takes beside an AliasTable."""
    if method not in ("auto", "alias"):
        raise ValueError(f"method must be 'auto' or 'alias' for an AliasTable, got {method!r}")
    if axis != -1:
        raise ValueError(f"axis must be left out for an AliasTable, got {axis!r}")
    if not (isinstance(tau, (int, float)) and tau == 1):
        raise ValueError(f"tau must be left out for an AliasTable, got {tau!r}")


def lost_by_scaling(scaled: Array, given: Array, name: str) -> None:
    """Logits over a temperature stay finite."""
    lost = (scaled == np.inf) & (given < np.inf)
    if lost.any():
        raise invalid_value(int(np.argmax(lost)), given, f"{name} / tau", f"finite in {scaled.dtype}")


# --- generators -------------------------------------------------------------------------------------------------

STATE = {"version": STREAM_VERSION, "seed": 2**64 - 1, "stream": 2**64 - 1, "offset": 2**64, "children": 2**64}


def generator_state(state: Any) -> tuple[int, int, int, int]:
    """Seed, stream, offset and children of a state."""
    if not isinstance(state, dict) or set(state) != set(STATE):
        raise ValueError(f"state must be a dictionary with the keys {', '.join(sorted(STATE))}, got {state!r}")
    if state["version"] != STREAM_VERSION:
        raise ValueError(f"state must be of stream version {STREAM_VERSION}, got {state['version']!r}")
    seed, stream, offset, children = (
        integer(state[name], f"state['{name}']", limit) for name, limit in STATE.items() if name != "version"
    )
    return seed, stream, offset, children


def words_past_the_end(words: int, left: int) -> ValueError:
    return ValueError(f"words must be at most {left}, what is left of the stream, got {words}")


def element_past_the_end(elements: Array, limit: int) -> ValueError:
    return invalid_value(int(np.argmax(elements >= limit)), elements, "at", f"below {limit}, the end of the stream")


def stream_too_short(words: int, offset: int) -> ValueError:
    return ValueError(f"offset must leave {words} words to the end of the stream, got {offset}")


def no_room_for_children(generator: Any, children: int, count: int) -> ValueError:
    has = f"{generator!r} has {children} children already"
    return ValueError(f"n must leave room in the tree of streams: {has} and cannot have {count} more")


# --- keyed draws ------------------------------------------------------------------------------------------------


def utf8(name: str) -> bytes:
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise ValueError(f"names must be of characters that UTF-8 has, got {name!r}") from None


def name_integer(name: Any) -> int:
    if isinstance(name, (bool, np.bool_)):
        raise TypeError(f"names must be strings, integers or tuples of these, got {name!r}")
    try:
        return operator.index(name)
    except TypeError:
        raise TypeError(f"names must be strings, integers or tuples of these, got {type(name).__name__}") from None


def ids(value: Any, name: str, largest: int) -> npt.NDArray[np.uint64]:
    """Ids from 0 to ``largest``, which is 2**64 - 1 or 2**63 - 1."""
    array = _array_of_ids(value, name)
    signed = array.dtype.kind == "i"
    if array.size and (array.min() < 0 if signed else array.max() > largest):
        at = int(np.argmax(array < 0 if signed else array > np.uint64(largest)))
        limit = "2**64 - 1" if largest == 2**64 - 1 else "2**63 - 1"
        raise invalid_value(at, array, name, f"from 0 to {limit}")
    if array.dtype == np.int64:
        array = array.view(np.uint64)  # no new memory
    return np.require(array, np.uint64, ["C", "A"])


def _array_of_ids(value: Any, name: str) -> Array:
    """An array of integers of at most 64 bits; of no elements, of any type."""
    if isinstance(value, (list, tuple)) and not np.size(value):
        return np.zeros(np.shape(value), np.int64)
    array = np.asarray(_integers(value, name))
    if array.dtype != object:
        return array
    numbers = [int(x) for x in array.reshape(-1)]
    for at, number in enumerate(numbers):
        if not 0 <= number < 2**64:
            raise invalid_value(at, array, name, "from 0 to 2**64 - 1")
    return np.array(numbers, np.uint64).reshape(array.shape)


def columns(
    value: Any, rows: tuple[int, ...], masked: bool, of: tuple[int, ...] | None = None
) -> npt.NDArray[np.int64]:
    """Ids of columns, of all rows or of each, -1 where they are masked; ``of`` is their own shape, if that is known."""
    array = _array_of_ids(value, "columns")
    lowest, highest = np.int64(-1 if masked else 0), np.uint64(2**63 - 1)
    unsigned = array.dtype.kind == "u"
    if array.size and (array.max() > highest if unsigned else array.min() < lowest):
        wanted = "from 0 to 2**63 - 1" + (", or -1 for none" if masked else "")
        wrong = array > highest if unsigned else array < lowest
        raise invalid_value(int(np.argmax(wrong)), array, "columns", wanted)
    own: tuple[Any, ...] = ("n",) if of is None else of
    fits = (array.ndim <= 1 or array.shape[:-1] == rows) if of is None else array.shape in (own, rows + own)
    if not fits:
        shapes = " or ".join(str(x).replace("'", "") for x in dict.fromkeys((own, rows + own)))
        raise ValueError(f"columns must have shape {shapes}, got {array.shape}")
    return np.require(array, np.int64, ["C", "A"])


def any_masked(columns: Array | None) -> bool:
    """Whether there is a column that is -1."""
    return columns is not None and columns.size > 0 and bool(columns.min() < 0)


def alternatives(utilities: Array, rows: tuple[int, ...]) -> int:
    """The number of alternatives of utilities of these rows."""
    if utilities.ndim == 0 or (utilities.ndim > 1 and utilities.shape[:-1] != rows):
        shown = str((*rows, "k")).replace("'", "")
        raise ValueError(f"utilities must have shape {shown} or (k,), got {utilities.shape}")
    return int(utilities.shape[category_axis(utilities, -1, "utilities")])


def of_all_rows(columns: Array) -> list[int]:
    """Columns that are ids of the alternatives of all rows, each of its own."""
    if columns.ndim != 1:
        raise ValueError(f"columns must have one axis for nests, got shape {columns.shape}")
    if (columns < 0).any():
        raise invalid_value(int(np.argmax(columns < 0)), columns, "columns", "from 0 to 2**63 - 1 for nests")
    numbers = [int(x) for x in columns]
    if len(set(numbers)) != len(numbers):
        raise ValueError("columns must be ids of one alternative each for nests, got some twice")
    return numbers


def rows_missing() -> TypeError:
    return TypeError("rows must be given, or the index of utilities that are a DataFrame")


def integer_labels(labels: Any) -> Any:
    """The labels of a DataFrame's columns as ids."""
    if labels.dtype.kind not in "iu":
        raise TypeError(f"columns must be given: the labels of utilities are no integers, but {labels.dtype}")
    return labels.to_numpy()


def too_few_of_row(have: int, top: int, row: int, rows: tuple[int, ...]) -> ValueError:
    at = np.unravel_index(row, rows) if rows else ()
    return ValueError(f"k must be at most {have}, the number of categories above -inf{_in_row(at)}, got {top}")


def indptr(value: Any, rows: Array, values: Array) -> npt.NDArray[np.int64]:
    """Where rows begin and end in values, both of one axis."""
    if rows.ndim != 1 or values.ndim != 1:
        name, array = ("rows", rows) if rows.ndim != 1 else ("values", values)
        raise ValueError(f"{name} must have one axis, got shape {array.shape}")
    array = np.require(_array_of_ids(value, "indptr"), np.int64, ["C", "A"])
    if array.shape != (rows.size + 1,):
        raise ValueError(f"indptr must have shape ({rows.size + 1},), one more than rows, got {array.shape}")
    if array[0] != 0 or array[-1] != values.size:
        raise ValueError(f"indptr must go from 0 to {values.size}, the size of values, got {array[0]} to {array[-1]}")
    falls = array[1:] < array[:-1]
    if falls.any():
        at = int(np.argmax(falls))
        raise ValueError(f"indptr must not fall, got {array[at]} before {array[at + 1]} at index {at + 1}")
    return array


def ragged_categories(index: Array, pointers: Array, columns: Array | None) -> None:
    """A row without a choice has no alternative."""
    if not index.size or index.min() >= 0:
        return
    wrong = (index < 0) & (np.diff(pointers) > 0)
    for row in np.flatnonzero(wrong):
        own = slice(pointers[row], pointers[row + 1])
        if columns is None or (columns[own] >= 0).any():
            raise ValueError(f"values must have a category above -inf in each row, got only -inf in row {row}")


# --- nests ------------------------------------------------------------------------------------------------------


def not_nests(given: Any, where: str) -> TypeError:
    wanted = "a list of nests (name, dissimilarity, members)" if where == "nests" else "a list of ids and nests"
    return TypeError(f"{where} must be {wanted}, got {type(given).__name__}")


def nest(given: Any) -> tuple[Any, float, Any]:
    """Name, dissimilarity and members of a nest."""
    if not isinstance(given, tuple) or len(given) != 3:
        raise TypeError(f"nests must be tuples (name, dissimilarity, members), got {given!r}")
    name, dissimilarity, members = given
    if not isinstance(name, (str, int)) or isinstance(name, bool):
        raise TypeError(f"the name of a nest must be a string or an integer, got {name!r}")
    value = as_real(dissimilarity, f"the dissimilarity of nest {name!r}")
    if value.ndim or not 0 < float(value) <= 1:
        raise ValueError(f"the dissimilarity of nest {name!r} must be above 0 and at most 1, got {dissimilarity}")
    return name, float(value), members


def nest_twice(name: Any) -> ValueError:
    return ValueError(f"nests must have names of their own, got {name!r} twice")


def empty_nest(name: Any) -> ValueError:
    return ValueError(f"nest {name!r} must have members, got none")


def member(value: Any, name: Any, positions: dict[int, int], seen: dict[int, Any]) -> int:
    """The id of an alternative of a nest, which is in no other."""
    try:
        identity = operator.index(value)
    except TypeError:
        raise TypeError(f"members of nest {name!r} must be ids of alternatives or nests, got {value!r}") from None
    if identity not in positions:
        raise ValueError(f"members of nest {name!r} must be ids of columns, got {identity}")
    if identity in seen:
        raise ValueError(f"alternative {identity} must be in one nest, got it in {seen[identity]!r} and {name!r}")
    return identity


def at_elements(value: Any) -> npt.NDArray[np.int64]:
    """Elements of the stream, counted from where the generator is."""
    return ids(value, "at", 2**63 - 1).view(np.int64)


# --- schedules --------------------------------------------------------------------------------------------------


def at_least_1(value: Any, name: str) -> int:
    """An integer above 0."""
    count = integer(value, name, 2**63)
    if count == 0:
        raise ValueError(f"{name} must be at least 1, got 0")
    return count


def number(value: Any, name: str, *, zero: bool = False) -> float:
    """A finite number above 0, or not below it."""
    array = as_real(value, name)
    if array.ndim:
        raise TypeError(f"{name} must be a number, got an array of shape {array.shape}")
    result = float(array)
    if not (result >= 0 if zero else result > 0) or not result < float("inf"):
        raise ValueError(f"{name} must be finite and {'not negative' if zero else 'above 0'}, got {value}")
    return result


def fraction(value: Any, name: str) -> float:
    """A number from 0 to 1, but below 1."""
    result = number(value, name, zero=True)
    if not result < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value}")
    return result


# --- estimators -------------------------------------------------------------------------------------------------


def not_callable(value: Any, name: str) -> TypeError:
    return TypeError(f"{name} must be callable, got {type(value).__name__}")


def not_a_generator(rng: Any) -> TypeError:
    return TypeError(f"rng must be a gsampler.Generator, got {type(rng).__name__}")


def value_and_gradient(returned: Any) -> tuple[Any, Any]:
    """What an objective returns."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        got = f"a tuple of {len(returned)}" if isinstance(returned, tuple) else type(returned).__name__
        raise TypeError(f"f must return a value and a gradient, or None for it, got {got}")
    return returned


def no_gradient() -> TypeError:
    return TypeError("f must return a gradient for this estimator, got None")


def objective_value(value: Any, leading: tuple[int, ...], before: tuple[int, ...] | None) -> Array:
    """The value of an objective: a number for each index of some first axes of the variables."""
    array = as_real(value, "the value of f")
    if array.shape != leading[: array.ndim]:
        raise ValueError(f"the value of f must have the shape of the first axes of {leading}, got {array.shape}")
    if before is not None and array.shape != before:
        raise ValueError(f"the value of f must have the same shape in each call, {before} before, got {array.shape}")
    return array


def state_type(state: Any, wanted: str) -> TypeError:
    return TypeError(f"state must be {wanted}, got {type(state).__name__}")


def state_shape(wanted: tuple[int, ...], got: tuple[int, ...]) -> ValueError:
    return ValueError(f"state must be of variables in the shape of these, {got}, got that of variables {wanted}")


def not_a_surrogate(value: Any) -> TypeError:
    return TypeError(f"surrogate must have start, evaluate and step, got {type(value).__name__}")


def choice_of(value: Any, name: str, choices: Iterable[str], others: str = "") -> None:
    """One of some words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be {others}one of {', '.join(map(repr, choices))}, got {value!r}")


def broadcasts_to(array: Array, shape: tuple[int, ...], name: str, what: str) -> None:
    try:
        np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast to the shape of {what}, {shape}, got {array.shape}") from None


def unknown_option(option: str, name: str, known: Iterable[str]) -> TypeError:
    return TypeError(f"options of {name} must be of {', '.join(sorted(known)) or 'none'}, got {option!r}")


def at_least_2(value: Any, name: str) -> int:
    """An integer above 1."""
    count = integer(value, name, 2**63)
    if count < 2:
        raise ValueError(f"{name} must be at least 2, got {count}")
    return count


def not_below_1(value: Any, name: str) -> float:
    """A finite number that is not below 1."""
    result = number(value, name)
    if result < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return result


def binary_only(name: str) -> ValueError:
    return ValueError(f"binary must be True for {name}, got False; arsm and disarm are for categories")
