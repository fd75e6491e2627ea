"""The shared vectors as calls for the programs in tests/native, in the words that tests/native/vectors.c explains."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from functions import FUNCTIONS
from write_bindings import Function, Parameter

CASES = json.loads((Path(__file__).parent / "vectors" / "stream_v2.json").read_text())["cases"]
SUFFIX = {"float32": "f32", "float64": "f64"}
SIGNLESS = ("dlogits", "dtau")  # whose zeros have no sign in the reference
# what the vectors call the output that the header calls out
OUT = ("words", "integers", "values", "outcomes", "counts")


def functions_of(case: dict[str, Any]) -> list[Function]:
    """The functions that the case is about, in the order in which they are called."""
    suffix, taus = SUFFIX.get(case.get("dtype", ""), ""), len(case.get("tau", ())) > 1
    return FUNCTIONS[case["function"]].chain(case, suffix, taus)


def value(case: dict[str, Any], name: str) -> Any:
    """What the case says of a parameter of the header; None if it says nothing."""
    if name == "out":
        return next(case[key] for key in OUT if key in case)
    if name == "n" and "n" not in case:
        return len(case["logits"])
    return case.get(name)


def word(x: str | int, kind: str) -> str:
    """The hexadecimal digits of a number's bits, which a string has already."""
    width = int(short_type(kind)[1:]) // 4
    return x if isinstance(x, str) else format(x % 16**width, f"0{width}x")


def short_type(kind: str) -> str:
    return {"float": "f32", "double": "f64"}.get(kind) or kind.replace("uint", "u").replace("int", "i").removesuffix(
        "_t"
    )


def call(case: dict[str, Any]) -> list[str]:
    """The words that make the calls of a case and print their outputs."""
    words: list[str] = []
    slots: dict[str, int] = {}
    printed: list[str] = []
    functions = functions_of(case)
    for number, function in enumerate(functions):
        later = {p.name for f in functions[number + 1 :] for p in f.parameters}
        arguments = []
        for p in function.parameters:
            given = value(case, p.name)
            if not p.is_array:
                given = given[0] if isinstance(given, list) else int(given)
                arguments.append(f"{short_type(p.type)}:{word(given, p.type)}")
            elif given is None and p.name not in slots and p.name not in later:
                assert p.is_output or p.name in case, f"the vector has no {p.name} for {function.name}"
                arguments.append("null")
            else:
                if p.name not in slots:
                    slots[p.name] = len(slots)
                    words += array(case, p, given, slots[p.name])
                arguments.append(f"array:{slots[p.name]}")
                printed += [str(slots[p.name])] if p.is_output and given is not None else []
        words += ["call", function.name, str(len(arguments)), *arguments]
    return words + [text for slot in printed for text in ("print", slot)]


def array(case: dict[str, Any], p: Parameter, given: list[Any] | None, slot: int) -> list[str]:
    kind = short_type(p.type)
    if p.is_output:
        n = len(given) if given is not None else case["rows"] * (2 * case["k"] + 2)  # enough for a table of either kind
        return ["output", str(slot), kind, str(n)]
    assert given is not None
    return ["input", str(slot), kind, str(len(given)), *(word(x, p.type) for x in given)]


def results(case: dict[str, Any]) -> list[str]:
    """The words that are printed."""
    return [digits for _, words in outputs(case) for digits in words]


def outputs(case: dict[str, Any]) -> list[tuple[str, list[str]]]:
    written = [p for function in functions_of(case) for p in function.parameters if p.is_output]
    found = [(p, value(case, p.name)) for p in written]
    return [(p.name, [word(x, p.type) for x in given]) for p, given in found if given is not None]


def unsigned(digits: str) -> str:
    return digits.replace("8", "0") if digits.strip("0") == "8" and digits[0] == "8" else digits


def differences(output: str, *signless: str) -> list[str]:
    """What a program's output gets wrong, case by case; zeros of ``signless`` outputs may have either sign."""
    words, position, wrong = output.split(), 0, []
    for case in CASES:
        for name, expected in outputs(case):
            got = words[position : position + len(expected)]
            position += len(expected)
            if name in SIGNLESS + signless:
                got, expected = [*map(unsigned, got)], [*map(unsigned, expected)]
            if got != expected:
                at = [i for i, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]]
                functions = ", ".join(function.name for function in functions_of(case))
                wrong.append(f"{functions}: {name} has {len(got)} words of {len(expected)}, wrong at {at[:5]}")
    if position != len(words):
        wrong.append(f"{len(words) - position} words too many")
    return wrong


def input_text() -> str:
    return "\n".join(text for case in CASES for text in call(case)) + "\n"


def run(*command: object, cwd: Path | None = None, given: str | None = None, **environment: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        list(map(str, command)), env=os.environ | environment, cwd=cwd, input=given, capture_output=True, text=True
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def link_flags(prefix: Path, static: bool = False) -> list[str]:
    return run(prefix / "bin" / "gsampler-config", "--cflags", "--static-libs" if static else "--libs").split()
