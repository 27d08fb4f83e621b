"""Thresholds that training chooses, and intervals of predictions: stored, used, refused where impossible."""

import copy
import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as oracle

import mlpcli
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.model.intervals import bounds, errors_for
from mlpcli.model.model import Model
from mlpcli.model.tasks import Regression
from tests.workflows.evaluated import INPUTS, QUICK, TARGETS, table


def trained(target: Any, **settings: Any) -> Model:
    names = [target] if isinstance(target, str) else target
    return mlpcli.train(table(400, seed=1)[[*INPUTS, *names]], target, **QUICK | settings).model


@functools.cache
def _usual(target: str) -> Model:
    return trained(TARGETS[target])


def usual(target: str) -> Model:
    """A copy of a model with the usual settings, that a test may change."""
    return copy.deepcopy(_usual(target))


def scores_at(model: Model, frame: pd.DataFrame, threshold: float) -> dict[str, float | None]:
    return mlpcli.evaluate(model, frame, threshold=threshold).metrics


@pytest.mark.parametrize("folds", [0, 3])
@pytest.mark.parametrize("rule", ["f1", "youden"])
def test_the_chosen_one_is_the_best_on_validation_rows(rule: str, folds: int, tmp_path: Path) -> None:
    """Against every threshold in turn, on a validation file; of a bag by its own scores."""
    held = table(200, seed=3)[[*INPUTS, "yes"]]
    held.to_csv(tmp_path / "held.csv", index=False)
    settings: dict[str, Any] = {"folds": folds} if folds else {"validation": str(tmp_path / "held.csv")}
    run = mlpcli.train(table(400, seed=1)[[*INPUTS, "yes"]], "yes", threshold=rule, **QUICK | settings)
    [stored] = run.artifact.target["thresholds"]
    name = {"f1": "f1", "youden": "balanced_accuracy"}[rule]
    reached = run.scores["validation"].metrics[name]
    assert reached is not None
    if folds:
        plain = mlpcli.train(table(400, seed=1)[[*INPUTS, "yes"]], "yes", **QUICK | settings)
        assert reached >= (plain.scores["validation"].metrics[name] or 0)
        return
    tried = [scores_at(run.model, held, threshold)[name] or 0 for threshold in np.arange(1, 50) / 50]
    assert reached >= max(tried) - 1e-9
    assert scores_at(run.model, held, stored)[name] == pytest.approx(reached)


def test_it_is_used_unless_another_is_given(tmp_path: Path) -> None:
    path = str(tmp_path / "m.joblib")
    mlpcli.train(table(400, seed=1)[[*INPUTS, "yes"]], "yes", threshold=0.2, output=path, **QUICK)
    frame = table()
    given = mlpcli.predict(path, frame, proba=True).frame
    assert ((given["probability_yes"] >= 0.2) == (given["prediction"] == "yes")).all()
    half = mlpcli.predict(path, frame, threshold=0.5).frame
    assert (half["prediction"] == "yes").sum() < (given["prediction"] == "yes").sum()
    assert mlpcli.evaluate(path, frame).threshold == [0.2]
    assert mlpcli.evaluate(path, frame).metrics == scores_at(mlpcli.load(path), frame, 0.2)
    assert mlpcli.evaluate(path, frame, threshold=0.7).threshold == [0.7]
    recall = mlpcli.evaluate(path, frame).metrics["recall"]
    truth, predicted = frame["yes"] == "yes", given["prediction"] == "yes"
    assert recall == pytest.approx(oracle.recall_score(truth, predicted))


def test_costs() -> None:
    dear_misses, dear_alarms = (
        trained("yes", threshold=each).artifact.target["thresholds"][0]
        for each in ("cost:FP=1,FN=9", "cost:FP=9")
    )
    assert dear_misses < dear_alarms


def test_one_for_each_label() -> None:
    model = trained(["one", "two"], threshold="f1")
    thresholds = model.artifact.target["thresholds"]
    assert len(set(thresholds)) == 2
    found = mlpcli.predict(model, table(), proba=True).frame
    for name, threshold in zip(["one", "two"], thresholds, strict=True):
        assert ((found[f"probability_{name}"] >= threshold) == (found[f"prediction_{name}"] == 1)).all()


def test_validation_rows_of_one_class(tmp_path: Path) -> None:
    held = table()[[*INPUTS, "yes"]].query("yes == 'no'")
    held.to_csv(tmp_path / "held.csv", index=False)
    model = trained("yes", threshold="f1", validation=str(tmp_path / "held.csv"))
    assert model.artifact.target["thresholds"] == [0.5]


@pytest.mark.parametrize("given", ["f2", "cost:", "cost:FP", "cost:XX=1", "cost:FP=0", "0", "nan", 1.5, -1])
def test_what_is_no_threshold(given: Any) -> None:
    with pytest.raises(SettingsError, match="threshold") as refusal:
        trained("yes", threshold=given)
    assert refusal.value.hint


def test_where_there_is_none_to_choose() -> None:
    with pytest.raises(SettingsError, match="there are no validation rows to choose it on"):
        trained("yes", threshold="f1", validation="none")
    assert trained("yes", threshold=0.3, validation="none").artifact.target["thresholds"] == [0.3]
    for target in ("value", "class"):
        with pytest.raises(SettingsError, match="threshold is only for binary and multilabel"):
            trained(target, threshold=0.3)


@pytest.mark.parametrize("settings", [{}, {"ensemble": 2}, {"folds": 4}, {"target_scaling": "log"}])
def test_intervals_cover_new_rows(settings: dict[str, Any]) -> None:
    train, new = table(600, seed=1), table(2000, seed=2)
    for frame in (train, new):
        frame["value"] = np.exp(frame["value"] / 3)
    model = mlpcli.train(train[[*INPUTS, "value"]], "value", **QUICK | settings).model
    for level in (0.5, 0.9):
        found = mlpcli.predict(model, new, interval=level).frame
        assert list(found) == ["prediction", "value_low", "value_high"]
        middle, low, high = (found[name] for name in found)
        assert ((low <= middle) & (middle <= high)).all()
        inside = ((low <= new["value"]) & (new["value"] <= high)).mean()
        # Of 90 held rows the share that is covered varies by 3 to 5 %.
        assert level - 0.12 <= inside <= level + 0.1


def test_intervals_of_several_targets(tmp_path: Path) -> None:
    frame = table(400, seed=1).assign(double=lambda each: each["value"] * 2)
    path = str(tmp_path / "m.joblib")
    mlpcli.train(frame[[*INPUTS, "value", "double"]], ["value", "double"], output=path, **QUICK)
    found = mlpcli.predict(path, frame, interval=0.8, prefix="new_").frame
    ends = [f"new_{name}_{end}" for name in ("value", "double") for end in ("low", "high")]
    assert list(found) == ["new_prediction_value", "new_prediction_double", *ends]
    coverage = mlpcli.evaluate(path, frame, interval=0.8).coverage
    assert coverage is not None
    assert list(coverage.per_target) == ["value", "double"]
    shares = [each["coverage"] for each in coverage.per_target.values()]
    assert coverage.coverage == pytest.approx(np.mean(shares))


@pytest.mark.parametrize(
    "settings", [{}, {"clip_predictions": True}, {"loss": "quantile", "quantiles": "0.1,0.5,0.9"}]
)
def test_intervals_are_around_the_prediction(settings: dict[str, Any], tmp_path: Path) -> None:
    """As wide as the errors of the same predictions on the held rows, of which some are far out."""
    held = table(60, seed=3)[[*INPUTS, "value"]]
    held.loc[held.index % 3 == 0, "a"] *= 30
    held.to_csv(tmp_path / "held.csv", index=False)
    model = trained("value", validation=str(tmp_path / "held.csv"), **settings)
    found = mlpcli.predict(model, held, interval=60 / 61).frame
    middle = found["prediction"]
    if "clip_predictions" in settings:
        assert middle.max() <= table(400, seed=1)["value"].max() * (1 + 1e-6)
    np.testing.assert_allclose((found["value_low"] + found["value_high"]) / 2, middle, rtol=1e-5, atol=1e-5)
    half = (found["value_high"] - found["value_low"]) / 2
    np.testing.assert_allclose(half, (held["value"] - middle).abs().max(), rtol=1e-4)


def test_the_ends_of_an_interval_are_numbers() -> None:
    """Also where a float cannot hold them."""
    model = usual("value")
    assert isinstance(model.task, Regression)
    target = dataclasses.replace(model.task.target, spread=np.array([1e308]))
    wide = dataclasses.replace(model, task=Regression(target))
    low, high = bounds(wide, errors_for(model, 0.9), np.array([[-1.7], [0.0], [1.7]]), 0.9)
    assert np.isfinite([low, high]).all()
    largest = np.finfo(np.float64).max
    assert (low[0], high[2]) == (-largest, largest)
    assert -largest < low[1] < high[1] < largest


@pytest.mark.parametrize(("highest", "said"), [(2999 / 3000, "0.999"), (0.29, "0.290"), (0.9375, "0.937")])
def test_the_highest_level_is_rounded_down(highest: float, said: str) -> None:
    model = usual("value")
    levels = model.artifact.arrays["errors.levels"]
    levels *= highest / levels[-1]
    levels[-1] = highest
    with pytest.raises(MlpcliError, match=f"for a level above {said}$"):
        mlpcli.predict(model, table(), interval=0.9999)
    assert len(mlpcli.predict(model, table(), interval=float(said)).frame) == 300


@pytest.mark.parametrize("name", ["value", "class"])
def test_one_that_would_do_nothing_is_refused(name: str) -> None:
    model = usual(name)
    for command in (mlpcli.predict, mlpcli.evaluate):
        with pytest.raises(SettingsError, match="threshold is only for binary and multilabel"):
            command(model, table(), threshold=0.3)


def test_intervals_that_cannot_be_had() -> None:
    model = usual("value")
    with pytest.raises(MlpcliError, match="training held out too few rows for a level above 0"):
        mlpcli.predict(model, table(), interval=0.99)
    for without in (trained("value", validation="none"), _aged(model)):
        with pytest.raises(MlpcliError, match="the model holds no errors of held-out rows"):
            mlpcli.predict(without, table(), interval=0.9)
        with pytest.raises(MlpcliError, match="the model holds no errors of held-out rows"):
            mlpcli.evaluate(without, "no such file.csv", interval=0.9)
        assert mlpcli.evaluate(without, table()).coverage is None
    with pytest.raises(SettingsError, match="interval is only for numbers and classes, not for multilabel"):
        mlpcli.predict(usual("labels"), table(), interval=0.9)


def _aged(model: Model) -> Model:
    """As a file written before there were intervals."""
    for name in [name for name in model.artifact.arrays if name.startswith("errors.")]:
        del model.artifact.arrays[name]
    return model
