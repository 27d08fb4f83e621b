"""What optimizers of both kinds offer, their settings, and the base of those that take a step a batch."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

import numpy as np

from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.parameters import ParameterVector

BLOCK = 1 << 14
"""Parameters updated at once: the arrays of a block stay in the cache between the passes over them (adam on
320,000 parameters: 3.0 ns each, 3.4 without blocks)."""


class Optimizer(Protocol):
    """What the training loop, checkpoints and range tests know of an optimizer."""

    default_learning_rate: ClassVar[float]
    """A learning rate that suits standardised data."""
    steps: int
    """How many steps were taken."""

    def moments(self) -> dict[str, FloatArray]:
        """The state beside `steps`, live arrays by name; writing into them restores it."""


class Minimizer(Optimizer, Protocol):
    """An optimizer of the second kind: it evaluates the loss of all rows as often as it needs."""

    @property
    def converged(self) -> bool:
        """Whether no further decrease is possible."""

    def advance(self, objective: Callable[[], float], first_step: float = 1.0) -> float:
        """One iteration; `objective` fills the gradients and returns the loss. The loss before."""


class UpdateRule(ABC):
    """Changes the values against a direction made from the gradients and a little state: w ← w - η d.

    A subclass names its state and writes the direction's formula. `rate_factors` (n,) are factors of the
    learning rate by parameter.
    """

    default_learning_rate: ClassVar[float] = 1e-3
    usual_beta2: ClassVar[float] = 0.999
    default_weight_decay: ClassVar[float] = 0.0
    """Weight decay where none is given."""
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
        arrays = [parameters.values, parameters.gradients, *self._state.values()]
        if rate_factors is not None:
            arrays.append(rate_factors)
        self._has_factors = rate_factors is not None
        change = np.empty(min(BLOCK, parameters.size), parameters.values.dtype)
        self._blocks = [(change[: len(block[0])], *block) for block in _blocks(arrays)]

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
        """The state by name, shaped as the parameters."""
        return self._state

    def _prepare(self) -> float:
        """Once a step, before the first block: compute what depends on `steps`; a factor of the rate."""
        return 1.0

    @abstractmethod
    def _direction(self, gradients: FloatArray, direction: FloatArray, *state: FloatArray) -> None:
        """Write d into `direction`, from a block of the gradients and of each state array, which changes."""


def _blocks(arrays: Sequence[FloatArray]) -> list[list[FloatArray]]:
    starts = itertools.chain(range(0, len(arrays[0]), BLOCK), [len(arrays[0])])
    return [[array[start:stop] for array in arrays] for start, stop in itertools.pairwise(starts)]
