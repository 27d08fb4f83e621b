"""`verify`: models that are the same when they are trained again, and all that makes them differ."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli import artifact as artifact_room
from mlpcli.errors import ArtifactError, DataError, MlpcliError, SettingsError
from mlpcli.workflows.verify import Verification

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
PENGUINS = SAMPLES / "penguins.csv"
QUICK: dict[str, Any] = {"preset": "textbook", "hidden": "8", "epochs": 6}


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.read_csv(PENGUINS)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return Path(shutil.copy(PENGUINS, tmp_path / "penguins.csv"))


@pytest.fixture
def model(table: Path, tmp_path: Path) -> Path:
    path = tmp_path / "m.joblib"
    mlpcli.train(table, "species", output=path, **QUICK)
    return path


def altered(path: Path, change: Callable[[Any], None]) -> Path:
    """The model file with another content, and checksums that fit."""
    stored = artifact_room.load(str(path))
    change(stored)
    artifact_room.save(stored, str(path), force=True)
    return path


def racer(**changes: Any) -> dict[str, Any]:
    """A configuration of a race as a file has it."""
    of_race = {"loss": None, "goes_on": True, "share": 1.0}
    return {"name": "a", "reason": "", "changes": changes, **of_race}


def test_a_racer_that_is_too_large_is_refused(model: Path) -> None:
    race = [racer(), racer(hidden=[10**6, 10**6]) | {"name": "b"}]

    def change(stored: Any) -> None:
        stored.receipt["race"] = race
        stored.settings.update(race=2, finalists=2)

    with pytest.raises(MlpcliError, match="memory"):
        mlpcli.verify(altered(model, change), PENGUINS)


def names_of(verification: Verification) -> set[str]:
    return {each.name for each in verification.different}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ensemble": 3},
        {"folds": 3},
        {"folds": 3, "refit": True},
        {"test": 0.2},
        {"validation": 0.0},
        {"weight": "year"},
        {"group": "island"},
        {"time": "year"},
        {"cross": "bill_length_mm*bill_depth_mm"},
        {"learning_rate": "auto"},
        {"threads": 2},
        {"drop": "sex,island", "kind": "year=category", "drop_duplicates": True},
        {"optimizer": "l-bfgs"},
        {"preset": "default", "epochs": 10},
        {"preset": "default", "epochs": 10, "folds": 0, "race": 4, "finalists": 1},
        {"time_limit": "30s"},
    ],
    ids=str,
)
def test_the_same_training_gives_the_same_model(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    given = {name: value for name, value in (QUICK | settings).items() if value is not None}
    mlpcli.train(PENGUINS, "species", output=path, **given)
    found = mlpcli.verify(path, PENGUINS)
    assert found.why_not == ""
    assert names_of(found) == set()
    assert found.contents == []
    assert found.same, repr(found)
    assert found.largest_difference == 0.0


@pytest.mark.parametrize("target", ["body_mass_g", "sex", ("bill_length_mm", "bill_depth_mm")], ids=str)
def test_every_task_is_the_same(target: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    mlpcli.train(PENGUINS, target, output=path, **QUICK)
    assert mlpcli.verify(path, PENGUINS).same


def test_a_data_frame_is_verified_with_a_data_frame(frame: pd.DataFrame) -> None:
    run = mlpcli.train(frame, "species", **QUICK)
    assert mlpcli.verify(run.model, frame).same
    assert mlpcli.verify(run.model, PENGUINS).same_rows


def test_files_are_read_as_at_training_unless_said_otherwise(frame: pd.DataFrame, tmp_path: Path) -> None:
    path, first, second = tmp_path / "m.joblib", tmp_path / "a.csv", tmp_path / "b.csv"
    frame.to_csv(first, sep="|", index=False, na_rep="nix")
    frame.to_csv(second, sep="!", index=False, na_rep="nix")
    mlpcli.train(first, "species", output=path, delimiter="|", missing="nix", **QUICK)
    assert mlpcli.verify(path, first).same
    assert mlpcli.verify(path, second, delimiter="!").same


def test_the_engine_is_that_of_the_model(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    path = tmp_path / "m.joblib"
    mlpcli.train(PENGUINS, "species", output=path, engine="numba", **QUICK)
    found = mlpcli.verify(path, PENGUINS)
    assert found.same
    assert found.run is not None
    assert found.run.artifact.settings["engine"] == "numba"


def test_a_model_that_tune_wrote(tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    mlpcli.tune(PENGUINS, "species", trials=4, keep=2, output=path, workers=1, folds=2, **QUICK)
    assert mlpcli.verify(path, PENGUINS).same


def test_one_altered_cell_is_found_and_both_models_are_scored(
    model: Path, frame: pd.DataFrame, table: Path
) -> None:
    frame["bill_length_mm"] += np.arange(len(frame)) == 5
    frame.to_csv(table, index=False)
    found = mlpcli.verify(model, table)
    assert names_of(found) == {"digest of the rows"}
    assert not found.same
    assert not found.same_rows
    assert (found.largest_difference or 0) > 0
    (part,) = found.parts
    assert part.model is not None
    assert part.again is not None
    assert part.model["accuracy"] == pytest.approx(part.in_file["accuracy"], abs=0.05)
    assert found.forged == []  # the rows are others


def test_a_cell_that_is_no_input_changes_nothing(tmp_path: Path, frame: pd.DataFrame, table: Path) -> None:
    path = tmp_path / "m.joblib"
    mlpcli.train(table, "species", output=path, drop="year", **QUICK)
    frame["year"] = 1
    frame.to_csv(table, index=False)
    assert mlpcli.verify(path, table).same_weights


def test_rows_in_another_order_are_known_to_be_the_same(
    model: Path, frame: pd.DataFrame, table: Path
) -> None:
    frame.iloc[::-1].to_csv(table, index=False)
    found = mlpcli.verify(model, table)
    assert found.other_order
    assert not found.same_weights
    frame.iloc[:-1].to_csv(table, index=False)
    assert not mlpcli.verify(model, table).other_order


def test_columns_in_another_order_are_named(model: Path, frame: pd.DataFrame, table: Path) -> None:
    frame[list(reversed(frame.columns))].to_csv(table, index=False)
    found = mlpcli.verify(model, table)
    assert found.columns == ["the columns are in another order, which changes the first weights"]
    assert found.other_order
    assert not found.same


def test_a_new_column_and_another_kind_are_named(model: Path, frame: pd.DataFrame, table: Path) -> None:
    frame["more"] = np.arange(len(frame)) % 7
    frame["year"] = "y" + frame["year"].astype(str)
    frame.to_csv(table, index=False)
    found = mlpcli.verify(model, table)
    assert found.columns == ["a column is new: 'more'", "column 'year' was a number and is now a category"]


def test_a_missing_column_is_an_error(model: Path, frame: pd.DataFrame, table: Path) -> None:
    frame.drop(columns=["sex", "year"]).to_csv(table, index=False)
    with pytest.raises(DataError, match=r"lacks 2 inputs of the model: 'sex', 'year'"):
        mlpcli.verify(model, table)
    frame.drop(columns=["species"]).to_csv(table, index=False)
    with pytest.raises(DataError, match="species"):
        mlpcli.verify(model, table)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_further_files_are_named_anew_and_never_opened_unasked(
    part: str, tmp_path: Path, frame: pd.DataFrame
) -> None:
    path, own = tmp_path / "m.joblib", tmp_path / "part.csv"
    frame.sample(60, random_state=0).to_csv(own, index=False)
    named: dict[str, Any] = {part: str(own)}
    mlpcli.train(PENGUINS, "species", output=path, **named, **QUICK)
    with pytest.raises(SettingsError, match=rf"trained with {part}.*part\.csv"):
        mlpcli.verify(path, PENGUINS)
    assert mlpcli.verify(path, PENGUINS, **named).same


def test_a_file_that_was_not_there_is_refused(model: Path) -> None:
    with pytest.raises(SettingsError, match="without such a file"):
        mlpcli.verify(model, PENGUINS, test=PENGUINS)


def test_a_model_that_was_started_from_another(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "next.joblib"
    mlpcli.train(PENGUINS, "species", output=path, from_model=model, epochs=4)
    with pytest.raises(SettingsError, match=r"trained with from_model .*m\.joblib"):
        mlpcli.verify(path, PENGUINS)
    assert mlpcli.verify(path, PENGUINS, from_model=model).same


def test_weights_that_are_not_those_of_the_receipt(model: Path) -> None:
    def change(stored: Any) -> None:
        stored.arrays["parameters"] = stored.arrays["parameters"] + np.float32(0.25)

    found = mlpcli.verify(altered(model, change), PENGUINS)
    assert found.altered
    assert not found.same
    assert found.largest_difference == pytest.approx(0.25, rel=1e-3)
    assert found.forged == ["validation"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda stored: stored.arrays.update(temperature=np.array([3.0])), ["temperature"]),
        (lambda stored: stored.arrays["baseline"].__setitem__(0, 0.9), ["baseline"]),
        (lambda stored: stored.target["classes"].reverse(), ["target"]),
    ],
    ids=["temperature", "baseline", "classes"],
)
def test_contents_beside_the_weights_that_were_altered(
    change: Callable[[Any], None], named: list[str], model: Path
) -> None:
    found = mlpcli.verify(altered(model, change), PENGUINS)
    assert found.same_weights
    assert found.contents == named
    assert not found.same


def test_scores_that_were_forged(model: Path) -> None:
    def change(stored: Any) -> None:
        stored.scores["validation"]["metrics"]["log_loss"] = 0.001

    found = mlpcli.verify(altered(model, change), PENGUINS)
    assert (found.same_weights, found.forged, found.same) == (True, ["validation"], False)


def test_another_engine_version_and_platform_are_named(model: Path) -> None:
    def change(stored: Any) -> None:
        stored.receipt["engine"] = "numpy, mkl 1.0 Elsewhere"
        stored.receipt["platform"] = "plan9 mips"
        stored.receipt["versions"]["numpy"] = "1.0"

    found = mlpcli.verify(altered(model, change), PENGUINS)
    assert names_of(found) == {"engine", "platform", "numpy"}
    assert found.same  # for all that, the weights are


def test_an_engine_that_is_not_there_is_replaced(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    altered(model, lambda stored: stored.settings.update(engine="numba"))
    found = mlpcli.verify(model, PENGUINS)
    (note,) = found.notes
    assert "so NumPy's is" in note


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.settings.update(hidden=["a"]),
        lambda stored: stored.configurations[0]["changes"].update(no_such_setting=1),
        lambda stored: stored.receipt.update(race=[racer(no_such_setting=1)]),
        lambda stored: stored.receipt.update(race=[racer(validation="/etc/passwd")]),
        lambda stored: stored.receipt.update(race=[racer(from_model="/etc/passwd")]),
        lambda stored: stored.receipt.update(race=[racer(batch_size=None)]),
        lambda stored: stored.receipt.update(race=[racer(learning_rate="auto")]),
        lambda stored: stored.receipt.update(race=[racer()] * 1000),
        lambda stored: stored.settings.update(epochs=None),
    ],
    ids=["setting", "changes", "race", "file", "from", "batch", "rate", "racers", "epochs"],
)
def test_settings_that_no_training_has_are_refused(change: Callable[[Any], None], model: Path) -> None:
    with pytest.raises(ArtifactError):
        mlpcli.verify(altered(model, change), PENGUINS)


def test_the_command_in_the_file_is_not_run(model: Path, tmp_path: Path) -> None:
    owned = tmp_path / "owned"
    altered(model, lambda stored: stored.receipt.update(command=f"touch {owned}", data=[f"|touch {owned}"]))
    assert mlpcli.verify(model, PENGUINS).same
    assert not owned.exists()


def stopping_after(epochs: int) -> dict[str, Any]:
    """Arguments of `train` that stop it within the next epoch."""
    seen: list[int] = []
    return {
        "on_epoch": lambda record: seen.append(record.epoch),
        "should_stop": lambda: "interrupted" if len(seen) >= epochs else None,
    }


def test_one_network_that_was_stopped_is_stopped_again(tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    run = mlpcli.train(PENGUINS, "species", output=path, **QUICK, **stopping_after(3))
    assert run.stop_reason == "interrupted"
    found = mlpcli.verify(path, PENGUINS)
    assert found.same
    assert "stopped after 3 whole epochs" in found.repeated
    assert found.run is not None
    assert len(found.run.history) == 3


@pytest.mark.parametrize("settings", [{"ensemble": 2, "threads": 1}, {"validation": 0.0}], ids=str)
def test_what_cannot_be_repeated_is_said_and_scored(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "m.joblib"
    mlpcli.train(PENGUINS, "species", output=path, **QUICK | settings, **stopping_after(3))
    found = mlpcli.verify(path, PENGUINS)
    assert "not stored" in found.why_not
    assert found.again is None
    assert found.run is None
    assert not found.same
    assert found.forged == []
    assert names_of(found) == set()
    assert found.parts[0].model is not None


OLD = sorted((Path(__file__).parent.parent / "artifact").rglob("*.joblib"))


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_models_of_old_formats_are_told_apart_or_refused_for_a_reason(path: Path) -> None:
    stored = artifact_room.load(str(path), header_only=True)
    names = [*(each.name for each in stored.schema.columns), *stored.settings["drop"]]
    generator = np.random.default_rng(0)
    made = pd.DataFrame({name: generator.normal(size=60) for name in names})
    for name in stored.schema.target:
        labels = stored.target.get("classes", ["0", "1"])
        made[name] = [labels[row % len(labels)] for row in range(60)]
    found = mlpcli.verify(path, made)
    assert not found.same
    assert "digest of the rows" in names_of(found)


def test_a_result_shows_itself(model: Path, table: Path) -> None:
    shown = repr(mlpcli.verify(model, table))
    assert "the same model" in shown
    assert "trained again" not in json.dumps(dataclasses.asdict(mlpcli.verify(model, table).conditions[0]))
