"""Tables for training, from files or a DataFrame: a sample to infer kinds from, then all rows."""

import csv
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd

from mlpcli.data.columns.cells import Cells, Frame, Numbers, Reading, Texts, row_number
from mlpcli.data.reading.blocks import Block, rewritten
from mlpcli.data.reading.open_rows import OpenRows, check_same_header
from mlpcli.data.reading.parsing import Parser, parsed, whole_frame
from mlpcli.data.reading.source import ReadingSettings, TextSource, spooled
from mlpcli.errors import DataError, Sentence

SAMPLE_ROWS = 10_000
SAMPLE_CELLS = 2_000_000
"""Of tables with more than 200 columns the sample has fewer rows, but never fewer than a thousand."""
LATER_ROWS = 1_000
"""From the middle and from the end of a file that is longer than the sample, each."""
LATER_BYTES = 1 << 18


class Table(ABC):
    """A source of rows for training."""

    name: str
    columns: list[str]
    settings: ReadingSettings
    """As given, with the decimal mark if a comma was guessed."""
    reading: Reading
    sample: Frame
    """The first rows, and of long files some of the middle and the end."""
    notes: list[str]
    """What was guessed."""

    @abstractmethod
    def read(self, columns: Sequence[str], numbers: Collection[str]) -> Frame:
        """All rows; a column of `numbers` that holds something else comes as texts."""

    @abstractmethod
    def place(self, row: int) -> str:
        """Where a row (from 0) stands, for messages."""

    def _keep_sample(self, sample: Frame, settings: ReadingSettings) -> None:
        """Take over sample and settings, with a decimal comma if one is guessed."""
        if settings.decimal is None and _guess_decimal(sample) == ",":
            settings = replace(settings, decimal=",")
            sample = sample.under(Reading.of(settings))
            note = "{}: numbers look as if written with a decimal comma ({decimal})"
            self.notes.append(Sentence(note, self.name))
        self.settings, self.reading, self.sample = settings, Reading.of(settings), sample


class FileTable(Table):
    """One or more files with the same header, read in order."""

    def __init__(self, sources: Sequence[TextSource], reading: ReadingSettings) -> None:
        self._sources = sources
        self.name = sources[0].name if len(sources) == 1 else f"{sources[0].name} and {len(sources) - 1} more"
        self.notes = []
        self._bytes_a_row = 0.0
        blocks: list[Block] = []
        for source in sources:
            with OpenRows(source, reading) as rows:
                if source is sources[0]:
                    self.columns = rows.header
                check_same_header(rows.header, self.columns, source.name, sources[0].name)
                self.notes += rows.notes
                wanted = min(SAMPLE_ROWS, max(SAMPLE_CELLS // len(self.columns), 1_000))
                for block in rows:
                    self._bytes_a_row = self._bytes_a_row or len(block.text) / len(block)
                    blocks.append(block.first(max(wanted - sum(map(len, blocks)), 1)))
                    if sum(map(len, blocks)) >= wanted:
                        blocks += _later_rows(source, rows, self.columns)
                        break
        self._keep_sample(self._sampled(blocks, Reading.of(reading)), reading)

    def _sampled(self, blocks: Sequence[Block], reading: Reading) -> Frame:
        """The rows of some blocks: numbers where all of a column are, else texts."""

        def frames(columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
            return (Parser(self.columns, columns, numbers, reading).parse(block) for block in blocks)

        numbers = Parser(self.columns, self.columns, (), reading).plain_numbers(blocks[0]) if blocks else ()
        rows = sum(map(len, blocks))
        return whole_frame(frames, self.columns, numbers, reading, row_number, expected=rows)

    def read(self, columns: Sequence[str], numbers: Collection[str]) -> Frame:
        expected = 0
        if self._bytes_a_row and all(source.seekable for source in self._sources):
            size = sum(os.path.getsize(source.path) for source in self._sources)
            expected = int(1.05 * size / self._bytes_a_row)
        return whole_frame(self._frames, columns, numbers, self.reading, self.place, expected=expected)

    def _frames(self, columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
        parser = Parser(self.columns, columns, numbers, self.reading)
        for source in self._sources:
            with OpenRows(source, self.settings) as rows:
                yield from (frame for _, frame in parsed(parser, rows))

    def place(self, row: int) -> str:
        for source in self._sources:
            with OpenRows(source, self.settings) as rows:
                for block in rows:
                    if row < len(block):
                        return block.place(row)
                    row -= len(block)
        raise IndexError(row)


class FrameTable(Table):
    """A DataFrame given by a Python caller."""

    def __init__(self, frame: pd.DataFrame, reading: ReadingSettings) -> None:
        self.name = "the DataFrame"
        self._frame = with_text_names(frame)
        self.columns = list(self._frame.columns)
        rows = self._frame.head(SAMPLE_ROWS)
        self.notes = []
        self._keep_sample(Frame.of(rows, self.columns, self.columns, Reading.of(reading)), reading)

    def read(self, columns: Sequence[str], numbers: Collection[str]) -> Frame:
        frame = Frame.of(self._frame, columns, numbers, self.reading)
        for name in numbers:
            if isinstance(cells := frame[name], Texts):
                values, unreadable = cells.numbers()
                if not unreadable.any():
                    frame[name] = Numbers(values, self.reading)
        return frame

    def place(self, row: int) -> str:
        return row_number(row)


def with_text_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The DataFrame with names as text and rows numbered; raises DataError for a doubled name."""
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise DataError("the DataFrame has two columns of one name", "Give each its own name.")
    return frame.set_axis(names, axis=1).reset_index(drop=True)


@contextmanager
def open_table(data: "Sequence[str] | pd.DataFrame", reading: ReadingSettings) -> Iterator[Table]:
    """The table of paths (`-` is stdin) or a DataFrame; files stay readable until the end."""
    if isinstance(data, pd.DataFrame):
        yield FrameTable(data, reading)
        return
    with ExitStack() as stack:
        yield FileTable([stack.enter_context(spooled(path)) for path in data], reading)


def _later_rows(source: TextSource, rows: OpenRows, columns: Sequence[str]) -> list[Block]:
    """Rows of the middle and of the end of a plain file; none where they may begin inside of a cell."""
    if rows.dialect is None or not source.seekable or rows.encoding.startswith("utf-16"):
        return []
    found: list[Block] = []
    with source.binary() as binary:
        size = binary.seek(0, io.SEEK_END)
        places = (size // 2, slice(LATER_ROWS)), (max(size - LATER_BYTES, 0), slice(-LATER_ROWS, None))
        for start, part in places:
            binary.seek(start)
            text = binary.read(LATER_BYTES).decode(rows.encoding, errors="replace")
            lines = text.splitlines(keepends=True)[1:-1][part]
            try:
                cells = list(csv.reader(lines, delimiter=rows.dialect.delimiter))
            except csv.Error:
                continue
            if cells and all(len(each) == len(columns) for each in cells):
                found.append(rewritten(source.name, cells, range(len(cells))))
    return found


def _guess_decimal(sample: Frame) -> str:
    """ "," if some column of a sample holds numbers only with that mark, and none only with a point."""

    def by_comma(cells: Cells) -> bool:
        return not cells.under(Reading(cells.reading.missing, ",")).numbers()[1].any()

    columns = [sample[name] for name in sample.names]
    numbers = [cells.values for cells in columns if isinstance(cells, Numbers)]
    if any((values[np.isfinite(values)] % 1 > 0).any() for values in numbers):
        return "."
    texts = [(cells, not cells.numbers()[1].any()) for cells in columns if isinstance(cells, Texts)]
    if not any(not by_point and cells.distinct() > 1 and by_comma(cells) for cells, by_point in texts):
        return "."
    return "." if any(by_point and not by_comma(cells) for cells, by_point in texts) else ","
