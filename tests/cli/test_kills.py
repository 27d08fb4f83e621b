"""kill -9 at any moment: files are whole, the command resumes to the same bytes, no process stays."""

import os
import time
from pathlib import Path

import pytest

from tests.benchmarks.kills import MODES, kill_and_resume
from tests.cli.commands import sample
from tests.cli.test_interrupting import IN_PROCESSES, start, wait_for_epochs

KILLS, SEED = 5, 0


def test_five_kills(tmp_path: Path) -> None:
    """`tests/benchmarks/robustness.py` has more of them, of several networks too."""
    killed = kill_and_resume(tmp_path, MODES["one network"], KILLS, SEED)
    assert killed.problems == []
    assert killed.kills == KILLS


@pytest.mark.parametrize("seconds", [None, 1.0, 1.5], ids=str)
def test_no_process_outlives_a_killed_training(
    seconds: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while networks are trained in processes, or after some seconds, while these still start."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = start(sample("penguins.csv"), "-t", "species", *IN_PROCESSES, "--epochs", 5000, "--ensemble", 3)
    if seconds is None:
        wait_for_epochs(process, "network")
        assert os.listdir(tmp_path) != []
    else:
        time.sleep(seconds)
    process.kill()
    process.communicate(timeout=5)  # all that could write to the pipes have ended
    assert os.listdir(tmp_path) == []
