"""What the benchmarks of tables share: a table of numbers, and the time and memory of a process."""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROWS_AT_ONCE = 50_000


def write_numbers(path: Path, rows: int, columns: int) -> None:
    """Columns x0, x1, ... of normal numbers with four decimals, and a class y that depends on three."""
    generator = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join([*(f"x{number}" for number in range(columns)), "y"]) + "\n")
        for first in range(0, rows, ROWS_AT_ONCE):
            values = generator.normal(size=(min(ROWS_AT_ONCE, rows - first), columns)).round(4)
            classes = np.where(values[:, 0] + values[:, 1] * values[:, 2] > 0, "a", "b")
            file.writelines(
                f"{','.join(map(repr, row))},{name}\n"
                for row, name in zip(values.tolist(), classes.tolist(), strict=True)
            )


def measured(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and the peak of resident memory in MB (10^6 bytes) of a process; it must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    process.returncode = 0
    return seconds, usage.ru_maxrss * 1024 / 1e6
