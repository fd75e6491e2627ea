"""The stream for `numpy.random.Generator`, and through it for SciPy and others that take one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gsampler.numpy_bit_generator import StreamBitGenerator


def bit_generator(seed: Any = None, stream: int = 0, offset: int = 0) -> StreamBitGenerator:
    """The stream as a bit generator of NumPy, for ``numpy.random.Generator(gs.bit_generator(seed))``.

    That has NumPy's distributions, and is what SciPy and others take as ``random_state`` or ``rng``.

    Parameters
    ----------
    seed, stream, offset
        As of `Generator`.

    Returns
    -------
    StreamBitGenerator
        A `numpy.random.BitGenerator`. Its ``state``, a dictionary that may be assigned to, holds the position in the
        stream; ``random_raw`` gives numbers of 64 bits; ``spawn`` gives bit generators of other streams, those of
        `Generator.spawn`; ``lock`` and ``capsule`` are what NumPy draws with. It can be pickled.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range.

    Notes
    -----
    The words are those of `Generator.bits` in order: NumPy's numbers of 32 bits take the next one, those of 64 bits the
    next two, the first of them the lower half; doubles are the upper 53 bits of such a number, over 2**53, so that 0 is
    one of them and small ones are coarse, as NumPy's are. From these NumPy makes its own distributions, by its own
    methods: many reject, so that no position follows from how many were drawn. After 2**64 words a stream begins again.
    Threads may share one: NumPy holds its lock. One that is used before a fork gives parent and child the same words.
    NumPy's ``seed_seq.spawn``, which some libraries use instead of ``spawn``, gives other seeds.

    Examples
    --------
    >>> import numpy as np
    >>> import gsampler as gs
    >>> rng = np.random.Generator(gs.bit_generator(seed=42))
    >>> rng.random(3)
    array([0.46858605, 0.61294736, 0.34086117])
    >>> rng.bit_generator
    StreamBitGenerator(seed=42, stream=0, offset=6)
    """
    from gsampler.numpy_bit_generator import StreamBitGenerator  # which imports numpy.random

    return StreamBitGenerator(seed, stream, offset)
