"""A training step of ``gsampler demo``, and the same step by PyTorch's autograd: a categorical VAE, one sample.

Forward, backward, the divergence from a learnt prior, gradient descent with momentum; float32.
"""

import numpy as np

import gsampler as gs
from gsampler.demo.methods import method
from gsampler.demo.models import Network
from gsampler.demo.settings import Task
from gsampler.demo.training import descend

BATCH, TAU, RATE, MOMENTUM = 100, 0.5, 1e-3, 0.9


def pictures(size):
    return (np.random.default_rng(1).random((BATCH, size)) < 0.3).astype(np.float32)


def demo_step(size, n, k):
    task = Task("vae", "", size, ((n, k),), size, True)
    network, y = Network.random(task, gs.Generator(1)), pictures(size)
    x, rngs = 2 * y - 1, [gs.Generator(2)]
    estimate = method("gs").estimate({"tau": TAU}, False)
    velocity = [np.zeros_like(p) for p in network.parameters]

    def call():
        done = network.step(x, y, estimate, rngs, [None])
        descend(network.parameters, velocity, done.gradients, RATE, MOMENTUM)
        return done.loss

    return call


def torch_step(size, n, k):
    import torch
    from torch.nn import functional

    torch.manual_seed(1)
    y = torch.from_numpy(pictures(size))
    x = 2 * y - 1
    encoder, decoder = torch.nn.Linear(size, n * k), torch.nn.Linear(n * k, size)
    prior = torch.zeros(n, k, requires_grad=True)
    parameters = [*encoder.parameters(), *decoder.parameters(), prior]
    optimiser = torch.optim.SGD(parameters, RATE, MOMENTUM)

    def call():
        logits = encoder(x).view(BATCH, n, k)
        z = functional.gumbel_softmax(logits, TAU)
        nll = functional.binary_cross_entropy_with_logits(decoder(z.view(BATCH, -1)), y, reduction="sum")
        log_q = functional.log_softmax(logits, -1)
        divergence = (log_q.exp() * (log_q - functional.log_softmax(prior, -1))).sum()
        loss = (nll + divergence) / BATCH
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    return call
