"""Any column that pandas writes, in any form that it knows, comes back with the same values and gaps."""

import csv
import datetime
import io
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.examples import reading_of, write
from tests.workflows.messy import all_rows, described, gaps, kind_of

sampled = settings(max_examples=20, derandomize=True, database=None, deadline=None)
FEWEST = 12
QUOTING = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
ABSENT_ANYWHERE = st.sampled_from(["", "NA", "N/A", "null", "None", "NaN", "?", "#N/A", "<NA>"])
ABSENT = ABSENT_ANYWHERE | st.sampled_from(["-", "unknown", "n.d.", "\\N", "..", " - ", "Unknown"])
"""In columns of numbers, dates, booleans and durations."""


def cells_of(column: "pd.Series[Any]", **options: Any) -> list[str]:
    """The cells of a column as pandas writes them, which for one column puts quotes around an empty one."""
    separator = options.get("sep", ",")
    text = pd.DataFrame({"x": column, "end": 1}).to_csv(index=False, **options)
    return [row[0] for row in csv.reader(io.StringIO(text), delimiter=separator)][1:]


@st.composite
def with_gaps(draw: st.DrawFn, values: Sequence[Any], further: st.SearchStrategy[Any]) -> list[Any]:
    """Some given values, further ones, and up to a third of gaps, in any order."""
    present = [*values, *draw(st.lists(further, min_size=FEWEST, max_size=30))]
    absent = [None] * draw(st.integers(0, len(present) // 2))
    return draw(st.permutations([*present, *absent]))


def came_back(cells: list[str], kind: str, wanted: Sequence[float | None], tolerance: float = 1e-12) -> None:
    read = reading_of(cells)
    assert read.kind == kind, read.reason
    assert [value is None for value in read.values] == [value is None for value in wanted]
    assert [value for value in read.values if value is not None] == pytest.approx(
        [value for value in wanted if value is not None], rel=tolerance, abs=0 if kind == "number" else 2e-6
    )


AMOUNTS = with_gaps(
    [0.25, 1.5, 12.75, 1234.5, -7.25, 1e5], st.integers(-(10**9), 10**9).map(lambda n: n / 100)
)


@sampled
@given(
    AMOUNTS,
    ABSENT,
    QUOTING,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["%.2f", "%.4f", "%.11e"]),
)
def test_floats(values: list[Any], absent: str, quoting: Any, separator: str, format: str) -> None:
    wanted = [None if each is None else float(format % each) for each in values]
    column = pd.Series(values, dtype="float64")
    cells = cells_of(column, sep=separator, na_rep=absent, quoting=quoting, float_format=format)
    came_back(cells, "number", wanted)


@sampled
@given(AMOUNTS, ABSENT, st.sampled_from([";", "\t"]))
def test_decimal_commas(values: list[Any], absent: str, separator: str) -> None:
    column = pd.Series(values, dtype="float64")
    cells = cells_of(column, sep=separator, na_rep=absent, decimal=",", float_format="%.2f")
    came_back(cells, "number", [None if each is None else float(f"{each:.2f}") for each in values])


@sampled
@given(with_gaps([5, -12, 1200, 10**6, 0, 77], st.integers(-(2**53) + 1, 2**53 - 1)), ABSENT, st.booleans())
def test_whole_numbers(values: list[Any], absent: str, as_floats: bool) -> None:
    if as_floats:
        wanted = [None if each is None else float(each % 10**6) for each in values]
        came_back(cells_of(pd.Series(wanted, dtype="float64"), na_rep=absent), "number", wanted)
    else:
        column = pd.Series(values, dtype="Int64")
        came_back(cells_of(column, na_rep=absent), "number", values)


@sampled
@given(
    AMOUNTS,
    ABSENT,
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), (" ", ".")]),
    st.sampled_from(["{}", "{} €", "$ {}", "${}", "EUR {}", "{} kg", "{}kg", "{} %", "{}%"]),
    st.sampled_from(["minus", "accounting", "behind"]),
)
def test_numbers_as_people_write_them(
    values: list[Any], absent: str, marks: tuple[str, str], around: str, sign: str
) -> None:
    def written(value: float) -> str:
        digits = f"{abs(value):,.2f}".translate(str.maketrans(",.", "".join(marks)))
        if value >= 0:
            return around.format(digits)
        if sign == "accounting" and "%" not in around and "kg" not in around:
            return f"({around.format(digits)})"
        if sign == "behind" and around == "{}":
            return f"{digits}-"
        return around.format(f"-{digits}")

    column = pd.Series([None if each is None else written(each) for each in values], dtype="object")
    wanted = [None if each is None else float(f"{each:.2f}") for each in values]
    came_back(cells_of(column, na_rep=absent, sep=";"), "number", wanted)


ALWAYS = [
    datetime.datetime(*each)
    for each in ((1999, 12, 31), (2004, 2, 29, 23, 59, 59), (2019, 7, 23, 1, 45, 7), (1971, 1, 13, 12))
]
MOMENTS = with_gaps(
    ALWAYS,
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2060, 1, 1)).map(
        lambda each: each.replace(microsecond=0)
    ),
)
DATE_FORMATS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%m-%d-%y", "%d-%m-%y", "%y-%m-%d", "%y.%m.%d"),
    *("%d%b%Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%B %d %Y", "%B %d, %Y", "%b %d %Y", "%A, %B %d, %Y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S,%f", "%d/%b/%Y:%H:%M:%S +0000"),
    *("%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d%b%Y %H:%M:%S", "%d%b%Y:%H:%M:%S", "%B %Y", "%Y-%m"),
]


@sampled
@given(MOMENTS, ABSENT, st.sampled_from(DATE_FORMATS), QUOTING)
def test_dates(values: list[Any], absent: str, format: str, quoting: Any) -> None:
    column = pd.Series(values, dtype="datetime64[s]")
    wanted: list[float | None] = []
    for each in values:
        read = None if each is None else datetime.datetime.strptime(each.strftime(format), format)
        wanted.append(None if read is None else read.replace(tzinfo=datetime.UTC).timestamp())
    cells = cells_of(column, na_rep=absent, date_format=format, quoting=quoting)
    came_back(cells, "date", wanted)


SPANS = with_gaps(
    [
        datetime.timedelta(days=2, hours=3),
        datetime.timedelta(hours=1),
        datetime.timedelta(days=400, seconds=7),
    ],
    st.timedeltas(datetime.timedelta(days=-1000), datetime.timedelta(days=1000)).map(
        lambda each: each - each % datetime.timedelta(seconds=1)
    ),
)


@sampled
@given(SPANS, ABSENT, st.sampled_from(["pandas", "ISO", "clock"]))
def test_durations(values: list[Any], absent: str, form: str) -> None:
    wanted = [None if each is None else each.total_seconds() for each in values]
    if form != "pandas":  # which alone has a sign that others know
        wanted = [None if each is None else abs(each) for each in wanted]
    spans = [None if each is None else pd.Timedelta(seconds=each) for each in wanted]
    column: Any = pd.Series(spans, dtype="timedelta64[s]")
    if form == "ISO":
        column = pd.Series([None if each is None else each.isoformat() for each in spans], dtype="object")
    elif form == "clock":
        clocks = [None if each is None else divmod(int(each), 60) for each in wanted]
        column = pd.Series(
            [None if each is None else f"{each[0] // 60}:{each[0] % 60:02}:{each[1]:02}" for each in clocks],
            dtype="object",
        )
    came_back(cells_of(column, na_rep=absent), "number", wanted)


@sampled
@given(
    with_gaps([True, False], st.booleans()),
    ABSENT,
    st.sampled_from(
        [("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), ("Y", "N"), ("t", "f"), ("true", "0")]
    ),
)
def test_booleans(values: list[Any], absent: str, words: tuple[str, str]) -> None:
    column = pd.Series([None if each is None else words[not each] for each in values], dtype="object")
    cells = cells_of(column, na_rep=absent)
    came_back(cells, "boolean", [None if each is None else float(each) for each in values])


BLANKS = st.sampled_from(["", " ", "  ", "\u00a0", "\t"])
LEVELS = st.sampled_from(["rot", "Grün", "Zürich", "a b", "-", "unknown", "n.d.", "007", "x,y", 'say "so"'])


@sampled
@given(
    with_gaps(["rot", "rot", "Grün", "Grün"], st.tuples(BLANKS, LEVELS, BLANKS).map("".join)),
    ABSENT_ANYWHERE,
    st.sampled_from(["NFC", "NFD"]),
)
def test_levels(values: list[Any], absent: str, form: Any) -> None:
    written = [
        each if each is None or row % 2 else unicodedata.normalize(form, each)
        for row, each in enumerate(values)
    ]
    read = reading_of(cells_of(pd.Series(written, dtype="object"), na_rep=absent))
    wanted = {unicodedata.normalize("NFC", each).strip() for each in written if each is not None}
    assert read.kind == "category", read.reason
    assert {unicodedata.normalize("NFC", level) for level in read.levels} == wanted
    assert len(read.levels) == len(wanted)


@settings(sampled, max_examples=20)
@given(
    st.integers(FEWEST * 2, 40),
    st.integers(0, 2**32 - 1),
    ABSENT,
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ","), ("\t", ".")]),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%m/%d/%Y", "%d%b%Y"]),
    QUOTING,
)
def test_whole_tables(
    tmp_path_factory: pytest.TempPathFactory,
    rows: int,
    seed: int,
    absent: str,
    marks: tuple[str, str],
    date_format: str,
    quoting: Any,
) -> None:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "amount": random.normal(0, 1000, rows).round(2),
            "day": pd.Timestamp("2001-02-03") + pd.to_timedelta(random.permutation(9_000)[:rows], unit="D"),
            "flag": pd.Series(random.random(rows) < 0.5, dtype="object"),
            "span": pd.to_timedelta(random.integers(0, 10**7, rows), unit="s"),
        }
    )
    table.loc[0, "day"], table.loc[:1, "flag"] = pd.Timestamp("2019-07-23"), [True, False]
    for name in table:
        table.loc[(random.random(rows) < 0.2) & (np.arange(rows) > 1), name] = None
    table["y"] = random.normal(size=rows).round(3) + 0.5
    text = table.to_csv(
        index=False,
        sep=marks[0],
        decimal=marks[1],
        na_rep=absent,
        date_format=date_format,
        quoting=quoting,
        float_format="%.2f",
    )
    found = all_rows(write(tmp_path_factory.mktemp("written"), "table.csv", text), scaling="none")
    kinds = {"amount": "number", "day": "date", "flag": "boolean", "span": "number"}
    assert {name: kind_of(found, name) for name in kinds} == kinds
    assert {name: gaps(found, name) for name in kinds} == {
        name: int(table[name].isna().sum()) for name in kinds
    }
    assert described(found, "amount")["range"] == pytest.approx(
        [table["amount"].min(), table["amount"].max()]
    )
    seconds = table["span"].dt.total_seconds()
    assert described(found, "span")["range"] == pytest.approx([seconds.min(), seconds.max()])
    assert found.parts["train"].truth[:, 0] == pytest.approx([float(f"{y:.2f}") for y in table["y"]])
    values = table["amount"].to_numpy()
    there = ~np.isnan(values)
    assert found.parts["train"].features[there, 0] == pytest.approx(values[there], rel=1e-6)
