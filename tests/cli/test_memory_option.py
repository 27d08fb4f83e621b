"""`--memory`: what a user reads, and that nothing is left in TMPDIR, however the command ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cli.commands import Commands, sample

TRAIN = ("-t", "species", "--preset", "textbook", "--epochs", "2", "-q")
MEMORY = ("--memory", "500MB")


OF_RUNS = ("seconds", "settings", "command_line", "notes", "run")
"""Fields that differ from run to run, or name the option."""


@pytest.mark.parametrize(
    "command",
    [
        "lr-find {} -t species --preset textbook --steps 20",
        "cv {} -t species --preset textbook --epochs 2 --folds 2 --workers 1",
        "tune {} -t species --preset textbook --epochs 2 --folds 2 --trials 2 --workers 1",
    ],
)
def test_results_are_those_in_memory(
    command: str, mlpcli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    words = command.format(sample("penguins.csv")).split()
    in_memory, stored = (mlpcli.ok(*words, "--json", *more).json() for more in ((), MEMORY))
    assert lasting(stored) == lasting(in_memory)
    assert not list(tmp_path.iterdir())


def lasting(part: Any) -> Any:
    """Without what differs from run to run, at any depth."""
    if isinstance(part, dict):
        return {name: lasting(value) for name, value in part.items() if name not in OF_RUNS}
    return [lasting(each) for each in part] if isinstance(part, list) else part


def test_stdin_and_a_note_on_the_disk(mlpcli: Commands) -> None:
    text = Path(sample("penguins.csv")).read_bytes()
    result = mlpcli("train", "-", *TRAIN[:-1], *MEMORY, "--dry-run", stdin=text)
    assert "note: --memory: " in result.err
    assert (
        "took 22 kB for cells, which are gone, and holds 20.6 kB of encoded rows until the end" in result.err
    )


def test_errors_are_one_line_with_a_hint(mlpcli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    table = sample("penguins.csv")
    assert "'lots' is not a size" in mlpcli.error(2, "train", table, *TRAIN, "--memory", "lots")
    said = mlpcli.error(2, "train", table, *TRAIN, "--memory", "1MB")
    assert "rows need about 230 MB, with their cells on the disk" in said
    assert "Give --memory 260MB." in said
    monkeypatch.setenv("TMPDIR", "/no/such/folder")
    said = mlpcli.error(1, "train", table, *TRAIN, *MEMORY)
    assert "TMPDIR /no/such/folder: cannot be written" in said


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that takes a second or so to read and to encode."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    values = np.random.default_rng(0).normal(size=(40_000, 30)).round(5)
    pd.DataFrame(values, columns=[f"x{number}" for number in range(30)]).to_csv(path, index=False)
    return path


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's list of open files")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_it_is_stopped(number: signal.Signals, large: Path, tmp_path: Path) -> None:
    """Stopped as soon as it holds a scratch file, while it reads or encodes."""
    scratch, model = tmp_path / "scratch", tmp_path / "model.joblib"
    scratch.mkdir()
    command = [sys.executable, "-m", "mlpcli", "train", str(large), "-t", "x29", "--preset", "textbook"]
    process = subprocess.Popen(
        [*command, "-o", str(model), *MEMORY],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while not _open_in(scratch, process.pid):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert not list(scratch.iterdir())
    assert not model.exists()
    assert "Traceback" not in said


def _open_in(folder: Path, process: int) -> bool:
    """Whether a process has a file of the folder open that has no name."""
    links = []
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        try:
            links.append(os.readlink(descriptor))
        except OSError:
            continue  # closed meanwhile
    return any(link.startswith(str(folder)) and link.endswith("(deleted)") for link in links)
