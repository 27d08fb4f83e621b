"""Losses against numbers worked by hand and against their formulas in plain Python."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.arrays import AnyArray, FloatArray
from mlpcli.nn.losses import LOSSES, ElementwiseLoss, Huber, LossSettings, SoftmaxCrossEntropy
from tests.nn.examples import row_weights, targets_for

LOG2, LOG3 = math.log(2.0), math.log(3.0)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def softmax(outputs: Sequence[float]) -> list[float]:
    return [math.exp(z) / sum(math.exp(other) for other in outputs) for z in outputs]


ELEMENT_FORMULAS: dict[str, Callable[[float, float], float]] = {
    "mse": lambda z, t: (z - t) ** 2,
    "mae": lambda z, t: abs(z - t),
    "huber": lambda z, t: (z - t) ** 2 / 2 if abs(z - t) <= 1 else abs(z - t) - 0.5,
    "sigmoid-cross-entropy": lambda z, t: -t * math.log(sigmoid(z)) - (1 - t) * math.log(1 - sigmoid(z)),
}
ROW_FORMULAS: dict[str, Callable[[Sequence[float], int], float]] = {
    "cross-entropy": lambda outputs, number: -math.log(softmax(outputs)[number]),
}
LINKS: dict[str, Callable[[Sequence[float]], list[float]]] = {
    "cross-entropy": softmax,
    "sigmoid-cross-entropy": lambda outputs: [sigmoid(z) for z in outputs],
}


@pytest.mark.parametrize(
    ("name", "outputs", "targets", "weights", "expected"),
    [
        ("mse", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], None, (4 + 0 + 1 + 9) / 4),
        ("mse", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], [[0.5], [1.5]], (2 + 0 + 1.5 + 13.5) / 4),
        ("mae", [[3.0, 0.0], [1.0, 2.0]], [[1.0, 0.0], [2.0, 5.0]], [[0.5], [1.5]], (1 + 0 + 1.5 + 4.5) / 4),
        ("huber", [[3.0], [0.5], [-4.0]], [[1.0], [0.0], [0.0]], None, (1.5 + 0.125 + 3.5) / 3),
        ("huber", [[3.0], [0.5], [-4.0]], [[1.0], [0.0], [0.0]], [[2.0], [1.0], [0.0]], (3 + 0.125 + 0) / 3),
        ("cross-entropy", [[0.0, 0.0], [LOG3, 0.0]], [0, 0], None, (LOG2 + math.log(4 / 3)) / 2),
        (
            "cross-entropy",
            [[0.0, 0.0], [LOG3, 0.0]],
            [0, 1],
            [[1.5], [0.5]],
            (3 * LOG2 + LOG2 * 2) / 4,
        ),
        ("sigmoid-cross-entropy", [[0.0, LOG3]], [[1.0, 0.0]], None, (LOG2 + LOG2 * 2) / 2),
        ("sigmoid-cross-entropy", [[0.0, LOG3]], [[0.5, 1.0]], [[2.0]], LOG2 + math.log(4 / 3)),
    ],
)
def test_worked_by_hand(
    name: str, outputs: list[list[float]], targets: AnyArray, weights: AnyArray | None, expected: float
) -> None:
    given = None if weights is None else np.array(weights)
    value = LOSSES[name](LossSettings()).value(np.array(outputs), np.array(targets), given)
    assert value == pytest.approx(expected, rel=1e-14)


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
    outputs: FloatArray = generator.normal(0, 2, (9, 4)).astype(dtype)
    targets = targets_for(name, 9, 4, generator)
    weights = row_weights(9, generator) if weighted else np.ones((9, 1))
    if name in ROW_FORMULAS:
        rows = [ROW_FORMULAS[name](row.tolist(), int(t)) for row, t in zip(outputs, targets, strict=True)]
    else:
        targets = targets.astype(dtype)
        formula = np.vectorize(ELEMENT_FORMULAS[name], otypes=[float])
        rows = formula(outputs.astype(float), targets.astype(float)).mean(axis=1)
    expected = sum(weight * row for weight, row in zip(weights[:, 0], rows, strict=True)) / 9
    value = LOSSES[name](LossSettings()).value(outputs, targets, weights.astype(dtype) if weighted else None)
    assert value == pytest.approx(expected, rel=1e-12 if dtype is np.float64 else 1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_link(name: str) -> None:
    outputs = np.random.default_rng(1).normal(0, 2, (9, 4))
    kept = outputs.copy()
    linked = LOSSES[name](LossSettings()).link(outputs)
    expected = [LINKS[name](row.tolist()) if name in LINKS else row.tolist() for row in kept]
    np.testing.assert_allclose(linked, expected, rtol=1e-12)
    np.testing.assert_array_equal(outputs, kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_extreme_outputs_stay_finite(name: str, dtype: type) -> None:
    loss = LOSSES[name](LossSettings())
    outputs: FloatArray = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    targets: AnyArray = np.array([1, 0, 2])
    if name not in ROW_FORMULAS:
        targets = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], dtype)
    gradient = np.full_like(outputs, np.nan)
    loss.gradient(outputs, targets, None, gradient)
    assert 1.0 < loss.value(outputs, targets, None) < 1e9
    assert np.isfinite(gradient).all()
    assert np.isfinite(loss.link(outputs)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_sum_to_one(dtype: type) -> None:
    generator = np.random.default_rng(2)
    scales = np.repeat([0.1, 5.0, 1e4], 50)[:, np.newaxis]
    outputs: FloatArray = (scales * generator.standard_normal((150, 7))).astype(dtype)
    probabilities = SoftmaxCrossEntropy().link(outputs)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_of_two_is_a_row_twice(name: str) -> None:
    """Up to the mean: three rows, the last counted twice, are four."""
    loss = LOSSES[name](LossSettings())
    generator = np.random.default_rng(3)
    outputs, targets = generator.normal(0, 2, (3, 4)), targets_for(name, 3, 4, generator)
    twice = [0, 1, 2, 2]
    weights = np.array([[1.0], [1.0], [2.0]])
    value = loss.value(outputs, targets, weights)
    assert 3 * value == pytest.approx(4 * loss.value(outputs[twice], targets[twice], None), rel=1e-12)
    weighted, repeated = np.empty((3, 4)), np.empty((4, 4))
    loss.gradient(outputs, targets, weights, weighted)
    loss.gradient(outputs[twice], targets[twice], None, repeated)
    np.testing.assert_allclose(3 * weighted[:2], 4 * repeated[:2], rtol=1e-12)
    np.testing.assert_allclose(3 * weighted[2], 4 * (repeated[2] + repeated[3]), rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_fewer_rows_after_more(name: str) -> None:
    """A short batch sees nothing of the one before."""
    generator = np.random.default_rng(4)
    outputs, targets = generator.normal(0, 2, (8, 4)), targets_for(name, 8, 4, generator)
    used, fresh = LOSSES[name](LossSettings()), LOSSES[name](LossSettings())
    used.value(outputs, targets, None)
    used.gradient(outputs, targets, None, np.empty_like(outputs))
    after, expected = np.empty((3, 4)), np.empty((3, 4))
    used.gradient(outputs[:3], targets[:3], None, after)
    fresh.gradient(outputs[:3], targets[:3], None, expected)
    np.testing.assert_array_equal(after, expected)
    assert used.value(outputs[:3], targets[:3], None) == fresh.value(outputs[:3], targets[:3], None)


def test_elementwise_weights() -> None:
    for name in ELEMENT_FORMULAS:
        loss = LOSSES[name](LossSettings())
        assert isinstance(loss, ElementwiseLoss)
        outputs, targets = np.array([[2.0, 0.5]]), np.array([[0.0, 1.0]])
        first = ELEMENT_FORMULAS[name](2.0, 0.0)
        assert loss.value(outputs, targets, np.array([[3.0, 0.0]])) == pytest.approx(1.5 * first, rel=1e-12)
