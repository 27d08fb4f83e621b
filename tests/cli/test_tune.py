"""`mlpcli tune` at the shell: the report, JSON, files, choices, spaces, and what is refused."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.commands import Commands, sample

QUICK = ("--preset", "textbook", "--epochs", "3", "--hidden", "4", "--folds", "2", "--workers", "1")
PENGUINS = ("tune", sample("penguins.csv"), "-t", "species")


def write(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)


def test_the_report(mlpcli: Commands) -> None:
    out = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "13").out
    assert re.search(r"  data    \S*penguins.csv, 344 rows; 69 that no trial sees\n", out)
    assert re.search(r"  search  13 trials, \d to the end, ", out)
    assert "\nScores on rows that no trial saw\n  metric    winner  95 % interval" in out
    assert re.search(r"\n  trial +loss +accuracy +epochs +settings\n", out)
    assert "cut earlier (-v)." in out
    assert len(out.splitlines()) < 40
    whole = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "13", "-v").out
    table = whole[whole.index("\nBest trials") :]
    assert len(re.findall(r"\n +\d+ +\d\.\d{4} ", table)) == 13
    assert "balanced_accuracy" in whole


def test_the_command_and_the_file_train_the_winner(mlpcli: Commands, tmp_path: Path) -> None:
    settings, model = str(tmp_path / "tuned.toml"), str(tmp_path / "m.joblib")
    result = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "8", "-o", settings, "--model", model, "--json")
    fields = json.loads(result.out)
    line = shlex.split(fields["command_line"])
    assert line[:2] == ["mlpcli", "train"]
    assert tomllib.loads(Path(settings).read_text())["train"]["hidden"] == "4"
    assert Path(settings).read_text().startswith(f"# {fields['command_line']}\n")
    again, from_file = str(tmp_path / "again.joblib"), str(tmp_path / "file.joblib")
    mlpcli.ok(*line[1:], "-o", again)
    mlpcli.ok("train", sample("penguins.csv"), "--config", settings, "-o", from_file)
    weights = [mlpcli.ok("inspect", each, "--json").json()["receipt"]["weights"] for each in (model, again)]
    weights += [mlpcli.ok("inspect", from_file, "--json").json()["receipt"]["weights"]]
    assert len(set(weights)) == 1
    assert fields["model"] == model


def test_odd_names_and_values_come_through(mlpcli: Commands, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    names = ["a b", 'say "x"', "one, two", "-dash", "ü=é"]
    table = pd.DataFrame(generator.standard_normal((80, 5)).round(2), columns=names)
    table["the, target"] = np.where(table["a b"] > 0, "hi gh", "lo,w")
    path, settings = str(tmp_path / "odd table.csv"), str(tmp_path / "t.toml")
    table.to_csv(path, index=False)
    models = [str(tmp_path / f"{name}.joblib") for name in ("tuned", "line", "file")]
    fields = mlpcli.ok(
        *("tune", path, "-t", '"the, target"', "--preset", "textbook", "--epochs", "2", "--folds", "2"),
        *("--drop", '"one, two"', "--kind", "a b=number", "--kind", '"-dash=category"', "--trials", "3"),
        *("--hidden", "none", "--class-weight", "balanced"),
        *("-o", settings, "--model", models[0], "--json"),
    ).json()
    line = shlex.split(fields["command_line"])
    assert fields["settings"]["hidden"] == []
    assert line[line.index("--hidden") + 1] == "none"
    mlpcli.ok(*line[1:], "-o", models[1])
    mlpcli.ok("train", path, "--config", settings, "-o", models[2])
    weights = {mlpcli.ok("inspect", each, "--json").json()["receipt"]["weights"] for each in models}
    assert len(weights) == 1


def test_a_space_is_no_output(mlpcli: Commands, tmp_path: Path) -> None:
    space = write(tmp_path / "space.toml", 'hidden = ["4", "6"]\n')
    result = mlpcli(*PENGUINS, "--preset", "textbook", "--trials", "2", "--space", space, "-o", space, "-f")
    assert result.code in (1, 2)
    assert Path(space).read_text() == 'hidden = ["4", "6"]\n'


def test_a_model_can_be_replaced(mlpcli: Commands, tmp_path: Path) -> None:
    model = write(tmp_path / "m.joblib", "old")
    mlpcli.ok(*PENGUINS, *QUICK, "--trials", "2", "--model", model, "-f", "-q")
    assert mlpcli.ok("inspect", model, "--json").json()["target"]


def test_json(mlpcli: Commands) -> None:
    fields = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "6", "--json").json()
    assert (fields["command"], fields["rows"], fields["searched"]) == ("tune", 69, 275)
    trials = {each["trial"]: each for each in fields["trials"]}
    winner = trials[fields["winner"]["trial"]]
    assert winner["finished"]
    assert winner["changes"] == fields["winner"]["changes"]
    inner, outer = (fields["winner"][part]["accuracy"] for part in ("inner", "outer"))
    assert fields["metrics"]["accuracy"] == outer
    assert fields["optimism"] == pytest.approx((inner - outer) / inner)
    assert fields["settings"] | winner["changes"] == fields["settings"]
    low, high = fields["winner"]["intervals"]["accuracy"]
    assert low <= outer <= high
    assert fields["kept"] == [{"trial": fields["winner"]["trial"], "share": 1.0}]


def test_results_can_be_compared(mlpcli: Commands, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        out = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "3", "--seed", seed, "--json").out
        (tmp_path / f"{seed}.json").write_text(out)
    out = mlpcli.ok("compare", str(tmp_path / "0.json"), str(tmp_path / "1.json")).out
    assert "seed" in out
    assert "outer" in out


def test_markdown_and_no_outer_rows(mlpcli: Commands) -> None:
    out = mlpcli.ok(*PENGUINS, *QUICK, "--trials", "4", "--format", "markdown", "--outer", "0").out
    assert out.startswith("### Scores\n")
    assert "looks better than it is" in out
    assert "\n    mlpcli train " in out


def test_an_option_given_twice_is_a_choice(mlpcli: Commands, tmp_path: Path) -> None:
    base = ("--preset", "textbook", "--epochs", "2", "--folds", "2", "--trials", "12", "--json")
    fields = mlpcli.ok(*PENGUINS, *base, "--hidden", "4", "--hidden", "8,4", "--hidden", "6").json()
    chosen = [tuple(each["changes"].get("hidden", [4])) for each in fields["trials"]]
    assert set(chosen) == {(4,), (8, 4), (6,)}
    config = write(tmp_path / "c.toml", '[tune]\nhidden = ["4", "8,4"]\ndropout = 0.1\n')
    fields = mlpcli.ok(*PENGUINS, *base, "--config", config).json()
    assert {tuple(each["changes"].get("hidden", [4])) for each in fields["trials"]} == {(4,), (8, 4)}
    assert "dropout" not in {name for each in fields["trials"] for name in each["changes"]}
    assert fields["settings"]["dropout"] == [0.1]


def test_a_space_of_a_file(mlpcli: Commands, tmp_path: Path) -> None:
    space = write(
        tmp_path / "space.toml",
        'published = false\nhidden = ["4", "6"]\nlr = {low = 0.001, high = 0.1, log = true}\n',
    )
    base = ("--preset", "textbook", "--epochs", "2", "--folds", "2", "--trials", "12", "--json")
    fields = mlpcli.ok(*PENGUINS, *base, "--space", space).json()
    assert {name for each in fields["trials"] for name in each["changes"]} == {"hidden", "learning_rate"}
    rates = [each["changes"].get("learning_rate", 0.001) for each in fields["trials"]]
    assert all(0.001 <= rate <= 0.1 for rate in rates)
    assert len(set(rates)) > 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('hiden = ["4"]\n', "hiden"),
        ("dropout = [0.1, 2.0]\n", "2.0"),
        ("dropout = {low = 0.1}\n", "a range needs the numbers low and high"),
        ("", "it names no setting"),
        ("published = 1\n", "published is not true or false"),
        ("dropout = [\n", "is not TOML"),
        ("seed = [1, 2]\n", "cannot vary in a search"),
        ("[train]\ndropout = 0.1\n", "train"),
    ],
)
def test_a_space_that_is_refused(mlpcli: Commands, tmp_path: Path, content: str, said: str) -> None:
    space = write(tmp_path / "space.toml", content)
    result = mlpcli(*PENGUINS, *QUICK[:4], "--trials", "4", "--space", space)
    assert result.code in (1, 2)
    assert said in result.err
    assert "hint: " in result.err
    assert str(tmp_path / "space.toml") in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trials", "4", "--time-limit", "9s"], "--trials and --time-limit cannot be combined"),
        (["--keep", "2"], "--keep is for a model, and none is to be written"),
        (["--json", "--format", "markdown"], "the report is JSON already"),
        (["--loss", "focal", "--loss", "cross-entropy"], "--loss cannot vary in a search"),
        (["--test", "rows.csv"], "--test cannot be a file"),
    ],
)
def test_what_is_refused(mlpcli: Commands, words: list[str], said: str) -> None:
    result = mlpcli(*PENGUINS, *QUICK, *words)
    assert result.code in (1, 2)
    assert said in result.err


def test_files_are_not_replaced_unasked(mlpcli: Commands, tmp_path: Path) -> None:
    for option in ("-o", "--model"):
        path = write(tmp_path / "mine", "mine")
        result = mlpcli(*PENGUINS, *QUICK, "--trials", "2", option, path)
        assert result.code == 1
        assert Path(path).read_text() == "mine"
    same = str(tmp_path / "same")
    result = mlpcli(*PENGUINS, *QUICK, "--trials", "2", "-o", same, "--model", same)
    assert result.code in (1, 2)
    assert not Path(same).exists()


def test_too_little_time(mlpcli: Commands) -> None:
    result = mlpcli(*PENGUINS, *QUICK, "--time-limit", "0.001s")
    assert result.code == 1
    assert "error: no trial ended in time" in result.err
    assert "--time-limit" in result.err
