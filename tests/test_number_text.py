"""Numbers as people read them."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.number_text import LARGEST, SMALLEST, fixed, same_precision, short, text, to_width


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([26840.3, 82401.7, 9861.1472], ["26,840", "82,402", "9,861"]),
        ([0.99131, 0.44186], ["0.9913", "0.4419"]),
        ([1.0, 1 / 3], ["1.0000", "0.3333"]),
        ([12.345, 7.8], ["12.35", "7.80"]),
        ([2.524e-05, 0.5762], ["<0.0001", "0.5762"]),
        ([-2.524e-05, 0.5762], ["0.0000", "0.5762"]),
        ([0.00052, 0.0003], ["0.000520", "0.000300"]),
        ([3.1e-6, 2e-6], ["3.100e-06", "2.000e-06"]),
        ([1e-17, 0.0], ["0.0000", "0.0000"]),
        ([None, math.nan, math.inf, 0.5], ["-", "-", "-", "0.5000"]),
        ([2.5e9, 1.0], ["2.500e+09", "1.000e+00"]),
    ],
)
def test_values_of_a_quantity_have_one_precision(values: list[float | None], shown: list[str]) -> None:
    assert same_precision(values) == shown


def test_a_difference_has_the_precision_of_what_differs() -> None:
    assert same_precision([-594.2979], signed=True, scale=[9758.3, 10350.0]) == ["-594"]
    assert same_precision([6.977e-05, 0.0071], signed=True, scale=[0.8844]) == ["+0.0001", "+0.0071"]
    assert same_precision([-1e-9], signed=True, scale=[0.8844]) == ["0.0000"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2024, "2024"),
        (26840.4, "26,840"),
        (9999.7, "10,000"),
        (60_000, "60,000"),
        (0.123456, "0.1235"),
        (0.5, "0.5"),
        (3.0, "3"),
        (-0.00012, "-0.00012"),
        (0.0, "0"),
        (1e-5, "1e-05"),
        (1.26e15, "1.26e+15"),
    ],
)
def test_a_value_of_an_axis_is_short(value: float, shown: str) -> None:
    assert short(value) == shown


@given(st.floats(min_value=SMALLEST, max_value=LARGEST, exclude_max=True) | st.integers(1, 10**8).map(float))
def test_no_exponent_stands_between_the_limits(value: float) -> None:
    for shown in (text(value), short(value), text(-value), short(-value, 3)):
        assert "e" not in shown
        read = float(Decimal(shown.replace(",", "").lstrip("<>")))
        assert abs(read) == pytest.approx(value, rel=6e-3, abs=5.1e-5)


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_every_number_is_shown(value: float) -> None:
    assert text(value)
    assert float(short(value).replace(",", "")) == pytest.approx(value, rel=6e-3, abs=1e-11)


def test_a_bound_has_two_digits_of_its_interval() -> None:
    assert to_width(-1326.4, 1761) == "-1,326"
    assert to_width(0.00488, 0.0069) == "0.0049"
    assert to_width(math.nan, 1.0) == "-"


def test_exponents_keep_their_sign() -> None:
    assert fixed(2e-7, None, signed=True) == "+2.000e-07"
