"""Cells of text to numbers: one at a time, as `data.columns` reads whole columns."""

import math
import re
from collections.abc import Sequence
from datetime import date

from mlpcli.data.columns.dates.durations import duration_of
from mlpcli.data.columns.dates.forms import BELOW_MICROSECONDS, DATE_LIKE, LONGEST, ONE_FOR_DIGIT, shape_of
from mlpcli.data.columns.dates.grammar import template
from mlpcli.data.columns.dates.words import plain_characters
from mlpcli.data.columns.numbers.numerals import grouped_thousands, written_value
from mlpcli.data.columns.numbers.written_numbers import plain_signs
from mlpcli.data.form import Form
from mlpcli.data.spelling import TRUTH

PLAIN_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def plain_number(text: str) -> float:
    """The value of a number with a point as its decimal mark and nothing beside it, else NaN."""
    return float(text) if PLAIN_NUMBER.fullmatch(text) else math.nan


def written_number(text: str, decimal: str, form: Form) -> float:
    """The value of a number with thousands in groups, a currency, a unit or a percent sign, else NaN."""
    plain = text if decimal == "." else "" if "." in text else text.replace(decimal, ".")
    if PLAIN_NUMBER.fullmatch(plain):
        return float(plain)
    match = grouped_thousands(decimal).fullmatch(text)
    if match:
        number, mark = match.groups()
        return float(number.replace(mark, "").replace(decimal, "."))
    signs = plain_signs(text)
    return written_value(signs, decimal, form) if signs else math.nan


def seconds_of_duration(text: str, clock: str) -> float:
    """The seconds of a duration, else NaN; `clock` tells whether 1:30 is in hours or in minutes."""
    found = duration_of(text, clock)
    return math.nan if found is None else found.seconds


def truth_of(text: str) -> float:
    """1 for true, 0 for false, in the words of some languages, else NaN."""
    return TRUTH.get(text.lower(), math.nan)


ISO_DATE = re.compile(
    r"(?P<Y>[0-9]{4})(?:(?P<mark>[-/. ])(?P<m>[0-9]{1,2})(?:(?P=mark)(?P<d>[0-9]{1,2}))?"
    r"|(?P<compact_m>[0-9]{2})(?P<compact_d>[0-9]{2}))?"
)
ISO_TIME = re.compile(
    r"[T ](?:(?P<H>[0-9]{1,2}):(?P<M>[0-9]{1,2})(?::(?P<S>[0-9]{1,2})(?:\.(?P<f>[0-9]{0,6}))?)?"
    r"|(?P<compact_H>[0-9]{2})"
    r"(?:(?P<compact_M>[0-9]{2})(?:(?P<compact_S>[0-9]{2})(?:\.(?P<compact_f>[0-9]{1,6}))?)?)?)"
    r"(?: *(?:Z|(?P<zone>[-+][0-9]{1,2}(?::?[0-9]{1,2})?)))?"
)
ZONE = re.compile("([-+])([0-9]{1,2}):?([0-9]{0,2})")
FIELDS = {
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<y>[0-9]{2})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%d": "(?P<d>[0-9]{1,2})",
    "%H": "(?P<H>[0-9]{1,2})",
    "%I": "(?P<I>[0-9]{1,2})",
    "%M": "(?P<M>[0-9]{2})",
    "%S": "(?P<S>[0-9]{2})",
    "%f": "(?P<f>[0-9]{1,6})",
    "%p": "(?P<p>[AaPp])[Mm]",
    "%z": "(?P<zone>[-+][0-9]{2}:[0-9]{2})",
}
PATTERNS: dict[str, re.Pattern[str]] = {}
DAYS_TO_1970 = date(1970, 1, 1).toordinal()


def seconds_of_date(text: str, formats: Sequence[str]) -> float:
    """Seconds from 1970 on by the first of the formats that reads the text, else NaN."""
    text = text.strip()
    if len(text) > LONGEST:
        return math.nan
    text = BELOW_MICROSECONDS.sub(r"\1", text)
    form = text.translate(ONE_FOR_DIGIT)
    if not form.isascii():
        text = BELOW_MICROSECONDS.sub(r"\1", plain_characters(text))
        form = text.translate(ONE_FOR_DIGIT)
    is_iso = bool(DATE_LIKE.fullmatch(form)) and is_iso_form(form)
    if not is_iso:
        found = template(form)
        if found is None:
            return compact_date(text, formats)
        example = found.written(form.replace("1111", "2011"))
        text = found.written(text)
        form = example.translate(ONE_FOR_DIGIT)
        is_iso = example.startswith("2011-")
    for each in formats:
        seconds = math.nan
        if each == "ISO8601":
            seconds = seconds_of_iso(text) if is_iso else math.nan
        elif shape_of(each).fullmatch(form):
            seconds = seconds_of_format(text, each)
        if not math.isnan(seconds):
            return seconds
    return math.nan


def compact_date(text: str, formats: Sequence[str]) -> float:
    """The same for 20190723, which is a date only in a column that is known to hold them."""
    text = text[:-2] if text.endswith(".0") else text
    if "%Y%m%d" not in formats or not re.fullmatch("[0-9]{8}", text):
        return math.nan
    return seconds_of({"Y": text[:4], "m": text[4:6], "d": text[6:]})


def is_iso_form(form: str) -> bool:
    """Whether a text whose digits are all 1 is a year, month and day, with or without a time."""
    return not math.isnan(seconds_of_iso(form))


def seconds_of_iso(text: str) -> float:
    """Seconds of year, month and day, and perhaps a time with an offset."""
    match = ISO_DATE.match(text)
    if match is None:
        return math.nan
    day, rest = match.groupdict(), text[match.end() :]
    if rest:
        time = ISO_TIME.fullmatch(rest)
        has_day = bool(day["d"] or day["compact_d"])
        if time is None or not has_day:
            return math.nan
        day.update(time.groupdict())
    return seconds_of(
        {
            name: day.get(name) or day.get("compact_" + name)
            for name in ("Y", "m", "d", "H", "M", "S", "f", "zone")
        }
    )


def seconds_of_format(text: str, format: str) -> float:
    """Seconds of a text that is written in a format such as %d.%m.%Y."""
    if format not in PATTERNS:
        parts = re.findall(r"%.|[^%]+", format)
        PATTERNS[format] = re.compile("".join(FIELDS.get(part) or re.escape(part) for part in parts))
    match = PATTERNS[format].fullmatch(text)
    return math.nan if match is None else seconds_of(match.groupdict())


def seconds_of(fields: dict[str, str | None]) -> float:
    """Seconds from 1970 on of year, month, day, hour, minute, second, fraction and offset; else NaN."""
    number = {name: int(value) for name, value in fields.items() if value and name in "YymdHIMS"}
    year = number.get("Y", 1970)
    if "y" in number:
        year = number["y"] + (1900 if number["y"] > 68 else 2000)
    hour = number.get("H", 0)
    if "I" in number:
        if not 1 <= number["I"] <= 12:
            return math.nan
        hour = number["I"] % 12 + (12 if fields["p"] in ("p", "P") else 0)
    minute, second = number.get("M", 0), number.get("S", 0)
    if hour > 23 or minute > 59 or second > 59:
        return math.nan
    try:
        days = date(year, number.get("m", 1), number.get("d", 1)).toordinal() - DAYS_TO_1970
    except ValueError:
        return math.nan
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    zone = fields.get("zone")
    if zone:
        found = ZONE.fullmatch(zone)
        if found is None:
            return math.nan
        sign, hours, minutes = found.groups()
        if int(hours) > 23 or int(minutes or 0) > 59:
            return math.nan
        offset = int(hours) * 3600 + int(minutes or 0) * 60
        seconds += offset if sign == "-" else -offset
    fraction = fields.get("f")
    return seconds + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def calendar(seconds: float) -> dict[str, float]:
    """Days since 1970 and year, and the places in the cycles of month, week and day as sine and cosine."""
    days = seconds / 86400
    whole = date.fromordinal(math.floor(days) + DAYS_TO_1970)
    first = whole.replace(day=1)
    following = date(whole.year + whole.month // 12, whole.month % 12 + 1, 1) if first < LAST_MONTH else None
    length = 31 if following is None else (following - first).days
    parts = {"days": days, "year": float(whole.year)}
    for name, place, period in (
        ("month", whole.month - 1 + (whole.day - 1) / length, 12),
        ("weekday", (math.floor(days) + 3) % 7, 7),  # 1970-01-01 was a Thursday
        ("hour", seconds % 86400 / 3600, 24),
    ):
        angle = 2 * math.pi / period * place
        parts[name + "_sin"], parts[name + "_cos"] = math.sin(angle), math.cos(angle)
    return parts


LAST_MONTH = date(9999, 12, 1)
