"""Where compiled kernels are kept between processes.

In ``NUMBA_CACHE_DIR``, or beside the package, or in the user's cache directory: the first of them that can be written.
A file's name holds a fingerprint of all that its code is made from: the sources of the compiler and the kernels, the
versions of Numba and llvmlite, the processor. ``GSAMPLER_CACHE=0`` turns the cache off.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from gsampler.compiler.compile import target_cpu

ENABLED = os.environ.get("GSAMPLER_CACHE", "1") != "0"
PACKAGE = Path(__file__).parents[1]
DIGEST_BYTES = 32  # a file begins with the SHA-256 of the rest of it


@functools.cache
def fingerprint() -> str:
    """A digest of all that machine code is made from."""
    sources = [
        path.read_bytes() for layer in ("compiler", "kernels") for path in sorted((PACKAGE / layer).glob("*.py"))
    ]
    versions = [version("numba"), version("llvmlite"), *target_cpu()]
    return hashlib.sha256(b"\0".join([*sources, *(text.encode() for text in versions)])).hexdigest()[:16]


def cache_dirs() -> Iterator[Path]:
    """Where the cache may be, best first."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given) / "gsampler"
        return
    yield PACKAGE / "__pycache__"
    with suppress(RuntimeError):  # this user has no home directory
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gsampler"


def cache_dir() -> Path | None:
    """Where machine code is stored, or None where no directory can be written."""
    for directory in cache_dirs():
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory):
                return directory
    return None


def cache_load(name: str) -> bytes | None:
    """What was stored under a name, if it is whole and of these sources and this processor."""
    for directory in cache_dirs() if ENABLED else ():
        with suppress(OSError):
            content = (directory / f"{name}-{fingerprint()}.gso").read_bytes()
            if hashlib.sha256(content[DIGEST_BYTES:]).digest() == content[:DIGEST_BYTES]:
                return content[DIGEST_BYTES:]
    return None


def cache_store(name: str, content: bytes) -> None:
    """Store it, complete or not at all, for this and other processes."""
    directory = cache_dir() if ENABLED else None
    if directory is None:
        return
    part = directory / f"{name}-{secrets.token_hex(8)}.part"
    try:
        part.write_bytes(hashlib.sha256(content).digest() + content)
        part.replace(directory / f"{name}-{fingerprint()}.gso")
    except OSError:  # the disk is full: it is only a cache
        with suppress(OSError):
            part.unlink()
