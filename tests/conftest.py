"""Options and fixtures of all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "2")  # before Numba is imported: two threads on any machine

import pytest
from hypothesis import settings

import gsampler as gs

# The same examples every time; HYPOTHESIS_PROFILE=nightly pytest tests tries many others, and prints how to repeat one.
settings.register_profile("gsampler", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gsampler"))


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


NATIVE = Path(__file__).parents[1] / "native"


@pytest.fixture(scope="session")
def need(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Skip a test where a command is not installed; with --slow, as in continuous integration, that is a failure."""

    def check(*commands: str) -> None:
        missing = [command for command in commands if shutil.which(command) is None]
        if missing and request.config.getoption("--slow"):
            pytest.fail(f"not installed: {', '.join(missing)}")
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")

    return check


@pytest.fixture(scope="session")
def build_native(need: Callable[..., None]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run native/build.py."""

    def run(
        *options: object, script: Path = NATIVE / "build.py", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        need("cc", "ar", "nm")
        command = [sys.executable, str(script), *map(str, options)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")} | environment
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


@pytest.fixture(scope="session")
def kernel_objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all builds of a session keep the compiled kernels, which take most of the time."""
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="session")
def prefix(
    build_native: Callable[..., subprocess.CompletedProcess[str]],
    kernel_objects: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The C library, installed."""
    where = tmp_path_factory.mktemp("prefix")
    done = build_native("--prefix", where, "--objects", kernel_objects)
    assert (done.returncode, done.stderr) == (0, "")  # no warning either
    return where
