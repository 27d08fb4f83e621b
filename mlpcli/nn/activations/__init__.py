"""Activations, each with its derivative and the gain of the weights before it. ACTIVATIONS names them."""

from mlpcli.nn.activations.base import Activation, SmoothActivation
from mlpcli.nn.activations.parametric import Parametric
from mlpcli.nn.activations.simple import (
    Elu,
    HardSigmoid,
    Identity,
    LeakyRelu,
    Relu,
    Selu,
    Sigmoid,
    Softplus,
    Softsign,
    Tanh,
)
from mlpcli.nn.activations.smooth import Gelu, Mish, Silu

__all__ = [
    "ACTIVATIONS",
    "OUTPUT_ACTIVATIONS",
    "Activation",
    "Elu",
    "Gelu",
    "HardSigmoid",
    "Identity",
    "LeakyRelu",
    "Mish",
    "Parametric",
    "Relu",
    "Selu",
    "Sigmoid",
    "Silu",
    "SmoothActivation",
    "Softplus",
    "Softsign",
    "Tanh",
]

ACTIVATIONS: dict[str, type[Activation] | type[SmoothActivation]] = {
    "relu": Relu,
    "leaky-relu": LeakyRelu,
    "elu": Elu,
    "selu": Selu,
    "gelu": Gelu,
    "silu": Silu,
    "mish": Mish,
    "softplus": Softplus,
    "softsign": Softsign,
    "hard-sigmoid": HardSigmoid,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "identity": Identity,
}
"""Names are stored in model files: add, never rename."""

OUTPUT_ACTIVATIONS = ("identity", "relu", "softplus", "sigmoid", "tanh")
"""Activations that may follow the output layer, as their ranges fit targets."""
