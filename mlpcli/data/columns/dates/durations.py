"""Durations as people and programs write them, in seconds."""

import math
import re
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.dates.words import plain_characters
from mlpcli.data.form import HOURS_MINUTES, MINUTES_SECONDS, NO_CLOCK

_LONGEST = 100
"""Characters of a duration, the longest of which have half; longer cells are not looked at."""
_SHARE = 0.9
"""Of the texts, those that must be durations."""
_DAY = 86_400.0

_CLOCK = re.compile(
    r"(?P<sign>[-+])? ?"
    r"(?:(?P<days>[0-9]{1,6})"
    r"(?:\.(?=[0-9]?[0-9]:[0-9]{2}:)| ?(?P<word>days?|d|tage?|jours?|j|d[ií]as?|일),? ?)"
    r"(?P<clock_sign>[-+](?=[0-9]))?)?"
    r"(?P<first>[0-9]{1,6}):(?P<second>[0-9]{2})(?::(?P<third>[0-9]{2}))?(?:[.,](?P<fraction>[0-9]+))?"
    r"(?: ?(?P<unit>h|hrs?|hours?|std|min|mins|minutes?))?",
    re.IGNORECASE,
)
"""26:03:10, 3 days 02:03:04 (pandas), 1 day, 2:03:04 (Python), 2.03:04:05 (.NET), 1:30 h."""

_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_SIGNED = r"(-?[0-9]+(?:[.,][0-9]+)?)"
_ISO = re.compile(
    rf"([-+])?P(?!$)(?:{_SIGNED}W)?(?:{_SIGNED}D)?"
    rf"(?:T(?=[-0-9])(?:{_SIGNED}H)?(?:{_SIGNED}M)?(?:{_SIGNED}S)?)?",
    re.IGNORECASE,
)
"""ISO 8601 without years and months, which differ in length."""
_ISO_UNITS = (7 * _DAY, _DAY, 3600.0, 60.0, 1.0)

_UNITS: dict[str, float] = {
    word: seconds
    for words, seconds in (
        ("w wk wks week weeks woche wochen semaine semaines semana semanas 주", 7 * _DAY),
        ("d day days tag tage tagen jour jours j día días dia dias 일", _DAY),
        ("h hr hrs hour hours std stunde stunden heure heures hora horas 시간", 3600.0),
        ("m min mins minute minutes minuten minuto minutos 분", 60.0),
        ("s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos seg 초", 1.0),
        ("ms msec millisecond milliseconds millisekunde millisekunden", 1e-3),
        ("us µs μs microsecond microseconds", 1e-6),
    )
    for word in words.split()
}
_PART = re.compile(rf"{_NUMBER} ?([^\W\d_]+)\.?(?: ?(?:,|(?:and|und|et|y)(?= )))? {{0,2}}")
_MINUTES_BEHIND_HOURS = re.compile(r"[0-5][0-9]")


class _Duration(NamedTuple):
    seconds: float
    certain: bool
    """It can be no time of the day."""
    compound: bool = True
    """It is more than a number with one unit."""
    to_the_second: bool = False
    """Written by the clock, with seconds."""


def guess_clock(texts: Array, counts: Array | None = None) -> str:
    """The clock of distinct `texts` (n,), if nine tenths of them are durations, else "".

    `counts` (n,) are their rows, which then weigh them. By the clock, 1:30 is a minute and a half if others
    have three fields or, behind two, fractions; else an hour and a half. Numbers with one unit alone (90 min)
    are no durations unless others have another form.
    """
    weights = np.ones(len(texts)) if counts is None else counts
    others = (1.0 - _SHARE) * float(weights.sum()) + 1e-9
    compound = to_the_second = False
    for text, weight in zip(texts.tolist(), weights.tolist(), strict=True):
        found = duration_of(text, HOURS_MINUTES)
        if found is None:
            others -= weight
            if others < 0:
                return NO_CLOCK  # most words end here
        else:
            compound = compound or found.compound
            to_the_second = to_the_second or found.to_the_second
    if not compound:
        return NO_CLOCK
    return MINUTES_SECONDS if to_the_second else HOURS_MINUTES


def read_durations(texts: Array, clock: str) -> Array:
    """Seconds (n,) float64, NaN where a text is no duration; `clock` tells how 1:30 is read."""
    found = [duration_of(text, clock) for text in texts]
    return np.array([np.nan if each is None else each.seconds for each in found], dtype=np.float64)


def certainly_durations(texts: Array) -> bool:
    """Whether some text can only be a duration, not a time of the day."""
    return any(found.certain for text in texts if (found := duration_of(text, HOURS_MINUTES)))


def duration_of(text: str | None, clock: str) -> _Duration | None:
    """A text as a duration, None if it is none."""
    if text is None:
        return None
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    if not text.isascii():
        text = plain_characters(text)
    if text[:1] not in "+-0123456789Pp":
        return None  # most words end here
    if ":" in text:
        match = _CLOCK.fullmatch(text)
        return None if match is None else _by_clock(match, clock)
    if match := _ISO.fullmatch(text):
        sign, *numbers = match.groups()
        seconds = sum(_value(each or "0") * unit for each, unit in zip(numbers, _ISO_UNITS, strict=True))
        return _Duration(-seconds if sign == "-" else seconds, certain=True)
    return _in_units(text)


def _by_clock(match: re.Match[str], clock: str) -> _Duration | None:
    first, second, third = int(match["first"]), int(match["second"]), match["third"]
    has_days = match["days"] is not None
    unit = (match["unit"] or "").lower()
    fraction = float(f"0.{match['fraction'] or 0}")
    if third is not None:
        if second > 59 or int(third) > 59 or unit.startswith("min"):
            return None
        seconds = first * 3600.0 + second * 60.0 + int(third) + fraction
    else:
        in_minutes = match["fraction"] or unit.startswith("min") or (clock == MINUTES_SECONDS and not unit)
        if second > 59 or (match["fraction"] and (has_days or unit[:1] in ("h", "s"))):
            return None
        seconds = (
            (first * 60.0 + second + fraction)
            if in_minutes and not has_days
            else first * 3600.0 + second * 60.0
        )
    if has_days and first > 23:
        return None
    days = int(match["days"] or 0) * _DAY
    is_negative = match["sign"] == "-"
    if is_negative and match["word"]:
        # Python and pandas count whole days down, then up again: -1 day, 22:00:00 is two hours.
        seconds = (-seconds if match["clock_sign"] == "-" else seconds) - days
    else:
        seconds = -(days + seconds) if is_negative else days + seconds
    certain = has_days or is_negative or bool(unit) or first > 23
    to_the_second = not has_days and (third is not None or match["fraction"] is not None)
    return _Duration(seconds, certain, to_the_second=to_the_second)


def _in_units(text: str) -> _Duration | None:
    """1h 30m, 1 h 30 min, 1d4h, 2 hours and 5 minutes, 1h30: the larger unit first."""
    is_negative, text = text[0] == "-", text.lstrip("+-").lower()
    seconds, smallest, parts, end = 0.0, math.inf, 0, 0
    while end < len(text):
        match = _PART.match(text, end)
        if match is None:
            if smallest != 3600.0 or not _MINUTES_BEHIND_HOURS.fullmatch(text, end):
                return None
            seconds, end = seconds + 60.0 * int(text[end:]), len(text)
        else:
            unit = _UNITS.get(match[2])
            if unit is None or unit >= smallest:
                return None
            seconds, smallest, end = seconds + _value(match[1]) * unit, unit, match.end()
        parts += 1
    if not parts:
        return None
    return _Duration(-seconds if is_negative else seconds, certain=parts > 1, compound=parts > 1)


def _value(number: str) -> float:
    return float(number.replace(",", "."))
