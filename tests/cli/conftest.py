import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.cli import terminals
from tests.cli.commands import Commands, sample
from tests.manual.forked import forking

Start: TypeAlias = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session", autouse=True)
def _terminals_with_a_fork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands in terminals are forked from a process that has loaded all that they need."""
    with forking(tmp_path_factory.mktemp("fork")) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminals, "COMMAND", [str(folder / "mlpcli")])
        yield


@pytest.fixture(scope="session", autouse=True)
def _signals_that_end() -> Iterator[None]:
    """Commands take over what their starter ignores, as where the suite runs behind `nohup ... &`."""
    defaults: dict[int, Any] = {signal.SIGINT: signal.default_int_handler}
    defaults |= {signal.SIGHUP: signal.SIG_DFL, signal.SIGQUIT: signal.SIG_DFL}
    ignored = [number for number in defaults if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, defaults[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a training in a process group of its own, of which nothing is left after the test."""
    processes: list[subprocess.Popen[str]] = []

    def started(*arguments: object, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mlpcli", "train", *map(str, arguments)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        processes.append(subprocess.Popen(command, start_new_session=True, **pipes, **options))
        return processes[-1]

    yield started
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def mlpcli(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


@pytest.fixture(scope="session")
def penguins_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "penguins.joblib"
    with pytest.MonkeyPatch.context() as patch:
        Commands(patch).ok(
            "train", sample("penguins.csv"), "-t", "species", "--preset", "textbook", "-o", path
        )
    return path
