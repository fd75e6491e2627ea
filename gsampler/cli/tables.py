"""INPUT: a table of numbers from a .npy, .npz or text file."""

from __future__ import annotations

import csv
import io
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gsampler.cli.process import BadInputError
from gsampler.core import validation

Array = npt.NDArray[Any]


@dataclass
class Table:
    """Rows of numbers from a file, shape (rows, k); from text, also the names of columns and the lines of rows."""

    origin: str
    values: Array
    names: list[str] | None = None
    lines: Sequence[int] | None = None

    def where(self, row: int) -> str:
        where = f" in row {row}" if len(self.values) > 1 else ""
        return where + (f" (line {self.lines[row]})" if self.lines is not None else "")

    def category(self, index: int) -> str:
        return str(index) if self.names is None else self.names[index]


def read_table(path: str, key: str | None) -> Table:
    origin = "standard input" if path == "-" else path
    try:
        with _opened(path) as file:
            table = _read_any(file, origin, key)
    except OSError as error:
        raise BadInputError(f"cannot read {origin}: {error.strerror or error}") from None
    shape = table.values.shape
    if len(shape) not in (1, 2):
        raise BadInputError(f"{origin} must hold an array (categories,) or (rows, categories), got shape {shape}")
    if shape[-1] == 0:
        raise BadInputError(f"{origin} must hold at least one category, got shape {shape}")
    table.values = table.values.reshape(-1, shape[-1])
    return table


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path != "-":
        return open(path, "rb")
    if sys.stdin is None:
        raise BadInputError("cannot read standard input: it is closed")
    return nullcontext(sys.stdin.buffer)


def _read_any(file: BinaryIO, origin: str, key: str | None) -> Table:
    if not (file.seekable() and file.tell() == 0):
        file = io.BytesIO(file.read())
    magic = file.read(6)
    file.seek(0)
    if magic[:2] == b"PK":
        return Table(origin, _read_npz(file, origin, key))
    if key is not None:
        raise BadInputError(f"--key must only be given for a .npz file, got {key!r} for {origin}")
    if magic == b"\x93NUMPY":
        with _readable(origin):
            return Table(origin, _real(np.load(file, allow_pickle=False), origin))
    return _read_text(file, origin)


def _read_npz(file: BinaryIO, origin: str, key: str | None) -> Array:
    with _readable(origin), np.load(file, allow_pickle=False) as archive:
        names = archive.files
        listed = ", ".join(names) or "none"
        if key is None and len(names) != 1:
            raise BadInputError(f"{origin} must hold one array, or --key say which, got {len(names)}: {listed}")
        if key is not None and key not in names:
            raise BadInputError(f"--key must be one of the arrays in {origin}, {listed}, got {key!r}")
        return _real(archive[names[0] if key is None else key], origin)


@contextmanager
def _readable(origin: str) -> Iterator[None]:
    """A file that is damaged makes NumPy raise all manner of errors."""
    try:
        yield
    except (BadInputError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise BadInputError(f"{origin} must be a .npy or .npz file of numbers: {reason}") from None


def _real(values: Any, origin: str) -> Array:
    try:
        return validation.as_real(values, origin)
    except (TypeError, ValueError) as error:
        raise BadInputError(str(error)) from None


SEPARATORS = (";", ",", "\t", "")  # the last: blanks


def _read_text(file: BinaryIO, origin: str) -> Table:
    lines = _lines(file, origin)
    number, line = next(lines, (0, ""))
    if not line:
        raise BadInputError(f"{origin} must hold numbers, got nothing")
    header = None
    if _separator(line) is None:  # not numbers, so names
        header = number, line
        number, line = next(lines, (number, line))
    separator = _separator(line)
    if separator is None:
        likely = next(s for s in SEPARATORS if s in line)
        raise _not_a_number(origin, number, _fields(line, likely))
    names = None if header is None else _names(origin, *header, separator)
    values, line_numbers = array("d"), [number]
    k = _append(values, origin, number, line, separator)
    for number, line in lines:
        found = _append(values, origin, number, line, separator)
        if found != k:
            raise BadInputError(
                f"{origin}: line {number} must hold {k} numbers, as line {line_numbers[0]} does, got {found}"
            )
        line_numbers.append(number)
    if names is not None and len(names) != k:
        raise BadInputError(f"{origin}: line {line_numbers[0]} must hold {len(names)} numbers, one a name, got {k}")
    return Table(origin, np.frombuffer(values, np.float64).reshape(-1, k), names, line_numbers)


def _lines(file: BinaryIO, origin: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers from 1 on."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        for number, line in enumerate(text, 1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield number, line.strip("\r\n")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise BadInputError(f"{origin} must be a .npy, .npz or UTF-8 text file, got byte 0x{byte:02x}") from None
    finally:
        with suppress(ValueError):
            text.detach()  # the file is closed by whoever opened it


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _fields(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return line.split(separator or None)
    if not separator:
        return [f[1:-1] if len(f) > 1 and f[0] == f[-1] == '"' else f for f in line.split()]
    with suppress(csv.Error):
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)


def _separator(line: str) -> str | None:
    """What separates the numbers of a line; None where it is not a line of numbers."""
    for separator in SEPARATORS:
        if separator in line and all(_number(field) is not None for field in _fields(line, separator)):
            return separator
    return None


def _names(origin: str, number: int, line: str, separator: str) -> list[str]:
    names = [name.strip() for name in _fields(line, separator)]
    if any(_number(name) is not None for name in names):
        raise _not_a_number(origin, number, names)
    return names


def _append(values: array[float], origin: str, number: int, line: str, separator: str) -> int:
    """Add the numbers of a line; return how many."""
    fields = _fields(line, separator)
    try:
        if "_" in line:  # float would take 1_000
            raise ValueError
        values.extend(map(float, fields))
    except ValueError:
        raise _not_a_number(origin, number, fields) from None
    return len(fields)


def _not_a_number(origin: str, line: int, fields: list[str]) -> BadInputError:
    # a first line may be all numbers by one separator and none by another: then its first field is named
    found = next((field for field in fields if _number(field) is None), fields[0]).strip()
    shown = "nothing between two separators" if not found else repr(found if len(found) <= 40 else found[:40] + "...")
    return BadInputError(f"{origin}: line {line} must hold numbers, got {shown}")
