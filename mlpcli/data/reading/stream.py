"""Rows of files or a DataFrame in chunks, as they arrive."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TypeAlias

import pandas as pd

from mlpcli.data.columns.cells import Frame, Reading, row_number
from mlpcli.data.reading.blocks import BLOCK_ROWS, Block, rows_at_once
from mlpcli.data.reading.open_rows import OpenRows, check_same_header
from mlpcli.data.reading.parsing import Parser, parsed
from mlpcli.data.reading.source import STDIN, ReadingSettings, TextSource, is_stream
from mlpcli.data.reading.table import with_text_names

Data: TypeAlias = "Sequence[str] | pd.DataFrame"


class RowStream(AbstractContextManager["RowStream"]):
    """The rows of files (`-` is stdin) or of a DataFrame in chunks; a chunk ends early rather than wait.

    `header` are the columns' names, `original_header` as they stand in the file. A context manager.
    """

    def __init__(self, data: Data, reading: ReadingSettings, rows: int = BLOCK_ROWS) -> None:
        self._data, self._settings, self._rows = data, reading, rows
        self.reading = Reading.of(reading)
        self._open = ExitStack()
        self.notes: list[str] = []
        if isinstance(data, pd.DataFrame):
            self.name = "the DataFrame"
            self._table = with_text_names(data)
            self.header = self.original_header = list(self._table.columns)
            return
        self._first = self._opened(data[0])
        self.name = self._first.name
        self.header, self.original_header = self._first.header, self._first.original_header
        try:
            for path in data[1:]:
                if path != STDIN and not is_stream(path):  # known early, before anything is written
                    with OpenRows(TextSource(path), reading) as other:
                        self._check(other)
        except BaseException:
            self._open.close()
            raise

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def chunks(
        self,
        columns: Sequence[str],
        numbers: Collection[str],
        *,
        reading: Reading | None = None,
        ahead: bool = False,
    ) -> Iterator[tuple[Frame, Block | None]]:
        """The named columns, those of `numbers` as such if all cells are, and the rows (None: a DataFrame's).

        `reading`: another than by the stream's settings. `ahead`: read the next chunks while one is worked
        on, so that none comes as soon as it can.
        """
        reading = reading or self.reading
        if isinstance(self._data, pd.DataFrame):
            most = rows_at_once(self._rows, len(columns))
            for first in range(0, len(self._table), most):
                part = self._table.iloc[first : first + most]

                def place(row: int, first: int = first) -> str:
                    return row_number(first + row)

                yield Frame.of(part, columns, numbers, reading, place), None
            return
        for position, path in enumerate(self._data):
            rows = self._first if position == 0 else self._opened(path)
            self._check(rows)
            parser = Parser(self.header, columns, numbers, reading)
            blocks = parsed(parser, rows) if ahead else ((block, parser.parse(block)) for block in rows)
            yield from ((frame, block) for block, frame in blocks)
            rows.close()

    def _opened(self, path: str) -> OpenRows:
        rows = self._open.enter_context(OpenRows(TextSource(path), self._settings, self._rows))
        self.notes += rows.notes
        return rows

    def _check(self, rows: OpenRows) -> None:
        check_same_header(rows.header, self.header, rows.name, self.name)
