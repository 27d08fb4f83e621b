"""Curves of lines between knots: the oracle are two calls of np.interp, as older versions made them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpcli.data.curve import FEWEST_VALUES, Curve

Array = npt.NDArray[Any]
FINITE = st.floats(-1e300, 1e300)
FEW_LEVELS = st.sampled_from([0.0, -0.0, 1.0, 2.5, -7.0, 5e-324])
RANDOM = np.random.default_rng(0)
KNOTS = {
    "normal": RANDOM.normal(size=257),
    "long tail": RANDOM.lognormal(3, 2, size=257),
    "ties": np.where(RANDOM.random(257) < 0.6, 0.0, RANDOM.gamma(1, size=257)),
    "all the same": np.full(257, 3.0),
    "as far as numbers go": np.linspace(-8e307, 8e307, 257) * 2,
    "denormal": RANDOM.integers(0, 40, size=257) * 5e-324,
}


def by_interp(values: Array, knots: Array, heights: Array) -> Array:
    with np.errstate(all="ignore"):
        below = np.interp(values, knots, heights)
        above = np.interp(-values, -knots[::-1], -heights[::-1])
        return np.asarray((below - above) / 2)


def around(knots: Array) -> Array:
    """The knots, their neighbours, and values beyond them."""
    beside = [np.nextafter(knots, direction) for direction in (-np.inf, np.inf)]
    return np.concatenate([knots, *beside, [-1.7e308, 1.7e308, 0.0, -0.0]])


def agrees(found: Array, expected: Array) -> bool:
    """Whether both are the same, bit for bit, and finite even on lines that were too steep for np.interp."""
    return bool(np.isfinite(found).all() and (found == expected)[np.isfinite(expected)].all())


@given(arrays(np.float64, st.integers(1, 30), elements=FINITE | FEW_LEVELS))
def test_at_and_around_knots_it_is_as_by_interp(knots: Array) -> None:
    knots, heights = np.sort(knots), np.linspace(-3, 5, len(knots))
    values = around(knots)
    assert agrees(Curve.of(knots, heights).at(values), by_interp(values, knots, heights))


@pytest.mark.parametrize("name", KNOTS)
def test_many_values_are_found_as_few_are(name: str) -> None:
    knots, heights = np.sort(KNOTS[name]), np.linspace(-5, 5, 257)
    between = RANDOM.choice(knots, 3 * FEWEST_VALUES) * RANDOM.random(3 * FEWEST_VALUES)
    values = np.concatenate([around(knots), between])
    curve = Curve.of(knots, heights)
    assert agrees(curve.at(values), by_interp(values, knots, heights))
    one_by_one = np.concatenate([curve.at(values[[place]]) for place in range(0, len(values), 50)])
    np.testing.assert_array_equal(curve.at(values)[::50], one_by_one)


def test_what_is_asked_for_is_not_overwritten() -> None:
    values = np.linspace(-1, 2, 2 * FEWEST_VALUES)
    before = values.copy()
    Curve.of(np.array([0.0, 1.0]), np.array([0.0, 1.0])).at(values)
    np.testing.assert_array_equal(values, before)
