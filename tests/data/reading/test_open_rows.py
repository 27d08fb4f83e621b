"""One source of rows: header, delimiter, and what is wrong with which line."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlpcli.data.reading.lines.layout import guess_delimiter
from mlpcli.data.reading.open_rows import OpenRows
from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import DataError
from tests.data.examples import rows_of, stdin_of, write


def opened(path: str, **reading: Any) -> OpenRows:
    return OpenRows(TextSource(path), ReadingSettings(**reading))


def test_cells_keep_their_text_and_rows_know_their_last_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'a, b ,[/b]\n007,"x\n""y""", z\r\n\n"1.10\n",,NA\n')
    header, rows, lines = rows_of(path)
    assert header == ["a", "b", "[/b]"]
    assert rows == [["007", 'x\n"y"', " z"], ["1.10\n", "", "NA"]]
    assert lines == [3, 6]


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b\r1,2\r\n3,4\n5,6")
    assert rows_of(path)[1:] == ([["1", "2"], ["3", "4"], ["5", "6"]], [2, 3, 4])


@pytest.mark.parametrize(
    ("text", "line", "fields"),
    [
        ("a,b\n1,2\n3\n", 3, "1 field,"),
        ("a,b\n1,2,3\n", 2, "3 fields,"),
        ('a,b\n"x\ny\nz",1\n2\n', 5, "1 field,"),
        ("a,b\n\n1,2\n\n\n3,4,5\n", 6, "3 fields,"),
        ("\n\na,b\n1,2\n   \n", 5, "1 field,"),
        ('"a\n",b\n1,2\n3\n', 4, "1 field,"),
    ],
    ids=["short", "long", "quoted newlines", "blank lines", "only blanks", "header of two lines"],
)
def test_a_ragged_row_is_named_by_its_line(tmp_path: Path, text: str, line: int, fields: str) -> None:
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(DataError, match=rf"a\.csv: line {line} has {fields} the header has 2$"):
        rows_of(path)


def test_a_wrong_delimiter_is_suspected_where_the_header_has_one_column(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a:b\n1,5:2\n")
    with pytest.raises(DataError, match="line 2 has 2 fields") as raised:
        rows_of(path)
    assert "delimiter" in raised.value.hint


def test_duplicate_names(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y,x,x\n1,2,3,4\n")
    with pytest.raises(DataError, match=r"a\.csv: the column name 'x' occurs 3 times"):
        rows_of(path)


def test_empty_names_are_called_after_their_position(tmp_path: Path) -> None:
    with opened(write(tmp_path, "a.csv", ",x,\n0,1,2\n")) as rows:
        assert rows.header == ["Unnamed: 0", "x", "Unnamed: 2"]
        assert rows.original_header == ["", "x", ""]


@pytest.mark.parametrize("text", ["a,b\n", "a,b", "a,b\r", "\r\na,b\r\n\r\n"])
def test_a_header_alone_has_no_rows(tmp_path: Path, text: str) -> None:
    assert rows_of(write(tmp_path, "a.csv", text)) == (["a", "b"], [], [])


@pytest.mark.parametrize("text", ["", "\n", "\r\n\n", "\r", "\ufeff", "\ufeff\n"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"a\.csv is empty"):
        rows_of(write(tmp_path, "a.csv", text))


def test_a_file_of_comments_is_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.csv is empty"):
        rows_of(write(tmp_path, "a.csv", "# a\n#"), comment="#")


def test_blank_lines_in_a_table_of_one_column_are_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "\na\n1\n\n\n2\n")
    assert rows_of(path) == (["a"], [["1"], [""], [""], ["2"]], [3, 4, 5, 6])


def test_no_header(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "\n5,6\n7,8\n")
    assert rows_of(path, no_header=True) == (["1", "2"], [["5", "6"], ["7", "8"]], [2, 3])


def test_without_header_also_the_first_blank_lines_of_one_column_are_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "\n\n1\n")
    assert rows_of(path, no_header=True) == (["1"], [[""], [""], ["1"]], [1, 2, 3])


@pytest.mark.parametrize("mark", ["#", "%", "é", "\u2028"])
def test_lines_that_begin_with_the_comment_mark_are_none(tmp_path: Path, mark: str) -> None:
    text = '#, "a\n\na,b\n#\n1,#2\n#3,4,5\n"#6",7\n8,"\n#9"\n#'.replace("#", mark)
    header, rows, lines = rows_of(write(tmp_path, "a.csv", text), comment=mark)
    assert header == ["a", "b"]
    assert rows == [["1", f"{mark}2"], [f"{mark}6", "7"], ["8", f"\n{mark}9"]]
    assert lines == [5, 7, 9]


def test_without_the_option_no_line_is_a_comment(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path, "a.csv", "#a,b\n#1,2\n"))[:2] == (["#a", "b"], [["#1", "2"]])


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("a.csv", ","),
        ("a.CSV", ","),
        ("a.tsv", "\t"),
        ("a.tab.gz", "\t"),
        ("a.psv.xz", "|"),
        ("a.csv.bz2", ","),
        ("a.tsv.zst", "\t"),
    ],
)
def test_the_delimiter_follows_the_ending(tmp_path: Path, name: str, delimiter: str) -> None:
    with opened(write(tmp_path, name, "a,b\tc|d;e;f;g\n")) as rows:
        assert rows.dialect is not None
        assert (rows.dialect.delimiter, rows.notes) == (delimiter, [])


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n", ";"),
        ("a\tb\n", "\t"),
        ("a|b\n", "|"),
        ('"x;y",b,c\n', ","),
        ("alone\n", ","),
        ("a,b;c\n1,5;2\n3;4\n", ";"),
        ('a;"b\n,\n,"\n1;2\n', ";"),
    ],
)
def test_the_delimiter_is_guessed_for_other_endings(tmp_path: Path, text: str, delimiter: str) -> None:
    path = write(tmp_path, "a.txt", "\n\r\n" + text)
    with opened(path) as rows:
        assert rows.dialect is not None
        assert rows.dialect.delimiter == delimiter
        detected = f"{path}: the delimiter was detected as {delimiter!r} (delimiter overrides it)"
        assert rows.notes == ([] if delimiter == "," else [detected])


def test_a_csv_file_without_a_comma_may_have_another_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a;b\n1;2\n3;4\n")
    assert rows_of(path)[:2] == (["a", "b"], [["1", "2"], ["3", "4"]])
    with opened(path) as rows:
        assert rows.notes == [f"{path}: the delimiter was detected as ';' (delimiter overrides it)"]


def test_comments_say_nothing_of_the_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a;b\n# one, two\n1;2\n")
    assert rows_of(path, comment="#")[:2] == (["a", "b"], [["1", "2"]])


def test_decimal_commas_are_no_delimiters(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a;b\n1,5;2\n\n3;4,5\n")
    assert rows_of(path)[1] == [["1,5", "2"], ["3", "4,5"]]


@pytest.mark.parametrize("text", ["a;b\n", "a;b\n1;2\n3\n", "a;b,c\n1;2,3\n", "a\n1\n2\n"])
def test_the_delimiter_of_the_ending_is_kept_unless_another_fits_all_lines(text: str) -> None:
    assert guess_delimiter(text, ",") == ","


def test_a_given_delimiter_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b#c\n1#2\n")
    assert rows_of(path, delimiter="#")[0] == ["a,b", "c"]


def test_stdin_has_no_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(b"a;b\n1;2\n"))
    with opened("-") as rows:
        assert rows.header == ["a", "b"]
        assert rows.notes == ["stdin: the delimiter was detected as ';' (delimiter overrides it)"]


def test_a_guessed_encoding_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "größe,b\n1,2\n".encode("cp1252"))
    with opened(path) as rows:
        assert rows.header == ["größe", "b"]
        assert rows.notes == [f"{path}: the encoding was detected as cp1252 (encoding overrides it)"]


def test_columns_that_are_not_needed_may_have_one_name(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", "a,b,a,a ,y\n1,2,3,4,5\n")
    with OpenRows(TextSource(path), ReadingSettings(), spare=lambda name: name.strip() == "a") as rows:
        assert rows.header == ["a", "b", "a", "a ", "y"]
        assert next(iter(rows)).cells() == [["1", "2", "3", "4", "5"]]
    with pytest.raises(DataError, match="'b' occurs 2 times") as raised:
        OpenRows(TextSource(write(tmp_path, "y.csv", "a,b,a,b\n")), ReadingSettings(), spare="a".__eq__)
    assert raised.value.hint.endswith("or exclude them with drop b.")


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["", "Unnamed: 0", "y"], ["Unnamed: 0.1", "Unnamed: 0", "y"]),
        (["Unnamed: 1", "", "Unnamed: 1.1"], ["Unnamed: 1", "Unnamed: 1.2", "Unnamed: 1.1"]),
        (["", "", "a"], ["Unnamed: 0", "Unnamed: 1", "a"]),
        (["Unnamed: 2", "a", ""], ["Unnamed: 2", "a", "Unnamed: 2.1"]),
    ],
)
def test_columns_without_a_name_as_in_pandas(cells: list[str], names: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", ",".join(cells) + "\n1,2,3\n")
    assert rows_of(path)[0] == list(pd.read_csv(path).columns) == names
