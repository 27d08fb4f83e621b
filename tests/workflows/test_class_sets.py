"""Sets of classes in predict and evaluate: from held-out rows, with the written probabilities."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.model.model import Model
from tests.workflows.evaluated import INPUTS, QUICK, saved, table

OLD = Path(__file__).parents[1] / "artifact" / "files" / "format-6-classes.joblib"


def blurred(rows: int, seed: int) -> pd.DataFrame:
    """A table whose classes are hard to tell."""
    frame = table(rows, seed)
    noise = np.random.default_rng(seed).standard_normal((2, rows))
    frame["yes"] = np.where(frame["a"] + 0.8 * noise[0] > 0, "yes", "no")
    cuts = [-99, -0.5, 0.5, 99]
    frame["class"] = pd.cut(frame["b"] + 0.4 * noise[1], cuts, labels=["low", "mid", "high"]).astype(str)
    return frame


def trained(target: str, rows: int = 600, **settings: Any) -> Model:
    return mlpcli.train(blurred(rows, 1)[[*INPUTS, target]], target, **QUICK | settings).model


@pytest.mark.parametrize(
    "settings", [{}, {"ensemble": 2}, {"folds": 4}, {"calibrate": False}, {"class_weight": "balanced"}]
)
@pytest.mark.parametrize("target", ["yes", "class"])
def test_sets_cover_new_rows(target: str, settings: dict[str, Any]) -> None:
    model, new = trained(target, **settings), blurred(2000, 2)
    for level in (0.85, 0.95):
        found = mlpcli.predict(model, new, interval=level).frame
        assert list(found) == ["prediction", "prediction_set"]
        sets = [each.split(";") for each in found["prediction_set"]]
        inside = np.mean([truth in members for truth, members in zip(new[target], sets, strict=True)])
        # Of 90 held rows the share that is covered varies by 2 to 4 %.
        assert level - 0.1 <= inside <= level + 0.1
        assert 1 < np.mean([len(each) for each in sets]) < len(model.task.labels)


@pytest.mark.parametrize("target", ["yes", "class"])
def test_they_hold_what_is_probable_enough(target: str, tmp_path: Path) -> None:
    """From the file, by the probabilities next to them."""
    path = saved(trained(target), tmp_path)
    found = mlpcli.predict(path, blurred(500, 3), interval=0.9, proba=True).frame
    model = mlpcli.load(path)
    probabilities = found[[f"probability_{name}" for name in model.task.labels]].to_numpy()
    levels, sizes = (model.artifact.arrays[f"class_errors.{name}"] for name in ("levels", "sizes"))
    least = 1 - sizes[levels >= 0.9][0]
    for row, members in zip(probabilities, found["prediction_set"], strict=True):
        order = np.argsort(-row)
        wanted = [model.task.labels[place] for place in order if row[place] >= least or place == order[0]]
        assert members.split(";") == wanted


def test_the_errors_are_those_of_validation_rows(tmp_path: Path) -> None:
    held = blurred(60, 3)[[*INPUTS, "class"]]
    held.to_csv(tmp_path / "held.csv", index=False)
    model = trained("class", validation=str(tmp_path / "held.csv"))
    found = mlpcli.predict(model, held, proba=True).frame
    of_truth = [found.loc[row, f"probability_{name}"] for row, name in enumerate(held["class"])]
    sizes = model.artifact.arrays["class_errors.sizes"]
    np.testing.assert_allclose(sizes, np.sort(1 - np.array(of_truth)), atol=1e-6)


def test_rows_without_weight_do_not_count(tmp_path: Path) -> None:
    """As if they were not there; a row of weight 2 is not one of weight 1."""
    frame = blurred(300, 1)[[*INPUTS, "class"]].assign(weight=1.0)
    held = blurred(80, 3)[[*INPUTS, "class"]].assign(weight=[0.0, 1.0] * 40)
    sizes = []
    for part in (held, held[held["weight"] > 0]):
        part.to_csv(tmp_path / "held.csv", index=False)
        settings = QUICK | {"weight": "weight", "validation": str(tmp_path / "held.csv")}
        model = mlpcli.train(frame, "class", **settings).model
        sizes.append(model.artifact.arrays["class_errors.sizes"])
    np.testing.assert_allclose(sizes[0], sizes[1], atol=1e-9)
    assert len(sizes[0]) == 40


@pytest.mark.parametrize("target", ["yes", "class"])
def test_scores_are_those_of_predict(target: str) -> None:
    model, frame = trained(target), blurred(1000, 7)
    evaluation = mlpcli.evaluate(model, frame, interval=0.8)
    found = evaluation.set_coverage
    assert evaluation.coverage is None
    assert "set_coverage" in repr(evaluation)
    assert found is not None
    written = mlpcli.predict(model, frame, interval=0.8).frame["prediction_set"]
    sets = [each.split(";") for each in written]
    pairs = zip(frame[target], sets, strict=True)
    rows = pd.DataFrame({"inside": [truth in each for truth, each in pairs], "size": list(map(len, sets))})
    assert found.level == 0.8
    assert found.coverage == pytest.approx(rows["inside"].mean())
    assert found.mean_size == pytest.approx(rows["size"].mean())
    assert found.single == pytest.approx((rows["size"] == 1).mean())
    means = rows.groupby(list(frame[target])).mean()
    assert list(found.per_class) == list(model.task.labels)
    for name, mean in (("coverage", "inside"), ("mean_size", "size")):
        values = [each[name] for each in found.per_class.values()]
        assert values == pytest.approx([means[mean][each] for each in found.per_class])
    assert found.coverage_macro == pytest.approx(means["inside"].mean())


def test_the_threshold_changes_no_set() -> None:
    model, frame = trained("yes"), blurred(300, 5)
    half, strict = (mlpcli.predict(model, frame, interval=0.9, threshold=each).frame for each in (0.5, 0.95))
    assert (half["prediction_set"] == strict["prediction_set"]).all()
    assert (half["prediction"] != strict["prediction"]).any()
    given = (mlpcli.evaluate(model, frame, interval=0.9, threshold=each) for each in (0.5, 0.95))
    assert len({str(each.set_coverage) for each in given}) == 1


def test_sets_that_cannot_be_had() -> None:
    model = trained("class")
    with pytest.raises(MlpcliError, match=r"0\.999: training held out too few rows for a level above 0\.98"):
        mlpcli.predict(model, table(), interval=0.999)
    for without in (trained("class", validation="none"), mlpcli.load(OLD)):
        for command in (mlpcli.predict, mlpcli.evaluate):
            with pytest.raises(MlpcliError, match="the model holds no errors of held-out rows") as refusal:
                command(without, "no such file.csv", interval=0.9)
            assert "Train it again" in refusal.value.hint
    labels = mlpcli.train(table()[[*INPUTS, "one", "two"]], ["one", "two"], **QUICK).model
    with pytest.raises(SettingsError, match="only for numbers and classes, not for multilabel") as refusal:
        mlpcli.evaluate(labels, table(), interval=0.9)
    assert "probability of each label" in refusal.value.hint
    assert not any(name.startswith("class_errors") for name in labels.artifact.arrays)
