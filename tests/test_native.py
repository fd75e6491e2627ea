"""The C library, called through cffi: the bits of Python's own functions, and a status for every bad argument."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from processes import HANG

import gsampler as gs
from gsampler.kernels.table import NOISE
from gsampler.native import Library, NativeError

POSITION = (42, 7, 8 * 2**32 - 1001)  # an odd offset, and a block number whose low half soon wraps
DTYPES = {"f32": np.float32, "f64": np.float64}


@pytest.fixture(scope="module")
def library(prefix: Path) -> Library:
    return Library(prefix)


@pytest.fixture(params=[1, 2, 5])
def native_threads(library: Library, request: pytest.FixtureRequest) -> Iterator[int]:
    library.set_num_threads(request.param)
    yield request.param
    library.set_num_threads(1)


def table(rng: np.random.Generator, rows: int, k: int, dtype: Any) -> np.ndarray:
    """Logits, some masked."""
    logits = 3 * rng.standard_normal((rows, k))
    logits[rng.random((rows, k)) < 0.1] = -np.inf
    logits[:, rng.integers(k)] = 0.5
    return logits.astype(dtype)


def compare(got: dict[str, np.ndarray], expected: dict[str, Any]) -> None:
    """Bit for bit."""
    for name, value in expected.items():
        assert got[name].tobytes() == np.asarray(value, got[name].dtype).tobytes(), name


# --- the same as Python ---------------------------------------------------------------------------------------
#
# Each function calls the library at sizes (rows, k) and gives its outputs, and what Python's functions give.

Results = tuple[dict[str, np.ndarray], dict[str, Any]]
Compared = Callable[[Library, str, int, int], Results]


def noise(library: Library, suffix: str, rows: int, k: int) -> Results:
    got, expected, dtype = {}, {}, DTYPES[suffix]
    for name in NOISE:
        got[name] = np.empty(rows * k, dtype)
        getattr(library, f"{name}_{suffix}")(*POSITION, rows * k, got[name])
        expected[name] = getattr(gs.Generator(*POSITION), name)(size=rows * k, dtype=dtype)
    got["bits"] = np.empty(rows * k, np.uint32)
    library.bits(*POSITION, rows * k, got["bits"])
    low = np.random.default_rng(k).integers(-(2**63), 2**63, k)
    values = np.random.default_rng(k).integers(1, 2**64, k, np.uint64) >> np.arange(k, dtype=np.uint64) % np.uint64(64)
    high = (low.view(np.uint64) + values).view(np.int64)
    low, high = np.where(low < high, low, 0), np.where(low < high, high, values.view(np.int64) & 2**62 | 1)
    got["integers"] = np.empty((rows, k), np.int64)
    library.integers(*POSITION, low, (high - low).view(np.uint64), k, rows, got["integers"])
    expected["integers"] = gs.Generator(*POSITION).integers(low, high, size=(rows, k))
    return got, expected | {"bits": gs.Generator(*POSITION).bits(rows * k)}


def categories(library: Library, suffix: str, rows: int, k: int) -> Results:
    logits, draws = table(np.random.default_rng(k), rows, k, DTYPES[suffix]), 3
    got: dict[str, np.ndarray] = {
        name: np.empty((draws, rows), np.int64) for name in ("gumbel-max", "inverse-cdf", "alias")
    }
    expected: dict[str, Any] = {
        name: gs.Generator(*POSITION).categorical(logits, size=draws, method=name) for name in got
    }
    got |= {"one": np.empty(rows, np.int64), "maximum": np.empty((draws, rows), logits.dtype)}
    getattr(library, f"gumbel_max_{suffix}")(*POSITION, logits, rows, k, draws, got["gumbel-max"], got["maximum"])
    getattr(library, f"categorical_{suffix}")(*POSITION, logits, rows, k, got["one"])
    alias, sums = np.empty((rows, k, 2), np.uint64), np.empty(rows * (k + 2), np.uint64)
    getattr(library, f"alias_table_{suffix}")(logits, rows, k, alias)
    library.alias_draw(*POSITION, alias, rows, k, draws, got["alias"])
    getattr(library, f"cdf_table_{suffix}")(logits, rows, k, sums)
    library.cdf_draw(*POSITION, sums, rows, k, draws, got["inverse-cdf"])
    expected["one"] = gs.Generator(*POSITION).categorical(logits)
    expected["table"] = gs.AliasTable(logits)._table
    noisy = logits + gs.Generator(*POSITION).gumbel(size=(draws, rows, k), dtype=logits.dtype)
    expected["maximum"] = noisy.max(axis=-1)
    bernoulli = np.empty((draws, rows * k), np.uint8)
    getattr(library, f"bernoulli_{suffix}")(*POSITION, logits, rows * k, draws, bernoulli)
    expected["bernoulli"] = gs.Generator(*POSITION).bernoulli(logits.ravel(), size=draws)
    return got | {"table": alias, "bernoulli": bernoulli}, expected


def relaxed_rows(library: Library, suffix: str, rows: int, k: int) -> Results:
    rng, dtype = np.random.default_rng(k), DTYPES[suffix]
    logits, grad = table(rng, rows, k, dtype), rng.standard_normal((rows, k)).astype(dtype)
    got: dict[str, np.ndarray] = {}
    expected: dict[str, Any] = {}
    for name, tau in (("", dtype(0.7)), ("_taus", rng.uniform(0.2, 3, rows).astype(dtype))):
        soft, dlogits, dtau = np.empty_like(logits), np.empty_like(logits), np.empty(np.shape(tau) or 1, dtype)
        index, passed = np.empty(rows, np.int64), tau if np.ndim(tau) else float(tau)
        getattr(library, f"gumbel_softmax{name}_{suffix}")(*POSITION, logits, rows, k, passed, soft, index)
        getattr(library, f"gumbel_softmax_backward{name}_{suffix}")(grad, soft, rows, k, passed, dlogits, dtau)
        value, vjp = gs.Generator(*POSITION).gumbel_softmax_vjp(logits, tau)
        back = vjp(grad)
        results = {"soft": (soft, value), "dlogits": (dlogits, back[0]), "dtau": (dtau, back[1])}
        results["index"] = (index, gs.Generator(*POSITION).categorical(logits))
        got |= {key + name: pair[0] for key, pair in results.items()}
        expected |= {key + name: pair[1] for key, pair in results.items()}
    got |= {
        "softmax": np.empty_like(logits),
        "softmax of taus": np.empty_like(logits),
        "argmax": np.empty(rows, np.int64),
    }
    getattr(library, f"softmax_{suffix}")(logits, rows, k, 0.3, got["softmax"], got["argmax"])
    getattr(library, f"softmax_taus_{suffix}")(logits, rows, k, tau, got["softmax of taus"], None)
    expected |= {"softmax": gs.softmax(logits, 0.3), "softmax of taus": gs.softmax(logits, tau)}
    return got, expected | {"argmax": logits.argmax(axis=-1)}


def relaxed_elements(library: Library, suffix: str, rows: int, k: int) -> Results:
    rng, dtype, n = np.random.default_rng(k), DTYPES[suffix], rows * k
    logits, grad = table(rng, rows, k, dtype).ravel(), rng.standard_normal(n).astype(dtype)
    got: dict[str, np.ndarray] = {}
    expected: dict[str, Any] = {}
    for name, tau in (("", dtype(0.7)), ("_taus", rng.uniform(0.2, 3, n).astype(dtype))):
        soft, dlogits, dtau = np.empty_like(logits), np.empty_like(logits), np.empty(np.shape(tau) or 1, dtype)
        passed = tau if np.ndim(tau) else float(tau)
        getattr(library, f"binary_concrete{name}_{suffix}")(*POSITION, logits, n, passed, soft)
        getattr(library, f"binary_concrete_backward{name}_{suffix}")(grad, soft, n, passed, dlogits, dtau)
        value, vjp = gs.Generator(*POSITION).binary_concrete_vjp(logits, tau)
        back = vjp(grad)
        results = {"soft": (soft, value), "dlogits": (dlogits, back[0]), "dtau": (dtau, back[1])}
        got |= {key + name: pair[0] for key, pair in results.items()}
        expected |= {key + name: pair[1] for key, pair in results.items()}
    bernoulli = np.empty(n, np.uint8)  # the hard sample
    getattr(library, f"bernoulli_{suffix}")(*POSITION, logits, n, 1, bernoulli)
    return got | {"hard": bernoulli}, expected | {
        "hard": gs.Generator(*POSITION).binary_concrete(logits, 0.7, hard=True)
    }


def conditional(library: Library, suffix: str, rows: int, k: int) -> Results:
    logits, draws = table(np.random.default_rng(k), rows, k, DTYPES[suffix]), 2
    index = gs.Generator(1).categorical(logits)
    out = np.empty((draws, rows, k), logits.dtype)
    getattr(library, f"conditional_gumbel_{suffix}")(*POSITION, logits, index, rows, k, draws, out)
    return {"out": out}, {"out": gs.Generator(*POSITION).conditional_gumbel(logits, index, size=draws)}


def information(library: Library, suffix: str, rows: int, k: int) -> Results:
    rng, dtype = np.random.default_rng(k), DTYPES[suffix]
    logits, other, grad = (table(rng, rows, k, dtype) for _ in range(3))
    grad[grad == -np.inf] = 2
    other[::2] = rng.standard_normal(other[::2].shape)  # the others are infinitely far away, mostly
    slopes = grad[:, 0].copy()
    got: dict[str, np.ndarray] = {}
    expected: dict[str, Any] = {}
    for name, tau in (("", dtype(0.7)), ("_taus", rng.uniform(0.2, 3, rows).astype(dtype))):
        log_probs, dx, dtau = np.empty_like(logits), np.empty_like(logits), np.empty(np.shape(tau) or 1, dtype)
        passed = tau if np.ndim(tau) else float(tau)
        getattr(library, f"log_softmax{name}_{suffix}")(logits, rows, k, passed, log_probs)
        getattr(library, f"log_softmax_backward{name}_{suffix}")(grad, log_probs, rows, k, passed, dx, dtau)
        value = gs.log_softmax(logits, tau)
        back = gs.log_softmax_backward(grad, value, tau)
        results = {"log_softmax": (log_probs, value), "dx": (dx, back[0]), "dtau": (dtau, back[1])}
        got |= {key + name: pair[0] for key, pair in results.items()}
        expected |= {key + name: pair[1] for key, pair in results.items()}
    got |= {name: np.empty(rows, dtype) for name in ("entropy", "kl_divergence")}
    got |= {name: np.empty_like(logits) for name in ("entropy_backward", "dlogits", "dother")}
    getattr(library, f"entropy_{suffix}")(logits, rows, k, got["entropy"])
    getattr(library, f"entropy_backward_{suffix}")(slopes, logits, rows, k, got["entropy_backward"])
    getattr(library, f"kl_divergence_{suffix}")(logits, other, rows, k, got["kl_divergence"])
    gradients = got["dlogits"], got["dother"]
    getattr(library, f"kl_divergence_backward_{suffix}")(slopes, logits, other, rows, k, *gradients)
    expected |= {"entropy": gs.entropy(logits), "entropy_backward": gs.entropy_backward(slopes, logits)}
    expected["kl_divergence"] = gs.kl_divergence(logits, other)
    expected |= zip(("dlogits", "dother"), gs.kl_divergence_backward(slopes, logits, other), strict=True)
    return got, expected


def densities(library: Library, suffix: str, rows: int, k: int) -> Results:
    rng, dtype = np.random.default_rng(k), DTYPES[suffix]
    n, tau = rows * k, dtype(0.8)
    theta = table(rng, rows, k, dtype)
    soft = gs.Generator(1).gumbel_softmax(theta, tau)
    grad, grad_rows = rng.standard_normal(n).astype(dtype), rng.standard_normal(rows).astype(dtype)
    x, y, logits = rng.standard_normal(n).astype(dtype), rng.random(n).astype(dtype), theta.ravel()
    log_soft = np.log(np.maximum(soft, np.finfo(dtype).tiny)).astype(dtype)
    got: dict[str, np.ndarray] = {}
    expected: dict[str, Any] = {}

    def both(
        name: str, inputs: tuple[Any, ...], sizes: tuple[int, ...], numbers: tuple[Any, ...], g: np.ndarray
    ) -> None:
        value, passed = np.empty_like(g), [float(a) for a in numbers]
        gradients = [np.empty_like(a) for a in inputs] + [np.empty(1, dtype) for _ in numbers]
        getattr(library, f"{name}_{suffix}")(*inputs, *sizes, *passed, value)
        getattr(library, f"{name}_backward_{suffix}")(g, *inputs, *sizes, *passed, *gradients)
        got[name], expected[name] = value, getattr(gs, name)(*inputs, *numbers)
        for i, back in enumerate(getattr(gs, f"{name}_backward")(g, *inputs, *numbers)):
            got[f"{name} {i}"], expected[f"{name} {i}"] = gradients[i], back

    for name in ("gumbel", "logistic"):
        both(f"{name}_log_prob", (x,), (n,), (dtype(0.25), dtype(1.5)), grad)
    both("binary_concrete_log_prob", (y, logits), (n,), (tau,), grad)
    both("logit_binary_concrete_log_prob", (x, logits), (n,), (tau,), grad)
    both("concrete_log_prob", (soft, theta), (rows, k), (tau,), grad_rows)
    both("exp_concrete_log_prob", (log_soft, theta), (rows, k), (tau,), grad_rows)
    return got, expected


GROUPS: list[Compared] = [noise, categories, relaxed_rows, relaxed_elements, conditional, information, densities]


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("rows", "k"), [(0, 3), (1, 1), (2, 5), (1, 1023), (1, 1025), (3, 341), (700, 3), (2, 2500)])
def test_same_bits_as_python(library: Library, group: Compared, suffix: str, rows: int, k: int) -> None:
    compare(*group(library, suffix, rows, k))


@given(
    rows=st.integers(0, 40), k=st.integers(1, 300), suffix=st.sampled_from(list(DTYPES)), group=st.sampled_from(GROUPS)
)
def test_same_bits_as_python_at_any_size(library: Library, rows: int, k: int, suffix: str, group: Compared) -> None:
    compare(*group(library, suffix, rows, k))


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("rows", "k"), [(5000, 100), (2, 2**18 + 5), (300_001, 1)])
def test_threads(library: Library, native_threads: int, group: Compared, suffix: str, rows: int, k: int) -> None:
    """The result does not depend on threads, of which there are more than one at these sizes."""
    compare(*group(library, suffix, rows, k))


def test_first_of_equal_ones_on_several_threads(library: Library, native_threads: int) -> None:
    """In a row that threads share: a seed for which rounding makes two sums equal, the later of the larger noise."""
    k, index = 2**18 + 5, np.full(1, -1)
    logits = np.full(k, 1023, np.float32)
    noise = gs.Generator(1622).gumbel(size=k, dtype=np.float32)
    assert np.flatnonzero(logits + noise == (logits + noise).max()).tolist() == [96313, 245549]
    assert noise.argmax() == 245549
    library.categorical_f32(1622, 0, 0, logits, 1, k, index)
    assert index[0] == 96313


def test_parts_are_the_whole(library: Library) -> None:
    """As the header says that jobs are split."""
    logits = table(np.random.default_rng(0), 100, 37, np.float64)
    whole, parts = np.empty(100, np.int64), np.empty(100, np.int64)
    seed, stream, offset = 42, 0, 10
    library.categorical_f64(seed, stream, offset, logits, 100, 37, whole)
    for first, last in ((0, 1), (1, 60), (60, 100)):
        position = offset + first * 37 * 2
        library.categorical_f64(seed, stream, position, logits[first:last], last - first, 37, parts[first:last])
    assert_array_equal(parts, whole)
    rng = gs.Generator(seed, stream, offset)
    rng.uniform(size=7)
    assert rng.offset == (offset + 7 * 2 + 7) // 8 * 8


def test_many_callers(library: Library) -> None:
    """Sixteen threads of the host at once, each call on two threads."""
    library.set_num_threads(2)

    def job(seed: int) -> bytes:
        logits = np.random.default_rng(seed).standard_normal((4000, 64)).astype(np.float32)
        results = [np.empty(2**18, np.float32), np.empty(4000, np.int64), np.empty_like(logits)]
        for _ in range(5):
            library.gumbel_f32(seed, 0, 0, 2**18, results[0])
            library.categorical_f32(seed, 0, 0, logits, 4000, 64, results[1])
            library.gumbel_softmax_f32(seed, 0, 0, logits, 4000, 64, 0.5, results[2], None)
        return b"".join(r.tobytes() for r in results)

    alone = [job(seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(job, range(16))) == alone
    library.set_num_threads(1)


FORK = """
import os, sys, numpy as np
from gsampler.native import Library
library, out = Library(sys.argv[1]), np.empty(2**20, np.float32)
library.set_num_threads(2)
library.gumbel_f32(1, 0, 0, out.size, out)
before, child = out.copy(), os.fork()
out[:] = 0
library.gumbel_f32(1, 0, 0, out.size, out)
same = (out == before).all()
if child == 0:
    os._exit(0 if same else 3)
assert same and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_after_fork(prefix: Path) -> None:
    run(FORK, prefix)


def run(code: str, prefix: Path, **environment: str) -> str:
    environment = {"PYTHONPATH": str(Path(gs.__file__).parents[1]), "PATH": os.environ["PATH"], **environment}
    done = subprocess.run(
        [sys.executable, "-c", code, str(prefix)], env=environment, capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- statuses -------------------------------------------------------------------------------------------------

INF, NAN = np.inf, np.nan
ZEROS = np.zeros(6)
MASKED = np.array([0.0, 0, 0, -INF, -INF, -INF])
LARGE = np.array([0.0, 0, 0, -INF, 2.0**39, 1])
END = 2**64 - 1
RANGE = np.array([5, 6, 7])


def with_one(value: float, position: int) -> np.ndarray:
    array = np.zeros(6)
    array[position] = value
    return array


# function, arguments (... marks outputs: indices, words or numbers), status
BAD: list[tuple[str, tuple[Any, ...], str]] = [
    ("gumbel", (0, 0, 0, 6, None), "NULL"),
    ("gumbel", (0, 0, 0, -1, ...), "SIZE"),
    ("gumbel", (0, 0, 0, 2**57, ...), "SIZE"),
    ("gumbel", (0, 0, 0, 2**63 - 1, ...), "SIZE"),
    ("gumbel", (0, 0, END, 6, ...), "STREAM"),
    ("normal", (0, 0, END - 4, 6, ...), "STREAM"),
    ("bernoulli", (0, 0, 0, with_one(NAN, 2), 6, 1, "u8"), "LOGITS"),
    ("bernoulli", (0, 0, 0, ZEROS, 6, -1, "u8"), "SIZE"),
    ("bernoulli", (0, 0, 0, ZEROS, 2**40, 2**40, "u8"), "SIZE"),
    ("categorical", (0, 0, 0, None, 2, 3, "i64"), "NULL"),
    ("categorical", (0, 0, 0, ZEROS, 2, 3, None), "NULL"),
    ("categorical", (0, 0, 0, ZEROS, 2, 0, "i64"), "SIZE"),
    ("categorical", (0, 0, 0, ZEROS, 0, 0, "i64"), "SIZE"),
    ("categorical", (0, 0, 0, ZEROS, -2, 3, "i64"), "SIZE"),
    ("categorical", (0, 0, 0, ZEROS, 2**32, 2**32, "i64"), "SIZE"),
    ("categorical", (0, 0, END - 3, ZEROS, 2, 3, "i64"), "STREAM"),
    ("categorical", (0, 0, 0, with_one(NAN, 4), 2, 3, "i64"), "LOGITS"),
    ("categorical", (0, 0, 0, with_one(INF, 4), 2, 3, "i64"), "LOGITS"),
    ("categorical", (0, 0, 0, MASKED, 2, 3, "i64"), "ROW"),
    ("categorical", (0, 0, 0, LARGE, 2, 3, "i64"), "LARGE"),
    ("categorical", (0, 0, 0, np.full(6, -(2.0**39)), 2, 3, "i64"), "LARGE"),
    ("categorical", (0, 0, 0, np.concatenate([LARGE[:3], MASKED[3:]]), 2, 3, "i64"), "ROW"),
    ("gumbel_softmax", (0, 0, 0, LARGE, 2, 3, 1.0, ..., "i64"), "LARGE"),
    ("gumbel_max", (0, 0, 0, MASKED, 2, 3, 2, "i64", ...), "ROW"),
    ("gumbel_max", (0, 0, 0, ZEROS, 2, 3, 2**57, "i64", ...), "SIZE"),
    ("gumbel_max", (0, 0, 0, ZEROS, 2, 3, 2**55, "i64", ...), "SIZE"),  # neither rows * draws nor rows * k is too many
    ("alias_table", (MASKED, 2, 3, "u64"), "ROW"),
    ("alias_table", (ZEROS, 0, 2**32, "u64"), "SIZE"),
    ("cdf_table", (with_one(NAN, 1), 2, 3, "u64"), "LOGITS"),
    *[
        (name, (*position, ZEROS, 2, 3, tau, ..., "i64"), "TAU")
        for name, position in (("softmax", ()), ("gumbel_softmax", (0, 0, 0)))
        for tau in (0.0, -1.0, NAN, INF, 1e-320)
    ],
    ("softmax", (MASKED, 2, 3, 1.0, ..., "i64"), "ROW"),
    ("gumbel_softmax", (0, 0, 0, ZEROS, 2, 3, 1.0, None, "i64"), "NULL"),
    ("gumbel_softmax_taus", (0, 0, 0, ZEROS, 2, 3, np.array([1.0, 0.0]), ..., "i64"), "TAU"),
    ("gumbel_softmax_taus", (0, 0, 0, ZEROS, 2, 3, None, ..., "i64"), "NULL"),
    ("gumbel_softmax_backward", (ZEROS, ZEROS - 1, 2, 3, 1.0, ..., ...), "SAMPLE"),
    ("gumbel_softmax_backward", (ZEROS, ZEROS + NAN, 2, 3, 1.0, ..., ...), "SAMPLE"),
    ("gumbel_softmax_backward", (None, ZEROS, 2, 3, 1.0, ..., ...), "NULL"),
    ("binary_concrete", (0, 0, 0, ZEROS, 6, 0.0, ...), "TAU"),
    ("binary_concrete", (0, 0, 0, ZEROS + INF, 6, 1.0, ...), "LOGITS"),
    ("binary_concrete_backward", (ZEROS, ZEROS + 2, 6, 1.0, ..., ...), "SAMPLE"),
    ("binary_concrete_backward_taus", (ZEROS, ZEROS, 6, ZEROS, ..., ...), "TAU"),
    *[
        (f"{name}_log_prob{way}", (*((ZEROS,) * bool(way)), x, 6, loc, scale, *((...,) * (3 if way else 1))), status)
        for name in ("gumbel", "logistic")
        for way in ("", "_backward")
        for x, loc, scale, status in (
            (ZEROS + NAN, 0.0, 1.0, "SAMPLE"),
            (ZEROS, NAN, 1.0, "LOC"),
            (ZEROS, -INF, 1.0, "LOC"),
            (ZEROS, 0.0, 0.0, "SCALE"),
            (ZEROS, 0.0, INF, "SCALE"),
        )
    ],
    *[
        ("conditional_gumbel", (0, 0, 0, logits, index, 2, 3, 2, ...), "INDEX")
        for logits, index in ((ZEROS, [0, 3]), (ZEROS, [-1, 0]), (ZEROS, [0, 2**62]), (with_one(-INF, 4), [0, 1]))
        for index in (np.array(index),)
    ],
    ("conditional_gumbel", (0, 0, 0, MASKED, np.array([0, 3]), 2, 3, 2, ...), "ROW"),
    ("conditional_gumbel", (0, 0, 0, with_one(NAN, 4), np.array([0, 0]), 2, 3, 2, ...), "LOGITS"),
    ("conditional_gumbel", (0, 0, 0, ZEROS, None, 2, 3, 2, ...), "NULL"),
    ("conditional_gumbel", (0, 0, 0, ZEROS, np.array([0, 0]), 2, 3, 2, None), "NULL"),
    ("conditional_gumbel", (0, 0, 0, ZEROS, np.array([0, 0]), 2, 3, 2**57, ...), "SIZE"),
    ("conditional_gumbel", (0, 0, END - 10, ZEROS, np.array([0, 0]), 2, 3, 2, ...), "STREAM"),
    ("log_softmax", (ZEROS, 2, 3, 0.0, ...), "TAU"),
    ("log_softmax", (MASKED, 2, 3, 1.0, ...), "ROW"),
    ("log_softmax", (None, 2, 3, 1.0, ...), "NULL"),
    ("log_softmax_taus", (ZEROS, 2, 3, np.array([1.0, NAN]), ...), "TAU"),
    ("log_softmax_backward", (ZEROS, ZEROS + 0.5, 2, 3, 1.0, ..., ...), "SAMPLE"),
    ("log_softmax_backward", (ZEROS, ZEROS + NAN, 2, 3, 1.0, ..., ...), "SAMPLE"),
    ("log_softmax_backward_taus", (ZEROS, ZEROS, 2, 3, np.zeros(2), ..., ...), "TAU"),
    ("entropy", (with_one(NAN, 4), 2, 3, ...), "LOGITS"),
    ("entropy", (ZEROS, 2, 0, ...), "SIZE"),
    ("entropy_backward", (None, ZEROS, 2, 3, ...), "NULL"),
    ("entropy_backward", (ZEROS[:2], MASKED, 2, 3, ...), "ROW"),
    ("kl_divergence", (ZEROS, with_one(INF, 4), 2, 3, ...), "LOGITS"),
    ("kl_divergence", (MASKED, ZEROS, 2, 3, ...), "ROW"),
    ("kl_divergence_backward", (ZEROS[:2], ZEROS, MASKED, 2, 3, ..., ...), "ROW"),
    ("kl_divergence_backward", (ZEROS[:2], ZEROS, ZEROS, 2, 3, ..., None), "NULL"),
    ("binary_concrete_log_prob", (ZEROS + 1.5, ZEROS, 6, 1.0, ...), "SAMPLE"),
    ("binary_concrete_log_prob", (ZEROS, ZEROS + NAN, 6, 1.0, ...), "LOGITS"),
    ("logit_binary_concrete_log_prob", (ZEROS + NAN, ZEROS, 6, 1.0, ...), "SAMPLE"),
    ("concrete_log_prob", (ZEROS - 1, ZEROS, 2, 3, 1.0, ...), "SAMPLE"),
    ("concrete_log_prob", (ZEROS, MASKED, 2, 3, 1.0, ...), "ROW"),
    ("exp_concrete_log_prob", (MASKED, ZEROS, 2, 3, 1.0, ...), "SAMPLE"),
    ("exp_concrete_log_prob", (ZEROS + INF, ZEROS, 2, 3, 1.0, ...), "SAMPLE"),
    ("concrete_log_prob_backward", (ZEROS[:2], ZEROS, ZEROS, 2, 3, 0.0, ..., ..., ...), "TAU"),
]
KINDS = {"i64": np.int64, "u64": np.uint64, "u8": np.uint8}


@pytest.mark.parametrize("suffix", DTYPES)
@pytest.mark.parametrize(("name", "arguments", "status"), BAD)
def test_bad_arguments(library: Library, name: str, arguments: tuple[Any, ...], status: str, suffix: str) -> None:
    dtype, outputs = DTYPES[suffix], []

    def passed(argument: Any) -> Any:
        if argument is ... or isinstance(argument, str):
            outputs.append(np.full(24, 77, dtype if argument is ... else KINDS[argument]))
            return outputs[-1]
        is_real = isinstance(argument, np.ndarray) and argument.dtype.kind == "f"
        return argument.astype(dtype) if is_real else argument

    with pytest.raises(NativeError) as caught:
        getattr(library, f"{name}_{suffix}")(*map(passed, arguments))
    assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
    assert library.strerror(caught.value.status) in str(caught.value)
    assert all((output == 77).all() for output in outputs)


@pytest.mark.parametrize(
    ("low", "values", "n", "draws", "offset", "status"),
    [
        (None, RANGE, 3, 2, 0, "NULL"),
        (RANGE, None, 3, 2, 0, "NULL"),
        (RANGE, RANGE, -3, 2, 0, "SIZE"),
        (RANGE, RANGE, 3, -2, 0, "SIZE"),
        (RANGE, RANGE, 2**40, 2**40, 0, "SIZE"),
        (RANGE, RANGE, 3, 2, END - 10, "STREAM"),
        (RANGE, RANGE, 3, 2, END, "STREAM"),
    ],
)
def test_bad_ranges(library: Library, low: Any, values: Any, n: int, draws: int, offset: int, status: str) -> None:
    out = np.full(6, 77)
    given = None if values is None else values.view(np.uint64)
    with pytest.raises(NativeError) as caught:
        library.integers(1, 0, offset, low, given, n, draws, out)
    assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
    assert (out == 77).all()
    library.integers(1, 0, END - 11, RANGE, RANGE.view(np.uint64), 3, 2, out)  # the last six elements of the stream
    assert_array_equal(out, gs.Generator(1, 0, END - 11).integers(RANGE, 2 * RANGE, size=(2, 3)).ravel())


def test_first_bad_row(library: Library) -> None:
    logits, row = np.zeros((5000, 100), np.float32), np.zeros(1, np.int64)
    library.check_logits_f32(logits, 5000, 100, row)
    assert row[0] == -1
    logits[4321, 7] = NAN
    logits[4999] = -INF
    for expected, status in ((4321, "LOGITS"), (4999, "ROW")):
        with pytest.raises(NativeError) as caught:
            library.check_logits_f32(logits, 5000, 100, row)
        assert row[0] == expected
        assert caught.value.status == getattr(library.lib, f"GS_ERROR_{status}")
        logits[4321, 7] = 0


def test_tables_of_others_are_invalid(library: Library) -> None:
    with pytest.raises(NativeError) as caught:
        library.alias_draw(1, 0, 0, None, 0, 2**32, 1, None)
    assert caught.value.status == library.lib.GS_ERROR_SIZE
    table, index = np.zeros(5, np.uint64), np.full(1, 77, np.int64)
    library.cdf_table_f64(np.zeros(3), 1, 3, table)
    table[-1] = 4  # categories whose sums are counted from below
    with pytest.raises(NativeError, match="table"):
        library.cdf_draw(1, 0, 0, table, 1, 3, 1, index)
    with pytest.raises(NativeError, match="table"):
        library.cdf_draw(1, 0, 0, np.zeros(5, np.uint64), 1, 3, 1, index)
    assert index[0] == 77


def test_every_status_is_explained(library: Library) -> None:
    codes = {name: getattr(library.lib, name) for name in dir(library.lib) if name.startswith(("GS_ERROR_", "GS_OK"))}
    assert sorted(codes.values()) == list(range(len(codes)))
    texts = [library.strerror(code) for code in codes.values()]
    assert len(set(texts)) == len(texts)
    assert library.strerror(len(codes)) == library.strerror(-1) == library.strerror(2**31 - 1)
    assert "not a status" in library.strerror(-1)


def test_number_of_threads(library: Library) -> None:
    for bad in (0, -1, -(2**31)):
        with pytest.raises(NativeError, match="number of threads"):
            library.set_num_threads(bad)
    assert library.get_num_threads() == 1


# --- the door from Python -------------------------------------------------------------------------------------


def test_version(library: Library) -> None:
    number = library.version()
    assert gs.__version__ == f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    assert library.stream_version() == gs.STREAM_VERSION


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1, 0, 0, 3), TypeError, "gs_gumbel_f32 takes 5 arguments.*float .out.*got 4"),
        ((1, 0, 0, 3, np.empty(3)), TypeError, "out must be an array of float32, got one of float64"),
        ((1, 0, 0, 3, [0, 0, 0]), TypeError, "out must be an array of float32, got list"),
        ((1, 0, 0, 3, np.empty(6, np.float32)[::2]), ValueError, "out must be C-contiguous"),
        ((-1, 0, 0, 3, np.empty(3, np.float32)), OverflowError, "convert negative"),
    ],
)
def test_calls_that_do_not_fit(library: Library, arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        library.gumbel_f32(*arguments)


def test_read_only_arrays(library: Library) -> None:
    fixed = np.zeros(3, np.float32)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="out must be writeable"):
        library.gumbel_f32(1, 0, 0, 3, fixed)
    library.categorical_f32(1, 0, 0, fixed, 1, 3, np.empty(1, np.int64))  # an input may be


def test_no_such_function_or_library(library: Library, tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="gs_gumbel_f16"):
        _ = library.gumbel_f16
    with pytest.raises(FileNotFoundError, match=r"native/build\.py"):
        Library(tmp_path)


ISA = "import sys; from gsampler.native import Library; library = Library(sys.argv[1]); print(library.isa())\n"


@pytest.mark.parametrize("isa", ["v5", "V3", "x86-64-v3", "sse", " "])
def test_instruction_set_that_is_none(prefix: Path, isa: str) -> None:
    """An error, not another set."""
    code = ISA + "import numpy as np; library.gumbel_f32(1, 0, 0, 1, np.empty(1, np.float32))"
    words = run(
        f"try:\n    {code.replace(chr(10), chr(10) + '    ')}\nexcept ValueError as e:\n    print(e)",
        prefix,
        GSAMPLER_ISA=isa,
    )
    assert words.startswith("none\n")
    assert "GSAMPLER_ISA" in words


def test_empty_choice_of_instruction_set_is_none_made(prefix: Path) -> None:
    assert run(ISA, prefix, GSAMPLER_ISA="") == run(ISA, prefix)
