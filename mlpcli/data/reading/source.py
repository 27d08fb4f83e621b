"""Sources of bytes, a file or stdin, plain or compressed, and the settings of reading them."""

import codecs
import io
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, cast

from mlpcli.data.reading.compression import DamagedError, compression_of, decompressed, is_cut_mark
from mlpcli.data.reading.kinds.file_kinds import (
    SQLITE_MARK,
    START_BYTES,
    ZIP_MARKS,
    binary_kind,
    kind_inside,
)
from mlpcli.data.reading.kinds.limits import limited, parse_size
from mlpcli.data.reading.kinds.paths import missing_hint
from mlpcli.data.reading.lines.skipped import SkippedLines
from mlpcli.data.reading.named_file import NamedFile
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.files import OPEN_FILES, file_and_part, named_errors
from mlpcli.settings import NONE, Settings, described_fields, parse_list, setting
from mlpcli.unfinished import UNFINISHED

STDIN = "-"


def _parse_delimiter(text: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    return _character(named.get(text, text), "delimiter", "Use ';' or a name: tab, comma, pipe, space.")


def _parse_quote(text: str) -> str:
    if (len(text) != 1 and text != NONE) or text in "\r\n\t\0 ":
        hint = "Use \", ' or none."
        raise SettingsError(f"{text!r} is not a single character", hint, setting="quote")
    return text


def _parse_skip_rows(text: str) -> str:
    SkippedLines.parse(text)
    return text


def _parse_comment(text: str) -> str:
    return _character(text, "comment", "Use '#', for example.")


def _character(text: str, name: str, hint: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise SettingsError(f"{text!r} is not a single character", hint, setting=name)
    return text


def _parse_encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses also codecs that do not make text of bytes, as base64
        codecs.getincrementaldecoder(text)  # punycode has none
    except (LookupError, ValueError):
        hint = "Try utf-8, latin-1, cp1252 or utf-16."
        raise SettingsError(f"{text!r:.40} is not a known encoding", hint, setting="encoding") from None
    return text


def _parse_keep_words(text: str) -> tuple[tuple[str, str], ...]:
    """`COLUMN=WORD,WORD` as pairs of column and word."""
    name, equals, words = text.partition("=")
    if not equals or not name or not (parsed := parse_list(words)):
        said = f"{text!r:.80} is not COLUMN=WORD,WORD"
        raise SettingsError(said, "Write for example risk=None,NA.", setting="keep_words")
    return tuple((name, word) for word in parsed)


_setting = partial(setting, group="Reading", changes_weights=False)


@dataclass(frozen=True)
class ReadingSettings(Settings):
    """Settings of reading text into cells. None: guessed, or as in training by predict and evaluate."""

    delimiter: str | None = _setting(
        None,
        "Character between cells. By default that of the file's ending, else it is detected.",
        short="d",
        metavar="CHAR",
        parse=_parse_delimiter,
    )
    encoding: str | None = _setting(
        None, "Text encoding. By default UTF-8, else it is detected.", metavar="NAME", parse=_parse_encoding
    )
    decimal: str | None = _setting(
        None, "Decimal mark of numbers. By default it is detected.", choices=(".", ","), stored=True
    )
    no_header: bool | None = _setting(
        None, "Take the first line as data. Columns are then named 1, 2, ...", stored=True
    )
    comment: str | None = _setting(
        None,
        "Skip lines that begin with this character.",
        metavar="CHAR",
        parse=_parse_comment,
        stored=True,
    )
    missing: tuple[str, ...] | None = _setting(
        None,
        "More words that mean a missing value, comma-separated. NA, null, ? and the like always do.",
        metavar="WORDS",
        parse=parse_list,
        stored=True,
    )
    quote: str | None = _setting(
        None,
        ('Character around cells that hold a delimiter, or none. By default ", else it is detected.'),
        metavar="CHAR",
        parse=_parse_quote,
    )
    skip: int | None = _setting(
        None, "Lines to skip before the header. By default they are detected; 0 skips none.", at_least=0
    )
    skip_rows: str | None = _setting(
        None,
        "Lines to skip within the table, such as 2,240-242. By default lines that are not rows "
        "are detected; none keeps all.",
        metavar="LINES",
        parse=_parse_skip_rows,
    )

    keep_words: tuple[tuple[str, str], ...] | None = _setting(
        None,
        "Words that are values in a column, though they mean missing elsewhere, such as risk=None,NA.",
        metavar="COLUMN=WORDS",
        parse=_parse_keep_words,
        repeatable=True,
        stored=True,
    )

    max_bytes: int | None = _setting(
        None,
        "Refuse a file that is larger than this when unpacked, such as 2GB. By default this is "
        "1GB for spreadsheets and no limit for others.",
        metavar="SIZE",
        parse=parse_size,
        at_least=1,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        # Also of a model file, whose values were never an option's text.
        if self.delimiter is not None:
            _parse_delimiter(self.delimiter)
        if self.encoding is not None:
            _parse_encoding(self.encoding)
        if self.comment is not None:
            _parse_comment(self.comment)
        if self.quote is not None and self.quote in (self.delimiter, self.comment):
            said = f"{self.quote!r} is already the delimiter or the comment character"
            raise SettingsError(said, "Give another character.", setting="quote")
        if self.quote is not None:
            _parse_quote(self.quote)
        if self.skip_rows is not None:
            _parse_skip_rows(self.skip_rows)

    @property
    def skipped(self) -> SkippedLines:
        """The lines that are said to be no rows."""
        return SkippedLines.of(self.skip or 0, self.skip_rows or NONE)

    def with_defaults(self, stored: "ReadingSettings") -> "ReadingSettings":
        """These settings, and those of training where they are `stored` ones that are not given."""
        kept = [name for name, each in described_fields(type(self)).items() if each.stored]
        return replace(self, **{name: getattr(stored, name) for name in kept if getattr(self, name) is None})


COPY = re.compile(r"/proc/\d+/fd/\d+")
"""The path of what `rereadable` keeps of stdin."""
_COPIES: dict[str, str] = {}
"""Names of the files that others are copies of, by the path of the copy."""


def named_copies(paths: list[str], names: list[str]) -> list[str]:
    """The paths, whose files are copies: messages show these names."""
    _COPIES.update(zip(paths, names, strict=True))
    return paths


class TextSource:
    """One file, or stdin, that can be opened repeatedly; `name` stands in messages.

    `archive.zip#table.csv`, `book.xlsx#Sheet` and `data.sqlite#table` name a part of a file; an existing file
    of the whole name comes first.
    """

    def __init__(self, path: str, *, name: str = "") -> None:
        self.name = name or ("stdin" if path == STDIN or COPY.fullmatch(path) else _COPIES.get(path, path))
        self.path, self.part = (path, "") if path == STDIN else file_and_part(path)
        self.member = ""
        """The name of the table in an archive, as soon as it was opened."""
        self.notes: list[str] = []
        """What was found when it was opened."""
        self._sheet: bytes | None = None
        self._opened: BinaryIO | None = None
        if path == STDIN:
            return
        if os.path.isdir(self.path):
            raise DataError(f"{self.name} is a folder", "Name a file in it.")
        if not os.path.exists(self.path):  # also an impossible name
            raise DataError(*missing_hint(self.path, self.name))
        if not os.access(self.path, os.R_OK):
            raise DataError(f"{self.name} cannot be read", "Check its permissions.")

    @property
    def seekable(self) -> bool:
        """Whether it can be read from any position on: a plain file."""
        if self.path == STDIN or is_stream(self.path):
            return False
        return not self.is_packed

    @property
    def is_packed(self) -> bool:
        """Whether the file is an archive or compressed."""
        with self._opened_file() as raw:
            start = raw.read(START_BYTES)
        return compression_of(start) != "" or start.startswith(ZIP_MARKS)

    @property
    def is_sheet(self) -> bool:
        """Whether its text was made of a sheet of a workbook, when it was opened."""
        return self._sheet is not None

    def share_read(self) -> float | None:
        """The share of the file, as it is on the disk, that was read since it was last opened."""
        if self._opened is None or self._opened.closed:
            return None
        if isinstance(self._opened, io.BytesIO):
            size = len(self._opened.getbuffer())
        else:
            try:
                status = os.fstat(self._opened.fileno())
            except OSError:  # a stream in memory in place of stdin
                return None
            size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        return self._opened.tell() / size if size else None

    def binary(self, most: int | None = None) -> BinaryIO:
        """The bytes from their start: uncompressed, of the table in an archive, or the CSV of a sheet.

        Raises DataError for other kinds of files than tables, and, while they are read, for more than `most`
        bytes of what was compressed.
        """
        if self._sheet is not None:
            self._opened = io.BytesIO(self._sheet)
            return self._opened
        file = sys.stdin.buffer if self.path == STDIN else self._opened_file()
        self._opened = raw = cast(io.BufferedReader, file)
        try:
            # Peeked at, as bytes read from a pipe are gone.
            start = _start_of(raw)
            compression = compression_of(start)
            if start.startswith(ZIP_MARKS):
                return self._unzipped(raw, most)
            if compression:
                plain = limited(decompressed(compression, raw, self.name), most, self.name)
                self._refuse_inside(plain, f"{compression} data")
                return plain
            if self.path != STDIN and not is_stream(self.path) and is_cut_mark(start):
                hint = "Create or download the file again."
                raise DataError(f"{self.name}: the compressed data are cut short", hint)
            if (kind := binary_kind(start)) is not None:
                raise kind.refused(self.name)
            if self.part and not start.startswith(SQLITE_MARK):
                said = f"{self.name}: {self.path!r} is not an archive, workbook or database"
                raise DataError(said, "Remove the # and what follows it.")
        except MlpcliError:
            if self.path != STDIN:
                raw.close()
            raise
        return limited(raw, most, self.name)

    def _opened_file(self) -> io.BufferedReader:
        return io.BufferedReader(NamedFile(self.path, self.name))

    def _unzipped(self, raw: BinaryIO, most: int | None) -> BinaryIO:
        """The table in a zip archive, or the CSV of a sheet of a workbook."""
        if self.path == STDIN or is_stream(self.path):
            hint = "Save it to a file first."
            raise DataError(
                f"{self.name} is a zip archive or workbook, which cannot be read from a pipe", hint
            )
        # Only now: the settings of reading, which the help shows, need neither.
        from mlpcli.data.reading.kinds import archives, workbooks

        archive = archives.opened_archive(raw, self.name)
        if archives.is_workbook(archive):
            with raw, archive:
                sheet = workbooks.sheet_of(archive, self.part, self.name, most)
            self._sheet, self.notes = sheet.text, sheet.notes
            self._opened = io.BytesIO(sheet.text)
            return self._opened
        member = archives.table_member(archive, self.part, self.name)
        self.member = member.filename
        self.notes = [] if self.part else archives.member_notes(self.path, self.member, self.name)
        plain = limited(archives.member_bytes(archive, member, self.name), most, self.name)
        self._refuse_inside(plain, "a zip archive")
        return plain

    def _refuse_inside(self, plain: BinaryIO, packing: str) -> None:
        """Raise DataError for a file in another that is no text."""
        start = _start_of(plain)
        if (kind := binary_kind(start)) is not None:
            raise kind.refused(self.name)
        what = f"{compression} data" if (compression := compression_of(start)) else ""
        if start.startswith(ZIP_MARKS):
            what = "a zip archive or workbook"
        elif start.startswith(SQLITE_MARK):
            what = "a SQLite database"
        if what:
            raise kind_inside(what, packing).refused(self.name)


def _start_of(file: BinaryIO) -> bytes:
    """The first bytes of a stream, which stay in it; none of a damaged one, said by whoever reads it."""
    try:
        return cast(io.BufferedReader, file).peek(START_BYTES)[:START_BYTES]
    except DamagedError:
        return b""


def is_stream(path: str) -> bool:
    """Whether a path can be read only once, such as a shell's `<(command)`."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # not there, or no possible name: said where it is opened
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


@contextmanager
def rereadable(path: str) -> Iterator[str]:
    """A path that other processes can read again and again as well; of a stream it is that of a copy."""
    if path != STDIN and not is_stream(path):
        yield path
        return
    with spooled(path) as source:
        yield source.path.replace(OPEN_FILES, f"/proc/{os.getpid()}/fd")


@contextmanager
def spooled(path: str) -> Iterator[TextSource]:
    """A source that can be opened repeatedly: a stream is copied to a temporary file, removed at the end.

    Where each open file has a path, the copy has no other name, and nothing is left if the process is killed.
    """
    if path != STDIN and not is_stream(path):
        yield TextSource(path)
        return
    unnamed = os.path.isdir(OPEN_FILES)
    with tempfile.TemporaryFile() if unnamed else tempfile.NamedTemporaryFile(prefix="mlpcli-") as copy:
        if not unnamed:
            UNFINISHED.add(copy.name)
        with (
            nullcontext(sys.stdin.buffer) if path == STDIN else open(path, "rb") as stream,
            named_errors(tempfile.gettempdir()),
        ):
            shutil.copyfileobj(stream, copy)
            copy.flush()
        place = os.path.join(OPEN_FILES, str(copy.fileno())) if unnamed else copy.name
        yield TextSource(place, name="stdin" if path == STDIN else path)
