"""Tasks: a target together with its losses, decisions and baseline. TASKS."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Frame
from mlpcli.data.target import ClassTarget, LabelTarget, NumberTarget, Target
from mlpcli.errors import DataError, Sentence, SettingsError, did_you_mean
from mlpcli.metrics.outcome import Outcome
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD
from mlpcli.nn.losses import losses_for
from mlpcli.options.objective import ClassWeight
from mlpcli.settings import AUTO

Threshold: TypeAlias = "float | Array"
"""One for all labels, or (labels,)."""


@dataclass(frozen=True)
class Task(ABC):
    """A target and the meaning of raw outputs, truth and decisions for it. `truth` is as in `Outcome`."""

    target: Target

    name: ClassVar[str]
    losses: ClassVar[Mapping[str, str]]
    """Loss by the name a user gives; the first is the default."""
    headline: ClassVar[str]
    """The metric shown while training."""
    has_threshold: ClassVar[bool] = False
    """Whether probabilities are compared with a threshold; else the most probable class is predicted."""

    @classmethod
    def loss_name(cls, given: str) -> str:
        """The entry of the table of losses; an impossible one raises SettingsError."""
        if given == AUTO:
            return next(iter(cls.losses.values()))
        if given not in cls.losses:
            others = ", ".join(name for name, task in TASKS.items() if given in task.losses)
            hint = Sentence("It is for {} ({task}). {}", others, did_you_mean(given, cls.losses))
            raise SettingsError(f"{given!r} is not for {cls.name}", hint, setting="loss")
        return cls.losses[given]

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """Classes, or targets, in the order of probabilities and predictions."""

    @property
    def outputs(self) -> int:
        """Width of the output layer, for a loss of one output a label."""
        return len(self.labels)

    @abstractmethod
    def truth(self, frame: Frame) -> Array:
        """The truth of rows that have a target; DataError for a cell that is none."""

    def loss_targets(self, truth: Array) -> Array:
        """Truth as the loss takes it."""
        return truth.astype(np.float32)

    @abstractmethod
    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        """Decisions, as `Outcome.predicted`, from predictions (rows, outputs): values or probabilities."""

    def probabilities(self, predictions: Array) -> Array | None:
        """Probabilities (rows, labels) from predictions; None for numbers."""
        return predictions

    def outcome(
        self,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = DEFAULT_THRESHOLD,
    ) -> Outcome:
        """Predictions next to the truth."""
        decided = self.decide(predictions, threshold)
        return Outcome(truth, decided, self.probabilities(predictions), weights)

    @abstractmethod
    def baseline(self, truth: Array, weights: Array | None) -> Array:
        """Predictions (outputs,) that need no input: the mean, or the shares of the classes."""

    def class_weights(
        self, truth: Array, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        """Weights (rows, 1) or (rows, labels) or None; balanced means by the `training` truth.

        `weights` are those of the training rows, where they have any.
        """
        if given == "none":
            return None
        hint = Sentence("Leave it out, or give {weight} COLUMN.")
        raise SettingsError(Sentence("{class_weight} is not for {}", self.name), hint, setting="class_weight")

    @property
    def gives_probabilities(self) -> bool:
        """Whether there are probabilities."""
        return True

    @property
    def columns(self) -> list[str]:
        """Names of the columns of decisions that are written."""
        return [f"prediction_{name}" for name in self.labels]

    def cells(self, decided: Array) -> list[list[Any]]:
        """Decisions as plain values, column by column."""
        columns: list[list[Any]] = decided.T.tolist()
        return columns


@dataclass(frozen=True)
class Regression(Task):
    """One or several numbers, standardised for the loss."""

    target: NumberTarget

    name = "regression"
    losses = losses_for("numbers")
    headline = "rmse"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.names

    def truth(self, frame: Frame) -> Array:
        return numbers_in(frame, self.labels)

    def loss_targets(self, truth: Array) -> Array:
        return self.target.encode(truth)

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return self.target.decode(predictions)

    def probabilities(self, predictions: Array) -> None:
        return None

    @property
    def gives_probabilities(self) -> bool:
        return False

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        # Sums of the largest floats overflow.
        unit = np.maximum(np.abs(truth).max(axis=0), 1.0)
        mean = np.average(truth / unit, axis=0, weights=weights) * unit
        return self.target.encode(mean).astype(np.float64)

    @property
    def columns(self) -> list[str]:
        return super().columns if len(self.labels) > 1 else ["prediction"]

    def cells(self, decided: Array) -> list[list[Any]]:
        return [rounded(values) for values in decided.T]


@dataclass(frozen=True)
class Multiclass(Task):
    """One class out of several: softmax."""

    target: ClassTarget

    name = "multiclass"
    losses = losses_for("classes")
    headline = "accuracy"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.classes

    @property
    def columns(self) -> list[str]:
        return ["prediction"]

    def truth(self, frame: Frame) -> Array:
        return self.target.encode(frame)

    def loss_targets(self, truth: Array) -> Array:
        return truth

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return np.asarray(predictions.argmax(axis=1))

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        counts = np.bincount(truth, weights, len(self.labels)).astype(np.float64)
        return np.asarray(counts / counts.sum())

    def class_weights(
        self, truth: Array, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        if given == "none":
            return None
        if weights is not None:
            weights = weights / weights.mean()
        counts = np.bincount(training, weights, len(self.labels))
        by_class = np.asarray(len(training) / (len(counts) * np.where(counts > 0, counts, 1)))
        if given != "balanced":
            by_class = _named_weights(given, self.labels)
        return by_class[truth, None]

    def cells(self, decided: Array) -> list[list[Any]]:
        return [self.target.decode(decided)]


@dataclass(frozen=True)
class Binary(Multiclass):
    """One class out of two: one sigmoid unit, the probability of the second class."""

    name = "binary"
    losses = losses_for("labels")
    has_threshold = True

    @property
    def outputs(self) -> int:
        return 1

    def loss_targets(self, truth: Array) -> Array:
        return truth.astype(np.float32)[:, None]

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return (predictions[:, 0] >= threshold).astype(np.intp)

    def probabilities(self, predictions: Array) -> Array:
        return np.hstack([1.0 - predictions, predictions])

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        return super().baseline(truth, weights)[1:]


@dataclass(frozen=True)
class Multilabel(Task):
    """Several yes-or-no targets: a sigmoid unit for each; they need not sum to one."""

    target: LabelTarget

    name = "multilabel"
    losses = losses_for("labels")
    headline = "f1_micro"
    has_threshold = True

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.names

    def truth(self, frame: Frame) -> Array:
        return labels_in(frame, self.labels)

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return (predictions >= threshold).astype(np.intp)

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        return np.asarray(np.average(truth, axis=0, weights=weights))

    def class_weights(
        self, truth: Array, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        if given == "none":
            return None
        if given != "balanced":
            return np.where(truth == 1, _named_weights(given, self.labels), 1.0)
        rows = len(training)
        positive = training.sum(axis=0)
        if weights is not None:
            positive = rows * np.average(training, axis=0, weights=weights)
        of_ones, of_zeros = (rows / (2 * np.where(each > 0, each, 1)) for each in (positive, rows - positive))
        return np.asarray(np.where(truth == 1, of_ones, of_zeros))


def numbers_in(frame: Frame, names: Sequence[str]) -> Array:
    """Finite numbers (rows, names) of target columns."""
    columns = []
    for name in names:
        values, unreadable = frame[name].numbers()
        _refuse(frame, name, unreadable | np.isinf(values), "a finite number")
        columns.append(values)
    return np.column_stack(columns)


def labels_in(frame: Frame, names: Sequence[str]) -> Array:
    """Labels 0 and 1 (rows, names) of target columns, which may say yes and no."""
    columns = []
    for name in names:
        values, unreadable = frame[name].booleans()
        if unreadable.any():
            values, unreadable = frame[name].numbers()
        _refuse(frame, name, unreadable | ~np.isin(values, (0, 1)), "0 or 1")
        columns.append(values)
    return np.column_stack(columns).astype(np.intp)


def _refuse(frame: Frame, name: str, bad: Array, wanted: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{frame.place(row)}: target {name!r}: {frame[name].shown(row)} is not {wanted}",
            "Mend the cell, or leave it empty to drop the row.",
        )


def rounded(values: Array) -> list[float]:
    """Nine significant digits: all that a float32 network can tell."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def _named_weights(given: ClassWeight, names: Sequence[str]) -> Array:
    assert not isinstance(given, str)
    for name, _ in given:
        if name not in names:
            hint = did_you_mean(name, names)
            raise SettingsError(f"there is no class {name!r}", hint, setting="class_weight")
    weights = dict(given)
    return np.array([weights.get(name, 1.0) for name in names])


TASKS: dict[str, type[Task]] = {each.name: each for each in (Regression, Binary, Multiclass, Multilabel)}
