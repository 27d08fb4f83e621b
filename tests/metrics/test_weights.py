"""What weights mean: a whole one repeats its row, 0 removes it, only proportions matter; and rounding."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcli.arrays import Array
from mlpcli.metrics import METRICS, measure
from mlpcli.metrics.outcome import Outcome
from tests.metrics.examples import PAIRS, TASKS, drawn, outcomes, rows_of, sampled


def weighed(outcome: Outcome, weights: Array | None) -> Outcome:
    return Outcome(outcome.truth, outcome.predicted, outcome.probabilities, weights)


def repeated(outcome: Outcome) -> Outcome:
    """Rows as often as there are quarters in their weights."""
    assert outcome.weights is not None
    times = (outcome.weights * 4).astype(np.intp)
    return weighed(rows_of(outcome, np.repeat(np.arange(len(times)), times)), None)


def without_weightless(outcome: Outcome) -> Outcome:
    assert outcome.weights is not None
    return rows_of(outcome, outcome.weights > 0)


def backwards(outcome: Outcome) -> Outcome:
    return rows_of(outcome, np.arange(len(outcome.truth))[::-1])


def scaled(factor: float) -> Callable[[Outcome], Outcome]:
    return lambda outcome: weighed(outcome, None if outcome.weights is None else outcome.weights * factor)


def single_precision(outcome: Outcome) -> Outcome:
    return weighed(outcome, None if outcome.weights is None else outcome.weights.astype(np.float32))


def whole_numbers(outcome: Outcome) -> Outcome:
    return weighed(outcome, None if outcome.weights is None else (outcome.weights * 4).astype(np.intp))


SCALES = [scaled(factor) for factor in (3.0, 1e-60, 1e60)]
SAME = [repeated, without_weightless, backwards, *SCALES, single_precision, whole_numbers]
NEEDS_TWO_ROWS = {"r2", "explained_variance"}
"""A row of weight 2 repeated is two rows, where one row alone is too few."""


@pytest.mark.parametrize("task", TASKS)
@settings(sampled, max_examples=20)
@given(st.data())
def test_same_rows_in_other_words(task: str, data: st.DataObject) -> None:
    outcome = data.draw(outcomes(task, fewest=1).filter(lambda each: each.weights is not None))
    values, _ = measure(outcome, task)
    for change in SAME:
        others, _ = measure(change(outcome), task)
        for name in values.keys() - (NEEDS_TWO_ROWS if change is repeated else set()):
            one, other = values[name], others[name]
            assert (one is None) == (other is None), name
            assert one is None or other == pytest.approx(one, rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_equal_weights_are_none(name: str, task: str) -> None:
    outcome = drawn(task, False, 1)
    tenths = weighed(outcome, np.full(len(outcome.truth), 0.1))
    function = METRICS[name].function
    assert function(tenths) == pytest.approx(function(outcome), rel=1e-9)


@pytest.mark.parametrize("task", TASKS)
def test_predictions_of_single_precision_are_scored_in_double(task: str) -> None:
    outcome = drawn(task, True, 1)
    predicted, probabilities = outcome.predicted.astype(np.float32), outcome.probabilities
    if probabilities is not None:
        predicted, probabilities = outcome.predicted, probabilities.astype(np.float32)
    single = Outcome(outcome.truth, predicted, probabilities, outcome.weights)
    widened = None if probabilities is None else probabilities.astype(np.float64)
    double = Outcome(outcome.truth, predicted.astype(outcome.predicted.dtype), widened, outcome.weights)
    assert measure(single, task) == measure(double, task)


@pytest.mark.parametrize("rows", [6, 10, 20, 24])
def test_rounding_does_not_move_the_median(rows: int) -> None:
    errors = np.arange(rows, dtype=np.float64)[:, None]
    outcome = Outcome(np.zeros((rows, 1)), errors, None, np.full(rows, 0.1))
    assert METRICS["median_absolute_error"].function(outcome) == (rows - 1) / 2


@pytest.mark.parametrize("weights", [None, np.linspace(0.1, 0.7, 7), np.array([0, 0.1, 0.3, 0.7, 0.1, 0, 0])])
def test_rounding_does_not_make_a_constant_target_vary(weights: Array | None) -> None:
    truth = np.full((7, 1), 0.1)
    if weights is not None:
        truth[weights == 0] = 5
    r2, explained_variance = METRICS["r2"].function, METRICS["explained_variance"].function
    other = Outcome(truth, truth + 0.2, None, weights)
    assert (r2(other), explained_variance(other)) == (0.0, 1.0)
    varied = Outcome(truth, np.linspace(0, 1, 7)[:, None], None, weights)
    assert (r2(varied), explained_variance(varied)) == (0.0, 0.0)
    assert r2(Outcome(truth, truth, None, weights)) == 1.0


def test_rounding_does_not_correlate_a_constant_class() -> None:
    generator = np.random.default_rng(18)
    for _ in range(50):
        varied, weights = generator.integers(0, 3, 30), generator.exponential(size=30)
        constant = np.full_like(varied, 2)
        for truth, predicted in ((varied, constant), (constant, varied), (constant, constant)):
            outcome = Outcome(truth, predicted, np.eye(3)[predicted], weights)
            assert METRICS["mcc"].function(outcome) == 0.0


@pytest.mark.parametrize("rows", [10, 10**6, 10**12])
def test_correlation_of_a_rare_class_is_exact(rows: int) -> None:
    truth, predicted = np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0])
    outcome = Outcome(truth, predicted, np.eye(2)[predicted], np.array([1, 1, 1, rows]))
    # (1 · rows - 1 · 1) / √(2 · 2 · (rows + 1) · (rows + 1))
    assert METRICS["mcc"].function(outcome) == pytest.approx((rows - 1) / (2 * rows + 2), rel=1e-14)
