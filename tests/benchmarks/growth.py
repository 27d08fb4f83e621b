"""Growth of time with the size of a table: ratios of whole commands, and the peak of memory.

    python -m tests.benchmarks.growth [--rounds 3] [--only columns classes ...]

Each case is a table at two sizes. The larger has `times` as many cells, levels, classes or targets; a ratio
well above that is growth faster than the size. Commands start in turns, the best of the rounds counts.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.tables import measured


@dataclass(frozen=True)
class Case:
    """Tables made by `write(path, size)` of two sizes, with the targets of each and further options."""

    sizes: tuple[int, int]
    write: Callable[[Path, int], list[str]]
    """Gives the names of the targets."""
    train: tuple[str, ...] = ()
    predict: tuple[str, ...] = ()


def table(path: Path, rows: int, inputs: int, targets: dict[str, list[str]]) -> list[str]:
    """Numbers x0, x1, ... with four decimals, then the targets."""
    values = np.random.default_rng(0).normal(size=(rows, inputs)).round(4)
    with path.open("w") as file:
        file.write(",".join([*(f"x{number}" for number in range(inputs)), *targets]) + "\n")
        for row, ends in zip(values.tolist(), zip(*targets.values(), strict=True), strict=True):
            file.write(",".join([*map(repr, row), *ends]) + "\n")
    return list(targets)


def drawn(rows: int, levels: int, seed: int = 1) -> list[str]:
    return [f"k{code}" for code in np.random.default_rng(seed).integers(0, levels, rows).tolist()]


def rows(path: Path, size: int) -> list[str]:
    return table(path, size, 10, {"y": drawn(size, 2)})


def columns(path: Path, size: int) -> list[str]:
    return table(path, 2_000, size, {"y": drawn(2_000, 2)})


def levels(path: Path, size: int) -> list[str]:
    return table(path, 20_000, 5, {"c": drawn(20_000, size, 2), "y": drawn(20_000, 2)})[1:]


def categories(path: Path, size: int) -> list[str]:
    several = {f"c{number}": drawn(2_000, 5, 2 + number) for number in range(size)}
    return table(path, 2_000, 5, several | {"y": drawn(2_000, 2)})[-1:]


def classes(path: Path, size: int) -> list[str]:
    return table(path, 20_000, 10, {"y": drawn(20_000, size)})


def numbers(path: Path, size: int) -> list[str]:
    values = np.random.default_rng(3).normal(size=(size, 5_000)).round(3)
    return table(path, 5_000, 10, {f"y{n}": [*map(str, each)] for n, each in enumerate(values.tolist())})


def labels(path: Path, size: int) -> list[str]:
    values = np.random.default_rng(3).integers(0, 2, size=(size, 5_000))
    return table(path, 5_000, 10, {f"y{n}": [*map(str, each)] for n, each in enumerate(values.tolist())})


CASES = {
    "rows": Case((40_000, 200_000), rows, predict=("--proba",)),
    "columns": Case((2_000, 10_000), columns),
    "levels": Case((100, 2_000), levels, ("--max-categories", "2000", "--kind", "c=category")),
    "categories": Case((200, 1_000), categories),
    "classes": Case((2, 500), classes, predict=("--proba",)),
    "targets": Case((10, 100), numbers, ("--task", "regression")),
    "labels": Case((10, 100), labels, ("--task", "multilabel"), ("--proba",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=CASES, default=list(CASES))
    given = parser.parse_args()
    print("case, command: seconds of either size, ratio (size ratio), peak MB of the larger")
    for name in given.only:
        case = CASES[name]
        with tempfile.TemporaryDirectory() as folder:
            commands = [commands_of(case, Path(folder), size) for size in case.sizes]
            for command in commands[0]:
                runs = [[measured(each[command]) for each in commands] for _ in range(given.rounds)]
                small, large = (min(run[which][0] for run in runs) for which in (0, 1))
                peak = min(run[1][1] for run in runs)
                grown = case.sizes[1] / case.sizes[0]
                print(
                    f"{name} {case.sizes[0]:,} to {case.sizes[1]:,}, {command}: "
                    f"{small:.2f} and {large:.2f} s, {large / small:.1f} times ({grown:g}), {peak:,.0f} MB",
                    flush=True,
                )


def commands_of(case: Case, folder: Path, size: int) -> dict[str, list[str]]:
    """The command lines for a table of one size, which is made."""
    path, model = folder / f"{size}.csv", str(folder / f"{size}.joblib")
    targets = [word for name in case.write(path, size) for word in ("-t", name)]
    start, trained = [sys.executable, "-m", "mlpcli"], ["--preset", "textbook", "--threads", "1", *case.train]
    return {
        "train": [
            *start,
            *("train", str(path), *targets, *trained, "--epochs", "2", "-q", "-f", "-o", model),
        ],
        "predict": [*start, "predict", model, str(path), *case.predict, "-q"],
        "evaluate": [*start, "evaluate", model, str(path), "-q"],
        "inspect": [*start, "inspect", model, "-q"],
        "lr-find": [*start, "lr-find", str(path), *targets, *trained, "-q"],
    }


if __name__ == "__main__":
    main()
