"""Options and fixtures of all tests."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("NUMBA_NUM_THREADS", "2")  # before Numba is imported: two threads on any machine

import pytest
from digests import LEVELS, digest
from hypothesis import settings

import gsampler as gs

# The same examples every time; HYPOTHESIS_PROFILE=nightly pytest tests tries many others, and prints how to repeat one.
settings.register_profile("gsampler", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gsampler"))


AHEAD = {"prefix", "prefix_again", "prefix_arm64", *LEVELS}  # what is begun before the tests, which come first


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests that take minutes")


def pytest_report_header(config: pytest.Config) -> str | None:
    return None if config.getoption("--slow") else "tests that take minutes are deselected: --slow runs them too"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        slow = [item for item in items if "slow" in item.keywords]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if "slow" not in item.keywords]
    items.sort(key=lambda item: bool(wanted(item) & AHEAD))


def pytest_collection_finish() -> None:
    """Thousands of tests, and what they import, need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


def wanted(item: pytest.Item) -> set[str]:
    """Names of the fixtures and of the parameters of a test that is not skipped."""
    if item.get_closest_marker("skip"):
        return set()
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return {*item.fixturenames, *(value for value in parameters if isinstance(value, str))}


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


Built = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def ahead(
    request: pytest.FixtureRequest,
    build_native: Callable[..., subprocess.CompletedProcess[str]],
    kernel_objects: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[Any]]]:
    """What takes half a minute each, by the fixture or the parameter of the tests that want it.

    One is made after the other, on the core that most tests leave idle.
    """

    def build(*options: object, **environment: str) -> Callable[[], Built]:
        where = tmp_path_factory.mktemp("prefix")
        return lambda: (where, build_native("--prefix", where, *options, **environment))

    objects, elsewhere = ("--objects", kernel_objects), str(tmp_path_factory.mktemp("elsewhere"))
    work: dict[str, Callable[[], Any]] = {
        "prefix": build(*objects),
        **{level: functools.partial(digest, level) for level in LEVELS},
        "prefix_arm64": build(*objects, "--machine", "aarch64"),
        "prefix_again": build(PYTHONHASHSEED="5", TMPDIR=elsewhere),
    }
    assert set(work) == AHEAD
    names = set().union(*map(wanted, request.session.items))
    with ThreadPoolExecutor(1) as pool:
        yield {name: pool.submit(do) for name, do in work.items() if name in names}
        pool.shutdown(cancel_futures=True)


def finished(job: Future[Built]) -> Path:
    """Where a build went that has neither failed nor warned."""
    where, done = job.result()
    assert (done.returncode, done.stderr) == (0, "")
    return where


@pytest.fixture(scope="session")
def prefix(ahead: dict[str, Future[Any]]) -> Path:
    """The C library, installed."""
    return finished(ahead["prefix"])


@pytest.fixture(scope="session")
def prefix_again(ahead: dict[str, Future[Any]]) -> Path:
    """The C library, built again from nothing, elsewhere, by a process whose hashes differ."""
    return finished(ahead["prefix_again"])


@pytest.fixture(scope="session")
def prefix_arm64(need: Callable[..., None], ahead: dict[str, Future[Any]]) -> Path:
    need("aarch64-linux-gnu-gcc", "qemu-aarch64")
    return finished(ahead["prefix_arm64"])


@pytest.fixture(scope="session")
def prefix_with_jax(
    need: Callable[..., None],
    build_native: Callable[..., subprocess.CompletedProcess[str]],
    prefix: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The C library with the part for JAX beside it."""
    need("c++")
    where = tmp_path_factory.mktemp("with_jax") / "prefix"
    shutil.copytree(prefix, where, symlinks=True)
    done = build_native("--prefix", where, "--jax")
    assert (done.returncode, done.stderr) == (0, "")
    return where
