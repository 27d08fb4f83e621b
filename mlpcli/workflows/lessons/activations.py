"""Lesson: all activations with their slopes, and what is left of a gradient behind several layers."""

from dataclasses import dataclass

import numpy as np

from mlpcli.arrays import Array
from mlpcli.nn.activations import ACTIVATIONS
from mlpcli.nn.layers import Dense, Layer
from mlpcli.nn.network import Network

SHOWN = 4.0
"""Curves are from minus this to this."""
POINTS = 161
DEAD_WITHIN, FAINT_WITHIN = 6.0, 20.0
"""Inputs among which slopes of 0 and faint slopes are looked for; further out a slope that is not 0 rounds
to it."""
STEP = 0.01
FAINT = 0.01
"""Slopes below this let hardly a gradient through."""
FAR, UNBOUNDED = 1e9, 1e6
"""An input far out, and the output there from which on the range has no end."""
DEPTHS = (1, 2, 5, 10, 20)
"""Layers whose slopes are multiplied."""
LAYERS, UNITS, ROWS = 10, 50, 256
"""Hidden layers and their units of the network whose gradients are measured, and its random rows."""


@dataclass(frozen=True)
class ActivationCurve:
    """An activation: its curve and its slopes."""

    name: str
    outputs: list[float]
    slopes: list[float]
    range: tuple[float | None, float | None]
    """Smallest and largest output; None where there is no end."""
    slope_at_0: float
    largest_slope: float
    dead: tuple[float | None, float | None]
    """The slope is 0 up to the first and from the second input on."""
    faint: tuple[float | None, float | None]
    """The same of slopes below `FAINT`."""
    gradient: float
    """The gradient of the first of `LAYERS` layers' weights as a share of that of the last, measured."""


@dataclass(frozen=True)
class ActivationsLesson:
    """All activations."""

    inputs: list[float]
    activations: list[ActivationCurve]
    layers: int
    sigmoid_bounds: dict[int, float]
    """By number of layers, the largest share of a gradient that their sigmoids let through: 0.25 ^ n."""


def activations() -> ActivationsLesson:
    """Compute the curve, the slopes and the measured gradient of each activation of the table."""
    inputs = np.linspace(-SHOWN, SHOWN, POINTS)
    curves = [_curve(name, inputs) for name in ACTIVATIONS]
    (sigmoid,) = (each for each in curves if each.name == "sigmoid")
    bounds = {depth: sigmoid.largest_slope**depth for depth in DEPTHS}
    return ActivationsLesson(inputs.tolist(), curves, LAYERS, bounds)


def outputs_and_slopes(name: str, inputs: Array) -> tuple[Array, Array]:
    """An activation's outputs and slopes at inputs (n,), by its own forward and backward."""
    layer: Layer = ACTIVATIONS[name](1)
    x = np.array(inputs, np.float64).reshape(-1, 1)
    out, slopes = np.empty_like(x), np.empty_like(x)
    layer.forward(x, out, True)
    layer.backward(x, out, np.ones_like(x), slopes)
    return out[:, 0], slopes[:, 0]


def _curve(name: str, inputs: Array) -> ActivationCurve:
    outputs, slopes = outputs_and_slopes(name, inputs)
    wide = np.round(np.arange(-FAINT_WITHIN, FAINT_WITHIN + STEP / 2, STEP), 6)
    wide_outputs, wide_slopes = outputs_and_slopes(name, wide)
    ends, _ = outputs_and_slopes(name, np.array([-FAR, FAR]))
    low, high = (float(each) for each in (min(wide_outputs.min(), *ends), max(wide_outputs.max(), *ends)))
    near = abs(wide) <= DEAD_WITHIN
    return ActivationCurve(
        name,
        outputs.tolist(),
        slopes.tolist(),
        range=(None if low < -UNBOUNDED else low, None if high > UNBOUNDED else high),
        slope_at_0=float(outputs_and_slopes(name, np.zeros(1))[1][0]),
        largest_slope=float(wide_slopes.max()),
        dead=_ends(wide[near], wide_slopes[near] == 0.0),
        faint=_ends(wide, abs(wide_slopes) < FAINT),
        gradient=gradient_left(name),
    )


def _ends(inputs: Array, holds: Array) -> tuple[float | None, float | None]:
    """Up to which and from which input on something holds, as seen from the ends."""
    fails = np.flatnonzero(~holds)
    if not len(fails):
        return float(inputs[-1]), float(inputs[0])
    first, last = int(fails[0]), int(fails[-1])
    return (
        float(inputs[first - 1]) if first else None,
        float(inputs[last + 1]) if last + 1 < len(inputs) else None,
    )


def gradient_left(name: str) -> float:
    """The gradient's norm in the first layer's weights over that in the last hidden layer's.

    Of a network with mlpcli's starting weights, on random inputs, before it has learned.
    """
    generator = np.random.default_rng(0)
    layers: list[Layer] = []
    for _ in range(LAYERS):
        layers += [Dense(UNITS, UNITS), ACTIVATIONS[name](UNITS)]
    network = Network([*layers, Dense(UNITS, 1)], np.float64)
    network.initialize(generator)
    network.forward(generator.standard_normal((ROWS, UNITS)))
    network.d_outputs[:] = 1.0 / ROWS
    network.backward()
    first, last = layers[0], layers[-2]
    assert isinstance(first, Dense)
    assert isinstance(last, Dense)
    return float(np.linalg.norm(first.d_weight) / np.linalg.norm(last.d_weight))
