"""Predictions as the numbers that are sketched and compared, and the sketches of a model.

Values are those of the scaled target, probabilities their log-odds: there the last bits of a sum weigh the
same everywhere. Of several classes the class that is predicted, and its probability.
"""

from collections.abc import Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.sketch_sets import Sketches, levels_in
from mlpcli.data.sketches import Sketch, points_of_each, prediction_sketch
from mlpcli.model.intervals import clipped, number_target
from mlpcli.model.model import Model
from mlpcli.model.tasks import Binary, Multiclass, Regression

VALIDATION, OUT_OF_FOLD, TRAIN = "validation", "out of fold", "train"
"""The rows whose predictions are sketched; those that were learned from differ from new rows."""
FARTHEST = 20.0
"""Log-odds, beyond which probabilities are 0 and 1 but for rounding."""


def predicted_names(model: Model) -> list[str]:
    """The names of the values of `predicted_values`."""
    task = model.task
    if isinstance(task, Regression):
        return task.columns
    if isinstance(task, Binary):
        return [f"probability_{task.labels[-1]}"]
    if isinstance(task, Multiclass):
        return [*task.columns, "probability"]
    return [f"probability_{label}" for label in task.labels]


def predicted_values(model: Model, predictions: Array) -> list[Array]:
    """Columns of values (rows,) from predictions (rows, outputs); NaN where one is no finite number."""
    point_prediction = model.loss.point_prediction(predictions)
    task, bad = model.task, ~np.isfinite(predictions).all(axis=1)
    if isinstance(task, Regression):
        columns = [*clipped(number_target(model), point_prediction).T]
    elif isinstance(task, Multiclass) and not isinstance(task, Binary):
        codes = task.decide(point_prediction, model.threshold)
        columns = [codes.astype(np.float64), log_odds(point_prediction[np.arange(len(codes)), codes])]
    else:
        columns = [*log_odds(point_prediction).T]
    return [np.where(bad, np.nan, column) for column in columns]


def shown_values(model: Model, place: int, values: Sequence[float]) -> list[float]:
    """Values of column `place` of `predicted_values`, in the target's units or as probabilities."""
    array = np.asarray(values, np.float64)
    if not isinstance(model.task, Regression):
        shown: list[float] = (1.0 / (1.0 + np.exp(-array))).tolist()
        return shown
    encoded = np.zeros((len(array), len(model.task.labels)))
    encoded[:, place] = array
    decoded: list[float] = number_target(model).decode(encoded)[:, place].tolist()
    return decoded


def prediction_sketches(model: Model, predictions: Array, inputs: int) -> list[Sketch]:
    """The sketch of each column of `predicted_values`, of a model with so many inputs."""
    columns = predicted_values(model, predictions)
    points = points_of_each(inputs + len(columns))
    several = isinstance(model.task, Multiclass) and not isinstance(model.task, Binary)
    levels = [len(model.task.labels) if several and not place else None for place in range(len(columns))]
    return [prediction_sketch(column, points, own) for column, own in zip(columns, levels, strict=True)]


def sketches_of(model: Model) -> Sketches | None:
    """The sketches that a model holds, if any."""
    artifact = model.artifact
    if artifact.sketches is None:
        return None
    predictions = artifact.sketches["predictions"]
    levels = levels_in(artifact.encoders, artifact.target, artifact.schema.task, predictions)
    return Sketches.from_stored(artifact.sketches, artifact.arrays, levels)


def log_odds(probabilities: Array) -> Array:
    """log(p / (1 - p)), at most FARTHEST away from 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(probabilities) - np.log1p(-probabilities)
    return np.asarray(np.clip(odds, -FARTHEST, FARTHEST))
