"""The ways of five optimizers against loops of their formulas, and the surface they are on."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from mlpcli.workflows.lessons.optimizers import (
    DEEP,
    NAMES,
    SHALLOW,
    START,
    gradient,
    optimizers,
    surface,
    wells,
)

RATE, STEPS = 0.03, 100


def slopes(x: float, y: float) -> tuple[float, float]:
    """Derivatives of (x² - 1)² + 0.3 x + 2 (y - x/2)², by hand."""
    return 4 * x**3 - 4 * x + 0.3 - 2 * (y - x / 2), 4 * (y - x / 2)


def by_hand(name: str) -> Iterator[tuple[float, float]]:
    """The places of an optimizer by its formula, a coordinate at a time."""
    place = list(START)
    first, second = [0.0, 0.0], [0.0, 0.0]
    for step in range(1, STEPS + 1):
        for axis, slope in enumerate(slopes(*place)):
            if name == "sgd":
                change = slope
            elif name == "momentum":
                first[axis] = 0.9 * first[axis] + slope
                change = first[axis]
            elif name == "adagrad":
                second[axis] += slope**2
                change = slope / (math.sqrt(second[axis]) + 1e-10)
            elif name == "rmsprop":
                second[axis] = 0.9 * second[axis] + 0.1 * slope**2
                change = slope / (math.sqrt(second[axis]) + 1e-8)
            else:
                first[axis] = 0.9 * first[axis] + 0.1 * slope
                second[axis] = 0.999 * second[axis] + 0.001 * slope**2
                mean = first[axis] / (1 - 0.9**step)
                change = mean / (math.sqrt(second[axis] / (1 - 0.999**step)) + 1e-8)
            place[axis] -= RATE * change
        yield place[0], place[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_way_is_that_of_the_formula(name: str) -> None:
    (walk,) = (each for each in optimizers(RATE, STEPS).walks if each.optimizer == name)
    assert (walk.xs[0], walk.ys[0]) == START
    wanted = list(by_hand(name))
    assert list(zip(walk.xs[1:], walk.ys[1:], strict=True)) == [
        pytest.approx(each, abs=1e-9) for each in wanted
    ]


def test_the_gradient_is_that_of_the_surface() -> None:
    for x, y in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        small = 1e-6
        numeric = [
            (surface(x + small, y) - surface(x - small, y)) / (2 * small),
            (surface(x, y + small) - surface(x, y - small)) / (2 * small),
        ]
        assert gradient(np.array([x, y])) == pytest.approx(numeric, abs=1e-6)
        assert gradient(np.array([x, y])) == pytest.approx(slopes(x, y))


def test_the_wells_are_the_lowest_places() -> None:
    shallow, deep = wells()
    assert (shallow.name, deep.name) == (SHALLOW, DEEP)
    assert deep.loss < 0 < shallow.loss
    around = np.linspace(-0.3, 0.3, 31)
    for well in (shallow, deep):
        near = surface(well.x + around[:, None], well.y + around[None, :])
        assert near.argmin() == near.size // 2
        assert near.min() == pytest.approx(well.loss)


def test_momentum_alone_leaves_the_shallow_well() -> None:
    ends = {walk.optimizer: walk.well for walk in optimizers().walks}
    assert ends == {
        "sgd": SHALLOW,
        "momentum": DEEP,
        "adagrad": None,
        "rmsprop": SHALLOW,
        "adam": SHALLOW,
    }


def test_a_walk_has_arrived_from_where_it_stays() -> None:
    lesson = optimizers()
    places = {well.name: (well.x, well.y) for well in lesson.wells}
    for walk in lesson.walks:
        if walk.well is None:
            assert walk.arrived is None
            continue
        away = [math.dist(each, places[walk.well]) for each in zip(walk.xs, walk.ys, strict=True)]
        assert walk.arrived
        assert max(away[walk.arrived :]) <= 0.1 < away[walk.arrived - 1]


def test_a_rate_that_is_too_high() -> None:
    walks = {walk.optimizer: walk for walk in optimizers(10.0).walks}
    assert walks["sgd"].diverged
    assert walks["sgd"].well is None
    assert not walks["adam"].diverged
