"""Means of the target by level of a column, as further matrix columns of its encoder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import numpy as np

from mlpcli.arrays import Array

UNSEEN, MISSING, FIRST = 0, 1, 2
"""Rows of the table of cells: any other level, a gap, and the first of the levels."""
R_SQUARED, LOG_LOSS = "r2", "log_loss"
MOST_LEVELS = 50_000
"""Of a column, the most frequent ones."""
MOST_CELLS = 20_000_000


class LevelMeansDescription(TypedDict):
    """What is stored; the cells are in the array `told.cells`, values of numbers in `told.values`."""

    levels: list[str]
    values: int
    """The number of levels that are numbers."""
    folds: list[str]
    columns: int
    gain: float
    measure: Annotated[str, (R_SQUARED, LOG_LOSS)]


@dataclass(frozen=True, kw_only=True)
class LevelMeans:
    """A table of cells by level: means of the target, scaled, and the scaled logarithm of the count of rows.

    Each network that learns from other rows has a block of cells of its own, of these rows.
    """

    levels: tuple[str, ...] = ()
    """Texts, as the keys of the column's matching; none of a column of numbers."""
    values: Array
    """(levels,) ascending; empty for texts."""
    folds: tuple[str, ...]
    """Names of the blocks."""
    cells: Array
    """(2 + levels, blocks, columns): of a level that is not known, of gaps, of each level."""
    gain: float
    """Of the loss without the column, the share that the means take away in rows they are not made of."""
    measure: str

    @property
    def columns(self) -> int:
        """Matrix columns of a block."""
        return int(self.cells.shape[2])

    @property
    def width(self) -> int:
        """Matrix columns in all."""
        return len(self.folds) * self.columns

    def columns_of_folds(self, start: int) -> dict[str, tuple[int, ...]]:
        """The matrix columns of each block, where the first of all is `start`."""
        starts = range(start, start + self.width, self.columns)
        blocks = zip(self.folds, starts, strict=True)
        return {name: tuple(range(first, first + self.columns)) for name, first in blocks}

    def rows_of_texts(self, keys: Iterable[str]) -> Array:
        """The rows of the table for some keys."""
        number_of = {level: number for number, level in enumerate(self.levels, FIRST)}
        return np.array([number_of.get(key, UNSEEN) for key in keys], np.intp)

    def rows_of_values(self, values: Array) -> Array:
        """The rows of the table for numbers, NaN at gaps."""
        places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        rows = np.where(self.values[places] == values, places + FIRST, UNSEEN)
        return np.where(np.isnan(values), MISSING, rows)

    def write(self, rows: Array, out: Array) -> None:
        """Write the cells of rows of the table into `out` (rows, width)."""
        out[:] = self.cells.reshape(len(self.cells), self.width)[rows]

    def described(self) -> dict[str, Any]:
        return {
            "levels": list(self.levels),
            "values": len(self.values),
            "folds": list(self.folds),
            "columns": self.columns,
            "gain": self.gain,
            "measure": self.measure,
        }

    def arrays(self) -> dict[str, Array]:
        """`told.cells`, one behind the other, and of numbers `told.values` (levels,)."""
        cells = {"told.cells": self.cells.ravel()}
        return cells | ({"told.values": self.values} if len(self.values) else {})

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The shapes of `arrays`; ValueError for an impossible description."""
        values, columns, folds = stored["values"], stored["columns"], stored["folds"]
        if min(values, len(stored["levels"])) != 0 or not columns >= 1 or not folds:
            raise ValueError("its means by level are invalid")
        if values > MOST_LEVELS or columns > MOST_CELLS:
            raise ValueError("it has too many means by level")
        cells = (FIRST + values + len(stored["levels"])) * len(folds) * columns
        if cells > MOST_CELLS:
            raise ValueError("it has too many means by level")
        return {"told.cells": (cells,)} | ({"told.values": (values,)} if values else {})

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "LevelMeans":
        """The inverse of `described` and `arrays`; raises ValueError if they make none."""
        levels, folds = tuple(stored["levels"]), tuple(stored["folds"])
        values = arrays.get("told.values", np.empty(0))
        if not len(levels) + len(values):
            raise ValueError("its means by level have no level")
        if len(set(levels)) < len(levels) or len(set(folds)) < len(folds):
            raise ValueError("its means by level list one twice")
        if (np.diff(values) < 0).any():
            raise ValueError("its means by level are not sorted")
        if arrays["told.cells"].size != (FIRST + len(levels) + len(values)) * len(folds) * stored["columns"]:
            raise ValueError("its means by level do not match its levels")
        return cls(
            levels=levels,
            values=values,
            folds=folds,
            cells=arrays["told.cells"].reshape(-1, len(folds), stored["columns"]),
            gain=stored["gain"],
            measure=stored["measure"],
        )
