"""Series, indexes and data frames of pandas as arguments, which is not imported: what has labels gets them back."""

from __future__ import annotations

import sys
from typing import Any


class Labels:
    """The values of an argument, and its labels if it is of pandas.

    Attributes
    ----------
    values : object
        The argument, or its values as an array.
    index : pandas.Index or None
        Labels of rows.
    columns : pandas.Index or None
        Labels of the columns of a DataFrame.
    """

    __slots__ = ("_pandas", "columns", "index", "values")

    def __init__(self, given: Any) -> None:
        self.values = given
        self.index: Any = None
        self.columns: Any = None
        pandas: Any = sys.modules.get("pandas")
        self._pandas = pandas
        if pandas is None:
            return
        if isinstance(given, pandas.DataFrame):
            self.values, self.index, self.columns = given.to_numpy(), given.index, given.columns
        elif isinstance(given, pandas.Series):
            self.values, self.index = given.to_numpy(), given.index
        elif isinstance(given, pandas.Index):
            self.values = given.to_numpy()
            self.index = given

    def put(self, result: Any) -> Any:
        """A result with the labels of rows: a scalar, an array, a Series, or a DataFrame of two axes."""
        if self.index is None:
            return result[()]
        if result.ndim == 1:
            return self._pandas.Series(result, index=self.index)
        return self._pandas.DataFrame(result, index=self.index)
