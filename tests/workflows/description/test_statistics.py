"""Statistics of one column, against NumPy, pandas and values worked by hand."""

import numpy as np
import pandas as pd
import pytest

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Texts
from mlpcli.workflows.description.statistics import TOP, of_texts, of_values

RANDOM = np.random.default_rng(5)
COLUMNS = {
    "normal": RANDOM.normal(size=501),
    "gaps": np.where(RANDOM.random(500) < 0.3, np.nan, RANDOM.integers(0, 9, 500)),
    "one": np.array([7.5]),
    "same": np.full(9, -3.25),
    "huge": RANDOM.choice([-1e200, 1e200, 3e199], 100),
    "wide": np.concatenate([RANDOM.normal(size=99), [-999.0]]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers_are_as_pandas_describes_them(name: str) -> None:
    values = COLUMNS[name]
    found, series = of_values(values.copy()), pd.Series(values)
    assert found.missing == series.isna().sum()
    assert found.distinct == series.nunique()
    assert (found.minimum, found.maximum) == (series.min(), series.max())
    assert found.median == pytest.approx(series.median(), rel=1e-12)
    scale = series.abs().max()
    assert found.mean == pytest.approx((series / scale).mean() * scale, rel=1e-9, abs=1e-12 * scale)
    assert found.deviation == pytest.approx((series / scale).std(ddof=0) * scale, rel=1e-9, abs=1e-12)
    counts = series.value_counts()
    assert [number for _, number in found.top] == counts.head(TOP).tolist()
    assert all(counts[value] == number for value, number in found.top)


@pytest.mark.parametrize("name", sorted({*COLUMNS} - {"gaps", "one", "same"}))
def test_histograms_are_those_of_numpy(name: str) -> None:
    histogram = of_values(COLUMNS[name].copy()).histogram
    assert histogram is not None
    assert np.all(np.diff(histogram.edges) > 0)
    counts, _ = np.histogram(COLUMNS[name], histogram.edges)
    assert histogram.counts.tolist() == counts.tolist()
    assert histogram.counts.sum() == len(COLUMNS[name])


def test_few_whole_numbers_have_a_bar_each() -> None:
    histogram = of_values(np.array([3.0, 1, 1, np.nan, 5])).histogram
    assert histogram is not None
    assert histogram.edges.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert histogram.counts.tolist() == [2, 0, 1, 0, 1]


def infinite(values: list[float]) -> Array:
    return np.array(values)


def test_infinite_numbers_are_values_beyond_the_histogram() -> None:
    found = of_values(infinite([np.inf, 1.0, 2.0, -np.inf, np.nan]))
    assert (found.minimum, found.maximum, found.distinct, found.missing) == (-np.inf, np.inf, 4, 1)
    assert found.mean == 1.5
    assert found.histogram is not None
    assert found.histogram.counts.sum() == 2
    only = of_values(infinite([np.inf, np.inf]))
    assert (only.mean, only.deviation, only.histogram) == (None, None, None)


def test_nothing_at_all() -> None:
    for values in (np.empty(0), np.full(3, np.nan)):
        found = of_values(values)
        assert (found.missing, found.distinct, found.minimum, found.top) == (len(values), 0, None, ())
    assert of_texts(Texts.of([])).missing == 0


def test_texts_are_counted_without_those_that_mean_missing() -> None:
    found = of_texts(Texts.of(["b", "a", None, "b", "NA", "", "c"]))
    assert (found.missing, found.distinct) == (3, 3)
    assert found.top == (("b", 2), ("a", 1), ("c", 1))
    assert found.minimum is None
