"""Compressed data must end as their format says: cut anywhere they are refused, never read as fewer rows."""

import bz2
import gzip
import io
import lzma
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from mlpcli.data.reading.compression import LARGEST_WINDOW, compression_of, decompressed
from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.source import TextSource
from mlpcli.errors import DataError
from tests.data.examples import rows_of, stdin_of, write

ROWS = b"".join(b"%d,%d\n" % (row, row * 7919 % 1000) for row in range(40))
TABLE = b"a,b\n" + ROWS


def zstd(content: bytes) -> bytes:
    compressor = pytest.importorskip("zstandard").ZstdCompressor(write_checksum=True)
    return cast(bytes, compressor.compress(content))


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"notes"
every = pytest.mark.parametrize("compression", COMPRESSIONS)


def read(path: str) -> bytes | str:
    """The text, or why there is none."""
    try:
        pieces = Pieces(TextSource(path).binary(), None, "a file")
    except DataError as error:
        return str(error)
    try:
        return b"".join(pieces)
    except DataError as error:
        return str(error)
    finally:
        pieces.close()


@every
@pytest.mark.parametrize("several", [False, True])
def test_cut_at_every_byte(compression: str, several: bool, tmp_path: Path) -> None:
    """A cut between two streams leaves a whole file of the first, as it may have been meant."""
    compress = COMPRESSIONS[compression]
    first = compress(TABLE)
    whole = first + compress(b"100,1\n") if several else first
    for size in range(1, len(whole)):
        found = read(write(tmp_path, "a.csv", whole[:size]))
        if several and size == len(first):
            assert found == TABLE
        elif isinstance(found, bytes):  # no more than the letters that a text may begin with: BZ
            assert whole[:size] in (b"B", b"BZ", b"(")
        else:
            assert "cut short" in found
    assert read(write(tmp_path, "a.csv", whole)) == TABLE + b"100,1\n" * several


@every
def test_rows_are_not_lost_by_a_cut(compression: str, tmp_path: Path) -> None:
    whole = COMPRESSIONS[compression](TABLE)
    path = write(tmp_path, "a.csv", whole[:-1])
    with pytest.raises(DataError, match=r"a\.csv: the compressed data are damaged or cut short"):
        rows_of(path)


@every
def test_cut_from_a_pipe(compression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(COMPRESSIONS[compression](TABLE)[:-1]))
    with pytest.raises(DataError, match="stdin: the compressed data are damaged or cut short"):
        rows_of("-")


@every
@pytest.mark.parametrize("behind", [b"x", b"more,rows\n", b"\x00\x00\x00x"])
def test_something_else_behind_the_end(compression: str, behind: bytes, tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.csv", COMPRESSIONS[compression](TABLE) + behind))
    assert "the compressed data are damaged" in str(found)


@every
def test_a_second_stream_that_is_damaged(compression: str, tmp_path: Path) -> None:
    """The standard library reads what is before it, and takes it for the whole."""
    second = bytearray(COMPRESSIONS[compression](ROWS))
    for place in (5, len(second) // 2, len(second) - 1):
        altered = second.copy()
        altered[place] ^= 0xFF
        content = COMPRESSIONS[compression](TABLE) + bytes(altered)
        found = read(write(tmp_path, "a.csv", content))
        # Time and system of gzip are free; every other byte counts.
        assert "the compressed data are damaged" in str(found) or found == TABLE + ROWS


@pytest.mark.parametrize(("compression", "zeros"), [("gzip", 1), ("gzip", 512), ("xz", 4), ("xz", 400)])
def test_padding(compression: str, zeros: int, tmp_path: Path) -> None:
    """Of tapes, and as the format of xz allows, also between two streams."""
    whole = COMPRESSIONS[compression](TABLE)
    second = COMPRESSIONS[compression](b"100,1\n") + bytes(zeros)
    assert read(write(tmp_path, "a.csv", whole + bytes(zeros))) == TABLE
    assert read(write(tmp_path, "a.csv", whole + bytes(zeros) + second)) == TABLE + b"100,1\n"


@pytest.mark.parametrize(("compression", "zeros"), [("bzip2", 4), ("zstd", 4), ("xz", 3)])
def test_padding_that_the_format_has_not(compression: str, zeros: int, tmp_path: Path) -> None:
    found = read(write(tmp_path, "a.csv", COMPRESSIONS[compression](TABLE) + bytes(zeros)))
    assert "the compressed data are damaged" in str(found)


@pytest.mark.parametrize("place", range(3))
def test_frames_to_skip(place: int, tmp_path: Path) -> None:
    """As `pzstd` writes them, before the first frame."""
    parts = [zstd(TABLE), zstd(b"100,1\n")]
    parts.insert(place, SKIPPABLE)
    assert read(write(tmp_path, "a.csv", b"".join(parts))) == TABLE + b"100,1\n"
    cut = b"".join([*parts[:place], SKIPPABLE[:-1]])
    assert "cut short" in str(read(write(tmp_path, "a.csv", cut)))


def test_a_window_beyond_the_limit(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    log = LARGEST_WINDOW.bit_length()
    parameters = zstandard.ZstdCompressionParameters(window_log=log, write_content_size=0)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    whole = stream.compress(TABLE) + stream.flush()
    assert "too much memory" in str(read(write(tmp_path, "a.csv", whole)))


def _bomb(compression: str, megabytes: int) -> bytes:
    """Zeros, compressed piece by piece."""
    zeros = bytes(1 << 20)
    compressors: dict[str, Callable[[], Any]] = {
        "gzip": lambda: zlib.compressobj(9, wbits=31),
        "bzip2": bz2.BZ2Compressor,
        "xz": lzma.LZMACompressor,
        "zstd": lambda: pytest.importorskip("zstandard").ZstdCompressor().compressobj(),
    }
    stream = compressors[compression]()
    return b"".join([*(stream.compress(zeros) for _ in range(megabytes)), stream.flush()])


@every
def test_a_bomb_is_decompressed_as_it_is_read(compression: str) -> None:
    megabytes, most = (64, 40) if compression == "zstd" else (16, 12)  # xz looks 8 MB back
    bomb = _bomb(compression, megabytes)
    assert len(bomb) < 100_000
    stream = decompressed(compression_of(bomb), cast("io.BufferedReader", io.BytesIO(bomb)), "a bomb")
    tracemalloc.start()
    try:
        assert stream.read(1 << 16) == bytes(1 << 16)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most << 20
