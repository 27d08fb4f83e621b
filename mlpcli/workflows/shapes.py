"""What presets are told of a table."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.cells import Frame, Texts
from mlpcli.data.schema import DATE, NUMBER, Column
from mlpcli.workflows.presets import TableShape
from mlpcli.workflows.splitting import RowTraits

Array: TypeAlias = npt.NDArray[Any]

LEAST_PIXELS = 16
"""Columns from which a table of whole numbers of one range is taken for images."""


def shape_of(
    columns: Sequence[Column], sample: Frame, traits: RowTraits, task: str, test: float | str | None
) -> TableShape:
    """What presets follow; `test` is the part of the rows that is kept apart."""
    left = 1.0 - test if isinstance(test, float) else 1.0
    numbers = [column.name for column in columns if column.kind == NUMBER]
    dates = sum(column.kind == DATE for column in columns)
    cells = [cells for name in numbers if not isinstance(cells := sample[name], Texts)]
    rows, units = math.floor(left * traits.rows), math.floor(left * traits.units)
    return TableShape(rows, task, len(numbers) + dates, units, _one_range(cells))


def _one_range(columns: Sequence[Array]) -> bool:
    """Whether there are many columns, whole numbers from one value up to about one value."""
    columns = [cells[np.isfinite(cells)] for cells in columns]
    columns = [cells for cells in columns if len(cells)]
    if len(columns) < LEAST_PIXELS or any((cells % 1 != 0).any() for cells in columns):
        return False
    lowest, highest = (np.array([edge(cells) for cells in columns]) for edge in (np.min, np.max))
    spread = highest.max() - lowest.min()
    return bool((lowest == lowest.min()).mean() >= 0.9 and np.median(highest - lowest) >= spread / 2)
