"""Files of older formats, kept from when they were written, predict what they predicted then."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli import artifact as room
from mlpcli.artifact.model_file import FORMAT, UPGRADES
from tests.cli.commands import Commands, sample

FILES = Path(__file__).parent / "files"
TABLES = {"classes": "penguins.csv", "two-networks": "auto_mpg.csv", "dates": "seattle_weather.csv"}
OLD = sorted(FILES.glob("*.joblib"))


def test_every_older_format_has_an_upgrade_and_a_file() -> None:
    older = set(range(1, FORMAT))
    assert set(UPGRADES) == older
    assert {int(path.name.split("-")[1]) for path in OLD} == older


def table_of(path: Path) -> Path:
    return sample(TABLES[path.stem.split("-", 2)[2]])


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_it_predicts_as_it_did(path: Path) -> None:
    expected = pd.read_csv(path.with_suffix(".csv"))
    table = pd.read_csv(table_of(path)).head(len(expected))
    found = mlpcli.predict(path, table, proba="probability" in "".join(expected.columns)).frame
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns:
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
        else:
            assert list(found[name]) == list(expected[name])


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_every_command_takes_it(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands, table = Commands(monkeypatch), table_of(path)
    assert commands.ok("inspect", path, "--json").json()["receipt"]["members"]
    assert "Receipt" in commands.ok("inspect", path, "--all", "--no-pager").out
    commands.ok("inspect", path, "--weights", tmp_path / "w.npz")
    commands.ok("evaluate", path, table)
    commands.ok("train", table, "--from", path, "--epochs", "1", "-o", tmp_path / "m.joblib")


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_saved_again_it_is_of_the_newest_format(path: Path, tmp_path: Path) -> None:
    first = room.load(str(path))
    room.save(first, str(tmp_path / "m.joblib"))
    second = room.load(str(tmp_path / "m.joblib"))
    assert second.receipt == first.receipt
    assert second.history == first.history


def test_cells_are_matched_as_when_the_model_was_made() -> None:
    """Blanks at the ends, Unicode forms, `1` and `1.0`, words for true, other dates and numbers: made and
    scored by version 0.2, to which ` red` was no `red`."""
    folder = FILES / "format-4-spellings"
    expected = pd.read_csv(folder / "predictions.csv")
    for rows in (folder / "rows.csv", pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)):
        found = mlpcli.predict(folder / "model.joblib", rows, proba=True, allow_unreadable=False).frame
        assert list(found["prediction"]) == list(expected["prediction"])
        np.testing.assert_allclose(found.iloc[:, 1:], expected.iloc[:, 1:], rtol=1e-5)
