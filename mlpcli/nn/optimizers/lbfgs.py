"""Limited-memory BFGS: Newton-like steps from the last few changes of the gradient, on the whole data."""

import math
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from mlpcli.nn.optimizers.line_search import wolfe_search
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import QUIET, FloatArray


class LBFGS:
    """w ← w - α H g: Liu & Nocedal 1989, as in Nocedal & Wright, Numerical Optimization (2nd ed. 2006), §7.2.

    H, never formed, is the BFGS inverse Hessian of the last `memory` pairs (s, y) = (change of the values,
    change of the gradients), starting from s'y / y'y I of the newest pair (eq. 7.20). α meets the strong
    Wolfe conditions. Without pairs (at the start, or after they led nowhere) H is I and the first trial of α
    is 1 / |g|₁ where that is below 1: no parameter moves by more than one.

    The loss is one function from call to call: its value and gradient at the accepted point are kept, and
    computed anew only if the values are no longer those.
    """

    default_learning_rate: ClassVar[float] = 1.0
    """The first trial of a step's length."""

    def __init__(self, parameters: ParameterVector, memory: int = 10) -> None:
        values = parameters.values
        self._parameters = parameters
        self._epsilon = float(np.finfo(values.dtype).eps)
        self._value_changes = np.zeros((memory, values.size), values.dtype)
        self._gradient_changes = np.zeros((memory, values.size), values.dtype)
        self._products = np.zeros(memory)
        self._pairs = np.zeros(1)
        self._values = np.zeros_like(values)
        self._gradients = np.zeros_like(values)
        self._loss = np.zeros(1)
        self._known = np.zeros(1)
        self._stuck = np.zeros(1)
        self.steps = 0

    @QUIET
    def advance(self, objective: Callable[[], float], first_step: float = 1.0) -> float:
        """One iteration; the loss before it. Nothing moves once `converged`.

        `objective()` computes the loss at the present values and fills the gradients. Afterwards values and
        gradients are those of the accepted point, or of the previous one when `objective` raises.
        """
        self.steps += 1
        if not self._at_known_point():
            self._keep(objective())
            # A start without a finite loss has no way down that could be compared with it.
            self._stuck[0] = not (math.isfinite(self._loss[0]) and np.isfinite(self._gradients).all())
        loss = float(self._loss[0])
        if self.converged:
            return loss
        try:
            moved = self._descend(objective, first_step)
            if not moved and self._pairs[0]:
                self._pairs[0] = 0.0
                moved = self._descend(objective, first_step)
            self._stuck[0] = not moved
        except BaseException:
            self._go_back()
            raise
        return loss

    @property
    def converged(self) -> bool:
        """Whether |g|∞ ≤ the dtype's ε, or steepest descent found no lower point, or the loss is NaN."""
        return self._at_known_point() and bool(
            self._stuck[0] or np.max(np.abs(self._gradients), initial=0.0) <= self._epsilon
        )

    def moments(self) -> dict[str, FloatArray]:
        """All state: the pairs with their s'y and how many there were, and the accepted point."""
        return {
            "value_changes": self._value_changes,
            "gradient_changes": self._gradient_changes,
            "products": self._products,
            "pairs": self._pairs,
            "values": self._values,
            "gradients": self._gradients,
            "loss": self._loss,
            "known": self._known,
            "stuck": self._stuck,
        }

    def _at_known_point(self) -> bool:
        return bool(self._known[0]) and np.array_equal(self._parameters.values, self._values, equal_nan=True)

    def _keep(self, loss: float) -> None:
        """The present values, with the loss and the gradients that were just computed there, as known."""
        self._values[:] = self._parameters.values
        self._gradients[:] = self._parameters.gradients
        self._loss[0] = loss
        self._known[0] = 1.0

    def _go_back(self) -> None:
        self._parameters.values[:] = self._values
        self._parameters.gradients[:] = self._gradients

    def _descend(self, objective: Callable[[], float], first_step: float) -> bool:
        """Search along the present direction, move and remember the pair; False if there was no move."""
        values, gradients = self._parameters.values, self._parameters.gradients
        direction = self._direction()
        slope = float(np.dot(self._gradients, direction))
        if not self._pairs[0]:
            first_step *= min(1.0, 1.0 / float(np.sum(np.abs(direction))))
        if not -math.inf < slope < 0.0 or not first_step > 0.0:
            return False
        reached = 0.0

        def evaluate(step: float) -> tuple[float, float]:
            nonlocal reached
            reached = step
            values[:] = self._values + step * direction
            loss = objective()
            return loss, float(np.dot(gradients, direction))

        found = wolfe_search(evaluate, float(self._loss[0]), slope, first_step, resolution=self._epsilon)
        if found.step == 0.0:
            self._go_back()
            return False
        if found.step != reached:
            evaluate(found.step)
        self._remember_pair()
        self._keep(found.loss)
        return True

    def _direction(self) -> FloatArray:
        """-H g by the two-loop recursion, Nocedal & Wright algorithm 7.4.

        In float64, whatever the dtype of the values, as is every dot product here: the squares of float32
        gradients can leave float32's range (an unscaled target has 1e20 and more), and s'y and g'd, sums of
        large terms of both signs, must have the right sign. The pairs stay in the dtype of the values: as
        differences of neighbouring numbers they are exact there, or nearly so.
        """
        memory = len(self._products)
        pairs = int(self._pairs[0])
        newest_first = [pair % memory for pair in range(pairs - 1, max(pairs - memory, 0) - 1, -1)]
        direction = -self._gradients.astype(np.float64)
        shares = np.zeros(memory)
        for pair in newest_first:
            shares[pair] = np.dot(self._value_changes[pair], direction) / self._products[pair]
            direction -= shares[pair] * self._gradient_changes[pair]
        if newest_first:
            newest = newest_first[0]
            gradient_change = self._gradient_changes[newest]
            direction *= self._products[newest] / _dot(gradient_change, gradient_change)
        for pair in reversed(newest_first):
            share = np.dot(self._gradient_changes[pair], direction) / self._products[pair]
            direction += (shares[pair] - share) * self._value_changes[pair]
        return direction

    def _remember_pair(self) -> None:
        """Keep (s, y) in place of the oldest, but only with s'y > ε |s| |y|: H must stay positive definite.

        The second Wolfe condition makes s'y positive; a search that ran out of evaluations, or rounding,
        does not.
        """
        value_change = self._parameters.values - self._values
        gradient_change = self._parameters.gradients - self._gradients
        product = _dot(value_change, gradient_change)
        lengths = _dot(value_change, value_change), _dot(gradient_change, gradient_change)
        if product > self._epsilon * math.sqrt(lengths[0]) * math.sqrt(lengths[1]):
            slot = int(self._pairs[0]) % len(self._products)
            self._value_changes[slot] = value_change
            self._gradient_changes[slot] = gradient_change
            self._products[slot] = product
            self._pairs[0] += 1.0


def _dot(a: FloatArray, b: FloatArray) -> float:
    """a'b, summed in float64; see `_direction`."""
    return float(np.dot(a.astype(np.float64), b))
