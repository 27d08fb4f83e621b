"""Curves against scikit-learn's, with ties and weights; what is drawn of them."""

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as oracle
from sklearn.calibration import calibration_curve as oracle_calibration

from mlpcli.arrays import Array
from mlpcli.metrics.curves import (
    DRAWN,
    CalibrationCurve,
    calibration_curve,
    precision_recall_curve,
    roc_curve,
    thin,
)
from mlpcli.metrics.evaluation_curves import (
    MOST_TARGETS,
    SINGLE_POINTS,
    ClassCurves,
    ValueCurves,
    evaluation_curves,
)
from mlpcli.metrics.outcome import Outcome, UnavailableError
from tests.metrics.examples import drawn

DRAWS = [(rows, levels, weighted) for rows in (2, 7, 500) for levels in (1, 4, None) for weighted in (0, 1)]
"""Rows, distinct scores (None: all differ), and whether rows have weights, some of them 0."""


def example(rows: int, levels: int | None, weighted: int) -> tuple[Array, Array, Array]:
    generator = np.random.default_rng([rows, levels or 0, weighted])
    truth = generator.random(rows) < 0.4
    truth[:2] = [True, False]
    scores = generator.random(rows) if levels is None else generator.integers(0, levels, rows) / levels
    weights = generator.integers(0, 4, rows) * 0.7 if weighted else np.ones(rows)
    weights[:2] = 1.3 if weighted else 1.0
    return truth, scores, weights


def same(ours: Array, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("rows", "levels", "weighted"), DRAWS)
def test_roc(rows: int, levels: int | None, weighted: int) -> None:
    truth, scores, weights = example(rows, levels, weighted)
    curve = roc_curve(truth, scores, weights)
    x, y, thresholds = oracle.roc_curve(truth, scores, sample_weight=weights, drop_intermediate=False)
    same(curve.x, x)
    same(curve.y, y)
    assert curve.thresholds.tolist() == thresholds.tolist()
    same(np.array(curve.area), oracle.roc_auc_score(truth, scores, sample_weight=weights))


@pytest.mark.parametrize(("rows", "levels", "weighted"), DRAWS)
def test_precision_recall(rows: int, levels: int | None, weighted: int) -> None:
    truth, scores, weights = example(rows, levels, weighted)
    curve = precision_recall_curve(truth, scores, weights)
    present = weights > 0  # scikit-learn makes thresholds of rows without weight too
    truth, scores, weights = truth[present], scores[present], weights[present]
    precision, recall, thresholds = oracle.precision_recall_curve(truth, scores, sample_weight=weights)
    same(curve.y[::-1], precision)
    same(curve.x[::-1], recall)
    assert curve.thresholds[:0:-1].tolist() == thresholds.tolist()
    same(np.array(curve.area), oracle.average_precision_score(truth, scores, sample_weight=weights))
    same(np.array(curve.baseline), np.average(truth, weights=weights))


@pytest.mark.parametrize(("rows", "bins"), [(1, 5), (20, 5), (200, 10), (2000, 15)])
def test_calibration(rows: int, bins: int) -> None:
    truth, scores, weights = example(rows + 1, None, 0)
    scores[:2] = [0.0, 1.0]  # the outer edges belong to the outer bins
    curve = calibration_curve(truth, scores, weights)
    observed, predicted = oracle_calibration(truth, scores, n_bins=bins)
    there = curve.weight > 0
    same(curve.observed[there], observed)
    same(curve.predicted[there], predicted)
    assert np.isnan(curve.observed[~there]).all()
    assert curve.weight.sum() == rows + 1


def test_a_whole_weight_repeats_its_row() -> None:
    truth, scores, _ = example(300, 40, 0)
    weights = np.random.default_rng(0).integers(0, 4, 300)
    times = np.repeat(np.arange(300), weights)
    weighted = calibration_curve(truth, scores, weights)
    repeated = calibration_curve(truth[times], scores[times], np.ones(len(times)))
    assert len(weighted.edges) == len(repeated.edges) == 16
    same(weighted.observed, repeated.observed)
    same(weighted.predicted, repeated.predicted)


def test_the_interval_is_wilsons_and_does_not_depend_on_the_scale_of_weights() -> None:
    truth = np.arange(12) < 3
    for weight in (1.0, 1e-3, 50.0):
        curve = calibration_curve(truth, np.full(12, 0.5), np.full(12, weight))
        place = int(np.flatnonzero(curve.weight)[0])
        interval = (0.08894166839405471, 0.5323053349335657)  # SciPy's of 3 of 12
        assert (curve.low[place], curve.high[place]) == pytest.approx(interval, abs=1e-12)


def test_few_heavy_rows_know_less_than_many() -> None:
    truth, scores = np.arange(100) % 2 == 0, np.full(100, 0.5)
    uneven = np.where(np.arange(100) < 4, 1000.0, 1.0)

    def width(curve: CalibrationCurve) -> float:
        return float(np.nanmax(curve.high - curve.low))

    even = width(calibration_curve(truth, scores, np.ones(100)))
    assert width(calibration_curve(truth, scores, uneven)) > 3 * even


@pytest.mark.parametrize("truth", [np.zeros(3, bool), np.ones(3, bool)])
def test_without_two_sides_there_is_no_roc(truth: Array) -> None:
    with pytest.raises(UnavailableError):
        roc_curve(truth, np.array([0.1, 0.2, 0.3]), np.ones(3))


def test_a_row_without_weight_is_no_row_of_the_class() -> None:
    with pytest.raises(UnavailableError):
        precision_recall_curve(np.array([True, False]), np.array([0.1, 0.2]), np.array([0.0, 1.0]))


@pytest.mark.parametrize("rows", [5, DRAWN, DRAWN + 1, 50_000])
def test_a_thinned_line_stays_where_it_was(rows: int) -> None:
    curve = roc_curve(*example(rows, None, 0))
    kept = thin(curve.x, curve.y)
    assert len(kept) <= DRAWN
    assert kept[0] == 0
    assert kept[-1] == len(curve.x) - 1
    line = np.interp(curve.x + curve.y, (curve.x + curve.y)[kept], curve.y[kept])
    assert np.abs(line - curve.y).max() < 3 / DRAWN  # the whole line is 2 long
    thinned = curve.thinned()
    assert thinned.area == curve.area
    assert len(thinned.thresholds) == len(kept)


def test_curves_of_two_classes_are_those_of_the_positive_one() -> None:
    outcome = drawn("binary", True, 0)
    curves = evaluation_curves(outcome, "binary")
    assert isinstance(curves, ClassCurves)
    (roc,) = curves.roc
    assert roc is not None
    area = oracle.roc_auc_score(outcome.truth, outcome.scores[:, 1], sample_weight=outcome.weights)
    assert roc.area == pytest.approx(area, abs=1e-12)
    expected = oracle.confusion_matrix(outcome.truth, outcome.predicted, sample_weight=outcome.weights)
    same(curves.confusion, expected)


@pytest.mark.parametrize("task", ["multiclass", "multilabel"])
def test_each_class_against_the_rest(task: str) -> None:
    outcome = drawn(task, False, 1)
    curves = evaluation_curves(outcome, task)
    assert isinstance(curves, ClassCurves)
    areas = [curve.area for curve in curves.roc if curve is not None]
    expected = oracle.roc_auc_score(outcome.truth, outcome.scores, average="macro", multi_class="ovr")
    assert np.mean(areas) == pytest.approx(expected, abs=1e-12)
    if task == "multilabel":
        same(curves.confusion, oracle.multilabel_confusion_matrix(outcome.truth, outcome.predicted))
        assert curves.calibration.weight.sum() == outcome.truth.size
    else:
        same(curves.confusion, oracle.confusion_matrix(outcome.truth, outcome.predicted))
        assert curves.calibration.weight.sum() == len(outcome.truth)


def test_an_absent_class_has_no_curve() -> None:
    scores = np.full((4, 3), 1 / 3)
    curves = evaluation_curves(Outcome(np.array([0, 1, 0, 1]), np.zeros(4, int), scores), "multiclass")
    assert isinstance(curves, ClassCurves)
    assert [curve is None for curve in curves.roc] == [False, False, True]


@pytest.mark.parametrize("rows", [1, 300, SINGLE_POINTS + 1])
def test_every_weight_is_in_the_pictures_of_values(rows: int) -> None:
    generator = np.random.default_rng(rows)
    truth = generator.standard_normal((rows, 2))
    weights = generator.integers(1, 5, rows).astype(np.float64)
    curves = evaluation_curves(Outcome(truth, truth + 0.1 * truth**2, None, weights), "regression")
    assert isinstance(curves, ValueCurves)
    for pairs in curves.targets:
        assert len(pairs.truth) <= SINGLE_POINTS
        assert (np.abs(pairs.residual_edges) < 1e-12).any()
        assert (pairs.truth_density is None) == (rows <= SINGLE_POINTS)
        if not pairs.outside:
            assert pairs.residuals.sum() == weights.sum()
        if pairs.truth_density is not None and not pairs.outside:
            assert pairs.truth_density.counts.sum() == weights.sum()


def test_a_few_residuals_far_out_are_counted_not_drawn() -> None:
    truth = np.linspace(0, 1, 1000)[:, None]
    predicted = truth + 0.01 * np.sin(np.arange(1000.0))[:, None]
    predicted[[3, 77]] = [[1e9], [-1e9]]
    curves = evaluation_curves(Outcome(truth, predicted), "regression")
    assert isinstance(curves, ValueCurves)
    (pairs,) = curves.targets
    assert pairs.outside == 2
    assert pairs.residuals.sum() == 998
    assert np.abs(pairs.residual_edges).max() < 0.1


def test_only_the_first_of_many_targets() -> None:
    values = np.zeros((2, MOST_TARGETS + 3))
    curves = evaluation_curves(Outcome(values, values), "regression")
    assert isinstance(curves, ValueCurves)
    assert (len(curves.targets), curves.n_targets) == (MOST_TARGETS, MOST_TARGETS + 3)


def test_numbers_too_large_to_subtract() -> None:
    largest = np.array([[np.finfo(np.float64).max]])
    with pytest.raises(UnavailableError, match="too large"):
        evaluation_curves(Outcome(largest, -largest), "regression")


def test_no_rows() -> None:
    with pytest.raises(UnavailableError, match="no rows"):
        evaluation_curves(Outcome(np.zeros((0, 1)), np.zeros((0, 1))), "regression")
