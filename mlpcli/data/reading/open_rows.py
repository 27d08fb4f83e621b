"""Open one source of rows: detect its format, read the header, then give the rows in blocks."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from mlpcli.data.reading import parquet
from mlpcli.data.reading.blocks import BLOCK_ROWS, PATIENT_BYTES, Block, Blocks
from mlpcli.data.reading.column_names import column_names
from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.json_lines import JsonLines
from mlpcli.data.reading.kinds.databases import Database, is_database
from mlpcli.data.reading.kinds.file_kinds import START_BYTES, kind_inside, text_kind
from mlpcli.data.reading.kinds.json_arrays import JsonArray, is_array
from mlpcli.data.reading.kinds.json_documents import LONGEST_DOCUMENT, document_error
from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.data.reading.lines.layout import Given, layout_of
from mlpcli.data.reading.lines.refusals import refuse_text_behind_quote, refused, unclosed
from mlpcli.data.reading.row_ends import RowLimits, refuse_long
from mlpcli.data.reading.source import STDIN, ReadingSettings, TextSource, is_stream
from mlpcli.errors import DataError, Sentence
from mlpcli.settings import NONE

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
JSON_ENDINGS = (".jsonl", ".ndjson")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_LINE_MARK = re.compile(rb"[\r\n]")
_ENDED_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)")


class OpenRows(AbstractContextManager["OpenRows"]):
    """Header and blocks of one source. A context manager: the file is closed at its end."""

    def __init__(
        self,
        source: TextSource,
        reading: ReadingSettings,
        rows: int = BLOCK_ROWS,
        *,
        spare: Callable[[str], bool] | None = None,
    ) -> None:
        """`spare`: whether a column is not needed, so that several may have its name."""
        self.name = source.name
        self.notes: list[str] = []
        """Guesses, for the user."""
        self.dialect: Dialect | None = None
        """None for JSON and Parquet, where no delimiter separates cells."""
        self.encoding = ""
        self._pieces: Pieces | None = None
        self._database: Database | None = None
        self._source, self._row_count = source, 0
        self._rows = self._bytes = 0
        try:
            self.original_header, blocks = self._opened(source, reading, rows)
            self._blocks = self._counted(blocks)
            self.header = column_names(self.original_header, self.name, spare)
        except BaseException:
            self.close()
            raise

    def _opened(
        self, source: TextSource, reading: ReadingSettings, rows: int
    ) -> tuple[list[str], Iterator[Block]]:
        """The header as it stands in the file, and the blocks."""
        binary = source.binary(reading.max_bytes)
        self.notes += source.notes
        if parquet.is_parquet(binary):
            binary.close()
            if source.path != STDIN and source.is_packed:
                raise kind_inside("a Parquet file", "compressed data").refused(self.name)
            names, of_file, self._row_count = parquet.open_rows(source.path, self.name, rows)
            return names, of_file
        if is_database(binary):
            return self._of_database(binary, source, reading, rows)
        if source.is_sheet:  # how its text is written is known
            reading = replace(reading, delimiter=",", encoding="utf-8", quote='"')
        self._pieces = Pieces(binary, reading.encoding, self.name)
        self.encoding = self._pieces.encoding
        if guessed := self._pieces.guessed:
            self.notes.append(
                Sentence("{}: the encoding was detected as {} ({encoding} overrides it)", self.name, guessed)
            )
        skipped = reading.skipped
        decoded = skipped.blanked(self._pieces) if skipped.ranges else iter(self._pieces)
        start, decoded = _enough_for_array(decoded)
        if is_array(start[:START_BYTES].decode(errors="ignore"), source.member or self.name):
            array = JsonArray(decoded, self.name, 0, rows)  # of one line, which may be any length
            self.notes += array.notes
            return array.header, iter(array)
        start, pieces, before = self._first_line(decoded, reading)
        ending = _ending(source.member or self.name)
        self._refuse_other_texts(start, lines=ending in JSON_ENDINGS)
        if ending in JSON_ENDINGS or (ending not in DELIMITERS and start.lstrip().startswith(b"{")):
            if ending not in JSON_ENDINGS:
                self.notes.append(f"{self.name}: the rows are read as JSON lines")
            lines = JsonLines(chain([start], pieces), self.name, before, rows)
            self.notes += lines.notes
            return lines.header, iter(lines)
        given = Given(
            reading.delimiter,
            "" if reading.quote == NONE else reading.quote,
            reading.comment,
            starts=reading.skip is not None,
            no_header=reading.no_header,
        )
        layout = layout_of(_whole_characters(start), given, DELIMITERS.get(ending), before)
        self.notes += [Sentence.joined([f"{self.name}: ", note]) for note in layout.notes]
        self.dialect = layout.dialect
        start, before = _without_lines(start, layout.skip), before + layout.skip
        header, text, rest, passed = self._first_row(start, pieces, layout.dialect, before)
        header = list(layout.names or header)
        if reading.no_header:
            header, rest, passed = [str(number + 1) for number in range(len(header))], text, 0
            if len(header) == 1:  # blank lines are cells
                rest, before = b"\n" * before + text, 0
        self._pieces.expect(len(header))
        blocks = Blocks(
            chain([rest], pieces), layout.dialect, len(header), self.name, before + passed, rows=rows
        )
        blocks.skipped, blocks.likely_skip, blocks.notes = skipped, layout.likely_skip, self.notes
        return header, iter(blocks)

    def _of_database(
        self, binary: BinaryIO, source: TextSource, reading: ReadingSettings, rows: int
    ) -> tuple[list[str], Iterator[Block]]:
        if source.path == STDIN or is_stream(source.path):
            said = f"{self.name} is a SQLite database, which cannot be read from a pipe"
            raise DataError(said, "Save it to a file first.")
        binary.close()
        database = Database(source.path, source.part, self.name, rows, reading.max_bytes)
        self._database = database
        self.notes += database.notes
        return database.header, iter(database)

    def _refuse_other_texts(self, start: bytes, *, lines: bool) -> None:
        """Raise DataError for a text that is no table, by its first lines; `lines`: named as JSON lines."""
        text = start[:LONGEST_DOCUMENT].decode(errors="ignore")
        if (kind := text_kind(text)) is not None:
            raise kind.refused(self.name)
        if text.lstrip().startswith("{") and (error := document_error(text, self.name, lines=lines)):
            raise error

    def __iter__(self) -> Iterator[Block]:
        return self._blocks

    @property
    def rows_given(self) -> int:
        """The rows in all blocks so far."""
        return self._rows

    def share_given(self) -> float | None:
        """The share of all rows that these are, about; None for a pipe or a database."""
        if self._row_count:
            return self._rows / self._row_count
        share = self._source.share_read()
        if share is None or self.dialect is None or self._pieces is None or not self._pieces.given:
            return share  # of JSON, whose blocks are other text
        # Some of the text that was read is not in blocks yet.
        return share * min(self._bytes / self._pieces.given, 1.0)

    def _counted(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self._rows += len(block)
            self._bytes += len(block.text)
            yield block

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._database is not None:
            self._database.close()
        if self._pieces is not None:
            self._pieces.close()

    def _first_line(
        self, pieces: Iterator[bytes], reading: ReadingSettings
    ) -> tuple[bytes, Iterator[bytes], int]:
        """Text from the first line that is neither blank nor a comment, whole; the rest; lines before it."""
        comment = reading.comment
        text, start, before = bytearray(), 0, 0
        for piece in chain(pieces, [b""]):
            text += piece
            if piece and b"\n" not in piece and b"\r" not in piece and not text[:-1].endswith(b"\r"):
                refuse_long(len(text) - start, self.name, before + 1)
                continue
            while (end := _line_end(text, start, final=not piece)) is not None:
                refuse_long(end - start, self.name, before + 1)
                while text.startswith(codecs.BOM_UTF8, start):  # a second mark
                    del text[start : start + len(codecs.BOM_UTF8)]
                    end -= len(codecs.BOM_UTF8)
                line = text[start:end].strip(b"\r\n")
                if line and not (comment is not None and line.startswith(comment.encode())):
                    return bytes(text[start:]), pieces, before
                start, before = end, before + 1
            text, start = text[start:], 0
        if reading.skip:
            said = f"{self.name} has nothing after the skipped lines"
            raise DataError(said, Sentence("Give a smaller {skip}."))
        raise DataError(f"{self.name} is empty", "Give a file with a header line and rows.")

    def _first_row(
        self, text: bytes, pieces: Iterator[bytes], dialect: Dialect, before: int
    ) -> tuple[list[str], bytes, bytes, int]:
        """The cells of the first row, all text read so far, that behind the row, and the row's lines."""
        looked_at = 0
        limits = RowLimits(self.name, dialect.delimiter)
        while True:
            if len(text) <= PATIENT_BYTES or 4 * len(text) >= 5 * looked_at:
                looked_at = len(text)
                lines = io.StringIO(text.decode(), newline="")
                # A quote that is not closed takes the added line.
                added = iter(["\n"])
                limits.begin(before + 1)
                reader = dialect.reader(map(limits.add, chain(lines, added)))
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
        first = text[: len(text) - len(rest)]
        if b'"' in first or b"'" in first:
            refuse_text_behind_quote(first.decode(), dialect, self.name, before + 1)
        return cells, text, rest, reader.line_num


def _enough_for_array(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The start of a text by which a JSON array is told, and all pieces."""
    start = bytearray()
    for piece in pieces:
        start += piece
        text = bytes(start[:START_BYTES]).lstrip()
        if len(start) >= START_BYTES or text[:1] not in (b"", b"[") or len(b"".join(text.split())) > 2:
            break
    return bytes(start), chain([bytes(start)], pieces)


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


def _whole_characters(text: bytes) -> str:
    """The beginning of a text, as much as its layout is told by."""
    return text[: 4 * csv.field_size_limit()].decode(errors="ignore")


def _without_lines(text: bytes, number: int) -> bytes:
    """The text behind a number of lines."""
    start = 0
    for _ in range(number):
        found = _ENDED_LINE.match(text, start)
        assert found is not None
        start = found.end()
    return text[start:]
