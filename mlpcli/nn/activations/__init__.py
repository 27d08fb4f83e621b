"""Activations, each with its derivative and the gain of the weights before it. ACTIVATIONS names them."""

from mlpcli.nn.activations import simple, smooth
from mlpcli.nn.activations.base import Activation, SmoothActivation
from mlpcli.nn.activations.parametric import Parametric

__all__ = ["ACTIVATIONS", "OUTPUT_ACTIVATIONS", "Activation", "Parametric", "SmoothActivation"]

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

OUTPUT_ACTIVATIONS = ("identity", "relu", "softplus", "sigmoid", "tanh")
"""Activations that may follow the output layer, as their ranges fit targets."""
