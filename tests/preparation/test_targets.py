"""Which task a target makes, and why; the truth of every row."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpcli.data.schema import DataSettings
from mlpcli.data.target import ANY_NUMBER, ClassTarget, LabelTarget, NumberTarget, Target
from mlpcli.errors import DataError
from mlpcli.model.tasks import Binary, Multilabel, Regression, Task
from mlpcli.preparation.targets import decide_task, fit_task
from tests.data.examples import frame_of


def task_of(cells: "Sequence[object] | pd.Series[Any]", given: str = "auto") -> tuple[str, str]:
    column = cells if isinstance(cells, pd.Series) else pd.Series(list(cells), dtype="str")
    return decide_task(frame_of(pd.DataFrame({"y": column})), ["y"], DataSettings(task=given))


def whole_numbers(values: int, rows: int) -> list[str]:
    return [str(row % values) for row in range(rows)]


@pytest.mark.parametrize(
    ("cells", "task", "reason"),
    [
        (["a", "b", "a"], "binary", "'y' is text with 2 classes"),
        (["a", "b", "1"], "multiclass", "'y' is text with 3 classes"),
        (["1,5", "2,5"], "binary", "'y' is text with 2 classes"),
        (["yes", "no"], "binary", "'y' is true or false"),
        (["True", "False"], "binary", "'y' is true or false"),
        (["0", "1"] * 5, "binary", "'y' has 2 distinct values (0, 1)"),
        (["0.0", "1.0"] * 5, "binary", "'y' has 2 distinct values (0, 1)"),
        (["-1"] * 9 + ["7"], "binary", "'y' has 2 distinct values (-1, 7)"),
        (["0", "1"] * 4, "regression", "'y' has 2 distinct numbers"),
        (whole_numbers(20, 100), "multiclass", "'y' has 20 distinct values (0 to 19)"),
        (whole_numbers(20, 99), "regression", "'y' has 20 distinct numbers"),
        (whole_numbers(21, 1000), "regression", "'y' has 21 distinct numbers"),
        ([*whole_numbers(3, 99), "0.5"], "regression", "'y' has 4 distinct numbers"),
        (["0.5", "1.5"] * 50, "regression", "'y' has 2 distinct numbers"),
        (["1e3", "2e3"] * 50, "binary", "'y' has 2 distinct values (1000, 2000)"),
    ],
)
def test_auto(cells: list[str], task: str, reason: str) -> None:
    assert task_of(cells) == (task, reason)


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (pd.Series([True, False]), "binary"),
        (pd.Series([True, False], dtype="boolean"), "binary"),
        (pd.Series([0, 1] * 5), "binary"),
        (pd.Series([0.5, 1.0] * 5), "regression"),
        (pd.Series(["u", "v", "w"], dtype="category"), "multiclass"),
        (pd.Series(["u", 1, True], dtype=object), "multiclass"),
        (pd.Series([1, "1", 2] * 5, dtype=object), "binary"),
    ],
)
def test_auto_of_typed_targets(cells: "pd.Series[Any]", task: str) -> None:
    assert task_of(cells)[0] == task


def test_a_given_task_wins() -> None:
    for task in ("regression", "multiclass", "binary", "multilabel"):
        assert task_of(["0", "1"] * 50, task) == (task, "chosen by the user")


def test_binary_takes_two_values() -> None:
    with pytest.raises(DataError, match="target 'y' has 3 values, but task binary needs exactly two"):
        task_of(["a", "b", "c"], "binary")


@pytest.mark.parametrize("given", ["auto", "regression", "binary", "multiclass"])
def test_a_constant_target(given: str) -> None:
    with pytest.raises(DataError, match=r"target 'y' has the same value, '\[/b\]', in every row"):
        task_of(["[/b]", "[/b]"], given)


def several(*targets: Sequence[str], given: str = "auto") -> tuple[str, str]:
    frame = frame_of({f"y{number}": cells for number, cells in enumerate(targets)})
    return decide_task(frame, frame.names, DataSettings(task=given))


def test_several_targets() -> None:
    labels, answers, numbers = ["0", "1", "1"], ["yes", "no", "no"], ["0.5", "1", "0"]
    assert several(labels, labels) == ("multilabel", "2 targets of 0 and 1")
    assert several(labels, answers, ["1.0", "0", "1"]) == ("multilabel", "3 targets of 0 and 1")
    assert several(labels, numbers) == ("regression", "2 targets of numbers")
    assert several(labels, labels, given="regression") == ("regression", "chosen by the user")


def test_several_targets_cannot_be_text() -> None:
    with pytest.raises(DataError, match="target 'y1' is text, but several targets must all be numbers"):
        several(["0", "1"], ["a", "b"])
    for given in ("binary", "multiclass"):
        with pytest.raises(DataError, match=f"task: {given} takes one target, not 2"):
            several(["0", "1"], ["0", "1"], given=given)


def fit(
    columns: Mapping[str, Sequence[Any]], task: str, train: Sequence[int], **settings: Any
) -> tuple[Target, list[object]]:
    fitted, truth = fit_task(
        frame_of(columns), list(columns), task, np.array(train), DataSettings(**settings), ANY_NUMBER
    )
    return fitted.target, truth.tolist()


def test_numbers_are_standardised_by_the_training_rows() -> None:
    target, truth = fit({"y": ["1", "3", "100"], "z": ["0", "0", "7"]}, "regression", [0, 1])
    assert isinstance(target, NumberTarget)
    assert (target.mean.tolist(), target.spread.tolist()) == ([2, 0], [1, 1])
    assert truth == [[1, 0], [3, 0], [100, 7]]


def test_classes_are_those_of_all_rows() -> None:
    target, truth = fit({"y": ["10", "9", "007"]}, "multiclass", [0])
    assert target == ClassTarget("y", ("007", "9", "10"))
    assert truth == [2, 1, 0]
    target, truth = fit({"y": ["no", "yes"]}, "binary", [0, 1], positive="no")
    assert (target, truth) == (ClassTarget("y", ("yes", "no"), "boolean"), [1, 0])


def test_labels_may_be_answers_or_numbers() -> None:
    target, truth = fit({"a": ["yes", "no"], "b": ["1.0", "0"]}, "multilabel", [0, 1])
    assert target == LabelTarget(("a", "b"))
    assert truth == [[1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("task", "cell", "wanted"),
    [
        (Regression(NumberTarget(("y",), np.zeros(1), np.ones(1))), "x", "a finite number"),
        (Regression(NumberTarget(("y",), np.zeros(1), np.ones(1))), "-inf", "a finite number"),
        (Multilabel(LabelTarget(("y",))), "2", "0 or 1"),
        (Multilabel(LabelTarget(("y",))), "maybe", "0 or 1"),
    ],
)
def test_an_unreadable_target_names_its_row(task: Task, cell: str, wanted: str) -> None:
    frame = frame_of({"y": ["1", cell]})
    with pytest.raises(DataError, match=rf"row 1: target 'y': '{cell}' is not {wanted}") as raised:
        task.truth(frame)
    assert raised.value.hint


def test_a_class_that_training_did_not_have() -> None:
    task = Binary(ClassTarget("y", ("a", "b")))
    with pytest.raises(DataError, match="the class 'c' did not occur in training"):
        task.truth(frame_of({"y": ["a", "c"]}))


def test_a_target_of_numbers_may_be_written_with_a_currency() -> None:
    _, truth = fit({"y": ["$1,200", "900"]}, "regression", [0, 1])
    assert truth == [[1200], [900]]


def test_a_logarithm_is_fitted_on_the_training_rows() -> None:
    values = np.expm1([1.0, 3.0, 5.0]).tolist()
    target, truth = fit({"y": values}, "regression", [0, 1], target_scaling="log")
    assert isinstance(target, NumberTarget)
    np.testing.assert_allclose([target.mean, target.spread], [[2], [1]], rtol=1e-12)
    assert truth == [[value] for value in values]


def test_a_logarithm_of_negative_numbers_is_refused() -> None:
    with pytest.raises(DataError, match=r"target 'y' has negative values \(down to -0\.5\)") as raised:
        fit({"y": ["1", "-0.5", "2"]}, "regression", [0, 2], target_scaling="log")
    assert raised.value.hint == "Leave out target_scaling log."
