"""What it costs that batches are drawn from part of the rows at a time, as `--memory` does of large tables.

    python -m tests.benchmarks.windows DIR... [--preset textbook] [--seeds 3] [--most-rows 20000]

DIR is as in `fixed_tables.py`. Each table is trained on in memory; with `--memory`, which must give
the same weights where the table fits; and from windows of a tenth of the training rows. Printed is the
validation loss of the last relative to that in memory, by the mean of the seeds; and the same where the rows
of the file are sorted by the target.
"""

import argparse
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

import mlpcli
from mlpcli.preparation.prepare import Prepared
from mlpcli.workflows.train import TrainingRun
from tests.benchmarks.fixed_tables import Source, sources

PARTS = 10
MEMORY = 10**12
"""Enough for each of the tables."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--preset", default="textbook")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most-rows", type=int, default=20_000)
    given = parser.parse_args()
    print(f"{'table':20}{'rows':>8}{'same bytes':>12}{'loss':>9}{'a tenth':>9}{'sorted':>9}")
    found = []
    for folder in given.folders:
        for source in sources(folder):
            known, _ = source.cells()
            if len(known) <= given.most_rows:
                found.append(line_of(source, known, given.preset, given.seeds))
    means = [math.exp(sum(map(math.log, each)) / len(each)) for each in zip(*found, strict=True)]
    print(f"{'geometric mean':49}" + "".join(f"{each:9.3f}" for each in means))


def line_of(source: Source, known: pd.DataFrame, preset: str, seeds: int) -> tuple[float, float]:
    """Print the line of a table; losses of windows relative to those of all rows, as they are and sorted."""
    settings: dict[str, Any] = {"preset": preset, "group": source.group, "validation": 0.2}
    ordered = known.sort_values(source.targets[0], kind="stable")
    losses: dict[str, float] = dict.fromkeys(("memory", "window", "sorted", "sorted in memory"), 0.0)
    same = True
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        known.to_csv(path, index=False)
        for seed in range(seeds):

            def run(data: Any, seed: int = seed, **others: Any) -> TrainingRun:
                return mlpcli.train(data, source.targets, seed=seed, **settings, **others)

            plain, stored = run(str(path)), run(str(path), memory=MEMORY)
            same &= stored.artifact.receipt["weights"] == plain.artifact.receipt["weights"]
            losses["memory"] += loss_of(plain)
            losses["sorted in memory"] += loss_of(run(ordered))
            with windows():
                losses["window"] += loss_of(run(known))
                losses["sorted"] += loss_of(run(ordered))
    base = losses["memory"]
    relative = losses["window"] / base, losses["sorted"] / losses["sorted in memory"]
    shown = "".join(f"{each:9.3f}" for each in relative)
    print(f"{source.name:20}{len(known):>8,}{same!s:>12}{base / seeds:9.4g}{shown}", flush=True)
    return relative


@contextmanager
def windows() -> Iterator[None]:
    """Batches are drawn from a tenth of the training rows at a time."""

    def window(prepared: Prepared) -> int:
        return max(len(prepared.parts["train"]) // PARTS, 1)

    with patch.object(Prepared, "_window", property(window)):
        yield


def loss_of(run: TrainingRun) -> float:
    """The validation loss of the epoch that was kept."""
    (member,) = run.members
    loss = member.history[member.best_epoch - 1].validation_loss
    assert loss is not None
    return loss


if __name__ == "__main__":
    main()
