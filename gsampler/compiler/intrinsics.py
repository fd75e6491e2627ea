"""The few instructions that Python has no word for, as functions that compiled code calls."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from gsampler.compiler import numba_compat
from gsampler.compiler.ir import splat

_WIDTHS = {types.float32: types.int32, types.float64: types.int64}
_LANES = 64
_LINE = 64  # bytes of a cache line
_PAGE = 4096  # bytes: the least of a page
_SUMS = 16  # two AVX-512 vectors of float64, one of float32
_LONG_CHAIN = 12
_SIDE_BY_SIDE = {types.float32: 8, types.float64: 4}


def _value(context: Any, typ: Any) -> Any:
    return context.get_value_type(typ)


def _bitcast(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The code of what takes its first argument for another type."""
    return builder.bitcast(arguments[0], _value(context, signature.return_type))


def _intrinsic_call(builder: Any, name: str, result: Any, arguments: Any) -> Any:
    kinds = [a.type for a in arguments]
    function = builder.module.declare_intrinsic(name, [result], ir.FunctionType(result, kinds))
    return builder.call(function, arguments)


@intrinsic
def wide(typingctx: Any) -> Any:
    """Ask for 512-bit vectors, where the machine has them, in the function that calls this; keep it out of line."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numba_compat.add_attribute(builder.function, '"prefer-vector-width"="512"')
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def interleave_loops(typingctx: Any, out: Any) -> Any:
    """Work on more vectors side by side, in the loops of the function that calls this, than LLVM does of itself.

    For long chains of instructions that wait for each other. ``out``, a pointer, says of what; the counts are measured.
    """
    vectors = _SIDE_BY_SIDE.get(out.dtype)
    if vectors is None:
        return None

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numba_compat.interleave_loops(builder.function, vectors)
        return context.get_dummy_value()

    return types.void(out), codegen


@intrinsic
def fma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """x * y + z, rounded once, on every machine."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _intrinsic_call(builder, "llvm.fma", _value(context, signature.return_type), arguments)

    return (x(x, x, x), codegen) if x == y == z and x in _WIDTHS else None


@intrinsic
def polynomial(typingctx: Any, x: Any, c: Any) -> Any:
    """c[0] + c[1] x + c[2] x^2 + ... by Horner's rule in fma, unrolled whatever the compiler would think of its length.

    A long one is two of half the length, of the even and of the odd powers: a shorter chain of waits.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = _value(context, x)

        def horner(at: Any, terms: Any) -> Any:
            value = terms[-1]
            for term in terms[-2::-1]:
                value = _intrinsic_call(builder, "llvm.fma", kind, [value, at, term])
            return value

        at, terms = arguments[0], numba_compat.unpack_tuple(builder, arguments[1])
        if len(terms) <= _LONG_CHAIN:
            return horner(at, terms)
        square = builder.fmul(at, at)
        return horner(at, [horner(square, terms[0::2]), horner(square, terms[1::2])])

    return (x(x, c), codegen) if isinstance(c, types.UniTuple) and c.dtype == x else None


@intrinsic
def sqrt(typingctx: Any, x: Any) -> Any:
    """The square root, rounded as IEEE 754 says, in the type of ``x``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _intrinsic_call(builder, "llvm.sqrt", _value(context, signature.return_type), arguments)

    return (x(x), codegen) if x in _WIDTHS else None


@intrinsic
def fmax(typingctx: Any, x: Any, y: Any) -> Any:
    """The larger of two numbers that are not NaN: the form of it that becomes one vector instruction."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = _value(context, signature.return_type)
        function = builder.module.declare_intrinsic("llvm.maxnum", [kind], ir.FunctionType(kind, [kind, kind]))
        return builder.call(function, arguments, fastmath=("nnan", "nsz"))

    return (x(x, x), codegen) if x == y and x in _WIDTHS else None


@intrinsic
def add_reassociated(typingctx: Any, x: Any, y: Any) -> Any:
    """x + y, where a sum may be taken in any order: for what tells, by being NaN or infinite, whether a term was."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments, flags=("reassoc", "nsz"))

    return (x(x, x), codegen) if x == y and x in _WIDTHS else None


@intrinsic
def bits(typingctx: Any, x: Any) -> Any:
    """The bits of a float as a signed integer of its width."""

    return _WIDTHS[x](x), _bitcast


@intrinsic
def from_bits(typingctx: Any, x: Any) -> Any:
    """The float whose bits a signed integer holds."""

    kinds = {width: kind for kind, width in _WIDTHS.items()}
    return kinds[x](x), _bitcast


@intrinsic
def umin(typingctx: Any, x: Any, y: Any) -> Any:
    """The smaller of two uint32: the form of it that becomes one vector instruction."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _intrinsic_call(builder, "llvm.umin", ir.IntType(32), arguments)

    return types.uint32(types.uint32, types.uint32), codegen


@intrinsic
def trailing_zeros(typingctx: Any, x: Any) -> Any:
    """Index of the lowest set bit of a uint64 that is not 0."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), codegen


@intrinsic
def popcount(typingctx: Any, x: Any) -> Any:
    """The number of bits that are set in a uint64."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _intrinsic_call(builder, "llvm.ctpop", ir.IntType(64), arguments)

    return types.int64(types.uint64), codegen


@intrinsic
def select(typingctx: Any, condition: Any, x: Any, y: Any) -> Any:
    """``x if condition else y`` without a branch: for conditions that chance decides."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chosen = builder.select(*arguments)
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return (x(types.boolean, x, y), codegen) if x == y else None


@intrinsic
def alloca(typingctx: Any, size: Any) -> Any:
    """A buffer of ``size`` (a constant) uint64 on the stack, aligned to a cache line, or to a page if it is larger.

    It ends with the function that asks, also where that is inlined: never return it. With large buffers at pages, where
    the caller's stack lies does not matter: loads wait for stores whose addresses agree in their lowest 12 bits.
    """
    if not isinstance(size, types.IntegerLiteral):
        return None
    count = size.literal_value

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        with builder.goto_entry_block():
            buffer = builder.alloca(ir.ArrayType(ir.IntType(64), count))
        buffer.align = _PAGE if 8 * count > _PAGE else _LINE
        return builder.bitcast(buffer, _value(context, signature.return_type))

    return types.CPointer(types.uint64)(size), codegen


@intrinsic
def pointer_add(typingctx: Any, pointer: Any, count: Any) -> Any:
    """``pointer + count``, in elements."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return (pointer(pointer, types.int64), codegen) if isinstance(pointer, types.CPointer) else None


@intrinsic
def prefetch(typingctx: Any, pointer: Any, count: Any, write: Any) -> Any:
    """Ask for ``count`` elements to be brought near, soon to be read or, where the constant ``write`` is 1, written."""
    if not isinstance(write, types.IntegerLiteral):
        return None
    purpose, per_line = write.literal_value, _LINE * 8 // pointer.dtype.bitwidth

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        start, count = builder.bitcast(arguments[0], byte), arguments[1]
        lines = builder.udiv(builder.add(count, count.type(per_line - 1)), count.type(per_line))
        with numba_compat.for_range(builder, lines) as loop:
            at = builder.gep(start, [builder.mul(loop.index, loop.index.type(_LINE))])
            builder.call(fetch, [at, word(purpose), word(2), word(1)])  # into the second cache: measured
        return context.get_dummy_value()

    return types.void(pointer, types.int64, write), codegen


def _lanes_at(builder: Any, pointer: Any, kind: Any, count: int) -> Any:
    return builder.bitcast(pointer, ir.VectorType(kind, count).as_pointer())


@intrinsic
def store_eight(typingctx: Any, pointer: Any, value: Any, step: Any) -> Any:
    """Write eight integers as one vector: a number, and from one to the next as much more as the constant ``step``."""
    if not isinstance(step, types.IntegerLiteral):
        return None
    by = step.literal_value

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = splat(builder, arguments[1], 8)
        vector = builder.add(vector, ir.Constant(vector.type, [by * i for i in range(8)]))
        target = _lanes_at(builder, arguments[0], arguments[1].type, 8)
        builder.store(vector, target).align = pointer.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(pointer, pointer.dtype, step), codegen


@intrinsic
def copy_sixteen(typingctx: Any, source: Any, target: Any) -> Any:
    """Copy sixteen elements as one vector."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, align = _value(context, source.dtype), source.dtype.bitwidth // 8
        loaded = builder.load(_lanes_at(builder, arguments[0], kind, 16))
        loaded.align = align
        builder.store(loaded, _lanes_at(builder, arguments[1], kind, 16)).align = align
        return context.get_dummy_value()

    return types.void(source, source), codegen


@intrinsic
def pointer_cast_like(typingctx: Any, pointer: Any, other: Any) -> Any:
    """``pointer``, as a pointer to what ``other`` points to."""

    return other(pointer, other), _bitcast


def cached_with(item: Any) -> Any:
    """A function that does nothing; where Numba caches the code of what calls it, ``item`` is pickled with the code."""

    @intrinsic
    def remember(typingctx: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            numba_compat.cache_with(context, item)
            return context.get_dummy_value()

        return types.void(), codegen

    return remember


@intrinsic
def array_data(typingctx: Any, array: Any) -> Any:
    """A pointer to the first element of an array."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return numba_compat.array_data(context, builder, array, arguments[0])

    return types.CPointer(array.dtype)(array), codegen


@intrinsic
def as_float64_pointer(typingctx: Any, pointer: Any) -> Any:
    """``pointer``, as one to float64."""

    return types.CPointer(types.float64)(pointer), _bitcast


@intrinsic
def as_float32_pointer(typingctx: Any, pointer: Any) -> Any:
    """``pointer``, as one to float32."""

    return types.CPointer(types.float32)(pointer), _bitcast


@intrinsic
def as_words(typingctx: Any, buffer: Any, out: Any) -> Any:
    """The buffer as elements' words: uint32 where ``out`` holds float32, uint64 where it holds float64."""
    kind = types.CPointer(types.uint32 if out.dtype == types.float32 else types.uint64)

    return kind(buffer, out), _bitcast


@intrinsic
def as_halves(typingctx: Any, buffer: Any, out: Any) -> Any:
    """The buffer as the upper halves of elements' words."""
    kind = types.CPointer(types.uint16 if out.dtype == types.float32 else types.uint32)

    return kind(buffer, out), _bitcast


@intrinsic
def is_null(typingctx: Any, pointer: Any) -> Any:
    """Whether a pointer is NULL."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return numba_compat.is_null(builder, arguments[0])

    return types.boolean(pointer), codegen


def _load_lanes(context: Any, builder: Any, pointer: Any, pointed: Any, first: Any, count: int = _LANES) -> Any:
    """The elements from ``pointer[first]`` on as one vector, which the machine's own vectors make up."""
    lanes = ir.VectorType(_value(context, pointed), count)
    loaded = builder.load(builder.bitcast(builder.gep(pointer, [first]), lanes.as_pointer()))
    loaded.align = pointed.bitwidth // 8
    return loaded


@intrinsic
def lanes_near_ends(typingctx: Any, words: Any, first: Any, threshold: Any) -> Any:
    """Bit j: whether the upper 32 bits of word ``first + j`` are within ``threshold`` of either end, for 64 words."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = _load_lanes(context, builder, arguments[0], words.dtype, arguments[1])
        if words.dtype.bitwidth == 64:
            value = builder.lshr(value, ir.Constant(value.type, [32] * _LANES))
            value = builder.trunc(value, ir.VectorType(ir.IntType(32), _LANES))
        distance = builder.add(value, splat(builder, arguments[2], _LANES))
        twice = builder.shl(arguments[2], ir.IntType(32)(1))
        near = builder.icmp_unsigned("<", distance, splat(builder, twice, _LANES))
        return builder.bitcast(near, ir.IntType(_LANES))

    return types.uint64(words, types.int64, types.uint32), codegen


@intrinsic
def lanes_at_least(typingctx: Any, values: Any, first: Any, least: Any) -> Any:
    """Bit j: whether ``values[first + j] >= least``, for 64 floats."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = _load_lanes(context, builder, arguments[0], values.dtype, arguments[1])
        reached = builder.fcmp_ordered(">=", value, splat(builder, arguments[2], _LANES))
        return builder.bitcast(reached, ir.IntType(_LANES))

    return types.uint64(values, types.int64, values.dtype), codegen


def _largest_lane(context: Any, builder: Any, value: Any, pointed: Any) -> Any:
    """The largest lane of a vector without NaN, by a tree of halves."""
    half, kind = value.type.count // 2, _value(context, pointed)
    while half:
        order = ir.VectorType(ir.IntType(32), half)
        low = builder.shuffle_vector(value, value, ir.Constant(order, list(range(half))))
        high = builder.shuffle_vector(value, value, ir.Constant(order, list(range(half, 2 * half))))
        value, half = _larger(builder, low, high), half // 2
    return builder.extract_element(value, ir.IntType(32)(0)) if value.type != kind else value


def _larger(builder: Any, x: Any, y: Any) -> Any:
    """The larger of each pair of lanes, none of them NaN: in this form one instruction."""
    return builder.select(builder.fcmp_ordered(">", x, y), x, y)


def row_candidates(vectors: int, lanes: int, shorter: bool = False) -> Any:
    """``find(values, n, slack, margin)``: what of ``n`` floats is within a margin of the largest, as a mask; and that.

    The margin is ``margin + slack * abs(largest)``; where the largest is infinite, all are in the mask. They are read
    as so many vectors, the last of them up to the last value: so ``n`` is at least ``lanes``, and at most
    ``vectors * lanes``. If it may be ``shorter``, even 0, vectors are read whole, and what is past the last value does
    not count.
    """

    @intrinsic
    def find(typingctx: Any, values: Any, n: Any, slack: Any, margin: Any) -> Any:
        pointed = values.dtype

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer, count, slack, margin = arguments
            firsts = [count.type(i * lanes) for i in range(vectors)]
            if not shorter:
                last = builder.sub(count, count.type(lanes))
                for i in range(1, vectors - 1):
                    firsts[i] = builder.select(builder.icmp_signed("<=", firsts[i], last), firsts[i], last)
                firsts[-1] = last
            parts = [_load_lanes(context, builder, pointer, pointed, first, lanes) for first in firsts]
            if shorter:
                numbers = ir.VectorType(ir.IntType(32), lanes)
                size = splat(builder, builder.trunc(count, ir.IntType(32)), lanes)
                nothing = ir.Constant(parts[0].type, [float("-inf")] * lanes)
                for i, part in enumerate(parts):
                    steps = ir.Constant(numbers, [i * lanes + j for j in range(lanes)])
                    parts[i] = builder.select(builder.icmp_signed("<", steps, size), part, nothing)
            tree = list(parts)
            while len(tree) > 1:
                tree = [_larger(builder, *tree[i : i + 2]) for i in range(0, len(tree), 2)]
            top = _largest_lane(context, builder, tree[0], pointed)
            size = _intrinsic_call(builder, "llvm.fabs", top.type, [top])
            least = builder.fsub(top, builder.fadd(builder.fmul(size, slack), margin))
            mask = ir.IntType(64)(0)
            for first, part in zip(firsts, parts, strict=True):
                reached = builder.fcmp_unordered(">=", part, splat(builder, least, lanes))
                found = builder.zext(builder.bitcast(reached, ir.IntType(lanes)), ir.IntType(64))
                mask = builder.or_(mask, builder.shl(found, first))
            return context.make_tuple(builder, signature.return_type, [mask, top])

        return types.Tuple((types.uint64, pointed))(values, types.int64, pointed, pointed), codegen

    return find


@intrinsic
def largest_of_row(typingctx: Any, values: Any, n: Any) -> Any:
    """The largest of ``n >= 64`` floats that are not NaN."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, count = arguments
        last = builder.sub(count, count.type(_LANES))
        best = numba_compat.alloca_once_value(
            builder, _load_lanes(context, builder, pointer, values.dtype, last, _LANES)
        )
        with numba_compat.for_range(builder, builder.lshr(last, count.type(_LANES.bit_length() - 1))) as loop:
            first = builder.mul(loop.index, count.type(_LANES))
            value = _load_lanes(context, builder, pointer, values.dtype, first, _LANES)
            builder.store(_larger(builder, builder.load(best), value), best)
        first = builder.and_(last, count.type(-_LANES))
        value = _load_lanes(context, builder, pointer, values.dtype, first, _LANES)
        return _largest_lane(context, builder, _larger(builder, builder.load(best), value), values.dtype)

    return values.dtype(values, types.int64), codegen


@intrinsic
def lanes_within(typingctx: Any, values: Any, first: Any, margin: Any) -> Any:
    """Bit j: whether ``abs(values[first + j]) <= margin``, for 64 floats."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, first, margin = arguments
        value = _load_lanes(context, builder, pointer, values.dtype, first)
        below = builder.fcmp_ordered("<=", value, splat(builder, margin, _LANES))
        above = builder.fcmp_ordered(">=", value, splat(builder, builder.fneg(margin), _LANES))
        return builder.bitcast(builder.and_(below, above), ir.IntType(_LANES))

    return types.uint64(values, types.int64, values.dtype), codegen


@intrinsic
def sum_lanes(typingctx: Any, values: Any, n: Any) -> Any:
    """The sum of ``n`` floats in float64, in one order on every machine: 16 running sums, then a tree of halves.

    Looks at up to 15 values past the last, which need only be there.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, count = arguments
        lanes = ir.VectorType(ir.DoubleType(), _SUMS)
        nothing = ir.Constant(lanes, [0.0] * _SUMS)
        sums = numba_compat.alloca_once_value(builder, nothing)

        def load(first: Any) -> Any:
            loaded = _load_lanes(context, builder, pointer, values.dtype, first, _SUMS)
            return loaded if values.dtype == types.float64 else builder.fpext(loaded, lanes)

        whole, rest = builder.and_(count, count.type(-_SUMS)), builder.and_(count, count.type(_SUMS - 1))
        with numba_compat.for_range(builder, builder.lshr(whole, count.type(_SUMS.bit_length() - 1))) as loop:
            value = load(builder.mul(loop.index, count.type(_SUMS)))
            builder.store(builder.fadd(builder.load(sums), value), sums)
        with builder.if_then(builder.icmp_unsigned("!=", rest, count.type(0))):
            numbers = ir.Constant(ir.VectorType(ir.IntType(32), _SUMS), list(range(_SUMS)))
            limit = splat(builder, builder.trunc(rest, ir.IntType(32)), _SUMS)
            value = builder.select(builder.icmp_unsigned("<", numbers, limit), load(whole), nothing)
            builder.store(builder.fadd(builder.load(sums), value), sums)
        total, half = builder.load(sums), _SUMS // 2
        while half:
            kind = ir.VectorType(ir.IntType(32), half)
            low = builder.shuffle_vector(total, total, ir.Constant(kind, list(range(half))))
            high = builder.shuffle_vector(total, total, ir.Constant(kind, list(range(half, 2 * half))))
            total, half = builder.fadd(low, high), half // 2
        return builder.extract_element(total, ir.IntType(32)(0))

    return types.float64(values, types.int64), codegen


@intrinsic
def cast_like(typingctx: Any, x: Any, number: Any) -> Any:
    """A number, as a constant of the type of ``x``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.cast(builder, arguments[1], number, signature.return_type)

    return x(x, number), codegen
