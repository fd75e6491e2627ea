"""Runs by themselves in this process, or several at a time in others."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext

import gsampler as gs
from gsampler.demo.data import Digits
from gsampler.demo.settings import Settings
from gsampler.demo.training import Run, Trained, train


def trained(
    runs: list[Run], digits: Digits, settings: Settings, check: Callable[[], object], jobs: int
) -> Iterator[tuple[Run, Trained]]:
    """The runs as they end: by themselves here, or several at a time in processes, which end with this one."""
    if jobs <= 1:
        with one_blas_thread():
            for run in runs:
                yield run, train(run, digits, settings, check)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of Numba and BLAS
    waiting = iter(runs)
    workers = [Worker(context) for _ in range(jobs)]
    try:
        for worker in workers:
            worker.send((digits, settings))
            worker.begin(next(waiting, None))
        while busy := {worker.connection: worker for worker in workers if worker.run is not None}:
            for connection in wait(list(busy), timeout=0.1):
                worker = busy[connection]  # type: ignore[index]
                ended = worker.result()
                worker.begin(next(waiting, None))
                yield ended
            check()
    finally:
        for worker in workers:
            worker.end()


class Worker:
    """A process that does runs, and our end of its pipe.

    Nobody shares the pipe and no thread waits at it, so that the process can end at any time, in the middle of a
    result too.
    """

    def __init__(self, context: SpawnContext) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.run: Run | None = None

    def send(self, message: object) -> None:
        with suppress(ConnectionError):  # it has died, as `result` will tell
            self.connection.send(message)

    def begin(self, run: Run | None) -> None:
        self.run = run
        if run is not None:
            self.send(run)

    def result(self) -> tuple[Run, Trained]:
        """The run that it began, once that is done."""
        assert self.run is not None
        try:
            return self.run, self.connection.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            code = self.process.exitcode
            raise RuntimeError(f"the process that did {self.run.name} ended with exit code {code}") from None

    def end(self) -> None:
        self.process.terminate()
        self.process.join()
        self.connection.close()


def _work(connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the process that waits, which ends this one
    gs.set_num_threads(1)
    with one_blas_thread(), suppress(EOFError, ConnectionError):  # when the process that waits has ended
        digits, settings = connection.recv()
        while True:
            connection.send(train(connection.recv(), digits, settings))


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy's matrix products on one thread.

    The last bit of a product may depend on the number of threads, and products of this size gain nothing from several.
    What gsampler draws never depends on it.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
