"""Dates as numbers, and what comes round in them as places on a circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.cells import Cells, Reading, Texts, is_missing
from mlpcli.data.counts import CellCounts
from mlpcli.data.dates import calendar, guess_formats, parse_dates
from mlpcli.data.encoders.contract import texts_of
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import DATE, Column

Array: TypeAlias = npt.NDArray[Any]


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

    @property
    def categories(self) -> tuple[tuple[int, int], ...]:
        """None."""
        return ()

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


def formats_of(cells: Cells, reading: Reading) -> tuple[str, ...]:
    """The formats of the dates in a column."""
    texts = texts_of(cells)
    return guess_formats(Texts(texts.codes, texts.levels).used())


def dates_of(cells: Cells, formats: Sequence[str], reading: Reading) -> tuple[Array, Array]:
    """Seconds since 1970 (NaN where missing or unreadable) and a mask of the unreadable."""
    texts = texts_of(cells)
    seconds = texts.spread(parse_dates(texts.levels, formats), np.nan)
    absent = is_missing(texts, reading)
    seconds[absent] = np.nan
    return seconds, np.isnan(seconds) & ~absent


def _differ(values: Array) -> bool:
    return bool(len(values)) and bool(np.ptp(values) > 1e-9)
