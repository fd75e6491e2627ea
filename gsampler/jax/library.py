"""libgsampler_jax.so, which ``native/build.py --jax`` makes: loaded, and its handlers made known to XLA.

The import of this module does that, and is an ImportError where it cannot be done.
"""

from __future__ import annotations

import ctypes
import shlex
from pathlib import Path

import jax

import gsampler
from gsampler.native import prefixes

NAME = "libgsampler_jax.so"
HANDLERS = ("gumbel", "categorical", "alias", "soft", "hard", "backward")
OTHER_PLATFORMS = ("CUDA", "ROCM")


def target(handler: str) -> str:
    """The name under which XLA knows a handler."""
    return f"gsampler_{handler}"


def build_command(directories: list[Path]) -> str:
    """What builds the library: beside that for C, where there is one, else where it is looked for first."""
    built = [path for path in directories if (path / "lib" / "libgsampler.so.1").exists()]
    return f"python native/build.py --prefix {shlex.quote(str((built or directories)[0]))} --jax"


def load() -> ctypes.CDLL:
    """The library of this release, and its handlers registered."""
    directories = prefixes()
    command = build_command(directories)
    how = f"build it in a clone of gsampler, with the Python that has JAX: {command}"
    found = [path for directory in directories if (path := directory / "lib" / NAME).exists()]
    if not found:
        looked = " or ".join(str(directory / "lib") for directory in directories)
        raise ImportError(
            f"gsampler.jax needs {NAME}, which is not in {looked}: {how}; or say where it was installed by the "
            "environment variable GSAMPLER_PREFIX, such as GSAMPLER_PREFIX=~/.local"
        )
    try:
        loaded = ctypes.CDLL(str(found[0]))
        stream = loaded.gs_stream_version()
    except (OSError, AttributeError) as error:
        raise ImportError(f"{found[0]} cannot be loaded ({error}): {how}") from error
    if stream != gsampler.STREAM_VERSION:
        raise ImportError(
            f"{found[0].parent} has the library of stream version {stream}, but gsampler draws stream version "
            f"{gsampler.STREAM_VERSION}: build it anew, without --jax first: {command}"
        )
    try:
        for name in HANDLERS:
            handler = getattr(loaded, f"gs_jax_{name}")
            jax.ffi.register_ffi_target(target(name), jax.ffi.pycapsule(handler), platform="cpu")
            for platform in OTHER_PLATFORMS:
                elsewhere = jax.ffi.pycapsule(loaded.gs_jax_elsewhere)
                jax.ffi.register_ffi_target(target(name), elsewhere, platform=platform)
    except Exception as error:  # of XLA, whose interface is another than that of the JAX it was built with
        raise ImportError(f"JAX {jax.__version__} does not take {found[0]} ({error}): {how}") from error
    return loaded


LIBRARY = load()
