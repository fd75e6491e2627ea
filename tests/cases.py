"""The cases of tests/vectors, made by the slow reference alone: nothing here imports gsampler."""

from __future__ import annotations

import hashlib
import math
import random
import struct
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import reference

Case = dict[str, Any]
NOISE = tuple(reference.EXACT)
POSITIONS = [  # seed, stream, offset, n: lengths and positions on both sides of blocks, vectors and chunks
    (0, 0, 0, 9),
    (42, 0, 0, 70),
    (42, 0, 1, 17),
    (42, 1, 6, 16),
    (2**64 - 1, 2**64 - 1, 2**64 - 24, 10),
    (1, 2**32, 8 * 2**32 - 10, 20),  # the low half of the block number wraps
    (42, 0, 2550989692, 3),  # float32: a word that is 0, at an even position
    (42, 0, 5057317539, 3),  # 0, at an odd position
    (42, 0, 4996354029, 3),  # 2^32 - 2
    (42, 0, 11898013029, 3),  # 2^32 - 1
    (42, 0, 3391143966, 3),  # float64: its upper half is 0
    (42, 0, 8091619112, 3),  # 2^32 - 1
]


def as_float32(x: float) -> float:
    return float(struct.unpack("f", struct.pack("f", x))[0])


def position_of(seed: int, stream: int, offset: int) -> dict[str, Any]:
    return {"seed": str(seed), "stream": str(stream), "offset": str(offset)}


def noise_cases() -> Iterator[Case]:
    for seed, stream, offset, n in POSITIONS:
        words = [format(reference.word(seed, stream, offset + i), "08x") for i in range(n)]
        yield {"function": "bits", **position_of(seed, stream, offset), "n": n, "words": words}
        for name in NOISE:
            for double in (False, True):
                values = reference.hexadecimal(reference.noise(name, seed, stream, offset, n, double), double)
                dtype = "float64" if double else "float32"
                yield {
                    "function": name,
                    **position_of(seed, stream, offset),
                    "dtype": dtype,
                    "n": n,
                    "values": values,
                }


def integer_cases() -> Iterator[Case]:
    """Ranges of every size, by themselves and in turn; large ones take the further bits of most elements."""
    large = [2**63 + 1, 2**64 - 1, 2**64, 3 * 2**62 + 5]
    for seed, stream, offset, _ in POSITIONS:
        for ranges, draws in (
            ([(0, 6)], 9),
            ([(-(2**63), 2**64)], 5),
            ([(-5, 2**32 + 3)], 5),
            ([(-(2**63), 2**64 - 1)], 5),
            ([(7, 1), (-3, 2), (0, 2**31), (-(2**40), 2**53), *((-(2**63), n) for n in large)], 1),
        ):
            start, n = offset + offset % 2, len(ranges)
            if start + 2 * n * draws > 2**64:
                continue
            values = [reference.integer(*ranges[i % n], seed, stream, start + 2 * i) for i in range(n * draws)]
            digits = {
                "low": [format(low % 2**64, "016x") for low, _ in ranges],
                "values": [format(count % 2**64, "016x") for _, count in ranges],
                "integers": [format(value % 2**64, "016x") for value in values],
            }
            yield {"function": "integers", **position_of(seed, stream, offset), "n": n, "draws": draws, **digits}


LAMBDAS = [0.0, 5e-324, 1e-9, 0.3, 1.0, 4.5, 9.99, 10.0, 25.0, 300.0, 12345.678, 1e6, 2e6, 1e9, 3e15, 9.2e18]
BINOMIALS = [
    *((0, 0.5), (3, 0.0), (3, 1.0), (1, 0.5), (7, 0.3), (40, 0.5), (41, 0.5), (100, 0.97), (1000, 0.02), (5000, 0.4)),
    *((10**6, 0.5), (10**7, 0.5), (10**12, 1e-12), (10**15, 1e-9), (2**53, 0.75), (2**63 - 1, 0.1), (2**63 - 1, 1e-18)),
]
CHANCES = [1.0, 1 - 2.0**-53, 0.9, 0.5, 0.25, 1e-3, 1e-9, 1e-17, 1e-19, 1e-300, 5e-324]
WEIGHTS = (
    [1.0],
    [0.5, 0.5],
    [0.1, 0.0, 0.6, 0.3, 0.0],
    [1e-20, 1.0, 1e-20],
    [0.25, 0.125, 0.0625, 0.03125, 0.015625, 1e-9, 0.515625],
)


def double_digits(x: float) -> str:
    return struct.pack(">d", x).hex()


def integer_digits(x: int) -> str:
    return format(x % 2**64, "016x")


def count_cases() -> Iterator[Case]:
    """All parameters in turn, and one by itself; positions at which a tail is drawn are among them."""
    laws: list[tuple[str, list[Any], Callable[..., int]]] = [
        ("poisson", [(lam,) for lam in LAMBDAS], reference.poisson),
        ("binomial", BINOMIALS, reference.binomial),
        ("geometric", [(p,) for p in CHANCES], reference.geometric),
    ]
    names = {"poisson": ("lam",), "binomial": ("trials", "p"), "geometric": ("p",)}
    for number, (seed, stream, offset, _) in enumerate(POSITIONS):
        start = offset + offset % 2
        for name, parameters, quantile in laws:
            some = parameters if number % 6 == 4 else parameters[4:10]
            for chosen, draws in ((some, 1), (parameters[5:6], 4), (parameters[8:9], 4)):
                n = len(chosen)
                if start + 2 * n * draws > 2**64:
                    continue
                counts = [quantile(*chosen[i % n], seed, stream, start + 2 * i) for i in range(n * draws)]
                case: Case = {"function": name, **position_of(seed, stream, offset), "n": n, "draws": draws}
                for key, values in zip(names[name], zip(*chosen, strict=True), strict=True):
                    case[key] = [integer_digits(x) if key == "trials" else double_digits(x) for x in values]
                yield case | {"counts": [integer_digits(x) for x in counts]}
        for weights in WEIGHTS if number % 3 == 0 else ():
            trials, draws, k = [0, 20, 3000], 1, len(weights)
            if start + 2 * k * len(trials) > 2**64:
                continue
            rows = [reference.multinomial(n, weights, seed, stream, start + 2 * k * r) for r, n in enumerate(trials)]
            case = {"function": "multinomial", **position_of(seed, stream, offset), "rows": len(trials), "k": k}
            case |= {"draws": draws, "trials": [integer_digits(n) for n in trials]}
            case |= {"p": [double_digits(x) for x in weights] * len(trials)}
            yield case | {"counts": [integer_digits(x) for x in flat(rows)]}


def logits_of(rng: random.Random, rows: int, k: int, double: bool) -> list[list[float]]:
    """Logits, some masked; some rows with all their weight in one place, or with ties."""
    table = []
    for row in range(rows):
        values = [rng.uniform(-4, 4) for _ in range(k)]
        if row % 4 == 1:
            values = [-math.inf if rng.random() < 0.4 else v for v in values]
        if row % 4 == 2:
            values = [30.0 * v for v in values]
        if row % 4 == 3:
            values = [0.0] * k
        values[rng.randrange(k)] = 1.5
        table.append([v if double else as_float32(v) for v in values])
    return table


def row_cases(
    function: str, of_row: Callable[..., dict[str, list[Any]]], sizes: Iterable[dict[str, int]], seed: int
) -> Iterator[Case]:
    """Cases of a row sampler, float32 and float64, one for each of the sizes.

    A size has ``rows``, ``k``, ``draws`` and what else the function takes. ``of_row(logits, seed, stream, position,
    double, **what_else)`` is the slow reference's result for one row that begins there, as lists by the names of the
    vectors: integers, or numbers that are written as floats of the type.
    """
    for double in (False, True):
        rng, width = random.Random(seed), 2 if double else 1
        for size in sizes:
            rows, k, draws = size["rows"], size["k"], size["draws"]
            further = {name: n for name, n in size.items() if name not in ("rows", "k", "draws")}
            at = rng.getrandbits(64), rng.getrandbits(64), rng.getrandbits(40)
            logits = [[rng.gauss(0, 2) for _ in range(k)] for _ in range(rows)]
            logits = [[x if double else as_float32(x) for x in row] for row in logits]
            if k > 5:
                logits[0][3] = -math.inf
            start = at[2] + at[2] % width
            drawn = [
                of_row(logits[i % rows], at[0], at[1], start + i * k * width, double, **further)
                for i in range(rows * draws)
            ]
            case = {"function": function, **position_of(*at), "dtype": "float64" if double else "float32", **size}
            case["logits"] = reference.hexadecimal(flat(logits), double)
            for name in drawn[0]:
                values = [value for row in drawn for value in row[name]]
                integers = all(isinstance(value, int) for value in values)
                case[name] = values if integers else reference.hexadecimal([float(v) for v in values], double)
            yield case


def place_cases() -> Iterator[Case]:
    """Rows with places of their own: of the same length or not, with columns of all rows, of each, or without."""
    rng = random.Random(2028)
    perturbs = ("gumbel_max_rows", "gumbel_softmax_rows", "gumbel_top_k_rows")
    for function in (*(f"{name}_rows" for name in NOISE), *perturbs):
        masked = function in perturbs
        for double in (False, True):
            width = 2 if double else 1
            for rows, k, column_count, lengths in (
                (5, 1, 0, None),
                (4, 3, 0, None),
                (3, 26, 1, None),
                (3, 9, 3, None),
                (4, 1, 4, (2, 0, 5, 1)),
                (3, 1, 0, (0, 7, 30)),
                (1, 1200 if masked else 40, 0, None),
                (1, 700 if masked else 30, 1, None),
            ):
                seeds = [rng.getrandbits(64) for _ in range(1 if rows == 4 else rows)]
                streams = [rng.getrandbits(64) for _ in range(rows)]
                offsets = [rng.getrandbits(40) for _ in range(rows if rows == 5 else 1)]
                if lengths and function == "gumbel_top_k_rows":  # which no row is too short for
                    lengths = tuple(n + 1 for n in lengths)
                counts = lengths or (k,) * rows
                begins = [sum(counts[:r]) for r in range(rows + 1)]
                given = k if column_count == 1 and lengths is None else begins[-1]
                columns = [rng.getrandbits(rng.choice((3, 40))) for _ in range(given)]
                if given > 4:
                    columns[2:4] = [columns[1] + 1, columns[1] + 2]  # a run
                if masked and given > 1:
                    columns[-1] = -1
                logits = [rng.gauss(0, 2) for _ in range(begins[-1])]
                logits = [x if double else as_float32(x) for x in logits]
                case: Case = {
                    "function": function,
                    **{name: [format(x, "016x") for x in xs] for name, xs in (("seeds", seeds), ("streams", streams))},
                    "offsets": [format(x, "016x") for x in offsets],
                    "dtype": "float64" if double else "float32",
                    "rows": rows,
                    "k": k,
                    "column_count": column_count,
                    **{f"{name}_count": len(xs) for name, xs in (("seed", seeds), ("stream", streams))},
                    "offset_count": len(offsets),
                    "columns": columns if column_count else None,
                    "indptr": begins if lengths else None,
                }
                sums, values = [], []
                for r, (begin, n) in enumerate(zip(begins[:-1], counts, strict=True)):
                    own = columns[begin : begin + n] if column_count == rows else columns[:n]
                    own = own if column_count else list(range(n))
                    offset = offsets[r % len(offsets)]
                    place = seeds[r % len(seeds)], streams[r], offset + offset % width
                    if masked:
                        row = logits[begin : begin + n]
                        sums.append(reference.perturbed_columns(row, own, *place, double))
                    else:
                        name, arithmetic = function.removesuffix("_rows"), reference.arithmetic(double)
                        values += [float(arithmetic.noise(name, *place[:2], place[2] + width * c)) for c in own]
                if masked:
                    case["logits"] = reference.hexadecimal(logits, double)
                    case |= results_of_sums(function, sums, double)
                else:
                    case["values"] = reference.hexadecimal(values, double)
                yield case


def results_of_sums(function: str, rows: list[list[Fraction | None]], double: bool) -> Case:
    """What a function of rows with places of their own makes of perturbed logits, with its further arguments."""
    orders = [sorted((-x, j) for j, x in enumerate(row) if x is not None) for row in rows]
    index = [order[0][1] if order else -1 for order in orders]
    if function == "gumbel_max_rows":
        largest = [float(-order[0][0]) if order else -math.inf for order in orders]
        return {"index": index, "maximum": reference.hexadecimal(largest, double)}
    if function == "gumbel_top_k_rows":
        top = min(3, *map(len, orders), len(orders[0]))
        drawn = [pair for order in orders for pair in order[:top]]
        values = reference.hexadecimal([float(-x) for x, _ in drawn], double)
        return {"top": top, "index": [j for _, j in drawn], "sums": values}
    tau = [0.75] if len(rows) == 3 else [0.5 + r for r in range(len(rows))]
    soft: list[Fraction] = []
    for r, row in enumerate(rows):
        some = any(x is not None for x in row)
        soft += reference.softmax(row, Fraction(tau[r % len(tau)]), double) if some else [Fraction(0)] * len(row)
    return hexadecimals({"tau": tau, "soft": soft}, double) | {"index": index}


def categorical_cases() -> Iterator[Case]:
    rng = random.Random(2026)
    for double in (False, True):
        width = 2 if double else 1
        for rows, k, draws in (
            (4, 1, 1),
            (4, 3, 2),
            (5, 8, 1),
            (1, 26, 6),
            (3, 65, 1),
            (2, 300, 1),
            (1, 1100, 1),
        ):
            seed, stream, offset = rng.getrandbits(64), rng.getrandbits(64), rng.getrandbits(40)
            logits = logits_of(rng, rows, k, double)
            common = {
                **position_of(seed, stream, offset),
                "dtype": "float64" if double else "float32",
                "rows": rows,
                "k": k,
                "draws": draws,
                "logits": reference.hexadecimal([v for row in logits for v in row], double),
            }
            even = offset + offset % 2
            start = even if double else offset
            items = [(d * rows + r, logits[r]) for d in range(draws) for r in range(rows)]
            tables = [reference.alias_table(row) for row in logits]
            for method, index in (
                (
                    "gumbel-max",
                    [reference.gumbel_max(x, seed, stream, start + i * k * width, double) for i, x in items],
                ),
                ("inverse-cdf", [reference.inverse_cdf(x, seed, stream, even + 2 * i) for i, x in items]),
                ("alias", [reference.alias(tables[i % rows], seed, stream, even + 2 * i) for i, _ in items]),
            ):
                yield {"function": "categorical", "method": method, **common, "index": index}
        logits = [[-math.inf, -2.0, -0.25, 0.0, 0.5, 3.0, 40.0][i] for i in range(7)]
        arithmetic = reference.arithmetic(double)
        for offset in (0, (3391143966 if double else 2550989692) - 4 * width):
            outcomes = []
            for i in range(21):
                sample = arithmetic.noise("logistic", 42, 0, offset + i * width)
                logit = logits[i % 7]
                total = -1 if logit == -math.inf else reference.rounded(reference.Fraction(logit) + sample, double)
                outcomes.append(int(total > 0))
            case = {
                "function": "bernoulli",
                **position_of(42, 0, offset),
                "dtype": "float64" if double else "float32",
            }
            yield {**case, "draws": 3, "logits": reference.hexadecimal(logits, double), "outcomes": outcomes}


def relaxed_cases() -> Iterator[Case]:
    """Samples at one temperature, or at one for each row (or element); gradients for a gradient that is given."""
    rng = random.Random(2027)
    for double in (False, True):
        width, dtype = (2, "float64") if double else (1, "float32")
        number = float if double else as_float32
        sizes = [(4, 1, 1), (4, 2, 1), (4, 3, 4), (3, 16, 3), (2, 17, 1), (4, 65, 4), (1, 1024, 1), (2, 1100, 1)]
        for rows, k, taus_given in sizes:
            seed, stream = rng.getrandbits(64), rng.getrandbits(64)
            offset = rng.getrandbits(40) // 2 * 2
            logits = logits_of(rng, rows, k, double)
            tau = [number(math.exp(rng.uniform(-2, 2))) for _ in range(taus_given)]
            grad = [[number(rng.gauss(0, 1)) for _ in range(k)] for _ in range(rows)]
            soft, index, dlogits, dtau = [], [], [], []
            for r in range(rows):
                position = offset + r * k * width
                tau_of_row = Fraction(tau[r % taus_given])
                z = reference.perturbed("gumbel", logits[r], seed, stream, position, double)
                y = reference.softmax(z, tau_of_row, double)
                back, tau_gradient = reference.softmax_backward(grad[r], y, tau_of_row, double)
                soft += y
                index.append(reference.gumbel_max(logits[r], seed, stream, position, double))
                dlogits += back
                dtau.append(tau_gradient)
            if taus_given == 1:
                dtau = [reference.arithmetic(double).round(Fraction(reference.total(dtau)))]
            case: Case = {"function": "gumbel_softmax", **position_of(seed, stream, offset), "dtype": dtype}
            case |= {"rows": rows, "k": k, "index": index}
            numbers = {"logits": flat(logits), "tau": tau, "soft": soft, "grad": flat(grad)}
            yield case | hexadecimals(numbers | {"dlogits": dlogits, "dtau": dtau}, double)
        for n, taus_given in ((40, 1), (20, 20)):
            seed, stream, offset = rng.getrandbits(64), rng.getrandbits(64), rng.getrandbits(40) // 2 * 2
            row = [number(rng.uniform(-30, 30) if i % 5 else rng.uniform(-1, 1)) for i in range(n)]
            row[3] = -math.inf
            tau = [number(math.exp(rng.uniform(-2, 2))) for _ in range(taus_given)]
            gradient = [number(rng.gauss(0, 1)) for _ in range(n)]
            z = reference.perturbed("logistic", row, seed, stream, offset, double)
            heat_of = [Fraction(tau[i % taus_given]) for i in range(n)]
            soft = [reference.sigmoid(z[i], heat_of[i], double) for i in range(n)]
            pairs = [reference.sigmoid_backward(gradient[i], soft[i], heat_of[i], double) for i in range(n)]
            dtau = [b for _, b in pairs]
            if taus_given == 1:
                dtau = [reference.arithmetic(double).round(Fraction(reference.total(dtau)))]
            case = {"function": "binary_concrete", **position_of(seed, stream, offset), "dtype": dtype}
            case |= {"hard": [int(x is not None and x > 0) for x in z]}
            numbers = {"logits": row, "tau": tau, "soft": soft, "grad": gradient}
            yield case | hexadecimals(numbers | {"dlogits": [a for a, _ in pairs], "dtau": dtau}, double)


def conditional_cases() -> Iterator[Case]:
    """Gumbels given an index, likely or not; the last rows hold logits of 10^4."""
    rng = random.Random(2029)
    for double in (False, True):
        width = 2 if double else 1
        for rows, k, draws in ((4, 1, 1), (6, 2, 2), (4, 3, 3), (3, 17, 1), (4, 65, 1), (1, 1024, 1), (2, 1100, 1)):
            seed, stream, offset = rng.getrandbits(64), rng.getrandbits(64), rng.getrandbits(40) // 2 * 2
            logits = logits_of(rng, rows, k, double)
            logits[-1] = [x + 1e4 for x in logits[-1]] if double else [as_float32(x + 1e4) for x in logits[-1]]
            index = [rng.choice([j for j in range(k) if row[j] > -math.inf]) for row in logits]
            values = [
                reference.conditional_gumbel(
                    logits[r], index[r], seed, stream, offset + (d * rows + r) * k * width, double
                )
                for d in range(draws)
                for r in range(rows)
            ]
            case: Case = {"function": "conditional_gumbel", **position_of(seed, stream, offset)}
            case |= {"dtype": "float64" if double else "float32", "rows": rows, "k": k, "draws": draws, "index": index}
            yield case | hexadecimals({"logits": flat(logits), "values": flat(values)}, double)


def information_cases() -> Iterator[Case]:
    """Log-probabilities, entropy and divergence, with gradients for a gradient that is given."""
    rng = random.Random(2028)
    for double in (False, True):
        dtype, number = ("float64", float) if double else ("float32", as_float32)
        for rows, k, taus_given in (
            (5, 1, 1),
            (4, 2, 4),
            (6, 3, 1),
            (4, 17, 4),
            (4, 65, 1),
            (1, 1024, 1),
            (2, 1100, 2),
        ):
            common = {"dtype": dtype, "rows": rows, "k": k}
            logits, grad = (
                logits_of(rng, rows, k, double),
                [[number(rng.gauss(0, 1)) for _ in range(k)] for _ in range(rows)],
            )
            tau = [number(math.exp(rng.uniform(-2, 2))) for _ in range(taus_given)]
            log_probs = [reference.log_softmax(logits[r], tau[r % taus_given], double) for r in range(rows)]
            back = [
                reference.log_softmax_backward(grad[r], log_probs[r], tau[r % taus_given], double) for r in range(rows)
            ]
            dtau = [b for _, b in back]
            if taus_given == 1:
                dtau = [number(reference.total(dtau))]
            numbers: dict[str, Any] = {"x": flat(logits), "tau": tau, "log_probs": flat(log_probs), "grad": flat(grad)}
            numbers |= {"dx": flat([a for a, _ in back]), "dtau": dtau}
            yield {"function": "log_softmax", **common} | hexadecimals(numbers, double)
            slopes = [row[0] for row in grad]
            values = [reference.entropy(row, double) for row in logits]
            dlogits = [reference.entropy_backward(g, row, double) for g, row in zip(slopes, logits, strict=True)]
            numbers = {"logits": flat(logits), "values": values, "grad": slopes, "dlogits": flat(dlogits)}
            yield {"function": "entropy", **common} | hexadecimals(numbers, double)
            others = [other_row(rng, row, r, number) for r, row in enumerate(logits)]
            values = [reference.kl_divergence(a, b, double) for a, b in zip(logits, others, strict=True)]
            pairs = [
                reference.kl_divergence_backward(g, a, b, double)
                for g, a, b in zip(slopes, logits, others, strict=True)
            ]
            numbers = {"logits": flat(logits), "other_logits": flat(others), "values": values, "grad": slopes}
            numbers |= {"dlogits": flat([a for a, _ in pairs]), "dother": flat([b for _, b in pairs])}
            yield {"function": "kl_divergence", **common} | hexadecimals(numbers, double)


def order_cases() -> Iterator[Case]:
    """Draws without replacement: few, nearly all and all, likely or not, some impossible; the last rows near 10^4."""
    rng = random.Random(2030)
    for double in (False, True):
        number = float if double else as_float32
        for rows, k, top in (
            (4, 1, 1),
            (2, 3, 0),
            (6, 2, 1),
            (4, 3, 3),
            (4, 17, 5),
            (3, 65, 64),
            (1, 1024, 2),
            (2, 1100, 9),
        ):
            logits = logits_of(rng, rows, k, double)
            logits[-1] = [number(x + 1e4) for x in logits[-1]]
            drawn = []
            for row in logits:
                keys = [x - math.log(rng.expovariate(1.0)) if rng.random() < 0.9 else -1e9 for x in row]
                drawn.append(sorted(range(k), key=lambda j, keys=keys: -keys[j])[:top])  # type: ignore[misc]
            grad = [number(rng.gauss(0, 1)) for _ in range(rows)]
            values = [reference.top_k_log_prob(row, order, double) for row, order in zip(logits, drawn, strict=True)]
            back = [
                reference.top_k_log_prob_backward(g, row, order, double)
                for g, row, order in zip(grad, logits, drawn, strict=True)
            ]
            case: Case = {"function": "top_k_log_prob", "dtype": "float64" if double else "float32", "rows": rows}
            case |= {"k": k, "top": top, "index": [j for order in drawn for j in order]}
            numbers = {"logits": flat(logits), "values": values, "grad": grad, "dlogits": flat(back)}
            yield case | hexadecimals(numbers, double)


def weight_cases() -> Iterator[Case]:
    """Importance weights of draws: none, few, nearly all and all."""
    rng = random.Random(2031)
    for double in (False, True):
        number = float if double else as_float32
        for normalize, rows, k, top in (
            (0, 3, 1, 1),
            (0, 4, 2, 2),
            (1, 4, 3, 2),
            (0, 3, 17, 9),
            (1, 3, 65, 60),
            (0, 1, 1024, 3),
            (1, 1, 1100, 40),
        ):
            logits = logits_of(rng, rows, k, double)
            logits = [[1.0 if x == -math.inf and rng.random() < 0.9 else x for x in row] for row in logits]
            index, sums, values = [], [], []
            for row in logits:
                keys = [x if x == -math.inf else number(x - math.log(rng.expovariate(1.0))) for x in row]
                order = sorted(range(k), key=lambda j, keys=keys: -keys[j])[:top]  # type: ignore[misc]
                order = [j for j in order if keys[j] > -math.inf]
                top = min(top, len(order))
                index.append(order)
                sums.append([keys[j] for j in order])
            for i, row in enumerate(logits):
                index[i], sums[i] = index[i][:top], sums[i][:top]
                values += reference.top_k_weights(row, index[i], sums[i], bool(normalize), double)
            case: Case = {
                "function": "top_k_weights",
                "dtype": "float64" if double else "float32",
                "rows": rows,
                "k": k,
            }
            case |= {"top": top, "normalize": normalize, "index": [j for order in index for j in order]}
            numbers = {"logits": flat(logits), "sums": flat(sums), "values": values}
            yield case | hexadecimals(numbers, double)


def other_row(rng: random.Random, row: list[float], number_of_row: int, number: Any) -> list[float]:
    """Logits near those of the row and far off together, or with other masks, or of their own."""
    if number_of_row % 3 == 0:
        return [number(x + rng.gauss(0, 1e-4) + 20.0) for x in row]
    own = [number(rng.uniform(-6, 6)) for _ in row]
    if number_of_row % 3 == 1:
        return [x if x == -math.inf and rng.random() < 0.5 else y for x, y in zip(row, own, strict=True)]
    own[rng.randrange(len(own))] = -math.inf if len(own) > 1 else 0.0
    return own


def flat(table: list[list[float]]) -> list[float]:
    return [x for row in table for x in row]


def hexadecimals(numbers: dict[str, Any], double: bool) -> dict[str, list[str]]:
    return {name: reference.hexadecimal([float(x) for x in values], double) for name, values in numbers.items()}


def channel_keys() -> list[Case]:
    """Names of channels, their bytes and their keys."""
    cases: list[Case] = []
    for seed, names, place in (
        (0, (), 0),
        (2026, ("mode choice",), 0),
        (2026, ("mode choice",), 1),
        (2026, ("mode choice", "work tours"), 0),
        (2**64 - 1, ("naïve 日本", -5, 2**70), 2**64 - 1),
        (42, (("a", ("b", 1)), (), ""), 12),
        (2026, ("mode choice", ("nest", "rail")), 0),
    ):
        encoded = reference.channel_bytes(seed, names, place)
        key = int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")
        cases.append({"seed": str(seed), "names": names, "place": place, "bytes": encoded.hex(), "key": str(key)})
    return cases
