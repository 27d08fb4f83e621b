"""Equal rows of a table, told by the cells of its inputs and targets as they were read."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells, Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.errors import Sentence
from mlpcli.preparation.finding import DUPLICATES, Finding

HASHED_ROWS = 1 << 14
"""At once, so that they stay in the cache."""
CHANCE_SHARE = 0.05
"""Of the equal pairs, those that chance explains, from which on equal rows are no copies of one another."""
AGREEING_SHARE = 0.9
"""Of the pairs with equal inputs, those that have equal targets, too, at least, where rows are copies, unless
the targets are such as are hardly ever equal by chance. Where 0.54 of classes agree (inspections), keeping
rows on one side made the log loss on new rows 0.81, not 0.75."""
LOOKED_AT = 4_000
MANY = 0.05
"""Of the rows, those equal to an earlier one from which on they are named."""
DISTINCT_SHARE = 0.5
"""Of the distinct rows, the values of one column that tell that equal rows are copies: a price, a time."""


@dataclass(frozen=True)
class EqualRows:
    """The sets of equal rows of a table."""

    rows: int
    sets: Array | None = None
    """(rows,) the number of the set of each row, from 0; None if no two rows are equal."""
    copies: bool = False
    """Whether they are the same records again, and not observations of their own, as most are of a table of
    few possible rows: they are more than chance explains, and rows with equal inputs have equal targets."""
    recorded: bool = False
    """Whether some column has so many values that equal rows are surely the same record."""

    @classmethod
    def of(cls, frame: Frame, inputs: Sequence[str], targets: Sequence[str]) -> "EqualRows":
        """Rows that are equal in these columns."""
        names = [*inputs, *targets]
        hashes = row_hashes(frame[name] for name in names)
        ordered = np.sort(hashes)
        if not (ordered[1:] == ordered[:-1]).any():
            return cls(len(frame))
        _, first, sets = np.unique(hashes, return_index=True, return_inverse=True)
        # In the order of their first rows, so that a split does not depend on the hashes.
        order = np.argsort(first)
        first, sets = first[order], np.argsort(order)[sets]
        some = first[np.linspace(0, len(first) - 1, min(len(first), LOOKED_AT)).astype(np.intp)]
        distinct, chance = 0.0, {}
        for name in names:
            counts = np.unique(frame[name][some].as_codes(), return_counts=True)[1].astype(np.float64)
            chance[name] = float((counts * (counts - 1)).sum()) / max(len(some) * (len(some) - 1), 1)
            distinct = max(distinct, len(counts) / len(some))
        of_inputs = _pairs(np.unique(row_hashes(frame[name] for name in inputs), return_counts=True)[1])
        pairs = _pairs(np.bincount(sets))
        by_chance = math.prod(chance.values()) * len(frame) * (len(frame) - 1)
        agreeing = math.prod(chance[name] for name in targets) * of_inputs
        copies = by_chance < CHANCE_SHARE * pairs and (
            pairs >= AGREEING_SHARE * of_inputs or agreeing < CHANCE_SHARE * pairs
        )
        return cls(len(frame), sets, copies, distinct >= DISTINCT_SHARE)

    @property
    def firsts(self) -> Array:
        """The rows that are equal to no earlier one."""
        if self.sets is None:
            return np.arange(self.rows)
        return np.sort(np.unique(self.sets, return_index=True)[1])

    @property
    def apart(self) -> Array | None:
        """The sets, if a split must not part them."""
        return self.sets if self.copies else None

    def findings(self) -> list[Finding]:
        """A finding if many rows are copies of others."""
        if self.sets is None or not (self.copies and self.recorded):
            return []
        again = self.rows - int(self.sets.max()) - 1
        if again <= MANY * self.rows:
            return []
        text = f"{again:,} of {self.rows:,} rows have the same inputs and target as an earlier row"
        advice = Sentence("{drop_duplicates} keeps only the first")
        return [Finding(DUPLICATES, text, advice)]


def _pairs(sizes: Array) -> float:
    """How many ordered pairs of rows are equal, in sets of these sizes."""
    return float((sizes.astype(np.float64) * (sizes - 1)).sum())


def row_hashes(columns: Iterable[Cells]) -> Array:
    """A 64-bit number for each row (rows,): the same for the same cells. There is one column at least."""
    hashes = np.empty(0, np.uint64)
    for number, cells in enumerate(columns, start=1):
        if number == 1:
            hashes = np.zeros(len(cells), np.uint64)
        salt = np.uint64(number * 0x9E3779B97F4A7C15 % (1 << 64))
        if isinstance(cells, Numbers):
            for first in range(0, len(hashes), HASHED_ROWS):
                rows = slice(first, first + HASHED_ROWS)
                values = cells.values[rows] + 0.0  # of -0.0 and 0.0 one
                values[np.isnan(values)] = np.nan
                hashes[rows] += _mixed(values.view(np.uint64) ^ salt)
        else:
            texts = cells.texts()
            # The last is of cells without text, whose code is -1.
            of_levels = _mixed(np.arange(len(texts.levels) + 1, dtype=np.uint64) ^ salt)
            of_levels[:-1][texts.level_missing()] = of_levels[-1]
            hashes += of_levels[texts.codes]
    return hashes


def _mixed(numbers: Array) -> Array:
    """Each number without pattern: SplitMix64 (Steele et al. 2014). Overwrites them."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers ^= numbers >> np.uint64(shift)
        numbers *= np.uint64(factor)
    numbers ^= numbers >> np.uint64(31)
    return numbers
