"""Lesson: the ways of five optimizers from one start on a surface with two wells."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.nn.scratch import QUIET
from mlpcli.workflows.lessons.walking import walk

FORMULA = "(x^2 - 1)^2 + 0.3 x + 2 (y - x/2)^2"
TILT, STEEPNESS, SLANT = 0.3, 2.0, 0.5
"""0.3 makes one well deeper; 2 and 1/2 are those of the valley that leads from one to the other."""
START = (1.6, -1.0)
NAMES = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
"""The optimizers of the lessons, by their names in OPTIMIZERS."""
LEARNING_RATE = 0.03
STEPS = 100
NEAR = 0.1
"""Distance within which a walk has arrived in a well."""
SHALLOW, DEEP = "shallow", "deep"


@dataclass(frozen=True)
class Well:
    """A lowest place of the surface."""

    name: str
    x: float
    y: float
    loss: float


@dataclass(frozen=True)
class OptimizerWalk:
    """The way of an optimizer: the start and each step."""

    optimizer: str
    xs: list[float]
    ys: list[float]
    losses: list[float]
    well: str | None
    """The well that it is in at the end, if any."""
    arrived: int | None
    """The step from which on it stays there."""
    diverged: bool
    """Whether it ended early, as its numbers became too large."""


@dataclass(frozen=True)
class OptimizersLesson:
    """The ways of all optimizers."""

    formula: str
    start: tuple[float, float]
    learning_rate: float
    steps: int
    wells: list[Well]
    walks: list[OptimizerWalk]


@QUIET
def surface(x: Array, y: Array) -> Array:
    """The loss at each place."""
    return np.asarray((x * x - 1.0) ** 2 + TILT * x + STEEPNESS * (y - SLANT * x) ** 2)


def gradient(place: Array) -> Array:
    """The slopes of the loss by x and by y, (2,)."""
    x, y = place
    aside = 2.0 * STEEPNESS * (y - SLANT * x)
    return np.array([4.0 * x * (x * x - 1.0) + TILT - SLANT * aside, aside])


def optimizers(learning_rate: float = LEARNING_RATE, steps: int = STEPS) -> OptimizersLesson:
    """Let each optimizer walk so many steps from `START`, all at the same rate."""
    found = wells()
    walks = [_walk(name, learning_rate, steps, found) for name in NAMES]
    return OptimizersLesson(
        FORMULA, START, learning_rate=learning_rate, steps=steps, wells=found, walks=walks
    )


def wells() -> list[Well]:
    """The shallow and the deep well: there y is x / 2, and the slope by x is 0."""
    roots = np.sort(np.roots([4.0, 0.0, -4.0, TILT]).real)
    places = {SHALLOW: float(roots[-1]), DEEP: float(roots[0])}
    return [
        Well(name, x, SLANT * x, float(surface(np.array(x), np.array(SLANT * x))))
        for name, x in places.items()
    ]


def _walk(name: str, learning_rate: float, steps: int, found: list[Well]) -> OptimizerWalk:
    rule = OPTIMIZERS[name]
    assert issubclass(rule, UpdateRule)
    path = walk(rule, gradient, START, learning_rate, steps)
    well, arrived = None, None
    for each in found:
        far = np.flatnonzero(np.hypot(*(path - (each.x, each.y)).T) > NEAR)
        first = int(far[-1]) + 1 if len(far) else 0
        if first < len(path):
            well, arrived = each.name, first
    xs, ys = path.T
    return OptimizerWalk(
        name,
        xs.tolist(),
        ys.tolist(),
        surface(xs, ys).tolist(),
        well=well,
        arrived=arrived,
        diverged=len(path) <= steps,
    )
