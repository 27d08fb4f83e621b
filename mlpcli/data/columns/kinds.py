"""Infer the kinds of columns, each with a reason.

`infer_columns` looks at a sample; `settle` at all rows, for constant and duplicate columns, and numbers that
turn out to be text further down.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import BOOLEAN_WORDS, Cells, Frame, Numbers, Texts
from mlpcli.data.encoders import ENCODERS
from mlpcli.data.schema import (
    BOOLEAN,
    CATEGORY,
    CHOSEN,
    CONSTANT,
    DUPLICATE,
    IDENTIFIER,
    LEARNED,
    NUMBER,
    TEXT,
    Column,
)

IDENTIFIER_ROWS = 20
"""Below this many rows, unique values say nothing about a column."""
IDENTIFIER_SHARE = 0.95
TEXT_WORDS = 4
"""Words in a cell, on average, from which text that hardly repeats is prose."""
TEXT_SHARE = 0.5


def infer_columns(sample: Frame, names: Sequence[str], chosen: Mapping[str, str]) -> list[Column]:
    """A Column for each name; `chosen` are kinds given by the user."""
    return [
        Column(name, chosen[name], CHOSEN) if name in chosen else infer_column(name, sample[name])
        for name in names
    ]


def infer_column(name: str, cells: Cells, *, number: bool = True) -> Column:
    """Infer a column's kind; `number=False` rules out numbers."""
    present = cells[~cells.missing()]
    if not len(present):
        return Column(name, CATEGORY, "no value in the rows looked at")
    distinct = present.distinct()
    if isinstance(present, Texts) and (words := _boolean_words(present)):
        return Column(name, BOOLEAN, f"only {words}")
    numbers, unreadable = present.numbers()
    if number and not unreadable.any():
        return _number(name, numbers, distinct)
    assert isinstance(present, Texts)
    inferred = (encoder.infer(name, present) for encoder in ENCODERS.values())
    return next(filter(None, inferred), None) or _text(name, present, distinct, unreadable)


def settle(columns: Sequence[Column], frame: Frame) -> tuple[list[Column], dict[str, tuple[int, int]]]:
    """The columns in the light of all rows, and those that turned out not to be numbers.

    The latter by name: the first row that is no number, and the number of such rows.
    """
    settled: list[Column] = []
    not_numbers: dict[str, tuple[int, int]] = {}
    seen: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        if column.kind in LEARNED and column.reason != CHOSEN:
            cells = frame[column.name]
            if column.kind == NUMBER and isinstance(cells, Texts):
                values, unreadable = cells.numbers()
                if unreadable.any():
                    not_numbers[column.name] = int(np.argmax(unreadable)), int(unreadable.sum())
                    column = infer_column(column.name, cells, number=False)
                else:
                    frame[column.name] = cells = Numbers(values, cells.reading)
            column = _constant(column, cells) or _duplicate(column, cells, frame, seen) or column
        settled.append(column)
    return settled, not_numbers


def _boolean_words(present: Texts) -> str:
    levels = present.used()
    if len(levels) > 2 * len(BOOLEAN_WORDS):
        return ""
    words = {text.strip().lower() for text in levels}
    return " and ".join(sorted(words)) if words <= BOOLEAN_WORDS.keys() else ""


def _number(name: str, numbers: Array, distinct: int) -> Column:
    ordered = np.sort(numbers)
    whole = bool(np.all(np.isfinite(ordered))) and bool(np.all(ordered == np.floor(ordered)))
    unique = len(ordered) >= IDENTIFIER_ROWS and distinct == len(ordered)
    # The sample of a long file has a place or two where rows are left out.
    if whole and unique and np.count_nonzero(np.diff(ordered) != 1) <= min(2, len(ordered) // 1000):
        return Column(name, IDENTIFIER, "unique, consecutive whole numbers: an identifier")
    return Column(name, NUMBER, f"{'whole' if whole else 'decimal'} numbers, {distinct:,} different")


def _text(name: str, present: Texts, distinct: int, unreadable: Array) -> Column:
    first = present.text(int(np.argmax(unreadable)))
    words = float(np.mean([len(level.split()) for level in present.used()]))
    if distinct > TEXT_SHARE * len(present) and len(present) >= IDENTIFIER_ROWS and words >= TEXT_WORDS:
        reason = f"free text, {words:.0f} words on average, which cannot be learned from yet"
        return Column(name, TEXT, reason)
    if distinct > IDENTIFIER_SHARE * len(present) and len(present) >= IDENTIFIER_ROWS:
        reason = f"text that differs in {distinct:,} of {len(present):,} rows: an identifier"
        return Column(name, IDENTIFIER, reason)
    return Column(name, CATEGORY, f"text such as {first[:40]!r}, {distinct:,} levels")


def _constant(column: Column, cells: Cells) -> Column | None:
    absent = cells.missing()
    if absent.all():
        return Column(column.name, CONSTANT, "no value in any row")
    if absent.any() or len(absent) < 2:
        return None
    same = cells.values.min() == cells.values.max() if isinstance(cells, Numbers) else cells.distinct() == 1
    return Column(column.name, CONSTANT, "the same value in every row") if same else None


def _duplicate(
    column: Column, cells: Cells, frame: Frame, seen: dict[tuple[str, ...], list[str]]
) -> Column | None:
    """Compare in full only with columns that agree in a few rows."""
    few = np.linspace(0, len(frame) - 1, min(len(frame), 20)).astype(np.intp)
    part = cells[few]
    key = [part.shown(row) for row in range(len(few))]
    others = seen.setdefault((column.kind, *key), [])
    for other in others:
        if len(frame) > 1 and _are_equal(cells, frame[other]):
            return Column(column.name, DUPLICATE, f"duplicate of {other!r}")
    others.append(column.name)
    return None


def _are_equal(one: Cells, other: Cells) -> bool:
    if isinstance(one, Texts) and isinstance(other, Texts):
        number_of = {level: number for number, level in enumerate(other.levels)}
        translated = np.array([number_of.get(level, -2) for level in one.levels], dtype=np.int32)
        return bool(np.array_equal(one.spread(translated, -1), other.codes))
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return bool(np.array_equal(one.values, other.values, equal_nan=True))
    return False
