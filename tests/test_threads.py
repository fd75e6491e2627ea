"""Threads, forks, interrupts: each in a process of its own, for every threading layer there is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from processes import HANG, cpu_time, until_used

import gsampler as gs
from gsampler.kernels.table import NOISE

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
        start_new_session=True,
    )


def output(code: str, **environment: str) -> str:
    """What a program prints; it must end well, in time, and say nothing else."""
    process = launch(code, **environment)
    try:
        out, err = process.communicate(timeout=HANG)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # and the children it waits for
        out, err = process.communicate()
        pytest.fail(f"it hangs: {out}{err}")
    assert process.returncode == 0, err
    assert err == ""
    return out


def available(*layers: str) -> list[str]:
    """Those with which Numba can start threads here, tried side by side."""
    code = "import gsampler as gs, numba; gs.Generator(1).gumbel(size=2**18); numba.threading_layer()"
    tried = [(layer, launch(code, NUMBA_THREADING_LAYER=layer, NUMBA_NUM_THREADS="2")) for layer in layers]
    for _, process in tried:
        process.communicate(timeout=HANG)
    return [layer for layer, process in tried if process.returncode == 0]


LAYERS = available("workqueue", "omp", "tbb")


def test_the_layers_that_must_be_here() -> None:
    """Those that come with Numba and with the system; tbb is taken where it is found."""
    assert {"workqueue", "omp"} <= set(LAYERS)


# --- the same bits whatever the threads ---------------------------------------------------------------------

BIG = 2**18 + 1234


@pytest.mark.parametrize("name", ["bits", *NOISE])
def test_noise_does_not_depend_on_threads(name: str) -> None:
    results = []
    for n in (1, 2):
        gs.set_num_threads(n)
        results.append(getattr(gs.Generator(1, 0, 3), name)(size=BIG))
    assert_array_equal(results[0], results[1])


@pytest.mark.parametrize("dtype", [np.int8, np.int64])
def test_integers_do_not_depend_on_threads(dtype: type) -> None:
    results = []
    for n in (1, 2):
        gs.set_num_threads(n)
        results.append(gs.Generator(1, 0, 3).integers([1, 50, 100], 120, size=(BIG, 3), dtype=dtype))
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


def test_another_thread_at_every_line() -> None:
    """Whatever line of a generator's methods another thread comes before, unless a lock makes it wait."""
    code = """
    import sys, threading, numpy as np, gsampler as gs
    file = gs.Generator.bits.__code__.co_filename
    def attempt(call, other, step):
        lines, thread = 0, threading.Thread(target=other)
        def line(frame, event, argument):
            nonlocal lines
            if event == "line":
                if lines == step:
                    thread.start()
                    thread.join(0.1)
                lines += 1
            return line
        sys.settrace(lambda frame, event, argument: line if frame.f_code.co_filename == file else None)
        try:
            call()
        except ValueError:
            pass
        sys.settrace(None)
        if lines > step:
            thread.join()
        return lines > step
    def calls(rng, got):
        bits = lambda: got.append(rng.bits(8).tobytes())
        spawn = lambda: got.append(rng.spawn(1)[0].bits(8).tobytes())
        fail = lambda: rng.categorical([[0.0, np.nan]])
        return (bits, bits), (spawn, spawn), (lambda: rng.advance(8), bits), (fail, bits)
    steps = []
    for which in range(4):
        step = 0
        while True:
            rng, got = gs.Generator(1), []
            call, other = calls(rng, got)[which]
            if not attempt(call, other, step):
                break
            assert rng.offset in ([16], [0], [16], [8, 16])[which], (which, step)  # a position once passed may be lost
            got += [rng.bits(8).tobytes() for _ in range(3)]
            assert len(set(got)) == len(got), (which, step)
            step += 1
        steps.append(step)
    assert min(steps) > 3, steps
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


OTHERS = [pytest.param(name, marks=() if name == "omp" else pytest.mark.slow) for name in LAYERS]


@pytest.mark.parametrize("layer", OTHERS)
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
        assert os.waitpid(pid, 0)[1] == 0  # a child that waits for a lock for ever is ended with this process
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
import resource, time, numpy as np, gsampler as gs
rng = gs.Generator(1)
logits = np.zeros(1000, np.float32)
{warm}
before = rng.state
# an interrupt that is lost ends the process, before its memory is full
resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 8, resource.RLIM_INFINITY))
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", rng.state == before, time.process_time(), flush=True)
"""


def check_interrupt(code: str, after: float, threads: int, **environment: str) -> None:
    """Interrupt a program once it has worked for ``after`` seconds; it answers within half a second of work."""
    with launch(code, NUMBA_NUM_THREADS=str(threads), **environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        until_used(process, after)
        sent = cpu_time(process)
        process.send_signal(signal.SIGINT)
        word, unchanged, answered = process.stdout.readline().split() or ("lost", "", "0")
        assert (word, unchanged) == ("interrupted", "True")
        assert float(answered) - sent < 0.5 * threads
        assert process.wait(timeout=HANG) == 0


LONG_CALLS = {
    "bits": "rng.bits({n})",
    "integers": "rng.integers(100, size={n} // 2, dtype=np.int8)",
    "poisson": "rng.poisson(5.0, size={n} // 8)",
    "multinomial": "rng.multinomial(1000, np.full(50, 0.02), size={n} // 2**11)",
    "gumbel": "rng.gumbel(size={n} // 2, dtype=np.float32)",
    "bernoulli": "rng.bernoulli(logits[0], size={n} // 2)",
    "gumbel-max": "rng.categorical(logits, size={n} // 64)",
    "gumbel-softmax": "rng.gumbel_softmax(np.zeros((1 + {n} // 2**12, 1000), np.float32))",
    "binary-concrete": "rng.binary_concrete(np.zeros({n} // 2**2, np.float32))",
    "inverse-cdf": "rng.categorical(logits, size={n} // 4, method='inverse-cdf')",
    "alias": "rng.categorical(logits, size={n} // 4, method='alias')",
}


@pytest.mark.parametrize("threads", [pytest.param(1, marks=pytest.mark.slow), 2])
@pytest.mark.parametrize("kind", LONG_CALLS)
def test_interrupt(kind: str, threads: int) -> None:
    """Ctrl-C is answered within half a second, and the generator stays where it was."""
    code = INTERRUPT.format(warm=LONG_CALLS[kind].format(n=2**22), call=LONG_CALLS[kind].format(n=2**32))
    check_interrupt(code, 0.2, threads)


@pytest.mark.parametrize(
    "after", [pytest.param(0.02, marks=pytest.mark.slow), 0.4, pytest.param(0.8, marks=pytest.mark.slow), 1.2]
)
def test_interrupt_while_compiling(after: float) -> None:
    """Nothing is compiled beforehand, so the first call is at it for most of this time."""
    check_interrupt(INTERRUPT.format(warm="", call="rng.bits(2**32)"), after, 2, GSAMPLER_CACHE="0")


def test_the_main_thread_does_not_compile() -> None:
    """Where LLVM calls back into Python, what a signal handler raises is lost, and handlers run on the main thread."""
    code = """
    import sys, gsampler as gs
    rng, seen = gs.Generator(1), set()
    def watch(frame, event, argument):
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith(("llvmlite.", "numba.")):
            seen.add(f"{name}.{frame.f_code.co_name}")
    sys.setprofile(watch)
    rng.bits(2**18)
    sys.setprofile(None)
    print({"numba.core.compiler", "llvmlite.binding"} <= set(sys.modules), sorted(seen))
    """
    assert output(code, NUMBA_NUM_THREADS="2", GSAMPLER_CACHE="0") == "True []\n"


def test_interrupts_at_any_point_leave_the_place_consistent() -> None:
    """Hundreds of interrupts of short calls: the position has moved by whole calls, never by part of one."""
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
    import signal, numpy as np, gsampler as gs
    rng, got = gs.Generator(1), []
    def draw(*_):
        got.append(rng.bits(8))
    gs.Generator(2).bits(8)  # not while the kernel is compiled
    signal.signal(signal.SIGALRM, draw)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    mine = 0
    while len(got) - mine < 2000 or mine < 2000:
        got.append(rng.bits(8))
        mine += 1
        rng.spawn(1) if rng.state["children"] < 1000 else rng.advance(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    assert rng.offset == 8 * len(got)
    assert {g.tobytes() for g in got} == {g.tobytes() for g in gs.Generator(1).bits((len(got), 8))}
    """
    output(code)
