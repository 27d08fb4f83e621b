"""Metrics of some of the rows, by the values of a column."""

from pathlib import Path

import numpy as np
import pytest

import mlpcli
from mlpcli.model.model import Model
from tests.workflows.evaluated import NAMES, table


@pytest.mark.parametrize("name", NAMES)
def test_a_slice_is_an_evaluation_of_its_rows(models: dict[str, Model], name: str) -> None:
    frame = table()
    whole = mlpcli.evaluate(models[name], frame, by=("region", "colour"))
    assert list(whole.slices) == ["region", "colour"]
    for column, slices in whole.slices.items():
        assert sorted(slices) == sorted(frame[column].unique())
        for value, found in slices.items():
            alone = mlpcli.evaluate(models[name], frame[frame[column] == value])
            assert found.rows == alone.rows
            assert found.metrics == pytest.approx(alone.metrics)
            assert found.baseline == pytest.approx(alone.baseline)


def test_slices_of_numbers_are_quarters(models: dict[str, Model]) -> None:
    frame = table()
    for column in ("size", "a"):
        found = mlpcli.evaluate(models["value"], frame, by=(column,)).slices[column]
        assert [each.rows for each in found.values()] == [75, 75, 75, 75]
        edges = frame[column].quantile([0.25, 0.5, 0.75])
        first = next(iter(found))
        assert first == f"up to {edges.iloc[0]:g}"
        alone = mlpcli.evaluate(models["value"], frame[frame[column] <= edges.iloc[0]])
        assert found[first].metrics == pytest.approx(alone.metrics)


def test_slices_of_many_values_and_of_none(models: dict[str, Model], tmp_path: Path) -> None:
    frame = table()
    frame["place"] = [f"p{number // 10}" for number in range(300)]
    frame.loc[:6, "place"] = None
    frame["few"] = np.where(frame["size"] < 100, 10, 9)
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    found = mlpcli.evaluate(models["value"], str(path), by=("place,few",)).slices
    assert len(found["place"]) == 21
    assert found["place"]["(missing)"].rows == 7
    assert found["place"]["(others)"].rows == 300 - 7 - 190
    assert list(found["few"]) == ["9", "10"]
    assert sum(each.rows for each in found["place"].values()) == 300


def test_a_slice_that_lacks_a_class_says_so(models: dict[str, Model]) -> None:
    frame = table()
    frame["side"] = frame["yes"]
    found = mlpcli.evaluate(models["yes"], frame, by=("side",), bootstrap=100).slices["side"]
    assert found["no"].metrics["roc_auc"] is None
    assert "every class" in found["no"].reasons["roc_auc"]
    assert found["no"].intervals is not None
    assert found["no"].intervals["roc_auc"] is None
    assert found["no"].intervals["accuracy"] is not None


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([20230101, 20230102, 20230103], ["20230101", "20230102", "20230103"]),
        ([0.12345671, 0.12345672, -1e300], ["-1e+300", "0.12345671", "0.12345672"]),
        ([1e20, 2.0, 0.5], ["0.5", "2", "1e+20"]),
    ],
)
def test_long_numbers_are_slices_of_their_own(
    models: dict[str, Model], values: list[float], labels: list[str]
) -> None:
    frame = table().assign(a=np.resize(np.array(values, np.float64), 300))
    found = mlpcli.evaluate(models["value"], frame, by=("a",)).slices["a"]
    assert list(found) == labels
    assert [each.rows for each in found.values()] == [100, 100, 100]


@pytest.mark.parametrize("start", [0.0, 20_230_000.0, 1e12, 1e15])
def test_quarters_are_told_apart_by_their_labels(models: dict[str, Model], start: float) -> None:
    """Where a label is read as numbers it holds just the rows of its slice."""
    frame = table().assign(number=start + np.arange(300.0))
    found = mlpcli.evaluate(models["value"], frame, by=("number",)).slices["number"]
    assert [each.rows for each in found.values()] == [75, 75, 75, 75]
    for label, each in found.items():
        low, high = -np.inf, np.inf
        if "over " in label:
            low = float(label.removeprefix("over ").split(" to ")[0])
        if "to " in label:
            high = float(label.rpartition("to ")[2])
        assert ((frame["number"] > low) & (frame["number"] <= high)).sum() == each.rows, label
