"""Arguments that a C function must turn down, and with which status, as the names of its parameters tell.

Each call is one of 2 rows of 3 categories, or of 6 elements, that is good but for these arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from functions import CFunction as Function

NAN, INF = np.nan, np.inf
ROWS, K = 2, 3
N = ROWS * K
END = 2**64

Bad = tuple[dict[str, Any], str]


def with_one(value: float, position: int) -> np.ndarray:
    array = np.zeros(N)
    array[position] = value
    return array


MASKED = np.array([0.0, 0, 0, -INF, -INF, -INF])
LARGE = np.array([0.0, 0, 0, -INF, 2.0**39, 1])

BAD_SIZES: dict[str, tuple[int, ...]] = {
    "n": (-1, -(2**63), 2**57, 2**63 - 1),
    "rows": (-1, -2, 2**57),
    "k": (0, -1, 2**57),
    "draws": (-1, -2, 2**57),
}
BAD_NUMBERS: dict[str, tuple[str, tuple[float, ...]]] = {
    "tau": ("TAU", (0.0, -1.0, NAN, INF, 1e-320)),
    "loc": ("LOC", (NAN, INF, -INF)),
    "scale": ("SCALE", (0.0, -1.0, NAN, INF, 1e-320)),
}
BAD_SAMPLES: dict[str, tuple[float, ...]] = {
    "soft": (-1.0, 2.0, NAN),
    "y": (-1.0, 1.5, NAN),
    "log_probs": (0.5, NAN, INF),
    "x": (NAN,),
}


def may_be_null(function: Function) -> set[str]:
    """The arrays of which the header says so."""
    outputs = {p.name for p in function.parameters if p.is_output}
    with_index = {"index"} if "soft" in outputs else set()
    inputs = {p.name for p in function.parameters} & {"columns", "indptr"}
    return inputs | outputs & ({"maximum", "dtau", "dloc", "dscale", "row"} | with_index)


def words_of(function: Function, values: dict[str, Any]) -> int:
    """The words of the stream that a call takes."""
    names = {p.name for p in function.parameters}
    draws = values["draws"] if "draws" in names else 1
    if "table" in names:
        return 2 * values["rows"] * draws
    elements = values["rows"] * values["k"] if "k" in names else values["n"]
    double = function.name.endswith("_f64") or names & {"values", "lam", "p"}
    return (2 if double else 1) * elements * draws


def bad_arguments(function: Function) -> Iterator[Bad]:
    """All that the names tell: each with a status."""
    parameters = {p.name: p for p in function.parameters}
    names = list(parameters)
    for p in function.parameters:
        if p.is_array and p.name not in may_be_null(function):
            yield {p.name: None}, "NULL"
    for name in filter(parameters.__contains__, BAD_SIZES):
        for size in BAD_SIZES[name]:
            yield {name: size}, "SIZE"
    for pair in (("rows", "k"), ("n", "draws"), ("rows", "draws")):
        if set(pair) <= parameters.keys():
            yield dict.fromkeys(pair, 2**32), "SIZE"
            yield dict.fromkeys(pair, 2**40), "SIZE"
    if {"k", "logits", "draws"} <= parameters.keys():
        yield {"draws": 2**55}, "SIZE"  # neither rows * draws nor rows * k is too many
    if "k" in parameters:
        yield {"rows": 0, "k": 0}, "SIZE"
    for name, (status, numbers) in BAD_NUMBERS.items():
        for number in numbers if name in parameters else ():
            count = ROWS if "k" in parameters else N
            yield {name: np.array([1.0] * (count - 1) + [number]) if parameters[name].is_array else number}, status
    if "tau" in names and parameters["tau"].is_array:
        yield {"tau": np.zeros(N)}, "TAU"
    logits = [name for name in ("logits", "other_logits") if name in names]
    logits += ["x"] if "x" in names and "log_prob" not in function.name else []
    for name in logits:
        for value in (NAN, INF):
            for position in range(N):
                yield {name: with_one(value, position)}, "LOGITS"
            yield {name: np.full(N, value)}, "LOGITS"
        if "k" in parameters:
            yield {name: MASKED}, "ROW"
            yield {name: np.full(N, -INF)}, "ROW"
            yield {name: np.where(MASKED == 0, INF, MASKED)}, "LOGITS"  # the first bad row
    observed = "index" in names and not parameters["index"].is_output  # noise of an observed category: sums are rounded
    if "logits" in names and "k" in parameters and "seed" in parameters and not observed:
        for large in (LARGE, np.full(N, 2.0**39), np.full(N, -(2.0**39))):
            yield {"logits": large}, "LARGE"
    for name in filter(parameters.__contains__, BAD_SAMPLES):
        if name in logits or parameters[name].is_output:
            continue
        for value in BAD_SAMPLES[name]:
            yield {name: with_one(value, 4)}, "SAMPLE"
            yield {name: np.full(N, value)}, "SAMPLE"
