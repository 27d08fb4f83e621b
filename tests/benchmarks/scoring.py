"""CSV to CSV scoring against pandas.

    python -m tests.benchmarks.scoring [--rows 100000,1000000] [--columns 20]

For each number of rows one process a measurement: `mlpcli predict` with a 64-64 network, all columns kept,
and what nobody can do without, `pandas.read_csv`, the bare forward pass and `to_csv` of the same columns.
Printed are seconds, their ratio, rows a second and the peak of memory.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.tables import measured, write_numbers

PANDAS = """
import sys
import numpy as np
import pandas as pd
from mlpcli.model.model import load
model, table, output = sys.argv[1:]
frame = pd.read_csv(table)
network = load(model).network
features = frame.drop(columns="y").to_numpy(dtype=np.float32)
frame["prediction"] = network.predict(features)[:, 0]
frame.to_csv(output, index=False)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000,1000000")
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    print(f"{'rows':>9}  {'mlpcli':>8}  {'pandas':>8}  ratio  {'rows/s':>9}  peak MB")
    with tempfile.TemporaryDirectory() as folder:
        small, model = Path(folder, "small.csv"), Path(folder, "m.joblib")
        write_numbers(small, 1_000, given.columns)
        train = ["train", str(small), "-t", "y", "--hidden", "64,64", "--epochs", "3", "-o", str(model), "-q"]
        subprocess.run([sys.executable, "-m", "mlpcli", *train], check=True, stdout=subprocess.DEVNULL)
        for rows in map(int, given.rows.split(",")):
            table, output = Path(folder, "table.csv"), Path(folder, "scored.csv")
            write_numbers(table, rows, given.columns)
            ours, theirs, peaks = [], [], []
            for _ in range(given.rounds):
                predict = ["predict", str(model), str(table), "-o", str(output), "-f", "-q"]
                seconds, peak = measured([sys.executable, "-m", "mlpcli", *predict])
                ours.append(seconds)
                peaks.append(peak)
                theirs.append(
                    measured([sys.executable, "-c", PANDAS, str(model), str(table), str(output)])[0]
                )
            best, other = min(ours), min(theirs)
            print(
                f"{rows:>9,}  {best:>7.1f}s  {other:>7.1f}s  {best / other:>5.2f}  {rows / best:>9,.0f}"
                f"  {max(peaks):>7.0f}"
            )


if __name__ == "__main__":
    main()
