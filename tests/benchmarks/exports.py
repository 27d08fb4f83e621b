"""Exports of `mlpcli export`: do they predict what `predict` does, and how fast are they?

    python -m tests.benchmarks.exports DIR [--tables a,b] [--preset textbook] [--rows 1000] [--models DIR]
        [--formats py,sql]

DIR is as in `fixed_tables.py`. For each table a model of the preset is trained (and kept in the folder of
models, which must be there) and exported. Two of three of its test rows get an odd cell: a missing or unseen
one, or a number, date or word that is written otherwise; for databases, cells get their columns' types.
Printed are, of .py without packages and with NumPy, of .sql in SQLite and in DuckDB:

- the largest difference from `predict`, as a share of the range of the output (of probabilities 1);
- the rows of which another class is predicted;
- seconds of processor time of the whole program, or of the query, beside those of `predict`.

Of exports in ONNX, run by onnxruntime on one thread: milliseconds to load them and to score the rows.
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
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import mlpcli
from mlpcli.errors import MlpcliError
from mlpcli.model.model import Model, load
from tests.benchmarks.fixed_tables import Source, sources
from tests.workflows.exporting.databases import DIALECTS, scored_in_database
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
    parser.add_argument("--formats", default="py,sql,onnx")
    given = parser.parse_args()
    formats = given.formats.split(",")
    print(f"{'table':18}{'predict s':>10}" + "".join(HEADS[each] for each in formats))
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.models or Path(scratch)
        for source in sources(given.folder, given.tables.split(",")):
            print(line_of(source, given.preset, given.rows, folder, Path(scratch), formats), flush=True)


def line_of(
    source: Source, preset: str, most: int, models: Path, scratch: Path, formats: Sequence[str]
) -> str:
    """One line of the table."""
    known, asked = source.cells()
    path = models / f"{source.name}.{preset}.joblib"
    if not path.exists():
        mlpcli.train(known, source.targets, group=source.group, preset=preset, output=path)
    model = load(path)
    rows = scratch / "rows.csv"
    names = [column.name for column in model.artifact.schema.table_inputs]
    odd = with_odd_cells(asked[names].head(most), names)
    odd.to_csv(rows, index=False)
    predict = [sys.executable, "-P", "-m", "mlpcli", "predict", str(path), str(rows), "--proba", "--format"]
    wanted, seconds = output_of([*predict, "csv", "--allow-unreadable", "-q"])
    line = f"{source.name:18}{seconds:>10.2f}"
    wanted = [row[len(names) :] for row in wanted]
    return line + "".join(cells for each in formats for cells in CELLS[each](model, odd, wanted, scratch))


def python_cells(model: Model, odd: pd.DataFrame, wanted: list[list[str]], scratch: Path) -> Iterator[str]:
    """Of the export as Python."""
    scorer = scratch / "scorer.py"
    yield f"{len(mlpcli.export(model, output=scorer, force=True).content):>11,}"
    for python in (ALONE, WITH_NUMPY):
        found, seconds = output_of([*python, str(scorer), "--proba", str(scratch / "rows.csv")])
        off, others = differences([row[len(odd.columns) :] for row in found], wanted)
        yield f"{off:>9.1e}{others:>4}{seconds:>7.2f}"


def database_cells(model: Model, odd: pd.DataFrame, wanted: list[list[str]], scratch: Path) -> Iterator[str]:
    """Of the export as SQL; the golden rows are compared too."""
    for dialect in DIALECTS:
        try:
            size = len(mlpcli.export(model, output=scratch / "s.sql", force=True, dialect=dialect).content)
            found, seconds = scored_in_database(model, odd, scratch, dialect)
        except MlpcliError as error:
            yield f" {error}"
            continue
        off, others = differences([found.header, *found.rows], wanted)
        yield f"{size:>13,}{off:>9.1e}{others:>4}{seconds:>7.2f}"


def onnx_cells(model: Model, odd: pd.DataFrame, wanted: list[list[str]], scratch: Path) -> Iterator[str]:
    """Of the export in ONNX."""
    file = scratch / "scorer.onnx"
    size = len(mlpcli.export(model, output=file, force=True).content)
    found = scored_by_onnx(model, file, odd)
    off, others = differences([found.header, *found.rows], wanted)
    starts = time.perf_counter()
    running = session(file)
    loaded = time.perf_counter() - starts
    cells, seconds = inputs(model, running, odd), []
    for _ in range(5):
        starts = time.perf_counter()
        running.run(None, cells)
        seconds.append(time.perf_counter() - starts)
    yield f"{size:>13,}{off:>9.1e}{others:>4}{1000 * loaded:>9.0f}{1000 * min(seconds):>7.1f}"


HEADS = {
    "py": f"{'.py bytes':>11}{'off':>9}{'cl':>4}{'s':>7}{'NumPy off':>9}{'cl':>4}{'s':>7}",
    "sql": "".join(f"{name + ' bytes':>13}{'off':>9}{'cl':>4}{'s':>7}" for name in ("SQLite", "DuckDB")),
    "onnx": f"{'ONNX bytes':>13}{'off':>9}{'cl':>4}{'load ms':>9}{'ms':>7}",
}
CELLS = {"py": python_cells, "sql": database_cells, "onnx": onnx_cells}


def output_of(command: Sequence[str]) -> tuple[list[list[str]], float]:
    """The cells that a command writes, and its seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | one_thread)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return list(csv.reader(io.StringIO(result.stdout, newline=""))), seconds


def differences(found: list[list[str]], wanted: list[list[str]]) -> tuple[float, int]:
    """The largest difference of a number as a share of its range, and the rows of other classes."""
    assert len(found) == len(wanted)
    assert found[0] == wanted[0]
    off, others = 0.0, 0
    for place in range(len(found[0])):
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
