"""The line search on functions of one number: both conditions, the trials, and what ends it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mlpcli.nn.optimizers.line_search import LineSearch, wolfe_search

Curve = Callable[[float], tuple[float, float]]


def quadratic(a: float) -> tuple[float, float]:
    return (a - 1.0) ** 2, 2.0 * (a - 1.0)


def quartic(a: float) -> tuple[float, float]:
    return (a - 1.0) ** 4 + 0.1 * a, 4.0 * (a - 1.0) ** 3 + 0.1


def more_thuente_1(a: float) -> tuple[float, float]:
    """Moré & Thuente 1994, function (5.1) with β = 2."""
    return -a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0) ** 2


def more_thuente_2(a: float) -> tuple[float, float]:
    """Function (5.2) with β = 0.004: a tiny slope at 0, then concave."""
    a += 0.004
    return a**5 - 2.0 * a**4, 5.0 * a**4 - 8.0 * a**3


def wavy(a: float) -> tuple[float, float]:
    """Many local minima."""
    return 0.05 * a * a - a + 0.3 * math.cos(5.0 * a), 0.1 * a - 1.0 - 1.5 * math.sin(5.0 * a)


def barrier(a: float) -> tuple[float, float]:
    """Infinite from 0.7 on."""
    return (-math.log(0.7 - a) - 9.0 * a, 1.0 / (0.7 - a) - 9.0) if a < 0.7 else (math.inf, math.inf)


def cliff(a: float) -> tuple[float, float]:
    """Nothing is a number from 3 on."""
    return quadratic(a) if a < 3.0 else (math.nan, math.nan)


def bottomless(a: float) -> tuple[float, float]:
    """From 3 on an infinity that must not count as low."""
    return quadratic(a) if a < 3.0 else (-math.inf, 0.0)


def slopeless(a: float) -> tuple[float, float]:
    """From 0.2 on a low loss without a slope."""
    return quadratic(a) if a < 0.2 else (-5.0, math.nan)


CURVES: dict[str, Curve] = {
    curve.__name__: curve
    for curve in [quadratic, quartic, more_thuente_1, more_thuente_2, wavy, barrier, cliff, bottomless]
}
FIRST_STEPS = [1e-8, 1e-3, 0.3, 1.0, 1.9, 3.0, 50.0, 1e4, 1e8]
"""The minima are between 0.5 and 10: from far too short to far too long."""


class Traced:
    """A curve that notes the steps it was asked for."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve
        self.steps: list[float] = []

    def __call__(self, step: float) -> tuple[float, float]:
        self.steps.append(step)
        return self._curve(step)


def search(curve: Curve, first_step: float, **options: Any) -> tuple[LineSearch, list[float]]:
    traced = Traced(curve)
    loss, slope = curve(0.0)
    return wolfe_search(traced, loss, slope, first_step, **options), traced.steps


CASES = [
    (name, first_step, c2)
    for name in CURVES
    for first_step in FIRST_STEPS
    for c2 in (0.9, 0.1, 1e-3)
    # The slope of this one at 0 is so small that 25 evaluations may not find a much smaller one.
    if name != "more_thuente_2" or (c2 == 0.9 and first_step <= 1e4)
]


@pytest.mark.parametrize(("name", "first_step", "c2"), CASES)
def test_both_conditions(name: str, first_step: float, c2: float) -> None:
    curve = CURVES[name]
    found, steps = search(curve, first_step, c2=c2)
    loss, slope = curve(0.0)
    assert found.holds
    assert found.step == steps[-1]
    assert found.loss == curve(found.step)[0]
    assert found.loss <= loss + 1e-4 * found.step * slope
    assert abs(curve(found.step)[1]) <= c2 * abs(slope)
    assert steps[0] == first_step
    assert len(steps) <= 25


@pytest.mark.parametrize(
    ("curve", "first_step", "trials"),
    [
        (quadratic, 1.0, [1.0]),
        (quadratic, 1.9, [1.9, 1.0]),
        (quadratic, 0.2, [0.2, 1.0]),
        (quadratic, 0.01, [0.01, 0.1, 1.0]),
        (quadratic, 0.6, [0.6, 1.2, 1.0]),
        (quadratic, 5.0, [5.0, 1.0]),
        (quadratic, 200.0, [200.0, 20.0, 2.0, 1.0]),
        (cliff, 500.0, [500.0, 50.0, 5.0, 0.5, 2.75, 1.0]),
        (slopeless, 1.0, [1.0, 0.1, 0.55, 0.325, 0.2125]),
    ],
)
def test_trials(curve: Curve, first_step: float, trials: list[float]) -> None:
    """A cubic finds a parabola's minimum at once, as far as its limits let it."""
    assert search(curve, first_step, c2=0.1)[1][: len(trials)] == pytest.approx(trials, rel=1e-12)


def test_a_cubic_is_met_exactly() -> None:
    """a³ - 3 a has its minimum at 1; from 0 and 1.5 as from 0 and 0.5."""

    def cubic(a: float) -> tuple[float, float]:
        return a**3 - 3.0 * a, 3.0 * a * a - 3.0

    for first_step in (1.5, 0.5):
        found, steps = search(cubic, first_step, c2=0.01)
        assert len(steps) == 2
        assert found.step == pytest.approx(1.0, rel=1e-12)


def test_the_two_newest_points_make_the_cubic() -> None:
    """While the loss of a⁴ - 4 a only falls: the one through 0.03 and 0.3, found by solving for it."""

    def curve(a: float) -> tuple[float, float]:
        return a**4 - 4.0 * a, 4.0 * a**3 - 4.0

    ends = (0.03, 0.3)
    heights = [[a**3, a**2, a, 1.0] for a in ends]
    slopes = [[3.0 * a**2, 2.0 * a, 1.0, 0.0] for a in ends]
    right = [curve(a)[0] for a in ends] + [curve(a)[1] for a in ends]
    cubic, square, linear, _ = np.linalg.solve(heights + slopes, right)
    minimum = (-square + np.sqrt(square**2 - 3.0 * cubic * linear)) / (3.0 * cubic)
    assert search(curve, 0.03, c2=1e-3)[1][:3] == pytest.approx([0.03, 0.3, minimum])
    assert 0.6 < minimum < 3.0


def test_the_first_condition_decides_between_equal_slopes() -> None:
    """At 1.95 the parabola has fallen, but by less than a quarter of its slope."""
    assert search(quadratic, 1.95, c2=0.99)[1] == [1.95]
    assert search(quadratic, 1.95, c1=0.25, c2=0.99)[1] == pytest.approx([1.95, 1.0])


def test_endless_fall() -> None:
    """Without a second condition to meet: the lowest point, and no more evaluations than allowed."""
    found, steps = search(lambda a: (-a, -1.0), 1.0)
    assert found == (steps[-1], -steps[-1], False)
    assert steps == pytest.approx([10.0**power for power in range(25)])
    assert len(search(lambda a: (-a, -1.0), 1.0, evaluations=7)[1]) == 7


@pytest.mark.parametrize("loss", [1.0, 5.0, math.nan, math.inf, -math.inf])
def test_nothing_lower(loss: float) -> None:
    """A slope that promises what the losses do not keep."""
    found, steps = search(lambda a: (loss if a else 1.0, -1.0), 1.0)
    assert found == (0.0, 1.0, False)
    assert len(steps) == 25
    assert steps == sorted(steps, reverse=True)


def test_the_edge_of_a_cliff() -> None:
    """Lower and lower and steeper and steeper until it is infinite: the last finite point found."""
    found, _ = search(lambda a: (-a - a * a, -1.0 - 2.0 * a) if a < 1.0 else (math.inf, 0.0), 4.0)
    assert not found.holds
    assert 0.999 < found.step < 1.0
    assert found.loss == -found.step - found.step**2


def test_noise_is_not_searched() -> None:
    """A fall below the losses' resolution is not looked for."""

    def flat(a: float) -> tuple[float, float]:
        return 1.0 + 1e-16 * (a - 1e-3) ** 2, 2e-16 * (a - 1e-3)

    assert len(search(flat, 1.0)[1]) == 25
    assert search(flat, 1.0, resolution=2.2e-16) == ((0.0, 1.0, False), [1.0])
    assert search(quadratic, 1.95, c2=0.9, resolution=1e-7)[0].holds


def test_neighbouring_numbers() -> None:
    """A bracket between two neighbours has no inside."""
    found, steps = search(lambda a: (-a, -1.0) if a < 1.0 else (2.0, 1.0), 1.0, evaluations=1000)
    assert 1.0 - 1e-15 < found.step < 1.0
    assert len(steps) < 200


def test_huge_numbers() -> None:
    """What overflows in the interpolation is halved instead."""
    found, _ = search(lambda a: (1e300 * (a - 1.0) ** 2, 2e300 * (a - 1.0)), 3.0)
    assert found.holds
    assert found.step == 1.5


@pytest.mark.parametrize(
    ("loss", "slope", "first_step"),
    [
        *[(1.0, 0.0, 1.0), (1.0, 1.0, 1.0), (1.0, -1.0, 0.0), (1.0, -1.0, math.inf)],
        *[(math.nan, -1.0, 1.0), (math.inf, -1.0, 1.0), (1.0, math.nan, 1.0), (1.0, -math.inf, 1.0)],
    ],
)
def test_no_way_to_search(loss: float, slope: float, first_step: float) -> None:
    with pytest.raises(ValueError, match="cannot search"):
        wolfe_search(quadratic, loss, slope, first_step)
