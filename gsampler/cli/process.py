"""How the program ends: its errors, the signals that stop it, and what it says on standard error."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from typing import Any


class BadInputError(Exception):
    """Arguments or data that cannot be used: exit status 2."""


class FailedError(Exception):
    """Something outside the program that went wrong: exit status 1."""


class PipeClosedError(Exception):
    """Nobody reads standard output any more: exit status 141, that of a program which SIGPIPE ends."""


class Interrupted(BaseException):
    """A signal asked the program to stop: exit status 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.progress = ""


class Signals:
    """Turns signals that ask for an end into `Interrupted`, so that what was begun is cleared away.

    An exception is lost where C code called Python, as LLVM does while it compiles; so long work asks `check` too.
    """

    def __enter__(self) -> Signals:
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


def say(line: str) -> None:
    """One line on standard error, if anyone listens."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr, flush=True)


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
