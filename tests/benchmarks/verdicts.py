"""How often `cv --vs` calls a setting different from itself under another seed: at most 5 % of times.

    python -m tests.benchmarks.verdicts [--comparisons 200]

Each comparison has a table of its own: two classes, or a number, from a linear model with noise.
"""

import argparse
import itertools
from typing import Any

import numpy as np
import pandas as pd

import mlpcli

QUICK: dict[str, Any] = {"preset": "textbook", "hidden": "16", "epochs": 15, "folds": 5, "workers": 1}
COLUMNS = 5
SECOND_SEED = 1_000
"""Of the second settings: their runs have other seeds than all of the first."""


def table_of(number: int) -> tuple[pd.DataFrame, str]:
    """A table of 100 to 300 rows, and its target."""
    generator = np.random.default_rng(number)
    rows = int(generator.integers(100, 301))
    features = generator.standard_normal((rows, COLUMNS))
    score = features @ generator.standard_normal(COLUMNS) + 2 * generator.standard_normal(rows)
    frame = pd.DataFrame(features, columns=[f"x{column}" for column in range(COLUMNS)])
    if number % 2:
        return frame.assign(number=score), "number"
    return frame.assign(kind=np.where(score > 0, "high", "low")), "kind"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=200)
    comparisons = parser.parse_args().comparisons
    clear: dict[str, int] = {}
    for number, repeats in zip(range(comparisons), itertools.cycle((1, 1, 2, 2)), strict=False):
        frame, target = table_of(number)
        found = mlpcli.cv(frame, target, repeats=repeats, vs={"seed": SECOND_SEED}, **QUICK)
        assert found.versus is not None
        difference = found.versus.differences[found.headline]
        clear[target] = clear.get(target, 0) + difference.is_clear
    total = sum(clear.values())
    print(f"{total} of {comparisons} called different ({total / comparisons:.1%}): {clear}")


if __name__ == "__main__":
    main()
