"""The confusion matrix and the scores of each class against scikit-learn's."""

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.metrics.classification import confusion, per_class
from mlpcli.metrics.outcome import Outcome
from tests.metrics.examples import drawn, outcomes, sampled

CLASSES = ["binary", "multiclass"]


def check(outcome: Outcome) -> None:
    classes = outcome.scores.shape[1]
    given = outcome.truth, outcome.predicted
    options = {"labels": range(classes), "sample_weight": outcome.weights}
    np.testing.assert_allclose(confusion(outcome, classes), oracle.confusion_matrix(*given, **options))
    expected = oracle.precision_recall_fscore_support(*given, **options, zero_division=0)
    scores = per_class(outcome, classes)
    assert list(scores) == ["precision", "recall", "f1", "support"]
    for name, values in zip(scores, expected, strict=True):
        np.testing.assert_allclose(scores[name], values, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("task", CLASSES)
@sampled
@given(st.data())
def test_few_rows(task: str, data: st.DataObject) -> None:
    check(data.draw(outcomes(task, fewest=1).filter(lambda each: bool(each.row_weights.any()))))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", CLASSES)
def test_many_rows(task: str, weighted: bool) -> None:
    check(drawn(task, weighted, 2))


def test_worked_by_hand() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    outcome = Outcome(truth, predicted, None, np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert confusion(outcome, 3).tolist() == [[1, 2, 0], [5, 7, 0], [0, 0, 0]]
    scores = {name: values.tolist() for name, values in per_class(outcome, 3).items()}
    assert scores == {
        "precision": pytest.approx([1 / 6, 7 / 9, 0]),
        "recall": pytest.approx([1 / 3, 7 / 12, 0]),
        "f1": pytest.approx([2 / 9, 14 / 21, 0]),
        "support": [3, 12, 0],
    }


def test_no_rows_are_zeros() -> None:
    nothing = Outcome(np.zeros(0, np.intp), np.zeros(0, np.intp))
    assert confusion(nothing, 2).tolist() == [[0, 0], [0, 0]]
    assert all(values.tolist() == [0, 0] for values in per_class(nothing, 2).values())
