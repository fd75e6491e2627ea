#!/usr/bin/env python3
"""Build and install libgsampler, the C library: ``python native/build.py --prefix ~/.local``

Needs Python with numba and cffi, and a C compiler; what it installs needs none of them. ``CC``, ``CFLAGS``,
``LDFLAGS``, ``AR``, ``NM``, ``OBJCOPY`` and ``DESTDIR`` are heeded. The same inputs give the same files, to the bit.

``--jax`` builds libgsampler_jax.so beside it, for `gsampler.jax`: needs jax and a C++ compiler (``CXX``, ``CXXFLAGS``).
What is there already, made from the same, is left: share/gsampler/build.json says what each was made from.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path

NATIVE = Path(__file__).resolve().parent
ROOT = NATIVE.parent
sys.path[:0] = [str(ROOT), str(NATIVE)]

from objects import ISAS, BuildError, digest, llvm_ir, object_code, symbols, undefined, write_headers  # noqa: E402

HEADER = NATIVE / "gsampler.h"
INNER = NATIVE / "src" / "inner.h"
JAX_SOURCE = NATIVE / "src" / "jax.cc"
ABI = 1  # of the SONAME
LIBRARY = f"libgsampler.so.{ABI}"
FOR_JAX = "libgsampler_jax.so"
RECORD = "share/gsampler/build.json"  # of each library, digests of what it was made from and of itself
UNITS = {"dispatch": ("dispatch.c",), "threads": ("threads.c",), "untyped": ("untyped.c",)} | {
    f"f{bits}": ("typed.c", f"-DREAL={bits}") for bits in (32, 64)
}


def main() -> None:
    options = arguments()
    try:
        for_jax = (xla_headers(), cxx(options.machine)) if options.jax else None
        check_needs()
        tools, root = Tools(options.machine), root_of(options)
        made_from = library_inputs(options.machine, tools)
        if for_jax is None or not is_installed(root, LIBRARY, made_from):
            build(options, tools)
            record(root, LIBRARY, made_from)
        if for_jax is not None:
            build_for_jax(root, made_from, *for_jax)
    except (BuildError, OSError) as error:
        sys.exit(f"native/build.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"native/build.py: this failed: {shlex.join(map(str, error.cmd))}\n{error.stderr or ''}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="native/build.py",
        description="Build and install libgsampler, for Linux.",
        epilog="CC, CFLAGS, CXX, CXXFLAGS, LDFLAGS, AR, NM, OBJCOPY and DESTDIR in the environment are heeded.",
    )
    parser.add_argument("--prefix", type=Path, default=Path("/usr/local"), help="where it goes (default %(default)s)")
    parser.add_argument("--destdir", type=Path, default=os.environ.get("DESTDIR") or None, help="put before the prefix")
    parser.add_argument("--machine", choices=ISAS, default=platform.machine(), help="processor (default %(default)s)")
    parser.add_argument("--objects", type=Path, help="keep the kernels' object files here, for later builds")
    parser.add_argument(
        "--jax", action="store_true", help=f"build {FOR_JAX} for the JAX that is installed, and the library if need be"
    )
    options = parser.parse_args()
    if options.machine not in ISAS:
        parser.error(f"there is no library for {options.machine}; --machine must be one of {', '.join(ISAS)}")
    return options


def check_needs() -> None:
    for name in ("numba", "numpy", "cffi"):
        if importlib.util.find_spec(name) is None:
            raise BuildError(f"{name} is needed to build the library: pip install 'numba>=0.62' numpy cffi")
    if tuple(map(int, metadata.version("numba").split(".")[:2])) < (0, 62):  # whose LLVM still has typed pointers
        raise BuildError(f"numba 0.62 or later is needed to build the library, not {metadata.version('numba')}")


class Tools:
    """The C compiler and what comes with it, for one processor."""

    def __init__(self, machine: str) -> None:
        prefix = "" if machine == platform.machine() else f"{machine}-linux-gnu-"
        self.cc = self.find("CC", "a C compiler", *((f"{prefix}gcc",) if prefix else ("cc", "gcc", "clang")))
        self.ar = self.find("AR", "an archiver", f"{prefix}ar")
        self.nm = self.find("NM", "nm, of binutils,", f"{prefix}nm")
        self.objcopy = self.find("OBJCOPY", "objcopy, of binutils,", f"{prefix}objcopy")

    @staticmethod
    def find(variable: str, what: str, *names: str) -> list[str]:
        given = shlex.split(os.environ.get(variable, ""))
        for command in [given] if given else [[name] for name in names]:
            if shutil.which(command[0]):
                return command
        looked = shlex.join(given) if given else " or ".join(names)
        raise BuildError(f"{what} is needed: {looked} was not found; install one, or set {variable}")


def version() -> str:
    """Of the package, which the header must agree with."""
    text = (ROOT / "gsampler" / "__init__.py").read_text()
    found = re.search(r'^__version__ = "(\d+)\.(\d+)\.(\d+)"$', text, re.M)
    number = re.search(r"^#define GS_VERSION_NUMBER (\d+)", HEADER.read_text(), re.M)
    assert found is not None
    assert number is not None
    major, minor, patch = map(int, found.groups())
    if int(number[1]) != 10000 * major + 100 * minor + patch:
        raise BuildError(f"gsampler.h has GS_VERSION_NUMBER {number[1]}, but gsampler is {found[0]}")
    return f"{major}.{minor}.{patch}"


def functions() -> set[str]:
    """Names of the functions that the header declares."""
    return set(re.findall(r"\b(gs_\w+)\(", re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)))


def inner_functions() -> set[str]:
    """Names of the functions that `FOR_JAX` alone calls."""
    names = re.findall(r"\b(gs_inner_\w+_)##suffix\(", INNER.read_text())
    return {f"{name}f{bits}" for name in names for bits in (32, 64)}


def build(options: argparse.Namespace, tools: Tools) -> None:
    release = version()
    root = make_directories(options)  # now, rather than find out after a minute
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        kernels = kernel_objects(options.objects or work, options.machine, tools)
        write_headers(work)
        objects = [*(compile_unit(work, unit, tools) for unit in UNITS), *kernels]
        shared, static = link(work, objects, tools), archive(work, objects, tools)
        install(shared, static, root, release)
    print(f"libgsampler {release} for {options.machine} ({', '.join(ISAS[options.machine])}) is in {root}")


def kernel_objects(directory: Path, machine: str, tools: Tools) -> list[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    made_from = digest()
    paths = {isa: directory / f"kernels_{isa}_{made_from}.o" for isa in ISAS[machine]}
    missing = [isa for isa, path in paths.items() if not path.exists()]
    if missing:
        print(f"compiling the kernels for {', '.join(missing)}: about a minute", flush=True)
        text = llvm_ir()
        with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
            made = [pool.submit(object_code, text, machine, isa) for isa in missing]
            for isa, code in zip(missing, made, strict=True):
                put(code.result(), paths[isa])
    for path in paths.values():
        undefined(path, tools.nm)
    return list(paths.values())


def compile_unit(work: Path, unit: str, tools: Tools) -> Path:
    source, *defined = UNITS[unit]
    path = work / f"{unit}.o"
    flags = [
        "-O3",
        "-Wall",
        "-Wextra",
        f"-I{work}",
        f"-ffile-prefix-map={NATIVE}=.",
        f"-ffile-prefix-map={work}=.",
        *shlex.split(os.environ.get("CFLAGS", "")),
    ]
    # last, since results and checks hang on them
    flags += ["-std=c11", "-fPIC", "-fvisibility=hidden", "-fno-fast-math", "-ffp-contract=off", "-fno-lto", "-pthread"]
    flags += defined
    call(*tools.cc, *flags, "-c", str(NATIVE / "src" / source), "-o", str(path))
    return path


def link(work: Path, objects: list[Path], tools: Tools) -> Path:
    """The shared library. Its own calls stay within it, whatever the host defines."""
    shared, exported = work / LIBRARY, work / "exported"
    exported.write_text("{ global: gs_*; local: *; };\n")
    flags = ["-shared", f"-Wl,-soname,{shared.name}", f"-Wl,--version-script={exported}", "-Wl,-Bsymbolic-functions"]
    flags += ["-Wl,--no-undefined", "-Wl,-z,noexecstack,-z,relro,-z,now"]
    extra = shlex.split(os.environ.get("LDFLAGS", ""))
    call(*tools.cc, *flags, "-o", str(shared), *map(str, objects), *extra, "-pthread", "-lm")
    check_exports(shared, tools)
    return shared


def archive(work: Path, objects: list[Path], tools: Tools) -> Path:
    """The static library: one object, in which all that is not of the header is local."""
    whole, static = work / "gsampler.o", work / "libgsampler.a"
    call(*tools.cc, "-r", "-nostdlib", "-o", str(whole), *map(str, objects))
    call(*tools.objcopy, "--localize-hidden", str(whole))
    call(*tools.ar, "rcsD", str(static), str(whole))
    return static


def check_exports(shared: Path, tools: Tools) -> None:
    """The library exports the functions of the header, those for JAX, and nothing else."""
    different = symbols(shared, tools.nm, "-D", "--defined-only") ^ (functions() | inner_functions())
    if different:
        raise BuildError(f"declared or exported, but not both: {', '.join(sorted(different))}")


def call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stderr:
        print(done.stderr, file=sys.stderr, end="")
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command)


# --- what a library is made from --------------------------------------------------------------------------------


def digest_of(*inputs: str | Path) -> str:
    """Of texts, and of what files hold."""
    whole = hashlib.sha256()
    for given in inputs:
        content = given.read_bytes() if isinstance(given, Path) else given.encode()
        whole.update(f"{len(content)}:".encode() + content)
    return whole.hexdigest()


def compiler_of(command: list[str]) -> list[str]:
    """A compiler's command, and what it says of its version."""
    return [shlex.join(command), subprocess.run([*command, "--version"], capture_output=True, text=True).stdout]


def library_inputs(machine: str, tools: Tools) -> str:
    """Of all that decides what the library is."""
    sources = [HEADER, Path(__file__), *sorted(path for path in (NATIVE / "src").iterdir() if path != JAX_SOURCE)]
    flags = [os.environ.get(name, "") for name in ("CFLAGS", "LDFLAGS")]
    return digest_of(machine, version(), digest(), *compiler_of(tools.cc), *flags, *sources)


def records(root: Path) -> dict[str, dict[str, str]]:
    try:
        read = json.loads((root / RECORD).read_text())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def record(root: Path, name: str, made_from: str) -> None:
    """Write what an installed library was made from; libgsampler.so is the first of a prefix, and forgets the other."""
    known = {} if name == LIBRARY else records(root)
    known[name] = {"made_from": made_from, "file": digest_of(root / "lib" / name)}
    put((json.dumps(known, indent=1, sort_keys=True) + "\n").encode(), root / RECORD)


def is_installed(root: Path, name: str, made_from: str) -> bool:
    """Whether a library is there that was made from this."""
    path, header = root / "lib" / name, root / "include" / HEADER.name
    if not path.exists() or not header.exists() or header.read_bytes() != HEADER.read_bytes():
        return False
    return records(root).get(name) == {"made_from": made_from, "file": digest_of(path)}


# --- for JAX --------------------------------------------------------------------------------------------------------


def cxx(machine: str) -> list[str]:
    """The C++ compiler."""
    names = ("c++", "g++", "clang++") if machine == platform.machine() else (f"{machine}-linux-gnu-g++",)
    return Tools.find("CXX", "a C++ compiler", *names)


def xla_headers() -> Path:
    """Where the JAX that is installed has them."""
    try:
        import jax

        return Path(jax.ffi.include_dir())
    except (ImportError, AttributeError) as error:
        raise BuildError(f"jax is needed to build {FOR_JAX}: pip install 'jax>=0.6' ({error})") from error


def build_for_jax(root: Path, library: str, include: Path, compiler: list[str]) -> None:
    """Compile src/jax.cc, which finds the library in the directory that it is in itself."""
    import jax

    from gsampler.kernels import constants

    headers = sorted(path for path in include.rglob("*") if path.is_file())
    flags = [os.environ.get(name, "") for name in ("CXXFLAGS", "LDFLAGS")]
    made_from = digest_of(library, *compiler_of(compiler), *flags, JAX_SOURCE, *headers)
    if is_installed(root, FOR_JAX, made_from):
        print(f"{FOR_JAX} in {root / 'lib'} was made from the same: it is left")
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shared, exported = work / FOR_JAX, work / "exported"
        exported.write_text("{ global: gs_jax_*; local: *; };\n")
        flags = ["-O2", "-Wall", "-Wextra", *shlex.split(os.environ.get("CXXFLAGS", ""))]
        flags += ["-std=c++17", "-fPIC", "-shared", "-fno-fast-math", f"-ffile-prefix-map={NATIVE}=."]
        flags += [f"-I{root / 'include'}", f"-I{NATIVE / 'src'}", "-isystem", str(include)]
        flags += [f"-D{name}={getattr(constants, name)}" for name in ("LARGE_LOGIT_F32", "LARGE_LOGIT_F64")]
        flags += [f"-Wl,-soname,{FOR_JAX}", f"-Wl,--version-script={exported}", "-Wl,-rpath,$ORIGIN"]
        flags += ["-Wl,--no-undefined", "-Wl,-z,noexecstack,-z,relro,-z,now"]
        libraries = [str(root / "lib" / LIBRARY), *shlex.split(os.environ.get("LDFLAGS", ""))]
        call(*compiler, *flags, str(JAX_SOURCE), "-o", str(shared), *libraries)
        put(shared.read_bytes(), root / "lib" / FOR_JAX, 0o755)
    record(root, FOR_JAX, made_from)
    print(f"{FOR_JAX} for JAX {jax.__version__} is in {root / 'lib'}")


# --- what is installed ----------------------------------------------------------------------------------------------

DIRECTORIES = ("bin", "include", "lib/pkgconfig", "lib/cmake/gsampler", "share/doc/gsampler", "share/gsampler/bindings")


def root_of(options: argparse.Namespace) -> Path:
    prefix: Path = options.prefix.expanduser().absolute()
    return Path(f"{options.destdir}{prefix}") if options.destdir else prefix


def make_directories(options: argparse.Namespace) -> Path:
    root = root_of(options)
    for name in DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)
        if not os.access(root / name, os.W_OK):
            raise BuildError(f"{root / name} cannot be written to; choose another place with --prefix")
    return root


def install(shared: Path, static: Path, root: Path, release: str) -> None:
    lib = root / "lib"
    put(ROOT.joinpath("LICENSE").read_bytes(), root / "share" / "doc" / "gsampler" / "LICENSE")
    put(HEADER.read_bytes(), root / "include" / "gsampler.h")
    for path in sorted((NATIVE / "bindings").iterdir()):
        put(path.read_bytes(), root / "share" / "gsampler" / "bindings" / path.name)
    put(shared.read_bytes(), lib / shared.name, 0o755)
    put(static.read_bytes(), lib / static.name)
    link = lib / "libgsampler.so"
    link.unlink(missing_ok=True)
    link.symlink_to(shared.name)
    names = {
        "gsampler.pc": lib / "pkgconfig",
        "gsampler-config.cmake": lib / "cmake" / "gsampler",
        "gsampler-config-version.cmake": lib / "cmake" / "gsampler",
        "gsampler-config": root / "bin",
    }
    for name, directory in names.items():
        text = (NATIVE / "install" / f"{name}.in").read_text().replace("@VERSION@", release).replace("@ABI@", str(ABI))
        put(text.encode(), directory / name, 0o755 if directory.name == "bin" else 0o644)


def put(content: bytes, path: Path, mode: int = 0o644) -> None:
    """Replace a file whole: a program may have the old one open."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.chmod(mode)
    new.replace(path)


if __name__ == "__main__":
    main()
