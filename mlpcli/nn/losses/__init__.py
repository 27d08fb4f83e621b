"""Losses on raw outputs: value, gradient, and the link from raw outputs to predictions. LOSSES names them.

Every value is the mean over rows (and over outputs, where there are several) of weight · loss. Row weights
are expected to have mean one over the training rows; a class weight is a row weight of that class's rows.
Targets are (rows, outputs) floats, for one class out of several (rows,) class numbers. Weights are (rows, 1),
for elementwise losses also (rows, outputs), or None.
"""

from collections.abc import Callable

from mlpcli.nn.losses.base import ElementwiseLoss, Loss, LossSettings
from mlpcli.nn.losses.classes import (
    ClassLoss,
    MulticlassHinge,
    MulticlassPerceptron,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
)
from mlpcli.nn.losses.labels import BinaryHinge, BinaryPerceptron, SigmoidCrossEntropy, SigmoidFocal
from mlpcli.nn.losses.numbers import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError, Poisson, Quantile

__all__ = [
    "LOSSES",
    "BinaryHinge",
    "BinaryPerceptron",
    "ClassLoss",
    "ElementwiseLoss",
    "Huber",
    "LogCosh",
    "Loss",
    "LossSettings",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MulticlassHinge",
    "MulticlassPerceptron",
    "Poisson",
    "Quantile",
    "SigmoidCrossEntropy",
    "SigmoidFocal",
    "SoftmaxCrossEntropy",
    "SoftmaxFocal",
]

LOSSES: dict[str, Callable[[LossSettings], Loss]] = {
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "huber": Huber,
    "log-cosh": LogCosh,
    "quantile": Quantile,
    "poisson": Poisson,
    "cross-entropy": SoftmaxCrossEntropy,
    "sigmoid-cross-entropy": SigmoidCrossEntropy,
    "focal": SoftmaxFocal,
    "sigmoid-focal": SigmoidFocal,
    "hinge": MulticlassHinge,
    "binary-hinge": BinaryHinge,
    "perceptron": MulticlassPerceptron,
    "binary-perceptron": BinaryPerceptron,
}
"""`mlpcli.model.tasks` says which of them a task offers, and under which name."""
