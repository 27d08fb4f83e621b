"""Frames: columns of one table by name, and where their rows stand."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mlpcli.data.columns.cells import Cells, Numbers, Rows, Texts
from mlpcli.data.columns.readings import USUAL, Reading

if TYPE_CHECKING:
    import pandas as pd  # loaded where it is called: `inspect` needs none

Place: TypeAlias = Callable[[int], str]
"""Where a row (from 0) stands, for messages."""


def row_number(row: int) -> str:
    """The place of a row that is not in a file."""
    return f"row {row:,}"


class Columns(MutableMapping[str, Cells]):
    """Cells of columns of one length, by name: in memory, or wherever they are kept."""

    @abstractmethod
    def taken(self, rows: Rows) -> "Columns":
        """Some of the rows of all columns."""

    @abstractmethod
    def loaded(self, start: int, stop: int) -> "ColumnsInMemory":
        """The rows from `start` to before `stop`, in memory."""

    @abstractmethod
    def having(self, others: Mapping[str, Cells]) -> "Columns":
        """These columns and others, which take the place of those of their names."""

    @abstractmethod
    def only(self, names: Iterable[str]) -> "Columns":
        """Some of the columns, in this order."""


class ColumnsInMemory(dict[str, Cells], Columns):
    """Columns whose cells are in memory."""

    def taken(self, rows: Rows) -> "ColumnsInMemory":
        return ColumnsInMemory({name: cells[rows] for name, cells in self.items()})

    def loaded(self, start: int, stop: int) -> "ColumnsInMemory":
        return self.taken(slice(start, stop))

    def having(self, others: Mapping[str, Cells]) -> "ColumnsInMemory":
        return ColumnsInMemory(self | dict(others))

    def only(self, names: Iterable[str]) -> "ColumnsInMemory":
        return ColumnsInMemory({name: self[name] for name in names})


class Frame:
    """Columns of a table by name, of one length, and where their rows stand."""

    def __init__(self, columns: Mapping[str, Cells], rows: int, place: Place = row_number) -> None:
        self.columns = columns if isinstance(columns, Columns) else ColumnsInMemory(columns)
        self.rows, self.place = rows, place

    @classmethod
    def of(
        cls,
        table: "pd.DataFrame",
        names: Sequence[str],
        numbers: Collection[str],
        reading: Reading = USUAL,
        place: Place = row_number,
    ) -> "Frame":
        """Columns of a DataFrame: those of `numbers` as such if that is their type, the others as texts."""
        columns: dict[str, Cells] = {}
        for name in names:
            cells, own = table[name], reading.of_column(name)
            if name in numbers and _holds_numbers(cells) and not _is_too_exact(cells):
                columns[name] = Numbers(cells.to_numpy(dtype=np.float64, na_value=np.nan), own)
            else:
                columns[name] = Texts.of(cells, own)
        return cls(columns, len(table), place)

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, name: str) -> Cells:
        return self.columns[name]

    def __setitem__(self, name: str, cells: Cells) -> None:
        self.columns[name] = cells

    @property
    def is_in_memory(self) -> bool:
        """Whether all cells are, so that to look at a column takes no time."""
        return isinstance(self.columns, ColumnsInMemory)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self.columns)

    def pop(self, name: str) -> Cells:
        """Remove and return a column."""
        return self.columns.pop(name)

    def take(self, rows: Rows) -> "Frame":
        """Some of the rows."""
        numbers = np.arange(self.rows)[rows]
        place = self.place
        return Frame(self.columns.taken(rows), len(numbers), lambda row: place(int(numbers[row])))

    def loaded(self, start: int, stop: int) -> "Frame":
        """The rows from `start` to before `stop`, with their cells in memory."""
        place = self.place
        return Frame(self.columns.loaded(start, stop), stop - start, lambda row: place(start + row))

    def having(self, others: Mapping[str, Cells]) -> "Frame":
        """The same rows with further columns."""
        return Frame(self.columns.having(others), self.rows, self.place)

    def compact(self) -> "Frame":
        """The same cells, as if no other text had ever been there."""
        compacted = Frame(self.columns.having({}), self.rows, self.place)
        for name in self.names:
            if isinstance(cells := self[name], Texts):
                compacted[name] = cells.compact()
        return compacted

    def under(self, reading: Reading) -> "Frame":
        """The same cells under another reading."""
        columns = {name: cells.under(reading.of_column(name)) for name, cells in self.columns.items()}
        return Frame(columns, self.rows, self.place)


def _is_too_exact(cells: "pd.Series[Any]") -> bool:
    """Whether whole numbers are beyond those that float64 can tell apart."""
    if cells.dtype.kind not in "iu" or not len(cells):
        return False
    return max(int(cells.max()), -int(cells.min())) > 1 << 53 if cells.notna().any() else False


def _holds_numbers(cells: "pd.Series[Any]") -> bool:
    """Whether the cells are real numbers already (booleans are not)."""
    from pandas.api import types

    kind = cells.dtype
    return types.is_numeric_dtype(kind) and not (types.is_bool_dtype(kind) or types.is_complex_dtype(kind))
