"""A user's mistakes: mypy must find an error in each line marked so, and in no other. Not to be run."""

from __future__ import annotations

import numpy as np

import gsampler as gs
from gsampler import estimators as est
from gsampler import jit

rng = gs.Generator(42)
logits = np.zeros((4, 3), np.float32)
buffer32 = np.empty(3, np.float32)
indices = np.empty(3, np.int64)

# the generator
gs.Generator("seed")  # error
gs.Generator(1.5)  # error
gs.Generator(42, stream=None)  # error
gs.Generator(42, streams=1)  # error
rng.seed = 3  # error
rng.spawn("2")  # error
rng.advance(0.5)  # error
rng.multinomial([1, 2])  # error

# sizes
rng.bits(size="3")  # error
rng.random(2.5)  # error
rng.uniform(size=2.5)  # error
rng.normal(0.0, 1.0, "3")  # error
rng.gumbel(size=(2, 3.0))  # error
rng.categorical(logits, size="3")  # error

# types of elements
rng.uniform(dtype="int8")  # error
rng.uniform(dtype=np.float16)  # error
rng.gumbel(size=3, dtype="int8")  # error
rng.normal(size=3, dtype=int)  # error
rng.logistic(size=3, dtype=np.dtype(np.int64))  # error

# where to write
rng.uniform(out=buffer32)  # error
rng.random(3, out=buffer32)  # error
rng.uniform(0, 1, 3, out=buffer32)  # error
rng.exponential(size=3, out=buffer32)  # error
rng.gumbel(dtype=np.float32, out=indices)  # error
rng.bits(out=indices)  # error
rng.bernoulli(logits, out=buffer32)  # error
rng.categorical(logits, out=buffer32)  # error
rng.gumbel_softmax(logits, out=[0.0])  # error

# integers
rng.integers(2.5)  # error
rng.integers(0, "5")  # error
rng.integers(5, dtype=np.float32)  # error
rng.integers(5, out=indices)  # error
rng.binomial(2.5, 0.5)  # error
rng.poisson(2.0, dtype=np.float32)  # error
rng.multinomial(5)  # error
rng.choice(5, "3")  # error
rng.choice(5, replace="no")  # error
rng.permutation(5, axis=0.5)  # error
rng.shuffle((1, 2))  # error
text: str = rng.integers(5)  # error

# methods and flags
rng.categorical(logits, method="gumbel")  # error
rng.categorical(logits, axis=0.5)  # error
rng.categorical(logits, replace=False)  # error
rng.categorical(logits, p=[0.5, 0.5])  # error
rng.categorical(logits, dtype=np.float32)  # error
rng.categorical(logits, counts=1)  # error
rng.gumbel_softmax_vjp(p=[0.5, 0.5])  # error
rng.chunks(rng.gumbel, size=5)  # error
rng.gumbel_softmax(logits, hard=1)  # error
rng.gumbel_softmax(logits, hard="yes")  # error
rng.binary_concrete(logits, axis=0)  # error

# gradient estimators
est.by_name(1)  # error
est.by_name("gs")(logits, logits, rng)  # error
est.by_name("gs")(lambda x: (x, x), logits)  # error
est.by_name("gs")(lambda x: (x, x), logits, rng, 0.5)  # error
est.zgr(lambda x: x.sum(), logits, 42)  # error
est.zgr(lambda x: (x, x), logits, rng, tau=0.5)  # error
est.zgr(lambda x: (x, x), logits, rng, binary="yes")  # error
est.muprop(lambda x: (x, x), logits, rng, state=0.5)  # error
est.rloo(lambda x: (x, x), logits, rng, samples=0.5)  # error
est.relax(lambda x: (x, x), logits, rng, surrogate=1)  # error
est.LinearSurrogate(uses_f="no")  # error
print(est.zgr(lambda x: (x, x), logits, rng).gradient)  # error

# functions for compiled code
jit.uniform(0.5, 0, 0)  # error
jit.gumbel(42, 0)  # error
jit.normal(42, 0, 0, np.int64)  # error
jit.categorical([0.0, 1.0], 42, 0, 0)  # error
jit.alias(gs.AliasTable([0.0, 1.0]), 42, 0, 0)  # error

# results
index: str = rng.categorical(logits)  # error
one_index: str = rng.categorical([0.0, 1.0])  # error
array: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = rng.gumbel(size=3)  # error
number: int = rng.uniform()  # error
rng.uniform()[0]  # error
len(rng.normal())  # error
sample, vjp = rng.gumbel_softmax_vjp(logits)
vjp(sample, sample, 1)  # error
print(vjp.hard)  # error
rng.normal_vjp()[1](1.0, out=buffer32)  # error
