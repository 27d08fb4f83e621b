"""What predict writes is what evaluate measured, and the same however the rows arrive."""

import io
import itertools
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

import mlpcli as api
from mlpcli import artifact
from mlpcli.arrays import Array
from tests.cli.commands import Commands, sample

RANDOM = np.random.default_rng(0)
X, Z = RANDOM.standard_normal((2, 300))
TARGETS: dict[str, tuple[Array, dict[str, Any]]] = {
    "plain": (3 * X, {}),
    "seconds since 1970": (1.7e9 + 20 * X, {}),
    "a small spread": (1e6 + 0.002 * X, {}),
    "tiny": (1e-15 * X, {}),
    "huge": (1e250 * X, {}),
    "logarithmic": (1e3 * np.exp(3 * X), {"target_scaling": "log"}),
    "logarithmic and tiny": (1e-9 * np.exp(X), {"target_scaling": "log"}),
    "clipped": (np.round(np.abs(X), 3), {"clip_predictions": True}),
    "quantiles": (3 * X, {"loss": "quantile"}),
}


@pytest.mark.parametrize("name", TARGETS)
def test_the_rmse_of_the_written_cells_is_the_measured_one(
    name: str, tmp_path: Path, mlpcli: Commands
) -> None:
    truth, settings = TARGETS[name]
    table, model = tmp_path / "t.csv", tmp_path / "m.joblib"
    pd.DataFrame({"x": X, "z": Z, "y": truth}).to_csv(table, index=False)
    api.train(table, "y", output=str(model), preset="textbook", epochs=2, **settings)
    measured = api.evaluate(model, table).metrics["rmse"]
    text = mlpcli.ok("predict", model, table, "--keep", "none", "--interval", "0.8").out
    cells = pd.read_csv(io.StringIO(text))
    # Squares of huge numbers overflow; a power of two changes no digit.
    unit = 2.0**800 if name == "huge" else 1.0
    expected = root_mean_squared_error(truth / unit, cells["prediction"] / unit) * unit
    assert measured == pytest.approx(expected, rel=1e-12)
    assert (cells["y_low"] < cells["y_high"]).all()


@pytest.mark.parametrize("offset", [1.7e9, 1e12])
def test_inputs_of_large_offset_are_told_apart(offset: float) -> None:
    """As well as the same numbers without it: the float32 of the network would swallow the difference."""
    steps = np.round(20 * X)
    near, far = (
        api.train(
            pd.DataFrame({"x": shift + steps, "y": 3 * steps}), "y", preset="textbook", epochs=5, hidden="8"
        )
        for shift in (0.0, offset)
    )
    found = [
        api.predict(run.model, pd.DataFrame({"x": shift + steps})).frame["prediction"].to_numpy()
        for run, shift in ((near, 0.0), (far, offset))
    ]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3, atol=1e-2)


def test_written_probabilities_have_the_measured_scores(tmp_path: Path) -> None:
    """Also where they are so sure that nine digits would all be the same."""
    frame = pd.DataFrame({"x": 200 * X, "y": np.where(X + 0.01 * Z > 0, "yes", "no")})
    run = api.train(
        frame, "y", preset="textbook", epochs=40, validation=0.0, learning_rate=0.1, calibrate=False
    )
    given = api.predict(run.model, frame, proba=True).frame["probability_yes"]
    metrics = api.evaluate(run.model, frame).metrics
    assert given.max() > 1 - 1e-9
    assert metrics["roc_auc"] == pytest.approx(roc_auc_score(frame["y"] == "yes", given), abs=1e-12)
    assert metrics["log_loss"] == pytest.approx(log_loss(frame["y"] == "yes", given), rel=1e-7)


def test_the_same_cells_however_rows_arrive(tmp_path: Path, mlpcli: Commands) -> None:
    rows = 1200  # more than a block
    generator = np.random.default_rng(3)
    frame = pd.DataFrame(generator.standard_normal((rows, 5)), columns=list("abcde"))
    frame["k"] = generator.choice(["u", "v", "w"], rows)
    frame["y"] = np.where(frame["a"] * frame["b"] + generator.standard_normal(rows) > 0, "p", "n")
    table, model, output = tmp_path / "t.csv", tmp_path / "m.joblib", tmp_path / "out.csv"
    frame.to_csv(table, index=False)
    api.train(frame, "y", output=str(model), epochs=2, threads=1)
    whole = mlpcli.ok("predict", model, table, "--proba").out
    assert whole.count("\n") == rows + 1
    for chunk in (100, 1000):
        assert mlpcli.ok("predict", model, table, "--proba", "--chunk-rows", chunk).out == whole
    assert mlpcli.ok("predict", model, "-", "--proba", stdin=table.read_bytes()).out == whole
    # A slow pipe: a few rows at a time, some of them alone.
    lines = table.read_text().splitlines(keepends=True)
    ends = [0, 1, 2, 3, 50, 51, 1000, 1101, len(lines)]
    command = [sys.executable, "-m", "mlpcli", "predict", str(model), "-", "--proba"]
    with (
        output.open("wb") as sink,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sink) as process,
    ):
        assert process.stdin is not None
        for start, stop in itertools.pairwise(ends):
            process.stdin.write("".join(lines[start:stop]).encode())
            process.stdin.flush()
            time.sleep(0.02)
        process.stdin.close()
    assert output.read_text() == whole


@pytest.mark.parametrize("options", [("--proba",), ("--format", "jsonl"), ("--interval", "0.8")])
def test_a_prediction_that_is_no_number_is_an_error(
    options: tuple[str, ...], tmp_path: Path, mlpcli: Commands
) -> None:
    """Weights of 1e30, in a file whose checksums are right."""
    numeric = "--interval" in options
    table = sample("auto_mpg.csv" if numeric else "penguins.csv")
    model = tmp_path / "m.joblib"
    target = "Miles_per_Gallon" if numeric else "species"
    run = api.train(str(table), target, preset="textbook", epochs=1)
    run.artifact.arrays["parameters"] *= np.float32(1e30)
    artifact.save(run.artifact, str(model))
    result = mlpcli("predict", model, table, *options)
    assert result.code == 1
    assert f"error: {table}: line 2: the prediction is not a finite number\nhint: Check for" in result.err
    assert "nan" not in result.out
    # evaluate has no number either, and says why.
    metrics = mlpcli.ok("evaluate", model, table, "--json").json()
    assert (
        metrics["reasons"]["rmse" if numeric else "log_loss"] == "the predictions are not all finite numbers"
    )
