"""Penalties, weight decay and the limit on the gradient's norm, by hand-worked numbers."""

import math

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.batches import Examples
from mlpcli.nn.layers import Dense
from mlpcli.nn.losses.numbers import MeanSquaredError
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import OPTIMIZERS, Adam, UpdateRule
from mlpcli.nn.optimizers.rules import SGD, AdamW
from mlpcli.nn.parameters import GROUPS, ParameterVector
from mlpcli.nn.regularization import Regularization, RegularizationSettings
from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.trainer import Trainer
from mlpcli.settings import build


class OfEveryGroup:
    """A layer with `size` weights and two numbers of each other group."""

    def __init__(self, size: int = 5) -> None:
        self._size = size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {group: (self._size if group == "weight" else 2,) for group in GROUPS}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        self.values, self.gradients = values, gradients


WEIGHTS = [1.0, -2.0, 0.03, -0.05, 0.0]


def start() -> tuple[ParameterVector, OfEveryGroup]:
    """WEIGHTS, all others 3; all gradients 1."""
    layer = OfEveryGroup(len(WEIGHTS))
    parameters = ParameterVector([layer], np.float64)
    parameters.values[...] = 3.0
    layer.values["weight"][...] = WEIGHTS
    parameters.gradients[...] = 1.0
    return parameters, layer


def others(parameters: ParameterVector, array: FloatArray) -> FloatArray:
    """All of a flat vector that is no weight."""
    return array[parameters.groups["weight"].stop :]


def test_l2_adds_its_gradient_to_that_of_the_weights_only() -> None:
    parameters, layer = start()
    regularization = Regularization(parameters, RegularizationSettings(l2=0.1))
    regularization.before_update(0.5)
    np.testing.assert_allclose(layer.gradients["weight"], [1.1, 0.8, 1.003, 0.995, 1.0], rtol=1e-15)
    np.testing.assert_array_equal(others(parameters, parameters.gradients), 1.0)
    np.testing.assert_array_equal(layer.values["weight"], WEIGHTS)


def test_the_penalty_is_the_function_of_that_gradient() -> None:
    parameters, layer = start()
    regularization = Regularization(parameters, RegularizationSettings(l2=0.1))
    # 0.05 · (1 + 4 + 0.0009 + 0.0025)
    assert regularization.penalty() == pytest.approx(0.25017, rel=1e-12)
    assert Regularization(parameters).penalty() == 0.0
    layer.values["bias"][...] = 100.0
    assert regularization.penalty() == pytest.approx(0.25017, rel=1e-12)


def test_a_step_tells_the_loss_without_the_penalty_an_objective_with_it() -> None:
    network = Network([Dense(1, 1)], np.float64)
    network.parameters.values[:] = [2.0, 1.0]
    regularization = Regularization(network.parameters, RegularizationSettings(l2=0.5))
    rule = SGD(network.parameters, l1=0.3)
    trainer = Trainer(network, MeanSquaredError(), rule, regularization)
    row = Examples(np.array([[1.0]]), np.array([[2.0]]))
    # The output is 3, the slope 2; l2 adds 0.5 · 2 to the weight's, and 0.25 · 2² to the objective.
    assert trainer.objective(row) == pytest.approx(1.0 + 1.0, rel=1e-15)
    np.testing.assert_allclose(network.parameters.gradients, [3.0, 2.0], rtol=1e-15)
    assert trainer.step(row, 0.1) == pytest.approx(1.0, rel=1e-15)
    # 2 - 0.1 · 3 - 0.1 · 0.3, and 1 - 0.1 · 2
    np.testing.assert_allclose(network.parameters.values, [1.67, 0.8], rtol=1e-15)


def test_l1_moves_weights_to_zero_and_not_beyond() -> None:
    parameters, layer = start()
    parameters.gradients[...] = 0.0
    SGD(parameters, l1=0.5).step(0.1)
    np.testing.assert_array_equal(parameters.gradients, 0.0)
    np.testing.assert_allclose(layer.values["weight"], [0.95, -1.95, 0.0, 0.0, 0.0], rtol=1e-15)
    assert np.all(layer.values["weight"][2:] == 0.0)
    np.testing.assert_array_equal(others(parameters, parameters.values), 3.0)


def test_l1_keeps_weights_at_zero_that_gain_less_than_it_costs() -> None:
    """Of (w - a)² / 2 + l1 |w| the lowest point is at sign(a) max(|a| - l1, 0)."""
    wanted = np.array([2.0, -0.7, 0.49, -0.3, 0.0])
    parameters, layer = start()
    rule = SGD(parameters, l1=0.5)
    zero = np.zeros(len(WEIGHTS), np.bool_)
    for _ in range(300):
        parameters.gradients[...] = 0.0
        layer.gradients["weight"][...] = layer.values["weight"] - wanted
        rule.step(0.1)
        assert np.all(layer.values["weight"][zero] == 0.0)
        zero = layer.values["weight"] == 0.0
    np.testing.assert_allclose(layer.values["weight"][:2], [1.5, -0.2], rtol=1e-9)
    assert zero.tolist() == [False, False, True, True, True]
    np.testing.assert_array_equal(others(parameters, parameters.values), 3.0)


def test_decay_is_of_weights_unless_told_otherwise() -> None:
    parameters, layer = start()
    Regularization(parameters, RegularizationSettings(weight_decay=0.2)).before_update(0.5)
    np.testing.assert_allclose(layer.values["weight"], np.array(WEIGHTS) * 0.9, rtol=1e-15)
    np.testing.assert_array_equal(others(parameters, parameters.values), 3.0)
    np.testing.assert_array_equal(parameters.gradients, 1.0)


@pytest.mark.parametrize("group", GROUPS)
def test_decay_by_group(group: str) -> None:
    parameters, layer = start()
    settings = build(RegularizationSettings, {"weight_decay": 0.2, "decay_factors": {"weight": 0, group: 2}})
    Regularization(parameters, settings).before_update(0.5)
    for name, values in layer.values.items():
        expected = np.array(WEIGHTS if name == "weight" else [3.0, 3.0]) * (0.8 if name == group else 1.0)
        np.testing.assert_allclose(values, expected, rtol=1e-15)


def test_decay_follows_its_schedule() -> None:
    parameters, layer = start()
    Regularization(parameters, RegularizationSettings(weight_decay=0.2)).before_update(0.5, 0.25)
    np.testing.assert_allclose(layer.values["weight"], np.array(WEIGHTS) * 0.975, rtol=1e-15)


def test_decay_does_not_overshoot_zero() -> None:
    parameters, layer = start()
    Regularization(parameters, RegularizationSettings(weight_decay=30.0)).before_update(0.5)
    np.testing.assert_array_equal(layer.values["weight"], 0.0)


def test_decay_is_not_scaled_by_adam() -> None:
    """Loshchilov & Hutter 2019: with the gradient at zero every weight loses the same share, with l2 not."""
    for settings, same in ((RegularizationSettings(weight_decay=0.1), True), (None, False)):
        parameters, layer = start()
        l2 = RegularizationSettings(l2=0.1)
        regularization, rule = Regularization(parameters, settings or l2), Adam(parameters)
        for _ in range(3):
            parameters.gradients[...] = 0.0
            regularization.before_update(0.01)
            rule.step(0.01)
        shares = layer.values["weight"][:4] / WEIGHTS[:4]
        assert np.allclose(shares, 0.999**3, rtol=1e-12) == same


def test_only_adamw_decays_by_itself() -> None:
    decays = {
        name: rule.default_weight_decay for name, rule in OPTIMIZERS.items() if issubclass(rule, UpdateRule)
    }
    assert decays == dict.fromkeys(decays, 0.0) | {"adamw": 0.01}


@pytest.mark.parametrize(("given", "share"), [(None, 0.995), (0.0, 1.0), (0.1, 0.95)])
def test_the_usual_decay_gives_way_to_a_given_one(given: float | None, share: float) -> None:
    parameters, layer = start()
    settings = RegularizationSettings(weight_decay=given)
    Regularization(parameters, settings, AdamW.default_weight_decay).before_update(0.5)
    np.testing.assert_allclose(layer.values["weight"], np.array(WEIGHTS) * share, rtol=1e-15)


def clipped(gradients: FloatArray, longest: float) -> FloatArray:
    layer = OfEveryGroup(len(gradients) - 2 * (len(GROUPS) - 1))
    parameters = ParameterVector([layer], gradients.dtype)
    parameters.gradients[...] = gradients
    with np.errstate(divide="ignore"):  # as `Trainer.step` has it: a gradient of zero has no direction
        Regularization(parameters, RegularizationSettings(clip_norm=longest)).before_update(0.1)
    np.testing.assert_array_equal(parameters.values, 0.0)
    return parameters.gradients


def test_clip_norm_shortens_and_keeps_the_direction() -> None:
    """3-4-12 has the length 13, over all groups together."""
    gradients = np.array([3.0, 0.0, 4.0, *[0.0] * 7, -12.0])
    np.testing.assert_allclose(clipped(gradients, 6.5), gradients / 2, rtol=1e-15)
    np.testing.assert_allclose(clipped(gradients, 1e-3), gradients / 13e3, rtol=1e-14)


@pytest.mark.parametrize("longest", [13.0, 13.1, 1e30])
def test_clip_norm_leaves_short_gradients_alone(longest: float) -> None:
    gradients = np.array([3.0, 0.0, 4.0, *[0.0] * 7, -12.0])
    assert clipped(gradients, longest).tobytes() == gradients.tobytes()


def test_clip_norm_leaves_no_gradient_at_all_alone() -> None:
    np.testing.assert_array_equal(clipped(np.zeros(11), 1.0), 0.0)


def test_clip_norm_of_many_float32_numbers() -> None:
    gradients = np.random.default_rng(1).uniform(0.5, 1.5, 300_000).astype(np.float32)
    shortened = clipped(gradients, 2.0).astype(np.float64)
    assert np.sqrt(np.sum(np.square(shortened))) == pytest.approx(2.0, rel=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("longest", [1e-18, 1e-3, 1.0, 1e25])
def test_clip_norm_is_right_however_long_the_gradient(dtype: type, longest: float) -> None:
    """3-4-12 times all sizes of the precision, down to its smallest numbers."""
    direction = np.array([3.0, 0.0, 4.0, *[0.0] * 7, -12.0])
    limits = np.finfo(dtype)
    units = [limits.smallest_subnormal, limits.tiny, 1e-35, 1e-20, 1e-16, 1e-5, 1.0, 1e8, 1.5e18, 1e20, 1e36]
    for unit in [*units, float(limits.max) / 13]:
        gradients = (direction * unit).astype(dtype)
        with np.errstate(over="ignore"):
            found = clipped(gradients.copy(), longest).astype(np.float64)
        length = math.hypot(*gradients.astype(np.float64))
        if length <= longest:
            assert found.tolist() == gradients.tolist()
        else:
            expected = gradients.astype(np.float64) / length * longest
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=float(limits.smallest_subnormal))


def test_clip_norm_leaves_an_infinite_gradient_to_show_itself() -> None:
    gradients = np.array([math.inf, *[1.0] * 10])
    assert clipped(gradients.copy(), 1.0).tolist() == gradients.tolist()


def test_clip_norm_limits_the_gradient_with_its_penalty_but_not_the_decay() -> None:
    parameters, layer = start()
    parameters.gradients[...] = 0.0
    settings = RegularizationSettings(l2=10.0, clip_norm=1.0, weight_decay=0.2)
    Regularization(parameters, settings).before_update(0.5)
    weights = np.array(WEIGHTS)
    np.testing.assert_allclose(layer.gradients["weight"], weights / np.sqrt(np.sum(weights**2)), rtol=1e-14)
    np.testing.assert_allclose(layer.values["weight"], weights * 0.9, rtol=1e-15)


def test_nothing_is_done_unless_asked_for() -> None:
    parameters, _ = start()
    before = parameters.values.tobytes(), parameters.gradients.tobytes()
    regularization = Regularization(parameters)
    regularization.before_update(0.5)
    assert (parameters.values.tobytes(), parameters.gradients.tobytes()) == before


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"decay_factors": {"weigth": 1}}, "decay_factors: 'weigth' is not known", "'weight'"),
        ({"decay_factors": "bais=1"}, "decay_factors: 'bais' is not known", "'bias'"),
        ({"decay_factors": {"bias": -1}}, "decay_factors: bias=-1 is out of range", "0 or more"),
        ({"decay_factors": "bias=nan"}, "decay_factors: bias=nan is out of range", "0 or more"),
        ({"decay_factors": "bias"}, "decay_factors: 'bias' is not NAME=VALUE", "commas"),
        ({"decay_factors": "bias=x"}, "decay_factors: 'bias=x' has no number after =", "NAME=2.5"),
        ({"l1": -1.0}, "l1: -1.0 is out of range", "at least 0"),
        ({"l2": -1.0}, "l2: -1.0 is out of range", "at least 0"),
        ({"l2": "much"}, "l2: 'much' is not a number", "Give a number"),
        ({"weight_decay": -0.1}, "weight_decay: -0.1 is out of range", "at least 0"),
        ({"clip_norm": 0.0}, "clip_norm: 0.0 is out of range", "above 0"),
    ],
)
def test_bad_settings(values: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(RegularizationSettings, values)
    assert str(caught.value) == message
    assert hint in caught.value.hint
