"""LLVM IR compiled to object code for a processor, and loaded. Needs llvmlite, not Numba.

So a process that finds its kernels in the cache never imports Numba, until it shares work out among threads.
"""

from __future__ import annotations

import functools
import os
import re
import struct
from collections.abc import Iterable
from typing import Any

import llvmlite.binding as llvm
from _cffi_backend import FFI  # what cffi's own modules import: the parser of declarations is not needed

from gsampler.compiler.numba_compat import NumbaCompatError

# --- processors ---------------------------------------------------------------------------------------------


@functools.cache
def target_cpu() -> tuple[str, str]:
    """LLVM's name and features of the processor to compile for: this one, or the one that Numba is told of."""
    features = os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    return os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name(), features


def _host_machine() -> Any:
    """A target machine for this processor. A new one every time: what loads code with it takes possession of it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = target_cpu()
    triple = llvm.get_process_triple()
    # Code and constants are loaded where there is room. In a process that has gigabytes in memory, these places are
    # further apart than the 2^31 bytes that the small model can reach, which ends the process.
    apart = ("static", "large") if triple.startswith("x86_64") else ("pic", "small")
    return target_machine(llvm.Target.from_triple(triple), name, features, *apart)


def target_machine(target: Any, cpu: str, features: str, reloc: str = "pic", codemodel: str = "small") -> Any:
    """A target machine, by default for position-independent code."""
    return target.create_target_machine(cpu=cpu, features=features, opt=3, reloc=reloc, codemodel=codemodel)


# --- LLVM IR to object code -----------------------------------------------------------------------------------


ARGUMENT_BYTES = 8  # of every argument of a kernel
# what tells LLVM to pass an argument, or to call, in another way than C does
NOT_AS_C = re.compile(r"\b(\w*cc|byref|byval|inalloca|inreg|nest|preallocated|sret|swift\w+)\b")


def native_type(kinds: Iterable[str]) -> str:
    """The LLVM type of the function that Numba makes of a kernel with these arguments after ``start, stop``.

    A status; where the result goes, and where an exception.
    """
    return f"i32 ({', '.join(['ptr', 'ptr', 'i64', 'i64', *kinds])})"


def check_calling_convention(ir: str, native: str, kinds: Iterable[str]) -> None:
    """Raise NumbaCompatError if Numba's own function is not one that `entry_point_ir` may call."""
    expected = native_type(kinds)
    try:
        function = llvm.parse_assembly(ir).get_function(native)
    except NameError:
        raise NumbaCompatError("numba", f"defines no {native}, which gsampler calls") from None
    if str(function.global_value_type) != expected:
        problem = f"defines kernels of type {function.global_value_type}, and gsampler calls {expected}"
        raise NumbaCompatError("numba", problem)
    line = re.search(r"^define .*$", str(function), re.M)
    if line is None:
        raise NumbaCompatError("numba", f"declares {native} without code, which gsampler calls")
    special = NOT_AS_C.search(re.sub(r"[@%][\w.$]+|\"[^\"]*\"", "", line[0]))
    if special is not None:
        raise NumbaCompatError("numba", f"defines kernels with {special[0]}, and gsampler calls them as C functions")


def entry_point_ir(name: str, native: str, kinds: list[str]) -> str:
    """A function ``name(start, stop, arguments)`` that calls Numba's own, ``native``.

    The arguments, of these LLVM types, lie in the structure that the entry point is given, `ARGUMENT_BYTES` each.
    Numba's function takes a result and an exception besides. There is no exception; if there were, ``start`` would be
    the first invalid item.
    """
    loads = "".join(
        f"  %p{i} = getelementptr i8, ptr %arguments, i64 {ARGUMENT_BYTES * i}\n  %a{i} = load {kind}, ptr %p{i}\n"
        for i, kind in enumerate(kinds)
    )
    given = "".join(f", {kind} %a{i}" for i, kind in enumerate(kinds))
    result, parameters = native_type(kinds).split(" ", 1)
    return f"""
declare {result} @"{native}"{parameters}
define i64 @{name}(i64 %start, i64 %stop, ptr %arguments) {{
  %result = alloca i64
  %exception = alloca ptr
{loads}  %status = call i32 @"{native}"(ptr %result, ptr %exception, i64 %start, i64 %stop{given})
  %failed = icmp ne i32 %status, 0
  %value = load i64, ptr %result
  %invalid = select i1 %failed, i64 %start, i64 %value
  ret i64 %invalid
}}
"""


def link_modules(texts: Iterable[str]) -> str:
    """One module's IR from that of several."""
    whole, *parts = [llvm.parse_assembly(text) for text in texts]
    for part in parts:
        whole.link_in(part)
    return str(whole)


# Before AVX-512, x86-64 has no vector instruction that makes doubles of 64-bit integers, and LLVM would take them out
# of their vectors one by one. Their halves, each the low bits of a double, make the same number, rounded once, in the
# addition: (2^52 + low) + ((2^84 + 2^63 + high) - (2^84 + 2^63 + 2^52)).
CONVERSION = re.compile(r"= sitofp i64 (\S+) to double")
BY_HALVES = """
define double @by_halves(i64 %x) alwaysinline {
  %low = and i64 %x, 4294967295
  %low_bits = or i64 %low, 4841369599423283200
  %high = lshr i64 %x, 32
  %high_bits = xor i64 %high, 4985484789646622720
  %low_part = bitcast i64 %low_bits to double
  %high_part = bitcast i64 %high_bits to double
  %shifted = fsub double %high_part, 0x4530000080100000
  %sum = fadd double %shifted, %low_part
  ret double %sum
}
"""


def compile_object(
    ir: str, triple: str, machine: Any, public: Iterable[str], converts: bool = True, prefix: str = ""
) -> bytes:
    """Object code of a module's IR."""
    return bytes(machine.emit_object(optimized(ir, triple, machine, public, converts, prefix)))


def optimized(
    ir: str, triple: str, machine: Any, public: Iterable[str], converts: bool = True, prefix: str = ""
) -> Any:
    """The module of this IR: all symbols but the ``public`` ones become internal, ``prefix`` and a number.

    So what nothing calls falls away: Numba's wrappers, and with them Python. ``converts`` is whether the processor
    makes doubles of 64-bit integers by the vector.
    """
    if not converts:
        ir = CONVERSION.sub(r"= call double @by_halves(i64 \1)", ir) + BY_HALVES
    module = llvm.parse_assembly(re.sub(r"^target (datalayout|triple) = .*$", "", ir, flags=re.M))
    module.triple, module.data_layout = triple, str(machine.target_data)
    exported = set(public)
    for i, function in enumerate(module.functions):
        if not function.is_declaration and function.name not in exported:
            function.linkage = "internal"
            function.name = f"{prefix}function_{i}"  # Numba's names hold addresses of the process
    for variable in module.global_variables:
        if not variable.is_declaration and variable.name not in exported:
            variable.linkage = "internal"
    _optimize(module, machine)
    return module


def _optimize(module: Any, machine: Any) -> None:
    """LLVM's passes as Numba sets them. None before these: an early instcombine makes searches wait longer."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization, tuning.slp_vectorization = True, False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)


# --- kernels in memory --------------------------------------------------------------------------------------

ENTRY_POINT = "kernel"  # the name of a kernel's entry point in its own object code
_ffi = FFI()


def compile_here(ir: str, public: Iterable[str]) -> bytes:
    """Object code of a module's IR for this processor."""
    return bytes(_host_machine().emit_object(_optimized_here(ir, public)))


def assembly_here(ir: str, public: Iterable[str]) -> str:
    """The same as assembly, for who wants to read it."""
    return str(_host_machine().emit_assembly(_optimized_here(ir, public)))


def _optimized_here(ir: str, public: Iterable[str]) -> Any:
    triple, features = llvm.get_process_triple(), target_cpu()[1]
    converts = not triple.startswith("x86_64") or "+avx512dq" in features.split(",")
    return optimized(ir, triple, _host_machine(), public, converts)


def compile_kernel(ir: str, layout: str) -> bytes:
    """A kernel compiled for this processor, with the layout of its arguments, as `struct` writes them."""
    return layout.encode() + b"\n" + compile_here(ir, [ENTRY_POINT])


class LoadedCode:
    """Object code in memory, for as long as this lives."""

    __slots__ = ("_engine",)

    def __init__(self, image: bytes) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _host_machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(image))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        return int(self._engine.get_function_address(name))


class CompiledKernel:
    """A kernel in memory: ``function(start, stop, pack(*arguments))``, pointers as addresses. It releases the GIL."""

    __slots__ = ("_code", "address", "function", "pack")

    def __init__(self, content: bytes) -> None:
        layout, _, image = content.partition(b"\n")
        self._code = LoadedCode(image)
        self.address = self._code.address(ENTRY_POINT)
        self.function = _ffi.cast("int64_t(*)(int64_t, int64_t, const char *)", self.address)
        self.pack = struct.Struct("=" + layout.decode()).pack

    def call(self, start: int, stop: int, *arguments: int) -> int:
        return int(self.function(start, stop, self.pack(*arguments)))
