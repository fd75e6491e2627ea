"""The layers of the package: imports point one way, and what is shared is said once."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gsampler.kernels import constants

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gsampler"

# Each line may import from those above it.
LAYERS = (
    ("_typing", "compiler"),
    ("kernels",),
    ("runtime",),
    ("core",),
    ("places",),
    (
        "noise",
        "integers",
        "counts",
        "categorical",
        "choices",
        "without_replacement",
        "relaxed_subsets",
        "conditional",
        "relaxed",
        "log_prob",
        "information",
        "schedules",
        "chunks",
        "nested_logit",
    ),
    ("generator", "channel", "threads"),
    ("numpy_bit_generator", "bit_generator"),
    ("estimators", "jit"),
    ("__init__",),
    ("demo",),
    ("native", "cli", "dask", "jax", "torch"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
SOURCES = sorted(PACKAGE.rglob("*.py"))
# What becomes machine code, or turns Python into it; everything else must work, cached, without importing Numba.
WITH_NUMBA = {"compiler", "kernels", "jit.py"}


def layer(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> list[tuple[str, list[str]]]:
    """Modules of the package that a file imports, and the names it takes from each."""
    found: list[tuple[str, list[str]]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.append((node.module, [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
    return found


def imported_layers(path: Path) -> set[str]:
    result = set()
    for module, names in imports(path):
        if module == "gsampler":
            result |= {name if name in RANK else "__init__" for name in names} or {"__init__"}
        elif module.startswith("gsampler."):
            result.add(module.split(".")[1])
    return result


def test_every_module_has_a_layer() -> None:
    assert {layer(path) for path in SOURCES} == set(RANK)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    allowed = {name for name, rank in RANK.items() if rank <= RANK[layer(path)]}
    assert imported_layers(path) - {"benchmarks"} <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_public_names_are_imported(path: Path) -> None:
    names = [name for module, names in imports(path) if module.startswith("gsampler") for name in names]
    assert [name for name in names if name.startswith("_")] == []


@pytest.mark.parametrize("name", ["constants", "table"])
def test_the_table_needs_no_numba(name: str) -> None:
    code = f"import sys, gsampler.kernels.{name}; print([m for m in ('numba', 'llvmlite') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_numba_is_imported_below_only() -> None:
    """At the top of a module; what is imported within a function is imported when it is needed."""
    for path in SOURCES:
        name = str(path.relative_to(PACKAGE))
        if not {layer(path), name} & WITH_NUMBA:
            top = [node for node in ast.parse(path.read_text()).body if isinstance(node, (ast.Import, ast.ImportFrom))]
            text = "\n".join(map(ast.unparse, top))
            assert not re.search(r"\b(numba|llvmlite)\b", text), name


SHARED = [name for name in vars(constants) if name.isupper()]


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_constant_is_said_once(name: str) -> None:
    """No other module, and no C source, gives it a value of its own."""
    sources = [*SOURCES, *(ROOT / "native").glob("*.py"), *(ROOT / "native" / "src").glob("*.[ch]")]
    pattern = re.compile(rf"^(?:#define {name} |{name}(?:: \w+)? = )", re.M)
    assert [path.name for path in sources if pattern.search(path.read_text())] == ["constants.py"]


def test_the_header_is_of_this_stream() -> None:
    header = (ROOT / "native" / "gsampler.h").read_text()
    assert re.findall(r"^#define GS_STREAM_VERSION (\d+)", header, re.M) == [str(constants.STREAM_VERSION)]
