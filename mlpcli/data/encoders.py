"""Cells of one column to numbers: a small encoder per kind, fitted on training rows.

Later cells that are missing, unreadable or unseen follow a stated rule and are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.cells import Cells, Reading, Texts, as_booleans, as_numbers, is_missing
from mlpcli.data.counts import CellCounts
from mlpcli.data.dates import calendar, guess_formats, parse_dates
from mlpcli.data.scaling import SCALINGS
from mlpcli.data.schema import BOOLEAN, DATE, NUMBER, UNSCALED, Column, DataSettings

Array: TypeAlias = npt.NDArray[Any]

LARGEST = float(np.finfo(np.float32).max) / 1e8


class Encoder(Protocol):
    """One column's part of the matrix."""

    @property
    def name(self) -> str:
        """The column's."""

    @property
    def width(self) -> int:
        """Matrix columns it fills."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Which of these hold numbers of many values."""

    def write(self, cells: Cells, out: Array, reading: Reading, counts: CellCounts) -> None:
        """Write the encoded cells into `out` (rows, width), counting what had to be replaced."""


@dataclass(frozen=True)
class NumberEncoder:
    """A scaled number, a gap as the median; one more column, 1 at gaps, if training had any."""

    name: str
    kind: str
    scaling: str
    had_gaps: bool
    fill: float
    centre: float
    scale: float
    lowest: float
    highest: float
    knots: Array

    @classmethod
    def fit(cls, column: Column, cells: Cells, scaling: str, reading: Reading) -> "NumberEncoder":
        """Median and what the scaling needs, in float64."""
        return cls.of_values(column.name, column.kind, _values(column.kind, cells, reading)[0], scaling)

    @classmethod
    def of_values(cls, name: str, kind: str, values: Array, scaling: str) -> "NumberEncoder":
        """For values (n,) float64 with NaN at gaps."""
        gaps = np.isnan(values)
        present = values[~gaps]
        if not len(present):
            # Nothing is known of its values: all become 0.
            nothing = float(np.finfo(np.float64).max)
            return cls(name, kind, UNSCALED, bool(gaps.any()), 0.0, 0.0, nothing, 0.0, 0.0, np.empty(0))
        lowest, highest = float(present.min()), float(present.max())
        largest = max(abs(lowest), abs(highest))
        # Sums and squares of the largest floats overflow; a power of two changes no digit.
        unit = 1.0 if largest < 1e150 else 2.0**1000
        fill = float(np.median(present / unit)) * unit
        filled = np.where(gaps, fill, values) / unit
        centre, scale = SCALINGS[scaling].fit(filled)
        centre, scale = (
            (0.0, 1.0) if scaling == UNSCALED else (centre * unit, min(scale, 2.0**1023 / unit) * unit)
        )
        knots = SCALINGS[scaling].knots(filled) * unit
        # A spread that is rounding noise of the values must not be blown up to one.
        if not scale > 1e-12 * largest:
            scale = 1.0
        return cls(name, kind, scaling, bool(gaps.any()), fill, centre, scale, lowest, highest, knots)

    @property
    def width(self) -> int:
        """One, or two with the missing flag."""
        return 1 + self.had_gaps

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number itself; that of yes or no has two values."""
        return (0,) if self.kind == NUMBER else ()

    def write(self, cells: Cells, out: Array, reading: Reading, counts: CellCounts) -> None:
        """Scaled values, and the missing flag."""
        values, unreadable = _values(self.kind, cells, reading)
        gaps = np.isnan(values)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable)
        counts.add("out_of_range", self.name, (values < self.lowest) | (values > self.highest))
        out[:, 0] = self.scaled(values)
        if self.had_gaps:
            out[:, 1] = gaps

    def scaled(self, values: Array) -> Array:
        """Values (n,) as the network sees them; gaps as the median. Overwrites `values`."""
        values[np.isnan(values)] = self.fill
        with np.errstate(over="ignore"):
            values -= self.centre
            values /= self.scale
        largest = np.finfo(np.float64).max
        np.clip(values, -largest, largest, out=values)
        return np.clip(SCALINGS[self.scaling].apply(values, self.knots), -LARGEST, LARGEST)


@dataclass(frozen=True)
class DateEncoder:
    """Scaled days and year, sine and cosine of what comes round (month, weekday, hour), and a missing flag.

    Only those parts that differ among the training rows.
    """

    PARTS: ClassVar = {
        "days": ("days",),
        "year": ("year",),
        "month": ("month_sin", "month_cos"),
        "weekday": ("weekday_sin", "weekday_cos"),
        "hour": ("hour_sin", "hour_cos"),
    }

    name: str
    formats: tuple[str, ...]
    parts: tuple[str, ...]
    had_gaps: bool
    days: NumberEncoder
    year: NumberEncoder

    @classmethod
    def fit(cls, column: Column, cells: Cells, scaling: str, reading: Reading) -> "DateEncoder":
        """The formats that the cells are written in, and statistics of the parts."""
        formats = formats_of(cells, reading)
        seconds = dates_of(cells, formats, reading)[0]
        calendar_parts = calendar(seconds)
        known = ~np.isnan(seconds)
        parts = tuple(
            part
            for part, names in cls.PARTS.items()
            if part == "days" or any(_differ(calendar_parts[name][known]) for name in names)
        )
        days, year = (
            NumberEncoder.of_values(column.name, DATE, calendar_parts[name], scaling)
            for name in ("days", "year")
        )
        return cls(column.name, formats, parts, days.had_gaps, days, year)

    @property
    def width(self) -> int:
        """A column for each number, sine, cosine and the flag."""
        return sum(len(self.PARTS[part]) for part in self.parts) + self.had_gaps

    @property
    def numbers(self) -> tuple[int, ...]:
        """Days, and the year if it differs."""
        return (0, 1) if "year" in self.parts else (0,)

    def write(self, cells: Cells, out: Array, reading: Reading, counts: CellCounts) -> None:
        """The parts in order; a missing date has the median's days and year, and no place in any circle."""
        seconds, unreadable = dates_of(cells, self.formats, reading)
        gaps = np.isnan(seconds)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable)
        values = calendar(seconds)
        counts.add(
            "out_of_range",
            self.name,
            (values["days"] < self.days.lowest) | (values["days"] > self.days.highest),
        )
        names = [name for part in self.parts for name in self.PARTS[part]]
        for position, name in enumerate(names):
            if name in ("days", "year"):
                encoder = self.days if name == "days" else self.year
                out[:, position] = encoder.scaled(values[name])
            else:
                out[:, position] = np.where(gaps, 0.0, values[name])
        if self.had_gaps:
            out[:, len(names)] = gaps


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
    def fit(cls, column: Column, cells: Cells, settings: DataSettings, reading: Reading) -> "CategoryEncoder":
        """The levels in order of the text, the most frequent where there are too many."""
        texts = _texts(cells)
        absent = is_missing(texts, reading)
        counts = np.bincount(texts.codes[~absent], minlength=len(texts.levels))
        counted = [(level, int(count)) for level, count in zip(texts.levels, counts, strict=True) if count]
        by_count = sorted(counted, key=lambda each: (-each[1], each[0]))
        levels = sorted(level for level, _ in by_count[: settings.max_categories])
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

    @property
    def numbers(self) -> tuple[int, ...]:
        """None."""
        return ()

    def write(self, cells: Cells, out: Array, reading: Reading, counts: CellCounts) -> None:
        """One-hot rows, or codes."""
        texts = _texts(cells)
        absent = is_missing(texts, reading)
        number_of = {level: number for number, level in enumerate(self.levels)}
        by_level = np.array([number_of.get(level, -1) for level in texts.levels], dtype=np.intp)
        codes = texts.spread(by_level, -1)
        codes[absent] = len(self.levels) if self.had_gaps else -1
        if self.embedded:
            out[:, 0] = codes + 1
        else:
            out[:] = 0.0
            known = np.flatnonzero(codes >= 0)
            out[known, codes[known]] = 1.0
        counts.add("missing", self.name, absent)
        counts.add("unseen", self.name, (codes < 0) & ~absent)


def formats_of(cells: Cells, reading: Reading) -> tuple[str, ...]:
    """The formats of the dates in a column."""
    texts = _texts(cells)
    return guess_formats(Texts(texts.codes, texts.levels).used())


def dates_of(cells: Cells, formats: Sequence[str], reading: Reading) -> tuple[Array, Array]:
    """Seconds since 1970 (NaN where missing or unreadable) and a mask of the unreadable."""
    texts = _texts(cells)
    seconds = texts.spread(parse_dates(texts.levels, formats), np.nan)
    absent = is_missing(texts, reading)
    seconds[absent] = np.nan
    return seconds, np.isnan(seconds) & ~absent


def _texts(cells: Cells) -> Texts:
    return cells if isinstance(cells, Texts) else Texts.of(cells.tolist())


def _differ(values: Array) -> bool:
    return bool(len(values)) and bool(np.ptp(values) > 1e-9)


def _values(kind: str, cells: Cells, reading: Reading) -> tuple[Array, Array]:
    if kind == BOOLEAN:
        return as_booleans(cells, reading)
    values, unreadable = as_numbers(cells, reading)
    infinite = np.isinf(values)
    values[infinite] = np.nan
    return values, unreadable | infinite
