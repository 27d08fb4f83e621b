"""Where a metric cannot be had: None and a reason, never a warning (an error in pytest), NaN or crash."""

import numpy as np
import pytest

from mlpcli.metrics import METRICS, measure, names_for
from mlpcli.metrics.outcome import Outcome, UnavailableError
from tests.metrics.examples import PAIRS, TASKS, drawn, rows_of


def classes_of(truth: list[int], classes: int, weights: list[float] | None = None) -> Outcome:
    """Rows with made-up probabilities."""
    probabilities = np.random.default_rng(5).dirichlet(np.ones(classes), len(truth))
    weighed = None if weights is None else np.array(weights)
    return Outcome(np.array(truth), probabilities.argmax(axis=1), probabilities, weighed)


def values_of(truth: list[float], predicted: list[float], weights: list[float] | None = None) -> Outcome:
    """One target."""
    weighed = None if weights is None else np.array(weights)
    return Outcome(np.array(truth)[:, None], np.array(predicted)[:, None], None, weighed)


def labels_of(truth: list[list[int]]) -> Outcome:
    labels = np.array(truth)
    return Outcome(labels, labels, np.abs(labels - 0.25))


@pytest.mark.parametrize("task", TASKS)
def test_names_and_types(task: str) -> None:
    values, reasons = measure(drawn(task, True, 0), task)
    assert list(values) == names_for(task)
    assert {type(value) for value in values.values()} == {float}
    assert reasons == {}


@pytest.mark.parametrize("task", TASKS)
def test_no_rows(task: str) -> None:
    nothing = rows_of(drawn(task, False, 0), np.arange(0))
    values, reasons = measure(nothing, task)
    assert values == dict.fromkeys(names_for(task))
    assert reasons == dict.fromkeys(names_for(task), "there are no rows")


@pytest.mark.parametrize("task", TASKS)
def test_no_weight(task: str) -> None:
    outcome = drawn(task, False, 0)
    nothing = Outcome(outcome.truth, outcome.predicted, outcome.probabilities, np.zeros(len(outcome.truth)))
    values, reasons = measure(nothing, task)
    assert values == dict.fromkeys(names_for(task))
    assert reasons == dict.fromkeys(names_for(task), "all rows have weight 0")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("task", TASKS)
def test_diverged_predictions(task: str, bad: float) -> None:
    outcome = drawn(task, False, 0)
    (outcome.predicted if outcome.probabilities is None else outcome.probabilities)[3, 0] = bad
    values, reasons = measure(outcome, task)
    assert values == dict.fromkeys(names_for(task))
    assert set(reasons.values()) == {"the predictions are not all finite numbers"}


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_any_single_row_gives_a_number_or_a_reason(name: str, task: str) -> None:
    for row in range(20):
        values, reasons = measure(rows_of(drawn(task, True, 0), np.array([row])), task)
        value = values[name]
        assert (value is None) == bool(reasons.get(name))
        assert value is None or np.isfinite(value)


@pytest.mark.parametrize(
    ("outcome", "task", "missing"),
    [
        (classes_of([0, 0, 0], 2), "binary", {"roc_auc", "average_precision"}),
        (classes_of([1, 1, 1], 2), "binary", {"roc_auc"}),
        (classes_of([0, 1, 1], 2, [0, 1, 2]), "binary", {"roc_auc"}),
        (classes_of([0, 1, 0], 2, [1, 0, 2]), "binary", {"roc_auc", "average_precision"}),
        (classes_of([0, 1, 1, 0], 3), "multiclass", {"roc_auc", "average_precision"}),
        (classes_of([0, 1, 2, 0], 3, [1, 1, 0, 1]), "multiclass", {"roc_auc", "average_precision"}),
        (classes_of([2, 2], 3), "multiclass", {"roc_auc", "average_precision"}),
        (labels_of([[0, 1], [0, 0]]), "multilabel", {"roc_auc", "average_precision"}),
        (labels_of([[1, 1], [1, 0]]), "multilabel", {"roc_auc"}),
        (values_of([0.0, 1.0], [2.0, 0.0]), "regression", {"mape"}),
        (values_of([0.0, 1.0, 3.0], [2.0, 0.0, 1.0], [0, 1, 1]), "regression", set()),
        (
            Outcome(np.ones((2, 2)), np.zeros((2, 2))),
            "regression",
            {"rmse", "mae", "median_absolute_error"},
        ),
        (values_of([1.0], [2.0]), "regression", {"r2", "explained_variance"}),
        (values_of([1.0, 2.0, 3.0], [2.0, 2.0, 2.0], [0, 4, 0]), "regression", {"r2", "explained_variance"}),
        (
            values_of([1.7e308, 1.0, 2.0], [-1.7e308, 1.0, 2.0]),
            "regression",
            {"rmse", "mae", "r2", "explained_variance", "mape"},
        ),
    ],
)
def test_only_these_cannot_be_had(outcome: Outcome, task: str, missing: set[str]) -> None:
    values, reasons = measure(outcome, task)
    assert {name for name, value in values.items() if value is None} == missing == reasons.keys()


def test_reasons() -> None:
    _, reasons = measure(classes_of([0, 0], 2), "binary")
    assert reasons == {
        "roc_auc": "it needs rows inside and outside every class or label",
        "average_precision": "it needs rows of every class or label",
    }
    for truth in ([1, 1], [0, 0]):
        assert measure(classes_of(truth, 2), "binary")[1]["roc_auc"] == reasons["roc_auc"]
    assert set(measure(values_of([1.0], [2.0]), "regression")[1].values()) == {"it needs at least two rows"}
    huge = values_of([1.7e308, 1.0], [-1.7e308, 1.0])
    assert measure(huge, "regression")[1]["rmse"] == "the numbers are too large to compute it"


def test_average_precision_is_one_where_all_rows_are_positive() -> None:
    assert METRICS["average_precision"].function(classes_of([1, 1, 1], 2)) == 1.0


def test_probabilities_are_needed() -> None:
    truth = np.array([0, 1])
    with pytest.raises(UnavailableError, match="it needs probabilities"):
        METRICS["roc_auc"].function(Outcome(truth, truth))


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e155, 1e200, 1e300])
def test_numbers_whose_squares_leave_the_range_of_floats(size: float) -> None:
    """The same scores as of numbers of usual size, in their unit."""
    truth, predicted = [1.0, 2.0, 4.0, 8.0], [1.5, 2.0, 3.0, 8.5]
    usual, _ = measure(values_of(truth, predicted), "regression")
    far, _ = measure(
        values_of([size * each for each in truth], [size * each for each in predicted]), "regression"
    )
    for name in ("rmse", "mae", "median_absolute_error"):
        assert far[name] == pytest.approx((usual[name] or 0) * size, rel=1e-12)
    for name in ("r2", "explained_variance", "mape"):
        assert far[name] == pytest.approx(usual[name], rel=1e-9)
