"""Metrics of classes and labels, from decisions and from probabilities."""

from collections.abc import Callable

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import Outcome, UnavailableError, ratio, weighted_mean
from mlpcli.metrics.ranking import Ranking


def confusion(outcome: Outcome, classes: int) -> Array:
    """(classes, classes) sums of weights: rows are the truth, columns the prediction."""
    flat = outcome.fixed(f"cells of {classes}", lambda: outcome.truth * classes + outcome.predicted)
    cells = outcome.weighed(
        f"confusion of {classes}", lambda: np.bincount(flat, outcome.row_weights, classes * classes)
    )
    return cells.reshape(classes, classes)


def per_class(outcome: Outcome, classes: int) -> dict[str, Array]:
    """precision, recall, f1 and support, each (classes,); 0 where a denominator is 0, as in scikit-learn."""

    def scores() -> dict[str, Array]:
        matrix = confusion(outcome, classes)
        tp, support, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
        return {
            "precision": ratio(tp, predicted),
            "recall": ratio(tp, support),
            "f1": ratio(2 * tp, support + predicted),
            "support": support,
        }

    return outcome.weighed(f"scores of {classes}", scores)


def shares(outcome: Outcome) -> dict[str, Array]:
    """share and mean_probability of each class or label, (labels,): alike if probabilities are calibrated."""
    scores, weights = outcome.scores, outcome.row_weights
    if outcome.truth.ndim == 2:
        counts = weights @ outcome.truth
    else:
        counts = np.bincount(outcome.truth, weights, scores.shape[1])
    return {"share": counts / weights.sum(), "mean_probability": weights @ scores / weights.sum()}


def accuracy(outcome: Outcome) -> float:
    """Share of rows whose class is right."""
    return weighted_mean(outcome.fixed("right", lambda: outcome.truth == outcome.predicted), outcome)


def balanced_accuracy(outcome: Outcome) -> float:
    """Mean recall of the classes that occur."""
    scores = per_class(outcome, _classes(outcome))
    return float(scores["recall"][scores["support"] > 0].mean())


def macro(name: str, outcome: Outcome) -> float:
    """Mean of a `per_class` score over the classes that occur or were predicted."""
    classes = _classes(outcome)
    matrix = confusion(outcome, classes)
    seen = matrix.sum(axis=0) + matrix.sum(axis=1) > 0
    return float(per_class(outcome, classes)[name][seen].mean())


def of_class(number: int, name: str, outcome: Outcome) -> float:
    """A `per_class` score of one of two classes; class 1 is the positive one."""
    return float(per_class(outcome, 2)[name][number])


def mcc(outcome: Outcome) -> float:
    """Matthews' correlation for any number of classes (Gorodkin 2004); 0 where it is undefined."""
    matrix = confusion(outcome, _classes(outcome))
    truth, predicted, tp = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    fn, fp = truth - tp, predicted - tp
    # Class by class the same as total * tp - truth @ predicted and total**2 - truth @ truth in the source,
    # but without differences of large products: exact for counts, and 0 where there is one class only.
    together = tp @ (matrix.sum() - truth - fp) - fn @ fp
    others = 1 - np.eye(len(matrix))
    spread = (truth @ others @ truth) * (predicted @ others @ predicted)
    return float(together / np.sqrt(spread)) if spread > 0 else 0.0


def log_loss(outcome: Outcome) -> float:
    """Mean of -log of the probability given to the truth, clipped at the smallest float step.

    Of several labels the mean over them.
    """
    return weighted_mean(log_losses(outcome), outcome)


def log_losses(outcome: Outcome) -> Array:
    """The log loss of each row (rows,)."""
    eps = np.finfo(np.float64).eps

    def losses() -> Array:
        values = -np.log(np.clip(_of_the_truth(outcome), eps, 1 - eps))
        return np.asarray(values if values.ndim == 1 else values.mean(axis=1))

    return outcome.fixed("log losses", losses)


def brier(outcome: Outcome) -> float:
    """Mean squared distance of the probabilities from the truth; for two classes of the positive one only."""

    def squares() -> Array:
        given = outcome.scores.astype(np.float64, copy=False)
        if given.shape[1] == 2:
            return np.asarray((given[:, 1] - outcome.truth) ** 2)
        # Σ (p - onehot)² without a matrix of its own.
        return np.asarray(np.einsum("ij,ij->i", given, given) - 2 * _of_the_truth(outcome) + 1)

    return weighted_mean(outcome.fixed("squared distances", squares), outcome)


def ece(outcome: Outcome) -> float:
    """Expected calibration error in 15 equal bins (Guo et al. 2017, eq. 3): of two classes of the positive
    one's probability, as too high and too low would cancel in that of the top class; else of the latter."""

    def bins_and_gaps() -> tuple[Array, Array]:
        scores = outcome.scores
        if scores.shape[1] == 2:
            given, happened = scores[:, 1], outcome.truth
        else:
            given, happened = scores.max(axis=1), scores.argmax(axis=1) == outcome.truth
        given = given.astype(np.float64)
        return np.clip(np.ceil(given * 15).astype(np.intp) - 1, 0, 14), happened - given

    bins, gaps = outcome.fixed("calibration bins", bins_and_gaps)
    weights = outcome.row_weights
    return float(np.abs(np.bincount(bins, weights * gaps, 15)).sum() / weights.sum())


def f1_micro(outcome: Outcome) -> float:
    """F1 over all labels of all rows together."""
    tp, support, predicted = (part.sum() for part in _label_counts(outcome))
    return float(ratio(np.asarray(2 * tp), np.asarray(support + predicted)))


def f1_macro(outcome: Outcome) -> float:
    """Mean F1 of the classes that occur or were predicted, or of the labels."""
    if outcome.truth.ndim == 1:
        return macro("f1", outcome)
    tp, support, predicted = _label_counts(outcome)
    return float(ratio(2 * tp, support + predicted).mean())


def hamming_loss(outcome: Outcome) -> float:
    """Share of single labels that are wrong."""
    wrong = outcome.fixed("share wrong", lambda: (outcome.truth != outcome.predicted).mean(axis=1))
    return weighted_mean(wrong, outcome)


def _classes(outcome: Outcome) -> int:
    return int(outcome.scores.shape[1])


def _of_the_truth(outcome: Outcome) -> Array:
    """(rows,) probability given to the true class, or (rows, labels) to what is true of each label."""
    if outcome.truth.ndim == 2:
        scores = outcome.scores.astype(np.float64, copy=False)
        return np.where(outcome.truth == 1, scores, 1.0 - scores)
    return np.asarray(outcome.scores[np.arange(len(outcome.truth)), outcome.truth], np.float64)


def _label_counts(outcome: Outcome) -> tuple[Array, Array, Array]:
    def counts() -> tuple[Array, Array, Array]:
        weights = outcome.row_weights
        truth = outcome.fixed("labels", lambda: outcome.truth.astype(np.float64))
        predicted = outcome.fixed("predicted labels", lambda: outcome.predicted.astype(np.float64))
        tp = outcome.fixed("true positives", lambda: truth * predicted)
        return weights @ tp, weights @ truth, weights @ predicted

    return outcome.weighed("label counts", counts)


def one_against_rest(name: str, outcome: Outcome) -> float:
    """The mean of one of RANK_SCORES over classes, each against the rest, or labels; of two the positive."""
    two = outcome.truth.ndim == 1 and outcome.scores.shape[1] == 2
    numbers = [1] if two else range(outcome.scores.shape[1])
    return float(np.mean([_rank_score(outcome, number, name) for number in numbers]))


def _rank_score(outcome: Outcome, number: int, name: str) -> float:
    """One of RANK_SCORES for one class or label.

    A resample caches the cumulated sums (short-lived); otherwise both scores are computed together, so that
    no row order is kept per class.
    """

    def ranking() -> Ranking:
        truth = outcome.truth
        positive = truth == number if truth.ndim == 1 else truth[:, number] == 1
        return Ranking.of(positive, outcome.scores[:, number])

    def cumulated() -> tuple[Array, Array]:
        return outcome.fixed(f"ranking of {number}", ranking).cumulated(outcome.row_weights)

    def scores() -> dict[str, float]:
        sums = ranking().cumulated(outcome.row_weights)
        return {each: score(*sums) for each, score in RANK_SCORES.items()}

    if outcome.is_resample:
        value = RANK_SCORES[name](*outcome.weighed(f"cumulated of {number}", cumulated))
    else:
        value = outcome.weighed(f"rank scores of {number}", scores)[name]
    if np.isnan(value):
        raise UnavailableError(NO_RANKS[name])
    return value


def _area(tp: Array, fp: Array) -> float:
    """Area under the ROC curve; NaN unless there are positive and negative rows."""
    if tp[-1] <= 0 or fp[-1] <= 0:
        return np.nan
    # The trapezoidal rule, whose first trapezoid starts at (0, 0).
    double = fp[0] * tp[0] + np.diff(fp) @ (tp[1:] + tp[:-1])
    return float(double / 2 / (tp[-1] * fp[-1]))


def _mean_precision(tp: Array, fp: Array) -> float:
    """Mean precision over the steps of recall; NaN without positive rows."""
    if tp[-1] <= 0:
        return np.nan
    precision = tp / np.maximum(tp + fp, np.finfo(np.float64).tiny)
    return float((tp[0] * precision[0] + np.diff(tp) @ precision[1:]) / tp[-1])


RANK_SCORES: dict[str, Callable[[Array, Array], float]] = {
    "roc_auc": _area,
    "average_precision": _mean_precision,
}
NO_RANKS = {
    "roc_auc": "it needs rows inside and outside every class or label",
    "average_precision": "it needs rows of every class or label",
}
