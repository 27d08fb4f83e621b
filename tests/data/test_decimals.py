"""Rounding to decimals, against Python's exact decimal numbers."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.data.decimals import rounded_probabilities, rounded_to

many = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@many
@given(st.floats(-1e15, 1e15), st.integers(-20, 20))
def test_to_a_unit(value: float, exponent: int) -> None:
    """The float next to the nearest multiple; unchanged if a float of its size has no such digit."""
    found = float(rounded_to(np.array([value]), np.array([2.0 * 10.0**exponent]))[0])
    with localcontext(prec=60):
        unit = Decimal(10) ** exponent
        if abs(Decimal(value)) < 2**52 * unit:
            assert Decimal(repr(found)) % unit == 0
        assert abs(Decimal(found) - Decimal(value)) <= unit / 2 + Decimal(math.ulp(value))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1700000009.3721898, 2e-7, "1700000009.3721898"),
        (1000000.0009372191, 2e-11, "1000000.0009372191"),
        (0.1 + 0.2, 1e-8, "0.3"),
        (123456.789, 100.0, "123500.0"),
        (4.6860954321e-13, 1e-20, "4.6860954e-13"),
        (-2.5e-30, 1e-32, "-2.5e-30"),
        (-1e-9, 1e-3, "0.0"),
    ],
)
def test_by_hand(value: float, unit: float, text: str) -> None:
    assert repr(float(rounded_to(np.array([value]), np.array([unit]))[0])) == text


def test_what_is_no_number_stays() -> None:
    values = np.array([np.inf, -np.inf, np.nan])
    np.testing.assert_array_equal(rounded_to(values, np.array([0.1])), values)


@many
@given(st.floats(0, 1))
def test_probabilities(value: float) -> None:
    found = float(rounded_probabilities(np.array([value]))[0])
    smaller = min(Decimal(value), 1 - Decimal(value))
    error = abs(Decimal(found) - Decimal(value))
    assert error <= smaller * Decimal("5.1e-9") + Decimal(math.ulp(value)) + Decimal("1e-300")


def test_probabilities_are_short_and_stay_in_order() -> None:
    values = np.array([1 / 3, 2 / 3, 1e-20 / 3, 1 - 3e-12, 1 - 2e-12, 0.0, 1.0])
    texts = list(map(repr, rounded_probabilities(values).tolist()))
    assert texts[:3] == ["0.333333333", "0.666666667", "3.33333333e-21"]
    assert float(texts[3]) < float(texts[4]) < 1
    assert texts[5:] == ["0.0", "1.0"]
