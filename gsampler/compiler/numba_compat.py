"""All that gsampler uses of Numba and llvmlite beyond their documented interfaces; no other module touches it.

`SYMBOLS` lists it: what each symbol is for, and what becomes of gsampler without it; `JIT_SYMBOLS` those of
`gsampler.jit` alone; and `LAYER_SYMBOLS`, C functions without which one thread does all the work. Nothing is imported
before it is needed, and what is missing is told in one sentence, as `NumbaCompatError`, before Numba compiles anything.
"""

from __future__ import annotations

import functools
import gc
import pkgutil
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, NamedTuple

TESTED = ("0.62", "0.68")  # the oldest and the newest Numba; pyproject.toml allows no other


class NumbaCompatError(RuntimeError):
    """Numba or llvmlite is not as gsampler needs it: the message says which version, and what is wrong with it."""

    def __init__(self, package: str, problem: str) -> None:
        ours = sys.modules["gsampler"].__version__  # the package lies above this layer
        name = {"numba": "Numba"}.get(package, package)
        super().__init__(
            f"{name} {version(package)} {problem}; gsampler {ours} was tested with Numba {TESTED[0]} to {TESTED[1]}"
        )


# --- symbols --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Symbol:
    """An undocumented name, as ``module:attributes``."""

    path: str
    purpose: str  # what gsampler needs it to do
    optional: bool = False  # whether kernels can be compiled without it, from IR that Numba has optimised

    @property
    def name(self) -> str:
        return self.path.replace(":", ".")

    def resolve(self) -> Any:
        """What the symbol names; NumbaCompatError if there is no such thing."""
        try:
            return pkgutil.resolve_name(self.path)
        except (ImportError, AttributeError):
            package = self.path.partition(".")[0]
            raise NumbaCompatError(package, f"has no {self.name}, which gsampler needs to {self.purpose}") from None


OPTIONS = "numba.core.cpu:CPUTargetOptions."
CONFIG = "numba.core.config:"
TARGET = "numba.core.registry:cpu_target"
LIBRARY = "numba.core.codegen:AOTCodeLibrary"
CODEGEN = "numba.core.codegen:AOTCPUCodegen"
UNOPTIMIZED = "have LLVM IR that is not optimised yet"

SYMBOLS = (
    # options of numba.njit and numba.cfunc
    Symbol(f"{OPTIONS}_nrt", "compile kernels without reference counts"),
    Symbol(f"{OPTIONS}no_cpython_wrapper", "leave out wrappers that Python would call"),
    Symbol(f"{OPTIONS}no_cfunc_wrapper", "leave out wrappers that C would call"),
    Symbol(f"{OPTIONS}forceinline", "have scalar functions inlined, and loops not"),
    # kernels are compiled whatever the user's own functions are
    Symbol(f"{CONFIG}DISABLE_JIT", "compile kernels under NUMBA_DISABLE_JIT"),
    Symbol(f"{CONFIG}reload_config", "know of a change of NUMBA_DISABLE_JIT before it compiles"),
    # what intrinsics are written with
    Symbol("numba.core.base:BaseContext.get_value_type", "know the LLVM type of a value"),
    Symbol("numba.core.base:BaseContext.get_dummy_value", "return nothing from an intrinsic"),
    Symbol("numba.core.base:BaseContext.make_tuple", "return a tuple from an intrinsic"),
    Symbol("numba.core.base:BaseContext.cast", "convert a constant"),
    Symbol("numba.core.cgutils:unpack_tuple", "take the coefficients of a polynomial from their tuple"),
    Symbol("numba.core.cgutils:is_null", "compare a pointer with NULL"),
    Symbol("numba.core.cgutils:alloca_once_value", "keep running sums"),
    Symbol("numba.core.cgutils:for_range", "write a loop"),
    Symbol("llvmlite.ir.values:AttributeSet", "ask for the widest vectors"),
    Symbol("llvmlite.ir:Function.descr_body", "ask for loops that work on several vectors side by side"),
    Symbol("llvmlite.ir:Branch", "find the branches that close loops"),
    Symbol("llvmlite.ir:MDValue", "write hints for loops"),
    # Numba's compiler, stopped before it optimises
    Symbol("numba.core.compiler_lock:global_compiler_lock", "be alone in Numba's compiler", optional=True),
    Symbol(TARGET, UNOPTIMIZED, optional=True),
    Symbol(f"{TARGET}.target_context._internal_codegen", UNOPTIMIZED, optional=True),
    Symbol(
        f"{TARGET}.target_context.cached_internal_func",
        "keep its own and other compiled functions apart",
        optional=True,
    ),
    Symbol(f"{TARGET}.target_context.refresh", "have Numba's own runtime compiled as Numba does", optional=True),
    Symbol(LIBRARY, UNOPTIMIZED, optional=True),
    Symbol(f"{LIBRARY}._optimize_functions", UNOPTIMIZED, optional=True),
    Symbol(f"{LIBRARY}._optimize_final_module", UNOPTIMIZED, optional=True),
    Symbol(f"{LIBRARY}._ensure_finalized", UNOPTIMIZED, optional=True),
    Symbol(CODEGEN, UNOPTIMIZED, optional=True),
    Symbol(f"{CODEGEN}._library_class", UNOPTIMIZED, optional=True),
    Symbol("numba.core.codegen:JITCPUCodegen.set_env", "leave IR unloaded", optional=True),
    Symbol("numba.core.codegen:JITCodeLibrary.get_pointer_to_function", "leave IR unloaded", optional=True),
)
# what the functions of gsampler.jit need besides
JIT_SYMBOLS = (
    Symbol("numba.core.cgutils:create_struct_proxy", "read arrays in users' own compiled functions"),
    Symbol("numba.core.base:BaseContext.environment", "have Numba's cache know gsampler's version", optional=True),
)
_BY_PATH = {symbol.path: symbol for symbol in (*SYMBOLS, *JIT_SYMBOLS)}


def _find(path: str) -> Any:
    return _BY_PATH[path].resolve()


def check() -> None:
    """Raise NumbaCompatError if a symbol is missing that no kernel can be compiled without."""
    for symbol in SYMBOLS:
        if not symbol.optional:
            symbol.resolve()
    if not issubclass(_find("llvmlite.ir.values:AttributeSet"), set):
        raise NumbaCompatError("llvmlite", "has attributes of functions that are not a set, which gsampler adds to")


def missing_optional() -> NumbaCompatError | None:
    """What keeps Numba from being stopped before it optimises, if anything does."""
    for symbol in SYMBOLS:
        if symbol.optional:
            try:
                symbol.resolve()
            except NumbaCompatError as error:
                return error
    return None


# --- options --------------------------------------------------------------------------------------------------

NO_RUNTIME = {"_nrt": False}  # no reference counts: no Python or NumPy object can enter, nothing of Python is linked
NO_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # for what compiled code alone calls
INLINED = {"forceinline": True}
NOT_INLINED = {"forceinline": False}  # explicit: flags not set are inherited from the caller


# --- NUMBA_DISABLE_JIT ----------------------------------------------------------------------------------------


class _Unless(int):
    """A setting that is off for the threads that are within `jit_enabled`, and its own value for all others."""

    def __bool__(self) -> bool:
        return int(self) != 0 and threading.get_ident() not in _enabled


_enabled: dict[int, int] = {}  # threads within `jit_enabled`, and how deep
_switching = threading.Lock()


@contextmanager
def jit_enabled() -> Iterator[None]:
    """Have Numba compile what this thread gives it, also under NUMBA_DISABLE_JIT.

    That is for users who debug their own functions; other threads' stay uncompiled meanwhile.
    """
    _find(f"{CONFIG}DISABLE_JIT")
    from numba import config

    me = threading.get_ident()
    with _switching:
        _find(f"{CONFIG}reload_config")()  # now: Numba does it when it compiles, if the environment has changed
        _enabled[me] = _enabled.get(me, 0) + 1
        if config.DISABLE_JIT is not None and not isinstance(config.DISABLE_JIT, _Unless):
            config.DISABLE_JIT = _Unless(config.DISABLE_JIT)
    try:
        yield
    finally:
        with _switching:
            _enabled[me] -= 1
            if not _enabled[me]:
                del _enabled[me]
            if not _enabled and isinstance(config.DISABLE_JIT, _Unless):  # else somebody has set it meanwhile
                config.DISABLE_JIT = int(config.DISABLE_JIT)


# --- Numba's threads ------------------------------------------------------------------------------------------

LAYER_SYMBOLS = ("numba_parallel_for", "get_num_threads")  # C functions that Numba registers with LLVM


class ThreadingLayer(NamedTuple):
    """Numba's threads.

    ``parallel_for(function, args, dimensions, steps, data, 0, arrays, threads)`` calls ``function(args, dimensions,
    steps, data)``, a C function, on each thread: ``dimensions[0]`` is there how many of the items it is to do, and
    ``args`` where its first ones are in each of the arrays, whose items are ``steps`` bytes apart. All are addresses
    and numbers, as 64-bit integers. It releases the GIL.
    """

    parallel_for: Callable[..., None]
    thread_count: Callable[[], int]  # of the calling thread, which `parallel_for` must be given


def threading_layer() -> ThreadingLayer:
    """Start Numba's threads. NumbaCompatError if they cannot be used, or what Numba raises if there are none."""
    import llvmlite.binding as llvm
    import numba
    from _cffi_backend import FFI

    numba.get_num_threads()  # starts them
    addresses = list(map(llvm.address_of_symbol, LAYER_SYMBOLS))
    for name, address in zip(LAYER_SYMBOLS, addresses, strict=True):
        if not address:
            raise NumbaCompatError("numba", f"registers no {name}, which gsampler needs to use several threads")
    parallel_for, thread_count = addresses
    cast = FFI().cast
    declaration = f"void(*)({', '.join(['int64_t'] * 8)})"
    return ThreadingLayer(cast(declaration, parallel_for), cast("int(*)(void)", thread_count))


# --- LLVM IR --------------------------------------------------------------------------------------------------


def unpack_tuple(builder: Any, value: Any) -> list[Any]:
    """The elements of a tuple's value."""
    return list(_find("numba.core.cgutils:unpack_tuple")(builder, value))


def is_null(builder: Any, pointer: Any) -> Any:
    """Whether a pointer is NULL, as a value of IR."""
    return _find("numba.core.cgutils:is_null")(builder, pointer)


def alloca_once_value(builder: Any, value: Any) -> Any:
    """A pointer to a variable of the function that holds this value."""
    return _find("numba.core.cgutils:alloca_once_value")(builder, value)


def for_range(builder: Any, count: Any) -> AbstractContextManager[Any]:
    """A loop that runs ``count`` times: what is built in the context is its body, ``loop.index`` its counter."""
    context: AbstractContextManager[Any] = _find("numba.core.cgutils:for_range")(builder, count)
    return context


def array_data(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The pointer to the first element of an array's value."""
    proxy = _find("numba.core.cgutils:create_struct_proxy")(kind)
    return proxy(context, builder, value=value).data


def cache_with(context: Any, item: Any) -> None:
    """Have an object pickled and loaded with the code of the function that is being compiled, where Numba caches it."""
    environment = getattr(context, "environment", None)
    if environment is not None:
        environment.consts.append(item)


def add_attribute(function: Any, attribute: str) -> None:
    """Give a function an attribute that llvmlite knows by no name: it goes past the check of names."""
    set.add(function.attributes, attribute)


def interleave_loops(function: Any, vectors: int) -> None:
    """Have a function say of its loops, when it is written down, how many vectors to work on side by side."""
    write, branch = function.descr_body, _find("llvmlite.ir:Branch")

    def descr_body(buf: Any) -> None:
        index = {block: i for i, block in enumerate(function.blocks)}
        for block, i in index.items():
            end = block.terminator
            if isinstance(end, branch) and any(index.get(to, i + 1) <= i for to in end.operands):
                _add_loop_hint(end, function.module, "llvm.loop.interleave.count", vectors)
        write(buf)

    function.descr_body = descr_body


def _add_loop_hint(end: Any, module: Any, name: str, value: int) -> None:
    """Attach a hint to the branch that closes a loop; the first entry of such a node is the node itself."""
    from llvmlite import ir

    hint = module.add_metadata([name, ir.IntType(32)(value)])
    node = _find("llvmlite.ir:MDValue")(module, [], name=str(len(module.metadata)))
    node.operands = (node, hint)
    end.set_metadata("llvm.loop", node)


# --- Numba's compiler -------------------------------------------------------------------------------------------

PREFIX = "cfunc."  # how Numba names the C function that calls a function's own code, before that one's name


def cfunc_ir(function: Callable[..., Any], signature: Any, options: dict[str, Any]) -> tuple[str, str]:
    """LLVM IR of a function with all that it calls, and the name that its own code has there.

    Not optimised yet; or, where Numba has not what that takes, as Numba optimises it, which changes no result.
    """
    import numba

    check()
    reason = missing_optional()
    if reason is not None:
        _warn_once(f"{reason}. Kernels take longer to compile; their results are the same")
    try:
        with jit_enabled(), unoptimized_ir() if reason is None else nullcontext(), no_garbage_collection():
            compiled = numba.cfunc(signature, **options)(function)
    except (AttributeError, ImportError):
        if reason is None:
            raise
        raise reason from None  # Numba itself lacks it
    name: str = compiled.native_name
    if not name.startswith(PREFIX):
        problem = f"calls the C function of {function.__name__} {name}, and gsampler expects a name in {PREFIX}"
        raise NumbaCompatError("numba", problem)
    return compiled.inspect_llvm(), name.removeprefix(PREFIX)


@functools.cache
def _warn_once(message: str) -> None:
    """Warn, and not again: Numba resets what Python knows of warnings given."""
    warnings.warn(message, RuntimeWarning, stacklevel=4)


@functools.cache
def _unoptimized_codegen() -> Any:
    """A code generator that leaves IR as Numba wrote it: neither optimised nor compiled nor loaded."""

    class Library(_find(LIBRARY)):
        def _optimize_functions(self, ll_module: Any) -> None:
            ll_module.data_layout = self._codegen._data_layout

        def _optimize_final_module(self) -> None:
            pass

        def get_pointer_to_function(self, name: str) -> int:
            self._ensure_finalized()
            return 0

    class Codegen(_find(CODEGEN)):
        _library_class = Library

        def set_env(self, name: str, env: Any) -> None:
            pass

    return Codegen("gsampler", "generic")


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Numba makes millions of objects, which stay: to look among them for garbage takes a tenth of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def unoptimized_ir() -> Iterator[None]:
    """Have Numba write LLVM IR and stop there, also of the functions that are called.

    These can be linked into what others compile later. Nobody else compiles now.
    """
    context = _find(TARGET).target_context
    with _find("numba.core.compiler_lock:global_compiler_lock"):
        context.refresh()  # first: it compiles Numba's runtime, which must be loaded
        before = context._internal_codegen, context.cached_internal_func
        # functions are not shared across code generators, says Numba
        context._internal_codegen, context.cached_internal_func = _unoptimized_codegen(), {}
        try:
            yield
        finally:
            context._internal_codegen, context.cached_internal_func = before
