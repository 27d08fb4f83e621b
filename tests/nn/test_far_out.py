"""Activations, losses and embeddings at 0, far out and at the smallest numbers, in both precisions.

References are their formulas in decimal arithmetic of 120 digits, with slopes as differences over a tiny
distance. As in training, overflow makes no warning, and its infinity stands where the right number, or an
element's loss before the mean, is beyond the largest float. There is never a NaN.
"""

import decimal
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pytest

from mlpcli.nn.activations import ACTIVATIONS, Parametric
from mlpcli.nn.embeddings import NUMBER_EMBEDDINGS
from mlpcli.nn.embeddings.periodic import PBLD, Periodic
from mlpcli.nn.embeddings.piecewise import PiecewiseLinear
from mlpcli.nn.layers import Layer
from mlpcli.nn.losses import LOSSES, Loss, LossSettings
from mlpcli.nn.scratch import QUIET, AnyArray, FloatArray
from tests.nn.examples import with_parameters

DTYPES = [np.float32, np.float64]
CONTEXT = decimal.Context(prec=120, Emax=10**9, Emin=-(10**9))
LEAST, DISTANCE = Decimal("1e-60"), Decimal("1e-30")
"""Slopes are those at least so far from 0, as of one over this share of it."""
LIMIT = 1000
"""Below minus this e^x stays as it is there, above this it goes straight on: no float could tell."""


def points(dtype: type) -> FloatArray:
    """0, the smallest floats, usual numbers, and all kinds of large ones, with both signs."""
    limits = np.finfo(dtype)
    least, normal, most = float(limits.smallest_subnormal), float(limits.tiny), float(limits.max)
    sizes = [least, normal, 1e-30, 0.1, 0.7, 2.5, 9.0, 17.0, 30.0, 100.0, 1e4, 1e13]
    sizes += [1.5e13, 1e19, 2e19, 1e20, 1e30, most / 4, most]
    return np.array([0.0, *sizes, *(-each for each in sizes)], dtype)


def exp(x: Decimal) -> Decimal:
    power = max(min(x, Decimal(LIMIT)), Decimal(-LIMIT)).exp()
    return power * (1 + x - LIMIT) if x > LIMIT else power


def tanh(x: Decimal) -> Decimal:
    return 1 - 2 / (exp(2 * x) + 1)


def sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + exp(-x))


def softplus(x: Decimal) -> Decimal:
    return max(x, Decimal(0)) + (1 + exp(-abs(x))).ln()


def selu(x: Decimal) -> Decimal:
    """With the constants of Klambauer et al. 2017, appendix A."""
    scale, alpha = Decimal("1.0507009873554804934193349852946"), Decimal("1.6732632423543772848170429916717")
    return scale * (x if x > 0 else alpha * (exp(x) - 1))


def gelu(x: Decimal) -> Decimal:
    near = max(min(x, Decimal(100)), Decimal(-100))
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
    return x * (1 + tanh((2 / pi).sqrt() * (near + Decimal("0.044715") * near**3))) / 2


FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "relu": lambda x: max(x, Decimal(0)),
    "leaky-relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else exp(x) - 1,
    "selu": selu,
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * tanh(softplus(x)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "hard-sigmoid": lambda x: max(min(x / 6 + Decimal("0.5"), Decimal(1)), Decimal(0)),
    "tanh": tanh,
    "sigmoid": sigmoid,
    "identity": lambda x: x,
}


def value_and_slope(function: Callable[[Decimal], Decimal], x: float) -> tuple[Decimal, Decimal]:
    """The slope is that from the left, as ours is at a kink."""
    with decimal.localcontext(CONTEXT):
        at = Decimal(float(x))
        near = at if abs(at) > LEAST else LEAST if at > 0 else -LEAST
        distance = abs(near) * DISTANCE
        return function(at), (function(near) - function(near - distance)) / distance


def assert_near(found: float, expected: Decimal, dtype: type, what: str, terms: float = 1.0) -> None:
    """Within a few roundings of the number, of one or of `terms`; beyond the largest float no smaller."""
    limits = np.finfo(dtype)
    right = float(expected)
    if abs(right) > float(limits.max):
        assert found * math.copysign(1.0, right) >= limits.max, what
    else:
        error = abs(float(found) / 4 - right / 4)
        assert error <= 2 * float(limits.eps) * max(abs(right), terms), (what, found, right)


@QUIET
def passed(layer: Layer, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Outputs and slopes of an elementwise layer of one unit."""
    out, d_x = np.empty_like(x), np.empty_like(x)
    layer.forward(x, out, True)
    layer.backward(x, out, np.ones_like(x), d_x)
    return out, d_x


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str, dtype: type) -> None:
    x = points(dtype)
    values, slopes = passed(ACTIVATIONS[name](1), x[:, None])
    for at, value, slope in zip(x, values[:, 0], slopes[:, 0], strict=True):
        right, steep = value_and_slope(FUNCTIONS[name], at)
        assert_near(value, right, dtype, f"f({at})")
        assert_near(slope, steep, dtype, f"f'({at})")


@pytest.mark.parametrize("share", [1.0, 0.25, -0.5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_parametric_activations(name: str, dtype: type, share: float) -> None:
    """x + a (f(x) - x), where f(x) and the difference are themselves below the largest float."""
    layer = Parametric(ACTIVATIONS[name](1))
    parameters = with_parameters(layer, dtype)
    parameters.values[:] = share
    x = points(dtype)
    x = x[np.isfinite(passed(ACTIVATIONS[name](1), x[:, None])[0][:, 0])]
    values, slopes = passed(layer, x[:, None])

    def function(at: Decimal) -> Decimal:
        return at + Decimal(share) * (FUNCTIONS[name](at) - at)

    for at, value, slope in zip(x, values[:, 0], slopes[:, 0], strict=True):
        right, steep = value_and_slope(function, at)
        assert_near(value, right, dtype, f"f({at})", terms=max(abs(float(at)), 1.0))
        assert_near(slope, steep, dtype, f"f'({at})")
    assert not np.isnan(parameters.gradients).any()


Outputs: TypeAlias = list[Decimal]
ZERO, FAR = Decimal(0), Decimal("1e60")


def log_share(z: Outputs, number: int) -> Decimal:
    """The logarithm of one of softmax's probabilities."""
    most = max(z)
    return z[number] - most - sum((exp(each - most) for each in z), ZERO).ln()


def focal(logarithm: Decimal) -> Decimal:
    """Of γ = 2."""
    return -((1 - exp(logarithm)) ** 2) * logarithm


def rival(z: Outputs, number: int) -> Decimal:
    return max(each for other, each in enumerate(z) if other != number) - z[number]


def huber(r: Decimal) -> Decimal:
    return r * r / 2 if abs(r) <= 1 else abs(r) - Decimal("0.5")


def pinball(r: Decimal, level: str) -> Decimal:
    return max((1 - Decimal(level)) * r, -Decimal(level) * r)


def half_deviance(z: Decimal, t: Decimal) -> Decimal:
    return exp(z) - t * z - t + (t * t.ln() if t else 0)


LOSS_FORMULAS: dict[str, Callable[[Outputs, Any], Decimal]] = {
    "mse": lambda z, t: (z[0] - t) ** 2,
    "mae": lambda z, t: abs(z[0] - t),
    "huber": lambda z, t: huber(z[0] - t),
    "log-cosh": lambda z, t: softplus(-2 * abs(z[0] - t)) + abs(z[0] - t) - Decimal(2).ln(),
    "quantile": lambda z, t: sum(map(pinball, (each - t for each in z), ("0.1", "0.5", "0.9")), ZERO) / 3,
    "poisson": lambda z, t: half_deviance(z[0], t),
    "cross-entropy": lambda z, t: -log_share(z, t),
    "focal": lambda z, t: focal(log_share(z, t)),
    "hinge": lambda z, t: max(ZERO, 1 + rival(z, t)),
    "perceptron": lambda z, t: max(ZERO, rival(z, t)),
    "sigmoid-cross-entropy": lambda z, t: softplus((1 - 2 * t) * z[0]),
    "sigmoid-focal": lambda z, t: focal(-softplus((1 - 2 * t) * z[0])),
    "binary-hinge": lambda z, t: max(ZERO, 1 + (1 - 2 * t) * z[0]),
    "binary-perceptron": lambda z, t: max(ZERO, (1 - 2 * t) * z[0]),
}
LOSS_TARGETS: dict[str, list[Any]] = {"numbers": [0, 0.75, 3], "classes": [0, 1], "labels": [0, 1]}
"""By kind of target; class 0 is of the output at the point."""


def outputs_at(name: str, z: float, dtype: type) -> FloatArray:
    """A row of outputs, the first or all of them at the point."""
    if LOSSES[name].target == "classes":
        return np.array([[z, 0.25, -0.5]], dtype)
    return np.full((1, 3 if name == "quantile" else 1), z, dtype)


@QUIET
def loss_and_slopes(loss: Loss, outputs: FloatArray, target: Any) -> tuple[float, FloatArray]:
    targets: AnyArray = np.array([target])
    if loss.target != "classes":
        targets = targets[:, None].astype(outputs.dtype)
    d_outputs = np.empty_like(outputs)
    return loss.gradient(outputs, targets, None, d_outputs), d_outputs


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, dtype: type) -> None:
    """At a kink any slope between those of its sides is right."""
    loss, formula = LOSSES[name](LossSettings()), LOSS_FORMULAS[name]
    most = float(np.finfo(dtype).max)
    for target in LOSS_TARGETS[loss.target]:
        for point in points(dtype):
            row = outputs_at(name, point, dtype)
            value, slopes = loss_and_slopes(loss, row, target)
            with decimal.localcontext(CONTEXT):
                at = [Decimal(float(each)) for each in row[0]]
                exact = target if loss.target == "classes" else Decimal(target)
                right = formula(at, exact)
                if loss.target == "classes":  # a difference by one of them needs the digits of all
                    at = [max(min(each, FAR), -FAR) for each in at]
                sides = [slopes_of(formula, at, exact, number) for number in range(len(at))]
            what = f"{name}({point}, {target})"
            if loss.target == "numbers" and float(right) * row.size > most:
                assert value >= 0.999 * min(float(right), most), what  # the sum before the mean overflows
            else:
                assert_near(value, right, dtype, what, terms=max(abs(float(point)), 1.0))
            for slope, (left, after) in zip(slopes[0], sides, strict=True):
                nearest = min(max(Decimal(float(slope)), min(left, after)), max(left, after))
                assert_near(float(slope), nearest, dtype, f"slope of {what}")


def slopes_of(
    formula: Callable[[Outputs, Any], Decimal], at: Outputs, target: Any, number: int
) -> tuple[Decimal, Decimal]:
    """The slopes by one of the outputs on both sides."""
    distance = max(abs(at[number]), LEAST) * DISTANCE
    moved = [[*at[:number], at[number] + step, *at[number + 1 :]] for step in (-distance, distance)]
    before, value, after = (formula(each, target) for each in (moved[0], at, moved[1]))
    return (value - before) / distance, (after - value) / distance


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_no_loss_is_nan(name: str, dtype: type, smoothing: float) -> None:
    """Not even where outputs and targets are so far apart that their difference is infinite."""
    loss = LOSSES[name](LossSettings(label_smoothing=smoothing))
    most = float(np.finfo(dtype).max)
    for z in (most, -most, 0.0):
        row: FloatArray = outputs_at(name, z, dtype)
        if loss.target == "classes":
            row[0, 1] = -z
        far = [-most, most] if loss.target == "numbers" and name != "poisson" else []
        for target in [*LOSS_TARGETS[loss.target], *far]:
            value, slopes = loss_and_slopes(loss, row, target)
            assert not math.isnan(value), (z, target)
            assert not np.isnan(slopes).any(), (z, target)


def bins_by_formula(layer: PiecewiseLinear, x: float) -> list[float]:
    """(x - start) / width within the limits of each bin."""
    constants = (
        layer.constants[f"constant.{name}"][0] for name in ("start", "steepness", "lowest", "highest")
    )
    rows = zip(*(each.tolist() for each in constants), strict=True)
    return [min(max((x / 4 - start / 4) * steep * 4, low), high) for start, steep, low, high in rows]


def waves_by_formula(layer: Periodic, x: float) -> list[float]:
    values = {name.removeprefix("embedding."): each[0].tolist() for name, each in layer.values.items()}
    angles = [2 * math.pi * frequency * x for frequency in values["frequency"]]
    if isinstance(layer, PBLD):
        waves = [math.cos(angle + phase) for angle, phase in zip(angles, values["phase"], strict=True)]
    else:
        waves = [*map(math.cos, angles), *map(math.sin, angles)]
    columns = zip(values["bias"], zip(*values["weight"], strict=True), strict=True)
    linear = [bias + sum(map(math.prod, zip(waves, column, strict=True))) for bias, column in columns]
    return [*linear, x] if isinstance(layer, PBLD) else [max(each, 0.0) for each in linear]


EMBEDDING_FORMULAS: dict[str, Callable[[Any, float], list[float]]] = {
    "pbld": waves_by_formula,
    "plr": waves_by_formula,
    "ple": bins_by_formula,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NUMBER_EMBEDDINGS)
def test_embeddings(name: str, dtype: type) -> None:
    """Near enough where an angle has a fraction left in this precision, and finite everywhere."""
    layer: Any = NUMBER_EMBEDDINGS[name](np.array([0], np.intp))
    parameters = with_parameters(layer, dtype)
    layer.initialize(np.random.default_rng(0), np.linspace(-2.0, 2.0, 100, dtype=dtype)[:, None])
    x = points(dtype)[:, None]
    out: FloatArray = np.empty((len(x), layer.n_out), dtype)
    with np.errstate(over="ignore"):
        layer.forward(x, out, True)
        layer.backward(x, np.ones_like(out))
    assert np.isfinite(out).all()
    assert np.isfinite(parameters.gradients).all()
    for at, row in zip(x[:, 0].tolist(), out.astype(np.float64), strict=True):
        if name == "ple" or abs(at) <= 1e4:
            expected = EMBEDDING_FORMULAS[name](layer, at)
            tolerance = 40 * float(np.finfo(dtype).eps)
            np.testing.assert_allclose(
                row, expected, rtol=tolerance, atol=tolerance * max(1.0, min(abs(at), 1e4))
            )
