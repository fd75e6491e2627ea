"""The C library from Python, through cffi, once ``native/build.py`` has installed it.

`Generator` does not need it. It is for programs that test what they do in C, or that cannot wait for Numba's compiler.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Library", "NativeError", "declarations"]

PREFIXES = ("~/.local", sys.prefix, "/usr/local", "/usr")
DTYPES = {
    "float": np.float32,
    "double": np.float64,
    "int64_t": np.int64,
    "uint64_t": np.uint64,
    "uint32_t": np.uint32,
    "uint8_t": np.uint8,
}


class NativeError(ValueError):
    """A function of the library returned a status other than GS_OK, which is the attribute `status`."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def declarations(header: str) -> str:
    """What cffi is to read of gsampler.h: all but the lines of the preprocessor, and what they hide from C."""
    return re.sub(r"^#.*$", "", re.sub(r"^#ifdef __cplusplus$.*?^#endif$", "", header, flags=re.M | re.S), flags=re.M)


def prefixes(prefix: str | os.PathLike[str] | None = None) -> list[Path]:
    """Where to look for the library: `prefix`, or what GSAMPLER_PREFIX says, or the usual directories."""
    given = prefix if prefix is not None else os.environ.get("GSAMPLER_PREFIX")
    return [Path(os.path.expanduser(path)) for path in (PREFIXES if given is None else (given,))]


class Library:
    """libgsampler, loaded: ``library.gumbel_f32(seed, stream, offset, n, out)`` calls ``gs_gumbel_f32``.

    Every function of ``gsampler.h`` is a method, under its name without ``gs_``. Pointers are given as C-contiguous
    arrays of the pointer's type, None for NULL. The GIL is released meanwhile.

    Parameters
    ----------
    prefix : path, optional
        Where the library was installed: holds ``lib/libgsampler.so.1`` and ``include/gsampler.h``. By default what the
        environment variable ``GSAMPLER_PREFIX`` says, or the first that has it of ``~/.local``, ``sys.prefix``,
        ``/usr/local`` and ``/usr``.

    Attributes
    ----------
    ffi, lib
        cffi's own view of the library: ``lib.gs_gumbel_f32``, ``lib.GS_ERROR_NULL``.

    Raises
    ------
    FileNotFoundError
        If there is no library.

    Notes
    -----
    A method raises `NativeError` (a ValueError) for any status but GS_OK, and TypeError or ValueError for an array that
    does not fit its pointer. Sizes are as in C: nobody looks whether arrays have as many elements as the call says.

    Examples
    --------
    >>> import numpy as np
    >>> from gsampler.native import Library
    >>> library = Library()
    >>> out = np.empty(3, np.float32)
    >>> library.gumbel_f32(42, 0, 0, out.size, out)
    >>> out
    array([ 1.0878001 ,  0.45852733, -1.0271881 ], dtype=float32)
    """

    def __init__(self, prefix: str | os.PathLike[str] | None = None) -> None:
        import cffi

        searched = prefixes(prefix)
        found = [path for path in searched if (path / "lib" / "libgsampler.so.1").exists()]
        if not found:
            looked = " or ".join(str(path / "lib") for path in searched)
            raise FileNotFoundError(
                f"there is no libgsampler.so.1 in {looked}: build it with native/build.py, or say where it was "
                "installed, by prefix or the environment variable GSAMPLER_PREFIX, such as GSAMPLER_PREFIX=~/.local"
            )
        self.prefix = found[0]
        text = declarations((self.prefix / "include" / "gsampler.h").read_text())
        self.ffi = cffi.FFI()
        self.ffi.cdef(text)
        self.lib: Any = self.ffi.dlopen(str(self.prefix / "lib" / "libgsampler.so.1"))
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        self._parameters = {
            name: [parameter.strip() for parameter in parameters.split(",") if parameter != "void"]
            for name, parameters in re.findall(r"\bgs_(\w+)\(([^)]*)\);", bare)
        }

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._parameters:
            raise AttributeError(f"gsampler.h declares no function gs_{name}")
        return partial(self._call, name)

    def _call(self, name: str, *given: Any) -> Any:
        function = getattr(self.lib, f"gs_{name}")
        kind = self.ffi.typeof(function)
        parameters = self._parameters[name]
        if len(given) != len(kind.args):
            raise TypeError(f"gs_{name} takes {len(kind.args)} arguments ({', '.join(parameters)}), got {len(given)}")
        passed = [
            self._pointer(value, argument, text) if argument.kind == "pointer" else value
            for value, argument, text in zip(given, kind.args, parameters, strict=True)
        ]
        result = function(*passed)
        if kind.result.kind == "pointer":
            return self.ffi.string(result).decode()
        if kind.result.cname != "int32_t" or name == "get_num_threads":
            return result
        if result != self.lib.GS_OK:
            raise NativeError(f"gs_{name}: {self.strerror(result)}", result)
        return None

    def _pointer(self, value: Any, kind: Any, text: str) -> Any:
        if value is None:
            return self.ffi.NULL
        name, dtype = re.split(r"[ *]", text)[-1], np.dtype(DTYPES[kind.item.cname])
        if not isinstance(value, np.ndarray) or value.dtype != dtype:
            got = f"one of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
            raise TypeError(f"{name} must be an array of {dtype}, got {got}")
        if not value.flags.c_contiguous or not value.flags.aligned:
            raise ValueError(f"{name} must be C-contiguous and aligned, got strides {value.strides}")
        if not value.flags.writeable and "const" not in text:
            raise ValueError(f"{name} must be writeable, got a read-only array")
        return self.ffi.cast(kind, value.ctypes.data)
