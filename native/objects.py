"""Object code from the kernels of gsampler: Numba makes the instructions, LLVM compiles them for each instruction set.

What is called, and with what arguments, is read from ``src/kernels_typed.h`` and ``src/kernels_plain.h`` through cffi.
A kernel allocates nothing and raises nothing, so its code needs nothing of Python; `undefined` holds that to be so.
"""

from __future__ import annotations

import hashlib
import os
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
# Instructions are made before any optimisation, and for no processor in particular, so that one set of them serves all.
NEUTRAL = {"NUMBA_OPT": "0", "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "GSAMPLER_CACHE": "0"}
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
    """LLVM's assembly of all kernels, each with its entry ``<name>_<table>(start, stop, arguments)``."""
    os.environ.update(NEUTRAL)
    import llvmlite.binding as llvm
    import numba

    from gsampler.kernels import every_kernel, jit

    if numba.config.OPT != 0:
        raise BuildError("Numba was imported before its settings could be made; run the build in a process of its own")
    known = every_kernel()
    whole = None
    for table in TABLES:
        for name, arguments in declared(table).items():
            if name not in known:
                raise BuildError(f"kernels_*.h declare {name}, which is no kernel of gsampler")
            kernel, says = known[name], signature(arguments)
            its = re.sub(r"\bT\b", element(table), re.sub(r"\s*,\s*", ", ", kernel.signature.strip()))
            if its != says:
                raise BuildError(f"{name} is declared in kernels_*.h as ({says}), but takes ({its})")
            types = jit.Kernel(kernel.function, says).types(element(table))
            compiled = numba.cfunc(types, **jit.BARE)(kernel.function)
            native = compiled.native_name.removeprefix("cfunc.")
            part = llvm.parse_assembly(compiled.inspect_llvm())
            part.link_in(llvm.parse_assembly(entry(f"{name}_{table}", native, arguments)))
            if whole is None:
                whole = part
            else:
                whole.link_in(part)
    assert whole is not None
    # tables for unwinding: debuggers, profilers and C++ see through kernels to what called them
    return re.sub(r"^(define .*) \{$", r"\1 uwtable {", str(whole), flags=re.M)


def entry(name: str, native: str, arguments: list[Argument]) -> str:
    """A function that takes the arguments from their structure; Numba's own takes a result and an exception besides.

    There is no exception; if there were, it would be the first item that is refused.
    """
    odd = [argument for letter, argument, _ in arguments if not letter.endswith("*") and letter not in ("i64", "u64")]
    if odd:
        raise BuildError(f"{name} must take pointers and integers of 64 bits, but {odd[0]} is neither")
    kinds = ["ptr" if letter.endswith("*") else "i64" for letter, _, _ in arguments]
    loads = "".join(
        f"  %p{i} = getelementptr i8, ptr %arguments, i64 {place}\n  %a{i} = load {kind}, ptr %p{i}\n"
        for i, (kind, (_, _, place)) in enumerate(zip(kinds, arguments, strict=True))
    )
    given = "".join(f", {kind} %a{i}" for i, kind in enumerate(kinds))
    return f"""
declare i32 @"{native}"(ptr, ptr, i64, i64{"".join(f", {kind}" for kind in kinds)})
define i64 @entry_{name}(i64 %start, i64 %stop, ptr %arguments) {{
  %result = alloca i64
  %exception = alloca ptr
{loads}  %status = call i32 @"{native}"(ptr %result, ptr %exception, i64 %start, i64 %stop{given})
  %failed = icmp ne i32 %status, 0
  %value = load i64, ptr %result
  %refused = select i1 %failed, i64 %start, i64 %value
  ret i64 %refused
}}
"""


def object_code(text: str, machine: str, isa: str) -> bytes:
    """Instructions compiled for one instruction set, with its tables of kernels, ``gs_<isa>_<table>``."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(f"{machine}-unknown-linux-gnu")
    # no features beside the processor's: the machine that builds has no say
    processor = ISAS[machine][isa]
    compiler = target.create_target_machine(cpu=processor, features="", opt=3, reloc="pic", codemodel="default")
    module = llvm.parse_assembly(re.sub(r"^target (datalayout|triple) = .*$", "", text, flags=re.M))
    for table in TABLES:
        entries = [f"@entry_{name}_{table}" for name in declared(table)]
        addresses = ", ".join(f"ptr {name}" for name in entries)
        known = "".join(f"declare i64 {name}(i64, i64, ptr)\n" for name in entries)
        text = f"@gs_{isa}_{table} = hidden constant [{len(entries)} x ptr] [{addresses}]\n{known}"
        module.link_in(llvm.parse_assembly(text))
    module.triple, module.data_layout = target.triple, str(compiler.target_data)
    # All but the tables is internal, so what nothing calls falls away: Numba's wrappers, and with them Python.
    for i, function in enumerate(module.functions):
        if not function.is_declaration:
            function.linkage = "internal"
            function.name = f"gs_{isa}_function_{i}"  # Numba's names hold addresses of the process
    for variable in module.global_variables:
        if not variable.is_declaration and not variable.name.startswith(f"gs_{isa}_"):
            variable.linkage = "internal"
    optimise(module, compiler)
    return bytes(compiler.emit_object(module))


def optimise(module: Any, compiler: Any) -> None:
    """LLVM's passes as Numba sets them. None before these: an early instcombine makes searches wait longer."""
    import llvmlite.binding as llvm

    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization, tuning.slp_vectorization = True, False
    builder = llvm.create_pass_builder(compiler, tuning)
    builder.getModulePassManager().run(module, builder)


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
