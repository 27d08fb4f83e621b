"""Gradient descent on the parabola: the numbers of the lesson, and how each rate goes."""

import math

import pytest

from mlpcli.workflows.lessons.descent import ARRIVES, GROWS, OVERSHOOTS, RATES, SLOW, SWINGS, descent


def test_the_numbers_of_the_lesson() -> None:
    (walk,) = descent((0.2,), 5).walks
    assert walk.xs[:3] == pytest.approx([10.0, 7.2, 5.52], abs=1e-12)
    wanted = [59.0, 27.64, 16.3504, 12.286144, 10.82301184, 10.2962842624]
    assert walk.losses == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("rate", [*RATES, 0.5, 1.0, 1e-9])
def test_a_step_multiplies_the_distance(rate: float) -> None:
    (walk,) = descent((rate,), 8).walks
    assert walk.xs == pytest.approx([3 + 7 * (1 - 2 * rate) ** step for step in range(9)], rel=1e-9)
    assert walk.losses == pytest.approx([(x - 3) ** 2 + 10 for x in walk.xs])


def test_how_each_rate_goes() -> None:
    rates = {0.02: SLOW, 0.2: ARRIVES, 0.5: ARRIVES, 0.9: OVERSHOOTS, 1.0: SWINGS, 1.05: GROWS}
    walks = descent((0.02, 0.2, 0.5, 0.9, 1.0, 1.05)).walks
    assert {walk.learning_rate: walk.course for walk in walks} == rates
    assert not any(walk.diverged for walk in walks)


def test_more_steps_make_a_small_rate_arrive() -> None:
    assert descent((0.02,), 100).walks[0].course == ARRIVES


@pytest.mark.parametrize("rate", [5.0, 1e60, 1e300])
def test_a_walk_that_diverges_ends_early(rate: float) -> None:
    (walk,) = descent((rate,), 1000).walks
    assert walk.diverged
    assert walk.course == GROWS
    assert len(walk.xs) < 1000
    assert all(map(math.isfinite, [*walk.xs, *walk.losses]))
