"""Networks with stochastic layers, in NumPy: linear, sample, linear, sample, ..., linear, Bernoulli outputs.

With two stochastic layers, h1 ~ q(h1 | x) and h2 ~ q(h2 | h1), the estimators form a chain. Each layer's objective is
the rest of the network: ``f1(h1)`` computes the logits of h2, lets the estimator draw h2 with the objective ``f2(h2)
= -log p(y | h2)``, and returns f2's value at that sample and the estimate ``(dvalue/dlogits2) W2^T`` as its gradient.
An estimator that calls f1 several times in one step, as MuProp does, meets the same random numbers in the layers
below each time. So f1 is a fixed function of h1 within a step, and what holds for one layer, such as no bias, holds
for the chain.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import gsampler as gs
from gsampler.demo.data import Array
from gsampler.demo.settings import Task

# estimate(f, logits, rng, state), as gsampler.estimators has them
Estimate = Callable[[Any, Array, gs.Generator, Any], Any]


class DivergedError(Exception):
    """Logits are no longer finite."""


class Step(NamedTuple):
    """What one training step on a batch gives."""

    loss: float  # mean over the batch
    gradients: list[Array]  # of the mean loss, as the parameters
    states: list[Any]  # of the estimator in each layer


class Pass(NamedTuple):
    """One evaluation of a layer and all below it."""

    h: Array  # input of the layer, (batch, units)
    logits: Array
    value: Array  # the loss of each example, (batch,)
    dlogits: Array
    state: Any
    below: Pass | None  # the pass of the next layer at the sample that was drawn


class Network:
    """Parameters, and what is computed from them.

    Parameters
    ----------
    task : Task
        Sizes.
    parameters : list of array
        Weights and biases of each linear layer, in turn; then the logits of the prior where the task has one.
    """

    def __init__(self, task: Task, parameters: Sequence[Array]) -> None:
        self.task = task
        self.parameters = list(parameters)

    @classmethod
    def random(cls, task: Task, rng: gs.Generator, dtype: Any = np.float32) -> Network:
        """Glorot's uniform weights, biases and logits of the prior 0."""
        units = [task.inputs, *(int(np.prod(shape)) for shape in task.layers), task.outputs]
        parameters: list[Array] = []
        for before, after in itertools.pairwise(units):
            limit = (6 / (before + after)) ** 0.5
            parameters += [rng.uniform(-limit, limit, size=(before, after)).astype(dtype), np.zeros(after, dtype)]
        if task.has_prior:
            parameters.append(np.zeros(task.layers[0], dtype))
        return cls(task, parameters)

    # --- one training step --------------------------------------------------------------------------------------

    def step(
        self,
        x: Array,
        y: Array,
        estimate: Estimate,
        rngs: Sequence[gs.Generator],
        states: Sequence[Any],
        sampled_divergence: bool = False,
    ) -> Step:
        """Loss and gradients of ``-log p(y | sample)``, plus the divergence from the prior.

        Parameters
        ----------
        x, y : array
            Inputs and targets, ``(batch, ...)``.
        estimate : callable
            ``estimate(f, logits, rng, state)``.
        rngs : sequence of Generator
            One for each stochastic layer.
        states : sequence
            What the estimator passed on in each layer; None at first.
        sampled_divergence : bool
            Whether the estimator's objective contains ``log q(sample) / p(sample)``, whose mean the divergence is.
            Otherwise its exact gradient is added.
        """
        top: Pass | None = self._pass(0, x, y, estimate, rngs, states, sampled_divergence and self.task.has_prior)
        assert top is not None
        loss, prior_gradient = top.value, []
        if self.task.has_prior:
            divergence, dlogits, dprior = self._divergence(top.logits)
            if not sampled_divergence:
                loss = loss + divergence
                top = top._replace(dlogits=top.dlogits + dlogits)
            prior_gradient = [dprior.mean(0)]
        gradients: list[Array] = []
        after: list[Any] = []
        at: Pass | None = top
        while at is not None:
            gradients += [at.h.T @ at.dlogits / len(x), at.dlogits.mean(0)]
            after.append(at.state)
            at = at.below
        return Step(float(loss.mean()), gradients + prior_gradient, after[:-1])

    def _pass(
        self,
        layer: int,
        h: Array,
        y: Array,
        estimate: Estimate,
        rngs: Sequence[gs.Generator],
        states: Sequence[Any],
        add_divergence: bool = False,
    ) -> Pass:
        logits = self._logits(layer, h)
        if not np.isfinite(logits).all():
            raise DivergedError
        if layer == len(self.task.layers):
            return Pass(h, logits, _nll(logits, y), sigmoid(logits) - y, None, None)
        shape = (len(h), *self.task.layers[layer])
        below = rngs[layer + 1 :]
        positions = [rng.state for rng in below]
        passes: list[Pass] = []

        def f(sample: Array) -> tuple[Array, Callable[[], Array]]:
            for rng, position in zip(below, positions, strict=True):
                rng.state = position
            z = np.asarray(sample, h.dtype).reshape(len(h), -1)
            found = self._pass(layer + 1, z, y, estimate, rngs, states)
            weights = self.parameters[2 * layer + 2]
            ratio, slope = self._log_ratio(z, logits) if add_divergence else (0.0, 0.0)
            found = found._replace(value=found.value + ratio)
            passes.append(found)
            return found.value, lambda: (found.dlogits @ weights.T + slope).reshape(shape)

        g = estimate(f, logits.reshape(shape), rngs[layer], states[layer])
        sample = np.asarray(g.sample, h.dtype).reshape(len(h), -1)
        found = next(found for found in passes if np.array_equal(found.h, sample))
        return Pass(h, logits, found.value, g.dlogits.reshape(logits.shape), g.state, found)

    def _logits(self, layer: int, h: Array) -> Array:
        result: Array = h @ self.parameters[2 * layer] + self.parameters[2 * layer + 1]
        return result

    def _divergence(self, logits: Array) -> tuple[Array, Array, Array]:
        """KL(q, prior) of each example, summed over variables; its gradients to both logits."""
        prior = self.parameters[-1]
        if self.task.binary:
            mu = sigmoid(logits)
            value = mu * (logits - prior) - softplus(logits) + softplus(prior)
            return value.sum(1), mu * (1 - mu) * (logits - prior), sigmoid(prior) - mu
        q = logits.reshape(-1, *prior.shape)
        value = gs.kl_divergence(q, prior)
        dq, dprior = gs.kl_divergence_backward(np.ones_like(value), q, np.broadcast_to(prior, q.shape))
        return value.sum(1), dq.reshape(logits.shape), dprior

    def _log_ratio(self, z: Array, logits: Array) -> tuple[Array, Array]:
        """``log q(z) / p(z)`` of each example, a linear function of z, and its gradient."""
        prior, rows = self.parameters[-1], (len(logits), -1)
        if self.task.binary:
            slope = logits - prior
            return (z * slope - softplus(logits) + softplus(prior)).sum(1), slope
        slope = (gs.log_softmax(logits.reshape(-1, *prior.shape)) - gs.log_softmax(prior)).reshape(rows)
        return (z * slope).sum(1), slope

    # --- evaluation ---------------------------------------------------------------------------------------------

    def bound(self, x: Array, y: Array, samples: int, rng: gs.Generator) -> Array:
        """``-log(1/m sum_i p(y, z_i) / q(z_i))`` of each example with m discrete samples; without a prior p(y | z_i).

        References
        ----------
        .. [1] Y. Burda, R. Grosse, R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, eq. 8.
        """
        block = max(1, 20_000 // samples)  # examples at a time
        parts = [slice(first, first + block) for first in range(0, len(x), block)]
        return np.concatenate([self._bound(x[part], y[part], samples, rng) for part in parts])

    def _bound(self, x: Array, y: Array, samples: int, rng: gs.Generator) -> Array:
        h = np.broadcast_to(x, (samples, *x.shape)).reshape(-1, x.shape[1])
        log_weight: Array = np.zeros(len(h))
        for layer, shape in enumerate(self.task.layers):
            logits = self._logits(layer, h).reshape(-1, *shape)
            z = self.draw(logits, rng)
            if self.task.has_prior:
                log_weight += self._log_prob(z, self.parameters[-1]) - self._log_prob(z, logits)
            h = z.reshape(len(h), -1)
        log_weight -= _nll(self._logits(len(self.task.layers), h), np.tile(y, (samples, 1)))
        log_weight = log_weight.reshape(samples, -1)
        highest = log_weight.max(0)
        bound: Array = -highest - np.log(np.exp(log_weight - highest).mean(0))
        return bound

    def draw(self, logits: Array, rng: gs.Generator) -> Array:
        """One-hot vectors, or 0 and 1."""
        if self.task.binary:
            return rng.bernoulli(logits).astype(logits.dtype)
        return rng.gumbel_softmax(logits, hard=True)

    def _log_prob(self, z: Array, logits: Array) -> Array:
        if self.task.binary:
            terms: Array = (z * logits - softplus(logits))[..., None]
        else:
            terms = z * gs.log_softmax(logits)
        result: Array = terms.sum((-2, -1))
        return result

    def means(self, x: Array, rng: gs.Generator, samples: int = 1) -> Array:
        """Probabilities of the outputs given one draw of the layers, averaged over `samples` draws."""
        total = np.zeros((len(x), self.task.outputs))
        for _ in range(samples):
            h = x
            for layer, shape in enumerate(self.task.layers):
                h = self.draw(self._logits(layer, h).reshape(-1, *shape), rng).reshape(len(x), -1)
            total += sigmoid(self._logits(len(self.task.layers), h))
        return total / samples


def sigmoid(x: Array) -> Array:
    result: Array = 0.5 * (1 + np.tanh(0.5 * x))  # does not overflow
    return result


def softplus(x: Array) -> Array:
    result: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return result


def _nll(logits: Array, y: Array) -> Array:
    """``-log p(y)`` of Bernoulli outputs, summed over them."""
    result: Array = (softplus(logits) - y * logits).sum(-1)
    return result
