"""Runs in this process and in others: results at their places, errors, processes that are killed."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from mlpcli.errors import MlpcliError, SettingsError
from mlpcli.training.spread import Runners

HERE = __name__
Shared = tuple[Path, int]
"""A folder, and the process of the test."""


@pytest.fixture(autouse=True)
def _processes_that_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is installed elsewhere, they import nothing from here unless it is named."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def doubled(shared: Shared, run: int) -> tuple[int, int]:
    """Twice the number, and the process that found it."""
    time.sleep(0.01)
    return 2 * run, os.getpid()


def killed(shared: Shared, run: int) -> int:
    """Kills its process, if it is another one: run 0 once, run -1 each time."""
    folder, own = shared
    mark = folder / "killed"
    if os.getpid() != own and run <= 0 and (run < 0 or not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run


def wrong(shared: Shared, run: int) -> int:
    """Raises an error of the user's in other processes."""
    if os.getpid() != shared[1]:
        raise SettingsError("it is wrong", "Mend it.", setting="epochs")
    return run


def made(function: str, shared: Shared, runs: list[int], workers: int | None) -> dict[int, Any]:
    runners: Runners[int, Any] = Runners((HERE, function), shared, workers)
    with runners:
        return dict(runners.run(runs))


@pytest.mark.parametrize("workers", [None, 1, 2, 3])
def test_results_do_not_depend_on_the_workers(workers: int | None, tmp_path: Path) -> None:
    found = made("doubled", (tmp_path, os.getpid()), list(range(40)), workers)
    assert {place: result for place, (result, _) in found.items()} == {run: 2 * run for run in range(40)}


def test_this_process_is_one_of_the_workers(tmp_path: Path) -> None:
    """The other one starts before the runs are known, and is given some as well."""
    runners: Runners[int, tuple[int, int]] = Runners((HERE, "doubled"), (tmp_path, os.getpid()), 2)
    with runners:
        makers = {maker for _, (_, maker) in runners.run(range(400))}
    assert len(makers) == 2
    assert os.getpid() in makers


def test_the_run_of_a_killed_process_is_made_again(tmp_path: Path) -> None:
    assert made("killed", (tmp_path, os.getpid()), [0, 1, 2], 2) == {0: 0, 1: 1, 2: 2}
    assert (tmp_path / "killed").exists()


def test_a_run_that_kills_two_processes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MlpcliError, match="was killed"):
        made("killed", (tmp_path, os.getpid()), [-1, 1], 2)


def test_what_a_run_raises_is_raised(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it is wrong") as raised:
        made("wrong", (tmp_path, os.getpid()), [0, 1], 2)
    assert (raised.value.setting, raised.value.hint) == ("epochs", "Mend it.")
