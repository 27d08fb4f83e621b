"""Columns that grow by the frames of blocks, in a file instead of memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.growing_levels import GrowingLevels
from mlpcli.data.columns.readings import Reading
from mlpcli.data.stored.columns import StoredColumn, StoredColumns
from mlpcli.data.stored.scratch_file import ScratchFile

STRIPE_BYTES = 1 << 24
"""Of the values that are written at once: what is read of a column in one go is that over their number."""


class CellStore:
    """Where the cells of a table are kept instead of memory."""

    def __init__(self, file: ScratchFile) -> None:
        self._file = file

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._file.size

    def growing(self) -> "StoredGrowth":
        """Columns without rows."""
        return StoredGrowth(self._file)


class StoredGrowth:
    """Columns of which all rows come, frame by frame."""

    def __init__(self, file: ScratchFile) -> None:
        self._file = file
        self._levels: dict[str, GrowingLevels | None] = {}
        """None of numbers."""
        self._pieces: dict[str, list[tuple[int, int]]] = {}
        """Place and rows."""
        self._waiting: dict[str, list[Array]] = {}
        self._bytes = 0
        self.mixed: set[str] = set()
        """Columns that are numbers in one frame and texts in another, which are dropped."""

    def append(self, frame: Frame) -> None:
        """Add the rows of a frame below the others."""
        for name in frame.names:
            if name in self.mixed:
                continue
            cells = frame[name]
            is_text = isinstance(cells, Texts)
            if name not in self._levels:
                self._levels[name] = GrowingLevels() if is_text else None
                self._pieces[name], self._waiting[name] = [], []
            levels = self._levels[name]
            if is_text is (levels is None):
                self.mixed.add(name)
                self._waiting.pop(name)
                continue
            if isinstance(cells, Texts):
                assert levels is not None
                values = levels.codes_of(cells)
            else:
                assert isinstance(cells, Numbers)
                values = cells.values
            self._waiting[name].append(values)
            self._bytes += values.nbytes
        if self._bytes >= STRIPE_BYTES:
            self._write()

    def _write(self) -> None:
        for name, waiting in self._waiting.items():
            if waiting:
                values = np.concatenate(waiting)
                self._pieces[name].append((self._file.append(values), len(values)))
                waiting.clear()
        self._bytes = 0

    def finish(self, reading: Reading) -> StoredColumns:
        """All columns but the mixed ones."""
        self._write()
        return StoredColumns(self._file, dict(self._finished(reading)))

    def _finished(self, reading: Reading) -> Iterator[tuple[str, StoredColumn]]:
        for name, levels in self._levels.items():
            if name in self.mixed:
                continue
            own = reading.of_column(name)
            dtype = np.dtype(np.float64 if levels is None else np.int32)
            none = np.empty(0, dtype)
            meaning: Cells = Numbers(none, own) if levels is None else levels.texts(none, own)
            column = StoredColumn(self._file, meaning, dtype)
            for place, rows in self._pieces[name]:
                column.add(place, rows)
            yield name, column


@contextmanager
def cell_store() -> Iterator[CellStore]:
    """A store whose cells are gone at the end."""
    with ScratchFile() as file:
        yield CellStore(file)
