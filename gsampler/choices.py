"""Choices and permutations: what `Generator.choice`, `permutation` and `shuffle` do with indices."""

from __future__ import annotations

import math
from collections.abc import MutableSequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import integers, noise
from gsampler.categorical import AliasTable
from gsampler.core import validation
from gsampler.core.arrays import Array, Indices
from gsampler.core.position import Position
from gsampler.core.probabilities import logarithm
from gsampler.core.validation import Size
from gsampler.kernels import table
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

BUCKET = 512  # words of a bucket, at most twice as many as that, but for chance
BUCKETS_MIN = 4096  # words from which on they are brought to buckets

# --- orders -----------------------------------------------------------------------------------------------------


def smallest(keys: Array, k: int) -> Indices:
    """Indices of the ``k`` smallest keys in ascending order; of equal ones, the first ones first."""
    if 0 < 4 * k < keys.size:
        limit = np.partition(keys, k - 1)[k - 1]
        candidates = np.flatnonzero(keys <= limit)
        return candidates[np.argsort(keys[candidates], kind="stable")[:k]]
    order = np.argsort(keys)  # several times as fast as the stable one, which only equal keys need
    ascending = keys[order]
    if (ascending[1:] == ascending[:-1]).any():
        order = np.argsort(keys, kind="stable")
    return order[:k]


def order(position: Position, n: int, k: int) -> Indices:
    """The first ``k`` of ``n`` indices in random order: ascending in the 64-bit words of elements 0 to n - 1."""
    keys = integers.words(position, n)
    return all_in_order(keys) if k == n >= BUCKETS_MIN else smallest(keys, k)


def all_in_order(words: npt.NDArray[np.uint64]) -> Indices:
    """Indices in the ascending order of words that are spread evenly; of equal ones, the first ones first."""
    n = words.size
    bits = (n // BUCKET).bit_length()
    begins, spread, indices = np.empty(2**bits + 2, np.int64), np.empty(n, np.uint64), np.empty(n, np.int64)
    made = table.spread_words(
        words=address(words),
        n=n,
        bits=bits,
        begins=address(begins),
        keys=address(spread),
        indices=address(indices),
    )
    run(kernel("spread_words", "f64"), 0, 1, made, n)
    ordered = table.order_buckets(bits=bits, begins=address(begins), keys=address(spread), indices=address(indices))
    run(kernel("order_buckets", "f64"), 0, 2**bits, ordered, n >> bits)
    return indices


# --- choice -----------------------------------------------------------------------------------------------------


class Choice:
    """A call of `Generator.choice`: its arguments, checked, and its result.

    Attributes
    ----------
    words : int
        Words of the stream that it takes.
    """

    __slots__ = ("_axis", "_count", "_draw", "_index", "_items", "_scalar", "_shape", "_sorted", "_source", "words")

    def __init__(self, a: Any, size: Size, replace: Any, p: Any, axis: Any, shuffle: Any) -> None:
        replaces = validation.flag(replace, "replace")
        self._sorted = not validation.flag(shuffle, "shuffle") and not replaces
        self._items, self._count, self._axis = validation.population(a, "a", axis)
        self._scalar, self._shape = size is None, validation.shape(size)
        draws = math.prod(self._shape)
        weights = None if p is None else validation.choice_probabilities(p, self._count, draws)
        possible = self._count if weights is None else int(np.count_nonzero(weights))
        validation.choice_size(draws, self._count, possible, replaces)
        self._index: Indices = np.empty(draws, np.int64)
        self._source: Any = None
        if not draws:
            self._draw = self._nothing
        elif weights is None:
            self._draw = self._uniform if replaces else self._in_random_order
        else:
            logits = logarithm(weights)
            self._source = AliasTable(logits) if replaces else logits
            self._draw = self._by_alias if replaces else self._by_gumbel
        self.words = 2 * (draws if replaces or not draws else self._count)

    def write(self, position: Position) -> None:
        self._draw(position)
        if self._sorted:
            self._index.sort()

    def _nothing(self, position: Position) -> None:
        pass

    def _uniform(self, position: Position) -> None:
        integers.below(position, self._count, self._index)

    def _in_random_order(self, position: Position) -> None:
        self._index[...] = order(position, self._count, self._index.size)

    def _by_alias(self, position: Position) -> None:
        self._source.draw(position, self._index.size, self._index)

    def _by_gumbel(self, position: Position) -> None:
        """The largest of log(p) + gumbel noise are drawn one after the other without replacement [1]_.

        .. [1] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find them", ICML 2019, section 2.3.
        """
        keys = np.empty(self._count)
        noise.fill(position, "fill_gumbel", np.float64, keys)
        keys += self._source
        self._index[...] = smallest(np.negative(keys, out=keys), self._index.size)

    def value(self) -> Any:
        index = self._index.reshape(self._shape)
        if self._items is None:
            return index[()] if self._scalar else index
        return np.take(self._items, index, axis=self._axis)


# --- permutations -----------------------------------------------------------------------------------------------


class Permutation:
    """A call of `Generator.permutation` or, where it writes back, of `shuffle`."""

    __slots__ = ("_axis", "_count", "_items", "_result", "_target", "words")

    def __init__(self, x: Any, axis: Any, *, in_place: bool) -> None:
        self._target: Any = x if in_place else None
        self._items: Array | None
        if in_place and not isinstance(x, np.ndarray):
            self._items, self._count, self._axis = None, validation.shuffled_sequence(x, axis), 0
        else:
            self._items, self._count, self._axis = validation.population(x, "x", axis)
        if isinstance(self._target, np.ndarray):
            validation.shuffled_array(self._target)
        self._result: Any = None
        self.words = 2 * self._count

    def write(self, position: Position) -> None:
        index = order(position, self._count, self._count)
        self._result = index if self._items is None else np.take(self._items, index, axis=self._axis)
        if isinstance(self._target, np.ndarray):
            self._target[...] = self._result
        elif self._target is not None:
            _reorder(self._target, index)

    def value(self) -> Any:
        return self._result


def _reorder(sequence: MutableSequence[Any], index: npt.NDArray[np.int64]) -> None:
    for i, item in enumerate([sequence[i] for i in index.tolist()]):
        sequence[i] = item
