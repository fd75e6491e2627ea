"""Threads, forks, interrupts: each in a process of its own, for every threading layer there is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import gsampler as gs

PACKAGE = Path(gs.__file__).parent


# what a shell starts in the background, and all that it starts in turn, ignores interrupts
HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def launch(code: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HEARS + textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",  # a program given by -c looks for modules where it is started, first
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONFAULTHANDLER": "1", **environment},
    )


def output(code: str, **environment: str) -> str:
    """What a program prints; it must end well, in time, and say nothing else."""
    process = launch(code, **environment)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert err == ""
    return out


def available(layer: str) -> bool:
    code = "import gsampler as gs; gs.Generator(1).gumbel(size=2**18)"
    process = launch(code, NUMBA_THREADING_LAYER=layer, NUMBA_NUM_THREADS="2")
    process.communicate(timeout=240)
    return process.returncode == 0


LAYERS = [layer for layer in ("workqueue", "omp", "tbb") if available(layer)]


def test_the_layers_that_must_be_here() -> None:
    """Those that come with Numba and with the system; tbb is taken where it is found."""
    assert {"workqueue", "omp"} <= set(LAYERS)


# --- the same bits whatever the threads ---------------------------------------------------------------------

BIG = 2**18 + 1234


@pytest.mark.parametrize("name", ["bits", "uniform", "exponential", "gumbel", "logistic", "normal"])
def test_noise_does_not_depend_on_threads(name: str) -> None:
    results = []
    for n in (1, 2):
        gs.set_num_threads(n)
        results.append(getattr(gs.Generator(1, 0, 3), name)(size=BIG))
    assert_array_equal(results[0], results[1])


@pytest.mark.parametrize("method", ["gumbel-max", "inverse-cdf", "alias"])
@pytest.mark.parametrize(("rows", "k", "draws"), [(40_000, 7, 1), (3, 200_001, 1), (1, 26, 30_000), (50, 40, 300)])
def test_categories_do_not_depend_on_threads(rows: int, k: int, draws: int, method: str) -> None:
    logits = np.random.default_rng(0).standard_normal((rows, k)).astype(np.float32)
    results = []
    for n in (1, 2):
        gs.set_num_threads(n)
        results.append(gs.Generator(1).categorical(logits, size=draws, method=method))
    assert_array_equal(results[0], results[1])


def test_set_num_threads() -> None:
    before = gs.get_num_threads()
    gs.set_num_threads(1)
    assert gs.get_num_threads() == 1
    for bad, error in ((0, ValueError), (-1, ValueError), (10**6, ValueError), (1.0, TypeError)):
        with pytest.raises(error, match="n must be"):
            gs.set_num_threads(bad)
    assert gs.get_num_threads() == 1
    gs.set_num_threads(before)


# --- many Python threads ------------------------------------------------------------------------------------

HAMMER = """
import threading, numpy as np, gsampler as gs
logits = np.random.default_rng(0).standard_normal((3000, 64)).astype(np.float32)
n = 2**18
def job(rng):
    return [rng.gumbel(size=n, dtype=np.float32).tobytes(), rng.categorical(logits).tobytes(),
    rng.gumbel(size=3).tobytes(),
            rng.categorical(logits[:9], size=9, method="alias").tobytes(), rng.bernoulli(logits[0],
            size=2**13).tobytes()]
results = [None] * 8
def work(i):
    rng = gs.Generator(i)
    results[i] = [job(rng) for _ in range(6)]
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
for i in range(8):
    rng = gs.Generator(i)
    assert results[i] == [job(rng) for _ in range(6)], i
import numba; print(numba.threading_layer())
"""


@pytest.mark.parametrize("layer", LAYERS)
def test_eight_threads(layer: str) -> None:
    """The first calls of all, compilation included, are made by eight threads at once."""
    assert output(HAMMER, NUMBA_THREADING_LAYER=layer) == f"{layer}\n"


def test_threads_that_share_a_generator_get_different_words() -> None:
    code = """
    import threading, numpy as np, gsampler as gs
    rng, got = gs.Generator(1), []
    def work():
        for _ in range(500):
            got.append(rng.bits(64))
    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]; [t.join() for t in threads]
    assert rng.offset == 8 * 500 * 64
    rows = {g.tobytes() for g in got}
    expected = {r.tobytes() for r in gs.Generator(1).bits((4000, 64))}
    assert rows == expected
    """
    output(code)


# --- forks --------------------------------------------------------------------------------------------------

FORK = """
import os, sys, warnings, numpy as np, gsampler as gs
warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, of forks beside threads
n = 2**19
if {used_before}:
    gs.Generator(0).gumbel(size=n)
pid = os.fork()
threads = gs.get_num_threads()
sample = gs.Generator(5).gumbel(size=n)
sample2 = gs.Generator(5).categorical(sample.reshape(-1, 64))
if pid == 0:
    grandchild = os.fork()
    again = gs.Generator(5).gumbel(size=n)
    good = bool((again == sample).all()) and threads == (1 if {used_before} else 2)
    if grandchild == 0:
        os._exit(0 if good else 1)
    good = good and os.waitpid(grandchild, 0)[1] == 0
    np.save({path!r}, sample2)
    os._exit(0 if good else 1)
assert os.waitpid(pid, 0)[1] == 0
assert (np.load({path!r}) == sample2).all()
assert threads == 2
assert (gs.Generator(5).gumbel(size=n) == sample).all()
import numba; print(numba.threading_layer())
"""


@pytest.mark.parametrize("used_before", [False, True], ids=["before-first-use", "after-first-use"])
@pytest.mark.parametrize("layer", LAYERS)
def test_fork(layer: str, used_before: bool, tmp_path: Path) -> None:
    code = FORK.format(used_before=used_before, path=str(tmp_path / "child.npy"))
    assert output(code, NUMBA_THREADING_LAYER=layer, NUMBA_NUM_THREADS="2") == f"{layer}\n"


@pytest.mark.parametrize("layer", LAYERS)
def test_fork_while_other_threads_work(layer: str) -> None:
    code = """
    import os, threading, time, warnings, numpy as np, gsampler as gs
    warnings.simplefilter("ignore", DeprecationWarning)
    stop = False
    gs.Generator(0).gumbel(size=2**19)
    def work():
        rng = gs.Generator(1)
        while not stop:
            rng.gumbel(size=2**19)
    thread = threading.Thread(target=work); thread.start()
    expected = gs.Generator(9).gumbel(size=2**19)
    for _ in range(10):
        time.sleep(0.01)
        pid = os.fork()
        if pid == 0:
            os._exit(0 if (gs.Generator(9).gumbel(size=2**19) == expected).all() else 1)
        assert os.waitpid(pid, 0)[1] == 0
    stop = True
    thread.join()
    """
    output(code, NUMBA_THREADING_LAYER=layer)


@pytest.mark.parametrize("layer", LAYERS)
def test_fork_while_another_thread_compiles(layer: str) -> None:
    """Compilation holds locks of Numba's, which a child would wait for in vain."""
    code = """
    import os, threading, time, warnings, numpy as np, gsampler as gs
    warnings.simplefilter("ignore", DeprecationWarning)
    expected = gs.Generator(9).gumbel(size=2**10)
    thread = threading.Thread(target=lambda: (gs.Generator(1).gumbel(size=2**19), gs.Generator(1).bits(2**19)))
    thread.start()
    while thread.is_alive():
        time.sleep(0.05)
        pid = os.fork()
        if pid == 0:
            gs.Generator(1).exponential(size=2**18)
            os._exit(0 if (gs.Generator(9).gumbel(size=2**10) == expected).all() else 1)
        deadline = time.monotonic() + 60
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < deadline, "the child hangs"
            time.sleep(0.01)
    """
    output(code, NUMBA_THREADING_LAYER=layer, GSAMPLER_CACHE="0")


@pytest.mark.parametrize("layer", LAYERS)
def test_multiprocessing(layer: str) -> None:
    code = """
    import multiprocessing, warnings, numpy as np, gsampler as gs
    warnings.simplefilter("ignore", DeprecationWarning)
    def work(rng):
        return rng.gumbel(size=2**18).sum()
    expected = [work(g) for g in gs.Generator(3).spawn(4)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(work, gs.Generator(3).spawn(4)) == expected
    """
    output(code, NUMBA_THREADING_LAYER=layer)


# --- interrupts ---------------------------------------------------------------------------------------------

INTERRUPT = """
import time, numpy as np, gsampler as gs
rng = gs.Generator(1)
logits = np.zeros(1000, np.float32)
{warm}
before = rng.state
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", rng.state == before, flush=True)
"""

LONG_CALLS = {
    "bits": "rng.bits({n})",
    "gumbel": "rng.gumbel(size={n} // 2, dtype=np.float32)",
    "bernoulli": "rng.bernoulli(logits[0], size={n} // 2)",
    "gumbel-max": "rng.categorical(logits, size={n} // 64)",
    "gumbel-softmax": "rng.gumbel_softmax(np.broadcast_to(logits, (1 + {n} // 2**13, 1000)))",
    "binary-concrete": "rng.binary_concrete(np.zeros({n} // 2**4, np.float32))",
    "inverse-cdf": "rng.categorical(logits, size={n} // 4, method='inverse-cdf')",
    "alias": "rng.categorical(logits, size={n} // 4, method='alias')",
}


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("kind", LONG_CALLS)
def test_interrupt(kind: str, threads: str) -> None:
    """Ctrl-C is answered within half a second, and the generator stays where it was."""
    code = INTERRUPT.format(warm=LONG_CALLS[kind].format(n=2**22), call=LONG_CALLS[kind].format(n=2**32))
    with launch(code, NUMBA_NUM_THREADS=threads) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert process.stdout.readline() == "interrupted True\n"
        assert time.monotonic() - sent < 0.5
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("delay", [0.05, 0.3, 0.45, 0.6])
def test_interrupt_while_compiling(delay: float) -> None:
    """Nothing is compiled beforehand, so the first call is at it all this time: no signal is lost inside LLVM."""
    code = INTERRUPT.format(warm="rng.bits(4)", call="rng.bits(2**32)")
    with launch(code, NUMBA_NUM_THREADS="2", GSAMPLER_CACHE="0") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert process.stdout.readline() == "interrupted True\n"
        assert time.monotonic() - sent < 0.5
        assert process.wait(timeout=30) == 0


def test_interrupts_at_any_point_leave_the_place_consistent() -> None:
    """Hundreds of interrupts of short calls: the place has moved by whole calls, never by part of one."""
    code = """
    import signal, numpy as np, gsampler as gs
    rng, out = gs.Generator(1), np.empty((2, 300))[:, ::2]
    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGALRM, stop)
    rng.gumbel(out=out)
    for i in range(300):
        before, done = rng.offset, 0
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + 1e-6 * i)
            while True:
                rng.gumbel(out=out)
                done += 1
        except KeyboardInterrupt:
            pass
        moved, rest = divmod(rng.offset - before, 600)
        assert rest == 0 and moved in (done, done + 1), (moved, rest, done)
    """
    output(code)


def test_a_signal_handler_may_draw() -> None:
    code = """
    import signal, time, numpy as np, gsampler as gs
    rng, got = gs.Generator(1), []
    def draw(*_):
        got.append(rng.bits(8))
    gs.Generator(2).bits(8)  # not while the kernel is compiled
    signal.signal(signal.SIGALRM, draw)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        got.append(rng.bits(8))
        rng.spawn(1) if rng.state["children"] < 1000 else rng.advance(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    assert rng.offset == 8 * len(got)
    assert {g.tobytes() for g in got} == {g.tobytes() for g in gs.Generator(1).bits((len(got), 8))}
    """
    output(code)
