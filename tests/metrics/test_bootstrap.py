"""Intervals against resampling rows for real, against theory, and by how often they cover what is true."""

import tracemalloc

import numpy as np
import pytest

from mlpcli.metrics import METRICS, measure, names_for
from mlpcli.metrics.bootstrap import intervals, percentiles, resampled
from mlpcli.metrics.outcome import Outcome
from tests.metrics.examples import PAIRS, TASKS, drawn, rows_of


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", TASKS)
def test_as_if_rows_were_copied(task: str, weighted: bool) -> None:
    """The same draws, row by row, through `measure` alone."""
    outcome = drawn(task, weighted, 0)
    rows = len(outcome.truth)
    scores = resampled({"": outcome}, task, None, 20, np.random.default_rng(7))[""]
    again = np.random.default_rng(7)
    copies = [measure(rows_of(outcome, again.integers(0, rows, rows)), task)[0] for _ in range(20)]
    assert list(scores) == names_for(task)
    for name, values in scores.items():
        np.testing.assert_allclose(values, np.array([copy[name] for copy in copies]), rtol=1e-9, err_msg=name)


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_other_weights_leave_the_outcome_as_it_was(name: str, task: str) -> None:
    outcome = drawn(task, True, 0)
    before = METRICS[name].function(outcome)
    weights = np.random.default_rng(0).integers(0, 3, len(outcome.truth)).astype(float)
    fresh = Outcome(outcome.truth, outcome.predicted, outcome.probabilities, weights)
    assert METRICS[name].function(outcome.reweighted(weights)) == METRICS[name].function(fresh)
    assert METRICS[name].function(outcome) == before


def test_no_order_of_rows_outlives_measuring() -> None:
    """Neither that of an evaluation nor those that resamples of it share: one is as large as the table."""
    generator = np.random.default_rng(0)
    rows, classes = 5000, 20
    given = generator.dirichlet(np.ones(classes), rows)
    outcome = Outcome(generator.integers(0, classes, rows), given.argmax(axis=1), given)
    tracemalloc.start()
    try:
        measure(outcome, "multiclass")
        resampled({"": outcome}, "multiclass", ["roc_auc"], 2, generator)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < given.nbytes / 2


def test_rows_of_weight_0_are_never_drawn() -> None:
    outcome = drawn("binary", False, 0)
    weights = np.where(np.arange(len(outcome.truth)) % 2, 1.0, 0.0)
    ours = resampled({"": outcome.reweighted(weights)}, "binary", None, 5, np.random.default_rng(1))[""]
    half = rows_of(outcome, weights > 0)
    alone = resampled({"": half}, "binary", None, 5, np.random.default_rng(1))[""]
    for name, values in ours.items():
        np.testing.assert_allclose(values, alone[name], rtol=1e-12, err_msg=name)


def test_the_spread_of_an_accuracy_is_the_binomial_one() -> None:
    truth = np.zeros(400, np.intp)
    predicted = (np.arange(400) < 100).astype(np.intp)
    outcome = Outcome(truth, predicted, np.tile([0.5, 0.5], (400, 1)))
    scores = resampled({"": outcome}, "binary", ["accuracy"], 4000, np.random.default_rng(0))[""]["accuracy"]
    assert scores.mean() == pytest.approx(0.75, abs=0.002)
    assert scores.std() == pytest.approx(np.sqrt(0.75 * 0.25 / 400), rel=0.05)


def test_outcomes_share_their_resamples() -> None:
    outcome = drawn("regression", False, 0)
    twin = Outcome(outcome.truth, outcome.predicted.copy())
    scores = resampled({"a": outcome, "b": twin}, "regression", ["rmse"], 10, np.random.default_rng(0))
    assert scores["a"]["rmse"].tolist() == scores["b"]["rmse"].tolist()
    assert np.ptp(scores["a"]["rmse"]) > 0


def test_what_resamples_lack() -> None:
    """One positive row is in 64 % of the resamples: no interval of a metric that needs one."""
    truth = np.arange(50) == 0
    given = np.linspace(0, 1, 50)
    outcome = Outcome(truth.astype(np.intp), np.zeros(50, np.intp), np.column_stack([1 - given, given]))
    found = intervals(outcome, "binary", None, 200, np.random.default_rng(0), 0.95)
    assert found["roc_auc"] is None
    assert found["accuracy"] is not None
    missing = resampled({"": outcome}, "binary", ["roc_auc"], 2000, np.random.default_rng(0))[""]["roc_auc"]
    assert np.isnan(missing).mean() == pytest.approx((1 - 1 / 50) ** 50, abs=0.04)


@pytest.mark.parametrize("task", TASKS)
def test_a_single_row_has_no_intervals(task: str) -> None:
    outcome = drawn(task, False, 0)
    for alone in (rows_of(outcome, np.array([3])), outcome.reweighted(np.arange(len(outcome.truth)) == 3)):
        found = intervals(alone, task, None, 10, np.random.default_rng(0), 0.9)
        assert found == dict.fromkeys(names_for(task))


def test_percentiles() -> None:
    scores = np.arange(101.0)
    assert percentiles(scores, 0.9) == pytest.approx((5, 95))
    assert percentiles(np.append(scores, [np.nan] * 5), 0.9) == pytest.approx((5, 95))
    assert percentiles(np.append(scores, [np.nan] * 10), 0.9) is None
    assert percentiles(np.full(3, np.nan), 0.9) is None


def _normal_binary(generator: np.random.Generator, rows: int) -> Outcome:
    truth = np.arange(rows) % 2
    given = 1 / (1 + np.exp(-(generator.normal(size=rows) + truth)))
    return Outcome(truth, (given >= 0.5).astype(np.intp), np.column_stack([1 - given, given]))


@pytest.mark.parametrize(
    ("name", "task", "expected"), [("roc_auc", "binary", 0.76025), ("mae", "regression", 0.79788)]
)
def test_coverage(name: str, task: str, expected: float) -> None:
    """Scores of two normals one apart have an AUC of Φ(1/√2); normal errors a mean size of √(2/π)."""
    generator = np.random.default_rng(0)
    inside = 0
    for _ in range(100):
        if task == "binary":
            outcome = _normal_binary(generator, 200)
        else:
            errors = generator.normal(size=(200, 1))
            outcome = Outcome(np.zeros((200, 1)), errors)
        found = intervals(outcome, task, [name], 100, generator, 0.9)[name]
        assert found is not None
        inside += found[0] <= expected <= found[1]
    # 90 of 100 are expected, with a standard deviation of 3.
    assert 81 <= inside <= 97


def test_memory_does_not_grow_with_the_resamples() -> None:
    outcome = drawn("binary", False, 0)
    big = rows_of(outcome, np.tile(np.arange(len(outcome.truth)), 50))

    def peak(resamples: int) -> int:
        tracemalloc.start()
        intervals(big, "binary", ["roc_auc"], resamples, np.random.default_rng(0), 0.95)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    few, many = peak(5), peak(200)
    assert many < few + 200 * 200
