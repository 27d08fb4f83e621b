"""The base class of update rules, which take a step per batch."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import FloatArray, aligned

BLOCK = 1 << 14
"""Parameters updated at once: the arrays of a block stay in the cache between the passes over them (adam on
320,000 parameters: 3.0 ns each, 3.4 without blocks)."""


class UpdateRule(ABC):
    """Changes the values against a direction made from the gradients and a little state: w ← w - η d.

    A subclass names its state and writes the direction's formula. `rate_factors` (n,) are factors of the
    learning rate by parameter.

    With `l1` each step on a weight is a proximal one in the metric of the rule: where the rule answers a
    steady gradient g with the direction s g, the step ends with the soft threshold
    w ← sign(w) max(|w| - η s l1, 0), composite mirror descent with 1 / s for the diagonal of the metric
    (Duchi, Hazan & Singer 2011, JMLR 12:2121, section 5.1). Pull and threshold have the same s, so that every
    rule rests where the lasso does: at g = -l1 sign(w), or at w = 0 with |g| ≤ l1.
    """

    default_learning_rate: ClassVar[float] = 1e-3
    """A learning rate that suits standardised data."""
    usual_beta2: ClassVar[float] = 0.999
    default_weight_decay: ClassVar[float] = 0.0
    """Weight decay unless one is given."""
    state_names: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[frozenset[str]] = frozenset()
    """Those of "momentum" and "beta2" that the direction depends on."""

    def __init__(
        self,
        parameters: ParameterVector,
        momentum: float = 0.9,
        beta2: float | None = None,
        rate_factors: FloatArray | None = None,
        l1: float = 0.0,
    ) -> None:
        self._momentum = momentum
        self._beta2 = self.usual_beta2 if beta2 is None else beta2
        self.steps = 0
        dtype = parameters.values.dtype
        self._state = {name: aligned(parameters.values.shape, dtype, fill=0.0) for name in self.state_names}
        self._values, self._gradients = parameters.values, parameters.gradients
        self._factors = parameters.values[:0] if rate_factors is None else rate_factors
        change = aligned((min(BLOCK, parameters.size),), dtype)
        self._rate, self._added, self._momentum_scalar, self._beta2_scalar = (
            scalar(value, np.empty((), dtype)) for value in (0, 0, momentum, self._beta2)
        )
        self._l1 = l1
        self._sizes = np.empty_like(change if l1 else change[:0])
        # With l1 no block has both weights, which stand first, and others.
        weights = parameters.groups["weight"].stop if l1 else 0
        places = [*_places(0, weights), *_places(weights, parameters.size)]
        self._penalized = len(_places(0, weights))
        self._blocks = [
            (
                change[: place.stop - place.start],
                parameters.values[place],
                parameters.gradients[place],
                tuple(array[place] for array in self._state.values()),
                None if rate_factors is None else rate_factors[place],
            )
            for place in places
        ]

    def step(self, learning_rate: float) -> None:
        """One update of all parameters, a block at a time."""
        self.steps += 1
        rate = scalar(learning_rate * self._prepare(), self._rate)
        for number, (change, values, gradients, state, factors) in enumerate(self._blocks):
            penalized = number < self._penalized
            (self._penalized_direction if penalized else self._direction)(gradients, change, *state)
            np.multiply(change, rate, out=change)
            if factors is not None:
                np.multiply(change, factors, out=change)
            np.subtract(values, change, out=values)
            if penalized:
                self._threshold(change, *state)
                np.multiply(change, rate, out=change)
                if factors is not None:
                    np.multiply(change, factors, out=change)
                self._shrink(values, change)

    def moments(self) -> dict[str, FloatArray]:
        """The state apart from `steps`: live arrays by name; writing into them restores it."""
        return self._state

    def _prepare(self) -> float:
        """A factor of the rate that depends on `steps`; called once per step, before the first block."""
        return 1.0

    def _penalized_direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        """As `_direction`, of weights with l1."""
        self._direction(gradients, direction, *state)

    def _threshold(self, change: FloatArray, *state: FloatArray) -> None:
        """Write s l1 over `change`, the step of a block, from the state after it; s is one by default."""
        change.fill(self._l1)

    def _shrink(self, values: FloatArray, limits: FloatArray) -> None:
        """w ← sign(w) max(|w| - limit, 0); `limits` are overwritten."""
        size = np.abs(values, out=self._sizes[: len(values)])
        np.minimum(size, limits, out=limits)
        np.copysign(limits, values, out=limits)
        np.subtract(values, limits, out=values)

    @abstractmethod
    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        """Write d into `direction`, from a block of the gradients and of each state array, which changes."""


def scalar(value: float, out: FloatArray) -> FloatArray:
    """`out` (), filled: as an operand it takes 0.5 of 1 µs less than a Python float."""
    out.fill(value)
    return out


def _places(start: int, stop: int) -> list[slice]:
    """The blocks of a part of the vector."""
    return [slice(first, min(first + BLOCK, stop)) for first in range(start, stop, BLOCK)]
