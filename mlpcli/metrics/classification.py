"""Metrics of classes and labels, from decisions and from probabilities."""

from collections.abc import Callable

import numpy as np

from mlpcli.metrics.outcome import Array, Outcome, UnavailableError, ratio, weighted_mean


def confusion(outcome: Outcome, classes: int) -> Array:
    """(classes, classes) sums of weights: rows are the truth, columns the prediction."""
    flat = outcome.truth * classes + outcome.predicted
    return np.bincount(flat, outcome.row_weights, classes * classes).reshape(classes, classes)


def per_class(outcome: Outcome, classes: int) -> dict[str, Array]:
    """precision, recall, f1 and support, each (classes,); 0 where a denominator is 0, as in scikit-learn."""
    matrix = confusion(outcome, classes)
    hits, support, named = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return {
        "precision": ratio(hits, named),
        "recall": ratio(hits, support),
        "f1": ratio(2 * hits, support + named),
        "support": support,
    }


def accuracy(outcome: Outcome) -> float:
    """Share of rows whose class is right."""
    return weighted_mean(outcome.truth == outcome.predicted, outcome)


def balanced_accuracy(outcome: Outcome) -> float:
    """Mean recall of the classes that occur."""
    scores = per_class(outcome, _classes(outcome))
    return float(scores["recall"][scores["support"] > 0].mean())


def macro(name: str) -> Callable[[Outcome], float]:
    """Mean of a `per_class` score over the classes that occur or were predicted."""

    def score(outcome: Outcome) -> float:
        classes = _classes(outcome)
        matrix = confusion(outcome, classes)
        seen = matrix.sum(axis=0) + matrix.sum(axis=1) > 0
        return float(per_class(outcome, classes)[name][seen].mean())

    return score


def of_positive(name: str) -> Callable[[Outcome], float]:
    """A `per_class` score of the positive class."""

    def score(outcome: Outcome) -> float:
        return float(per_class(outcome, 2)[name][1])

    return score


def specificity(outcome: Outcome) -> float:
    """Recall of the negative class."""
    return float(per_class(outcome, 2)["recall"][0])


def mcc(outcome: Outcome) -> float:
    """Matthews' correlation for any number of classes (Gorodkin 2004); 0 where it is undefined."""
    matrix = confusion(outcome, _classes(outcome))
    truth, named, hits = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    missed, false = truth - hits, named - hits
    # Class by class the same as total * hits - truth @ named and total**2 - truth @ truth in the source, but
    # without differences of large products: exact for counts, and 0 where there is one class only.
    together = hits @ (matrix.sum() - truth - false) - missed @ false
    others = 1 - np.eye(len(matrix))
    spread = (truth @ others @ truth) * (named @ others @ named)
    return float(together / np.sqrt(spread)) if spread > 0 else 0.0


def log_loss(outcome: Outcome) -> float:
    """Mean of -log of the probability given to the true class, clipped at the smallest float step."""
    rows = np.arange(len(outcome.truth))
    given = outcome.scores[rows, outcome.truth].astype(np.float64)
    smallest = np.finfo(np.float64).eps
    return weighted_mean(-np.log(np.clip(given, smallest, 1 - smallest)), outcome)


def brier(outcome: Outcome) -> float:
    """Mean squared distance of the probabilities from the truth; of the positive class only for two."""
    probabilities = outcome.scores.astype(np.float64)
    onehot = np.eye(probabilities.shape[1])[outcome.truth]
    squares = (probabilities - onehot) ** 2
    return weighted_mean(squares[:, 1] if squares.shape[1] == 2 else squares.sum(axis=1), outcome)


def ece(outcome: Outcome) -> float:
    """Expected calibration error: 15 equal bins of the top probability (Guo et al. 2017, eq. 3)."""
    top = outcome.scores.max(axis=1).astype(np.float64)
    right = (outcome.scores.argmax(axis=1) == outcome.truth).astype(np.float64)
    weights = outcome.row_weights
    bins = np.clip(np.ceil(top * 15).astype(np.intp) - 1, 0, 14)
    gaps = np.bincount(bins, weights * (right - top), 15)
    return float(np.abs(gaps).sum() / weights.sum())


def roc_auc(outcome: Outcome) -> float:
    """Area under the ROC curve; for several classes, each against the rest, or labels their mean."""
    return _one_against_rest(outcome, _binary_auc)


def average_precision(outcome: Outcome) -> float:
    """Mean precision over recall steps; for several classes, each against the rest, or labels their mean."""
    return _one_against_rest(outcome, _binary_average_precision)


def f1_micro(outcome: Outcome) -> float:
    """F1 over all labels of all rows together."""
    hits, support, named = (part.sum() for part in _label_counts(outcome))
    return float(ratio(np.asarray(2 * hits), np.asarray(support + named)))


def f1_macro(outcome: Outcome) -> float:
    """Mean F1 of the classes that occur or were predicted, or of the labels."""
    if outcome.truth.ndim == 1:
        return macro("f1")(outcome)
    hits, support, named = _label_counts(outcome)
    return float(ratio(2 * hits, support + named).mean())


def hamming_loss(outcome: Outcome) -> float:
    """Share of single labels that are wrong."""
    return weighted_mean((outcome.truth != outcome.predicted).mean(axis=1), outcome)


def _classes(outcome: Outcome) -> int:
    return int(outcome.scores.shape[1])


def _label_counts(outcome: Outcome) -> tuple[Array, Array, Array]:
    weights = outcome.row_weights
    truth, named = outcome.truth, outcome.predicted
    return weights @ (truth * named), weights @ truth, weights @ named


def _one_against_rest(outcome: Outcome, score: Callable[[Array, Array, Array], float]) -> float:
    scores, weights = outcome.scores, outcome.row_weights
    if outcome.truth.ndim == 2:
        onehot = outcome.truth.astype(bool)
    else:
        onehot = outcome.truth[:, None] == np.arange(scores.shape[1])
        if scores.shape[1] == 2:
            scores, onehot = scores[:, 1:], onehot[:, 1:]
    pairs = zip(onehot.T, scores.T, strict=True)
    return float(np.mean([score(truth, given, weights) for truth, given in pairs]))


def ranked(truth: Array, scores: Array, weights: Array) -> tuple[Array, Array]:
    """Cumulated weights of true and false rows at each distinct score, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(weights[order] * truth[order])[ends]
    false = np.cumsum(weights[order] * ~truth[order])[ends]
    return hits, false


def _binary_auc(truth: Array, scores: Array, weights: Array) -> float:
    hits, false = ranked(truth, scores, weights)
    if hits[-1] <= 0 or false[-1] <= 0:
        raise UnavailableError("it needs rows in and rows outside of every class or label")
    return float(np.trapezoid(np.append(0, hits / hits[-1]), np.append(0, false / false[-1])))


def _binary_average_precision(truth: Array, scores: Array, weights: Array) -> float:
    hits, false = ranked(truth, scores, weights)
    if hits[-1] <= 0:
        raise UnavailableError("it needs rows of every class or label")
    steps = np.diff(np.append(0, hits)) / hits[-1]
    return float(steps @ ratio(hits, hits + false))
