"""The quantiser of wav2vec 2.0 with our Gumbel-Softmax in place of PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import gsampler as gs

pytestmark = pytest.mark.slow


@pytest.fixture
def quantiser(client: Callable[[str], ModuleType]) -> Any:
    """A small one with random weights, in training: one-hot codes with the gradients of the soft sample."""
    torch = client("torch")
    config = client("transformers").Wav2Vec2Config(
        hidden_size=32,
        conv_dim=(32,),
        conv_stride=(1,),
        conv_kernel=(1,),
        num_codevectors_per_group=16,
        num_codevector_groups=2,
        codevector_dim=24,
    )
    torch.manual_seed(0)
    model = client("transformers.models.wav2vec2.modeling_wav2vec2").Wav2Vec2GumbelVectorQuantizer(config)
    torch.nn.init.uniform_(model.codevectors)
    model.temperature = 1.5
    return model.train()


def test_wav2vec2_quantiser(quantiser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes, and gradients to a few roundings, are those of PyTorch's function on our noise."""
    import torch

    import gsampler.torch as gt
    from gsampler.torch import operators

    functional = torch.nn.functional
    x = torch.randn(8, 50, 32)

    def given_noise(target: torch.Tensor) -> torch.Tensor:
        noise = gs.Generator(*operators.draw_key().tolist()).gumbel(size=tuple(target.shape), dtype="float32")
        return target.copy_(torch.from_numpy(noise).neg().exp())

    def step() -> tuple[torch.Tensor, list[torch.Tensor]]:
        torch.manual_seed(3)
        quantiser.zero_grad()
        codes, perplexity = quantiser(x)
        (codes.square().sum() + perplexity).backward()
        return codes.detach(), [p.grad.clone() for p in quantiser.parameters()]

    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "exponential_", given_noise)
        expected = step()
    calls = []
    with monkeypatch.context() as patch:
        patch.setattr(functional, "gumbel_softmax", lambda *a, **k: calls.append(a) or gt.gumbel_softmax(*a, **k))
        found = step()
    assert len(calls) == 1
    torch.testing.assert_close(found[0], expected[0], rtol=1e-6, atol=1e-6)
    assert len(found[1]) == 3
    for ours, theirs in zip(found[1], expected[1], strict=True):
        assert (ours - theirs).abs().max() < 1e-5 * theirs.abs().max()
