"""What each column is taken for, and the reason that is given."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.columns.kinds import infer_columns
from mlpcli.data.columns.readings import MISSING_WORDS, Reading
from mlpcli.data.columns.settling import settle
from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.schema import Column
from tests.data.examples import SAMPLES, frame_of, kinds_of


def kind_of(cells: Any) -> tuple[str, str]:
    """Kind and reason of one column, of text unless `cells` is a Series."""
    column = cells if isinstance(cells, pd.Series) else pd.Series(list(cells), dtype="str")
    found = kinds_of(pd.DataFrame({"x": column}))["x"]
    return found.kind, found.reason


def of_sample(**cells: list[str]) -> list[Column]:
    """What a sample of these texts says, before all rows are seen."""
    return infer_columns(frame_of(cells), list(cells), {})


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["1", "2.5", "", "?"], "number", "decimal numbers, 2 distinct"),
        (["1", "2", "2"], "number", "whole numbers, 2 distinct"),
        (["1", "0", "1"], "number", "whole numbers, 2 distinct"),
        (["1", "inf"], "number", "decimal numbers, 2 distinct"),
        (["1", "2", "red"], "category", "text such as 'red', 3 distinct values"),
        (["yes", "No", ""], "boolean", "only no and yes"),
        (["t", "F"], "boolean", "only f and t"),
        (["no", "maybe"], "category", "text such as 'no', 2 distinct values"),
        (["x", "x", "x"], "constant", "the same value in every row"),
        (["3", "3"], "constant", "the same value in every row"),
        (["yes", "yes"], "constant", "the same value in every row"),
        (["", "NA", "?"], "constant", "no value in any row"),
        ([], "constant", "no value in any row"),
        (["$1,200", "900", "$-5"], "number", "whole numbers in $, 3 distinct"),
        (["$1,200", "900 €"], "category", "text such as '$1,200', 2 distinct values"),
        (["2020-01-31", "2020-02-01"], "date", "dates such as '2020-01-31'"),
        (
            ["1/2/2020", "3/4/2020"],
            "date",
            "dates such as '1/2/2020', '1/2/2020' read as month/day/year (2020-01-02); "
            "day/month/year (2020-02-01) is also possible",
        ),
        (["1/2/2020", "31/5/2020", "30/4/2020"], "date", "dates such as '1/2/2020'"),
        (["2020-01-31", "31.01.2020"], "date", "dates such as '2020-01-31', in 2 formats"),
    ],
)
def test_kinds_and_reasons(cells: list[str], kind: str, reason: str) -> None:
    assert kind_of(cells) == (kind, reason)


def test_one_value_and_gaps_say_something() -> None:
    assert kind_of(["x", "", "x"])[0] == "category"
    assert kind_of(["1", "", "1"])[0] == "number"


def test_of_a_sample_nothing_is_called_constant_or_empty_or_duplicate() -> None:
    assert of_sample(x=["", ""]) == [Column("x", "category", "no value in the rows examined")]
    assert [column.kind for column in of_sample(a=["3", "3"], b=["3", "3"])] == ["number", "number"]


NUMBERED = [str(number) for number in np.random.default_rng(0).permutation(20) + 100]


def test_unique_and_consecutive_whole_numbers_are_an_identifier() -> None:
    identifier = ("identifier", "unique, consecutive whole numbers: an identifier")
    assert kind_of(NUMBERED) == identifier
    assert kind_of([*NUMBERED, ""]) == identifier
    assert kind_of(pd.Series(range(20))) == identifier
    assert kind_of(pd.Series(range(20)).astype("float")) == identifier


@pytest.mark.parametrize(
    "cells",
    [
        NUMBERED[:19],
        [*NUMBERED, "100"],
        [*NUMBERED, "121"],
        [f"{number / 10}" for number in range(20)],
        [*NUMBERED[1:], "100.5"],
    ],
    ids=["few", "one twice", "with a hole", "decimals", "one decimal"],
)
def test_numbers_that_are_no_identifier(cells: list[str]) -> None:
    assert kind_of(cells)[0] == "number"


@pytest.mark.parametrize(
    ("rows", "distinct", "kind"),
    [
        (20, 20, "identifier"),
        (100, 96, "identifier"),
        (100, 95, "category"),
        (19, 19, "category"),
        (20, 19, "category"),
    ],
)
def test_text_that_is_unique_in_over_95_percent_of_rows_is_an_identifier(
    rows: int, distinct: int, kind: str
) -> None:
    cells = [f"name {min(row, distinct - 1)}" for row in range(rows)]
    found, reason = kind_of(cells)
    assert found == kind
    if kind == "identifier":
        assert reason == f"text, {distinct} distinct values in {rows} rows: an identifier"


def test_duplicates_name_the_first() -> None:
    cells = ["1", "", "3"]
    found = kinds_of(pd.DataFrame({"a": cells, "b": cells, "c": ["1", "2", "3"], "[/b]": cells}, dtype="str"))
    assert [column.kind for column in found.values()] == ["number", "duplicate", "number", "duplicate"]
    assert found["[/b]"].reason == "duplicate of 'a'"


def test_a_chosen_kind_wins() -> None:
    table = pd.DataFrame({"a": ["1", "1"], "b": ["1", "1"], "c": ["1", "2"], "d": ["1", "2"]}, dtype="str")
    found = kinds_of(table, a="number", b="category", d="category")
    assert [column.kind for column in found.values()] == ["number", "category", "number", "category"]
    assert found["b"] == Column("b", "category", "chosen by the user")
    assert kinds_of(table, c="ignore")["c"].kind == "ignore"


def test_more_missing_words_and_the_decimal_comma() -> None:
    table = pd.DataFrame({"x": ["1,5", "gone", "2,5"]}, dtype="str")
    assert infer_columns(frame_of(table), ["x"], {})[0].kind == "category"
    reading = Reading(MISSING_WORDS | {"gone"}, ",")
    assert infer_columns(frame_of(table, reading), ["x"], {})[0].kind == "number"


TYPED: dict[str, tuple[Any, str]] = {
    "floats": ([1.5, 2.0, None], "number"),
    "nullable integers": (pd.array([1, None, 2], dtype="Int64"), "number"),
    "booleans": ([True, False, True], "boolean"),
    "nullable booleans": (pd.array([True, None, False], dtype="boolean"), "boolean"),
    "boolean objects": (pd.Series([True, None, False], dtype=object), "boolean"),
    "integer objects": (pd.Series([1, None, 2], dtype=object), "number"),
    "mixed objects": (pd.Series([1, "a", True], dtype=object), "category"),
    "decimals": ([Decimal("1.5"), Decimal("2.5"), None], "number"),
    "categories": (pd.Categorical(["u", None, "v"]), "category"),
    "times": (pd.date_range("2020", periods=3), "date"),
    "dates": ([datetime.date(2020, 1, day) for day in (1, 2, 2)], "date"),
    "durations": (pd.to_timedelta([1, 2, 2], unit="s"), "number"),
}


@pytest.mark.parametrize(("cells", "kind"), TYPED.values(), ids=TYPED)
def test_kinds_of_typed_columns(cells: Any, kind: str) -> None:
    assert kind_of(pd.Series(cells))[0] == kind


def test_long_cells_are_shortened_in_the_reason() -> None:
    assert len(kind_of(["x" * 1000, "y"])[1]) < 100


def test_kinds_of_a_sample_table() -> None:
    with open_table([str(SAMPLES / "auto_mpg.csv")], ReadingSettings()) as table:
        found = infer_columns(table.sample, table.columns, {})
    assert {column.name: column.kind for column in found} == {
        "Name": "category",
        "Miles_per_Gallon": "number",
        "Cylinders": "number",
        "Displacement": "number",
        "Horsepower": "number",
        "Weight_in_lbs": "number",
        "Acceleration": "number",
        "Year": "date",
        "Origin": "category",
    }


def test_dates_may_have_one_cell_in_ten_that_is_none() -> None:
    dates = [f"2020-01-{day:02}" for day in range(1, 19)]
    assert kind_of([*dates, "later", "never"])[0] == "date"
    assert kind_of([*dates[1:], "later", "never", "then"])[0] != "date"


def test_words_without_a_text() -> None:
    """The same words in every cell, or none that is twice."""
    cells = [f"the house number {number} in the street" for number in range(20)]
    few = ("identifier", "7 words on average in only 20 cells, too few for a text")
    said = ("identifier", "7 words on average, too few of which repeat and differ for a text")
    assert kind_of(cells) == few
    assert kind_of([f"the house number {number} in the street" for number in range(200)]) == said
    assert kind_of([" ".join(f"w{row}{place}" for place in "abcdefg") for row in range(200)]) == said
    assert kind_of(cells[:19])[0] == "category"
    assert kind_of(cells[:5] * 4)[0] == "category"


ROWS = 25_000


def test_what_all_rows_say_counts_not_what_a_sample_says() -> None:
    numbers = np.random.default_rng(0).normal(size=ROWS).round(3)
    table = {
        "a": numbers,
        "twin": numbers,
        "late": np.where(np.arange(ROWS) == ROWS - 1, 0.5, numbers),
        "one": np.ones(ROWS),
        "last": (np.arange(ROWS) == ROWS - 1) * 1.0,
        "u": ["x", "y"] * (ROWS // 2),
        "v": ["x", "y"] * (ROWS // 2),
        "w": [*(["x", "y"] * (ROWS // 2))[:-1], "z"],
    }
    columns = infer_columns(frame_of(table).take(slice(0, 1000)), list(table), {})
    assert {column.kind for column in columns} == {"number", "category"}
    settled = {column.name: column for column in settle(columns, frame_of(table)).columns}
    assert {name: column.kind for name, column in settled.items()} == {
        "a": "number",
        "twin": "duplicate",
        "late": "number",
        "one": "constant",
        "last": "number",
        "u": "category",
        "v": "duplicate",
        "w": "category",
    }
    assert settled["twin"].reason == "duplicate of 'a'"


def test_numbers_that_are_text_further_down_are_text() -> None:
    sample = {"x": ["1", "2", "3"], "y": ["1", "2", "4"]}
    columns = infer_columns(frame_of(sample), ["x", "y"], {})
    later = frame_of({"x": ["1", "?", "red", "3", "red"], "y": ["1", "2", "4", "", "3"]})
    found = settle(columns, later)
    assert [column.kind for column in found.columns] == ["category", "number"]
    strays = found.strays["x"]
    assert (strays.row, strays.cell, dict(strays.words)) == (2, "'red'", {"red": 2})


def test_a_number_by_choice_stays_one() -> None:
    frame = frame_of({"x": ["1", "red"]})
    found = settle([Column("x", "number", "chosen by the user")], frame)
    assert (found.columns[0].kind, dict(found.strays["x"].words)) == ("number", {"red": 1})
