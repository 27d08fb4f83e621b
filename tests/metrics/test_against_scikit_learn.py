"""Every metric of METRICS against scikit-learn's."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.metrics import METRICS, measure
from mlpcli.metrics.outcome import Outcome
from tests.metrics.examples import PAIRS, TASKS, drawn, outcomes, rows_of, sampled

Oracle = Callable[[Outcome], Any]

NOT_IN_SCIKIT_LEARN = {"ece"}
"""Worked by hand in test_calibration_error."""


def of_decisions(function: Callable[..., Any], **options: Any) -> Oracle:
    function = partial(function, **options)
    return lambda outcome: function(outcome.truth, outcome.predicted, sample_weight=outcome.weights)


def of_probabilities(function: Callable[..., Any]) -> Oracle:
    def score(outcome: Outcome) -> Any:
        labels = range(outcome.scores.shape[1])
        return function(outcome.truth, outcome.scores, sample_weight=outcome.weights, labels=labels)

    return score


def of_labels(outcome: Outcome) -> Any:
    """scikit-learn has the log loss of one label."""
    columns = zip(outcome.truth.T, outcome.scores.T, strict=True)
    return np.mean(
        [
            oracle.log_loss(
                truth, np.column_stack([1 - given, given]), sample_weight=outcome.weights, labels=[0, 1]
            )
            for truth, given in columns
        ]
    )


def of_ranks(function: Callable[..., Any], **options: Any) -> Oracle:
    def score(outcome: Outcome) -> Any:
        two = outcome.truth.ndim == 1 and outcome.scores.shape[1] == 2
        scores = outcome.scores[:, 1] if two else outcome.scores
        return function(outcome.truth, scores, average="macro", sample_weight=outcome.weights, **options)

    return score


f1 = partial(oracle.f1_score, zero_division=0)
precision = partial(oracle.precision_score, zero_division=0)
recall = partial(oracle.recall_score, zero_division=0)

ORACLES: dict[str, Oracle] = {
    "accuracy": of_decisions(oracle.accuracy_score),
    "balanced_accuracy": of_decisions(oracle.balanced_accuracy_score),
    "f1": of_decisions(f1),
    "precision": of_decisions(precision),
    "recall": of_decisions(recall),
    "specificity": of_decisions(recall, pos_label=0),
    "f1_micro": of_decisions(f1, average="micro"),
    "f1_macro": of_decisions(f1, average="macro"),
    "precision_macro": of_decisions(precision, average="macro"),
    "recall_macro": of_decisions(recall, average="macro"),
    "hamming_loss": of_decisions(oracle.hamming_loss),
    "roc_auc": of_ranks(oracle.roc_auc_score, multi_class="ovr"),
    "average_precision": of_ranks(oracle.average_precision_score),
    "log_loss": lambda outcome: (
        of_labels(outcome) if outcome.truth.ndim == 2 else of_probabilities(oracle.log_loss)(outcome)
    ),
    "brier": of_probabilities(oracle.brier_score_loss),
    "mcc": of_decisions(oracle.matthews_corrcoef),
    "rmse": of_decisions(oracle.root_mean_squared_error),
    "mae": of_decisions(oracle.mean_absolute_error),
    "median_absolute_error": of_decisions(oracle.median_absolute_error),
    "r2": of_decisions(oracle.r2_score),
    "mape": of_decisions(oracle.mean_absolute_percentage_error),
    "explained_variance": of_decisions(oracle.explained_variance_score),
}

about = partial(pytest.approx, rel=1e-9, abs=1e-9)
COMPARED = [(name, task) for name, task in PAIRS if name not in NOT_IN_SCIKIT_LEARN]


def membership(outcome: Outcome) -> Array:
    """(rows, columns) True where a row is of the class or has the label, one column for two classes."""
    if outcome.truth.ndim == 2:
        return np.asarray(outcome.truth == 1)
    columns = np.asarray(outcome.truth[:, None] == np.arange(outcome.scores.shape[1]))
    return columns[:, 1:] if columns.shape[1] == 2 else columns


UNDEFINED: dict[str, Callable[[Outcome], bool]] = {
    "roc_auc": lambda outcome: bool((membership(outcome) == membership(outcome)[0]).all(axis=0).any()),
    "average_precision": lambda outcome: not bool(membership(outcome).any(axis=0).all()),
    "r2": lambda outcome: len(outcome.truth) < 2,
    "explained_variance": lambda outcome: len(outcome.truth) < 2,
    "mape": lambda outcome: bool((outcome.truth == 0).any()),
    **dict.fromkeys(("rmse", "mae", "median_absolute_error"), lambda outcome: outcome.truth.shape[1] > 1),
}
"""Where a metric cannot be had although there are rows."""


def expected(name: str, outcome: Outcome) -> Any:
    """The oracle's score of the rows that count, None where there is none."""
    if outcome.weights is not None:
        outcome = rows_of(outcome, outcome.weights > 0)
    if not len(outcome.truth) or (name in UNDEFINED and UNDEFINED[name](outcome)):
        return None
    with warnings.catch_warnings(action="ignore"):
        return ORACLES[name](outcome)


def test_every_metric_has_an_oracle() -> None:
    assert ORACLES.keys() == METRICS.keys() - NOT_IN_SCIKIT_LEARN


@pytest.mark.parametrize("task", TASKS)
@settings(sampled, max_examples=25)
@given(st.data())
def test_few_rows_with_ties(task: str, data: st.DataObject) -> None:
    outcome = data.draw(outcomes(task))
    values, reasons = measure(outcome, task)
    for name in values.keys() & ORACLES.keys():
        correct = expected(name, outcome)
        same = values[name] is None if correct is None else values[name] == about(correct)
        assert same, f"{name} is {values[name]}, not {correct}"
        assert bool(reasons.get(name)) == (correct is None)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "task"), COMPARED)
def test_many_rows(name: str, task: str, weighted: bool) -> None:
    for seed in range(3):
        outcome = drawn(task, weighted, seed)
        assert METRICS[name].function(outcome) == about(ORACLES[name](outcome))
