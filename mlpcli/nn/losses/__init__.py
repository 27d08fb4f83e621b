"""Losses on raw outputs: value, gradient, and the link from raw outputs to predictions. LOSSES names them.

Every value is the mean over rows (and over outputs, where there are several) of weight · loss. Row weights
are expected to have mean one over the training rows; a class weight is a row weight of that class's rows.
Targets are (rows, outputs) floats, for one class out of several (rows,) class numbers. Weights are (rows, 1),
for elementwise losses also (rows, outputs), or None.
"""

from mlpcli.nn.losses import classes, labels, numbers
from mlpcli.nn.losses.base import Loss, LossSettings, TargetKind
from mlpcli.nn.losses.labels import StepPerceptron

__all__ = ["LOSSES", "LOSS_NAMES", "Loss", "LossSettings", "StepPerceptron", "losses_for"]

LOSSES: dict[str, type[Loss]] = {
    "mse": numbers.MeanSquaredError,
    "mae": numbers.MeanAbsoluteError,
    "huber": numbers.Huber,
    "log-cosh": numbers.LogCosh,
    "quantile": numbers.Quantile,
    "poisson": numbers.Poisson,
    "cross-entropy": classes.SoftmaxCrossEntropy,
    "sigmoid-cross-entropy": labels.SigmoidCrossEntropy,
    "focal": classes.SoftmaxFocal,
    "sigmoid-focal": labels.SigmoidFocal,
    "hinge": classes.MulticlassHinge,
    "binary-hinge": labels.BinaryHinge,
    "perceptron": classes.MulticlassPerceptron,
    "binary-perceptron": labels.BinaryPerceptron,
}
"""The first of its kind of target is the default; names that a user gives are stored in model files."""


def losses_for(target: TargetKind) -> dict[str, str]:
    """Keys of LOSSES for a kind of target, by the name a user gives."""
    return {loss.given_name or key: key for key, loss in LOSSES.items() if loss.target == target}


LOSS_NAMES = tuple(dict.fromkeys(loss.given_name or key for key, loss in LOSSES.items()))
"""All names a user can give."""
