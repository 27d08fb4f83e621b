"""Columns told by the target, from a table to predictions: what is said of them, and rows that differ."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.errors import DataError
from mlpcli.workflows.train import TrainingRun
from tests.cli.commands import Commands

ROWS, LEVELS = 600, 60
RANDOM = np.random.default_rng(1)
LEVEL = RANDOM.integers(0, LEVELS, ROWS)
TABLE = pd.DataFrame(
    {
        "x": RANDOM.normal(size=ROWS),
        "shop": [f"shop {number}" for number in LEVEL],
        "y": RANDOM.normal(size=LEVELS)[LEVEL] + 0.3 * RANDOM.normal(size=ROWS),
    }
)
QUICK: dict[str, Any] = {"target_means": True, "hidden": "8", "epochs": 4, "max_categories": 10, "test": 0.2}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> TrainingRun:
    path = tmp_path_factory.mktemp("told") / "m.joblib"
    return mlpcli.train(TABLE, "y", folds=3, output=path, **QUICK)


def test_networks_of_folds_predict_the_same_from_the_file(run: TrainingRun) -> None:
    assert run.output is not None
    np.testing.assert_array_equal(mlpcli.load(run.output).predict(TABLE), run.model.predict(TABLE))
    assert [member["fold"] for member in run.artifact.receipt["members"]] == ["0", "1", "2"]


def test_a_new_level_is_predicted_as_one_of_which_nothing_is_known(run: TrainingRun) -> None:
    rows = TABLE.head(1).assign(x=0.0)
    new = [run.model.predict(rows.assign(shop=name))[0] for name in ("elsewhere", "nowhere")]
    assert new[0] == new[1]
    found = mlpcli.predict(run.model, rows.assign(shop="elsewhere"))
    assert found.counts.unseen == {"shop": 1}
    assert mlpcli.predict(run.model, TABLE.assign(x=0.0)).counts.unseen == {}


def test_a_column_that_is_not_there_is_named(run: TrainingRun) -> None:
    with pytest.raises(DataError, match="the input column 'shop' of the model is missing"):
        run.model.predict(TABLE[["x"]])


def test_a_training_from_the_model_keeps_its_means(run: TrainingRun) -> None:
    assert run.output is not None
    again = mlpcli.train(TABLE, "y", from_model=run.output, epochs=1, folds=3, test=0.2)
    (first,), (second,) = (
        [each.told for each in model.encoder.encoders if each.told is not None]
        for model in (run.model, again.model)
    )
    assert first.levels == second.levels
    np.testing.assert_array_equal(first.cells, second.cells)


def test_it_is_said(run: TrainingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands, table = Commands(monkeypatch), tmp_path / "t.csv"
    TABLE.to_csv(table, index=False)
    described = commands.ok("describe", table, "-t", "y", "--target-means", "--json").json()
    assert described["told"]["shop"]["measure"] == "r2"
    assert 0.5 < described["told"]["shop"]["gain"] < 1
    for args in (
        ("describe", table, "-t", "y"),
        ("train", table, "-t", "y", "--dry-run"),
        ("inspect", run.output),
        ("inspect", run.output, "--all", "--no-pager"),
    ):
        assert "told by the target" in (said := commands.ok(*args).out)
        assert "shop (out-of-fold R2 0." in said
    without = commands.ok("train", table, "-t", "y", "--dry-run", "--no-target-means").out
    assert "told by the target" not in without


@pytest.mark.parametrize("seed", range(3))
def test_a_permuted_target_brings_no_gain(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(ROWS)
    frame = TABLE.assign(y=TABLE["y"].to_numpy()[order])
    given = QUICK | {"seed": seed, "folds": 3}
    runs = [mlpcli.train(frame, "y", **given | {"target_means": on}) for on in (True, False)]
    assert runs[0].scores["validation"].metrics == runs[1].scores["validation"].metrics
