"""Building the C library, what is in it, and what it does on each processor; test_bindings.py has the languages."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import llvmlite.binding as llvm
import native_calls
import native_dispatch
import native_fuzz
import numpy as np
import pytest
from native_calls import link_flags, run

import gsampler as gs
from gsampler.native import Library

ROOT = Path(__file__).parents[1]
NATIVE, HOSTS = ROOT / "native", ROOT / "tests" / "native"
sys.path.insert(0, str(NATIVE))

import build  # noqa: E402
import objects  # noqa: E402

pytestmark = pytest.mark.slow  # they build the C library, which takes a minute or two

Build = Callable[..., subprocess.CompletedProcess[str]]
Need = Callable[..., None]

X86 = platform.machine() == "x86_64"
on_x86 = pytest.mark.skipif(not X86, reason="for x86-64")
# what a processor must have for each instruction set
FEATURES = {"v2": "sse4.2", "v3": "fma", "v4": "avx512vl"}
SANITIZE = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
STRICT = "-Wall -Wextra -Werror"
WRAPPED = [f"-Wl,--wrap={name}" for name in ("pthread_create", "malloc", "calloc")]  # in tests/native/trouble.c


def skip_without(isa: str) -> None:
    if not llvm.get_host_cpu_features().get(FEATURES[isa]):
        pytest.skip(f"this machine has no {FEATURES[isa]}")


# --- instruction sets -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def vectors(prefix: Path, need: Need, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver in C, with the static library."""
    need("cc")
    work = tmp_path_factory.mktemp("vectors")
    native_dispatch.write(work / "dispatch.h")
    run("cc", "-O2", f"-I{work}", HOSTS / "vectors.c", *link_flags(prefix, static=True), "-o", work / "vectors")
    return work / "vectors"


@on_x86
@pytest.mark.parametrize("isa", FEATURES)
def test_vectors_on_each_instruction_set(vectors: Path, isa: str) -> None:
    skip_without(isa)
    assert native_calls.differences(run(vectors, given=native_calls.input_text(), GSAMPLER_ISA=isa)) == []


PROBE = """
#include <gsampler.h>
#include <stdio.h>
int main(void)
{
    float x = 0;
    const int32_t status = gs_gumbel_f32(42, 0, 0, 1, &x);
    printf("%s %d %a\\n", gs_isa(), status, x);
    return 0;
}
"""


@pytest.fixture(scope="session")
def probe(prefix: Path, need: Need, tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("cc")
    work = tmp_path_factory.mktemp("probe")
    (work / "probe.c").write_text(PROBE)
    run("cc", *STRICT.split(), work / "probe.c", *link_flags(prefix, static=True), "-o", work / "probe")
    return work / "probe"


@on_x86
@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        ("core2duo", "none"),  # no SSE 4.2
        ("Nehalem", "v2"),
        ("Haswell", "v3"),
        *[(f"Haswell,-{lacks}", "v2") for lacks in ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe")],
        *[(f"Nehalem,-{lacks}", "none") for lacks in ("ssse3", "sse4.1", "popcnt", "cx16")],
        ("Haswell,-xsave", "v2"),  # AVX2, whose state the system does not save
    ],
)
def test_processor_decides(probe: Path, need: Need, processor: str, expected: str) -> None:
    need("qemu-x86_64")
    # getenv compares like names by strncmp, which for AVX2 takes BMI1 for granted in some versions of glibc
    plain = ("env", "-u", "GSAMPLER_PREFIX", "-u", "GSAMPLER_CACHE")
    isa, status, value = run(*plain, "qemu-x86_64", "-cpu", processor, probe).split()
    first = gs.Generator(42).gumbel(size=1, dtype=np.float32)[0]
    assert (isa, status) == (expected, "13" if expected == "none" else "0")
    assert float.fromhex(value) == (0 if expected == "none" else first)


@on_x86
def test_what_the_processor_lacks_cannot_be_forced(probe: Path, need: Need) -> None:
    need("qemu-x86_64")
    for isa, expected in (("v2", "v2 0"), ("v3", "v3 0"), ("v4", "none 13"), ("arm64", "none 13")):
        output = run("qemu-x86_64", "-cpu", "Haswell", "-E", f"GSAMPLER_ISA={isa}", probe)
        assert output.startswith(expected), isa


@pytest.mark.slow
def test_arm64(prefix_arm64: Path, tmp_path: Path) -> None:
    flags = [f"-I{prefix_arm64}/include", f"-L{prefix_arm64}/lib", "-lgsampler"]
    native_dispatch.write(tmp_path / "dispatch.h")
    run("aarch64-linux-gnu-gcc", "-O2", f"-I{tmp_path}", HOSTS / "vectors.c", *flags, "-o", tmp_path / "vectors")
    emulated = ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", "-E", f"LD_LIBRARY_PATH={prefix_arm64}/lib")
    output = run(*emulated, tmp_path / "vectors", given=native_calls.input_text())
    assert native_calls.differences(output) == []
    run(
        "aarch64-linux-gnu-gcc",
        "-O2",
        "-std=c11",
        f"-I{fuzz_headers(tmp_path)}",
        HOSTS / "fuzz.c",
        *flags,
        "-lm",
        "-o",
        tmp_path / "fuzz",
    )
    assert "32000 calls" in run(*emulated, tmp_path / "fuzz", 32000)
    static = (f"-I{prefix_arm64}/include", prefix_arm64 / "lib" / "libgsampler.a", "-lm", "-pthread")
    run("aarch64-linux-gnu-gcc", "-std=c11", *WRAPPED, HOSTS / "trouble.c", *static, "-o", tmp_path / "trouble")
    for what in ("environment", "alone", "memory"):
        assert run(*emulated, tmp_path / "trouble", what) == "held\n"


# --- what is in it --------------------------------------------------------------------------------------------


def test_exports_and_declarations_and_kernels_are_equal(prefix: Path, need: Need) -> None:
    listed = run("nm", "-D", "--defined-only", prefix / "lib" / "libgsampler.so.1")
    exported = {line.split()[-1] for line in listed.splitlines()}
    library = Library(prefix)
    read = {name for name in dir(library.lib) if name.startswith("gs_")}
    assert exported - build.inner_functions() == read == build.functions()
    assert {f"gs_{name}" for name in library._parameters} == read


def test_both_types_have_the_same_functions() -> None:
    typed = {name for name in build.functions() if name.endswith(("_f32", "_f64"))}
    assert {name[:-3] for name in typed if name.endswith("32")} == {name[:-3] for name in typed if name.endswith("64")}
    text = (NATIVE / "gsampler.h").read_text()
    flat = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    single = dict(re.findall(r"(gs_\w+)_f32\(([^)]*)\)", flat))
    double = dict(re.findall(r"(gs_\w+)_f64\(([^)]*)\)", flat))
    assert {name: text.replace("float", "double") for name, text in single.items()} == double


def test_needs_the_c_library_alone(prefix: Path, need: Need) -> None:
    need("ldd")
    shared = prefix / "lib" / "libgsampler.so.1"
    names = {line.split()[0].split("/")[-1].split(".")[0] for line in run("ldd", shared).splitlines()}
    assert names <= {"linux-vdso", "libc", "libm", "libpthread", "ld-linux-x86-64", "ld-linux-aarch64"}
    assert shared.stat().st_size < 3 * 2**20  # three instruction sets of all kernels
    assert "SONAME" in (dynamic := run("readelf", "-d", shared))
    assert "[libgsampler.so.1]" in dynamic


@pytest.mark.parametrize("compiler", ["cc -std=c99", "cc -std=c11", "g++ -x c++ -std=c++11", "g++ -x c++ -std=c++20"])
def test_header_is_plain(compiler: str, need: Need) -> None:
    need(compiler.split()[0])
    run(*compiler.split(), *STRICT.split(), "-Wpedantic", "-fsyntax-only", NATIVE / "gsampler.h")


def test_pkg_config_and_cmake_find_it(prefix: Path, need: Need, tmp_path: Path) -> None:
    need("pkg-config", "cmake")
    paths = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    assert run("pkg-config", "--modversion", "gsampler", **paths).strip() == gs.__version__
    flags = run("pkg-config", "--cflags", "--libs", "gsampler", **paths).split()
    assert "-lgsampler" in flags
    run("cc", NATIVE / "examples" / "draw.c", *flags, "-o", tmp_path / "draw")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(trial C)\n"
        f"find_package(gsampler {gs.__version__} REQUIRED)\n"
        f"foreach(kind gsampler static)\n  add_executable(draw_${{kind}} {NATIVE}/examples/draw.c)\n"
        "  target_link_libraries(draw_${kind} PRIVATE gsampler::${kind})\nendforeach()\n"
    )
    run("cmake", "-S", tmp_path, "-B", tmp_path / "made", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "made")
    outputs = {run(tmp_path / "made" / f"draw_{kind}").rsplit("\n", 2)[0] for kind in ("gsampler", "static")}
    assert outputs == {run(tmp_path / "draw", LD_LIBRARY_PATH=f"{prefix}/lib").rsplit("\n", 2)[0]}
    too_new = (tmp_path / "CMakeLists.txt").read_text().replace(f"gsampler {gs.__version__}", "gsampler 99.0")
    (tmp_path / "CMakeLists.txt").write_text(too_new)
    options = ("-S", str(tmp_path), "-B", str(tmp_path / "other"), f"-DCMAKE_PREFIX_PATH={prefix}")
    assert subprocess.run(["cmake", *options], capture_output=True).returncode != 0


def test_config_program(prefix: Path, tmp_path: Path) -> None:
    config = prefix / "bin" / "gsampler-config"
    assert run(config, "--version").strip() == gs.__version__
    assert run(config, "--prefix").strip() == str(prefix)
    assert subprocess.run([config, "--nonsense"], capture_output=True).returncode == 1
    (tmp_path / "link").symlink_to(config)
    assert run(tmp_path / "link", "--prefix", CDPATH="/usr").strip() == str(prefix)


def test_prefix_with_a_space(build_native: Build, kernel_objects: Path, tmp_path: Path) -> None:
    where, source = tmp_path / "my prefix", NATIVE / "examples" / "draw.c"
    done = build_native("--prefix", where, "--objects", kernel_objects)
    assert done.returncode == 0, done.stderr
    for libraries in ("--libs", "--static-libs"):
        config = f'"{where}/bin/gsampler-config" --cflags {libraries}'
        run("sh", "-c", f'eval cc "{source}" $({config}) -o draw', cwd=tmp_path)
        assert "0.568520" in run(tmp_path / "draw")


def test_staged_installation(build_native: Build, kernel_objects: Path, prefix: Path, tmp_path: Path) -> None:
    """DESTDIR goes before the prefix, and is in none of the files."""
    options = ("--prefix", "/opt/gsampler", "--objects", kernel_objects)
    done = build_native(*options, DESTDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    staged = tmp_path / "opt" / "gsampler"
    assert build_native(*options[:1], tmp_path / "plain", *options[2:], DESTDIR="").returncode == 0
    assert (tmp_path / "plain" / "lib" / "libgsampler.a").exists()
    files = sorted(path.relative_to(prefix) for path in prefix.rglob("*") if not path.is_dir())
    assert files == sorted(path.relative_to(staged) for path in staged.rglob("*") if not path.is_dir())
    assert all((prefix / file).read_bytes() == (staged / file).read_bytes() for file in files)


@pytest.mark.slow
def test_same_inputs_same_files(prefix: Path, prefix_again: Path) -> None:
    """Built again from nothing, elsewhere, by a process whose hashes differ."""
    for name in ("libgsampler.so.1", "libgsampler.a"):
        assert (prefix_again / "lib" / name).read_bytes() == (prefix / "lib" / name).read_bytes()


# --- what the build refuses -----------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The build's own directory, to be changed."""
    shutil.copytree(NATIVE, tmp_path / "native", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "gsampler").symlink_to(ROOT / "gsampler")
    return tmp_path / "native"


def test_another_version_stops_the_build(build_native: Build, copied: Path, tmp_path: Path) -> None:
    header = copied / "gsampler.h"
    text = header.read_text()
    header.write_text(text.replace("#define GS_VERSION_NUMBER 100", "#define GS_VERSION_NUMBER 200"))
    assert header.read_text() != text
    done = build_native("--prefix", tmp_path / "out", script=copied / "build.py")
    assert done.returncode == 1
    assert "GS_VERSION_NUMBER 200" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_function_that_is_only_declared_stops_the_build(
    build_native: Build, copied: Path, kernel_objects: Path, prefix: Path, tmp_path: Path
) -> None:
    header = copied / "gsampler.h"
    more = "int32_t gs_cauchy_f32(uint64_t seed, int64_t n, float *out);\n"
    header.write_text(header.read_text().replace("/* ---- categories ---- */", more))
    done = build_native("--prefix", tmp_path / "out", "--objects", kernel_objects, script=copied / "build.py")
    assert done.returncode == 1
    assert "declared or exported, but not both: gs_cauchy_f32" in done.stderr


def test_objects_of_other_sources_are_not_taken(copied: Path) -> None:
    code = "import objects; print(objects.digest())"
    before = run(sys.executable, "-c", code, cwd=copied)
    assert before.strip() == objects.digest()
    (copied / "objects.py").write_text((copied / "objects.py").read_text() + "\n")
    assert run(sys.executable, "-c", code, cwd=copied) != before


def test_place_that_cannot_be_written_to(build_native: Build, tmp_path: Path) -> None:
    """Is noticed before the kernels are compiled."""
    done = build_native("--prefix", "/dev/null/x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("native/build.py: ")
    assert "/dev/null/x" in done.stderr


def test_flags_of_the_host_do_not_undo_checks(
    build_native: Build, kernel_objects: Path, need: Need, tmp_path: Path
) -> None:
    options = ("--prefix", tmp_path, "--objects", kernel_objects)
    done = build_native(*options, CFLAGS="-Ofast -ffast-math -flto")
    assert done.returncode == 0, done.stderr
    run(fuzzer(tmp_path, tmp_path, "-O1"), 100_000, 4)


def test_object_that_needs_more_than_c_stops_the_build(need: Need, tmp_path: Path) -> None:
    need("cc", "nm")
    (tmp_path / "a.c").write_text("extern int PyErr_Occurred(void); int f(void) { return PyErr_Occurred(); }")
    run("cc", "-c", tmp_path / "a.c", "-o", tmp_path / "a.o")
    with pytest.raises(objects.BuildError, match="PyErr_Occurred"):
        objects.undefined(tmp_path / "a.o", ["nm"])


@on_x86
def test_objects_need_next_to_nothing(prefix: Path, kernel_objects: Path) -> None:
    paths = {isa: kernel_objects / f"kernels_{isa}_{objects.digest()}.o" for isa in FEATURES}
    assert all(".eh_frame" in run("readelf", "-S", path) for path in paths.values())  # how to unwind
    assert {isa: objects.undefined(path, ["nm"]) for isa, path in paths.items()} == {
        "v2": {"fma", "fmaf", "memcpy", "memset"},
        "v3": {"memcpy", "memset"},
        "v4": {"memcpy", "memset"},
    }


def test_what_is_missing_is_named(build_native: Build, tmp_path: Path) -> None:
    done = build_native("--prefix", tmp_path / "out", CC="no-such-compiler")
    assert (done.returncode, done.stderr) == (
        1,
        "native/build.py: a C compiler is needed: no-such-compiler was not found; install one, or set CC\n",
    )
    bare = subprocess.run([sys.executable, "-I", "-S", NATIVE / "build.py"], capture_output=True, text=True)
    assert (bare.returncode, "numba is needed" in bare.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


# --- what hosts do --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def trouble(prefix: Path, need: Need, tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("cc")
    made = tmp_path_factory.mktemp("trouble") / "trouble"
    flags = ("-std=c11", "-O1", *STRICT.split(), *WRAPPED)
    run("cc", *flags, HOSTS / "trouble.c", *link_flags(prefix, static=True), "-o", made)
    return made


@pytest.mark.parametrize("what", ["fault", "cancel", "alone", "count", "memory", "environment"])
def test_what_the_host_may_do(trouble: Path, what: str) -> None:
    """Faults in its handlers, cancelled callers, no threads, no memory, another floating-point environment."""
    assert run(trouble, what) == "held\n"


def test_names_of_the_host_do_not_matter(prefix: Path, need: Need, tmp_path: Path) -> None:
    """It may have functions named as the library's own inner ones, or even as its outer ones."""
    need("cc")
    inner = "int gs_run(void) { return 1; } double gs_sum(void) { return 2; } int gs_chosen = 77;\n"
    (tmp_path / "host.c").write_text(inner + PROBE)
    run("cc", tmp_path / "host.c", *link_flags(prefix, static=True), "-o", tmp_path / "host")
    assert run(tmp_path / "host").split()[1] == "0"
    outer = "#include <stdint.h>\nint32_t gs_gumbel_max_f32(void) { return 42; }\nint32_t gs_categorical_f32"
    outer += "(uint64_t, uint64_t, uint64_t, const float *, int64_t, int64_t, int64_t *);\n"
    outer += "int main(void) { float x[3] = {0}; int64_t i; return gs_categorical_f32(1, 0, 0, x, 1, 3, &i); }\n"
    (tmp_path / "host.c").write_text(outer)
    run("cc", "-rdynamic", tmp_path / "host.c", *link_flags(prefix), "-o", tmp_path / "host")
    run(tmp_path / "host")


# --- fuzzing, valgrind, ABI -----------------------------------------------------------------------------------


def fuzz_headers(work: Path) -> Path:
    """A directory with the headers that are written for the fuzzer."""
    (work / "noise_ranges.h").write_text(objects.noise_ranges())
    native_fuzz.write(work / "fuzz_derived.h")
    return work


def fuzzer(prefix: Path, work: Path, *flags: str) -> Path:
    made = work / "fuzz"
    command = ("cc", "-std=c11", *STRICT.split(), *flags, f"-I{fuzz_headers(work)}", HOSTS / "fuzz.c")
    run(*command, *link_flags(prefix, static=True), "-o", made)
    return made


def test_fuzzed_calls(prefix: Path, need: Need, tmp_path: Path) -> None:
    need("cc")
    assert "160000 calls" in run(fuzzer(prefix, tmp_path, "-O1"), 160_000, 1)


@pytest.mark.slow
def test_many_fuzzed_calls_under_sanitizers(
    build_native: Build, kernel_objects: Path, prefix: Path, need: Need, tmp_path: Path
) -> None:
    need("cc")
    options = ("--prefix", tmp_path, "--objects", kernel_objects)
    done = build_native(*options, CFLAGS=SANITIZE, LDFLAGS=SANITIZE)
    assert done.returncode == 0, done.stderr
    made = fuzzer(tmp_path, tmp_path, *SANITIZE.split())
    sets = [isa for isa in FEATURES if llvm.get_host_cpu_features().get(FEATURES[isa])] if X86 else [""]
    for seed, isa in enumerate(sets):
        output = run(made, 1_600_000, seed, GSAMPLER_ISA=isa, ASAN_OPTIONS="allocator_may_return_null=1")
        assert "1600000 calls" in output


@pytest.mark.slow
@pytest.mark.parametrize("sanitizer", ["address,undefined", "thread"])
def test_fuzzed_calls_on_several_threads(
    build_native: Build, kernel_objects: Path, need: Need, tmp_path: Path, sanitizer: str
) -> None:
    """A library that starts threads for next to nothing, and shares out rows of a few categories."""
    need("cc", "setarch")
    flags = f"-g -O1 -fsanitize={sanitizer} -fno-sanitize-recover=all"
    small = f"{flags} -DWORTH=100.0 -DSPLIT_MIN_K=600 -DSPLIT_PART_K=100"
    done = build_native("--prefix", tmp_path, "--objects", kernel_objects, CFLAGS=small, LDFLAGS=flags)
    assert done.returncode == 0, done.stderr
    made = fuzzer(tmp_path, tmp_path, *flags.split())
    # the sanitizer of threads wants addresses where it expects them
    output = run("setarch", "-R", made, 48_000, 5, 4, ASAN_OPTIONS="allocator_may_return_null=1")
    assert "48000 calls" in output


@pytest.mark.slow
@on_x86
@pytest.mark.parametrize("isa", ["v2", "v3"])  # valgrind has no AVX-512
def test_valgrind(prefix: Path, vectors: Path, need: Need, tmp_path: Path, isa: str) -> None:
    need("valgrind")
    skip_without(isa)
    valgrind = ("valgrind", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=all", "-q")
    output = run(*valgrind, vectors, given=native_calls.input_text(), GSAMPLER_ISA=isa)
    assert native_calls.differences(output, "dother") == []  # valgrind's fma gives some zeros the other sign
    if isa == "v2":  # valgrind takes NaN for unequal to infinity in VCMPPS with EQ_UQ, which v3 looks for it with
        assert "4800 calls" in run(*valgrind, fuzzer(prefix, tmp_path, "-O1"), 4800, 2, GSAMPLER_ISA=isa)


@pytest.mark.slow
@on_x86
def test_abi(build_native: Build, kernel_objects: Path, prefix: Path, need: Need, tmp_path: Path) -> None:
    """The ABI is what it was. Where it is to change, write it anew: see tests/native/write_abi.sh."""
    need("abidiff")
    done = build_native("--prefix", tmp_path, "--objects", kernel_objects, CFLAGS="-g")
    assert done.returncode == 0, done.stderr
    run("abidiff", HOSTS / "libgsampler.abi", tmp_path / "lib" / "libgsampler.so.1")
