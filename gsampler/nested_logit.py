"""Nested logit by explicit errors: the extreme value noise of alternatives in a tree of nests.

With G standard Gumbel and S positive stable of index a, E exp(-x S) = exp(-x^a), the errors a (G_j + log S) of the
alternatives of a nest have the distribution function exp(-(sum_j exp(-e_j / a))^a), that of McFadden's nested logit;
so a tree of nests adds one such logarithm a nest. S is made of a uniform and an exponential number.

McFadden, "Modelling the choice of residential location", 1978; Chambers, Mallows, Stuck, "A method for simulating
stable random variables", JASA 71(354), 1976.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gsampler.core import validation
from gsampler.core.arrays import Array
from gsampler.core.probabilities import logarithm

PI = float(np.pi)
# sin(x) / x = sum of c[i] x^(2 i)
_SINE = [1.0]
for _i in range(1, 14):
    _SINE.append(-_SINE[-1] / (2 * _i * (2 * _i + 1)))


@dataclass(frozen=True)
class Nest:
    """A nest of a tree: name, dissimilarity within what it is in, and the scale of its errors, from the root on."""

    name: Any
    dissimilarity: float
    scale: float
    alternatives: tuple[int, ...]  # positions of all that are in it, or in nests of it


@dataclass(frozen=True)
class Tree:
    """Nests in order, each after those that it is in; the scale of each alternative."""

    nests: tuple[Nest, ...]
    scales: Array

    @staticmethod
    def of(nests: Any, ids: Sequence[int]) -> Tree:
        """The tree that a user describes, of alternatives with these ids, in order."""
        positions = {identity: at for at, identity in enumerate(ids)}
        found: list[Nest] = []
        scales = np.ones(len(ids))
        names: set[Any] = set()
        seen: dict[int, Any] = {}
        for nest in _nests(nests, "nests"):
            _add(nest, 1.0, positions, found, names, seen)
        for nest in found:
            for at in nest.alternatives:
                scales[at] = min(scales[at], nest.scale)
        return Tree(tuple(found), scales)


def _nests(given: Any, where: str) -> list[Any]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise validation.not_nests(given, where)
    return list(given)


def _add(
    given: Any,
    scale: float,
    positions: dict[int, int],
    found: list[Nest],
    names: set[Any],
    seen: dict[int, Any],
) -> tuple[int, ...]:
    """Add a nest, and those in it; return the positions of its alternatives."""
    name, dissimilarity, members = validation.nest(given)
    if name in names:
        raise validation.nest_twice(name)
    names.add(name)
    own = scale * dissimilarity
    at = len(found)
    found.append(Nest(name, dissimilarity, own, ()))
    inside: list[int] = []
    for member in _nests(members, f"nest {name!r}"):
        if isinstance(member, tuple):
            inside += _add(member, own, positions, found, names, seen)
            continue
        identity = validation.member(member, name, positions, seen)
        seen[identity] = name
        inside.append(positions[identity])
    if not inside:
        raise validation.empty_nest(name)
    found[at] = Nest(name, dissimilarity, own, tuple(inside))
    return found[at].alternatives


def sine(x: Array) -> Array:
    """sin(x) for x from 0 to pi / 2, by operations that have the same bits everywhere."""
    square = x * x
    total = np.full_like(x, _SINE[-1])
    for coefficient in _SINE[-2::-1]:
        total = total * square + coefficient
    return total * x


def _log_sine(x: Array) -> Array:
    """log(sin(x)) for x from 0 to pi."""
    return logarithm(sine(np.minimum(x, PI - x)))


def log_stable(a: float, uniform: Array, exponential: Array) -> Array:
    """log S of positive stable S of index a in (0, 1], of a uniform and an exponential number each."""
    if a == 1:
        return np.zeros(uniform.shape)
    # the angle is pi (1 - u): its distance to pi, where S is large, has all bits of a small u
    from_pi = PI * uniform
    angle = PI - from_pi
    rest = _log_sine((1 - a) * angle) - logarithm(exponential)
    return _log_sine(a * angle) - _log_sine(from_pi) / a + (1 - a) / a * rest


def shifts(tree: Tree, stables: Iterator[Array], rows: int) -> Array:
    """What the nests add to the errors of each alternative, shape (rows, alternatives)."""
    total = np.zeros((rows, len(tree.scales)))
    for nest, stable in zip(tree.nests, stables, strict=True):
        if nest.dissimilarity != 1:
            total[:, list(nest.alternatives)] += (nest.scale * stable)[:, None]
    return total
