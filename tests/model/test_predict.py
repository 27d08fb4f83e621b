"""`Model.predict` and `predict_proba`: pandas objects that fit the DataFrame they were made from."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError, SettingsError
from mlpcli.model.in_pandas import class_values
from mlpcli.model.model import Model

ROWS = 60
QUICK: dict[str, Any] = {"preset": "textbook", "epochs": 20, "hidden": "8", "learning_rate": 0.03}


def frame_of(rows: int = ROWS) -> pd.DataFrame:
    values = np.random.default_rng(0).standard_normal((rows, 2)).round(3)
    frame = pd.DataFrame(values, columns=["a", "b"], index=pd.Index(range(1000, 1000 + rows)))
    frame["digit"] = (frame["a"] > 0).astype(int) + 3 * (frame["b"] > 0)
    frame["yes"] = frame["a"] > 0
    frame["name"] = np.where(frame["a"] > 0, "up", "down")
    frame["amount"], frame["price"] = frame["a"] * 2, frame["b"] + 1
    frame["one"], frame["two"] = (frame["a"] > 0).astype(int), (frame["b"] > 0).astype(int)
    return frame


def trained(target: Any) -> Model:
    names = [target] if isinstance(target, str) else target
    return mlpcli.train(frame_of(300)[["a", "b", *names]], target, **QUICK).model


@pytest.mark.parametrize(
    ("target", "kind"),
    [("digit", "int64"), ("yes", "bool"), ("name", "str"), ("amount", "float64")],
)
def test_one_target(target: str, kind: str, tmp_path: Path) -> None:
    """The type is that of the column it predicts, so that the two can be compared."""
    frame, model = frame_of(), trained(target)
    predicted = model.predict(frame)
    assert isinstance(predicted, pd.Series)
    assert (predicted.name, str(predicted.dtype)) == ("prediction", kind)
    assert predicted.index.equals(frame.index)
    if kind != "float64":
        assert (predicted == frame[target]).mean() > 0.6
    whole = mlpcli.predict(model, frame).frame
    pd.testing.assert_series_equal(whole["prediction"], predicted)
    path = tmp_path / "new.csv"
    frame.drop(columns=target).to_csv(path, index=False)
    for data in (path, str(path), [path]):
        from_file = model.predict(data)
        assert isinstance(from_file, pd.Series)
        pd.testing.assert_series_equal(from_file, predicted.reset_index(drop=True))
    model.artifact.schema.require([*frame.join(predicted)], "", target=True)


@pytest.mark.parametrize("target", [["amount", "price"], ["one", "two"]])
def test_several_targets(target: list[str]) -> None:
    frame, model = frame_of(), trained(target)
    predicted = model.predict(frame)
    assert isinstance(predicted, pd.DataFrame)
    pd.testing.assert_frame_equal(predicted, mlpcli.predict(model, frame).frame)
    assert list(predicted) == [f"prediction_{name}" for name in target]


def test_probabilities() -> None:
    frame = frame_of()
    for target, columns in (("digit", [0, 1, 3, 4]), ("yes", [False, True]), ("name", ["down", "up"])):
        model = trained(target)
        found = model.predict_proba(frame)
        assert list(found) == columns
        assert found.index.equals(frame.index)
        assert found.sum(axis=1).to_numpy() == pytest.approx(1)
        assert (found.idxmax(axis=1) == model.predict(frame)).all()
        whole = mlpcli.predict(model, frame, proba=True).frame
        assert whole.filter(like="probability_").to_numpy() == pytest.approx(found.to_numpy(), abs=1e-8)
    labels = trained(["one", "two"]).predict_proba(frame)
    assert list(labels) == ["one", "two"]


def test_numbers_have_no_probabilities() -> None:
    with pytest.raises(SettingsError, match=r"^a regression has no probabilities$") as raised:
        trained("amount").predict_proba("there is no such file.csv")
    assert "interval" in raised.value.hint


def test_no_rows_and_wrong_tables() -> None:
    model = trained("digit")
    assert len(model.predict(frame_of()[:0])) == 0
    assert model.predict_proba(frame_of()[:0]).shape == (0, 4)
    with pytest.raises(DataError, match="the input column 'b' of the model is missing"):
        model.predict(frame_of()[["a"]])
    with pytest.raises(DataError, match="cannot be of type ndarray"):
        model.predict(np.zeros((3, 2)))  # type: ignore[arg-type]


def test_columns_that_cannot_be_read() -> None:
    frame = frame_of()
    frame["a"] = [f"unreadable {number}" for number in range(ROWS)]
    with pytest.raises(DataError, match="column 'a'"):
        trained("digit").predict(frame)


@pytest.mark.parametrize(
    ("classes", "values"),
    [
        (["0", "1", "10"], [0, 1, 10]),
        (["-1", "1"], [-1, 1]),
        (["007", "1"], ["007", "1"]),
        (["1.5", "2.0"], [1.5, 2.0]),
        (["1.50", "2"], ["1.50", "2"]),
        (["False", "True"], [False, True]),
        (["false", "true"], [False, True]),
        (["no", "yes"], ["no", "yes"]),
        (["1", "a"], ["1", "a"]),
        (["1_0", "2"], ["1_0", "2"]),
        (["nan", "inf"], ["nan", "inf"]),
        (["٣", "4"], ["٣", "4"]),
    ],
)
def test_class_values(classes: list[str], values: list[object]) -> None:
    found = class_values(classes)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))
