# Signatures of generator.py: each form of a call with the type that it returns.
#
# mypy takes float32 and float64, and their dtypes, for overlapping, since a class might inherit from both; and a number
# is array_like too. The first overload that fits is the one that holds.
# mypy: disable-error-code="overload-overlap"

from collections.abc import Callable, Iterator, MutableSequence
from typing import Any, ClassVar, Final, Literal, SupportsIndex, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gsampler._typing import (
    DtypeOf,
    Flag,
    Float32,
    Float64,
    Float64Like,
    Float64Scalar,
    FloatT,
    IndexT,
    Int64,
    Integer,
    IntegerDtype,
    Integers,
    IntegerT,
    LocScaleVJP,
    Method,
    NestedRows,
    Number,
    RelaxedVJP,
    Row,
    SampleT,
    ScalarT,
    Seed,
    Size,
)
from gsampler.categorical import AliasTable

STREAM_VERSION: Final[int]
END: Final[int]
ROOT_BITS: Final[int]
PATH_BITS: Final[int]

class Generator:
    __slots__ = ("_children", "_offset", "_seed", "_stream")

    def __init__(self, seed: Seed | None = None, stream: SupportsIndex = 0, offset: SupportsIndex = 0) -> None: ...

    # --- position in the stream ---------------------------------------------------------------------------

    @property
    def seed(self) -> int: ...
    @property
    def stream(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def state(self) -> dict[str, int]: ...
    @state.setter
    def state(self, state: dict[str, int]) -> None: ...
    def __getstate__(self) -> dict[str, int]: ...
    def __setstate__(self, state: dict[str, int]) -> None: ...
    def __eq__(self, other: object) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __repr__(self) -> str: ...
    def advance(self, words: SupportsIndex) -> None: ...
    def spawn(self, n: SupportsIndex) -> list[Generator]: ...
    def chunks(
        self, sampler: Callable[..., Any] | str, *args: Any, chunk: SupportsIndex, **kwargs: Any
    ) -> Iterator[NDArray[Any]]: ...

    # --- noise ----------------------------------------------------------------------------------------------

    @overload
    def bits(self, size: None = None, out: None = None) -> np.uint32: ...
    @overload
    def bits(self, size: Size, out: NDArray[np.uint32] | None = None) -> NDArray[np.uint32]: ...
    @overload
    def bits(self, size: Size | None = None, *, out: NDArray[np.uint32]) -> NDArray[np.uint32]: ...
    @overload
    def random(self, size: None = None, dtype: Float64 = ..., out: None = None, *, at: None = None) -> np.float64: ...
    @overload
    def random(self, size: None = None, dtype: Float32 = ..., out: None = None) -> np.float32: ...
    @overload
    def random(
        self, size: Size, dtype: Float64 = ..., out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def random(self, size: Size, dtype: Float32, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]: ...
    @overload
    def random(
        self, size: Size | None = None, dtype: Float64 = ..., *, out: NDArray[np.float64]
    ) -> NDArray[np.float64]: ...
    @overload
    def random(self, size: Size | None = None, *, dtype: Float32, out: NDArray[np.float32]) -> NDArray[np.float32]: ...
    @overload
    def random(self, size: None = None, dtype: Float64 = ..., out: None = None, *, at: int) -> np.float64: ...
    @overload
    def random(
        self, size: None = None, dtype: Float64 = ..., out: None = None, *, at: ArrayLike
    ) -> NDArray[np.float64]: ...
    @overload
    def random(
        self, size: None = None, dtype: Float64 = ..., *, out: NDArray[np.float64], at: ArrayLike
    ) -> NDArray[np.float64]: ...
    @overload
    def random(self, size: None = None, *, dtype: Float32, out: None = None, at: int) -> np.float32: ...
    @overload
    def random(self, size: None = None, *, dtype: Float32, out: None = None, at: ArrayLike) -> NDArray[np.float32]: ...
    @overload
    def random(
        self, size: None = None, *, dtype: Float32, out: NDArray[np.float32], at: ArrayLike
    ) -> NDArray[np.float32]: ...
    @overload
    def uniform(
        self,
        low: Number = 0.0,
        high: Number = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: None = None,
    ) -> np.float64: ...
    @overload
    def uniform(
        self, low: Number = 0.0, high: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> np.float32: ...
    @overload
    def uniform(
        self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def uniform(
        self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def uniform(
        self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def uniform(
        self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
    ) -> NDArray[np.float64]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: Size | None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
    ) -> NDArray[np.float32]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: int,
    ) -> np.float64: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: int,
    ) -> np.float32: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def uniform(
        self,
        low: ArrayLike = 0.0,
        high: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def integers(
        self, low: Integer, high: Integer | None = None, size: None = None, dtype: Int64 = ..., endpoint: Flag = False
    ) -> np.int64: ...
    @overload
    def integers(
        self,
        low: Integer,
        high: Integer | None = None,
        size: None = None,
        *,
        dtype: DtypeOf[IntegerT],
        endpoint: Flag = False,
    ) -> IntegerT: ...
    @overload
    def integers(
        self,
        low: Integer,
        high: Integer | None,
        size: None,
        dtype: DtypeOf[IntegerT],
        endpoint: Flag = False,
    ) -> IntegerT: ...
    @overload
    def integers(
        self, low: Integers, high: Integers | None = None, *, size: Size, dtype: Int64 = ..., endpoint: Flag = False
    ) -> NDArray[np.int64]: ...
    @overload
    def integers(
        self, low: Integers, high: Integers | None, size: Size, dtype: Int64 = ..., endpoint: Flag = False
    ) -> NDArray[np.int64]: ...
    @overload
    def integers(
        self,
        low: Integers,
        high: Integers | None = None,
        *,
        size: Size,
        dtype: DtypeOf[IntegerT],
        endpoint: Flag = False,
    ) -> NDArray[IntegerT]: ...
    @overload
    def integers(
        self,
        low: Integers,
        high: Integers | None,
        size: Size,
        dtype: DtypeOf[IntegerT],
        endpoint: Flag = False,
    ) -> NDArray[IntegerT]: ...
    @overload
    def integers(
        self, low: Integers, high: Integers | None = None, size: None = None, dtype: Int64 = ..., endpoint: Flag = False
    ) -> NDArray[np.int64]: ...
    @overload
    def integers(
        self,
        low: Integers,
        high: Integers | None = None,
        size: None = None,
        *,
        dtype: DtypeOf[IntegerT],
        endpoint: Flag = False,
    ) -> NDArray[IntegerT]: ...
    @overload
    def integers(
        self,
        low: Integers,
        high: Integers | None = None,
        size: Size | None = None,
        dtype: IntegerDtype = ...,
        endpoint: Flag = False,
    ) -> Any: ...
    @overload
    def choice(
        self,
        a: Integer,
        size: None = None,
        replace: Flag = True,
        p: ArrayLike | None = None,
        axis: SupportsIndex = 0,
        shuffle: Flag = True,
    ) -> np.int64: ...
    @overload
    def choice(
        self,
        a: Integer,
        size: Size,
        replace: Flag = True,
        p: ArrayLike | None = None,
        axis: SupportsIndex = 0,
        shuffle: Flag = True,
    ) -> NDArray[np.int64]: ...
    @overload
    def choice(
        self,
        a: NDArray[ScalarT],
        size: Size,
        replace: Flag = True,
        p: ArrayLike | None = None,
        axis: SupportsIndex = 0,
        shuffle: Flag = True,
    ) -> NDArray[ScalarT]: ...
    @overload
    def choice(
        self,
        a: ArrayLike,
        size: Size,
        replace: Flag = True,
        p: ArrayLike | None = None,
        axis: SupportsIndex = 0,
        shuffle: Flag = True,
    ) -> NDArray[Any]: ...
    @overload
    def choice(
        self,
        a: ArrayLike,
        size: Size | None = None,
        replace: Flag = True,
        p: ArrayLike | None = None,
        axis: SupportsIndex = 0,
        shuffle: Flag = True,
    ) -> Any: ...
    @overload
    def permutation(
        self, x: Integer, axis: SupportsIndex = ..., *, logits: None = None, size: None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def permutation(
        self, x: NDArray[ScalarT], axis: SupportsIndex = ..., *, logits: None = None, size: None = None
    ) -> NDArray[ScalarT]: ...
    @overload
    def permutation(
        self, x: ArrayLike, axis: SupportsIndex = ..., *, logits: None = None, size: None = None
    ) -> NDArray[Any]: ...
    @overload
    def permutation(
        self, x: None = None, axis: SupportsIndex | None = None, *, logits: ArrayLike, size: Size | None = None
    ) -> NDArray[np.int64]: ...
    def shuffle(self, x: NDArray[Any] | MutableSequence[Any], axis: SupportsIndex = 0) -> None: ...
    @overload
    def exponential(
        self, scale: Number = 1.0, size: None = None, dtype: Float64 = ..., out: None = None, *, at: None = None
    ) -> np.float64: ...
    @overload
    def exponential(
        self, scale: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> np.float32: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: Size | None = None, dtype: Float64 = ..., *, out: NDArray[np.float64]
    ) -> NDArray[np.float64]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: Size | None = None, *, dtype: Float32, out: NDArray[np.float32]
    ) -> NDArray[np.float32]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None, *, at: int
    ) -> np.float64: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None, *, at: ArrayLike
    ) -> NDArray[np.float64]: ...
    @overload
    def exponential(
        self,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, *, dtype: Float32, out: None = None, at: int
    ) -> np.float32: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, *, dtype: Float32, out: None = None, at: ArrayLike
    ) -> NDArray[np.float32]: ...
    @overload
    def exponential(
        self, scale: ArrayLike = 1.0, size: None = None, *, dtype: Float32, out: NDArray[np.float32], at: ArrayLike
    ) -> NDArray[np.float32]: ...
    @overload
    def gumbel(
        self,
        loc: Number = 0.0,
        scale: Number = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: None = None,
    ) -> np.float64: ...
    @overload
    def gumbel(
        self, loc: Number = 0.0, scale: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> np.float32: ...
    @overload
    def gumbel(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def gumbel(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
    ) -> NDArray[np.float32]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: int,
    ) -> np.float64: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: int,
    ) -> np.float32: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def gumbel(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def logistic(
        self,
        loc: Number = 0.0,
        scale: Number = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: None = None,
    ) -> np.float64: ...
    @overload
    def logistic(
        self, loc: Number = 0.0, scale: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> np.float32: ...
    @overload
    def logistic(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def logistic(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def logistic(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def logistic(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
    ) -> NDArray[np.float64]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
    ) -> NDArray[np.float32]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: int,
    ) -> np.float64: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: int,
    ) -> np.float32: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def logistic(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def normal(
        self,
        loc: Number = 0.0,
        scale: Number = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: None = None,
    ) -> np.float64: ...
    @overload
    def normal(
        self, loc: Number = 0.0, scale: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> np.float32: ...
    @overload
    def normal(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def normal(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def normal(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def normal(
        self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> NDArray[np.float32]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
    ) -> NDArray[np.float64]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
    ) -> NDArray[np.float32]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: int,
    ) -> np.float64: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        out: None = None,
        *,
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
        at: ArrayLike,
    ) -> NDArray[np.float64]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: int,
    ) -> np.float32: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: None = None,
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def normal(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
        at: ArrayLike,
    ) -> NDArray[np.float32]: ...
    @overload
    def normal_vjp(
        self, loc: Number = 0.0, scale: Number = 1.0, size: None = None, dtype: Float64 = ..., out: None = None
    ) -> tuple[np.float64, LocScaleVJP[np.float64, np.float64, np.float64]]: ...
    @overload
    def normal_vjp(
        self, loc: Number = 0.0, scale: Number = 1.0, size: None = None, dtype: Float32 = ..., out: None = None
    ) -> tuple[np.float32, LocScaleVJP[np.float32, np.float32, np.float32]]: ...
    @overload
    def normal_vjp(
        self, loc: Number = 0.0, scale: Number = 1.0, size: Size = ..., dtype: Float64 = ..., out: None = None
    ) -> tuple[NDArray[np.float64], LocScaleVJP[np.float64, np.float64, np.float64]]: ...
    @overload
    def normal_vjp(
        self, loc: Number = 0.0, scale: Number = 1.0, size: Size = ..., dtype: Float32 = ..., out: None = None
    ) -> tuple[NDArray[np.float32], LocScaleVJP[np.float32, np.float32, np.float32]]: ...
    @overload
    def normal_vjp(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        out: None = None,
    ) -> tuple[NDArray[np.float64], LocScaleVJP[np.float64, NDArray[np.float64] | Any, NDArray[np.float64] | Any]]: ...
    @overload
    def normal_vjp(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float32 = ...,
        out: None = None,
    ) -> tuple[NDArray[np.float32], LocScaleVJP[np.float32, NDArray[np.float32] | Any, NDArray[np.float32] | Any]]: ...
    @overload
    def normal_vjp(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        dtype: Float64 = ...,
        *,
        out: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], LocScaleVJP[np.float64, NDArray[np.float64] | Any, NDArray[np.float64] | Any]]: ...
    @overload
    def normal_vjp(
        self,
        loc: ArrayLike = 0.0,
        scale: ArrayLike = 1.0,
        size: Size | None = None,
        *,
        dtype: Float32,
        out: NDArray[np.float32],
    ) -> tuple[NDArray[np.float32], LocScaleVJP[np.float32, NDArray[np.float32] | Any, NDArray[np.float32] | Any]]: ...

    # --- counts ---------------------------------------------------------------------------------------------

    @overload
    def poisson(self, lam: Number = 1.0, size: None = None, dtype: Int64 = ..., out: None = None) -> np.int64: ...
    @overload
    def poisson(
        self, lam: ArrayLike, size: Size, dtype: Int64 = ..., out: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def poisson(
        self, lam: ArrayLike = 1.0, *, size: Size, dtype: Int64 = ..., out: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def poisson(
        self, lam: ArrayLike = 1.0, size: None = None, dtype: Int64 = ..., out: None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def poisson(
        self, lam: ArrayLike = 1.0, size: Size | None = None, dtype: Int64 = ..., *, out: NDArray[np.int64]
    ) -> NDArray[np.int64]: ...
    @overload
    def binomial(self, n: Integer, p: Number, size: None = None, dtype: Int64 = ..., out: None = None) -> np.int64: ...
    @overload
    def binomial(
        self, n: Integers, p: ArrayLike, size: Size, dtype: Int64 = ..., out: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def binomial(
        self, n: Integers, p: ArrayLike, size: None = None, dtype: Int64 = ..., out: None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def binomial(
        self, n: Integers, p: ArrayLike, size: Size | None = None, dtype: Int64 = ..., *, out: NDArray[np.int64]
    ) -> NDArray[np.int64]: ...
    @overload
    def geometric(self, p: Number, size: None = None, dtype: Int64 = ..., out: None = None) -> np.int64: ...
    @overload
    def geometric(
        self, p: ArrayLike, size: Size, dtype: Int64 = ..., out: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def geometric(self, p: ArrayLike, size: None = None, dtype: Int64 = ..., out: None = None) -> NDArray[np.int64]: ...
    @overload
    def geometric(
        self, p: ArrayLike, size: Size | None = None, dtype: Int64 = ..., *, out: NDArray[np.int64]
    ) -> NDArray[np.int64]: ...
    @overload
    def multinomial(
        self, n: Integers, pvals: ArrayLike, size: Size | None = None, *, logits: None = None
    ) -> NDArray[np.int64]: ...
    @overload
    def multinomial(
        self, n: Integers, pvals: None = None, size: Size | None = None, *, logits: ArrayLike
    ) -> NDArray[np.int64]: ...

    # --- categories -----------------------------------------------------------------------------------------

    @overload
    def bernoulli(
        self, logits: Number, size: None = None, out: None = None, *, p: None = None, at: None = None
    ) -> np.bool_: ...
    @overload
    def bernoulli(self, logits: ArrayLike, size: Size, out: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(self, logits: ArrayLike, size: None = None, out: None = None) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(
        self, logits: ArrayLike, size: Size | None = None, *, out: NDArray[np.bool_]
    ) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(self, logits: None = None, size: None = None, out: None = None, *, p: Number) -> np.bool_: ...
    @overload
    def bernoulli(
        self, logits: None = None, *, size: Size, out: NDArray[np.bool_] | None = None, p: ArrayLike
    ) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(
        self, logits: None = None, size: None = None, out: None = None, *, p: ArrayLike
    ) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(
        self, logits: None = None, size: Size | None = None, *, out: NDArray[np.bool_], p: ArrayLike
    ) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(
        self,
        logits: ArrayLike,
        size: None = None,
        out: NDArray[np.bool_] | None = None,
        *,
        p: None = None,
        at: ArrayLike,
    ) -> NDArray[np.bool_]: ...
    @overload
    def bernoulli(
        self,
        logits: None = None,
        size: None = None,
        out: NDArray[np.bool_] | None = None,
        *,
        p: ArrayLike,
        at: ArrayLike,
    ) -> NDArray[np.bool_]: ...

    # One row of logits without `size` gives a scalar, several an array, and the types of arrays and tables do not tell
    # them apart: `NDArray | Any` may be used as either without a test, and is an error where an array would be one.
    @overload
    def categorical(
        self,
        logits: Row,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> np.int64: ...
    @overload
    def categorical(
        self,
        logits: NestedRows,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64]: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: Size,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64]: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64] | Any: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: Size | None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        *,
        out: NDArray[IndexT],
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[IndexT]: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: Size,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT],
        counts: Literal[False] = False,
    ) -> NDArray[IndexT]: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT],
        counts: Literal[False] = False,
    ) -> NDArray[IndexT] | Any: ...
    @overload
    def categorical(
        self,
        logits: ArrayLike | AliasTable,
        size: Size | None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: NDArray[np.int64] | None = None,
        *,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[True],
    ) -> NDArray[np.int64]: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: Size,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64]: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64] | Any: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: Size | None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: NDArray[IndexT],
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT] | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[IndexT]: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: Size,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT],
        counts: Literal[False] = False,
    ) -> NDArray[IndexT]: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[IndexT] | np.dtype[IndexT],
        counts: Literal[False] = False,
    ) -> NDArray[IndexT] | Any: ...
    @overload
    def categorical(
        self,
        logits: None = None,
        *,
        size: Size | None = None,
        axis: SupportsIndex = -1,
        method: Method = "auto",
        out: NDArray[np.int64] | None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
        dtype: type[np.int64] | None = None,
        counts: Literal[True],
    ) -> NDArray[np.int64]: ...
    @overload
    def gumbel_top_k(
        self,
        logits: NDArray[np.float32],
        k: SupportsIndex = 1,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        *,
        tau: ArrayLike = 1.0,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]: ...
    @overload
    def gumbel_top_k(
        self,
        logits: Float64Like,
        k: SupportsIndex = 1,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        *,
        tau: ArrayLike = 1.0,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...
    @overload
    def gumbel_top_k(
        self,
        logits: ArrayLike | None = None,
        k: SupportsIndex = 1,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        *,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        tau: ArrayLike = 1.0,
    ) -> tuple[NDArray[np.int64], NDArray[Any]]: ...

    # --- relaxed categories ---------------------------------------------------------------------------------

    @overload
    def gumbel_softmax(
        self,
        logits: NDArray[SampleT],
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[SampleT] | None = None,
        *,
        size: Size | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def gumbel_softmax(
        self,
        logits: Float64Like,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel_softmax(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[Any] | None = None,
        *,
        size: Size | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def gumbel_softmax(
        self,
        logits: None = None,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[Any] | None = None,
        *,
        size: Size | None = None,
        p: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def gumbel_softmax_vjp(
        self,
        logits: NDArray[FloatT],
        tau: Number = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[FloatT] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], FloatT]]: ...
    @overload
    def gumbel_softmax_vjp(
        self,
        logits: NDArray[FloatT],
        tau: ArrayLike,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[FloatT] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], NDArray[FloatT]]]: ...
    @overload
    def gumbel_softmax_vjp(
        self,
        logits: Float64Like,
        tau: Number = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], np.float64]]: ...
    @overload
    def gumbel_softmax_vjp(
        self,
        logits: Float64Like,
        tau: ArrayLike,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], NDArray[np.float64]]]: ...
    @overload
    def gumbel_softmax_vjp(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        out: NDArray[Any] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[Any], RelaxedVJP[Any, NDArray[Any], Any]]: ...

    # --- relaxed subsets and permutations -------------------------------------------------------------------

    @overload
    def relaxed_top_k(
        self,
        logits: NDArray[SampleT],
        k: SupportsIndex,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def relaxed_top_k(
        self,
        logits: Float64Like,
        k: SupportsIndex,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def relaxed_top_k(
        self,
        logits: ArrayLike,
        k: SupportsIndex,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def relaxed_top_k_vjp(
        self,
        logits: NDArray[FloatT],
        k: SupportsIndex,
        tau: Number = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], FloatT]]: ...
    @overload
    def relaxed_top_k_vjp(
        self,
        logits: NDArray[FloatT],
        k: SupportsIndex,
        tau: ArrayLike,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], NDArray[FloatT]]]: ...
    @overload
    def relaxed_top_k_vjp(
        self,
        logits: Float64Like,
        k: SupportsIndex,
        tau: Number = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], np.float64]]: ...
    @overload
    def relaxed_top_k_vjp(
        self,
        logits: Float64Like,
        k: SupportsIndex,
        tau: ArrayLike,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], NDArray[np.float64]]]: ...
    @overload
    def relaxed_top_k_vjp(
        self,
        logits: ArrayLike,
        k: SupportsIndex,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        axis: SupportsIndex = -1,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[Any], RelaxedVJP[Any, NDArray[Any], Any]]: ...
    @overload
    def gumbel_sinkhorn(
        self,
        logits: NDArray[SampleT],
        tau: ArrayLike = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def gumbel_sinkhorn(
        self,
        logits: Float64Like,
        tau: ArrayLike = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def gumbel_sinkhorn(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def gumbel_sinkhorn_vjp(
        self,
        logits: NDArray[FloatT],
        tau: Number = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], FloatT]]: ...
    @overload
    def gumbel_sinkhorn_vjp(
        self,
        logits: NDArray[FloatT],
        tau: ArrayLike,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], NDArray[FloatT]]]: ...
    @overload
    def gumbel_sinkhorn_vjp(
        self,
        logits: Float64Like,
        tau: Number = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], np.float64]]: ...
    @overload
    def gumbel_sinkhorn_vjp(
        self,
        logits: Float64Like,
        tau: ArrayLike,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], NDArray[np.float64]]]: ...
    @overload
    def gumbel_sinkhorn_vjp(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        iterations: SupportsIndex = 20,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[Any], RelaxedVJP[Any, NDArray[Any], Any]]: ...

    # --- given the category ---------------------------------------------------------------------------------

    @overload
    def conditional_gumbel(
        self,
        logits: NDArray[SampleT],
        index: Integers,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: NDArray[SampleT] | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def conditional_gumbel(
        self,
        logits: Float64Like,
        index: Integers,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def conditional_gumbel(
        self,
        logits: ArrayLike,
        index: Integers,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: NDArray[Any] | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def counterfactual(
        self,
        logits: ArrayLike,
        index: Integers,
        other_logits: ArrayLike,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        *,
        out: NDArray[IndexT],
        dtype: None = None,
        counts: Literal[False] = False,
    ) -> NDArray[IndexT]: ...
    @overload
    def counterfactual(
        self,
        logits: ArrayLike,
        index: Integers,
        other_logits: ArrayLike,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: None = None,
        *,
        dtype: DtypeOf[IntegerT],
        counts: Literal[False] = False,
    ) -> NDArray[IntegerT] | Any: ...
    @overload
    def counterfactual(
        self,
        logits: ArrayLike,
        index: Integers,
        other_logits: ArrayLike,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: None = None,
        *,
        dtype: Int64 | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[np.int64] | Any: ...
    @overload
    def counterfactual(
        self,
        logits: ArrayLike,
        index: Integers,
        other_logits: ArrayLike,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: NDArray[Any] | None = None,
        *,
        dtype: IntegerDtype | None = None,
        counts: Literal[False] = False,
    ) -> NDArray[Any] | Any: ...
    @overload
    def counterfactual(
        self,
        logits: ArrayLike,
        index: Integers,
        other_logits: ArrayLike,
        axis: SupportsIndex = -1,
        size: Size | None = None,
        out: NDArray[np.int64] | None = None,
        *,
        dtype: Int64 | None = None,
        counts: Literal[True],
    ) -> NDArray[np.int64]: ...
    @overload
    def binary_concrete(
        self,
        logits: SampleT,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: None = None,
        *,
        size: None = None,
        p: None = None,
    ) -> SampleT: ...
    @overload
    def binary_concrete(
        self, logits: Float64Scalar, tau: ArrayLike = 1.0, hard: Flag = False, out: None = None, *, size: None = None
    ) -> np.float64: ...
    @overload
    def binary_concrete(
        self,
        logits: NDArray[SampleT],
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: NDArray[SampleT] | None = None,
        *,
        size: Size | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def binary_concrete(
        self,
        logits: Float64Like,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def binary_concrete(
        self, logits: ArrayLike, tau: ArrayLike = 1.0, hard: Flag = False, out: None = None, *, size: Size | None = None
    ) -> NDArray[Any] | Any: ...
    @overload
    def binary_concrete(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        *,
        out: NDArray[SampleT],
        size: Size | None = None,
    ) -> NDArray[SampleT]: ...
    @overload
    def binary_concrete(
        self,
        logits: None = None,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: None = None,
        *,
        size: None = None,
        p: float,
    ) -> np.float64: ...
    @overload
    def binary_concrete(
        self,
        logits: None = None,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: NDArray[Any] | None = None,
        *,
        size: Size | None = None,
        p: ArrayLike,
    ) -> NDArray[Any] | Any: ...
    @overload
    def binary_concrete_vjp(
        self, logits: FloatT, tau: ArrayLike = 1.0, hard: Flag = False, out: None = None, *, size: None = None
    ) -> tuple[FloatT, RelaxedVJP[FloatT, FloatT, FloatT]]: ...
    @overload
    def binary_concrete_vjp(
        self, logits: Float64Scalar, tau: ArrayLike = 1.0, hard: Flag = False, out: None = None, *, size: None = None
    ) -> tuple[np.float64, RelaxedVJP[np.float64, np.float64, np.float64]]: ...
    @overload
    def binary_concrete_vjp(
        self,
        logits: NDArray[FloatT],
        tau: Number = 1.0,
        hard: Flag = False,
        out: NDArray[FloatT] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], FloatT]]: ...
    @overload
    def binary_concrete_vjp(
        self,
        logits: NDArray[FloatT],
        tau: ArrayLike,
        hard: Flag = False,
        out: NDArray[FloatT] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[FloatT], RelaxedVJP[FloatT, NDArray[FloatT], NDArray[FloatT]]]: ...
    @overload
    def binary_concrete_vjp(
        self,
        logits: Float64Like,
        tau: Number = 1.0,
        hard: Flag = False,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], np.float64]]: ...
    @overload
    def binary_concrete_vjp(
        self,
        logits: Float64Like,
        tau: ArrayLike,
        hard: Flag = False,
        out: NDArray[np.float64] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[np.float64], RelaxedVJP[np.float64, NDArray[np.float64], NDArray[np.float64]]]: ...
    @overload
    def binary_concrete_vjp(
        self,
        logits: ArrayLike,
        tau: ArrayLike = 1.0,
        hard: Flag = False,
        out: NDArray[Any] | None = None,
        *,
        size: Size | None = None,
    ) -> tuple[NDArray[Any] | Any, RelaxedVJP[Any, Any, Any]]: ...
