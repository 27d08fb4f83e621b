"""Spellings: which cells of a category, which classes and which column names are one value."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from decimal import Decimal

WITHOUT_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

EXACT, TEXT, BY_NUMBER, BY_TRUTH = "exact", "text", "number", "boolean"
MATCHINGS = (EXACT, TEXT, BY_NUMBER, BY_TRUTH)
"""What makes two cells one level: every character, as in versions before 0.3; the text without blanks at its
ends; the number that it is; true or false."""

FAMILIES = (
    ("false", "true"),
    ("f", "t"),
    ("no", "yes"),
    ("n", "y"),
    ("nein", "ja"),
    ("n", "j"),
    ("non", "oui"),
    ("no", "sí"),
    ("no", "si"),
    ("falsch", "wahr"),
    ("faux", "vrai"),
    ("falso", "verdadero"),
    ("off", "on"),
    ("아니오", "예"),
    ("아니요", "예"),
    ("거짓", "참"),
)
"""Words for false and true that belong together."""
OLD_FAMILIES = FAMILIES[:4]
DIGITS = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0, "0,0": 0.0, "1,0": 1.0, "-1": 1.0}
"""Numbers that say false and true beside such words; to Access and Visual Basic true is -1."""

OLD_TRUTH = {word: float(value) for family in OLD_FAMILIES for value, word in enumerate(family)}
TRUTH = {word: float(value) for family in FAMILIES for value, word in enumerate(family)} | DIGITS
"""0 or 1 for each boolean word, casefolded."""

_NUMBER = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]{0,99})(?:\.[0-9]{0,99})?|\.[0-9]{1,99})(?:[eE][-+]?[0-9]{1,3})?", re.ASCII
)
LONGEST = 1_000
"""Characters of a cell that may be a level or a name; of longer ones Unicode's form takes too long."""


def cleaned(text: str) -> str:
    """A cell or name without blanks at its ends, in Unicode's composed form (NFC)."""
    text = text.strip()
    if text.isascii() or len(text) > LONGEST:
        return text
    text = unicodedata.normalize("NFC", text)
    while (bare := text.strip(WITHOUT_WIDTH).strip()) != text:
        text = bare
    return text


def are_booleans(levels: Collection[str]) -> bool:
    """Whether every one of the levels is a boolean word, and they are not letters of several pairs.

    {f, n} may be any two letters; {0, 1} alone are numbers.
    """
    words = {level.casefold() for level in levels}
    if not words or words <= DIGITS.keys() or not words <= TRUTH.keys():
        return False
    letters = {word for word in words if len(word) == 1 and word.isascii() and word.isalpha()}
    return any(letters <= {*family} for family in FAMILIES)


def matching_of(levels: Collection[str], decimal: str = ".") -> str:
    """The matching of a column with these levels; 0 and 1 alone may come as false and true."""
    if are_booleans(levels) or sorted(TRUTH.get(level.casefold(), 2.0) for level in levels) == [0.0, 1.0]:
        return BY_TRUTH
    if len(levels) and all(_is_number(level, decimal) for level in levels):
        return BY_NUMBER
    return TEXT


def key(level: str, matching: str, decimal: str = ".") -> str:
    """The same for all spellings of one value."""
    if matching == BY_TRUTH:
        truth = TRUTH.get(level.casefold())
        return level if truth is None else f"{truth:g}"
    if matching == BY_NUMBER and _is_number(level, decimal):
        number = Decimal(level.replace(decimal, "."))
        return "0" if not number else str(number.normalize())
    return level


def keys(levels: Iterable[str], matching: str, decimal: str = ".") -> list[str]:
    """The key of each of the levels."""
    if matching in (EXACT, TEXT):
        return [str(level) for level in levels]
    return [key(level, matching, decimal) for level in levels]


def case_differences(levels: Iterable[str]) -> list[list[str]]:
    """Levels that differ in case only, those of one word together."""
    alike: dict[str, list[str]] = {}
    for level in levels:
        alike.setdefault(level.casefold(), []).append(level)
    return [several for several in alike.values() if len(several) > 1]


def _is_number(level: str, decimal: str) -> bool:
    if decimal != ".":
        level = level.replace(".", "x").replace(decimal, ".")
    digits = any(each.isdigit() for each in level[:3])
    return digits and _NUMBER.fullmatch(level) is not None
