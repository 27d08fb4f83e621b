"""From a table to encoded parts: kinds, target, rows left out, split, matrices. Used by train and lr_find."""

import dataclasses
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mlpcli.data.cells import Frame, Reading, Texts
from mlpcli.data.counts import CellCounts
from mlpcli.data.features import FeatureEncoder
from mlpcli.data.rows import RowStream
from mlpcli.data.schema import LEARNED, NUMBER, Column, Schema
from mlpcli.data.split import digest_of_rows, split_rows
from mlpcli.data.table import guess_decimal, open_table
from mlpcli.data.target import Target
from mlpcli.errors import DataError
from mlpcli.nn.batches import Examples
from mlpcli.workflows.columns import Roles, decide_columns, read_rows, special_columns
from mlpcli.workflows.doctor import Finding, examine
from mlpcli.workflows.options import Options
from mlpcli.workflows.pairs import refuse_impossible, target_range
from mlpcli.workflows.parts import (
    Data,
    Part,
    check_weights,
    digest_of,
    encode_part,
    paths_of,
    reading_of,
    row_weights,
)
from mlpcli.workflows.targets import decide_task, fit_target
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
    """Of the encoded rows."""
    split_digest: str
    """Of the row numbers of each part."""
    counts: dict[str, CellCounts]
    """Of the table, and of a validation or test file."""
    notes: list[str]
    findings: list[Finding]

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
    with ExitStack() as stack:
        table = stack.enter_context(open_table(paths_of(data), options.reading))
        notes = list(table.notes)
        if options.reading.decimal is None:
            decimal = guess_decimal(table.sample, reading_of(options.reading).missing)
            if decimal != ".":
                notes.append(f"{table.name}: numbers look as if written with a decimal comma (--decimal)")
                options = dataclasses.replace(
                    options, reading=dataclasses.replace(options.reading, decimal=decimal)
                )
        reading = reading_of(options.reading)
        roles = special_columns(table, options)
        columns = decide_columns(table, options.data, roles, reading)
        rows = read_rows(table, columns, roles, options, reading)
        frame, columns, dropped = rows.frame, rows.columns, rows.dropped
        task, reason = decide_task(frame, roles.target, options.data.task, reading)
        if not any(column.kind in LEARNED for column in columns):
            raise DataError(f"{table.name}: no input column is left", _why_none(columns))
        options = options.resolved(len(frame))
        parts = _split(frame, roles, task, options, generator, reading, rows.place)
        schema = Schema(tuple(columns), roles.target, task, reason, roles.weight)
        refuse_impossible(options, TASKS[task])
        train = parts["train"]
        target, truth = fit_target(
            frame, roles.target, task, train, options.data, reading, rows.place, target_range(options)
        )
        encoder = FeatureEncoder.fit(schema.inputs, frame, options.data, reading, train)
        _refuse_infinite(frame, schema, rows.place)
        weights = None
        if roles.weight is not None:
            weights = row_weights(frame[roles.weight], roles.weight, reading, rows.place)
            check_weights(weights, roles.weight, table.name)
        counts = {"table": CellCounts()}
        # One matrix, part behind part: parts are slices of it. The table's columns are dropped on the way.
        order = np.concatenate(list(parts.values()))
        features = encoder.encode(frame, counts["table"], order)
    encoded: dict[str, Part] = {}
    start = 0
    for name, chosen in parts.items():
        stop = start + len(chosen)
        part_weights = None if weights is None else weights[chosen]
        encoded[name] = Part(features[start:stop], truth[chosen], part_weights)
        start = stop
    hashes = {name: part.hashes() for name, part in encoded.items()}
    digest = digest_of(np.concatenate(list(hashes.values())))
    for name in ("validation", "test"):
        if isinstance(source := getattr(options.split, name), str):
            counts[name] = CellCounts()
            with RowStream(paths_of(source), options.reading) as stream:
                encoded[name] = encode_part(stream, schema, encoder, target, reading, counts[name])
                notes += stream.notes
            hashes[name] = encoded[name].hashes()
    findings = [
        *rows.findings,
        *examine(schema, encoder, target, encoded, hashes, counts["table"], len(order)),
    ]
    leaks = [finding for finding in findings if finding.kind == "leak"]
    if leaks and options.data.strict:
        raise DataError(leaks[0].text, leaks[0].advice)
    return Prepared(
        options,
        schema,
        encoder,
        target,
        encoded,
        dropped,
        digest,
        digest_of_rows({name: rows.numbers[chosen] for name, chosen in parts.items()}),
        counts,
        notes,
        findings,
    )


def _split(
    frame: Frame,
    roles: Roles,
    task: str,
    options: Options,
    generator: np.random.Generator,
    reading: Reading,
    place: Any,
) -> dict[str, Array]:
    """The rows of the frame in each part; of files none."""
    classes: Array | None = None
    groups: Array | None = None
    times: Array | None = None
    if task in ("binary", "multiclass"):
        cells = frame[roles.target[0]]
        classes = cells.codes if isinstance(cells, Texts) else np.unique(cells, return_inverse=True)[1]
    if roles.group is not None:
        groups = roles.group_codes(frame, reading)
    if roles.time is not None:
        times = roles.times(frame, reading, place)

    def at(values: Array | None, rows: Array) -> Array | None:
        return None if values is None else values[rows]

    def split(rows: Array, part: float | str | None) -> tuple[Array, Array]:
        fraction = part if isinstance(part, float) else 0.0
        return split_rows(rows, fraction, generator, at(classes, rows), at(groups, rows), at(times, rows))

    rows, test = split(np.arange(len(frame)), options.split.test)
    train, validation = split(rows, options.split.validation)
    return {"train": train, "validation": validation, "test": test}


def _refuse_infinite(frame: Frame, schema: Schema, place: Any) -> None:
    for column in schema.inputs:
        cells = frame[column.name]
        if column.kind == NUMBER and not isinstance(cells, Texts) and np.isinf(cells).any():
            raise DataError(
                f"{place(int(np.argmax(np.isinf(cells))))}: column {column.name!r} holds an infinite value",
                "Mend the cell, or name the word with --missing.",
            )


def _why_none(columns: Sequence[Column]) -> str:
    return "; ".join(f"{column.name}: {column.reason}" for column in columns[:5]) or "Look at --drop."
