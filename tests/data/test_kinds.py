"""What each column is taken for, and the reason that is given."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.cells import MISSING_WORDS
from mlpcli.data.kinds import infer_columns
from mlpcli.data.schema import Column
from mlpcli.data.source import ReadingSettings
from mlpcli.data.table import open_table
from tests.data.examples import SAMPLES, kinds_of


def kind_of(cells: Any, complete: bool = True) -> tuple[str, str]:
    """Kind and reason of one column, of text unless `cells` is a Series."""
    column = cells if isinstance(cells, pd.Series) else pd.Series(list(cells), dtype="str")
    found = kinds_of(pd.DataFrame({"x": column}), complete)["x"]
    return found.kind, found.reason


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["1", "2.5", "", "?"], "number", "decimal numbers, 2 different"),
        (["1", "2", "2"], "number", "whole numbers, 2 different"),
        (["1", "0", "1"], "number", "whole numbers, 2 different"),
        (["1", "inf"], "number", "decimal numbers, 2 different"),
        (["1", "2", "red"], "category", "text such as 'red', 3 levels"),
        (["yes", "No", ""], "boolean", "only no and yes"),
        (["t", "F"], "boolean", "only f and t"),
        (["no", "maybe"], "category", "text such as 'no', 2 levels"),
        (["x", "x", "x"], "ignore", "the same value in every row"),
        (["3", "3"], "ignore", "the same value in every row"),
        (["yes", "yes"], "ignore", "the same value in every row"),
        (["", "NA", "?"], "ignore", "no value in any row"),
        ([], "ignore", "no value in any row"),
    ],
)
def test_kinds_and_reasons(cells: list[str], kind: str, reason: str) -> None:
    assert kind_of(cells) == (kind, reason)


def test_one_value_and_gaps_say_something() -> None:
    assert kind_of(["x", "", "x"])[0] == "category"
    assert kind_of(["1", "", "1"])[0] == "number"


def test_of_the_first_rows_of_a_table_nothing_is_called_constant_or_empty_or_duplicate() -> None:
    assert kind_of(["3", "3"], complete=False)[0] == "number"
    assert kind_of(["", ""], complete=False) == ("category", "no value in the rows looked at")
    both = kinds_of(pd.DataFrame({"a": ["1", "2"], "b": ["1", "2"]}), complete=False)
    assert [column.kind for column in both.values()] == ["number", "number"]


NUMBERED = [str(number) for number in np.random.default_rng(0).permutation(20) + 100]


def test_unique_and_consecutive_whole_numbers_are_an_identifier() -> None:
    identifier = ("ignore", "unique, consecutive whole numbers: an identifier")
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
        (20, 20, "ignore"),
        (100, 96, "ignore"),
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
    if kind == "ignore":
        assert reason == f"text that differs in {distinct} of {rows} rows: an identifier"


def test_duplicates_name_the_first() -> None:
    cells = ["1", "", "3"]
    found = kinds_of(pd.DataFrame({"a": cells, "b": cells, "c": ["1", "2", "3"], "[/b]": cells}, dtype="str"))
    assert [column.kind for column in found.values()] == ["number", "ignore", "number", "ignore"]
    assert found["[/b]"].reason == "duplicate of 'a'"


def test_a_chosen_kind_wins() -> None:
    table = pd.DataFrame({"a": ["1", "1"], "b": ["1", "1"], "c": ["1", "2"], "d": ["1", "2"]}, dtype="str")
    found = kinds_of(table, a="number", b="category", d="category")
    assert [column.kind for column in found.values()] == ["number", "category", "number", "category"]
    assert found["b"] == Column("b", "category", "chosen by --kind")
    assert kinds_of(table, c="ignore")["c"].kind == "ignore"


def test_more_missing_words_and_the_decimal_comma() -> None:
    table = pd.DataFrame({"x": ["1,5", "-", "2,5"]}, dtype="str")
    assert infer_columns(table, MISSING_WORDS, ".", {}, True)[0].kind == "category"
    assert infer_columns(table, MISSING_WORDS | {"-"}, ",", {}, True)[0].kind == "number"


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
    "times": (pd.date_range("2020", periods=3), "category"),
    "dates": ([datetime.date(2020, 1, day) for day in (1, 2, 2)], "category"),
    "durations": (pd.to_timedelta([1, 2, 2], unit="s"), "category"),
}


@pytest.mark.parametrize(("cells", "kind"), TYPED.values(), ids=TYPED)
def test_kinds_of_typed_columns(cells: Any, kind: str) -> None:
    assert kind_of(pd.Series(cells))[0] == kind


def test_long_cells_are_shortened_in_the_reason() -> None:
    assert len(kind_of(["x" * 1000, "y"])[1]) < 100


def test_kinds_of_a_sample_table() -> None:
    with open_table([str(SAMPLES / "auto_mpg.csv")], ReadingSettings(), MISSING_WORDS) as table:
        found = infer_columns(table.sample, MISSING_WORDS, ".", {}, table.complete)
    assert {column.name: column.kind for column in found} == {
        "Name": "category",
        "Miles_per_Gallon": "number",
        "Cylinders": "number",
        "Displacement": "number",
        "Horsepower": "number",
        "Weight_in_lbs": "number",
        "Acceleration": "number",
        "Year": "category",
        "Origin": "category",
    }
