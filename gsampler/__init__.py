"""Exact, fast sampling of discrete variables on CPUs, from one counter-based stream."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from gsampler import schedules
from gsampler.bit_generator import bit_generator
from gsampler.categorical import AliasTable
from gsampler.channel import Channel
from gsampler.generator import Generator
from gsampler.information import (
    entropy,
    entropy_backward,
    kl_divergence,
    kl_divergence_backward,
    log_softmax,
    log_softmax_backward,
)
from gsampler.kernels.constants import STREAM_VERSION
from gsampler.log_prob import (
    binary_concrete_log_prob,
    binary_concrete_log_prob_backward,
    concrete_log_prob,
    concrete_log_prob_backward,
    exp_concrete_log_prob,
    exp_concrete_log_prob_backward,
    gumbel_log_prob,
    gumbel_log_prob_backward,
    logistic_log_prob,
    logistic_log_prob_backward,
    logit_binary_concrete_log_prob,
    logit_binary_concrete_log_prob_backward,
)
from gsampler.relaxed import binary_concrete_backward, gumbel_softmax_backward, softmax, softmax_backward
from gsampler.threads import get_num_threads, set_num_threads
from gsampler.without_replacement import top_k_log_prob, top_k_log_prob_backward, top_k_weights

__version__ = "0.1.0"

__all__ = [
    "STREAM_VERSION",
    "AliasTable",
    "Channel",
    "Generator",
    "binary_concrete_backward",
    "binary_concrete_log_prob",
    "binary_concrete_log_prob_backward",
    "bit_generator",
    "concrete_log_prob",
    "concrete_log_prob_backward",
    "entropy",
    "entropy_backward",
    "estimators",
    "exp_concrete_log_prob",
    "exp_concrete_log_prob_backward",
    "get_num_threads",
    "gumbel_log_prob",
    "gumbel_log_prob_backward",
    "gumbel_softmax_backward",
    "jit",
    "kl_divergence",
    "kl_divergence_backward",
    "log_softmax",
    "log_softmax_backward",
    "logistic_log_prob",
    "logistic_log_prob_backward",
    "logit_binary_concrete_log_prob",
    "logit_binary_concrete_log_prob_backward",
    "schedules",
    "set_num_threads",
    "softmax",
    "softmax_backward",
    "top_k_log_prob",
    "top_k_log_prob_backward",
    "top_k_weights",
]

if _TYPE_CHECKING:
    from gsampler import estimators, jit


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


def __getattr__(name: str) -> _Any:
    if name in ("estimators", "jit"):  # imported where it is used; the second imports Numba
        return _import_module(f"gsampler.{name}")
    if name in dir(Generator) and not name.startswith("_"):
        hint = f"; it is a method of a generator: rng = gsampler.Generator(seed); rng.{name}(...)"
    else:
        hint = ""
    raise AttributeError(f"module 'gsampler' has no attribute {name!r}{hint}")


# Modules of the families are no attributes of the package: `gsampler.categorical` is what people take for the function.
for _name in ("categorical", "channel", "chunks", "noise", "places"):
    globals().pop(_name, None)
