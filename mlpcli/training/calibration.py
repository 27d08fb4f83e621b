"""Temperatures and decision thresholds, fitted on held-out rows."""

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD, best_threshold
from mlpcli.model.model import Model
from mlpcli.options.threshold import rule_of
from mlpcli.training.held_out import HeldOut

Probabilities: TypeAlias = Callable[[float], Array]
"""What is predicted at a temperature: (rows, classes) or (rows,) of a label being 1."""

LOWEST, HIGHEST = 0.05, 20.0
MOST_ROWS = 20_000
SURENESS = 1.0
"""Weight of the belief that the temperature is 1, (log T)² / 2, beside the sum of the rows' losses: of few
rows that are all right the best temperature would be 0."""
GOLDEN = (5**0.5 - 1) / 2
STEPS = 24
"""Of golden section search: from a factor of 400 to one of 1.0001."""
SMALLEST = 1e-12


def calibrated(model: Model, held: HeldOut) -> Array:
    """The temperatures (1,), or (labels,) of several labels, of a model whose temperature is 1 so far."""
    some = held.some(MOST_ROWS)
    truth, weights = some.part.truth, some.part.weights
    if not len(truth):
        return np.ones(1)
    if weights is not None:
        weights = weights / max(weights.mean(), np.finfo(np.float64).tiny)  # their unit says nothing

    def predicted(temperature: float) -> Array:
        at = dataclasses.replace(model, temperature=np.array([temperature]))
        return some.predicted(at.predictions)

    if model.task.name == "multiclass":
        return np.array([fit_temperature(predicted, truth, weights)])
    labels = truth[:, None] if truth.ndim == 1 else truth

    def of_label(label: int) -> float:
        return fit_temperature(
            lambda temperature: predicted(temperature)[:, label], labels[:, label], weights
        )

    return np.array([of_label(label) for label in range(labels.shape[1])])


def fit_temperature(probabilities: Probabilities, truth: Array, weights: Array | None = None) -> float:
    """T that minimises Σ -log p(truth; z / T) + (log T)² / 2 (Guo et al. 2017, arXiv 1706.04599).

    `truth` (rows,) are class numbers, or 0 and 1 of one label; `weights` (rows,).
    """

    def loss(logarithm: float) -> float:
        predicted = probabilities(float(np.exp(logarithm)))
        if predicted.ndim == 1:
            right = np.where(truth == 1, predicted, 1.0 - predicted)
        else:
            right = predicted[np.arange(len(truth)), truth]
        losses = -np.log(np.maximum(right, SMALLEST))
        return float(np.sum(losses if weights is None else losses * weights)) + SURENESS / 2 * logarithm**2

    return float(np.exp(_minimum(loss, np.log(LOWEST), np.log(HIGHEST))))


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is lowest (golden section search, Kiefer 1953)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2


def chosen_thresholds(model: Model, held: HeldOut) -> list[float] | None:
    """One of the positive class, or of each label; None if none was asked for.

    Where the held rows are all of one class, 0.5.
    """
    given = model.options.decision.threshold
    if given is None:
        return None
    labels = model.task.outputs
    rule = rule_of(given)
    if isinstance(rule, float):
        return [rule] * labels
    probabilities, truth = held.predicted(model.predictions), held.part.truth
    truth = truth[:, None] if truth.ndim == 1 else truth
    chosen = [
        best_threshold(truth[:, label], probabilities[:, label], held.part.weights, rule)
        for label in range(labels)
    ]
    return [DEFAULT_THRESHOLD if each is None else each for each in chosen]
