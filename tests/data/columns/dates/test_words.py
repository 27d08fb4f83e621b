"""Forms of dates beyond digits and marks: what people, statistical packages, loggers and phones write."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.formats import guess_formats, open_readings, parse_dates
from mlpcli.data.columns.dates.forms import ISO, ONE_FOR_DIGIT
from mlpcli.data.columns.dates.grammar import template
from mlpcli.data.columns.dates.words import MONTHS, WEEKDAYS, ZONES

FORMS: dict[str, list[str]] = {
    "2019-07-23": [
        *("July 23 2019", "July 23, 2019", "Jul 23 2019", "JULY 23, 2019", "jul. 23, 2019", "23 July 2019"),
        *("23rd July 2019", "July 23rd, 2019", "23rd of July, 2019", "Tuesday, July 23, 2019"),
        "Tue 23 Jul 2019",
        *("23. Juli 2019", "23 Juli 2019", "23. Jul. 2019", "Di, 23. Juli 2019"),
        "Dienstag, den 23. Juli 2019",
        *("23 juillet 2019", "23 juil. 2019", "mardi 23 juillet 2019", "mar. 23 juil. 2019"),
        "le 23 juillet 2019",
        *("23 de julio de 2019", "23 julio 2019", "23 de jul. de 2019", "martes, 23 de julio de 2019"),
        *("mar 23 jul 2019", "23 de julio del 2019", "Jul-23-2019", "2019 Jul 23", "2019-Jul-23"),
        "2019, July 23",
        *("23JUL2019", "23jul2019", "2019JUL23", "23-Jul-19", "23-JUL-2019", "23 Jul 19", "23/Jul/2019"),
        "23.Jul.2019",
        *("23. 7. 2019", "23. 07. 2019", "23.07.2019.", "Tue 23.07.2019", "Di 23.7.19"),
        *("2019년 7월 23일", "2019년07월23일", "2019년 7월 23일 (화)", "2019. 7. 23.", "2019.7.23."),
        "2019. 07. 23",
        *("2019-07-23(화)", "2019년 7월 23일 화요일", "2019年7月23日", "2019年07月23日", "2019-7-23"),
        "2019/7/23",
        *("\uff12\uff10\uff11\uff19\uff0f\uff10\uff17\uff0f\uff12\uff13", "23\u00a0juillet\u202f2019"),
        *("2019\u201307\u201323", "\u200e23. Juli 2019", "2019-W30-2", "Jul 23 '19"),
    ],
    "2019-07-23 01:45:07": [
        *("23jul2019 01:45:07", "23JUL2019:01:45:07", "23Jul2019 1:45:07 AM", "July 23, 2019 1:45:07 a.m."),
        *("2019-07-23_01-45-07", "2019-07-23_01.45.07", "20190723T014507", "20190723_014507"),
        "20190723-014507",
        *("2019/07/23 01:45:07", "2019:07:23 01:45:07", "Tue Jul 23 01:45:07 2019"),
        "Tue Jul 23 2019 01:45:07",
        *("2019-07-23 01:45:07 UTC", "2019-07-23 01:45:07 GMT", "2019-07-23 01:45:07Z"),
        "2019-07-23 01:45:07 z",
        *("2019-07-23T01:45:07Z", "2019-07-23T01:45:07.000Z", "2019-07-23 1:45:07", "23.07.2019T01:45:07"),
        *("23/Jul/2019:01:45:07 +0000", "01:45:07 23 Jul 2019", "23 juillet 2019 à 01:45:07"),
        "7/23/2019, 1:45:07 AM",
        *("2019년 7월 23일 오전 1시 45분 7초", "2019. 7. 23. 오전 1:45:07", "2019年7月23日 01時45分07秒"),
        *("2019年7月23日 上午1:45:07", "2019/7/23 午前1:45:07", "23.07.2019, 01:45:07"),
        "23.07.2019 01:45:07 Uhr",
        *("2019-07-23T02:45:07+01:00[Europe/London]", "2019-07-22T18:45:07-0700", "2019-07-23 03:45:07 CEST"),
        *("Tue Jul 23 2019 03:45:07 GMT+0200 (Central European Summer Time)", "2019-07-23 03:45:07 UTC+2"),
        *("Tue, 23 Jul 2019 01:45:07 GMT", "Mon, 22 Jul 2019 21:45:07 EDT", "Mon Jul 22 18:45:07 PDT 2019"),
        *("2019-07-23 10:45:07 KST", "2019-07-23 10:45:07 +0900", "23.07.2019 03:45:07 MESZ"),
        "Di 23.07.2019 01:45:07",
        "23.07.2019 03:45:07 +02:00",
    ],
    "2019-07-23 01:45:07.123": [
        *("2019-07-23 01:45:07,123", "2019-07-23T01:45:07.123Z", "2019-07-23T01:45:07,123"),
        "2019-07-23-01.45.07.123",
        *("23/Jul/2019:03:45:07.123 +0200", "23.07.2019 01:45:07,123", "07/23/2019 01:45:07.123 AM"),
        *("2019-07-23 01:45:07,123 UTC", "20190723T014507.123", "23.07.2019 03:45:07,123 CEST"),
    ],
    "2019-07-23 13:45": [
        *("2019년 7월 23일 오후 1시 45분", "2019-07-23 오후 1:45", "Di., 23. Juli 2019, 13:45 Uhr"),
        "23. Juli 2019 13.45 Uhr",
        *("23 juillet 2019 13h45", "23 juillet 2019 à 13 h 45", "23 de julio de 2019, 1:45 p. m."),
        "23/07/2019 13:45 h",
        *("July 23, 2019 at 1:45 PM", "Jul 23 2019 1:45PM", "7/23/19 1:45 p.m.", "2019-07-23 01:45 pm"),
        *("Tuesday, July 23, 2019 1:45 PM", "23.07.19 13:45", "7/23/2019 1:45 PM"),
    ],
    "2019-07-23 12:45": ["July 23, 2019 12:45 PM", "7/23/2019 12:45 p.m.", "2019년 7월 23일 오후 12시 45분"],
    "2019-07-23 00:45": ["July 23, 2019 12:45 AM", "7/23/2019 12:45 a.m.", "2019. 7. 23. 오전 12:45"],
    "2019-07-01": [
        *("2019Q3", "2019-Q3", "Q3 2019", "Q3/2019", "2019 Q3", "2019q3", "3Q2019", "2019년 3분기"),
        *("T3 2019", "Q3-2019"),
        *("3. Quartal 2019", "3e trimestre 2019", "3er trimestre de 2019", "3rd quarter 2019", "2019T3"),
        "2019.Q3",
        *("2019H2", "H2 2019", "2019m7", "2019M07", "Jul 2019", "July 2019", "juillet 2019", "julio de 2019"),
        *("Juli 2019", "Jul-2019", "JUL2019", "2019 Jul", "2019년 7월", "2019年7月", "2019-07"),
    ],
    "2019-07-22": [
        *("2019-W30", "2019W30", "2019w30", "W30 2019", "KW 30/2019", "KW30 2019", "2019 KW 30"),
        "Week 30, 2019",
        *("2019-W30-1", "2019년 30주", "semaine 30 2019"),
    ],
    "2020-08-01": [
        "1er août 2020",
        "1er aout 2020",
        "1. August 2020",
        "1st Aug 2020",
        "1 de agosto de 2020",
        "1º agosto 2020",
    ],
    "2020-03-04": [
        "4. März 2020",
        "4 mars 2020",
        "4 marzo 2020",
        "4 mar 2020",
        "mié 4 mar 2020",
        "mar 4 2020",
    ],
    "2024-02-29": [
        "29 févr. 2024",
        "29 fe\u0301vrier 2024",
        "29. Feb. 2024",
        "Feb 29, 2024",
    ],
    "2019-12-30": ["2020-W01", "30 déc. 2019", "30 dic 2019", "30. Dez. 2019"],
    "1969-01-02": ["2-Jan-69", "Jan 2, 69"],
    "2068-01-02": ["2-Jan-68"],
}


def column(*texts: str) -> Array:
    return np.array([*texts, None], dtype=object)[:-1]


def seconds_of(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read(text: str) -> float:
    formats = guess_formats(column(text))
    assert len(formats) == 1, text
    return float(parse_dates(column(text), formats)[0])


@pytest.mark.parametrize("moment", FORMS)
def test_hand_worked(moment: str) -> None:
    expected = seconds_of(datetime.fromisoformat(moment))
    assert {text: read(text) for text in FORMS[moment]} == dict.fromkeys(FORMS[moment], expected)


def test_the_table_is_long_enough() -> None:
    assert sum(map(len, FORMS.values())) > 150


@pytest.mark.parametrize(
    "text",
    [
        *("July 23 2019", "23rd July 2019", "23 July 2019", "Tuesday, July 23, 2019", "Jul-23-2019"),
        "2019 Jul 23",
        *("23JUL2019", "23jul2019 01:45:07", "23-Jul-19", "Tue Jul 23 01:45:07 2019", "Jul 23 2019 1:45PM"),
        *("2019-07-23 01:45:07,123", "20190723T014507", "July 23, 2019 12:45 AM", "2019-07-23 01:45:07 UTC"),
        *("Tue, 23 Jul 2019 01:45:07 +0200", "1:45 PM 23 Jul 2019", "Sept 5 2019", "23.Jul.2019"),
    ],
)
def test_as_pandas_and_dateutil_read(text: str) -> None:
    assert read(text) == pytest.approx(seconds_of(pd.Timestamp(text)), rel=0, abs=1e-6)


@pytest.mark.parametrize("zone", ["UTC", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"])
def test_zones_as_the_standard_library_reads_them(zone: str) -> None:
    text = f"Tue, 23 Jul 2019 01:45:07 {zone}"
    assert read(text) == seconds_of(parsedate_to_datetime(text))


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone(zone: str) -> None:
    midnight = seconds_of(datetime(2019, 7, 23))
    for text in (
        f"2019-07-23 00:00 {zone.upper()}",
        f"23.07.2019 00:00:00 {zone}",
        f"Jul 23 00:00:00 {zone} 2019",
    ):
        assert read(text) == midnight - 60 * ZONES[zone]


@pytest.mark.parametrize("word", MONTHS)
def test_every_name_of_a_month(word: str) -> None:
    expected = seconds_of(datetime(2019, MONTHS[word], 23))
    assert (
        read(f"23 {word} 2019")
        == read(f"{word.title()}. 23, 2019")
        == read(f"23{word.upper()}19")
        == expected
    )


def test_every_weekday() -> None:
    for word in WEEKDAYS:
        assert (
            read(f"{word.title()}, 23 Jul 2019")
            == read(f"{word} 23.07.2019")
            == seconds_of(datetime(2019, 7, 23))
        )


@settings(max_examples=25, derandomize=True, database=None, deadline=None)
@given(st.dates(date(1801, 1, 1), date(2199, 12, 1)))
def test_weeks_and_quarters_of_any_day(day: date) -> None:
    year, week, weekday = day.isocalendar()
    monday = day - timedelta(days=day.weekday())
    quarter = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    for text, start in (
        (f"{year}-W{week:02}-{weekday}", day),
        (f"{year}w{week}", monday),
        (f"{day.year}Q{(day.month + 2) // 3}", quarter),
        (f"{day.year}m{day.month}", day.replace(day=1)),
    ):
        assert read(text) == seconds_of(datetime(start.year, start.month, start.day)), text


@pytest.mark.parametrize(
    "text",
    [
        *("may", "mar", "sun", "Mar.", "April Smith", "May 5", "5 May", "April 1 Smith", "Jan", "23 July"),
        "Tue 23",
        *("1.2.3", "3:2", "12-34-567", "555-12-3456", "+49 30 123456", "030/123456", "12/34/56", "10-45-99"),
        *("2019Q5", "2019Q0", "2019-W54", "2019-W00", "2019H3", "2019m13", "Q3", "W30", "KW 30", "1234Q1"),
        "5000T1",
        *("Q3 19", "30 Feb 2019", "31. April 2019", "32 Jul 2019", "Feb 29, 2019", "0 Jul 2019"),
        "23 Jul 019",
        *("2019-07-23 13:45 XYZ", "2019-07-23 13:45 IST", "13:45 CET", "23 Jul 2019 25:00"),
        "23 Jul 2019 13:45 PM",
        *("23 Jul 2019 0:45 AM", "Jul 2019 13:45", "2019Q3 13:45", "07/2019 13:45", "23 Jul Aug 2019"),
        *("23 Foo 2019", "23 Jul 2019!", "23 Jul 2019 BC", "a 1", "T3", "h 1", "13h45", "1h30", "12 h"),
        *("5 pm", "Z1"),
        *("2019년", "7월 23일", "3분기", "23 \u017fep 2019", "2019-07-23 01:45:07 +", "2019.07"),
        *("10 Downing", "x 2019"),
        *("1\u0660 Jan 2019", "2 19 mar", "2019 23 Jul", "19.23.Jul"),
        *("2012-02-31 오전 1:45", "Jul 12345", "23-07-2019-1", "192.168.1.10", "1/2", "2019-2020", "Q", ""),
        "년",
    ],
)
def test_no_dates(text: str) -> None:
    assert guess_formats(column(text)) == ()


def test_dates_in_words_are_one_format() -> None:
    texts = column("23 July 2019", "24. Juli 2019", "2019-07-25", "2019Q3", "26JUL2019 10:00")
    assert guess_formats(texts) == (ISO,)


def test_an_impossible_date_in_words_among_others() -> None:
    texts = column(
        "30 Jan 2019", "30 Feb 2019", "2019-W53", "2019-W52", "7/23/2019 13:45 PM", "7/23/2019 1:45 PM"
    )
    seconds = parse_dates(texts, (ISO, "%m/%d/%Y %H:%M"))
    assert np.isnan(seconds).tolist() == [False, True, True, False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        *("jan" * 33, "1jan" * 25, "sept" * 25, "1:" * 50, "11:11:" * 16, "1 " * 50, "1." * 50, "q1" * 50),
        *("1" * 100, " " * 99 + "1", "(" * 99 + "1", "11:11 " + "(" * 90, "11:11 +11 [" + "a" * 88),
        "-1" * 50,
        *("2019-07-23 " + "x" * 1_000_000, "1" * 1_000_000, "jan 1 " * 200_000, "11:11 " + "p. m. " * 15),
    ],
)
def test_hostile_cells(text: str) -> None:
    assert guess_formats(column(text)) == ()


PIECES = (
    *(
        "1",
        "12",
        "31",
        "07",
        "2019",
        "0",
        "-",
        "/",
        ".",
        ":",
        " ",
        ",",
        "T",
        "Z",
        "Jan",
        "Juli",
        "août",
        "mar",
    ),
    *(
        "Q3",
        "W30",
        "KW",
        "h",
        "PT",
        "days",
        "AM",
        "p.m.",
        "오후",
        "년",
        "월",
        "일",
        "시",
        "분",
        "UTC",
        "+02:00",
        "CET",
    ),
    *(
        "[",
        "(",
        "화",
        ")",
        "'",
        "\u00a0",
        "\uff11",
        "st",
        "e\u0301",
        "\u017f",
        "\u0130",
        "1\u0660",
        "\u2212",
        "_",
    ),
)


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join), min_size=1, max_size=20)
)
def test_any_pieces_of_dates(texts: list[str]) -> None:
    """A text is read alike in a column and alone, and a doubt has at least two readings."""
    cells = column(*texts)
    formats = guess_formats(cells)
    seconds = parse_dates(cells, formats)
    alone = [parse_dates(column(text), formats)[0] for text in texts]
    np.testing.assert_array_equal(seconds, alone)
    assert len(open_readings(cells, formats)) != 1


def test_a_form_is_understood_once_for_all_its_texts() -> None:
    found = template("23. Juli 2019 13:45 Uhr".translate(ONE_FOR_DIGIT))
    assert found is not None
    assert found.written("05. Juli 1998 07:01 Uhr") == "1998-07-05 07:01"
