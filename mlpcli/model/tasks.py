"""Tasks: a target together with its losses, decisions and baseline. TASKS."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Cells
from mlpcli.data.columns.frame import Frame
from mlpcli.data.target import ClassTarget, LabelTarget, NumberTarget, Target
from mlpcli.errors import DataError, Sentence, SettingsError, did_you_mean
from mlpcli.metrics.outcome import Outcome
from mlpcli.metrics.thresholds import DEFAULT_THRESHOLD
from mlpcli.nn.losses import losses_for
from mlpcli.options.objective import ClassWeight
from mlpcli.settings import AUTO

Threshold: TypeAlias = "float | Array"
"""One for all classes or labels, or one each: of several classes the one whose probability is the largest
multiple of its threshold is predicted."""


MOSTLY_TEXT = 0.5
"""Share of unreadable cells from which a target of numbers is text rather than some wrong cells."""


@dataclass(frozen=True)
class Task(ABC):
    """A target and the meaning of raw outputs, truth and decisions for it. `truth` is as in `Outcome`."""

    target: Target

    name: ClassVar[str]
    losses: ClassVar[Mapping[str, str]]
    """Loss by the name a user gives; the first is the default."""
    has_threshold: ClassVar[bool] = False
    """Whether the user may give a threshold of probabilities."""

    @classmethod
    def loss_name(cls, given: str) -> str:
        """The entry of the table of losses; an impossible one raises SettingsError."""
        if given == AUTO:
            return next(iter(cls.losses.values()))
        if given not in cls.losses:
            others = ", ".join(name for name, task in TASKS.items() if given in task.losses)
            hint = Sentence("It is for {} ({task}). {}", others, did_you_mean(given, cls.losses))
            raise SettingsError(f"{given!r} is not available for {cls.name}", hint, setting="loss")
        return cls.losses[given]

    @property
    @abstractmethod
    def headline(self) -> str:
        """The metric shown while training."""

    @property
    def importance_metric(self) -> str:
        """The metric that tells best what a column is worth: of values r2, else the log loss."""
        return "log_loss"

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """Classes, or targets, in the order of probabilities and predictions."""

    @property
    def outputs(self) -> int:
        """Width of the output layer, for a loss of one output a label."""
        return len(self.labels)

    def has_truth(self, frame: Frame) -> Array:
        """(rows,) True where every target has a value."""
        absent = np.zeros(len(frame), dtype=bool)
        for name in self.target.names:
            absent |= self.is_absent(frame[name])
        return ~absent

    def is_absent(self, cells: Cells) -> Array:
        """(rows,) True where a target's cell says that there is no value."""
        return cells.missing()

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

    def weights_of_classes(
        self, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        """Weights (classes,), or (labels, 2) of no and yes, or None; balanced: by the `training` truth.

        `weights` are those of the training rows, where they have any.
        """
        if given == "none":
            return None
        hint = Sentence("Leave it out, or give {weight} COLUMN.")
        raise SettingsError(
            Sentence("{class_weight} is not available for {}", self.name), hint, setting="class_weight"
        )

    def spread_class_weights(self, by_class: Array, truth: Array) -> Array:
        """Weights (rows, 1) or (rows, labels) from those of the classes."""
        return np.asarray(by_class[truth, None])

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

    @property
    def headline(self) -> str:
        return "rmse" if len(self.labels) == 1 else "r2"

    @property
    def importance_metric(self) -> str:
        return "r2"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.names

    def is_absent(self, cells: Cells) -> Array:
        values, unreadable = cells.numbers()
        return np.isnan(values) & ~unreadable

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


@dataclass(frozen=True)
class Multiclass(Task):
    """One class out of several: softmax."""

    target: ClassTarget

    name = "multiclass"
    losses = losses_for("classes")

    @property
    def headline(self) -> str:
        return "accuracy"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.classes

    @property
    def columns(self) -> list[str]:
        return ["prediction"]

    def is_absent(self, cells: Cells) -> Array:
        return self.target.is_absent(cells.texts())

    def truth(self, frame: Frame) -> Array:
        return self.target.encode(frame)

    def loss_targets(self, truth: Array) -> Array:
        return truth

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return np.asarray((predictions / threshold).argmax(axis=1))

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        counts = np.bincount(truth, weights, len(self.labels)).astype(np.float64)
        return np.asarray(counts / counts.sum())

    def weights_of_classes(
        self, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        if given == "none":
            return None
        if given != "balanced":
            return _named_weights(given, self.labels)
        if weights is not None:
            weights = weights / weights.mean()
        counts = np.bincount(training, weights, len(self.labels))
        return np.asarray(len(training) / (len(counts) * np.where(counts > 0, counts, 1)))

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
    """Several labels, of each yes or no: a sigmoid unit for each; they need not sum to one."""

    target: LabelTarget

    name = "multilabel"
    losses = losses_for("labels")
    has_threshold = True

    @property
    def headline(self) -> str:
        return "f1_micro"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.target.labels

    @property
    def columns(self) -> list[str]:
        return ["prediction"] if self.target.separator else super().columns

    def cells(self, decided: Array) -> list[list[Any]]:
        return [list(self.target.listed(decided))] if self.target.separator else super().cells(decided)

    def is_absent(self, cells: Cells) -> Array:
        if self.target.separator:
            return cells.missing()
        values, unreadable = cells.numbers()
        said, no_boolean = cells.booleans()
        return np.isnan(values) & np.isnan(said) & ~(unreadable & no_boolean)

    def truth(self, frame: Frame) -> Array:
        return self.target.encode(frame) if self.target.separator else labels_in(frame, self.labels)

    def decide(self, predictions: Array, threshold: Threshold) -> Array:
        return (predictions >= threshold).astype(np.intp)

    def baseline(self, truth: Array, weights: Array | None) -> Array:
        return np.asarray(np.average(truth, axis=0, weights=weights))

    def weights_of_classes(
        self, given: ClassWeight, training: Array, weights: Array | None = None
    ) -> Array | None:
        if given == "none":
            return None
        if given != "balanced":
            of_ones = _named_weights(given, self.labels)
            return np.column_stack([np.ones_like(of_ones), of_ones])
        rows, positive = len(training), len(training) * np.average(training, axis=0, weights=weights)
        counts = (rows - positive, positive)
        return np.column_stack([rows / (2 * np.where(each > 0, each, 1)) for each in counts])

    def spread_class_weights(self, by_class: Array, truth: Array) -> Array:
        return np.where(truth == 1, by_class[:, 1], by_class[:, 0])


def numbers_in(frame: Frame, names: Sequence[str]) -> Array:
    """Finite numbers (rows, names) of target columns."""
    columns = []
    for name in names:
        values, unreadable = frame[name].numbers()
        if len(unreadable) and unreadable.mean() > MOSTLY_TEXT:
            text = frame[name].shown(int(np.argmax(unreadable)))
            said = f"target {name!r} is text such as {text}, but a regression predicts numbers"
            raise DataError(said, Sentence("Train without {task} regression to predict classes."))
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
            "Fix the cell, or leave it empty to exclude the row.",
        )


def _named_weights(given: ClassWeight, names: Sequence[str]) -> Array:
    assert not isinstance(given, str)
    for name, _ in given:
        if name not in names:
            hint = did_you_mean(name, names)
            raise SettingsError(f"there is no class {name!r}", hint, setting="class_weight")
    weights = dict(given)
    return np.array([weights.get(name, 1.0) for name in names])


TASKS: dict[str, type[Task]] = {each.name: each for each in (Regression, Binary, Multiclass, Multilabel)}
