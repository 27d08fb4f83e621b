"""Tables larger than memory: time, memory and disk of `mlpcli train --memory` as rows grow.

    python -m tests.benchmarks.large_tables FOLDER [--rows 500000,1000000,2000000,5000000] [--memory 800MB]

Tables of 50 numbers and a target are made in FOLDER, some 460 bytes a row, and stay there. Each is trained on
with `--preset textbook --epochs 2`, alone on the machine; the smallest also in memory. Printed are for each
run the seconds and the microseconds a row, relative to those in memory, the peak of memory that belongs to
the process and to no file (Anonymous in Linux's smaps), and the peak of the disk in TMPDIR.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from mlpcli.arrays import Array

COLUMNS = 50
AT_ONCE = 100_000
EVERY_SECONDS = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", default="500000,1000000,2000000,5000000")
    parser.add_argument("--memory", default="800MB")
    parser.add_argument("--preset", default="textbook")
    parser.add_argument("--epochs", default="2")
    parser.add_argument("--columns", type=int, default=COLUMNS)
    given = parser.parse_args()
    rows = list(map(int, given.rows.split(",")))
    tables = [made(given.folder, number, given.columns) for number in rows]
    options = ["--preset", given.preset, "--epochs", given.epochs]
    print(
        f"{'rows':>12}{'':>10}{'seconds':>9}{'us a row':>10}{'relative':>10}{'memory MB':>11}{'disk MB':>9}"
    )
    base = 0.0
    for number, table, memory in [
        (rows[0], tables[0], ""),
        *((*each, given.memory) for each in zip(rows, tables, strict=True)),
    ]:
        seconds, anonymous, disk = run(table, [*options, *(["--memory", memory] if memory else [])])
        each = 1e6 * seconds / number
        base = base or each
        print(
            f"{number:>12,}{memory or 'in memory':>10}{seconds:>9.1f}{each:>10.1f}{each / base:>10.2f}"
            f"{anonymous / 1e6:>11,.0f}{disk / 1e6:>9,.0f}",
            flush=True,
        )


def made(folder: Path, rows: int, columns: int) -> Path:
    """The file of a table, which is made unless it is there."""
    path = folder / f"numbers_{rows}_{columns}.csv"
    if path.exists():
        return path
    generator = np.random.default_rng(0)
    weights = generator.normal(size=columns)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write((",".join([*(f"x{number}" for number in range(columns)), "y"]) + "\n").encode())
        for start in range(0, rows, AT_ONCE):
            inputs = generator.normal(size=(min(AT_ONCE, rows - start), columns))
            target = np.tanh(inputs[:, 0] * inputs[:, 1]) + 0.2 * (inputs @ weights)
            target += 0.3 * generator.normal(size=len(inputs))
            file.write(written(np.column_stack([inputs, target])))
    unfinished.rename(path)
    return path


def written(values: Array) -> bytes:
    """Rows of numbers within 5 of zero as CSV, 5 more, with six decimals: nine characters each."""
    left = np.clip(np.rint((values + 5.0) * 1e6), 0, 9_999_999).astype(np.int64)
    text = np.empty((*values.shape, 9), np.uint8)
    for place in (7, 6, 5, 4, 3, 2):
        left, digit = np.divmod(left, 10)
        text[..., place] = digit + ord("0")
    text[..., 0], text[..., 1] = left + ord("0"), ord(".")
    text[..., 8] = ord(",")
    text[:, -1, 8] = ord("\n")
    return text.tobytes()


def run(table: Path, options: list[str]) -> tuple[float, int, int]:
    """Seconds, and the peaks of anonymous memory and of the disk in bytes, of one training."""
    with tempfile.TemporaryDirectory(dir=table.parent) as folder:
        model = os.path.join(folder, "model.joblib")
        command = [
            sys.executable,
            "-m",
            "mlpcli",
            "train",
            str(table),
            "-t",
            "y",
            *options,
            "-o",
            model,
            "-q",
        ]
        free = shutil.disk_usage(folder).free
        began, anonymous, least = time.perf_counter(), 0, free
        process = subprocess.Popen(command, env=os.environ | {"TMPDIR": folder})
        while process.poll() is None:
            anonymous = max(anonymous, anonymous_bytes(process.pid))
            least = min(least, shutil.disk_usage(folder).free)
            time.sleep(EVERY_SECONDS)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, anonymous, free - least


def anonymous_bytes(process: int) -> int:
    """Memory of a process and of those that it began that belongs to no file."""
    own = 0
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        own = sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
        for thread in Path(f"/proc/{process}/task").iterdir():
            own += sum(map(anonymous_bytes, map(int, (thread / "children").read_text().split())))
    except OSError:
        pass  # it has ended
    return own


if __name__ == "__main__":
    main()
