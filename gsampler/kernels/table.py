"""The one table of kernels: name, module, arguments with their C types, cost. It imports no Numba.

From it follow the kernels' own signatures, their calls from Python, the C structures and tables of addresses that the C
library is compiled against, the noise and density functions of that library, and the parameters of tests, fuzzer and
benchmarks. To add a kernel: a prototype here, the function in its module.

A *prototype* is a function whose parameters are those of the kernel after ``start, stop``. Calling it with keywords
gives the arguments of a call, in order, which is also the order of its ``return`` (a tuple is what is quick)::

    run(kernel("gumbel_max", "f32"), 0, rows, table.gumbel_max(seed=..., stream=..., ...))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gsampler.compiler import c_types
from gsampler.compiler.c_types import (
    Arguments,
    T_in,
    T_out,
    f64_in,
    f64_out,
    i64,
    i64_in,
    i64_out,
    u8_out,
    u32_out,
    u64,
    u64_in,
    u64_out,
)
from gsampler.kernels.constants import CHUNK

Prototype = Callable[..., Arguments]


@dataclass(frozen=True)
class Entry:
    """What is known of a kernel without compiling it."""

    name: str
    module: str  # of gsampler.kernels
    prototype: Prototype
    cost: tuple[float, float]  # nanoseconds an element of float32 and of float64, about, on one thread
    grain: int  # items of which a thread's share is a multiple: CHUNK where an item is an element, 1 where it is a row

    @property
    def types(self) -> dict[str, str]:
        """The C type of each argument, as `gsampler.compiler.c_types` names them."""
        return c_types.of_arguments(self.prototype)

    @property
    def is_typed(self) -> bool:
        """Whether there is one for each element type; the others are compiled once, as of float64."""
        return any(kind.startswith("T_") for kind in self.types.values())


KERNELS: dict[str, Entry] = {}


def add(name: str, module: str, prototype: Prototype, cost: tuple[float, float], grain: int) -> None:
    KERNELS[name] = Entry(name, module, prototype, cost, grain)


def of_elements(module: str, *cost: float) -> Callable[[Prototype], Prototype]:
    """Enter a kernel whose items are elements."""
    return _entry(module, cost, CHUNK)


def of_rows(module: str, *cost: float) -> Callable[[Prototype], Prototype]:
    """Enter a kernel whose items are rows; the cost is still that of an element."""
    return _entry(module, cost, 1)


def _entry(module: str, cost: tuple[float, ...], grain: int) -> Callable[[Prototype], Prototype]:
    def enter(prototype: Prototype) -> Prototype:
        add(prototype.__name__, module, prototype, (cost[0], cost[-1]), grain)
        return prototype

    return enter


# --- noise: a transform of one uniform each ---------------------------------------------------------------------


@dataclass(frozen=True)
class Noise:
    """A noise distribution: ``gsampler.kernels.noise`` has its transform, under its name."""

    law: str  # its name in scipy.stats
    lowest: tuple[float, float]  # the least value that float32 and float64 noise can have
    highest: tuple[float, float]
    cost: tuple[float, float] = (0.5, 1.0)


NOISE = {
    "uniform": Noise("uniform", (2.0**-65, 2.0**-129), (1 - 2.0**-24, 1 - 2.0**-53), (0.3, 0.6)),
    "exponential": Noise("expon", (2.0**-65, 2.0**-129), (45.1, 89.5)),
    "gumbel": Noise("gumbel_r", (-3.81, -4.5), (45.1, 89.5)),
    "logistic": Noise("logistic", (-45.1, -89.5), (45.1, 89.5)),
    "normal": Noise("norm", (-9.17, -13.2), (9.17, 13.2)),
}


def fill(seed: u64, stream: u64, offset: u64, affine: T_in, out: T_out) -> Arguments:
    """Noise from a position on; times ``affine[0]``, plus ``affine[1]``, unless that is NULL."""
    return seed, stream, offset, affine, out


for _name, _noise in NOISE.items():
    add(f"fill_{_name}", "noise", fill, _noise.cost, CHUNK)


# Rows that have places of their own. The seed of row r is ``seeds[r * seed_step]``, a step is 0 or 1; likewise its
# stream, and the offset at which its element 0 is, in words. ``indptr`` is NULL where every row has ``k`` elements;
# else row r has those from ``indptr[r]`` to ``indptr[r + 1]``. Element j of a row has the place ``columns[j]`` from
# there on, or the place j where ``columns`` is NULL; with ``per_row`` each row has columns of its own, laid out as its
# elements are.


def fill_rows(
    seeds: u64_in,
    seed_step: i64,
    streams: u64_in,
    stream_step: i64,
    offsets: u64_in,
    offset_step: i64,
    columns: i64_in,
    per_row: i64,
    indptr: i64_in,
    k: i64,
    out: T_out,
) -> Arguments:
    """Noise of rows that have places of their own."""
    return seeds, seed_step, streams, stream_step, offsets, offset_step, columns, per_row, indptr, k, out


for _name, _noise in NOISE.items():
    add(f"fill_{_name}_rows", "places", fill_rows, (2 * _noise.cost[0], 2 * _noise.cost[1]), 1)


@of_elements("noise", 0.25)
def fill_bits(seed: u64, stream: u64, offset: u64, out: u32_out) -> Arguments:
    """Words of the stream, those that float32 elements are made from."""
    return seed, stream, offset, out


@of_elements("integers", 0.9)
def integers(
    seed: u64, stream: u64, offset: u64, low: i64_in, values: u64_in, period: i64, first: i64, out: i64_out
) -> Arguments:
    """Integers from ``low`` on, ``values`` of them, 0 for 2^64, of which the sum may wrap around; unbiased.

    Item i has the range ``i % period`` and goes to ``out[i - first]``.
    """
    return seed, stream, offset, low, values, period, first, out


# --- counts -----------------------------------------------------------------------------------------------------


@of_elements("counts", 8.0)
def poisson(seed: u64, stream: u64, offset: u64, lam: f64_in, period: i64, out: i64_out) -> Arguments:
    """Poisson variates; item i has the mean ``lam[i % period]``."""
    return seed, stream, offset, lam, period, out


@of_elements("counts", 8.0)
def binomial(seed: u64, stream: u64, offset: u64, trials: i64_in, p: f64_in, period: i64, out: i64_out) -> Arguments:
    """Successes in ``trials[i % period]`` trials that succeed with probability ``p[i % period]`` each."""
    return seed, stream, offset, trials, p, period, out


@of_elements("counts", 4.0)
def geometric(seed: u64, stream: u64, offset: u64, p: f64_in, period: i64, out: i64_out) -> Arguments:
    """Trials up to the first success, which has the probability ``p[i % period]`` in each."""
    return seed, stream, offset, p, period, out


@of_rows("counts", 1.0)
def sums_after(k: i64, p: f64_in, rest: f64_out) -> Arguments:
    """The sum of the weights that follow each one in its row, made from the end."""
    return k, p, rest


@of_rows("counts", 50.0)
def multinomial(
    seed: u64,
    stream: u64,
    offset: u64,
    trials: i64_in,
    trials_rows: i64,
    p: f64_in,
    rest: f64_in,
    p_rows: i64,
    k: i64,
    counts: i64_out,
) -> Arguments:
    """How many of ``trials[r % trials_rows]`` fall to each category of weight p, where row r has row ``r % p_rows``.

    Category j of row r takes element ``r k + j``: a binomial of those that are left, with the probability p / (p +
    rest), where rest is of `sums_after`.
    """
    return seed, stream, offset, trials, trials_rows, p, rest, p_rows, k, counts


@of_rows("orders", 12.0)
def spread_words(words: u64_in, n: i64, bits: i64, begins: i64_out, keys: u64_out, indices: i64_out) -> Arguments:
    """Words, and their indices, by their upper bits: bucket b from ``begins[b]`` to ``begins[b + 1]``; the one item.

    ``begins`` has room for 2^bits + 2.
    """
    return words, n, bits, begins, keys, indices


@of_rows("orders", 12.0)
def order_buckets(bits: i64, begins: i64_in, keys: u64_out, indices: i64_out) -> Arguments:
    """The indices of each bucket in the ascending order of their words, or of the indices; keys are used up."""
    return bits, begins, keys, indices


# --- categories -------------------------------------------------------------------------------------------------


@of_rows("gumbel_max", 0.4, 0.7)
def gumbel_max(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    k: i64,
    period: i64,
    parts: i64,
    part: i64,
    check: i64,
    index: i64_out,
    best: T_out,
) -> Arguments:
    """Category of each row; row r has the logits of row ``r % period``.

    A long row may be cut in ``parts`` of ``part`` categories: item i is then part ``i % parts`` of row ``i // parts``,
    and its index, counted in the row, goes with its value to ``index[i]`` and ``best[i]``. With one part, ``best`` may
    be NULL.

    With ``check``, which is for a ``period`` of all rows, a row is invalid as in `check_rows_to_perturb`, and perhaps
    if its largest logit is close to being too large; a part, if it has NaN or +inf.
    """
    return seed, stream, offset, logits, k, period, parts, part, check, index, best


@of_rows("places", 1.0, 2.0)
def gumbel_max_rows(
    seeds: u64_in,
    seed_step: i64,
    streams: u64_in,
    stream_step: i64,
    offsets: u64_in,
    offset_step: i64,
    columns: i64_in,
    per_row: i64,
    indptr: i64_in,
    k: i64,
    logits: T_in,
    check: i64,
    index: i64_out,
    best: T_out,
) -> Arguments:
    """Category of each of the rows that have places of their own, -1 if it has none above -inf, and its sum or NULL.

    What has the column -1 is no category. With ``check``, what is returned is a row from which on one has NaN or +inf,
    or perhaps logits that are too large."""
    return (
        seeds,
        seed_step,
        streams,
        stream_step,
        offsets,
        offset_step,
        columns,
        per_row,
        indptr,
        k,
        logits,
        check,
        index,
        best,
    )


@of_rows("places", 1.5, 3.0)
def gumbel_softmax_rows(
    seeds: u64_in,
    seed_step: i64,
    streams: u64_in,
    stream_step: i64,
    offsets: u64_in,
    offset_step: i64,
    columns: i64_in,
    per_row: i64,
    indptr: i64_in,
    k: i64,
    logits: T_in,
    tau: T_in,
    tau_step: i64,
    check: i64,
    soft: T_out,
    index: i64_out,
) -> Arguments:
    """softmax((logits + gumbel) / tau) of rows that have places of their own, and the index of its largest or NULL.

    Row r has the temperature ``tau[r * tau_step]``. What has the column -1 is no category, and its value 0; the index
    of a row that has none above -inf is -1. With ``check``, what is returned is a row from which on one has NaN, +inf,
    no logit above -inf, or perhaps logits that are too large."""
    return (
        seeds,
        seed_step,
        streams,
        stream_step,
        offsets,
        offset_step,
        columns,
        per_row,
        indptr,
        k,
        logits,
        tau,
        tau_step,
        check,
        soft,
        index,
    )


@of_rows("places", 1.0, 2.0)
def gumbel_top_k_rows(
    seeds: u64_in,
    seed_step: i64,
    streams: u64_in,
    stream_step: i64,
    offsets: u64_in,
    offset_step: i64,
    columns: i64_in,
    per_row: i64,
    indptr: i64_in,
    k: i64,
    logits: T_in,
    top: i64,
    check: i64,
    indices: i64_out,
    values: T_out,
) -> Arguments:
    """Categories of the ``top`` largest sums, at least one, of each of the rows that have places of their own; sums.

    What has the column -1 is no category. What is returned is a row from which on one has fewer than ``top`` categories
    above -inf or, with ``check``, NaN or +inf, or perhaps logits that are too large."""
    return (
        seeds,
        seed_step,
        streams,
        stream_step,
        offsets,
        offset_step,
        columns,
        per_row,
        indptr,
        k,
        logits,
        top,
        check,
        indices,
        values,
    )


@of_rows("top_k", 0.5, 1.0)
def gumbel_top_k(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    k: i64,
    period: i64,
    top: i64,
    check: i64,
    indices: i64_out,
    values: T_out,
) -> Arguments:
    """Categories of the ``top`` largest ``logits + gumbel`` of each row, the largest first, and these sums.

    Row r has the logits of row ``r % period``. A row is invalid that has fewer than ``top`` categories above -inf, and
    with ``check``, which is for a ``period`` of all rows, as in `gumbel_max`.
    """
    return seed, stream, offset, logits, k, period, top, check, indices, values


@of_elements("gumbel_max", 0.5, 0.8)
def bernoulli(seed: u64, stream: u64, offset: u64, logits: T_in, period: i64, check: i64, out: u8_out) -> Arguments:
    """1 where logit + logistic noise > 0. Element i has the logit ``i % period``.

    With ``check``, which is for a ``period`` of all elements, a logit is invalid that is NaN or +inf.
    """
    return seed, stream, offset, logits, period, check, out


# --- validation -------------------------------------------------------------------------------------------------


@of_elements("validation", 0.05, 0.1)
def check_not_nan(values: T_in) -> Arguments:
    """NaN is invalid."""
    return (values,)


@of_elements("validation", 0.05, 0.1)
def check_logits(values: T_in) -> Arguments:
    """NaN and +inf are invalid."""
    return (values,)


@of_rows("validation", 0.05, 0.1)
def check_rows(logits: T_in, k: i64) -> Arguments:
    """A row is invalid that has NaN or +inf, or is all -inf."""
    return logits, k


@of_rows("validation", 0.05, 0.1)
def check_rows_to_perturb(logits: T_in, k: i64) -> Arguments:
    """A row is invalid as in `check_rows`, or if its largest logit is so large that noise would lose its bits."""
    return logits, k


@of_rows("validation", 2.0)
def check_index(logits: T_in, logits_rows: i64, index: i64_in, index_rows: i64, k: i64) -> Arguments:
    """A row is invalid whose index is none of a category, or of one at -inf; rows as of `conditional_gumbel`."""
    return logits, logits_rows, index, index_rows, k


@of_rows("validation", 2.0)
def mark_indices(index: i64_in, k: i64, top: i64, marks: u64_out) -> Arguments:
    """The bits of the ``top`` indices of each row, in words of 64 categories.

    A row is invalid that has an index twice, or one of no category.
    """
    return index, k, top, marks


@of_rows("validation", 2.0)
def check_sums(logits: T_in, logits_rows: i64, index: i64_in, sums: T_in, k: i64, top: i64) -> Arguments:
    """A row is invalid whose sums are not finite, or ascend, or of which a category at -inf was drawn.

    Row r takes row ``r % logits_rows`` of the logits. The indices are those of categories.
    """
    return logits, logits_rows, index, sums, k, top


@of_elements("validation", 0.05, 0.1)
def check_log_probs(values: T_in) -> Arguments:
    """What is NaN or above 0 is invalid."""
    return (values,)


@of_elements("validation", 0.05, 0.1)
def check_unit(values: T_in) -> Arguments:
    """What is not from 0 to 1 is invalid."""
    return (values,)


# --- tables for repeated draws ----------------------------------------------------------------------------------


@of_rows("tables", 1.0)
def weights(logits: T_in, k: i64, weights: f64_out) -> Arguments:
    """exp(logit - the row's largest), in float64."""
    return logits, k, weights


@of_elements("tables", 2.0)
def logarithm(x: f64_in, out: f64_out) -> Arguments:
    """log(x) for finite x >= 0, the same bits on every machine; -inf for 0."""
    return x, out


@of_rows("tables", 1.0)
def build_cumulative(k: i64, sums: f64_out, pivot: i64_out, total: f64_out) -> Arguments:
    """Turn each row of weights into its sums, from the nearer end.

    A category whose cumulative sum is at most half the total keeps that sum; one above keeps minus the sum of what
    comes after it, so that small probabilities are resolved at both ends. ``pivot`` is the number of the former.
    """
    return k, sums, pivot, total


@of_elements("tables", 4.0)
def draw_cumulative(
    seed: u64,
    stream: u64,
    offset: u64,
    k: i64,
    rows: i64,
    first_row: i64,
    stride: i64,
    sums: f64_in,
    pivot: i64_in,
    total: f64_in,
    index: i64_out,
) -> Arguments:
    """max{i : p_1 + ... + p_(i-1) <= u}, u the float64 uniform of the item.

    Item i is draw ``i // rows`` of row ``first_row + i % rows`` out of ``stride`` rows; the table holds ``rows`` rows
    from ``first_row`` on.
    """
    return seed, stream, offset, k, rows, first_row, stride, sums, pivot, total, index


@of_rows("tables", 14.0)
def build_alias(k: i64, weights: f64_out, table: u64_out, queue: i64_out) -> Arguments:
    """The table of each row, a threshold of 2^64 and an alias a category, from its weights, which are used up."""
    return k, weights, table, queue


@of_elements("tables", 2.0)
def draw_alias(
    seed: u64,
    stream: u64,
    offset: u64,
    k: i64,
    rows: i64,
    first_row: i64,
    stride: i64,
    table: u64_in,
    index: i64_out,
) -> Arguments:
    """Items as of `draw_cumulative`."""
    return seed, stream, offset, k, rows, first_row, stride, table, index


# --- relaxed samples --------------------------------------------------------------------------------------------


@of_rows("relaxed", 1.0, 2.0)
def gumbel_softmax(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    k: i64,
    tau: T_in,
    per_row: i64,
    check: i64,
    soft: T_out,
    index: i64_out,
) -> Arguments:
    """softmax((logits + gumbel) / tau) of each row, and the index of its largest; ``index`` may be NULL.

    Row r has the temperature ``tau[r]``, or ``tau[0]`` where ``per_row`` is 0. With ``check``, a row is invalid as in
    `gumbel_max`.
    """
    return seed, stream, offset, logits, k, tau, per_row, check, soft, index


@of_rows("relaxed", 0.5, 1.0)
def softmax(x: T_in, k: i64, tau: T_in, per_row: i64, check: i64, soft: T_out, index: i64_out) -> Arguments:
    """softmax(x / tau) of each row, and the index of its largest; as `gumbel_softmax`, but with `check_rows`."""
    return x, k, tau, per_row, check, soft, index


@of_rows("relaxed", 0.5, 1.0)
def gumbel_softmax_backward(
    grad: T_in, soft: T_in, k: i64, tau: T_in, per_row: i64, dlogits: T_out, dtau: T_out
) -> Arguments:
    """Gradients with respect to the logits, and to the temperature of each row; ``dtau`` may be NULL."""
    return grad, soft, k, tau, per_row, dlogits, dtau


@of_elements("relaxed", 0.75, 1.5)
def binary_concrete(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    tau: T_in,
    per_row: i64,
    check: i64,
    soft: T_out,
    hard: T_out,
) -> Arguments:
    """sigmoid((logit + logistic) / tau) of each element, and 1 or 0 as that is above 1/2 or not; ``hard`` may be NULL.

    Element i has the temperature ``tau[i]``, or ``tau[0]`` where ``per_row`` is 0. With ``check``, a logit is invalid
    that is NaN or +inf.
    """
    return seed, stream, offset, logits, tau, per_row, check, soft, hard


@of_elements("relaxed", 0.5, 1.0)
def binary_concrete_backward(
    grad: T_in, soft: T_in, tau: T_in, per_row: i64, dlogits: T_out, terms: T_out, sums: f64_out
) -> Arguments:
    """Gradients with respect to the logits, and to tau: of each element, or summed over each `CHUNK`, or NULL."""
    return grad, soft, tau, per_row, dlogits, terms, sums


# --- given the largest ------------------------------------------------------------------------------------------


@of_rows("conditional", 1.5, 3.0)
def conditional_gumbel(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    logits_rows: i64,
    index: i64_in,
    index_rows: i64,
    k: i64,
    out: T_out,
) -> Arguments:
    """Logits + Gumbel noise of each row, given that the sum at its index is the largest; that is so in result.

    Row r takes row ``r % logits_rows`` of the logits, and ``index[r % index_rows]``, which must be valid.
    """
    return seed, stream, offset, logits, logits_rows, index, index_rows, k, out


@of_rows("conditional", 1.5, 3.0)
def counterfactual(
    seed: u64,
    stream: u64,
    offset: u64,
    logits: T_in,
    logits_rows: i64,
    other_logits: T_in,
    other_rows: i64,
    index: i64_in,
    index_rows: i64,
    k: i64,
    out: i64_out,
) -> Arguments:
    """Where the largest of other logits + noise is, with the noise of `conditional_gumbel`; rows as there."""
    return seed, stream, offset, logits, logits_rows, other_logits, other_rows, index, index_rows, k, out


# --- reductions -------------------------------------------------------------------------------------------------


@of_rows("reductions", 0.3, 0.3)
def sum_rows(x: T_in, k: i64, total: f64_out) -> Arguments:
    """The sum of each row, in float64, in one order."""
    return x, k, total


# --- log densities ----------------------------------------------------------------------------------------------

# A sample and two parameters each: ``gsampler.kernels.log_prob`` has the formula, as ``<name>_terms``.
LOCATION_SCALE = ("gumbel", "logistic")
BINARY = ("binary_concrete", "logit_binary_concrete")
ROWS = ("concrete", "exp_concrete")
LOG_PROB_COST = (2.5, 2.5)


def element_log_prob(x: T_in, x_step: i64, a: T_in, a_step: i64, b: T_in, b_step: i64, out: T_out) -> Arguments:
    """Log density of each element; a step is 1, or 0 where one value is that of all elements."""
    return x, x_step, a, a_step, b, b_step, out


def element_log_prob_backward(
    grad: T_in,
    x: T_in,
    x_step: i64,
    a: T_in,
    a_step: i64,
    b: T_in,
    b_step: i64,
    dx: T_out,
    da: T_out,
    db: T_out,
) -> Arguments:
    """Gradients of each element."""
    return grad, x, x_step, a, a_step, b, b_step, dx, da, db


def row_log_prob(
    y: T_in, y_rows: i64, logits: T_in, logits_rows: i64, k: i64, tau: T_in, taus: i64, out: T_out
) -> Arguments:
    """Log density of each row; row r takes row ``r % y_rows`` of ``y``, and likewise of the others."""
    return y, y_rows, logits, logits_rows, k, tau, taus, out


def row_log_prob_backward(
    grad: T_in,
    y: T_in,
    y_rows: i64,
    logits: T_in,
    logits_rows: i64,
    k: i64,
    tau: T_in,
    taus: i64,
    dy: T_out,
    dlogits: T_out,
    dtau: T_out,
) -> Arguments:
    """Gradients, one of each for each row."""
    return grad, y, y_rows, logits, logits_rows, k, tau, taus, dy, dlogits, dtau


for _name in LOCATION_SCALE + BINARY:
    add(f"{_name}_log_prob", "log_prob", element_log_prob, LOG_PROB_COST, CHUNK)
    add(f"{_name}_log_prob_backward", "log_prob", element_log_prob_backward, LOG_PROB_COST, CHUNK)
for _name in ROWS:
    add(f"{_name}_log_prob", "log_prob", row_log_prob, LOG_PROB_COST, 1)
    add(f"{_name}_log_prob_backward", "log_prob", row_log_prob_backward, LOG_PROB_COST, 1)


# --- log-probabilities, entropy, divergence -----------------------------------------------------------------------


@of_rows("information", 1.5)
def log_softmax(x: T_in, k: i64, tau: T_in, per_row: i64, log_probs: T_out) -> Arguments:
    """log(softmax(x / tau)) of each row. Row r has the temperature ``tau[r]``, or ``tau[0]`` where ``per_row`` is 0."""
    return x, k, tau, per_row, log_probs


@of_rows("information", 1.5)
def log_softmax_backward(
    grad: T_in, log_probs: T_in, k: i64, tau: T_in, per_row: i64, dx: T_out, dtau: T_out
) -> Arguments:
    """Gradients with respect to x, and to the temperature of each row; ``dtau`` may be NULL."""
    return grad, log_probs, k, tau, per_row, dx, dtau


@of_rows("information", 1.5)
def entropy(logits: T_in, k: i64, out: T_out) -> Arguments:
    """Entropy of each row, in nats."""
    return logits, k, out


@of_rows("information", 1.5)
def entropy_backward(grad: T_in, logits: T_in, k: i64, dlogits: T_out) -> Arguments:
    """Gradients with respect to the logits; ``grad`` has one number for each row."""
    return grad, logits, k, dlogits


@of_rows("information", 3.0)
def kl_divergence(logits: T_in, logits_rows: i64, other_logits: T_in, other_rows: i64, k: i64, out: T_out) -> Arguments:
    """Divergence of the rows from others, in nats; row r takes row ``r % logits_rows`` and ``r % other_rows``."""
    return logits, logits_rows, other_logits, other_rows, k, out


@of_rows("information", 4.0)
def kl_divergence_backward(
    grad: T_in,
    logits: T_in,
    logits_rows: i64,
    other_logits: T_in,
    other_rows: i64,
    k: i64,
    dlogits: T_out,
    dother: T_out,
) -> Arguments:
    """Gradients, one of each for each row."""
    return grad, logits, logits_rows, other_logits, other_rows, k, dlogits, dother


# --- ordered draws ------------------------------------------------------------------------------------------------


@of_rows("top_k_log_prob", 4.0)
def top_k_log_prob(
    logits: T_in, logits_rows: i64, index: i64_in, index_rows: i64, marks: u64_in, k: i64, top: i64, out: T_out
) -> Arguments:
    """Log-probability of the ``top`` draws of each row, in their order, without replacement.

    Row r takes row ``r % logits_rows`` of the logits, and row ``r % index_rows`` of the indices and of what
    `mark_indices` made of them.
    """
    return logits, logits_rows, index, index_rows, marks, k, top, out


@of_rows("top_k_log_prob", 4.0)
def top_k_log_prob_backward(
    grad: T_in,
    logits: T_in,
    logits_rows: i64,
    index: i64_in,
    index_rows: i64,
    marks: u64_in,
    k: i64,
    top: i64,
    odds: f64_out,
    dlogits: T_out,
) -> Arguments:
    """Gradients of each row; ``odds`` has room for ``top`` numbers a row."""
    return grad, logits, logits_rows, index, index_rows, marks, k, top, odds, dlogits


@of_rows("top_k_log_prob", 4.0)
def top_k_weights(
    logits: T_in,
    logits_rows: i64,
    index: i64_in,
    sums: T_in,
    k: i64,
    top: i64,
    normalize: i64,
    out: T_out,
) -> Arguments:
    """Importance weights of the ``top`` draws but the last, whose sum is the threshold; rows as of `check_sums`."""
    return logits, logits_rows, index, sums, k, top, normalize, out
