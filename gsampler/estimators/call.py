"""What all estimators share: the variables, the objective, and what a call returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gsampler.core import validation
from gsampler.core.arrays import Array, Float, cast, result_dtype
from gsampler.core.logits import LogitElements, LogitRows
from gsampler.generator import Generator
from gsampler.relaxed import binary_concrete_backward, gumbel_softmax_backward, softmax

Objective: TypeAlias = Callable[[NDArray[Any]], tuple[Any, Any]]


@dataclass(frozen=True, eq=False)
class Estimate:
    """What an estimator returns.

    Attributes
    ----------
    value : ndarray
        Of `f` at `sample`, as `f` returned it.
    dlogits : ndarray
        The estimate of the gradient of the sum of all expected values, in the shape and type of the logits.
    sample : ndarray
        In the shape of the logits: one-hot vectors, or 0 and 1 where ``binary``; relaxed where the estimator relaxes.
        Where there are several samples, the first. float32 or float64, as is computed.
    dtau : ndarray or scalar, or None
        The gradient with respect to `tau`, in its shape; None where there is none.
    state : object
        For the next call's ``state=``; None where the estimator has none.
    evaluations : int
        How many times `f` was called.
    """

    value: NDArray[Any]
    dlogits: NDArray[Any]
    sample: NDArray[Any]
    dtau: Any = None
    state: Any = None
    evaluations: int = 1


class Variables:
    """The discrete variables of a call, independent of each other given their logits.

    What is said of one variable below is done for all of them: vectors lie along the last axis of an array in the shape
    of the logits; of a binary variable, the vector is one number.

    Attributes
    ----------
    logits : ndarray
        float32 or float64.
    leading : tuple of int
        Shape of the array of variables: without the axis of the categories.
    mean : ndarray
        E[D] of the sample D: the probabilities, in the shape of the logits.
    """

    logits: Array
    leading: tuple[int, ...]
    binary: bool

    def __init__(self, given: LogitRows | LogitElements) -> None:
        given.validate()
        self.dtype: Float = given.dtype
        self.result: Any = result_dtype(given.array)
        self.logits = np.ascontiguousarray(cast(given.array, given.dtype)).reshape(given.array.shape)
        masked = self.logits == -np.inf
        self.masked = masked if masked.any() else None

    @cached_property
    def mean(self) -> Array:
        return self.mean_of(self.logits)

    def mean_of(self, logits: Array) -> Array:
        """The mean of a sample from other logits."""
        raise NotImplementedError

    def draw(self, rng: Generator) -> Array:
        """A sample D."""
        raise NotImplementedError

    def relaxed(self, rng: Generator, tau: Any, hard: bool) -> tuple[Array, Any]:
        """A relaxed sample with its backward pass."""
        raise NotImplementedError

    def jacobian(self, p: Array, grad: Array) -> Array:
        """``J_p g``: the gradient to the logits through a mean p."""
        raise NotImplementedError

    def dot(self, a: Array, b: Array) -> Array:
        """The inner product in each variable, with an axis of length 1 where its vector was."""
        raise NotImplementedError

    def perturb(self, rng: Generator) -> tuple[Array, Array]:
        """Logits with noise, z, and the sample that they determine."""
        raise NotImplementedError

    def conditional(self, rng: Generator, sample: Array) -> Array:
        """Logits with noise, z, given the sample that they determine."""
        raise NotImplementedError

    def conditional_vjp(self, z: Array, sample: Array, grad: Array) -> Array:
        """The gradient to the logits through `conditional`, for the noise behind z as it is."""
        raise NotImplementedError

    def conditional_jvp(self, z: Array, sample: Array, tangent: Array) -> Array:
        """The change of z with that of the logits: what `conditional_vjp` is the transpose of."""
        raise NotImplementedError

    def softmax(self, z: Array, tau: Any) -> Array:
        """The relaxed sample of perturbed logits."""
        raise NotImplementedError

    def softmax_backward(self, grad: Array, soft: Array, tau: Any) -> tuple[Array, Any]:
        """The gradients to perturbed logits and tau."""
        raise NotImplementedError


class CategoricalVariables(Variables):
    """One-hot vectors along the last axis."""

    binary = False

    def __init__(self, logits: Any) -> None:
        super().__init__(LogitRows(logits))
        self.leading = self.logits.shape[:-1]

    def mean_of(self, logits: Array) -> Array:
        return softmax(logits)

    def draw(self, rng: Generator) -> Array:
        index = np.asarray(rng.categorical(self.logits))
        return self.one_hot(index)

    def one_hot(self, index: Array) -> Array:
        sample = np.zeros(self.logits.shape, self.dtype)
        if sample.size:
            np.put_along_axis(sample, index[..., None], 1, -1)
        return sample

    def relaxed(self, rng: Generator, tau: Any, hard: bool) -> tuple[Array, Any]:
        value, vjp = rng.gumbel_softmax_vjp(self.logits, tau, hard)
        return np.asarray(value), vjp

    def jacobian(self, p: Array, grad: Array) -> Array:
        return gumbel_softmax_backward(grad, p, 1.0)[0]

    def dot(self, a: Array, b: Array) -> Array:
        return np.asarray((a * b).sum(-1, keepdims=True))

    @cached_property
    def centred(self) -> Array:
        """Logits less the largest of each variable, so that the sum with noise does not round that away."""
        return np.asarray(self.logits - self.logits.max(-1, keepdims=True))

    def perturb(self, rng: Generator) -> tuple[Array, Array]:
        z = self.centred + np.asarray(rng.gumbel(size=self.logits.shape, dtype=self.dtype))
        return z, self.one_hot(z.argmax(-1))

    def conditional(self, rng: Generator, sample: Array) -> Array:
        return np.asarray(rng.conditional_gumbel(self.centred, sample.argmax(-1)))

    def conditional_vjp(self, z: Array, sample: Array, grad: Array) -> Array:
        kept = self._kept(z, sample)
        return np.asarray(kept * grad + self.mean * ((1 - kept) * grad).sum(-1, keepdims=True))

    def conditional_jvp(self, z: Array, sample: Array, tangent: Array) -> Array:
        kept = self._kept(z, sample)
        return np.asarray(kept * tangent + (1 - kept) * (self.mean * tangent).sum(-1, keepdims=True))

    def _kept(self, z: Array, sample: Array) -> Array:
        """How much of a change of its logit a perturbed logit follows; the rest, the largest one."""
        return np.asarray(-np.expm1(z - z.max(-1, keepdims=True)))

    def softmax(self, z: Array, tau: Any) -> Array:
        return softmax(z, tau)

    def softmax_backward(self, grad: Array, soft: Array, tau: Any) -> tuple[Array, Any]:
        return gumbel_softmax_backward(grad, soft, tau)


class BinaryVariables(Variables):
    """Numbers 0 and 1."""

    binary = True

    def __init__(self, logits: Any) -> None:
        super().__init__(LogitElements(logits))
        self.leading = self.logits.shape

    def mean_of(self, logits: Array) -> Array:
        return softmax(np.stack([np.zeros_like(logits), logits], -1))[..., 1]

    def draw(self, rng: Generator) -> Array:
        return np.asarray(rng.bernoulli(self.logits)).astype(self.dtype)

    def relaxed(self, rng: Generator, tau: Any, hard: bool) -> tuple[Array, Any]:
        value, vjp = rng.binary_concrete_vjp(self.logits, tau, hard)
        return np.asarray(value), vjp

    def jacobian(self, p: Array, grad: Array) -> Array:
        return np.asarray(binary_concrete_backward(grad, p, 1.0)[0])

    def dot(self, a: Array, b: Array) -> Array:
        return a * b

    @cached_property
    def complement(self) -> Array:
        """The probability of 0."""
        return softmax(np.stack([np.zeros_like(self.logits), self.logits], -1))[..., 0]

    def perturb(self, rng: Generator) -> tuple[Array, Array]:
        z = self.logits + np.asarray(rng.logistic(size=self.logits.shape, dtype=self.dtype))
        return z, (z > 0).astype(self.dtype)

    def conditional(self, rng: Generator, sample: Array) -> Array:
        v = np.asarray(rng.random(size=self.logits.shape, dtype=self.dtype))
        sign = 2 * sample - 1  # z for 0 is minus that of 1 with minus the logit
        return np.asarray(sign * (np.logaddexp(0, sign * self.logits + np.log(v)) - np.log1p(np.negative(v))))

    def conditional_vjp(self, z: Array, sample: Array, grad: Array) -> Array:
        probability = np.where(sample == 1, self.mean, self.complement)
        return np.asarray(-np.expm1(-np.abs(z)) * probability * grad)

    def conditional_jvp(self, z: Array, sample: Array, tangent: Array) -> Array:
        return self.conditional_vjp(z, sample, tangent)  # each variable by itself: its own transpose

    def softmax(self, z: Array, tau: Any) -> Array:
        return softmax(np.stack([np.zeros_like(z), z], -1), tau)[..., 1]

    def softmax_backward(self, grad: Array, soft: Array, tau: Any) -> tuple[Array, Any]:
        dz, dtau = binary_concrete_backward(grad, soft, tau)
        return np.asarray(dz), dtau


class Call:
    """One call of an estimator: checks its arguments, counts what it asks of `f`, and makes the result.

    As a context, it sets the generator back if the call fails, in `f` or elsewhere.

    Attributes
    ----------
    variables : Variables
    rng : Generator
    evaluations : int
        How many times `f` has been called.
    """

    def __init__(self, f: Any, logits: Any, rng: Any, binary: Any) -> None:
        if not callable(f):
            raise validation.not_callable(f, "f")
        if not isinstance(rng, Generator):
            raise validation.not_a_generator(rng)
        self.variables: Variables = (
            BinaryVariables(logits) if validation.flag(binary, "binary") else (CategoricalVariables(logits))
        )
        self.rng = rng
        self.evaluations = 0
        self._f = f
        self._before = rng.state
        self._objectives: tuple[int, ...] | None = None

    def __enter__(self) -> Call:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is not None:
            self.rng.state = self._before

    def value(self, x: Array) -> Array:
        """``f(x)``, one number for each objective."""
        return self._evaluate(x)[0]

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """``f(x)``, with its gradient to x, which is 0 where logits are -inf."""
        value, grad = self._evaluate(x)
        if callable(grad):
            grad = grad()
        if grad is None:
            raise validation.no_gradient()
        return value, self.as_gradient(grad, "the gradient of f")

    def as_gradient(self, grad: Any, name: str) -> Array:
        """A gradient to samples, 0 where logits are -inf."""
        shape = self.variables.logits.shape
        array = cast(validation.require_shape(grad, shape, name), self.variables.dtype)
        return array if self.variables.masked is None else np.where(self.variables.masked, array.dtype.type(0), array)

    @property
    def objectives(self) -> tuple[int, ...]:
        """The shape of the value of `f`, once that has been called."""
        assert self._objectives is not None
        return self._objectives

    def _evaluate(self, x: Array) -> tuple[Array, Any]:
        self.evaluations += 1
        value, grad = validation.value_and_gradient(self._f(x.copy()))  # its own, to be written to if it likes
        array = validation.objective_value(value, self.variables.leading, self._objectives)
        self._objectives = array.shape
        return array, grad

    def spread(self, values: Array) -> Array:
        """One number for each objective, to be multiplied with arrays in the shape of the logits."""
        values = cast(values, self.variables.dtype)
        return values.reshape(values.shape + (1,) * (self.variables.logits.ndim - values.ndim))

    def total(self, terms: Array) -> Array:
        """The sums over the variables of each objective of an array in the shape of the logits; in float64."""
        n = len(self.objectives)
        return np.asarray(terms.sum(axis=tuple(range(n, terms.ndim)), dtype=np.float64))

    def result(self, value: Array, dlogits: Array, sample: Array, dtau: Any = None, state: Any = None) -> Estimate:
        gradient = cast(np.asarray(dlogits), self.variables.result)
        return Estimate(value, gradient, sample, dtau, state, self.evaluations)


def without_state(state: Any) -> None:
    """For estimators that have none."""
    if state is not None:
        raise validation.state_type(state, "None")
