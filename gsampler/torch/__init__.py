"""gsampler in PyTorch: samplers in place of its own, with gradients, for tensors on CPUs."""

from gsampler.torch.functional import GumbelTopK, categorical, gumbel_softmax, gumbel_top_k

__all__ = ["GumbelTopK", "categorical", "gumbel_softmax", "gumbel_top_k"]
