"""The number that a surface shows: of a model's predictions, and of the truth of rows."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import DataError, did_you_mean
from mlpcli.model.tasks import Binary, Multiclass, Regression, Task, Threshold

PROBABILITY, CLASS, VALUE = "probability", "class", "value"
"""What a surface shows: the probability of one class or label, the predicted class, or a number."""


@dataclass(frozen=True)
class Shown:
    """What is shown of a task: the label of a number, or the predicted class where it is None."""

    task: Task
    number: int | None
    threshold: Threshold

    @classmethod
    def of(cls, task: Task, threshold: Threshold, name: str | None) -> "Shown":
        """The class, label or target of that name, by default the positive class of two, any predicted class
        of several, the first label or target; raises DataError where there is none."""
        labels = task.labels
        if name is not None:
            if name not in labels:
                hint = did_you_mean(name, labels)
                raise DataError(f"the model does not predict {name!r}", hint, setting="of_class")
            return cls(task, labels.index(name), threshold)
        if isinstance(task, Binary):
            return cls(task, 1, threshold)
        if isinstance(task, Multiclass):
            return cls(task, None, threshold)
        return cls(task, 0, threshold)

    @property
    def shows(self) -> str:
        """The kind of number, as in `Surface.shows`."""
        if isinstance(self.task, Regression):
            return VALUE
        return CLASS if self.number is None else PROBABILITY

    @property
    def name(self) -> str:
        """The label's name; of predicted classes that of the target."""
        return self.task.target.names[0] if self.number is None else self.task.labels[self.number]

    @property
    def title(self) -> str:
        """The name, of a class behind that of the target, as a class may be called 1."""
        if self.number is None or not isinstance(self.task, Multiclass):
            return self.name
        return f"{self.task.target.names[0]} {self.name}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, or the other of two and the one that is shown."""
        task = self.task
        if self.number is None:
            return task.labels
        if isinstance(task, Binary):
            return task.labels[1 - self.number], task.labels[self.number]
        return () if isinstance(task, Regression) else (f"not {self.name}", self.name)

    @property
    def boundary(self) -> float | None:
        """The probability from which on the class or label is predicted; None where others decide, too."""
        if isinstance(self.task, Regression) or self.number is None:
            return None
        own = np.broadcast_to(np.asarray(self.threshold, np.float64), (len(self.task.labels),))
        if isinstance(self.task, Binary):
            # The stored threshold is that of the positive class.
            return float(own[0]) if self.number else float(1.0 - own[0])
        return None if isinstance(self.task, Multiclass) else float(own[self.number])

    def values(self, point_prediction: Array) -> tuple[Array, Array | None]:
        """Values (rows,) from point predictions (rows, outputs), and the confidence of predicted classes."""
        task = self.task
        if isinstance(task, Regression):
            return task.decide(point_prediction, self.threshold)[:, self.number or 0], None
        probabilities = task.probabilities(point_prediction)
        assert probabilities is not None
        if self.number is not None:
            return probabilities[:, self.number], None
        codes = task.decide(point_prediction, self.threshold)
        return codes.astype(np.float64), probabilities[np.arange(len(codes)), codes]

    def truth(self, truth: Array) -> Array:
        """Truth (rows,) as a class number, 1 or 0, or a number, from the truth of the task."""
        if isinstance(self.task, Multiclass):
            return (truth if self.number is None else truth == self.number).astype(np.float64)
        return np.asarray(truth[:, self.number or 0], np.float64)
