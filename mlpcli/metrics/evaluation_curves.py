"""Data of the pictures of an evaluation: curves of classes and labels, pairs and residuals of values."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics import curves
from mlpcli.metrics.classification import confusion
from mlpcli.metrics.curves import CalibrationCurve, RankCurve
from mlpcli.metrics.outcome import Outcome, UnavailableError

SINGLE_POINTS = 2000
"""More pairs than this are drawn as a density."""
CELLS = 50
"""Cells of a density along each side."""
MOST_BINS = 50
"""Most bins of a histogram."""
MOST_TARGETS = 9
"""Targets drawn at most, from the first on."""
TAIL = 0.005
"""Share of the values on each side that do not decide the width of the picture."""
LARGEST = 1e300
"""Largest number drawn: an axis is wider than its numbers, and its ends must be floats, too."""


@dataclass(frozen=True)
class ClassCurves:
    """Curves of two classes (one rank curve), several (each against the rest) or labels (one each)."""

    task: str
    confusion: Array
    """(classes, classes), rows are the truth; for labels (labels, 2, 2)."""
    roc: tuple[RankCurve | None, ...]
    """None unless there are rows in and rows outside of a class."""
    precision_recall: tuple[RankCurve | None, ...]
    calibration: CalibrationCurve
    """For the positive class of two, the predicted class of several, or all labels together."""


@dataclass(frozen=True)
class Density:
    """(x cells, y cells) sums of weights, and the edges of the cells."""

    counts: Array
    x_edges: Array
    y_edges: Array


@dataclass(frozen=True, kw_only=True)
class ValuePairs:
    """Truth, predictions and residuals (truth - predicted) of one target, as points or densities."""

    truth: Array
    predicted: Array
    """All rows, or every n-th: at most SINGLE_POINTS."""
    truth_density: Density | None
    """x: truth, y: predicted; None for few rows."""
    residual_density: Density | None
    """x: predicted, y: residual."""
    residuals: Array
    """Sums of weights in the bins of the histogram."""
    residual_edges: Array
    outside: int
    """Rows that are far from all others, beyond the histogram or a density."""


@dataclass(frozen=True)
class ValueCurves:
    """Pairs of the first targets, and the number of all."""

    targets: tuple[ValuePairs, ...]
    n_targets: int


EvaluationCurves = ClassCurves | ValueCurves


def evaluation_curves(outcome: Outcome, task: str) -> EvaluationCurves:
    """The curves of an outcome; raises UnavailableError where nothing can be drawn."""
    outcome.check()
    if task == "regression":
        targets = range(min(outcome.truth.shape[1], MOST_TARGETS))
        return ValueCurves(tuple(_pairs(outcome, number) for number in targets), outcome.truth.shape[1])
    weights, scores = outcome.row_weights, outcome.scores.astype(np.float64)
    classes = scores.shape[1]
    if task == "multilabel":
        truth = outcome.truth == 1
        pooled = truth.ravel(), scores.ravel(), np.repeat(weights, classes)
        pairs = zip(truth.T, outcome.predicted.T, strict=True)
        matrix = np.stack([confusion(Outcome(*pair, None, weights), 2) for pair in pairs])
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
        _each(curves.roc_curve, truth, scores, weights),
        _each(curves.precision_recall_curve, truth, scores, weights),
        curves.calibration_curve(*pooled),
    )


def _each(
    curve: Callable[[Array, Array, Array], RankCurve], truth: Array, scores: Array, weights: Array
) -> tuple[RankCurve | None, ...]:
    """One thinned curve for each column; None where it is undefined."""
    found: list[RankCurve | None] = []
    for column in range(truth.shape[1]):
        try:
            found.append(curve(truth[:, column], scores[:, column], weights).thinned())
        except UnavailableError:
            found.append(None)
    return tuple(found)


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
        ranges = of_predicted, (edges[0], edges[-1])
        truth_density = Density(*np.histogram2d(truth, predicted, CELLS, (both, both), weights=weights))
        residual_density = Density(*np.histogram2d(predicted, residuals, CELLS, ranges, weights=weights))
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
    """A range around all values, or around most where a few are far out."""
    lowest, low, high, highest = np.quantile(values, [0.0, TAIL, 1.0 - TAIL, 1.0]).tolist()
    reach = high - low or 0.5
    lowest, highest = max(lowest, low - reach), min(highest, high + reach)
    return (lowest, highest) if highest > lowest else (low - 0.5, high + 0.5)


def _residual_edges(residuals: Array) -> Array:
    """Edges of bins over the range and zero, which is one of them."""
    lowest, highest = _view(residuals)
    lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    bins = int(np.clip(2 * len(residuals) ** (1 / 3), 5, MOST_BINS))  # Rice's rule
    width = (highest - lowest) / bins
    return np.asarray(np.arange(np.floor(lowest / width), np.ceil(highest / width) + 1) * width)
