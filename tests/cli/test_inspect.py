"""`inspect`: what it shows, and the weights as a file."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Commands


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
