"""The one place that knows what regression and classification mean: target, loss, decision. TASKS."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.target import ClassTarget, LabelTarget, NumberTarget, Target
from mlpcli.errors import SettingsError, did_you_mean
from mlpcli.metrics.outcome import Outcome
from mlpcli.options.objective import ClassWeight
from mlpcli.settings import AUTO

Threshold: TypeAlias = "float | Array"
"""One for all labels, or (labels,)."""
LABEL_LOSSES = {
    "cross-entropy": "sigmoid-cross-entropy",
    "focal": "sigmoid-focal",
    "hinge": "binary-hinge",
    "perceptron": "binary-perceptron",
}
"""With a sigmoid unit for each target."""


class Task(ABC):
    """How raw outputs, truth and decisions relate. `truth` is what metrics take (see `Outcome`)."""

    name: str
    losses: Mapping[str, str]
    """Loss by the name a user gives; the first is the default."""
    headline: str
    """The metric shown while training."""

    def loss_name(self, given: str) -> str:
        """The entry of the table of losses; an impossible one raises SettingsError."""
        if given == AUTO:
            return next(iter(self.losses.values()))
        if given not in self.losses:
            others = [name for name, task in TASKS.items() if given in task.losses]
            hint = f"It is for {', '.join(others)} (--task). {did_you_mean(given, self.losses)}"
            raise SettingsError(f"--loss: {given!r} is not for {self.name}", hint)
        return self.losses[given]

    @abstractmethod
    def outputs(self, target: Target) -> int:
        """Width of the output layer."""

    @abstractmethod
    def loss_targets(self, target: Target, truth: Array) -> Array:
        """Truth as the loss takes it."""

    @abstractmethod
    def outcome(
        self,
        target: Target,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = 0.5,
    ) -> Outcome:
        """What was predicted beside what was true, from linked outputs (values or probabilities)."""

    @abstractmethod
    def baseline(self, target: Target, truth: Array, weights: Array | None) -> Array:
        """Linked outputs (outputs,) that need no input: the mean, or the shares of the classes."""

    def class_weights(
        self, target: Target, truth: Array, given: ClassWeight, training: Array
    ) -> Array | None:
        """Weights (rows, 1) or (rows, labels) or None; balanced means by the `training` truth."""
        if given == "none":
            return None
        raise SettingsError(f"--class-weight is not for {self.name}", "Leave it out, or use --weight COLUMN.")


class Regression(Task):
    """One or several numbers, standardised for the loss."""

    name = "regression"
    losses = {name: name for name in ("mse", "mae", "huber", "log-cosh", "quantile", "poisson")}
    headline = "rmse"

    def outputs(self, target: Target) -> int:
        assert isinstance(target, NumberTarget)
        return len(target.names)

    def loss_targets(self, target: Target, truth: Array) -> Array:
        assert isinstance(target, NumberTarget)
        return target.encode(truth)

    def outcome(
        self,
        target: Target,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = 0.5,
    ) -> Outcome:
        assert isinstance(target, NumberTarget)
        return Outcome(truth, target.decode(predictions), None, weights)

    def baseline(self, target: Target, truth: Array, weights: Array | None) -> Array:
        assert isinstance(target, NumberTarget)
        # Sums of the largest floats overflow.
        unit = np.maximum(np.abs(truth).max(axis=0), 1.0)
        mean = np.average(truth / unit, axis=0, weights=weights) * unit
        return target.encode(mean).astype(np.float64)


class _Classes(Task):
    losses = {name: name for name in ("cross-entropy", "focal", "hinge", "perceptron")}
    headline = "accuracy"

    def baseline(self, target: Target, truth: Array, weights: Array | None) -> Array:
        assert isinstance(target, ClassTarget)
        counts = np.bincount(truth, weights, len(target.classes)).astype(np.float64)
        return np.asarray(counts / counts.sum())

    def class_weights(
        self, target: Target, truth: Array, given: ClassWeight, training: Array
    ) -> Array | None:
        assert isinstance(target, ClassTarget)
        if given == "none":
            return None
        counts = np.bincount(training, minlength=len(target.classes))
        by_class = np.asarray(len(training) / (len(counts) * np.maximum(counts, 1)))
        if given != "balanced":
            by_class = _named_weights(given, target.classes)
        return by_class[truth, None]


class Multiclass(_Classes):
    """One class out of several: softmax."""

    name = "multiclass"

    def outputs(self, target: Target) -> int:
        assert isinstance(target, ClassTarget)
        return len(target.classes)

    def loss_targets(self, target: Target, truth: Array) -> Array:
        return truth

    def outcome(
        self,
        target: Target,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = 0.5,
    ) -> Outcome:
        return Outcome(truth, predictions.argmax(axis=1), predictions, weights)


class Binary(_Classes):
    """One class out of two: one sigmoid unit, the probability of the second class."""

    name = "binary"
    losses = LABEL_LOSSES

    def outputs(self, target: Target) -> int:
        return 1

    def loss_targets(self, target: Target, truth: Array) -> Array:
        return truth.astype(np.float32)[:, None]

    def outcome(
        self,
        target: Target,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = 0.5,
    ) -> Outcome:
        probabilities = np.hstack([1.0 - predictions, predictions])
        return Outcome(truth, (predictions[:, 0] >= threshold).astype(np.intp), probabilities, weights)

    def baseline(self, target: Target, truth: Array, weights: Array | None) -> Array:
        return super().baseline(target, truth, weights)[1:]


class Multilabel(Task):
    """Several yes-or-no targets: a sigmoid unit for each; they need not sum to one."""

    name = "multilabel"
    losses = LABEL_LOSSES
    headline = "f1_micro"

    def outputs(self, target: Target) -> int:
        assert isinstance(target, LabelTarget)
        return len(target.names)

    def loss_targets(self, target: Target, truth: Array) -> Array:
        return truth.astype(np.float32)

    def outcome(
        self,
        target: Target,
        predictions: Array,
        truth: Array,
        weights: Array | None,
        threshold: Threshold = 0.5,
    ) -> Outcome:
        return Outcome(truth, (predictions >= threshold).astype(np.intp), predictions, weights)

    def baseline(self, target: Target, truth: Array, weights: Array | None) -> Array:
        return np.asarray(np.average(truth, axis=0, weights=weights))

    def class_weights(
        self, target: Target, truth: Array, given: ClassWeight, training: Array
    ) -> Array | None:
        assert isinstance(target, LabelTarget)
        if given == "none":
            return None
        if given != "balanced":
            return np.where(truth == 1, _named_weights(given, target.names), 1.0)
        positive = training.sum(axis=0)
        rows = len(training)
        of_ones, of_zeros = rows / (2 * np.maximum(positive, 1)), rows / (2 * np.maximum(rows - positive, 1))
        return np.asarray(np.where(truth == 1, of_ones, of_zeros))


def _named_weights(given: ClassWeight, names: Sequence[str]) -> Array:
    assert not isinstance(given, str)
    for name, _ in given:
        if name not in names:
            raise SettingsError(f"--class-weight: there is no class {name!r}", did_you_mean(name, names))
    weights = dict(given)
    return np.array([weights.get(name, 1.0) for name in names])


TASKS: dict[str, Task] = {each.name: each for each in (Regression(), Binary(), Multiclass(), Multilabel())}
