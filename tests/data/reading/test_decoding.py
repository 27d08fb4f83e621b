"""Text from bytes in blocks of any size: as Python decodes it, and each piece as soon as it is there."""

import io
import os
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.reading.decoding import PIECE, Pieces, guess_encoding
from mlpcli.errors import DataError
from tests.data.examples import sampled

TEXTS = st.lists(st.sampled_from(["\n", "\r\n", "\r", "a", "ab,c", "é", "\u2028", "\x0b", "𝄞", '"'])).map(
    "".join
)
SIZES = st.lists(st.integers(1, 7), min_size=1)


class Slices(io.RawIOBase):
    """Bytes whose `read1` returns as little as a slow pipe would: slices of the given sizes, in turn."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._content, self._sizes, self._turn = io.BytesIO(content), sizes, 0

    def read1(self, size: int = -1) -> bytes:
        self._turn += 1
        return self._content.read(self._sizes[self._turn % len(self._sizes)])


def pieces_in_slices(content: bytes, encoding: str | None, sizes: list[int]) -> list[bytes]:
    return list(Pieces(cast(BinaryIO, Slices(content, sizes)), encoding, "slices"))


@sampled
@given(TEXTS, SIZES, st.sampled_from(["utf-8-sig", "utf-8", "utf-16", "utf-16-be", "utf-32", "cp1252"]))
def test_the_text_is_that_of_a_text_file_in_whole_characters(
    text: str, sizes: list[int], encoding: str
) -> None:
    content = text.encode(encoding, errors="ignore")
    pieces = pieces_in_slices(content, encoding, sizes)
    expected = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="").read()
    assert "".join(piece.decode() for piece in pieces) == expected


@sampled
@given(st.integers(0, 20), st.booleans(), SIZES)
def test_the_byte_that_is_no_text_is_found(before: int, with_mark: bool, sizes: list[int]) -> None:
    good = "é\n".encode() * before
    content = good.decode().encode("utf-8-sig" if with_mark else "utf-8")
    with pytest.raises(DataError, match=rf": byte {len(content) + 1} is not valid utf-8"):
        pieces_in_slices(content + b"\xe9x\n", "utf-8", sizes)


@sampled
@given(st.integers(1, 20), SIZES)
def test_the_byte_that_is_no_utf_16_is_found(before: int, sizes: list[int]) -> None:
    content = ("é\n" * before).encode("utf-16-le")
    with pytest.raises(DataError, match=rf": byte {len(content) + 1} is not valid utf-16-le"):
        pieces_in_slices(content + b"\x00\xdcx\x00", "utf-16-le", sizes)


def test_a_character_cut_short_at_the_end() -> None:
    with pytest.raises(DataError, match=": byte 3 is not valid utf-8"):
        pieces_in_slices("a\né".encode()[:-1], "utf-8", [100])


def test_bytes_far_down_that_are_not_utf_8_are_named_and_not_guessed() -> None:
    content = b"a\n" * PIECE + b"\xe9\n"
    with pytest.raises(DataError, match=f": byte {2 * PIECE + 1:,} is not valid utf-8") as raised:
        list(Pieces(io.BytesIO(content), None, "long"))
    assert raised.value.hint == "Try encoding cp1252."


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        ("größe".encode(), ""),
        ("größe".encode()[:3], ""),
        ("größe".encode("utf-8-sig"), ""),
        ("größe “x”".encode("cp1252"), "cp1252"),
        (b"gr\xf6\x81", "latin-1"),
        ("größe".encode("utf-16"), "utf-16"),
        ("größe".encode("utf-16-le"), "utf-16-le"),
        ("größe".encode("utf-16-be"), "utf-16-be"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ""),
        (b"", ""),
    ],
)
def test_the_encoding_is_guessed_from_the_start(content: bytes, guess: str) -> None:
    assert guess_encoding(content) == guess


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_guessed_encoding_is_read_and_known(encoding: str) -> None:
    pieces = Pieces(io.BytesIO("größe\n".encode(encoding)), None, "text")
    assert b"".join(pieces).decode() == "größe\n"
    assert pieces.guessed == ("" if encoding == "utf-8-sig" else encoding)


def test_nothing_is_guessed_where_an_encoding_is_given() -> None:
    pieces = Pieces(io.BytesIO("größe".encode("utf-16-le")), "utf-16-le", "text")
    assert (b"".join(pieces).decode(), pieces.guessed) == ("größe", "")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_mark_is_no_character_where_the_byte_order_is_given(encoding: str) -> None:
    pieces = Pieces(io.BytesIO("\ufeffa".encode(encoding)), encoding, "text")
    assert b"".join(pieces) == b"a"


def test_a_long_text_is_whole() -> None:
    content = "é".encode() * PIECE
    assert b"".join(Pieces(io.BytesIO(content), None, "long")) == content


def test_a_failing_disk_is_not_called_damaged_compression() -> None:
    class Failing(io.FileIO):
        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    with (
        io.BufferedReader(Failing(os.devnull)) as disk,
        pytest.raises(DataError, match="Input/output error") as raised,
    ):
        list(Pieces(disk, "utf-8", "disk"))
    assert "compressed" not in raised.value.message


def test_a_file_is_read_in_large_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\n" * PIECE)
    with path.open("rb") as binary:
        assert [len(piece) for piece in Pieces(binary, "utf-8", "a.txt")] == [PIECE, PIECE]
