"""ActivitySim with keyed draws: its own tests of random numbers, logit models and sampled choice sets, and ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats

import gsampler as gs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
pytestmark = pytest.mark.slow

# Its tests: how many, of the pinned version, and those that are left out.
THEIRS: dict[str, tuple[int, dict[str, str]]] = {
    "test_random": (8, {"test_channel": "pins numbers of NumPy's RandomState, seeded by row"}),
    "test_logit": (39, {}),
    "test_interaction_sample": (23, {}),
    "test_interaction_simulate": (6, {}),
    "test_interaction_sample_simulate": (4, {}),
}
PROGRAM = """
import sys, pytest
from activitysim.core import random
from activitysim_channel import KeyedChannel
random.SimpleChannel = KeyedChannel
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.fixture
def random(client: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """ActivitySim's module, whose channels are ours."""
    module = client("activitysim.core.random")
    monkeypatch.setattr(module, "SimpleChannel", client("activitysim_channel").KeyedChannel)
    return module


@pytest.fixture
def persons(client: Callable[[str], ModuleType]) -> Any:
    pandas = client("pandas")
    ids = np.array([11, 12, 15, 40, 2**40])
    return pandas.DataFrame({"income": np.arange(5.0)}, index=pandas.Index(ids, name="person_id"))


def begun(random: ModuleType, persons: Any, step: str = "mode choice", seed: int = 7) -> Any:
    rng = random.Random()
    rng.set_base_seed(seed)
    rng.begin_step(step)
    rng.add_channel("persons", persons)
    return rng


@pytest.mark.parametrize("name", THEIRS)
def test_its_own_tests(name: str, client: Callable[[str], ModuleType], tmp_path: Path) -> None:
    package = Path(str(client("activitysim").__file__)).parent
    number, left_out = THEIRS[name]
    tests = f"core/test/{name}.py"
    options = ["-q", "-W", "ignore", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={package}"]
    options += [f"--deselect={tests}::{test}" for test in left_out]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(package / tests), *options],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{HERE}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    counted = {what: int(n) for n, what in re.findall(r"(\d+) (\w+)", done.stdout.splitlines()[-1])}
    assert (counted["passed"], counted.get("deselected", 0)) == (number, len(left_out))


def test_draws_are_those_of_the_channel(random: ModuleType, persons: Any) -> None:
    rng, ch = begun(random, persons), gs.Channel(7, "persons", "mode choice")
    assert np.array_equal(rng.random_for_df(persons, n=2), ch.uniform(persons.index.to_numpy(), 2))
    some = persons.iloc[[3, 1]]
    assert np.array_equal(rng.gumbel_for_df(some, n=3), ch.gumbel([40, 12], columns=[2, 3, 4]))
    # Those two rows have drawn 5 numbers, the others 2.
    offset = np.array([2, 5, 2, 5, 2])
    mean, deviation = persons["income"], np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    noise = ch.normal(persons.index.to_numpy(), columns=offset[:, None] + np.arange(2))
    drawn = rng.normal_for_df(persons, mean, deviation, size=2)
    assert np.array_equal(drawn, mean.to_numpy()[:, None] + deviation[:, None] * noise)
    noise = ch.normal(persons.index.to_numpy(), columns=offset[:, None] + 2)[:, 0]
    assert np.array_equal(rng.lognormal_for_df(persons, 0.5, 2.0), np.exp(0.5 + 2 * noise))
    rng.end_step("mode choice")
    rng.begin_step("mode choice")
    assert np.array_equal(rng.random_for_df(persons)[:, 0], ch.uniform(persons.index.to_numpy()))


def test_who_else_is_there_changes_nothing(random: ModuleType, persons: Any) -> None:
    whole, part = begun(random, persons), begun(random, persons.iloc[[4, 1]])
    for _ in range(2):
        assert np.array_equal(part.random_for_df(persons.iloc[[1, 4]], n=3), whole.random_for_df(persons, n=3)[[1, 4]])
    part.add_channel("persons", persons.iloc[[0, 2]])
    assert np.array_equal(
        part.random_for_df(persons.iloc[[2]], n=6), begun(random, persons).random_for_df(persons, n=6)[[2]]
    )


def test_steps_share_nothing(random: ModuleType, client: Callable[[str], ModuleType]) -> None:
    """Its own seeds are sums of channel, step and row: a row of one step has all numbers of another row in another."""
    pandas = client("pandas")
    shift = random.hash32("first") - random.hash32("second")
    ids = pandas.Index([2**33, 2**33 + shift], name="person_id")
    rows = pandas.DataFrame({"x": 0}, index=ids)
    assert shift != 0
    for channel, shared in ((client("activitysim_channel").KeyedChannel.__base__, True), (random.SimpleChannel, False)):
        first = channel("persons", 7, rows, "first").random_for_df(rows, "first", n=50)
        second = channel("persons", 7, rows, "second").random_for_df(rows, "second", n=50)
        assert bool((first[0] == second[1]).all()) == shared
        assert np.intersect1d(first, second).size == (50 if shared else 0)


def test_choices(random: ModuleType, client: Callable[[str], ModuleType]) -> None:
    """With and without replacement; chi-square, each false alarm 1e-4."""
    pandas = client("pandas")
    people = pandas.DataFrame({"x": 0}, index=pandas.RangeIndex(1, 24_001, name="person_id"))
    rng = begun(random, people)
    items = np.array([2, 3, 5, 7])
    drawn = rng.choice_for_df(people, items, 2, replace=True).reshape(-1, 2)
    code = np.searchsorted(items, drawn) @ [4, 1]
    assert stats.chisquare(np.bincount(code, minlength=16)).pvalue > 1e-4
    ordered = rng.choice_for_df(people, items, 2, replace=False).reshape(-1, 2)
    code = np.searchsorted(items, ordered) @ [4, 1]
    counts = np.bincount(code, minlength=16).reshape(4, 4)
    assert (np.diag(counts) == 0).all()
    assert stats.chisquare(counts[~np.eye(4, dtype=bool)]).pvalue > 1e-4
    assert sorted(rng.choice_for_df(people.iloc[:1], 6, 6, replace=False)) == [0, 1, 2, 3, 4, 5]
    assert np.array_equal(rng.random_for_df(people.iloc[:2]).ravel(), [
        gs.Channel(7, "persons", "mode choice").uniform(1, columns=[2 + 4 + 6])[0],
        gs.Channel(7, "persons", "mode choice").uniform(2, columns=[2 + 4])[0],
    ])  # fmt: skip


def test_alternatives_keep_their_noise(random: ModuleType, persons: Any, client: Callable[[str], ModuleType]) -> None:
    """Choice sets of some of 1000 zones: each zone has the noise that it has in the whole, and no more is drawn."""
    pandas = client("pandas")
    zones = np.array([3, 17, 998, 40])
    utilities = pandas.DataFrame(np.linspace(0, 1, 20).reshape(5, 4), index=persons.index)
    noise = gs.Channel(7, "persons", "mode choice").gumbel(persons.index.to_numpy(), 2000)
    drawn = begun(random, persons).gumbel_max_positions_for_df(utilities, 2, zones, 1000)
    sums = utilities.to_numpy()[:, None] + noise.reshape(5, 2, 1000)[:, :, zones]
    assert np.array_equal(drawn, sums.argmax(-1))
    rng = begun(random, persons)
    numbers = pandas.DataFrame(np.tile(zones, (5, 1)), index=persons.index)
    numbers.iloc[1, 1:] = random.MASKED_ALT_ID
    numbers.iloc[2] = random.MASKED_ALT_ID
    chosen = rng.gumbel_choice_positions_for_df(utilities, numbers, n_rands=1000)
    assert np.array_equal(chosen, np.where([False, True, True, False, False], 0, sums[:, 0].argmax(-1)))
    with pytest.raises(ValueError, match="negative numbers other than -999"):
        rng.gumbel_choice_positions_for_df(utilities, numbers.replace(3, -3), n_rands=1000)
