"""What evaluate returns beside the metrics: intervals, gates, coverage; got in other ways, too."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mlpcli
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.metrics import names_for
from mlpcli.model.model import Model
from mlpcli.render.as_json import to_text
from mlpcli.render.evaluation.report import fields as fields_of
from tests.workflows.evaluated import INPUTS, NAMES, QUICK, saved, table


@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_the_metrics_and_are_repeatable(models: dict[str, Model], name: str) -> None:
    first, again, other = (
        mlpcli.evaluate(models[name], table(), bootstrap=200, seed=seed) for seed in (3, 3, 4)
    )
    assert first.intervals is not None
    assert first.intervals == again.intervals != other.intervals
    for metric, interval in first.intervals.items():
        value = first.metrics[metric]
        assert interval is not None
        assert value is not None
        slack = 0.02 if metric == "ece" else 0.0  # resamples overfit the bins
        assert interval[0] - slack <= value <= interval[1]
    narrow = mlpcli.evaluate(models[name], table(), bootstrap=200, level=0.5, seed=3).intervals
    assert narrow is not None
    widths = [np.mean([high - low for low, high in each.values()]) for each in (narrow, first.intervals)]  # type: ignore[misc]
    assert widths[0] < widths[1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"fail_if": ("rmse < 1",)}, "rmse is not a metric of binary"),
        ({"fail_if": ("f2 < 1",)}, "there is no metric 'f2'"),
        ({"fail_if": "roc_auc is low"}, "is not METRIC"),
        ({"max_drop": (("roc_auc", 0.1),)}, "nothing to compare with"),
        ({"max_drop": (("roc_auc", -0.1),), "compare": "m"}, "out of range"),
        ({"bootstrap": 0}, "bootstrap: 0 is out of range"),
        ({"bootstrap": 10_000_000}, "is out of range"),
        ({"interval": 0.0}, "interval: 0.0 is out of range"),
        ({"interval": 1.0}, "interval: 1.0 is out of range"),
        ({"importance_metric": "f1"}, "importance_metric needs importance"),
        ({"importance_repeats": 5}, "importance_repeats needs importance"),
        ({"level": 0.9}, "level has no effect without intervals"),
        ({"level": 0.95, "by": ("region",), "fail_if": ("f1 < 0",)}, "level has no effect without intervals"),
        ({"importance": True, "importance_metric": "rmse"}, "rmse is not a metric of binary"),
    ],
)
def test_refused_before_anything_is_read(models: dict[str, Model], settings: Any, said: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        mlpcli.evaluate(models["yes"], "no such table.csv", **settings)
    assert said in str(refusal.value)


def test_gates(models: dict[str, Model]) -> None:
    frame = table()
    found = mlpcli.evaluate(models["yes"], frame, fail_if=("roc_auc < 0.01", "log_loss > 0"))
    assert [(gate.metric, gate.holds) for gate in found.gates] == [("roc_auc", True), ("log_loss", False)]
    assert not found.passed
    one_class = mlpcli.evaluate(models["yes"], frame[frame["yes"] == "no"], fail_if=("roc_auc < 0.01",))
    assert not one_class.passed
    assert one_class.gates[0].value is None
    assert one_class.gates[0].reason == one_class.reasons["roc_auc"]
    assert mlpcli.evaluate(models["yes"], frame).passed


def test_coverage_is_that_of_predict(models: dict[str, Model]) -> None:
    frame = table(1000, seed=7)
    found = mlpcli.evaluate(models["value"], frame, interval=0.8).coverage
    assert found is not None
    ends = mlpcli.predict(models["value"], frame, interval=0.8).frame
    inside = (ends["value_low"] <= frame["value"]) & (frame["value"] <= ends["value_high"])
    assert found.coverage == pytest.approx(inside.mean())
    assert found.mean_width == pytest.approx((ends["value_high"] - ends["value_low"]).mean())
    assert found.per_target["value"] == {"coverage": found.coverage, "mean_width": found.mean_width}
    assert 0.6 < found.coverage < 0.95


def test_residuals_are_of_every_target(models: dict[str, Model]) -> None:
    frame = table()
    found = mlpcli.evaluate(models["value"], frame)
    assert found.residuals is not None
    errors = frame["value"] - mlpcli.predict(models["value"], frame).frame["prediction"]
    assert found.residuals["value"]["mean"] == pytest.approx(errors.mean(), abs=1e-6)
    assert found.residuals["value"]["max"] == pytest.approx(errors.max(), rel=1e-6)
    assert mlpcli.evaluate(models["yes"], frame).residuals is None


def test_the_baseline_of_every_class_and_target(models: dict[str, Model]) -> None:
    frame = table()
    classes = mlpcli.evaluate(models["class"], frame).baseline_per_class
    assert classes is not None
    [commonest] = [name for name, scores in classes.items() if scores["recall"] == 1]
    assert classes[commonest]["precision"] == pytest.approx((frame["class"] == commonest).mean())
    labels = mlpcli.evaluate(models["labels"], frame).baseline_per_target
    assert labels is not None
    assert labels["one"]["roc_auc"] == labels["two"]["roc_auc"] == 0.5
    assert labels["two"]["accuracy"] == pytest.approx((frame["two"] == 0).mean())


def test_no_rows_and_no_target(models: dict[str, Model]) -> None:
    with pytest.raises(MlpcliError, match="no row has a target value"):
        mlpcli.evaluate(models["yes"], table().iloc[:0], bootstrap=100, by=("region",))
    with pytest.raises(MlpcliError, match="the target column 'yes' of the model is missing"):
        mlpcli.evaluate(models["yes"], table().drop(columns="yes"))
    with pytest.raises(MlpcliError, match="there is no column 'regoin'") as refusal:
        mlpcli.evaluate(models["yes"], table(), by=("regoin",))
    assert "region" in refusal.value.hint
    with pytest.raises(MlpcliError, match="did not occur in training"):
        mlpcli.evaluate(models["yes"], table().assign(yes="perhaps"))


@pytest.mark.parametrize("name", NAMES)
def test_everything_at_once_is_json(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    task = models[name].task.name
    interval: dict[str, Any] = {} if task == "multilabel" else {"interval": 0.9}
    found = mlpcli.evaluate(
        models[name],
        table(),
        by=("region", "size"),
        bootstrap=100,
        importance=True,
        compare=saved(models[name], tmp_path),
        fail_if=(f"{models[name].task.headline} < 0",),
        max_drop=((models[name].task.headline, 0),),
        **interval,
    )
    fields = json.loads(to_text("evaluate", fields_of(found)))
    assert list(fields["metrics"]) == names_for(task) == list(fields["intervals"])
    assert len(fields["gates"]) == 2
    assert fields["comparison"]["kind"] == "model"
    assert set(fields["importance"]["columns"]) == set(INPUTS)
    assert set(fields["slices"]["region"]) == {"north", "south"}
    assert (fields["coverage"] is not None) == (task == "regression")
    assert (fields["set_coverage"] is not None) == (task in ("binary", "multiclass"))


@pytest.mark.parametrize("threshold", [0.05, 0.95])
def test_the_baseline_decides_at_the_same_threshold(models: dict[str, Model], threshold: float) -> None:
    """Below the share of yes it always says yes, above it never does."""
    frame = table()
    found = mlpcli.evaluate(models["yes"], frame, threshold=threshold, by=("region",))
    share = float((frame["yes"] == "yes").mean())
    always = threshold < share
    assert found.baseline["recall"] == float(always)
    assert found.baseline["accuracy"] == pytest.approx(share if always else 1 - share)
    assert {each.baseline["recall"] for each in found.slices["region"].values()} == {float(always)}
    labels = mlpcli.evaluate(models["labels"], frame, threshold=threshold)
    assert (labels.baseline["f1_micro"] > 0) is always  # type: ignore[operator]


@pytest.mark.parametrize("folds", [0, 3])
def test_the_baseline_of_training_decides_at_the_stored_threshold(folds: int) -> None:
    settings: dict[str, Any] = QUICK | ({"folds": folds} if folds else {})
    run = mlpcli.train(table(seed=1)[[*INPUTS, "yes"]], "yes", threshold=0.05, **settings)
    assert run.scores["validation"].baseline["recall"] == 1


def test_a_threshold_for_each_label(models: dict[str, Model]) -> None:
    assert mlpcli.evaluate(models["labels"], table()).threshold == [0.5, 0.5]
    assert mlpcli.evaluate(models["labels"], table(), threshold=0.3).threshold == [0.3, 0.3]
    assert mlpcli.evaluate(models["yes"], table(), threshold=0.3).threshold == [0.3]
    assert mlpcli.evaluate(models["class"], table()).threshold is None


def test_numbers_too_large_to_subtract(models: dict[str, Model]) -> None:
    """No warning, and no number in JSON that is none."""
    frame = table()
    frame.loc[0, "value"], frame.loc[1, "value"] = -1.7e308, 1.7e308
    found = mlpcli.evaluate(models["value"], frame, interval=0.5, by=("region",))
    fields = json.loads(to_text("evaluate", fields_of(found)))
    assert fields["residuals"]["value"]["std"] is None
    assert fields["residuals"]["value"]["min"] == pytest.approx(-1.7e308)
