"""Help pages: short, as wide as the terminal, one indent, styled headings, examples that are right."""

import re
import shlex
from pathlib import Path

import click
import pytest

from mlpcli.cli.commands import COMMANDS
from mlpcli.cli.main import commands
from tests.cli.commands import Commands, sample, write
from tests.cli.terminals import in_terminal

MODELLING = [each for each in COMMANDS if each != "manual"]


def command(name: str) -> click.Command:
    found = commands.get_command(click.Context(commands), name)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", MODELLING)
def test_help_fits_one_screen(mlpcli: Commands, name: str) -> None:
    lines = mlpcli.ok(name, "--help").out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("page", ["--help", "--help-all"])
@pytest.mark.parametrize("name", MODELLING)
def test_all_groups_have_one_indent(mlpcli: Commands, name: str, page: str) -> None:
    shown = mlpcli.ok(name, page).out.partition("\nExamples:")[0]
    found = re.findall(r"^  (-.*?  +)\S|^( {10,})\S", shown, flags=re.MULTILINE)
    indents = {len(option) + 2 if option else len(blank) for option, blank in found}
    assert len(indents) == 1


@pytest.mark.parametrize("name", MODELLING)
def test_examples_are_right(mlpcli: Commands, name: str) -> None:
    examples = mlpcli.ok(name, "--help").out.partition("\nExamples:\n")[2].splitlines()
    assert len(examples) == 2
    for each in examples:
        words = shlex.split(each.rpartition(" | ")[2])
        assert words[:2] == ["mlpcli", name]
        assert command(name).make_context(name, words[2:]).params


@pytest.mark.parametrize("name", MODELLING)
def test_help_texts_are_sentences(name: str) -> None:
    for each in command(name).params:
        if isinstance(each, click.Option):
            assert re.match(r"[A-Z][^;]*\w", each.help or ""), each.name
            assert not re.match(r"(Of|What|Whether) ", each.help or ""), each.name
            assert (each.help or "").endswith((".", "reference).", "and exit.")), each.name


def test_a_wide_terminal_is_used(mlpcli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = mlpcli.ok("train", "--help-all").out.splitlines()
    monkeypatch.setenv("COLUMNS", "120")
    wide = mlpcli.ok("train", "--help-all").out.splitlines()
    assert 100 < max(map(len, wide)) <= 120
    assert len(wide) < 0.9 * len(narrow)


def test_defaults_choices_and_metrics_are_named(mlpcli: Commands) -> None:
    train = " ".join(mlpcli.ok("train", "--help").out.split())
    for text in (
        "[by preset: 128,128,128 or 256,256]",
        "(sgd, ",
        "[by preset: adam]",
        "[default: named after DATA]",
    ):
        assert text in train
    train = " ".join(mlpcli.ok("train", "--help-all").out.split())
    assert "One of: relu, leaky-relu, " in train
    assert "loss or a metric. Metrics are accuracy, " in train
    evaluate = " ".join(mlpcli.ok("evaluate", "--help-all").out.split())
    assert evaluate.count("Metrics are accuracy, ") == 3


def test_headings_have_a_style_where_there_is_colour(
    mlpcli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in mlpcli.ok("train", "--help").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mData\x1b[0m:" in mlpcli.ok("train", "--help").out
    assert "\x1b[1mCommands\x1b[0m:" in mlpcli.ok("--help").out


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "pager", ["#!/bin/sh", "echo by the pager", "cat"])
    path.chmod(0o755)
    monkeypatch.setenv("PAGER", str(path))
    monkeypatch.delenv("COLUMNS")


def test_the_whole_help_is_paged(pager: None, mlpcli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_terminal(["train", "--help-all"]).plain.startswith("by the pager")
    assert "by the pager" not in in_terminal(["train", "--help-all", "--no-pager"]).plain
    assert "by the pager" not in in_terminal(["inspect", "--help-all"], rows=200).plain
    assert "by the pager" not in mlpcli.ok("train", "--help-all").out
    monkeypatch.setenv("MLPCLI_TRAIN_NO_PAGER", "1")
    assert "by the pager" not in in_terminal(["train", "--help-all"]).plain


def test_long_results_are_paged(pager: None, tmp_path: Path, penguins_model: Path) -> None:
    train = ("train", sample("penguins.csv"), "-t", "species", "--preset", "textbook", "--epochs", "1")
    config = write(tmp_path, "c.toml", ["[inspect]", "pager = false"])
    for words in (
        (*train, "--dry-run"),
        (*train, "-v", "-o", tmp_path / "m.joblib"),
        ("inspect", penguins_model, "--all"),
        ("evaluate", penguins_model, sample("penguins.csv"), "--importance"),
    ):
        assert "by the pager" in in_terminal(words, rows=12).plain
    without = in_terminal(["inspect", penguins_model, "--all", "--config", config], rows=12).plain
    assert "by the pager" not in without
