"""Exports of `mlpcli export`: do they predict what `predict` does, and how fast are they?

    python -m tests.benchmarks.exports DIR [--tables a,b] [--preset textbook] [--rows 1000] [--models DIR]

DIR is as in `fixed_tables.py`. For each table a model of the preset is trained (and kept in the folder of
models, which must be there) and exported. Two of three of its test rows get an odd cell: a missing or unseen
one, or a number, date or word that is written otherwise. Printed are, without packages and with NumPy:

- the largest difference from `predict`, as a share of the range of the output (of probabilities 1);
- the rows of which another class is predicted;
- seconds of processor time of the whole program, beside those of `predict`.

And of the export in ONNX, run by onnxruntime on one thread: its bytes, the largest difference, the rows of
another class, and milliseconds to load it and to score the rows.
"""

import argparse
import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.model.model import Model, load
from tests.benchmarks.fixed_tables import Source, sources
from tests.workflows.exporting.onnx_scoring import inputs, scored_by_onnx, session
from tests.workflows.exporting.tables import ALONE, WITH_NUMPY, with_odd_cells

TABLES = "bike_rentals,personality,ecoli,rodents,school_scores,film_genres,storms,player_values"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--preset", default="textbook")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--models", type=Path)
    given = parser.parse_args()
    heads = f"{'table':18}{'bytes':>11}{'predict s':>11}{'off':>10}{'classes':>9}{'s':>7}"
    onnx = f"{'ONNX: bytes':>13}{'off':>10}{'classes':>9}{'load ms':>9}{'ms':>7}"
    print(f"{heads}{'NumPy: off':>12}{'s':>7}{onnx}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.models or Path(scratch)
        for source in sources(given.folder, given.tables.split(",")):
            print(line_of(source, given.preset, given.rows, folder, Path(scratch)), flush=True)


def line_of(source: Source, preset: str, most: int, models: Path, scratch: Path) -> str:
    """One line of the table."""
    known, asked = source.cells()
    path = models / f"{source.name}.{preset}.joblib"
    if not path.exists():
        mlpcli.train(known, source.targets, group=source.group, preset=preset, output=path)
    model = load(path)
    scorer, rows = scratch / "scorer.py", scratch / "rows.csv"
    size = len(mlpcli.export(model, output=scorer, force=True).content)
    names = [column.name for column in model.artifact.schema.table_inputs]
    frame = with_odd_cells(asked[names].head(most), names)
    frame.to_csv(rows, index=False)
    predict = [
        sys.executable,
        "-P",
        "-m",
        "mlpcli",
        "predict",
        str(path),
        str(rows),
        "--proba",
        "--format",
        "csv",
    ]
    wanted, seconds = output_of([*predict, "--allow-unreadable", "-q"])
    line = f"{source.name:18}{size:>11,}{seconds:>11.2f}"
    for python in (ALONE, WITH_NUMPY):
        found, seconds = output_of([*python, str(scorer), "--proba", str(rows)])
        off, others = differences(found, wanted, len(names))
        line += (
            f"{off:>10.1e}{others:>9}{seconds:>7.2f}" if python is ALONE else f"{off:>12.1e}{seconds:>7.2f}"
        )
    return line + onnx_part(model, scratch / "scorer.onnx", frame, [row[len(names) :] for row in wanted])


def onnx_part(model: Model, file: Path, frame: pd.DataFrame, wanted: list[list[str]]) -> str:
    """The end of the line of a table: the export in ONNX."""
    size = len(mlpcli.export(model, output=file, force=True).content)
    found = scored_by_onnx(model, file, frame)
    off, others = differences([found.header, *found.rows], wanted, 0)
    starts = time.perf_counter()
    running = session(file)
    loaded = time.perf_counter() - starts
    cells, seconds = inputs(model, running, frame), []
    for _ in range(5):
        starts = time.perf_counter()
        running.run(None, cells)
        seconds.append(time.perf_counter() - starts)
    return f"{size:>13,}{off:>10.1e}{others:>9}{1000 * loaded:>9.0f}{1000 * min(seconds):>7.1f}"


def output_of(command: Sequence[str]) -> tuple[list[list[str]], float]:
    """The cells that a command writes, and its seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | one_thread)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return list(csv.reader(io.StringIO(result.stdout, newline=""))), seconds


def differences(found: list[list[str]], wanted: list[list[str]], inputs: int) -> tuple[float, int]:
    """The largest difference of a number as a share of its range, and the rows of other classes."""
    assert len(found) == len(wanted)
    assert found[0] == wanted[0]
    off, others = 0.0, 0
    for place in range(inputs, len(found[0])):
        one, other = ([row[place] for row in rows[1:]] for rows in (found, wanted))
        try:
            first, second = np.array(one, np.float64), np.array(other, np.float64)
        except ValueError:
            others += sum(a != b for a, b in zip(one, other, strict=True))
            continue
        span = 1.0 if found[0][place].startswith("probability") else float(np.ptp(second)) or 1.0
        off = max(off, float(np.abs(first - second).max()) / span)
    return off, others


if __name__ == "__main__":
    main()
