"""Starsim with keyed draws: common random numbers, and rare events."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats

import gsampler as gs

pytestmark = pytest.mark.slow


@pytest.fixture
def ss(client: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Starsim, whose common random numbers are ours."""
    module = client("starsim")
    monkeypatch.setattr(client("starsim.distributions"), "hash_uniforms", client("starsim_uniforms").keyed_uniforms)
    return module


def ready(ss: ModuleType, dist: Any, agents: int = 1000, trace: str = "dist") -> Any:
    dist.init(trace=trace, module=ss.mock_module(), sim=ss.mock_sim(agents))
    return dist


@pytest.mark.parametrize("slots", [[], [5], [3, 4, 5, 6], [9, 2, 2, 10**12]], ids=str)
def test_uniforms_are_those_of_the_channel(ss: ModuleType, slots: list[int]) -> None:
    made = ss.distributions.hash_uniforms(123, 4, np.array(slots), np.float64)
    ch = gs.Channel(123, "starsim")
    assert made.tolist() == [ch.uniform(4, columns=slot) for slot in slots]
    rounded = ss.distributions.hash_uniforms(123, 4, np.array(slots))
    assert rounded.dtype == np.float32
    assert np.array_equal(rounded, made.astype(np.float32))


def test_an_agent_keeps_its_numbers(ss: ModuleType) -> None:
    """Whoever else draws, in whichever order; after a reset; and no others in the next step or of another name."""
    agents = ss.uids(np.arange(1000))
    some = ss.uids([7, 900, 3])

    def draws(trace: str = "dist") -> Any:
        return ready(ss, ss.normal(2, 3), trace=trace)

    dist = draws()
    first, second = dist.rvs(agents), dist.rvs(agents)
    dist.reset(0)
    dist.jump(to=0, force=True)
    assert np.array_equal(dist.rvs(some), first[some])
    assert np.array_equal(dist.rvs(some), second[some])
    other = draws("other").rvs(agents)
    r = [abs(np.corrcoef(a, b)[0, 1]) for a, b in ((first, second), (first, other), (second, other))]
    assert max(r) < 4.1 / np.sqrt(1000)  # false alarm 1.2e-4 for the three
    assert stats.kstest(first, "norm", (2, 3)).pvalue > 1e-4


def test_one_agent_more(ss: ModuleType) -> None:
    """Someone is born who meets nobody: an epidemic that is the same in all others, day by day."""

    class Record(ss.Analyzer):
        def step(self) -> None:
            self.seen = [*getattr(self, "seen", []), np.array(self.sim.diseases.sir.infected.raw[:300])]

    class Birth(ss.Intervention):
        def step(self) -> None:
            if self.sim.ti == 5:
                self.sim.people.grow(1)

    def run(*interventions: Any, seed: int = 1) -> Any:
        disease = ss.SIR(init_prev=0.05, beta=0.1, p_death=0.0)
        network = ss.StaticNet(seed=True, n_contacts=4)
        sim = ss.Sim(
            n_agents=300, dur=30, rand_seed=seed, diseases=disease, networks=network,
            interventions=list(interventions), analyzers=Record(), verbose=0,
        )  # fmt: skip
        sim.run()
        return np.array(sim.analyzers[0].seen), len(sim.people)

    (before, n), (after, m), (other, _) = run(), run(Birth()), run(seed=2)
    assert (n, m) == (300, 301)
    assert 50 < before.max(0).sum() < 300  # an epidemic
    assert np.array_equal(before, after)
    assert not np.array_equal(before, other)


# Of 10^10 draws with probability 1e-9, the number of the draw and the agent where it is True: 10 are expected.
RARE = {
    154: 3863448,
    176: 2322955,
    191: 8025760,
    261: 2781469,
    442: 7887523,
    518: 7470238,
    642: 799354,
    910: 2730054,
}


def test_rare_events(ss: ModuleType) -> None:
    """A probability of 1e-9 in float32; the draws of numbers 150 to 199, and beyond these those that have an event."""
    agents = ss.uids(np.arange(10**7))
    rare = ready(ss, ss.bernoulli(p=1e-9), agents.size, "rare")
    fired = []
    for number in sorted({*range(150, 200), *RARE}):
        rare.jump(to=number)
        fired += [(number, int(agent)) for agent in np.flatnonzero(rare.rvs(agents))]
    assert dict(fired) == RARE
    assert len(fired) == len(RARE)
    often = ready(ss, ss.bernoulli(p=1e-6), agents.size, "often")
    count = sum(int(often.rvs(agents).sum()) for _ in range(20))
    assert stats.binomtest(count, 20 * agents.size, 1e-6).pvalue > 1e-4
