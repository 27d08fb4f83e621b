"""Effects of `predict --explain`: do they add up, are they Shapley values, and what do they cost?

    python -m tests.benchmarks.effects DIR [--tables a,b] [--rows 40] [--backgrounds 128] [--models DIR]

DIR is as in `fixed_tables.py`. For each table a model of the default preset is trained (and kept in the
folder of models, which must be there). Printed are, of some test rows:

- the largest difference of baseline and written effects from the prediction, as a share of the range of
  predictions on the link scale;
- for up to ten columns the mean rank correlation (Spearman) of a row's effects with exact Shapley values,
  over all sets of columns and so many drawn rows, and the root mean square of the differences, beside the
  standard error that is said;
- the time of a further row with `--explain 3`, as a multiple of that without, and the seconds of a whole
  command on 1,000 rows.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

import mlpcli
from mlpcli.arrays import Array
from mlpcli.data.columns.frame import Frame
from mlpcli.data.reading.source import ReadingSettings
from mlpcli.data.reading.stream import RowStream
from mlpcli.model.effects.explainer import Explainer
from mlpcli.model.effects.inputs import Inputs, Rows
from mlpcli.model.encoded_rows import numbers_of
from mlpcli.model.model import Model, load, reading_for
from mlpcli.workflows.explanation.row_effects import answer_for
from tests.benchmarks.fixed_tables import Source, sources

TABLES = (
    "ecoli,studio_salaries,rodents,lectures,inspections,bike_rentals,storms,check_times,player_values,"
    "insurance_codes,school_scores,clothing_reviews"
)
MOST_EXACT = 10
"""Columns of which all sets are tried."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--backgrounds", type=int, default=128)
    parser.add_argument("--timed", type=int, default=4000)
    parser.add_argument("--models", type=Path)
    given = parser.parse_args()
    heads = ("columns", "sum off", "rank", "rms", "said", "ratio", "s/1000")
    print(f"{'table':20}", *(f"{head:>8}" for head in heads))
    with tempfile.TemporaryDirectory() as scratch:
        for source in sources(given.folder, given.tables.split(",")):
            own = Path(scratch, f"{source.name}.csv")
            known, asked = source.cells()
            asked.to_csv(own, index=False)
            path = model_of(source, known, given.models or Path(scratch))
            model = load(path)
            named = source.targets[0] if len(source.targets) > 1 else None
            rows = rows_of(model, own, given.rows)
            off = sums(model, asked, named)
            rank, rms, said = correlation(model, rows, named, given.backgrounds)
            ratio, seconds = cost(path, asked, given.timed, named, Path(scratch))
            columns = len(Inputs(model.encoder).names)
            numbers = f"{columns:>8} {off:>8.1e} {rank:>8.3f} {rms:>8.3f} {said:>8.3f}"
            print(f"{source.name:20} {numbers} {ratio:>8.1f} {seconds:>8.2f}", flush=True)


def model_of(source: Source, known: pd.DataFrame, folder: Path) -> Path:
    path = folder / f"{source.name}.joblib"
    if not path.exists():
        mlpcli.train(known, source.targets, group=source.group, output=path)
    return path


def rows_of(model: Model, path: Path, most: int) -> Rows:
    """The first rows of a table, encoded."""
    schema = model.artifact.schema
    names = [each.name for each in schema.table_inputs]
    with RowStream([str(path)], reading_for(model, ReadingSettings()), most, model.known) as stream:
        frame: Frame = next(iter(stream.chunks(names, numbers_of(schema))))[0]
        return Inputs(model.encoder).of(frame, model.encode(frame)).take(slice(0, most))


def sums(model: Model, table: pd.DataFrame, named: str | None) -> float:
    """How far written effects are from the prediction, at most, as a share of the predictions' range."""
    found = mlpcli.predict(model, table, explain="all", of_class=named, proba=True).frame
    effects = [name for name in found if name == "baseline" or str(name).startswith("effect_")]
    total = found[effects].sum(axis=1).to_numpy()
    if not model.task.gives_probabilities:
        columns = [name for name in found if str(name).startswith("prediction")]
        target = model.task.target
        predicted = found[f"prediction_{named}" if named is not None else columns[0]].to_numpy(float)
        if getattr(target, "scaling", "") == "log":
            predicted = np.log1p(predicted)
        limits = getattr(target, "limits", None)
        inside = np.ones(len(total), bool)
        if limits is not None:  # clipped predictions are not on the link scale
            place = 0 if named is None else list(model.task.labels).index(named)
            inside = (predicted > limits[0][place]) & (predicted < limits[1][place])
        total, predicted = total[inside], predicted[inside]
    else:
        decided = found["prediction"].astype(str) if named is None else pd.Series([named] * len(found))
        shown = {f"{name}": found[f"probability_{name}"].to_numpy() for name in model.task.labels}
        p = np.array([shown[str(name)][row] for row, name in enumerate(decided)])
        with np.errstate(divide="ignore"):
            predicted = np.clip(np.log(p) - np.log1p(-p), -20, 20)
        inside = np.abs(predicted) < 12  # beyond, nine digits of a probability say less than its log-odds
        total, predicted = total[inside], predicted[inside]
    return float(np.abs(total - predicted).max() / np.ptp(predicted))


def correlation(model: Model, rows: Rows, named: str | None, backgrounds: int) -> tuple[float, float, float]:
    """Mean rank correlation and relative difference, and the standard error that is said."""
    explainer = Explainer(model, model.outputs)
    values = explainer.values(model.outputs(rows.matrix))
    number = answer_for(model, named).number
    answers = values.argmax(axis=1) if number is None else np.full(len(rows), number)
    found = explainer.effects(rows, 0, values, answers)
    said = explainer.standard_error
    if not 1 < len(explainer.inputs.names) <= MOST_EXACT:
        return math.nan, math.nan, said
    wanted = exact(explainer, model, rows, answers, backgrounds)
    ranks = [spearmanr(one, other).statistic for one, other in zip(found, wanted, strict=True)]
    return float(np.nanmean(ranks)), float(np.sqrt(((found - wanted) ** 2).mean() / (wanted**2).mean())), said


def exact(explainer: Explainer, model: Model, rows: Rows, answers: Array, many: int) -> Array:
    """Shapley values (rows, columns) over all sets of columns, each with all of so many drawn rows."""
    inputs, drawn = explainer.inputs, explainer._drawn(many, np.random.default_rng(99))
    columns, each = len(inputs.names), rows.repeated(many)
    of_set = np.zeros((2**columns, len(rows)))
    for number in range(2**columns):
        mixed = drawn.take(np.tile(np.arange(many), len(rows)))
        for place, name in enumerate(inputs.names):
            if number >> place & 1:
                inputs.copy_column(mixed, name, each)
        values = explainer.values(model.outputs(mixed.matrix)).reshape(len(rows), many, -1).mean(axis=1)
        of_set[number] = values[np.arange(len(rows)), answers]
    effects = np.zeros((len(rows), columns))
    for place in range(columns):
        for number in range(2**columns):
            if not number >> place & 1:
                size = number.bit_count()
                weight = math.factorial(size) * math.factorial(columns - size - 1) / math.factorial(columns)
                effects[:, place] += weight * (of_set[number | 1 << place] - of_set[number])
    return effects


def cost(model: Path, table: pd.DataFrame, rows: int, named: str | None, folder: Path) -> tuple[float, float]:
    """How many times as long predicting takes with `--explain 3`, start of the program apart; and seconds of
    1,000 rows, with it."""
    times = -(-rows // len(table))
    path, few = folder / "timed.csv", folder / "few.csv"
    pd.concat([table] * times)[:rows].to_csv(path, index=False)
    pd.concat([table] * (-(-1000 // len(table))))[:1000].to_csv(few, index=False)
    many = folder / "many.csv"
    pd.concat([table] * times * 10)[: 10 * rows].to_csv(many, index=False)
    options = ["--explain", "3", *([] if named is None else ["--class", named])]
    start = seconds(model, few, [])
    plain = (seconds(model, many, []) - start) / (10 * rows - 1000)
    thousand = seconds(model, few, options)
    explained = (seconds(model, path, options) - thousand) / (rows - 1000)
    return explained / plain, thousand


def seconds(model: Path, table: Path, options: list[str]) -> float:
    """The least of three runs of a whole command."""
    command = [sys.executable, "-P", "-m", "mlpcli", "predict", str(model), str(table), "-q", *options]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([*command, "-o", os.devnull], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
