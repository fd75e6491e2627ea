"""Where compiled kernels are kept between processes.

In ``NUMBA_CACHE_DIR``, or beside the package, or in the user's cache directory: in the first of them, in a directory
``gsampler``, that can be written and that others cannot write. A file's name holds a fingerprint of all that its code
is made from: the sources of the compiler and the kernels (with them the flags and passes of LLVM), the versions of
Python, NumPy, Numba and LLVM, the processor and the system. ``GSAMPLER_CACHE=0`` turns the cache off.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm

from gsampler.compiler import trust
from gsampler.compiler.compile import target_cpu

PACKAGE = Path(__file__).parents[1]
ENABLED = (
    os.environ.get("GSAMPLER_CACHE", "1") != "0"
    and hasattr(os, "geteuid")  # elsewhere than on POSIX nothing here says whom a file belongs to
    and Path(__file__).exists()  # without sources, as in a zip archive, nothing says what code was made from
)
FORMAT = "2"  # of a file: the SHA-256 of the rest of it, then what `CompiledKernel` takes
DIGEST_BYTES = 32
STALE_SECONDS = 30 * 86400  # without use, after which code of other versions is removed
LEFT_SECONDS = 3600  # after which a file that is not finished never will be
TOUCH_SECONDS = 86400  # between notes that a file is in use: not every file system notes it by itself
LOCK_SECONDS = 60.0  # that one process waits while another compiles a kernel
LOCK_TRIES = 3  # to lock a file that others remove

untrusted: dict[Path, str] = {}  # directories that are not used, and why


# --- names ----------------------------------------------------------------------------------------------------


@functools.cache
def fingerprint() -> str:
    """A digest of all that machine code is made from."""
    digest = hashlib.sha256()
    for part in _ingredients():
        digest.update(b"%d:%b" % (len(part), part))
    return digest.hexdigest()[:16]


def sources() -> Iterator[bytes]:
    """Names and contents of the files that say what machine code is, for any processor."""
    for layer in ("compiler", "kernels"):
        for path in sorted((PACKAGE / layer).glob("*.py")):
            yield path.name.encode()
            yield path.read_bytes()


def _ingredients() -> Iterator[bytes]:
    yield from sources()
    versions = [version(package) for package in ("numba", "llvmlite", "numpy")]
    python = str(sys.implementation.cache_tag)  # Numba compiles bytecode
    debug = os.environ.get("NUMBA_DEBUGINFO", "")  # Numba writes other IR then
    for text in (FORMAT, *versions, str(llvm.llvm_version_info), python, debug, *target_cpu()):
        yield text.encode()
    yield llvm.get_process_triple().encode()


def _file_name(name: str) -> str:
    return f"{name}-{fingerprint()}.gso"


# --- directories ----------------------------------------------------------------------------------------------


def cache_dirs() -> Iterator[Path]:
    """Where the cache may be, best first."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if not given:
        yield PACKAGE / "__pycache__" / "gsampler"
    with suppress(RuntimeError, OSError):  # this user has no home directory; the working directory is gone
        path = Path(given or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute()
        yield path / "gsampler"


def _trusted_dirs(create: bool = False) -> Iterator[tuple[Path, int]]:
    """Those of `cache_dirs` that only this user and root can change, with a descriptor that the next step closes."""
    for directory in cache_dirs() if ENABLED else ():
        try:
            descriptor = trust.open_directory(directory, create)
        except trust.UntrustedError as reason:
            _report(directory, str(reason))
            continue
        except OSError:
            continue
        try:
            yield directory, descriptor
        finally:
            os.close(descriptor)


def _report(directory: Path, reason: str) -> None:
    """Say once that a directory is not used.

    By logging, as Matplotlib does of its cache: a warning is for what a program should change, and where warnings are
    errors it would end a draw that is as good without a cache.
    """
    if directory not in untrusted:
        untrusted[directory] = reason
        import logging  # which most processes do without

        logging.getLogger("gsampler").warning("gsampler does not use its cache %s: %s", directory, reason)


def cache_dir() -> Path | None:
    """Where machine code is stored, or None where no directory can be written."""
    for directory, _ in _trusted_dirs(create=True):
        if os.access(directory, os.W_OK):
            return directory
    return None


# --- files ----------------------------------------------------------------------------------------------------


def cache_load(name: str) -> bytes | None:
    """What was stored under a name, if it is whole and of these sources and this processor."""
    for _, directory in _trusted_dirs():
        with suppress(OSError, trust.UntrustedError):  # others can write this file: it is made anew in its place
            content = trust.read_file(_file_name(name), directory)
            if hashlib.sha256(content[DIGEST_BYTES:]).digest() == content[:DIGEST_BYTES]:
                _touch(_file_name(name), directory)
                return content[DIGEST_BYTES:]
    return None


def cache_store(name: str, content: bytes) -> None:
    """Store it, complete or not at all, for this and other processes; remove what no version uses any more."""
    part = f"{name}-{secrets.token_hex(8)}.part"
    for _, directory in _trusted_dirs(create=True):
        with suppress(OSError):  # the disk is full: it is only a cache
            try:
                with open(trust.create_file(part, directory), "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                os.replace(part, _file_name(name), src_dir_fd=directory, dst_dir_fd=directory)
            except BaseException:
                os.unlink(part, dir_fd=directory)
                raise
            _evict(directory)
            return


def _age(name: str, directory: int) -> float:
    return time.time() - os.stat(name, dir_fd=directory, follow_symlinks=False).st_mtime


def _touch(name: str, directory: int) -> None:
    """Note in a file's time that it is in use, once a day."""
    with suppress(OSError):  # it belongs to root
        if abs(_age(name, directory)) > TOUCH_SECONDS:
            os.utime(name, dir_fd=directory, follow_symlinks=False)


def _evict(directory: int) -> None:
    """Remove code of other versions and processors that none uses any more, and what ended processes left."""
    for name in os.listdir(directory):
        if name.endswith((".part", ".lock")):
            limit = LEFT_SECONDS
        elif name.endswith(".gso") and not name.endswith(_file_name("")):
            limit = STALE_SECONDS
        else:
            continue
        with suppress(OSError):  # another process was faster
            if _age(name, directory) > limit:
                os.unlink(name, dir_fd=directory)


# --- many processes -------------------------------------------------------------------------------------------


@contextmanager
def cache_lock(name: str) -> Iterator[None]:
    """Held while a kernel is compiled: of processes that start together one compiles it, and the others wait.

    For a minute at most, and not where there is nothing to share or files cannot be locked: all is right without it,
    only slower. The system releases it when its holder ends, however it ends; no clock and no contents matter.
    """
    descriptor = _lock(f"{name}-{fingerprint()}.lock")
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(name: str) -> int | None:
    deadline = time.monotonic() + LOCK_SECONDS
    for _, directory in _trusted_dirs(create=True):
        for _ in range(LOCK_TRIES):
            try:
                descriptor = trust.create_file(name, directory, flags=0)
            except OSError:  # it belongs to another user, or the disk is full
                break
            _wait(descriptor, deadline)
            if _is_in_place(descriptor, name, directory):
                return descriptor
            os.close(descriptor)  # it was removed meanwhile, and whoever comes now locks another one
    return None


def _is_in_place(descriptor: int, name: str, directory: int) -> bool:
    with suppress(OSError):
        os.utime(descriptor)  # or it might be taken for left over, while it is held
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(name, dir_fd=directory))
    except OSError:
        return False


def _wait(descriptor: int, deadline: float) -> None:
    """Lock a file, unless it is taken until the deadline."""
    import fcntl

    with suppress(OSError):  # this file system has no locks
        while time.monotonic() < deadline and threading.main_thread().is_alive():  # no more once the program has ended
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(0.02)
