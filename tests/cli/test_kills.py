"""kill -9 at any moment: files are whole, the command resumes to the same bytes, no process stays."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlpcli.training.processes import SERVE, import_path
from tests.benchmarks.kills import MODES, Leftovers, kill_and_resume

KILLS, SEED = 2, 0


def test_a_few_kills(tmp_path: Path) -> None:
    """`tests/benchmarks/robustness.py` has more of them, of several networks too."""
    killed = kill_and_resume(tmp_path, MODES["one network"], KILLS, SEED)
    assert killed.problems == []
    assert killed.kills == KILLS


@pytest.mark.parametrize(
    ("mode", "whole_group"), [("in turn", False), ("processes", False), ("processes", True)]
)
def test_nothing_outlives_a_killed_training(mode: str, whole_group: bool, tmp_path: Path) -> None:
    """A moment each; `tests/benchmarks/kills.py` has 60 for each execution mode."""
    moment = random.Random(mode).uniform(0.5, 2)
    assert Leftovers(tmp_path, mode).after(moment, whole_group=whole_group) == []


def test_a_worker_ends_with_its_input_also_while_it_imports(tmp_path: Path) -> None:
    """On a busy machine imports take seconds, in which the training may be killed."""
    started = tmp_path / "started"
    (tmp_path / "numpy.py").write_text(f"open({str(started)!r}, 'w')\nimport time\ntime.sleep(60)\n")
    code = SERVE.format([str(tmp_path), *import_path()], "serve", "serve", {"descriptor": None})
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.communicate(timeout=5)
    assert process.returncode == 0
