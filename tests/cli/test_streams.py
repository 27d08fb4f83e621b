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


@pytest.mark.parametrize("options", ["-v", "-v --preset default", "-v --ensemble 2 --threads 1"])
def test_when_the_reader_of_stderr_leaves_training_goes_on(options: str, tmp_path: Path) -> None:
    """`2>&1 | head -1` must not cost the model."""
    model = tmp_path / "m.joblib"
    train = f"mlpcli train {PENGUINS} -t species --preset textbook --epochs 20 {options} -o {model}"
    done = shell(f"set -o pipefail; {train} 2>&1 >/dev/null | head -1")
    assert done.returncode == 0
    assert model.exists()


def test_a_full_stderr_costs_nothing(tmp_path: Path) -> None:
    model = tmp_path / "m.joblib"
    done = shell(
        f"mlpcli train {PENGUINS} -t species --preset textbook --epochs 20 -v -o {model} 2>/dev/full"
    )
    assert done.returncode == 0
    assert model.exists()


@pytest.mark.parametrize("options", ["--history {0}", "--config {0}", "--validation {0} -o {0}"])
def test_force_does_not_reach_what_is_read(options: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(PENGUINS.read_bytes())
    more = "" if "--validation" in options else "-o {0}" if "--config" in options else ""
    line = f"mlpcli train {PENGUINS} {table} -t species -f {options} {more}".format(table)
    done = shell(line)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert table.read_bytes() == PENGUINS.read_bytes()
