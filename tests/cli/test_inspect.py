"""`inspect`: what it shows, and the weights as a file."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Commands, sample, write


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


def test_it_tells_the_whole_story(commands: Commands, penguins_model: Path) -> None:
    out = commands.ok("inspect", penguins_model, "--all").out
    for words in (
        "bill_length_mm",
        "Torgersen",
        "32.1 to 59.6",
        "Dense",
        "validation loss",
        "Receipt",
        "share of the first layer's squared weights",
    ):
        assert words in out
    assert "\x1b" not in out


def test_json_has_the_fields_of_the_contract(commands: Commands, penguins_model: Path) -> None:
    told = commands.ok("inspect", penguins_model, "--json").json()
    wanted = {"columns", "target", "task", "network", "settings", "history", "scores", "receipt"}
    assert wanted <= told.keys()
    (mass,) = [each for each in told["columns"] if each["name"] == "body_mass_g"]
    assert mass["encoder"]["range"] == [2700.0, 6300.0]
    assert 0 < mass["encoder"]["weight"] < 1


def test_weights_go_to_a_file(commands: Commands, penguins_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    commands.ok("inspect", penguins_model, "--weights", path)
    with np.load(path, allow_pickle=False) as named:
        assert named["layer_1_weight"].ndim == 2
        assert (
            sum(named[name].size for name in named)
            == commands.ok("inspect", penguins_model, "--json").json()["parameters"]
        )
    assert "exists already" in commands.error(1, "inspect", penguins_model, "--weights", path)
    commands.ok("inspect", penguins_model, "--weights", path, "-f")


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("w.csv", 2, "does not end in .npz"), ("nosuch/w.npz", 1, "there is no folder")],
)
def test_a_bad_place_for_weights(
    name: str, code: int, said: str, commands: Commands, penguins_model: Path, tmp_path: Path
) -> None:
    assert said in commands.error(code, "inspect", penguins_model, "--weights", tmp_path / name)


def test_weights_of_no_model(commands: Commands, tmp_path: Path) -> None:
    commands.error(1, "inspect", tmp_path / "m.joblib", "--weights", tmp_path / "w.npz")
    assert list(tmp_path.iterdir()) == []


def other_table(folder: Path) -> Path:
    """The table with one cell altered."""
    lines = sample("penguins.csv").read_text().splitlines()
    name, island, *rest = lines[5].split(",")
    rest[0] = "50.0"
    lines[5] = ",".join([name, island, *rest])
    return write(folder, "other.csv", lines)


def test_verify_says_that_the_model_is_the_same(commands: Commands, penguins_model: Path) -> None:
    result = commands.ok("inspect", penguins_model, "--verify", sample("penguins.csv"))
    first, *_ = result.out.splitlines()
    assert first == f"{penguins_model} is the same: training again gave the same bytes of weights"
    assert "the same: rows, digest of the rows" in result.out
    assert "trained again" in result.out


def test_verify_ends_with_3_and_says_what_differs(
    commands: Commands, penguins_model: Path, tmp_path: Path
) -> None:
    table = other_table(tmp_path)
    result = commands("inspect", "--verify", penguins_model, table)
    assert result.code == 3
    assert "is not the same" in result.out
    assert "digest of the rows" in result.out
    assert "this model" in result.out
    told = commands("inspect", penguins_model, table, "--verify", "--json")
    assert told.code == 3
    assert told.json()["same"] is False
    assert {each["name"] for each in told.json()["conditions"] if not each["same"]} == {"digest of the rows"}


def test_verify_reads_stdin_and_writes_nothing(
    commands: Commands, penguins_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    result = commands.ok(
        "inspect", penguins_model, "--verify", "-", stdin=sample("penguins.csv").read_bytes()
    )
    assert "is the same" in result.out
    assert sorted(tmp_path.iterdir()) == before


def test_verify_names_a_missing_column(commands: Commands, penguins_model: Path, tmp_path: Path) -> None:
    lines = [line.rpartition(",")[0] for line in sample("penguins.csv").read_text().splitlines()]
    error = commands.error(1, "inspect", penguins_model, "--verify", write(tmp_path, "t.csv", lines))
    assert "lacks an input of the model: 'year'" in error


def test_verify_of_what_is_no_model(commands: Commands, tmp_path: Path) -> None:
    commands.error(1, "inspect", write(tmp_path, "m.joblib", ["x"]), "--verify", sample("penguins.csv"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{model} --verify", "needs the table"),
        ("{model} {table}", "only one file is shown"),
        ("--diff {model}", "needs two models"),
        ("--diff {model} {model} {model}", "needs two models"),
        ("--diff --verify {model} {table}", "do not go together"),
        ("--verify {model} {table} --all", "Leave one of them out"),
        ("--diff {model} {model} --weights w.npz", "Leave one of them out"),
        ("{model} --test {table}", "it is for --verify"),
        ("{model} {table} --verify --validation {table}", "--validation: the model was trained without"),
        ("{model} {table} --verify --from {model}", "--from: the model was trained without"),
    ],
)
def test_options_that_do_not_go_together(
    line: str, said: str, commands: Commands, penguins_model: Path
) -> None:
    words = line.format(model=penguins_model, table=sample("penguins.csv")).split()
    assert said in commands.error(2, "inspect", *words)


def test_diff_shows_what_differs(commands: Commands, penguins_model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.joblib"
    table = other_table(tmp_path)
    commands.ok(
        "train", table, "-t", "species", "--preset", "textbook", "--epochs", 3, "--drop", "year", "-o", other
    )
    out = commands.ok("inspect", "--diff", penguins_model, other).out
    for words in ("have different weights", "Columns", "year", "--epochs", "digest of the rows", "Scores on"):
        assert words in out
    told = commands.ok("inspect", other, penguins_model, "--diff", "--json").json()
    assert told["same"] is False
    assert {"name": "year", "first": None, "second": "number"} in told["columns"]
    assert told["largest_difference"] is None


def test_diff_of_a_copy(commands: Commands, penguins_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.joblib"
    copy.write_bytes(penguins_model.read_bytes())
    out = commands.ok("inspect", "--diff", penguins_model, copy).out
    assert "are the same model: the same bytes of weights, columns and target" in out
    told = commands.ok("inspect", "--diff", penguins_model, copy, "--json").json()
    assert (told["same"], told["largest_difference"], told["settings"]) == (True, 0.0, {})


def test_diff_of_what_is_no_model(commands: Commands, penguins_model: Path) -> None:
    error = commands.error(1, "inspect", "--diff", penguins_model, sample("penguins.csv"))
    assert "not a model" in error
    assert "named twice" in commands.error(1, "inspect", "--diff", penguins_model, penguins_model)
