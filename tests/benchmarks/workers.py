"""Seconds of `mlpcli cv` with one and two workers: processes of this machine, and of a Dask cluster on it.

    python -m tests.benchmarks.workers [--rows 20000] [--epochs 240] [--runs 3]

A made table of 20 numbers and two classes in four folds. The whole command is measured, from the start of
Python on; the workers of the cluster are there already. In turn, so that a busy machine slows all of them:
the median of the runs, and how many times as fast two workers are as one of the same kind.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.tables import measured, write_numbers
from tests.local_clusters import local_cluster

INPUTS = 20
FOLDS = 4
WANTED = {"local": 1.6, "dask": 1.5}
"""Two workers should be this many times as fast as one."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=240)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--local", action="store_true", help="without Dask")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_numbers(table := folder / "table.csv", given.rows, INPUTS)
        command = [sys.executable, "-P", "-m", "mlpcli", "cv", str(table), "-t", "y", "--preset", "textbook"]
        command += [
            "--folds",
            str(FOLDS),
            "--repeats",
            "1",
            "--epochs",
            str(given.epochs),
            "--patience",
            "1000",
        ]
        command += ["--hidden", "64,64", "--engine", "numpy", "-q"]
        ways = {("local", workers): ["--workers", str(workers)] for workers in (1, 2)}
        for workers in (1, 2) if not given.local else ():
            (place := folder / str(workers)).mkdir()
            cluster = stack.enter_context(local_cluster(place, workers))
            ways["dask", workers] = ["--dask", cluster.address]
        seconds: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
        for _ in range(given.runs):
            for way, options in ways.items():
                seconds[way].append(measured([*command, *options])[0])
        medians = {way: statistics.median(each) for way, each in seconds.items()}
        for kind in dict.fromkeys(kind for kind, _ in ways):
            one, two = medians[kind, 1], medians[kind, 2]
            print(
                f"{kind:6} {one:6.2f} s with one worker, {two:6.2f} s with two: {one / two:.2f} times as fast"
            )
            print(f"       wanted: {WANTED[kind]}")


if __name__ == "__main__":
    main()
