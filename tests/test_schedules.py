"""Temperatures over the steps of training."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest

from gsampler import schedules


def test_exponential_is_that_of_jang() -> None:
    """max(0.5, exp(-r t)), updated every N steps."""
    schedule = schedules.exponential(1e-4, minimum=0.5, every=500)
    for step in (0, 1, 499, 500, 501, 3210, 6931, 6932, 10**6, 10**12):
        assert schedule(step) == max(0.5, math.exp(-1e-4 * (step - step % 500)))
    assert schedules.exponential(0.1, 0.01, initial=3.0)(7) == pytest.approx(3 * math.exp(-0.7), rel=1e-15)
    assert schedules.exponential(0.0)(10**9) == 1


def test_linear_cosine_constant() -> None:
    line, wave = schedules.linear(2.0, 0.5, 100), schedules.cosine(2.0, 0.5, 100)
    assert [line(s) for s in (0, 50, 100, 10**9)] == [2.0, 1.25, 0.5, 0.5]
    assert [wave(s) for s in (0, 100, 10**9)] == [2.0, 0.5, 0.5]
    assert wave(50) == pytest.approx(1.25)
    assert wave(25) == pytest.approx(0.5 + 1.5 * (1 + math.cos(math.pi / 4)) / 2)
    assert schedules.constant(0.7)(123) == 0.7
    assert schedules.linear(0.1, 1, 10)(5) == pytest.approx(0.55)
    assert {schedules.linear(0.3, 0.3, 7)(step) for step in range(9)} == {0.3}  # not beside it


@pytest.mark.parametrize(
    "schedule",
    [schedules.constant(1), schedules.exponential(0.1), schedules.linear(1, 0.1, 5), schedules.cosine(1, 0.1, 5)],
)
def test_schedules_are_values(schedule: Any) -> None:
    copy = pickle.loads(pickle.dumps(schedule))
    assert [copy(s) for s in range(8)] == [schedule(s) for s in range(8)]
    assert all(type(schedule(s)) is float and schedule(s) > 0 for s in range(8))
    with pytest.raises(ValueError, match="step must be from 0 to"):
        schedule(-1)
    with pytest.raises(TypeError, match="step must be an integer, got float"):
        schedule(0.5)


BAD = [
    (lambda: schedules.constant(0), ValueError, "tau must be finite and above 0, got 0"),
    (lambda: schedules.constant("1"), TypeError, "tau must be an array of real numbers"),
    (lambda: schedules.constant([1.0]), TypeError, r"tau must be a number, got an array of shape \(1,\)"),
    (lambda: schedules.exponential(-1), ValueError, "rate must be finite and not negative, got -1"),
    (lambda: schedules.exponential(0.1, 0), ValueError, "minimum must be finite and above 0, got 0"),
    (lambda: schedules.exponential(0.1, every=0), ValueError, "every must be at least 1, got 0"),
    (lambda: schedules.exponential(0.1, initial=math.inf), ValueError, "initial must be finite and above 0, got inf"),
    (lambda: schedules.linear(1, -1, 5), ValueError, "final must be finite and above 0, got -1"),
    (lambda: schedules.linear(1, 0.5, 0), ValueError, "steps must be at least 1, got 0"),
    (lambda: schedules.cosine(1, 0.5, 1.5), TypeError, "steps must be an integer, got float"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD)
def test_bad_argument(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
