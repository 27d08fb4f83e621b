"""A model is named after its table; a second run of the same replaces it, anything else does not."""

import os
import shutil
from pathlib import Path

import joblib
import pytest

from mlpcli.files import named_after
from tests.cli.commands import Commands, sample

TRAIN = ("train", "penguins.csv", "-t", "species", "--preset", "textbook", "--hidden", "4", "--epochs", "1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(sample("penguins.csv"), tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("penguins.csv", "penguins"),
        ("data.csv.gz", "data"),
        ("sub/data.2024.csv", "data.2024"),
        ("book.xlsx#May 24", "book-May-24"),
        ("all.zip#in/part.csv", "all-part"),
        ("many-*.csv", "many-1"),
        ("plain", "plain"),
        (".csv", "csv"),
        ("-", "model"),
        ("/dev/stdin", "model"),
        ("nowhere.csv", "model"),
        ("x" * 200 + ".csv", "x" * 60),
    ],
)
def test_names(folder: Path, path: str, name: str) -> None:
    (folder / "sub").mkdir()
    for each in ("data.csv.gz", "sub/data.2024.csv", "book.xlsx", "all.zip", "many-1.csv", "many-2.csv"):
        (folder / each).touch()
    for each in ("plain", ".csv", "x" * 200 + ".csv"):
        (folder / each).touch()
    assert named_after(path, ".joblib") == f"{name}.joblib"


def test_the_same_run_replaces_its_model(mlpcli: Commands, folder: Path) -> None:
    assert "penguins.joblib" in mlpcli.ok(*TRAIN).out
    first = joblib.load("penguins.joblib")["arrays"]["parameters"]
    again = mlpcli.ok(*TRAIN)
    assert "note: penguins.joblib is replaced: it is a model of the same table" in again.err
    assert (joblib.load("penguins.joblib")["arrays"]["parameters"] == first).all()
    assert mlpcli.ok(*TRAIN, "-q").err == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--epochs", "2"), "a model with another --epochs"),
        (("--threads", "1"), "a model with another --threads"),
        (("--epochs", "2", "--seed", "3"), "a model with other settings"),
        (("--drop", "island"), "a model with another --drop"),
    ],
)
def test_another_run_replaces_nothing(
    mlpcli: Commands, folder: Path, options: tuple[str, ...], said: str
) -> None:
    mlpcli.ok(*TRAIN, "-q")
    content = (folder / "penguins.joblib").read_bytes()
    told = mlpcli.error(1, *TRAIN, *options)
    assert f"penguins.joblib: exists already, {said}" in told
    assert f"hint: To replace it: mlpcli {' '.join([*TRAIN, *options])} -f" in told
    assert (folder / "penguins.joblib").read_bytes() == content
    mlpcli.ok(*TRAIN, *options, "-q", "-f")


def test_another_table_replaces_nothing(mlpcli: Commands, folder: Path) -> None:
    mlpcli.ok(*TRAIN, "-q")
    lines = sample("penguins.csv").read_text().splitlines()
    (folder / "penguins.csv").write_text("\n".join(lines[:-1]) + "\n")
    assert "a model of other rows" in mlpcli.error(1, *TRAIN)
    (folder / "sub").mkdir()
    shutil.copy(sample("penguins.csv"), folder / "sub")
    assert "a model of penguins.csv" in mlpcli.error(1, "train", "sub/penguins.csv", *TRAIN[2:])


def test_what_is_no_model_is_never_replaced(mlpcli: Commands, folder: Path) -> None:
    (folder / "penguins.joblib").write_text("precious")
    assert "exists already, and is not a model" in mlpcli.error(1, *TRAIN)
    assert (folder / "penguins.joblib").read_text() == "precious"


def test_a_named_output_is_not_replaced(mlpcli: Commands, folder: Path) -> None:
    mlpcli.ok(*TRAIN, "-q")
    said = mlpcli.error(1, *TRAIN, "-o", "penguins.joblib")
    assert said.splitlines()[1].endswith("-o penguins.joblib -f")


def test_stdin_makes_model(mlpcli: Commands, folder: Path) -> None:
    content = sample("penguins.csv").read_bytes()
    mlpcli.ok("train", "-", *TRAIN[2:], "-q", stdin=content)
    assert (folder / "model.joblib").exists()
    mlpcli.ok("train", "-", *TRAIN[2:], "-q", stdin=content)


def test_a_checkpoint_of_the_same_run(mlpcli: Commands, folder: Path) -> None:
    run = (*TRAIN, "--checkpoint", "c", "-q")
    mlpcli.ok(*run)
    mlpcli.ok(*run)
    assert "another --epochs" in mlpcli.error(1, *TRAIN, "--epochs", "3", "--checkpoint", "other")


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_quiet_prints_nothing(mlpcli: Commands, folder: Path, options: tuple[str, ...]) -> None:
    result = mlpcli.ok(*TRAIN, "-q", *options)
    assert (result.out, result.err) == ("", "")


def test_quiet_keeps_the_report_of_a_dry_run(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli.ok(*TRAIN, "-q", "--dry-run")
    assert "epochs" in result.out
    assert result.err == ""


def test_quiet_keeps_json_bytes_and_metrics(mlpcli: Commands, folder: Path) -> None:
    assert mlpcli.ok(*TRAIN, "-q", "--json").json()["model"] == "penguins.joblib"
    metrics = mlpcli.ok("evaluate", "penguins.joblib", "penguins.csv", "-q")
    assert "accuracy" in metrics.out
    assert metrics.err == ""


def test_the_same_table_by_another_name(mlpcli: Commands, folder: Path) -> None:
    mlpcli.ok(*TRAIN, "-q")
    assert "is replaced" in mlpcli.ok("train", f"./{TRAIN[1]}", *TRAIN[2:]).err


def test_a_pipe_of_the_name_is_not_written(mlpcli: Commands, folder: Path) -> None:
    os.mkfifo("penguins.joblib")
    assert "penguins.joblib: exists already, and is not a file" in mlpcli.error(1, *TRAIN)
