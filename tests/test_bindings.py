"""The languages: bindings written from gsampler.h, the examples that use them, and the shared vectors through each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import native_calls
import native_dispatch
import numpy as np
import pytest
import write_bindings
from native_calls import link_flags, run

import gsampler as gs

pytestmark = pytest.mark.slow  # they build the C library, which takes a minute or two

ROOT = Path(__file__).parents[1]
EXAMPLES, HOSTS = ROOT / "native" / "examples", ROOT / "tests" / "native"
HEADER = write_bindings.HEADER.read_text()
LANGUAGES = {"c": "c", "c++": "cpp", "rust": "rs", "go": "go", "fortran": "f90", "node": "mjs", "lua": "lua"}
COMPILERS = {
    "c": ("cc",),
    "c++": ("g++",),
    "rust": ("rustc",),
    "go": ("go", "pkg-config"),
    "fortran": ("gfortran",),
    "node": ("node", "npm"),
    "lua": ("luajit",),
}
Need = Callable[..., None]
STRICT = ("-O2", "-Wall", "-Wextra", "-Werror")


@pytest.fixture(scope="session")
def koffi(need: Need, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The Node.js modules that the bindings need."""
    need(*COMPILERS["node"])
    where = tmp_path_factory.mktemp("node")
    shutil.copy(EXAMPLES / "package.json", where)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=where, capture_output=True, text=True)
    if done.returncode and not request.config.getoption("--slow"):
        pytest.skip("npm cannot install koffi")
    assert done.returncode == 0, done.stderr
    return where / "node_modules"


def program(
    language: str, stem: str, prefix: Path, work: Path, request: pytest.FixtureRequest, bindings: Path | None = None
) -> list[str]:
    """The command that runs vectors or draw in some language, built if it must be, with nothing else beside it."""
    request.getfixturevalue("need")(*COMPILERS[language])
    made, extension, flags = work / "program", LANGUAGES[language], link_flags(prefix)
    source = shutil.copy({"draw": EXAMPLES, "vectors": HOSTS}[stem] / f"{stem}.{extension}", work)
    binding = (bindings or write_bindings.BINDINGS) / f"gsampler.{extension}"
    if binding.exists():  # C and C++ have the header
        (work / "gsampler").mkdir()
        shutil.copy(binding, work / "gsampler" if language == "go" else work)
    dispatch = work / f"dispatch.{'h' if language in ('c', 'c++') else extension}"
    if stem == "vectors" and dispatch.name in native_dispatch.DISPATCH:
        native_dispatch.write(dispatch, prefix / "include" / "gsampler.h")
    if language == "c":
        run("cc", *STRICT, source, *flags, "-o", made)
    elif language == "c++":
        run("g++", "-std=c++17", *STRICT, source, *flags, "-o", made)
    elif language == "rust":
        run("rustc", "--edition", "2021", "-D", "warnings", "-O", "-L", f"native={prefix}/lib", source, "-o", made)
    elif language == "go":
        (work / "go.mod").write_text(f"module {stem}\n\ngo 1.18\n")
        environment = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig", "GOCACHE": f"{work}/cache"}
        sources = [source] if stem == "draw" else [source, work / "dispatch.go"]
        run("go", "vet", "./...", cwd=work, **environment)
        run("go", "build", "-o", made, *sources, cwd=work, **environment)
        assert run("gofmt", "-l", source, work / "gsampler") == ""
    elif language == "fortran":
        strict = ("-std=f2008", "-Wall", "-Werror", "-O2", "-J", work)
        run("gfortran", *strict, work / "gsampler.f90", source, *flags, "-o", made)
    elif language == "node":
        (work / "node_modules").symlink_to(request.getfixturevalue("koffi"))
        return ["node", source]
    elif language == "lua":
        return ["luajit", source]
    return [str(made)]


def environment_of(prefix: Path, work: Path) -> dict[str, str]:
    return {
        "LD_LIBRARY_PATH": f"{prefix}/lib",
        "GSAMPLER_LIBRARY": f"{prefix}/lib/libgsampler.so.1",
        "LUA_PATH": f"{work}/?.lua",
    }


def error_of(command: list[str], given: str, environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=os.environ | environment, input=given, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr


# --- languages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_vectors(language: str, prefix: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every shared vector, bit for bit; errors are told."""
    command, environment = program(language, "vectors", prefix, tmp_path, request), environment_of(prefix, tmp_path)
    output = run(*command, given=native_calls.input_text(), **environment)
    assert native_calls.differences(output) == []
    assert "gs_gumbel_f16" in error_of(command, "call\ngs_gumbel_f16\n0\n", environment)
    assert "number of threads" in error_of(command, "call\ngs_set_num_threads\n1\ni32:00000000\n", environment)


def test_wrong_results_are_noticed() -> None:
    right = "\n".join(word for case in native_calls.CASES for word in native_calls.results(case))
    assert native_calls.differences(right) == []
    assert len(native_calls.differences(right.replace("c58d8772", "c58d8773", 1))) == 1
    assert native_calls.differences(right + "\n0") == ["1 words too many"]
    assert len(native_calls.differences(right.rsplit("\n", 1)[0])) >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_example(language: str, prefix: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """It prints the frequencies that Python's generator gives, and its speed."""
    command = program(language, "draw", prefix, tmp_path, request)
    head, *rows, speed = run(*command, **environment_of(prefix, tmp_path)).splitlines()
    logits, n = np.array([-1.5, 0.0, 0.5, 1.0, 2.0]), 1_000_000
    frequencies = np.bincount(gs.Generator(42).categorical(logits, size=n, method="gumbel-max"), minlength=5) / n
    assert head.split() == ["category", "probability", "frequency"]
    expected = [
        (j, f"{p:.6f}", f"{f:.6f}") for j, (p, f) in enumerate(zip(gs.softmax(logits), frequencies, strict=True))
    ]
    assert [(int(row.split()[0]), *row.split()[1:]) for row in rows] == expected
    assert re.fullmatch(r"[\d.]+ million draws a second \(\w+\)", speed)


# --- bindings -------------------------------------------------------------------------------------------------


def write(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, write_bindings.__file__, *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True)


def test_bindings_are_what_the_header_gives() -> None:
    done = write("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_stale_bindings_are_named(tmp_path: Path) -> None:
    assert write("--output", tmp_path).returncode == 0
    assert write("--check", "--output", tmp_path).returncode == 0
    with (tmp_path / "gsampler.go").open("a") as file:
        file.write("// more\n")
    (tmp_path / "gsampler.lua").unlink()
    done = write("--check", "--output", tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path}/gsampler.go, {tmp_path}/gsampler.lua\n" in done.stderr
    assert "gsampler.rs" not in done.stderr


CALLS = {
    "rs": lambda name: rf"fn {name}\(",
    "go": lambda name: rf"C\.{name}\(",
    "f90": lambda name: rf"function {name}\(.*",
    "mjs": lambda name: rf'"{name}",',
    "lua": lambda name: rf"C\.{name}\(",
}


@pytest.mark.parametrize("extension", CALLS)
def test_every_function_and_status_is_in_the_binding(extension: str) -> None:
    declared = set(re.findall(r"\b(gs_\w+)\(", re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)))
    assert len(declared) > 70
    text = write_bindings.bindings(HEADER)[f"gsampler.{extension}"]
    text = re.sub(r"(?m)(^| )&?\n? *", " ", text) if extension == "f90" else re.sub(r"\(\n\s*", "(", text)
    assert [name for name in sorted(declared) if not re.search(CALLS[extension](name), text)] == []
    codes = dict(re.findall(r"(GS_\w+) = (\d+)", HEADER))
    assert len(codes) == 17
    for name, code in codes.items():
        plain = name.removeprefix("GS_")
        here = {"go": "OK" if plain == "OK" else plain.title().replace("Error_", "Err")}.get(extension, name)
        assert re.search(rf"\b{here}(: i32| Status)? = {code}\b", text), name


# --- a header with another function ---------------------------------------------------------------------------

CAUCHY = """
/* Of a standard Cauchy variate; shift may be NULL. */
int32_t gs_cauchy_f32(uint64_t seed, int32_t sign, float scale, const double *shift, int64_t n, float *out);

/* ---- noise"""
CAUCHY_IN_C = """
#include <gsampler.h>
int32_t gs_cauchy_f32(uint64_t seed, int32_t sign, float scale, const double *shift, int64_t n, float *out)
{
    if (n < 0)
        return GS_ERROR_SIZE;
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)sign * scale * (float)(i + (seed >> 60)) + (float)(shift ? shift[i] : 0);
    return GS_OK;
}
"""
# 8000000000000000, -1, 0.5, {1, 2, 3}, 3: -(8 + i) / 2 + i + 1
CAUCHY_CALL = """input 0 f64 3 3ff0000000000000 4000000000000000 4008000000000000 output 1 f32 3
call gs_cauchy_f32 6 u64:8000000000000000 i32:ffffffff f32:3f000000 array:0 i64:0000000000000003 array:1 print 1
call gs_cauchy_f32 6 u64:8000000000000000 i32:ffffffff f32:3f000000 null i64:0000000000000002 array:1 print 1"""


@pytest.fixture(scope="session")
def more(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library and its bindings with one more function, which nothing in this repository names but this test."""
    where = tmp_path_factory.mktemp("more") / "prefix"
    shutil.copytree(prefix, where, symlinks=True)
    (where / "include" / "gsampler.h").write_text(HEADER.replace("/* ---- noise", CAUCHY.lstrip(), 1))
    (where / "cauchy.c").write_text(CAUCHY_IN_C)
    library, whole = where / "lib" / "libgsampler.so.1", "-Wl,--whole-archive"
    flags = ("-shared", "-fPIC", *STRICT, f"-I{where}/include", f"-Wl,-soname,{library.name}")
    archive = (whole, prefix / "lib" / "libgsampler.a", "-Wl,--no-whole-archive", "-lm", "-pthread")
    run("cc", *flags, where / "cauchy.c", *archive, "-o", library)
    done = write("--header", where / "include" / "gsampler.h", "--output", where / "bindings")
    assert (done.returncode, done.stderr) == (0, "")
    return where


@pytest.mark.parametrize("language", LANGUAGES)
def test_new_function_costs_no_edit(language: str, more: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    command = program(language, "vectors", more, tmp_path, request, more / "bindings")
    output = run(*command, given=CAUCHY_CALL.replace(" ", "\n") + "\n", **environment_of(more, tmp_path))
    bits = np.array([-3.0, -2.5, -2.0, -4.0, -4.5, -2.0], np.float32).view(np.uint32)
    assert output.split() == [f"{x:08x}" for x in bits]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("const double *shift", "const int16_t *shift", "gs_cauchy_f32.*'const int16_t .shift'"),
        ("const double *shift", "const double **shift", "gs_cauchy_f32.*shift"),
        ("int32_t sign", "struct sign *sign", "gs_cauchy_f32.*'struct sign .sign'"),
        ("int32_t sign", "sign_t sign", "gs_cauchy_f32.*'sign_t sign'"),
        ("int32_t sign", "int32_t", "gs_cauchy_f32.*'int32_t'"),
        ("int32_t gs_cauchy_f32", "void gs_cauchy_f32", "gs_cauchy_f32 returns void"),
        ("int32_t gs_cauchy_f32", "typedef struct { int x; } gs_x;\nint32_t gs_cauchy_f32", "typedef struct"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in CAUCHY
    (tmp_path / "gsampler.h").write_text(HEADER.replace("/* ---- noise", CAUCHY.replace(old, new).lstrip(), 1))
    done = write("--header", tmp_path / "gsampler.h", "--output", tmp_path / "out")
    assert done.returncode == 1
    assert re.fullmatch(rf"native/write_bindings.py: .*{error}.*\n", done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("edition", ["2018", "2021", "2024"])
def test_rust_of_each_edition(need: Need, tmp_path: Path, edition: str) -> None:
    need("rustc")
    flags = ("--crate-type", "rlib", "-D", "warnings", "--out-dir", tmp_path)
    run("rustc", "--edition", edition, *flags, write_bindings.BINDINGS / "gsampler.rs")


def test_node_checks_the_type_of_arrays(prefix: Path, koffi: Path, tmp_path: Path) -> None:
    """koffi itself takes any array for any pointer, and C would write beyond its end."""
    shutil.copy(write_bindings.BINDINGS / "gsampler.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(koffi)
    code = 'import * as gs from "./gsampler.mjs"; gs.gumbelF64(42, 0, 0, 3, new Float32Array(3));'
    command = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(
        command, env=os.environ | environment_of(prefix, tmp_path), cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "gs_gumbel_f64: out must be a Float64Array or null" in done.stderr
