"""A target whose cells list labels: train, predict, evaluate, start from the model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import MlpcliError
from mlpcli.model.model import load
from tests.cli.commands import Commands


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    speed = np.random.default_rng(0).uniform(0, 10, 240).round(2)
    tags = ["fast" * (each > 3) + ";" * (3 < each < 7) + "cheap" * (each < 7) for each in speed.tolist()]
    return pd.DataFrame({"speed": speed, "tags": tags})


@pytest.fixture(scope="module")
def model(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labels") / "m.joblib"
    mlpcli.train(table, "tags", output=str(path), preset="textbook", epochs=60, label_separator=";")
    return path


def test_each_label_is_learned(table: pd.DataFrame, model: Path) -> None:
    trained = load(model)
    assert (trained.task.name, trained.task.labels) == ("multilabel", ("cheap", "fast"))
    evaluation = mlpcli.evaluate(model, table)
    assert (evaluation.metrics["f1_micro"] or 0) > 0.97


def test_predictions_are_lists_again(table: pd.DataFrame, model: Path) -> None:
    predicted = mlpcli.predict(model, table[["speed"]], proba=True).frame
    assert list(predicted) == ["prediction", "probability_cheap", "probability_fast"]
    assert set(predicted["prediction"]) == {"cheap", "fast", "cheap;fast"}
    as_sets = [set(each.split(";")) for each in predicted["prediction"]]
    truth = [set(each.split(";")) for each in table["tags"]]
    assert sum(ours == theirs for ours, theirs in zip(as_sets, truth, strict=True)) > 220


def test_a_label_that_training_did_not_have(model: Path) -> None:
    with pytest.raises(MlpcliError, match="row 1: target 'tags': the label 'fats' did not occur in training"):
        mlpcli.evaluate(model, pd.DataFrame({"speed": [1, 2], "tags": ["cheap", "cheap;fats"]}))


def test_a_training_starts_from_the_model(table: pd.DataFrame, model: Path) -> None:
    going_on = mlpcli.train(table[table.tags != "cheap"], "tags", from_model=str(model), epochs=1)
    assert going_on.model.task.labels == ("cheap", "fast")
    assert all(taken for _, taken in going_on.plan.transferred or ())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--task", "multilabel"], "lists labels, such as 'a;b', instead of 0 or 1"),
        (["--label-separator", ";", "--task", "regression"], "it is only for multilabel, not for regression"),
        (
            ["--label-separator", ";", "-t", "x"],
            "it is only for a single column that lists labels, not for 2 targets",
        ),
    ],
)
def test_what_does_not_go_together(run: Commands, tmp_path: Path, options: list[str], said: str) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,a;b\n2,a\n3,b\n4,b;c\n5,c\n" * 9)
    result = run("train", tmp_path / "t.csv", "-t", "y", *options)
    assert said in result.err
    assert "--label-separator" in result.err


def test_lists_are_named_where_they_are_taken_for_classes(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,a;b\n2,a\n3,b\n4,b;c\n5,c\n" * 9)
    result = run("train", tmp_path / "t.csv", "-t", "y", "--dry-run")
    said = "the target 'y' looks like lists of labels, such as 'a;b', but each list is one class"
    assert f"{said} (--label-separator ';'" in result.err
