"""The examples of docstrings and of the README give what they say."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsampler as gs

README = Path(__file__).parents[1] / "README.md"
WITH_EXAMPLES = sorted(p.stem for p in Path(gs.__file__).parent.glob("[a-z]*.py") if ">>> " in p.read_text())


def test_there_are_examples() -> None:
    assert {"categorical", "generator", "information", "log_prob", "native", "relaxed"} <= set(WITH_EXAMPLES)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_docstrings(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"gsampler.{name}"))
    assert result.attempted >= 2
    assert result.failed == 0


def test_readme_in_python() -> None:
    code, _ = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    names: dict[str, object] = {}
    exec(code, names)
    shown = re.search(r"array\(\[(.*?)\]\)", code)
    assert shown is not None
    assert np.allclose(gs.Generator(seed=42).gumbel(size=3), [float(x) for x in shown[1].split(",")], atol=1e-8)
    assert len(names["workers"]) == 8  # type: ignore[arg-type]


def test_readme_trains_a_model() -> None:
    """The loss falls to the entropy of the data: log 16 and 32 bits that are wrong one time in twenty."""
    _, example = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    names: dict[str, Any] = {}
    exec(example, names)
    losses, entropy = names["losses"], np.log(16) - 32 * (0.05 * np.log(0.05) + 0.95 * np.log(0.95))
    assert losses[0] > 20
    assert abs(np.mean(losses[-20:]) - entropy) < 0.2
    assert len(np.unique(names["code"], axis=0)) == 16
