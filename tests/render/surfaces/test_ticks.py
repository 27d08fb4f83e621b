"""Ticks: round values, dates at starts of years and months, and as many as have room."""

import numpy as np
import pytest

from mlpcli.model.effects.axes import Axis
from mlpcli.render.surfaces.ticks import ticks


def texts(low: float, high: float, most: int, kind: str = "number") -> list[str]:
    return [text for _, text in ticks(Axis("a", kind, np.linspace(low, high, 5)), most)]


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 10, 5, ["0", "2", "4", "6", "8", "10"]),
        (-1.04, 1.04, 4, ["-1", "0", "1"]),
        (100.1, 100.7, 3, ["100.2", "100.4", "100.6"]),
        (0.0012, 0.0047, 3, ["0.002", "0.004"]),
        (1_000_011.5, 1_000_014.5, 3, ["1,000,012", "1,000,013", "1,000,014"]),
        (-1e300, 1e300, 2, ["-1e+300", "0", "1e+300"]),
    ],
)
def test_numbers(low: float, high: float, most: int, expected: list[str]) -> None:
    assert texts(low, high, most) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 4000, ["1970", "1975", "1980"]),
        (14_610, 14_900, ["2010-01", "2010-03", "2010-05", "2010-07", "2010-09"]),
        (10.2, 14.9, ["1970-01-12", "1970-01-13", "1970-01-14", "1970-01-15"]),
        (0.0, 0.9, ["03:36", "07:12"]),
        (10.0, 10.5, ["1970-01-11 02:00", "1970-01-11 04:00"]),
    ],
)
def test_dates(low: float, high: float, expected: list[str]) -> None:
    found = texts(low, high, 5, "date")
    assert found[: len(expected)] == expected
    assert len(found) <= 7


def test_dates_beyond_the_calendar_are_numbers() -> None:
    assert texts(-1e9, 1e9, 2, "date") == ["-1e+09", "0", "1e+09"]


def test_levels() -> None:
    axis = Axis("a", "category", np.arange(4.0), ("p", "q", "r", "s"))
    assert ticks(axis, 4) == [(0.125, "p"), (0.375, "q"), (0.625, "r"), (0.875, "s")]
    assert [text for _, text in ticks(axis, 2)] == ["p", "r"]


def test_places() -> None:
    axis = Axis("a", "number", np.linspace(-5.0, 5.0, 3))
    assert ticks(axis, 2) == [(0.0, "-5"), (0.5, "0"), (1.0, "5")]
