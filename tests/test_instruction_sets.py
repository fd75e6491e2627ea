"""The same bits from SSE, AVX2 and AVX-512 code: a digest of everything, compiled for each level that runs here."""

from __future__ import annotations

import platform
from concurrent.futures import Future

import llvmlite.binding as llvm
import pytest
from digests import LEVELS, digest


@pytest.fixture(scope="module")
def host() -> str:
    return digest()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="levels of x86-64")
@pytest.mark.parametrize(
    "level", [name if name == "x86-64-v2" else pytest.param(name, marks=pytest.mark.slow) for name in LEVELS]
)
def test_same_bits(level: str, host: str, ahead: dict[str, Future[str]]) -> None:
    if not llvm.get_host_cpu_features().get(LEVELS[level][1]):
        pytest.skip(f"this machine has no {LEVELS[level][1]}")
    assert ahead[level].result() == host
