"""Every kernel, for both types of element."""

from __future__ import annotations

import pytest

from gsampler.kernels import categorical, density, noise, relaxed, tables
from gsampler.kernels.jit import Kernel

KERNELS = {
    f"{module.__name__.split('.')[-1]}.{name}": value
    for module in (categorical, density, noise, relaxed, tables)
    for name, value in vars(module).items()
    if isinstance(value, Kernel)
}


@pytest.mark.parametrize("suffix", ["f32", "f64"])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_and_does_nothing_for_no_items(name: str, suffix: str) -> None:
    kernel = KERNELS[name]
    entry = kernel[suffix]
    assert entry.call(5, 5, *[1] * (len(kernel.signature.split(",")) - 2)) == 2**63 - 1
