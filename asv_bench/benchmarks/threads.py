"""One thread and two."""

import numpy as np

import gsampler as gs

from .categorical import normal_logits
from .relaxed import TAU, sample_and_back

N = 2**22  # elements or draws of a call
WORK = (
    "gumbel float32",
    "gumbel float64",
    "categorical K=64",
    "categorical K=131072",
    "categorical K=4194304",
    "alias K=26",
    "gumbel_softmax K=64",
    "with backward K=64",
    "binary_concrete",
)


def work(what):
    """A call of some milliseconds, ready and warm."""
    rng = gs.Generator(42)
    if what.startswith("gumbel float"):
        out = np.zeros(N, what.split()[1])
        call = lambda: rng.gumbel(dtype=out.dtype, out=out)  # noqa: E731
    elif what == "alias K=26":
        out, table = np.zeros(N, np.int64), gs.AliasTable(normal_logits(26))
        call = lambda: rng.categorical(table, out.size, out=out)  # noqa: E731
    elif what == "binary_concrete":
        out, logits = np.zeros(N, np.float32), normal_logits(N)
        call = lambda: rng.binary_concrete(logits, TAU, out=out)  # noqa: E731
    elif what.startswith("with backward"):
        call = sample_and_back(normal_logits((N // 64, 64)))
    elif what.startswith("gumbel_softmax"):
        logits = normal_logits((N // 64, 64))
        out = np.zeros_like(logits)
        call = lambda: rng.gumbel_softmax(logits, TAU, out=out)  # noqa: E731
    else:
        k = int(what.split("=")[1])
        out, logits = np.zeros(N // k, np.int64), normal_logits((N // k, k))
        call = lambda: rng.categorical(logits, out=out)  # noqa: E731
    call()
    return call


class Threads:
    params = (WORK, (1, 2))
    param_names = ("what", "threads")

    def setup(self, what, threads):
        try:
            gs.set_num_threads(threads)
        except ValueError as error:
            raise NotImplementedError(str(error)) from None
        self.call = work(what)

    def time_call(self, what, threads):
        self.call()
