"""Columns that speak for a decimal mark, and the note of a mark that was chosen."""

from collections.abc import Iterator, Mapping

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.columns.numbers.decimal_marks import Mark
from mlpcli.errors import Sentence


def mark_notes(mark: Mark, levels: Mapping[str, Array], name: str) -> Iterator[str]:
    """The note of a decimal comma, or of a mark where two are possible; `levels`: cells by their column."""
    points = "." in mark.example
    if mark.value is not None and mark.other is not None and (mark.open or points):
        what = "point" if points else "comma"
        is_decimal = mark.mark in mark.example
        use = "decimal mark" if is_decimal else "thousands separator"
        column = next(column for column, each in levels.items() if mark.example in map(str.strip, each))
        cell = f"column {column!r}: {mark.example!r} is read as {mark.value:.15g}, with the {what} as {use}"
        other_mark = "." if mark.mark == "," else ","
        yield Sentence("{}: {} ({decimal} {} reads {:.15g})", name, cell, other_mark, mark.other)
    elif mark.mark == ",":
        yield Sentence("{}: a decimal comma was detected ({decimal} overrides it)", name)


def pointed_numbers(sample: Frame) -> list[str]:
    """The columns of numbers in which a point may separate thousands; none if some column of numbers can
    only have points as decimal marks."""
    numbers = {name: cells for name, cells in sample.columns.items() if isinstance(cells, Numbers)}
    with_fractions = {name: cells.values for name, cells in numbers.items() if has_fractions(cells)}
    if all(_may_be_thousands(values) for values in with_fractions.values()):
        return list(with_fractions)
    return []


def _may_be_thousands(values: Array) -> bool:
    """Whether all values are below 1,000 and have no fourth decimal place, as 1.1 that is written 1.100."""
    known = values[np.isfinite(values)]
    thousandths = known * 1000.0
    return bool((np.abs(known) < 1000).all() and np.allclose(thousandths, np.round(thousandths), atol=1e-6))


def has_fractions(cells: Cells) -> bool:
    """Whether cells are numbers some of which are not whole."""
    if not isinstance(cells, Numbers):
        return False
    values = cells.values[np.isfinite(cells.values)]
    return bool((values % 1 > 0).any())
