"""Exact, fast sampling of discrete variables on CPUs, from one counter-based stream."""

from gsampler import schedules
from gsampler.bit_generator import bit_generator
from gsampler.categorical import AliasTable
from gsampler.generator import Generator
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

__version__ = "0.1.0"

__all__ = [
    "STREAM_VERSION",
    "AliasTable",
    "Generator",
    "binary_concrete_backward",
    "binary_concrete_log_prob",
    "binary_concrete_log_prob_backward",
    "bit_generator",
    "concrete_log_prob",
    "concrete_log_prob_backward",
    "exp_concrete_log_prob",
    "exp_concrete_log_prob_backward",
    "get_num_threads",
    "gumbel_log_prob",
    "gumbel_log_prob_backward",
    "gumbel_softmax_backward",
    "logistic_log_prob",
    "logistic_log_prob_backward",
    "logit_binary_concrete_log_prob",
    "logit_binary_concrete_log_prob_backward",
    "schedules",
    "set_num_threads",
    "softmax",
    "softmax_backward",
]
