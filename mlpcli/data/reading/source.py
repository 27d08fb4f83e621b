"""Sources of bytes, a file or stdin, plain or compressed, and the settings of reading them."""

import codecs
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from mlpcli.data.reading.compression import MARK_BYTES, compression_of, decompressed, is_cut_mark
from mlpcli.errors import DataError, MlpcliError, SettingsError, did_you_mean
from mlpcli.files import OPEN_FILES, named_errors
from mlpcli.settings import Settings, described_fields, parse_list, setting
from mlpcli.unfinished import UNFINISHED

STDIN = "-"


def _parse_delimiter(text: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
    return _character(named.get(text, text), "delimiter", "Write ';' or tab, comma, pipe, space.")


def _parse_comment(text: str) -> str:
    return _character(text, "comment", "Write '#'.")


def _character(text: str, name: str, hint: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise SettingsError(f"{text!r} is not one character", hint, setting=name)
    return text


def _parse_encoding(text: str) -> str:
    try:
        "".encode(text)  # refuses also codecs that do not make text of bytes, as base64
        codecs.getincrementaldecoder(text)  # punycode has none
    except (LookupError, ValueError):
        hint = "Try utf-8, latin-1, cp1252 or utf-16."
        raise SettingsError(f"{text!r:.40} is not known", hint, setting="encoding") from None
    return text


def _parse_keep_words(text: str) -> tuple[tuple[str, str], ...]:
    """`COLUMN=WORD,WORD` as pairs of column and word."""
    name, equals, words = text.partition("=")
    if not equals or not name or not (parsed := parse_list(words)):
        said = f"{text!r:.80} is not COLUMN=WORD,WORD"
        raise SettingsError(said, "Write risk=None,NA.", setting="keep_words")
    return tuple((name, word) for word in parsed)


_setting = partial(setting, group="Reading", changes_weights=False)


@dataclass(frozen=True)
class ReadingSettings(Settings):
    """Settings of reading text into cells. None: guessed, or as in training by predict and evaluate."""

    delimiter: str | None = _setting(
        None,
        "Between cells; by default that of the file's ending, else guessed.",
        short="d",
        metavar="CHAR",
        parse=_parse_delimiter,
    )
    encoding: str | None = _setting(
        None, "Of the text; default utf-8, else guessed.", metavar="NAME", parse=_parse_encoding
    )
    decimal: str | None = _setting(None, "Decimal mark; default a point.", choices=(".", ","), stored=True)
    no_header: bool | None = _setting(
        None, "The first line is data; columns are named 1, 2, ...", stored=True
    )
    comment: str | None = _setting(
        None,
        "Lines that begin with this character are left out.",
        metavar="CHAR",
        parse=_parse_comment,
        stored=True,
    )
    missing: tuple[str, ...] | None = _setting(
        None,
        "More words that mean missing, comma-separated (? is one, as are NA, null, ...).",
        metavar="WORDS",
        parse=parse_list,
        stored=True,
    )

    keep_words: tuple[tuple[str, str], ...] | None = _setting(
        None,
        "Words that are values in a column although they mean missing elsewhere, such as risk=None,NA.",
        metavar="COLUMN=WORDS",
        parse=_parse_keep_words,
        repeatable=True,
        stored=True,
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

    def with_defaults(self, stored: "ReadingSettings") -> "ReadingSettings":
        """These settings, and those of training where they are `stored` ones that are not given."""
        kept = [name for name, each in described_fields(type(self)).items() if each.stored]
        return replace(self, **{name: getattr(stored, name) for name in kept if getattr(self, name) is None})


class TextSource:
    """One file, or stdin, that can be opened repeatedly; `name` stands in messages."""

    def __init__(self, path: str, *, name: str = "") -> None:
        self.path, self.name = path, name or ("stdin" if path == STDIN else path)
        if path == STDIN:
            return
        if os.path.isdir(path):
            raise DataError(f"{self.name}: is a folder", "Name a file in it.")
        if not os.path.exists(path):  # also an impossible name
            raise DataError(f"{self.name}: no such file", _near_files(Path(path)))
        if not os.access(path, os.R_OK):
            raise DataError(f"{self.name}: cannot be read", "Look at its permissions.")

    @property
    def seekable(self) -> bool:
        """Whether it can be read from any position on: a plain file."""
        if self.path == STDIN or is_stream(self.path):
            return False
        with open(self.path, "rb") as raw:
            return compression_of(raw.read(MARK_BYTES)) == ""

    def binary(self) -> BinaryIO:
        """The bytes from their start, uncompressed."""
        file = sys.stdin.buffer if self.path == STDIN else open(self.path, "rb")  # noqa: SIM115
        raw = cast(io.BufferedReader, file)
        # Peeked at, as bytes read from a pipe are gone.
        start = raw.peek(MARK_BYTES)[:MARK_BYTES]
        try:
            if compression := compression_of(start):
                return decompressed(compression, raw, self.name)
            if self.path != STDIN and not is_stream(self.path) and is_cut_mark(start):
                hint = "Make or fetch the file again."
                raise DataError(f"{self.name}: the compressed data are cut short", hint)
        except MlpcliError:
            if self.path != STDIN:
                raw.close()
            raise
        return raw


def is_stream(path: str) -> bool:
    """Whether a path can be read only once, such as a shell's `<(command)`."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # not there, or no possible name: said where it is opened
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _near_files(path: Path) -> str:
    parent = path.parent
    if not os.path.isdir(parent):
        return f"There is no folder {str(parent)!r:.200}."
    hint = did_you_mean(path.name, [other.name for other in parent.iterdir() if other.is_file()])
    return hint if hint.startswith("Did") else "Check the name and the folder."


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
