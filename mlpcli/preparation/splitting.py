"""Split the rows of a table into parts, and the training part into folds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.schema import DATE, NUMBER, Column
from mlpcli.data.split import folds, split_rows
from mlpcli.options.options import Options
from mlpcli.options.presets import TableShape
from mlpcli.preparation.columns import Roles


@dataclass(frozen=True)
class RowTraits:
    """Inputs of a split, (rows,) or None: classes to balance, groups to keep whole, times to follow, and sets
    of equal rows, to keep whole where there are neither groups nor times."""

    rows: int
    classes: Array | None = None
    groups: Array | None = None
    times: Array | None = None
    alike: Array | None = None

    @classmethod
    def of(cls, frame: Frame, roles: Roles, task: str, alike: Array | None = None) -> "RowTraits":
        """The traits of rows that have a target; DataError for a row without a time."""
        classes: Array | None = None
        if task in ("binary", "multiclass"):
            classes = frame[roles.target[0]].as_codes()
        return cls(
            len(frame),
            classes,
            None if roles.group is None else roles.group_codes(frame),
            None if roles.time is None else roles.times(frame),
            alike,
        )

    def take(self, rows: Array) -> "RowTraits":
        """Those of some rows."""
        traits = (self.classes, self.groups, self.times, self.alike)
        return RowTraits(len(rows), *(None if each is None else each[rows] for each in traits))

    @property
    def keeps_equal(self) -> bool:
        """Whether a split keeps equal rows on one side as far as they should be."""
        return self.groups is None and self.times is None

    @property
    def units(self) -> int:
        """The number of groups, or of rows, that a split can separate."""
        return self.rows if self.groups is None else len(np.unique(self.groups))


@dataclass(frozen=True)
class Split:
    """Row numbers of each part, and for each fold (kept, held out) as positions in the training part."""

    parts: dict[str, Array]
    folds: list[tuple[Array, Array]]

    def rows(self) -> dict[str, Array]:
        """The row numbers of each part, and those that each fold holds out; for the digest of a split."""
        train = self.parts["train"]
        held = {f"fold {number}": train[rows] for number, (_, rows) in enumerate(self.folds, start=1)}
        return self.parts | held


def split_table(traits: RowTraits, options: Options, generator: np.random.Generator) -> Split:
    """The parts by the settings; those that come from files are empty."""

    rows, test = held_apart(traits, np.arange(traits.rows), options.split.test, generator)
    train, validation = held_apart(traits, rows, options.split.validation, generator)
    dealt: list[tuple[Array, Array]] = []
    if options.ensemble.folds:
        some = traits.take(train)
        by = (some.classes, some.groups, some.alike)
        dealt += folds(np.arange(len(train)), options.ensemble.folds, generator, *by)
    return Split({"train": train, "validation": validation, "test": test}, dealt)


def held_apart(
    traits: RowTraits, rows: Array, part: float | str | None, generator: np.random.Generator
) -> tuple[Array, Array]:
    """(kept, held out) of some rows; nothing is held out of them where the part is a file."""
    fraction, some = part if isinstance(part, float) else 0.0, traits.take(rows)
    return split_rows(rows, fraction, generator, some.classes, some.groups, some.times, some.alike)


LEAST_PIXELS = 16
"""Columns from which a table of whole numbers of one range is taken for images."""


def shape_of(
    columns: Sequence[Column], sample: Frame, traits: RowTraits, task: str, test: float | str | None
) -> TableShape:
    """The properties of the table that presets follow; `test` is the share of rows kept apart."""
    left = 1.0 - test if isinstance(test, float) else 1.0
    numbers = [column.name for column in columns if column.kind == NUMBER]
    dates = sum(column.kind == DATE for column in columns)
    there = [sample[name] for name in numbers if name in sample.columns]  # crosses are not
    values = [cells.values for cells in there if isinstance(cells, Numbers)]
    rows, units = math.floor(left * traits.rows), math.floor(left * traits.units)
    return TableShape(rows, task, len(numbers) + dates, units, _one_range(values))


def _one_range(columns: Sequence[Array]) -> bool:
    """Whether there are many columns, whole numbers from one value up to about one value."""
    columns = [cells[np.isfinite(cells)] for cells in columns]
    columns = [cells for cells in columns if len(cells)]
    if len(columns) < LEAST_PIXELS or any((cells % 1 != 0).any() for cells in columns):
        return False
    lowest, highest = (np.array([edge(cells) for cells in columns]) for edge in (np.min, np.max))
    spread = highest.max() - lowest.min()
    return bool((lowest == lowest.min()).mean() >= 0.9 and np.median(highest - lowest) >= spread / 2)
