"""How numbers are brought to one size: scikit-learn's scalers are the oracle, formulas where it has none."""

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.encoders import NumberEncoder
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.scaling import NEW, SCALINGS
from mlpcli.data.schema import BY_SKEW, QUANTILE_KNOTS, Column, DataSettings
from mlpcli.data.schema import SCALINGS as NAMES
from tests.data.examples import sampled

Array = npt.NDArray[Any]

NORMAL = NormalDist()
RANDOM = np.random.default_rng(0)
TRAINING = {
    "normal": RANDOM.normal(50, 7, size=500),
    "long tail": RANDOM.lognormal(3, 2, size=500),
    "few values": RANDOM.choice([0.0, 1.0, 5.0, 6.0], size=500),
    "an outlier": np.append(RANDOM.uniform(size=99), 1e6),
    "near one another": 1e9 + RANDOM.normal(size=500),
}
LATER = {name: np.append(values, [values.min() - 3, values.max() + 3]) for name, values in TRAINING.items()}


def scaled(name: str, training: Array, values: Array) -> Array:
    settings = DataSettings(scaling=name)
    columns = [Column("x", "number", "")]
    frame = Frame({"x": Numbers(training)}, len(training))
    encoder = FeatureEncoder.fit(columns, frame, settings, np.arange(len(training)))
    return encoder.encode(Frame({"x": Numbers(values)}, len(values)))[:, 0]


def by_scikit_learn(scaler: Any, name: str) -> Array:
    return np.asarray(scaler.fit(TRAINING[name][:, None]).transform(LATER[name][:, None])[:, 0])


def test_every_scaling_may_be_chosen() -> None:
    assert {*SCALINGS, BY_SKEW} - set(NEW.values()) == set(NAMES)
    assert set(NEW) <= set(NAMES)


@pytest.mark.parametrize("name", TRAINING)
def test_standard_and_minmax_are_those_of_scikit_learn(name: str) -> None:
    for scaling, scaler in (("standard", StandardScaler()), ("minmax", MinMaxScaler())):
        ours = scaled(scaling, TRAINING[name], LATER[name])
        np.testing.assert_allclose(ours, by_scikit_learn(scaler, name), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TRAINING)
def test_robust_is_the_scaler_of_scikit_learn_with_smooth_ends(name: str) -> None:
    linear = by_scikit_learn(RobustScaler(), name)
    expected = linear / np.sqrt(1 + (linear / 3) ** 2)
    np.testing.assert_allclose(scaled("robust", TRAINING[name], LATER[name]), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TRAINING)
def test_quantile_is_near_to_that_of_scikit_learn(name: str) -> None:
    """Not in the outermost 256th, where scikit-learn's goes to the end in steps of probability."""
    scaler = QuantileTransformer(
        n_quantiles=min(QUANTILE_KNOTS, len(TRAINING[name])), output_distribution="normal"
    )
    ours, theirs = scaled("quantile", TRAINING[name], LATER[name]), by_scikit_learn(scaler, name)
    inside = np.abs(theirs) < 2.6
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=0.15)
    np.testing.assert_allclose(ours[-2:], theirs[-2:], atol=0.01)


def test_quantile_turns_a_skewed_column_into_a_normal_one() -> None:
    values = scaled("quantile", TRAINING["long tail"], TRAINING["long tail"])
    assert abs(np.median(values)) < 0.01
    np.testing.assert_allclose(np.quantile(values, [0.1587, 0.8413]), [-1, 1], atol=0.05)


def test_equal_values_get_the_score_of_the_middle_of_their_ranks() -> None:
    """60 % of zeros, then 25 % of ones: the scores of 0.3 and 0.725, by tables of the normal distribution."""
    values = np.array([0.0] * 600 + [1.0] * 250 + np.linspace(2, 3, 150).tolist())
    np.testing.assert_allclose(scaled("quantile", values, np.array([0.0, 1.0])), [-0.5244, 0.5978], atol=0.01)
    between = scaled("quantile", values, np.array([-1e-9, 1e-9, 1 - 1e-9, 1 + 1e-9]))
    np.testing.assert_allclose(between, [-5.2, 0.2533, 0.2533, 1.0364], atol=0.02)


@sampled
@given(st.lists(st.integers(1, 40), min_size=2, max_size=20), st.booleans())
def test_ranks_are_those_of_pandas(shares: list[int], weighted: bool) -> None:
    """Whose average ranks tied values have, to the 256th that a quantile tells."""
    times = np.array(shares) * -(-800 // sum(shares))
    repeated, distinct = np.repeat(np.arange(len(times)) ** 1.5, times), np.arange(len(times)) ** 1.5
    expected = (pd.Series(repeated).rank().to_numpy()[np.cumsum(times) - 1] - 0.5) / len(repeated)
    weights = times.astype(np.float64) if weighted else None
    knots = SCALINGS["ranks"].knots(distinct if weighted else repeated, weights)
    found = np.array([NORMAL.cdf(score) for score in SCALINGS["ranks"].apply(distinct, knots).tolist()])
    tied = times > 2 / 256 * times.sum()
    np.testing.assert_allclose(found[tied], expected[tied], atol=1.5 / 256)


def test_models_of_older_files_scale_as_they_did() -> None:
    """A value of several quantiles gets the mean of the lowest and the highest of their scores."""
    values = np.array([0.0] * 600 + [1.0] * 250 + np.linspace(2, 3, 150).tolist())
    encoder = NumberEncoder.of_values("x", "number", values, ["quantile"])
    described, arrays = encoder.described(), encoder.arrays()
    assert described["scalings"] == {"ranks": "ranks"}
    older = NumberEncoder.from_description(described | {"scalings": {"quantile": "quantile"}}, arrays)
    ends = (1e-7, 153 / 256), (154 / 256, 217 / 256)
    expected = [(NORMAL.inv_cdf(lowest) + NORMAL.inv_cdf(highest)) / 2 for lowest, highest in ends]
    out = np.empty((2, 1))
    older.write_scaled(np.array([0.0, 1.0]), out)
    np.testing.assert_allclose(out[:, 0], expected, rtol=1e-6)
    assert older.shapes(older.described()) == encoder.shapes(described)


def test_no_scaling_changes_nothing() -> None:
    np.testing.assert_array_equal(scaled("none", TRAINING["normal"], np.array([3.0, -1.5])), [3, -1.5])


def test_robust_of_equal_quartiles_takes_half_of_the_range() -> None:
    """Median 0, range 4: 2 is 1, which becomes 1 / sqrt(1 + 1 / 9)."""
    values = scaled("robust", np.array([0.0] * 9 + [4.0]), np.array([0.0, 2.0]))
    np.testing.assert_allclose(values, [0, 1 / np.sqrt(10 / 9)], rtol=1e-6)


COLUMNS = arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e300, 1e300))


@pytest.mark.parametrize("name", NAMES)
@sampled
@given(COLUMNS, COLUMNS)
def test_every_scaling_is_finite_and_keeps_the_order(name: str, training: Array, later: Array) -> None:
    values = np.sort(later)
    result = scaled(name, training, values)
    assert np.isfinite(result).all()
    assert (np.diff(result) >= -1e-6 * np.abs(result[1:])).all()


@sampled
@given(COLUMNS, COLUMNS)
def test_robust_and_quantile_are_bounded(training: Array, later: Array) -> None:
    assert np.abs(scaled("robust", training, later)).max() <= 3.00001
    assert np.abs(scaled("quantile", training, later)).max() <= 5.2


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_is_scaled_as_the_median(name: str) -> None:
    gap, median = scaled(name, np.array([1.0, 2.0, 9.0]), np.array([np.nan, 2.0]))
    assert gap == median
