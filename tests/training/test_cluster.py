"""A real cluster on this machine: the same bytes as here, lost workers, versions, nothing left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.data.reading.source import TextSource
from mlpcli.errors import DataError, MlpcliError, SettingsError
from mlpcli.nn.fit_state import StopReason
from mlpcli.training import cluster as module
from mlpcli.training.cluster import Cluster
from mlpcli.training.cluster_runs import sent_files
from mlpcli.training.cluster_worker import look_up, opened_copies
from tests.cli.commands import Commands
from tests.local_clusters import LocalCluster, local_cluster

QUICK: dict[str, Any] = {"preset": "textbook", "hidden": "4", "epochs": 2, "engine": "numpy"}
LONG: dict[str, Any] = {**QUICK, "epochs": 1_000_000, "patience": 1_000_000}
FOLDS: dict[str, Any] = {"folds": 4, "repeats": 1}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """One that serves most tests, with two workers."""
    with local_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((80, 3)), columns=["a", "b", "c"]).round(4)
    frame["kind"] = np.where(frame["a"] + frame["b"] ** 2 > 0.5, "yes", "no")
    path = tmp_path_factory.mktemp("table") / "rows.csv"
    frame.to_csv(path, index=False)
    return path


def processes_of(cluster: LocalCluster) -> list[int]:
    """Those that the workers have started."""
    workers = {str(each.pid) for each in cluster.workers}
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
            command = (stat.parent / "cmdline").read_text()
        except OSError:
            continue  # it has just ended
        if parent in workers and "worker_process" in command:
            found.append(int(stat.parent.name))
    return found


def left_behind(cluster: LocalCluster) -> list[object]:
    """Processes and copies of files that are there after some seconds."""
    for _ in range(50):
        left = [*processes_of(cluster), *cluster.folder.rglob("mlpcli-*")]
        if not left:
            return []
        time.sleep(0.1)
    return left


def test_cross_validation_has_the_same_bytes(cluster: LocalCluster, table: Path) -> None:
    here, there = (
        mlpcli.cv(table, "kind", predicts=True, **QUICK, **FOLDS, **how)
        for how in ({"workers": 1}, {"dask": cluster.address})
    )
    assert [run.weights for run in here.runs] == [run.weights for run in there.runs]
    assert [run.predictions for run in here.runs] == [run.predictions for run in there.runs]
    assert here.metrics == there.metrics
    assert [each.text for each in here.findings] == [each.text for each in there.findings]
    of_frame = mlpcli.cv(pd.read_csv(table), "kind", dask=cluster.address, **QUICK, **FOLDS)
    assert [run.weights for run in here.runs] == [run.weights for run in of_frame.runs]
    assert left_behind(cluster) == []


@pytest.mark.parametrize(
    "settings",
    [{"ensemble": 3, "dropout": 0.2}, {"folds": 2, "refit": True, "race": 2}, {}],
    ids=["ensemble", "race and refit", "one network"],
)
def test_networks_have_the_same_bytes(
    settings: dict[str, Any], cluster: LocalCluster, table: Path, tmp_path: Path
) -> None:
    """And each epoch is told once, and the checkpoint is that of a run that has ended."""
    settings = QUICK | {"epochs": 5} | settings
    told: list[tuple[int, int]] = []
    there = mlpcli.train(
        table,
        "kind",
        dask=cluster.address,
        on_epoch=lambda record: told.append((record.member, record.epoch)),
        checkpoint=tmp_path / "c",
        **settings,
    )
    here = mlpcli.train(table, "kind", **settings)
    assert there.artifact.receipt["weights"] == here.artifact.receipt["weights"]
    assert there.model.options == here.model.options
    histories = [(each.member, each.epoch, each.validation_loss) for each in there.history]
    assert histories == [(each.member, each.epoch, each.validation_loss) for each in here.history]
    assert len(told) == len(set(told))
    assert set(told) >= {(each.member, each.epoch) for each in there.history}
    again = mlpcli.train(table, "kind", checkpoint=tmp_path / "c", **settings)
    assert again.artifact.receipt["weights"] == here.artifact.receipt["weights"]
    assert left_behind(cluster) == []


def test_stopped_early_the_best_so_far_is_kept(cluster: LocalCluster, table: Path, tmp_path: Path) -> None:
    """Networks that no worker had begun are left out, and those that had go on from there."""
    seen: set[int] = set()

    def stop() -> StopReason | None:
        return "interrupted" if len(seen) == 2 else None

    settings: dict[str, Any] = {**LONG, "ensemble": 5, "checkpoint": tmp_path / "c"}
    stopped = mlpcli.train(
        table,
        "kind",
        dask=cluster.address,
        should_stop=stop,
        on_epoch=lambda record: seen.add(record.member),
        **settings,
    )
    assert stopped.stop_reason == "interrupted"
    assert [member.number for member in stopped.members] == [0, 1]
    assert all(member.best_epoch for member in stopped.members)
    first: list[tuple[int, int]] = []
    mlpcli.train(
        table,
        "kind",
        should_stop=lambda: "interrupted" if first else None,
        on_epoch=lambda record: first.append((record.member, record.epoch)),
        threads=1,
        **settings,
    )
    assert first[0] == (0, len(stopped.members[0].history) + 1)
    assert left_behind(cluster) == []


def test_an_error_of_a_run_is_told_as_here(cluster: LocalCluster, table: Path) -> None:
    settings: dict[str, Any] = {**QUICK, **FOLDS, "monitor": "rmse"}
    errors = []
    for how in ({"workers": 1}, {"dask": cluster.address}):
        with pytest.raises(MlpcliError) as raised:
            mlpcli.cv(table, "kind", **settings, **how)
        errors.append(raised.value)
    assert type(errors[0]) is type(errors[1]) is SettingsError
    assert str(errors[0]).replace("fold 1", "") in {
        str(errors[1]).replace(f"fold {fold}", "") for fold in range(1, 5)
    }
    assert (errors[0].hint, errors[0].setting) == (errors[1].hint, errors[1].setting)
    assert left_behind(cluster) == []


def test_the_runs_of_a_killed_worker_are_made_by_others(cluster: LocalCluster, table: Path) -> None:
    settings: dict[str, Any] = {**QUICK, **FOLDS, "epochs": 400, "patience": 1000}
    here = mlpcli.cv(table, "kind", workers=1, **settings)
    extra = cluster.add_worker()
    cluster.wait_for_workers()
    killed: list[int] = []

    def kill() -> None:
        while not processes_of(cluster):  # none of its own before the first
            time.sleep(0.05)
        time.sleep(1.0)
        extra.kill()
        killed.append(extra.wait())

    Timer(0.0, kill).start()
    there = mlpcli.cv(table, "kind", dask=cluster.address, **settings)
    assert killed == [-signal.SIGKILL]
    assert [run.weights for run in there.runs] == [run.weights for run in here.runs]
    cluster.workers.remove(extra)
    assert left_behind(cluster) == []


def test_a_run_whose_process_is_killed_twice_is_an_error(cluster: LocalCluster, table: Path) -> None:
    """As by a system without memory; the workers themselves go on."""
    ends = time.monotonic() + 20
    done: list[bool] = []

    def kill() -> None:
        while not done and time.monotonic() < ends:
            for each in processes_of(cluster):
                os.kill(each, signal.SIGKILL)
            time.sleep(0.3)

    (timer := Timer(0.0, kill)).start()
    with pytest.raises(MlpcliError, match="was killed 2 times") as raised:
        mlpcli.cv(table, "kind", dask=cluster.address, **LONG, **FOLDS)
    done.append(True)
    timer.join()
    assert "fewer threads" in raised.value.hint
    assert left_behind(cluster) == []


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_all_machines(signum: signal.Signals, cluster: LocalCluster, table: Path) -> None:
    """At once, with one line: Dask has nothing to say."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "mlpcli",
        "cv",
        str(table),
        "-t",
        "kind",
        "--dask",
        cluster.address,
    ]
    command += ["--preset", "textbook", "--epochs", "1000000", "--patience", "1000000", "--hidden", "4"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=cluster.environment) as process:
        while not processes_of(cluster):
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signum)
        sent = time.monotonic()
        _, said = process.communicate(timeout=60)
    words = {signal.SIGINT: "error: interrupted\n", signal.SIGTERM: "error: terminated\n"}
    assert said == words.get(signum, "")
    assert time.monotonic() - sent < 5.0
    assert left_behind(cluster) == []


def test_the_command_says_the_same(
    cluster: LocalCluster, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlpcli_command = Commands(monkeypatch)
    quick = ("--preset", "textbook", "--hidden", "4", "--epochs", "2", "--engine", "numpy")
    of_cv = ("cv", table, "-t", "kind", "--folds", "2", "--repeats", "1", "-v", *quick)
    here = mlpcli_command.ok(*of_cv, "--workers", "1", "--predictions", tmp_path / "here.csv")
    there = mlpcli_command.ok(*of_cv, "--dask", cluster.address, "--predictions", tmp_path / "there.csv")
    assert without_times(there.out) == without_times(here.out)
    assert there.err == here.err
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    piped = ("cv", "-", *of_cv[2:], "--dask", cluster.address)
    assert mlpcli_command.ok(*piped, stdin=table.read_bytes()).out.count("stdin")
    of_train = ("train", table, "-t", "kind", "-o", tmp_path / "m.joblib", "--dask", cluster.address, *quick)
    assert "kind" in mlpcli_command.ok(*of_train, "--dry-run").out
    assert mlpcli_command.ok(*of_train, "--ensemble", "2", "--json").json()["stop_reason"] == "epochs"
    refused = mlpcli_command(*of_cv, "--workers", "2", "--dask", cluster.address)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("error: --workers and --dask cannot be combined")


def without_times(text: str) -> str:
    """The text without durations, which differ."""
    return re.sub(r"\d[\d.]* s\b", "", text)


def test_without_a_scheduler() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(MlpcliError, match=f"dask: no scheduler answers at {address}") as raised:
        mlpcli.train("rows.csv", "kind", dask=address)
    assert "dask scheduler" in raised.value.hint


@pytest.mark.parametrize("address", ["", "scheduler", "udp://127.0.0.1:9", "127.0.0.1:many"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(MlpcliError, match="is not the address of a scheduler"):
        mlpcli.cv("rows.csv", "kind", dask=address)


def test_a_scheduler_without_workers_and_one_that_goes_away(table: Path, tmp_path: Path) -> None:
    with local_cluster(tmp_path, workers=0) as alone:
        with pytest.raises(MlpcliError, match="has no workers") as raised:
            mlpcli.cv(table, "kind", dask=alone.address)
        assert f"dask worker {alone.address}" in raised.value.hint
        alone.add_worker()
        alone.wait_for_workers()

        def end() -> None:
            while not processes_of(alone):
                time.sleep(0.05)
            assert alone.scheduler is not None
            alone.scheduler.kill()

        Timer(0.0, end).start()
        with pytest.raises(MlpcliError, match=f"{alone.address} has gone away") as raised:
            mlpcli.cv(table, "kind", dask=alone.address, **LONG, **FOLDS)
        assert raised.value.hint
        assert left_behind(alone) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("__version__", "9.9", f"has mlpcli {mlpcli.__version__}, but this process has 9.9"),
        ("numpy_version", "9.8", f"has NumPy {np.__version__}, but this process has 9.8"),
    ],
)
def test_other_versions(
    name: str, value: str, said: str, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    with pytest.raises(MlpcliError, match=said) as raised, Cluster(cluster.address):
        pass
    assert "same versions" in raised.value.hint


def test_the_engine_is_decided_here(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cluster(cluster.address) as connected:
        assert connected.engine("numpy") == "numpy"
        alike = look_up()()
        assert connected.is_alike(alike | {"numba": None})
        assert connected.engine("auto") == "auto"
        assert connected.is_alike(alike)  # of workers that come later
        assert not any(connected.is_alike(alike | {name: None}) for name in alike)
        monkeypatch.setattr(connected, "_numba", {"tcp://10.0.0.7:1": None})
        with pytest.raises(MlpcliError, match=r"tcp://10\.0\.0\.7:1 has no numba") as raised:
            connected.engine("auto")
        assert "engine numpy" in raised.value.hint
        monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # it is of no use here: no worker may use it
        assert connected.engine("auto") == "numpy"


def test_copies_keep_their_names_and_endings(table: Path, tmp_path: Path) -> None:
    (sent,) = sent_files([str(table)])
    assert (sent.name, sent.ending, sent.part, sent.content) == (str(table), ".csv", "", table.read_bytes())
    (tmp_path / "copy.csv").write_bytes(sent.content)
    copy = str(tmp_path / "copy.csv")
    assert opened_copies([copy], [sent.name]) == [copy]
    assert TextSource(copy).name == str(table)
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        sent_files(["nowhere.csv"])
