"""The libraries gsampler is compared with.

Each function returns a call that is ready to be timed: input held ready, and the output allocated beforehand where the
library can write to it. They run on one thread, but for JAX, which takes all the cores that the process may use.
"""

import functools
import glob
import importlib.util
import os
import sys

import numpy as np

BRNG = {"MCG59": 4 << 20, "MT19937": 8 << 20, "Philox": 16 << 20}  # VSL_BRNG_...
MKL_FUNCTIONS = """
void MKL_Set_Num_Threads(int);
int vslNewStream(void **, int, unsigned);
int vsRngGumbel(int, void *, int, float *, float, float);
int vdRngGumbel(int, void *, int, double *, double, double);
"""


def missing(peer):
    """What keeps a peer from being measured here, or None."""
    if peer == "two cores":
        return None if _cores() > 1 else "one core only"
    if peer == "one core":
        return None if hasattr(os, "sched_setaffinity") else "no affinity"
    modules = ["cffi"] if peer == "MKL" else [peer.lower()]
    found = all(importlib.util.find_spec(name) for name in modules) and (peer != "MKL" or _mkl_library())
    return None if found else "not installed"


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


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


def mkl_gumbel(n, dtype, generator="Philox"):
    ffi, library = _mkl()
    handle = ffi.new("void **")
    if library.vslNewStream(handle, BRNG[generator], 42):
        raise RuntimeError(f"MKL has no generator {generator}")
    stream, out = handle[0], np.zeros(n, dtype)
    fill, pointer = (library.vsRngGumbel, "float *") if dtype == "float32" else (library.vdRngGumbel, "double *")
    address = ffi.cast(pointer, out.ctypes.data)

    def call(out=out):  # keeps the array alive
        if fill(0, stream, n, address, 0, 1):
            raise RuntimeError("MKL failed")

    return call


def numpy_normal(n):
    rng, out = np.random.default_rng(42), np.zeros(n, np.float32)
    return lambda: rng.standard_normal(out=out, dtype=np.float32)


def numpy_gumbel(n):
    rng = np.random.default_rng(42)
    return lambda: rng.gumbel(size=n)


@functools.cache
def _torch():
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(42)
    return torch


@functools.cache
def _jax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    return jax


def torch_multinomial(logits):
    torch = _torch()
    p, out = torch.softmax(torch.from_numpy(logits), -1), torch.zeros(len(logits), 1, dtype=torch.int64)
    return lambda: torch.multinomial(p, 1, out=out)


def torch_argmax(logits):
    """The idiom: argmax(logits + Gumbel noise), the noise being -log of an exponential, all in place."""
    torch = _torch()
    given = torch.from_numpy(logits)
    noise, out = torch.empty_like(given), torch.zeros(len(logits), dtype=torch.int64)
    return lambda: torch.argmax(noise.exponential_().log_().neg_().add_(given), -1, out=out)


def torch_gumbel_softmax(logits, tau):
    torch = _torch()
    given = torch.from_numpy(logits)
    return lambda: torch.nn.functional.gumbel_softmax(given, tau)


def torch_gumbel_softmax_backward(logits, tau, learnt=True):
    """Forward and backward through autograd, to the logits and, where it is learnt, to the temperature."""
    torch = _torch()
    given = torch.from_numpy(logits.copy()).requires_grad_()
    heat = torch.tensor(tau, requires_grad=True) if learnt else tau
    grad = torch.randn(logits.shape)

    def call():
        given.grad = None
        if learnt:
            heat.grad = None
        torch.nn.functional.gumbel_softmax(given, heat).backward(grad)

    return call


def torch_relaxed_bernoulli(logits, tau):
    torch = _torch()
    law = torch.distributions.RelaxedBernoulli(torch.tensor(tau), logits=torch.from_numpy(logits))
    return lambda: law.rsample()


def _jax_relaxed(jax):
    def sample(key, logits, tau):
        return jax.nn.softmax((logits + jax.random.gumbel(key, logits.shape)) / tau)

    return sample


def jax_gumbel_softmax(logits, tau):
    jax = _jax()
    key, given, draw = jax.random.key(42), jax.device_put(logits), jax.jit(_jax_relaxed(jax))
    return lambda: draw(key, given, tau).block_until_ready()


def jax_gumbel_softmax_backward(logits, tau):
    jax = _jax()
    key, given = jax.random.key(42), jax.device_put(logits)
    grad = jax.random.normal(key, logits.shape)

    @jax.jit
    def both(logits, tau):
        value, vjp = jax.vjp(lambda x, t: _jax_relaxed(jax)(key, x, t), logits, tau)
        return value, vjp(grad)

    return lambda: jax.block_until_ready(both(given, tau))


def jax_categorical(logits):
    jax = _jax()
    key, given, draw = jax.random.key(42), jax.device_put(logits), jax.jit(jax.random.categorical)
    return lambda: draw(key, given).block_until_ready()
