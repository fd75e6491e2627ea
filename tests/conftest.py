"""Options and fixtures of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("NUMBA_NUM_THREADS", "2")  # before Numba is imported: two threads on any machine

import pytest
from hypothesis import settings

import gsampler as gs

settings.register_profile("gsampler", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("gsampler")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: needs --slow"))


@pytest.fixture(params=[1, 2], ids=["1-thread", "2-threads"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = gs.get_num_threads()
    gs.set_num_threads(request.param)
    yield request.param
    gs.set_num_threads(before)
