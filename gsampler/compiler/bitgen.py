"""NumPy's interface for bit generators in LLVM IR: C functions that hand out the words of a stream in order.

They belong to NumPy's structure ``bitgen_t``: https://numpy.org/doc/stable/reference/random/c-api.html. IR and not
Python, so that a process that never compiles a kernel needs no Numba; it takes LLVM some milliseconds.
"""

from __future__ import annotations

WORDS = 64  # words of 32 bits that are made at a time: a vector's worth of blocks; more are no faster, measured
NAMES = ("next_uint64", "next_uint32", "next_double")

# The state: how many words have been taken, the entry point of the kernel that fills the buffer, its arguments (seed,
# stream, offset of the first word of the buffer, buffer). An offset wraps around at the end of the stream.
IR = f"""
%state = type {{ i64, ptr, i64, i64, i64, ptr }}

define internal void @refill(ptr %s) noinline cold {{
  %offset_at = getelementptr %state, ptr %s, i64 0, i32 4
  %offset = load i64, ptr %offset_at
  %next = add i64 %offset, {WORDS}
  store i64 %next, ptr %offset_at
  %fill_at = getelementptr %state, ptr %s, i64 0, i32 1
  %fill = load ptr, ptr %fill_at
  %arguments = getelementptr %state, ptr %s, i64 0, i32 2
  %invalid = call i64 %fill(i64 0, i64 {WORDS}, ptr %arguments)
  store i64 0, ptr %s
  ret void
}}

define i32 @next_uint32(ptr %s) {{
start:
  %first = load i64, ptr %s
  %left = icmp ult i64 %first, {WORDS}
  br i1 %left, label %take, label %empty
empty:
  call void @refill(ptr %s)
  br label %take
take:
  %i = phi i64 [ %first, %start ], [ 0, %empty ]
  %taken = add i64 %i, 1
  store i64 %taken, ptr %s
  %words_at = getelementptr %state, ptr %s, i64 0, i32 5
  %words = load ptr, ptr %words_at
  %at = getelementptr i32, ptr %words, i64 %i
  %word = load i32, ptr %at
  ret i32 %word
}}

define i64 @next_uint64(ptr %s) {{
start:
  %i = load i64, ptr %s
  %taken = add i64 %i, 2
  %left = icmp ule i64 %taken, {WORDS}
  br i1 %left, label %both, label %each
both:
  store i64 %taken, ptr %s
  %words_at = getelementptr %state, ptr %s, i64 0, i32 5
  %words = load ptr, ptr %words_at
  %at = getelementptr i32, ptr %words, i64 %i
  %pair = load i64, ptr %at, align 4
  ret i64 %pair
each:
  %first = call i32 @next_uint32(ptr %s)
  %second = call i32 @next_uint32(ptr %s)
  %low = zext i32 %first to i64
  %high = zext i32 %second to i64
  %shifted = shl i64 %high, 32
  %joined = or i64 %shifted, %low
  ret i64 %joined
}}

define double @next_double(ptr %s) {{
  %word = call i64 @next_uint64(ptr %s)
  %upper = lshr i64 %word, 11
  %number = sitofp i64 %upper to double
  %result = fmul double %number, 0x3CA0000000000000
  ret double %result
}}
"""
