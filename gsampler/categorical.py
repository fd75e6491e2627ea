"""Categories from logits: the three methods, over arrays of any shape.

Each function here writes the indices of ``draws`` draws from every row of logits, shape ``(draws, rows)``
flattened, and takes the place in the stream as it finds it; `Generator.categorical` is what users call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import checks
from gsampler.checks import SUFFIX
from gsampler.output import Output
from gsampler.threads import CHUNK, address, get_num_threads, kernel, run

Place = tuple[int, int, int]  # seed, stream, offset
Indices = npt.NDArray[np.int64]

APART = 4096  # categories of rows beside which indices take so little memory that they may be made apart from `out`
WHOLE = 2**62  # a limit that cuts nothing
TABLE_BLOCK = 2**20  # categories whose tables are made at a time, where the tables are not kept
SPLIT = 2**17  # categories of a row worth sharing out among threads
PART = 2**16  # categories of one share
LONGEST = 2**24  # categories of a row that is always shared out, to be interrupted between
ALIAS_CATEGORIES = 2**32 - 1


def check_values(block: npt.NDArray[Any]) -> int | None:
    """Flattened index of the first NaN or +inf of a contiguous array, if there is one."""
    entry = kernel("categorical", "check_values", SUFFIX[block.dtype.type])
    return run(entry, 0, block.size, (address(block),), grain=CHUNK)


def check_rows(logits: npt.NDArray[Any], name: str = "logits") -> None:
    """Raise for the first row that has NaN or +inf, or nothing but -inf."""
    dtype = checks.computed_in(logits)
    k = logits.shape[-1]
    entry = kernel("categorical", "check_rows", SUFFIX[dtype])
    for first, block in checks.blocks(logits, dtype, WHOLE):
        accept_row(run(entry, 0, len(block), (address(block), k), cost=k), first, block, logits, name)


def words_used(method: str, logits: npt.NDArray[Any], draws: int) -> int:
    """Words of the stream that a call takes."""
    if method == "gumbel-max":
        return draws * logits.size * checks.WIDTH[checks.computed_in(logits)]
    return 2 * draws * math.prod(logits.shape[:-1])


def accept_row(
    refused: int | None, first: int, block: npt.NDArray[Any], logits: npt.NDArray[Any], name: str = "logits"
) -> None:
    """Raise for the row of a block that a kernel refused, if there is one."""
    if refused is not None:
        raise checks.bad_row(first + refused, block[refused], logits.shape[:-1], name)


def accept_value(refused: int | None, given: npt.NDArray[Any]) -> None:
    """Raise for the value that a kernel refused, if there is one."""
    if refused is not None:
        raise checks.bad_value(refused, given)


# --- Gumbel-Max ---------------------------------------------------------------------------------------------


def gumbel_max(place: Place, draws: int, index: Indices, logits: npt.NDArray[Any], check: int = 0) -> None:
    """With ``check``, which is for one draw, rows are checked as they are read: `check_rows` is not needed before."""
    dtype = checks.computed_in(logits)
    k = logits.shape[-1]
    entry = kernel("categorical", "gumbel_max", SUFFIX[dtype])
    if draws != 1:
        logits = np.require(logits, dtype, ["C", "A"])  # draws go round all of them
    for first, block in checks.blocks(logits, dtype, WHOLE):
        here = advanced(place, first * k * checks.WIDTH[dtype])
        out = index[first:] if first else index
        if k > SPLIT and (len(block) * draws < 2 * get_num_threads() or k > LONGEST):
            refused = _by_parts(entry, here, block, draws, check, out)
        else:
            arguments = (*here, address(block), k, len(block), 1, k, check, address(out), 0)
            refused = run(entry, 0, draws * len(block), arguments, cost=k)
        accept_row(refused, first, block, logits)


def _by_parts(entry: Any, place: Place, block: npt.NDArray[Any], draws: int, check: int, index: Indices) -> int | None:
    """Rows so long, or so few, that each is shared out: the winners of its parts, and the first best of those.

    Returns the first row refused.
    """
    k = block.shape[1]
    parts = -(-k // PART)
    found, best = np.empty(parts, np.int64), np.empty(parts, block.dtype)
    for row in range(draws * len(block)):
        here = advanced(place, row * k * checks.WIDTH[block.dtype.type])
        logits = block[row % len(block)]
        arguments = (*here, address(logits), k, 1, parts, PART, check, address(found), address(best))
        refused = run(entry, 0, parts, arguments, cost=PART)
        winner = np.argmax(best)
        if refused is not None or best[winner] == -np.inf:
            return row
        index[row] = found[winner]
    return None


def advanced(place: Place, words: int) -> Place:
    seed, stream, offset = place
    return seed, stream, offset + words


def bernoulli(flat: npt.NDArray[Any], place: Place, out: npt.NDArray[np.bool_], check: int) -> int | None:
    """Write coins for a contiguous array, over and over; return the first logit refused.

    With ``check``, which is for one draw, logits are checked as they are read: `check_values` is not needed before.
    """
    entry = kernel("categorical", "bernoulli", SUFFIX[flat.dtype.type])
    return run(entry, 0, out.size, (*place, address(flat), max(flat.size, 1), check, address(out)), cost=2, grain=CHUNK)


# --- tables -------------------------------------------------------------------------------------------------


def _weights(block: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """exp(logit - the row's largest) in float64."""
    result = np.empty(block.shape, np.float64)
    entry = kernel("tables", "weights", SUFFIX[block.dtype.type])
    k = block.shape[1]
    run(entry, 0, len(block), (address(block), k, address(result)), cost=2 * k)
    return result


def logarithm(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """log(x) of a contiguous array of finite x >= 0, the same bits on every machine."""
    result = np.empty_like(x)
    run(kernel("tables", "logarithm", "f64"), 0, x.size, (address(x), address(result)), cost=4)
    return result


def _table_blocks(logits: npt.NDArray[Any]) -> Iterable[tuple[int, npt.NDArray[Any]]]:
    return checks.blocks(logits, checks.computed_in(logits), TABLE_BLOCK)


def inverse_cdf(place: Place, draws: int, index: Indices, logits: npt.NDArray[Any]) -> None:
    rows, k = math.prod(logits.shape[:-1]), logits.shape[-1]
    build, draw = kernel("tables", "build_cumulative", "f64"), kernel("tables", "draw_cumulative", "f64")
    for first, block in _table_blocks(logits):
        n = len(block)
        sums, pivot, total = _weights(block), np.empty(n, np.int64), np.empty(n)
        tables = address(sums), address(pivot), address(total)
        run(build, 0, n, (k, *tables), cost=k)
        run(draw, 0, draws * n, (*place, k, n, first, rows, *tables, address(index)), cost=8, grain=CHUNK)


def alias(place: Place, draws: int, index: Indices, logits: npt.NDArray[Any]) -> None:
    rows = math.prod(logits.shape[:-1])
    for first, block in _table_blocks(logits):
        draw_aliases(place, _aliases(block), first, rows, draws, index)


def _aliases(block: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Thresholds and aliases of each row, shape (rows, k, 2)."""
    n, k = block.shape
    if k > ALIAS_CATEGORIES:
        raise ValueError(f"logits must have at most 2**32 - 1 categories for method 'alias', got {k}")
    weights, table, queue = _weights(block), np.empty((n, k, 2), np.uint64), np.empty((n, k), np.int64)
    build = kernel("tables", "build_alias", "f64")
    run(build, 0, n, (k, address(weights), address(table), address(queue)), cost=8 * k)
    return table


def draw_aliases(
    place: Place, table: npt.NDArray[np.uint64], first: int, rows: int, draws: int, index: Indices
) -> None:
    n, k, _ = table.shape
    entry = kernel("tables", "draw_alias", "f64")
    arguments = (*place, k, n, first, rows, address(table), address(index))
    run(entry, 0, draws * n, arguments, cost=4, grain=CHUNK)


METHODS: dict[str, Callable[..., None]] = {"gumbel-max": gumbel_max, "inverse-cdf": inverse_cdf, "alias": alias}


def write(place: Place, output: Output, draws: int, draw: Callable[..., None], *source: Any) -> None:
    """Draw from a source: one of `METHODS` with its logits, or `AliasTable.draw` of a table."""
    target = output.target
    if target.size:
        draw(place, draws, target if target.ndim == 1 else target.reshape(-1), *source)
        output.deliver()


class AliasTable:
    """A distribution prepared for millions of draws: two words and two reads from memory each, however many categories.

    Walker's alias method. Built once, in float64, and then never changed: it can be kept, pickled, and used
    by any number of generators and threads. Draw with ``rng.categorical(table, size=n)``.

    Parameters
    ----------
    logits : array_like
        Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`; one
        distribution for each other index. -inf is probability 0.
    axis : int, optional
        Axis of the categories.

    Attributes
    ----------
    shape : tuple of int
        Shape of one draw: that of `logits` without `axis`. ``()`` for one distribution.
    k : int
        Number of categories.
    probabilities : ndarray of float64
        The probabilities that draws have, shape ``shape + (k,)``.

    Raises
    ------
    TypeError, ValueError
        As `Generator.categorical`, for logits and axis; and for 2**32 categories or more.

    Notes
    -----
    A draw takes the 64-bit uniform u of two words: the integer part of ``k * u`` is the place in the table, the
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

    def __init__(self, logits: npt.ArrayLike, axis: int = -1) -> None:
        array = checks.logits_by_row(logits, axis)
        check_rows(array)
        self._shape: tuple[int, ...] = array.shape[:-1]
        made = [_aliases(block) for _, block in _table_blocks(array)]
        empty = np.empty((0, array.shape[-1], 2), np.uint64)
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
    def probabilities(self) -> npt.NDArray[np.float64]:
        """The probabilities that draws have, shape ``shape + (k,)``."""
        kept = self._table[:, :, 0].astype(np.float64) * 2.0**-64
        alias = self._table[:, :, 1].astype(np.int64)
        result = kept.copy()
        for row in range(len(result)):
            np.add.at(result[row], alias[row], 1 - kept[row])
        result /= self.k
        return np.reshape(result, (*self.shape, self.k))

    def draw(self, place: Place, draws: int, index: Indices) -> None:
        """Write the indices of `draws` draws of every distribution, from a place in the stream on."""
        draw_aliases(place, self._table, 0, len(self._table), draws, index)
