"""Seconds of the whole command `mlpcli train`, from the start of Python on.

    python -m tests.benchmarks.whole_command [--rows 1000,10000,50000] [--preset default] [--runs 3]
        [--python-path DIR] [--options TEXT]

A made table of 20 numbers and two classes with `--preset`, and penguins with `textbook`: median, lowest and
highest of the runs. `--python-path` measures the mlpcli of that folder in place of the one that Python
imports; `--options` goes to `mlpcli train`.
"""

import argparse
import os
import shlex
import statistics
import sys
import tempfile
from pathlib import Path

import mlpcli
from tests.benchmarks.tables import measured, write_numbers

INPUTS = 20
PENGUINS = Path(__file__).parents[2] / "sample_data" / "penguins.csv"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="1000,10000,50000")
    parser.add_argument("--preset", default="default")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--python-path", type=Path, default=Path(mlpcli.__file__).parent.parent)
    parser.add_argument("--options", default="")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = str(given.python_path.resolve())
    with tempfile.TemporaryDirectory() as folder:
        cases = [(PENGUINS, "species", "textbook")]
        for rows in map(int, given.rows.split(",")):
            path = Path(folder, f"{rows:,} rows x {INPUTS}.csv")
            write_numbers(path, rows, INPUTS)
            cases.append((path, "y", given.preset))
        for path, target, preset in cases:
            command = [
                sys.executable,
                "-P",
                "-m",
                "mlpcli",
                "train",
                str(path),
                "-t",
                target,
                "--preset",
                preset,
            ]
            command += ["-o", str(Path(folder, "m.joblib")), "-q", "-f", *shlex.split(given.options)]
            seconds = [measured(command)[0] for _ in range(given.runs)]
            spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
            print(f"{path.stem}, {preset}: {statistics.median(seconds):.2f} s ({spread})", flush=True)


if __name__ == "__main__":
    main()
