"""The libraries gsampler is compared with.

Each function returns a call that is ready to be timed: input held ready, and the output allocated beforehand where the
library can write to it, unless ``new`` asks for new arrays in every call. `set_threads` says how many threads torch
uses; MKL, NumPy and SciPy have one, and JAX takes all the cores that the process may use.
"""

import ctypes
import functools
import glob
import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial

import numpy as np

# VSL_BRNG_..., multiples of 2^20
BRNG = {name: n << 20 for name, n in {"MCG59": 4, "MT19937": 8, "SFMT19937": 13, "ARS5": 15, "Philox": 16}.items()}
MKL_FUNCTIONS = """
void MKL_Set_Num_Threads(int);
int vslNewStream(void **, int, unsigned);
int vsRngGumbel(int, void *, int, float *, float, float);
int vdRngGumbel(int, void *, int, double *, double, double);
"""


def missing(peer):
    """What keeps a peer from being measured here, or None."""
    if peer == "two cores":
        return None if cores() > 1 else "one core only"
    if peer == "one core":
        return None if hasattr(os, "sched_setaffinity") else "no affinity"
    if peer == "C++":
        return None if shutil.which("g++") else "no g++"
    if peer == "gsampler.jax":
        return "JAX is not installed" if missing("JAX") else None if _jax_library() else "gsampler.jax is not built"
    modules = ["cffi"] if peer == "MKL" else [peer.lower()]
    found = all(importlib.util.find_spec(name) for name in modules) and (peer != "MKL" or _mkl_library())
    return None if found else "not installed"


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def set_threads(peer, threads):
    """How many threads a peer uses, where it can be told; before its calls are made."""
    if peer == "torch":
        _torch().set_num_threads(threads)


# --- MKL ------------------------------------------------------------------------------------------------------


def _mkl_library():
    return next(iter(sorted(glob.glob(f"{sys.prefix}/lib/libmkl_rt.so*"))), None)


@functools.cache
def _mkl():
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(MKL_FUNCTIONS)
    library = ffi.dlopen(_mkl_library())
    library.MKL_Set_Num_Threads(1)
    return ffi, library


def mkl_gumbel(n, dtype, generator="Philox", new=False):
    ffi, library = _mkl()
    handle = ffi.new("void **")
    if library.vslNewStream(handle, BRNG[generator], 42):
        raise RuntimeError(f"MKL has no generator {generator}")
    stream = handle[0]
    fill, pointer = (library.vsRngGumbel, "float *") if dtype == "float32" else (library.vdRngGumbel, "double *")

    def address(array):
        return ffi.cast(pointer, array.ctypes.data)

    def call(place, array):  # which it keeps alive
        if fill(0, stream, n, place, 0, 1):
            raise RuntimeError("MKL failed")

    def into_new():
        array = np.empty(n, dtype)
        call(address(array), array)

    kept = np.zeros(n, dtype)
    return into_new if new else partial(call, address(kept), kept)


def main():
    """Print for which instruction set MKL takes its code here: ``avx512``, ``avx2``, or ``def``, which is for any."""
    mkl_gumbel(1000, "float32")()
    with open("/proc/self/maps") as maps:
        loaded = re.findall(r"libmkl_vml_(\w+)\.so", maps.read())
    print(loaded[0] if loaded else "one that is not known")


# --- NumPy and SciPy ------------------------------------------------------------------------------------------


def numpy_normal(n, new=False):
    rng, out = np.random.default_rng(42), None if new else np.zeros(n, np.float32)
    return lambda: rng.standard_normal(n, out=out, dtype=np.float32)


def numpy_count(kind, *parameters, n):
    """NumPy takes no array to write to."""
    return partial(getattr(np.random.Generator(np.random.PCG64(1)), kind), *parameters, size=n)


def numpy_gumbel(n, new=False):
    """What has no ``out``."""
    rng = np.random.default_rng(42)
    return lambda: rng.gumbel(size=n)


def _log_exponential(rng, shape, dtype, out=None):
    """Gumbels as -log of exponentials: the fastest way NumPy has, and its only one in float32.

    A float32 exponential may be 0, and the Gumbel inf.
    """
    noise = rng.standard_exponential(shape, dtype=dtype, out=out)
    with np.errstate(divide="ignore"):
        np.log(noise, out=noise)
    return np.negative(noise, out=noise)


def numpy_log_exponential(n, dtype, new=False):
    rng, out = np.random.default_rng(42), None if new else np.zeros(n, dtype)
    return lambda: _log_exponential(rng, n, dtype, out)


def numpy_argmax(logits, new=False):
    """The idiom, argmax(logits + Gumbel noise), with the fastest noise."""
    rng, kept = np.random.default_rng(42), None if new else np.zeros_like(logits)
    out = None if new else np.zeros(len(logits), np.intp)

    def call():
        noise = _log_exponential(rng, logits.shape, logits.dtype, kept)
        noise += logits
        return noise.argmax(-1, out=out)

    return call


def numpy_choice(logits, draws=1, new=False):
    """Draws from one row. It has no ``out``."""
    rng, weights = np.random.default_rng(42), np.exp(logits.ravel().astype(float))
    p = weights / weights.sum()
    return lambda: rng.choice(p.size, draws, p=p)


def python_choices(logits, draws=1, new=False):
    """Draws from one row by the standard library, into a new list, from sums that are made beforehand."""
    sums = np.cumsum(np.exp(logits.ravel().astype(float))).tolist()
    return partial(random.Random(42).choices, range(logits.size), cum_weights=sums, k=draws)


def scipy_gumbel(n, new=False):
    """What has no ``out``."""
    from scipy import stats

    rng = np.random.default_rng(42)
    return lambda: stats.gumbel_r.rvs(size=n, random_state=rng)


def scipy_gumbel_softmax(logits, tau, new=False):
    """SciPy's softmax, which has no ``out``, of the logits and NumPy's fastest noise."""
    from scipy import special

    rng, kept = np.random.default_rng(42), None if new else np.zeros_like(logits)

    def call():
        noise = _log_exponential(rng, logits.shape, logits.dtype, kept)
        noise += logits
        noise /= tau
        return special.softmax(noise, axis=-1)

    return call


# --- C++ ------------------------------------------------------------------------------------------------------


@functools.cache
def _cpp():
    with tempfile.TemporaryDirectory() as made:
        source, library = os.path.join(os.path.dirname(__file__), "tables.cpp"), f"{made}/tables.so"
        subprocess.run(
            ["g++", "-std=c++17", "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library], check=True
        )
        return ctypes.CDLL(library)


def _cpp_draws(kind, logits, draws, new):
    library, weights = _cpp(), np.exp(logits.ravel().astype(float))
    make, draw = getattr(library, f"{kind}_new"), getattr(library, f"{kind}_draw")
    make.restype = ctypes.c_void_p
    law = ctypes.c_void_p(make(weights.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(weights.size)))
    kept, count = np.zeros(draws, np.int64), ctypes.c_int64(draws)

    def call():
        out = np.empty(draws, np.int64) if new else kept
        draw(law, count, ctypes.c_void_p(out.ctypes.data))
        return out

    return call


def cpp_discrete(logits, draws=1, new=False):
    """std::discrete_distribution with std::mt19937_64, its sums made beforehand."""
    return _cpp_draws("discrete", logits, draws, new)


def cpp_alias(logits, draws=1, new=False):
    """Vose's table with std::mt19937_64, made beforehand."""
    return _cpp_draws("alias", logits, draws, new)


# --- ActivitySim ----------------------------------------------------------------------------------------------


def activitysim_gumbel(ids, k):
    """Its keyed noise: one generator, seeded anew for each row."""
    import pandas
    from activitysim.core import random

    step, rows = "mode choice", pandas.DataFrame({"id": ids}, index=pandas.Index(ids, name="person_id"))
    channel = random.SimpleChannel("persons", 42, rows, step)

    def call():
        channel.row_states["offset"] = 0  # it would draw again all that the rows have drawn before
        return channel.gumbel_for_df(rows, step, n=k)

    return call


# --- torch ----------------------------------------------------------------------------------------------------


@functools.cache
def _torch():
    import torch

    torch.manual_seed(42)
    return torch


def torch_gumbel(n, new=False):
    torch = _torch()
    kept = torch.zeros(n)
    return lambda: (torch.empty_like(kept) if new else kept).exponential_().log_().neg_()


def torch_multinomial(logits, draws=1, new=False):
    torch = _torch()
    p = torch.softmax(torch.from_numpy(logits), -1)
    out = {} if new else {"out": torch.zeros(*logits.shape[:-1], draws, dtype=torch.int64)}
    return lambda: torch.multinomial(p, draws, replacement=draws > 1, **out)


def torch_argmax(logits, new=False):
    """The idiom: argmax(logits + Gumbel noise), the noise being -log of an exponential, all in place."""
    torch = _torch()
    given = torch.from_numpy(logits)
    kept, out = torch.empty_like(given), None if new else torch.zeros(len(logits), dtype=torch.int64)

    def call():
        noise = torch.empty_like(given) if new else kept
        return torch.argmax(noise.exponential_().log_().neg_().add_(given), -1, out=out)

    return call


def torch_gumbel_softmax(logits, tau, new=False):
    """What has no ``out``."""
    torch = _torch()
    given = torch.from_numpy(logits)
    return lambda: torch.nn.functional.gumbel_softmax(given, tau)


def torch_gumbel_softmax_backward(logits, tau, learnt=True, new=False):
    """Forward and backward through autograd, to the logits and, where it is learnt, to the temperature."""
    torch = _torch()
    given = torch.from_numpy(logits.copy()).requires_grad_()
    temperature = torch.tensor(tau, requires_grad=True) if learnt else tau
    grad = torch.randn(logits.shape)

    def call():
        given.grad = None
        if learnt:
            temperature.grad = None
        torch.nn.functional.gumbel_softmax(given, temperature).backward(grad)

    return call


def torch_relaxed_bernoulli(logits, tau, new=False):
    """What has no ``out``."""
    torch = _torch()
    law = torch.distributions.RelaxedBernoulli(torch.tensor(tau), logits=torch.from_numpy(logits))
    return lambda: law.rsample()


# --- JAX, which always makes new arrays -----------------------------------------------------------------------


@functools.cache
def _jax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    return jax


def jax_gumbel(n, new=False):
    jax = _jax()
    key, draw = jax.random.key(42), jax.jit(lambda key: jax.random.gumbel(key, (n,)))
    return lambda: draw(key).block_until_ready()


def jax_categorical(logits, new=False):
    jax = _jax()
    key, given, draw = jax.random.key(42), jax.device_put(logits), jax.jit(jax.random.categorical)
    return lambda: draw(key, given).block_until_ready()


def _jax_library():
    from gsampler.native import prefixes

    return any((prefix / "lib" / "libgsampler_jax.so").exists() for prefix in prefixes())


def _jax_relaxed(jax, ours):
    if ours:
        from gsampler.jax import gumbel_softmax

        return gumbel_softmax

    def sample(key, logits, tau):
        return jax.nn.softmax((logits + jax.random.gumbel(key, logits.shape)) / tau)

    return sample


def jax_gumbel_softmax(logits, tau, new=False, ours=False):
    """By JAX's own functions, or by `gsampler.jax`."""
    jax = _jax()
    key, given, draw = jax.random.key(42), jax.device_put(logits), jax.jit(_jax_relaxed(jax, ours))
    return lambda: draw(key, given, tau).block_until_ready()


def jax_gumbel_softmax_backward(logits, tau, new=False, ours=False):
    jax = _jax()
    key, given, sample = jax.random.key(42), jax.device_put(logits), _jax_relaxed(jax, ours)
    grad = jax.random.normal(key, logits.shape)

    @jax.jit
    def both(key, logits, tau, grad):
        value, vjp = jax.vjp(lambda x, t: sample(key, x, t), logits, tau)
        return value, vjp(grad)

    return lambda: jax.block_until_ready(both(key, given, tau, grad))
