"""Rows of a text table in checked blocks: every row of a block has as many cells as the header.

pandas fills short rows up, cuts long ones, renames doubled columns and skips blank lines even where there is
one column. So the text is checked first: for usual text by counting delimiters in the bytes, which
takes a tenth of its time; for the rest (quotes in cells, lone carriage returns, a single column) by `csv`.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.reading.lines.below import LinesBelow
from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.data.reading.lines.refusals import ragged, refuse_text_behind_quote, refused, unclosed
from mlpcli.data.reading.lines.skipped import SkippedLines
from mlpcli.data.reading.row_ends import LINE_FEED, LONGEST_CELL_BYTES, Cut, RowLimits, cut_rows, refuse_long
from mlpcli.errors import Sentence

BLOCK_ROWS = 1 << 14
"""At most, so that what is made of a block of short rows is not many times its text."""

MOST_CELLS = 1 << 21
"""At most, of a block of more than one row, so that a wide table has blocks of fewer rows."""
ROW = "row"
"""The unit of rows that have no lines."""
CAREFUL_ROWS, CAREFUL_CELLS = 4096, 1 << 19
CAREFUL_CHARACTERS = 1 << 20
PATIENT_BYTES = 1 << 20
"""A longer row is looked at again only when a quarter has come to it, so that looking takes linear time."""


def rows_at_once(rows: int, width: int, cells: int = MOST_CELLS) -> int:
    """`rows`, or as many of so many columns as hold `cells`, at least one."""
    return min(rows, max(cells // max(width, 1), 1))


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a file."""

    name: str
    """The file's, for messages."""
    text: bytes
    """The rows as CSV in UTF-8, without header, blank lines and comments."""
    delimiter: str
    lines: Array
    """The line of the file on which each row ends."""
    width: int
    _: KW_ONLY
    plain: bool = False
    """Whether every cell stands in the text as it is: there are no quotes, and returns only at line ends."""
    parsed: list[list[str]] | None = None
    more_at_hand: bool = False
    """Whether another block follows that was read together with this one."""
    objects: list[dict[str, Any]] | None = None
    """The rows as JSON objects with a `Numeral` for each number, if they come from JSON."""
    unit: str = "line"
    """The word for the numbers in `lines`."""

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int) -> str:
        """File and line, or number, of a row (from 0)."""
        return f"{self.name}: {self.unit} {self.lines[row]:,}"

    def first(self, rows: int) -> "Block":
        if rows >= len(self):
            return self
        if self.plain:
            end = np.flatnonzero(np.frombuffer(self.text, np.uint8) == LINE_FEED)[rows - 1] + 1
            return replace(self, text=self.text[:end], lines=self.lines[:rows])
        return replace(rewritten(self.name, self.cells()[:rows], self.lines[:rows]), unit=self.unit)

    def cells(self) -> list[list[str]]:
        if self.parsed is not None:
            return self.parsed
        lines = io.StringIO(self.text.decode(), newline="")
        # A blank line, which is a row only where there is one column, is a missing cell.
        return [cells or [""] for cells in csv.reader(lines, delimiter=self.delimiter)]


@dataclass
class Blocks:
    """Cut text that comes in pieces into blocks; DataError for a row that has not `width` cells."""

    pieces: Iterator[bytes]
    dialect: Dialect
    width: int
    name: str
    line: int
    """The number of lines before the text."""
    rows: int = BLOCK_ROWS
    """At most, of a block."""
    skipped: SkippedLines = SkippedLines()
    """Lines that were made blank, and are no rows even where there is one column."""
    likely_skip: int = 0
    """Lines that may stand before the header."""
    notes: list[str] = field(default_factory=list)
    """To be added to, of lines below the table."""
    _last: Block | None = None

    def __iter__(self) -> Iterator[Block]:
        waiting = bytearray()
        looked_at = 0
        delimiter = self.dialect.delimiter.encode()
        careful = self.width == 1 or len(delimiter) > 1 or not self.dialect.is_plain
        for piece in self.pieces:
            waiting += piece
            if not careful:
                if len(waiting) > PATIENT_BYTES and 4 * len(waiting) < 5 * looked_at:
                    continue
                if b"\n" not in piece and b"\r" not in piece and len(waiting) < LONGEST_CELL_BYTES:
                    continue
                if b"\n" not in waiting[: -len(piece)]:  # one line alone, of which no cell need be made
                    refuse_long(len(waiting) - len(piece), self.name, self.line + 1)
                text = bytes(waiting)
                cut = cut_rows(text, delimiter[0], self.width, self.dialect.comment)
                if cut is None:
                    careful = True
                else:
                    yield from self._blocks(text, cut)
                    waiting = bytearray(text[cut.end :])
                    looked_at = len(waiting)
                    refuse_long(looked_at, self.name, self.line + 1)
            if careful:
                yield from self._carefully(chain([bytes(waiting)], self.pieces))
                return
        if waiting:
            yield from self._carefully(iter([bytes(waiting)]))

    def _blocks(self, text: bytes, cut: Cut) -> Iterator[Block]:
        most = rows_at_once(self.rows, self.width)
        for first in range(0, len(cut.ends), most):
            starts, ends = cut.starts[first : first + most], cut.ends[first : first + most]
            if (starts[1:] == ends[:-1] + 1).all():  # nothing is left out between them
                rows = text[starts[0] : ends[-1] + 1]
            else:
                rows = b"".join(text[start : end + 1] for start, end in zip(starts, ends, strict=True))
            lines = self.line + 1 + cut.lines[first : first + most]
            longest = np.argmax(ends - starts)
            refuse_long(int((ends - starts)[longest]), self.name, int(lines[longest]))
            delimiter = self.dialect.delimiter
            more = first + most < len(cut.ends)
            self._last = Block(
                self.name, rows, delimiter, lines, self.width, plain=cut.plain, more_at_hand=more
            )
            yield self._last
        self.line += cut.lines_passed

    def _carefully(self, pieces: Iterator[bytes]) -> Iterator[Block]:
        dialect = self.dialect
        limits = RowLimits(self.name, dialect.delimiter)
        lines = _Lines(pieces, limits, dialect.quote)
        reader = dialect.reader(lines)
        most = rows_at_once(min(CAREFUL_ROWS, self.rows), self.width, CAREFUL_CELLS)
        rows: list[list[str]] = []
        ends: list[int] = []
        size = 0
        before = self._last
        after_blank = before is not None and self.line > int(before.lines[-1])
        below = LinesBelow(self.width, _last_cells(before), after_blank=after_blank)
        while True:
            if rows and (len(rows) == most or size > CAREFUL_CHARACTERS or not lines.has_row):
                yield rewritten(self.name, rows, ends)
                rows, ends, size = [], [], 0
            start = self.line + reader.line_num + 1
            limits.begin(start)
            lines.taken = []
            if dialect.comment is not None and lines.skip(dialect.comment):
                self.line += 1
                continue
            try:
                cells = next(reader, [])
            except csv.Error as error:
                raise refused(self.name, self.line + reader.line_num, error) from None
            if lines.at_end:
                if cells:
                    raise unclosed(self.name, start)
                break
            end = self.line + reader.line_num
            if cells == []:
                below.blank_line()
                if self.width > 1 or end in self.skipped:
                    continue  # a blank line; in a table of one column it is a missing cell
                cells = [""]
            refuse_text_behind_quote("".join(lines.taken), dialect, self.name, start)
            if dialect.surplus and len(cells) == self.width + 1 and not cells[-1].strip():
                cells.pop()
            if below.holds(end, cells):
                continue
            if below.lines or len(cells) != self.width:
                line, found = below.lines[0] if below.lines else (end, len(cells))
                raise ragged(self.name, line, found, self.width, self.likely_skip, second=below.is_table)
            rows.append(cells)
            size += limits.characters
            ends.append(end)
        if below.is_table:
            raise ragged(self.name, *below.lines[0], self.width, second=True)
        if rows:
            yield rewritten(self.name, rows, ends)
        self.notes += [Sentence.joined([f"{self.name}: ", note]) for note in below.notes()]


def _last_cells(block: Block | None) -> list[str]:
    """The cells of the last line of a block."""
    if block is None:
        return []
    start = block.text.rfind(b"\n", 0, len(block.text) - 1) + 1
    return next(csv.reader([block.text[start:].decode()], delimiter=block.delimiter), [])


def rewritten(name: str, rows: list[list[str]], lines: Sequence[int] | Array) -> Block:
    """A block of cells, all quoted, so that there is one way to read them."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    numbers = np.asarray(lines, dtype=np.intp)
    return Block(name, text.getvalue().encode(), ",", numbers, len(rows[0]), parsed=rows)


class _Lines:
    """Text lines for `csv`, which asks for the next one; a blank one is added at the end."""

    def __init__(self, pieces: Iterator[bytes], limits: RowLimits, quote: str) -> None:
        self._pieces, self._limits, self._quote = _slices(pieces), limits, quote
        self.taken: list[str] = []
        """The lines given since it was emptied."""
        self._waiting: deque[str] = deque()
        self._tail: list[str] = []
        """Text behind the last line end, with a carriage return whose line feed may be still to come."""
        self._ended = False
        self.at_end = False
        """Whether the added line was given: where it is not a row of its own, a quoted cell took it."""

    @property
    def has_row(self) -> bool:
        """Whether the next row has arrived with all of its lines."""
        quotes = 0
        for line in self._waiting:
            quotes += line.count(self._quote) if self._quote else 0
            if quotes % 2 == 0:
                return True
        return self._ended

    def skip(self, comment: str) -> bool:
        """Drop the next line if it is a comment."""
        self._fill()
        if self._waiting and self._waiting[0].startswith(comment):
            self._waiting.popleft()
            return True
        return False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self._fill()
        if self._waiting:
            self.taken.append(self._waiting.popleft())
            return self._limits.add(self.taken[-1])
        if self.at_end:
            raise StopIteration
        self.at_end = True
        return "\n"

    def _fill(self) -> None:
        while not self._waiting and not self._ended:
            piece = next(self._pieces, None)
            self._ended = piece is None
            text = piece or ""
            returned = bool(self._tail) and self._tail[-1].endswith("\r")
            self._tail.append(text)
            if not self._ended and not returned and "\n" not in text and "\r" not in text:
                self._limits.expect(sum(map(len, self._tail)))
                continue
            text = "".join(self._tail)
            # The line feed of a carriage return may be still to come.
            tail = "\r" if text.endswith("\r") and not self._ended else ""
            lines = list(io.StringIO(text.removesuffix(tail), newline=""))
            if lines and not self._ended and not lines[-1].endswith(("\n", "\r")):
                tail = lines.pop() + tail
            self._tail = [tail]
            self._waiting.extend(lines)


def _slices(pieces: Iterator[bytes]) -> Iterator[str]:
    """The text, no more at once than makes a block: of short lines it takes many times the memory."""
    for piece in pieces:
        text = piece.decode()
        for start in range(0, len(text), CAREFUL_CHARACTERS):
            yield text[start : start + CAREFUL_CHARACTERS]
