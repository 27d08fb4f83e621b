"""Dates in words, with zones, quarters or weeks: from what people and programs write to what can be read.

A form is a text with every digit replaced by 1. Where day, month and year stand follows from the form alone,
so each form is understood once, and then all its texts are written anew by a few slices.
"""

import re
from dataclasses import replace
from functools import lru_cache

from mlpcli.data.columns.dates.templates import Parts, Place, Template, Zone
from mlpcli.data.columns.dates.words import FILLERS, KNOWN, MONTHS, ORDINALS, WEEKDAY, WEEKDAYS, ZONES

_WORD = re.compile(r"[^\W\d_]+")
_GROUP = re.compile(r"1+")
_OTHER_MARK = re.compile(r"[^\w .,:/'\u2019°-]|[^\D1]")
"""Than stand in dates with the name of a month; also digits of other scripts."""

_CLOCK = re.compile(
    r"(?:(?<=1)t)?(?<![1.,])(?:(?P<before>오전|오후|上午|下午|午前|午後) ?)?"
    r"(?:(?P<hour>11?):(?P<minute>11)(?::(?P<second>11)(?:[.,](?P<fraction>1{1,9}))?)?"
    r"|(?P<hour_h>11?) ?(?:시|時|时|点) ?(?:(?P<minute_h>11?) ?(?:분|分) ?(?:(?P<second_h>11?) ?(?:초|秒))?)?"
    r"|(?P<hour_f>11?) ?h ?(?P<minute_f>11)?(?![1a-z])"
    r"|(?P<hour_u>11?)\.(?P<minute_u>11)(?= uhr))"
    r"(?![1:.]) ?(?P<half>[ap]\.? ?m\b\.?)?(?: ?(?:uhr|hrs|horas|heures|h)\b)?"
)
_ZONE = re.compile(
    r" ?(?P<name>[a-z]{1,4})?(?![a-z]) ?(?P<offset>(?P<sign>[-+])(?P<hours>11?)(?::?(?P<minutes>11))?"
    r"(?![1:]))?"
)
_ZONE_NAME = re.compile(r" ?(?:\[[^][]+\]|\([^()1]+\))")
"""Behind an offset: [Europe/Berlin] of Java, (Central European Summer Time) of JavaScript."""

_STAMP = re.compile(
    r"(?P<year>1111)(?P<mark>[-:./]?)(?P<month>11)(?P=mark)(?P<day>11)[-_ t:]"
    r"(?P<hour>11)(?P<colon>[-.:]?)(?P<minute>11)(?P=colon)(?P<second>11)(?:[.,](?P<fraction>1{1,9}))?"
)
"""Of file names (2019-07-23_01-45-07), DB2 (2019-07-23-01.45.07.123) and cameras (2019:07:23 01:45:07)."""

_QUARTER = r"(?:[qt] ?|(?:quarter|quartal|trimestre) )(?P<quarter>1)"
_NTH_QUARTER = r"(?P<quarter>1)(?:[qt]| ?분기|(?:st|nd|rd|th|er|e|º|\.)? ?(?:quarter|quartal|trimestre))"
_DATE_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<first>11?) ?(?P<mark>[-/.]) ?(?P<second>11?) ?(?P=mark) ?(?P<third>1111|11)\.?",
        r"(?P<year>1111) ?(?P<mark>[-/.]) ?(?P<month>11?) ?(?P=mark) ?(?P<day>11?)\.?",
        r"(?P<first>11)(?P<mark>[-/])(?P<third>1111)",
        r"(?P<year>1111) ?[년年] ?(?P<month>11?) ?[월月](?: ?(?P<day>11?) ?[일日])?",
        r"(?P<year>1111)m(?P<month>11?)",
        rf"(?P<year>1111)[-/. ]{{0,2}}{_QUARTER}",
        rf"(?P<year>1111)(?: ?년 ?|[-/. ]){_NTH_QUARTER}",
        rf"{_QUARTER}[-/., ]{{0,2}}(?P<year>1111)",
        rf"{_NTH_QUARTER}(?:[-/., ]{{0,2}}| de )(?P<year>1111)",
        r"(?P<year>1111)[-/. ]?h(?P<half>1)",
        r"h(?P<half>1)[-/ ]?(?P<year>1111)",
        r"(?P<year>1111)[-/. ]?(?:w|kw|wk|week)[- ]?(?P<week>11?)(?:-(?P<weekday>1))?",
        r"(?P<year>1111) ?년 ?(?P<week>11?) ?주",
        r"(?:w|kw|wk|week|woche|sem|semaine|semana)\.? ?(?P<week>11?)[-/., ]{1,2}(?P<year>1111)",
    )
)


def template(form: str) -> Template | None:
    """The places of a date's parts in texts of this form (at most 100 characters), None if it is no date."""
    first = _WORD.search(form)
    if "1" not in form or (first and first[0].lower() not in KNOWN):
        return None  # most words end here
    return _template(form.lower())


@lru_cache(maxsize=4096)
def _template(form: str) -> Template | None:
    parts = _parts(form)
    return parts.template() if parts else None


def _parts(form: str) -> Parts | None:
    if stamp := _STAMP.fullmatch(form):
        clock = tuple(_place(stamp, name) for name in ("hour", "minute", "second", "fraction"))
        return Parts(fields={name: stamp.span(name) for name in ("year", "month", "day")}, clock=clock)
    clock, half_day, zone, rest = _clock(form)
    if not rest.strip():
        is_time = clock and zone is None and "h" not in form  # 1h30 takes one hour and a half
        return Parts(clock=clock, half_day=half_day) if is_time else None
    found = _date(rest)
    if found is None or not clock:
        return found
    return replace(found, clock=clock, half_day=half_day, zone=zone) if found.is_day else None


def _place(match: re.Match[str], name: str) -> Place | None:
    return match.span(name) if match[name] is not None else None


def _clock(form: str) -> tuple[tuple[Place | None, ...], str, Zone, str]:
    """The places of a time, half of the day, zone, and the form without them, blanks in their place."""
    match = _CLOCK.search(form)
    if match is None:
        return (), "", None, form
    kind = next(end for end in ("", "_h", "_f", "_u") if match[f"hour{end}"] is not None)
    names = {"": ("hour", "minute", "second", "fraction"), "_h": ("hour_h", "minute_h", "second_h")}.get(
        kind, (f"hour{kind}", f"minute{kind}")
    )
    clock = (*(_place(match, name) for name in names), None, None)[:4]
    half = match["half"] or ""
    before = match["before"]
    half_day = (
        half[:1] if half else ("" if not before else "a" if before in ("오전", "上午", "午前") else "p")
    )
    zone, end = _zone(form, match.end())
    return clock, half_day, zone, form[: match.start()] + " " * (end - match.start()) + form[end:]


def _zone(form: str, start: int) -> tuple[Zone, int]:
    match = _ZONE.match(form, start)
    if match is None or not match[0].strip():
        return None, start
    name = match["name"]
    zone: Zone
    if match["offset"] and name in (None, "utc", "gmt"):
        if len(match["hours"]) == 1 and name is None:
            return None, start
        zone, end = (match.span("sign"), match.span("hours"), _place(match, "minutes")), match.end()
    elif name in ZONES:
        zone, end = ZONES[name], match.end("name")
    else:
        return None, start
    behind = _ZONE_NAME.match(form, end)
    return zone, behind.end() if behind else end


def _date(form: str) -> Parts | None:
    """The places of day, month and year in a form without time."""
    bare = WEEKDAY.sub(lambda word: " " * len(word[0]), form)
    start, end = len(bare) - len(bare.lstrip(" ,")), len(bare.rstrip(" ,:_"))
    for pattern in _DATE_FORMS:
        if match := pattern.fullmatch(bare, start, end):
            return _of_match(match)
    return _named(bare)


def _of_match(match: re.Match[str]) -> Parts:
    fields = {name: match.span(name) for name, group in match.groupdict().items() if group and name != "mark"}
    if "third" in fields:
        digits = tuple(fields[name] for name in ("first", "second", "third") if name in fields)
        return Parts(digits=digits, mark=match["mark"])
    return Parts(fields=fields)


def _named(form: str) -> Parts | None:
    """With the name of a month: 23 July 2019, July 23rd, 2019, 23jul2019, Jul 2019."""
    words = list(_WORD.finditer(form))
    named = [word for word in words if word[0] in MONTHS]
    if len(named) > 1:
        named = [word for word in named if word[0] not in WEEKDAYS]
    if len(named) != 1 or _OTHER_MARK.search(form):
        return None
    for word in words:
        behind_digit = word.start() > 0 and form[word.start() - 1] == "1"
        if word not in named and word[0] not in (ORDINALS if behind_digit else FILLERS | WEEKDAYS):
            return None
    month = MONTHS[named[0][0]]
    groups = [group.span() for group in _GROUP.finditer(form)]
    lengths = [end - start for start, end in groups]
    if lengths == [4]:
        return Parts(fields={"year": groups[0]}, named_month=month)
    if sorted(lengths) not in ([1, 2], [1, 4], [2, 2], [2, 4]) or lengths == [2, 1]:
        return None
    if groups[1][1] <= named[0].start():
        return None  # nobody writes the month last
    day, year = (1, 0) if lengths[0] == 4 else (0, 1)
    return Parts(fields={"year": groups[year], "day": groups[day]}, named_month=month)
