"""Axes over a column: the places at which a model is asked, and the range that they span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders import ENCODERS, Encoder
from mlpcli.data.encoders.dates import DateEncoder
from mlpcli.data.encoders.numbers import NumberEncoder
from mlpcli.data.schema import BOOLEAN, CATEGORY
from mlpcli.data.sketch_sets import levels_of
from mlpcli.data.sketches import Sketch
from mlpcli.model.effects.inputs import Inputs, Rows

MARGIN = 0.04
"""Of the range of the values, at each end."""
MIDDLE, FAR = (0.01, 0.99), 5.0
"""Shares of the values in the middle, to which an axis is limited where all span so many times as much."""
MOST_LEVELS = 16
"""Of a category; further ones are left out, the rarest first."""
LARGEST = float(np.finfo(np.float64).max) / 4


@dataclass(frozen=True)
class Axis:
    """A column, and its values from the lowest to the highest as its encoder reads them."""

    name: str
    kind: str
    values: Array
    """(places,) numbers, days since 1970, or numbers of levels."""
    levels: tuple[str, ...] = ()
    """Names of the values of a category or boolean, in their order."""
    limited: bool = False
    """Whether some of the column's values lie outside."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def ends(self) -> tuple[float, float]:
        """Where it begins and ends: levels have a cell each, with its value in the middle."""
        if self.levels:
            return -0.5, len(self.levels) - 0.5
        return float(self.values[0]), float(self.values[-1])

    def places(self, values: Array) -> Array:
        """Where values (rows,) lie along it, 0 at its beginning, 1 at its end; NaN outside, and at gaps."""
        if self.levels:
            positions = np.full(int(max(self.values.max(), 0)) + 2, np.nan)
            positions[self.values.astype(np.intp)] = np.arange(len(self.levels))
            known = (values >= 0) & (values < len(positions) - 1)
            at = positions[np.where(known, values, len(positions) - 1).astype(np.intp)]
            return np.asarray((at + 0.5) / len(self.levels))
        low, high = self.ends
        with np.errstate(over="ignore", invalid="ignore"):
            places = (values - low) / (high - low)
        return np.where((places >= 0) & (places <= 1), places, np.nan)


def is_level_axis(encoder: Encoder) -> bool:
    """Whether its values are levels, each with a cell of its own."""
    return kind_of(encoder) in (CATEGORY, BOOLEAN)


def axis_of(encoder: Encoder, places: int, values: Array | None, sketch: Sketch | None) -> Axis:
    """An axis over a column of numbers, dates, levels or truth, from the range of `values`, else of training.

    `values` (rows,) are as the encoder reads them, NaN at gaps. A text has no axis.
    """
    there = None if values is None else values[~np.isnan(values)]
    if is_level_axis(encoder):
        return _level_axis(encoder, None if there is None else there[there >= 0], sketch)
    known = encoder.days if isinstance(encoder, DateEncoder) else encoder
    assert isinstance(known, NumberEncoder)
    low, high, limited = known.lowest, known.highest, False
    if there is not None and len(there) and there.min() < there.max():
        low, high = float(there.min()), float(there.max())
        middle = np.quantile(np.clip(there, -LARGEST, LARGEST), MIDDLE).tolist()
    elif sketch is not None and len(sketch.points):
        middle = [float(np.clip(sketch.quantile(share) or 0.0, low, high)) for share in MIDDLE]
    else:
        middle = [low, high]
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if middle[0] < middle[1] and high - low > FAR * (middle[1] - middle[0]):
        (low, high), limited = middle, True
    margin = MARGIN * (high - low) if high > low else max(abs(low) * MARGIN, 1.0)
    shares = np.linspace(0.0, 1.0, places)
    ends = low - margin, high + margin
    asked = ends[0] * (1 - shares) + ends[1] * shares
    if isinstance(encoder, DateEncoder) and "hour" not in encoder.parts and high - low >= 1.0:
        asked = np.unique(np.round(asked))  # at no time of a day that no row has
    return Axis(encoder.name, kind_of(encoder), asked, (), limited)


def grid_rows(inputs: Inputs, x: Axis, y: Axis, typical: Mapping[str, float]) -> Rows:
    """Encoded rows (len(y) len(x)) of a grid, line by line from the lowest y; other columns are `typical`."""
    rows = len(x) * len(y)
    values = [np.full(rows, typical.get(name, np.nan)) for name in inputs.names]
    values[inputs.names.index(x.name)] = np.tile(x.values, len(y))
    values[inputs.names.index(y.name)] = np.repeat(y.values, len(x))
    return inputs.of_values(values)


def typical_value(encoder: Encoder, values: Array | None, sketch: Sketch | None) -> float:
    """The median of a number or date, the most frequent level: of `values` if it has any, else of training.

    NaN where all are gaps, or for a level of a model without sketches.
    """
    there = np.empty(0) if values is None else values[~np.isnan(values)]
    if is_level_axis(encoder):
        counts = _level_counts(encoder, there[there >= 0] if len(there) else None, sketch)
        return float(np.argmax(counts)) if len(counts) and counts.max() > 0 else float("nan")
    if len(there):
        return float(np.clip(np.median(np.clip(there, -LARGEST, LARGEST)), there.min(), there.max()))
    if isinstance(encoder, DateEncoder):
        return encoder.days.fill
    return encoder.fill if isinstance(encoder, NumberEncoder) else float("nan")


def kind_of(encoder: Encoder) -> str:
    """The kind of the column."""
    if isinstance(encoder, NumberEncoder):
        return encoder.kind
    return next(kind for kind, each in ENCODERS.items() if isinstance(encoder, each))


def _level_axis(encoder: Encoder, there: Array | None, sketch: Sketch | None) -> Axis:
    names: Sequence[str] = levels_of(encoder)
    counts = _level_counts(encoder, there, sketch)
    shown = np.arange(len(names))
    if len(names) > MOST_LEVELS:
        shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_LEVELS])
    levels = tuple(str(names[number]) for number in shown.tolist())
    limited = len(shown) < len(names)
    return Axis(encoder.name, kind_of(encoder), shown.astype(np.float64), levels, limited)


def _level_counts(encoder: Encoder, there: Array | None, sketch: Sketch | None) -> Array:
    """How often each level occurs, (levels,); zeros where nothing is known."""
    levels = len(levels_of(encoder))
    if there is not None and len(there):
        return np.bincount(there.astype(np.intp), minlength=levels)[:levels]
    counts = np.zeros(levels, np.int64)
    if sketch is not None and sketch.of_levels:
        counts[sketch.points.astype(np.intp)] = sketch.counts[:-1]
    return counts
