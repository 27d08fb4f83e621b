"""All metrics of many rows against reading them and the bare forward pass.

    python -m tests.benchmarks.evaluate [--rows 1000000] [--columns 20] [--resamples 1000]
                                        [--engine numpy] [--against FOLDER]

For each network one process a measurement: `mlpcli evaluate`, and what nobody can do without,
`pandas.read_csv` and the forward pass of the same network on the same columns. Printed are seconds, their
ratio and the peak of memory, and with `--against`, a checkout of another commit, which trains the networks
then, its seconds in rounds between; at last the seconds of a bootstrap of AUC and of all metrics on 100,000
rows.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from mlpcli.metrics.bootstrap import intervals
from mlpcli.metrics.outcome import Outcome
from mlpcli.options.threads import limited_threads
from tests.benchmarks.scoring import HERE, mlpcli
from tests.benchmarks.tables import measured, write_numbers

NETWORKS = {
    "default preset": ["--epochs", "3"],
    "64-64, textbook": ["--preset", "textbook", "--hidden", "64,64", "--epochs", "3"],
}
TRAINING_ROWS = 20_000
BOOTSTRAP_ROWS = 100_000

PANDAS = """
import sys
import numpy as np
import pandas as pd
from mlpcli.model.model import load
from mlpcli.options.threads import (choose_threads, limited_threads)
from mlpcli.nn.network import PREDICTION_ROWS
model, table = sys.argv[1:]
frame = pd.read_csv(table)
loaded = load(model)
features = frame.drop(columns="y").to_numpy(dtype=np.float32)
with limited_threads(choose_threads(None, loaded.network.largest_product * PREDICTION_ROWS)):
    for network in loaded.networks:
        network.predict(features)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--engine", help="passed on to evaluate if given")
    parser.add_argument("--against", type=Path, help="checkout of another commit")
    given = parser.parse_args()
    print(f"{given.rows:,} rows x {given.columns} columns")
    header = f"{'network':16}  evaluate  read_csv, forward  ratio  peak MB"
    print(header + ("  against" if given.against else ""))
    with tempfile.TemporaryDirectory() as folder:
        small, table, model = (Path(folder, name) for name in ("small.csv", "table.csv", "m.joblib"))
        write_numbers(small, TRAINING_ROWS, given.columns)
        write_numbers(table, given.rows, given.columns)
        for name, options in NETWORKS.items():
            train = ["train", str(small), "-t", "y", *options, "-o", str(model), "-q", "-f"]
            subprocess.run(mlpcli(given.against or HERE, *train), check=True, stdout=subprocess.DEVNULL)
            ours, theirs, peaks, before = [], [], [], []
            for _ in range(given.rounds):
                evaluate = ["evaluate", str(model), str(table), "-q"]
                engine = ["--engine", given.engine] if given.engine else []
                seconds, peak = measured(mlpcli(HERE, *evaluate, *engine))
                ours.append(seconds)
                peaks.append(peak)
                if given.against:
                    before.append(measured(mlpcli(given.against, *evaluate))[0])
                theirs.append(measured([sys.executable, "-c", PANDAS, str(model), str(table)])[0])
            best, other = min(ours), min(theirs)
            line = f"{name:16}  {best:>7.1f}s  {other:>16.1f}s  {best / other:>5.2f}  {max(peaks):>7.0f}"
            print(line + (f"  {min(before):>6.1f}s" if before else ""))
    for names in (["roc_auc"], None):
        print(
            f"bootstrap of {names[0] if names else 'all metrics'}: {bootstrap(names, given.resamples):.1f} s"
        )


def bootstrap(names: list[str] | None, resamples: int) -> float:
    """Seconds for a binary outcome."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, BOOTSTRAP_ROWS)
    given = np.clip(truth * 0.3 + generator.random(BOOTSTRAP_ROWS) * 0.7, 0, 1)
    outcome = Outcome(truth, (given >= 0.5).astype(np.intp), np.column_stack([1 - given, given]))
    started = time.perf_counter()
    with limited_threads(1):
        intervals(outcome, "binary", names, resamples, generator, 0.95)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
