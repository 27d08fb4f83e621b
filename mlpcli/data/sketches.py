"""Sketches of columns: counts of the training rows in some bins, with which later rows are compared.

Stored of each input: how many cells were missing, unreadable or no level of the encoder; of numbers, dates
and durations up to 21 values of the column (quantiles, with the lowest and the highest, and each value that
one cell in twenty has) and how many cells are equal to each and between two; of categories up to 21 level
numbers and how many cells have each, texts staying with the encoder. No rows, no other texts; the lowest and
highest value, as the encoder has them, are exact. Rows are counted whatever they weigh. Of many columns
there are fewer points each, 8,000 in all but 3 at least, so that twenty columns take some 10 kB, 400 some
200 kB and each more at most 150 bytes, whatever the number of rows.
"""

import math
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array

MOST_POINTS, FEWEST_POINTS, ALL_POINTS = 21, 3, 8000
"""Of a sketch, of a sketch of many, and of all together unless that is less than the fewest of each."""
SPIKE = 0.05
"""Share of the values from which on one value has bins of its own."""
GROUP = 0.1
"""Share of the training values in a group of bins, as far as spikes allow."""
CHOOSING = 0.25
"""Share of the rows that choose the levels where the others count them."""
CERTAIN = 30
"""Rows of a level that every other sample of the table would have, too."""
GRID, TOLERANCE = 1e-4, 7.5e-5
"""Steps to which predictions are rounded in choosing points, and how far from a point they count as equal:
sums of the same row differ in their last bits, though no more than by a tenth of it."""


@dataclass(eq=False)
class Sketch:
    """Counts of one column in bins that do not change."""

    points: Array
    """(points,) values in order, or level numbers, the most frequent first."""
    counts: Array
    """(2 points + 1,) below the first value, equal to it, between it and the next, ...; of levels
    (points + 1,) of each, and of all others."""
    of_levels: bool
    gaps: int = 0
    """Of the rows that were counted, those without a value."""
    missing: int = 0
    unreadable: int = 0
    unseen: int = 0
    """Of all rows."""
    tolerance: float = 0.0
    lowest: float = math.inf
    highest: float = -math.inf
    """Of the numbers that were counted; not stored, as they are points of training."""

    @classmethod
    def of_values(cls, values: Array, points: int, tolerance: float = 0.0) -> "Sketch":
        """From numbers (rows,), NaN where there is none."""
        there = np.sort(values[~np.isnan(values)])
        knots = _knots(_on_grid(there) if tolerance else there, points)
        if tolerance and len(knots):
            knots = knots[np.diff(knots, prepend=-np.inf) >= 2 * GRID]
        sketch = cls.empty(knots, of_levels=False, tolerance=tolerance)
        sketch._add_ordered(there)
        sketch.gaps = len(values) - len(there)
        return sketch

    @classmethod
    def of_codes(cls, codes: Array, points: int) -> "Sketch":
        """From level numbers (rows,): -1 for a level that the encoder has not, NaN where there is none.

        Levels that are chosen for being frequent are less frequent in any other sample. Where that matters,
        some of the rows choose and the others are counted.
        """
        there = codes[codes >= 0].astype(np.intp)
        counts = np.bincount(there)
        others = bool((codes < 0).any())
        counted = np.ones(len(codes), dtype=np.bool_)
        kept = counts[counts > 0]
        if others or len(kept) > points or kept.min(initial=CERTAIN) < CERTAIN:
            counted = np.random.default_rng(0).random(len(codes)) >= CHOOSING
            counts = np.bincount(codes[~counted & (codes >= 0)].astype(np.intp))
            if others:
                # The encoder chose by all rows, so that its least frequent levels are no fair choice.
                counts[counts < CHOOSING * (2 * kept.min(initial=0) + CERTAIN)] = 0
        order = np.argsort(-counts, kind="stable")[:points]
        sketch = cls.empty(order[counts[order] > 0].astype(np.float64), of_levels=True)
        sketch.add(codes[counted])
        sketch.unseen = int(np.count_nonzero(codes < 0))
        return sketch

    @classmethod
    def of_truth(cls, codes: Array, levels: int) -> "Sketch":
        """From level numbers (rows,) of levels that were there before any row."""
        sketch = cls.empty(np.arange(levels, dtype=np.float64), of_levels=True)
        sketch.add(codes)
        return sketch

    @classmethod
    def empty(cls, points: Array, *, of_levels: bool, tolerance: float = 0.0) -> "Sketch":
        """Without any row."""
        bins = len(points) + 1 if of_levels else 2 * len(points) + 1
        return cls(points, np.zeros(bins, np.int64), of_levels, tolerance=tolerance)

    def without_rows(self) -> "Sketch":
        """The same bins, empty."""
        return Sketch.empty(self.points, of_levels=self.of_levels, tolerance=self.tolerance)

    def add(self, values: Array) -> None:
        """Count further rows (rows,): numbers or level numbers, NaN where there is none."""
        if self.of_levels:
            there = values[~np.isnan(values)].astype(np.intp) + 1
            by_level = np.bincount(there, minlength=int(self.points.max(initial=0)) + 2)
            chosen = by_level[self.points.astype(np.intp) + 1]
            self.counts += np.append(chosen, len(there) - chosen.sum())
        else:
            there = np.sort(values)  # NaN last
            there = there[: len(there) - np.count_nonzero(np.isnan(values))]
            self._add_ordered(there)
        self.gaps += len(values) - len(there)

    def _add_ordered(self, there: Array) -> None:
        """Count further numbers, which are in order."""
        if len(there):
            self.lowest = min(self.lowest, float(there[0]))
            self.highest = max(self.highest, float(there[-1]))
        ends = np.empty(len(self.counts) + 1, np.int64)
        ends[0], ends[-1] = 0, len(there)
        ends[1:-1:2] = np.searchsorted(there, self.points - self.tolerance, "left")
        ends[2:-1:2] = np.searchsorted(there, self.points + self.tolerance, "right")
        self.counts += np.diff(ends)

    @property
    def present(self) -> int:
        """Counted rows with a value."""
        return int(self.counts.sum())

    def groups(self) -> Array:
        """The first bin of each group: bins of numbers together until they hold a tenth of the values, spikes
        alone; each level by itself. What is below and above all points are groups of their own."""
        if self.of_levels or not len(self.points):
            return np.arange(len(self.counts))
        total, last = self.present, len(self.counts) - 1
        starts, held, alone = [1], 0, False
        for place, count in enumerate(self.counts[:last].tolist()):
            if not place:
                continue
            spike = place % 2 == 1 and count > SPIKE * total
            full = held >= GROUP * total * (1 - 1e-9)
            if place > 1 and (alone or spike or full):
                starts.append(place)
                held = 0
            held += count
            alone = spike
        # What is left at the end belongs to the group before it.
        while len(starts) > 1 and not alone and self.counts[starts[-1] : last].sum() < GROUP / 2 * total:
            if starts[-2] % 2 and self.counts[starts[-2]] > SPIKE * total:
                break
            starts.pop()
        return np.array([0, *starts, last])

    def ends(self, starts: Array) -> list[tuple[float | None, float | None]]:
        """The lowest and highest value of each group of bins of numbers; None where it is open."""
        stops = [*starts[1:].tolist(), len(self.counts)]
        points, last = self.points.tolist(), len(self.points)

        def end(low: int) -> float | None:
            return points[low] if 0 <= low < last else None

        # Bin 2 i + 1 is point i, bin 2 i lies below it.
        return [
            (end(start // 2 if start % 2 else start // 2 - 1), end((stop - 1) // 2))
            for start, stop in zip(starts.tolist(), stops, strict=True)
        ]

    def quantile(self, share: float) -> float | None:
        """About the value below which such a share of the values lies; infinite beyond all points, None of no
        values."""
        if not (total := self.present) or not len(self.points):
            return None
        together = np.cumsum(self.counts)
        place = int(np.searchsorted(together, share * total, "left"))
        if place % 2:
            return float(self.points[place // 2])
        if place in (0, len(self.counts) - 1):
            return math.inf if place else -math.inf
        part = (share * total - together[place - 1]) / self.counts[place]
        return float(self.points[place // 2 - 1] * (1 - part) + self.points[place // 2] * part)


def points_of_each(sketches: int) -> int:
    """Points of each of so many sketches."""
    return min(max(ALL_POINTS // max(sketches, 1), FEWEST_POINTS), MOST_POINTS)


def prediction_sketch(values: Array, points: int, levels: int | None = None) -> Sketch:
    """The sketch of predicted values (rows,), or of the numbers of classes that are predicted."""
    sketch = (
        Sketch.of_values(values, points, TOLERANCE) if levels is None else Sketch.of_truth(values, levels)
    )
    sketch.missing = sketch.gaps
    return sketch


def _on_grid(values: Array) -> Array:
    return np.asarray(np.round(values / GRID) * GRID)


def _knots(values: Array, points: int) -> Array:
    """Some of the values, which are in order: all if they are few, else spikes and quantiles of the rest."""
    if not len(values):
        return values
    first = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    if len(first) <= points:
        return values[first]
    counts = np.diff(first, append=len(values))
    often = counts > SPIKE * len(values)
    if np.count_nonzero(often) > points - 2:
        often[np.argsort(-counts, kind="stable")[points - 2 :]] = False
    others = np.repeat(~often, counts)
    rest = values[others]
    places = np.linspace(0, len(rest) - 1, points - int(often.sum())).round().astype(np.intp)
    return np.unique(np.concatenate([values[first[often]], rest[places]]))
