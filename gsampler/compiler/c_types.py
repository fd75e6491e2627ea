"""The C types that arguments of kernels have, as annotations; ``T`` is the element type, float or double.

A pointer is an address, `NULL` for none. Whether it is read or written is part of its type, as in C.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NewType

i64 = int
u64 = int

T_in = NewType("T_in", int)
T_out = NewType("T_out", int)
f64_in = NewType("f64_in", int)
f64_out = NewType("f64_out", int)
i64_in = NewType("i64_in", int)
i64_out = NewType("i64_out", int)
u64_in = NewType("u64_in", int)
u64_out = NewType("u64_out", int)
u32_out = NewType("u32_out", int)
u8_out = NewType("u8_out", int)

NULL: Any = 0
Arguments = tuple[Any, ...]  # what a prototype returns: integers and addresses, in order

BASES = {"T": "T", "f64": "double", "i64": "int64_t", "u64": "uint64_t", "u32": "uint32_t", "u8": "uint8_t"}


def of_arguments(prototype: Callable[..., Arguments]) -> dict[str, str]:
    """The annotation of each argument of a kernel, from its prototype (see `gsampler.kernels.table`)."""
    return {name: annotation for name, annotation in prototype.__annotations__.items() if name != "return"}


def base(annotation: str) -> str:
    """``"T"`` of ``"T_in"``."""
    return annotation.partition("_")[0]


def is_pointer(annotation: str) -> bool:
    return "_" in annotation


def declaration(annotation: str, name: str) -> str:
    """``"const T *logits"`` of ``"T_in"`` and ``"logits"``."""
    kind, _, direction = annotation.partition("_")
    star = " *" if direction else " "
    return f"{'const ' if direction == 'in' else ''}{BASES[kind]}{star}{name}"
