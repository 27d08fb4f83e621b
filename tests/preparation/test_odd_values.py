"""Values that are too large, too alike or hard to read: a model that can be read again, or an error."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.model.tasks import Regression
from mlpcli.options.presets import PRESETS
from tests.workflows.examples import prepared

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("preset", PRESETS)
def test_huge_targets_and_inputs_make_a_model_that_can_be_read(preset: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": RANDOM.standard_normal(60), "y": RANDOM.standard_normal(60) * 1e307})
    frame.loc[:1, "x"] = [1.7e308, -1.7e308]
    path = str(tmp_path / "m.joblib")
    mlpcli.train(frame, "y", preset=preset, epochs=2, output=path)
    assert np.isfinite(mlpcli.predict(path, frame).frame["prediction"]).all()


def test_the_baseline_of_huge_values_is_their_mean() -> None:
    frame = pd.DataFrame({"x": RANDOM.standard_normal(60), "y": np.tile([1.5e308, 0.5e308], 30)})
    ready = prepared(frame, target="y", task="regression", validation="none")
    truth = ready.parts["train"].truth
    assert isinstance(ready.task, Regression)
    mean = ready.task.target.decode(ready.task.baseline(truth, None))
    assert mean == pytest.approx(1e308, rel=1e-6)


def test_a_target_of_text_that_hardly_recurs_is_no_class() -> None:
    frame = pd.DataFrame({"x": RANDOM.standard_normal(60), "y": [f"t{number}" for number in range(60)]})
    with pytest.raises(mlpcli.MlpcliError, match="text with 60 distinct values in 60 rows") as raised:
        prepared(frame, target="y")
    assert "multiclass" in raised.value.hint
    assert prepared(frame, target="y", task="multiclass").schema.task == "multiclass"


def test_true_and_false_in_several_spellings_are_two_classes() -> None:
    frame = pd.DataFrame({"x": RANDOM.standard_normal(60), "y": ["true", "True", "FALSE"] * 20})
    found = prepared(frame, target="y")
    assert (found.schema.task, found.task.labels) == ("binary", ("FALSE", "true"))


@pytest.mark.parametrize("strict", [False, True])
def test_a_date_that_is_none(strict: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    days = [f"2021-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(60)]
    days[40] = "2021-02-30"
    values = RANDOM.standard_normal(60)
    pd.DataFrame({"day": days, "y": values}).to_csv(path, index=False)
    if not strict:
        found = prepared(path, target="y")
        assert found.counts["table"].unreadable == {"day": 1}
        assert ["'2021-02-30' in 1 row of 'day'" in each.text for each in found.findings] == [True]
        return
    with pytest.raises(mlpcli.MlpcliError, match="line 42: column 'day': '2021-02-30' is not a date"):
        prepared(path, target="y", strict=True)


def test_dates_that_can_be_read_in_two_ways_are_noted() -> None:
    days = [f"{1 + number % 12:02}/{1 + number % 11:02}/2021" for number in range(60)]
    frame = pd.DataFrame({"day": days, "y": RANDOM.standard_normal(60)})
    notes = [finding.text for finding in prepared(frame, target="y").findings if finding.kind == "dates"]
    assert len(notes) == 1
    assert "is also possible" in notes[0]
    plain = frame.assign(day=[f"2021-{1 + number % 12:02}-05" for number in range(60)])
    assert not [each for each in prepared(plain, target="y").findings if each.kind == "dates"]
