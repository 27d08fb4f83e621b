"""Texts that hold one number, taken apart: its digits, and what stands before and behind them."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from mlpcli.data.columns.blanks import BLANKS
from mlpcli.data.columns.numbers.angles import COMPASS
from mlpcli.data.columns.numbers.units import is_currency, is_unit

LONGEST = 500
"""Characters of a number that is not plain; the largest float64 in groups of three has 412."""

_ASCII = str.maketrans(
    {
        **{chr(code): text for code, text in BLANKS.items()},
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u2033", '"'),
        **dict.fromkeys("\u00ba\u02da", "°"),
        **dict(zip("\uffe0\uffe1\uffe5\uffe6\u03bc\u2126", "¢£¥₩µΩ", strict=True)),
        # Units that are one sign, such as those of degrees Celsius and of square metres in Korean tables.
        **{
            chr(code): unicodedata.normalize("NFKC", chr(code))
            for code in (0x2103, 0x2109, *range(0x3371, 0x33E0))
        },
    }
)
"""Full-width forms, hyphens and dashes, quotation marks and the signs of units to those of the keyboard."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_DIGIT = re.compile("[0-9\uff10-\uff19]")
_FIRST_DIGIT_WITHIN = 20


class Written(NamedTuple):
    """A text as a number and its surroundings."""

    digits: str
    """With a point as decimal mark, without grouping and sign."""
    power: int
    """Of ten."""
    negative: bool
    before: str
    """A currency, "" if there is none."""
    percent: bool
    after: str
    """A unit, currency, factor or direction, "" if there is none."""
    glued: bool
    """No blank is before `after`."""


def plain_signs(text: str) -> str:
    """The text without blanks at the ends and with the signs of the keyboard; "" if it can be no number."""
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    digit = _DIGIT.search(text, 0, _FIRST_DIGIT_WITHIN)
    if digit is None:
        return ""  # most words end here
    if not (text.isascii() and text.isprintable()):
        return text.translate(_ASCII).strip()
    if text[0].isalpha():  # most names with a number end here
        word = text[: digit.start()].rstrip(" .-+(")
        return text if is_currency(word) or word in COMPASS else ""
    return text


def take_apart(text: str, decimal: str) -> Written | None:
    """A text of `plain_signs` taken apart, None if it holds anything but one number and its surroundings."""
    match = _pattern(decimal).fullmatch(text)
    if match is None:
        return None
    before, number, mark, lakhs, tail = match.group("before", "number", "mark", "lakhs", "after")
    bracketed = "(" in before
    if bracketed:
        if before.count("(") > 1 or tail.count(")") != 1:
            return None
        before, tail = before.replace("(", ""), tail.replace(")", "")
    before = before.strip()
    sign = before[0] if before[:1] in ("-", "+") else before[-1] if before[-1:] in ("-", "+") else ""
    if sign:
        before = before[1:].lstrip() if before[0] == sign else before[:-1].rstrip()
    elif _DASHES.match(tail) and (number[-1] == decimal or tail[0] in ",./"):
        tail = _DASHES.sub("", tail, count=1)  # 5,- and 5.-- are prices, as is 5/- in India
    elif tail[:1] == "-" and tail[1:2] in ("", " "):
        is_amount = is_currency(before) or is_currency(tail[1:].strip())
        if not is_amount and sum(map(str.isdigit, number)) < _AMOUNT_DIGITS:
            return None  # 2- is a grade, 12- a range
        sign, tail = "-", tail[1:]
    if (bracketed and sign) or (before and not is_currency(before)):
        return None
    after = tail.strip()
    percent = after == "%" or after.lower() in _PERCENT_WORDS
    if not percent and after and not is_unit(after, tail[0] != " "):
        return None
    power = match["power"] or match["times"] or match["raised"]
    if mark or lakhs:
        if power:
            return None  # computers do not group, and people do not write powers of large numbers
        number = number.replace(mark or ",", "")
    return Written(
        digits=number.replace(decimal, "."),
        power=int(power.translate(_SUPERSCRIPTS)) if power else 0,
        negative=bracketed or sign == "-",
        before=before,
        percent=percent,
        after="" if percent else after,
        glued=tail[:1] != " ",
    )


_AMOUNT_DIGITS = 3
"""Of an amount, from which on a minus behind it is read as its sign."""
_PERCENT_WORDS = frozenset(["percent", "per cent", "pct", "pct.", "prozent", "pour cent", "por ciento"])
_DASHES = re.compile("[.,/]?[-\u2014]{1,2}(?![^ ])")


@lru_cache(maxsize=4)
def _pattern(decimal: str) -> re.Pattern[str]:
    marks, lakhs = (",' ", "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}") if decimal == "." else (".' ", "(?!)")
    thousands = rf"[1-9][0-9]{{0,2}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    whole = f"(?:{thousands}|(?P<lakhs>{lakhs})|[0-9]+)"
    number = f"(?P<number>{whole}(?:[{decimal}][0-9]*)?|(?<![A-Za-z])[{decimal}][0-9]+)"
    power = (
        "(?:[eE](?P<power>[-+]?[0-9]{1,3})"
        r"| ?[×x*·∙⋅] ?10(?:(?:\^|\*\*)(?P<times>[-+]?[0-9]{1,3})|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))?"
    )
    return re.compile(f"(?P<before>[^0-9]{{0,12}}?){number}{power}(?P<after>(?![0-9]).{{0,40}})")
