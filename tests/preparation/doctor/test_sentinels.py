"""Values that stand for a missing one are named; values that only look so are not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.workflows.examples import prepared
from tests.workflows.messy import MESSY

ROWS = 300
RANDOM = np.random.default_rng(0)
SPEED = RANDOM.gamma(3, 2, ROWS).round(2)
DAYS = pd.Timestamp("2019-01-01") + pd.to_timedelta(RANDOM.permutation(900)[:ROWS], unit="D")


def found(cells: Any, rows: Any, value: Any) -> list[str]:
    """What is said of a column that holds a value in some rows."""
    column = pd.Series(cells).astype(object)
    column[list(rows)] = value
    table = pd.DataFrame({"x": RANDOM.normal(size=ROWS), "column": column.infer_objects(), "y": SPEED + 1})
    findings = prepared(table, target="y").findings
    return [f"{each.text} ({each.advice})" for each in findings if each.kind == "sentinel"]


@pytest.mark.parametrize("value", [-1, -9, -99, -999, -9999, -999.25, 999, 9999, 99999, 1e30, -1e30])
def test_numbers_that_mean_nothing_is_known(value: float) -> None:
    (said,) = found(SPEED, range(0, 60, 5), value)
    assert said.startswith(f"column 'column' is {value:g} in 12 of 300 rows and from ")
    assert said.endswith(f". Missing value? (missing {value:g} reads it as missing in every column)")


def test_two_of_them_in_one_column() -> None:
    cells = SPEED.copy()
    cells[:10] = -999
    first, second = found(cells, range(20, 30), -9999)
    assert "is -9999 in 10 of 300 rows" in first
    assert "is -999 in 10 of 300 rows" in second


@pytest.mark.parametrize(
    ("cells", "rows", "value"),
    [
        (SPEED, range(2), -999),
        (SPEED - 5, range(10), -1),
        (RANDOM.integers(0, 9, ROWS), range(10), -1),
        (RANDOM.normal(0, 500, ROWS), range(10), -999),
        (RANDOM.normal(0, 5000, ROWS), range(10), 9999),
        (RANDOM.gamma(2, 9000, ROWS), range(10), 99999),
        (SPEED, range(10), 0),
        (SPEED, range(10), 60),
        (np.zeros(ROWS), range(10), 999),
    ],
    ids=[
        *("not repeated", "others are below", "whole numbers from -1 on", "within the range"),
        *("not far", "a top code", "a zero", "no conventional value", "two values only"),
    ],
)
def test_numbers_that_are_values(cells: Any, rows: Any, value: float) -> None:
    assert found(cells, rows, value) == []


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y"])
@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01", "2099-12-31"])
def test_dates_that_mean_nothing_is_known(day: str, form: str) -> None:
    cell = pd.Timestamp(day).strftime(form)
    (said,) = found(DAYS.strftime(form), range(0, 60, 5), cell)
    assert said.startswith(f"column 'column' is {cell} in 12 of 300 rows and from 2019-01-")
    assert f"(missing {cell} reads" in said


def test_dates_that_are_dates() -> None:
    assert found(DAYS.strftime("%Y-%m-%d"), range(2), "1970-01-01") == []
    years = pd.Timestamp("1870-01-01") + pd.to_timedelta(RANDOM.integers(0, 55_000, ROWS), unit="D")
    assert found(years.strftime("%Y-%m-%d"), range(10), "1900-01-01") == []


def test_a_target_that_holds_one() -> None:
    table = pd.DataFrame({"x": RANDOM.normal(size=ROWS), "y": SPEED})
    table.loc[:20, "y"] = -999
    (said,) = [each.text for each in prepared(table, target="y").findings if each.kind == "sentinel"]
    assert said.startswith("target 'y' is -999 in 21 of 300 rows")


def test_a_table_of_a_sensor() -> None:
    table = str(MESSY / "sentinel.csv")
    (said,) = [each for each in prepared(table, target="power").findings if each.kind == "sentinel"]
    assert said.text.startswith("column 'speed' is -999 in 12 of 240 rows and from 0 to 10 in the others")
    assert said.advice.startswith("missing -999")
    told = prepared(table, target="power", missing="-999")
    assert not [each for each in told.findings if each.kind == "sentinel"]
    assert told.counts["table"].missing == {"speed": 12}
