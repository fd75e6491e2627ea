"""The arguments of the program and what ``--help`` says of them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import gsampler as gs
from gsampler.categorical import METHODS
from gsampler.cli.kinds import KINDS
from gsampler.cli.process import BadInputError
from gsampler.core.position import END


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInputError(f"{message.removeprefix('argument ')} (see {self.prog} --help)")


def parser() -> Parser:
    """What takes the arguments apart; ``command`` becomes the name of the command."""
    program = Parser(
        prog="gsampler", description="Exact, fast sampling of discrete distributions on CPUs.", allow_abbrev=False
    )
    program.add_argument(
        "--version", action="version", version=f"gsampler {gs.__version__} (stream version {gs.STREAM_VERSION})"
    )
    commands = program.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_sample(commands)
    info = commands.add_parser(
        "info", help="versions, processor, threads, cache", description="Say what gsampler runs on.", allow_abbrev=False
    )
    info.add_argument("--json", action="store_true", help="print it as one JSON object")
    bench = commands.add_parser(
        "bench", help="speed beside MKL, torch, JAX, NumPy", description=BENCH, allow_abbrev=False
    )
    bench.add_argument("rows", nargs="*", metavar="ROW", help="part of the name of a row to measure; by default all")
    bench.add_argument("--list", action="store_true", help="print the names of the rows, and measure nothing")
    bench.add_argument("--quick", action="store_true", help="a tenth of the time, for a first look; no AVX2")
    bench.add_argument("--json", action="store_true", help="print it as one JSON object, when all is measured")
    bench.add_argument(
        "--isa",
        choices=("v3", "v4"),
        help="hold gsampler and its peers to this level of x86-64: v3 has AVX2, v4 AVX-512 too (default: all there is, "
        "and where that is AVX-512 the ratios with AVX2 as well)",
    )
    commands.add_parser("warm", help="compile all kernels ahead, into the cache", description=WARM, allow_abbrev=False)
    _add_demo(commands)
    return program


WARM = """\
Compile every kernel, for float32 and float64, that is not in the cache yet, so
that no later process has to. It takes about a minute; GSAMPLER_CACHE and
NUMBA_CACHE_DIR count as they do for later processes. Exit status: 0 all is
cached; 1 there is no cache directory that may be used, or no room in it."""

BENCH = """\
Measure gsampler beside its peers, as far as they are installed (from a clone:
pip install '.[bench,peers,clients]'): ratios ours / theirs of paired runs in
one process, a process a row, and what calls cost. "must" is what a ratio has to
be, "target" what is aimed at. Where the processor has AVX-512, a last column has
the ratio with AVX2. All of it takes twenty minutes, in which the machine should
do nothing else. A part of a name is a group of rows: "torch", "new array", "all
cores". The C library is measured where GSAMPLER_PREFIX says it was installed."""

DEMO = """\
Run the experiment of the Gumbel-Softmax papers on scikit-learn's handwritten
digits: variational autoencoders and structured output prediction, trained with
each gradient estimator under one protocol. Write the table beside the published
one, figures and an HTML page into a directory. Each trained model is a file
there: a run that was stopped continues where it was. The table depends on
settings and seed, not on the number of jobs. Without --quick or --full it takes
some ten minutes on two cores. Needs pip install '.[demo]'. Exit status: 0
done; 1 a package is missing, or a file cannot be written; 2 bad arguments; 130
after Ctrl-C."""

SAMPLE = """\
Draw from the distributions in INPUT, one a row, and write the indices of the
categories drawn, from 0 on.

The draws depend on INPUT, --kind, --index, --method, --seed, --stream and
--offset, and on nothing else: not on --chunk, --threads or the machine. The last
lines on standard error tell how to repeat a run and how to continue it.

Each method gives a sample of its own. --method auto, the default, follows the
form of the call as rng.categorical does in Python: Gumbel-Max without --draws
(one draw from each row), alias with it, also for --draws 1."""

DTYPES = ("auto", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))

INPUT_FORMS = """\
INPUT is recognised by its contents. A .npy or .npz file holds one array of
real numbers, (categories,) or (rows, categories). Text holds a row a line,
numbers separated by commas, semicolons, tabs or blanks; a first line without
any number names the categories; empty lines and lines that begin with # are
passed over. A first column whose name is empty, as DataFrame.to_csv() writes,
is the index of the rows and no category: it is left out, and a note says so.

The result is an array of integers, (draws,) for one row and (draws, rows) for
several, int64 unless --dtype says otherwise. As text, it is a line a draw.
With --counts it is an int64 array, (categories,) or (rows, categories); as
text a line a row, after a line of names with --names.

A file is put under its name when it is complete, or not at all. Exit status:
0 done; 1 output cannot be written, or memory is short; 2 bad arguments or
data; 130 after Ctrl-C; 141 if the reader of a pipe stopped reading."""


def _add_sample(commands: Any) -> None:
    parser = commands.add_parser(
        "sample",
        help="draw categories from the distributions in a file",
        description=SAMPLE,
        epilog=INPUT_FORMS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("input", metavar="INPUT", help=".npy, .npz or text file; - for standard input")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        help="what the numbers are: logits, unnormalised log-probabilities where -inf is never drawn (the default); "
        "probabilities, rows that add up to 1; counts, or any weights: numbers from 0 on",
    )
    parser.add_argument("--key", metavar="NAME", help="which array of a .npz file, where it holds several")
    parser.add_argument(
        "--index",
        action=argparse.BooleanOptionalAction,
        help="whether the first column of text labels the rows and is left out (default: if its name is empty)",
    )
    draws = _integer("--draws", 0, 2**62, "2**62")
    parser.add_argument("--draws", type=draws, metavar="N", help="draws from each row (default 1)")
    parser.add_argument(
        "--method",
        choices=("auto", *sorted(METHODS)),
        default="auto",
        help="auto (the default): gumbel-max without --draws, alias with it. A draw by alias or inverse-cdf uses two "
        "words of the stream; one by gumbel-max uses one (float32) or two (float64) for each category",
    )
    position = parser.add_argument_group("position in the stream")
    seed, stream = (_integer(option, 0, 2**64 - 1, "2**64 - 1") for option in ("--seed", "--stream"))
    position.add_argument("--seed", type=seed, metavar="N", help="default: a fresh one, reported")
    position.add_argument("--stream", type=stream, default=0, metavar="N", help="such as a job's number (default 0)")
    position.add_argument(
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
    output.add_argument("--counts", action="store_true", help="write how often each category was drawn, not the draws")
    output.add_argument(
        "--dtype",
        choices=DTYPES,
        metavar="TYPE",
        help="type of the indices in npy output: int8 to int64, uint8 to uint64, or auto, the smallest unsigned one "
        "that holds every index (default int64, as in Python)",
    )
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


def _add_demo(commands: Any) -> None:
    parser = commands.add_parser(
        "demo", help="the experiment of the papers: table and figures", description=DEMO, allow_abbrev=False
    )
    length = parser.add_mutually_exclusive_group()
    for name, told in (
        ("quick", "few epochs, under two minutes"),
        ("full", "many epochs and repetitions, an hour or two"),
    ):
        length.add_argument(f"--{name}", dest="setting", action="store_const", const=name, help=told)
    parser.set_defaults(setting="standard")
    parser.add_argument("--out", default="report", metavar="DIRECTORY", help="where to write (default report)")
    seed = _integer("--seed", 0, 2**64 - 1, "2**64 - 1")
    parser.add_argument("--seed", type=seed, default=1, metavar="N", help="default 1")
    jobs = _integer("--jobs", 1, 2**10, "2**10")
    parser.add_argument("--jobs", type=jobs, metavar="N", help="models trained at a time; default: one a core")
    parser.add_argument(
        "--estimators",
        nargs="+",
        metavar="NAME",
        help="such as gs or muprop, as gsampler.estimators names them (default: the seven of the paper)",
    )


def _integer(option: str, least: int, most: int, shown: str) -> Callable[[str], int]:
    """The type of an option: an integer, which may be written 1000000, 1_000_000, 1e6 or 2**20."""

    def convert(text: str) -> int:
        if power := re.fullmatch(r"(\d{1,3})\*\*(\d{1,2})", text):
            text = str(int(power[1]) ** int(power[2]))
        with suppress(InvalidOperation):
            number = Decimal(text)
            if number.is_finite() and least <= number <= most and number == number.to_integral_value():
                return int(number)
        raise BadInputError(f"{option} must be an integer from {least} to {shown}, got {text!r}")

    return convert
