"""Types that the signatures of public functions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, SupportsIndex, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

# --- arguments ------------------------------------------------------------------------------------------------

Seed: TypeAlias = "SupportsIndex | np.random.SeedSequence"  # a string, or it imports numpy.random
Size: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
Float32: TypeAlias = type[np.float32] | np.dtype[np.float32] | Literal["float32", "f4", "single", "f"]
Float64: TypeAlias = type[np.float64] | np.dtype[np.float64] | Literal["float64", "f8", "double", "d"]
Method: TypeAlias = Literal["auto", "gumbel-max", "inverse-cdf", "alias"]
Int64: TypeAlias = type[np.int64] | np.dtype[np.int64] | type[int] | Literal["int64", "i8"]
IntegerDtype: TypeAlias = (
    type[int | np.integer[Any] | np.bool_]
    | np.dtype[np.integer[Any] | np.bool_]
    | Literal["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]
    | Literal["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
)
Flag: TypeAlias = bool | np.bool_

# One number. An array of no dimensions counts as an array, although a call with it returns a scalar: types do not say.
Number: TypeAlias = float | np.floating[Any] | np.integer[Any] | np.bool_

# One integer, which a bool is for type checkers; and arrays of integers.
Integer: TypeAlias = int | np.integer[Any]
Integers: TypeAlias = Integer | NDArray[np.integer[Any]] | Sequence[Integer | Sequence[Integer | Sequence[Integer]]]

# Sequences of numbers, and of sequences of numbers.
Row: TypeAlias = Sequence[Number]
NestedRows: TypeAlias = Sequence[Sequence[Number | Sequence[Number | Sequence[Number]]]]

# What is computed in float64: Python's numbers, and arrays of integers. A sequence of NumPy's numbers has their type.
Float64Scalar: TypeAlias = float | np.integer[Any] | np.bool_
Float64Like: TypeAlias = (
    NDArray[np.float64]
    | NDArray[np.integer[Any]]
    | NDArray[np.bool_]
    | Sequence[float | Sequence[float | Sequence[float | Sequence[float]]]]
)

# --- results --------------------------------------------------------------------------------------------------

FloatT = TypeVar("FloatT", np.float32, np.float64)
IndexT = TypeVar("IndexT", bound=np.integer[Any])
IntegerT = TypeVar("IntegerT", bound=np.integer[Any])
DtypeOf: TypeAlias = type[IntegerT] | np.dtype[IntegerT]
ScalarT = TypeVar("ScalarT", bound=np.generic)
SampleT = TypeVar("SampleT", np.float16, np.float32, np.float64)

NoiseT_co = TypeVar("NoiseT_co", bound=np.generic, covariant=True)
LogitsGradT_co = TypeVar("LogitsGradT_co", covariant=True)
TauGradT_co = TypeVar("TauGradT_co", covariant=True)
LocGradT_co = TypeVar("LocGradT_co", covariant=True)
ScaleGradT_co = TypeVar("ScaleGradT_co", covariant=True)


class RelaxedVJP(Protocol[FloatT, LogitsGradT_co, TauGradT_co]):
    """Backward pass of a relaxed sample: ``vjp(grad)`` returns ``(dlogits, dtau)``."""

    @property
    def soft(self) -> NDArray[FloatT]:
        """The soft sample, also where the value is hard."""
        ...

    @overload
    def __call__(self, grad: ArrayLike, out: None = None) -> tuple[LogitsGradT_co, TauGradT_co]: ...
    @overload
    def __call__(self, grad: ArrayLike, out: NDArray[FloatT]) -> tuple[NDArray[FloatT], TauGradT_co]: ...


class LocScaleVJP(Protocol[NoiseT_co, LocGradT_co, ScaleGradT_co]):
    """Backward pass of a normal sample: ``vjp(grad)`` returns ``(dloc, dscale)``."""

    @property
    def noise(self) -> NDArray[NoiseT_co]:
        """The standard normal noise of the sample."""
        ...

    def __call__(self, grad: ArrayLike) -> tuple[LocGradT_co, ScaleGradT_co]: ...
