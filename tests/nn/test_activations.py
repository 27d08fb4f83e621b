"""Each activation against its formula, one number at a time."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.arrays import FloatArray

FORMULAS: dict[str, Callable[[float], float]] = {
    "relu": lambda x: x if x > 0 else 0.0,
    "leaky-relu": lambda x: x if x > 0 else 0.01 * x,
    "tanh": lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "identity": lambda x: x,
}
POINTS = (-5.0, -1.25, -0.5, -1e-3, 0.0, 1e-3, 0.3, 2.0, 6.0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value(name: str) -> None:
    x = np.array([POINTS])
    out = np.full_like(x, np.nan)
    ACTIVATIONS[name](len(POINTS)).forward(x, out, True)
    np.testing.assert_allclose(out[0], [FORMULAS[name](point) for point in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_stay_finite(name: str, dtype: type) -> None:
    x: FloatArray = np.array([[-1e4, -100.0, 100.0, 1e4]], dtype)
    out, d_x = np.full_like(x, np.nan), np.full_like(x, np.nan)
    layer = ACTIVATIONS[name](4)
    layer.forward(x, out, True)
    layer.backward(x, out, np.ones_like(x), d_x)
    assert np.isfinite(out).all()
    assert np.isfinite(d_x).all()
    assert out[0, 3] >= out[0, 2] >= out[0, 1] >= out[0, 0]


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "identity"])
def test_the_gain_keeps_the_mean_square(name: str) -> None:
    """For x from N(0, gain²) the mean of f(x)² is 1 (He et al. 2015, section 2.2)."""
    grid = np.linspace(-8.0, 8.0, 160_001)[np.newaxis]
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    layer = ACTIVATIONS[name](grid.size)
    out = np.empty_like(grid)
    layer.forward(layer.gain * grid, out, True)
    assert float(np.sum(out**2 * density) * (grid[0, 1] - grid[0, 0])) == pytest.approx(1.0, abs=1e-6)
