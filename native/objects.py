"""Object code from the kernels of gsampler: Numba writes their LLVM IR, LLVM compiles it for each instruction set.

What C code calls, and with what arguments, follows from `gsampler.kernels.table`: `write_headers` writes it for the
compiler. A kernel allocates nothing and raises nothing, so its code needs nothing of Python; `undefined` checks that.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gsampler.kernels.table import Entry

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

# the processor of each instruction set, as LLVM calls it
ISAS = {
    "x86_64": {"v2": "x86-64-v2", "v3": "x86-64-v3", "v4": "x86-64-v4"},
    "aarch64": {"arm64": "generic"},
}
# what LLVM may call: of the C library, and fma where the processor (x86-64-v2) has none
ALLOWED = {"memset", "memcpy", "memmove", "fma", "fmaf"}


class BuildError(Exception):
    """What is wrong, for the person who builds."""


# --- what C code is compiled against ----------------------------------------------------------------------------


def kernels(variant: str) -> list[Entry]:
    """The kernels of element type ``"f32"`` or ``"f64"``, or those that have none, ``"untyped"``, in order."""
    from gsampler.kernels.table import KERNELS

    return [entry for entry in KERNELS.values() if entry.is_typed == (variant != "untyped")]


VARIANTS = {"f32": "f32", "f64": "f64", "untyped": "f64"}  # and the element type that their kernels are compiled for


def structures(variant: str) -> str:
    """The arguments of each kernel as a C structure, and their table of addresses."""
    from gsampler.compiler import c_types

    lines = [f"/* The {variant} kernels, written from gsampler/kernels/table.py. */", ""]
    entries = kernels(variant)
    for prototype in dict.fromkeys(entry.prototype for entry in entries):
        same = [entry for entry in entries if entry.prototype is prototype]
        members = "".join(f"    {c_types.declaration(kind, name)};\n" for name, kind in same[0].types.items())
        lines.append(f"typedef struct {{\n{members}}} {', '.join(entry.name for entry in same)};")
    pointers = "".join(f"    kernel *{entry.name};\n" for entry in entries)
    lines += ["", f"struct kernels {{\n{pointers}}};", ""]
    return "\n".join(lines) + "\n"


def costs() -> str:
    """What a kernel takes an element, in nanoseconds, and the items of which a thread's share is a multiple."""
    from gsampler.kernels.table import KERNELS

    lines = []
    for entry in KERNELS.values():
        single, double = entry.cost
        cost = f"{double!r}" if single == double else f"(sizeof(T) == 4 ? {single!r} : {double!r})"
        lines.append(f"#define COST_{entry.name} {cost}\n#define GRAIN_{entry.name} {entry.grain}\n")
    return "".join(lines)


def each(name: str, values: Iterable[str]) -> str:
    """A macro that applies another to each of these names."""
    return f"#define {name}(do_) {' '.join(f'do_({value})' for value in values)}\n"


def shared_constants() -> str:
    from gsampler.kernels import constants, table

    names = ["CHUNK", "ALL_VALID", "SPLIT_MIN_K", "SPLIT_PART_K", "ALIAS_MAX_K", "WORDS_PER_BLOCK"]
    names += ["LARGE_LOGIT_F32", "LARGE_LOGIT_F64", "LARGEST_LAM"]
    lines = [f"#ifndef {name}\n#define {name} INT64_C({getattr(constants, name)})\n#endif\n" for name in names]
    lines += [each("EACH_NOISE", table.NOISE), each("EACH_LOCATION_SCALE", table.LOCATION_SCALE)]
    return "/* Written from gsampler/kernels/constants.py and table.py. */\n\n" + "".join(lines) + costs()


def noise_ranges() -> str:
    """For the fuzzer: a macro that applies another to each noise distribution and the ends of its range."""
    from gsampler.kernels.table import NOISE

    ends = (f"{name}, {', '.join(map(repr, entry.lowest + entry.highest))}" for name, entry in NOISE.items())
    return each("EACH_NOISE", ends)


def headers() -> dict[str, str]:
    return {
        "constants.h": shared_constants(),
        "kernels_typed.h": structures("f32"),  # T is defined before it is included
        "kernels_untyped.h": structures("untyped"),
    }


def write_headers(directory: Path) -> None:
    """Write the headers that native/src is compiled against."""
    for name, text in headers().items():
        (directory / name).write_text(text)


# --- LLVM IR and object code ------------------------------------------------------------------------------------


def digest() -> str:
    """Of everything that object code is made from."""
    from gsampler.compiler import cache

    versions = f"{version('numba')} {version('llvmlite')}"
    return hashlib.sha256(b"".join([Path(__file__).read_bytes(), *cache.sources(), versions.encode()])).hexdigest()[:12]


def llvm_ir() -> str:
    """LLVM IR of all kernels, each with its entry point ``entry_<name>_<variant>(start, stop, arguments)``."""
    from gsampler.compiler import compile
    from gsampler.runtime import registry

    texts = [
        registry.declared(entry.name).llvm_ir(suffix, f"entry_{entry.name}_{variant}")
        for variant, suffix in VARIANTS.items()
        for entry in kernels(variant)
    ]
    # tables for unwinding: debuggers, profilers and C++ see through kernels to what called them
    return re.sub(r"^(define .*) \{$", r"\1 uwtable {", compile.link_modules(texts), flags=re.M)


def object_code(ir: str, machine: str, isa: str) -> bytes:
    """A module compiled for one instruction set, with its tables of kernels, ``gs_<isa>_<variant>``."""
    import llvmlite.binding as llvm

    from gsampler.compiler import compile

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(f"{machine}-unknown-linux-gnu")
    # no features beside the processor's: the machine that builds has no say
    target_machine = compile.target_machine(target, ISAS[machine][isa], "")
    for variant in VARIANTS:
        names = [f"@entry_{entry.name}_{variant}" for entry in kernels(variant)]
        addresses = ", ".join(f"ptr {name}" for name in names)
        ir += f"\n@gs_{isa}_{variant} = hidden constant [{len(names)} x ptr] [{addresses}]\n"
    public = [f"gs_{isa}_{variant}" for variant in VARIANTS]
    return compile.compile_object(ir, target.triple, target_machine, public, isa not in ("v2", "v3"), f"gs_{isa}_")


def symbols(path: Path, nm: list[str], *flags: str) -> set[str]:
    """Names of those symbols of an object file that the flags of nm ask for."""
    listed = subprocess.run([*nm, *flags, str(path)], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in listed.splitlines() if line.strip()}


def undefined(path: Path, nm: list[str]) -> set[str]:
    """The symbols that an object file wants from elsewhere; an error where it may not."""
    names = symbols(path, nm, "-u")
    if not names <= ALLOWED:
        raise BuildError(f"{path.name} needs {', '.join(sorted(names - ALLOWED))}, which no C library has")
    return names
