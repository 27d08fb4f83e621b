"""What a training leaves beside its model: history, diagnosis, summary."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands import Commands, sample

TRAIN = ("train", sample("penguins.csv"), "-t", "species", "--preset", "textbook", "--epochs", "5")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "m.joblib"


@pytest.mark.parametrize("networks", [1, 2])
def test_history_has_a_row_an_epoch(networks: int, commands: Commands, model: Path, tmp_path: Path) -> None:
    options = ("--ensemble", networks, "-o", model)
    as_csv, as_lines = tmp_path / "h.csv", tmp_path / "h.jsonl"
    told = commands.ok(*TRAIN, *options, "--history", as_csv, "--json").json()
    commands.ok(*TRAIN, *options, "--history", as_lines, "-f")
    table, lines = pd.read_csv(as_csv), pd.read_json(as_lines, lines=True)
    assert list(table.columns) == list(lines.columns)
    assert len(table) == len(lines) == 5 * networks
    pd.testing.assert_frame_equal(table.drop(columns="seconds"), lines.drop(columns="seconds"))
    assert list(table["network"]) == sorted([*range(1, networks + 1)] * 5)
    for number, member in enumerate(told["members"], start=1):
        of_member = table[table["network"] == number].reset_index()
        best = of_member.index[of_member["best"]][-1]
        assert best + 1 == member["best_epoch"]
        assert of_member["validation_loss"][best] == pytest.approx(member["validation"]["loss"], rel=1e-12)


def test_history_without_validation_rows_has_empty_cells(
    commands: Commands, model: Path, tmp_path: Path
) -> None:
    history = tmp_path / "h.csv"
    commands.ok(*TRAIN, "--validation", "none", "-o", model, "--history", history)
    assert pd.read_csv(history)["validation_loss"].isna().all()


def test_history_with_a_diagnosis(commands: Commands, model: Path, tmp_path: Path) -> None:
    history = tmp_path / "h.csv"
    result = commands.ok(*TRAIN, "--diagnose", "-o", model, "--history", history, "--json").json()
    table = pd.read_csv(history)
    for layer, described in enumerate(result["diagnosis"]["networks"][0], start=1):
        last = table.iloc[-1]
        assert last[f"layer_{layer}_gradient_norm"] == pytest.approx(described["gradient_norm"], rel=1e-12)
    assert "nothing conspicuous" in commands.ok(*TRAIN, "--diagnose", "-o", model, "-f").out


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("h.txt", 2, "is neither .csv nor .jsonl"),
        ("nosuch/h.csv", 1, "there is no folder"),
        ("old.csv", 1, "exists already"),
    ],
)
def test_a_bad_place_for_the_history_is_found_before_training(
    name: str, code: int, said: str, commands: Commands, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "old.csv").write_text("kept")
    assert said in commands.error(code, *TRAIN, "-o", model, "--history", tmp_path / name)
    assert not model.exists()
    assert (tmp_path / "old.csv").read_text() == "kept"


def test_the_summary_shows_the_course(commands: Commands, model: Path) -> None:
    out = commands.ok(*TRAIN, "-o", model, "-v").out
    assert "⠁" in out or "⡀" in out
    assert "learning rate  0.001 (adam, cosine)" in out
    assert "\x1b" not in out


def test_json_tells_what_was_transferred(commands: Commands, model: Path, tmp_path: Path) -> None:
    commands.ok(*TRAIN, "-o", model)
    again = commands.ok(*TRAIN, "--from", model, "-o", tmp_path / "n.joblib", "--json").json()
    assert [each["taken"] for each in again["transferred"]] == [True, True, True]
    assert json.loads(json.dumps(again["settings"]))["from_model"] == str(model)
