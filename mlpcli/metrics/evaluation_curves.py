"""All that the pictures of an evaluation show, computed once: of classes and labels, and of values."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.classification import confusion
from mlpcli.metrics.curves import (
    CalibrationCurve,
    RankCurve,
    calibration_curve,
    precision_recall_curve,
    roc_curve,
)
from mlpcli.metrics.outcome import Outcome, UnavailableError

SINGLE_POINTS = 2000
"""More pairs than this are drawn as a density."""
CELLS = 50
"""Of a density, along each side."""
MOST_BINS = 50
"""Of a histogram."""
MOST_TARGETS = 9
"""Of several targets the first so many are drawn."""
TAIL = 0.005
"""Share of the values, on each side, that must not decide how wide the picture is."""


LARGEST = 1e300
"""An axis is wider than the numbers on it, and has to be a number, too."""


@dataclass(frozen=True)
class ClassCurves:
    """Of classes: one rank curve of two, of several one against the rest each. Of labels: one each."""

    task: str
    confusion: Array
    """(classes, classes), rows are the truth; of labels (labels, 2, 2), each by itself."""
    roc: tuple[RankCurve | None, ...]
    """None where there are no rows in, or none outside of a class."""
    precision_recall: tuple[RankCurve | None, ...]
    calibration: CalibrationCurve
    """Of the positive class of two; of several, of the class that was predicted; of all labels together."""


@dataclass(frozen=True)
class Density:
    """(x cells, y cells) sums of weights, and the edges of the cells."""

    counts: Array
    x_edges: Array
    y_edges: Array


@dataclass(frozen=True, kw_only=True)
class ValuePairs:
    """One target: the pairs of truth and prediction, themselves or as densities, and the residuals.

    A residual is truth minus prediction.
    """

    truth: Array
    predicted: Array
    """The rows, or every second, third, ... of them: at most SINGLE_POINTS."""
    truth_density: Density | None
    """x: truth, y: predicted; None of few rows."""
    residual_density: Density | None
    """x: predicted, y: residual."""
    residuals: Array
    """Sums of weights in the bins of the histogram."""
    residual_edges: Array
    outside: int
    """Rows that are far from all others, beyond the histogram or a density."""


@dataclass(frozen=True)
class ValueCurves:
    """The first targets, and how many there are."""

    targets: tuple[ValuePairs, ...]
    n_targets: int


EvaluationCurves = ClassCurves | ValueCurves


def evaluation_curves(outcome: Outcome, task: str) -> EvaluationCurves:
    """What to draw of an outcome; raises UnavailableError where nothing can be drawn."""
    outcome.check()
    if task == "regression":
        targets = range(min(outcome.truth.shape[1], MOST_TARGETS))
        return ValueCurves(tuple(_pairs(outcome, number) for number in targets), outcome.truth.shape[1])
    weights, scores = outcome.row_weights, outcome.scores.astype(np.float64)
    classes = scores.shape[1]
    if task == "multilabel":
        truth = outcome.truth == 1
        pooled = truth.ravel(), scores.ravel(), np.repeat(weights, classes)
        each = [
            Outcome(truth[:, label], outcome.predicted[:, label], None, weights) for label in range(classes)
        ]
        matrix = np.stack([confusion(label, 2) for label in each])
    else:
        truth = outcome.truth[:, None] == np.arange(classes)
        if classes == 2:
            truth, scores = truth[:, 1:], scores[:, 1:]
            pooled = truth[:, 0], scores[:, 0], weights
        else:
            pooled = outcome.scores.argmax(axis=1) == outcome.truth, scores.max(axis=1), weights
        matrix = confusion(outcome, classes)
    return ClassCurves(
        task,
        matrix,
        _each(roc_curve, truth, scores, weights),
        _each(precision_recall_curve, truth, scores, weights),
        calibration_curve(*pooled),
    )


def _each(
    curve: Callable[[Array, Array, Array], RankCurve], truth: Array, scores: Array, weights: Array
) -> tuple[RankCurve | None, ...]:
    """Thinned, one for each column; None where there is none."""
    curves: list[RankCurve | None] = []
    for column in range(truth.shape[1]):
        try:
            curves.append(curve(truth[:, column], scores[:, column], weights).thinned())
        except UnavailableError:
            curves.append(None)
    return tuple(curves)


def _pairs(outcome: Outcome, number: int) -> ValuePairs:
    weights = outcome.row_weights
    present = weights > 0
    weights = weights[present]
    truth = outcome.truth[present, number].astype(np.float64)
    predicted = outcome.predicted[present, number].astype(np.float64)
    with np.errstate(over="ignore"):
        residuals = truth - predicted
    if not np.abs(residuals).max(initial=0.0) < LARGEST or not np.abs(truth).max(initial=0.0) < LARGEST:
        raise UnavailableError("the numbers are too large to draw")
    edges = _residual_edges(residuals)
    outside = (residuals < edges[0]) | (residuals > edges[-1])
    every = -(-len(truth) // SINGLE_POINTS)
    truth_density = residual_density = None
    if every > 1:
        of_truth, of_predicted = _view(truth), _view(predicted)
        both = min(of_truth[0], of_predicted[0]), max(of_truth[1], of_predicted[1])
        truth_density = _density(truth, predicted, weights, both, both)
        residual_density = _density(predicted, residuals, weights, of_predicted, (edges[0], edges[-1]))
        outside |= np.minimum(truth, predicted) < both[0]
        outside |= np.maximum(truth, predicted) > both[1]
    return ValuePairs(
        truth=truth[::every],
        predicted=predicted[::every],
        truth_density=truth_density,
        residual_density=residual_density,
        residuals=np.histogram(residuals, edges, weights=weights)[0],
        residual_edges=edges,
        outside=int(outside.sum()),
    )


def _view(values: Array) -> tuple[float, float]:
    """Around all values, or where a few are far out around the others."""
    lowest, low, high, highest = np.quantile(values, [0.0, TAIL, 1.0 - TAIL, 1.0]).tolist()
    reach = high - low or 0.5
    lowest, highest = max(lowest, low - reach), min(highest, high + reach)
    return (lowest, highest) if highest > lowest else (low - 0.5, high + 0.5)


def _residual_edges(residuals: Array) -> Array:
    """Of bins that divide at zero, which they hold."""
    lowest, highest = _view(residuals)
    lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    bins = int(np.clip(2 * len(residuals) ** (1 / 3), 5, MOST_BINS))  # Rice's rule
    width = (highest - lowest) / bins
    return np.asarray(np.arange(np.floor(lowest / width), np.ceil(highest / width) + 1) * width)


def _density(
    x: Array, y: Array, weights: Array, x_range: tuple[float, float], y_range: tuple[float, float]
) -> Density:
    return Density(*np.histogram2d(x, y, CELLS, (x_range, y_range), weights=weights))
