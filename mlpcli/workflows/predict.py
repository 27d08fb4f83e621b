"""`mlpcli predict`: score rows, in chunks, in order, with every kept cell's text as it was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlpcli.data.encoders import CellCounts
from mlpcli.data.rows import Chunk, read_chunks
from mlpcli.data.schema import resolve_names
from mlpcli.data.source import ReadingSettings
from mlpcli.data.target import ClassTarget
from mlpcli.errors import DataError
from mlpcli.nn.network import PREDICTION_ROWS
from mlpcli.settings import Settings, build, refuse_unknown, setting
from mlpcli.workflows.model import Model, ModelLike, load, reading_for
from mlpcli.workflows.parts import Data, paths_of
from mlpcli.workflows.run import choose_threads, limited_threads

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class PredictionSettings(Settings):
    """What is written for each row."""

    keep: str = setting(
        "all",
        "Input columns to write: all, none or A,B.",
        group="Output",
        metavar="all|none|A,B",
        common=True,
    )
    proba: bool = setting(False, "Add the probability of each class.", group="Output", common=True)
    threshold: float = setting(
        0.5,
        "Probability from which the positive class, or a label, is predicted.",
        group="Output",
        above=0,
        below=1,
        common=True,
    )
    prefix: str = setting("", "Text before the name of every added column.", group="Output", metavar="TEXT")
    chunk_rows: int = setting(4096, "Rows scored at once, at most.", group="Output", at_least=1)
    strict: bool = setting(
        False, "Unseen categories and unreadable cells are errors.", group="Output", common=True
    )


@dataclass
class PredictionSummary:
    """Filled while rows are scored."""

    rows: int = 0
    counts: CellCounts = field(default_factory=CellCounts)


@dataclass(frozen=True)
class Predictions:
    """What `predict` returns to Python: one row for each input row, in order."""

    frame: pd.DataFrame
    counts: CellCounts


def predict(model: ModelLike, data: Data, **settings: Any) -> Predictions:
    """Predictions, and with `proba=True` probabilities, for paths or a DataFrame.

    `settings` are those of `mlpcli predict --help-all`. Raises MlpcliError with a hint.
    """
    refuse_unknown(settings, (PredictionSettings, ReadingSettings))
    chosen = build(PredictionSettings, settings)
    loaded, paths = load(model), paths_of(data)
    if isinstance(paths, pd.DataFrame):
        frame = paths.set_axis([str(name) for name in paths.columns], axis=1)
        loaded.artifact.schema.require(list(frame.columns), "the DataFrame", target=False)
        counts = CellCounts()
        columns = _scored(loaded, frame, chosen, counts)
        return Predictions(pd.DataFrame(columns, index=paths.index), counts)
    summary = PredictionSummary()
    chosen = build(PredictionSettings, settings | {"keep": "none"})
    chunks = score_rows(loaded, paths, build(ReadingSettings, settings), chosen, summary)
    header = next(chunks)[0]
    return Predictions(
        pd.DataFrame([row for chunk in chunks for row in chunk], columns=header), summary.counts
    )


def score_rows(
    model: Model,
    paths: Sequence[str],
    reading: ReadingSettings,
    settings: PredictionSettings,
    summary: PredictionSummary,
) -> Iterator[list[list[Any]]]:
    """First the header alone, then the rows, in chunks as they arrive; `summary` counts along."""
    schema = model.artifact.schema
    inputs = [column.name for column in schema.inputs]
    threads = choose_threads(model.options.run.threads, model.network.largest_product * PREDICTION_ROWS)
    kept: list[int] = []
    started = False
    with limited_threads(threads):
        for chunk in read_chunks(paths, reading_for(model, reading), settings.chunk_rows):
            if not started:
                schema.require(chunk.header, chunk.name, target=False)
                kept = _kept(chunk, settings.keep)
                yield [_header(model, settings, [chunk.original_header[position] for position in kept])]
                started = True
            if not chunk.cells:
                continue
            frame = chunk.frame(inputs)
            columns = list(_scored(model, frame, settings, summary.counts).values())
            if settings.strict:
                _refuse_counted(chunk, summary.counts)
            summary.rows += len(chunk.cells)
            rows: Iterable[list[str]] = chunk.cells
            if len(kept) < len(chunk.header):
                rows = ([row[position] for position in kept] for row in rows)
            yield [[*row, *added] for row, added in zip(rows, zip(*columns, strict=True), strict=True)]


def _kept(chunk: Chunk, keep: str) -> list[int]:
    """Positions of the input columns that are written."""
    if keep == "none" and keep not in chunk.header:
        return []
    if keep == "all" and keep not in chunk.header:
        return list(range(len(chunk.header)))
    return [chunk.header.index(name) for name in resolve_names("--keep", [keep], chunk.header, chunk.name)]


def _header(model: Model, settings: PredictionSettings, kept: list[str]) -> list[str]:
    added = [settings.prefix + name for name in added_columns(model, settings)]
    for name in added:
        if name in kept:
            raise DataError(
                f"the input has a column {name!r} already", "Give --prefix TEXT, or leave it out with --keep."
            )
    return kept + added


def added_columns(model: Model, settings: PredictionSettings) -> list[str]:
    """Names of the columns that are added, without the prefix."""
    target = model.target
    if isinstance(target, ClassTarget):
        return ["prediction"] + [f"probability_{each}" for each in target.classes if settings.proba]
    several = len(target.names) > 1 or model.task.name == "multilabel"
    names = [f"prediction_{name}" for name in target.names] if several else ["prediction"]
    for level in model.quantile_levels:
        names += [f"quantile_{level}_{name}" for name in target.names] if several else [f"quantile_{level}"]
    if settings.proba and model.task.name == "multilabel":
        names += [f"probability_{name}" for name in target.names]
    return names


def _scored(
    model: Model, frame: pd.DataFrame, settings: PredictionSettings, counts: CellCounts
) -> dict[str, list[Any]]:
    """The added columns as plain values."""
    linked = model.outputs(model.encode(frame, counts))
    # Outcome wants a truth; only its decisions are used here.
    truth = np.zeros(len(frame), dtype=np.intp)
    central = model.loss.central(linked)
    outcome = model.task.outcome(model.target, central, truth, None, settings.threshold)
    columns: list[list[Any]] = []
    if isinstance(model.target, ClassTarget):
        columns.append(model.target.decode(outcome.predicted))
    elif model.task.name == "multilabel":
        columns += outcome.predicted.T.tolist()
    else:
        columns += [_rounded(values) for values in outcome.predicted.T]
        columns += [_rounded(values) for level in model.quantiles(linked) for values in level.T]
    if settings.proba and outcome.probabilities is not None:
        columns += [_rounded(values) for values in outcome.probabilities.T]
    return dict(zip(added_columns(model, settings), columns, strict=True))


def _rounded(values: Array) -> list[float]:
    """Nine significant digits: all that a float32 network can tell."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def _refuse_counted(chunk: Chunk, counts: CellCounts) -> None:
    for what, complaint in (("unseen", "was not seen in training"), ("unreadable", "is not readable")):
        if what in counts.last:
            name, row = counts.last[what]
            cell = chunk.cells[row][chunk.header.index(name)]
            raise DataError(
                f"{chunk.name}: line {chunk.lines[row]:,}: column {name!r}: {cell[:40]!r} {complaint}",
                "Mend the cell, or leave out --strict to treat it as missing.",
            )
