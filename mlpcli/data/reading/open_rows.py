"""Open one source of rows: detect its format, read the header, then give the rows in blocks."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain

from mlpcli.data.reading import parquet
from mlpcli.data.reading.blocks import BLOCK_ROWS, PATIENT_BYTES, Block, Blocks, Dialect, refused, unclosed
from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.json_lines import JsonLines
from mlpcli.data.reading.row_ends import RowLimits, refuse_long
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.data.schema import MOST_COLUMNS
from mlpcli.data.spelling import cleaned
from mlpcli.errors import DataError, Sentence, did_you_mean

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
JSON_ENDINGS = (".jsonl", ".ndjson")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
CANDIDATES = (",", "\t", ";", "|")
GUESSED_LINES = 100
_LINE_MARK = re.compile(rb"[\r\n]")


class OpenRows(AbstractContextManager["OpenRows"]):
    """Header and blocks of one source. A context manager: the file is closed at its end."""

    def __init__(self, source: TextSource, reading: ReadingSettings, rows: int = BLOCK_ROWS) -> None:
        self.name = source.name
        self.notes: list[str] = []
        """Guesses, for the user."""
        self.dialect: Dialect | None = None
        """None for JSON and Parquet, where no delimiter separates cells."""
        self.encoding = ""
        self._pieces: Pieces | None = None
        try:
            self.original_header, self._blocks = self._opened(source, reading, rows)
            self.header = _named(self.original_header, self.name)
        except BaseException:
            self.close()
            raise

    def _opened(
        self, source: TextSource, reading: ReadingSettings, rows: int
    ) -> tuple[list[str], Iterator[Block]]:
        """The header as it stands in the file, and the blocks."""
        binary = source.binary()
        if parquet.is_parquet(binary):
            binary.close()
            return parquet.open_rows(source.path, self.name, rows)
        self._pieces = Pieces(binary, reading.encoding, self.name)
        self.encoding = self._pieces.encoding
        if guessed := self._pieces.guessed:
            self.notes.append(Sentence("{}: the text looks like {} ({encoding})", self.name, guessed))
        start, pieces, before = self._first_line(iter(self._pieces), reading.comment)
        ending = _ending(self.name)
        if ending in JSON_ENDINGS or (ending not in DELIMITERS and start.lstrip().startswith(b"{")):
            if ending not in JSON_ENDINGS:
                self.notes.append(f"{self.name}: the rows look like JSON lines")
            lines = JsonLines(chain([start], pieces), self.name, before, rows)
            return lines.header, iter(lines)
        delimiter = reading.delimiter or self._delimiter(start, ending, reading.comment)
        self.dialect = Dialect(delimiter, reading.comment)
        header, text, rest, passed = self._first_row(start, pieces, delimiter, before)
        if reading.no_header:
            header, rest, passed = [str(number + 1) for number in range(len(header))], text, 0
            if len(header) == 1:  # blank lines are cells
                rest, before = b"\n" * before + text, 0
        self._pieces.expect(len(header))
        width, line = len(header), before + passed
        return header, iter(Blocks(chain([rest], pieces), self.dialect, width, self.name, line, rows=rows))

    def __iter__(self) -> Iterator[Block]:
        return self._blocks

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._pieces is not None:
            self._pieces.close()

    def _first_line(self, pieces: Iterator[bytes], comment: str | None) -> tuple[bytes, Iterator[bytes], int]:
        """Text from the first line that is neither blank nor a comment, whole; the rest; lines before it."""
        text, start, before = bytearray(), 0, 0
        for piece in chain(pieces, [b""]):
            text += piece
            if piece and b"\n" not in piece and b"\r" not in piece and not text[:-1].endswith(b"\r"):
                refuse_long(len(text) - start, self.name, before + 1)
                continue
            while (end := _line_end(text, start, final=not piece)) is not None:
                refuse_long(end - start, self.name, before + 1)
                line = text[start:end].strip(b"\r\n")
                if line and not (comment is not None and line.startswith(comment.encode())):
                    return bytes(text[start:]), pieces, before
                start, before = end, before + 1
            text, start = text[start:], 0
        raise DataError(f"{self.name}: is empty", "Give a file with a header line and rows.")

    def _delimiter(self, start: bytes, ending: str, comment: str | None) -> str:
        usual = DELIMITERS.get(ending)
        text = start.decode()
        if comment is not None:
            text = re.sub(rf"(?m)^{re.escape(comment)}.*\n?", "", text)
        guess = guess_delimiter(text, usual)
        if guess != usual:
            self.notes.append(Sentence("{}: the delimiter looks like {!r} ({delimiter})", self.name, guess))
        return guess

    def _first_row(
        self, text: bytes, pieces: Iterator[bytes], delimiter: str, before: int
    ) -> tuple[list[str], bytes, bytes, int]:
        """The cells of the first row, all text read so far, that behind the row, and the row's lines."""
        looked_at = 0
        limits = RowLimits(self.name, delimiter)
        while True:
            if len(text) <= PATIENT_BYTES or 4 * len(text) >= 5 * looked_at:
                looked_at = len(text)
                lines = io.StringIO(text.decode(), newline="")
                # A quote that is not closed takes the added line.
                added = iter(["\n"])
                limits.begin(before + 1)
                reader = csv.reader(map(limits.add, chain(lines, added)), delimiter=delimiter)
                try:
                    cells = next(reader)
                except csv.Error as error:
                    raise refused(self.name, before + reader.line_num, error) from None
                closed = next(added, None) is not None
                rest = lines.read().encode()
                if rest or (closed and text.endswith(b"\n")):
                    break
            refuse_long(len(text), self.name, before + 1)
            if piece := next(pieces, b""):
                text += piece
            elif looked_at < len(text):
                looked_at = 0
            elif not closed:
                raise unclosed(self.name, before + 1)
            else:
                break
        refuse_long(len(text) - len(rest), self.name, before + 1)
        return cells, text, rest, reader.line_num


def _line_end(text: bytearray, start: int, *, final: bool) -> int | None:
    """Where the line ends that begins at `start`; None if its end is still to come."""
    mark = _LINE_MARK.search(text, start)
    if mark is None:
        return len(text) if final and len(text) > start else None
    end = mark.end()
    if mark[0] == b"\n":
        return end
    if end == len(text) and not final:
        return None  # the line feed may be still to come
    return end + (text[end : end + 1] == b"\n")


def _ending(name: str) -> str:
    name = name.lower()
    for ending in COMPRESSIONS:
        name = name.removesuffix(ending)
    return next((ending for ending in (*DELIMITERS, *JSON_ENDINGS) if name.endswith(ending)), "")


def guess_delimiter(text: str, usual: str | None) -> str:
    """The candidate that splits the first lines into most cells, the same number in each, more than one.

    Where the file's ending names a `usual` one, it is left only if it does not split the header. Of one
    line alone all candidates are consistent: the one that splits it most is taken.
    """
    lines = list(io.StringIO(text[: csv.field_size_limit()], newline=""))[: GUESSED_LINES + 1]
    if len(lines) > 1 and (len(lines) > GUESSED_LINES or not lines[-1].endswith(("\n", "\r"))):
        lines.pop()  # cut short
    scores = {}
    for candidate in CANDIDATES:
        widths = Counter(len(row) for row in _rows(lines, candidate) if row)
        width, often = widths.most_common(1)[0] if widths else (1, 1)
        scores[candidate] = (often == widths.total() and width > 1, width * often)
    best = max(CANDIDATES, key=lambda each: scores[each])
    if usual is None:
        return best
    first = next(_rows(lines, usual), [])
    misfit = len(first) == 1 and scores[best][0] and len(lines) > 1
    return best if misfit else usual


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return  # a row that `csv` refuses is an error when it is read


def check_same_header(header: list[str], first: list[str], name: str, first_name: str) -> None:
    """Raise DataError unless two files of one table have the same columns in the same order."""
    if header == first:
        return
    for column in header:
        if column not in first:
            said = f"{name}: the column {column!r} is not in {first_name}"
            raise DataError(said, did_you_mean(column, first))
    said = f"{name}: the columns are not those of {first_name} in the same order"
    raise DataError(said, "Files given together need the same header.")


def table_names(cells: Sequence[str]) -> list[str]:
    """Names without blanks at their ends, unless two would become one; an empty one is called after its
    position, as in pandas."""
    names = [cleaned(cell) for cell in cells]
    often = Counter(names)
    own = [cell if often[name] > 1 else name for cell, name in zip(cells, names, strict=True)]
    return [name or f"Unnamed: {position}" for position, name in enumerate(own)]


def _named(cells: list[str], where: str) -> list[str]:
    """Column names; DataError for two of one name."""
    if not cells:
        raise DataError(f"{where}: has no columns", "Give a table whose columns have names.")
    if len(cells) > MOST_COLUMNS:
        said = f"{where}: has {len(cells):,} columns, more than {MOST_COLUMNS:,}"
        raise DataError(said, "Is a line end missing? Leave out columns that you do not need.")
    names = table_names(cells)
    for name, count in Counter(names).items():
        if count > 1:
            said = f"{where}: the column name {name!r} occurs {count} times in the header"
            raise DataError(said, "Rename the columns so that each has its own name.")
    return names
