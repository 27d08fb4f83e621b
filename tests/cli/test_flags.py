"""The command line names settings by their flags: in errors, notes, JSON and help."""

import io
import json
from dataclasses import dataclass

import click
import pytest

from mlpcli.cli.exit_status import ExitStatus, status_of
from mlpcli.cli.flags import flags_of
from mlpcli.cli.grouped import GroupedCommand
from mlpcli.cli.help_pages import HelpOption
from mlpcli.cli.main import commands
from mlpcli.cli.options import settings_options
from mlpcli.errors import ArtifactError, MlpcliError, Sentence, SettingsError, StoppedError
from mlpcli.preparation.finding import Finding
from mlpcli.render.as_json import to_text
from mlpcli.render.console import Screen
from mlpcli.render.dry_run import notes_fields
from mlpcli.render.notes import notes_report
from mlpcli.settings import Settings, setting
from tests.cli.commands import Commands, sample


def naming(command: str, name: str) -> str:
    found = commands.get_command(click.Context(commands), command)
    assert found is not None
    return flags_of(found)(name)


@pytest.mark.parametrize(
    ("command", "name", "flag"),
    [
        ("train", "learning_rate", "--lr"),
        ("train", "from_model", "--from"),
        ("train", "as_json", "--json"),
        ("train", "output", "--output"),
        ("lr-find", "table", "--csv"),
        ("inspect", "learning_rate", "--lr"),
        ("evaluate", "fail_if", "--fail-if"),
        ("predict", "nothing_of_ours", "--nothing-of-ours"),
    ],
)
def test_flags(command: str, name: str, flag: str) -> None:
    assert naming(command, name) == flag


def test_notes_are_told_with_flags() -> None:
    note = Sentence("{learning_rate} {:g} was found", 0.1)
    finding = Finding("diverged", note, Sentence("give {from_model}"))
    flags = {"learning_rate": "--lr", "from_model": "--from"}
    stream = io.StringIO()
    notes_report(Screen(stream, naming=flags.__getitem__), [note], [finding])
    told = "--lr 0.1 was found"
    assert stream.getvalue() == f"note: {told} (give --from)\nnote: {told}\n"
    fields = json.loads(to_text("train", {"notes": notes_fields([note], [finding])}, flags.__getitem__))
    assert [each["text"] for each in fields["notes"]] == [told, told]
    assert fields["notes"][1]["advice"] == "give --from"


def test_help_names_flags() -> None:
    @dataclass(frozen=True)
    class Some(Settings):
        rate: float = setting(1.0, "Goes with {from_model} and {other_one}.", group="Data")
        other_one: float = setting(1.0, "None.", group="Data", flag="other")

    @click.command(cls=GroupedCommand)
    @settings_options(Some)
    def command() -> None:
        pass

    (rate, _) = command.params
    assert isinstance(rate, click.Option)
    assert isinstance(rate, HelpOption)
    assert rate.text(100, whole=True) == "Goes with --from and --other. [default: 1.0]"


def test_an_output_is_named_by_its_flag(mlpcli: Commands, penguins_model: object) -> None:
    said = mlpcli.error(1, "inspect", penguins_model, "--weights", "/nosuch/w.npz")
    assert said.startswith("error: --weights: /nosuch/w.npz: there is no folder")
    penguins = sample("penguins.csv")
    said = mlpcli.error(1, "lr-find", penguins, "-t", "species", "--csv", "same.svg", "--plot", "same.svg")
    assert "same.svg: is named by --csv and --plot" in said


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MlpcliError(""), ExitStatus.FAILED),
        (ArtifactError(""), ExitStatus.FAILED),
        (SettingsError(""), ExitStatus.MISUSED),
        (StoppedError(""), ExitStatus.FAILED),
        (StoppedError("", reason="interrupted"), ExitStatus.INTERRUPTED),
        (StoppedError("", reason="terminated"), ExitStatus.TERMINATED),
    ],
)
def test_exit_status(error: MlpcliError, status: ExitStatus) -> None:
    assert status_of(error) == status
