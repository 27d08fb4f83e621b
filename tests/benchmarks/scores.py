"""Errors of predictions on test rows, and how sure the ratio of two learners' errors is.

One error of a table decides, smaller is better: of two classes 1 - AUC, of more (wrong + 0.5) / (rows + 1),
of labels 1 - macro AUC, of a number RMSE, of several numbers the mean of RMSE / RMSE of the training mean. A
class is the one with the largest probability.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from tests.benchmarks.fixed_tables import CLASSES, LABELS, NUMBERS, Truth

Scores: TypeAlias = dict[str, float]
"""By name; `error` is the one that decides."""
Weighted: TypeAlias = Callable[[Array], float]
"""An error of the rows with these weights, counts of a resample for instance; NaN where it has no value."""

ECE_BINS = 15
LEAST_PROBABILITY = 1e-15
LARGEST_RATIO = 100.0
"""Of two errors: one of 0 shall not decide alone."""
RESAMPLES = 1_000


def area(truth: Array, score: Array) -> Weighted:
    """Under the ROC curve: the share of pairs of a positive and a negative row in order, ties count half."""
    order = np.argsort(score, kind="stable")
    positive = truth[order] == 1
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))  # of equal scores

    def weighted(weights: Array) -> float:
        sorted_weights = np.asarray(weights, np.float64)[order]
        up = np.add.reduceat(np.where(positive, sorted_weights, 0.0), starts)
        down = np.add.reduceat(np.where(positive, 0.0, sorted_weights), starts)
        pairs = up.sum() * down.sum()
        return float(up @ (np.cumsum(down) - down / 2) / pairs) if pairs else float("nan")

    return weighted


def mean_of(values: Array) -> Weighted:
    return lambda weights: float(weights @ values / weights.sum())


def row_losses(truth: Array, probabilities: Array) -> Array:
    """Minus the logarithm of the probability of the true class (rows,)."""
    true = probabilities[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.clip(true, LEAST_PROBABILITY, 1.0)))


def label_losses(truth: Array, probabilities: Array) -> Array:
    """The same for labels, the mean over them (rows,)."""
    true = np.where(truth == 1, probabilities, 1 - probabilities)
    return np.asarray(-np.log(np.clip(true, LEAST_PROBABILITY, 1.0)).mean(axis=1))


def calibration_error(truth: Array, probabilities: Array) -> float:
    """Expected: over equal bins of the largest probability, the mean distance of it and the share of hits."""
    top, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((top * ECE_BINS).astype(int), ECE_BINS - 1)
    return float(np.abs(np.bincount(bins, weights=hit - top)).sum() / len(truth))


def number_error(truth: Truth, outputs: Array) -> Weighted:
    squares = (outputs - truth.test) ** 2
    constant = (truth.train.mean(axis=0) - truth.test) ** 2
    if squares.shape[1] == 1:
        return lambda weights: float(np.sqrt(weights @ squares[:, 0] / weights.sum()))
    return lambda weights: float(np.sqrt((weights @ squares) / (weights @ constant)).mean())


def class_error(truth: Truth, outputs: Array) -> Weighted:
    if len(truth.classes) == 2:
        right = area(truth.test, outputs[:, 1])
        return lambda weights: 1 - right(weights)
    wrong = outputs.argmax(axis=1) != truth.test
    return lambda weights: float((weights @ wrong + 0.5) / (weights.sum() + 1))


def label_error(truth: Truth, outputs: Array) -> Weighted:
    """Over the labels that have both values among the rows."""
    areas = [area(label, output) for label, output in zip(truth.test.T, outputs.T, strict=True)]

    def weighted(weights: Array) -> float:
        found = np.array([each(weights) for each in areas])
        found = found[~np.isnan(found)]
        return 1 - float(found.mean()) if len(found) else float("nan")

    return weighted


def deciding_error(truth: Truth, outputs: Array) -> Weighted:
    return {NUMBERS: number_error, CLASSES: class_error, LABELS: label_error}[truth.task](truth, outputs)


def scores_of(truth: Truth, outputs: Array) -> Scores:
    """RuntimeError for outputs that are none of these rows."""
    if len(outputs) != len(truth.test) or not np.isfinite(outputs).all():
        raise RuntimeError(f"{len(outputs)} outputs for {len(truth.test)} rows, or some are no numbers")
    scores = {"error": deciding_error(truth, outputs)(np.ones(len(outputs)))}
    if truth.task == CLASSES:
        scores["accuracy"] = float((outputs.argmax(axis=1) == truth.test).mean())
        scores["log loss"] = float(row_losses(truth.test, outputs).mean())
        scores["ECE"] = calibration_error(truth.test, outputs)
    if truth.task == LABELS:
        labels = zip(truth.test.T.astype(int), outputs.T, strict=True)
        scores["log loss"] = float(label_losses(truth.test, outputs).mean())
        scores["ECE"] = float(
            np.mean([calibration_error(label, np.column_stack([1 - up, up])) for label, up in labels])
        )
    return scores


def bounded_ratio(above: Array, below: Array) -> Array:
    """Of errors, elementwise, with neither below the other's hundredth; 1 where both are 0."""
    largest = np.maximum(above, below)
    least = largest / LARGEST_RATIO
    known = np.where(largest > 0, np.maximum(below, least), 1.0)
    return np.where(largest > 0, np.maximum(above, least) / known, 1.0)


def ratio_deviation(truth: Truth, above: Sequence[Array], below: Sequence[Array]) -> float:
    """Standard error of the logarithm of the ratio of two learners' errors, each the mean over its outputs.

    Paired bootstrap: each resample draws test rows with replacement, the same for both.
    """
    generator, rows = np.random.default_rng(0), len(truth.test)
    learners = [[deciding_error(truth, outputs) for outputs in each] for each in (above, below)]
    errors = np.empty((2, RESAMPLES))
    for resample in range(RESAMPLES):
        weights = np.bincount(generator.integers(rows, size=rows), minlength=rows).astype(np.float64)
        errors[:, resample] = [np.mean([error(weights) for error in each]) for each in learners]
    errors = errors[:, ~np.isnan(errors).any(axis=0)]  # a resample of one class has no area
    return float(np.log(bounded_ratio(*errors)).std(ddof=1))
