"""What stands around the engine and must not stop it: Numba's cache, settings and threads, a full disk."""

from __future__ import annotations

import ctypes
import functools
import json
import logging
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import llvmlite.binding as llvm
import numba
import pytest
from numba import config

import gsampler as gs
from gsampler import cli
from gsampler.compiler import cache, numba_compat
from gsampler.kernels.constants import ALL_VALID
from gsampler.kernels.table import KERNELS
from gsampler.runtime import fork, launch, registry
from gsampler.runtime.parallel_loop import ParallelLoop

ROOT = Path(gs.__file__).parents[1]

# One kernel: a small call, and one that is shared out among threads.
USE = """
import gsampler as gs
print(gs.Generator(42).gumbel(size=3).sum(), gs.Generator(42).gumbel(size=2**17).sum())
"""


@functools.cache
def expected() -> str:
    return f"{gs.Generator(42).gumbel(size=3).sum()} {gs.Generator(42).gumbel(size=2**17).sum()}"


def run(code: str, cache_dir: Path | str, **environment: str) -> tuple[str, str]:
    """What a fresh process prints, and what it says on standard error; it must end well."""
    environment = {"PYTHONPATH": str(ROOT), "GSAMPLER_CACHE": "1", "NUMBA_CACHE_DIR": str(cache_dir)} | environment
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd="/", capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the kernel of `USE`; tests change copies of it."""
    path = tmp_path_factory.mktemp("filled")
    assert run(USE, path) == (expected(), "")
    return path


@pytest.fixture
def copy(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "copy"))


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


# --- Numba's file cache ---------------------------------------------------------------------------------------

REFUSE = """
import os
from numba.core import caching
def refuse(*_, **__):
    raise OSError(28, os.strerror(28))
for name in ("load", "save", "_load_index", "_save_index"):
    setattr(caching.IndexDataCacheFile, name, refuse)
"""


def test_numba_caches_nothing(filled: Path) -> None:
    assert {Path(name).suffix for name in files(filled)} == {".gso", ".lock"}


def test_what_is_wrong_with_numbas_cache_does_not_matter(tmp_path: Path) -> None:
    """Compiled and shared out where each of Numba's own files is refused; the user's cached functions are not."""
    (tmp_path / "user.py").write_text("import numba\n@numba.njit(cache=True)\ndef f(x):\n    return x + 1\n")
    code = REFUSE + USE + "import user\ntry: user.f(1)\nexcept OSError as error: print(error)\n"
    out, err = run(code, tmp_path, PYTHONPATH=f"{ROOT}:{tmp_path}")
    assert (out, err) == (f"{expected()}\n[Errno 28] {os.strerror(28)}", "")


GARBAGE = {"empty": b"", "garbled": b"\x80\x05garbled", "cut": b"\x80\x04\x95\x10"}


@pytest.mark.parametrize("kind", GARBAGE)
def test_damaged_files_of_numba(kind: str, copy: Path) -> None:
    """As earlier versions left them: neither read nor changed."""
    name = f"parallel_loop.for_each_share_{cache.fingerprint()}-12.py311"
    for directory in (copy, copy / "gsampler", copy / "runtime_0"):
        directory.mkdir(exist_ok=True)
        for suffix in ("nbi", "1.nbc"):
            (directory / f"{name}.{suffix}").write_bytes(GARBAGE[kind])
    before = files(copy)
    assert run(USE, copy) == (expected(), "")
    assert files(copy) == before


# --- a full disk ----------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 KB."""
    where = tmp_path / "small"
    where.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "tmpfs", str(where)]
    if os.geteuid() or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs to mount a file system")
    yield where
    subprocess.run(["umount", str(where)], check=True)


def test_full_disk(full_disk: Path) -> None:
    assert run(USE, full_disk) == (expected(), "")
    assert [name for name in files(full_disk) if not name.endswith(".lock")] == []
    (full_disk / "filler").write_bytes(bytes(os.statvfs(full_disk).f_bavail * os.statvfs(full_disk).f_frsize))
    with pytest.raises(OSError, match="No space left"):
        (full_disk / "more").write_bytes(bytes(2**13))
    assert run(USE, full_disk) == (expected(), "")


# --- NUMBA_DISABLE_JIT ----------------------------------------------------------------------------------------

DEBUGGING = (
    """
import threading
import numba

def is_compiled():
    @numba.njit
    def own(x):
        return x + 1
    assert own(1) == 2
    return hasattr(own, "py_func")

seen, stop = {is_compiled()}, threading.Event()
def watch():
    while not stop.is_set():
        seen.add(is_compiled())
thread = threading.Thread(target=watch, daemon=True)
thread.start()
"""
    + USE
    + """
stop.set()
thread.join()
seen.add(is_compiled())
import numba
print(seen, numba.config.DISABLE_JIT, gs.get_num_threads(), numba.threading_layer() != "")
"""
)


@pytest.mark.slow
def test_numba_disable_jit(tmp_path: Path, filled: Path) -> None:
    """The same machine code, compiled and loaded; the user's functions are never compiled, on no thread."""
    for _ in range(2):
        out, err = run(DEBUGGING, tmp_path, NUMBA_DISABLE_JIT="1", NUMBA_NUM_THREADS="2")
        assert (out.splitlines(), err) == ([expected(), "{False} 1 2 True"], "")
        assert files(tmp_path) == files(filled)


def test_info_under_numba_disable_jit(tmp_path: Path) -> None:
    code = "import sys; from gsampler.cli import main; sys.exit(main(['info', '--json']))"
    out, err = run(code, tmp_path, NUMBA_DISABLE_JIT="1", NUMBA_NUM_THREADS="2")
    facts = json.loads(out)
    assert (facts["threads"], facts["threading_layer"] in ("omp", "tbb", "workqueue"), err) == (2, True, "")


def is_compiled() -> bool:
    return hasattr(numba.njit(lambda x: x + 1), "py_func")


@pytest.fixture
def disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "DISABLE_JIT", 1)


@pytest.mark.usefixtures("disabled")
def test_jit_enabled() -> None:
    assert not is_compiled()
    with numba_compat.jit_enabled():
        assert is_compiled()
        with pytest.raises(KeyError), numba_compat.jit_enabled():
            raise KeyError
        assert is_compiled()
        others: list[object] = []
        thread = threading.Thread(target=lambda: others.extend([is_compiled(), config.DISABLE_JIT == 1]))
        thread.start()
        thread.join()
        assert others == [False, True]
    assert not is_compiled()
    assert type(config.DISABLE_JIT) is int
    assert numba_compat._enabled == {}


@pytest.mark.usefixtures("disabled")
def test_jit_enabled_by_two_threads() -> None:
    """Whichever ends first, it is enabled for the other; and disabled at last."""
    inside, leave, seen = threading.Event(), threading.Event(), []

    def work() -> None:
        with numba_compat.jit_enabled():
            inside.set()
            leave.wait(60)
            seen.append(is_compiled())

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(60)
    with numba_compat.jit_enabled():
        pass
    assert not is_compiled()
    leave.set()
    thread.join()
    assert seen == [True]
    assert type(config.DISABLE_JIT) is int


@pytest.mark.usefixtures("disabled")
def test_a_setting_made_meanwhile_stays() -> None:
    with numba_compat.jit_enabled():
        config.DISABLE_JIT = 0
    assert config.DISABLE_JIT == 0


@pytest.mark.slow
def test_the_variable_is_set_later(filled: Path) -> None:
    """Numba reads it again when it compiles next, which gsampler does here."""
    code = "import os, numba; os.environ['NUMBA_DISABLE_JIT'] = '1'\n" + USE + "print(numba.config.DISABLE_JIT)"
    assert run(code, filled, GSAMPLER_CACHE="0") == (f"{expected()}\n1", "")


# --- threads --------------------------------------------------------------------------------------------------


def probe(loop: ParallelLoop, start: int, stop: int, share: int) -> tuple[list[int], int]:
    """What the shares put where they start, their stops, and the first invalid item: the least stop."""
    done = array("q", bytes(8 * 300))
    invalid = loop._run(loop._code.address("probe"), start, stop, share, done.buffer_info()[0])
    return done.tolist(), invalid


@pytest.mark.parametrize("threads", [1, 2])
def test_each_share_is_run_once(threads: int) -> None:
    loop, before = ParallelLoop(), numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        for start, stop, share in [(0, 300, 1), (5, 300, 7), (17, 18, 1), (17, 18, 100), (1, 299, 149), (0, 8, 4)]:
            firsts = range(start, stop, share)
            wanted = {first: min(first + share, stop) for first in firsts}
            done, invalid = probe(loop, start, stop, share)
            assert done == [wanted.get(i, 0) for i in range(300)]
            assert invalid == min(wanted.values())
        assert probe(loop, 9, 9, 4) == ([0] * 300, ALL_VALID)
        assert numba.get_num_threads() == threads  # the user's choice for his own functions
    finally:
        numba.set_num_threads(before)


RUN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


def pieces_of(sizes: Callable[[int], list[int]]) -> Callable[..., None]:
    """A stand-in for Numba's function, that gives out the items in pieces of these sizes."""

    def parallel_for(function: int, args: int, dimensions: int, steps: int, data: int, *_: int) -> None:
        (base,), (count,), (step,) = (
            ctypes.cast(p, ctypes.POINTER(ctypes.c_int64))[0:1] for p in (args, dimensions, steps)
        )
        assert count % 3 == 0  # or workqueue would give the last thread more than the others
        first = 0
        for size in sizes(count):
            words = array("q", [base + first * step, size])
            at = words.buffer_info()[0]
            RUN(function)(at, at + 8, steps, data)
            first += size

    return parallel_for


@pytest.mark.parametrize(
    ("sizes", "good"),
    [
        (lambda n: [1] * n, True),  # omp
        (lambda n: [n // 3] * 3 + [n - n // 3 * 3], True),  # workqueue
        (lambda n: [0, n, 0], True),  # tbb
        (lambda n: [n - 1], False),
        (lambda n: [], False),
        (lambda n: [n + 1], True),  # an empty share more
    ],
)
def test_numba_runs_loops_in_another_way(
    sizes: Callable[[int], list[int]], good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = numba_compat.ThreadingLayer(pieces_of(sizes), lambda: 3)
    monkeypatch.setattr(numba_compat, "threading_layer", lambda: layer)
    if good:
        assert probe(ParallelLoop(), 5, 300, 7)[1] == 12
    else:
        with pytest.raises(numba_compat.NumbaCompatError, match=r"^Numba .* does not run parallel loops as gsampler"):
            ParallelLoop()


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not shared out any work yet."""
    monkeypatch.setattr(launch, "_parallel_loop", None)
    monkeypatch.setattr(fork, "serial", False)


@pytest.mark.parametrize("name", numba_compat.LAYER_SYMBOLS)
@pytest.mark.usefixtures("unloaded")
def test_without_the_symbols_one_thread_works(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    draw = gs.Generator(42).gumbel(size=2**17)
    assert isinstance(launch._parallel_loop, ParallelLoop)
    monkeypatch.setattr(launch, "_parallel_loop", None)
    find = llvm.address_of_symbol
    monkeypatch.setattr(llvm, "address_of_symbol", lambda symbol: None if symbol == name else find(symbol))
    for _ in range(2):
        assert (gs.Generator(42).gumbel(size=2**17) == draw).all()
        assert gs.get_num_threads() == 1
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("gsampler", logging.WARNING)
    assert record.getMessage().startswith("gsampler works on one thread: Numba ")
    assert f"registers no {name}, which gsampler needs to use several threads; " in record.getMessage()


def test_numba_has_no_threads(filled: Path) -> None:
    """That is said once; the draws are the same."""
    out, err = run(USE + USE, filled, NUMBA_THREADING_LAYER="none")
    assert out.splitlines() == [expected()] * 2
    assert err == ("gsampler works on one thread: The threading layer requested 'none' is unknown to Numba.\n")


def test_numba_does_not_compile_the_parallel_loop(filled: Path) -> None:
    code = """
    from numba.core import compiler
    def refuse(*_): raise AssertionError("Numba compiles")
    compiler.CompilerBase.compile_extra = compiler.CompilerBase.compile_ir = refuse
    """
    assert run(textwrap.dedent(code) + USE, filled) == (expected(), "")


FORK = """
import os
import gsampler as gs
rng = gs.Generator(42)
children = rng.spawn(2)
def draws(rank):
    own = (rng, children[rank], gs.Generator(42, stream=rank + 1))
    return " ".join(f"{g.gumbel(size=3).sum()}" for g in own)
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, draws(1).encode())
    os._exit(0)
os.wait()
print(draws(0), os.read(read, 1000).decode())
"""


def test_a_fork_copies_generators(filled: Path) -> None:
    """As NumPy's; the README says what to do about it."""
    out, err = run(FORK, filled)
    of_parent, of_child = out.split()[:3], out.split()[3:]
    assert of_parent[0] == of_child[0] == expected().split()[0]
    assert len({*of_parent, *of_child}) == 5
    assert err == ""


# --- gsampler warm --------------------------------------------------------------------------------------------


def test_every_kernel() -> None:
    names = registry.every_kernel()
    assert len(names) == len(set(names)) == sum(1 + entry.is_typed for entry in KERNELS.values())
    assert {name for name, _ in names} == set(KERNELS)
    assert registry.kernel("fill_bits", "f32") is registry.kernel("fill_bits", "f64")  # without element type
    assert set(registry._loaded) <= {f"{name}.{suffix}" for name, suffix in names}


GIGABYTES = """
import mmap

import gsampler as gs
from gsampler.runtime import registry

kept = []
for pages in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32):  # gaps for a few pages, gigabytes apart
    gap = mmap.mmap(-1, pages * mmap.PAGESIZE)
    kept.append(mmap.mmap(-1, 3 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_NORESERVE))
    gap.close()
for name in ("gumbel_max", "conditional_gumbel", "fill_normal", "softmax", "sum_rows"):
    registry.kernel(name, "f64")
print(gs.Generator(42).gumbel(size=1000).tobytes().hex())
"""


@pytest.mark.slow
def test_code_is_loaded_where_memory_is_in_pieces(tmp_path: Path) -> None:
    """Code and constants are then further apart than 32 bits can tell."""
    code = GIGABYTES.replace("mmap.MAP_NORESERVE", "0x4000")  # which Python names from 3.13 on
    given = os.environ | {"PYTHONPATH": str(Path(gs.__file__).parents[1]), "NUMBA_CACHE_DIR": str(tmp_path)}
    for _ in range(2):  # compiled, and from the cache
        done = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == gs.Generator(42).gumbel(size=1000).tobytes().hex()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no more than two kernels."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "ENABLED", True)
    monkeypatch.setattr(cache, "untrusted", {})
    monkeypatch.setattr(registry, "every_kernel", lambda: [("check_unit", "f32"), ("check_unit", "f64")])
    return tmp_path


def warm(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = cli.main(["warm"])
    return status, *capsys.readouterr()


def test_warm(empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for compiled in (2, 0, 1):
        status, out, err = warm(capsys)
        assert (status, err) == (0, "")
        words = out.rstrip("\n").split("; ")
        kernels = "1 kernel" if compiled == 1 else f"{compiled} kernels"
        assert words[0] == f"compiled {kernels}, {2 - compiled} cached before"
        assert 0 < float(words[1].removesuffix(" s")) < 240
        assert words[2] == str(empty / "gsampler")
        stored = sorted((empty / "gsampler").glob("check*.gso"))  # beside the functions of the bit generator
        assert [path.name.split("-")[0] for path in stored] == ["check_unit.f32", "check_unit.f64"]
        stored[0].unlink() if compiled == 0 else None
    # and processes use it
    monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.setattr(registry, "declared", lambda name: pytest.fail(f"{name} is compiled"))
    assert registry.kernel.__wrapped__("check_unit", "f32").function(0, 0, bytes(64)) == ALL_VALID


def test_warm_without_a_cache(empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    error = "gsampler: error: there is no cache to put kernels into: "
    (empty / "gsampler").mkdir(mode=0o700)
    (empty / "gsampler").chmod(0o777)
    status, out, err = warm(capsys)
    assert (status, out) == (1, "")
    assert err.endswith(f"{error}{empty}/gsampler can be written by anyone (mode 777)\n")
    monkeypatch.setattr(cache, "ENABLED", False)
    monkeypatch.setenv("GSAMPLER_CACHE", "0")
    assert warm(capsys) == (1, "", f"{error}GSAMPLER_CACHE=0\n")


def test_warm_on_a_full_disk(empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "cache_store", lambda name, content: None)
    error = f"gsampler: error: cannot write check_unit.f32 to {empty}/gsampler: perhaps the disk is full\n"
    assert warm(capsys) == (1, "", error)
