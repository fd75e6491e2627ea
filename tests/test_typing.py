"""The types that a user's type checker and editor see: right of every call, and of the values that it returns."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import numpy as np
import pytest
import typing_extensions
from functions import FUNCTIONS

import gsampler as gs

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(__file__).parent / "typing"
PACKAGE = Path(gs.__file__).parent

Mypy = Callable[..., str]


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Mypy:
    """Run a module of mypy away from the project, where it finds gsampler as one of the installed packages."""
    elsewhere = tmp_path_factory.mktemp("mypy")

    def run(*arguments: object, module: str = "mypy", cwd: Path = elsewhere) -> str:
        path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, "PYTHONPATH": path, "MYPY_CACHE_DIR": str(elsewhere / "cache")}
        command = [sys.executable, "-m", module, *map(str, arguments)]
        result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)
        assert not result.stderr, result.stderr
        return result.stdout

    return run


def check(mypy: Mypy, script: Path) -> str:
    return mypy("--strict", "--config-file=", "--no-error-summary", script)


REGISTRY = """
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

import gsampler as gs

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Indices = NDArray[np.int64]

rng = gs.Generator(seed=42)
logits32 = np.zeros((4, 3), np.float32)
logits64 = np.zeros((4, 3))
"""
SCRIPT_NAMES = ["registry.py", *sorted(path.name for path in SCRIPTS.glob("*.py") if path.name != "rejected.py")]
SLOW = {"pytorch.py": pytest.mark.slow}  # mypy reads all of PyTorch


@pytest.fixture(params=[pytest.param(name, marks=SLOW.get(name, ())) for name in SCRIPT_NAMES])
def script(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A user's script; one is made of what the registry of functions says of calls."""
    if request.param != "registry.py":
        return SCRIPTS / request.param
    made = tmp_path / "registry.py"
    lines = [f"assert_type({call}, {kind})\n" for f in FUNCTIONS.values() for call, kind in f.typed]
    made.write_text(REGISTRY + "".join(lines))
    return made


def test_mypy_derives_the_types_that_a_script_asserts(mypy: Mypy, script: Path) -> None:
    assert check(mypy, script) == ""


def test_values_have_the_types_that_a_script_asserts(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = set()

    def assert_type(value: Any, kind: Any) -> Any:
        lines.add(sys._getframe(1).f_lineno)
        assert has_type(value, kind), f"line {sys._getframe(1).f_lineno}: {value!r} is not of type {kind}"
        return value

    monkeypatch.setattr(typing_extensions, "assert_type", assert_type)
    runpy.run_path(str(script))
    calls = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.Call)]
    asserted = {node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "assert_type"}
    assert asserted
    assert lines == asserted


def has_type(value: Any, kind: Any) -> bool:
    """Whether a value has exactly this type. In ``NDArray[t] | Any``, Any stands for a scalar of type t."""
    if kind is Any:
        return True
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is np.ndarray:
        (element,) = get_args(arguments[1])
        return isinstance(value, np.ndarray) and (element is Any or value.dtype.type is element)
    if origin is tuple and arguments[-1] is not ...:
        return isinstance(value, tuple) and len(value) == len(arguments) and all(map(has_type, value, arguments))
    if origin is Union or origin is type(int | str):
        if Any in arguments:
            value = np.asarray(value) if isinstance(value, np.generic) else value
        return any(has_type(value, kind) for kind in arguments if kind is not Any)
    return type(value) is (origin or kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.float64(1), float),
        (1.0, np.float64),
        (np.float32(1), np.float64),
        (np.ones(3), np.typing.NDArray[np.float32]),
        (np.array(1.0), np.float64),
        (np.float64(1), np.typing.NDArray[np.float64]),
        (np.float32(1), np.typing.NDArray[np.float64] | Any),
        ((np.float64(1),), tuple[np.float64, np.float64]),
    ],
)
def test_a_value_of_another_type_is_noticed(value: Any, kind: Any) -> None:
    assert not has_type(value, kind)


def test_mypy_finds_an_error_in_each_line_marked_so(mypy: Mypy) -> None:
    script = SCRIPTS / "rejected.py"
    marked = {i for i, line in enumerate(script.read_text().splitlines(), 1) if line.endswith("# error")}
    found = re.findall(r"rejected\.py:(\d+): error: .*\[(.+)\]$", check(mypy, script), re.MULTILINE)
    assert {int(line) for line, _ in found} == marked
    kinds = {"arg-type", "assignment", "attr-defined", "call-arg", "call-overload", "index", "misc", "type-var"}
    assert {kind for _, kind in found} <= kinds


@pytest.mark.slow
def test_the_stub_is_of_the_module(mypy: Mypy) -> None:
    assert "Success" in mypy("gsampler.generator", module="mypy.stubtest")


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="needs the project's mypy settings")
def test_mypy_accepts_the_module_that_the_stub_hides(mypy: Mypy) -> None:
    output = mypy("gsampler/generator.py", cwd=ROOT)
    assert output.startswith("Success: no issues found in 1 source file"), output
