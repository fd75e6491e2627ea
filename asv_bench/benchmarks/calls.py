"""What a call costs beside its work: small calls, the first call, the import."""

import statistics
import tempfile

import numpy as np

import gsampler as gs

from .categorical import normal_logits
from .child import child


class Small:
    """``n`` numbers, or ``n`` draws from 26 categories."""

    params = ((1, 16),)
    param_names = ("n",)

    def setup(self, n):
        self.rng, self.numpy, self.logits = gs.Generator(42), np.random.default_rng(42), normal_logits(26)
        weights = np.exp(self.logits.astype(float))
        self.p = weights / weights.sum()
        self.table = gs.AliasTable(self.logits)
        ours = (self.time_gumbel, self.time_uniform, self.time_categorical, self.time_inverse_cdf, self.time_table)
        ours += (self.time_integers, self.time_permutation)
        ours += (self.time_gumbel_softmax, self.time_gumbel_softmax_and_back)
        for call in ours:
            call(n)

    def time_gumbel(self, n):
        self.rng.gumbel(size=n)

    def time_uniform(self, n):
        self.rng.random(n)

    def time_integers(self, n):
        self.rng.integers(100, size=n)

    def time_permutation(self, n):
        self.rng.permutation(n)

    def time_gumbel_softmax(self, n):
        self.rng.gumbel_softmax(self.logits[:n], 0.5)

    def time_gumbel_softmax_and_back(self, n):
        _, vjp = self.rng.gumbel_softmax_vjp(self.logits[:n], 0.5)
        vjp(self.logits[:n])

    def time_categorical(self, n):
        self.rng.categorical(self.logits, n)

    def time_inverse_cdf(self, n):
        self.rng.categorical(self.logits, n, method="inverse-cdf")

    def time_table(self, n):
        self.rng.categorical(self.table, n)

    def time_numpy_gumbel(self, n):
        self.numpy.gumbel(size=n)

    def time_numpy_uniform(self, n):
        self.numpy.random(n)

    def time_numpy_integers(self, n):
        self.numpy.integers(100, size=n)

    def time_numpy_permutation(self, n):
        self.numpy.permutation(n)

    def time_numpy_choice(self, n):
        self.numpy.choice(26, n, p=self.p)


IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
FIRST = """
import time
import numpy as np
import gsampler as gs
rng, logits = gs.Generator(42), np.zeros((4, 64), np.float32)
start = time.perf_counter()
{}
print(time.perf_counter() - start)
"""
FIRST_CALLS = {
    "gumbel": "rng.gumbel(size=16)",
    "gumbel, parallel": "rng.gumbel(size=2**20)",
    "categorical": "rng.categorical(logits)",
    "gumbel_softmax": "rng.gumbel_softmax(logits)",
    "gumbel_softmax_vjp": "rng.gumbel_softmax_vjp(logits)[1](logits)",
}


def import_cost(runs=9, **environment):
    """Milliseconds that ``import gsampler`` takes beyond ``import numpy``."""
    times = [
        [float(child(IMPORT.format(name), **environment)) for name in ("numpy", "gsampler")] for _ in range(runs + 1)
    ]
    numpy, ours = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return (ours - numpy) * 1e3


def first_call(what, **environment):
    """Seconds of the first call in a process, with an empty cache of compiled kernels and then with a full one."""
    with tempfile.TemporaryDirectory() as cache:
        code = FIRST.format(FIRST_CALLS[what])
        environment |= {"NUMBA_CACHE_DIR": cache, "GSAMPLER_CACHE": "1"}
        return [float(child(code, **environment)) for _ in ("cold", "warm")]


class Import:
    unit = "ms"

    def track_import_over_numpy(self):
        return import_cost()


class First:
    params = (tuple(FIRST_CALLS), ("cold", "warm"))
    param_names = ("what", "cache")
    unit = "s"
    timeout = 300

    def setup_cache(self):
        return {what: dict(zip(("cold", "warm"), first_call(what), strict=True)) for what in FIRST_CALLS}

    setup_cache.timeout = 600

    def track_first_call(self, times, what, cache):
        return times[what][cache]
