"""How Python becomes machine code: Numba writes LLVM IR, LLVM compiles it once, a cache keeps the result."""
