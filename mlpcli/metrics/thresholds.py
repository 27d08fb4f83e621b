"""Decision thresholds that are best on rows of known truth. RULES."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import ratio
from mlpcli.metrics.ranking import Ranking

Objective: TypeAlias = Callable[[Array, Array, float, float], Array]
"""(tp, fp, positives, negatives) -> the score to maximise, (cuts,); all four are sums of row weights."""

DEFAULT_THRESHOLD = 0.5


def best_threshold(
    truth: Array, probabilities: Array, weights: Array | None, objective: Objective
) -> float | None:
    """The threshold with the best objective when `probability >= threshold` means yes.

    All arrays are (rows,), truth 0 or 1. Every cut between different probabilities is tried, and those before
    the first and after the last; the threshold is halfway between two, and of equally good ones the nearest
    to 0.5. None where no row has weight or all are of one class.
    """
    weights = np.ones(len(truth)) if weights is None else weights.astype(np.float64)
    counting = weights > 0
    truth, probabilities, weights = truth[counting], probabilities[counting], weights[counting]
    if not len(truth) or truth.min() == truth.max():
        return None
    ranking = Ranking.of(truth == 1, probabilities)
    tp, fp = (np.append(0, each) for each in ranking.cumulated(weights))
    cuts = _between(np.concatenate([[1.0], ranking.distinct(probabilities), [0.0]]))
    possible = np.flatnonzero((cuts > 0) & (cuts < 1))
    if not len(possible):  # certain of every row
        return DEFAULT_THRESHOLD
    values = objective(tp, fp, float(tp[-1]), float(fp[-1]))[possible]
    rounding = 1e-12 * max(1.0, float(np.abs(values).max()))
    best = cuts[possible[values >= values.max() - rounding]]
    return float(best[np.argmin(np.abs(best - DEFAULT_THRESHOLD))])


def _between(descending: Array) -> Array:
    """A number for each step of a descending sequence: above its end, and not above its start."""
    above, below = descending[:-1], descending[1:]
    middle = below + (above - below) / 2
    return np.where(middle > below, middle, above)


def f1(tp: Array, fp: Array, positives: float, negatives: float) -> Array:
    """F1 of the positive class."""
    return ratio(2 * tp, tp + fp + positives)


def youden(tp: Array, fp: Array, positives: float, negatives: float) -> Array:
    """Recall + specificity - 1 (Youden 1950)."""
    return np.asarray(tp / positives - fp / negatives)


def cost(fp_cost: float, fn_cost: float) -> Objective:
    """The negative total cost of false positives and false negatives."""
    return lambda tp, fp, positives, negatives: np.asarray(-(fp_cost * fp + fn_cost * (positives - tp)))


RULES: dict[str, Objective] = {"f1": f1, "youden": youden}


def thresholds_by_cost(weights: Array) -> list[float]:
    """Thresholds of the classes' probabilities by what a wrong decision on a row of each class costs.

    `weights` (classes,) give a threshold a class, to be compared with each other: the class whose probability
    is the largest multiple of its threshold costs least. (2,) and (labels, 2), of no and yes, give one of yes
    each: w_no / (w_no + w_yes) (Elkan 2001, The foundations of cost-sensitive learning).
    """
    weights = np.maximum(weights, 1e-9 * weights.max())
    if weights.shape[-1] == 2:
        by_label = weights.reshape(-1, 2)
        chosen = by_label[:, 0] / by_label.sum(axis=1)
    else:
        chosen = (1.0 / weights) / (1.0 / weights).sum()
    thresholds: list[float] = chosen.tolist()
    return thresholds
