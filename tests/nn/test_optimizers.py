"""Update rules against their papers' formulas, one plain number at a time."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.optimizers import OPTIMIZERS, Optimizer
from mlpcli.nn.parameters import ParameterVector

GRADIENTS = [
    *[(0.5, -1.0, 1e-9), (0.25, -1.0, 2e-9), (-0.125, -1.0, -1e-9), (0.0, -1.0, 0.0), (4.0, -1.0, 1e-7)],
    *[(-4.0, 1.0, 3e-9), (0.0, 1.0, 1e-9), (0.0, 0.0, 1e-9), (1e-3, 100.0, 1e-9), (0.7, -3.0, -5e-9)],
]
"""Ten steps of three parameters: changes of sign, zeros, an outlier, and sizes near Adam's epsilon."""
START = (1.0, -2.0, 0.5)
Reference = Callable[[float, Sequence[float], float, float], float]


class Point:
    """A layer that is nothing but `size` weights."""

    def __init__(self, size: int) -> None:
        self._size = size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self._size,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.values, self.gradients = values["weight"], gradients["weight"]


def sgd(w: float, gradients: Sequence[float], rate: float, momentum: float) -> float:
    for g in gradients:
        w = w - rate * g
    return w


def heavy_ball(w: float, gradients: Sequence[float], rate: float, momentum: float) -> float:
    """Polyak 1964: w_(t+1) = w_t - η g_t + μ (w_t - w_(t-1))."""
    before = w
    for g in gradients:
        w, before = w - rate * g + momentum * (w - before), w
    return w


def adam(w: float, gradients: Sequence[float], rate: float, momentum: float) -> float:
    """Kingma & Ba 2015, algorithm 1, line by line."""
    beta1, beta2, epsilon = momentum, 0.999, 1e-8
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - rate * m_hat / (math.sqrt(v_hat) + epsilon)
    return w


REFERENCES: dict[str, Reference] = {"sgd": sgd, "momentum": heavy_ball, "adam": adam}


def optimizer_at(
    name: str, start: Sequence[float], momentum: float, dtype: type = np.float64
) -> tuple[Optimizer, ParameterVector]:
    parameters = ParameterVector([Point(len(start))], dtype)
    parameters.values[:] = start
    return OPTIMIZERS[name](parameters, momentum), parameters


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps(name: str, momentum: float) -> None:
    optimizer, parameters = optimizer_at(name, START, momentum)
    for done, gradients in enumerate(GRADIENTS, start=1):
        parameters.gradients[:] = gradients
        optimizer.step(0.1)
        assert optimizer.steps == done
        expected = [
            REFERENCES[name](w, [step[each] for step in GRADIENTS[:done]], 0.1, momentum)
            for each, w in enumerate(START)
        ]
        np.testing.assert_allclose(parameters.values, expected, rtol=1e-12)
        np.testing.assert_array_equal(parameters.gradients, gradients)


def test_gradient_descent_of_the_lesson() -> None:
    """(x - 3)² + 10 from x = 10 with rate 0.2."""
    optimizer, parameters = optimizer_at("sgd", [10.0], 0.0)
    xs, values = [], []
    for _ in range(5):
        parameters.gradients[:] = 2 * (parameters.values - 3)
        optimizer.step(0.2)
        xs.append(float(parameters.values[0]))
        values.append((xs[-1] - 3) ** 2 + 10)
    assert xs[:2] == pytest.approx([7.2, 5.52], abs=1e-12)
    assert values == pytest.approx([27.64, 16.3504, 12.286144, 10.82301184, 10.2962842624], abs=1e-12)
    for _ in range(80):
        parameters.gradients[:] = 2 * (parameters.values - 3)
        optimizer.step(0.2)
    assert parameters.values[0] == pytest.approx(3.0, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_quadratic_falls(name: str, momentum: float, dtype: type) -> None:
    optimizer, parameters = optimizer_at(name, [10.0, -4.0, 3.5], momentum, dtype)
    curvature: FloatArray = np.array([1.0, 0.3, 4.0], dtype)

    def value() -> float:
        return float(np.sum(curvature * (parameters.values - 3) ** 2))

    start = value()
    for _ in range(300):
        parameters.gradients[:] = 2 * curvature * (parameters.values - 3)
        optimizer.step(0.05)
    assert value() < 0.01 * start
    assert all(moment.dtype == dtype for moment in optimizer.moments().values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_writing_the_moments_restores_the_optimizer(name: str) -> None:
    optimizer, parameters = optimizer_at(name, START, 0.9)

    def take(steps: list[tuple[float, float, float]]) -> bytes:
        for gradients in steps:
            parameters.gradients[:] = gradients
            optimizer.step(0.1)
        return parameters.values.tobytes()

    take(GRADIENTS[:5])
    values, steps = parameters.values.copy(), optimizer.steps
    moments = {key: moment.copy() for key, moment in optimizer.moments().items()}
    expected = take(GRADIENTS[5:])
    parameters.values[:], optimizer.steps = values, steps
    for key, moment in optimizer.moments().items():
        moment[:] = moments[key]
    assert take(GRADIENTS[5:]) == expected
