"""How many true numbers or classes `predict --interval` covers, on tables with fixed test rows.

    python -m tests.benchmarks.intervals DIR [--tables a,b] [--levels 0.5,0.9,0.99] [--preset default]
        [--seeds 0,1,2]

DIR is as in `fixed_tables.py`; of it the tables of numbers and of classes. Printed for each table, seed and
level are the share of test rows covered, and the mean width in standard deviations of the target (of several
targets means), or the mean number of classes. For classes also the accuracy, as sets of one class cover more
than a level below it, and by how many standard errors the share is off: those of this many test and held-out
rows, if all are independent. Tables of groups hold out whole groups.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.arrays import Array
from mlpcli.data.label_lists import SEPARATORS
from mlpcli.model.model import Model
from tests.benchmarks.fixed_tables import CLASSES, LABELS, Source, sources

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
    print(f"{'table':20} {'seed':>4} {'level':>6} {'inside':>7} {'width':>7} {'accuracy':>8} {'errors':>7}")
    shares: dict[float, list[float]] = {level: [] for level in levels}
    for source in sources(given.folder, given.tables.split(",")):
        truth, (known, asked) = source.truth(), source.cells()
        assert truth.task != LABELS
        for seed in map(int, given.seeds.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                train = Path(folder, "train.csv")
                known.to_csv(train, index=False)
                model = mlpcli.train(
                    str(train), source.targets, preset=given.preset, seed=seed, group=source.group
                ).model
            for level in levels:
                found = mlpcli.predict(model, asked, interval=level).frame
                if truth.task == CLASSES:
                    inside, width, rest = of_classes(model, found, list(asked[source.targets[0]]), level)
                else:
                    inside, width = of_numbers(source, found, truth.test)
                    rest = ""
                shares[level].append(inside)
                print(
                    f"{source.name:20} {seed:>4} {level:>6} {inside:>7.3f} {width:>7.3f} {rest}", flush=True
                )
    for level, values in shares.items():
        print(f"mean at {level}: {np.mean(values):.3f}")


def of_numbers(source: Source, found: pd.DataFrame, truth: Array) -> tuple[float, float]:
    """The share inside and the mean width."""
    low, high = (found[[f"{each}_{end}" for each in source.targets]].to_numpy() for end in ("low", "high"))
    inside = (low <= truth) & (truth <= high)
    return float(inside.mean()), float(((high - low) / truth.std(axis=0)).mean())


def of_classes(
    model: Model, found: pd.DataFrame, truth: Sequence[str], level: float
) -> tuple[float, float, str]:
    """The share inside, the mean size, and as text the accuracy and the standard errors."""
    separator = next(each for each in SEPARATORS if not any(each in name for name in model.task.labels))
    sets = [each.split(separator) for each in found["prediction_set"]]
    inside = float(np.mean([each in members for each, members in zip(truth, sets, strict=True)]))
    accuracy = np.mean([each == members[0] for each, members in zip(truth, sets, strict=True)])
    highest = model.artifact.arrays["class_errors.levels"][-1]
    held_out = round(highest / (1 - highest))
    error = np.sqrt(level * (1 - level) * (1 / len(truth) + 1 / held_out))
    size = float(np.mean([len(each) for each in sets]))
    return inside, size, f"{accuracy:>8.3f} {(inside - level) / error:>+7.2f}"


if __name__ == "__main__":
    main()
