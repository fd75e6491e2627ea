"""How many threads a call may use."""

from __future__ import annotations

from gsampler.core import validation
from gsampler.runtime import launch


def set_num_threads(n: int) -> None:
    """Set how many threads gsampler may use, from 1 to the number Numba was started with.

    Parameters
    ----------
    n : int
        Threads of one call. Results do not depend on it.

    Raises
    ------
    TypeError, ValueError
        If `n` is not an integer, is below 1, or above Numba's own limit (``NUMBA_NUM_THREADS``, by default the number
        of usable cores).

    Examples
    --------
    >>> import gsampler as gs
    >>> before = gs.get_num_threads()
    >>> gs.set_num_threads(1)
    >>> gs.get_num_threads()
    1
    >>> gs.set_num_threads(before)
    """
    launch.request_threads(validation.thread_count(n, launch.thread_limit()))


def get_num_threads() -> int:
    """The number of threads a large call uses: what `set_num_threads` set, or else Numba's limit.

    In a process forked after Numba's threads were started it is 1, whatever was set; and where Numba could start none.

    Examples
    --------
    >>> import gsampler as gs
    >>> gs.get_num_threads() >= 1
    True
    """
    return launch.thread_count()
