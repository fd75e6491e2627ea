"""How many threads a call of the C library may use."""

from __future__ import annotations

import ctypes

from gsampler.jax.library import LIBRARY


def set_num_threads(n: int) -> None:
    """Set how many threads one call of `gsampler.jax` may use; at first 1. Results do not depend on it.

    Parameters
    ----------
    n : int
        At least 1. JAX runs operations beside each other on threads of its own, which this does not count.

    Raises
    ------
    TypeError, ValueError
        For another `n`.

    Examples
    --------
    >>> import gsampler.jax
    >>> gsampler.jax.set_num_threads(2)
    >>> gsampler.jax.get_num_threads()
    2
    >>> gsampler.jax.set_num_threads(1)
    """
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"n must be an int, got {type(n).__name__}")
    if not 1 <= n < 2**31:
        raise ValueError(f"n must be at least 1, and below 2**31, got {n}")
    LIBRARY.gs_set_num_threads(ctypes.c_int32(n))


def get_num_threads() -> int:
    """How many threads one call of `gsampler.jax` may use.

    Returns
    -------
    int
        What `set_num_threads` set, or 1.

    Examples
    --------
    >>> import gsampler.jax
    >>> gsampler.jax.get_num_threads()
    1
    """
    return int(LIBRARY.gs_get_num_threads())
