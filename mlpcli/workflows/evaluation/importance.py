"""Permutation importance (Breiman 2001): how much worse a metric gets when a column's cells are shuffled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from mlpcli.arrays import Array
from mlpcli.errors import count
from mlpcli.metrics import METRICS, measure
from mlpcli.metrics.bootstrap import percentiles, resampled
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.effects.explainer import Predict
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.model import Model
from mlpcli.model.tasks import Binary, Regression
from mlpcli.number_text import same_precision
from mlpcli.progress import SHUFFLED, OnProgress, unwatched
from mlpcli.result_text import LINES, ResultTable, ResultText, Shown

MOST_ROWS = 20_000
"""Drawn from the table: more make the numbers hardly surer, and each column takes a pass over them."""
DRAWS = 200
"""Shufflings and resamples of rows together, from which an interval is made."""


@dataclass(frozen=True)
class ColumnImportance:
    """How much worse the metric is without the column's information; below 0 by chance."""

    drop: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, repr=False)
class Importance(Shown):
    """Of the input columns, the largest first."""

    metric: str
    rows: int
    repeats: int
    level: float
    columns: dict[str, ColumnImportance]

    def _shown(self) -> ResultText:
        drops = same_precision([each.drop for each in self.columns.values()])
        title = f"Importance: loss of {self.metric} with a column shuffled, {count(self.rows, 'row')}"
        rows = [[name, drop] for name, drop in zip(self.columns, drops, strict=True)][:LINES]
        table = ResultTable(["column", "worse by"], rows, more=len(self.columns) - len(rows))
        return ResultText(title, table=table, attributes=["columns"])


def permutation_importance(
    model: Model,
    part: EncodedRows,
    rows: Rows,
    threshold: Any,
    metric: str,
    repeats: int,
    level: float,
    generator: Generator,
    *,
    predict: Predict | None = None,
    label: int | None = None,
    names: Sequence[str] | None = None,
    on_progress: OnProgress = unwatched,
) -> Importance:
    """Of every input column of the table, whose cells are shuffled `repeats` times, with all made of them.

    `rows` are those of the part; `predict` gives predictions in place of the model. Of several labels or
    targets the metric may be that of one `label`, and `names` are columns if not all are wanted. The interval
    tells of both kinds of chance: each shuffling is scored on resamples of the rows, the same ones for the
    table as it was.
    """
    predict = predict or model.outputs

    def outcome_of(features: Array) -> Outcome:
        point_prediction = model.loss.point_prediction(predict(features, 0))
        outcome = model.task.outcome(point_prediction, part.truth, part.weights, threshold)
        return outcome if label is None else outcome.of_label(label)

    task = task_of(model, label)
    plain = outcome_of(part.features)
    columns: dict[str, ColumnImportance] = {}
    inputs, changed = Inputs(model.encoder), rows.take(slice(None))
    names = inputs.names if names is None else names
    for number, name in enumerate(names):
        on_progress(number, len(names), SHUFFLED)
        shuffled = []
        for _ in range(repeats):
            inputs.copy_column(changed, name, rows, shuffled_rows(part, generator))
            shuffled.append(outcome_of(changed.matrix))
        inputs.copy_column(changed, name, rows)
        columns[name] = _importance(plain, shuffled, task, metric, level, generator)
    ordered = sorted(columns.items(), key=lambda each: -np.inf if each[1].drop is None else -each[1].drop)
    return Importance(metric, len(part), repeats, level, dict(ordered))


def task_of(model: Model, label: int | None) -> str:
    """The task of which an outcome is: that of the model, or of one of its labels or targets."""
    if label is None or isinstance(model.task, Regression):
        return model.task.name
    return Binary.name


def shuffled_rows(part: EncodedRows, generator: Generator) -> Array:
    """The rows whose cells each row gets: a permutation, or of weighted rows each as often as it weighs."""
    order = generator.permutation(len(part))
    if part.weights is None:
        return order
    reached = np.cumsum(part.weights)
    places = (order + generator.random()) / len(part) * reached[-1]
    return np.asarray(np.minimum(np.searchsorted(reached, places, side="right"), len(part) - 1))


def _importance(
    plain: Outcome, shuffled: list[Outcome], task: str, metric: str, level: float, generator: Generator
) -> ColumnImportance:
    sign = 1 if METRICS[metric].higher_is_better else -1
    drops, resamples = [], []
    for outcome in shuffled:
        pair = {"plain": plain, "shuffled": outcome}
        scores = resampled(pair, task, [metric], max(DRAWS // len(shuffled), 2), generator)
        resamples.append(0.0 + sign * (scores["plain"][metric] - scores["shuffled"][metric]))
        drops.append(0.0 + sign * (_score(plain, task, metric) - _score(outcome, task, metric)))
    drop = float(np.mean(drops))
    interval = percentiles(np.concatenate(resamples), level)
    return ColumnImportance(None if np.isnan(drop) else drop, interval)


def _score(outcome: Outcome, task: str, metric: str) -> float:
    value = measure(outcome, task, [metric])[0][metric]
    return np.nan if value is None else value
