"""Settle the kinds of columns in the light of all rows: constants, duplicates, and strays in later cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpcli.data.columns.cells import Cells, Numbers, Texts
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.kinds import chosen_column, infer_column, with_orders
from mlpcli.data.columns.strays import Strays, nearly, shown, words_of
from mlpcli.data.schema import (
    BOOLEAN,
    CATEGORY,
    CHOSEN,
    CONSTANT,
    DATE,
    DUPLICATE,
    LEARNED,
    NUMBER,
    Column,
)
from mlpcli.data.spelling import keys, matching_of
from mlpcli.errors import count
from mlpcli.progress import SETTLED, OnProgress, unwatched


@dataclass(frozen=True)
class Settled:
    """Columns in the light of all rows."""

    columns: list[Column]
    strays: dict[str, Strays]
    """By column: cells that were taken as missing, or that make the column text."""
    still_open: set[str]
    """Columns of dates of which more than one order of day, month and year is possible."""


def settle(columns: Sequence[Column], frame: Frame, on_progress: OnProgress = unwatched) -> Settled:
    """The columns in the light of all rows; cells that are not of their kind."""
    settled: list[Column] = []
    strays: dict[str, Strays] = {}
    seen: dict[tuple[str, ...], list[str]] = {}
    for number, column in enumerate(columns):
        on_progress(number, len(columns), SETTLED)
        if column.kind in LEARNED:
            cells = frame[column.name]
            if isinstance(cells, Texts):
                column, cells = _settled_text(column, cells, strays)
                frame[column.name] = cells
            if column.reason != CHOSEN:
                column = _constant(column, cells) or _duplicate(column, cells, frame, seen) or column
        settled.append(column)
    ordered, still_open = with_orders(settled, frame)
    return Settled(ordered, strays, still_open)


def _settled_text(column: Column, cells: Texts, strays: dict[str, Strays]) -> tuple[Column, Cells]:
    """A column of texts in the light of all rows, with its cells read as what it is."""
    if column.kind == CATEGORY:
        if column.reason != CHOSEN and (found := nearly(cells)):
            strays[column.name] = found
        return column, one_spelling(cells)
    if column.reason == CHOSEN:
        column = chosen_column(column.name, column.kind, cells)
    elif column.kind != DATE or words_of(column, cells) is not None:
        column = infer_column(column.name, cells)
    cells = cells.under(cells.reading.formed(column.form))
    found = words_of(column, cells) or (nearly(cells) if column.kind == CATEGORY else None)
    if found is not None:
        strays[column.name] = found
        if column.reason != CHOSEN and column.kind in (NUMBER, BOOLEAN, DATE):
            column = replace(column, reason=f"{column.reason}; {_as_missing(found)}")
    if column.kind == NUMBER:
        return column, Numbers(cells.numbers()[0], cells.reading)
    return column, one_spelling(cells) if column.kind == CATEGORY else cells


def one_spelling(cells: Texts, values: Sequence[str] | None = None) -> Texts:
    """The same cells, all spellings of a value as in the first row that has it.

    `values` are the levels that decide what counts as one, if not all that are not missing.
    """
    used = cells[~cells.missing()].used().tolist() if values is None else values
    matching = matching_of(used, cells.reading.decimal)
    return cells.merged(keys(cells.levels, matching, cells.reading.decimal))


def _as_missing(strays: Strays) -> str:
    cells = sum(strays.words.values())
    such = "" if len(strays.words) == 1 else "such as "
    return f"{count(cells, 'cell')} ({such}{shown(next(iter(strays.words)))}) read as missing"


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
