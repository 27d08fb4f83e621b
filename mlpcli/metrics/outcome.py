"""What a metric is computed from."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Outcome:
    """What was true, and what was predicted.

    - regression: `truth` and `predicted` are (rows, targets) values;
    - binary, multiclass: both are (rows,) class numbers, `probabilities` (rows, classes); class 1 of two is
      the positive one;
    - multilabel: both are (rows, labels) of 0 and 1, `probabilities` (rows, labels).
    """

    truth: Array
    predicted: Array
    probabilities: Array | None = None
    weights: Array | None = None

    @property
    def row_weights(self) -> Array:
        """(rows,) weights, ones where there are none."""
        return np.ones(len(self.truth)) if self.weights is None else np.asarray(self.weights, np.float64)

    @property
    def scores(self) -> Array:
        """The probabilities, which classification always has."""
        if self.probabilities is None:
            raise UnavailableError("it needs probabilities")
        return self.probabilities

    def check(self) -> None:
        """Raise UnavailableError where no metric can be had."""
        if not len(self.truth):
            raise UnavailableError("there are no rows")
        if not self.row_weights.any():
            raise UnavailableError("all rows have weight 0")
        predictions = [part for part in (self.predicted, self.probabilities) if part is not None]
        if not all(np.isfinite(part).all() for part in predictions):
            raise UnavailableError("the predictions are not all finite numbers")


class UnavailableError(Exception):
    """A metric that these rows do not define; the message is the reason."""


def weighted_mean(values: Array, outcome: Outcome) -> float:
    """The mean over rows (rows,) -> scalar, weighted where the outcome has weights."""
    return float(np.average(values, weights=outcome.row_weights))


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
