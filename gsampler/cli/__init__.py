"""The command line: ``gsampler sample`` draws from distributions in a file, ``gsampler info`` says what it runs on,
``gsampler bench`` how fast it is beside others, ``gsampler warm`` compiles all kernels ahead,
``gsampler demo`` runs the experiment of the Gumbel-Softmax papers.

Numba and tqdm are imported by what needs them, so that ``--help`` and errors of usage come at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from gsampler.cli.arguments import parser
from gsampler.cli.bench import bench_command
from gsampler.cli.demo import demo_command
from gsampler.cli.info import info_command
from gsampler.cli.output import written
from gsampler.cli.process import BadInputError, FailedError, Interrupted, PipeClosedError, Signals, say
from gsampler.cli.sample import sample_command
from gsampler.cli.warm import warm_command

__all__ = ["main"]

COMMANDS = {
    "sample": sample_command,
    "info": info_command,
    "bench": bench_command,
    "warm": warm_command,
    "demo": demo_command,
}


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
        short; 128 + n where signal n stopped it, so 130 for Ctrl-C and 141 where the reader of a pipe is gone.

    Notes
    -----
    An error is one line on standard error. ``GSAMPLER_TRACEBACK=1`` in the environment lets one that nobody thought of
    be raised instead.
    """
    try:
        with Signals() as signals:
            try:
                arguments = parser().parse_args(argv)
            except SystemExit:  # --help and --version
                with written("-"):
                    return 0
            COMMANDS[arguments.command](arguments, signals)
            return 0
    except Interrupted as stop:
        say(f"gsampler: stopped by {signal.Signals(stop.number).name}{stop.progress}")
        return 128 + stop.number
    except PipeClosedError:
        return 128 + getattr(signal, "SIGPIPE", 13)
    except BadInputError as error:
        say(f"gsampler: error: {error}")
        return 2
    except FailedError as error:
        say(f"gsampler: error: {error}")
    except MemoryError as error:
        say(f"gsampler: error: not enough memory{f': {error}' if str(error) else ''}")
    except OSError as error:  # such as a cache that cannot be written
        where = "" if error.filename is None else f"{error.filename}: "
        say(f"gsampler: error: {where}{error.strerror or error}")
    except Exception as error:
        if os.environ.get("GSAMPLER_TRACEBACK") == "1":
            raise
        reason = (str(error).strip().splitlines() or ["without a message"])[-1]
        say(f"gsampler: error: unexpected {type(error).__name__}: {reason} (GSAMPLER_TRACEBACK=1 shows where)")
    return 1
