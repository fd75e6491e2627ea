"""A script that uses gsampler.torch, as its users write it."""

from __future__ import annotations

import torch
from torch import Tensor
from typing_extensions import assert_type

import gsampler.torch as gt

logits = torch.zeros(3, 4, requires_grad=True)
tau = torch.nn.Parameter(torch.ones(3, 1))
assert_type(gt.gumbel_softmax(logits, tau, hard=True), Tensor)
assert_type(gt.gumbel_softmax(logits, 0.5, dim=0, generator=torch.Generator()), Tensor)
assert_type(gt.categorical(logits, (2, 5)), Tensor)
indices, values = gt.gumbel_top_k(logits, 2)
assert_type(indices, Tensor)
assert_type(values, Tensor)
rows = gt.RelaxedOneHotCategorical(tau, logits=logits)
assert_type(rows.rsample((2,)), Tensor)
assert_type(rows.log_prob(rows.sample()), Tensor)
elements = gt.RelaxedBernoulli(0.5, probs=0.3)
assert_type(elements.rsample(), Tensor)
assert_type(elements.expand((7,)), gt.RelaxedBernoulli)
assert_type(gt.ExpRelaxedCategorical(0.5, logits.exp()).rsample(), Tensor)
assert_type(gt.LogitRelaxedBernoulli(0.5, logits=logits).rsample(), Tensor)
