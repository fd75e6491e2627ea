"""Dask arrays: the values of one machine under any chunking, on any scheduler, and after a worker is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
from dask.array.utils import assert_eq
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import gsampler as gs
import gsampler.dask as gd

POSITION = (42, 7, 8 * 2**32 - 1001)
SHAPE = (60, 7, 45)
CHUNKINGS: list[Any] = [(60, 7, 45), (13, 7, 45), (60, 3, 45), (17, 2, 11), (1, 7, 44), ((50, 10), (3, 4), (1, 40, 4))]


@pytest.fixture(autouse=True)
def synchronous() -> Any:
    with dask.config.set(scheduler="synchronous"):
        yield


def pair() -> tuple[gd.Generator, gs.Generator]:
    return gd.Generator(*POSITION), gs.Generator(*POSITION)


@pytest.mark.parametrize("chunks", CHUNKINGS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise(chunks: Any, dtype: Any) -> None:
    rng, other = pair()
    for name in ("gumbel", "logistic", "normal"):
        made = getattr(rng, name)(2.0, 0.5, size=SHAPE, dtype=dtype, chunks=chunks)
        assert_eq(made, getattr(other, name)(2.0, 0.5, size=SHAPE, dtype=dtype))
        assert_array_equal(made.compute(), made.rechunk((7, 7, 7)).persist().compute())
    assert_array_equal(rng.random(SHAPE, dtype, chunks).compute(), other.random(SHAPE, dtype))
    assert_array_equal(rng.exponential(3.0, SHAPE, dtype, chunks).compute(), other.exponential(3.0, SHAPE, dtype))
    assert rng.state == other.state


@pytest.mark.parametrize("chunks", CHUNKINGS, ids=str)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, pytest.param(np.float64, marks=pytest.mark.slow)])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_rows_of_logits(chunks: Any, dtype: Any, axis: int) -> None:
    """Chunks along the categories too."""
    logits = np.random.default_rng(0).normal(size=SHAPE).astype(dtype)
    logits[np.random.default_rng(1).random(SHAPE) < 0.3] = -np.inf
    logits[0], logits[:, 0], logits[..., 0] = 0, 0, 0
    given_logits = da.from_array(logits, chunks=chunks)
    rng, other = pair()
    assert_eq(rng.categorical(given_logits, axis=axis), other.categorical(logits, axis=axis))
    soft = rng.gumbel_softmax(given_logits, 0.7, axis=axis)
    assert_array_equal(soft.compute(), other.gumbel_softmax(logits, 0.7, axis=axis))
    hard = rng.gumbel_softmax(given_logits, 0.7, hard=True, axis=axis)
    assert_eq(hard, other.gumbel_softmax(logits, 0.7, hard=True, axis=axis))
    assert_eq(rng.bernoulli(given_logits), other.bernoulli(logits))
    unit = np.random.default_rng(0).random(SHAPE)
    assert_eq(rng.bernoulli(p=da.from_array(unit, chunks=chunks)), other.bernoulli(p=unit))
    assert rng.state == other.state


@given(st.data())
@settings(max_examples=30)
def test_any_cuts(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=3)))

    def cuts(n: int) -> tuple[int, ...]:
        ends = sorted({n, *data.draw(st.lists(st.integers(1, n), max_size=3))})
        return tuple(int(x) for x in np.diff([0, *ends]))

    logits = np.random.default_rng(0).normal(size=shape)
    chunks = tuple(map(cuts, shape))
    rng, other = pair()
    assert_array_equal(rng.categorical(da.from_array(logits, chunks=chunks)).compute(), other.categorical(logits))
    assert_array_equal(rng.gumbel(size=shape, chunks=tuple(map(cuts, shape))).compute(), other.gumbel(size=shape))


def test_ties_of_two_chunks_are_the_first() -> None:
    """Sums that rounding makes equal in two chunks, the later of the larger noise."""
    k = 2**18 + 5
    logits = da.full(k, 1023, dtype=np.float32, chunks=2**17)
    assert int(gd.Generator(1622).categorical(logits).compute()) == 96313


@pytest.mark.parametrize("chunks", [1, 100, 333, 10_000, "auto"])
def test_repeated_draws(chunks: Any) -> None:
    rng, other = pair()
    assert_eq(
        rng.categorical(p=[0.2, 0.3, 0.5], size=1007, chunks=chunks), other.categorical(p=[0.2, 0.3, 0.5], size=1007)
    )
    rows = [[0.0, 1.0], [2.0, 3.0]]
    made = rng.categorical(rows, size=(107, 3), chunks=chunks)
    assert_eq(made, other.categorical(rows, size=(107, 3)))
    counted = rng.categorical(weights=rows, size=(107, 3), chunks=chunks, counts=True)
    assert_eq(counted, other.categorical(weights=rows, size=(107, 3), counts=True))
    table = gs.AliasTable(rows)
    assert_eq(rng.categorical(table, size=50, chunks=chunks), other.categorical(table, size=50))
    assert rng.state == other.state


def test_names_follow_from_what_is_drawn() -> None:
    def names(seed: int = 1, chunks: int = 10) -> list[str]:
        rng, logits = gd.Generator(seed), da.zeros((20, 5), chunks=chunks)
        first = [rng.gumbel(size=30, chunks=chunks), rng.gumbel(size=30, chunks=chunks), rng.categorical(logits)]
        return [x.name for x in (*first, rng.gumbel_softmax(logits), rng.categorical(p=[1.0], size=50, chunks=chunks))]

    assert names() == names()
    assert len({*names(), *names(seed=2), *names(chunks=7)}) == 15


@pytest.mark.parametrize("chunks", [(1000, 50), (130, 50), (1000, 13), (99, 7)], ids=str)
def test_channel(chunks: tuple[int, int]) -> None:
    ids = np.random.default_rng(0).integers(0, 2**63, 1000)
    lazy = da.from_array(ids, chunks=chunks[0])
    keyed, channel = gd.Channel(1, "mode").child(("year", 3)), gs.Channel(1, "mode", ("year", 3))
    assert keyed.key == channel.key
    for name in ("uniform", "exponential", "gumbel", "logistic", "normal"):
        assert_eq(getattr(keyed, name)(lazy), getattr(channel, name)(ids))
        assert_eq(
            getattr(keyed, name)(lazy, 3, place=2, dtype=np.float32),
            getattr(channel, name)(ids, 3, place=2, dtype=np.float32),
        )
    utilities = np.random.default_rng(1).normal(size=(1000, 50))
    utilities[:, 3:30] = -np.inf
    given_utilities = da.from_array(utilities, chunks=chunks)
    for columns in (None, np.random.default_rng(2).permutation(500)[:50]):
        assert_eq(
            keyed.categorical(given_utilities, lazy, columns, place=1), channel.categorical(utilities, ids, columns, 1)
        )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda r: r.categorical(np.zeros(3)), TypeError, "logits must be a Dask array, got ndarray"),
        (lambda r: r.categorical(da.zeros((4, 2)), counts=True), TypeError, "counts, p and weights must go with size"),
        (lambda r: r.gumbel(loc=[1.0, 2.0], size=2), TypeError, "loc and scale must be numbers for Dask arrays"),
        (lambda r: r.bernoulli(), TypeError, "logits or p must be given"),
        (lambda r: r.categorical(p=[1.0], size=()), ValueError, "size must have an axis to be cut along"),
        (lambda r: r.gumbel_softmax(da.zeros((4, 2)), tau=0), ValueError, "tau must be finite and above 0, got 0"),
        (
            lambda r: r.categorical(da.zeros((4, 2))[da.zeros((4, 2))[:, 0] > 0]),
            ValueError,
            "logits must have chunks of known sizes",
        ),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str) -> None:
    rng = gd.Generator(1)
    with pytest.raises(error, match=message):
        call(rng)
    assert rng.state == gs.Generator(1).state


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "logits, in one block, must be finite or -inf, got nan"),
        (2.0**39, "logits must have a largest one of a row below"),
    ],
)
def test_bad_logits_are_errors_of_the_computation(value: float, message: str) -> None:
    logits = np.zeros((4, 6))
    logits[2, 4] = value
    with pytest.raises(ValueError, match=message):
        gd.Generator(1).categorical(da.from_array(logits, chunks=2)).compute()
    with pytest.raises(ValueError, match="logits must have a category above -inf in each row"):
        gd.Generator(1).categorical(da.from_array(np.full((2, 4), -np.inf), chunks=2)).compute()


# --- several processes --------------------------------------------------------------------------------------------

WORKERS = """
import os, resource, signal, sys
import dask.array as da, numpy as np
from dask.distributed import Client, LocalCluster
import gsampler as gs, gsampler.dask as gd

if __name__ == "__main__":
    n = int(sys.argv[1])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        weights = np.arange(1.0, 27)
        future = client.compute(gd.Generator(7).categorical(weights=weights, size=n, counts=True, chunks=n // 40))
        logits = da.from_array(np.random.default_rng(0).normal(size=(400, 300)), chunks=(100, 70))
        chosen = client.compute(gd.Generator(1).categorical(logits))
        while not any(client.has_what().values()):
            pass
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)  # half way
        assert (future.result() == gs.Generator(7).categorical(weights=weights, size=n, counts=True)).all()
        assert (chosen.result() == gs.Generator(1).categorical(logits.compute())).all()
        megabytes = client.run(lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10)
    print(*megabytes.values())
"""


def test_a_job_goes_on_where_it_stopped() -> None:
    whole = gs.Generator(7).categorical(weights=np.arange(1.0, 27), size=10**6, counts=True)
    rng = gd.Generator(7)
    first = rng.categorical(weights=np.arange(1.0, 27), size=400_000, counts=True, chunks=90_000).compute()
    again = gd.Generator()
    again.state = rng.state
    rest = again.categorical(weights=np.arange(1.0, 27), size=600_000, counts=True, chunks=70_000).compute()
    assert_array_equal(first + rest, whole)


DRAWS = int(os.environ.get("GSAMPLER_TEST_DRAWS", 2 * 10**9))


@pytest.mark.slow
def test_thousands_of_millions_of_draws_and_a_worker_killed_half_way(tmp_path: Any) -> None:
    """On two processes, whose memory stays small; the counts are those of one machine."""
    script = tmp_path / "workers.py"
    script.write_text(WORKERS)
    done = subprocess.run(
        [sys.executable, script, str(DRAWS)], env=dict(os.environ), capture_output=True, text=True, timeout=1200
    )
    assert done.returncode == 0, done.stderr
    assert max(map(int, done.stdout.split())) < 1000  # megabytes, Dask's own included; the draws would take 16 000
