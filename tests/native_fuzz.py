"""The calls of tests/native/fuzz.c that follow from `gsampler.h`, by the names of parameters.

They are of all functions with a type of element but those that fuzz_typed.h calls itself, because they need more.
"""

from __future__ import annotations

import re
from pathlib import Path

from cases import NOISE
from functions import DECLARED, CFunction
from write_bindings import Parameter

BY_HAND = Path(__file__).parent / "native" / "fuzz_typed.h"
PER_ROW = ("index", "out", "maximum")  # outputs that have one for each row, if there are rows


def derived() -> list[CFunction]:
    noise = [*NOISE, *(f"{name}_rows" for name in NOISE)]
    by_hand = {f"{name}_f32" for name in (*noise, *re.findall(r"NAME\(gs_(\w+)\)", BY_HAND.read_text()))}
    return [f for name, f in DECLARED.items() if name.endswith("_f32") and name not in by_hand]


def short(function: CFunction) -> str:
    return function.name.removeprefix("gs_").removesuffix("_f32")


def write(path: Path) -> None:
    """Write the header that fuzz_typed.h includes for each type."""
    functions = derived()
    table = " ".join(f"NAME(call_{short(f)})," for f in functions)
    path.write_text("\n".join(line for f in functions for line in definition(f)) + f"\n#define DERIVED {table}\n")


def definition(function: CFunction) -> list[str]:
    names = [p.name for p in function.parameters]
    rows = "k" in names
    lines = [f"static void NAME(call_{short(function)})(void)", "{", f'    begin("{short(function)}");']
    lines += ["    const int64_t k = categories(), rows = few();"] if rows else ["    const int64_t n = size();"]
    lines += ["    const int64_t draws = few();"] if "draws" in names else []
    repeated = "times({}, draws)" if "draws" in names else "{}"
    items = "times(rows, 1)" if rows else "times(n, 1)"
    sizes = {"item": items, "input": "times(rows, k)" if rows else items}
    sizes |= {"element": repeated.format(sizes["input"]), "result": repeated.format(items)}
    arguments = []
    for p in function.parameters:
        if p.name in ("seed", "stream"):
            arguments.append("draw()")
        elif p.is_array:
            lines += [f"    {'' if p.is_output else 'const '}{kind(p)} *{p.name} = {array(function, p, sizes)};"]
            arguments.append(p.name)
        elif p.name == "offset":
            arguments.append("offset")
        else:
            lines += [f"    const {kind(p)} {p.name} = {made};" for made in [NUMBERS.get(p.name)] if made]
            if p.name not in (*NUMBERS, "rows", "k", "n", "draws"):
                raise ValueError(f"{function.name}: write a call with {p.name} in {BY_HAND}")
            arguments.append(p.name)
        if p.name == "logits" and rows and "seed" in names:
            lines.append("    NAME(large)(logits, rows, k);")
    if "offset" in names:
        lines.append(f"    const uint64_t offset = offset_for({sizes['element']}, WIDTH);")
    lines += [f"    const int32_t status = NAME({function.name.removesuffix('_f32')})({', '.join(arguments)});"]
    lines += ["    end(status);"]
    for p in function.parameters:
        for check in checks(function, p, sizes) if p.is_output else ():
            lines += ["    if (status == GS_OK)", f"        {check};"]
    return [*lines, "}", ""]


NUMBERS = {"tau": "NAME(tau)(GS_ERROR_TAU)", "loc": "NAME(loc)()", "scale": "NAME(tau)(GS_ERROR_SCALE)"}


def kind(p: Parameter) -> str:
    return "T" if p.type == "float" else p.type


def size_of(function: CFunction, p: Parameter, sizes: dict[str, str]) -> str:
    if p.name in ("dtau", "dloc", "dscale"):
        return sizes["item"] if "_taus_" in function.name else "1"
    return sizes["result"] if p.name in PER_ROW else sizes["element"]


def array(function: CFunction, p: Parameter, sizes: dict[str, str]) -> str:
    names = {q.name for q in function.parameters}
    if p.is_output:
        nullable = p.name in ("maximum", "dtau", "dloc", "dscale") or (p.name == "index" and "soft" in names)
        return f"array({size_of(function, p, sizes)}, sizeof *{p.name}, 1, {int(nullable)})"
    density, rows = "log_prob" in function.name, "k" in names
    if p.name in ("logits", "other_logits") or (p.name == "x" and not density):
        return (
            "NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW)"
            if rows
            else f"NAME(logits)({sizes['item']}, 1, GS_ERROR_LOGITS, 0)"
        )
    if p.name == "x" and rows:  # logarithms of samples
        return "NAME(logits)(rows, k, GS_ERROR_SAMPLE, GS_ERROR_SAMPLE)"
    if p.name == "tau":
        return f"NAME(taus)({sizes['item']})"
    made_by = {"grad": "gradient", "soft": "soft", "y": "soft", "log_probs": "log_probs", "x": "numbers"}
    if p.name not in made_by:
        raise ValueError(f"{function.name}: write a call with {p.name} in {BY_HAND}")
    per_row = p.name == "grad" and rows and density
    return f"NAME({made_by[p.name]})({sizes['item' if per_row else 'input']})"


def checks(function: CFunction, p: Parameter, sizes: dict[str, str]) -> list[str]:
    """What holds of an output of a good call."""
    n = size_of(function, p, sizes)
    if p.name == "index":
        return [f"indices_below(index, {n}, k)"]
    if p.type == "uint8_t":
        return [f"zeros_and_ones({p.name}, {n})"]
    if p.name in ("soft", "log_probs"):
        low, high = ("0", "1") if p.name == "soft" else ("(T)-INFINITY", "0")
        return [f"NAME(in_range)({p.name}, {n}, {low}, {high})"]
    gradient = "grad" in {q.name for q in function.parameters}  # of large numbers, which may overflow
    return [] if gradient or p.type != "float" else [f"NAME(no_nan)({p.name}, {n})"]
