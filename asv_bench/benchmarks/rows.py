"""The rows of the table of ratios: what is compared, where, and what the ratio should be.

A main row has others beside it: into new arrays instead of given ones, and ours on all cores beside the peer on all
cores. The last is left out where the peer has one thread whatever one does, as NumPy, SciPy and a stream of MKL have:
to beat one core with many says nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

import gsampler as gs

from . import peers
from .categorical import normal_logits
from .relaxed import TAU, sample_and_back
from .steps import BATCH, demo_step, torch_step
from .tails import truncated_gumbel
from .threads import WORK, N, work

LONG = 131072
PERSONS = 100_000
DRAWS = 2**20  # from one row


class Row(NamedTuple):
    """``must`` is what the ratio has to reach, ``target`` what is aimed at."""

    name: str
    make: Callable  # -> ours, theirs
    needs: str
    must: float | None = None
    target: float | None = None
    n: int = N  # elements or draws of a call
    threads: int | None = 1  # of both; None: all

    @property
    def one_core(self):
        """JAX cannot be told a number of threads, only be kept to a core."""
        return self.needs in ("JAX", "gsampler.jax") and self.threads == 1


# --- what is compared: functions that give a call of ours and one of theirs -----------------------------------


def noise(theirs, *arguments, dtype="float32", n=N, new=False):
    rng, out = gs.Generator(42), None if new else np.zeros(n, dtype)
    ours = partial(rng.gumbel, size=n, dtype=dtype, out=out)
    return ours, getattr(peers, theirs)(n, *arguments, new=new)


def small(n):
    """A small call as it is written: float64 into a new array."""
    return partial(gs.Generator(42).gumbel, size=n), peers.numpy_gumbel(n)


def tails(dtype):
    rng, out = gs.Generator(42), np.zeros(N, dtype)
    return partial(rng.gumbel, size=N, dtype=dtype, out=out), truncated_gumbel(N, dtype)


def normal(theirs, new=False):
    rng, out = gs.Generator(42), None if new else np.zeros(N, np.float32)
    return partial(rng.normal, size=N, dtype=np.float32, out=out), getattr(peers, theirs)(N, new=new)


def categorical(theirs, k, rows=None, masked=False, new=False):
    rows = rows or N // k
    rng, logits, out = gs.Generator(42), normal_logits((rows, k)), None if new else np.zeros(rows, np.int64)
    if masked:
        logits[np.random.default_rng(8).random(logits.shape) < 0.5] = -np.inf
    given = (logits.size, "float32") if theirs == "mkl_gumbel" else (logits,)
    return partial(rng.categorical, logits, out=out), getattr(peers, theirs)(*given, new=new)


def repeated(theirs, method="auto", new=False, **options):
    rng, logits = gs.Generator(42), normal_logits(26)
    out = None if new or options else np.zeros(DRAWS, np.int64)
    ours = partial(rng.categorical, logits, DRAWS, method=method, out=out, **options)
    return ours, getattr(peers, theirs)(logits, DRAWS, new=new)


def from_table(theirs, k, method, n=DRAWS):
    """Draws from one distribution: a table made beforehand, or the sums that `categorical` makes in each call."""
    rng, logits, out = gs.Generator(42), normal_logits((1, k)), np.zeros((n, 1), np.int64)
    source = gs.AliasTable(logits) if method == "alias" else logits
    return partial(rng.categorical, source, n, method=method, out=out), getattr(peers, theirs)(logits, n)


def relaxed(theirs, k, rows=None, new=False):
    rng, logits = gs.Generator(42), normal_logits((rows or N // k, k))
    out = None if new else np.zeros_like(logits)
    return partial(rng.gumbel_softmax, logits, TAU, out=out), getattr(peers, theirs)(logits, TAU, new=new)


def with_backward(theirs, k, rows=None, new=False, **options):
    logits = normal_logits((rows or N // k, k))
    return sample_and_back(logits, new=new), getattr(peers, theirs)(logits, TAU, new=new, **options)


def count(kind, *parameters, new=False):
    rng, out = gs.Generator(42), None if new else np.zeros(DRAWS, np.int64)
    return partial(getattr(rng, kind), *parameters, size=DRAWS, out=out), peers.numpy_count(kind, *parameters, n=DRAWS)


def different_counts(kind):
    """A parameter for each element: means up to 100, or up to 1000 trials and any p."""
    rng = np.random.default_rng(7)
    parameters = (
        (rng.uniform(0, 100, DRAWS),) if kind == "poisson" else (rng.integers(1000, size=DRAWS), rng.random(DRAWS))
    )
    return count(kind, *parameters)


def category_counts(n, k):
    rng, p, rows = gs.Generator(42), np.random.default_rng(7).dirichlet(np.ones(k)), DRAWS // k
    return partial(rng.multinomial, n, p, size=rows), peers.numpy_count("multinomial", n, p, n=rows)


def conditional(k, dtype="float32"):
    """Given the largest, beside Gumbel noise alone in the same array."""
    rng, logits = gs.Generator(42), normal_logits((N // k, k), dtype)
    index, out = rng.categorical(logits), np.zeros_like(logits)
    ours = partial(rng.conditional_gumbel, logits, index, out=out)
    return ours, partial(rng.gumbel, size=out.shape, dtype=dtype, out=out)


def binary(theirs, new=False):
    rng, logits = gs.Generator(42), normal_logits(N)
    out = None if new else np.zeros_like(logits)
    return partial(rng.binary_concrete, logits, TAU, out=out), getattr(peers, theirs)(logits, TAU, new=new)


def keyed(k):
    """Noise of persons by their ids, new arrays."""
    ids = np.arange(1, PERSONS + 1)
    return partial(gs.Channel(42, "mode choice").gumbel, ids, k), peers.activitysim_gumbel(ids, k)


def keyed_choice(k, columns=None, order=1):
    """Choices by ids beside those by position, of float64 utilities; ids in order, or not."""
    logits = np.random.default_rng(3).normal(size=(PERSONS, k))
    ids = np.arange(PERSONS) * order % PERSONS
    ours = partial(gs.Channel(42, "mode choice").categorical, logits, ids, columns)
    return ours, partial(gs.Generator(42).categorical, logits)


def ragged_choice(k):
    """Choice sets of 1 to 2 k - 1 alternatives beside as many of k, the alternatives far apart in a universe."""
    rng, channel = np.random.default_rng(3), gs.Channel(42, "workplace")
    pointers = np.concatenate([[0], np.cumsum(np.resize([1, k, 2 * k - 1], PERSONS // 3 * 3))])
    m = int(pointers[-1])
    persons = m // k
    ids, values, zones = np.arange(persons), rng.normal(size=m), rng.integers(10**6, size=m)
    dense = values.reshape(persons, k), ids, zones.reshape(persons, k)
    return partial(channel.categorical_ragged, values, pointers, ids, zones), partial(channel.categorical, *dense)


def top_k(k, top):
    """Draws without replacement beside one draw."""
    logits = np.random.default_rng(3).normal(size=(N // k, k)).astype(np.float32)
    rng, other = gs.Generator(42), gs.Generator(42)
    return partial(rng.gumbel_top_k, logits, top), partial(other.categorical, logits)


def permutation(n):
    rng, numpy_rng = gs.Generator(42), np.random.default_rng(42)
    return partial(rng.permutation, n), partial(numpy_rng.permutation, n)


def compiled_gumbel(dtype):
    """Noise in loops of users' own compiled functions."""
    from . import compiled  # which compiles with Numba

    ours = compiled.our_gumbel if dtype == "float64" else compiled.our_gumbel_f32
    return partial(ours, np.zeros(DRAWS, dtype)), partial(compiled.numba_gumbel, np.zeros(DRAWS, dtype))


def compiled_categorical(theirs, k, dtype="float64"):
    """A category a row in such loops; from weights, where theirs takes those."""
    from . import compiled

    logits, out = normal_logits((DRAWS // 16, k), dtype), np.zeros(DRAWS // 16, np.int64)
    given = np.exp(logits) if theirs == "by_sums_alone" else logits
    return partial(compiled.our_categorical, logits, out), partial(getattr(compiled, theirs), given, out)


def adapter(theirs, k, rows=None, backward=False, new=True):
    """`gsampler.torch`, beside our own call of the same logits, into a new array, or beside PyTorch's function."""
    import torch

    from gsampler.torch import gumbel_softmax

    logits = normal_logits((rows or N // k, k))
    given = torch.from_numpy(logits.copy()).requires_grad_(backward)
    grad = torch.randn(logits.shape)

    def call():
        sample = gumbel_softmax(given, TAU)
        if backward:
            given.grad = None
            sample.backward(grad)

    if theirs == "gsampler":
        return call, partial(gs.Generator(42).gumbel_softmax, logits, TAU)
    name = "torch_gumbel_softmax_backward" if backward else "torch_gumbel_softmax"
    return call, getattr(peers, name)(logits, TAU, **({"learnt": False} if backward else {}))


def jax_adapter(theirs, k, rows=None, backward=False, new=True):
    """`gsampler.jax` within `jax.jit`; as `adapter`."""
    logits = normal_logits((rows or N // k, k))
    call = getattr(peers, "jax_gumbel_softmax_backward" if backward else "jax_gumbel_softmax")
    if theirs == "gsampler":
        return call(logits, TAU, ours=True), partial(gs.Generator(42).gumbel_softmax, logits, TAU)
    return call(logits, TAU, ours=True), call(logits, TAU)


def training_step(*sizes):
    return demo_step(*sizes), torch_step(*sizes)


def two_threads(what):
    call = work(what)

    def on(threads):
        gs.set_num_threads(threads)
        call()

    return partial(on, 2), partial(on, 1)


# --- the rows -------------------------------------------------------------------------------------------------


def family(ours, theirs, make, needs, must=None, target=None, n=N):
    """A row, and beside it those of new arrays and of all cores; what must be holds for all cores too."""
    one = ", one core" if needs == "JAX" else ""
    yield Row(f"{ours} / {theirs}{one}", make, needs, must, target, n)
    yield Row(f"{ours}, new array / {theirs}{one}", partial(make, new=True), needs, n=n)
    if needs in ("torch", "JAX"):
        yield Row(f"{ours} / {theirs}, all cores", make, needs, must, target, n, threads=None)


mkl, fast_numpy = partial(noise, "mkl_gumbel"), partial(noise, "numpy_log_exponential")

NOISE = (
    *family("gumbel float32", "MKL Philox", partial(mkl, "float32"), "MKL", 1.1, 0.85),
    *(
        Row(f"gumbel float32 / MKL {name}", partial(mkl, "float32", name), "MKL")
        for name in ("MCG59", "ARS5", "SFMT19937", "MT19937")
    ),
    *family("gumbel float64", "MKL Philox", partial(mkl, "float64", dtype="float64"), "MKL", None, 1.0),
    Row("gumbel float64 / MKL ARS5", partial(mkl, "float64", "ARS5", dtype="float64"), "MKL"),
    Row("gumbel float32 / without its tails", partial(tails, "float32"), "NumPy"),
    Row("gumbel float64 / without its tails", partial(tails, "float64"), "NumPy"),
    *family("gumbel float32", "NumPy float64", partial(noise, "numpy_gumbel"), "NumPy", 0.1, 0.1),
    *family("gumbel float64", "NumPy float64", partial(noise, "numpy_gumbel", dtype="float64"), "NumPy", None, 0.1),
    *family("gumbel float32", "NumPy -log exponential", partial(fast_numpy, "float32"), "NumPy"),
    Row("gumbel float64 / NumPy -log exponential", partial(fast_numpy, "float64", dtype="float64"), "NumPy"),
    Row("gumbel float64 / SciPy gumbel_r", partial(noise, "scipy_gumbel", dtype="float64", new=True), "SciPy"),
    *family("gumbel float32", "torch -log exponential", partial(noise, "torch_gumbel"), "torch"),
    *family("gumbel float32", "JAX", partial(noise, "jax_gumbel"), "JAX"),
    Row("gumbel float64, n=1 / NumPy", partial(small, n=1), "NumPy", n=1),
    Row("gumbel float64, n=16 / NumPy", partial(small, n=16), "NumPy", None, 2.0, n=16),
    Row("keyed gumbel, 20 a row / ActivitySim gumbel_for_df", partial(keyed, 20), "ActivitySim", n=20 * PERSONS),
    *family("normal float32", "NumPy float32", partial(normal, "numpy_normal"), "NumPy"),
)

mkl_alone, choice = partial(categorical, "mkl_gumbel"), partial(categorical, "numpy_choice")
multinomial, argmax = partial(categorical, "torch_multinomial"), partial(categorical, "torch_argmax")
numpy_argmax, jax = partial(categorical, "numpy_argmax"), partial(categorical, "jax_categorical")
one_row = {"k": 10, "rows": 1, "new": True}

CATEGORICAL = (
    *family("categorical K=131072", "MKL noise alone", partial(mkl_alone, LONG), "MKL", None, 0.6),
    Row("categorical, one row of 131072 / MKL noise alone", partial(mkl_alone, LONG, 1), "MKL", None, 0.6, n=LONG),
    *family("categorical K=64", "torch.multinomial", partial(multinomial, 64), "torch", 0.1, 0.03),
    *family("categorical K=131072", "torch.multinomial", partial(multinomial, LONG), "torch", 0.1),
    *family("categorical K=64", "torch argmax", partial(argmax, 64), "torch", 0.1),
    *family("categorical K=131072", "torch argmax", partial(argmax, LONG), "torch", 0.1),
    *family("categorical K=64", "JAX", partial(jax, 64), "JAX", 0.1, 0.06),
    *family("categorical K=131072", "JAX", partial(jax, LONG), "JAX", 0.1),
    Row("categorical K=64 / NumPy argmax", partial(numpy_argmax, 64), "NumPy"),
    Row("categorical K=131072 / NumPy argmax", partial(numpy_argmax, LONG), "NumPy"),
    Row("categorical K=8 / torch.multinomial", partial(multinomial, 8), "torch", None, 0.05),
    *(Row(f"categorical K={k} / torch.multinomial", partial(multinomial, k), "torch") for k in (4, 16, 256)),
    *(Row(f"categorical K={k} / torch argmax", partial(argmax, k), "torch") for k in (4, 16, 256)),
    *(
        Row(f"categorical K={k}, half masked / {theirs}", partial(make, k, masked=True), "torch")
        for k in (64, LONG)
        for theirs, make in (("torch.multinomial", multinomial), ("torch argmax", argmax))
    ),
    Row("categorical, one row of 10 / torch.multinomial", partial(multinomial, **one_row), "torch", None, 0.5, n=10),
    Row("categorical, one row of 10 / NumPy choice", partial(choice, **one_row), "NumPy", n=10),
    *(
        row
        for theirs, make, needs in (
            ("torch.multinomial", partial(repeated, "torch_multinomial"), "torch"),
            ("NumPy choice", partial(repeated, "numpy_choice"), "NumPy"),
        )
        for row in (
            *family("many draws, K=26", theirs, make, needs, n=DRAWS),
            Row(f"many draws, K=26, Gumbel-Max / {theirs}", partial(make, method="gumbel-max"), needs, n=DRAWS),
            Row(f"many draws, K=26, uint8 / {theirs}", partial(make, dtype=np.uint8), needs, n=DRAWS),
            Row(f"many draws, K=26, counted / {theirs}", partial(make, counts=True), needs, n=DRAWS),
        )
    ),
)

KS = {4: "4", 26: "26", 1000: "1000", 10**6: "10^6"}

TABLES = tuple(
    Row(f"{ours}, K={text} / {name}", partial(from_table, theirs, k, method, n), needs, None, target, n=n)
    for ours, method, name, theirs, needs, n, target in (
        ("AliasTable", "alias", "NumPy choice", "numpy_choice", "NumPy", DRAWS, 0.2),
        ("AliasTable", "alias", "torch.multinomial", "torch_multinomial", "torch", DRAWS, 0.2),
        ("AliasTable", "alias", "C++ discrete_distribution", "cpp_discrete", "C++", DRAWS, 0.5),
        ("AliasTable", "alias", "C++ Vose", "cpp_alias", "C++", DRAWS, 1.0),
        ("AliasTable", "alias", "random.choices", "python_choices", "NumPy", DRAWS // 16, 0.02),
        ("inverse-cdf", "inverse-cdf", "NumPy choice", "numpy_choice", "NumPy", DRAWS, 0.5),
        ("inverse-cdf", "inverse-cdf", "torch.multinomial", "torch_multinomial", "torch", DRAWS, 0.5),
        ("inverse-cdf", "inverse-cdf", "C++ discrete_distribution", "cpp_discrete", "C++", DRAWS, 1.0),
    )
    for k, text in KS.items()
)

soft, back = partial(relaxed, "torch_gumbel_softmax"), partial(with_backward, "torch_gumbel_softmax_backward")
jax_soft, jax_back = partial(relaxed, "jax_gumbel_softmax"), partial(with_backward, "jax_gumbel_softmax_backward")

RELAXED = (
    *family("gumbel_softmax K=64", "torch", partial(soft, 64), "torch", 0.12, 0.08),
    *family("gumbel_softmax K=1000", "torch", partial(soft, 1000), "torch", 0.12, 0.08),
    Row("gumbel_softmax K=131072 / torch", partial(soft, LONG), "torch", None, 0.08),
    Row("gumbel_softmax K=10 / torch", partial(soft, 10), "torch", None, 0.08),
    *family("gumbel_softmax K=64", "JAX", partial(jax_soft, 64), "JAX", None, 0.2),
    Row("gumbel_softmax K=64 / SciPy softmax", partial(relaxed, "scipy_gumbel_softmax", 64), "SciPy"),
    Row("gumbel_softmax, one row of 10 / torch", partial(soft, **one_row), "torch", None, 0.5, n=10),
    *family("with backward K=64", "torch autograd", partial(back, 64), "torch", 0.12, 0.1),
    *family("with backward K=1000", "torch autograd", partial(back, 1000), "torch", 0.12, 0.1),
    Row("with backward K=64 / torch, to logits only", partial(back, 64, learnt=False), "torch", None, 0.1),
    Row("with backward K=1000 / torch, to logits only", partial(back, 1000, learnt=False), "torch", None, 0.1),
    *family("with backward K=64", "JAX", partial(jax_back, 64), "JAX", None, 0.2),
    Row("with backward, one row of 10 / torch autograd", partial(back, **one_row), "torch", None, 0.5, n=10),
    *family(
        "binary_concrete", "torch RelaxedBernoulli", partial(binary, "torch_relaxed_bernoulli"), "torch", 0.12, 0.1
    ),
    *(
        Row(f"conditional_gumbel {dtype} K={k} / gumbel", partial(conditional, k, dtype), "NumPy")
        for dtype in ("float32", "float64")
        for k in (10, 64, 1000)
    ),
)

# The size of `gsampler demo`, and that of the paper
SIZES = {"64-(10x5)-64": (64, 10, 5), "784-(20x10)-784": (784, 20, 10)}

TRAINING = tuple(
    Row(
        f"training step of a VAE, {text} / torch autograd, all cores",
        partial(training_step, *sizes),
        "torch",
        n=BATCH * sizes[1] * sizes[2],
        threads=None,
    )
    for text, sizes in SIZES.items()
)

THREADS = tuple(
    Row(f"{what}, two threads / one", partial(two_threads, what), "two cores", 0.55, 0.55, threads=None)
    for what in WORK
)

KEYED = (
    Row("keyed categorical K=20 / by position", partial(keyed_choice, 20), "NumPy", None, 1.1, n=20 * PERSONS),
    Row(
        "keyed categorical K=20, persons out of order / by position",
        partial(keyed_choice, 20, order=7919),
        "NumPy",
        None,
        1.1,
        n=20 * PERSONS,
    ),
    Row(
        "keyed categorical K=20, alternatives apart / by position",
        partial(keyed_choice, 20, columns=7 * np.arange(20)),
        "NumPy",
        None,
        3.0,
        n=20 * PERSONS,
    ),
    Row("ragged choice sets of 1 to 39 / 20 each", partial(ragged_choice, 20), "NumPy", None, 1.3, n=20 * PERSONS),
    Row("gumbel_top_k, 50 of 131072 / categorical", partial(top_k, LONG, 50), "NumPy", None, 1.5),
    Row("permutation of 10^7 / NumPy", partial(permutation, 10**7), "NumPy", n=10**7, threads=None),
)

OURS = "gsampler.jax"

ADAPTERS = (
    Row("gsampler.torch K=64 / gsampler, new array", partial(adapter, "gsampler", 64), "torch", None, 1.05),
    Row("gsampler.torch K=64 / torch", partial(adapter, "torch", 64), "torch", None, 0.1),
    Row("gsampler.torch with backward K=64 / torch", partial(adapter, "torch", 64, backward=True), "torch", None, 0.15),
    Row("gsampler.torch, one row of 10 / torch", partial(adapter, "torch", **one_row), "torch", n=10),
    Row(
        "gsampler.torch with backward, one row of 10 / torch",
        partial(adapter, "torch", backward=True, **one_row),
        "torch",
        n=10,
    ),
    Row("gsampler.jax K=64 / gsampler, new array, one core", partial(jax_adapter, "gsampler", 64), OURS, None, 1.05),
    Row("gsampler.jax K=64 / JAX, one core", partial(jax_adapter, "JAX", 64), OURS, None, 0.2),
    Row(
        "gsampler.jax with backward K=64 / JAX, one core",
        partial(jax_adapter, "JAX", 64, backward=True),
        OURS,
        None,
        0.2,
    ),
    Row("gsampler.jax, one row of 10 / JAX, one core", partial(jax_adapter, "JAX", **one_row), OURS, n=10),
)

COUNTS = (
    *(
        Row(f"poisson, lam={lam:g} / NumPy", partial(count, "poisson", lam), "NumPy", n=DRAWS)
        for lam in (0.5, 5.0, 20.0, 1000.0)
    ),
    *(
        Row(f"binomial, n={n} p={p:g} / NumPy", partial(count, "binomial", n, p), "NumPy", n=DRAWS)
        for n, p in ((10, 0.5), (100, 0.3), (10**6, 0.3))
    ),
    Row("poisson, a mean each / NumPy", partial(different_counts, "poisson"), "NumPy", n=DRAWS),
    Row("binomial, n and p each / NumPy", partial(different_counts, "binomial"), "NumPy", n=DRAWS),
    Row("geometric, p=0.1 / NumPy", partial(count, "geometric", 0.1), "NumPy", n=DRAWS),
    Row("multinomial, n=1000 K=10 / NumPy", partial(category_counts, 1000, 10), "NumPy", n=DRAWS),
)

COMPILED = (
    Row(
        "jit.gumbel float64 in a loop / numpy.random in Numba",
        partial(compiled_gumbel, "float64"),
        "NumPy",
        None,
        1.0,
        n=DRAWS,
    ),
    Row(
        "jit.gumbel float32 in a loop / numpy.random in Numba",
        partial(compiled_gumbel, "float32"),
        "NumPy",
        None,
        1.0,
        n=DRAWS,
    ),
    *(
        Row(
            f"jit.categorical K={k} {dtype} / {text} in Numba",
            partial(compiled_categorical, theirs, k, dtype),
            "NumPy",
            n=DRAWS // 16,
        )
        for k, dtype in ((10, "float64"), (10, "float32"))
        for theirs, text in (
            ("by_sums", "cumsum of exp and searchsorted"),
            ("by_sums_alone", "cumsum of weights and searchsorted"),
            ("by_noise", "argmax of numpy.random.gumbel"),
        )
    ),
)

ALL = (*NOISE, *KEYED, *COMPILED, *COUNTS, *CATEGORICAL, *TABLES, *RELAXED, *ADAPTERS, *TRAINING, *THREADS)
ROWS = {row.name: row for row in ALL}
