"""Surfaces: the predictions are those of `predict` for rows made by hand; ranges, points and errors."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import ArtifactError, DataError, MlpcliError, SettingsError
from mlpcli.model.model import Model

ROWS = 240
START = pd.Timestamp("2020-01-01")


def table() -> pd.DataFrame:
    """Columns of each kind, with gaps, and targets of each task."""
    generator = np.random.default_rng(0)
    x, y = generator.uniform(-3, 5, ROWS), generator.normal(100, 20, ROWS)
    days = generator.integers(0, 900, ROWS)
    frame = pd.DataFrame(
        {
            "x": np.round(x, 3),
            "y": np.round(y, 2),
            "colour": generator.choice(["red", "green", "blue"], ROWS, p=[0.2, 0.5, 0.3]),
            "member": generator.choice(["yes", "no"], ROWS, p=[0.7, 0.3]),
            "day": [(START + pd.Timedelta(days=int(day))).strftime("%Y-%m-%d") for day in days],
            "constant": 1,
        }
    )
    frame.loc[3:9, "y"] = np.nan
    frame["two"] = np.where(x + (frame["colour"] == "red") > 1, "hot", "cold")
    frame["three"] = np.where(x > 2, "c", np.where(y > 100, "b", "a"))
    frame["number"] = 10 * x + y + days / 100
    frame["other"] = y - x
    return frame


INPUTS = ["x", "y", "colour", "member", "day", "constant"]


def trained(target: "str | list[str]", **settings: Any) -> Model:
    chosen: dict[str, Any] = {
        "preset": "textbook",
        "hidden": "8",
        "epochs": 4,
        "features": INPUTS,
        "seed": 1,
    } | settings
    return mlpcli.train(table(), target, **chosen).model


def surface_of(*given: Any, **settings: Any) -> Any:
    """Untyped, as what may be None is there in these tests."""
    return mlpcli.surface(*given, **settings)


def by_hand(model: Model, found: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the grid as a table: values as they would stand in a file."""
    typical = {
        "x": frame["x"].median(),
        "y": frame["y"].median(),
        "colour": frame["colour"].mode()[0],
        "member": frame["member"].mode()[0],
        "day": (pd.to_datetime(frame["day"]) - pd.Timestamp(0)).dt.days.median(),
    }
    names = [column.name for column in model.artifact.schema.table_inputs]
    rows = []
    for up in written(found.y):
        for across in written(found.x):
            row = {name: typical[name] for name in names}
            rows.append(row | {found.x.name: across, found.y.name: up})
    made = pd.DataFrame(rows)
    if "day" in made:
        made["day"] = [each if isinstance(each, str) else moment(each) for each in made["day"]]
    return made


def written(axis: Any) -> list[Any]:
    if axis.kind == "boolean":
        return [{"true": "yes", "false": "no"}[each] for each in axis.levels]
    if axis.levels:
        return list(axis.levels)
    return [moment(each) for each in axis.values] if axis.kind == "date" else axis.values.tolist()


def moment(days: float) -> str:
    return str(pd.Timestamp(0) + pd.Timedelta(seconds=round(days * 86_400)))


AXES = [["x", "y"], ["y", "colour"], ["day", "x"], ["member", "colour"], ["colour", "day"]]


@pytest.mark.parametrize("axes", AXES, ids=",".join)
def test_a_probability_is_that_of_predict_proba(axes: list[str]) -> None:
    model, frame = trained("two"), table()
    found = surface_of(model, frame, axes, resolution=7)
    expected = model.predict_proba(by_hand(model, found, frame))["hot"].to_numpy()
    assert (found.shows, found.of, found.classes) == ("probability", "hot", ("cold", "hot"))
    np.testing.assert_allclose(found.values.ravel(), expected, rtol=0, atol=1e-12)
    other = surface_of(model, frame, axes, resolution=7, of_class="cold")
    np.testing.assert_allclose(other.values, 1 - found.values, rtol=0, atol=1e-12)
    assert other.threshold == pytest.approx(1 - found.threshold)


def test_predicted_classes_are_those_of_predict() -> None:
    model, frame = trained("three"), table()
    found = surface_of(model, frame, "x,y", resolution=9)
    rows = by_hand(model, found, frame)
    named = [found.classes[int(code)] for code in found.values.ravel()]
    assert named == list(model.predict(rows))
    np.testing.assert_allclose(
        found.confidence.ravel(), model.predict_proba(rows).max(axis=1), rtol=0, atol=1e-12
    )
    of_one = surface_of(model, frame, "x,y", resolution=9, of_class="b")
    np.testing.assert_allclose(of_one.values.ravel(), model.predict_proba(rows)["b"], rtol=0, atol=1e-12)
    assert of_one.threshold is None


@pytest.mark.parametrize("target", ["number", ["number", "other"]])
def test_numbers_are_those_of_predict(target: "str | list[str]") -> None:
    model, frame = trained(target), table()
    found = surface_of(model, frame, ["x", "day"], resolution=6, of_class="number")
    predicted = model.predict(by_hand(model, found, frame))
    expected = predicted if isinstance(target, str) else predicted["prediction_number"]
    np.testing.assert_allclose(found.values.ravel(), expected, rtol=1e-12)
    assert found.shows == "value"


def test_an_ensemble_and_its_calibration_count() -> None:
    model, frame = trained("two", ensemble=3, calibrate=True), table()
    found = surface_of(model, frame, "x,y", resolution=5)
    expected = model.predict_proba(by_hand(model, found, frame))["hot"]
    np.testing.assert_allclose(found.values.ravel(), expected, rtol=0, atol=1e-12)


def test_crosses_follow_their_columns() -> None:
    model, frame = trained("two", features=["x", "y"], cross="x*y,x^2"), table()
    found = surface_of(model, frame, resolution=5)
    expected = model.predict_proba(by_hand(model, found, frame))["hot"]
    np.testing.assert_allclose(found.values.ravel(), expected, rtol=0, atol=1e-12)


def test_without_data_the_training_rows_decide() -> None:
    model, frame = trained("two"), table()
    found = surface_of(model, None, "x,y")
    typical = {each.name: each for each in found.typical}
    assert found.typical_of == "the training rows"
    assert (typical["colour"].level, typical["member"].level) == ("green", "true")
    assert found.points is None
    (low, high), span = found.x.ends, np.ptp(frame["x"])
    assert frame["x"].min() - 0.1 * span < low < frame["x"].min() + 0.1 * span
    assert frame["x"].max() - 0.1 * span < high < frame["x"].max() + 0.1 * span


def test_points_are_the_rows_with_their_truth() -> None:
    model, frame = trained("three"), table()
    points = surface_of(model, frame, "x,y").points
    there = frame[frame["y"].notna()]
    assert points.rows == ROWS
    np.testing.assert_allclose(points.x, there["x"])
    np.testing.assert_allclose(points.y, there["y"])
    assert [model.task.labels[int(code)] for code in points.truth] == there["three"].tolist()


def test_points_without_truth() -> None:
    model, frame = trained("two"), table()
    assert surface_of(model, frame.drop(columns="two"), "x,y").points.truth is None
    frame.loc[:119, "two"] = None
    truth = surface_of(model, frame, "x,day").points.truth
    assert np.isnan(truth[:120]).all()
    assert set(truth[120:]) == {0.0, 1.0}


def test_many_rows_are_drawn_in_part() -> None:
    model, frame = trained("two"), table()
    many = pd.concat([frame] * 250, ignore_index=True)
    found = surface_of(model, many, "x,y", resolution=3)
    assert found.points.rows == len(many) == 60_000
    assert len(found.points.x) == 500
    typical = {each.name: each.value for each in found.typical}
    assert typical["day"] == pytest.approx(
        (pd.to_datetime(frame["day"]) - pd.Timestamp(0)).dt.days.median(), abs=15
    )


def test_an_outlier_does_not_make_the_map_empty() -> None:
    model, frame = trained("two"), table()
    frame.loc[0, "x"] = 1e9
    found = surface_of(model, frame, "x,y")
    assert found.x.limited
    assert found.x.ends[1] < 10
    assert "the map shows only the middle 98 % of the values of x" in found.notes
    assert not found.y.limited


@pytest.mark.parametrize("cells", [[1e308, -1e308], [5.0, 5.0], [np.nan, np.nan]])
def test_odd_ranges_have_an_axis(cells: list[float]) -> None:
    model = trained("two")
    frame = table().head(2).assign(x=cells)
    found = surface_of(model, frame, "x,y", resolution=4)
    assert (np.diff(found.x.values) > 0).all()
    assert np.isfinite(found.values).all()


def test_hidden_units_of_each_layer() -> None:
    model, frame = trained("two", hidden="40,3"), table()
    first, second = surface_of(model, frame, "x,colour", units=True).units
    assert (first.layer, first.units, len(first.maps)) == (1, 40, 16)
    assert (second.layer, [each.unit for each in second.maps]) == (2, [1, 2, 3])
    assert first.maps[0].values.shape == (3, 48)
    assert [each.unit for each in first.maps] == sorted({each.unit for each in first.maps})


ERRORS = {
    "x,x": (SettingsError, "one column is named"),
    "x,y,day": (SettingsError, "3 columns are named"),
    "x,z": (DataError, "there is no column 'z'"),
    "x,two": (DataError, "'two' is the target"),
    "x,constant": (DataError, "training left out the column 'constant'"),
}


@pytest.mark.parametrize("axes", ERRORS)
def test_impossible_axes_are_refused(axes: str) -> None:
    kind, said = ERRORS[axes]
    with pytest.raises(kind, match=said) as raised:
        surface_of(trained("two"), None, axes)
    assert raised.value.hint


def test_a_text_is_no_axis() -> None:
    frame = table().assign(note=[f"row {number} of many words here" for number in range(ROWS)])
    model = mlpcli.train(
        frame, "two", preset="textbook", epochs=1, features=["x", "note"], kind="note=text"
    ).model
    with pytest.raises(DataError, match="'note' is a text"):
        surface_of(model)


def test_what_must_be_named() -> None:
    with pytest.raises(SettingsError, match="reads 5 columns"):
        surface_of(trained("two"))
    assert surface_of(trained(["number", "other"]), None, "x,y").of == "number"
    with pytest.raises(DataError, match="does not predict 'warm'"):
        surface_of(trained("two"), None, "x,y", of_class="warm")
    with pytest.raises(SettingsError, match="no hidden layer"):
        surface_of(trained("two", hidden="none"), None, "x,y", units=True)


def test_a_model_without_sketches_asks_for_data() -> None:
    model = trained("two", sketches=False)
    with pytest.raises(ArtifactError, match="holds no counts"):
        surface_of(model, None, "x,y")
    assert surface_of(model, table(), "x,y", resolution=3).values.shape == (3, 3)


def test_a_table_without_rows() -> None:
    with pytest.raises(MlpcliError, match="there is no row"):
        surface_of(trained("two"), table().head(0), "x,y")
