"""The outcome of predictions: truth, decisions, probabilities and weights, which metrics take."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np

from mlpcli.arrays import Array

Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome:
    """Truth and predictions of some rows; the arrays must not be changed afterwards.

    - regression: `truth` and `predicted` are (rows, targets) values;
    - binary, multiclass: both are (rows,) class numbers, `probabilities` (rows, classes); class 1 of two is
      the positive one;
    - multilabel: both are (rows, labels) of 0 and 1, `probabilities` (rows, labels).
    """

    truth: Array
    predicted: Array
    probabilities: Array | None = None
    weights: Array | None = None
    is_resample: bool = False
    """Whether it is one of many resamples, so that caching large arrays with `fixed` pays."""
    _fixed: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _weighed: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def reweighted(self, weights: Array | None) -> "Outcome":
        """A resample: the same rows with other weights (rows,), sharing everything `fixed`."""
        return replace(self, weights=weights, is_resample=True)

    def afresh(self) -> "Outcome":
        """A copy without anything `fixed`, so that what its resamples share does not outlive it."""
        return replace(self, is_resample=False, _fixed={})

    def take(self, rows: Array) -> "Outcome":
        """Some of the rows, by number or by mask."""
        weights = None if self.weights is None else self.weights[rows]
        probabilities = None if self.probabilities is None else self.probabilities[rows]
        return Outcome(self.truth[rows], self.predicted[rows], probabilities, weights)

    def of_label(self, number: int) -> "Outcome":
        """One class against the rest or one label, as two classes; or one of several targets."""
        if self.truth.ndim == 1:
            truth, predicted = ((each == number).astype(np.intp) for each in (self.truth, self.predicted))
        else:
            truth, predicted = self.truth[:, number], self.predicted[:, number]
        if self.probabilities is None:
            return Outcome(truth[:, None], predicted[:, None], None, self.weights)
        given = self.probabilities[:, number]
        return Outcome(truth, predicted, np.column_stack([1 - given, given]), self.weights)

    def fixed(self, name: str, compute: Callable[[], Value]) -> Value:
        """A value that is the same for all weights, such as an order of rows: computed once."""
        if name not in self._fixed:
            self._fixed[name] = compute()
        return cast(Value, self._fixed[name])

    def weighed(self, name: str, compute: Callable[[], Value]) -> Value:
        """A value that several metrics need for these weights, such as a confusion matrix: computed once."""
        if name not in self._weighed:
            self._weighed[name] = compute()
        return cast(Value, self._weighed[name])

    @property
    def row_weights(self) -> Array:
        """(rows,) weights, ones by default."""
        if self.weights is None:
            return self.weighed("ones", lambda: np.ones(len(self.truth)))
        return np.asarray(self.weights, np.float64)

    @property
    def scores(self) -> Array:
        """The probabilities, which classification always has."""
        if self.probabilities is None:
            raise UnavailableError("it needs probabilities")
        return self.probabilities

    def check(self) -> None:
        """Raise UnavailableError where no metric is defined."""
        if not len(self.truth):
            raise UnavailableError("there are no rows")
        if not self.weighed("any weight", lambda: bool(self.row_weights.any())):
            raise UnavailableError("all rows have weight 0")
        parts = [part for part in (self.predicted, self.probabilities) if part is not None]
        if not self.fixed("finite", lambda: all(np.isfinite(part).all() for part in parts)):
            raise UnavailableError("the predictions are not all finite numbers")


class UnavailableError(Exception):
    """A metric is undefined for these rows; the message is the reason."""


def weighted_mean(values: Array, outcome: Outcome) -> float:
    """The mean over rows (rows,) -> scalar, weighted where the outcome has weights."""
    return float(np.average(values, weights=outcome.row_weights))


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
