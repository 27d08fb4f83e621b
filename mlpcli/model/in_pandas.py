"""Predictions as a Python user works with them: pandas objects, and labels as a DataFrame holds them."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mlpcli.arrays import Array
from mlpcli.errors import Sentence, SettingsError
from mlpcli.model.tasks import Multiclass, Task

TRUTH = {"true": True, "false": False}


def class_values(classes: Sequence[str]) -> list[Any]:
    """Classes as pandas reads them from a CSV file: whole numbers, true and false, other numbers, else text.

    Numbers only if all classes are, and are written as Python writes them: 007 stays a text.
    """
    truth = [TRUTH.get(each.lower()) for each in classes]
    if None not in truth:
        return truth
    for kind in (int, float):
        try:
            values = [kind(each) for each in classes]
        except ValueError:
            continue
        if [str(each) for each in values] == list(classes) and all(map(math.isfinite, values)):
            return values
    return list(classes)


def decisions(task: Task, decided: Array, index: Any = None) -> "pd.Series[Any] | pd.DataFrame":
    """Decisions of `Task.decide`: a Series called prediction, or a DataFrame of several targets."""
    columns = labelled(task, task.cells(decided))
    frame = pd.DataFrame(dict(zip(task.columns, columns, strict=True)), index=index)
    return frame["prediction"] if task.columns == ["prediction"] else frame


def refuse_without_probabilities(task: Task) -> None:
    """Raise SettingsError for numbers, which have no probabilities."""
    if not task.gives_probabilities:
        hint = Sentence("mlpcli.predict(model, data, {interval}=0.9) gives intervals.")
        raise SettingsError(f"a {task.name} has no probabilities", hint)


def probabilities(task: Task, values: Array | None, index: Any = None) -> pd.DataFrame:
    """A column for each class or label."""
    names = class_values(task.labels) if isinstance(task, Multiclass) else list(task.labels)
    return pd.DataFrame(values, index=index, columns=names)


def labelled(task: Task, columns: list[list[Any]]) -> list[list[Any]]:
    """Columns of `Task.cells`, classes as in `class_values`."""
    if not isinstance(task, Multiclass):
        return columns
    value_of = dict(zip(task.labels, class_values(task.labels), strict=True))
    return [[value_of[each] for each in column] for column in columns]
