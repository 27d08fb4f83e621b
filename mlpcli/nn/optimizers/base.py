"""The base class of update rules, which take a step per batch."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import FloatArray

BLOCK = 1 << 14
"""Parameters updated at once: the arrays of a block stay in the cache between the passes over them (adam on
320,000 parameters: 3.0 ns each, 3.4 without blocks)."""


class UpdateRule(ABC):
    """Changes the values against a direction made from the gradients and a little state: w ← w - η d.

    A subclass names its state and writes the direction's formula. `rate_factors` (n,) are factors of the
    learning rate by parameter.
    """

    default_learning_rate: ClassVar[float] = 1e-3
    """A learning rate that suits standardised data."""
    usual_beta2: ClassVar[float] = 0.999
    default_weight_decay: ClassVar[float] = 0.0
    """Weight decay unless one is given."""
    state_names: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        parameters: ParameterVector,
        momentum: float = 0.9,
        beta2: float | None = None,
        rate_factors: FloatArray | None = None,
    ) -> None:
        self._momentum = momentum
        self._beta2 = self.usual_beta2 if beta2 is None else beta2
        self.steps = 0
        self._state = {name: np.zeros_like(parameters.values) for name in self.state_names}
        self._has_factors = rate_factors is not None
        factors = [] if rate_factors is None else [rate_factors]
        arrays = [parameters.values, parameters.gradients, *self._state.values(), *factors]
        change = np.empty(min(BLOCK, parameters.size), parameters.values.dtype)
        self._blocks = [
            (change[: parameters.size - start], *(array[start : start + BLOCK] for array in arrays))
            for start in range(0, parameters.size, BLOCK)
        ]

    def step(self, learning_rate: float) -> None:
        """One update of all parameters, a block at a time."""
        self.steps += 1
        rate = learning_rate * self._prepare()
        for change, values, gradients, *state in self._blocks:
            factors = state.pop() if self._has_factors else None
            self._direction(gradients, change, *state)
            np.multiply(change, rate, out=change)
            if factors is not None:
                np.multiply(change, factors, out=change)
            np.subtract(values, change, out=values)

    def moments(self) -> dict[str, FloatArray]:
        """The state apart from `steps`: live arrays by name; writing into them restores it."""
        return self._state

    def _prepare(self) -> float:
        """A factor of the rate that depends on `steps`; called once per step, before the first block."""
        return 1.0

    @abstractmethod
    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        """Write d into `direction`, from a block of the gradients and of each state array, which changes."""
