"""Durations in seconds, and how a column of them is told from times of the day."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.durations import certainly_durations, guess_clock, read_durations
from mlpcli.data.form import CLOCKS, HOURS_MINUTES, MINUTES_SECONDS, NO_CLOCK

DAY = 86_400.0


def column(*texts: str | None) -> Array:
    return np.array([*texts, None], dtype=object)[:-1]


def read(text: str, clock: str = HOURS_MINUTES) -> float:
    return float(read_durations(column(text), clock)[0])


HAND_WORKED: dict[str, float] = {
    "26:03:10": 93_790,
    "01:32:10": 5_530,
    "01:32:10.5": 5_530.5,
    "01:32:10,25": 5_530.25,
    "100:00:00": 360_000,
    "3 days 02:03:04": 3 * DAY + 7_384,
    "3 days, 2:03": 3 * DAY + 7_380,
    "1 day, 2:03:04": DAY + 7_384,
    "-1 day, 22:00:00": -7_200,
    "-1 days +22:00:00": -7_200,
    "-1 days 02:00:00": -79_200,
    "-01:30:00": -5_400,
    "\u22120:30:00": -1_800,
    "2.03:04:05": 2 * DAY + 11_045,
    "-2.03:04:05.5": -2 * DAY - 11_045.5,
    "P1DT2H": DAY + 7_200,
    "PT1H30M5.5S": 5_405.5,
    "pt90m": 5_400,
    "P2W": 14 * DAY,
    "P0,5D": DAY / 2,
    "-PT15M": -900,
    "P-1DT23H0M0S": -3_600,
    "PT-6H": -21_600,
    "1h 30m": 5_400,
    "1h30m": 5_400,
    "1h30": 5_400,
    "1 h 30 min": 5_400,
    "1H 30M": 5_400,
    "90 min 5 s": 5_405,
    "1d4h": 28 * 3_600,
    "2 hours 5 minutes": 7_500,
    "2 hours and 5 minutes": 7_500,
    "1 hr., 5 sec": 3_605,
    "1 Std. 30 Min.": 5_400,
    "2 Tage und 3 Stunden": 2 * DAY + 10_800,
    "2 jours et 3 heures": 2 * DAY + 10_800,
    "1 hora y 5 minutos": 3_900,
    "1시간 30분": 5_400,
    "1시간30분 5초": 5_405,
    "1\u00a0h\u00a030\u00a0min": 5_400,
    "1.5 h": 5_400,
    "90 min": 5_400,
    "5 s": 5,
    "-2 h 30 min": -9_000,
    "1 s 500 ms": 1.5,
    "1 week 2 days": 9 * DAY,
    "1:30 h": 5_400,
    "1:30 min": 90,
    "01:32.5": 92.5,
    " 0:05 ": 300,
}


@pytest.mark.parametrize("text", HAND_WORKED)
def test_hand_worked(text: str) -> None:
    assert read(text) == pytest.approx(HAND_WORKED[text], rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3:2",
            "1:5",
            "1:60:00",
            "01:00:60",
            "12:75",
            "1:2:3",
            "::",
            "10:00:00:00",
            "10:00 AM",
            "1:00 days",
        ),
        *("P", "PT", "P1Y", "P1M", "PT1H1H", "P1DT", "P1H"),
        *("30m 1h", "1h 1h", "1h 75", "1d 30", "1 kg 5 g", "5 apples 3 m", "h", "min", "-", "", " ", "+"),
        *("12", "1.5", "1,5", "2019-07-23", "23.07.2019 10:00", "2 days 25:00:00", "1.25:00:00"),
        *(
            "2019-07-23 01:45:07",
            "a1h",
            "1 h 30 x",
            "1.30:05",
            "1:30:00 min",
            "1e3 s",
            "nan",
            "inf h",
            "--1:00",
        ),
    ],
)
def test_no_durations(text: str) -> None:
    assert all(np.isnan(read(text, clock)) for clock in CLOCKS)


@settings(max_examples=80, derandomize=True, database=None, deadline=None)
@given(st.integers(-400 * 86_400 * 1000, 400 * 86_400 * 1000))
def test_what_python_and_pandas_write(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    for text in (str(length), str(pd.Timedelta(length)), pd.Timedelta(length).isoformat()):
        assert read(text) == pytest.approx(length.total_seconds(), rel=0, abs=1e-6), text


@pytest.mark.parametrize(
    "text",
    [
        "26:03:10",
        "01:32:10.5",
        "3 days 02:03:04",
        "1 day, 2:03:04",
        "-1 days +22:00:00",
        "-1 days 02:00:00",
        "P1DT2H",
        "PT1H30M5.5S",
        "1h 30m",
        "1 h 30 min",
        "90 min 5 s",
        "1D4h",
        "2 hours 5 minutes",
        "-2 h 30 min",
    ],
)
def test_as_pandas_reads(text: str) -> None:
    assert read(text) == pd.Timedelta(text).total_seconds()


@pytest.mark.parametrize(
    ("texts", "clock", "seconds"),
    [
        (["1:30", "0:45", "12:05"], HOURS_MINUTES, [5_400, 2_700, 43_500]),
        (["1:30", "0:45.5"], MINUTES_SECONDS, [90, 45.5]),
        (["1:30", "59:59", "1:00:00"], MINUTES_SECONDS, [90, 3_599, 3_600]),
        (["90:00", "1:30"], HOURS_MINUTES, [324_000, 5_400]),
        (["1 day, 2:03:04", "1:30"], HOURS_MINUTES, [DAY + 7_384, 5_400]),
        (["PT1H", "PT30M"], HOURS_MINUTES, [3_600, 1_800]),
        (["90 min", "1 h 5 min", "30 s"], HOURS_MINUTES, [5_400, 3_900, 30]),
    ],
)
def test_columns(texts: list[str], clock: str, seconds: list[float]) -> None:
    assert guess_clock(column(*texts)) == clock
    assert read_durations(column(*texts), clock).tolist() == seconds


@pytest.mark.parametrize(
    "texts",
    [
        *(["90 min", "5 min"], ["5 s"], ["12", "1.5"], ["3:2", "1:1"], ["may"], [], [None, None]),
        *(["1:30", "unknown"], ["2019-07-23 01:45:07"], ["10 kg", "5 g"], ["1 m", "2 m", "3 s"]),
    ],
)
def test_columns_of_something_else(texts: list[str | None]) -> None:
    assert guess_clock(column(*texts)) == NO_CLOCK


def test_a_few_words_among_durations() -> None:
    texts = [f"{hour}:30:00" for hour in range(27)]
    assert guess_clock(column(*texts, "-", "?", None)) == MINUTES_SECONDS
    assert guess_clock(column(*texts, "-", "?", "none", "x")) == NO_CLOCK
    rows = np.array([10] * 27 + [5] * 4)
    assert guess_clock(column(*texts, "-", "?", "none", "x"), rows) == MINUTES_SECONDS
    rows[-4:] = 10
    assert guess_clock(column(*texts, "-", "?", "none", "x"), rows) == NO_CLOCK
    values = read_durations(column("0:30:00", "-", None), MINUTES_SECONDS)
    np.testing.assert_array_equal(values, [1_800, np.nan, np.nan])


@pytest.mark.parametrize(
    "text", ["24:00:00", "26:03", "1 day, 2:03:04", "2.03:04:05", "PT1H", "1h 30m", "-01:00:00", "1:30 h"]
)
def test_certainly_durations(text: str) -> None:
    assert certainly_durations(column("01:30:00", text, "x"))


def test_times_of_the_day_may_be_durations_or_not() -> None:
    assert not certainly_durations(column("23:59:59", "00:00", "12:30:15.5", "90 min", "x", None))


def test_hostile_cells() -> None:
    hostile = ["1" * 1_000_000, "1:" * 40, "1h " * 33, "P" + "1" * 90, "1 " * 50, "-" * 100, "1d" * 50]
    assert np.isnan(read_durations(column(*hostile), HOURS_MINUTES)).all()
    assert guess_clock(column(*hostile)) == NO_CLOCK
