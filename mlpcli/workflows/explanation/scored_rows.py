"""Sampled rows with their predictions: which of them are shown, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.metrics.outcome import Outcome
from mlpcli.model.effects.explainer import Explainer, Predict
from mlpcli.model.model import Model
from mlpcli.model.scores import predicted_outcome
from mlpcli.model.tasks import Binary, Multiclass
from mlpcli.workflows.explanation.dependence import shown_predictions
from mlpcli.workflows.explanation.result import ExplainedRow, Reason
from mlpcli.workflows.explanation.row_choice import Chosen, losses_of, surprising_rows, typical_rows
from mlpcli.workflows.explanation.sampled_rows import SampledRows

MOST_REASONS = 4
"""Columns named for a row."""


@dataclass(frozen=True)
class ScoredSample:
    """The rows, and the class, label or target that is explained."""

    model: Model
    sampled: SampledRows
    predictions: Array
    """(rows, outputs)"""
    decided: Array
    """As `Outcome.predicted`."""
    outcome: Outcome | None
    """None of a table without the target."""
    named: int | None
    """What is explained, if a user named it."""

    @classmethod
    def of(cls, model: Model, sampled: SampledRows, predict: Predict, name: str | None) -> "ScoredSample":
        """Predict the rows."""
        predictions = predict(sampled.rows.matrix, 0)
        outcome = predicted_outcome(model, sampled.encoded, predictions) if sampled.has_truth else None
        decided = model.task.decide(model.loss.point_prediction(predictions), model.threshold)
        named = None if name is None else model.task.labels.index(name)
        return cls(model, sampled, predictions, decided, outcome, named)

    @cached_property
    def answer(self) -> int:
        """The number of the class, label or target that is explained."""
        if self.named is not None:
            return self.named
        task = self.model.task
        if isinstance(task, Binary):
            return 1
        return int(np.bincount(self.decided).argmax()) if isinstance(task, Multiclass) else 0

    @property
    def label(self) -> int | None:
        """The label or target whose metric is that of importance; None of classes."""
        return None if isinstance(self.model.task, Multiclass) else self.answer

    @cached_property
    def answers(self) -> Array:
        """(rows,) what is explained of each row: of several classes the predicted one, if none is named."""
        if self._has_several_classes and self.named is None:
            return self.decided
        return np.full(len(self.sampled), self.answer)

    @property
    def _has_several_classes(self) -> bool:
        return isinstance(self.model.task, Multiclass) and not isinstance(self.model.task, Binary)

    def some(self, most: int) -> Array:
        """Numbers of some rows, spread over the sample."""
        rows = len(self.sampled)
        return np.unique(np.linspace(0, rows - 1, min(most, rows)).astype(np.intp))

    def chosen(self) -> tuple[list[Chosen], list[Chosen]]:
        """Typical and surprising rows."""
        model, outcome = self.model, self.outcome
        if self._has_several_classes and self.named is None:
            points = model.loss.point_prediction(self.predictions)
            shown = points[np.arange(len(points)), self.decided]
        else:
            shown = shown_predictions(model, self.predictions, self.answer)
        if outcome is not None and self.label is not None:
            outcome = outcome.of_label(self.label)
        only = self.named if self._has_several_classes else None
        typical = typical_rows(model, shown, self.decided, losses_of(outcome), only)
        return typical, surprising_rows(model, shown, outcome, typical, only)

    def effects(self, explainer: Explainer, rows: Array, answers: Array) -> Array:
        """Effects (rows, columns) on one answer (rows,) of each of some rows."""
        values = explainer.values(self.predictions[rows])
        return explainer.effects(self.sampled.rows.take(rows), 0, values, answers)

    def explained(self, chosen: Chosen, explainer: Explainer | None, effects: Array | None) -> ExplainedRow:
        """A row with its prediction and, with its effects (columns,), the reasons."""
        task, row = self.model.task, chosen.row
        one, answer = slice(row, row + 1), int(self.answers[row])
        frame, place = self.sampled.frame_of(row)
        probabilities = task.probabilities(self.model.loss.point_prediction(self.predictions[one]))
        reasons: list[Reason] = []
        if explainer is not None and effects is not None:
            names = explainer.inputs.names
            for each in np.argsort(-np.abs(effects), kind="stable")[:MOST_REASONS].tolist():
                if effects[each]:
                    cell = frame[names[each]].example(place)
                    reasons.append(Reason(column=names[each], cell=cell, effect=float(effects[each])))
        return ExplainedRow(
            place=frame.place(place),
            why=chosen.why,
            prediction=_written(task.cells(self.decided[one]), answer),
            probability=None if probabilities is None else float(probabilities[0, answer]),
            truth=None if self.outcome is None else _written(task.cells(self.outcome.truth[one]), answer),
            of=task.labels[answer],
            baseline=None if explainer is None else float(explainer.baseline[answer]),
            reasons=reasons,
            rest=None if effects is None else float(effects.sum() - sum(each.effect for each in reasons)),
        )


def _written(cells: Sequence[Sequence[Any]], answer: int) -> str:
    """The cell of an answer: of one class, or of one of several targets or labels."""
    cell = cells[answer if len(cells) > 1 else 0][0]
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
