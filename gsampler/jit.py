"""Functions for users' own compiled code: samplers that Numba compiles into what calls them.

They have no state, so they may be called in any order and from any thread, in ``prange`` too. Each takes the seed, the
stream and a *place*, the number of an element of the stream, and gives the bits that ``Generator(seed, stream)`` gives
for that element. Called from Python they do the same, slowly; so they do where Numba is told to compile nothing.

Importing this module registers them. Numba's entry point ``numba_extensions`` would import gsampler into every program
that uses Numba, for nothing: whoever calls a function here has imported it.

A function of the user's with ``cache=True`` holds their machine code. With that, Numba stores which version of gsampler
it was made by, and another version compiles anew: see `Version`.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from contextlib import suppress
from operator import index
from pathlib import Path
from typing import Any, SupportsIndex, overload

import numba
import numpy as np
import numpy.typing as npt
from numba import extending, types

from gsampler._typing import Integer, Number
from gsampler.compiler import cache
from gsampler.compiler.decorators import COMPILED_INTO_CALLER
from gsampler.compiler.intrinsics import cached_with
from gsampler.core import validation
from gsampler.core.position import END, WORDS
from gsampler.generator import Generator
from gsampler.kernels import noise as transforms
from gsampler.kernels import single

__all__ = [
    "alias",
    "bernoulli",
    "categorical",
    "exponential",
    "gumbel",
    "gumbel_softmax",
    "logistic",
    "normal",
    "uniform",
]

# --- the version of code that Numba has cached ------------------------------------------------------------------


class StaleCodeError(OSError):
    """Code in Numba's cache was made by another version of gsampler. Numba takes an OSError for a missing file."""


@functools.cache
def _fingerprint() -> str:
    digest = hashlib.sha256(sys.modules["gsampler"].__version__.encode())  # the package lies above this layer
    with suppress(OSError):  # as in a zip archive, whose version has to do
        digest.update(Path(__file__).read_bytes())
    return cache.fingerprint() + digest.hexdigest()[:16]


def _require_version(fingerprint: str) -> Version:
    if fingerprint != _fingerprint():
        raise StaleCodeError(
            "Numba's cache has code of another version of gsampler: compile it anew, or clear the cache"
        )
    return VERSION


class Version:
    """What is stored with compiled code: it can be loaded only where gsampler is what it was, to the source.

    Numba's index of cached code knows the user's own file alone.
    """

    def __reduce__(self) -> tuple[Callable[[str], Version], tuple[str]]:
        return _require_version, (_fingerprint(),)


VERSION = Version()
version = cached_with(VERSION)

# --- arguments --------------------------------------------------------------------------------------------------


def _check_integers(**arguments: Any) -> None:
    for name, kind in arguments.items():
        if not isinstance(kind, types.Integer):
            raise numba.TypingError(f"{name} must be an integer, got {kind}")


def _element_type(name: str, kind: Any) -> Any:
    """The element type of a row of floats."""
    if not isinstance(kind, types.Array) or kind.ndim != 1 or kind.dtype not in (types.float32, types.float64):
        raise numba.TypingError(f"{name} must be a 1-dimensional array of float32 or float64, got {kind}")
    return kind.dtype


def _is_float32(dtype: Any) -> bool:
    """Of the type of an argument ``dtype``, or of its default."""
    if isinstance(dtype, types.Omitted):
        dtype = dtype.value
    if isinstance(dtype, (types.NumberClass, types.DType)):
        dtype = dtype.dtype
    if dtype not in (types.float32, types.float64, np.float64):
        raise numba.TypingError(f"dtype must be float32 or float64, got {dtype}")
    return bool(dtype == types.float32)


# --- from Python ------------------------------------------------------------------------------------------------


def _generator(seed: Integer, stream: Integer, place: Integer, words: int) -> Generator:
    """At an element of so many words; numbers are taken modulo 2^64, as compiled code takes them."""
    for name, value in (("seed", seed), ("stream", stream), ("place", place)):
        if not isinstance(value, SupportsIndex):
            raise TypeError(f"{name} must be an integer, got {value!r}")
    return Generator(index(seed) % END, index(stream) % END, index(place) * words % END)


def _noise(name: str, seed: Integer, stream: Integer, place: Integer, dtype: Any) -> Any:
    kind = validation.float_dtype(dtype)
    return getattr(_generator(seed, stream, place, WORDS[kind]), name)(dtype=kind)


def _row_type(name: str, row: npt.NDArray[Any]) -> Any:
    if not isinstance(row, np.ndarray) or row.ndim != 1 or row.dtype.type not in WORDS:
        what = f"{row.dtype} of shape {row.shape}" if isinstance(row, np.ndarray) else repr(row)
        raise TypeError(f"{name} must be a 1-dimensional array of float32 or float64, got {what}")
    return row.dtype.type


# --- noise ------------------------------------------------------------------------------------------------------


@overload
def uniform(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float64] = ...) -> np.float64: ...
@overload
def uniform(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float32]) -> np.float32: ...
def uniform(seed: Integer, stream: Integer, place: Integer, dtype: Any = np.float64) -> Any:
    """Uniform on (0, 1): the element of ``Generator(seed, stream).uniform``.

    Parameters
    ----------
    seed, stream : int
        As of `Generator`; taken modulo 2**64.
    place : int
        Which element of the stream; element i is ``Generator(seed, stream).uniform(size=i + 1, dtype=dtype)[i]``.
    dtype : numpy.float32 or numpy.float64, optional
        Of the result, a constant.

    Returns
    -------
    float

    Raises
    ------
    numba.TypingError
        When it is compiled, for a seed, stream or place that is not an integer, or another `dtype`.

    Notes
    -----
    Elements from the end of the stream on, 2**64 words of 32 bits, of which float64 takes two, begin again at 0.

    Examples
    --------
    >>> import numba
    >>> import numpy as np
    >>> import gsampler as gs
    >>> from gsampler import jit
    >>> @numba.njit
    ... def mean(seed, n):
    ...     total = 0.0
    ...     for i in range(n):
    ...         total += jit.uniform(seed, 0, i)
    ...     return total / n
    >>> bool(np.isclose(mean(42, 1000), gs.Generator(42).uniform(size=1000).mean(), rtol=1e-12))
    True
    """
    return _noise("uniform", seed, stream, place, dtype)


@overload
def exponential(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float64] = ...) -> np.float64: ...
@overload
def exponential(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float32]) -> np.float32: ...
def exponential(seed: Integer, stream: Integer, place: Integer, dtype: Any = np.float64) -> Any:
    """Standard exponential: the element of ``Generator(seed, stream).exponential``.

    Parameters
    ----------
    seed, stream, place : int
        As of `uniform`.
    dtype : numpy.float32 or numpy.float64, optional
        Of the result, a constant.

    Returns
    -------
    float

    Raises
    ------
    numba.TypingError
        As `uniform`.

    Examples
    --------
    >>> from gsampler import jit
    >>> float(round(jit.exponential(42, 0, 0), 6))
    0.632215
    """
    return _noise("exponential", seed, stream, place, dtype)


@overload
def gumbel(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float64] = ...) -> np.float64: ...
@overload
def gumbel(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float32]) -> np.float32: ...
def gumbel(seed: Integer, stream: Integer, place: Integer, dtype: Any = np.float64) -> Any:
    """Standard Gumbel: the element of ``Generator(seed, stream).gumbel``.

    Parameters
    ----------
    seed, stream, place : int
        As of `uniform`.
    dtype : numpy.float32 or numpy.float64, optional
        Of the result, a constant.

    Returns
    -------
    float

    Raises
    ------
    numba.TypingError
        As `uniform`.

    Examples
    --------
    >>> from gsampler import jit
    >>> float(round(jit.gumbel(42, 0, 0), 6))
    0.458526
    """
    return _noise("gumbel", seed, stream, place, dtype)


@overload
def logistic(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float64] = ...) -> np.float64: ...
@overload
def logistic(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float32]) -> np.float32: ...
def logistic(seed: Integer, stream: Integer, place: Integer, dtype: Any = np.float64) -> Any:
    """Standard logistic: the element of ``Generator(seed, stream).logistic``.

    Parameters
    ----------
    seed, stream, place : int
        As of `uniform`.
    dtype : numpy.float32 or numpy.float64, optional
        Of the result, a constant.

    Returns
    -------
    float

    Raises
    ------
    numba.TypingError
        As `uniform`.

    Examples
    --------
    >>> from gsampler import jit
    >>> float(round(jit.logistic(42, 0, 0), 6))
    -0.12582
    """
    return _noise("logistic", seed, stream, place, dtype)


@overload
def normal(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float64] = ...) -> np.float64: ...
@overload
def normal(seed: Integer, stream: Integer, place: Integer, dtype: type[np.float32]) -> np.float32: ...
def normal(seed: Integer, stream: Integer, place: Integer, dtype: Any = np.float64) -> Any:
    """Standard normal: the element of ``Generator(seed, stream).normal``.

    Parameters
    ----------
    seed, stream, place : int
        As of `uniform`.
    dtype : numpy.float32 or numpy.float64, optional
        Of the result, a constant.

    Returns
    -------
    float

    Raises
    ------
    numba.TypingError
        As `uniform`.

    Examples
    --------
    >>> from gsampler import jit
    >>> float(round(jit.normal(42, 0, 0), 6))
    -0.078823
    """
    return _noise("normal", seed, stream, place, dtype)


def _compile_noise(function: Callable[..., Any]) -> None:
    transform = getattr(transforms, function.__name__)

    @extending.overload(function, jit_options=COMPILED_INTO_CALLER, strict=False)
    def choose(seed: Any, stream: Any, place: Any, dtype: Any = np.float64) -> Any:
        _check_integers(seed=seed, stream=stream, place=place)
        element = single.noise_f32 if _is_float32(dtype) else single.noise_f64

        def compiled(seed: Any, stream: Any, place: Any, dtype: Any = np.float64) -> Any:
            version()
            return element(transform, np.uint64(seed), np.uint64(stream), np.uint64(place))

        return compiled


for _function in (uniform, exponential, gumbel, logistic, normal):
    _compile_noise(_function)


# --- draws ------------------------------------------------------------------------------------------------------


def bernoulli(logit: Number, seed: Integer, stream: Integer, place: Integer) -> bool:
    """True with probability ``sigmoid(logit)``: the element of ``Generator(seed, stream).bernoulli``.

    Parameters
    ----------
    logit : float
        Log-odds: float32, or anything else as float64. -inf is always False, +inf always True, and NaN False: nothing
        is raised.
    seed, stream, place : int
        As of `uniform`, of elements of the type of the logit.

    Returns
    -------
    bool

    Examples
    --------
    >>> from gsampler import jit
    >>> [jit.bernoulli(0.0, 42, 0, i) for i in range(4)]
    [False, True, False, False]
    """
    dtype: Any = np.float32 if getattr(logit, "dtype", None) == np.float32 else np.float64
    with np.errstate(invalid="ignore"):
        return bool(_generator(seed, stream, place, WORDS[dtype]).logistic(dtype=dtype) + dtype(logit) > 0)


@extending.overload(bernoulli, jit_options=COMPILED_INTO_CALLER, strict=False)
def _bernoulli(logit: Any, seed: Any, stream: Any, place: Any) -> Any:
    _check_integers(seed=seed, stream=stream, place=place)
    if not isinstance(logit, (types.Float, types.Integer)):
        raise numba.TypingError(f"logit must be a number, got {logit}")
    draw = single.bernoulli_f32 if logit == types.float32 else single.bernoulli_f64

    def compiled(logit: Any, seed: Any, stream: Any, place: Any) -> Any:
        version()
        return draw(logit, np.uint64(seed), np.uint64(stream), np.uint64(place))

    return compiled


def categorical(logits: npt.NDArray[Any], seed: Integer, stream: Integer, place: Integer) -> int:
    """A category of one row of logits, by Gumbel-Max: the argmax of ``logits + gumbel``.

    Parameters
    ----------
    logits : ndarray
        Unnormalised log-probabilities, shape (k,), float32 or float64, of any stride. -inf is probability 0. Not
        modified.
    seed, stream : int
        As of `uniform`.
    place : int
        The element that category 0 takes; the others take the next ones. So row r of ``(n, k)`` logits, at ``place = r
        * k``, has what ``Generator(seed, stream).categorical(logits)[r]`` is, to the bit.

    Returns
    -------
    int
        -1 where there is no category to be had: for a row that is empty, that has NaN or +inf, or that is all -inf.
        Nothing is raised.

    Raises
    ------
    numba.TypingError
        When it is compiled, for an array of another type.

    Examples
    --------
    >>> import numba
    >>> import numpy as np
    >>> import gsampler as gs
    >>> from gsampler import jit
    >>> @numba.njit
    ... def choices(logits, seed):
    ...     n, k = logits.shape
    ...     out = np.empty(n, np.int64)
    ...     for r in range(n):
    ...         out[r] = jit.categorical(logits[r], seed, 0, r * k)
    ...     return out
    >>> logits = np.linspace(-2.0, 2.0, 50).reshape(10, 5)
    >>> np.array_equal(choices(logits, 42), gs.Generator(42).categorical(logits))
    True
    """
    dtype = _row_type("logits", logits)
    if not _has_category(logits):
        return -1
    return int(_generator(seed, stream, place, WORDS[dtype]).categorical(logits))


@extending.overload(categorical, jit_options=COMPILED_INTO_CALLER, strict=False)
def _categorical(logits: Any, seed: Any, stream: Any, place: Any) -> Any:
    _check_integers(seed=seed, stream=stream, place=place)
    _element_type("logits", logits)

    def compiled(logits: Any, seed: Any, stream: Any, place: Any) -> Any:
        version()
        return single.categorical(logits, np.uint64(seed), np.uint64(stream), np.uint64(place))

    return compiled


def _has_category(logits: npt.NDArray[Any]) -> bool:
    return bool(logits.size and (logits < np.inf).all() and (logits > -np.inf).any())


def gumbel_softmax(
    logits: npt.NDArray[Any], tau: Number, out: npt.NDArray[Any], seed: Integer, stream: Integer, place: Integer
) -> None:
    """Write a relaxed sample of one row: the softmax of ``(logits + gumbel) / tau``.

    Parameters
    ----------
    logits : ndarray
        As of `categorical`.
    tau : float
        The temperature, finite and above 0; taken in the type of the logits.
    out : ndarray
        Where to write the sample: of the type and length of the logits, of any stride. May be the logits themselves.
    seed, stream, place : int
        As of `categorical`: row r of ``(n, k)`` logits, at ``place = r * k``, has what ``Generator(seed,
        stream).gumbel_softmax(logits, tau)[r]`` is, to the bit.

    Raises
    ------
    ValueError
        For an `out` of another length.
    numba.TypingError
        When it is compiled, for arrays of other types.

    Notes
    -----
    `out` is all NaN where `categorical` is -1, or where `tau` is no temperature.

    Examples
    --------
    >>> import numpy as np
    >>> from gsampler import jit
    >>> out = np.empty(3)
    >>> jit.gumbel_softmax(np.array([0.0, 1.0, 2.0]), 0.5, out, 42, 0, 0)
    >>> out.round(4)
    array([0.0077, 0.0252, 0.9671])
    """
    dtype = _row_type("logits", logits)
    if _row_type("out", out) is not dtype:
        raise TypeError(f"out must be a writable array of {logits.dtype}, as logits, got {out.dtype}")
    if len(out) != len(logits):
        raise ValueError("out must have the length of logits")
    temperature = dtype(tau)
    if not _has_category(logits) or not np.finfo(dtype).tiny <= temperature < np.inf:
        out[:] = np.nan
    else:
        out[:] = _generator(seed, stream, place, WORDS[dtype]).gumbel_softmax(logits, temperature)


@extending.overload(gumbel_softmax, jit_options=COMPILED_INTO_CALLER, strict=False)
def _gumbel_softmax(logits: Any, tau: Any, out: Any, seed: Any, stream: Any, place: Any) -> Any:
    _check_integers(seed=seed, stream=stream, place=place)
    if not isinstance(tau, (types.Float, types.Integer)):
        raise numba.TypingError(f"tau must be a number, got {tau}")
    dtype = _element_type("logits", logits)
    if _element_type("out", out) != dtype or not out.mutable:
        raise numba.TypingError(f"out must be a writable array of {dtype}, as logits, got {out}")
    cast = np.float32 if dtype == types.float32 else np.float64

    def compiled(logits: Any, tau: Any, out: Any, seed: Any, stream: Any, place: Any) -> Any:
        version()
        if len(out) != len(logits):
            raise ValueError("out must have the length of logits")
        single.gumbel_softmax(logits, cast(tau), out, np.uint64(seed), np.uint64(stream), np.uint64(place))

    return compiled


def alias(table: npt.NDArray[np.uint64], seed: Integer, stream: Integer, place: Integer) -> int:
    """A category by a row of an alias table, at the same cost for any number of categories.

    Parameters
    ----------
    table : ndarray of uint64
        Shape (k, 2): `AliasTable.entries` of one distribution, or a row of it.
    seed, stream : int
        As of `uniform`.
    place : int
        Which float64 element; element i is ``Generator(seed, stream).categorical(AliasTable(...), size=i + 1)[i]``,
        and with a table of R rows, draw d of row r is element ``d * R + r``.

    Returns
    -------
    int
        -1 for a table without entries, or of another shape.

    Raises
    ------
    numba.TypingError
        When it is compiled, for an array of another type.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import jit
    >>> entries = gs.AliasTable([0.0, 1.0, 2.0]).entries
    >>> [jit.alias(entries, 42, 0, i) for i in range(5)]
    [1, 2, 1, 0, 2]
    """
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.dtype != np.uint64:
        what = f"{table.dtype} of shape {table.shape}" if isinstance(table, np.ndarray) else repr(table)
        raise TypeError(f"table must be an array of uint64 of shape (k, 2), as AliasTable.entries, got {what}")
    if table.size == 0 or table.shape[1] != 2:
        return -1
    product = len(table) * int(_generator(seed, stream, place, 2).integers(END, dtype=np.uint64))
    j, fraction = product >> 64, product % END
    return int(j if fraction < table[j, 0] else table[j, 1])


@extending.overload(alias, jit_options=COMPILED_INTO_CALLER, strict=False)
def _alias(table: Any, seed: Any, stream: Any, place: Any) -> Any:
    _check_integers(seed=seed, stream=stream, place=place)
    if not isinstance(table, types.Array) or table.ndim != 2 or table.dtype != types.uint64:
        raise numba.TypingError(f"table must be an array of uint64 of shape (k, 2), as AliasTable.entries, got {table}")

    def compiled(table: Any, seed: Any, stream: Any, place: Any) -> Any:
        version()
        return single.alias(table, np.uint64(seed), np.uint64(stream), np.uint64(place))

    return compiled
