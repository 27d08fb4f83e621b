"""Update rules on the flat parameter vector: g is the gradient, d the direction of w ← w - η d."""

import math
from typing import ClassVar

import numpy as np

from mlpcli.nn.optimizers.base import UpdateRule, scalar
from mlpcli.nn.scratch import FloatArray

MOST_RATES = 10.0
"""A penalty takes at most so many rates from a weight in a step of a rule that divides by past gradients: one
without a gradient yet, as that of a unit which is off for the first rows, is not lost at once. Where a rule
rests this changes nothing: a weight that is not 0 has |g| = l1 there and loses one rate."""


class SGD(UpdateRule):
    """d = g: gradient descent, stochastic by the choice of the batch."""

    default_learning_rate: ClassVar[float] = 1e-1

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        np.copyto(direction, gradients)


class Momentum(UpdateRule):
    """v ← μ v + g, d = v (Polyak 1964, in the form of PyTorch)."""

    default_learning_rate: ClassVar[float] = 1e-2
    state_names: ClassVar[tuple[str, ...]] = ("velocity",)
    settings: ClassVar[frozenset[str]] = frozenset({"momentum"})

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        (velocity,) = state
        velocity *= self._momentum
        velocity += gradients
        np.copyto(direction, velocity)

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """s = 1 / (1 - μ), the sum of a steady gradient's shares."""
        change.fill(self._l1 / (1.0 - self._momentum))


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

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """s = 1 / (√s + ε), the direction's denominator."""
        _over_root(self._l1, state[0], self.epsilon, self._l1 / MOST_RATES, out=change)


class RMSProp(UpdateRule):
    """s ← ρ s + (1 - ρ) g², d = g / (√s + ε), ρ = beta2 = 0.9, ε = 1e-8 (Tieleman & Hinton 2012)."""

    default_learning_rate: ClassVar[float] = 1e-3
    usual_beta2: ClassVar[float] = 0.9
    state_names: ClassVar[tuple[str, ...]] = ("squares",)
    settings: ClassVar[frozenset[str]] = frozenset({"beta2"})
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

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """s = 1 / (√s + ε), the direction's denominator."""
        _over_root(self._l1, state[0], self.epsilon, self._l1 / MOST_RATES, out=change)


class Adam(UpdateRule):
    """Kingma & Ba 2015 (arXiv 1412.6980), algorithm 1, with β1 = momentum, β2 = 0.999, ε = 1e-8.

    The moments are kept without their factors (1 - β): m ← β1 m + g, v ← β2 v + g², which saves two passes;
    those factors and the bias corrections are scalars of the step: with c = √((1 - β2) / (1 - β2^t)) it is
    η (1 - β1) / (1 - β1^t) / c · m / (√v + ε / c), the paper's step exactly.
    """

    default_learning_rate: ClassVar[float] = 1e-3
    state_names: ClassVar[tuple[str, ...]] = ("first", "second")
    settings: ClassVar[frozenset[str]] = frozenset({"momentum", "beta2"})
    epsilon: ClassVar[float] = 1e-8

    def _prepare(self) -> float:
        scale = math.sqrt((1.0 - self._beta2) / (1.0 - self._beta2**self.steps))
        self._scale, self._scaled_epsilon = scale, self.epsilon / scale
        scalar(self._scaled_epsilon, self._added)
        return (1.0 - self._momentum) / (1.0 - self._momentum**self.steps) / scale

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        first, second = state
        np.multiply(first, self._momentum_scalar, out=first)
        np.add(first, gradients, out=first)
        np.multiply(second, self._beta2_scalar, out=second)
        np.multiply(gradients, gradients, out=direction)
        np.add(second, direction, out=second)
        np.sqrt(second, out=direction)
        np.add(direction, self._added, out=direction)
        np.divide(first, direction, out=direction)

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """s = (1 - β1^t) / (1 - β1) / (√v + ε / c): m of a steady gradient over the denominator."""
        kept = (1.0 - self._momentum**self.steps) / (1.0 - self._momentum)
        least = self._l1 / MOST_RATES / self._scale
        _over_root(self._l1 * kept, state[1], self._scaled_epsilon, least, out=change)


class AdamW(Adam):
    """Adam with weight decay 0.01 unless another is given (Loshchilov & Hutter 2019, arXiv 1711.05101)."""

    default_weight_decay: ClassVar[float] = 1e-2


class Lion(UpdateRule):
    """d = sign(c), c = β1 m + (1 - β1) g, m ← β2 m + (1 - β2) g, β2 = 0.99 (Chen et al. 2023).

    arXiv 2302.06675. With l1, d is the sign of the pseudo-gradient c + l1 sign(w), and a weight does not
    cross 0 by the penalty (Andrew & Gao 2007, "Scalable training of L1-regularized log-linear models",
    section 3.2). As all steps are one rate long, this is: where |c| > l1 the usual step, elsewhere a
    threshold of one rate. A weight rests where c = -l1 sign(w), or at 0 with |c| ≤ l1. A threshold of
    l1 / |c|, in the metric of the sign, has the same place of rest, but c of a mini batch is often near 0 by
    chance: the weight would be lost.
    """

    default_learning_rate: ClassVar[float] = 1e-4
    usual_beta2: ClassVar[float] = 0.99
    state_names: ClassVar[tuple[str, ...]] = ("momentum",)
    settings: ClassVar[frozenset[str]] = frozenset({"momentum", "beta2"})

    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        self._interpolate(gradients, direction, *state)
        np.sign(direction, out=direction)

    def _penalized_direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        self._interpolate(gradients, direction, *state)
        large = np.abs(direction, out=self._sizes[: len(direction)])
        np.greater(large, self._l1, out=large)
        np.sign(direction, out=direction)
        direction *= large

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """One where there was no step."""
        np.equal(change, 0.0, out=change)

    def _interpolate(self, gradients: FloatArray, direction: FloatArray, momentum: FloatArray) -> None:
        """Write c into `direction`, then renew m."""
        # With e = m - g: c is g + β1 e, and then m = g + β2 e.
        momentum -= gradients
        np.multiply(momentum, self._momentum, out=direction)
        direction += gradients
        momentum *= self._beta2
        momentum += gradients


def _over_root(numerator: float, squares: FloatArray, epsilon: float, least: float, out: FloatArray) -> None:
    """numerator / max(√squares + ε, least)."""
    np.sqrt(squares, out=out)
    out += epsilon
    np.maximum(out, least, out=out)
    np.divide(numerator, out, out=out)
