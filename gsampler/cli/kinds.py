"""What the numbers of a table are: logits, probabilities or counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gsampler.cli.process import BadInputError
from gsampler.cli.tables import Array, Table
from gsampler.core.arrays import compute_dtype
from gsampler.core.probabilities import logarithm

KINDS = ("logits", "probabilities", "counts")
SUM_TOLERANCE = 1e-6  # how far from 1 the sum of probabilities may be


def to_logits(table: Table, kind: str) -> Array:
    """The rows as logits; raises for the first value that the kind does not allow."""
    given = table.values
    if kind == "logits":
        logits: Array = np.ascontiguousarray(given, compute_dtype(given))
        _check_values(table, kind, logits < np.inf, "finite or -inf")
        _check_rows(table, kind, logits.max(axis=1) > -np.inf, "have a category above -inf", lambda row: "only -inf")
        return logits
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(given, np.float64)
        sums = values.sum(axis=1)
    _check_values(table, kind, (values >= 0) & (values < np.inf), "finite and not negative")
    if kind == "counts":
        good, rule = (sums > 0) & (sums < np.inf), "have a positive and finite sum"
    else:
        good = np.abs(sums - 1) <= SUM_TOLERANCE
        rule = f"add up to 1 within {SUM_TOLERANCE:g} (any weights are --kind counts)"
    _check_rows(table, kind, good, rule, lambda row: str(sums[row]))
    return logarithm(values)


def _check_values(table: Table, kind: str, good: npt.NDArray[np.bool_], rule: str) -> None:
    if not good.all():
        row, category = divmod(int(np.argmin(good)), good.shape[1])
        found = f"{table.values[row, category]} at category {table.category(category)}{table.where(row)}"
        raise BadInputError(f"{kind} must be {rule}, got {found}")


def _check_rows(table: Table, kind: str, good: npt.NDArray[np.bool_], rule: str, found: Callable[[int], str]) -> None:
    if not good.all():
        row = int(np.argmin(good))
        raise BadInputError(f"{kind} must {rule}, got {found(row)}{table.where(row)}")


def suspicion(given: Array) -> str | None:
    """The kind that numbers look like, if not logits."""
    values = np.asarray(given, np.float64)
    if not values.size or values.min() < 0:
        return None
    with np.errstate(over="ignore"):
        sums = values.sum(axis=1)
    if (np.abs(sums - 1) <= SUM_TOLERANCE).all():
        return "probabilities"
    return "counts" if (sums > 0).all() and (values == np.rint(values)).all() else None


def probabilities(values: Array, kind: str) -> npt.NDArray[np.float64]:
    """What the rows say the probabilities are, by NumPy alone."""
    weights = np.asarray(values, np.float64)
    if kind == "logits":
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    result: npt.NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return result
