"""The command line: ``gsampler sample`` draws from distributions in a file, ``gsampler info`` says what it runs on.

Numba and tqdm are imported by what needs them, so that ``--help`` and errors of usage come at once.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import os
import platform
import secrets
import shutil
import signal
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

import gsampler as gs
from gsampler import categorical as categories
from gsampler import checks
from gsampler.generator import END
from gsampler.threads import PARALLEL

KINDS = ("logits", "probabilities", "counts")
SUM_TOLERANCE = 1e-6  # how far from 1 the sum of probabilities may be
CHUNK_VALUES = 2**20  # indices drawn and written at a time
CHUNK_WORK = 2**27  # noise drawn at a time by Gumbel-Max, for a progress bar that moves
LABELS = 2**16  # categories up to which their decimal numbers are kept
LEAST_EXPECTED = 5.0  # Cochran's rule: cells expected fewer times are pooled
EXACT_TAIL = 200  # degrees of freedom up to which the tail of chi-square is summed
FIT_BLOCK = 2**20  # values compared with their expectation at a time

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class BadInputError(Exception):
    """Arguments or data that cannot be used: exit status 2."""


class FailedError(Exception):
    """Something outside the program that went wrong: exit status 1."""


class PipeClosedError(Exception):
    """Nobody reads standard output any more: exit status 0."""


class Interrupted(BaseException):
    """A signal asked the program to stop: exit status 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.progress = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name. By default those of the process.

    Returns
    -------
    int
        Exit status: 0; 2 for arguments or data that cannot be used; 1 where output cannot be written or memory is
        short; 128 + n where signal n stopped it, so 130 for Ctrl-C.
    """
    try:
        with _Signals() as signals:
            return _dispatch(argv, signals)
    except Interrupted as stop:
        _say(f"gsampler: stopped by {signal.Signals(stop.number).name}{stop.progress}")
        return 128 + stop.number
    except PipeClosedError:
        return 0
    except BadInputError as error:
        _say(f"gsampler: error: {error}")
        return 2
    except FailedError as error:
        _say(f"gsampler: error: {error}")
    except MemoryError as error:
        _say(f"gsampler: error: not enough memory{f': {error}' if str(error) else ''}")
    return 1


def _dispatch(argv: Sequence[str] | None, signals: _Signals) -> int:
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    command: Callable[[argparse.Namespace, _Signals], None] = arguments.command
    command(arguments, signals)
    return 0


def _say(line: str) -> None:
    """One line on standard error, if anyone listens."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr, flush=True)


class _Signals:
    """Turns signals that ask for an end into `Interrupted`, so that what was begun is cleared away.

    An exception is lost where C code called Python, as LLVM does while it compiles; so long work asks `check` too.
    """

    def __enter__(self) -> _Signals:
        self.received = 0
        self.before: dict[int, Any] = {}
        self.report_lost = sys.unraisablehook
        if threading.current_thread() is threading.main_thread():
            sys.unraisablehook = self.lost
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self.before[number] = signal.signal(number, self.stop)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
        if sys.unraisablehook == self.lost:
            sys.unraisablehook = self.report_lost

    def stop(self, number: int, frame: object) -> None:
        if not self.received:  # a second one must not interrupt the clearing away
            self.received = number
            self.check()

    def check(self) -> None:
        """Raise `Interrupted` if there was such a signal."""
        if self.received:
            raise Interrupted(self.received)

    def lost(self, unraisable: Any) -> None:
        if unraisable.exc_type is not Interrupted:
            self.report_lost(unraisable)


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere: to write it at exit would fail, or wait for one who reads no more."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


# --- arguments ----------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInputError(f"{message.removeprefix('argument ')} (see {self.prog} --help)")


def _integer(option: str, least: int, most: int, shown: str) -> Callable[[str], int]:
    """The type of an option: an integer, which may be written 1000000, 1_000_000 or 1e6."""

    def convert(text: str) -> int:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or not least <= number <= most or number != number.to_integral_value():
            raise BadInputError(f"{option} must be an integer from {least} to {shown}, got {text!r}")
        return int(number)

    return convert


def _parser() -> _Parser:
    parser = _Parser(
        prog="gsampler", description="Exact, fast sampling of discrete distributions on CPUs.", allow_abbrev=False
    )
    parser.add_argument(
        "--version", action="version", version=f"gsampler {gs.__version__} (stream version {gs.STREAM_VERSION})"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_sample(commands)
    info = commands.add_parser(
        "info", help="versions, processor, threads, cache", description="Say what gsampler runs on.", allow_abbrev=False
    )
    info.add_argument("--json", action="store_true", help="print it as one JSON object")
    info.set_defaults(command=_info)
    return parser


SAMPLE = """\
Draw from the distributions in INPUT, one a row, and write the indices of the
categories drawn, from 0 on.

The draws depend on INPUT, --kind, --method, --seed, --stream and --offset, and
on nothing else: not on --chunk, --threads or the machine. The last lines on
standard error tell how to repeat a run and how to continue it."""

INPUT_FORMS = """\
INPUT is recognised by its contents. A .npy or .npz file holds one array of
real numbers, (categories,) or (rows, categories). Text holds a row a line,
numbers separated by commas, semicolons, tabs or blanks; a first line without
any number names the categories; empty lines and lines that begin with # are
passed over. The result is an int64 array, (draws,) for one row and
(draws, rows) for several. As text, it is a line a draw.

A file is put under its name when it is complete, or not at all. Exit status:
0 done; 1 output cannot be written, or memory is short; 2 bad arguments or
data; 130 after Ctrl-C."""


def _add_sample(commands: Any) -> None:
    parser = commands.add_parser(
        "sample",
        help="draw categories from the distributions in a file",
        description=SAMPLE,
        epilog=INPUT_FORMS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=_sample)
    parser.add_argument("input", metavar="INPUT", help=".npy, .npz or text file; - for standard input")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        help="what the numbers are: logits, unnormalised log-probabilities where -inf is never drawn (the default); "
        "probabilities, rows that add up to 1; counts, or any weights: numbers from 0 on",
    )
    parser.add_argument("--key", metavar="NAME", help="which array of a .npz file, where it holds several")
    draws = _integer("--draws", 0, 2**62, "2**62")
    parser.add_argument("--draws", type=draws, default=1, metavar="N", help="draws from each row (default 1)")
    parser.add_argument(
        "--method",
        choices=tuple(sorted(checks.METHODS)),
        default="alias",
        help="alias (the default) and inverse-cdf use two words of the stream a draw, gumbel-max one or two a category",
    )
    place = parser.add_argument_group("place in the stream")
    seed, stream = (_integer(option, 0, 2**64 - 1, "2**64 - 1") for option in ("--seed", "--stream"))
    place.add_argument("--seed", type=seed, metavar="N", help="default: a fresh one, reported")
    place.add_argument("--stream", type=stream, default=0, metavar="N", help="such as a job's number (default 0)")
    place.add_argument(
        "--offset",
        type=_integer("--offset", 0, END, "2**64"),
        default=0,
        metavar="WORDS",
        help="words of 32 bits to pass over (default 0); each run tells the offset that continues it",
    )
    output = parser.add_argument_group("output")
    output.add_argument("--out", default="-", metavar="PATH", help=".npy or .csv file; - for standard output (default)")
    output.add_argument("--format", choices=("npy", "csv"), help="default: by the end of PATH; csv on standard output")
    output.add_argument("--names", action="store_true", help="write the names of categories, not their indices (csv)")
    output.add_argument("--quiet", action="store_true", help="nothing on standard error but warnings and errors")
    output.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a progress bar after a second (default: where standard error is a terminal)",
    )
    work = parser.add_argument_group("work; results never depend on it")
    threads = _integer("--threads", 1, 2**31, "the number of cores")
    work.add_argument("--threads", type=threads, metavar="N", help="default: one a core")
    work.add_argument(
        "--chunk",
        type=_integer("--chunk", 1, 2**62, "2**62"),
        metavar="DRAWS",
        help="draws held in memory at a time (default: about a million values)",
    )


# --- input --------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """Rows of numbers from a file, shape (rows, k); from text, also the names of columns and the lines of rows."""

    origin: str
    values: Array
    names: list[str] | None = None
    lines: Sequence[int] | None = None

    def where(self, row: int) -> str:
        place = f" in row {row}" if len(self.values) > 1 else ""
        return place + (f" (line {self.lines[row]})" if self.lines is not None else "")

    def category(self, index: int) -> str:
        return str(index) if self.names is None else self.names[index]


def _read(path: str, key: str | None) -> Table:
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
        return checks.real(values, origin)
    except (TypeError, ValueError) as error:
        raise BadInputError(str(error)) from None


SEPARATORS = (";", ",", "\t", None)  # None: blanks


def _read_text(file: BinaryIO, origin: str) -> Table:
    lines = _lines(file, origin)
    number, line = next(lines, (0, ""))
    if not line:
        raise BadInputError(f"{origin} must hold numbers, got nothing")
    header = None
    if _separator(line) is Ellipsis:  # not numbers, so names
        header = number, line
        number, line = next(lines, (number, line))
    separator = _separator(line)
    if separator is Ellipsis:
        raise _not_a_number(origin, number, _fields(line, _likely(line)))
    names = None if header is None else _names(origin, *header, separator)
    values, places = array("d"), [number]
    k = _append(values, origin, number, line, separator)
    for number, line in lines:
        found = _append(values, origin, number, line, separator)
        if found != k:
            raise BadInputError(f"{origin}: line {number} must hold {k} numbers, as line {places[0]} does, got {found}")
        places.append(number)
    if names is not None and len(names) != k:
        raise BadInputError(f"{origin}: line {places[0]} must hold {len(names)} numbers, one a name, got {k}")
    return Table(origin, np.frombuffer(values, np.float64).reshape(-1, k), names, places)


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


def _fields(line: str, separator: str | None) -> list[str]:
    if separator is None:
        fields = line.split()
        return [f[1:-1] if len(f) > 1 and f[0] == f[-1] == '"' else f for f in fields] if '"' in line else fields
    if '"' in line:
        with suppress(csv.Error):
            return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)


def _separator(line: str) -> Any:
    """What separates the numbers of a line, None for blanks; Ellipsis where it is not a line of numbers."""
    for separator in SEPARATORS:
        if separator is None or separator in line:
            fields = _fields(line, separator)
            if all(_number(field) is not None for field in fields):
                return separator
    return Ellipsis


def _likely(line: str) -> str | None:
    return next((s for s in SEPARATORS if s is not None and s in line), None)


def _names(origin: str, number: int, line: str, separator: str | None) -> list[str]:
    names = [name.strip() for name in _fields(line, separator)]
    if any(_number(name) is not None for name in names):
        raise _not_a_number(origin, number, names)
    return names


def _append(values: array[float], origin: str, number: int, line: str, separator: str | None) -> int:
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
    found = next(field for field in fields if _number(field) is None).strip()
    shown = "nothing between two separators" if not found else repr(found if len(found) <= 40 else found[:40] + "...")
    return BadInputError(f"{origin}: line {line} must hold numbers, got {shown}")


# --- distributions ------------------------------------------------------------------------------------------


def _logits(table: Table, kind: str) -> Array:
    """The rows as logits; raises for the first value that the kind does not allow."""
    given = table.values
    if kind == "logits":
        logits: npt.NDArray[np.float32 | np.float64] = np.ascontiguousarray(given, checks.computed_in(given))
        _check_values(table, kind, logits < np.inf, "finite or -inf")
        _check_rows(table, kind, logits.max(axis=1) > -np.inf, "have a category above -inf", lambda row: "only -inf")
        return logits
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(given, np.float64)
        sums = values.sum(axis=1)
    _check_values(table, kind, (values >= 0) & (values < np.inf), "finite and not negative")
    if kind == "counts":
        good, rule = (sums > 0) & (sums < np.inf), "have a positive and finite sum"
    else:
        good, rule = (
            np.abs(sums - 1) <= SUM_TOLERANCE,
            f"add up to 1 within {SUM_TOLERANCE:g} (any weights are --kind counts)",
        )
    _check_rows(table, kind, good, rule, lambda row: str(sums[row]))
    return categories.logarithm(values)


def _check_values(table: Table, kind: str, good: npt.NDArray[np.bool_], rule: str) -> None:
    if not good.all():
        row, category = divmod(int(np.argmin(good)), good.shape[1])
        found = f"{table.values[row, category]} at category {table.category(category)}{table.where(row)}"
        raise BadInputError(f"{kind} must be {rule}, got {found}")


def _check_rows(table: Table, kind: str, good: npt.NDArray[np.bool_], rule: str, found: Callable[[int], str]) -> None:
    if not good.all():
        row = int(np.argmin(good))
        raise BadInputError(f"{kind} must {rule}, got {found(row)}{table.where(row)}")


def _suspicion(given: Array) -> str | None:
    """The kind that numbers look like, if not logits."""
    values = np.asarray(given, np.float64)
    if not values.size or values.min() < 0:
        return None
    with np.errstate(over="ignore"):
        sums = values.sum(axis=1)
    if (np.abs(sums - 1) <= SUM_TOLERANCE).all():
        return "probabilities"
    return "counts" if (sums > 0).all() and (values == np.rint(values)).all() else None


def _probabilities(values: Array, kind: str) -> Floats:
    """What the rows say the probabilities are, by NumPy alone."""
    weights = np.asarray(values, np.float64)
    if kind == "logits":
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    result: Floats = weights / weights.sum(axis=1, keepdims=True)
    return result


# --- output -------------------------------------------------------------------------------------------------


def _output_format(arguments: argparse.Namespace) -> str:
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
def _written(path: str) -> Iterator[BinaryIO]:
    """What to write to: a file takes its name, and the place of an older one, when it is complete."""
    where = "standard output" if path == "-" else path
    try:
        if path == "-" and sys.stdout is None:
            raise OSError("it is closed")
        elif path == "-":
            try:
                yield sys.stdout.buffer
                sys.stdout.buffer.flush()
            except (OSError, Interrupted):
                _abandon_stdout()
                raise
        elif _is_device(path):
            with open(path, "wb") as file:
                yield file
        else:
            with _replacing(Path(os.path.realpath(path))) as file:
                yield file
    except BrokenPipeError:
        if path == "-":
            raise PipeClosedError from None
        raise FailedError(f"cannot write {where}: nobody reads it any more") from None
    except OSError as error:
        raise FailedError(f"cannot write {where}: {error.strerror or error}") from None


def _is_device(path: str) -> bool:
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


def _npy_header(shape: tuple[int, ...]) -> bytes:
    header = io.BytesIO()
    description = np.lib.format.dtype_to_descr(np.dtype(np.int64))
    np.lib.format.write_array_header_1_0(header, {"descr": description, "fortran_order": False, "shape": shape})
    return header.getvalue()


def _labels(table: Table, names: bool) -> Callable[[int], str]:
    if names:
        if table.names is None:
            raise BadInputError(
                f"--names must go with a first line of INPUT that names the categories, got {table.origin}"
            )
        return list(map(_quoted, table.names)).__getitem__
    k = table.values.shape[1]
    return [str(i) for i in range(k)].__getitem__ if k <= LABELS else str


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if any(c in name for c in ',"') or not name else name


def _text(index: Integers, label: Callable[[int], str]) -> bytes:
    if index.shape[1] == 1:
        lines = map(label, index.ravel().tolist())
    else:
        lines = map(",".join, (map(label, row) for row in index.tolist()))
    return ("\n".join(lines) + "\n").encode()


# --- gsampler sample ----------------------------------------------------------------------------------------


@dataclass
class Run:
    """What is drawn, and from where in the stream."""

    logits: Array  # (rows, k)
    method: str
    draws: int
    seed: int
    stream: int
    offset: int

    def __post_init__(self) -> None:
        self.words = categories.words_used(self.method, self.logits, 1)  # of a draw from every row
        wide = self.method != "gumbel-max" or self.logits.dtype == np.float64
        self.start = self.offset + (self.offset % 2 if wide and self.words and self.draws else 0)
        self.stop = self.start + self.draws * self.words
        if self.stop > END:
            needed = self.stop - self.start
            raise BadInputError(f"--offset must leave {needed} words to the end of the stream, got {self.offset}")
        self.source: Any = self.logits

    def prepare(self) -> None:
        """Everything that is done once: compiling, starting threads, making tables."""
        rows, k = self.logits.shape
        work = self.draws * rows * (k if self.method == "gumbel-max" else 1)
        gs.Generator(0).categorical(np.zeros(2, self.logits.dtype), size=min(work, PARALLEL), method=self.method)
        if self.method == "alias":
            self.source = gs.AliasTable(self.logits)

    def chunk(self) -> int:
        """Draws at a time that keep memory small and every chunk short."""
        rows, k = self.logits.shape
        # without a table that is kept, sums are made again for every chunk
        values = max(CHUNK_VALUES, rows * k) if self.method == "inverse-cdf" else CHUNK_VALUES
        work = CHUNK_WORK // k if self.method == "gumbel-max" else values
        return int(max(1, min(values, work) // max(rows, 1)))

    def draw(self, first: int, out: Integers) -> None:
        """Draws ``first .. first + len(out)``, the same ones however the run is cut."""
        rng = gs.Generator(self.seed, self.stream, self.start + first * self.words)
        rng.categorical(self.source, size=len(out), method=self.method, out=out)


def _sample(arguments: argparse.Namespace, signals: _Signals) -> None:
    began = time.perf_counter()
    form = _output_format(arguments)
    with _threads(arguments.threads):
        table = _read(arguments.input, arguments.key)
        kind = arguments.kind or "logits"
        label = _labels(table, arguments.names)
        logits = _logits(table, kind)
        _warn(table, arguments.kind is not None)
        seed = gs.Generator(arguments.seed).seed
        run = Run(logits, arguments.method, arguments.draws, seed, arguments.stream, arguments.offset)
        run.prepare()
        signals.check()
        observed = np.zeros(table.values.shape, np.int64)
        seconds = _write(run, arguments, form, label, observed, signals)
        if not arguments.quiet:
            _report(run, table, kind, observed, seconds, began)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Use so many threads, for a while."""
    if count is None:
        yield
        return
    before = gs.get_num_threads()
    try:
        gs.set_num_threads(count)
    except ValueError as error:
        raise BadInputError(f"--threads{str(error).removeprefix('n')}") from None
    try:
        yield
    finally:
        gs.set_num_threads(before)


def _warn(table: Table, kind_given: bool) -> None:
    kind = _suspicion(table.values)
    if kind is not None and not kind_given:
        _say(
            f"gsampler: warning: the numbers in {table.origin} look like {kind} and are taken for logits; "
            f"say --kind {kind}, or --kind logits if that is right"
        )
    rows, k = table.values.shape
    if k == 1 and rows > 1:
        _say(
            f"gsampler: warning: {table.origin} has {rows} rows of one category; a distribution is a row, not a column"
        )


def _write(
    run: Run,
    arguments: argparse.Namespace,
    form: str,
    label: Callable[[int], str],
    observed: Integers,
    signals: _Signals,
) -> float:
    """Draw and write everything; count what is drawn into ``observed``; return the seconds that drawing took."""
    rows, k = observed.shape
    draws, seconds, done = run.draws, 0.0, 0
    chunk = min(arguments.chunk or run.chunk(), max(draws, 1))
    buffer = np.empty((chunk, rows), np.int64)
    first_cell, cells = np.arange(rows) * k, observed.reshape(-1)
    fate = "" if arguments.out == "-" or _is_device(arguments.out) else f"; {arguments.out} was not written"
    try:
        with _written(arguments.out) as file, _bar(arguments, draws) as advance:
            if form == "npy":
                file.write(_npy_header((draws,) if rows == 1 else (draws, rows)))
            while done < draws:
                index = buffer[: min(chunk, draws - done)]
                began = time.perf_counter()
                run.draw(done, index)
                seconds += time.perf_counter() - began
                file.write(index.reshape(-1).data if form == "npy" else _text(index, label))
                np.add.at(cells, index.ravel() if rows == 1 else (index + first_cell).ravel(), 1)
                done += len(index)
                advance(len(index))
                signals.check()
        fate = ""
    except Interrupted as stop:
        stop.progress = f" after {done} of {draws} draws{fate}"
        raise
    return seconds


@contextmanager
def _bar(arguments: argparse.Namespace, draws: int) -> Iterator[Callable[[int], object]]:
    shown = arguments.progress
    if shown is None:
        to_terminal = arguments.out == "-" and sys.stdout.isatty()  # where it would stand amid the draws
        shown = not arguments.quiet and not to_terminal and sys.stderr is not None and sys.stderr.isatty()
    if not shown:
        yield lambda count: None
        return
    from tqdm import tqdm

    with tqdm(total=draws, unit="draw", unit_scale=True, delay=1, leave=False, file=sys.stderr) as bar:
        yield bar.update


def _report(run: Run, table: Table, kind: str, observed: Integers, seconds: float, began: float) -> None:
    rows, k = observed.shape
    samples = run.draws * rows
    rate = f", {_si(samples / seconds)} a second" if samples and seconds > 0 else ""
    how = f"{run.method}, {_plural(gs.get_num_threads(), 'thread')}"
    what = f"{_plural(run.draws, 'draw')} x {_plural(rows, 'row')} of {k} categories"
    _say(f"drew      {what} in {seconds:.3g} s{rate} ({how}); {time.perf_counter() - began:.3g} s in all")
    for line in _compared(table, kind, observed, run.draws):
        _say(line)
    place = f"--seed {run.seed} --stream {run.stream} --offset"
    _say(f"repeat    {place} {run.offset}")
    _say(f"continue  {place} {run.stop}")


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _si(number: float) -> str:
    for unit, name in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return f"{number:.3g}"


# --- observed and expected ----------------------------------------------------------------------------------


@dataclass
class Fit:
    """How well the frequencies of some rows agree with their probabilities; one element a row."""

    statistic: Floats  # Pearson's chi-square
    freedom: Integers  # its degrees of freedom; 0 where nothing can be compared
    pooled: Integers  # categories taken together
    difference: Floats  # largest |observed - expected| frequency
    category: Integers  # where it is
    impossible: Integers  # draws of categories with probability 0


def _fit(observed: Integers, probability: Floats, draws: int) -> Fit:
    """Pearson's test, row by row.

    Categories expected fewer than 5 times are taken together, and if those still are, with the least likely other one.
    """
    seen, expected = observed.astype(np.float64), probability * draws
    differences = np.abs(seen / max(draws, 1) - probability)
    rare = expected < LEAST_EXPECTED
    pool_seen, pool_expected = np.where(rare, seen, 0).sum(axis=1), np.where(rare, expected, 0).sum(axis=1)
    joined = (pool_expected < LEAST_EXPECTED) & ~rare.all(axis=1)
    least = np.argmin(np.where(rare, np.inf, expected), axis=1)
    rows = np.flatnonzero(joined)
    seen[rows, least[rows]] += pool_seen[rows]
    expected[rows, least[rows]] += pool_expected[rows]
    terms = np.zeros_like(expected)
    np.divide((seen - expected) ** 2, expected, out=terms, where=~rare)
    alone = ~joined & (pool_expected >= LEAST_EXPECTED)  # a cell of its own
    pool = np.zeros_like(pool_expected)
    np.divide((pool_seen - pool_expected) ** 2, pool_expected, out=pool, where=alone)
    worst = np.argmax(differences, axis=1)
    return Fit(
        statistic=terms.sum(axis=1) + pool,
        freedom=np.maximum((~rare).sum(axis=1) + alone - 1, 0),
        pooled=(rare & (probability > 0)).sum(axis=1),
        difference=np.take_along_axis(differences, worst[:, None], axis=1)[:, 0],
        category=worst,
        impossible=np.where(probability == 0, observed, 0).sum(axis=1),
    )


def _fits(table: Table, kind: str, observed: Integers, draws: int) -> Fit:
    rows, k = observed.shape
    step = max(1, FIT_BLOCK // k)
    parts = []
    for first in range(0, rows, step):
        block = slice(first, first + step)
        parts.append(_fit(observed[block], _probabilities(table.values[block], kind), draws))
    fields = Fit.__dataclass_fields__
    return Fit(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in fields})


def _tail(statistic: float, freedom: int) -> float:
    """P(chi-square >= statistic): exact, or for many degrees of freedom by the cube root.

    M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 26.4.4, 26.4.5 and 26.4.14.
    """
    if freedom > EXACT_TAIL:
        variance = 2 / (9 * freedom)
        z = ((statistic / freedom) ** (1 / 3) - (1 - variance)) / math.sqrt(variance)
        return math.erfc(z / math.sqrt(2)) / 2
    half = statistic / 2
    if half == 0:
        return 1.0
    a, tail = (0.5, math.erfc(math.sqrt(half))) if freedom % 2 else (1.0, math.exp(-half))
    while 2 * a < freedom:  # Q(a + 1, x) = Q(a, x) + x^a exp(-x) / gamma(a + 1)
        tail += math.exp(a * math.log(half) - half - math.lgamma(a + 1))
        a += 1
    return min(tail, 1.0)


def _compared(table: Table, kind: str, observed: Integers, draws: int) -> Iterator[str]:
    """What to say of observed and expected frequencies."""
    rows = len(observed)
    if not draws or not rows:
        yield "compared  nothing: nothing was drawn"
        return
    fit = _fits(table, kind, observed, draws)
    tested = np.flatnonzero(fit.freedom > 0)
    at = int(np.argmax(fit.difference))
    where = f"category {table.category(int(fit.category[at]))}" + (f" of row {at}" if rows > 1 else "")
    seen = int(observed[at, fit.category[at]]) / draws
    expected = _probabilities(table.values[at : at + 1], kind)[0, fit.category[at]]
    largest = f"frequencies furthest apart at {where}: {seen:.6g} observed, {expected:.6g} expected"
    if not len(tested):
        reason = "fewer than two categories" if rows == 1 else "in no row two categories"
        yield f"compared  {largest}; no chi-square: {reason} expected {LEAST_EXPECTED:g} times"
    elif rows == 1:
        pooled = int(fit.pooled[0])
        note = f", {pooled} rare categories taken together" if pooled > 1 else ""
        yield f"compared  {_chi_square(float(fit.statistic[0]), int(fit.freedom[0]))}{note}; {largest}"
    else:
        total = _chi_square(float(fit.statistic[tested].sum()), int(fit.freedom[tested].sum()))
        tails = [_tail(float(fit.statistic[row]), int(fit.freedom[row])) for row in tested]
        worst = int(tested[int(np.argmin(tails))])
        single = _chi_square(float(fit.statistic[worst]), int(fit.freedom[worst]))
        over = f"over {_plural(len(tested), 'row')}; the worst of them row {worst}: {single}"
        yield f"compared  {total}, {over}; {largest}"
    if fit.impossible.any():
        yield f"compared  {int(fit.impossible.sum())} draws of categories that have probability 0"


def _chi_square(statistic: float, freedom: int) -> str:
    freedoms = f"{freedom} degree{'' if freedom == 1 else 's'} of freedom"
    return f"chi-square {statistic:.5g} on {freedoms}, p = {_tail(statistic, freedom):.2g}"


# --- gsampler info ------------------------------------------------------------------------------------------


def _info(arguments: argparse.Namespace, signals: _Signals) -> None:
    facts = _facts()
    signals.check()
    if arguments.json:
        lines = [json.dumps(facts, indent=2)]
    else:
        width = max(map(len, facts)) + 1
        lines = [f"{name.replace('_', ' ') + ':':<{width}} {value}" for name, value in facts.items()]
    with _written("-") as file:
        file.write("".join(line + "\n" for line in lines).encode())


def _facts() -> dict[str, str | int | bool | None]:
    import llvmlite
    import numba
    from numba.core import codegen

    gs.Generator(0).bits(PARALLEL)  # only a launch decides on the threading layer
    try:
        layer = str(numba.threading_layer())
    except ValueError:
        layer = "none (one thread)"
    config = numba.config
    name = config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = config.CPU_FEATURES if config.CPU_FEATURES is not None else codegen.get_host_cpu_features()
    enabled = {feature[1:] for feature in features.split(",") if feature.startswith("+")}
    return {
        "gsampler": gs.__version__,
        "stream_version": gs.STREAM_VERSION,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "platform": platform.platform(),
        "cpu": _cpu(),
        "llvm_cpu": name,
        "vectors": _vectors(enabled),
        "fma": bool({"fma", "neon"} & enabled),
        "threads": gs.get_num_threads(),
        "threading_layer": layer,
        "cache": _cache_place(),
    }


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


VECTORS = (
    ("avx512f", "AVX-512 (512 bits)"),
    ("avx2", "AVX2 (256 bits)"),
    ("avx", "AVX (256 bits)"),
    ("sse4.2", "SSE4.2 (128 bits)"),
    ("sse2", "SSE2 (128 bits)"),
    ("sve", "SVE"),
    ("neon", "NEON (128 bits)"),
)


def _vectors(features: set[str]) -> str:
    """The widest set of vector instructions among LLVM's features."""
    return next((shown for feature, shown in VECTORS if feature in features), "none known")


def _cache_place() -> str:
    from gsampler.kernels import jit, parallel

    if not jit.CACHE:
        return "none (GSAMPLER_CACHE=0)"
    place = parallel.over.stats.cache_path
    return f"{place} (GSAMPLER_CACHE=0 turns it off)" if place else "none (no directory can be written)"


if __name__ == "__main__":
    sys.exit(main())
