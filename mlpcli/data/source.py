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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from mlpcli.data.lines import BLOCK, Lines
from mlpcli.errors import DataError, SettingsError, did_you_mean
from mlpcli.settings import Settings, parse_list, setting

STDIN = "-"
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
        "".encode(text)  # refuses also codecs that do not make text of bytes, as base64
    except (LookupError, ValueError):
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

    def lines(self) -> Lines:
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
        # Told by content: a gzipped file need not be called .gz, and stdin has no name. Only looked at, as
        # what is read from a pipe is gone.
        raw = sys.stdin.buffer if self.path == STDIN else open(self.path, "rb")  # noqa: SIM115
        start = cast(io.BufferedReader, raw).peek(6)[:6]
        if self.path == STDIN or is_stream(self.path):
            return _decompressed(start, raw) or raw
        if (plain := _decompressed(start, self.path)) is None:
            return raw
        raw.close()
        return plain

    def _check_readable(self) -> None:
        path = Path(self.path)
        if path.is_dir():
            raise DataError(f"{self.name}: is a folder", "Name a file in it.")
        if not path.exists():
            raise DataError(f"{self.name}: no such file", _near_files(path))
        if not os.access(path, os.R_OK):
            raise DataError(f"{self.name}: cannot be read", "Look at its permissions.")


def is_stream(path: str) -> bool:
    """Whether a path can be read only once, as that of a shell's `<(command)`."""
    return Path(path).is_fifo() or Path(path).is_char_device()


def _decompressed(start: bytes, file: BinaryIO | str) -> BinaryIO | None:
    if start.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(file))
    if start.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(file))
    if start.startswith(b"\xfd7zXZ\x00"):
        return cast(BinaryIO, lzma.open(file))
    return None


def _near_files(path: Path) -> str:
    parent = path.parent
    if not parent.is_dir():
        return f"There is no folder {str(parent)!r}."
    hint = did_you_mean(path.name, [other.name for other in parent.iterdir() if other.is_file()])
    return hint if hint.startswith("Did") else "Check the name and the folder."


@contextmanager
def spooled(path: str, encoding: str | None) -> Iterator[TextSource]:
    """A source that can be opened again: a stream is copied to a temporary file, removed at the end."""
    if path != STDIN and not is_stream(path):
        yield TextSource(path, encoding)
        return
    with tempfile.NamedTemporaryFile(prefix="mlpcli-") as copy:
        if path == STDIN:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        else:
            with open(path, "rb") as stream:
                shutil.copyfileobj(stream, copy)
        copy.flush()
        yield TextSource(copy.name, encoding, "stdin" if path == STDIN else path)
