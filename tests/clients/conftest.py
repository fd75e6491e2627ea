"""Programs that users run, with their random numbers replaced by ours."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest) -> Callable[[str], ModuleType]:
    """Import a module of a client; skip the test where it is not installed, which with --slow is a failure."""

    def load(name: str) -> ModuleType:
        package = name.partition(".")[0]
        if importlib.util.find_spec(package) is None:
            missing = f"{package} is not installed: pip install '.[clients]'"
            (pytest.fail if request.config.getoption("--slow") else pytest.skip)(missing)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its import warns of is its own affair
            return importlib.import_module(name)

    return load
