"""A row beyond the limit is refused in one line, soon and in little memory, wherever it stands."""

import lzma
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpcli.data.reading import row_ends
from mlpcli.data.reading.blocks import Blocks
from mlpcli.data.reading.json_lines import JsonLines
from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.data.schema import MOST_COLUMNS
from mlpcli.errors import DataError
from tests.data.examples import rows_of, stdin_of, write

LIMIT = 1 << 20
LONG = LIMIT + 1000
CELLS = b"1234567," * (LONG // 8)
QUOTED = b'"a\nb",' * (LONG // 6)
JSON = b'{"a": "' + b"x" * LONG + b'"}\n'

ROWS: dict[str, tuple[str, bytes, int]] = {
    "a header": ("a.csv", CELLS, 1),
    "a header of lines": ("a.csv", QUOTED, 1),
    "a header without cells": ("a.csv", b"x" * LONG, 1),
    "a header behind blank lines": ("a.csv", b"\n\n" + b"#" * LONG + b"\na,b\n", 3),
    "the first row": ("a.csv", b"a,b\n" + CELLS + b"\n1,2\n", 2),
    "the last row": ("a.csv", b"a,b\n1,2\n" + CELLS, 3),
    "a row of lines": ("a.csv", b"a,b\n1,2\n" + QUOTED, 3),
    "a row of one column": ("a.csv", b"a\n1\n" + b"x" * LONG + b"\n", 3),
    "a row behind lone returns": ("a.csv", b"a,b\r1,2\r" + CELLS, 3),
    "json": ("a.jsonl", JSON, 1),
    "json behind a row": ("a.jsonl", b'{"a": 1}\n' + JSON, 2),
    "json without an end": ("a.jsonl", b'{"a": 1}\n\n' + JSON.removesuffix(b'"}\n'), 3),
}
TOO_LONG = r"(the row has more than 1,048,576 bytes|has a cell of more than 131,072 characters)"


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_ends, "LONGEST_ROW", LIMIT)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("case", ROWS)
def test_in_a_file(case: str, tmp_path: Path) -> None:
    name, content, line = ROWS[case]
    path = write(tmp_path, name, content)
    with pytest.raises(DataError, match=rf"a\.\w+: line {line}:? {TOO_LONG}"):
        rows_of(path)


@pytest.mark.parametrize("line", [b"a" * 100, b'{"a": 1234567890'])
def test_the_stated_limit_takes_little_memory(line: bytes, tmp_path: Path) -> None:
    """100 MB in one line, of which the first sixth is read."""
    path = write(tmp_path, "a.csv", b"a,b\n1,2\n" + line * (100_000_000 // len(line)))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"line 3: the row has more than 16,777,216 bytes"):
            rows_of(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 << 20


def test_more_delimiters_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_ends, "MOST_DELIMITERS", 100)
    for before in (b"", b"a,b\n"):
        path = write(tmp_path, "a.csv", before + b'"",' * 101)
        with pytest.raises(DataError, match="the row has more than 100 delimiters"):
            rows_of(path)


@pytest.mark.usefixtures("limit")
def test_compressed_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(lzma.compress(ROWS["the last row"][1], preset=0)))
    with pytest.raises(DataError, match=rf"stdin: line 3:? {TOO_LONG}"):
        rows_of("-")


@pytest.mark.usefixtures("limit")
def test_a_row_as_long_as_the_limit_is_read(tmp_path: Path) -> None:
    cells = [b"x" * 100_000] * (LIMIT // 100_001)
    names = [b"%d" % column for column in range(len(cells))]
    for end in (b"", b"\n"):
        path = write(tmp_path, "a.csv", b",".join(names) + b"\n" + b",".join(cells) + end)
        assert [len(row) for row in rows_of(path)[1]] == [len(cells)]
    path = write(tmp_path, "a.jsonl", b'{"a": "' + b"x" * (LIMIT - 10) + b'"}')
    assert len(rows_of(path)[1][0][0]) == LIMIT - 10


def test_more_columns_than_the_limit(tmp_path: Path) -> None:
    header = ",".join(map(str, range(MOST_COLUMNS + 1)))
    with pytest.raises(DataError, match=r"a\.csv has 100,001 columns, more than 100,000"):
        rows_of(write(tmp_path, "a.csv", header + "\n"))


def test_blank_lines_take_linear_time(tmp_path: Path) -> None:
    """Each took a copy of the rest."""
    for blank in (b"\n", b"\r", b"\r\n"):
        assert rows_of(write(tmp_path, "a.csv", blank * 30_000 + b"a,b\n1,2\n"))[1] == [["1", "2"]]


class Counted:
    """Small pieces, and how many bytes were read of them."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content, self._size, self.read = content, size, 0

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), self._size):
            self.read = start + self._size
            yield self._content[start : start + self._size]


@pytest.mark.usefixtures("limit")
def test_no_more_is_read_than_the_limit() -> None:
    """As of a pipe without an end, which comes in small pieces."""
    pieces = Counted(b"1,2\n" + b"x" * (3 * LIMIT), 1 << 12)
    with pytest.raises(DataError, match="a file: line 3"):
        list(Blocks(iter(pieces), Dialect(","), 2, "a file", 1))
    assert pieces.read < 1.3 * LIMIT
    pieces = Counted(b'{"a": 1}\n{"a": "' + b"x" * (3 * LIMIT), 1 << 12)
    with pytest.raises(DataError, match="a file: line 2"):
        list(JsonLines(iter(pieces), "a file", 0, 100))
    assert pieces.read < 1.3 * LIMIT
