"""Reading for training against pandas.

    python -m tests.benchmarks.reading [--rows 1000000] [--columns 50]

The peak of memory of a whole `mlpcli train` of one epoch, beside the size of the encoded float32 matrix; and
the time to read all columns of a CSV file as training does, beside `pandas.read_csv` with the same types, in
one process, in turns (medians; from version 3.1 on pandas reads files with several threads).
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpcli.data.reading.opening import open_table
from mlpcli.data.reading.source import ReadingSettings
from tests.benchmarks.tables import measured, write_numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        write_numbers(path, given.rows, given.columns)
        print(f"{given.rows:,} rows x {given.columns} columns, {path.stat().st_size / 1e6:,.0f} MB")
        numbers = [f"x{number}" for number in range(given.columns)]

        def ours() -> None:
            with open_table([str(path)], ReadingSettings()) as table:
                table.read([*numbers, "y"], numbers)

        types: dict[str, Any] = {**dict.fromkeys(numbers, np.float64), "y": "str"}

        def theirs() -> None:
            pd.read_csv(path, dtype=types)

        # First, as a process's peak counts that of the process it was started from.
        train = ["train", str(path), "-t", "y", "--epochs", "1", "--hidden", "64,64", "-q"]
        seconds, peak = measured([sys.executable, "-m", "mlpcli", *train, "-o", f"{folder}/m.joblib"])
        matrix = given.rows * given.columns * 4 / 1e6
        print(f"train, 1 epoch: {seconds:.1f} s, peak {peak:,.0f} MB; matrix {matrix:,.0f} MB, ", end="")
        print(f"allowed {2.5 * matrix + 200:,.0f} MB")
        pairs = [(timed(ours), timed(theirs)) for _ in range(given.rounds)]
        reading, pandas = map(statistics.median, zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        print(f"read for training {reading:.2f} s, pandas.read_csv {pandas:.2f} s, ratio {ratio:.2f}")


def timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
