"""Open one source of rows: detect its format, read the header, then give the rows in blocks."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain

from mlpcli.data.reading import parquet
from mlpcli.data.reading.blocks import BLOCK_ROWS, Block, Blocks, Dialect, refused, unclosed
from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.json_lines import JsonLines
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError, Sentence, did_you_mean

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
JSON_ENDINGS = (".jsonl", ".ndjson")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
CANDIDATES = (",", "\t", ";", "|")
GUESSED_LINES = 100


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
        header, read, passed = self._first_row(start, pieces, delimiter, before)
        if reading.no_header:
            header, passed = [str(number + 1) for number in range(len(header))], 0
            if len(header) == 1:  # blank lines are cells
                read, before = ["\n"] * before + read, 0
        self._pieces.expect(len(header))
        rest = "".join(read[passed:]).encode()
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
        text, before = b"", 0
        for piece in chain(pieces, [b""]):
            text += piece
            while (end := _line_end(text, final=not piece)) is not None:
                line = text[:end].strip(b"\r\n")
                if line and not (comment is not None and line.startswith(comment.encode())):
                    return text, pieces, before
                text, before = text[end:], before + 1
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
    ) -> tuple[list[str], list[str], int]:
        """The cells of the first row, the lines read so far, and how many of them are the row's."""
        while True:
            lines = list(io.StringIO(text.decode(), newline=""))
            # A quote that is not closed takes the added line.
            reader = csv.reader([*lines, "\n"], delimiter=delimiter)
            try:
                cells = next(reader)
            except csv.Error as error:
                raise refused(self.name, before + reader.line_num, error) from None
            more = len(lines) - reader.line_num
            if more > 0 or (more == 0 and text.endswith(b"\n")):
                break
            if piece := next(pieces, b""):
                text += piece
            elif more < 0:
                raise unclosed(self.name, before + 1)
            else:
                break
        return cells, lines, reader.line_num


def _line_end(text: bytes, *, final: bool) -> int | None:
    """Where the first line ends; None if its end is still to come."""
    places = [place for mark in (b"\n", b"\r") if (place := text.find(mark)) >= 0]
    if not places:
        return len(text) if final and text else None
    end = min(places) + 1
    if text[end - 1 : end] == b"\r":
        if end == len(text) and not final:
            return None  # the line feed may be still to come
        return end + (text[end : end + 1] == b"\n")
    return end


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


def _named(cells: list[str], where: str) -> list[str]:
    """Column names: an empty one is called after its position, as in pandas."""
    if not cells:
        raise DataError(f"{where}: has no columns", "Give a table whose columns have names.")
    names = [cell or f"Unnamed: {position}" for position, cell in enumerate(cells)]
    for name, count in Counter(names).items():
        if count > 1:
            said = f"{where}: the column name {name!r} occurs {count} times in the header"
            raise DataError(said, "Rename the columns so that each has its own name.")
    return names
