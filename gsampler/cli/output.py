"""What is written, and where to: files that are whole or absent, devices, pipes."""

from __future__ import annotations

import argparse
import io
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gsampler.cli.process import BadInputError, FailedError, Interrupted, PipeClosedError
from gsampler.cli.tables import Table
from gsampler.core.arrays import Indices
from gsampler.core.validation import bytes_text

LABELS = 2**16  # categories up to which their decimal numbers are kept


def output_format(arguments: argparse.Namespace) -> str:
    path, stdout = arguments.out, arguments.out == "-"
    by_name = "csv" if stdout else Path(path).suffix.lower().removeprefix(".")
    chosen = str(arguments.format or by_name)
    if chosen not in ("npy", "csv"):
        raise BadInputError(f"--out must end in .npy or .csv unless --format is given, got {path!r}")
    if stdout and chosen == "npy" and sys.stdout is not None and sys.stdout.isatty():
        raise BadInputError("--format npy must go to a file or a pipe, got a terminal")
    if arguments.names and chosen == "npy":
        raise BadInputError("--names must go with csv output, got npy")
    if not stdout and arguments.input != "-":
        with suppress(OSError):
            if os.path.samefile(path, arguments.input) and os.path.isfile(path):
                raise BadInputError(f"--out must not be INPUT, got {path!r} for both")
    return chosen


@contextmanager
def written(path: str) -> Iterator[BinaryIO]:
    """What to write to: a file takes its name, and replaces an older one, when it is complete."""
    where = "standard output" if path == "-" else path
    try:
        with _opened(path) as file:
            yield file
    except BrokenPipeError:
        if path == "-":
            raise PipeClosedError from None
        raise FailedError(f"cannot write {where}: nobody reads it any more") from None
    except OSError as error:
        raise FailedError(f"cannot write {where}: {error.strerror or error}") from None


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path == "-":
        return _standard_output()
    return open(path, "wb") if is_device(path) else _replacing(Path(os.path.realpath(path)))


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    if sys.stdout is None:
        raise OSError("it is closed")
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()  # text that was printed, and the buffer
    except (OSError, Interrupted):
        _abandon_stdout()
        raise


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere: to write it at exit would fail, or wait for one who reads no more."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def is_device(path: str) -> bool:
    """Whether this is there and has no contents to keep: a device or a named pipe."""
    return Path(path).exists() and not Path(path).is_file()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.exists() and not os.access(path, os.W_OK):  # os.replace would not ask
        raise PermissionError(0, "Permission denied")
    partial = path.with_name(f".{path.name[:48]}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, partial)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def output_dtype(arguments: argparse.Namespace, form: str, k: int) -> np.dtype[Any]:
    """The type of integers in the output, which holds the index of each of ``k`` categories."""
    name = arguments.dtype
    if name is None:
        return np.dtype(np.int64)
    if arguments.counts:
        raise BadInputError(f"--dtype must go without --counts, which are int64, got {name}")
    if form == "csv":
        raise BadInputError(f"--dtype must go with npy output, got {name} with csv")
    if name == "auto":
        name = next(f"uint{bits}" for bits in (8, 16, 32, 64) if k <= 2**bits)
    dtype: np.dtype[Any] = np.dtype(name)
    largest = np.iinfo(dtype).max
    if k - 1 > largest:
        raise BadInputError(f"--dtype must hold the indices 0 to {k - 1}, got {name}, which ends at {largest}")
    return dtype


def require_space(path: str, needed: int) -> None:
    """Raise if a file cannot be as large as this where it is to be: better at once than when the disk is full."""
    if path == "-" or is_device(path):
        return
    with suppress(OSError):  # said when it is written
        free = shutil.disk_usage(Path(os.path.realpath(path)).parent).free
        if needed > free:
            raise FailedError(f"cannot write {path}: it takes {bytes_text(needed)}, and {bytes_text(free)} are free")


def npy_header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    header = io.BytesIO()
    description = np.lib.format.dtype_to_descr(dtype)
    np.lib.format.write_array_header_1_0(header, {"descr": description, "fortran_order": False, "shape": shape})
    return header.getvalue()


def npy_data(values: Indices, dtype: np.dtype[Any]) -> memoryview:
    """The bytes of integers in another type, which holds them."""
    return values.astype(dtype, copy=False).reshape(-1).data


def labels(table: Table, names: bool) -> Callable[[int], str]:
    if names:
        if table.names is None:
            raise BadInputError(
                f"--names must go with a first line of INPUT that names the categories, got {table.origin}"
            )
        return list(map(_quoted, table.names)).__getitem__
    k = table.values.shape[1]
    return [str(i) for i in range(k)].__getitem__ if k <= LABELS else str


def header_names(table: Table) -> str:
    """The names of the categories as a line of text."""
    return ",".join(map(_quoted, table.names or ())) + "\n"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if any(c in name for c in ',"') or not name else name


def csv_text(index: Indices, label: Callable[[int], str]) -> bytes:
    if index.shape[1] == 1:
        lines = map(label, index.ravel().tolist())
    else:
        lines = map(",".join, (map(label, row) for row in index.tolist()))
    return ("\n".join(lines) + "\n").encode()
