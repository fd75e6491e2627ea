"""Compiled code: nothing here knows a Python object. Importing a module of this package imports Numba."""
