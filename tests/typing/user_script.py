"""A user's script: every sampler in each of its forms, and the type of what it returns.

`tests/test_typing.py` has mypy check the types, then runs the script with an `assert_type` that looks at the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

import gsampler as gs
from gsampler import jit

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# --- the generator --------------------------------------------------------------------------------------------

rng = gs.Generator(seed=42)
gs.Generator()
gs.Generator(None, stream=3, offset=8)
gs.Generator(np.uint64(42), np.int64(1))
gs.Generator(np.random.SeedSequence(42))
assert_type(gs.STREAM_VERSION, int)
assert_type(rng.seed, int)
assert_type(rng.stream, int)
assert_type(rng.offset, int)
assert_type(rng.state, dict[str, int])
assert_type(rng.spawn(2), list[gs.Generator])
assert_type(rng == gs.Generator(42), bool)
rng.advance(8)
rng.state = gs.Generator(7).state

# --- noise ----------------------------------------------------------------------------------------------------

buffer32 = np.empty(3, np.float32)
buffer64 = np.empty(3)
words = np.empty(3, np.uint32)
means = np.zeros((2, 3))

assert_type(rng.bits(), np.uint32)
assert_type(rng.bits(3), NDArray[np.uint32])
assert_type(rng.bits(size=(2, 3)), NDArray[np.uint32])
assert_type(rng.bits(out=words), NDArray[np.uint32])
assert_type(rng.bits(3, words), NDArray[np.uint32])

assert_type(rng.random(), np.float64)
assert_type(rng.random(None, np.float32), np.float32)
assert_type(rng.random(dtype="float32"), np.float32)
assert_type(rng.random(dtype=np.dtype(np.float32)), np.float32)
assert_type(rng.random(3), Float64Array)
assert_type(rng.random([2, 3]), Float64Array)
assert_type(rng.random((), dtype="f8"), Float64Array)
assert_type(rng.random(np.int64(3), np.float32), Float32Array)
assert_type(rng.random(out=buffer64), Float64Array)
assert_type(rng.random(dtype="f4", out=buffer32), Float32Array)
assert_type(rng.random(3, np.float32, buffer32), Float32Array)

assert_type(rng.uniform(), np.float64)
assert_type(rng.uniform(-1, 1), np.float64)
assert_type(rng.uniform(0.0, 2.0, None, np.float32), np.float32)
assert_type(rng.uniform(dtype="f4"), np.float32)
assert_type(rng.uniform(size=3), Float64Array)
assert_type(rng.uniform(-1.0, 1.0, (2, 3)), Float64Array)
assert_type(rng.uniform(means, 1.0), Float64Array)
assert_type(rng.uniform([0.0, 1.0], 2.0, dtype=np.float32), Float32Array)
assert_type(rng.uniform(size=3, dtype=np.float32), Float32Array)
assert_type(rng.uniform(out=buffer64), Float64Array)
assert_type(rng.uniform(-1, 1, dtype="f4", out=buffer32), Float32Array)

assert_type(rng.integers(10), np.int64)
assert_type(rng.integers(1, 6, endpoint=True), np.int64)
assert_type(rng.integers(0, np.int64(5), None, np.uint8), np.uint8)
assert_type(rng.integers(5, dtype=np.int32), np.int32)
assert_type(rng.integers(2, dtype=np.bool_), Any)
assert_type(rng.integers(10, size=3), NDArray[np.int64])
assert_type(rng.integers(0, 10, 3), NDArray[np.int64])
assert_type(rng.integers(0, 10, (2, 3), np.uint64), NDArray[np.uint64])
assert_type(rng.integers(10, size=3, dtype=np.dtype(np.int16)), NDArray[np.int16])
assert_type(rng.integers([1, 2], 10), NDArray[np.int64])
assert_type(rng.integers(np.arange(3), 10, dtype=np.int8), NDArray[np.int8])
assert_type(rng.integers(0, [[1], [2]], size=(5, 2, 3), dtype="int64"), NDArray[np.int64])

assert_type(rng.choice(5), np.int64)
assert_type(rng.choice(5, 3, replace=False), NDArray[np.int64])
assert_type(rng.choice(buffer32, 2, p=[0.2, 0.3, 0.5]), Float32Array)
assert_type(rng.choice(["a", "b"], size=(2, 3)), NDArray[Any])
assert_type(rng.choice(means), Any)
assert_type(rng.permutation(5), NDArray[np.int64])
assert_type(rng.permutation(means, axis=1), Float64Array)
assert_type(rng.permutation(["a", "b"]), NDArray[Any])
rng.shuffle([1, 2, 3])
rng.shuffle(means.copy(), axis=1)

assert_type(rng.exponential(), np.float64)
assert_type(rng.exponential(2, dtype="f4"), np.float32)
assert_type(rng.exponential(np.float32(2.0)), np.float64)
assert_type(rng.exponential(2.0, 3), Float64Array)
assert_type(rng.exponential([1.0, 2.0]), Float64Array)
assert_type(rng.exponential(np.ones(3), dtype=np.float32), Float32Array)
assert_type(rng.exponential(2.0, size=3, dtype=np.float32), Float32Array)
assert_type(rng.exponential(out=buffer64), Float64Array)
assert_type(rng.exponential(2.0, dtype=np.float32, out=buffer32), Float32Array)

assert_type(rng.gumbel(), np.float64)
assert_type(rng.gumbel(1.0, 2.0, None, np.float32), np.float32)
assert_type(rng.gumbel(1, np.int64(2)), np.float64)
assert_type(rng.gumbel(size=3), Float64Array)
assert_type(rng.gumbel(0.0, 1.0, (2, 3)), Float64Array)
assert_type(rng.gumbel(0.0, 1.0, 3, np.float32), Float32Array)
assert_type(rng.gumbel(means), Float64Array)
assert_type(rng.gumbel(0.0, [1.0, 2.0]), Float64Array)
assert_type(rng.gumbel(means, size=(4, 2, 3), dtype="float32"), Float32Array)
assert_type(rng.gumbel(out=buffer64), Float64Array)
assert_type(rng.gumbel(size=3, dtype=np.float32, out=buffer32), Float32Array)

assert_type(rng.logistic(), np.float64)
assert_type(rng.logistic(dtype=np.float32), np.float32)
assert_type(rng.logistic(size=3), Float64Array)
assert_type(rng.logistic(means, dtype=np.float32), Float32Array)
assert_type(rng.logistic(1.0, out=buffer64), Float64Array)

assert_type(rng.normal(), np.float64)
assert_type(rng.normal(0.0, 1.0, dtype=np.float32), np.float32)
assert_type(rng.normal(size=3, dtype=np.float32), Float32Array)
assert_type(rng.normal(means, 2.0), Float64Array)
assert_type(rng.normal(means, 2.0, None), Float64Array)
assert_type(rng.normal(dtype=np.float32, out=buffer32), Float32Array)


def sized(n: int | None) -> None:
    """A size that may be None gives what either gives."""
    assert_type(rng.random(n), np.float64 | Float64Array)
    assert_type(rng.uniform(0.0, 1.0, n), np.float64 | Float64Array)
    assert_type(rng.normal(0.0, 1.0, n, np.float32), np.float32 | Float32Array)
    assert_type(rng.bernoulli(0.5, n), np.bool_ | NDArray[np.bool_])


sized(3)
sized(None)

number, number_vjp = rng.normal_vjp(1.0, 2.0)
assert_type(number, np.float64)
assert_type(number_vjp.noise, Float64Array)
assert_type(number_vjp(1.0), tuple[np.float64, np.float64])

numbers, numbers_vjp = rng.normal_vjp(1.0, 2.0, size=3, dtype=np.float32)
assert_type(numbers, Float32Array)
assert_type(numbers_vjp.noise, Float32Array)
assert_type(numbers_vjp(np.ones(3)), tuple[np.float32, np.float32])

latent, latent_vjp = rng.normal_vjp(means, 0.5)
assert_type(latent, Float64Array)
assert_type(latent_vjp(latent), tuple[Float64Array | Any, Float64Array | Any])
assert_type(rng.normal_vjp(out=buffer64)[0], Float64Array)
assert_type(rng.normal_vjp(dtype="f4", out=buffer32)[0], Float32Array)

# --- categories -----------------------------------------------------------------------------------------------

logits32 = np.zeros((4, 3), np.float32)
logits64 = np.zeros((4, 3))
table = gs.AliasTable(logits64)
assert_type(table.shape, tuple[int, ...])
assert_type(table.k, int)
assert_type(table.probabilities, Float64Array)
assert_type(table.entries, NDArray[np.uint64])

assert_type(rng.bernoulli(0.5), np.bool_)
assert_type(rng.bernoulli(np.float32(0.5)), np.bool_)
assert_type(rng.bernoulli(0, size=3), NDArray[np.bool_])
assert_type(rng.bernoulli([0.5, 0.7]), NDArray[np.bool_])
assert_type(rng.bernoulli(logits32, (2, 2)), NDArray[np.bool_])
assert_type(rng.bernoulli(logits32, out=np.empty((4, 3), np.bool_)), NDArray[np.bool_])

assert_type(rng.categorical([0.0, 1.0, 2.0]), np.int64)
assert_type(rng.categorical((0, 1, 2), method="alias"), np.int64)
assert_type(rng.categorical([np.float32(0.0), np.float32(1.0)]), np.int64)
assert_type(rng.categorical([[0.0, 1.0], [2.0, 3.0]]), Indices)
assert_type(rng.categorical([[0.0, 1.0], [2.0, 3.0]], axis=0), Indices)
assert_type(rng.categorical(logits32), Indices | Any)
assert_type(rng.categorical(np.zeros(3), method="inverse-cdf"), Indices | Any)
assert_type(rng.categorical([0.0, 1.0], 5), Indices)
assert_type(rng.categorical(logits32, size=(2, 5), method="inverse-cdf"), Indices)
assert_type(rng.categorical(table), Indices | Any)
assert_type(rng.categorical(table, size=5), Indices)
assert_type(rng.categorical(logits32, out=np.empty(4, np.int64)), Indices)
assert_type(rng.categorical(logits32, out=np.empty(4, np.uint8)), NDArray[np.uint8])
assert_type(rng.categorical(logits32, dtype=np.uint8), NDArray[np.uint8] | Any)
assert_type(rng.categorical(logits32, 3, dtype=np.dtype(np.int16), tau=0.5), NDArray[np.int16])
assert_type(rng.categorical(table, size=100, counts=True), Indices)
assert_type(rng.categorical(p=[0.5, 0.5]), Indices | Any)
assert_type(rng.categorical(p=[0.5, 0.5], size=3), Indices)
assert_type(rng.categorical(weights=[5, 3, 2], size=3, dtype=np.uint8), NDArray[np.uint8])
assert_type(rng.categorical(weights=[5, 3, 2], size=3, counts=True), Indices)
assert_type(gs.AliasTable(p=[0.5, 0.5]), gs.AliasTable)
assert_type(rng.bernoulli(p=0.3), np.bool_)
assert_type(rng.bernoulli(p=0.3, size=5), NDArray[np.bool_])
assert_type(rng.bernoulli(p=[0.3, 0.4]), NDArray[np.bool_])
assert_type(list(rng.chunks(rng.gumbel, size=5, chunk=2)), list[NDArray[Any]])

names = ["bus", "car", "walk"]
choice = rng.categorical([0.0, 1.0, 2.0])
print(names[choice], names[rng.categorical(np.zeros(3))])
for index in rng.categorical(logits64):
    print(names[index], end=" ")

# --- relaxed categories ---------------------------------------------------------------------------------------

assert_type(rng.gumbel_softmax(logits32), Float32Array)
assert_type(rng.gumbel_softmax(logits32.astype(np.float16)), NDArray[np.float16])
assert_type(rng.gumbel_softmax(logits64, 0.5, hard=True, axis=0), Float64Array)
assert_type(rng.gumbel_softmax(logits32, tau=np.ones(4), hard=np.True_), Float32Array)
assert_type(rng.gumbel_softmax([0, 1, 2]), Float64Array)
assert_type(rng.gumbel_softmax([[0.0, 1.0], [2.0, 3.0]]), Float64Array)
assert_type(rng.gumbel_softmax(np.zeros(3, np.int64)), Float64Array)
assert_type(rng.gumbel_softmax(logits32, out=np.empty_like(logits32)), Float32Array)
assert_type(rng.gumbel_softmax(logits32, 0.5, size=(2, 5)), Float32Array)
assert_type(rng.gumbel_softmax(p=[0.5, 0.5]), NDArray[Any])
assert_type(rng.gumbel_softmax_vjp(logits32, 0.5, size=2)[0], Float32Array)
assert_type(rng.binary_concrete(p=0.5), np.float64)
assert_type(rng.binary_concrete(logits32, size=2), Float32Array)

soft, soft_vjp = rng.gumbel_softmax_vjp(logits32, tau=0.5, hard=True)
assert_type(soft, Float32Array)
assert_type(soft_vjp.soft, Float32Array)
assert_type(soft_vjp(np.ones((4, 3))), tuple[Float32Array, np.float32])
assert_type(soft_vjp(soft, out=np.empty_like(logits32)), tuple[Float32Array, np.float32])

per_row, per_row_vjp = rng.gumbel_softmax_vjp(logits64, np.ones(4))
assert_type(per_row, Float64Array)
assert_type(per_row_vjp(per_row), tuple[Float64Array, Float64Array])

row, row_vjp = rng.gumbel_softmax_vjp([0.0, 1.0, 2.0])
assert_type(row, Float64Array)
assert_type(row_vjp.soft, Float64Array)
assert_type(row_vjp([1.0, 0.0, 0.0]), tuple[Float64Array, np.float64])
assert_type(rng.gumbel_softmax_vjp(logits32, out=np.empty_like(logits32))[0], Float32Array)

assert_type(rng.binary_concrete(0.5), np.float64)
assert_type(rng.binary_concrete(1, tau=0.5, hard=True), np.float64)
assert_type(rng.binary_concrete(np.float32(0.5)), np.float32)
assert_type(rng.binary_concrete([0.5, 0.7]), Float64Array)
assert_type(rng.binary_concrete(logits32, tau=0.5), Float32Array)
assert_type(rng.binary_concrete(logits32, tau=np.ones(3), out=np.empty_like(logits32)), Float32Array)

gate, gate_vjp = rng.binary_concrete_vjp(0.5, tau=2.0)
assert_type(gate, np.float64)
assert_type(gate_vjp.soft, Float64Array)
assert_type(gate_vjp(1.0), tuple[np.float64, np.float64])
assert_type(gate_vjp(1.0, out=np.empty(())), tuple[Float64Array, np.float64])
assert_type(rng.binary_concrete_vjp(np.float32(0.5))[1](1.0), tuple[np.float32, np.float32])

gates, gates_vjp = rng.binary_concrete_vjp(logits32, hard=True)
assert_type(gates, Float32Array)
assert_type(gates_vjp(gates), tuple[Float32Array, np.float32])
assert_type(rng.binary_concrete_vjp(logits32, np.ones(3))[1](gates), tuple[Float32Array, Float32Array])

# --- the rest -------------------------------------------------------------------------------------------------

schedule = gs.schedules.exponential(rate=1e-4, every=500)
assert_type(schedule(1000), float)
assert_type(gs.get_num_threads(), int)

# --- functions of the user's own compiled functions, from Python -------------------------------------------------

row32 = np.zeros(3, np.float32)
assert_type(jit.uniform(42, 0, 5), np.float64)
assert_type(jit.exponential(np.uint64(42), 0, 5, np.float64), np.float64)
assert_type(jit.gumbel(42, 0, 5, np.float32), np.float32)
assert_type(jit.logistic(42, 0, 5, dtype=np.float32), np.float32)
assert_type(jit.normal(42, 0, np.int64(5)), np.float64)
assert_type(jit.bernoulli(0.5, 42, 0, 5), bool)
assert_type(jit.bernoulli(np.float32(0.5), 42, 0, 5), bool)
assert_type(jit.categorical(row32, 42, 0, 5), int)
assert_type(jit.alias(table.entries[0], 42, 0, 5), int)
jit.gumbel_softmax(row32, 0.5, np.empty_like(row32), 42, 0, 5)
