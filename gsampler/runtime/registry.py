"""Which kernels there are, and each compiled when first asked for."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from gsampler.kernels.table import KERNELS, Entry

if TYPE_CHECKING:
    from gsampler.compiler.compile import CompiledKernel, LoadedCode
    from gsampler.compiler.decorators import Kernel

Result = TypeVar("Result")

PARALLEL_NS = 2**16  # nanoseconds of work on one thread that are worth a parallel launch

SUFFIXES = ("f32", "f64")  # of the element types
UNTYPED = "f64"  # what kernels without elements are compiled as
BITGEN = "bitgen"  # the label of the bit generator's functions in the cache

compiling = threading.RLock()
_loaded: dict[str, LoadedKernel] = {}
_bitgen: list[LoadedCode] = []  # at most one: it holds the code


class LoadedKernel:
    """A compiled kernel with what its table entry says of running it."""

    __slots__ = ("address", "compiled", "cost", "function", "grain", "pack", "serial_elements")

    def __init__(self, entry: Entry, suffix: str, compiled: CompiledKernel) -> None:
        self.compiled = compiled  # it holds the code
        self.address, self.function, self.pack = compiled.address, compiled.function, compiled.pack
        self.cost: float = entry.cost[suffix == "f64"]
        self.grain = entry.grain
        self.serial_elements = int(PARALLEL_NS / self.cost)  # from which a parallel launch is worth while


def declared(name: str) -> Kernel:
    """The kernel of this name, not compiled; imports Numba."""
    module = importlib.import_module(f"gsampler.kernels.{KERNELS[name].module}")
    made: dict[str, Any] = getattr(module, "KERNELS", {})
    kernel: Kernel = made[name] if name in made else getattr(module, name)
    return kernel


@functools.cache
def kernel(name: str, suffix: str) -> LoadedKernel:
    """The kernel ``name`` for elements of type ``suffix``, compiled or loaded from the cache at need."""
    suffix = suffix if KERNELS[name].is_typed else UNTYPED
    label = f"{name}.{suffix}"

    def load() -> LoadedKernel:
        from gsampler.compiler.compile import CompiledKernel

        with compiling:
            if label not in _loaded:
                content, _ = _machine_code(label, lambda: declared(name).compile(suffix))
                _loaded[label] = LoadedKernel(KERNELS[name], suffix, CompiledKernel(content))
            return _loaded[label]

    return away_from_signals(load)


@functools.cache
def bitgen_functions() -> dict[str, int]:
    """Addresses of the functions of `gsampler.compiler.bitgen`, compiled or loaded from the cache."""

    def load() -> dict[str, int]:
        from gsampler.compiler import bitgen
        from gsampler.compiler.compile import LoadedCode, compile_here

        with compiling:
            if not _bitgen:
                image, _ = _machine_code(BITGEN, lambda: compile_here(bitgen.IR, bitgen.NAMES))
                _bitgen.append(LoadedCode(image))
            return {name: _bitgen[0].address(name) for name in bitgen.NAMES}

    return away_from_signals(load)


def every_kernel() -> list[tuple[str, str]]:
    """Name and element type of each kernel that `kernel` may be asked for."""
    types = {name: SUFFIXES if entry.is_typed else (UNTYPED,) for name, entry in KERNELS.items()}
    return [(name, suffix) for name in KERNELS for suffix in types[name]]


def store(name: str, suffix: str) -> str:
    """Have a kernel in the cache: "cached" if it was there, "compiled" if it is now, "lost" if it cannot be stored."""

    def make() -> str:
        from gsampler.compiler import cache

        label = f"{name}.{suffix}"
        with compiling:
            if not _machine_code(label, lambda: declared(name).compile(suffix))[1]:
                return "cached"
            return "lost" if cache.cache_load(label) is None else "compiled"

    return away_from_signals(make)


def _machine_code(label: str, compile: Callable[[], bytes]) -> tuple[bytes, bool]:
    """What the cache holds under a label, or what is compiled now and stored there; and whether it was compiled."""
    from gsampler.compiler import cache

    content = cache.cache_load(label)
    if content is not None:
        return content, False
    with cache.cache_lock(label):
        content = cache.cache_load(label)  # perhaps another process has just stored it
        if content is not None:
            return content, False
        content = compile()
        cache.cache_store(label, content)
        return content, True


def away_from_signals(work: Callable[[], Result]) -> Result:
    """Do ``work`` on a thread that signal handlers never run on, and wait for it, which they may interrupt.

    What a handler raises while LLVM calls back into Python is printed and lost.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    results: list[Result] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def answer() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=answer, name="gsampler-compiles").start()
    except RuntimeError:  # the interpreter is shutting down
        return work()
    done.wait()
    if errors:
        raise errors[0]
    return results[0]
