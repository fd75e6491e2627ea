"""`gsampler.jit`: the bits of `Generator` from users' own compiled functions, however these are compiled or cached."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler import jit
from gsampler.compiler import numba_compat
from gsampler.kernels.constants import CHUNK, LARGE_LOGIT_F32, LARGE_LOGIT_F64
from gsampler.kernels.gumbel_max import SHORT_MAX_K_F32, SHORT_MAX_K_F64
from gsampler.kernels.table import NOISE

ROOT = Path(__file__).parents[1]
DTYPES = (np.float32, np.float64)
WORDS = {np.float32: 1, np.float64: 2}
END = 2**64


def noise_function(name: str, dtype: Any) -> Callable[..., Any]:
    draw = getattr(jit, name)

    @numba.njit
    def fill(seed: Any, stream: Any, first: Any, out: Any) -> None:
        for i in range(len(out)):
            out[i] = draw(seed, stream, first + np.uint64(i), dtype)

    return fill


@numba.njit
def categories(logits: Any, seed: Any, stream: Any, first: Any) -> Any:
    n, k = logits.shape
    out = np.empty(n, np.int64)
    for r in range(n):
        out[r] = jit.categorical(logits[r], seed, stream, first + np.uint64(r * k))
    return out


@numba.njit
def samples(logits: Any, tau: Any, out: Any, seed: Any, stream: Any, first: Any) -> None:
    n, k = logits.shape
    for r in range(n):
        jit.gumbel_softmax(logits[r], tau, out[r], seed, stream, first + np.uint64(r * k))


@numba.njit
def bernoulli_draws(logits: Any, seed: Any, stream: Any, first: Any) -> Any:
    out = np.empty(len(logits), np.bool_)
    for i in range(len(out)):
        out[i] = jit.bernoulli(logits[i], seed, stream, first + np.uint64(i))
    return out


@numba.njit
def alias_draws(entries: Any, n: Any, seed: Any, stream: Any, first: Any) -> Any:
    out = np.empty(n, np.int64)
    for i in range(n):
        out[i] = jit.alias(entries, seed, stream, first + np.uint64(i))
    return out


def rows(k: int, dtype: Any, n: int = 5) -> np.ndarray:
    """Rows that are ordinary, masked, masked but for the last, too large, and too large below 0."""
    logits = np.random.default_rng(k).normal(size=(n, k)).astype(dtype)
    large = LARGE_LOGIT_F32 if dtype is np.float32 else LARGE_LOGIT_F64
    logits[1, : k // 2] = -np.inf
    logits[2, : k - 1] = -np.inf
    logits[3] += dtype(2 * large)
    logits[4] -= dtype(2 * large)
    return logits


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": lambda x: x,
    "columns": np.asfortranarray,
    "every other": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
}

# --- noise ------------------------------------------------------------------------------------------------------

# first words: the beginning, within a block, where the low 32 bits of the block's number begin anew, and the end
POSITIONS = [(42, 0, 0), (42, 7, 26), (2**64 - 1, 2**64 - 1, 2**35 - 26), (7, 2**40 + 3, 2**64 - 200)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NOISE)
def test_noise(name: str, dtype: Any) -> None:
    fill = noise_function(name, dtype)
    for seed, stream, word in POSITIONS:
        out = np.empty(100, dtype)
        fill(np.uint64(seed), np.uint64(stream), np.uint64(word // WORDS[dtype]), out)
        assert_array_equal(out, getattr(gs.Generator(seed, stream, word), name)(size=100, dtype=dtype))
    n = 2**20
    out = np.empty(n, dtype)
    fill(np.uint64(5), np.uint64(0), np.uint64(0), out)
    assert_array_equal(out, getattr(gs.Generator(5), name)(size=n, dtype=dtype))
    uniforms = gs.Generator(5).uniform(size=n)  # many of them with tail bits, at either end
    assert min((uniforms < 2.0**-16).sum(), (uniforms > 1 - 2.0**-16).sum()) > 5


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NOISE)
def test_noise_from_python(name: str, dtype: Any) -> None:
    for seed, stream, word in POSITIONS:
        place = word // WORDS[dtype]
        value = getattr(jit, name)(seed, stream, place, dtype)
        assert type(value) in (dtype, float)
        assert value == getattr(gs.Generator(seed, stream, word), name)(dtype=dtype)


@numba.njit
def default(seed: Any, place: Any) -> Any:
    return jit.gumbel(seed, 3, place), jit.gumbel(seed, 3, place, dtype=np.float64)


@numba.njit
def single_precision(place: Any) -> Any:
    return jit.gumbel(1, 0, place, np.float32)


def test_type_of_noise() -> None:
    assert default(42, 5) == (gs.Generator(42, 3).gumbel(size=6)[5],) * 2
    assert default.nopython_signatures[0].return_type == numba.types.UniTuple(numba.float64, 2)
    single_precision(0)
    assert single_precision.nopython_signatures[0].return_type == numba.float32


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_are_modulo_2_to_the_64(dtype: Any) -> None:
    """From compiled code and from Python: negative ones, and elements from the end of the stream on."""

    @numba.njit
    def draw(seed: Any, stream: Any, place: Any) -> Any:
        return jit.uniform(seed, stream, place, dtype)

    last = END // WORDS[dtype] - 1
    expected = gs.Generator(END - 2, END - 3, END - WORDS[dtype]).uniform(dtype=dtype)
    assert draw(-2, -3, -1) == draw(np.uint64(END - 2), -3, np.uint64(last)) == expected
    assert jit.uniform(-2, -3, -1, dtype) == expected
    assert draw(np.int8(1), np.uint32(2), np.int16(-1)) == jit.uniform(1, 2, last, dtype)


# Each pair of a layout and a type is compiled anew: one of them, and with --slow all.
FIRST = ("contiguous", np.float32)
ARRAYS = [
    pytest.param(layout, dtype, marks=() if (layout, dtype) == FIRST else pytest.mark.slow)
    for layout in LAYOUTS
    for dtype in DTYPES
]

# --- draws ------------------------------------------------------------------------------------------------------

LENGTHS = sorted(
    {1, 2, 3, 15, 16, 17, 23, 24, 64, CHUNK, CHUNK + 1, 3 * CHUNK + 5}
    | {k + d for k in (SHORT_MAX_K_F32, SHORT_MAX_K_F64) for d in (0, 1)}
)
ROW_POSITIONS = [(42, 0, 0), (3, 9, 2**35 - 30), (2**63 + 5, 1, 2**50 + 6)]


@pytest.mark.parametrize(("layout", "dtype"), ARRAYS)
def test_categorical(layout: str, dtype: Any) -> None:
    for k in LENGTHS:
        logits = LAYOUTS[layout](rows(k, dtype))
        before = logits.copy()
        for seed, stream, word in ROW_POSITIONS:
            expected = gs.Generator(seed, stream, word).categorical(logits)
            found = categories(logits, np.uint64(seed), stream, np.uint64(word // WORDS[dtype]))
            assert_array_equal(found, expected)
            assert jit.categorical(logits[0], seed, stream, word // WORDS[dtype]) == expected[0]
        assert_array_equal(logits, before)


def test_categorical_of_many_rows() -> None:
    """Tails included: a row of 3 has one in about 2^14."""
    logits = np.random.default_rng(3).normal(size=(2**17, 3)).astype(np.float32)
    assert_array_equal(categories(logits, 42, 0, np.uint64(0)), gs.Generator(42).categorical(logits))


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 3, 100, 400, 3000])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_without_a_category(dtype: Any, k: int) -> None:
    """-1, and a sample of NaN, from compiled code and from Python."""
    for layout in LAYOUTS.values():
        logits = np.zeros((4, k), dtype)
        logits[0, k // 2], logits[1, -1], logits[2] = np.nan, np.inf, -np.inf
        logits = layout(logits)
        found = categories(logits, 42, 0, np.uint64(0))
        assert found[:3].tolist() == [-1, -1, -1]
        assert found[3] == gs.Generator(42).categorical(np.zeros((4, k), dtype))[3]
        assert [jit.categorical(row, 42, 0, r * k) for r, row in enumerate(logits)] == found.tolist()
        out = np.zeros_like(logits)
        samples(logits, 0.5, out, 42, 0, np.uint64(0))
        assert np.isnan(out[:3]).all()
        assert out[3].sum() == pytest.approx(1, abs=1e-6)
    assert categories(np.zeros((2, 0), dtype), 42, 0, np.uint64(0)).tolist() == [-1, -1]
    assert jit.categorical(np.zeros(0, dtype), 42, 0, 0) == -1
    samples(np.zeros((2, 0), dtype), 0.5, np.zeros((2, 0), dtype), 42, 0, np.uint64(0))


@pytest.mark.slow
def test_read_only_rows() -> None:
    logits = rows(10, np.float64)
    logits.flags.writeable = False
    assert_array_equal(categories(logits, 42, 0, np.uint64(0)), gs.Generator(42).categorical(logits))


@pytest.mark.parametrize(("layout", "dtype"), ARRAYS)
def test_gumbel_softmax(layout: str, dtype: Any) -> None:
    for k in LENGTHS:
        logits = LAYOUTS[layout](rows(k, dtype))
        for tau, (seed, stream, word) in zip((0.1, 0.7, 5), ROW_POSITIONS, strict=True):
            expected = gs.Generator(seed, stream, word).gumbel_softmax(logits, tau)
            out = LAYOUTS[layout](np.zeros((5, k), dtype))
            place = word // WORDS[dtype]
            samples(logits, tau, out, np.uint64(seed), stream, np.uint64(place))
            assert_array_equal(out, expected)
            jit.gumbel_softmax(logits[0], tau, out[0], seed, stream, place)
            assert_array_equal(out, expected)
            in_place = LAYOUTS[layout](logits.copy())
            samples(in_place, tau, in_place, np.uint64(seed), stream, np.uint64(place))
            assert_array_equal(in_place, expected)


@pytest.mark.parametrize("tau", [0.0, -1.0, np.nan, np.inf, 1e-320])
def test_no_temperature(tau: float) -> None:
    logits = np.zeros((1, 3))
    out, other = np.zeros((1, 3)), np.zeros(3)
    samples(logits, tau, out, 42, 0, np.uint64(0))
    jit.gumbel_softmax(logits[0], tau, other, 42, 0, 0)
    assert np.isnan(out).all()
    assert np.isnan(other).all()


@pytest.mark.parametrize("k", [2, 4])
def test_out_of_another_length(k: int) -> None:
    out = np.zeros((1, k))
    for call in (samples, samples.py_func):
        with pytest.raises(ValueError, match=r"^out must have the length of logits$"):
            call(np.zeros((1, 3)), 0.5, out, 42, 0, np.uint64(0))
    assert not out.any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_bernoulli(dtype: Any) -> None:
    logits = np.random.default_rng(1).normal(size=2**18).astype(dtype)
    logits[:3] = -np.inf, 80, -80
    for seed, stream, word in ROW_POSITIONS:
        place = word // WORDS[dtype]
        expected = gs.Generator(seed, stream, word).bernoulli(logits)
        assert_array_equal(bernoulli_draws(logits, np.uint64(seed), stream, np.uint64(place)), expected)
        assert [jit.bernoulli(x, seed, stream, place + i) for i, x in enumerate(logits[:20])] == expected[:20].tolist()
    special = np.array([np.nan, np.inf, -np.inf], dtype)
    assert bernoulli_draws(special, 42, 0, np.uint64(0)).tolist() == [False, True, False]
    assert [jit.bernoulli(x, 42, 0, i) for i, x in enumerate(special)] == [False, True, False]


@numba.njit
def even(place: Any) -> Any:
    return jit.bernoulli(0, 42, 0, place)


def test_bernoulli_of_an_integer() -> None:
    expected = gs.Generator(42).bernoulli(0, size=20).tolist()
    assert [even(i) for i in range(20)] == [jit.bernoulli(0, 42, 0, i) for i in range(20)] == expected


@pytest.mark.parametrize("k", [1, 2, 26, 1000])
def test_alias(k: int) -> None:
    table = gs.AliasTable(np.random.default_rng(k).normal(size=(3, k)))
    assert table.entries.shape == (3, k, 2)
    assert not table.entries.flags.writeable
    for seed, stream, word in POSITIONS:
        expected = gs.Generator(seed, stream, word).categorical(table, size=30)
        for r in range(3):
            place = np.uint64(word // 2 + r)
            found = [
                alias_draws(table.entries[r], 1, np.uint64(seed), np.uint64(stream), place + np.uint64(3 * d))[0]
                for d in range(30)
            ]
            assert found == expected[:, r].tolist()
            assert jit.alias(table.entries[r], seed, stream, word // 2 + r) == expected[0, r]
    one = gs.AliasTable(np.zeros(k))
    expected = gs.Generator(42, 1).categorical(one, size=1000)
    assert_array_equal(alias_draws(one.entries, 1000, 42, 1, np.uint64(0)), expected)
    strided = np.asfortranarray(one.entries)
    assert_array_equal(alias_draws(strided, 1000, 42, 1, np.uint64(0)), expected)


def test_alias_table_without_entries() -> None:
    for shape in ((0, 2), (3, 1), (3, 0)):
        assert alias_draws(np.zeros(shape, np.uint64), 2, 42, 1, np.uint64(0)).tolist() == [-1, -1]
        assert jit.alias(np.zeros(shape, np.uint64), 42, 1, 0) == -1


# --- errors -----------------------------------------------------------------------------------------------------


@numba.njit
def call_uniform(*arguments: Any) -> Any:
    return jit.uniform(*arguments)


@numba.njit
def call_uniform_of_integers() -> Any:
    return jit.uniform(1, 2, 3, np.int64)


@numba.njit
def call_categorical(*arguments: Any) -> Any:
    return jit.categorical(*arguments)


@numba.njit
def call_gumbel_softmax(*arguments: Any) -> Any:
    jit.gumbel_softmax(*arguments)


@numba.njit
def call_bernoulli(*arguments: Any) -> Any:
    return jit.bernoulli(*arguments)


@numba.njit
def call_alias(*arguments: Any) -> Any:
    return jit.alias(*arguments)


READ_ONLY = np.zeros(3)
READ_ONLY.flags.writeable = False
ROW, PLACE = np.zeros(3), (1, 2, 3)
BAD = [
    (call_uniform, (1.0, 2, 3), "seed must be an integer, got float64"),
    (call_uniform, (1, True, 3), "stream must be an integer, got bool"),
    (call_uniform, (1, 2, "x"), "place must be an integer, got unicode_type"),
    (call_uniform_of_integers, (), "dtype must be float32 or float64, got int64"),
    (
        call_categorical,
        (ROW.astype(np.int64), *PLACE),
        "logits must be a 1-dimensional array of float32 or float64, got array(int64, 1d, C)",
    ),
    (
        call_categorical,
        (ROW.reshape(1, 3), *PLACE),
        "logits must be a 1-dimensional array of float32 or float64, got array(float64, 2d, C)",
    ),
    (call_categorical, (0.0, *PLACE), "logits must be a 1-dimensional array of float32 or float64, got float64"),
    (
        call_gumbel_softmax,
        (ROW, 0.5, ROW.astype(np.float32), *PLACE),
        "out must be a writable array of float64, as logits, got array(float32, 1d, C)",
    ),
    (call_gumbel_softmax, (ROW, 0.5, READ_ONLY, *PLACE), "out must be a writable array of float64, as logits, got "),
    (call_gumbel_softmax, (ROW, 1j, ROW, *PLACE), "tau must be a number, got complex128"),
    (call_bernoulli, (ROW, *PLACE), "logit must be a number, got array(float64, 1d, C)"),
    (
        call_alias,
        (ROW, *PLACE),
        "table must be an array of uint64 of shape (k, 2), as AliasTable.entries, got array(float64, 1d, C)",
    ),
]


@pytest.mark.parametrize(("call", "arguments", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_arguments(call: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(numba.TypingError, match=re.escape(message)):
        call(*arguments)


BAD_FROM_PYTHON: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (jit.uniform, (1.0, 2, 3), "seed must be an integer, got 1.0"),
    (jit.normal, (1, "x", 3), "stream must be an integer, got 'x'"),
    (jit.alias, (np.zeros((1, 2), np.uint64), 1, 2, 3.5), "place must be an integer, got 3.5"),
    (
        jit.alias,
        (np.zeros((1, 2, 2), np.uint64), *PLACE),
        "table must be an array of uint64 of shape (k, 2), as AliasTable.entries, got uint64 of shape (1, 2, 2)",
    ),
    (jit.gumbel, (1, 2, 3, np.int64), "dtype must be float32 or float64, got int64"),
    (
        jit.categorical,
        (np.zeros(3, np.int64), *PLACE),
        "logits must be a 1-dimensional array of float32 or float64, got int64 of shape (3,)",
    ),
    (jit.categorical, ([0.0], *PLACE), "logits must be a 1-dimensional array of float32 or float64, got [0.0]"),
    (
        jit.gumbel_softmax,
        (ROW, 0.5, ROW.astype(np.float32), *PLACE),
        "out must be a writable array of float64, as logits, got float32",
    ),
]


@pytest.mark.parametrize(
    ("call", "arguments", "message"), BAD_FROM_PYTHON, ids=[message for *_, message in BAD_FROM_PYTHON]
)
def test_bad_arguments_from_python(call: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call(*arguments)


# --- how the user compiles --------------------------------------------------------------------------------------

USER = '''
import sys
import numba
import numpy as np
import gsampler as gs
from gsampler import jit

OPTIONS = eval(sys.argv[1]) if len(sys.argv) > 1 else {}


@numba.njit(**{**OPTIONS, "parallel": False})
def one(seed, i):
    return jit.gumbel(seed, 2, i, np.float32)


@numba.njit(**OPTIONS)
def noise(seed, n):
    out = np.empty((6, n))
    for i in numba.prange(n):
        out[0, i] = one(seed, i)
        out[1, i] = jit.normal(seed, 2, i)
        out[2, i] = jit.uniform(seed, 2, i, np.float32)
        out[3, i] = jit.exponential(seed, 2, i)
        out[4, i] = jit.logistic(seed, 2, i, np.float32)
        out[5, i] = jit.bernoulli(out[1, i], seed, 2, i)
    return out


@numba.njit(**OPTIONS)
def draws(logits, entries, seed):
    n, k = logits.shape
    index, soft = np.empty((2, n), np.int64), np.empty_like(logits)
    for r in numba.prange(n):
        index[0, r] = jit.categorical(logits[r], seed, 2, r * k)
        index[1, r] = jit.alias(entries, seed, 2, r)
        jit.gumbel_softmax(logits[r], 0.5, soft[r], seed, 2, r * k)
    return index, soft


def check():
    """All that both functions give, which have only been compiled or loaded now, is what the generator gives."""
    logits = np.linspace(-2, 2, 600).reshape(60, 10)
    logits[::3, ::4] = -np.inf
    table = gs.AliasTable(logits[0])
    index, soft = draws(logits, table.entries, 7)
    rng = lambda: gs.Generator(7, 2)
    f32 = {"size": 10_000, "dtype": np.float32}
    out = noise(7, 10_000)
    normal = rng().normal(size=10_000)
    expected = (rng().gumbel(**f32), normal, rng().uniform(**f32), rng().exponential(size=10_000),
                rng().logistic(**f32), rng().bernoulli(normal))
    for row, values in zip(out, expected):
        assert (row == values).all()
    assert (index[0] == rng().categorical(logits)).all()
    assert (index[1] == rng().categorical(table, size=60)).all()
    assert (soft == rng().gumbel_softmax(logits, 0.5)).all()


if __name__ == "__main__":
    check()
    if OPTIONS.get("cache"):
        stats = [function.stats for function in (noise, draws)]
        counts = [(sum(s.cache_hits.values()), sum(s.cache_misses.values())) for s in stats]
        print(*(f"{hits} loaded {misses} compiled" for hits, misses in counts), sep=", ")
    print("checked")
'''


def run_user(tmp_path: Path, options: dict[str, Any], **environment: str) -> str:
    """A fresh process that runs the script above as a user's program."""
    if not (tmp_path / "user.py").exists():  # Numba looks at the time it was written at
        (tmp_path / "user.py").write_text(USER)
    variables = os.environ | {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path / "cache")} | environment
    command = [sys.executable, "-W", "error", str(tmp_path / "user.py"), repr(options)]
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *told, last = done.stdout.splitlines()
    assert last == "checked"
    return "\n".join(told)


@pytest.mark.slow
def test_parallel_and_cached(tmp_path: Path) -> None:
    """In ``prange`` with fastmath; loaded by the next process, which compiles nothing; and made anew, once, where
    gsampler is another one."""
    options = {"cache": True, "parallel": True, "fastmath": True}
    assert run_user(tmp_path, options) == "0 loaded 1 compiled, 0 loaded 1 compiled"
    assert run_user(tmp_path, options) == "1 loaded 0 compiled, 1 loaded 0 compiled"
    stored = list((tmp_path / "cache").rglob("user.*.nbc"))
    assert len(stored) >= 3
    for file in stored:
        assert b"_require_version" in file.read_bytes(), file.name
        file.write_bytes(re.sub(rb"(?<=\x8c\x20)[0-9a-f]{32}", b"0" * 32, file.read_bytes()))
    assert run_user(tmp_path, options) == "0 loaded 1 compiled, 0 loaded 1 compiled"
    assert run_user(tmp_path, options) == "1 loaded 0 compiled, 1 loaded 0 compiled"


@pytest.mark.slow
def test_without_compiler(tmp_path: Path) -> None:
    assert run_user(tmp_path, {}, NUMBA_DISABLE_JIT="1") == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({"fastmath": True, "error_model": "python"}, {}),
        ({"debug": True, "boundscheck": True}, {}),
        ({"nogil": True, "inline": "always"}, {}),
        ({"parallel": True}, {"NUMBA_OPT": "0", "NUMBA_BOUNDSCHECK": "1"}),
        ({}, {"NUMBA_CPU_NAME": "generic"}),
    ],
    ids=str,
)
def test_options(tmp_path: Path, options: dict[str, Any], environment: dict[str, str]) -> None:
    run_user(tmp_path, options, **environment)


def test_fastmath_of_the_user_is_the_users() -> None:
    """It is not in the code of the samplers, whoever compiles them first."""

    @numba.njit(fastmath=True)
    def draw(place: Any, scale: Any) -> Any:
        return jit.logistic(1, 2, place) * scale

    draw(0, 2.0)
    (ir,) = draw.inspect_llvm().values()
    assert len(re.findall(r"fmul fast double", ir)) == 1
    assert not re.search(r"f(add|sub|div) fast|fma\.f64\(.*fast", ir)
    assert re.search(r"f(add|sub|mul) double", ir)


def test_version_is_stored_where_numba_has_a_place_for_it() -> None:
    """A context of Numba's without it is left alone: functions compile all the same."""

    class Context:
        environment: Any = None

    class Environment:
        consts: list[Any] = []  # noqa: RUF012

    context = Context()
    numba_compat.cache_with(context, jit.VERSION)
    del Context.environment
    numba_compat.cache_with(context, jit.VERSION)
    context.environment = Environment()
    numba_compat.cache_with(context, jit.VERSION)
    assert Environment.consts == [jit.VERSION]


def test_version() -> None:
    assert pickle.loads(pickle.dumps(jit.VERSION)) is jit.VERSION
    function, (fingerprint,) = jit.VERSION.__reduce__()
    assert re.fullmatch("[0-9a-f]{32}", fingerprint)
    with pytest.raises(OSError, match=r"^Numba's cache has code of another version of gsampler: compile"):
        function("0" * 32)


def test_import(tmp_path: Path) -> None:
    """The package imports it where it is asked for, and it alone imports Numba."""
    code = (
        "import sys, gsampler as gs; assert not {'numba', 'gsampler.jit'} & set(sys.modules); "
        "assert 'jit' in dir(gs); gs.jit; assert 'numba' in sys.modules; print(gs.jit.__all__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert eval(done.stdout) == sorted(jit.__all__)
