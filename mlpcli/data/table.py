"""A table for training: a sample of text to decide kinds from, then all rows, read with a type per column.

The only caller of `read_csv`. A path, several paths of one table, or a DataFrame come in; a DataFrame with
float64 for numbers and text for the rest goes out.
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any, Protocol, TextIO

import numpy as np
import pandas as pd

from mlpcli.data.cells import as_numbers
from mlpcli.data.records import Records, check_same_header
from mlpcli.data.source import ReadingSettings, TextSource, spooled
from mlpcli.errors import DataError

SAMPLE_ROWS = 10_000


class Table(Protocol):
    """What training reads from."""

    name: str
    columns: list[str]
    sample: pd.DataFrame
    """The first rows; cells as text if they come from a file."""
    complete: bool
    """Whether the sample is the whole table."""
    notes: list[str]

    def read(self, columns: Sequence[str], numbers: Collection[str]) -> pd.DataFrame:
        """All rows of `columns`; `numbers` as float64, the rest as text where it comes from a file."""

    def place(self, row: int) -> str:
        """Where row `row` (from 0) stands, for messages."""


class FileTable:
    """One or more text files with the same header, read in order."""

    def __init__(
        self, sources: Sequence[TextSource], reading: ReadingSettings, missing: frozenset[str]
    ) -> None:
        self._sources, self._reading, self._missing = sources, reading, missing
        self.name = sources[0].name if len(sources) == 1 else f"{sources[0].name} and {len(sources) - 1} more"
        self.notes: list[str] = []
        self._delimiters: list[str] = []
        self._row_counts: list[int] = []
        self._rewritten: list[bool] = []
        sampled: list[list[str]] = []
        for source in sources:
            with Records(source, reading) as records:
                if not self._delimiters:
                    self.columns = records.header
                check_same_header(records.header, self.columns, source.name, sources[0].name)
                if records.guessed:
                    self.notes.append(f"{source.name}: the delimiter looks like {records.delimiter!r}")
                rows = iter(records)
                before = len(sampled)
                sampled += [record.cells for record in islice(rows, SAMPLE_ROWS - before)]
                self._row_counts.append(len(sampled) - before + sum(1 for _ in rows))
                self._delimiters.append(records.delimiter)
                # pandas loses the first cell, if empty, after a blank line that ends with a carriage return
                # alone, and takes a table of nothing but blank lines for one of no column.
                self._rewritten.append(records.lone_returns or len(self.columns) == 1)
        self.sample = pd.DataFrame(sampled, columns=self.columns, dtype="str")
        self.complete = len(sampled) == sum(self._row_counts)

    def read(self, columns: Sequence[str], numbers: Collection[str]) -> pd.DataFrame:
        """All rows; a number column that turns out to hold text is an error with its line."""
        frames = [
            self._read_one(source, delimiter, columns, numbers)
            for source, delimiter in zip(self._sources, self._delimiters, strict=True)
        ]
        frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        if len(frame) != sum(self._row_counts):
            raise DataError(
                f"{self.name}: {sum(self._row_counts):,} rows were counted but {len(frame):,} read",
                "Is a quote not closed?",
            )
        return frame

    def place(self, row: int) -> str:
        """File and line of a row."""
        for source, count in zip(self._sources, self._row_counts, strict=True):
            if row < count:
                return self._place_in(source, row)
            row -= count
        raise IndexError(row)

    def _place_in(self, source: TextSource, row: int) -> str:
        with Records(source, self._reading) as records:
            record = next(islice(records, row, None))
        return f"{source.name}: line {record.line:,}"

    def _read_one(
        self, source: TextSource, delimiter: str, columns: Sequence[str], numbers: Collection[str]
    ) -> pd.DataFrame:
        try:
            return self._parse(source, delimiter, columns, numbers)
        except pd.errors.ParserError as error:
            raise DataError(f"{source.name}: {error}", "Is a quote not closed?") from None
        except ValueError:
            # A number column holds text further down than the sample: find where, reading it as text.
            frame = self._parse(source, delimiter, columns, ())
            for name in numbers:
                values, unreadable = as_numbers(frame[name], self._missing, self._reading.decimal or ".")
                if unreadable.any():
                    row = int(np.argmax(unreadable))
                    where = self._place_in(source, row)
                    raise DataError(
                        f"{where}: column {name!r}: {frame[name].iloc[row]!r} is not a number, "
                        "as the rows before it",
                        f"Mend it, or give --kind {name}=category or --missing.",
                    ) from None
                frame[name] = values
            return frame

    def _text(self, source: TextSource, delimiter: str) -> TextIO:
        """The rows' text, for pandas; every cell quoted where it would be misunderstood."""
        if self._rewritten[self._sources.index(source)]:
            rewritten = io.StringIO(newline="")
            with Records(source, self._reading) as records:
                writer = csv.writer(rewritten, delimiter=delimiter, quoting=csv.QUOTE_ALL)
                writer.writerows(record.cells for record in records)
            rewritten.seek(0)
            return rewritten
        text = source.text()
        if not self._reading.no_header:
            header = csv.reader(text, delimiter=delimiter)
            while not next(header):
                pass
        return text

    def _parse(
        self, source: TextSource, delimiter: str, columns: Sequence[str], numbers: Collection[str]
    ) -> pd.DataFrame:
        with self._text(source, delimiter) as text:
            dtypes: dict[str, Any] = {name: np.float64 if name in numbers else "str" for name in columns}
            if not sum(self._row_counts):
                return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in dtypes.items()})
            frame = pd.read_csv(
                text,
                sep=delimiter,
                header=None,
                names=self.columns,
                usecols=list(columns),
                index_col=False,
                dtype=dtypes,
                keep_default_na=False,
                na_values=sorted(self._missing),
                skip_blank_lines=len(self.columns) > 1,
                decimal=self._reading.decimal or ".",
                low_memory=False,
            )
        return frame[list(columns)]


class FrameTable:
    """A DataFrame given by a Python caller."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.name = "the DataFrame"
        self.columns = [str(name) for name in frame.columns]
        if len(set(self.columns)) < len(self.columns):
            raise DataError("the DataFrame has two columns of one name", "Give each its own name.")
        self._frame = frame.set_axis(self.columns, axis=1).reset_index(drop=True)
        self.sample = self._frame.head(SAMPLE_ROWS)
        self.complete = len(frame) <= SAMPLE_ROWS
        self.notes: list[str] = []

    def read(self, columns: Sequence[str], numbers: Collection[str]) -> pd.DataFrame:
        """The columns as they are; encoders read typed cells as well as text."""
        return self._frame[list(columns)]

    def place(self, row: int) -> str:
        """The row's number, from 0."""
        return f"row {row:,}"


@contextmanager
def open_table(
    data: "Sequence[str] | pd.DataFrame", reading: ReadingSettings, missing: frozenset[str]
) -> Iterator[Table]:
    """The table of paths (`-` is stdin) or a DataFrame; files stay readable until the end."""
    if isinstance(data, pd.DataFrame):
        yield FrameTable(data)
        return
    with ExitStack() as stack:
        sources = [stack.enter_context(spooled(path, reading.encoding)) for path in data]
        yield FileTable(sources, reading, missing)
