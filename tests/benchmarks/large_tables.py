"""Tables larger than memory: time, memory and disk of commands as rows, columns and networks grow.

    python -m tests.benchmarks.large_tables FOLDER [--rows 500000,1000000,2000000,5000000] [--memory 800MB]
        [--commands train,predict,evaluate,lr-find,cv,describe] [--columns 50] [--ensemble 1]

Tables of numbers and a target are made in FOLDER, of 50 columns some 460 bytes a row, and stay there. Each is
trained on with `--preset textbook --epochs 2`, alone on the machine; the smallest also in memory. Printed are
for each run the seconds and the microseconds a row, relative to those of the smallest table, the peak of
memory that belongs to the process and to no file (Anonymous in Linux's smaps), and the peak of the disk in
TMPDIR, with the model and what is predicted.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mlpcli.arrays import Array

COLUMNS = 50
AT_ONCE = 100_000
EVERY_SECONDS = 0.05
SETTINGS = ["-t", "y", "--preset", "textbook"]
EPOCHS = [*SETTINGS, "--epochs", "2"]
WITH_MODEL = {"predict": ["-o", "predictions.csv"], "evaluate": []}
ON_TABLE = {
    "train": [*EPOCHS, "-o", "model.joblib"],
    "lr-find": SETTINGS,
    "cv": [*EPOCHS, "--folds", "3"],
    "describe": ["-t", "y"],
}
WITHOUT_MEMORY = (*WITH_MODEL, "describe")
"""Commands that keep a table in memory, or no more of it than they need."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", default="500000,1000000,2000000,5000000")
    parser.add_argument("--memory", default="800MB")
    parser.add_argument("--commands", default="train")
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--ensemble", default="1")
    given = parser.parse_args()
    rows = list(map(int, given.rows.split(",")))
    folder = given.folder.resolve()
    tables = {number: made(folder, number, given.columns) for number in rows}
    heads = f"{'command':10}{'rows':>12}{'':>10}{'seconds':>9}{'us a row':>10}{'relative':>10}"
    print(f"{heads}{'memory MB':>11}{'disk MB':>9}")
    for command in given.commands.split(","):
        runs = [(number, "" if command in WITHOUT_MEMORY else given.memory) for number in rows]
        if command == "train":
            runs.insert(0, (rows[0], ""))
        base = 0.0
        for number, memory in runs:
            more = ["--memory", memory] if memory else []
            more += ["--ensemble", given.ensemble] if command == "train" else []
            seconds, anonymous, disk = run(tables[number], command, more)
            each = 1e6 * seconds / number
            base = base or each
            print(
                f"{command:10}{number:>12,}{memory or 'in memory':>10}{seconds:>9.1f}{each:>10.1f}"
                f"{each / base:>10.2f}{anonymous / 1e6:>11,.0f}{disk / 1e6:>9,.0f}",
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


def run(table: Path, command: str, more: Sequence[str]) -> tuple[float, int, int]:
    """Seconds, and the peaks of anonymous memory and of the disk in bytes, of one command."""
    mlpcli = [sys.executable, "-m", "mlpcli"]
    with tempfile.TemporaryDirectory(dir=table.parent) as folder:
        environment = os.environ | {"TMPDIR": folder}
        inputs = [str(table)]
        if command in WITH_MODEL:
            with table.open("rb") as file:
                first = b"".join(file.readline() for _ in range(20_000))
            Path(folder, "first.csv").write_bytes(first)
            subprocess.run(
                [*mlpcli, "train", "first.csv", *ON_TABLE["train"], "-q"],
                env=environment,
                cwd=folder,
                check=True,
            )
            inputs = ["model.joblib", str(table)]
        wanted = [*mlpcli, command, *inputs, *(WITH_MODEL | ON_TABLE)[command], *more]
        free = shutil.disk_usage(folder).free
        began, anonymous, least = time.perf_counter(), 0, free
        process = subprocess.Popen(
            wanted, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            anonymous = max(anonymous, anonymous_bytes(process.pid))
            least = min(least, shutil.disk_usage(folder).free)
            time.sleep(EVERY_SECONDS)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"{' '.join(wanted)} ended with {process.returncode}")
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
