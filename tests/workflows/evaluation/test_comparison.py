"""Another model, or an earlier evaluation, beside this one: read, cut and counted as it would be alone."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError
from mlpcli.model.model import Model
from mlpcli.render.as_json import to_text
from mlpcli.render.evaluation.report import fields as fields_of
from tests.workflows.evaluated import INPUTS, NAMES, QUICK, TARGETS, names_of, saved, table


@pytest.mark.parametrize("name", NAMES)
def test_compared_with_itself(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    path = saved(models[name], tmp_path)
    compared = mlpcli.evaluate(models[name], table(), compare=path, bootstrap=100).comparison
    assert compared is not None
    assert set(compared.difference.values()) == {0.0}
    assert compared.verdicts is not None
    assert set(compared.verdicts.values()) == {"same"}


@pytest.mark.parametrize("name", NAMES)
def test_compared_with_a_model_of_less(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    """Without the column that matters the other is worse, and that is no luck."""
    path = tmp_path / "less.joblib"
    train = table(seed=1)
    mlpcli.train(train[["colour", *names_of(name)]], TARGETS[name], output=str(path), **QUICK)
    found = mlpcli.evaluate(models[name], table(), compare=str(path), bootstrap=100)
    alone = mlpcli.evaluate(str(path), table())
    compared = found.comparison
    assert compared is not None
    assert compared.verdicts is not None
    assert compared.metrics == pytest.approx(alone.metrics)
    headline = models[name].task.headline
    assert compared.verdicts[headline] == "better"
    back = mlpcli.evaluate(
        str(path), table(), compare=saved(models[name], tmp_path), bootstrap=100
    ).comparison
    assert back is not None
    assert back.verdicts is not None
    assert back.verdicts[headline] == "worse"
    for metric, difference in compared.difference.items():
        assert difference == pytest.approx(-(back.difference[metric] or 0.0))


def test_the_other_class_may_be_the_positive_one(models: dict[str, Model], tmp_path: Path) -> None:
    path = str(tmp_path / "other.joblib")
    train = table(seed=1)[[*INPUTS, "yes"]]
    mlpcli.train(train, "yes", positive="no", output=path, threshold=0.3, **QUICK)
    compared = mlpcli.evaluate(models["yes"], table(), compare=path, bootstrap=100).comparison
    alone = mlpcli.evaluate(path, table())
    assert compared is not None
    assert compared.metrics["recall"] == pytest.approx(alone.metrics["specificity"])
    for metric in ("accuracy", "roc_auc", "log_loss", "mcc"):
        assert compared.metrics[metric] == pytest.approx(alone.metrics[metric])


def test_targets_in_another_order(models: dict[str, Model], tmp_path: Path) -> None:
    path = str(tmp_path / "other.joblib")
    mlpcli.train(table(seed=1)[[*INPUTS, "one", "two"]], ["two", "one"], output=path, **QUICK)
    compared = mlpcli.evaluate(models["labels"], table(), compare=path, bootstrap=100).comparison
    assert compared is not None
    assert compared.metrics == pytest.approx(mlpcli.evaluate(path, table()).metrics)


def test_a_column_of_another_kind(models: dict[str, Model], tmp_path: Path) -> None:
    path = str(tmp_path / "other.joblib")
    train = table(seed=1)[[*INPUTS, "value"]]
    mlpcli.train(train, "value", kind="a=category", output=path, **QUICK)
    frame = table()
    compared = mlpcli.evaluate(models["value"], frame, compare=path, by=("a",), bootstrap=100).comparison
    assert compared is not None
    assert compared.metrics == pytest.approx(mlpcli.evaluate(path, frame).metrics)
    back = mlpcli.evaluate(path, frame, compare=saved(models["value"], tmp_path), bootstrap=100)
    assert back.comparison is not None
    assert back.comparison.metrics == pytest.approx(mlpcli.evaluate(models["value"], frame).metrics)


def _csv(frame: pd.DataFrame, path: Path, **settings: Any) -> str:
    frame.to_csv(path, index=False, **settings)
    return str(path)


def _gaps(seed: int) -> pd.DataFrame:
    """Some cells of `a` are -999 and words, of `b` words."""
    frame = table(seed=seed)[[*INPUTS, "value"]]
    frame.loc[frame.index % 5 == 0, "a"] = -999.0
    frame["b"] = frame["b"].astype(object)
    frame.loc[frame.index % 7 == 0, "b"] = "none"
    return frame


@cache
def model_with_missing(words: str) -> Model:
    return mlpcli.train(_gaps(1), "value", missing=words, kind="b=number", **QUICK).model


@pytest.mark.parametrize("settings", [{}, {"missing": "-999"}, {"missing": "none"}, {"missing": "oops"}])
@pytest.mark.parametrize("as_file", [True, False])
def test_each_model_reads_the_words_for_missing_as_in_training(
    settings: dict[str, Any], as_file: bool, tmp_path: Path
) -> None:
    """As each of them alone, also where words are given, which then hold for both."""
    paths = [saved(model_with_missing(words), tmp_path, words) for words in ("none", "-999,none")]
    data: Any = _csv(_gaps(0), tmp_path / "t.csv") if as_file else _gaps(0)
    alone = [mlpcli.evaluate(path, data, **settings) for path in paths]
    if not settings:
        assert abs((alone[0].metrics["rmse"] or 0) - (alone[1].metrics["rmse"] or 0)) > 1e-3
    for ours, theirs in ((0, 1), (1, 0)):
        found = mlpcli.evaluate(paths[ours], data, compare=paths[theirs], bootstrap=100, **settings)
        assert found.metrics == pytest.approx(alone[ours].metrics)
        assert found.counts == alone[ours].counts
        assert found.comparison is not None
        assert found.comparison.metrics == pytest.approx(alone[theirs].metrics)
        assert found.comparison.counts == alone[theirs].counts


def test_both_models_read_the_decimal_mark_of_the_file(tmp_path: Path) -> None:
    """The other learned from commas."""
    points, commas = str(tmp_path / "points"), str(tmp_path / "commas")
    train = table(seed=1)[["a", "b", "size", "yes"]]
    mlpcli.train(_csv(train, tmp_path / "p.csv"), "yes", output=points, **QUICK)
    mlpcli.train(
        _csv(train, tmp_path / "c.csv", decimal=",", sep=";"),
        *("yes",),
        output=commas,
        decimal=",",
        delimiter=";",
        **QUICK,
    )
    new = _csv(table()[["a", "b", "size", "yes"]], tmp_path / "new.csv")
    found = mlpcli.evaluate(points, new, compare=commas, bootstrap=100).comparison
    alone = mlpcli.evaluate(commas, new)
    assert found is not None
    assert found.metrics == pytest.approx(alone.metrics)
    assert found.counts == alone.counts
    assert found.counts.unreadable == {}


def test_files_that_the_models_cut_into_rows_differently(models: dict[str, Model], tmp_path: Path) -> None:
    path = str(tmp_path / "other")
    train = _csv(table(seed=1)[[*INPUTS, "value"]], tmp_path / "t.csv")
    mlpcli.train(train, "value", output=path, comment="#", **QUICK)
    with pytest.raises(DataError, match="read with different comment") as refusal:
        mlpcli.evaluate(models["value"], train, compare=path)
    assert "comment" in refusal.value.hint
    found = mlpcli.evaluate(models["value"], train, compare=path, comment="#", bootstrap=100)
    assert found.comparison is not None


def test_cells_that_only_the_other_cannot_read(models: dict[str, Model], tmp_path: Path) -> None:
    """They are counted, and strict refuses them."""
    path = str(tmp_path / "other")
    train = table(seed=1)[[*INPUTS, "size", "value"]]
    mlpcli.train(train, "value", kind="size=number", output=path, **QUICK)
    frame = table().assign(size=lambda each: each["size"].astype(object))
    frame.loc[3, "size"] = "many"
    compared = mlpcli.evaluate(models["value"], frame, compare=path, bootstrap=100).comparison
    assert compared is not None
    assert compared.counts.unreadable == {"size": 1}
    said = r"row 3: column 'size': 'many' is not readable \(by the model of compare\)"
    frame = frame.assign(a=0.1, b=0.1)  # in the range of training
    with pytest.raises(DataError, match=said):
        mlpcli.evaluate(models["value"], frame, compare=path, strict=True)


@cache
def model_of_positive(positive: str) -> Model:
    return mlpcli.train(table(seed=1)[[*INPUTS, "yes"]], "yes", positive=positive, **QUICK).model


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.8])
def test_a_threshold_is_of_this_models_positive_class(threshold: float, tmp_path: Path) -> None:
    paths = [saved(model_of_positive(positive), tmp_path, positive) for positive in ("yes", "no")]
    frame = table()
    found = mlpcli.evaluate(paths[0], frame, compare=paths[1], bootstrap=100, threshold=threshold).comparison
    assert found is not None
    given = mlpcli.predict(paths[1], frame, proba=True).frame["probability_yes"] >= threshold
    truth = frame["yes"] == "yes"
    assert found.metrics["recall"] == pytest.approx((given & truth).sum() / truth.sum())
    assert found.metrics["precision"] == pytest.approx((given & truth).sum() / given.sum())
    assert found.metrics["accuracy"] == pytest.approx((given == truth).mean())


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_trained_the_other(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    """In whatever order it has its classes or targets."""
    path, train = str(tmp_path / "other"), table(400, seed=4)
    settings = QUICK | ({"positive": "no"} if name == "yes" else {})
    names = names_of(name)[::-1]
    mlpcli.train(train[["a", "colour", *names]], names, output=path, **settings)
    for frame, seen in ((train, True), (table(), False)):
        found = mlpcli.evaluate(models[name], frame, compare=path, bootstrap=100)
        assert not found.seen_in_training
        assert found.comparison is not None
        assert found.comparison.seen_in_training is seen
        fields = json.loads(to_text("evaluate", fields_of(found)))
        assert fields["comparison"]["seen_in_training"] is seen
