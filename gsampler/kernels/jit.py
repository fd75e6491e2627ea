"""The only door to Numba: how a function is compiled, and the few instructions Python has no word for.

Three floors are compiled through it. A *scalar* function is forced inline into what calls it. A *body* is a
loop over a range; it asks for the widest vectors and stays a function of its own, so that it is compiled
once however many call it. A *kernel* is the entry around a body: a C function of integers and pointers that
allocates nothing and raises nothing, the same machine code whether Python, a parallel driver or (ahead of
time) a C program calls it.

Numba makes instructions of LLVM's, and no more: they are optimised and compiled once, a whole kernel at a time, in
`gsampler.kernels.machine`, which also keeps the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
from llvmlite import ir
from llvmlite.ir.instructions import Branch
from llvmlite.ir.values import MDValue
from numba.core import cgutils, types
from numba.core.codegen import AOTCodeLibrary, AOTCPUCodegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.errors import NumbaError
from numba.core.registry import cpu_target
from numba.extending import intrinsic, overload, register_jitable

from gsampler.kernels import machine

# error_model: divide as C does, no exception paths. No fastmath anywhere: it licenses the compiler to
# assume infinities away and to reorder sums, and -inf logits and equal bits are both promises. fma is asked
# for by name instead.
COMMON: dict[str, Any] = {"error_model": "numpy", "nogil": True}
# _nrt: no reference counts, so no Python or NumPy object can enter and nothing of Python is linked.
BARE: dict[str, Any] = {**COMMON, "_nrt": False}
# what compiled code alone calls needs no way in for Python and C
INNER: dict[str, Any] = {**BARE, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# register_jitable, not njit: a function given as an argument must be a compile-time name, or the cache
# refuses the caller
scalar = register_jitable(forceinline=True, **INNER)
body = numba.njit(forceinline=False, **INNER)  # said aloud: flags not set are inherited from the caller


def driver(function: Callable[..., Any]) -> Any:
    """Compile a ``prange`` loop over kernels, which is Numba's to do and to cache."""
    # Numba looks for changes in the function's own file only
    function.__qualname__ = f"{function.__name__}_{machine.made_from()}"
    if machine.CACHE:
        try:
            return numba.njit(function, parallel=True, cache=True, **COMMON)
        except RuntimeError as error:
            # "no locator available": neither the package nor the user's cache is writable
            if isinstance(error, NumbaError) or "locator" not in str(error):
                raise
    return numba.njit(function, parallel=True, **COMMON)


# --- kernels ------------------------------------------------------------------------------------------------


class _Library(AOTCodeLibrary):
    """The instructions of a function, and of what it calls, as they are: neither optimised nor compiled."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        pass

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0


class _Codegen(AOTCPUCodegen):
    _library_class = _Library

    def set_env(self, name: str, env: Any) -> None:
        pass


@contextmanager
def _instructions_only() -> Iterator[None]:
    """Have Numba make instructions and stop there, also of the functions that are called.

    These can be linked into what others compile later. Nobody else compiles now.
    """
    context = cpu_target.target_context
    with global_compiler_lock:
        before = context._internal_codegen
        context._internal_codegen = _Codegen("gsampler", "generic")
        try:
            yield
        finally:
            context._internal_codegen = before


FLOATS = {"f32": types.float32, "f64": types.float64}
LETTERS = {**FLOATS, "i64": types.int64, "u8": types.uint8, "u32": types.uint32, "u64": types.uint64}


class Kernel:
    """A range kernel for each element type.

    The signature names its C types; ``T`` stands for the element type. Every kernel takes ``start, stop``
    first, the range of items it is to do, and returns the first item of them that it refuses, or
    ``NOTHING``.
    """

    def __init__(self, function: Callable[..., int], signature: str) -> None:
        self.function = function
        self.signature = signature
        self.entries: dict[str, machine.Entry] = {}

    def __getitem__(self, suffix: str) -> machine.Entry:
        """The kernel for elements of type ``suffix``, compiled when first asked for."""
        if suffix not in self.entries:
            self.entries[suffix] = machine.Entry(self.packed(suffix))
        return self.entries[suffix]

    def packed(self, suffix: str) -> bytes:
        """Its machine code, as `machine.Entry` takes it."""
        return machine.packed(self.instructions(suffix, machine.ENTRY), self.layout())

    def arguments(self) -> list[str]:
        """The C types of the arguments after ``start, stop``."""
        return [declaration.split()[0] for declaration in self.signature.split(",")][2:]

    def layout(self) -> str:
        """The arguments as `struct` writes them: pointers are addresses."""
        return "".join("q" if kind == "i64" else "Q" for kind in self.arguments())

    def instructions(self, suffix: str, name: str) -> str:
        """LLVM's instructions for elements of type ``suffix``, with an entry ``name(start, stop, arguments)``."""

        def one(kind: str) -> Any:
            base = FLOATS[suffix] if kind.startswith("T") else LETTERS[kind.rstrip("*")]
            return types.CPointer(base) if kind.endswith("*") else base

        signature = types.int64(types.int64, types.int64, *map(one, self.arguments()))
        with _instructions_only():
            made = numba.cfunc(signature, **BARE)(self.function)
        native = made.native_name.removeprefix("cfunc.")
        kinds = ["ptr" if kind.endswith("*") else "i64" for kind in self.arguments()]
        return machine.joined([made.inspect_llvm(), machine.entry(name, native, kinds)])


def kernel(signature: str) -> Callable[[Callable[..., int]], Kernel]:
    """Declare a kernel with this C signature (see `Kernel`)."""
    return lambda function: Kernel(function, signature)


NOTHING = 2**63 - 1

# --- staging -------------------------------------------------------------------------------------------------


class Emitted:
    """An unsigned 64-bit integer, or a vector of them, in code that is being made: operators emit instructions.

    So one Python function, run while an intrinsic is compiled, is the scalar and the vector form of a formula, and the
    instructions come in the order in which it says them, which the compiler hardly changes.
    """

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def lift(self, other: Any) -> Any:
        """``other``, an integer or an emitted scalar, in the shape of this value."""
        kind = self.value.type
        if isinstance(other, int):
            return ir.Constant(kind, [other] * kind.count if isinstance(kind, ir.VectorType) else other)
        return other.value if other.value.type == kind else _in_all_lanes(self.builder, other.value, kind.count)

    def __and__(self, other: Any) -> Emitted:
        return Emitted(self.builder, self.builder.and_(self.value, self.lift(other)))

    def __xor__(self, other: Any) -> Emitted:
        return Emitted(self.builder, self.builder.xor(self.value, self.lift(other)))

    def __add__(self, other: Any) -> Emitted:
        return Emitted(self.builder, self.builder.add(self.value, self.lift(other)))

    def __mul__(self, other: Any) -> Emitted:
        return Emitted(self.builder, self.builder.mul(self.value, self.lift(other)))

    def __rshift__(self, other: Any) -> Emitted:
        return Emitted(self.builder, self.builder.lshr(self.value, self.lift(other)))

    def raised(self) -> Emitted:
        """The low halves of 32 bits as high ones, above 0. The compiler would turn the shift of a product into another
        multiplication, a slow one; not so if it is the order of halves.
        """
        kind = self.value.type
        if not isinstance(kind, ir.VectorType):
            return Emitted(self.builder, self.builder.shl(self.value, kind(32)))
        halves = ir.VectorType(ir.IntType(32), 2 * kind.count)
        value, nothing = self.builder.bitcast(self.value, halves), ir.Constant(halves, [0] * halves.count)
        order = [i - 1 if i % 2 else halves.count for i in range(halves.count)]
        made = Emitted(self.builder, value).picked(Emitted(self.builder, nothing), order)
        return Emitted(self.builder, self.builder.bitcast(made.value, kind))

    def picked(self, other: Emitted, order: list[int]) -> Emitted:
        """The lanes with these numbers, those of ``other`` counted on from those of this vector."""
        indices = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order)
        return Emitted(self.builder, self.builder.shuffle_vector(self.value, other.value, indices))

    def unpacked(self, other: Emitted, size: int) -> tuple[Emitted, Emitted]:
        """Items of ``size`` bits of this and of the other vector by turns, from the even lanes and from the odd ones.

        That is one instruction each, since it stays within 128 bits.
        """
        kind = self.value.type
        per_lane = 64 // size
        items = ir.VectorType(ir.IntType(size), kind.count * per_lane)
        whole = [Emitted(self.builder, self.builder.bitcast(x.value, items)) for x in (self, other)]
        orders = [
            [
                i + turn * items.count
                for lane in range(first, kind.count, 2)
                for i in range(per_lane * lane, per_lane * (lane + 1))
                for turn in range(2)
            ]
            for first in range(2)
        ]
        low, high = (self.builder.bitcast(whole[0].picked(whole[1], order).value, kind) for order in orders)
        return Emitted(self.builder, low), Emitted(self.builder, high)


def staged_pair(formula: Callable[..., Any]) -> Any:
    """A scalar function of six uint64 that gives two: the only pair of ``formula([(a, b, c, d)], e, f)``."""

    @intrinsic
    def scalar_form(typingctx: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            given = [Emitted(builder, x) for x in arguments]
            (pair,) = formula([tuple(given[:4])], *given[4:])
            return context.make_tuple(builder, signature.return_type, [x.value for x in pair])

        return types.UniTuple(types.uint64, 2)(*[types.uint64] * 6), codegen

    return scalar_form


def staged_run(formula: Callable[..., Any], numbers: list[int], vectors: int) -> Any:
    """``run(out, a, ..., f)``: what ``formula([(a, b, c, d), ...], e, f)`` gives, vectors of uint64, written in order.

    ``numbers`` are the offsets from a in the lanes of the first vector; the next ones go on from there.
    """
    lanes = len(numbers)
    vector = ir.VectorType(ir.IntType(64), lanes)

    @intrinsic
    def vector_form(typingctx: Any, out: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            given = [Emitted(builder, x) for x in arguments[1:]]
            steps = [Emitted(builder, ir.Constant(vector, [v * lanes + i for i in numbers])) for v in range(vectors)]
            rest = [Emitted(builder, steps[0].lift(x)) for x in given[1:4]]
            for i, made in enumerate(formula([(step + given[0], *rest) for step in steps], *given[4:])):
                place = builder.gep(arguments[0], [ir.IntType(64)(lanes * i)])
                builder.store(made.value, builder.bitcast(place, vector.as_pointer())).align = 8
            return context.get_dummy_value()

        return types.void(out, *[types.uint64] * 6), codegen

    return vector_form


# --- instructions -------------------------------------------------------------------------------------------

_WIDTHS = {types.float32: types.int32, types.float64: types.int64}
_LANES = 64
_LINE = 64  # bytes of a cache line
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
        # llvmlite knows the attribute by no name, so it goes past the check of names
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), codegen


class _Interleaved(ir.Function):
    """A function that says of its loops, when it is written down, how many vectors to work on side by side."""

    vectors: int

    def descr_body(self, buf: Any) -> None:
        place = {block: i for i, block in enumerate(self.blocks)}
        for block, i in place.items():
            end = block.terminator
            if isinstance(end, Branch) and any(place.get(to, i + 1) <= i for to in end.operands):
                _loop_hint(end, self.module, "llvm.loop.interleave.count", self.vectors)
        super().descr_body(buf)


def _loop_hint(end: Any, module: Any, name: str, value: int) -> None:
    """Attach a hint to the branch that closes a loop; the first entry of such a node is the node itself."""
    hint = module.add_metadata([name, ir.IntType(32)(value)])
    node = MDValue(module, [], name=str(len(module.metadata)))
    node.operands = (node, hint)
    end.set_metadata("llvm.loop", node)


@intrinsic
def interleaved(typingctx: Any, out: Any) -> Any:
    """Work on more vectors side by side, in the loops of the function that calls this, than LLVM does of itself.

    For long chains of instructions that wait for each other. ``out``, a pointer, says of what; the counts are measured.
    """
    vectors = _SIDE_BY_SIDE.get(out.dtype)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.function.__class__, builder.function.vectors = _Interleaved, vectors
        return context.get_dummy_value()

    return None if vectors is None else (types.void(out), codegen)


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

        at, terms = arguments[0], cgutils.unpack_tuple(builder, arguments[1])
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
def add_any_order(typingctx: Any, x: Any, y: Any) -> Any:
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
def least(typingctx: Any, x: Any, y: Any) -> Any:
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
def pick(typingctx: Any, condition: Any, x: Any, y: Any) -> Any:
    """``x if condition else y`` without a branch: for conditions that chance decides."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chosen = builder.select(*arguments)
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return (x(types.boolean, x, y), codegen) if x == y else None


@intrinsic
def stack(typingctx: Any, size: Any) -> Any:
    """A buffer of ``size`` (a constant) uint64 on the stack, aligned to a cache line."""
    if not isinstance(size, types.IntegerLiteral):
        return None
    count = size.literal_value

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        with builder.goto_entry_block():
            buffer = builder.alloca(ir.ArrayType(ir.IntType(64), count))
        buffer.align = 64
        return builder.bitcast(buffer, _value(context, signature.return_type))

    return types.CPointer(types.uint64)(size), codegen


@intrinsic
def shift(typingctx: Any, pointer: Any, count: Any) -> Any:
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
        with cgutils.for_range(builder, lines) as loop:
            at = builder.gep(start, [builder.mul(loop.index, loop.index.type(_LINE))])
            builder.call(fetch, [at, word(purpose), word(2), word(1)])  # into the second cache: measured
        return context.get_dummy_value()

    return types.void(pointer, types.int64, write), codegen


@intrinsic
def same_type(typingctx: Any, pointer: Any, other: Any) -> Any:
    """``pointer``, as a pointer to what ``other`` points to."""

    return other(pointer, other), _bitcast


@intrinsic
def as_float64(typingctx: Any, pointer: Any) -> Any:
    """``pointer``, as one to float64."""

    return types.CPointer(types.float64)(pointer), _bitcast


@intrinsic
def words_for(typingctx: Any, buffer: Any, out: Any) -> Any:
    """The buffer as elements' words: uint32 where ``out`` holds float32, uint64 where it holds float64."""
    kind = types.CPointer(types.uint32 if out.dtype == types.float32 else types.uint64)

    return kind(buffer, out), _bitcast


@intrinsic
def halves_for(typingctx: Any, buffer: Any, out: Any) -> Any:
    """The buffer as the upper halves of elements' words."""
    kind = types.CPointer(types.uint16 if out.dtype == types.float32 else types.uint32)

    return kind(buffer, out), _bitcast


@intrinsic
def null(typingctx: Any, pointer: Any) -> Any:
    """Whether a pointer is NULL."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return cgutils.is_null(builder, arguments[0])

    return types.boolean(pointer), codegen


def _load_lanes(context: Any, builder: Any, pointer: Any, pointed: Any, first: Any, count: int = _LANES) -> Any:
    """The elements from ``pointer[first]`` on as one vector, which the machine's own vectors make up."""
    lanes = ir.VectorType(_value(context, pointed), count)
    loaded = builder.load(builder.bitcast(builder.gep(pointer, [first]), lanes.as_pointer()))
    loaded.align = pointed.bitwidth // 8
    return loaded


def _in_all_lanes(builder: Any, number: Any, count: int = _LANES) -> Any:
    nothing = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    vector = builder.insert_element(nothing, number, ir.IntType(32)(0))
    return builder.shuffle_vector(vector, nothing, ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count))


@intrinsic
def lanes_near(typingctx: Any, words: Any, first: Any, edge: Any) -> Any:
    """Bit j: whether the upper 32 bits of word ``first + j`` are within ``edge`` of either end, for 64 words."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = _load_lanes(context, builder, arguments[0], words.dtype, arguments[1])
        if words.dtype.bitwidth == 64:
            value = builder.lshr(value, ir.Constant(value.type, [32] * _LANES))
            value = builder.trunc(value, ir.VectorType(ir.IntType(32), _LANES))
        distance = builder.add(value, _in_all_lanes(builder, arguments[2]))
        twice = builder.shl(arguments[2], ir.IntType(32)(1))
        near = builder.icmp_unsigned("<", distance, _in_all_lanes(builder, twice))
        return builder.bitcast(near, ir.IntType(_LANES))

    return types.uint64(words, types.int64, types.uint32), codegen


@intrinsic
def lanes_at_least(typingctx: Any, values: Any, first: Any, least: Any) -> Any:
    """Bit j: whether ``values[first + j] >= least``, for 64 floats."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = _load_lanes(context, builder, arguments[0], values.dtype, arguments[1])
        reached = builder.fcmp_ordered(">=", value, _in_all_lanes(builder, arguments[2]))
        return builder.bitcast(reached, ir.IntType(_LANES))

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
        sums = cgutils.alloca_once_value(builder, nothing)

        def load(first: Any) -> Any:
            loaded = _load_lanes(context, builder, pointer, values.dtype, first, _SUMS)
            return loaded if values.dtype == types.float64 else builder.fpext(loaded, lanes)

        whole, rest = builder.and_(count, count.type(-_SUMS)), builder.and_(count, count.type(_SUMS - 1))
        with cgutils.for_range(builder, builder.lshr(whole, count.type(_SUMS.bit_length() - 1))) as loop:
            value = load(builder.mul(loop.index, count.type(_SUMS)))
            builder.store(builder.fadd(builder.load(sums), value), sums)
        with builder.if_then(builder.icmp_unsigned("!=", rest, count.type(0))):
            numbers = ir.Constant(ir.VectorType(ir.IntType(32), _SUMS), list(range(_SUMS)))
            limit = _in_all_lanes(builder, builder.trunc(rest, ir.IntType(32)), _SUMS)
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
def call_kernel(typingctx: Any, address: Any, start: Any, stop: Any, arguments: Any) -> Any:
    """Call the kernel at an address, with the address of its arguments; all are int64."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        function = builder.inttoptr(values[0], ir.FunctionType(word, [word] * 3).as_pointer())
        return builder.call(function, values[1:])

    int64 = types.int64
    return int64(int64, int64, int64, int64), codegen


@intrinsic
def like(typingctx: Any, x: Any, number: Any) -> Any:
    """A number, as a constant of the type of ``x``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.cast(builder, arguments[1], number, signature.return_type)

    return x(x, number), codegen


def by_type(name: str, choices: dict[Any, Any]) -> Callable[..., Any]:
    """A scalar function that is another one for each type of its first argument."""

    def stub(x: Any, *rest: Any) -> Any:
        raise NotImplementedError(f"{name} is called from compiled code")

    stub.__name__ = stub.__qualname__ = name

    @overload(stub, jit_options={"forceinline": True, **INNER}, strict=False)
    def choose(x: Any, *rest: Any) -> Any:
        chosen = choices.get(x)
        return None if chosen is None else (lambda x, *rest: chosen(x, *rest))

    return stub
