"""Dates and times in text: the formats of a column, the times they tell, and numbers to learn from.

pandas reads every text by a stated format and guesses none. Which formats may read a text depends mostly on
where its digits stand. So formats are tried on the few forms that a column's texts have, not on every text.
"""

import re
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from mlpcli.arrays import Array

ISO = "ISO8601"

_DATES = (
    *("%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%Y", "%d/%m/%Y"),
    *("%d.%m.%y", "%m/%d/%y", "%d/%m/%y"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y"),
)
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")

FORMATS: tuple[str, ...] = (
    ISO,
    *_DATES,
    *(f"{date} {time}" for date in _DATES for time in (*_TIMES, "%H:%M:%S %z")),
    *("%b %Y", "%B %Y"),
    *_TIMES,
    *(f"{date} {time}" for date in ("%Y-%m-%d", "%Y/%m/%d") for time in ("%I:%M %p", "%I:%M:%S %p")),
    *("%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S.%f UTC"),
    *("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S GMT"),
    *("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S UTC %Y"),
)
"""All formats that are tried, the preferred first: "ISO8601", pandas' name for all forms of year, month, day
and 24-hour time (also 2012/01/31), then `strptime` formats: month first with slashes, day first otherwise."""

_ONE_FOR_DIGIT = str.maketrans("023456789", "111111111")
"""Every `strptime` field can be written with ones alone: what reads 31/01/2012 also reads 11/11/1111."""

_DATE_LIKE = re.compile(
    r"(?=[a-z1])"  # no sign before: pandas reads -2012-01-31 as a year before Christ
    r"(?!1*(?:[.,]1*)?$)"  # a plain number is none, though ISO 8601 has 2012, 20120131 and 2012.01
    r"(?!1111[^-]11?$)(?!1111-1$)"  # nor is 2012/01 or 2012-1, more often a season or an item
    r"(?!.*:1(?!1))"  # nor is 3:2, a score
    r"(?:[-1/.:, +]|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|am|pm|t|z|utc|gmt)+",
    re.IGNORECASE | re.ASCII,
)
"""Matches the forms that may be dates. pandas sees no others: it reads "now" and "today" by any format."""

_LONGEST = 100
"""Characters of a date, the longest of which have half; longer cells are not looked at."""
_MARKS = frozenset(" ,./")
"""What a text has if and only if its `strptime` format has it; colons and hyphens may be an offset's."""
_BELOW_MICROSECONDS = re.compile(r"(\.[0-9]{6})[0-9]+")
_YEAR_1900 = -2_208_988_800.0
"""Seconds of 1900-01-01, the day that `strptime` takes where a text has a time alone."""


class _Forms:
    """Texts and their forms; a form is a text with every digit replaced by 1."""

    def __init__(self, texts: Array) -> None:
        stripped = [text.strip() for text in texts]
        self._texts: Array = np.array([text if len(text) <= _LONGEST else "" for text in stripped], object)
        written = [text.translate(_ONE_FOR_DIGIT) for text in self._texts]
        self._form_of, forms = _distinct(np.array(written, dtype=object))
        # One text with nanoseconds would make pandas count all in nanoseconds, which end in 2262.
        cut = np.array([_BELOW_MICROSECONDS.sub(r"\1", form) for form in forms], dtype=object)
        for row in np.flatnonzero((cut != forms)[self._form_of]):
            self._texts[row] = _BELOW_MICROSECONDS.sub(r"\1", self._texts[row])
        self._date_like = np.array([_DATE_LIKE.fullmatch(form) is not None for form in cut], dtype=np.bool_)
        self._forms = cut[self._date_like]
        self._marks = {_MARKS.intersection(form) for form in self._forms}

    def read(self, format: str, wanted: Array) -> Array:
        """Seconds (n,) of the wanted texts that the format reads, NaN elsewhere."""
        seconds = np.full(len(self._texts), np.nan)
        # Most formats end here: pandas takes long even for one text.
        if format != ISO and _MARKS.intersection(format) not in self._marks:
            return seconds
        readable = self._date_like.copy()
        readable[readable] = ~np.isnan(_read(self._forms, format))
        rows = np.flatnonzero(wanted & readable[self._form_of])
        seconds[rows] = _read(self._texts[rows], format)
        return seconds


def parse_dates(texts: Array, formats: Sequence[str]) -> Array:
    """Seconds since 1970-01-01 UTC (n,) float64, NaN where no format reads the text.

    Each of `texts` (an object array of str), without the blanks around it, is read by the first of `formats`
    that can: FORMATS, or others of the same fields and marks. A time without an offset is UTC, one without a
    date is of 1970-01-01. Fractions count to the microsecond. Plain numbers, words and None are never read.
    """
    codes, distinct = _distinct(texts)
    forms = _Forms(distinct)
    seconds = np.full(len(distinct), np.nan)
    for format in formats:
        unread = np.isnan(seconds)
        if not unread.any():
            break
        seconds[unread] = forms.read(format, unread)[unread]
    return np.append(seconds, np.nan)[codes]


def guess_formats(texts: Array) -> tuple[str, ...]:
    """The fewest formats, the most-reading first, that read all of the distinct `texts` that FORMATS can.

    () if none reads any. Where day and month could be exchanged, all texts with the same mark between the two
    take the order that reads more texts, else the only one in which all rows are sorted, else FORMATS' first.
    """
    codes, distinct = _distinct(texts)
    forms = _Forms(distinct)
    unread = np.ones(len(distinct), dtype=np.bool_)
    read = {
        format: seconds for format in FORMATS if not np.isnan(seconds := forms.read(format, unread)).all()
    }
    unlikely = _unlikely_orders(read, codes[codes >= 0])
    candidates = sorted(read, key=lambda format: format[:5] in unlikely)
    chosen: list[str] = []
    while candidates:
        gains = [int(np.count_nonzero(unread & ~np.isnan(read[format]))) for format in candidates]
        if not max(gains):
            break
        chosen.append(candidates[int(np.argmax(gains))])
        unread &= np.isnan(read[chosen[-1]])
    return tuple(chosen)


def ambiguous(texts: Array, formats: Sequence[str]) -> bool:
    """Whether day and month could be exchanged in every text (so that the order is an assumption).

    Only texts with a day and a month in digits before the year count, those with the same mark together: one
    31.01.2012 settles the order of all that have dots. False if there is no such text.
    """
    _, distinct = _distinct(texts)
    forms = _Forms(distinct)
    unread = np.ones(len(distinct), dtype=np.bool_)
    open_orders: dict[str, bool] = {}
    for format in formats:
        read = ~np.isnan(forms.read(format, unread))
        unread &= ~read
        if _has_two_orders(format) and read.any():
            exchanged = forms.read(_exchanged(format), read)[read]
            order = format[:5]
            open_orders[order] = open_orders.get(order, True) and not np.isnan(exchanged).any()
    return any(open_orders.values())


def _distinct(texts: Array) -> tuple[Array, Array]:
    """For each text its place among the distinct ones (-1 for None), and those in order of appearance."""
    import pandas as pd

    codes, distinct = pd.factorize(texts)
    return codes, cast(Array, distinct)


def _read(texts: Array, format: str) -> Array:
    """Seconds (n,) by one format, NaN where it does not read a text."""
    if not len(texts):
        return np.empty(0)
    import pandas as pd

    cells = cast(Any, texts)  # the stubs do not know object arrays
    stamps = pd.to_datetime(cells, format=format, errors="coerce", utc=True, cache=False)
    seconds = np.where(stamps.isna(), np.nan, stamps.as_unit("us").asi8 / 1e6)
    has_date = format == ISO or "%Y" in format or "%y" in format
    return seconds if has_date else seconds - _YEAR_1900


def _has_two_orders(format: str) -> bool:
    return format.startswith(("%d", "%m")) and format[3:5] in ("%d", "%m")


def _exchanged(format: str) -> str:
    return format[3:5] + format[2] + format[:2] + format[5:]


def _unlikely_orders(read: dict[str, Array], codes: Array) -> set[str]:
    """The less likely of each two orders such as %d/%m and %m/%d, given what each format reads (m,)."""
    orders: dict[str, Array] = {}
    for format, seconds in read.items():
        if _has_two_orders(format):
            before = orders.get(format[:5], seconds)
            orders[format[:5]] = np.where(np.isnan(before), seconds, before)
    unlikely = set()
    for order, seconds in orders.items():
        other = orders.get(_exchanged(order))
        if other is not None and _likelihood(other, codes) > _likelihood(seconds, codes):
            unlikely.add(order)
    return unlikely


def _likelihood(seconds: Array, codes: Array) -> tuple[int, bool]:
    """The number of distinct texts that an order reads, and whether all rows are sorted in it."""
    known = ~np.isnan(seconds)
    steps = np.diff(seconds[codes][known[codes]])
    return int(np.count_nonzero(known)), bool(np.all(steps >= 0) or np.all(steps <= 0))
