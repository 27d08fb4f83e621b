"""Time and memory of `mlpcli describe` on a large table, beside `pandas.read_csv` of the same file.

    python -m tests.benchmarks.describe [ROWS [REPEATS]]

Makes a file of 20 columns (numbers, counts, categories, a date, a boolean) with a target in a temporary
folder. Each is run in a process of its own, in turn; the medians of the wall time (imports
included in both), their ratio, and the largest resident memory are printed.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.tables import measured

DEFAULTS = ("1000000", "7")
PANDAS = "import sys, pandas; pandas.read_csv(sys.argv[1])"


def table(rows: int) -> pd.DataFrame:
    """Twenty columns; two of them tell something of `y`."""
    random = np.random.default_rng(0)
    columns: dict[str, object] = {}
    for number in range(9):
        columns[f"number_{number}"] = np.round(random.normal(100 * number, 10, rows), 4)
    for number in range(4):
        columns[f"count_{number}"] = random.poisson(5 * number + 5, rows)
    for digits in range(4):
        levels = np.array([f"level {level} of {digits}" for level in range(10**digits + 4)])
        columns[f"category_{digits}"] = levels[random.integers(0, len(levels), rows)]
    days = pd.date_range("2020-01-01", periods=1500).strftime("%Y-%m-%d").to_numpy()
    columns["day"] = days[random.integers(0, len(days), rows)]
    columns["flag"] = np.where(random.random(rows) < 0.3, "yes", "no")
    signal = np.asarray(columns["number_1"]) + random.normal(0, 5, rows)
    columns["y"] = np.where(signal > np.median(signal), "a", "b")
    return pd.DataFrame(columns)


def main(rows: int, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        # In a process of its own: a child begins with the memory of its parent.
        made = (
            f"from tests.benchmarks.describe import table; table({rows}).to_csv({str(path)!r}, index=False)"
        )
        subprocess.run([sys.executable, "-c", made], check=True)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        describe = [sys.executable, "-m", "mlpcli", "describe", str(path)]
        commands = {
            "pandas.read_csv": [sys.executable, "-c", PANDAS, str(path)],
            "describe": describe,
            "describe -t y": [*describe, "-t", "y"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        memory = dict.fromkeys(commands, 0.0)
        for _ in range(repeats):
            for name, command in commands.items():
                took, peak = measured(command)
                seconds[name].append(took)
                memory[name] = max(memory[name], peak)
        usual = statistics.median(seconds["pandas.read_csv"])
        print(f"{'':16} {'seconds':>8} {'ratio':>6} {'MB':>6}")
        for name, each in seconds.items():
            median = statistics.median(each)
            print(f"{name:16} {median:8.2f} {median / usual:6.2f} {memory[name]:6.0f}")


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]]))
