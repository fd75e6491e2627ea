"""Machine code: LLVM's instructions compiled for a processor, kept in files, and loaded. Needs llvmlite, not Numba.

So a process that finds its kernels in the cache never imports Numba, until it shares work out among threads.

The cache is in ``NUMBA_CACHE_DIR``, or beside the package, or in the user's cache directory: the first of them that can
be written. A file's name holds a digest of all that its code is made from: the sources of this directory, the versions
of Numba and llvmlite, the processor. ``GSAMPLER_CACHE=0`` turns the cache off.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from _cffi_backend import FFI  # what cffi's own modules import: the parser of declarations is not needed

CACHE = os.environ.get("GSAMPLER_CACHE", "1") != "0"
HERE = Path(__file__).parent
DIGEST = 32  # bytes of the digest that a file begins with: of the rest of it

# --- processors ---------------------------------------------------------------------------------------------


@functools.cache
def processor() -> tuple[str, str]:
    """LLVM's name and features of the processor to compile for: this one, or the one that Numba is told of."""
    features = os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    return os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name(), features


def _target_machine() -> Any:
    """Compiles for this processor. A new one every time: what loads code with it takes possession of it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = processor()
    return compiler_for(llvm.Target.from_triple(llvm.get_process_triple()), name, features)


def compiler_for(target: Any, name: str, features: str) -> Any:
    """What compiles for a processor: code that runs at any address, constants near it."""
    return target.create_target_machine(cpu=name, features=features, opt=3, reloc="pic", codemodel="small")


# --- instructions to machine code ---------------------------------------------------------------------------


WORD = 8  # bytes of an argument of a kernel


def entry(name: str, native: str, kinds: list[str]) -> str:
    """A function ``name(start, stop, arguments)`` that calls Numba's own, ``native``.

    The arguments, of these types of LLVM's, are a word each in the structure that the entry is given. Numba's function
    takes a result and an exception besides. There is no exception; if there were, it would be the first item refused.
    """
    loads = "".join(
        f"  %p{i} = getelementptr i8, ptr %arguments, i64 {WORD * i}\n  %a{i} = load {kind}, ptr %p{i}\n"
        for i, kind in enumerate(kinds)
    )
    given = "".join(f", {kind} %a{i}" for i, kind in enumerate(kinds))
    return f"""
declare i32 @"{native}"(ptr, ptr, i64, i64{"".join(f", {kind}" for kind in kinds)})
define i64 @{name}(i64 %start, i64 %stop, ptr %arguments) {{
  %result = alloca i64
  %exception = alloca ptr
{loads}  %status = call i32 @"{native}"(ptr %result, ptr %exception, i64 %start, i64 %stop{given})
  %failed = icmp ne i32 %status, 0
  %value = load i64, ptr %result
  %refused = select i1 %failed, i64 %start, i64 %value
  ret i64 %refused
}}
"""


def joined(texts: Iterable[str]) -> str:
    """One text of instructions, from several."""
    whole, *parts = [llvm.parse_assembly(text) for text in texts]
    for part in parts:
        whole.link_in(part)
    return str(whole)


# Before AVX-512, x86-64 has no vector instruction that makes doubles of 64-bit integers, and LLVM would take them out
# of their vectors one by one. Their halves, each the last places of a double, make the same number, rounded once, in
# the addition: (2^52 + low) + ((2^84 + 2^63 + high) - (2^84 + 2^63 + 2^52)).
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


def code(
    text: str, triple: str, compiler: Any, public: Iterable[str], converts: bool = True, prefix: str = ""
) -> bytes:
    """Machine code of instructions: all but what is ``public`` is internal, named ``prefix`` and a number.

    So what nothing calls falls away: Numba's wrappers, and with them Python. ``converts`` is whether the processor
    makes doubles of 64-bit integers by the vector.
    """
    if not converts:
        text = CONVERSION.sub(r"= call double @by_halves(i64 \1)", text) + BY_HALVES
    module = llvm.parse_assembly(re.sub(r"^target (datalayout|triple) = .*$", "", text, flags=re.M))
    module.triple, module.data_layout = triple, str(compiler.target_data)
    kept = set(public)
    for i, function in enumerate(module.functions):
        if not function.is_declaration and function.name not in kept:
            function.linkage = "internal"
            function.name = f"{prefix}function_{i}"  # Numba's names hold addresses of the process
    for variable in module.global_variables:
        if not variable.is_declaration and variable.name not in kept:
            variable.linkage = "internal"
    _optimise(module, compiler)
    return bytes(compiler.emit_object(module))


def _optimise(module: Any, compiler: Any) -> None:
    """LLVM's passes as Numba sets them. None before these: an early instcombine makes searches wait longer."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization, tuning.slp_vectorization = True, False
    builder = llvm.create_pass_builder(compiler, tuning)
    builder.getModulePassManager().run(module, builder)


# --- kernels in memory --------------------------------------------------------------------------------------

ENTRY = "kernel"  # what the entry of a kernel is called in its own machine code
_ffi = FFI()


def packed(text: str, layout: str) -> bytes:
    """A kernel compiled for this processor, with the layout of its arguments, as `struct` writes them."""
    triple, features = llvm.get_process_triple(), processor()[1]
    converts = not triple.startswith("x86_64") or "+avx512dq" in features.split(",")
    return layout.encode() + b"\n" + code(text, triple, _target_machine(), [ENTRY], converts)


class Entry:
    """A kernel in memory: ``function(start, stop, pack(*arguments))``, pointers as addresses. It releases the GIL."""

    __slots__ = ("_engine", "address", "function", "pack")

    def __init__(self, content: bytes) -> None:
        layout, _, image = content.partition(b"\n")
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())  # it holds the code
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(image))
        self._engine.finalize_object()
        self.address = int(self._engine.get_function_address(ENTRY))
        self.function = _ffi.cast("int64_t(*)(int64_t, int64_t, const char *)", self.address)
        self.pack = struct.Struct("=" + layout.decode()).pack

    def call(self, start: int, stop: int, *arguments: int) -> int:
        return int(self.function(start, stop, self.pack(*arguments)))


# --- the cache ----------------------------------------------------------------------------------------------


@functools.cache
def made_from() -> str:
    """A digest of all that machine code is made from."""
    sources = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
    versions = [version("numba"), version("llvmlite"), *processor()]
    return hashlib.sha256(b"\0".join([*sources, *(text.encode() for text in versions)])).hexdigest()[:16]


def directories() -> Iterator[Path]:
    """Where the cache may be, best first."""
    if told := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(told) / "gsampler"
        return
    yield HERE / "__pycache__"
    with suppress(RuntimeError):  # nobody's home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gsampler"


def place() -> Path | None:
    """Where machine code is kept, or None where no directory can be written."""
    for directory in directories():
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory):
                return directory
    return None


def kept(name: str) -> bytes | None:
    """What was kept under a name, if it is whole and of these sources and this processor."""
    for directory in directories() if CACHE else ():
        with suppress(OSError):
            content = (directory / f"{name}-{made_from()}.gso").read_bytes()
            if hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]:
                return content[DIGEST:]
    return None


def keep(name: str, content: bytes) -> None:
    """Keep it, complete or not at all, for this and other processes."""
    directory = place() if CACHE else None
    if directory is None:
        return
    part = directory / f"{name}-{secrets.token_hex(8)}.part"
    try:
        part.write_bytes(hashlib.sha256(content).digest() + content)
        part.replace(directory / f"{name}-{made_from()}.gso")
    except OSError:  # the disk is full: it is only a cache
        with suppress(OSError):
            part.unlink()
