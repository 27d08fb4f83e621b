"""Tables for training: a sample to infer kinds from, then all rows; and those of a DataFrame."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mlpcli.data.columns.cells import Numbers, Texts
from mlpcli.data.columns.frame import Frame, row_number
from mlpcli.data.columns.numbers.code_numbers import code_numbers
from mlpcli.data.columns.numbers.decimal_marks import decimal_mark
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.column_names import doubled_names, table_names
from mlpcli.data.reading.decimal_choice import has_fractions, mark_notes
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import NUMBER, resolve_names
from mlpcli.data.spelling import cleaned
from mlpcli.data.stored.growing import CellStore
from mlpcli.errors import DataError
from mlpcli.progress import OnProgress, unwatched
from mlpcli.settings import parse_list

SAMPLE_ROWS = 10_000
SAMPLE_CELLS = 2_000_000
"""Of tables with more than 200 columns the sample has fewer rows, but never fewer than a thousand."""


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
    numbered: int
    """How many of the sample's rows are the first of the table, one after the other."""
    notes: list[str]
    """What was guessed."""
    on_progress: OnProgress = staticmethod(unwatched)
    """Called while all rows are read."""
    store: CellStore | None = None
    """Where cells are kept that are read, if not in memory."""

    @property
    def expected_rows(self) -> int:
        """About how many rows it has; 0 if that is not known."""
        return 0

    @abstractmethod
    def read(
        self, columns: Sequence[str], numbers: Collection[str], undecided: Collection[str] = ()
    ) -> Frame:
        """All rows; a column of `numbers` that holds something else comes as texts, as do those `undecided`
        ones of them that hold numbers that look like names, such as 007."""

    @abstractmethod
    def texts(self, column: str, reading: Reading) -> Texts:
        """All cells of a column as texts, read in another way."""

    @abstractmethod
    def place(self, row: int) -> str:
        """Where a row (from 0) stands, for messages."""

    def missing_words(self, column: str) -> dict[str, int]:
        """The texts of a column that mean missing, by how often they occur; "" is an empty cell."""
        cells = self.texts(column, replace(self.reading, missing=frozenset(), kept={}, empties={}))
        missing = cells.under(self.reading.of_column(column)).texts()
        words = np.flatnonzero(missing.level_missing())
        counts = missing.counts()
        found = {str(missing.levels[word]): int(counts[word]) for word in words.tolist() if counts[word]}
        absent = int((cells.codes < 0).sum())
        return found | ({"": found.get("", 0) + absent} if absent else {})

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
        self.doubled = {name for name in doubled_names(names) if is_named(dropped, name)}
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
        self.numbered = min(len(self._frame), SAMPLE_ROWS)
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

    def texts(self, column: str, reading: Reading) -> Texts:
        return Frame.of(self._frame, [column], (), reading)[column].texts()

    def place(self, row: int) -> str:
        return row_number(row)


def with_text_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The DataFrame with names as text and rows numbered; raises DataError for a doubled name."""
    names = table_names([str(name) for name in frame.columns])
    if len(set(names)) < len(names):
        raise DataError("the DataFrame has two columns with the same name", "Rename one of them.")
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def is_named(given: Sequence[str], name: str) -> bool:
    """Whether one of the columns or lists of them is this column, as in `resolve_names`."""
    wanted = cleaned(name)
    return any(wanted in (cleaned(value), *map(cleaned, parse_list(value))) for value in given)
