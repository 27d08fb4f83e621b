"""Cells in a scratch file: stripes of rows, within which each column's values are side by side.

To get a column reads its values alone, to get some rows those of the stripes in which they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Rows, Texts
from mlpcli.data.columns.frame import Columns, ColumnsInMemory
from mlpcli.data.stored.scratch_file import ScratchFile


class StoredColumn:
    """The values of a column of numbers, or the codes of its texts, whose levels are in memory."""

    def __init__(self, file: ScratchFile, meaning: Cells, dtype: np.dtype[np.generic]) -> None:
        """`meaning`: the column without rows."""
        self._file, self._meaning, self._dtype = file, meaning, dtype
        self._places: list[int] = []
        self._ends: list[int] = [0]

    def __len__(self) -> int:
        return self._ends[-1]

    def add(self, place: int, rows: int) -> None:
        """Further rows, whose values were written at a place of the file."""
        self._places.append(place)
        self._ends.append(self._ends[-1] + rows)

    def cells(self, start: int, stop: int) -> Cells:
        """The cells of the rows from `start` to before `stop`."""
        values = np.empty(stop - start, self._dtype)
        first = int(np.searchsorted(self._ends, start, side="right")) - 1
        at = start
        for number in range(first, len(self._places)):
            if at >= stop:
                break
            end = min(self._ends[number + 1], stop)
            place = self._places[number] + (at - self._ends[number]) * self._dtype.itemsize
            self._file.read(place, values[at - start : end - start])
            at = end
        cells = copy(self._meaning)  # which shares what is known of the levels
        if isinstance(cells, Texts):
            cells.codes = values
        else:
            assert isinstance(cells, Numbers)
            cells.values = values
        return cells


def values_of(cells: Cells) -> Array:
    """What is stored of cells for each row."""
    if isinstance(cells, Texts):
        return cells.codes
    assert isinstance(cells, Numbers)
    return cells.values


def without_rows(cells: Cells) -> Cells:
    """A column's meaning alone."""
    return cells[:0]


@dataclass(frozen=True)
class _Entry:
    column: StoredColumn
    rows: Array | None
    """Numbers of the rows of the column that count, which grow; None: all."""

    def cells(self, start: int, stop: int) -> Cells:
        if self.rows is None:
            return self.column.cells(start, stop)
        chosen = self.rows[start:stop]
        if not len(chosen):
            return self.column.cells(0, 0)
        first = int(chosen[0])
        return self.column.cells(first, int(chosen[-1]) + 1)[chosen - first]

    def __len__(self) -> int:
        return len(self.column) if self.rows is None else len(self.rows)


class StoredColumns(Columns):
    """Columns in a file. To get a column reads it; what is set is written."""

    def __init__(self, file: ScratchFile, columns: Mapping[str, StoredColumn]) -> None:
        self._file = file
        self._entries = {name: _Entry(column, None) for name, column in columns.items()}

    def __getitem__(self, name: str) -> Cells:
        entry = self._entries[name]
        return entry.cells(0, len(entry))

    def __setitem__(self, name: str, cells: Cells) -> None:
        values = values_of(cells)
        column = StoredColumn(self._file, without_rows(cells), values.dtype)
        column.add(self._file.append(values), len(values))
        self._entries[name] = _Entry(column, None)

    def __delitem__(self, name: str) -> None:
        del self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def taken(self, rows: Rows) -> "StoredColumns":
        """The rows, whose numbers must grow."""
        chosen: dict[int, Array] = {}
        taken: dict[str, _Entry] = {}
        for name, entry in self._entries.items():
            key = id(entry.rows)
            if key not in chosen:
                numbers = np.arange(len(entry.column)) if entry.rows is None else entry.rows
                chosen[key] = numbers[rows]
                assert (np.diff(chosen[key]) > 0).all(), "rows of a stored column out of their order"
            taken[name] = _Entry(entry.column, chosen[key])
        return self._with(taken)

    def loaded(self, start: int, stop: int) -> ColumnsInMemory:
        loaded = ColumnsInMemory()
        for name, entry in self._entries.items():
            cells = entry.cells(start, stop)
            if isinstance(cells, Texts) and len(cells.levels) > len(cells):
                cells = cells.compact()  # or each piece would be looked up in all levels of the table
            loaded[name] = cells
        return loaded

    def having(self, others: Mapping[str, Cells]) -> "StoredColumns":
        having = self._with(self._entries)
        if isinstance(others, StoredColumns):
            having._entries |= others._entries
        else:
            having.update(others)
        return having

    def only(self, names: Iterable[str]) -> "StoredColumns":
        return self._with({name: self._entries[name] for name in names})

    def _with(self, entries: Mapping[str, _Entry]) -> "StoredColumns":
        columns = StoredColumns(self._file, {})
        columns._entries = dict(entries)
        return columns
