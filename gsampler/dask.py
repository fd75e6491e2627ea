"""Samplers of Dask arrays: the values of one machine, however the arrays are cut and wherever their blocks are made.

`Generator` and `Channel` have the names, the arguments and the very values of `gsampler.Generator` and
`gsampler.Channel`. A block is made from its place in the whole: so chunks may be of any sizes, along the categories
too, a block that is lost is made again as it was, and equal calls have equal names. Gumbel-Max over chunks of
categories is exact: the largest of the largest sums.

Needs ``pip install 'gsampler[dask]'``; nothing else of gsampler imports this module.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
from dask.base import tokenize

import gsampler as gs
from gsampler import places
from gsampler.core import validation
from gsampler.core.arrays import Array, Float, cast, compute_dtype, result_dtype
from gsampler.core.logits import LARGE_LOGIT, LogitElements
from gsampler.core.position import WORDS, Position
from gsampler.core.probabilities import binary_logits
from gsampler.places import Places

__all__ = ["Channel", "Generator"]

# of the rows of a block of categories: where the largest sum is, that sum, and the largest logit
PARTIAL = np.dtype([("index", np.int64), ("sum", np.float64), ("logit", np.float64)])


class Generator:
    """The samplers of `gsampler.Generator`, with Dask arrays for results.

    Parameters
    ----------
    seed, stream, offset
        As of `gsampler.Generator`, whose values these are: a call takes the same words of the stream, and moves the
        generator past them at once, before anything is computed.

    Notes
    -----
    ``chunks`` are those of Dask, by default ``"auto"``; they have no part in the values.

    Examples
    --------
    >>> import gsampler as gs
    >>> import gsampler.dask
    >>> rng = gsampler.dask.Generator(seed=42)
    >>> noise = rng.gumbel(size=(1000, 100), chunks=(300, 40))
    >>> bool((noise.compute() == gs.Generator(seed=42).gumbel(size=(1000, 100))).all())
    True
    """

    def __init__(self, seed: Any = None, stream: int = 0, offset: int = 0) -> None:
        self._rng = gs.Generator(seed, stream, offset)

    @property
    def state(self) -> dict[str, int]:
        """As of `gsampler.Generator`; may be assigned to."""
        return self._rng.state

    @state.setter
    def state(self, state: dict[str, int]) -> None:
        self._rng.state = state

    def __repr__(self) -> str:
        return f"gsampler.dask.{self._rng!r}"

    def spawn(self, n: int) -> list[Generator]:
        """Generators with streams of their own, as `gsampler.Generator.spawn` makes them.

        Parameters
        ----------
        n : int
            How many.
        """
        return [Generator(child.seed, child.stream) for child in self._rng.spawn(n)]

    def _take(self, words: int, width: int) -> Position:
        """The position of a call that takes so many words of elements of this width."""
        taken: list[Position] = []
        self._rng._draw(words, width, taken.append)  # type: ignore[attr-defined]  # which the stub does not show
        return taken[0]

    # --- noise ----------------------------------------------------------------------------------------------

    def random(self, size: Any, dtype: Any = np.float64, chunks: Any = "auto") -> da.Array:
        """Uniform on (0, 1).

        Parameters
        ----------
        size, dtype
            As of `gsampler.Generator.random`.
        chunks
            As of Dask.
        """
        return self._noise("uniform", 0.0, 1.0, size, dtype, chunks)

    def exponential(
        self, scale: float = 1.0, size: Any = (), dtype: Any = np.float64, chunks: Any = "auto"
    ) -> da.Array:
        """Exponential noise.

        Parameters
        ----------
        scale, size, dtype
            As of `gsampler.Generator.exponential`; the scale is a number.
        chunks
            As of Dask.
        """
        return self._noise("exponential", 0.0, scale, size, dtype, chunks)

    def gumbel(
        self, loc: float = 0.0, scale: float = 1.0, size: Any = (), dtype: Any = np.float64, chunks: Any = "auto"
    ) -> da.Array:
        """Gumbel noise.

        Parameters
        ----------
        loc, scale, size, dtype
            As of `gsampler.Generator.gumbel`; location and scale are numbers.
        chunks
            As of Dask.
        """
        return self._noise("gumbel", loc, scale, size, dtype, chunks)

    def logistic(
        self, loc: float = 0.0, scale: float = 1.0, size: Any = (), dtype: Any = np.float64, chunks: Any = "auto"
    ) -> da.Array:
        """Logistic noise.

        Parameters
        ----------
        loc, scale, size, dtype
            As of `gsampler.Generator.logistic`; location and scale are numbers.
        chunks
            As of Dask.
        """
        return self._noise("logistic", loc, scale, size, dtype, chunks)

    def normal(
        self, loc: float = 0.0, scale: float = 1.0, size: Any = (), dtype: Any = np.float64, chunks: Any = "auto"
    ) -> da.Array:
        """Normal noise.

        Parameters
        ----------
        loc, scale, size, dtype
            As of `gsampler.Generator.normal`; location and scale are numbers.
        chunks
            As of Dask.
        """
        return self._noise("normal", loc, scale, size, dtype, chunks)

    def _noise(self, name: str, loc: Any, scale: Any, size: Any, dtype: Any, chunks: Any) -> da.Array:
        kind = validation.float_dtype(dtype)
        affine = validation.affine(loc, scale, kind)
        if affine is not None and (np.ndim(affine[0]) or np.ndim(affine[1])):
            raise TypeError("loc and scale must be numbers for Dask arrays: multiply and add arrays to the result")
        shape = validation.shape(size)
        blocks = da.core.normalize_chunks(chunks, shape, dtype=kind)
        position = self._take(math.prod(shape) * WORDS[kind], WORDS[kind])
        given = (name, position, shape, affine)
        label = f"{name}-{tokenize('gsampler', gs.STREAM_VERSION, given, blocks, np.dtype(kind))}"
        return da.map_blocks(
            _noise_block, given, chunks=blocks, dtype=kind, meta=np.empty((0,) * len(shape), kind), name=label
        )

    # --- categories -----------------------------------------------------------------------------------------

    def bernoulli(self, logits: Any = None, *, p: Any = None) -> da.Array:
        """Bernoulli draws of a Dask array of log-odds, or of probabilities: `gsampler.Generator.bernoulli`.

        Parameters
        ----------
        logits : dask array, optional
        p : dask array, optional

        Returns
        -------
        dask array of bool
        """
        if (logits is None) == (p is None):
            raise (
                validation.nothing_given("logits", "p")
                if p is None
                else validation.too_much_given({"logits": logits, "p": p})
            )
        array = _known(logits if p is None else p, "logits" if p is None else "p")
        kind = compute_dtype(np.empty(0, array.dtype))
        position = self._take(array.size * WORDS[kind], WORDS[kind])
        return array.map_blocks(
            _bernoulli_block, (position, p is not None), dtype=np.bool_, token=_token("bernoulli", position, array)
        )

    def categorical(
        self,
        logits: Any = None,
        size: Any = None,
        axis: int = -1,
        *,
        p: Any = None,
        weights: Any = None,
        counts: bool = False,
        chunks: Any = "auto",
    ) -> da.Array:
        """One category of each row of a Dask array, or repeated draws: `gsampler.Generator.categorical`.

        Parameters
        ----------
        logits : dask array, array_like or AliasTable, optional
            A Dask array, in chunks of any sizes, for one draw from each row. With `size`, an array that fits in memory,
            or a table.
        size : int or tuple of int, optional
            Shape of repeated draws, which alias tables make; chunks are along its first axis.
        axis : int, optional
            Axis of the categories.
        p, weights : array_like, optional
            Instead of `logits` with `size`.
        counts : bool, optional
            Whether to count the draws, in bounded memory.
        chunks : int or "auto", optional
            Draws along the first axis of `size` at a time; the draws of a chunk are made at once.

        Returns
        -------
        dask array of int64

        Raises
        ------
        ValueError
            When it is computed, for invalid rows, as `gsampler.Generator.categorical`; and where a row's largest logit
            is so large that noise is lost in a sum: subtract it first.
        """
        if size is not None:
            source = (
                gs.AliasTable(logits, axis, p=p, weights=weights) if not isinstance(logits, gs.AliasTable) else logits
            )
            return self._draws(source, validation.shape(size), validation.flag(counts, "counts"), chunks)
        if counts or p is not None or weights is not None:
            raise TypeError("counts, p and weights must go with size for Dask arrays")
        rows = da.moveaxis(_known(logits, "logits"), axis, -1)
        kind = compute_dtype(np.empty(0, rows.dtype))
        position = self._take(rows.size * WORDS[kind], WORDS[kind])
        parts = rows.map_blocks(
            _partial_block,
            position,
            dtype=PARTIAL,
            chunks=(*rows.chunks[:-1], (1,) * len(rows.chunks[-1])),
            token=_token("categorical", position, rows),
        )
        return _winners(parts, LARGE_LOGIT[kind])

    def _draws(self, source: gs.AliasTable, shape: tuple[int, ...], counts: bool, chunks: Any) -> da.Array:
        if not shape:
            raise ValueError("size must have an axis to be cut along for Dask arrays, got ()")
        each = math.prod(shape[1:]) * math.prod(source.shape)
        whole = (*shape, *source.shape)
        position = self._take(2 * math.prod(whole), 2)
        if chunks == "auto":
            chunks = max(1, 2**24 // max(each, 1))
        along = da.core.normalize_chunks((chunks,), (shape[0],), dtype=np.int64)[0]
        rest = shape[1:]
        given = (position, rest, each, counts, source)
        starts = np.concatenate([[0], np.cumsum(along)])[:-1]
        pairs = np.array(list(zip(starts.tolist(), along, strict=True)), np.int64).reshape(-1, 2)
        label = f"categorical-{tokenize('gsampler', position, whole, along, counts, source.__getstate__())}"
        todo = da.from_array(pairs, chunks=(1, 2), name=f"{label}-parts")
        if counts:
            new = (*source.shape, source.k)
            made = todo.map_blocks(
                _draws_block,
                given,
                dtype=np.int64,
                drop_axis=1,
                new_axis=list(range(1, 1 + len(new))),
                chunks=((1,) * len(along), *((n,) for n in new)),
                name=label,
            )
            return made.sum(axis=0, split_every=16)
        return todo.map_blocks(
            _draws_block,
            given,
            dtype=np.int64,
            drop_axis=1,
            new_axis=list(range(1, len(whole))) or None,
            chunks=(along, *((n,) for n in whole[1:])),
            name=label,
        )

    def gumbel_softmax(self, logits: Any, tau: float = 1.0, hard: bool = False, axis: int = -1) -> da.Array:
        """Relaxed samples of a Dask array of logits: `gsampler.Generator.gumbel_softmax`.

        Parameters
        ----------
        logits : dask array
            Chunks along the categories are brought together; others may be of any sizes.
        tau : float, optional
        hard : bool, optional
        axis : int, optional
            Axis of the categories.

        Returns
        -------
        dask array
        """
        rows = da.moveaxis(_known(logits, "logits"), axis, -1).rechunk({-1: -1})
        validation.temperature(tau, compute_dtype(np.empty(0, rows.dtype)))
        kind = compute_dtype(np.empty(0, rows.dtype))
        position = self._take(rows.size * WORDS[kind], WORDS[kind])
        given = (position, float(tau), validation.flag(hard, "hard"))
        made = rows.map_blocks(
            _soft_block,
            given,
            dtype=result_dtype(np.empty(0, rows.dtype)),
            token=_token("gumbel_softmax", given, rows),
        )
        return da.moveaxis(made, -1, axis)


class Channel:
    """The keyed draws of `gsampler.Channel` for Dask arrays of ids and of utilities.

    Parameters
    ----------
    seed : int
    *names : str, int or tuple of these

    Examples
    --------
    >>> import dask.array as da
    >>> import gsampler as gs
    >>> import gsampler.dask
    >>> persons = da.arange(1000, chunks=300)
    >>> noise = gsampler.dask.Channel(2026, "income").normal(persons)
    >>> bool((noise.compute() == gs.Channel(2026, "income").normal(range(1000))).all())
    True
    """

    def __init__(self, seed: int, *names: Any) -> None:
        self._given = seed, *names
        self.channel = gs.Channel(seed, *names)

    @property
    def key(self) -> int:
        """As of `gsampler.Channel`."""
        return self.channel.key

    def child(self, *names: Any) -> Channel:
        """The channel with further names.

        Parameters
        ----------
        *names : str, int or tuple of these
        """
        return Channel(*self._given, *names)

    def __repr__(self) -> str:
        return f"gsampler.dask.{self.channel!r}"

    def uniform(self, rows: Any, n: int | None = None, **options: Any) -> da.Array:
        """Uniform on (0, 1), of each id.

        Parameters
        ----------
        rows : dask array of int
        n, **options
            As of `gsampler.Channel.uniform`.
        """
        return self._noise("uniform", rows, n, options)

    def exponential(self, rows: Any, n: int | None = None, **options: Any) -> da.Array:
        """Exponential noise of each id.

        Parameters
        ----------
        rows : dask array of int
        n, **options
            As of `gsampler.Channel.exponential`.
        """
        return self._noise("exponential", rows, n, options)

    def gumbel(self, rows: Any, n: int | None = None, **options: Any) -> da.Array:
        """Gumbel noise of each id.

        Parameters
        ----------
        rows : dask array of int
        n, **options
            As of `gsampler.Channel.gumbel`.
        """
        return self._noise("gumbel", rows, n, options)

    def logistic(self, rows: Any, n: int | None = None, **options: Any) -> da.Array:
        """Logistic noise of each id.

        Parameters
        ----------
        rows : dask array of int
        n, **options
            As of `gsampler.Channel.logistic`.
        """
        return self._noise("logistic", rows, n, options)

    def normal(self, rows: Any, n: int | None = None, **options: Any) -> da.Array:
        """Normal noise of each id.

        Parameters
        ----------
        rows : dask array of int
        n, **options
            As of `gsampler.Channel.normal`.
        """
        return self._noise("normal", rows, n, options)

    def _noise(self, name: str, rows: Any, n: int | None, options: dict[str, Any]) -> da.Array:
        ids = _known(rows, "rows")
        empty = getattr(self.channel, name)(np.zeros((0,) * ids.ndim, np.int64), n, **options)  # errors, and the shape
        new = empty.shape[ids.ndim :]
        return ids.map_blocks(
            _keyed_block,
            (self.channel, name, n, tuple(sorted(options.items(), key=lambda item: item[0]))),
            dtype=empty.dtype,
            new_axis=list(range(ids.ndim, ids.ndim + len(new))) or None,
            chunks=(*ids.chunks, *((m,) for m in new)),
            token=_token(name, (self.channel.key, n, sorted(options.items())), ids),
        )

    def categorical(self, utilities: Any, rows: Any, columns: Any = None, place: int = 0) -> da.Array:
        """`gsampler.Channel.categorical` of a Dask array of utilities, in chunks of any sizes.

        Parameters
        ----------
        utilities : dask array
            Shape ``(R, k)``.
        rows : dask array or array_like of int
            Id of each row, shape ``(R,)``.
        columns : array_like of int, optional
            Id of each alternative, shape ``(k,)``.
        place : int, optional

        Returns
        -------
        dask array of int64
            Shape ``(R,)``.
        """
        given = _known(utilities, "utilities")
        if given.ndim != 2:
            raise ValueError(f"utilities must have shape (R, k) for Dask arrays, got {given.shape}")
        ids = da.asarray(rows).rechunk((given.chunks[0],))
        if ids.shape != given.shape[:1]:
            raise ValueError(f"rows must have shape {given.shape[:1]}, got {ids.shape}")
        wanted = None if columns is None else validation.columns(columns, (), masked=False, of=given.shape[1:])
        parts = da.map_blocks(
            _keyed_partial_block,
            given,
            ids[:, None],
            (self.channel, wanted, place),
            dtype=PARTIAL,
            chunks=(given.chunks[0], (1,) * len(given.chunks[1])),
            token=_token("keyed", (self.channel.key_of(place), wanted, ids.name), given),
        )
        return _winners(parts, LARGE_LOGIT[np.float64])


# --- blocks ---------------------------------------------------------------------------------------------------


def _known(array: Any, name: str) -> da.Array:
    """A Dask array whose chunks have sizes."""
    if not isinstance(array, da.Array):
        raise TypeError(f"{name} must be a Dask array, got {type(array).__name__}: dask.array.from_array makes one")
    if any(math.isnan(n) for along in array.chunks for n in along):
        raise ValueError(f"{name} must have chunks of known sizes: call compute_chunk_sizes()")
    return array


def _token(what: str, given: Any, array: da.Array) -> str:
    return f"{what}-{tokenize('gsampler', gs.STREAM_VERSION, given, array.name)}"


def _where(position: Position, kind: Float, shape: tuple[int, ...], location: Any) -> Places:
    """The rows of a block, whose last axis follows each other, in the whole array of this shape."""
    seed, stream, start = position
    ranges = [np.arange(first, last) for first, last in location]
    row = np.zeros((1,) * max(len(shape) - 1, 0), np.int64)
    for axis, (along, n) in enumerate(zip(ranges[:-1], shape[:-1], strict=True)):
        row = row * n + along.reshape([-1 if i == axis else 1 for i in range(len(shape) - 1)])
    k, first = (len(ranges[-1]), int(location[-1][0])) if shape else (1, 0)
    elements = row.reshape(-1).astype(np.uint64) * np.uint64(shape[-1] if shape else 1) + np.uint64(first)
    offsets = elements * np.uint64(WORDS[kind]) + np.uint64(start)
    return Places(np.array([seed], np.uint64), np.array([stream], np.uint64), offsets, offsets.size, k)


def _fill(where: Places, name: str, kind: Float, shape: tuple[int, ...]) -> Array:
    out = np.empty(shape, kind)
    places.fill(where, name, kind, out)
    return out


def _noise_block(given: Any, block_info: Any = None) -> Array:
    name, position, shape, affine = given
    info = block_info[None]
    kind = np.dtype(info["dtype"]).type
    made = _fill(_where(position, kind, shape, info["array-location"]), name, kind, info["chunk-shape"])
    if affine is not None:
        with np.errstate(all="ignore"):
            made = made * affine[1] + affine[0]
    return made


def _bernoulli_block(block: Array, given: Any, block_info: Any = None) -> Array:
    position, is_p = given
    info = block_info[0]
    kind = compute_dtype(block)
    logits = cast(np.asarray(binary_logits(None, block) if is_p else block), kind)
    _require_logits(logits, "logits")
    where = _where(position, kind, info["shape"], info["array-location"])
    return np.asarray(_fill(where, "logistic", kind, block.shape) + logits > 0)


def _require_logits(values: Array, name: str) -> None:
    LogitElements(values, f"{name}, in one block,").validate()


def _partial_block(block: Array, position: Position, block_info: Any = None) -> Array:
    info = block_info[0]
    kind = compute_dtype(block)
    where = _where(position, kind, info["shape"], info["array-location"])
    return _partial(block, where, kind, int(info["array-location"][-1][0]), "logits")


def _partial(block: Array, where: Places, kind: Float, first: int, name: str) -> Array:
    logits = np.require(cast(block, kind), kind, ["C", "A"])
    _require_logits(logits, name)
    rows = block.shape[:-1]
    index, best = np.empty(rows, np.int64), np.empty(rows, kind)
    places.gumbel_max(where, logits, index, best)
    made = np.empty((*rows, 1), PARTIAL)
    made["index"][..., 0] = np.where(index < 0, -1, index + first)
    made["sum"][..., 0] = best
    made["logit"][..., 0] = logits.max(axis=-1)
    return made


def _largest(parts: Array, axis: Any, keepdims: bool) -> Array:
    """The part with the largest sum, of equal ones the first; and the largest logit of all."""
    (along,) = axis if isinstance(axis, tuple) else (axis,)
    at = np.expand_dims(parts["sum"].argmax(axis=along), along)
    made = np.take_along_axis(parts, at, axis=along)
    made["logit"] = parts["logit"].max(axis=along, keepdims=True)
    return made if keepdims else made.squeeze(axis=along)


def _index_of(limit: float) -> Callable[..., Array]:
    def aggregate(parts: Array, axis: Any, keepdims: bool) -> Array:
        made = _largest(parts, axis, keepdims)
        if (made["index"] < 0).any():
            raise ValueError("logits must have a category above -inf in each row, got one of only -inf")
        if (np.abs(made["logit"]) >= limit).any():
            raise ValueError(
                f"logits must have a largest one of a row below {limit:g} in size: subtract it from the row"
            )
        return np.asarray(made["index"])

    return aggregate


def _winners(parts: da.Array, limit: float) -> da.Array:
    return da.reduction(
        parts,
        chunk=_largest,
        combine=_largest,
        aggregate=_index_of(limit),
        axis=-1,
        dtype=np.int64,
        concatenate=True,
        meta=np.empty((0,) * (parts.ndim - 1), np.int64),
    )


def _draws_block(pair: Array, given: Any) -> Array:
    (seed, stream, start), rest, each, counts, source = given
    first, n = map(int, pair[0])
    rng = gs.Generator(seed, stream, start + 2 * first * each)
    made = rng.categorical(source, size=(n, *rest), counts=counts)
    return np.asarray(made)[None] if counts else np.asarray(made)


def _soft_block(block: Array, given: Any, block_info: Any = None) -> Array:
    position, tau, hard = given
    info = block_info[0]
    kind = compute_dtype(block)
    logits = cast(block, kind)
    where = _where(position, kind, info["shape"], info["array-location"])
    noisy = _fill(where, "gumbel", kind, block.shape)
    _require_logits(logits, "logits")
    if (np.abs(logits.max(axis=-1)) >= LARGE_LOGIT[kind]).any():
        raise ValueError(
            f"logits must have a largest one of a row below {LARGE_LOGIT[kind]:g}: subtract it from the row"
        )
    noisy += logits
    if not hard:
        return cast(gs.softmax(noisy, tau), result_dtype(block))
    made = np.zeros(block.shape, result_dtype(block))
    np.put_along_axis(made, noisy.argmax(axis=-1)[..., None], 1, axis=-1)
    return made


def _keyed_block(ids: Array, given: Any) -> Array:
    channel, name, n, options = given
    return np.asarray(getattr(channel, name)(ids, n, **dict(options)))


def _keyed_partial_block(block: Array, ids: Array, given: Any, block_info: Any = None) -> Array:
    channel, columns, place = given
    first, last = block_info[0]["array-location"][1]
    who = validation.ids(ids[:, 0], "rows", 2**64 - 1)
    own = np.arange(first, last) if columns is None else columns[first:last]
    where = channel._places(who, last - first, np.require(own, np.int64, ["C", "A"]), place)
    return _partial(block, where, np.float64, int(first), "utilities")
