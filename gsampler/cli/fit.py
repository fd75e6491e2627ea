"""Observed against expected: how well what was drawn agrees with the probabilities of INPUT."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gsampler.cli.kinds import probabilities
from gsampler.cli.process import plural
from gsampler.cli.tables import Table

LEAST_EXPECTED = 5.0  # Cochran's rule: cells expected fewer times are pooled
EXACT_TAIL = 200  # degrees of freedom up to which the tail of chi-square is summed
BLOCK = 2**20  # values compared with their expectation at a time

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Fit(NamedTuple):
    """How well the frequencies of some rows agree with their probabilities; one element a row."""

    statistic: Floats  # Pearson's chi-square
    freedom: Integers  # its degrees of freedom; 0 where nothing can be compared
    pooled: Integers  # categories taken together
    difference: Floats  # largest |observed - expected| frequency
    category: Integers  # where it is
    impossible: Integers  # draws of categories with probability 0


def pearson(observed: Integers, probability: Floats, draws: int) -> Fit:
    """Pearson's test, row by row.

    Categories expected fewer than 5 times are taken together, and if those still are, with the least likely other one.
    """
    seen, expected = observed.astype(np.float64), probability * draws
    differences = np.abs(seen / max(draws, 1) - probability)
    rare = expected < LEAST_EXPECTED
    pool_seen, pool_expected = np.where(rare, seen, 0).sum(axis=1), np.where(rare, expected, 0).sum(axis=1)
    joined = (pool_expected < LEAST_EXPECTED) & ~rare.all(axis=1)
    least = np.argmin(np.where(rare, np.inf, expected), axis=1)
    rows = np.flatnonzero(joined)
    seen[rows, least[rows]] += pool_seen[rows]
    expected[rows, least[rows]] += pool_expected[rows]
    terms = np.zeros_like(expected)
    np.divide((seen - expected) ** 2, expected, out=terms, where=~rare)
    alone = ~joined & (pool_expected >= LEAST_EXPECTED)  # a cell of its own
    pool = np.zeros_like(pool_expected)
    np.divide((pool_seen - pool_expected) ** 2, pool_expected, out=pool, where=alone)
    return Fit(
        statistic=terms.sum(axis=1) + pool,
        freedom=np.maximum((~rare).sum(axis=1) + alone - 1, 0),
        pooled=(rare & (probability > 0)).sum(axis=1),
        difference=differences.max(axis=1),
        category=differences.argmax(axis=1),
        impossible=np.where(probability == 0, observed, 0).sum(axis=1),
    )


def _fit(table: Table, kind: str, observed: Integers, draws: int) -> Fit:
    rows, k = observed.shape
    step = max(1, BLOCK // k)
    parts = []
    for first in range(0, rows, step):
        block = slice(first, first + step)
        parts.append(pearson(observed[block], probabilities(table.values[block], kind), draws))
    return Fit(*map(np.concatenate, zip(*parts, strict=True)))


def tail(statistic: float, freedom: int) -> float:
    """P(chi-square >= statistic): exact, or for many degrees of freedom by the cube root.

    M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 26.4.4, 26.4.5 and 26.4.14.
    """
    if freedom > EXACT_TAIL:
        variance = 2 / (9 * freedom)
        z = ((statistic / freedom) ** (1 / 3) - (1 - variance)) / math.sqrt(variance)
        return math.erfc(z / math.sqrt(2)) / 2
    half = statistic / 2
    if half == 0:
        return 1.0
    a, total = (0.5, math.erfc(math.sqrt(half))) if freedom % 2 else (1.0, math.exp(-half))
    while 2 * a < freedom:  # Q(a + 1, x) = Q(a, x) + x^a exp(-x) / gamma(a + 1)
        total += math.exp(a * math.log(half) - half - math.lgamma(a + 1))
        a += 1
    return min(total, 1.0)


def compared(table: Table, kind: str, observed: Integers, draws: int) -> Iterator[str]:
    """What to say of observed and expected frequencies."""
    rows = len(observed)
    if not draws or not rows:
        yield "compared  nothing: nothing was drawn"
        return
    fit = _fit(table, kind, observed, draws)
    tested = np.flatnonzero(fit.freedom > 0)
    at = int(np.argmax(fit.difference))
    where = f"category {table.category(int(fit.category[at]))}" + (f" of row {at}" if rows > 1 else "")
    seen = int(observed[at, fit.category[at]]) / draws
    expected = probabilities(table.values[at : at + 1], kind)[0, fit.category[at]]
    largest = f"frequencies furthest apart at {where}: {seen:.6g} observed, {expected:.6g} expected"
    if not len(tested):
        reason = "fewer than two categories" if rows == 1 else "in no row two categories"
        yield f"compared  {largest}; no chi-square: {reason} expected {LEAST_EXPECTED:g} times"
    elif rows == 1:
        pooled = int(fit.pooled[0])
        note = f", {pooled} rare categories taken together" if pooled > 1 else ""
        yield f"compared  {_chi_square(float(fit.statistic[0]), int(fit.freedom[0]))}{note}; {largest}"
    else:
        total = _chi_square(float(fit.statistic[tested].sum()), int(fit.freedom[tested].sum()))
        tails = [tail(float(fit.statistic[row]), int(fit.freedom[row])) for row in tested]
        worst = int(tested[int(np.argmin(tails))])
        single = _chi_square(float(fit.statistic[worst]), int(fit.freedom[worst]))
        over = f"over {plural(len(tested), 'row')}; the worst of them row {worst}: {single}"
        yield f"compared  {total}, {over}; {largest}"
    if fit.impossible.any():
        yield f"compared  {int(fit.impossible.sum())} draws of categories that have probability 0"


def _chi_square(statistic: float, freedom: int) -> str:
    return f"chi-square {statistic:.5g} on {plural(freedom, 'degree')} of freedom, p = {tail(statistic, freedom):.2g}"
