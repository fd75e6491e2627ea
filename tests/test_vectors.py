"""The vectors that every language shares."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import write_vectors
from numpy.testing import assert_array_equal

import gsampler as gs

DOCUMENT = json.loads(write_vectors.PATH.read_text())


def floats(digits: list[str], dtype: str) -> np.ndarray:
    kind = np.uint64 if dtype == "float64" else np.uint32
    return np.array([int(d, 16) for d in digits], kind).view(dtype)


def test_version() -> None:
    assert DOCUMENT["stream_version"] == gs.STREAM_VERSION


def test_file_is_what_the_reference_writes() -> None:
    assert write_vectors.PATH.read_text() == write_vectors.document()


def label(case: dict[str, Any]) -> str:
    return "-".join(str(case[key]) for key in ("function", "method", "dtype", "k", "offset") if key in case)


def check_relaxed(rng: gs.Generator, case: dict[str, Any]) -> None:
    shape = (case["rows"], case["k"]) if "rows" in case else (len(case["logits"]),)
    numbers = {name: floats(case[name], case["dtype"]) for name in ("logits", "tau", "soft", "grad", "dlogits", "dtau")}
    tau = numbers["tau"] if numbers["tau"].size > 1 else numbers["tau"][0]
    given, grad = numbers["logits"].reshape(shape), numbers["grad"].reshape(shape)
    start = rng.state
    sample = rng.gumbel_softmax_vjp if "rows" in case else rng.binary_concrete_vjp
    soft, vjp = sample(given, tau)
    assert soft.tobytes() == numbers["soft"].tobytes()
    dlogits, dtau = vjp(grad)
    assert_array_equal(dlogits.ravel(), numbers["dlogits"])  # -0.0 is 0 here
    assert_array_equal(np.ravel(dtau), numbers["dtau"])
    rng.state = start
    hard, vjp = sample(given, tau, hard=True)
    expected = np.eye(case["k"])[case["index"]] if "rows" in case else np.array(case["hard"])
    assert_array_equal(hard, expected)
    assert vjp.soft.tobytes() == soft.tobytes()


def check_information(case: dict[str, Any]) -> None:
    """What comes from no stream: a function of arrays, and its gradients."""
    names = {"log_softmax": ("x", "tau"), "entropy": ("logits",), "kl_divergence": ("logits", "other_logits")}
    shape, name = (case["rows"], case["k"]), case["function"]
    given = {key: floats(case[key], case["dtype"]) for key in names[name]}
    inputs = [a if key == "tau" else a.reshape(shape) for key, a in given.items()]
    expected = "log_probs" if name == "log_softmax" else "values"
    if name == "log_softmax":
        inputs[1] = inputs[1] if inputs[1].size > 1 else inputs[1][0]
    value = getattr(gs, name)(*inputs)
    assert value.tobytes() == floats(case[expected], case["dtype"]).tobytes()
    grad = floats(case["grad"], case["dtype"]).reshape(value.shape)
    if name == "log_softmax":
        back = dict(zip(("dx", "dtau"), gs.log_softmax_backward(grad, value, inputs[1]), strict=True))
    elif name == "entropy":
        back = {"dlogits": gs.entropy_backward(grad, *inputs)}
    else:
        back = dict(zip(("dlogits", "dother"), gs.kl_divergence_backward(grad, *inputs), strict=True))
    for key, made in back.items():
        assert_array_equal(np.ravel(made), floats(case[key], case["dtype"]))


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=label)
def test_vector(case: dict[str, Any]) -> None:
    if "seed" not in case:
        check_information(case)
        return
    rng = gs.Generator(int(case["seed"]), int(case["stream"]), int(case["offset"]))
    if case["function"] == "bits":
        assert rng.bits(case["n"]).tolist() == [int(w, 16) for w in case["words"]]
    elif case["function"] == "bernoulli":
        got = rng.bernoulli(floats(case["logits"], case["dtype"]), size=case["draws"])
        assert got.ravel().astype(int).tolist() == case["outcomes"]
    elif case["function"] == "categorical":
        logits = floats(case["logits"], case["dtype"]).reshape(case["rows"], case["k"])
        got = rng.categorical(logits, size=case["draws"], method=case["method"])
        assert got.ravel().tolist() == case["index"]
        if case["method"] == "alias":
            rng = gs.Generator(int(case["seed"]), int(case["stream"]), int(case["offset"]))
            assert_array_equal(rng.categorical(gs.AliasTable(logits), size=case["draws"]), got)
    elif case["function"] == "integers":
        lows, counts, expected = (
            np.array([int(d, 16) for d in case[key]], np.uint64) for key in ("low", "values", "integers")
        )
        low = lows.view(np.int64)
        last = (lows + counts - np.uint64(1)).view(np.int64)
        got = rng.integers(low, last, size=(case["draws"], case["n"]), endpoint=True)
        assert_array_equal(got.ravel(), expected.view(np.int64))
    elif case["function"] == "conditional_gumbel":
        logits = floats(case["logits"], case["dtype"]).reshape(case["rows"], case["k"])
        got = rng.conditional_gumbel(logits, case["index"], size=case["draws"])
        assert got.tobytes() == floats(case["values"], case["dtype"]).tobytes()
    elif case["function"] in ("gumbel_softmax", "binary_concrete"):
        check_relaxed(rng, case)
    else:
        got = getattr(rng, case["function"])(size=case["n"], dtype=case["dtype"])
        assert got.tobytes() == floats(case["values"], case["dtype"]).tobytes()
