"""Predictions on the scale on which effects add up: log-odds of classes and labels, units of numbers."""

import numpy as np

from mlpcli.arrays import Array
from mlpcli.model.intervals import number_target
from mlpcli.model.model import Model
from mlpcli.model.predicted_values import log_odds
from mlpcli.model.tasks import Binary, Regression


def linked(model: Model, predictions: Array) -> Array:
    """Values (rows, answers) of predictions (rows, outputs), float64; an answer is a class, label or target.

    Of numbers they are in the target's units, not clipped; where the target is scaled by its logarithm they
    are log(1 + value). Of a class, log(p / (1 - p)) of its probability, at most 20 away from 0.
    """
    point_prediction = model.loss.point_prediction(predictions)
    if isinstance(model.task, Regression):
        target = number_target(model)
        return np.asarray(point_prediction.astype(np.float64) * target.spread + target.mean)
    odds = log_odds(point_prediction)
    return np.hstack([-odds, odds]) if isinstance(model.task, Binary) else odds
