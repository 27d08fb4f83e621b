"""Ctrl-C and SIGTERM: once keeps the best so far, before the first epoch nothing is written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import sample


def start(*arguments: object, start_new_session: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mlpcli", "train", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
    )


def wait_for_epochs(process: subprocess.Popen[str], first: str = "epoch") -> None:
    """With -v a line appears each tenth of the run."""
    assert process.stderr is not None
    while not process.stderr.readline().startswith(first):
        assert process.poll() is None


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_once_keeps_the_best(tmp_path: Path, signum: signal.Signals, code: int) -> None:
    model = tmp_path / "m.joblib"
    options = ("--preset", "textbook", "--epochs", "3000", "--patience", "3000", "-v", "--json", "-o", model)
    process = start(sample("penguins.csv"), "-t", "species", "--hidden", "8", *options)
    wait_for_epochs(process)
    process.send_signal(signum)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == code
    assert '"stop_reason": "interrupted"' in out or '"stop_reason": "terminated"' in out
    assert model.exists()
    assert os.listdir(tmp_path) == ["m.joblib"]


IN_PROCESSES = ("--preset", "textbook", "--patience", "100000", "-v", "--json")


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("networks", "epochs"), [(40, 400), (3, 5000)], ids=["some have ended", "none has ended"]
)
def test_several_networks_in_processes(
    tmp_path: Path, networks: int, epochs: int, signum: signal.Signals, code: int
) -> None:
    """The signal reaches all processes, as from a terminal; the one that was started decides."""
    model = tmp_path / "m.joblib"
    options = (*IN_PROCESSES, "--epochs", epochs, "--ensemble", networks, "-o", model)
    process = start(sample("penguins.csv"), "-t", "species", *options, start_new_session=True)
    wait_for_epochs(process, "network")
    os.killpg(process.pid, signum)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert 1 <= len(json.loads(out)["members"]) < networks
    assert os.listdir(tmp_path) == ["m.joblib"]


@pytest.mark.parametrize("seconds", [0.8, 1.1, 1.4])
def test_while_processes_start(tmp_path: Path, seconds: float) -> None:
    """A signal at any moment writes nothing or the best so far, and prints one line at most."""
    options = (*IN_PROCESSES, "--epochs", 3000, "--ensemble", 3, "-o", tmp_path / "m.joblib")
    process = start(sample("penguins.csv"), "-t", "species", *options, start_new_session=True)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in err


def test_before_the_first_epoch_nothing_is_written(tmp_path: Path) -> None:
    model = tmp_path / "m.joblib"
    process = start(
        sample("digits.csv.gz"), "-t", "digit", "--hidden", "2000,2000", "--batch-size", "1", "-o", model
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "no model was written" in err or "interrupted" in err
    assert out == ""
    assert os.listdir(tmp_path) == []


def test_time_limit(tmp_path: Path) -> None:
    options = (
        "--preset",
        "textbook",
        "--epochs",
        "1000000",
        "--patience",
        "1000000",
        "--time-limit",
        "0.5s",
        "--json",
    )
    process = start(sample("penguins.csv"), "-t", "species", *options, "-o", tmp_path / "m")
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert '"stop_reason": "time"' in out
