"""Rows right below the header that are no data: units, types, descriptions of the columns."""

from collections.abc import Sequence

from mlpcli.data.reading.lines.kinds import TYPES, UNITS, WORDS
from mlpcli.data.reading.lines.shapes import (
    Row,
    is_measured,
    is_missing,
    is_type,
    is_unit,
    is_word,
    measured_columns,
)

MOST = 3
"""Rows."""
FEWEST_BELOW = 3
"""Rows of data, for a row above them to be told from these."""
_ROLES = frozenset({"class", "meta", "ignore", "i", "weight", "target", "input"})
"""Words of Orange's third line."""

_LETTERS = frozenset({"c", "d", "s", "t", "m", "i"})
"""Orange's short names of types and roles."""


def kinds_below_header(rows: Sequence[Row]) -> dict[int, str]:
    """What the first rows are that are no data, by position."""
    found: dict[int, str] = {}
    for position in range(min(MOST, len(rows) - FEWEST_BELOW)):
        row = rows[position]
        if any(map(is_measured, row)):
            break
        # Another such row may follow, so that it is not judged by that.
        below = rows[position + 1 :]
        if len(below) > MOST + FEWEST_BELOW:
            below = rows[MOST:]
        kind = _kind(row, below, follows=bool(found))
        if not kind:
            break
        found[position] = kind
    return found


def _kind(row: Row, below: Sequence[Row], *, follows: bool) -> str:
    width = len(row)
    measured = measured_columns(below, width)
    there = [position for position in range(width) if not is_missing(row[position])]
    over = [position for position in there if position in measured]
    beside = [position for position in there if position not in measured]
    if not there or any(_is_level(row[position], position, below) for position in beside):
        return ""
    if follows and not over and all(row[position].strip() in _ROLES for position in beside):
        return UNITS
    if len(there) > 1 and len(there) == width and all(is_type(row[position]) for position in there):
        return TYPES
    if not over:
        return ""
    if len(there) > 1 and all(row[position].strip() in _LETTERS for position in there):
        return TYPES
    words = [row[position].strip() for position in over]
    if all(map(is_unit, words)):
        alone = len(over) == 1
        others = [row[position] for position in beside]
        return "" if alone and (len(words[0]) == 1 or not all(map(is_unit, others))) else UNITS
    described = sum(map(_is_description, words))
    if len(over) > 1 and len(over) == len(measured) and len(set(words)) == len(words) == described:
        return WORDS
    return ""


def _is_description(text: str) -> bool:
    """Whether a cell says in words what its column holds, or is a key in JSON as survey tools write."""
    return text.startswith("{") or (" " in text and not any(map(str.isdigit, text)))


def _is_level(cell: str, position: int, below: Sequence[Row]) -> bool:
    """Whether a cell, which is no unit, is a value of its column elsewhere."""
    return is_word(cell) and any(row[position].strip() == cell.strip() for row in below)
