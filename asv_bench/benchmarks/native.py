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

from gsampler.kernels.table import BINARY, LOCATION_SCALE, NOISE
from gsampler.kernels.table import ROWS as ROW_LAWS

from .child import child_main

N, K = 2**16, 64
ROWS = N // K
POSITION = (42, 0, 0)
TAU = 0.7

NAMES = (
    *(*NOISE, "bits", "integers", "bernoulli"),
    *("categorical", "categorical, one row", "alias_table", "alias_draw", "cdf_table", "cdf_draw"),
    *("softmax", "gumbel_softmax", "gumbel_softmax_backward", "binary_concrete", "binary_concrete_backward"),
    "conditional_gumbel",
    *(f"{name}{way}" for name in ("log_softmax", "entropy", "kl_divergence") for way in ("", "_backward")),
    *(f"{law}_log_prob{way}" for law in LOCATION_SCALE + BINARY + ROW_LAWS for way in ("", "_backward")),
)
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


def pairs(suffix):
    """For each function of the library, by name: a call of it, and of what Numba makes of the same kernels."""
    from gsampler.kernels.table import KERNELS
    from gsampler.native import Library
    from gsampler.runtime.registry import kernel

    library = Library()
    dtype = np.dtype({"f32": np.float32, "f64": np.float64}[suffix])
    tau, loc, scale = (np.array([x], dtype) for x in (TAU, 0.25, 1.5))
    rng = np.random.default_rng(7)
    logits, grad, x = (rng.standard_normal(N).astype(dtype) for _ in range(3))
    soft, out, more, third = (np.zeros(N, dtype) for _ in range(4))
    y = rng.random(N).astype(dtype)
    log_probs = np.log(y)
    grad_rows, out_rows, one, two = grad[:ROWS].copy(), np.zeros(ROWS, dtype), np.zeros(1, dtype), np.zeros(1, dtype)
    index, bernoulli_draws, words = np.zeros(N, np.int64), np.zeros(N, np.uint8), np.zeros(N, np.uint32)
    sums, total = np.zeros(N // 1024), np.zeros(1)
    weights, queue, table = np.zeros(N), np.zeros(N, np.int64), np.zeros(2 * N, np.uint64)
    cumulative = np.zeros(ROWS * (K + 2), np.uint64)
    pivot, totals = np.zeros(ROWS, np.int64), np.zeros(ROWS)
    kernel("softmax", suffix).compiled.call(0, ROWS, *map(word, (logits, K, tau, 0, 0, soft, None)))

    def c(name, *arguments, plain=False):
        function = getattr(library.lib, f"gs_{name}" + ("" if plain else f"_{suffix}"))
        kinds = library.ffi.typeof(function).args
        given = [
            library.ffi.cast(kind, word(a)) if kind.kind == "pointer" else a
            for kind, a in zip(kinds, arguments, strict=True)
        ]
        return partial(succeed, function, given, arguments)

    def jit(*works):
        calls = [
            (
                kernel(name, suffix if KERNELS[name].is_typed else "f64").compiled.call,
                [0, stop, *map(word, a)],
            )
            for name, stop, *a in works
        ]
        return partial(in_turn, calls, works)

    rows, values = ("check_rows", ROWS, logits, K), ("check_logits", N, logits)
    numbers = ("check_not_nan", N, x)
    unit, points = ("check_unit", N, soft), ("check_unit", N, y)
    made = {name: (c(name, *POSITION, N, out), jit((f"fill_{name}", N, *POSITION, None, out))) for name in NOISE}
    made["bits"] = c("bits", *POSITION, N, words, plain=True), jit(("fill_bits", N, *POSITION, words))
    low, many = np.zeros(1, np.int64), np.full(1, K, np.uint64)
    made["integers"] = (
        c("integers", *POSITION, low, many, 1, N, index, plain=True),
        jit(("integers", N, *POSITION, low, many, 1, 0, index)),
    )
    made["bernoulli"] = (
        c("bernoulli", *POSITION, logits, N, 1, bernoulli_draws),
        jit(values, ("bernoulli", N, *POSITION, logits, N, 0, bernoulli_draws)),
    )
    for name, r, k in (("categorical", ROWS, K), ("categorical, one row", 1, N)):
        made[name] = (
            c("categorical", *POSITION, logits, r, k, index),
            jit(
                ("check_rows", r, logits, k),
                ("gumbel_max", r, *POSITION, logits, k, r, 1, k, 0, index, None),
            ),
        )
    weights_call = ("weights", ROWS, logits, K, weights)
    made["alias_table"] = (
        c("alias_table", logits, ROWS, K, table),
        jit(rows, weights_call, ("build_alias", ROWS, K, weights, table, queue)),
    )
    made["alias_draw"] = (
        c("alias_draw", *POSITION, table, ROWS, K, K, index, plain=True),
        jit(("draw_alias", N, *POSITION, K, ROWS, 0, ROWS, table, index)),
    )
    made["cdf_table"] = (
        c("cdf_table", logits, ROWS, K, cumulative),
        jit(rows, weights_call, ("build_cumulative", ROWS, K, weights, pivot, totals)),
    )
    made["cdf_draw"] = (
        c("cdf_draw", *POSITION, cumulative, ROWS, K, K, index, plain=True),
        jit(("draw_cumulative", N, *POSITION, K, ROWS, 0, ROWS, weights, pivot, totals, index)),
    )
    made["softmax"] = (
        c("softmax", logits, ROWS, K, TAU, out, None),
        jit(rows, ("softmax", ROWS, logits, K, tau, 0, 0, out, None)),
    )
    made["gumbel_softmax"] = (
        c("gumbel_softmax", *POSITION, logits, ROWS, K, TAU, out, index),
        jit(rows, ("gumbel_softmax", ROWS, *POSITION, logits, K, tau, 0, 0, out, index)),
    )
    made["gumbel_softmax_backward"] = (
        c("gumbel_softmax_backward", grad, soft, ROWS, K, TAU, out, one),
        jit(
            unit,
            ("gumbel_softmax_backward", ROWS, grad, soft, K, tau, 0, out, out_rows),
            ("sum_rows", 1, out_rows, ROWS, total),
        ),
    )
    made["binary_concrete"] = (
        c("binary_concrete", *POSITION, logits, N, TAU, out),
        jit(values, ("binary_concrete", N, *POSITION, logits, tau, 0, 0, out, None)),
    )
    made["binary_concrete_backward"] = (
        c("binary_concrete_backward", grad, soft, N, TAU, out, one),
        jit(unit, ("binary_concrete_backward", N, grad, soft, tau, 0, out, None, sums)),
    )
    chosen = np.zeros(ROWS, np.int64)
    given = (logits, ROWS, chosen, ROWS, K)
    made["conditional_gumbel"] = (
        c("conditional_gumbel", *POSITION, logits, chosen, ROWS, K, 1, out),
        jit(rows, ("check_index", ROWS, *given), ("conditional_gumbel", ROWS, *POSITION, *given, out)),
    )
    made["log_softmax"] = (
        c("log_softmax", logits, ROWS, K, TAU, out),
        jit(rows, ("log_softmax", ROWS, logits, K, tau, 0, out)),
    )
    made["log_softmax_backward"] = (
        c("log_softmax_backward", grad, log_probs, ROWS, K, TAU, out, one),
        jit(
            ("check_log_probs", N, log_probs),
            ("log_softmax_backward", ROWS, grad, log_probs, K, tau, 0, out, out_rows),
            ("sum_rows", 1, out_rows, ROWS, total),
        ),
    )
    made["entropy"] = (
        c("entropy", logits, ROWS, K, out_rows),
        jit(rows, ("entropy", ROWS, logits, K, out_rows)),
    )
    made["entropy_backward"] = (
        c("entropy_backward", grad_rows, logits, ROWS, K, out),
        jit(rows, ("entropy_backward", ROWS, grad_rows, logits, K, out)),
    )
    pair = (logits, ROWS, x, ROWS, K)
    made["kl_divergence"] = (
        c("kl_divergence", logits, x, ROWS, K, out_rows),
        jit(rows, ("check_rows", ROWS, x, K), ("kl_divergence", ROWS, *pair, out_rows)),
    )
    made["kl_divergence_backward"] = (
        c("kl_divergence_backward", grad_rows, logits, x, ROWS, K, out, more),
        jit(rows, ("check_rows", ROWS, x, K), ("kl_divergence_backward", ROWS, grad_rows, *pair, out, more)),
    )
    for name in ("gumbel", "logistic"):
        arguments = (x, 1, loc, 0, scale, 0)
        made[f"{name}_log_prob"] = (
            c(f"{name}_log_prob", x, N, 0.25, 1.5, out),
            jit(numbers, (f"{name}_log_prob", N, *arguments, out)),
        )
        made[f"{name}_log_prob_backward"] = (
            c(f"{name}_log_prob_backward", grad, x, N, 0.25, 1.5, out, one, two),
            jit(
                numbers,
                (f"{name}_log_prob_backward", N, grad, *arguments, out, more, third),
                ("sum_rows", 1, more, N, total),
                ("sum_rows", 1, third, N, total),
            ),
        )
    for name, sample, checked in (("binary_concrete", y, (points,)), ("logit_binary_concrete", x, (numbers,))):
        arguments = (sample, 1, logits, 1, tau, 0)
        made[f"{name}_log_prob"] = (
            c(f"{name}_log_prob", sample, logits, N, TAU, out),
            jit(values, *checked, (f"{name}_log_prob", N, *arguments, out)),
        )
        made[f"{name}_log_prob_backward"] = (
            c(f"{name}_log_prob_backward", grad, sample, logits, N, TAU, out, more, one),
            jit(
                values,
                *checked,
                (f"{name}_log_prob_backward", N, grad, *arguments, out, more, third),
                ("sum_rows", 1, third, N, total),
            ),
        )
    for name, sample, checked in (
        ("concrete", soft, unit),
        ("exp_concrete", x, ("check_rows", ROWS, x, K)),
    ):
        arguments = (sample, ROWS, logits, ROWS, K, tau, 1)
        made[f"{name}_log_prob"] = (
            c(f"{name}_log_prob", sample, logits, ROWS, K, TAU, out_rows),
            jit(rows, checked, (f"{name}_log_prob", ROWS, *arguments, out_rows)),
        )
        made[f"{name}_log_prob_backward"] = (
            c(f"{name}_log_prob_backward", grad_rows, sample, logits, ROWS, K, TAU, out, more, one),
            jit(
                rows,
                checked,
                (f"{name}_log_prob_backward", ROWS, grad_rows, *arguments, out, more, out_rows),
                ("sum_rows", 1, out_rows, ROWS, total),
            ),
        )
    return made


def word(argument):
    """An argument as a kernel takes it: arrays as addresses."""
    if argument is None:
        return 0
    return argument.ctypes.data if isinstance(argument, np.ndarray) else argument


def succeed(function, arguments, alive):
    assert function(*arguments) == 0


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
