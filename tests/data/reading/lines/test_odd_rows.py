"""Rows that are no data are left out of what is learned from or measured, and named; `predict` keeps them."""

import gzip
import sys
from pathlib import Path

import pytest

from mlpcli.data.reading.new_rows import Known
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.errors import DataError
from tests.data.examples import file_table, stdin_of, write
from tests.data.reading.lines.tables import BODY, HEADER, NAMES, ROWS, learned, text

CLEAN = [HEADER, *ROWS]
CITIES = [
    ["city", "rent", "rooms"],
    *([f"city {number}", f"{number * 10}.5", str(number)] for number in range(1, 13)),
]
WAYS = "none keeps all rows)"


@pytest.mark.parametrize("row", ["m/s,kg,-", "[mm],(kg),%", "km/h,W m-2,", "m s^-1,µg/m³,grade of all"])
def test_units_below_the_header(tmp_path: Path, row: str) -> None:
    rows, notes = learned(tmp_path, NAMES + row + "\n" + BODY)
    assert (rows, notes) == (CLEAN, [f"line 2 contains units, skipped (skip_rows 2; {WAYS}"])


@pytest.mark.parametrize(
    "row", ["float,float,str", "float64,float64,object", "numeric,numeric,text", "c,c,d"]
)
def test_types_below_the_header(tmp_path: Path, row: str) -> None:
    rows, notes = learned(tmp_path, NAMES + row + "\n" + BODY)
    assert rows == CLEAN
    assert [note.startswith("line 2 contains types") for note in notes] == [True]


def test_types_of_words_alone(tmp_path: Path) -> None:
    table = [["a", "b"], *([letter, letter * 2] for letter in "xyzxyz")]
    assert learned(tmp_path, "a,b\nstr,str\n" + text(table[1:]))[0] == table


def test_the_two_rows_of_orange_below_the_header(tmp_path: Path) -> None:
    assert learned(tmp_path, NAMES + "c,c,d\n,,class\n" + BODY)[0] == CLEAN


def test_descriptions_below_the_header_may_be_the_header(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, NAMES + "Speed of it,Load on it,Its grade\n" + BODY)
    assert rows == CLEAN
    assert notes == [
        "line 2 has words above columns of numbers, skipped "
        "(skip_rows 2; none keeps it, skip 1 makes it the header)"
    ]


@pytest.mark.parametrize("row", ["unknown,unknown,low", "4.1,kg,low", "n,1.2,mid", "4.1,,", "-,-,low"])
def test_a_first_row_of_data_stays(tmp_path: Path, row: str) -> None:
    rows, notes = learned(tmp_path, NAMES + row + "\n" + BODY)
    assert (rows[1:], notes) == ([row.split(","), *ROWS], [])


@pytest.mark.parametrize(
    "again", [NAMES, " speed,load , grade\n", '"speed","load","grade"\n', "\ufeffspeed,load,grade\n"]
)
def test_the_header_again(tmp_path: Path, again: str) -> None:
    rows, notes = learned(tmp_path, NAMES + BODY + again + BODY + NAMES)
    assert rows == [HEADER, *ROWS, *ROWS]
    line = len(ROWS) + 2
    last = 2 * len(ROWS) + 3
    assert notes == [f"lines {line}, {last} repeat the header, skipped (skip_rows {line},{last}; {WAYS}"]


@pytest.mark.parametrize(
    "row",
    ["Total,3.2,", "Summe:,,", "Total général,1,low", "合計,1,2", "Итого,7,", "Grand total,1,"],
)
def test_totals_over_numbers(tmp_path: Path, row: str) -> None:
    rows, notes = learned(tmp_path, NAMES + BODY + row + "\n")
    line = len(ROWS) + 2
    assert (rows, notes) == (CLEAN, [f"line {line} is a total, skipped (skip_rows {line}; {WAYS}"])


@pytest.mark.parametrize(
    "rows", [["Total,786,78"], ["Mean,65.5,6.5"], ["Sum,786,78", "Average,65.50,6.5"], [",786,78"]]
)
def test_totals_beside_words_are_those_of_their_columns(tmp_path: Path, rows: list[str]) -> None:
    assert learned(tmp_path, text(CITIES) + "\n".join(rows))[0] == CITIES


def test_an_average_that_is_none_of_the_column_is_named(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, NAMES + BODY + ",Average,low\n")
    assert rows == [*CLEAN, ["", "Average", "low"]]
    assert notes == ["line 14 looks like a total, but is kept as a row (skip_rows 14 skips it)"]


@pytest.mark.parametrize(
    "content",
    [
        "agg,n,y\nmean,1,2\nmax,2,3\nsum,3,4\n",
        "value,Total,my_col\ntrue,max,green\n",
        "word,n\n" + "".join(f"w{number},{number}\n" for number in range(9)) + "mean,\nmax,\nmin,\n",
        "name,x,y\n" + "".join(f"Anna{number},{number},{number % 3}\n" for number in range(9)) + "Max,,\n",
        "a,b\n1,2\n2,3\n3,4\n4,1\n5,2\n15,\n",
        "t,b\n1,2\n2,3\n4,4\n8,1\n16,2\n31,\n",
        "sex,age\nm,\n1,3\n0,4\n1,5\n0,2\n",
        "flag,x\nt,\n1,2\n0,3\n1,4\n1,5\n",
        "a,b\nm,x\n1,y\n3,z\n5,y\n7,z\n",
        "x,f\nmin,a\n1,b\n2,c\n3,d\n4,e\n",
        "p,q\n<LOD>,<LOD>\n1.5,2.5\n2.5,1\n3,2\n4,4\n",
        "p,q,r\n[redacted],,x\n1.5,2.5,y\n2.5,1,z\n3,2,u\n4,4,v\n",
        "a,b,c\n<5,<3,x\n" + "12.3,45.6,y\n" * 20,
        "a,b,c\npending,unclear,x\n" + "12.3,45.6,y\n" * 20,
        "event,secs\nbegin,1\nrun,2\nstop,4\nwalk,3\nend,\n",
        "tag,n\n" + "".join(f"#tag{number},{number}\n" for number in range(9)) + "#sun,\n",
        "word,tag\nnoun,n\nword,tag\nverb,v\nword,w\nadverb,n\n",
    ],
)
def test_rows_of_small_tables_are_data(tmp_path: Path, content: str) -> None:
    rows, _ = learned(tmp_path, content)
    assert rows == [line.split(",") for line in content.splitlines()]


@pytest.mark.parametrize("row", ["Total,800,78.9", "total,12.5,3"])
def test_a_total_that_is_none_of_the_column_is_named(tmp_path: Path, row: str) -> None:
    rows, notes = learned(tmp_path, text(CITIES) + row + "\n")
    assert rows == [*CITIES, row.split(",")]
    assert notes == ["line 14 looks like a total, but is kept as a row (skip_rows 14 skips it)"]


def test_a_level_named_total_is_data(tmp_path: Path) -> None:
    table = [["sector", "n"], *([sector, str(number)] for number in range(6) for sector in ("A", "Total"))]
    assert learned(tmp_path, text(table)) == (table, [])


@pytest.mark.parametrize("row", [",786.5,78", ",55,78", "city 13,,", ",,"])
def test_a_last_row_with_gaps_is_data(tmp_path: Path, row: str) -> None:
    assert learned(tmp_path, text(CITIES) + row + "\n") == ([*CITIES, row.split(",")], [])


def test_totals_of_decimal_commas_and_groups(tmp_path: Path) -> None:
    rows = [["city", "rent"], *([f"c{number}", f"{number},5"] for number in range(1, 9))]
    assert learned(tmp_path, text(rows, ";") + "Summe;40\n")[0] == rows
    rows = [["city", "rent"], *([f"c{number}", f"{number},500"] for number in range(1, 9))]
    assert learned(tmp_path, text(rows, ";") + 'Total;"40,000"\n')[0] == rows


@pytest.mark.parametrize("end", ["Total,3462.73\n", "Total\n", "\nTotal,5,6,7\n"])
def test_totals_with_another_number_of_cells(tmp_path: Path, end: str) -> None:
    assert learned(tmp_path, NAMES + BODY + end)[0] == CLEAN


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("(12 rows affected)\n", "(12 rows affected)"),
        ("\nSource: World Bank, 2024\n\n", "Source: World Bank, 2024"),
        ("-- end --", "-- end --"),
        ("# written by a logger\n", "# written by a logger"),
        ("\n\nAll values are estimates.\n", "All values are estimates."),
        ("Prepared by the lab\n", "Prepared by the lab"),
    ],
)
def test_footers(tmp_path: Path, end: str, said: str) -> None:
    rows, notes = learned(tmp_path, NAMES + BODY + end)
    line = len(ROWS) + 2 + len(end) - len(end.lstrip("\n"))
    assert rows == CLEAN
    assert notes == [f"line {line} ({said!r}) is not part of the table and is skipped (skip_rows {line})"]


def test_footers_filled_up_with_delimiters(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, NAMES + BODY + "Source: World Bank,,\n")
    assert rows == CLEAN
    assert notes == [f"line 14 is a footer, skipped (skip_rows 14; {WAYS}"]


@pytest.mark.parametrize("end", ["4.8", "4.8,1.0\n", "\n4.8\n", "4", "low\n"])
def test_a_row_that_is_cut_short_is_no_footer(tmp_path: Path, end: str) -> None:
    with pytest.raises(DataError, match=r"line 1[45] has [12] fields?, the header has 3"):
        learned(tmp_path, NAMES + BODY + end)


def test_a_footer_in_the_middle_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 15 has 1 field"):
        learned(tmp_path, NAMES + BODY + "\n(12 rows)\n" + BODY)


@pytest.mark.parametrize("names", ["name,age", "a,b,c,d", "Table 2: more\nname,age", "Table 2\n\nname,age"])
def test_another_table_below(tmp_path: Path, names: str) -> None:
    width = names.rpartition("\n")[2].count(",") + 1
    with pytest.raises(DataError, match=r"line 15 has") as raised:
        learned(tmp_path, NAMES + BODY + "\n" + names + "\n" + text([["x", "2", "3", "4"][:width]] * 3))
    assert "split the file, or skip its lines with skip_rows 15-." in raised.value.hint
    content = NAMES + BODY + "\n" + names + "\n" + text([["x", "2", "3", "4"][:width]] * 3)
    assert learned(tmp_path, content, skip_rows="15-") == (CLEAN, [])


def test_another_table_of_the_same_width_below(tmp_path: Path) -> None:
    content = NAMES + BODY + "\npower,torque,kind\n" + BODY
    with pytest.raises(DataError, match="line 15 looks like the header of another table"):
        learned(tmp_path, content)
    assert learned(tmp_path, content, skip_rows="15-") == (CLEAN, [])


def test_only_a_header_and_totals(tmp_path: Path) -> None:
    assert learned(tmp_path, NAMES + "Total,3,\n")[0] == [HEADER]


def test_no_table_of_one_or_two_rows_is_changed(tmp_path: Path) -> None:
    for rows in ([["m", "s", "a"]], [["kg", "m", "x"], ["1", "2", "y"]]):
        assert learned(tmp_path, NAMES + text(rows)) == ([HEADER, *rows], [])


MESSY = "A title\n\n" + NAMES + "m/s,kg,-\n" + BODY + NAMES + BODY + "Total,3,\n\nSource: a book\n"


def test_all_of_it_at_once(tmp_path: Path) -> None:
    rows, notes = learned(tmp_path, MESSY)
    assert rows == [HEADER, *ROWS, *ROWS]
    assert [note.split(",")[0].split(" (")[0] for note in notes] == [
        "the header is line 3",
        "line 32",
        "line 4 contains units",
        "line 17 repeats the header",
        "line 30 is a total",
    ]


def test_given_lines_are_the_only_ones_left_out(tmp_path: Path) -> None:
    content = NAMES + "m/s,kg,-\n" + BODY + "Total,3,\n"
    assert learned(tmp_path, content, skip_rows="2,15") == (CLEAN, [])
    assert len(learned(tmp_path, content, skip_rows="none")[0]) == len(CLEAN) + 2
    assert len(learned(tmp_path, content, skip_rows="2")[0]) == len(CLEAN) + 1


@pytest.mark.parametrize("packed", [False, True])
def test_totals_of_a_file_longer_than_the_sample(tmp_path: Path, packed: bool) -> None:
    rows = "".join(f"{number}.5,{number % 7},{'abc'[number % 3]}\n" for number in range(30_000))
    content = f"{NAMES}{rows}Total,5,\n(30000 rows)\n".encode()
    path = (
        write(tmp_path, "a.csv.gz", gzip.compress(content)) if packed else write(tmp_path, "a.csv", content)
    )
    table = file_table([path])
    frame = table.read(HEADER, {"speed", "load"})
    assert len(frame) == 30_000
    assert table.place(29_999).endswith("line 30,001")
    assert sorted(note.removeprefix(f"{path}: ")[:11] for note in table.notes) == [
        "line 30,002",
        "line 30,003",
    ]


def test_the_header_again_in_a_later_file(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.csv", NAMES + BODY + "Total,3,\n"),
        write(tmp_path, "2.csv", "T\n\n" + NAMES + BODY),
    ]
    table = file_table(paths)
    assert len(table.read(HEADER, ())) == 2 * len(ROWS)
    assert len(table.notes) == 2


def streamed(path: str, *, only_data: bool) -> tuple[list[list[str]], list[str]]:
    known = Known(HEADER)
    with RowStream([path], ReadingSettings(), known=known, only_data=only_data) as stream:
        rows = [row for _, block in stream.chunks(HEADER, ()) if block is not None for row in block.cells()]
        return rows, [note.removeprefix(f"{stream.name}: ") for note in stream.notes]


def test_a_stream_that_is_measured_leaves_them_out(tmp_path: Path) -> None:
    rows, notes = streamed(write(tmp_path, "a.csv", MESSY), only_data=True)
    assert rows == [*ROWS, *ROWS]
    assert len(notes) == 5


def test_a_stream_that_is_predicted_keeps_every_row_of_the_table(tmp_path: Path) -> None:
    rows, notes = streamed(write(tmp_path, "a.csv", MESSY), only_data=False)
    assert rows == [["m/s", "kg", "-"], *ROWS, HEADER, *ROWS, ["Total", "3", ""]]
    assert notes[2:] == [
        "line 4 contains units, but is kept as a row (skip_rows 4 skips it)",
        "line 17 repeats the header, but is kept as a row (skip_rows 17 skips it)",
        "line 30 is a total, but is kept as a row (skip_rows 30 skips it)",
    ]


def test_totals_of_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(MESSY.encode()))
    assert streamed("-", only_data=True)[0] == [*ROWS, *ROWS]


def test_json_lines_are_taken_as_they_are(tmp_path: Path) -> None:
    lines = [f'{{"a": {number}, "b": {number}}}\n' for number in range(6)] + ['{"a": "Total", "b": 15}\n']
    table = file_table([write(tmp_path, "a.jsonl", "".join(lines))])
    assert (len(table.read(["a"], ())), table.notes) == (7, [])


def test_a_first_row_of_data_may_stand_twice(tmp_path: Path) -> None:
    assert len(learned(tmp_path, BODY + BODY)[0]) == 2 * len(ROWS)
