"""Columns: cells to the numbers that the networks see."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mlpcli.data.form import Form
from mlpcli.data.spelling import cleaned, key
from mlpcli.workflows.exporting.scorer.cells import (
    calendar,
    plain_number,
    seconds_of_date,
    seconds_of_duration,
    truth_of,
    written_number,
)

LARGEST = 3.4028234663852886e30
"""Of scaled numbers."""
LARGEST_FLOAT = 1.7976931348623157e308
REMEMBERED = 20_000
"""Cells of a column, after which all are forgotten."""
UNKNOWN, GAP, FIRST_LEVEL = 0, 1, 2
"""Rows of a table of means: of any other level, of a gap, and of the first level."""


class Column:
    """What all columns have: a name, the words that say "missing", and a memory of cells."""

    def __init__(self, name: str, missing: Sequence[str]) -> None:
        self.name, self.missing = name, frozenset(missing)
        self.known: dict[str, tuple[float, ...]] = {}

    def numbers_of(self, text: str) -> tuple[float, ...]:
        """The numbers that the networks see for a cell."""
        found = self.known.get(text)
        if found is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            found = self.known[text] = tuple(self.encoded(cleaned(text)))
        return found

    def encoded(self, text: str) -> Sequence[float]:
        """The same for a cell without blanks at its ends, computed anew."""
        raise NotImplementedError

    def matrix_of(self, cells: Sequence[str]) -> Any:
        """The same for many cells, as a NumPy matrix (cells, numbers)."""
        place_of: dict[str, int] = {}
        places = [place_of.setdefault(cell, len(place_of)) for cell in cells]
        return np.array([self.numbers_of(cell) for cell in place_of])[places]


class NumberColumn(Column):
    """A number, scaled; a gap is the median, and has a 1 in a further number if training had gaps.

    `spikes`: values with vectors of their own, whose place is a further number. `means`: rows of means of
    the target for some `values`.
    """

    def __init__(
        self,
        name: str,
        *,
        missing: Sequence[str],
        fill: float,
        scalings: Sequence["Scaling"],
        had_gaps: bool = False,
        decimal: str = ".",
        unit: str = "",
        hundredths: bool = False,
        truth: bool = False,
        spikes: Sequence[float] = (),
        values: Sequence[float] = (),
        means: Sequence[Sequence[float]] = (),
    ) -> None:
        super().__init__(name, missing)
        self.fill, self.scalings, self.had_gaps, self.truth = fill, scalings, had_gaps, truth
        self.decimal, self.form = decimal, Form(unit, decimal, hundredths)
        self.spikes, self.values, self.means = spikes, values, means
        self.missing_numbers = {plain_number(word) for word in self.missing} - {math.nan}

    def value_of(self, text: str) -> float:
        """The number in a cell without blanks at its ends, NaN at a gap."""
        if text in self.missing:
            return math.nan
        value = self.read(text)
        if math.isnan(value) and self.truth:
            value = truth_of(text)
        return math.nan if value in self.missing_numbers or math.isinf(value) else value

    def read(self, text: str) -> float:
        """The number that a text is, NaN if it is none."""
        return written_number(text, self.decimal, self.form)

    def encoded(self, text: str) -> Sequence[float]:
        return self.encoded_value(self.value_of(text))

    def encoded_value(self, value: float) -> Sequence[float]:
        """The numbers that the networks see for a number, NaN at a gap."""
        is_gap = math.isnan(value)
        numbers = [each.of(self.fill if is_gap else value) for each in self.scalings]
        if self.had_gaps:
            numbers.append(1.0 if is_gap else 0.0)
        if self.spikes:
            numbers.append(place_of(value, self.spikes) + 1.0)
        if self.means:
            row = place_of(value, self.values)
            numbers += self.means[GAP if is_gap else UNKNOWN if row < 0 else row + FIRST_LEVEL]
        return numbers

    def matrix_of(self, cells: Sequence[str]) -> Any:
        values = self.plain_values(cells)
        if values is None or self.spikes or self.means:
            return super().matrix_of(cells)
        return self.matrix_of_values(values)

    def matrix_of_values(self, values: Any) -> Any:
        """For numbers (rows,), NaN at gaps, the matrix (rows, numbers)."""
        if self.spikes or self.means:
            return np.array([self.encoded_value(value) for value in values.tolist()])
        gaps = np.isnan(values)
        filled = np.where(gaps, self.fill, values)
        columns = [each.of_many(filled) for each in self.scalings]
        return np.column_stack([*columns, gaps] if self.had_gaps else columns)

    def plain_values(self, cells: Sequence[str]) -> Any:
        """Numbers (cells,) if Python's own `float` reads all cells as `value_of` does, else None."""
        if self.decimal != ".":
            return None
        joined = "".join(cells)
        if "_" in joined or not joined.isascii():
            return None
        try:
            values = np.fromiter(map(float, cells), float, len(cells))
        except ValueError:
            return None
        for each in self.missing_numbers:
            values[values == each] = np.nan
        values[np.isinf(values)] = np.nan
        return values


def place_of(value: float, values: Sequence[float]) -> int:
    """The place of a number among ascending ones, -1 if it is none of them but for rounding."""
    place = bisect_left(values, value)
    for near in (place, place - 1):
        if 0 <= near < len(values) and math.isclose(values[near], value, rel_tol=1e-14):
            return near
    return -1


class Scaling:
    """(number - centre) / scale, and then one of the functions below."""

    def __init__(self, centre: float, scale: float) -> None:
        self.centre, self.scale = centre, scale

    def of(self, value: float) -> float:
        """A number as the networks see it."""
        value = min(max((value - self.centre) / self.scale, -LARGEST_FLOAT), LARGEST_FLOAT)
        return min(max(self.bent(value), -LARGEST), LARGEST)

    def of_many(self, values: Any) -> Any:
        """The same for a NumPy array."""
        with np.errstate(over="ignore"):
            values = np.clip((values - self.centre) / self.scale, -LARGEST_FLOAT, LARGEST_FLOAT)
        return np.clip(self.bent_many(values), -LARGEST, LARGEST)

    def bent(self, value: float) -> float:
        """The function: here none."""
        return value

    def bent_many(self, values: Any) -> Any:
        """The same for a NumPy array."""
        return values


class RobustScaling(Scaling):
    """u / sqrt(1 + (u / 3)^2): between -3 and 3, so that outliers are not far out."""

    def bent(self, value: float) -> float:
        return value / math.hypot(1.0, value / 3)

    def bent_many(self, values: Any) -> Any:
        return values / np.hypot(1.0, values / 3)


class CurveScaling(Scaling):
    """A curve through knots, which makes the training values nearly normal.

    A knot is a number, the height where the line from the left ends, that at the knot itself, and that where
    the line to the right starts.
    """

    def __init__(
        self, centre: float, scale: float, knots: Sequence[tuple[float, float, float, float]]
    ) -> None:
        super().__init__(centre, scale)
        self.knots, self.ends, self.heights, self.starts = (
            [knot[part] for knot in knots] for part in range(4)
        )
        self.arrays: list[Any] = []

    def bent(self, value: float) -> float:
        knots = self.knots
        if value < knots[0]:
            return self.ends[0]
        if value > knots[-1]:
            return self.starts[-1]
        place = bisect_right(knots, value) - 1
        if knots[place] == value:
            return self.heights[place]
        # Halves do not overflow.
        share = (value / 2 - knots[place] / 2) / (knots[place + 1] / 2 - knots[place] / 2)
        return self.starts[place] + share * (self.ends[place + 1] - self.starts[place])

    def bent_many(self, values: Any) -> Any:
        if not self.arrays:
            self.arrays = [np.array(each) for each in (self.knots, self.ends, self.heights, self.starts)]
        knots, ends, heights, starts = self.arrays
        inside = np.clip(values, knots[0], knots[-1])
        left = np.searchsorted(knots, inside, side="right") - 1
        right = np.minimum(left + 1, len(knots) - 1)
        at_knot = knots[left] == inside
        widths = np.where(at_knot, 1.0, knots[right] / 2 - knots[left] / 2)
        shares = (inside / 2 - knots[left] / 2) / widths
        found = np.where(at_knot, heights[left], starts[left] + shares * (ends[right] - starts[left]))
        return np.where(values < knots[0], ends[0], np.where(values > knots[-1], starts[-1], found))


class DurationColumn(NumberColumn):
    """Seconds of durations such as 1:30 or 1 h 30 min; `clock` tells whether 1:30 is in hours or minutes."""

    def __init__(self, name: str, *, clock: str, **settings: Any) -> None:
        super().__init__(name, **settings)
        self.clock = clock

    def read(self, text: str) -> float:
        return seconds_of_duration(text, self.clock)

    def plain_values(self, cells: Sequence[str]) -> Any:
        return None


class BooleanColumn(NumberColumn):
    """True and false, in the words of some languages, as 1 and 0."""

    def value_of(self, text: str) -> float:
        return math.nan if text in self.missing else truth_of(text)

    def plain_values(self, cells: Sequence[str]) -> Any:
        return None


class CategoryColumn(Column):
    """Levels: a number for each, 1 for that of the cell; or, if `embedded`, its place, from 1 on.

    Any other level is no level. `matching`: what makes two cells one level, their text, the number that
    they are, or true and false. `means`: rows of means of the target, for more levels.
    """

    def __init__(
        self,
        name: str,
        *,
        missing: Sequence[str],
        levels: Sequence[str],
        had_gaps: bool = False,
        matching: str = "text",
        decimal: str = ".",
        embedded: bool = False,
        mean_levels: Sequence[str] = (),
        means: Sequence[Sequence[float]] = (),
    ) -> None:
        super().__init__(name, missing)
        self.had_gaps, self.matching, self.decimal, self.embedded = had_gaps, matching, decimal, embedded
        self.place_of = {key(level, matching): place for place, level in enumerate(levels)}
        self.row_of = {level: row for row, level in enumerate(mean_levels, FIRST_LEVEL)}
        self.means = means

    def encoded(self, text: str) -> Sequence[float]:
        is_gap = text in self.missing
        level = key(text, self.matching, self.decimal)
        gap = len(self.place_of) if self.had_gaps else -1
        place = gap if is_gap else self.place_of.get(level, -1)
        if self.embedded:
            numbers = [place + 1.0]
        else:
            numbers = [0.0] * (len(self.place_of) + self.had_gaps)
            if place >= 0:
                numbers[place] = 1.0
        if self.means:
            numbers += self.means[GAP if is_gap else self.row_of.get(level, UNKNOWN)]
        return numbers


class DateColumn(Column):
    """Days and year, scaled; month, weekday and hour as places on a circle; 1 at gaps if training had any."""

    def __init__(
        self,
        name: str,
        *,
        missing: Sequence[str],
        formats: Sequence[str],
        parts: Sequence[str],
        days: Sequence[Scaling],
        year: Sequence[Scaling],
        fill_days: float,
        fill_year: float,
        had_gaps: bool = False,
    ) -> None:
        super().__init__(name, missing)
        self.formats, self.parts, self.had_gaps = formats, parts, had_gaps
        self.scaled = {"days": (days, fill_days), "year": (year, fill_year)}

    def encoded(self, text: str) -> Sequence[float]:
        seconds = math.nan if text in self.missing else seconds_of_date(text, self.formats)
        is_gap = math.isnan(seconds)
        values = {} if is_gap else calendar(seconds)
        numbers: list[float] = []
        for part in self.parts:
            if part in self.scaled:
                scalings, fill = self.scaled[part]
                numbers += [each.of(values.get(part, fill)) for each in scalings]
            else:
                numbers += [values.get(part + "_sin", 0.0), values.get(part + "_cos", 0.0)]
        if self.had_gaps:
            numbers.append(1.0 if is_gap else 0.0)
        return numbers


class CrossColumn:
    """A number that a formula makes of the numbers of other columns."""

    def __init__(
        self,
        column: NumberColumn,
        sources: Sequence[NumberColumn],
        formula: Callable[[Mapping[str, float]], float],
    ) -> None:
        self.column, self.sources, self.formula = column, sources, formula

    def value_of(self, cells: Mapping[str, str]) -> float:
        """The number of a row, NaN where a source is missing or there is no finite result."""
        values = {each.name: each.value_of(cleaned(cells[each.name])) for each in self.sources}
        if any(map(math.isnan, values.values())):
            return math.nan
        value = self.formula(values)
        return value if math.isfinite(value) else math.nan
