"""Scores of predictions, named and defined as in scikit-learn. METRICS is their table.

Each function takes an `Outcome`; one that cannot be computed on these rows raises `UnavailableError` with
the reason. Means over rows are weighted where the outcome has weights; a row of weight 0 counts as absent.

A new metric is a function of an `Outcome` and a line in METRICS: evaluate, gates, slices, bootstrap, the
choice of an epoch and the tests take it from there. `Outcome.fixed` caches what does not depend on weights,
as a bootstrap computes the metric with a thousand of them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from mlpcli.metrics import classification, regression
from mlpcli.metrics.outcome import Outcome, UnavailableError


@dataclass(frozen=True)
class Metric:
    """A row of METRICS."""

    formula: Callable[[Outcome], float]
    higher_is_better: bool
    tasks: frozenset[str]
    changed: Mapping[str, str] = field(default_factory=dict)
    """The version of mlpcli that last changed the definition, by task: earlier values cannot be compared."""

    def function(self, outcome: Outcome) -> float:
        """The score of an outcome, a finite number; raises UnavailableError where it is undefined."""
        outcome.check()
        with np.errstate(all="ignore"):
            score = float(self.formula(outcome))
        if not np.isfinite(score):
            raise UnavailableError("the numbers are too large to compute it")
        return score


_CLASSES = frozenset({"binary", "multiclass"})
_BINARY = frozenset({"binary"})
_LABELS = frozenset({"multilabel"})
_VALUES = frozenset({"regression"})

METRICS: dict[str, Metric] = {
    "accuracy": Metric(classification.accuracy, True, _CLASSES),
    "balanced_accuracy": Metric(classification.balanced_accuracy, True, _CLASSES),
    "f1": Metric(partial(classification.of_class, 1, "f1"), True, _BINARY),
    "precision": Metric(partial(classification.of_class, 1, "precision"), True, _BINARY),
    "recall": Metric(partial(classification.of_class, 1, "recall"), True, _BINARY),
    "specificity": Metric(partial(classification.of_class, 0, "recall"), True, _BINARY),
    "f1_micro": Metric(classification.f1_micro, True, _LABELS),
    "f1_macro": Metric(classification.f1_macro, True, _CLASSES | _LABELS),
    "precision_macro": Metric(partial(classification.macro, "precision"), True, _CLASSES),
    "recall_macro": Metric(partial(classification.macro, "recall"), True, _CLASSES),
    "hamming_loss": Metric(classification.hamming_loss, False, _LABELS),
    "roc_auc": Metric(partial(classification.one_against_rest, "roc_auc"), True, _CLASSES | _LABELS),
    "average_precision": Metric(
        partial(classification.one_against_rest, "average_precision"), True, _CLASSES | _LABELS
    ),
    "log_loss": Metric(classification.log_loss, False, _CLASSES | _LABELS),
    "brier": Metric(classification.brier, False, _CLASSES),
    "ece": Metric(classification.ece, False, _CLASSES, {"binary": "0.2.0"}),
    "mcc": Metric(classification.mcc, True, _CLASSES),
    "rmse": Metric(regression.rmse, False, _VALUES),
    "mae": Metric(regression.mae, False, _VALUES),
    "median_absolute_error": Metric(regression.median_absolute_error, False, _VALUES),
    "r2": Metric(regression.r2, True, _VALUES),
    "mape": Metric(regression.mape, False, _VALUES),
    "explained_variance": Metric(regression.explained_variance, True, _VALUES),
}


def measure(
    outcome: Outcome, task: str, names: Collection[str] | None = None
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Metrics of a task, all or those named: values (None where undefined), and the reasons for each None."""
    values: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for name, metric in METRICS.items():
        if task in metric.tasks and (names is None or name in names):
            try:
                values[name] = metric.function(outcome)
            except UnavailableError as reason:
                values[name], reasons[name] = None, str(reason)
    return values, reasons


def names_for(task: str) -> list[str]:
    """The metrics of a task."""
    return [name for name, metric in METRICS.items() if task in metric.tasks]
