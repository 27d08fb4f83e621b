"""The number of rows that files will have given, told by the part of them that was read."""

import os
from collections.abc import Sequence

from mlpcli.data.reading.open_rows import OpenRows


class ExpectedRows:
    """An estimate that gets better while files are read one after the other."""

    def __init__(self, paths: Sequence[str]) -> None:
        """`paths`: of all files; one that is no plain file, as a pipe, may be of any length."""
        self._sizes = [os.path.getsize(path) if os.path.isfile(path) else 0 for path in paths]
        self._rows_before, self._number = 0, -1
        self._open: OpenRows | None = None

    def begin(self, rows: OpenRows) -> None:
        """Note that the next file is read."""
        if self._open is not None:
            self._rows_before += self._open.rows_given
        self._open = rows
        self._number += 1

    def total(self) -> int | None:
        """The rows of all files together; None if that cannot be told."""
        if self._open is None or not (share := self._open.share_given()):
            return None
        if len(self._sizes) == 1:
            return round(self._open.rows_given / share)
        if not all(self._sizes):
            return None
        read = sum(self._sizes[: self._number]) + share * self._sizes[self._number]
        return round((self._rows_before + self._open.rows_given) * sum(self._sizes) / read)
