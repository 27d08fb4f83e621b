"""Dates as numbers, with month, weekday and hour as places on a circle."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.columns.dates import calendar
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import DATE, Column, DataSettings


@dataclass(frozen=True)
class DateEncoder:
    """Scaled days and year, sine and cosine of month, weekday and hour, and a missing flag.

    Only those parts that vary among the training rows.
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
    def fit(cls, column: Column, cells: Cells, settings: DataSettings) -> "DateEncoder":
        """The formats that the cells are written in, and statistics of the parts."""
        assert settings.scaling is not None
        formats = cells.formats()
        seconds = cells.dates(formats)[0]
        calendar_parts = calendar(seconds)
        known = ~np.isnan(seconds)
        parts = tuple(
            part
            for part, names in cls.PARTS.items()
            if part == "days" or any(_differ(calendar_parts[name][known]) for name in names)
        )
        days, year = (
            NumberEncoder.of_values(column.name, DATE, calendar_parts[name], settings.scaling)
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
        """No column."""
        return ()

    def write(self, cells: Cells, out: Array, counts: CellCounts) -> None:
        """The parts in order; a missing date has the median's days and year, and no place in any circle."""
        seconds, unreadable = cells.dates(self.formats)
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


def _differ(values: Array) -> bool:
    return bool(len(values)) and bool(np.ptp(values) > 1e-9)
