"""Every kernel, for both types of element."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from gsampler.kernels import every_kernel

KERNELS = every_kernel()


@pytest.mark.parametrize("suffix", ["f32", "f64"])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_and_does_nothing_for_no_items(name: str, suffix: str) -> None:
    kernel = KERNELS[name]
    entry = kernel[suffix]
    assert entry.call(5, 5, *[1] * (len(kernel.signature.split(",")) - 2)) == 2**63 - 1


def test_numba_compiles_for_others_as_before() -> None:
    """Kernels are compiled up to LLVM's instructions only, and with them what they share with others."""

    def work(x: np.ndarray) -> float:
        least, size = x[0], np.float32(0)
        for i in range(0, len(x), 2):
            least = min(least, x[i])
            size = max(size, abs(x[i]))
        return float(least) + float(size) + float(np.int64(np.uint64(len(x)) >> np.uint64(1)))

    KERNELS["gumbel_max"]["f32"]
    for x in (np.arange(-5, 6, dtype=np.float32), np.arange(-5, 6)):
        assert numba.njit(work)(x) == work(x) == 5.0
