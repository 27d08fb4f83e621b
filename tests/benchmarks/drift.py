"""Rates of false alarms and of shifts that are found by `drift`, of tables made of columns of many kinds.

    python -m tests.benchmarks.drift [--samples 200] [--models 10]

An alarm is a column or prediction with an adjusted p value below 0.01.
"""

import argparse
import time
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.model.model import Model

SETTINGS: dict[str, dict[str, Any]] = {
    "held-out rows": {"validation": 0.2, "folds": 0},
    "five folds": {"folds": 5},
    "five folds of two": {"folds": 5, "ensemble": 2},
}


def table(generator: np.random.Generator, rows: int, shift: float = 0.0) -> pd.DataFrame:
    """Twenty inputs of all kinds, and a target; `shift` is added to the first, in standard deviations."""
    normal = generator.normal(size=(rows, 8))
    frame = pd.DataFrame(normal, columns=[f"normal_{number}" for number in range(8)])
    frame["normal_0"] += shift
    frame["rounded"] = generator.normal(size=rows).round(1)
    frame["few"] = generator.integers(1, 6, rows)
    frame["counts"] = generator.poisson(3, rows)
    frame["years"] = generator.integers(18, 90, rows)
    frame["skewed"] = np.exp(2 * generator.normal(size=rows))
    frame["zeros"] = np.where(generator.random(rows) < 0.85, 0.0, np.exp(generator.normal(size=rows)))
    frame["gaps"] = np.where(generator.random(rows) < 0.1, np.nan, generator.normal(size=rows))
    frame["rare_gaps"] = np.where(generator.random(rows) < 0.002, np.nan, generator.normal(size=rows))
    frame["yes"] = generator.choice(["yes", "no"], rows, p=[0.3, 0.7])
    frame["city"] = generator.choice(list("abcdefgh"), rows, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.03, 0.015, 0.005])
    frame["long_tail"] = ["w" + str(each) for each in np.minimum(generator.zipf(1.4, rows), 100_000)]
    frame["flat"] = ["f" + str(each) for each in generator.integers(0, 400, rows)]
    days = generator.integers(0, 900, rows).astype("timedelta64[D]")
    frame["date"] = (np.datetime64("2021-01-01") + days).astype(str)
    frame.loc[generator.random(rows) < 0.05, "city"] = None
    noise = generator.normal(size=rows)
    frame["target"] = normal[:, 1] + 0.3 * frame["counts"] + (frame["yes"] == "yes") + noise
    return frame


def as_task(frame: pd.DataFrame, task: str) -> pd.DataFrame:
    """The table with a target of that task."""
    if task == "regression":
        return frame
    bins = [-np.inf, 1, np.inf] if task == "binary" else [-np.inf, 0, 1.5, np.inf]
    labels = ["low", "high"] if task == "binary" else ["low", "middle", "high"]
    return frame.assign(target=pd.cut(frame["target"], bins, labels=labels).astype(str))


def trained(seed: int, rows: int, task: str, **settings: Any) -> Model:
    """A small model of a fresh table."""
    frame = as_task(table(np.random.default_rng([seed, rows]), rows), task)
    return mlpcli.train(
        frame, "target", task=task, preset="textbook", hidden="16", epochs=3, **settings
    ).model


def rates(
    models: list[Model], rows: int, samples: int, shift: float = 0.0
) -> tuple[float, float, Counter[str]]:
    """Shares of samples with any alarm, and with an alarm in the first column; alarms by column."""
    alarms, found, by_column = 0, 0, Counter[str]()
    for number in range(samples):
        frame = table(np.random.default_rng([number, rows, 7]), rows, shift)
        result = mlpcli.drift(models[number % len(models)], frame)
        shifted = [each.name for each in result.shifted]
        alarms += bool(shifted)
        found += "normal_0" in shifted
        by_column.update(shifted)
    return alarms / samples, found / samples, by_column


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--models", type=int, default=10)
    given = parser.parse_args()
    print("training rows  task        split              new rows  alarms   by column")
    for rows, task, split in (
        (4000, "regression", "held-out rows"),
        (4000, "regression", "five folds"),
        (4000, "binary", "five folds of two"),
        (1000, "multiclass", "held-out rows"),
    ):
        models = [trained(seed, rows, task, **SETTINGS[split]) for seed in range(given.models)]
        for new in (200, 2_000, 20_000):
            started = time.perf_counter()
            alarms, _, by_column = rates(models, new, given.samples)
            seconds = time.perf_counter() - started
            said = f"{rows:13,}  {task:10}  {split:17}  {new:8,}  {alarms:6.1%}"
            print(f"{said}   {dict(by_column)} ({seconds:.0f} s)", flush=True)
        _, found, _ = rates(models, 5_000, 50, shift=0.25)
        print(f"{rows:13,}  {task:10}  {split:17}  {5_000:8,}  found a quarter of a deviation: {found:.0%}")


if __name__ == "__main__":
    main()
