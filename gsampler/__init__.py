"""Exact, fast sampling of discrete variables on CPUs, from one counter-based stream."""

from gsampler.categorical import AliasTable
from gsampler.generator import STREAM_VERSION, Generator
from gsampler.threads import get_num_threads, set_num_threads

__version__ = "0.1.0"

__all__ = ["STREAM_VERSION", "AliasTable", "Generator", "get_num_threads", "set_num_threads"]
