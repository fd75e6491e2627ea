"""The vectors that every language shares."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import native_calls
import numpy as np
import pytest
import write_vectors
from functions import FUNCTIONS, Arguments
from numpy.testing import assert_array_equal
from write_bindings import Parameter

import gsampler as gs

DOCUMENT = json.loads(write_vectors.PATH.read_text())
COMMON = {"function", "seed", "stream", "offset"}
DTYPES = {"float": np.float32, "double": np.float64}


def test_version() -> None:
    assert DOCUMENT["stream_version"] == gs.STREAM_VERSION


def test_the_reference_writes_the_first_cases() -> None:
    """Of each family of functions; all of them with --slow."""
    for writer in write_vectors.WRITERS:
        for case in itertools.islice(writer(), 2):
            assert json.loads(json.dumps(case)) in DOCUMENT["cases"]
    assert write_vectors.KEYS.read_text() == write_vectors.keys()


@pytest.mark.slow
def test_file_is_what_the_reference_writes() -> None:
    assert write_vectors.PATH.read_text() == write_vectors.document()


def test_the_reference_needs_no_gsampler() -> None:
    code = "import sys, cases; print([name for name in sys.modules if name.startswith(('gsampler', 'numba'))])"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_the_table_of_functions_is_what_the_registry_writes() -> None:
    assert write_vectors.README.read_text() == write_vectors.readme()


@pytest.mark.parametrize("name", [name for name, f in FUNCTIONS.items() if f.cases is not None])
def test_the_table_names_what_cases_have(name: str) -> None:
    keys = {frozenset(case) - COMMON for case in DOCUMENT["cases"] if case["function"] == name}
    described = re.findall(r"`(\w+)`", FUNCTIONS[name].inputs + FUNCTIONS[name].outputs)
    assert keys == {frozenset(described)}


def label(case: dict[str, Any]) -> str:
    return "-".join(str(case[key]) for key in ("function", "method", "dtype", "k", "offset") if key in case)


def array(p: Parameter, given: list[Any]) -> np.ndarray:
    """Hexadecimal digits, or integers, as an array of the parameter's type."""
    dtype = np.dtype(DTYPES.get(p.type) or p.type.removesuffix("_t"))
    bits = [int(x, 16) if isinstance(x, str) else x % 256**dtype.itemsize for x in given]
    return np.array(bits, f"u{dtype.itemsize}").view(dtype)


def arguments_of(case: dict[str, Any]) -> tuple[Arguments, dict[str, np.ndarray]]:
    """What Python is called with, and what it must give, under the names of the header."""
    function = FUNCTIONS[case["function"]]
    a, expected = Arguments(dtype=np.dtype(case.get("dtype", np.uint32)).type), {}
    used = COMMON | {"dtype", "method"}
    a |= {key: case[key] for key in ("method",) if key in case}
    for p in (p for c in native_calls.functions_of(case) for p in c.parameters):
        given = native_calls.value(case, p.name)
        used |= {key for key in (p.name, *native_calls.OUT) if key in case and case[key] is given}
        if given is None:  # the vectors have nothing of it: an output that may be NULL, or a table
            continue
        if p.is_output:
            expected[p.name] = array(p, given)
        elif p.is_array:
            a[p.name] = array(p, given)
        elif isinstance(given, list):
            a[p.name] = array(p, given)[0]
        else:
            a[p.name] = int(given)
    used |= {"rows", "k", "draws", "n"}
    for name in [name for name in a if isinstance(a[name], np.ndarray)]:
        shape = function.shape(name, a)
        a[name] = a[name].reshape(shape if np.prod(shape) == a[name].size else -1)
    expected |= {key: np.array(case[key]) for key in case.keys() - used}
    return a, expected


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=label)
def test_vector(case: dict[str, Any]) -> None:
    a, expected = arguments_of(case)
    got = FUNCTIONS[case["function"]].python(a)
    assert expected
    assert expected.keys() <= got.keys()
    for name, right in expected.items():
        value = np.ravel(got[name])
        if name in native_calls.SIGNLESS or name == "hard":  # which C has as bytes, by another function
            assert_array_equal(value, right)
        else:
            value = value.view(np.uint8) if value.dtype == bool else value
            assert (value.dtype, value.tobytes()) == (right.dtype, right.tobytes()), name
