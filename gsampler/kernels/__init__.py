"""Compiled code: nothing here knows a Python object. All its modules but `machine` import Numba."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gsampler.kernels.jit import Kernel


def every_kernel() -> dict[str, Kernel]:
    """All kernels of the package, by name."""
    from gsampler.kernels import categorical, density, noise, relaxed, tables
    from gsampler.kernels.jit import Kernel

    modules = (categorical, density, noise, relaxed, tables)
    return {name: value for module in modules for name, value in vars(module).items() if isinstance(value, Kernel)}
