"""A digest of everything, compiled for a level of x86-64; a process of its own, which takes half a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import gsampler as gs

# LLVM's name of a processor of each level, and what it must be told on top: Numba adds the host's features otherwise
V2 = "+cx16,+popcnt,+sse3,+ssse3,+sse4.1,+sse4.2"
V3 = V2 + ",+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe"
LEVELS = {
    "x86-64-v2": (V2, "sse4.2"),
    "x86-64-v3": (V3, "fma"),
    "x86-64-v4": (V3 + ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl", "avx512vl"),
}

DIGEST = """
import hashlib, numpy as np, gsampler as gs
from gsampler.kernels.table import NOISE
digest = hashlib.sha256()
def add(x):
    digest.update(np.ascontiguousarray(x).tobytes())
# in the stream of seed 42 two float32 elements among these are 0 and 2^32 - 1, and the upper halves of two float64 ones
ends = (2550989692, 11898013029, 3391143966, 8091619112)
for position in ((42, 0, 0), *((42, 0, end - 500) for end in ends), (7, 9, 8 * 2**32 - 1000)):
    for dtype in (np.float32, np.float64):
        for name in NOISE:
            add(getattr(gs.Generator(*position), name)(size=5003, dtype=dtype))
        for k in (3, 65, 300, 1300):
            logits = (2 * np.random.default_rng(k).standard_normal((7, k))).astype(dtype)
            logits[:, 1] = -np.inf
            for method in ("gumbel-max", "inverse-cdf", "alias"):
                add(gs.Generator(*position).categorical(logits, size=9, method=method))
            add(gs.AliasTable(logits)._table)
            add(gs.Generator(*position).bernoulli(logits))
            index = gs.Generator(7).categorical(logits)
            add(gs.Generator(*position).conditional_gumbel(logits, index, size=9))
            add(gs.Generator(*position).counterfactual(logits, index, logits[:, ::-1], size=9))
            for sample in (gs.Generator(*position).gumbel_softmax_vjp, gs.Generator(*position).binary_concrete_vjp):
                value, vjp = sample(logits, dtype(0.7))
                for x in (value, *vjp(logits[:, :1] - logits.clip(-1, 1))):
                    add(x)
    for high in (1000, 2**40, 3 * 2**61, 2**63, [7, 2**62 + 1, 2**63]):
        add(gs.Generator(*position).integers(high, size=(2000, 3)))
    for lam, n, p in ((0.3, 20, 0.3), (8.0, 50, 0.9), (25.0, 10**4, 0.4), (5000.0, 10**9, 1e-6), (1e15, 2**60, 0.5)):
        add(gs.Generator(*position).poisson(lam, size=5003))
        add(gs.Generator(*position).binomial(n, p, size=5003))
        add(gs.Generator(*position).geometric(p, size=5003))
        add(gs.Generator(*position).poisson(lam * np.linspace(0.01, 3, 5003)))
        add(gs.Generator(*position).multinomial(n, [p / 2, 1 - p, p / 2], size=500))
for dtype in (np.float32, np.float64):
    for k in (3, 65, 1300):
        x, y = (3 * np.random.default_rng(k).standard_normal((2, 40, k))).astype(dtype)
        y[:9] = x[:9] + dtype(1e-3) * y[:9]
        log_p = gs.log_softmax(x, 0.7)
        made = log_p, *gs.log_softmax_backward(y, log_p, 0.7), gs.entropy(x), gs.entropy_backward(y[:, 0], x)
        drawn, sums = gs.Generator(42).gumbel_top_k(x, 3)
        made = *made, drawn, sums, gs.top_k_log_prob(x, drawn), gs.top_k_log_prob_backward(y[..., 0], x, drawn)
        for value in (*made, gs.kl_divergence(x, y), *gs.kl_divergence_backward(y[:, 0], x, y)):
            add(value)
add(gs.Generator(42).bits(5003))
add(np.random.Generator(gs.bit_generator(42, 0, 3)).random(5003))
print(digest.hexdigest())
"""


def digest(level: str | None = None) -> str:
    """Of what a process makes that compiles for this level, or for the processor it runs on."""
    environment = {"PYTHONPATH": str(Path(gs.__file__).parents[1]), "PATH": ""}
    environment |= {name: os.environ[name] for name in ("NUMBA_CACHE_DIR", "GSAMPLER_CACHE") if name in os.environ}
    if level is not None:
        environment |= {"NUMBA_CPU_NAME": level, "NUMBA_CPU_FEATURES": LEVELS[level][0]}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=environment, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
