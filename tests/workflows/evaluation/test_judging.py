"""Gates on one class, on the worst slice, on gaps and on ends of intervals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as oracle

import mlpcli
from mlpcli.errors import DataError, SettingsError
from mlpcli.metrics import METRICS
from mlpcli.metrics.gates import SliceGate
from mlpcli.model.model import Model
from tests.workflows.evaluated import NAMES, table


def grouped() -> pd.DataFrame:
    """Slices of 20, 80 and 200 rows; in the smallest all is wrong."""
    frame = table()
    frame["group"] = np.repeat(["few", "some", "many"], [20, 80, 200])
    frame.loc[:19, "yes"] = np.where(frame.loc[:19, "a"] > 0, "no", "yes")
    return frame


def slice_gate(gate: object) -> SliceGate:
    assert isinstance(gate, SliceGate)
    return gate


def test_one_class_is_that_of_the_report_and_of_scikit_learn(models: dict[str, Model]) -> None:
    frame = table()
    found = mlpcli.evaluate(
        models["class"], frame, fail_if=("recall[mid] < 0", "f1[low] > 2", "precision[high]<9")
    )
    assert found.per_class is not None
    predicted = mlpcli.predict(models["class"], frame).frame["prediction"]
    recall, f1, precision = (gate.value for gate in found.gates)
    assert recall == pytest.approx(
        oracle.recall_score(frame["class"], predicted, labels=["mid"], average=None)[0]
    )
    assert recall == pytest.approx(found.per_class["mid"]["recall"])
    assert f1 == pytest.approx(found.per_class["low"]["f1"])
    assert precision == pytest.approx(found.per_class["high"]["precision"])
    assert [gate.holds for gate in found.gates] == [True, True, False]


def test_one_label_and_one_target(models: dict[str, Model]) -> None:
    found = mlpcli.evaluate(models["labels"], table(), fail_if=["log_loss[two] > 0, f1[one] < 0"])
    assert found.per_target is not None
    assert found.gates[0].value == found.per_target["two"]["log_loss"]
    assert found.gates[1].value == found.per_target["one"]["f1"]
    single = mlpcli.evaluate(models["value"], table(), fail_if="rmse[value] < 0")
    assert single.gates[0].value == pytest.approx(single.metrics["rmse"])


@pytest.mark.parametrize("name", NAMES)
def test_the_worst_slice(models: dict[str, Model], name: str) -> None:
    frame = grouped()
    metrics = [each for each in METRICS if models[name].task.name in METRICS[each].tasks]
    found = mlpcli.evaluate(models[name], frame, fail_if=[f"{each} by group < -9" for each in metrics])
    assert list(found.slices) == ["group"]
    for metric, each in zip(metrics, found.gates, strict=True):
        gate = slice_gate(each)
        values = {label: found.slices["group"][label].metrics[metric] for label in ("some", "many")}
        worst = min if METRICS[metric].higher_is_better else max
        assert gate.value == worst(value for value in values.values() if value is not None)
        assert values[gate.slices[0]] == gate.value
        assert (gate.column, gate.left_out) == ("group", {"few": "fewer than 30 rows"})
        assert gate.holds


def test_a_class_in_the_worst_slice(models: dict[str, Model]) -> None:
    frame = grouped()
    found = mlpcli.evaluate(models["yes"], frame, by="region", fail_if=["recall[no] by group < 0.99"])
    assert list(found.slices) == ["region", "group"]
    gate = slice_gate(found.gates[0])
    by_hand = {}
    for label in ("some", "many"):
        rows = frame[(frame["group"] == label) & (frame["yes"] == "no")]
        by_hand[label] = (mlpcli.predict(models["yes"], rows).frame["prediction"] == "no").mean()
    assert gate.value == pytest.approx(min(by_hand.values()))
    assert gate.slices == (min(by_hand, key=lambda label: by_hand[label]),)
    assert not gate.holds


def test_a_slice_without_the_class_is_not_the_worst(models: dict[str, Model]) -> None:
    frame = grouped()
    frame.loc[frame["group"] == "some", "yes"] = "no"
    conditions = ["recall by group < 0", "recall[yes] by group < 0", "roc_auc by group < 0"]
    found = mlpcli.evaluate(models["yes"], frame, fail_if=conditions)
    assert found.slices["group"]["some"].metrics["recall"] == 0.0
    for gate in map(slice_gate, found.gates):
        assert gate.slices == ("many",)
        assert set(gate.left_out) == {"few", "some"}
    assert slice_gate(found.gates[0]).left_out["some"] == "no row of the class"
    assert found.gaps["group"]["recall_gap"].value is None


def test_without_a_slice_to_judge_the_gate_fails(models: dict[str, Model]) -> None:
    frame = grouped().iloc[:29]
    found = mlpcli.evaluate(models["yes"], frame, fail_if=["accuracy by group < 0, recall_gap by group > 2"])
    assert [gate.holds for gate in found.gates] == [False, False]
    assert [gate.value for gate in found.gates] == [None, None]
    assert found.gates[0].reason == "it needs a slice with 30 rows that defines it"
    assert found.gates[1].reason == "it needs two slices with 30 rows that define it"


def test_gaps(models: dict[str, Model]) -> None:
    frame = grouped()
    conditions = ["selection_rate_gap by group > 2", "recall_gap by group > -1"]
    found = mlpcli.evaluate(models["yes"], frame, fail_if=conditions)
    predicted = mlpcli.predict(models["yes"], frame).frame["prediction"] == "yes"
    rates = predicted.groupby(frame["group"]).mean()[["some", "many"]]
    recalls = predicted[frame["yes"] == "yes"].groupby(frame["group"]).mean()[["some", "many"]]
    for gate, each in zip(map(slice_gate, found.gates), (rates, recalls), strict=True):
        assert gate.value == pytest.approx(each.max() - each.min())
        assert gate.slices == (each.idxmax(), each.idxmin())
        assert gate.value == found.gaps["group"][gate.metric].value
    assert [gate.holds for gate in found.gates] == [True, False]
    assert mlpcli.evaluate(models["value"], frame, by="group").gaps == {}
    assert list(mlpcli.evaluate(models["class"], frame, by="group").gaps["group"]) == ["recall_gap"]


def test_bounds_are_those_of_the_intervals(models: dict[str, Model]) -> None:
    conditions = [
        *("lower(recall) < 0", "upper(recall) < 0", "lower(recall[yes]) < 0", "upper(recall[yes]) < 0"),
        *("lower(accuracy) by group < 0", "upper(log_loss) by group > 9", "lower(f1[no]) by group < 0"),
    ]
    found = mlpcli.evaluate(models["yes"], grouped(), bootstrap=100, seed=3, fail_if=conditions)
    assert found.intervals is not None
    interval = found.intervals["recall"]
    assert interval is not None
    values = [gate.value for gate in found.gates]
    assert values[:2] == list(interval) == values[2:4]
    slices = {label: found.slices["group"][label].intervals or {} for label in ("some", "many")}
    assert values[4] == min((each["accuracy"] or (9, 9))[0] for each in slices.values())
    assert values[5] == max((each["log_loss"] or (0, 0))[1] for each in slices.values())
    gate, frame = slice_gate(found.gates[6]), grouped()
    alone = mlpcli.evaluate(models["yes"], frame[frame["group"] == gate.slices[0]], fail_if="f1[no] < 0")
    assert gate.value is not None
    assert alone.gates[0].value is not None
    assert 0 < gate.value < alone.gates[0].value


def test_a_bound_that_too_few_resamples_have(models: dict[str, Model]) -> None:
    frame = table()
    found = mlpcli.evaluate(
        models["yes"], frame[frame["yes"] == "no"], bootstrap=100, fail_if="lower(roc_auc) < 0"
    )
    assert not found.passed
    assert found.gates[0].reason == "too many resamples of these rows do not define it"


def test_names_with_commas_and_blanks(models: dict[str, Model], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    table().rename(columns={"region": "where, roughly", "colour": "colour"}).to_csv(path, index=False)
    found = mlpcli.evaluate(models["yes"], str(path), fail_if='accuracy by "where, roughly" < 0, f1 < 0')
    assert [slice_gate(found.gates[0]).column, found.gates[1].metric] == ["where, roughly", "f1"]
    assert list(found.slices) == ["where, roughly"]


@pytest.mark.parametrize(
    ("name", "condition", "said"),
    [
        ("yes", "lower(accuracy) < 0.8", "fail_if: 'lower(accuracy) < 0.8' needs bootstrap"),
        ("yes", "recall[maybe] < 1", "fail_if: there is no class 'maybe'"),
        ("value", "r2[values] < 1", "fail_if: there is no target 'values'"),
        ("class", "recall by region < 1", "fail_if: recall is not a metric of multiclass"),
        ("class", "selection_rate_gap by region > 1", "selection_rate_gap is not a metric of multiclass"),
        ("yes", "recall_gap > 1", "recall_gap is a difference between slices"),
    ],
)
def test_refused_before_anything_is_read(
    models: dict[str, Model], name: str, condition: str, said: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        mlpcli.evaluate(models[name], "no such table.csv", fail_if=condition)
    assert said in str(refusal.value)


def test_an_unknown_column(models: dict[str, Model]) -> None:
    with pytest.raises(DataError, match="there is no column 'regoin'") as refusal:
        mlpcli.evaluate(models["yes"], table(), fail_if="accuracy by regoin < 1")
    assert refusal.value.setting == "fail_if"
    assert "region" in refusal.value.hint
