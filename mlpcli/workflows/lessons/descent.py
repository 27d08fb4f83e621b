"""Lesson: gradient descent on a parabola at several learning rates."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.optimizers.rules import SGD
from mlpcli.workflows.lessons.walking import walk

FORMULA = "(x - 3)^2 + 10"
LOWEST, FLOOR, START = 3.0, 10.0, 10.0
"""Where the parabola is lowest, its loss there, and where all walks start."""
RATES = (0.02, 0.2, 0.9, 1.05)
STEPS = 10
NEAR = 0.05
"""Share of the way that is left to a walk which has arrived."""
SLOW, ARRIVES, OVERSHOOTS, SWINGS, GROWS = "slow", "arrives", "overshoots", "swings", "grows"


@dataclass(frozen=True)
class Descent:
    """A walk: the start and each step, and how it went."""

    learning_rate: float
    course: str
    xs: list[float]
    losses: list[float]
    diverged: bool
    """Whether it ended early, as its numbers became too large."""


@dataclass(frozen=True)
class DescentLesson:
    """The walks at all rates."""

    formula: str
    steps: int
    walks: list[Descent]


def loss(x: Array) -> Array:
    """The parabola."""
    return np.asarray((x - LOWEST) ** 2 + FLOOR)


def descent(learning_rates: tuple[float, ...] = RATES, steps: int = STEPS) -> DescentLesson:
    """Walk down from `START` at each rate, so many steps."""
    walks = []
    for rate in learning_rates:
        xs = walk(SGD, lambda x: 2.0 * (x - LOWEST), [START], rate, steps)[:, 0]
        course, losses = _course(rate, xs), loss(xs).tolist()
        walks.append(Descent(rate, course, xs.tolist(), losses, diverged=len(xs) <= steps))
    return DescentLesson(FORMULA, steps, walks)


def _course(rate: float, xs: Array) -> str:
    """How it went: a step multiplies the distance to the lowest place by 1 - 2 η."""
    factor = 1.0 - 2.0 * rate
    if abs(factor) >= 1.0:
        return SWINGS if factor == -1.0 else GROWS
    if factor < 0.0:
        return OVERSHOOTS
    return ARRIVES if abs(xs[-1] - LOWEST) <= NEAR * (START - LOWEST) else SLOW
