"""Decides, from a sample of text cells, what each column is; every decision has a reason."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.data.cells import BOOLEAN_WORDS, Numbers, as_numbers, count_distinct, is_missing, texts_of
from mlpcli.data.schema import BOOLEAN, CATEGORY, IGNORE, NUMBER, Column

CHOSEN = "chosen by --kind"

IDENTIFIER_ROWS = 20
"""Below this many rows, unique values say nothing about a column."""


def infer_columns(
    sample: pd.DataFrame, missing: frozenset[str], decimal: str, chosen: Mapping[str, str], complete: bool
) -> list[Column]:
    """A Column for each of the sample's; `chosen` are kinds given by the user.

    `complete` says that the sample is the whole table, so that "constant" and "empty" are certain.
    """
    columns: list[Column] = []
    seen: dict[tuple[str | None, ...], str] = {}
    for position, name in enumerate(sample.columns):
        cells = sample.iloc[:, position]
        if name in chosen:
            columns.append(Column(name, chosen[name], CHOSEN))
            continue
        column = _infer(str(name), cells, missing, decimal, complete)
        content = tuple(texts_of(cells))
        if column.kind != IGNORE and complete and len(content) > 1:
            if content in seen:
                column = _left_out(column, f"duplicate of {seen[content]!r}")
            else:
                seen[content] = column.name
        columns.append(column)
    return columns


def _infer(
    name: str, cells: "pd.Series[Any]", missing: frozenset[str], decimal: str, complete: bool
) -> Column:
    absent = is_missing(cells, missing)
    present = cells[~absent]
    if present.empty:
        kind = IGNORE if complete else CATEGORY
        return Column(name, kind, "no value in any row" if complete else "no value in the rows looked at")
    distinct = count_distinct(present)
    boolean = _infer_boolean(name, present, distinct)
    numbers, unreadable = as_numbers(present, missing, decimal)
    if boolean is not None:
        column = boolean
    elif not unreadable.any():
        column = _infer_number(name, numbers, distinct)
    else:
        first = present.iloc[int(np.argmax(unreadable))]
        if distinct > 0.95 * len(present) and len(present) >= IDENTIFIER_ROWS:
            reason = f"text that differs in {distinct:,} of {len(present):,} rows: an identifier"
            return _left_out(Column(name, CATEGORY, ""), reason)
        column = Column(name, CATEGORY, f"text such as {str(first)[:40]!r}, {distinct:,} levels")
    if distinct == 1 and not absent.any() and complete:
        return _left_out(column, "the same value in every row")
    return column


def _infer_boolean(name: str, present: "pd.Series[Any]", distinct: int) -> Column | None:
    if pd.api.types.is_bool_dtype(present.dtype):
        return Column(name, BOOLEAN, "true or false")
    if pd.api.types.is_numeric_dtype(present.dtype):
        return None
    if distinct > 2 * len(BOOLEAN_WORDS):
        return None
    words = {text.strip().lower() for text in set(texts_of(present))}
    if words <= BOOLEAN_WORDS.keys():
        return Column(name, BOOLEAN, "only " + " and ".join(sorted(words)))
    return None


def _infer_number(name: str, numbers: Numbers, distinct: int) -> Column:
    ordered = np.sort(numbers)
    whole = bool(np.all(np.isfinite(ordered))) and bool(np.all(ordered == np.floor(ordered)))
    unique = len(ordered) >= IDENTIFIER_ROWS and distinct == len(ordered)
    if whole and unique and bool(np.all(np.diff(ordered) == 1)):
        return _left_out(Column(name, NUMBER, ""), "unique, consecutive whole numbers: an identifier")
    return Column(name, NUMBER, f"{'whole' if whole else 'decimal'} numbers, {distinct:,} different")


def _left_out(column: Column, reason: str) -> Column:
    return Column(column.name, IGNORE, reason)
