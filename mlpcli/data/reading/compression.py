"""Decompress gzip, bzip2, xz and Zstandard streams, which must end as their formats say.

The standard library's readers take a second stream that is damaged for the end of the file, and that of
Zstandard a frame cut short; rows would be missing without a word. Here every stream must end in itself, and
nothing but another stream or padding of zeros may follow. No more is decompressed at once than is asked for.
"""

import io
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from mlpcli.extras import require_extra

MARKS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    **{bytes([kind]) + b"\x2a\x4d\x18": "zstd" for kind in range(0x50, 0x60)},  # a skippable frame
}
"""The first bytes of compressed data."""

LARGEST_WINDOW = 1 << 26
"""Bytes that a Zstandard frame may look back: `zstd --ultra -20` takes half, only --long and -22 more."""
MOST_XZ_MEMORY = 100 << 20
"""Bytes; `xz -9` takes 65 MB."""
INPUT_BYTES = 1 << 16
ZSTD_INPUT_BYTES = 1 << 10
"""Decompressed at once, as the output cannot be limited: four bytes may become 128 kB, and these 32 MB."""


class DamagedError(OSError):
    """Compressed data that are damaged, cut short, or followed by something else."""


class _Stream(Protocol):
    """One compressed stream (gzip: member, Zstandard: frame) while it is decompressed."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def compression_of(start: bytes) -> str:
    """The compression of data that begin so, "" for plain bytes; a file's name does not count."""
    return next((name for mark, name in MARKS.items() if start.startswith(mark)), "")


def is_cut_mark(whole: bytes) -> bool:
    """Whether a whole file is no more than the first bytes of compressed data, and no text."""
    cut = any(mark.startswith(whole) and len(whole) < len(mark) for mark in MARKS)
    return bool(whole) and cut and any(not 32 <= byte < 127 for byte in whole)


def decompressed(compression: str, file: BinaryIO, name: str) -> io.BufferedReader:
    """The plain bytes of compressed data; reading raises DamagedError unless they end as they should."""
    return io.BufferedReader(_Streams(file, *_STREAMS[compression](name)))


class _Streams(io.RawIOBase):
    """The bytes of one compressed stream after another."""

    def __init__(
        self,
        file: BinaryIO,
        start: Callable[[], _Stream],
        damage: tuple[type[Exception], ...],
        padding: int,
    ) -> None:
        """`padding`: zeros behind a stream come in a multiple of this, or not at all (0)."""
        self._file, self._start, self._damage, self._padding = file, start, damage, padding
        self._stream: _Stream | None = None
        self._rest = b""
        """Bytes that are read and belong to no stream yet."""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The descriptor of the compressed file."""
        return self._file.fileno()

    def close(self) -> None:
        if not self.closed and self._file is not sys.stdin.buffer:
            self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        if not len(self._ready):
            self._ready = memoryview(self._more(len(buffer)))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _more(self, most: int) -> bytes:
        """The next bytes, b"" at the end of the last stream."""
        while True:
            if self._stream is None:
                if not self._next_begins():
                    return b""
                self._stream = self._start()
            stream = self._stream
            # bzip2 and xz keep what they were given until they have no output left.
            wanted = getattr(stream, "needs_input", True)
            data = self._rest or (self._read() if wanted else b"")
            try:
                text = stream.decompress(data, most)
            except self._damage as error:
                raise DamagedError(str(error)) from None
            self._rest = getattr(stream, "unconsumed_tail", b"")
            if stream.eof:
                self._rest, self._stream = stream.unused_data, None
            elif wanted and not data and not text:
                raise DamagedError("they end too early")
            if text:
                return text

    def _read(self) -> bytes:
        read1 = getattr(self._file, "read1", self._file.read)
        data: bytes = read1(INPUT_BYTES)
        return data

    def _next_begins(self) -> bool:
        """Whether another stream follows, after padding; False at the end of the data."""
        zeros = 0
        while True:
            data = self._rest or self._read()
            self._rest = data.lstrip(b"\x00") if self._padding else data
            zeros += len(data) - len(self._rest)
            if self._rest or not data:
                break
        if zeros % max(self._padding, 1):
            raise DamagedError("they are followed by other bytes")
        return bool(self._rest)


class _ZstdFrame:
    """A Zstandard frame; all output of a little input comes at once."""

    def __init__(self, decompressor: Any) -> None:
        self._frame = decompressor.decompressobj()
        self.unconsumed_tail = self.unused_data = b""

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        texts, size, stop = [], 0, 0
        while stop < len(data) and size < max_length and not self._frame.eof:
            start, stop = stop, stop + ZSTD_INPUT_BYTES
            texts.append(self._frame.decompress(data[start:stop]))
            size += len(texts[-1])
        self.unconsumed_tail = data[stop:]
        self.unused_data = self._frame.unused_data + self.unconsumed_tail
        return b"".join(texts)


_Opened = tuple[Callable[[], _Stream], tuple[type[Exception], ...], int]
"""What begins a stream, the errors of a damaged one, and what its padding is a multiple of."""


def _gzip(_name: str) -> _Opened:
    import zlib

    return lambda: zlib.decompressobj(wbits=31), (zlib.error,), 1


def _bzip2(_name: str) -> _Opened:
    import bz2

    return bz2.BZ2Decompressor, (OSError, ValueError), 0


def _xz(_name: str) -> _Opened:
    import lzma

    return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_XZ_MEMORY), (lzma.LZMAError,), 4


def _zstd(name: str) -> _Opened:
    zstandard = require_extra("zstandard", "zstd", f"{name}: reading zstd data")
    decompressor = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
    return lambda: _ZstdFrame(decompressor), (zstandard.ZstdError,), 0


_STREAMS: dict[str, Callable[[str], _Opened]] = {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz, "zstd": _zstd}
