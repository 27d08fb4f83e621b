"""How text stands for a number, for yes or no, or for nothing; typed cells of a DataFrame the same way."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.readings import MISSING_WORDS, Reading
from tests.data.examples import frame_of, sampled, text_column

NAN = float("nan")


def numbers(
    *cells: str | None, decimal: str = ".", more: tuple[str, ...] = ()
) -> tuple[list[float], list[bool]]:
    values, unreadable = text_column(cells, Reading(MISSING_WORDS | set(more), decimal)).numbers()
    return values.tolist(), unreadable.tolist()


def typed(cells: Any) -> Cells:
    """A column of a DataFrame as the encoders get it."""
    return frame_of(pd.DataFrame({"x": cells}))["x"]


def test_the_missing_words() -> None:
    words = ["", "?", "NA", "n/a", "NULL", "null", "None", "NaN", "nan", "<NA>", "#N/A", " ", " NA\t", None]
    assert text_column(words).missing().all()
    values = ["0", "none", "??", "-", "no", "NAN", "N A"]
    assert not text_column(values).missing().any()
    assert text_column(["-", "x"], Reading(MISSING_WORDS | {"-"})).missing().tolist() == [True, False]


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


@pytest.mark.parametrize("text", ["x", "1 2", "1,5", "1_000", "0x10", "--1", "1e", "True", "1.5.2", "٣"])
def test_unreadable_numbers(text: str) -> None:
    values, unreadable = numbers(text, "2")
    np.testing.assert_array_equal(values, [NAN, 2.0])
    assert unreadable == [True, False]


def test_missing_is_not_unreadable() -> None:
    values, unreadable = numbers("", "?", None, "1")
    np.testing.assert_array_equal(values, [NAN, NAN, NAN, 1.0])
    assert not any(unreadable)


def test_decimal_comma() -> None:
    values, unreadable = numbers("1,5", "-0,25", "1e5", "2", "1.5", "", decimal=",")
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
    reading = Reading(MISSING_WORDS | {"-999"})
    column = typed([-999, 1.5]).under(reading)
    assert column.missing().tolist() == [True, False]
    values, unreadable = column.numbers()
    np.testing.assert_array_equal(values, [NAN, 1.5])
    np.testing.assert_array_equal(numbers("-999.0", "-999", "1.5", more=("-999",))[0], [NAN, NAN, 1.5])
    assert not unreadable.any()
    assert not typed([True, False]).under(Reading(MISSING_WORDS | {"0"})).missing().any()


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
    cells = pd.Series([*cells, None], dtype=object) if cells.dtype == object else cells
    values, unreadable = typed(cells).numbers()
    assert values[:3].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(values[3:]).all()
    assert not unreadable.any()


def test_dates_are_not_numbers() -> None:
    for cells in (pd.Series(pd.date_range("2020", periods=3)), pd.Series([datetime.date(2020, 1, 1)])):
        assert typed(cells).numbers()[1].all()


def test_booleans() -> None:
    words = ["true", "False", " YES ", "no", "T", "f", "Y", "n"]
    values, unreadable = text_column(words).booleans()
    assert values.tolist() == [1, 0, 1, 0, 1, 0, 1, 0]
    assert not unreadable.any()
    values, unreadable = text_column(["", "1", "maybe", "NA", None]).booleans()
    np.testing.assert_array_equal(values, [NAN, 1, NAN, NAN, NAN])
    assert unreadable.tolist() == [False, False, True, False, False]
    values, unreadable = text_column(["1", "ja", "Yes"], Reading(exact=True)).booleans()
    np.testing.assert_array_equal(values, [NAN, NAN, 1])
    assert unreadable.tolist() == [True, True, False]


@pytest.mark.parametrize("kind", ["bool", "boolean", object])
def test_typed_booleans(kind: Any) -> None:
    cells = pd.Series([True, False] + ([] if kind == "bool" else [None]), dtype=kind)
    values, unreadable = typed(cells).booleans()
    assert values[:2].tolist() == [1.0, 0.0]
    assert np.isnan(values[2:]).all()
    assert not unreadable.any()


def test_only_0_and_1_are_booleans_among_numbers() -> None:
    values, unreadable = Numbers(np.array([1.0, 0.0, 2.0, NAN])).booleans()
    np.testing.assert_array_equal(values, [1, 0, NAN, NAN])
    assert unreadable.tolist() == [False, False, True, False]
    values, unreadable = Numbers(np.array([1.0, NAN]), Reading(exact=True)).booleans()
    assert np.isnan(values).all()
    assert unreadable.tolist() == [True, False]


def test_cells_of_any_type_are_one_text_each() -> None:
    mixed = Texts.of([1, "a", True, None, 1.5, NAN, "1"])
    assert [mixed.text(row) for row in range(7)] == ["1", "a", "True", "", "1.5", "", "1"]
    assert mixed.codes.dtype == np.int32
    assert mixed.codes[0] == mixed.codes[6]
    assert len(set(mixed.levels)) == len(mixed.levels)


@sampled
@given(st.lists(st.none() | st.text(max_size=3), max_size=8))
def test_texts_keep_every_cell_exactly(cells: list[str | None]) -> None:
    texts = text_column(cells, Reading(exact=True))
    assert [texts.text(row) for row in range(len(cells))] == [cell or "" for cell in cells]
    assert (texts.codes < 0).tolist() == [cell is None for cell in cells]
    assert sorted(texts.used()) == sorted({cell for cell in cells if cell is not None})


def test_a_part_of_a_column_uses_only_its_own_levels() -> None:
    part = text_column(["a", "b", None, "c", "b"])[np.array([1, 2, 4])]
    assert part.used().tolist() == ["b"]
    assert part.distinct() == 1
    assert Numbers(np.array([1.0, NAN, 1.0, 2.0])).distinct() == 2


def test_values_of_levels_are_spread_over_the_rows() -> None:
    column = text_column(["a", None, "b", "a"])
    assert column.spread(np.array([5, 6]), -1).tolist() == [5, -1, 6, 5]
    assert text_column([None, None]).spread(np.empty(0, np.intp), -1).tolist() == [-1, -1]


def test_a_frame_takes_rows_by_number_mask_or_slice() -> None:
    frame = frame_of({"n": [1.0, 2.0, 3.0], "t": ["a", "b", "c"]})
    for rows in (np.array([0, 2]), np.array([True, False, True]), slice(0, 3, 2)):
        part = frame.take(rows)
        assert len(part) == 2
        assert [part[name].shown(1) for name in ("n", "t")] == ["'3'", "'c'"]
        assert [part.place(0), part.place(1)] == ["row 0", "row 2"]
        assert part.take(np.array([1])).place(0) == "row 2"
    assert len(Frame({}, 3).take(slice(1, None))) == 2


def test_booleans_of_a_data_frame_are_texts() -> None:
    frame = frame_of(pd.DataFrame({"flag": [True, False], "number": [1, 2], "complex": [1j, 2j]}))
    assert [isinstance(frame[name], Texts) for name in frame.names] == [True, False, True]


def test_a_long_cell_is_shown_short() -> None:
    assert text_column(["x" * 1000]).shown(0) == repr("x" * 40)
