"""Tables for training, from files or a DataFrame: a sample to infer kinds from, then all rows."""

import csv
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from mlpcli.data.columns.cells import Numbers, Texts
from mlpcli.data.columns.frame import Frame, row_number
from mlpcli.data.columns.numbers.code_numbers import code_numbers
from mlpcli.data.columns.numbers.decimal_marks import decimal_mark
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.blocks import Block, rewritten
from mlpcli.data.reading.column_names import check_same_header, doubled_names, table_names
from mlpcli.data.reading.decimal_choice import has_fractions, mark_notes, pointed_numbers
from mlpcli.data.reading.expected_rows import ExpectedRows
from mlpcli.data.reading.lines.odd_rows import OddRows, odd_rows_of
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.parsing import Parser, parsed, whole_frame
from mlpcli.data.reading.source import ReadingSettings, TextSource, spooled
from mlpcli.data.schema import NUMBER, resolve_names
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence
from mlpcli.progress import ROWS, OnProgress, unwatched
from mlpcli.settings import parse_list
from mlpcli.text_width import shell_word

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
    doubled: Collection[str] = ()
    """Names that several columns have, which are to be left out: they are none of the `columns`."""
    settings: ReadingSettings
    """As given, with the decimal mark if a comma was guessed."""
    reading: Reading
    """Of every column; a training adds the columns' forms to it."""
    sample: Frame
    """The first rows, and of long files some of the middle and the end."""
    notes: list[str]
    """What was guessed."""
    on_progress: OnProgress = staticmethod(unwatched)
    """Called while all rows are read."""

    @abstractmethod
    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        """All rows; a column of `numbers` that holds something else comes as texts, as do those `undecided`
        ones of them that hold numbers that look like names, such as 007."""

    @abstractmethod
    def missing_words(self, column: str) -> dict[str, int]:
        """The texts of a column that mean missing, by how often they occur; "" is an empty cell."""

    @abstractmethod
    def place(self, row: int) -> str:
        """Where a row (from 0) stands, for messages."""

    def _check_names(self, settings: ReadingSettings) -> None:
        """Raise DataError if words are to be kept in a column that is not there."""
        resolve_names("keep_words", [name for name, _ in settings.keep_words or ()], self.columns, self.name)

    def _take_mark(self, texts: Mapping[str, Texts], delimiter: str) -> None:
        """Read with a decimal comma if the columns speak for it; say so, and where two are possible."""
        levels = {name: cells[~cells.missing()].used() for name, cells in texts.items()}
        mark = decimal_mark(list(levels.values()), delimiter)
        if mark.mark == ",":
            self.settings = replace(self.settings, decimal=",")
            self.reading = replace(self.reading, decimal=",")
        self.notes += mark_notes(mark, levels, self.name)


class FileTable(Table):
    """One or more files with the same header, read in order."""

    def __init__(
        self,
        sources: Sequence[TextSource],
        settings: ReadingSettings,
        empties: Mapping[str, str] | None = None,
        dropped: Sequence[str] = (),
    ) -> None:
        """`empties`: the word that an empty cell of a column stands for; `dropped`: as of `open_table`."""
        self._sources, self._spare = sources, partial(_is_named, dropped)
        self.name = sources[0].name if len(sources) == 1 else f"{sources[0].name} and {len(sources) - 1} more"
        self.notes = []
        self._bytes_a_row = 0.0
        blocks: list[Block] = []
        delimiter = ","
        for source in sources:
            with OpenRows(source, settings, spare=self._spare) as rows:
                if source is sources[0]:
                    self._header, self.doubled = rows.header, doubled_names(rows.header)
                    self.columns = [name for name in rows.header if name not in self.doubled]
                    delimiter = rows.dialect.delimiter if rows.dialect is not None else ","
                check_same_header(rows.header, self._header, source.name, sources[0].name)
                wanted = min(SAMPLE_ROWS, max(SAMPLE_CELLS // len(self.columns), 1_000))
                odd = odd_rows_of(source, rows, settings)
                for block in rows if odd is None else odd.left_out(rows):
                    self._bytes_a_row = self._bytes_a_row or len(block.text) / len(block)
                    blocks.append(block.first(max(wanted - sum(map(len, blocks)), 1)))
                    if sum(map(len, blocks)) >= wanted:
                        blocks += _later_rows(source, rows, self._header, odd)
                        break
                self._note(rows, odd)
        self._check_names(settings)
        self.settings, self.reading = settings, replace(Reading.of(settings), empties=empties or {})
        self.sample = self._sampled(blocks)
        if settings.decimal is None:
            self._decide_decimal(blocks, delimiter)

    def _note(self, rows: OpenRows, odd: OddRows | None) -> None:
        """Take over what was found in a file, also at its end."""
        found = [*rows.notes, *(odd.notes if odd is not None else ())]
        self.notes += [note for note in found if note not in self.notes]

    def _decide_decimal(self, blocks: Sequence[Block], delimiter: str) -> None:
        """Read the sample with a decimal comma if all columns together speak for one."""
        texts = {name: cells for name, cells in self.sample.columns.items() if isinstance(cells, Texts)}
        if pointed := pointed_numbers(self.sample):
            again = self._texts_of(blocks, pointed)
            texts |= {name: again[name].texts() for name in pointed}
        elif any(has_fractions(cells) for cells in self.sample.columns.values()):
            return  # a point that can only be a decimal mark
        self._take_mark(texts, delimiter)
        if self.settings.decimal is not None:
            self.sample = self._sampled(blocks)

    def _sampled(self, blocks: Sequence[Block]) -> Frame:
        """The rows of some blocks: numbers where all of a column are, else texts."""
        names = self.columns
        numbers = Parser(self._header, names, (), self.reading).plain_numbers(blocks[0]) if blocks else ()

        def frames(columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
            parser = Parser(self._header, columns, numbers, self.reading, undecided=numbers)
            return (parser.parse(block) for block in blocks)

        rows = sum(map(len, blocks))
        return whole_frame(frames, names, numbers, self.reading, row_number, expected=rows)

    def _texts_of(self, blocks: Sequence[Block], names: Sequence[str]) -> Frame:
        """Some columns of the sample as texts."""

        def frames(columns: Sequence[str], numbers: Collection[str]) -> Iterator[Frame]:
            return (Parser(self._header, columns, (), self.reading).parse(block) for block in blocks)

        return whole_frame(frames, names, (), self.reading, row_number, expected=sum(map(len, blocks)))

    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        expected = 0
        if self._bytes_a_row and all(source.seekable for source in self._sources):
            size = sum(os.path.getsize(source.path) for source in self._sources)
            expected = int(1.05 * size / self._bytes_a_row)
        frames = partial(self._frames, self.reading, undecided)
        return whole_frame(frames, columns, numbers, self.reading, self.place, expected=expected)

    def missing_words(self, column: str) -> dict[str, int]:
        reading = replace(self.reading, missing=frozenset(), kept={}, empties={})
        frames = partial(self._frames, reading, ())
        cells = whole_frame(frames, [column], (), reading, self.place, expected=0)[column].texts()
        missing = cells.under(self.reading.of_column(column)).texts()
        return _counted(cells, missing)

    def _frames(
        self,
        reading: Reading,
        undecided: Collection[str],
        columns: Sequence[str],
        numbers: Collection[str],
    ) -> Iterator[Frame]:
        parser = Parser(self._header, columns, numbers, reading, undecided=undecided)
        expected, read = ExpectedRows([source.path for source in self._sources]), 0
        for source in self._sources:
            with OpenRows(source, self.settings, spare=self._spare) as rows:
                expected.begin(rows)
                odd = odd_rows_of(source, rows, self.settings)
                blocks = rows if odd is None else odd.left_out(rows)
                for _, frame in parsed(parser, blocks):
                    yield frame
                    read += len(frame)
                    self.on_progress(read, expected.total(), ROWS)
                self._note(rows, odd)

    def place(self, row: int) -> str:
        for source in self._sources:
            with OpenRows(source, self.settings, spare=self._spare) as rows:
                odd = odd_rows_of(source, rows, self.settings)
                for block in rows if odd is None else odd.left_out(rows):
                    if row < len(block):
                        return block.place(row)
                    row -= len(block)
        raise IndexError(row)


class FrameTable(Table):
    """A DataFrame given by a Python caller."""

    def __init__(
        self,
        frame: pd.DataFrame,
        settings: ReadingSettings,
        empties: Mapping[str, str] | None = None,
        dropped: Sequence[str] = (),
    ) -> None:
        self.name = "the DataFrame"
        names = table_names([str(name) for name in frame.columns])
        self.doubled = {name for name in doubled_names(names) if _is_named(dropped, name)}
        self._frame = with_text_names(frame.loc[:, [name not in self.doubled for name in names]])
        self.columns = list(self._frame.columns)
        self.notes = []
        self._check_names(settings)
        self.settings, self.reading = settings, replace(Reading.of(settings), empties=empties or {})
        self.sample = self._sampled()
        if settings.decimal is None and not any(map(has_fractions, self.sample.columns.values())):
            self._take_mark(
                {name: cells for name, cells in self.sample.columns.items() if isinstance(cells, Texts)}, ";"
            )
            self.sample = self._sampled()

    def _sampled(self) -> Frame:
        return Frame.of(self._frame.head(SAMPLE_ROWS), self.columns, self.columns, self.reading)

    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        frame = Frame.of(self._frame, columns, numbers, self.reading)
        for name in numbers:
            if isinstance(cells := frame[name], Texts) and not cells.words(NUMBER)[0].any():
                codes = name in undecided and code_numbers(cells.used(), cells.counts())
                if not codes:
                    frame[name] = Numbers(cells.numbers()[0], cells.reading)
        return frame

    def missing_words(self, column: str) -> dict[str, int]:
        reading = replace(self.reading, missing=frozenset(), kept={}, empties={})
        cells = Frame.of(self._frame, [column], (), reading)[column].texts()
        return _counted(cells, cells.under(self.reading.of_column(column)).texts())

    def place(self, row: int) -> str:
        return row_number(row)


def with_text_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The DataFrame with names as text and rows numbered; raises DataError for a doubled name."""
    names = table_names([str(name) for name in frame.columns])
    if len(set(names)) < len(names):
        raise DataError("the DataFrame has two columns with the same name", "Rename one of them.")
    return frame.set_axis(names, axis=1).reset_index(drop=True)


@contextmanager
def open_table(
    data: "Sequence[str] | pd.DataFrame",
    settings: ReadingSettings,
    empties: Mapping[str, str] | None = None,
    dropped: Sequence[str] = (),
    on_progress: OnProgress = unwatched,
) -> Iterator[Table]:
    """The table of paths (`-` is stdin) or a DataFrame; files stay readable until the end.

    `empties`: the word that an empty cell of a column stands for. `dropped`: columns, or lists of them, that
    are left out, so that several may have such a name.
    """
    if isinstance(data, pd.DataFrame):
        yield FrameTable(data, settings, empties, dropped)
        return
    with ExitStack() as stack:
        sources: list[TextSource] = []
        for path in data:
            try:
                sources.append(stack.enter_context(spooled(path)))
            except DataError as error:
                if sources and not os.path.exists(path) and _is_column(path, sources[0], settings):
                    hint = Sentence("It is a column of {}: {target} {}?", sources[0].name, shell_word(path))
                    raise DataError(error.message, hint) from None
                raise
        table = FileTable(sources, settings, empties, dropped)
        table.on_progress = on_progress
        yield table


def _is_named(given: Sequence[str], name: str) -> bool:
    """Whether one of the columns or lists of them is this column, as in `resolve_names`."""
    wanted = cleaned(name)
    return any(wanted in (cleaned(value), *map(cleaned, parse_list(value))) for value in given)


def _is_column(name: str, source: TextSource, settings: ReadingSettings) -> bool:
    """Whether what was taken for a file is a column of another one."""
    try:
        with OpenRows(source, settings, spare=lambda _: True) as rows:
            return cleaned(name) in map(cleaned, rows.header)
    except DataError:
        return False  # said of the other file once this one is there


def _later_rows(
    source: TextSource, rows: OpenRows, columns: Sequence[str], odd: OddRows | None
) -> list[Block]:
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
                cells = list(rows.dialect.reader(lines))
            except csv.Error:
                continue
            if odd is not None and start != size // 2:
                cells = odd.end_of_sample([row for row in cells if len(row) == len(columns)])
            if cells and all(len(each) == len(columns) for each in cells):
                found.append(rewritten(source.name, cells, range(len(cells))))
    return found


def _counted(cells: Texts, missing: Texts) -> dict[str, int]:
    """The levels that are missing words, by how often they occur."""
    words = np.flatnonzero(missing.level_missing())
    counts = missing.counts()
    found = {str(missing.levels[word]): int(counts[word]) for word in words.tolist() if counts[word]}
    absent = int((cells.codes < 0).sum())
    return found | ({"": found.get("", 0) + absent} if absent else {})
