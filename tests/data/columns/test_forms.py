"""Forms of number, date, duration, boolean and missing word: kind, values, and what is said of each.

The values are those that the cells were written from, by the standard library or pandas.
"""

import calendar
import datetime
import email.utils
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dateutil import parser as dateutil_parser  # type: ignore[import-untyped]

from tests.data.examples import reading_of

CELLS = 24


@dataclass(frozen=True)
class Form:
    """A column: its cells, kind, and either values or levels."""

    cells: list[str]
    kind: str
    values: list[float | None] = field(default_factory=list)
    levels: list[str] | None = None
    word: str | None = None
    """Of the reason."""
    words: dict[str, int] = field(default_factory=dict)


RANDOM = np.random.default_rng(11)
AMOUNTS = [round(float(value), 2) for value in RANDOM.gamma(0.7, 4000, CELLS) + 1.17]
SMALL = [round(float(value), 1) for value in RANDOM.uniform(1, 99, CELLS)]
WHOLES = [int(value) for value in RANDOM.integers(1_000, 40_000_000, CELLS)]
SIGNED = [value * (-1) ** number for number, value in enumerate(AMOUNTS)]
DAYS = [datetime.date(2000 + row % 24, row * 5 % 12 + 1, (row * 11) % 28 + 1) for row in range(CELLS)]
EARLY_DAYS = [day.replace(year=1970 + row) for row, day in enumerate(DAYS)]
MOMENTS = [
    datetime.datetime.combine(day, datetime.time(row, row * 7 % 60, row * 13 % 60))
    for row, day in enumerate(DAYS)
]
SPANS = [
    datetime.timedelta(days=row % 4 + 1, hours=row % 24, minutes=row * 7 % 60, seconds=row * 13 % 60)
    for row in range(CELLS)
]

FULL_WIDTH = str.maketrans({str(digit): chr(ord("\uff10") + digit) for digit in range(10)})
GERMAN = str.maketrans(",.", ".,")


def numbers(write: Callable[[Any], str], values: Sequence[float], word: str | None = None) -> Form:
    return Form([write(value) for value in values], "number", [float(value) for value in values], word=word)


def seconds(moment: datetime.date) -> float:
    stamp = pd.Timestamp(moment)
    return float((stamp.tz_localize("UTC") if stamp.tz is None else stamp).timestamp())


def dates(write: Callable[[Any], str], moments: Iterable[datetime.date]) -> Form:
    moments = list(moments)
    return Form([write(each) for each in moments], "date", [seconds(each) for each in moments])


def stamped(format: str, moments: Iterable[datetime.date]) -> Form:
    """By `strftime`; the moments are as exact as the format."""
    return dates(lambda each: each.strftime(format), moments)


def durations(write: Callable[[datetime.timedelta], str], spans: Sequence[datetime.timedelta]) -> Form:
    return Form([write(each) for each in spans], "number", [each.total_seconds() for each in spans])


def cycled(*words: str) -> list[str]:
    return [words[row % len(words)] for row in range(CELLS)]


def booleans(*words: str, true: Sequence[str]) -> Form:
    cells = cycled(*words)
    return Form(cells, "boolean", [float(cell in true) for cell in cells])


def categories(*words: str, word: str | None = None, levels: Sequence[str] | None = None) -> Form:
    return Form(cycled(*words), "category", levels=list(words if levels is None else levels), word=word)


def with_words(form: Form, *words: str, times: int = 4) -> Form:
    """Some of the cells are words instead, which are missing."""
    rows = [row * (CELLS // times) + 1 for row in range(times)]
    cells, values = list(form.cells), list(form.values)
    for number, row in enumerate(rows):
        cells[row], values[row] = words[number % len(words)], None
    counted = {word: len(list(same)) for word, same in groupby(sorted(cells[row] for row in rows))}
    return Form(cells, form.kind, values, words={word.strip(): count for word, count in counted.items()})


def indian(value: float) -> str:
    """Groups of two before the last three digits."""
    whole, _, rest = f"{value:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(end - 2, 0) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail]) + f".{rest}"


def clock(span: datetime.timedelta) -> str:
    minutes, second = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def hours_and_minutes(span: datetime.timedelta) -> tuple[int, int]:
    return divmod(int(span.total_seconds()) // 60, 60)


def sexagesimal(value: float, marks: str) -> str:
    minutes, second = divmod(round(abs(value) * 3600), 60)
    return f"{minutes // 60}°{minutes % 60:02}'{second:02}\"{marks[value < 0]}"


ANGLES = [round(value * 3600) / 3600 for value in RANDOM.uniform(-90, 90, CELLS).tolist()]

EAST = [round(value, 4) for value in RANDOM.uniform(-180, 180, CELLS).tolist()]

NUMBERS: dict[str, Form] = {
    "plain": numbers(str, AMOUNTS),
    "whole": numbers(str, WHOLES),
    "float of a whole": numbers(lambda value: f"{value}.0", WHOLES),
    "blanks around": numbers(lambda value: f"  {value} ", AMOUNTS),
    "blanks that do not break around": numbers(lambda value: f"\u00a0{value}\u00a0", AMOUNTS),
    "a blank of no width behind": numbers(lambda value: f"{value}\u200b", AMOUNTS),
    "exponent": numbers(lambda value: f"{value:.6e}", AMOUNTS),
    "exponent E": numbers(lambda value: f"{value:.6E}", AMOUNTS),
    "plus": numbers(lambda value: f"{value:+}", SIGNED),
    "minus sign": numbers(lambda value: f"{value}".replace("-", "\u2212"), SIGNED),
    "minus behind, of SAP": numbers(lambda value: f"{abs(value)}{'-' if value < 0 else ''}", SIGNED),
    "minus and a blank": numbers(lambda value: f"{value}".replace("-", "- "), SIGNED),
    "accounting": numbers(lambda value: f"({-value:,.2f})" if value < 0 else f"{value:,.2f}", SIGNED),
    "accounting, dollars": numbers(
        lambda value: f"($ {-value:,.2f})" if value < 0 else f"$ {value:,.2f}", SIGNED
    ),
    "dollars of accounting": numbers(
        lambda value: f"$({-value:,.2f})" if value < 0 else f"${value:,.2f}", SIGNED
    ),
    "no zero before the point": numbers(
        lambda value: f"{value:.2f}"[1:], [value / 100 for value in range(1, 48, 2)]
    ),
    "commas": numbers(lambda value: f"{value:,}", AMOUNTS),
    "commas, whole": numbers(lambda value: f"{value:,}", WHOLES),
    "blanks": numbers(lambda value: f"{value:,}".replace(",", " "), AMOUNTS),
    "narrow blanks": numbers(lambda value: f"{value:,}".replace(",", "\u202f"), AMOUNTS),
    "thin blanks": numbers(lambda value: f"{value:,}".replace(",", "\u2009"), AMOUNTS),
    "apostrophes": numbers(lambda value: f"{value:,}".replace(",", "'"), AMOUNTS),
    "typographic apostrophes": numbers(lambda value: f"{value:,}".replace(",", "\u2019"), AMOUNTS),
    "Indian groups": numbers(indian, [round(value * 1000, 2) for value in AMOUNTS]),
    "Indian groups of rupees": numbers(lambda value: f"₹{indian(value)}", [value * 100 for value in WHOLES]),
    "decimal commas": numbers(lambda value: str(value).replace(".", ","), AMOUNTS),
    "German": numbers(lambda value: f"{value:,.2f}".translate(GERMAN), AMOUNTS),
    "German, euros": numbers(lambda value: f"{value:,.2f} €".translate(GERMAN), AMOUNTS),
    "German, whole": numbers(lambda value: f"{value:,}".translate(GERMAN), WHOLES),
    "French": numbers(lambda value: f"{value:,.2f} €".replace(",", "\u202f").replace(".", ","), AMOUNTS),
    "dollars": numbers(lambda value: f"${value:,.2f}", AMOUNTS),
    "pounds": numbers(lambda value: f"£ {value}", AMOUNTS),
    "yen": numbers(lambda value: f"¥{value:,}", WHOLES),
    "won of full width": numbers(lambda value: f"￦{value:,}", WHOLES),
    "code before": numbers(lambda value: f"EUR {value:,.2f}", AMOUNTS, "EUR"),
    "code behind": numbers(lambda value: f"{value:,.2f} USD", AMOUNTS, "USD"),
    "Swiss francs": numbers(lambda value: f"CHF {value:,.2f}".replace(",", "'"), AMOUNTS, "CHF"),
    "złoty": numbers(lambda value: f"{value:.2f} zł".replace(".", ","), AMOUNTS, "zł"),
    "kilograms": numbers(lambda value: f"{value} kg", SMALL, "kg"),
    "kilograms at once": numbers(lambda value: f"{value}kg", SMALL, "kg"),
    "some without the unit": numbers(lambda value: f"{value} kg" if value > 20 else f"{value}", SMALL, "kg"),
    "degrees Celsius": numbers(lambda value: f"{value} °C", SMALL, "°C"),
    "kilometres an hour": numbers(lambda value: f"{value} km/h", SMALL, "km/h"),
    "square metres": numbers(lambda value: f"{value} m²", SMALL, "m²"),
    "degrees": numbers(lambda value: f"{value}°", SMALL, "degrees"),
    "degrees and minutes": Form([sexagesimal(value, "NS") for value in ANGLES], "number", [*ANGLES]),
    "degrees to the east": Form([f"{abs(value)}° {'EW'[value < 0]}" for value in EAST], "number", [*EAST]),
    "thousands as k": Form([f"{value}k" for value in SMALL], "number", [value * 1e3 for value in SMALL]),
    "K and M": Form(
        [f"{value}{'KM'[row % 2]}" for row, value in enumerate(SMALL)],
        "number",
        [value * (1e3, 1e6)[row % 2] for row, value in enumerate(SMALL)],
    ),
    "percent": numbers(lambda value: f"{value}%", SMALL),
    "percent behind a blank": numbers(lambda value: f"{value} %", SMALL),
    "percent, decimal commas": numbers(lambda value: f"{value} %".replace(".", ","), SMALL),
    "percent beside fractions": Form(
        [f"{value}%" if row % 2 else f"{value / 100:.3f}" for row, value in enumerate(SMALL)],
        "number",
        [value / 100 for value in SMALL],
        word="%",
    ),
    "full width": numbers(lambda value: str(value).translate(FULL_WIDTH), WHOLES),
    "full width, a point": numbers(lambda value: str(value).translate(FULL_WIDTH), AMOUNTS),
    "a zero alone": numbers(str, [0, 10, 205, *WHOLES[:21]]),
    "below 2**53": numbers(str, [2**53 - 3 * row - 1 for row in range(1, CELLS + 1)]),
}

MONTHS = {
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
LANGUAGES = {name: months.split() for name, months in MONTHS.items()}
ZONE = datetime.timezone(datetime.timedelta(hours=9))


def quarters(write: Callable[["pd.Period"], str]) -> Form:
    periods = [pd.Period(day, freq="Q") for day in DAYS]
    return Form([write(each) for each in periods], "date", [seconds(each.start_time) for each in periods])


def months(write: Callable[[datetime.date], str]) -> Form:
    return dates(write, [day.replace(day=1) for day in DAYS])


def times(format: str) -> Form:
    """Of the day: seconds of 1970-01-01."""
    cells = [each.strftime(format) for each in MOMENTS]
    read = [dateutil_parser.parse(cell, default=datetime.datetime(1970, 1, 1)) for cell in cells]
    return Form(cells, "date", [seconds(each) for each in read])


WEEKS = [datetime.date.fromisocalendar(2001 + row, row * 5 % 52 + 1, 1) for row in range(CELLS)]
MINUTES = [each.replace(second=0) for each in MOMENTS]
FRACTIONS = [each.replace(microsecond=1000 * (row * 41 % 1000)) for row, each in enumerate(MOMENTS)]

DATES: dict[str, Form] = {
    "ISO": dates(str, DAYS),
    "ISO with slashes": stamped("%Y/%m/%d", DAYS),
    "ISO with points": stamped("%Y.%m.%d", DAYS),
    "ISO stamps": dates(lambda each: each.isoformat(), MOMENTS),
    "ISO stamps, Z": dates(lambda each: each.isoformat() + "Z", MOMENTS),
    "ISO stamps, offset": dates(
        lambda each: each.isoformat(), [each.replace(tzinfo=ZONE) for each in MOMENTS]
    ),
    "ISO stamps, UTC": stamped("%Y-%m-%d %H:%M:%S UTC", MOMENTS),
    "ISO stamps, nanoseconds": stamped("%Y-%m-%d %H:%M:%S.%f000", FRACTIONS),
    "logging of Python": dates(
        lambda each: f"{each:%Y-%m-%d %H:%M:%S},{each.microsecond // 1000:03}", FRACTIONS
    ),
    "Apache": dates(
        lambda each: each.strftime("%d/%b/%Y:%H:%M:%S %z"), [each.replace(tzinfo=ZONE) for each in MOMENTS]
    ),
    "Apache, error log": stamped("%a %b %d %H:%M:%S.%f %Y", FRACTIONS),
    "mail": dates(
        lambda each: email.utils.format_datetime(each), [each.replace(tzinfo=ZONE) for each in MOMENTS]
    ),
    "HTTP": stamped("%a, %d %b %Y %H:%M:%S GMT", MOMENTS),
    "ctime": dates(lambda each: each.ctime(), MOMENTS),
    "points": stamped("%d.%m.%Y", DAYS),
    "points, no zeros": dates(lambda each: f"{each.day}.{each.month}.{each.year}", DAYS),
    "points, two digits": stamped("%d.%m.%y", DAYS),
    "points, years first": stamped("%y.%m.%d", EARLY_DAYS[:]),
    "points and time": stamped("%d.%m.%Y %H:%M", MINUTES),
    "slashes, day first": stamped("%d/%m/%Y", DAYS),
    "slashes, month first": stamped("%m/%d/%Y", DAYS),
    "slashes, month first, two digits": stamped("%m/%d/%y", DAYS),
    "slashes, day first, two digits": stamped("%d/%m/%y", DAYS),
    "slashes, years first, two digits": stamped("%y/%m/%d", EARLY_DAYS[:]),
    "slashes and half days": stamped("%m/%d/%Y %I:%M %p", MINUTES),
    "hyphens, day first": stamped("%d-%m-%Y", DAYS),
    "hyphens, month first": stamped("%m-%d-%Y", DAYS),
    "hyphens, month first, two digits": stamped("%m-%d-%y", DAYS),
    "hyphens, day first, two digits": stamped("%d-%m-%y", DAYS),
    "hyphens, years first, two digits": stamped("%y-%m-%d", EARLY_DAYS[:]),
    "month name, American": stamped("%B %d, %Y", DAYS),
    "month name, no comma": stamped("%B %d %Y", DAYS),
    "month name, short, no comma": stamped("%b %d %Y", DAYS),
    "month name, British": stamped("%d %B %Y", DAYS),
    "weekday and month name": stamped("%A, %B %d, %Y", DAYS),
    "weekday, short": stamped("%a %d %b %Y", DAYS),
    "MATLAB": stamped("%d-%b-%Y %H:%M:%S", MOMENTS),
    "Oracle": dates(lambda each: each.strftime("%d-%b-%y").upper(), DAYS),
    "SAS, date9": dates(lambda each: each.strftime("%d%b%Y").upper(), DAYS),
    "SAS, date7": dates(lambda each: each.strftime("%d%b%y").upper(), DAYS),
    "SAS, datetime": dates(lambda each: each.strftime("%d%b%Y:%H:%M:%S").upper(), MOMENTS),
    "Stata, td": dates(lambda each: each.strftime("%d%b%Y").lower(), DAYS),
    "Stata, tc": dates(lambda each: each.strftime("%d%b%Y %H:%M:%S").lower(), MOMENTS),
    "Stata, tm": months(lambda each: f"{each.year}m{each.month}"),
    "Stata, tq": quarters(lambda each: f"{each.year}q{each.quarter}"),
    "Korean": dates(lambda each: f"{each.year}년 {each.month}월 {each.day}일", DAYS),
    "Korean, points and blanks": dates(lambda each: f"{each.year}. {each.month}. {each.day}.", DAYS),
    "German": dates(lambda each: f"{each.day}. {LANGUAGES['German'][each.month - 1]} {each.year}", DAYS),
    "French": dates(lambda each: f"{each.day} {LANGUAGES['French'][each.month - 1]} {each.year}", DAYS),
    "Spanish": dates(
        lambda each: f"{each.day} de {LANGUAGES['Spanish'][each.month - 1]} de {each.year}", DAYS
    ),
    "quarters of pandas": quarters(str),
    "quarters with hyphens": quarters(lambda each: f"{each.year}-Q{each.quarter}"),
    "quarters first": quarters(lambda each: f"Q{each.quarter} {each.year}"),
    "weeks": dates(lambda each: "{}-W{:02}".format(*each.isocalendar()), WEEKS),
    "days of weeks": dates(lambda each: "{}-W{:02}-{}".format(*each.isocalendar()), DAYS),
    "months": months(lambda each: f"{each:%Y-%m}"),
    "month names": months(lambda each: f"{calendar.month_name[each.month]} {each.year}"),
    "month names, short": months(lambda each: f"{each:%b-%Y}"),
    "times": times("%H:%M"),
    "times with seconds": times("%H:%M:%S"),
    "half days": times("%I:%M %p"),
    "blanks around a date": dates(lambda each: f" {each} ", DAYS),
}

DURATIONS: dict[str, Form] = {
    "hours beyond a day": durations(clock, SPANS),
    "hours beyond a hundred": durations(clock, [each * 7 for each in SPANS]),
    "some below a day": durations(
        clock, [each / 2 - each / 2 % datetime.timedelta(seconds=1) for each in SPANS]
    ),
    "Python": durations(str, SPANS),
    "pandas": durations(lambda each: str(pd.Timedelta(each)), SPANS),
    "ISO": durations(lambda each: pd.Timedelta(each).isoformat(), SPANS),
    "ISO, hours and minutes": durations(
        lambda each: "PT{}H{}M".format(*hours_and_minutes(each)),
        [each - each % datetime.timedelta(minutes=1) for each in SPANS],
    ),
    "letters": durations(
        lambda each: "{}h {}m".format(*hours_and_minutes(each)),
        [each - each % datetime.timedelta(minutes=1) for each in SPANS],
    ),
    "words": durations(
        lambda each: "{}h {}min".format(*hours_and_minutes(each)),
        [each - each % datetime.timedelta(minutes=1) for each in SPANS],
    ),
    "days and letters": durations(
        lambda each: f"{each.days}d {each.seconds // 3600}h",
        [each - each % datetime.timedelta(hours=1) for each in SPANS],
    ),
    "below zero": durations(lambda each: str(pd.Timedelta(each)), [-each for each in SPANS]),
    "fractions": durations(
        lambda each: f"{clock(each)}.250", [each + datetime.timedelta(seconds=0.25) for each in SPANS]
    ),
}

BOOLEANS: dict[str, Form] = {
    "true and false": booleans("true", "false", true=["true"]),
    "of Python": booleans("True", "False", "False", true=["True"]),
    "of Excel": booleans("TRUE", "FALSE", true=["TRUE"]),
    "yes and no": booleans("yes", "No", "no", "Yes", true=["yes", "Yes"]),
    "one letter": booleans("Y", "N", "N", true=["Y"]),
    "of PostgreSQL": booleans("t", "f", "f", true=["t"]),
    "blanks around": booleans("yes ", "no", " yes", "no  ", true=["yes ", " yes"]),
    "beside numbers": booleans("yes", "1", "no", "0", "0", true=["yes", "1"]),
}

PLAIN, FLAGS = NUMBERS["plain"], BOOLEANS["yes and no"]
MISSING: dict[str, Form] = {
    "dash": with_words(PLAIN, "-"),
    "two dashes": with_words(PLAIN, "--", times=2),
    "long dash": with_words(PLAIN, "\u2013", times=2),
    "unknown": with_words(PLAIN, "unknown"),
    "Unknown": with_words(PLAIN, "Unknown"),
    "n.d.": with_words(PLAIN, "n.d."),
    "N.D.": with_words(PLAIN, "N.D."),
    "MySQL": with_words(PLAIN, "\\N"),
    "World Bank": with_words(PLAIN, ".."),
    "Eurostat": with_words(PLAIN, ":", times=2),
    "Stata": with_words(PLAIN, ".", ".a", times=2),
    "SAS": with_words(PLAIN, "."),
    "division by zero": with_words(PLAIN, "#DIV/0!", times=2),
    "value": with_words(PLAIN, "#VALUE!", times=2),
    "reference": with_words(PLAIN, "#REF!", "#NAME?", times=2),
    "number": with_words(PLAIN, "#NUM!", times=2),
    "n.a.": with_words(PLAIN, "n.a.", times=2),
    "missing": with_words(PLAIN, "missing", times=2),
    "keine Angabe": with_words(PLAIN, "k.A.", times=2),
    "none of Korean": with_words(PLAIN, "없음", times=2),
    "not a time": with_words(DATES["ISO"], "NaT", times=2),
    "zero dates": with_words(DATES["ISO"], "0000-00-00", times=2),
    "dashes among dates": with_words(DATES["points"], "-"),
    "unknown dates": with_words(DATES["SAS, date9"], "unknown"),
    "dashes among booleans": with_words(FLAGS, "-"),
    "unknown booleans": with_words(FLAGS, "unknown"),
    "dashes among durations": with_words(DURATIONS["hours beyond a day"], "-"),
    "nulls among durations": with_words(DURATIONS["ISO"], "\\N"),
    "dashes among units": with_words(NUMBERS["kilograms"], "-"),
    "dashes among accounts": with_words(NUMBERS["accounting"], "-"),
    "dashes among decimal commas": with_words(NUMBERS["decimal commas"], "-"),
    "two words": with_words(PLAIN, "-", "n.d."),
    "blanks around the word": with_words(PLAIN, " - "),
    "another word": with_words(PLAIN, "broken", times=2),
    "another word among dates": with_words(DATES["ISO"], "later", times=2),
    "another word among booleans": with_words(FLAGS, "perhaps", times=2),
}
EVERYWHERE = ["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "None", "NaN", "nan", "?"]
IN_ANY_CASE = ["Na", "N/a", "Null", "NONE", "none", "NAN", "Nan"]

LARGE = [str(10**18 + 3 * row) for row in range(12)]
UNIQUE = [str(10**18 + row * row) for row in range(CELLS)]
CODES: dict[str, Form] = {
    "postcodes": categories("04844", "93928", "01001", "75997", word="zero"),
    "agents": categories("007", "7", "07", "006", word="zero"),
    "above 2**53": categories(*LARGE),
    "above 2**53, unique": Form(UNIQUE, "identifier"),
    "telephones": categories("+49 30 901820", "+49 89 2180", "+1 212 555 0100"),
    "telephones, leading zeros": categories("030901820", "0892180"),
    "telephones with a hyphen": categories("0151-234567", "0160-998877", "030-901820"),
    "cards": categories("4111 1111 1111 1111", "5500 0000 0000 0004", "3400 0000 0000 009"),
    "accounts": categories("DE89370400440532013000", "GB29NWBK60161331926819"),
    "books": categories("978-3-16-148410-0", "978-0-13-468599-1"),
    "social security": categories("078-05-1120", "219-09-9999", "457-55-5462"),
}

WORDS: dict[str, Form] = {
    "colours": categories("red", "blue", "green"),
    "dashes among words": categories("red", "-", "blue"),
    "unknown among words": categories("red", "unknown", "n.d.", "..", "\\N"),
    "addresses of hosts": categories("192.168.0.1", "10.0.0.1", "172.16.0.9"),
    "versions": categories("1.2.3", "1.10.0", "2.0.1"),
    "scores": categories("3:2", "1:0", "2:2"),
    "ranges": categories("10-20", "20-30", "30-40"),
    "ages": categories("18+", "<18", "65+"),
    "seasons": categories("2019/20", "2020/21", "2021/22"),
    "places": categories("1st", "2nd", "3rd"),
    "houses": categories("12a", "12b", "7c", "3d"),
    "diagnoses": categories("E11.9", "I10", "J45.0"),
    "hexadecimal": categories("0x1f", "0xa0", "0x7e"),
    "several units": categories("5 kg", "3 m", "7 s", "2 kg"),
    "fractions": categories("1/2", "3/4", "1/3"),
    "sizes": categories("S", "M", "L", "XL"),
    "months alone": categories("May", "June", "March"),
    "letters": categories("k", "M", "T"),
    "points": categories("POINT (16.3 48.2)", "POINT (8.5 47.4)"),
    "grades": categories("A+", "B-", "C"),
    "blanks around words": categories("low ", "low", "high", " high", levels=["low", "high"]),
    "forms of Unicode": categories("Zu\u0308rich", "Z\u00fcrich", "Bern", levels=["Z\u00fcrich", "Bern"]),
    "case": categories("Red", "red", "blue"),
    "booleans and a word": categories("true", "1", "perhaps"),
}

FORMS: dict[str, Form] = {
    f"{group}: {name}": form
    for group, forms in {
        "number": NUMBERS,
        "date": DATES,
        "duration": DURATIONS,
        "boolean": BOOLEANS,
        "missing": MISSING,
        "code": CODES,
        "word": WORDS,
    }.items()
    for name, form in forms.items()
}


def test_there_are_enough_forms() -> None:
    assert len(FORMS) >= 200
    assert all(len(form.cells) == CELLS for form in FORMS.values())


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_kind_values_and_reason(form: Form) -> None:
    read = reading_of(form.cells)
    assert read.kind == form.kind, read.reason
    assert [value is None for value in read.values] == [value is None for value in form.values]
    # Dates to the microsecond.
    relative, absolute = (0.0, 2e-6) if form.kind == "date" else (1e-12, None)
    wanted = [None if each is None else pytest.approx(each, relative, absolute) for each in form.values]
    assert read.values == wanted
    assert set(read.levels) == set(form.levels or ())
    assert len(read.levels) == len(set(read.levels))
    assert {word.strip(): count for word, count in read.words.items()} == form.words
    if form.word is not None:
        assert form.word in read.reason


@pytest.mark.parametrize("word", EVERYWHERE)
def test_words_that_are_missing_everywhere(word: str) -> None:
    form = with_words(PLAIN, word)
    read = reading_of(form.cells)
    assert (read.kind, read.values) == ("number", form.values)
    among_words = reading_of(cycled("red", "blue", word))
    assert (among_words.kind, set(among_words.levels)) == ("category", {"red", "blue"})


@pytest.mark.parametrize("word", IN_ANY_CASE)
def test_words_that_are_missing_in_any_case_among_numbers(word: str) -> None:
    form = with_words(PLAIN, word)
    read = reading_of(form.cells)
    assert (read.kind, read.values) == ("number", form.values)


@pytest.mark.parametrize("word", ["-", "unknown", "n.d.", "\\N", ".."])
@pytest.mark.parametrize("name", ["number: plain", "date: ISO", "boolean: yes and no", "duration: ISO"])
def test_words_that_say_nothing_do_not_count_against_a_kind(word: str, name: str) -> None:
    form = with_words(FORMS[name], word, times=12)
    read = reading_of(form.cells)
    assert read.kind == form.kind
    assert [value is None for value in read.values] == [value is None for value in form.values]
    assert read.words == {word: 12}


@pytest.mark.parametrize("name", ["number: plain", "date: ISO", "boolean: yes and no", "duration: ISO"])
@pytest.mark.parametrize(("times", "stays"), [(2, True), (3, False), (12, False)])
def test_other_words_may_be_a_tenth(name: str, times: int, stays: bool) -> None:
    form = with_words(FORMS[name], "broken", "late", times=times)
    read = reading_of(form.cells)
    assert (read.kind == form.kind) == stays
    if not stays:
        assert read.kind in ("category", "identifier", "text")
        assert read.words == {}


@pytest.mark.parametrize("name", ["number: plain", "number: commas", "date: ISO", "duration: ISO"])
def test_what_pandas_reads_is_read_alike(name: str) -> None:
    """The values of this table, where pandas knows the form."""
    form = FORMS[name]
    cells = pd.Series(form.cells)
    if form.kind == "date":
        known = [seconds(each) for each in pd.to_datetime(cells)]
    elif name.startswith("duration"):
        known = pd.to_timedelta(cells).dt.total_seconds().tolist()
    else:
        known = pd.to_numeric(cells.str.replace(",", "")).tolist()
    assert known == form.values
    assert reading_of(form.cells).values == pytest.approx(known)


DATEUTIL = ["ISO stamps, Z", "SAS, date9", "Stata, tc", "month name, no comma", "Apache, error log", "mail"]


@pytest.mark.parametrize("name", DATEUTIL)
def test_what_dateutil_reads_is_read_alike(name: str) -> None:
    form = DATES[name]
    read = [seconds(dateutil_parser.parse(cell)) for cell in form.cells]
    assert read == form.values == reading_of(form.cells).values
