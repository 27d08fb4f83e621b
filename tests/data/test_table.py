"""A table read for training: every cell as pandas parses it, and where a row stands."""

import gzip
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.cells import MISSING_WORDS, as_numbers
from mlpcli.data.source import ReadingSettings
from mlpcli.data.table import SAMPLE_ROWS, FrameTable, open_table
from mlpcli.errors import DataError
from tests.data.examples import SAMPLE_TABLES, SAMPLES, file_table, kinds_of, sampled, write


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_sample_tables_are_read_as_by_pandas(name: str) -> None:
    path = SAMPLES / name
    table = file_table([str(path)])
    numbers = {name for name, column in kinds_of(table.sample).items() if column.kind == "number"}
    pd.testing.assert_frame_equal(table.read(table.columns, ()), pd.read_csv(path, dtype="str"))
    expected = pd.read_csv(path, dtype=dict.fromkeys(set(table.columns) - numbers, "str"))
    expected = expected.astype(dict.fromkeys(numbers, "float64"))
    pd.testing.assert_frame_equal(table.read(table.columns, numbers), expected, check_exact=True)


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_the_sample_is_the_text_of_the_first_rows(name: str) -> None:
    table = file_table([str(SAMPLES / name)])
    expected = pd.read_csv(SAMPLES / name, dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(table.sample, expected)
    assert table.complete
    assert table.name == str(SAMPLES / name)


def test_only_the_wanted_columns_in_the_wanted_order(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a,[/b],c d\n1,2,3\n4,?,6\n")])
    frame = table.read(["c d", "[/b]"], {"[/b]"})
    assert frame.columns.tolist() == ["c d", "[/b]"]
    assert frame["c d"].tolist() == ["3", "6"]
    np.testing.assert_array_equal(frame["[/b]"], [2.0, np.nan])


def quoted(cells: Sequence[str], delimiter: str, always: bool) -> str:
    special = delimiter + '"\r\n'
    texts = [
        '"' + cell.replace('"', '""') + '"' if always or not cell or set(cell) & set(special) else cell
        for cell in cells
    ]
    return delimiter.join(texts)


CELLS = st.text(st.sampled_from("a1\"', ;\t\n\r.é\u2028\x0b#\\-"), max_size=5)
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
)


@sampled
@given(ROWS, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(",;\t|"), st.booleans(), st.booleans())
def test_odd_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    end: str,
    delimiter: str,
    always: bool,
    no_header: bool,
) -> None:
    """Both readers, `csv` for the sample and pandas for all rows, agree."""
    header = [] if no_header else [[f"name {column}" for column in range(len(rows[0]))]]
    text = "".join(quoted(row, delimiter, always) + end for row in header + rows)
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


def test_several_files_are_one_table(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.csv", "a,b\n1,x\n\n2,y\n"),
        write(tmp_path, "2.tsv", gzip.compress(b"a\tb\n")),
        write(tmp_path, "3.txt", 'a;b\r\n3;"z\r\n"\r\n4;"z;"\r\n'),
    ]
    table = file_table(paths)
    assert table.sample["a"].tolist() == ["1", "2", "3", "4"]
    frame = table.read(["b", "a"], {"a"})
    assert frame["a"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert frame["b"].tolist() == ["x", "y", "z\r\n", "z;"]
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert [table.place(row) for row in range(4)] == [
        f"{paths[0]}: line 2",
        f"{paths[0]}: line 4",
        f"{paths[2]}: line 3",
        f"{paths[2]}: line 4",
    ]
    assert table.name == f"{paths[0]} and 2 more"
    assert table.notes == [f"{paths[2]}: the delimiter looks like ';'"]
    with pytest.raises(IndexError):
        table.place(4)


def test_blank_lines_are_rows_only_of_a_table_of_one_column(tmp_path: Path) -> None:
    one = file_table([write(tmp_path, "1.csv", "a\n\n1\n\n")])
    np.testing.assert_array_equal(one.read(["a"], {"a"})["a"], [np.nan, 1.0, np.nan])
    two = file_table([write(tmp_path, "2.csv", "\na,b\n\n1,2\n\n")])
    assert two.read(["a"], {"a"})["a"].tolist() == [1.0]


def test_a_header_that_differs(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "a,b\n1,2\n"), write(tmp_path, "2.csv", "a,c\n1,2\n")]
    with pytest.raises(DataError, match=r"2\.csv: the column 'c' is not in .*1\.csv"):
        file_table(paths)


def test_a_header_alone(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a,b\n")])
    assert (table.sample.shape, table.complete) == ((0, 2), True)
    frame = table.read(["b", "a"], {"a"})
    assert frame.shape == (0, 2)
    assert frame["a"].dtype == np.float64


def test_text_far_down_in_a_column_of_numbers_says_its_line(tmp_path: Path) -> None:
    rows = [str(number) for number in range(SAMPLE_ROWS + 10)]
    rows[SAMPLE_ROWS + 5] = "[/b]"
    table = file_table([write(tmp_path, "a.csv", "x,y\n" + "".join(f'{row},"\n"\n' for row in rows))])
    assert not table.complete
    assert kinds_of(table.sample, complete=False)["x"].kind == "ignore"
    line = 1 + 2 * (SAMPLE_ROWS + 6)
    with pytest.raises(
        DataError, match=rf"a\.csv: line {line:,}: column 'x': '\[/b\]' is not a number"
    ) as raised:
        table.read(["x"], {"x"})
    assert "--kind x=category" in raised.value.hint


def test_text_in_a_later_file_says_that_file_and_line(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "x,y\n1,2\n3,4\n"), write(tmp_path, "2.csv", "x,y\n5,6\nfoo,8\n")]
    with pytest.raises(DataError, match=r"2\.csv: line 3: column 'x': 'foo' is not a number"):
        file_table(paths).read(["x"], {"x"})


def test_a_data_frame_is_a_table() -> None:
    frame = pd.DataFrame({1: [1, 2], "b": ["u", None]}, index=[5, 5])
    with open_table(frame, ReadingSettings(), MISSING_WORDS) as table:
        assert table.columns == ["1", "b"]
        assert table.complete
        read = table.read(["b", "1"], {"1"})
        assert read["1"].tolist() == [1, 2]
        assert read.index.tolist() == [0, 1]
        assert (table.name, table.place(1)) == ("the DataFrame", "row 1")
    assert frame.columns.tolist() == [1, "b"]


def test_a_data_frame_needs_distinct_names() -> None:
    with pytest.raises(DataError, match="two columns of one name"):
        FrameTable(pd.DataFrame([[1, 2]], columns=[1, "1"]))


def test_a_large_data_frame_is_sampled() -> None:
    table = FrameTable(pd.DataFrame({"x": range(SAMPLE_ROWS + 1)}))
    assert (len(table.sample), table.complete) == (SAMPLE_ROWS, False)


def test_random_floats_survive_a_file(tmp_path: Path) -> None:
    generator = random.Random(0)
    frame = pd.DataFrame({"x": [generator.gauss(0, 10.0**power) for power in range(-20, 20)], "y": 1})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert file_table([str(tmp_path / "a.csv")]).read(["x"], {"x"})["x"].tolist() == frame["x"].tolist()
