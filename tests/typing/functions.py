"""A user's script: every function in each of its forms, and the type of what it returns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

import gsampler as gs

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

logits32 = np.zeros((4, 3), np.float32)
logits64 = np.zeros((4, 3))
each_row = np.ones(4, np.float32)

# --- given the category ---------------------------------------------------------------------------------------

rng = gs.Generator(1)
assert_type(rng.conditional_gumbel(logits32, [0, 1, 2, 0]), Float32Array)
assert_type(rng.conditional_gumbel(logits64, np.zeros(4, np.uint8), size=5), Float64Array)
assert_type(
    rng.conditional_gumbel(logits32.astype(np.float16), 0, out=np.zeros((4, 3), np.float16)), NDArray[np.float16]
)
assert_type(rng.conditional_gumbel([0.0, 1.0], 1, axis=0), Float64Array)
assert_type(rng.counterfactual(logits32, 0, logits64, out=np.zeros(4, np.uint8)), NDArray[np.uint8])
assert_type(rng.counterfactual(logits32, 0, logits64, counts=True), NDArray[np.int64])

# --- keyed draws ----------------------------------------------------------------------------------------------

assert_type(rng.random(at=[5, 3]), Float64Array)
assert_type(rng.gumbel(dtype=np.float32, at=[5, 3]), Float32Array)
assert_type(rng.normal([1.0, 2.0], at=np.arange(2), out=np.zeros(2)), Float64Array)
assert_type(rng.bernoulli(p=0.5, at=[5, 3]), NDArray[np.bool_])
channel: gs.Channel = gs.Channel(2026, "mode choice", ("year", 3)).child("work")
assert_type(channel.key, int)
assert_type(channel.key_of(2), int)

# --- softmax --------------------------------------------------------------------------------------------------

soft32 = gs.softmax(logits32, tau=0.5)
soft64 = gs.softmax(logits64, each_row, axis=-1)
assert_type(soft32, Float32Array)
assert_type(soft64, Float64Array)
assert_type(gs.softmax(logits32.astype(np.float16)), NDArray[np.float16])
assert_type(gs.softmax([0, 1, 2]), Float64Array)
assert_type(gs.softmax([[0.0, 1.0], [2.0, 3.0]], axis=0), Float64Array)
assert_type(gs.softmax(logits32, out=np.empty_like(logits32)), Float32Array)

assert_type(gs.softmax_backward(logits32, soft32, 0.5), tuple[Float32Array, np.float32])
assert_type(gs.softmax_backward(logits32, soft32, each_row), tuple[Float32Array, Float32Array])
assert_type(gs.gumbel_softmax_backward(logits32, soft64, tau=0.5, axis=0), tuple[Float64Array, np.float64])
assert_type(gs.gumbel_softmax_backward([1.0, 0.0], [0.5, 0.5], 1.0), tuple[NDArray[Any], Any])
assert_type(gs.softmax_backward(logits32, soft32, 0.5, out=np.empty_like(soft32)), tuple[Float32Array, np.float32])

# --- log-probabilities, entropy, divergence -------------------------------------------------------------------

log32, log64 = gs.log_softmax(logits32, tau=0.5), gs.log_softmax(logits64, each_row)
assert_type(log32, Float32Array)
assert_type(log64, Float64Array)
assert_type(gs.log_softmax(logits32.astype(np.float16), axis=0), NDArray[np.float16])
assert_type(gs.log_softmax([0, 1, 2]), Float64Array)
assert_type(gs.log_softmax(logits32, out=np.empty_like(logits32)), Float32Array)
assert_type(gs.log_softmax_backward(logits32, log32), tuple[Float32Array, np.float32])
assert_type(gs.log_softmax_backward(logits32, log32, 0.5, out=np.empty_like(log32)), tuple[Float32Array, np.float32])
assert_type(gs.log_softmax_backward(logits32, log64, each_row), tuple[Float64Array, Float64Array])
assert_type(gs.log_softmax_backward([1.0, 0.0], [-0.5, -1.5]), tuple[NDArray[Any], Any])
assert_type(gs.entropy(logits32), Float32Array | Any)
assert_type(gs.entropy([[0.0, 1.0], [2.0, 3.0]], axis=0), Float64Array | Any)
assert_type(gs.entropy_backward(each_row, logits32), Float32Array)
assert_type(gs.entropy_backward(1.0, [0.0, 1.0]), Float64Array)
assert_type(gs.kl_divergence(logits32, logits32), Float32Array | Any)
assert_type(gs.kl_divergence(logits64, logits32, axis=0), Float64Array | Any)
assert_type(gs.kl_divergence([0.0, 1.0], [0.0, 0.0]), Float64Array | Any)
assert_type(gs.kl_divergence_backward(each_row, logits32, logits32), tuple[Float32Array, Float32Array])
assert_type(gs.kl_divergence_backward(1.0, [0.0, 1.0], [0.0, 0.0]), tuple[NDArray[Any], NDArray[Any]])

# --- relaxed binary samples -----------------------------------------------------------------------------------

assert_type(gs.binary_concrete_backward(1.0, 0.5, 1.0), tuple[np.float64, np.float64])
assert_type(gs.binary_concrete_backward(1.0, np.float32(0.5), 1.0), tuple[np.float32, np.float32])
assert_type(gs.binary_concrete_backward(logits32, soft32, 0.5), tuple[Float32Array, np.float32])
assert_type(gs.binary_concrete_backward(logits64, soft64, np.ones(3)), tuple[Float64Array, Float64Array])

# --- NumPy's generators ---------------------------------------------------------------------------------------

assert_type(np.random.Generator(gs.bit_generator(42)).random(), float)
gs.bit_generator(np.random.SeedSequence(42), stream=1, offset=8)

# --- log densities of rows ------------------------------------------------------------------------------------

assert_type(gs.concrete_log_prob(soft32, logits32), Float32Array | Any)
assert_type(gs.concrete_log_prob(soft32, logits32, each_row, axis=-1), Float32Array | Any)
assert_type(gs.concrete_log_prob(soft64, logits64, tau=0.5), Float64Array | Any)
assert_type(gs.concrete_log_prob([0.2, 0.3, 0.5], [0.0, 0.0, 0.0], tau=0.5), Float64Array | Any)
assert_type(gs.exp_concrete_log_prob(logits32, logits32), Float32Array | Any)
assert_type(gs.exp_concrete_log_prob([-1.0, -2.0], [0.0, 0.0]), Float64Array | Any)

grad_rows = np.ones(4)
assert_type(
    gs.concrete_log_prob_backward(grad_rows, soft32, logits32, 0.5), tuple[Float32Array, Float32Array, np.float32]
)
assert_type(
    gs.concrete_log_prob_backward(grad_rows, soft64, logits64, each_row),
    tuple[Float64Array, Float64Array, Float64Array],
)
assert_type(
    gs.exp_concrete_log_prob_backward(grad_rows, logits32, logits32), tuple[Float32Array, Float32Array, np.float32]
)
assert_type(gs.concrete_log_prob_backward(1.0, [0.5, 0.5], [0.0, 0.0]), tuple[NDArray[Any], NDArray[Any], Any])

# --- log densities of elements --------------------------------------------------------------------------------

assert_type(gs.binary_concrete_log_prob(0.5, 0), np.float64)
assert_type(gs.binary_concrete_log_prob(soft32, logits32), Float32Array)
assert_type(gs.binary_concrete_log_prob(soft32, 0.0, tau=0.5), Float32Array)
assert_type(gs.binary_concrete_log_prob(soft64, logits32, 0.5), Float64Array)
assert_type(gs.binary_concrete_log_prob([0.2, 0.8], [0.0, 1.0]), Float64Array)
assert_type(gs.logit_binary_concrete_log_prob(1.0, 0.0, 0.5), np.float64)
assert_type(gs.logit_binary_concrete_log_prob(logits32, logits32, 0.5), Float32Array)

assert_type(gs.gumbel_log_prob(0.5), np.float64)
assert_type(gs.gumbel_log_prob(logits32), Float32Array)
assert_type(gs.gumbel_log_prob(logits32, logits32, 2.0), Float32Array)
assert_type(gs.gumbel_log_prob(logits64, scale=np.ones(3)), Float64Array)
assert_type(gs.gumbel_log_prob([0.5, 1.0], loc=1.0), Float64Array)
assert_type(gs.logistic_log_prob(0.5, 1.0, 2.0), np.float64)
assert_type(gs.logistic_log_prob(logits32, 1.0), Float32Array)

Numbers = tuple[np.float64, np.float64, np.float64]
Gradients32 = tuple[Float32Array, Float32Array | Any, Float32Array | Any]
Gradients64 = tuple[Float64Array, Float64Array | Any, Float64Array | Any]
assert_type(gs.binary_concrete_log_prob_backward(1.0, 0.5, 0.0), Numbers)
assert_type(gs.binary_concrete_log_prob_backward(logits32, soft32, logits32), Gradients32)
assert_type(gs.logit_binary_concrete_log_prob_backward(1.0, 0.5, 0.0), Numbers)
assert_type(gs.logit_binary_concrete_log_prob_backward(logits64, logits64, 0.0, each_row[:3]), Gradients64)
assert_type(gs.gumbel_log_prob_backward(1.0, 0.5), Numbers)
assert_type(gs.gumbel_log_prob_backward(logits32, logits32), Gradients32)
assert_type(gs.gumbel_log_prob_backward(logits64, logits64, logits64, 2.0), Gradients64)
assert_type(gs.logistic_log_prob_backward(1.0, 0.5, 0.0, 1.0), Numbers)
assert_type(gs.logistic_log_prob_backward(logits32, logits32, 1.0), Gradients32)
