"""A walk of an optimizer on a function: each step is one of the project's own update rules."""

from collections.abc import Callable, Sequence

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.optimizers import UpdateRule
from mlpcli.nn.parameters import ParameterVector
from mlpcli.nn.scratch import QUIET, FloatArray

FAR = 1e100
"""A walk that comes to such a number has diverged, and ends: further ones would overflow."""


class Place:
    """The coordinates of a walk, as the weights of a layer."""

    def __init__(self, size: int) -> None:
        self._size = size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """One weight for each coordinate."""
        return {"weight": (self._size,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Nothing: the walk uses the flat vector itself."""


@QUIET
def walk(
    rule: type[UpdateRule],
    gradient: Callable[[Array], Array],
    start: Sequence[float],
    learning_rate: float,
    steps: int,
) -> Array:
    """The start and the place after each step, (steps + 1, n); fewer rows if the walk diverges."""
    place = ParameterVector([Place(len(start))], np.float64)
    optimizer = rule(place)
    place.values[:] = start
    path = [place.values.copy()]
    for _ in range(steps):
        place.gradients[:] = gradient(place.values)
        optimizer.step(learning_rate)
        if not np.abs(place.values).max() < FAR:
            break
        path.append(place.values.copy())
    return np.array(path)
