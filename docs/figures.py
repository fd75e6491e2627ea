"""The pictures of the documentation: ``python docs/figures.py`` draws tails.svg, simplex.svg and scenarios.svg in docs.

Needs ``pip install '.[bench,peers]'``. All of it takes some minutes; ``--draws 1e6`` is for a first look.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import gsampler as gs

CHUNK = 2**22  # draws held in memory at a time
UPPER, LOWER = np.linspace(10, 22, 601), np.linspace(-2.2, -3.1, 601)  # where draws beyond are counted
COLOURS = {"gsampler": "#0b6bcb", "PyTorch": "#d9480f", "JAX": "#2b8a3e", "NumPy": "#862e9c"}
TAUS = (0.1, 0.5, 1.0, 5.0)
P = (0.2, 0.3, 0.5)  # of the three categories on the simplex
SCENARIO = np.array([0, 0, 1, 0, -0.5])  # how utilities of walk, bike, bus, rail and car change, times x
TRIANGLE = np.array([(0, 0), (1, 0), (0.5, np.sqrt(0.75))])

Noise = Callable[[int], Iterator[np.ndarray]]


def ours(chunks: int) -> Iterator[np.ndarray]:
    rng, out = gs.Generator(1), np.empty(CHUNK, np.float32)
    for _ in range(chunks):
        yield rng.gumbel(dtype=np.float32, out=out)


def pytorch(chunks: int) -> Iterator[np.ndarray]:
    """The noise of ``torch.nn.functional.gumbel_softmax``."""
    import torch

    torch.manual_seed(1)
    noise = torch.empty(CHUNK)
    for _ in range(chunks):
        yield noise.exponential_().log_().neg_().numpy()


def jax(chunks: int) -> Iterator[np.ndarray]:
    from functools import partial

    import jax

    draw = jax.jit(partial(jax.random.gumbel, shape=(CHUNK,), dtype=np.float32))
    for key in map(jax.random.key, range(chunks)):
        yield np.asarray(draw(key))


def numpy(chunks: int) -> Iterator[np.ndarray]:
    """What is mostly written by hand; ``numpy.random.Generator.gumbel`` itself makes float64 only."""
    rng, u = np.random.default_rng(1), np.empty(CHUNK, np.float32)
    with np.errstate(divide="ignore"):  # u may be 0
        for _ in range(chunks):
            rng.random(dtype=np.float32, out=u)
            yield -np.log(-np.log(u))


SOURCES: dict[str, tuple[str, Noise]] = {
    "NumPy": ("NumPy: -log(-log(u)), u float32", numpy),
    "JAX": ("JAX: jax.random.gumbel", jax),
    "PyTorch": ("PyTorch: -log(exponential_())", pytorch),
    "gsampler": ("gsampler: rng.gumbel", ours),
}


def beyond(noise: Noise, draws: float) -> tuple[np.ndarray, np.ndarray]:
    """How large a part of all draws is above each number of UPPER, and below each of LOWER."""
    chunks = max(1, round(draws / CHUNK))
    above, below = np.zeros(UPPER.size, np.int64), np.zeros(LOWER.size, np.int64)
    for chunk in noise(chunks):
        far = np.sort(chunk[chunk > UPPER[0]])
        above += far.size - np.searchsorted(far, UPPER, side="right")
        below += np.searchsorted(np.sort(chunk[chunk < LOWER[0]]), LOWER)
    return above / (chunks * CHUNK), below / (chunks * CHUNK)


def tails(draws: float, path: Path) -> None:
    figure, pair = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained", sharey=True)
    upper, lower = pair
    law = {"color": "0.8", "linewidth": 7, "label": "the law"}
    lower.plot(LOWER, np.exp(-np.exp(-LOWER)), **law)
    upper.plot(UPPER, -np.expm1(-np.exp(-UPPER)), **law)
    for name, (label, noise) in SOURCES.items():
        above, below = beyond(noise, draws)
        for axes, x, part in ((lower, LOWER, below), (upper, UPPER, above)):
            end = int(np.argmin(part > 0)) if not part.all() else part.size  # a line ends on the axis
            shown = np.where(part > 0, part, 1e-12)[: end + 1]
            axes.plot(x[: end + 1], shown, color=COLOURS[name], linewidth=1.6, label=label)
            print(f"{name}: none of {draws:.3g} draws is beyond {x[min(end, x.size - 1)]:.3f}", flush=True)
    exponent = round(np.log2(draws))
    upper.set(yscale="log", ylim=(2.0**-exponent, 1e-4), xlim=(UPPER[0], UPPER[-1]))
    upper.set(xlabel="x", ylabel="part of the draws beyond x", title="upper tail: above x")
    lower.set(xlim=(LOWER[0], LOWER[-1]), xlabel="x", title="lower tail: below x")
    figure.suptitle(f"float32 Gumbel noise, $2^{{{exponent}}}$ draws of each library")
    handles, labels = upper.get_legend_handles_labels()
    upper.legend([handles[0], *handles[:0:-1]], [labels[0], *labels[:0:-1]], frameon=False)
    for axes in pair:
        axes.grid(alpha=0.3)
    save(figure, path)


def simplex(path: Path) -> None:
    figure, row = plt.subplots(1, len(TAUS), figsize=(11, 3.1), layout="constrained")
    for axes, tau in zip(row, TAUS, strict=True):
        y = gs.Generator(1).gumbel_softmax(np.tile(np.log(P), (2000, 1)), tau=tau)
        axes.plot(*np.vstack([TRIANGLE, TRIANGLE[:1]]).T, color="0.6", linewidth=1)
        axes.scatter(*(y @ TRIANGLE).T, s=4, color=COLOURS["gsampler"], alpha=0.35, linewidths=0, rasterized=True)
        for corner, p, shift in zip(TRIANGLE, P, (-0.09, -0.09, 0.05), strict=True):
            axes.text(corner[0], corner[1] + shift, f"{p:.0%}", ha="center", va="center" if shift < 0 else "bottom")
        axes.set(xlim=(-0.08, 1.08), ylim=(-0.16, 1.06), aspect="equal", title=f"tau = {tau:g}")
        axes.set_axis_off()
    save(figure, path)


def changed(x: float, persons: int = 200_000) -> dict[str, float]:
    """Shares of persons who choose otherwise after the utilities change and the first person has left."""
    ids, ch = np.arange(1, persons + 1), gs.Channel(2026, "mode choice")
    before = 1.5 * gs.Generator(1).normal(size=(persons, SCENARIO.size))
    after = before + x * SCENARIO
    p, q = (np.exp(gs.log_softmax(utilities)) for utilities in (before, after))
    u = ch.uniform(ids)[:, None]
    pairs = {
        "noise by position": (gs.Generator(9).categorical(before)[1:], gs.Generator(9).categorical(after[1:])),
        "inverse CDF, a uniform for each person": [(u > np.cumsum(r, 1)).sum(1)[1:] for r in (p, q)],
        "Channel.categorical": (ch.categorical(before, ids)[1:], ch.categorical(after[1:], ids[1:])),
    }
    shares = {label: float(np.mean(first != second)) for label, (first, second) in pairs.items()}
    return shares | {"least possible": float(np.abs(p - q).sum(1).mean() / 2)}


def scenarios(path: Path) -> None:
    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    x = np.linspace(0, 2, 17)
    shares = [changed(value) for value in x]
    styles = ({"color": COLOURS["PyTorch"]}, {"color": COLOURS["JAX"]}, {"color": COLOURS["gsampler"]})
    least = {"color": "0.8", "linewidth": 7, "zorder": 0}
    for label, style in zip(shares[0], (*styles, least), strict=True):
        axes.plot(x, [share[label] for share in shares], label=label, **style)
    axes.set(xlim=(0, 2), ylim=(0, None), xlabel="x: bus better by x, car worse by x / 2")
    axes.set(ylabel="share of persons", title="who choose otherwise in the second scenario")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    save(figure, path)


def save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, dpi=200, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=float, default=2**31, help="of each library (default 2^31)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="directory (default docs)")
    arguments = parser.parse_args()
    mpl.rcParams["svg.hashsalt"] = "gsampler"  # the same picture, the same file
    simplex(arguments.out / "simplex.svg")
    scenarios(arguments.out / "scenarios.svg")
    tails(arguments.draws, arguments.out / "tails.svg")


if __name__ == "__main__":
    main()
