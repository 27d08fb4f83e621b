"""ece, which scikit-learn does not have, worked by hand: 15 bins, each open below and closed above."""

import numpy as np
import pytest

from mlpcli.metrics import METRICS
from mlpcli.metrics.outcome import Outcome


def of_two(tops: list[float], right: list[bool], weights: list[float] | None = None) -> Outcome:
    """Rows whose class 1 has the top probability."""
    given = np.array(tops)
    truth = np.array(right).astype(np.intp)
    weighed = None if weights is None else np.array(weights)
    return Outcome(truth, np.ones_like(truth), np.column_stack([1 - given, given]), weighed)


@pytest.mark.parametrize(
    ("tops", "right", "weights", "expected"),
    [
        ([0.95, 0.95, 0.7, 0.6], [True, False, True, False], None, (0.95 - 0.05 + 0.3 + 0.6) / 4),
        ([0.95, 0.95, 0.7, 0.6], [True, False, True, False], [3, 1, 2, 2], (0.95 - 0.15 + 0.6 + 1.2) / 8),
        ([0.95, 0.95, 0.7, 0.6], [True, False, True, False], [1, 0, 0, 0], 0.05),
        # 0.55 and 0.6 share the bin (8/15, 9/15]; 0.65 is in the next.
        ([0.55, 0.6], [False, True], None, (0.55 - 0.4) / 2),
        ([0.6, 0.65], [True, False], None, (0.4 + 0.65) / 2),
        ([1.0, 0.94], [True, False], None, 0.94 / 2),
        ([1.0, 0.96], [True, True], None, 0.04 / 2),
        ([1.0], [False], None, 1.0),
    ],
)
def test_of_two_classes(
    tops: list[float], right: list[bool], weights: list[float] | None, expected: float
) -> None:
    outcome = of_two(tops, right, weights)
    assert METRICS["ece"].function(outcome) == pytest.approx(expected, abs=1e-12)


def test_too_high_and_too_low_do_not_cancel() -> None:
    given = np.repeat([0.2, 0.8], 10)
    truth = np.r_[np.zeros(10, int), np.ones(10, int)]
    outcome = Outcome(truth, truth, np.column_stack([1 - given, given]))
    assert METRICS["ece"].function(outcome) == pytest.approx(0.2, abs=1e-12)
    # 30 % of 0.2 and 90 % of 0.8 are positive: 0.1 off both; the top class is right 80 % of the time.
    truth = np.r_[np.arange(10) < 3, np.arange(10) < 9].astype(int)
    outcome = Outcome(truth, truth, outcome.probabilities)
    assert METRICS["ece"].function(outcome) == pytest.approx(0.1, abs=1e-12)


def test_of_three_classes_only_the_top_one_counts() -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.52, 0.38], [0.0, 0.1, 0.9]])
    outcome = Outcome(np.array([0, 2, 2]), probabilities.argmax(axis=1), probabilities)
    # 0.5 and 0.52 share the bin (7/15, 8/15]: +0.5 - 0.52; 0.9 is right: +0.1.
    assert METRICS["ece"].function(outcome) == pytest.approx((0.02 + 0.1) / 3, abs=1e-12)


def test_threshold_does_not_matter() -> None:
    outcome = of_two([0.9, 0.8], [True, False])
    moved = Outcome(outcome.truth, 1 - outcome.predicted, outcome.probabilities)
    assert METRICS["ece"].function(moved) == METRICS["ece"].function(outcome)
