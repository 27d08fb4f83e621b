"""The two readers agree: `csv` row by row, where text is odd, and pandas for the cells of all rows."""

import csv
import io
import random
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError
from tests.data.examples import file_table, rows_of, sampled, values_of, write
from tests.data.reading.test_decoding import Slices

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
CELLS = st.text(st.sampled_from("a1\"', ;\t\n\r.é\u2028\x0b#\\-"), max_size=5)
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
)
HOSTILE = st.lists(st.sampled_from(["\n", "\r\n", "\r", "a", ",", '"', '""', '"a"', "é", " "])).map("".join)
NO_WORDS = Reading(frozenset(), exact=True)


class Sliced(TextSource):
    """A source that gives some text a few bytes at a time."""

    def __init__(self, text: str, sizes: list[int]) -> None:
        super().__init__("-", name="text")
        self._content, self._sizes = text.encode(), sizes

    def binary(self, most: int | None = None) -> BinaryIO:
        return cast(BinaryIO, Slices(self._content, self._sizes))


def quoted(cells: list[str], delimiter: str, always: bool) -> str:
    special = delimiter + '"\r\n'
    texts = [
        '"' + cell.replace('"', '""') + '"' if always or set(cell) & set(special) or cells == [""] else cell
        for cell in cells
    ]
    return delimiter.join(texts)


def texts_of(frame: Frame) -> list[list[str]]:
    columns = [cast(Texts, frame[name]) for name in frame.names]
    return [[cells.text(row) for cells in columns] for row in range(len(frame))]


@sampled
@given(ROWS, ENDS, st.sampled_from(",;\t|"), st.booleans(), st.booleans(), st.integers(0, 2))
def test_odd_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    end: str,
    delimiter: str,
    always: bool,
    no_header: bool,
    blank_lines: int,
) -> None:
    header = [] if no_header else [[f"name {column}" for column in range(len(rows[0]))]]
    blank = "" if len(rows[0]) == 1 else end * blank_lines
    text = "".join(quoted(row, delimiter, always) + end + blank for row in header + rows)
    path = write(tmp_path_factory.mktemp("odd"), "a.csv", text)
    assert rows_of(path, delimiter=delimiter, no_header=no_header)[1] == rows
    table = file_table([path], delimiter=delimiter, no_header=no_header)
    table.reading = NO_WORDS
    assert texts_of(table.read(table.columns, ())) == rows


@sampled
@given(HOSTILE, st.booleans(), st.lists(st.integers(1, 9) | st.just(1 << 20), min_size=1, max_size=4))
def test_any_file_is_read_as_by_csv_or_refused(text: str, no_header: bool, sizes: list[int]) -> None:
    reading = ReadingSettings(delimiter=",", no_header=no_header)
    rows = list(csv.reader(io.StringIO(text + ("" if text.endswith(("\n", "\r")) else "\n"), newline="")))
    try:
        with OpenRows(Sliced(text, sizes), reading) as opened:
            found = [] if no_header else [opened.original_header]
            found += [row for block in opened for row in block.cells()]
    except DataError as error:
        if "text after a closing quote" in error.message:
            with pytest.raises(csv.Error):
                list(csv.reader([*io.StringIO(text, newline=""), "\n"], strict=True))
            return
        first = next((row for row in rows if row), [])
        names = [name or f"Unnamed: {position}" for position, name in enumerate(first)]
        doubled = len(set(names)) < len(names) and not no_header
        unclosed = not text or list(csv.reader([*io.StringIO(text, newline=""), "\n"]))[-1] != []
        assert doubled or unclosed or not first or any(len(row) not in (len(first), 0) for row in rows)
        return
    if len(found[0]) == 1:
        first_row = 0 if no_header else next(index for index, row in enumerate(rows) if row)
        assert found == [row or [""] for row in rows[first_row:]]
    else:
        assert found == [row for row in rows if row]


NUMBERS = st.lists(
    st.sampled_from(["1", "-0.1", " 2.5 ", "1e5", "inf", "", "NA", " ?", "-999", "-999.0", "7e-3", "$5"]),
    min_size=1,
)


@sampled
@given(NUMBERS, st.sampled_from([(), ("-999",), ("1",)]), st.sampled_from(".,"), st.booleans())
def test_numbers_read_as_numbers_are_those_of_the_text(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[str],
    more: tuple[str, ...],
    decimal: str,
    quotes: bool,
) -> None:
    """A column is read as text where one of its cells is no number: the values must not differ."""
    cells = [cell.replace(".", decimal) for cell in cells]
    text = "x;y\n" + "".join((f'"{cell}";1\n' if quotes else f"{cell};1\n") for cell in cells)
    path = write(tmp_path_factory.mktemp("numbers"), "a.csv", text)
    table = file_table([path], delimiter=";", missing=more, decimal=decimal)
    as_text, unreadable = table.read(["x"], ())["x"].numbers()
    assert not unreadable.any()
    np.testing.assert_array_equal(values_of(table.read(["x"], {"x"})["x"]), as_text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_empty_first_cell_after_a_blank_line(tmp_path: Path, end: str) -> None:
    """After a blank line that ends with a carriage return alone, pandas loses it and moves the row."""
    table = file_table([write(tmp_path, "a.csv", end.join(["a,b", "1,2", "", ",4", ""]))])
    assert texts_of(table.read(["a", "b"], ())) == [["1", "2"], ["", "4"]]


def test_a_table_of_one_column_without_a_value(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a\n\n\n")])
    np.testing.assert_array_equal(values_of(table.read(["a"], {"a"})["a"]), [np.nan, np.nan])


def test_blank_lines_are_rows_only_of_a_table_of_one_column(tmp_path: Path) -> None:
    one = file_table([write(tmp_path, "1.csv", "a\n\n1\n\n")])
    np.testing.assert_array_equal(values_of(one.read(["a"], {"a"})["a"]), [np.nan, 1.0, np.nan])
    two = file_table([write(tmp_path, "2.csv", "\na,b\n\n1,2\n\n")])
    np.testing.assert_array_equal(values_of(two.read(["a"], {"a"})["a"]), [1.0])


def test_random_floats_survive_a_file(tmp_path: Path) -> None:
    generator = random.Random(0)
    frame = pd.DataFrame({"x": [generator.gauss(0, 10.0**power) for power in range(-20, 20)], "y": 1})
    frame.to_csv(tmp_path / "a.csv", index=False)
    table = file_table([str(tmp_path / "a.csv")])
    np.testing.assert_array_equal(values_of(table.read(["x"], {"x"})["x"]), frame["x"])
