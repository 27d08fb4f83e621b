"""A table read for training: every cell as pandas parses it, and where a row stands."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.columns.cells import Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import Reading
from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.table import SAMPLE_ROWS, FrameTable
from mlpcli.errors import DataError
from tests.data.examples import SAMPLE_TABLES, SAMPLES, file_table, rows_of, values_of, write


def texts_of(frame: Frame, name: str) -> list[str]:
    cells = frame[name]
    assert isinstance(cells, Texts)
    return [cells.text(row) for row in range(len(cells))]


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_sample_tables_are_read_as_by_pandas(name: str) -> None:
    path = SAMPLES / name
    table = file_table([str(path)])
    expected = pd.read_csv(path, dtype="str", keep_default_na=False)
    table.reading = Reading(frozenset())
    frame = table.read(table.columns, ())
    table.reading = Reading()
    assert {name: texts_of(frame, name) for name in frame.names} == expected.to_dict("list")
    typed = pd.read_csv(path, na_values=sorted(Reading().missing))
    numbers = [name for name in table.columns if typed[name].dtype.kind in "if"]
    frame = table.read(table.columns, numbers)
    for number in numbers:
        np.testing.assert_array_equal(values_of(frame[number]), typed[number].to_numpy(np.float64))


@pytest.mark.parametrize("name", SAMPLE_TABLES)
def test_the_sample_are_the_first_rows(name: str) -> None:
    table = file_table([str(SAMPLES / name)])
    header, rows, _ = rows_of(str(SAMPLES / name))
    assert table.sample.names == table.columns == header
    assert len(table.sample) == len(rows)
    for position, column in enumerate(header):
        expected = Texts.of([row[position] for row in rows])
        np.testing.assert_array_equal(table.sample[column].numbers()[0], expected.numbers()[0])
    assert table.name == str(SAMPLES / name)


def test_only_the_wanted_columns_in_the_wanted_order(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a,[/b],c d\n1,2,3\n4,?,6\n")])
    frame = table.read(["c d", "[/b]"], {"[/b]"})
    assert frame.names == ["c d", "[/b]"]
    assert texts_of(frame, "c d") == ["3", "6"]
    np.testing.assert_array_equal(values_of(frame["[/b]"]), [2.0, np.nan])


def test_several_files_are_one_table(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.csv", "a,b\n1,x\n\n2,y\n"),
        write(tmp_path, "2.tsv", gzip.compress(b"a\tb\n")),
        write(tmp_path, "3.txt", 'a;b\r\n3;"z\r\n"\r\n4;"z;"\r\n'),
    ]
    table = file_table(paths)
    np.testing.assert_array_equal(values_of(table.sample["a"]), [1.0, 2.0, 3.0, 4.0])
    frame = table.read(["b", "a"], {"a"})
    np.testing.assert_array_equal(values_of(frame["a"]), [1.0, 2.0, 3.0, 4.0])
    assert texts_of(frame, "b") == ["x", "y", "z", "z;"]
    assert [table.place(row) for row in range(4)] == [
        f"{paths[0]}: line 2",
        f"{paths[0]}: line 4",
        f"{paths[2]}: line 3",
        f"{paths[2]}: line 4",
    ]
    assert table.name == f"{paths[0]} and 2 more"
    assert table.notes == [f"{paths[2]}: the delimiter was detected as ';' (delimiter overrides it)"]
    with pytest.raises(IndexError):
        table.place(4)


def test_a_header_that_differs(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "a,b\n1,2\n"), write(tmp_path, "2.csv", "a,c\n1,2\n")]
    with pytest.raises(DataError, match=r"2\.csv: the column 'c' is not in .*1\.csv"):
        file_table(paths)


def test_a_header_alone(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "a,b\n")])
    assert (table.sample.names, len(table.sample)) == (["a", "b"], 0)
    frame = table.read(["b", "a"], {"a"})
    assert (frame.names, len(frame), len(frame["a"])) == (["b", "a"], 0, 0)


@pytest.mark.parametrize("later", [5, SAMPLE_ROWS + 5, 3 * SAMPLE_ROWS])
def test_a_column_of_numbers_with_text_further_down_is_texts(tmp_path: Path, later: int) -> None:
    cells = [f"{number}.50" for number in range(4 * SAMPLE_ROWS)]
    cells[later] = "[/b]"
    table = file_table([write(tmp_path, "a.csv", "x,y\n" + "".join(f"{cell},1\n" for cell in cells))])
    frame = table.read(["x", "y"], {"x", "y"})
    assert texts_of(frame, "x") == cells
    np.testing.assert_array_equal(values_of(frame["y"]), np.ones(len(cells)))
    assert table.place(later).endswith(f"a.csv: line {later + 2:,}")


def test_text_in_a_later_file_makes_texts_of_all(tmp_path: Path) -> None:
    paths = [write(tmp_path, "1.csv", "x,y\n1.0,2\n3,4\n"), write(tmp_path, "2.csv", "x,y\n5,6\nfoo,8\n")]
    assert texts_of(file_table(paths).read(["x"], {"x"}), "x") == ["1.0", "3", "5", "foo"]


def test_numbers_as_people_write_them_further_down_stay_numbers(tmp_path: Path) -> None:
    cells = ["1"] * SAMPLE_ROWS * 2 + ["$1,000.5", " 7 %", "-"]
    path = write(tmp_path, "a.csv", "x,y\n" + "".join(f'"{cell}",1\n' for cell in cells))
    read = file_table([path], missing=("-",)).read(["x"], {"x"})["x"]
    np.testing.assert_array_equal(values_of(read)[-4:], [1.0, 1000.5, 7.0, np.nan])


def test_missing_words_may_have_blanks_around(tmp_path: Path) -> None:
    table = file_table([write(tmp_path, "a.csv", "x,y\n1, ?\n ?,a\n NA , - \n")], missing=("-",))
    frame = table.read(["x", "y"], {"x"})
    np.testing.assert_array_equal(values_of(frame["x"]), [1.0, np.nan, np.nan])
    assert frame["y"].missing().tolist() == [True, False, True]


def test_a_long_file_is_sampled_also_further_down(tmp_path: Path) -> None:
    cells = ["1"] * 3 * SAMPLE_ROWS + ["late"] * 10
    table = file_table([write(tmp_path, "a.csv", "x,y\n" + "".join(f"{cell},1\n" for cell in cells))])
    assert SAMPLE_ROWS < len(table.sample) < len(cells)
    assert "late" in texts_of(table.sample, "x")


def test_a_data_frame_is_a_table() -> None:
    frame = pd.DataFrame({1: [1, 2], "b": ["u", None]}, index=[5, 5])
    with open_table(frame, ReadingSettings()) as table:
        assert table.columns == ["1", "b"]
        read = table.read(["b", "1"], {"1"})
        np.testing.assert_array_equal(values_of(read["1"]), [1.0, 2.0])
        assert texts_of(read, "b") == ["u", ""]
        assert (table.name, table.place(1)) == ("the DataFrame", "row 1")
    assert frame.columns.tolist() == [1, "b"]


def test_a_data_frame_needs_distinct_names() -> None:
    with pytest.raises(DataError, match="two columns with the same name"):
        FrameTable(pd.DataFrame([[1, 2]], columns=[1, "1"]), ReadingSettings())


def test_a_large_data_frame_is_sampled() -> None:
    table = FrameTable(pd.DataFrame({"x": range(SAMPLE_ROWS + 1)}), ReadingSettings())
    assert len(table.sample) == SAMPLE_ROWS


DOUBLED = "a,x,a,y\n1,2,3,4\n5,6,7,8\n"


def test_columns_to_be_left_out_may_have_one_name(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", DOUBLED)
    frame = pd.DataFrame([[1, 2, 3, 4], [5, 6, 7, 8]], columns=["a", "x", "a", "y"])
    for data, dropped in (([path], ["b,a"]), (frame, ["a"])):
        with open_table(data, ReadingSettings(), dropped=dropped) as table:
            assert (table.columns, list(table.doubled)) == (["x", "y"], ["a"])
            read = table.read(["y", "x"], {"y", "x"})
            assert [values_of(read[name]).tolist() for name in ("x", "y")] == [[2, 6], [4, 8]]


def test_a_column_in_place_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", DOUBLED)
    for name, hint in (
        ("y", f"It is a column of {path}: target y?"),
        ("z", "Check the name and the folder."),
    ):
        with pytest.raises(DataError) as raised, open_table([path, name], ReadingSettings()):
            pass
        assert (str(raised.value), raised.value.hint) == (f"{name}: no such file", hint)
