"""gsampler in PyTorch: samplers in place of its own, with gradients, for tensors on CPUs."""

from gsampler.torch.functional import gumbel_softmax

__all__ = ["gumbel_softmax"]
