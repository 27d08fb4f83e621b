"""Numbers as people write them: thousands separators, currencies, percent, and the decimal comma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.data.columns.numerals import read_numerals
from tests.data.examples import sampled

BLANK, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


def read(*texts: str, decimal: str = ".") -> list[float]:
    values = read_numerals(np.array([*texts, None], dtype=object)[:-1], decimal)
    assert values.dtype == np.float64
    return [float(value) for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234.0),
        ("-1,234,567.89", -1234567.89),
        ("1'234.5", 1234.5),
        ("1\u2019234", 1234.0),
        ("1 234 567", 1234567.0),
        (f"1{BLANK}234", 1234.0),
        (f"1{NARROW}234.", 1234.0),
        ("$5", 5.0),
        ("$ 1,234.50", 1234.5),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("5 €", 5.0),
        ("-3 €", -3.0),
        (f"{MINUS}3", -3.0),
        ("£.5", 0.5),
        ("+¥7", 7.0),
        ("12 %", 12.0),
        ("-0.5%", -0.5),
        (" 1,000 ", 1000.0),
    ],
)
def test_written_numbers(text: str, value: float) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        *("1,23", "12,34,567", "1234,567", "1,234,56", "1,234 567", "1,234e3", ",234", "1.234.567"),
        *("0,123", "00,123", "5 USD", "USD 5", "%5", "5%%", "$$5", "$5€", "--5", "-", "$", "%", "5-", "(5)"),
        *("3:2", "1/2", "5 kg", "v1.0", "2020-01-01", "٣", "٣٬٤٥٦", "²", "", " ", ".", "1,234,"),
    ],
)
def test_texts_that_are_no_number(text: str) -> None:
    assert np.isnan(read(text)).all()


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("1.234,5", 1234.5), ("1.234", 1234.0), ("1 234,5 €", 1234.5), (",5", 0.5), ("1e3", 1e3)],
)
def test_a_decimal_comma(text: str, value: float) -> None:
    assert read(text, decimal=",") == [value]


@pytest.mark.parametrize("text", ["1.5", "1,5,6", "1,234.5", "0.123", "1.2345"])
def test_a_point_is_no_decimal_mark_beside_a_decimal_comma(text: str) -> None:
    assert np.isnan(read(text, decimal=",")).all()


def test_each_text_is_read_for_itself() -> None:
    np.testing.assert_array_equal(read("1", "x", "$2", "3e0"), [1.0, np.nan, 2.0, 3.0])
    assert read() == []


CENTS = st.integers(-(10**13), 10**13)
BEFORE = st.sampled_from(["", "$", "€ ", "£"])
AFTER = st.sampled_from(["", " €", "%", " %", "€"])
MARKS = st.sampled_from([",", "'", "\u2019", " ", BLANK, NARROW, ".", ""])


@sampled
@given(CENTS, BEFORE, AFTER, MARKS, st.sampled_from([".", ","]))
def test_formatted_numbers_are_read_back(
    cents: int, before: str, after: str, mark: str, decimal: str
) -> None:
    if mark == decimal or (before and "€" in after):
        return
    value = cents / 100
    digits = f"{abs(value):,.2f}".replace(".", "d").replace(",", mark).replace("d", decimal)
    sign = "-" if cents < 0 else ""
    assert read(f"{sign}{before}{digits}{after}", decimal=decimal) == [value]
    assert read(f"{before}{sign}{digits}{after}", decimal=decimal) == [value]


@sampled
@given(st.floats(allow_nan=False))
def test_every_float_is_read_exactly_with_either_mark(value: float) -> None:
    assert read(repr(value)) == [value]
    assert read(repr(value).replace(".", ","), decimal=",") == [value]


@sampled
@given(st.text(max_size=12), st.sampled_from([".", ","]))
def test_no_text_is_an_error(text: str, decimal: str) -> None:
    assert len(read(text, decimal=decimal)) == 1
