"""Intervals around predicted numbers, from the errors on held-out rows that a model stores.

Errors are of the encoded target, so that with `--target-scaling log` intervals grow with the prediction.
"""

import dataclasses

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.target import NumberTarget
from mlpcli.errors import Sentence, SettingsError
from mlpcli.metrics.conformal import ErrorSizes
from mlpcli.model.held_errors import refuse_above, stored_arrays
from mlpcli.model.model import Model
from mlpcli.model.tasks import Regression

PREFIX = "errors."
"""Start of the arrays' names in the model file; the rest are the fields of `ErrorSizes`."""


def errors_for(model: Model, level: float) -> ErrorSizes:
    """The stored errors, if they allow intervals of a level; raises MlpcliError if they do not."""
    if not isinstance(model.task, Regression):
        raise SettingsError(
            Sentence("{interval} is only for numbers and classes, not for {}", model.task.name),
            Sentence("Give {proba} for the probability of each label."),
            setting="interval",
        )
    found = ErrorSizes(**stored_arrays(model, PREFIX, ErrorSizes))
    refuse_above(found.highest, level)
    return found


def bounds(model: Model, errors: ErrorSizes, point_prediction: Array, level: float) -> tuple[Array, Array]:
    """Low and high ends (rows, targets) in the target's units, from encoded predictions (rows, targets).

    They may lie outside of the range to which predictions are clipped, as what is true may; but they are no
    farther out than a float can be.
    """
    target = number_target(model)
    predicted = clipped(target, point_prediction)
    half = errors.half_widths(predicted, level)
    unlimited = dataclasses.replace(target, limits=None)
    with np.errstate(over="ignore"):
        low, high = unlimited.decode(predicted - half), unlimited.decode(predicted + half)
    largest = np.finfo(np.float64).max
    return np.clip(low, -largest, largest), np.clip(high, -largest, largest)


def number_target(model: Model) -> NumberTarget:
    """The target of a regression."""
    target = model.task.target
    assert isinstance(target, NumberTarget)
    return target


def clipped(target: NumberTarget, encoded: Array) -> Array:
    """Encoded predictions as float64, within the target's limits if it has any."""
    encoded = encoded.astype(np.float64)
    return encoded if target.limits is None else np.clip(encoded, *map(target.encode, target.limits))
