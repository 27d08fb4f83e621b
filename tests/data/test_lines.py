"""Lines from bytes in blocks of any size: as Python's own, and each as soon as it is there."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.lines import Lines
from mlpcli.data.rows import read_chunks
from mlpcli.data.source import ReadingSettings
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


def lines_in_slices(content: bytes, encoding: str, sizes: list[int]) -> Lines:
    return Lines(cast(BinaryIO, Slices(content, sizes)), encoding, "slices")


@sampled
@given(TEXTS, SIZES, st.sampled_from(["utf-8-sig", "utf-8", "utf-16", "utf-16-be"]))
def test_lines_are_those_of_a_text_file(text: str, sizes: list[int], encoding: str) -> None:
    content = text.encode(encoding)
    expected = list(io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=""))
    assert list(lines_in_slices(content, encoding, sizes)) == expected


@sampled
@given(st.integers(0, 20), st.booleans(), SIZES)
def test_the_byte_that_is_no_text_is_found(before: int, with_mark: bool, sizes: list[int]) -> None:
    good = "é\n".encode() * before
    content = good.decode().encode("utf-8-sig" if with_mark else "utf-8")
    with pytest.raises(DataError, match=rf": byte {len(content) + 1} is not utf-8 text"):
        list(lines_in_slices(content + b"\xe9x\n", "utf-8-sig", sizes))


def test_a_character_cut_short_at_the_end() -> None:
    with pytest.raises(DataError, match=": byte 3 is not utf-8 text"):
        list(lines_in_slices("a\né".encode()[:-1], "utf-8-sig", [100]))


def test_a_long_line_is_one() -> None:
    text = "x" * 300_000 + "\n"
    assert list(Lines(io.BytesIO(text.encode()), "utf-8", "long")) == [text]


def test_a_failing_disk_is_not_called_damaged_compression() -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(DataError, match="Input/output error") as raised:
        next(Lines(io.BufferedReader(Failing()), "utf-8", "disk"))
    assert "compressed" not in raised.value.message


class Pipe:
    """A pipe whose reading end is stdin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reader, self._writer = os.pipe()
        self.stdin = io.TextIOWrapper(os.fdopen(reader, "rb"))
        monkeypatch.setattr(sys, "stdin", self.stdin)

    def write(self, text: str) -> None:
        os.write(self._writer, text.encode())

    def end(self) -> None:
        os.close(self._writer)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    pipe = Pipe(monkeypatch)
    yield pipe
    pipe.stdin.close()


def arriving(chunk_rows: int = 100) -> "Queue[list[list[str]]]":
    """The chunks of stdin, read in another thread; the first is that of the header, without rows."""
    arrived: Queue[list[list[str]]] = Queue()

    def read() -> None:
        for chunk in read_chunks(["-"], ReadingSettings(), chunk_rows):
            arrived.put([list(row) for row in chunk.cells])

    Thread(target=read, daemon=True).start()
    return arrived


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_arrives_before_the_next_is_written(pipe: Pipe, end: str) -> None:
    arrived = arriving()
    pipe.write(f"a,b{end}")
    assert arrived.get(timeout=10) == []
    pipe.write(f"1,2{end}")
    assert arrived.get(timeout=10) == [["1", "2"]]
    pipe.write(f"3,4{end}5,6{end}7,")
    assert arrived.get(timeout=10) == [["3", "4"], ["5", "6"]]
    pipe.write("8")
    pipe.end()
    assert arrived.get(timeout=10) == [["7", "8"]]


def test_a_row_does_not_wait_for_the_rest_of_a_quoted_cell(pipe: Pipe) -> None:
    arrived = arriving()
    pipe.write('a,b\n1,2\n3,"two\n')
    assert arrived.get(timeout=10) == []
    try:
        assert arrived.get(timeout=1) == [["1", "2"]]
    finally:
        pipe.write('lines"\n')
        pipe.end()
    assert arrived.get(timeout=10) == [["3", "two\nlines"]]


def test_pending_says_whether_a_line_is_there(pipe: Pipe) -> None:
    lines = Lines(sys.stdin.buffer, "utf-8", "stdin")
    pipe.write("a\nb\nc")
    assert [next(lines), lines.pending] == ["a\n", True]
    assert [next(lines), lines.pending] == ["b\n", False]
    pipe.end()
    assert list(lines) == ["c"]


def test_a_line_that_has_only_begun_is_not_pending(pipe: Pipe) -> None:
    lines = Lines(sys.stdin.buffer, "utf-8", "stdin")
    pipe.write("a\n")
    assert next(lines) == "a\n"
    pipe.write("b")
    assert not lines.pending
    pipe.write("c\nd")
    assert lines.pending
    assert [next(lines), lines.pending] == ["bc\n", False]
    pipe.end()
    assert lines.pending
    assert list(lines) == ["d"]


def test_a_file_never_makes_wait(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a\nb\n")
    with path.open("rb") as binary:
        lines = Lines(binary, "utf-8", "a.txt")
        assert lines.pending
        assert list(lines) == ["a\n", "b\n"]
