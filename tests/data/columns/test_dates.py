"""Which formats dates are written in, the seconds they say, and the numbers made of them."""

import math
import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.data.columns.dates import (
    FORMATS,
    ISO,
    ambiguous,
    guess_formats,
    parse_dates,
)
from mlpcli.data.encoders.dates import calendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STRPTIME_FORMATS = [format for format in FORMATS if format != ISO]
JANUARY_31 = 1_327_968_000.0
"""2012-01-31, by `date -u -d 2012-01-31 +%s`."""

WINTER = datetime(2012, 1, 31, 15, 4, 5, 250_000, tzinfo=timezone(timedelta(hours=2)))


def column(*texts: str | None) -> Array:
    return np.array([*texts, None], dtype=object)[:-1]


def seconds_of(moment: datetime) -> float:
    """By Python; a moment without time zone is UTC, a time without date of 1970."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH).total_seconds()


def by_python(text: str, format: str) -> float:
    if "%y" not in format.lower():
        text, format = "1970 " + text, "%Y " + format
    return seconds_of(datetime.strptime(text, format))


def read(*texts: str, formats: tuple[str, ...] = FORMATS) -> list[float]:
    values: list[float] = parse_dates(column(*texts), formats).tolist()
    return values


def twins(format: str) -> set[str]:
    """The format, with day and month exchanged, and with long names of months for short ones, as for May."""
    swapped = {"d": "m", "m": "d"}
    other_order = "".join(swapped.get(each, each) for each in format) if "%m" in format else format
    return {format, other_order, format.replace("%b", "%B"), format.replace("%B", "%b")}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2012-01-31", 0),
        ("  2012-01-31\t", 0),
        ("2012/01/31", 0),
        ("2012/1/31", 0),
        ("2012-01-31T10:00", 36_000),
        ("2012-01-31 10:00:00.5+02:00", 28_800.5),
        ("2012-01-31T10:00:00Z", 36_000),
        ("2012-01-31T10:00:00.123456789Z", 36_000.123456),
        ("20120131T101112", 36_672),
        ("31.01.2012", 0),
        ("31.1.2012 10:00", 36_000),
        ("31.01.12", 0),
        ("31/01/2012", 0),
        ("31/01/12 9:05", 32_700),
        ("01/31/2012", 0),
        ("1/31/2012 3:05 PM", 54_300),
        ("1/31/12 12:05:06 am", 306),
        ("1/31/2012 10:00:00 -05:00", 54_000),
        ("31-01-2012 10:00:00.25", 36_000.25),
        ("01-31-2012", 0),
        ("01.31.2012", 0),
        ("31 Jan 2012", 0),
        ("31-Jan-2012", 0),
        ("31-JAN-12", 0),
        ("Jan 31, 2012", 0),
        ("January 31, 2012 10:00", 36_000),
        ("31 January 2012", 0),
        ("Jan 2012", -30 * 86_400),
        ("2012-01", -30 * 86_400),
        ("2012-01-31 3:05 PM", 54_300),
        ("2012-01-31 10:00:00 UTC", 36_000),
        ("Tue, 31 Jan 2012 10:00:00 +0100", 32_400),
        ("Tue, 31 Jan 2012 10:00:00 GMT", 36_000),
        ("Tue Jan 31 10:00:00 2012", 36_000),
        ("Tue Jan 31 10:00:00 -0230 2012", 45_000),
        ("10:00", 36_000 - JANUARY_31),
        ("10:00:07", 36_007 - JANUARY_31),
    ],
)
def test_hand_worked(text: str, seconds: float) -> None:
    formats = guess_formats(column(text))
    assert len(formats) == 1
    assert read(text, formats=formats) == pytest.approx([JANUARY_31 + seconds], rel=0, abs=1e-6)


def test_no_dates() -> None:
    texts = column(
        *("2012", "20120131", "1.5", "12", "1,5", "2012.01", "-5", "+5", "1e5", "201201311010", "", " "),
        *("may", "May", "now", "today", "NaT", "nan", "None", "x", "10 Downing", "Jan", "Tue", "T", "Z"),
        *(
            "2012-02-31",
            "31.02.2012",
            "29.02.1900",
            "00/00/2012",
            "2012-13",
            "0000-00-00",
            "2012-01-31 24:00",
        ),
        *("25:00", "10:60", "3:2", "13:05 PM", "0:05 PM", "-2012-01-31", "2012/01", "2012 01", "2012-1"),
        *("31.01.2012x", "31.01.", "1.2", "1.2.3", "1.2.3.4", "2012-01-31 10:00 CET", "01-31"),
        "31 \u017fep 2012",  # a long s: pandas raises KeyError, as the text matches its pattern without case
        "31.01.2012".translate({ord("0") + digit: ord("\u0660") + digit for digit in range(10)}),
    )
    assert texts[~np.isnan(parse_dates(texts, FORMATS))].tolist() == []
    assert guess_formats(texts) == ()
    assert not ambiguous(texts, FORMATS)


def test_an_impossible_date_among_others() -> None:
    texts = column("31.01.2012", "31.02.2012", "29.02.2012")
    assert guess_formats(texts) == ("%d.%m.%Y",)
    values = parse_dates(texts, ("%d.%m.%Y",))
    np.testing.assert_array_equal(values, [JANUARY_31, np.nan, JANUARY_31 + 29 * 86_400])


def test_iso_comes_first_and_no_format_twice() -> None:
    assert FORMATS[0] == ISO == "ISO8601"
    assert len(set(FORMATS)) == len(FORMATS)


@pytest.mark.parametrize("format", STRPTIME_FORMATS)
def test_every_format_is_guessed(format: str) -> None:
    text = WINTER.strftime(format)
    assert guess_formats(column(text)) == (format,)


def test_every_format_reads_as_python_reads_it() -> None:
    texts = [WINTER.strftime(format) for format in STRPTIME_FORMATS]
    expected = [by_python(text, format) for text, format in zip(texts, STRPTIME_FORMATS, strict=True)]
    assert read(*texts) == pytest.approx(expected, rel=0, abs=1e-6)
    assert set(guess_formats(column(*texts))) == set(STRPTIME_FORMATS)


moments = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)),  # below 1000, strftime writes short years
    st.integers(-14 * 60, 14 * 60),
)


@settings(max_examples=25, derandomize=True, database=None, deadline=None)
@given(st.sampled_from(STRPTIME_FORMATS), st.lists(moments, min_size=1, max_size=6))
def test_round_trip(format: str, times: list[datetime]) -> None:
    texts = [moment.strftime(format) for moment in times]
    expected = [by_python(text, format) for text in texts]
    # float64 seconds of the year 9999 are 3e-5 apart.
    assert read(*texts, formats=(format,)) == pytest.approx(expected, rel=0, abs=1e-4)
    guessed = guess_formats(column(*texts))
    assert len(guessed) == 1
    assert guessed[0] in twins(format)
    if "%m" in format and guessed[0] != format:
        assert ambiguous(column(*texts), guessed)
    else:
        assert read(*texts, formats=guessed) == pytest.approx(expected, rel=0, abs=1e-4)


@settings(max_examples=20, derandomize=True, database=None, deadline=None)
@given(moments.map(datetime.isoformat) | moments.map(str))
def test_round_trip_of_iso(text: str) -> None:
    assert guess_formats(column(text)) == (ISO,)
    assert read(text) == pytest.approx([seconds_of(datetime.fromisoformat(text))], rel=0, abs=1e-4)


def test_what_is_not_shown_to_pandas_it_could_not_read() -> None:
    """All formats on many texts that are nearly dates, and on some that are."""
    first, second = ("7", "13", "31", "32", "Feb"), ("2", "12", "30", "Mar")
    times = ("", " 7:05", " 17:65", " 7:05:06.5 PM", " 07:05:06 +0145")
    fields = product(first, second, "-/. ", ("12", "2012"), times)
    texts = [mark.join([one, other, year]) + clock for one, other, mark, year, clock in fields]
    cells = column(*texts)
    unread = np.ones(len(cells), dtype=np.bool_)
    for format in FORMATS:
        by_pandas = pd.to_datetime(pd.Index(cells), format=format, errors="coerce", utc=True)
        not_read = np.asarray(by_pandas.isna())
        np.testing.assert_array_equal(np.isnan(parse_dates(cells, (format,))), not_read)
        unread &= not_read
    assert 0 < np.count_nonzero(unread) < len(unread)
    np.testing.assert_array_equal(np.isnan(parse_dates(cells, guess_formats(cells))), unread)


def test_each_text_by_the_first_format_that_reads_it() -> None:
    texts = ("01/02/2012", "31/01/2012", "01/31/2012", "2012-01-31")
    day = 86_400
    month_first = read(*texts, formats=("%m/%d/%Y", "%d/%m/%Y"))
    np.testing.assert_array_equal(month_first, [JANUARY_31 - 29 * day, JANUARY_31, JANUARY_31, np.nan])
    day_first = read(*texts, formats=("%d/%m/%Y", "%m/%d/%Y"))
    np.testing.assert_array_equal(day_first, [JANUARY_31 + day, JANUARY_31, JANUARY_31, np.nan])
    assert np.isnan(read(*texts, formats=())).all()


def test_a_format_that_changes_half_way() -> None:
    days = [datetime(2012, 1, 1) + timedelta(days=day) for day in range(500)]
    texts = [day.strftime("%Y-%m-%d" if day.year == 2012 else "%d.%m.%y") for day in days]
    assert guess_formats(column(*texts)) == (ISO, "%d.%m.%y")
    assert read(*texts) == [seconds_of(day) for day in days]


def test_one_rare_format_among_much_else() -> None:
    texts = [f"{number}-{number}" for number in range(3000)]
    texts.insert(2000, "31 Jan 2012")
    formats = guess_formats(column(*texts))
    assert formats[-1] == "%d %b %Y"
    assert read(*texts, formats=formats)[2000] == JANUARY_31


def test_the_format_that_reads_most_comes_first_and_repetitions_do_not_count() -> None:
    texts = ["31.01.2012"] * 9 + ["2012-01-31", "2012-01-30"]
    assert guess_formats(column(*texts)) == (ISO, "%d.%m.%Y")


def test_mixed_offsets() -> None:
    texts = ("2012-01-31T10:00+02:00", "2012-01-31T10:00-05:30", "2012-01-31T10:00", "2012-01-31T10:00Z")
    assert guess_formats(column(*texts)) == (ISO,)
    assert read(*texts) == [JANUARY_31 + hours * 3600 for hours in (8, 15.5, 10, 10)]
    mails = ("Tue, 31 Jan 2012 10:00:00 +0200", "Tue, 31 Jan 2012 10:00:00 -0530")
    assert read(*mails) == [JANUARY_31 + hours * 3600 for hours in (8, 15.5)]


def test_summer_time_of_this_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        # On this day there was no 02:30 in Berlin.
        values = read("2012-03-25 01:30", "2012-03-25 02:30", "25.03.2012 03:30")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert np.diff(values).tolist() == [3600, 3600]


def test_far_years_beside_fine_fractions() -> None:
    texts = ["0001-01-01", "9999-12-31 23:59:59", "2012-01-31T00:00:00.123456789"]
    expected = [-62_135_596_800.0, 253_402_300_799.0, JANUARY_31 + 0.123456]
    assert read(*texts) == pytest.approx(expected, rel=0, abs=1e-6)
    texts = ["1.1.0001 00:00:00.0", "31.12.9999 23:59:59.0", "31.1.2012 00:00:00.123456789"]
    assert read(*texts) == pytest.approx(expected, rel=0, abs=1e-6)


def test_two_digit_years_are_of_1969_to_2068() -> None:
    years = calendar(parse_dates(column("1.1.69", "1.1.99", "1.1.00", "1.1.68"), ("%d.%m.%y",)))["year"]
    assert years.tolist() == [1969, 1999, 2000, 2068]


def test_no_texts_and_absent_ones() -> None:
    assert parse_dates(column(), FORMATS).shape == (0,)
    assert parse_dates(column(), FORMATS).dtype == np.float64
    assert guess_formats(column()) == guess_formats(column(None)) == ()
    assert not ambiguous(column(), FORMATS)
    texts = column(None, "31.01.2012", None)
    assert guess_formats(texts) == ("%d.%m.%Y",)
    np.testing.assert_array_equal(parse_dates(texts, FORMATS), [np.nan, JANUARY_31, np.nan])


@pytest.mark.parametrize(
    ("texts", "format"),
    [
        (["05.04.2012", "03.02.2012", "04.06.2012"], "%d.%m.%Y"),
        (["05-04-2012", "03-02-2012", "04-06-2012"], "%d-%m-%Y"),
        (["05/04/2012", "03/02/2012", "04/06/2012"], "%m/%d/%Y"),
        (["05/04/12", "03/02/12", "04/06/12"], "%m/%d/%y"),
        # Sorted in one order only:
        (["05/01/2012", "06/01/2012", "06/01/2012", "01/02/2012"], "%d/%m/%Y"),
        ([None, "01/02/2012", "06/01/2012", "05/01/2012"], "%d/%m/%Y"),
        (["01.05.2012", "01.06.2012", "02.01.2012"], "%m.%d.%Y"),
        # In both:
        (["01/02/2012", "01/02/2012"], "%m/%d/%Y"),
        (["01.02.2012", "02.03.2012", "03.04.2012"], "%d.%m.%Y"),
    ],
)
def test_the_order_of_day_and_month_where_both_can_be(texts: list[str | None], format: str) -> None:
    assert guess_formats(column(*texts)) == (format,)
    assert ambiguous(column(*texts), (format,))


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["05/04/2012", "13/04/2012", "04/04/2012"], ["%d/%m/%Y"]),
        (["05.04.2012", "04.13.2012", "04.04.2012"], ["%m.%d.%Y"]),
        # One date that leaves no choice decides for texts with and without a time.
        (["05/04/2012", "03/02/2012", "13/04/2012 10:00"], ["%d/%m/%Y", "%d/%m/%Y %H:%M"]),
        (["13/04/2012", "14/04/2012", "03/02/2012 10:00"], ["%d/%m/%Y", "%d/%m/%Y %H:%M"]),
        (["05/13/2012", "13/04/2012", "14/04/2012"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["2012-05-04"], [ISO]),
        (["4 May 2012"], ["%d %b %Y"]),
        (["2012-05-04 3:00 PM"], ["%Y-%m-%d %I:%M %p"]),
    ],
)
def test_the_order_of_day_and_month_where_it_is_certain(texts: list[str], formats: list[str]) -> None:
    assert guess_formats(column(*texts)) == tuple(formats)
    assert not ambiguous(column(*texts), formats)


def test_the_order_may_be_open_for_one_mark_and_certain_for_another() -> None:
    texts = column("03/04/2012", "31.01.2012", "2012-01-31", "31.02.2012")
    assert ambiguous(texts, FORMATS)
    assert not ambiguous(texts, ("%d.%m.%Y", ISO))


def test_a_format_that_reads_nothing_more_leaves_no_order_open() -> None:
    assert not ambiguous(column("03/04/2012", "31/01/2012"), ("%d/%m/%Y", "%m/%d/%Y"))


def test_a_large_column_is_guessed_and_read_fast() -> None:
    start = datetime(1950, 1, 1)
    moments = [start + timedelta(seconds=number * 45_011) for number in range(20_000)]
    texts = column(*(moment.strftime("%m/%d/%Y %H:%M:%S") for moment in moments))
    began = time.process_time()
    formats = guess_formats(texts[:10_000])
    values = parse_dates(texts, formats)
    assert time.process_time() - began < 2.0  # a quarter of a second, unless the machine is very slow
    assert formats == ("%m/%d/%Y %H:%M:%S",)
    assert values.tolist() == [seconds_of(moment) for moment in moments]


DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def by_datetime(moment: datetime) -> dict[str, float]:
    """What `calendar` promises, for years that are no leap years."""
    angles = {
        "month": (moment.month - 1 + (moment.day - 1) / DAYS_OF_MONTH[moment.month - 1]) / 12,
        "weekday": moment.weekday() / 7,
        "hour": (moment.hour + moment.minute / 60 + (moment.second + moment.microsecond / 1e6) / 3600) / 24,
    }
    waves = {f"{name}_sin": math.sin(2 * math.pi * turn) for name, turn in angles.items()}
    waves |= {f"{name}_cos": math.cos(2 * math.pi * turn) for name, turn in angles.items()}
    return {"days": seconds_of(moment) / 86_400, "year": moment.year, **waves}


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(st.datetimes())
def test_calendar_by_datetime(moment: datetime) -> None:
    moment = moment.replace(year=moment.year - (moment.year % 4 == 0), day=min(moment.day, 28))
    # The microseconds of far years are rounded in float64; not into the next day.
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    parts = calendar(np.array([seconds_of(moment)]))
    expected = by_datetime(moment)
    assert parts.keys() == expected.keys()
    for name, value in expected.items():
        assert parts[name].dtype == np.float64
        assert parts[name].tolist() == pytest.approx([value], rel=1e-12, abs=1e-7), name


def test_calendar_by_hand() -> None:
    # A Wednesday, the 29th day of 29; the first Monday of a year; a quarter second before 1970.
    moments = column("2012-02-29 18:00", "2024-01-01", "1969-12-31T23:59:59.75", "no date")
    parts = calendar(parse_dates(moments, FORMATS))
    np.testing.assert_array_equal(parts["year"], [2012, 2024, 1969, np.nan])
    np.testing.assert_array_equal(parts["days"], [15_399.75, 19_723, -0.25 / 86_400, np.nan])

    def turns(name: str) -> Array:
        turn: Array = np.arctan2(parts[f"{name}_sin"], parts[f"{name}_cos"]) / (2 * np.pi) % 1.0
        return turn

    months = [(1 + 28 / 29) / 12, 0, (11 + 30 / 31) / 12, np.nan]
    np.testing.assert_allclose(turns("month"), months, atol=1e-12)
    np.testing.assert_allclose(turns("weekday"), [2 / 7, 0, 2 / 7, np.nan], atol=1e-12)
    np.testing.assert_allclose(turns("hour"), [0.75, 0, 1 - 0.25 / 86_400, np.nan], atol=1e-12)
    assert all(values.shape == (4,) and np.isnan(values[3]) for values in parts.values())


def test_calendar_of_nothing() -> None:
    assert {values.shape for values in calendar(np.empty(0)).values()} == {(0,)}
