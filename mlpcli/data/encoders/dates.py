"""Dates as numbers, with month, weekday and hour as places on a circle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.counts import CellCounts
from mlpcli.data.encoders.base import Description, Encoder
from mlpcli.data.encoders.numbers import NumberEncoder, scalings_of
from mlpcli.data.form import are_formats
from mlpcli.data.scaling import SCALINGS
from mlpcli.data.schema import DATE, DATE_PARTS, Column, DataSettings

if TYPE_CHECKING:
    from mlpcli.data.columns.cells import Cells

PIECE = 1 << 16
"""Rows whose dates are taken apart at a time."""
_DAY = 86_400.0


class _DateDescription(Description):
    formats: list[str]
    parts: list[Annotated[str, DATE_PARTS]]
    had_gaps: bool
    scalings: dict[str, Annotated[str, SCALINGS]]


@dataclass(frozen=True, kw_only=True)
class DateEncoder(Encoder):
    """Scaled days and year, sine and cosine of month, weekday and hour, and a missing flag.

    Only those parts that vary among the training rows.
    """

    STORED: ClassVar[type] = _DateDescription
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
    def fit(
        cls,
        column: Column,
        cells: "Cells",
        settings: DataSettings,
        weights: Array | None = None,
        *,
        scalings: Sequence[str] = (),
    ) -> "DateEncoder":
        scalings = scalings_of(settings, scalings)
        formats = column.form.formats or cells.formats()
        seconds = cells.dates(formats)[0]
        numbers = {name: np.empty(len(seconds)) for name in ("days", "year")}
        differing = set[str]()
        known = seconds[~np.isnan(seconds)]
        first = calendar(known[:1])
        # A piece at a time: all parts of all rows would be many times the column.
        for start in range(0, len(seconds), PIECE):
            piece = calendar(seconds[start : start + PIECE])
            for name, values in numbers.items():
                values[start : start + PIECE] = piece[name]
            if len(known):
                differing |= {name for name, values in piece.items() if _differ(values, first[name])}
        parts = tuple(
            part for part, names in cls.PARTS.items() if part == "days" or not differing.isdisjoint(names)
        )
        days, year = (
            NumberEncoder.of_values(column.name, DATE, numbers[name], scalings, weights)
            for name in ("days", "year")
        )
        return cls(
            name=column.name, formats=formats, parts=parts, had_gaps=days.had_gaps, days=days, year=year
        )

    @property
    def width(self) -> int:
        return sum(map(len, self._columns())) + self.had_gaps

    def _columns(self) -> list[list[str]]:
        """The numbers of each part, days and year once for each of their scalings."""
        times = len(self.days.fitted)
        return [list(self.PARTS[part]) * (times if part in ("days", "year") else 1) for part in self.parts]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(range(len(self.days.fitted) * (1 + ("year" in self.parts))))

    @property
    def variants(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """Those of the days, and of the year, which stands behind them."""
        times = len(self.days.fitted)
        return {
            name: {
                value: tuple(place for place in self.numbers if place % times in columns)
                for value, columns in by_value.items()
            }
            for name, by_value in self.days.variants.items()
        }

    def read(self, cells: "Cells") -> tuple[Array, Array]:
        seconds, unreadable = self._seconds(cells)
        return seconds / _DAY, unreadable

    def _seconds(self, cells: "Cells") -> tuple[Array, Array]:
        # A new file may be written in formats of its own.
        return cells.dates(cells.reading.form.formats or self.formats)

    def write(self, cells: "Cells", out: Array, counts: CellCounts) -> None:
        seconds, unreadable = self._seconds(cells)
        gaps = np.isnan(seconds)
        counts.add("missing", self.name, gaps & ~unreadable)
        counts.add("unreadable", self.name, unreadable, cells)
        days = seconds / _DAY
        counts.add("out_of_range", self.name, (days < self.days.lowest) | (days > self.days.highest))
        self._write_seconds(seconds, out)

    def write_values(self, values: Array, out: Array) -> None:
        """Days, of which whole seconds count."""
        self._write_seconds(np.round(values * _DAY), out)

    def _write_seconds(self, seconds: Array, out: Array) -> None:
        """The parts in order; a missing date has the median's days and year, and no place in any circle."""
        gaps, values = np.isnan(seconds), calendar(seconds)
        start = 0
        for part, names in zip(self.parts, self._columns(), strict=True):
            stop = start + len(names)
            if part in ("days", "year"):
                (self.days if part == "days" else self.year).write_scaled(values[part], out[:, start:stop])
            else:
                for position, name in enumerate(names, start):
                    out[:, position] = np.where(gaps, 0.0, values[name])
            start = stop
        if self.had_gaps:
            out[:, start] = gaps

    def described(self) -> dict[str, Any]:
        days = self.days.described()
        shared = {name: days[name] for name in ("name", "kind", "range", "fill", "had_gaps", "scalings")}
        return shared | {"width": self.width, "formats": list(self.formats), "parts": list(self.parts)}

    def arrays(self) -> dict[str, Array]:
        """Statistics of the days, then of the year."""
        days, year = self.days.arrays(), self.year.arrays()
        return {name: np.concatenate([rows, year[name]]) for name, rows in days.items()}

    @classmethod
    def shapes(cls, stored: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        plain = {name: value for name, value in stored.items() if name != "told"}
        return {name: (2 * rows, *row) for name, (rows, *row) in NumberEncoder.shapes(plain).items()}

    @classmethod
    def from_description(cls, stored: Mapping[str, Any], arrays: Mapping[str, Array]) -> "DateEncoder":
        if not are_formats(stored["formats"]):
            raise ValueError("its date formats are invalid")
        plain = {name: value for name, value in stored.items() if name != "told"}
        days, year = (
            NumberEncoder.from_description(
                {**plain, "spikes": (), "truth": False, "folds": {}},
                {name: np.split(rows, 2)[half] for name, rows in arrays.items()},
            )
            for half in (0, 1)
        )
        return cls(
            name=stored["name"],
            formats=tuple(stored["formats"]),
            parts=tuple(stored["parts"]),
            had_gaps=stored["had_gaps"],
            days=days,
            year=year,
        )


def calendar(seconds: Array) -> dict[str, Array]:
    """Numbers that a network can learn from, by name, each (n,) float64, NaN where `seconds` is NaN.

    `seconds` (n,) count from 1970-01-01 UTC. 'days' since then, with fraction; 'year'; and for each cycle a
    sine and a cosine: 'month_sin', 'month_cos' (months from January, the whole days before as a fraction of
    their month, period 12), 'weekday_...' (whole days from Monday, 7), 'hour_...' (hours with fraction, 24).
    """
    known = ~np.isnan(seconds)
    days = seconds / _DAY
    dates = np.where(known, np.floor(days), 0.0).astype(np.int64).astype("datetime64[D]")
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    day = (dates - months).astype(np.float64)
    length = ((months + 1).astype("datetime64[D]") - months).astype(np.float64)
    month = (months - years).astype(np.float64)
    parts = {"days": days, "year": np.where(known, years.astype(np.int64) + 1970.0, np.nan)}
    cycles = {
        "month": (np.where(known, month + day / length, np.nan), 12.0),
        "weekday": ((np.floor(days) + 3.0) % 7.0, 7.0),  # 1970-01-01 was a Thursday
        "hour": (seconds % _DAY / 3600.0, 24.0),
    }
    for name, (position, period) in cycles.items():
        angle = 2.0 * np.pi / period * position
        parts[f"{name}_sin"], parts[f"{name}_cos"] = np.sin(angle), np.cos(angle)
    return parts


def _differ(values: Array, first: Array) -> bool:
    """Whether some values that are there are not the first one."""
    known = values[~np.isnan(values)]
    return bool(len(known)) and bool(np.abs(known - first).max() > 1e-9)
