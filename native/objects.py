"""Object code from the kernels of gsampler: Numba makes the instructions, LLVM compiles them for each instruction set.

What is called, and with what arguments, is read from ``src/kernels_typed.h`` and ``src/kernels_plain.h`` through cffi.
A kernel allocates nothing and raises nothing, so its code needs nothing of Python; `undefined` holds that to be so.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "src"
KERNELS = Path(__file__).parents[1] / "gsampler" / "kernels"

# the processor of each instruction set, as LLVM calls it
ISAS = {
    "x86_64": {"v2": "x86-64-v2", "v3": "x86-64-v3", "v4": "x86-64-v4"},
    "aarch64": {"arm64": "generic"},
}
# what LLVM may call: of the C library, and fma where the processor (x86-64-v2) has none
ALLOWED = {"memset", "memcpy", "memmove", "fma", "fmaf"}
LETTERS = {"int64_t": "i64", "uint64_t": "u64", "uint32_t": "u32", "uint8_t": "u8", "float": "f32", "double": "f64"}
TABLES = {"f32": ("kernels_typed.h", "float"), "f64": ("kernels_typed.h", "double"), "plain": ("kernels_plain.h", None)}


Argument = tuple[str, str, int]  # letter of its type, name, place in the structure


class BuildError(Exception):
    """What is wrong, for the person who builds."""


# --- what the headers say -------------------------------------------------------------------------------------


def declared(table: str) -> dict[str, list[Argument]]:
    """The kernels of a table in order: letter, name and place in the structure of each argument."""
    import cffi

    name, real = TABLES[table]
    ffi = cffi.FFI()
    ffi.cdef("typedef int64_t kernel(int64_t start, int64_t stop, const void *arguments);")
    ffi.cdef((f"typedef {real} T;\n" if real else "") + (SOURCE / name).read_text())

    def letter(kind: Any) -> str:
        return letter(kind.item) + "*" if kind.kind == "pointer" else LETTERS[kind.cname]

    return {
        kernel: [(letter(field.type), argument, field.offset) for argument, field in ffi.typeof(kernel).fields]
        for kernel, _ in ffi.typeof("struct kernels").fields
    }


def element(table: str) -> str:
    """The type of element that a table's kernels are compiled for."""
    return "f64" if table == "plain" else table


def signature(arguments: list[Argument]) -> str:
    return ", ".join(["i64 start", "i64 stop"] + [f"{letter} {name}" for letter, name, _ in arguments])


# --- instructions ---------------------------------------------------------------------------------------------


def digest() -> str:
    """Of everything that object code is made from."""
    paths = [Path(__file__), *sorted(KERNELS.glob("*.py")), *(SOURCE / name for name, _ in TABLES.values())]
    versions = f"{version('numba')} {version('llvmlite')}"
    return hashlib.sha256(b"".join([path.read_bytes() for path in paths] + [versions.encode()])).hexdigest()[:12]


def instructions() -> str:
    """LLVM's assembly of all kernels, each with its entry ``entry_<name>_<table>(start, stop, arguments)``."""
    from gsampler.kernels import every_kernel, machine

    known = every_kernel()
    texts = []
    for table in TABLES:
        for name, arguments in declared(table).items():
            if name not in known:
                raise BuildError(f"kernels_*.h declare {name}, which is no kernel of gsampler")
            kernel, says = known[name], signature(arguments)
            its = re.sub(r"\bT\b", element(table), re.sub(r"\s*,\s*", ", ", kernel.signature.strip()))
            if its != says:
                raise BuildError(f"{name} is declared in kernels_*.h as ({says}), but takes ({its})")
            odd = [argument for i, (_, argument, place) in enumerate(arguments) if place != machine.WORD * i]
            odd += [argument for kind, argument, _ in arguments if kind[-1] != "*" and kind not in ("i64", "u64")]
            if odd:
                raise BuildError(f"{name} must take pointers and integers of 64 bits, but {odd[0]} is neither")
            texts.append(kernel.instructions(element(table), f"entry_{name}_{table}"))
    # tables for unwinding: debuggers, profilers and C++ see through kernels to what called them
    return re.sub(r"^(define .*) \{$", r"\1 uwtable {", machine.joined(texts), flags=re.M)


def object_code(text: str, machine_name: str, isa: str) -> bytes:
    """Instructions compiled for one instruction set, with its tables of kernels, ``gs_<isa>_<table>``."""
    import llvmlite.binding as llvm

    from gsampler.kernels import machine

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(f"{machine_name}-unknown-linux-gnu")
    # no features beside the processor's: the machine that builds has no say
    compiler = machine.compiler_for(target, ISAS[machine_name][isa], "")
    tables = [f"gs_{isa}_{table}" for table in TABLES]
    for table, public in zip(TABLES, tables, strict=True):
        entries = [f"@entry_{name}_{table}" for name in declared(table)]
        addresses = ", ".join(f"ptr {name}" for name in entries)
        text += f"\n@{public} = hidden constant [{len(entries)} x ptr] [{addresses}]\n"
    return machine.code(text, target.triple, compiler, tables, isa not in ("v2", "v3"), f"gs_{isa}_")


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
