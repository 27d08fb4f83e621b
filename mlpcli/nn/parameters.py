"""All parameters of a network as one flat vector, their gradients as a second one."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mlpcli.nn.scratch import FloatArray, aligned

GROUPS = ("weight", "bias", "scale", "slope", "embedding")
"""The kinds of parameter in the order in which the flat vector holds them."""

CONSTANT = "constant"
"""The group of numbers that are set before training and then stay, such as the edges of bins."""


class HasParameters(Protocol):
    """The interface of layers that get views into the vector."""

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by its name: its group, or `group.name`."""

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Receive the views, shaped as asked; constants have no gradient."""


class ParameterVector:
    """`values` and `gradients`, both (n,); layers see shaped views, all others the flat arrays.

    A snapshot is `values.copy()`, restoring is `values[:] = snapshot`, the gradient norm one dot product.
    `constants` is a third vector, without gradients.
    """

    def __init__(self, layers: Sequence[HasParameters], dtype: npt.DTypeLike) -> None:
        shapes = [layer.parameter_shapes() for layer in layers]
        sizes = dict.fromkeys((*GROUPS, CONSTANT), 0)
        for named in shapes:
            for name, shape in named.items():
                sizes[group_of(name)] += math.prod(shape)
        self.constants: FloatArray = np.zeros(sizes.pop(CONSTANT), dtype)
        self.values: FloatArray = aligned((sum(sizes.values()),), dtype, fill=0.0)
        self.gradients: FloatArray = aligned(self.values.shape, dtype, fill=0.0)
        self.groups: dict[str, slice] = {}
        self.slices: list[dict[str, slice]] = [{} for _ in shapes]
        """Places of the parameters in the vector, by layer and name."""
        views: list[tuple[dict[str, FloatArray], dict[str, FloatArray]]] = [({}, {}) for _ in layers]
        start = 0
        for group in GROUPS:
            first = start
            for named, places, (values, gradients) in zip(shapes, self.slices, views, strict=True):
                for name, shape in named.items():
                    if group_of(name) == group:
                        places[name] = place = slice(start, start + math.prod(shape))
                        values[name] = self.values[place].reshape(shape)
                        gradients[name] = self.gradients[place].reshape(shape)
                        start = place.stop
            self.groups[group] = slice(first, start)
        start = 0
        for named, (values, _) in zip(shapes, views, strict=True):
            for name, shape in named.items():
                if group_of(name) == CONSTANT:
                    values[name] = self.constants[start : start + math.prod(shape)].reshape(shape)
                    start += math.prod(shape)
        for layer, (values, gradients) in zip(layers, views, strict=True):
            layer.bind(values, gradients)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.values)


def clear_subnormal(vector: FloatArray) -> None:
    """Set numbers below the smallest normal one to 0: weights that died, and what is kept of their gradients.

    Processors compute with subnormal numbers many times slower, and such a weight changes no output.
    """
    vector[np.abs(vector) < np.finfo(vector.dtype).tiny] = 0.0


def group_of(name: str) -> str:
    """The group of a parameter's name."""
    return name.partition(".")[0]
