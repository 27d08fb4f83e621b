"""Rows as scikit-learn's callers have them, arrays, lists or DataFrames, as tables that a training reads."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array

from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError


def frame_of(rows: Any, name: str = "X") -> tuple[pd.DataFrame, bool]:
    """Two-dimensional rows as a DataFrame, and whether they came as one; errors as those of scikit-learn.

    Missing values may be there, infinite ones may not.
    """
    if not isinstance(rows, pd.DataFrame) and hasattr(rows, "to_pandas") and hasattr(rows, "columns"):
        rows = rows.to_pandas()  # of other libraries
    if isinstance(rows, pd.DataFrame):
        return _checked(rows, name), True
    array = check_array(rows, dtype=None, ensure_all_finite="allow-nan", input_name=name)
    frame = pd.DataFrame(array)
    if array.dtype.kind == "O":
        frame = frame.apply(_inferred)
        _refuse_infinite(frame, name)
    return frame, False


def _checked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The DataFrame, without sparse columns; raises ValueError for what cannot be learned from."""
    if not len(frame):
        raise ValueError(
            f"Found array with 0 sample(s) (shape={frame.shape}) while a minimum of 1 is required."
        )
    if not frame.shape[1]:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={frame.shape}) while a minimum of 1 is required."
        )
    if any(getattr(kind, "kind", "") == "c" for kind in frame.dtypes):
        raise ValueError(f"Complex data not supported\n{frame.head()}\n")
    if any(isinstance(kind, pd.SparseDtype) or kind.kind == "m" for kind in frame.dtypes):
        columns = [_plain_column(each) for _, each in frame.items()]
        frame = pd.concat(columns, axis=1)
    _refuse_infinite(frame, name)
    return frame


def _plain_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """The column, of a sparse one all cells, of durations their seconds."""
    if isinstance(column.dtype, pd.SparseDtype):
        return pd.Series(np.asarray(column), index=column.index, name=column.name)
    return column.dt.total_seconds() if column.dtype.kind == "m" else column


def _refuse_infinite(frame: pd.DataFrame, name: str) -> None:
    for place, kind in enumerate(frame.dtypes):
        if getattr(kind, "kind", "") == "f":
            infinite = np.isinf(frame.iloc[:, place].to_numpy(np.float64, na_value=np.nan))
            if infinite.any():
                row = int(np.argmax(infinite))
                raise DataError(
                    f"Input {name} contains infinity: column {frame.columns[place]!r:.80} in row {row:,}",
                    "Replace it by a number, or by NaN, which means missing.",
                )


def _inferred(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column of objects as numbers or truth values if it holds nothing else."""
    if not all(isinstance(cell, Hashable) for cell in column):
        return column.map(lambda cell: cell if isinstance(cell, Hashable) else str(cell))
    return column.infer_objects()


def kinds_of(frame: pd.DataFrame, names: Sequence[str], *, is_table: bool) -> dict[str, str]:
    """The kinds of columns that their types tell, by name; those of the others are decided by their cells.

    All numbers of an array are numbers. A DataFrame may hold identifiers, constants and dates as numbers.
    """
    kinds: dict[str, str] = {}
    for name, kind in zip(names, frame.dtypes, strict=True):
        if isinstance(kind, pd.CategoricalDtype):
            kinds[name] = CATEGORY
        elif kind.kind == "b":
            kinds[name] = BOOLEAN
        elif kind.kind == "M":
            kinds[name] = DATE
        elif not is_table and kind.kind in "iuf":
            kinds[name] = NUMBER
    return kinds


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """The name, or one like it that is none of those taken."""
    known = {cleaned(name) for name in taken}
    name = wanted
    while cleaned(name) in known or not cleaned(name):
        name += "_"
    return name


def array_names(count: int) -> list[str]:
    """Names of columns that have none, as those that scikit-learn makes."""
    return [f"x{number}" for number in range(count)]


def target_names(y: Any, count: int, columns: Sequence[str]) -> list[str]:
    """Names of the targets, as pandas has them or y, or y0, y1, ...; none is that of another column."""
    name, names = getattr(y, "name", None), getattr(y, "columns", None)
    given = [name] if name is not None else [] if names is None else list(names)
    if len(given) != count:
        given = ["y"] if count == 1 else [f"y{number}" for number in range(count)]
    taken = [*columns]
    for each in given:
        taken.append(free_name(str(each), taken))
    return taken[len(columns) :]
