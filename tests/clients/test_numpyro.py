"""NumPyro's models with our draws: inference with a relaxed latent, and its own categories and Gumbel noise."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

import gsampler as gs

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # the second of its own

os.environ.setdefault("JAX_PLATFORMS", "cpu")


@pytest.fixture
def numpyro(client: Callable[[str], ModuleType]) -> ModuleType:
    return client("numpyro")


@pytest.fixture
def gj(numpyro: ModuleType) -> Any:
    """Where it is not built, the error says how to."""
    import gsampler.jax

    return gsampler.jax


@pytest.fixture
def ours(numpyro: ModuleType, gj: Any, client: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    """NumPyro, whose categories and Gumbel noise are ours."""
    import jax

    replaced = SimpleNamespace(**{**vars(jax.random), "categorical": gj.categorical, "gumbel": gj.gumbel})
    for name in ("discrete", "continuous"):
        monkeypatch.setattr(client(f"numpyro.distributions.{name}"), "random", replaced)
    return numpyro


def test_inference_with_a_relaxed_latent(numpyro: ModuleType, gj: Any, client: Callable[[str], ModuleType]) -> None:
    """Points around four centres: stochastic variational inference finds them; it is that of JAX's own functions on our
    noise, step by step.
    """
    import jax
    import jax.numpy as jnp

    infer, relaxed = client("numpyro.infer"), client("numpyro_relaxed")
    rng = np.random.default_rng(3)
    centres = np.array([[3, 3], [-3, 3], [3, -3], [-3, -3]], np.float32)
    of = rng.integers(4, size=200)
    points = jnp.asarray(centres[of] + rng.normal(0, 0.5, (200, 2)), jnp.float32)
    start = jnp.asarray(centres + rng.normal(0, 1.0, centres.shape), jnp.float32)
    tau = 0.5

    def composed(key: Any, logits: Any, tau: Any) -> Any:
        return jax.nn.softmax((logits + gj.gumbel(key, logits.shape)) / tau)

    def losses(sampler: Callable[..., Any]) -> tuple[Any, Any]:
        def latent(logits: Any) -> Any:
            with numpyro.plate("points", 200):
                return numpyro.sample("z", relaxed.RelaxedOneHotCategorical(tau, logits, sampler))

        def model(points: Any) -> None:
            means = numpyro.param("means", start)
            z = latent(jnp.zeros((200, 4)))
            with numpyro.plate("points", 200):
                numpyro.sample("x", numpyro.distributions.Normal(z @ means, 0.5).to_event(1), obs=points)

        def guide(points: Any) -> None:
            latent(numpyro.param("logits", jnp.zeros((200, 4))))

        elbo = infer.Trace_ELBO(num_particles=3)  # a map over keys
        svi = infer.SVI(model, guide, numpyro.optim.Adam(0.05), elbo)
        done = svi.run(jax.random.key(0), 400, points, progress_bar=False)
        return np.asarray(done.losses), jax.tree.map(np.asarray, done.params)

    found, parameters = losses(gj.gumbel_softmax)
    expected, _ = losses(composed)
    np.testing.assert_allclose(found[:20], expected[:20], rtol=1e-4)
    assert found[-50:].mean() < found[:5].mean() / 3
    assert (parameters["logits"].argmax(-1) == of).mean() > 0.95


def test_its_categories_are_ours(ours: ModuleType, gj: Any) -> None:
    import jax
    import jax.numpy as jnp

    p = np.array([0.6, 0.25, 0.1, 0.05])
    key, logits = jax.random.key(7), jnp.log(jnp.asarray(p, jnp.float32))
    dist = ours.distributions.Categorical(logits=logits)
    assert np.array_equal(dist.sample(key), gs.Generator(7).categorical(np.asarray(logits)))
    assert np.array_equal(dist.sample(key, (50,)), gs.Generator(7).categorical(np.asarray(logits), 50))

    def model() -> None:
        with ours.plate("draws", 1000):
            ours.sample("x", ours.distributions.Categorical(logits=logits))

    draws = ours.infer.Predictive(model, num_samples=100)(key)["x"]
    counts = np.bincount(np.asarray(draws).ravel(), minlength=4)
    assert stats.chisquare(counts, 100_000 * p).pvalue > 1e-6  # of false alarm


def test_its_gumbel_noise_is_ours(ours: ModuleType) -> None:
    import jax

    made = ours.distributions.Gumbel(1.0, 2.0).sample(jax.random.key(7), (100,))
    noise = gs.Generator(7).gumbel(size=100, dtype=np.float32)
    np.testing.assert_allclose(made, 1 + 2 * noise, rtol=1e-6)
