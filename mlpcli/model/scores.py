"""A model's scores on some rows, beside those of the trivial baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import count
from mlpcli.metrics import METRICS, measure
from mlpcli.metrics.classification import log_losses, shares
from mlpcli.metrics.outcome import Outcome
from mlpcli.metrics.regression import errors_of
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from mlpcli.model.tasks import Multiclass, Threshold
from mlpcli.number_text import same_precision
from mlpcli.result_text import ResultTable, ResultText, ScoresByName, Shown

ByTarget: TypeAlias = dict[str, dict[str, float | None]]
"""Metrics by target or label."""


STANDARD_ERRORS = 1.64
"""Chance reaches them once in twenty times."""


@dataclass(frozen=True, repr=False)
class Scores(Shown):
    """All metrics of the task; None where one cannot be had, with the reason."""

    rows: int
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    """Of the training rows' mean, or class shares, as the prediction of every row."""
    reasons: dict[str, str]
    clearly_better: bool
    """Whether the rows' losses are lower than the baseline's by more than chance would make them."""
    per_target: ByTarget | None = None
    """Of each target or label, where there are several."""

    def beats_baseline(self, metric: str) -> bool:
        """Whether a metric is better than the baseline's."""
        ours, trivial = self.metrics[metric], self.baseline[metric]
        if ours is None or trivial is None:
            return False
        return ours > trivial if METRICS[metric].higher_is_better else ours < trivial

    def _shown(self) -> ResultText:
        return ResultText(
            f"Scores on {count(self.rows, 'row')}",
            [] if self.clearly_better else [("note", "not clearly better than the baseline")],
            metrics_table({"model": self.metrics, "baseline": self.baseline}),
            [
                "metrics",
                "baseline",
                *["reasons"] * bool(self.reasons),
                *["per_target"] * bool(self.per_target),
            ],
        )


def metrics_table(columns: Mapping[str, Mapping[str, float | None]]) -> ResultTable:
    """A row for each metric of the first column, whose values all have the same precision."""
    rows = [
        [name, *same_precision([values.get(name) for values in columns.values()])]
        for name in next(iter(columns.values()))
    ]
    return ResultTable(["metric", *columns], rows)


def baseline_outcome(model: Model, part: EncodedRows, threshold: "Threshold | None" = None) -> Outcome:
    """The trivial baseline's predictions for the same rows, at the same threshold if one is given."""
    threshold = model.baseline_threshold if threshold is None else threshold
    constant = model.artifact.arrays["baseline"]
    outputs = np.broadcast_to(constant, (len(part), len(constant)))
    return model.task.outcome(outputs, part.truth, part.weights, threshold)


def score(model: Model, part: EncodedRows) -> Scores:
    """All metrics of a part."""
    outcome = predicted_outcome(model, part, model.outputs(part.features))
    return scores_of(model, outcome, baseline_outcome(model, part))


def scores_of(model: Model, outcome: Outcome, trivial: Outcome) -> Scores:
    """All metrics of an outcome and of the baseline's, and those of each target."""
    return replace(overall_scores(model, outcome, trivial), per_target=by_target(model, outcome))


def overall_scores(model: Model, outcome: Outcome, trivial: Outcome) -> Scores:
    """The same without those of each target."""
    metrics, reasons = measure(outcome, model.task.name)
    baseline, _ = measure(trivial, model.task.name)
    return Scores(len(outcome.truth), metrics, baseline, reasons, clearly_better(outcome, trivial))


def clearly_better(outcome: Outcome, trivial: Outcome) -> bool:
    """Whether the mean of one of `row_losses` is clearly below the baseline's (paired)."""
    weights = outcome.row_weights / outcome.row_weights.sum()
    with np.errstate(all="ignore"):
        for ours, theirs in zip(row_losses(outcome), row_losses(trivial), strict=True):
            gains = theirs - ours
            mean = float(weights @ gains)
            if mean > STANDARD_ERRORS * float(np.sqrt(weights**2 @ (gains - mean) ** 2)):
                return True
    return False


def row_losses(outcome: Outcome) -> list[Array]:
    """Losses by row (rows,): the log loss and the share of wrong decisions, or of values the squared error.

    Squared errors of several targets are divided by their variance.
    """
    if outcome.probabilities is not None:
        wrong = (outcome.truth != outcome.predicted).astype(np.float64)
        return [log_losses(outcome), wrong if wrong.ndim == 1 else wrong.mean(axis=1)]
    largest = np.maximum(np.abs(outcome.truth).max(axis=0), np.finfo(np.float64).tiny)
    spread = np.maximum((outcome.truth / largest).std(axis=0), np.finfo(np.float64).eps)
    return [np.mean((errors_of(outcome) / largest / spread) ** 2, axis=1)]


def by_target(model: Model, outcome: Outcome) -> ByTarget | None:
    """Each target by itself: values as regression, labels as a binary class with its share."""
    if isinstance(model.task, Multiclass) or len(model.task.labels) == 1:
        return None
    found = ScoresByName()
    for number, name in enumerate(model.task.labels):
        single = outcome.of_label(number)
        if outcome.probabilities is None:
            found[name] = measure(single, "regression")[0]
            continue
        found[name] = measure(single, "binary")[0]
        found[name] |= {each: float(values[1]) for each, values in shares(single).items()}
    return found


def predicted_outcome(model: Model, part: EncodedRows, predictions: Array) -> Outcome:
    """Predictions next to the truth, from predicted values or probabilities."""
    point_prediction = model.loss.point_prediction(predictions)
    return model.task.outcome(point_prediction, part.truth, part.weights, model.threshold)
