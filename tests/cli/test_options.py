"""Options come from the settings classes, and from the environment."""

import re
from typing import get_args

import pytest

from mlpcli.cli.commands import COMMANDS
from mlpcli.nn.fit_state import StopReason
from mlpcli.options.options import SETTINGS_CLASSES
from mlpcli.render.training_words import WHY_STOPPED
from mlpcli.settings import described_fields, flag_of
from tests.cli.commands import Commands, sample


def test_every_setting_is_an_option_of_train(mlpcli: Commands) -> None:
    shown = mlpcli.ok("train", "--help-all").out
    for settings_class in SETTINGS_CLASSES:
        for name, described in described_fields(settings_class).items():
            assert flag_of(name, described) in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_short(mlpcli: Commands, command: str) -> None:
    short, full = mlpcli.ok(command, "--help").out, mlpcli.ok(command, "--help-all").out
    options = [line for line in short.splitlines() if re.match(r"  -", line)]
    assert 3 <= len(options) <= 25
    assert len(full) >= len(short) - 100


def test_environment(mlpcli: Commands, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    train = ("train", sample("auto_mpg.csv"), "-o", f"{tmp_path}/m", "-f", "--json")
    monkeypatch.setenv("MLPCLI_TRAIN_TARGET", "Miles_per_Gallon")
    monkeypatch.setenv("MLPCLI_TRAIN_EPOCHS", "2")
    assert mlpcli.ok(*train).json()["epochs"] == 2
    assert mlpcli.ok(*train, "--epochs", "1").json()["epochs"] == 1
    monkeypatch.setenv("MLPCLI_TRAIN_EPOCHS", "two")
    assert "--epochs" in mlpcli.error(2, *train)


def test_a_column_name_with_a_comma_wins(mlpcli: Commands, tmp_path: object) -> None:
    path = f"{tmp_path}/t.csv"
    with open(path, "w") as file:
        file.write('"a,b",a,b,y\n' + "".join(f"{n},{n % 3},{n % 5},{n * 0.7}\n" for n in (3, 1, 4, 1.5, 9)))
    train = ("train", path, "-t", "y", "-o", f"{tmp_path}/m", "-f", "--json", "--epochs", "1")
    names = [column["name"] for column in mlpcli.ok(*train, "--features", "a,b").json()["columns"]]
    assert names == ["a,b"]
    names = [
        column["name"] for column in mlpcli.ok(*train, "--features", "a", "--features", "b").json()["columns"]
    ]
    assert names == ["a", "b"]


def test_every_reason_to_stop_has_words() -> None:
    assert set(WHY_STOPPED) == set(get_args(StopReason))
