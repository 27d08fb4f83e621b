"""Dates and times in text: the formats of a column, and the times they tell."""

import re
from collections.abc import Mapping, Sequence
from itertools import product, repeat

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.forms import ISO, Forms, FormsInDigits, distinct_of
from mlpcli.data.columns.dates.orders import Choice, choices, order_of

_ORDERS = (
    *("%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%Y", "%d/%m/%Y"),
    *("%d.%m.%y", "%m.%d.%y", "%y.%m.%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d"),
    *("%m/%d/%y", "%d/%m/%y", "%y/%m/%d"),
)
_TIMES = (
    *("%H:%M", "%H:%M:%S", "%H:%M:%S.%f"),
    *("%I:%M %p", "%I:%M:%S %p", "%I:%M:%S.%f %p"),
)
_MONTHS = ("%m/%Y", "%m-%Y")

FORMATS: tuple[str, ...] = (
    ISO,
    *_ORDERS,
    *(f"{date} {time}" for date, time in product(_ORDERS, (*_TIMES, "%H:%M:%S %z", "%H:%M:%S.%f %z"))),
    *_TIMES,
    *_MONTHS,
)
"""All formats that are tried, the preferred first: "ISO8601", pandas' name for all forms of year, month, day
and 24-hour time (also 2012/01/31), then `strptime` formats: month first with slashes, day first otherwise.
Dates in words are read as ISO8601."""

_MONTHS_SHARE = 0.95
"""Of the distinct texts, those that must be months such as 07/2019 for any to be one."""
_MONTHS_FROM, _MONTHS_TO = -2_208_988_800.0, 4_102_444_800.0
"""Seconds of 1900 and 2100, between which a month without a name must be."""
_SECOND_ORDER_SHARE = 0.05
"""Of the distinct texts, those that must have another order than others with their mark to be read in it."""
_LEAST_COMPACT = 20
"""Distinct whole numbers that say enough to be dates."""

_NO_DATE = re.compile(
    r"(?:0{4}([-/.])0?0\1 ?0?0|0?0([-/.])0?0\2(?:0000|00)|0001-01-01"
    r"|1900-0?[01]-0?0|0?[01]/0?0/(?:1900|00)|0?0\.0?[01]\.(?:1900|00))"
    r"(?:[ T]00?:00(?::00(?:\.0{1,9})?)?(?: ?(?:Z|UTC|\+00:?00))?)?"
)


def parse_dates(texts: Array, formats: Sequence[str], *, exact: bool = False) -> Array:
    """Seconds since 1970-01-01 UTC (n,) float64, NaN where no format reads the text.

    Each of `texts` (an object array of str), without the blanks around it, is read by the first of `formats`
    that can: FORMATS, "%Y%m%d", or with `exact` others that `strptime` knows. A time without an offset is
    UTC, one without a date is of 1970-01-01. Fractions count to the microsecond. Other plain numbers, words
    and None are never read.

    Unless `exact`, what is otherwise written but leaves no doubt is read as well: ISO dates, dates in words,
    and those with a mark and order of `formats` but another time, or a year of two or four digits.
    """
    codes, distinct = distinct_of(texts)
    forms: Forms = Forms(distinct) if exact else FormsInDigits(distinct)
    seconds = np.full(len(distinct), np.nan)
    for format in formats if exact else with_relatives(formats):
        unread = np.isnan(seconds)
        if not unread.any():
            break
        seconds[unread] = forms.read(format, unread)[unread]
    return np.append(seconds, np.nan)[codes]


def guess_formats(texts: Array, orders: Mapping[str, str] = {}) -> tuple[str, ...]:
    """The fewest formats, the most-reading first, that read nearly all distinct `texts` that FORMATS can.

    () if none reads any. Where several orders of day, month and year are possible, all texts with the same
    mark take the order that reads most of them, else the one in which all rows are sorted or years are few,
    else that of `orders` ("dmy", "mdy", "ymd" by mark), else FORMATS' first. Times of day are not read beside
    more dates, nor dates beside more times.
    """
    codes, distinct = distinct_of(texts)
    read = _read_by_all(FormsInDigits(distinct))
    chosen_orders = choices(read, codes[codes >= 0], orders)
    dated = [format for format in read if "%m" in format or format == ISO]
    timed = [format for format in read if format not in dated]
    readable = dated if _count(read, dated) >= _count(read, timed) else timed
    likely = [format for format in readable if not _is_unlikely(format, chosen_orders)]
    unread = np.ones(len(distinct), dtype=np.bool_)
    chosen = _fewest(likely, read, unread)
    unlikely = [format for format in readable if format not in likely]
    return (*chosen, *_fewest(unlikely, read, unread, _SECOND_ORDER_SHARE * len(distinct)))


def settled_orders(texts: Array, formats: Sequence[str]) -> dict[str, str]:
    """The orders ("dmy", "mdy", "ymd") by mark ("/", "-", ".") that these texts leave no doubt about."""
    codes, distinct = distinct_of(texts)
    read = _read_in_any_order(FormsInDigits(distinct), formats)
    found = choices(read, codes[codes >= 0])
    return {mark: choice.order for mark, choice in found.items() if not choice.open}


def open_readings(texts: Array, formats: Sequence[str], orders: Mapping[str, str] = {}) -> tuple[str, ...]:
    """The readings of one example cell in words, the taken one first; () if there is no doubt.

    Such as ("'01/02/20' as month/day/year, 2020-01-02", "day/month/year, 2020-02-01"). `orders` are those
    that were given to `guess_formats`.
    """
    codes, distinct = distinct_of(texts)
    read = _read_in_any_order(FormsInDigits(distinct), formats)
    taken = {found[0]: found[1] for found in map(order_of, reversed(formats)) if found}
    for mark, choice in choices(read, codes[codes >= 0], orders).items():
        if taken[mark] not in choice.open:
            continue
        possible = sorted(choice.open, key=lambda order: order != taken[mark])
        readings = np.array([choice.seconds[order] for order in possible])
        differences = np.count_nonzero(readings != readings[0], axis=0)
        differences[np.isnan(readings).any(axis=0)] = 0
        example = int(np.argmax(differences))
        if differences[example]:
            first, *others = map(_in_words, repeat(mark), possible, readings[:, example])
            return (f"{distinct[example].strip()!r} read as {first}", *others)
    return ()


def is_no_date(texts: Array) -> Array:
    """(n,) True for a database's or spreadsheet's "no date": 0000-00-00, 1900-01-00, 0001-01-01."""
    return np.array(
        [text is not None and _NO_DATE.fullmatch(text.strip()) is not None for text in texts], dtype=np.bool_
    )


def compact_dates(values: Array) -> bool:
    """Whether all numbers but NaN are dates of 1900 to 2100 such as 20190723, 20 of them different."""
    known = values[~np.isnan(values)]
    if not len(known) or not np.all(
        (known >= 19_000_101) & (known < 21_010_101) & (known == np.floor(known))
    ):
        return False
    numbers = np.unique(known).astype(np.int64)
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    if len(numbers) < _LEAST_COMPACT or months.min() < 1 or months.max() > 12 or days.min() < 1:
        return False
    starts = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    lengths = (starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")
    return bool(np.all(days <= lengths.astype(np.int64)))


def with_relatives(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats, then those that read what is otherwise written but leaves no doubt."""
    orders: dict[str, str] = {}
    for mark, order in filter(None, map(order_of, formats)):
        orders.setdefault(mark, order)
    related: list[str] = []
    if any("%Y" in format or "%y" in format or format == ISO for format in formats):
        related = [each for each in FORMATS if (found := order_of(each)) and orders.get(found[0]) == found[1]]
        related.insert(0, ISO)
    elif formats:
        related = list(_TIMES)
    return tuple(dict.fromkeys((*formats, *related)))


def _read_by_all(forms: FormsInDigits) -> dict[str, Array]:
    """Seconds (m,) of the distinct texts by each format that reads some."""
    read = forms.read_by_each(FORMATS)
    for format in read.keys() & _MONTHS:
        months = (read[format] >= _MONTHS_FROM) & (read[format] < _MONTHS_TO)
        if np.count_nonzero(months) < _MONTHS_SHARE * len(forms):
            del read[format]
    return read


def _read_in_any_order(forms: FormsInDigits, formats: Sequence[str]) -> dict[str, Array]:
    """Seconds (m,) of the distinct texts by each format with a mark of these `formats`."""
    marks = set(map(_mark_of, formats)) - {""}
    return forms.read_by_each(format for format in FORMATS if _mark_of(format) in marks)


def _fewest(
    candidates: Sequence[str], read: Mapping[str, Array], unread: Array, least: float = 1.0
) -> list[str]:
    """The fewest formats, the most-reading first, that each read `least` of the unread (m,), updated."""
    chosen: list[str] = []
    while candidates:
        gains = [int(np.count_nonzero(unread & ~np.isnan(read[format]))) for format in candidates]
        if max(gains) < max(least, 1.0):
            break
        chosen.append(candidates[int(np.argmax(gains))])
        unread &= np.isnan(read[chosen[-1]])
    return chosen


def _count(read: Mapping[str, Array], formats: Sequence[str]) -> int:
    """The number of distinct texts that some of these formats read."""
    if not formats:
        return 0
    return int(np.count_nonzero(np.any([~np.isnan(read[format]) for format in formats], axis=0)))


def _mark_of(format: str) -> str:
    found = order_of(format)
    return found[0] if found else ""


def _is_unlikely(format: str, chosen_orders: Mapping[str, Choice]) -> bool:
    found = order_of(format)
    return found is not None and chosen_orders[found[0]].order != found[1]


def _in_words(mark: str, order: str, seconds: float) -> str:
    names = {"d": "day", "m": "month", "y": "year"}
    day = np.datetime64(int(seconds // 86_400), "D")
    return f"{mark.join(names[each] for each in order)} ({day})"
