"""Rows of files or a DataFrame in chunks, as they arrive."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TypeAlias

import numpy as np
import pandas as pd

from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame, row_number
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.blocks import BLOCK_ROWS, Block, rewritten, rows_at_once
from mlpcli.data.reading.column_names import check_same_header, doubled_name, doubled_names
from mlpcli.data.reading.expected_rows import ExpectedRows
from mlpcli.data.reading.lines.odd_rows import odd_rows_of
from mlpcli.data.reading.new_rows import CELLS_LOOKED_AT, LOOKED_AT, FirstRows, Known, reading_like
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.parsing import Parser, parsed, whole_frame
from mlpcli.data.reading.some_rows import SomeRows
from mlpcli.data.reading.source import STDIN, ReadingSettings, TextSource, is_stream
from mlpcli.data.reading.table import with_text_names
from mlpcli.data.spelling import cleaned
from mlpcli.errors import Sentence

Data: TypeAlias = "Sequence[str] | SomeRows | pd.DataFrame"


class RowStream(AbstractContextManager["RowStream"]):
    """The rows of files (`-` is stdin) or of a DataFrame in chunks; a chunk ends early rather than wait.

    `header` are the columns' names, `original_header` as they stand in the file. A context manager.
    """

    def __init__(
        self,
        data: Data,
        settings: ReadingSettings,
        rows: int = BLOCK_ROWS,
        known: Known | None = None,
        *,
        only_data: bool = False,
    ) -> None:
        """`known`: the columns of a model, by which each table is read. `only_data`: leave out rows that are
        no data, such as totals, which are else only noted."""
        self._only = data.rows if isinstance(data, SomeRows) else None
        data = data.paths if isinstance(data, SomeRows) else data
        self._only_data = only_data or self._only is not None
        self._data, self._settings, self._rows = data, settings, rows
        self._has_model, self._known = known is not None, known or Known(exact=True)
        self._base = replace(
            Reading.of(settings),
            decimal=settings.decimal or self._known.decimal,
            forms=self._known.forms,
            empties=self._known.empties,
            exact=known is not None and known.exact,
        )
        self.reading = self._base
        """Of the table whose rows come."""
        self._open = ExitStack()
        self._expected = ExpectedRows([] if isinstance(data, pd.DataFrame) else data)
        self.notes: list[str] = []
        self._may_wait = not isinstance(data, pd.DataFrame) and any(map(_waits, data))
        if isinstance(data, pd.DataFrame):
            self.name = "the DataFrame"
            self._table = with_text_names(data)
            self.original_header = [str(name) for name in data.columns]
            self.header = matched_names(self._table.columns, self._known.names)
            self._table.columns = pd.Index(self.header)
            return
        self._first = self._opened(data[0])
        self.name = self._first.name
        self.header = matched_names(self._first.header, self._known.names)
        self.original_header = self._first.original_header
        try:
            for path in data[1:]:
                if not _waits(path):  # known early, before anything is written
                    with OpenRows(TextSource(path), settings, spare=self._is_spare) as other:
                        self._check(other)
        except BaseException:
            self._open.close()
            raise

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @property
    def expected_rows(self) -> int | None:
        """About how many rows come in all, while chunks come; None if that is not known."""
        if self._only is not None:
            return len(self._only)
        return len(self._data) if isinstance(self._data, pd.DataFrame) else self._expected.total()

    def has_more_at_hand(self, block: Block | None) -> bool:
        """Whether what follows a block comes without waiting: in files it does, in a pipe it may not."""
        return not self._may_wait or (block is not None and block.more_at_hand)

    def chunks(
        self,
        columns: Sequence[str],
        numbers: Collection[str],
        *,
        loosened: Callable[[Reading], Reading] | None = None,
        ahead: bool = False,
    ) -> Iterator[tuple[Frame, Block | None]]:
        """The named columns, those of `numbers` as such if all cells are, and the rows (None: a DataFrame's).

        `loosened` makes the reading under which cells are parsed of that of the table, in `reading`. `ahead`:
        read the next chunks while one is worked on, so that none comes as soon as it can.
        """
        chunks = self._all_chunks(columns, numbers, loosened, ahead=ahead)
        if self._only is None:
            yield from chunks
            return
        first = 0
        for frame, _ in chunks:
            begin, end = np.searchsorted(self._only, (first, first + len(frame)))
            if begin < end:
                yield frame.take(self._only[begin:end] - first), None
            first += len(frame)

    def _all_chunks(
        self,
        columns: Sequence[str],
        numbers: Collection[str],
        loosened: Callable[[Reading], Reading] | None,
        *,
        ahead: bool,
    ) -> Iterator[tuple[Frame, Block | None]]:
        """As `chunks`, of all rows."""
        refuse_doubled(columns, self.header, self.name)
        there = [name for name in columns if name in self._known.names]
        if isinstance(self._data, pd.DataFrame):
            self._look(self._first_of_table, there, self.name)
            reading = loosened(self.reading) if loosened else self.reading
            most = rows_at_once(self._rows, len(columns))
            for first in range(0, len(self._table), most):
                part = self._table.iloc[first : first + most]

                def place(row: int, first: int = first) -> str:
                    return row_number(first + row)

                yield Frame.of(part, columns, numbers, reading, place), None
            return
        for position, path in enumerate(self._data):
            rows = self._first if position == 0 else self._opened(path)
            self._expected.begin(rows)
            self._check(rows)
            odd = None if self._known.exact else odd_rows_of(TextSource(path), rows, self._settings)
            blocks = iter(rows)
            if odd is not None:
                blocks = odd.left_out(rows) if self._only_data else odd.named(rows)
            if not self._known.exact:
                looked_at = _first_blocks(blocks, self._rows_looked_at, waits=_waits(path))
                self._look(partial(self._first_of_blocks, looked_at), there, rows.name)
                blocks = chain(looked_at, blocks)
            parser = Parser(
                self.header, columns, numbers, loosened(self.reading) if loosened else self.reading
            )
            each = parsed(parser, blocks) if ahead else ((block, parser.parse(block)) for block in blocks)
            yield from ((frame, block) for block, frame in each)
            found = [*rows.notes, *(odd.notes if odd is not None else ())]
            self.notes += [note for note in found if note not in self.notes]
            rows.close()

    def _look(self, first_rows: FirstRows, there: Collection[str], name: str) -> None:
        """Find out how a table is written, whose `name` stands in the notes."""
        if self._known.exact:
            return
        given = self._settings.decimal is not None
        self.reading, notes = reading_like(self._known, self._base, first_rows, there, decimal_given=given)
        self.notes += [Sentence.joined([f"{name}: ", note]) for note in notes]

    def _first_of_table(
        self, reading: Reading, columns: Sequence[str], numbers: Collection[str]
    ) -> tuple[Frame, set[str]]:
        frame = Frame.of(self._table.head(self._rows_looked_at), columns, numbers, reading)
        return frame, {name for name in numbers if isinstance(frame[name], Texts)}

    @property
    def _rows_looked_at(self) -> int:
        return rows_at_once(LOOKED_AT, len(self.header), CELLS_LOOKED_AT)

    def _first_of_blocks(
        self,
        blocks: Sequence[Block],
        reading: Reading,
        columns: Sequence[str],
        numbers: Collection[str],
    ) -> tuple[Frame, set[str]]:
        """The same, of the first blocks of a file."""
        if not blocks:
            return whole_frame(lambda *_: (), columns, numbers, reading, row_number, expected=0), set()
        block = blocks[0].first(self._rows_looked_at)
        if len(blocks) > 1:
            cells = [row for each in blocks for row in each.cells()][: self._rows_looked_at]
            block = rewritten(block.name, cells, range(len(cells)))
        parser = Parser(self.header, columns, numbers, reading)
        return parser.parse(block), parser.written

    def _opened(self, path: str) -> OpenRows:
        rows = self._open.enter_context(
            OpenRows(TextSource(path), self._settings, self._rows, spare=self._is_spare)
        )
        self.notes += rows.notes
        return rows

    def _is_spare(self, name: str) -> bool:
        """Whether the model makes no use of a column."""
        return self._has_model and matched_names([name], self._known.names)[0] not in self._known.names

    def _check(self, rows: OpenRows) -> None:
        names = matched_names(rows.header, self._known.names)
        check_same_header(names, self.header, rows.name, self.name)


def _waits(path: str) -> bool:
    """Whether what is read from there may be still to come."""
    return path == STDIN or is_stream(path)


def refuse_doubled(wanted: Iterable[str], header: Iterable[str], where: str) -> None:
    """Raise DataError for a column that is wanted by its name, which others have too."""
    doubled = doubled_names(header)
    for name in wanted if doubled else ():
        if name in doubled:
            raise doubled_name(name, doubled[name], where)


def matched_names(header: Iterable[str], known: Collection[str]) -> list[str]:
    """A header in the known names: blanks at the ends and the Unicode form make no difference."""
    names = list(header)
    exact, spelled = set(known), {cleaned(name): name for name in known}
    free = exact - set(names)
    found = [spelled.get(cleaned(name), name) for name in names]
    return [
        other if name not in exact and other in free else name
        for name, other in zip(names, found, strict=True)
    ]


def _first_blocks(blocks: Iterator[Block], rows: int, *, waits: bool) -> list[Block]:
    """Blocks until there are so many rows; of a stream that `waits` only those that are there."""
    first: list[Block] = []
    while sum(map(len, first)) < rows and (block := next(blocks, None)) is not None:
        first.append(block)
        if waits and not block.more_at_hand:
            break
    return first
