"""The shared vectors as calls for the programs in tests/native, in the words that tests/native/vectors.c describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES = json.loads((Path(__file__).parent / "vectors" / "stream_v2.json").read_text())["cases"]
METHODS = {"gumbel-max": "gumbel_max", "alias": "alias", "inverse-cdf": "cdf"}
SUFFIX = {"float32": "_f32", "float64": "_f64"}


def call(case: dict[str, Any]) -> list[str]:
    """The words of one call."""
    many = len(case.get("tau", ())) > 1
    name = METHODS[case["method"]] if "method" in case else case["function"] + "_taus" * many
    words = [name + SUFFIX.get(case.get("dtype", ""), "")]
    words += [format(int(case[key]), "x") for key in ("seed", "stream", "offset")]
    n = case["n"] if "n" in case else len(case["logits"])
    sizes = [case["rows"], case["k"]] if "rows" in case else [n]
    words += map(str, sizes + [case[key] for key in ("draws",) if key in case])
    return words + [digits for key in ("tau", "logits", "grad") for digits in case.get(key, ())]


def results(case: dict[str, Any]) -> list[str]:
    """The words that the call's results are; a zero has no sign here."""
    function = case["function"]
    if function == "bits":
        return list(case["words"])
    if function == "bernoulli":
        return [format(outcome, "02x") for outcome in case["outcomes"]]
    index = [format(i, "016x") for i in case.get("index", ())]
    if function == "categorical":
        return index
    if function in ("gumbel_softmax", "binary_concrete"):
        return [*case["soft"], *index, *map(unsigned, case["dlogits"]), *map(unsigned, case["dtau"])]
    return list(case["values"])


def unsigned(digits: str) -> str:
    return digits.replace("8", "0") if digits.strip("0") == "8" and digits[0] == "8" else digits


def differences(output: str) -> list[str]:
    """What a program's output gets wrong, call by call."""
    words, at, wrong = output.split(), 0, []
    for case in CASES:
        expected = results(case)
        got, at = words[at : at + len(expected)], at + len(expected)
        if case["function"] in ("gumbel_softmax", "binary_concrete"):  # the reference has no -0.0
            start = len(expected) - len(case["dlogits"]) - len(case["dtau"])
            got[start:] = map(unsigned, got[start:])
        if got != expected:
            places = [i for i, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]]
            wrong.append(f"{call(case)[:4]}: {len(got)} words of {len(expected)}, wrong at {places[:5]}")
    if at != len(words):
        wrong.append(f"{len(words) - at} words too many")
    return wrong


def input_text() -> str:
    return "\n".join(word for case in CASES for word in call(case)) + "\n"
