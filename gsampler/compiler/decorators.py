"""How a function is compiled.

Three kinds. An *inline* function is forced into what calls it. A *loop* runs over a range; it asks for the widest
vectors and stays a function of its own, so that it is compiled once however many call it. A *kernel* is the entry point
around loops: a C function of integers and pointers that allocates nothing and raises nothing, the same machine code
whether Python, the parallel loop or (ahead of time) a C program calls it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.extending import overload, register_jitable

from gsampler.compiler import c_types, compile
from gsampler.compiler.numba_compat import INLINED, NO_RUNTIME, NO_WRAPPERS, NOT_INLINED, cfunc_ir, jit_enabled

# error_model: divide as C does, no exception paths. No fastmath anywhere: it licenses the compiler to
# assume infinities away and to reorder sums, and -inf logits and equal bits are both promises. fma is asked
# for by name instead. Explicit: a flag that is not set is that of the user's function that calls this.
NATIVE: dict[str, Any] = {"error_model": "numpy", "fastmath": False, "nogil": True, **NO_RUNTIME}
INTERNAL: dict[str, Any] = {**NATIVE, **NO_WRAPPERS}
COMPILED_INTO_CALLER: dict[str, Any] = {**INLINED, **INTERNAL}

# register_jitable, not njit: a function given as an argument must be a compile-time name, or the cache
# does not accept the caller
inline = register_jitable(**COMPILED_INTO_CALLER)


def loop(function: Callable[..., Any]) -> Any:
    """Declare a loop; Numba compiles it into the kernels that call it."""
    with jit_enabled():
        return numba.njit(**NOT_INLINED, **INTERNAL)(function)


FLOATS = {"f32": types.float32, "f64": types.float64}
INTEGERS = {"i64": types.int64, "u8": types.uint8, "u32": types.uint32, "u64": types.uint64}


class Kernel:
    """A kernel for each element type.

    Its prototype says the C types of its arguments; ``T`` stands for the element type. Every kernel takes ``start,
    stop`` first, the range of items it is to do, and returns the first invalid item of them, or ``ALL_VALID``.
    """

    def __init__(self, function: Callable[..., int], prototype: Callable[..., Any]) -> None:
        self.function = function
        self.types = c_types.of_arguments(prototype)
        expected, names = ["start", "stop", *self.types], list(inspect.signature(function).parameters)
        if names != expected:
            raise TypeError(f"{function.__name__} must take ({', '.join(expected)}), not ({', '.join(names)})")

    def __getitem__(self, suffix: str) -> compile.CompiledKernel:
        """The kernel for elements of type ``suffix``, compiled now."""
        return compile.CompiledKernel(self.compile(suffix))

    def compile(self, suffix: str) -> bytes:
        """Its machine code, as `compile.CompiledKernel` takes it."""
        return compile.compile_kernel(self.llvm_ir(suffix, compile.ENTRY_POINT), self.layout())

    def layout(self) -> str:
        """The arguments as `struct` writes them: pointers are addresses."""
        return "".join("q" if kind == "i64" else "Q" for kind in self.types.values())

    def llvm_ir(self, suffix: str, name: str) -> str:
        """LLVM IR for elements of type ``suffix``, with an entry point ``name(start, stop, arguments)``."""

        def numba_type(kind: str) -> Any:
            base = FLOATS[suffix] if c_types.base(kind) == "T" else (INTEGERS | FLOATS)[c_types.base(kind)]
            return types.CPointer(base) if c_types.is_pointer(kind) else base

        signature = types.int64(types.int64, types.int64, *map(numba_type, self.types.values()))
        ir, native = cfunc_ir(self.function, signature, NATIVE)
        kinds = ["ptr" if c_types.is_pointer(kind) else "i64" for kind in self.types.values()]
        compile.check_calling_convention(ir, native, kinds)
        return compile.link_modules([ir, compile.entry_point_ir(name, native, kinds)])


def kernel(prototype: Callable[..., Any]) -> Callable[[Callable[..., int]], Kernel]:
    """Declare a kernel whose arguments after ``start, stop`` are those of this prototype."""
    return lambda function: Kernel(function, prototype)


def by_type(name: str, choices: dict[Any, Any]) -> Callable[..., Any]:
    """An inline function that is another one for each type of its first argument."""

    def stub(x: Any, *rest: Any) -> Any:
        raise NotImplementedError(f"{name} is called from compiled code")

    stub.__name__ = stub.__qualname__ = name

    @overload(stub, jit_options=COMPILED_INTO_CALLER, strict=False)
    def choose(x: Any, *rest: Any) -> Any:
        return choices.get(x)  # itself, not a call of it: Numba compiles one function less

    return stub
