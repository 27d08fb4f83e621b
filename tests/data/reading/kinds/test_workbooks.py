"""Excel workbooks: a sheet is read as its CSV would be; openpyxl, which writes them, is the reference."""

import datetime
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from mlpcli.data.reading.source import ReadingSettings, TextSource
from mlpcli.errors import MlpcliError
from tests.data.examples import file_table, write
from tests.data.reading.kinds.examples import (
    is_read_or_refused,
    read,
    refusal,
    with_notes,
    with_sheet,
    workbook,
)


def test_cells_of_all_types(tmp_path: Path) -> None:
    first = [datetime.datetime(2020, 1, 2), 4, 0.1, True, datetime.time(1, 2), datetime.timedelta(hours=30)]
    second = [
        datetime.datetime(2020, 1, 3, 4, 5, 6),
        1e20,
        -1e-7,
        False,
        datetime.time(23, 0, 5),
        datetime.timedelta(seconds=1.5),
    ]
    rows = [["day", "n", "x", "flag", "time", "took"], first, second]
    assert read(workbook(tmp_path / "a.xlsx", {"S": rows})) == (
        rows[0],
        [
            ["2020-01-02 00:00:00", "4", "0.1", "true", "01:02:00", "30:00:00"],
            ["2020-01-03 04:05:06", "1e+20", "-1e-07", "false", "23:00:05", "00:00:01.5"],
        ],
    )


def test_days_without_times_are_days(tmp_path: Path) -> None:
    rows = [["day"], [datetime.date(2020, 1, 2)], [datetime.datetime(2020, 12, 31)]]
    assert read(workbook(tmp_path / "a.xlsx", {"S": rows}))[1] == [["2020-01-02"], ["2020-12-31"]]


def test_errors_and_blanks_are_missing(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["a", "b", "c"], ["#N/A", "#DIV/0!", 1], [2], [], [None, 'x,\n"y"', "é"], []]
    assert read(workbook(tmp_path / "a.xlsx", {"S": rows}))[1] == [
        ["", "", "1"],
        ["2", "", ""],
        ["", 'x,\n"y"', "é"],
    ]


def test_one_column_keeps_its_gaps_but_none_at_the_end(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["a"], [1], [None], [3], [None]]})
    assert read(path)[1] == [["1"], [""], ["3"]]


def test_a_table_that_begins_somewhere_else(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [[], [None, "a", "b"], [None, 1, 2]]})
    assert read(path) == (["a", "b"], [["1", "2"]])
    assert file_table([path]).place(0) == f"{path}: line 3"  # as in the sheet


def test_sheets(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"One": [["a"], [1]], "Two 2": [["b"], [2]], "Empty": []})
    assert refusal(path) == (
        "contains 3 sheets: 'One', 'Two 2', 'Empty'",
        f"Name one: '{path}#One'",
    )
    assert read(f"{path}#Two 2") == (["b"], [["2"]])
    assert refusal(f"{path}#two")[0] == "contains no sheet 'two'"
    assert refusal(f"{path}#Empty")[0] == "the sheet 'Empty' is empty"
    empty = workbook(tmp_path / "b.xlsx", {"S": [], "T": []})
    assert refusal(empty)[0] == "every sheet is empty"


def test_the_only_sheet_with_cells_that_is_shown(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.sheet_state = "hidden"
        sheet.parent.create_chartsheet("Chart")

    rows = {"Empty": [], "S#1": [["a"], [1]], "Codes": [["b"], [2]]}
    path = workbook(tmp_path / "a.xlsm", rows, hide)
    assert read(path) == (["a"], [["1"]])
    assert read(f"{path}#Codes") == (["b"], [["2"]])
    assert read(f"{path}#S#1") == (["a"], [["1"]])


def test_an_existing_file_of_the_whole_name_comes_first(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"S": [["a"], [1]]})
    assert read(workbook(tmp_path / "a.xlsx#S", {"T": [["own"], [2]]})) == (["own"], [["2"]])


def test_formulas_without_values_are_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["a", "b"], [1, "=A2*2"], [2, "=A3*2"]]})
    header, cells, notes = with_notes(path)
    assert (header, cells) == (["a", "b"], [["1", ""], ["2", ""]])
    said = "2 formulas have no stored value and are read as missing"
    assert notes == [f"{said} (open and save the file in a spreadsheet program)"]


def test_formulas_with_values_and_empty_texts_are_not(tmp_path: Path) -> None:
    cells = b'<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c>'
    header = b'<row r="1"><c r="A1"><v>7</v></c><c r="B1"><v>8</v></c></row>'
    path = with_sheet(tmp_path / "a.xlsx", header + b'<row r="2">' + cells + b"</row>")
    assert with_notes(path) == (["7", "8"], [["2", ""]], [])


def test_formulas_of_another_sheet_are_not_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["a"], [1]], "T": [["b"], ["=1+1"]]})
    assert with_notes(f"{path}#S")[2] == []


def test_cells_merged_over_rows(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("A6:B6")

    rows = [["g", "n"], ["x", 1], [None, 2], [None, 3], ["y", 4], ["total", None]]
    _, cells, notes = with_notes(workbook(tmp_path / "a.xlsx", {"S": rows}, merge))
    assert cells == [["x", "1"], ["x", "2"], ["x", "3"], ["y", "4"], ["total", ""]]
    assert notes == ["values of merged cells are copied to every row they span (1 cell)"]


def test_options_of_csv_do_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["a;b", "c"], ["é;1", 2]]})
    assert read(path, delimiter=";", encoding="utf-16") == (["a;b", "c"], [["é;1", "2"]])


def test_python_calamine_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = workbook(tmp_path / "a.xlsx", {"S": [["a"], [1]]})
    with pytest.raises(MlpcliError) as raised:
        TextSource(path).binary()
    assert str(raised.value) == f"{path}: reading an Excel workbook needs the package python_calamine"
    assert raised.value.hint == "Install it: pip install 'mlpcli[excel]'"


FIRST = b'<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "xml",
    [
        FIRST + FAR,
        FIRST + FAR.replace(b'"', b"'"),
        FIRST + FAR.replace(b"<c r=", b'<c\n s="0" r\t = '),
        FIRST + FAR.lower(),
        b'<row r="1">' + b"<c><v>1</v></c>" * 16384 + b'</row><row r="1048576"><c><v>1</v></c></row>',
        FIRST + b"<row>" + b"<c/>" * 16383 + b'<c><v>1</v></c></row><row r="1048576"/>' + FAR,
        FIRST + b'<row r="4294967295"><c r="B4294967295"><v>1</v></c></row>',
        FIRST + b'<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>',
    ],
    ids=["far", "quotes", "blanks", "small letters", "no places", "mixed", "row", "column"],
)
def test_cells_that_reach_too_far(xml: bytes, tmp_path: Path) -> None:
    """calamine would end the program: it makes a rectangle of all of them."""
    said, hint = refusal(with_sheet(tmp_path / "a.xlsx", xml))
    assert said.startswith("the cells of a sheet extend to row ")
    assert hint == "Delete the cells beyond the table, or give a larger max_bytes."


def test_far_cells_with_a_namespace(tmp_path: Path) -> None:
    xml = (FIRST + FAR).replace(b"<", b"<x:").replace(b"<x:/", b"</x:")
    assert refusal(with_sheet(tmp_path / "a.xlsx", xml))[0].startswith("the cells of a sheet extend to row ")


def test_what_expands_is_refused(tmp_path: Path) -> None:
    long = with_sheet(tmp_path / "a.xlsx", FIRST + b"<x>" + b" " * (3 << 20) + b"</x>")
    assert refusal(long)[0] == "a cell or tag is too long"
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(1, 9999))
    many = with_sheet(tmp_path / "b.xlsx", rows)
    assert refusal(many, max_bytes=100_000)[0] == "is larger than 100 KB when unpacked"
    assert len(read(many)[1]) == 9997


def test_tags_that_are_not_closed(tmp_path: Path) -> None:
    """Looked at in linear time."""
    said = refusal(with_sheet(tmp_path / "a.xlsx", FIRST + b"<c <f " * 300_000))[0]
    assert said == "the cells of a sheet extend to row 1 and column 300,001"


def test_other_damage(tmp_path: Path) -> None:
    whole = Path(workbook(tmp_path / "a.xlsx", {"S": [["a", "b"], [1, "x"], [2.5, "y"]]})).read_bytes()
    assert refusal(write(tmp_path, "cut.xlsx", whole[:-90]))[0].startswith("the archive is damaged")
    said, _ = refusal(with_sheet(tmp_path / "b.xlsx", b"<row r="))
    assert said.startswith("cannot be read as an Excel workbook (")


def test_mutations(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Read, or refused in words; a part is changed after it was unpacked."""
    generator = random.Random(0)
    xml = b"".join(
        b'<row r="%d"><c r="A%d" t="b"><v>1</v></c><c r="B%d"><f>A1</f><v>2.5</v></c></row>' % (row, row, row)
        for row in range(1, 5)
    )
    for _ in range(60):
        changed = bytearray(xml)
        for _ in range(generator.randint(1, 3)):
            changed[generator.randrange(len(xml))] = generator.choice(b'<>"/ =cvr019Z&')
        is_read_or_refused(with_sheet(tmp_path / "a.xlsx", bytes(changed)), max_bytes=10**7)


def test_it_is_made_once_of_each_source(tmp_path: Path) -> None:
    source = TextSource(workbook(tmp_path / "a.xlsx", {"S": [["a"], [1]]}))
    first = source.binary().read()
    Path(source.path).write_bytes(b"")
    assert source.binary(ReadingSettings().max_bytes).read() == first == b"a\n1\n"
