"""Curves of partial dependence: against scikit-learn, and what is said of them."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

import mlpcli
from mlpcli.data.encoders import CategoryEncoder, NumberEncoder
from mlpcli.data.schema import CATEGORY, DATE, NUMBER
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.model import Model
from mlpcli.workflows.explanation.dependence import Averages, Grid, direction_of, grid_of, interaction
from tests.model.effects.test_explainer import INPUTS, encoded, frame
from tests.workflows.evaluated import QUICK, names_of

ANSWERS = [("value", 0), ("yes", 0), ("yes", 1), ("class", 2), ("labels", 1)]


@lru_cache
def trained(name: str, **settings: Any) -> Model:
    data = frame(seed=1)[[*INPUTS, *names_of(name)]]
    return mlpcli.train(data, names_of(name), **(QUICK | {"epochs": 5} | settings)).model


class Predicting(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The model's prediction of one answer, of a DataFrame, as scikit-learn calls it."""

    def __init__(self, model: Model | None = None, answer: int = 0) -> None:
        self.model, self.answer = model, answer

    def fit(self, x: Any, y: Any = None) -> "Predicting":
        self.fitted_ = True
        return self

    def predict(self, x: pd.DataFrame) -> Any:
        assert self.model is not None
        if self.model.task.gives_probabilities:
            return self.model.predict_proba(x).to_numpy()[:, self.answer]
        return np.asarray(self.model.predict(x))


@pytest.mark.parametrize(("name", "answer"), ANSWERS)
@pytest.mark.parametrize("column", ["a", "colour", "idle"])
def test_curves_are_those_of_scikit_learn(name: str, answer: int, column: str) -> None:
    model, data = trained(name), frame(80)
    values: Any = sorted(data[column].dropna().unique())[:12]
    wanted = partial_dependence(
        Predicting(model, answer).fit(data),
        data[INPUTS].astype({"idle": float}),
        [column],
        categorical_features=["colour"],
        custom_values={column: np.array(values)},
        kind="average",
        method="brute",
    )
    encoder = next(each for each in Inputs(model.encoder).encoders if each.name == column)
    if isinstance(encoder, CategoryEncoder):
        values = [float(encoder.levels.index(each)) for each in values]
    grid = Grid(column=column, kind=NUMBER, values=list(map(float, values)), labels=[], rows=[])
    found = Averages(model, model.outputs, encoded(model, data), answer).curve(grid)
    np.testing.assert_allclose(found, wanted["average"][0], atol=1e-6, rtol=1e-6)


def test_maps_are_those_of_scikit_learn_with_a_cross() -> None:
    model, data = trained("value", cross="a*b"), frame(60)
    grids = {name: np.linspace(-1, 1, 5) for name in ("a", "b")}
    wanted = partial_dependence(
        Predicting(model).fit(data), data[INPUTS], ["a", "b"], custom_values=grids, method="brute"
    )
    x, y = (Grid(column=each, kind=NUMBER, values=list(grids[each]), labels=[], rows=[]) for each in "ab")
    found = Averages(model, model.outputs, encoded(model, data), 0).surface(x, y)
    np.testing.assert_allclose(found.T, wanted["average"][0], atol=1e-6, rtol=1e-6)


def test_weights_count() -> None:
    model, data = trained("value"), frame(10)
    grid = Grid(column="a", kind=NUMBER, values=[0.5], labels=["0.5"], rows=[10])
    weights = np.array([3.0, *[0.0] * 8, 1.0])
    found = Averages(model, model.outputs, encoded(model, data), 0, weights).curve(grid)
    fixed = model.predict(data.assign(a=0.5)).to_numpy()
    np.testing.assert_allclose(found, [(3 * fixed[0] + fixed[-1]) / 4], rtol=1e-9)


def numbers(values: list[float]) -> NumberEncoder:
    return NumberEncoder.of_values("x", NUMBER, np.array(values, np.float64), ["standard"])


def test_the_grid_of_few_values_is_these_values() -> None:
    grid = grid_of(numbers([1, 2, 3]), NUMBER, np.array([3.0, 1.0, np.nan, 1.0, 2.0]))
    assert grid is not None
    assert grid.values == [1, 2, 3]
    assert grid.rows == [2, 1, 1]
    assert grid.labels == ["1", "2", "3"]
    assert grid.is_ordered
    assert grid_of(numbers([1, 2]), NUMBER, np.array([np.nan])) is None


def test_the_grid_of_many_values_leaves_out_the_ends() -> None:
    values = np.append(np.arange(1000) / 10, 1e6)
    grid = grid_of(numbers([0, 1]), NUMBER, values, 11)
    assert grid is not None
    assert len(grid.values) == 11
    assert 0 < grid.values[0] < 2
    assert grid.values[-1] < 101
    assert 950 < sum(grid.rows) < 1000
    np.testing.assert_allclose(np.diff(grid.values), np.diff(grid.values)[0])


def test_the_grid_of_mostly_one_value() -> None:
    values = np.append(np.zeros(5000), np.arange(40))
    grid = grid_of(numbers([0, 1]), NUMBER, values)
    assert grid is not None
    assert (grid.values[0], grid.values[-1]) == (0, 39)


def test_levels_are_ordered_by_rows_and_dates_are_written() -> None:
    encoder = CategoryEncoder("x", ("a", "b", "c"), had_gaps=False)
    grid = grid_of(encoder, CATEGORY, np.array([1.0, 1.0, 2.0, -1.0, np.nan]))
    assert grid is not None
    assert grid.labels == ["b", "c"]
    assert grid.rows == [2, 1]
    assert not grid.is_ordered
    dates = grid_of(numbers([0, 1]), DATE, np.array([0.0, 18_262.0, 18_263.5]))
    assert dates is not None
    assert dates.labels == ["1970-01-01", "2020-01-01", "2020-01-02"]


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        ([0.0, 0.25, 0.5625], ["00:00", "06:00", "13:30"]),
        ([18_262.0, 18_262.5], ["2020-01-01 00:00", "2020-01-01 12:00"]),
    ],
)
def test_times_of_one_day_are_told_apart(days: list[float], labels: list[str]) -> None:
    grid = grid_of(numbers([0, 1]), DATE, np.array(days))
    assert grid is not None
    assert grid.labels == labels


@pytest.mark.parametrize(
    ("predictions", "said"),
    [
        ([1, 2, 3, 4], "rises"),
        ([4, 3, 3, 1], "falls"),
        ([1, 5, 2, 0], "highest at 2"),
        ([5, 0, 3, 4], "lowest at 2"),
        ([1, 5, 0, 4], "up and down"),
        ([2, 2, 2, 2], "no effect"),
    ],
)
def test_directions(predictions: list[float], said: str) -> None:
    grid = Grid(column="x", kind=NUMBER, values=[1, 2, 3, 4], labels=list("1234"), rows=[1] * 4)
    assert direction_of(grid, np.array(predictions, float)) == said


def test_the_direction_of_levels() -> None:
    grid = Grid(column="x", kind=CATEGORY, values=[0, 1, 2], labels=["a", "b", "c"], rows=[1] * 3)
    assert direction_of(grid, np.array([0.5, 0.9, 0.1])) == "high for b, low for c"


def test_interaction_by_hand() -> None:
    x = Grid(column="x", kind=NUMBER, values=[0, 1, 2], labels=[], rows=[1, 1, 1])
    y = Grid(column="y", kind=NUMBER, values=[0, 1], labels=[], rows=[1, 1])
    apart = np.array([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]])
    assert interaction(apart, x, y) == pytest.approx((0.0, 0.0), abs=1e-8)
    # -1 and 1 in a checkerboard of two columns: all of the variance is of both.
    x = Grid(column="x", kind=NUMBER, values=[0, 1], labels=[], rows=[7, 7])
    assert interaction(np.array([[1.0, -1.0], [-1.0, 1.0]]), x, y) == pytest.approx((1.0, 1.0))
    assert interaction(np.zeros((2, 2)), x, y) == (0.0, 0.0)


def test_rows_are_copied_not_changed() -> None:
    model, data = trained("value"), frame(20)
    rows = encoded(model, data)
    before = Rows(rows.matrix.copy(), {})
    grid = Grid(column="a", kind=NUMBER, values=[0.0, 9.0], labels=[], rows=[])
    Averages(model, model.outputs, rows, 0).curve(grid)
    np.testing.assert_array_equal(rows.matrix, before.matrix)
