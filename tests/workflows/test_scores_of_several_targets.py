"""Several targets may have different units: no mean of them is made of what has a unit."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score, root_mean_squared_error

import mlpcli
from tests.cli.commands import Commands

generator = np.random.default_rng(0)
X = generator.standard_normal((200, 2))
FRAME = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "metres": X[:, 0], "grams": 1e6 * X[:, 1]})


def test_rmse_stands_with_each_target_and_r2_is_their_mean() -> None:
    run = mlpcli.train(FRAME, ["metres", "grams"], preset="textbook", epochs=5)
    found = mlpcli.evaluate(run.model, FRAME)
    predicted = mlpcli.predict(run.model, FRAME).frame
    assert found.metrics["rmse"] is None
    assert "units" in found.reasons["rmse"]
    assert found.per_target is not None
    for name in ("metres", "grams"):
        expected = root_mean_squared_error(FRAME[name], predicted[f"prediction_{name}"])
        assert found.per_target[name]["rmse"] == pytest.approx(expected)
    columns = [f"prediction_{name}" for name in ("metres", "grams")]
    assert found.metrics["r2"] == pytest.approx(r2_score(FRAME[["metres", "grams"]], predicted[columns]))
    scores = run.scores["validation"]
    assert scores.metrics["rmse"] is None
    assert scores.per_target is not None
    assert scores.per_target["grams"]["rmse"] is not None
    assert "r2" in run.history[0].metrics
    assert "rmse" not in run.history[0].metrics


def test_train_evaluate_and_their_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands = Commands(monkeypatch)
    table, model = tmp_path / "t.csv", tmp_path / "m.joblib"
    FRAME.to_csv(table, index=False)
    settings = ("--preset", "textbook", "--epochs", 2)
    trained = commands.ok("train", table, "-t", "metres,grams", "-o", model, *settings, "--json").json()
    assert trained["validation"]["rmse"] is None
    assert trained["per_target"]["validation"]["grams"]["rmse"] > 1000
    out = commands.ok("train", table, "-t", "metres,grams", "-o", model, "-f", *settings).out
    assert "target" in out
    assert "grams" in out
    gate = commands("evaluate", model, table, "--fail-if", "rmse > 1")
    assert gate.code == 3
    assert "see each target" in gate.out


def test_importance_is_of_log_loss_or_r2() -> None:
    run = mlpcli.train(FRAME, ["metres", "grams"], preset="textbook", epochs=5)
    found = mlpcli.evaluate(run.model, FRAME, importance=True).importance
    assert found is not None
    assert found.metric == "r2"


def test_mape_with_zeros_has_a_reason() -> None:
    frame = FRAME.assign(metres=np.round(FRAME["metres"]))
    run = mlpcli.train(frame, "metres", features="a,b", task="regression", preset="textbook", epochs=2)
    found = mlpcli.evaluate(run.model, frame)
    zeros = int((frame["metres"] == 0).sum())
    assert found.metrics["mape"] is None
    assert found.reasons["mape"] == f"the target is 0 in {zeros} rows"


@pytest.mark.parametrize("kind", ["value", "class"])
def test_a_model_that_learned_nothing_says_so(kind: str) -> None:
    noise = np.random.default_rng(3).standard_normal((400, 3))
    frame = pd.DataFrame(noise, columns=["a", "b", "value"])
    frame["class"] = np.where(frame["value"] > 0, "p", "q")
    settings: dict[str, Any] = {"features": "a,b", "preset": "textbook", "epochs": 3}
    kinds = [each.kind for each in mlpcli.train(frame, kind, **settings).findings]
    assert "no better" in kinds
    learnable = frame.assign(value=frame["a"] + 0.1 * frame["value"])
    learnable["class"] = np.where(learnable["value"] > 0, "p", "q")
    settings["epochs"] = 20
    kinds = [each.kind for each in mlpcli.train(learnable, kind, **settings).findings]
    assert "no better" not in kinds
