"""Streams that are full, closed or old: no traceback, and the right exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Commands, full_device, sample, unread

PENGUINS = sample("penguins.csv")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = command.replace("mlpcli ", f"{sys.executable} -m mlpcli ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env=os.environ | environment, check=False
    )


COMMANDS = ["predict {model} {data}", "evaluate {model} {data}", "inspect {model}"]
needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has none")


@needs_full_device
def test_a_full_disk_is_one_line(penguins_model: Path) -> None:
    done = shell(f"mlpcli inspect {penguins_model} -q > /dev/full")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@needs_full_device
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_of_each_command(
    mlpcli: Commands, penguins_model: Path, command: str
) -> None:
    line = command.format(model=penguins_model, data=PENGUINS).split()
    with full_device() as full:
        result = mlpcli(*line, "-q", stdout=full)
    assert result.code == 1
    assert "No space left" in result.err
    assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_closed_stdout(penguins_model: Path, command: str) -> None:
    done = shell(f"mlpcli {command.format(model=penguins_model, data=PENGUINS)} -q >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_closed_stdin_is_empty(penguins_model: Path) -> None:
    done = shell(f"mlpcli predict {penguins_model} - <&-")
    assert done.returncode == 1
    assert done.stderr.startswith("error: stdin is empty")


def test_old_encodings(penguins_model: Path) -> None:
    done = shell(f"mlpcli lr-find {PENGUINS} -t species --steps 20 --sweeps 1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Suggested learning rate" in done.stdout


def test_colour_only_where_wanted(
    mlpcli: Commands, monkeypatch: pytest.MonkeyPatch, penguins_model: Path
) -> None:
    command = ("evaluate", penguins_model, PENGUINS, "-q")
    assert "\x1b" not in mlpcli.ok(*command).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in mlpcli.ok(*command).out
    assert "\x1b" not in mlpcli.ok(*command, "--json").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in mlpcli.ok(*command).out


TRAIN = ("train", PENGUINS, "-t", "species", "--preset", "textbook", "--epochs", "20", "-v")


def test_when_a_pipe_of_stderr_ends_training_goes_on(tmp_path: Path) -> None:
    """`2>&1 | head -1` must not cost the model."""
    model = tmp_path / "m.joblib"
    line = " ".join(map(str, ("mlpcli", *TRAIN, "-o", model)))
    done = shell(f"set -o pipefail; {line} 2>&1 >/dev/null | head -1")
    assert done.returncode == 0
    assert model.exists()


@pytest.mark.parametrize("options", ["", "--preset default --folds 2 --hidden 8", "--ensemble 2 --threads 1"])
def test_when_the_reader_of_stderr_leaves_training_goes_on(
    mlpcli: Commands, options: str, tmp_path: Path
) -> None:
    model = tmp_path / "m.joblib"
    with unread() as pipe:
        result = mlpcli(*TRAIN, *options.split(), "-o", model, stderr=pipe)
    assert result.code == 0
    assert model.exists()


@needs_full_device
def test_a_full_stderr_costs_nothing(mlpcli: Commands, tmp_path: Path) -> None:
    model = tmp_path / "m.joblib"
    with full_device() as full:
        result = mlpcli(*TRAIN, "-o", model, stderr=full)
    assert result.code == 0
    assert model.exists()


@pytest.mark.parametrize("options", ["--history {0}", "--config {0}", "--validation {0} -o {0}"])
def test_force_does_not_reach_what_is_read(mlpcli: Commands, options: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(PENGUINS.read_bytes())
    more = "-o {0}" if "--config" in options else ""
    line = f"train {PENGUINS} {table} -t species -f {options} {more}".format(table)
    result = mlpcli(*line.split())
    assert result.code in (1, 2), result.err
    assert result.err.startswith("error: ")
    assert table.read_bytes() == PENGUINS.read_bytes()
