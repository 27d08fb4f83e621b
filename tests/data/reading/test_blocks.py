"""Rows in blocks: the same as Python's `csv` gives, however the text is written and however it arrives."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.blocks import Block, Blocks
from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.data.reading.parsing import Parser
from mlpcli.errors import DataError
from tests.data.examples import sampled

DELIMITERS = st.sampled_from([",", ";", "\t", "|", " ", "é"])
SIZES = st.lists(st.integers(1, 9) | st.just(1 << 20), min_size=1, max_size=4)
CELLS = st.text(st.sampled_from("a1\"', ;\t|\n\r.é\u2028\x0b#\\-"), max_size=5)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8)
)
PLAIN_TABLES = st.integers(2, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.text(st.sampled_from("a1é. #"), max_size=3), min_size=width, max_size=width), max_size=20
    )
)
HOSTILE = st.lists(
    st.sampled_from(["\n", "\r\n", "\r", "a", ",", ",", '"', '""', '"a"', "é", " ", "#", "\x0b"])
)
QUOTING: st.SearchStrategy[Literal[0, 1, 2]] = st.sampled_from(
    [csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]
)


@dataclass(frozen=True)
class Read:
    """What came out of a text."""

    rows: list[list[str]]
    lines: list[int]
    blocks: list[Block]


def cut(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Pieces as `Pieces` gives them: of any size, but only whole characters."""
    start, turn = 0, 0
    while start < len(content):
        end = start + sizes[turn % len(sizes)]
        while end < len(content) and content[end] & 0xC0 == 0x80:
            end += 1
        yield content[start:end]
        start, turn = end, turn + 1


def read(
    text: str, delimiter: str, width: int, sizes: list[int] | None = None, comment: str | None = None
) -> Read:
    pieces = cut(text.encode(), sizes or [1 << 20])
    blocks = list(Blocks(pieces, Dialect(delimiter, comment), width, "text", 0, rows=5))
    rows = [row for block in blocks for row in block.cells()]
    return Read(rows, [int(line) for block in blocks for line in block.lines], blocks)


def parsed(blocks: list[Block], width: int) -> list[list[str]]:
    names = [str(position) for position in range(width)]
    parser = Parser(names, names, (), Reading(frozenset(), exact=True))
    rows: list[list[str]] = []
    for block in blocks:
        frame = parser.parse(block)
        columns = [frame[name] for name in names]
        rows += [
            [cells.text(row) for cells in columns if isinstance(cells, Texts)] for row in range(len(block))
        ]
    return rows


def expected(text: str, delimiter: str, width: int) -> Read | None:
    """The rows of `csv` with the lines where they end; None where they are no table of this width."""
    # A quote that is not closed takes the added line.
    reader = csv.reader([*io.StringIO(text, newline=""), "\n"], delimiter=delimiter)
    numbered = [(cells, reader.line_num) for cells in reader]
    if numbered.pop()[0]:
        return None
    rows = [(cells or [""], line) for cells, line in numbered if cells or width == 1]
    if any(len(cells) != width for cells, _ in rows):
        return None
    return Read([cells for cells, _ in rows], [line for _, line in rows], [])


def agrees(text: str, delimiter: str, width: int, sizes: list[int]) -> None:
    wanted = expected(text, delimiter, width)
    if wanted is None:
        with pytest.raises(DataError, match=r"^text: line "):
            read(text, delimiter, width, sizes)
        return
    try:
        found = read(text, delimiter, width, sizes)
    except DataError:  # of text behind a quote
        with pytest.raises(csv.Error):
            list(csv.reader([*io.StringIO(text, newline=""), "\n"], delimiter=delimiter, strict=True))
        return
    assert found.rows == wanted.rows
    assert found.lines == wanted.lines
    assert parsed(found.blocks, width) == wanted.rows


@sampled
@given(TABLES, QUOTING, DELIMITERS, st.sampled_from(["\n", "\r\n", "\r"]), SIZES)
def test_a_written_table_comes_back(
    table: list[list[str]], quoting: Literal[0, 1, 2], delimiter: str, end: str, sizes: list[int]
) -> None:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows(table)
    agrees(sink.getvalue(), delimiter, len(table[0]) if table else 1, sizes)


@sampled
@given(PLAIN_TABLES, st.sampled_from(["\n", "\r\n"]), SIZES)
def test_a_plain_table_comes_back(table: list[list[str]], end: str, sizes: list[int]) -> None:
    text = "".join(",".join(row) + end for row in table)
    agrees(text, ",", len(table[0]) if table else 2, sizes)


@sampled
@given(HOSTILE.map("".join), st.integers(1, 3), SIZES)
def test_any_text_is_read_as_by_csv_or_refused(text: str, width: int, sizes: list[int]) -> None:
    agrees(text, ",", width, sizes)


@sampled
@given(
    TABLES.filter(bool),
    st.lists(st.sampled_from(['#,"', "#", '#"",1', '#1,"",', "#x"]), min_size=8, max_size=8),
    SIZES,
    st.booleans(),
)
def test_comments_are_left_out_but_not_inside_of_cells(
    table: list[list[str]], comments: list[str], sizes: list[int], carefully: bool
) -> None:
    delimiter = "é" if carefully else ","
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row, comment in zip(table, comments, strict=False):
        sink.write(comment + "\n")
        writer.writerow(row)
    assert read(sink.getvalue(), delimiter, len(table[0]), sizes, comment="#").rows == table


def test_what_is_plain_stands_in_the_text_as_it_is() -> None:
    (block,) = read("1, 2\r\n\r\n3,é\r\n", ",", 2).blocks
    assert block.plain
    assert block.text.decode() == "1, 2\r\n3,é\r\n"
    assert not any(block.plain for block in read('1,"2"\n', ",", 2).blocks)
    assert not any(block.plain for block in read("1,2\r3,4\n", ",", 2).blocks)


@pytest.mark.parametrize("row", ["1,2", '"1","2"', '1,"2\n"', '1,"a""b"', 'a"b,2', "1,2\r3,4"])
def test_a_block_has_no_more_rows_than_wanted(row: str) -> None:
    found = read((row + "\n") * 7, ",", 2)
    assert max(len(block) for block in found.blocks) <= 5
    assert found.rows == list(csv.reader(io.StringIO((row + "\n") * 7, newline="")))


@pytest.mark.parametrize("row", ["1,2\n", '1,"2"\n', 'a"b,2\n', "1,2\r\n"])
def test_no_piece_is_asked_for_while_a_row_is_there(row: str) -> None:
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield row.encode()

    blocks = iter(Blocks(pieces(), Dialect(","), 2, "text", 0))
    for number in range(3):
        assert len(next(blocks)) == 1
        assert asked[-1] == number


@pytest.mark.parametrize(
    ("text", "line", "fields"),
    [
        ("1,2\n3\n", 2, "1 field,"),
        ("1,2,3\n", 1, "3 fields,"),
        ('"x\ny\nz",1\n2\n', 4, "1 field,"),
        ('"x"" \ny\nz",1\na"\n', 4, "1 field,"),
        ("\n1,2\n\n\n3,4,5\n", 5, "3 fields,"),
        ("1,2\r\r3\r", 3, "1 field,"),
        ("1,2\n   \n", 2, "1 field,"),
        ("#\n1,2\n#,,,\n3", 4, "1 field,"),
    ],
    ids=["short", "long", "quoted newlines", "odd", "blank lines", "returns", "only blanks", "comments"],
)
def test_a_ragged_row_is_named_by_its_line(text: str, line: int, fields: str) -> None:
    with pytest.raises(DataError, match=rf"text: line {line} has {fields} the header has 2$"):
        read(text, ",", 2, comment="#")
