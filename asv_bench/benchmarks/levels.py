"""The instruction sets that all can be held to: ours, and those of the peers that choose code by the processor."""

import platform

import numpy as np

# LLVM's names of what a level of x86-64 has; Numba adds the host's own where it is told nothing
V3 = "+cx16,+popcnt,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+lzcnt,+movbe"
V4 = V3 + ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"
FEATURES = {"v3": V3, "v4": V4}
PEERS = {
    "v3": {
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    },
    "v4": {
        "MKL_ENABLE_INSTRUCTIONS": "AVX512",
        "ATEN_CPU_CAPABILITY": "avx512",
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX512",
    },
}
# NumPy's names of what v4 has; newer releases have one for all of it
NUMPY_V4 = ("AVX512F", "AVX512CD", "AVX512_SKX", "X86_V4")


def environment(level):
    """What a process finds in its environment so that no code in it is for more than this level of x86-64."""
    import llvmlite.binding

    if platform.machine() != "x86_64":
        raise ValueError(f"a level of x86-64, but this processor is {platform.machine()}")
    host = llvmlite.binding.get_host_cpu_features()
    lacking = [name[1:] for name in FEATURES[level].split(",") if not host.get(name[1:])]
    if lacking:
        raise ValueError(f"this processor has no {', '.join(lacking)}")
    ours = {
        "NUMBA_CPU_NAME": f"x86-64-{level}",
        "NUMBA_CPU_FEATURES": FEATURES[level],
        "GSAMPLER_ISA": level,
    }
    return {**ours, **PEERS[level], **_numpy(level)}


def have(level):
    """Whether this processor has all of a level of x86-64."""
    try:
        environment(level)
    except ValueError:
        return False
    return True


def _numpy(level):
    """NumPy takes names that it knows and this processor has, and warns of all others."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    beyond = [name for name in found if name.startswith("AVX512") or name in NUMPY_V4]
    if level == "v4":
        beyond = [name for name in beyond if name not in NUMPY_V4]
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(beyond)} if beyond else {}
