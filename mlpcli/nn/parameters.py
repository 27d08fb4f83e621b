"""All parameters of a network as one flat vector, their gradients as a second one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mlpcli.nn.arrays import FloatArray

GROUPS = ("weight", "bias")
"""The kinds of parameter in the order in which the flat vector holds them."""


class HasParameters(Protocol):
    """What a layer must offer to get views into the vector."""

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by its group's name."""

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        """Receive the views, shaped as asked."""


class ParameterVector:
    """`values` and `gradients`, both (n,); layers see shaped views, everybody else the flat arrays.

    A snapshot is `values.copy()`, restoring is `values[:] = snapshot`, the gradient norm one dot product.
    """

    def __init__(self, layers: Sequence[HasParameters], dtype: npt.DTypeLike) -> None:
        shapes = [layer.parameter_shapes() for layer in layers]
        size = sum(int(np.prod(shape)) for named in shapes for shape in named.values())
        self.values: FloatArray = np.zeros(size, dtype)
        self.gradients: FloatArray = np.zeros(size, dtype)
        self.groups: dict[str, slice] = {}
        views: list[tuple[dict[str, FloatArray], dict[str, FloatArray]]] = [({}, {}) for _ in layers]
        start = 0
        for group in GROUPS:
            first = start
            for named, (values, gradients) in zip(shapes, views, strict=True):
                if group in named:
                    stop = start + int(np.prod(named[group]))
                    values[group] = self.values[start:stop].reshape(named[group])
                    gradients[group] = self.gradients[start:stop].reshape(named[group])
                    start = stop
            self.groups[group] = slice(first, start)
        for layer, (values, gradients) in zip(layers, views, strict=True):
            layer.bind(values, gradients)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.values.size
