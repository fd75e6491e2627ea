"""Invalid logits: the first bad row or value is named, however the work is cut, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from functions import FUNCTIONS
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler.core.logits import LogitElements, LogitRows
from gsampler.kernels import constants

LENGTHS = [1, 2, 4, 10, 64, 65, 72, 73, 384, 385, 1000, 1024, 1025, 1153, 4096, 5000, 140_000]
SOME = {1, 4, 65, 1024, 5000, 140_000}  # one of each way to do a row; with --slow, all
LAYOUTS: dict[str, Callable[[np.ndarray], tuple[np.ndarray, int]]] = {
    "contiguous": lambda rows: (rows, -1),
    "strided": lambda rows: (np.repeat(rows, 2, axis=1)[:, ::2], -1),
    "categories-first": lambda rows: (np.ascontiguousarray(rows.T), 0),
}
ROW_CALLS: dict[str, Callable[[gs.Generator, np.ndarray, int], Any]] = {
    "categorical": lambda rng, x, axis: rng.categorical(x, axis=axis),
    "categorical, one draw": lambda rng, x, axis: rng.categorical(x, size=1, axis=axis, method="gumbel-max"),
    "categorical, two draws": lambda rng, x, axis: rng.categorical(x, size=2, axis=axis, method="gumbel-max"),
    "gumbel_softmax": lambda rng, x, axis: rng.gumbel_softmax(x, axis=axis),
    "gumbel_softmax, hard": lambda rng, x, axis: rng.gumbel_softmax(x, axis=axis, hard=True),
    "gumbel_softmax_vjp": lambda rng, x, axis: rng.gumbel_softmax_vjp(x, axis=axis),
}
ROW_CALLS |= {f"{f.name}, {i}": call for f in FUNCTIONS.values() for i, call in enumerate(f.checks_rows)}
VALUE_CALLS: dict[str, Callable[[gs.Generator, np.ndarray], Any]] = {
    "bernoulli": lambda rng, x: rng.bernoulli(x),
    "bernoulli, two draws": lambda rng, x: rng.bernoulli(x, size=2),
    "binary_concrete": lambda rng, x: rng.binary_concrete(x),
    "binary_concrete, hard": lambda rng, x: rng.binary_concrete(x, hard=True),
    "binary_concrete_vjp": lambda rng, x: rng.binary_concrete_vjp(x),
}
# from which row on, and with what, rows are bad: a later row may be worse, and a chunk have several
BAD = {
    "nan": lambda x, r: x[r:, -1].fill(np.nan),
    "-nan": lambda x, r: x[r:, -1].fill(-np.nan),
    "inf": lambda x, r: x[r:, 0].fill(np.inf),
    "all -inf": lambda x, r: x[r : r + 1].fill(-np.inf),
    "all -inf, then nan": lambda x, r: (x[r + 1 :, 0].fill(np.nan), x[r].fill(-np.inf)),
    "nan, then all -inf": lambda x, r: (x[r + 1 :].fill(-np.inf), x[r, x.shape[1] // 2 :].fill(np.nan)),
}


def logits_of(k: int, dtype: type, threads: int) -> np.ndarray:
    """Of several batches, and enough for two threads where there are two; a quarter is -inf."""
    rows = max(3, (140_000 if threads > 1 else 20_000) // k)  # at most 3 long ones are shared out part by part
    generator = np.random.default_rng(k)
    x = generator.standard_normal((rows, k)).astype(dtype)
    x[generator.random(x.shape) < 0.25] = -np.inf
    x[:, : k // 2] = -np.inf if k > constants.SPLIT_MIN_K else x[:, : k // 2]  # a whole part may be
    x[np.arange(rows), generator.integers(k // 2, k, size=rows)] = 0
    return x


def complaint(x: np.ndarray, row: int) -> str:
    wrong = np.flatnonzero(~(x[row] < np.inf))
    if wrong.size:
        return f"logits must be finite or -inf, got {x[row, wrong[0]]} at category {wrong[0]} in row {row}"
    return f"logits must have a category above -inf, got only -inf in row {row}"


def message_of(call: Callable[[gs.Generator], Any]) -> str:
    """What a call says, which must leave the generator where it is."""
    rng = gs.Generator(1, 2, 5)
    with pytest.raises(ValueError, match="logits must") as caught:
        call(rng)
    assert rng == gs.Generator(1, 2, 5)
    return str(caught.value)


@pytest.mark.parametrize("call", ROW_CALLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [k if k in SOME else pytest.param(k, marks=pytest.mark.slow) for k in LENGTHS])
def test_the_first_bad_row_is_named(k: int, dtype: type, call: str, threads: int) -> None:
    good = logits_of(k, dtype, threads)
    ROW_CALLS[call](gs.Generator(1), good, -1)
    for row in (0, 1, len(good) // 2 + 1, len(good) - 1):
        for spoil in BAD.values():
            x = good.copy()
            spoil(x, row)
            assert message_of(lambda rng, x=x: ROW_CALLS[call](rng, x, -1)) == complaint(x, row)


@pytest.mark.parametrize("call", ROW_CALLS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_first_bad_row_is_named_where_blocks_are_copied(dtype: type, layout: str, call: str) -> None:
    """Rows of the second block; those of the first have been sampled by then."""
    for k in (3, 700):
        x = np.zeros((2**20 // k + 50, k), dtype)
        x[-20, k // 2 :] = np.nan
        x[-10] = -np.inf
        given, axis = LAYOUTS[layout](x)
        assert message_of(lambda rng, given=given, axis=axis: ROW_CALLS[call](rng, given, axis)) == complaint(
            x, len(x) - 20
        )


def test_a_single_row_and_rows_of_several_axes() -> None:
    for call in ROW_CALLS.values():
        assert message_of(lambda rng, call=call: call(rng, np.full(3, -np.inf), -1)) == (
            "logits must have a category above -inf, got only -inf throughout"
        )
        x = np.zeros((2, 3, 4))
        x[1, 2, 3] = np.inf
        assert message_of(lambda rng, call=call, x=x: call(rng, x, -1)) == (
            "logits must be finite or -inf, got inf at category 3 in row (1, 2)"
        )


@pytest.mark.parametrize("call", VALUE_CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_first_bad_value_is_named(dtype: type, call: str, threads: int) -> None:
    good = np.full(2**18 + 77, -np.inf, dtype)
    VALUE_CALLS[call](gs.Generator(1), good)
    for at in (0, 1023, 1152, 2**17 + 3, good.size - 1):
        for value in (np.nan, np.inf):
            x = good.copy()
            x[at], x[at + 1 :: 1000] = value, np.nan
            for given in (x, np.repeat(x, 2)[::2]):
                said = message_of(lambda rng, given=given: VALUE_CALLS[call](rng, given))
                assert said == f"logits must be finite or -inf, got {value} at index ({at},)"


@pytest.mark.parametrize("shape", [(50, 3), (50, 4095), (50, 4096), (3, 140_000)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_out_is_as_it_was(shape: tuple[int, int], dtype: type, threads: int) -> None:
    x = np.zeros(shape, dtype)
    x[-1, -1] = np.nan
    for call, out in (
        (lambda rng, out: rng.categorical(x, out=out), np.full(shape[0], 7)),
        (lambda rng, out: rng.categorical(x, size=2, out=out), np.full((2, shape[0]), 7)),
        (lambda rng, out: rng.gumbel_softmax(x, out=out), np.full(shape, 7, dtype)),
        (lambda rng, out: rng.gumbel_softmax(x, out=out, hard=True), np.full(shape, 7, dtype)),
        (lambda rng, out: rng.gumbel_softmax_vjp(x, out=out), np.full(shape, 7, dtype)),
        (lambda rng, out: rng.bernoulli(x, out=out), np.full(shape, True)),
        (lambda rng, out: rng.binary_concrete(x, out=out), np.full(shape, 7, dtype)),
        (lambda rng, out: rng.binary_concrete(x, out=out, hard=True), np.full(shape, 7, dtype)),
        (lambda rng, out: rng.binary_concrete_vjp(x, out=out, hard=True), np.full(shape, 7, dtype)),
        (lambda rng, out: gs.softmax(x, out=out), np.full(shape, 7, dtype)),
    ):
        before = out.copy()
        with pytest.raises(ValueError, match="must be finite or -inf"):
            call(gs.Generator(1), out)
        assert_array_equal(out, before)


@pytest.mark.parametrize("k", [5, 4096, 140_000])
def test_categories_in_out_are_those_returned(k: int, threads: int) -> None:
    x = np.random.default_rng(0).standard_normal((7, k)).astype(np.float32)
    expected = gs.Generator(3).categorical(x)
    for out in (np.empty(7, np.int64), np.empty(14, np.int64)[::2]):
        assert gs.Generator(3).categorical(x, out=out) is out
        assert_array_equal(out, expected)


def test_new_arrays_take_no_pass_of_checks_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: Any) -> None:
        raise AssertionError("logits are read twice")

    monkeypatch.setattr(LogitRows, "validate", called)
    monkeypatch.setattr(LogitElements, "validate", called)
    x = np.zeros((3, 5000), np.float32)
    for row_call in (name for name in ROW_CALLS if "two draws" not in name):
        ROW_CALLS[row_call](gs.Generator(1), x, -1)
    for value_call in (name for name in VALUE_CALLS if "two draws" not in name):
        VALUE_CALLS[value_call](gs.Generator(1), x)
    gs.softmax(x)
    gs.Generator(1).categorical(x, out=np.empty(3, np.int64))  # of so many categories
