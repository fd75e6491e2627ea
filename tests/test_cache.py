"""The cache of machine code: what is loaded from it and by whom, its names, its files, many processes at once."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gsampler as gs
from gsampler.cli import info
from gsampler.compiler import cache, trust

PACKAGE = Path(gs.__file__).parent
OTHER = 12345  # a user who is neither root nor the one who runs the tests
NOBODY = 65534
NAME, CONTENT = "kernel.f32", b"QQ\nmachine code"

as_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to give files to other users, and setpriv"
)


# --- helpers --------------------------------------------------------------------------------------------------


def command(code: str, user: int | None = None) -> list[str]:
    switch = [] if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return [*switch, sys.executable, "-B", "-W", "error", "-c", textwrap.dedent(code)]


def environment_of(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "GSAMPLER_CACHE": "1", **changes}


def run(code: str, user: int | None = None, **environment: str) -> tuple[str, str]:
    """What a program prints, and what it says on standard error; it must end well."""
    done = subprocess.run(
        command(code, user), env=environment_of(**environment), cwd="/", capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def output(code: str, **environment: str) -> str:
    """What a program prints; it must say nothing else."""
    out, err = run(code, **environment)
    assert err == ""
    return out


def installed_copy(where: Path) -> Path:
    shutil.copytree(PACKAGE, where / "gsampler", ignore=shutil.ignore_patterns("__pycache__"))
    return where


def cache_files(where: Path) -> list[Path]:
    return [*where.rglob("*.nbi"), *where.rglob("*.nbc"), *where.rglob("*.gso")]


def skip_unless_readable(user: int) -> None:
    if subprocess.run(command("import numba", user), cwd="/", capture_output=True).returncode:
        pytest.skip("only root can read this interpreter")


@pytest.fixture
def public_path() -> Iterator[Path]:
    """A temporary directory that other users can pass through, as pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache directory, not yet made, with nothing known of it."""
    base = tmp_path / "base"
    base.mkdir(mode=0o755)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(base))
    monkeypatch.setattr(cache, "ENABLED", True)
    monkeypatch.setattr(cache, "untrusted", {})
    return base / "gsampler"


@pytest.fixture
def stored(directory: Path) -> Path:
    """A file in the cache."""
    cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) == CONTENT
    (path,) = directory.iterdir()
    return path


# --- what is made ---------------------------------------------------------------------------------------------


def test_what_is_made_is_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path / "a"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(base / "b"))
    monkeypatch.setattr(cache, "ENABLED", True)
    before = os.umask(0)
    try:
        with cache.cache_lock(NAME):
            cache.cache_store(NAME, CONTENT)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [base, *base.rglob("*")]}
    name = f"{NAME}-{cache.fingerprint()}"
    assert modes == {"a": 0o700, "b": 0o700, "gsampler": 0o700, f"{name}.gso": 0o600, f"{name}.lock": 0o600}
    assert cache.cache_load(NAME) == CONTENT


def test_one_warm_cache_is_only_read(stored: Path) -> None:
    before = stored.stat()
    assert cache.cache_load(NAME) == CONTENT
    assert stored.stat() == before


# --- what is trusted ------------------------------------------------------------------------------------------


def moved_away(directory: Path, base: Path) -> Path:
    """Put the cache directory elsewhere."""
    base.mkdir()
    return directory.rename(base / "moved")


def link(at: Path, target: Path, owner: int | None = None) -> None:
    at.symlink_to(target)
    if owner is not None:
        os.chown(at, owner, owner, follow_symlinks=False)


def foreign_link(directory: Path) -> None:
    """Planted in a directory where anyone may put files, to a good directory."""
    real = moved_away(directory, directory.parents[1] / "elsewhere")
    directory.parent.chmod(0o1777)
    link(directory, real, owner=OTHER)


def foreign_link_of_a_link(directory: Path) -> None:
    real = moved_away(directory, directory.parents[1] / "elsewhere")
    shared = directory.parents[1] / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    link(shared / "planted", real, owner=OTHER)
    link(directory, Path("../shared/planted"))


def link_through_a_writable_directory(directory: Path) -> None:
    shared = directory.parents[1] / "shared"
    real = moved_away(directory, shared)
    shared.chmod(0o777)
    link(directory, real)


UNTRUSTED: dict[str, tuple[Callable[[Path], object], str]] = {
    "group": (lambda d: d.chmod(0o770), r"gsampler can be written by others \(mode 770\)"),
    "world": (lambda d: d.chmod(0o702), r"gsampler can be written by anyone \(mode 702\)"),
    "sticky": (lambda d: d.chmod(0o1777), r"gsampler can be written by others \(mode 1777\)"),
    "world-above": (lambda d: d.parent.chmod(0o777), r"base can be written by anyone \(mode 777\)"),
    "world-far-above": (lambda d: d.parents[1].chmod(0o777), r"can be written by anyone"),
    "link-through-world": (link_through_a_writable_directory, r"shared can be written by anyone"),
}
FOREIGN: dict[str, tuple[Callable[[Path], object], str]] = {
    "owner": (lambda d: os.chown(d, OTHER, OTHER), "gsampler belongs to user 12345"),
    "owner-above": (lambda d: os.chown(d.parent, OTHER, OTHER), "base belongs to user 12345"),
    "link": (foreign_link, "gsampler belongs to user 12345"),
    "link-of-a-link": (foreign_link_of_a_link, "planted belongs to user 12345"),
}


@pytest.mark.parametrize("how", [*UNTRUSTED, *(pytest.param(how, marks=as_root) for how in FOREIGN)])
def test_untrusted_directory(how: str, stored: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is loaded from it, nothing is put into it, and that is said once."""
    change, reason = (UNTRUSTED | FOREIGN)[how]
    change(stored.parent)
    before = sorted(stored.parent.iterdir())
    for _ in range(2):
        assert cache.cache_load(NAME) is None
        with cache.cache_lock(NAME):
            cache.cache_store("new.f32", CONTENT)
        assert cache.cache_dir() is None
    assert re.fullmatch(rf"none \(.*{reason}.*\)", info.cache_status())
    assert sorted(stored.parent.iterdir()) == before
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("gsampler", "WARNING")
    assert record.getMessage().startswith(f"gsampler does not use its cache {stored.parent}: ")
    assert [*cache.untrusted] == [stored.parent]
    with pytest.raises(trust.UntrustedError, match=reason):
        trust.open_directory(stored.parent)


def test_nothing_is_made_where_others_could_replace_it(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    directory.parent.chmod(0o777)
    assert cache.cache_load(NAME) is None
    assert caplog.records == []  # nothing was there
    cache.cache_store(NAME, CONTENT)
    assert len(caplog.records) == 1
    assert not directory.exists()


@as_root
def test_root_leaves_nothing_in_the_home_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As sudo does without -H; the user could not use what root makes there."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    os.chown(home, OTHER, OTHER)
    monkeypatch.setattr(cache, "ENABLED", True)
    monkeypatch.setattr(cache, "untrusted", {})
    monkeypatch.setattr(cache, "PACKAGE", tmp_path / "gsampler")
    (tmp_path / "gsampler").touch()  # a file, so nothing can be made in it
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(home))
    cache.cache_store(NAME, CONTENT)
    assert list(home.iterdir()) == []


def own_link(directory: Path) -> None:
    link(directory, moved_away(directory, directory.parents[1] / "elsewhere"))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.parent.chmod(0o1777),  # as /tmp
        lambda d: d.parent.chmod(0o2775),  # as umask 002 makes them, and as Debian has /usr/local
        lambda d: d.chmod(0o755),
        own_link,
    ],
    ids=["in-sticky", "in-group-writable", "readable", "own-link"],
)
def test_trusted_directory(change: Callable[[Path], object], stored: Path, caplog: pytest.LogCaptureFixture) -> None:
    change(stored.parent)
    assert cache.cache_load(NAME) == CONTENT
    cache.cache_store("new.f32", CONTENT)
    assert cache.cache_load("new.f32") == CONTENT
    assert caplog.records == []


def replace_by_link(path: Path) -> None:
    link(path, path.rename(path.parents[1] / "elsewhere"))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.chmod(0o620),
        lambda p: p.chmod(0o602),
        replace_by_link,
        pytest.param(lambda p: os.chown(p, OTHER, OTHER), marks=as_root),
    ],
    ids=["group", "world", "link", "owner"],
)
def test_untrusted_file(change: Callable[[Path], object], stored: Path) -> None:
    """It is not loaded though it is whole, and what is made anew takes its place."""
    change(stored)
    assert cache.cache_load(NAME) is None
    cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) == CONTENT
    assert stat.S_IMODE(stored.lstat().st_mode) == 0o600
    assert stored.stat().st_uid == os.geteuid()


def test_the_next_directory_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    first.chmod(0o777)
    monkeypatch.setattr(cache, "ENABLED", True)
    monkeypatch.setattr(cache, "untrusted", {})
    monkeypatch.setattr(cache, "cache_dirs", lambda: iter([first, second]))
    cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) == CONTENT
    assert cache.cache_dir() == second
    assert list(first.iterdir()) == []
    assert len(caplog.records) == 1


# --- other users ----------------------------------------------------------------------------------------------

DRAW = "import gsampler as gs; rng = gs.Generator(42); print(rng.gumbel(size=3).sum(), rng.bits(3).sum())"
UNIFORM = "import gsampler as gs; gs.Generator(42).uniform(size=3)"


def expected_draw() -> str:
    rng = gs.Generator(42)
    return f"{rng.gumbel(size=3).sum()} {rng.bits(3).sum()}\n"


def forge(directory: Path) -> Path:
    """Put the code of another kernel, whole and with its digest, under the name of Gumbel noise."""
    (uniform,) = directory.glob("fill_uniform.f64-*.gso")
    forged = directory / uniform.name.replace("uniform", "gumbel")
    shutil.copyfile(uniform, forged)
    forged.chmod(0o644)
    directory.chmod(0o755)
    return forged


@pytest.fixture
def shared(public_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as /tmp is, named in NUMBA_CACHE_DIR."""
    skip_unless_readable(NOBODY)
    where = public_path / "shared"
    where.mkdir()
    where.chmod(0o1777)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(where))
    return where


@pytest.mark.slow
@as_root
def test_a_forgery_would_be_run(shared: Path) -> None:
    """The other tests mean something: a forged file that belongs to the user is taken for the kernel."""
    run(UNIFORM, NOBODY)
    os.chown(forge(shared / "gsampler"), NOBODY, NOBODY)
    assert run(DRAW, NOBODY)[0] != expected_draw()


@as_root
@pytest.mark.slow
@pytest.mark.parametrize("how", ["directory", "link", "file"])
def test_another_user_plants_code(how: str, shared: Path) -> None:
    """A program says once that a directory is not used, even where warnings are errors, and draws what it should."""
    run(UNIFORM, OTHER)
    directory = shared / "gsampler"
    forged = forge(directory)
    os.chown(forged, OTHER, OTHER)
    if how == "file":  # as if the directory had been open to others once
        os.chown(directory, NOBODY, NOBODY)
    if how == "link":  # to a directory and files that are the user's own, and not what the name says
        own = shared.parent / "own"
        own.mkdir()
        directory.rename(own / "gsampler")
        for path in [own, *own.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        link(directory, own / "gsampler", owner=OTHER)
    out, err = run(DRAW, NOBODY)
    assert out == expected_draw()
    if how == "file":
        assert (err, forged.stat().st_uid) == ("", NOBODY)
    else:
        assert err == f"gsampler does not use its cache {directory}: {directory} belongs to user {OTHER}\n"


@pytest.mark.slow
@as_root
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_what_root_stored_serves_others_where_they_can_read_it(mode: int, shared: Path) -> None:
    """And is passed over without a word where they cannot, as root's own cache."""
    shared.chmod(0o755)
    run(DRAW)
    for path in [shared / "gsampler", *(shared / "gsampler").iterdir()]:
        path.chmod(mode & (0o777 if path.is_dir() else 0o666))
    code = f"""
    import gsampler as gs
    from gsampler.compiler.decorators import Kernel
    compiled, before = [], Kernel.compile
    Kernel.compile = lambda self, suffix: compiled.append(suffix) or before(self, suffix)
    {DRAW}
    print(compiled)
    """
    home = shared.parent / "home"
    expected = f"{expected_draw()}{[] if mode == 0o755 else ['f64', 'f64']}\n"
    assert run(code, NOBODY, HOME=str(home)) == (expected, "")


@as_root
@pytest.mark.slow
@pytest.mark.parametrize("used", [False, True], ids=["not-used", "used"])
def test_a_colleague_installed_it(used: bool, public_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that belongs to a third user, as on clusters: that its cache is not ours to use is not news."""
    skip_unless_readable(NOBODY)
    where = installed_copy(public_path / "site")
    if used:
        (where / "gsampler" / "__pycache__" / "gsampler").mkdir(parents=True)
    for path in [where, *where.rglob("*")]:
        os.chown(path, OTHER, OTHER)
        path.chmod(0o700 if path.parent.name == "__pycache__" else 0o755)
    home = public_path / "home"
    home.mkdir(mode=0o755)
    os.chown(home, NOBODY, NOBODY)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    code = "import gsampler as gs; print(gs.Generator(42).gumbel(size=3).sum())"
    expected = f"{gs.Generator(42).gumbel(size=3).sum()}\n"
    assert run(code, NOBODY, HOME=str(home), PYTHONPATH=str(where)) == (expected, "")
    assert len(cache_files(home)) == 1


@as_root
def test_in_a_user_namespace(public_path: Path) -> None:
    """Root is not mapped there, and what is root's is shown as nobody's, the root directory first."""
    skip_unless_readable(OTHER)
    os.chown(public_path, OTHER, OTHER)
    code = f"""
    import ctypes, os
    from pathlib import Path
    from gsampler.compiler import cache
    if ctypes.CDLL(None).unshare(0x10000000):  # CLONE_NEWUSER
        raise SystemExit("skip")
    Path("/proc/self/uid_map").write_text("{OTHER} {OTHER} 1")
    assert (os.geteuid(), os.stat("/").st_uid) == ({OTHER}, {NOBODY})
    cache.cache_store("{NAME}", b"x")
    print(cache.cache_load("{NAME}"), cache.untrusted)
    """
    environment = environment_of(
        OPENBLAS_NUM_THREADS="1", NUMBA_CACHE_DIR=str(public_path)
    )  # a process with threads cannot enter one
    done = subprocess.run(command(code, OTHER), env=environment, cwd="/", capture_output=True, text=True)
    if done.stderr == "skip\n":
        pytest.skip("user namespaces are not to be had")
    assert (done.stdout, done.stderr) == ("b'x' {}\n", "")


# --- names ----------------------------------------------------------------------------------------------------


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def move_between_files(package: Path) -> None:
    """The sources in a row stay the same bytes."""
    names = sorted((package / "kernels").glob("*.py"))
    first, second = names[1:3]
    first.write_bytes(first.read_bytes() + second.read_bytes())
    second.write_bytes(b"")


SOURCES: dict[str, Callable[[Path], object]] = {
    "optimisation": lambda p: edit(p / "compiler" / "compile.py", "opt=3", "opt=2"),
    "relocation": lambda p: edit(p / "compiler" / "compile.py", 'reloc: str = "pic"', 'reloc: str = "static"'),
    "passes": lambda p: edit(p / "compiler" / "compile.py", "= True, False", "= True, True"),
    "kernel": lambda p: edit(p / "kernels" / "philox.py", "0xBB67AE85", "0xBB67AE87"),
    "new-name": lambda p: (p / "kernels" / "philox.py").rename(p / "kernels" / "philox2.py"),
    "other-file": move_between_files,
}


@pytest.mark.parametrize("change", SOURCES)
def test_name_holds_the_sources(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "PACKAGE", installed_copy(tmp_path) / "gsampler")
    assert cache.fingerprint.__wrapped__() == cache.fingerprint()
    SOURCES[change](tmp_path / "gsampler")
    assert cache.fingerprint.__wrapped__() != cache.fingerprint()


def test_name_holds_versions_processor_and_triple(monkeypatch: pytest.MonkeyPatch) -> None:
    version, (cpu, features) = cache.version, cache.target_cpu()
    changes: list[tuple[object, str, object]] = [
        (cache, "FORMAT", "0"),
        (sys.implementation, "cache_tag", "cpython-399"),
        (cache.llvm, "llvm_version_info", (99, 0, 0)),
        (cache.llvm, "get_process_triple", lambda: "riscv64-unknown-linux-gnu"),
        (cache, "target_cpu", lambda: ("other", features)),
        (cache, "target_cpu", lambda: (cpu, features + ",+other")),
        (cache, "target_cpu", lambda: (cpu + features, "")),
        *(
            (cache, "version", lambda p, changed=package: "0" if p == changed else version(p))
            for package in ("numba", "llvmlite", "numpy")
        ),
    ]
    names = [cache.fingerprint(), cache.fingerprint.__wrapped__()]
    for module, name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            names.append(cache.fingerprint.__wrapped__())
    monkeypatch.setenv("NUMBA_DEBUGINFO", "1")
    names.append(cache.fingerprint.__wrapped__())
    assert names[0] == names[1]
    assert len(set(names)) == len(names) - 1


# --- eviction -------------------------------------------------------------------------------------------------

HOUR, DAY = 3600, 86400


def aged(path: Path, seconds: float) -> Path:
    path.touch()
    os.utime(path, (time.time(), time.time() - seconds))
    return path


def test_eviction(directory: Path) -> None:
    directory.mkdir(0o700)
    name = cache.fingerprint()
    stale = [
        aged(directory / file, age)
        for file, age in [
            (f"{NAME}-0123456789abcdef.gso", 31 * DAY),
            ("renamed.f64-0123456789abcdef.gso", 31 * DAY),
            (f"{NAME}-00ff.part", 2 * HOUR),
            (f"{NAME}-{name}.lock", 2 * HOUR),
        ]
    ]
    used = [
        aged(directory / file, age)
        for file, age in [
            (f"{NAME}-fedcba9876543210.gso", 29 * DAY),
            (f"{NAME}-f00ba99876543210.gso", -31 * DAY),  # another clock
            (f"other.f64-{name}.gso", 99 * DAY),
            (f"{NAME}-00aa.part", HOUR / 2),
            (f"{NAME}-fedcba9876543210.lock", HOUR / 2),
            ("loop.nbi", 99 * DAY),
            ("loop.1.nbc", 99 * DAY),
        ]
    ]
    assert cache.cache_load(NAME) is None
    assert all(path.exists() for path in stale)  # reading removes nothing
    cache.cache_store(NAME, CONTENT)
    assert set(directory.iterdir()) == {*used, directory / f"{NAME}-{name}.gso"}


@pytest.mark.parametrize(("age", "noted"), [(2 * DAY, True), (-2 * DAY, True), (DAY / 2, False)])
def test_use_is_noted_once_a_day(age: float, noted: bool, stored: Path) -> None:
    aged(stored, age)
    assert cache.cache_load(NAME) == CONTENT
    assert abs(time.time() - stored.stat().st_mtime - (0 if noted else age)) < HOUR


# --- what can go wrong ----------------------------------------------------------------------------------------


def file_by_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    """To open it waits for somebody who writes to it."""
    path.unlink()
    os.mkfifo(path, 0o600)


def directory_by_file(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.touch()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut": lambda p: p.write_bytes(p.read_bytes()[:-1]),
    "changed": lambda p: p.write_bytes(p.read_bytes()[:-1] + b"E"),
    "short": lambda p: p.write_bytes(b"short"),
    "empty": lambda p: p.write_bytes(b""),
    "gone": Path.unlink,
    "directory-gone": lambda p: shutil.rmtree(p.parent),
    "pipe": pipe,
}
LASTING: dict[str, Callable[[Path], object]] = {
    "file-by-directory": file_by_directory,
    "directory-by-file": directory_by_file,
}


@pytest.mark.parametrize("how", DAMAGE | LASTING)
def test_damage(how: str, stored: Path) -> None:
    (DAMAGE | LASTING)[how](stored)
    assert cache.cache_load(NAME) is None
    with cache.cache_lock(NAME):
        cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) == (CONTENT if how in DAMAGE else None)
    assert list(stored.parents[1].rglob("*.part")) == []


def test_disk_full(directory: Path) -> None:
    """A limit on the size of files stands for it: to write fails after the file was created."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        cache.cache_store(NAME, CONTENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(directory.iterdir()) == []
    assert cache.cache_load(NAME) is None


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("function", ["open", "fstat", "lstat", "replace", "listdir", "utime", "unlink"])
def test_what_the_system_refuses(
    function: str, error: int, stored: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(stored, 2 * DAY)
    aged(directory / "old.part", DAY)

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patch:
        patch.setattr(os, function, refuse)
        loaded = cache.cache_load(NAME)
        with cache.cache_lock(NAME):
            cache.cache_store("new.f32", CONTENT)
    assert loaded == (None if function in ("open", "fstat", "lstat") else CONTENT)
    assert cache.cache_load(NAME) == CONTENT


def test_a_file_vanishes_while_others_are_removed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.mkdir(0o700)
    old = aged(directory / "z.part", DAY)
    monkeypatch.setattr(os, "listdir", lambda _: ["a.part", "z.part"])
    cache.cache_store(NAME, CONTENT)
    assert not old.exists()


@pytest.mark.parametrize("now", [0.0, 2.0**33])
def test_wrong_clock(now: float, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.time, "time", lambda: now)
    assert cache.cache_load(NAME) == CONTENT
    cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) == CONTENT


# --- many processes -------------------------------------------------------------------------------------------

TOGETHER = """
import sys
import gsampler as gs
from gsampler.compiler.decorators import Kernel
compiled, before = [], Kernel.compile
def compile(self, suffix):
    compiled.append(suffix)
    return before(self, suffix)
Kernel.compile = compile
print("ready", flush=True)
sys.stdin.readline()
sum = gs.Generator(42).gumbel(size=3).sum()
print(sum, *compiled)
"""


def test_processes_that_start_together_compile_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            command(TOGETHER),
            env=environment_of(NUMBA_CACHE_DIR=str(tmp_path)),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    lines = [process.communicate(timeout=240)[0].split() for process in processes]
    assert [line[0] for line in lines] == [str(gs.Generator(42).gumbel(size=3).sum())] * 6
    assert [name for line in lines for name in line[1:]] == ["f64"]


@pytest.fixture
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that compiles for ever."""
    code = f"""
    import time
    from gsampler.compiler import cache
    with cache.cache_lock("{NAME}"):
        print("locked", flush=True)
        time.sleep(1000)
    """
    process = subprocess.Popen(command(code), env=environment_of(), cwd="/", stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.communicate()


def seconds_to_lock(name: str) -> float:
    start = time.monotonic()
    with cache.cache_lock(name):
        return time.monotonic() - start


def test_waiting_is_bounded(holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LOCK_SECONDS", 0.3)
    assert 0.3 <= seconds_to_lock(NAME) < 5
    assert seconds_to_lock("other.f32") < 0.3


def test_a_lock_ends_with_its_holder(holder: subprocess.Popen[str]) -> None:
    threading.Timer(0.3, holder.kill).start()
    assert 0.2 < seconds_to_lock(NAME) < 30


@pytest.mark.parametrize("age", [10**9, -(10**9)], ids=["past", "future"])
def test_no_clock_matters_to_a_lock(age: float, holder: subprocess.Popen[str], directory: Path) -> None:
    (path,) = directory.glob("*.lock")
    aged(path, age)
    threading.Timer(0.3, holder.kill).start()
    assert 0.2 < seconds_to_lock(NAME) < 30
    aged(path, age)
    path.write_bytes(b"9999999")  # nor what is in the file
    assert seconds_to_lock(NAME) < 0.3


def test_a_lock_that_is_held_is_not_taken_for_left_over(directory: Path) -> None:
    with cache.cache_lock(NAME):
        pass
    (path,) = directory.glob("*.lock")
    aged(path, 2 * HOUR)
    with cache.cache_lock(NAME):
        cache.cache_store("other.f32", CONTENT)  # as another process does, with what it removes
        assert path.exists()


def test_a_lock_that_was_removed_is_no_lock(
    holder: subprocess.Popen[str], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waited for it locks the file that others lock now."""
    (path,) = directory.glob("*.lock")
    wait, waits = cache._wait, []

    def waited(descriptor: int, deadline: float) -> None:
        if not waits:
            path.unlink()
            holder.kill()
        waits.append(os.fstat(descriptor).st_ino)
        wait(descriptor, deadline)

    monkeypatch.setattr(cache, "_wait", waited)
    with cache.cache_lock(NAME), open(path) as other:
        assert len(waits) == 2
        assert waits[1] == path.stat().st_ino
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_lock_that_vanishes_every_time(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_wait", lambda *_: [path.unlink() for path in directory.glob("*.lock")])
    assert seconds_to_lock(NAME) < 5


def test_no_waiting_once_the_program_has_ended(holder: subprocess.Popen[str]) -> None:
    code = f"""
    import threading, time
    from gsampler.compiler import cache
    def wait():
        with cache.cache_lock("{NAME}"):
            pass
    threading.Thread(target=wait).start()
    time.sleep(0.2)
    """
    start = time.monotonic()
    output(code)
    assert time.monotonic() - start < cache.LOCK_SECONDS / 2


def test_a_lock_is_free_again(directory: Path) -> None:
    assert max(seconds_to_lock(NAME) for _ in range(3)) < 5
    with pytest.raises(KeyError), cache.cache_lock(NAME):
        raise KeyError
    assert seconds_to_lock(NAME) < 5


@pytest.mark.parametrize(("module", "function"), [(fcntl, "flock"), (trust, "create_file")])
def test_where_nothing_can_be_locked(
    module: object, function: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(module, function, refuse)
    assert seconds_to_lock(NAME) < 5


# --- whole programs -------------------------------------------------------------------------------------------

USE = """
import gsampler as gs
print(gs.__file__)
print(gs.Generator(42).gumbel(size=2**18).sum(), gs.Generator(1).bits(2))
"""


def expected_line() -> str:
    return f"{gs.Generator(42).gumbel(size=2**18).sum()} {gs.Generator(1).bits(2)}"


def test_kernels_are_cached_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And made anew where a source changes that a cached kernel calls, not its own."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    where = installed_copy(tmp_path)
    first = output(USE, PYTHONPATH=str(where)).splitlines()
    assert first == [str(where / "gsampler" / "__init__.py"), expected_line()]
    files = {p: p.stat().st_mtime_ns for p in cache_files(where)}
    assert {p.suffix for p in files} == {".gso"}  # Numba's own file cache is not used
    assert output(USE, PYTHONPATH=str(where)).splitlines() == first
    assert {p: p.stat().st_mtime_ns for p in cache_files(where)} == files
    noise = where / "gsampler" / "kernels" / "noise.py"
    before = noise.stat()
    philox = where / "gsampler" / "kernels" / "philox.py"
    philox.write_text(philox.read_text().replace("0xBB67AE85", "0xBB67AE87"))
    assert (noise.stat().st_mtime_ns, noise.stat().st_size) == (before.st_mtime_ns, before.st_size)
    assert output(USE, PYTHONPATH=str(where)).splitlines()[1] != first[1]


SMALL = """
import sys, numpy as np, gsampler as gs
rng, logits = gs.Generator(42), np.zeros((2, 9), np.float32)
print(rng.gumbel(size=3).sum(), rng.categorical(logits), rng.gumbel_softmax(logits).max())
print("numba" in sys.modules)
"""


@pytest.mark.slow
def test_small_calls_need_no_numba_once_their_kernels_are_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first, second = (output(SMALL).splitlines() for _ in range(2))
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("True", "False")


@pytest.mark.slow
def test_damaged_machine_code_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of three kernels, damaged in another way."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    code = (
        "import gsampler as gs; r = gs.Generator(42); print(r.bits(3).sum(), r.gumbel(size=3).sum(), r.uniform(size=3))"
    )
    expected = output(code)
    before = {path: path.read_bytes() for path in sorted(cache_files(tmp_path))}
    bits, gumbel, uniform = before
    middle = len(before[gumbel]) // 2
    bits.write_bytes(before[bits][:-100])
    gumbel.write_bytes(before[gumbel][:middle] + bytes([before[gumbel][middle] ^ 255]) + before[gumbel][middle + 1 :])
    uniform.write_bytes(b"")
    for path, whole in before.items():
        assert path.read_bytes() != whole
    assert output(code) == expected
    assert {path: path.read_bytes() for path in cache_files(tmp_path)} == before


@pytest.mark.slow
def test_cache_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    where = installed_copy(tmp_path)
    assert output(USE, PYTHONPATH=str(where), GSAMPLER_CACHE="0").splitlines()[1] == expected_line()
    assert cache_files(where) == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv to give up root's right to write anywhere")
@pytest.mark.parametrize("home", [pytest.param("writeable-home", marks=pytest.mark.slow), "read-only-home"])
def test_read_only_install(home: str, public_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = installed_copy(public_path / "site")
    user_home = public_path / "home"
    user_home.mkdir()
    for path in [where, *where.rglob("*")]:
        path.chmod(0o555)
    user_home.chmod(0o755 if home == "writeable-home" else 0o555)
    user = None
    if os.getuid() == 0:
        user = NOBODY
        skip_unless_readable(user)
        os.chown(user_home, user, user)
    for name in os.environ:
        if name.startswith(("XDG_", "NUMBA_", "PYTHON")):
            monkeypatch.delenv(name)
    out, err = run(USE, user, HOME=str(user_home), PYTHONPATH=str(where), TMPDIR=str(public_path))
    assert out.splitlines() == [str(where / "gsampler" / "__init__.py"), expected_line()]
    assert err == ""
    assert cache_files(where) == []
    assert {path.suffix for path in cache_files(user_home)} == ({".gso"} if home == "writeable-home" else set())
    for path in [where, *where.rglob("*"), user_home]:  # or whoever is not root could not remove them
        path.chmod(0o755)


def test_the_working_directory_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path has no meaning then."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(cache, "ENABLED", True)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "somewhere")
    assert list(cache.cache_dirs()) == []
    cache.cache_store(NAME, CONTENT)
    assert cache.cache_load(NAME) is None
