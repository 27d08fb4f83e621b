"""Options from --config and from variables: command line > environment > file > preset."""

import csv
from pathlib import Path
from typing import Any

import click
import pytest
from click.core import ParameterSource
from hypothesis import given
from hypothesis.strategies import text

from mlpcli.cli.commands import COMMANDS
from mlpcli.cli.config import MOST_BYTES, keys_of
from mlpcli.cli.main import commands
from mlpcli.settings import csv_word, parse_list
from tests.cli.commands import Commands, sample, write

PENGUINS = sample("penguins.csv")


def options_of(name: str) -> list[click.Option]:
    """Every option of a command that a variable can give."""
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    options = [param for param in command.params if isinstance(param, click.Option)]
    return [option for option in options if "--help-all" not in option.opts]


def context(command: str, *arguments: str, resilient: bool = True) -> click.Context:
    group = commands.make_context("mlpcli", [command, *arguments], resilient_parsing=resilient)
    found = commands.get_command(group, command)
    assert found is not None
    return found.make_context(command, list(arguments), parent=group, resilient_parsing=resilient)


def plan(mlpcli: Commands, *arguments: object) -> Any:
    return mlpcli.ok("train", PENGUINS, "--dry-run", "--json", "-t", "species", *arguments).json()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_can_come_from_a_variable(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in options_of(command):
        for key in keys_of(option):
            with monkeypatch.context() as patch:
                patch.setenv(f"MLPCLI_{command}_{key}".upper().replace("-", "_"), "1")
                assert context(command).get_parameter_source(str(option.name)) is ParameterSource.ENVIRONMENT


def test_precedence(mlpcli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ("--config", write(tmp_path, "c.toml", ["[train]", "epochs = 3", "[lr-find]", "unknown = 1"]))
    assert plan(mlpcli, "--preset", "textbook")["settings"]["epochs"] > 5
    assert plan(mlpcli, "--preset", "textbook", *config)["settings"]["epochs"] == 3
    monkeypatch.setenv("MLPCLI_TRAIN_EPOCHS", "4")
    assert plan(mlpcli, *config)["settings"]["epochs"] == 4
    assert plan(mlpcli, *config, "--epochs", "5")["settings"]["epochs"] == 5
    monkeypatch.setenv("MLPCLI_TRAIN_CONFIG", str(config[1]))
    monkeypatch.delenv("MLPCLI_TRAIN_EPOCHS")
    assert plan(mlpcli)["settings"]["epochs"] == 3


@pytest.mark.parametrize("flag", ["strict", "calibrate", "no-calibrate", "force", "quiet", "dry-run", "json"])
def test_precedence_of_flags(flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"json": "as_json", "dry-run": "dry_run", "no-calibrate": "calibrate"}.get(flag, flag)
    opposite = flag.removeprefix("no-") if flag.startswith("no-") else f"no-{flag}"

    def value(*arguments: str) -> Any:
        found = context("train", "x.csv", *arguments, resilient=False).params[name]
        return not found if flag.startswith("no-") else found

    config = ("--config", str(write(tmp_path, "c.toml", ["[train]", f"{flag} = true"])))
    assert value(*config) is True
    assert value(*config, f"--{opposite}") is False
    monkeypatch.setenv(f"MLPCLI_TRAIN_{flag}".upper().replace("-", "_"), "false")
    assert value(*config) is False
    assert value(*config, f"--{flag}") is True


def test_all_kinds_of_values(mlpcli: Commands, tmp_path: Path) -> None:
    lines = (
        "[train]|target = 'species'|hidden = [16, 8]|dropout = '0.1,0.2'|lr = 0.01|calibrate = false"
        "|drop = ['year', 'sex']|kind = ['island=category']|time-limit = '60s'|missing = ['-', '?']"
    )
    found = mlpcli.ok(
        *("train", PENGUINS, "--dry-run", "--json", "--config", write(tmp_path, "c.toml", lines.split("|")))
    ).json()["settings"]
    wanted = {
        "target": ["species"],
        "hidden": [16, 8],
        "dropout": [0.1, 0.2],
        "learning_rate": 0.01,
        "calibrate": False,
        "drop": ["year", "sex"],
        "kind": [["island", "category"]],
        "time_limit": 60.0,
        "missing": ["-", "?"],
    }
    assert {name: found[name] for name in wanted} == wanted


def test_names_with_commas_and_quotes(mlpcli: Commands, tmp_path: Path) -> None:
    with open(tmp_path / "t.csv", "w") as file:
        csv.writer(file).writerows(
            [["a,b", 'say "x"', " c", "y"], *([n, n % 3, n % 5, n * 0.7] for n in (3, 1, 4, 1.5, 9))]
        )
    config = write(tmp_path, "c.toml", ["[train]", "target = 'y'", "features = ['a,b', 'say \"x\"', ' c']"])
    run = mlpcli.ok(
        *("train", tmp_path / "t.csv", "--config", config, "--epochs", "1", "-o", tmp_path / "m", "--json")
    ).json()
    assert [column["name"] for column in run["columns"]] == ["a,b", 'say "x"', "c"]


@pytest.mark.parametrize("name", ["plain", "a,b", '"', 'a"b', " blank ", "ünï", "two words"])
def test_a_word_is_read_back(name: str) -> None:
    assert parse_list(f"before,{csv_word(name)}") == ("before", name)


BAD = {
    "[train]\nepochs = 0": "[train] epochs: 0 is out of range",
    "[train]\nepochs = 1.5": "[train] epochs: '1.5' is not a whole number",
    "[train]\nepochs = [5]": "[train] epochs is a list",
    "[train]\nepochs = true": "[train] epochs is true",
    "[train]\nepochs = 2020-01-01": "[train] epochs is a date",
    "[train]\nepochs = 10:00:00": "[train] epochs is a date or time",
    "[train]\nepochs.a = 1": "[train] epochs is a table",
    "[train]\nhidden = [[1], [2]]": "[train] hidden is a list",
    "[train]\nhidden = [1, -2]": "[train] hidden: ",
    "[train]\noptimizer = 'adm'": "Did you mean 'adam'",
    "[train]\nstrict = 1": "[train] strict is a number, not true or false",
    "[train]\ncalibrate = 'no'": "[train] calibrate is text, not true or false",
    "[train]\nstrict = true\nno-strict = true": "[train] no-strict and its opposite are both set",
    "[train]\nbatch_size = 3": "Did you mean 'batch-size'",
    "[train]\ndata = 'x.csv'": "[train] data is not an option",
    "[train]\nconfig = 'x'": "there is no option 'config'",
    "[train]\nhelp-all = true": "there is no option 'help-all'",
    '[train]\noutput = "a\\u0000"': "[train] output holds a NUL",
    "[train]\nlr = inf": "[train] lr: inf is not a finite number",
    "[train]\nmonitor = 'nothing'": "[train] monitor: 'nothing' is not a metric",
    "[train]\ndrop = ['nothing']": "[train] drop: ",
    "[train]\nfolds = 3\nensemble = 0": "[train] ensemble: 0 is out of range",
    "[trian]\nepochs = 3": "Did you mean 'train'",
    "[predict]\n[oops]": "there is no command [oops]",
    "epochs = 3": "epochs is outside all tables",
    "[[train]]\nepochs = 3": "train is not a table",
    "predict = 3": "predict is not a table",
    "[train]\nepochs = \n": "line 2, column 10 is not TOML",
    "[train]\nepochs = 1\nepochs = 2": "is not TOML",
    "[train": "is not TOML",
    "a = " + "9" * 5000: "is not TOML",
    "a = " + "[" * 100_000: "is nested too deeply",
    "#" + " " * MOST_BYTES: "has more than 1,000,000 bytes",
    "\n# \udcff": "line 2 is not UTF-8",
    "\x7fELF\0\0": "is not TOML",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:40]))
def test_what_is_wrong_in_a_file(mlpcli: Commands, tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    said = mlpcli.error(
        1, "train", PENGUINS, "--config", path, "-t", "species", "-o", tmp_path / "m", "--dry-run"
    )
    assert BAD[text] in said
    assert str(path) in said


def test_files_that_are_none(mlpcli: Commands, tmp_path: Path) -> None:
    for path, why in ((tmp_path, " is a folder"), (tmp_path / "no", ": no such file")):
        assert f"{path}{why}" in mlpcli.error(1, "inspect", "m", "--config", path)


def test_a_byte_order_mark_and_an_empty_file_are_no_errors(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbf[train]\r\nepochs = 3\r\n")
    assert context("train", "x", "--config", str(path), resilient=False).params["epochs"] == 3
    path.write_bytes(b"")
    assert context("train", "x", "--config", str(path), resilient=False).params["epochs"] is None


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("EPOCHS", "two", "MLPCLI_TRAIN_EPOCHS (--epochs): 'two' is not a whole number"),
        ("STRICT", "maybe", "MLPCLI_TRAIN_STRICT (--strict): 'maybe' is not true or false"),
        ("NO_CALIBRATE", "maybe", "MLPCLI_TRAIN_NO_CALIBRATE: 'maybe' is not true or false"),
        ("MONITOR", "nothing", "MLPCLI_TRAIN_MONITOR (--monitor): 'nothing' is not a metric"),
    ],
)
def test_a_bad_variable_is_named(
    mlpcli: Commands, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"MLPCLI_TRAIN_{variable}", value)
    assert words in mlpcli.error(2, "train", PENGUINS, "-t", "species", "--dry-run")


def test_both_forms_of_a_variable(mlpcli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPCLI_TRAIN_NO_CALIBRATE", "true")
    assert plan(mlpcli)["settings"]["calibrate"] is False
    monkeypatch.setenv("MLPCLI_TRAIN_CALIBRATE", "true")
    assert "are both set" in mlpcli.error(2, "train", PENGUINS, "-t", "species")


def test_a_version_in_the_environment_is_nothing(mlpcli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPCLI_VERSION", "0.1.0")
    assert mlpcli.ok("train", "--help").out


@pytest.mark.parametrize("by", ["environment", "file"])
def test_debug_shows_a_traceback(
    mlpcli: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str
) -> None:
    arguments: tuple[object, ...] = ()
    if by == "environment":
        monkeypatch.setenv("MLPCLI_INSPECT_DEBUG", "1")
    else:
        arguments = ("--config", write(tmp_path, "c.toml", ["[inspect]", "debug = true"]))
    assert "Traceback" in mlpcli("inspect", tmp_path / "none", *arguments).err


@given(text('a " ,é\0' + "\t\x1b"))
def test_lists_are_read_as_csv_reads_a_row(line: str) -> None:
    """Python's own reader, which takes no line ends outside quotes."""
    plain = line.replace("\n", " ").replace("\r", " ")
    expected = next(csv.reader([plain], skipinitialspace=True), [])
    assert parse_list(plain) == tuple(word for word in expected if word)


def test_line_ends_are_text_in_a_list() -> None:
    assert parse_list('a\rb,"c\nd",e\n') == ("a\rb", "c\nd", "e\n")
    assert parse_list("x" * 200_000 + ",y")[1] == "y"


def test_all_mistakes_of_a_file_are_told(mlpcli: Commands, tmp_path: Path) -> None:
    lines = ["[train]", "learning-rate = 0.1", "epochs = 'two'", "strict = 3", "batch-size = [1, 2]"]
    config = write(tmp_path, "many.toml", lines)
    said = mlpcli("train", PENGUINS, "-t", "species", "--config", config).err.splitlines()
    errors = [line for line in said if line.startswith("error: ")]
    assert len(errors) == 4
    assert all("[train]" in line for line in errors)
    assert any("learning-rate" in line for line in errors)
    assert "hint: Did you mean 'lr'?" in said
