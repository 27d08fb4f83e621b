"""Leaks that are planted in made tables are named, each by one finding; honest tables have none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.errors import DataError
from tests.benchmarks.leaks import HONEST, KINDS, finds
from tests.workflows.examples import prepared

ROWS = 400


def leaks(table: pd.DataFrame, target: str, **settings: Any) -> list[tuple[str, str]]:
    return [
        (each.text, each.advice)
        for each in prepared(table, target=target, **settings).findings
        if each.kind == "leak"
    ]


@pytest.mark.parametrize("number", [False, True], ids=["classes", "number"])
@pytest.mark.parametrize("kind", [*KINDS, *HONEST])
def test_made_tables(kind: str, number: bool) -> None:
    table, target, names = (KINDS | HONEST)[kind](np.random.default_rng([20, number]), ROWS, number)
    right, texts = finds(table, target, names)
    assert right, texts


def churn(seed: int = 0, rows: int = ROWS) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    left = random.random(rows) < 0.3
    table = pd.DataFrame({"x": random.normal(size=rows), "z": random.normal(size=rows)})
    return table.assign(y=np.where(left, "Yes", "No"), left=left, value=random.gamma(2, 30, rows).round(2))


def test_what_is_said_of_a_gap() -> None:
    table = churn()
    table = table.assign(refund=table["value"].where(table["left"])).drop(columns=["left", "value"])
    text = "column 'refund' alone predicts 'y' in 400 of 400 rows, by whether it is missing. Target leak?"
    assert leaks(table, "y") == [(text, "drop refund")]


def test_a_gap_that_one_class_has_always_and_the_other_seldom() -> None:
    random = np.random.default_rng(1)
    table = churn(rows=1000)
    there = table["left"] & (random.random(1000) < 0.95)
    some = table["left"] & (random.random(1000) < 0.5)
    plain = table.drop(columns=["left", "value"])
    ((text, _),) = leaks(plain.assign(refund=table["value"].where(there)), "y")
    assert "'refund' alone predicts 'y'" in text
    assert text.endswith("by whether it is missing. Target leak?")
    assert leaks(plain.assign(refund=table["value"].where(some)), "y") == []


def test_a_column_with_gaps_that_tells_the_class_where_it_has_a_value() -> None:
    table = churn()
    there = np.random.default_rng(2).random(ROWS) < 0.6
    code = pd.Series(np.where(table["left"], "out", "in"), dtype=object).where(there)
    ((text, _),) = leaks(table.drop(columns=["left", "value"]).assign(code=code), "y")
    said = f"column 'code' alone predicts 'y' in {there.sum()} of {there.sum()} rows that have a value"
    assert text == f"{said}. Target leak?"


def test_a_copy_of_a_number_with_gaps() -> None:
    table = churn()
    there = np.random.default_rng(3).random(ROWS) < 0.6
    copy = (table["value"] * 1.19).where(there)
    ((text, _),) = leaks(table.drop(columns=["left", "y"]).assign(gross=copy), "value")
    assert text.startswith("column 'gross' is the target 'value' (correlation 1.0")
    assert text.endswith("in the rows that have a value. Target leak?")


def test_a_gap_of_two_levels_of_a_number() -> None:
    table = churn()
    far = table["value"] + 5_000 * table["left"]
    table = table.assign(note=table["x"].where(table["left"]), value=far).drop(columns=["left", "y"])
    ((text, _),) = leaks(table, "value")
    assert text.startswith("column 'note' explains ")
    assert text.endswith("of the variance of 'value' by whether it is missing. Target leak?")


def test_a_pair_is_no_leak_where_there_are_no_other_inputs() -> None:
    table = churn()[["x", "z"]]
    assert leaks(table.assign(y=table["x"] + table["z"]), "y") == []
    assert leaks(table.assign(y=np.where(table["x"] > table["z"], "a", "b")), "y") == []
    assert len(leaks(table.assign(y=table["x"] + table["z"], more=churn()["value"]), "y")) == 1


def test_the_columns_of_a_pair_may_have_gaps() -> None:
    table = churn()
    gone = np.random.default_rng(4).random((2, ROWS)) < 0.2
    total = table["x"] + table["z"]
    table = table.assign(x=table["x"].where(~gone[0]), z=table["z"].where(~gone[1]), total=total)
    ((text, advice),) = leaks(table.drop(columns=["left", "y"]), "total")
    assert "columns 'x' and 'z' together determine the target 'total' ('x' + 'z'" in text
    assert advice == "drop x or drop z"


def test_a_row_that_is_far_out_makes_no_leak() -> None:
    random = np.random.default_rng(5)
    table = pd.DataFrame(random.normal(size=(ROWS, 4)), columns=list("abcy"))
    table.loc[10, ["a", "b", "y"]] = 1e4, 1e4, 1e8
    assert leaks(table, "y", validation="none") == []


def test_inputs_that_follow_the_rows_are_no_leak_of_rows_in_another_order() -> None:
    table = churn().drop(columns=["left", "value"]).assign(id=lambda each: 7 * np.arange(len(each)) + 3)
    assert leaks(table, "y") == []
    table = table.sort_values("y", ignore_index=True).assign(id=table["id"] // 2)
    ((text, _),) = leaks(table, "y")
    said = "column 'id' follows the order of the rows, grouped by 'y', and predicts it"
    assert text == f"{said} in 400 of 400 rows. Target leak?"


@pytest.mark.parametrize("kind", ["gap of a date", "sum", "later date", "order: time"])
def test_strict_makes_each_an_error(kind: str) -> None:
    table, target, _ = KINDS[kind](np.random.default_rng(6), ROWS, False)
    with pytest.raises(DataError, match="Target leak") as raised:
        prepared(table, target=target, strict=True)
    assert raised.value.hint.startswith("drop ")


def test_leaks_of_wide_tables_are_found_by_bounded_work() -> None:
    random = np.random.default_rng(7)
    table = pd.DataFrame(random.normal(size=(120, 250)), columns=[f"x{each}" for each in range(250)])
    table = table.assign(total=table["x17"] - table["x221"])
    ((text, _),) = leaks(table, "total")
    said = "columns 'x17' and 'x221' together determine the target 'total'"
    assert text == f"{said} ('x17' - 'x221', correlation 1.00000). Target leak?"
