"""The command line: ``gsampler sample`` draws from distributions in a file, ``gsampler info`` says what it runs on,
``gsampler bench`` how fast it is beside others, ``gsampler warm`` compiles all kernels ahead.

Numba and tqdm are imported by what needs them, so that ``--help`` and errors of usage come at once.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence

from gsampler.cli.arguments import parser
from gsampler.cli.bench import bench_command
from gsampler.cli.info import info_command
from gsampler.cli.process import BadInputError, FailedError, Interrupted, PipeClosedError, Signals, say
from gsampler.cli.sample import sample_command
from gsampler.cli.warm import warm_command

__all__ = ["main"]

COMMANDS = {"sample": sample_command, "info": info_command, "bench": bench_command, "warm": warm_command}


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
        with Signals() as signals:
            try:
                arguments = parser().parse_args(argv)
            except SystemExit:  # --help and --version
                return 0
            COMMANDS[arguments.command](arguments, signals)
            return 0
    except Interrupted as stop:
        say(f"gsampler: stopped by {signal.Signals(stop.number).name}{stop.progress}")
        return 128 + stop.number
    except PipeClosedError:
        return 0
    except BadInputError as error:
        say(f"gsampler: error: {error}")
        return 2
    except FailedError as error:
        say(f"gsampler: error: {error}")
    except MemoryError as error:
        say(f"gsampler: error: not enough memory{f': {error}' if str(error) else ''}")
    return 1
