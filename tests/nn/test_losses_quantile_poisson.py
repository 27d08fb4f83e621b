"""Losses of more than a mean: quantiles at several levels, counts by a Poisson distribution."""

import math

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss, mean_poisson_deviance

from mlpcli.errors import SettingsError
from mlpcli.nn.losses import LossSettings
from mlpcli.nn.losses.numbers import LogCosh, Poisson, Quantile
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import row_weights
from tests.nn.test_losses import element_losses

LEVELS = [(0.5,), (0.25,), (0.1, 0.9), (0.05, 0.1, 0.5, 0.6, 0.99)]


@pytest.mark.parametrize("targets", [1, 3])
@pytest.mark.parametrize("levels", LEVELS)
def test_quantile_at_several_levels_of_several_targets(levels: tuple[float, ...], targets: int) -> None:
    generator = np.random.default_rng(0)
    outputs = generator.normal(0, 2, (8, targets * len(levels)))
    goals = generator.normal(0, 2, (8, targets))
    weights = row_weights(8, generator)
    expected = float(np.mean(weights * element_losses("quantile", outputs, goals, levels)))
    loss = Quantile(LossSettings(quantiles=levels))
    gradient = np.full_like(outputs, np.nan)
    assert loss.gradient(outputs, goals, weights, gradient) == pytest.approx(expected, rel=1e-12)
    for row, column in np.ndindex(outputs.shape):
        target, number = divmod(column, len(levels))
        slope = -levels[number] if outputs[row, column] < goals[row, target] else 1 - levels[number]
        assert gradient[row, column] == pytest.approx(weights[row, 0] * slope / outputs.size, rel=1e-12)


@pytest.mark.parametrize("levels", LEVELS)
def test_quantile_as_scikit_learn_has_it(levels: tuple[float, ...]) -> None:
    generator = np.random.default_rng(1)
    outputs, goals = generator.normal(0, 2, (20, len(levels))), generator.normal(0, 2, (20, 1))
    weights = row_weights(20, generator)
    losses = [
        mean_pinball_loss(goals[:, 0], outputs[:, number], alpha=level, sample_weight=weights[:, 0])
        for number, level in enumerate(levels)
    ]
    value = Quantile(LossSettings(quantiles=levels)).value(outputs, goals, weights)
    assert value == pytest.approx(float(np.mean(losses)), rel=1e-12)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8])
def test_quantile_has_its_minimum_at_the_quantile(level: float) -> None:
    goals = np.arange(1.0, 11.0)[:, np.newaxis]
    loss = Quantile(LossSettings(quantiles=(level,)))
    grid = np.arange(0.25, 11.0, 0.5)
    values = [loss.value(np.full_like(goals, guess), goals, None) for guess in grid]
    best = grid[np.flatnonzero(np.isclose(values, min(values)))]
    assert float(np.mean(goals <= best.min())) <= level <= float(np.mean(goals <= best.max()))


def test_crossing_quantiles_are_put_in_order_for_each_target() -> None:
    loss = Quantile(LossSettings(quantiles=(0.1, 0.5, 0.9)))
    outputs = np.array([[3.0, 1.0, 2.0, 10.0, 30.0, 20.0], [1.0, 2.0, 3.0, -1.0, -1.0, -2.0]])
    predictions = loss.link(outputs)
    expected = [[1.0, 2.0, 3.0, 10.0, 20.0, 30.0], [1.0, 2.0, 3.0, -2.0, -1.0, -1.0]]
    np.testing.assert_array_equal(predictions, expected)
    np.testing.assert_array_equal(loss.point_prediction(predictions), [[2.0, 20.0], [2.0, -1.0]])
    assert outputs[0].tolist() == [3.0, 1.0, 2.0, 10.0, 30.0, 20.0]


@pytest.mark.parametrize(
    ("levels", "point_prediction"),
    [((0.1, 0.9), 0), ((0.2, 0.9), 0), ((0.05, 0.4, 0.95), 1), ((0.3, 0.55), 1)],
)
def test_the_central_level_is_the_one_nearest_to_the_median(
    levels: tuple[float, ...], point_prediction: int
) -> None:
    numbers = np.arange(float(2 * len(levels)))[np.newaxis]
    found = Quantile(LossSettings(quantiles=levels)).point_prediction(numbers)
    np.testing.assert_array_equal(found, [[point_prediction, len(levels) + point_prediction]])


@pytest.mark.parametrize("levels", [(), (0.0,), (0.5, 1.0), (0.9, 0.1), (0.5, 0.5), (-0.1, 0.5)])
def test_levels_are_checked(levels: tuple[float, ...]) -> None:
    with pytest.raises(SettingsError, match="quantiles: "):
        LossSettings(quantiles=levels)


def test_poisson_of_a_count_of_zero() -> None:
    """No logarithm of zero: the loss is the mean itself."""
    outputs, gradient = np.array([[-3.0, 0.0, 2.0]]), np.full((1, 3), np.nan)
    value = Poisson().gradient(outputs, np.zeros((1, 3)), None, gradient)
    assert value == pytest.approx((math.exp(-3) + 1 + math.exp(2)) / 3, rel=1e-14)
    np.testing.assert_allclose(3 * gradient[0], np.exp(outputs[0]), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_poisson_is_half_the_deviance(dtype: type) -> None:
    generator = np.random.default_rng(2)
    outputs: FloatArray = generator.normal(0, 1, (40, 1)).astype(dtype)
    counts = generator.poisson(2.0, (40, 1))
    weights = row_weights(40, generator)
    loss = Poisson()
    means = np.exp(outputs[:, 0].astype(float))
    expected = mean_poisson_deviance(counts[:, 0], means, sample_weight=weights[:, 0])
    value = loss.value(outputs, counts.astype(dtype), weights.astype(dtype))
    assert 2 * value == pytest.approx(expected, rel=1e-11 if dtype is np.float64 else 1e-5)
    np.testing.assert_allclose(loss.link(outputs)[:, 0], means, rtol=1e-6)


def test_poisson_is_zero_at_the_count() -> None:
    counts = np.array([[1.0, 3.0, 200.0]])
    gradient = np.full((1, 3), np.nan)
    assert Poisson().gradient(np.log(counts), counts, None, gradient) == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-12)


def test_log_cosh_is_squared_near_zero_and_absolute_far_off() -> None:
    for residual, expected in ((1e-3, 1e-6 / 2), (30.0, 30.0 - math.log(2.0)), (-1e5, 1e5 - math.log(2.0))):
        value = LogCosh().value(np.array([[residual]]), np.array([[0.0]]), None)
        assert value == pytest.approx(expected, rel=1e-6)
