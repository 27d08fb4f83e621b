"""Signals end a command with one line, its status and nothing left behind, from the first import on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mlpcli
from mlpcli.cli.signals import ENDING
from tests.cli.commands import sample
from tests.cli.conftest import Start
from tests.cli.test_interrupting import ENDLESS, wait_for

HALF_WRITTEN = """
import os, sys, time
from mlpcli.cli.signals import end_quietly
from mlpcli.files import atomic_output

del os.O_TMPFILE  # as on other systems
end_quietly()
with atomic_output(sys.argv[1]) as file:
    file.write(b"half")
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(("signum", "word"), ENDING.items())
def test_while_it_imports(signum: signal.Signals, word: str, tmp_path: Path) -> None:
    started = tmp_path / "started"
    # Many short sleeps: a signal that comes just before a long one is handled only behind it.
    waiting = "import time\nfor _ in range(600):\n    time.sleep(0.1)\n"
    (tmp_path / "click.py").write_text(f"open({str(started)!r}, 'w').close()\n{waiting}")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "mlpcli", "--help"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), _root()])},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signum)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + signum, f"error: {word}\n")


@pytest.mark.parametrize("signum", ENDING)
def test_a_temporary_file_is_removed(signum: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HALF_WRITTEN, str(tmp_path / "out")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    assert len(os.listdir(tmp_path)) == 1
    process.send_signal(signum)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signum
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("first", "code"), [(signal.SIGINT, 130), (signal.SIGQUIT, 131)], ids=["Ctrl-C", "Ctrl-backslash"]
)
def test_a_storm_of_signals(start: Start, first: signal.Signals, code: int, tmp_path: Path) -> None:
    """All processes get them, as from a terminal."""
    options = (*ENDLESS, "--ensemble", 3, "--checkpoint", tmp_path / "c")
    files = ("-o", tmp_path / "m", "--history", tmp_path / "h.csv")
    process = start(sample("penguins.csv"), "-t", "species", *options, *files)
    wait_for(tmp_path / "c", lambda network: network.history, process)
    for _ in range(20):
        os.killpg(process.pid, first)
        time.sleep(0.005)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert {*os.listdir(tmp_path)} <= {"c", "m", "h.csv"}


def _ignore_hangups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def test_what_is_ignored_at_the_start_stays_ignored(start: Start, tmp_path: Path) -> None:
    """As by nohup."""
    settings = (
        *ENDLESS,
        "--hidden",
        "8",
        "--epochs",
        "300",
        "--checkpoint",
        tmp_path / "c",
        "-o",
        tmp_path / "m",
    )
    process = start(sample("penguins.csv"), "-t", "species", *settings, preexec_fn=_ignore_hangups)
    wait_for(tmp_path / "c", lambda network: network.history, process)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0


def _root() -> str:
    return str(Path(mlpcli.__file__).parents[1])
