"""Curves of probabilities: ROC, precision over recall, calibration; and their thinning for pictures.

Each takes one class or label: (rows,) truth, True where a row is of it, (rows,) its probabilities, and
(rows,) weights. A row of weight 0 counts as absent.
"""

from dataclasses import dataclass, replace

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import UnavailableError, ratio
from mlpcli.metrics.ranking import Ranking

DRAWN = 1000
"""More points than this cannot be told apart in a picture."""
BINS = 15
"""Most bins, which have equal widths; as many as the calibration error `ece` has."""
FEWEST_BINS = 5
ROWS_PER_BIN = 20
"""Fewer on average would make the observed shares jump."""
NORMAL_95 = 1.959963984540054
"""95 % of a normal distribution lie within this many standard deviations."""


@dataclass(frozen=True)
class RankCurve:
    """One point for each distinct probability, from the highest threshold down; the first is that of no row.

    ROC: x is the false positive rate, y the true positive rate, the area their integral. Precision over
    recall: x is recall, y precision, the area the average precision.
    """

    thresholds: Array
    x: Array
    y: Array
    area: float
    baseline: float
    """The area of a classifier that guesses."""

    def thinned(self) -> "RankCurve":
        """The curve with at most DRAWN points, for drawing."""
        kept = thin(self.x, self.y)
        return replace(self, thresholds=self.thresholds[kept], x=self.x[kept], y=self.y[kept])


def roc_curve(truth: Array, scores: Array, weights: Array) -> RankCurve:
    """True over false positive rate; raises UnavailableError without rows in or outside of the class."""
    thresholds, tp, fp = _cumulated(truth, scores, weights)
    if tp[-1] <= 0 or fp[-1] <= 0:
        raise UnavailableError("it needs rows inside and outside the class")
    x, y = fp / fp[-1], tp / tp[-1]
    return RankCurve(thresholds, x, y, float(np.trapezoid(y, x)), 0.5)


def precision_recall_curve(truth: Array, scores: Array, weights: Array) -> RankCurve:
    """Precision (1 without predicted positives) over recall; raises UnavailableError without positives."""
    thresholds, tp, fp = _cumulated(truth, scores, weights)
    if tp[-1] <= 0:
        raise UnavailableError("it needs rows of the class")
    recall, precision = tp / tp[-1], ratio(tp, tp + fp)
    precision[0] = 1.0
    area = float(np.diff(recall) @ precision[1:])
    return RankCurve(thresholds, recall, precision, area, float(tp[-1] / (tp[-1] + fp[-1])))


def _cumulated(truth: Array, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Thresholds, and the weights of true and false positives at each; before the first, none."""
    present = weights > 0
    if not present.any():
        raise UnavailableError("there are no rows")
    truth, scores, weights = np.asarray(truth[present], np.bool_), scores[present], weights[present]
    ranking = Ranking.of(truth, scores)
    tp, fp = ranking.cumulated(weights)
    return np.append(np.inf, ranking.distinct(scores)), np.append(0.0, tp), np.append(0.0, fp)


@dataclass(frozen=True, kw_only=True)
class CalibrationCurve:
    """Probabilities in bins of equal width; NaN in empty bins.

    `predicted` and `observed` are the mean probability and the share of true rows of each bin (bins,), `low`
    and `high` the 95 % interval of that share, `weight` the sum of the bin's weights.
    """

    edges: Array
    predicted: Array
    observed: Array
    low: Array
    high: Array
    weight: Array


def calibration_curve(truth: Array, scores: Array, weights: Array) -> CalibrationCurve:
    """The observed share at each level of probability, in fewer bins where there are few rows.

    A bin holds its upper edge, the first one 0 too.

    The interval is Wilson's (1927) for the effective number of rows, (sum w)**2 / sum w**2.
    """
    bins = int(np.clip(len(scores) // ROWS_PER_BIN, FEWEST_BINS, BINS))
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.searchsorted(edges[1:-1], scores)
    weight = np.bincount(place, weights, bins)
    squares = np.bincount(place, weights**2, bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 of an empty bin is NaN, as promised
        predicted = np.bincount(place, weights * scores, bins) / weight
        observed = np.bincount(place, weights * truth, bins) / weight
        rows = weight**2 / squares
    low, high = _wilson(observed, rows)
    return CalibrationCurve(
        edges=edges, predicted=predicted, observed=observed, low=low, high=high, weight=weight
    )


def _wilson(share: Array, rows: Array) -> tuple[Array, Array]:
    unit = NORMAL_95**2 / rows
    centre = (share + unit / 2) / (1 + unit)
    reach = np.sqrt(np.maximum(share * (1 - share), 0.0) * unit + unit**2 / 4) / (1 + unit)
    return np.clip(centre - reach, 0.0, 1.0), np.clip(centre + reach, 0.0, 1.0)


def thin(x: Array, y: Array) -> Array:
    """Indices of at most DRAWN points of a line, its ends among them, evenly spaced along it.

    Distances are |dx| + |dy|. The line through the kept points is never farther from a left-out one than
    1 / DRAWN of the whole length and the step that leads to it.
    """
    if len(x) <= DRAWN:
        return np.arange(len(x))
    length = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    kept = np.searchsorted(length, np.linspace(0.0, length[-1], DRAWN - 1))
    return np.unique(np.append(np.minimum(kept, len(x) - 1), len(x) - 1))
