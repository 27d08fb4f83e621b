"""Effects of the input columns on the prediction of each row, as columns that are written beside it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.decimals import rounded_to
from mlpcli.data.target import LOG, RESOLUTION
from mlpcli.errors import DataError, Sentence, did_you_mean
from mlpcli.model.effects.explainer import Explainer, Predict, sketches_for
from mlpcli.model.effects.inputs import Inputs
from mlpcli.model.intervals import number_target
from mlpcli.model.model import Model
from mlpcli.model.tasks import Multiclass, Regression
from mlpcli.number_text import short
from mlpcli.workflows.prediction_settings import ALL_EFFECTS

LARGEST_CHUNK = 2048
"""Rows that are explained at once: some seconds of work, after which they are written."""


@dataclass(frozen=True)
class Answer:
    """The class, label or target whose prediction is explained: of each row the predicted class if None."""

    number: int | None
    name: str


def answer_for(model: Model, name: str | None) -> Answer:
    """The answer of that name; raises DataError if there is none, or where one of several must be named."""
    labels = model.task.labels
    if name is not None:
        if name not in labels:
            hint = did_you_mean(name, labels)
            raise DataError(f"the model does not predict {name!r}", hint, setting="of_class")
        return Answer(labels.index(name), name)
    if isinstance(model.task, Multiclass):
        return Answer(None, "the predicted class")
    if len(labels) > 1:
        said = f"the model predicts {len(labels):,} columns, and the effects are those on one of them"
        raise DataError(said, Sentence("Choose one: {of_class} {}.", labels[0]), setting="explain")
    return Answer(0, labels[0])


def scale_of(model: Model) -> str:
    """The scale on which effects add up."""
    if not isinstance(model.task, Regression):
        return "log-odds"
    return "log(1 + target)" if number_target(model).scaling == LOG else "units of the target"


class RowEffects:
    """The effects of the columns on the prediction of each row."""

    def __init__(self, model: Model, answer: Answer, most: int) -> None:
        """`most`: reasons of each row, or ALL_EFFECTS; raises MlpcliError for a model without sketches."""
        sketches_for(model)
        self._model, self._answer, self._most = model, answer, most
        self._inputs = Inputs(model.encoder)
        self._explainer: Explainer | None = None

    @property
    def added(self) -> list[str]:
        """Names of the columns that are written."""
        if self._most == ALL_EFFECTS:
            return ["baseline", *(f"effect_{name}" for name in self._inputs.names)]
        numbers = range(1, min(self._most, len(self._inputs.names)) + 1)
        return [name for number in numbers for name in (f"reason_{number}", f"reason_{number}_effect")]

    def start(self, predict: Predict) -> None:
        """Measure what all rows share; `predict` is used from now on."""
        self._explainer = Explainer(self._model, predict)

    def columns(
        self, frame: Frame, features: Array, first: int, predictions: Array, decided: Array
    ) -> list[list[Any]]:
        """The columns that are `added`, for rows from number `first` on of a table, and their encoded form.

        `decided` are the predicted classes, (rows,), where a class is predicted.
        """
        assert self._explainer is not None
        values = self._explainer.values(predictions)
        number = self._answer.number
        answers = decided if number is None else np.full(len(features), number)
        effects = self._rounded(
            self._explainer.effects(self._inputs.of(frame, features), first, values, answers), answers
        )
        if self._most == ALL_EFFECTS:
            baseline = self._rounded(self._explainer.baseline[answers][:, None], answers)
            return [column.tolist() for column in (*baseline.T, *effects.T)]
        strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, : self._most]
        chosen = np.take_along_axis(effects, strongest, axis=1)
        columns: list[list[Any]] = []
        for places, sizes in zip(strongest.T.tolist(), chosen.T.tolist(), strict=True):
            columns.append(
                [self._inputs.names[place] if size else "" for place, size in zip(places, sizes, strict=True)]
            )
            columns.append(sizes)
        return columns

    @property
    def facts(self) -> dict[str, Any]:
        """Of JSON: the scale, what is explained, the baseline of each answer and the standard error."""
        assert self._explainer is not None
        number = self._answer.number
        shown = range(len(self._model.task.labels)) if number is None else [number]
        return {
            "scale": scale_of(self._model),
            "of": None if number is None else self._answer.name,
            "baseline": {
                self._model.task.labels[each]: float(self._explainer.baseline[each]) for each in shown
            },
            "standard_error": self._explainer.standard_error,
        }

    @property
    def note(self) -> str:
        """On what the effects are, and how sure."""
        assert self._explainer is not None
        number = self._answer.number
        error = self._explainer.standard_error
        scale = scale_of(self._model)
        whose = f"{scale} of {self._answer.name}" if scale == "log-odds" else scale
        start = "" if number is None else f" from a baseline of {short(self._explainer.baseline[number])}"
        about = f"their standard error is about {error * 100:.0f} %"
        return f"effects add up{start} to the prediction in {whose}; {about}"

    def _rounded(self, effects: Array, answers: Array) -> Array:
        """As exact as a float32 network is: to a hundred-millionth of the target's spread, or of log-odds."""
        if isinstance(self._model.task, Regression):
            unit = RESOLUTION * number_target(self._model).spread[answers][:, None]
        else:
            unit = np.full((len(effects), 1), RESOLUTION)
        return rounded_to(effects, np.maximum(unit, np.finfo(np.float64).tiny))
