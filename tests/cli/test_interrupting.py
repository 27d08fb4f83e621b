"""Ctrl-C and SIGTERM: once keeps the best so far, before the first epoch nothing is written."""

import itertools
import json
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlpcli.artifact.checkpoint import Progress, load
from tests.cli.commands import Commands, sample
from tests.cli.conftest import Start


def wait_for(checkpoint: Path, reached: Callable[[Progress], object], process: subprocess.Popen[str]) -> None:
    """Until a network of the checkpoint has come this far."""
    while not (checkpoint.exists() and any(map(reached, load(str(checkpoint)).members.values()))):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


ENDLESS = ("--preset", "textbook", "--epochs", "1000000", "--patience", "1000000", "--json")


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_once_keeps_the_best(start: Start, tmp_path: Path, signum: signal.Signals, code: int) -> None:
    model, checkpoint = tmp_path / "m.joblib", tmp_path / "c.ck"
    files = ("--checkpoint", checkpoint, "-o", model)
    process = start(sample("penguins.csv"), "-t", "species", "--hidden", "8", *ENDLESS, *files)
    wait_for(checkpoint, lambda network: network.history, process)
    process.send_signal(signum)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == code
    assert json.loads(out)["stop_reason"] == ("interrupted" if signum == signal.SIGINT else "terminated")
    assert sorted(os.listdir(tmp_path)) == ["c.ck", "m.joblib"]


@pytest.mark.parametrize(
    ("signum", "code", "networks", "epochs"),
    [(signal.SIGINT, 130, 40, 120), (signal.SIGTERM, 143, 3, 1_000_000)],
    ids=["some have ended", "none has ended"],
)
def test_several_networks_in_processes(
    start: Start, tmp_path: Path, networks: int, epochs: int, signum: signal.Signals, code: int
) -> None:
    """The signal reaches all processes, as from a terminal; the one that was started decides."""
    model, checkpoint = tmp_path / "m.joblib", tmp_path / "c.ck"
    options = (*ENDLESS, "--epochs", epochs, "--ensemble", networks, "-o", model, "--checkpoint", checkpoint)
    process = start(sample("penguins.csv"), "-t", "species", *options)
    wait_for(checkpoint, lambda network: network.ended if networks > 3 else network.history, process)
    os.killpg(process.pid, signum)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert 1 <= len(json.loads(out)["members"]) < networks
    assert sorted(os.listdir(tmp_path)) == ["c.ck", "m.joblib"]


@pytest.mark.parametrize("seconds", [0.8, 1.3])
def test_while_processes_start(start: Start, tmp_path: Path, seconds: float) -> None:
    """A signal at any moment writes nothing or the best so far, and prints one line at most."""
    options = (*ENDLESS, "--ensemble", 3, "-o", tmp_path / "m.joblib")
    process = start(sample("penguins.csv"), "-t", "species", *options)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in err


def test_before_the_first_epoch_nothing_is_written(start: Start, tmp_path: Path) -> None:
    """The checkpoint is begun when the table was read; a step takes long enough for no epoch to end."""
    model, checkpoint = tmp_path / "m.joblib", tmp_path / "c.ck"
    options = (
        "--hidden",
        "2000,2000",
        "--batch-size",
        "1",
        "--threads",
        "1",
        "-o",
        model,
        "--checkpoint",
        checkpoint,
    )
    process = start(sample("digits.csv.gz"), "-t", "digit", *options)
    while not checkpoint.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "no model was written" in err or "interrupted" in err
    assert out == ""
    assert os.listdir(tmp_path) == ["c.ck"]


def test_time_limit(mlpcli: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By a clock that stands still for some epochs, then shows the end of time."""

    class Clock:
        readings = iter(itertools.chain([0.0] * 200, itertools.repeat(math.inf)))

        def perf_counter(self) -> float:
            return next(self.readings)

    monkeypatch.setattr("mlpcli.training.stopping.time", Clock())
    options = (*ENDLESS, "--epochs", 2000, "--time-limit", "10s", "-o", tmp_path / "m")
    done = mlpcli.ok("train", sample("penguins.csv"), "-t", "species", *options).json()
    assert done["stop_reason"] == "time"
    assert 1 <= done["members"][0]["epochs"] < 200
