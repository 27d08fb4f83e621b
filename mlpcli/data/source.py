"""Where text comes from: a file or stdin, plain or compressed, in some encoding.

`TextSource` opens it as often as wanted, for pandas as a text file, for `csv` as lines that arrive as soon
as they are there. It knows nothing of columns.
"""

import bz2
import codecs
import gzip
import io
import lzma
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from mlpcli.errors import DataError, SettingsError
from mlpcli.settings import Settings, parse_list, setting

STDIN = "-"
BLOCK = 1 << 16
DEFAULT_ENCODING = "utf-8"


def _parse_delimiter(text: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    delimiter = named.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise SettingsError(
            f"--delimiter: {text!r} is not one character", "Write ';' or tab, comma, pipe, space."
        )
    return delimiter


def _parse_encoding(text: str) -> str:
    try:
        codecs.lookup(text)
    except LookupError:
        raise SettingsError(
            f"--encoding: {text!r} is not known", "Try utf-8, latin-1, cp1252 or utf-16."
        ) from None
    return text


@dataclass(frozen=True)
class ReadingSettings(Settings):
    """How text becomes cells. None: guessed, or for predict and evaluate as in training."""

    delimiter: str | None = setting(
        None,
        "Between cells; by default that of the file's ending, else guessed.",
        group="Reading",
        short="d",
        metavar="CHAR",
        parse=_parse_delimiter,
    )
    encoding: str | None = setting(
        None, "Of the text; default utf-8.", group="Reading", metavar="NAME", parse=_parse_encoding
    )
    decimal: str | None = setting(None, "Decimal mark; default a point.", group="Reading", choices=(".", ","))
    no_header: bool | None = setting(
        None, "The first line is data; columns are named 1, 2, ...", group="Reading"
    )
    missing: tuple[str, ...] | None = setting(
        None,
        "More words that mean missing, comma-separated (? is one, as are NA, null, ...).",
        group="Reading",
        metavar="WORDS",
        parse=parse_list,
    )

    def with_defaults(self, stored: "ReadingSettings") -> "ReadingSettings":
        """These settings, with training's decimal, header and missing words where none are given."""
        return ReadingSettings(
            self.delimiter,
            self.encoding,
            stored.decimal if self.decimal is None else self.decimal,
            stored.no_header if self.no_header is None else self.no_header,
            stored.missing if self.missing is None else self.missing,
        )


class TextSource:
    """One file, or stdin. `name` is what messages call it."""

    def __init__(self, path: str, encoding: str | None, name: str = "") -> None:
        self.path = path
        self.name = name or ("stdin" if path == STDIN else path)
        self._encoding = encoding
        if path != STDIN:
            self._check_readable()

    def text(self) -> TextIO:
        """The whole text from its start, newlines untranslated."""
        return io.TextIOWrapper(self._binary(), encoding=self._codec(), newline="")

    def lines(self) -> "Lines":
        """The lines from the start, each as soon as it has arrived."""
        return Lines(self._binary(), self._codec(), self.name)

    def head(self) -> str:
        """The first block of text, for guesses; not for stdin, which can be read only once."""
        binary = self._binary()
        with binary:
            return binary.read(BLOCK).decode(self._codec(), errors="replace")

    def _codec(self) -> str:
        # utf-8-sig reads UTF-8 with and without a byte-order mark.
        encoding = self._encoding or DEFAULT_ENCODING
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding

    def _binary(self) -> BinaryIO:
        # Told by content: a gzipped file need not be called .gz, and stdin has no name.
        if self.path == STDIN:
            start = cast(io.BufferedReader, sys.stdin.buffer).peek(6)[:6]
            return _decompressed(start, sys.stdin.buffer) or sys.stdin.buffer
        with open(self.path, "rb") as file:
            start = file.read(6)
        return _decompressed(start, self.path) or open(self.path, "rb")

    def _check_readable(self) -> None:
        path = Path(self.path)
        if path.is_dir():
            raise DataError(f"{self.name}: is a folder", "Name a file in it.")
        if not path.exists():
            raise DataError(f"{self.name}: no such file", _near_files(path))
        if not os.access(path, os.R_OK):
            raise DataError(f"{self.name}: cannot be read", "Look at its permissions.")


def _decompressed(start: bytes, file: BinaryIO | str) -> BinaryIO | None:
    if start.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(file))
    if start.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(file))
    if start.startswith(b"\xfd7zXZ\x00"):
        return cast(BinaryIO, lzma.open(file))
    return None


class Lines:
    """Iterates over decoded lines with their line ends; never waits while a whole line is there."""

    def __init__(self, binary: BinaryIO, encoding: str, name: str) -> None:
        self._binary, self._name = binary, name
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready: list[str] = []
        self._tail = ""
        self._at_end = False
        self._bytes_read = 0

    @property
    def pending(self) -> bool:
        """Whether a further line is there without waiting."""
        return bool(self._ready)

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._binary is not sys.stdin.buffer:
            self._binary.close()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while not self._ready:
            if self._at_end:
                raise StopIteration
            self._fill()
        return self._ready.pop()

    def _fill(self) -> None:
        text = self._tail + self._decode(self._read())
        if not self._at_end and text.endswith("\r"):  # the \n of this line end may be still to come
            text, held = text[:-1], "\r"
        else:
            held = ""
        lines = list(io.StringIO(text, newline=""))
        self._tail = held
        if lines and not self._at_end and not lines[-1].endswith(("\n", "\r")):
            self._tail = lines.pop() + held
        self._ready = lines[::-1]

    def _read(self) -> bytes:
        try:
            block = cast(io.BufferedReader, self._binary).read1(BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, OSError) as error:
            raise DataError(
                f"{self._name}: the compressed data are damaged or cut short ({error})",
                "Make or fetch the file again.",
            ) from None
        self._at_end = not block
        return block

    def _decode(self, block: bytes) -> str:
        first = self._bytes_read == 0
        if first and self._encoding == "utf-8-sig" and block.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{self._name}: is not UTF-8 text", "Try --encoding utf-16.")
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeError as error:
            likely = "cp1252" if self._encoding == "utf-8-sig" else "utf-8"
            if b"\x00" in block:
                raise _binary_file(self._name) from None
            where = self._bytes_read + getattr(error, "start", 0) + 1
            raise DataError(
                f"{self._name}: byte {where:,} is not {self._encoding.removesuffix('-sig')} text",
                f"Try --encoding {likely}.",
            ) from None
        if "\x00" in text:
            raise _binary_file(self._name)
        self._bytes_read += len(block)
        return text


def _binary_file(name: str) -> DataError:
    return DataError(
        f"{name}: is not a text file (it holds NUL bytes)",
        "Give a CSV or TSV file; see --encoding for UTF-16.",
    )


def _near_files(path: Path) -> str:
    from mlpcli.errors import did_you_mean

    parent = path.parent
    if not parent.is_dir():
        return f"There is no folder {str(parent)!r}."
    hint = did_you_mean(path.name, [other.name for other in parent.iterdir() if other.is_file()])
    return hint if hint.startswith("Did") else "Check the name and the folder."


@contextmanager
def spooled(path: str, encoding: str | None) -> Iterator[TextSource]:
    """A source that can be opened again: stdin is copied to a temporary file, removed at the end."""
    if path != STDIN:
        yield TextSource(path, encoding)
        return
    with tempfile.NamedTemporaryFile(prefix="mlpcli-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield TextSource(copy.name, encoding, "stdin")
