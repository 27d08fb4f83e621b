"""Cost of the bar of `predict`: runs with a terminal on stderr and with none, pair by pair.

    python tests/benchmarks/progress.py [PAIRS] [ROWS]

A table of eight numbers and a category, by a model with the preset textbook, so that scoring is as fast as it
gets and the bar's share is the largest. Seconds of CPU say more than those of the clock on a busy machine.
"""

import os
import pty
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import mlpcli
from tests.cli.terminals import resize

PAIRS, ROWS = 7, 600_000
TRAINED_ROWS = 5_000
QUIET, SHOWN = False, True


class Spent(NamedTuple):
    """Seconds of a run, by the clock and of CPU."""

    clock: float
    cpu: float


def table(rows: int) -> pd.DataFrame:
    """Eight numbers, a category, and a class that depends on some of the numbers."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 8)).round(4)).add_prefix("x")
    frame["colour"] = generator.choice(["red", "green", "blue"], rows)
    frame["class"] = np.where(frame["x0"] * frame["x1"] + frame["x2"] > 0, "yes", "no")
    return frame


def scored(model: Path, data: Path, *, shown: bool) -> tuple[Spent, int]:
    """The seconds of a run, and how often the bar was drawn."""
    ours, theirs = pty.openpty()
    resize(theirs, 80, 24)
    command = [sys.executable, "-m", "mlpcli", "predict", str(model), str(data), "-f"]
    with tempfile.TemporaryFile() as written:
        reader = subprocess.Popen(["cat"], stdin=ours, stdout=written, stderr=subprocess.DEVNULL)
        os.close(ours)
        began = os.times()
        process = subprocess.Popen(
            [*command, "-o", str(data.with_suffix(".scored.csv"))],
            stderr=theirs if shown else subprocess.DEVNULL,
            env=os.environ | {"TERM": "xterm-256color"},
        )
        os.close(theirs)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        spent = Spent(os.times().elapsed - began.elapsed, usage.ru_utime + usage.ru_stime)
        reader.wait()
        written.seek(0)
        return spent, written.read().count(b"\x1b[K")


def main() -> None:
    """Print the ratio of runs with the bar to runs without."""
    pairs, rows = (int(given) for given in [*sys.argv[1:], *map(str, (PAIRS, ROWS)[len(sys.argv) - 1 :])])
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder, "rows.csv"), Path(folder, "m.joblib")
        frame = table(rows)
        frame.to_csv(data, index=False)
        mlpcli.train(frame[:TRAINED_ROWS], "class", preset="textbook", epochs=3, output=str(model))
        runs: dict[bool, list[Spent]] = {QUIET: [], SHOWN: []}
        drawn = 0
        for number in range(pairs):
            for shown in (QUIET, SHOWN) if number % 2 else (SHOWN, QUIET):  # neither is always first
                spent, times = scored(model, data, shown=shown)
                runs[shown].append(spent)
                drawn += times
    print(f"{rows:,} rows, {pairs} pairs, the bar drawn {drawn / pairs:.0f} times a run")
    for measure in Spent._fields:
        without, with_bar = ([getattr(each, measure) for each in runs[shown]] for shown in (QUIET, SHOWN))
        ratios = sorted(more / less for more, less in zip(with_bar, without, strict=True))
        print(
            f"{measure:6} {statistics.median(without):6.2f} s without, ratio of medians "
            f"{statistics.median(with_bar) / statistics.median(without):.3f}, of pairs "
            f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
        )


if __name__ == "__main__":
    main()
