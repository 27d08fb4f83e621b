"""Rows of text in chunks, as they arrive, and scored rows back to text. Cells keep their text exactly."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

import pandas as pd

from mlpcli.data.records import Records, check_same_header
from mlpcli.data.source import ReadingSettings, TextSource

OUTPUT_FORMATS = ("csv", "tsv", "jsonl")


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows: the cells as text and where they stand."""

    header: list[str]
    original_header: list[str]
    cells: list[list[str]]
    name: str
    lines: list[int]
    """On which line each row ends."""

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """The named columns as text."""
        by_column = zip(*self.cells, strict=True) if self.cells else ([] for _ in self.header)
        by_name = dict(zip(self.header, by_column, strict=True))
        return pd.DataFrame(
            {name: pd.Series(by_name[name], dtype=object) for name in columns}, index=range(len(self.cells))
        )


def read_chunks(paths: Sequence[str], reading: ReadingSettings, chunk_rows: int) -> Iterator[Chunk]:
    """The rows of all files in order; a chunk ends early rather than wait for input.

    The first chunk has no rows: it says what the header is, also of a table without rows.
    """
    first: Records | None = None
    for path in paths:
        with Records(TextSource(path, reading.encoding), reading) as records:
            chunk = Chunk(records.header, records.original_header, [], records.source.name, [])
            if first is None:
                first = records
                yield replace(chunk, cells=[], lines=[])
            check_same_header(records.header, first.header, records.source.name, first.source.name)
            for record in records:
                chunk.cells.append(record.cells)
                chunk.lines.append(record.line)
                if len(chunk.cells) == chunk_rows or not records.pending:
                    yield chunk
                    chunk = replace(chunk, cells=[], lines=[])
            if chunk.cells:
                yield chunk


class RowWriter:
    """Writes rows as csv, tsv or JSON lines; quotes only where needed."""

    def __init__(self, sink: IO[str], output_format: str, header: Sequence[str]) -> None:
        self._sink, self._header = sink, list(header)
        self._csv = None
        if output_format != "jsonl":
            delimiter = "\t" if output_format == "tsv" else ","
            # With a line end of both characters, `csv` quotes cells that hold either.
            self._csv = csv.writer(_LineFeeds(sink), delimiter=delimiter, lineterminator="\r\n")
            self._csv.writerow(self._header)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write and flush some rows; a reader at the other end sees them at once."""
        if self._csv is not None:
            self._csv.writerows(rows)
        else:
            for row in rows:
                self._sink.write(json.dumps(dict(zip(self._header, row, strict=True)), ensure_ascii=False))
                self._sink.write("\n")
        self._sink.flush()


class _LineFeeds:
    """Ends the lines of a `csv` writer, which come one by one, with a line feed alone."""

    def __init__(self, sink: IO[str]) -> None:
        self._sink = sink

    def write(self, line: str) -> int:
        return self._sink.write(line.removesuffix("\r\n") + "\n")
