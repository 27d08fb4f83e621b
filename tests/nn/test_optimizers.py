"""Update rules against their papers' formulas, one plain number at a time."""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pytest

from mlpcli.errors import SettingsError
from mlpcli.nn.layers import Dense, Scale
from mlpcli.nn.network import Network
from mlpcli.nn.optimizers import (
    LBFGS,
    OPTIMIZERS,
    Optimizer,
    OptimizerSettings,
    UpdateRule,
    base,
)
from mlpcli.nn.parameters import GROUPS, ParameterVector
from mlpcli.nn.scratch import FloatArray
from mlpcli.settings import build

RULES = {name: rule for name, rule in OPTIMIZERS.items() if issubclass(rule, UpdateRule)}

GRADIENTS = [
    *[(0.5, -1.0, 1e-9), (0.25, -1.0, 2e-9), (-0.125, -1.0, -1e-9), (0.0, -1.0, 0.0), (4.0, -1.0, 1e-7)],
    *[(-4.0, 1.0, 3e-9), (0.0, 1.0, 1e-9), (0.0, 0.0, 1e-9), (1e-3, 100.0, 1e-9), (0.7, -3.0, -5e-9)],
]
"""Ten steps of three parameters: changes of sign, zeros, an outlier, and sizes near Adam's epsilon."""
START = (1.0, -2.0, 0.5)
Reference: TypeAlias = Callable[[float, Sequence[float], float, float, float], float]
"""Where a number ends, from its start, its gradients, the rate, momentum and beta2."""


class Point:
    """A layer that is nothing but `size` weights."""

    def __init__(self, size: int) -> None:
        self._size = size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self._size,)}

    def bind(self, values: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> None:
        pass


def sgd(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    for g in gradients:
        w = w - rate * g
    return w


def heavy_ball(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Polyak 1964: w_(t+1) = w_t - η g_t + μ (w_t - w_(t-1))."""
    before = w
    for g in gradients:
        w, before = w - rate * g + momentum * (w - before), w
    return w


def nesterov(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Sutskever et al. 2013, eq. 3 and 4, with the gradient taken at the point ahead.

    θ are the paper's parameters and v its velocity; the gradients are those at w = θ + μ v, and so w is what
    an optimizer that is given gradients at its values has to hold.
    """
    theta, velocity = w, 0.0
    for g in gradients:
        velocity = momentum * velocity - rate * g
        theta = theta + velocity
    return theta + momentum * velocity


def adagrad(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Duchi et al. 2011: the rate over the root of the sum of all squares so far."""
    for t, g in enumerate(gradients, start=1):
        w = w - rate * g / (math.sqrt(math.fsum(each**2 for each in gradients[:t])) + 1e-10)
    return w


def rmsprop(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Tieleman & Hinton 2012, slide 29: MeanSquare = 0.9 MeanSquare + 0.1 g²."""
    mean_square = 0.0
    for g in gradients:
        mean_square = beta2 * mean_square + (1 - beta2) * g**2
        w = w - rate * g / (math.sqrt(mean_square) + 1e-8)
    return w


def adam(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Kingma & Ba 2015, algorithm 1, line by line; AdamW's decay is done elsewhere (algorithm 2, line 12)."""
    beta1, epsilon = momentum, 1e-8
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - rate * m_hat / (math.sqrt(v_hat) + epsilon)
    return w


def lion(w: float, gradients: Sequence[float], rate: float, momentum: float, beta2: float) -> float:
    """Chen et al. 2023, program 1."""
    m = 0.0
    for g in gradients:
        update = momentum * m + (1 - momentum) * g
        w = w - rate * ((update > 0) - (update < 0))
        m = beta2 * m + (1 - beta2) * g
    return w


REFERENCES: dict[str, Reference] = {
    "sgd": sgd,
    "momentum": heavy_ball,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adam,
    "lion": lion,
}
USUAL_BETA2 = {"rmsprop": 0.9, "lion": 0.99}
"""Where it is not Adam's 0.999."""
TWO_STEPS = {
    "sgd": (0.95, 0.975),
    "momentum": (0.95, 0.93),  # v = 0.5, then 0.45 - 0.25 = 0.2
    "nesterov": (0.905, 0.912),  # d = 0.5 + 0.45, then -0.25 + 0.9 · 0.2 = -0.07
    "adagrad": (0.9, 0.9447213595),  # 0.25 / √0.3125 = 1 / √5
    "rmsprop": (0.6837722340, 0.8312141902),  # 0.5 / √0.025 = √10, then -0.25 / √0.02875
    "adam": (0.9, 0.8733662965),  # m̂ = 0.02 / 0.19, v̂ = 0.00031225 / 0.001999
    "adamw": (0.9, 0.8733662965),
    "lion": (0.9, 1.0),  # sign(0.9 · 0.005 - 0.1 · 0.25) = -1
}
"""From w = 1 by gradients of 0.5 and -0.25 at rate 0.1, worked out by hand."""


def rule_at(
    name: str,
    start: Sequence[float] | FloatArray,
    momentum: float = 0.9,
    beta2: float | None = None,
    dtype: type = np.float64,
    factors: FloatArray | None = None,
) -> tuple[UpdateRule, ParameterVector]:
    parameters = ParameterVector([Point(len(start))], dtype)
    parameters.values[:] = start
    return RULES[name](parameters, momentum, beta2, factors), parameters


def take(
    rule: UpdateRule, parameters: ParameterVector, steps: Sequence[Sequence[float]] | FloatArray
) -> FloatArray:
    """The values after steps with these gradients at rate 0.1."""
    for gradients in steps:
        parameters.gradients[:] = gradients
        rule.step(0.1)
    return parameters.values.copy()


def test_every_update_rule_has_its_references() -> None:
    assert set(RULES) == set(REFERENCES) == set(TWO_STEPS)


@pytest.mark.parametrize("beta2", [None, 0.0, 0.5, 0.98])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", RULES)
def test_ten_steps(name: str, momentum: float, beta2: float | None) -> None:
    rule, parameters = rule_at(name, START, momentum, beta2)
    share = USUAL_BETA2.get(name, 0.999) if beta2 is None else beta2
    for done, gradients in enumerate(GRADIENTS, start=1):
        parameters.gradients[:] = gradients
        rule.step(0.1)
        assert rule.steps == done
        expected = [
            REFERENCES[name](w, [step[each] for step in GRADIENTS[:done]], 0.1, momentum, share)
            for each, w in enumerate(START)
        ]
        np.testing.assert_allclose(parameters.values, expected, rtol=1e-12)
        np.testing.assert_array_equal(parameters.gradients, gradients)


@pytest.mark.parametrize("name", RULES)
def test_two_steps_by_hand(name: str) -> None:
    rule, parameters = rule_at(name, [1.0])
    reached = [float(take(rule, parameters, [[gradient]])[0]) for gradient in (0.5, -0.25)]
    # The hand leaves out the epsilons in the denominators.
    assert reached == pytest.approx(TWO_STEPS[name], abs=3e-8)


@pytest.mark.parametrize("name", RULES)
def test_the_rate_may_change_from_step_to_step(name: str) -> None:
    """A step is the rate times a direction that knows only gradients."""
    rates = [0.1, 0.02, 0.0, 0.3]
    plain, parameters = rule_at(name, START)
    before, expected = parameters.values.copy(), np.array(START)
    for rate, gradients in zip(rates, GRADIENTS, strict=False):
        after = take(plain, parameters, [gradients])
        expected += rate / 0.1 * (after - before)
        before = after
    changing, parameters = rule_at(name, START)
    for rate, gradients in zip(rates, GRADIENTS, strict=False):
        parameters.gradients[:] = gradients
        changing.step(rate)
    np.testing.assert_allclose(parameters.values, expected, rtol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_rate_factors_scale_the_steps(name: str) -> None:
    factors = np.array([0.0, 0.5, 3.0])
    plain = take(*rule_at(name, START), GRADIENTS)
    scaled = take(*rule_at(name, START, factors=factors), GRADIENTS)
    np.testing.assert_allclose(scaled, START + factors * (plain - START), rtol=1e-12)
    assert scaled[0] == START[0]


def random_steps(parameters: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A start, gradients of three steps, and rate factors."""
    generator = np.random.default_rng(5)
    start, factors = generator.standard_normal(parameters), generator.uniform(0.5, 2.0, parameters)
    return start, generator.standard_normal((3, parameters)), factors


@pytest.mark.parametrize("size", [1, 4, 11])
@pytest.mark.parametrize("name", RULES)
def test_blocks_equal_one_parameter_after_the_other(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, gradients, factors = random_steps(size)
    one_by_one = [
        take(*rule_at(name, start[[each]], factors=factors[[each]]), gradients[:, [each]])[0]
        for each in range(size)
    ]
    monkeypatch.setattr(base, "BLOCK", 4)
    in_blocks = take(*rule_at(name, start, factors=factors), gradients)
    np.testing.assert_array_equal(in_blocks, one_by_one)


@pytest.mark.parametrize("name", RULES)
def test_more_parameters_than_one_block(name: str) -> None:
    size = base.BLOCK + 3
    start, gradients, _ = random_steps(size)
    whole = take(*rule_at(name, start, dtype=np.float32), gradients)
    parts = [slice(0, base.BLOCK - 5), slice(base.BLOCK - 5, size)]
    halves = [take(*rule_at(name, start[part], dtype=np.float32), gradients[:, part]) for part in parts]
    np.testing.assert_array_equal(whole, np.concatenate(halves))
    assert np.all(whole != start.astype(np.float32))


RATES = {"adagrad": 2.0}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", RULES)
def test_a_quadratic_falls(name: str, momentum: float, dtype: type) -> None:
    rule, parameters = rule_at(name, [10.0, -4.0, 3.5], momentum, dtype=dtype)
    curvature: FloatArray = np.array([1.0, 0.3, 4.0], dtype)

    def value() -> float:
        return float(np.sum(curvature * (parameters.values - 3) ** 2))

    start = value()
    for step in range(300):
        parameters.gradients[:] = 2 * curvature * (parameters.values - 3)
        rule.step(RATES.get(name, 0.1) * (1 - step / 300))
    assert value() < 0.01 * start
    assert all(moment.dtype == dtype for moment in rule.moments().values())


@pytest.mark.parametrize("again", [False, True], ids=["same", "new"])
@pytest.mark.parametrize("name", RULES)
def test_writing_the_moments_restores_the_optimizer(name: str, again: bool) -> None:
    rule, parameters = rule_at(name, START)
    take(rule, parameters, GRADIENTS[:5])
    values, steps = parameters.values.copy(), rule.steps
    moments = {key: moment.copy() for key, moment in rule.moments().items()}
    expected = take(rule, parameters, GRADIENTS[5:])
    if again:
        rule, parameters = rule_at(name, START)
    parameters.values[:], rule.steps = values, steps
    assert rule.moments().keys() == moments.keys()
    for key, moment in rule.moments().items():
        moment[:] = moments[key]
    assert take(rule, parameters, GRADIENTS[5:]).tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", RULES)
def test_zero_gradients_move_nothing_at_the_start(name: str) -> None:
    rule, parameters = rule_at(name, START)
    np.testing.assert_array_equal(take(rule, parameters, [(0.0, 0.0, 0.0)] * 3), START)


def test_an_optimizer_is_an_update_rule_or_a_minimizer() -> None:
    for name, kind in OPTIMIZERS.items():
        parameters = ParameterVector([Point(2)], np.float64)
        optimizer: Optimizer = kind(parameters)
        assert (name not in RULES) == isinstance(optimizer, LBFGS)
        assert optimizer.default_learning_rate > 0.0


def net() -> Network:
    return Network([Scale(4), Dense(4, 9), Dense(9, 1)], np.float64)


def test_rate_factors_by_group() -> None:
    network = net()
    by_group = dict.fromkeys(GROUPS, 1.0) | {"bias": 0.25, "scale": 6.0}
    factors = network.rate_factors(by_group, by_width=False)
    assert factors is not None
    for group, place in network.parameters.groups.items():
        np.testing.assert_array_equal(factors[place], by_group[group])


def test_rate_factors_by_width() -> None:
    """1 / √4 for the weights of the first dense layer, 1 / √9 for those of the second, times the group's."""
    network = net()
    factors = network.rate_factors(dict.fromkeys(GROUPS, 1.0) | {"weight": 3.0}, by_width=True)
    assert factors is not None
    weights = network.parameters.groups["weight"]
    np.testing.assert_allclose(factors[weights], [1.5] * 36 + [1.0] * 9, rtol=1e-15)
    np.testing.assert_array_equal(np.delete(factors, np.arange(45)), 1.0)


def test_without_factors_there_are_none() -> None:
    assert net().rate_factors(dict.fromkeys(GROUPS, 1.0), by_width=False) is None


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"optimizer": "adma"}, "optimizer: 'adma' is not known", "'adam'"),
        ({"momentum": 1.0}, "momentum: 1.0 is out of range", "below 1"),
        ({"momentum": -0.1}, "momentum: -0.1 is out of range", "at least 0"),
        ({"beta2": 1.0}, "beta2: 1.0 is out of range", "below 1"),
        ({"rate_factors": {"scal": 6}}, "rate_factors: 'scal' is not known", "'scale'"),
        ({"rate_factors": {"scale": -6}}, "rate_factors: scale=-6 is out of range", "0 or more"),
        ({"rate_factors": "scale"}, "rate_factors: 'scale' is not NAME=VALUE", "commas"),
        ({"rate_factors": "scale=six"}, "rate_factors: 'scale=six' has no number after =", "NAME=2.5"),
    ],
)
def test_bad_settings(values: dict[str, object], message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(OptimizerSettings, values)
    assert str(caught.value) == message
    assert hint in caught.value.hint


def test_rate_factors_of_the_command_line() -> None:
    assert build(OptimizerSettings, {"rate_factors": "scale=6,bias=0.1"}).rate_factors == (
        ("scale", 6.0),
        ("bias", 0.1),
    )
