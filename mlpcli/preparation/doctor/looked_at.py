"""The rows of a table in which leaks are looked for, and the values of its inputs in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import Encoder
from mlpcli.data.encoders.dates import DateEncoder
from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER, TEXT, Column
from mlpcli.preparation.doctor.ranks import ranks_of_columns

LOOKED_AT = 4_000
"""Rows to learn from, and rows to look at, each at most."""
MOST_CELLS, FEWEST_ROWS = 8_000_000, 500
"""Of wide tables there are fewer rows, but not below these."""
LEAST_ROWS = 60
"""Below this many rows a column may determine the target by chance."""
MOST_COLUMNS = 200
"""Of which all pairs are tried: 20,000 pairs take a tenth of a second."""
ENOUGH_HELD = 500
"""Held-out rows from which on a rule is tried on them only: they may be of other groups, or later. Of fewer,
each half of all rows is tried by a rule of the other half."""


@dataclass(frozen=True, eq=False)
class InputValues:
    """An input in the rows looked at (rows,) float64, NaN at gaps: dates in seconds, booleans 0 and 1.

    Levels are numbers in no order, the same for the same text in every column.
    """

    name: str
    kind: str
    values: Array

    @property
    def ordered(self) -> bool:
        """Whether the values can be larger and smaller."""
        return self.kind not in (CATEGORY, TEXT)

    @property
    def gaps(self) -> Array:
        """(rows,) True where there is no value."""
        return np.isnan(self.values)


Pair: TypeAlias = tuple[InputValues, InputValues]


def stacked(columns: Sequence[InputValues]) -> Array:
    """(columns, rows), of one column or more."""
    return np.array([each.values for each in columns])


@dataclass(frozen=True)
class LookedAt:
    """Some rows in the order of the table."""

    inputs: list[InputValues]
    truth: Array
    halves: list[Array]
    """(rows,) masks: a rule is made from the rows of each, and tried on the others."""

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def truth_ranks(self) -> Array:
        """(rows, targets) of number targets."""
        return ranks_of_columns(self.truth)

    @classmethod
    def of(
        cls,
        frame: Frame,
        columns: Sequence[Column],
        encoders: Sequence[Encoder],
        truth: Array,
        parts: Mapping[str, Array],
    ) -> "LookedAt":
        """Rows from all over the training and validation parts of a frame that still has its columns."""
        most = min(LOOKED_AT, max(MOST_CELLS // (2 * max(len(columns), 1)), FEWEST_ROWS))
        learned, others = parts["train"], parts["validation"]
        few_held = len(others) < ENOUGH_HELD
        if few_held:
            rows = np.sort(np.concatenate([learned, others]))
            learned, others = rows[::2], rows[1::2]
        learned, others = _some(learned, most), _some(others, most)
        rows = np.concatenate([learned, others])
        order = np.argsort(rows)
        is_learned = (np.arange(len(rows)) < len(learned))[order]
        rows = rows[order]
        numbers: dict[str, int] = {}
        encoder_of = {each.name: each for each in encoders}
        inputs = [
            InputValues(column.name, column.kind, _values(column, frame, rows, encoder_of, numbers))
            for column in columns
            if column.name in encoder_of
        ]
        return cls(inputs, truth[rows], [is_learned, ~is_learned] if few_held else [is_learned])


def _some(rows: Array, most: int) -> Array:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.intp)]


def _values(
    column: Column, frame: Frame, rows: Array, encoder_of: Mapping[str, Encoder], numbers: dict[str, int]
) -> Array:
    cells, encoder = frame[column.name][rows], encoder_of[column.name]
    if column.kind == NUMBER:
        values = cells.numbers()[0]
    elif column.kind == BOOLEAN:
        values = cells.booleans()[0]
    elif column.kind == DATE:
        assert isinstance(encoder, DateEncoder)
        values = cells.dates(cells.reading.form.formats or encoder.formats)[0]
    else:
        texts = cells.texts()
        absent = texts.missing()
        used, places = np.unique(np.where(absent, -1, texts.codes), return_inverse=True)
        named = [
            np.nan if code < 0 else numbers.setdefault(texts.levels[code], len(numbers)) for code in used
        ]
        values = np.array(named, np.float64)[places]
    values[np.isinf(values)] = np.nan
    return values
