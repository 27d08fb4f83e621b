"""Some rows of the data that a workflow takes, as data."""

import pandas as pd

from mlpcli.arrays import Array
from mlpcli.data.reading.some_rows import SomeRows
from mlpcli.model.encoded_rows import Data, paths_of


def some_of(data: Data, rows: Array) -> Data:
    """The rows of these numbers from 0, which grow."""
    given = paths_of(data)
    if isinstance(given, pd.DataFrame):
        return given.iloc[rows]
    assert not isinstance(given, SomeRows)
    return SomeRows(given, rows)
