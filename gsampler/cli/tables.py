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
    """Rows of numbers from a file, shape (rows, k); from text, also the names of columns and the lines of rows.

    ``has_index`` says that a first column, which labels the rows, was left out; ``warning`` what may be a mistake.
    """

    origin: str
    values: Array
    names: list[str] | None = None
    lines: Sequence[int] | None = None
    has_index: bool = False
    warning: str | None = None

    def where(self, row: int) -> str:
        """Where a row is: the line of a text, else its index."""
        if self.lines is not None:
            return f" in line {self.lines[row]}"
        return f" in row {row}" if len(self.values) > 1 else ""

    def where_value(self, row: int, index: int) -> str:
        """Where a number is: line and column of a text, both from 1 on as editors have them, else its indices."""
        if self.lines is None:
            return f" at category {index}{self.where(row)}"
        name = "" if self.names is None else f" ({self.names[index]})"
        return f"{self.where(row)}, column {index + 1 + self.has_index}{name}"

    def category(self, index: int) -> str:
        return str(index) if self.names is None else self.names[index]


def read_table(path: str, key: str | None, index: bool | None = None) -> Table:
    """The table in a file; ``index`` says whether the first column of text labels the rows (None: by its header)."""
    origin = "standard input" if path == "-" else path
    try:
        with _opened(path) as file:
            table = _read_any(file, origin, key, index)
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


def _read_any(file: BinaryIO, origin: str, key: str | None, index: bool | None) -> Table:
    if not (file.seekable() and file.tell() == 0):
        file = io.BytesIO(file.read())
    magic = file.read(6)
    file.seek(0)
    if index and (magic[:2] == b"PK" or magic == b"\x93NUMPY"):
        raise BadInputError(f"--index must only be given for text, got an array in {origin}")
    if magic[:2] == b"PK":
        return Table(origin, _read_npz(file, origin, key))
    if key is not None:
        raise BadInputError(f"--key must only be given for a .npz file, got {key!r} for {origin}")
    if magic == b"\x93NUMPY":
        with _readable(origin):
            return Table(origin, _real(np.load(file, allow_pickle=False), origin))
    return _read_text(file, origin, index)


def _read_npz(file: BinaryIO, origin: str, key: str | None) -> Array:
    with _readable(origin), np.load(file, allow_pickle=False) as archive:
        names = archive.files
        listed = ", ".join(names)
        if not names:
            raise BadInputError(f"{origin} must hold an array, got an archive without any")
        if key is None and len(names) != 1:
            raise BadInputError(f"{origin} holds {len(names)} arrays ({listed}): choose one with --key NAME")
        if key is not None and key not in names:
            raise BadInputError(f"--key must be the name of an array in {origin} ({listed}), got {key!r}")
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
UNNAMED = ("", "Unnamed: 0")  # how pandas heads an index: as written, and once read and written again


def _read_text(file: BinaryIO, origin: str, index: bool | None) -> Table:
    lines = _lines(file, origin)
    number, line = next(lines, (0, ""))
    if not line:
        raise BadInputError(f"{origin} must hold numbers, got nothing")
    unnamed = index is not False and _is_index_header(line)
    skip = int(unnamed or index is True)  # columns that are not numbers
    header = None
    if unnamed or _separator(line, skip) is None:  # not numbers, so names
        header = number, line
        number, line = next(lines, (number, line))
    separator = _separator(line, skip)
    if separator is None or header == (number, line):
        likely = next(s for s in SEPARATORS if s in line)
        raise _not_a_number(origin, number, _fields(line, likely)[skip:], bool(skip))
    names = None if header is None else _names(origin, *header, separator, unnamed or index is False)
    values, line_numbers = array("d"), [number]
    first = _fields(line, separator)
    numbered = first[0].strip() == "0"  # the first column counts the rows
    k = _append(values, origin, number, first[skip:], bool(skip))
    for number, line in lines:
        fields = _fields(line, separator)
        found = _append(values, origin, number, fields[skip:], bool(skip))
        if found != k:
            raise BadInputError(
                f"{origin}: line {number} must hold {k} numbers, as line {line_numbers[0]} does, got {found}"
            )
        numbered = numbered and fields[0].strip() == str(len(line_numbers))
        line_numbers.append(number)
    if names is not None and skip and len(names) == k + 1:
        del names[0]
    if names is not None and len(names) != k:
        hint = "; --index, if the first column labels the rows" if index is None and len(names) == k - 1 else ""
        raise BadInputError(
            f"{origin}: line {line_numbers[0]} must hold {len(names)} numbers, one a name, got {k}{hint}"
        )
    warning = None
    if index is None and not skip:
        warning = _doubt(origin, names, first, len(line_numbers), numbered)
    table = np.frombuffer(values, np.float64).reshape(-1, k)
    return Table(origin, table, names, line_numbers, bool(skip), warning)


def _is_index_header(line: str) -> bool:
    """Whether a first line names columns but the first, as that of a data frame's index."""
    for separator in SEPARATORS[:-1]:
        first, *names = (field.strip() for field in _fields(line, separator))
        if separator in line and first in UNNAMED and all(names):
            numbers = [name for name in names if _number(name) is not None]
            return not numbers or (len(numbers) == len(names) and all(map(str.isdecimal, names)))
    return False


def _doubt(origin: str, names: list[str] | None, first: list[str], rows: int, numbered: bool) -> str | None:
    """What to say of a table whose first column may number the rows, or whose first line the columns."""
    choice = "say --index if it does, or --no-index if it is a category"
    if numbered and len(first) > 1:
        if rows >= (2 if names is None else 3):
            return f"the first column of {origin} counts 0, 1, ... as one that numbers the rows does: {choice}"
        if rows == 1 and names is None and not any(field.strip().isdecimal() for field in first[1:]):
            return f"the only row of {origin} begins with the integer 0, which may number the row: {choice}"
    if names is None and rows > 1 and len(first) > 2 and all(f.strip() == str(i) for i, f in enumerate(first)):
        return f"the first line of numbers in {origin} counts 0, 1, 2, ...: if it names the categories, delete it"
    return None


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


def _separator(line: str, skip: int) -> str | None:
    """What separates the numbers of a line, after so many labels; None where it is not a line of numbers."""
    for separator in SEPARATORS:
        if separator in line:
            numbers = _fields(line, separator)[skip:]
            if numbers and all(_number(field) is not None for field in numbers):
                return separator
    return None


def _names(origin: str, number: int, line: str, separator: str, may_be_numbers: bool) -> list[str]:
    names = [name.strip() for name in _fields(line, separator)]
    if names[:2] == ["", ""]:
        raise BadInputError(f"{origin}: line {number} must leave at most one column without a name, got two")
    if not may_be_numbers and any(_number(name) is not None for name in names):
        raise _not_a_number(origin, number, names, True)
    return names


def _append(values: array[float], origin: str, number: int, fields: list[str], is_indexed: bool) -> int:
    """Add the numbers of a line; return how many."""
    try:
        if "_" in "".join(fields):  # float would take 1_000
            raise ValueError
        values.extend(map(float, fields))
    except ValueError:
        raise _not_a_number(origin, number, fields, is_indexed) from None
    return len(fields)


def _not_a_number(origin: str, line: int, fields: list[str], is_indexed: bool) -> BadInputError:
    # a first line may be all numbers by one separator and none by another: then its first field is named
    found = next((field for field in fields if _number(field) is None), fields[0]).strip()
    shown = "nothing between two separators" if not found else repr(found if len(found) <= 40 else found[:40] + "...")
    labels = (
        not is_indexed
        and len(fields) > 1
        and _number(fields[0]) is None
        and all(_number(field) is not None for field in fields[1:])
    )
    hint = "; --index leaves out a first column that labels the rows" if labels else ""
    return BadInputError(f"{origin}: line {line} must hold numbers, got {shown}{hint}")
