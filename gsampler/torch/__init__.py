"""gsampler in PyTorch: samplers in place of its own, with gradients, for tensors on CPUs."""

from gsampler.torch.distributions import (
    ExpRelaxedCategorical,
    LogitRelaxedBernoulli,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
)
from gsampler.torch.functional import categorical, gumbel_softmax, gumbel_top_k

__all__ = [
    "ExpRelaxedCategorical",
    "LogitRelaxedBernoulli",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "categorical",
    "gumbel_softmax",
    "gumbel_top_k",
]
