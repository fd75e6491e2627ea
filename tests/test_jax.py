"""gsampler.jax: the bits of `Generator`, JAX's transformations, and its functions on the same noise.

Each test of a distribution fails on a right sampler with probability 1e-6. Tests that are not slow need no library.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy import stats

import gsampler as gs
from gsampler.native import PREFIXES

ROOT = Path(__file__).parents[1]
FALSE_ALARM = 1e-6
KEY = jax.random.key(42)
DTYPES = ["float16", "bfloat16", "float32", "float64"]
RUNTIME_ERRORS = (jax.errors.JaxRuntimeError, ValueError)  # the second from a call that was compiled before


@pytest.fixture(scope="module")
def gj(prefix_with_jax: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GSAMPLER_PREFIX", str(prefix_with_jax))
        yield importlib.import_module("gsampler.jax")


@pytest.fixture
def x64() -> Iterator[None]:
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def generator(key: Any) -> gs.Generator:
    """The generator of a key, as the page says it."""
    words = np.asarray(jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key).tolist()
    seed, stream = (words[i] * 2**32 + words[i + 1] if i < len(words) else 0 for i in (0, 2))
    return gs.Generator(seed, stream)


def logits_of(*shape: int, dtype: Any = np.float32, seed: int = 1) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def computed(x: jax.Array) -> Any:
    """An array as NumPy has it, in the type in which it is computed."""
    return np.asarray(x, np.float64 if x.dtype == np.float64 else np.float32)


def same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return bool(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())


def own(key: Any, logits: jax.Array, tau: Any = 1.0) -> jax.Array:
    """JAX's own Gumbel-Softmax of our noise."""
    noise = generator(key).gumbel(size=logits.shape, dtype=logits.dtype)
    return jax.nn.softmax((logits + noise) / tau)


# --- where it is not built --------------------------------------------------------------------------------------


def imported(**environment: str) -> subprocess.CompletedProcess[str]:
    given = {k: v for k, v in os.environ.items() if k != "GSAMPLER_PREFIX"} | environment
    command = [sys.executable, "-c", "import gsampler.jax"]
    return subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True)


def error_of(**environment: str) -> str:
    done = imported(**environment)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    return last


def test_the_error_says_how_to_build_it(tmp_path: Path) -> None:
    error = error_of(GSAMPLER_PREFIX=str(tmp_path))
    assert f"libgsampler_jax.so, which is not in {tmp_path}/lib" in error
    assert f"python native/build.py --prefix {tmp_path} --jax" in error


def test_the_error_names_the_first_place_to_install_it(tmp_path: Path) -> None:
    """Or that which has the C library already; a space in it is quoted."""
    spaced = tmp_path / "a b"
    assert f"--prefix '{spaced}' --jax" in error_of(GSAMPLER_PREFIX=str(spaced))
    if not any((Path(p).expanduser() / "lib" / "libgsampler.so.1").exists() for p in PREFIXES[1:]):
        assert f"--prefix {tmp_path}/.local --jax" in error_of(HOME=str(tmp_path))


def test_what_is_no_library_is_an_import_error(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libgsampler_jax.so").write_text("nothing")
    error = error_of(GSAMPLER_PREFIX=str(tmp_path))
    assert "cannot be loaded" in error
    assert f"python native/build.py --prefix {tmp_path} --jax" in error


def test_gsampler_imports_no_jax() -> None:
    code = "import sys, gsampler, gsampler.native; assert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# --- the build --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_library_that_is_there_is_left(prefix: Path, prefix_with_jax: Path) -> None:
    name = "lib/libgsampler.so.1"
    assert (prefix_with_jax / name).stat().st_mtime_ns == (prefix / name).stat().st_mtime_ns
    assert not (prefix / "lib" / "libgsampler_jax.so").exists()


@pytest.mark.slow
def test_a_library_of_another_header_is_built_anew(
    build_native: Callable[..., subprocess.CompletedProcess[str]], prefix: Path, kernel_objects: Path, tmp_path: Path
) -> None:
    (tmp_path / "include").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "include" / "gsampler.h").write_text("/* old */")
    (tmp_path / "lib" / "libgsampler.so.1").write_text("old")
    done = build_native("--prefix", tmp_path, "--objects", kernel_objects, "--jax")
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("lib/libgsampler.so.1", "include/gsampler.h"):
        assert (tmp_path / name).read_bytes() == (prefix / name).read_bytes()
    assert imported(GSAMPLER_PREFIX=str(tmp_path)).returncode == 0


@pytest.mark.slow
def test_what_was_made_from_the_same_is_left(
    build_native: Callable[..., subprocess.CompletedProcess[str]],
    prefix_with_jax: Path,
    kernel_objects: Path,
    tmp_path: Path,
) -> None:
    """Of both libraries; not where a flag, a source, JAX's headers or what is there are others."""
    native, root = tmp_path / "native", tmp_path / "prefix"
    shutil.copytree(ROOT / "native", native)
    shutil.copy(ROOT / "LICENSE", tmp_path)
    shutil.copytree(ROOT / "gsampler", tmp_path / "gsampler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(prefix_with_jax, root, symlinks=True)
    libraries = [root / "lib" / name for name in ("libgsampler.so.1", "libgsampler_jax.so")]

    def made_anew(**environment: str) -> list[bool]:
        """Which of the two a build makes."""
        before = [path.stat().st_ino for path in libraries]  # a file that is written is another one
        done = build_native(
            "--prefix", root, "--objects", kernel_objects, "--jax", script=native / "build.py", **environment
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [path.stat().st_ino != inode for path, inode in zip(libraries, before, strict=True)]

    def change(path: Path) -> None:
        path.write_text(path.read_text() + "\n")

    made_anew()  # since paths are no part of it, this may make nothing
    assert made_anew() == [False, False]
    assert made_anew(CXXFLAGS="-DNOTHING") == [False, True]
    assert made_anew(CXXFLAGS="-DNOTHING") == [False, False]
    assert made_anew(CFLAGS="-DNOTHING") == [True, True]
    assert made_anew() == [True, True]
    change(native / "src" / "jax.cc")
    assert made_anew() == [False, True]
    change(native / "src" / "typed.c")
    assert made_anew() == [True, True]
    assert made_anew() == [False, False]
    libraries[1].write_bytes(b"another")
    assert made_anew() == [False, True]
    libraries[0].write_bytes(b"another")
    assert made_anew() == [True, True]
    (root / "share" / "gsampler" / "build.json").write_text("nothing")
    assert made_anew() == [True, True]
    headers = tmp_path / "headers"
    shutil.copytree(jax.ffi.include_dir(), headers)
    (tmp_path / "sitecustomize.py").write_text(f"import jax\njax.ffi.include_dir = lambda: {str(headers)!r}\n")
    assert made_anew(PYTHONPATH=str(tmp_path)) == [False, False]
    change(headers / "xla" / "ffi" / "api" / "c_api.h")
    assert made_anew(PYTHONPATH=str(tmp_path)) == [False, True]


@pytest.mark.slow
def test_it_exports_its_handlers_alone(prefix_with_jax: Path, need: Callable[..., None]) -> None:
    need("nm", "readelf")
    path = str(prefix_with_jax / "lib" / "libgsampler_jax.so")
    listed = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1] for line in listed.splitlines()}
    assert names == {f"gs_jax_{n}" for n in ("gumbel", "categorical", "alias", "soft", "hard", "backward", "elsewhere")}
    needs = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    assert "[libgsampler.so.1]" in needs
    assert "[$ORIGIN]" in needs  # it finds it beside itself


@pytest.mark.slow
def test_what_the_build_needs_is_named(
    build_native: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = build_native("--prefix", tmp_path / "out", "--jax", CXX="no-such-compiler")
    assert (done.returncode, done.stderr) == (
        1,
        "native/build.py: a C++ compiler is needed: no-such-compiler was not found; install one, or set CXX\n",
    )
    (tmp_path / "jax").mkdir()
    (tmp_path / "jax" / "__init__.py").write_text("raise ImportError('none here')")
    done = build_native("--prefix", tmp_path / "out", "--jax", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "pip install 'jax>=0.6' (none here)" in done.stderr
    assert not (tmp_path / "out").exists()


# --- keys -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_known_answers(gj: ModuleType) -> None:
    """The seed and the stream of a key never change: these numbers were written down."""
    assert gj.gumbel(KEY, (3,)).tolist() == [1.0878001451492310, 0.4585273265838623, -1.0271880626678467]
    assert same(gj.gumbel(KEY, 1000), gs.Generator(42).gumbel(size=1000, dtype=np.float32))
    cases = [
        ([0x01234567, 0x89ABCDEF], 0x0123456789ABCDEF, 0),
        ([0xFFFFFFFF, 0xFFFFFFFE], 2**64 - 2, 0),
        ([1, 2, 3, 4], 2**32 + 2, 3 * 2**32 + 4),
        ([0xFFFFFFFF, 0, 0x89ABCDEF, 0x01234567], 0xFFFFFFFF00000000, 0x89ABCDEF01234567),
    ]
    for words, seed, stream in cases:
        expected = gs.Generator(seed, stream).gumbel(size=100, dtype=np.float32)
        assert same(gj.gumbel(np.array(words, np.uint32), 100), expected)
        assert same(gj.gumbel(jnp.array(words, jnp.uint32), 100), expected)
        impl = "threefry2x32" if len(words) == 2 else "rbg"
        assert same(gj.gumbel(jax.random.wrap_key_data(jnp.array(words, jnp.uint32), impl=impl), 100), expected)


@pytest.mark.slow
@pytest.mark.parametrize("impl", ["threefry2x32", "rbg", "unsafe_rbg"])
def test_keys_of_both_styles(gj: ModuleType, impl: str) -> None:
    for seed in (0, 42, 2**31 - 1):
        key, old = jax.random.key(seed, impl=impl), jax.random.PRNGKey(seed, impl=impl)
        expected = gs.Generator(seed, 0 if impl == "threefry2x32" else seed).gumbel(size=9, dtype=np.float32)
        assert same(gj.gumbel(key, 9), expected)
        assert same(gj.gumbel(old, 9), expected)


@pytest.mark.slow
def test_keys_decide(gj: ModuleType) -> None:
    x = jnp.zeros((100, 50))
    keys = [KEY, *jax.random.split(KEY), jax.random.fold_in(KEY, 7), jax.random.key(43)]
    for draw in (lambda key: gj.gumbel(key, 1000), lambda key: gj.categorical(key, x)):
        made = [np.asarray(draw(key)) for key in keys]
        assert len({a.tobytes() for a in made}) == len(keys)
        assert same(draw(KEY), made[0])
        assert same(jax.jit(draw)(KEY), made[0])


# --- the bits of Generator --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (3, 0, 2), (5, 1025), 6])
def test_gumbel_is_that_of_the_generator(gj: ModuleType, x64: None, dtype: str, shape: Any) -> None:
    made = gj.gumbel(KEY, shape, dtype)
    noise = generator(KEY).gumbel(size=shape, dtype=np.float64 if dtype == "float64" else np.float32)
    assert made.dtype.name == dtype
    assert same(made, jnp.asarray(noise).astype(dtype))


@pytest.mark.slow
def test_the_default_dtype_is_that_of_jax(gj: ModuleType) -> None:
    assert gj.gumbel(KEY, 3).dtype == jnp.float32
    assert gj.gumbel(KEY, 3, jnp.float64).dtype == jnp.float32  # without 64 bits
    assert gj.categorical(KEY, jnp.zeros(3)).dtype == jnp.int32
    assert gj.categorical(KEY, np.zeros(3)).dtype == jax.random.categorical(KEY, np.zeros(3)).dtype


@pytest.mark.slow
def test_the_default_dtype_with_64_bits(gj: ModuleType, x64: None) -> None:
    assert gj.gumbel(KEY, 3).dtype == jnp.float64
    assert gj.categorical(KEY, jnp.zeros(3)).dtype == jnp.int64


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dtype", "bits"), [*((dtype, 32) for dtype in DTYPES[:3]), *((dtype, 64) for dtype in DTYPES)]
)
@pytest.mark.parametrize(("shape", "axis"), [((6,), -1), ((4, 5), 1), ((4, 5), 0), ((2, 7, 3), 1), ((0, 4), -1)])
def test_categorical_is_that_of_the_generator(
    gj: ModuleType, request: pytest.FixtureRequest, dtype: str, bits: int, shape: tuple[int, ...], axis: int
) -> None:
    if bits == 64:
        request.getfixturevalue("x64")
    x = logits_of(*shape, dtype=dtype)
    batch = jax.random.categorical(KEY, x, axis).shape
    made = gj.categorical(KEY, x, axis)
    assert made.dtype == (jnp.int64 if bits == 64 else jnp.int32)
    assert same(made, generator(KEY).categorical(computed(x), axis=axis).astype(made.dtype))
    noise = np.moveaxis(generator(KEY).gumbel(size=(*batch, x.shape[axis]), dtype=computed(x).dtype), -1, axis)
    assert same(made, jnp.argmax(computed(x) + noise, axis))
    for size in ((1,), (20,), (3, 2)):
        repeated = gj.categorical(KEY, x, axis, (*size, *batch))
        assert np.array_equal(repeated, generator(KEY).categorical(computed(x), size, axis))


@pytest.mark.slow
def test_shapes_that_logits_broadcast_to(gj: ModuleType) -> None:
    x = logits_of(1, 6)
    whole = jnp.broadcast_to(x, (5, 6))
    assert same(gj.categorical(KEY, x, shape=(5,)), gj.categorical(KEY, whole))
    assert same(gj.categorical(KEY, x, shape=(2, 5)), gj.categorical(KEY, whole, shape=(2, 5)))
    assert gj.categorical(KEY, x[0], shape=()).shape == ()
    assert gj.categorical(KEY, x[0], shape=4).shape == (4,)
    assert gj.categorical(KEY, x[0], shape=(0, 4)).shape == (0, 4)


TAUS = [((), 0.3), ((5,), 0.3), ((4, 1), None), ((4, 5), None), ((4, 5, 1), None), ((1, 1, 1), 0.7), ((1, 5), None)]


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "value"), TAUS)
def test_gumbel_softmax_is_that_of_the_generator(
    gj: ModuleType, x64: None, hard: bool, dtype: str, shape: tuple[int, ...], value: float | None
) -> None:
    x = logits_of(4, 5, 6, dtype=dtype)
    tau = np.random.default_rng(2).uniform(0.2, 2, shape) if value is None else np.full(shape, value)
    made = gj.gumbel_softmax(KEY, x, tau, hard)
    expected = generator(KEY).gumbel_softmax(computed(x), tau=tau.astype(computed(x).dtype), hard=hard)
    assert made.dtype == x.dtype
    assert same(made, jnp.asarray(expected).astype(dtype))
    assert same(gj.gumbel_softmax(KEY, x, jnp.asarray(tau), hard), made)


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_axes(gj: ModuleType, hard: bool, axis: int) -> None:
    x = logits_of(4, 5, 6)
    expected = generator(KEY).gumbel_softmax(np.asarray(x), tau=0.5, hard=hard, axis=axis)
    assert same(gj.gumbel_softmax(KEY, x, 0.5, hard, axis), expected)
    rows = x.shape[:axis] + x.shape[axis % 3 + 1 :]
    tau = np.random.default_rng(2).uniform(0.2, 2, rows).astype(np.float32)
    expected = generator(KEY).gumbel_softmax(np.asarray(x), tau=tau, hard=hard, axis=axis)
    assert same(gj.gumbel_softmax(KEY, x, tau, hard, axis), expected)
    assert same(gj.gumbel_softmax(KEY, x, np.expand_dims(tau, axis), hard, axis), expected)


@pytest.mark.slow
def test_one_hot_is_exact(gj: ModuleType) -> None:
    x = logits_of(1000, 7)
    value = gj.gumbel_softmax(KEY, x, 0.3, hard=True)
    assert set(np.unique(value)) == {0.0, 1.0}
    assert np.array_equal(value.argmax(-1), gj.categorical(KEY, x))
    kept, _ = jax.vjp(lambda x: gj.gumbel_softmax(KEY, x, 0.3, hard=True), x)  # with the soft sample beside it
    assert same(kept, value)


@pytest.mark.slow
def test_masks(gj: ModuleType) -> None:
    x = jnp.array([[0.0, -jnp.inf, 1.0]] * 100)
    assert (gj.categorical(KEY, x) != 1).all()
    assert (gj.categorical(KEY, x, shape=(50, 100)) != 1).all()
    for hard in (False, True):
        value, vjp = jax.vjp(lambda x, hard=hard: gj.gumbel_softmax(KEY, x, hard=hard)[:, 0].sum(), x)
        grad = vjp(jnp.ones_like(value))[0]
        assert (grad[:, 1] == 0).all()
        assert (grad[:, 0] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_logits(gj: ModuleType, x64: None, dtype: str) -> None:
    """Rows whose noise would be lost in the sum are shifted, as Python's are; also in lanes."""
    limit = 2.0**10 if dtype == "float32" else 2.0**39
    sizes = [limit - 200, limit - 1, limit, limit + 1, limit * 1000, -limit, -limit * 1000, 0]
    x = logits_of(len(sizes), 6, dtype=dtype) + jnp.asarray(sizes, dtype)[:, None]
    rng = generator(KEY)
    assert same(gj.categorical(KEY, x), rng.categorical(np.asarray(x)))
    for hard in (False, True):
        assert same(
            gj.gumbel_softmax(KEY, x, 0.5, hard), generator(KEY).gumbel_softmax(np.asarray(x), tau=0.5, hard=hard)
        )
    keys = jax.random.split(KEY, len(sizes))
    each = [generator(keys[i]).categorical(np.asarray(x[i])) for i in range(len(sizes))]
    assert jax.vmap(gj.categorical)(keys, x).tolist() == each


@pytest.mark.slow
def test_numpy_and_lists(gj: ModuleType) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    expected = gj.gumbel_softmax(KEY, jnp.asarray(x), 0.5)
    for given in (x, x.tolist(), x.astype(np.float32), np.asfortranarray(x), x[:, ::-1][:, ::-1]):
        assert same(gj.gumbel_softmax(KEY, given, 0.5), expected)
    assert same(gj.gumbel_softmax(KEY, x, np.float64(0.5)), expected)
    assert same(gj.gumbel_softmax(KEY, x, jnp.float16(0.5)), expected)
    assert same(gj.gumbel_softmax(KEY, x, 1), gj.gumbel_softmax(KEY, x))


# --- transformations --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_jit_gives_the_same(gj: ModuleType) -> None:
    x, tau = logits_of(30, 8), jnp.float32(0.4)
    assert same(jax.jit(gj.categorical)(KEY, x), gj.categorical(KEY, x))
    for hard in (False, True):
        jitted = jax.jit(gj.gumbel_softmax, static_argnums=3)
        assert same(jitted(KEY, x, tau, hard), gj.gumbel_softmax(KEY, x, tau, hard))


CALLS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "gumbel": lambda gj, key, x, tau: gj.gumbel(key, (3, 5)),
    "categorical": lambda gj, key, x, tau: gj.categorical(key, x),
    "categorical, repeated": lambda gj, key, x, tau: gj.categorical(key, x, shape=(4, *x.shape[:-1])),
    "soft": lambda gj, key, x, tau: gj.gumbel_softmax(key, x, tau),
    "hard": lambda gj, key, x, tau: gj.gumbel_softmax(key, x, tau, hard=True),
    "axis": lambda gj, key, x, tau: gj.gumbel_softmax(key, x, tau, axis=0),
    "gradient to logits": lambda gj, key, x, tau: jax.grad(
        lambda x: (gj.gumbel_softmax(key, x, tau) ** 2).sum() if x.ndim else x
    )(x),
    "gradient to tau": lambda gj, key, x, tau: jax.grad(
        lambda tau: (gj.gumbel_softmax(key, x, tau, hard=True) * jnp.arange(x.shape[-1])).sum()
    )(tau),
}


@pytest.mark.slow
@pytest.mark.parametrize("rows", [(), (1,), (3,)])
@pytest.mark.parametrize(
    "lanes", [(0, None, None), (None, 0, None), (0, 0, None), (None, None, 0), (0, None, 0), (0, 0, 0)]
)
@pytest.mark.parametrize("name", CALLS)
def test_vmap_is_a_loop(gj: ModuleType, name: str, lanes: Any, rows: tuple[int, ...]) -> None:
    """Over split keys, logits, temperatures, and what is shared."""
    n, call = 6, CALLS[name]
    if name == "gumbel" and lanes[0] is None:
        lanes = (0, *lanes[1:])
    if name.startswith("categorical") and lanes == (None, None, 0):
        lanes = (0, None, 0)
    all_keys, all_x = jax.random.split(KEY, n), logits_of(n, *rows, 5)
    all_tau = jnp.linspace(0.2, 2, n)
    given = [a if lane == 0 else a[1] for a, lane in zip((all_keys, all_x, all_tau), lanes, strict=True)]
    mapped = jax.vmap(lambda *a: call(gj, *a), lanes)
    made = jax.jit(mapped)(*given)
    loop = [call(gj, *(a[i] if lane == 0 else a for a, lane in zip(given, lanes, strict=True))) for i in range(n)]
    assert same(made, jnp.stack(loop))
    if lanes[0] == 0 and not (name == "axis" and rows == (1,)):  # one category
        assert len({np.asarray(a).tobytes() for a in loop}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1,), (128,), (129,), (4, 32), (5, 3), (7, 600)])
def test_lanes_of_few_and_of_many_elements(
    gj: ModuleType, x64: None, shape: tuple[int, ...], dtype: str, threads: int
) -> None:
    """Few elements are drawn in one call, many in one for each lane; rows have temperatures, some have large logits."""
    keys, x = jax.random.split(KEY, 3), logits_of(3, *shape, dtype=dtype).at[1].add(1e13)
    tau = jnp.linspace(0.3, 3, 3 * x[0, ..., 0].size, dtype=dtype).reshape(3, *shape[:-1])
    calls = [
        lambda key, x, tau: gj.gumbel_softmax(key, x, tau),
        lambda key, x, tau: gj.gumbel_softmax(key, x, tau, hard=True),
        lambda key, x, tau: jax.grad(lambda x: (gj.gumbel_softmax(key, x, tau, hard=True) ** 2)[..., 0].sum())(x),
        lambda key, x, tau: gj.categorical(key, x),
    ]
    gj.set_num_threads(threads)
    try:
        for call in calls:
            for shared in (False, True):
                made = jax.vmap(call, (0, None, 0) if shared else (0, 0, 0))(keys, x[1] if shared else x, tau)
                loop = [call(keys[i], x[1] if shared else x[i], tau[i]) for i in range(3)]
                assert same(made, jnp.stack(loop))
        soft = [generator(keys[i]).gumbel_softmax(np.asarray(x[i]), np.asarray(tau[i])) for i in range(3)]
        assert same(jax.vmap(calls[0])(keys, x, tau), np.stack(soft))
    finally:
        gj.set_num_threads(1)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [(), (3,)])
def test_nested_vmap(gj: ModuleType, rows: tuple[int, ...]) -> None:
    """Axes of length 1 in one map and not in another."""
    keys, x, tau = jax.random.split(KEY, (2, 4)), logits_of(4, *rows, 5), jnp.array([0.5, 1.5])

    def both(call: Callable[..., Any]) -> Any:
        inner = jax.vmap(call, (0, 0, None))  # keys and logits
        return jax.vmap(inner, (0, None, 0))  # keys and tau

    for call in (gj.gumbel_softmax, lambda key, x, tau: gj.categorical(key, x), lambda key, x, tau: gj.gumbel(key, 3)):
        made = both(call)(keys, x, tau)
        assert same(made, jnp.stack([jnp.stack([call(keys[i, j], x[j], tau[i]) for j in range(4)]) for i in range(2)]))
    first = jax.vmap(jax.vmap(gj.categorical, (None, 0)), (0, None))(keys[0], x)
    assert same(first, jnp.stack([jnp.stack([gj.categorical(keys[0, i], x[j]) for j in range(4)]) for i in range(4)]))
    grads = both(jax.grad(lambda key, x, tau: gj.gumbel_softmax(key, x, tau)[..., 0].sum(), (1, 2)))(keys, x, tau)
    for i in range(2):
        for j in range(4):
            each = jax.grad(lambda x, tau, key=keys[i, j]: gj.gumbel_softmax(key, x, tau)[..., 0].sum(), (0, 1))
            assert all(map(same, [g[i, j] for g in grads], each(x[j], tau[i])))


@pytest.mark.slow
def test_axes_of_vmap(gj: ModuleType) -> None:
    x = logits_of(3, 5, 4)
    keys = jax.random.split(KEY, 5)
    made = jax.vmap(gj.gumbel_softmax, (0, 1), 2)(keys, x)
    assert same(made, jnp.stack([gj.gumbel_softmax(keys[i], x[:, i]) for i in range(5)], axis=2))


@pytest.mark.slow
def test_scan(gj: ModuleType) -> None:
    x = logits_of(4, 6)

    def step(key: Any, tau: Any) -> tuple[Any, Any]:
        key, sub = jax.random.split(key)
        return key, gj.gumbel_softmax(sub, x, tau)

    taus, key = jnp.linspace(0.3, 2, 7), KEY
    _, made = jax.jit(lambda key: jax.lax.scan(step, key, taus))(KEY)
    for i in range(7):
        key, sub = jax.random.split(key)
        assert same(made[i], gj.gumbel_softmax(sub, x, taus[i]))

    def total(x: Any) -> Any:
        def step(key: Any, tau: Any) -> tuple[Any, Any]:
            key, sub = jax.random.split(key)
            return key, gj.gumbel_softmax(sub, x, tau)[:, 0].sum()

        return jax.lax.scan(step, KEY, taus)[1].sum()

    key, expected = KEY, jnp.zeros_like(x)
    for tau in taus:
        key, sub = jax.random.split(key)
        expected += jax.grad(lambda x, sub=sub, tau=tau: gj.gumbel_softmax(sub, x, tau)[:, 0].sum())(x)
    np.testing.assert_allclose(jax.grad(total)(x), expected, rtol=1e-5, atol=1e-6)


LOADS = """
import sys, jax, numpy as np
{import_}
given = np.load("given.npz")
exported = jax.export.deserialize(open("exported", "rb").read())
made = exported.call(given["words"], given["x"], np.float32(0.5))
np.savez("made.npz", *made)
"""


@pytest.mark.slow
def test_export(gj: ModuleType, prefix_with_jax: Path, tmp_path: Path) -> None:
    """A function is exported where its custom calls are allowed, for any number of rows, and with its gradient; another
    process that imports gsampler.jax runs it.
    """
    pytest.importorskip("flatbuffers", reason="JAX serialises with it")

    def draws(words: jax.Array, x: jax.Array, tau: jax.Array) -> tuple[jax.Array, ...]:
        key = jax.random.wrap_key_data(words)
        slope = jax.grad(lambda tau: gj.gumbel_softmax(key, x, tau)[0, 0])(tau)
        repeated = gj.categorical(key, x, shape=(3, *x.shape[:1]))
        hard = gj.gumbel_softmax(key, x, tau, hard=True)
        return gj.gumbel_softmax(key, x, tau), hard, gj.categorical(key, x), repeated, gj.gumbel(key, x.shape), slope

    words, x, tau = jax.random.key_data(KEY), logits_of(4, 5), jnp.float32(0.5)
    rows = jax.export.symbolic_shape("rows, 5")
    shapes = (words, jax.ShapeDtypeStruct(rows, x.dtype), tau)
    with pytest.raises(ValueError, match="custom_call @gsampler_soft"):
        jax.export.export(jax.jit(draws))(*shapes)
    allowed = [jax.export.DisabledSafetyCheck.custom_call(gj.library.target(name)) for name in gj.library.HANDLERS]
    exported = jax.export.export(jax.jit(draws), disabled_checks=allowed)(*shapes)
    stored = exported.serialize(vjp_order=1)
    assert all(map(same, jax.export.deserialize(stored).call(words, x, tau), draws(words, x, tau)))
    grads = [
        jax.grad(lambda x, call=call: (call(words, x, tau)[0] ** 2).sum())(x)
        for call in (jax.export.deserialize(stored).call, draws)
    ]
    assert same(*grads)

    (tmp_path / "exported").write_bytes(stored)
    np.savez(tmp_path / "given.npz", words=words, x=x)
    environment = os.environ | {"GSAMPLER_PREFIX": str(prefix_with_jax), "PYTHONPATH": os.pathsep.join(sys.path)}
    for import_, ok in (("import gsampler.jax", True), ("", False)):
        done = subprocess.run(
            [sys.executable, "-c", LOADS.format(import_=import_)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) == ok
        assert ok or "No FFI handler registered for gsampler_" in done.stderr
    with np.load(tmp_path / "made.npz") as made:
        assert all(map(same, made.values(), draws(words, x, tau)))


@pytest.mark.slow
def test_make_jaxpr(gj: ModuleType) -> None:
    """Logits without a gradient to tau, and one-hot samples without any, cost no more than they must."""
    x, tau = logits_of(4, 6), jnp.float32(0.5)

    def outputs(call: Callable[..., Any], *given: Any) -> list[tuple[str, int]]:
        found = []

        def walk(jaxpr: Any) -> None:
            for equation in jaxpr.eqns:
                if equation.primitive.name == "ffi_call":
                    found.append((equation.params["target_name"], len(equation.outvars)))
                for value in equation.params.values():
                    if hasattr(value, "jaxpr") or hasattr(value, "eqns"):
                        walk(getattr(value, "jaxpr", value))

        walk(jax.make_jaxpr(call)(*given).jaxpr)
        return found

    assert outputs(lambda key: gj.gumbel(key, 3), KEY) == [("gsampler_gumbel", 1)]
    assert outputs(gj.categorical, KEY, x) == [("gsampler_categorical", 1)]
    assert outputs(lambda x: gj.gumbel_softmax(KEY, x, 0.5, hard=True), x) == [("gsampler_hard", 1)]
    both = [("gsampler_hard", 2), ("gsampler_backward", 1)]
    assert outputs(jax.grad(lambda x: gj.gumbel_softmax(KEY, x, 0.5, hard=True)[0, 0]), x) == both
    both = [("gsampler_soft", 1), ("gsampler_backward", 2)]
    assert outputs(jax.grad(lambda x, tau: gj.gumbel_softmax(KEY, x, tau)[0, 0], (0, 1)), x, tau) == both


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Some donated buffers were not usable")
def test_donated_logits(gj: ModuleType) -> None:
    x = np.random.default_rng(0).normal(size=(500, 40)).astype(np.float32)
    expected = gj.gumbel_softmax(KEY, x, 0.5)
    for call in (lambda key, x: gj.gumbel_softmax(key, x, 0.5), lambda key, x: gj.gumbel_softmax(key, x + 0, 0.5) * 1):
        given = jnp.array(x)
        assert same(jax.jit(call, donate_argnums=1)(KEY, given), expected)
        assert given.is_deleted()


@pytest.mark.slow
def test_checkpoint(gj: ModuleType) -> None:
    x = logits_of(4, 6)

    def loss(x: Any) -> Any:
        return (gj.gumbel_softmax(KEY, x, 0.5) * jnp.arange(6.0)).sum() ** 2

    np.testing.assert_allclose(jax.grad(jax.checkpoint(loss))(x), jax.grad(loss)(x), rtol=1e-6)


@pytest.mark.slow
def test_categories_have_no_gradient(gj: ModuleType) -> None:
    """But what they are used in has one, as in the score-function estimator; forward-mode too."""
    x = logits_of(4, 6)

    def score(x: Any) -> Any:
        index = gj.categorical(KEY, x)
        return jnp.take_along_axis(jax.nn.log_softmax(x), index[:, None], 1).sum()

    expected = jax.nn.one_hot(gj.categorical(KEY, x), 6) - jax.nn.softmax(x)
    np.testing.assert_allclose(jax.grad(score)(x), expected, rtol=1e-5, atol=1e-6)
    assert jax.jvp(score, (x,), (jnp.ones_like(x),))[1].shape == ()


# --- gradients --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(), (4,), (4, 1), (1,)])
def test_check_grads(gj: ModuleType, x64: None, shape: tuple[int, ...]) -> None:
    """By differences; the second derivatives too."""
    x, tau = logits_of(4, 5, dtype=np.float64), jnp.asarray(np.random.default_rng(3).uniform(0.5, 2, shape))
    check_grads(lambda x, tau: gj.gumbel_softmax(KEY, x, tau), (x, tau), order=2, modes=["rev"], atol=1e-5, rtol=1e-5)
    check_grads(lambda x: gj.gumbel_softmax(KEY, x, 0.7, axis=0), (x,), order=2, modes=["rev"], atol=1e-5, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_are_those_of_jax_on_the_same_noise(gj: ModuleType, x64: None, dtype: str, hard: bool) -> None:
    tolerance = 2e-5 if dtype == "float32" else 1e-13
    x, weights = logits_of(30, 8, dtype=dtype), logits_of(30, 8, dtype=dtype, seed=2)
    for tau in (jnp.asarray(0.7, dtype), jnp.asarray(np.random.default_rng(3).uniform(0.3, 2, (30, 1)), dtype)):
        found = jax.grad(lambda x, t: (gj.gumbel_softmax(KEY, x, t, hard) * weights).sum(), (0, 1))(x, tau)
        expected = jax.grad(lambda x, t: (own(KEY, x, t) * weights).sum(), (0, 1))(x, tau)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.shape == theirs.shape
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    _, vjp = generator(KEY).gumbel_softmax_vjp(np.asarray(x), tau=np.dtype(dtype).type(0.7))
    dlogits, dtau = vjp(np.asarray(weights))
    found = jax.grad(lambda x, t: (gj.gumbel_softmax(KEY, x, t, hard) * weights).sum(), (0, 1))(
        x, jnp.asarray(0.7, dtype)
    )
    assert same(found[0], dlogits)
    assert same(found[1], dtau)


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
def test_second_derivatives(gj: ModuleType, x64: None, hard: bool) -> None:
    x, tau = logits_of(5, dtype=np.float64), jnp.float64(0.6)

    def of(sample: Any) -> Any:
        return jax.jacrev(
            jax.grad(lambda x, t: (sample(x, t) ** 3).sum() if not hard else sample(x, t)[0], (0, 1)), (0, 1)
        )

    found = of(lambda x, t: gj.gumbel_softmax(KEY, x, t, hard))(x, tau)
    expected = of(lambda x, t: own(KEY, x, t))(x, tau)
    for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_gradients_of_short_floats_are_those_of_float32(gj: ModuleType, dtype: str) -> None:
    x, tau, weights = logits_of(6, 8, dtype=dtype), jnp.float32(0.8), logits_of(6, 8, dtype=dtype, seed=2)
    short = jax.grad(lambda x, t: (gj.gumbel_softmax(KEY, x, t) * weights).sum(), (0, 1))(x, tau)
    long = jax.grad(lambda x, t: (gj.gumbel_softmax(KEY, x, t) * weights.astype(jnp.float32)).sum(), (0, 1))(
        x.astype(jnp.float32), tau
    )
    assert short[0].dtype.name == dtype
    assert same(short[0], long[0].astype(dtype))
    assert same(short[1], long[1])


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
def test_gradients_of_no_rows(gj: ModuleType, hard: bool) -> None:
    for shape in ((), (0,)):
        x, tau = jnp.zeros((0, 3)), jnp.ones(shape)
        grads = jax.grad(lambda x, tau: gj.gumbel_softmax(KEY, x, tau, hard).sum(), (0, 1))(x, tau)
        assert same(grads[0], x)
        assert same(grads[1], jnp.zeros(shape))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(3000, 40), (3, 70_000), (100_000, 1)])
def test_many_rows(gj: ModuleType, x64: None, dtype: str, shape: tuple[int, int]) -> None:
    """More than are given to the library at a time; one of the last is large, another is bad."""
    x = logits_of(*shape, dtype=dtype).at[-2].add(1e15)
    tau = np.linspace(0.3, 2, shape[0]).astype(dtype)
    assert same(gj.categorical(KEY, x), generator(KEY).categorical(np.asarray(x)))
    weights = logits_of(*shape, dtype=dtype, seed=2)
    for temperature in (tau, tau[1]):
        for hard in (False, True):
            value, vjp = jax.vjp(
                lambda x, t, hard=hard: gj.gumbel_softmax(KEY, x, t, hard), x, jnp.asarray(temperature)
            )
            expected, backward = generator(KEY).gumbel_softmax_vjp(np.asarray(x), tau=temperature, hard=hard)
            assert same(value, expected)
            assert all(map(same, vjp(weights), backward(np.asarray(weights))))
            alone = jax.grad(lambda x, t=temperature, hard=hard: (gj.gumbel_softmax(KEY, x, t, hard) * weights).sum())(
                x
            )
            assert same(alone, vjp(weights)[0])
    for call in (gj.categorical, gj.gumbel_softmax, lambda key, x: gj.categorical(key, x, shape=(2, len(x)))):
        with pytest.raises(RUNTIME_ERRORS, match=f"one has none, row {len(x) - 1}"):
            jax.block_until_ready(call(KEY, x.at[-1].set(-jnp.inf)))


@pytest.mark.slow
def test_forward_mode_is_an_error_of_jax(gj: ModuleType) -> None:
    x = logits_of(4)
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(lambda x: gj.gumbel_softmax(KEY, x), (x,), (x,))


# --- errors -----------------------------------------------------------------------------------------------------

BAD_KEYS = [
    (5, "key must be a key of JAX, such as jax.random.key\\(0\\), got int"),
    (jnp.zeros(2), "key must be .* or its words in uint32, got float32"),
    (jnp.zeros(3, jnp.uint32), "key must have two or four words of 32 bits"),
    (jax.random.split(KEY, 3), "key must be one key, got an array of keys of shape \\(3,\\); use jax.vmap"),
    (jnp.zeros((5, 2), jnp.uint32), "key must be one key, got an array of keys of shape \\(5,\\); use jax.vmap"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "message"), BAD_KEYS)
def test_bad_keys(gj: ModuleType, key: Any, message: str) -> None:
    for draw in (
        lambda: gj.gumbel(key),
        lambda: gj.categorical(key, jnp.zeros(3)),
        lambda: gj.gumbel_softmax(key, jnp.zeros(3)),
    ):
        with pytest.raises(TypeError, match=message):
            draw()


BAD: dict[str, tuple[Callable[[Any, Any], Any], type[Exception], str]] = {
    "integer logits": (lambda gj, x: gj.categorical(KEY, jnp.arange(3)), TypeError, "logits must be .*, got int32"),
    "no array": (lambda gj, x: gj.gumbel_softmax(KEY, "abc"), TypeError, "logits must be of float16"),
    "no axis": (lambda gj, x: gj.categorical(KEY, 3.0), ValueError, "logits must have an axis of categories"),
    "no category": (lambda gj, x: gj.categorical(KEY, jnp.zeros((3, 0))), ValueError, "at least one category"),
    "axis": (lambda gj, x: gj.categorical(KEY, x, 2), ValueError, "axis must be from -2 to 1 .*, got 2"),
    "axis, soft": (lambda gj, x: gj.gumbel_softmax(KEY, x, axis=-3), ValueError, "axis must be from -2 to 1"),
    "shape": (lambda gj, x: gj.categorical(KEY, x, shape=(3,)), ValueError, "shape must be one .* \\(4,\\)"),
    "shape, short": (lambda gj, x: gj.categorical(KEY, x, shape=()), ValueError, "shape must be one"),
    "shape, negative": (lambda gj, x: gj.gumbel(KEY, (2, -1)), ValueError, "shape must not have a negative length"),
    "dtype": (lambda gj, x: gj.gumbel(KEY, 3, jnp.int32), TypeError, "dtype must be float16.*, got int32"),
    "hard": (lambda gj, x: gj.gumbel_softmax(KEY, x, hard=1), TypeError, "hard must be True or False, got 1"),
    "tau of 0": (lambda gj, x: gj.gumbel_softmax(KEY, x, 0), ValueError, "tau must be finite, and at least .*, got 0"),
    "tau of NaN": (lambda gj, x: gj.gumbel_softmax(KEY, x, np.nan), ValueError, "tau must be finite.* got nan"),
    "tau beyond float32": (lambda gj, x: gj.gumbel_softmax(KEY, x, 1e300), ValueError, "tau must be finite"),
    "tau, text": (lambda gj, x: gj.gumbel_softmax(KEY, x, "1"), TypeError, "tau must be a number or an array"),
    "tau, complex": (lambda gj, x: gj.gumbel_softmax(KEY, x, jnp.array(1j)), TypeError, "tau must be a number"),
    "tau, shape": (lambda gj, x: gj.gumbel_softmax(KEY, x, jnp.ones(5)), ValueError, "tau must be one .* \\(5,\\)"),
    "tau, whole": (lambda gj, x: gj.gumbel_softmax(KEY, x, jnp.ones((4, 5))), ValueError, "tau must be one number"),
    "tau, more axes": (lambda gj, x: gj.gumbel_softmax(KEY, x, jnp.ones((1, 4, 1))), ValueError, "tau must be one"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("jit", [False, True])
def test_bad_arguments(gj: ModuleType, name: str, jit: bool) -> None:
    """Found while JAX traces."""
    call, kind, message = BAD[name]
    with pytest.raises(kind, match=message):
        (jax.jit(lambda x: call(gj, x)) if jit else lambda x: call(gj, x))(logits_of(4, 5))


@pytest.mark.slow
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (jnp.nan, "one is NaN or \\+inf, row 2"),
        (jnp.inf, "one is NaN or \\+inf, row 2"),
        (-jnp.inf, "one has none, row 2"),
    ],
)
def test_bad_values(gj: ModuleType, value: float, message: str, jit: bool) -> None:
    """Found while XLA runs; the next call is as ever."""
    x = logits_of(4, 5)
    bad = x.at[2].set(value)
    for name in ("categorical", "categorical, repeated", "soft", "hard", "gradient to logits"):

        def draw(x: Any, name: str = name) -> Any:
            return CALLS[name](gj, KEY, x, 0.5)

        compiled = jax.jit(draw) if jit else draw
        with pytest.raises(RUNTIME_ERRORS, match=f"gsampler.jax.*{message}(\n|$)"):
            jax.block_until_ready(compiled(bad))
        assert same(compiled(x), draw(x))


@pytest.mark.slow
def test_bad_values_in_lanes(gj: ModuleType) -> None:
    keys, x = jax.random.split(KEY, 4), logits_of(4, 5).at[2].set(-jnp.inf)
    many = logits_of(4, 3, 100).at[2, 1].set(-jnp.inf)
    for call, given, row in (
        (gj.categorical, x, 0),
        (gj.gumbel_softmax, x[:, None], 0),
        (gj.categorical, jnp.stack([x[:2], x[2:]] * 2), 0),
        (gj.categorical, jnp.stack([x[1:3], x[:2]] * 2)[1:], 1),
        (gj.gumbel_softmax, many[..., :10], 1),
        (gj.gumbel_softmax, many, 1),
        (gj.categorical, many, 1),
    ):
        with pytest.raises(RUNTIME_ERRORS, match=f"one has none, row {row}, lane [12] of jax.vmap"):
            jax.block_until_ready(jax.vmap(call)(keys[: len(given)], given))


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("bad", [0.0, -1.0, jnp.nan, jnp.inf, 1e-39])
def test_bad_temperatures(gj: ModuleType, bad: float, hard: bool) -> None:
    x = logits_of(4, 5)
    for tau in (jnp.float32(bad), jnp.ones(4).at[3].set(bad)):
        with pytest.raises(RUNTIME_ERRORS, match="gumbel_softmax: tau must be finite"):
            jax.block_until_ready(jax.jit(gj.gumbel_softmax, static_argnums=3)(KEY, x, tau, hard))


@pytest.mark.slow
def test_other_platforms(gj: ModuleType) -> None:
    """What is registered for them says where to go."""
    handler = jax.ffi.pycapsule(gj.library.LIBRARY.gs_jax_elsewhere)
    jax.ffi.register_ffi_target("gsampler_elsewhere_for_this_test", handler, platform="cpu")
    call = jax.ffi.ffi_call("gsampler_elsewhere_for_this_test", jax.ShapeDtypeStruct((3,), jnp.float32))
    with pytest.raises(RUNTIME_ERRORS, match=r"gsampler.jax draws on CPUs only: .*JAX_PLATFORMS=cpu"):
        jax.block_until_ready(call(jnp.zeros(3)))


# --- threads and memory -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_threads_change_nothing(gj: ModuleType) -> None:
    x = logits_of(40_000, 60)

    def draws() -> list[Any]:
        soft, vjp = jax.vjp(lambda x, tau: gj.gumbel_softmax(KEY, x, tau), x, jnp.float32(0.5))
        return [gj.gumbel(KEY, 3_000_000), gj.categorical(KEY, x), soft, *vjp(x)]

    assert gj.get_num_threads() == 1
    expected = draws()
    try:
        for n in (2, 5):
            gj.set_num_threads(n)
            assert gj.get_num_threads() == n
            assert all(map(same, draws(), expected))
    finally:
        gj.set_num_threads(1)
    for bad, kind in ((0, ValueError), (2**31, ValueError), (1.0, TypeError), (True, TypeError)):
        with pytest.raises(kind, match="n must be"):
            gj.set_num_threads(bad)
    assert gj.get_num_threads() == 1


# --- distributions ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_categories_are_as_likely_as_they_should_be(gj: ModuleType) -> None:
    p = np.array([0.5, 0.25, 0.15, 0.099, 0.001])
    logits = jnp.log(jnp.asarray(p, jnp.float32))
    n = 200_000
    keys = jax.random.split(KEY, n)
    draws = {
        "rows": gj.categorical(KEY, jnp.broadcast_to(logits, (n, 5))),
        "repeated": gj.categorical(KEY, logits, shape=(n,)),
        "keys": jax.vmap(gj.categorical, (0, None))(keys, logits),
        "keys and rows": jax.vmap(gj.categorical)(keys, jnp.broadcast_to(logits, (n, 5))),
        "hard": gj.gumbel_softmax(KEY, jnp.broadcast_to(logits, (n, 5)), 0.3, hard=True).argmax(-1),
    }
    for name, index in draws.items():
        counts = np.bincount(np.asarray(index), minlength=5)
        assert stats.chisquare(counts, n * p).pvalue > FALSE_ALARM / len(draws), name


@pytest.mark.slow
def test_noise_of_split_keys_is_gumbel(gj: ModuleType) -> None:
    keys = jax.random.split(jax.random.key(7), 50_000)
    for noise in (gj.gumbel(KEY, 50_000), jax.vmap(gj.gumbel)(keys), jax.vmap(lambda k: gj.gumbel(k, 3))(keys)[:, 2]):
        assert stats.kstest(np.asarray(noise, np.float64), "gumbel_r").pvalue > FALSE_ALARM / 3


@pytest.mark.slow
def test_first_of_split_keys_is_independent(gj: ModuleType) -> None:
    """Of what the other half of a split draws: a chi-square test of pairs."""
    pairs = jax.vmap(jax.random.split)(jax.random.split(KEY, 100_000))
    index = jax.vmap(jax.vmap(lambda key: gj.categorical(key, jnp.zeros(4))))(pairs)
    counts = np.bincount(np.asarray(index[:, 0] * 4 + index[:, 1]), minlength=16)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


# --- types ------------------------------------------------------------------------------------------------------

SCRIPT = """
import jax
import jax.numpy as jnp
from typing_extensions import assert_type

import gsampler.jax

key, logits = jax.random.key(0), jnp.zeros((3, 4))
assert_type(gsampler.jax.gumbel(key, (3,), jnp.float32), jax.Array)
assert_type(gsampler.jax.categorical(key, logits, 0, shape=(2, 4)), jax.Array)
assert_type(gsampler.jax.gumbel_softmax(key, [[0.0, 1.0]], tau=0.5, hard=True), jax.Array)
assert_type(gsampler.jax.gumbel_softmax(key, logits, jnp.ones(3)), jax.Array)
assert_type(gsampler.jax.get_num_threads(), int)
gsampler.jax.gumbel(key, "3")
gsampler.jax.gumbel_softmax(key, logits, temperature=1.0)
"""


@pytest.mark.slow
def test_types(tmp_path: Path) -> None:
    """The last two lines are rejected, and no other."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "script.py"]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if ": error: " in line]
    n = len(SCRIPT.splitlines())
    assert [line.split(":")[:2] for line in lines] == [["script.py", str(n - 1)], ["script.py", str(n)]], done.stdout
    assert "arg-type" in lines[0]
    assert "call-arg" in lines[1]


# --- a client ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
def test_training_by_one_line(gj: ModuleType, x64: None, hard: bool) -> None:
    """A variational autoencoder of discrete codes: losses of 25 steps are those of JAX's functions on our noise."""
    rng = np.random.default_rng(0)
    x = jnp.asarray((rng.random((64, 32)) < 0.3).astype(float))
    start = {"encoder": jnp.asarray(rng.normal(0, 0.3, (32, 80))), "decoder": jnp.asarray(rng.normal(0, 0.3, (80, 32)))}

    def straight_through(key: Any, logits: Any, tau: Any, noise: Any) -> Any:
        soft = jax.nn.softmax((logits + noise) / tau)
        one_hot = jax.nn.one_hot(soft.argmax(-1), soft.shape[-1])
        return soft + jax.lax.stop_gradient(one_hot - soft) if hard else soft

    def train(sample: Callable[..., Any]) -> list[float]:
        def loss(parameters: Any, key: Any, tau: Any, noise: Any) -> Any:
            logits = (x @ parameters["encoder"]).reshape(-1, 10, 8)
            z = sample(key, logits, tau, noise)
            out = z.reshape(-1, 80) @ parameters["decoder"]
            log_q = jax.nn.log_softmax(logits)
            divergence = (jnp.exp(log_q) * (log_q + np.log(8))).sum()
            return ((jnp.logaddexp(0, out) - x * out).sum() + divergence) / len(x)

        step, parameters, losses, key = jax.jit(jax.value_and_grad(loss)), start, [], KEY
        for i in range(25):
            key, sub = jax.random.split(key)
            noise = generator(sub).gumbel(size=(64, 10, 8))
            value, grads = step(parameters, sub, jnp.asarray(0.9**i + 0.5), noise)
            parameters = jax.tree.map(lambda p, g: p - 0.1 * g, parameters, grads)
            losses.append(float(value))
        return losses

    found = train(lambda key, logits, tau, noise: gj.gumbel_softmax(key, logits, tau, hard))
    expected = train(straight_through)
    assert found[-1] < found[0] - 1
    np.testing.assert_allclose(found, expected, rtol=1e-9)
