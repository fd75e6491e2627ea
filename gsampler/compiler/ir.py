"""Values and vectors of LLVM IR as Python objects, and intrinsics written with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def splat(builder: Any, number: Any, count: int) -> Any:
    """A vector with this number in every lane."""
    nothing = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    vector = builder.insert_element(nothing, number, ir.IntType(32)(0))
    return builder.shuffle_vector(vector, nothing, ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count))


class IRValue:
    """An unsigned 64-bit integer of LLVM IR, or a vector of them; operators append instructions.

    So one Python function, run while an intrinsic is compiled, is the scalar and the vector form of a formula. Its
    instructions come in the order of its operations, which the compiler hardly changes.
    """

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def broadcast(self, other: Any) -> Any:
        """``other``, an integer or a scalar, in the type of this value."""
        kind = self.value.type
        if isinstance(other, int):
            return ir.Constant(kind, [other] * kind.count if isinstance(kind, ir.VectorType) else other)
        return other.value if other.value.type == kind else splat(self.builder, other.value, kind.count)

    def __and__(self, other: Any) -> IRValue:
        return IRValue(self.builder, self.builder.and_(self.value, self.broadcast(other)))

    def __xor__(self, other: Any) -> IRValue:
        return IRValue(self.builder, self.builder.xor(self.value, self.broadcast(other)))

    def __add__(self, other: Any) -> IRValue:
        return IRValue(self.builder, self.builder.add(self.value, self.broadcast(other)))

    def __mul__(self, other: Any) -> IRValue:
        return IRValue(self.builder, self.builder.mul(self.value, self.broadcast(other)))

    def __rshift__(self, other: Any) -> IRValue:
        return IRValue(self.builder, self.builder.lshr(self.value, self.broadcast(other)))

    def selected(self, x: IRValue, y: IRValue) -> IRValue:
        """``x`` where this is not 0, and else ``y``."""
        there = self.builder.icmp_unsigned("!=", self.value, self.broadcast(0))
        return IRValue(self.builder, self.builder.select(there, x.value, y.value))

    def shifted_by_32(self) -> IRValue:
        """``self << 32``, as a shuffle of 32-bit halves: the compiler would turn the shift of a product into another
        multiplication, which is slow.
        """
        kind = self.value.type
        if not isinstance(kind, ir.VectorType):
            return IRValue(self.builder, self.builder.shl(self.value, kind(32)))
        halves = ir.VectorType(ir.IntType(32), 2 * kind.count)
        value, nothing = self.builder.bitcast(self.value, halves), ir.Constant(halves, [0] * halves.count)
        order = [i - 1 if i % 2 else halves.count for i in range(halves.count)]
        made = IRValue(self.builder, value).shuffled(IRValue(self.builder, nothing), order)
        return IRValue(self.builder, self.builder.bitcast(made.value, kind))

    def shuffled(self, other: IRValue, order: list[int]) -> IRValue:
        """LLVM's shufflevector: the lanes with these numbers; those of ``other`` come after those of this vector."""
        indices = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order)
        return IRValue(self.builder, self.builder.shuffle_vector(self.value, other.value, indices))

    def interleaved(self, other: IRValue, size: int) -> tuple[IRValue, IRValue]:
        """Items of ``size`` bits of this and the other vector in turn, from the even lanes and from the odd ones.

        That is one instruction each, since it stays within 128 bits.
        """
        kind = self.value.type
        per_lane = 64 // size
        items = ir.VectorType(ir.IntType(size), kind.count * per_lane)
        whole = [IRValue(self.builder, self.builder.bitcast(x.value, items)) for x in (self, other)]
        orders = [
            [
                i + turn * items.count
                for lane in range(first, kind.count, 2)
                for i in range(per_lane * lane, per_lane * (lane + 1))
                for turn in range(2)
            ]
            for first in range(2)
        ]
        low, high = (self.builder.bitcast(whole[0].shuffled(whole[1], order).value, kind) for order in orders)
        return IRValue(self.builder, low), IRValue(self.builder, high)


def scalar_intrinsic(formula: Callable[..., Any]) -> Any:
    """A scalar function of six uint64 that gives two: the only pair of ``formula([(a, b, c, d)], e, f)``."""

    @intrinsic
    def scalar_form(typingctx: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            given = [IRValue(builder, x) for x in arguments]
            (pair,) = formula([tuple(given[:4])], *given[4:])
            return context.make_tuple(builder, signature.return_type, [x.value for x in pair])

        return types.UniTuple(types.uint64, 2)(*[types.uint64] * 6), codegen

    return scalar_form


def vector_intrinsic(formula: Callable[..., Any], numbers: list[int], vectors: int) -> Any:
    """``run(out, a, ..., f)``: what ``formula([(a, b, c, d), ...], e, f)`` gives, vectors of uint64, written in order.

    ``numbers`` are the offsets from a in the lanes of the first vector; the next ones go on from there.
    """
    lanes = len(numbers)
    vector = ir.VectorType(ir.IntType(64), lanes)

    @intrinsic
    def vector_form(typingctx: Any, out: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            given = [IRValue(builder, x) for x in arguments[1:]]
            steps = [IRValue(builder, ir.Constant(vector, [v * lanes + i for i in numbers])) for v in range(vectors)]
            rest = [IRValue(builder, steps[0].broadcast(x)) for x in given[1:4]]
            for i, made in enumerate(formula([(step + given[0], *rest) for step in steps], *given[4:])):
                target = builder.gep(arguments[0], [ir.IntType(64)(lanes * i)])
                builder.store(made.value, builder.bitcast(target, vector.as_pointer())).align = 8
            return context.get_dummy_value()

        return types.void(out, *[types.uint64] * 6), codegen

    return vector_form


def gathering_intrinsic(formula: Callable[..., Any], order: list[int], vectors: int) -> Any:
    """``run(out, blocks, streams, e, f)``: `vector_intrinsic` with counters from memory, two uint64 each.

    ``order`` are the lanes of a vector as the formula takes them.
    """
    lanes = len(order)
    vector = ir.VectorType(ir.IntType(64), lanes)

    @intrinsic
    def gathering_form(typingctx: Any, out: Any, blocks: Any, streams: Any, e: Any, f: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def at(pointer: Any, i: int) -> Any:
                target = builder.gep(pointer, [ir.IntType(64)(lanes * i)])
                return builder.bitcast(target, vector.as_pointer())

            def loaded(pointer: Any, i: int) -> IRValue:
                value = IRValue(builder, builder.load(at(pointer, i)))
                value.value.align = 8
                return value.shuffled(value, order)

            counters = []
            for i in range(vectors):
                block, stream = (loaded(pointer, i) for pointer in arguments[1:3])
                counters.append((block, block >> 32, stream, stream >> 32))
            keys = [IRValue(builder, x) for x in arguments[3:]]
            for i, made in enumerate(formula(counters, *keys)):
                builder.store(made.value, at(arguments[0], i)).align = 8
            return context.get_dummy_value()

        return types.void(out, blocks, streams, types.uint64, types.uint64), codegen

    return gathering_form


def picking_intrinsic(formula: Callable[..., Any], lanes: int, vectors: int) -> Any:
    """``run(out, x, y, e, f)``: the low bits, as many as ``out`` takes, of ``formula([(x, y), ...], e, f)``.

    ``x`` and ``y`` point to uint64, of which so many vectors are read.
    """
    vector = ir.VectorType(ir.IntType(64), lanes)

    @intrinsic
    def picking_form(typingctx: Any, out: Any, x: Any, y: Any, e: Any, f: Any) -> Any:
        size = out.dtype.bitwidth
        narrow = ir.VectorType(ir.IntType(size), lanes)

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def at(pointer: Any, i: int, kind: Any) -> Any:
                return builder.bitcast(builder.gep(pointer, [ir.IntType(64)(lanes * i)]), kind.as_pointer())

            def loaded(pointer: Any, i: int) -> IRValue:
                value = builder.load(at(pointer, i, vector))
                value.align = 8
                return IRValue(builder, value)

            given = [(loaded(arguments[1], i), loaded(arguments[2], i)) for i in range(vectors)]
            keys = [IRValue(builder, key) for key in arguments[3:]]
            for i, made in enumerate(formula(given, *keys)):
                builder.store(builder.trunc(made.value, narrow), at(arguments[0], i, narrow)).align = size // 8
            return context.get_dummy_value()

        return types.void(out, x, y, types.uint64, types.uint64), codegen

    return picking_form
