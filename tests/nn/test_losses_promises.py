"""What all losses promise: value and gradient at once, weights as repetitions, extreme outputs, memory."""

import numpy as np
import pytest

from mlpcli.nn.losses import LOSSES, LossSettings
from mlpcli.nn.losses.classes import SoftmaxCrossEntropy
from mlpcli.nn.scratch import AnyArray, FloatArray
from tests.nn.examples import CLASS_LOSSES, row_weights, targets_for
from tests.nn.test_losses import COLUMNS, row_losses


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_comes_with_the_value(name: str, weighted: bool) -> None:
    loss = LOSSES[name](LossSettings())
    generator = np.random.default_rng(5)
    outputs, targets = generator.normal(0, 2, (7, COLUMNS)), targets_for(name, 7, COLUMNS, generator)
    weights = row_weights(7, generator) if weighted else None
    gradient = np.full_like(outputs, np.nan)
    assert loss.gradient(outputs, targets, weights, gradient) == loss.value(outputs, targets, weights)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_the_same_without_the_value(name: str) -> None:
    loss = LOSSES[name](LossSettings(label_smoothing=0.1))
    generator = np.random.default_rng(5)
    outputs, targets = generator.normal(0, 2, (7, COLUMNS)), targets_for(name, 7, COLUMNS, generator)
    weights = row_weights(7, generator)
    with_loss, unvalued = np.full_like(outputs, np.nan), np.full_like(outputs, np.nan)
    loss.gradient(outputs, targets, weights, with_loss)
    assert np.isnan(loss.gradient(outputs, targets, weights, unvalued, with_loss=False))
    np.testing.assert_array_equal(unvalued, with_loss)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_outputs_targets_and_weights_are_left_alone(name: str, weighted: bool) -> None:
    loss = LOSSES[name](LossSettings(label_smoothing=0.1))
    generator = np.random.default_rng(6)
    outputs, targets = generator.normal(0, 2, (7, COLUMNS)), targets_for(name, 7, COLUMNS, generator)
    weights = row_weights(7, generator) if weighted else np.ones((7, 1))
    kept = outputs.copy(), targets.copy(), weights.copy()
    loss.gradient(outputs, targets, weights, np.empty_like(outputs))
    for after, before in zip((outputs, targets, weights), kept, strict=True):
        np.testing.assert_array_equal(after, before)


EXTREME = [[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [0.0, 200.0, -200.0]]
FALLING = [[-1e4, -1e4, 0.0], [-1e4, 10.0, 5.0], [-1e4, -1e4, -1e4], [0.0, 15.0, -200.0]]
"""The mean of a Poisson distribution is e^z, which is beyond all numbers at 1e4."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOSSES)
def test_extreme_outputs(name: str, dtype: type) -> None:
    """The value is that of the formula, and the gradient of every element has the size of a slope."""
    loss = LOSSES[name](LossSettings())
    outputs: FloatArray = np.array(FALLING if name == "poisson" else EXTREME, dtype)
    targets: AnyArray = np.array([1, 0, 2, 2])
    if name == "quantile":
        targets = np.array([[0.0], [1.0], [-2.0], [0.5]], dtype)
    elif name not in CLASS_LOSSES:
        targets = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 1.0]], dtype)
    gradient = np.full_like(outputs, np.nan)
    value = loss.gradient(outputs, targets, None, gradient)
    assert value == pytest.approx(float(row_losses(name, outputs, targets).mean()), rel=1e-5)
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
    outputs, targets = generator.normal(0, 2, (3, COLUMNS)), targets_for(name, 3, COLUMNS, generator)
    twice = [0, 1, 2, 2]
    weights = np.array([[1.0], [1.0], [2.0]])
    value = loss.value(outputs, targets, weights)
    assert 3 * value == pytest.approx(4 * loss.value(outputs[twice], targets[twice], None), rel=1e-12)
    weighted, repeated = np.empty((3, COLUMNS)), np.empty((4, COLUMNS))
    loss.gradient(outputs, targets, weights, weighted)
    loss.gradient(outputs[twice], targets[twice], None, repeated)
    np.testing.assert_allclose(3 * weighted[:2], 4 * repeated[:2], rtol=1e-12)
    np.testing.assert_allclose(3 * weighted[2], 4 * (repeated[2] + repeated[3]), rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_fewer_rows_after_more(name: str) -> None:
    """A short batch sees nothing of the one before."""
    generator = np.random.default_rng(4)
    outputs, targets = generator.normal(0, 2, (8, COLUMNS)), targets_for(name, 8, COLUMNS, generator)
    used, fresh = (LOSSES[name](LossSettings(label_smoothing=0.1)) for _ in range(2))
    used.value(outputs, targets, None)
    used.gradient(outputs, targets, None, np.empty_like(outputs))
    after, expected = np.empty((3, COLUMNS)), np.empty((3, COLUMNS))
    used.gradient(outputs[:3], targets[:3], None, after)
    fresh.gradient(outputs[:3], targets[:3], None, expected)
    np.testing.assert_array_equal(after, expected)
    assert used.value(outputs[:3], targets[:3], None) == fresh.value(outputs[:3], targets[:3], None)
