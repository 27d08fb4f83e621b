"""The decimal mark of a table: a point or a comma, told by all columns together.

A cell such as `1,5` or `1.234,5` is a number under one mark only and settles it. `1.100` is a number under
both: beside `950` it is a thousand and a hundred, as fractions would hardly all have three digits.
"""

import re
from collections.abc import Sequence
from enum import Enum
from itertools import islice
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.numbers.numerals import number_form, read_numerals

POINT, COMMA = ".", ","
_OTHER = {POINT: COMMA, COMMA: POINT}
_READABLE = 0.5
"""Of the distinct texts with a digit, from which a column may be one of numbers."""
_AGREEMENT = 0.9
"""Of the cells that are numbers under one mark only, from which the others are strays."""
_FEW = 10
"""Distinct cells with a mark, below which three digits behind each may be chance."""
_SOME = 200
"""Texts of a column that are tried before all are."""
_SOME_NEW = 1000
"""Texts of a column of new rows that are enough to tell a mark that is the same for all."""


class Mark(NamedTuple):
    """The decimal mark of a table."""

    mark: str
    open: bool = False
    """No cell excludes the other reading."""
    example: str = ""
    """A cell that has another value under the other mark, where the choice needs a word."""
    value: float | None = None
    """Of the example as it is read."""
    other: float | None = None
    """Of the example under the other mark."""


class _Evidence(Enum):
    """How a column speaks for a mark, the strongest first."""

    SETTLED = 0
    """Some cells are numbers under this mark only."""
    GROUPED = 1
    """The other mark stands before three digits wherever it stands, and the rest is below 1,000."""
    FIXED = 2
    """Three digits are behind the mark in every cell: fixed decimals, or thousands and no smaller number."""


class _Vote(NamedTuple):
    evidence: _Evidence
    mark: str
    open: bool = False
    example: str = ""


def decimal_mark(columns: Sequence[Array], delimiter: str) -> Mark:
    """The decimal mark of a table with this delimiter, from each column's distinct texts (object).

    Columns of words may be among them. The strongest evidence decides, a point where columns contradict
    each other.
    """
    votes: list[_Vote] = []
    for texts in columns:
        if vote := _vote(texts, delimiter):
            if (vote.evidence, vote.mark) == (_Evidence.SETTLED, POINT):
                return Mark(POINT)  # whatever the other columns say
            votes.append(vote)
    if not votes:
        return Mark(POINT)
    strongest = min(vote.evidence.value for vote in votes)
    votes = [vote for vote in votes if vote.evidence.value == strongest]
    marks = {vote.mark for vote in votes}
    mark = POINT if len(marks) > 1 else votes[0].mark
    vote = next((vote for vote in votes if vote.example), votes[0])
    if not vote.example:
        return Mark(mark)
    open_ = len(marks) > 1 or all(vote.open for vote in votes)
    if vote.evidence is _Evidence.FIXED and not open_:
        return Mark(mark)
    return Mark(
        mark, open_, vote.example, _read_one(vote.example, mark), _read_one(vote.example, _OTHER[mark])
    )


def decimal_mark_like(columns: Sequence[tuple[Array, float, float]], usual: str) -> str:
    """The mark under which new rows look most like those of training.

    `columns` are the distinct texts (object) of each number column, with its lowest and highest value in
    training. Fewest unreadable cells come first, then most values in that range, then the `usual` mark.
    """
    some = [
        (texts[:: len(texts) // _SOME_NEW + 1], lowest, highest)
        for texts, lowest, highest in columns
        if _holds_marks(texts)
    ]
    unreadable, outside = _misfits(some, usual, None)
    if (unreadable, outside) == (0, 0):
        return usual
    other = _OTHER[usual]
    return other if _misfits(some, other, unreadable) < (unreadable, outside) else usual


def _misfits(columns: Sequence[tuple[Array, float, float]], mark: str, enough: int | None) -> tuple[int, int]:
    """Counts of the texts that are unreadable and out of range, given up beyond `enough` unreadable ones."""
    unreadable = outside = 0
    for texts, lowest, highest in columns:
        if enough is not None and mark == COMMA and _fractions(texts, enough + 1) > enough:
            return enough + 1, outside
        values = _read(texts, mark)
        unreadable += int(np.isnan(values).sum())
        outside += int(((values < lowest) | (values > highest)).sum())
        if enough is not None and unreadable > enough:
            break
    return unreadable, outside


_FRACTION = re.compile(
    r"""^[ \t]*[-+]?(?:
        [0-9]*\.(?:[0-9]{0,2}|[0-9]{4,50})|(?:0[0-9]*|[0-9]{4,50})?\.[0-9]{3}
    )(?:[eE][-+]?[0-9]+)?[ \t]*$""",
    re.MULTILINE | re.ASCII | re.VERBOSE,
)
"""Matches a line with a number that only a decimal point explains."""


def _fractions(texts: Array, most: int) -> int:
    """The number of plain texts that only a decimal point explains, at most `most`."""
    return sum(1 for _ in islice(_FRACTION.finditer("\n".join(texts)), most))


_THREE = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?![0-9.,])", re.ASCII)


def _holds_marks(texts: Array) -> bool:
    return any("." in text or "," in text for text in texts)


def _vote(texts: Array, delimiter: str) -> _Vote | None:
    if not _holds_marks(texts):
        return None
    # Nearly all tables: plain numbers with points. Their first cells tell.
    plain = not any("," in text for text in texts) and _fractions(texts, 1)
    if plain and np.mean(~np.isnan(read_numerals(texts, POINT))) >= _READABLE:
        return _Vote(_Evidence.SETTLED, POINT)
    with_digits = texts[[any(each.isdigit() for each in text[:20]) for text in texts]]
    some = with_digits[:: len(with_digits) // _SOME + 1]
    if np.isnan(_read(some, POINT)).all() and np.isnan(_read(some, COMMA)).all():
        return None  # words
    if len(some) < len(with_digits) and (vote := _settled(some)) is not None:
        return vote
    by_point, by_comma = _read(with_digits, POINT), _read(with_digits, COMMA)
    readable = ~(np.isnan(by_point) & np.isnan(by_comma))
    if readable.mean() < _READABLE:
        return None
    only_point, only_comma = (int(np.isnan(each[readable]).sum()) for each in (by_comma, by_point))
    if only_point or only_comma:
        larger = max(only_point, only_comma)
        contradictory = larger < _AGREEMENT * (only_point + only_comma)
        # One text alone may be a list or a version that is the same everywhere.
        if contradictory or (only_comma and len(texts) == 1):
            return None
        return _Vote(_Evidence.SETTLED, POINT if only_point > only_comma else COMMA)
    differs = readable & (by_point != by_comma)
    if not differs.any():
        return None
    return _of_three_digits(with_digits[differs].tolist(), by_point[readable & ~differs], delimiter)


def _settled(texts: Array) -> _Vote | None:
    """The vote of some texts of a column that settle its mark; None if they do not."""
    by_point, by_comma = np.isnan(_read(texts, POINT)), np.isnan(_read(texts, COMMA))
    readable = ~(by_point & by_comma)
    only_point, only_comma = int((by_comma & readable).sum()), int((by_point & readable).sum())
    larger = max(only_point, only_comma)
    if readable.mean() < _READABLE or larger < max(_FEW, _AGREEMENT * (only_point + only_comma)):
        return None
    return _Vote(_Evidence.SETTLED, POINT if only_point > only_comma else COMMA)


def _of_three_digits(marked: list[str], bare: Array, delimiter: str) -> _Vote | None:
    """The vote of a column with three digits behind every mark; `bare` are the values without a mark."""
    marks = {match[1] for text in marked if (match := _THREE.search(text))}
    if len(marks) != 1:
        return None
    (mark,) = marks
    example = min(marked, key=len).strip()
    if len(bare) and np.abs(bare).max() < 1000 and np.all(bare % 1 == 0):
        # A fraction's last digit is not 0 where whole numbers have no fraction.
        trimmed = not any(re.search(r"0(?![0-9])", text) for text in marked)
        if mark == POINT and trimmed and delimiter == COMMA and len(marked) < _FEW:
            return _Vote(_Evidence.FIXED, POINT, open=True, example=example)
        return _Vote(_Evidence.GROUPED, _OTHER[mark], open=trimmed and len(marked) < _FEW, example=example)
    if mark == POINT:
        # Fixed decimals; beside larger whole numbers, which as thousands would have a mark as well.
        return _Vote(_Evidence.FIXED, POINT, open=not len(bare) and delimiter == ";", example=example)
    # A semicolon is the delimiter where a comma is the decimal mark.
    return _Vote(_Evidence.FIXED, COMMA if delimiter == ";" else POINT, open=True, example=example)


def _read(texts: Array, mark: str) -> Array:
    return read_numerals(texts, mark, number_form(texts, np.ones(len(texts), dtype=np.int64), mark))


def _read_one(text: str, mark: str) -> float:
    return float(_read(np.array([text, None], dtype=object)[:1], mark)[0])
