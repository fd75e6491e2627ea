"""A distribution for NumPyro, which has no relaxed categories, as its users write one; the sampler is an option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln
from numpyro.distributions import Distribution, constraints


class RelaxedOneHotCategorical(Distribution):
    """The Concrete distribution; ``sampler(key, logits, tau)`` draws from it."""

    arg_constraints = {"temperature": constraints.positive, "logits": constraints.real_vector}  # noqa: RUF012
    support = constraints.simplex
    reparametrized_params = ["temperature", "logits"]  # noqa: RUF012
    pytree_data_fields = ("temperature", "logits")
    pytree_aux_fields = ("sampler",)

    def __init__(self, temperature: Any, logits: Any, sampler: Callable[..., Any]) -> None:
        self.temperature, self.logits, self.sampler = temperature, logits, sampler
        shape = jnp.shape(logits)
        super().__init__(shape[:-1], shape[-1:], validate_args=False)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        logits = jnp.broadcast_to(self.logits, (*sample_shape, *self.logits.shape))
        return self.sampler(key, logits, self.temperature)

    def log_prob(self, value: Any) -> Any:
        k, log_value = value.shape[-1], jnp.log(jnp.maximum(value, jnp.finfo(value.dtype).tiny))
        score = jax.nn.log_softmax(self.logits - self.temperature * log_value).sum(-1)
        return score - log_value.sum(-1) + (k - 1) * jnp.log(self.temperature) + gammaln(1.0 * k)
