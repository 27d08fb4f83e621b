"""Layers, nets and rows that the tests of this room share."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.arrays import AnyArray, FloatArray
from mlpcli.nn.layers import Dense, Dropout, Layer
from mlpcli.nn.parameters import ParameterVector

WIDTH = 5


class Replay:
    """A generator that a call sets back to its start, so that dropout draws the same masks again."""

    def __init__(self, seed: int = 7) -> None:
        self.generator = np.random.default_rng(seed)
        self._start = self.generator.bit_generator.state

    def __call__(self) -> None:
        self.generator.bit_generator.state = self._start


def _activation(kind: Callable[[int], Layer]) -> Callable[[np.random.Generator], Layer]:
    return lambda generator: kind(WIDTH)


LAYERS: dict[str, Callable[[np.random.Generator], Layer]] = {
    "dense": lambda generator: Dense(WIDTH, 3),
    "dropout": lambda generator: Dropout(WIDTH, 0.4, generator),
    **{name: _activation(kind) for name, kind in ACTIVATIONS.items()},
}
"""Every kind of layer, WIDTH inputs wide, made from the generator of its masks."""

ELEMENTWISE = [name for name, make in LAYERS.items() if make(np.random.default_rng()).elementwise]


def with_parameters(layer: Layer, dtype: npt.DTypeLike = np.float64) -> ParameterVector:
    """Give a lone layer its parameters, drawn from a normal distribution."""
    parameters = ParameterVector([layer], dtype)
    parameters.values[:] = np.random.default_rng(3).standard_normal(parameters.size)
    return parameters


def numbers(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    return generator.standard_normal((rows, n_out))


def labels(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Zeros, ones, and shares in between."""
    return np.clip(generator.normal(0.5, 1.0, (rows, n_out)), 0.0, 1.0)


def class_numbers(rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    return generator.integers(0, n_out, rows)


TARGETS: dict[str, Callable[[int, int, np.random.Generator], AnyArray]] = {
    "cross-entropy": class_numbers,
    "sigmoid-cross-entropy": labels,
}
"""What losses are given that do not take any number."""


def targets_for(loss: str, rows: int, n_out: int, generator: np.random.Generator) -> AnyArray:
    """Targets that the loss of this name may meet, in float64 or as class numbers."""
    return TARGETS.get(loss, numbers)(rows, n_out, generator)


def row_weights(rows: int, generator: np.random.Generator) -> FloatArray:
    """(rows, 1), mean one, one row without any weight."""
    weights: FloatArray = generator.uniform(0.1, 3.0, (rows, 1))
    weights[rows // 2] = 0.0
    weights /= weights.mean()
    return weights
