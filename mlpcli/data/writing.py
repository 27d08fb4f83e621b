"""Write scored rows as CSV, TSV, JSON lines or Parquet. WRITERS."""

import csv
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import IO, Any, ClassVar

from mlpcli.data.reading.blocks import Block
from mlpcli.data.reading.open_rows import COMPRESSIONS
from mlpcli.errors import DataError, Sentence, SettingsError
from mlpcli.extras import require_extra
from mlpcli.json_values import Numeral, to_json

Columns = Sequence[Sequence[Any]]


class RowWriter:
    """Base of the writers: a header of input columns and of those behind them, then rows."""

    endings: ClassVar[tuple[str, ...]]
    """Of files in this format."""
    is_text: ClassVar[bool] = True
    for_spreadsheets: ClassVar[bool] = False
    """Whether a spreadsheet opens such a file and takes cells for formulas."""
    extra: ClassVar[tuple[str, str] | None] = None
    """Package and extra that it needs."""
    takes_doubled: ClassVar[bool] = False
    """Whether two columns may have one name."""

    def __init__(
        self,
        sink: IO[Any],
        kept: Sequence[str],
        added: Sequence[str],
        *,
        safe: bool = False,
        numbers: Collection[int] = (),
    ) -> None:
        """`kept` and `added`: names of input columns, and of the columns behind them.

        With `safe`, cells and names that could be formulas are written as text, `for_spreadsheets` only.
        `numbers`: those of `kept`, by position, that are numbers to the model.
        """
        self._sink, self._kept, self._added = sink, list(kept), list(added)
        self._safe, self._numbers = safe and self.for_spreadsheets, set(numbers)
        if not self.takes_doubled:
            for name, often in Counter(self._kept + self._added).items():
                if often > 1:
                    said = f"{often} columns are named {name!r}, but {self.endings[0]} files allow only one"
                    raise DataError(said, Sentence("Write CSV, or choose the columns to write with {keep}."))

    def write(self, block: Block, positions: Sequence[int], columns: Columns) -> None:
        """Write and flush some rows: the cells at `positions` of the input, and the added columns."""
        raise NotImplementedError

    def close(self) -> None:
        """Write what comes after the last row."""


class CsvWriter(RowWriter):
    """Comma-separated values, in quotes only where needed."""

    endings: ClassVar[tuple[str, ...]] = ("csv",)
    for_spreadsheets: ClassVar[bool] = True
    takes_doubled: ClassVar[bool] = True
    delimiter: ClassVar[str] = ","

    def __init__(self, sink: IO[Any], kept: Sequence[str], added: Sequence[str], **details: Any) -> None:
        super().__init__(sink, kept, added, **details)
        # With a line end of both characters, `csv` quotes cells that hold either.
        self._csv = csv.writer(_LineFeeds(sink), delimiter=self.delimiter, lineterminator="\r\n")
        self._csv.writerow(self._texts([*kept, *added]))

    def write(self, block: Block, positions: Sequence[int], columns: Columns) -> None:
        unchanged = block.delimiter == self.delimiter and list(positions) == list(range(block.width))
        if block.plain and unchanged and not self._safe:
            self._write_behind(block, columns)
        else:
            self._csv.writerows(map(self._texts, _joined(block, positions, columns)))
        self._sink.flush()

    def _texts(self, cells: list[Any]) -> list[Any]:
        return [safe_cell(cell) if isinstance(cell, str) else cell for cell in cells] if self._safe else cells

    def _write_behind(self, block: Block, columns: Columns) -> None:
        """Write the input's lines unchanged, each with the added cells."""
        # Lines and cells are joined once, not row by row: half of the time for one added column.
        text = block.text.replace(b"\r\n", b"\n") if b"\r" in block.text else block.text
        lines = text.decode().removesuffix("\n").split("\n")
        each = 1 + len(columns)
        texts = [""] * (each * len(lines))
        texts[::each] = lines
        for place, column in enumerate(columns, start=1):
            texts[place::each] = self._written(column, "\n" if place == len(columns) else "")
        self._sink.write("".join(texts))

    def _written(self, column: Sequence[Any], end: str) -> Iterable[str]:
        """Cells with the delimiter before and `end` behind them."""
        delimiter = self.delimiter
        if isinstance(column[0], float):
            return [f"{delimiter}{value!r}{end}" for value in column]
        quoted = {value: f"{delimiter}{self._quoted(value)}{end}" for value in set(column)}
        return map(quoted.__getitem__, column)

    def _quoted(self, value: Any) -> str:
        text = str(value)
        special = any(each in text for each in (self.delimiter, '"', "\r", "\n"))
        return '"' + text.replace('"', '""') + '"' if special else text


class TsvWriter(CsvWriter):
    """Tab-separated values."""

    endings = ("tsv", "tab")
    delimiter = "\t"


class JsonLinesWriter(RowWriter):
    """An object a line; numbers keep their text, what is no finite number is null.

    Cells that came as JSON are written as they were. Others are numbers where their column is one to the
    model and JSON has such a number, null where it is one and they are empty, and else texts.
    """

    endings = ("jsonl", "ndjson")

    def write(self, block: Block, positions: Sequence[int], columns: Columns) -> None:
        added = zip(*columns, strict=True)
        rows: Iterator[dict[str, Any]]
        if block.objects is None:
            cells = [[row[position] for position in positions] for row in block.cells()]
            for texts in cells:
                for number in self._numbers:
                    texts[number] = _as_number(texts[number])
            rows = (dict(zip(self._kept, texts, strict=True)) for texts in cells)
        else:
            rows = ({name: row[name] for name in self._kept if name in row} for row in block.objects)
        for row, values in zip(rows, added, strict=True):
            whole = row | dict(zip(self._added, values, strict=True))
            self._sink.write(to_json(whole) + "\n")
        self._sink.flush()


class ParquetWriter(RowWriter):
    """Columns of one type each: kept cells as text, added values with their type."""

    endings = ("parquet",)
    is_text = False
    extra = ("pyarrow", "parquet")

    def __init__(self, sink: IO[Any], kept: Sequence[str], added: Sequence[str], **details: Any) -> None:
        super().__init__(sink, kept, added, **details)
        self._arrow = require_extra("pyarrow", "parquet", "writing a Parquet file")
        self._parquet = require_extra("pyarrow.parquet", "parquet", "writing a Parquet file")
        self._file: Any = None

    def write(self, block: Block, positions: Sequence[int], columns: Columns) -> None:
        self._write(list(zip(*_joined(block, positions, columns), strict=True)))
        self._sink.flush()

    def close(self) -> None:
        if self._file is None:
            self._write([()] * len(self._kept + self._added))
        self._file.close()

    def _write(self, columns: Columns) -> None:
        table = self._arrow.table([self._arrow.array(each) for each in columns], self._kept + self._added)
        if self._file is None:
            self._file = self._parquet.ParquetWriter(self._sink, table.schema)
        self._file.write_table(table)


WRITERS: dict[str, type[RowWriter]] = {
    "csv": CsvWriter,
    "tsv": TsvWriter,
    "jsonl": JsonLinesWriter,
    "parquet": ParquetWriter,
}


def safe_cell(text: str) -> str:
    """The text with ' before it if a spreadsheet could run it as a formula, unless it is a plain number.

    Follows https://owasp.org/www-community/attacks/CSV_Injection; blanks before the sign are looked past, and
    wide forms of the signs count, as some spreadsheets do both.
    """
    start = text.lstrip(" \u00a0\u3000")
    if not start.startswith(FORMULA_STARTS) or _PLAIN_NUMBER.fullmatch(start):
        return text
    return "'" + text


def _as_number(cell: str) -> Any:
    """A cell as JSON: a number with the same text, nothing, or the text."""
    if _JSON_NUMBER.fullmatch(cell):
        return Numeral(cell)
    return cell if cell.strip() else None


_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


def _joined(block: Block, positions: Sequence[int], columns: Columns) -> Iterator[list[Any]]:
    for row, added in zip(block.cells(), zip(*columns, strict=True), strict=True):
        yield [*(row[position] for position in positions), *added]


class _LineFeeds:
    """Ends the lines of a `csv` writer, which come one by one, with a line feed alone."""

    def __init__(self, sink: IO[str]) -> None:
        self._sink = sink

    def write(self, line: str) -> int:
        return self._sink.write(line.removesuffix("\r\n") + "\n")


def writer_for(path: str, setting: str = "output", otherwise: str = "") -> type[RowWriter]:
    """By the ending of a file's name; CSV for a name without one. SettingsError for an unknown one.

    `otherwise` is what the hint says one may do as well.
    """
    ending = os.path.splitext(path)[1].lower()
    if not ending:
        return CsvWriter
    for writer in WRITERS.values():
        if ending[1:] in writer.endings:
            return writer
    known = ", ".join(f".{each}" for writer in WRITERS.values() for each in writer.endings)
    hint = f"Known are {known}{otherwise}."
    if ending in COMPRESSIONS:
        hint = "Write .csv, .tsv or .jsonl, or pipe stdout through gzip."
    elif ending == ".json":
        hint = f"Write .jsonl, an object a line{otherwise}."
    raise SettingsError(f"{path}: files ending in {ending} cannot be written", hint, setting=setting)
