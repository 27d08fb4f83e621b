"""Losses against numbers worked by hand and against their formulas in plain Python."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.losses.base import ElementwiseLoss
from mlpcli.nn.losses.numbers import Huber
from mlpcli.nn.scratch import AnyArray, FloatArray
from tests.nn.examples import CLASS_LOSSES, TARGETS, row_weights, targets_for

LOG2, LOG3 = math.log(2.0), math.log(3.0)
COLUMNS = 6
"""Outputs here: six numbers, or two targets at three levels."""
Element = Callable[[float, float], float]
Row = Callable[[Sequence[float], int], float]


def softplus(z: float) -> float:
    """log(1 + e^z)."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def sigmoid(z: float) -> float:
    return math.exp(-softplus(-z))


def log_softmax(outputs: Sequence[float]) -> list[float]:
    largest = max(outputs)
    total = math.fsum(math.exp(z - largest) for z in outputs)
    return [z - largest - math.log(total) for z in outputs]


def softmax(outputs: Sequence[float]) -> list[float]:
    return [math.exp(logarithm) for logarithm in log_softmax(outputs)]


def highest_other(outputs: Sequence[float], number: int) -> float:
    return max(z for index, z in enumerate(outputs) if index != number)


def focal(outputs: Sequence[float], number: int, gamma: float = 2.0) -> float:
    logarithm = log_softmax(outputs)[number]
    return -math.pow(1 - math.exp(logarithm), gamma) * logarithm


def sigmoid_focal(z: float, t: float, gamma: float = 2.0) -> float:
    one, zero = sigmoid(z), sigmoid(-z)
    return t * math.pow(zero, gamma) * softplus(-z) + (1 - t) * math.pow(one, gamma) * softplus(z)


def poisson(z: float, t: float) -> float:
    """-log of e^-m m^t / t! for m = e^z, less that for m = t."""
    return (math.exp(z) - t * z) - (t - t * math.log(t) if t else 0.0)


def pinball(z: float, t: float, level: float) -> float:
    return level * (t - z) if t > z else (1 - level) * (z - t)


ELEMENT_FORMULAS: dict[str, Element] = {
    "mse": lambda z, t: (z - t) ** 2,
    "mae": lambda z, t: abs(z - t),
    "huber": lambda z, t: (z - t) ** 2 / 2 if abs(z - t) <= 1 else abs(z - t) - 0.5,
    "log-cosh": lambda z, t: math.log(math.cosh(z - t)) if abs(z - t) < 20 else abs(z - t) - LOG2,
    "poisson": poisson,
    "sigmoid-cross-entropy": lambda z, t: t * softplus(-z) + (1 - t) * softplus(z),
    "sigmoid-focal": sigmoid_focal,
    "binary-hinge": lambda z, t: max(0.0, 1 - z if t else 1 + z),
    "binary-perceptron": lambda z, t: max(0.0, -z if t else z),
}
ROW_FORMULAS: dict[str, Row] = {
    "cross-entropy": lambda outputs, number: -log_softmax(outputs)[number],
    "focal": focal,
    "hinge": lambda outputs, number: max(0.0, 1 + highest_other(outputs, number) - outputs[number]),
    "perceptron": lambda outputs, number: max(0.0, highest_other(outputs, number) - outputs[number]),
}
LINKS: dict[str, Callable[[Sequence[float]], list[float]]] = {
    **dict.fromkeys(CLASS_LOSSES, softmax),
    **{
        name: lambda outputs: [sigmoid(z) for z in outputs]
        for name in ("sigmoid-cross-entropy", "sigmoid-focal", "binary-hinge", "binary-perceptron")
    },
    **{name: lambda outputs: list(outputs) for name in ("mse", "mae", "huber", "log-cosh")},
    "poisson": lambda outputs: [math.exp(z) for z in outputs],
    "quantile": lambda outputs: [*sorted(outputs[:3]), *sorted(outputs[3:])],
}


def element_losses(
    name: str, outputs: FloatArray, targets: AnyArray, levels: Sequence[float] = (0.1, 0.5, 0.9)
) -> FloatArray:
    """(rows, outputs), by the formula."""
    losses = np.empty(outputs.shape)
    for row, column in np.ndindex(outputs.shape):
        z = float(outputs[row, column])
        if name == "quantile":
            target, level = divmod(column, len(levels))
            losses[row, column] = pinball(z, float(targets[row, target]), levels[level])
        else:
            losses[row, column] = ELEMENT_FORMULAS[name](z, float(targets[row, column]))
    return losses


def row_losses(name: str, outputs: FloatArray, targets: AnyArray) -> FloatArray:
    """(rows,), by the formula."""
    if name not in ROW_FORMULAS:
        return np.asarray(element_losses(name, outputs, targets).mean(axis=1))
    formula = ROW_FORMULAS[name]
    rows = zip(outputs.tolist(), targets.tolist(), strict=True)
    return np.array([formula(row, number) for row, number in rows])


def test_every_loss_has_its_formula() -> None:
    assert {*ELEMENT_FORMULAS, *ROW_FORMULAS, "quantile"} == set(LOSSES) == set(TARGETS) == set(LINKS)
    for name in LOSSES:
        assert isinstance(LOSSES[name](LossSettings()), ElementwiseLoss) is (name not in ROW_FORMULAS)


@pytest.mark.parametrize(
    ("name", "outputs", "targets", "weights", "expected"),
    [
        ("mse", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], None, (4 + 0 + 1 + 9) / 4),
        ("mse", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], [[0.5], [1.5]], (2 + 0 + 1.5 + 13.5) / 4),
        ("mae", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], [[0.5], [1.5]], (1 + 0 + 1.5 + 4.5) / 4),
        ("huber", [[3.0], [0.5], [-4.0]], [[1.0], [0.0], [0.0]], None, (1.5 + 0.125 + 3.5) / 3),
        ("huber", [[3.0], [0.5], [-4.0]], [[1.0], [0.0], [0.0]], [[2.0], [1.0], [0.0]], (3 + 0.125 + 0) / 3),
        ("log-cosh", [[LOG2], [5.0]], [[0.0], [5.0]], None, math.log(1.25) / 2),
        ("quantile", [[1.0, 1.0, 1.0]], [[3.0]], None, (0.2 + 1.0 + 1.8) / 3),
        ("quantile", [[5.0, 5.0, 3.0]], [[3.0]], [[2.0]], (1.8 + 1.0 + 0.0) * 2 / 3),
        ("poisson", [[0.0, LOG2, LOG2]], [[0.0, 2.0, 1.0]], None, (1 + 0 + (1 - LOG2)) / 3),
        ("cross-entropy", [[0.0, 0.0], [LOG3, 0.0]], [0, 0], None, (LOG2 + math.log(4 / 3)) / 2),
        ("cross-entropy", [[0.0, 0.0], [LOG3, 0.0]], [0, 1], [[1.5], [0.5]], (3 * LOG2 + LOG2 * 2) / 4),
        ("sigmoid-cross-entropy", [[0.0, LOG3]], [[1.0, 0.0]], None, (LOG2 + LOG2 * 2) / 2),
        ("sigmoid-cross-entropy", [[0.0, LOG3]], [[0.5, 1.0]], [[2.0]], LOG2 + math.log(4 / 3)),
        ("focal", [[0.0, 0.0], [LOG3, 0.0]], [0, 1], None, (LOG2 / 4 + 9 / 16 * 2 * LOG2) / 2),
        ("sigmoid-focal", [[0.0, LOG3]], [[1.0, 0.0]], None, (LOG2 / 4 + 9 / 16 * 2 * LOG2) / 2),
        ("hinge", [[0.0, 0.0, 0.0], [3.0, 1.0, 2.5]], [2, 0], None, (1 + 0.5) / 2),
        ("hinge", [[0.0, 1.0, 0.0], [3.0, 1.0, 2.0]], [2, 0], [[0.5], [1.5]], (0.5 * 2 + 0) / 2),
        ("binary-hinge", [[0.0, 0.0, 2.0, 2.0]], [[0.0, 1.0, 0.0, 1.0]], None, (1 + 1 + 3 + 0) / 4),
        ("perceptron", [[0.0, 0.0, 0.0], [3.0, 1.0, 2.5]], [2, 1], None, (0 + 2) / 2),
        ("binary-perceptron", [[0.0, 0.0, 2.0, 2.0]], [[0.0, 1.0, 0.0, 1.0]], None, 2 / 4),
    ],
)
def test_worked_by_hand(
    name: str, outputs: list[list[float]], targets: AnyArray, weights: AnyArray | None, expected: float
) -> None:
    given = None if weights is None else np.array(weights)
    value = LOSSES[name](LossSettings()).value(np.array(outputs), np.array(targets), given)
    assert value == pytest.approx(expected, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_huber_delta(delta: float) -> None:
    loss = Huber(LossSettings(huber_delta=delta))
    for residual in (-3.0, -0.4, 0.0, 0.4, delta, 3.0):
        size = abs(residual)
        expected = size**2 / 2 if size <= delta else delta * (size - delta / 2)
        value = loss.value(np.array([[residual]]), np.array([[0.0]]), None)
        assert value == pytest.approx(expected, rel=1e-14)
    with pytest.raises(SettingsError):
        LossSettings(huber_delta=0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_formula(name: str, weighted: bool, dtype: type) -> None:
    generator = np.random.default_rng(1)
    outputs: FloatArray = generator.normal(0, 2, (9, COLUMNS)).astype(dtype)
    targets = targets_for(name, 9, COLUMNS, generator)
    if name not in CLASS_LOSSES:
        targets = targets.astype(dtype)
    weights = row_weights(9, generator) if weighted else np.ones((9, 1))
    expected = float(np.mean(weights[:, 0] * row_losses(name, outputs, targets)))
    value = LOSSES[name](LossSettings()).value(outputs, targets, weights.astype(dtype) if weighted else None)
    assert value == pytest.approx(expected, rel=1e-12 if dtype is np.float64 else 1e-5)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in ROW_FORMULAS])
def test_weights_of_elements(name: str) -> None:
    generator = np.random.default_rng(2)
    outputs, targets = generator.normal(0, 2, (9, COLUMNS)), targets_for(name, 9, COLUMNS, generator)
    weights = generator.uniform(0.0, 2.0, outputs.shape)
    weights[3] = weights[:, 2] = 0.0
    expected = float(np.mean(weights * element_losses(name, outputs, targets)))
    assert LOSSES[name](LossSettings()).value(outputs, targets, weights) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_link(name: str) -> None:
    outputs = np.random.default_rng(1).normal(0, 2, (9, COLUMNS))
    kept = outputs.copy()
    predictions = LOSSES[name](LossSettings()).link(outputs)
    np.testing.assert_allclose(predictions, [LINKS[name](row.tolist()) for row in kept], rtol=1e-12)
    np.testing.assert_array_equal(outputs, kept)
