"""A Dask cluster on this machine: a scheduler and workers in processes of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import mlpcli

START_SECONDS = 60.0
"""A cluster that has not started by then never does."""


@dataclass
class LocalCluster:
    """The scheduler and its workers."""

    folder: Path
    environment: Mapping[str, str]
    address: str = ""
    scheduler: "subprocess.Popen[bytes] | None" = None
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def add_worker(self, threads: int = 1) -> "subprocess.Popen[bytes]":
        """Start a worker of so many threads, which runs when `log` says so."""
        name = f"worker{len(self.workers)}"
        options = (
            "--nthreads",
            threads,
            "--no-nanny",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
            "--name",
            name,
        )
        process = self._start("dask_worker", name, self.address, *options, "--local-directory", self.folder)
        self.workers.append(process)
        return process

    def log(self, name: str) -> str:
        """The messages of the scheduler or of a worker."""
        return (self.folder / f"{name}.log").read_text()

    def start_scheduler(self) -> None:
        """Start the scheduler on a free port."""
        told = self.folder / "scheduler.json"
        options = ("--host", "127.0.0.1", "--port", 0, "--scheduler-file", told, "--no-dashboard")
        self.scheduler = self._start("dask_scheduler", "scheduler", *options)
        wait_until(told.exists, self.scheduler)
        while not self.address:
            try:
                self.address = json.loads(told.read_text())["address"]
            except ValueError:  # it is being written
                time.sleep(0.02)

    def wait_for_workers(self) -> None:
        """Wait until all of them have registered."""
        for number, worker in enumerate(self.workers):
            wait_until(lambda: "Registered to" in self.log(f"worker{number}"), worker)  # noqa: B023

    def close(self) -> None:
        for each in [*self.workers, *([] if self.scheduler is None else [self.scheduler])]:
            each.kill()
            each.wait()

    def _start(self, module: str, name: str, *arguments: object) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", f"distributed.cli.{module}", *map(str, arguments)]
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)


def wait_until(holds: "object", process: "subprocess.Popen[bytes]") -> None:
    """Wait until `holds()` is true; fails if the process ends before."""
    assert callable(holds)
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert process.poll() is None, f"{process.args!r} has ended"
        assert time.monotonic() < deadline, f"{process.args!r} does not start"
        time.sleep(0.05)


@contextmanager
def local_cluster(folder: Path, workers: int = 2, threads: int = 1) -> Iterator[LocalCluster]:
    """A cluster whose workers import this mlpcli; it writes to the folder, and ends with the block."""
    package = str(Path(mlpcli.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": package, "DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "false"}
    cluster = LocalCluster(folder, environment)
    try:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.add_worker(threads)
        cluster.wait_for_workers()
        yield cluster
    finally:
        cluster.close()
