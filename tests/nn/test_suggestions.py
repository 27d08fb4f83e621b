"""Rules that read a learning rate off a range test's curve."""

import numpy as np
import pytest

from mlpcli.nn.arrays import FloatArray
from mlpcli.nn.range_test import BLOW_UP, SUGGESTIONS, half_max, largest_usable, minimum, smooth, steep

RATES = np.geomspace(1e-6, 10.0, 141)
"""Twenty rates to a decade."""
FALLS_FROM, FALLS_TO = 1e-4, 1e-1


def valley_curve(noise: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Loss 1 up to 1e-4, then straight down (over log rate) to 0.1 at 1e-1, then up until it blows up."""
    decades = np.log10(RATES)
    falling = 1.0 - 0.3 * np.clip(decades + 4.0, 0.0, 3.0)
    rising = 0.1 * (10.0 ** np.clip(2.0 * (decades + 1.0), 0.0, None) - 1.0)
    losses = falling + rising + noise * np.random.default_rng(0).standard_normal(len(RATES))
    end = int(np.argmax(losses > BLOW_UP * losses[0])) + 1
    return RATES[:end], losses[:end]


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("name", SUGGESTIONS)
def test_every_rule_suggests_a_rate_at_which_the_loss_falls(name: str, noise: float) -> None:
    rates, losses = valley_curve(noise)
    suggested = SUGGESTIONS[name](rates, losses, smooth(losses))
    assert FALLS_FROM < suggested < FALLS_TO


@pytest.mark.parametrize("name", SUGGESTIONS)
@pytest.mark.parametrize("last", [np.inf, np.nan])
def test_a_blow_up_at_the_end_changes_little(name: str, last: float) -> None:
    losses = np.append(valley_curve()[1], last)
    suggested = SUGGESTIONS[name](RATES[: len(losses)], losses, smooth(losses))
    assert FALLS_FROM < suggested < FALLS_TO


@pytest.mark.parametrize("name", SUGGESTIONS)
@pytest.mark.parametrize("losses", [[1.0, 0.5, np.inf], [1.0, 0.5, np.nan], [1.0, 5.0]])
def test_a_sweep_that_blows_up_at_once(name: str, losses: list[float]) -> None:
    """It started far too high; a rule still gives one of its rates, or a part of one."""
    curve = np.array(losses)
    suggested = SUGGESTIONS[name](RATES[: len(curve)], curve, smooth(curve))
    assert 0 < suggested <= RATES[len(curve) - 1]


@pytest.mark.parametrize("name", SUGGESTIONS)
def test_arrays_are_left_alone(name: str) -> None:
    rates, losses = valley_curve()
    smoothed = smooth(losses)
    kept = rates.copy(), losses.copy(), smoothed.copy()
    SUGGESTIONS[name](rates, losses, smoothed)
    for after, before in zip((rates, losses, smoothed), kept, strict=True):
        np.testing.assert_array_equal(after, before)


def test_largest_usable() -> None:
    """The fall is from 1 to 0.1, so the curve is left where it has climbed to 0.1 + 0.2 · 0.9 = 0.28."""
    rates, losses = valley_curve()
    expected = rates[losses.argmin() :][losses[losses.argmin() :] <= 0.28][-1]
    assert largest_usable(rates, losses, losses) == expected
    assert half_max(rates, losses, losses) == expected / 2


def test_largest_usable_by_hand() -> None:
    """A fall from 1 to 0.5: 0.59 has not yet climbed back a fifth of it, 0.61 has."""
    losses = np.array([*[1.0] * 10, 0.5, 0.59, 0.61, 0.62])
    assert largest_usable(RATES[:14], losses, losses) == RATES[11]


def test_largest_usable_ends_where_one_raw_loss_blows_up() -> None:
    rates, losses = valley_curve()
    lowest = int(losses.argmin())
    raw = losses.copy()
    raw[lowest + 2] = 4.1 * losses[0]
    assert largest_usable(rates, raw, losses) == rates[lowest + 1]


def test_largest_usable_of_a_curve_that_only_falls() -> None:
    losses = np.linspace(1.0, 0.1, len(RATES))
    assert largest_usable(RATES, losses, losses) == RATES[-1]


def test_minimum() -> None:
    rates, losses = valley_curve()
    assert minimum(rates, losses, losses) == pytest.approx(1e-2, rel=1e-9)


def test_steep() -> None:
    """The steepest point of a smooth fall is its middle."""
    losses = 1.0 - np.tanh(2 * np.log10(RATES / 1e-3))
    assert steep(RATES, losses, losses) == pytest.approx(1e-3, rel=1e-9)
