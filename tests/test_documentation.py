"""The documentation does what it says: examples of docstrings, code of the README and of the site's pages, links."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsampler as gs
import gsampler.torch
from gsampler import estimators, jit, schedules

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)


NEED_LIBRARY = {"native", "languages", "jax"}  # the C library
MODULES = [
    ".".join(path.relative_to(ROOT / "gsampler").with_suffix("").parts)
    for path in sorted(p for d in ("", "estimators", "torch") for p in (ROOT / "gsampler" / d).glob("*.py"))
    if ">>> " in path.read_text() and path.stem not in NEED_LIBRARY
]


def test_modules_with_examples() -> None:
    some = {"generator", "categorical", "relaxed", "log_prob", "schedules", "estimators.relax", "torch.functional"}
    assert some <= set(MODULES)


@pytest.mark.parametrize("name", [pytest.param(m, marks=pytest.mark.slow) if m == "jit" else m for m in MODULES])
def test_docstrings(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"gsampler.{name.removesuffix('.__init__')}"))
    assert result.attempted >= 2
    assert result.failed == 0


def documented() -> dict[str, Callable[..., Any]]:
    """What users call."""
    methods = {f"Generator.{n}": m for n, m in vars(gs.Generator).items() if inspect.isfunction(m) and n[0] != "_"}
    functions = {name: getattr(gs, name) for name in gs.__all__ if callable(getattr(gs, name))}
    gradients = {f"estimators.{name}": getattr(estimators, name) for name in ("by_name", *estimators.NAMES)}
    compiled = {f"jit.{name}": getattr(jit, name) for name in jit.__all__}
    return (
        methods
        | functions
        | gradients
        | compiled
        | {f"torch.{name}": getattr(gsampler.torch, name) for name in gsampler.torch.__all__}
        | {f"schedules.{n}": getattr(schedules, n) for n in schedules.__all__}
    )


@pytest.mark.parametrize("name", documented())
def test_every_function_has_an_example(name: str) -> None:
    text = inspect.getdoc(documented()[name]) or ""
    assert re.search(r"^Examples\n--------\n(.*\n)*>>> ", text, re.M)


def blocks(page: Path, language: str) -> list[str]:
    return [code for name, code in BLOCK.findall(page.read_text()) if name == language]


def run_page(page: Path) -> dict[str, Any]:
    """Run the Python of a page from top to bottom, as a reader would; ``>>>`` shows what it gives."""
    names: dict[str, Any] = {}
    for number, code in enumerate(blocks(page, "python")):
        if ">>> " in code:
            case = doctest.DocTestParser().get_doctest(code, names, page.name, None, None)
            result = doctest.DocTestRunner().run(case, clear_globs=False)
            assert result.attempted > 0
            assert result.failed == 0
            names |= case.globs
        else:
            exec(compile(code, f"{page.name}, block {number}", "exec"), names)
    return names


COMPILING = {"numba"}  # functions of users


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(p, marks=pytest.mark.slow if p.stem in COMPILING else ())
        for p in PAGES
        if p.stem not in NEED_LIBRARY
    ],
    ids=lambda page: page.stem,
)
def test_python_of_pages(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = run_page(page)
    if page == README:
        shown = re.search(r"# array\(\[(.*?)\]\)", page.read_text())
        assert shown is not None
        assert np.allclose(gs.Generator(seed=42).gumbel(size=3), [float(x) for x in shown[1].split(",")], atol=1e-8)
        assert abs(names["counts"] / 1e8 - [0.5, 0.3, 0.2]).max() < 3e-4  # six standard errors
        assert len(names["workers"]) == 8
        assert gs.softmax(names["theta"])[2] > 0.75  # that of the category nearest to the target
    if page.stem == "training":  # the loss falls to the entropy of the data: log 16, and one bit in twenty is wrong
        losses, entropy = names["losses"], np.log(16) - 32 * (0.05 * np.log(0.05) + 0.95 * np.log(0.95))
        assert losses[0] > 20
        assert abs(np.mean(losses[-20:]) - entropy) < 0.2
        assert len(np.unique(names["code"], axis=0)) == 16
    if page.stem == "estimators":
        p = gs.softmax(names["learnt"])[..., 2]
        assert p.mean() > 0.95


@pytest.mark.slow
def test_the_table_of_estimators() -> None:
    """Measured anew with fewer draws: biases within 4 standard errors and the rounding, variances within a tenth."""
    spec = importlib.util.spec_from_file_location("estimator_table", ROOT / "docs" / "estimator_table.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = (ROOT / "docs" / "estimators.md").read_text()
    assert {row.name for row in script.ROWS} == set(estimators.NAMES)
    assert len(estimators.NAMES) == 16
    for row in script.ROWS:
        (line,) = (line for line in page.splitlines() if line.startswith(f"| {script.label(row)} |"))
        bias, variance = ([float(x) for x in cell.split(";")] for cell in line.split("|")[3:5])
        kinds = [True] if row.name == "arm" else [False, True]
        for i, binary in enumerate(kinds):
            found = script.measure(row, binary, 20_000)
            known = 0.0 if row.name in script.UNBIASED else bias[i]
            assert abs(found.bias - known) < 4 * found.error + 0.005
            assert abs(found.variance / variance[i] - 1) < 0.1


@pytest.mark.slow
def test_examples_with_the_c_library(prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSAMPLER_PREFIX", str(prefix))
    test_docstrings("native")
    page = ROOT / "docs" / "languages.md"
    names = run_page(page)
    (program,) = blocks(page, "c")
    (tmp_path / "example.c").write_text(program)
    command = f"cc -O2 example.c $({prefix}/bin/gsampler-config --cflags --libs) -o example && ./example"
    shown = subprocess.run(["bash", "-euc", command], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert shown.split() == [f"{x:.6f}" for x in names["out"]]


@pytest.mark.slow
def test_examples_with_jax(prefix_with_jax: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSAMPLER_PREFIX", str(prefix_with_jax))
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    for name in ("functional", "threads"):
        test_docstrings(f"jax.{name}")
    module = importlib.import_module("gsampler.jax")
    for name in module.__all__:
        assert ">>> " in (inspect.getdoc(getattr(module, name)) or "")
    run_page(ROOT / "docs" / "jax.md")


def test_commands_of_the_quick_start(tmp_path: Path) -> None:
    (code,) = (code for code in blocks(ROOT / "docs" / "quickstart.md", "sh") if "gsampler sample" in code)
    (tmp_path / "gsampler").symlink_to(ROOT / "gsampler")
    program = f'gsampler() {{ "{sys.executable}" -m gsampler.cli "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-euc", program + code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"heads", "tails"}
    assert np.load(tmp_path / "samples.npy").shape == (1_000_000,)


def test_commands_that_are_said_twice() -> None:
    """What the site repeats of the README, whose commands continuous integration runs."""
    commands = dict(re.findall(r"<!-- (\w+) -->\n```sh\n(.*?)```", README.read_text(), re.S))
    assert commands["native"] in blocks(ROOT / "docs" / "languages.md", "sh")
    assert commands["test"] in blocks(ROOT / "docs" / "exactness.md", "sh")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_links(page: Path) -> None:
    """They lead to files, and to headings that are there. Pages of the reference are written when the site is built."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        name, _, heading = target.partition("#")
        path = page.parent / name if name else page
        if name.startswith("reference/"):
            continue
        assert path.exists(), target
        headings = re.findall(r"^#+ (.*)$", path.read_text(), re.M) if heading else []
        anchors = [re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in headings]
        assert not heading or heading in anchors, target


def test_files_that_the_exactness_page_names() -> None:
    names = re.findall(r"`(test_\w+\.py)`", (ROOT / "docs" / "exactness.md").read_text())
    assert len(names) > 10
    assert [name for name in names if not (ROOT / "tests" / name).exists()] == []
