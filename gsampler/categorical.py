"""Categories from logits: three methods, over arrays of any shape; and Bernoulli draws, which are the binary case.

Each function here writes the draws of a call, shape ``(draws, rows)`` flattened, from a position in the stream on;
`Generator.categorical` and `Generator.bernoulli` are what users call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import places
from gsampler.compiler.c_types import NULL
from gsampler.core import validation
from gsampler.core.arrays import SUFFIX, Array, Indices, blocks
from gsampler.core.indices import CountedIndices, IndexOutput, NarrowIndices, pieces
from gsampler.core.logits import LARGE_LOGIT, LogitElements, LogitRows
from gsampler.core.output import Output
from gsampler.core.position import WORDS, Position
from gsampler.core.probabilities import row_logits
from gsampler.kernels import table
from gsampler.kernels.constants import NOISE_BOUND, SPLIT_MIN_K, SPLIT_PART_K
from gsampler.runtime.launch import address, run, thread_count
from gsampler.runtime.registry import LoadedKernel, kernel

SCRATCH_MIN_K = (
    4096  # categories of rows beside which indices take so little memory that they may be made apart from out
)
SPLIT_ALWAYS_K = 2**24  # categories of a row that is always shared out, to be interrupted between
TABLE_ELEMENTS = 2**20  # categories whose tables are made at a time, where the tables are not reused
ADDRESSES = 2**64  # an array that begins with a later element has its element 0 at an address modulo this


def words_used(method: str, logits: LogitRows, draws: int) -> int:
    """Words of the stream that a call takes."""
    return draws * logits.array.size * WORDS[logits.dtype] if method == "gumbel-max" else 2 * draws * logits.n


# --- Gumbel-Max -------------------------------------------------------------------------------------------------


def gumbel_max(position: Position, draws: int, index: IndexOutput, logits: LogitRows) -> None:
    """The argmax of ``logits + gumbel``."""
    if not _gumbel_max(position, draws, index, logits):
        logits.shift_large()
        _gumbel_max(position, draws, index, logits)


def _gumbel_max(position: Position, draws: int, index: IndexOutput, logits: LogitRows) -> bool:
    """Draw, and return whether the kernel found all rows that it was to check as they should be."""
    seed, stream, offset = position
    dtype, k, rows = logits.dtype, logits.k, logits.rows
    entry = kernel("gumbel_max", SUFFIX[dtype])
    if draws != 1:
        rows = np.require(rows, dtype, ["C", "A"])  # draws go round all of them
    for first, block in blocks(rows, dtype):
        here, n = offset + first * k * WORDS[dtype], len(block)
        for start, stop, _, out in pieces(index, draws, n, first, logits.n):
            if k > SPLIT_MIN_K and (stop - start < 2 * thread_count() or k > SPLIT_ALWAYS_K):
                valid = _split_rows(entry, (seed, stream, here), block, start, stop, logits.check, out)
            else:
                arguments = table.gumbel_max(
                    seed,
                    stream,
                    here,
                    logits=address(block),
                    k=k,
                    period=n,
                    parts=1,
                    part=k,
                    check=logits.check,
                    index=(address(out) - 8 * start) % ADDRESSES,
                    best=NULL,
                )
                valid = run(entry, start, stop, arguments, k) is None
            if not valid:
                return False
    return True


def _split_rows(
    entry: LoadedKernel, position: Position, block: Array, start: int, stop: int, check: int, index: Indices
) -> bool:
    """Rows so long, or so few, that each is shared out: the winners of its parts, and the first best of those."""
    seed, stream, offset = position
    k = block.shape[1]
    parts = -(-k // SPLIT_PART_K)
    found, best = np.empty(parts, np.int64), np.empty(parts, block.dtype)
    highest = LARGE_LOGIT[block.dtype.type] - NOISE_BOUND
    for row in range(start, stop):
        logits = block[row % len(block)]
        arguments = table.gumbel_max(
            seed,
            stream,
            offset + row * k * WORDS[block.dtype.type],
            logits=address(logits),
            k=k,
            period=1,
            parts=parts,
            part=SPLIT_PART_K,
            check=check,
            index=address(found),
            best=address(best),
        )
        invalid = run(entry, 0, parts, arguments, SPLIT_PART_K)
        winner = np.argmax(best)
        if check and (invalid is not None or not abs(best[winner]) <= highest):
            return False
        index[row - start] = found[winner]
    return True


def bernoulli(position: Position, out: Array, logits: LogitElements) -> None:
    """Write whether ``logits + logistic > 0`` for a contiguous array, over and over."""
    seed, stream, offset = position
    flat = logits.flat
    arguments = table.bernoulli(
        seed,
        stream,
        offset,
        logits=address(flat),
        period=flat.size or 1,
        check=logits.check,
        out=address(out),
    )
    logits.raise_if_invalid(run(kernel("bernoulli", SUFFIX[logits.dtype]), 0, out.size, arguments))


def write_bernoulli(position: Position, output: Output, logits: LogitElements) -> None:
    bernoulli(position, output.buffer, logits)
    output.write_back()


def write_bernoulli_at(position: Position, output: Output, logits: LogitElements, elements: Indices) -> None:
    """Draws of elements of the stream, counted from a position on, in the shape of the output."""
    dtype = logits.dtype
    sums = np.empty(elements.shape, dtype)
    places.fill(places.of_elements(*position, elements.reshape(-1), dtype), "logistic", dtype, sums)
    sums += logits.flat.reshape(logits.array.shape)
    np.greater(sums, 0, out=output.buffer)
    output.write_back()


# --- tables -----------------------------------------------------------------------------------------------------


def _weights(block: Array) -> npt.NDArray[np.float64]:
    """exp(logit - the row's largest) in float64."""
    result = np.empty(block.shape, np.float64)
    k = block.shape[1]
    arguments = table.weights(logits=address(block), k=k, weights=address(result))
    run(kernel("weights", SUFFIX[block.dtype.type]), 0, len(block), arguments, k)
    return result


def _table_blocks(logits: LogitRows) -> Iterable[tuple[int, Array]]:
    return blocks(logits.rows, logits.dtype, TABLE_ELEMENTS)


def inverse_cdf(position: Position, draws: int, index: IndexOutput, logits: LogitRows) -> None:
    """By search in a table of cumulative sums."""
    seed, stream, offset = position
    k = logits.k
    build, draw = kernel("build_cumulative", "f64"), kernel("draw_cumulative", "f64")
    for first, block in _table_blocks(logits):
        n = len(block)
        sums, pivot, total = _weights(block), np.empty(n, np.int64), np.empty(n)
        built = table.build_cumulative(k=k, sums=address(sums), pivot=address(pivot), total=address(total))
        run(build, 0, n, built, k)
        for start, stop, element, out in pieces(index, draws, n, first, logits.n):
            arguments = table.draw_cumulative(
                seed,
                stream,
                offset,
                k=k,
                rows=n,
                first_row=first,
                stride=logits.n,
                sums=address(sums),
                pivot=address(pivot),
                total=address(total),
                index=(address(out) - 8 * element) % ADDRESSES,
            )
            run(draw, start, stop, arguments)


def alias(position: Position, draws: int, index: IndexOutput, logits: LogitRows) -> None:
    """By Walker's tables."""
    for first, block in _table_blocks(logits):
        draw_aliases(position, _alias_tables(block), first, logits.n, draws, index)


def _alias_tables(block: Array) -> npt.NDArray[np.uint64]:
    """Thresholds and aliases of each row, shape (rows, k, 2)."""
    n, k = block.shape
    validation.alias_categories(k)
    weights, aliases, queue = _weights(block), np.empty((n, k, 2), np.uint64), np.empty((n, k), np.int64)
    arguments = table.build_alias(k=k, weights=address(weights), table=address(aliases), queue=address(queue))
    run(kernel("build_alias", "f64"), 0, n, arguments, k)
    return aliases


def draw_aliases(
    position: Position, aliases: npt.NDArray[np.uint64], first: int, rows: int, draws: int, index: IndexOutput
) -> None:
    seed, stream, offset = position
    n, k, _ = aliases.shape
    for start, stop, element, out in pieces(index, draws, n, first, rows):
        arguments = table.draw_alias(
            seed,
            stream,
            offset,
            k=k,
            rows=n,
            first_row=first,
            stride=rows,
            table=address(aliases),
            index=(address(out) - 8 * element) % ADDRESSES,
        )
        run(kernel("draw_alias", "f64"), start, stop, arguments)


METHODS: dict[str, Callable[..., None]] = {"gumbel-max": gumbel_max, "inverse-cdf": inverse_cdf, "alias": alias}
METHOD_NAMES = ("auto", *METHODS)


class CategoricalCall:
    """A call of `Generator.categorical`, ready to be made."""

    __slots__ = ("draws", "index", "output", "sampler", "source", "width", "words")

    index: IndexOutput
    sampler: Callable[..., None]
    source: tuple[LogitRows, ...]

    def __init__(
        self,
        logits: Any,
        size: Any,
        axis: Any,
        method: Any,
        out: Any,
        p: Any,
        weights: Any,
        tau: Any,
        dtype: Any,
        counts: Any,
    ) -> None:
        validation.method_name(method, METHOD_NAMES)
        validation.flag(counts, "counts")
        draw_shape = validation.shape(size)
        self.draws = math.prod(draw_shape)
        self.width = 2
        given: LogitRows | None = None
        by_sum = scratch = False
        if isinstance(logits, AliasTable):
            if p is not None or weights is not None:
                raise validation.too_much_given({"logits": logits, "p": p, "weights": weights})
            validation.alias_table_call(method, axis, tau)
            rows, k, n = logits.shape, logits.k, len(logits._table)
            self.sampler, self.source = logits.draw, ()
            self.words = 2 * self.draws * n
        else:
            if method == "auto":
                method = "gumbel-max" if size is None else "alias"
            by_sum = method == "gumbel-max"
            if p is not None or weights is not None or logits is None:
                logits = row_logits(logits, p, weights, axis, None if by_sum else np.float64)
            given = LogitRows(logits, axis)
            if not (type(tau) is float and tau == 1.0):
                given.divide_by(tau)
            rows, k, n = given.rows.shape[:-1], given.k, given.n
            self.sampler, self.source = METHODS[method], (given,)
            self.words = words_used(method, given, self.draws)
            if by_sum:
                self.width = WORDS[given.dtype]
                scratch = self.draws == 1 and k >= SCRATCH_MIN_K
        if counts:
            validation.counts_dtype(dtype)
            counted = np.zeros((n, k), np.int64)
            self.index = CountedIndices(counted)
            self.output = Output(validation.shape((*rows, k)), out, np.int64, scratch=True)
            self.output.buffer = counted.reshape(self.output.out.shape)
            if out is None:
                self.output.out = self.output.buffer
        else:
            shape = validation.shape(draw_shape + rows) if draw_shape else rows
            index_dtype = np.int64 if dtype is None and out is None else validation.index_dtype(dtype, out, k)
            read = () if given is None else (given.array,)
            self.output = Output(shape, out, index_dtype, read, scratch)
            flat = self.output.buffer if self.output.buffer.ndim == 1 else self.output.buffer.reshape(-1)
            self.index = flat if index_dtype is np.int64 else NarrowIndices(flat.reshape(self.draws, n))
        if by_sum and given is not None:
            given.perturb_while(self.draws == 1 and self.output.is_scratch)
        elif given is not None:
            given.validate()

    def write(self, position: Position) -> None:
        if self.words:
            self.sampler(position, self.draws, self.index, *self.source)
        self.output.write_back()


class AliasTable:
    """A distribution prepared for millions of draws: two words and two reads from memory each, however many categories.

    Walker's alias method. Built once, in float64, and then never changed: it can be stored, pickled, and used
    by any number of generators and threads. Draw with ``rng.categorical(table, size=n)``.

    Parameters
    ----------
    logits : array_like, optional
        Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`; one
        distribution for each other index. -inf is probability 0.
    axis : int, optional
        Axis of the categories.
    p : array_like, optional
        Probabilities instead of `logits`: each row sums to 1, as of `Generator.categorical`.
    weights : array_like, optional
        Numbers proportional to probabilities, such as counts, instead of `logits`: not negative, of any sum.

    Attributes
    ----------
    shape : tuple of int
        Shape of one draw: that of `logits` without `axis`. ``()`` for one distribution.
    k : int
        Number of categories.
    probabilities : ndarray of float64
        The probabilities that draws have, shape ``shape + (k,)``.
    entries : ndarray of uint64
        The table itself, shape ``shape + (k, 2)``, for `gsampler.jit.alias`.

    Raises
    ------
    TypeError, ValueError
        As `Generator.categorical`, for logits and axis; and for 2**32 categories or more.

    Notes
    -----
    A draw takes the 64-bit uniform u of two words: the integer part of ``k * u`` is the index in the table, the
    fraction is compared with its threshold, a multiple of 2**-64. Probabilities are right to some units of 2**-53,
    relatively, except that of the one category of a row on which rounding collects: up to about ``k * 2**-53``.

    Building is one pass over a row, which cannot be interrupted: about a second for 10**7 categories.

    References
    ----------
    .. [1] A. J. Walker, "An efficient method for generating discrete random variables with general distributions",
       ACM Transactions on Mathematical Software 3(3), 1977.
    .. [2] M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE Transactions
       on Software Engineering 17(9), 1991.

    Examples
    --------
    >>> import gsampler as gs
    >>> table = gs.AliasTable([0.0, 1.0, 2.0])
    >>> gs.Generator(42).categorical(table, size=5)
    array([1, 2, 1, 0, 2])
    """

    __slots__ = ("_shape", "_table")

    def __init__(
        self,
        logits: npt.ArrayLike | None = None,
        axis: int = -1,
        *,
        p: npt.ArrayLike | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> None:
        given = LogitRows(row_logits(logits, p, weights, axis, np.float64), axis)
        given.validate()
        self._shape: tuple[int, ...] = given.rows.shape[:-1]
        made = [_alias_tables(block) for _, block in _table_blocks(given)]
        empty = np.empty((0, given.k, 2), np.uint64)
        self._table: npt.NDArray[np.uint64] = made[0] if len(made) == 1 else np.concatenate([empty, *made])
        self._table.flags.writeable = False

    def __getstate__(self) -> tuple[npt.NDArray[np.uint64], tuple[int, ...]]:
        return self._table, self._shape

    def __setstate__(self, state: tuple[npt.NDArray[np.uint64], tuple[int, ...]]) -> None:
        self._table, self._shape = state
        self._table.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AliasTable):
            return NotImplemented
        return self.shape == other.shape and np.array_equal(self._table, other._table)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"AliasTable(k={self.k}, shape={self.shape})"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one draw."""
        return self._shape

    @property
    def k(self) -> int:
        """Number of categories."""
        return int(self._table.shape[1])

    @property
    def entries(self) -> npt.NDArray[np.uint64]:
        """The table, shape ``shape + (k, 2)``, read-only: what `gsampler.jit.alias` draws from.

        ``k * u`` for a 64-bit uniform u has an integer part j and a fraction, here of 2**64: the category is j where
        the fraction is below ``entries[..., j, 0]``, else ``entries[..., j, 1]``.
        """
        return self._table.reshape(*self.shape, self.k, 2)

    @property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """The probabilities that draws have, shape ``shape + (k,)``."""
        own = self._table[:, :, 0].astype(np.float64) * 2.0**-64
        alias = self._table[:, :, 1].astype(np.int64)
        result = own.copy()
        for row in range(len(result)):
            np.add.at(result[row], alias[row], 1 - own[row])
        result /= self.k
        return np.reshape(result, (*self.shape, self.k))

    def draw(self, position: Position, draws: int, index: IndexOutput) -> None:
        """Write the indices of `draws` draws of every distribution, from a position in the stream on."""
        draw_aliases(position, self._table, 0, len(self._table), draws, index)
