"""Slopes by central differences, held against those that a gradient gives; in float64 only."""

from collections.abc import Callable

import numpy as np

from mlpcli.nn.scratch import FloatArray

STEP = 1e-4
TOLERANCE = 1e-6
SMALLEST = 1e-4
"""Slopes below this are compared as if they were this large: rounding alone is about 1e-12."""

Scalar = Callable[[], float]


def slopes_along(
    function: Scalar, point: FloatArray, gradient: FloatArray, direction: FloatArray
) -> tuple[float, float]:
    """The slope of `function` at `point` along `direction`: by the gradient, and by differences.

    `function` reads `point`, which is moved and put back. The differences are
    (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h with an error of order h⁴ (Abramowitz & Stegun 25.3.6).
    """
    start = point.copy()
    total = 0.0
    for steps, factor in ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)):
        point[:] = start + steps * STEP * direction
        total += factor * function()
    point[:] = start
    return float(np.sum(gradient * direction)), total / (12.0 * STEP)


def relative_error(by_gradient: float, by_differences: float) -> float:
    """The difference over the larger of both sizes, which counts as at least SMALLEST."""
    return abs(by_gradient - by_differences) / max(abs(by_gradient), abs(by_differences), SMALLEST)


def random_direction(shape: tuple[int, ...], generator: np.random.Generator) -> FloatArray:
    direction: FloatArray = generator.standard_normal(shape)
    direction /= np.sqrt(np.sum(direction**2))
    return direction


def assert_gradient(
    function: Scalar,
    point: FloatArray,
    gradient: FloatArray,
    generator: np.random.Generator,
    coordinates: int | None = None,
) -> None:
    """Three random directions, then coordinates by themselves: all of them, or so many drawn ones."""
    assert point.dtype == gradient.dtype == np.float64
    gradient = gradient.copy()
    directions = {f"direction {number}": random_direction(point.shape, generator) for number in range(3)}
    indices = list(np.ndindex(point.shape))
    if coordinates is not None and coordinates < len(indices):
        indices = [indices[drawn] for drawn in generator.choice(len(indices), coordinates, replace=False)]
    for index in indices:
        directions[f"coordinate {index}"] = np.zeros(point.shape)
        directions[f"coordinate {index}"][index] = 1.0
    for name, direction in directions.items():
        by_gradient, by_differences = slopes_along(function, point, gradient, direction)
        error = relative_error(by_gradient, by_differences)
        assert error < TOLERANCE, f"{name}: gradient {by_gradient:.12g}, differences {by_differences:.12g}"
