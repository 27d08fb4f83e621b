"""Rows from a slow pipe: each arrives as soon as it is there, before the end."""

import io
import os
import sys
from collections.abc import Iterator
from queue import Queue
from threading import Thread

import pytest

from mlpcli.data.reading.decoding import Pieces
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream


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


def arriving() -> "Queue[list[list[str]]]":
    """The header of stdin and then the rows of its chunks, read in another thread."""
    arrived: Queue[list[list[str]]] = Queue()

    def read() -> None:
        with RowStream(["-"], ReadingSettings()) as stream:
            arrived.put([stream.header])
            for _, block in stream.chunks([], ()):
                assert block is not None
                arrived.put(block.cells())

    Thread(target=read, daemon=True).start()
    return arrived


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"', 'x"'])
def test_a_row_arrives_before_the_next_is_written(pipe: Pipe, end: str, quote: str) -> None:
    arrived = arriving()
    pipe.write(f"a,b{end}")
    assert arrived.get(timeout=10) == [["a", "b"]]
    cell = f"{quote}2{quote}"
    text = cell if quote == 'x"' else "2"
    pipe.write(f"1,{cell}{end}")
    assert arrived.get(timeout=10) == [["1", text]]
    pipe.write(f"3,{cell}{end}5,{cell}{end}7,")
    assert arrived.get(timeout=10) == [["3", text], ["5", text]]
    pipe.write("8")
    pipe.end()
    assert arrived.get(timeout=10) == [["7", "8"]]


def test_a_row_does_not_wait_for_the_rest_of_a_quoted_cell(pipe: Pipe) -> None:
    arrived = arriving()
    pipe.write('a,b\n1,2\n3,"two\n')
    assert arrived.get(timeout=10) == [["a", "b"]]
    try:
        assert arrived.get(timeout=10) == [["1", "2"]]
    finally:
        pipe.write('lines"\n')
        pipe.end()
    assert arrived.get(timeout=10) == [["3", "two\nlines"]]


def test_a_line_of_json_arrives_before_the_next_is_written(pipe: Pipe) -> None:
    arrived = arriving()
    pipe.write('{"a": 1}\n')
    assert arrived.get(timeout=10) == [["a"]]
    assert arrived.get(timeout=10) == [["1"]]
    pipe.write('{"a": 2}\n{"a": ')
    assert arrived.get(timeout=10) == [["2"]]
    pipe.write("3}")
    pipe.end()
    assert arrived.get(timeout=10) == [["3"]]


def test_what_a_fast_pipe_holds_comes_together(pipe: Pipe) -> None:
    pipe.write("a\n")
    pieces = iter(Pieces(sys.stdin.buffer, "utf-8", "stdin"))
    assert next(pieces) == b"a\n"
    pipe.write("b\n" * 20_000)
    assert next(pieces) == b"b\n" * 20_000
    pipe.end()
    assert list(pieces) == []
