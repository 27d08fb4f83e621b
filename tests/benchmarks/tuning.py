"""Whether `tune` pays: its model beside that of `default` on test rows, and its outer score beside theirs.

    python -m tests.benchmarks.tuning DIR [--tables NAME ...] [--seeds 3] [--seconds 60] [--keep 3]

DIR has tables.json and NAME.train.csv.gz and NAME.test.csv.gz for each table. Ratios are of errors (RMSE, log
loss), below 1 where `tune` is better.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import mlpcli

SIX = ("personality", "player_values", "bike_rentals", "check_times", "insurance_codes", "rodents")
RESAMPLES = 500
WIDTH = 2 * 1.96
"""Standard errors that an interval of 95 % is wide."""


@dataclass(frozen=True)
class Compared:
    """A search on a table."""

    table: str
    seed: int
    default: float
    ratio: float
    standard_error: float
    """Of the ratio, from resamples of the test rows."""
    outer: float
    errors_apart: float
    """Standard errors between the outer score and that of the test rows."""
    trials: int
    seconds: float

    def __str__(self) -> str:
        ratio = f"{self.ratio:7.3f} ± {self.standard_error:.3f}"
        ours = f"{self.table:16} {self.seed:4} {self.default:12.5g} {ratio}"
        return f"{ours} {self.outer:12.5g} {self.errors_apart:6.1f} {self.trials:7,} {self.seconds:7.1f}"


def compared(folder: Path, table: dict[str, Any], seed: int, seconds: float, keep: int) -> Compared:
    """Both models on the test rows of a table."""
    metric = "rmse" if table["task"] == "regression" else "log_loss"
    train, test = (str(folder / f"{table['name']}.{part}.csv.gz") for part in ("train", "test"))
    settings = {
        "group": table["group"],
        "time": table["time"],
        "seed": seed,
        "target": tuple(table["targets"]),
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    with tempfile.TemporaryDirectory() as outputs:
        path, default = (str(Path(outputs) / f"{name}.joblib") for name in ("tuned", "default"))
        mlpcli.train(train, output=default, **settings)
        begun = time.perf_counter()
        found = mlpcli.tune(train, output=path, time_limit=seconds, keep=keep, **settings)
        spent = time.perf_counter() - begun
        both = mlpcli.evaluate(path, test, compare=default, bootstrap=RESAMPLES)
    assert both.comparison is not None
    assert both.intervals is not None
    assert found.winner.outer is not None
    assert found.winner.outer.intervals is not None
    ours, theirs = both.metrics[metric], both.comparison.metrics[metric]
    interval = (both.comparison.intervals or {}).get(metric)
    outer = found.winner.outer.metrics[metric]
    spans = (both.intervals[metric], found.winner.outer.intervals[metric])
    assert ours is not None
    assert theirs is not None
    assert outer is not None
    assert interval is not None
    errors = [(span[1] - span[0]) / WIDTH for span in spans if span is not None]
    return Compared(
        table=table["name"],
        seed=seed,
        default=theirs,
        ratio=ours / theirs,
        standard_error=(interval[1] - interval[0]) / WIDTH / theirs,
        outer=outer,
        errors_apart=(outer - ours) / math.hypot(*errors),
        trials=len(found.trials),
        seconds=spent,
    )


def summary(found: list[Compared]) -> Iterator[str]:
    """What is asked of all of them."""
    by_table: dict[str, list[Compared]] = {}
    for each in found:
        by_table.setdefault(each.table, []).append(each)
    means = {
        name: float(np.exp(np.mean(np.log([each.ratio for each in own])))) for name, own in by_table.items()
    }
    yield f"tune / default, geometric mean: {np.exp(np.mean(np.log(list(means.values())))):.4f}"
    yield "by table: " + ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
    worse = [f"{each.table} {each.seed}" for each in found if each.ratio - 1 > 2 * each.standard_error]
    yield f"worse by more than two standard errors: {', '.join(worse) or 'none'}"
    honest = sum(abs(each.errors_apart) <= 2 for each in found)
    yield f"outer score within two standard errors of the test score: {honest} of {len(found)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", nargs="*", default=SIX)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--keep", type=int, default=1)
    given = parser.parse_args()
    tables = {each["name"]: each for each in json.loads((given.folder / "tables.json").read_text())}
    print("table            seed      default   ratio            outer  apart  trials seconds")
    found = []
    for name in given.tables:
        for seed in range(given.seeds):
            found.append(compared(given.folder, tables[name], seed, given.seconds, given.keep))
            print(found[-1], flush=True)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
