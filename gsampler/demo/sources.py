"""The version of the code that a run goes through, so that results of changed code do not mix."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from functools import cache

from gsampler import estimators

MODULES = ("gsampler.demo.data", "gsampler.demo.methods", "gsampler.demo.models", "gsampler.demo.training")


@cache
def code_version() -> str:
    """A digest of the estimators and of what trains with them."""
    found = pkgutil.iter_modules(estimators.__path__, f"{estimators.__name__}.")
    names = sorted([*MODULES, "gsampler.schedules", *(module.name for module in found)])
    return digest(inspect.getsource(importlib.import_module(name)) for name in names)


def digest(sources: Iterable[str]) -> str:
    """A digest of what sources do: comments, docstrings and format have no part in it."""
    result = hashlib.sha256()
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
                node.body = node.body[1:]
        result.update(ast.unparse(tree).encode() + b"\0")
    return result.hexdigest()[:12]
