"""The two readers agree: `csv` row by row, for the sample and at prediction, and pandas for all rows."""

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.cells import MISSING_WORDS, as_numbers
from tests.data.examples import file_table, sampled, write


def quoted(cells: list[str], delimiter: str, always: bool) -> str:
    special = delimiter + '"\r\n'
    texts = [
        '"' + cell.replace('"', '""') + '"' if always or set(cell) & set(special) or cells == [""] else cell
        for cell in cells
    ]
    return delimiter.join(texts)


ENDS = st.sampled_from(["\n", "\r\n", "\r"])
CELLS = st.text(st.sampled_from("a1\"', ;\t\n\r.é\u2028\x0b#\\-"), max_size=5)
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
)


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
    """Both readers, `csv` for the sample and pandas for all rows, agree."""
    header = [] if no_header else [[f"name {column}" for column in range(len(rows[0]))]]
    blank = "" if len(rows[0]) == 1 else end * blank_lines
    text = "".join(quoted(row, delimiter, always) + end + blank for row in header + rows)
    path = write(tmp_path_factory.mktemp("odd"), "a.csv", text)
    table = file_table([path], frozenset(["NA"]), delimiter=delimiter, no_header=no_header)
    assert table.sample.to_numpy().tolist() == rows
    assert table.read(table.columns, ()).to_numpy().tolist() == rows


NUMBERS = st.lists(
    st.sampled_from(["1", "-0.1", " 2.5 ", "1e5", "inf", "", "NA", "-999", "-999.0", "7e-3"]), min_size=1
)


@sampled
@given(NUMBERS, st.sampled_from([(), ("-999",), ("1",)]), st.sampled_from(".,"))
def test_numbers_read_as_numbers_are_those_of_the_text(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], more: tuple[str, ...], decimal: str
) -> None:
    """Training reads numbers, prediction reads text: they must not differ."""
    cells = [cell.replace(".", decimal) for cell in cells]
    text = "x;y\n" + "".join(f"{cell};1\n" for cell in cells)
    missing = MISSING_WORDS | set(more)
    path = write(tmp_path_factory.mktemp("numbers"), "a.csv", text)
    table = file_table([path], missing, delimiter=";", decimal=decimal)
    as_text, unreadable = as_numbers(table.read(["x"], ())["x"], missing, decimal)
    assert not unreadable.any()
    np.testing.assert_array_equal(table.read(["x"], {"x"})["x"], as_text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_empty_first_cell_after_a_blank_line(tmp_path: Path, end: str) -> None:
    """After a blank line that ends with a carriage return alone, pandas loses it and moves the row."""
    table = file_table([write(tmp_path, "a.csv", end.join(["a,b", "1,2", "", ",4", ""]))])
    assert table.read(["a", "b"], ()).fillna("").to_numpy().tolist() == [["1", "2"], ["", "4"]]


def test_a_table_of_one_column_without_a_value(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a\n\n\n")])
    assert table.read(["a"], {"a"})["a"].isna().tolist() == [True, True]


def test_blank_lines_are_rows_only_of_a_table_of_one_column(tmp_path: Path) -> None:
    one = file_table([write(tmp_path, "1.csv", "a\n\n1\n\n")])
    np.testing.assert_array_equal(one.read(["a"], {"a"})["a"], [np.nan, 1.0, np.nan])
    two = file_table([write(tmp_path, "2.csv", "\na,b\n\n1,2\n\n")])
    assert two.read(["a"], {"a"})["a"].tolist() == [1.0]


def test_random_floats_survive_a_file(tmp_path: Path) -> None:
    generator = random.Random(0)
    frame = pd.DataFrame({"x": [generator.gauss(0, 10.0**power) for power in range(-20, 20)], "y": 1})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert file_table([str(tmp_path / "a.csv")]).read(["x"], {"x"})["x"].tolist() == frame["x"].tolist()
