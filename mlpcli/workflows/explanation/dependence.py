"""Partial dependence (Friedman 2001): the mean prediction where all rows have one value in a column.

Predictions are as users see them: values in the target's units, or the probability of a class or label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.encoders import CategoryEncoder, Encoder, TextEncoder
from mlpcli.data.schema import BOOLEAN, CATEGORY, DATE, NUMBER
from mlpcli.model.effects.explainer import Predict
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.intervals import number_target
from mlpcli.model.model import Model
from mlpcli.model.tasks import Binary, Regression
from mlpcli.number_text import short

POINTS = 24
"""Of a curve, at most."""
MOST_LEVELS = 12
"""Of a category that are shown, the most frequent ones."""
ENDS = (0.01, 0.99)
"""Shares of the values below and above which a curve does not go: few rows tell of it."""
ONE_WAY = 0.9
"""Share of all ups and downs from which on a curve rises, or falls."""
FLAT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Values of a column at which predictions are made."""

    column: str
    kind: str
    values: list[float]
    """Numbers, days since 1970, 0 and 1, or numbers of levels, as the column's encoder reads them."""
    labels: list[str]
    """The values as people write them."""
    rows: list[int]
    """Rows of the data nearest to each value; those beyond the ends are not counted."""

    @property
    def is_ordered(self) -> bool:
        """Whether its values are numbers or dates, and more than two."""
        return self.kind in (NUMBER, DATE) and len(self.values) > 2


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """The curve of a column."""

    grid: Grid
    predictions: list[float]
    """Means, for each value of the grid."""
    direction: str
    """In a few words."""


@dataclass(frozen=True, kw_only=True)
class PairDependence:
    """The map of two columns."""

    x: Grid
    y: Grid
    predictions: list[list[float]]
    """Means, a row for each value of `y`."""
    strength: float
    """Share of the map's variation that is of both columns together (H² of Friedman and Popescu 2008)."""


def grid_of(encoder: Encoder, kind: str, values: Array, points: int = POINTS) -> Grid | None:
    """The grid for the values (rows,) that a column has; None of texts and of columns without a value."""
    there = values[~np.isnan(values)]
    if isinstance(encoder, TextEncoder) or not len(there):
        return None
    if isinstance(encoder, CategoryEncoder):
        return _of_levels(encoder, there)
    if kind == BOOLEAN:
        counts = [int((there == each).sum()) for each in (0.0, 1.0)]
        return Grid(column=encoder.name, kind=kind, values=[0.0, 1.0], labels=["false", "true"], rows=counts)
    distinct = np.unique(there)
    if len(distinct) > points:
        low, high = np.quantile(there, ENDS).tolist()
        low, high = (low, high) if low < high else (float(distinct[0]), float(distinct[-1]))
        distinct = np.linspace(low, high, points)
        if kind == DATE and (there == np.round(there)).all():  # at no time of a day that no row has
            distinct = np.unique(np.round(distinct))
    middles = (distinct[1:] + distinct[:-1]) / 2
    inside = there[(there >= distinct[0]) & (there <= distinct[-1])]
    rows = np.bincount(np.searchsorted(middles, inside), minlength=len(distinct))
    return Grid(
        column=encoder.name,
        kind=kind,
        values=distinct.tolist(),
        labels=labels_of(kind, distinct.tolist()),
        rows=rows.tolist(),
    )


def _of_levels(encoder: CategoryEncoder, codes: Array) -> Grid | None:
    known = codes[codes >= 0].astype(np.intp)
    counts = np.bincount(known, minlength=len(encoder.levels))
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    order = order[counts[order] > 0]
    if not len(order):
        return None
    return Grid(
        column=encoder.name,
        kind=CATEGORY,
        values=order.astype(float).tolist(),
        labels=[encoder.levels[place] for place in order.tolist()],
        rows=counts[order].tolist(),
    )


def labels_of(kind: str, values: Sequence[float]) -> list[str]:
    """Numbers or dates as texts; dates of one day with the time, which alone is all of a time of day."""
    if kind != DATE:
        return [short(value) for value in values]
    seconds = [np.timedelta64(round(value * 86_400), "s") for value in values]
    moments = [str(np.datetime64(0, "s") + each).replace("T", " ") for each in seconds]
    days = {each[:10] for each in moments}
    if len(days) > 1:
        return [each[:10] for each in moments]
    return [each[11:16] if days == {"1970-01-01"} else each[:16] for each in moments]


def shown_predictions(model: Model, predictions: Array, answer: int) -> Array:
    """Predicted values, or probabilities, (rows,) of one answer from predictions (rows, outputs)."""
    point_prediction = model.loss.point_prediction(predictions)
    if isinstance(model.task, Regression):
        return np.asarray(number_target(model).decode(point_prediction)[:, answer])
    if isinstance(model.task, Binary):
        return np.asarray(point_prediction[:, 0] if answer else 1.0 - point_prediction[:, 0])
    return np.asarray(point_prediction[:, answer])


class Averages:
    """Mean predictions of one answer over some rows, with weights if they have any."""

    def __init__(
        self, model: Model, predict: Predict, rows: Rows, answer: int, weights: Array | None = None
    ) -> None:
        self._model, self._predict, self._answer = model, predict, answer
        self._rows, self._weights = rows, weights
        self._inputs = Inputs(model.encoder)

    def curve(self, grid: Grid) -> Array:
        """(values,) of one column."""
        changed = self._rows.take(slice(None))
        return np.array([self._at(changed, [(grid.column, value)]) for value in grid.values])

    def surface(self, x: Grid, y: Grid) -> Array:
        """(y values, x values) of two columns."""
        changed = self._rows.take(slice(None))
        return np.array(
            [
                [self._at(changed, [(y.column, down), (x.column, across)]) for across in x.values]
                for down in y.values
            ]
        )

    def _at(self, changed: Rows, cells: Sequence[tuple[str, float]]) -> float:
        for name, value in cells:
            self._inputs.write_column(changed, name, np.full(len(changed), value))
        shown = shown_predictions(self._model, self._predict(changed.matrix, 0), self._answer)
        return float(np.average(shown, weights=self._weights))


def dependence_of(averages: Averages, grid: Grid) -> Dependence:
    """The curve of a column."""
    predictions = averages.curve(grid)
    return Dependence(grid=grid, predictions=predictions.tolist(), direction=direction_of(grid, predictions))


def direction_of(grid: Grid, predictions: Array) -> str:
    """How the mean prediction (values,) goes along the grid."""
    if len(predictions) < 2:
        return "one value"
    if float(np.ptp(predictions)) <= FLAT * max(float(np.abs(predictions).max()), 1.0):
        return "no effect"
    highest, lowest = grid.labels[int(predictions.argmax())], grid.labels[int(predictions.argmin())]
    if not grid.is_ordered:
        return f"high for {highest}, low for {lowest}"
    changes = np.diff(predictions)
    rise, fall = float(changes[changes > 0].sum()), float(-changes[changes < 0].sum())
    if rise >= ONE_WAY * (rise + fall):
        return "rises"
    if fall >= ONE_WAY * (rise + fall):
        return "falls"
    last = len(predictions) - 1
    for place, words in ((int(predictions.argmax()), "highest"), (int(predictions.argmin()), "lowest")):
        if 0 < place < last:
            sign = 1 if words == "highest" else -1
            before, after = sign * changes[:place], sign * changes[place:]
            ups = before[before > 0].sum() - after[after < 0].sum()
            if ups >= ONE_WAY * np.abs(changes).sum():
                return f"{words} at {grid.labels[place]}"
    return "up and down"


def interaction(surface: Array, x: Grid, y: Grid) -> tuple[float, float]:
    """How much of a map (y, x) is of both columns together: its share of the variance, and its root.

    Each value counts by its rows.
    """
    across, down = (np.array(grid.rows, float) + 1e-9 for grid in (x, y))
    across, down = across / across.sum(), down / down.sum()
    of_x, of_y, mean = down @ surface, surface @ across, float(down @ surface @ across)
    together = surface - of_x[None, :] - of_y[:, None] + mean
    weights = down[:, None] * across[None, :]
    total = float((weights * (surface - mean) ** 2).sum())
    both = float((weights * together**2).sum())
    return (both / total if total > 0 else 0.0), float(np.sqrt(both))
