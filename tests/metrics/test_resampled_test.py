"""The corrected resampled t test: Student's t by its tables, and a case worked by hand."""

import numpy as np
import pytest

from mlpcli.metrics.resampled_test import corrected_difference

# Two-sided 5 % points of Student's t, from the tables that every textbook prints.
POINTS = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 9: 2.2622, 10: 2.2281, 29: 2.0452}


@pytest.mark.parametrize("freedom", POINTS)
def test_points_of_students_t(freedom: int) -> None:
    """Differences whose t is the point have a p of 0.05 and an interval that begins at 0."""
    values = np.linspace(-1.0, 1.0, freedom + 1)
    values += POINTS[freedom] * values.std(ddof=1) / np.sqrt(freedom + 1)
    found = corrected_difference(values, 0.0)
    assert found.p_value == pytest.approx(0.05, abs=1e-4)
    assert found.low == pytest.approx(0.0, abs=1e-3)
    assert found.mean == pytest.approx(values.mean())


def test_the_correction() -> None:
    """Differences of mean 2 and variance 1, four of them, each scored on a quarter of what is learned from:
    t = 2 / √(1/4 + 1/4) = 2.8284, and with 3 degrees of freedom p = 0.0663 (else 0.0281)."""
    values = np.array([2 - 1.5**0.5, 2.0, 2.0, 2 + 1.5**0.5])
    found = corrected_difference(values, 0.25)
    assert found.p_value == pytest.approx(0.0663, abs=1e-4)
    assert not found.is_clear
    assert corrected_difference(values, 0.0).p_value == pytest.approx(0.0281, abs=1e-4)
    assert found.high - found.low == pytest.approx(2 * 3.1824 * 0.5**0.5, abs=1e-3)


@pytest.mark.parametrize(("value", "p_value"), [(0.0, 1.0), (0.1, 0.0)])
def test_differences_that_do_not_differ(value: float, p_value: float) -> None:
    found = corrected_difference(np.full(5, value), 0.25)
    assert (found.mean, found.low, found.high, found.p_value) == (value, value, value, p_value)


def test_of_runs_without_a_difference_few_are_called_different() -> None:
    """Scores of folds that share training rows: correlated as Nadeau and Bengio's model has it."""
    generator = np.random.default_rng(0)
    share, runs = 0.25, 10
    correlation = share / (1 + share)
    common = generator.standard_normal((2_000, 1)) * correlation**0.5
    differences = common + generator.standard_normal((2_000, runs)) * (1 - correlation) ** 0.5
    clear = np.mean([corrected_difference(each, share).is_clear for each in differences])
    assert 0.03 < clear < 0.07
