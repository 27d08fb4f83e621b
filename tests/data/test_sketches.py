"""Sketches: where the bins lie, what is counted, and that parts of rows add up."""

import itertools

import numpy as np
import pytest

from mlpcli.data.sketches import (
    CHOOSING,
    GRID,
    MOST_POINTS,
    Sketch,
    points_of_each,
    prediction_sketch,
)


def counted(sketch: Sketch, values: np.ndarray) -> list[int]:
    """The counts of a sketch by comparing each value with each point."""
    bins = []
    ends = [-np.inf, *sketch.points.tolist(), np.inf]
    for place, point in enumerate(ends[1:-1]):
        bins += [int(((values > ends[place]) & (values < point)).sum()), int((values == point).sum())]
    return [*bins, int((values > ends[-2]).sum())]


@pytest.mark.parametrize("kind", ["normal", "rounded", "skewed", "gaps"])
def test_counts_of_numbers(kind: str) -> None:
    generator = np.random.default_rng(0)
    values = generator.normal(size=3_000)
    if kind == "rounded":
        values = values.round(1)
    if kind == "skewed":
        values = np.exp(3 * values)
    if kind == "gaps":
        values[::7] = np.nan
    sketch = Sketch.of_values(values, MOST_POINTS)
    assert len(sketch.points) == MOST_POINTS
    assert sketch.counts.tolist() == counted(sketch, values)
    assert sketch.present + sketch.gaps == 3_000
    assert sketch.gaps == np.isnan(values).sum()
    assert sketch.points[[0, -1]].tolist() == [np.nanmin(values), np.nanmax(values)]
    assert sketch.counts.max() <= 0.07 * 3_000
    other = np.append(generator.normal(size=50), [np.nan, 1e300, -1e300])
    fresh = sketch.without_rows()
    fresh.add(other)
    assert fresh.counts.tolist() == counted(sketch, other)


def test_a_frequent_value_has_a_bin_of_its_own() -> None:
    values = np.append(np.zeros(900), np.linspace(1, 2, 100))
    sketch = Sketch.of_values(values, MOST_POINTS)
    assert sketch.points[0] == 0.0
    assert sketch.counts[:2].tolist() == [0, 900]
    assert len(sketch.points) == MOST_POINTS  # the others are where the other values are
    starts = sketch.groups()
    assert (0.0, 0.0) in sketch.ends(starts)


def test_few_values_are_all_points() -> None:
    sketch = Sketch.of_values(np.repeat([3.0, 1.0, 7.0], [5, 3, 2]), MOST_POINTS)
    assert sketch.points.tolist() == [1.0, 3.0, 7.0]
    assert sketch.counts.tolist() == [0, 3, 0, 5, 0, 2, 0]


@pytest.mark.parametrize("points", [3, 5, 21])
@pytest.mark.parametrize("spikes", [0, 2, 6, 30])
def test_however_few_points_all_is_counted(points: int, spikes: int) -> None:
    generator = np.random.default_rng(spikes)
    values = np.append(np.repeat(np.arange(float(spikes)), 100), generator.normal(size=200))
    sketch = Sketch.of_values(values, points)
    assert 0 < len(sketch.points) <= points
    assert (np.diff(sketch.points) > 0).all()
    assert sketch.counts.tolist() == counted(sketch, values)


def test_parts_add_up_to_the_whole() -> None:
    values = np.random.default_rng(3).normal(size=1_000).round(2)
    whole = Sketch.of_values(values, MOST_POINTS)
    parts = whole.without_rows()
    for part in np.array_split(values, 7):
        parts.add(part)
    parts.add(np.empty(0))
    np.testing.assert_array_equal(parts.counts, whole.counts)


@pytest.mark.parametrize("values", [[5.0], [1.0, 2.0], [0.0, 0.0, 0.0, 1.0, 2.0]])
def test_what_is_beyond_the_extremes_is_in_groups_of_its_own(values: list[float]) -> None:
    sketch = Sketch.of_values(np.array(values * 20), MOST_POINTS)
    fresh = sketch.without_rows()
    fresh.add(np.array([-7.0, *values, 99.0, 99.5]))
    counts = np.add.reduceat(fresh.counts, sketch.groups())
    assert counts[[0, -1]].tolist() == [1, 2]
    assert counts.sum() == len(values) + 3
    assert (fresh.lowest, fresh.highest) == (-7.0, 99.5)
    assert sketch.ends(sketch.groups())[0] == (None, min(values))
    assert sketch.ends(sketch.groups())[-1] == (max(values), None)


def test_groups_hold_a_tenth_each() -> None:
    sketch = Sketch.of_values(np.random.default_rng(4).normal(size=5_000), MOST_POINTS)
    shares = np.add.reduceat(sketch.counts, sketch.groups()) / 5_000
    assert len(shares) == 12
    assert shares[1:-1].min() > 0.07
    assert shares[[0, -1]].tolist() == [0, 0]  # beyond the extremes
    ends = sketch.ends(sketch.groups())
    assert ends[0][0] is None
    assert ends[-1][1] is None
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ends))


def test_nothing_at_all() -> None:
    sketch = Sketch.of_values(np.full(5, np.nan), MOST_POINTS)
    assert (sketch.points.tolist(), sketch.counts.tolist(), sketch.gaps) == ([], [0], 5)
    assert sketch.quantile(0.5) is None
    assert sketch.groups().tolist() == [0]
    assert sketch.ends(sketch.groups()) == [(None, None)]


def test_quantiles() -> None:
    values = np.random.default_rng(5).normal(size=4_000)
    sketch = Sketch.of_values(values, MOST_POINTS)
    for share in (0.25, 0.5, 0.75):
        assert sketch.quantile(share) == pytest.approx(np.quantile(values, share), abs=0.03)
    high = sketch.without_rows()
    high.add(values + 100)
    assert high.quantile(0.5) == np.inf
    low = sketch.without_rows()
    low.add(values - 100)
    assert low.quantile(0.5) == -np.inf


def test_values_next_to_the_largest_floats() -> None:
    values = np.array([-1.7e308, 1.7e308, 0.0, 5e-324] * 10)
    sketch = Sketch.of_values(values, 3)
    assert sketch.counts.tolist() == counted(sketch, values)
    assert np.isfinite(sketch.quantile(0.3) or 0.0)


def test_levels_that_all_are_frequent_are_counted_in_all_rows() -> None:
    codes = np.repeat([0.0, 1.0, 2.0, np.nan], [50, 100, 31, 9])
    sketch = Sketch.of_codes(codes, MOST_POINTS)
    assert sketch.points.tolist() == [1.0, 0.0, 2.0]
    assert sketch.counts.tolist() == [100, 50, 31, 0]
    assert (sketch.gaps, sketch.unseen) == (9, 0)


def test_rare_levels_are_chosen_by_some_rows_and_counted_in_the_others() -> None:
    generator = np.random.default_rng(6)
    codes = generator.integers(0, 2_000, 8_000).astype(float)
    sketch = Sketch.of_codes(codes, MOST_POINTS)
    assert sketch.present == pytest.approx((1 - CHOOSING) * 8_000, rel=0.05)
    # Those that are frequent by chance where they are chosen are as rare as any other elsewhere.
    assert sketch.counts[:-1].sum() == pytest.approx(21 * 3, abs=25)
    fresh = sketch.without_rows()
    fresh.add(generator.integers(0, 2_000, 8_000).astype(float))
    assert fresh.counts[:-1].sum() == pytest.approx(21 * 4, abs=30)


def test_levels_that_the_encoder_has_not() -> None:
    codes = np.repeat([0.0, 1.0, -1.0], [500, 300, 200])
    sketch = Sketch.of_codes(np.random.default_rng(7).permutation(codes), MOST_POINTS)
    assert sketch.unseen == 200
    assert sketch.counts[-1] == pytest.approx(150, abs=30)
    fresh = sketch.without_rows()
    fresh.add(np.array([0.0, -1.0, 99.0, np.nan]))
    assert fresh.counts.sum() == 3
    assert fresh.counts[-1] == 2
    assert fresh.gaps == 1


def test_predictions_that_differ_in_their_last_bits_are_equal() -> None:
    values = np.repeat(np.random.default_rng(8).normal(size=12), 40)
    sketch = prediction_sketch(values, MOST_POINTS)
    noisy = sketch.without_rows()
    noisy.add(values + np.random.default_rng(9).uniform(-GRID / 10, GRID / 10, len(values)))
    np.testing.assert_array_equal(noisy.counts, sketch.counts)
    assert sketch.counts[1::2].sum() == 480


def test_many_columns_have_fewer_points() -> None:
    assert points_of_each(1) == points_of_each(380) == MOST_POINTS
    assert points_of_each(800) == 10
    assert points_of_each(100_000) == 3
