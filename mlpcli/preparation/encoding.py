"""Split the rows of a decided table and encode them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlpcli.arrays import Array
from mlpcli.data.columns.cells import Numbers
from mlpcli.data.columns.frame import Frame
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.reading.table import Table
from mlpcli.data.schema import NUMBER, Schema
from mlpcli.data.sketch_sets import Sketches
from mlpcli.errors import DataError, Sentence
from mlpcli.model.compatibility import refuse_impossible, target_range
from mlpcli.model.encoded_rows import EncodedRows
from mlpcli.model.tasks import TASKS, Regression, Task
from mlpcli.options.options import Configuration, Options, Racing
from mlpcli.options.run import generators
from mlpcli.preparation.cell_findings import level_findings, pooled_findings
from mlpcli.preparation.deciding import DecidedTable
from mlpcli.preparation.doctor.looked_at import LookedAt
from mlpcli.preparation.doctor.sentinels import sentinels
from mlpcli.preparation.finding import Finding
from mlpcli.preparation.screening import JudgingRows, Screened, screened
from mlpcli.preparation.splitting import RowTraits, Split, shape_of, split_table
from mlpcli.preparation.stored_parts import encoded_in_file
from mlpcli.preparation.target_statistics import learned_rows
from mlpcli.preparation.targets import fit_task
from mlpcli.preparation.told_by_target import ToldCells, told_by_target
from mlpcli.preparation.transfer import SourceModel, widened
from mlpcli.progress import OnProgress, unwatched


@dataclass(frozen=True, kw_only=True)
class EncodedTable:
    """A table split into parts, with encoder and task fitted on the training part."""

    configurations: tuple[Configuration, ...]
    """Those that race, with the preset's values for this table."""
    default_learning_rate: float
    split: Split
    keeps_equal: bool
    """Whether equal rows are on one side of the split."""
    schema: Schema
    """As decided, less what screening leaves out."""
    encoder: FeatureEncoder
    task: Task
    truth: Array
    """Of all rows that count."""
    parts: dict[str, EncodedRows]
    counts: CellCounts
    looked_at: LookedAt
    """Rows in which leaks are looked for."""
    sketches: Sketches | None
    """Of the training rows, unless they are not wanted."""
    findings: list[Finding]
    """On the columns' cells; those of the decisions are not repeated."""


class Part(NamedTuple):
    """Of a table that is encoded in part: rows from all over it, and numbers in all, both about."""

    rows: int
    cells: int


def encode_table(
    table: Table,
    decided: DecidedTable,
    source: SourceModel | None = None,
    *,
    part: Part | None = None,
    racing: Racing = Options.racing,
    on_progress: OnProgress = unwatched,
) -> EncodedTable:
    """Parts of the decided rows, whose columns are removed from their frame one by one.

    `part`: only so much is encoded, and the encoder fitted on it. A `source` gives the encoder. Raises
    DataError for an infinite number, and for a table that the settings cannot split.
    """
    rows, roles, schema = decided.rows, decided.roles, decided.schema
    frame, weights, options = rows.frame, rows.weights, decided.options
    traits = RowTraits.of(frame, roles, schema.task, decided.equal.apart)
    shape = shape_of(schema.columns, table.sample, traits, schema.task, options.split.test)
    default_learning_rate = options.default_learning_rate(shape)
    configurations = tuple(racing(options, shape))
    options = configurations[0].options
    for each in configurations:
        refuse_impossible(each.options, TASKS[schema.task])
    split = split_table(traits, options, generators(options.run.seed)["split"])
    train = split.parts["train"]
    of_training = None if weights is None else weights[train]
    if decided.known is None:
        into = target_range(options)
        task, truth = fit_task(frame, roles.target, schema.task, train, options.data, into, of_training)
    else:
        truth = decided.known.truth(frame)
        task = widened(decided.known, truth[train])
    kept = split.parts if part is None else _thinned(split.parts, part.rows)
    told: ToldCells | None = None
    if source is None:
        fitted = kept["train"]
        of_fitted = None if weights is None else weights[fitted]
        scalings = dict.fromkeys(str(each.options.data.scaling) for each in configurations)
        encoder = FeatureEncoder.fit(
            schema.inputs,
            frame,
            options.data,
            fitted,
            of_fitted,
            scalings=tuple(scalings),
            crosses=schema.crosses,
            on_progress=on_progress,
        )
        if options.data.target_means:
            by = generators(options.run.seed)["inner folds"]
            whole = split.folds if part is None else []
            rows_told = learned_rows(task, truth[fitted], traits.take(fitted), whole, by, weights=of_fitted)
            if rows_told is not None:
                encoder, told = told_by_target(encoder, frame, fitted, task, rows_told)
        judging = JudgingRows(
            fitted, task.loss_targets(truth[fitted]), of_fitted, [train[rows] for rows, _ in split.folds]
        )
        narrowed = screened(
            encoder,
            schema,
            frame,
            judging,
            options.data.most_columns or 0,
            generator=generators(options.run.seed)["screening"],
        )
    else:
        # Its means by level are of the rows that it learned from, so that these are looked up as any others.
        narrowed = Screened(source.encoder, {}, [])
    _refuse_infinite(frame, schema)
    encoder, schema = narrowed.encoder, narrowed.schema(schema)
    findings = level_findings(schema.inputs, frame, *_first_held(split))
    if source is None:
        findings += pooled_findings(encoder.encoders, frame, options.data.max_categories)
    findings += narrowed.findings
    findings += decided.equal.findings()
    numbers = roles.target if schema.task == Regression.name else ()
    # What crosses tell is told by their columns.
    of_table = [each for each in encoder.encoders if each.name not in schema.cross]
    findings += sentinels(of_table, frame, numbers)
    looked_at = LookedAt.of(frame, schema.table_inputs, of_table, truth, split.parts)
    sketches = None
    if part is None and options.run.sketches is not False:
        kinds = [column.kind for column in schema.inputs]
        sketches = Sketches.of(encoder.encoders, kinds, frame, train, on_progress)
    counts = CellCounts()
    if part is not None:
        kept = _thinned(kept, part.cells // max(encoder.width, 1))
    features = _features(frame, encoder, counts, kept, on_progress)
    parts = _encoded_parts(features, truth, weights, kept, in_file=not frame.is_in_memory)
    if told is not None and part is None:
        told.write(encoder, parts["train"].features)
    return EncodedTable(
        configurations=configurations,
        default_learning_rate=default_learning_rate,
        split=split,
        keeps_equal=traits.keeps_equal,
        schema=schema,
        encoder=encoder,
        task=task,
        truth=truth,
        parts=parts,
        counts=counts,
        looked_at=looked_at,
        sketches=sketches,
        findings=findings,
    )


def _thinned(parts: Mapping[str, Array], most: int) -> dict[str, Array]:
    """Rows from all over each part, `most` of all of them, but a thousand of each part at least."""
    share = most / max(sum(map(len, parts.values())), 1)
    if share >= 1.0:
        return dict(parts)
    thinned = {}
    for part, rows in parts.items():
        kept = min(len(rows), max(int(share * len(rows)), 1_000))
        thinned[part] = rows[np.linspace(0, len(rows) - 1, kept).astype(np.intp)]
    return thinned


def _first_held(split: Split) -> tuple[Array, Array]:
    """Rows that a network learns from, and those that are held out from it."""
    train = split.parts["train"]
    if split.folds:
        kept, held = split.folds[0]
        return train[kept], train[held]
    return train, split.parts["validation"]


def _features(
    frame: Frame,
    encoder: FeatureEncoder,
    counts: CellCounts,
    parts: Mapping[str, Array],
    on_progress: OnProgress,
) -> Array:
    """One matrix, part behind part. The columns of a frame in memory are dropped on the way."""
    if frame.is_in_memory:
        return encoder.encode(frame, counts, np.concatenate(list(parts.values())))
    return encoded_in_file(frame, encoder, counts, parts, on_progress)


def _encoded_parts(
    features: Array, truth: Array, weights: Array | None, parts: Mapping[str, Array], *, in_file: bool
) -> dict[str, EncodedRows]:
    """The parts, which are slices of the features."""
    encoded: dict[str, EncodedRows] = {}
    start = 0
    for part, rows in parts.items():
        stop = start + len(rows)
        part_weights = None if weights is None else weights[rows]
        encoded[part] = EncodedRows(features[start:stop], truth[rows], part_weights, in_file)
        start = stop
    return encoded


def _refuse_infinite(frame: Frame, schema: Schema) -> None:
    for column in schema.inputs:
        cells = frame[column.name]
        if column.kind == NUMBER and isinstance(cells, Numbers) and np.isinf(cells.values).any():
            row = int(np.argmax(np.isinf(cells.values)))
            raise DataError(
                f"{frame.place(row)}: column {column.name!r} holds an infinite value",
                Sentence("Fix the cell, or read it as missing with {missing}."),
            )
