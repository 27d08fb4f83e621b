"""From a table to encoded parts: kinds, target, rows left out, split, matrices. Used by train and lr_find."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlpcli.data.encoders import CellCounts, Reading
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.kinds import CHOSEN, infer_columns
from mlpcli.data.schema import IGNORE, NUMBER, Column, DataSettings, Schema, resolve_names
from mlpcli.data.split import split_rows
from mlpcli.data.table import Table, open_table
from mlpcli.data.target import Target
from mlpcli.errors import DataError, did_you_mean
from mlpcli.nn.batches import Examples
from mlpcli.workflows.options import Options
from mlpcli.workflows.pairs import refuse_impossible, target_range
from mlpcli.workflows.parts import Data, Part, digest_of, encode_part, paths_of, reading_of, row_weights
from mlpcli.workflows.targets import decide_task, fit_target, rows_with_target
from mlpcli.workflows.tasks import TASKS, Task

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Prepared:
    """A table made ready for training. `parts` has train, validation and test (the latter may be empty)."""

    options: Options
    """With the preset's values for this table."""
    schema: Schema
    encoder: FeatureEncoder
    target: Target
    parts: dict[str, Part]
    dropped: int
    """Rows without target."""
    digest: str
    counts: CellCounts
    notes: list[str]

    @property
    def task(self) -> Task:
        """What regression or classification mean here."""
        return TASKS[self.schema.task]

    def examples(self, part: str) -> Examples:
        """A part as the loss takes it; row and class weights have mean one over the training rows."""
        rows = self.parts[part]
        scale = 1.0
        if (training := self._weights("train")) is not None:
            if not training.sum() > 0:
                raise DataError(
                    "no training row has a weight above 0", "Look at --weight and --class-weight."
                )
            scale = 1.0 / float(training.mean())
        weights = self._weights(part)
        return Examples(
            rows.features,
            self.task.loss_targets(self.target, rows.truth),
            None if weights is None else (weights * scale).astype(np.float32),
        )

    def _weights(self, part: str) -> Array | None:
        rows = self.parts[part]
        by_class = self.task.class_weights(
            self.target, rows.truth, self.options.objective.class_weight, self.parts["train"].truth
        )
        if rows.weights is None:
            return by_class
        by_row = rows.weights[:, None]
        return by_row if by_class is None else by_row * by_class


def prepare(data: Data, options: Options, generator: np.random.Generator) -> Prepared:
    """Read and encode; everything that can be wrong with the table is found here, before training."""
    reading = reading_of(options.reading)
    notes: list[str] = []
    with ExitStack() as stack:

        def opened(source: Data) -> Table:
            table = stack.enter_context(open_table(paths_of(source), options.reading, reading.missing))
            notes.extend(table.notes)
            return table

        table = opened(data)
        target_names, weight, columns = _columns(table, options, reading)
        frame, lines, dropped = _rows(table, columns, target_names, weight, reading)
        task, reason = decide_task(frame, target_names, options.data.task, reading)
        if not any(column.kind != IGNORE for column in columns):
            raise DataError(f"{table.name}: no input column is left", _why_none(columns))
        options = options.resolved(len(frame))
        rows, classes = np.arange(len(frame)), None
        if task in ("binary", "multiclass"):
            classes = np.asarray(frame[target_names[0]].astype(str))
        split = options.split
        rows, test = split_rows(rows, _fraction(split.test), generator, classes)
        validation = _fraction(split.validation)
        train, held = split_rows(rows, validation, generator, None if classes is None else classes[rows])
        schema = Schema(tuple(columns), target_names, task, reason, weight)
        refuse_impossible(options, TASKS[task])
        target, truth = fit_target(
            frame, target_names, task, train, options.data, reading, table, lines, target_range(options)
        )
        encoder = FeatureEncoder.fit(schema.inputs, frame.iloc[train], options.data, reading)
        counts = CellCounts()
        features = encoder.encode(frame, counts)
        _refuse_infinite(frame, columns, table, lines, reading)
        weights = None if weight is None else row_weights(frame[weight], weight, reading, table, lines)

        def part(chosen: Array) -> Part:
            return Part(features[chosen], truth[chosen], None if weights is None else weights[chosen])

        def part_of(source: float | str | None, chosen: Array) -> Part:
            if not isinstance(source, str):
                return part(chosen)
            return encode_part(opened(source), schema, encoder, target, reading, CellCounts())[0]

        parts = {
            "train": part(train),
            "validation": part_of(split.validation, held),
            "test": part_of(split.test, test),
        }
    notes += _left_out(schema)
    return Prepared(
        options, schema, encoder, target, parts, dropped, digest_of(features, truth), counts, notes
    )


def _left_out(schema: Schema) -> list[str]:
    """One note for each reason for which columns were left out by the tool, not by the user."""
    by_reason: dict[str, list[str]] = {}
    for column in schema.ignored:
        if column.reason != CHOSEN:
            by_reason.setdefault(column.reason, []).append(column.name)
    notes = []
    for reason, names in by_reason.items():
        shown = ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
        columns = f"{len(names):,} columns" if len(names) > 1 else "column"
        notes.append(f"left out {columns} {shown}: {reason} (--kind {names[0]}=KIND keeps it)")
    return notes


def _fraction(part: float | str | None) -> float:
    return part if isinstance(part, float) else 0.0


def _columns(
    table: Table, options: Options, reading: Reading
) -> tuple[tuple[str, ...], str | None, list[Column]]:
    """Target and weight names, and the input columns with their kinds."""
    settings: DataSettings = options.data
    if not any(settings.target):
        raise DataError(
            f"{table.name}: which column is the target?",
            "Give -t COLUMN. " + did_you_mean("", table.columns),
        )

    def resolved(flag: str, given: Sequence[str]) -> tuple[str, ...]:
        return resolve_names(flag, given, table.columns, table.name)

    target = resolved("--target", settings.target)
    weight = None
    if settings.weight is not None:
        (weight, *_) = resolved("--weight", [settings.weight])
        if weight in target:
            raise DataError(f"{table.name}: --weight: {weight!r} is the target", "Name another column.")
    wanted = resolved("--features", settings.features) or tuple(table.columns)
    out = {*target, weight, *resolved("--drop", settings.drop)}
    chosen = dict(settings.kind)
    for name in chosen:
        if name not in table.columns:
            raise DataError(
                f"{table.name}: --kind: there is no column {name!r}", did_you_mean(name, table.columns)
            )
    names = [name for name in table.columns if name in wanted and name not in out]
    sample = table.sample[names]
    return target, weight, infer_columns(sample, reading.missing, reading.decimal, chosen, table.complete)


def _rows(
    table: Table, columns: Sequence[Column], target: Sequence[str], weight: str | None, reading: Reading
) -> tuple[pd.DataFrame, Array, int]:
    """The rows that have a target, their row numbers in the table, and how many have none."""
    inputs = [column.name for column in columns if column.kind != IGNORE]
    numbers = {column.name for column in columns if column.kind == NUMBER}
    frame = table.read([*inputs, *target, *([weight] if weight else [])], numbers)
    present = rows_with_target(frame, target, reading)
    dropped = int((~present).sum())
    if len(frame) and dropped == len(frame):
        raise DataError(
            f"{table.name}: target {', '.join(target)!r} is missing in every row", "Is it the right column?"
        )
    if len(frame) - dropped < 2:
        raise DataError(
            f"{table.name}: {len(frame) - dropped} row{'s' * (len(frame) - dropped != 1)} to learn from",
            "Training needs at least two rows with a target.",
        )
    return frame[present], np.flatnonzero(present), dropped


def _refuse_infinite(
    frame: pd.DataFrame, columns: Sequence[Column], table: Table, lines: Array, reading: Reading
) -> None:
    for column in columns:
        if column.kind == NUMBER and pd.api.types.is_float_dtype(frame[column.name].dtype):
            infinite = np.isinf(frame[column.name].to_numpy())
            if infinite.any():
                where = table.place(int(lines[int(np.argmax(infinite))]))
                raise DataError(
                    f"{where}: column {column.name!r} holds an infinite value",
                    "Mend the cell, or name the word with --missing.",
                )


def _why_none(columns: Sequence[Column]) -> str:
    return "; ".join(f"{column.name}: {column.reason}" for column in columns[:5]) or "Look at --drop."
