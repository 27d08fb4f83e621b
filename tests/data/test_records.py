"""Rows one at a time: header, field counts and what is wrong with its line."""

import sys
from pathlib import Path

import pytest

from mlpcli.data.records import Records, check_same_header
from mlpcli.data.source import ReadingSettings, TextSource
from mlpcli.errors import DataError
from tests.data.examples import records_of, stdin_of, write


def cells_of(path: str, **reading: object) -> list[list[str]]:
    return [record.cells for record in records_of(path, **reading)[1]]


def test_cells_keep_their_text_and_rows_know_their_last_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'a, b ,[/b]\n007,"x\n""y""", z\r\n\n"1.10\n",,NA\n')
    header, records = records_of(path)
    assert header == ["a", " b ", "[/b]"]
    assert [record.cells for record in records] == [["007", 'x\n"y"', " z"], ["1.10\n", "", "NA"]]
    assert [record.line for record in records] == [3, 6]


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    assert cells_of(write(tmp_path, "a.csv", "a,b\r1,2\r\n3,4\n5,6")) == [["1", "2"], ["3", "4"], ["5", "6"]]


@pytest.mark.parametrize(
    ("text", "line", "fields"),
    [
        ("a,b\n1,2\n3\n", 3, "1 field,"),
        ("a,b\n1,2,3\n", 2, "3 fields,"),
        ('a,b\n"x\ny\nz",1\n2\n', 5, "1 field,"),
        ("a,b\n\n1,2\n\n\n3,4,5\n", 6, "3 fields,"),
        ("\n\na,b\n1,2\n   \n", 5, "1 field,"),
    ],
    ids=["short", "long", "after quoted newlines", "after blank lines", "only spaces"],
)
def test_a_ragged_row_is_named_by_its_line(tmp_path: Path, text: str, line: int, fields: str) -> None:
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(DataError, match=rf"a\.csv: line {line} has {fields} the header has 2$"):
        records_of(path)


def test_a_wrong_delimiter_is_suspected_where_the_header_has_one_column(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a;b\n1,5;2\n")
    with pytest.raises(DataError, match="line 2 has 2 fields") as raised:
        records_of(path)
    assert "--delimiter" in raised.value.hint


def test_duplicate_names(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y,x,x\n1,2,3,4\n")
    with pytest.raises(DataError, match=r"a\.csv: the column name 'x' occurs 3 times"):
        records_of(path)


def test_empty_names_are_called_after_their_position(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", ",x,\n0,1,2\n")
    with Records(TextSource(path, None), ReadingSettings()) as records:
        assert records.header == ["Unnamed: 0", "x", "Unnamed: 2"]
        assert records.original_header == ["", "x", ""]


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert records_of(write(tmp_path, "a.csv", "a,b\n")) == (["a", "b"], [])
    assert records_of(write(tmp_path, "b.csv", "a,b")) == (["a", "b"], [])


@pytest.mark.parametrize("text", ["", "\n", "\r\n\n", "\ufeff"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"a\.csv: is empty"):
        records_of(write(tmp_path, "a.csv", text))


def test_blank_lines_in_a_table_of_one_column_are_rows(tmp_path: Path) -> None:
    header, records = records_of(write(tmp_path, "a.csv", "\na\n1\n\n\n2\n"))
    assert header == ["a"]
    assert [(record.cells, record.line) for record in records] == [
        (["1"], 3),
        ([""], 4),
        ([""], 5),
        (["2"], 6),
    ]


def test_no_header(tmp_path: Path) -> None:
    header, records = records_of(write(tmp_path, "a.csv", "\n5,6\n7,8\n"), no_header=True)
    assert header == ["1", "2"]
    assert [(record.cells, record.line) for record in records] == [(["5", "6"], 2), (["7", "8"], 3)]


def test_without_header_also_the_first_blank_lines_of_one_column_are_rows(tmp_path: Path) -> None:
    assert cells_of(write(tmp_path, "a.csv", "\n\n1\n"), no_header=True) == [[""], [""], ["1"]]


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("a.csv", ","),
        ("a.CSV", ","),
        ("a.tsv", "\t"),
        ("a.tab.gz", "\t"),
        ("a.psv.xz", "|"),
        ("a.csv.bz2", ","),
    ],
)
def test_the_delimiter_follows_the_ending(tmp_path: Path, name: str, delimiter: str) -> None:
    path = write(tmp_path, name, "a,b\tc|d;e;f;g\n")
    with Records(TextSource(path, None), ReadingSettings()) as records:
        assert (records.delimiter, records.guessed) == (delimiter, False)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n", ";"),
        ("a\tb\n", "\t"),
        ("a|b\n", "|"),
        ('"x;y",b,c\n', ","),
        ("alone\n", ","),
        ("\n\r\na;b\n", ";"),
    ],
)
def test_the_delimiter_is_guessed_for_other_endings(tmp_path: Path, text: str, delimiter: str) -> None:
    with Records(TextSource(write(tmp_path, "a.txt", text), None), ReadingSettings()) as records:
        assert (records.delimiter, records.guessed) == (delimiter, True)


def test_a_given_delimiter_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b#c\n1#2\n")
    assert records_of(path, delimiter="#")[0] == ["a,b", "c"]


def test_stdin_has_no_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(b"a;b\n1;2\n"))
    with Records(TextSource("-", None), ReadingSettings()) as records:
        assert (records.header, records.guessed) == (["a", "b"], True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,2\n3,"x\n4,5\n6,7\n', 3),
        ('a,b\n1,"x', 2),
        ('a,b\n1,"x\n', 2),
        ('a,"b\n1,2\n', 1),
    ],
)
def test_an_unclosed_quote_is_named_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    """Even where all that follows, in one last cell, would make the number of fields right."""
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(DataError, match=rf"a\.csv: line {line}:? .*quote.* not closed"):
        records_of(path)


@pytest.mark.parametrize("text", ['a,b\n1,"x"', 'a,b\n1,"x"\n', 'a,b\n1,"x\n"\n', 'a,b\n1,x"y\n', 'a\n""\n'])
def test_closed_quotes_at_the_end(tmp_path: Path, text: str) -> None:
    assert len(cells_of(write(tmp_path, "a.csv", text))) == 1


def test_a_large_cell(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b\n1," + "x" * 100_000 + "\n")
    assert [len(cell) for cell in cells_of(path)[0]] == [1, 100_000]


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_too_large_a_cell_is_an_error_with_its_line(tmp_path: Path, name: str) -> None:
    for text, line in (("x" * 200_000, 1), ("a,b\n1," + "x" * 200_000, 2)):
        with pytest.raises(DataError, match=rf"{name}: line {line}: field larger than"):
            records_of(write(tmp_path, name, text))


def test_files_given_together_need_the_same_header() -> None:
    check_same_header(["a", "b"], ["a", "b"], "2.csv", "1.csv")
    with pytest.raises(DataError, match=r"2\.csv: the column 'wieght' is not in 1\.csv") as raised:
        check_same_header(["wieght"], ["height", "weight"], "2.csv", "1.csv")
    assert "'weight'" in raised.value.hint
    for other in (["b", "a"], ["a"]):
        with pytest.raises(DataError, match=r"2\.csv: the columns are not those of 1\.csv"):
            check_same_header(other, ["a", "b"], "2.csv", "1.csv")
