"""Speed and memory of gsampler, alone and beside its peers.

Run from ``asv_bench/``, after ``asv machine --yes``:

- ``asv run --python=same --quick --dry-run --show-stderr``: once through everything, where gsampler is installed;
- ``asv run``, ``asv publish``, ``asv preview``: the tracked suite. It has no peers but NumPy; for others add
  ``"mkl": []``, ``"torch": []``, ``"jax": []``, ``"scipy": []`` to ``matrix.req`` in asv.conf.json. A peer that is not
  installed is skipped;
- ``gsampler bench``: the ratios as a table, with what they should be. (Installed, this package is gsampler.benchmarks.)
- ``python scaling.py PICTURE``: how the time of an element changes with the size of a call.
"""

import gsampler

gsampler.Generator(0).categorical([0.0])  # loads Numba once, before asv forks a process for each benchmark
