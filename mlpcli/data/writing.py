"""Write scored rows as CSV, TSV, JSON lines or Parquet."""

import csv
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.parquet import ParquetWriter

OUTPUT_FORMATS = ("csv", "tsv", "jsonl", "parquet")


class RowWriter:
    """Write rows in an output format; quotes only where needed."""

    def __init__(self, sink: IO[Any], output_format: str, kept: Sequence[str], added: Sequence[str]) -> None:
        """`kept` and `added`: names of input columns, and of the columns behind them."""
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
            unchanged = block.delimiter == self._delimiter and list(positions) == list(range(block.width))
            if block.plain and unchanged:
                self._write_behind(block, columns)
            else:
                self._csv.writerows(_joined(block, positions, columns))
        elif self._parquet is not None:
            self._parquet.write(list(_joined(block, positions, columns)))
        else:
            self._write_objects(block, positions, columns)
        self._sink.flush()

    def close(self) -> None:
        if self._parquet is not None:
            self._parquet.close()

    def _write_behind(self, block: Block, columns: Sequence[Sequence[Any]]) -> None:
        """Write the input's lines unchanged, each with the added cells."""
        lines = block.text.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
        for column in columns:
            texts = map(repr, column) if isinstance(column[0], float) else map(self._quoted, column)
            lines = [f"{line}{self._delimiter}{text}" for line, text in zip(lines, texts, strict=True)]
        lines.append("")
        self._sink.write("\n".join(lines))

    def _quoted(self, value: Any) -> str:
        text = str(value)
        special = any(each in text for each in (self._delimiter, '"', "\r", "\n"))
        return '"' + text.replace('"', '""') + '"' if special else text

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
            whole = row | dict(zip(self._added, values, strict=True))
            self._sink.write(json.dumps(whole, ensure_ascii=False) + "\n")


def _joined(block: Block, positions: Sequence[int], columns: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    for row, added in zip(block.cells(), zip(*columns, strict=True), strict=True):
        yield [*(row[position] for position in positions), *added]


class _LineFeeds:
    """Ends the lines of a `csv` writer, which come one by one, with a line feed alone."""

    def __init__(self, sink: IO[str]) -> None:
        self._sink = sink

    def write(self, line: str) -> int:
        return self._sink.write(line.removesuffix("\r\n") + "\n")
