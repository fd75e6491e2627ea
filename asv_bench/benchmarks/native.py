"""The C library beside the kernels that Numba compiles: the same work, on one thread, in arrays that fit the cache."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from gsampler.kernels.table import BINARY, KERNELS, LOCATION_SCALE, NOISE

from .child import child_main

N, K = 2**16, 64
ROWS = N // K
TAU = 0.7

# Kernels of these modules, and these, have no C function of their name. Every other one has, and is measured by the
# names of the parameters of both. A new name of an input needs a value in `inputs_of`.
INTERNAL_MODULES = ("validation", "reductions", "tables", "places", "orders")
INTERNAL = ("gumbel_max", "counterfactual", "sums_after")
# C functions that are named otherwise than the kernels that they run
RUNS = {name: (f"fill_{name}",) for name in (*NOISE, "bits")} | {
    "categorical": ("gumbel_max",),
    "categorical, one row": ("gumbel_max",),
    "alias_table": ("weights", "build_alias"),
    "alias_draw": ("draw_alias",),
    "cdf_table": ("weights", "build_cumulative"),
    "cdf_draw": ("draw_cumulative",),
}
# What the names do not tell: arguments of single functions and of their kernels
ARGUMENTS = {
    "integers": {"n": 1, "draws": N, "period": 1},
    **{name: {"n": 1, "draws": N, "period": 1} for name in ("poisson", "binomial", "geometric")},
    "categorical": {"best": None},
    "categorical, one row": {"best": None, "rows": 1, "k": N, "part": N, "period": 1},
    "alias_draw": {"draws": K},
    "cdf_draw": {"draws": K},
    "softmax": {"index": None},
    "binary_concrete": {"hard": None},
    "binary_concrete_backward": {"terms": None},
}
DRAWS = np.arange(N) % K  # in each row different ones
ARGUMENTS |= {name: {"index": DRAWS} for name in ("top_k_log_prob", "top_k_log_prob_backward")}
ARGUMENTS["top_k_weights"] = {"index": DRAWS, "sums": -DRAWS}  # sums of draws descend
# the parameters of the kernels of log densities of elements: x, a and b
DENSITY = {f"{law}_log_prob": ("x", "loc", "scale") for law in LOCATION_SCALE}
DENSITY |= {f"{law}_log_prob": ("x" if law.startswith("logit") else "y", "logits", "tau") for law in BINARY}
DENSITY |= {f"{name}_backward": names for name, names in DENSITY.items()}
# that of rows is y, also where C calls it x
LOGS = ("exp_concrete_log_prob", "exp_concrete_log_prob_backward")

NAMES = (
    *(name for name, e in KERNELS.items() if e.module not in INTERNAL_MODULES and name.split("_")[0] != "fill"),
    *RUNS,
)
NAMES = tuple(name for name in NAMES if name not in INTERNAL)
FUNCTIONS = tuple(f"{name} {suffix}" for suffix in ("f32", "f64") for name in NAMES)


def missing():
    """What keeps the library from being measured here, or None."""
    try:
        from gsampler.native import Library

        Library()
    except ImportError as error:
        return str(error)
    except FileNotFoundError as error:  # says where it looked, and how to say where it is
        return str(error)
    return None


def inputs_of(dtype):
    """Arrays by the names of the parameters that read them; a number of C is an array of one in a kernel."""
    rng = np.random.default_rng(7)
    given = {name: rng.standard_normal(N).astype(dtype) for name in ("logits", "grad", "x")}
    given["y"] = rng.random(N).astype(dtype)
    given |= {"other_logits": given["x"], "log_probs": np.log(given["y"])}
    weights = np.exp((given["logits"] / TAU).reshape(ROWS, K))
    given["soft"] = np.minimum(weights / weights.sum(axis=1, keepdims=True), 1).ravel().astype(dtype)
    given |= {name: np.array([value], dtype) for name, value in (("tau", TAU), ("loc", 0.25), ("scale", 1.5))}
    given |= {"low": np.zeros(1, np.int64), "values": np.full(1, K, np.uint64), "affine": None}
    given |= {"index": rng.integers(K, size=N), "marks": np.full(N, 0xFF, np.uint64)}
    given |= {"lam": np.full(N, 20.0), "trials": np.full(N, 100), "p": np.full(N, 0.25)}
    given["rest"] = 0.25 * np.tile(np.arange(K - 1.0, -1, -1), ROWS)  # of these p
    return given


NUMBERS = {"seed": 42, "stream": 0, "offset": 0, "n": N, "rows": ROWS, "k": K, "draws": 1, "top": 8, "period": ROWS}
NUMBERS |= {
    "normalize": 0,
    "parts": 1,
    "part": K,
    "check": 0,
    "per_row": 0,
    "taus": 1,
    "first": 0,
    "first_row": 0,
    "stride": ROWS,
}
NUMBERS |= {f"{name}_rows": ROWS for name in ("y", "logits", "other", "index", "trials", "p")}
ELEMENTS = {"T": None, "f64": np.float64, "i64": np.int64, "u64": np.uint64, "u32": np.uint32, "u8": np.uint8}
C_ELEMENTS = {"float": "T", "double": "T", "int64_t": "i64", "uint64_t": "u64", "uint32_t": "u32", "uint8_t": "u8"}


def pairs(suffix):
    """For each function of the library, by name: a call of it, and of what Numba makes of the same kernels."""
    from gsampler.native import Library
    from gsampler.runtime.registry import kernel

    library = Library()
    dtype = np.dtype({"f32": np.float32, "f64": np.float64}[suffix])
    given, buffers = inputs_of(dtype), {}

    def buffer(name, element):
        """An output, which has room for any function's."""
        key = name, element
        if key not in buffers:
            buffers[key] = np.zeros(3 * N, dtype if element == "T" else ELEMENTS[element])
        return buffers[key]

    def argument(function, name, element, is_output):
        """What a parameter of this name is given."""
        own = ARGUMENTS.get(function, {})
        if name in own:
            return own[name].astype(dtype) if element == "T" and own[name] is not None else own[name]
        if name == "table":  # written by one function, read by another
            return buffer(f"{function.split('_')[0]} table", element)
        return buffer(name, element) if is_output else given[name]

    def number(function, name):
        if name == "period" and "k" not in c_names(function) and name not in ARGUMENTS.get(function, {}):
            return N
        return ARGUMENTS.get(function, {}).get(name, NUMBERS[name])

    def declaration(function):
        name = function.split(",")[0]
        return f"{name}_{suffix}" if hasattr(library, f"{name}_{suffix}") else name

    def c_texts(function):
        return library._parameters[declaration(function)]

    def c_names(function):
        return [text.split(" ")[-1].lstrip("*") for text in c_texts(function)]

    def c(function):
        called = getattr(library.lib, f"gs_{declaration(function)}")
        passed, alive = [], []
        kinds = library.ffi.typeof(called).args
        for text, name, kind in zip(c_texts(function), c_names(function), kinds, strict=True):
            if kind.kind == "pointer":
                array = argument(function, name, C_ELEMENTS[kind.item.cname], not text.startswith("const"))
                passed.append(library.ffi.cast(kind, word(array)))
                alive.append(array)
            else:
                passed.append(float(given[name][0]) if name in given else number(function, name))
        return partial(succeed, declaration(function), called, passed, alive)

    def kernel_arguments(function, name):
        names, types = DENSITY.get(name, ()), KERNELS[name].types
        renamed = dict(zip("xab", names, strict=False)) | ({"y": "x"} if name in LOGS else {})
        arguments = []
        for parameter, kind in types.items():
            element, _, use = kind.partition("_")
            if use:
                arguments.append(argument(function, renamed.get(parameter, parameter), element, use == "out"))
            elif parameter.endswith("_step"):
                arguments.append(int(given[renamed[parameter[0]]].size > 1))
            else:
                arguments.append(number(function, parameter))
        return arguments

    def items(function, name):
        own = {**NUMBERS, **ARGUMENTS.get(function, {})}
        return own["rows"] if "k" in KERNELS[name].types and not name.startswith("draw_") else N

    def checks(function):
        """The passes over the inputs with which C begins."""
        own, density = {**NUMBERS, **ARGUMENTS.get(function, {})}, "log_prob" in function
        declared = zip(c_names(function), c_texts(function), strict=True)
        names = [name for name, text in declared if text.startswith("const") or "*" not in text]
        for name in names:
            array = given.get(name)
            if name in ("logits", "other_logits") or (name == "x" and (not density or function in LOGS)):
                if "k" in names:
                    check = "check_rows_to_perturb" if "seed" in names else "check_rows"
                    yield check, own["rows"], array, own["k"]
                else:
                    yield "check_logits", N, array
            elif name in ("soft", "y"):
                yield "check_unit", N, array
            elif name == "log_probs":
                yield "check_log_probs", N, array
            elif name == "x":
                yield "check_not_nan", N, array

    def sums(function):
        """The passes over gradients of each row or element with respect to one number; that of tau has its own."""
        if function == "binary_concrete_backward" or not function.endswith("_backward"):
            return
        scalars = [name for name in c_names(function) if name in ("dtau", "dloc", "dscale")]
        kernels = [name for name, kind in KERNELS[function].types.items() if kind == "T_out"][-len(scalars) :]
        for name in kernels if scalars else ():
            yield "sum_rows", 1, buffer(name, "T"), ROWS if "k" in c_names(function) else N, total

    def jit(function):
        works = [*checks(function)]
        works += [
            (name, items(function, name), *kernel_arguments(function, name)) for name in RUNS.get(function, (function,))
        ]
        works += sums(function)
        calls = [
            (kernel(name, suffix if KERNELS[name].is_typed else "f64").compiled.call, [0, stop, *map(word, a)])
            for name, stop, *a in works
        ]
        return partial(in_turn, calls, works)

    total = np.zeros(1)
    given |= {name: buffer(name, "f64") for name in ("weights", "sums", "total")} | {"pivot": buffer("pivot", "i64")}
    made = {function: (c(function), jit(function)) for function in NAMES}
    for call in (*made["alias_table"], *made["cdf_table"]):  # what the draws read
        call()
    return made


def word(argument):
    """An argument as a kernel takes it: arrays as addresses."""
    if argument is None:
        return 0
    return argument.ctypes.data if isinstance(argument, np.ndarray) else argument


def succeed(name, function, arguments, alive):
    if status := function(*arguments):
        raise RuntimeError(f"gs_{name} returned {status}")


def in_turn(calls, alive):
    for call, arguments in calls:
        call(*arguments)


def measure(seconds=0.2, **environment):
    """Ratios C / JIT of all functions, by name, with the quartiles and ns an element as `ratios.paired` gives them."""
    return json.loads(child_main("native", seconds, **environment))


def main():
    from .ratios import paired

    results = {}
    for suffix in ("f32", "f64"):
        for name, (ours, theirs) in pairs(suffix).items():
            results[f"{name} {suffix}"] = paired(ours, theirs, N, float(sys.argv[1]))
    assert set(results) == set(FUNCTIONS)
    print(json.dumps(results))


# --- load -----------------------------------------------------------------------------------------------------

FIRST = """
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}
int main(int count, char **words)
{
    (void)count;
    float out[1000];
    const double start = now();
    void *library = dlopen(words[1], RTLD_NOW);
    int32_t (*gumbel)(uint64_t, uint64_t, uint64_t, int64_t, float *);
    *(void **)&gumbel = dlsym(library, "gs_gumbel_f32");
    const int32_t status = gumbel(42, 0, 0, 1000, out);
    printf("%.6f\\n", now() - start);
    return status;
}
"""


def load_and_first_call(runs=9, **environment):
    """Milliseconds to load the library and make a thousand Gumbels, in a C program: the median over processes."""
    from gsampler.native import Library

    library = Library().prefix / "lib" / "libgsampler.so.1"
    with tempfile.TemporaryDirectory() as directory:
        source, made = Path(directory, "first.c"), Path(directory, "first")
        source.write_text(FIRST)
        subprocess.run(["cc", "-O2", source, "-o", made, "-ldl"], check=True)
        given = {"env": {**os.environ, **environment}, "capture_output": True, "check": True}
        times = [float(subprocess.run([made, library], **given).stdout) for _ in range(runs)]
    return statistics.median(times)


class Native:
    params = (FUNCTIONS,)
    param_names = ("function",)
    unit = "C / JIT"
    timeout = 300

    def setup_cache(self):
        return None if missing() else measure()

    setup_cache.timeout = 600

    def setup(self, results, function):
        if results is None:
            raise NotImplementedError(missing())

    def track_ratio(self, results, function):
        return results[function]["ratio"]


class Load:
    unit = "ms"

    def setup(self):
        if missing():
            raise NotImplementedError(missing())

    def track_load_and_first_call(self):
        return load_and_first_call()
