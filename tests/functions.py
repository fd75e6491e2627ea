"""The registry of functions: one entry each, from which vectors, their tests and the tests of the C function follow.

An entry says how Python is called with the arguments of the C function, under the names of `gsampler.h`, and gives its
results under the names of the outputs. From that, and from the header, follow

- `write_vectors.py`: the cases in `vectors/`, which `cases` makes, and the table in their README;
- `test_vectors.py`: Python's call of a case; `native_calls.py`: the calls of other languages;
- `test_native.py`: the same bits from C as from Python, and a status for every bad argument (`bad_arguments.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cases
import numpy as np
import reference
from numpy.testing import assert_array_equal

import gsampler as gs
from gsampler import places

sys.path.insert(0, str(Path(__file__).parents[1] / "native"))

from write_bindings import HEADER, read_header
from write_bindings import Function as CFunction

DECLARED = {f.name.removeprefix("gs_"): f for f in read_header(HEADER.read_text()).functions}
POSITION = {"seed": 42, "stream": 7, "offset": 8 * 2**32 - 1001}  # odd; the low half of the block number soon wraps


def declared(name: str, suffix: str = "f32") -> CFunction:
    """The C function of a name, for one type of element if there are several."""
    return DECLARED.get(f"{name}_{suffix}") or DECLARED[name]


def exists(name: str) -> bool:
    return name in DECLARED or f"{name}_f32" in DECLARED


class Arguments(dict[str, Any]):
    """Arguments by their names in `gsampler.h`, as attributes; and ``dtype``.

    Arrays have the shape (rows, k), or (rows,) or (n,); numbers of the type of the elements are NumPy's.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def rng(self) -> gs.Generator:
        return gs.Generator(self.seed, self.stream, self.offset)


Results = dict[str, Any]


def no_more(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    return ({},)


@dataclass(frozen=True)
class Function:
    name: str
    # Results of Python's functions, under the names of the outputs in `gsampler.h` and in the vectors.
    python: Callable[[Arguments], Results]
    # What the names of the parameters do not say: for each form of the call that is to be tested, arguments to add to,
    # or put in place of, those that `forms` makes. It calls nothing of gsampler.
    given: Callable[[np.random.Generator, Arguments], Iterable[dict[str, Any]]] = no_more
    # C functions in the order of their calls, each of which may read what those before it wrote, or such for each
    # ``method``; by default the one of this name and its _backward.
    c: tuple[str, ...] | dict[str, tuple[str, ...]] = ()
    # Further arguments that are bad, with their status; `bad_arguments` makes those that the names tell.
    bad: tuple[tuple[dict[str, Any], str], ...] = ()
    cases: Callable[[], Iterable[cases.Case]] | None = None  # of this function, or of this and of others
    # The row of the README of the vectors
    inputs: str = ""
    outputs: str = ""
    heading: str = ""
    # In Python: calls of a user's script, with the types of what they return; calls that read rows along an axis and
    # check them as they do; calls that read x and write to out
    typed: tuple[tuple[str, str], ...] = ()
    checks_rows: tuple[Callable[[gs.Generator, np.ndarray, int], Any], ...] = ()
    takes_out: tuple[Callable[[gs.Generator, np.ndarray, Any], Any], ...] = ()

    def names(self, a: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the C functions, without a type, nor ``_taus``."""
        if isinstance(self.c, dict):
            return self.c[a.get("method", next(iter(self.c)))]
        if self.c:
            return self.c
        backward = f"{self.name}_backward"
        return (self.name, backward) if exists(backward) else (self.name,)

    def chain(self, a: Mapping[str, Any], suffix: str = "f32", taus: bool = False) -> list[CFunction]:
        """The C functions, in the order of their calls."""
        return [declared(name + "_taus" * taus, suffix) for name in self.names(a)]

    def row(self) -> str:
        heading = self.heading or f"`{self.name}`"
        return f"| {heading} | {self.inputs} | {self.outputs} |\n"

    def forms(self, seed: int, rows: int, k: int, dtype: Any, masked: float = 0.1) -> Iterable[Arguments]:
        """Arguments of every form of the call: each that `given` makes, with tau as a number and as an array."""
        for with_taus in (False, True):
            rng = np.random.default_rng(seed)
            a = Arguments(POSITION | {"rows": rows, "k": k, "n": rows * k, "draws": 3, "dtype": dtype})
            a |= {name: logits_of(rng, rows, k, dtype, masked) for name in ("logits", "other_logits", "x")}
            a |= {"grad": rng.standard_normal((rows, k)).astype(dtype), "tau": dtype(0.7)}
            a |= {"loc": dtype(0.25), "scale": dtype(1.5)}
            a |= {name: np.reshape(a[name], self.shape(name, a)) for name in ("logits", "other_logits", "x")}
            a["grad"] = a.grad.ravel()[: np.prod(self.shape("grad", a), dtype=int)].reshape(self.shape("grad", a))
            if with_taus:
                a["tau"] = rng.uniform(0.2, 3, self.shape("tau", a)).astype(dtype)
            for more in self.given(rng, a):
                form = Arguments(a | more)
                if not with_taus or all(exists(f"{name}_taus") for name in self.names(form)):
                    yield form

    def shape(self, name: str, a: Mapping[str, Any]) -> tuple[int, ...]:
        """Shape of an input array of a call, as `gsampler.h` says under ARGUMENTS."""
        names = [p.name for name in self.names(a) for p in declared(name).parameters]
        if "k" not in names:
            return (a["n"],)
        per_row = name in ("tau", "index", "trials") or (name == "grad" and "out" in names)
        return (a["rows"],) if per_row else (a["rows"], a["k"])


def logits_of(rng: np.random.Generator, rows: int, k: int, dtype: Any, masked: float) -> np.ndarray:
    """Logits, some masked."""
    logits = 3 * rng.standard_normal((rows, k))
    logits[rng.random((rows, k)) < masked] = -np.inf
    logits[:, rng.integers(k)] = 0.5
    return logits.astype(dtype)


# --- noise, integers ------------------------------------------------------------------------------------------


def noise(name: str) -> Function:
    return Function(
        name,
        lambda a: {"out": getattr(a.rng(), name)(size=a.n, dtype=a.dtype)},
        cases=cases.noise_cases,
        heading="the name of a noise distribution, such as `gumbel`",
        inputs="`dtype`, `n`",
        outputs="`values`: the bits of each float, 8 or 16 hexadecimal digits",
    )


def integers(a: Arguments) -> Results:
    last = (a.low.view(np.uint64) + a["values"] - np.uint64(1)).view(np.int64)
    return {"out": a.rng().integers(a.low, last, size=(a.draws, a.n), endpoint=True)}


def ranges(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    k = a.k
    low = rng.integers(-(2**63), 2**63, k)
    values = rng.integers(1, 2**64, k, np.uint64) >> np.arange(k, dtype=np.uint64) % np.uint64(64)
    high = (low.view(np.uint64) + values).view(np.int64)
    low, high = np.where(low < high, low, 0), np.where(low < high, high, values.view(np.int64) & 2**62 | 1)
    yield {"low": low, "values": (high - low).view(np.uint64), "n": k, "draws": a.rows}


# --- rows that have places of their own -------------------------------------------------------------------------


def places_of(a: Arguments) -> places.Places:
    """Where the rows of a call of C are."""
    columns, pointers = a.get("columns"), a.get("indptr")
    own = a.column_count == a.rows and columns is not None
    where = (np.ravel(x) for x in (a.seeds, a.streams, a.offsets))
    return places.Places(*where, a.rows, a.k, columns if a.column_count else None, pointers, own)


def noise_of_rows(name: str) -> Callable[[Arguments], Results]:
    def python(a: Arguments) -> Results:
        where = places_of(a)
        out = np.empty(where.elements, a.dtype)
        places.fill(where, name, a.dtype, out)
        return {"out": out}

    return python


def gumbel_max_rows(a: Arguments) -> Results:
    index, best = np.empty(a.rows, np.int64), np.empty(a.rows, a.dtype)
    places.gumbel_max(places_of(a), np.ravel(a.logits), index, best)
    return {"index": index, "maximum": best}


def gumbel_softmax_rows(a: Arguments) -> Results:
    where = places_of(a)
    soft, index = np.empty(where.elements, a.dtype), np.empty(a.rows, np.int64)
    places.gumbel_softmax(where, np.ravel(a.logits), np.ravel(a.tau), soft, index)
    return {"soft": soft, "index": index}


def gumbel_top_k_rows(a: Arguments) -> Results:
    indices, sums = np.empty((a.rows, a.top), np.int64), np.empty((a.rows, a.top), a.dtype)
    assert places.gumbel_top_k(places_of(a), np.ravel(a.logits), indices, sums)
    return {"index": indices, "sums": sums}


def where_rows_are(rng: np.random.Generator, a: Arguments, shortest: int = 0) -> Iterable[dict[str, Any]]:
    """Rows of k elements that follow each other; columns of all rows, of each; and rows of different lengths."""
    rows, k = a.rows, a.k
    many = {
        "seeds": rng.integers(2**64, size=rows, dtype=np.uint64),
        "streams": rng.integers(2**64, size=rows, dtype=np.uint64),
        "offsets": rng.integers(2**62, size=rows, dtype=np.uint64),
    }
    one = {name: array[:1] if rows else np.zeros(1, np.uint64) for name, array in many.items()}
    none = {"columns": None, "column_count": 0, "indptr": None}
    counts = {f"{name}_count": rows for name in ("seed", "stream", "offset")}
    yield many | counts | none
    mixed = one | {"streams": many["streams"]} | counts | {"seed_count": 1, "offset_count": 1}
    yield mixed | none
    columns = rng.integers(2**40, size=k)
    columns[: k // 2] = columns[0] + np.arange(k // 2)
    yield mixed | none | {"columns": columns, "column_count": 1}
    own = np.sort(rng.integers(3 * k, size=(rows, k))).ravel()
    yield mixed | none | {"columns": own, "column_count": rows}
    lengths = rng.integers(shortest, k + 1, size=rows)
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    n = int(pointers[-1])
    ragged = {"columns": own[:n], "column_count": rows, "indptr": pointers}
    given = {"logits": rng.standard_normal(n).astype(a.dtype)} if "logits" in a else {}
    yield mixed | ragged | given
    yield mixed | none | {"indptr": pointers} | given


def masked_too(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    for form in where_rows_are(rng, a):
        if form["columns"] is not None and form["columns"].size:
            masked = np.where(rng.random(form["columns"].size) < 0.2, -1, form["columns"])
            logits = np.where(np.isfinite(a.logits), a.logits, 0).astype(a.dtype)
            yield form | {"columns": masked, "logits": form.get("logits", logits)}
        else:
            yield form


def masked_draws(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    """As `masked_too`, but that the first category of each row is one; few draws, and as many as every row has."""
    for form in where_rows_are(rng, a, shortest=1):
        n = a.rows * a.k if form["indptr"] is None else int(form["indptr"][-1])
        logits = form.get("logits", a.logits).ravel().copy()
        have = logits > -np.inf
        begins = np.arange(0, n, a.k) if form["indptr"] is None else form["indptr"][:-1]
        logits[begins] = 0.5
        have[begins] = True
        if form["columns"] is not None and form["columns"].size:
            columns = np.where(rng.random(form["columns"].size) < 0.2, -1, form["columns"])
            own = begins if columns.size == n else [0]
            columns[own] = form["columns"][own]
            form = form | {"columns": columns}
            have &= np.resize(columns >= 0, n)
        most = int(np.add.reduceat(have, begins).min()) if a.rows else 0
        yield from (form | {"logits": logits, "top": min(top, most)} for top in (2, 100))


BAD_PLACES: tuple[tuple[dict[str, Any], str], ...] = (
    *(({f"{name}_count": count}, "SIZE") for name in ("seed", "stream", "offset") for count in (-1, 0, 3)),
    ({"column_count": 3}, "SIZE"),
    ({"column_count": -1}, "SIZE"),
    ({"column_count": 1}, "NULL"),
    ({"column_count": 1, "columns": np.array([0, -2, 1])}, "INDEX"),
    ({"column_count": 2, "columns": np.array([0, 1, 2, 0, 1, -(2**63)])}, "INDEX"),
    ({"offsets": np.array([2**64 - 2, 0], np.uint64)}, "STREAM"),
    (
        {"column_count": 1, "columns": np.array([0, 2**63 - 1, 1]), "offsets": np.array([0, 2**63 + 2], np.uint64)},
        "STREAM",
    ),
    ({"indptr": np.array([1, 2, 3])}, "SIZE"),
    ({"indptr": np.array([0, 3, 2])}, "SIZE"),
    ({"indptr": np.array([0, 3, 2**57])}, "SIZE"),
    ({"indptr": np.array([0, 3, 6]), "column_count": 1, "columns": np.array([0, 1, 2])}, "SIZE"),
)
BAD_ROWS: tuple[tuple[dict[str, Any], str], ...] = (
    *BAD_PLACES,
    *(({"logits": logits}, "LARGE") for logits in (np.full(6, 2.0**39), np.full(6, -(2.0**39)))),
    (
        {
            "column_count": 1,
            "columns": np.array([-1, 0, 1]),
            "logits": np.array([[0.0, 0, 0], [0, -np.inf, -np.inf]]),
        },
        "ROW",
    ),
)
PLACES_TEXT = (
    "`dtype`, `rows`, `k`, `seeds`, `streams`, `offsets` (16 hexadecimal digits; `seed_count`, `stream_count`, "
    "`offset_count` of each), `columns` (of `column_count`, or null), `indptr` (or null)"
)


def rows_of_noise(name: str) -> Function:
    return Function(
        f"{name}_rows",
        noise_of_rows(name),
        where_rows_are,
        bad=(*BAD_PLACES, ({"column_count": 1, "columns": np.array([0, -1, 1])}, "INDEX")),
        cases=cases.place_cases,
        heading="that name and `_rows`, such as `gumbel_rows`",
        inputs=PLACES_TEXT,
        outputs="`values`",
    )


# --- counts ---------------------------------------------------------------------------------------------------


def multinomial(a: Arguments) -> Results:
    return {"counts": a.rng().multinomial(a.trials, a.p, size=(a.draws, a.rows))}


def count_parameters(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    """Parameters of all sizes, and of one size: searches and expansions."""
    k = a.k
    lam, p = 10 ** rng.uniform(-3, 12, k), rng.uniform(1e-9, 1, k)
    trials = (10 ** rng.uniform(0, 15, k)).astype(np.int64)
    yield {"lam": lam, "trials": trials, "p": p, "n": k, "draws": a.rows}
    for lam, trials, p in ((3.5, 20, 0.8), (100.0, 10**6, 0.25)):
        yield {"lam": np.array([lam]), "trials": np.array([trials]), "p": np.array([p]), "n": 1, "draws": a.rows * k}


def shares(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    p = rng.random((a.rows, a.k)) ** 3
    p[:, 0] += 1e-3
    yield {"trials": rng.integers(0, 10**6, a.rows), "p": p / p.sum(axis=1, keepdims=True)}


# --- categories -----------------------------------------------------------------------------------------------

METHODS = {
    "gumbel-max": ("gumbel_max",),
    "alias": ("alias_table", "alias_draw"),
    "inverse-cdf": ("cdf_table", "cdf_draw"),
}


def categorical(a: Arguments) -> Results:
    index = a.rng().categorical(a.logits, size=a.draws, method=a.method)
    if a.method == "inverse-cdf":
        return {"index": index}
    if a.method == "gumbel-max":
        noise = a.rng().gumbel(size=(a.draws, *a.logits.shape), dtype=a.dtype)
        return {"index": index, "maximum": (a.logits + noise).max(axis=-1)}
    table = gs.AliasTable(a.logits)
    assert_array_equal(a.rng().categorical(table, size=a.draws), index)
    return {"index": index, "table": table._table}


def top_k(a: Arguments) -> Results:
    indices, sums = a.rng().gumbel_top_k(a.logits, a.top, size=a.draws)
    return {"index": indices, "sums": sums}


def observed(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    noisy = a.logits + rng.gumbel(size=a.logits.shape)
    return ({"index": noisy.argmax(axis=-1)}, {"index": a.logits.argmax(axis=-1)})


def numbers_of_draws(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    most = int(np.count_nonzero(a.logits > -np.inf, axis=1).min(initial=a.k))
    return [{"top": min(top, most)} for top in (2, 100)]


def top_k_of_row(
    logits: list[float], seed: int, stream: int, position: int, double: bool, top: int
) -> dict[str, list[Any]]:
    drawn = reference.gumbel_top_k(logits, top, seed, stream, position, double)
    return {"index": [index for index, _ in drawn], "sums": [value for _, value in drawn]}


def top_k_log_prob(a: Arguments) -> Results:
    index = a["index"].reshape(-1, a.top) if a.top else np.empty((a.rows, 0), np.int64)
    values = gs.top_k_log_prob(a.logits, index)
    return {"out": values, "dlogits": gs.top_k_log_prob_backward(a.grad, a.logits, index)}


def orders(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    """Few draws, and all: where some logits are -inf, the latter are impossible."""
    order = np.argsort(-a.logits - rng.gumbel(size=a.logits.shape), axis=-1)
    return [{"index": np.ascontiguousarray(order[:, :top]), "top": top} for top in (min(2, a.k), a.k)]


def top_k_weights(a: Arguments) -> Results:
    shape = a.rows, a.top
    index, sums = a["index"].reshape(shape), a.sums.reshape(shape)
    return {"out": gs.top_k_weights(a.logits, index, sums, normalize=bool(a.normalize))}


def thresholds(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    most = int(np.count_nonzero(a.logits > -np.inf, axis=1).min(initial=a.k))
    keys = a.logits + rng.gumbel(size=a.logits.shape).astype(a.dtype)
    order = np.argsort(-keys, axis=-1)
    for normalize, top in ((0, min(2, most)), (1, most)):
        index = np.ascontiguousarray(order[:, :top])
        sums = np.take_along_axis(keys, index, -1)
        yield {"index": index, "sums": sums, "top": top, "normalize": normalize}


# --- relaxed categories ---------------------------------------------------------------------------------------


def gumbel_softmax(a: Arguments) -> Results:
    soft, vjp = a.rng().gumbel_softmax_vjp(a.logits, a.tau)
    dlogits, dtau = vjp(a.grad)
    index = a.rng().categorical(a.logits)
    hard, vjp = a.rng().gumbel_softmax_vjp(a.logits, a.tau, hard=True)
    one_hot = np.zeros_like(hard)
    np.put_along_axis(one_hot, index[:, None], 1, axis=1)
    assert_array_equal(hard, one_hot)
    assert vjp.soft.tobytes() == soft.tobytes()
    return {"soft": soft, "index": index, "dlogits": dlogits, "dtau": dtau}


def binary_concrete(a: Arguments) -> Results:
    soft, vjp = a.rng().binary_concrete_vjp(a.logits, a.tau)
    dlogits, dtau = vjp(a.grad)
    hard, vjp = a.rng().binary_concrete_vjp(a.logits, a.tau, hard=True)
    assert_array_equal(hard, a.rng().bernoulli(a.logits))
    assert vjp.soft.tobytes() == soft.tobytes()
    return {"soft": soft, "hard": hard, "dlogits": dlogits, "dtau": dtau}


# --- functions of arrays --------------------------------------------------------------------------------------


def log_softmax(a: Arguments) -> Results:
    log_probs = gs.log_softmax(a.x, a.tau)
    dx, dtau = gs.log_softmax_backward(a.grad, log_probs, a.tau)
    return {"log_probs": log_probs, "dx": dx, "dtau": dtau}


def with_gradients(name: str) -> Callable[[Arguments], Results]:
    """Of a function of arrays and numbers, whose gradients take the same ones after ``grad``, all as in C."""
    forward, backward = declared(name), declared(f"{name}_backward")
    given = [p.name for p in forward.parameters if not p.is_output and p.name not in ("rows", "k", "n")]
    (output,) = (p.name for p in forward.parameters if p.is_output)
    gradients = [p.name for p in backward.parameters if p.is_output]

    def python(a: Arguments) -> Results:
        arguments = [a[name] for name in given]
        back = getattr(gs, f"{name}_backward")(a.grad, *arguments)
        back = back if isinstance(back, tuple) else (back,)
        return {output: getattr(gs, name)(*arguments)} | dict(zip(gradients, back, strict=True))

    return python


def far_and_near(rng: np.random.Generator, a: Arguments) -> Iterable[dict[str, Any]]:
    """Rows of which every other is finite; the divergence of the others is infinite, mostly."""
    other = a.other_logits.copy()
    other[::2] = rng.standard_normal(other[::2].shape)
    return ({"other_logits": other},)


def density(name: str, sample: Callable[[np.random.Generator, Arguments], dict[str, Any]], **more: Any) -> Function:
    name += "_log_prob"
    return Function(name, with_gradients(name), lambda rng, a: (sample(rng, a),), **more)


def any_numbers(rng: np.random.Generator, a: Arguments) -> dict[str, Any]:
    return {"x": rng.standard_normal(a.n).astype(a.dtype)}


def from_0_to_1(rng: np.random.Generator, a: Arguments) -> dict[str, Any]:
    return {"y": rng.random(a.n).astype(a.dtype)}


def simplex(rng: np.random.Generator, a: Arguments) -> dict[str, Any]:
    noisy = (a.logits + rng.gumbel(size=a.logits.shape)) / 0.8
    weights = np.exp(noisy - noisy.max(axis=1, keepdims=True))
    return {"y": (weights / weights.sum(axis=1, keepdims=True)).astype(a.dtype)}


def log_simplex(rng: np.random.Generator, a: Arguments) -> dict[str, Any]:
    return {"x": np.log(np.maximum(simplex(rng, a)["y"], np.finfo(a.dtype).tiny)).astype(a.dtype)}


# --- the registry ---------------------------------------------------------------------------------------------


def bad_counts(name: str, *values: float) -> tuple[tuple[dict[str, Any], str], ...]:
    """Three parameters, the last of which is bad."""
    good = [1, 1] if name == "trials" else [0.5, 0.5]
    return tuple(({name: np.array([*good, value])}, "PARAMETER") for value in values)


NAN, INF = np.nan, np.inf
LAST_MASKED = np.array([[0.0, 0, 0], [0, -INF, 0]])
LARGE_THEN_EMPTY = np.array([[2.0**39, 0, 0], [-INF, -INF, -INF]])

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function(
            "bits",
            lambda a: {"out": a.rng().bits(a.n)},
            cases=cases.noise_cases,
            inputs="`n`",
            outputs="`words`: 8 hexadecimal digits each",
        ),
        *map(noise, cases.NOISE),
        *map(rows_of_noise, cases.NOISE),
        Function(
            "gumbel_max_rows",
            gumbel_max_rows,
            masked_too,
            bad=BAD_ROWS,
            cases=cases.place_cases,
            inputs=PLACES_TEXT + ", `logits`",
            outputs="`index`, `maximum`: one a row",
        ),
        Function(
            "gumbel_softmax_rows",
            gumbel_softmax_rows,
            masked_too,
            bad=BAD_ROWS,
            cases=cases.place_cases,
            inputs=PLACES_TEXT + ", `logits`, `tau` (one, or one a row)",
            outputs="`soft`, `index`",
        ),
        Function(
            "gumbel_top_k_rows",
            gumbel_top_k_rows,
            masked_draws,
            bad=(
                *BAD_ROWS,
                *(({"top": top}, "SIZE") for top in (4, -1, 2**57)),
                ({"top": 3, "logits": LAST_MASKED}, "SIZE"),
                ({"top": 3, "column_count": 1, "columns": np.array([0, -1, 1])}, "SIZE"),
                ({"top": 2, "indptr": np.array([0, 5, 6])}, "SIZE"),
            ),
            cases=cases.place_cases,
            inputs=PLACES_TEXT + ", `logits`, `top`",
            outputs="`index`, `sums`: top a row",
        ),
        Function(
            "bernoulli",
            lambda a: {"out": a.rng().bernoulli(a.logits, size=a.draws)},
            cases=cases.categorical_cases,
            inputs="`dtype`, `logits`, `draws`",
            outputs="`outcomes`: 0 or 1 each, draws of all logits one after another",
        ),
        Function(
            "categorical",
            categorical,
            lambda rng, a: [{"method": method} for method in METHODS],
            c=METHODS,
            bad=(({"logits": LARGE_THEN_EMPTY}, "ROW"),),
            cases=cases.categorical_cases,
            inputs="`dtype`, `method`, `rows`, `k`, `draws`, `logits` (rows * k floats as hexadecimal bits)",
            outputs="`index`: draws * rows",
        ),
        Function(
            "categorical, one draw",
            lambda a: {"index": a.rng().categorical(a.logits)},
            c=("categorical",),
            bad=(({"logits": LARGE_THEN_EMPTY}, "ROW"),),
        ),
        Function("softmax", lambda a: {"soft": gs.softmax(a.x, a.tau), "index": a.x.argmax(axis=-1)}),
        Function(
            "gumbel_softmax",
            gumbel_softmax,
            cases=cases.relaxed_cases,
            inputs="`dtype`, `rows`, `k`, `logits`, `tau` (one, or one a row), `grad`",
            outputs="`soft`, `index`; gradients `dlogits`, `dtau`",
        ),
        Function(
            "binary_concrete",
            binary_concrete,
            cases=cases.relaxed_cases,
            inputs="`dtype`, `logits`, `tau` (one, or one an element), `grad`",
            outputs="`soft`, `hard`; gradients `dlogits`, `dtau`",
        ),
        Function(
            "log_softmax",
            log_softmax,
            cases=cases.information_cases,
            inputs="`dtype`, `rows`, `k`, `x`, `tau` (one, or one a row), `grad`",
            outputs="`log_probs`; gradients `dx`, `dtau`",
        ),
        Function(
            "entropy",
            with_gradients("entropy"),
            cases=cases.information_cases,
            inputs="`dtype`, `rows`, `k`, `logits`, `grad` (one a row)",
            outputs="`values`; gradient `dlogits`",
        ),
        Function(
            "kl_divergence",
            with_gradients("kl_divergence"),
            far_and_near,
            cases=cases.information_cases,
            inputs="`dtype`, `rows`, `k`, `logits`, `other_logits`, `grad` (one a row)",
            outputs="`values`; gradients `dlogits`, `dother`",
        ),
        Function(
            "integers",
            integers,
            ranges,
            cases=cases.integer_cases,
            inputs="`n`, `draws`, `low` and `values` (n of each: the least, and how many there are, 0 for 2^64; "
            "16 hexadecimal digits)",
            outputs="`integers`: 16 hexadecimal digits each, draws of all ranges one after another",
        ),
        Function(
            "poisson",
            lambda a: {"out": a.rng().poisson(a.lam, size=(a.draws, a.n))},
            count_parameters,
            bad=bad_counts("lam", -1.0, NAN, INF, 9.3e18),
            cases=cases.count_cases,
            inputs="`n`, `draws`, `lam` (n doubles, 16 hexadecimal digits)",
            outputs="`counts`: 16 hexadecimal digits each, draws of all parameters one after another",
            typed=(
                ("rng.poisson(2.5)", "np.int64"),
                ("rng.poisson(2.5, size=3)", "NDArray[np.int64]"),
                ("rng.poisson([1.0, 2.0])", "NDArray[np.int64]"),
                ("rng.poisson(out=np.zeros(3, np.int64))", "NDArray[np.int64]"),
            ),
            takes_out=(lambda rng, x, out: rng.poisson(x, out=out),),
        ),
        Function(
            "binomial",
            lambda a: {"out": a.rng().binomial(a.trials, a.p, size=(a.draws, a.n))},
            count_parameters,
            bad=bad_counts("trials", -1, -(2**63)) + bad_counts("p", -0.5, 1.5, NAN),
            cases=cases.count_cases,
            inputs="`n`, `draws`, `trials`, `p` (n integers and doubles, 16 hexadecimal digits)",
            outputs="`counts`: as of Poisson variates",
            typed=(
                ("rng.binomial(10, 0.5)", "np.int64"),
                ("rng.binomial(10, 0.5, size=3)", "NDArray[np.int64]"),
                ("rng.binomial([1, 2], 0.5)", "NDArray[np.int64]"),
                ("rng.binomial(3, [0.1, 0.5])", "NDArray[np.int64]"),
            ),
        ),
        Function(
            "geometric",
            lambda a: {"out": a.rng().geometric(a.p, size=(a.draws, a.n))},
            count_parameters,
            bad=bad_counts("p", 0.0, -0.5, 1.5, NAN),
            cases=cases.count_cases,
            inputs="`n`, `draws`, `p` (n doubles, 16 hexadecimal digits)",
            outputs="`counts`: as of Poisson variates",
            typed=(("rng.geometric(0.5)", "np.int64"), ("rng.geometric(0.5, (2, 3))", "NDArray[np.int64]")),
        ),
        Function(
            "multinomial",
            multinomial,
            shares,
            bad=(
                *(({"trials": np.array([3, n])}, "PARAMETER") for n in (-1, -(2**63))),
                *(({"p": np.array([[1.0, 0, 0], row])}, "PARAMETER") for row in ([0.0, 0, 0], [1, -1, 1], [1, NAN, 1])),
                ({"p": np.array([[1.0, INF, 0], [1, 0, 0]])}, "PARAMETER"),
            ),
            cases=cases.count_cases,
            inputs="`rows`, `k`, `draws`, `trials` (one a row), `p` (rows * k weights)",
            outputs="`counts`: draws * rows * k, 16 hexadecimal digits each",
            typed=(
                ("rng.multinomial(10, [0.5, 0.5])", "NDArray[np.int64]"),
                ("rng.multinomial(10, logits=[0.0, 1.0], size=3)", "NDArray[np.int64]"),
            ),
        ),
        Function(
            "gumbel_top_k",
            top_k,
            numbers_of_draws,
            bad=(({"top": 4}, "SIZE"), ({"top": -1}, "SIZE"), ({"top": 3, "logits": LAST_MASKED}, "SIZE")),
            cases=lambda: cases.row_cases(
                "gumbel_top_k",
                top_k_of_row,
                (
                    {"rows": 3, "k": 1, "draws": 1, "top": 1},
                    {"rows": 2, "k": 5, "draws": 2, "top": 3},
                    {"rows": 2, "k": 40, "draws": 1, "top": 7},
                    {"rows": 1, "k": 1100, "draws": 1, "top": 20},
                    {"rows": 1, "k": 1100, "draws": 1, "top": 1040},  # more than a chunk has
                ),
                seed=2027,
            ),
            inputs="`dtype`, `rows`, `k`, `draws`, `top`, `logits`",
            outputs="`index`, `sums`: draws * rows * top",
            typed=(
                ("rng.gumbel_top_k(logits32, 2)", "tuple[Indices, Float32Array]"),
                ("rng.gumbel_top_k([0.0, 1.0], k=1, size=3)", "tuple[Indices, Float64Array]"),
                ("rng.gumbel_top_k(p=[0.5, 0.5], k=2)", "tuple[Indices, NDArray[Any]]"),
                ("rng.permutation(logits=logits32, size=3)", "Indices"),
                ("rng.relaxed_top_k(logits32, 2, 0.5)", "Float32Array"),
                ("rng.relaxed_top_k([0.0, 1.0], 1, hard=True, size=3)", "Float64Array"),
                ("rng.relaxed_top_k_vjp(logits32, 2, 0.5)[1](logits32)", "tuple[Float32Array, np.float32]"),
                ("rng.relaxed_top_k_vjp(logits64, 2, [0.5])[1](logits64)", "tuple[Float64Array, Float64Array]"),
                ("rng.gumbel_sinkhorn(logits32[:3])", "Float32Array"),
                ("rng.gumbel_sinkhorn([[0.0, 1.0], [1.0, 0.0]], 0.5, 7)", "Float64Array"),
                ("rng.gumbel_sinkhorn_vjp([[0.0]], 0.5)[1]([[1.0]])", "tuple[Float64Array, np.float64]"),
            ),
            checks_rows=(lambda rng, x, axis: rng.gumbel_top_k(x, 1, axis=axis),),
        ),
        Function(
            "top_k_log_prob",
            top_k_log_prob,
            orders,
            bad=(
                *(({"top": top}, "SIZE") for top in (4, -1, 2**57)),
                *(({"index": np.array(index)}, "INDEX") for index in ([0, 1, 1, 3], [-1, 0, 0, 1], [0, 1, 2, 2])),
            ),
            cases=cases.order_cases,
            inputs="`dtype`, `rows`, `k`, `top`, `logits`, `index` (rows * top), `grad` (one a row)",
            outputs="`values`; gradient `dlogits`",
            typed=(
                ("gs.top_k_log_prob(logits32, [[0, 1]] * 4)", "NDArray[np.float32] | Any"),
                ("gs.top_k_log_prob([0.0, 1.0], rng.gumbel_top_k([0.0, 1.0], 2)[0])", "NDArray[np.float64] | Any"),
                ("gs.top_k_log_prob_backward(np.ones(4), logits32, [[0, 1]])", "Float32Array"),
                ("gs.top_k_log_prob_backward([1.0], [[0, 1]], [1])", "Float64Array"),
            ),
        ),
        Function(
            "top_k_weights",
            top_k_weights,
            thresholds,
            bad=(
                *(({"top": top}, "SIZE") for top in (4, 0, -1, 2**57)),
                *(({"index": np.array(index)}, "INDEX") for index in ([0, 1, 1, 3], [-1, 0, 0, 1], [0, 1, 2, 2])),
                ({"index": np.array([0, 1, 1, 0]), "logits": LAST_MASKED}, "INDEX"),
                *(({"sums": np.array(sums)}, "SAMPLE") for sums in ([2.0, 1, 0, 1], [NAN, 0, 2, 1], [2, 1, 0, -INF])),
            ),
            cases=cases.weight_cases,
            inputs="`dtype`, `rows`, `k`, `top`, `normalize`, `logits`, `index` and `sums` (rows * top)",
            outputs="`values`: rows * (top - 1)",
            typed=(
                ("gs.top_k_weights(logits32, [[0, 1]] * 4, [[1.0, 0.5]] * 4)", "Float32Array"),
                ("gs.top_k_weights([0.0, 1.0], *rng.gumbel_top_k([0.0, 1.0], 2), normalize=True)", "Float64Array"),
            ),
        ),
        Function(
            "conditional_gumbel",
            lambda a: {"out": a.rng().conditional_gumbel(a.logits, a.index, size=a.draws)},
            observed,
            bad=(
                *(({"index": np.array(index)}, "INDEX") for index in ([0, 3], [-1, 0], [0, 2**62])),
                ({"index": np.array([0, 1]), "logits": LAST_MASKED}, "INDEX"),
            ),
            cases=cases.conditional_cases,
            inputs="`dtype`, `rows`, `k`, `draws`, `logits`, `index` (one a row)",
            outputs="`values`: draws * rows * k",
        ),
        density("gumbel", any_numbers),
        density("logistic", any_numbers),
        density("binary_concrete", from_0_to_1),
        density("logit_binary_concrete", any_numbers),
        density("concrete", simplex),
        density(
            "exp_concrete",
            log_simplex,
            bad=(
                ({"x": np.array([[0.0, 0, 0], [-INF, -INF, -INF]])}, "SAMPLE"),
                ({"x": np.full((2, 3), INF)}, "SAMPLE"),
            ),
        ),
    )
}
