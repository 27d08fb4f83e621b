"""Cells of one column to numbers: a small encoder per kind, fitted on training rows.

Later cells that are missing, unreadable or unseen follow a stated rule and are counted.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlpcli.data.cells import as_booleans, as_numbers, is_missing, is_word, texts_of
from mlpcli.data.schema import BOOLEAN, Column, DataSettings

Array: TypeAlias = npt.NDArray[Any]


@dataclass
class CellCounts:
    """Cells by column name that did not have a plain value of their own."""

    last: dict[str, tuple[str, int]] = field(default_factory=dict, repr=False)
    """By what was counted: the column that was last, and its first such row in the frame encoded."""
    missing: dict[str, int] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    out_of_range: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, name: str, mask: Array) -> None:
        """Count the True cells of a mask."""
        count = int(np.count_nonzero(mask))
        if count:
            counts: dict[str, int] = getattr(self, what)
            counts[name] = counts.get(name, 0) + count
            self.last[what] = (name, int(np.argmax(mask)))


@dataclass(frozen=True)
class Reading:
    """How cells are read: what means missing, and the decimal mark."""

    missing: frozenset[str]
    decimal: str


class Encoder(Protocol):
    """One column's part of the matrix."""

    @property
    def name(self) -> str:
        """The column's."""

    @property
    def width(self) -> int:
        """Matrix columns it fills."""

    def write(self, cells: "pd.Series[Any]", out: Array, reading: Reading, counts: CellCounts) -> None:
        """Write the encoded cells into `out` (rows, width), counting what had to be replaced."""


@dataclass(frozen=True)
class NumberEncoder:
    """(value - centre) / scale, a gap as the median; one more column, 1 at gaps, if training had any."""

    name: str
    kind: str
    fill: float
    centre: float
    scale: float
    lowest: float
    highest: float
    had_gaps: bool

    @classmethod
    def fit(cls, column: Column, cells: "pd.Series[Any]", scaling: str, reading: Reading) -> "NumberEncoder":
        """Median, and mean and standard deviation (ddof 0) or minimum and range, in float64."""
        values, _ = _values(column.kind, cells, reading)
        gaps = np.isnan(values)
        present = values[~gaps]
        if not len(present):
            # Nothing is known of its values: all become 0.
            return cls(
                column.name,
                column.kind,
                0.0,
                0.0,
                float(np.finfo(np.float64).max),
                0.0,
                0.0,
                bool(gaps.any()),
            )
        lowest, highest = float(present.min()), float(present.max())
        centre, scale = 0.0, 1.0
        largest = max(abs(lowest), abs(highest))
        # Sums and squares of the largest floats overflow; a power of two changes no digit.
        unit = 1.0 if largest < 1e150 else 2.0**1000
        fill = float(np.median(present / unit)) * unit
        filled = np.where(gaps, fill, values) / unit
        if scaling == "standard":
            centre, scale = float(filled.mean()) * unit, float(filled.std()) * unit
        elif scaling == "minmax":
            centre, scale = lowest, min(highest / unit - lowest / unit, 2.0**23) * unit
        # A spread that is rounding noise of the values must not be blown up to one.
        if not scale > 1e-12 * largest:
            scale = 1.0
        return cls(column.name, column.kind, fill, centre, scale, lowest, highest, bool(gaps.any()))

    @property
    def width(self) -> int:
        """One, or two with the missing flag."""
        return 1 + self.had_gaps

    def write(self, cells: "pd.Series[Any]", out: Array, reading: Reading, counts: CellCounts) -> None:
        """Scaled values, and the missing flag."""
        values, unreadable = _values(self.kind, cells, reading)
        gaps = np.isnan(values)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable)
        counts.add("out_of_range", self.name, (values < self.lowest) | (values > self.highest))
        values[gaps] = self.fill
        with np.errstate(over="ignore"):
            values -= self.centre
            values /= self.scale
        limit = float(np.finfo(np.float32).max) / 1e8
        out[:, 0] = np.clip(values, -limit, limit)
        if self.had_gaps:
            out[:, 1] = gaps


@dataclass(frozen=True)
class CategoryEncoder:
    """One column of 0 and 1 per level; all zero for a level that training did not keep.

    If the network is to learn a vector for each level, one column of codes: 0 for such a level, else its
    number, counted from 1.
    """

    name: str
    levels: tuple[str, ...]
    had_gaps: bool
    embedded: bool = False

    @classmethod
    def fit(
        cls, column: Column, cells: "pd.Series[Any]", settings: DataSettings, reading: Reading
    ) -> "CategoryEncoder":
        """The levels in order of the text, the most frequent where there are too many."""
        absent = is_missing(cells, reading.missing)
        counted = Counter(texts_of(cells[~absent]))
        by_count = sorted(counted, key=lambda level: (-counted[level], level))
        levels = sorted(by_count[: settings.max_categories])
        embedded = settings.embed_above is not None and len(levels) > settings.embed_above
        return cls(column.name, tuple(levels), bool(absent.any()), embedded)

    @property
    def codes(self) -> int:
        """Levels, and one for missing if training had gaps."""
        return len(self.levels) + self.had_gaps

    @property
    def width(self) -> int:
        """As many as there are codes, or one of codes."""
        return 1 if self.embedded else self.codes

    def write(self, cells: "pd.Series[Any]", out: Array, reading: Reading, counts: CellCounts) -> None:
        """One-hot rows, or codes."""
        texts = texts_of(cells)
        absent = is_word(texts, reading.missing)
        codes = pd.Index(self.levels, dtype=object).get_indexer(pd.Index(texts, dtype=object))
        codes[absent] = len(self.levels) if self.had_gaps else -1
        if self.embedded:
            out[:, 0] = codes + 1
        else:
            out[:] = 0.0
            known = np.flatnonzero(codes >= 0)
            out[known, codes[known]] = 1.0
        counts.add("missing", self.name, absent)
        counts.add("unseen", self.name, (codes < 0) & ~absent)


def _values(kind: str, cells: "pd.Series[Any]", reading: Reading) -> tuple[Array, Array]:
    if kind == BOOLEAN:
        return as_booleans(cells, reading.missing)
    values, unreadable = as_numbers(cells, reading.missing, reading.decimal)
    infinite = np.isinf(values)
    values[infinite] = np.nan
    return values, unreadable | infinite
