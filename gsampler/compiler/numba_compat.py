"""All that gsampler uses of Numba and llvmlite beyond their documented interfaces; no other module touches it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite.ir.instructions import Branch
from llvmlite.ir.values import MDValue
from numba.core import cgutils
from numba.core.codegen import AOTCodeLibrary, AOTCPUCodegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.errors import NumbaError
from numba.core.registry import cpu_target

__all__ = ["Branch", "MDValue", "NumbaError", "cgutils", "unoptimized_ir"]


class _Library(AOTCodeLibrary):
    """The IR of a function, and of what it calls, as Numba wrote it: neither optimised nor compiled."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        pass

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0


class _Codegen(AOTCPUCodegen):
    _library_class = _Library

    def set_env(self, name: str, env: Any) -> None:
        pass


@contextmanager
def unoptimized_ir() -> Iterator[None]:
    """Have Numba write LLVM IR and stop there, also of the functions that are called.

    These can be linked into what others compile later. Nobody else compiles now.
    """
    context = cpu_target.target_context
    with global_compiler_lock:
        before = context._internal_codegen
        context._internal_codegen = _Codegen("gsampler", "generic")
        try:
            yield
        finally:
            context._internal_codegen = before
