"""CSV to CSV scoring against pandas, and against another commit.

    python -m tests.benchmarks.scoring [--rows 100000,1000000] [--columns 10] [--engine numpy]
                                       [--against FOLDER]

Two models, trained by the tool itself: that of the `default` preset on 10,000 rows, and a 64-64 network.
For each and for each number of rows one process a measurement: `mlpcli predict`, all columns kept, and what
nobody can do without, `pandas.read_csv`, the bare forward passes and `to_csv` of the same columns. Printed
are seconds, their ratio, rows a second and the peak of memory.

`--against` is a checkout of another commit: it trains the models then, so that both can read them, and scores
the same rows, one round of each after the other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.tables import measured, write_numbers

HERE = Path(__file__).parents[2]
MODELS = {
    "default": [],
    "64-64": ["--preset", "textbook", "--hidden", "64,64", "--epochs", "3"],
}
TRAINING_ROWS = 10_000

PANDAS = """
import sys
import numpy as np
import pandas as pd
from mlpcli.model.model import load
model, table, output = sys.argv[1:]
frame = pd.read_csv(table)
loaded = load(model)
features = frame.drop(columns="y").to_numpy(dtype=np.float32)
frame["prediction"] = sum(network.predict(features)[:, 0] for network in loaded.networks)
frame.to_csv(output, index=False)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", default="100000,1000000")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--engine", help="passed on to predict if given")
    parser.add_argument("--against", type=Path, help="checkout of another commit")
    given = parser.parse_args()
    header = f"{'model':9}{'rows':>9}  {'mlpcli':>8}  {'pandas':>8}  ratio  {'rows/s':>9}  peak MB"
    print(header + ("  against  its peak MB  times as fast" if given.against else ""))
    with tempfile.TemporaryDirectory() as folder:
        small, table, model = (Path(folder, name) for name in ("small.csv", "table.csv", "m.joblib"))
        write_numbers(small, TRAINING_ROWS, given.columns)
        for name, options in MODELS.items():
            train = ["train", str(small), "-t", "y", *options, "-o", str(model), "-q"]
            model.unlink(missing_ok=True)
            subprocess.run(mlpcli(given.against or HERE, *train), check=True, stdout=subprocess.DEVNULL)
            for rows in map(int, given.rows.split(",")):
                write_numbers(table, rows, given.columns)
                print(f"{name:9}{rows:>9,}  " + compared(given, model, table))


def compared(given: argparse.Namespace, model: Path, table: Path) -> str:
    """The measurements of a line."""
    output = table.with_name("scored.csv")
    predict = ["predict", str(model), str(table), "-o", str(output), "-f", "-q"]
    engine = ["--engine", given.engine] if given.engine else []
    ours, theirs, before = list[tuple[float, float]](), list[float](), list[tuple[float, float]]()
    for _ in range(given.rounds):
        ours.append(measured(mlpcli(HERE, *predict, *engine)))
        if given.against:
            before.append(measured(mlpcli(given.against, *predict)))
        pandas = [sys.executable, "-P", "-c", PANDAS, str(model), str(table), str(output)]
        theirs.append(measured(["env", f"PYTHONPATH={HERE}", *pandas])[0])
    rows = sum(1 for _ in table.open("rb")) - 1
    best, other = min(ours)[0], min(theirs)
    line = f"{best:>7.1f}s  {other:>7.1f}s  {best / other:>5.2f}  {rows / best:>9,.0f}  {peak(ours):>7.0f}"
    if before:
        line += f"  {min(before)[0]:>6.1f}s  {peak(before):>11.0f}  {min(before)[0] / best:>13.2f}"
    return line


def mlpcli(checkout: Path, *arguments: str) -> Sequence[str]:
    """The command of a checkout, wherever it is run."""
    paths = os.pathsep.join([str(checkout.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])])
    return ["env", f"PYTHONPATH={paths}", sys.executable, "-P", "-m", "mlpcli", *arguments]


def peak(measurements: Sequence[tuple[float, float]]) -> float:
    return max(megabytes for _, megabytes in measurements)


if __name__ == "__main__":
    main()
