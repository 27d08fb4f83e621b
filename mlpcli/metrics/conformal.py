"""Intervals of predicted numbers by split conformal prediction, from rows that were held out.

Vovk et al. 2005; Lei et al. 2018, "Distribution-free predictive inference for regression", sections 2.2 and
5.2 for widths that follow the prediction. If new rows are like the held-out ones, about λ of them lie in
intervals of level λ: a little more by rounding up, a little less with few held-out rows if these also chose
the epoch, so that their errors are a little too small.
"""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array

KNOTS = 10
"""At most this many points at which the width follows the prediction."""
ROWS_PER_KNOT = 100
"""Held-out rows per knot of the width: with too few the scales would be fitted to the same errors again."""
QUANTILES = 200
LEAST_SCALE = 0.05
"""Share of the mean error: where held-out rows happen to be right, new ones need not be."""


@dataclass(frozen=True)
class ErrorSizes:
    """Sizes of the errors on held-out rows, for each target, in the units of the predictions.

    The size of an error is |prediction - truth| / scale, where the scale goes linearly from knot to knot of
    the prediction and is constant outside.
    """

    levels: Array
    """(quantiles,) ascending in 0 to 1; the last is the highest level that the number of rows allows."""
    sizes: Array
    """(targets, quantiles) ascending: the size at each level."""
    knots: Array
    """(targets, knots) ascending predictions."""
    scales: Array
    """(targets, knots) above 0."""

    @classmethod
    def of(cls, truth: Array, predicted: Array, weights: Array | None) -> "ErrorSizes | None":
        """From held-out rows (rows, targets); those of weight 0 do not count. None if no row is left."""
        if weights is not None:
            truth, predicted, weights = (each[weights > 0] for each in (truth, predicted, weights))
        rows = len(truth)
        if not rows:
            return None
        weights = np.ones(rows) if weights is None else weights / weights.mean()
        levels = levels_of(rows)
        pairs = [_scales(predicted[:, t], np.abs(predicted - truth)[:, t]) for t in range(truth.shape[1])]
        knots, scales = (np.array(each) for each in zip(*pairs, strict=True))
        found = cls(levels, np.empty((0, 0)), knots, scales)
        sizes = np.abs(predicted - truth) / found.scale(predicted)
        return cls(levels, np.array([sizes_at(levels, each, weights) for each in sizes.T]), knots, scales)

    def scale(self, predicted: Array) -> Array:
        """The scale of the error of each prediction (rows, targets)."""
        pairs = zip(predicted.T, self.knots, self.scales, strict=True)
        return np.column_stack([np.interp(*each) for each in pairs])

    @property
    def highest(self) -> float:
        """The highest level that the held-out rows allow."""
        return float(self.levels[-1])

    def half_widths(self, predicted: Array, level: float) -> Array:
        """(rows, targets) half widths of intervals of a level, which is `highest` at most."""
        return np.asarray(self.sizes[:, place_of(self.levels, level)] * self.scale(predicted))


def coverage(truth: Array, low: Array, high: Array, weights: Array | None) -> tuple[Array, Array]:
    """The share of rows whose truth is inside, and the mean width: (targets,) each, from (rows, targets).

    A width is infinite where it exceeds the largest float.
    """
    inside = (low <= truth) & (truth <= high)
    shares = np.average(inside, axis=0, weights=weights)
    with np.errstate(over="ignore"):
        widths = np.average(high - low, axis=0, weights=weights)
    return np.asarray(shares), np.asarray(widths)


def levels_of(rows: int) -> Array:
    """Levels i / (rows + 1), one for each held-out row, or QUANTILES of them, densest at the high end."""
    ranks = np.arange(1, rows + 1)
    if rows > QUANTILES:
        linear = np.arange(1, QUANTILES // 2 + 1) / (QUANTILES // 2)
        tail = 1 - np.geomspace(0.5, 1 / (rows + 1), QUANTILES - QUANTILES // 2)
        wanted = np.ceil(np.concatenate([linear, tail]) * (rows + 1) - 1e-9)
        ranks = np.unique(np.clip(wanted, 1, rows))
    return np.asarray(ranks / (rows + 1))


def place_of(levels: Array, level: float) -> int:
    """The place of the lowest of the levels that is not below `level`, which is the last at most."""
    return int(np.searchsorted(levels, level * (1 - 1e-12)))


def sizes_at(levels: Array, sizes: Array, weights: Array) -> Array:
    """The smallest size at which the weight reaches a level, where one further row has the mean weight."""
    order = np.argsort(sizes, kind="stable")
    reached = np.cumsum(weights[order]) / (len(sizes) + 1)
    rows = np.searchsorted(reached, levels * (1 - 1e-12))
    return np.asarray(sizes[order[np.minimum(rows, len(order) - 1)]])


def _shared(places: Array, values: Array) -> Array:
    """Each value replaced by the mean of those at the same place."""
    _, inverse = np.unique(places, return_inverse=True)
    return np.asarray((np.bincount(inverse, values) / np.bincount(inverse))[inverse])


def _scales(predicted: Array, errors: Array) -> tuple[Array, Array]:
    """(knots,) medians of the predictions in bins of equally many rows, and the mean error in each.

    Rows of the same prediction share their mean error, and bins of the same median theirs, so that the order
    of equal rows does not matter.
    """
    count = min(max(len(predicted) // ROWS_PER_KNOT, 1), KNOTS)
    errors = _shared(predicted, errors)
    order = np.argsort(predicted, kind="stable")
    bins = np.array_split(order, count)
    knots = np.array([np.median(predicted[rows]) for rows in bins])
    scales = _shared(knots, np.array([errors[rows].mean() for rows in bins]))
    least = LEAST_SCALE * scales.mean()
    return knots, np.maximum(scales, least) if least > 0 else np.ones(count)
