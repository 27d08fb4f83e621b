"""Lines that the user says to be no rows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.reading.lines.skipped import SkippedLines
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.errors import DataError, SettingsError
from tests.data.examples import rows_of, sampled, write


@pytest.mark.parametrize(
    ("text", "lines"),
    [("2", {2}), ("2,5-7", {2, 5, 6, 7}), (" 9 , 1-1 ", {9, 1}), ("8-", {8, 9, 10}), ("none", set())],
)
def test_lines_are_numbers_and_ranges(text: str, lines: set[int]) -> None:
    skipped = SkippedLines.parse(text)
    assert {line for line in range(1, 11) if line in skipped} == lines


@pytest.mark.parametrize("text", ["", "0", "5-3", "a", "1,,2", "-1", "1.5", "1-2-3", "9" * 30])
def test_what_is_no_list_of_lines(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a list of lines"):
        ReadingSettings(skip_rows=text)


@sampled
@given(
    st.lists(st.sampled_from(["a", "", "bc"]), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sets(st.integers(1, 9), min_size=1),
    st.integers(1, 4),
    st.booleans(),
)
def test_only_the_ends_of_skipped_lines_are_left(
    lines: list[str], end: str, skipped: set[int], size: int, ended: bool
) -> None:
    text = end.join(lines) + end * ended
    pieces = [text[start : start + size].encode() for start in range(0, len(text), size)]
    found = b"".join(SkippedLines.parse(",".join(map(str, skipped))).blanked(pieces)).decode()
    numbered = enumerate(text.splitlines(keepends=True), 1)
    wanted = "".join(end * line.endswith(end) if number in skipped else line for number, line in numbered)
    assert found == wanted


def test_skipped_lines_are_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y\n1,2\n3\n4,5,6\n7,8\n")
    assert rows_of(path, skip_rows="3-4") == (["x", "y"], [["1", "2"], ["7", "8"]], [2, 5])


def test_skipped_lines_of_one_column_are_no_missing_cells(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "title\nx\n1\n\nfoo\n2\n")
    assert rows_of(path, skip=1, skip_rows="5") == (["x"], [["1"], [""], ["2"]], [3, 4, 6])
    assert rows_of(path, skip=2, no_header=True)[1] == [["1"], [""], ["foo"], ["2"]]


def test_skipped_lines_may_hold_what_is_no_text_of_a_table(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'x,y\n"1,2\n3,4\n')
    assert rows_of(path, skip_rows="2")[1] == [["3", "4"]]


def test_nothing_is_guessed_of_lines_before_the_header_where_a_number_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "title\n\nx,y\n1,2\n3,4\n5,6\n")
    assert rows_of(path, skip=2)[:2] == (["x", "y"], [["1", "2"], ["3", "4"], ["5", "6"]])
    with pytest.raises(DataError, match="line 3 has 2 fields, the header has 1"):
        rows_of(path, skip=0)


def test_all_lines_skipped(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has nothing after the skipped lines"):
        rows_of(write(tmp_path, "a.csv", "x,y\n1,2\n"), skip=2)


@pytest.mark.parametrize("value", ["ab", "", "\n", " ", "\t"])
def test_what_is_no_quote(value: str) -> None:
    with pytest.raises(SettingsError, match="is not a single character"):
        ReadingSettings(quote=value)
