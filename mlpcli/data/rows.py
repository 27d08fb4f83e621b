"""Rows to score in chunks, as they arrive, and scored rows back to text. Cells keep their text exactly."""

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import pandas as pd

from mlpcli.data.blocks import Block
from mlpcli.data.cells import Frame, Reading
from mlpcli.data.opening import OpenRows, check_same_header
from mlpcli.data.parquet import ParquetWriter
from mlpcli.data.parsing import Parser, parsed
from mlpcli.data.source import STDIN, ReadingSettings, TextSource, is_stream
from mlpcli.data.table import with_text_names

OUTPUT_FORMATS = ("csv", "tsv", "jsonl", "parquet")
CHUNK_ROWS = 1 << 14

Data: TypeAlias = "Sequence[str] | pd.DataFrame"


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows: the columns that were asked for, their text, and where they stand."""

    name: str
    frame: Frame
    block: Block | None
    """None for rows of a DataFrame."""
    first: int
    """Rows before these in the whole table."""

    def __len__(self) -> int:
        return len(self.frame)

    def place(self, row: int) -> str:
        """Where a row of the chunk stands, for messages."""
        if self.block is None:
            return f"row {self.first + row:,}"
        return f"{self.name}: line {self.block.lines[row]:,}"


class RowStream:
    """The rows of files (`-` is stdin) or of a DataFrame in chunks; a chunk ends early rather than wait.

    `header` are the columns' names, `original_header` as they stand in the file. A context manager.
    """

    def __init__(self, data: Data, reading: ReadingSettings, rows: int = CHUNK_ROWS) -> None:
        self._data, self._reading, self._rows = data, reading, rows
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
            self._check_others(data[1:])
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> "RowStream":
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def chunks(
        self, columns: Sequence[str], numbers: Collection[str], reading: Reading, *, ahead: bool = False
    ) -> Iterator[Chunk]:
        """The named columns; those of `numbers` as such where all cells are.

        With `ahead` the next ones are read while one is worked on: none comes as soon as it can.
        """
        if isinstance(self._data, pd.DataFrame):
            for first in range(0, len(self._table), self._rows):
                part = self._table.iloc[first : first + self._rows]
                yield Chunk(self.name, Frame.of(part, columns, numbers), None, first)
            return
        done = 0
        for position, path in enumerate(self._data):
            rows = self._first if position == 0 else self._opened(path)
            self._check(rows)
            parser = Parser(self.header, columns, numbers, reading)
            blocks = parsed(parser, rows) if ahead else ((block, parser.parse(block)) for block in rows)
            for block, frame in blocks:
                yield Chunk(rows.name, frame, block, done)
                done += len(block)
            rows.close()

    def _opened(self, path: str) -> OpenRows:
        rows = self._open.enter_context(
            OpenRows(TextSource(path, self._reading.encoding), self._reading, self._rows)
        )
        self.notes += rows.notes
        return rows

    def _check_others(self, paths: Sequence[str]) -> None:
        for path in paths:
            if path != STDIN and not is_stream(path):  # known early, before anything is written
                with OpenRows(TextSource(path, self._reading.encoding), self._reading) as other:
                    self._check(other)

    def _check(self, rows: OpenRows) -> None:
        check_same_header(rows.header, self.header, rows.name, self.name)


class RowWriter:
    """Writes rows as csv, tsv or JSON lines; quotes only where needed."""

    def __init__(self, sink: IO[Any], output_format: str, kept: Sequence[str], added: Sequence[str]) -> None:
        """`kept` and `added`: names of columns of the input, and of those that come behind them."""
        self._sink, self._kept, self._added = sink, list(kept), list(added)
        self._delimiter = "\t" if output_format == "tsv" else ","
        self._csv, self._parquet = None, None
        if output_format == "parquet":
            self._parquet = ParquetWriter(sink, [*kept, *added])
        elif output_format != "jsonl":
            # With a line end of both characters, `csv` quotes cells that hold either.
            self._csv = csv.writer(_LineFeeds(sink), delimiter=self._delimiter, lineterminator="\r\n")
            self._csv.writerow([*kept, *added])

    def write(self, block: Block, positions: Sequence[int], columns: Sequence[Sequence[Any]]) -> None:
        """Write and flush some rows: the cells at `positions` of the input, and the added columns."""
        if self._csv is not None:
            everything = list(positions) == list(range(len(positions))) and positions
            if (
                block.plain
                and block.delimiter == self._delimiter
                and everything
                and block.width == len(positions)
            ):
                self._write_behind(block, columns)
            else:
                self._csv.writerows(_joined(block, positions, columns))
        elif self._parquet is not None:
            self._parquet.write(list(_joined(block, positions, columns)))
        else:
            self._write_objects(block, positions, columns)
        self._sink.flush()

    def close(self) -> None:
        """Write what comes after the last row."""
        if self._parquet is not None:
            self._parquet.close()

    def _write_behind(self, block: Block, columns: Sequence[Sequence[Any]]) -> None:
        """The input's lines as they are, each with the added cells: what they hold needs no quotes."""
        lines = block.text.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
        for column in columns:
            texts = map(repr, column) if isinstance(column[0], float) else map(self._quoted, column)
            lines = [f"{line}{self._delimiter}{text}" for line, text in zip(lines, texts, strict=True)]
        lines.append("")
        self._sink.write("\n".join(lines))

    def _quoted(self, value: Any) -> str:
        text = str(value)
        if any(each in text for each in (self._delimiter, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def _write_objects(
        self, block: Block, positions: Sequence[int], columns: Sequence[Sequence[Any]]
    ) -> None:
        added = zip(*columns, strict=True)
        if block.objects is None:
            kept = ([row[position] for position in positions] for row in block.cells())
            rows = (dict(zip(self._kept, row, strict=True)) for row in kept)
        else:
            rows = ({name: row[name] for name in self._kept if name in row} for row in block.objects)
        for row, values in zip(rows, added, strict=True):
            self._sink.write(
                json.dumps(row | dict(zip(self._added, values, strict=True)), ensure_ascii=False) + "\n"
            )


def _joined(block: Block, positions: Sequence[int], columns: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    for row, added in zip(block.cells(), zip(*columns, strict=True), strict=True):
        yield [*(row[position] for position in positions), *added]


class _LineFeeds:
    """Ends the lines of a `csv` writer, which come one by one, with a line feed alone."""

    def __init__(self, sink: IO[str]) -> None:
        self._sink = sink

    def write(self, line: str) -> int:
        return self._sink.write(line.removesuffix("\r\n") + "\n")
