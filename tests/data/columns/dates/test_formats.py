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
from mlpcli.data.columns.dates.formats import (
    FORMATS,
    compact_dates,
    guess_formats,
    is_no_date,
    open_readings,
    parse_dates,
    settled_orders,
)
from mlpcli.data.columns.dates.forms import ISO
from mlpcli.data.encoders.dates import calendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STRPTIME_FORMATS = [format for format in FORMATS if format != ISO]
JANUARY_31 = 1_327_968_000.0
"""2012-01-31, by `date -u -d 2012-01-31 +%s`."""

WINTER = datetime(1985, 1, 31, 15, 4, 5, 250_000, tzinfo=timezone(timedelta(hours=2)))
"""A day that has one reading with its year in two digits."""


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
        *("31.01.2012x", "31.01.", "1.2", "1.2.3", "1.2.3.4", "2012-01-31 10:00 XYZ", "01-31"),
        "31 \u017fep 2012",  # a long s: pandas raises KeyError, as the text matches its pattern without case
        "31.01.2012".translate({ord("0") + digit: ord("\u0660") + digit for digit in range(10)}),
    )
    assert texts[~np.isnan(parse_dates(texts, FORMATS))].tolist() == []
    assert guess_formats(texts) == ()
    assert not open_readings(texts, FORMATS)


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


moments = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)),  # below 1000, strftime writes short years
    st.integers(-14 * 60, 14 * 60),
)


@settings(max_examples=25, derandomize=True, database=None, deadline=None)
@given(
    st.sampled_from([each for each in STRPTIME_FORMATS if "%d" in each]),
    st.lists(moments, min_size=1, max_size=6),
)
def test_round_trip(format: str, times: list[datetime]) -> None:
    texts = [moment.strftime(format) for moment in times]
    expected = [by_python(text, format) for text in texts]
    # float64 seconds of the year 9999 are 3e-5 apart.
    assert read(*texts, formats=(format,)) == pytest.approx(expected, rel=0, abs=1e-4)
    guessed = guess_formats(column(*texts))
    assert len(guessed) == 1
    if read(*texts, formats=guessed) != pytest.approx(expected, rel=0, abs=1e-4):
        assert len(open_readings(column(*texts), guessed)) > 1


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
    for format in (*FORMATS, "%d %b %Y", "%d-%b-%y", "%m/%d/%Y %I:%M:%S %p"):
        by_pandas = pd.to_datetime(pd.Index(cells), format=format, errors="coerce", utc=True)
        not_read = np.asarray(by_pandas.isna())
        np.testing.assert_array_equal(np.isnan(parse_dates(cells, (format,), exact=True)), not_read)


def test_each_text_by_the_first_format_that_reads_it() -> None:
    texts = ("01/02/2012", "31/01/2012", "01/31/2012", "2012-01-31")
    day = 86_400
    month_first = read(*texts, formats=("%m/%d/%Y", "%d/%m/%Y"))
    assert month_first == [JANUARY_31 - 29 * day, JANUARY_31, JANUARY_31, JANUARY_31]
    day_first = read(*texts, formats=("%d/%m/%Y", "%m/%d/%Y"))
    assert day_first == [JANUARY_31 + day, JANUARY_31, JANUARY_31, JANUARY_31]
    exact = parse_dates(column(*texts), ("%d/%m/%Y", "%m/%d/%Y"), exact=True)
    np.testing.assert_array_equal(exact, [JANUARY_31 + day, JANUARY_31, JANUARY_31, np.nan])
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
    assert formats[-1] == ISO
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
    assert not open_readings(column(), FORMATS)
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
    assert open_readings(column(*texts), (format,))


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
        (["4 May 2012"], [ISO]),
        (["2012-05-04 3:00 PM"], [ISO]),
    ],
)
def test_the_order_of_day_and_month_where_it_is_certain(texts: list[str], formats: list[str]) -> None:
    assert guess_formats(column(*texts)) == tuple(formats)
    assert not open_readings(column(*texts), formats)


def test_the_order_may_be_open_for_one_mark_and_certain_for_another() -> None:
    texts = column("03/04/2012", "31.01.2012", "2012-01-31", "31.02.2012")
    assert open_readings(texts, ("%d.%m.%Y", "%m/%d/%Y", ISO)) == (
        "'03/04/2012' read as month/day/year (2012-03-04)",
        "day/month/year (2012-04-03)",
    )
    assert not open_readings(texts, ("%d.%m.%Y", ISO))


def test_a_format_that_reads_nothing_more_leaves_no_order_open() -> None:
    assert not open_readings(column("03/04/2012", "31/01/2012"), ("%d/%m/%Y", "%m/%d/%Y"))


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


EXACT: dict[str, dict[str, float]] = {
    "ISO8601": {
        "2012-01-31": 1327968000,
        "  2012-01-31\t": 1327968000,
        "2012/1/31": 1327968000,
        "2012.01.31": 1327968000,
        "2012-01": 1325376000,
        "2012-01-31T10:00": 1328004000,
        "2012-01-31 10:00:00.5+02:00": 1327996800.5,
        "2012-01-31T10:00:00.123456789Z": 1328004000.123456,
        "20120131T101112": 1328004672,
        "0001-01-01": -62135596800,
    },
    "%d.%m.%Y": {
        "31.01.2012": 1327968000,
        "01.02.2012": 1328054400,
    },
    "%m.%d.%Y": {
        "01.02.2012": 1325462400,
    },
    "%d.%m.%y": {
        "1.2.12": 1328054400,
    },
    "%m/%d/%y": {
        "01/02/12": 1325462400,
    },
    "%d/%m/%y": {
        "01/02/12": 1328054400,
    },
    "%d %b %Y": {
        "31 Jan 2012": 1327968000,
    },
    "%d-%b-%y": {
        "31-JAN-12": 1327968000,
    },
    "%b %d, %Y": {
        "Jan 31, 2012": 1327968000,
    },
    "%d.%m.%Y %H:%M": {
        "31.1.2012 10:00": 1328004000,
    },
    "%d-%m-%Y %H:%M:%S.%f": {
        "31-01-2012 10:00:00.25": 1328004000.25,
    },
    "%m/%d/%Y %I:%M %p": {
        "1/31/2012 3:05 PM": 1328022300,
    },
    "%m/%d/%y %I:%M:%S %p": {
        "1/31/12 12:05:06 am": 1327968306,
    },
    "%d/%m/%y %H:%M": {
        "31/01/12 9:05": 1328000700,
    },
    "%d %B %Y %H:%M:%S %z": {
        "31 January 2012 10:00:00 +0230": 1327995000,
    },
    "%B %d, %Y %H:%M": {
        "January 31, 2012 10:00": 1328004000,
    },
    "%b %Y": {
        "Jan 2012": 1325376000,
    },
    "%H:%M": {
        "10:00": 36000,
    },
    "%H:%M:%S.%f": {
        "10:00:07.25": 36007.25,
    },
    "%I:%M %p": {
        "9:05 PM": 75900,
    },
    "%Y-%m-%d %I:%M %p": {
        "2012-01-31 3:05 PM": 1328022300,
    },
    "%Y-%m-%d %H:%M:%S UTC": {
        "2012-01-31 10:00:00 UTC": 1328004000,
    },
    "%a, %d %b %Y %H:%M:%S GMT": {
        "Tue, 31 Jan 2012 10:00:00 GMT": 1328004000,
    },
    "%a %b %d %H:%M:%S %Y": {
        "Tue Jan 31 10:00:00 2012": 1328004000,
    },
    "%a %b %d %H:%M:%S %z %Y": {
        "Tue Jan 31 10:00:00 -0230 2012": 1328013000,
    },
}
"""Seconds by format, as version 2 of the model files read them (recorded at its last commit)."""
NEVER_EXACT = [
    "20120131",
    "2012",
    "31-01-12",
    "31. Januar 2012",
    "2012-01-31 10:00 CET",
    "2012Q1",
    "07/2012",
    "31.02.2012",
    "now",
    "3:2",
    "12-01-31",
    "2012-01-31 10:00:00,5",
]


def test_exact_reading_is_that_of_older_models() -> None:
    texts = [*dict.fromkeys(text for read_by in EXACT.values() for text in read_by), *NEVER_EXACT]
    for format, read_by in EXACT.items():
        expected = [read_by.get(text, np.nan) for text in texts]
        np.testing.assert_array_equal(parse_dates(column(*texts), (format,), exact=True), expected, format)


def test_what_was_read_before_is_still_read() -> None:
    """Though texts with names of months, and hours with am and pm, have no formats of their own any more."""
    for format, read_by in EXACT.items():
        for text, seconds in read_by.items():
            assert parse_dates(column(text), (format, *FORMATS))[0] == seconds, text


def mixed(form: str, years: int, count: int = 40) -> list[str]:
    """Dates from 2019 on in no order, of all months and of days up to 28."""
    dates = [datetime(2019 + n % years, 1 + n * 7 % 12, 1 + n * 11 % 28) for n in range(count)]
    return [date.strftime(form) for date in dates]


@pytest.mark.parametrize(
    ("texts", "format", "settled"),
    [
        # Only one order reads all:
        (["07-23-19", "01-02-19"], "%m-%d-%y", {"-": "mdy"}),
        (["23-07-45", "01-02-19"], "%d-%m-%y", {"-": "dmy"}),
        (["99-07-23", "01-02-19"], "%y-%m-%d", {"-": "ymd"}),
        (["70/12/31", "69/07/23"], "%y/%m/%d", {"/": "ymd"}),
        (["23/07/2019", "24/07/2019"], "%d/%m/%Y", {"/": "dmy"}),
        # Rows sorted in one order only:
        ([f"{day:02}/{month:02}/2019" for month in range(1, 13) for day in (3, 9)], "%d/%m/%Y", {"/": "dmy"}),
        # Days of few years:
        (mixed("%y.%m.%d", 5), "%y.%m.%d", {".": "ymd"}),
        (mixed("%d-%m-%y", 2), "%d-%m-%y", {"-": "dmy"}),
        (mixed("%y/%m/%d", 3), "%y/%m/%d", {"/": "ymd"}),
        # The year is settled so, day and month are not; nor are the first days of months:
        ([date for date in mixed("%d/%m/%y", 2, 90) if date < "13"], "%m/%d/%y", {}),
        ([f"{n * 7 % 12 + 1:02}.{n * 5 % 12 + 1:02}.01" for n in range(30)], "%d.%m.%y", {}),
        # Nothing to settle:
        (["2019-07-23"], ISO, {}),
        (["10:00"], "%H:%M", {}),
        (["07/2019"], "%m/%Y", {}),
    ],
)
def test_settled_orders(texts: list[str], format: str, settled: dict[str, str]) -> None:
    formats = guess_formats(column(*texts))
    assert formats == (format,)
    assert settled_orders(column(*texts), formats) == settled
    assert bool(open_readings(column(*texts), formats)) == (not settled and "%d" in format)


def test_the_order_of_other_columns_counts_only_where_it_is_open() -> None:
    texts = column("05/04/2012", "03/02/2012", "04/06/2012")
    assert guess_formats(texts, {"/": "dmy"}) == ("%d/%m/%Y",)
    assert open_readings(texts, ("%d/%m/%Y",), {"/": "dmy"}) == ()
    assert guess_formats(texts, {"-": "dmy"}) == guess_formats(texts, {"/": "ymd"}) == ("%m/%d/%Y",)
    assert guess_formats(column("05/13/2012"), {"/": "dmy"}) == ("%m/%d/%Y",)


def test_open_readings_in_words() -> None:
    texts = column("01-01-01", "01-02-03", "04-05-06", "02-01-05")
    assert open_readings(texts, guess_formats(texts)) == (
        "'01-02-03' read as day-month-year (2003-02-01)",
        "month-day-year (2003-01-02)",
        "year-month-day (2001-02-03)",
    )
    # The same day in both orders; a single reading of each; an order that reads less.
    assert open_readings(column("05/05/2012"), ("%m/%d/%Y",)) == ()
    assert open_readings(column("05/13/2012", "13/05/2012"), ("%m/%d/%Y", "%d/%m/%Y")) == ()
    assert open_readings(column("01-02-99", "01-02-03"), ("%y-%m-%d",)) == ()


def test_words_among_dates_disturb_nothing() -> None:
    dates = [f"{day:02}.0{month}.2019" for month in (7, 8) for day in range(1, 29)]
    words = ("-", "unknown", "0000-00-00", "00.00.0000", "12:30", "n/a", "3", "07/2019", "1.2.3")
    texts = column(*dates[:20], *words, *dates[20:], None)
    formats = guess_formats(texts)
    assert formats == ("%d.%m.%Y",)
    assert np.isnan(parse_dates(texts, formats)).tolist() == [False] * 20 + [True] * 9 + [False] * 36 + [True]


def test_a_few_dates_in_another_order_are_not_read() -> None:
    dates = [f"0{month}/{day:02}/2019" for month in (7, 8) for day in range(1, 29)]
    texts = column(*dates, "23/07/2019")
    formats = guess_formats(texts)
    assert formats == ("%m/%d/%Y",)
    assert np.flatnonzero(np.isnan(parse_dates(texts, formats))).tolist() == [56]


def test_times_and_dates_are_not_mixed() -> None:
    assert guess_formats(column("10:00", "11:00", "2019-07-23")) == ("%H:%M",)
    assert guess_formats(column("10:00", "2019-07-24", "2019-07-23")) == (ISO,)


def test_other_spellings_without_doubt() -> None:
    day = seconds_of(datetime(2019, 7, 23))
    texts = column("23.07.2019", "23.07.19", "23.7.2019", "2019-07-23", "2019/07/23", "23 juillet 2019")
    assert parse_dates(texts, ("%d.%m.%Y",)).tolist() == [day] * 6
    assert read("23.07.2019 10:00:05", "10:00 PM", formats=("%d.%m.%Y",))[0] == day + 36_005
    others = read("07.23.2019", "23/07/2019", "10:00", "07/2019", "20190723", formats=("%d.%m.%Y",))
    assert np.isnan(others).all()
    assert read("9:05 PM", "21:05:00", "9:05 p.m.", formats=("%H:%M",)) == [75_900] * 3
    assert np.isnan(read("2019-07-23", "23.07.2019", formats=("%H:%M",))).all()


def test_months_without_a_name() -> None:
    assert guess_formats(column("07/2019", "08/2019")) == ("%m/%Y",)
    assert guess_formats(column("07-2019", "08-2019")) == ("%m-%Y",)
    assert read("07/2019", formats=("%m/%Y",)) == [seconds_of(datetime(2019, 7, 1))]
    for texts in (["07/2019", "x"], ["12/1234"], ["07/2019", "8/2019"], ["07/2019", "13/2019"], ["7.2019"]):
        assert guess_formats(column(*texts)) == (), texts


@pytest.mark.parametrize(
    "text",
    [
        *("0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "0000-00-00 00:00:00.000000"),
        *("00/00/0000", "00.00.0000", "0/0/0000", "00-00-00", " 0000/00/00 ", "1900-01-00", "1/0/1900"),
        *("00.01.1900", "0001-01-01", "0001-01-01 00:00:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_no_date(text: str) -> None:
    assert is_no_date(column(text, None, "2019-07-23")).tolist() == [True, False, False]


def test_dates_and_times_that_are_some() -> None:
    texts = column("1900-01-01", "2000-00-00", "00:00", "00:00:00", "0", "0000", "00-00", "2001-01-01", "")
    assert not is_no_date(texts).any()


def test_whole_numbers_that_are_dates() -> None:
    days = [datetime(2019, 12, 20) + timedelta(days=day) for day in range(25)]
    values = np.array([float(day.strftime("%Y%m%d")) for day in days])
    assert compact_dates(np.append(values, np.nan))
    assert not compact_dates(values[:19])
    for other in (
        20191301.0,
        20190231.0,
        20190100.0,
        20190723.5,
        18991231.0,
        21010101.0,
        np.inf,
        -20190723.0,
    ):
        assert not compact_dates(np.append(values, other)), other
    assert not compact_dates(np.array([np.nan])) | compact_dates(np.empty(0))
    texts = column("20190723", "20190723.0", "2019-07-23", "20190231", "2019", "201907231")
    expected = [seconds_of(datetime(2019, 7, 23))] * 3 + [np.nan] * 3
    np.testing.assert_array_equal(parse_dates(texts, ("%Y%m%d",)), expected)
    assert guess_formats(texts) == (ISO,)


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
