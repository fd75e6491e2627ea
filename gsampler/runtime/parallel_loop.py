"""The only parallel loop: a range cut into shares, a kernel called on each by Numba's threads.

Numba's ``numba_parallel_for`` is called directly, with a function that LLVM compiles in some milliseconds. A ``prange``
loop takes Numba a second or two, unless it is in Numba's file cache, which raises an error where a file in it is
damaged or the disk is full.
"""

from __future__ import annotations

import ctypes
from array import array

from gsampler.compiler import numba_compat
from gsampler.compiler.compile import LoadedCode, compile_here
from gsampler.kernels.constants import ALL_VALID

# The items of the only array are numbers, of the shares, from 0 on: it begins at address 0 and its step is 1.
IR = """
declare i64 @llvm.umin.i64(i64, i64)

define void @run_shares(ptr %arrays, ptr %dimensions, ptr %steps, ptr %data) {
entry:
  %from = load i64, ptr %arrays
  %count = load i64, ptr %dimensions
  %kernel = load ptr, ptr %data
  %arguments_at = getelementptr i64, ptr %data, i64 1
  %arguments = load ptr, ptr %arguments_at
  %start_at = getelementptr i64, ptr %data, i64 2
  %start = load i64, ptr %start_at
  %stop_at = getelementptr i64, ptr %data, i64 3
  %stop = load i64, ptr %stop_at
  %share_at = getelementptr i64, ptr %data, i64 4
  %share = load i64, ptr %share_at
  %invalid_at = getelementptr i64, ptr %data, i64 5
  %to = add i64 %from, %count
  br label %next
next:
  %i = phi i64 [%from, %entry], [%i_next, %done]
  %more = icmp ult i64 %i, %to
  br i1 %more, label %look, label %end
look:
  %passed = mul i64 %i, %share
  %first = add i64 %start, %passed
  %first_next = add i64 %first, %share
  %last = call i64 @llvm.umin.i64(i64 %first_next, i64 %stop)
  %some = icmp ult i64 %first, %last
  br i1 %some, label %run, label %done
run:
  %invalid = call i64 %kernel(i64 %first, i64 %last, ptr %arguments)
  %before = atomicrmw umin ptr %invalid_at, i64 %invalid monotonic
  br label %done
done:
  %i_next = add i64 %i, 1
  br label %next
end:
  ret void
}

define i64 @probe(i64 %start, i64 %stop, ptr %arguments) {
  %at = getelementptr i64, ptr %arguments, i64 %start
  %before = load i64, ptr %at
  %after = add i64 %before, %stop
  store i64 %after, ptr %at
  ret i64 %stop
}
"""


class ParallelLoop:
    """The loop, ready to run: ``loop(address, start, stop, share, arguments)`` is the first invalid item.

    Raises
    ------
    Exception
        Of any type, if Numba cannot start its threads or does not run them as expected.
    """

    def __init__(self) -> None:
        self._layer = numba_compat.threading_layer()
        self._code = LoadedCode(compile_here(IR, ["run_shares", "probe"]))
        self._run_shares = self._code.address("run_shares")
        self._probe()

    def __call__(self, address: int, start: int, stop: int, share: int, arguments: bytes) -> int:
        buffer = ctypes.create_string_buffer(arguments, len(arguments))
        return self._run(address, start, stop, share, ctypes.addressof(buffer))

    def _run(self, address: int, start: int, stop: int, share: int, arguments: int) -> int:
        threads = self._layer.thread_count()
        count = -(-(stop - start) // share)
        count += -count % threads  # as many a thread, or workqueue gives the last thread all that is left over
        call = array("q", [0, count, 1, address, arguments, start, stop, share, ALL_VALID])
        at = call.buffer_info()[0]
        self._layer.parallel_for(self._run_shares, at, at + 8, at + 16, at + 24, 0, 1, threads)
        return call[-1]

    def _probe(self) -> None:
        """See that every share is run once: what Numba's function does is nowhere promised."""
        for share, shares in ((1, 2 * self._layer.thread_count()), (1, 97), (7, 14)):
            stop = 3 + share * shares - share // 2
            done = array("q", bytes(8 * stop))
            invalid = self._run(self._code.address("probe"), 3, stop, share, done.buffer_info()[0])
            stops = {first: min(first + share, stop) for first in range(3, stop, share)}
            if done.tolist() != [stops.get(i, 0) for i in range(stop)] or invalid != 3 + share:
                raise numba_compat.NumbaCompatError("numba", "does not run parallel loops as gsampler expects")
