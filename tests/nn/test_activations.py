"""Each activation against its formula, one number at a time; its slope against differences of its values."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Activation, Parametric, SmoothActivation
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import with_parameters


def elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def selu(x: float) -> float:
    """Klambauer et al. 2017, section 2: λ ≈ 1.0507, α ≈ 1.6733; here by their equation 14 in appendix A1.

    They solve for mean 0 and variance 1: α = -√(2/π) / (e^½ erfc(1/√2) - 1) and λ from it.
    """
    half, two = math.erfc(1 / math.sqrt(2)), math.erfc(math.sqrt(2))
    root = math.sqrt(math.e)
    alpha = -math.sqrt(2 / math.pi) / (root * half - 1)
    scale = (1 - half * root) * math.sqrt(2 * math.pi)
    inside = 2 * two * math.e**2 + math.pi * half**2 * math.e - 2 * (2 + math.pi) * half * root + math.pi + 2
    scale /= math.sqrt(inside)
    return scale * x if x > 0 else scale * alpha * math.expm1(x)


FORMULAS: dict[str, Callable[[float], float]] = {
    "relu": lambda x: x if x > 0 else 0.0,
    "leaky-relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": elu,
    "selu": selu,
    "gelu": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "hard-sigmoid": lambda x: 0.0 if x <= -3 else 1.0 if x >= 3 else x / 6 + 1 / 2,
    "tanh": lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "identity": lambda x: x,
}
POINTS = (-30.0, -5.0, -1.25, -0.5, -1e-3, 0.0, 1e-3, 0.3, 2.0, 6.0, 19.0, 21.0)

DIPPING = {"gelu", "silu", "mish"}
"""Those that fall below zero and rise again: not monotone."""
KINKS = {"hard-sigmoid": (-3.0, 3.0)}
"""Where slopes jump, if not at zero alone."""
GAINS = {
    "identity": 1.0,
    "sigmoid": 1.0,
    "softplus": 1.0,
    "softsign": 1.0,
    "hard-sigmoid": 1.0,
    "selu": 1.0,
    **dict.fromkeys(["relu", "elu", "gelu", "silu", "mish"], math.sqrt(2)),
    "leaky-relu": math.sqrt(2 / (1 + 0.01**2)),
    "tanh": 5 / 3,
}


def both_ways(
    layer: Activation | SmoothActivation | Parametric, x: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """f(x) and f'(x)."""
    out, slopes = np.full_like(x, np.nan), np.full_like(x, np.nan)
    layer.forward(x, out, True)
    layer.backward(x, out, np.ones_like(x), slopes)
    return out, slopes


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value(name: str, training: bool) -> None:
    x = np.array([POINTS])
    out = np.full_like(x, np.nan)
    ACTIVATIONS[name](len(POINTS)).forward(x, out, training)
    np.testing.assert_allclose(out[0], [FORMULAS[name](point) for point in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_in_single_precision(name: str) -> None:
    x = np.array([POINTS], np.float32)
    out, _ = both_ways(ACTIVATIONS[name](len(POINTS)), x)
    expected = [FORMULAS[name](float(point)) for point in x[0]]
    np.testing.assert_allclose(out[0], expected, rtol=3e-6, atol=2e-7)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope(name: str) -> None:
    """Against central differences of the formula, on a grid that keeps away from kinks."""
    grid = np.arange(-12.0, 12.0, 0.0507)
    for kink in KINKS.get(name, (0.0,)):
        grid = grid[np.abs(grid - kink) > 1e-2]
    _, slopes = both_ways(ACTIVATIONS[name](grid.size), grid[np.newaxis])
    step = 1e-3
    function = FORMULAS[name]
    expected = [
        (function(x - 2 * step) - 8 * function(x - step) + 8 * function(x + step) - function(x + 2 * step))
        / (12 * step)
        for x in grid.tolist()
    ]
    np.testing.assert_allclose(slopes[0], expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_at_zero_lies_between_those_of_both_sides(name: str) -> None:
    _, slopes = both_ways(ACTIVATIONS[name](3), np.array([[-1e-9, 0.0, 1e-9]]))
    below, at, above = slopes[0].tolist()
    assert min(below, above) - 1e-8 <= at <= max(below, above) + 1e-8


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_stay_finite(name: str, dtype: type) -> None:
    x: FloatArray = np.array([[-1e4, -100.0, 100.0, 1e4]], dtype)
    out, d_x = both_ways(ACTIVATIONS[name](4), x)
    assert np.isfinite(out).all()
    assert np.isfinite(d_x).all()
    assert (np.abs(out) <= 1.06 * np.abs(x)).all() or name in ("sigmoid", "hard-sigmoid", "softplus")
    if name not in DIPPING:
        assert out[0, 3] >= out[0, 2] >= out[0, 1] >= out[0, 0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_some_dip(name: str) -> None:
    grid = np.linspace(-8.0, 8.0, 1001)[np.newaxis]
    out, slopes = both_ways(ACTIVATIONS[name](grid.size), grid)
    assert bool(np.diff(out[0]).min() < 0) is bool(slopes.min() < 0) is (name in DIPPING)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bounded_and_steepest_are_as_said(name: str) -> None:
    kind = ACTIVATIONS[name]
    grid = np.linspace(-60.0, 60.0, 12_001)[np.newaxis]
    out, slopes = both_ways(kind(grid.size), grid)
    flat = max(abs(slopes[0, 0]), abs(slopes[0, -1])) < 0.1 * kind.max_slope
    assert kind.bounded is bool(flat)
    assert kind.bounded is (float(np.abs(out).max()) <= 1.0)
    assert float(np.abs(slopes).max()) == pytest.approx(kind.max_slope, rel=0.2) or name == "selu"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_in_place_equals_not_in_place(name: str) -> None:
    generator = np.random.default_rng(0)
    x, d_out = 3 * generator.standard_normal((4, 3)), generator.standard_normal((4, 3))
    layer = ACTIVATIONS[name](3)
    out, d_x = np.empty_like(x), np.empty_like(x)
    layer.forward(x, out, True)
    layer.backward(x, out, d_out, d_x)
    signal, delta = x.copy(), d_out.copy()
    layer.forward(signal, signal, True)
    layer.backward(signal, signal, delta, delta)
    np.testing.assert_array_equal(signal, out)
    np.testing.assert_array_equal(delta, d_x)
    layer.forward(x, x, False)
    np.testing.assert_array_equal(x, out)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gain(name: str) -> None:
    kind = ACTIVATIONS[name]
    assert kind(2).gain == Parametric(kind(2)).gain == pytest.approx(GAINS[name], rel=1e-15)


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "identity", "selu"])
def test_the_gain_keeps_the_mean_square(name: str) -> None:
    """For x from N(0, gain²) the mean of f(x)² is 1 (He et al. 2015, section 2.2; Klambauer et al. 2017)."""
    grid = np.linspace(-8.0, 8.0, 160_001)[np.newaxis]
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    layer = ACTIVATIONS[name](grid.size)
    out = np.empty_like(grid)
    layer.forward(layer.gain * grid, out, True)
    assert float(np.sum(out**2 * density) * (grid[0, 1] - grid[0, 0])) == pytest.approx(1.0, abs=1e-6)


def test_gelu_is_near_the_exact_one() -> None:
    grid = np.linspace(-8.0, 8.0, 2001)[np.newaxis]
    out, _ = both_ways(ACTIVATIONS["gelu"](grid.size), grid)
    exact = [x * 0.5 * (1 + math.erf(x / math.sqrt(2))) for x in grid[0].tolist()]
    assert float(np.abs(out[0] - exact).max()) < 5e-4


@pytest.mark.parametrize("name", OUTPUT_ACTIVATIONS)
def test_output_activations_are_in_the_table(name: str) -> None:
    assert name in ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_parametric(name: str) -> None:
    """Slope 0 is the identity, slope 1 the activation, and all others lie on the line through both."""
    x = np.array([[*POINTS], [*POINTS[::-1]]])
    plain = ACTIVATIONS[name](len(POINTS))
    value, slope = both_ways(plain, x)
    layer = Parametric(ACTIVATIONS[name](len(POINTS)))
    with_parameters(layer)
    for share in (0.0, 1.0, 0.25, -2.0):
        layer.slope[:] = share
        out, slopes = both_ways(layer, x)
        np.testing.assert_allclose(out, (1 - share) * x + share * value, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(slopes, (1 - share) + share * slope, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(layer.d_slope, (value - x).sum(axis=0), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_parametric_starts_as_the_activation(name: str) -> None:
    layer = Parametric(ACTIVATIONS[name](3))
    with_parameters(layer)
    layer.initialize(np.random.default_rng(0), None)
    np.testing.assert_array_equal(layer.slope, 1.0)
    assert layer.name == f"Parametric {ACTIVATIONS[name].__name__}"


def test_each_unit_has_a_slope_of_its_own() -> None:
    layer = Parametric(ACTIVATIONS["relu"](3))
    with_parameters(layer)
    layer.slope[:] = [0.0, 1.0, 0.5]
    out, slopes = both_ways(layer, np.array([[-4.0, -4.0, -4.0]]))
    np.testing.assert_array_equal(out, [[-4.0, 0.0, -2.0]])
    np.testing.assert_array_equal(slopes, [[1.0, 0.0, 0.5]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_of_relu_passes_where_a_unit_is_on_and_nowhere_else(dtype: type) -> None:
    """Whatever the gradient: it is selected by its bits. A zero with a sign is off in `out`, too."""
    relu = ACTIVATIONS["relu"](6)
    x: FloatArray = np.array([[2.0, -1.0, -0.0, 0.0, 1e-300, np.inf]] * 4, dtype)
    d_out: FloatArray = np.array([[1.5] * 6, [-np.inf] * 6, [np.nan] * 6, [-0.0] * 6], dtype)
    out, d_x = np.empty_like(x), np.empty_like(x)
    relu.forward(x, out, True)
    relu.backward(x, out, d_out, d_x)
    np.testing.assert_array_equal(d_x, np.where(x > 0, d_out, 0.0))


def test_relu_looks_anew_at_each_array_that_is_another_one() -> None:
    generator, relu = np.random.default_rng(0), ACTIVATIONS["relu"](3)
    arrays = [generator.standard_normal((rows, 3)) for rows in (4, 4, 2, 4)]
    out, other, d_out, d_x = arrays[0], arrays[1], generator.standard_normal((4, 3)), np.empty((4, 3))
    for rows, given, gradient, back in (
        (4, out, d_out, d_x), (4, out, d_out, d_out), (4, other, d_out, d_out), (4, other, d_x, d_out),
        (2, arrays[2], d_out[:2], d_out[:2]), (4, arrays[3], d_out, d_x), (4, arrays[3], d_out, d_x),
    ):  # fmt: skip
        given[...] = generator.standard_normal((rows, 3))
        gradient[...] = generator.standard_normal((rows, 3))
        values, slopes = np.where(given > 0, given, 0.0), np.where(given > 0, gradient, 0.0)
        relu.forward(given, given, True)
        relu.backward(given, given, gradient, back)
        np.testing.assert_array_equal(given, values)
        np.testing.assert_array_equal(back, slopes)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_difference_from_the_identity(name: str) -> None:
    """What a parametric activation takes from it is f(x) - x and f'(x) - 1, far out too."""
    x = np.array([[-1e30, -90.0, -20.0, -3.0, -0.1, 0.2, 1.0, 19.0, 21.0, 90.0, 1e30]] * 2, np.float32)
    function = ACTIVATIONS[name](x.shape[1])
    value, difference, slopes, d_x = (np.empty_like(x) for _ in range(4))
    with np.errstate(over="ignore"):
        function.difference(x, difference, slopes)
        function.forward(x, value, True)
        function.backward(x, value, np.ones_like(x), d_x)
    np.testing.assert_allclose(difference, value.astype(float) - x, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(slopes, d_x - 1.0, rtol=1e-6, atol=1e-6)
