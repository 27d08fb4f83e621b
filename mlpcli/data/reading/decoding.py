"""Decode a binary stream: its text as UTF-8 bytes, in pieces, each as soon as it has arrived."""

import codecs
import io
import os
import select
import stat
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

from mlpcli.data.reading.compression import DamagedError
from mlpcli.data.reading.encodings import likely_encoding
from mlpcli.errors import DataError, Sentence

PIECE = 1 << 22
"""Bytes read at once from what does not wait: pandas parses megabytes as fast as whole files."""

COLUMN_BYTES, LARGEST_PIECE = 768, 1 << 24
"""Bytes of a piece for each column, a hundred rows or so of a wide table; and of any piece at most."""

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Pieces:
    """Iterate over the text; never wait while some of it has arrived."""

    def __init__(self, binary: BinaryIO, encoding: str | None, name: str) -> None:
        self._binary, self._name = binary, name
        self._descriptor = _descriptor_of(binary)
        self._waits = self._descriptor is None or not stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        self._bytes_read, self._size = 0, PIECE
        self.given = 0
        """Bytes of the text that was given so far."""
        self._first = self._read()
        self.guessed = (encoding is None and guess_encoding(self._first)) or ""
        """The encoding, if it was guessed to be another than UTF-8."""
        self.encoding = _without_mark(encoding or self.guessed or "utf-8", self._first)
        self._decoder = codecs.getincrementaldecoder(self.encoding)()

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._binary is not sys.stdin.buffer:
            self._binary.close()

    def expect(self, columns: int) -> None:
        """Read more at once of a table of many columns: each takes time in every piece."""
        self._size = min(max(PIECE, columns * COLUMN_BYTES), LARGEST_PIECE)

    def __iter__(self) -> Iterator[bytes]:
        block = self._first
        while block:
            if text := self._utf8(block, final=False):
                self.given += len(text)
                yield text
            block = self._read()
        if text := self._utf8(b"", final=True):
            yield text

    def _read(self) -> bytes:
        """Bytes that have arrived, at least one, at most a piece and what came with it; b"" at the end."""
        try:
            if not self._waits:
                return self._binary.read(self._size)
            binary = cast(io.BufferedReader, self._binary)
            blocks = [binary.read1(self._size)]
            # The first rows go on at once; later a fast pipe, which holds 64 kB, is emptied several times.
            while blocks[-1] and self._bytes_read and sum(map(len, blocks)) < self._size and self._has_more():
                blocks.append(binary.read1(self._size))
            return b"".join(blocks)
        except OSError as error:
            damaged = isinstance(error, DamagedError)
            said = "the compressed data are damaged or cut short" if damaged else "cannot be read"
            raise DataError(f"{self._name}: {said} ({error})", "Create or download the file again.") from None

    def _has_more(self) -> bool:
        return self._descriptor is not None and bool(select.select([self._descriptor], [], [], 0)[0])

    def _utf8(self, block: bytes, *, final: bool) -> bytes:
        if b"\x00" in block and not self.encoding.startswith(("utf-16", "utf-32")):
            raise _binary_file(self._name)
        held = self._held()
        if self.encoding == "utf-8-sig" and self._bytes_read and not held and block.isascii():
            self._bytes_read += len(block)
            return block
        try:
            text = self._decoder.decode(block, final=final)
        except UnicodeError as error:
            raise self._undecodable(held, block, error) from None
        self._bytes_read += len(block)
        if "\x00" in text:
            raise _binary_file(self._name)
        return text.encode()

    def _held(self) -> bytes:
        """The bytes of an incomplete character: the decoder counts from there."""
        state = self._decoder.getstate()[0]
        return state if isinstance(state, bytes) else b""

    def _undecodable(self, held: bytes, block: bytes, error: UnicodeError) -> DataError:
        start = self._bytes_read - len(held)
        marked = start == 0 and (held + block).startswith(codecs.BOM_UTF8)
        where = start + 3 * marked + getattr(error, "start", 0) + 1
        likely = "cp1252" if self.encoding.startswith("utf-8") else "utf-8"
        said = f"{self._name}: byte {where:,} is not valid {self.encoding.removesuffix('-sig')}"
        return DataError(said, Sentence("Try {encoding} {}.", likely))


def guess_encoding(start: bytes) -> str:
    """The encoding of text that begins with these bytes: "" for UTF-8, which comes first, and for no text."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return "" if encoding == "utf-8" else encoding
    if len(start) >= 4 and b"\x00" in start[:4]:
        # Text of mostly Latin letters has its zeros at every other byte.
        for encoding, zeros in (("utf-16-le", start[1:400:2]), ("utf-16-be", start[0:400:2])):
            if zeros.count(0) > 0.9 * len(zeros):
                return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "" if b"\x00" in start else likely_encoding(start)
    return ""


def _without_mark(encoding: str, start: bytes) -> str:
    """The codec that does not take the byte-order mark for a character."""
    name = codecs.lookup(encoding).name
    if name == "utf-8":
        return "utf-8-sig"
    marked = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(name)
    return "utf-16" if marked is not None and start.startswith(marked) else encoding


def _descriptor_of(binary: BinaryIO) -> int | None:
    """The file or pipe behind a stream; None for one in memory."""
    try:
        return binary.fileno()
    except (AttributeError, OSError):
        return None


def _binary_file(name: str) -> DataError:
    hint = Sentence("Give a CSV or TSV file; for UTF-16 text give {encoding} utf-16.")
    return DataError(f"{name} is not a text file (it contains NUL bytes)", hint)
