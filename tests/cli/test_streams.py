"""Streams that are full, closed or old: no traceback, and the right exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import sample

PENGUINS = sample("penguins.csv")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = command.replace("mlpcli ", f"{sys.executable} -m mlpcli ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env=os.environ | environment, check=False
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("command", ["predict {model} {data}", "evaluate {model} {data}", "inspect {model}"])
def test_a_full_disk_is_one_line(penguins_model: Path, command: str) -> None:
    done = shell(f"mlpcli {command.format(model=penguins_model, data=PENGUINS)} -q > /dev/full")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("command", ["predict {model} {data}", "evaluate {model} {data}", "inspect {model}"])
def test_closed_stdout(penguins_model: Path, command: str) -> None:
    done = shell(f"mlpcli {command.format(model=penguins_model, data=PENGUINS)} -q >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_closed_stdin_is_empty(penguins_model: Path) -> None:
    done = shell(f"mlpcli predict {penguins_model} - <&-")
    assert done.returncode == 1
    assert done.stderr.startswith("error: stdin: is empty")


def test_old_encodings(penguins_model: Path) -> None:
    done = shell(f"mlpcli lr-find {PENGUINS} -t species", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Suggested learning rate" in done.stdout


def test_colour_only_where_wanted(penguins_model: Path) -> None:
    command = f"mlpcli evaluate {penguins_model} {PENGUINS} -q"
    assert "\x1b" not in shell(command).stdout
    coloured = shell(command, FORCE_COLOR="1").stdout
    assert "\x1b[" in coloured
    assert "\x1b" not in shell(command, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in shell(f"mlpcli evaluate {penguins_model} {PENGUINS} --json", FORCE_COLOR="1").stdout
