"""Infinite cells, which no training takes."""

from collections.abc import Sequence

import numpy as np

from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.schema import NUMBER, Column
from mlpcli.errors import Sentence
from mlpcli.preparation.cell_findings import limited
from mlpcli.preparation.finding import REFUSED, Finding


def infinite_cells(columns: Sequence[Column], frame: Frame) -> list[Finding]:
    """A finding for each number column of a frame with infinite values, and how many these are."""
    found = list[tuple[str, Finding]]()
    for column in columns:
        cells = frame[column.name] if column.kind == NUMBER else None
        if not isinstance(cells, Numbers):
            continue
        infinite = np.isinf(cells.values)
        if number := int(np.count_nonzero(infinite)):
            where = f"{frame.place(int(np.argmax(infinite)))}: column {column.name!r}"
            text = f"training would fail on this table: {where} holds an infinite value"
            text += f", the first of {number:,}" * (number > 1)
            advice = Sentence("fix the cell, or read it as missing with {missing}")
            found.append((column.name, Finding(REFUSED, text, advice)))
    return limited(found)
