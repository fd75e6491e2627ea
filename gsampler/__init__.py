"""Exact, fast sampling of discrete variables on CPUs, from one counter-based stream."""

from gsampler.categorical import AliasTable
from gsampler.generator import STREAM_VERSION, Generator
from gsampler.relaxed import binary_concrete_backward, gumbel_softmax_backward, softmax, softmax_backward
from gsampler.threads import get_num_threads, set_num_threads

__version__ = "0.1.0"

__all__ = [
    "STREAM_VERSION",
    "AliasTable",
    "Generator",
    "binary_concrete_backward",
    "get_num_threads",
    "gumbel_softmax_backward",
    "set_num_threads",
    "softmax",
    "softmax_backward",
]
