"""How good is the rate that `mlpcli lr-find` suggests? Beside fastai's rule valley, on the same sweeps.

    python -m tests.benchmarks.learning_rates DIR [--tables a,b] [--seeds 0,1,2] [--preset textbook]
        [--reuse FILE]

DIR is as in `fixed_tables.py`; its test rows are left out altogether. For each seed (of split, weights and
batches) a table is trained at nine rates from 1e-5 to 1e-1 and at the suggestions for that seed. What counts
is the validation loss of the best epoch, of the same validation rows; the mean over the seeds is compared.

Printed are, of each table, the best rate of the grid with its loss and that loss's deviation over the seeds;
then, of a rule, the lowest and highest suggestion over the seeds, their factor, and the ratio of its loss to
the grid's best, give or take the standard error of the paired differences. A ratio is good up to 1.1, and
within noise if it is less than two standard errors above. A factor is good up to 3.

`--reuse` keeps the loss of every training in a file as soon as it is there, and takes from it what was run
before.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from mlpcli.nn.range_test import SweepSettings
from mlpcli.options.options import Options
from mlpcli.options.threads import limited_threads
from mlpcli.preparation.prepare import Prepared, prepare
from mlpcli.training.learning_rate import find_rate
from mlpcli.training.members import train_member
from tests.benchmarks.fixed_tables import Source, sources

GRID = tuple(float(f"{rate:.6g}") for rate in np.geomspace(1e-5, 1e-1, 9))
RULES = ("half_max", "valley")
GOOD_RATIO, GOOD_FACTOR = 1.1, 3.0

Losses: TypeAlias = dict[tuple[str, int, float], float]
"""By table, seed and rate; infinite where training diverged in its first epoch."""


class Judged(NamedTuple):
    """A rule on a table, over the seeds."""

    lowest: float
    highest: float
    ratio: float
    error: float

    @property
    def factor(self) -> float:
        return self.highest / self.lowest

    def __str__(self) -> str:
        rates = f"{self.lowest:>10.2g}{self.highest:>9.2g}{self.factor:>7.2f}"
        return f"{rates}{self.ratio:>9.4g} ± {self.error:<7.2g}"


class Trainings:
    """Losses of trainings, kept in a file if there is one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._losses: Losses = {}
        if path is not None and path.exists():
            for each in json.loads(path.read_text()):
                loss = float("inf") if each["loss"] is None else each["loss"]
                self._losses[each["table"], each["seed"], each["rate"]] = loss

    def loss(self, table: str, prepared: Prepared, rate: float) -> float:
        """Of the best epoch; trained only if it is not known."""
        key = (table, prepared.options.run.seed, rate)
        if key not in self._losses:
            at_rate = prepared.changed(learning_rate=rate)
            with limited_threads(1):
                history = train_member(at_rate, 0, lambda record: None, lambda: None).history
            losses = [record.validation_loss for record in history if record.validation_loss is not None]
            self._losses[key] = min(losses, default=float("inf"))
            print(f"{table}, seed {key[1]}, rate {rate:g}: {self._losses[key]:.5g}", file=sys.stderr)
            self._save()
        return self._losses[key]

    def _save(self) -> None:
        if self._path is None:
            return
        rows = [
            {"table": table, "seed": seed, "rate": rate, "loss": loss if np.isfinite(loss) else None}
            for (table, seed, rate), loss in self._losses.items()
        ]
        new = self._path.with_name(self._path.name + ".new")
        new.write_text(json.dumps(rows, indent=0))
        new.replace(self._path)


def prepared_table(source: Source, preset: str, seed: int) -> Prepared:
    """Its training rows alone."""
    values = {"target": tuple(source.targets), "preset": preset, "seed": seed}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        source.cells()[0].to_csv(path, index=False)
        return prepare(str(path), Options.from_values(values))


def judged(rates: list[float], losses: list[float], best: list[float]) -> Judged:
    """From the suggestions, their losses and those of the best rate of the grid, seed by seed."""
    base = float(np.mean(best))
    difference = np.array(losses) - np.array(best)
    error = float(np.std(difference, ddof=1) / np.sqrt(len(best))) if len(best) > 1 else float("nan")
    return Judged(min(rates), max(rates), float(np.mean(losses)) / base, error / base)


def run(source: Source, preset: str, seeds: list[int], trainings: Trainings) -> dict[str, Judged]:
    """Prints a table's line."""
    grid: list[list[float]] = []
    rates: dict[str, list[float]] = {rule: [] for rule in RULES}
    losses: dict[str, list[float]] = {rule: [] for rule in RULES}
    stable = 0
    for seed in seeds:
        prepared = prepared_table(source, preset, seed)
        grid.append([trainings.loss(source.name, prepared, rate) for rate in GRID])
        finding = find_rate(prepared, SweepSettings())
        stable += finding.stable
        for rule in RULES:
            rates[rule].append(finding.rules[rule])
            losses[rule].append(trainings.loss(source.name, prepared, finding.rules[rule]))
    means = np.mean(grid, axis=0)
    place = int(np.argmin(means))
    best = [row[place] for row in grid]
    results = {rule: judged(rates[rule], losses[rule], best) for rule in RULES}
    spread = float(np.std(best, ddof=1)) if len(best) > 1 else float("nan")
    line = f"{source.name:20}{GRID[place]:>9.2g}{means[place]:>10.4g} ± {spread:<8.2g}"
    print(line + "".join(map(str, results.values())) + f"{stable:>7}", flush=True)
    return results


def summary(results: list[dict[str, Judged]]) -> None:
    """On how many tables a rule is good."""
    for rule in RULES:
        rows = [each[rule] for each in results]
        good = sum(each.ratio <= GOOD_RATIO for each in rows)
        noise = sum(each.ratio - 2 * each.error <= GOOD_RATIO for each in rows)
        steady = sum(each.factor <= GOOD_FACTOR for each in rows)
        median = float(np.median([each.ratio for each in rows]))
        print(
            f"{rule}: ratio up to {GOOD_RATIO} on {good} of {len(rows)} tables, within noise on {noise}, "
            f"median {median:.3f}; factor up to {GOOD_FACTOR:g} on {steady}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--tables", default="")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--preset", default="textbook")
    parser.add_argument("--reuse", type=Path, metavar="FILE")
    given = parser.parse_args()
    seeds = [int(seed) for seed in given.seeds.split(",")]
    trainings = Trainings(given.reuse)
    heads = "".join(f"{rule:>10}{'to':>9}{'factor':>7}{'ratio':>9} ± {'error':7}" for rule in RULES)
    print(f"{'table':20}{'best':>9}{'loss':>10} ± {'spread':8}{heads}{'stable':>7}")
    results = []
    for source in sources(given.folder, [name for name in given.tables.split(",") if name]):
        results.append(run(source, given.preset, seeds, trainings))
    summary(results)


if __name__ == "__main__":
    main()
