"""Intervals of predictions: exact on few rows by hand, and by how many new rows they cover."""

import numpy as np
import pytest

from mlpcli.arrays import Array
from mlpcli.metrics.conformal import KNOTS, QUANTILES, ErrorSizes, coverage


def test_few_rows_worked_by_hand() -> None:
    errors = np.array([4.0, -1.0, 2.0, 3.0])[:, None]
    found = ErrorSizes.of(np.zeros((4, 1)), errors, None)
    assert found is not None
    assert found.levels.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found.highest == pytest.approx(0.8)
    here = np.array([[10.0]])
    for level, size in ((0.1, 1), (0.2, 1), (0.21, 2), (0.4, 2), (0.6, 3), (0.8, 4)):
        assert found.half_widths(here, level).item() == pytest.approx(size), level


def test_weights_count_as_rows() -> None:
    errors, weights = np.array([[1.0], [2.0], [3.0], [9.0]]), np.array([2.0, 1.0, 1.0, 0.0])
    weighted = ErrorSizes.of(np.zeros((4, 1)), errors, weights)
    repeated = ErrorSizes.of(np.zeros((4, 1)), np.array([[1.0], [1.0], [2.0], [3.0]]), None)
    assert weighted is not None
    assert repeated is not None
    for level in (0.1, 0.3, 0.55, 0.75):
        ours, theirs = (each.half_widths(np.zeros((1, 1)), level) for each in (weighted, repeated))
        assert ours.item() >= theirs.item()
    assert weighted.half_widths(np.zeros((1, 1)), 0.25).item() == 1.0
    assert weighted.half_widths(np.zeros((1, 1)), 0.5).item() == 2.0


def test_weights_worked_by_hand() -> None:
    """Mean weight 8 / 3, one further row of it: 6, 7 and 8 of 8 + 8 / 3 are reached."""
    errors, weights = np.array([[1.0], [2.0], [3.0]]), np.array([6.0, 1.0, 1.0])
    found = ErrorSizes.of(np.zeros((3, 1)), errors, weights)
    assert found is not None
    assert found.levels.tolist() == [0.25, 0.5, 0.75]
    sizes = [found.half_widths(np.zeros((1, 1)), level).item() for level in (0.25, 0.5, 0.75)]
    assert sizes == pytest.approx([1, 1, 3])
    turned = ErrorSizes.of(np.zeros((3, 1)), errors, weights[::-1])
    assert turned is not None
    assert turned.half_widths(np.zeros((1, 1)), 0.25).item() == pytest.approx(3)


@pytest.mark.parametrize("different", [1, 2, 4, 30])
def test_rows_of_one_prediction_may_come_in_any_order(different: int) -> None:
    generator = np.random.default_rng(different)
    predicted = generator.integers(0, different, size=(1000, 2)).astype(np.float64)
    truth = predicted + generator.standard_t(3, size=predicted.shape) * (1 + predicted)
    new = np.linspace(-1, different, 50)[:, None].repeat(2, axis=1)
    widths = []
    for _ in range(3):
        order = generator.permutation(1000)
        found = ErrorSizes.of(truth[order], predicted[order], None)
        assert found is not None
        widths.append(found.half_widths(new, 0.8))
        same = np.diff(found.knots, axis=1) == 0
        assert same.any() == (different < 10)
        assert (np.diff(found.scales, axis=1)[same] == 0).all()
    np.testing.assert_allclose(widths[0], widths[1], rtol=1e-9)
    np.testing.assert_allclose(widths[0], widths[2], rtol=1e-9)


@pytest.mark.parametrize("rows", [30, 500, 3000])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_new_rows_are_covered(rows: int, level: float) -> None:
    """Two targets, errors that grow with the prediction; many draws of held rows."""
    generator = np.random.default_rng(0)

    def draw(count: int) -> tuple[Array, Array]:
        predicted = generator.uniform(1, 5, size=(count, 2))
        return predicted + generator.standard_t(4, size=(count, 2)) * predicted, predicted

    shares = []
    for _ in range(60):
        found = ErrorSizes.of(*draw(rows), None)
        assert found is not None
        truth, predicted = draw(1000)
        half = found.half_widths(predicted, level)
        shares.append(coverage(truth, predicted - half, predicted + half, None)[0])
    mean, spread = np.mean(shares, axis=0), np.std(shares, axis=0) / np.sqrt(60)
    granularity = max(1 / (rows + 1), 2 / QUANTILES)
    assert (mean > level - 3 * spread - 0.01).all()
    assert (mean < level + granularity + 3 * spread + 0.01).all()


def test_widths_follow_the_prediction() -> None:
    generator = np.random.default_rng(0)
    predicted = generator.uniform(0, 10, size=(4000, 1))
    truth = predicted + generator.normal(size=predicted.shape) * (0.1 + predicted)
    found = ErrorSizes.of(truth, predicted, None)
    assert found is not None
    small, large = found.half_widths(np.array([[1.0], [9.0]]), 0.9)[:, 0]
    # Normal errors: 1.645 standard deviations to either side.
    assert small == pytest.approx(1.645 * 1.1, rel=0.15)
    assert large == pytest.approx(1.645 * 9.1, rel=0.15)
    assert found.half_widths(np.array([[99.0]]), 0.9) == found.half_widths(np.array([[10.0]]), 0.9)


def test_what_is_stored_is_small_and_in_order() -> None:
    generator = np.random.default_rng(0)
    found = ErrorSizes.of(generator.normal(size=(50_000, 3)), generator.normal(size=(50_000, 3)), None)
    assert found is not None
    assert found.levels.shape[0] <= QUANTILES
    assert found.sizes.shape == (3, len(found.levels))
    assert found.knots.shape == found.scales.shape == (3, KNOTS)
    assert (np.diff(found.levels) > 0).all()
    assert found.highest == pytest.approx(1 - 1 / 50_001)
    assert (np.diff(found.sizes, axis=1) >= 0).all()
    assert (np.diff(found.knots, axis=1) >= 0).all()


def test_perfect_predictions_and_none() -> None:
    rows = np.arange(5.0)[:, None]
    found = ErrorSizes.of(rows, rows, None)
    assert found is not None
    assert found.half_widths(rows, 0.8).tolist() == [[0.0]] * 5
    assert ErrorSizes.of(rows[:0], rows[:0], None) is None
    assert ErrorSizes.of(rows, rows, np.zeros(5)) is None


def test_coverage_by_hand() -> None:
    truth, low, high = (np.array(each)[:, None] for each in ([1.0, 2, 3, 9], [0.0, 2, 4, 0], [1.0, 3, 5, 8]))
    share, width = coverage(truth, low, high, None)
    assert (share.tolist(), width.tolist()) == ([0.5], [(1 + 1 + 1 + 8) / 4])
    share, width = coverage(truth, low, high, np.array([1.0, 0, 1, 0]))
    assert (share.tolist(), width.tolist()) == ([0.5], [1.0])
