"""Update rules on the flat parameter vector: g is the gradient, d the direction of w ← w - η d."""

import math
from typing import ClassVar

import numpy as np

from mlpcli.nn.optimizers.base import UpdateRule
from mlpcli.nn.scratch import FloatArray


class SGD(UpdateRule):
    """d = g: gradient descent, stochastic by the choice of the batch."""

    default_learning_rate: ClassVar[float] = 1e-1

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        np.copyto(direction, gradients)


class Momentum(UpdateRule):
    """v ← μ v + g, d = v (Polyak 1964, in the form of PyTorch)."""

    default_learning_rate: ClassVar[float] = 1e-2
    state_names: ClassVar[tuple[str, ...]] = ("velocity",)

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (velocity,) = state
        velocity *= self._momentum
        velocity += gradients
        np.copyto(direction, velocity)


class Nesterov(Momentum):
    """v ← μ v + g, d = g + μ v: the gradient ahead (Sutskever et al. 2013, in the form of PyTorch)."""

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (velocity,) = state
        velocity *= self._momentum
        velocity += gradients
        np.multiply(velocity, self._momentum, out=direction)
        direction += gradients


class AdaGrad(UpdateRule):
    """s ← s + g², d = g / (√s + ε), ε = 1e-10 (Duchi et al. 2011; ε as in PyTorch)."""

    default_learning_rate: ClassVar[float] = 1e-2
    state_names: ClassVar[tuple[str, ...]] = ("squares",)
    epsilon: ClassVar[float] = 1e-10

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (squares,) = state
        np.multiply(gradients, gradients, out=direction)
        squares += direction
        np.sqrt(squares, out=direction)
        direction += self.epsilon
        np.divide(gradients, direction, out=direction)


class RMSProp(UpdateRule):
    """s ← ρ s + (1 - ρ) g², d = g / (√s + ε), ρ = beta2 = 0.9, ε = 1e-8 (Tieleman & Hinton 2012)."""

    default_learning_rate: ClassVar[float] = 1e-3
    usual_beta2: ClassVar[float] = 0.9
    state_names: ClassVar[tuple[str, ...]] = ("squares",)
    epsilon: ClassVar[float] = 1e-8

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (squares,) = state
        np.multiply(gradients, gradients, out=direction)
        direction *= 1.0 - self._beta2
        squares *= self._beta2
        squares += direction
        np.sqrt(squares, out=direction)
        direction += self.epsilon
        np.divide(gradients, direction, out=direction)


class Adam(UpdateRule):
    """Kingma & Ba 2015 (arXiv 1412.6980), algorithm 1, with β1 = momentum, β2 = 0.999, ε = 1e-8.

    The moments are kept without their factors (1 - β): m ← β1 m + g, v ← β2 v + g², which saves two passes;
    those factors and the bias corrections are scalars of the step: with c = √((1 - β2) / (1 - β2^t)) it is
    η (1 - β1) / (1 - β1^t) / c · m / (√v + ε / c), the paper's step exactly.
    """

    default_learning_rate: ClassVar[float] = 1e-3
    state_names: ClassVar[tuple[str, ...]] = ("first", "second")
    epsilon: ClassVar[float] = 1e-8

    def _prepare(self) -> float:
        scale = math.sqrt((1.0 - self._beta2) / (1.0 - self._beta2**self.steps))
        self._scaled_epsilon = self.epsilon / scale
        return (1.0 - self._momentum) / (1.0 - self._momentum**self.steps) / scale

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        first, second = state
        first *= self._momentum
        first += gradients
        second *= self._beta2
        np.multiply(gradients, gradients, out=direction)
        second += direction
        np.sqrt(second, out=direction)
        direction += self._scaled_epsilon
        np.divide(first, direction, out=direction)


class AdamW(Adam):
    """Adam with weight decay 0.01 unless another is given (Loshchilov & Hutter 2019, arXiv 1711.05101)."""

    default_weight_decay: ClassVar[float] = 1e-2


class Lion(UpdateRule):
    """d = sign(β1 m + (1 - β1) g), m ← β2 m + (1 - β2) g, β2 = 0.99 (Chen et al. 2023, arXiv 2302.06675)."""

    default_learning_rate: ClassVar[float] = 1e-4
    usual_beta2: ClassVar[float] = 0.99
    state_names: ClassVar[tuple[str, ...]] = ("momentum",)

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (momentum,) = state
        # With e = m - g: the sign of g + β1 e, and then m = g + β2 e.
        momentum -= gradients
        np.multiply(momentum, self._momentum, out=direction)
        direction += gradients
        np.sign(direction, out=direction)
        momentum *= self._beta2
        momentum += gradients
