"""What a metric is computed from."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np

from mlpcli.arrays import Array

Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome:
    """What was true, and what was predicted; the arrays must not be changed afterwards.

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
    """Whether it is one of many with other weights: then what is large may be `fixed`, too."""
    _fixed: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _weighed: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def reweighted(self, weights: Array | None) -> "Outcome":
        """The same rows with other weights (rows,); what is `fixed` is not computed again."""
        return replace(self, weights=weights, is_resample=True)

    def afresh(self) -> "Outcome":
        """The same without anything `fixed`: what resamples of it share does not outlive it."""
        return replace(self, is_resample=False, _fixed={})

    def take(self, rows: Array) -> "Outcome":
        """Some of the rows, by number or by mask."""
        weights = None if self.weights is None else self.weights[rows]
        probabilities = None if self.probabilities is None else self.probabilities[rows]
        return Outcome(self.truth[rows], self.predicted[rows], probabilities, weights)

    def fixed(self, name: str, compute: Callable[[], Value]) -> Value:
        """What does not depend on weights, such as an order of rows: computed once for all weights."""
        if name not in self._fixed:
            self._fixed[name] = compute()
        return cast(Value, self._fixed[name])

    def weighed(self, name: str, compute: Callable[[], Value]) -> Value:
        """What several metrics need of these weights, such as a confusion matrix: computed once."""
        if name not in self._weighed:
            self._weighed[name] = compute()
        return cast(Value, self._weighed[name])

    @property
    def row_weights(self) -> Array:
        """(rows,) weights, ones where there are none."""
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
        """Raise UnavailableError where no metric can be had."""
        if not len(self.truth):
            raise UnavailableError("there are no rows")
        if not self.weighed("any weight", lambda: bool(self.row_weights.any())):
            raise UnavailableError("all rows have weight 0")
        if not self.fixed("finite", self._is_finite):
            raise UnavailableError("the predictions are not all finite numbers")

    def _is_finite(self) -> bool:
        predictions = [part for part in (self.predicted, self.probabilities) if part is not None]
        return all(bool(np.isfinite(part).all()) for part in predictions)


class UnavailableError(Exception):
    """A metric that these rows do not define; the message is the reason."""


def weighted_mean(values: Array, outcome: Outcome) -> float:
    """The mean over rows (rows,) -> scalar, weighted where the outcome has weights."""
    return float(np.average(values, weights=outcome.row_weights))


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
