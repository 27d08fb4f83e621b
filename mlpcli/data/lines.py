"""Decoded lines of a binary stream, each as soon as it has arrived."""

import codecs
import gzip
import io
import lzma
import os
import select
import stat
import sys
import zlib
from typing import BinaryIO, cast

from mlpcli.errors import DataError

BLOCK = 1 << 16


class Lines:
    """Iterates over decoded lines with their line ends; never waits while a whole line is there."""

    def __init__(self, binary: BinaryIO, encoding: str, name: str) -> None:
        self._binary, self._name = binary, name
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready: list[str] = []
        self._tail = ""
        self._at_end = False
        self.lone_returns = False
        """Whether a carriage return without a line feed was read so far."""
        self._bytes_read = 0
        self._descriptor = _descriptor_of(binary)
        self._is_file = self._descriptor is not None and stat.S_ISREG(os.fstat(self._descriptor).st_mode)

    @property
    def pending(self) -> bool:
        """Whether the next line comes without waiting: it is there, or this is a file."""
        return self._is_file or bool(self.arrived())

    def arrived(self) -> list[str]:
        """The lines that are there without waiting, last one first."""
        while not self._ready and not self._at_end and self._pipe_has_more():
            self._fill()
        return self._ready

    @property
    def is_file(self) -> bool:
        """Whether reading never waits."""
        return self._is_file

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

    def _pipe_has_more(self) -> bool:
        return self._descriptor is not None and bool(select.select([self._descriptor], [], [], 0)[0])

    def _bytes_held(self) -> int:
        """Bytes of a character that is not complete: the decoder counts from them."""
        state = self._decoder.getstate()[0]
        return len(state) if isinstance(state, bytes) else 0

    def _fill(self) -> None:
        text = self._tail + self._decode(self._read())
        if not self._at_end and text.endswith("\r"):  # the \n of this line end may be still to come
            text, held = text[:-1], "\r"
        else:
            held = ""
        if "\r" in text:
            self.lone_returns |= text.count("\r") > text.count("\r\n")
        lines = list(io.StringIO(text, newline=""))
        self._tail = held
        if lines and not self._at_end and not lines[-1].endswith(("\n", "\r")):
            self._tail = lines.pop() + held
        self._ready = lines[::-1]

    def _read(self) -> bytes:
        try:
            block = cast(io.BufferedReader, self._binary).read1(BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, OSError) as error:
            plain = isinstance(self._binary, io.BufferedReader)
            raise DataError(
                f"{self._name}: "
                + ("cannot be read" if plain else "the compressed data are damaged or cut short")
                + f" ({error})",
                "Make or fetch the file again.",
            ) from None
        self._at_end = not block
        return block

    def _decode(self, block: bytes) -> str:
        first = self._bytes_read == 0
        if first and self._encoding == "utf-8-sig" and block.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError(f"{self._name}: is not UTF-8 text", "Try --encoding utf-16.")
        held = self._bytes_held()
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeError as error:
            likely = "cp1252" if self._encoding == "utf-8-sig" else "utf-8"
            if b"\x00" in block:
                raise _binary_file(self._name) from None
            marked = held == 0 and self._bytes_read == 0 and block.startswith(codecs.BOM_UTF8)
            where = self._bytes_read - held + 3 * marked + getattr(error, "start", 0) + 1
            raise DataError(
                f"{self._name}: byte {where:,} is not {self._encoding.removesuffix('-sig')} text",
                f"Try --encoding {likely}.",
            ) from None
        if "\x00" in text:
            raise _binary_file(self._name)
        self._bytes_read += len(block)
        return text


def _descriptor_of(binary: BinaryIO) -> int | None:
    """The file or pipe behind a stream; None for one in memory."""
    try:
        return binary.fileno()
    except (AttributeError, OSError):
        return None


def _binary_file(name: str) -> DataError:
    return DataError(
        f"{name}: is not a text file (it holds NUL bytes)",
        "Give a CSV or TSV file; see --encoding for UTF-16.",
    )
