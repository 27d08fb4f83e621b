"""Levels of categories: the cells that are each of them."""

import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from mlpcli.data.spelling import BY_NUMBER, BY_TRUTH, TRUTH, cleaned, key
from mlpcli.workflows.exporting import description as told


def number_in(text: str) -> float:
    """The finite number that a text is, else NaN."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and text.isascii() and "_" not in text else math.nan


def missing_numbers(each: told.Input) -> list[float]:
    """Missing words that are numbers."""
    found = {number_in(word) for word in each.missing}
    return sorted(value for value in found if not math.isnan(value))


def is_number(each: told.CategoryInput) -> bool:
    """Whether its cells may come as numbers: all levels are, and each is another one."""
    if each.matching != BY_NUMBER:
        return False
    keys = list(keys_of(each))
    numbers = [number_in(level) for level in dict.fromkeys([*keys, *_means_of(each)])]
    return not any(map(math.isnan, numbers)) and len(set(numbers)) == len(numbers)


def keys_of(each: told.CategoryInput) -> Iterator[str]:
    """The key of each level."""
    return (key(level, each.matching) for level in each.levels)


def _means_of(each: told.CategoryInput) -> tuple[str, ...]:
    return () if each.means is None else each.means.texts


def by_number(place_of: Mapping[str, int]) -> dict[float, int]:
    """The places of keys that are numbers."""
    return {float(level) + 0.0: place for level, place in place_of.items()}


def by_text(each: told.CategoryInput, place_of: Mapping[str, int], gap: int) -> dict[str, int]:
    """The places of cells: of each spelling of a level, and of missing words that of a gap."""
    levels = (text for text in each.levels if key(text, each.matching) in place_of)
    spelled = (cell for text in (*place_of, *levels) for cell in spellings(text, each.matching, each.decimal))
    places = {cell: place_of.get(key(cleaned(cell), each.matching, each.decimal), 0) for cell in spelled}
    return with_gaps({cell: place for cell, place in places.items() if place}, each.missing, gap)


def with_gaps(cells: dict[str, int], missing: Iterable[str], gap: int) -> dict[str, int]:
    """The table with the missing words; those whose place is 0 need none."""
    words = {spelled for word in missing for spelled in _composed(word)}
    kept = {text: place for text, place in cells.items() if text not in words}
    return dict(sorted((kept | (dict.fromkeys(words, gap) if gap else {})).items(), key=_by_place))


def _by_place(entry: tuple[str, int]) -> tuple[int, str]:
    return entry[1], entry[0]


def spellings(level: str, matching: str, decimal: str = ".") -> Iterator[str]:
    """The cells that are a level: both forms of Unicode, all words for true and false, of a number some."""
    if matching == BY_TRUTH and level in ("0", "1"):
        yield from truth_words(float(level))
        return
    yield from _composed(level)
    if matching == BY_NUMBER and not math.isnan(number_in(level)):
        plain = format(Decimal(level), "f")
        yield plain.replace(".", decimal)
        if "." not in plain:
            yield f"{plain}{decimal}0"


def truth_words(truth: float) -> Iterator[str]:
    """All words for true or false, in small letters and capitals in every mixture."""
    for word, value in TRUTH.items():
        if value == truth:
            cases = (dict.fromkeys((letter.lower(), letter.upper())) for letter in word)
            for letters in itertools.product(*cases):
                yield from _composed("".join(letters))


def _composed(text: str) -> Iterator[str]:
    yield text
    if not text.isascii():
        yield unicodedata.normalize("NFC", text)
        yield unicodedata.normalize("NFD", text)
