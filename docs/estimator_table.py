"""The table of docs/estimators.md: ``python docs/estimator_table.py`` measures every estimator and writes it.

All on one problem, whose gradient is known by enumeration. It takes a minute or two; a first look: ``--draws 1e4``.
"""

import argparse
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import gsampler as gs
from gsampler import estimators as est

PAGE = Path(__file__).with_name("estimators.md")
CHUNK = 20_000  # draws at a time
DATA = np.random.default_rng(2)
WEIGHTS, OUTPUT_BIAS, TARGETS = DATA.normal(size=(12, 8)), DATA.normal(size=8), DATA.integers(0, 2, 8)
LOGITS = {False: DATA.normal(size=(4, 3)), True: DATA.normal(size=12)}  # four variables of three categories; twelve


class Row(NamedTuple):
    """An estimator with its options, and what the table says of it."""

    name: str
    options: dict[str, object]
    source: str
    evaluations: str
    gradient: str  # of f: whether it is needed
    use: str


NO, DISCRETE, RELAXED = "no", "at samples", "at relaxed samples"
ROWS = [
    Row("score_function", {"baseline": None}, "Williams 1992", "1", NO, "to compare with"),
    Row("score_function", {}, "Williams 1992", "1", NO, "`f` is a black box, and evaluated once a step"),
    Row("rloo", {}, "Kool et al. 2019", "n = 4", NO, "`f` is a black box: the first to try"),
    Row("arm", {}, "Yin, Zhou 2019", "2", NO, "to compare with: `disarm` has less variance"),
    Row("disarm", {}, "Dong et al. 2020, 2021", "2", NO, "`f` is a black box, and evaluated twice a step"),
    Row("arsm", {}, "Yin et al. 2019", "k (k - 1) / 2 + 1", NO, "`f` is a black box, categories are few"),
    Row("muprop", {}, "Gu et al. 2016", "2", "at the mean", "`f` is nearly linear"),
    Row("rebar", {}, "Tucker et al. 2017", "3", RELAXED, "no bias is wanted, and `f` is smooth"),
    Row("relax", {}, "Grathwohl et al. 2018", "3", RELAXED, "the same, in long training; `f` a black box: see below"),
    Row("darn", {}, "Gregor et al. 2014", "1", DISCRETE, "to compare with: `zgr` has less bias, or is the same"),
    Row("straight_through", {}, "Bengio et al. 2013", "1", DISCRETE, "`f` is nearly linear"),
    Row("slope_annealed_straight_through", {"slope": 2.0}, "Chung et al. 2017", "1", DISCRETE, "to compare with"),
    Row("zgr", {}, "Shekhovtsov 2023", "1", DISCRETE, "samples must be discrete; nothing to tune"),
    Row("reinmax", {}, "Liu et al. 2023", "1", DISCRETE, "the same; its smoothing lowers the variance"),
    Row("st_gumbel_softmax", {"tau": 1.0}, "Jang et al. 2017", "1", DISCRETE, "samples must be discrete; tau falls"),
    Row("gumbel_rao", {"tau": 1.0}, "Paulus et al. 2021", "1", DISCRETE, "the same, with less variance"),
    Row("gumbel_rao", {"tau": 0.3}, "Paulus et al. 2021", "1", DISCRETE, "the same, late in training"),
    Row("gumbel_softmax", {"tau": 1.0}, "Jang et al., Maddison et al. 2017", "1", RELAXED, "`f` takes relaxed samples"),
    Row(
        "gumbel_softmax", {"tau": 0.3}, "Jang et al., Maddison et al. 2017", "1", RELAXED, "the same, late in training"
    ),
]
UNBIASED = {"score_function", "rloo", "arm", "disarm", "arsm", "muprop", "rebar", "relax"}


def f(x: np.ndarray) -> tuple[np.ndarray, object]:
    """``-log p(TARGETS | x)`` of a linear decoder with Bernoulli outputs, and its gradient: a VAE's term."""
    m = x.ndim - 1 if x.shape[-1] == 12 else x.ndim - 2
    out = x.reshape(*x.shape[:m], 12) @ WEIGHTS + OUTPUT_BIAS
    value = (np.logaddexp(0, out) - TARGETS * out).sum(-1)
    return value, lambda: ((1 / (1 + np.exp(-out)) - TARGETS) @ WEIGHTS.T).reshape(x.shape)


def exact(binary: bool) -> np.ndarray:
    """The gradient, by all outcomes."""
    logits = LOGITS[binary]
    if binary:
        p = 1 / (1 + np.exp(-logits))
        samples = np.array(list(itertools.product([0.0, 1.0], repeat=len(logits))))
        weights = np.where(samples == 1, p, 1 - p).prod(-1)
    else:
        p, (n, k) = gs.softmax(logits), logits.shape
        samples = np.eye(k)[list(itertools.product(range(k), repeat=n))]
        weights = (samples * p).sum(-1).prod(-1)
    return np.einsum("s,s,s...->...", weights, f(samples)[0], samples - p)


def trained_state(estimator: est.Estimator, binary: bool) -> object:
    """After a thousand calls with batches of 100 at these logits."""
    rng, state = gs.Generator(1, stream=1), None
    logits = np.broadcast_to(LOGITS[binary], (100, *LOGITS[binary].shape))
    for _ in range(1000 if estimator.name in ("relax", "score_function") else 0):
        state = estimator(f, logits, rng, binary=binary, state=state).state
    return state


class Measured(NamedTuple):
    """Of one estimate: relative to the length of the exact gradient, and to its square."""

    bias: float
    error: float  # standard error of the bias
    variance: float


def measure(row: Row, binary: bool, draws: int) -> Measured:
    estimator, truth, rng = est.by_name(row.name, **row.options), exact(binary), gs.Generator(1)
    state = trained_state(estimator, binary)
    total, squares = np.zeros_like(truth), np.zeros_like(truth)
    for _ in range(chunks := max(1, draws // CHUNK)):
        n = min(draws, CHUNK)
        logits = np.broadcast_to(LOGITS[binary], (n, *truth.shape))
        terms = estimator(f, logits, rng, binary=binary, state=state).dlogits
        total, squares = total + terms.sum(0), squares + np.square(terms - truth).sum(0)
    off = total / (chunks * n) - truth
    variance = (squares / (chunks * n) - off**2).sum()
    length = np.sqrt(np.square(truth).sum())
    error = np.sqrt(variance / (chunks * n)) / length
    bias = np.sqrt(np.square(off).sum()) / length
    return Measured(float(bias), float(error), float(variance / length**2))


def significant(x: float) -> str:
    """Two digits, without an exponent."""
    return f"{float(f'{x:.2g}'):g}"


def lines(draws: int) -> Iterator[str]:
    yield "| estimator | source | bias | variance | evaluations of f | gradient of f | when to use |\n"
    yield "|---|---|---|---|---|---|---|\n"
    for row in ROWS:
        kinds = [True] if row.name == "arm" else [False, True]
        found = [measure(row, binary, draws) for binary in kinds]
        print(row.name, row.options, *found, flush=True)
        bias = "0" if row.name in UNBIASED else "; ".join(f"{m.bias:.2f}" for m in found)
        variance = "; ".join(significant(m.variance) for m in found)
        cells = (label(row), row.source, bias, variance, row.evaluations, row.gradient, row.use)
        yield f"| {' | '.join(cells)} |\n"


def label(row: Row) -> str:
    """The first cell."""
    return f"`{row.name}`" + "".join(f", {name} {value}" for name, value in row.options.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=float, default=4e5, help="of each estimator (default 4e5)")
    parser.add_argument("--page", type=Path, default=PAGE, help="file with the table (default docs/estimators.md)")
    arguments = parser.parse_args()
    text, table = arguments.page.read_text(), "".join(lines(int(arguments.draws)))
    arguments.page.write_text(re.sub(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", lambda _: table, text, flags=re.S))


if __name__ == "__main__":
    main()
