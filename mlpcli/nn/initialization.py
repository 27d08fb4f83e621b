"""Starting values of dense layers: weights whose size keeps the spread of signals. INITIALIZATIONS."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from mlpcli.nn.layers import Dense
from mlpcli.nn.scratch import FloatArray

Initialization: TypeAlias = Callable[[Dense, float, np.random.Generator, FloatArray | None], None]
"""Sets a layer's weights and biases, from the gain of the activation that follows and the layer's inputs."""


def _normal(variance: Callable[[Dense, float], float]) -> Initialization:
    def draw(layer: Dense, gain: float, generator: np.random.Generator, x: FloatArray | None) -> None:
        layer.weight[:] = generator.standard_normal(layer.weight.shape) * math.sqrt(variance(layer, gain))
        layer.bias[:] = 0.0

    return draw


def _uniform(variance: Callable[[Dense, float], float]) -> Initialization:
    def draw(layer: Dense, gain: float, generator: np.random.Generator, x: FloatArray | None) -> None:
        limit = math.sqrt(3.0 * variance(layer, gain))
        layer.weight[:] = generator.uniform(-limit, limit, layer.weight.shape)
        layer.bias[:] = 0.0

    return draw


def _by_gain(layer: Dense, gain: float) -> float:
    """With gain √2 before ReLU this is He's rule, with gain 1 LeCun's."""
    return gain**2 / layer.n_in


def _he(layer: Dense, gain: float) -> float:
    """He et al. 2015 (arXiv 1502.01852, eq. 10)."""
    return 2.0 / layer.n_in


def _glorot(layer: Dense, gain: float) -> float:
    """Glorot & Bengio 2010 (eq. 12)."""
    return 2.0 / (layer.n_in + layer.n_out)


def _lecun(layer: Dense, gain: float) -> float:
    """LeCun et al. 1998 ("Efficient BackProp", section 4.6)."""
    return 1.0 / layer.n_in


def orthogonal(layer: Dense, gain: float, generator: np.random.Generator, x: FloatArray | None) -> None:
    """Gain times a matrix with orthonormal rows or columns (Saxe et al. 2014, arXiv 1312.6120)."""
    normal = generator.standard_normal((max(layer.weight.shape), min(layer.weight.shape)))
    basis, triangle = np.linalg.qr(normal)
    basis *= np.sign(np.diag(triangle))  # makes the distribution uniform over all such matrices
    layer.weight[:] = gain * (basis if layer.n_in >= layer.n_out else basis.T)
    layer.bias[:] = 0.0


def zero_to_one(layer: Dense, gain: float, generator: np.random.Generator, x: FloatArray | None) -> None:
    """Weights and biases from U(0, 1): the lessons' start."""
    layer.weight[:] = generator.uniform(0.0, 1.0, layer.weight.shape)
    layer.bias[:] = generator.uniform(0.0, 1.0, layer.bias.shape)


KINKS = 5


def from_data(layer: Dense, gain: float, generator: np.random.Generator, x: FloatArray | None) -> None:
    """Every unit has a standard deviation of one over the rows of `x`, and its zero among them.

    Weights from N(0, 1) over the standard deviation of x W; the bias of a unit is minus a random convex
    combination of its values at 5 random rows (RealMLP, Holzmüller et al. 2024, arXiv 2407.04491, appendix
    A).
    """
    assert x is not None
    weight = generator.standard_normal(layer.weight.shape)
    values = x.astype(np.float64) @ weight
    spread = values.std(axis=0)
    # Constant inputs give nothing but rounding noise.
    spread[spread <= 1e-12 * np.abs(values).max(axis=0)] = 1.0
    values /= spread
    layer.weight[:] = weight / spread
    rows = generator.integers(0, len(x), (KINKS, layer.n_out))
    shares = generator.standard_exponential((KINKS, layer.n_out))
    shares /= shares.sum(axis=0)
    layer.bias[:] = -(shares * np.take_along_axis(values, rows, axis=0)).sum(axis=0)


INITIALIZATIONS: dict[str, Initialization] = {
    "auto": _normal(_by_gain),
    "he-normal": _normal(_he),
    "he-uniform": _uniform(_he),
    "glorot-normal": _normal(_glorot),
    "glorot-uniform": _uniform(_glorot),
    "lecun-normal": _normal(_lecun),
    "lecun-uniform": _uniform(_lecun),
    "orthogonal": orthogonal,
    "uniform": zero_to_one,
    "data": from_data,
}
"""Names are stored in model files: add, never rename."""
