"""Ratios ours / theirs: medians of paired runs, the two alternating in one process. Larger is worse."""

import gc
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

import gsampler as gs

from . import peers
from .categorical import normal_logits
from .child import child_main
from .relaxed import TAU, sample_and_back
from .tails import truncated_gumbel
from .threads import WORK, N, work

SHORTEST = 1e-3  # seconds that the clock should see at a time
FEWEST = 5  # pairs


class Row(NamedTuple):
    """What is compared, where, and what the ratio should be."""

    make: Callable  # -> ours, theirs
    needs: str
    must: float | None = None
    target: float | None = None
    n: int = N  # elements or draws of a call
    threads: int | None = 1  # ours; None: all
    one_core: bool = False


def noise(theirs, *arguments, dtype="float32", n=N, new=False):
    rng, out = gs.Generator(42), np.zeros(n, dtype)
    ours = partial(rng.gumbel, size=n, dtype=dtype, out=None if new else out)
    return ours, getattr(peers, theirs)(n, *arguments)


def tails(dtype):
    rng, out = gs.Generator(42), np.zeros(N, dtype)
    return partial(rng.gumbel, size=N, dtype=dtype, out=out), truncated_gumbel(N, dtype)


def categorical(theirs, k):
    rng, logits, out = gs.Generator(42), normal_logits((N // k, k)), np.zeros(N // k, np.int64)
    given = (N, "float32") if theirs == "mkl_gumbel" else (logits,)
    return partial(rng.categorical, logits, out=out), getattr(peers, theirs)(*given)


def normal(theirs):
    rng, out = gs.Generator(42), np.zeros(N, np.float32)
    return partial(rng.normal, dtype=np.float32, out=out), getattr(peers, theirs)(N)


def relaxed(theirs, k, rows=None, new=False):
    rng, logits = gs.Generator(42), normal_logits((rows or N // k, k))
    out = None if new else np.zeros_like(logits)
    return partial(rng.gumbel_softmax, logits, TAU, out=out), getattr(peers, theirs)(logits, TAU)


def with_backward(theirs, k, new=False, **options):
    logits = normal_logits((N // k, k))
    return sample_and_back(logits, new=new), getattr(peers, theirs)(logits, TAU, **options)


def binary(theirs, new=False):
    rng, logits = gs.Generator(42), normal_logits(N)
    out = None if new else np.zeros_like(logits)
    return partial(rng.binary_concrete, logits, TAU, out=out), getattr(peers, theirs)(logits, TAU)


def two_threads(what):
    call = work(what)

    def on(threads):
        gs.set_num_threads(threads)
        call()

    return partial(on, 2), partial(on, 1)


LONG = 131072

mkl, numpy = partial(noise, "mkl_gumbel"), partial(noise, "numpy_gumbel")
mkl_alone, jax = partial(categorical, "mkl_gumbel"), partial(categorical, "jax_categorical")
multinomial, argmax = partial(categorical, "torch_multinomial"), partial(categorical, "torch_argmax")

soft, back = partial(relaxed, "torch_gumbel_softmax"), partial(with_backward, "torch_gumbel_softmax_backward")
jax_soft, jax_back = partial(relaxed, "jax_gumbel_softmax"), partial(with_backward, "jax_gumbel_softmax_backward")
coin = partial(binary, "torch_relaxed_bernoulli")

ROWS = {
    "gumbel float32 / MKL Philox": Row(partial(mkl, "float32"), "MKL", 1.1, 0.85),
    "gumbel float32 / MKL MCG59": Row(partial(mkl, "float32", "MCG59"), "MKL"),
    "gumbel float32 / MKL MT19937": Row(partial(mkl, "float32", "MT19937"), "MKL"),
    "gumbel float64 / MKL Philox": Row(partial(mkl, "float64", dtype="float64"), "MKL", None, 1.0),
    "gumbel float32 / without its tails": Row(partial(tails, "float32"), "NumPy"),
    "gumbel float64 / without its tails": Row(partial(tails, "float64"), "NumPy"),
    "gumbel float32 / NumPy float64": Row(numpy, "NumPy", 0.1, 0.1),
    "gumbel float64 / NumPy float64": Row(partial(numpy, dtype="float64"), "NumPy"),
    "gumbel float64, new array / NumPy": Row(partial(numpy, dtype="float64", new=True), "NumPy"),
    "gumbel float64, n=1 / NumPy": Row(partial(numpy, dtype="float64", n=1, new=True), "NumPy", n=1),
    "gumbel float64, n=16 / NumPy": Row(partial(numpy, dtype="float64", n=16, new=True), "NumPy", n=16),
    "categorical K=131072 / MKL noise alone": Row(partial(mkl_alone, LONG), "MKL", None, 0.6),
    "categorical K=64 / torch.multinomial": Row(partial(multinomial, 64), "torch", 0.1, 0.06),
    "categorical K=131072 / torch.multinomial": Row(partial(multinomial, LONG), "torch", 0.1),
    "categorical K=64 / torch argmax": Row(partial(argmax, 64), "torch", 0.1),
    "categorical K=131072 / torch argmax": Row(partial(argmax, LONG), "torch", 0.1),
    "categorical K=64 / JAX, one core": Row(partial(jax, 64), "JAX", 0.1, 0.06, one_core=True),
    "categorical K=131072 / JAX, one core": Row(partial(jax, LONG), "JAX", 0.1, one_core=True),
    "categorical K=64 / JAX, all cores": Row(partial(jax, 64), "JAX", 0.1, threads=None),
    "categorical K=131072 / JAX, all cores": Row(partial(jax, LONG), "JAX", 0.1, threads=None),
    "gumbel_softmax K=64 / torch": Row(partial(soft, 64), "torch", 0.12, 0.08),
    "gumbel_softmax K=1000 / torch": Row(partial(soft, 1000), "torch", 0.12, 0.08),
    "gumbel_softmax K=131072 / torch": Row(partial(soft, LONG), "torch", None, 0.08),
    "gumbel_softmax K=10 / torch": Row(partial(soft, 10), "torch", None, 0.08),
    "gumbel_softmax K=64, new array / torch": Row(partial(soft, 64, new=True), "torch"),
    "gumbel_softmax, one row of 10 / torch": Row(partial(soft, 10, 1, new=True), "torch", None, 0.5, n=10),
    "with backward K=64 / torch autograd": Row(partial(back, 64), "torch", 0.12, 0.1),
    "with backward K=1000 / torch autograd": Row(partial(back, 1000), "torch", 0.12, 0.1),
    "with backward K=64 / torch, to logits only": Row(partial(back, 64, learnt=False), "torch", None, 0.1),
    "with backward K=1000 / torch, to logits only": Row(partial(back, 1000, learnt=False), "torch", None, 0.1),
    "with backward K=64, new arrays / torch": Row(partial(back, 64, new=True), "torch"),
    "gumbel_softmax K=64 / JAX, all cores": Row(partial(jax_soft, 64), "JAX", None, 0.2, threads=None),
    "with backward K=64 / JAX, all cores": Row(partial(jax_back, 64), "JAX", None, 0.2, threads=None),
    "binary_concrete / torch RelaxedBernoulli": Row(coin, "torch", 0.12, 0.1),
    "binary_concrete, new array / torch": Row(partial(coin, new=True), "torch"),
    "normal float32 / NumPy float32": Row(partial(normal, "numpy_normal"), "NumPy"),
    **{
        f"{what}, two threads / one": Row(partial(two_threads, what), "two cores", 0.55, 0.55, threads=None)
        for what in WORK
    },
}


def missing(name):
    """What keeps a row from being measured here, or None."""
    row = ROWS[name]
    return peers.missing(row.needs) or (peers.missing("one core") if row.one_core else None)


def measure(name, seconds=0.5):
    """Median of the paired ratios, their quartiles, the number of pairs, and ns per element of both."""
    return json.loads(child_main("ratios", name, seconds))


def main():
    row, seconds = ROWS[sys.argv[1]], float(sys.argv[2])
    if row.one_core:  # before JAX counts the cores
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if row.threads:
        gs.set_num_threads(row.threads)
    print(json.dumps(paired(*row.make(), row.n, seconds)))


def paired(ours, theirs, n, seconds):
    calls = (ours, theirs)
    for call in calls:
        call()
    numbers = [max(1, round(SHORTEST / _time(call, 1))) for call in calls]
    gc.disable()
    pairs, end = [], time.perf_counter() + seconds
    for turn in itertools.count():
        order = (0, 1) if turn % 2 else (1, 0)
        taken = {i: _time(calls[i], numbers[i]) for i in order}
        pairs.append((taken[0], taken[1]))
        if len(pairs) >= FEWEST and time.perf_counter() > end:
            break
    ratios = [a / b for a, b in pairs]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    ns = [statistics.median(side) / n * 1e9 for side in zip(*pairs, strict=True)]
    return {"ratio": middle, "quartiles": [low, high], "pairs": len(pairs), "ours_ns": ns[0], "theirs_ns": ns[1]}


def _time(call, number):
    start = time.perf_counter()
    for _ in range(number):
        call()
    return (time.perf_counter() - start) / number


class Ratios:
    params = (tuple(ROWS),)
    param_names = ("row",)
    unit = "ours / theirs"
    timeout = 300

    def setup(self, row):
        reason = missing(row)
        if reason:
            raise NotImplementedError(reason)

    def track_ratio(self, row):
        return measure(row)["ratio"]
