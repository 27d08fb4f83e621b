"""Statistics of weighted values: NumPy on the repeated rows and scikit-learn are the reference."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from mlpcli.data.statistics import mean_and_deviation, median, quantiles
from tests.data.examples import sampled

Array = npt.NDArray[Any]
LEVELS = np.linspace(0, 1, 41)

VALUES = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 2.0])


@st.composite
def repeated(draw: st.DrawFn) -> tuple[Array, Array]:
    """Values, and how often each is there."""
    rows = draw(st.integers(1, 12))
    values = draw(st.lists(VALUES, min_size=rows, max_size=rows))
    times = draw(st.lists(st.integers(1, 4), min_size=rows, max_size=rows))
    return np.array(values), np.array(times)


@sampled
@given(repeated())
def test_whole_weights_repeat_rows(pair: tuple[Array, Array]) -> None:
    values, times = pair
    whole, weights = np.repeat(values, times), times.astype(np.float64)
    found = quantiles(values, LEVELS, weights)
    np.testing.assert_allclose(found, np.quantile(whole, LEVELS), rtol=1e-12, atol=1e-9)
    assert median(values, weights) == pytest.approx(np.median(whole), rel=1e-12, abs=1e-9)
    mean, deviation = mean_and_deviation(values, weights)
    np.testing.assert_allclose([mean, deviation], [whole.mean(), whole.std()], rtol=1e-9, atol=1e-6)


def test_a_quantile_by_hand() -> None:
    """0, 1, 1, 5: places 0 to 3, of which 0.25 is 0.75 and 0.75 is 2.25."""
    found = quantiles(np.array([5.0, 0.0, 1.0]), np.array([0.25, 0.5, 0.75, 1.0]), np.array([1.0, 1.0, 2.0]))
    assert found.tolist() == [0.75, 1.0, 2.0, 5.0]


@sampled
@given(repeated(), st.sampled_from([0.37, 1e-3, 1.5e-9, 98765.432]))
def test_of_other_weights_no_factor_matters(pair: tuple[Array, Array], factor: float) -> None:
    """Those whose smallest is one repeat rows, too."""
    values, times = pair
    times[0] = 1
    found, whole = quantiles(values, LEVELS, times * factor), np.repeat(values, times)
    np.testing.assert_allclose(found, np.quantile(whole, LEVELS), rtol=1e-9, atol=1e-6)


@sampled
@given(repeated(), st.sampled_from([1.0, 0.37, 1e-300]))
def test_equal_weights_are_as_good_as_none(pair: tuple[Array, Array], weight: float) -> None:
    values, _ = pair
    found = quantiles(values, LEVELS, np.full(len(values), weight))
    np.testing.assert_allclose(found, np.quantile(values, LEVELS), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("factor", [1e-300, 1e-3, 1.0, 1e6, 1e15, 1e300])
def test_a_factor_moves_a_quantile_by_a_step_at_most(factor: float) -> None:
    generator = np.random.default_rng(0)
    values, weights = generator.permutation(1000.0 + np.arange(500)), generator.integers(1, 9, 500) * factor
    found, expected = quantiles(values, LEVELS, weights), quantiles(values, LEVELS, weights / factor)
    assert (np.diff(found) >= 0).all()
    np.testing.assert_allclose(found, expected, atol=1.0)


@pytest.mark.parametrize(
    "weights", [[1e-3, 1.0, 1e6], [5e-324, 1.0, 1e300], [1e300, 1.5, 1e308], [1e16, 1e17, 1e18]]
)
def test_extreme_weights(weights: list[float]) -> None:
    values = np.array([1.0, 2.0, 3.0])
    found = quantiles(values, np.array([0.0, 0.25, 0.5, 1.0]), np.array(weights))
    assert 1 <= found[0] <= found[1] <= found[2] <= found[3] == 3
    mean, deviation = mean_and_deviation(values, np.array(weights))
    assert np.isfinite([mean, deviation]).all()


@sampled
@given(st.integers(0, 10_000), st.sampled_from([1e-200, 1e-3, 1.0, 1e100]))
def test_mean_and_deviation_are_those_of_scikit_learn(seed: int, factor: float) -> None:
    generator = np.random.default_rng(seed)
    values, weights = generator.normal(3, 2, (30, 2)), generator.exponential(size=30)
    scaler = StandardScaler().fit(values, sample_weight=weights)
    mean, deviation = mean_and_deviation(values, weights * factor)
    np.testing.assert_allclose(mean, scaler.mean_, rtol=1e-9)
    np.testing.assert_allclose(deviation, scaler.scale_, rtol=1e-9)


def test_without_weights_they_are_numpys_own() -> None:
    values = np.random.default_rng(0).lognormal(size=999)
    assert quantiles(values, LEVELS, None).tolist() == np.quantile(values, LEVELS).tolist()
    assert median(values, None) == np.median(values)
    assert mean_and_deviation(values, None) == (values.mean(), values.std())
