"""Every kernel, for both types of element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from gsampler.compiler import c_types
from gsampler.compiler.decorators import kernel
from gsampler.kernels import table
from gsampler.kernels.table import KERNELS
from gsampler.runtime import launch, registry


@pytest.mark.parametrize("suffix", ["f32", "f64"])
@pytest.mark.parametrize("name", KERNELS)
def test_compiles_and_does_nothing_for_no_items(name: str, suffix: str) -> None:
    compiled = registry.kernel(name, suffix).compiled
    assert compiled.call(5, 5, *[1] * len(KERNELS[name].types)) == 2**63 - 1


def test_parameters_are_those_of_the_prototype() -> None:
    """A swapped pair would be read as each other: it does not get as far as a call."""

    def swapped(start: int, stop: int, seed: int, offset: int, stream: int, affine: int, out: int) -> int:
        return stop

    with pytest.raises(TypeError, match=r"swapped must take \(start, stop, seed, stream, offset, .*not \(start, stop"):
        kernel(table.fill)(swapped)
    with pytest.raises(TypeError, match="unexpected keyword"):
        table.fill(seed=1, stream=2, offset=3, affine=0, index=4)  # type: ignore[call-arg]


@pytest.mark.parametrize("prototype", {entry.prototype for entry in KERNELS.values()}, ids=lambda p: p.__name__)
def test_a_prototype_returns_its_parameters_in_order(prototype: Callable[..., tuple[int, ...]]) -> None:
    names = list(c_types.of_arguments(prototype))
    assert prototype(**{name: i for i, name in reversed(list(enumerate(names)))}) == tuple(range(len(names)))


@pytest.mark.slow
def test_numba_compiles_for_others_as_before() -> None:
    """Of kernels, Numba writes the LLVM IR only, and with them what they share with others."""

    def work(x: np.ndarray) -> float:
        least, size = x[0], np.float32(0)
        for i in range(0, len(x), 2):
            least = min(least, x[i])
            size = max(size, abs(x[i]))
        return float(least) + float(size) + float(np.int64(np.uint64(len(x)) >> np.uint64(1)))

    registry.declared("gumbel_max")["f32"]
    for x in (np.arange(-5, 6, dtype=np.float32), np.arange(-5, 6)):
        assert numba.njit(work)(x) == work(x) == 5.0


@pytest.mark.parametrize("read", [np.ndarray, None])  # by NumPy's ABI, and where that is not known
def test_addresses(monkeypatch: pytest.MonkeyPatch, read: Any) -> None:
    """Of arrays of every kind, where NumPy says that they begin."""
    assert launch._ndarray is np.ndarray
    monkeypatch.setattr(launch, "_ndarray", read)
    whole = np.arange(6.0)
    fixed = whole.copy()
    fixed.flags.writeable = False
    arrays = [whole, whole[2:], whole.reshape(2, 3)[1:], fixed, np.empty(0), np.array(3.0), np.zeros(3, np.float16)]
    arrays += [np.zeros((2, 2), bool), whole.view(np.uint64), np.zeros(4).view(np.recarray)]
    assert [launch.address(array) for array in arrays] == [array.ctypes.data for array in arrays]
    assert launch.address(whole[1:]) == launch.address(whole) + 8
    assert launch.address(None) == 0
    with pytest.raises(AttributeError):
        launch.address(np.float64(1.0))  # type: ignore[arg-type]  # has no memory that stays
