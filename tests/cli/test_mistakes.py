"""Typical mistakes on a command line: each is told in plain words, with what to type instead."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlpcli.cli.main import commands
from mlpcli.cli.mistakes import near_options
from tests.cli.commands import Commands, sample, write

TRAIN = ("train", "penguins.csv", "-t", "species")
LONG = "9" * 5000

MISTAKES: dict[str, tuple[int, tuple[str, ...], list[str]]] = {
    "column in another case": (1, ("train", "penguins.csv", "-t", "Species"), ["Did you mean 'species'?"]),
    "comma for a point": (2, (*TRAIN, "--lr", "0,01"), ["'0,01' is not a number", "such as 0.01"]),
    "metric of another name": (
        2,
        ("evaluate", "m.joblib", "penguins.csv", "--fail-if", "auc < 0.8"),
        ["Did you mean 'roc_auc'?"],
    ),
    "misspelt choice": (2, (*TRAIN, "--optimizer", "Adamm"), ["'Adamm'", "Did you mean 'adam'"]),
    "no target": (2, ("train", "penguins.csv"), ["which column is the target", "species, island"]),
    "loss of another task": (2, (*TRAIN, "--loss", "mse"), ["mse", "multiclass", "cross-entropy"]),
    "no folder": (1, (*TRAIN, "-o", "nodir/p.joblib"), ["there is no folder", "Make it first."]),
    "swapped for predict": (
        2,
        ("predict", "penguins.csv", "m.joblib"),
        ["penguins.csv is a CSV file, not a model", "first: mlpcli predict m.joblib penguins.csv"],
    ),
    "swapped for evaluate": (
        2,
        ("evaluate", "penguins.csv", "--strict", "m.joblib"),
        ["mlpcli evaluate m.joblib --strict penguins.csv"],
    ),
    "column as a file": (
        2,
        ("train", "penguins.csv", "species"),
        ["'species' is a column of penguins.csv, not a file", "Did you mean -t species?"],
    ),
    "column as a file beside a target": (
        2,
        ("train", "penguins.csv", "island", "-t", "species"),
        ["'island'", "--features or --drop"],
    ),
    "column as a file of a model": (
        2,
        ("evaluate", "m.joblib", "penguins.csv", "species"),
        ["is a column of penguins.csv", "the model knows its columns"],
    ),
    "options before the command": (
        2,
        ("-q", "train", "penguins.csv"),
        ["-q: options come after the command", "mlpcli train -q penguins.csv"],
    ),
    "features without inputs": (2, (*TRAIN, "--features", "species"), ["--features: it names only the"]),
    "no table": (2, ("predict", "m.joblib"), ["which DATA?", "mlpcli predict m.joblib new.csv"]),
    "model like a table": (2, (*TRAIN, "-o", "x.csv"), ["--output: x.csv has the ending of a table"]),
    "list with blanks": (2, (*TRAIN, "--hidden", "64", "64"), ["Did you mean --hidden 64,64?"]),
    "longer list before the file": (
        2,
        ("train", "--hidden", "64", "32", "16", "penguins.csv", "-t", "species"),
        ["Did you mean --hidden 64,32,16?"],
    ),
    "names with blanks": (2, (*TRAIN, "--drop", "year", "my sex"), ["--drop 'year,my sex'?"]),
    "value of a switch": (
        2,
        (*TRAIN, "--calibrate", "true"),
        ["--calibrate takes no value", "Leave out 'true'"],
    ),
    "percent as a whole number": (2, (*TRAIN, "--validation", "20"), ["Write 0.2 for 20 %"]),
    "regression on text": (
        1,
        (*TRAIN, "--task", "regression", "-o", "r.joblib"),
        ["'species' is text such as 'Adelie'", "without --task regression"],
    ),
    "JSON array that is cut": (1, ("train", "cut.json", "-t", "a"), ["cut.json"]),
    "damaged workbook": (1, ("train", "bad.xlsx", "-t", "a"), ["bad.xlsx", "damaged"]),
    "option without its value": (2, ("train", "-t"), ["'-t' requires an argument", "mlpcli train --help"]),
    "table as a command": (2, ("penguins.csv",), ["mlpcli train penguins.csv -t COLUMN"]),
    "table that is not there as a command": (2, ("my data.csv",), ["mlpcli train 'my data.csv' -t COLUMN"]),
    "misspelt command": (2, ("trian", "penguins.csv"), ["Did you mean 'train'?"]),
    "help of no command": (2, ("help", "nothing"), ["no command 'nothing'", "train, predict"]),
    "option of another tool": (
        2,
        ("predict", "m.joblib", "penguins.csv", "--limit", "3"),
        ["there is no option '--limit'", "See mlpcli predict --help."],
    ),
    "hyphen left out": (2, (*TRAIN, "--dryrun"), ["Did you mean --dry-run?"]),
    "name of the setting": (2, (*TRAIN, "--learning-rate", "1"), ["Did you mean --lr?"]),
    "beginning of an option": (2, (*TRAIN, "--valid", "0.2"), ["Did you mean --validation?"]),
    "number of thousands of digits": (2, (*TRAIN, "--epochs", LONG), ["--epochs: '999", "..."]),
    "layer of thousands of digits": (2, (*TRAIN, "--hidden", LONG), ["--hidden"]),
    "fraction of thousands of digits": (2, (*TRAIN, "--dropout", LONG), ["--dropout"]),
    "metric that is none, of every task": (2, (*TRAIN, "--monitor", "acc"), ["--monitor: 'acc'"]),
    "threshold of a regression": (
        2,
        ("train", "penguins.csv", "-t", "year", "--task", "regression", "--threshold", "0.3"),
        ["--threshold is only for"],
    ),
    "plateau without validation rows": (
        2,
        (*TRAIN, "--schedule", "plateau", "--validation", "none", "--dry-run"),
        ["--schedule: plateau", "--validation 0.2"],
    ),
    "no row that counts": (
        1,
        (*TRAIN, "--class-weight", "Adelie=0,Chinstrap=0,Gentoo=0", "--dry-run"),
        ["no training row has a weight above 0"],
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, penguins_model: Path) -> Path:
    shutil.copy(sample("penguins.csv"), tmp_path)
    shutil.copy(penguins_model, tmp_path / "m.joblib")
    (tmp_path / "cut.json").write_text('[{"a": 1}')
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 and no more")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(mlpcli: Commands, folder: Path, name: str) -> None:
    before = sorted(os.listdir(folder))
    code, words, expected = MISTAKES[name]
    said = mlpcli.error(code, *words)
    for text in expected:
        assert text in said
    assert max(map(len, said.splitlines())) < 300
    assert sorted(os.listdir(folder)) == before


def test_all_wrong_options_are_told(mlpcli: Commands, folder: Path) -> None:
    shutil.copy("m.joblib", "penguins.joblib")  # an output that is there is told later
    wrong = ("--epoch", "3", "--lr", "x", "--dropout", "30", "--kind", "year=string", "--task", "regresion")
    result = mlpcli(*TRAIN, *wrong)
    assert (result.code, result.out) == (2, "")
    assert [line for line in result.err.splitlines() if line.startswith("error: ")] == [
        "error: there is no option '--epoch'",
        "error: --lr: 'x' is not a number",
        "error: --task: 'regresion' is not known",
        "error: --kind: year: 'string' is not a column kind",
        "error: --dropout: 30.0 is out of range",
    ]
    assert result.err.count("hint: ") == 5


def test_wrong_values_say_where_they_come_from(
    mlpcli: Commands, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "c.toml", ["[train]", 'dropout = "30"'])
    monkeypatch.setenv("MLPCLI_TRAIN_EPOCHS", "many")
    result = mlpcli(*TRAIN, "--config", "c.toml", "--lr", "x")
    assert result.code == 2
    for text in ("--lr: 'x'", "MLPCLI_TRAIN_EPOCHS (--epochs): 'many'", "c.toml: [train] dropout: 30.0"):
        assert text in result.err


@pytest.mark.parametrize("words", [("version",), ("-V",)])
def test_version(mlpcli: Commands, words: tuple[str, ...]) -> None:
    assert mlpcli.ok(*words).out == mlpcli.ok("--version").out


def test_help_as_a_command(mlpcli: Commands) -> None:
    assert mlpcli.ok("help").out == mlpcli.ok("--help").out
    assert mlpcli.ok("help", "train").out == mlpcli.ok("train", "--help").out


@pytest.mark.parametrize("value", ["Relu", "RELU", "relu"])
def test_choices_in_any_case(mlpcli: Commands, folder: Path, value: str) -> None:
    shown = mlpcli.ok(*TRAIN, "--activation", value, "--hidden", "4", "--json", "--dry-run").json()
    assert shown["settings"]["activation"] == "relu"


def test_a_rule_with_a_hyphen(mlpcli: Commands, folder: Path) -> None:
    sweep = ("lr-find", *TRAIN[1:], "--steps", "10", "--sweeps", "1", "--hidden", "4", "--json")
    assert mlpcli.ok(*sweep, "--rule", "half-max").json()["rule"] == "half_max"


def test_a_share_in_percent(mlpcli: Commands, folder: Path) -> None:
    rows = mlpcli.ok(*TRAIN, "--test", "20%", "--validation", "0.2", "--json", "--dry-run").json()["rows"]
    assert rows["test"] == 69


def test_a_pipe_without_a_hyphen(penguins_model: Path) -> None:
    command = f"cat {sample('penguins.csv')} | {sys.executable} -m mlpcli predict {penguins_model} --proba"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1] == (
        f"hint: To read what is piped in: mlpcli predict {penguins_model} --proba -"
    )


def test_misspelt_variables(mlpcli: Commands, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRAIN_EPOCS", "TRIAN_LR", "EPOCHS", "VERSION", "HOME", "PREDICT_KEEP", "TRAIN_NO_STRICT"):
        monkeypatch.setenv(f"MLPCLI_{name}", "1")
    train = (*TRAIN, "--dry-run", "--json")
    notes = [line for line in mlpcli.ok(*train).err.splitlines() if "variable" in line]
    assert len(notes) == 3
    assert "MLPCLI_EPOCHS" in notes[0]
    assert notes[0].endswith("Did you mean MLPCLI_TRAIN_EPOCHS?")
    assert "MLPCLI_TRAIN_EPOCS" in notes[1]
    assert notes[1].endswith("Did you mean MLPCLI_TRAIN_EPOCHS?")
    assert notes[2].endswith("Did you mean MLPCLI_TRAIN_LR?")
    assert mlpcli.ok(*train, "-q").err == ""


WITHOUT_EFFECT = (
    ("--positive", "Adelie"),
    ("--target-scaling", "log"),
    ("--clip-predictions",),
    ("--huber-delta", "2"),
    ("--huber-delta", "1.0"),
    ("--validation", "none", "--folds", "3"),
    ("--drop", "species"),
    ("--target-scaling", "standard"),
    ("--monitor", "loss", "--validation", "none"),
    ("--quantiles", "0.1,0.9"),
    ("--focal-gamma", "3"),
    ("--patience", "3", "--validation", "none"),
    ("--max-categories", "3", "--drop", "island,sex"),
    ("--embed-above", "3", "--drop", "island,sex"),
    ("--scaling", "minmax", "--features", "island"),
)


@pytest.mark.parametrize("options", WITHOUT_EFFECT, ids=lambda options: options[0])
def test_options_without_effect(mlpcli: Commands, folder: Path, options: tuple[str, ...]) -> None:
    said = mlpcli.ok(*TRAIN, *options, "--dry-run").err
    assert re.search(f"{options[0]}( none)? has no effect( on species)?: ", said)


def test_probabilities_of_a_regression(mlpcli: Commands, folder: Path) -> None:
    mlpcli.ok("train", "penguins.csv", "-t", "body_mass_g", "--preset", "textbook", "--epochs", "1", "-q")
    result = mlpcli.ok("predict", "penguins.joblib", "penguins.csv", "--proba", "--keep", "none")
    assert result.out.startswith("prediction\n")
    assert "--proba has no effect" in result.err


def test_a_disk_that_fails(mlpcli: Commands, folder: Path) -> None:
    if not os.path.exists("/proc/self/mem"):
        pytest.skip("there is no file whose reading fails")
    said = mlpcli.error(1, "train", "/proc/self/mem", "-t", "y")
    assert "/proc/self/mem cannot be read (Input/output error)" in said


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("--epoch", ["--epochs"]),
        ("--no-dry", ["--no-dry-run"]),
        ("--early-stopping", []),
        ("--max-depth", []),
        ("--test-size", ["--test"]),
        ("--hiden", ["--hidden"]),
    ],
)
def test_near_options(name: str, near: list[str]) -> None:
    train = commands.get_command(None, "train")  # type: ignore[arg-type]  # no context is needed
    assert train is not None
    assert near_options(train, name) == near


def test_choices_are_known_without_their_hyphens(mlpcli: Commands, folder: Path) -> None:
    plan = mlpcli.ok(*TRAIN, "--optimizer", "L BFGS", "--dry-run", "--json").json()
    assert plan["settings"]["optimizer"] == "l-bfgs"


def test_a_version_asked_for_with_more_words(mlpcli: Commands) -> None:
    assert mlpcli.ok("version", "x").out.startswith("mlpcli ")
