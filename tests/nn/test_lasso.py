"""Penalties of every update rule against scikit-learn's lasso and ridge on a linear model."""

import math

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge

from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule, base
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import QUIET, FloatArray
from mlpcli.nn.trainer import Trainer
from tests.nn.examples import UPDATE_RULES

ROWS, INPUTS = 120, 8
L1, L2 = 0.4, 0.4
RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.5}
"""0.02 of the others, whose steps are about one rate long."""


def table() -> tuple[FloatArray, FloatArray]:
    """Eight inputs, the last four useless, and noise."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((ROWS, INPUTS))
    y = x @ np.array([3.0, -2.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0]) + 1.0
    return x, y + 0.3 * generator.standard_normal(ROWS)


X, Y = table()


@QUIET
def trained(
    name: str,
    settings: RegularizationSettings,
    *,
    epochs: int = 2500,
    batch: int = ROWS,
    rate: float | None = None,
    factors: FloatArray | None = None,
) -> FloatArray:
    """Weights and bias of the linear model, the rate falling to 0."""
    rule = OPTIMIZERS[name]
    assert issubclass(rule, UpdateRule)
    network = Network([Dense(INPUTS, 1)], np.float64)
    network.initialize(np.random.default_rng(1))
    parameters = network.parameters
    optimizer = rule(parameters, rate_factors=factors, l1=settings.l1 or 0.0)
    held = Regularization(parameters, settings)
    trainer = Trainer(network, MeanSquaredError(), optimizer, held)
    shuffle = np.random.default_rng(2)
    for epoch in range(epochs):
        order = shuffle.permutation(ROWS)
        present = (rate or RATES.get(name, 0.02)) * 0.5 * (1 + math.cos(math.pi * epoch / epochs))
        for start in range(0, ROWS, batch):
            rows = order[start : start + batch]
            trainer.step(Examples(X[rows], Y[rows, None]), present)
    return parameters.values.copy()


def lasso() -> Lasso:
    """Of |y - x w|² / (2 n) + α |w|₁, half of our mean square: α is half our l1."""
    return Lasso(alpha=L1 / 2, tol=1e-12, max_iter=100_000).fit(X, Y)


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_l1_ends_at_the_lasso(name: str) -> None:
    values, expected = trained(name, RegularizationSettings(l1=L1)), lasso()
    np.testing.assert_allclose(values[:INPUTS], expected.coef_, atol=1e-4)
    assert values[INPUTS] == pytest.approx(expected.intercept_, abs=1e-4)
    assert (values[:INPUTS] == 0.0).tolist() == [False] * 4 + [True] * 4


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_l1_ends_near_the_lasso_by_mini_batches(name: str) -> None:
    """A shuffled third of the rows at a time, in the order of a seed."""
    values = trained(name, RegularizationSettings(l1=L1), epochs=600, batch=ROWS // 3)
    np.testing.assert_allclose(values[:INPUTS], lasso().coef_, atol=2e-3)
    assert np.all(values[4:INPUTS] == 0.0)


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_rate_factors_do_not_move_the_lasso(name: str) -> None:
    factors = np.array([0.5, 1.0, 2.0, 1.0, 0.5, 1.0, 2.0, 1.0, 1.5])
    values = trained(name, RegularizationSettings(l1=L1), factors=factors)
    np.testing.assert_allclose(values[:INPUTS], lasso().coef_, atol=1e-3)
    assert np.all(values[4:INPUTS] == 0.0)


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_l2_ends_at_the_ridge(name: str) -> None:
    """Of |y - x w|² + α |w|²: n times our objective, so that α is n l2 / 2."""
    expected = Ridge(alpha=ROWS * L2 / 2, tol=1e-12).fit(X, Y)
    values = trained(name, RegularizationSettings(l2=L2, weight_decay=0.0), epochs=1200)
    np.testing.assert_allclose(values[:INPUTS], expected.coef_, atol=1e-3)
    assert values[INPUTS] == pytest.approx(expected.intercept_, abs=1e-3)


DECAY_OF_L2 = {"sgd": 1.0, "momentum": 10.0, "nesterov": 10.0}
"""The decay over the l2 of the same place of rest: the total share of a gradient, 1 / (1 - μ)."""


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_decoupled_decay_is_l2_only_of_rules_that_do_not_divide(name: str) -> None:
    """Loshchilov & Hutter 2019, propositions 1 and 2: of the others every weight has its own strength."""
    decay = L2 * DECAY_OF_L2.get(name, 1.0)
    values = trained(name, RegularizationSettings(weight_decay=decay), epochs=1200)
    distance = np.max(np.abs(values[:INPUTS] - Ridge(alpha=ROWS * L2 / 2, tol=1e-12).fit(X, Y).coef_))
    if name in DECAY_OF_L2:
        assert distance < 1e-3
    else:
        assert distance > 0.1


@QUIET
def one_step(name: str, l1: float, gradient: float, weight: float = 1.0) -> float:
    """A weight after its first step, at the rate 0.01."""
    rule = OPTIMIZERS[name]
    assert issubclass(rule, UpdateRule)
    network = Network([Dense(1, 1)], np.float64)
    network.parameters.values[0], network.parameters.gradients[0] = weight, gradient
    rule(network.parameters, l1=l1).step(0.01)
    return float(network.parameters.values[0])


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_a_weight_without_a_gradient_is_not_lost_in_the_first_step(name: str) -> None:
    """As those of a unit that is off for all rows of the first batch."""
    assert 0.89 < one_step(name, 0.05, 0.0) < 1.0


@pytest.mark.parametrize("name", UPDATE_RULES)
def test_biases_are_not_penalized_wherever_blocks_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = OPTIMIZERS[name]
    assert issubclass(rule, UpdateRule)
    values = []
    for block in (base.BLOCK, 5):
        monkeypatch.setattr(base, "BLOCK", block)
        network = Network([Dense(4, 3)], np.float32)
        generator = np.random.default_rng(0)
        network.parameters.values[:] = generator.standard_normal(15)
        before = network.parameters.values[12:].copy()
        optimizer = rule(network.parameters, l1=0.3)
        for _ in range(10):
            network.parameters.gradients[:12] = generator.standard_normal(12)
            with np.errstate(divide="ignore", invalid="ignore"):
                optimizer.step(0.01)
        np.testing.assert_array_equal(network.parameters.values[12:], before)
        values.append(network.parameters.values.tobytes())
    assert values[0] == values[1]
