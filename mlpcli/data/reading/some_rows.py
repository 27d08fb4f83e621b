"""Some rows of a table, read as if there were no others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.table import SAMPLE_ROWS, Table
from mlpcli.errors import DataError

FEWEST = 1_000
"""Rows of a sample that show what a column is."""


@dataclass(frozen=True)
class SomeRows:
    """Rows of files by their numbers from 0, which grow; rows that are no data are not counted."""

    paths: list[str]
    rows: Array


class PartOfTable(Table):
    """Some rows of another table. How its files are written, all of its rows say."""

    def __init__(self, whole: Table, rows: Array) -> None:
        self._whole, self._rows = whole, rows
        self.name, self.columns, self.doubled = whole.name, whole.columns, whole.doubled
        self.settings, self.reading, self.notes = whole.settings, whole.reading, whole.notes
        self.numbered = 0
        self.sample = self._sampled()

    def _sampled(self) -> Frame:
        """Those of the whole table's sample, or the first rows if they are few."""
        first = self._rows[: np.searchsorted(self._rows, self._whole.numbered)]
        if len(first) >= min(len(self._rows), FEWEST):
            return self._whole.sample.take(first).compact()
        sample = self._whole.sample.columns
        numbers = [name for name, cells in sample.items() if isinstance(cells, Numbers)]
        whole = self._read(self.columns, numbers, numbers)
        return whole.take(self._rows[:SAMPLE_ROWS]).compact()

    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        self._whole.reading = self.reading
        return self._read(columns, numbers, undecided).take(self._rows).compact()

    def _read(self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str]) -> Frame:
        whole = self._whole.read(columns, numbers, undecided)
        if len(self._rows) and self._rows[-1] >= len(whole):
            raise DataError(
                f"{self.name}: it has fewer rows than before: the file changed",
                "Run the command again when nothing writes to it.",
            )
        return whole

    def texts(self, column: str, reading: Reading) -> Texts:
        return self._whole.texts(column, reading)[self._rows]

    def place(self, row: int) -> str:
        return self._whole.place(int(self._rows[row]))
