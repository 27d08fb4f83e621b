"""Tables whose text is not laid out as usual CSV are read as their clean twins, and it is said."""

import csv
import io
import random
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.reading.lines.dialect import Dialect
from mlpcli.errors import DataError
from tests.data.examples import rows_of, sampled, write
from tests.data.reading.lines.tables import BODY, HEADER, NAMES, ROWS, learned, text

CLEAN = [HEADER, *ROWS]


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("Survey of engines\nCreated: 2024-05-01 10:00\n\n", 3),
        ("Report, engines\n", 1),
        ("Device: X12\nRate: 10, fast\nDate,2024-05-01\n\n", 4),
        ("# written by a logger\n# units: m\n", 2),
        ('"A title\nof two lines"\n', 2),
        ("Survey of engines,,\nCreated: 2024-05-01,,\n,,\n", 3),
        ('"Data source","all engines, of 2024"\n\n\n', 3),
        ("\ufeff\ufeffTitle\n\n", 2),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_before_the_header_are_left_out(tmp_path: Path, before: str, lines: int, end: str) -> None:
    content = (before + NAMES + BODY).replace("\n", end)
    rows, notes = learned(tmp_path, content)
    assert rows == CLEAN
    what = f"{lines} skipped line{'s' * (lines > 1)}"
    assert notes == [f"the header is line {lines + 1}, after {what} (skip {lines})"]
    assert learned(tmp_path, content, skip=lines) == (CLEAN, [])


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("sep=;", ";"), ("SEP=,", ","), ('"sep=\t"', "\t"), ("sep=|\n", "|"), ("sep=:", ":")],
)
def test_a_line_that_names_the_delimiter_is_no_header(tmp_path: Path, line: str, delimiter: str) -> None:
    rows, notes = learned(tmp_path, line + "\n" + text(CLEAN, delimiter))
    assert rows == CLEAN
    assert notes == [f"line 1 sets the delimiter ({delimiter!r}) and is skipped (skip 1)"]


def test_both_a_title_and_another_delimiter(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, "My survey\n\n" + text(CLEAN, ";"))
    assert rows == CLEAN
    assert notes[0] == "the delimiter was detected as ';' (delimiter overrides it)"
    assert notes[1].startswith("the header is line 3")


@pytest.mark.parametrize("groups", ["Engine,,Result", "Engine,Engine,Result", ",Engine,", "x,x,x"])
def test_names_of_groups_above_the_header_are_left_out(tmp_path: Path, groups: str) -> None:
    rows, notes = learned(tmp_path, groups + "\n" + NAMES + BODY)
    assert rows == CLEAN
    assert notes == ["the header is line 2, after 1 skipped line (skip 1)"]


@pytest.mark.parametrize("groups", ["A,,B,", "A,A,B,B", "A, ,B,B"])
def test_doubled_names_are_joined_with_those_of_their_groups(tmp_path: Path, groups: str) -> None:
    body = "".join(f"{row}.5,{row},{row * 3}.25,1.{row}\n" for row in range(6))
    rows, notes = learned(tmp_path, f"{groups}\nmean,std,mean,std\n{body}")
    assert rows[:2] == [["A mean", "A std", "B mean", "B std"], ["0.5", "0", "0.25", "1.0"]]
    assert len(rows) == 7
    assert notes == ["names repeat in line 2, so they are joined with the names above them"]


def test_the_name_of_an_index_below_two_headers(tmp_path: Path) -> None:
    body = "".join(f"{row},{row}.5,1.{row}\n" for row in range(6))
    rows, _ = learned(tmp_path, f",A,B\n,mean,mean\nid,,\n{body}")
    assert rows[:2] == [["id", "A mean", "B mean"], ["0", "0.5", "1.0"]]


def test_a_header_with_one_name_too_few_names_no_first_column(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, NAMES + text([[f"r{number}", *row] for number, row in enumerate(ROWS)]))
    assert rows[:2] == [["Unnamed: 0", *HEADER], ["r0", *ROWS[0]]]
    assert notes == ["line 1 has one name fewer than there are columns; the first is unnamed"]


def test_a_header_with_one_name_too_few_is_an_error_where_the_first_column_is_no_index(
    tmp_path: Path,
) -> None:
    with pytest.raises(DataError, match="line 2 has 4 fields, the header has 3"):
        learned(tmp_path, NAMES + text([["Smith", *row] for row in ROWS]))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_delimiter_at_the_end_of_each_row_begins_no_column(tmp_path: Path, end: str) -> None:
    rows, notes = learned(tmp_path, ",".join(HEADER) + end + text(ROWS, end="," + end))
    assert (rows, notes) == (CLEAN, ["the delimiter at the end of each row is ignored"])
    rows, notes = learned(tmp_path, ",".join(HEADER) + "," + end + text(ROWS, end=end))
    assert (rows, notes) == (CLEAN, ["the delimiter at the end of line 1 is ignored"])


def aligned(rows: list[list[str]], gap: int) -> str:
    width = max(len(cell) for row in rows for cell in row) + gap
    return "".join("".join(cell.rjust(width) for cell in row) + "\n" for row in rows)


@pytest.mark.parametrize("name", ["a.txt", "a.dat", "a.csv"])
@pytest.mark.parametrize("gap", [1, 2, 5])
def test_columns_aligned_by_blanks(tmp_path: Path, name: str, gap: int) -> None:
    rows, notes = learned(tmp_path, aligned(CLEAN, gap), name)
    assert rows == CLEAN
    assert notes == ["the delimiter is one or more spaces (delimiter space)"]
    assert learned(tmp_path, aligned(CLEAN, gap), name, delimiter=" ") == (CLEAN, [])


def test_names_with_a_blank_in_aligned_columns(tmp_path: Path) -> None:
    wanted = [
        ["top speed", "load", "grade"],
        *([speed, load, "very " + grade] for speed, load, grade in ROWS),
    ]
    assert learned(tmp_path, aligned(wanted, 2), "a.txt")[0] == wanted


def test_a_table_as_r_writes_it(tmp_path: Path) -> None:
    quoted = [
        [f'"{number}"', speed, load, f'"{grade}"'] for number, (speed, load, grade) in enumerate(ROWS, 1)
    ]
    content = '"speed" "load" "grade"\n' + text(quoted, " ")
    rows, _ = learned(tmp_path, content, "a.txt")
    assert rows[:2] == [["Unnamed: 0", *HEADER], ["1", *ROWS[0]]]


@pytest.mark.parametrize("tabs", ["\t\t", "\t\t\t"])
def test_several_tabs_are_one(tmp_path: Path, tabs: str) -> None:
    rows, notes = learned(tmp_path, text(CLEAN, tabs), "a.tsv")
    assert (rows, notes) == (CLEAN, ["several tabs are read as one delimiter (delimiter overrides it)"])


def test_lines_of_text_are_no_columns(tmp_path: Path) -> None:
    lines = ["two words", "and more of these", "so it goes", "on and on"]
    assert rows_of(write(tmp_path, "a.txt", "\n".join(lines)))[0] == ["two words"]
    assert rows_of(write(tmp_path, "a.csv", "full name\nAda Byron\nAlan Turing\nAlan Kay\n"))[0] == [
        "full name"
    ]


PARTS = [
    ["part", "load", "grade"],
    *([f"pump, {number % 4}", load, grade] for number, (_, load, grade) in enumerate(ROWS)),
]


def test_single_quotes(tmp_path: Path) -> None:
    content = text([[f"'{part}'" if "," in part else part, *row] for part, *row in PARTS])
    rows, notes = learned(tmp_path, content)
    assert (rows, notes) == (PARTS, ["the quote character was detected as ' (quote \"'\")"])
    assert learned(tmp_path, content, quote="'") == (PARTS, [])
    every = text([[f"'{cell}'" for cell in row] for row in CLEAN])
    assert learned(tmp_path, every)[0] == CLEAN
    doubled = [["a", "b"], ["it's, so", "1"], ["x", "2"], ["y", "3"]]
    assert learned(tmp_path, "a,b\n'it''s, so',1\nx,2\ny,3\n")[0] == doubled
    with pytest.raises(DataError, match="line 2 has 4 fields"):
        learned(tmp_path, content, quote='"')


def test_apostrophes_are_no_quotes(tmp_path: Path) -> None:
    table = [["name", "n"], ["O'Neill", "1"], ["'tis", "2"], ["rock 'n' roll", "3"], ["'", "4"]]
    assert learned(tmp_path, text(table)) == (table, [])


def test_no_quotes(tmp_path: Path) -> None:
    table = [["name", "n"], ['"5 inch', "1"], ['a "b', "2"]]
    assert learned(tmp_path, text(table), quote="none") == (table, [])


@pytest.mark.parametrize("gap", [" ", "   "])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_blanks_before_quotes(tmp_path: Path, gap: str, delimiter: str) -> None:
    content = text([[f'"{cell}"' for cell in row] for row in PARTS], delimiter + gap)
    rows, notes = learned(tmp_path, content)
    assert rows == PARTS
    assert notes[-1] == "spaces before quotes are ignored"


@pytest.mark.parametrize("row", ['"4"x,1,low', '1,"4" 5,low', '1,2,"low"er', '"a""b"c,1,low'])
def test_text_behind_a_quote_is_an_error(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataError, match=r"line 3 has text after a closing quote"):
        learned(tmp_path, NAMES + text(ROWS[:1]) + row + "\n" + BODY)
    with pytest.raises(DataError, match=r"line 1 has text after a closing quote"):
        learned(tmp_path, row + "\n" + BODY)


def test_blanks_behind_a_quote_are_none(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, NAMES + '"4" ,"1"\t,"low" \n' + BODY)
    assert ([cell.strip() for cell in rows[1]], notes) == (["4", "1", "low"], [])


def test_a_first_line_that_looks_like_data_is_said(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, BODY)
    assert rows == ROWS
    assert notes == ["line 1 looks like data but is read as the header (no_header reads it as data)"]
    assert learned(tmp_path, BODY, no_header=True) == ([["1", "2", "3"], *ROWS], [])
    assert learned(tmp_path, "a title\n" + BODY, no_header=True, skip=1) == ([["1", "2", "3"], *ROWS], [])


@pytest.mark.parametrize("header", ["0,1,2", "1990,1995,2000", "x,0.5,0.9", "2.5%,50%,q"])
def test_numbers_may_name_columns(tmp_path: Path, header: str) -> None:
    assert learned(tmp_path, header + "\n" + BODY)[1] == []


@pytest.mark.parametrize(
    ("content", "line", "hint"),
    [
        ("a title\n\n" + BODY, 3, "If line 3 is the header, give skip 2."),
        ("a:b\n1,5:2\n", 2, "Check the delimiter"),
        ("a,b\n1,2\n3\n", 3, "if it is not a row, give skip_rows 3."),
        ("a,b\n1,2\n3,4,5\n", 3, "Quote cells"),
    ],
)
def test_a_row_of_another_width_is_an_error_that_leads_on(
    tmp_path: Path, content: str, line: int, hint: str
) -> None:
    with pytest.raises(DataError, match=rf"line {line} has") as raised:
        learned(tmp_path, content)
    assert hint in raised.value.hint


@pytest.mark.parametrize("content", ["A title\nanother line\n", "A\n\nb\n", "Title\n\n\n", "a:b\nTotal\n"])
def test_only_lines_before_a_header_are_one_column(tmp_path: Path, content: str) -> None:
    assert len(learned(tmp_path, content)[0][0]) == 1


def test_only_lines_before_a_header_of_several_widths(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 3 has 2 fields") as raised:
        learned(tmp_path, "A title\n\nanother, line\n")
    assert "give skip N" in raised.value.hint


def test_a_title_above_one_column(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, "My table\n\nspeed\n" + text([row[:1] for row in ROWS]))
    assert rows == [["speed"], *(row[:1] for row in ROWS)]
    assert notes == ["the header is line 3, after 2 skipped lines (skip 2)"]


def test_a_header_of_many_names(tmp_path: Path) -> None:
    names = [f"name {number}" for number in range(2_000)]
    table = [names, *([str(number)] * 2_000 for number in range(3))]
    assert learned(tmp_path, text(table)) == (table, [])
    assert learned(tmp_path, "a title\n" + text(table))[0] == table


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a title\n\n" + NAMES + "'1, 5',2,low\n" + BODY)
    _, rows, lines = rows_of(path)
    assert rows[0] == ["1, 5", "2", "low"]
    assert lines == list(range(4, 4 + 1 + len(ROWS)))


CELLS = st.lists(
    st.sampled_from([*"ab19 .-,;\t'\"\n#=", "sep=;", "Total", "m/s", ' "x"', "'x'"]), max_size=4
).map("".join)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=0, max_size=12)
)


@sampled
@given(
    TABLES, st.sampled_from(["a.csv", "a.tsv", "a.txt"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
)
def test_a_written_table_is_never_changed(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], name: str, quoting: int
) -> None:
    header = [f"name {number}" for number in range(len(rows[0]) if rows else 2)]
    sink = io.StringIO(newline="")
    delimiter = "\t" if name == "a.tsv" else ","
    writer = csv.writer(sink, quoting=quoting, delimiter=delimiter, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([header, *rows])
    path = write(tmp_path_factory.mktemp("written"), name, sink.getvalue())
    assert rows_of(path, delimiter=delimiter)[:2] == (header, rows)


QUOTED = [*"ab', \n", "''", " '"]


@sampled
@given(st.lists(st.lists(st.lists(st.sampled_from(QUOTED)).map("".join), min_size=2, max_size=2), min_size=1))
def test_single_quotes_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """As written by `csv` with that quote."""
    sink = io.StringIO(newline="")
    csv.writer(sink, quotechar="'", lineterminator="\n").writerows([["a", "b"], *rows])
    path = write(tmp_path_factory.mktemp("single"), "a.csv", sink.getvalue())
    assert rows_of(path, quote="'")[:2] == (["a", "b"], rows)


def test_a_dialect_reads_runs_of_blanks_around_quoted_cells() -> None:
    dialect = Dialect(" ", gap=1)
    assert list(dialect.reader(['  "a  b"   c \n', "1\t 2\n"])) == [["a  b", "c"], ["1", "2"]]


@pytest.mark.parametrize("seed", range(3))
def test_long_rows_are_judged_in_linear_time(seed: int) -> None:
    cells = random.Random(seed).choices(['"a"', '"a""b"', "x", '""', ' "y'], k=5_000)
    assert Dialect(",").is_closed_well(",".join(cells) + "\n")


TITLES = ["Konto", "Inhaber: Meier, Anna", "", '"Von:"{}"01.01.2023"', "Stand{}31.12.2023"]
NAMES_OF_STATEMENTS = [
    ["Buchungstag", "Betrag (EUR)"],
    ["Datum, Zeit", "Art", "Betrag, EUR"],
    ["Soll, EUR", "Haben, EUR", "Saldo", "Zins"],
]


def statement(names: list[str], delimiter: str, decimal: str, quoting: Literal[0, 1, 3]) -> str:
    """The text of dates, words and amounts with separated thousands."""
    drawn = random.Random(len(names))
    marks = str.maketrans({",": "." if decimal == "," else ",", ".": decimal})

    def row(number: int) -> list[str]:
        amounts = [f"{drawn.uniform(-5000, 5000):,.2f}".translate(marks) for _ in names]
        word = drawn.choice(["Miete", "Kauf, Netto", "Lohn"])
        date = f"{number % 28 + 1:02}.{number // 28 + 1:02}.2023"
        return {2: [date, amounts[0]], 3: [date, word, amounts[0]]}.get(len(names), amounts)

    rows = [names, *map(row, range(30))]
    if quoting == csv.QUOTE_NONE:
        rows = [[cell.replace(delimiter, "") for cell in row] for row in rows]
    content = io.StringIO()
    csv.writer(content, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return content.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("decimal", [",", "."])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONE])
@pytest.mark.parametrize("names", NAMES_OF_STATEMENTS, ids=len)
def test_statements_of_banks_are_read_as_by_pandas_with_the_right_arguments(
    tmp_path: Path, delimiter: str, decimal: str, quoting: Literal[0, 1, 3], names: list[str]
) -> None:
    content = statement(names, delimiter, decimal, quoting)
    wanted = pd.read_csv(io.StringIO(content), sep=delimiter, dtype=str, quoting=quoting)
    footers = ["", f"{delimiter * (len(names) - 1)}\n* noch nicht gebucht\n"]
    for above in (0, 1, len(TITLES)):
        if delimiter == "," and len(names) == 2 and above > 1:
            continue  # a title with a comma is as good a header
        title = "".join(line.format(delimiter) + "\n" for line in TITLES[:above])
        rows, _ = learned(tmp_path, title + content + footers[above % 2])
        assert rows[0] == list(wanted.columns)
        assert [row for row in rows[1:] if any(row)] == wanted.to_numpy().tolist()


def test_labels_and_values_above_a_table_are_no_table(tmp_path: Path) -> None:
    labels = '"Konto:";"DE12 / Giro"\n\n"Von:";"01.01.2023"\n"Bis:";"31.12.2023"\n\n'
    content = statement(["Tag", "Art", "Betrag"], ";", ",", csv.QUOTE_ALL)
    rows, notes = learned(tmp_path, labels + content)
    assert rows[0] == ["Tag", "Art", "Betrag"]
    assert notes[1] == "the header is line 6, after 5 skipped lines (skip 5)"


def test_one_line_with_a_broken_quote_leaves_the_delimiter(tmp_path: Path) -> None:
    content = "size,note\n" + "".join(f'{number},"x y; z"\n' for number in range(20)) + '1,"a" b\n'
    with pytest.raises(DataError, match="line 22 has text after a closing quote") as raised:
        learned(tmp_path, content + "".join(f'{number},"x"\n' for number in range(20)))
    assert raised.value.hint is not None
    assert "(delimiter)" in raised.value.hint
