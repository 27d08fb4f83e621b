"""How text stands for a number, for yes or no, or for nothing; typed cells of a DataFrame the same way."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.cells import MISSING_WORDS, as_booleans, as_numbers, as_text, is_missing
from tests.data.examples import sampled, text_column

NAN = float("nan")


def numbers(
    *cells: str | None, decimal: str = ".", more: tuple[str, ...] = ()
) -> tuple[list[float], list[bool]]:
    values, unreadable = as_numbers(text_column(cells), MISSING_WORDS | set(more), decimal)
    return values.tolist(), unreadable.tolist()


def test_the_missing_words() -> None:
    words = ["", "?", "NA", "n/a", "NULL", "null", "None", "NaN", "nan", "<NA>", "#N/A", None]
    assert is_missing(text_column(words), MISSING_WORDS).all()
    values = ["0", "none", " ", "??", "-", "no", "NAN"]
    assert not is_missing(text_column(values), MISSING_WORDS).any()
    assert is_missing(text_column(["-", "x"]), MISSING_WORDS | {"-"}).tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-0.5", -0.5),
        ("+5", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 1e5),
        ("1E-3", 1e-3),
        (" 7 ", 7.0),
        ("007", 7.0),
        ("inf", np.inf),
        ("-Infinity", -np.inf),
        ("1e400", np.inf),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert numbers(text, "2") == ([value, 2.0], [False, False])


@pytest.mark.parametrize(
    "text", ["x", "1 2", "1,5", "1_000", "0x10", "--1", "1e", "True", " NA", "1.5.2", "٣"]
)
def test_unreadable_numbers(text: str) -> None:
    values, unreadable = numbers(text, "2")
    np.testing.assert_array_equal(values, [NAN, 2.0])
    assert unreadable == [True, False]


def test_missing_is_not_unreadable() -> None:
    values, unreadable = numbers("", "?", None, "1")
    np.testing.assert_array_equal(values, [NAN, NAN, NAN, 1.0])
    assert not any(unreadable)


def test_decimal_comma() -> None:
    values, unreadable = numbers("1,5", "-0,25", "1e5", "2", "1.234,5", "", decimal=",")
    np.testing.assert_array_equal(values, [1.5, -0.25, 1e5, 2.0, NAN, NAN])
    assert unreadable == [False, False, False, False, True, False]


@sampled
@given(st.lists(st.floats(allow_nan=False)))
def test_every_float_is_read_exactly(values: list[float]) -> None:
    assert numbers(*map(repr, values))[0] == values


def test_all_missing_and_no_cells() -> None:
    assert numbers() == ([], [])
    assert np.isnan(numbers("", None)[0]).all()


def test_a_missing_word_that_is_a_number_is_missing_however_it_is_written() -> None:
    """As in a table of numbers: there the text is gone."""
    typed = pd.Series([-999, 1.5])
    assert is_missing(typed, MISSING_WORDS | {"-999"}).tolist() == [True, False]
    values, unreadable = as_numbers(typed, MISSING_WORDS | {"-999"}, ".")
    np.testing.assert_array_equal(values, [NAN, 1.5])
    np.testing.assert_array_equal(numbers("-999.0", "-999", "1.5", more=("-999",))[0], [NAN, NAN, 1.5])
    assert not unreadable.any()
    assert is_missing(pd.Series([True, False]), MISSING_WORDS | {"0"}).tolist() == [False, False]


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([1, 2, 3]),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Series([1, 2, 3], dtype=np.uint8),
        pd.Series([1, 2, 3], dtype=np.float32),
        pd.Series([1, 2, 3], dtype=object),
        pd.Series([Decimal(1), Decimal("2.0"), Decimal(3)]),
        pd.Series([1, 2, 3], dtype="category"),
        pd.Series(["1", 2, 3.0], dtype=object),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_typed_numbers(cells: "pd.Series[Any]") -> None:
    cells = pd.concat([cells, pd.Series([None], dtype=cells.dtype)]) if cells.dtype == object else cells
    values, unreadable = as_numbers(cells, MISSING_WORDS, ".")
    assert values[:3].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(values[3:]).all()
    assert not unreadable.any()


def test_dates_are_not_numbers() -> None:
    for cells in (pd.Series(pd.date_range("2020", periods=3)), pd.Series([datetime.date(2020, 1, 1)])):
        assert as_numbers(cells, MISSING_WORDS, ".")[1].all()


def test_booleans() -> None:
    words = ["true", "False", " YES ", "no", "T", "f", "Y", "n"]
    values, unreadable = as_booleans(text_column(words), MISSING_WORDS)
    assert values.tolist() == [1, 0, 1, 0, 1, 0, 1, 0]
    assert not unreadable.any()
    values, unreadable = as_booleans(text_column(["", "1", "maybe", "NA", None]), MISSING_WORDS)
    assert np.isnan(values).all()
    assert unreadable.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("kind", ["bool", "boolean", object])
def test_typed_booleans(kind: Any) -> None:
    cells = pd.Series([True, False] + ([] if kind == "bool" else [None]), dtype=kind)
    values, unreadable = as_booleans(cells, MISSING_WORDS)
    assert values[:2].tolist() == [1.0, 0.0]
    assert np.isnan(values[2:]).all()
    assert not unreadable.any()


def test_as_text() -> None:
    mixed = pd.Series([1, "a", True, None, 1.5, NAN], dtype=object)
    assert as_text(mixed).fillna("-").tolist() == ["1", "a", "True", "-", "1.5", "-"]
    assert as_text(pd.Series([1, 2])).tolist() == ["1", "2"]
    assert as_text(pd.Series(["u", None], dtype="category")).fillna("-").tolist() == ["u", "-"]
    assert as_text(text_column([" 007", None])).fillna("-").tolist() == [" 007", "-"]
