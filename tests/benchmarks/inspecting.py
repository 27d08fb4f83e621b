"""Seconds of `mlpcli inspect` for a small model and for one of about 500 MB, whose arrays it skips.

python tests/benchmarks/inspecting.py [RUNS]
"""

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import mlpcli
from mlpcli import artifact as room

SAMPLE = Path(__file__).parents[2] / "sample_data" / "penguins.csv"
UNITS = 11_000
"""Of two hidden layers: their weights take 484 MB."""


def make(path: Path, hidden: tuple[int, ...]) -> None:
    """A model file; the large one has random weights, as training it would take long."""
    run = mlpcli.train(SAMPLE, "species", preset="textbook", hidden=(4, 4), epochs=1)
    stored = run.artifact
    if hidden:
        inputs = run.model.network.n_in
        sizes = [inputs, *hidden, 3]
        counts = [before * after + after for before, after in itertools.pairwise(sizes)]
        dense = [layer for layer in stored.network if layer["name"] == "Dense"]
        for layer, size, count in zip(dense, sizes[1:], counts, strict=True):
            layer |= {"output": size, "parameters": count}
        stored.settings["hidden"] = list(hidden)
        generator = np.random.default_rng(0)
        stored.arrays["parameters"] = generator.standard_normal(sum(counts), dtype=np.float32)
    room.save(stored, str(path))


def seconds(path: Path, runs: int) -> float:
    """The median of whole commands."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "mlpcli", "inspect", str(path)], check=True, capture_output=True
        )
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """A line for each."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        for name, hidden in (("small", ()), ("large", (UNITS, UNITS))):
            path = Path(folder) / f"{name}.joblib"
            make(path, hidden)
            size = os.path.getsize(path) / 1e6
            print(f"{name}: {size:8.1f} MB, {seconds(path, runs):.2f} s")


if __name__ == "__main__":
    main()
