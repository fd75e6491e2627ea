"""gsampler in JAX: samplers in place of its own, pure functions of a key, with gradients, for arrays on CPUs."""

from gsampler.jax.functional import categorical, gumbel, gumbel_softmax
from gsampler.jax.threads import get_num_threads, set_num_threads

__all__ = ["categorical", "get_num_threads", "gumbel", "gumbel_softmax", "set_num_threads"]
