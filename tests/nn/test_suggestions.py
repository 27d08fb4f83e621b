"""Rules that read a learning rate off a range test's curve, against curves whose answer is known."""

import itertools

import numpy as np
import pytest

from mlpcli.nn.scratch import FloatArray
from mlpcli.nn.suggestions import (
    CEILING,
    FLOOR,
    MEANINGS,
    SUGGESTIONS,
    floor_of,
    half_max,
    largest_usable,
    minimum,
    pool,
    slide,
    smooth,
    start_points,
    steep,
    valley,
)

RATES = np.geomspace(1e-6, 10.0, 141)
"""Twenty rates to a decade."""
FALLS_FROM, FALLS_TO = 1e-4, 1e-1


def valley_curve(noise: float = 0.0) -> FloatArray:
    """Loss 1 up to 1e-4, then straight down (over log rate) to 0.1 at 1e-1, then up, three times as fast."""
    decades = np.log10(RATES)
    falling = 1.0 - 0.3 * np.clip(decades + 4.0, 0.0, 3.0)
    rising = 0.9 * np.clip(decades + 1.0, 0.0, None)
    return np.asarray(falling + rising + noise * np.random.default_rng(0).standard_normal(len(RATES)))


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("name", [name for name in SUGGESTIONS if name != "slide"])
def test_a_rule_suggests_a_rate_at_which_the_loss_falls(name: str, noise: float) -> None:
    """Slide goes from the right to where slopes stop changing; of straight lines that is their kink."""
    suggested = SUGGESTIONS[name](RATES, smooth(RATES, valley_curve(noise)))
    assert FALLS_FROM < suggested <= FALLS_TO


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", SUGGESTIONS)
def test_no_rule_goes_behind_the_minimum(name: str, seed: int) -> None:
    """A short fall, and behind the minimum a longer and steeper one from a peak, as after a blow-up."""
    decades = np.log10(RATES)
    knots = [-6.0, -3.0, -2.0, -1.0, 1.0]
    losses = np.interp(decades, knots, [1.0, 1.0, 0.2, 3.0, 0.3])
    losses += 0.01 * np.random.default_rng(seed).standard_normal(len(RATES))
    smoothed = smooth(RATES, losses)
    assert SUGGESTIONS[name](RATES, smoothed) <= RATES[np.argmin(smoothed)]


@pytest.mark.parametrize("scale", [0.1, 1.0, 50.0])
@pytest.mark.parametrize("shift", [-7.0, 0.0, 7.0])
@pytest.mark.parametrize("name", [name for name in SUGGESTIONS if name != "slide"])
def test_the_unit_of_the_loss_does_not_matter(name: str, shift: float, scale: float) -> None:
    """Losses may be negative. Slide compares slopes with a fixed number, in fastai too."""
    plain, other = valley_curve(0.01), shift + scale * valley_curve(0.01)
    expected = SUGGESTIONS[name](RATES, smooth(RATES, plain))
    assert SUGGESTIONS[name](RATES, smooth(RATES, other)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", SUGGESTIONS)
@pytest.mark.parametrize("losses", [[1.0, 0.5, 9.0], [1.0, 5.0, 9.0], [1.0, 1.0, 1.0], [3.0, 2.0, 1.0]])
def test_a_sweep_of_three_rates(name: str, losses: list[float]) -> None:
    """It started far too high; a rule still gives one of its rates, or a part of one."""
    rates = RATES[:3]
    suggested = SUGGESTIONS[name](rates, smooth(rates, np.array(losses)))
    assert 0 < suggested <= rates[-1]


@pytest.mark.parametrize("name", SUGGESTIONS)
def test_arrays_are_left_alone(name: str) -> None:
    losses = valley_curve()
    kept = RATES.copy(), losses.copy()
    SUGGESTIONS[name](RATES, smooth(RATES, losses))
    np.testing.assert_array_equal(RATES, kept[0])
    np.testing.assert_array_equal(losses, kept[1])


def test_every_rule_has_its_words() -> None:
    assert list(MEANINGS) == list(SUGGESTIONS)


def test_half_max_by_hand() -> None:
    """The fall is 0.9, so the floor ends at 0.28: on the left at 10^-1.6, on the right at 10^-0.8 (with
    slopes -0.3 and 0.9 a decade); its middle is 10^-1.2."""
    assert FLOOR == 0.2
    losses = valley_curve()
    floor = floor_of(losses)
    assert floor.fall == pytest.approx(0.9, rel=1e-9)
    assert np.log10(RATES[floor.first]) == pytest.approx(-1.6, abs=0.051)
    assert np.log10(RATES[floor.last]) == pytest.approx(-0.8, abs=0.051)
    assert largest_usable(RATES, losses) == pytest.approx(10**-1.2, rel=0.13)
    assert half_max(RATES, losses) == pytest.approx(10**-1.2 / 2, rel=0.13)


def test_a_floor_by_hand() -> None:
    """A fall from 1 to 0.5: up to 0.6 is floor. A second dip after it has risen does not count."""
    losses = np.array([1.0, 1.0, 1.0, 0.61, 0.59, 0.5, 0.59, 0.61, 0.55, 3.0])
    assert floor_of(losses)[:2] == (4, 6)
    assert largest_usable(RATES[:10], losses) == pytest.approx(RATES[5], rel=1e-9)


def test_a_floor_without_an_end_goes_to_the_last_rate() -> None:
    losses = np.linspace(1.0, 0.1, len(RATES))
    assert floor_of(losses).last == len(RATES) - 1


def test_minimum() -> None:
    assert minimum(RATES, valley_curve()) == pytest.approx(1e-2, rel=1e-9)


def test_steep() -> None:
    """The steepest point of a smooth fall is its middle."""
    losses = 1.0 - np.tanh(2 * np.log10(RATES / 1e-3))
    assert steep(RATES, losses) == pytest.approx(1e-3, rel=1e-9)


def test_valley_by_hand() -> None:
    """Of 10 9 8 11 7 6 5 4 12 the longest fall is 10 9 8 7 6 5 4: it ends at index 7, of length 7, so fastai
    counts from 7 - 7 + 1 on 7 // 3 and 7 // 6 further."""
    losses = np.array([10.0, 9.0, 8.0, 11.0, 7.0, 6.0, 5.0, 4.0, 12.0])
    assert valley(RATES[:9], losses) == RATES[1 + 2 + 1]


def test_slide_by_hand() -> None:
    """Level, then bent upwards: the window moves until the slopes at its ends differ by 0.005 at most."""
    losses = np.concatenate([np.zeros(40), 1e-3 * np.arange(1.0, 21.0) ** 2])
    # The slope 2e-3 k at point 39 + k falls to 0.004 at k = 2, with the left end on the level part.
    assert slide(RATES[:60], losses) == RATES[39 + 2 - 15]


def test_slide_of_a_straight_flank_is_the_minimum() -> None:
    """Its slopes are alike from the start, at rates that are too high."""
    losses = np.concatenate([np.zeros(40), np.arange(1.0, 21.0)])
    assert slide(RATES[:60], losses) == RATES[39]


def test_smoothing_is_centred_on_a_step() -> None:
    smoothed = smooth(RATES[:60], np.repeat([1.0, 0.0], 30))
    np.testing.assert_allclose(smoothed + smoothed[::-1], 1.0, atol=1e-12)
    assert smoothed[29] > 0.5 > smoothed[30]
    assert all(before >= after for before, after in itertools.pairwise(smoothed))


def test_smoothing_by_hand() -> None:
    """Three rates in 0.345 decades are twice SMOOTHED_DECADES apart over all, so memory is 1/2: forward 4, 2,
    6/7; backward 18/7, 2/3, 0."""
    smoothed = smooth(np.geomspace(1.0, 10**0.345, 3), np.array([4.0, 1.0, 0.0]))
    np.testing.assert_allclose(smoothed, [(4 + 18 / 7) / 2, (2 + 2 / 3) / 2, 3 / 7], rtol=1e-12)


def test_sparse_rates_are_not_smoothed() -> None:
    """A smoothing over decades would leave nothing of a curve."""
    losses = np.random.default_rng(1).standard_normal(15)
    np.testing.assert_allclose(smooth(np.geomspace(1e-6, 10.0, 15), losses), losses)


def test_smoothing_calms() -> None:
    noise = np.random.default_rng(0).standard_normal(len(RATES))
    kept = noise.copy()
    assert np.abs(np.diff(smooth(RATES, noise))).mean() < 0.3 * np.abs(np.diff(noise)).mean()
    np.testing.assert_array_equal(noise, kept)


def test_pooling_by_hand() -> None:
    """Two sweeps that start at 1 and 3 and fall by 1 and 2: the levels' mean is 2, the medians fall by 1.5.

    Nothing counts for more than 2 and CEILING of that fall, so not the blow-up of either."""
    losses = np.array([[1.0, 3.0], [1.0, 3.0], [1.0, 3.0], [0.0, 1.0], [np.nan, 99.0]])
    np.testing.assert_allclose(pool(losses), [2.0, 2.0, 2.0, 0.5, 2.0 + CEILING * 1.5])


@pytest.mark.parametrize("last", [4.0, 1e30, np.inf, np.nan])
def test_how_high_a_blow_up_is_does_not_matter(last: float) -> None:
    losses = np.column_stack([valley_curve(0.01)] * 2)
    losses[-1] = 4.0
    expected = pool(losses)
    losses[-1] = last
    np.testing.assert_array_equal(pool(losses), expected)


def test_start_points() -> None:
    assert [start_points(count) for count in (3, 44, 60, 150)] == [3, 3, 4, 10]
