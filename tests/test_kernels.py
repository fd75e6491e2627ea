"""Every kernel, for both types of element."""

from __future__ import annotations

import pytest

from gsampler.kernels import every_kernel

KERNELS = every_kernel()


@pytest.mark.parametrize("suffix", ["f32", "f64"])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_and_does_nothing_for_no_items(name: str, suffix: str) -> None:
    kernel = KERNELS[name]
    entry = kernel[suffix]
    assert entry.call(5, 5, *[1] * (len(kernel.signature.split(",")) - 2)) == 2**63 - 1
