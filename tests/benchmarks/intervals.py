"""How many true numbers lie inside of `predict --interval`, on tables with fixed test rows.

    python -m tests.benchmarks.intervals DIR [--tables a,b] [--levels 0.5,0.9,0.99] [--preset default]
        [--seeds 0,1,2]

DIR is as in `fixed_tables.py`; of it the tables of numbers. Printed for each table, seed and level are the
share of test rows inside, and the mean width in standard deviations of the target; of several targets means.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

import mlpcli
from tests.benchmarks.fixed_tables import NUMBERS, sources

TABLES = "auto_mpg,california_housing,diamonds,river_flow"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--levels", default="0.5,0.9,0.99")
    parser.add_argument("--preset", default="default")
    parser.add_argument("--seeds", default="0,1,2")
    given = parser.parse_args()
    levels = [float(level) for level in given.levels.split(",")]
    print(f"{'table':20} {'seed':>4} {'level':>6} {'inside':>7} {'width':>7}")
    shares: dict[float, list[float]] = {level: [] for level in levels}
    for source in sources(given.folder, given.tables.split(",")):
        truth, (known, asked) = source.truth(), source.cells()
        assert truth.task == NUMBERS
        for seed in map(int, given.seeds.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                train = Path(folder, "train.csv")
                known.to_csv(train, index=False)
                run = mlpcli.train(str(train), source.targets, preset=given.preset, seed=seed)
            for level in levels:
                found = mlpcli.predict(run.model, asked, interval=level).frame
                low, high = (found[[f"{each}_{end}" for each in source.targets]] for end in ("low", "high"))
                inside = (low.to_numpy() <= truth.test) & (truth.test <= high.to_numpy())
                width = ((high.to_numpy() - low.to_numpy()) / truth.test.std(axis=0)).mean()
                shares[level].append(float(inside.mean()))
                print(
                    f"{source.name:20} {seed:>4} {level:>6} {inside.mean():>7.3f} {width:>7.3f}", flush=True
                )
    for level, values in shares.items():
        print(f"mean at {level}: {np.mean(values):.3f}")


if __name__ == "__main__":
    main()
