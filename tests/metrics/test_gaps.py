"""Gaps between groups of rows, and scores of one class: by hand and against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as oracle

from mlpcli.metrics import METRICS
from mlpcli.metrics.gaps import FEWEST_ROWS, TOO_FEW, check_defined, gaps, scores_of_groups
from mlpcli.metrics.gates import OF_A_CLASS
from mlpcli.metrics.outcome import Outcome, UnavailableError
from tests.metrics.examples import drawn

GROUPS = {"a": np.arange(40), "b": np.arange(40, 80), "c": np.arange(80, 109), "d": np.arange(109, 149)}


def of_hand(weights: bool = False) -> Outcome:
    """Positive rows and those found: a 10 of 20, b 20 of 25; c has 29 rows, and d no positive one.

    a is predicted positive 12 times, b 20 times and d 10 times.
    """
    truth, predicted = np.zeros(149, np.intp), np.zeros(149, np.intp)
    truth[:20], predicted[:10], predicted[20:22] = 1, 1, 1
    truth[40:65], predicted[40:60] = 1, 1
    truth[80:109] = 1
    predicted[109:119] = 1
    weight = np.ones(149)
    weight[:10] = 3
    return Outcome(truth, predicted, None, weight if weights else None)


def test_gaps_worked_by_hand() -> None:
    found = gaps(of_hand(), GROUPS, "binary")
    rate, recall = found["selection_rate_gap"], found["recall_gap"]
    assert rate.scores == pytest.approx({"a": 12 / 40, "b": 20 / 40, "d": 10 / 40})
    assert (rate.value, rate.highest, rate.lowest) == (0.25, "b", "d")
    assert rate.left_out == {"c": TOO_FEW}
    assert recall.scores == pytest.approx({"a": 0.5, "b": 0.8})
    assert recall.value == pytest.approx(0.3)
    assert (recall.highest, recall.lowest) == ("b", "a")
    assert recall.left_out == {"c": TOO_FEW, "d": "no row of the class"}


def test_gaps_of_weighted_rows() -> None:
    found = gaps(of_hand(weights=True), GROUPS, "binary")
    assert found["selection_rate_gap"].scores["a"] == pytest.approx(32 / 60)
    assert found["recall_gap"].value == pytest.approx(0.8 - 30 / 40)


def test_a_gap_needs_two_groups() -> None:
    for groups in ({}, {"b": GROUPS["b"], "c": GROUPS["c"]}):
        gap = gaps(of_hand(), groups, "binary")["recall_gap"]
        assert (gap.value, gap.highest, gap.lowest) == (None, None, None)
        assert gap.reason == "it needs two slices with 30 rows that define it"


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("weighted", [False, True])
def test_gaps_against_scikit_learn(task: str, weighted: bool) -> None:
    outcome = drawn(task, weighted, 5)
    rows = np.random.default_rng(0).integers(0, 3, len(outcome.truth))
    groups = {str(number): np.flatnonzero(rows == number) for number in range(3)}
    assert min(map(len, groups.values())) >= FEWEST_ROWS
    recalls, rates = [], []
    for each in groups.values():
        weights = None if outcome.weights is None else outcome.weights[each]
        score = oracle.recall_score if task == "binary" else oracle.balanced_accuracy_score
        recalls.append(score(outcome.truth[each], outcome.predicted[each], sample_weight=weights))
        rates.append(np.average(outcome.predicted[each] == 1, weights=weights))
    found = gaps(outcome, groups, task)
    assert found["recall_gap"].value == pytest.approx(max(recalls) - min(recalls))
    assert ("selection_rate_gap" in found) == (task == "binary")
    if task == "binary":
        assert found["selection_rate_gap"].value == pytest.approx(max(rates) - min(rates))


@pytest.mark.parametrize("task", ["multilabel", "regression"])
def test_other_tasks_have_no_gaps(task: str) -> None:
    assert gaps(drawn(task, False, 0), {}, task) == {}


def test_a_group_without_a_score_is_left_out_with_the_reason() -> None:
    def score(name: str, part: Outcome) -> float:
        if name == "b":
            raise UnavailableError("why")
        return float(len(part.truth))

    found = scores_of_groups(of_hand(), GROUPS, score)
    assert found.values == {"a": 40, "d": 40}
    assert found.left_out == {"b": "why", "c": TOO_FEW}


@pytest.mark.parametrize(
    ("truth", "predicted", "undefined"),
    [
        ([0, 0], [0, 0], {"recall", "precision", "f1"}),
        ([0, 0], [0, 1], {"recall"}),
        ([0, 1], [0, 0], {"precision"}),
        ([1, 1], [1, 1], {"specificity"}),
        ([0, 1], [1, 0], set()),
    ],
)
def test_scores_that_count_nothing(truth: list[int], predicted: list[int], undefined: set[str]) -> None:
    outcome, found = Outcome(np.array(truth), np.array(predicted)), set()
    for name in METRICS:
        try:
            check_defined(name, outcome)
        except UnavailableError:
            found.add(name)
    assert found == undefined


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_one_class_against_scikit_learn(task: str, weighted: bool) -> None:
    outcome = drawn(task, weighted, 3)
    weights = {"sample_weight": outcome.weights}
    for number in range(outcome.scores.shape[1]):
        single = outcome.of_label(number)
        truth, predicted, given = (
            outcome.truth == number,
            outcome.predicted == number,
            outcome.scores[:, number],
        )
        expected = {
            "precision": oracle.precision_score(truth, predicted, zero_division=0, **weights),
            "recall": oracle.recall_score(truth, predicted, zero_division=0, **weights),
            "f1": oracle.f1_score(truth, predicted, zero_division=0, **weights),
            "specificity": oracle.recall_score(~truth, ~predicted, zero_division=0, **weights),
            "roc_auc": oracle.roc_auc_score(truth, given, **weights),
            "average_precision": oracle.average_precision_score(truth, given, **weights),
        }
        assert set(expected) == set(OF_A_CLASS)
        for name, value in expected.items():
            assert METRICS[name].function(single) == pytest.approx(value), name
