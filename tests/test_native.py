"""The C library, called through cffi: the bits of Python's own functions, and a status for every bad argument."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bad_arguments
import numpy as np
import pytest
from functions import DECLARED, FUNCTIONS, Arguments, CFunction, Function, logits_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from processes import HANG

import gsampler as gs
from gsampler.native import DTYPES as DTYPES_OF_C
from gsampler.native import Library, NativeError

pytestmark = pytest.mark.slow  # they build the C library, which takes a minute or two

DTYPES = {"f32": np.float32, "f64": np.float64}


@pytest.fixture(scope="module")
def library(prefix: Path) -> Library:
    return Library(prefix)


@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(5, marks=pytest.mark.slow)])
def native_threads(library: Library, request: pytest.FixtureRequest) -> Iterator[int]:
    library.set_num_threads(request.param)
    yield request.param
    library.set_num_threads(1)


# --- the same as Python ---------------------------------------------------------------------------------------


def call_c(library: Library, function: CFunction, values: dict[str, Any]) -> None:
    """Call a function with the arguments of these names, numbers as C's own."""
    given = [values[p.name] for p in function.parameters]
    getattr(library, function.name.removeprefix("gs_"))(*(float(x) if isinstance(x, np.floating) else x for x in given))


def call_chain(library: Library, functions: list[CFunction], a: Arguments, expected: dict[str, Any]) -> dict[str, Any]:
    """Arguments and outputs of calls one after another, each of which may read what those before it wrote.

    Outputs have the size of what is expected and begin with other bytes. One of which nothing is expected is NULL, or a
    table of either kind if a later call reads it.
    """
    values = dict(a)
    for number, function in enumerate(functions):
        later = {p.name for f in functions[number + 1 :] for p in f.parameters}
        for p in function.parameters:
            if p.is_output and p.name in expected:
                values[p.name] = np.full(np.size(expected[p.name]), 77, DTYPES_OF_C[p.type])
            elif p.is_output:
                values[p.name] = np.zeros(a.rows * (2 * a.k + 2), np.uint64) if p.name in later else None
        call_c(library, function, values)
    return values


def compare(library: Library, function: Function, suffix: str, rows: int, k: int) -> None:
    """Bit for bit, in each form of the call."""
    for a in function.forms(k, rows, k, DTYPES[suffix]):
        expected = function.python(a)
        functions = function.chain(a, suffix, np.ndim(a.tau) > 0)
        values = call_chain(library, functions, a, expected)
        for p in (p for f in functions for p in f.parameters if p.is_output and p.name in expected):
            right = np.asarray(expected[p.name], DTYPES_OF_C[p.type])
            assert values[p.name].tobytes() == right.tobytes(), f"{p.name} of {function.name}"


every_function = pytest.mark.parametrize("name", FUNCTIONS)


def small_forms(name: str, suffix: str) -> list[tuple[Arguments, list[CFunction]]]:
    """Arguments of each form at the size of which `bad_arguments` speaks, and the C functions that take them."""
    forms = FUNCTIONS[name].forms(3, bad_arguments.ROWS, bad_arguments.K, DTYPES[suffix], masked=0)
    return [(a, FUNCTIONS[name].chain(a, suffix, np.ndim(a.tau) > 0)) for a in forms]


def test_every_c_function_has_an_entry() -> None:
    """Of those that can fail; a new one without an entry would not be tested."""
    forms = [form for suffix in DTYPES for name in FUNCTIONS for form in small_forms(name, suffix)]
    found = {function.name for _, functions in forms for function in functions}
    others = {"gs_check_logits_f32", "gs_check_logits_f64", "gs_set_num_threads"}
    assert found | others == {f.name for f in DECLARED.values() if f.returns_status}
    assert not found & others


@every_function
def test_every_output_is_compared(name: str) -> None:
    for a, functions in small_forms(name, "f64"):
        outputs = {p.name for function in functions for p in function.parameters if p.is_output}
        assert outputs - FUNCTIONS[name].python(a).keys() == ({"table"} if a.get("method") == "inverse-cdf" else set())


@every_function
@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize(("rows", "k"), [(0, 3), (1, 1), (2, 5), (1, 1023), (1, 1025), (3, 341), (700, 3), (2, 2500)])
def test_same_bits_as_python(library: Library, name: str, suffix: str, rows: int, k: int) -> None:
    compare(library, FUNCTIONS[name], suffix, rows, k)


@every_function
@given(rows=st.integers(0, 40), k=st.integers(1, 300), suffix=st.sampled_from(list(DTYPES)))
def test_same_bits_as_python_at_any_size(library: Library, rows: int, k: int, suffix: str, name: str) -> None:
    compare(library, FUNCTIONS[name], suffix, rows, k)


@every_function
@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize(("rows", "k"), [(5000, 100), (2, 2**18 + 5), (300_001, 1)])
def test_threads(library: Library, native_threads: int, name: str, suffix: str, rows: int, k: int) -> None:
    """The result does not depend on threads, of which there are more than one at these sizes."""
    compare(library, FUNCTIONS[name], suffix, rows, k)


def test_first_of_equal_ones_on_several_threads(library: Library, native_threads: int) -> None:
    """In a row that threads share: a seed for which rounding makes two sums equal, the later of the larger noise."""
    k, index = 2**18 + 5, np.full(1, -1)
    logits = np.full(k, 1023, np.float32)
    noise = gs.Generator(1622).gumbel(size=k, dtype=np.float32)
    assert np.flatnonzero(logits + noise == (logits + noise).max()).tolist() == [96313, 245549]
    assert noise.argmax() == 245549
    library.categorical_f32(1622, 0, 0, logits, 1, k, index)
    assert index[0] == 96313


def test_parts_are_the_whole(library: Library) -> None:
    """As the header says that jobs are split."""
    logits = logits_of(np.random.default_rng(0), 100, 37, np.float64, 0.1)
    whole, parts = np.empty(100, np.int64), np.empty(100, np.int64)
    seed, stream, offset = 42, 0, 10
    library.categorical_f64(seed, stream, offset, logits, 100, 37, whole)
    for first, last in ((0, 1), (1, 60), (60, 100)):
        position = offset + first * 37 * 2
        library.categorical_f64(seed, stream, position, logits[first:last], last - first, 37, parts[first:last])
    assert_array_equal(parts, whole)
    rng = gs.Generator(seed, stream, offset)
    rng.uniform(size=7)
    assert rng.offset == (offset + 7 * 2 + 7) // 8 * 8


def test_many_callers(library: Library) -> None:
    """Sixteen threads of the host at once, each call on two threads."""
    library.set_num_threads(2)

    def job(seed: int) -> bytes:
        logits = np.random.default_rng(seed).standard_normal((4000, 64)).astype(np.float32)
        results = [np.empty(2**18, np.float32), np.empty(4000, np.int64), np.empty_like(logits)]
        for _ in range(5):
            library.gumbel_f32(seed, 0, 0, 2**18, results[0])
            library.categorical_f32(seed, 0, 0, logits, 4000, 64, results[1])
            library.gumbel_softmax_f32(seed, 0, 0, logits, 4000, 64, 0.5, results[2], None)
        return b"".join(r.tobytes() for r in results)

    alone = [job(seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(job, range(16))) == alone
    library.set_num_threads(1)


FORK = """
import os, sys, numpy as np
from gsampler.native import Library
library, out = Library(sys.argv[1]), np.empty(2**20, np.float32)
library.set_num_threads(2)
library.gumbel_f32(1, 0, 0, out.size, out)
before, child = out.copy(), os.fork()
out[:] = 0
library.gumbel_f32(1, 0, 0, out.size, out)
same = (out == before).all()
if child == 0:
    os._exit(0 if same else 3)
assert same and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_after_fork(prefix: Path) -> None:
    run(FORK, prefix)


def run(code: str, prefix: Path, **environment: str) -> str:
    environment = {"PYTHONPATH": str(Path(gs.__file__).parents[1]), "PATH": os.environ["PATH"], **environment}
    done = subprocess.run(
        [sys.executable, "-c", code, str(prefix)], env=environment, capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- statuses -------------------------------------------------------------------------------------------------

INF, NAN = np.inf, np.nan
END = 2**64 - 1
RANGE = np.array([5, 6, 7])


# an entry of the registry, which of its forms, which of that form's C functions
Target = tuple[str, int, int]


def targets() -> dict[str, Target]:
    """For each C function, without a type: the first form of the first entry that calls it."""
    found: dict[str, Target] = {}
    for name in FUNCTIONS:
        for form, (_, functions) in enumerate(small_forms(name, "f64")):
            for i, function in enumerate(functions):
                found.setdefault(function.name.removeprefix("gs_").removesuffix("_f64"), (name, form, i))
    return found


TARGETS = targets()


def c_function(name: str, suffix: str) -> CFunction:
    entry, form, i = TARGETS[name]
    return small_forms(entry, suffix)[form][1][i]


RANDOM = [name for name in TARGETS if "seed" in {p.name for p in c_function(name, "f64").parameters}]
NULLABLE = [
    (name, p.name)
    for name in TARGETS
    for p in c_function(name, "f64").parameters
    if p.is_output and p.name in bad_arguments.may_be_null(c_function(name, "f64"))
]


def bad_calls() -> Iterator[tuple[str, dict[str, Any], str]]:
    for name, (entry, _, _) in TARGETS.items():
        function = c_function(name, "f64")
        inputs = {p.name for p in function.parameters if not p.is_output}
        yield from ((name, *bad) for bad in bad_arguments.bad_arguments(function))
        yield from ((name, *bad) for bad in FUNCTIONS[entry].bad if bad[0].keys() <= inputs)


def good_call(library: Library, name: str, suffix: str) -> dict[str, Any]:
    """Arguments with which the function can be called, its outputs among them."""
    made = good_calls(library, name, suffix)
    return {key: x.copy() if isinstance(x, np.ndarray) else x for key, x in made.items()}


@functools.cache
def good_calls(library: Library, name: str, suffix: str) -> dict[str, Any]:
    entry, form, _ = TARGETS[name]
    a, functions = small_forms(entry, suffix)[form]
    return call_chain(library, functions, a, FUNCTIONS[entry].python(a))


def label_of(value: Any) -> str | None:
    if isinstance(value, dict):
        return ",".join(f"{key}={np.array2string(np.asarray(x), separator=' ')}" for key, x in value.items())
    return None


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize(("name", "bad", "status"), list(bad_calls()), ids=label_of)
def test_bad_arguments(library: Library, name: str, bad: dict[str, Any], status: str, suffix: str) -> None:
    function, values = c_function(name, suffix), good_call(library, name, suffix)
    for p in function.parameters:
        if p.is_output and values[p.name] is not None:
            values[p.name] = np.full(values[p.name].size + 24, 77, DTYPES_OF_C[p.type])
        if p.name in bad:
            given = bad[p.name]
            values[p.name] = given.astype(DTYPES_OF_C[p.type]) if isinstance(given, np.ndarray) else given
    with pytest.raises(NativeError) as caught:
        call_c(library, function, values)
    assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
    assert library.strerror(caught.value.status) in str(caught.value)
    outputs = [values[p.name] for p in function.parameters if p.is_output and values[p.name] is not None]
    assert all((output == 77).all() for output in outputs)


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize("name", RANDOM)
def test_the_end_of_the_stream(library: Library, name: str, suffix: str) -> None:
    """The last words of the stream are used, and not one more."""
    function, values = c_function(name, suffix), good_call(library, name, suffix)
    words = bad_arguments.words_of(function, values)
    call_c(library, function, values | {"offset": 2**64 - words})
    for offset in (2**64 - words + 1, 2**64 - 1):
        with pytest.raises(NativeError) as caught:
            call_c(library, function, values | {"offset": offset})
        assert caught.value.status == library.lib.GS_ERROR_STREAM


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize(("name", "output"), NULLABLE)
def test_outputs_that_may_be_null(library: Library, name: str, output: str, suffix: str) -> None:
    """The others are what they are with it."""
    function, right = c_function(name, suffix), good_call(library, name, suffix)
    values = right | {output: None}
    others = [p.name for p in function.parameters if p.is_output and p.name != output]
    values |= {other: np.zeros_like(right[other]) for other in others}
    call_c(library, function, values)
    for other in others:
        assert values[other].tobytes() == right[other].tobytes()


@pytest.mark.parametrize(
    ("low", "values", "n", "draws", "offset", "status"),
    [
        (None, RANGE, 3, 2, 0, "NULL"),
        (RANGE, None, 3, 2, 0, "NULL"),
        (RANGE, RANGE, -3, 2, 0, "SIZE"),
        (RANGE, RANGE, 3, -2, 0, "SIZE"),
        (RANGE, RANGE, 2**40, 2**40, 0, "SIZE"),
        (RANGE, RANGE, 3, 2, END - 10, "STREAM"),
        (RANGE, RANGE, 3, 2, END, "STREAM"),
    ],
)
def test_bad_ranges(library: Library, low: Any, values: Any, n: int, draws: int, offset: int, status: str) -> None:
    out = np.full(6, 77)
    given = None if values is None else values.view(np.uint64)
    with pytest.raises(NativeError) as caught:
        library.integers(1, 0, offset, low, given, n, draws, out)
    assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
    assert (out == 77).all()
    library.integers(1, 0, END - 11, RANGE, RANGE.view(np.uint64), 3, 2, out)  # the last six elements of the stream
    assert_array_equal(out, gs.Generator(1, 0, END - 11).integers(RANGE, 2 * RANGE, size=(2, 3)).ravel())


def test_first_bad_row(library: Library) -> None:
    logits, row = np.zeros((5000, 100), np.float32), np.zeros(1, np.int64)
    library.check_logits_f32(logits, 5000, 100, row)
    assert row[0] == -1
    logits[4321, 7] = NAN
    logits[4999] = -INF
    for expected, status in ((4321, "LOGITS"), (4999, "ROW")):
        with pytest.raises(NativeError) as caught:
            library.check_logits_f32(logits, 5000, 100, row)
        assert row[0] == expected
        assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
        logits[4321, 7] = 0


def test_tables_of_others_are_invalid(library: Library) -> None:
    for call in (
        lambda: library.alias_draw(1, 0, 0, None, 0, 2**32, 1, None),
        lambda: library.alias_table_f32(None, 0, 2**32, None),
        lambda: library.alias_table_f64(None, 0, 2**32, None),
    ):
        with pytest.raises(NativeError) as caught:
            call()
        assert caught.value.status == library.lib.GS_ERROR_SIZE
    table, index = np.zeros(5, np.uint64), np.full(1, 77, np.int64)
    library.cdf_table_f64(np.zeros(3), 1, 3, table)
    table[-1] = 4  # categories whose sums are counted from below
    with pytest.raises(NativeError, match="table"):
        library.cdf_draw(1, 0, 0, table, 1, 3, 1, index)
    with pytest.raises(NativeError, match="table"):
        library.cdf_draw(1, 0, 0, np.zeros(5, np.uint64), 1, 3, 1, index)
    assert index[0] == 77


def test_every_status_is_explained(library: Library) -> None:
    codes = {name: getattr(library.lib, name) for name in dir(library.lib) if name.startswith(("GS_ERROR_", "GS_OK"))}
    assert sorted(codes.values()) == list(range(len(codes)))
    texts = [library.strerror(code) for code in codes.values()]
    assert len(set(texts)) == len(texts)
    assert library.strerror(len(codes)) == library.strerror(-1) == library.strerror(2**31 - 1)
    assert "not a status" in library.strerror(-1)


def test_number_of_threads(library: Library) -> None:
    for bad in (0, -1, -(2**31)):
        with pytest.raises(NativeError, match="number of threads"):
            library.set_num_threads(bad)
    assert library.get_num_threads() == 1


# --- the door from Python -------------------------------------------------------------------------------------


def test_version(library: Library) -> None:
    number = library.version()
    assert gs.__version__ == f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    assert library.stream_version() == gs.STREAM_VERSION


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1, 0, 0, 3), TypeError, "gs_gumbel_f32 takes 5 arguments.*float .out.*got 4"),
        ((1, 0, 0, 3, np.empty(3)), TypeError, "out must be an array of float32, got one of float64"),
        ((1, 0, 0, 3, [0, 0, 0]), TypeError, "out must be an array of float32, got list"),
        ((1, 0, 0, 3, np.empty(6, np.float32)[::2]), ValueError, "out must be C-contiguous"),
        ((-1, 0, 0, 3, np.empty(3, np.float32)), OverflowError, "convert negative"),
    ],
)
def test_calls_that_do_not_fit(library: Library, arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        library.gumbel_f32(*arguments)


def test_read_only_arrays(library: Library) -> None:
    fixed = np.zeros(3, np.float32)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="out must be writeable"):
        library.gumbel_f32(1, 0, 0, 3, fixed)
    library.categorical_f32(1, 0, 0, fixed, 1, 3, np.empty(1, np.int64))  # an input may be


def test_no_such_function_or_library(library: Library, tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="gs_gumbel_f16"):
        _ = library.gumbel_f16
    with pytest.raises(FileNotFoundError, match=r"native/build\.py"):
        Library(tmp_path)


ISA = "import sys; from gsampler.native import Library; library = Library(sys.argv[1]); print(library.isa())\n"


@pytest.mark.parametrize("isa", ["v5", "V3", "x86-64-v3", "sse", " "])
def test_instruction_set_that_is_none(prefix: Path, isa: str) -> None:
    """An error, not another set."""
    code = ISA + "import numpy as np; library.gumbel_f32(1, 0, 0, 1, np.empty(1, np.float32))"
    words = run(
        f"try:\n    {code.replace(chr(10), chr(10) + '    ')}\nexcept ValueError as e:\n    print(e)",
        prefix,
        GSAMPLER_ISA=isa,
    )
    assert words.startswith("none\n")
    assert "GSAMPLER_ISA" in words


def test_empty_choice_of_instruction_set_is_none_made(prefix: Path) -> None:
    assert run(ISA, prefix, GSAMPLER_ISA="") == run(ISA, prefix)
