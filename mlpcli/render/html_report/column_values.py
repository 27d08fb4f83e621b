"""The values of a column in training, from its sketch: small bars and a few words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.schema import CATEGORY, DATE, Column
from mlpcli.data.sketches import Sketch
from mlpcli.errors import count
from mlpcli.number_text import short
from mlpcli.render.drift_sentences import percent
from mlpcli.render.formatting import clock, day_teller
from mlpcli.render.html_report.texts import shown

BINS = 20
LEVELS = 8
"""Levels that have a bar."""
NAMED = 3
"""Levels that are named."""
LETTERS = 24
"""Of a level."""
TAILED = 8.0
"""By so much the range may be wider than that of nine values in ten, which are shown alone beyond it."""


@dataclass(frozen=True)
class ColumnValues:
    """Heights of bars from 0 to 1, and words."""

    bars: Sequence[float]
    text: str
    missing: str
    """The share of cells without a value; "" if each has one."""


def column_values(column: Column, sketch: Sketch, levels: Sequence[str], rows: int) -> ColumnValues:
    """The values that the training rows had in a column; `levels` are the names of its level numbers."""
    missing = sketch.missing + sketch.unreadable
    gaps = percent(missing / rows) if missing and rows else ""
    if sketch.of_levels:
        return ColumnValues(*_of_levels(column, sketch, levels), gaps)
    if not len(sketch.points) or not sketch.present:
        return ColumnValues((), "", gaps)
    low, high = float(sketch.points[0]), float(sketch.points[-1])
    told = _teller(column, low, high)
    words = f"{told(low)} to {told(high)}" if low < high else f"only {told(low)}"
    middle = sketch.quantile(0.5)
    if low < high and middle is not None:
        words += f", median {told(middle)}"
    return ColumnValues(_histogram(sketch).tolist(), words, gaps)


def _teller(column: Column, low: float, high: float) -> Callable[[float], str]:
    """How values between the lowest and the highest are told."""
    if column.kind == DATE:
        return day_teller(low, high)
    return clock if column.form.clock else lambda value: short(value, 3)


def _of_levels(column: Column, sketch: Sketch, levels: Sequence[str]) -> tuple[list[float], str]:
    counts, total = sketch.counts[:-1], max(sketch.present, 1)
    order = np.argsort(-counts, kind="stable").tolist() if column.kind == CATEGORY else range(len(counts))
    order = [place for place in order if counts[place]]
    named = [
        f"{shown(levels[int(sketch.points[place])], LETTERS)} {percent(counts[place] / total)}"
        for place in order[:NAMED]
    ]
    known = len(levels) if column.kind == CATEGORY else len(order)
    if not named:
        return [], count(known, "value") if known else ""
    words = ", ".join(named) + (f", {known - len(named):,} more" if known > len(named) else "")
    bars = [float(counts[place]) for place in order[:LEVELS]]
    return [each / max(bars) for each in bars], words


def _histogram(sketch: Sketch) -> Array:
    """Heights of equal bins from the sketch, whose bins are points and what is between two of them."""
    points, counts = sketch.points, sketch.counts.astype(np.float64)
    low, high = points[0], points[-1]
    if low == high:
        return np.ones(1)
    inner = [sketch.quantile(share) for share in (0.05, 0.95)]
    first, last = (low if each is None or not np.isfinite(each) else each for each in inner)
    if last > first and high - low > TAILED * (last - first):
        reach = last - first
        low, high = max(low, first - reach / 2), min(high, last + reach / 2)
    edges = np.linspace(low, high, BINS + 1)
    heights = np.zeros(BINS)
    at = np.clip(np.searchsorted(edges, points, "right") - 1, 0, BINS - 1)
    np.add.at(heights, at, counts[1::2])
    # What is between two points is spread evenly; what is beyond the range goes to its ends.
    between = np.concatenate([[0.0], np.cumsum(counts[2:-1:2])])
    cumulated = np.interp(edges, points, between)
    cumulated[0], cumulated[-1] = 0.0, between[-1]
    heights += np.diff(cumulated)
    return np.asarray(heights / max(heights.max(), 1e-300))
