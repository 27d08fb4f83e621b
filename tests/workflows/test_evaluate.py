"""What evaluate returns beside the metrics: slices, comparisons, gates, coverage; got in other ways, too."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.metrics import names_for
from mlpcli.render.as_json import to_text
from mlpcli.render.evaluation_fields import evaluation_fields
from mlpcli.workflows.model import Model

QUICK: dict[str, Any] = {
    "preset": "textbook",
    "epochs": 15,
    "hidden": "8",
    "learning_rate": 0.03,
    "batch_size": 32,
}
INPUTS = ["a", "b", "colour"]
TARGETS: dict[str, Any] = {"value": "value", "yes": "yes", "class": "class", "labels": ["one", "two"]}


def table(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.standard_normal((rows, 2)).round(3), columns=["a", "b"])
    frame["colour"] = generator.choice(["red", "green", "blue"], rows)
    noise = generator.standard_normal(rows)
    frame["value"] = frame["a"] * 2 + frame["b"] + noise * 0.3
    frame["yes"] = np.where(frame["a"] + noise * 0.5 > 0, "yes", "no")
    frame["class"] = pd.cut(frame["b"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "high"]).astype(str)
    frame["one"], frame["two"] = (frame["a"] > 0).astype(int), (frame["b"] > 0.5).astype(int)
    frame["region"] = generator.choice(["north", "south"], rows)
    frame["size"] = generator.permutation(rows)
    return frame


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    train = table(seed=1)
    return {
        name: mlpcli.train(
            train[[*INPUTS, *([target] if isinstance(target, str) else target)]], target, **QUICK
        ).model
        for name, target in TARGETS.items()
    }


NAMES = list(TARGETS)


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


@pytest.mark.parametrize("name", NAMES)
def test_compared_with_itself(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    path = tmp_path / "twin.joblib"
    mlpcli.train(table(seed=1)[[*INPUTS, *_names(name)]], TARGETS[name], output=str(path), **QUICK)
    compared = mlpcli.evaluate(models[name], table(), compare=str(path), bootstrap=100).comparison
    assert compared is not None
    assert set(compared.difference.values()) == {0.0}
    assert compared.verdicts is not None
    assert set(compared.verdicts.values()) == {"same"}


def _names(name: str) -> list[str]:
    target = TARGETS[name]
    return [target] if isinstance(target, str) else list(target)


@pytest.mark.parametrize("name", NAMES)
def test_compared_with_a_model_of_less(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    """Without the column that matters the other is worse, and that is no luck."""
    path = tmp_path / "less.joblib"
    train = table(seed=1)
    mlpcli.train(train[["colour", *_names(name)]], TARGETS[name], output=str(path), **QUICK)
    found = mlpcli.evaluate(models[name], table(), compare=str(path), bootstrap=200)
    alone = mlpcli.evaluate(str(path), table())
    compared = found.comparison
    assert compared is not None
    assert compared.verdicts is not None
    assert compared.metrics == pytest.approx(alone.metrics)
    headline = models[name].task.headline
    assert compared.verdicts[headline] == "better"
    back = mlpcli.evaluate(
        str(path), table(), compare=_saved(models[name], tmp_path), bootstrap=200
    ).comparison
    assert back is not None
    assert back.verdicts is not None
    assert back.verdicts[headline] == "worse"
    for metric, difference in compared.difference.items():
        assert difference == pytest.approx(-(back.difference[metric] or 0.0))


def _saved(model: Model, folder: Path) -> str:
    from mlpcli import artifact

    artifact.save(model.artifact, str(folder / "saved.joblib"))
    return str(folder / "saved.joblib")


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
    back = mlpcli.evaluate(path, frame, compare=_saved(models["value"], tmp_path), bootstrap=100)
    assert back.comparison is not None
    assert back.comparison.metrics == pytest.approx(mlpcli.evaluate(models["value"], frame).metrics)


def test_compared_with_a_file(models: dict[str, Model], tmp_path: Path) -> None:
    path = tmp_path / "earlier.json"
    earlier = mlpcli.evaluate(models["yes"], table(100, seed=5))
    path.write_text(to_text("evaluate", evaluation_fields(earlier)))
    found = mlpcli.evaluate(
        models["yes"], table(), compare=str(path), max_drop=(("roc_auc", 0.5), ("log_loss", 0.0))
    )
    compared = found.comparison
    assert compared is not None
    assert compared.kind == "file"
    assert compared.rows == 100
    assert compared.metrics == earlier.metrics
    assert compared.intervals is None
    assert compared.verdicts is None
    rise = (found.metrics["log_loss"] or 0) - (earlier.metrics["log_loss"] or 0)
    assert [gate.holds for gate in found.gates] == [True, rise <= 0]
    assert found.gates[1].value == pytest.approx(rise)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "is not what evaluate --json says"),
        ('{"command": "evaluate"}', "its metrics or rows are missing"),
        ('{"command": "evaluate", "rows": 3, "metrics": {"f1": "high"}}', "metrics or rows are missing"),
        ('{"command": "evaluate", "rows": 3, "metrics": {}, "task": "regression"}', "its task is regression"),
    ],
)
def test_files_that_cannot_be_compared(
    models: dict[str, Model], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "earlier.json"
    path.write_text(text)
    with pytest.raises(MlpcliError) as refusal:
        mlpcli.evaluate(models["yes"], table(), compare=str(path))
    assert said in refusal.value.message
    assert refusal.value.hint


def test_models_that_cannot_be_compared(models: dict[str, Model], tmp_path: Path) -> None:
    other = _saved(models["value"], tmp_path)
    with pytest.raises(MlpcliError, match="its task is regression, not binary"):
        mlpcli.evaluate(models["yes"], table(), compare=other)
    train = table(seed=1).rename(columns={"value": "price"})[[*INPUTS, "price"]]
    mlpcli.train(train, "price", output=str(tmp_path / "p"), **QUICK)
    with pytest.raises(MlpcliError, match="its target is price, not value"):
        mlpcli.evaluate(models["value"], table(), compare=str(tmp_path / "p"))
    with pytest.raises(MlpcliError, match="no such model file"):
        mlpcli.evaluate(models["value"], table(), compare=str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"fail_if": ("rmse < 1",)}, "rmse is no metric of binary"),
        ({"fail_if": ("f2 < 1",)}, "there is no metric 'f2'"),
        ({"fail_if": "roc_auc is low"}, "is not METRIC"),
        ({"max_drop": (("roc_auc", 0.1),)}, "nothing to compare with"),
        ({"max_drop": (("roc_auc", -0.1),), "compare": "m"}, "out of range"),
        ({"bootstrap": 0}, "--bootstrap: 0 is out of range"),
        ({"bootstrap": 10_000_000}, "is out of range"),
        ({"interval": 0.0}, "--interval: 0.0 is out of range"),
        ({"interval": 1.0}, "--interval: 1.0 is out of range"),
        ({"interval": 0.9}, "--interval is for regression, not for binary"),
        ({"importance_metric": "f1"}, "is for --importance"),
        ({"importance": True, "importance_metric": "rmse"}, "rmse is no metric of binary"),
    ],
)
def test_refused_before_anything_is_read(models: dict[str, Model], settings: Any, said: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        mlpcli.evaluate(models["yes"], "no such table.csv", **settings)
    assert said in refusal.value.message


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


@pytest.mark.parametrize("name", NAMES)
def test_importance_finds_what_matters(models: dict[str, Model], name: str) -> None:
    found = mlpcli.evaluate(models[name], table(), importance=True, seed=2).importance
    assert found is not None
    assert found.metric == models[name].task.headline
    assert set(found.columns) == set(INPUTS)
    drops = {column: each.drop for column, each in found.columns.items()}
    assert list(drops.values()) == sorted(drops.values(), key=lambda drop: -(drop or 0))
    largest = {"value": "a", "yes": "a", "class": "b"}.get(name)
    if largest is not None:
        assert next(iter(drops)) == largest
    noise, cause = found.columns["colour"].interval, found.columns[next(iter(drops))].interval
    assert noise is not None
    assert cause is not None
    assert noise[0] <= 0 <= noise[1]
    assert cause[0] > 0


@pytest.mark.parametrize("column", ["a", "colour"])
def test_importance_is_the_rise_of_the_error_of_shuffled_cells(models: dict[str, Model], column: str) -> None:
    """Against predictions for a table whose cells were shuffled here; a category is several inputs."""
    frame, generator = table(), np.random.default_rng(0)
    found = mlpcli.evaluate(
        models["value"], frame, importance=True, importance_metric="mae", importance_repeats=30
    )
    assert found.importance is not None
    errors = []
    for _ in range(30):
        shuffled = frame.assign(**{column: generator.permutation(frame[column])})
        errors.append(mlpcli.evaluate(models["value"], shuffled).metrics["mae"] or 0)
    rise = float(np.mean(errors)) - (found.metrics["mae"] or 0)
    assert found.importance.columns[column].drop == pytest.approx(rise, rel=0.05, abs=0.01)


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
    errors = mlpcli.predict(models["value"], frame).frame["prediction"] - frame["value"]
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
    with pytest.raises(MlpcliError, match="no row has a value in the target"):
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
    interval: dict[str, Any] = {"interval": 0.9} if task == "regression" else {}
    found = mlpcli.evaluate(
        models[name],
        table(),
        by=("region", "size"),
        bootstrap=100,
        importance=True,
        compare=_saved(models[name], tmp_path),
        fail_if=(f"{models[name].task.headline} < 0",),
        max_drop=((models[name].task.headline, 0),),
        **interval,
    )
    fields = json.loads(to_text("evaluate", evaluation_fields(found)))
    assert list(fields["metrics"]) == names_for(task) == list(fields["intervals"])
    assert len(fields["gates"]) == 2
    assert fields["comparison"]["kind"] == "model"
    assert set(fields["importance"]["columns"]) == set(INPUTS)
    assert set(fields["slices"]["region"]) == {"north", "south"}
    assert (fields["coverage"] is not None) == (task == "regression")
