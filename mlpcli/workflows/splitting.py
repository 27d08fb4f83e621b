"""Which rows of a table train, and which are held out: parts of all rows, and folds of the training part."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.cells import Frame, Reading, Texts
from mlpcli.data.split import folds, split_rows
from mlpcli.data.table import Place
from mlpcli.workflows.columns import Roles
from mlpcli.workflows.options import Options

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class RowTraits:
    """What a split looks at, (rows,) or None: classes to balance, groups to keep whole, times to follow."""

    rows: int
    classes: Array | None = None
    groups: Array | None = None
    times: Array | None = None

    @classmethod
    def of(cls, frame: Frame, roles: Roles, task: str, reading: Reading, place: Place) -> "RowTraits":
        """Of rows that have a target; a row without a time is an error with its place."""
        classes: Array | None = None
        if task in ("binary", "multiclass"):
            cells = frame[roles.target[0]]
            classes = cells.codes if isinstance(cells, Texts) else np.unique(cells, return_inverse=True)[1]
        return cls(
            len(frame),
            classes,
            None if roles.group is None else roles.group_codes(frame, reading),
            None if roles.time is None else roles.times(frame, reading, place),
        )

    @property
    def units(self) -> int:
        """What can be told apart by a split: groups, or rows."""
        return self.rows if self.groups is None else len(np.unique(self.groups))


@dataclass(frozen=True)
class Split:
    """Row numbers of each part, and for each fold (kept, held out) as positions in the training part."""

    parts: dict[str, Array]
    folds: list[tuple[Array, Array]]

    def rows(self) -> dict[str, Array]:
        """The row numbers of each part, and of what each fold holds out: what the digest of a split is of."""
        train = self.parts["train"]
        held = {f"fold {number}": train[rows] for number, (_, rows) in enumerate(self.folds, start=1)}
        return self.parts | held


def split_table(traits: RowTraits, options: Options, generator: np.random.Generator) -> Split:
    """The parts by the settings; those that come from files are empty."""

    def at(values: Array | None, rows: Array) -> Array | None:
        return None if values is None else values[rows]

    def split(rows: Array, part: float | str | None) -> tuple[Array, Array]:
        fraction = part if isinstance(part, float) else 0.0
        by = (at(values, rows) for values in (traits.classes, traits.groups, traits.times))
        return split_rows(rows, fraction, generator, *by)

    rows, test = split(np.arange(traits.rows), options.split.test)
    train, validation = split(rows, options.split.validation)
    dealt: list[tuple[Array, Array]] = []
    if options.ensemble.folds:
        classes, groups = at(traits.classes, train), at(traits.groups, train)
        dealt += folds(np.arange(len(train)), options.ensemble.folds, generator, classes, groups)
    return Split({"train": train, "validation": validation, "test": test}, dealt)
