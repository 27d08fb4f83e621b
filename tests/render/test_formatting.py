"""Dates and times as text."""

import pytest

from mlpcli.render.formatting import day_teller


@pytest.mark.parametrize(
    ("first", "last", "value", "said"),
    [
        (18_262.0, 18_300.5, 18_270.25, "2020-01-09"),
        (18_262.0, 18_262.9, 18_262.25, "2020-01-01 06:00"),
        (18_262.0, 18_262.0, 18_262.0, "2020-01-01"),
        (0.0, 0.999, 0.5625, "13:30"),
        (-0.5, 0.5, 0.0, "1970-01-01"),
        (1e300, 1e300, 1e300, "1e+300"),
        (-1e300, 1e300, 5.0, "1970-01-06"),
    ],
)
def test_days_are_told_so_that_both_ends_differ(first: float, last: float, value: float, said: str) -> None:
    assert day_teller(first, last)(value) == said
