"""Numba and llvmlite: what is undocumented is in one module, is told when it is missing, and disturbs nobody else."""

from __future__ import annotations

import ast
import gc
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
import pytest

import gsampler as gs
from gsampler.compiler import compile, decorators, numba_compat
from gsampler.compiler.numba_compat import JIT_SYMBOLS, SYMBOLS, NumbaCompatError, Symbol
from gsampler.runtime import registry

ROOT = Path(__file__).parents[1]
TESTED_WITH = f"was tested with Numba {' to '.join(numba_compat.TESTED)}"
COMPAT = Path(numba_compat.__file__)
REQUIRED = [symbol for symbol in SYMBOLS if not symbol.optional]
OURS_ALONE = {  # which Numba itself does without, once it is imported
    "numba.core.codegen.AOTCodeLibrary",
    "numba.core.codegen.AOTCPUCodegen",
}
OPTIONAL = [symbol for symbol in SYMBOLS if symbol.optional]


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh process that compiles everything itself."""
    environment = dict(os.environ) | {"PYTHONPATH": f"{ROOT}", "GSAMPLER_CACHE": "0"} | environment
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)


def by_name(symbol: Symbol) -> str:
    return symbol.name


# --- missing symbols ------------------------------------------------------------------------------------------

DELETE = """
def holder_of(path):
    "What a symbol is to be deleted from, and its name there."
    import pkgutil
    module, _, attributes = path.partition(":")
    outer, _, name = attributes.rpartition(".")
    holder = pkgutil.resolve_name(f"{module}:{outer}" if outer else module)
    kind = holder if isinstance(holder, type) else type(holder)
    return next(place for place in (holder, *kind.__mro__) if name in vars(place)), name
"""
names: dict[str, Any] = {}
exec(DELETE, names)
holder_of = names["holder_of"]


def sentence(symbol: Symbol) -> str:
    package = symbol.path.partition(".")[0]
    return (
        f"{'Numba' if package == 'numba' else package} {version(package)} has no {symbol.name}, "
        f"which gsampler needs to {symbol.purpose}; gsampler {gs.__version__} {TESTED_WITH}"
    )


@pytest.mark.parametrize("symbol", REQUIRED, ids=by_name)
def test_required_symbol_is_missing(symbol: Symbol, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = registry.declared("fill_gumbel")
    monkeypatch.delattr(*holder_of(symbol.path))
    with pytest.raises(NumbaCompatError) as raised:
        kernel.compile("f32")
    assert str(raised.value) == sentence(symbol)


DRAW = (
    DELETE
    + """
import sys
holder, name = holder_of(sys.argv[1])
delattr(holder, name)
import gsampler as gs
print(gs.Generator(42).bits(1000).tobytes().hex())
"""
)


@pytest.mark.slow
@pytest.mark.parametrize("symbol", OPTIONAL, ids=by_name)
def test_optional_symbol_is_missing(symbol: Symbol) -> None:
    """The same words, after a warning; or the sentence, where Numba itself cannot do without the symbol."""
    done = run(DRAW, symbol.path)
    assert sentence(symbol) in done.stderr
    if done.returncode == 0:
        assert "RuntimeWarning" in done.stderr
        assert done.stdout.strip() == gs.Generator(42).bits(1000).tobytes().hex()
    else:
        assert done.stderr.splitlines()[-1] == f"gsampler.compiler.numba_compat.NumbaCompatError: {sentence(symbol)}"
    if symbol.name in OURS_ALONE:
        assert done.returncode == 0


@pytest.mark.parametrize("path", ["numba.core.codegen", "numba.core.cgutils", "numba.np.ufunc.parallel"])
def test_import_of_the_package_needs_no_symbol(path: str) -> None:
    """Not even Numba: it is imported when there is something to compile."""
    done = run(f"import sys; sys.modules[{path!r}] = None; import gsampler, gsampler.compiler.numba_compat")
    assert (done.returncode, done.stderr) == (0, "")


def test_attributes_are_no_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.ir.values.AttributeSet", dict)
    with pytest.raises(NumbaCompatError, match=r"^llvmlite .* functions that are not a set, .*; gsampler "):
        registry.declared("fill_gumbel").compile("f32")


def test_name_of_a_cfunc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba_compat, "PREFIX", "c.")
    with pytest.raises(NumbaCompatError, match=r"^Numba .* C function of check_unit cfunc\..* a name in c\.;"):
        registry.declared("check_unit").compile("f32")


VECTORS = """
import sys, numba.core.codegen, pytest
del numba.core.codegen.AOTCPUCodegen
options = ["-q", "-p", "no:cacheprovider", "-W", "ignore:Numba:RuntimeWarning", "-k", "test_vector"]
sys.exit(pytest.main([*options, sys.argv[1]]))
"""


@pytest.mark.slow
def test_vectors_from_optimised_ir() -> None:
    """Without the private code generator, through numba.cfunc and inspect_llvm alone, all vectors are the same."""
    done = run(VECTORS, str(ROOT / "tests" / "test_vectors.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d{2,} passed", done.stdout)


# --- one module -----------------------------------------------------------------------------------------------

PUBLIC = {"numba", "numba.extending", "llvmlite", "llvmlite.ir", "llvmlite.binding"}
PRIVATE = re.compile(
    r"numba\.core|numba\.np|llvmlite\.ir\.|\bir\.(values|instructions|Branch|MDValue)|cgutils|_internal_codegen|"
    r"cached_internal_func|CodeLibrary|CPUCodegen|cpu_target|compiler_lock|_is_initialized|descr_body|\bset\.add\b|"
    r"_nrt\b|no_c\w+_wrapper|forceinline|native_name|NumbaError\b|numba_parallel_for\b.*\"|DISABLE_JIT\b|reload_config"
)


def sources() -> list[Path]:
    paths = [*sorted((ROOT / "gsampler").rglob("*.py")), *sorted((ROOT / "native").glob("*.py"))]
    assert len(paths) > 40
    return [path for path in paths if path != COMPAT]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_private_names_are_in_one_module(path: Path) -> None:
    text = path.read_text()
    assert [line for line in text.splitlines() if PRIVATE.search(line)] == []
    for node in ast.walk(ast.parse(text)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
            if node.module in PUBLIC:
                assert not [alias.name for alias in node.names if alias.name.startswith("_")]
        assert {name for name in modules if name.partition(".")[0] in ("numba", "llvmlite")} <= PUBLIC


def test_private_names_are_in_the_table() -> None:
    """The pattern finds what the module has, and each symbol is there today."""
    assert len({line for line in COMPAT.read_text().splitlines() if PRIVATE.search(line)}) > 15
    for symbol in SYMBOLS:
        assert pkgutil.resolve_name(symbol.path) is not None
    for symbol in JIT_SYMBOLS:
        symbol.resolve()


def test_versions() -> None:
    oldest, newest = numba_compat.TESTED
    above = f"0.{int(newest.partition('.')[2]) + 1}"
    assert f'"numba>={oldest},<{above}"' in (ROOT / "pyproject.toml").read_text()

    def number(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split(".")[:2])

    assert number(oldest) <= number(numba.__version__) <= number(newest)


# --- calling convention ---------------------------------------------------------------------------------------

GOOD = 'define i32 @"n::f(ptr)"(ptr noalias %r, ptr %e, i64 %start, i64 %stop, ptr %x) #0 { ret i32 0 }'
BAD = {
    "i64 (ptr, ptr, i64, i64, ptr)": "define i64 @f(ptr %r, ptr %e, i64 %start, i64 %stop, ptr %x) { ret i64 0 }",
    "i32 (ptr, i64, i64, ptr)": "define i32 @f(ptr %r, i64 %start, i64 %stop, ptr %x) { ret i32 0 }",
    "i32 (ptr, ptr, i64, i32, ptr)": "define i32 @f(ptr %r, ptr %e, i64 %start, i32 %stop, ptr %x) { ret i32 0 }",
    "defines kernels with fastcc": "define fastcc i32 @f(ptr %r, ptr %e, i64 %start, i64 %stop, ptr %x) { ret i32 0 }",
    "defines kernels with byval": "define i32 @f(ptr %r, ptr %e, i64 %a, i64 %b, ptr byval(i64) %x) { ret i32 0 }",
    "declares f without code": "declare i32 @f(ptr, ptr, i64, i64, ptr)",
    "defines no f, which gsampler calls": "define i32 @g() { ret i32 0 }",
}


def test_calling_convention() -> None:
    compile.check_calling_convention(GOOD + "\nattributes #0 = { nounwind }", "n::f(ptr)", ["ptr"])


@pytest.mark.parametrize("problem", BAD)
def test_other_calling_convention(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decorators, "cfunc_ir", lambda function, signature, options: (BAD[problem], "f"))
    with pytest.raises(NumbaCompatError) as raised:
        registry.declared("check_unit").compile("f32")
    told = str(raised.value)
    assert told.startswith(f"Numba {numba.__version__} ")
    assert problem in told
    assert ";" in told
    assert told.endswith(TESTED_WITH)


# --- Numba's other users --------------------------------------------------------------------------------------

USER = '''
import numba
import numpy as np


@numba.njit
def allocating(n):
    """Arrays, lists, strings, dictionaries, random numbers, exceptions: all that needs Numba's runtime."""
    np.random.seed(5)
    numbers = np.arange(n) * 2.0 + np.random.random() * 0.0
    words = ["item " + str(i) for i in range(n)]
    lengths = {}
    for word in words:
        lengths[word] = len(word)
    try:
        if n > 3:
            raise ValueError("too many")
    except Exception:
        words.append("raised")
    return numbers, words, lengths["item 1"] + min(n, 3) + max(n, 7)


@numba.njit
def failing(n):
    if n > 3:
        raise ValueError("too many", n)
    return n


@numba.njit(parallel=True)
def parallel(n):
    out = np.zeros(n)
    for i in numba.prange(n):
        out[i] = np.full(i % 7, 1.0).sum() + max(i % 5, 2)
    return out


@numba.njit(cache=True)
def cached(n):
    return np.ones(n).cumsum()[::2].copy()


def check():
    numbers, words, total = allocating(10)
    assert numbers.tolist() == [2.0 * i for i in range(10)]
    assert words == [f"item {i}" for i in range(10)] + ["raised"]
    assert total == 6 + 3 + 10
    try:
        failing(4)
    except ValueError as error:
        assert error.args == ("too many", 4)
    else:
        raise AssertionError("nothing was raised")
    assert parallel(1000).tolist() == [i % 7 + max(i % 5, 2) for i in range(1000)]
    assert cached(10).tolist() == [1.0, 3.0, 5.0, 7.0, 9.0]
    print(sum(cached.stats.cache_hits.values()), "from the cache")
'''

BOTH = """
import sys
sys.path.insert(0, sys.argv[1])

def gsampler_first():
    import gsampler as gs, numpy as np
    rng = gs.Generator(42)
    logits = np.linspace(-1, 1, 12).reshape(3, 4)
    print(float(rng.gumbel(size=10**6, dtype=np.float32).sum(dtype=np.float64)))  # in two threads
    print(rng.categorical(logits, size=5).tolist(), rng.gumbel_softmax(logits, 0.5).tolist())

import user_functions
steps = [gsampler_first, user_functions.check]
for step in steps if sys.argv[2] == "gsampler" else steps[::-1]:
    step()
user_functions.allocating(5), gsampler_first()
"""


@pytest.mark.slow
def test_with_the_users_own_functions(tmp_path: Path) -> None:
    """gsampler compiles first, or the user's functions do: all results are right, and the same."""
    (tmp_path / "user_functions.py").write_text(USER)
    outputs = []
    for first in ("gsampler", "user"):
        for hits in (0, 1) if first == "gsampler" else (0,):  # the second process finds what the first has cached
            done = run(BOTH, str(tmp_path), first, NUMBA_CACHE_DIR=str(tmp_path / first))
            assert done.returncode == 0, done.stderr
            lines = done.stdout.splitlines()
            assert f"{hits} from the cache" in lines
            outputs.append([line for line in lines if "cache" not in line])
    assert all(output == outputs[0] for output in outputs)
    assert len(outputs[0]) == 4


LIBRARY_OF_NUMBA = """
import gsampler as gs
gs.Generator(1).bits(10)
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys
assert rtsys.library.codegen is cpu_target.target_context.codegen()
"""


def test_numba_compiles_its_own_runtime() -> None:
    """Also when gsampler is the first to compile."""
    done = run(LIBRARY_OF_NUMBA)
    assert done.returncode == 0, done.stderr


def test_numba_is_left_as_it_was() -> None:
    """After an error too."""
    context = pkgutil.resolve_name(numba_compat.TARGET).target_context
    before, functions = context._internal_codegen, context.cached_internal_func

    def fail() -> None:
        with numba_compat.unoptimized_ir():
            assert context._internal_codegen is not before
            assert context.cached_internal_func == {}
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert context._internal_codegen is before
    assert context.cached_internal_func is functions


# --- threads --------------------------------------------------------------------------------------------------

FORK = """
import os, sys
import numpy as np
import gsampler as gs
from gsampler.runtime import fork

assert not fork.threads_started() and "numba" not in sys.modules
import numba
assert not fork.threads_started()
gs.Generator(1).gumbel(size=10)
assert not fork.threads_started()
if sys.argv[1] == "gone":
    del numba.threading_layer
    assert fork.threads_started()  # for all that is known
else:
    gs.Generator(1).gumbel(size=10**6)
    assert fork.threads_started()
child = os.fork()
if child == 0:
    os._exit(0 if fork.serial and gs.Generator(1).gumbel(size=10**6).size else 1)
assert os.waitpid(child, 0)[1] == 0 and not fork.serial
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("function", [pytest.param("there", marks=pytest.mark.slow), "gone"])
def test_fork_asks_numba_for_its_threads(function: str) -> None:
    done = run("import warnings; warnings.simplefilter('ignore')\n" + FORK, function)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("enabled", [False, True])
def test_garbage_collection_is_as_it_was_after_compiling(enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with numba_compat.no_garbage_collection():
            assert not gc.isenabled()
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()
