"""A table read for training: every cell as pandas parses it, and where a row stands."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.cells import MISSING_WORDS
from mlpcli.data.source import ReadingSettings
from mlpcli.data.table import SAMPLE_ROWS, FrameTable, open_table
from mlpcli.errors import DataError
from tests.data.examples import SAMPLE_TABLES, SAMPLES, file_table, kinds_of, write


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
