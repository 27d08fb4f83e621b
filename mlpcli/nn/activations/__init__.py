"""Activations, each with its derivative and the gain of the weights before it. ACTIVATIONS names them."""

from mlpcli.nn.activations import simple, smooth
from mlpcli.nn.activations.base import Activation, SmoothActivation
from mlpcli.nn.activations.parametric import Parametric

__all__ = [
    "ACTIVATIONS",
    "OUTPUT_ACTIVATIONS",
    "THRESHOLD_UNITS",
    "Activation",
    "Parametric",
    "SmoothActivation",
]

ACTIVATIONS: dict[str, type[Activation] | type[SmoothActivation]] = {
    "relu": simple.Relu,
    "leaky-relu": simple.LeakyRelu,
    "elu": simple.Elu,
    "selu": simple.Selu,
    "gelu": smooth.Gelu,
    "silu": smooth.Silu,
    "mish": smooth.Mish,
    "softplus": simple.Softplus,
    "softsign": simple.Softsign,
    "hard-sigmoid": simple.HardSigmoid,
    "tanh": simple.Tanh,
    "sigmoid": simple.Sigmoid,
    "identity": simple.Identity,
}
"""Names are stored in model files: add, never rename."""

THRESHOLD_UNITS = {"step": "Step", "sign": "Sign"}
"""Functions of a perceptron's output, with their names in tables of layers: 0 or 1, and -1 or 1.

Their slope is 0 but for the jump, so that no gradient would reach a layer before them. The perceptron's loss
is one of the score that they take.
"""

OUTPUT_ACTIVATIONS = ("identity", "relu", "softplus", "sigmoid", "tanh")
"""Activations that may follow the output layer, as their ranges fit targets."""
