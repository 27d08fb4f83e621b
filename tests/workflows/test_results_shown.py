"""Results of all functions as a Python user sees them: readable on one screen, with hostile names."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.model.model import Model
from mlpcli.result_text import COLUMNS, LINES, Shown
from mlpcli.text_width import width_of
from tests.workflows.evaluated import NAMES, QUICK, TARGETS, saved, table

HOSTILE = "<img>alert(1)</img>&\x1b[2J"
ATTRIBUTES = {"per_class", "confusion", "slices", "gaps", "importance", "intervals"}


def check(result: object) -> str:
    """The text, if it is one screen without a nest of dataclasses, and HTML without markup of its own."""
    assert isinstance(result, Shown)
    text = repr(result)
    assert str(result) == text
    assert len(text.split("\n")) <= LINES
    assert max(map(width_of, text.split("\n"))) <= COLUMNS
    assert "=" not in text
    assert "array(" not in text
    root = ET.fromstring(result._repr_html_())
    assert {each.tag for each in root.iter()} <= {"div", "p", "b", "table", "tr", "th", "td"}
    return text


@pytest.mark.parametrize("name", NAMES)
def test_results_of_every_task(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    model, frame = models[name], table(60)
    assert f"({model.task.name})" in check(model)
    path = saved(model, tmp_path)
    assert check(mlpcli.load(path)) == check(model)
    assert check(mlpcli.predict(model, frame, keep="all")).startswith("Predictions for 60 rows")
    other: dict[str, Any] = {"compare": path, "importance": True, "importance_repeats": 2}
    evaluation = mlpcli.evaluate(model, frame, by=["region"], **other)
    text = check(evaluation)
    assert text.startswith("Evaluation of ")
    assert "baseline" in text or "target" in text
    for part in ATTRIBUTES:
        assert (f".{part}" in text) is bool(getattr(evaluation, part))
    for each in (evaluation.comparison, evaluation.importance, evaluation.confusion):
        assert each is None or check(each)
    for by_name in (evaluation.per_class, evaluation.per_target, evaluation.residuals):
        if by_name is not None:
            assert check(by_name).startswith("Scores by name\n")
            assert list(pd.DataFrame(by_name)) == list(by_name)
    assert repr(evaluation.slices["region"]["north"]).startswith("SliceScores(")
    drift = mlpcli.drift(model, frame)
    assert check(drift).startswith("Drift of 60 rows from ")
    assert check(mlpcli.describe(frame, TARGETS[name])).startswith("Description of the DataFrame for ")


def test_a_training(tmp_path: Path) -> None:
    run = mlpcli.train(table(60), "yes", **QUICK, output=str(tmp_path / "m.joblib"))
    lines = check(run).split("\n")
    assert lines[0] == "Training run for 'yes' (binary)"
    assert any(line.split()[:3] == ["metric", "model", "baseline"] for line in lines)
    assert f"  file     {tmp_path}"[:20] in check(run)
    assert all(f".{name.partition('(')[0]}" in lines[-1] for name in ("model", "scores", "save(path)"))
    assert check(run.artifact).startswith("Content of a model of 'yes' (binary)\n")
    assert check(run.plan).startswith("Training plan for 'yes' (binary)\n")
    assert check(run.scores["validation"]).startswith("Scores on 9 rows\n")
    assert "values" not in repr(run.members)
    assert len(repr(run.members)) < 200
    assert check(mlpcli.lr_find(table(200), "yes", **QUICK)).startswith("Learning rate for 'yes': ")


def test_evaluations_warn_and_name_gates() -> None:
    frame = table(60)
    model = mlpcli.train(frame, "yes", **QUICK, validation="none").model
    text = check(mlpcli.evaluate(model, frame, fail_if=["accuracy < 2", "roc_auc < 0"]))
    assert "these rows trained the model" in text
    assert "fails: accuracy < 2" in text
    assert "roc_auc < 0" not in text


def test_hostile_names() -> None:
    rows = 40
    frame = pd.DataFrame({HOSTILE: np.arange(rows) % 7 / 3, "y": ["<b>", HOSTILE] * (rows // 2)})
    run = mlpcli.train(frame, "y", **QUICK)
    results = [run, run.model, mlpcli.predict(run.model, frame, keep="all"), mlpcli.describe(frame, "y")]
    evaluation = mlpcli.evaluate(run.model, frame)
    for result in [*results, evaluation, evaluation.confusion, mlpcli.drift(run.model, frame)]:
        text = check(result)
        assert "\x1b" not in text
        assert isinstance(result, Shown)
        assert "<img" not in result._repr_html_()


def test_wide_results_are_cut() -> None:
    """Many classes and many columns."""
    rows = 400
    frame = pd.DataFrame({f"number {each}": np.sin(np.arange(rows) * (each + 1)) for each in range(50)})
    frame["y"] = [f"class {each % 40}" for each in range(rows)]
    run = mlpcli.train(frame, "y", **QUICK | {"epochs": 1})
    check(run.model)
    assert "more" in check(mlpcli.describe(frame, "y"))
    evaluation = mlpcli.evaluate(run.model, frame)
    assert evaluation.confusion is not None
    assert "... and " in check(evaluation.confusion)
    assert "..." in check(mlpcli.predict(run.model, frame, proba=True))
