"""Cost of the live view, also with a surface, and of a checkpoint: seconds of training with and without.

    python tests/benchmarks/watching.py [PAIRS]

20,000 rows of 20 numbers and two classes, network 64-64. The view is drawn on a pseudo-terminal of 100 x 30
that another process empties, for 40 epochs; a checkpoint is written in a run of 10.
"""

import fcntl
import os
import pty
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.render.console import Screen
from mlpcli.render.progress.training import training_view

PAIRS = 9
CASES: dict[str, dict[str, Any]] = {
    "textbook, batches of 32": {"preset": "textbook", "batch_size": 32},
    "textbook": {"preset": "textbook"},
    "default": {},
}
COLUMNS, ROWS = 100, 30


def table(rows: int = 20_000) -> pd.DataFrame:
    """Twenty numbers and a class that depends on some of them."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((rows, 20))).add_prefix("x")
    frame["class"] = np.where(frame["x0"] * frame["x1"] + frame["x2"] > 0, "yes", "no")
    return frame


@contextmanager
def terminal() -> Iterator[Any]:
    """The stream of a pseudo-terminal whose output another process throws away."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    empty = subprocess.Popen(["cat"], stdin=ours, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(ours)
    with os.fdopen(theirs, "w") as stream:
        yield stream
    empty.wait()


def seconds(frame: pd.DataFrame, **settings: Any) -> float:
    """Duration of training alone."""
    return mlpcli.train(frame, "class", **settings).seconds


def watched(frame: pd.DataFrame, **settings: Any) -> float:
    """Duration with the live view."""
    with terminal() as stream, training_view(Screen(stream), verbose=False) as view:
        return mlpcli.train(
            frame,
            "class",
            on_start=view.on_start,
            on_epoch=view.on_epoch,
            on_batch=view.on_batch,
            **settings,
        ).seconds


def with_surface(frame: pd.DataFrame, **settings: Any) -> float:
    """Duration with the live view and a surface."""
    with terminal() as stream, training_view(Screen(stream), verbose=False) as view:
        return mlpcli.train(
            frame,
            "class",
            on_start=view.on_start,
            on_epoch=view.on_epoch,
            on_batch=view.on_batch,
            on_surface=view.on_surface,
            axes="x0,x1",
            **settings,
        ).seconds


def kept(frame: pd.DataFrame, **settings: Any) -> float:
    """Duration with a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        return mlpcli.train(frame, "class", checkpoint=str(Path(folder) / "c.ck"), **settings).seconds


def main() -> None:
    """Print a line for each case."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    os.environ["TERM"] = "xterm-256color"
    frame = table()
    print(f"{pairs} pairs each; seconds without, median and range of the ratio with to without")
    for name, settings in CASES.items():
        for what, measure, epochs in (
            ("live view", watched, 40),
            ("with surface", with_surface, 40),
            ("checkpoint", kept, 10),
        ):
            chosen = {"hidden": "64,64", "epochs": epochs, "patience": epochs} | settings
            plain, ratios = [], []
            for number in range(pairs):
                pair = [seconds, measure] if number % 2 else [measure, seconds]  # neither is always first
                taken = {function: function(frame, **chosen) for function in pair}
                plain.append(taken[seconds])
                ratios.append(taken[measure] / taken[seconds])
            spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
            middle = statistics.median(ratios)
            print(f"{name:24} {what:12} {statistics.median(plain):6.2f} s {middle:7.3f} ({spread})")


if __name__ == "__main__":
    main()
