"""What commands say of leaks, sentinels and equal rows, in their summary and as JSON."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.leaks import KINDS
from tests.cli.commands import Commands
from tests.workflows.messy import path_of

ROWS = 120
RANDOM = np.random.default_rng(0)
PLAIN = pd.DataFrame({"x": RANDOM.normal(size=ROWS), "z": RANDOM.normal(size=ROWS)})
QUICK = ("--preset", "textbook", "--epochs", "2", "-f")


@pytest.fixture
def doubled(tmp_path: Path) -> Path:
    table = PLAIN.assign(y=PLAIN["x"] + PLAIN["z"].abs())
    path = tmp_path / "doubled.csv"
    pd.concat([table, table[:80]]).to_csv(path, index=False)
    return path


def test_equal_rows_are_left_out_and_counted(mlpcli: Commands, doubled: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.joblib"
    plain = mlpcli.ok("train", doubled, "-t", "y", *QUICK, "-o", model)
    assert "note: 80 of 200 rows have the same inputs and target as an earlier row" in plain.err
    assert "--drop-duplicates keeps only the first" in plain.err
    dropped = mlpcli.ok("train", doubled, "-t", "y", *QUICK, "-o", model, "--drop-duplicates")
    assert "rows" in dropped.out
    assert "120 rows (102 to train, 18 to validate)" in dropped.out
    assert "80 rows equal to an earlier one" in dropped.out
    assert "120 rows (102 to train, 18 to validate)" in mlpcli.ok("inspect", model).out
    for command in (("train", "--dry-run"), ("train", "-o", model)):
        found = mlpcli.ok(*command, doubled, "-t", "y", *QUICK, "--drop-duplicates", "--json").json()
        assert found["rows"] == {"train": 102, "validation": 18, "test": 0, "dropped": 0, "duplicates": 80}


def test_a_perfect_score_is_a_note_in_the_summary_and_in_json(mlpcli: Commands, tmp_path: Path) -> None:
    table, target, _ = KINDS["gap of a date"](np.random.default_rng(0), 600, False)
    path, model = tmp_path / "churn.csv", tmp_path / "m.joblib"
    table.to_csv(path, index=False)
    command = ("train", path, "-t", target, "--preset", "textbook", "--epochs", "40", "-f", "-o", model)
    said = "accuracy is 1.0000 on the validation rows because of column 'leak' ("
    assert f"note: {said}" in mlpcli.ok(*command).err
    notes = mlpcli.ok(*command, "--json").json()["notes"]
    (perfect,) = [note for note in notes if note["kind"] == "perfect"]
    assert perfect["text"].startswith(said)
    assert perfect["advice"] == "--drop leak"
    assert "alone predicts 'churn'" in mlpcli.error(1, *command, "--strict")


def test_a_sentinel_is_named_with_the_option(mlpcli: Commands) -> None:
    command = ("train", path_of("sentinel.csv"), "-t", "power", "--dry-run")
    assert "(--missing -999 reads it as missing in every column)" in mlpcli.ok(*command).err
    assert "-999" not in mlpcli.ok(*command, "--missing", "-999").err
