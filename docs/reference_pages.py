"""The pages of the reference, written from what they describe: docstrings, the arguments of the program, gsampler.h.

`conf.py` calls `write` before Sphinx looks for pages. Every public name has its place here: one that no group lists
comes under "Other".
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from sphinx.ext.autodoc.mock import mock

import gsampler as gs
from gsampler import estimators, jit, native, schedules
from gsampler.cli import COMMANDS

HEADER = Path(__file__).parents[1] / "native" / "gsampler.h"

METHODS = {
    "Position": "seed stream offset state advance spawn chunks",
    "Categories": "categorical bernoulli choice permutation shuffle integers",
    "Without replacement": "gumbel_top_k",
    "Relaxed subsets and permutations": "relaxed_top_k relaxed_top_k_vjp gumbel_sinkhorn gumbel_sinkhorn_vjp",
    "Given the category": "conditional_gumbel counterfactual",
    "Relaxed samples and their gradients": "gumbel_softmax gumbel_softmax_vjp binary_concrete binary_concrete_vjp",
    "Noise": "gumbel logistic normal normal_vjp exponential uniform random bits",
}
FUNCTIONS = {
    "Softmax, entropy and divergence": r"(log_)?softmax(_backward)?|entropy\w*|kl_divergence\w*",
    "Draws without replacement": r"top_k_\w+",
    "Gradients of relaxed samples": r"(gumbel_softmax|binary_concrete)_backward",
    "Log densities": r"\w+_log_prob(_backward)?",
    "NumPy": r"bit_generator",
    "Threads": r"[gs]et_num_threads",
}


def write(directory: Path) -> None:
    """Write all pages; those that would not change are left alone, so that Sphinx need not read them again."""
    directory.mkdir(exist_ok=True)
    pages = {
        "index": INDEX,
        "generator": generator_page(),
        "channel": channel_page(),
        "functions": functions_page(),
        "schedules": module_page("Temperature schedules", schedules),
        "estimators": estimators_page(),
        "jit": module_page("In compiled functions", jit),
        "torch": torch_page(),
        "dask": dask_page(),
        "jax": jax_page(),
        "native": module_page("The C library from Python", native),
        "cli": cli_page(),
        "c": c_page(HEADER.read_text()),
    }
    for name, text in pages.items():
        path = directory / f"{name}.rst"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


INDEX = """\
Reference
=========

.. toctree::
   :maxdepth: 1

   generator
   channel
   functions
   schedules
   estimators
   jit
   torch
   dask
   jax
   native
   cli
   c
"""


VERSION = """\
.. py:data:: gsampler.STREAM_VERSION
   :value: {}

   Version of the stream. A result for ``(seed, stream, offset)`` changes with it and with nothing else.
"""


def heading(text: str, line: str = "-") -> str:
    return f"{text}\n{line * len(text)}\n\n"


def listed(names: Iterable[str], nosignatures: bool = False) -> str:
    options = "   :nosignatures:\n" if nosignatures else ""
    return f".. autosummary::\n   :toctree: generated\n{options}\n" + "".join(f"   {name}\n" for name in names) + "\n"


def generator_page() -> str:
    public = [name for name in vars(gs.Generator) if not name.startswith("_")]
    text = heading("Generator", "=") + ".. currentmodule:: gsampler\n\n.. autoclass:: Generator\n\n"
    groups = {title: [name for name in names.split() if name in public] for title, names in METHODS.items()}
    groups["Other"] = [name for name in public if not any(name in names for names in groups.values())]
    for title, names in groups.items():
        if names:
            text += heading(title) + listed(f"Generator.{name}" for name in names)
    text += heading("Backward passes") + "What the methods ``..._vjp`` return beside the sample.\n\n"
    for name in ("relaxed.SoftmaxVJP", "relaxed.BinaryVJP", "noise.NormalVJP"):
        text += f".. autoclass:: gsampler.{name}()\n   :special-members: __call__\n\n"
    return text


def channel_page() -> str:
    public = [name for name, value in vars(gs.Channel).items() if not name.startswith("_") and callable(value)]
    text = heading("Channel", "=") + ".. currentmodule:: gsampler\n\n.. autoclass:: Channel\n\n"
    return text + heading("Methods") + listed(f"Channel.{name}" for name in public)


def functions_page() -> str:
    public = [name for name in gs.__all__ if callable(getattr(gs, name)) and name not in ("Channel", "Generator")]
    text = heading("Tables and functions", "=") + ".. currentmodule:: gsampler\n\n"
    text += heading("Tables") + ".. autoclass:: AliasTable\n\n"
    text += ".. autoattribute:: AliasTable.shape\n\n.. autoattribute:: AliasTable.k\n\n"
    text += ".. autoattribute:: AliasTable.probabilities\n\n.. autoattribute:: AliasTable.entries\n\n"
    groups = {title: [n for n in public if re.fullmatch(pattern, n)] for title, pattern in FUNCTIONS.items()}
    taken = {"AliasTable"}.union(*groups.values())
    groups["Other"] = [name for name in public if name not in taken]
    for title, names in groups.items():
        if names:
            text += heading(title) + listed(names)
    text += heading("Version") + f".. py:data:: gsampler.STREAM_VERSION\n   :value: {gs.STREAM_VERSION}\n\n"
    return (
        text
        + "   Version of the stream. A result for ``(seed, stream, offset)`` changes with it and with nothing else.\n"
    )


def module_page(title: str, module: object) -> str:
    name = module.__name__
    return heading(title, "=") + f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n" + listed(module.__all__)


def estimators_page() -> str:
    name = estimators.__name__
    text = heading("Gradient estimators", "=") + f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n"
    text += heading("Estimators") + listed(estimators.NAMES)
    text += heading("By name") + listed(["by_name"]) + ".. autoclass:: Estimator()\n   :special-members: __call__\n\n"
    text += heading("Results") + "".join(
        f".. autoclass:: {kind}()\n\n" for kind in ("Estimate", "Moments", "AdamState")
    )
    text += heading("Surrogates") + ".. autoclass:: LinearSurrogate\n\n.. autoclass:: Surrogate()\n   :members:\n\n"
    return text


def torch_page() -> str:
    text = heading("PyTorch", "=")
    if find_spec("torch") is None:  # its classes cannot be made
        return text + "These pages were built without PyTorch: see the docstrings of ``gsampler.torch``.\n"
    module = import_module("gsampler.torch")
    text += f".. automodule:: {module.__name__}\n\n.. currentmodule:: {module.__name__}\n\n"
    text += heading("Functions") + listed(name for name in module.__all__ if name.islower())
    classes = [name for name in module.__all__ if not name.islower()]
    return text + heading("Distributions") + "".join(f".. autoclass:: {name}\n\n" for name in classes)


def dask_page() -> str:
    text = heading("Dask", "=")
    if find_spec("dask") is None:
        return text + "These pages were built without Dask: see the docstrings of ``gsampler.dask``.\n"
    name = import_module("gsampler.dask").__name__
    text += f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n"
    return text + "".join(f".. autoclass:: {kind}\n   :members:\n\n" for kind in ("Generator", "Channel"))


def jax_page() -> str:
    text = heading("JAX", "=")
    if find_spec("jax") is None:
        return text + "These pages were built without JAX: see the docstrings of ``gsampler.jax``.\n"
    with mock(["gsampler.jax.library"]):  # which loads the part of the C library
        module = import_module("gsampler.jax")
    name = module.__name__
    return text + f".. automodule:: {name}\n\n.. currentmodule:: {name}\n\n" + listed(module.__all__)


# --- the program ----------------------------------------------------------------------------------------------------


def cli_page() -> str:
    text = heading("Command line", "=") + heading("gsampler") + help_of()
    for command in COMMANDS:
        text += heading(f"gsampler {command}") + help_of(command)
    return text


def help_of(*command: str) -> str:
    environment = os.environ | {"COLUMNS": "90", "NO_COLOR": "1", "PYTHON_COLORS": "0"}
    arguments = [sys.executable, "-m", "gsampler.cli", *command, "--help"]
    shown = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True).stdout
    return ".. code-block:: text\n\n" + "".join(f"   {line}".rstrip() + "\n" for line in shown.splitlines()) + "\n"


# --- the header -----------------------------------------------------------------------------------------------------

PIECE = re.compile(
    r"/\*(?P<comment>.*?)\*/|(?P<enum>enum \{.*?\};)|#define (?P<macro>GS_\w+) (?P<value>\w+) +|(?P<code>[^/#;]+;)",
    re.S,
)


def c_page(header: str) -> str:
    """Comments become text, and what follows a comment is declared under it."""
    body = re.sub(r"^#(?!define GS_\w+ ).*$", "", header, flags=re.M)  # the preprocessor, but for what it defines
    body = body.replace('extern "C" {', "").replace("\n}\n", "\n")
    text = heading("C header", "=") + "``gsampler.h``, which C, C++ and the bindings of all other languages use.\n\n"
    return text + "".join(c_parts(body))


def c_parts(body: str) -> Iterator[str]:
    comment, macro, declared = "", "", []
    for piece in [*PIECE.finditer(body), None]:
        if piece is not None and piece["code"]:
            declared.append(" ".join(piece["code"].split()).rstrip(";"))
            continue
        if declared:
            yield function(declared, comment)
            comment, declared = "", []
        if piece is None or not macro:
            yield prose(comment) + "\n\n"
            comment = ""
        if piece is None:
            return
        if piece["enum"]:
            yield enumeration(piece["enum"])
        elif piece["macro"]:
            macro = f".. c:macro:: {piece['macro']}\n\n   {piece['value']}: "
        else:
            comment = clean(piece["comment"])
            if macro:
                yield macro + prose(comment) + "\n\n"
                macro = comment = ""
            if section := re.match(r"---- (.*?) ----(?:\n|$)(.*)", comment, re.S):
                yield heading(section[1][0].upper() + section[1][1:])
                comment = section[2]


def clean(comment: str) -> str:
    """The text of a comment, without the stars that begin its lines."""
    return re.sub(r"^[ \t]*\*+ ?", "", comment.strip(), flags=re.M).strip()


def function(declared: list[str], comment: str) -> str:
    signatures = f"\n{' ' * 16}".join(declared)
    return f".. c:function:: {signatures}\n\n" + indented(prose(comment)) + "\n\n"


def enumeration(code: str) -> str:
    rows = re.findall(r"(GS_\w+) = (\d+),?(?:\s*/\*(.*?)\*/)?", code, re.S)
    text = ".. list-table:: Status\n   :header-rows: 1\n   :widths: auto\n\n   * - name\n     - value\n     - meaning\n"
    for name, value, meaning in rows:
        text += f"   * - ``{name}``\n     - {value}\n     - {prose(' '.join(clean(meaning).split())) or 'done'}\n"
    return text + "\n"


def indented(text: str) -> str:
    return "\n".join(f"   {line}".rstrip() for line in text.splitlines())


def prose(comment: str) -> str:
    """Text of a comment as reST; an empty line, or a change of indentation, begins a paragraph."""
    lines = ((line[:1] == " " if line.strip() else None, line.strip()) for line in comment.splitlines())
    groups = [(key, " ".join(line for _, line in group)) for key, group in groupby(lines, itemgetter(0))]
    return "\n\n".join(marked(text) for key, text in groups if key is not None)


CODE = re.compile(r"\b(?:gs|GS|GSAMPLER)_\w+(?:\(\w*\))?|\w+\[[^\]]*\]|\bNULL\b")


def marked(text: str) -> str:
    parts, end = [], 0
    for match in CODE.finditer(text):
        parts += [re.sub(r"([\\*_`|])", r"\\\1", text[end : match.start()]), f"``{match[0]}``\\ "]
        end = match.end()
    text = "".join(parts) + re.sub(r"([\\*_`|])", r"\\\1", text[end:])
    return re.sub(r"^([A-Z]{4,})\.", r"**\1.**", text)
