"""Update rules on the flat parameter vector, in place and without allocation. OPTIMIZERS names them.

Each rule is a little state, flat arrays like the parameters, and one formula.
"""

import math
from typing import Protocol

import numpy as np

from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.parameters import ParameterVector


class Optimizer(Protocol):
    """Changes `parameters.values` by `parameters.gradients`."""

    steps: int
    """How many steps were taken."""

    def __init__(self, parameters: ParameterVector, momentum: float) -> None: ...

    def step(self, learning_rate: float) -> None:
        """One update of all parameters."""

    def moments(self) -> dict[str, FloatArray]:
        """The state beside `steps`, live arrays by name; writing into them restores it."""


class SGD:
    """w ← w - η g (gradient descent; stochastic by the choice of the batch)."""

    def __init__(self, parameters: ParameterVector, momentum: float = 0.0) -> None:
        self._parameters = parameters
        self._change = np.empty_like(parameters.values)
        self.steps = 0

    def step(self, learning_rate: float) -> None:
        """One product and one subtraction."""
        self.steps += 1
        np.multiply(self._parameters.gradients, learning_rate, out=self._change)
        self._parameters.values -= self._change

    def moments(self) -> dict[str, FloatArray]:
        """No state."""
        return {}


class Momentum:
    """v ← μ v + g, w ← w - η v (Polyak 1964, in the form of PyTorch)."""

    def __init__(self, parameters: ParameterVector, momentum: float = 0.9) -> None:
        self._parameters = parameters
        self._momentum = momentum
        self._velocity = np.zeros_like(parameters.values)
        self._change = np.empty_like(parameters.values)
        self.steps = 0

    def step(self, learning_rate: float) -> None:
        """Velocity, then parameters."""
        self.steps += 1
        self._velocity *= self._momentum
        self._velocity += self._parameters.gradients
        np.multiply(self._velocity, learning_rate, out=self._change)
        self._parameters.values -= self._change

    def moments(self) -> dict[str, FloatArray]:
        """The velocity."""
        return {"velocity": self._velocity}


class Adam:
    """Kingma & Ba 2015 (arXiv 1412.6980), algorithm 1, with β1 = momentum, β2 = 0.999, ε = 1e-8.

    The moments are kept without their factors (1 - β): m ← β1 m + g, v ← β2 v + g², which saves two passes;
    those factors and the bias corrections are scalars of the step: with c = √((1 - β2) / (1 - β2^t)) it is
    η (1 - β1) / (1 - β1^t) / c · m / (√v + ε / c), the paper's step exactly.
    """

    def __init__(
        self, parameters: ParameterVector, momentum: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self._parameters = parameters
        self._beta1, self._beta2, self._epsilon = momentum, beta2, epsilon
        self._first = np.zeros_like(parameters.values)
        self._second = np.zeros_like(parameters.values)
        self._change = np.empty_like(parameters.values)
        self.steps = 0

    def step(self, learning_rate: float) -> None:
        """Both moments, then parameters."""
        self.steps += 1
        gradients, first, second, change = (
            self._parameters.gradients,
            self._first,
            self._second,
            self._change,
        )
        first *= self._beta1
        first += gradients
        second *= self._beta2
        np.multiply(gradients, gradients, out=change)
        second += change
        scale = math.sqrt((1.0 - self._beta2) / (1.0 - self._beta2**self.steps))
        rate = learning_rate * (1.0 - self._beta1) / (1.0 - self._beta1**self.steps) / scale
        np.sqrt(second, out=change)
        change += self._epsilon / scale
        np.divide(first, change, out=change)
        change *= rate
        self._parameters.values -= change

    def moments(self) -> dict[str, FloatArray]:
        """Both moments, without their factors (1 - β)."""
        return {"first": self._first, "second": self._second}


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
"""Names are stored in model files: add, never rename."""
