"""Update rules in one pass over the parameters: the twins of `mlpcli.nn.optimizers`."""

from typing import Any

import numpy as np

from mlpcli.nn.kernels.compiling import compiled
from mlpcli.nn.optimizers.rules import SGD, Adam, AdamW, Momentum
from mlpcli.nn.scratch import FloatArray


class CompiledAdam(Adam):
    """The moments and the values of a parameter together; with a penalty as in NumPy."""

    def step(self, learning_rate: float) -> None:
        if self._l1:
            super().step(learning_rate)
            return
        self.steps += 1
        rate = learning_rate * self._prepare()
        first, second = self._state["first"], self._state["second"]
        adam(
            self._values, self._gradients, first, second, self._factors,
            rate, self._momentum, self._beta2, self._scaled_epsilon,
        )  # fmt: skip


class CompiledAdamW(CompiledAdam, AdamW):
    """Differs in its default of the weight decay alone."""


@compiled
def adam(
    values: FloatArray,
    gradients: FloatArray,
    first: FloatArray,
    second: FloatArray,
    factors: FloatArray,
    rate: Any,
    momentum: Any,
    beta2: Any,
    epsilon: Any,
) -> None:
    """m ← β1 m + g, v ← β2 v + g², w ← w - η m / (√v + ε), with factors of η where there are some."""
    scaled = len(factors) > 0
    number = values.dtype.type  # of another type they would make all that they touch a float64
    rate, momentum, beta2, epsilon = number(rate), number(momentum), number(beta2), number(epsilon)
    for place in range(len(values)):
        gradient = gradients[place]
        mean = momentum * first[place] + gradient
        square = beta2 * second[place] + gradient * gradient
        first[place], second[place] = mean, square
        change = rate * mean / (np.sqrt(square) + epsilon)
        if scaled:
            change *= factors[place]
        values[place] -= change


class CompiledSGD(SGD):
    """One pass instead of three."""

    def step(self, learning_rate: float) -> None:
        if self._l1:
            super().step(learning_rate)
            return
        self.steps += 1
        descend(self._values, self._gradients, self._values[:0], self._factors, learning_rate, 0.0)


class CompiledMomentum(Momentum):
    """One pass instead of five."""

    def step(self, learning_rate: float) -> None:
        if self._l1:
            super().step(learning_rate)
            return
        self.steps += 1
        velocity = self._state["velocity"]
        descend(
            self._values,
            self._gradients,
            velocity,
            self._factors,
            learning_rate,
            self._momentum,
        )


@compiled
def descend(
    values: FloatArray,
    gradients: FloatArray,
    velocity: FloatArray,
    factors: FloatArray,
    rate: Any,
    momentum: Any,
) -> None:
    """v ← μ v + g, w ← w - η v; an empty `velocity` stands for the gradient itself."""
    scaled, gathers = len(factors) > 0, len(velocity) > 0
    rate, momentum = values.dtype.type(rate), values.dtype.type(momentum)
    for place in range(len(values)):
        moved = gradients[place]
        if gathers:
            moved = momentum * velocity[place] + moved
            velocity[place] = moved
        change = rate * moved
        if scaled:
            change *= factors[place]
        values[place] -= change
