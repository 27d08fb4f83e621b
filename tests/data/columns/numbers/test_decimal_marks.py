"""The decimal mark of a table, told by all columns, and that of new rows, told by what training had."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.data.columns.numbers.decimal_marks import decimal_mark, decimal_mark_like
from tests.data.examples import sampled


def array(*texts: str) -> Array:
    return np.array([*dict.fromkeys(texts), None], dtype=object)[:-1]


@pytest.mark.parametrize(
    ("columns", "delimiter", "mark"),
    [
        # Cells that are numbers under one mark only.
        ([["1.5", "2.25"]], ",", "."),
        ([["1,5", "2,25"]], ";", ","),
        ([["1,5", "2,25", "-"]], ";", ","),
        ([["1,5", "2,25", "n/a", "nichts"]], ";", ","),
        ([["1.234.567", "5"]], ";", ","),
        ([["1,234,567", "5"]], ",", "."),
        ([["1,234,567.8", "5"]], ",", "."),
        ([["1.234,5", "5"]], ";", ","),
        ([["12,34,567", "5"]], ",", "."),
        ([["0.123", "1.234"]], ";", "."),
        ([["0,123", "1,234"]], ";", ","),
        ([["1.2345", "5"]], ";", "."),
        ([["1,5e3", "2"]], ";", ","),
        ([["1.234e3", "2"]], ";", "."),
        # With a unit, a currency or a percent sign.
        ([["1,5 kg", "2 kg"]], ";", ","),
        ([["\u20ac 1,50", "\u20ac 2"]], ";", ","),
        ([["1,5 %", "2 %"]], ";", ","),
        ([["4.7 kg", "7.3 kg"]], ",", "."),
        # Other columns settle it.
        ([["4.701", "7.283"], ["-1.18", "2.5"]], ";", "."),
        ([["4,701", "7,283"], ["-1,18", "2,5"]], ";", ","),
        ([["4,701", "7,283"], ["-1.18", "2.5"]], ",", "."),
        ([["950", "1.100"], ["-1.18", "2.5"]], ";", "."),
        ([["950", "1,100"], ["1,5", "2,5"]], ";", ","),
        # Contradictory, or no numbers at all.
        ([["1.5", "2.5"], ["1,5", "2,5"]], ";", "."),
        ([["1.5", "1,5", "2.5", "2,5"]], ";", "."),
        ([["1,5"]], ",", "."),
        ([["5", "6"]], ";", "."),
        ([["01.02.2020", "02.03.2021"]], ";", "."),
        ([["Ulm, Bonn", "a.b"], ["see 1,5 and 2,5", "none"]], ";", "."),
        ([["10.1.1.1", "10.1.1.2"]], ";", "."),
        ([], ",", "."),
        ([[]], ",", "."),
    ],
)
def test_settled_marks_need_no_word(columns: list[list[str]], delimiter: str, mark: str) -> None:
    found = decimal_mark([array(*texts) for texts in columns], delimiter)
    assert (found.mark, found.open, found.example) == (mark, False, "")


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (["950", "1.100"], ";", (",", False, "1.100", 1100, 1.1)),
        (["950", "1.100"], ",", (",", False, "1.100", 1100, 1.1)),
        (["950", "1.103"], ";", (",", True, "1.103", 1103, 1.103)),
        (["950", "1.103"], ",", (".", True, "1.103", 1.103, 1103)),
        (["\u20ac950", "\u20ac1.100"], ";", (",", False, "\u20ac1.100", 1100, 1.1)),
        (["950", "1,100"], ",", (".", False, "1,100", 1100, 1.1)),
        (["950", "1,100"], ";", (".", False, "1,100", 1100, 1.1)),
        (["4,701", "7,283"], ";", (",", True, "4,701", 4.701, 4701)),
        (["4,701", "7,283"], "\t", (".", True, "4,701", 4701, 4.701)),
        (["4.701", "7.283"], ";", (".", True, "4.701", 4.701, 4701)),
        (["4.701", "7.283"], ",", (".", False, "", None, None)),
        (["4000", "1.234"], ";", (".", False, "", None, None)),
    ],
)
def test_three_digits_behind_every_mark(
    texts: list[str], delimiter: str, expected: tuple[object, ...]
) -> None:
    assert decimal_mark([array(*texts)], delimiter) == expected


def test_many_whole_numbers_beside_thousands_settle_it() -> None:
    prices = [f"{number:,}".replace(",", ".") for number in range(101, 9000, 97)]
    assert decimal_mark([array(*prices), array("Ulm", "Bonn")], ";")[:2] == (",", False)


@pytest.mark.parametrize(
    ("texts", "lowest", "highest", "usual", "mark"),
    [
        (["1,18", "-0,5"], -2, 2, ".", ","),
        (["1.18", "-0.5"], -2, 2, ",", "."),
        (["1.18", "-0.5"], -2, 2, ".", "."),
        (["4,701", "7,283"], 1, 10, ".", ","),
        (["4,701", "7,283"], 1000, 10_000, ".", "."),
        (["4.701", "7.283"], 1, 10, ",", "."),
        (["4.701", "7.283"], 1000, 10_000, ".", ","),
        (["4.701", "7.283"], 100, 200, ".", "."),
        (["4.701", "7.283"], 100, 200, ",", ","),
        (["4,7", "7.2"], 0, 10, ".", "."),
        (["4,7", "7.2"], 0, 10, ",", ","),
        (["4,7", "5,1", "7.2", "-"], 0, 10, ".", ","),
        (["5", "6"], 0, 10, ",", ","),
        ([], 0, 10, ",", ","),
    ],
)
def test_new_rows_are_read_as_those_of_training(
    texts: list[str], lowest: float, highest: float, usual: str, mark: str
) -> None:
    assert decimal_mark_like([(array(*texts), lowest, highest)], usual) == mark


def test_all_columns_tell_the_mark_of_new_rows() -> None:
    columns = [(array("4,701", "7,283"), 1.0, 10.0), (array("-1,18", "0,67"), -3.0, 3.0)]
    assert decimal_mark_like(columns, ".") == ","
    assert decimal_mark_like([], ",") == ","


@sampled
@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=20, unique=True),
    st.sampled_from([".", ","]),
    st.booleans(),
)
def test_two_decimals_tell_the_mark(cents: list[int], mark: str, grouped: bool) -> None:
    texts = [f"{each / 100:,.2f}" if grouped else f"{each / 100:.2f}" for each in cents]
    if mark == ",":
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    assert decimal_mark([array(*texts)], ";").mark == mark
    bounds = min(cents) / 100, max(cents) / 100
    assert decimal_mark_like([(array(*texts), *bounds)], ".") == mark
    assert decimal_mark_like([(array(*texts), *bounds)], ",") == mark


@sampled
@given(st.lists(st.text(max_size=10), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_no_text_is_an_error(texts: list[str], delimiter: str) -> None:
    assert decimal_mark([array(*texts)], delimiter).mark in (".", ",")
    assert decimal_mark_like([(array(*texts), 0.0, 1.0)], ".") in (".", ",")


@pytest.mark.parametrize("text", ["1," * (1 << 19), "1." * (1 << 19), "," * (1 << 20)])
def test_hostile_cells(text: str) -> None:
    assert decimal_mark([array(text, "1,5", "2,5")], ";").mark == ","
