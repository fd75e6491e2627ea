"""A bit generator of NumPy: machine code and its memory, behind the interface of `numpy.random.BitGenerator`.

NumPy calls C functions by the addresses in a structure ``bitgen_t``, which the base class holds and of which it copies
what it needs. What they work on is memory that the object holds; a `numpy.random.Generator` holds the object.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import BitGenerator, SeedSequence

from gsampler.compiler.bitgen import WORDS
from gsampler.core.position import END
from gsampler.generator import Generator
from gsampler.kernels import table
from gsampler.runtime.launch import address
from gsampler.runtime.registry import bitgen_functions, kernel

CAPSULE = b"BitGenerator"  # the name that NumPy looks for
# uint64 of the memory: `gsampler.compiler.bitgen` says what each is for
TAKEN, KERNEL, SEED, STREAM, OFFSET, BUFFER, HEADER = *range(6), 8

_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.argtypes, _capsule_pointer.restype = [ctypes.py_object, ctypes.c_char_p], ctypes.c_void_p


class Bitgen(ctypes.Structure):
    """``bitgen_t`` of numpy/random/bitgen.h."""

    _fields_ = [
        ("state", ctypes.c_void_p),
        ("next_uint64", ctypes.c_void_p),
        ("next_uint32", ctypes.c_void_p),
        ("next_double", ctypes.c_void_p),
        ("next_raw", ctypes.c_void_p),
    ]


class StreamBitGenerator(BitGenerator):
    """What `gsampler.bit_generator` returns."""

    def __init__(self, seed: Any = None, stream: int = 0, offset: int = 0) -> None:
        self._generator = Generator(seed, stream, offset)  # seed, stream and children; the offset is in the memory
        given = seed if isinstance(seed, SeedSequence) else None
        super().__init__(given or SeedSequence(self._generator.seed, spawn_key=(self._generator.stream,)))
        self._kernel, functions = kernel("fill_bits", "f32"), bitgen_functions()
        self._memory = np.zeros(HEADER + WORDS // 2, np.uint64)
        self._buffer = self._memory[HEADER:]
        self._memory[KERNEL], self._memory[BUFFER] = self._kernel.address, address(self._buffer)
        self._move()
        bitgen = Bitgen.from_address(_capsule_pointer(self.capsule, CAPSULE) or 0)
        bitgen.state = address(self._memory)
        bitgen.next_uint64 = bitgen.next_raw = functions["next_uint64"]
        bitgen.next_uint32, bitgen.next_double = functions["next_uint32"], functions["next_double"]

    def _move(self) -> None:
        """Begin at the generator's position: fill the buffer in which that lies."""
        seed, stream, offset = self._generator.seed, self._generator.stream, self._generator.offset % END
        first = offset - offset % WORDS
        self._memory[[SEED, STREAM, OFFSET, TAKEN]] = seed, stream, first, offset - first
        arguments = table.fill_bits(seed, stream, first, out=address(self._buffer))
        self._kernel.function(0, WORDS, self._kernel.pack(*arguments))

    @property
    def state(self) -> Mapping[str, Any]:
        """The position in the stream, and everything else there is to know, as a dictionary; may be assigned to."""
        with self.lock:
            offset = (int(self._memory[OFFSET]) + int(self._memory[TAKEN])) % END
            return {"bit_generator": type(self).__name__, **self._generator.state, "offset": offset}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        name = type(self).__name__
        if not isinstance(state, Mapping) or state.get("bit_generator") != name:
            raise ValueError(f"state must be that of a {name}, got {state!r}")
        moved = Generator(0)
        moved.state = {key: value for key, value in state.items() if key != "bit_generator"}
        with self.lock:
            self._generator = moved
            self._move()

    def spawn(self, n_children: int) -> list[StreamBitGenerator]:
        """Bit generators of streams of their own, those of `Generator.spawn`."""
        return [type(self)(child.seed, child.stream) for child in self._generator.spawn(n_children)]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.seed_seq, self.state)

    def __repr__(self) -> str:
        state = self.state
        return f"{type(self).__name__}(seed={state['seed']}, stream={state['stream']}, offset={state['offset']})"


def _restored(kind: type[StreamBitGenerator], seed_seq: Any, state: Mapping[str, Any]) -> StreamBitGenerator:
    made = kind(seed_seq)
    made.state = state
    return made
